/* The model of archive blocks: least squares, two LMS filters, range coder.
 *
 * Built once for any processor and once with AVX2 (ARCHIVE_ENGINE names the
 * table): integer sums do not depend on their order, so both give the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/archive-engine.h"

#include <stdlib.h>

#include "common/codec/archive-residual.h"

#ifndef ARCHIVE_ENGINE
#define ARCHIVE_ENGINE vicu_archive_engine_plain
#endif

#define RUN_AFTER   24 /* equal samples before a run may begin; more than ARCHIVE_LAGS */
#define MEMORY      6  /* the sums forget 2^-6 a step */
#define SOLVE_EVERY 4  /* steps between two solutions */
#define SOLVE_EAGER 16 /* but the first are all solved */
#define RIDGE       18 /* 2^-18 is added to each normalised diagonal */
#define MIX_STEP    20
#define MIX_FIRST   48000
#define FAR_UNIT    15
#define NEAR_UNIT   14
#define PAST_SHIFT  4 /* the filters' past is in 1 / 16, coarser for wide signals */

/* What one run carries along. */
typedef struct {
    ArchiveState *state;
    const ArchiveJob *job;
    const int32_t *window; /* differences; [0] is ARCHIVE_LAGS before the one to come */
    size_t m;              /* modelled samples so far */
    size_t in_step;        /* of them since the last solution */
    size_t steps;          /* since the beginning */
    int32_t last;
    int past_shift;
    int32_t far_share; /* 1 / 65536 of its prediction that is believed */
    int32_t near_share;
    int32_t weight_reversed[ARCHIVE_LAGS]; /* of lags 17..2, the first two 0 */
    int32_t level[ARCHIVE_STEP]; /* previous value less the mean, of each sample of this step */
    uint64_t wrong;              /* sum of errors in this step, 1 / 256 */
} Run;

static void
begin(Run *run, ArchiveState *state, const ArchiveJob *job)
{
    memset(&state->squares, 0, sizeof state->squares);
    filter_begin(&state->far);
    filter_begin(&state->near);
    models_begin(&state->models);
    memset(job->difference, 0, (ARCHIVE_LAGS + 1) * sizeof *job->difference);
    *run = (Run){.state = state, .job = job, .window = job->difference + 1};
    run->last = (int32_t)job->middle;
    run->past_shift = PAST_SHIFT + at_most(bit_length(job->top) - 13, 3);
    run->far_share = run->near_share = MIX_FIRST;
}

/* sum[c] += window[c] * by, for each lag. */
#if defined(__AVX2__)
ARCHIVE_INLINE void
add_products(int64_t sum[ARCHIVE_LAGS], const int32_t *window, int32_t by)
{
    __m256i wide = _mm256_set1_epi32(by);

    for (int c = 0; c < ARCHIVE_LAGS; c += 4) {
        __m256i *at = (__m256i *)(void *)&sum[c];
        __m128i four = _mm_loadu_si128((const __m128i *)(const void *)&window[c]);
        __m256i product = _mm256_mul_epi32(_mm256_cvtepi32_epi64(four), wide);
        _mm256_storeu_si256(at, _mm256_add_epi64(_mm256_loadu_si256(at), product));
    }
}
#else
ARCHIVE_INLINE void
add_products(int64_t sum[ARCHIVE_LAGS], const int32_t *window, int32_t by)
{
    for (int c = 0; c < ARCHIVE_LAGS; c++)
        sum[c] += (int64_t)window[c] * by;
}
#endif

/* Sums of products of the last differences and levels over one step. The lags are
 * one series shifted: only its first row is summed, the others follow from it. */
