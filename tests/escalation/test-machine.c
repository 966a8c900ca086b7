/* The escalation machine: every transition, deadline, duplicate and late receipt.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/escalation/bench.h"

#define A             "alarm-1"
#define BED           "demo/icu/1"
#define HIGH          VICU__PRIORITY__PRIORITY_HIGH
#define ACTIVE        VICU__ALARM_STATE__ALARM_ACTIVE
#define STAGE(name)   VICU__ESCALATION_STAGE__ESCALATION_##name
#define OUTCOME(name) VICU__ESCALATION_OUTCOME__OUTCOME_##name

static Bench *
with_alarm(void)
{
    Bench *b = bench_new(bench_roster);
    bench_alarm(b, A, BED, HIGH, ACTIVE);
    return b;
}

static bool
act(Bench *b, const char *who, Vicu__EscalationStage stage, bool *changed)
{
    g_autofree char *id = g_strdup(bench_of(b, A)->id);
    EscAnswer answer = esc_machine_act(b->machine, id, who, who, stage, &b->now);
    bool ok = answer.ok;

    if (changed)
        *changed = answer.changed;
    esc_answer_clear(&answer);
    return ok;
}

static void
sent(Bench *b, const char *who, const char *channel, bool ok)
{
    const Vicu__EscalationTarget *t = bench_target(b, A, who);
    g_autofree char *id = g_strdup(bench_of(b, A)->id), *target = g_strdup(t->id);
    esc_machine_sent(b->machine, id, target, channel, ok, ok ? "" : "no route", &b->now);
}

static void
check(const Bench *b, const char *who, Vicu__EscalationStage stage, Vicu__EscalationOutcome outcome)
{
    const Vicu__EscalationTarget *t = bench_target(b, A, who);
    g_assert_nonnull(t);
    g_assert_cmpint(t->stage, ==, stage);
    g_assert_cmpint(t->outcome, ==, outcome);
}

static void
a_ladder_goes_stage_by_stage_and_each_has_its_time(void)
{
    Bench *b = with_alarm();
    const Vicu__EscalationTarget *t = bench_target(b, A, "nurse");

    check(b, "nurse", STAGE(DECIDED), OUTCOME(NONE));
    g_assert_cmpint(t->deadline_us - b->now.utc_us, ==, 5 * BENCH_S);
    bench_pass(b, BENCH_S);
    sent(b, "nurse", "page", true);
    check(b, "nurse", STAGE(SENT), OUTCOME(NONE));
    g_assert_cmpint(t->deadline_us - b->now.utc_us, ==, 10 * BENCH_S);
    bench_pass(b, BENCH_S);
    bench_deliver(b, A, "nurse");
    check(b, "nurse", STAGE(READ), OUTCOME(NONE));
    g_assert_cmpint(t->deadline_us - b->now.utc_us, ==, 30 * BENCH_S);
    bench_pass(b, BENCH_S);
    g_assert_true(act(b, "nurse", STAGE(ACCEPTED), NULL));
    g_assert_cmpint(t->deadline_us - b->now.utc_us, ==, 120 * BENCH_S);
    int64_t arrive_us = t->deadline_us;
    bench_pass(b, BENCH_S);
    g_assert_true(act(b, "nurse", STAGE(ON_MY_WAY), NULL));
    g_assert_cmpint(t->deadline_us, ==, arrive_us); /* under way is no excuse */
    g_assert_true(act(b, "nurse", STAGE(AT_BEDSIDE), NULL));
    bench_pass(b, BENCH_S);
    g_assert_true(act(b, "nurse", STAGE(RESOLVED), NULL));
    check(b, "nurse", STAGE(RESOLVED), OUTCOME(DONE));
    const Vicu__Escalation *e = bench_of(b, A);
    g_assert_cmpstr(e->why_ended, ==, "resolved by Nurse A");
    g_assert_cmpint(t->decided_us, <, t->sent_us);
    g_assert_cmpint(t->sent_us, <, t->delivered_us);
    g_assert_cmpint(t->accepted_us, <, t->at_bedside_us);
    g_assert_cmpint(t->at_bedside_us, <, t->resolved_us);
    g_assert_cmpuint(e->n_breach, ==, 0);
    bench_free(b);
}

