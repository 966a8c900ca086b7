/* The quality reports against cases computed by hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/report/report.h"

#define S      ((int64_t)G_USEC_PER_SEC)
#define MINUTE (60 * S)
#define H      (3600 * S)
#define T0     (INT64_C(1796083200) * S) /* 2026-12-01 00:00:00 UTC */

typedef struct {
    const char *id, *bed, *rule;
    int64_t raised_us, ended_us, answered_us;
    Vicu__Priority priority;
    Vicu__Answer answer;
    Vicu__NotActionable because;
    bool technical;
    uint32_t count;
    const char *merged_into;
} Case;

static void
feed_event(VicuHistory *history, const char *kind, int64_t t_us, const ProtobufCMessage *message)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(message);
    Vicu__Event event = VICU__EVENT__INIT;

    event.kind = (char *)kind;
    event.t_us = t_us;
    event.detail.data = (uint8_t *)g_bytes_get_data(packed, &event.detail.len);
    g_assert_true(vicu_history_event(history, &event));
}

static void
feed(VicuHistory *history, Case c)
{
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__Acknowledgement ack = VICU__ACKNOWLEDGEMENT__INIT;

    alarm.id = (char *)c.id;
    alarm.bed = (char *)c.bed;
    alarm.rule = (char *)(c.rule != NULL ? c.rule : "hr-high");
    alarm.priority = c.priority != 0 ? c.priority : VICU__PRIORITY__PRIORITY_HIGH;
    alarm.technical = c.technical;
    alarm.t_raised_us = c.raised_us;
    alarm.count = c.count;
    alarm.merged_into = (char *)(c.merged_into != NULL ? c.merged_into : "");
    feed_event(history, "alarm", c.raised_us, &alarm.base);
    if (c.answered_us > 0) {
        ack.who = (char *)"anna";
        ack.t_us = c.answered_us;
        ack.answer = c.answer;
        ack.because = c.because;
        alarm.acknowledged = &ack;
    }
    alarm.t_ended_us = c.ended_us;
    alarm.state = c.ended_us > 0 ? VICU__ALARM_STATE__ALARM_ENDED : VICU__ALARM_STATE__ALARM_ACTIVE;
    feed_event(history, "alarm", c.raised_us + S, &alarm.base);
}

static void
feed_stream(VicuHistory *history, const char *bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;

    row.bed = (char *)bed;
    row.code = code;
    row.origin = VICU__ORIGIN__ORIGIN_LIVE;
    row.first_us = from_us;
    row.last_us = to_us;
    vicu_history_stream(history, &row);
}

static void
feed_gap(VicuHistory *history, const char *bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    Vicu__Gap gap = VICU__GAP__INIT;

    gap.bed = (char *)bed;
    gap.code = code;
    gap.from_us = from_us;
    gap.to_us = to_us;
    vicu_history_gap(history, &gap);
}

static const VicuTable *
table_of(const VicuReport *report, const char *id)
{
    for (guint i = 0; i < report->tables->len; i++) {
        const VicuTable *table = report->tables->pdata[i];
        if (strcmp(table->id, id) == 0)
            return table;
    }
    return NULL;
}

/* The cell @column of the row whose first words are @first and, where not NULL, @second. */
static const VicuCell *
cell(const VicuReport *report,
     const char *id,
     const char *first,
     const char *second,
     const char *column)
{
    const VicuTable *table = table_of(report, id);

    g_assert_nonnull(table);
    for (guint r = 0; r < table->rows->len; r++) {
        const VicuCell *row = table->rows->pdata[r];
        if (strcmp(row[0].text, first) != 0 || (second != NULL && strcmp(row[1].text, second) != 0))
            continue;
        for (unsigned c = 0; c < table->n_columns; c++)
            if (strcmp(table->columns[c].id, column) == 0)
                return &row[c];
    }
    g_error("no cell %s of %s %s in %s", column, first, second, id);
}

static void
is(const VicuCell *cell, double value)
{
    g_assert_true(cell->kind == VICU_CELL_COUNT || cell->kind == VICU_CELL_NUMBER);
    g_assert_cmpfloat_with_epsilon(cell->number, value, 1e-9);
}

/* ---- percentiles ---- */

