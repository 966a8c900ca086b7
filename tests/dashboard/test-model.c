/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/judge.h"
#include "dashboard/model/model.h"

#define S ((int64_t)G_USEC_PER_SEC)

static const uint8_t sender[16] = "a test's sender";

static void
take_numeric(
    DashModel *model, const char *bed, const char *name, double value, int64_t t_us, int quality)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics set = VICU__NUMERICS__INIT;
    Vicu__Numerics *sets[] = {&set};
    uint32_t code = vicu_signal_code(vicu_signal_by_name(name));
    Vicu__Quality q = (Vicu__Quality)quality;
    set.bed = (char *)bed;
    set.n_code = set.n_t_us = set.n_value = set.n_quality = 1;
    set.code = &code;
    set.t_us = &t_us;
    set.value = &value;
    set.quality = &q;
    set.origin = VICU__ORIGIN__ORIGIN_RECORDING;
    set.source = VICU__SOURCE__SOURCE_DERIVED;
    batch.t_us = t_us;
    batch.n_numerics = 1;
    batch.numerics = sets;
    dash_model_take_batch(model, &batch, sender, 1, t_us + 1000);
}

static void
take_wave(DashModel *model,
          uint64_t epoch,
          bool announce,
          int64_t t0_us,
          uint64_t first,
          size_t n,
          int64_t now_us)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__Segment *segments[] = {&segment};
    Vicu__Wave wave = VICU__WAVE__INIT;
    Vicu__Wave *waves[] = {&wave};
    g_autofree uint8_t *bytes = g_malloc0(2 * n + 1);
    segment.id = 7;
    segment.bed = (char *)"demo/icu/1";
    segment.code = vicu_signal_code(vicu_signal_by_name("ECG_II"));
    segment.label = (char *)"II";
    segment.unit = (char *)"mV";
    segment.t0_us = t0_us;
    segment.period_num = 1;
    segment.period_den = 250;
    segment.gain = 200;
    segment.origin = VICU__ORIGIN__ORIGIN_RECORDING;
    wave.segment = 7;
    wave.first = first;
    wave.samples.data = bytes;
    wave.samples.len = 2 * n;
    batch.t_us = now_us;
    if (announce) {
        batch.n_segment = 1;
        batch.segment = segments;
    }
    batch.n_wave = 1;
    batch.wave = waves;
    dash_model_take_batch(model, &batch, sender, epoch, now_us);
}

static void
take_alarm(DashModel *model, const char *id, const char *bed, int priority, int state, int64_t t_us)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    alarm.id = (char *)id;
    alarm.bed = (char *)bed;
    alarm.rule = (char *)"a-rule";
    alarm.priority = (Vicu__Priority)priority;
    alarm.state = (Vicu__AlarmState)state;
    alarm.t_raised_us = t_us;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.key = (char *)id;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    dash_model_take_state(model, &item, t_us);
}

static void
beds_stand_in_the_order_people_count(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_numeric(model, "demo/icu/10", "HR", 70, 1 * S, 0);
    take_numeric(model, "demo/icu/2", "HR", 70, 1 * S, 0);
    take_numeric(model, "demo/icu/1", "HR", 70, 1 * S, 0);
    g_assert_cmpuint(dash_model_n_beds(model), ==, 3);
    g_assert_cmpstr(dash_model_bed(model, 0)->label, ==, "1");
    g_assert_cmpstr(dash_model_bed(model, 1)->label, ==, "2");
    g_assert_cmpstr(dash_model_bed(model, 2)->label, ==, "10");
}

static void
a_bed_is_found_by_a_unique_tail_only(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_numeric(model, "a/icu/7", "HR", 70, 1 * S, 0);
    take_numeric(model, "a/icu/17", "HR", 70, 1 * S, 0);
    g_assert_cmpstr(dash_model_find_bed(model, "7")->id, ==, "a/icu/7");
    take_numeric(model, "b/icu/7", "HR", 70, 1 * S, 0);
    g_assert_null(dash_model_find_bed(model, "7"));
    g_assert_cmpstr(dash_model_find_bed(model, "b/icu/7")->id, ==, "b/icu/7");
}

