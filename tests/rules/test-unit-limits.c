/* Limits of a unit: above the pack's value, below a bed's own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/rules/ward-fixture.h"

#define UNIT   "demo/icu"
#define BED_8  "demo/icu/8"
#define OTHER  "demo/imc/1" /* a bed of another unit */
#define LONGER "demo/icu2/1"

#define HEAD "rules \"ward\" version 1\nuse HR: /min validity 30 s\n"
#define TAIL                                                                                       \
    "limit HR_base = 20 /min within 10 /min .. 30 /min\n"                                          \
    "rule fast \"Fast\" version 1 { raise medium \"t\" when HR > HR_top clear when HR <= HR_top "  \
    "unknown longer than 5 min -> keep }\n"                                                        \
    "rule slow \"Slow\" version 1 { raise medium \"t\" when HR < HR_floor or HR < HR_base "        \
    "unknown longer than 5 min -> keep }\n"
#define TOP   "limit HR_top = 140 /min within 100 /min .. 180 /min per bed\n"
#define FLOOR "limit HR_floor = 40 /min within 30 /min .. 60 /min per unit\n"

static RulesSet *
compile(const char *text)
{
    g_autoptr(RulesDiagnostics) d = rules_diagnostics_new("ward.vrules");
    RulesSet *set = rules_set_compile(text, strlen(text), d);
    g_assert_nonnull(set);
    return set;
}

static void
send_all(Ward *w, double seconds, double hr)
{
    static const char *const beds[] = {BED, BED_8, OTHER, LONGER};
    for (int64_t i = 0; i < (int64_t)(seconds * (double)S / (double)TICK); i++) {
        tick(w);
        for (size_t b = 0; w->t_us % S == 0 && b < G_N_ELEMENTS(beds); b++)
            send_numerics_of(w, beds[b], w->t_us, w->t_us, "HR", hr);
        if (w->t_us % S != 0)
            beat(w);
    }
}

static void
up(Ward *w, gconstpointer data)
{
    (void)data;
    ward_up_with(w, compile(HEAD TOP FLOOR TAIL));
    send_all(w, 3, 80);
}

static bool
set_limit(Ward *w,
          const char *bed,
          const char *unit,
          const char *name,
          double value,
          int64_t for_us,
          char **text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetLimit limit = VICU__SET_LIMIT__INIT;
    limit.bed = (char *)bed;
    limit.of_unit = (char *)unit;
    limit.name = (char *)name;
    limit.unit = (char *)"/min";
    limit.value = value;
    limit.for_us = for_us;
    command.reason = (char *)"night of the unit";
    command.what_case = VICU__COMMAND__WHAT_LIMIT;
    command.limit = &limit;
    return command_as(w, &command, "operator", text);
}

static const Vicu__Limit *
limit_at(Ward *w, const char *place, const char *name)
{
    g_autofree char *key = g_strdup_printf("%s/%s", place, name);
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_LIMIT, key);
    return item ? item->limit : NULL;
}

static double
value_at(Ward *w, const char *place, const char *name)
{
    const Vicu__Limit *limit = limit_at(w, place, name);
    return limit ? limit->value : -1;
}

/* An alarm of @rule stands at @bed. */
static bool
stands_at(Ward *w, const char *rule, const char *bed)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__StateItem *item = value;
        if (item->body_case == VICU__STATE_ITEM__BODY_ALARM
            && item->alarm->state != VICU__ALARM_STATE__ALARM_ENDED
            && strcmp(item->alarm->rule, rule) == 0 && strcmp(item->alarm->bed, bed) == 0)
            return true;
    }
    return false;
}

static const Vicu__AuditRecord *
audit_of(Ward *w, const char *what)
{
    for (guint i = w->audit->len; i > 0; i--) {
        const Vicu__AuditRecord *record = w->audit->pdata[i - 1];
        if (strcmp(record->what, what) == 0)
            return record;
    }
    return NULL;
}

static void
adopt(Ward *w, const char *text)
{
    RulesSet *set = compile(text);
    rules_ward_adopt(w->ward, set, NOW_US + w->t_us);
    drain(w);
    rules_set_unref(w->set);
    w->set = set;
}

