/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/model/judge.h"
#include "dashboard/model/past-inner.h"
#include "dashboard/scene/paper.h"
#include "dashboard/scene/past-state.h"
#include "tests/dashboard/past-world.h"

#define S    ((int64_t)G_USEC_PER_SEC)
#define HOUR (3600 * S)
#define NOW  (INT64_C(1700000000) / 3600 * HOUR + 1800 * S)
#define II   131330u
#define HR   147842u
#define TEMP 150344u
#define BED  "demo/icu/7"

static void
take_streams(DashPast *past)
{
    Vicu__StreamRow lead = VICU__STREAM_ROW__INIT;
    Vicu__StreamRow rate = VICU__STREAM_ROW__INIT;
    Vicu__StreamRow temp = VICU__STREAM_ROW__INIT;
    Vicu__StreamRow other = VICU__STREAM_ROW__INIT;
    Vicu__StreamRow *streams[] = {&rate, &temp, &lead, &other};
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    const Vicu__QueryRows *list[] = {&rows};
    lead.bed = rate.bed = temp.bed = (char *)BED;
    other.bed = (char *)"demo/icu/8";
    lead.code = other.code = II;
    lead.wave = TRUE;
    lead.period_num = 1;
    lead.period_den = 250;
    rate.code = HR;
    temp.code = TEMP;
    lead.first_us = rate.first_us = temp.first_us = NOW - 50 * HOUR;
    lead.last_us = rate.last_us = temp.last_us = NOW;
    rows.n_stream = G_N_ELEMENTS(streams);
    rows.stream = streams;
    dash_past_take_streams(past, list, 1);
}

static DashPast *
past_of_7(size_t max_bytes)
{
    DashPast *past = dash_past_new(max_bytes);
    dash_past_set_bed(past, BED);
    take_streams(past);
    return past;
}

/* Columns with mean @value; of @hole on nothing is observed. */
static void
keep_columns(DashPast *past, const DashPageId *id, double value, int hole)
{
    DashDraft *draft = dash_draft_new(past, id);
    for (int i = 0; i < DASH_PAGE_COLUMNS_N; i++) {
        Vicu__Column column = VICU__COLUMN__INIT;
        Vicu__Column *one = &column;
        Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
        column.t_us = id->from_us + i * id->column_us;
        column.mean = value;
        column.min = value - 1;
        column.max = value + i;
        column.coverage = i < hole ? 0.5f : 0;
        rows.n_column = 1;
        rows.column = &one;
        dash_draft_add(draft, &rows);
    }
    dash_past_keep(past, draft, NOW);
}

static void
keep_samples(DashPast *past, const DashPageId *id, uint64_t first, int n, Vicu__Origin origin)
{
    g_autofree int16_t *samples = g_new(int16_t, n);
    DashDraft *draft = dash_draft_new(past, id);
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__SampleRun run = VICU__SAMPLE_RUN__INIT;
    Vicu__SampleRun *runs = &run;
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    for (int i = 0; i < n; i++)
        samples[i] = (int16_t)i;
    segment.t0_us = id->from_us;
    segment.period_num = 1;
    segment.period_den = 250;
    segment.gain = 200;
    segment.origin = origin;
    segment.received_us = id->from_us + (first ? 3600 * S : S);
    run.segment = &segment;
    run.first = first;
    run.samples.data = (uint8_t *)samples;
    run.samples.len = 2 * (size_t)n;
    rows.n_run = 1;
    rows.run = &runs;
    dash_draft_add(draft, &rows);
    dash_past_keep(past, draft, NOW);
}

/* @state: of an alarm; NONE: a note. */
static void
add_event(DashDraft *draft, int64_t t_us, const char *key, Vicu__AlarmState state)
{
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__Event event = VICU__EVENT__INIT;
    Vicu__Event *one = &event;
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    alarm.id = (char *)key;
    alarm.bed = (char *)BED;
    alarm.rule = (char *)"hr-low";
    alarm.text = (char *)"HR low";
    alarm.state = state;
    alarm.priority = VICU__PRIORITY__PRIORITY_HIGH;
    alarm.t_condition_us = t_us;
    g_autoptr(GBytes) packed = vicu_wire_pack(&alarm.base);
    event.t_us = t_us;
    event.kind = (char *)(state ? "alarm" : "note");
    event.key = (char *)key;
    event.text = (char *)"text";
    if (state) {
        event.detail.data = (uint8_t *)g_bytes_get_data(packed, NULL);
        event.detail.len = g_bytes_get_size(packed);
    }
    rows.n_event = 1;
    rows.event = &one;
    dash_draft_add(draft, &rows);
}