static void
sum_lags(Run *run)
{
    int64_t(*fresh)[ARCHIVE_TERMS + 1] = run->state->squares.fresh;
    const size_t target = run->job->n_refs * ARCHIVE_REF_TAPS + ARCHIVE_LAGS;
    const int32_t *end = run->job->difference + ARCHIVE_LAGS + 1 + run->m,
                  *begin = end - ARCHIVE_STEP;
    int64_t lag[ARCHIVE_LAGS] = {0}, level[ARCHIVE_LAGS] = {0}, square = 0;

    for (int m = 0; m < ARCHIVE_STEP; m++) {
        add_products(lag, begin + m - (ARCHIVE_LAGS - 1), begin[m]);
        add_products(level, begin + m - (ARCHIVE_LAGS - 1), run->level[m]);
        square += (int64_t)run->level[m] * run->level[m];
    }
    int64_t product[ARCHIVE_LAGS][ARCHIVE_LAGS];
    for (int b = 0; b < ARCHIVE_LAGS; b++)
        product[0][b] = lag[ARCHIVE_LAGS - 1 - b];
    for (int a = 1; a < ARCHIVE_LAGS; a++) {
        for (int b = a; b < ARCHIVE_LAGS; b++)
            product[a][b] =
                product[a - 1][b - 1] + (int64_t)begin[-a] * begin[-b] - (int64_t)end[-a] * end[-b];
    }
    fresh[0][0] = square;
    for (int a = 1; a < ARCHIVE_LAGS; a++) {
        fresh[a][0] = level[ARCHIVE_LAGS - 1 - a];
        for (int b = 1; b <= a; b++)
            fresh[a][b] = product[b][a];
        fresh[target][a] = product[0][a];
    }
    fresh[target][0] = level[ARCHIVE_LAGS - 1];
    fresh[target][target] = product[0][0];
}

/* Sums of products that have a reference in them. */
static void
sum_refs(Run *run)
{
    ArchiveLeastSquares *squares = &run->state->squares;
    const size_t n = run->job->n_refs * ARCHIVE_REF_TAPS, target = n + ARCHIVE_LAGS;
    const int32_t *begin = run->job->difference + ARCHIVE_LAGS + 1 + run->m - ARCHIVE_STEP;

    for (size_t i = 0; i < n; i++) {
        int64_t lag[ARCHIVE_LAGS] = {0}, other[ARCHIVE_FEATURES] = {0}, level = 0;
        for (int m = 0; m < ARCHIVE_STEP; m++) {
            const int32_t *feature = squares->feature[m];
            int64_t f = feature[i];
            add_products(lag, begin + m - (ARCHIVE_LAGS - 1), feature[i]);
            for (int c = 0; c < ARCHIVE_FEATURES; c++)
                other[c] += feature[c] * f;
            level += run->level[m] * f;
        }
        int64_t *row = squares->fresh[ARCHIVE_LAGS + i];
        row[0] = level;
        for (int a = 1; a < ARCHIVE_LAGS; a++)
            row[a] = lag[ARCHIVE_LAGS - 1 - a];
        for (size_t j = 0; j <= i; j++)
            row[ARCHIVE_LAGS + j] = other[j];
        squares->fresh[target][ARCHIVE_LAGS + i] = lag[ARCHIVE_LAGS - 1];
    }
}

/* A step's end: its sums, weighted by the inverse of its error's square, enter
 * what is remembered, and the weights are solved anew. */
static void
renew_weights(Run *run)
{
    ArchiveLeastSquares *squares = &run->state->squares;
    const size_t n = ARCHIVE_LAGS + run->job->n_refs * ARCHIVE_REF_TAPS;

    sum_lags(run);
    if (n > ARCHIVE_LAGS)
        sum_refs(run);
    int widest = 0;
    for (size_t i = 0; i <= n; i++) {
        int width = bit_length((uint64_t)squares->fresh[i][i]);
        widest = width > widest ? width : widest;
    }
    int shift = 42 - 2 * bit_length(run->wrong);
    shift = shift > 54 - widest ? 54 - widest : shift;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= i; j++)
            squares->sum[i][j] +=
                shifted(squares->fresh[i][j], shift) - (squares->sum[i][j] >> MEMORY);
    }
    run->wrong = 0;
    run->in_step = 0;
    if (++run->steps > SOLVE_EAGER && run->steps % SOLVE_EVERY != 0)
        return;
    solve((const int64_t(*)[ARCHIVE_TERMS + 1]) squares->sum, n, RIDGE, squares->weight);
    for (int a = 2; a < ARCHIVE_LAGS; a++)
        run->weight_reversed[ARCHIVE_LAGS + 1 - a] = squares->weight[a];
}

