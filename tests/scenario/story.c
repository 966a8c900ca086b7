/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/scenario/story-inner.h"

#define RECORD "f691l" /* PhysioNet/CinC Challenge 2015 */
#define WORD   "a sentence of mine"

struct Story {
    Site *site;
    Visitor *visitor;
    ToolStand *escalation;
    const char *address; /* of the portal */
    unsigned port;
    int64_t begun_us;
};

/* ---- the ward ---- */

/* Beside it the recording, as the collector looks for it. */
static char *
write_ward(const char *folder, unsigned beds)
{
    static const char *const parts[] = {".hea", ".mat", ".dat"};
    g_autoptr(GString) text = g_string_new("[ward]\nprefix=demo/icu\n");
    char *path = g_build_filename(folder, "ward.ini", NULL);

    for (unsigned i = 1; i <= beds; i++)
        g_string_append_printf(text, "[bed %u]\nrecord=" RECORD "\nstart=%u\n", i, 30 * i);
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *name = g_strconcat(RECORD, parts[i], NULL);
        g_autofree char *from =
            g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "data", "recordings", name, NULL);
        g_autofree char *to = g_build_filename(folder, name, NULL);
        if (g_file_test(from, G_FILE_TEST_EXISTS))
            g_assert_cmpint(symlink(from, to), ==, 0);
    }
    return path;
}

void
story_start_portal(Story *self)
{
    g_autofree char *settings =
        g_strdup_printf("[listen]\naddress = %s\nport = %u\n", self->address, self->port);

    site_settings(self->site, "portal", settings);
    site_start(self->site, "portal");
}

static void
import_roster(Story *self, const char *roster)
{
    g_autofree char *path = g_build_filename(site_folder(self->site), "roster", NULL);

    g_assert_true(g_file_set_contents(path, roster, -1, NULL));
    g_free(story_vicu(self, "", NULL, 0, "roster import '%s'", path));
}

static void
allow_webhooks(Story *self)
{
    g_autofree char *secret = g_build_filename(site_folder(self->site), "secret", NULL);
    g_autofree char *settings = g_strdup_printf("[webhook]\nsecret_file = %s\n", secret);

    g_assert_true(g_file_set_contents_full(secret, "very secret\n", -1,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    site_settings(self->site, "escalation", settings);
}

static Story *
begin(unsigned beds, const char *roster, gboolean webhooks, const char *address, unsigned port)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector", "escalation"};
    Story *self = g_new0(Story, 1);
    g_autoptr(GError) error = NULL;

    self->site = site_new();
    self->address = address;
    self->port = port;
    g_autofree char *ward = write_ward(site_folder(self->site), beds);
    g_autofree char *settings = g_strdup_printf("[wfdb]\nward = %s\nbeds = %u\n", ward, beds);
    site_settings(self->site, "collector", settings);
    if (webhooks)
        allow_webhooks(self);
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(self->site, daemons[i]);
    story_start_portal(self);
    site_follow(self->site);
    site_await_beds(self->site, beds);
    import_roster(self, roster);
    self->escalation =
        tool_stand_open_of(site_client(self->site), "escalation-state", "escalation", &error);
    g_assert_no_error(error);
    self->visitor = visitor_new(self->site);
    return self;
}

Story *
story_new(unsigned beds, const char *roster)
{
    return begin(beds, roster, FALSE, "127.0.0.1", site_free_port());
}

Story *
story_new_at(unsigned beds, const char *roster, const char *address, unsigned port)
{
    return begin(beds, roster, FALSE, address, port);
}

Story *
story_new_with_webhooks(unsigned beds, const char *roster)
{
    return begin(beds, roster, TRUE, "127.0.0.1", site_free_port());
}

void
story_free(Story *self)
{
    if (self == NULL)
        return;
    visitor_free(self->visitor);
    tool_stand_free(self->escalation);
    site_free(self->site);
    g_free(self);
}

Site *
story_site(Story *self)
{
    return self->site;
}

Visitor *
story_visitor(Story *self)
{
    return self->visitor;
}

/* ---- people at the command line ---- */

static int
run(Story *self, const char *who, const char *input, const char *line, char **said)
{
    g_autofree char *program = site_program("tools/vicu");
    g_autofree char *home = g_build_filename(site_folder(self->site), "people", who, NULL);
    g_autofree char *root = g_strdup_printf("--root '%s'", site_folder(self->site));
    g_autofree char *shell = g_strdup_printf("printf '%%s\\n' '%s' | '%s' %s %s 2>&1",
                                             input != NULL ? input : "", program, line, root);
    const char *argv[] = {"/bin/sh", "-c", shell, NULL};
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_STATE_HOME", home, TRUE);
    int status = 0;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, env, 0, NULL, NULL, said, NULL, &status, NULL));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

char *
story_vicu(Story *self, const char *who, const char *input, int status, const char *format, ...)
{
    va_list arguments;
    char *said = NULL;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    int found = run(self, who, input, line, &said);
    if (found != status)
        g_error("vicu %s as \"%s\": status %d, expected %d\n%s", line, who, found, status, said);
    return said;
}

