/* What the files of the codec share; not for others.
 *
 * A block holds *codes*: the samples themselves, or their ranks among the codes
 * in use, with invalid samples replaced by their neighbour where their runs are
 * listed. Each span of codes is predicted and its residual, modulo 65536 and
 * zigzagged, written in groups (residual.c).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/codec/bits.h"
#include "common/codec/block.h"

#define CODEC_VERSION       1u
#define CODEC_MAX_ORDER     32
#define CODEC_FRAME_SAMPLES 16384u /* about as many share one predictor */
#define CODEC_GROUP         32     /* residuals that share a Rice parameter */
#define CODEC_ESCAPE        11     /* a longer quotient is written as 16 bits */
#define CODEC_ALL_ZERO      99
#define CODEC_PAD           64    /* codes readable before and behind every buffer */
#define CODEC_RUN_SHARE     64    /* at most one listed run in so many samples */
#define CODEC_MAX_LATTICE   32768 /* codes in use, where they are ranked */

#define CODEC_PREFIX_BYTES 4 /* version and flags, size */
#define CODEC_CRC_BYTES    4

enum { CODEC_CONSTANT = 1, CODEC_HOLES = 2, CODEC_RUNS = 4, CODEC_LATTICE = 8 };

/* How a span is predicted. */
typedef enum {
    CODEC_FIXED_0,
    CODEC_FIXED_1,
    CODEC_FIXED_2,
    CODEC_FIXED_3,
    CODEC_LPC,
    CODEC_FLAT, /* every code is the first */
    CODEC_RAW,  /* codes as they are */
    CODEC_MODES,
} CodecMode;

/* prediction = (bias + sum of coefficient[j] * code[i - 1 - j]) >> shift, modulo 2^32. */
typedef struct {
    unsigned order; /* 0: none */
    unsigned shift;
    int32_t mean;
    int32_t bias; /* follows from the mean: rounding, and what makes a flat line predict itself */
    int16_t coefficient[CODEC_MAX_ORDER + 2];
} CodecPredictor;

/* One way of doing the work of a span; all give the same results. */
typedef struct {
    const char *name;
    /* of valid samples; the caller fills in zeros where there is none */
    void (*stats)(const int16_t *x, size_t n, VicuBlockStats *stats);
    /* @w readable CODEC_PAD before; |w| <= 11585; sums[l] of w[i] * w[i - l], i < n */
    void (*autocorrelate)(const int16_t *w, size_t n, unsigned lags, int64_t *sums);
    /* sums of |residual| of the fixed predictors over i in 3..n-1 */
    void (*fixed_sums)(const int16_t *y, size_t n, uint64_t sums[4]);
    /* u[i] for i in from..n-1, from >= order; returns nothing else */
    void (*lpc_residual)(
        const int16_t *y, size_t from, size_t n, const CodecPredictor *p, uint16_t *u);
    void (*fixed_residual)(const int16_t *y, size_t from, size_t n, unsigned order, uint16_t *u);
    /* bits of @n <= CODEC_GROUP values with each parameter k..k + 2, k returned;
     * nothing and CODEC_ALL_ZERO where all are 0 */
    unsigned (*rice_cost)(const uint16_t *u, size_t n, uint32_t cost[3]);
    void (*rice_put)(VicuBitWriter *w, const uint16_t *u, size_t n, unsigned k);
    void (*rice_get)(VicuBitReader *r, uint16_t *u, size_t n, unsigned k);
    void (*lpc_restore)(
        int16_t *y, size_t from, size_t n, const CodecPredictor *p, const uint16_t *u);
    void (*fixed_restore)(int16_t *y, size_t from, size_t n, unsigned order, const uint16_t *u);
} CodecKernels;

/* The least of the three parameters worth trying for @n values of that @sum. */
static inline unsigned
vicu_codec_first_parameter(uint32_t sum, size_t n)
{
    unsigned width = vicu_bits_width(sum / (uint32_t)n);

    return width < 2 ? 0 : MIN(width - 2, 13);
}

