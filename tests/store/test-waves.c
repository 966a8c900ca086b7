/* Waves that come in any order, twice, late, at impossible times; and damaged rows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/ask.h"
#include "tests/store/waves.h"

#define DAY (24 * HOUR)

static bool
is_night(void)
{
    return g_getenv("VICU_NIGHT") != NULL;
}

static void
settle_quickly(Ward *ward)
{
    StoreHeadSettings settings;

    store_head_settings_init(&settings);
    settings.roll.hour_quiet_us = settings.roll.day_quiet_us = SECOND;
    settings.archive.after_us = settings.archive.quiet_us = SECOND;
    settings.archive.share_percent = 100;
    store_head_set(ward->head, &settings);
}

static bool
has_late(const Ward *ward)
{
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_LATE, NULL, NULL);
    return store_iter_valid(iter);
}

/* Everything sealed, rolled up and merged. */
static void
come_to_rest(Ward *ward)
{
    settle_quickly(ward);
    ward_pass(ward, 3 * DAY);
    for (int i = 0; i < 400 || (i < 40000 && (has_late(ward) || !wave_is_archived(ward))); i++) {
        ward_rest(ward);
        ward_commit(ward);
        ward_pass(ward, i % 50 == 0 ? 10 * MINUTE : 2 * SECOND);
        g_assert_cmpint(i, <, 100000);
    }
}

/* ---- any order ---- */

#define FRAME 5 /* samples */

static uint32_t
next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* @n frames of stream 0 and 1, a hundred a batch, as @order has them; some twice. */
static GBytes *
store_frames(const uint32_t *order, uint32_t n, uint32_t again)
{
    Ward ward;
    size_t n_late = 0;
    uint64_t sequence = 0;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    for (uint32_t i = 0; i < n;) {
        Make *make = make_new(T0_US);
        wave_announce(make, T0_US);
        for (uint32_t k = 0; k < 100 && i < n; k++, i++) {
            uint32_t frame = order[i];
            wave_add(make, (int)(frame % 2), frame / 2 * FRAME, frame / 2 * FRAME + FRAME);
            if (again > 0 && i % again == 0)
                wave_add(make, (int)(frame % 2), frame / 2 * FRAME, frame / 2 * FRAME + FRAME - 2);
        }
        ward_put(&ward, 1, 1, ++sequence, make_done(make));
        ward_pass(&ward, 400000);
        ward_rest(&ward);
        ward_commit(&ward);
    }
    come_to_rest(&ward);
    GBytes *dump = wave_dump(&ward, &n_late);
    g_assert_cmpuint(n_late, ==, 0);
    g_assert_cmpuint(store_fresh_bytes(store_head_waves(ward.head)->fresh), ==, 0);
    ward_close(&ward);
    return dump;
}