static void
percentiles_are_nearest_rank(void)
{
    g_autoptr(GArray) us = g_array_new(FALSE, FALSE, sizeof(int64_t));

    g_assert_cmpuint(vicu_spread_of(us).n, ==, 0);
    for (int64_t i = 10; i >= 1; i--) {
        int64_t value = i * S;
        g_array_append_val(us, value);
    }
    VicuSpread spread = vicu_spread_of(us);
    g_assert_cmpuint(spread.n, ==, 10);
    g_assert_cmpfloat(spread.median_s, ==, 5); /* rank ceil(5) */
    g_assert_cmpfloat(spread.p90_s, ==, 9);    /* rank ceil(9) */
    g_assert_cmpfloat(spread.max_s, ==, 10);
    int64_t eleven = 11 * S;
    g_array_append_val(us, eleven);
    spread = vicu_spread_of(us);
    g_assert_cmpfloat(spread.median_s, ==, 6); /* ceil(5.5) */
    g_assert_cmpfloat(spread.p90_s, ==, 10);   /* ceil(9.9) */
    g_array_set_size(us, 1);
    spread = vicu_spread_of(us);
    g_assert_cmpfloat(spread.median_s, ==, spread.max_s);
}

/* ---- what was observed ---- */

static void
only_time_with_data_is_observed(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();

    feed_stream(history, "s/u/1", 1, T0, T0 + 10 * H);
    feed_stream(history, "s/u/1", 2, T0 + 2 * H, T0 + 12 * H);
    feed_gap(history, "s/u/1", 1, T0 + 1 * H, T0 + 4 * H); /* stream 2 has data from 2 h on */
    feed_gap(history, "s/u/1", 0, T0 + 6 * H, T0 + 7 * H); /* of all streams */
    feed(history, (Case){.id = "n",
                         .bed = "s/u/1",
                         .rule = "local:no-data",
                         .technical = true,
                         .raised_us = T0 + 8 * H,
                         .ended_us = T0 + 9 * H});
    /* 0-1, 2-6, 7-8, 9-12 */
    g_assert_cmpint(vicu_history_observed_us(history, "s/u/1", T0, T0 + 24 * H), ==, 9 * H);
    g_assert_cmpint(vicu_history_observed_us(history, "s/u/1", T0 + 30 * MINUTE, T0 + 3 * H), ==,
                    90 * MINUTE);
    g_assert_cmpint(vicu_history_observed_us(history, "s/u/2", T0, T0 + 24 * H), ==, 0);
}

/* A gap that is open and a sender whose silence has not ended go on. */
static void
what_has_not_ended_is_not_observed(void)
{
    g_autoptr(VicuHistory) open = vicu_history_new();
    g_autoptr(VicuHistory) silent = vicu_history_new();

    feed_stream(open, "s/u/1", 1, T0, T0 + 10 * H);
    feed_gap(open, "s/u/1", 0, T0 + 4 * H, 0);
    g_assert_cmpint(vicu_history_observed_us(open, "s/u/1", T0, T0 + 24 * H), ==, 4 * H);
    feed_stream(silent, "s/u/1", 1, T0, T0 + 10 * H);
    feed(silent, (Case){.id = "q",
                        .bed = "",
                        .rule = "local:silent/collector",
                        .technical = true,
                        .raised_us = T0 + 3 * H});
    g_assert_cmpint(vicu_history_observed_us(silent, "s/u/1", T0, T0 + 24 * H), ==, 3 * H);
}

/* Two beds for ten days: 3 min missed, and 3 min seen. */
static void
a_little_is_not_rounded_away(void)
{
    g_autoptr(VicuHistory) most = vicu_history_new();
    g_autoptr(VicuHistory) few = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 240 * H, NULL, NULL};

    feed_stream(most, "s/u/1", 1, T0, T0 + 240 * H);
    feed_gap(most, "s/u/1", 0, T0 + H, T0 + H + 3 * MINUTE);
    g_autoptr(VicuReport) missed = vicu_report_response(most, &ask);
    g_autofree char *text = vicu_report_text(missed);
    g_assert_nonnull(strstr(text, "; less than 0.1 % of the time was not observed\n"));
    feed_stream(few, "s/u/1", 1, T0, T0 + 3 * MINUTE);
    g_autoptr(VicuReport) seen = vicu_report_response(few, &ask);
    g_autofree char *other = vicu_report_csv(seen);
    g_assert_nonnull(strstr(other, "\"more than 99.9 % of the time was not observed\""));
    static const struct {
        double number;
        const char *text;
    } numbers[] = {{0, "0"},         {7, "7"},        {0.004166, "0.00417"}, {0.75, "0.75"},
                   {-0.5, "-0.5"},   {1.005, "1.00"}, {99.994, "99.99"},     {616.46, "616.5"},
                   {12345, "12345"}, {-3.25, "-3.25"}};
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autofree char *said = vicu_report_number(numbers[i].number);
        g_assert_cmpstr(said, ==, numbers[i].text);
    }
}