/* Up to @stage, then nothing for @wait_s: the person is left, the substitute is asked. */
static void
misses(Vicu__EscalationStage stage, int wait_s, Vicu__EscalationStage missed)
{
    Bench *b = with_alarm();

    if (stage >= STAGE(SENT))
        sent(b, "nurse", "page", true);
    if (stage >= STAGE(READ))
        bench_deliver(b, A, "nurse");
    if (stage == STAGE(DELIVERED)) {
        g_autofree char *id = g_strdup(bench_of(b, A)->id);
        EscAnswer answer = esc_machine_receipt(b->machine, id, bench_target(b, A, "nurse")->id,
                                               STAGE(DELIVERED), "x", &b->now);
        esc_answer_clear(&answer);
    }
    if (stage >= STAGE(ACCEPTED))
        g_assert_true(act(b, "nurse", stage, NULL));
    bench_run(b, wait_s * BENCH_S - BENCH_S / 10);
    check(b, "nurse", stage, OUTCOME(NONE));
    g_assert_null(bench_target(b, A, "nurse2"));
    bench_run(b, BENCH_S / 10);
    check(b, "nurse", stage, OUTCOME(MISSED));
    g_assert_cmpint(bench_target(b, A, "nurse")->missed, ==, missed);
    check(b, "nurse2", STAGE(DECIDED), OUTCOME(NONE));
    g_assert_cmpstr(bench_target(b, A, "nurse2")->instead_of, ==, "nurse");
    const Vicu__Escalation *e = bench_of(b, A);
    g_assert_cmpuint(e->n_breach, ==, 1);
    g_assert_cmpint(e->breach[0]->stage, ==, missed);
    g_assert_true(esc_is_breached(e));
    bench_free(b);
}

static void
each_missed_deadline_is_a_breach_and_asks_the_next(void)
{
    misses(STAGE(DECIDED), 5, STAGE(SENT));
    misses(STAGE(SENT), 10, STAGE(DELIVERED));
    misses(STAGE(DELIVERED), 20, STAGE(READ));
    misses(STAGE(READ), 30, STAGE(ACCEPTED));
    misses(STAGE(ACCEPTED), 120, STAGE(AT_BEDSIDE));
    misses(STAGE(ON_MY_WAY), 120, STAGE(AT_BEDSIDE));
}

static void
who_is_at_the_bedside_too_long_is_said_and_not_replaced(void)
{
    Bench *b = with_alarm();

    g_assert_true(act(b, "nurse", STAGE(AT_BEDSIDE), NULL));
    bench_run(b, 600 * BENCH_S);
    check(b, "nurse", STAGE(AT_BEDSIDE), OUTCOME(NONE));
    g_assert_cmpuint(bench_of(b, A)->n_breach, ==, 1);
    g_assert_true(esc_is_breached(bench_of(b, A)));
    g_assert_cmpuint(bench_count(b, "nurse2") + bench_count(b, "doctor"), ==, 0);
    bench_free(b);
}

static void
substitute_next_step_last_resort_and_again_from_the_first(void)
{
    Bench *b = with_alarm();

    bench_run(b, 5 * BENCH_S); /* nurse */
    check(b, "nurse2", STAGE(DECIDED), OUTCOME(NONE));
    bench_run(b, 5 * BENCH_S);
    check(b, "doctor", STAGE(DECIDED), OUTCOME(NONE));
    g_assert_cmpuint(bench_count(b, "doctor"), ==, 2); /* page and mail */
    bench_run(b, 5 * BENCH_S);
    check(b, "chief", STAGE(DECIDED), OUTCOME(NONE));
    g_assert_cmpuint(bench_of(b, A)->step, ==, 3);
    bench_run(b, 5 * BENCH_S);
    g_assert_cmpuint(bench_of(b, A)->epoch, ==, 1);
    g_assert_cmpuint(bench_count(b, "nurse"), ==, 1);
    g_autofree char *first = g_strdup(bench_target(b, A, "nurse")->id);
    bench_run(b, 30 * BENCH_S);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(NONE));
    g_assert_cmpuint(bench_count(b, "nurse"), ==, 2);
    g_assert_cmpstr(first, !=, bench_target(b, A, "nurse")->id); /* the epoch is in the id */
    bench_free(b);
}

