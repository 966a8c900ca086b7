/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/alarm.h"
#include "rules/items.h"
#include "rules/packs/packs.h"
#include "rules/packs/tests.h"
#include "tests/rules/ward.h"

static char *
alarm_text(const RulesAlarm *alarm)
{
    char *text = NULL;
    g_autofree char *json = rules_item_alarm_explained(alarm, &text);
    g_assert_nonnull(strstr(json, alarm->id));
    return text;
}

static RulesTransition
transition(RulesTransitionKind kind, bool latching, int64_t t0_us, int64_t t_us)
{
    return (RulesTransition){.kind = kind,
                             .bed = "demo/icu/7",
                             .rule_name = "r",
                             .title = "R",
                             .rule_version = 2,
                             .priority = RULES_PRIORITY_HIGH,
                             .latching = latching,
                             .technical = kind == RULES_TECHNICAL,
                             .t0_us = t0_us,
                             .t_us = t_us,
                             .text = "MAP 48",
                             .why = kind == RULES_CLEAR ? "cleared" : "recording restarts",
                             .explain = "because\n"};
}

typedef struct {
    unsigned changes;
    RulesAlarmState last;
} Heard;

static void
hear(const RulesAlarm *alarm, void *user)
{
    Heard *heard = user;
    heard->changes++;
    heard->last = alarm->state;
}

static void
keep(const RulesAlarm *alarm, void *user)
{
    *(const RulesAlarm **)user = alarm;
}

/* The only live record, or the last one. */
static const RulesAlarm *
newest(const RulesAlarms *book)
{
    const RulesAlarm *alarm = NULL;
    rules_alarms_foreach(book, keep, &alarm);
    return alarm;
}

/* --- the state machine, walked whole --------------------------------------------- */

typedef enum { DO_RAISE, DO_CLEAR, DO_ACK, DO_RESET, N_DO } Do;

/* next[state][what], for a plain and for a latching rule; a raise after ENDED
 * begins a new record. */
static const RulesAlarmState next_plain[5][N_DO] = {
    [RULES_ALARM_NONE] = {RULES_ALARM_ACTIVE, RULES_ALARM_NONE, RULES_ALARM_NONE, RULES_ALARM_NONE},
    [RULES_ALARM_ACTIVE] = {RULES_ALARM_ACTIVE, RULES_ALARM_ENDED, RULES_ALARM_ACKNOWLEDGED,
                            RULES_ALARM_ENDED},
    [RULES_ALARM_ACKNOWLEDGED] = {RULES_ALARM_ACKNOWLEDGED, RULES_ALARM_ENDED,
                                  RULES_ALARM_ACKNOWLEDGED, RULES_ALARM_ENDED},
    [RULES_ALARM_ENDED] = {RULES_ALARM_ACTIVE, RULES_ALARM_ENDED, RULES_ALARM_ENDED,
                           RULES_ALARM_ENDED},
};
static const RulesAlarmState next_latching[5][N_DO] = {
    [RULES_ALARM_NONE] = {RULES_ALARM_ACTIVE, RULES_ALARM_NONE, RULES_ALARM_NONE, RULES_ALARM_NONE},
    [RULES_ALARM_ACTIVE] = {RULES_ALARM_ACTIVE, RULES_ALARM_LATCHED, RULES_ALARM_ACKNOWLEDGED,
                            RULES_ALARM_ENDED},
    [RULES_ALARM_ACKNOWLEDGED] = {RULES_ALARM_ACKNOWLEDGED, RULES_ALARM_ENDED,
                                  RULES_ALARM_ACKNOWLEDGED, RULES_ALARM_ENDED},
    [RULES_ALARM_LATCHED] = {RULES_ALARM_ACTIVE, RULES_ALARM_LATCHED, RULES_ALARM_ENDED,
                             RULES_ALARM_ENDED},
    [RULES_ALARM_ENDED] = {RULES_ALARM_ACTIVE, RULES_ALARM_ENDED, RULES_ALARM_ENDED,
                           RULES_ALARM_ENDED},
};