static void
shuffled_frames_are_stored_as_those_in_order(void)
{
    uint32_t n = is_night() ? 1000000 : 60000;
    g_autofree uint32_t *order = g_new(uint32_t, n);
    uint64_t state = 42;

    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    g_autoptr(GBytes) want = store_frames(order, n, 0);
    g_assert_cmpuint(g_bytes_get_size(want), >, n);
    for (uint32_t i = n - 1; i > 0; i--) {
        uint32_t k = next_random(&state) % (i + 1), swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
    g_autoptr(GBytes) got = store_frames(order, n, 7);
    g_assert_true(g_bytes_equal(got, want));
}

/* ---- one story per fault ---- */

typedef struct {
    Ward ward;
    uint64_t sequence;
} Story;

static void
story_open(Story *story)
{
    *story = (Story){0};
    ward_open(&story->ward);
    ward_epoch(&story->ward, 1, 1);
}

/* A batch of stream 0: samples @first to @end of a segment with id 0 that begins at @t0_us. */
static void
story_put(Story *story, uint32_t id, int64_t t0_us, uint64_t first, uint64_t end)
{
    Make *make = make_new(T0_US);

    make_segment(make, id, wave_spec[0].bed, wave_spec[0].code, t0_us, 1, 50);
    while (first < end) {
        int16_t samples[500];
        size_t n = (size_t)MIN(end - first, G_N_ELEMENTS(samples));
        for (size_t i = 0; i < n; i++)
            samples[i] = wave_sample(0, first + i);
        make_wave(make, id, first, samples, n);
        first += n;
    }
    ward_put(&story->ward, 1, 1, ++story->sequence, make_done(make));
    ward_commit(&story->ward);
}

static uint64_t
count_between(Ward *ward, int64_t from_us, int64_t to_us)
{
    g_autofree char *why = NULL;
    Vicu__QueryRows *rows = wave_ask(ward, 0, from_us, to_us, true, &why);
    uint64_t n = 0;

    g_assert_cmpstr(why, ==, "");
    for (size_t i = 0; i < rows->n_run; i++)
        n += rows->run[i]->samples.len / 2;
    vicu_wire_free(rows);
    return n;
}

/* The hub's clock goes six years back, an hour forth and back; the samples go with it. */
static void
a_clock_that_steps_loses_no_sample(void)
{
    static const int64_t steps[] = {0, -6 * 365 * DAY, 0, HOUR, 0, -HOUR, 40 * 365 * DAY, 0};
    Story story;
    int64_t at_us[G_N_ELEMENTS(steps)], run_us = 0;
    Ward *ward = &story.ward;

    story_open(&story);
    for (size_t k = 0; k < G_N_ELEMENTS(steps); k++) {
        at_us[k] = T0_US + steps[k] + run_us;
        for (int i = 0; i < 9; i++) {
            ward->now.utc_us = at_us[k] + (i + 1) * 20 * SECOND;
            story_put(&story, (uint32_t)k + 1, at_us[k], (uint64_t)i * 1000,
                      (uint64_t)(i + 1) * 1000);
            ward->now.mono_us += 20 * SECOND;
            ward_seal(ward);
        }
        run_us += 180 * SECOND;
    }
    for (int round = 0; round < 3; round++) {
        for (size_t k = 0; k < G_N_ELEMENTS(steps); k++)
            g_assert_cmpuint(count_between(ward, at_us[k], at_us[k] + 180 * SECOND), ==, 9000);
        g_assert_cmpuint(count_between(ward, INT64_MIN / 2, INT64_MAX / 2), ==,
                         9000 * G_N_ELEMENTS(steps));
        if (round == 0) {
            ward_shut(ward);
            ward_reopen(ward);
        } else {
            come_to_rest(ward);
        }
    }
    ward_close(ward);
}

static void
a_gain_and_a_rate_that_change_begin_segments_of_their_own(void)
{
    Story story;
    Ward *ward = &story.ward;
    g_autofree char *why = NULL;

    story_open(&story);
    for (uint32_t i = 0; i < 300; i++) { /* four samples each, one after the other */
        Make *make = make_new(T0_US);
        Vicu__Segment *s =
            make_segment(make, i, wave_spec[0].bed, wave_spec[0].code, T0_US + i * SECOND, 1, 4);
        int16_t samples[4] = {(int16_t)i, 1, 2, 3};
        s->gain = 100 + i % 3;
        make_wave(make, i, 0, samples, 4);
        ward_put(ward, 1, 1, ++story.sequence, make_done(make));
        ward_pass(ward, SECOND);
        ward_rest(ward);
    }
    for (int round = 0; round < 3; round++) {
        Vicu__QueryRows *rows = wave_ask(ward, 0, T0_US, T0_US + HOUR, true, &why);
        g_assert_cmpstr(why, ==, "");
        g_clear_pointer(&why, g_free);
        g_assert_cmpuint(rows->n_run, ==, 300);
        for (size_t i = 0; i < 300; i++) {
            g_assert_cmpint(store_sample(rows->run[i]->samples.data, 0), ==, (int)i);
            g_assert_cmpfloat(rows->run[i]->segment->gain, ==, 100.0 + (double)(i % 3));
        }
        vicu_wire_free(rows);
        if (round == 0)
            ward_pass(ward, 5 * MINUTE);
        ward_seal(ward);
        if (round == 1)
            come_to_rest(ward);
    }
    ward_close(ward);
}

/* Another value for a sample that is there: the first one stays, and it is counted. */
static void
the_first_value_of_a_sample_stays(void)
{
    Story story;
    Ward *ward = &story.ward;
    int16_t other[10] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    g_autofree char *why = NULL;

    story_open(&story);
    story_put(&story, 1, T0_US, 0, 100);
    for (int round = 0; round < 2; round++) {
        Make *make = make_new(T0_US);
        make_segment(make, 1, wave_spec[0].bed, wave_spec[0].code, T0_US, 1, 50);
        make_wave(make, 1, 95, other, 10);
        ward_put(ward, 1, 1, ++story.sequence, make_done(make));
        ward_pass(ward, 3 * MINUTE);
        ward_seal(ward);
    }
    g_assert_cmpuint(store_fresh_counts(store_head_waves(ward->head)->fresh)->again, ==, 5);
    g_assert_cmpuint(store_fresh_counts(store_head_waves(ward->head)->fresh)->differing, ==, 5);
    for (int round = 0; round < 2; round++) {
        Vicu__QueryRows *rows = wave_ask(ward, 0, T0_US, T0_US + HOUR, true, &why);
        g_assert_cmpuint(rows->n_run, ==, 1);
        g_assert_cmpuint(rows->run[0]->samples.len, ==, 2 * 105);
        for (size_t i = 0; i < 105; i++)
            g_assert_cmpint(store_sample(rows->run[0]->samples.data, i), ==,
                            i < 100 ? wave_sample(0, i) : 7);
        vicu_wire_free(rows);
        g_clear_pointer(&why, g_free);
        come_to_rest(ward);
    }
    ward_close(ward);
}

/* More waits than there is memory for: minutes are sealed before their time. */
static void
memory_is_bounded_by_sealing_early(void)
{
    Story story;
    Ward *ward = &story.ward;
    StoreHeadSettings settings;
    size_t most = 0;

    story_open(&story);
    store_head_settings_init(&settings);
    settings.seal.memory_bytes = 64 << 10;
    store_head_set(ward->head, &settings);
    for (uint64_t i = 0; i < 200; i++) { /* hours of backlog within a second */
        story_put(&story, 1, T0_US - 10 * HOUR, i * 3000, (i + 1) * 3000);
        ward_pass(ward, 5000);
        ward_rest(ward);
        most = MAX(most, store_fresh_bytes(store_head_waves(ward->head)->fresh));
    }
    g_assert_cmpuint(most, <, 128 << 10);
    g_assert_cmpuint(count_between(ward, T0_US - 10 * HOUR, T0_US), ==, 600000);
    come_to_rest(ward);
    g_assert_cmpuint(count_between(ward, T0_US - 10 * HOUR, T0_US), ==, 600000);
    ward_close(ward);
}

/* An epoch that ended before its samples were sealed; later nothing names its numbers. */
static void
samples_outlive_the_epoch_that_brought_them(void)
{
    Story story;
    Ward *ward = &story.ward;
    VicuFingerprint id = make_sender(1);

    story_open(&story);
    story_put(&story, 7, T0_US, 0, 5000);
    store_head_ended(ward->head, &id, 1);
    ward_epoch(ward, 1, 2);
    ward_commit(ward);
    ward_shut(ward);
    ward_reopen(ward);
    g_assert_cmpuint(count_between(ward, T0_US, T0_US + HOUR), ==, 5000);
    for (int i = 0; i < 100; i++) {
        ward_seal(ward);
        ward_pass(ward, 20 * SECOND);
    }
    g_assert_cmpuint(store_head_trimmed(ward->head), ==, 2);
    g_assert_true(store_head_retain(ward->head, &(StoreRetainBounds){0}, T0_US, NULL));
    StoreKey first, end;
    store_lane_segments_range(&id, 1, &first, &end);
    StoreIter *iter = store_iter_new(ward->db, STORE_SEGMENTS, &first, &end);
    g_assert_false(store_iter_valid(iter));
    store_iter_free(iter);
    ward_shut(ward);
    ward_reopen(ward);
    g_assert_cmpuint(count_between(ward, T0_US, T0_US + HOUR), ==, 5000);
    ward_close(ward);
}

/* ---- minutes that take more than one slice to seal ---- */

#define FAST_RATE 5000 /* Hz: a minute of it fills a slice */
#define FAST_ALL  (60u * FAST_RATE)
#define FAST_T0   (T0_US / MINUTE * MINUTE)

static const WaveSpec fast_spec[] = {
    {"demo/icu/3", ECG_II, 1, FAST_RATE}, {"demo/icu/3", ECG_V, 1, FAST_RATE},
    {"demo/icu/4", ECG_II, 1, FAST_RATE}, {"demo/icu/4", ECG_V, 1, FAST_RATE},
    {"demo/icu/5", ECG_II, 1, FAST_RATE},
};

/* The whole minute from FAST_T0 on, of every fast stream. */
static void
put_fast(Story *story)
{
    for (uint32_t s = 0; s < G_N_ELEMENTS(fast_spec); s++) {
        Make *make = make_new(T0_US);
        make_segment(make, 10 + s, fast_spec[s].bed, fast_spec[s].code, FAST_T0, 1, FAST_RATE);
        for (uint64_t first = 0; first < FAST_ALL; first += 1000) {
            int16_t samples[1000];
            for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
                samples[i] = (int16_t)((first + i) % 30000 + s);
            make_wave(make, 10 + s, first, samples, G_N_ELEMENTS(samples));
        }
        ward_put(&story->ward, 1, 1, ++story->sequence, make_done(make));
    }
    ward_commit(&story->ward);
}

static void
check_fast(Ward *ward)
{
    for (uint32_t s = 0; s < G_N_ELEMENTS(fast_spec); s++) {
        g_autofree char *why = NULL;
        Vicu__QueryRows *rows = wave_ask_of(ward, fast_spec[s].bed, fast_spec[s].code, T0_US - HOUR,
                                            T0_US + HOUR, true, &why);
        uint64_t next = 0;
        g_assert_cmpstr(why, ==, "");
        for (size_t r = 0; r < rows->n_run; r++) {
            const Vicu__SampleRun *run = rows->run[r];
            g_assert_cmpuint(run->first, ==, next);
            for (size_t i = 0; i < run->samples.len / 2; i++, next++)
                g_assert_cmpint(store_sample(run->samples.data, i), ==, next % 30000 + s);
        }
        g_assert_cmpuint(next, ==, FAST_ALL);
        vicu_wire_free(rows);
    }
}

/* The rows that were written before the kill count, and those that were not are written. */
static void
a_kill_amid_the_late_rows_of_a_minute_hides_none_of_them(void)
{
    Story story;
    Ward *ward = &story.ward;

    story_open(&story);
    story_put(&story, 1, FAST_T0, 0, 3000);
    ward_pass(ward, 3 * MINUTE);
    ward_seal(ward); /* the minute has its file: what comes now is late */
    put_fast(&story);
    ward_pass(ward, 3 * MINUTE);
    for (size_t i = 0; i + 1 < G_N_ELEMENTS(fast_spec); i++) { /* all of them but the last */
        ward_rest(ward);
        ward_commit(ward);
    }
    g_assert_nonnull(store_sealer_at_hand(store_head_sealer(ward->head)));
    g_assert_true(has_late(ward));
    check_fast(ward);
    ward_shut(ward);
    ward_reopen(ward);
    check_fast(ward);
    ward_pass(ward, 3 * MINUTE);
    ward_seal(ward);
    g_assert_cmpuint(store_fresh_bytes(store_head_waves(ward->head)->fresh), ==, 0);
    check_fast(ward);
    come_to_rest(ward);
    check_fast(ward);
    ward_close(ward);
}

/* The hour is over and due when one more minute of it comes, and is being sealed. */
static void
an_hour_waits_for_the_minute_that_is_being_sealed(void)
{
    Story story;
    Ward *ward = &story.ward;
    const StoreParts *parts = NULL;

    for (int rests = 0; rests < 5; rests++) {
        story_open(&story);
        parts = store_head_waves(ward->head)->parts;
        story_put(&story, 1, T0_US + 2 * MINUTE, 0, 3000);
        ward_pass(ward, 3 * MINUTE);
        ward_seal(ward);
        ward_pass(ward, 2 * HOUR);
        put_fast(&story);
        ward_pass(ward, 3 * MINUTE);
        for (int i = 0; i < rests; i++) { /* some slices of it before the hour is looked at */
            ward_rest(ward);
            ward_commit(ward);
        }
        settle_quickly(ward);
        for (int i = 0; i < 20; i++) {
            ward_pass(ward, 2 * SECOND);
            ward_rest(ward);
            ward_commit(ward);
            check_fast(ward);
        }
        come_to_rest(ward);
        check_fast(ward);
        g_assert_cmpuint(count_between(ward, T0_US - HOUR, T0_US + HOUR), ==, 3000);
        g_assert_cmpuint(store_parts_all(parts)->len, ==, 1);
        ward_close(ward);
    }
}

static int
events_of_claims(Ward *ward)
{
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_EVENTS, NULL, NULL);
    int n = 0;

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        n += memmem(value, size, "stream-claimed-twice", 20) != NULL;
    }
    return n;
}