static void
a_decline_needs_a_reason_and_asks_the_next_at_once(void)
{
    Bench *b = with_alarm();
    g_autofree char *id = g_strdup(bench_of(b, A)->id);

    EscAnswer answer = esc_machine_decline(b->machine, id, "nurse", "nurse", "", &b->now);
    g_assert_false(answer.ok);
    esc_answer_clear(&answer);
    answer = esc_machine_decline(b->machine, id, "nurse", "nurse", "in theatre", &b->now);
    g_assert_true(answer.ok);
    esc_answer_clear(&answer);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(DECLINED));
    g_assert_cmpstr(bench_target(b, A, "nurse")->reason, ==, "in theatre");
    check(b, "nurse2", STAGE(DECIDED), OUTCOME(NONE));
    g_assert_cmpuint(bench_of(b, A)->n_breach, ==, 0);
    answer = esc_machine_decline(b->machine, id, "nurse", "nurse", "in theatre", &b->now);
    g_assert_true(answer.ok && !answer.changed); /* twice is once */
    esc_answer_clear(&answer);
    bench_free(b);
}

static void
handing_on_asks_the_one_named_and_keeps_who_it_was(void)
{
    Bench *b = with_alarm();
    g_autofree char *id = g_strdup(bench_of(b, A)->id);

    g_assert_true(act(b, "nurse", STAGE(ACCEPTED), NULL));
    EscAnswer answer = esc_machine_hand_on(b->machine, id, "nurse", "nurse", "nobody", &b->now);
    g_assert_false(answer.ok);
    esc_answer_clear(&answer);
    answer = esc_machine_hand_on(b->machine, id, "nurse", "nurse", "dr c", &b->now);
    g_assert_true(answer.ok);
    esc_answer_clear(&answer);
    check(b, "nurse", STAGE(ACCEPTED), OUTCOME(HANDED_ON));
    g_assert_cmpstr(bench_target(b, A, "nurse")->reason, ==, "Dr C");
    check(b, "doctor", STAGE(DECIDED), OUTCOME(NONE));
    bench_free(b);
}

static void
sent_is_not_delivered(void)
{
    Bench *b = with_alarm();

    sent(b, "nurse", "page", true);
    check(b, "nurse", STAGE(SENT), OUTCOME(NONE));
    g_assert_cmpint(bench_target(b, A, "nurse")->delivered_us, ==, 0);
    bench_free(b);
}

static void
a_channel_that_fails_moves_the_ladder_on_at_once(void)
{
    Bench *b = with_alarm();

    sent(b, "nurse", "page", false);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(UNREACHABLE));
    g_assert_cmpstr(bench_target(b, A, "nurse")->sending[0]->text, ==, "no route");
    check(b, "nurse2", STAGE(DECIDED), OUTCOME(NONE));
    sent(b, "nurse2", "page", false);
    sent(b, "doctor", "page", false); /* one of two */
    check(b, "doctor", STAGE(DECIDED), OUTCOME(NONE));
    sent(b, "doctor", "smtp", true);
    check(b, "doctor", STAGE(SENT), OUTCOME(NONE));
    sent(b, "doctor", "smtp", false); /* taken, and then not delivered after all */
    check(b, "doctor", STAGE(SENT), OUTCOME(UNREACHABLE));
    check(b, "chief", STAGE(DECIDED), OUTCOME(NONE));
    g_assert_cmpuint(bench_of(b, A)->n_breach, ==, 0);
    sent(b, "chief", "smtp", false); /* nobody is left: that is not quiet */
    g_assert_cmpuint(bench_of(b, A)->n_breach, ==, 1);
    g_assert_true(esc_is_breached(bench_of(b, A)));
    bench_run(b, 30 * BENCH_S);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(NONE));
    bench_free(b);
}

