/* A whole ward from bed to phone: in a quiet minute test alarms go all the way and disturb nobody;
 * then each process in turn stands still, and its neighbours at both ends say so within 10 s.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "dashboard/client.h"
#include "tests/scenario/phone.h"

#define S        STORY_S
#define SOON_US  (10 * S)
#define OVER_US  (15 * S)
#define BEDS     16
#define ENDS_MAX 6

static const char roster[] = "[person ana]\nname = Ana Ruiz\nrole = bedside\npage = yes\n"
                             "[ladder all]\nunit = *\npriority = high\n"
                             "step1 = person:ana; page; read 60s; accept 60s\n";

typedef struct {
    Story *story;
    Site *site;
    Phone *phone;
    DashModel *model; /* a station's */
    DashClient *station;
} World;

/* ---- the world ---- */

static void
start_annunciator(Site *site)
{
    g_autofree char *settings =
        g_strdup_printf("[sound]\nsink = wav:%s/sound.wav\n", site_folder(site));
    g_autofree char *program = site_program("dashboard/annunciator/vicu-annunciator");
    const char *argv[] = {program, "--root", site_folder(site), NULL};

    site_settings(site, "annunciator", settings);
    site_start_program(site, "annunciator", argv);
}

static void
open_world(World *w)
{
    g_autoptr(GError) error = NULL;

    w->story = story_new(BEDS, roster);
    w->site = story_site(w->story);
    start_annunciator(w->site);
    w->model = dash_model_new();
    ToolClient *client = site_client(w->site);
    w->station = dash_client_new(tool_client_context(client), tool_client_root(client), "station",
                                 w->model, &error);
    g_assert_no_error(error);
    w->phone = phone_new(w->story, "ana", "bedside");
    phone_look(w->phone, TRUE); /* recorded patients have alarms: their person answers them */
    phone_keep(w->phone, TRUE);
    phone_open(w->phone);
}

static void
close_world(World *w)
{
    phone_free(w->phone);
    dash_client_free(w->station);
    dash_model_free(w->model);
    story_free(w->story);
}

/* ---- who says what ---- */

typedef enum {
    BY_RULES,   /* a standing alarm of the installation */
    BY_STATION, /* a local alarm of a station */
    BY_PROCESS, /* "PROCESS WORD": it is in the status of that process */
    BY_PHONE,   /* the page is told that this process is not heard */
    BY_SILENCE, /* the page itself hears nothing */
} Teller;

typedef struct {
    Teller by;
    const char *what;
} End;

typedef struct {
    const char *stopped;
    End ends[ENDS_MAX];
} Link;

static const Link links[] = {
    {"collector", {{BY_RULES, "local:silent/collector"}}},
    {"hub",
     {{BY_PROCESS, "collector hub"},
      {BY_PROCESS, "store hub"},
      {BY_RULES, "local:hub-blind"},
      {BY_STATION, DASH_HUB_BLIND},
      {BY_PHONE, "hub"}}},
    {"store", {{BY_PROCESS, "hub store"}, {BY_RULES, "local:store-silent"}, {BY_PHONE, "store"}}},
    {"rules",
     {{BY_PROCESS, "hub rules"},
      {BY_PROCESS, "escalation rules"},
      {BY_PROCESS, "annunciator rules"},
      {BY_STATION, DASH_RULES_BLIND},
      {BY_PHONE, "rules"}}},
    {"escalation", {{BY_RULES, "local:escalation-silent"}, {BY_PHONE, "escalation"}}},
    {"annunciator", {{BY_RULES, "local:no-sound"}}},
    {"portal", {{BY_RULES, "local:portal-silent"}, {BY_SILENCE, ""}}},
};

static bool
process_says(Site *site, const char *what)
{
    g_auto(GStrv) words = g_strsplit(what, " ", 2);
    g_autofree char *missing = site_missing(site, words[0]);

    return missing != NULL && strstr(missing, words[1]) != NULL;
}

static bool
is_said(const World *w, const End *end)
{
    switch (end->by) {
    case BY_RULES:
        return site_stands(w->site, "", end->what);
    case BY_STATION:
        return dash_model_find_alarm(w->model, end->what) != NULL;
    case BY_PROCESS:
        return process_says(w->site, end->what);
    case BY_PHONE:
        return phone_is_blind_to(w->phone, end->what);
    case BY_SILENCE: /* the page says so itself after 6 s */
        return phone_silent_us(w->phone) > 6 * S;
    }
    return false;
}

typedef struct {
    const World *world;
    const Link *link;
    int64_t stopped_us;
    int64_t said_us[ENDS_MAX]; /* after that; 0: not said yet */
    const char *still;         /* said by one end at the last look */
} Watched;

static gboolean
all_say_it(Site *site, gpointer user)
{
    Watched *watched = user;
    bool all = true;

    (void)site;
    for (size_t i = 0; i < ENDS_MAX && watched->link->ends[i].what != NULL; i++) {
        if (watched->said_us[i] == 0 && is_said(watched->world, &watched->link->ends[i]))
            watched->said_us[i] = vicu_clock_boot_us() - watched->stopped_us;
        all &= watched->said_us[i] != 0;
    }
    return all;
}

