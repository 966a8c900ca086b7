/* Ward: spools that had to give data up. One alarm for each process.
 *
 * A spool that overflows gives up a segment at a time, minutes apart: the alarm
 * goes on in between.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/ward-inner.h"

#define CAUSE     "spool-overflow/"
#define RULE      "local:" CAUSE
#define SPOOL_MAX 256 /* processes; more have no keys */

static void
say(RulesWard *self, const char *name, bool standing)
{
    g_autofree char *cause = g_strconcat(CAUSE, name, NULL);
    g_autofree char *text = g_strdup_printf(
        "%s gave up its oldest data: its spool is full, or they were too old for it; the store "
        "will never have them",
        name);
    rules_alarms_local(self->alarms, "", cause, RULES_PRIORITY_LOW, text, standing, self->now_us);
}

static bool
remember(RulesWard *self, const char *name, int64_t mono_us)
{
    if (g_hash_table_size(self->overflows) >= SPOOL_MAX
        && !g_hash_table_contains(self->overflows, name))
        return false;
    g_hash_table_replace(self->overflows, g_strdup(name), g_memdup2(&mono_us, sizeof mono_us));
    return true;
}

void
rules_ward_overflow(RulesWard *self, const char *name, int64_t now_us, int64_t mono_us)
{
    self->now_us = now_us;
    if (remember(self, name, mono_us))
        say(self, name, true);
}

/* From before a restart: nobody knows when it was, so its time begins anew. */
void
rules_overflow_restore(RulesWard *self, const RulesAlarm *alarm, int64_t mono_us)
{
    if (*alarm->bed == '\0' && alarm->state != RULES_ALARM_ENDED
        && g_str_has_prefix(alarm->rule, RULE))
        remember(self, alarm->rule + strlen(RULE), mono_us);
}

void
rules_overflow_tick(RulesWard *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer name, last_us;
    g_hash_table_iter_init(&iter, self->overflows);
    while (g_hash_table_iter_next(&iter, &name, &last_us)) {
        if (mono_us - *(const int64_t *)last_us < RULES_OVERFLOW_US)
            continue;
        say(self, name, false);
        g_hash_table_iter_remove(&iter);
    }
}