static void
a_number_keeps_its_origin_and_source(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_numeric(model, "demo/icu/1", "HR", 71.5, 5 * S, 0);
    const DashNumeric *hr = dash_judge_find(dash_model_bed(model, 0), "HR");
    g_assert_nonnull(hr);
    g_assert_cmpfloat(hr->value, ==, 71.5);
    g_assert_cmpint(hr->origin, ==, VICU__ORIGIN__ORIGIN_RECORDING);
    g_assert_cmpint(hr->source, ==, VICU__SOURCE__SOURCE_DERIVED);
    g_assert_cmpint(hr->period_ms, ==, 1000);
}

static void
an_invalid_value_leaves_the_old_one_but_says_so(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_numeric(model, "demo/icu/1", "HR", 71, 5 * S, 0);
    take_numeric(model, "demo/icu/1", "HR", 0, 6 * S, VICU__QUALITY__QUALITY_INVALID);
    const DashNumeric *hr = dash_judge_find(dash_model_bed(model, 0), "HR");
    g_assert_cmpfloat(hr->value, ==, 71);
    g_assert_cmpint(dash_judge_numeric(hr, 6 * S), ==, DASH_GONE);
}

static void
an_older_value_does_not_replace_a_newer(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_numeric(model, "demo/icu/1", "HR", 71, 5 * S, 0);
    take_numeric(model, "demo/icu/1", "HR", 99, 4 * S, 0);
    g_assert_cmpfloat(dash_judge_find(dash_model_bed(model, 0), "HR")->value, ==, 71);
}

static void
a_wave_without_its_segment_is_not_drawn(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_wave(model, 1, false, 1 * S, 0, 250, 2 * S);
    g_assert_cmpuint(dash_model_n_beds(model), ==, 0);
    take_wave(model, 1, true, 1 * S, 250, 250, 3 * S);
    const DashStream *ecg = dash_judge_ecg(dash_model_bed(model, 0));
    g_assert_nonnull(ecg);
    g_assert_cmpint(dash_wave_start_us(ecg->wave), ==, 2 * S);
}

static void
a_new_epoch_goes_on_in_the_same_wave(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_wave(model, 1, true, 1 * S, 0, 250, 2 * S);
    take_wave(model, 2, true, 1 * S, 250, 250, 3 * S);
    const DashBed *bed = dash_model_bed(model, 0);
    DashSpan spans[4];
    g_assert_cmpuint(bed->n_streams, ==, 1);
    g_assert_cmpuint(dash_wave_spans(bed->stream[0].wave, 0, 9 * S, spans, 4), ==, 1);
    g_assert_cmpuint(spans[0].n, ==, 500);
}

/* Pieces of 40 ms, each of them @late_us after its last sample, for @n of them from @from on. */
static void
take_ticks(DashModel *model, uint64_t from, int n, int64_t late_us)
{
    for (int i = 0; i < n; i++) {
        uint64_t first = (from + (uint64_t)i) * 10;
        int64_t end_us = 1 * S + (int64_t)(first + 10) * 4000;
        take_wave(model, 1, first == 0, 1 * S, first, 10, end_us + late_us);
    }
}

static void
play_falls_back_when_data_come_late_and_returns_when_they_do_not(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_ticks(model, 0, 1, 20000);
    const DashBed *bed = dash_model_bed(model, 0);
    g_assert_cmpint(bed->delay_us, ==, 250000);
    take_ticks(model, 1, 1, 3 * S);
    g_assert_cmpint(bed->delay_us, >=, 3 * S + 40000);
    g_assert_cmpint(bed->delay_us, <=, 3 * S + 400000);
    take_ticks(model, 2, 600, 20000);
    g_assert_cmpint(bed->delay_us, <=, 250000);
}

