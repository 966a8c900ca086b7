/* Late data on the ward: judged at their own time, beside the live path.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/ward-inner.h"
#include "tests/rules/vectors.h"
#include "tests/rules/ward-fixture.h"

/* --- the story of a cut ------------------------------------------------------------- */

/* The sender is silent from @from to @to seconds; what it measured comes @after seconds later. */
typedef struct {
    double from, to, after;
} Cut;

static void
send_late(Ward *w, int64_t t_us, const char *name, double value)
{
    send_numerics(w, t_us, t_us, name, value);
}

/* ART_M at 1 Hz is what @at says of each second; ends @seconds later, all having come. */
static void
play(Ward *w, double seconds, double (*at)(double s), Cut cut)
{
    int64_t begin_us = w->t_us;
    double sent = cut.from;
    while (w->t_us - begin_us < (int64_t)(seconds * (double)S)) {
        tick(w);
        double s = (double)(w->t_us - begin_us) / 1e6;
        if (s > cut.from && s <= cut.to)
            continue;
        if (w->t_us % S == 0)
            send_numerics_at(w, w->t_us, "ART_M", at(s));
        else
            beat(w);
        for (; s >= cut.to + cut.after && sent + 1 <= cut.to; sent++)
            send_late(w, begin_us + (int64_t)((sent + 1) * 1e6), "ART_M", at(sent + 1));
    }
}

static double
falls_at_50(double s)
{
    return s >= 50 ? 41 : 80;
}

static double
is_low_from_50_to_65(double s)
{
    return s >= 50 && s < 65 ? 41 : 80;
}

static double
is_low_from_30_to_50(double s)
{
    return s >= 30 && s < 50 ? 41 : 80;
}

static double
is_low_once(double s)
{
    return s >= 50 && s < 51 ? 41 : 80;
}

static int64_t
second(const Ward *w, int64_t begin_us, double s)
{
    (void)w;
    return NOW_US + begin_us + (int64_t)(s * 1e6);
}

/* The condition began in the backlog and stands: raised with its own times, once. */
static void
what_stands_is_raised_with_its_own_time(Ward *w, gconstpointer data)
{
    (void)data;
    int64_t begin_us = w->t_us;
    play(w, 100, falls_at_50, (Cut){40, 90, 0.2});
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpint(alarm->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ON);
    g_assert_cmpint(alarm->t_condition_us, ==, second(w, begin_us, 50));
    g_assert_cmpint(alarm->t_raised_us, ==, second(w, begin_us, 58));
    /* It says when it was decided, and of how old data. */
    g_assert_cmpint(alarm->t_decided_us, >, second(w, begin_us, 90));
    g_assert_cmpint(alarm->data_age_us, >, 30 * S);
    /* And it ends as any other does: the live bed knows it. */
    send_for(w, 30, "ART_M", 80);
    g_assert_cmpint(alarm_of(w, "map-critical")->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpstr(alarm_of(w, "map-critical")->why, !=, "missed while delayed");
}

static void
what_began_and_ended_is_listed_and_never_stands(Ward *w, gconstpointer data)
{
    (void)data;
    RulesWardFigures f;
    int64_t begin_us = w->t_us;
    play(w, 85, is_low_from_50_to_65, (Cut){40, 90, 0});
    g_assert_null(alarm_of(w, "map-critical"));
    w->high_or_medium = 0;
    w->t_us = begin_us;
    ward_down(w, NULL);
    ward_up(w, NULL);
    begin_us = w->t_us;
    play(w, 130, is_low_from_50_to_65, (Cut){40, 90, 0.2});
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpint(alarm->signal, ==, VICU__SIGNAL_STATE__SIGNAL_NONE);
    g_assert_cmpstr(alarm->why, ==, "missed while delayed");
    g_assert_cmpint(alarm->t_condition_us, ==, second(w, begin_us, 50));
    g_assert_cmpint(alarm->t_raised_us, ==, second(w, begin_us, 58));
    g_assert_cmpint(alarm->t_cleared_us, ==, second(w, begin_us, 75));
    g_assert_cmpint(w->high_or_medium, ==, 1); /* told once, as ended */
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.missed, ==, 1);
    g_assert_cmpuint(f.late, ==, 50);
    g_assert_cmpuint(f.backlog, ==, 0);
    bool stored = false;
    for (guint i = 0; i < w->events->len; i++)
        stored = stored || g_str_has_prefix(w->events->pdata[i], "alarm ");
    g_assert_true(stored);
}