static void
a_page_that_goes_moves_the_ladder_on_at_once(void)
{
    Bench *b = with_alarm();

    sent(b, "nurse", "page", true);
    esc_machine_page_gone(b->machine, "doctor", &b->now); /* somebody else's */
    check(b, "nurse", STAGE(SENT), OUTCOME(NONE));
    bench_deliver(b, A, "nurse");
    esc_machine_page_gone(b->machine, "nurse", &b->now); /* read, and not accepted */
    check(b, "nurse", STAGE(READ), OUTCOME(UNREACHABLE));
    g_assert_cmpstr(bench_target(b, A, "nurse")->sending[0]->text, ==,
                    "the page can be reached no more");
    check(b, "nurse2", STAGE(DECIDED), OUTCOME(NONE));
    sent(b, "nurse2", "page", false);
    sent(b, "doctor", "page", true);
    sent(b, "doctor", "smtp", true);
    esc_machine_page_gone(b->machine, "doctor", &b->now); /* a mail may still reach the doctor */
    check(b, "doctor", STAGE(SENT), OUTCOME(NONE));
    g_assert_true(act(b, "nurse", STAGE(ACCEPTED), NULL)); /* back, and nobody has it */
    esc_machine_page_gone(b->machine, "nurse", &b->now);
    check(b, "nurse", STAGE(ACCEPTED), OUTCOME(NONE));
    bench_free(b);
}

static void
receipts_twice_and_out_of_order_change_nothing_twice(void)
{
    Bench *b = with_alarm();
    g_autofree char *id = g_strdup(bench_of(b, A)->id);
    g_autofree char *target = g_strdup(bench_target(b, A, "nurse")->id);

    EscAnswer answer = esc_machine_receipt(b->machine, id, target, STAGE(READ), "phone", &b->now);
    g_assert_true(answer.ok && answer.changed);
    esc_answer_clear(&answer);
    int64_t read_us = bench_target(b, A, "nurse")->read_us;
    bench_pass(b, BENCH_S);
    sent(b, "nurse", "page", true); /* the channel's word comes late */
    check(b, "nurse", STAGE(READ), OUTCOME(NONE));
    answer = esc_machine_receipt(b->machine, id, target, STAGE(DELIVERED), "phone", &b->now);
    g_assert_true(answer.ok && !answer.changed);
    esc_answer_clear(&answer);
    answer = esc_machine_receipt(b->machine, id, target, STAGE(READ), "phone", &b->now);
    g_assert_true(answer.ok && !answer.changed);
    esc_answer_clear(&answer);
    g_assert_cmpint(bench_target(b, A, "nurse")->read_us, ==, read_us);
    answer = esc_machine_receipt(b->machine, id, "other", STAGE(READ), "phone", &b->now);
    g_assert_false(answer.ok);
    esc_answer_clear(&answer);
    bool changed = true;
    g_assert_true(act(b, "nurse", STAGE(ACCEPTED), NULL));
    g_assert_true(act(b, "nurse", STAGE(ACCEPTED), &changed));
    g_assert_false(changed);
    bench_free(b);
}

static void
one_has_it_and_a_second_one_is_told_who(void)
{
    Bench *b = with_alarm();

    bench_run(b, 5 * BENCH_S);
    g_assert_true(act(b, "nurse2", STAGE(ACCEPTED), NULL));
    g_assert_false(act(b, "doctor", STAGE(ACCEPTED), NULL));
    g_assert_false(act(b, "nurse", STAGE(ACCEPTED), NULL));
    g_assert_false(esc_is_breached(bench_of(b, A))); /* the deadline was missed; now it is taken */
    g_assert_cmpuint(bench_of(b, A)->n_breach, ==, 1);
    bench_free(b);
}