static DashPageId
wanted_of(DashPast *past, DashPageKind kind, int64_t t_us)
{
    DashPageId ids[1024];
    size_t n = dash_past_wanted(past, NOW, ids, G_N_ELEMENTS(ids));
    for (size_t i = 0; i < n; i++)
        if (ids[i].kind == kind && t_us >= ids[i].from_us && t_us < ids[i].to_us)
            return ids[i];
    g_error("no page of kind %d is wanted", (int)kind);
}

static size_t
rank_of(DashPast *past, DashPageKind kind, int64_t t_us)
{
    DashPageId ids[1024];
    size_t n = dash_past_wanted(past, NOW, ids, G_N_ELEMENTS(ids));
    for (size_t i = 0; i < n; i++)
        if (ids[i].kind == kind && t_us >= ids[i].from_us && t_us < ids[i].to_us)
            return i;
    return G_MAXSIZE;
}

static DashLook
look_at(int64_t hours, int64_t at_us)
{
    return (DashLook){.from_us = NOW - hours * HOUR,
                      .to_us = NOW,
                      .width = 1000,
                      .at_us = at_us,
                      .strip_from_us = at_us - 6 * S,
                      .strip_to_us = at_us + 6 * S};
}

/* ---- tests ---- */

static void
waves_come_first_and_other_beds_not_at_all(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    g_assert_cmpuint(dash_past_n_streams(past), ==, 3);
    g_assert_cmpuint(dash_past_stream(past, 0)->code, ==, II);
    g_assert_cmpint(dash_past_find(past, HR, 0), ==, 1);
    g_assert_cmpint(dash_past_find(past, HR, 1), ==, -1);
    g_assert_cmpint(dash_past_newest_us(past), ==, NOW);
}

static void
what_was_not_told_is_not_known_and_what_is_not_there_is_nothing(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    DashColumn columns[1000];
    DashLook look = look_at(1, NOW - HOUR / 2);
    dash_past_look(past, &look, NOW);
    dash_past_columns(past, 0, look.from_us, look.to_us, columns, 1000);
    for (int i = 0; i < 1000; i++)
        g_assert_false(columns[i].known);
    int64_t before_us = NOW - 60 * HOUR; /* the stream began 50 h ago */
    dash_past_columns(past, 0, before_us, before_us + HOUR, columns, 1000);
    g_assert_true(columns[500].known);
    g_assert_cmpfloat(columns[500].coverage, ==, 0);
}

static void
columns_keep_least_greatest_and_coverage(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    DashLook look = look_at(1, NOW - HOUR / 2);
    dash_past_look(past, &look, NOW);
    DashPageId id = wanted_of(past, DASH_PAGE_COLUMNS, look.from_us + HOUR / 3);
    g_assert_cmpint(id.column_us, ==, 2 * S);
    keep_columns(past, &id, 60, 100);
    DashColumn columns[4];
    dash_past_columns(past, id.stream, id.from_us, id.from_us + 64 * S, columns, 4);
    g_assert_true(columns[0].known && !columns[0].coarse);
    g_assert_cmpfloat(columns[0].min, ==, 59);
    g_assert_cmpfloat(columns[0].max, ==, 60 + 7); /* of 8 columns in a pixel */
    g_assert_cmpfloat_with_epsilon(columns[0].coverage, 0.5, 1e-6);
    dash_past_columns(past, id.stream, id.from_us + 168 * S, id.from_us + 232 * S, columns, 4);
    g_assert_cmpfloat_with_epsilon(columns[1].coverage, 0.5, 1e-6);
    g_assert_true(columns[2].known);
    g_assert_cmpfloat(columns[2].coverage, ==, 0);
    double min = 0;
    double max = 0;
    g_assert_true(dash_past_extent(past, id.stream, id.from_us, id.from_us + 400 * S, &min, &max));
    g_assert_cmpfloat(min, ==, 59);
    g_assert_cmpfloat(max, ==, 60 + 99);
}

static void
a_long_window_is_seen_with_coarse_columns_and_refined_later(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 22);
    DashLook look = look_at(24, NOW - HOUR);
    dash_past_look(past, &look, NOW);
    g_assert_false(dash_past_is_seen(past));
    DashPageId ids[1024];
    size_t n = dash_past_wanted(past, NOW, ids, 1024);
    bool fine = false;
    for (size_t i = 0; i < n; i++) {
        fine |=
            ids[i].kind == DASH_PAGE_COLUMNS && ids[i].stream == 0 && ids[i].column_us == 64 * S;
        if (ids[i].kind != DASH_PAGE_COLUMNS || ids[i].stream > 0)
            continue;
        g_assert_true(fine == (ids[i].column_us < DASH_COARSE_US));
        if (ids[i].column_us == DASH_COARSE_US)
            keep_columns(past, &ids[i], 1, 512);
    }
    g_assert_true(fine);
    DashColumn columns[1000];
    dash_past_columns(past, 0, look.from_us, look.to_us, columns, 1000);
    g_assert_true(columns[10].known && columns[10].coarse);
    DashPageId id = wanted_of(past, DASH_PAGE_COLUMNS, look.from_us);
    while (id.stream != 0 || id.column_us != 64 * S)
        keep_columns(past, &id, 2, 512), id = wanted_of(past, DASH_PAGE_COLUMNS, look.from_us);
    keep_columns(past, &id, 3, 512);
    dash_past_columns(past, 0, look.from_us, look.to_us, columns, 1000);
    g_assert_true(columns[10].known && !columns[10].coarse);
    g_assert_cmpfloat(columns[10].mean, ==, 3);
}

