/* The roster: who is on duty, which ladder, holes and overlaps, and the file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "escalation/roster-check.h"
#include "escalation/roster-file.h"

#define S ((int64_t)G_USEC_PER_SEC)

static const char file[] =
    "# two nurses share the day, nobody has Sunday night\n"
    "[person a]\nname=Nurse A\nrole=bedside\nunits=demo/icu\npage=yes\nsubstitute=b\n"
    "[person b]\nname=Nurse B\nrole=bedside\npage=yes\nmail=b@example.org\naccount=nb\n"
    "[person c]\nname=Dr C\nrole=doctor\nmail=c@example.org\n"
    "[shift day]\nperson=a\nunit=demo/icu\ndays=daily\nfrom=07:00\nto=19:00\n"
    "[shift night]\nperson=b\nunit=demo/icu\ndays=Mon, Tue, Wed, Thu, Fri, "
    "Sat\nfrom=19:00\nto=07:00\n"
    "[shift extra]\nperson=b\nunit=*\nfrom=2026-12-02T10:00Z\nto=2026-12-02T12:00Z\n"
    "[ladder high]\nunit=demo/icu\nstep1=bedside; page; deliver 10s\nstep2=person:c; smtp; all; "
    "accept 2min\n"
    "last_resort=person:b\n"
    "[ladder night]\nunit=demo/icu\nhours=19:00-07:00\npriority=medium\nstep1=bedside\n"
    "[ladder vt]\nunit=*\nrule=vt\npriority=low\nstep1=bedside\n";

static int64_t
at(const char *text)
{
    int64_t t_us = 0;
    g_assert_true(vicu_time_parse(text, 0, &t_us, NULL));
    return t_us;
}

static EscRoster *
read_zone(const char *text, const char *zone, GError **error)
{
    g_autoptr(GTimeZone) z = zone ? g_time_zone_new_identifier(zone) : NULL;
    return esc_roster_read(text, strlen(text), "icu.roster", z, error);
}

/* One that is sound. */
static EscRoster *
read_sound(const char *text, const char *zone)
{
    g_autoptr(GError) error = NULL;
    EscRoster *r = read_zone(text, zone, &error);

    g_assert_no_error(error);
    g_assert_nonnull(r);
    return r;
}

static void
on_duty_is(const EscRoster *r, const char *when, const char *expected)
{
    g_autoptr(GPtrArray) who = esc_roster_on_duty(r, "demo/icu", "bedside", at(when));
    g_autoptr(GString) ids = g_string_new(NULL);

    for (guint i = 0; i < who->len; i++)
        g_string_append_printf(ids, "%s%s", i ? " " : "",
                               ((Vicu__RosterPerson *)who->pdata[i])->id);
    g_assert_cmpstr(ids->str, ==, expected);
}

static void
a_shift_lasts_to_its_end_and_over_midnight(void)
{
    g_autoptr(EscRoster) r = read_sound(file, NULL);

    on_duty_is(r, "2026-12-01T06:59:59Z", "b"); /* Tuesday; Monday's night */
    on_duty_is(r, "2026-12-01T07:00:00Z", "a");
    on_duty_is(r, "2026-12-01T18:59:59Z", "a");
    on_duty_is(r, "2026-12-01T19:00:00Z", "b");
    on_duty_is(r, "2026-12-02T11:00:00Z", "a b"); /* the shift of this very unit first */
    on_duty_is(r, "2026-12-02T12:00:00Z", "a");
    on_duty_is(r, "2026-12-06T20:00:00Z", ""); /* Sunday night */
}

static void
hours_are_local_across_a_change_of_the_clocks(void)
{
    g_autoptr(EscRoster) r = read_sound(file, "Europe/Berlin");

    on_duty_is(r, "2026-03-28T05:59:59Z", "b"); /* 06:59:59 winter */
    on_duty_is(r, "2026-03-28T06:00:00Z", "a");
    on_duty_is(r, "2026-03-29T04:59:59Z", "b"); /* 06:59:59 summer */
    on_duty_is(r, "2026-03-29T05:00:00Z", "a");
}

static void
people_are_found_by_id_login_and_name(void)
{
    g_autoptr(EscRoster) r = read_sound(file, NULL);

    g_assert_cmpstr(esc_roster_find(r, "b")->id, ==, "b");
    g_assert_cmpstr(esc_roster_find(r, "nb")->id, ==, "b");
    g_assert_cmpstr(esc_roster_find(r, "nurse a")->id, ==, "a");
    g_assert_null(esc_roster_find(r, "nurse"));
    g_assert_null(esc_roster_find(r, ""));
    g_assert_cmpstr(esc_roster_substitute(r, esc_roster_person(r, "a"))->id, ==, "b");
    g_assert_null(esc_roster_substitute(r, esc_roster_person(r, "b")));
}

static const char *
ladder_id(const EscRoster *r,
          const char *unit,
          unsigned priority,
          bool technical,
          const char *rule,
          const char *when)
{
    const Vicu__Ladder *l = esc_roster_ladder(r, unit, priority, technical, rule, at(when));
    return l ? l->id : "";
}

static void
the_ladder_is_of_the_unit_rule_priority_and_hour(void)
{
    g_autoptr(EscRoster) r = read_sound(file, NULL);
    const char *noon = "2026-12-01T12:00:00Z", *night = "2026-12-01T23:00:00Z";

    g_assert_cmpstr(ladder_id(r, "demo/icu", 4, false, "x", noon), ==, "high");
    g_assert_cmpstr(ladder_id(r, "demo/icu", 3, false, "x", noon), ==, "");
    g_assert_cmpstr(ladder_id(r, "demo/icu", 3, false, "x", night), ==, "night");
    g_assert_cmpstr(ladder_id(r, "demo/icu", 4, false, "x", night), ==, "high");
    g_assert_cmpstr(ladder_id(r, "demo/icu", 4, true, "x", noon), ==, "");
    g_assert_cmpstr(ladder_id(r, "demo/ward", 2, false, "vt", noon), ==, "vt");
    g_assert_cmpstr(ladder_id(r, "demo/icu", 2, false, "vt", noon), ==, "vt");
    g_assert_cmpstr(ladder_id(r, "demo/icu", 1, false, "vt", noon), ==, "");
}