static void
who_missed_it_may_still_take_it_and_so_may_who_was_not_asked(void)
{
    Bench *b = with_alarm();

    bench_run(b, 5 * BENCH_S);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(MISSED));
    g_assert_true(act(b, "nurse", STAGE(ACCEPTED), NULL));
    check(b, "nurse", STAGE(ACCEPTED), OUTCOME(NONE));
    check(b, "nurse2", STAGE(DECIDED), OUTCOME(NOT_NEEDED));
    bench_free(b);

    b = with_alarm();
    g_assert_true(act(b, "chief", STAGE(AT_BEDSIDE), NULL));
    check(b, "chief", STAGE(AT_BEDSIDE), OUTCOME(NONE));
    check(b, "nurse", STAGE(DECIDED), OUTCOME(NOT_NEEDED));
    g_assert_false(act(b, "stranger", STAGE(ACCEPTED), NULL));
    bench_free(b);
}

static void
a_hole_is_a_breach_at_once_and_the_last_resort_is_asked(void)
{
    Bench *b = bench_new(bench_roster);

    bench_alarm(b, A, "demo/ward/1", VICU__PRIORITY__PRIORITY_MEDIUM, ACTIVE);
    const Vicu__Escalation *e = bench_of(b, A);
    g_assert_cmpuint(e->n_breach, ==, 1);
    g_assert_cmpint(e->breach[0]->stage, ==, STAGE(NONE));
    g_assert_cmpstr(e->breach[0]->text, ==, "nobody is on duty as bedside in demo/ward");
    g_assert_cmpint(e->target[0]->outcome, ==, OUTCOME(NOBODY));
    check(b, "chief", STAGE(DECIDED), OUTCOME(NONE));
    bench_run(b, 5 * BENCH_S); /* the last resort does not answer: the ladder begins again */
    g_assert_cmpuint(bench_of(b, A)->epoch, ==, 1);
    bench_run(b, 30 * BENCH_S);
    g_assert_cmpuint(bench_count(b, "chief"), ==, 2);
    bench_free(b);
}

static void
several_are_asked_at_once_only_where_the_step_says_so(void)
{
    static const char fan[] =
        "[person a]\nname=A\nrole=team\npage=yes\n[person b]\nname=B\nrole=team\npage=yes\n"
        "[person c]\nname=C\nrole=lead\npage=yes\n"
        "[shift a]\nperson=a\nunit=demo/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
        "[shift b]\nperson=b\nunit=demo/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
        "[shift c]\nperson=c\nunit=demo/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
        "[ladder l]\nunit=*\nstep1=team; %s\nstep2=lead\n";
    g_autofree char *all = g_strdup_printf(fan, "all");
    g_autofree char *one = g_strdup_printf(fan, "page");
    Bench *b = bench_new(all);

    bench_alarm(b, A, BED, HIGH, ACTIVE);
    g_assert_cmpuint(bench_count(b, "a") + bench_count(b, "b"), ==, 2);
    sent(b, "a", "page", false); /* the other one is still asked: no next step */
    g_assert_cmpuint(bench_count(b, "c"), ==, 0);
    g_assert_true(act(b, "b", STAGE(ACCEPTED), NULL));
    bench_free(b);

    b = bench_new(one);
    bench_alarm(b, A, BED, HIGH, ACTIVE);
    g_assert_cmpuint(bench_count(b, "a") + bench_count(b, "b"), ==, 1);
    sent(b, "a", "page", false);
    g_assert_cmpuint(bench_count(b, "b"), ==, 1); /* the same step's other one first */
    g_assert_cmpuint(bench_count(b, "c"), ==, 0);
    bench_free(b);
}

