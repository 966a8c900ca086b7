/* The ward on the real pack: silence, watermarks, derived values, alarms.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/ward-inner.h"
#include "tests/rules/ward-fixture.h"

static void
derives_values_and_shows_the_bed(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 20, 80, 120, 70);
    g_assert_nonnull(bed_item(w));
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    g_assert_cmpint(bed_item(w)->origin, ==, VICU__ORIGIN__ORIGIN_RECORDING);
    int hr = 0, map = 0;
    for (guint i = 0; i < w->derived->len; i++) {
        Derived d = g_array_index(w->derived, Derived, i);
        g_assert_cmpint(d.source, ==, VICU__SOURCE__SOURCE_DERIVED);
        g_assert_cmpint(d.t_us % S, ==, 0);
        if (d.quality != VICU__QUALITY__QUALITY_GOOD)
            continue;
        if (d.code == code("HR")) {
            g_assert_cmpfloat(fabs(d.value - 80), <, 1.5);
            hr++;
        }
        if (d.code == code("ART_M")) {
            g_assert_cmpfloat(d.value, >, 75);
            g_assert_cmpfloat(d.value, <, 105);
            map++;
        }
    }
    g_assert_cmpint(hr, >=, 12);
    g_assert_cmpint(map, >=, 10);
    g_assert_false(rules_ward_is_catching_up(w->ward));
}

static void
a_devices_own_number_wins_over_ours(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 12, 80, 120, 70);
    send_numerics_at(w, w->t_us, "HR", 81);
    g_array_set_size(w->derived, 0);
    send_waves(w, 5, 80, 120, 70);
    for (guint i = 0; i < w->derived->len; i++)
        g_assert_cmpuint(g_array_index(w->derived, Derived, i).code, !=, code("HR"));
    g_assert_cmpuint(w->derived->len, >, 10);
}

static void
low_pressure_is_raised_after_its_delay_and_clears(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 30, "ART_M", 82);
    g_assert_false(stands(w, "map-critical"));
    int64_t fell_us = w->t_us + S; /* the first low value */
    send_for(w, 8, "ART_M", 41);
    g_assert_false(stands(w, "map-critical"));
    send_for(w, 3, "ART_M", 41);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_HIGH);
    g_assert_cmpint(alarm->t_condition_us, ==, NOW_US + fell_us);
    g_assert_cmpint(alarm->t_raised_us, ==, NOW_US + fell_us + 8 * S);
    /* Decided within the lateness and one tick. */
    g_assert_cmpint(alarm->t_decided_us - alarm->t_raised_us, <=, 2 * TICK);
    g_assert_cmpint(rules_ward_latency_us(w->ward, 0.99), <=, 2 * TICK);
    g_assert_cmpstr(alarm->bed, ==, BED);
    g_assert_cmpint(alarm->origin, ==, VICU__ORIGIN__ORIGIN_SIMULATED);
    send_for(w, 30, "ART_M", 80);
    g_assert_cmpint(alarm_of(w, "map-critical")->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    bool told = false;
    for (guint i = 0; i < w->events->len; i++)
        told = told || g_str_has_prefix(w->events->pdata[i], "alarm ");
    g_assert_true(told);
}

/* Whatever pack is loaded: the rhythm is told as an event, and counted. */
static void
a_rhythm_is_told_and_counted(Ward *w, gconstpointer data)
{
    (void)data;
    RulesWardFigures f;
    send_waves(w, 20, 80, 120, 70);
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.rhythms_confirmed + f.rhythms_vetoed, ==, 0);
    send_waves(w, 15, 165, 120, 70);
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.rhythms_confirmed, >=, 1);
    g_assert_cmpuint(f.rhythms_vetoed, ==, 0);
    bool told = false;
    for (guint i = 0; i < w->events->len; i++)
        told = told
               || strcmp(w->events->pdata[i], "rhythm-confirmed tachy no pulse speaks against it")
                      == 0;
    g_assert_true(told);
}

static void
a_bed_that_falls_silent_is_lost_and_alarmed(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 10, 80, 120, 70);
    wait_s(w, 2.6, true);
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    wait_s(w, 0.8, true);
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_LOST);
    wait_s(w, 6, true);
    g_assert_false(stands(w, "local:no-data"));
    wait_s(w, 1, true);
    const Vicu__Alarm *alarm = alarm_of(w, "local:no-data");
    g_assert_nonnull(alarm);
    g_assert_true(alarm->technical);
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_MEDIUM);
    send_waves(w, 1, 80, 120, 70);
    g_assert_false(stands(w, "local:no-data"));
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
}

