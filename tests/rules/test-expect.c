/* What is expected of a bed: its profile, and expectations that somebody ends.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/ward-inner.h"
#include "tests/rules/ward-fixture.h"

static bool
order(Ward *w, Vicu__Command *command, const char *reason, const char *role, char **text)
{
    static int number;
    g_autofree char *key = g_strdup_printf("%d", ++number);
    command->key = key;
    command->reason = (char *)reason;
    return command_as(w, command, role, text);
}

static bool
set_profile(Ward *w, const char *inputs, const char *reason, char **text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetProfile profile = VICU__SET_PROFILE__INIT;
    g_auto(GStrv) names = g_strsplit(inputs, ",", -1);
    profile.bed = (char *)BED;
    profile.required = names;
    profile.n_required = g_strv_length(names);
    command.what_case = VICU__COMMAND__WHAT_PROFILE;
    command.profile = &profile;
    return order(w, &command, reason, "operator", text);
}

static bool
end_expectation(Ward *w, const char *input, const char *reason, const char *role, char **text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__EndExpectation end = VICU__END_EXPECTATION__INIT;
    end.bed = (char *)BED;
    end.input = (char *)input;
    command.what_case = VICU__COMMAND__WHAT_END_EXPECTATION;
    command.end_expectation = &end;
    return order(w, &command, reason, role, text);
}

static bool
is_not_judged(Ward *w, const char *line)
{
    const Vicu__Bed *bed = bed_item(w);
    for (size_t i = 0; i < bed->n_not_judged; i++)
        if (strcmp(bed->not_judged[i], line) == 0)
            return true;
    return false;
}

static void
what_the_profile_requires_is_missed_from_the_start(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    send_for(w, 100, "HR", 80);
    g_assert_true(is_not_judged(w, "desaturation (no SpO2)"));
    g_assert_null(alarm_of(w, "desaturation"));
    g_assert_true(set_profile(w, "SpO2,HR,SpO2", "a probe is on", &text));
    g_assert_cmpstr(text, ==, "Bed demo/icu/7 is expected to send SpO2, HR.");
    g_assert_cmpstr(last_audit(w)->what, ==, "profile");
    g_assert_cmpstr(last_audit(w)->why, ==, "a probe is on");
    send_for(w, 70, "HR", 80);
    const Vicu__Alarm *alarm = alarm_of(w, "desaturation");
    g_assert_nonnull(alarm);
    g_assert_true(alarm->technical);
    g_assert_false(is_not_judged(w, "desaturation (no SpO2)"));
    g_assert_cmpuint(bed_item(w)->n_required, ==, 2);
    /* It outlives a restart. */
    restart(w);
    g_assert_cmpuint(bed_item(w)->n_required, ==, 2);
    send_for(w, 10, "HR", 80);
    g_assert_false(is_not_judged(w, "desaturation (no SpO2)"));
    /* Taken back, all is as before. */
    g_assert_true(set_profile(w, "", "no probe after all", &text));
    send_for(w, 5, "HR", 80);
    g_assert_false(stands(w, "desaturation"));
    g_assert_true(is_not_judged(w, "desaturation (no SpO2)"));
}

static void
an_expectation_ends_by_name_until_the_input_comes_again(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    send_for(w, 20, "SpO2", 97);
    g_assert_false(end_expectation(w, "SpO2", "moved", "operator", &text));
    g_assert_cmpstr(text, ==, "Bed demo/icu/7 sends SpO2: what comes is expected.");
    send_for(w, 110, "HR", 80);
    g_assert_true(stands(w, "desaturation"));
    g_assert_true(end_expectation(w, "SpO2", "probe taken off", "operator", &text));
    g_assert_cmpstr(last_audit(w)->what, ==, "expectation-end");
    g_assert_cmpstr(last_audit(w)->why, ==, "probe taken off");
    send_for(w, 2, "HR", 80);
    g_assert_false(stands(w, "desaturation"));
    g_assert_true(is_not_judged(w, "desaturation (no SpO2)"));
    g_assert_cmpuint(bed_item(w)->n_ended, ==, 1);
    send_for(w, 120, "HR", 80);
    g_assert_false(stands(w, "desaturation"));
    /* It comes again: expected as any other. */
    send_for(w, 20, "SpO2", 97);
    g_assert_cmpuint(bed_item(w)->n_ended, ==, 0);
    send_for(w, 110, "HR", 80);
    g_assert_true(stands(w, "desaturation"));
}

/* A snapshot of the time before does not bring it back. */
static void
an_ended_expectation_outlives_a_restart(Ward *w, gconstpointer data)
{
    (void)data;
    const char *id = NULL;
    send_for(w, 20, "SpO2", 97);
    send_for(w, 110, "HR", 80);
    g_autoptr(GBytes) snapshot = rules_ward_save_next(w->ward, &id);
    g_assert_true(end_expectation(w, "SpO2", "probe taken off", "operator", NULL));
    send_for(w, 2, "HR", 80);
    restart_with(w, snapshot, rules_ward_watermark(w->ward));
    send_for(w, 100, "HR", 80);
    g_assert_cmpuint(bed_item(w)->n_ended, ==, 1);
    g_assert_false(stands(w, "desaturation"));
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge = VICU__DISCHARGE__INIT;
    discharge.bed = (char *)BED;
    command.what_case = VICU__COMMAND__WHAT_DISCHARGE;
    command.discharge = &discharge;
    g_assert_true(order(w, &command, "home", "operator", NULL));
    g_assert_cmpuint(bed_item(w)->n_ended, ==, 0);
    g_assert_cmpuint(bed_item(w)->n_required, ==, 0);
}

static void
what_makes_no_sense_is_refused(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    g_autoptr(GString) many = g_string_new("HR");
    send_for(w, 20, "HR", 80);
    g_assert_false(set_profile(w, "SpO3", "reason", &text));
    g_assert_cmpstr(text, ==, "The rules in force read no input \"SpO3\".");
    g_assert_false(set_profile(w, "SpO2", "", &text));
    for (int i = 0; i < RULES_EXPECTED_MAX; i++)
        g_string_append(many, ",HR");
    g_assert_false(set_profile(w, many->str, "reason", &text));
    g_assert_cmpstr(text, ==, "A profile has at most 64 inputs, not 65.");
    g_assert_false(end_expectation(w, "SpO3", "reason", "operator", &text));
    g_assert_false(end_expectation(w, "SpO2", "reason", "operator", &text));
    g_assert_cmpstr(text, ==, "Nobody expects SpO2 of bed demo/icu/7.");
    g_assert_false(end_expectation(w, "HR", "", "operator", &text));
    g_assert_false(end_expectation(w, "HR", "reason", "annunciator", &text));
    g_assert_nonnull(strstr(text, "may not do that"));
    g_assert_cmpstr(last_audit(w)->what, ==, "refused");
    g_assert_cmpuint(bed_item(w)->n_required, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/rules/expect/" #name, Ward, NULL, ward_up, name, ward_down)
    ADD(what_the_profile_requires_is_missed_from_the_start);
    ADD(an_expectation_ends_by_name_until_the_input_comes_again);
    ADD(an_ended_expectation_outlives_a_restart);
    ADD(what_makes_no_sense_is_refused);
#undef ADD
    return g_test_run();
}