static void
do_one(RulesAlarms *book, Do what, bool latching, int64_t t_us)
{
    const RulesAlarm *alarm = newest(book);
    RulesTransitionKind kind = what == DO_RAISE   ? RULES_RAISE
                               : what == DO_CLEAR ? RULES_CLEAR
                                                  : RULES_RESET;
    RulesTransition t = transition(kind, latching, t_us - 8, t_us);
    if (what == DO_ACK)
        rules_alarms_acknowledge(book, alarm != NULL ? alarm->id : "none", "Dr A", "intensivist",
                                 "seen", t_us);
    else
        rules_alarms_apply(book, &t, t_us + 5, "hash");
}

static RulesAlarmState
state_of(const RulesAlarms *book)
{
    const RulesAlarm *alarm = newest(book);
    return alarm != NULL ? alarm->state : RULES_ALARM_NONE;
}

/* All 4^7 sequences of seven steps, each from the start. */
static void
every_sequence_of_seven_steps_ends_where_the_table_says(void)
{
    for (int latching = 0; latching <= 1; latching++)
        for (int code = 0; code < 1 << 14; code++) {
            g_autoptr(RulesAlarms) book = rules_alarms_new();
            RulesAlarmState state = RULES_ALARM_NONE;
            for (int step = 0; step < 7; step++) {
                Do what = (Do)(code >> (2 * step) & 3);
                Heard heard = {0};
                rules_alarms_on_change(book, hear, &heard);
                do_one(book, what, latching, 100 * (step + 1));
                RulesAlarmState expected = (latching ? next_latching : next_plain)[state][what];
                bool changes = expected != state;
                g_assert_cmpint((int)state_of(book), ==, (int)expected);
                g_assert_cmpuint(heard.changes, ==, changes);
                g_assert_true(!changes || heard.last == expected);
                g_assert_cmpuint(rules_alarms_live(book), ==,
                                 expected != RULES_ALARM_NONE && expected != RULES_ALARM_ENDED);
                state = expected;
            }
        }
}

/* --- what a record holds ------------------------------------------------------------ */

static void
a_record_holds_its_times_and_its_answer(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    RulesTransition t = transition(RULES_RAISE, true, 1000, 9000);
    RulesInputView input = {
        .name = "MAP", .unit = "mm[Hg]", .value = 48, .known = true, .t_us = 8500};
    t.inputs = &input;
    t.n_inputs = 1;
    t.newest_us = 8500;
    rules_alarms_apply(book, &t, 9200, "0123456789abcdef");
    const RulesAlarm *a = newest(book);
    g_assert_cmpuint(strlen(a->id), ==, 16);
    g_assert_cmpint(a->t_condition_us, ==, 1000);
    g_assert_cmpint(a->t_raised_us, ==, 9000);
    g_assert_cmpint(a->t_decided_us, ==, 9200);
    g_assert_cmpint(a->data_age_us, ==, 700);
    g_assert_cmpuint(a->n_inputs, ==, 1);
    g_assert_cmpfloat(a->inputs[0].value, ==, 48);
    g_assert_cmpstr(a->inputs[0].symbol, ==, "");

    g_assert_cmpint((int)rules_alarms_acknowledge(book, a->id, "", "", "", 1), ==,
                    RULES_ACK_NOBODY);
    g_assert_cmpint((int)rules_alarms_acknowledge(book, "no", "Dr A", "", "", 1), ==,
                    RULES_ACK_NO_SUCH_ALARM);
    g_assert_cmpint((int)rules_alarms_acknowledge(book, a->id, "Dr A", "intensivist", "seen", 9500),
                    ==, RULES_ACK_DONE);
    g_assert_cmpint(
        (int)rules_alarms_acknowledge(book, a->id, "Dr B", "intensivist", "me too", 9600), ==,
        RULES_ACK_ALREADY);
    g_assert_cmpstr(a->ack.who, ==, "Dr A");
    g_assert_cmpint(a->ack.t_us, ==, 9500);
    RulesTransition c = transition(RULES_CLEAR, true, 1000, 20000);
    rules_alarms_apply(book, &c, 20100, "0123456789abcdef");
    g_assert_cmpint((int)a->state, ==, RULES_ALARM_ENDED);
    g_assert_cmpint(a->t_cleared_us, ==, 20000);
    g_assert_cmpstr(a->why, ==, "cleared");
    g_assert_cmpint((int)rules_alarms_acknowledge(book, a->id, "Dr B", "", "", 1), ==,
                    RULES_ACK_ENDED);

    g_autofree char *text = alarm_text(a);
    g_assert_nonnull(strstr(text, "acknowledged by Dr A (intensivist): seen"));
    g_assert_nonnull(strstr(text, "because\n"));
    /* IEC 60601-1-8: both delays by their names; the fixture counts in microseconds. */
    g_assert_nonnull(strstr(text, "alarm condition delay         0.008 s\n"));
    g_assert_nonnull(strstr(text, "alarm signal generation delay 0.000 s\n"));
}

