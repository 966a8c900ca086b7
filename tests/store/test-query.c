/* Queries against a brute-force copy of all that was sent.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "common/numeric-times.h"
#include "store/query.h"
#include "tests/store/ask.h"
#include "tests/store/make.h"

/* ---- a ward whose every value is a function of its index ---- */

#define BEDS       3
#define TICKS      2500 /* of 40 ms: 100 s, over two minutes of the index and more than one block */
#define PER_TICK_A 10   /* 250 Hz */

static const char *const beds[BEDS] = {"demo/icu/1", "demo/icu/2", "demo/icu/11"};

static int16_t
sample_a(int bed, uint64_t i)
{
    if (i % 997 < 40)
        return STORE_SAMPLE_INVALID;
    return (int16_t)(200 * sin((double)i / 17 + bed) + (double)(i % 13));
}

/* Samples that were never sent: a hole of 5 s in the first bed. */
static bool
was_sent(int bed, uint64_t tick)
{
    return bed != 0 || tick < 1000 || tick >= 1125;
}

static int64_t
start_of_bed(int bed)
{
    return T0_US + 50 * SECOND + bed * 1234;
}

static double
heart(int bed, uint64_t s)
{
    return 60 + bed + (double)(s % 31);
}

static GBytes *
ward_tick(uint64_t tick)
{
    Make *make = make_new(T0_US);

    for (int b = 0; b < BEDS; b++) {
        int16_t samples[PER_TICK_A];
        if (tick % 25 == 0)
            make_segment(make, (uint32_t)b, beds[b], ECG_II, start_of_bed(b), 1, 250);
        for (uint64_t i = 0; i < PER_TICK_A; i++)
            samples[i] = sample_a(b, tick * PER_TICK_A + i);
        if (was_sent(b, tick))
            make_wave(make, (uint32_t)b, tick * PER_TICK_A, samples, PER_TICK_A);
        if (tick % 25 == 24)
            make_numeric(make, beds[b], HEART, start_of_bed(b) + (int64_t)(tick / 25) * SECOND,
                         heart(b, tick / 25),
                         tick / 25 % 10 == 3 ? VICU__QUALITY__QUALITY_INVALID
                                             : VICU__QUALITY__QUALITY_GOOD);
    }
    return make_done(make);
}

static void
fill(Ward *ward, uint64_t from, uint64_t to)
{
    for (uint64_t tick = from; tick < to; tick++) {
        g_assert_cmpint(ward_put(ward, 1, 1, tick + 1, ward_tick(tick)), ==, STORE_PUT_TAKEN);
        ward_pass(ward, 40000);
        if (tick % 5 == 0)
            ward_commit(ward);
        if (tick % 25 == 0)
            ward_rest(ward);
    }
}

static void
open_full(Ward *ward)
{
    ward_open(ward);
    ward_epoch(ward, 1, 1);
    fill(ward, 0, TICKS);
}

static int64_t
time_a(int bed, uint64_t i)
{
    return start_of_bed(bed) + (int64_t)i * 4000;
}

static void
check_samples(Ward *ward, int bed, int64_t from_us, int64_t to_us, uint64_t ticks)
{
    Answer answer = ask_samples(ward, beds[bed], ECG_II, from_us, to_us);
    g_autofree uint8_t *got = g_malloc0(ticks * PER_TICK_A);

    g_assert_null(answer.refusal);
    for (size_t r = 0; r < answer.rows->n_run; r++) {
        const Vicu__SampleRun *run = answer.rows->run[r];
        g_assert_cmpstr(run->segment->bed, ==, beds[bed]);
        for (size_t i = 0; i < run->samples.len / 2; i++) {
            int16_t sample;
            uint64_t n = run->first + i;
            memcpy(&sample, run->samples.data + 2 * i, 2);
            g_assert_cmpuint(n, <, ticks * PER_TICK_A);
            g_assert_cmpint(sample, ==, sample_a(bed, n));
            g_assert_cmpint(got[n], ==, 0); /* once */
            got[n] = 1;
        }
    }
    for (uint64_t n = 0; n < ticks * PER_TICK_A; n++) {
        bool want =
            was_sent(bed, n / PER_TICK_A) && time_a(bed, n) >= from_us && time_a(bed, n) < to_us;
        g_assert_cmpint(got[n], ==, want);
    }
    answer_clear(&answer);
}

