/* Where alarms reach people: what beats is expected, what is silent or has trouble is missed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/outlets.h"
#include "tests/rules/ward-fixture.h"

/* ---- the table alone ---- */

typedef struct {
    RulesOutlets *outlets;
    unsigned changes, gone;
    bool silent;
} Table;

static void
on_change(const Vicu__Outlet *outlet, bool gone, gpointer user)
{
    Table *t = user;
    t->changes++;
    t->gone += gone;
    t->silent = outlet->silent;
}

static const char *
beats(Table *t, const char *name, Vicu__OutletKind kind, const char *trouble, int64_t at_us)
{
    Vicu__OutletBeat message = VICU__OUTLET_BEAT__INIT;
    message.kind = kind;
    message.trouble = (char *)trouble;
    return rules_outlets_beat(t->outlets, name, &message, NOW_US + at_us, at_us);
}

static void
leave(Table *t, const char *name, Vicu__OutletKind kind, int64_t at_us)
{
    Vicu__OutletBeat message = VICU__OUTLET_BEAT__INIT;
    message.kind = kind;
    message.leaving = true;
    g_assert_null(rules_outlets_beat(t->outlets, name, &message, NOW_US + at_us, at_us));
}

static void
ticks(Table *t, int64_t from_us, int64_t to_us)
{
    for (int64_t at = from_us; at <= to_us; at += S / 10)
        rules_outlets_tick(t->outlets, NOW_US + at, at);
}

static void
table_up(Table *t)
{
    *t = (Table){0};
    t->outlets = rules_outlets_new(on_change, t);
}

static void
one_that_is_silent_for_three_seconds_is_missed_until_it_beats(void)
{
    Table t;
    table_up(&t);
    g_assert_null(beats(&t, "ann", VICU__OUTLET_KIND__OUTLET_SOUND, "", S));
    g_assert_cmpuint(t.changes, ==, 1);
    for (int64_t at = 2 * S; at <= 60 * S; at += S) {
        ticks(&t, at - S + S / 10, at);
        g_assert_null(beats(&t, "ann", VICU__OUTLET_KIND__OUTLET_SOUND, "", at));
    }
    g_assert_cmpuint(t.changes, ==, 1); /* a beat is no news */
    ticks(&t, 60 * S, 62 * S + 7 * S / 10);
    g_assert_false(t.silent);
    ticks(&t, 62 * S + 7 * S / 10, 63 * S);
    g_assert_true(t.silent);
    g_autofree char *said = rules_outlets_trouble(t.outlets, VICU__OUTLET_KIND__OUTLET_SOUND);
    g_assert_cmpstr(said, ==, "ann is silent");
    g_assert_null(rules_outlets_trouble(t.outlets, VICU__OUTLET_KIND__OUTLET_SCREEN));
    g_assert_null(beats(&t, "ann", VICU__OUTLET_KIND__OUTLET_SOUND, "", 64 * S));
    g_assert_cmpuint(t.changes, ==, 3);
    g_assert_null(rules_outlets_trouble(t.outlets, VICU__OUTLET_KIND__OUTLET_SOUND));
    rules_outlets_free(t.outlets);
}

static void
nobody_is_missed_for_a_stall_of_our_own(void)
{
    Table t;
    table_up(&t);
    beats(&t, "ann", VICU__OUTLET_KIND__OUTLET_SOUND, "", S);
    ticks(&t, S, 2 * S);
    ticks(&t, 30 * S, 31 * S); /* 28 s of it */
    g_assert_false(t.silent);
    ticks(&t, 31 * S, 33 * S);
    g_assert_true(t.silent);
    rules_outlets_free(t.outlets);
}

/* Its beat lay in the queue, and is taken before the first look. */
static void
what_beat_after_a_stall_of_our_own_is_missed_as_soon_as_ever(void)
{
    Table t;
    table_up(&t);
    beats(&t, "ann", VICU__OUTLET_KIND__OUTLET_SOUND, "", S);
    ticks(&t, S, 2 * S);
    beats(&t, "ann", VICU__OUTLET_KIND__OUTLET_SOUND, "", 30 * S);
    ticks(&t, 30 * S, 32 * S);
    g_assert_false(t.silent);
    ticks(&t, 32 * S, 33 * S);
    g_assert_true(t.silent);
    rules_outlets_free(t.outlets);
}