/* Sample 0 to 499 of a segment of the second sender that begins at @t0_us. */
static void
put_of_second(Ward *ward, uint64_t sequence, int64_t t0_us)
{
    Make *make = make_new(T0_US);
    int16_t samples[500];

    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
        samples[i] = wave_sample(0, i);
    make_segment(make, (uint32_t)sequence, wave_spec[0].bed, wave_spec[0].code, t0_us, 1, 50);
    make_wave(make, (uint32_t)sequence, 0, samples, 500);
    ward_put(ward, 2, 1, sequence, make_done(make));
    ward_commit(ward);
}

/* Two collectors feed one stream: first one after the other, then at the same time. */
static void
a_stream_that_two_senders_claim_is_stored_twice_and_told(void)
{
    Story story;
    Ward *ward = &story.ward;

    story_open(&story);
    ward_epoch(ward, 2, 1);
    story_put(&story, 1, T0_US, 0, 500);
    put_of_second(ward, 1, T0_US + 10 * SECOND + 7);
    put_of_second(ward, 2, T0_US + 10 * SECOND + 9); /* the same sender's own */
    g_assert_cmpint(events_of_claims(ward), ==, 0);
    story_put(&story, 1, T0_US, 600, 601);
    g_assert_cmpint(events_of_claims(ward), ==, 1);
    put_of_second(ward, 3, T0_US + 11); /* once an hour */
    g_assert_cmpint(events_of_claims(ward), ==, 1);
    ward_pass(ward, HOUR);
    put_of_second(ward, 4, T0_US + HOUR);
    story_put(&story, 2, T0_US + HOUR, 0, 500);
    g_assert_cmpint(events_of_claims(ward), ==, 1); /* one segment: the same samples */
    put_of_second(ward, 5, T0_US + HOUR + 13);
    g_assert_cmpint(events_of_claims(ward), ==, 2);
    ward_shut(ward); /* told again by the replay, under the same key */
    ward_reopen(ward);
    g_assert_cmpint(events_of_claims(ward), ==, 2);
    g_assert_cmpuint(count_between(ward, T0_US, T0_US + 2 * HOUR), ==, 501 + 5 * 500);
    ward_close(ward);
}