static void
the_strip_comes_first_and_a_drag_fetches_ahead_in_its_direction(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    int64_t at_us = NOW - 10 * HOUR;
    DashLook look = look_at(4, at_us);
    look.from_us = at_us - 2 * HOUR;
    look.to_us = at_us + 2 * HOUR;
    look.drag = -1;
    dash_past_look(past, &look, NOW);
    DashPageId first;
    g_assert_cmpuint(dash_past_wanted(past, NOW, &first, 1), ==, 1);
    g_assert_cmpint(first.kind, ==, DASH_PAGE_SAMPLES);
    size_t seen = rank_of(past, DASH_PAGE_COLUMNS, at_us);
    size_t ahead = rank_of(past, DASH_PAGE_COLUMNS, at_us - 5 * HOUR);
    g_assert_cmpuint(seen, <, ahead);
    g_assert_cmpuint(ahead, <, G_MAXSIZE);
    g_assert_cmpuint(rank_of(past, DASH_PAGE_COLUMNS, at_us + 5 * HOUR), ==, G_MAXSIZE);
    look.drag = 1;
    dash_past_look(past, &look, NOW);
    g_assert_cmpuint(rank_of(past, DASH_PAGE_COLUMNS, at_us + 5 * HOUR), <, G_MAXSIZE);
    g_assert_cmpuint(rank_of(past, DASH_PAGE_COLUMNS, at_us - 5 * HOUR), ==, G_MAXSIZE);
}

static void
the_future_is_not_asked_for(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    DashLook look = look_at(1, NOW);
    look.to_us = NOW + 5 * HOUR;
    look.values = true;
    dash_past_look(past, &look, NOW);
    DashPageId ids[1024];
    size_t n = dash_past_wanted(past, NOW, ids, 1024);
    g_assert_cmpuint(n, >, 0);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpint(ids[i].from_us, <, NOW);
}

static void
a_page_that_grows_is_asked_for_again_and_a_failed_one_later(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    DashLook look = look_at(1, NOW - S);
    dash_past_look(past, &look, NOW);
    DashPageId id = wanted_of(past, DASH_PAGE_SAMPLES, NOW - S);
    dash_past_failed(past, &id, NOW);
    g_assert_cmpuint(rank_of(past, DASH_PAGE_SAMPLES, NOW - S), ==, G_MAXSIZE);
    DashPageId ids[1024];
    bool again = false;
    size_t n = dash_past_wanted(past, NOW + S, ids, 1024);
    for (size_t i = 0; i < n; i++)
        again |= dash_page_equal(&ids[i], &id);
    g_assert_true(again);
    keep_samples(past, &id, 0, 100, VICU__ORIGIN__ORIGIN_LIVE);
    /* What it was asked for before is told, what came later is not. */
    g_assert_cmpint(dash_past_told_us(past, 0, NOW - S, NOW + 10 * S), ==, NOW);
    g_assert_cmpint(dash_past_told_us(past, 0, NOW - S, NOW - S / 2), ==, NOW - S / 2);
    g_assert_cmpuint(rank_of(past, DASH_PAGE_SAMPLES, NOW - S), ==, G_MAXSIZE);
    again = false;
    n = dash_past_wanted(past, NOW + 6 * S, ids, 1024);
    for (size_t i = 0; i < n; i++)
        again |= dash_page_equal(&ids[i], &id);
    g_assert_true(again);
}

static void
memory_is_bounded_and_the_oldest_pages_go(void)
{
    g_autoptr(DashPast) past = past_of_7(100000);
    for (int64_t k = 0; k < 40; k++) {
        DashLook look = look_at(1, NOW - (k + 1) * HOUR);
        dash_past_look(past, &look, NOW);
        DashPageId id = wanted_of(past, DASH_PAGE_SAMPLES, look.at_us);
        keep_samples(past, &id, 0, 15000, VICU__ORIGIN__ORIGIN_LIVE);
    }
    g_assert_cmpuint(dash_past_bytes(past), <=, 100000);
    g_assert_cmpuint(dash_past_n_pages(past), ==, 3);
    g_assert_true(dash_past_has_samples(past, 0, NOW - 40 * HOUR, NOW - 40 * HOUR + 1));
    g_assert_false(dash_past_has_samples(past, 0, NOW - HOUR, NOW - HOUR + 1));
}

