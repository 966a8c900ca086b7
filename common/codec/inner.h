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
#define CODEC_PART_SAMPLES  2048u  /* or about as many, where that is better */
#define CODEC_MAX_PARTS     32     /* of a frame */
#define CODEC_GROUP         32     /* residuals that share a Rice parameter */
#define CODEC_ESCAPE        11     /* a longer quotient is written as 16 bits */
#define CODEC_ALL_ZERO      99
#define CODEC_PAD           64    /* codes readable before and behind every buffer */
#define CODEC_RUN_SHARE     64    /* at most one listed run in so many samples */
#define CODEC_MAX_LATTICE   32768 /* codes in use, where they are ranked */
#define CODEC_BESIDE        4     /* spans that are read side by side, or half as many */

#define CODEC_PREFIX_BYTES 4 /* version and flags, size */
#define CODEC_CRC_BYTES    4

enum { CODEC_CONSTANT = 1, CODEC_HOLES = 2, CODEC_RUNS = 4, CODEC_LATTICE = 8 };

__extension__ typedef __int128 CodecWide;

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
    int32_t bias; /* half a unit for rounding, and what makes a line at @mean predict itself */
    int16_t coefficient[CODEC_MAX_ORDER + 8]; /* zeros behind the last, for vectors */
} CodecPredictor;

/* What is known of a stretch of codes. */
typedef struct {
    int64_t r[CODEC_MAX_ORDER + 1]; /* autocorrelation, on a scale of its own */
    int64_t a[CODEC_MAX_ORDER];     /* predictor, 40 fractional bits */
    CodecWide error;                /* squared, of r, 40 fractional bits */
    unsigned order;
} CodecModel;

/* One way of doing the work of a span; all give the same results. Buffers can be
 * read and written CODEC_PAD beyond their ends. */
typedef struct {
    const char *name;
    /* of valid samples; zeros where there is none */
    void (*stats)(const int16_t *x, size_t n, VicuBlockStats *stats);
    /* w[i] = (((x[i] - mean) >> before) * by[i] rounded) >> after */
    void (*window)(const int16_t *x,
                   const int16_t *by,
                   size_t n,
                   int32_t mean,
                   unsigned before,
                   unsigned after,
                   int16_t *w);
    uint64_t (*sum_of)(const uint16_t *u, size_t n);
    /* sums[l] of w[i] * w[i - l], i < n; |w| <= 11585, zeros before and behind */
    void (*autocorrelate)(const int16_t *w, size_t n, unsigned lags, int64_t *sums);
    /* sums of |difference| of each degree over i in 3..n-1 */
    void (*fixed_sums)(const int16_t *y, size_t n, uint64_t sums[4]);
    /* z[i] = y[i] - y[i - 1], z[0] = 0, modulo 2^16 */
    void (*difference)(const int16_t *y, size_t n, int16_t *z);
    /* the reverse, in place: y[i] = sum of y[0..i] */
    void (*integrate)(int16_t *y, size_t n);
    /* u[i], zigzagged, for i in from..n-1; from >= order */
    void (*lpc_residual)(
        const int16_t *z, size_t from, size_t n, const CodecPredictor *p, uint16_t *u);
    /* the reverse, in place of the zigzagged residual */
    void (*lpc_restore)(int16_t *z, size_t from, size_t n, const CodecPredictor *p);
    void (*zigzag)(const int16_t *z, size_t n, uint16_t *u);
    void (*unzigzag)(const uint16_t *u, size_t n, int16_t *z);
    /* bits of @n <= CODEC_GROUP values with each parameter k..k + 2, k returned;
     * nothing and CODEC_ALL_ZERO where all are 0 */
    unsigned (*rice_cost)(const uint16_t *u, size_t n, uint32_t cost[3]);
    void (*rice_put)(VicuBitWriter *w, const uint16_t *u, size_t n, unsigned k);
    void (*rice_get)(VicuBitReader *r, uint16_t *u, size_t n, unsigned k);
    /* the same for CODEC_BESIDE spans at once, or half of that: each with its own
     * everything but @n and @from */
    void (*rice_get_beside)(
        VicuBitReader *r, uint16_t *const *u, unsigned spans, size_t n, const unsigned *k);
    void (*lpc_restore_beside)(
        int16_t *const *z, unsigned spans, size_t from, size_t n, const CodecPredictor *const *p);
} CodecKernels;

/* The least of the three parameters worth trying for @n values of that @sum. */
static inline unsigned
vicu_codec_first_parameter(uint32_t sum, size_t n)
{
    unsigned width = vicu_bits_width(sum / (uint32_t)n);

    return width < 2 ? 0 : MIN(width - 2, 13);
}