/* Of three beds one is played from a recording, another one was so before the period. */
static void
what_is_not_of_a_live_patient_is_said(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;

    for (char bed[] = "s/u/1"; bed[4] <= '3'; bed[4]++)
        feed_stream(history, bed, 1, T0, T0 + 24 * H);
    g_autoptr(VicuReport) live = vicu_report_burden(history, &ask);
    g_assert_cmpuint(live->not_live, ==, 0);
    row.bed = (char *)"s/u/2";
    row.code = 2;
    row.origin = VICU__ORIGIN__ORIGIN_RECORDING;
    row.first_us = T0 + H;
    row.last_us = T0 + 2 * H;
    vicu_history_stream(history, &row);
    row.bed = (char *)"s/u/3";
    row.first_us = T0 - 2 * H;
    row.last_us = T0;
    vicu_history_stream(history, &row);
    g_autoptr(VicuReport) report = vicu_report_burden(history, &ask);
    g_assert_cmpuint(report->beds, ==, 3);
    g_assert_cmpuint(report->not_live, ==, 1);
    g_autofree char *text = vicu_report_text(report);
    g_assert_nonnull(strstr(text, "of 3 beds with data 1 had some that is not known to be of a "
                                  "live patient"));
}

static void
an_empty_period_has_no_zero(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    feed_stream(history, "s/u/1", 1, T0 - 5 * H, T0 - 4 * H);
    g_autoptr(VicuReport) report = vicu_report_burden(history, &ask);
    g_assert_cmpint(cell(report, "burden", "s/u", "2026-12-01", "alarms")->kind, ==,
                    VICU_CELL_NONE);
    g_assert_cmpint(cell(report, "burden", "s/u", "2026-12-01", "per_bed_day")->kind, ==,
                    VICU_CELL_NONE);
    is(cell(report, "burden", "s/u", "2026-12-01", "not_observed"), 100);
    g_assert_cmpfloat(report->observed, ==, 0);
    g_autofree char *note = vicu_report_note_words(report, 0, NULL);
    g_assert_nonnull(strstr(note, "nothing was observed"));
    g_autoptr(VicuReport) response = vicu_report_response(history, &ask);
    g_assert_cmpint(cell(response, "answers", "all", "all", "median")->kind, ==, VICU_CELL_NONE);
}

/* ---- burden ---- */

static void
alarms_are_counted_by_unit_and_priority(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    feed_stream(history, "s/u/1", 1, T0, T0 + 12 * H);
    feed_stream(history, "s/u/2", 1, T0, T0 + 24 * H);
    feed_stream(history, "s/v/1", 1, T0, T0 + 24 * H);
    feed(history, (Case){.id = "a",
                         .bed = "s/u/1",
                         .raised_us = T0 + H,
                         .ended_us = T0 + 2 * H,
                         .answered_us = T0 + H + 30 * S,
                         .answer = VICU__ANSWER__ANSWER_NOT_ACTIONABLE,
                         .because = VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_CARE});
    feed(history, (Case){.id = "b",
                         .bed = "s/u/2",
                         .raised_us = T0 + H,
                         .priority = VICU__PRIORITY__PRIORITY_MEDIUM,
                         .count = 3,
                         .answered_us = T0 + H + 60 * S,
                         .answer = VICU__ANSWER__ANSWER_ACT});
    feed(history, (Case){.id = "c",
                         .bed = "s/u/2",
                         .raised_us = T0 + H,
                         .technical = true,
                         .answered_us = T0 + H + 60 * S});
    /* none of these counts */
    feed(history, (Case){.id = "d", .bed = "s/u/2", .raised_us = T0 - 1});
    feed(history, (Case){.id = "e", .bed = "s/u/2", .raised_us = T0 + 24 * H});
    feed(history, (Case){.id = "f", .bed = "s/u/2", .raised_us = T0 + H, .merged_into = "a"});
    feed(history, (Case){.id = "g",
                         .bed = "s/u/2",
                         .raised_us = T0 + H,
                         .priority = VICU__PRIORITY__PRIORITY_ADVISORY});
    feed(history, (Case){.id = "h", .bed = "s/u/2", .raised_us = T0 + H, .rule = "vt-vetoed"});
    g_autoptr(VicuReport) report = vicu_report_burden(history, &ask);
    is(cell(report, "burden", "s/u", NULL, "bed_days"), 1.5);
    is(cell(report, "burden", "s/u", NULL, "not_observed"), 25);
    is(cell(report, "burden", "s/u", NULL, "alarms"), 5);
    is(cell(report, "burden", "s/u", NULL, "high"), 1);
    is(cell(report, "burden", "s/u", NULL, "medium"), 3);
    is(cell(report, "burden", "s/u", NULL, "technical"), 1);
    is(cell(report, "burden", "s/u", NULL, "per_bed_day"), 5 / 1.5);
    is(cell(report, "burden", "s/u", NULL, "answered_share"), 100);
    is(cell(report, "burden", "s/u", NULL, "not_actionable_share"), 50); /* 1 of 2 verdicts */
    is(cell(report, "burden", "s/v", NULL, "alarms"), 0);                /* watched, and quiet */
    is(cell(report, "burden", "all", "all", "bed_days"), 2.5);
    is(cell(report, "not_actionable", "care of the patient", NULL, "share"), 100);
    is(cell(report, "beds", "s/u/2", NULL, "share"), 80);
    g_assert_cmpfloat_with_epsilon(report->observed, 2.5 / 3, 1e-9);
    ask.unit = "s/v";
    g_autoptr(VicuReport) other = vicu_report_burden(history, &ask);
    is(cell(other, "burden", "all", "all", "alarms"), 0);
}

