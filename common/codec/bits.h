/* Bits, least significant first, and varints, for the codec only.
 *
 * A writer trusts its room (the caller knows the bound); a reader never leaves
 * its bytes: behind the end it gives zeros and remembers that it was asked.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

typedef struct {
    uint8_t *at;
    uint64_t held;
    unsigned n; /* bits held, < 8 between calls */
} VicuBitWriter;

static inline void
vicu_store_le64(uint8_t *at, uint64_t word)
{
    word = GUINT64_TO_LE(word);
    memcpy(at, &word, sizeof word);
}

static inline uint64_t
vicu_load_le64(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return GUINT64_FROM_LE(word);
}

/* @n <= 56 bits of @value, which has no others. Writes 8 bytes at the place. */
static inline void
vicu_bits_put(VicuBitWriter *w, uint64_t value, unsigned n)
{
    w->held |= value << w->n;
    vicu_store_le64(w->at, w->held);
    w->n += n;
    w->at += w->n >> 3;
    w->held >>= w->n & ~7u;
    w->n &= 7;
}

/* Ends on a whole byte; returns what comes behind. */
static inline uint8_t *
vicu_bits_end(VicuBitWriter *w)
{
    if (w->n > 0)
        *w->at++ = (uint8_t)w->held;
    w->n = 0;
    w->held = 0;
    return w->at;
}

typedef struct {
    const uint8_t *bytes;
    size_t size;
    size_t bit; /* the next one */
    gboolean over;
} VicuBitReader;

/* At least 57 bits from here, zeros behind the end. */
static inline uint64_t
vicu_bits_peek(const VicuBitReader *r)
{
    size_t at = r->bit >> 3;
    uint64_t word = 0;

    if (at + 8 <= r->size)
        return vicu_load_le64(r->bytes + at) >> (r->bit & 7);
    for (size_t i = at; i < r->size; i++)
        word |= (uint64_t)r->bytes[i] << (8 * (i - at));
    return word >> (r->bit & 7);
}

static inline void
vicu_bits_skip(VicuBitReader *r, unsigned n)
{
    r->bit += n;
    if (r->bit > 8 * r->size) {
        r->bit = 8 * r->size;
        r->over = TRUE;
    }
}

/* @n <= 57. */
static inline uint64_t
vicu_bits_get(VicuBitReader *r, unsigned n)
{
    uint64_t value = n == 0 ? 0 : vicu_bits_peek(r) & (UINT64_MAX >> (64 - n));

    vicu_bits_skip(r, n);
    return value;
}

/* Bits that hold 0..@value. */
static inline unsigned
vicu_bits_width(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

static inline uint32_t
vicu_zigzag(int32_t value)
{
    return ((uint32_t)value << 1) ^ (uint32_t)(value >> 31);
}

static inline int32_t
vicu_unzigzag(uint32_t value)
{
    return (int32_t)((value >> 1) ^ -(value & 1));
}

static inline uint8_t *
vicu_varint_put(uint8_t *at, uint32_t value)
{
    for (; value >= 128; value >>= 7)
        *at++ = (uint8_t)(value | 128);
    *at++ = (uint8_t)value;
    return at;
}

/* On whole bytes only. A value of more than 32 bits or a needless byte is over, too. */
static inline uint32_t
vicu_varint_get(VicuBitReader *r)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint64_t byte = vicu_bits_get(r, 8);
        value |= (byte & 127) << shift;
        if (byte < 128) {
            if (value > UINT32_MAX || (byte == 0 && shift > 0))
                r->over = TRUE;
            return (uint32_t)value;
        }
    }
    r->over = TRUE;
    return 0;
}
