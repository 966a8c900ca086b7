/* Technical alarms of one cause are one alarm: every short story of three of them against
 * the words of merge.h, and the ECG leads that fall off on a ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/items.h"
#include "tests/rules/vectors.h"
#include "tests/rules/ward-fixture.h"

/* --- the book alone ----------------------------------------------------------------- */

enum { RULES = 3, ACTS = 6, STEPS = 4, BEGIN_US = 1000 };

typedef enum { DO_RAISE, DO_CLEAR, DO_ACK, DO_CAUSE, DO_PAUSE, DO_RESTART } Do;

static const RulesPriority priorities[RULES] = {RULES_PRIORITY_LOW, RULES_PRIORITY_HIGH,
                                                RULES_PRIORITY_MEDIUM};
static const char *const names[RULES] = {"r0", "r1", "r2"};

typedef struct {
    RulesAlarms *book;
    int64_t t_us;
} Walk;

static void
tell(Walk *w, RulesTransitionKind kind, int rule, const char *missing)
{
    RulesTransition t = {.kind = kind,
                         .bed = "a/b/1",
                         .rule_name = names[rule],
                         .title = "R",
                         .priority = priorities[rule],
                         .technical = true,
                         .t0_us = w->t_us,
                         .t_us = w->t_us,
                         .text = "x",
                         .why = "judged again",
                         .explain = "",
                         .missing = missing};
    rules_alarms_apply(w->book, &t, w->t_us, "h");
}

typedef struct {
    const RulesAlarm *all[64];
    size_t n;
} List;

static void
collect(const RulesAlarm *alarm, void *user)
{
    List *list = user;
    g_assert_cmpuint(list->n, <, G_N_ELEMENTS(list->all));
    if (alarm->state != RULES_ALARM_ENDED)
        list->all[list->n++] = alarm;
}

static List
standing(const RulesAlarms *book)
{
    List list = {.n = 0};
    rules_alarms_foreach(book, collect, &list);
    return list;
}

static const RulesAlarm *
live(const RulesAlarms *book, const char *rule)
{
    List list = standing(book);
    for (size_t i = 0; i < list.n; i++)
        if (strcmp(list.all[i]->rule, rule) == 0)
            return list.all[i];
    return NULL;
}

static void
put_back(const RulesAlarm *alarm, void *user)
{
    g_autoptr(GBytes) body = rules_item_alarm_body(alarm);
    gsize size = 0;
    const void *bytes = g_bytes_get_data(body, &size);
    g_autoptr(Vicu__Alarm) message = vicu_wire_unpack_alarm(bytes, size, NULL);
    g_autoptr(RulesAlarm) read = rules_item_read_alarm(message);
    rules_alarms_restore(user, read);
}

/* Through the journal's bytes and back. */
static void
restart_book(Walk *w)
{
    RulesAlarms *next = rules_alarms_new();
    const RulesPauses *pauses = rules_alarms_pauses(w->book);
    rules_alarms_foreach(w->book, put_back, next);
    for (size_t i = 0; i < rules_pauses_length(pauses); i++)
        rules_alarms_restore_pause(next, rules_pauses_at(pauses, i), w->t_us, w->t_us);
    rules_alarms_settle(next);
    rules_alarms_free(w->book);
    w->book = next;
}

static void
act(Walk *w, int code)
{
    int rule = code % RULES;
    const RulesAlarm *alarm = live(w->book, names[rule]);
    w->t_us += 10;
    switch ((Do)(code / RULES)) {
    case DO_RAISE:
        tell(w, RULES_TECHNICAL, rule, "ECG");
        break;
    case DO_CLEAR:
        tell(w, RULES_TECHNICAL_CLEAR, rule, NULL);
        break;
    case DO_ACK:
        rules_alarms_acknowledge(w->book, alarm ? alarm->id : "none", "Dr A", "", "", w->t_us);
        break;
    case DO_CAUSE:
        rules_alarms_cause(w->book, alarm ? alarm->id : "none",
                           alarm && strcmp(alarm->missing, "ECG") == 0 ? "ABP ECG" : "ECG");
        break;
    case DO_PAUSE:
        rules_alarms_pause(w->book, "a/b/1", 60 * S, "n", "care", w->t_us, w->t_us);
        break;
    case DO_RESTART:
        restart_book(w);
        break;
    }
}

