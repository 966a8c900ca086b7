/* The binary range coder of archive blocks, and the bit models it is fed from.
 *
 * Integers only: the same bytes on every machine. A probability is that of a 1,
 * in 1/65536. The coder never writes past its limit and reads zeros past the
 * end; one owner thread. Inside common/codec only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#define ARCHIVE_INLINE static inline __attribute__((always_inline))

/* Range coding after Martin 1979: @low is the lower end of the interval, @range
 * its width, at least 2^32 after each step; words of 32 bits, big end first. */
typedef struct {
    uint8_t *out;
    const uint8_t *in;
    size_t at;    /* bytes written, or taken */
    size_t limit; /* room of @out, or bytes of @in */
    uint64_t low;
    uint64_t range;
    uint64_t code; /* decoding: distance from the lower end */
    bool full;     /* encoding: the bytes would not fit */
} ArchiveCoder;

/* A bit model: its probability of a 1 in the low half, in the high half how often it was
 * asked (up to 20), and 8: a quarter of that is how slowly it learns. */
typedef uint32_t ArchiveBit;

#define ARCHIVE_BIT_FIRST  (UINT32_C(8) << 16 | 32768)
#define ARCHIVE_BIT_TAUGHT (UINT32_C(28) << 16)

ARCHIVE_INLINE void
archive_coder_begin_encode(ArchiveCoder *self, uint8_t *out, size_t limit)
{
    *self = (ArchiveCoder){.out = out, .limit = limit, .range = UINT64_MAX};
}

static inline uint32_t
archive_coder_take(ArchiveCoder *self)
{
    uint32_t word = 0;

    if (__builtin_expect(self->limit - self->at >= 4, 1)) {
        memcpy(&word, self->in + self->at, sizeof word);
        self->at += 4;
        return GUINT32_FROM_BE(word);
    }
    for (int i = 0; i < 4; i++)
        word = word << 8 | (self->at < self->limit ? self->in[self->at++] : 0);
    return word;
}

static inline void
archive_coder_put(ArchiveCoder *self, uint32_t word)
{
    if (self->limit - self->at < 4) {
        self->full = true;
        return;
    }
    word = GUINT32_TO_BE(word);
    memcpy(self->out + self->at, &word, sizeof word);
    self->at += 4;
}

ARCHIVE_INLINE void
archive_coder_begin_decode(ArchiveCoder *self, const uint8_t *in, size_t size)
{
    *self = (ArchiveCoder){.in = in, .limit = size, .range = UINT64_MAX};
    self->code = archive_coder_take(self);
    self->code = self->code << 32 | archive_coder_take(self);
}

/* A carry runs back through the bytes written. */
static inline void
archive_coder_carry(ArchiveCoder *self)
{
    size_t i = self->at;

    while (i > 0 && ++self->out[--i] == 0)
        continue;
}

ARCHIVE_INLINE void
archive_coder_raise(ArchiveCoder *self, uint64_t by)
{
    self->low += by;
    if (__builtin_expect(self->low < by, 0))
        archive_coder_carry(self);
}

ARCHIVE_INLINE void
archive_coder_renew(ArchiveCoder *self, bool decode)
{
    if (__builtin_expect(self->range >> 32 != 0, 1))
        return;
    if (decode) {
        self->code = self->code << 32 | archive_coder_take(self);
    } else {
        archive_coder_put(self, (uint32_t)(self->low >> 32));
        self->low <<= 32;
    }
    self->range <<= 32;
}

/* One bit whose probability of being 1 is @p / 65536, 0 < @p < 65536. No branch
 * depends on the bit. */
ARCHIVE_INLINE unsigned
archive_coder_bit(ArchiveCoder *self, uint32_t p, unsigned bit, bool decode)
{
    uint64_t one = (self->range >> 16) * p, zero = self->range - one;
    uint64_t is_one = 0 - (uint64_t)(decode ? self->code < one : bit);

    if (decode)
        self->code -= one & ~is_one;
    else
        archive_coder_raise(self, one & ~is_one);
    self->range = (one & is_one) + (zero & ~is_one);
    archive_coder_renew(self, decode);
    return (unsigned)is_one & 1;
}

/* @width (0..16) bits that all values share equally. */
ARCHIVE_INLINE uint32_t
archive_coder_raw(ArchiveCoder *self, uint32_t value, unsigned width, bool decode)
{
    uint64_t step = self->range >> width;

    if (decode) {
        uint64_t most = (UINT64_C(1) << width) - 1, got = self->code / step;
        value = (uint32_t)(got < most ? got : most);
        self->code -= value * step;
    } else {
        archive_coder_raise(self, value * step);
    }
    self->range = step;
    archive_coder_renew(self, decode);
    return value;
}

ARCHIVE_INLINE void
archive_coder_end_encode(ArchiveCoder *self)
{
    archive_coder_put(self, (uint32_t)(self->low >> 32));
    archive_coder_put(self, (uint32_t)self->low);
}

ARCHIVE_INLINE uint32_t
archive_bit_p(ArchiveBit bit)
{
    return bit & 65535;
}

/* Learns a bit: by a quarter at first, by 1/128 in the end. */
ARCHIVE_INLINE ArchiveBit
archive_bit_learned(ArchiveBit self, unsigned bit)
{
    int32_t p = (int32_t)archive_bit_p(self), goal = (int32_t)(0 - bit) & 65535;

    self += (uint32_t)((goal - p) >> (self >> 18));
    return self + (self < ARCHIVE_BIT_TAUGHT ? UINT32_C(1) << 16 : 0);
}

/* A bit with a model of its own. */
ARCHIVE_INLINE unsigned
archive_coder_model(ArchiveCoder *self, ArchiveBit *model, unsigned bit, bool decode)
{
    uint32_t p = archive_bit_p(*model);

    p = p < 16 ? 16 : p > 65520 ? 65520 : p;
    bit = archive_coder_bit(self, p, bit, decode);
    *model = archive_bit_learned(*model, bit);
    return bit;
}

/* A number 0..2^20 - 1 by the length of @value + 1 (unary, at most 20) and its
 * bits below the leading one, the uppermost of them modelled; @models has 40. */
ARCHIVE_INLINE uint32_t
archive_coder_number(ArchiveCoder *self, ArchiveBit *models, uint32_t value, bool decode)
{
    unsigned wanted = decode ? 0 : 31 - (unsigned)__builtin_clz(value + 1), width = 0;

    while (width < 20 && archive_coder_model(self, &models[width], width < wanted, decode))
        width++;
    uint32_t got = 1;
    for (unsigned i = width; i > 0; i--) {
        unsigned bit = (value + 1) >> (i - 1) & 1;
        bit = i == width ? archive_coder_model(self, &models[20 + (width - 1)], bit, decode)
                         : archive_coder_raw(self, bit, 1, decode);
        got = got << 1 | bit;
    }
    return got - 1;
}