/* An alarm that stood when the link was cut ended meanwhile, and began again. */
static void
what_stood_before_ends_at_its_own_time(Ward *w, gconstpointer data)
{
    (void)data;
    int64_t begin_us = w->t_us;
    play(w, 120, is_low_from_30_to_50, (Cut){45, 90, 0.2});
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpint(alarm->t_condition_us, ==, second(w, begin_us, 30));
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpint(alarm->t_cleared_us, ==, second(w, begin_us, 60));
}

static void
a_short_dip_in_the_backlog_is_no_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    play(w, 130, is_low_once, (Cut){40, 90, 0.2});
    g_assert_null(alarm_of(w, "map-critical"));
    g_assert_cmpint(w->high_or_medium, ==, 0);
}

/* The rule could not be judged; the data were only late. */
static void
what_was_missing_only_came_late(Ward *w, gconstpointer data)
{
    (void)data;
    int64_t begin_us = w->t_us;
    while (w->t_us - begin_us < 200 * S) {
        tick(w);
        int64_t s = (w->t_us - begin_us) / S;
        bool cut = s >= 40 && s < 160;
        if (w->t_us % S == 0 && !cut)
            send_numerics_at(w, w->t_us, "ART_M", 80);
        else if (w->t_us % S == 0)
            send_numerics_at(w, w->t_us, "HR", 80); /* the rest of the bed lives */
        else
            beat(w);
        if (s == 150)
            g_assert_true(stands(w, "map-critical"));
    }
    g_assert_false(stands(w, "map-critical"));
    for (int64_t s = 40; s < 160; s++)
        send_late(w, begin_us + s * S, "ART_M", 41);
    wait_s(w, 3, true);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
}

/* --- what is no backlog ------------------------------------------------------------- */

static void
a_steady_lag_alarms_as_usual(Ward *w, gconstpointer data)
{
    (void)data;
    RulesWardFigures f;
    int64_t begin_us = w->t_us;
    for (int64_t i = 0; i < 60 * S / TICK; i++) {
        tick(w);
        if (w->t_us % S == 0)
            send_numerics_at(w, w->t_us - 4 * S, "ART_M",
                             falls_at_50((double)(w->t_us - begin_us - 4 * S) / 1e6 + 20));
        else
            beat(w);
    }
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpint(alarm->t_condition_us, ==, second(w, begin_us, 30));
    g_assert_cmpint(alarm->t_raised_us, ==, second(w, begin_us, 38));
    g_assert_cmpint(alarm->data_age_us, >=, 4 * S);
    g_assert_cmpint(alarm->data_age_us, <, 5 * S + S / 2);
    g_assert_cmpint(alarm->t_decided_us - alarm->t_raised_us, <, 5 * S);
    /* Only the first ones were late; then the bed is judged as far behind as they are. */
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.late, <=, 6);
    g_assert_cmpuint(f.missed, ==, 0);
    /* When it is over the bed is judged at once again. */
    send_for(w, 130, "ART_M", 80);
    g_assert_cmpint(NOW_US + w->t_us - rules_ward_watermark(w->ward), <, S);
}

static void
more_than_a_steady_lag_is_judged_apart_and_stands_too(Ward *w, gconstpointer data)
{
    (void)data;
    RulesWardFigures f;
    int64_t begin_us = w->t_us;
    for (int64_t i = 0; i < 120 * S / TICK; i++) {
        tick(w);
        if (w->t_us % S == 0)
            send_numerics_at(w, w->t_us - 12 * S, "ART_M",
                             falls_at_50((double)(w->t_us - begin_us - 12 * S) / 1e6));
        else
            beat(w);
    }
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpint(alarm->t_condition_us, ==, second(w, begin_us, 50));
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.passes, >, 5);
    /* The live path does not wait for it. */
    g_assert_cmpint(NOW_US + w->t_us - rules_ward_watermark(w->ward), <, S);
}