static void
a_bed_stands_above_its_unit_and_that_above_the_pack(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_cmpfloat(value_at(w, BED, "HR_top"), ==, 140);
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 120, 0, NULL));
    const Vicu__Limit *own = limit_at(w, UNIT, "HR_top");
    g_assert_nonnull(own);
    g_assert_cmpstr(own->bed, ==, "");
    g_assert_cmpstr(own->of_unit, ==, UNIT);
    const Vicu__Limit *there = limit_at(w, BED, "HR_top");
    g_assert_cmpfloat(there->value, ==, 120);
    g_assert_cmpfloat(there->standard, ==, 140);
    g_assert_true(there->overridden);
    g_assert_cmpstr(there->of_unit, ==, UNIT);
    g_assert_cmpstr(there->who, ==, "nurse");
    g_assert_cmpstr(there->reason, ==, "night of the unit");
    g_assert_true(set_limit(w, BED, "", "HR_top", 130, 0, NULL));
    g_assert_cmpfloat(value_at(w, BED, "HR_top"), ==, 130);
    g_assert_cmpstr(limit_at(w, BED, "HR_top")->of_unit, ==, "");
    g_assert_cmpfloat(value_at(w, BED_8, "HR_top"), ==, 120);
    g_assert_cmpfloat(value_at(w, OTHER, "HR_top"), ==, 140);
    g_assert_cmpfloat(value_at(w, LONGER, "HR_top"), ==, 140);
    send_all(w, 3, 125);
    g_assert_false(stands_at(w, "fast", BED));
    g_assert_true(stands_at(w, "fast", BED_8));
    g_assert_false(stands_at(w, "fast", OTHER));
    g_assert_false(stands_at(w, "fast", LONGER)); /* demo/icu2 begins like demo/icu */
    /* The unit's moves on; the bed that has its own does not. */
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 150, 0, NULL));
    g_assert_cmpfloat(value_at(w, BED, "HR_top"), ==, 130);
    g_assert_cmpfloat(value_at(w, BED_8, "HR_top"), ==, 150);
}

static void
what_does_not_fit_is_refused_with_the_bound(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    g_assert_false(set_limit(w, "", UNIT, "HR_top", 181, 0, &text));
    g_assert_cmpstr(text, ==, "HR_top = 181 /min is outside 100..180 /min.");
    g_assert_cmpstr(last_audit(w)->what, ==, "refused");
    g_assert_nonnull(strstr(last_audit(w)->detail, "limit-set: HR_top = 181 /min is outside"));
    g_assert_false(set_limit(w, "", UNIT, "HR_top", NAN, 0, NULL));
    g_assert_false(set_limit(w, "", "demo/nowhere", "HR_top", 120, 0, &text));
    g_assert_cmpstr(text, ==, "There is no unit \"demo/nowhere\".");
    g_assert_false(set_limit(w, "", "demo", "HR_top", 120, 0, NULL));
    g_assert_false(set_limit(w, "", "demo/ic", "HR_top", 120, 0, NULL));
    g_assert_false(set_limit(w, BED, UNIT, "HR_top", 120, 0, &text));
    g_assert_cmpstr(text, ==, "A limit is set for a bed or for a unit, not for both.");
    g_assert_false(set_limit(w, BED, "", "HR_floor", 50, 0, &text));
    g_assert_cmpstr(text, ==, "HR_floor is set for a unit, not for one bed.");
    g_assert_false(set_limit(w, "", UNIT, "HR_base", 25, 0, &text));
    g_assert_cmpstr(text, ==, "HR_base is the same for every bed.");
    g_assert_false(set_limit(w, "", UNIT, "HR_tpo", 120, 0, &text));
    g_assert_cmpstr(text, ==, "The rules have no limit \"HR_tpo\"; did you mean HR_top?");
    g_assert_false(set_limit(w, "", UNIT, "HR_top", 120, 31 * 24 * 3600 * S, NULL));
    g_assert_null(limit_at(w, UNIT, "HR_top"));
    g_assert_cmpfloat(value_at(w, BED, "HR_top"), ==, 140);
}

static void
a_limit_per_unit_is_judged_at_each_of_its_beds(Ward *w, gconstpointer data)
{
    (void)data;
    send_all(w, 3, 45);
    g_assert_false(stands_at(w, "slow", BED));
    g_assert_true(set_limit(w, "", UNIT, "HR_floor", 50, 0, NULL));
    g_assert_cmpstr(last_audit(w)->what, ==, "limit-set");
    g_assert_nonnull(strstr(last_audit(w)->detail, "HR_floor of unit " UNIT " is now 50 /min"));
    send_all(w, 3, 45);
    g_assert_true(stands_at(w, "slow", BED));
    g_assert_true(stands_at(w, "slow", BED_8));
    g_assert_false(stands_at(w, "slow", OTHER));
}

