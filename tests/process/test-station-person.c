/* People at the station: who signs in there, what a locked one still does, and what the audit has
 * of it; real processes, a real keyboard.
 *
 * The station's key alone may not act here ([people] keys of rules and store).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "dashboard/ui/form.h"
#include "tests/process/live.h"

#define S     SITE_S
#define WORD  "a sentence of mine"
#define WRONG "another sentence"
#define BED   LIVE_WARD "/5"
#define CUFF  LIVE_WARD "/4" /* no arterial line: a pressure entered by hand counts */

/* The rules have heard of the store who may sign in, and believe her. */
static void
await_belief(Site *site, const char *who)
{
    for (int i = 0; i < 100; i++) {
        g_autofree char *said = site_vicu(site, who, "", "bed observe " CUFF " NIBP_M '85 mm[Hg]'");
        if (strstr(said, "is noted") != NULL)
            return;
        site_wait(site, S / 5, NULL, NULL);
    }
    g_error("%s is not believed within 20 s", who);
}

/* Rules and store begin anew with what is set; the station after that. */
static void
only_people_act(Live *live)
{
    static const char *const processes[] = {"rules", "store"};
    g_autofree char *link = site_vicu(live->site, "admin", "", "people link");

    site_enrol(live->site, "admin", WORD, link);
    g_autofree char *ada =
        site_vicu(live->site, "admin", "", "people add ada --name 'Ada L' --role 'intensivist *'");
    site_enrol(live->site, "ada", WORD, ada);
    for (size_t i = 0; i < G_N_ELEMENTS(processes); i++) {
        site_settings(live->site, processes[i], "[people]\nkeys = operator\n");
        site_signal(live->site, processes[i], SIGTERM);
        live_start(live, processes[i]);
    }
    site_await_beds(live->site, LIVE_BEDS);
    await_belief(live->site, "ada");
}

static void
people_act_and_nobody_touches(Live *live)
{
    only_people_act(live);
    site_settings(live->site, "dashboard", "[person]\nlock = 12s\n");
}

static void
the_station_was_locked(Live *live)
{
    g_autofree char *folder = g_build_filename(site_folder(live->site), "dashboard", NULL);
    g_autofree char *file = g_build_filename(folder, "dashboard.locked", NULL);

    only_people_act(live);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(file, "locked\n", -1, NULL));
}

/* --- at the keyboard ----------------------------------------------------------------------- */

static gboolean
form_says(Live *live, const char *words)
{
    DashForm *form = dash_form_open_one();
    (void)live;
    return form != NULL && strstr(dash_form_refusal(form), words) != NULL;
}

static gboolean
is_closed(Live *live, const char *none)
{
    (void)live, (void)none;
    return dash_form_open_one() == NULL;
}

static void
sign_in(Live *live, const char *password)
{
    live_keys(live, "ctrl+g", live_has_form, "a form");
    live_type(live, "ada");
    live_keys(live, "Tab", live_has_form, "a form");
    live_type(live, password);
}

static gboolean
is_audited(Live *live, const char *words)
{
    g_autofree char *said = site_vicu(live->site, "", "", "audit ls --from -10min");

    return strstr(said, words) != NULL;
}

static void
write_note(Live *live)
{
    live_keys(live, "2 slash 5 Return", live_is_bed, BED);
    live_keys(live, "m", live_has_form, "a form");
    live_type(live, "difficult airway");
}

static gboolean
has_alarm(Live *live, const char *bed)
{
    return site_stands(live->site, bed, "map-critical");
}

static void
nobody_acts_before_somebody_has_signed_in(Live *live)
{
    live_must_not_read(live, "LOCKED");
    write_note(live);
    live_keys(live, "Return", form_says, "sign in");
    live_keys(live, "Escape", live_has_no_form, "the form is closed");
    sign_in(live, WRONG);
    live_keys(live, "Return", form_says, "not right");
    live_keys(live, "Escape", live_has_no_form, "the form is closed");
    sign_in(live, WORD);
    live_keys(live, "Return", live_has_no_form, "the form is closed");
    live_await(live, live_reads, "Ada L  intensivist *");
    write_note(live);
    live_keys(live, "Return", live_has_no_form, "the form is closed");
    live_await(live, live_reads, "difficult airway");
    live_keys(live, "ctrl+shift+g", live_reads_not, "Ada L");
    write_note(live);
    live_keys(live, "Return", form_says, "sign in");
    live_await(live, is_audited, "ada");
}

