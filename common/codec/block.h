/* Wave blocks: a minute of one channel, lossless, at about the entropy of its
 * residual. docs/codec.md is the format, exact to the bit.
 *
 * A block delimits itself, carries the CRC32C of all its bytes, and begins with
 * columns: minimum, maximum, sum and valid count of each span of `restart`
 * samples, read without decoding one. Each span also decodes alone.
 *
 * -32768 means "no valid sample". It comes back like any value, and is left out
 * of every minimum, maximum, sum and valid count.
 *
 * The same samples give the same bytes on every machine and every path; integer
 * arithmetic only. Pure: no clock, no file. Memory: one scratch object, about 16
 * bytes for each sample of the longest block, owned by the caller and used by
 * one thread at a time; nothing is allocated while packing or unpacking.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_BLOCK_MAX_SAMPLES 300000u
#define VICU_BLOCK_MIN_RESTART 64u
#define VICU_BLOCK_MAX_COLUMNS (VICU_BLOCK_MAX_SAMPLES / VICU_BLOCK_MIN_RESTART + 1)
#define VICU_BLOCK_INVALID     INT16_MIN

typedef struct VicuCodecScratch VicuCodecScratch;

/* What reading found. All but OK leave the output without meaning. */
typedef enum {
    VICU_BLOCK_OK,
    VICU_BLOCK_TRUNCATED, /* the block is longer than the bytes given */
    VICU_BLOCK_VERSION,   /* no block, or of a format that is not known here */
    VICU_BLOCK_CHECKSUM,  /* the CRC32C is not that of the bytes */
    VICU_BLOCK_CORRUPT,   /* the CRC32C is right and the contents contradict themselves */
    VICU_BLOCK_ROOM,      /* more samples or columns than the caller or the scratch has room for */
    VICU_BLOCK_RANGE,     /* the samples asked for are not all in the block */
} VicuBlockStatus;

/* Of valid samples; where n_valid is 0 the others are 0. */
typedef struct {
    int64_t sum;
    uint32_t n_valid;
    int16_t min;
    int16_t max;
} VicuBlockStats;

typedef struct {
    size_t size;      /* bytes of the block, CRC included */
    uint32_t n;       /* samples */
    uint32_t restart; /* samples of a column; the last may be shorter */
    uint32_t n_columns;
    VicuBlockStats total;
} VicuBlockInfo;

/* How the work is done; the bytes are the same. */
typedef enum {
    VICU_CODEC_BEST, /* what this processor does best */
    VICU_CODEC_SCALAR,
    VICU_CODEC_AVX2, /* with BMI 1 and 2 */
} VicuCodecPath;

/* Room for blocks of up to @max_samples, 1..VICU_BLOCK_MAX_SAMPLES. Caller frees. */
VicuCodecScratch *vicu_codec_scratch_new(size_t max_samples);
void vicu_codec_scratch_free(VicuCodecScratch *self);

/* FALSE, and nothing is changed, where this processor cannot. For tests and benches. */
gboolean vicu_codec_scratch_use(VicuCodecScratch *self, VicuCodecPath path);
const char *vicu_codec_path_name(const VicuCodecScratch *self);

/* Bytes that a block of @n samples never exceeds, whatever they are. */
size_t vicu_codec_bound(size_t n);

/* One block of @n samples, 1..max_samples, into @out, which has room for
 * vicu_codec_bound(@n). @restart: samples of a span, about 7.5 s; 0: one span;
 * less than VICU_BLOCK_MIN_RESTART counts as that. Returns the size. */
size_t vicu_block_pack(
    VicuCodecScratch *scratch, const int16_t *samples, size_t n, unsigned restart, uint8_t *out);

/* The head of the block that begins at @bytes, CRC of the whole checked. @size
 * may be more than the block. @columns: room for @max_columns, or NULL and 0. */
VicuBlockStatus vicu_block_peek(const uint8_t *bytes,
                                size_t size,
                                VicuBlockInfo *info,
                                VicuBlockStats *columns,
                                size_t max_columns);

/* All samples; @n: how many. @out has room for @room. */
VicuBlockStatus vicu_block_unpack(VicuCodecScratch *scratch,
                                  const uint8_t *bytes,
                                  size_t size,
                                  int16_t *out,
                                  size_t room,
                                  size_t *n);

/* @count samples from @first on; decodes the spans they lie in, no others. */
VicuBlockStatus vicu_block_unpack_range(VicuCodecScratch *scratch,
                                        const uint8_t *bytes,
                                        size_t size,
                                        size_t first,
                                        size_t count,
                                        int16_t *out);

/* A sentence for a log: "the checksum is wrong". */
const char *vicu_block_status_text(VicuBlockStatus status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuCodecScratch, vicu_codec_scratch_free)

G_END_DECLS