/* What merge.h says of those that stand. */
static void
check(const RulesAlarms *book)
{
    List list = standing(book);
    for (size_t i = 0; i < list.n; i++) {
        const RulesAlarm *a = list.all[i];
        const RulesAlarm *first = NULL;
        RulesPriority most = RULES_PRIORITY_NONE, answered = RULES_PRIORITY_NONE;
        RulesPriority open = RULES_PRIORITY_NONE;
        g_autoptr(GString) others = g_string_new(NULL);
        for (size_t k = 0; k < list.n; k++) {
            const RulesAlarm *b = list.all[k];
            if (strcmp(a->missing, b->missing) != 0)
                continue;
            first = first ? first : b;
            most = MAX(most, b->own_priority);
            RulesPriority *side = b->state == RULES_ALARM_ACKNOWLEDGED ? &answered : &open;
            *side = MAX(*side, b->own_priority);
            if (b != a)
                g_string_append_printf(others, "%s%s", others->len ? " " : "", b->id);
        }
        g_assert_cmpstr(a->merged_into, ==, first == a ? "" : first->id);
        g_assert_cmpstr(a->merged, ==, first == a ? others->str : "");
        g_assert_cmpint((int)a->priority, ==, (int)(first == a ? most : a->own_priority));
        /* Nothing worse than what was answered stands behind an answered speaker. */
        if (first == a && a->state == RULES_ALARM_ACKNOWLEDGED)
            g_assert_cmpint((int)open, <=, (int)answered);
        /* Nobody is reminded by one that another speaks for; a pause reaches all it covers. */
        const RulesPause *pause = rules_pauses_find(rules_alarms_pauses(book), a->bed);
        g_assert_cmpint((int)a->signal, ==,
                        (int)(a->state == RULES_ALARM_ACKNOWLEDGED     ? RULES_SIGNAL_ACKNOWLEDGED
                              : rules_pause_covers(pause, a->priority) ? RULES_SIGNAL_AUDIO_PAUSED
                                                                       : RULES_SIGNAL_ON));
    }
}

/* All 18^4 stories: raise, clear, acknowledge, another cause, a pause, a restart. */
static void
every_story_of_four_acts_is_as_the_header_says(void)
{
    int stories = 1;
    for (int i = 0; i < STEPS; i++)
        stories *= RULES * ACTS;
    for (int code = 0; code < stories; code++) {
        Walk w = {.book = rules_alarms_new(), .t_us = BEGIN_US};
        /* All three stand already in every second story. */
        for (int rule = 0; rule < RULES && code % 2; rule++)
            act(&w, DO_RAISE * RULES + rule);
        for (int i = 0, rest = code; i < STEPS; i++, rest /= RULES * ACTS) {
            act(&w, rest % (RULES * ACTS));
            check(w.book);
        }
        rules_alarms_free(w.book);
    }
}

