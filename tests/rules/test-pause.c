/* Audio pauses: the signal of each alarm over every sequence of what can happen, and the
 * command, its right, its record and its end on a ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/rules/ward-fixture.h"

/* --- the book alone ----------------------------------------------------------------- */

typedef enum { DO_RAISE, DO_CLEAR, DO_ACK, DO_RESET, DO_PAUSE, DO_TICK, DO_REMIND, N_DO } Do;

enum { STEPS = 6, STEP_US = 100, PAUSE_US = 1000000 };

typedef struct {
    RulesAlarms *book;
    const RulesAlarm *last;
    unsigned told;
    /* as it has to be */
    RulesAlarmState state;
    bool latching;
    bool paused;
    unsigned reminders;
    int64_t t_us;
} Walk;

static void
hear(const RulesAlarm *alarm, void *user)
{
    (void)alarm;
    ((Walk *)user)->told++;
}

static void
keep_last(const RulesAlarm *alarm, void *user)
{
    *(const RulesAlarm **)user = alarm;
}

static bool
is_live(const Walk *w)
{
    return w->state != RULES_ALARM_NONE && w->state != RULES_ALARM_ENDED;
}

static RulesSignal
signal_due(const Walk *w)
{
    if (!is_live(w))
        return RULES_SIGNAL_NONE;
    if (w->state == RULES_ALARM_ACKNOWLEDGED)
        return RULES_SIGNAL_ACKNOWLEDGED;
    return w->paused ? RULES_SIGNAL_AUDIO_PAUSED : RULES_SIGNAL_ON;
}

static void
apply(Walk *w, RulesTransitionKind kind)
{
    RulesTransition t = {.kind = kind,
                         .bed = "a/b/1",
                         .rule_name = "r",
                         .title = "R",
                         .priority = RULES_PRIORITY_MEDIUM,
                         .latching = w->latching,
                         .t0_us = w->t_us - 1,
                         .t_us = w->t_us,
                         .text = "x",
                         .why = "y",
                         .explain = "",
                         .repeat_us = 1};
    rules_alarms_apply(w->book, &t, w->t_us, "h");
}

static void
act(Walk *w, Do what)
{
    w->t_us += STEP_US;
    if (what == DO_RAISE)
        apply(w, RULES_RAISE);
    else if (what == DO_CLEAR)
        apply(w, RULES_CLEAR);
    else if (what == DO_RESET)
        apply(w, RULES_RESET);
    else if (what == DO_ACK)
        rules_alarms_acknowledge(w->book, w->last ? w->last->id : "none", "Dr A", "", "", w->t_us);
    else if (what == DO_PAUSE)
        g_assert_true(
            rules_alarms_pause(w->book, "a/b/1", PAUSE_US, "nurse", "care", w->t_us, w->t_us)
            == is_live(w));
    else if (what == DO_TICK) /* its end, exactly */
        rules_alarms_tick(w->book, w->t_us + PAUSE_US, w->t_us);
    else
        rules_alarms_remind(w->book, w->t_us);
}

/* What has to be after @what, from the tables of the header alone. */
static void
expect(Walk *w, Do what)
{
    bool live = is_live(w);
    if (what == DO_RAISE && (!live || w->state == RULES_ALARM_LATCHED)) {
        w->reminders = live ? w->reminders : 0;
        w->state = RULES_ALARM_ACTIVE;
    } else if (what == DO_CLEAR && live && w->state != RULES_ALARM_LATCHED) {
        w->state =
            w->latching && w->state == RULES_ALARM_ACTIVE ? RULES_ALARM_LATCHED : RULES_ALARM_ENDED;
    } else if (what == DO_ACK && live) {
        w->state = w->state == RULES_ALARM_LATCHED ? RULES_ALARM_ENDED : RULES_ALARM_ACKNOWLEDGED;
    } else if (what == DO_RESET) {
        w->state = live ? RULES_ALARM_ENDED : w->state;
        w->paused = false;
    } else if (what == DO_PAUSE && live) {
        w->paused = true;
    } else if (what == DO_TICK) {
        w->paused = false;
    } else if (what == DO_REMIND && live && w->state != RULES_ALARM_ACKNOWLEDGED && !w->paused) {
        w->reminders++;
    }
}