static void
days_are_those_of_the_zone(void)
{
    g_autoptr(GTimeZone) china = g_time_zone_new_identifier("+08:00");
    g_autoptr(GTimeZone) berlin = g_time_zone_new_identifier("Europe/Berlin");
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};
    g_autoptr(GArray) utc = vicu_days_of(&ask);

    g_assert_cmpuint(utc->len, ==, 2);
    ask.zone = china;
    g_autoptr(GArray) local = vicu_days_of(&ask);
    g_assert_cmpuint(local->len, ==, 3); /* 08:00 to midnight, midnight to 08:00 */
    g_assert_cmpint(g_array_index(local, int64_t, 1), ==, T0 + 16 * H);
    g_autofree char *name = vicu_day_name(T0 + 16 * H, china);
    g_assert_cmpstr(name, ==, "2026-12-02");
    if (berlin == NULL) {
        g_test_message("no table of time zones on this machine");
        return;
    }
    int64_t midnight_us = INT64_C(1792879200) * S; /* 2026-10-25 00:00 CEST: a day of 25 h */
    ask = (VicuReportAsk){midnight_us, midnight_us + 30 * H, NULL, berlin};
    g_autoptr(GArray) autumn = vicu_days_of(&ask);
    g_assert_cmpint(g_array_index(autumn, int64_t, 1) - midnight_us, ==, 25 * H);
}

static void
a_day_begins_at_its_midnight(void)
{
    g_autoptr(GTimeZone) shanghai = g_time_zone_new_identifier("Asia/Shanghai");
    g_autoptr(GError) error = NULL;
    int64_t t_us = 0;

    g_assert_true(vicu_report_time("2026-12-01", 0, NULL, &t_us, NULL));
    g_assert_cmpint(t_us, ==, T0);
    g_assert_true(vicu_report_time("-2h", T0, NULL, &t_us, NULL));
    g_assert_cmpint(t_us, ==, T0 - 2 * H);
    g_assert_true(vicu_report_time("2026-12-01T00:00:00Z", 0, NULL, &t_us, NULL));
    g_assert_cmpint(t_us, ==, T0);
    if (shanghai != NULL) {
        g_assert_true(vicu_report_time("2026-12-01", 0, shanghai, &t_us, NULL));
        g_assert_cmpint(t_us, ==, T0 - 8 * H);
    }
    g_assert_false(vicu_report_time("2026-13-01", 0, NULL, &t_us, &error));
    g_assert_nonnull(strstr(error->message, "2026-13-01"));
    g_assert_false(vicu_report_time("2026-12-0", 0, NULL, &t_us, NULL));
}

static void
ten_alarms_in_ten_minutes_are_a_flood(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    feed_stream(history, "s/u/1", 1, T0, T0 + 24 * H);
    for (int i = 0; i < 12; i++) { /* 0, 1 .. 11 min */
        g_autofree char *id = g_strdup_printf("a%d", i);
        feed(history, (Case){.id = id, .bed = "s/u/1", .raised_us = T0 + H + i * MINUTE});
    }
    for (int i = 0; i < 9; i++) { /* nine are none */
        g_autofree char *id = g_strdup_printf("b%d", i);
        feed(history, (Case){.id = id, .bed = "s/u/1", .raised_us = T0 + 5 * H + i * S});
    }
    g_autoptr(VicuReport) report = vicu_report_burden(history, &ask);
    is(cell(report, "floods", "s/u", NULL, "floods"), 1);
    is(cell(report, "floods", "s/u", NULL, "minutes"), 11);
    is(cell(report, "floods", "s/u", NULL, "longest"), 11);
    is(cell(report, "floods", "s/u", NULL, "most"), 10);
}