static void
a_screen_may_leave_and_a_loudspeaker_may_not(void)
{
    Table t;
    table_up(&t);
    beats(&t, "screen", VICU__OUTLET_KIND__OUTLET_SCREEN, "", S);
    beats(&t, "ann", VICU__OUTLET_KIND__OUTLET_SOUND, "", S);
    leave(&t, "screen", VICU__OUTLET_KIND__OUTLET_SCREEN, 2 * S);
    leave(&t, "ann", VICU__OUTLET_KIND__OUTLET_SOUND, 2 * S);
    g_assert_cmpuint(t.gone, ==, 1);
    ticks(&t, 2 * S, 6 * S);
    g_autofree char *said = rules_outlets_trouble(t.outlets, VICU__OUTLET_KIND__OUTLET_SOUND);
    g_assert_cmpstr(said, ==, "ann is silent");
    g_assert_true(rules_outlets_forget(t.outlets, "ann"));
    g_assert_false(rules_outlets_forget(t.outlets, "ann"));
    g_assert_null(rules_outlets_trouble(t.outlets, VICU__OUTLET_KIND__OUTLET_SOUND));
    rules_outlets_free(t.outlets);
}

static void
what_is_wrong_with_several_is_told_of_each(void)
{
    Table t;
    table_up(&t);
    beats(&t, "b", VICU__OUTLET_KIND__OUTLET_SOUND, "muted: front", S);
    beats(&t, "a", VICU__OUTLET_KIND__OUTLET_SOUND, "", S);
    ticks(&t, S, 3 * S);
    beats(&t, "b", VICU__OUTLET_KIND__OUTLET_SOUND, "muted: front", 3 * S);
    ticks(&t, 3 * S, 5 * S);
    g_autofree char *said = rules_outlets_trouble(t.outlets, VICU__OUTLET_KIND__OUTLET_SOUND);
    g_assert_cmpstr(said, ==, "a is silent; b: muted: front");
    rules_outlets_free(t.outlets);
}

static void
what_makes_no_sense_is_refused_with_a_sentence(void)
{
    Table t;
    g_autofree char *longer = g_strnfill(RULES_OUTLET_TEXT + 1, 'x');
    table_up(&t);
    g_assert_nonnull(beats(&t, "a", VICU__OUTLET_KIND__OUTLET_NONE, "", S));
    g_assert_nonnull(beats(&t, "a", (Vicu__OutletKind)99, "", S));
    g_assert_nonnull(beats(&t, "a", VICU__OUTLET_KIND__OUTLET_SOUND, longer, S));
    g_assert_nonnull(beats(&t, "a", VICU__OUTLET_KIND__OUTLET_SOUND, "\xff", S));
    for (int i = 0; i < RULES_OUTLETS_MAX; i++) {
        g_autofree char *name = g_strdup_printf("o%d", i);
        g_assert_null(beats(&t, name, VICU__OUTLET_KIND__OUTLET_SCREEN, "", S));
    }
    g_assert_nonnull(beats(&t, "one more", VICU__OUTLET_KIND__OUTLET_SCREEN, "", S));
    g_assert_null(beats(&t, "o7", VICU__OUTLET_KIND__OUTLET_SCREEN, "", S));
    rules_outlets_free(t.outlets);
}

/* ---- in a ward ---- */

static bool
say(Ward *w, const char *role, Vicu__OutletKind kind, const char *trouble)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__OutletBeat message = VICU__OUTLET_BEAT__INIT;
    message.kind = kind;
    message.way = (char *)"pipewire";
    message.trouble = (char *)trouble;
    command.what_case = VICU__COMMAND__WHAT_OUTLET;
    command.outlet = &message;
    return command_as(w, &command, role, NULL);
}

static bool
forget(Ward *w, const char *role, const char *name, const char *reason)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__ForgetOutlet message = VICU__FORGET_OUTLET__INIT;
    message.name = (char *)name;
    command.reason = (char *)reason;
    command.what_case = VICU__COMMAND__WHAT_FORGET_OUTLET;
    command.forget_outlet = &message;
    return command_as(w, &command, role, NULL);
}