static void
enrol(Story *self, const char *id, const char *said)
{
    g_autoptr(GRegex) secret = g_regex_new("\\b[0-9a-f]{64}\\b", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    g_assert_true(g_regex_match(secret, said, 0, &match));
    g_autofree char *link = g_match_info_fetch(match, 0);
    g_free(story_vicu(self, id, WORD, 0, "people enrol '%s'", link));
    g_free(story_vicu(self, id, WORD, 0, "login %s", id));
}

void
story_people_begin(Story *self)
{
    g_autofree char *said = story_vicu(self, "", NULL, 0, "people link");

    enrol(self, "admin", said);
}

void
story_people_add(Story *self, const char *id, const char *role, const char *place)
{
    g_autofree char *said =
        story_vicu(self, "admin", NULL, 0, "people add %s --role '%s %s'", id, role, place);

    enrol(self, id, said);
}

void
story_await_belief(Story *self, const char *who)
{
    int64_t until_us = vicu_clock_boot_us() + STORY_PATIENCE_S * STORY_S;

    for (;;) {
        g_autofree char *said = story_vicu(self, who, NULL, 1, "bed observe 1 NIBP_M '80 mm[Hg]'");
        if (strstr(said, "may not") != NULL)
            return;
        if (vicu_clock_boot_us() > until_us)
            g_error("%s is not believed within %d s: %s", who, STORY_PATIENCE_S, said);
        site_wait(self->site, STORY_S / 10, NULL, NULL);
    }
}

/* ---- what is looked for ---- */

void
story_cuff(Story *self, const char *bed, int mean)
{
    g_free(story_vicu(self, "", NULL, 0, "bed observe %s NIBP_M '%d mm[Hg]'", bed, mean));
}

void
story_each_escalation(Story *self,
                      void (*func)(const Vicu__Escalation *e, gpointer user),
                      gpointer user)
{
    size_t n = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(self->escalation, VICU__SUBJECT__SUBJECT_ESCALATION, &n);

    for (size_t i = 0; i < n; i++)
        if (items[i]->escalation != NULL)
            func(items[i]->escalation, user);
}

const Vicu__Escalation *
story_escalation(Story *self, const char *bed)
{
    size_t n = 0;
    const Vicu__Escalation *newest = NULL;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(self->escalation, VICU__SUBJECT__SUBJECT_ESCALATION, &n);

    for (size_t i = 0; i < n; i++) {
        const Vicu__Escalation *e = items[i]->escalation;
        if (e != NULL && strcmp(e->bed, bed) == 0
            && (newest == NULL || e->began_us > newest->began_us))
            newest = e;
    }
    return newest;
}

typedef struct {
    Story *story;
    const char *bed, *what;
    gboolean stands;
    Vicu__EscalationOutcome outcome;
    Vicu__EscalationStage stage;
} Sought;

static void
await(Sought *sought, SiteCondition condition, const char *what)
{
    if (!site_wait(sought->story->site, STORY_PATIENCE_S * STORY_S, condition, sought))
        g_error("%s: %s \"%s\": not within %d s", sought->bed, what, sought->what,
                STORY_PATIENCE_S);
}

static gboolean
alarm_is_so(Site *site, gpointer user)
{
    const Sought *sought = user;

    return site_stands(site, sought->bed, sought->what) == sought->stands;
}

void
story_await_alarm(Story *self, const char *bed, const char *rule, gboolean stands)
{
    Sought sought = {.story = self, .bed = bed, .what = rule, .stands = stands};

    await(&sought, alarm_is_so, stands ? "alarm stands" : "alarm is over");
}

static gboolean
outcome_is_so(Site *site, gpointer user)
{
    const Sought *sought = user;
    const Vicu__Escalation *e = story_escalation(sought->story, sought->bed);

    (void)site;
    for (size_t i = 0; e != NULL && i < e->n_target; i++)
        if (strcmp(e->target[i]->person, sought->what) == 0
            && e->target[i]->outcome == sought->outcome)
            return TRUE;
    return FALSE;
}

void
story_await_outcome(Story *self,
                    const char *bed,
                    const char *person,
                    Vicu__EscalationOutcome outcome)
{
    Sought sought = {.story = self, .bed = bed, .what = person, .outcome = outcome};

    await(&sought, outcome_is_so, "outcome of");
}

static gboolean
stage_is_so(Site *site, gpointer user)
{
    const Sought *sought = user;
    const Vicu__Escalation *e = story_escalation(sought->story, sought->bed);

    (void)site;
    for (size_t i = e != NULL ? e->n_target : 0; i > 0; i--)
        if (strcmp(e->target[i - 1]->person, sought->what) == 0)
            return e->target[i - 1]->stage >= sought->stage;
    return FALSE;
}

void
story_await_stage(Story *self, const char *bed, const char *person, Vicu__EscalationStage stage)
{
    Sought sought = {.story = self, .bed = bed, .what = person, .stage = stage};

    await(&sought, stage_is_so, "stage of");
}

gboolean
story_device_is_reachable(Story *self, const char *device)
{
    const Vicu__StateItem *item =
        tool_stand_find(self->escalation, VICU__SUBJECT__SUBJECT_DEVICE, device);

    return item != NULL && item->device != NULL && item->device->reachable;
}

static gboolean
has_ended(Site *site, gpointer user)
{
    const Sought *sought = user;
    const Vicu__Escalation *e = story_escalation(sought->story, sought->bed);

    (void)site;
    return e != NULL && e->ended_us != 0;
}

void
story_await_end(Story *self, const char *bed)
{
    Sought sought = {.story = self, .bed = bed, .what = "ended"};

    await(&sought, has_ended, "escalation");
}

void
story_begin(Story *self)
{
    self->begun_us = vicu_clock_utc_us();
}

int64_t
story_begun_us(const Story *self)
{
    return self->begun_us;
}
