/* A process that stands still and that nobody ends: who says so, and how soon; and that
 * it is said no more once the process goes on.
 *
 * usage: test-silence collector|hub|rules|store|escalation
 *
 * Each is stopped with SIGSTOP on an installation of its own. Times are the alarms' own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "dashboard/client.h"
#include "dashboard/saved.h"
#include "tests/process/site.h"

#define S SITE_S

#define SEEN_US  (3 * S)
#define ALARM_US (10 * S)
#define OVER_US  (5 * S)

#define BEDS             4
#define BED_WITHOUT_LINE "demo/icu/4" /* a cuff pressure entered by hand counts */

typedef struct {
    Site *site;
    DashModel *model; /* a station's */
    DashClient *station;
} World;

/* --- the world ---------------------------------------------------------------------------- */

static void
open_world(World *w)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector"};
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
                        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    g_autoptr(GError) error = NULL;

    w->site = site_new();
    site_settings(w->site, "collector", settings);
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(w->site, daemons[i]);
    site_follow(w->site);
    w->model = dash_model_new();
    ToolClient *client = site_client(w->site);
    w->station = dash_client_new(tool_client_context(client), tool_client_root(client), "station",
                                 w->model, &error);
    g_assert_no_error(error);
    site_await_beds(w->site, BEDS);
    site_wait(w->site, 2 * S, NULL, NULL);
}

static void
close_world(World *w)
{
    dash_client_free(w->station);
    dash_model_free(w->model);
    site_free(w->site);
}

/* --- what has to come true ---------------------------------------------------------------- */

typedef struct {
    World *world;
    const char *name;
    gboolean wanted;
} Awaited;

static gboolean
rules_say(Site *site, gpointer user)
{
    const Awaited *awaited = user;

    return site_stands(site, "", awaited->name) == awaited->wanted;
}

static gboolean
station_says(Site *site, gpointer user)
{
    const Awaited *awaited = user;

    (void)site;
    return (dash_model_find_alarm(awaited->world->model, awaited->name) != NULL) == awaited->wanted;
}

static gboolean
process_says(Site *site, gpointer user)
{
    const Awaited *awaited = user;
    g_autofree char *missing = site_missing(site, awaited->name);

    return (missing != NULL) == awaited->wanted;
}

static void
await(World *w, int64_t us, SiteCondition condition, const char *name, gboolean wanted)
{
    Awaited awaited = {w, name, wanted};

    if (!site_wait(w->site, us, condition, &awaited))
        g_error("%s: %s within %d s", name, wanted ? "was not said" : "did not end", (int)(us / S));
}

/* A technical alarm of the rules about the installation, raised after 3 to 10 s. */
static double
judge_alarm(World *w, const char *rule, int64_t stopped_us)
{
    const Vicu__Alarm *alarm = site_alarm(w->site, "", rule);
    int64_t after_us = alarm->t_raised_us - stopped_us;

    g_assert_true(alarm->technical);
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_MEDIUM);
    g_assert_cmpint(after_us, >, SEEN_US);
    g_assert_cmpint(after_us, <=, ALARM_US);
    return (double)after_us / 1e6;
}

/* A local alarm of the station, raised within 3 s. */
static double
judge_station(World *w, const char *cause, int64_t stopped_us)
{
    const DashAlarm *alarm = dash_model_find_alarm(w->model, cause);

    g_assert_nonnull(alarm);
    g_assert_true(alarm->technical && alarm->local);
    g_assert_cmpint(alarm->t_raised_us - stopped_us, <=, SEEN_US);
    return (double)(alarm->t_raised_us - stopped_us) / 1e6;
}

static int64_t
stop(World *w, const char *process)
{
    int64_t now_us = vicu_clock_utc_us();

    site_signal(w->site, process, SIGSTOP);
    return now_us;
}

/* Waits until it has stood still for so long. */
static void
stand_still(World *w, int64_t stopped_us, int64_t us)
{
    site_wait(w->site, MAX(stopped_us + us - vicu_clock_utc_us(), 0), NULL, NULL);
}

/* --- the collector ------------------------------------------------------------------------ */

static double
judge_beds(World *w, int64_t stopped_us)
{
    int64_t latest_us = 0;

    for (int i = 1; i <= BEDS; i++) {
        g_autofree char *id = g_strdup_printf("demo/icu/%d", i);
        const Vicu__Bed *bed = site_bed(w->site, id);
        g_assert_cmpint(bed->presence, ==, VICU__PRESENCE__PRESENCE_LOST);
        latest_us = MAX(latest_us, bed->since_us - stopped_us);
    }
    g_assert_cmpint(latest_us, <=, SEEN_US);
    return (double)latest_us / 1e6;
}

