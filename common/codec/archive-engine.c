/* The model of archive blocks: least squares, two LMS filters, range coder.
 *
 * Built once for any processor and once with AVX2 (ARCHIVE_ENGINE names the
 * table): integer sums do not depend on their order, so both give the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/archive-residual.h"
#include "common/codec/archive-sums.h"

#ifndef ARCHIVE_ENGINE
#define ARCHIVE_ENGINE vicu_archive_engine_plain
#endif

#define RUN_AFTER  24 /* equal samples before a run may begin; more than ARCHIVE_LAGS */
#define EAGER      16 /* the first steps are all summed and solved */
#define RIDGE      18 /* 2^-18 is added to each normalised diagonal */
#define PAST_SHIFT 4  /* the filters' past is in 1 / 16, coarser for wide signals */

/* What differs between the versions of a block. */
typedef struct {
    bool late;          /* filters and shares learn an error while the next value is coded */
    unsigned memory;    /* the sums forget 2^-memory a step */
    size_t sum_every;   /* steps of which one is summed, */
    size_t solve_every; /* and between two solutions */
    int near_slowness;  /* the short filter's step is 2^-near_slowness */
    int32_t share_step;
    int32_t share_first;
} Tuning;

static const Tuning tunings[ARCHIVE_VERSION_LAST + 1] = {
    [1] = {false, 6, 1, 4, 5, 20, 48000},
    [2] = {true, 7, 2, 16, 4, 200, 65536},
};

/* What one run carries along; in registers, so its address goes nowhere. */
typedef struct {
    int32_t *window; /* differences; [ARCHIVE_LAGS] is the one to come */
    size_t in_step;  /* modelled samples since the last sums */
    size_t steps;    /* since the beginning */
    uint64_t wrong;  /* sum of errors in this step, 1 / 256 */
    int32_t last;
    int past_shift;
    int32_t far_share; /* 1 / 65536 of its prediction that is believed */
    int32_t near_share;
    int32_t error; /* of the last value, 1 / 256; after the first filter, and the second */
    int32_t after_far;
    int32_t after_near;
    int32_t far; /* what they predicted of it */
    int32_t near;
    ResidualView view; /* of the last value, and what of it is not yet learned */
    Decided decided;
} Run;

static void
begin(ArchiveState *state, const ArchiveJob *job)
{
    memset(&state->squares, 0, sizeof state->squares);
    filters_begin(&state->filters);
    models_begin(state);
    memset(job->difference, 0, (ARCHIVE_LAGS + 1) * sizeof *job->difference);
}

/* The end of step @steps, @end: its sums enter what is remembered, and the weights are
 * solved anew. */
static void
renew_weights(ArchiveLeastSquares *squares,
              const int32_t *end,
              size_t n_refs,
              uint64_t wrong,
              size_t steps,
              const Tuning *tuning)
{
    const size_t n_features = n_refs * ARCHIVE_REF_TAPS;

    if (steps > EAGER && steps % tuning->sum_every != 0)
        return;
    sum_step(squares, end - ARCHIVE_STEP, n_features, wrong, tuning->memory);
    if (steps > EAGER && steps % tuning->solve_every != 0)
        return;
    solve((const int64_t(*)[ARCHIVE_ROWS])squares->sum, ARCHIVE_LAGS + n_features, RIDGE,
          squares->weight);
    for (int a = 2; a < ARCHIVE_LAGS; a++)
        squares->reversed[ARCHIVE_LAGS + 1 - a] = squares->weight[a];
    for (int c = 0; c < ARCHIVE_LAGS; c += 2)
        squares->odd[c] = squares->reversed[c + 1];
}

/* The lags but the newest, which may not be in memory yet, in 1 / 2^20. */
#if defined(__AVX2__)
ARCHIVE_INLINE int64_t
sum_window(const ArchiveLeastSquares *squares, const int32_t *window)
{
    __m256i sum = _mm256_setzero_si256();

    for (int c = 0; c < ARCHIVE_LAGS; c += 8) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)&window[c - 1]);
        __m256i even = _mm256_loadu_si256((const __m256i *)(const void *)&squares->reversed[c]);
        __m256i odd = _mm256_loadu_si256((const __m256i *)(const void *)&squares->odd[c]);
        sum = _mm256_add_epi64(sum, _mm256_mul_epi32(x, even));
        sum = _mm256_add_epi64(sum, _mm256_mul_epi32(_mm256_srli_epi64(x, 32), odd));
    }
    __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return _mm_cvtsi128_si64(_mm_add_epi64(half, _mm_unpackhi_epi64(half, half)));
}
#else
ARCHIVE_INLINE int64_t
sum_window(const ArchiveLeastSquares *squares, const int32_t *window)
{
    int64_t sum = 0;

    for (int c = 0; c < ARCHIVE_LAGS; c++)
        sum += (int64_t)squares->reversed[c] * window[c - 1];
    return sum;
}
#endif