extern const CodecKernels vicu_codec_scalar;
/* NULL where this processor, or this build, cannot. */
const CodecKernels *vicu_codec_kernels(VicuCodecPath path);

struct VicuCodecScratch {
    const CodecKernels *kernels;
    size_t max_samples;
    int16_t *codes;     /* max_samples, padded on both sides */
    int16_t *windowed;  /* the same */
    uint16_t *residual; /* the same */
    int16_t *window;    /* of window_n samples */
    size_t window_n;
    uint8_t *data;    /* the spans, while they are packed */
    uint16_t *rank;   /* 65536: code of a sample */
    uint8_t *seen;    /* 65536 */
    int16_t *lattice; /* 32768: sample of a code */
    uint32_t *runs;   /* pairs: first, samples */
    VicuBlockStats *columns;
    uint32_t *lengths;
    uint8_t *modes;
    CodecPredictor *predictors;
};

/* --- head.c: what stands before the spans ------------------------------------------------- */

typedef struct {
    VicuBlockInfo info;
    gboolean constant;
    gboolean holes;       /* some sample is invalid */
    gboolean runs;        /* and their runs are listed, not coded */
    gboolean lattice;     /* codes are ranks */
    int16_t min;          /* of valid samples */
    uint32_t range;       /* the same: maximum less minimum */
    int32_t base;         /* the least code */
    unsigned width;       /* bits of a code less @base */
    unsigned frame_spans; /* spans that share a predictor; the last frame has the rest, too */
    uint32_t n_frames;
    uint32_t n_runs;
    uint32_t n_lattice;
    size_t lists_at;   /* byte where the lists begin */
    size_t data_at;    /* byte of the first span */
    size_t data_bytes; /* of all spans */
} CodecHead;

/* Everything up to the lists. @columns: room for @max_columns, or NULL. With
 * @scratch, its lengths and modes too, and no more samples than it has room for. */
VicuBlockStatus vicu_codec_head_read(const uint8_t *bytes,
                                     size_t size,
                                     CodecHead *head,
                                     VicuBlockStats *columns,
                                     size_t max_columns,
                                     VicuCodecScratch *scratch);

/* lists.c: the rest of the head, to and from the scratch. FALSE: corrupt. */
gboolean vicu_codec_lists_read(VicuCodecScratch *scratch, const uint8_t *bytes, CodecHead *head);
void vicu_codec_lists_put(const VicuCodecScratch *scratch, VicuBitWriter *w, const CodecHead *head);

/* Samples of span @i. */
static inline uint32_t
vicu_codec_span_samples(const VicuBlockInfo *info, uint32_t i)
{
    return MIN(info->restart, info->n - i * info->restart);
}

/* Frame of span @i. */
static inline uint32_t
vicu_codec_span_frame(const CodecHead *head, uint32_t i)
{
    return MIN(i / head->frame_spans, head->n_frames - 1);
}

/* The fields that follow from n and restart. */
void vicu_codec_head_layout(CodecHead *head, uint32_t n, uint32_t restart);

/* --- residual.c: groups of residuals with their Rice parameters --------------------------- */

/* Bits that vicu_codec_groups_put() takes. */
uint64_t vicu_codec_groups_cost(const CodecKernels *kernels, const uint16_t *u, size_t n);
void
vicu_codec_groups_put(const CodecKernels *kernels, VicuBitWriter *w, const uint16_t *u, size_t n);
/* FALSE: no such stream. */
gboolean
vicu_codec_groups_get(const CodecKernels *kernels, VicuBitReader *r, uint16_t *u, size_t n);

/* --- predictor.c: the analysis ------------------------------------------------------------ */

/* The linear predictor of @codes; order 0 where none is worth its bits. */
void vicu_codec_predictor_find(
    VicuCodecScratch *scratch, const int16_t *codes, size_t n, int32_t base, CodecPredictor *p);
void
vicu_codec_predictor_put(VicuBitWriter *w, const CodecPredictor *p, int32_t base, unsigned width);
gboolean
vicu_codec_predictor_get(VicuBitReader *r, CodecPredictor *p, int32_t base, unsigned width);