static void
data_of_another_patient_are_left(Ward *w, gconstpointer data)
{
    (void)data;
    RulesWardFigures f;
    send_for(w, 40, "ART_M", 80);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge = VICU__DISCHARGE__INIT;
    Vicu__Admit admit = VICU__ADMIT__INIT;
    int64_t before_us = w->t_us;
    discharge.bed = admit.bed = (char *)BED;
    admit.patient = (char *)"P2";
    command.key = (char *)"1";
    command.what_case = VICU__COMMAND__WHAT_DISCHARGE;
    command.discharge = &discharge;
    g_assert_true(command_as(w, &command, "operator", NULL));
    command.key = (char *)"2";
    command.what_case = VICU__COMMAND__WHAT_ADMIT;
    command.admit = &admit;
    g_assert_true(command_as(w, &command, "operator", NULL));
    send_for(w, 30, "ART_M", 80);
    for (int s = 20; s > 0; s--)
        send_late(w, before_us - s * S - 1, "ART_M", 41);
    wait_s(w, 10, true);
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.backlog, ==, 20);
    g_assert_null(alarm_of(w, "map-critical"));
}

/* Older than what is kept: judged by itself, listed, and the live bed is not touched. */
static void
old_data_are_judged_apart(Ward *w, gconstpointer data)
{
    (void)data;
    int64_t begin_us = w->t_us;
    send_for(w, 400, "ART_M", 80);
    g_assert_null(alarm_of(w, "map-critical"));
    for (int s = 50; s < 70; s++)
        send_late(w, begin_us + s * S + S / 2, "ART_M", 41);
    wait_s(w, 4, true);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpstr(alarm->why, ==, "missed while delayed");
    g_assert_cmpint(alarm->t_condition_us, ==, second(w, begin_us, 50.5));
    send_for(w, 30, "ART_M", 80);
    g_assert_false(stands(w, "map-critical"));
    /* Days old: counted. */
    RulesWardFigures f;
    send_late(w, begin_us - 48 * 3600 * S, "ART_M", 41);
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.backlog, ==, 1);
}

/* What the store had of a hole is late as any other; while it comes, it is waited for. */
static void
what_was_fetched_is_judged(Ward *w, gconstpointer data)
{
    (void)data;
    RulesWardFigures f;
    const VicuSenderId stranger = {.bytes = {9}};
    int64_t begin_us = w->t_us;
    send_for(w, 40, "ART_M", 80);
    wait_s(w, 30, true);
    rules_ward_fetching(w->ward, &sender_a, true);
    for (int s = 41; s <= 69; s++) {
        Vicu__Batch batch = VICU__BATCH__INIT;
        Vicu__Numerics n = VICU__NUMERICS__INIT, *numerics[] = {&n};
        uint32_t c = code("ART_M"), period_ms = 1000;
        int64_t t = NOW_US + begin_us + s * S;
        double value = s < 60 ? 41 : 80;
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
        rules_ward_fetched(w->ward, &stranger, &batch, NOW_US + w->t_us, w->t_us);
        rules_ward_fetched(w->ward, &sender_a, &batch, NOW_US + w->t_us, w->t_us);
    }
    g_assert_cmpuint(rules_ward_late_waiting(w->ward), ==, 29);
    send_for(w, 8, "ART_M", 80);
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.passes, ==, 0);
    rules_ward_fetching(w->ward, &sender_a, false);
    send_for(w, 3, "ART_M", 80);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpstr(alarm->why, ==, "missed while delayed");
    g_assert_cmpint(alarm->t_condition_us, ==, second(w, begin_us, 41));
    g_assert_cmpuint(rules_ward_late_waiting(w->ward), ==, 0);
}

