/* The bed desk: alarms that give no sound for a while. Part of the ward.
 *
 * The ward as a whole is its beds, one by one: a bed where nothing stands is not
 * paused, so that its first alarm sounds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "rules/desk-inner.h"

#define S_US ((int64_t)G_USEC_PER_SEC)

/* FALSE: refused, and the answer says so. An empty @id is every bed. */
static bool
is_place(DeskAct *act, const char *id)
{
    return !*id || desk_bed(act, id);
}

static bool
check_pause(DeskAct *act, const Vicu__PauseAlarms *pause)
{
    if (!is_place(act, pause->bed))
        return false;
    if (!*act->command->reason || !desk_is_short(act->command->reason, RULES_TEXT_MAX))
        desk_answer(act, false, "A pause needs a reason of at most %d bytes.", RULES_TEXT_MAX);
    else if (pause->for_us < RULES_PAUSE_MIN_US || pause->for_us > RULES_PAUSE_MAX_US)
        desk_answer(act, false,
                    "A pause of %g s is outside %d..%d s: alarms are never silenced "
                    "without an end.",
                    (double)pause->for_us / 1e6, (int)(RULES_PAUSE_MIN_US / S_US),
                    (int)(RULES_PAUSE_MAX_US / S_US));
    else
        return true;
    return false;
}

/* "demo/icu/1, demo/icu/7, the installation" */
static void
add_place(GString *out, const char *bed)
{
    g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", *bed ? bed : "the installation");
}

static void
pause_one(DeskAct *act, const char *bed, int64_t for_us, GString *paused)
{
    if (rules_alarms_pause(act->ward->alarms, bed, for_us, act->who, act->command->reason,
                           act->now_us, act->mono_us))
        add_place(paused, bed);
}

void
desk_pause(DeskAct *act, const Vicu__PauseAlarms *pause)
{
    act->what = "alarm-pause";
    if (!check_pause(act, pause))
        return;
    g_autoptr(GString) paused = g_string_new(NULL);
    g_autoptr(GList) all = *pause->bed ? NULL : g_hash_table_get_keys(act->ward->beds);
    all = g_list_sort(all, (GCompareFunc)strcmp);
    for (const GList *bed = all; bed; bed = bed->next)
        pause_one(act, bed->data, pause->for_us, paused);
    pause_one(act, pause->bed, pause->for_us, paused); /* for no bed: the installation's */
    g_autofree char *until = vicu_time_format(act->now_us + pause->for_us);
    if (paused->len == 0)
        desk_answer(act, false, "No alarm of %s stands: there is nothing to pause.",
                    *pause->bed ? pause->bed : "any bed");
    else
        desk_answer(act, true,
                    "Alarms of %s give no sound until %s; one of a higher priority does.",
                    paused->str, until);
}

void
desk_resume(DeskAct *act, const Vicu__ResumeAlarms *resume)
{
    act->what = "alarm-resume";
    if (!is_place(act, resume->bed))
        return;
    RulesAlarms *alarms = act->ward->alarms;
    const RulesPauses *pauses = rules_alarms_pauses(alarms);
    g_autoptr(GString) resumed = g_string_new(NULL);
    for (size_t i = 0; i < rules_pauses_length(pauses);) {
        g_autofree char *bed = g_strdup(rules_pauses_at(pauses, i)->bed);
        if (*resume->bed && strcmp(bed, resume->bed) != 0) {
            i++;
            continue;
        }
        rules_alarms_resume(alarms, bed);
        add_place(resumed, bed);
    }
    if (resumed->len > 0)
        desk_answer(act, true, "Alarms of %s sound again.", resumed->str);
    else if (*resume->bed)
        desk_answer(act, false, "%s is not paused.", resume->bed);
    else
        desk_answer(act, false, "No bed is paused.");
}
