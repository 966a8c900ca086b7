/* A ward that goes over to another set of rules.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/rules/ward-fixture.h"

/* The built-in pack with @from written as @to; the whole of it stands in the set. */
static RulesSet *
altered(const char *from, const char *to)
{
    g_autoptr(GString) text = g_string_new(rules_text_adult_icu_rules);
    g_autoptr(RulesDiagnostics) d = rules_diagnostics_new("altered.vrules");
    g_assert_cmpuint(g_string_replace(text, from, to, 1), ==, 1);
    RulesSet *set = rules_set_compile(text->str, text->len, d);
    g_assert_nonnull(set);
    return set;
}

static void
adopt(Ward *w, RulesSet *set)
{
    rules_ward_adopt(w->ward, set, NOW_US + w->t_us);
    drain(w);
    rules_set_unref(w->set);
    w->set = set;
}

#define MAP_HEAD "rule map-critical \"Mean arterial pressure critical\" version 2"

static void
raise_map(Ward *w)
{
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    g_assert_true(stands(w, "map-critical"));
}

static void
an_unchanged_rule_keeps_its_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    raise_map(w);
    g_autofree char *id = g_strdup(alarm_of(w, "map-critical")->id);
    adopt(w, altered("clear when SpO2 >= SpO2_low + 2 %", "clear when SpO2 >= SpO2_low + 3 %"));
    send_for(w, 5, "ART_M", 41);
    g_assert_cmpstr(alarm_of(w, "map-critical")->id, ==, id);
    g_assert_true(stands(w, "map-critical"));
    send_for(w, 13, "ART_M", 80);
    g_assert_false(stands(w, "map-critical"));
    g_assert_cmpstr(alarm_of(w, "map-critical")->id, ==, id);
    g_assert_cmpstr(alarm_of(w, "map-critical")->why, ==, "cleared");
}

static void
an_unchanged_rule_keeps_its_delay(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    int64_t fell_us = w->t_us + S;
    send_for(w, 5, "ART_M", 41);
    g_assert_false(stands(w, "map-critical"));
    adopt(w, altered("clear when SpO2 >= SpO2_low + 2 %", "clear when SpO2 >= SpO2_low + 3 %"));
    send_for(w, 5, "ART_M", 41);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->t_condition_us, ==, NOW_US + fell_us);
    g_assert_cmpint(alarm->t_raised_us, ==, NOW_US + fell_us + 8 * S);
}

/* The old alarm stands until the new version has decided: no moment without one. */
static void
a_changed_rules_alarm_stands_until_it_is_judged_anew(Ward *w, gconstpointer data)
{
    (void)data;
    raise_map(w);
    g_autofree char *id = g_strdup(alarm_of(w, "map-critical")->id);
    RulesSet *next = altered("when MAP < MAP_critical for 8 s", "when MAP < MAP_critical for 9 s");
    g_autofree char *hash =
        g_strdup(rules_set_rule_hash(next, (size_t)rules_set_rule_find(next, "map-critical")));
    adopt(w, next);
    send_for(w, 6, "ART_M", 41);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpstr(alarm->id, ==, id);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    send_for(w, 6, "ART_M", 41);
    alarm = alarm_of(w, "map-critical");
    g_assert_cmpstr(alarm->id, !=, id);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpstr(alarm->rule_hash, ==, hash);
    const Vicu__StateItem *old = find_item(w, VICU__SUBJECT__SUBJECT_ALARM, id);
    g_assert_cmpint(old->alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpstr(old->alarm->why, ==, "rule changed");
}

static void
a_changed_rule_whose_condition_does_not_hold_ends_its_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    raise_map(w);
    g_autofree char *id = g_strdup(alarm_of(w, "map-critical")->id);
    adopt(w, altered("when MAP < MAP_critical for 8 s",
                     "when MAP < MAP_critical - 20 mm[Hg] for 8 s"));
    g_assert_true(stands(w, "map-critical"));
    send_for(w, 2, "ART_M", 41);
    g_assert_false(stands(w, "map-critical"));
    g_assert_cmpstr(alarm_of(w, "map-critical")->why, ==, "rule changed");
}

