/* SPDX-License-Identifier: Apache-2.0 */
#include "store/witness-tell.h"

#include "common/note.h"
#include "common/state-client.h"
#include "store/witness-watch.h"

#define CAUSE  "store-unwitnessed"
#define UNTOLD "store-rules-untold"
#define TRY_US (10 * G_USEC_PER_SEC)

struct StoreWitnessTell {
    VicuDaemon *daemon;
    StoreWitnessWatch *watch;
    VicuStateClient *rules; /* NULL until there is something to tell, and where there is no key */
    int64_t try_us;         /* BOOTTIME: a client is made again then, not before */
    char *told;             /* what the rules have: "" that it is over; NULL: not known */
    char *telling;          /* on its way */
    char *key;              /* its command; NULL: none is on its way */
};

/* Rules that begin anew may have forgotten who said what. */
static void
on_begin(gpointer user)
{
    StoreWitnessTell *self = user;

    g_clear_pointer(&self->told, g_free);
}

static void
on_result(const char *key, const Vicu__CommandResult *result, gpointer user)
{
    StoreWitnessTell *self = user;

    if (g_strcmp0(key, self->key) != 0)
        return;
    if (result != NULL && result->ok) {
        g_free(self->told);
        self->told = g_steal_pointer(&self->telling);
    }
    g_clear_pointer(&self->telling, g_free);
    g_clear_pointer(&self->key, g_free);
}

StoreWitnessTell *
store_witness_tell_new(VicuDaemon *daemon)
{
    StoreWitnessTell *self = g_new0(StoreWitnessTell, 1);

    self->daemon = daemon;
    self->watch = store_witness_watch_new();
    return self;
}

void
store_witness_tell_free(StoreWitnessTell *self)
{
    if (self == NULL)
        return;
    vicu_state_client_free(self->rules);
    store_witness_watch_free(self->watch);
    g_free(self->told);
    g_free(self->telling);
    g_free(self->key);
    g_free(self);
}

/* A store without rules beside it keeps samples all the same: that they cannot be told is said in
 * the status, and tried again. */
static gboolean
reach_rules(StoreWitnessTell *self, int64_t mono_us)
{
    static const VicuStateClientOps ops = {.begin = on_begin, .result = on_result};
    static const Vicu__Subject subjects[] = {VICU__SUBJECT__SUBJECT_ENGINE};
    g_autoptr(GError) error = NULL;

    if (self->rules != NULL)
        return TRUE;
    if (mono_us < self->try_us)
        return FALSE;
    self->try_us = mono_us + TRY_US;
    self->rules = vicu_state_client_new(
        vicu_daemon_context(self->daemon), vicu_daemon_root(self->daemon), "rules-state", "rules",
        vicu_daemon_name(self->daemon), subjects, G_N_ELEMENTS(subjects), &ops, self, &error);
    vicu_daemon_condition(self->daemon, UNTOLD, error != NULL ? error->message : NULL);
    return self->rules != NULL;
}

static void
tell_rules(StoreWitnessTell *self, const char *text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__LocalAlarm local = VICU__LOCAL_ALARM__INIT;
    Vicu__Actor actor = VICU__ACTOR__INIT;

    if (self->key != NULL || !vicu_state_client_is_level(self->rules)
        || g_strcmp0(self->told, text) == 0)
        return;
    actor.who = (char *)vicu_daemon_name(self->daemon);
    local.cause = (char *)CAUSE;
    local.priority = VICU__PRIORITY__PRIORITY_LOW;
    local.text = (char *)text;
    local.standing = text[0] != '\0';
    command.actor = &actor;
    command.what_case = VICU__COMMAND__WHAT_LOCAL;
    command.local = &local;
    self->telling = g_strdup(text);
    self->key = vicu_state_client_command(self->rules, &command);
}

void
store_witness_tell_tick(StoreWitnessTell *self,
                        const GPtrArray *witnessed,
                        int64_t bound_us,
                        int64_t mono_us)
{
    const VicuRoot *root = vicu_daemon_root(self->daemon);
    g_autofree char *path = g_build_filename(root->keys, VICU_NOTE_WITNESSES_FILE, NULL);
    g_autofree char *allowed = NULL;
    g_autofree char *late = NULL;

    g_file_get_contents(path, &allowed, NULL, NULL);
    StoreWitnessState state =
        store_witness_watch_look(self->watch, allowed, witnessed, bound_us, mono_us, &late);
    if (state == STORE_WITNESS_UNKNOWN)
        return; /* what was said before stands until one has signed, or is late */
    vicu_daemon_condition(self->daemon, CAUSE, late);
    if ((allowed != NULL || self->rules != NULL) && reach_rules(self, mono_us))
        tell_rules(self, late != NULL ? late : "");
}