/* The step from the last value to the one at @t, in 1 / 256. */
ARCHIVE_INLINE int64_t
predict_squares(Run *run, size_t t)
{
    ArchiveLeastSquares *squares = &run->state->squares;
    const ArchiveJob *job = run->job;
    int32_t level = run->last - (int32_t)job->middle;
    int64_t sum = (int64_t)squares->weight[0] * level;

    run->level[run->in_step] = level;
    /* the newest by itself: the others can be summed before it is known */
    sum += (int64_t)squares->weight[1] * run->window[ARCHIVE_LAGS - 1];
    for (int c = 0; c < ARCHIVE_LAGS; c++)
        sum += (int64_t)run->weight_reversed[c] * run->window[c - 1];
    int32_t *feature = squares->feature[run->in_step];
    const int32_t *weight = squares->weight + ARCHIVE_LAGS;
    for (size_t k = 0; k < job->n_refs; k++, feature += ARCHIVE_REF_TAPS) {
        const int32_t *at = job->ref[k] + t;
        feature[0] = at[0];
        feature[1] = at[1] - at[0];
        feature[2] = at[0] - at[-1];
        feature[3] = at[-1] - at[-2];
        for (int i = 0; i < ARCHIVE_REF_TAPS; i++)
            sum += (int64_t)*weight++ * feature[i];
    }
    return clamped(sum >> 12, 65535 << 8);
}

ARCHIVE_INLINE int32_t
moved_share(int32_t share, int64_t error, int32_t predicted)
{
    int32_t same = (error > 0) - (error < 0);

    share += same * ((predicted > 0) - (predicted < 0)) * MIX_STEP;
    return share < 0 ? 0 : share > 65536 ? 65536 : share;
}

/* Predicts, codes and learns the value at @t. */
ARCHIVE_INLINE int32_t
one_sample(Run *run, ArchiveCoder *coder, size_t t, int32_t value, bool decode)
{
    ArchiveState *state = run->state;
    int64_t step = predict_squares(run, t);
    int32_t far = filter_step(&state->far, ARCHIVE_LONG) >> FAR_UNIT;
    int32_t near = filter_step(&state->near, ARCHIVE_SHORT) >> NEAR_UNIT;
    int64_t finer = (int64_t)run->far_share * far + (int64_t)run->near_share * near;
    int64_t predicted = ((int64_t)run->last << 8) + step + shifted(finer, run->past_shift - 16);

    predicted = predicted < 0 ? 0 : predicted;
    predicted = predicted > (int64_t)run->job->top << 8 ? (int64_t)run->job->top << 8 : predicted;
    value = code_residual(state, coder, predicted, value, decode);
    if (decode)
        value = value < 0 ? 0 : value > (int32_t)run->job->top ? (int32_t)run->job->top : value;

    int64_t error = ((int64_t)value << 8) - predicted;
    int64_t size = error < 0 ? -error : error;
    int32_t difference = value - run->last;
    int32_t input = (int32_t)((((int64_t)difference << 8) - step) >> run->past_shift);
    int32_t after_far = input - far, after_near = after_far - near;
    learn_scale(&state->models, size);
    run->far_share = moved_share(run->far_share, error, far);
    run->near_share = moved_share(run->near_share, error, near);
    filter_learn(&state->far, ARCHIVE_LONG, FAR_UNIT, after_far, input);
    filter_learn(&state->near, ARCHIVE_SHORT, NEAR_UNIT, after_near, after_far);
    run->wrong += (uint64_t)size;
    run->job->difference[ARCHIVE_LAGS + 1 + run->m++] = difference;
    run->window++;
    run->last = value;
    if (++run->in_step == ARCHIVE_STEP)
        renew_weights(run);
    return value;
}