static void
step(Walk *w, Do what)
{
    Walk before = *w;
    int64_t until_us = w->last ? w->last->signal_until_us : 0;
    w->told = 0;
    act(w, what);
    expect(w, what);
    rules_alarms_foreach(w->book, keep_last, &w->last);
    if (!w->last)
        return;
    g_assert_cmpint((int)w->last->state, ==, (int)w->state);
    g_assert_cmpint((int)w->last->signal, ==, (int)signal_due(w));
    g_assert_cmpuint(w->last->reminders, ==, w->reminders);
    g_assert_true((w->last->signal_until_us != 0)
                  == (w->last->signal == RULES_SIGNAL_AUDIO_PAUSED));
    g_assert_true(w->paused == (rules_pauses_length(rules_alarms_pauses(w->book)) == 1));
    /* Told exactly when something of it is another than before. */
    bool changed = before.state != w->state || signal_due(&before) != signal_due(w)
                   || before.reminders != w->reminders || until_us != w->last->signal_until_us;
    g_assert_cmpuint(w->told, ==, changed);
}

static void
every_sequence_has_the_signal_that_the_table_says(void)
{
    int sequences = 1;
    for (int i = 0; i < STEPS; i++)
        sequences *= N_DO;
    for (int code = 0; code < 2 * sequences; code++) {
        Walk w = {.book = rules_alarms_new(), .latching = code >= sequences};
        rules_alarms_on_change(w.book, hear, &w);
        for (int i = 0, rest = code % sequences; i < STEPS; i++, rest /= N_DO)
            step(&w, (Do)(rest % N_DO));
        rules_alarms_free(w.book);
    }
}

static void
raise_local(RulesAlarms *book, const char *cause, RulesPriority priority, int64_t t_us)
{
    rules_alarms_local(book, "a/b/1", cause, priority, "text", true, t_us);
}

static RulesSignal
signal_of(const RulesAlarms *book, const char *rule)
{
    const RulesAlarm *alarm = NULL;
    char id[17];
    rules_alarm_id(id, "a/b/1", rule, true, 10);
    alarm = rules_alarms_find(book, id);
    g_assert_nonnull(alarm);
    return alarm->signal;
}

/* A person pauses what they have seen. */
static void
a_higher_priority_sounds_through_a_pause(void)
{
    g_autoptr(RulesAlarms) book = rules_alarms_new();
    g_assert_false(rules_alarms_pause(book, "a/b/1", PAUSE_US, "n", "care", 5, 5));
    raise_local(book, "seen", RULES_PRIORITY_MEDIUM, 10);
    g_assert_true(rules_alarms_pause(book, "a/b/1", PAUSE_US, "n", "care", 10, 10));
    raise_local(book, "alike", RULES_PRIORITY_MEDIUM, 10);
    raise_local(book, "lower", RULES_PRIORITY_LOW, 10);
    raise_local(book, "higher", RULES_PRIORITY_HIGH, 10);
    g_assert_cmpint((int)signal_of(book, "local:seen"), ==, RULES_SIGNAL_AUDIO_PAUSED);
    g_assert_cmpint((int)signal_of(book, "local:alike"), ==, RULES_SIGNAL_AUDIO_PAUSED);
    g_assert_cmpint((int)signal_of(book, "local:lower"), ==, RULES_SIGNAL_AUDIO_PAUSED);
    g_assert_cmpint((int)signal_of(book, "local:higher"), ==, RULES_SIGNAL_ON);
    /* One that becomes worse than what was seen sounds too. */
    raise_local(book, "lower", RULES_PRIORITY_HIGH, 20);
    g_assert_cmpint((int)signal_of(book, "local:lower"), ==, RULES_SIGNAL_ON);
    /* Paused again, now that they were seen. */
    g_assert_true(rules_alarms_pause(book, "a/b/1", PAUSE_US, "n", "care", 30, 30));
    g_assert_cmpint((int)signal_of(book, "local:higher"), ==, RULES_SIGNAL_AUDIO_PAUSED);
    g_assert_cmpuint(rules_pauses_length(rules_alarms_pauses(book)), ==, 1);
}

