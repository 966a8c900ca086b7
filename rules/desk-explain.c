/* The bed desk: why an alarm was raised, for who asks. Part of the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/alarm-text.h"
#include "rules/desk-inner.h"
#include "rules/items.h"

/* Who set the limit in force, when and why, if it is one of this bed's own. */
static void
name_limit(Vicu__ExplainLimit *limit, const char *bed_id, void *user)
{
    const WardBed *bed = rules_ward_bed(user, bed_id);
    const WardLimit *own = bed ? g_hash_table_lookup(bed->limits, limit->name) : NULL;
    if (!own)
        return;
    limit->who = own->message.who;
    limit->reason = own->message.reason;
    limit->t_us = own->message.t_us;
    limit->expires_us = own->message.expires_us;
}

GBytes *
rules_desk_explanation(const RulesTransition *transition, void *user)
{
    return rules_item_explanation(transition, name_limit, user);
}

void
desk_explain(DeskAct *act, const Vicu__Explain *explain)
{
    act->what = "explain";
    const RulesAlarm *alarm = rules_alarms_find(act->ward->alarms, explain->id);
    if (!alarm) {
        desk_answer(act, false, "There is no alarm \"%s\".", explain->id);
        return;
    }
    act->bed = rules_ward_bed(act->ward, alarm->bed);
    g_autofree char *text = NULL;
    act->answer->detail = rules_item_alarm_explained(alarm, &text);
    desk_answer(act, true, "%s", text);
}