/* A piece of 40 ms that comes 5 ms late is needed 45 ms after its first sample. */
static void
play_is_as_near_as_the_link_allows(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_ticks(model, 0, 600, 5000);
    const DashBed *bed = dash_model_bed(model, 0);
    g_assert_cmpint(bed->delay_us, >=, 45000);
    g_assert_cmpint(bed->delay_us, <=, 70000);
    take_ticks(model, 600, 20, 35000);
    g_assert_cmpint(bed->delay_us, >=, 75000);
    g_assert_cmpint(bed->delay_us, <=, 110000);
}

/* A device that sends once a second is played a second behind, and never runs dry. */
static void
play_waits_for_the_longest_piece(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    for (int i = 0; i < 40; i++)
        take_wave(model, 1, i == 0, 1 * S, 250 * (uint64_t)i, 250, (2 + i) * S + 20000);
    g_assert_cmpint(dash_model_bed(model, 0)->delay_us, >=, 1 * S + 20000);
    g_assert_cmpint(dash_model_bed(model, 0)->delay_us, <=, 1 * S + 200000);
}

static void
alarms_stand_worst_first_and_answered_last(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_alarm(model, "low", "demo/icu/1", VICU__PRIORITY__PRIORITY_LOW,
               VICU__ALARM_STATE__ALARM_ACTIVE, 9 * S);
    take_alarm(model, "high-answered", "demo/icu/2", VICU__PRIORITY__PRIORITY_HIGH,
               VICU__ALARM_STATE__ALARM_ACKNOWLEDGED, 8 * S);
    take_alarm(model, "high-old", "demo/icu/3", VICU__PRIORITY__PRIORITY_HIGH,
               VICU__ALARM_STATE__ALARM_ACTIVE, 2 * S);
    take_alarm(model, "high-latched", "demo/icu/4", VICU__PRIORITY__PRIORITY_HIGH,
               VICU__ALARM_STATE__ALARM_LATCHED, 5 * S);
    take_alarm(model, "over", "demo/icu/5", VICU__PRIORITY__PRIORITY_HIGH,
               VICU__ALARM_STATE__ALARM_ENDED, 9 * S);
    const char *const expected[] = {"high-latched", "high-old", "high-answered", "low"};
    g_assert_cmpuint(dash_model_n_alarms(model), ==, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_cmpstr(dash_model_alarm(model, i)->id, ==, expected[i]);
    g_assert_cmpstr(dash_model_worst(model, dash_model_find_bed(model, "1"))->id, ==, "low");
    g_assert_null(dash_model_worst(model, dash_model_find_bed(model, "5")));
}

static void
a_snapshot_forgets_what_stood_before(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    g_assert_false(dash_model_has_state(model));
    take_alarm(model, "old", "demo/icu/1", VICU__PRIORITY__PRIORITY_HIGH,
               VICU__ALARM_STATE__ALARM_ACTIVE, 1 * S);
    dash_model_set_local(model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM, "hub", true,
                         1 * S);
    dash_model_begin_snapshot(model);
    g_assert_true(dash_model_has_state(model));
    g_assert_cmpuint(dash_model_n_alarms(model), ==, 1); /* what this station sees stays */
    g_assert_true(dash_model_alarm(model, 0)->local);
    dash_model_set_local(model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM, "hub", false,
                         2 * S);
    g_assert_cmpuint(dash_model_n_alarms(model), ==, 0);
}

static void
a_local_condition_keeps_the_time_it_began(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    for (int i = 1; i < 5; i++)
        dash_model_set_local(model, DASH_RULES_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM, "rules",
                             true, i * S);
    g_assert_cmpuint(dash_model_n_alarms(model), ==, 1);
    g_assert_cmpint(dash_model_alarm(model, 0)->t_condition_us, ==, 1 * S);
}

static void
more_beds_than_there_is_room_are_counted(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    for (int i = 0; i < DASH_BEDS_MAX + 3; i++) {
        g_autofree char *id = g_strdup_printf("demo/icu/%d", i);
        take_numeric(model, id, "HR", 70, 1 * S, 0);
    }
    g_assert_cmpuint(dash_model_n_beds(model), ==, DASH_BEDS_MAX);
    g_assert_cmpuint(dash_model_left_out(model), ==, 3);
}

static void
a_segment_that_cannot_be_is_left_out(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__Segment *segments[] = {&segment};
    segment.bed = (char *)"demo/icu/1";
    segment.period_num = 1;
    segment.t0_us = 1 * S;
    segment.period_den = 4000000; /* 4 MHz: would take gigabytes */
    segment.gain = 1;
    batch.n_segment = 1;
    batch.segment = segments;
    dash_model_take_batch(model, &batch, sender, 1, 1 * S);
    segment.period_den = 0;
    dash_model_take_batch(model, &batch, sender, 1, 1 * S);
    g_assert_cmpuint(dash_model_left_out(model), ==, 2);
    g_assert_cmpuint(dash_model_n_beds(model), ==, 0);
}

/* The last step of a converter, up and down, is no wave. */
static void
a_wave_that_goes_flat_is_not_blown_up(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__Segment *segments[] = {&segment};
    Vicu__Wave wave = VICU__WAVE__INIT;
    Vicu__Wave *waves[] = {&wave};
    uint8_t bytes[200];
    segment.bed = (char *)"demo/icu/1";
    segment.code = vicu_signal_code(vicu_signal_by_name("PLETH"));
    segment.t0_us = 1 * S;
    segment.period_num = 1;
    segment.period_den = 100;
    segment.gain = 1000;
    batch.n_segment = batch.n_wave = 1;
    batch.segment = segments;
    batch.wave = waves;
    wave.samples.data = bytes;
    wave.samples.len = sizeof bytes;
    for (uint64_t s = 0; s < 40; s++) {
        for (size_t i = 0; i < 100; i++) { /* 10 s of +-1, then steps of one */
            int value = s < 10 ? (i % 20 < 10 ? 1000 : -1000) : (int)(i % 2);
            bytes[2 * i] = (uint8_t)(value & 0xff);
            bytes[2 * i + 1] = (uint8_t)(value >> 8 & 0xff);
        }
        wave.first = s * 100;
        batch.t_us = (int64_t)(2 + s) * S;
        dash_model_take_batch(model, &batch, sender, 1, batch.t_us);
    }
    const DashStream *pleth = dash_judge_find_wave(dash_model_bed(model, 0), "PLETH");
    g_assert_cmpfloat(pleth->hi - pleth->lo, >=, 0.4); /* the noise is 0.001 */
    g_assert_cmpfloat(pleth->hi - pleth->lo, <=, 2.4);
}

static void
tell_presence(DashModel *model, const char *id, int64_t since_us, int64_t now_us)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed bed = VICU__BED__INIT;

    bed.bed = (char *)id;
    bed.presence = VICU__PRESENCE__PRESENCE_PRESENT;
    bed.since_us = since_us;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.key = (char *)id;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    dash_model_take_state(model, &item, now_us);
}

