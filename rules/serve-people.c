/* The rules process: who is signed in, asked of the store each second, kept on the disk, and
 * whose glass is broken, as an alarm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "rules/serve-inner.h"

#define PATIENCE_US (3 * (int64_t)G_USEC_PER_SEC)
#define FILE_NAME   "people"
#define CAUSE       "break-glass/"

static char *
file_of(RulesService *self)
{
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(self->daemon), vicu_daemon_name(self->daemon), NULL);
    return folder ? g_build_filename(folder, FILE_NAME, NULL) : NULL;
}

/* What cannot be kept is asked for again after a restart. */
static void
keep(RulesService *self)
{
    g_autoptr(GBytes) bytes = vicu_people_save(self->people);
    g_autofree char *path = file_of(self);
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    if (!bytes || !path)
        return;
    const void *data = g_bytes_get_data(bytes, &size);
    if (!g_file_set_contents_full(path, data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &error))
        vicu_warning(VICU_MSG_PEOPLE, "%s", error->message);
}

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
    size_t n = vicu_people_glass(self->people, &glass);
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

/* --- the store --- */

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    RulesService *self = user;
    for (size_t i = 0; rows && i < rows->n_people; i++) {
        g_autoptr(GError) wrong = NULL;
        bool changed = false;
        if (!vicu_people_take(self->people, rows->people[i], vicu_clock_boot_us(), &changed,
                              &wrong))
            vicu_warning(VICU_MSG_PEOPLE, "%s", wrong->message);
        else if (changed)
            keep(self);
    }
    if (error || rows->last)
        self->asks_people = false;
}

static void
ask(RulesService *self)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__PeopleAsk people = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLive live = VICU__PEOPLE_LIVE__INIT;
    live.serial = vicu_people_serial(self->people);
    people.what_case = VICU__PEOPLE_ASK__WHAT_LIVE;
    people.live = &live;
    query.what_case = VICU__QUERY__WHAT_PEOPLE;
    query.people = &people;
    self->asks_people = true;
    vicu_query_ask(self->query, &query, "", PATIENCE_US, on_rows, self);
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
    if (self->asks_people || mono_us - self->people_us < VICU_PEOPLE_ASK_US
        || !service_connect_store(self))
        return;
    self->people_us = mono_us;
    ask(self);
}

/* --- life --- */

void
service_begin_people(RulesService *self)
{
    g_autofree char *path = file_of(self);
    g_autofree char *text = NULL;
    gsize size = 0;
    self->people = vicu_people_new();
    self->glass = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (path && g_file_get_contents(path, &text, &size, NULL)
        && !vicu_people_load(self->people, text, size))
        vicu_warning(VICU_MSG_PEOPLE,
                     "%s cannot be read: persons are not believed until the store answers", path);
    rules_ward_people(self->ward, self->people, self->settings.keys_act);
}

void
rules_service_keys(RulesService *self, const char *keys_act)
{
    self->settings.keys_act = keys_act;
    rules_ward_people(self->ward, self->people, keys_act);
}

void
service_stop_people(RulesService *self)
{
    g_clear_pointer(&self->people, vicu_people_free);
    g_clear_pointer(&self->glass, g_hash_table_unref);
}
