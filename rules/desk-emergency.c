/* The bed desk: emergency access while the store is away, when nobody new can sign in. Part of
 * the ward.
 *
 * It is of the key through which it was asked for, with a name that was typed and a reason, for
 * 60 minutes, and for what the column "glass" of proto/rights.csv allows. It is loud: a record,
 * and an alarm until it is over. Once the store answers again it counts no more: then people sign
 * in. A restart of the rules ends it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "rules/desk-inner.h"

#define CAUSE "emergency/"

typedef struct {
    char *name;
    int64_t until_us, until_mono_us;
} Emergency;

static void
emergency_free(gpointer p)
{
    Emergency *emergency = p;
    g_free(emergency->name);
    g_free(emergency);
}

static void
tell(RulesWard *self, const char *key, const char *text, bool standing)
{
    g_autofree char *cause = g_strconcat(CAUSE, key, NULL);
    rules_alarms_local(self->alarms, "", cause, RULES_PRIORITY_MEDIUM, text, standing,
                       self->now_us);
}

static bool
is_over(const RulesWard *self, const Emergency *emergency, int64_t mono_us)
{
    return self->now_us >= emergency->until_us || mono_us >= emergency->until_mono_us
           || vicu_people_is_fresh(self->people, mono_us);
}

const char *
desk_emergency(const DeskAct *act, const VicuRightsRow *row)
{
    const Emergency *emergency = g_hash_table_lookup(act->ward->emergencies, act->from);
    if (!emergency || is_over(act->ward, emergency, act->mono_us)
        || !vicu_rights_may(row, VICU_ROLE_GLASS, false))
        return NULL;
    return emergency->name;
}

void
desk_begin_emergency(DeskAct *act, const Vicu__BeginEmergency *begin)
{
    RulesWard *self = act->ward;
    act->what = "emergency";
    if (!desk_is_name(begin->name) || !desk_is_text(act->command->reason, RULES_TEXT_MAX)) {
        desk_answer(act, false,
                    "Emergency access needs a name of at most %d bytes and a reason of at most %d.",
                    DESK_NAME_MAX, RULES_TEXT_MAX);
        return;
    }
    if (!self->people || !vicu_people_has_accounts(self->people)) {
        desk_answer(act, false, "Nobody has an account here: the key \"%s\" acts as it is.",
                    act->from);
        return;
    }
    if (vicu_people_is_fresh(self->people, act->mono_us)) {
        desk_answer(act, false, "The store answers: sign in, and break the glass there.");
        return;
    }
    Emergency *emergency = g_new0(Emergency, 1);
    emergency->name = g_strdup(begin->name);
    emergency->until_us = act->now_us + VICU_PEOPLE_GLASS_US;
    emergency->until_mono_us = act->mono_us + VICU_PEOPLE_GLASS_US;
    act->who = emergency->name;
    act->role = "emergency";
    g_hash_table_replace(self->emergencies, g_strdup(act->from), emergency);
    g_autofree char *until = vicu_time_format(emergency->until_us);
    g_autofree char *text =
        g_strdup_printf("%s (not shown to be) has emergency access through the key %s until %s",
                        begin->name, act->from, until);
    tell(self, act->from, text, true);
    desk_answer(act, true, "Emergency access until %s, or until the store answers.", until);
}

static void
find_alarm(const RulesAlarm *alarm, gpointer user)
{
    GPtrArray *keys = user;
    static const char prefix[] = "local:" CAUSE;
    if (alarm->state != RULES_ALARM_ENDED && g_str_has_prefix(alarm->rule, prefix))
        g_ptr_array_add(keys, g_strdup(alarm->rule + strlen(prefix)));
}

GHashTable *
rules_desk_new_emergencies(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, emergency_free);
}

void
rules_desk_look_at_emergencies(RulesWard *self, int64_t mono_us)
{
    g_autoptr(GPtrArray) standing = g_ptr_array_new_with_free_func(g_free);
    rules_alarms_foreach(self->alarms, find_alarm, standing);
    for (guint i = 0; i < standing->len; i++) {
        const Emergency *emergency = g_hash_table_lookup(self->emergencies, standing->pdata[i]);
        if (emergency && !is_over(self, emergency, mono_us))
            continue;
        tell(self, standing->pdata[i], "", false);
        g_hash_table_remove(self->emergencies, standing->pdata[i]);
    }
}