/* ---- wide columns ---- */

#define WIDE_HOURS 5
#define WIDE_N     ((uint64_t)WIDE_HOURS * 3600 * 50)
#define SPAN       (15 * SECOND / 2)

/* Least and greatest valid sample between two times; false when there is none. */
static bool
extremes(int64_t from_us, int64_t to_us, double *min, double *max)
{
    StoreSegment segment = wave_segment(0, T0_US);
    uint64_t end = MIN(store_segment_index(&segment, to_us), WIDE_N);

    *min = 1e9;
    *max = -1e9;
    for (uint64_t i = store_segment_index(&segment, from_us); i < end; i++) {
        if (wave_sample(0, i) == STORE_SAMPLE_INVALID)
            continue;
        *min = MIN(*min, (wave_sample(0, i) - 10) / 200.0);
        *max = MAX(*max, (wave_sample(0, i) - 10) / 200.0);
    }
    return *min <= *max;
}

/* Caller frees. */
static Vicu__QueryRows *
ask_wide(Ward *ward, int64_t from_us, uint32_t columns, int64_t width_us)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryColumns what = VICU__QUERY_COLUMNS__INIT;
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autofree char *why = NULL;

    what.bed = (char *)wave_spec[0].bed;
    what.code = wave_spec[0].code;
    what.from_us = from_us;
    what.to_us = from_us + columns * width_us;
    what.columns = columns;
    ask.what_case = VICU__QUERY__WHAT_COLUMNS;
    ask.columns = &what;
    ward_commit(ward);
    g_autoptr(GBytes) packed = vicu_wire_pack(&ask.base);
    g_autoptr(StoreQuery) query = store_query_new(
        ward->head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &why);
    for (StoreQueryStep step = STORE_QUERY_WORKED; step != STORE_QUERY_LAST;) {
        step = store_query_step(query, out);
        if (step == STORE_QUERY_WORKED)
            continue;
        g_byte_array_append(all, out->data, out->len);
        g_byte_array_set_size(out, 0);
    }
    Vicu__QueryRows *rows = vicu_wire_unpack_query_rows(all->data, all->len, NULL);
    g_assert_cmpstr(rows->error, ==, "");
    g_assert_cmpuint(rows->n_column, ==, columns);
    return rows;
}