static void
what_is_not_heard_is_an_alarm_on_every_screen_and_over_when_it_is(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(say(w, "annunciator", VICU__OUTLET_KIND__OUTLET_SOUND, ""));
    g_assert_null(alarm_of(w, "local:no-sound"));
    g_assert_true(say(w, "annunciator", VICU__OUTLET_KIND__OUTLET_SOUND, "muted: front"));
    const Vicu__Alarm *alarm = alarm_of(w, "local:no-sound");
    g_assert_nonnull(alarm);
    g_assert_true(stands(w, "local:no-sound"));
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_MEDIUM);
    g_assert_true(alarm->technical);
    g_assert_cmpstr(alarm->text, ==, "Alarms are not heard: vicu: muted: front");
    g_assert_true(say(w, "annunciator", VICU__OUTLET_KIND__OUTLET_SOUND, ""));
    g_assert_false(stands(w, "local:no-sound"));
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_OUTLET, "vicu");
    g_assert_cmpstr(item->outlet->way, ==, "pipewire");
}

static void
silence_is_told_within_three_seconds_and_outlives_a_restart(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(say(w, "annunciator", VICU__OUTLET_KIND__OUTLET_SOUND, ""));
    wait_s(w, 2.6, true);
    g_assert_false(stands(w, "local:no-sound"));
    restart(w);
    g_assert_nonnull(find_item(w, VICU__SUBJECT__SUBJECT_OUTLET, "vicu"));
    wait_s(w, 3, true);
    g_assert_true(stands(w, "local:no-sound"));
    restart(w);
    g_assert_true(stands(w, "local:no-sound"));
    g_assert_true(say(w, "annunciator", VICU__OUTLET_KIND__OUTLET_SOUND, ""));
    g_assert_false(stands(w, "local:no-sound"));
}

static void
a_screen_that_hangs_is_an_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(say(w, "dashboard", VICU__OUTLET_KIND__OUTLET_SCREEN, ""));
    wait_s(w, 3, true);
    g_assert_true(stands(w, "local:screen-silent"));
    g_assert_false(stands(w, "local:no-sound"));
}

static void
only_a_person_with_a_reason_ends_the_expectation(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_false(say(w, "collector", VICU__OUTLET_KIND__OUTLET_SOUND, ""));
    g_assert_true(say(w, "annunciator", VICU__OUTLET_KIND__OUTLET_SOUND, ""));
    guint records = w->audit->len;
    wait_s(w, 1, true);
    g_assert_true(say(w, "annunciator", VICU__OUTLET_KIND__OUTLET_SOUND, ""));
    g_assert_cmpuint(w->audit->len, ==, records); /* no record each second */
    wait_s(w, 3, true);
    g_assert_true(stands(w, "local:no-sound"));
    g_assert_false(forget(w, "annunciator", "vicu", "reason"));
    g_assert_false(forget(w, "operator", "vicu", ""));
    g_assert_false(forget(w, "operator", "nobody", "reason"));
    g_assert_true(forget(w, "operator", "vicu", "moved to the other room"));
    g_assert_cmpstr(last_audit(w)->what, ==, "outlet-forget");
    g_assert_cmpstr(last_audit(w)->why, ==, "moved to the other room");
    g_assert_false(stands(w, "local:no-sound"));
    g_assert_null(find_item(w, VICU__SUBJECT__SUBJECT_OUTLET, "vicu"));
    restart(w);
    g_assert_null(find_item(w, VICU__SUBJECT__SUBJECT_OUTLET, "vicu"));
}

#define ADD(path, f) g_test_add("/rules/outlets/" path, Ward, NULL, ward_up, f, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/outlets/silent",
                    one_that_is_silent_for_three_seconds_is_missed_until_it_beats);
    g_test_add_func("/rules/outlets/stall", nobody_is_missed_for_a_stall_of_our_own);
    g_test_add_func("/rules/outlets/after-stall",
                    what_beat_after_a_stall_of_our_own_is_missed_as_soon_as_ever);
    g_test_add_func("/rules/outlets/leaving", a_screen_may_leave_and_a_loudspeaker_may_not);
    g_test_add_func("/rules/outlets/several", what_is_wrong_with_several_is_told_of_each);
    g_test_add_func("/rules/outlets/nonsense", what_makes_no_sense_is_refused_with_a_sentence);
    ADD("heard", what_is_not_heard_is_an_alarm_on_every_screen_and_over_when_it_is);
    ADD("restart", silence_is_told_within_three_seconds_and_outlives_a_restart);
    ADD("screen", a_screen_that_hangs_is_an_alarm);
    ADD("forget", only_a_person_with_a_reason_ends_the_expectation);
    return g_test_run();
}