static void
check_many_ranges(Ward *ward)
{
    for (int bed = 0; bed < BEDS; bed++) {
        check_samples(ward, bed, T0_US - HOUR, T0_US + HOUR, TICKS);
        check_samples(ward, bed, time_a(bed, 100), time_a(bed, 101), TICKS);
        check_samples(ward, bed, time_a(bed, 100) + 1, time_a(bed, 101), TICKS);
        for (int i = 0; i < 20; i++) {
            int64_t from = T0_US + 40 * SECOND + g_test_rand_int_range(0, 100000000);
            check_samples(ward, bed, from, from + g_test_rand_int_range(1, 70000000), TICKS);
        }
    }
}

static void
samples_come_back_once_and_exactly(void)
{
    Ward ward;

    open_full(&ward);
    check_many_ranges(&ward);
    ward_shut(&ward); /* no clean end: what was in memory is read again */
    ward_reopen(&ward);
    check_many_ranges(&ward);
    ward_pass(&ward, 5 * MINUTE);
    ward_rest(&ward); /* begun, perhaps not finished */
    check_many_ranges(&ward);
    ward_seal(&ward);
    g_assert_cmpuint(store_fresh_bytes(store_head_waves(ward.head)->fresh), ==, 0);
    check_many_ranges(&ward);
    ward_shut(&ward);
    ward_reopen(&ward);
    g_assert_cmpuint(store_head_counts(ward.head)->replayed, ==, 0);
    check_many_ranges(&ward);
    ward_close(&ward);
}

/* ---- columns ---- */

static void
check_columns(Ward *ward, int bed, int64_t from_us, int64_t to_us, uint32_t columns)
{
    Answer answer = ask_columns(ward, beds[bed], ECG_II, from_us, to_us, columns);

    g_assert_null(answer.refusal);
    g_assert_cmpuint(answer.rows->n_column, ==, columns);
    for (uint32_t c = 0; c < columns; c++) {
        const Vicu__Column *column = answer.rows->column[c];
        int64_t end_us = c + 1 < columns ? answer.rows->column[c + 1]->t_us : to_us;
        double min = 1e9, max = -1e9, sum = 0;
        int n = 0;
        if (c == 0)
            g_assert_cmpint(column->t_us, ==, from_us);
        for (uint64_t i = 0; i < TICKS * PER_TICK_A; i++) {
            int64_t t = time_a(bed, i);
            if (t < column->t_us || t >= end_us || !was_sent(bed, i / PER_TICK_A)
                || sample_a(bed, i) == STORE_SAMPLE_INVALID)
                continue;
            double v = (sample_a(bed, i) - 10) / 200.0;
            min = MIN(min, v);
            max = MAX(max, v);
            sum += v;
            n++;
        }
        double coverage = MIN(1, 4000.0 * n / (double)(end_us - column->t_us));
        g_assert_cmpfloat_with_epsilon((double)column->coverage, coverage, 1e-4);
        if (n > 0) {
            g_assert_cmpfloat_with_epsilon(column->min, min, 1e-9);
            g_assert_cmpfloat_with_epsilon(column->max, max, 1e-9);
            g_assert_cmpfloat_with_epsilon(column->mean, sum / n, 1e-9);
        }
    }
    answer_clear(&answer);
}

static void
columns_equal_brute_force_and_show_gaps(void)
{
    Ward ward;
    bool hole = false;

    open_full(&ward);
    check_columns(&ward, 0, start_of_bed(0), start_of_bed(0) + 100 * SECOND, 100);
    check_columns(&ward, 1, start_of_bed(1) + 777, start_of_bed(1) + 33 * SECOND, 77);
    check_columns(&ward, 2, start_of_bed(2), start_of_bed(2) + 10000, 13);
    check_columns(&ward, 0, start_of_bed(0) - 10 * SECOND, start_of_bed(0) + 200 * SECOND, 1);
    Answer answer =
        ask_columns(&ward, beds[0], ECG_II, start_of_bed(0), start_of_bed(0) + 100 * SECOND, 100);
    for (size_t i = 40; i < 45; i++)
        hole = answer.rows->column[i]->coverage <= 0 || hole;
    g_assert_true(hole);
    answer_clear(&answer);
    ward_close(&ward);
}