static void
a_latched_alarm_that_returns_is_the_same_one_counted(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    RulesTransition raise = transition(RULES_RAISE, true, 1000, 9000);
    RulesTransition clear = transition(RULES_CLEAR, true, 1000, 20000);
    RulesTransition again = transition(RULES_RAISE, true, 30000, 38000);
    rules_alarms_apply(book, &raise, 9000, "h");
    g_autofree char *id = g_strdup(newest(book)->id);
    rules_alarms_apply(book, &clear, 20000, "h");
    g_assert_cmpint((int)newest(book)->state, ==, RULES_ALARM_LATCHED);
    rules_alarms_apply(book, &again, 38000, "h");
    g_assert_cmpstr(newest(book)->id, ==, id);
    g_assert_cmpuint(newest(book)->count, ==, 2);
    g_assert_cmpint(newest(book)->t_cleared_us, ==, 0);
}

/* The engine starts anew, sees the same data and tells the same: nothing may
 * double, and nobody's answer may be lost. */
static void
a_replay_changes_nothing(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    RulesTransition story[] = {transition(RULES_RAISE, false, 1000, 9000),
                               transition(RULES_CLEAR, false, 1000, 20000),
                               transition(RULES_TECHNICAL, false, 30000, 90000),
                               transition(RULES_RAISE, false, 40000, 48000)};
    for (size_t i = 0; i < G_N_ELEMENTS(story); i++)
        rules_alarms_apply(book, &story[i], story[i].t_us, "h");
    rules_alarms_acknowledge(book, newest(book)->id, "Dr A", "", "", 50000);
    Heard heard = {0};
    rules_alarms_on_change(book, hear, &heard);
    /* From the second raise on, as after a restart with a shorter memory; its beginning looks
     * later. */
    story[3].t0_us = 45000;
    rules_alarms_apply(book, &story[0], 60000, "h");
    rules_alarms_apply(book, &story[2], 60000, "h");
    rules_alarms_apply(book, &story[3], 60000, "h");
    g_assert_cmpuint(heard.changes, ==, 0);
    g_assert_cmpuint(rules_alarms_live(book), ==, 2);
    g_assert_cmpint((int)newest(book)->state, ==, RULES_ALARM_ACKNOWLEDGED);
}

static void
the_journal_puts_records_back_as_they_were(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    g_autoptr(RulesAlarms) after = rules_alarms_new();
    RulesTransition raise = transition(RULES_RAISE, true, 1000, 9000);
    RulesTransition technical = transition(RULES_TECHNICAL, false, 1000, 9000);
    rules_alarms_apply(book, &raise, 9000, "h");
    rules_alarms_apply(book, &technical, 9000, "h");
    rules_alarms_acknowledge(book, newest(book)->id, "Dr A", "nurse", "probe", 9100);
    const RulesAlarm *a = newest(book);
    rules_alarms_restore(after, a);
    rules_alarms_restore(after, a);
    g_assert_cmpuint(rules_alarms_live(after), ==, 1);
    const RulesAlarm *b = rules_alarms_find(after, a->id);
    g_assert_cmpstr(b->ack.who, ==, "Dr A");
    g_assert_cmpstr(b->text, ==, a->text);
    g_assert_true(b->technical);
    /* It goes on: the rule's technical end finds it. */
    RulesTransition end = transition(RULES_TECHNICAL_CLEAR, false, 1000, 12000);
    rules_alarms_apply(after, &end, 12000, "h");
    g_assert_cmpuint(rules_alarms_live(after), ==, 0);
    g_assert_cmpuint(rules_alarms_live(book), ==, 2);
}

static void
technical_and_physiological_alarms_of_one_rule_are_two(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    RulesTransition raise = transition(RULES_RAISE, false, 1000, 9000);
    RulesTransition technical = transition(RULES_TECHNICAL, false, 1000, 9000);
    raise.technical = true; /* `raise low technical`: still the rule's own condition */
    rules_alarms_apply(book, &raise, 9000, "h");
    rules_alarms_apply(book, &technical, 9000, "h");
    g_assert_cmpuint(rules_alarms_live(book), ==, 2);
    RulesTransition clear = transition(RULES_CLEAR, false, 1000, 10000);
    rules_alarms_apply(book, &clear, 10000, "h");
    g_assert_cmpuint(rules_alarms_live(book), ==, 1);
    g_assert_cmpint((int)newest(book)->state, ==, RULES_ALARM_ACTIVE);
}