/* ---- response ---- */

static void
feed_escalation(VicuHistory *history)
{
    Vicu__Escalation e = VICU__ESCALATION__INIT;
    Vicu__EscalationTarget first = VICU__ESCALATION_TARGET__INIT;
    Vicu__EscalationTarget second = VICU__ESCALATION_TARGET__INIT;
    Vicu__EscalationTarget *targets[] = {&first, &second};
    Vicu__EscalationBreach breach = VICU__ESCALATION_BREACH__INIT;
    Vicu__EscalationBreach *breaches[] = {&breach};

    e.id = (char *)"e";
    e.bed = (char *)"s/u/1";
    e.t_raised_us = T0 + H;
    e.began_us = T0 + H + 1 * S;
    feed_event(history, "escalation-begun", e.began_us, &e.base);
    first.decided_us = T0 + H + 1 * S;
    first.sent_us = T0 + H + 2 * S;
    first.outcome = VICU__ESCALATION_OUTCOME__OUTCOME_MISSED;
    first.missed = VICU__ESCALATION_STAGE__ESCALATION_DELIVERED;
    second.decided_us = T0 + H + 12 * S;
    second.sent_us = T0 + H + 15 * S;
    second.delivered_us = T0 + H + 16 * S;
    second.read_us = T0 + H + 20 * S;
    second.accepted_us = T0 + H + 30 * S;
    second.at_bedside_us = T0 + H + 150 * S;
    second.outcome = VICU__ESCALATION_OUTCOME__OUTCOME_DONE;
    e.target = targets;
    e.n_target = 2;
    e.breach = breaches;
    e.n_breach = 1;
    e.ended_us = T0 + H + 200 * S;
    feed_event(history, "escalation-ended", e.ended_us, &e.base);
    /* An older record that comes late changes nothing. */
    e.n_target = 0;
    e.ended_us = 0;
    feed_event(history, "escalation-breach", T0 + H + 12 * S, &e.base);
}

static void
stages_are_measured_from_one_to_the_next(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    feed_escalation(history);
    g_autoptr(VicuReport) report = vicu_report_response(history, &ask);
    is(cell(report, "stages", "decided to sent (person)", NULL, "n"), 2);
    is(cell(report, "stages", "decided to sent (person)", NULL, "median"), 1);
    is(cell(report, "stages", "decided to sent (person)", NULL, "max"), 3);
    is(cell(report, "stages", "sent to delivered (person)", NULL, "n"), 1);
    is(cell(report, "stages", "read to accepted (person)", NULL, "p90"), 10);
    is(cell(report, "stages", "accepted to at the bedside (person)", NULL, "max"), 120);
    is(cell(report, "stages", "raised to at the bedside (escalation)", NULL, "median"), 150);
    is(cell(report, "outcomes", "escalations begun", NULL, "n"), 1);
    is(cell(report, "outcomes", "escalations that still stand", NULL, "n"), 0);
    is(cell(report, "outcomes", "missed: not delivered in time", NULL, "n"), 1);
    is(cell(report, "outcomes", "breaches: deadlines that went by, nobody on duty", NULL, "n"), 1);
    is(cell(report, "outcomes", "declined", NULL, "n"), 0);
}

static void
what_was_never_answered_is_in_no_time(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    feed(history, (Case){.id = "a",
                         .bed = "s/u/1",
                         .raised_us = T0 + H,
                         .answered_us = T0 + H + 20 * S,
                         .ended_us = T0 + 2 * H});
    feed(history, (Case){.id = "b", .bed = "s/u/1", .raised_us = T0 + H, .ended_us = T0 + 2 * H});
    feed(history, (Case){.id = "c", .bed = "s/u/1", .raised_us = T0 + H});
    g_autoptr(VicuReport) report = vicu_report_response(history, &ask);
    is(cell(report, "answers", "s/u", "high", "raised"), 3);
    is(cell(report, "answers", "s/u", "high", "answered"), 1);
    is(cell(report, "answers", "s/u", "high", "unanswered"), 1);
    is(cell(report, "answers", "s/u", "high", "standing"), 1);
    is(cell(report, "answers", "s/u", "high", "median"), 20);
}