static void
columns_of_numerics_leave_out_invalid_values(void)
{
    Ward ward;

    open_full(&ward);
    Answer answer =
        ask_columns(&ward, beds[1], HEART, start_of_bed(1), start_of_bed(1) + 20 * SECOND, 20);
    g_assert_cmpuint(answer.rows->n_column, ==, 20);
    for (uint64_t s = 0; s < 20; s++) {
        const Vicu__Column *c = answer.rows->column[s];
        g_assert_cmpfloat((double)c->coverage, ==, s % 10 == 3 ? 0 : 1);
        if (s % 10 != 3)
            g_assert_cmpfloat(c->mean, ==, heart(1, s));
    }
    answer_clear(&answer);
    ward_close(&ward);
}

/* ---- numerics ---- */

static void
check_numerics(Ward *ward, int bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    Answer answer = ask_numerics(ward, beds[bed], code, from_us, to_us);
    uint8_t got[TICKS / 25] = {0};

    g_assert_null(answer.refusal);
    for (size_t r = 0; r < answer.rows->n_numerics; r++) {
        const Vicu__Numerics *n = answer.rows->numerics[r];
        g_assert_cmpint(n->origin, ==, VICU__ORIGIN__ORIGIN_RECORDING);
        for (size_t i = 0; i < n->n_code; i++) {
            uint64_t s = (uint64_t)(n->t_us[i] - start_of_bed(bed)) / SECOND;
            bool invalid = n->n_quality > 0 && n->quality[i] == VICU__QUALITY__QUALITY_INVALID;
            g_assert_cmpint(got[s]++, ==, 0);
            g_assert_cmpuint(n->code[i], ==, HEART);
            g_assert_cmpint(invalid, ==, s % 10 == 3);
            g_assert_cmpfloat(n->value[i], ==, heart(bed, s));
        }
    }
    for (uint64_t s = 0; s < TICKS / 25; s++) {
        int64_t t = start_of_bed(bed) + (int64_t)s * SECOND;
        g_assert_cmpint(got[s], ==, t >= from_us && t < to_us);
    }
    answer_clear(&answer);
}

static void
numerics_come_back_once_with_their_quality(void)
{
    Ward ward;

    open_full(&ward);
    for (int round = 0; round < 2; round++) {
        check_numerics(&ward, 0, HEART, T0_US - HOUR, T0_US + HOUR);
        check_numerics(&ward, 2, 0, start_of_bed(2) + 10 * SECOND, start_of_bed(2) + 70 * SECOND);
        check_numerics(&ward, 1, HEART, start_of_bed(1), start_of_bed(1) + 1);
        ward_shut(&ward);
        ward_reopen(&ward);
    }
    ward_close(&ward);
}

#define CLOCKS 400

/* One lane's values of bed 5 a second apart: each third has no source time, the
 * device's clock steps by a year at 200, receipts are uneven. */
static int64_t
source_of(uint64_t s)
{
    if (s % 3 == 2)
        return 0;
    return T0_US + (int64_t)s * SECOND - (s < 200 ? HOUR : 365 * 24 * HOUR) + (int64_t)(s * s % 7);
}

static int64_t
received_of(uint64_t s)
{
    return s % 5 == 4 ? 0 : T0_US + (int64_t)s * SECOND + (int64_t)(s * 7919 % 100000) - 1000;
}

static void
put_timed(Ward *ward, uint64_t sequence, uint64_t first, size_t n)
{
    Make *make = make_new(T0_US);
    Vicu__Numerics *one = MAKE_MESSAGE(Numerics, numerics);
    int64_t *source = malloc(n * sizeof *source), *received = malloc(n * sizeof *received);

    one->bed = make_text("demo/icu/5");
    one->n_code = one->n_t_us = one->n_value = n;
    one->code = malloc(n * sizeof *one->code);
    one->t_us = malloc(n * sizeof *one->t_us);
    one->value = malloc(n * sizeof *one->value);
    for (size_t i = 0; i < n; i++) {
        one->code[i] = HEART;
        one->t_us[i] = T0_US + (int64_t)(first + i) * SECOND;
        one->value[i] = (double)(first + i);
        source[i] = source_of(first + i);
        received[i] = received_of(first + i);
    }
    vicu_numeric_times_set(one, source, received);
    g_ptr_array_add(make->owned[2], one);
    g_assert_cmpint(ward_put(ward, 9, 1, sequence, make_done(make)), ==, STORE_PUT_TAKEN);
}