static gboolean
nobody_says_it(Site *site, gpointer user)
{
    Watched *watched = user;

    (void)site;
    for (size_t i = 0; i < ENDS_MAX && watched->link->ends[i].what != NULL; i++)
        if (is_said(watched->world, &watched->link->ends[i])) {
            watched->still = watched->link->ends[i].what;
            return FALSE;
        }
    return TRUE;
}

static void
stop_and_go_on(World *w, const Link *link)
{
    Watched watched = {.world = w, .link = link};
    g_autoptr(GString) figure = g_string_new(NULL);

    if (!site_wait(w->site, OVER_US, nobody_says_it, &watched))
        g_error("%s: \"%s\" is said before it was stopped", link->stopped, watched.still);
    watched.stopped_us = vicu_clock_boot_us();
    site_signal(w->site, link->stopped, SIGSTOP);
    site_wait(w->site, SOON_US + 2 * S, all_say_it, &watched);
    site_signal(w->site, link->stopped, SIGCONT);
    for (size_t i = 0; i < ENDS_MAX && link->ends[i].what != NULL; i++) {
        if (watched.said_us[i] == 0 || watched.said_us[i] > SOON_US)
            g_error("%s stopped: \"%s\" after %.1f s", link->stopped, link->ends[i].what,
                    (double)watched.said_us[i] / 1e6);
        g_string_append_printf(figure, " %s %.1f s;", link->ends[i].what,
                               (double)watched.said_us[i] / 1e6);
    }
    g_test_message("figure: %s stopped:%s", link->stopped, figure->str);
    if (!site_wait(w->site, OVER_US, nobody_says_it, &watched))
        g_error("%s goes on: \"%s\" is still said after %d s", link->stopped, watched.still,
                (int)(OVER_US / S));
}

/* ---- quiet ---- */

static gboolean
all_are_proven(Site *site, gpointer user)
{
    static const char *const outlets[] = {"annunciator", "escalation", "portal"};
    const World *w = user;
    size_t n = 0;

    g_free(tool_stand_items(site_stand(site), VICU__SUBJECT__SUBJECT_PROOF, &n));
    if (n != BEDS || phone_proof(w->phone) == 0)
        return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(outlets); i++) {
        const Vicu__StateItem *item =
            tool_stand_find(site_stand(site), VICU__SUBJECT__SUBJECT_OUTLET, outlets[i]);
        if (item == NULL || item->outlet->proved_us == 0)
            return FALSE;
    }
    return TRUE;
}

/* Serials of all beds, bed by bed. */
static void
look(Site *site, uint64_t serial[BEDS])
{
    for (unsigned i = 0; i < BEDS; i++) {
        g_autofree char *bed = g_strdup_printf("demo/icu/%u", i + 1);
        serial[i] =
            tool_stand_find(site_stand(site), VICU__SUBJECT__SUBJECT_PROOF, bed)->proof->serial;
    }
}

/* The recordings have alarms of their own; none may be of the installation, or of a test alarm. */
static gboolean
somebody_is_disturbed(Site *site, gpointer user)
{
    const World *w = user;

    (void)site;
    for (size_t i = 0; i < dash_model_n_alarms(w->model); i++) {
        const DashAlarm *alarm = dash_model_alarm(w->model, i);
        if (alarm->local || g_str_has_prefix(alarm->rule, "local:")
            || strstr(alarm->title, "est alarm") != NULL) {
            g_test_message("on the station: %s: %s", alarm->rule, alarm->title);
            return TRUE;
        }
    }
    return FALSE;
}

static void
in_a_quiet_minute_each_bed_is_proven_and_nobody_is_disturbed(World *w)
{
    uint64_t before[BEDS];
    uint64_t after[BEDS];

    g_assert_true(site_wait(w->site, 70 * S, all_are_proven, w));
    look(w->site, before);
    int64_t proof = phone_proof(w->phone);
    g_assert_false(site_wait(w->site, 65 * S, somebody_is_disturbed, w));
    look(w->site, after);
    for (unsigned i = 0; i < BEDS; i++)
        g_assert_cmpuint(after[i], >, before[i]);
    g_assert_cmpint(phone_proof(w->phone), >, proof);
    g_assert_cmpfloat(site_counter(w->site, "portal", "on_duty"), ==, 1);
}

static void
a_link_that_breaks_is_told_at_both_ends(void)
{
    World w;

    open_world(&w);
    in_a_quiet_minute_each_bed_is_proven_and_nobody_is_disturbed(&w);
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
        stop_and_go_on(&w, &links[i]);
    g_assert_false(site_stands(w.site, "", "local:proof-late"));
    close_world(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/links", a_link_that_breaks_is_told_at_both_ends);
    return g_test_run();
}