static void
either_clock_ends_a_pause(void)
{
    for (int i = 0; i < 2; i++) {
        g_autoptr(RulesAlarms) book = rules_alarms_new();
        raise_local(book, "x", RULES_PRIORITY_LOW, 10);
        g_assert_true(rules_alarms_pause(book, "a/b/1", PAUSE_US, "n", "care", 10, 10));
        rules_alarms_tick(book, 9 + PAUSE_US, 9 + PAUSE_US);
        g_assert_cmpint((int)signal_of(book, "local:x"), ==, RULES_SIGNAL_AUDIO_PAUSED);
        /* The wall clock was set back an hour, or it alone has come so far. */
        rules_alarms_tick(book, i == 0 ? -3600 * S : 10 + PAUSE_US, i == 0 ? 10 + PAUSE_US : 11);
        g_assert_cmpint((int)signal_of(book, "local:x"), ==, RULES_SIGNAL_ON);
    }
}

/* --- on a ward ------------------------------------------------------------------------ */

static bool
pause_as(
    Ward *w, const char *bed, int64_t for_us, const char *reason, const char *role, char **text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PauseAlarms pause = VICU__PAUSE_ALARMS__INIT;
    pause.bed = (char *)bed;
    pause.for_us = for_us;
    command.reason = (char *)reason;
    command.what_case = VICU__COMMAND__WHAT_PAUSE;
    command.pause = &pause;
    return command_as(w, &command, role, text);
}

static bool
resume(Ward *w, const char *bed, char **text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__ResumeAlarms resume = VICU__RESUME_ALARMS__INIT;
    resume.bed = (char *)bed;
    command.what_case = VICU__COMMAND__WHAT_RESUME;
    command.resume = &resume;
    return command_as(w, &command, "operator", text);
}

static const Vicu__Pause *
pause_item(Ward *w, const char *key)
{
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_PAUSE, key);
    return item ? item->pause : NULL;
}

static void
a_pause_has_a_reason_an_end_and_a_record(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    send_for(w, 10, "ART_M", 80);
    g_assert_false(pause_as(w, BED, 120 * S, "washing", "operator", &text));
    g_assert_cmpstr(text, ==, "No alarm of demo/icu/7 stands: there is nothing to pause.");
    send_for(w, 12, "ART_M", 41);
    g_assert_false(pause_as(w, BED, 120 * S, "", "operator", &text));
    g_assert_false(pause_as(w, BED, 0, "washing", "operator", &text));
    g_assert_false(pause_as(w, BED, 601 * S, "washing", "operator", &text));
    g_assert_nonnull(strstr(text, "601 s is outside 1..600 s"));
    g_assert_false(pause_as(w, "demo/icu/99", 120 * S, "washing", "operator", &text));
    g_assert_null(pause_item(w, BED));
    g_assert_true(pause_as(w, BED, 120 * S, "washing", "operator", &text));
    g_assert_cmpstr(last_audit(w)->what, ==, "alarm-pause");
    g_assert_cmpstr(last_audit(w)->why, ==, "washing");
    g_assert_cmpstr(last_audit(w)->bed, ==, BED);
    const Vicu__Pause *pause = pause_item(w, BED);
    g_assert_cmpstr(pause->who, ==, "nurse");
    g_assert_cmpint(pause->until_us - pause->since_us, ==, 120 * S);
    g_assert_cmpint(pause->ceiling, ==, VICU__PRIORITY__PRIORITY_HIGH);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpint(alarm->signal, ==, VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED);
    g_assert_cmpint(alarm->signal_until_us, ==, pause->until_us);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    send_for(w, 119, "ART_M", 41);
    g_assert_nonnull(pause_item(w, BED));
    send_for(w, 2, "ART_M", 41);
    g_assert_null(pause_item(w, BED));
    g_assert_cmpstr(last_audit(w)->what, ==, "alarm-pause-ended");
    g_assert_cmpstr(last_audit(w)->why, ==, "washing");
    g_assert_cmpint(alarm_of(w, "map-critical")->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ON);
    g_assert_cmpint(alarm_of(w, "map-critical")->signal_until_us, ==, 0);
}

static void
only_who_may_pause_pauses(Ward *w, gconstpointer data)
{
    (void)data;
    static const char *const roles[] = {"store", "annunciator", "escalation", "hub", "rules", ""};
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        g_assert_false(pause_as(w, BED, 60 * S, "quiet", roles[i], NULL));
        g_assert_cmpstr(last_audit(w)->what, ==, "refused");
    }
    g_assert_null(pause_item(w, BED));
    g_assert_true(pause_as(w, BED, 60 * S, "quiet", "dashboard", NULL));
}