static void
what_other_processes_miss_is_merged_by_cause(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    Heard heard = {0};
    rules_alarms_on_change(book, hear, &heard);
    rules_alarms_local(book, "", "hub blind", RULES_PRIORITY_MEDIUM, "no word from the hub", true,
                       1000);
    rules_alarms_local(book, "", "hub blind", RULES_PRIORITY_MEDIUM, "no word from the hub", true,
                       2000);
    g_assert_cmpuint(heard.changes, ==, 1);
    rules_alarms_acknowledge(book, newest(book)->id, "Dr A", "", "", 2500);
    rules_alarms_local(book, "", "hub blind", RULES_PRIORITY_HIGH, "no word from the hub", true,
                       3000);
    g_assert_cmpint((int)newest(book)->state, ==, RULES_ALARM_ACTIVE);
    g_assert_cmpint((int)newest(book)->priority, ==, RULES_PRIORITY_HIGH);
    RulesTransition reset = transition(RULES_RESET, false, 0, 3500);
    rules_alarms_apply(book, &reset, 3500, "h");
    g_assert_cmpuint(rules_alarms_live(book), ==, 1);
    rules_alarms_local(book, "", "hub blind", RULES_PRIORITY_HIGH, "", false, 4000);
    g_assert_cmpuint(rules_alarms_live(book), ==, 0);
    rules_alarms_local(book, "", "hub blind", RULES_PRIORITY_HIGH, "", false, 5000);
    g_assert_cmpuint(heard.changes, ==, 4);
}

static void
ended_alarms_are_forgotten_when_asked_and_live_ones_never(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    RulesTransition raise = transition(RULES_RAISE, false, 1000, 9000);
    RulesTransition clear = transition(RULES_CLEAR, false, 1000, 20000);
    rules_alarms_apply(book, &raise, 9000, "h");
    rules_alarms_apply(book, &clear, 20000, "h");
    raise.t0_us = 30000;
    raise.t_us = 38000;
    rules_alarms_apply(book, &raise, 38000, "h");
    Heard heard = {0};
    rules_alarms_forget(book, 20000, hear, &heard);
    g_assert_cmpuint(heard.changes, ==, 0);
    rules_alarms_forget(book, G_MAXINT64, hear, &heard);
    g_assert_cmpuint(heard.changes, ==, 1);
    g_assert_cmpuint(rules_alarms_live(book), ==, 1);
}

static void
a_withdrawn_rule_ends_its_alarms_with_that_reason(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    RulesTransition raise = transition(RULES_RAISE, true, 1000, 9000);
    rules_alarms_apply(book, &raise, 9000, "h");
    rules_alarms_end(book, NULL, "other", 10000, "rule withdrawn");
    g_assert_cmpuint(rules_alarms_live(book), ==, 1);
    rules_alarms_end(book, NULL, "r", 10000, "rule withdrawn");
    g_assert_cmpstr(newest(book)->why, ==, "rule withdrawn");
}

static void
ids_differ_and_never_change(void)
{
    char a[17];
    char b[17];
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int bed = 0; bed < 20; bed++)
        for (int t = 0; t < 500; t++)
            for (int technical = 0; technical <= 1; technical++) {
                g_autofree char *name = g_strdup_printf("demo/icu/%d", bed);
                rules_alarm_id(a, name, "r", technical, t * 1000000LL);
                g_assert_true(g_hash_table_add(seen, g_strdup(a)));
            }
    rules_alarm_id(a, "demo/icu/7", "map-critical", false, 1760000000000000);
    rules_alarm_id(b, "demo/icu/7", "map-critical", false, 1760000000000000);
    g_assert_cmpstr(a, ==, b);
    g_assert_cmpstr(a, ==, "19f63c46089bebfe");
}

/* --- with the engine ------------------------------------------------------------------ */

static void
apply(const RulesTransition *t, void *user)
{
    rules_alarms_apply(user, t, t->t_us, "h");
}