/* Unknown never clears, nor does a change whose rule cannot be judged. */
static void
a_changed_rule_that_cannot_be_judged_keeps_its_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    raise_map(w);
    send_for(w, 40, "RR", 14); /* MAP expires */
    g_assert_true(stands(w, "map-critical"));
    adopt(w, altered("when MAP < MAP_critical for 8 s", "when MAP < MAP_critical for 9 s"));
    send_for(w, 20, "RR", 14);
    g_assert_true(stands(w, "map-critical"));
}

static void
a_withdrawn_rules_alarm_ends(Ward *w, gconstpointer data)
{
    (void)data;
    raise_map(w);
    static const char text[] = "rules \"other\" version 1\nuse HR: /min validity 30 s\n"
                               "rule slow \"Slow\" version 1 { raise low \"t\" when HR < 20 /min "
                               "unknown longer than 5 min -> keep }\n";
    g_autoptr(RulesDiagnostics) d = rules_diagnostics_new("other");
    adopt(w, rules_set_compile(text, strlen(text), d));
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpstr(alarm->why, ==, "rule withdrawn");
    g_assert_null(find_item(w, VICU__SUBJECT__SUBJECT_SCORE, BED "/NEWS2"));
    g_assert_null(find_item(w, VICU__SUBJECT__SUBJECT_LIMIT, BED "/MAP_critical"));
}

/* There and back: the rule means again what it meant when it raised the alarm. */
static void
a_change_that_is_taken_back_leaves_the_alarm_as_it_was(Ward *w, gconstpointer data)
{
    (void)data;
    raise_map(w);
    g_autofree char *id = g_strdup(alarm_of(w, "map-critical")->id);
    adopt(w, altered("when MAP < MAP_critical for 8 s", "when MAP < MAP_critical for 60 s"));
    send_for(w, 5, "ART_M", 41);
    adopt(w, compile_pack());
    send_for(w, 13, "ART_M", 80);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpstr(alarm->id, ==, id);
    g_assert_cmpstr(alarm->why, ==, "cleared");
}

static void
set_limit(Ward *w, double value)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetLimit limit = VICU__SET_LIMIT__INIT;
    limit.bed = (char *)BED;
    limit.name = (char *)"MAP_critical";
    limit.unit = (char *)"mm[Hg]";
    limit.value = value;
    command.key = (char *)"k";
    command.reason = (char *)"test";
    command.what_case = VICU__COMMAND__WHAT_LIMIT;
    command.limit = &limit;
    g_assert_true(command_as(w, &command, "operator", NULL));
}

static void
a_limit_of_a_bed_stays_or_ends_with_a_word_in_the_audit(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 3, "ART_M", 80);
    set_limit(w, 45);
    adopt(w, altered(MAP_HEAD, "rule map-critical \"Other title\" version 1"));
    g_assert_cmpfloat(find_item(w, VICU__SUBJECT__SUBJECT_LIMIT, BED "/MAP_critical")->limit->value,
                      ==, 45);
    send_for(w, 12, "ART_M", 47);
    g_assert_false(stands(w, "map-critical"));
    send_for(w, 12, "ART_M", 44);
    g_assert_true(stands(w, "map-critical"));
    g_autoptr(GString) text = g_string_new(rules_text_adult_icu_rules);
    g_autoptr(RulesDiagnostics) d = rules_diagnostics_new("t");
    const char *at = strstr(text->str, "limit MAP_critical");
    const char *end = strchr(at, '\n');
    g_autofree char *line = g_strndup(at, (gsize)(end - at));
    g_string_replace(text, line,
                     "limit MAP_critical = 50 mm[Hg] within 48 mm[Hg] .. 60 mm[Hg] per bed", 1);
    adopt(w, rules_set_compile(text->str, text->len, d));
    const Vicu__Limit *limit =
        find_item(w, VICU__SUBJECT__SUBJECT_LIMIT, BED "/MAP_critical")->limit;
    g_assert_cmpfloat(limit->value, ==, 50);
    g_assert_false(limit->overridden);
    bool told = false;
    for (guint i = 0; i < w->audit->len; i++)
        told |= strcmp(((Vicu__AuditRecord *)w->audit->pdata[i])->what, "limit-ended") == 0;
    g_assert_true(told);
}