/* ---- indicators, NPSG ---- */

static void
feed_act(VicuHistory *history, const char *kind, const char *bed, int64_t t_us)
{
    Vicu__Event event = VICU__EVENT__INIT;

    event.kind = (char *)kind;
    event.bed = (char *)bed;
    event.key = (char *)"a pseudonym";
    event.t_us = t_us;
    g_assert_true(vicu_history_event(history, &event));
}

static void
no_indicator_is_guessed(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    feed_stream(history, "s/u/1", 1, T0, T0 + 18 * H);
    feed_act(history, "admit", "s/u/1", T0 + H);
    feed_act(history, "admit", "s/u/1", T0 + 5 * H);
    feed_act(history, "discharge", "s/u/1", T0 + 4 * H);
    feed_act(history, "admit", "s/u/1", T0 - H);
    g_autoptr(VicuReport) report = vicu_report_indicators(history, &ask);
    const VicuTable *table = table_of(report, "indicators");
    g_assert_cmpuint(table->rows->len, ==, 15);
    for (guint i = 0; i < table->rows->len; i++) {
        const VicuCell *row = table->rows->pdata[i];
        is(&row[0], i + 1);
        g_assert_true(g_str_has_prefix(row[4].text, "not computed: needs "));
        g_assert_true(g_utf8_validate(row[2].text, -1, NULL));
    }
    const VicuCell *again = table->rows->pdata[9];
    const VicuCell *unplanned = table->rows->pdata[10];
    g_assert_true(g_str_has_suffix(again[3].text, " / all extubations of ICU patients"));
    g_assert_true(g_str_has_suffix(unplanned[3].text, " / all transfers to the ICU"));
    is(cell(report, "inputs", "s/u", NULL, "bed_days"), 0.75);
    is(cell(report, "inputs", "s/u", NULL, "admitted"), 2);
    is(cell(report, "inputs", "all", NULL, "discharged"), 1);
    g_autofree char *csv = vicu_report_csv(report);
    g_assert_null(strstr(csv, "pseudonym"));
}

static void
changes_are_counted_and_reasons_are_for_who_sees_patients(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;

    record.what = (char *)"limit-set";
    record.bed = (char *)"s/u/1";
    record.t_us = T0 + H;
    record.why = (char *)"known AF";
    vicu_history_audit(history, &record);
    record.why = (char *)"";
    vicu_history_audit(history, &record);
    record.what = (char *)"login";
    vicu_history_audit(history, &record);
    g_autoptr(VicuReport) report = vicu_report_npsg(history, &ask);
    is(cell(report, "acts", "limits changed", NULL, "n"), 2);
    is(cell(report, "acts", "limits changed", NULL, "with_reason"), 1);
    is(cell(report, "acts", "sound paused", NULL, "n"), 0);
    g_assert_cmpstr(cell(report, "rights", "set a limit", NULL, "administrator")->text, ==, "no");
    g_assert_cmpstr(cell(report, "rights", "set a limit", NULL, "bedside")->text, ==, "own units");
    vicu_report_suppress(report, 5, false);
    g_autofree char *csv = vicu_report_csv(report);
    g_assert_null(strstr(csv, "known AF"));
    g_assert_nonnull(strstr(csv, "\"limits changed\",\"< 5\",\"< 5\""));
}

/* ---- small cells ---- */

static const VicuColumn grid_columns[] = {
    {"unit", "Unit", "", VICU_COLUMN_PLAIN, -1}, {"beds", "Beds", "", VICU_COLUMN_BEDS, -1},
    {"all", "All", "", VICU_COLUMN_WHOLE, -1},   {"x", "X", "", VICU_COLUMN_PART, -1},
    {"y", "Y", "", VICU_COLUMN_PART, -1},        {"rate", "Rate", "1/d", VICU_COLUMN_PLAIN, 2},
};

static VicuReport *
grid(const unsigned (*rows)[4], unsigned n)
{
    VicuReport *report = vicu_report_new("grid", "Grid", T0, T0 + H);
    VicuTable *table = vicu_report_table(report, "grid", "Grid", "counts", grid_columns,
                                         G_N_ELEMENTS(grid_columns));

    for (unsigned r = 0; r < n; r++) {
        g_autofree char *name = g_strdup_printf("u%u", r);
        VicuCell *row = vicu_table_row(table);
        vicu_cell_text(&row[0], name);
        for (unsigned c = 0; c < 4; c++)
            vicu_cell_count(&row[c + 1], rows[r][c]);
        vicu_cell_number(&row[5], rows[r][1] / 2.0);
    }
    table->has_total = true;
    return report;
}

