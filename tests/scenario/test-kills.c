/* The portal and the annunciator, killed again and again under load: each step of an escalation
 * comes to its phone at least once, what a person says is acted on once, no step is skipped, the
 * ladder's clock is kept, and the sound is back with the restart.
 *
 * Alarms come all the time. Bob, who is asked first, does not answer; Ana, who is next, answers
 * everything, and her phone says again what it got no answer to. VICU_NIGHT: 100 kills, not 16.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "tests/scenario/phone.h"

#define LOAD      "something is missing"
#define BEDS      6
#define SLACK_US  STORY_S
#define SOUND_US  (2 * STORY_S)
#define DELIVER_S 3
#define ACCEPT_S  2

static const char roster[] = "[person bob]\nname = Bob Low\nrole = bedside\npage = yes\n"
                             "[person ana]\nname = Ana Ruiz\nrole = bedside\npage = yes\n"
                             "[ladder all]\nunit = *\npriority = low\ntechnical = yes\n"
                             "step1 = person:bob; page; deliver 3s; read 3s; accept 2s\n"
                             "step2 = person:ana; page; deliver 60s; read 60s; accept 60s\n";

typedef struct {
    Story *story;
    Phone *bob, *ana;
    char *sink;
    unsigned raised, portal, annunciator, violations;
    GHashTable *ids;    /* of the escalations of the load */
    int64_t loudest_us; /* the longest until it sounded again */
} World;

static void
wrong(World *w, const char *what, const char *which)
{
    w->violations++;
    g_printerr("# %s: %s\n", what, which);
}

static void
raise_alarm(World *w)
{
    g_autofree char *bed = g_strdup_printf("demo/icu/%u", w->raised % BEDS + 1);
    g_autofree char *cause = g_strdup_printf("load-%u", w->raised);
    g_autoptr(GError) error = NULL;
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__LocalAlarm local = VICU__LOCAL_ALARM__INIT;

    local.bed = bed;
    local.cause = cause;
    local.text = (char *)LOAD;
    local.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    local.standing = TRUE;
    command.what_case = VICU__COMMAND__WHAT_LOCAL;
    command.local = &local;
    tool_stand_command(site_stand(story_site(w->story)), &command, "", NULL, NULL, &error);
    g_assert_no_error(error);
    w->raised++;
}

static void
start_annunciator(World *w)
{
    g_autofree char *settings = g_strdup_printf("[sound]\nsink = %s\n", w->sink);
    g_autofree char *program = site_program("dashboard/annunciator/vicu-annunciator");
    const char *argv[] = {program, "--root", site_folder(story_site(w->story)), NULL};

    site_settings(story_site(w->story), "annunciator", settings);
    site_start_program(story_site(w->story), "annunciator", argv);
}

static gboolean
sounds(Site *site, gpointer user)
{
    (void)user;
    return site_counter(site, "annunciator", "bursts") >= 1;
}

static void
kill_annunciator(World *w)
{
    int64_t begun_us = vicu_clock_boot_us();

    site_signal(story_site(w->story), "annunciator", SIGKILL);
    start_annunciator(w);
    if (!site_wait(story_site(w->story), 4 * SOUND_US, sounds, NULL))
        wrong(w, "no sound after a restart", "8 s");
    int64_t took_us = vicu_clock_boot_us() - begun_us;
    w->loudest_us = MAX(w->loudest_us, took_us);
    w->annunciator++;
}

static void
kill_portal(World *w)
{
    site_signal(story_site(w->story), "portal", SIGKILL);
    story_start_portal(w->story);
    w->portal++;
}

/* ---- the end ---- */

typedef struct {
    World *w;
    unsigned n;
} Count;

static void
count_resolved(const Vicu__Escalation *e, gpointer user)
{
    ((Count *)user)->n +=
        strstr(e->text, LOAD) != NULL && g_str_has_prefix(e->why_ended, "resolved");
}

static gboolean
all_are_resolved(Site *site, gpointer user)
{
    World *w = user;
    Count count = {w, 0};

    (void)site;
    story_each_escalation(w->story, count_resolved, &count);
    return count.n >= w->raised;
}