static void
a_ladders_step_is_read_whole(void)
{
    g_autoptr(EscRoster) r = read_sound(file, NULL);
    const Vicu__Ladder *l = esc_roster_ladder_at(r, 0);

    g_assert_cmpuint(l->n_step, ==, 2);
    g_assert_cmpstr(l->step[0]->to, ==, "bedside");
    g_assert_cmpuint(l->step[0]->n_channel, ==, 1);
    g_assert_cmpint(l->step[0]->deliver_us, ==, 10 * S);
    g_assert_false(l->step[0]->all);
    g_assert_cmpstr(l->step[1]->to, ==, "person:c");
    g_assert_cmpint(l->step[1]->accept_us, ==, 120 * S);
    g_assert_true(l->step[1]->all);
    g_assert_cmpstr(l->last_resort->to, ==, "person:b");
}

static void
collect(const char *key, const Vicu__RosterFinding *f, gpointer user)
{
    g_assert_nonnull(strstr(key, f->kind));
    g_string_append_printf(user, "%s\n", f->text);
}

static void
holes_and_overlaps_are_told_with_their_times(void)
{
    g_autoptr(EscRoster) r = read_sound(file, NULL);
    g_autoptr(GString) text = g_string_new(NULL);

    size_t n =
        esc_roster_check(r, at("2026-12-01T00:00:00Z"), at("2026-12-08T00:00:00Z"), collect, text);
    g_assert_cmpuint(n, ==, 2);
    g_assert_nonnull(strstr(text->str,
                            "Nurse A and Nurse B are both on duty as bedside in demo/icu "
                            "from 2026-12-02T10:00:00.000Z to 2026-12-02T12:00:00.000Z"));
    g_assert_nonnull(strstr(text->str, "nobody is on duty as bedside in demo/icu from "
                                       "2026-12-06T19:00:00.000Z to 2026-12-07T07:00:00.000Z"));
}

static void
refused(const char *text, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EscRoster) r = read_zone(text, NULL, &error);

    g_assert_null(r);
    g_assert_nonnull(error);
    if (!strstr(error->message, says))
        g_error("\"%s\" does not say \"%s\"", error->message, says);
}

static void
a_file_is_refused_whole_with_the_place_and_what_was_expected(void)
{
    refused("[person a]\nrole=x\n", "icu.roster: [person a] entry: name: expected 1..");
    refused("[person a]\nname=A\nrole=x\nphone=1\n", "[person a] phone: unknown; expected one of");
    refused("[person a b]\nname=A\nrole=x\n", "person \"a b\": expected 1..32 of");
    refused("[person a]\nname=A\nrole=x\npage=maybe\n", "expected yes or no");
    refused("[person a]\nname=A\nrole=x\nsubstitute=z\n", "there is no [person z]");
    refused("[shift s]\nperson=z\nunit=demo/icu\ndays=daily\nfrom=07:00\nto=19:00\n",
            "there is no [person z]");
    refused("[shift s]\nperson=z\nunit=icu\ndays=daily\nfrom=07:00\nto=19:00\n",
            "expected site/unit");
    refused("[shift s]\nperson=z\nunit=*\ndays=daily\nfrom=7\nto=19:00\n",
            "expected times as 07:00");
    refused("[shift s]\nperson=z\nunit=*\ndays=Someday\nfrom=07:00\nto=19:00\n", "expected daily");
    refused("[shift s]\nperson=z\nunit=*\nfrom=2026-12-02T10:00Z\nto=2026-12-02T10:00Z\n",
            "an end after it");
    refused("[ladder l]\nunit=*\n", "expected 1..16 steps");
    refused("[ladder l]\nunit=*\nstep2=x\n", "without a hole");
    refused("[ladder l]\nunit=*\nstep1=x; fax\n", "expected channels");
    refused("[ladder l]\nunit=*\nstep1=x; page, fax\n", "expected page, smtp, webhook or pcd06");
    refused("[ladder l]\nunit=*\nstep1=x; accept 30\n", "with its unit");
    refused("[ladder l]\nunit=*\nstep1=x; accept 2d\n", "outside 0..86400 s");
    refused("[ladder l]\nunit=*\npriority=urgent\nstep1=x\n", "expected high, medium, low");
    refused("[ladder l]\nunit=*\nhours=07\nstep1=x\n", "expected hours as 07:00-19:00");
    refused("[ladder l]\nunit=*\nstep1=person:q\n", "there is no [person q]");
    refused("[clinic x]\na=b\n", "expected [person ID], [shift ID] or [ladder ID]");
    refused("not a key file", "icu.roster: ");
}

#define ADD(name) g_test_add_func("/escalation/roster/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_shift_lasts_to_its_end_and_over_midnight);
    ADD(hours_are_local_across_a_change_of_the_clocks);
    ADD(people_are_found_by_id_login_and_name);
    ADD(the_ladder_is_of_the_unit_rule_priority_and_hour);
    ADD(a_ladders_step_is_read_whole);
    ADD(holes_and_overlaps_are_told_with_their_times);
    ADD(a_file_is_refused_whole_with_the_place_and_what_was_expected);
    return g_test_run();
}