static void
a_silent_collector_is_one_alarm_for_all_its_beds(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 10, 80, 120, 70);
    wait_s(w, 9.1, false);
    g_assert_false(stands(w, "local:silent/collector"));
    wait_s(w, 0.6, false);
    g_assert_true(stands(w, "local:silent/collector"));
    wait_s(w, 20, false);
    g_assert_false(stands(w, "local:no-data"));
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_LOST);
    send_waves(w, 2, 80, 120, 70);
    g_assert_false(stands(w, "local:silent/collector"));
}

static void
values_expire_although_everybody_is_silent(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 20, "ART_M", 80);
    wait_s(w, 60 + 30 + 20, false);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_true(alarm->technical);
    g_assert_cmpint(w->high_or_medium, ==, 0);
}

static void
a_blind_hub_is_one_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 10, 80, 120, 70);
    wait_s(w, 3, false);
    rules_ward_hub(w->ward, VICU_WATCH_DELAYED, NOW_US + w->t_us, w->t_us);
    wait_s(w, 7, false);
    rules_ward_hub(w->ward, VICU_WATCH_LOST, NOW_US + w->t_us, w->t_us);
    wait_s(w, 20, false);
    g_assert_true(stands(w, "local:hub-blind"));
    g_assert_false(stands(w, "local:no-data"));
    g_assert_false(stands(w, "local:silent/collector"));
    rules_ward_hub(w->ward, VICU_WATCH_OK, NOW_US + w->t_us, w->t_us);
    g_assert_false(stands(w, "local:hub-blind"));
    /* The hub is back, the collector is not. */
    wait_s(w, 11, false);
    g_assert_true(stands(w, "local:silent/collector"));
}

static void
our_own_stall_is_blamed_on_nobody(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 10, 80, 120, 70);
    w->t_us += 15 * S;
    tick(w);
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    g_assert_false(stands(w, "local:silent/collector"));
    wait_s(w, 2, false);
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    wait_s(w, 9, false);
    g_assert_true(stands(w, "local:silent/collector"));
}

static void
breaks_of_any_length_never_alarm_for_the_patient(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 30, 80, 120, 70);
    for (int length = 1; length <= 30; length++) {
        wait_s(w, length, true);
        if (length >= 11)
            g_assert_true(stands(w, "local:no-data"));
        send_waves(w, 20, 80, 120, 70);
        g_assert_false(stands(w, "local:no-data"));
        /* And the collector with it. */
        wait_s(w, length, false);
        if (length >= 11)
            g_assert_true(stands(w, "local:silent/collector"));
        send_waves(w, 20, 80, 120, 70);
    }
    g_assert_cmpint(w->high_or_medium, ==, 0);
}

static void
a_value_of_a_minute_ahead_is_left(Ward *w, gconstpointer data)
{
    (void)data;
    RulesWardFigures f;
    send_for(w, 20, "ART_M", 80);
    send_numerics_at(w, w->t_us + 61 * S, "RR", 3);
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.future, ==, 1);
    g_assert_false(stands(w, "rr-low"));
}

static void
a_sender_ahead_of_time_does_not_carry_the_watermark_away(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    Vicu__Batch batch = VICU__BATCH__INIT;
    batch.t_us = NOW_US + w->t_us + 3600 * S;
    rules_ward_batch(w->ward, &sender_a, "collector", 1, &batch, NOW_US + w->t_us, w->t_us);
    g_assert_cmpint(rules_ward_watermark(w->ward), <=, NOW_US + w->t_us);
    send_for(w, 15, "ART_M", 41);
    g_assert_true(stands(w, "map-critical"));
}

static void
a_restarting_recording_starts_afresh(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    g_assert_true(stands(w, "map-critical"));
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Event event = VICU__EVENT__INIT;
    Vicu__Event *events[] = {&event};
    event.bed = (char *)BED;
    event.kind = (char *)"recording-restarts";
    event.t_us = NOW_US + w->t_us;
    batch.n_event = 1;
    batch.event = events;
    give(w, &batch);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpstr(alarm->why, ==, "recording restarts");
    send_for(w, 12, "ART_M", 41);
    g_assert_true(stands(w, "map-critical"));
}