static void
check_clock(World *w, const Vicu__EscalationTarget *t)
{
    int64_t from_us = t->read_us ? t->read_us : t->delivered_us ? t->delivered_us : t->sent_us;
    int64_t due_us = from_us + (t->read_us ? ACCEPT_S : DELIVER_S) * STORY_S;
    int64_t late_us = t->outcome_us - due_us;

    if (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_MISSED
        && (late_us < -SLACK_US / 10 || late_us > SLACK_US))
        wrong(w, "a deadline was not kept within 1 s", t->id);
}

static void
check_one(const Vicu__Escalation *e, gpointer user)
{
    World *w = ((Count *)user)->w;
    uint32_t step = 0;

    if (strstr(e->text, LOAD) == NULL) /* what the kills themselves are worth */
        return;
    g_hash_table_add(w->ids, g_strdup(e->id));
    for (size_t i = 0; i < e->n_target; i++) {
        const Vicu__EscalationTarget *t = e->target[i];
        const Phone *phone = strcmp(t->person, "bob") == 0 ? w->bob : w->ana;
        if (t->step > step + 1)
            wrong(w, "a step was skipped", t->id);
        step = MAX(step, t->step);
        if (t->delivered_us != 0 && phone_came(phone, t->id) == 0)
            wrong(w, "said to be delivered, and did not come", t->id);
        if (phone == w->ana && phone_came(phone, t->id) == 0)
            wrong(w, "did not come", t->id);
        check_clock(w, t);
    }
    if (step < 2)
        wrong(w, "ended without the second step", e->id);
    ((Count *)user)->n++;
}

/* Each once for each escalation, by the audit. */
static void
check_audit(World *w)
{
    static const char *const once[] = {"escalation-begun", "escalation-accepted",
                                       "escalation-at-bedside", "escalation-resolved",
                                       "escalation-ended"};

    for (size_t i = 0; i < G_N_ELEMENTS(once); i++) {
        unsigned n = story_count_audit(w->story, once[i], w->ids);
        if (n != w->raised)
            g_printerr("# %u of %s for %u escalations\n", n, once[i], w->raised);
        w->violations += n != w->raised;
    }
}

static void
load_and_kill(World *w, unsigned kills)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(11);

    while (w->portal + w->annunciator < kills) {
        raise_alarm(w);
        site_wait(story_site(w->story), g_rand_int_range(random, 50, 900) * 1000, NULL, NULL);
        if (g_rand_int_range(random, 0, 3) == 0)
            kill_annunciator(w);
        else
            kill_portal(w);
        raise_alarm(w);
    }
}

static void
nothing_is_lost_or_done_twice_and_the_sound_is_back(void)
{
    World w = {.story = story_new(BEDS, roster)};
    unsigned kills = site_is_night() ? 100 : 16;
    Count count = {&w, 0};

    w.ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    w.sink = g_strdup_printf("wav:%s/sound.wav", site_folder(story_site(w.story)));
    w.bob = phone_new(w.story, "bob", "bedside");
    w.ana = phone_new(w.story, "ana", "bedside");
    story_begin(w.story);
    start_annunciator(&w);
    phone_open(w.bob);
    phone_look(w.bob, FALSE);
    phone_open(w.ana);
    phone_keep(w.bob, FALSE);
    phone_keep(w.ana, TRUE);
    load_and_kill(&w, kills);
    g_assert_true(site_wait(story_site(w.story), 90 * STORY_S, all_are_resolved, &w));
    story_each_escalation(w.story, check_one, &count);
    g_assert_cmpuint(count.n, ==, w.raised);
    check_audit(&w);
    g_test_message(
        "figure: %u kills of the portal, %u of the annunciator: %u escalations, each said "
        "once, %u violations; it sounds again at most %.0f ms after the kill",
        w.portal, w.annunciator, w.raised, w.violations, (double)w.loudest_us / 1e3);
    g_assert_cmpuint(w.violations, ==, 0);
    g_assert_cmpint(w.loudest_us, <=, SOUND_US);
    phone_free(w.bob);
    phone_free(w.ana);
    story_free(w.story);
    g_hash_table_unref(w.ids);
    g_free(w.sink);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/portal-kills/nothing_is_lost_or_done_twice_and_the_sound_is_back",
                    nothing_is_lost_or_done_twice_and_the_sound_is_back);
    return g_test_run();
}