static void
check_times(Ward *ward, uint64_t from, uint64_t to)
{
    Answer answer = ask_numerics(ward, "demo/icu/5", HEART, T0_US + (int64_t)from * SECOND,
                                 T0_US + (int64_t)to * SECOND);
    uint64_t seen = 0;

    g_assert_null(answer.refusal);
    for (size_t r = 0; r < answer.rows->n_numerics; r++) {
        const Vicu__Numerics *n = answer.rows->numerics[r];
        g_assert_true(vicu_numeric_times_fit(n));
        for (size_t i = 0; i < n->n_code; i++, seen++) {
            uint64_t s = (uint64_t)n->value[i];
            g_assert_cmpint(n->t_us[i], ==, T0_US + (int64_t)s * SECOND);
            g_assert_cmpint(vicu_numeric_source_us(n, i), ==, source_of(s));
            g_assert_cmpint(vicu_numeric_received_us(n, i), ==, received_of(s));
        }
    }
    g_assert_cmpuint(seen, ==, to - from);
    answer_clear(&answer);
}

static void
raw_times_come_back_exactly_from_memory_blocks_and_after_restarts(void)
{
    Ward ward;
    uint64_t at = 0;

    ward_open(&ward);
    ward_epoch(&ward, 9, 1);
    for (uint64_t sequence = 1; at < CLOCKS; sequence++, at += 4) {
        put_timed(&ward, sequence, at, 4);
        ward_pass(&ward, 4 * SECOND);
        g_assert_true(
            store_head_tick(ward.head, ward.now, NULL)); /* each minute the values become blocks */
        if (sequence % 13 == 0)
            check_times(&ward, 0, at + 4);
    }
    for (int round = 0; round < 3; round++) {
        check_times(&ward, 0, CLOCKS);
        for (uint64_t s = 190; s < 215; s++) /* every one alone, and pairs */
            check_times(&ward, s, s + 1 + s % 2);
        ward_shut(&ward); /* as a kill leaves it: nothing is written at the end */
        ward_reopen(&ward);
    }
    ward_close(&ward);
}