static void
who_is_away_is_replaced(void)
{
    Bench *b = bench_new(bench_roster);
    Vicu__RosterPerson *p = vicu_wire_copy(&esc_roster_person(b->roster, "nurse")->base);

    p->away = true;
    g_assert_true(esc_roster_put_person(b->roster, p, NULL));
    vicu_wire_free(p);
    bench_alarm(b, A, BED, HIGH, ACTIVE);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(UNREACHABLE));
    check(b, "nurse2", STAGE(DECIDED), OUTCOME(NONE));
    g_assert_cmpuint(bench_count(b, "nurse"), ==, 0);
    bench_free(b);
}

static void
the_ladder_says_why_it_ended(void)
{
    Bench *b = with_alarm();

    bench_alarm(b, A, BED, HIGH, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpstr(bench_of(b, A)->why_ended, ==, "alarm ended: cleared");
    check(b, "nurse", STAGE(DECIDED), OUTCOME(ENDED));
    bench_free(b);

    b = with_alarm();
    bench_alarm(b, A, BED, HIGH, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    g_assert_cmpstr(bench_of(b, A)->why_ended, ==, "acknowledged by Dr T");
    bench_alarm(b, A, BED, HIGH, ACTIVE); /* the time to watch it is over */
    g_assert_cmpint(bench_of(b, A)->ended_us, ==, 0);
    bench_free(b);

    b = with_alarm(); /* help is under way: an answer at the station does not call it off */
    g_assert_true(act(b, "nurse", STAGE(ACCEPTED), NULL));
    bench_alarm(b, A, BED, HIGH, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    g_assert_cmpint(bench_of(b, A)->ended_us, ==, 0);
    esc_machine_begin(b->machine); /* the rules forget the alarm */
    esc_machine_level(b->machine, &b->now);
    g_assert_cmpstr(bench_of(b, A)->why_ended, ==, "alarm no longer stands");
    bench_free(b);
}

static void
what_was_resolved_is_not_begun_again_for_the_same_alarm(void)
{
    Bench *b = with_alarm();

    g_assert_true(act(b, "nurse", STAGE(RESOLVED), NULL));
    bench_alarm(b, A, BED, HIGH, ACTIVE);
    g_assert_cmpint(bench_of(b, A)->ended_us, !=, 0);
    bench_run(b, 4 * BENCH_S);
    bench_pass(b, 2 * 3600 * BENCH_S); /* the alarm stands: it is not forgotten */
    esc_machine_tick(b->machine, &b->now);
    g_assert_nonnull(bench_of(b, A));
    esc_machine_alarm_gone(b->machine, A, &b->now);
    esc_machine_tick(b->machine, &b->now);
    g_assert_null(bench_of(b, A));
    g_assert_cmpuint(g_hash_table_size(b->journal), ==, 0);
    bench_free(b);
}

static void
only_what_a_ladder_is_for_is_escalated(void)
{
    Bench *b = bench_new(bench_roster);

    bench_alarm(b, "m", BED, VICU__PRIORITY__PRIORITY_MEDIUM, ACTIVE);
    bench_alarm(b, "o", "demo/other/1", HIGH, ACTIVE);
    bench_alarm(b, "k", BED, HIGH, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    g_assert_null(bench_of(b, "m"));
    g_assert_null(bench_of(b, "o"));
    g_assert_null(bench_of(b, "k"));
    bench_alarm(b, "m", BED, HIGH, ACTIVE); /* it has risen */
    g_assert_nonnull(bench_of(b, "m"));
    bench_free(b);
}

static void
a_rule_has_a_ladder_of_its_own(void)
{
    Bench *b = bench_new(bench_roster);
    Vicu__Alarm a = VICU__ALARM__INIT;
    Vicu__AlarmStep step[] = {VICU__ALARM_STEP__INIT, VICU__ALARM_STEP__INIT};
    Vicu__AlarmStep *steps[] = {&step[0], &step[1]};

    step[0].to = (char *)"bedside";
    step[1].to = (char *)"doctor";
    step[1].after_us = 3 * BENCH_S;
    step[1].unless = (char *)"acknowledged";
    a.id = (char *)A;
    a.bed = (char *)BED;
    a.rule = (char *)"news2";
    a.text = (char *)"NEWS2 8";
    a.priority = VICU__PRIORITY__PRIORITY_LOW; /* no ladder of the unit is for it */
    a.state = ACTIVE;
    a.n_step = 2;
    a.step = steps;
    esc_machine_alarm(b->machine, &a, &b->now);
    g_assert_cmpstr(bench_of(b, A)->ladder, ==, "rule");
    check(b, "nurse", STAGE(DECIDED), OUTCOME(NONE));
    bench_run(b, 29 * BENCH_S / 10);
    g_assert_null(bench_target(b, A, "doctor"));
    bench_run(b, BENCH_S / 10); /* both are asked now */
    check(b, "nurse", STAGE(DECIDED), OUTCOME(NONE));
    check(b, "doctor", STAGE(DECIDED), OUTCOME(NONE));
    bench_free(b);
}

static void
what_escalation_says_of_itself_is_not_escalated(void)
{
    Bench *b = bench_new(bench_roster);
    Vicu__Alarm a = VICU__ALARM__INIT;

    a.id = (char *)A;
    a.bed = (char *)BED;
    a.rule = (char *)"local:escalation-breach";
    a.priority = HIGH;
    a.state = ACTIVE;
    esc_machine_alarm(b->machine, &a, &b->now);
    g_assert_null(bench_of(b, A));
    bench_free(b);
}

static void
silence_of_the_rules_is_told_to_every_unit_and_ends(void)
{
    Bench *b = bench_new(bench_roster);

    esc_machine_rules_silent(b->machine, true, &b->now);
    g_assert_cmpuint(bench_count(b, "nurse"), ==, 1);
    g_assert_cmpuint(bench_count(b, "chief"), ==, 1); /* the ward has a hole */
    esc_machine_rules_silent(b->machine, true, &b->now);
    g_assert_cmpuint(bench_count(b, "nurse"), ==, 1);
    esc_machine_begin(b->machine); /* a snapshot of the rules says nothing of it */
    esc_machine_level(b->machine, &b->now);
    g_assert_cmpint(bench_of(b, "rules-silent demo/icu")->ended_us, ==, 0);
    esc_machine_rules_silent(b->machine, false, &b->now);
    g_assert_cmpstr(bench_of(b, "rules-silent demo/icu")->why_ended, ==,
                    "the rules are heard again");
    bench_free(b);
}

static void
help_can_be_called_and_one_can_be_sent_to_by_hand(void)
{
    Bench *b = bench_new(bench_roster);
    g_autofree char *id = NULL, *other = NULL;
    EscCall call = {.bed = BED, .text = "airway", .by = "nurse"};

    EscAnswer answer = esc_machine_call(b->machine, &call, &id, &b->now);
    g_assert_true(answer.ok);
    esc_answer_clear(&answer);
    g_assert_cmpuint(bench_count(b, "nurse"), ==, 1);
    g_assert_cmpstr(esc_machine_find(b->machine, id)->caller, ==, "nurse");
    answer = esc_machine_send_to(b->machine, id, "Dr C", "station", &b->now);
    g_assert_true(answer.ok);
    esc_answer_clear(&answer);
    g_assert_cmpuint(bench_count(b, "doctor"), ==, 1); /* the step is by page */

    call = (EscCall){.bed = "demo/other/1", .text = "", .by = "x"};
    answer = esc_machine_call(b->machine, &call, &other, &b->now);
    g_assert_false(answer.ok); /* no ladder, nobody named */
    esc_answer_clear(&answer);
    call.to = "chief";
    answer = esc_machine_call(b->machine, &call, &other, &b->now);
    g_assert_true(answer.ok);
    esc_answer_clear(&answer);
    g_assert_cmpuint(bench_count(b, "chief"), ==, 1);
    bench_free(b);
}

static void
open_intents_are_sent_again_under_the_same_ids(void)
{
    Bench *b = with_alarm();
    g_autofree char *target = g_strdup(bench_target(b, A, "nurse")->id);

    bench_restart(b, NULL);
    g_assert_cmpuint(bench_count(b, "nurse"), ==, 2);
    BenchSent *second = b->sent->pdata[1];
    g_assert_cmpstr(second->id, ==, target);
    g_assert_true(second->journaled);
    g_assert_cmpuint(bench_target(b, A, "nurse")->sending[0]->tries, ==, 2);
    sent(b, "nurse", "page", true);
    bench_restart(b, NULL);
    g_assert_cmpuint(bench_count(b, "nurse"), ==, 2); /* known to be sent */
    bench_free(b);
}

static void
deadlines_survive_a_restart_and_a_boot(void)
{
    Bench *b = with_alarm();

    bench_run(b, 2 * BENCH_S);
    bench_restart(b, NULL);
    b->now.utc_us += 3600 * BENCH_S; /* somebody set the clock: timers do not care */
    bench_run(b, 29 * BENCH_S / 10);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(NONE));
    bench_run(b, BENCH_S / 10);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(MISSED));
    bench_free(b);

    b = with_alarm();
    bench_pass(b, 2 * BENCH_S);
    bench_restart(b, "boot-2"); /* BOOTTIME begins again */
    bench_run(b, 29 * BENCH_S / 10);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(NONE));
    bench_run(b, BENCH_S / 10);
    check(b, "nurse", STAGE(DECIDED), OUTCOME(MISSED));
    bench_free(b);
}

static void
lists_are_bounded(void)
{
    Bench *b = with_alarm();

    for (int i = 0; i < 60; i++)
        bench_run(b, 60 * BENCH_S);
    const Vicu__Escalation *e = bench_of(b, A);
    g_assert_cmpuint(e->n_target, <=, ESC_TARGETS_MAX);
    g_assert_cmpuint(e->n_breach, ==, ESC_BREACHES_MAX);
    g_assert_cmpuint(e->earlier_targets, >, 100);
    g_assert_cmpuint(e->epoch, >, 50);
    bench_free(b);
}

#define ADD(name) g_test_add_func("/escalation/machine/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_ladder_goes_stage_by_stage_and_each_has_its_time);
    ADD(each_missed_deadline_is_a_breach_and_asks_the_next);
    ADD(who_is_at_the_bedside_too_long_is_said_and_not_replaced);
    ADD(substitute_next_step_last_resort_and_again_from_the_first);
    ADD(a_decline_needs_a_reason_and_asks_the_next_at_once);
    ADD(handing_on_asks_the_one_named_and_keeps_who_it_was);
    ADD(sent_is_not_delivered);
    ADD(a_channel_that_fails_moves_the_ladder_on_at_once);
    ADD(a_page_that_goes_moves_the_ladder_on_at_once);
    ADD(receipts_twice_and_out_of_order_change_nothing_twice);
    ADD(one_has_it_and_a_second_one_is_told_who);
    ADD(who_missed_it_may_still_take_it_and_so_may_who_was_not_asked);
    ADD(a_hole_is_a_breach_at_once_and_the_last_resort_is_asked);
    ADD(several_are_asked_at_once_only_where_the_step_says_so);
    ADD(who_is_away_is_replaced);
    ADD(the_ladder_says_why_it_ended);
    ADD(what_was_resolved_is_not_begun_again_for_the_same_alarm);
    ADD(only_what_a_ladder_is_for_is_escalated);
    ADD(a_rule_has_a_ladder_of_its_own);
    ADD(what_escalation_says_of_itself_is_not_escalated);
    ADD(silence_of_the_rules_is_told_to_every_unit_and_ends);
    ADD(help_can_be_called_and_one_can_be_sent_to_by_hand);
    ADD(open_intents_are_sent_again_under_the_same_ids);
    ADD(deadlines_survive_a_restart_and_a_boot);
    ADD(lists_are_bounded);
    return g_test_run();
}