static void
samples_keep_their_gaps_and_what_they_are(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    DashLook look = look_at(1, NOW - HOUR);
    dash_past_look(past, &look, NOW);
    DashPageId id = wanted_of(past, DASH_PAGE_SAMPLES, look.at_us);
    keep_samples(past, &id, 250, 500, VICU__ORIGIN__ORIGIN_RECORDING);
    const DashRun *runs[8];
    g_assert_cmpuint(dash_past_runs(past, 0, id.from_us, id.to_us, runs, 8), ==, 1);
    g_assert_cmpint(runs[0]->origin, ==, VICU__ORIGIN__ORIGIN_RECORDING);
    g_assert_true(runs[0]->late);
    g_assert_cmpint(dash_run_time_us(runs[0], 0), ==, id.from_us + S);
    double value = 0;
    g_assert_false(dash_past_value(past, 0, id.from_us + S / 2, &value));
    g_assert_true(dash_past_value(past, 0, id.from_us + S + 4000 * 10, &value));
    g_assert_cmpfloat_with_epsilon(value, 10 / 200.0, 1e-9);
    g_assert_false(dash_past_value(past, 0, id.from_us + 4 * S, &value));
}

static void
a_jump_finds_alarms_raised_and_tells_when_it_cannot(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 22);
    int64_t at_us = NOW - HOUR;
    DashLook look = look_at(1, at_us);
    const DashPastEvent *event = NULL;
    dash_past_look(past, &look, NOW);
    g_assert_cmpint(dash_past_jump(past, NOW, -1, false, &event), ==, DASH_JUMP_UNKNOWN);
    DashPageId ids[1024];
    size_t n = dash_past_wanted(past, NOW, ids, 1024);
    for (size_t i = 0; i < n; i++) {
        if (ids[i].kind != DASH_PAGE_EVENTS)
            continue;
        DashDraft *draft = dash_draft_new(past, &ids[i]);
        if (at_us >= ids[i].from_us && at_us < ids[i].to_us) {
            add_event(draft, at_us - 20 * S, "a", VICU__ALARM_STATE__ALARM_ACTIVE);
            add_event(draft, at_us - 15 * S, "n", VICU__ALARM_STATE__ALARM_NONE);
            add_event(draft, at_us - 10 * S, "a", VICU__ALARM_STATE__ALARM_ACTIVE);
            add_event(draft, at_us - 5 * S, "a", VICU__ALARM_STATE__ALARM_ENDED);
        }
        dash_past_keep(past, draft, NOW);
    }
    g_assert_cmpint(dash_past_jump(past, at_us, -1, true, &event), ==, DASH_JUMP_FOUND);
    g_assert_cmpint(event->t_us, ==, at_us - 20 * S);
    g_assert_cmpint(dash_past_jump(past, at_us, -1, false, &event), ==, DASH_JUMP_FOUND);
    g_assert_cmpstr(event->kind, ==, "note");
    g_assert_cmpint(dash_past_jump(past, at_us, 1, true, &event), ==, DASH_JUMP_NONE);
    g_assert_cmpint(dash_past_jump(past, at_us - 20 * S, -1, false, &event), ==, DASH_JUMP_NONE);
}

/* ---- replay ---- */

static void
keep_values(DashPast *past, int64_t at_us)
{
    DashPageId id = wanted_of(past, DASH_PAGE_VALUES, at_us);
    DashDraft *draft = dash_draft_new(past, &id);
    uint32_t codes[] = {HR, HR, HR};
    int64_t times[] = {at_us - 2 * S, at_us - S, at_us + S};
    double values[] = {80, 81, 200};
    Vicu__Numerics set = VICU__NUMERICS__INIT;
    Vicu__Numerics *one = &set;
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    set.bed = (char *)BED;
    set.origin = VICU__ORIGIN__ORIGIN_ARCHIVE;
    set.n_code = set.n_t_us = set.n_value = 3;
    set.code = codes;
    set.t_us = times;
    set.value = values;
    rows.n_numerics = 1;
    rows.numerics = &one;
    dash_draft_add(draft, &rows);
    dash_past_keep(past, draft, NOW);
}