static void
an_answer_to_the_speaker_answers_those_it_lists(void)
{
    Walk w = {.book = rules_alarms_new(), .t_us = BEGIN_US};
    tell(&w, RULES_TECHNICAL, 0, "ECG");
    tell(&w, RULES_TECHNICAL, 2, "ECG");
    const RulesAlarm *speaker = live(w.book, "r0");
    g_assert_cmpint((int)rules_alarms_acknowledge(w.book, speaker->id, "Dr A", "", "seen", 2000),
                    ==, RULES_ACK_DONE);
    g_assert_cmpint((int)live(w.book, "r2")->state, ==, RULES_ALARM_ACKNOWLEDGED);
    g_assert_cmpstr(live(w.book, "r2")->ack.reason, ==, "seen");
    /* A worse one joins: not answered, and it says so. */
    tell(&w, RULES_TECHNICAL, 1, "ECG");
    g_assert_cmpint((int)speaker->state, ==, RULES_ALARM_ACTIVE);
    g_assert_cmpint((int)speaker->priority, ==, RULES_PRIORITY_HIGH);
    g_assert_cmpint((int)rules_alarms_acknowledge(w.book, speaker->id, "Dr B", "", "", 3000), ==,
                    RULES_ACK_DONE);
    g_assert_cmpint((int)rules_alarms_acknowledge(w.book, speaker->id, "Dr C", "", "", 3000), ==,
                    RULES_ACK_ALREADY);
    g_assert_cmpstr(live(w.book, "r1")->ack.who, ==, "Dr B");
    /* The speaker ends; what it held is kept, and the next one speaks. */
    g_autofree char *merged = g_strdup(speaker->merged);
    tell(&w, RULES_TECHNICAL_CLEAR, 0, NULL);
    g_assert_cmpstr(speaker->merged, ==, merged);
    g_assert_cmpstr(live(w.book, "r2")->merged_into, ==, "");
    g_assert_cmpstr(live(w.book, "r2")->merged, ==, live(w.book, "r1")->id);
    rules_alarms_free(w.book);
}

/* Other beds, other causes, alarms about the patient and local ones stay apart. */
static void
only_one_cause_of_one_bed_merges(void)
{
    Walk w = {.book = rules_alarms_new(), .t_us = BEGIN_US};
    RulesTransition patient = {.kind = RULES_RAISE,
                               .bed = "a/b/1",
                               .rule_name = "p",
                               .title = "P",
                               .priority = RULES_PRIORITY_HIGH,
                               .text = "x",
                               .why = "",
                               .explain = ""};
    RulesTransition elsewhere = {.kind = RULES_TECHNICAL,
                                 .bed = "a/b/2",
                                 .rule_name = "r0",
                                 .title = "R",
                                 .technical = true,
                                 .text = "x",
                                 .why = "",
                                 .explain = "",
                                 .missing = "ECG"};
    tell(&w, RULES_TECHNICAL, 0, "ECG");
    tell(&w, RULES_TECHNICAL, 1, "ABP");
    tell(&w, RULES_TECHNICAL, 2, "");
    rules_alarms_apply(w.book, &patient, 1, "h");
    rules_alarms_apply(w.book, &elsewhere, 1, "h");
    rules_alarms_local(w.book, "a/b/1", "no-data", RULES_PRIORITY_LOW, "x", true, 1);
    List list = standing(w.book);
    g_assert_cmpuint(list.n, ==, 6);
    for (size_t i = 0; i < list.n; i++) {
        g_assert_cmpstr(list.all[i]->merged_into, ==, "");
        g_assert_cmpstr(list.all[i]->merged, ==, "");
    }
    rules_alarms_free(w.book);
}

/* --- on a ward ------------------------------------------------------------------------ */

static const char leads[] =
    "rules \"leads\" version 1\n"
    "owner \"test\"\n"
    "use HR: /min validity 30 s\n"
    "use RR: /min validity 30 s\n"
    "use MAP: mm[Hg] validity 600 s from ART_M\n"
    "use QRS: event from ECG\n"
    "score WARN {\n"
    "  part hr = HR to 1 /min : <=40 -> 3, 41..130 -> 0, >=131 -> 3\n"
    "}\n"
    "rule asystole \"Asystole\" version 1 {\n"
    "  raise high latching \"no QRS\"\n"
    "  when no QRS for 4 s\n"
    "  unknown longer than 5 s -> technical medium \"Asystole cannot be judged\"\n"
    "}\n"
    "rule hr-low \"HR low\" version 1 {\n"
    "  raise high \"HR {HR}\"\n"
    "  when HR < 40 /min for 5 s\n"
    "  unknown longer than 10 s -> technical high \"No heart rate\"\n"
    "}\n"
    "rule news2 \"NEWS2\" version 1 {\n"
    "  raise high \"{WARN}\"\n"
    "  when WARN >= 3 for 5 s\n"
    "  unknown longer than 20 s -> technical low \"NEWS2 cannot be judged\"\n"
    "}\n"
    "rule shock \"Shock\" version 1 {\n"
    "  raise high \"{HR / RR}\"\n"
    "  when HR / RR > 9 for 5 s\n"
    "  unknown longer than 12 s -> technical low \"Shock cannot be judged\"\n"
    "}\n";