static void
the_engine_and_the_book_make_one_story(void)
{
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text("adult-icu"));
    g_autoptr(RulesEngine) engine = rules_engine_new(set);
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    RulesBed *bed = rules_engine_bed(engine, "demo/icu/7");
    for (int s = 0; s < 60; s++)
        ward_put(bed, "ART_M", s, s < 20 ? 85 : 45);
    rules_engine_advance(engine, ward_t(59), apply, book);
    g_assert_cmpuint(rules_alarms_live(book), ==, 1);
    const RulesAlarm *a = newest(book);
    g_assert_cmpstr(a->rule, ==, "map-critical");
    g_assert_cmpstr(a->text, ==, "MAP 45 mmHg, 0 s old");
    g_assert_cmpint(a->t_condition_us, ==, ward_t(20));
    g_assert_cmpint(a->t_raised_us, ==, ward_t(28));
    g_assert_cmpint((int)a->origin, ==, RULES_ORIGIN_RECORDING);
    g_autofree char *text = alarm_text(a);
    g_assert_nonnull(strstr(text, "[true]    MAP < MAP_critical\n"));
    g_assert_nonnull(strstr(text, "MAP_critical = 50 mmHg\n"));
    rules_engine_reset_bed(bed, ward_t(60), "recording restarts", false);
    rules_engine_advance(engine, ward_t(61), apply, book);
    g_assert_cmpuint(rules_alarms_live(book), ==, 0);
    g_assert_cmpstr(newest(book)->why, ==, "recording restarts");
}

/* --- reminders and ladders --------------------------------------------------------- */

#define MIN_US ((int64_t)60 * G_USEC_PER_SEC)

static const char repeating[] =
    "rules \"t\" version 1\nuse HR: /min\n"
    "rule r \"R\" version 1 { raise high latching \"x\" when HR > 3 /min\n"
    " unknown longer than 9 s -> keep repeat after 2 min\n"
    " escalate to tele-intensivist after 0 s, to rapid-response after 5 min unless acknowledged "
    "}\n";

static RulesAlarms *
book_of_one(RulesSet *set, bool latching)
{
    RulesAlarms *book = rules_alarms_new();
    RulesTransition t = transition(RULES_RAISE, latching, 1, 2);

    t.set = set;
    t.rule = 0;
    t.repeat_us = rules_set_rule_repeat_us(set, 0);
    t.n_steps = rules_set_rule_n_steps(set, 0);
    rules_alarms_apply(book, &t, 10 * MIN_US, "hash");
    return book;
}

static void
nobody_answers_and_it_is_told_again(void)
{
    g_autoptr(RulesSet) set = vectors_compile(repeating);
    g_autoptr(RulesAlarms) book = book_of_one(set, true);
    RulesTransition gone = transition(RULES_CLEAR, true, 1, 3);
    Heard heard = {0};

    rules_alarms_on_change(book, hear, &heard);
    rules_alarms_remind(book, 12 * MIN_US - 1);
    g_assert_cmpuint(heard.changes, ==, 0);
    rules_alarms_remind(book, 12 * MIN_US);
    g_assert_cmpuint(newest(book)->reminders, ==, 1);
    rules_alarms_remind(book, 12 * MIN_US + 1);
    g_assert_cmpuint(heard.changes, ==, 1);
    /* However long nobody looked, one is one. */
    rules_alarms_remind(book, 60 * MIN_US);
    g_assert_cmpuint(newest(book)->reminders, ==, 2);
    /* Latched: the condition is gone, and still nobody answered. */
    rules_alarms_apply(book, &gone, 60 * MIN_US, "hash");
    rules_alarms_remind(book, 62 * MIN_US);
    g_assert_cmpuint(newest(book)->reminders, ==, 3);
    g_assert_cmpint((int)newest(book)->state, ==, RULES_ALARM_LATCHED);
    /* A clock that was set back an hour does not silence it for an hour. */
    rules_alarms_remind(book, 2 * MIN_US);
    g_assert_cmpuint(newest(book)->reminders, ==, 4);
}

static void
an_answer_ends_the_reminders(void)
{
    g_autoptr(RulesSet) set = vectors_compile(repeating);
    g_autoptr(RulesAlarms) book = book_of_one(set, true);

    rules_alarms_acknowledge(book, newest(book)->id, "Dr A", "intensivist", "seen", 11 * MIN_US);
    rules_alarms_remind(book, 60 * MIN_US);
    g_assert_cmpuint(newest(book)->reminders, ==, 0);
}