static void
a_pause_of_the_ward_is_one_of_each_bed_that_has_alarms(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    g_assert_false(pause_as(w, "", 60 * S, "drill", "operator", &text));
    g_assert_cmpstr(text, ==, "No alarm of any bed stands: there is nothing to pause.");
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    rules_ward_local(w->ward, "store-low", VICU__PRIORITY__PRIORITY_LOW, "low", true,
                     NOW_US + w->t_us);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Admit admit = VICU__ADMIT__INIT;
    admit.bed = (char *)"demo/icu/9";
    admit.patient = (char *)"P";
    command.what_case = VICU__COMMAND__WHAT_ADMIT;
    command.admit = &admit;
    g_assert_true(command_as(w, &command, "operator", NULL));
    g_assert_true(pause_as(w, "", 60 * S, "drill", "operator", &text));
    g_assert_nonnull(strstr(text, "Alarms of demo/icu/7, the installation give no sound until "));
    g_assert_nonnull(pause_item(w, "installation"));
    g_assert_null(pause_item(w, "demo/icu/9"));
    /* The bed where nothing stood: its first alarm sounds. */
    send_for(w, 12, "ART_M", 41);
    g_assert_cmpint(alarm_of(w, "local:no-data")->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ON);
    g_assert_cmpint(alarm_of(w, "local:store-low")->signal, ==,
                    VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED);
    g_assert_true(resume(w, BED, &text));
    g_assert_cmpstr(last_audit(w)->what, ==, "alarm-resume");
    g_assert_cmpint(alarm_of(w, "map-critical")->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ON);
    g_assert_false(resume(w, BED, &text));
    g_assert_cmpstr(text, ==, "demo/icu/7 is not paused.");
    g_assert_true(resume(w, "", &text));
    g_assert_cmpstr(text, ==, "Alarms of the installation sound again.");
    g_assert_null(pause_item(w, "installation"));
    g_assert_false(resume(w, "", &text));
    g_assert_cmpstr(text, ==, "No bed is paused.");
}

static void
a_pause_goes_on_over_a_restart_and_ends_in_its_time(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    g_assert_true(pause_as(w, BED, 60 * S, "washing", "operator", NULL));
    send_for(w, 30, "ART_M", 41);
    restart(w);
    g_assert_nonnull(pause_item(w, BED));
    g_assert_cmpstr(pause_item(w, BED)->reason, ==, "washing");
    g_assert_cmpint(alarm_of(w, "map-critical")->signal, ==,
                    VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED);
    send_for(w, 29, "ART_M", 41);
    g_assert_nonnull(pause_item(w, BED));
    send_for(w, 2, "ART_M", 41);
    g_assert_null(pause_item(w, BED));
    g_assert_cmpint(alarm_of(w, "map-critical")->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ON);
    /* Nobody was there when it ended: it is over at the start. */
    g_assert_true(pause_as(w, BED, 60 * S, "washing", "operator", NULL));
    w->t_us += 600 * S;
    restart(w);
    tick(w);
    g_assert_null(pause_item(w, BED));
    g_assert_cmpint(alarm_of(w, "map-critical")->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ON);
}

static void
a_pause_ends_with_its_patient(Ward *w, gconstpointer data)
{
    (void)data;
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge = VICU__DISCHARGE__INIT;
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    g_assert_true(pause_as(w, BED, 600 * S, "washing", "operator", NULL));
    discharge.bed = (char *)BED;
    command.what_case = VICU__COMMAND__WHAT_DISCHARGE;
    command.discharge = &discharge;
    g_assert_true(command_as(w, &command, "operator", NULL));
    g_assert_null(pause_item(w, BED));
}

#define ADD(name)  g_test_add_func("/rules/pause/" #name, name)
#define WARD(name) g_test_add("/rules/pause/" #name, Ward, NULL, ward_up, name, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(every_sequence_has_the_signal_that_the_table_says);
    ADD(a_higher_priority_sounds_through_a_pause);
    ADD(either_clock_ends_a_pause);
    WARD(a_pause_has_a_reason_an_end_and_a_record);
    WARD(only_who_may_pause_pauses);
    WARD(a_pause_of_the_ward_is_one_of_each_bed_that_has_alarms);
    WARD(a_pause_goes_on_over_a_restart_and_ends_in_its_time);
    WARD(a_pause_ends_with_its_patient);
    return g_test_run();
}
