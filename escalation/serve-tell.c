/* The escalation process: what it tells the rules and the record.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/audit.h"
#include "common/clock.h"
#include "escalation/serve-inner.h"

/* Escalation itself does not take these to anybody: the machine knows the beginning. */
#define CAUSE_BREACH    "escalation-breach"
#define BEAT_US         ((int64_t)G_USEC_PER_SEC)
#define CAUSE_NO_ROSTER "escalation-no-roster"

typedef struct {
    char *text;
    Vicu__Priority priority;
} Wanted;

static void
free_wanted(gpointer data)
{
    Wanted *w = data;
    g_free(w->text);
    g_free(w);
}

static void
want(GHashTable *wanted, const char *bed, const char *cause, Vicu__Priority priority, char *text)
{
    char *key = g_strdup_printf("%s\n%s", bed, cause);
    const Wanted *there = g_hash_table_lookup(wanted, key);

    if (there && there->priority >= priority) {
        g_free(key);
        g_free(text);
        return;
    }
    Wanted *w = g_new0(Wanted, 1);
    *w = (Wanted){text, priority};
    g_hash_table_replace(wanted, key, w);
}

/* Of beds the rules know them all; of a unit they do not. */
static bool
is_bed(const char *bed)
{
    const char *slash = strchr(bed, '/');
    return slash && strchr(slash + 1, '/');
}

static void
want_breach(const Vicu__Escalation *e, gpointer user)
{
    if (!esc_is_breached(e))
        return;
    const Vicu__EscalationBreach *b = e->breach[e->n_breach - 1];
    const char *now = *e->name ? e->name : "nobody";
    char *text = g_strdup_printf("Escalation of \"%.60s\": %.60s; asked now: %.40s",
                                 *e->title ? e->title : e->text, b->text, now);
    want(user, is_bed(e->bed) ? e->bed : "", CAUSE_BREACH,
         e->priority >= VICU__PRIORITY__PRIORITY_HIGH ? VICU__PRIORITY__PRIORITY_HIGH
                                                      : VICU__PRIORITY__PRIORITY_MEDIUM,
         text);
}

static void
want_channels(EscService *self, GHashTable *wanted)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->channels);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__Channel *c = value;
        if (!c->failing)
            continue;
        g_autofree char *cause = g_strdup_printf("escalation-%s-fails", c->name);
        want(wanted, "", cause, VICU__PRIORITY__PRIORITY_MEDIUM,
             g_strdup_printf("Nobody can be told by %s: %.100s", c->name, c->text));
    }
}

static void
say(EscService *self, const char *key, const Wanted *w)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__LocalAlarm local = VICU__LOCAL_ALARM__INIT;
    Vicu__Actor actor = VICU__ACTOR__INIT;
    g_auto(GStrv) part = g_strsplit(key, "\n", 2);

    actor.who = (char *)vicu_daemon_name(self->daemon);
    local.bed = part[0];
    local.cause = part[1];
    local.priority = w ? w->priority : VICU__PRIORITY__PRIORITY_MEDIUM;
    local.text = w ? w->text : (char *)"";
    local.standing = w != NULL;
    command.actor = &actor;
    command.reason = (char *)"";
    command.what_case = VICU__COMMAND__WHAT_LOCAL;
    command.local = &local;
    g_hash_table_replace(self->telling, vicu_state_client_command(self->rules, &command),
                         g_strdup(key));
}

void
esc_service_tell_rules(EscService *self)
{
    g_autoptr(GHashTable) wanted =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_wanted);
    g_autoptr(GPtrArray) over = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer key, value;

    if (!self->rules_level)
        return;
    esc_machine_foreach(self->machine, want_breach, wanted);
    want_channels(self, wanted);
    if (esc_roster_n_persons(self->roster) == 0 && esc_roster_n_ladders(self->roster) > 0)
        want(wanted, "", CAUSE_NO_ROSTER, VICU__PRIORITY__PRIORITY_MEDIUM,
             g_strdup("Ladders are there and nobody is in the roster: nobody is told of alarms"));
    g_hash_table_iter_init(&iter, wanted);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const Wanted *w = value;
        const char *before = g_hash_table_lookup(self->told, key);
        if (before && strcmp(before, w->text) == 0)
            continue;
        g_hash_table_replace(self->told, g_strdup(key), g_strdup(w->text));
        say(self, key, w);
    }
    g_hash_table_iter_init(&iter, self->told);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!g_hash_table_contains(wanted, key))
            g_ptr_array_add(over, g_strdup(key));
    for (guint i = 0; i < over->len; i++) {
        g_hash_table_remove(self->told, over->pdata[i]);
        say(self, over->pdata[i], NULL);
    }
}

void
esc_service_rules_answered(EscService *self, const char *key, bool ok)
{
    const char *what = g_hash_table_lookup(self->telling, key);

    if (!what)
        return;
    /* Not heard or refused: the next look tells it again, once the rules are level. */
    if (!ok)
        g_hash_table_remove(self->told, what);
    g_hash_table_remove(self->telling, key);
}

void
esc_service_tell_again(EscService *self)
{
    g_hash_table_remove_all(self->told);
    esc_service_tell_rules(self);
}

/* --- test alarms --- */

void
esc_service_prove(EscService *self, const Vicu__StateItem *item)
{
    vicu_proof_item(self->proof, item, vicu_clock_boot_us());
    if (item->removed)
        g_hash_table_remove(self->proven, item->key);
    else
        g_hash_table_add(self->proven, g_strdup(item->key));
    vicu_state_server_put(self->state, item);
    vicu_state_server_flush(self->state);
}

void
esc_service_unprove(EscService *self)
{
    GHashTableIter iter;
    gpointer key;

    vicu_proof_begin(self->proof);
    g_hash_table_iter_init(&iter, self->proven);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        Vicu__StateItem item = VICU__STATE_ITEM__INIT;
        item.subject = VICU__SUBJECT__SUBJECT_PROOF;
        item.key = key;
        item.removed = TRUE;
        vicu_state_server_put(self->state, &item);
    }
    g_hash_table_remove_all(self->proven);
}

void
esc_service_beat(EscService *self, int64_t boot_us)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__OutletBeat beat = VICU__OUTLET_BEAT__INIT;
    Vicu__Actor actor = VICU__ACTOR__INIT;

    if (!self->rules_level || esc_roster_n_persons(self->roster) == 0
        || boot_us - self->beat_us < BEAT_US)
        return;
    self->beat_us = boot_us;
    actor.who = (char *)vicu_daemon_name(self->daemon);
    beat.kind = VICU__OUTLET_KIND__OUTLET_ESCALATION;
    vicu_proof_answer(self->proof, &beat, boot_us);
    command.actor = &actor;
    command.reason = (char *)"";
    command.what_case = VICU__COMMAND__WHAT_OUTLET;
    command.outlet = &beat;
    g_free(vicu_state_client_command(self->rules, &command));
}

/* --- the record --- */

void
esc_service_record(EscService *self,
                   const char *who,
                   bool person,
                   const char *role,
                   const char *what,
                   const char *bed,
                   const char *why,
                   const char *detail)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    uint8_t id[VICU_AUDIT_ID_LEN];

    record.who = (char *)who;
    record.person = person;
    record.role = (char *)role;
    record.what = (char *)what;
    record.bed = (char *)bed;
    record.t_us = vicu_clock_utc_us();
    record.from = (char *)"escalation";
    record.why = (char *)why;
    record.detail = (char *)detail;
    vicu_audit_give_id(&record, id);
    g_ptr_array_add(self->records, vicu_wire_copy(&record.base));
}