/* What the references give for the value at @t. */
ARCHIVE_INLINE int64_t
sum_refs(ArchiveLeastSquares *squares, const ArchiveJob *job, size_t in_step, size_t t)
{
    int32_t *feature = squares->feature[in_step];
    const int32_t *weight = squares->weight + ARCHIVE_LAGS;
    int64_t sum = 0;

    for (size_t k = 0; k < job->n_refs; k++, feature += ARCHIVE_REF_TAPS) {
        const int32_t *at = job->ref[k] + t;
        feature[0] = at[0];
        feature[1] = at[1] - at[0];
        feature[2] = at[0] - at[-1];
        feature[3] = at[-1] - at[-2];
        for (int i = 0; i < ARCHIVE_REF_TAPS; i++)
            sum += (int64_t)*weight++ * feature[i];
    }
    return sum;
}

/* The step from the last value to the one at @t, in 1 / 256. */
ARCHIVE_INLINE int32_t
predict_squares(ArchiveLeastSquares *squares, const ArchiveJob *job, const Run *run, size_t t)
{
    int32_t level = run->last - (int32_t)job->middle;
    int64_t sum = sum_window(squares, run->window) + sum_refs(squares, job, run->in_step, t);

    sum += (int64_t)squares->weight[0] * level;
    sum += (int64_t)squares->weight[1] * run->window[ARCHIVE_LAGS - 1];
    squares->level[run->in_step] = level;
    return (int32_t)clamped(sum >> 12, 65535 << 8);
}

/* @share moved up or down as @error has the sign of what was @predicted. */
ARCHIVE_INLINE int32_t
moved_share(int32_t share, int32_t error, int32_t predicted, const Tuning *tuning)
{
    int32_t step = tuning->share_step;

    if (!tuning->late && (error == 0 || predicted == 0))
        step = 0;
    share += (error ^ predicted) < 0 ? -step : step;
    return between(share, 0, 65536);
}

/* The last error moves how much the filters are believed, by what they predicted of it. */
ARCHIVE_INLINE void
move_shares(Run *run, int32_t far, int32_t near, const Tuning *tuning)
{
    run->far_share = moved_share(run->far_share, run->error, far, tuning);
    run->near_share = moved_share(run->near_share, run->error, near, tuning);
}

/* Of the value at @t, in 1 / 256; @step: without the filters, from the last value. */
ARCHIVE_INLINE int32_t
predict(ArchiveState *state, const ArchiveJob *job, Run *run, size_t t, int32_t *step)
{
    ArchiveFilters *filters = &state->filters;

    *step = predict_squares(&state->squares, job, run, t);
    run->far = filter_sum(&filters->far, FAR_UNIT);
    run->near = filter_sum(&filters->near, NEAR_UNIT);
    filters_move(filters);
    int64_t finer = (int64_t)run->far_share * run->far + (int64_t)run->near_share * run->near;
    int32_t sum = run->last * 256 + *step + (int32_t)(finer >> (16 - run->past_shift));
    return between(sum, 0, (int32_t)job->top * 256);
}

/* What the filters and the window take in of the @value for which @predicted was said. */
ARCHIVE_INLINE void
take(ArchiveState *state, Run *run, int32_t value, int32_t predicted, int32_t step)
{
    int32_t difference = value - run->last, input = (difference * 256 - step) >> run->past_shift;

    run->error = value * 256 - predicted;
    run->after_far = input - run->far;
    run->after_near = run->after_far - run->near;
    run->last = value;
    run->window[ARCHIVE_LAGS] = difference;
    run->window++;
    state->filters.far.newest = as_past(input);
    state->filters.near.newest = as_past(run->after_far);
}

/* Predicts, codes and learns the value at @t. What the next prediction does not need is
 * done as late as can be: a processor begins with what comes first. */