static void
a_replay_shows_what_was_known_then_and_nothing_later(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 22);
    int64_t at_us = NOW - HOUR + 30 * S;
    DashLook look = look_at(1, at_us);
    look.values = true;
    dash_past_look(past, &look, NOW);
    DashPageId id = wanted_of(past, DASH_PAGE_SAMPLES, at_us);
    keep_samples(past, &id, 0, 15000, VICU__ORIGIN__ORIGIN_ARCHIVE);
    keep_values(past, at_us);
    id = wanted_of(past, DASH_PAGE_EVENTS, at_us);
    DashDraft *draft = dash_draft_new(past, &id);
    add_event(draft, at_us - 20 * S, "stands", VICU__ALARM_STATE__ALARM_ACTIVE);
    add_event(draft, at_us - 20 * S, "ended", VICU__ALARM_STATE__ALARM_ACTIVE);
    add_event(draft, at_us - 10 * S, "ended", VICU__ALARM_STATE__ALARM_ENDED);
    add_event(draft, at_us + 10 * S, "later", VICU__ALARM_STATE__ALARM_ACTIVE);
    dash_past_keep(past, draft, NOW);
    g_autoptr(DashModel) model = dash_model_new();
    dash_past_replay(past, at_us, model);
    const DashBed *bed = dash_model_find_bed(model, BED);
    g_assert_nonnull(bed);
    g_assert_cmpint(dash_judge_absence(bed, at_us), ==, DASH_PRESENT);
    g_assert_cmpuint(bed->n_streams, ==, 1);
    g_assert_cmpint(dash_wave_end_us(bed->stream[0].wave), <=, at_us);
    g_assert_cmpint(dash_wave_end_us(bed->stream[0].wave), >, at_us - S / 50);
    g_assert_cmpfloat(dash_judge_find(bed, "HR")->value, ==, 81);
    g_assert_cmpuint(dash_model_n_alarms(model), ==, 1);
    g_assert_nonnull(dash_model_find_alarm(model, "stands"));
}

static void
a_bed_that_was_silent_then_is_silent_in_the_replay(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 22);
    int64_t at_us = NOW - HOUR + 30 * S;
    DashLook look = look_at(1, at_us);
    dash_past_look(past, &look, NOW);
    DashPageId id = wanted_of(past, DASH_PAGE_SAMPLES, at_us);
    keep_samples(past, &id, 0, 250, VICU__ORIGIN__ORIGIN_LIVE); /* a second, then nothing */
    g_autoptr(DashModel) model = dash_model_new();
    dash_past_replay(past, id.from_us + 20 * S, model);
    g_assert_cmpint(dash_judge_absence(dash_model_find_bed(model, BED), id.from_us + 20 * S), ==,
                    DASH_LOST);
}

/* Events of other kinds; the bed has had a wave. */
static void
add_other(DashDraft *draft, int64_t t_us, const char *kind, const char *key, const char *text)
{
    Vicu__Event event = VICU__EVENT__INIT;
    Vicu__Event *one = &event;
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    event.t_us = t_us;
    event.kind = (char *)kind;
    event.key = (char *)key;
    event.text = (char *)text;
    rows.n_event = 1;
    rows.event = &one;
    dash_draft_add(draft, &rows);
}

static const DashBed *
bed_at(DashPast *past, int64_t at_us, DashModel **model)
{
    dash_model_free(*model);
    *model = dash_model_new();
    dash_past_replay(past, at_us, *model);
    const DashBed *bed = dash_model_find_bed(*model, BED);
    g_assert_nonnull(bed);
    return bed;
}