static void
a_locked_station_shows_its_alarms(Live *live)
{
    live_keys(live, "ctrl+shift+l", live_is_view, "wall"); /* nobody could come back */
    live_must_not_read(live, "LOCKED");
    sign_in(live, WORD);
    live_keys(live, "Return", live_has_no_form, "the form is closed");
    live_keys(live, "2 slash 5 Return", live_is_bed, BED);
    live_keys(live, "m", live_has_form, "a form");
    live_keys(live, "Escape", live_has_no_form, "none");
    live_keys(live, "ctrl+shift+l", live_reads, "LOCKED");
    live_await(live, live_is_view, "wall");
    live_await(live, live_reads, "16 beds:  16 with data");
    live_keys(live, "3", live_is_view, "wall");
    live_keys(live, "4", live_is_view, "wall");
    live_keys(live, "m", live_has_no_form, "none");
    live_keys(live, "ctrl+k", live_has_no_form, "none");
    site_observe(live->site, CUFF, "NIBP_M", 40);
    live_await(live, has_alarm, CUFF);
    live_await(live, live_reads, "MAP ");
    live_must_read(live, "LOCKED");
    sign_in(live, WRONG);
    live_keys(live, "Return", form_says, "not right");
    live_keys(live, "Escape", live_has_no_form, "the form is closed");
    live_must_read(live, "LOCKED");
    sign_in(live, WORD);
    live_keys(live, "Return", live_has_no_form, "the form is closed");
    live_await(live, live_reads_not, "LOCKED");
    live_keys(live, "3", live_is_view, "bed");
    live_await(live, is_audited, "unlock");
}

static void
a_station_that_nobody_touches_is_locked(Live *live)
{
    sign_in(live, WORD);
    live_keys(live, "Return", live_has_no_form, "the form is closed");
    live_keys(live, "2 slash 5 Return", live_is_bed, BED);
    live_keys(live, "m", live_has_form, "a form");
    live_await(live, live_reads, "locked in");
    live_await(live, live_reads, "LOCKED");
    live_await(live, is_closed, "a form that was left open is closed");
    live_await(live, live_is_view, "wall");
    live_await(live, is_audited, "nobody touched it");
}

static void
a_locked_station_comes_back_locked(Live *live)
{
    g_autofree char *file =
        g_build_filename(site_folder(live->site), "dashboard", "dashboard.locked", NULL);

    live_await(live, live_reads, "LOCKED");
    live_keys(live, "3", live_is_view, "wall");
    sign_in(live, WORD);
    live_keys(live, "Return", live_has_no_form, "the form is closed");
    live_await(live, live_reads_not, "LOCKED");
    g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
}

/* --- the store is away --------------------------------------------------------------------- */

static void
without_the_store_a_name_and_a_reason_open_it(Live *live)
{
    live_await(live, live_reads, "LOCKED");
    site_signal(live->site, "store", SIGKILL);
    live_until(live, vicu_clock_utc_us() + 20 * S); /* the rules miss it */
    live_keys(live, "ctrl+shift+e", live_has_form, "a form");
    live_type(live, "Dr Grace");
    live_keys(live, "Tab", live_has_form, "a form");
    live_type(live, "resuscitation");
    live_keys(live, "Return", is_closed, "the form is closed");
    live_await(live, live_reads, "Dr Grace  emergency");
    live_must_not_read(live, "LOCKED");
    live_start(live, "store");
    live_await(live, live_reads, "LOCKED");
}

int
main(int argc, char **argv)
{
    static const LiveTest tests[] = {
        {"nobody_acts_before_somebody_has_signed_in", nobody_acts_before_somebody_has_signed_in,
         only_people_act},
        {"a_locked_station_shows_its_alarms", a_locked_station_shows_its_alarms, only_people_act},
        {"a_station_that_nobody_touches_is_locked", a_station_that_nobody_touches_is_locked,
         people_act_and_nobody_touches},
        {"a_locked_station_comes_back_locked", a_locked_station_comes_back_locked,
         the_station_was_locked},
        {"without_the_store_a_name_and_a_reason_open_it",
         without_the_store_a_name_and_a_reason_open_it, the_station_was_locked},
    };
    return live_main(argc, argv, "station-person", tests, G_N_ELEMENTS(tests));
}