static bool
is_shown(const VicuReport *report, guint r, unsigned c)
{
    const VicuTable *table = report->tables->pdata[0];
    const VicuCell *at = &((VicuCell *)table->rows->pdata[r])[c];
    bool shown = at->kind == VICU_CELL_COUNT || at->kind == VICU_CELL_NUMBER;

    g_assert_true(shown || at->number == 0); /* what is withheld is nowhere */
    return shown;
}

static void
a_small_cell_cannot_be_computed_from_totals(void)
{
    static const unsigned rows[][4] = {
        {9, 23, 3, 20}, {9, 40, 18, 22}, {9, 60, 30, 30}, {27, 123, 51, 72}};
    g_autoptr(VicuReport) report = grid(rows, 4);

    vicu_report_suppress(report, 5, false);
    g_assert_false(is_shown(report, 0, 3)); /* 3 */
    g_assert_false(is_shown(report, 0, 4)); /* else 23 - 20 */
    g_assert_false(is_shown(report, 1, 3)); /* else 51 - 18 - 30 */
    g_assert_false(is_shown(report, 1, 4)); /* else 40 - 22, and 72 - 22 - 30 */
    g_assert_true(is_shown(report, 2, 3));
    g_assert_true(is_shown(report, 0, 2));
    g_assert_true(is_shown(report, 0, 5));
    g_assert_true(is_shown(report, 3, 3));
    g_autofree char *csv = vicu_report_csv(report);
    g_assert_nonnull(strstr(csv, "\"u0\",9,23,\"< 5\",\"withheld\",11.50\r\n"));
    g_assert_cmpuint(report->notes->len, ==, 1);
    g_autofree char *note = vicu_report_note_words(report, 0, NULL);
    g_assert_true(g_str_has_prefix(note, "Counts of 1 to 4 are withheld (\"< 5\")"));
}

/* 18 of 20 were answered: the two who were not are as few as two who were. */
static void
a_count_that_leaves_few_is_withheld(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    for (int i = 0; i < 20; i++) {
        g_autofree char *id = g_strdup_printf("a%d", i);
        g_autofree char *bed = g_strdup_printf("s/u/%d", i % 5);
        feed_stream(history, bed, 1, T0, T0 + 24 * H);
        feed(history, (Case){.id = id,
                             .bed = bed,
                             .raised_us = T0 + i * H / 2,
                             .answered_us = i < 18 ? T0 + i * H / 2 + S : 0});
    }
    g_autoptr(VicuReport) report = vicu_report_burden(history, &ask);
    is(cell(report, "burden", "s/u", NULL, "answered_share"), 90);
    vicu_report_suppress(report, 5, false);
    is(cell(report, "burden", "s/u", NULL, "records"), 20);
    g_assert_cmpint(cell(report, "burden", "s/u", NULL, "answered")->kind, ==, VICU_CELL_WITHHELD);
    g_assert_cmpint(cell(report, "burden", "s/u", NULL, "answered_share")->kind, ==,
                    VICU_CELL_WITHHELD);
}

static void
few_beds_withhold_their_whole_row(void)
{
    static const unsigned rows[][4] = {
        {2, 80, 40, 40}, {9, 40, 18, 22}, {9, 60, 30, 30}, {20, 180, 88, 92}};
    g_autoptr(VicuReport) report = grid(rows, 4);

    vicu_report_suppress(report, 5, false);
    for (unsigned c = 2; c < 6; c++)
        g_assert_false(is_shown(report, 0, c));
    g_assert_false(is_shown(report, 1, 2)); /* else 180 - 40 - 60 */
    g_assert_false(is_shown(report, 1, 5)); /* the rate would tell it */
    g_assert_true(is_shown(report, 2, 2));
    g_assert_true(is_shown(report, 3, 2));
}

static void
two_small_ones_together_below_the_least_take_a_third(void)
{
    static const unsigned rows[][4] = {
        {9, 21, 1, 20}, {9, 22, 1, 21}, {9, 60, 30, 30}, {27, 103, 32, 71}};
    g_autoptr(VicuReport) report = grid(rows, 4);

    vicu_report_suppress(report, 5, false);
    g_assert_false(is_shown(report, 2, 3)); /* else the two are 2 together */
}

static void
nothing_is_withheld_where_all_may_be_seen(void)
{
    static const unsigned rows[][4] = {{2, 4, 2, 2}, {2, 4, 2, 2}};
    g_autoptr(VicuReport) report = grid(rows, 2);

    vicu_report_suppress(report, 1, false);
    g_assert_true(is_shown(report, 0, 3));
    g_assert_cmpuint(report->notes->len, ==, 0);
}