static void
a_replay_knows_who_lay_there_as_far_as_it_was_put_on_record(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 22);
    g_autoptr(DashModel) model = NULL;
    int64_t at_us = NOW - HOUR + 30 * S;
    DashLook look = look_at(1, at_us);
    look.values = true;
    dash_past_look(past, &look, NOW);
    DashPageId id = wanted_of(past, DASH_PAGE_SAMPLES, at_us);
    keep_samples(past, &id, 0, 15000, VICU__ORIGIN__ORIGIN_LIVE);
    for (int64_t t_us = NOW - 72 * HOUR; t_us < NOW + HOUR; t_us += HOUR) {
        id = dash_page_at(DASH_PAGE_EVENTS, 0, 0, t_us);
        DashDraft *draft = dash_draft_new(past, &id);
        add_other(draft, at_us - 10 * S, "admit", "P-17", "monitor");
        add_other(draft, at_us, "bed-reset", "keep", "transport");
        add_other(draft, at_us + 10 * S, "absence-ended", "", "its time is over");
        dash_past_keep(past, draft, NOW);
    }
    const DashBed *bed = bed_at(past, at_us - 20 * S, &model);
    g_assert_false(bed->presence_known);
    g_assert_cmpstr(bed->patient, ==, "");
    bed = bed_at(past, at_us - S, &model);
    g_assert_cmpstr(bed->patient, ==, "P-17");
    g_assert_cmpint(bed->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    bed = bed_at(past, at_us + S, &model);
    g_assert_cmpint(bed->presence, ==, VICU__PRESENCE__PRESENCE_TRANSPORT);
    g_assert_cmpstr(bed->patient, ==, "P-17");
    bed = bed_at(past, at_us + 11 * S, &model);
    g_assert_cmpint(bed->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
}

/* ---- where somebody stands ---- */

static void
the_cursor_stays_within_72_h_and_the_window_follows_it(void)
{
    DashPastState state;
    dash_past_state_init(&state);
    dash_past_state_follow(&state, NOW);
    g_assert_true(state.live);
    g_assert_cmpint(state.at_us, ==, NOW);
    dash_past_state_go(&state, NOW - 100 * HOUR, NOW);
    g_assert_cmpint(state.at_us, ==, NOW - DASH_PAST_REACH_US);
    g_assert_cmpint(state.drag, ==, -1);
    state.span_us = 4 * HOUR;
    dash_past_state_go(&state, NOW - 30 * HOUR, NOW);
    g_assert_cmpint(state.from_us, <, state.at_us);
    g_assert_cmpint(state.from_us + state.span_us, >, state.at_us);
    int64_t within_us = state.at_us - state.from_us;
    dash_past_state_page(&state, -1, NOW);
    g_assert_cmpint(state.at_us, ==, NOW - 34 * HOUR);
    g_assert_cmpint(state.at_us - state.from_us, ==, within_us);
    dash_past_state_follow(&state, NOW + HOUR); /* the clock goes on, the cursor does not */
    g_assert_cmpint(state.at_us, ==, NOW - 34 * HOUR);
    dash_past_state_go(&state, NOW + 2 * HOUR, NOW + HOUR);
    g_assert_true(state.live);
}

static void
nearer_and_farther_keep_the_cursor_where_it_is(void)
{
    DashPastState state;
    dash_past_state_init(&state);
    dash_past_state_follow(&state, NOW);
    dash_past_state_go(&state, NOW - 20 * HOUR, NOW);
    for (int i = 0; i < 20; i++)
        dash_past_state_zoom(&state, 1, NOW);
    g_assert_cmpint(state.span_us, ==, 300 * S);
    g_assert_cmpint(state.at_us, ==, NOW - 20 * HOUR);
    g_assert_cmpint(state.from_us, <=, state.at_us);
    g_assert_cmpint(state.from_us + state.span_us, >=, state.at_us);
    for (int i = 0; i < 20; i++)
        dash_past_state_zoom(&state, -1, NOW);
    g_assert_cmpint(state.span_us, ==, DASH_PAST_REACH_US);
    g_assert_cmpint(state.from_us, ==, NOW - DASH_PAST_REACH_US);
}

static void
two_callipers_and_then_a_first_one_again(void)
{
    DashPastState state;
    dash_past_state_init(&state);
    dash_past_state_follow(&state, NOW);
    dash_past_state_mark(&state);
    dash_past_state_go(&state, NOW - S, NOW);
    dash_past_state_mark(&state);
    g_assert_cmpuint(state.n_marks, ==, 2);
    g_assert_cmpint(state.mark_us[0] - state.mark_us[1], ==, S);
    dash_past_state_mark(&state);
    g_assert_cmpuint(state.n_marks, ==, 1);
}

/* ---- paper ---- */

static void
strips_go_to_pages_and_a_folder_that_is_not_there_is_named(void)
{
    g_autoptr(DashPast) past = dash_past_new(64 << 20);
    g_autoptr(GError) error = NULL;
    int64_t at_us = NOW - PAST_WORLD_VT_US;
    DashLook look = look_at(1, at_us);
    look.strip_from_us = at_us - 15 * S;
    look.strip_to_us = at_us + 15 * S;
    dash_past_set_bed(past, BED);
    past_world_streams(past, NOW);
    dash_past_look(past, &look, NOW);
    past_world_feed(past, NOW);
    g_autoptr(DashPaperStrip) lead = dash_paper_strip_new(
        past, 0, look.strip_from_us, look.strip_to_us, 25, (DashUnits){0}, "P-5433");
    g_autoptr(DashPaperStrip) pressure =
        dash_paper_strip_new(past, 2, at_us - 5 * S, at_us + 5 * S, 25, (DashUnits){0}, "");
    DashPaperStrip *strips[] = {lead, pressure};
    const DashPaperNote note = {.now_us = NOW, .by = "dashboard"};
    g_autofree char *folder = g_dir_make_tmp("vicu-paper-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "strips.pdf", NULL);
    g_autofree char *nowhere = g_build_filename(folder, "none", "strips.pdf", NULL);
    g_autofree char *text = NULL;
    g_assert_true(dash_paper_write(path, strips, 2, &note, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(strncmp(text, "%PDF-", 5), ==, 0);
    g_assert_false(dash_paper_write(nowhere, strips, 2, &note, &error));
    g_assert_nonnull(strstr(error->message, nowhere));
    if (g_getenv("VICU_GOLDEN_WRITE"))
        g_test_message("%s is kept", path);
    else
        g_remove(path);
    g_rmdir(folder);
}

/* ---- opening a bed ---- */

static void
what_is_of_the_whole_bed_is_asked_for_before_its_streams_are_known(void)
{
    g_autoptr(DashPast) past = dash_past_new(1 << 20);
    DashLook look = look_at(1, NOW);
    dash_past_set_bed(past, BED);
    dash_past_look(past, &look, NOW);
    DashPageId events = wanted_of(past, DASH_PAGE_EVENTS, NOW - HOUR / 2);
    wanted_of(past, DASH_PAGE_GAPS, NOW - HOUR / 2);
    g_assert_cmpuint(rank_of(past, DASH_PAGE_COLUMNS, NOW - HOUR / 2), ==, G_MAXSIZE);
    dash_past_keep(past, dash_draft_new(past, &events), NOW);
    g_assert_false(dash_past_is_seen(past));
    take_streams(past);
    g_assert_cmpuint(dash_past_n_pages(past), ==, 1);
    dash_past_look(past, &look, NOW);
    wanted_of(past, DASH_PAGE_COLUMNS, NOW - HOUR / 2);
}

static void
only_the_rows_that_are_shown_are_asked_for(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    DashPageId ids[1024];
    DashLook look = {.from_us = NOW - HOUR, .to_us = NOW, .width = 1000, .at_us = NOW};
    look.n_rows = 1;
    look.row[0] = (DashLookRow){TEMP, 0};
    dash_past_look(past, &look, NOW);
    size_t n = dash_past_wanted(past, NOW, ids, G_N_ELEMENTS(ids));
    for (size_t i = 0; i < n; i++)
        if (ids[i].kind == DASH_PAGE_COLUMNS)
            g_assert_cmpuint(dash_past_stream(past, ids[i].stream)->code, ==, TEMP);
    wanted_of(past, DASH_PAGE_COLUMNS, NOW - HOUR / 2);
}

static void
what_came_after_a_page_was_taken_is_not_known(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    DashColumn columns[1000];
    DashLook look = look_at(1, NOW);
    dash_past_look(past, &look, NOW);
    DashPageId id = wanted_of(past, DASH_PAGE_COLUMNS, NOW - 1);
    keep_columns(past, &id, 70, DASH_PAGE_COLUMNS_N);
    dash_past_columns(past, 0, NOW - 100 * S, NOW + 100 * S, columns, 100);
    g_assert_true(columns[48].known);
    g_assert_false(columns[51].known);
}

/* A bed with one old page and one that still grows. */
static void
leave_after_two_pages(DashPast *past, int64_t now_us)
{
    DashLook look = look_at(72, now_us);
    dash_past_look(past, &look, now_us);
    DashPageId old = wanted_of(past, DASH_PAGE_EVENTS, NOW - 30 * HOUR);
    DashPageId growing = wanted_of(past, DASH_PAGE_EVENTS, NOW - 1);
    dash_past_keep(past, dash_draft_new(past, &old), NOW);
    dash_past_keep(past, dash_draft_new(past, &growing), NOW);
    dash_past_set_bed(past, "demo/icu/9");
}

static void
a_bed_that_comes_back_has_what_can_not_have_grown(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    DashLook look = look_at(72, NOW);
    leave_after_two_pages(past, NOW);
    g_assert_false(dash_past_has_streams(past));
    g_assert_cmpuint(dash_past_n_pages(past), ==, 0);
    dash_past_set_bed(past, BED);
    g_assert_true(dash_past_has_streams(past));
    dash_past_look(past, &look, NOW + 60 * S);
    g_assert_cmpuint(dash_past_n_pages(past), ==, 1);
    g_assert_true(dash_past_has_events(past, NOW - 30 * HOUR, NOW - 30 * HOUR + 1));
    g_assert_false(dash_past_has_events(past, NOW - 1, NOW));
}

static void
few_beds_are_kept_and_none_beyond_the_room(void)
{
    g_autoptr(DashPast) past = past_of_7(1 << 20);
    leave_after_two_pages(past, NOW);
    for (int i = 0; i < DASH_PAST_BEDS; i++) {
        g_autofree char *bed = g_strdup_printf("demo/icu/%d", 20 + i);
        dash_past_set_bed(past, bed);
        take_streams(past);
    }
    dash_past_set_bed(past, BED);
    g_assert_false(dash_past_has_streams(past));
    g_autoptr(DashPast) small = past_of_7(20000);
    leave_after_two_pages(small, NOW);
    DashPageId id = {DASH_PAGE_EVENTS, 0, 0, NOW / (6 * HOUR) * 6 * HOUR, 0};
    id.to_us = id.from_us + 6 * HOUR;
    DashDraft *draft = dash_draft_new(small, &id);
    for (int i = 0; i < 200; i++)
        add_event(draft, id.from_us + i * S, "many", VICU__ALARM_STATE__ALARM_ACTIVE);
    dash_past_keep(small, draft, NOW);
    dash_past_set_bed(small, BED);
    g_assert_false(dash_past_has_streams(small));
    take_streams(small);
    dash_past_forget(small);
    g_assert_cmpuint(dash_past_bytes(small), ==, 0);
}

static void
every_one_of_twelve_leads_can_be_laid_over_another(void)
{
    static const uint32_t codes[] = {131329, 131330, 131389, 131390, 131391, 131392,
                                     131331, 131332, 131333, 131334, 131335, 131336};
    enum { LEADS = G_N_ELEMENTS(codes) };
    g_autoptr(DashPast) past = dash_past_new(1 << 20);
    Vicu__StreamRow row[LEADS];
    Vicu__StreamRow *list[LEADS];
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    const Vicu__QueryRows *one = &rows;
    DashPastState state;
    bool seen[LEADS] = {false};
    for (size_t i = 0; i < LEADS; i++) {
        vicu__stream_row__init(&row[i]);
        row[i].bed = (char *)BED;
        row[i].code = codes[i];
        row[i].wave = TRUE;
        list[i] = &row[i];
    }
    rows.n_stream = LEADS;
    rows.stream = list;
    dash_past_set_bed(past, BED);
    dash_past_take_streams(past, &one, 1);
    dash_past_state_init(&state);
    state.past = past;
    for (size_t i = 0; i + 1 < LEADS; i++) {
        dash_past_state_compare(&state);
        g_assert_cmpint(state.over, >, 0);
        g_assert_false(seen[state.over]);
        seen[state.over] = true;
    }
    dash_past_state_compare(&state);
    g_assert_cmpint(state.over, ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/past/streams", waves_come_first_and_other_beds_not_at_all);
    g_test_add_func("/past/unknown",
                    what_was_not_told_is_not_known_and_what_is_not_there_is_nothing);
    g_test_add_func("/past/columns", columns_keep_least_greatest_and_coverage);
    g_test_add_func("/past/coarse", a_long_window_is_seen_with_coarse_columns_and_refined_later);
    g_test_add_func("/past/ahead", the_strip_comes_first_and_a_drag_fetches_ahead_in_its_direction);
    g_test_add_func("/past/future", the_future_is_not_asked_for);
    g_test_add_func("/past/again", a_page_that_grows_is_asked_for_again_and_a_failed_one_later);
    g_test_add_func("/past/bounded", memory_is_bounded_and_the_oldest_pages_go);
    g_test_add_func("/past/samples", samples_keep_their_gaps_and_what_they_are);
    g_test_add_func("/past/jump", a_jump_finds_alarms_raised_and_tells_when_it_cannot);
    g_test_add_func("/past/replay", a_replay_shows_what_was_known_then_and_nothing_later);
    g_test_add_func("/past/silent", a_bed_that_was_silent_then_is_silent_in_the_replay);
    g_test_add_func("/past/cursor", the_cursor_stays_within_72_h_and_the_window_follows_it);
    g_test_add_func("/past/zoom", nearer_and_farther_keep_the_cursor_where_it_is);
    g_test_add_func("/past/callipers", two_callipers_and_then_a_first_one_again);
    g_test_add_func("/past/paper", strips_go_to_pages_and_a_folder_that_is_not_there_is_named);
    g_test_add_func("/past/what_is_of_the_whole_bed_is_asked_for_before_its_streams_are_known",
                    what_is_of_the_whole_bed_is_asked_for_before_its_streams_are_known);
    g_test_add_func("/past/only_the_rows_that_are_shown_are_asked_for",
                    only_the_rows_that_are_shown_are_asked_for);
    g_test_add_func("/past/what_came_after_a_page_was_taken_is_not_known",
                    what_came_after_a_page_was_taken_is_not_known);
    g_test_add_func("/past/a_bed_that_comes_back_has_what_can_not_have_grown",
                    a_bed_that_comes_back_has_what_can_not_have_grown);
    g_test_add_func("/past/few_beds_are_kept_and_none_beyond_the_room",
                    few_beds_are_kept_and_none_beyond_the_room);
    g_test_add_func("/past/every_one_of_twelve_leads_can_be_laid_over_another",
                    every_one_of_twelve_leads_can_be_laid_over_another);
    g_test_add_func("/past/a_replay_knows_who_lay_there_as_far_as_it_was_put_on_record",
                    a_replay_knows_who_lay_there_as_far_as_it_was_put_on_record);
    return g_test_run();
}