/* The rules die while its alarm stands: the alarm goes on, and ends when it has to. */
static void
a_silent_collector_is_alarmed_and_its_beds_are_lost(void)
{
    World w;
    open_world(&w);
    int64_t stopped_us = stop(&w, "collector");
    await(&w, 15 * S, rules_say, "local:silent/collector", TRUE);
    double alarm_s = judge_alarm(&w, "local:silent/collector", stopped_us);
    double lost_s = judge_beds(&w, stopped_us);
    const Vicu__Alarm *alarm = site_alarm(w.site, "", "local:silent/collector");
    g_autofree char *id = g_strdup(alarm->id);
    g_assert_nonnull(strstr(alarm->text, "4 beds"));
    site_signal(w.site, "rules", SIGKILL);
    site_start(w.site, "rules");
    stand_still(&w, stopped_us, site_is_night() ? 20 * S : 13 * S);
    g_assert_true(site_stands(w.site, "", "local:silent/collector"));
    g_assert_cmpstr(site_alarm(w.site, "", "local:silent/collector")->id, ==, id);
    g_assert_cmpuint(site_physiological(w.site, stopped_us), ==, 0);
    site_signal(w.site, "collector", SIGCONT);
    await(&w, OVER_US, rules_say, "local:silent/collector", FALSE);
    site_await_beds(w.site, BEDS);
    g_test_message("figure: collector stopped: its beds lost after %.2f s, technical alarm after "
                   "%.2f s",
                   lost_s, alarm_s);
    close_world(&w);
}

/* --- the hub ------------------------------------------------------------------------------ */

static void
a_silent_hub_is_alarmed_by_rules_and_station_and_told_by_the_others(void)
{
    World w;
    open_world(&w);
    await(&w, S, station_says, DASH_HUB_BLIND, FALSE);
    int64_t stopped_us = stop(&w, "hub");
    await(&w, 8 * S, station_says, DASH_HUB_BLIND, TRUE);
    double station_s = judge_station(&w, DASH_HUB_BLIND, stopped_us);
    await(&w, 15 * S, rules_say, "local:hub-blind", TRUE);
    double alarm_s = judge_alarm(&w, "local:hub-blind", stopped_us);
    await(&w, 3 * S, process_says, "store", TRUE);
    await(&w, 3 * S, process_says, "collector", TRUE);
    /* One cause, one alarm; and the station still hears the rules. */
    g_assert_false(site_stands(w.site, "", "local:silent/collector"));
    g_assert_false(site_stands(w.site, "", "local:store-silent"));
    g_assert_null(dash_model_find_alarm(w.model, DASH_RULES_BLIND));
    stand_still(&w, stopped_us, site_is_night() ? 20 * S : 11 * S);
    g_assert_cmpuint(site_physiological(w.site, stopped_us), ==, 0);
    site_signal(w.site, "hub", SIGCONT);
    await(&w, OVER_US, rules_say, "local:hub-blind", FALSE);
    await(&w, OVER_US, station_says, DASH_HUB_BLIND, FALSE);
    await(&w, OVER_US, process_says, "store", FALSE);
    await(&w, OVER_US, process_says, "collector", FALSE);
    g_test_message("figure: hub stopped: the station blind after %.2f s, alarm of the rules after "
                   "%.2f s",
                   station_s, alarm_s);
    close_world(&w);
}

/* --- the rules ---------------------------------------------------------------------------- */

/* The picture of a station that has never heard them: it must say so, not look calm. */
static void
check_picture(World *w)
{
    g_autofree char *program = site_program("dashboard/vicu-dashboard");
    g_autofree char *png = g_build_filename(site_folder(w->site), "wall.png", NULL);
    g_autofree char *state = g_build_filename(site_folder(w->site), "wall.state", NULL);
    const char *argv[] = {program,  "snapshot", "--root", site_folder(w->site),
                          "--size", "1280x720", "--save", state,
                          "-o",     png,        NULL};
    g_autofree char *said = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(DashModel) model = dash_model_new();
    int64_t now_us = 0;
    int status = 0;

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said,
                 &status, &error);
    g_assert_no_error(error);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        g_error("snapshot: %s", said);
    g_assert_true(dash_saved_load(state, model, &now_us, &error));
    g_assert_nonnull(dash_model_find_alarm(model, DASH_RULES_BLIND));
    g_assert_true(g_file_test(png, G_FILE_TEST_EXISTS));
}