static void
leads_up(Ward *w, gconstpointer data)
{
    ward_up(w, data);
    rules_ward_free(w->ward);
    rules_set_unref(w->set);
    g_hash_table_remove_all(w->items);
    w->set = vectors_compile(leads);
    open_ward(w);
    rules_ward_restored(w->ward, NOW_US + w->t_us, w->t_us);
}

/* Both numbers and the ECG for @seconds; without @ecg its leads are off. */
static void
live_for(Ward *w, int seconds, bool ecg, bool rr)
{
    for (int i = 0; i < seconds; i++) {
        if (ecg)
            send_waves(w, 1, 80, 120, 70);
        else
            wait_s(w, 1, true);
        if (ecg)
            send_numerics_at(w, w->t_us, "HR", 80);
        if (rr)
            send_numerics_at(w, w->t_us, "RR", 14);
    }
}

static const Vicu__Alarm *
speaker(Ward *w)
{
    const Vicu__Alarm *alarm = alarm_of(w, "asystole");
    g_assert_nonnull(alarm);
    return alarm;
}

static void
leads_that_fall_off_are_one_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    live_for(w, 30, true, true);
    live_for(w, 60, false, true);
    g_assert_true(stands(w, "asystole") && stands(w, "hr-low") && stands(w, "news2"));
    g_assert_cmpuint(speaker(w)->n_missing, ==, 1);
    g_assert_cmpstr(speaker(w)->missing[0], ==, "ECG");
    g_assert_cmpuint(speaker(w)->n_merged, ==, 3);
    g_assert_cmpint(speaker(w)->priority, ==, VICU__PRIORITY__PRIORITY_HIGH);
    g_assert_cmpint(speaker(w)->own_priority, ==, VICU__PRIORITY__PRIORITY_MEDIUM);
    static const char *const others[] = {"hr-low", "news2", "shock"};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_cmpstr(alarm_of(w, others[i])->merged_into, ==, speaker(w)->id);
    /* The record goes on over a restart. */
    restart(w);
    live_for(w, 3, false, true);
    g_assert_cmpuint(speaker(w)->n_merged, ==, 3);
    /* The leads are back: each ends for itself. */
    live_for(w, 30, true, true);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(stands(w, others[i]));
    g_assert_false(stands(w, "asystole"));
}

static void
causes_that_part_are_two_alarms(Ward *w, gconstpointer data)
{
    (void)data;
    live_for(w, 30, true, true);
    live_for(w, 60, false, true);
    g_assert_cmpuint(speaker(w)->n_merged, ==, 3);
    /* The respiratory rate goes too: what needs both has another cause now. */
    live_for(w, 40, false, false);
    g_assert_cmpuint(speaker(w)->n_merged, ==, 2);
    const Vicu__Alarm *shock = alarm_of(w, "shock");
    g_assert_cmpstr(shock->merged_into, ==, "");
    g_assert_cmpuint(shock->n_missing, ==, 2);
    g_assert_cmpstr(shock->missing[0], ==, "ECG");
    g_assert_cmpstr(shock->missing[1], ==, "RR");
    g_assert_cmpint(shock->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ON);
    /* And it is back. */
    live_for(w, 5, false, true);
    g_assert_cmpuint(speaker(w)->n_merged, ==, 3);
}

#define ADD(name)  g_test_add_func("/rules/merge/" #name, name)
#define WARD(name) g_test_add("/rules/merge/" #name, Ward, NULL, leads_up, name, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(every_story_of_four_acts_is_as_the_header_says);
    ADD(an_answer_to_the_speaker_answers_those_it_lists);
    ADD(only_one_cause_of_one_bed_merges);
    WARD(leads_that_fall_off_are_one_alarm);
    WARD(causes_that_part_are_two_alarms);
    return g_test_run();
}