static void
one_with_an_end_goes_back_by_itself(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 120, 20 * S, NULL));
    g_assert_true(set_limit(w, "", UNIT, "HR_floor", 50, 20 * S, NULL));
    send_all(w, 19, 125);
    g_assert_cmpfloat(value_at(w, BED_8, "HR_top"), ==, 120);
    g_assert_true(stands_at(w, "fast", BED_8));
    send_all(w, 4, 125);
    g_assert_null(limit_at(w, UNIT, "HR_top"));
    g_assert_null(limit_at(w, UNIT, "HR_floor"));
    g_assert_cmpfloat(value_at(w, BED_8, "HR_top"), ==, 140);
    g_assert_false(limit_at(w, BED_8, "HR_top")->overridden);
    g_assert_false(stands_at(w, "fast", BED_8));
    const Vicu__AuditRecord *record = audit_of(w, "limit-expired");
    g_assert_nonnull(record);
    g_assert_true(g_str_has_prefix(record->detail, UNIT "/HR_"));
    g_assert_cmpstr(record->why, ==, "night of the unit");
}

static void
a_beds_own_that_ends_leaves_its_units(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 120, 0, NULL));
    g_assert_true(set_limit(w, BED, "", "HR_top", 170, 5 * S, NULL));
    send_all(w, 4, 125);
    g_assert_false(stands_at(w, "fast", BED));
    send_all(w, 4, 125);
    g_assert_cmpfloat(value_at(w, BED, "HR_top"), ==, 120);
    g_assert_cmpstr(limit_at(w, BED, "HR_top")->of_unit, ==, UNIT);
    g_assert_true(stands_at(w, "fast", BED));
}

static void
a_restart_from_the_journal_keeps_it(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 120, 60 * S, NULL));
    g_assert_true(set_limit(w, BED, "", "HR_top", 130, 0, NULL));
    restart(w);
    g_assert_cmpfloat(value_at(w, UNIT, "HR_top"), ==, 120);
    g_assert_cmpstr(limit_at(w, UNIT, "HR_top")->reason, ==, "night of the unit");
    g_assert_cmpfloat(value_at(w, BED, "HR_top"), ==, 130);
    g_assert_cmpfloat(value_at(w, BED_8, "HR_top"), ==, 120);
    send_all(w, 3, 125);
    g_assert_false(stands_at(w, "fast", BED));
    g_assert_true(stands_at(w, "fast", BED_8));
    g_assert_false(stands_at(w, "fast", OTHER));
    /* Its end is still its end. */
    send_all(w, 60, 125);
    g_assert_null(limit_at(w, UNIT, "HR_top"));
    g_assert_false(stands_at(w, "fast", BED_8));
}

/* Those of a snapshot: the engine has the value that was in force when it was taken. */
static void
a_restart_with_a_snapshot_from_before_it_was_set_keeps_it(Ward *w, gconstpointer data)
{
    const char *id = NULL;
    (void)data;
    g_autoptr(GBytes) snapshot = NULL;
    do { /* each bed in turn */
        g_clear_pointer(&snapshot, g_bytes_unref);
        snapshot = rules_ward_save_next(w->ward, &id);
    } while (strcmp(id, BED_8) != 0);
    int64_t decided_us = rules_ward_watermark(w->ward);
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 120, 0, NULL));
    restart_with(w, snapshot, decided_us);
    send_all(w, 3, 125);
    g_assert_true(stands_at(w, "fast", BED_8));
    g_assert_true(stands_at(w, "fast", BED));
}

static void
another_set_keeps_what_fits_and_ends_the_rest_with_a_word(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 120, 0, NULL));
    g_assert_true(set_limit(w, "", UNIT, "HR_floor", 50, 0, NULL));
    adopt(w, HEAD TOP "limit HR_floor = 40 /min within 30 /min .. 45 /min per unit\n" TAIL);
    g_assert_cmpfloat(value_at(w, BED_8, "HR_top"), ==, 120);
    g_assert_null(limit_at(w, UNIT, "HR_floor"));
    g_assert_cmpfloat(value_at(w, BED_8, "HR_floor"), ==, 40);
    g_assert_false(limit_at(w, BED_8, "HR_floor")->overridden);
    const Vicu__AuditRecord *record = audit_of(w, "limit-ended");
    g_assert_nonnull(record);
    g_assert_cmpstr(record->detail, ==, UNIT "/HR_floor");
    g_assert_nonnull(strstr(record->why, "not in that range"));
    send_all(w, 3, 125);
    g_assert_true(stands_at(w, "fast", BED_8));
    /* What the next set keeps for all beds alike is no unit's to set, however lately it was. */
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 115, 0, NULL));
    adopt(w, HEAD "limit HR_top = 140 /min within 100 /min .. 180 /min\n" FLOOR TAIL);
    g_assert_null(limit_at(w, UNIT, "HR_top"));
    g_assert_cmpfloat(value_at(w, BED_8, "HR_top"), ==, 140);
    send_all(w, 3, 125);
    g_assert_false(stands_at(w, "fast", BED_8));
}