static void
an_unmapped_bed_is_told(Ward *w, gconstpointer data)
{
    (void)data;
    Vicu__Heartbeat beat_message = VICU__HEARTBEAT__INIT;
    char *beds[] = {(char *)"demo/unassigned/ICU^12"};
    int64_t last[] = {NOW_US};
    beat_message.n_bed = beat_message.n_last_us = 1;
    beat_message.bed = beds;
    beat_message.last_us = last;
    rules_ward_heartbeat(w->ward, &sender_a, "collector", &beat_message, NOW_US + w->t_us, w->t_us);
    const Vicu__Alarm *alarm = alarm_of(w, "local:unassigned-bed");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_LOW);
}

static void
beds_are_bounded_and_named_well(Ward *w, gconstpointer data)
{
    (void)data;
    static const char *const bad[] = {"",     "icu",     "a/b",      "/a/b",   "a//b",
                                      "a/b/", "a/b/c/d", "a/b/\x01", "a/b/c d"};
    Vicu__Heartbeat beat_message = VICU__HEARTBEAT__INIT;
    int64_t last[] = {NOW_US};
    RulesWardFigures f;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        char *beds[] = {(char *)bad[i]};
        beat_message.n_bed = beat_message.n_last_us = 1;
        beat_message.bed = beds;
        beat_message.last_us = last;
        rules_ward_heartbeat(w->ward, &sender_a, "c", &beat_message, NOW_US + w->t_us, w->t_us);
    }
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.beds, ==, 0);
    g_assert_cmpuint(f.refused_beds, ==, G_N_ELEMENTS(bad));
    for (int i = 0; i < WARD_MAX_BEDS + 4; i++) {
        g_autofree char *id = g_strdup_printf("demo/icu/%d", i);
        char *beds[] = {id};
        beat_message.bed = beds;
        rules_ward_heartbeat(w->ward, &sender_a, "c", &beat_message, NOW_US + w->t_us, w->t_us);
    }
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.beds, ==, WARD_MAX_BEDS);
}

static void
a_lost_run_of_batches_is_on_record(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 5, "ART_M", 80);
    VicuFeedGap gap = {.sender = sender_a, .epoch = 4, .first = 17, .last = 19};
    rules_ward_gap(w->ward, &gap, NOW_US + w->t_us);
    drain(w);
    bool told = false;
    for (guint i = 0; i < w->events->len; i++)
        told = told || strstr(w->events->pdata[i], "batches 17..19 of collector");
    g_assert_true(told);
}

/* --- restart --- */

static GBytes *
save(Ward *w)
{
    const char *id = NULL;
    GBytes *bytes = rules_ward_save_next(w->ward, &id);
    g_assert_nonnull(bytes);
    g_assert_cmpstr(id, ==, BED);
    return bytes;
}

static void
standing_alarms_outlive_the_process(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_autofree char *id = g_strdup(alarm->id);
    int64_t t_condition_us = alarm->t_condition_us;
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__AckAlarm ack = VICU__ACK_ALARM__INIT;
    ack.id = id;
    command.reason = (char *)"seen";
    command.what_case = VICU__COMMAND__WHAT_ACK;
    command.ack = &ack;
    g_assert_true(command_as(w, &command, "operator", NULL));
    restart(w);
    alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpstr(alarm->id, ==, id);
    g_assert_cmpint(alarm->t_condition_us, ==, t_condition_us);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    g_assert_cmpstr(alarm->acknowledged->reason, ==, "seen");
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    g_assert_true(rules_ward_is_catching_up(w->ward));
    /* It stands while the pressure is low, without a second one beside it ... */
    send_for(w, 15, "ART_M", 41);
    g_assert_cmpstr(alarm_of(w, "map-critical")->id, ==, id);
    g_assert_true(stands(w, "map-critical"));
    g_assert_false(rules_ward_is_catching_up(w->ward));
    /* ... and ends by its own rule. */
    send_for(w, 15, "ART_M", 80);
    g_assert_cmpint(alarm_of(w, "map-critical")->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
}

static void
an_alarm_ends_although_the_cause_went_while_we_were_away(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    restart(w);
    g_assert_true(stands(w, "map-critical"));
    send_for(w, 15, "ART_M", 80);
    g_assert_false(stands(w, "map-critical"));
}

static void
silence_goes_on_over_a_restart(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 10, 80, 120, 70);
    wait_s(w, 15, true);
    g_assert_true(stands(w, "local:no-data"));
    restart(w);
    g_assert_true(stands(w, "local:no-data"));
    send_waves(w, 2, 80, 120, 70);
    g_assert_false(stands(w, "local:no-data"));
}