/* What is judged in a tick is bounded, whatever waits. */
static void
a_long_backlog_never_holds_up_the_live_path(Ward *w, gconstpointer data)
{
    (void)data;
    RulesWardFigures f;
    send_for(w, 30, "ART_M", 80);
    wait_s(w, 3600, false);
    int64_t from_us = w->t_us - 3600 * S;
    for (int64_t s = 1; s < 3600; s++)
        send_late(w, from_us + s * S, "ART_M", s < 1800 ? 80 : 41);
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.late, >=, 3500);
    int ticks = 0;
    while (!stands(w, "map-critical") && ticks++ < 200) {
        tick(w);
        beat(w);
        if (w->t_us % S == 0)
            send_numerics_at(w, w->t_us, "ART_M", 41);
        g_assert_cmpint(NOW_US + w->t_us - rules_ward_watermark(w->ward), <, S);
    }
    /* 500 inputs a tick: 7 ticks at the least. The live path raises meanwhile, once its own
     * delay is over: the pass must not be over by then for this to say something. */
    g_assert_cmpint(ticks, >=, 7);
    wait_s(w, 10, true);
    rules_ward_figures(w->ward, &f);
    g_assert_cmpuint(f.passes, >=, 1);
    g_assert_cmpint(alarm_of(w, "map-critical")->t_condition_us, ==, NOW_US + from_us + 1800 * S);
}

/* --- the clinical traces of a limit, delivered late ----------------------------------- */

static RulesSet *
limit_rule(const RulesTable *table, size_t row)
{
    bool low = strcmp(vectors_cell(table, row, "kind"), "low") == 0;
    double limit = vectors_number(table, row, "limit");
    double hysteresis = vectors_number(table, row, "hysteresis");
    g_autofree char *text = g_strdup_printf(
        "rules \"trace\" version 1 owner \"test\"\nuse HR: /min validity %s s\n"
        "rule trace \"trace\" version 1 {\n  source \"trace\" raise high \"HR\"\n"
        "  when HR %s %g /min for %s s %s\n  clear when HR %s %g /min for %s s\n"
        "  unknown longer than 3 h -> keep\n}\n",
        vectors_cell(table, row, "stale_s"), low ? "<" : ">", limit,
        vectors_cell(table, row, "on_delay_s"),
        strcmp(vectors_cell(table, row, "unknown_while_pending"), "hold") == 0 ? "holding"
                                                                               : "resetting",
        low ? ">=" : "<=", low ? limit + hysteresis : limit - hysteresis,
        vectors_cell(table, row, "off_delay_s"));
    return vectors_compile(text);
}

typedef struct {
    int64_t t0_us, raised_us, cleared_us; /* from the beginning; 0: stands */
    bool missed;
} Span;

static int
by_beginning(gconstpointer a, gconstpointer b)
{
    const Span *x = a, *y = b;
    return x->t0_us < y->t0_us ? -1 : x->t0_us > y->t0_us;
}

/* All that was ever told of the rule, in order. */
static GArray *
spans(Ward *w, int64_t begin_us)
{
    GArray *out = g_array_new(FALSE, TRUE, sizeof(Span));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__StateItem *item = value;
        if (item->body_case != VICU__STATE_ITEM__BODY_ALARM
            || strcmp(item->alarm->rule, "trace") != 0)
            continue;
        const Vicu__Alarm *a = item->alarm;
        Span span = {.t0_us = a->t_condition_us - NOW_US - begin_us,
                     .raised_us = a->t_raised_us - NOW_US - begin_us,
                     .cleared_us = a->t_cleared_us ? a->t_cleared_us - NOW_US - begin_us : 0,
                     .missed = strcmp(a->why, "missed while delayed") == 0};
        g_array_append_val(out, span);
    }
    g_array_sort(out, by_beginning);
    return out;
}

/* One trace: the values between @from and @to s come after @to, in one go. */
static GArray *
deliver(const RulesTable *table, size_t row, int64_t from_s, int64_t to_s)
{
    Ward w;
    ward_up_with(&w, limit_rule(table, row));
    g_auto(GStrv) samples = g_strsplit(vectors_cell(table, row, "samples_t:v"), " ", -1);
    int64_t end_s = (int64_t)vectors_number(table, row, "end_s");
    for (int64_t left = 15 * S; left > 0; left -= TICK) { /* level, and a state is kept */
        tick(&w);
        beat(&w);
    }
    int64_t begin_us = w.t_us;
    guint at = 0, held = 0;
    for (int64_t tick_us = begin_us; tick_us <= begin_us + (end_s + 15) * S; tick_us += TICK) {
        int64_t s = (tick_us - begin_us) / S;
        bool cut = s >= from_s && s < to_s;
        if (!cut && tick_us != begin_us)
            beat(&w);
        for (; samples[at]
               && (int64_t)(g_ascii_strtod(samples[at], NULL) * 1e6) <= tick_us - begin_us;
             at++) {
            double t = g_ascii_strtod(samples[at], NULL);
            if (t >= (double)from_s && t < (double)to_s)
                continue;
            send_late(&w, begin_us + (int64_t)(t * 1e6), "HR",
                      g_ascii_strtod(strchr(samples[at], ':') + 1, NULL));
        }
        for (; s >= to_s && samples[held]; held++) {
            double t = g_ascii_strtod(samples[held], NULL);
            if (t >= (double)from_s && t < (double)to_s)
                send_late(&w, begin_us + (int64_t)(t * 1e6), "HR",
                          g_ascii_strtod(strchr(samples[held], ':') + 1, NULL));
        }
        tick(&w);
    }
    GArray *out = spans(&w, begin_us);
    ward_down(&w, NULL);
    return out;
}