static void
raw_times_of_segments_symbols_and_unmapped_values_stay_with_them(void)
{
    Ward ward;
    Make *make = make_new(T0_US + SECOND);
    int16_t samples[4] = {1, 2, 3, 4};
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySymbols symbols = VICU__QUERY_SYMBOLS__INIT;
    Vicu__QueryUnmapped unmapped = VICU__QUERY_UNMAPPED__INIT;

    ward_open(&ward);
    ward_epoch(&ward, 9, 1);
    Vicu__Segment *segment = make_segment(make, 1, "demo/icu/5", ECG_II, T0_US, 1, 4);
    segment->source_t0_us = T0_US - HOUR;
    segment->received_us = T0_US + 5;
    make_wave(make, 1, 0, samples, 4);
    make_symbol(make, "demo/icu/5", 8421508, T0_US, "A");
    Vicu__Symbol *symbol = make->owned[3]->pdata[0];
    symbol->source_t_us = T0_US - 2 * HOUR;
    symbol->received_us = T0_US + 6;
    Vicu__Unmapped *odd = MAKE_MESSAGE(Unmapped, unmapped);
    odd->bed = make_text("demo/icu/5");
    odd->t_us = T0_US;
    odd->source_t_us = T0_US - 3 * HOUR;
    odd->received_us = T0_US + 7;
    g_ptr_array_add(make->owned[4], odd);
    g_assert_cmpint(ward_put(&ward, 9, 1, 1, make_done(make)), ==, STORE_PUT_TAKEN);
    symbols.bed = unmapped.bed = (char *)"demo/icu/5";
    symbols.from_us = unmapped.from_us = T0_US;
    symbols.to_us = unmapped.to_us = T0_US + 1;
    for (int round = 0; round < 2; round++) {
        Answer answer = ask_samples(&ward, "demo/icu/5", ECG_II, T0_US, T0_US + SECOND);
        g_assert_cmpint(answer.rows->run[0]->segment->source_t0_us, ==, T0_US - HOUR);
        g_assert_cmpint(answer.rows->run[0]->segment->received_us, ==, T0_US + 5);
        answer_clear(&answer);
        ask.what_case = VICU__QUERY__WHAT_SYMBOLS;
        ask.symbols = &symbols;
        answer = ask_now(&ward, &ask);
        g_assert_cmpint(answer.rows->symbol[0]->source_t_us, ==, T0_US - 2 * HOUR);
        g_assert_cmpint(answer.rows->symbol[0]->received_us, ==, T0_US + 6);
        answer_clear(&answer);
        ask.what_case = VICU__QUERY__WHAT_UNMAPPED;
        ask.unmapped = &unmapped;
        answer = ask_now(&ward, &ask);
        g_assert_cmpint(answer.rows->unmapped[0]->source_t_us, ==, T0_US - 3 * HOUR);
        g_assert_cmpint(answer.rows->unmapped[0]->received_us, ==, T0_US + 7);
        answer_clear(&answer);
        ward_shut(&ward);
        ward_reopen(&ward);
    }
    ward_close(&ward);
}

/* ---- while data come in ---- */

static void
ingest_more(Ward *ward, gpointer user)
{
    uint64_t *tick = user;

    fill(ward, *tick, *tick + 30);
    *tick += 30;
}

static void
a_query_sees_the_moment_it_began_whatever_comes_in(void)
{
    Ward ward;
    uint64_t tick = TICKS;
    g_autofree uint8_t *got = g_malloc0(TICKS * PER_TICK_A);
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySamples what = VICU__QUERY_SAMPLES__INIT;
    size_t seen = 0;

    open_full(&ward);
    what.bed = (char *)beds[1];
    what.code = ECG_II;
    what.from_us = T0_US - HOUR;
    what.to_us = T0_US + HOUR;
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &what;
    Answer answer = ask_between(&ward, &ask, ingest_more, &tick);
    g_assert_cmpuint(tick, >, TICKS);
    for (size_t r = 0; r < answer.rows->n_run; r++)
        for (size_t i = 0; i < answer.rows->run[r]->samples.len / 2; i++) {
            uint64_t n = answer.rows->run[r]->first + i;
            g_assert_cmpuint(n, <, TICKS * PER_TICK_A);
            g_assert_cmpint(got[n]++, ==, 0);
            seen++;
        }
    g_assert_cmpuint(seen, ==, TICKS * PER_TICK_A);
    answer_clear(&answer);

    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
    numerics.bed = (char *)beds[1];
    numerics.from_us = T0_US - HOUR;
    numerics.to_us = T0_US + HOUR;
    ask.what_case = VICU__QUERY__WHAT_NUMERICS;
    ask.numerics = &numerics;
    uint64_t values = tick / 25, before = tick;
    seen = 0;
    answer = ask_between(&ward, &ask, ingest_more, &tick);
    g_assert_cmpuint(tick, >, before);
    for (size_t r = 0; r < answer.rows->n_numerics; r++)
        seen += answer.rows->numerics[r]->n_code;
    g_assert_cmpuint(seen, ==, values);
    answer_clear(&answer);
    ward_close(&ward);
}

/* ---- other kinds ---- */