extern const CodecKernels vicu_codec_scalar;
#if defined(__x86_64__)
extern const CodecKernels vicu_codec_avx2;
#endif
/* NULL where this processor, or this build, cannot. */
const CodecKernels *vicu_codec_kernels(VicuCodecPath path);

struct VicuCodecScratch {
    const CodecKernels *kernels;
    size_t max_samples;
    int16_t *codes;     /* max_samples, padded on both sides */
    int16_t *windowed;  /* the same */
    int16_t *steps;     /* the same: differences */
    uint16_t *residual; /* the same */
    int16_t *window;    /* of window_n samples */
    size_t window_n;
    uint8_t *data;    /* the spans, while they are packed */
    uint16_t *rank;   /* 65536: code of a sample */
    uint8_t *seen;    /* 65536 */
    int16_t *lattice; /* 32768: sample of a code */
    uint32_t *runs;   /* pairs: first, samples */
    VicuBlockStats *columns;
    uint8_t *symbols; /* of each group of a span, twice */
    uint32_t *lengths;
    uint8_t *modes;
    CodecPredictor *predictors; /* CODEC_MAX_PARTS for each frame */
    CodecModel models[CODEC_MAX_PARTS];
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
    unsigned frame_spans; /* spans of a frame; the last frame has the rest, too */
    unsigned part_spans;  /* the same for the parts of a frame */
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

/* Spans of frame @f. */
static inline uint32_t
vicu_codec_frame_spans(const CodecHead *head, uint32_t f)
{
    return f + 1 < head->n_frames ? head->frame_spans
                                  : head->info.n_columns - f * head->frame_spans;
}

/* Parts of frame @f. */
static inline uint32_t
vicu_codec_frame_parts(const CodecHead *head, uint32_t f)
{
    return MAX(1u, vicu_codec_frame_spans(head, f) / head->part_spans);
}

/* Which of scratch->predictors span @i has. */
static inline uint32_t
vicu_codec_span_predictor(const CodecHead *head, uint32_t i)
{
    uint32_t f = MIN(i / head->frame_spans, head->n_frames - 1);
    uint32_t part = (i - f * head->frame_spans) / head->part_spans;

    return f * CODEC_MAX_PARTS + MIN(part, vicu_codec_frame_parts(head, f) - 1);
}

/* The fields that follow from n and restart. */
void vicu_codec_head_layout(CodecHead *head, uint32_t n, uint32_t restart);

/* --- residual.c: groups of residuals with their Rice parameters --------------------------- */

/* Chooses the parameter of each group into @symbols; returns the bits of it all. */
uint64_t vicu_codec_groups_choose(const CodecKernels *kernels,
                                  const uint16_t *u,
                                  size_t n,
                                  uint8_t *symbols);
void vicu_codec_groups_put(const CodecKernels *kernels,
                           VicuBitWriter *w,
                           const uint16_t *u,
                           size_t n,
                           const uint8_t *symbols);
/* FALSE: no such stream. */
gboolean
vicu_codec_groups_get(const CodecKernels *kernels, VicuBitReader *r, uint16_t *u, size_t n);

/* The same for CODEC_BESIDE streams of @n, or half of that, at once. */
gboolean vicu_codec_groups_get_beside(
    const CodecKernels *kernels, VicuBitReader *r, uint16_t *const *u, unsigned streams, size_t n);

/* --- predictor.c: the analysis ------------------------------------------------------------ */

/* The linear predictors of @n codes, in @n_parts parts of @part codes, the last with
 * the rest: returns TRUE where each part has its own, else all have the same. */
gboolean vicu_codec_predictors_find(VicuCodecScratch *scratch,
                                    const int16_t *codes,
                                    size_t n,
                                    size_t part,
                                    unsigned n_parts,
                                    CodecPredictor *p);
/* Those of a frame; @n_parts: whether they differ is told first. */
void vicu_codec_predictors_put(
    VicuBitWriter *w, const CodecPredictor *p, unsigned n_parts, int32_t base, unsigned width);
gboolean vicu_codec_predictors_get(
    VicuBitReader *r, CodecPredictor *p, unsigned n_parts, int32_t base, unsigned width);
/* Differences of @degree 0..3, [0] = 0, modulo 2^16; of degree 0: less y[0]. */
void vicu_codec_differences(
    const CodecKernels *kernels, const int16_t *y, size_t n, unsigned degree, int16_t *z);
void vicu_codec_shift(int16_t *y, size_t n, int32_t by);
