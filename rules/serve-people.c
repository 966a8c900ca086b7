/* The rules process: who is signed in, and whose glass is broken, as an alarm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "rules/serve-inner.h"

#define CAUSE "break-glass/"

/* --- broken glass --- */

static void
tell_one(RulesService *self, const char *cause, const char *text, bool standing, int64_t now_us)
{
    rules_ward_local(self->ward, cause, VICU__PRIORITY__PRIORITY_MEDIUM, text, standing, now_us);
}

static void
tell_glass(RulesService *self, int64_t now_us)
{
    Vicu__PeopleGlassEntry *const *glass = NULL;
    size_t n = vicu_people_glass(vicu_people_follow_list(self->people), &glass);
    g_autoptr(GHashTable) now = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer cause;
    for (size_t i = 0; i < n; i++) {
        if (glass[i]->until_us <= now_us)
            continue;
        char *name = g_strconcat(CAUSE, glass[i]->account, NULL);
        g_autofree char *until = vicu_time_format(glass[i]->until_us);
        g_autofree char *text =
            g_strdup_printf("%s has emergency access until %s", glass[i]->account, until);
        if (!g_hash_table_contains(self->glass, name))
            tell_one(self, name, text, true, now_us);
        g_hash_table_replace(self->glass, name, name); /* the key that is there now is `name` */
        g_hash_table_add(now, name);
    }
    g_hash_table_iter_init(&iter, self->glass);
    while (g_hash_table_iter_next(&iter, &cause, NULL)) {
        if (g_hash_table_contains(now, cause))
            continue;
        tell_one(self, cause, "", false, now_us);
        g_hash_table_iter_remove(&iter);
    }
}

/* Alarms of before a restart: they end where the list does not have them. */
static void
find_alarm(const RulesAlarm *alarm, gpointer user)
{
    RulesService *self = user;
    static const char prefix[] = "local:" CAUSE;
    if (alarm->state != RULES_ALARM_ENDED && g_str_has_prefix(alarm->rule, prefix))
        g_hash_table_add(self->glass, g_strdup(alarm->rule + strlen("local:")));
}

void
service_people_tick(RulesService *self, int64_t now_us, int64_t mono_us)
{
    if (!self->glass_known)
        rules_alarms_foreach(rules_ward_alarms(self->ward), find_alarm, self);
    self->glass_known = true;
    tell_glass(self, now_us);
    if (vicu_people_follow_is_due(self->people, mono_us) && service_connect_store(self))
        vicu_people_follow_ask(self->people, self->query, mono_us);
}

/* --- life --- */

void
service_begin_people(RulesService *self)
{
    self->people = vicu_people_follow_new(self->daemon);
    self->glass = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    rules_ward_people(self->ward, vicu_people_follow_list(self->people), self->settings.keys_act);
}

void
rules_service_keys(RulesService *self, const char *keys_act)
{
    self->settings.keys_act = keys_act;
    rules_ward_people(self->ward, vicu_people_follow_list(self->people), keys_act);
}

void
service_stop_people(RulesService *self)
{
    g_clear_pointer(&self->people, vicu_people_follow_free);
    g_clear_pointer(&self->glass, g_hash_table_unref);
}