ARCHIVE_INLINE int32_t
one_sample(ArchiveState *state,
           ArchiveCoder *coder,
           const ArchiveJob *job,
           Run *run,
           size_t t,
           int32_t value,
           bool decode,
           const Tuning *tuning)
{
    ArchiveFilters *filters = &state->filters;
    const int32_t far = run->far, near = run->near;
    int32_t step;

    if (!tuning->late) {
        filters_learn(filters, filters->at, tuning->near_slowness, run->after_far, run->after_near);
        filters_run(filters, false);
    }
    int32_t predicted = predict(state, job, run, t, &step);
    learn_decided(state, &run->view, &run->decided);
    look(state, predicted, &run->view, decode);
    if (tuning->late) {
        move_shares(run, far, near, tuning);
        filters_learn(filters, filters->at + 1, tuning->near_slowness, run->after_far,
                      run->after_near);
        filters_run(filters, true);
    }
    value = code_residual(state, coder, value, decode, &run->view, &run->decided);
    if (decode)
        value = between(value, 0, (int32_t)job->top);
    take(state, run, value, predicted, step);
    if (!tuning->late)
        move_shares(run, run->far, run->near, tuning);
    uint32_t size = (uint32_t)(run->error < 0 ? -run->error : run->error);
    learn_scale(&state->models, (int32_t)size);
    run->wrong += size;
    return value;
}

/* After RUN_AFTER equal samples: how many more follow. Nothing learns from them. */
ARCHIVE_INLINE size_t
code_run(ArchiveState *state,
         ArchiveCoder *coder,
         const ArchiveJob *job,
         int32_t last,
         size_t t,
         bool decode)
{
    size_t length = 0, most = job->n - t < 1 << 19 ? job->n - t : 1 << 19;

    if (!decode) {
        while (length < most && job->value[t + length] == (uint16_t)last)
            length++;
    }
    length = archive_coder_number(coder, state->models.run, (uint32_t)length, decode);
    length = length < most ? length : most;
    for (size_t i = 0; decode && i < length; i++)
        job->value[t + i] = (uint16_t)last;
    return length;
}

ARCHIVE_INLINE bool
run_job(ArchiveState *state,
        ArchiveCoder *outer,
        const ArchiveJob *job,
        bool decode,
        const Tuning *tuning)
{
    ArchiveCoder coder = *outer; /* in registers, too */
    Run run = {.window = job->difference + 1,
               .last = (int32_t)job->middle,
               .past_shift = PAST_SHIFT + between(bit_length(job->top) - 13, 0, 3),
               .far_share = tuning->share_first,
               .near_share = tuning->share_first,
               .view = {.side = state->models.side[0], .trend = state->models.trend[0]},
               .decided = {.quotient = QUOTIENT_NONE}};
    size_t equal = 0;

    begin(state, job);
    for (size_t t = 0; t < job->n && !coder.full; t++) {
        if (equal >= RUN_AFTER) {
            t += code_run(state, &coder, job, run.last, t, decode);
            equal = 0;
            if (t >= job->n)
                break;
        }
        int32_t before = run.last, given = decode ? 0 : job->value[t];
        int32_t value = one_sample(state, &coder, job, &run, t, given, decode, tuning);
        if (decode)
            job->value[t] = (uint16_t)value;
        equal = value == before ? equal + 1 : 0;
        if (++run.in_step == ARCHIVE_STEP) {
            renew_weights(&state->squares, run.window + ARCHIVE_LAGS, job->n_refs, run.wrong,
                          ++run.steps, tuning);
            run.in_step = 0;
            run.wrong = 0;
        }
    }
    if (!decode)
        archive_coder_end_encode(&coder);
    *outer = coder;
    return !coder.full;
}

/* @offset of one sample: 0, 1, -1, 2 ... by models of the fraction and the sign
 * of the sum, for they decide how a half was rounded. */
ARCHIVE_INLINE bool
run_straight(ArchiveState *state, ArchiveCoder *coder, const ArchiveStraightJob *job, bool decode)
{
    models_begin(state);
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
    return job->version == 1 ? run_job(state, coder, job, false, &tunings[1])
                             : run_job(state, coder, job, false, &tunings[2]);
}

static bool
decode(ArchiveState *state, ArchiveCoder *coder, const ArchiveJob *job)
{
    return job->version == 1 ? run_job(state, coder, job, true, &tunings[1])
                             : run_job(state, coder, job, true, &tunings[2]);
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