static void
late_data_of_another_sender_are_found_by_their_own_time(void)
{
    Ward ward;
    int16_t samples[4] = {1, 2, 3, 4};

    open_full(&ward);
    ward_epoch(&ward, 9, 4);
    Make *make = make_new(T0_US);
    make_segment(make, 1, "demo/icu/5", ECG_II, T0_US - 30 * HOUR, 1, 2);
    make_wave(make, 1, 0, samples, 4);
    make_numeric(make, "demo/icu/5", HEART, T0_US - 30 * HOUR, 50, 0);
    ward_put(&ward, 9, 4, 1, make_done(make));
    Answer answer =
        ask_samples(&ward, "demo/icu/5", ECG_II, T0_US - 30 * HOUR, T0_US - 30 * HOUR + SECOND);
    g_assert_cmpuint(answer.rows->n_run, ==, 1);
    assert_same_bytes(answer.rows->run[0]->samples.data, answer.rows->run[0]->samples.len, samples,
                      4);
    answer_clear(&answer);
    answer = ask_numerics(&ward, "demo/icu/5", HEART, T0_US - 31 * HOUR, T0_US - 29 * HOUR);
    g_assert_cmpuint(answer.rows->n_numerics, ==, 1);
    answer_clear(&answer);
    ward_close(&ward);
}

static void
streams_tell_times_and_periods(void)
{
    Ward ward;
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryStreams what = VICU__QUERY_STREAMS__INIT;

    open_full(&ward);
    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &what;
    Answer answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_stream, ==, 2 * BEDS);
    answer_clear(&answer);
    what.bed = (char *)beds[2];
    answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_stream, ==, 2);
    const Vicu__StreamRow *wave = answer.rows->stream[0];
    g_assert_true(wave->wave);
    g_assert_cmpint(wave->first_us, ==, time_a(2, 0));
    g_assert_cmpint(wave->last_us, ==, time_a(2, TICKS * PER_TICK_A - 1));
    g_assert_cmpuint(wave->period_num, ==, 1);
    g_assert_cmpuint(wave->period_den, ==, 250);
    g_assert_cmpstr(wave->unit, ==, "mV");
    const Vicu__StreamRow *numeric = answer.rows->stream[1];
    g_assert_false(numeric->wave);
    g_assert_cmpuint(numeric->period_num, ==, 1000);
    g_assert_cmpuint(numeric->period_den, ==, 1000);
    answer_clear(&answer);
    ward_close(&ward);
}

static void
batches_are_read_back_by_sequence(void)
{
    Ward ward;
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryBatches what = VICU__QUERY_BATCHES__INIT;
    VicuFingerprint id = make_sender(1);

    open_full(&ward);
    what.sender.data = id.bytes;
    what.sender.len = sizeof id.bytes;
    what.epoch = 1;
    what.first = 1;
    what.last = TICKS + 100;
    ask.what_case = VICU__QUERY__WHAT_BATCHES;
    ask.batches = &what;
    for (int round = 0; round < 2; round++) {
        Answer answer = ask_now(&ward, &ask);
        g_assert_cmpuint(answer.rows->n_batch, ==, TICKS);
        for (size_t i = 0; i < TICKS; i++) {
            const Vicu__StoredBatch *b = answer.rows->batch[i];
            g_autoptr(GBytes) sent = ward_tick(i);
            g_assert_cmpuint(b->sequence, ==, i + 1);
            assert_same_bytes(b->body.data, b->body.len, g_bytes_get_data(sent, NULL),
                              g_bytes_get_size(sent));
        }
        answer_clear(&answer);
        ward_shut(&ward);
        ward_reopen(&ward);
    }
    what.first = TICKS - 3;
    what.last = TICKS - 2;
    Answer answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_batch, ==, 2);
    answer_clear(&answer);
    what.epoch = 2;
    answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_batch, ==, 0);
    answer_clear(&answer);
    ward_close(&ward);
}

static void
watermarks_name_each_epoch(void)
{
    Ward ward;
    VicuFingerprint one = make_sender(1);
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryWatermarks what = VICU__QUERY_WATERMARKS__INIT;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    ward_epoch(&ward, 1, 2);
    ward_epoch(&ward, 2, 7);
    fill(&ward, 0, 5);
    store_head_ended(ward.head, &one, 1);
    ask.what_case = VICU__QUERY__WHAT_WATERMARKS;
    ask.watermarks = &what;
    Answer answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_sender, ==, 2);
    g_assert_cmpuint(answer.rows->sender[0]->n_watermark, ==, 2);
    g_assert_cmpuint(answer.rows->sender[0]->watermark[0]->sequence, ==, 5);
    g_assert_true(answer.rows->sender[0]->watermark[0]->ended);
    g_assert_false(answer.rows->sender[0]->watermark[1]->ended);
    g_assert_cmpstr(answer.rows->sender[1]->name, ==, "collector");
    answer_clear(&answer);
    what.sender.data = one.bytes;
    what.sender.len = 16;
    answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_sender, ==, 1);
    answer_clear(&answer);
    ward_close(&ward);
}

