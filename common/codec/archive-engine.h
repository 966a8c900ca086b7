/* What models and codes the samples of an archive block: built twice, once for
 * any processor and once with AVX2; the two give the same bytes.
 *
 * Inside common/codec and its tests only. docs/codec-archive.md says every step.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/codec/archive-coder.h"
#include "common/codec/archive.h"

#define ARCHIVE_VERSION_LAST 2 /* which is written; all from 1 on are read */

#define ARCHIVE_LAGS     16 /* differences in the first predictor, the one to come included */
#define ARCHIVE_REF_TAPS 4  /* terms of each reference in it */
#define ARCHIVE_FEATURES (VICU_ARCHIVE_REFS_MAX * ARCHIVE_REF_TAPS)
#define ARCHIVE_TERMS    (ARCHIVE_LAGS + ARCHIVE_FEATURES)
#define ARCHIVE_STEP     32  /* samples that are summed with one weight */
#define ARCHIVE_LONG     256 /* residuals that the first filter looks back */
#define ARCHIVE_SHORT    16  /* the second */
#define ARCHIVE_HISTORY  4096

#define ARCHIVE_ROWS 32 /* ARCHIVE_TERMS + 1, and up to a whole vector */

/* Weighted sums of products of the terms, and what is solved from them; of each row
 * the columns from its own on. Row and column ARCHIVE_TERMS, or the last used one, is
 * the difference to predict. */
typedef struct {
    int64_t sum[ARCHIVE_TERMS + 1][ARCHIVE_ROWS];
    int64_t fresh[ARCHIVE_TERMS + 1][ARCHIVE_ROWS]; /* of this step, not yet in @sum */
    int32_t weight[ARCHIVE_TERMS];                  /* 1 / 2^20 */
    int32_t reversed[ARCHIVE_LAGS];                 /* of lags 17..2, the first two 0 */
    int32_t odd[ARCHIVE_LAGS];                      /* every second of them, one place earlier */
    int32_t level[ARCHIVE_STEP]; /* previous value less the mean, of each sample of this step */
    int32_t feature[ARCHIVE_STEP][ARCHIVE_FEATURES];
} ArchiveLeastSquares;

/* Normalised LMS over the last residuals; weights 1 / 2^15 or 2^14. */
typedef struct {
    int16_t weight[ARCHIVE_LONG];
    int16_t past[ARCHIVE_HISTORY + ARCHIVE_LONG + 16]; /* newest first, zeros before it */
    int64_t power;                                     /* of the past that is summed */
    int32_t rest;                                      /* of the sum, without the newest */
    int16_t newest;                                    /* not yet in the past */
    int16_t gain; /* what the next run adds of the past to the weights */
} ArchiveFilter;

typedef struct {
    ArchiveFilter far;
    ArchiveFilter near;
    size_t at; /* where in the past of both the newest goes */
} ArchiveFilters;

#define ARCHIVE_QUAD   4  /* decisions that are mixed and learned together */
#define ARCHIVE_NEAR   20 /* decisions that nearly every sample takes some of, */
#define ARCHIVE_FAR    16 /* and those that few take */
#define ARCHIVE_SCALES 96 /* quarter octaves of the recent error */
#define ARCHIVE_COARSE 36 /* half octaves */
#define ARCHIVE_TIES   20

/* One context's models: @stretch is that of the probability of each of @near. */
typedef struct {
    ArchiveBit near[ARCHIVE_NEAR];
    int16_t stretch[ARCHIVE_NEAR];
    ArchiveBit far[ARCHIVE_FAR];
} ArchiveView;

typedef struct {
    ArchiveView side[ARCHIVE_SCALES][4];
    ArchiveView trend[ARCHIVE_COARSE][ARCHIVE_COARSE];
    int32_t weight[2][ARCHIVE_NEAR + ARCHIVE_FAR]; /* 1 / 65536, of the views */
    ArchiveBit run[40];
    ArchiveBit escape[40];
    ArchiveBit tie[2][16][ARCHIVE_TIES];
    int32_t mean[3]; /* of twice the error, in 1 / 256, over about 8, 32 and 128 samples */
} ArchiveModels;

typedef struct {
    int16_t stretch[4096]; /* ln(p / (1 - p)) * 256 of p / 4096 */
    uint16_t squash[4096]; /* its inverse, of x - 2048; of 65536, and never 0 */
    ArchiveModels models;
    ArchiveLeastSquares squares;
    ArchiveFilters filters;
} ArchiveState;

/* One run over @n values 0..@top. */
typedef struct {
    unsigned version; /* of the block: how the model learns */
    uint16_t *value;  /* read, or written when decoding */
    size_t n;
    uint32_t top;
    uint32_t middle; /* about their mean */
    /* at the same instants, and one more before and after: [-1] and [n] may be read */
    const int32_t *ref[VICU_ARCHIVE_REFS_MAX]; /* minus their mean */
    size_t n_refs;
    int32_t *difference; /* room for ARCHIVE_LAGS + 1 + @n */
} ArchiveJob;

/* Samples that are a sum of the references but for rounding: @straight is that
 * sum in 1 / 2^20, @offset the sample minus its nearest integer. */
typedef struct {
    const int64_t *straight;
    int64_t zero; /* where @straight is a sample of 0 */
    int32_t *offset;
    size_t n;
} ArchiveStraightJob;

/* false: the coder was full. */
typedef struct {
    const char *name;
    bool (*encode)(ArchiveState *state, ArchiveCoder *coder, const ArchiveJob *job);
    bool (*decode)(ArchiveState *state, ArchiveCoder *coder, const ArchiveJob *job);
    bool (*encode_straight)(ArchiveState *state, ArchiveCoder *coder, const ArchiveStraightJob *);
    bool (*decode_straight)(ArchiveState *state, ArchiveCoder *coder, const ArchiveStraightJob *);
    /* Weights in 1 / 2^20 of terms 0..@n - 1 for term @n from their sums of
     * products (from each row's own column on); the @ridge-th power of 1/2 is added
     * to each normalised diagonal. */
    void (*solve)(const int64_t sum[ARCHIVE_TERMS + 1][ARCHIVE_ROWS],
                  size_t n,
                  unsigned ridge,
                  int32_t *weight);
} ArchiveEngine;

/* The scratch of archive.h: here so that tests can choose engine and version. */
struct VicuArchiveScratch {
    const ArchiveEngine *engine;
    unsigned version; /* of the blocks that are packed */
    size_t room;      /* samples the arrays below hold */
    uint16_t *value;
    uint16_t *rank;
    int32_t *difference;
    int32_t *ref[VICU_ARCHIVE_REFS_MAX];
    int64_t *straight;
    int32_t *offset;
    uint8_t *bytes; /* 2 * room + ARCHIVE_SLACK */
    uint16_t rank_of[65536];
    uint16_t code_of[65536];
    ArchiveState state;
};

#define ARCHIVE_SLACK 65536

extern const ArchiveEngine vicu_archive_engine_plain;
#if defined(__x86_64__)
extern const ArchiveEngine vicu_archive_engine_avx2;
#endif

/* The fastest this processor can run. */
const ArchiveEngine *vicu_archive_engine(void);

/* Tables that never change. */
void vicu_archive_state_init(ArchiveState *state);