/* Every sample is in one column, no further than half a span from its own. */
static void
check_wide(Ward *ward, int64_t from_us, uint32_t columns, int64_t width_us)
{
    double observed_us = 0;
    uint64_t valid = 0;

    g_autoptr(Vicu__QueryRows) rows = ask_wide(ward, from_us, columns, width_us);
    for (uint32_t c = 0; c < columns; c++) {
        const Vicu__Column *column = rows->column[c];
        double inner_min, inner_max, outer_min, outer_max;
        int64_t at_us = from_us + c * width_us;
        bool inner =
            extremes(at_us + SPAN / 2, at_us + width_us - SPAN / 2, &inner_min, &inner_max);
        bool outer =
            extremes(at_us - SPAN / 2, at_us + width_us + SPAN / 2, &outer_min, &outer_max);
        observed_us += (double)column->coverage * (double)width_us;
        g_assert_true(!inner || column->coverage > 0);
        if (column->coverage <= 0)
            continue;
        g_assert_true(outer);
        g_assert_cmpfloat(column->min, >=, outer_min - 1e-9);
        g_assert_cmpfloat(column->max, <=, outer_max + 1e-9);
        if (inner) {
            g_assert_cmpfloat(column->min, <=, inner_min + 1e-9);
            g_assert_cmpfloat(column->max, >=, inner_max - 1e-9);
        }
        g_assert_cmpfloat(column->mean, >=, column->min);
        g_assert_cmpfloat(column->mean, <=, column->max);
    }
    for (uint64_t i = 0; i < WIDE_N; i++)
        valid += wave_sample(0, i) != STORE_SAMPLE_INVALID;
    /* coverage is 1 at most, where a column got a span more than fits */
    g_assert_cmpfloat_with_epsilon(observed_us / 20000, (double)valid, 0.01 * (double)valid);
}