static void
events_symbols_and_gaps_are_found_by_time(void)
{
    Ward ward;
    Vicu__Query ask = VICU__QUERY__INIT;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    Make *make = make_new(T0_US);
    make_event(make, "demo/icu/1", T0_US, "alarm", "a1");
    make_event(make, "demo/icu/2", T0_US + 1, "alarm", "a2");
    make_event(make, "", T0_US + 2, "clock-stepped", "");
    make_event(make, "demo/icu/1", T0_US + SECOND, "alarm", "a1");
    make_symbol(make, "demo/icu/1", 5, T0_US, "alert");
    make_symbol(make, "demo/icu/1", 6, T0_US, "air");
    make_symbol(make, "demo/icu/1", 5, T0_US + MINUTE, "voice");
    make_gap(make, "demo/icu/1", 0, T0_US - MINUTE, 0, "lost");
    make_gap(make, "demo/icu/1", ECG_V, T0_US - HOUR, T0_US - HOUR + SECOND, "lead off");
    ward_put(&ward, 1, 1, 1, make_done(make));
    make = make_new(T0_US);
    make_gap(make, "demo/icu/1", 0, T0_US - MINUTE, T0_US + MINUTE, "lost");
    ward_put(&ward, 1, 1, 2, make_done(make));

    Vicu__QueryEvents events = VICU__QUERY_EVENTS__INIT;
    events.bed = (char *)"demo/icu/1";
    events.from_us = T0_US;
    events.to_us = T0_US + SECOND;
    ask.what_case = VICU__QUERY__WHAT_EVENTS;
    ask.events = &events;
    Answer answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_event, ==, 2); /* its own, and the sender's */
    g_assert_cmpstr(answer.rows->event[0]->key, ==, "a1");
    answer_clear(&answer);
    events.bed = (char *)"";
    events.to_us = T0_US + SECOND + 1;
    answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_event, ==, 4);
    answer_clear(&answer);

    Vicu__QuerySymbols symbols = VICU__QUERY_SYMBOLS__INIT;
    symbols.bed = (char *)"demo/icu/1";
    symbols.code = 5;
    symbols.from_us = T0_US;
    symbols.to_us = T0_US + HOUR;
    ask.what_case = VICU__QUERY__WHAT_SYMBOLS;
    ask.symbols = &symbols;
    answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_symbol, ==, 2);
    g_assert_cmpstr(answer.rows->symbol[1]->value, ==, "voice");
    answer_clear(&answer);

    Vicu__QueryGaps gaps = VICU__QUERY_GAPS__INIT;
    gaps.bed = (char *)"demo/icu/1";
    gaps.code = ECG_II;
    gaps.from_us = T0_US;
    gaps.to_us = T0_US + SECOND;
    ask.what_case = VICU__QUERY__WHAT_GAPS;
    ask.gaps = &gaps;
    answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_gap, ==, 1); /* closed: the end replaced the open one */
    g_assert_cmpint(answer.rows->gap[0]->to_us, ==, T0_US + MINUTE);
    answer_clear(&answer);
    gaps.code = 0;
    gaps.from_us = T0_US - 2 * HOUR;
    answer = ask_now(&ward, &ask);
    g_assert_cmpuint(answer.rows->n_gap, ==, 2);
    answer_clear(&answer);
    ward_close(&ward);
}