/* The station has taken in more batches than `seen`. */
typedef struct {
    World *world;
    uint64_t seen;
} Pictures;

static gboolean
pictures_go_on(Site *site, gpointer user)
{
    const Pictures *pictures = user;

    (void)site;
    return dash_model_batches(pictures->world->model) > pictures->seen;
}

static void
silent_rules_are_told_by_the_station_and_by_every_picture(void)
{
    World w;
    open_world(&w);
    await(&w, S, station_says, DASH_RULES_BLIND, FALSE);
    int64_t stopped_us = stop(&w, "rules");
    await(&w, 8 * S, station_says, DASH_RULES_BLIND, TRUE);
    double station_s = judge_station(&w, DASH_RULES_BLIND, stopped_us);
    g_assert_null(dash_model_find_alarm(w.model, DASH_HUB_BLIND));
    check_picture(&w);
    await(&w, 3 * S, process_says, "hub", TRUE);
    Pictures pictures = {&w, dash_model_batches(w.model)};
    g_assert_true(site_wait(w.site, 2 * S, pictures_go_on, &pictures));
    site_signal(w.site, "rules", SIGCONT);
    await(&w, OVER_US, station_says, DASH_RULES_BLIND, FALSE);
    await(&w, OVER_US, process_says, "hub", FALSE);
    g_assert_cmpuint(site_physiological(w.site, stopped_us), ==, 0);
    g_assert_false(site_stands(w.site, "", "local:hub-blind")); /* its own stall, nobody else's */
    g_test_message("figure: rules stopped: the station blind after %.2f s", station_s);
    close_world(&w);
}

/* --- the store ---------------------------------------------------------------------------- */

static gboolean
pressure_is_alarmed(Site *site, gpointer user)
{
    (void)user;
    return site_stands(site, BED_WITHOUT_LINE, "map-critical");
}

static gboolean
station_shows_the_alarm(Site *site, gpointer user)
{
    const Awaited *awaited = user;

    (void)site;
    for (size_t i = 0; i < dash_model_n_alarms(awaited->world->model); i++)
        if (strcmp(dash_model_alarm(awaited->world->model, i)->rule, awaited->name) == 0)
            return awaited->wanted;
    return !awaited->wanted;
}

/* The store takes what the rules send: it is there, and they have heard it. */
static gboolean
rules_are_acknowledged(Site *site, gpointer user)
{
    double waiting = site_counter(site, "rules", "spool_batches");

    (void)user;
    return waiting >= 0 && waiting <= 10;
}

static void
with_a_silent_store_alarms_and_pictures_go_on_and_it_is_alarmed(void)
{
    World w;
    open_world(&w);
    g_assert_true(site_wait(w.site, 20 * S, rules_are_acknowledged, NULL));
    uint64_t batches = dash_model_batches(w.model);
    int64_t stopped_us = stop(&w, "store");
    site_observe(w.site, BED_WITHOUT_LINE, "NIBP_M", 40);
    g_assert_true(site_wait(w.site, 12 * S, pressure_is_alarmed, NULL));
    await(&w, 15 * S, rules_say, "local:store-silent", TRUE);
    double alarm_s = judge_alarm(&w, "local:store-silent", stopped_us);
    await(&w, 2 * S, station_shows_the_alarm, "local:store-silent", TRUE);
    await(&w, 2 * S, station_shows_the_alarm, "map-critical", TRUE);
    await(&w, 3 * S, process_says, "hub", TRUE);
    g_assert_cmpuint(dash_model_batches(w.model), >, batches + 100);
    g_assert_null(dash_model_find_alarm(w.model, DASH_HUB_BLIND));
    g_assert_null(dash_model_find_alarm(w.model, DASH_RULES_BLIND));
    site_signal(w.site, "store", SIGCONT);
    await(&w, OVER_US, rules_say, "local:store-silent", FALSE);
    await(&w, OVER_US, process_says, "hub", FALSE);
    g_test_message("figure: store stopped: technical alarm after %.2f s, alarms and pictures went "
                   "on",
                   alarm_s);
    close_world(&w);
}

/* --- escalation --------------------------------------------------------------------------- */

static const char roster[] = "[person nurse-a]\nname = Nurse A\nrole = bedside\npage = yes\n"
                             "[shift all]\nperson = nurse-a\nunit = *\ndays = daily\n"
                             "from = 00:00\nto = 00:00\n"
                             "[ladder any]\nunit = *\npriority = low\ntechnical = yes\n"
                             "step1 = bedside\n";