/* --- a restart in between ---------------------------------------------------------- */

static void
keep(GBytes *packed, gpointer user)
{
    g_ptr_array_add(user, g_bytes_ref(packed));
}

/* The process ends, and begins with @set; its snapshots are of the set before. */
static void
restart_into(Ward *w, RulesSet *set, GBytes *snapshot)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    int64_t decided_us = rules_ward_watermark(w->ward);
    RulesSet *before = w->set;
    rules_ward_foreach_lasting(w->ward, keep, kept);
    rules_ward_free(w->ward);
    g_hash_table_remove_all(w->items);
    w->set = set;
    open_ward(w);
    rules_ward_before(w->ward, before);
    rules_set_unref(before);
    for (guint i = 0; i < kept->len; i++) {
        gsize size = 0;
        const void *bytes = g_bytes_get_data(kept->pdata[i], &size);
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(bytes, size, NULL);
        rules_ward_restore(w->ward, item, w->t_us);
    }
    if (snapshot)
        g_assert_true(rules_ward_load(w->ward, g_bytes_get_data(snapshot, NULL),
                                      g_bytes_get_size(snapshot), decided_us));
    rules_ward_restored(w->ward, NOW_US + w->t_us, w->t_us);
}

static void
a_snapshot_of_the_set_before_keeps_the_delay_of_an_unchanged_rule(Ward *w, gconstpointer data)
{
    const char *id = NULL;
    (void)data;
    send_for(w, 10, "ART_M", 80);
    int64_t fell_us = w->t_us + S;
    send_for(w, 5, "ART_M", 41);
    g_autoptr(GBytes) snapshot = rules_ward_save_next(w->ward, &id);
    restart_into(w,
                 altered("clear when SpO2 >= SpO2_low + 2 %", "clear when SpO2 >= SpO2_low + 3 %"),
                 snapshot);
    send_for(w, 8, "ART_M", 41);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->t_condition_us, ==, NOW_US + fell_us);
    g_assert_cmpint(alarm->t_raised_us, ==, NOW_US + fell_us + 8 * S);
}

static void
over_a_restart_a_changed_rules_alarm_stands_until_it_is_judged_anew(Ward *w, gconstpointer data)
{
    (void)data;
    raise_map(w);
    g_autofree char *id = g_strdup(alarm_of(w, "map-critical")->id);
    restart_into(w, altered("when MAP < MAP_critical for 8 s", "when MAP < MAP_critical for 60 s"),
                 NULL);
    send_for(w, 40, "ART_M", 41);
    g_assert_cmpstr(alarm_of(w, "map-critical")->id, ==, id);
    g_assert_true(stands(w, "map-critical"));
    send_for(w, 40, "ART_M", 41);
    g_assert_cmpstr(alarm_of(w, "map-critical")->id, !=, id);
    g_assert_cmpstr(find_item(w, VICU__SUBJECT__SUBJECT_ALARM, id)->alarm->why, ==, "rule changed");
}

#define ADD(name) g_test_add("/rules/ward-rules/" #name, Ward, NULL, ward_up, name, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(an_unchanged_rule_keeps_its_alarm);
    ADD(an_unchanged_rule_keeps_its_delay);
    ADD(a_changed_rules_alarm_stands_until_it_is_judged_anew);
    ADD(a_changed_rule_whose_condition_does_not_hold_ends_its_alarm);
    ADD(a_changed_rule_that_cannot_be_judged_keeps_its_alarm);
    ADD(a_withdrawn_rules_alarm_ends);
    ADD(a_change_that_is_taken_back_leaves_the_alarm_as_it_was);
    ADD(a_limit_of_a_bed_stays_or_ends_with_a_word_in_the_audit);
    ADD(a_snapshot_of_the_set_before_keeps_the_delay_of_an_unchanged_rule);
    ADD(over_a_restart_a_changed_rules_alarm_stands_until_it_is_judged_anew);
    return g_test_run();
}