static void
what_retention_dropped_is_a_gap_and_no_silence(void)
{
    Ward ward;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    fill(&ward, 0, TICKS);
    ward_pass(&ward, 5 * MINUTE);
    ward_seal(&ward);
    /* Minutes end at 40 s and 100 s after T0_US; data begin at 50 s. */
    store_head_set_policy(ward.head,
                          store_policy_new((const int64_t[STORE_N_CLASSES]){MINUTE, 0, 0, MINUTE}));
    g_assert_true(
        store_head_retain(ward.head, &(StoreRetainBounds){0}, T0_US + 160 * SECOND, NULL));
    Answer answer = ask_samples(&ward, beds[1], ECG_II, T0_US, T0_US + HOUR);
    uint64_t n = 0;
    for (size_t r = 0; r < answer.rows->n_run; r++)
        n += answer.rows->run[r]->samples.len / 2;
    g_assert_cmpuint(n, ==, 12500);
    g_assert_cmpuint(answer.rows->run[0]->first, ==, 12500);
    g_assert_cmpuint(answer.rows->n_gap, ==, 1);
    g_assert_cmpstr(answer.rows->gap[0]->reason, ==, "dropped by retention");
    g_assert_cmpint(answer.rows->gap[0]->from_us, ==, time_a(1, 0));
    g_assert_cmpint(answer.rows->gap[0]->to_us, >, time_a(1, 12499));
    g_assert_cmpint(answer.rows->gap[0]->to_us, <=, time_a(1, 12500));
    answer_clear(&answer);
    ward_close(&ward);
}

static void
questions_that_make_no_sense_are_refused_with_a_reason(void)
{
    Ward ward;
    Vicu__Query ask = VICU__QUERY__INIT;

    open_full(&ward);
    Answer answer = ask_samples(&ward, beds[0], ECG_II, T0_US, T0_US);
    g_assert_nonnull(strstr(answer.refusal, "from must lie before to"));
    answer_clear(&answer);
    answer = ask_samples(&ward, "demo/icu/99", ECG_II, T0_US, T0_US + 1);
    g_assert_nonnull(strstr(answer.refusal, "demo/icu/99"));
    answer_clear(&answer);
    answer = ask_samples(&ward, beds[0], ECG_V, T0_US, T0_US + 1);
    g_assert_nonnull(strstr(answer.refusal, "no wave"));
    answer_clear(&answer);
    answer = ask_columns(&ward, beds[0], ECG_II, T0_US, T0_US + SECOND, 0);
    g_assert_nonnull(strstr(answer.refusal, "columns"));
    answer_clear(&answer);
    answer = ask_columns(&ward, beds[0], ECG_II, T0_US, T0_US + 10, 11);
    g_assert_nonnull(answer.refusal);
    answer_clear(&answer);
    answer = ask_columns(&ward, beds[0], ECG_II, INT64_MIN, INT64_MAX, 11);
    g_assert_nonnull(answer.refusal);
    answer_clear(&answer);
    answer = ask_now(&ward, &ask);
    g_assert_nonnull(strstr(answer.refusal, "no kind"));
    answer_clear(&answer);
    /* the widest ranges are walked, not overflowed */
    answer = ask_samples(&ward, beds[0], ECG_II, INT64_MIN, INT64_MAX);
    g_assert_cmpuint(answer.rows->n_run, >, 0);
    answer_clear(&answer);
    answer = ask_numerics(&ward, beds[0], HEART, INT64_MIN, INT64_MAX);
    g_assert_cmpuint(answer.rows->n_numerics, >, 0);
    answer_clear(&answer);
    ward_close(&ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/query/" #name, name)
    ADD(samples_come_back_once_and_exactly);
    ADD(columns_equal_brute_force_and_show_gaps);
    ADD(columns_of_numerics_leave_out_invalid_values);
    ADD(numerics_come_back_once_with_their_quality);
    ADD(raw_times_come_back_exactly_from_memory_blocks_and_after_restarts);
    ADD(raw_times_of_segments_symbols_and_unmapped_values_stay_with_them);
    ADD(a_query_sees_the_moment_it_began_whatever_comes_in);
    ADD(late_data_of_another_sender_are_found_by_their_own_time);
    ADD(streams_tell_times_and_periods);
    ADD(batches_are_read_back_by_sequence);
    ADD(watermarks_name_each_epoch);
    ADD(events_symbols_and_gaps_are_found_by_time);
    ADD(what_retention_dropped_is_a_gap_and_no_silence);
    ADD(questions_that_make_no_sense_are_refused_with_a_reason);
    return g_test_run();
}