static void
take_known(
    DashModel *model, const char *id, const char *name, double value, int64_t t_us, int64_t now_us)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics set = VICU__NUMERICS__INIT;
    Vicu__Numerics *sets[] = {&set};
    uint32_t code = vicu_signal_code(vicu_signal_by_name(name));

    set.bed = (char *)id;
    set.n_code = set.n_t_us = set.n_value = 1;
    set.code = &code;
    set.t_us = &t_us;
    set.value = &value;
    batch.n_numerics = 1;
    batch.numerics = sets;
    dash_model_take_known(model, &batch, now_us);
}

/* From the store: the bed has not spoken by it, and nothing of another patient is taken. */
static void
what_is_known_from_elsewhere_has_its_own_time(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    const char *id = "demo/icu/1";

    take_known(model, id, "Temp", 37.3, 3000 * S, 3600 * S); /* nobody knows this bed */
    g_assert_cmpuint(dash_model_n_beds(model), ==, 0);
    take_numeric(model, id, "HR", 71, 3600 * S, 0);
    take_known(model, id, "Temp", 37.3, 3000 * S,
               3601 * S); /* nor since when somebody lies there */
    const DashBed *bed = dash_model_bed(model, 0);
    g_assert_null(dash_judge_find(bed, "Temp"));
    tell_presence(model, id, 2000 * S, 3601 * S);
    int64_t arrived_us = bed->arrived_us, newest_us = bed->newest_us;
    take_known(model, id, "Temp", 36.1, 1999 * S, 3602 * S); /* whoever lay there before */
    g_assert_null(dash_judge_find(bed, "Temp"));
    take_known(model, id, "Temp", 37.3, 3000 * S, 3602 * S);
    take_known(model, id, "HR", 44, 3599 * S, 3602 * S); /* older than what is known */
    g_assert_cmpfloat(dash_judge_find(bed, "Temp")->value, ==, 37.3);
    g_assert_cmpint(dash_judge_find(bed, "Temp")->t_us, ==, 3000 * S);
    g_assert_cmpfloat(dash_judge_find(bed, "HR")->value, ==, 71);
    g_assert_cmpint(bed->arrived_us, ==, arrived_us);
    g_assert_cmpint(bed->newest_us, ==, newest_us);
}