/* After RUN_AFTER equal samples: how many more follow. Nothing learns from them. */
static size_t
code_run(Run *run, ArchiveCoder *coder, size_t t, bool decode)
{
    const ArchiveJob *job = run->job;
    size_t length = 0, most = job->n - t < 1 << 19 ? job->n - t : 1 << 19;

    if (!decode) {
        while (length < most && job->value[t + length] == (uint16_t)run->last)
            length++;
    }
    length = archive_coder_number(coder, run->state->models.run, (uint32_t)length, decode);
    length = length < most ? length : most;
    for (size_t i = 0; decode && i < length; i++)
        job->value[t + i] = (uint16_t)run->last;
    return length;
}

ARCHIVE_INLINE bool
run_job(ArchiveState *state, ArchiveCoder *outer, const ArchiveJob *job, bool decode)
{
    ArchiveCoder local = *outer, *coder = &local; /* in registers */
    Run run;
    size_t equal = 0;

    begin(&run, state, job);
    for (size_t t = 0; t < job->n && !coder->full; t++) {
        if (equal >= RUN_AFTER) {
            t += code_run(&run, coder, t, decode);
            equal = 0;
            if (t >= job->n)
                break;
        }
        int32_t before = run.last;
        int32_t value = one_sample(&run, coder, t, decode ? 0 : job->value[t], decode);
        if (decode)
            job->value[t] = (uint16_t)value;
        equal = value == before ? equal + 1 : 0;
    }
    if (!decode)
        archive_coder_end_encode(coder);
    *outer = local;
    return !local.full;
}

/* @offset of one sample: 0, 1, -1, 2 ... by models of the fraction and the sign
 * of the sum, for they decide how a half was rounded. */
ARCHIVE_INLINE bool
run_straight(ArchiveState *state, ArchiveCoder *coder, const ArchiveStraightJob *job, bool decode)
{
    models_begin(&state->models);
    for (size_t t = 0; t < job->n && !coder->full; t++) {
        uint32_t part = (uint32_t)((job->straight[t] + (1 << 15)) >> 16) & 15;
        ArchiveBit *tie = state->models.tie[job->straight[t] < job->zero][part];
        int32_t offset = decode ? 0 : job->offset[t];
        uint32_t folded = offset > 0 ? 2 * (uint32_t)offset - 1 : 2 * (uint32_t)-offset, got = 0;
        while (got < QUOTIENT_MAX && archive_coder_model(coder, &tie[got], got < folded, decode))
            got++;
        if (got == QUOTIENT_MAX)
            got = archive_coder_number(coder, state->models.escape, folded, decode);
        if (decode)
            job->offset[t] = got & 1 ? (int32_t)(got / 2 + 1) : -(int32_t)(got / 2);
    }
    if (!decode)
        archive_coder_end_encode(coder);
    return !coder->full;
}

static bool
encode(ArchiveState *state, ArchiveCoder *coder, const ArchiveJob *job)
{
    return run_job(state, coder, job, false);
}

static bool
decode(ArchiveState *state, ArchiveCoder *coder, const ArchiveJob *job)
{
    return run_job(state, coder, job, true);
}

static bool
encode_straight(ArchiveState *state, ArchiveCoder *coder, const ArchiveStraightJob *job)
{
    return run_straight(state, coder, job, false);
}

static bool
decode_straight(ArchiveState *state, ArchiveCoder *coder, const ArchiveStraightJob *job)
{
    return run_straight(state, coder, job, true);
}

const ArchiveEngine ARCHIVE_ENGINE = {
#if defined(__AVX2__)
    .name = "avx2",
#else
    .name = "plain",
#endif
    .encode = encode,
    .decode = decode,
    .encode_straight = encode_straight,
    .decode_straight = decode_straight,
    .solve = solve,
};