static bool
same(const Span *a, const Span *b)
{
    return a->t0_us == b->t0_us && a->raised_us == b->raised_us && a->cleared_us == b->cleared_us;
}

static bool
began(const Span *a, const Span *b)
{
    return a->t0_us == b->t0_us && a->raised_us == b->raised_us;
}

static bool
meet(const Span *a, const Span *b)
{
    int64_t end_a = a->cleared_us ? a->cleared_us : INT64_MAX;
    int64_t end_b = b->cleared_us ? b->cleared_us : INT64_MAX;
    return a->t0_us <= end_b && b->t0_us <= end_a;
}

static bool
is_among(const GArray *all, const Span *span, bool (*fits)(const Span *a, const Span *b))
{
    for (guint i = 0; i < all->len; i++)
        if (fits(&g_array_index(all, Span, i), span))
            return true;
    return false;
}

static void
clinical_traces_that_come_late_tell_the_same(void)
{
    g_autoptr(RulesTable) table = vectors_load("limit_alarm.csv");
    int missed = 0, traces = 0;
    for (size_t row = 0; row < rules_table_rows(table); row++) {
        int64_t end_s = (int64_t)vectors_number(table, row, "end_s");
        int64_t from_s = end_s / 3, to_s = 2 * end_s / 3;
        g_autoptr(GArray) in_time = deliver(table, row, 0, 0);
        g_autoptr(GArray) late = deliver(table, row, from_s, to_s);
        g_test_message("%s: %u alarms in time, %u late", vectors_cell(table, row, "id"),
                       in_time->len, late->len);
        for (guint i = 0; i < in_time->len; i++)
            g_assert_true(is_among(late, &g_array_index(in_time, Span, i), meet));
        for (guint i = 0; i < late->len; i++) {
            const Span *span = &g_array_index(late, Span, i);
            if (span->missed)
                g_assert_true(is_among(in_time, span, same));
            else if (span->raised_us < from_s * S)
                g_assert_true(is_among(in_time, span, began));
            /* Without the values that came late it had to be raised; they took it back. */
            else if (!is_among(in_time, span, meet))
                g_assert_cmpint(span->cleared_us, !=, 0);
            missed += span->missed;
        }
        traces++;
    }
    g_assert_cmpint(traces, >=, 60);
    g_assert_cmpint(missed, >=, 20);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/rules/late/" #name, Ward, NULL, ward_up, name, ward_down)
    ADD(what_stands_is_raised_with_its_own_time);
    ADD(what_began_and_ended_is_listed_and_never_stands);
    ADD(what_stood_before_ends_at_its_own_time);
    ADD(a_short_dip_in_the_backlog_is_no_alarm);
    ADD(what_was_missing_only_came_late);
    ADD(a_steady_lag_alarms_as_usual);
    ADD(more_than_a_steady_lag_is_judged_apart_and_stands_too);
    ADD(data_of_another_patient_are_left);
    ADD(old_data_are_judged_apart);
    ADD(what_was_fetched_is_judged);
    ADD(a_long_backlog_never_holds_up_the_live_path);
#undef ADD
    g_test_add_func("/rules/late/clinical_traces_that_come_late_tell_the_same",
                    clinical_traces_that_come_late_tell_the_same);
    return g_test_run();
}
