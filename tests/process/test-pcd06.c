/* A ladder whose people are reached by PCD-06 alone: one declines on the device, one is out of
 * reach, one accepts there; and an alarm communicator that dies is an alarm before anybody is to be
 * told, fails at once when somebody is, and is well again without a message.
 *
 * The real hub, rules and escalation; the communicator is a process of its own (synthetic:
 * tests/escalation/alarm-communicator.c).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/state-client.h"
#include "tests/process/site.h"

#define S     SITE_S
#define FAILS "local:escalation-pcd06-fails"

static const char roster[] =
    "[person nurse]\nname=Nurse A\nrole=bedside\npager=decline-nurse\n"
    "[person doctor]\nname=Dr B\nrole=doctor\npager=gone-doctor\n"
    "[person chief]\nname=Dr C\nrole=chief\npager=accept-chief\n"
    "[ladder l]\nunit=test/icu\npriority=low\ntechnical=yes\n"
    "step1=person:nurse; pcd06; send 60s; deliver 60s; read 60s; accept 60s\n"
    "step2=person:doctor; pcd06; send 60s; deliver 60s; read 60s; accept 60s\n"
    "step3=person:chief; pcd06; send 60s; deliver 60s; read 60s; accept 60s\n";

typedef struct {
    Site *site;
    VicuKeys *keys;
    VicuContext *context;
    VicuStateClient *looker;
    GHashTable *last; /* alarm's bed -> Vicu__Escalation as it was seen last */
    const char *bed;
    const char *person;
    guint16 port;
} World;

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    World *w = user;

    if (item->body_case == VICU__STATE_ITEM__BODY_ESCALATION && !item->removed)
        g_hash_table_replace(w->last, g_strdup(item->escalation->bed),
                             vicu_wire_copy(&item->escalation->base));
}

static gboolean
is_level(Site *site, gpointer user)
{
    (void)site;
    return vicu_state_client_is_level(((World *)user)->looker);
}

static void
look(World *w)
{
    static const VicuStateClientOps ops = {.item = on_item};
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuRoot) root = vicu_root_new(site_folder(w->site), &error);

    w->keys = vicu_keys_open(root->keys, "dashboard", &error);
    g_assert_no_error(error);
    w->context = vicu_context_new(w->keys, NULL, &error);
    g_assert_no_error(error);
    w->looker = vicu_state_client_new(w->context, root, "escalation-state", "escalation",
                                      "dashboard", NULL, 0, &ops, w, &error);
    g_assert_no_error(error);
    g_assert_true(site_wait(w->site, 10 * S, is_level, w));
}

static void
serve(World *w)
{
    g_autofree char *program = site_program("tests/escalation/alarm-communicator");
    g_autofree char *port = g_strdup_printf("%u", w->port);
    g_autofree char *log = g_build_filename(site_folder(w->site), "communicator.txt", NULL);
    const char *argv[] = {program, port, log, NULL};

    site_start_program(w->site, "alarm-communicator", argv);
}