static bool
admit(Ward *w, const char *bed)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Admit admit = VICU__ADMIT__INIT;
    admit.bed = (char *)bed;
    admit.patient = (char *)"P-1";
    command.what_case = VICU__COMMAND__WHAT_ADMIT;
    command.admit = &admit;
    return command_as(w, &command, "operator", NULL);
}

static void
a_patient_that_moves_to_another_unit_has_that_units(Ward *w, gconstpointer data)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Move move = VICU__MOVE__INIT;
    (void)data;
    g_assert_true(set_limit(w, "", "demo/imc", "HR_top", 120, 0, NULL));
    g_assert_true(admit(w, BED));
    g_assert_true(set_limit(w, BED, "", "HR_top", 170, 0, NULL));
    move.from = (char *)BED;
    move.to = (char *)OTHER;
    command.what_case = VICU__COMMAND__WHAT_MOVE;
    command.move = &move;
    g_assert_true(command_as(w, &command, "operator", NULL));
    g_assert_cmpfloat(value_at(w, OTHER, "HR_top"), ==, 120);
    g_assert_cmpfloat(value_at(w, BED, "HR_top"), ==, 140);
    send_all(w, 5, 125);
    g_assert_true(stands_at(w, "fast", OTHER));
    g_assert_false(stands_at(w, "fast", BED_8));
}

static void
a_bed_that_comes_later_begins_with_its_units(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 120, 0, NULL));
    g_assert_true(admit(w, "demo/icu/9"));
    g_assert_cmpfloat(value_at(w, "demo/icu/9", "HR_top"), ==, 120);
    for (int i = 0; i < 20; i++) {
        tick(w);
        send_numerics_of(w, "demo/icu/9", w->t_us, w->t_us, "HR", 125);
    }
    g_assert_true(stands_at(w, "fast", "demo/icu/9"));
}

/* A discharge ends the patient's own; the unit's is not the patient's. */
static void
a_discharge_leaves_the_units(Ward *w, gconstpointer data)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge = VICU__DISCHARGE__INIT;
    (void)data;
    g_assert_true(set_limit(w, "", UNIT, "HR_top", 120, 0, NULL));
    g_assert_true(set_limit(w, BED, "", "HR_top", 170, 0, NULL));
    discharge.bed = (char *)BED;
    command.what_case = VICU__COMMAND__WHAT_DISCHARGE;
    command.discharge = &discharge;
    g_assert_true(command_as(w, &command, "operator", NULL));
    g_assert_cmpfloat(value_at(w, BED, "HR_top"), ==, 120);
    g_assert_cmpfloat(value_at(w, UNIT, "HR_top"), ==, 120);
}

static void
only_who_may_set_limits_may_set_a_units(Ward *w, gconstpointer data)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetLimit limit = VICU__SET_LIMIT__INIT;
    (void)data;
    limit.of_unit = (char *)UNIT;
    limit.name = (char *)"HR_top";
    limit.unit = (char *)"/min";
    limit.value = 120;
    command.reason = (char *)"r";
    command.what_case = VICU__COMMAND__WHAT_LIMIT;
    command.limit = &limit;
    g_assert_false(command_as(w, &command, "escalation", NULL));
    g_assert_false(command_as(w, &command, "annunciator", NULL));
    g_assert_null(limit_at(w, UNIT, "HR_top"));
    g_assert_true(command_as(w, &command, "dashboard", NULL));
}

#define ADD(name) g_test_add("/rules/unit-limits/" #name, Ward, NULL, up, name, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_bed_stands_above_its_unit_and_that_above_the_pack);
    ADD(what_does_not_fit_is_refused_with_the_bound);
    ADD(a_limit_per_unit_is_judged_at_each_of_its_beds);
    ADD(one_with_an_end_goes_back_by_itself);
    ADD(a_beds_own_that_ends_leaves_its_units);
    ADD(a_restart_from_the_journal_keeps_it);
    ADD(a_restart_with_a_snapshot_from_before_it_was_set_keeps_it);
    ADD(another_set_keeps_what_fits_and_ends_the_rest_with_a_word);
    ADD(a_patient_that_moves_to_another_unit_has_that_units);
    ADD(a_bed_that_comes_later_begins_with_its_units);
    ADD(a_discharge_leaves_the_units);
    ADD(only_who_may_set_limits_may_set_a_units);
    return g_test_run();
}