static void
a_collectors_silence_goes_on_and_ends_over_a_restart(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 10, 80, 120, 70);
    wait_s(w, 11, false);
    g_assert_true(stands(w, "local:silent/collector"));
    restart(w);
    wait_s(w, 1, false);
    g_assert_true(stands(w, "local:silent/collector"));
    send_waves(w, 3, 80, 120, 70);
    g_assert_false(stands(w, "local:silent/collector"));
}

/* The same values again, as the hub's memory gives them: time runs on, the
 * values have the times that they had. */
static void
replay(Ward *w, int64_t from_us, int64_t to_us, const char *name, double (*value)(int64_t t_us))
{
    for (int64_t t = from_us; t <= to_us; t += TICK) {
        Vicu__Batch batch = VICU__BATCH__INIT;
        if (t % S == 0)
            send_numerics_as_of(w, t, name, value(t));
        batch.t_us = NOW_US + t;
        rules_ward_batch(w->ward, &sender_a, "collector", 1, &batch, NOW_US + w->t_us, w->t_us);
        drain(w);
    }
}

static int64_t fell_at_us, rose_at_us;

static double
fall_and_rise(int64_t t_us)
{
    return t_us >= fell_at_us && t_us < rose_at_us ? 41 : 80;
}

static void
play_on(Ward *w, double seconds)
{
    for (int64_t i = 0; i < (int64_t)(seconds * (double)S / (double)TICK); i++) {
        tick(w);
        if (w->t_us % S == 0)
            send_numerics_at(w, w->t_us, "ART_M", fall_and_rise(w->t_us));
        else
            beat(w);
    }
}

static void
a_pending_alarm_loses_no_time_over_a_restart(Ward *w, gconstpointer data)
{
    (void)data;
    fell_at_us = w->t_us + 20 * S;
    rose_at_us = INT64_MAX;
    play_on(w, 17);
    g_autoptr(GBytes) snapshot = save(w);
    int64_t saved_us = w->t_us;
    play_on(w, 7); /* pending for 4 s */
    int64_t decided_us = rules_ward_watermark(w->ward);
    restart_with(w, snapshot, decided_us);
    w->t_us += S;
    replay(w, saved_us - 10 * S, w->t_us, "ART_M", fall_and_rise);
    play_on(w, 4);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->t_condition_us, ==, NOW_US + fell_at_us);
    g_assert_cmpint(alarm->t_raised_us, ==, NOW_US + fell_at_us + 8 * S);
}

static void
a_replay_neither_ends_nor_doubles_what_stands(Ward *w, gconstpointer data)
{
    (void)data;
    /* Low from 20 s to 40 s, and again from 60 s on: two alarms, the first ended. */
    fell_at_us = w->t_us + 20 * S;
    rose_at_us = w->t_us + 40 * S;
    play_on(w, 35);
    g_assert_true(stands(w, "map-critical"));
    g_autoptr(GBytes) snapshot = save(w);
    int64_t saved_us = w->t_us;
    play_on(w, 20);
    g_assert_false(stands(w, "map-critical"));
    int64_t first_fell_us = fell_at_us, first_rose_us = rose_at_us;
    fell_at_us = w->t_us + 5 * S;
    rose_at_us = INT64_MAX;
    play_on(w, 16);
    g_assert_true(stands(w, "map-critical"));
    g_autofree char *id = g_strdup(alarm_of(w, "map-critical")->id);
    int64_t second_fell_us = fell_at_us;
    restart_with(w, snapshot, rules_ward_watermark(w->ward));
    /* The replay in two parts: each with its own fall. */
    fell_at_us = first_fell_us;
    rose_at_us = first_rose_us;
    replay(w, saved_us - 10 * S, second_fell_us - TICK, "ART_M", fall_and_rise);
    fell_at_us = second_fell_us;
    rose_at_us = INT64_MAX;
    replay(w, second_fell_us, w->t_us, "ART_M", fall_and_rise);
    g_assert_cmpstr(alarm_of(w, "map-critical")->id, ==, id);
    g_assert_true(stands(w, "map-critical"));
    play_on(w, 10);
    g_assert_true(stands(w, "map-critical"));
    g_assert_cmpstr(alarm_of(w, "map-critical")->id, ==, id);
    rose_at_us = w->t_us;
    play_on(w, 15);
    g_assert_false(stands(w, "map-critical"));
}