/* It would stay, and look fresh, until its time has come. */
static void
a_value_from_the_future_is_left_out(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_numeric(model, "demo/icu/1", "HR", 71, 5 * S, 0);
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics set = VICU__NUMERICS__INIT;
    Vicu__Numerics *sets[] = {&set};
    uint32_t code = vicu_signal_code(vicu_signal_by_name("HR"));
    int64_t t_us = 3600 * S;
    double value = 99;
    set.bed = (char *)"demo/icu/1";
    set.n_code = set.n_t_us = set.n_value = 1;
    set.code = &code;
    set.t_us = &t_us;
    set.value = &value;
    batch.n_numerics = 1;
    batch.numerics = sets;
    dash_model_take_batch(model, &batch, sender, 1, 6 * S);
    const DashBed *bed = dash_model_bed(model, 0);
    g_assert_cmpfloat(dash_judge_find(bed, "HR")->value, ==, 71);
    g_assert_cmpuint(bed->left_out, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/model/" #name, name)
    ADD(beds_stand_in_the_order_people_count);
    ADD(a_bed_is_found_by_a_unique_tail_only);
    ADD(a_number_keeps_its_origin_and_source);
    ADD(an_invalid_value_leaves_the_old_one_but_says_so);
    ADD(an_older_value_does_not_replace_a_newer);
    ADD(a_wave_without_its_segment_is_not_drawn);
    ADD(a_new_epoch_goes_on_in_the_same_wave);
    ADD(play_falls_back_when_data_come_late_and_returns_when_they_do_not);
    ADD(play_is_as_near_as_the_link_allows);
    ADD(play_waits_for_the_longest_piece);
    ADD(alarms_stand_worst_first_and_answered_last);
    ADD(a_snapshot_forgets_what_stood_before);
    ADD(a_local_condition_keeps_the_time_it_began);
    ADD(more_beds_than_there_is_room_are_counted);
    ADD(a_segment_that_cannot_be_is_left_out);
    ADD(a_value_from_the_future_is_left_out);
    ADD(what_is_known_from_elsewhere_has_its_own_time);
    ADD(a_wave_that_goes_flat_is_not_blown_up);
    return g_test_run();
}