static void
import_roster(World *w)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ToolStand) stand =
        tool_stand_open_of(site_client(w->site), "escalation-state", "escalation", &error);
    g_assert_no_error(error);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__ImportRoster import = VICU__IMPORT_ROSTER__INIT;
    import.text = (char *)roster;
    command.what_case = VICU__COMMAND__WHAT_IMPORT_ROSTER;
    command.import_roster = &import;
    tool_stand_command(stand, &command, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

static void
raise_alarm(World *w)
{
    g_autoptr(GError) error = NULL;
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__LocalAlarm local = VICU__LOCAL_ALARM__INIT;
    local.bed = (char *)"demo/icu/1";
    local.cause = local.text = (char *)"test-cause";
    local.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    local.standing = true;
    command.what_case = VICU__COMMAND__WHAT_LOCAL;
    command.local = &local;
    tool_stand_command(site_stand(w->site), &command, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

static gboolean
help_is(Site *site, gpointer user)
{
    const Awaited *awaited = user;

    (void)site;
    return (int)dash_model_help(awaited->world->model) == awaited->wanted;
}

static gboolean
nurse_was_called(Site *site, gpointer user)
{
    const Awaited *awaited = user;
    const Vicu__Alarm *alarm = site_alarm(site, "demo/icu/1", "local:test-cause");
    unsigned n = 0;
    const Vicu__Escalation *e =
        alarm != NULL ? dash_model_escalation(awaited->world->model, alarm->id, &n) : NULL;

    return e != NULL && e->n_target > 0 && strcmp(e->target[0]->name, "Nurse A") == 0
           && e->target[0]->decided_us != 0;
}

static void
a_station_says_how_far_help_is_and_when_that_is_not_known(void)
{
    World w;
    open_world(&w);
    g_assert_cmpint(dash_model_help(w.model), ==, DASH_HELP_UNHEARD);
    site_start(w.site, "escalation");
    await(&w, 10 * S, help_is, "roster is empty", DASH_HELP_NO_ROSTER);
    import_roster(&w);
    await(&w, 10 * S, help_is, "known", DASH_HELP_KNOWN);
    raise_alarm(&w);
    await(&w, 10 * S, nurse_was_called, "nurse", TRUE);
    int64_t stopped_us = stop(&w, "escalation");
    await(&w, 8 * S, station_says, DASH_ESCALATION_BLIND, TRUE);
    double station_s = judge_station(&w, DASH_ESCALATION_BLIND, stopped_us);
    g_assert_cmpint(dash_model_help(w.model), ==, DASH_HELP_SILENT);
    g_assert_true(nurse_was_called(w.site, &(Awaited){&w, "", TRUE})); /* the last that is known */
    site_signal(w.site, "escalation", SIGCONT);
    await(&w, OVER_US, station_says, DASH_ESCALATION_BLIND, FALSE);
    site_signal(w.site, "escalation", SIGKILL);
    await(&w, 8 * S, station_says, DASH_ESCALATION_BLIND, TRUE);
    site_start(w.site, "escalation");
    await(&w, 10 * S, help_is, "known", DASH_HELP_KNOWN);
    g_assert_true(nurse_was_called(w.site, &(Awaited){&w, "", TRUE}));
    g_test_message("figure: escalation stopped: the station says so after %.2f s", station_s);
    close_world(&w);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *process;
        const char *name;
        void (*func)(void);
    } tests[] = {
        {"collector", "a_silent_collector_is_alarmed_and_its_beds_are_lost",
         a_silent_collector_is_alarmed_and_its_beds_are_lost},
        {"hub", "a_silent_hub_is_alarmed_by_rules_and_station_and_told_by_the_others",
         a_silent_hub_is_alarmed_by_rules_and_station_and_told_by_the_others},
        {"rules", "silent_rules_are_told_by_the_station_and_by_every_picture",
         silent_rules_are_told_by_the_station_and_by_every_picture},
        {"store", "with_a_silent_store_alarms_and_pictures_go_on_and_it_is_alarmed",
         with_a_silent_store_alarms_and_pictures_go_on_and_it_is_alarmed},
        {"escalation", "a_station_says_how_far_help_is_and_when_that_is_not_known",
         a_station_says_how_far_help_is_and_when_that_is_not_known},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/process/silence/%s", tests[i].name);
        if (argc < 2 || strcmp(argv[1], tests[i].process) == 0)
            g_test_add_func(path, tests[i].func);
    }
    return g_test_run();
}