/* Hours of one wave, minute by minute; an hour is rolled up when it was quiet for a minute. */
static void
story_of_hours(Story *story)
{
    Ward *ward = &story->ward;
    StoreHeadSettings settings;

    story_open(story);
    store_head_settings_init(&settings);
    settings.roll.hour_quiet_us = MINUTE;
    store_head_set(ward->head, &settings);
    for (uint64_t i = 0; i < WIDE_N; i += 3000) {
        story_put(story, 1, T0_US, i, i + 3000);
        for (int k = 0; k < 6; k++) {
            ward_rest(ward);
            ward_commit(ward);
            ward_pass(ward, 10 * SECOND);
        }
    }
    g_assert_cmpuint(store_head_counts(ward->head)->rolled, >, 2);
}

/* Pages of columns whose edges lie anywhere in an hour are what one question has: each span is in
 * one of them. */
static void
wide_columns_asked_in_pieces_are_those_asked_at_once(void)
{
    Story story;
    Ward *ward = &story.ward;
    int64_t width_us = 128 * SECOND, from_us = T0_US - 300 * SECOND;

    story_of_hours(&story);
    for (int i = 0; i < 400; i++) { /* the last one is over, too */
        ward_rest(ward);
        ward_commit(ward);
        ward_pass(ward, 10 * SECOND);
    }
    g_autoptr(Vicu__QueryRows) all = ask_wide(ward, from_us, 140, width_us);
    for (uint32_t first = 0; first < 140; first += 20) {
        g_autoptr(Vicu__QueryRows) piece = ask_wide(ward, from_us + first * width_us, 20, width_us);
        for (uint32_t i = 0; i < 20; i++) {
            const Vicu__Column *a = all->column[first + i], *b = piece->column[i];
            g_assert_cmpint(a->t_us, ==, b->t_us);
            g_assert_cmpfloat(a->coverage, ==, b->coverage);
            g_assert_cmpfloat(a->min, ==, b->min);
            g_assert_cmpfloat(a->max, ==, b->max);
            g_assert_cmpfloat_with_epsilon(a->mean, b->mean, 1e-9);
        }
    }
    ward_close(ward);
}

static void
wide_columns_hold_every_sample_within_half_a_span(void)
{
    Story story;
    Ward *ward = &story.ward;

    story_of_hours(&story);
    for (int round = 0; round < 3; round++) {
        check_wide(ward, T0_US - HOUR, 200, 130 * SECOND);
        check_wide(ward, T0_US, 150, 120 * SECOND);
        check_wide(ward, T0_US - 77 * SECOND, 7, 44 * MINUTE);
        if (round == 0) {
            ward_shut(ward);
            ward_reopen(ward);
        } else {
            come_to_rest(ward);
        }
    }
    ward_close(ward);
}