static void
what_a_rule_says_of_its_alarm_goes_over_the_wire_and_back(void)
{
    g_autoptr(RulesSet) set = vectors_compile(repeating);
    g_autoptr(RulesAlarms) book = book_of_one(set, false);
    g_autoptr(RulesAlarms) other = rules_alarms_new();
    gsize size = 0;

    rules_alarms_remind(book, 12 * MIN_US);
    g_autoptr(GBytes) body = rules_item_alarm_body(newest(book));
    const void *bytes = g_bytes_get_data(body, &size);
    Vicu__Alarm *message = vicu__alarm__unpack(NULL, size, bytes);
    g_assert_cmpuint(message->n_step, ==, 2);
    g_autoptr(RulesAlarm) alarm = rules_item_read_alarm(message);
    rules_alarms_restore(other, alarm);
    vicu__alarm__free_unpacked(message, NULL);
    const RulesAlarm *back = newest(other);
    g_assert_cmpstr(back->rule_hash, ==, rules_set_rule_hash(set, 0));
    g_assert_cmpstr(back->pack, ==, rules_set_name(set));
    g_assert_cmpuint(back->pack_version, ==, (unsigned)rules_set_version(set));
    g_assert_cmpstr(back->pack_hash, ==, rules_set_pack(set, 0).hash);
    g_assert_cmpint(back->repeat_us, ==, 2 * MIN_US);
    g_assert_cmpuint(back->reminders, ==, 1);
    g_assert_cmpint(back->t_reminded_us, ==, 12 * MIN_US);
    g_assert_cmpstr(back->steps[0].to, ==, "tele-intensivist");
    g_assert_cmpint(back->steps[1].after_us, ==, 5 * MIN_US);
    g_assert_cmpstr(back->steps[1].unless, ==, "acknowledged");
    g_autofree char *said = alarm_text(back);
    g_assert_nonnull(strstr(said, "told again       1 time\n"));
    g_assert_nonnull(strstr(said,
                            "tele-intensivist after 0 s, to rapid-response after 300 s unless "
                            "acknowledged\n"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/alarm/every_sequence_of_seven_steps_ends_where_the_table_says",
                    every_sequence_of_seven_steps_ends_where_the_table_says);
    g_test_add_func("/rules/alarm/a_record_holds_its_times_and_its_answer",
                    a_record_holds_its_times_and_its_answer);
    g_test_add_func("/rules/alarm/a_latched_alarm_that_returns_is_the_same_one_counted",
                    a_latched_alarm_that_returns_is_the_same_one_counted);
    g_test_add_func("/rules/alarm/a_replay_changes_nothing", a_replay_changes_nothing);
    g_test_add_func("/rules/alarm/the_journal_puts_records_back_as_they_were",
                    the_journal_puts_records_back_as_they_were);
    g_test_add_func("/rules/alarm/technical_and_physiological_alarms_of_one_rule_are_two",
                    technical_and_physiological_alarms_of_one_rule_are_two);
    g_test_add_func("/rules/alarm/what_other_processes_miss_is_merged_by_cause",
                    what_other_processes_miss_is_merged_by_cause);
    g_test_add_func("/rules/alarm/ended_alarms_are_forgotten_when_asked_and_live_ones_never",
                    ended_alarms_are_forgotten_when_asked_and_live_ones_never);
    g_test_add_func("/rules/alarm/a_withdrawn_rule_ends_its_alarms_with_that_reason",
                    a_withdrawn_rule_ends_its_alarms_with_that_reason);
    g_test_add_func("/rules/alarm/ids_differ_and_never_change", ids_differ_and_never_change);
    g_test_add_func("/rules/alarm/the_engine_and_the_book_make_one_story",
                    the_engine_and_the_book_make_one_story);
    g_test_add_func("/rules/alarm/nobody_answers_and_it_is_told_again",
                    nobody_answers_and_it_is_told_again);
    g_test_add_func("/rules/alarm/an_answer_ends_the_reminders", an_answer_ends_the_reminders);
    g_test_add_func("/rules/alarm/what_a_rule_says_of_its_alarm_goes_over_the_wire_and_back",
                    what_a_rule_says_of_its_alarm_goes_over_the_wire_and_back);
    return g_test_run();
}