static void
what_was_expected_before_a_long_absence_is_missed_after_it(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 20, "ART_M", 80);
    g_autoptr(GBytes) snapshot = save(w);
    int64_t decided_us = rules_ward_watermark(w->ward);
    w->t_us += 3600 * S;
    restart_with(w, snapshot, decided_us);
    send_for(w, 5, "SpO2", 97);
    g_assert_false(stands(w, "map-critical"));
    send_for(w, 100, "SpO2", 97);
    g_assert_true(stands(w, "map-critical"));
    g_assert_true(alarm_of(w, "map-critical")->technical);
}

static void
a_damaged_snapshot_is_refused(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 20, "ART_M", 80);
    g_autoptr(GBytes) snapshot = save(w);
    rules_ward_free(w->ward);
    open_ward(w);
    gsize size = 0;
    const uint8_t *bytes = g_bytes_get_data(snapshot, &size);
    for (gsize cut = 0; cut < size; cut += 7) {
        g_autofree uint8_t *part = g_memdup2(bytes, cut);
        g_assert_false(rules_ward_load(w->ward, part, cut, 0));
    }
    g_test_message("%zu bytes", size);
}

/* A second collector's number of the same bed and signal, now. */
static void
send_of_another(Ward *w, const char *name, double value)
{
    static const VicuSenderId other = {{0xb0}};
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics n = VICU__NUMERICS__INIT;
    Vicu__Numerics *numerics[] = {&n};
    uint32_t c = code(name), period_ms = 1000;
    int64_t t = NOW_US + w->t_us;

    n.bed = (char *)BED;
    n.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    n.n_code = n.n_t_us = n.n_value = n.n_period_ms = 1;
    n.code = &c;
    n.t_us = &t;
    n.value = &value;
    n.period_ms = &period_ms;
    batch.n_numerics = 1;
    batch.numerics = numerics;
    batch.t_us = t;
    rules_ward_batch(w->ward, &other, "another", 1, &batch, NOW_US + w->t_us, w->t_us);
    drain(w);
}

/* Two patients under one bed's name: the second one's pressure is never judged. */
static void
a_stream_of_two_senders_is_the_firsts_and_an_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 82);
    for (int i = 0; i < 20; i++) {
        send_for(w, 1, "ART_M", 82);
        send_of_another(w, "ART_M", 41);
        g_assert_false(stands(w, "map-critical"));
    }
    const Vicu__Alarm *alarm = alarm_of(w, "local:" CONTESTED);
    g_assert_nonnull(alarm);
    g_assert_true(alarm->technical);
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_MEDIUM);
    g_assert_cmpstr(alarm->bed, ==, BED);
    g_assert_nonnull(strstr(alarm->text, "another"));
    /* What only the second one has is welcome. */
    send_of_another(w, "SpO2", 97);
    send_for(w, 9, "ART_M", 82);
    g_assert_true(stands(w, "local:" CONTESTED));
    send_for(w, 2, "ART_M", 82);
    g_assert_false(stands(w, "local:" CONTESTED));
}

/* A monitor that is plugged in elsewhere goes on there. */
static void
a_stream_changes_hands_when_its_owner_is_silent(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 82);
    for (int i = 0; i < 9; i++) {
        wait_s(w, 1, true);
        send_of_another(w, "ART_M", 41);
    }
    g_assert_true(stands(w, "local:" CONTESTED));
    for (int i = 0; i < 25; i++) {
        wait_s(w, 1, true);
        send_of_another(w, "ART_M", 41);
    }
    g_assert_false(stands(w, "local:" CONTESTED));
    g_assert_true(stands(w, "map-critical"));
}

/* --- spools --- */

#define OVERFLOW "local:spool-overflow/collector"

static void
overflow(Ward *w)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Event event = VICU__EVENT__INIT, *events[] = {&event};
    event.bed = (char *)"";
    event.kind = (char *)"spool-overflow";
    event.t_us = NOW_US + w->t_us;
    event.text = (char *)"4711 batches were given up";
    batch.event = events;
    batch.n_event = 1;
    give(w, &batch);
}