static void
single_beds_are_for_those_who_see_patients(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    feed(history, (Case){.id = "a", .bed = "s/u/1", .raised_us = T0 + H});
    g_autoptr(VicuReport) report = vicu_report_burden(history, &ask);
    g_autoptr(VicuReport) whole = vicu_report_burden(history, &ask);
    vicu_report_suppress(report, 5, false);
    vicu_report_suppress(whole, 5, true);
    g_assert_null(table_of(report, "beds"));
    g_assert_nonnull(table_of(whole, "beds"));
    g_autofree char *csv = vicu_report_csv(report);
    g_assert_null(strstr(csv, "s/u/1"));
}

/* ---- CSV ---- */

static void
free_text_is_no_formula_in_a_spreadsheet(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};

    feed(history, (Case){.id = "a", .bed = "s/u/1", .rule = "=cmd|'/c calc'!A1", .raised_us = T0});
    feed(history, (Case){.id = "b", .bed = "s/u/1", .rule = "@x \"q\", y", .raised_us = T0});
    g_autoptr(VicuReport) report = vicu_report_burden(history, &ask);
    vicu_report_suppress(report, 1, false);
    g_autofree char *csv = vicu_report_csv(report);
    g_assert_nonnull(strstr(csv, "\"'=cmd|'/c calc'!A1\""));
    g_assert_nonnull(strstr(csv, "\"'@x \"\"q\"\", y\""));
    g_assert_null(strstr(csv, "\"=cmd"));
    g_assert_nonnull(strstr(csv, "\"Observed [bed-days]\""));
    g_assert_nonnull(strstr(csv, "\"formula\",\"alarms = "));
    g_autofree char *rest = g_strdup(csv);
    for (char *p = rest; (p = strchr(p, '\n')) != NULL; p++)
        g_assert_cmpint(p[-1], ==, '\r');
}

static void
json_says_what_is_not_known(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    g_autoptr(VicuJson) json = vicu_json_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};
    g_autoptr(VicuReport) report = vicu_report_response(history, &ask);

    vicu_report_json(report, json);
    g_assert_nonnull(strstr(vicu_json_peek(json), "\"observed_share\": null"));
    g_assert_nonnull(strstr(vicu_json_peek(json), "\"median\": null"));
    g_assert_nonnull(strstr(vicu_json_peek(json), "\"formula\": \""));
}

static void
broken_records_are_counted_and_said(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};
    Vicu__Event event = VICU__EVENT__INIT;
    uint8_t garbage[] = {0xff, 0xff, 0xff};

    event.kind = (char *)"alarm";
    event.detail = (ProtobufCBinaryData){sizeof garbage, garbage};
    g_assert_false(vicu_history_event(history, &event));
    event.kind = (char *)"escalation-ended";
    g_assert_false(vicu_history_event(history, &event));
    event.kind = (char *)"limit-set";
    g_assert_true(vicu_history_event(history, &event));
    g_autoptr(VicuReport) report = vicu_report_burden(history, &ask);
    g_autofree char *text = vicu_report_text(report);
    g_assert_nonnull(strstr(text, "2 records could not be read"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define T(name) g_test_add_func("/report/" #name, name)
    T(percentiles_are_nearest_rank);
    T(only_time_with_data_is_observed);
    T(what_has_not_ended_is_not_observed);
    T(a_little_is_not_rounded_away);
    T(what_is_not_of_a_live_patient_is_said);
    T(an_empty_period_has_no_zero);
    T(alarms_are_counted_by_unit_and_priority);
    T(days_are_those_of_the_zone);
    T(a_day_begins_at_its_midnight);
    T(ten_alarms_in_ten_minutes_are_a_flood);
    T(stages_are_measured_from_one_to_the_next);
    T(what_was_never_answered_is_in_no_time);
    T(no_indicator_is_guessed);
    T(changes_are_counted_and_reasons_are_for_who_sees_patients);
    T(a_small_cell_cannot_be_computed_from_totals);
    T(a_count_that_leaves_few_is_withheld);
    T(few_beds_withhold_their_whole_row);
    T(two_small_ones_together_below_the_least_take_a_third);
    T(nothing_is_withheld_where_all_may_be_seen);
    T(single_beds_are_for_those_who_see_patients);
    T(free_text_is_no_formula_in_a_spreadsheet);
    T(json_says_what_is_not_known);
    T(broken_records_are_counted_and_said);
    return g_test_run();
}