/* ---- what lies on the disk ---- */

/* A part made by hand with one row of @value. */
static void
plant(
    Ward *ward, int64_t minute, const uint8_t *hash, uint64_t first, const void *value, size_t size)
{
    StoreWaves *waves = store_head_waves(ward->head);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)store_file_free);
    StoreFile *file = store_file_new(ward->db, STORE_FILE_PREFIX "planted", NULL);
    StorePart part = {.tier = STORE_TIER_MINUTE,
                      .period = minute,
                      .generation = 1,
                      .begin = minute,
                      .end = minute + 1,
                      .rows = 1};
    StorePlace place = {.stream = 0, .minute = minute, .t0_us = T0_US, .first = first};
    StoreKey key = store_part_key(part.tier, part.period, part.generation);

    memcpy(place.hash, hash, sizeof place.hash);
    store_key_place(&key, &place);
    g_ptr_array_add(files, file);
    g_assert_true(store_file_put(file, &key, value, size, NULL));
    g_assert_true(store_file_finish(file, NULL));
    g_assert_true(store_db_ingest(ward->db, files, NULL));
    store_parts_put(waves->parts, &part);
    ward_commit(ward);
}

static void
a_damaged_row_ends_the_question_and_nothing_else(void)
{
    Story story;
    Ward *ward = &story.ward;
    g_autoptr(StoreCoder) coder = store_coder_new();
    StoreSegment segment = wave_segment(0, T0_US);
    int16_t samples[3000] = {0};
    size_t size = 0;

    story_open(&story);
    story_put(&story, 1, T0_US, 0, 3000);
    GHashTableIter iter;
    gpointer p;
    const StoreFreshMinute *fresh =
        store_fresh_minutes(store_head_waves(ward->head)->fresh)->pdata[0];
    g_hash_table_iter_init(&iter, fresh->bins);
    g_assert_true(g_hash_table_iter_next(&iter, &p, NULL));
    uint8_t hash[STORE_SEGMENT_HASH_LEN];
    memcpy(hash, ((const StoreIdentity *)p)->hash, sizeof hash);
    const uint8_t *good = store_row_pack(coder, &segment, samples, 3000, &size);
    g_autofree uint8_t *value = g_memdup2(good, size);
    static const uint8_t unknown[STORE_SEGMENT_HASH_LEN] = {1};
    int64_t minute = T0_US / MINUTE + 10;
    for (int fault = 0; fault < 8; fault++, minute++) {
        g_autofree uint8_t *bad = g_memdup2(value, size);
        size_t bad_size = fault == 0 ? 3 : fault == 1 ? size - 5 : size;
        uint64_t first = fault == 2 ? UINT64_MAX - 10 : (uint64_t)(minute * 3000);
        bad[0] = fault == 3 ? 9 : bad[0];            /* a foreign version */
        bad[1] = fault == 4 ? 77 : bad[1];           /* a foreign coder */
        bad[5] = (uint8_t)(fault == 5 ? 1 : bad[5]); /* lies about its samples */
        bad[size / 2] ^= fault == 6 ? 0x10 : 0;      /* a bit has flipped */
        plant(ward, minute, fault == 7 ? unknown : hash, first, bad, bad_size);
        for (int blocks = 0; blocks < 2; blocks++) {
            g_autofree char *why = NULL;
            int64_t from_us = fault == 2 ? T0_US : minute * MINUTE;
            vicu_wire_free(wave_ask(ward, 0, from_us, INT64_MAX / 4, blocks, &why));
            if (fault != 2 || blocks == 0)
                g_assert_cmpstr(why, !=, "");
        }
        store_parts_remove(store_head_waves(ward->head)->parts,
                           store_parts_at(store_head_waves(ward->head)->parts, minute));
        ward_commit(ward);
    }
    g_assert_cmpuint(count_between(ward, T0_US, T0_US + MINUTE), ==, 3000);
    ward_close(ward);
}