static void
a_spool_that_overflows_is_alarmed_until_it_has_not_for_ten_minutes(Ward *w, gconstpointer data)
{
    (void)data;
    wait_s(w, 10, true);
    g_assert_null(alarm_of(w, OVERFLOW));
    overflow(w);
    const Vicu__Alarm *alarm = alarm_of(w, OVERFLOW);
    g_assert_nonnull(alarm);
    g_autofree char *id = g_strdup(alarm->id);
    g_assert_cmpstr(alarm->bed, ==, "");
    g_assert_true(alarm->technical);
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_LOW);
    g_assert_true(g_str_has_prefix(alarm->text, "collector gave up"));
    /* Once more before its time is over: the same alarm, with a new time. */
    wait_s(w, 500, true);
    overflow(w);
    wait_s(w, 598, true);
    g_assert_true(stands(w, OVERFLOW));
    g_assert_cmpstr(alarm_of(w, OVERFLOW)->id, ==, id);
    wait_s(w, 4, true);
    g_assert_false(stands(w, OVERFLOW));
    overflow(w);
    g_assert_true(stands(w, OVERFLOW));
    g_assert_cmpstr(alarm_of(w, OVERFLOW)->id, !=, id);
}

static void
an_overflow_stands_on_over_a_restart_and_ends(Ward *w, gconstpointer data)
{
    (void)data;
    wait_s(w, 10, true);
    overflow(w);
    wait_s(w, 300, true);
    restart(w);
    wait_s(w, 590, true);
    g_assert_true(stands(w, OVERFLOW));
    wait_s(w, 15, true);
    g_assert_false(stands(w, OVERFLOW));
}

/* Each of two processes has its own. */
static void
the_alarm_of_an_overflow_names_the_process(Ward *w, gconstpointer data)
{
    (void)data;
    wait_s(w, 10, true);
    overflow(w);
    wait_s(w, 300, true);
    rules_ward_overflow(w->ward, "rules", NOW_US + w->t_us, w->t_us);
    g_assert_true(stands(w, OVERFLOW));
    g_assert_true(stands(w, "local:spool-overflow/rules"));
    wait_s(w, 302, true);
    g_assert_false(stands(w, OVERFLOW));
    g_assert_true(stands(w, "local:spool-overflow/rules"));
}

#define ADD(name) g_test_add("/rules/ward/" #name, Ward, NULL, ward_up, name, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(derives_values_and_shows_the_bed);
    ADD(a_devices_own_number_wins_over_ours);
    ADD(low_pressure_is_raised_after_its_delay_and_clears);
    ADD(a_rhythm_is_told_and_counted);
    ADD(a_bed_that_falls_silent_is_lost_and_alarmed);
    ADD(a_silent_collector_is_one_alarm_for_all_its_beds);
    ADD(values_expire_although_everybody_is_silent);
    ADD(a_blind_hub_is_one_alarm);
    ADD(our_own_stall_is_blamed_on_nobody);
    ADD(breaks_of_any_length_never_alarm_for_the_patient);
    ADD(a_value_of_a_minute_ahead_is_left);
    ADD(a_sender_ahead_of_time_does_not_carry_the_watermark_away);
    ADD(a_restarting_recording_starts_afresh);
    ADD(an_unmapped_bed_is_told);
    ADD(beds_are_bounded_and_named_well);
    ADD(a_lost_run_of_batches_is_on_record);
    ADD(standing_alarms_outlive_the_process);
    ADD(an_alarm_ends_although_the_cause_went_while_we_were_away);
    ADD(silence_goes_on_over_a_restart);
    ADD(a_collectors_silence_goes_on_and_ends_over_a_restart);
    ADD(a_pending_alarm_loses_no_time_over_a_restart);
    ADD(a_replay_neither_ends_nor_doubles_what_stands);
    ADD(what_was_expected_before_a_long_absence_is_missed_after_it);
    ADD(a_damaged_snapshot_is_refused);
    ADD(a_stream_of_two_senders_is_the_firsts_and_an_alarm);
    ADD(a_stream_changes_hands_when_its_owner_is_silent);
    ADD(a_spool_that_overflows_is_alarmed_until_it_has_not_for_ten_minutes);
    ADD(an_overflow_stands_on_over_a_restart_and_ends);
    ADD(the_alarm_of_an_overflow_names_the_process);
    return g_test_run();
}