static void
import_roster(World *w)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ToolStand) stand =
        tool_stand_open_of(site_client(w->site), "escalation-state", "escalation", &error);
    Vicu__Command c = VICU__COMMAND__INIT;
    Vicu__ImportRoster import = VICU__IMPORT_ROSTER__INIT;

    g_assert_no_error(error);
    import.text = (char *)roster;
    c.what_case = VICU__COMMAND__WHAT_IMPORT_ROSTER;
    c.import_roster = &import;
    tool_stand_command(stand, &c, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

static void
raise_alarm(World *w, const char *bed)
{
    g_autoptr(GError) error = NULL;
    Vicu__Command admit = VICU__COMMAND__INIT, c = VICU__COMMAND__INIT;
    Vicu__Admit who = VICU__ADMIT__INIT;
    Vicu__LocalAlarm what = VICU__LOCAL_ALARM__INIT;

    who.bed = who.patient = (char *)bed;
    admit.what_case = VICU__COMMAND__WHAT_ADMIT;
    admit.admit = &who;
    tool_stand_command(site_stand(w->site), &admit, "", NULL, NULL, &error);
    g_assert_no_error(error);
    what.bed = (char *)bed;
    what.cause = (char *)"lead";
    what.text = (char *)"a lead is off";
    what.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    what.standing = true;
    c.what_case = VICU__COMMAND__WHAT_LOCAL;
    c.local = &what;
    tool_stand_command(site_stand(w->site), &c, "", NULL, NULL, &error);
    g_assert_no_error(error);
    w->bed = bed;
}

static const Vicu__EscalationTarget *
target_of(const World *w, const char *person)
{
    const Vicu__Escalation *e = g_hash_table_lookup(w->last, w->bed);

    for (size_t i = 0; e != NULL && i < e->n_target; i++)
        if (strcmp(e->target[i]->person, person) == 0)
            return e->target[i];
    return NULL;
}

static gboolean
is_accepted(Site *site, gpointer user)
{
    const Vicu__EscalationTarget *t = target_of(user, "chief");
    (void)site;
    return t != NULL && t->stage >= VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED;
}

static gboolean
is_unreachable(Site *site, gpointer user)
{
    const Vicu__EscalationTarget *t = target_of(user, "chief");
    (void)site;
    return t != NULL && t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_UNREACHABLE;
}

/* By a poll, not by a message that was not taken. */
static gboolean
fails(Site *site, gpointer user)
{
    const Vicu__Alarm *alarm = site_alarm(site, "", FAILS);
    (void)user;
    return site_stands(site, "", FAILS) && strstr(alarm->text, "what became of messages") != NULL;
}

static gboolean
works(Site *site, gpointer user)
{
    (void)user;
    return !site_stands(site, "", FAILS);
}

static void
check_ladder(World *w)
{
    const Vicu__EscalationTarget *nurse = target_of(w, "nurse"), *doctor = target_of(w, "doctor"),
                                 *chief = target_of(w, "chief");

    g_assert_cmpint(nurse->outcome, ==, VICU__ESCALATION_OUTCOME__OUTCOME_DECLINED);
    g_assert_cmpstr(nurse->reason, ==, "declined on the device");
    g_assert_cmpint(nurse->delivered_us, !=, 0);
    g_assert_cmpint(doctor->outcome, ==, VICU__ESCALATION_OUTCOME__OUTCOME_UNREACHABLE);
    g_assert_nonnull(strstr(doctor->reason, "504"));
    g_assert_cmpint(doctor->sent_us, !=, 0);
    g_assert_cmpint(doctor->delivered_us, ==, 0);
    g_assert_cmpint(chief->outcome, ==, VICU__ESCALATION_OUTCOME__OUTCOME_NONE);
    g_assert_cmpint(chief->read_us, !=, 0);
    g_assert_cmpstr(chief->by, ==, "pcd06");
    /* One device out of reach is no failure of the channel. */
    g_assert_null(site_alarm(w->site, "", FAILS));
}

static void
people_answer_on_their_devices_and_a_dead_communicator_is_said(void)
{
    World w = {.site = site_new(), .port = site_free_port()};
    g_autofree char *secret = g_build_filename(site_folder(w.site), "secret", NULL);
    g_autofree char *settings = g_strdup_printf(
        "[pcd06]\nurl = http://127.0.0.1:%u/wctp\nsecurity_file = %s\npoll = 200ms\n", w.port,
        secret);

    g_assert_true(g_file_set_contents_full(secret, "s3cret\n", -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                           0600, NULL));
    w.last = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_wire_free);
    serve(&w);
    site_settings(w.site, "escalation", settings);
    site_start(w.site, "hub");
    site_start(w.site, "rules");
    site_start(w.site, "escalation");
    site_follow(w.site);
    look(&w);
    import_roster(&w);
    raise_alarm(&w, "test/icu/1");
    g_assert_true(site_wait(w.site, 30 * S, is_accepted, &w));
    check_ladder(&w);

    site_signal(w.site, "alarm-communicator", SIGKILL);
    g_assert_true(site_wait(w.site, 20 * S, fails, NULL));
    raise_alarm(&w, "test/icu/2");
    /* No deadline is waited for: each is of 60 s. */
    g_assert_true(site_wait(w.site, 30 * S, is_unreachable, &w));
    serve(&w);
    g_assert_true(site_wait(w.site, 20 * S, works, NULL));
    site_signal(w.site, "alarm-communicator", SIGKILL);

    vicu_state_client_free(w.looker);
    vicu_context_free(w.context);
    vicu_keys_free(w.keys);
    site_free(w.site);
    g_hash_table_unref(w.last);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/pcd06/people_answer_on_their_devices_and_a_dead_communicator_is_said",
                    people_answer_on_their_devices_and_a_dead_communicator_is_said);
    return g_test_run();
}