/* What a reader of blocks is sent of stream 0: *samples in runs, and how many blocks. */
static size_t
blocks_sent(Ward *ward, int64_t from_us, int64_t to_us, size_t *samples)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySamples what = VICU__QUERY_SAMPLES__INIT;

    what.bed = (char *)wave_spec[0].bed;
    what.code = wave_spec[0].code;
    what.from_us = from_us;
    what.to_us = to_us;
    what.blocks = true;
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &what;
    Answer answer = ask_now(ward, &ask);
    size_t blocks = answer.rows->n_block;
    *samples = 0;
    for (size_t i = 0; i < answer.rows->n_run; i++)
        *samples += answer.rows->run[i]->samples.len / 2;
    answer_clear(&answer);
    return blocks;
}

static void
of_a_row_comes_what_is_less_its_block_or_the_samples_asked_for(void)
{
    Story story;
    Ward *ward = &story.ward;
    size_t samples = 0;
    int64_t t_us = (T0_US / MINUTE + 1) * MINUTE; /* three whole minutes from here */

    story_open(&story);
    story_put(&story, 1, T0_US, 0, 12000);
    come_to_rest(ward);
    g_assert_cmpuint(blocks_sent(ward, t_us + SECOND, t_us + 3 * SECOND, &samples), ==, 0);
    g_assert_cmpuint(samples, ==, 100);
    g_assert_cmpuint(blocks_sent(ward, t_us + SECOND, t_us + MINUTE, &samples), ==, 1);
    g_assert_cmpuint(samples, ==, 0);
    g_assert_cmpuint(blocks_sent(ward, t_us - SECOND, t_us + MINUTE + SECOND, &samples), ==, 1);
    g_assert_cmpuint(samples, ==, 100); /* a second at each end */
    g_autofree uint8_t *sent = g_malloc(12000);
    memset(sent, 1, 12000);
    wave_check(ward, 0, T0_US, sent, 12000, t_us - SECOND, t_us + MINUTE + SECOND, true);
    wave_check(ward, 0, T0_US, sent, 12000, t_us + SECOND, t_us + 3 * SECOND, true);
    ward_close(ward);
}

/* Months of it: few files, whatever the number of days. */
static void
the_number_of_files_is_bounded_by_the_days(void)
{
    Story story;
    Ward *ward = &story.ward;
    int days = is_night() ? 366 : 20;
    size_t most = 0;

    story_open(&story);
    settle_quickly(ward);
    int64_t begin_us = ward->now.utc_us;
    for (int day = 0; day < days; day++)
        for (int i = 0; i < 6; i++) {
            int64_t t_us = ward->now.utc_us;
            for (uint32_t k = 0; k < 3; k++)
                story_put(&story, (uint32_t)(day * 18 + i * 3) + k, t_us + k * MINUTE, 0, 50);
            ward_pass(ward, 4 * HOUR);
            for (int k = 0; k < 12; k++) {
                ward_rest(ward);
                ward_commit(ward);
                ward_pass(ward, 2 * SECOND);
            }
            most = MAX(most, store_db_files(ward->db, STORE_WAVE, NULL, NULL));
        }
    g_assert_cmpuint(most, <=, (guint)days + 40);
    come_to_rest(ward);
    g_assert_cmpuint(store_db_files(ward->db, STORE_WAVE, NULL, NULL), <=, (guint)days + 2);
    g_assert_cmpuint(count_between(ward, begin_us, INT64_MAX / 4), ==, (guint)days * 900);
    ward_close(ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/waves/" #name, name)
    ADD(shuffled_frames_are_stored_as_those_in_order);
    ADD(a_clock_that_steps_loses_no_sample);
    ADD(a_gain_and_a_rate_that_change_begin_segments_of_their_own);
    ADD(the_first_value_of_a_sample_stays);
    ADD(memory_is_bounded_by_sealing_early);
    ADD(samples_outlive_the_epoch_that_brought_them);
    ADD(a_kill_amid_the_late_rows_of_a_minute_hides_none_of_them);
    ADD(an_hour_waits_for_the_minute_that_is_being_sealed);
    ADD(a_stream_that_two_senders_claim_is_stored_twice_and_told);
    ADD(wide_columns_hold_every_sample_within_half_a_span);
    ADD(wide_columns_asked_in_pieces_are_those_asked_at_once);
    ADD(a_damaged_row_ends_the_question_and_nothing_else);
    ADD(of_a_row_comes_what_is_less_its_block_or_the_samples_asked_for);
    ADD(the_number_of_files_is_bounded_by_the_days);
    return g_test_run();
}
