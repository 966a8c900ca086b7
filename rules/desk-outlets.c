/* The bed desk: whether alarms reach people. Part of the ward.
 *
 * What of the outlets is missing is an alarm of the installation: what cannot be heard is
 * seen, what is no longer seen is heard.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"
#include "rules/items.h"

static const struct {
    Vicu__OutletKind kind;
    const char *cause;
    const char *text;
} missed[RULES_OUTLET_KINDS] = {
    {VICU__OUTLET_KIND__OUTLET_SOUND, "no-sound", "Alarms are not heard: "},
    {VICU__OUTLET_KIND__OUTLET_SCREEN, "screen-silent", "Alarms are not seen: "},
    {VICU__OUTLET_KIND__OUTLET_PORTAL, "portal-silent", "No page shows alarms: "},
    {VICU__OUTLET_KIND__OUTLET_ESCALATION, "escalation-silent", "Nobody is told of alarms: "},
};

static void
tell(RulesWard *self)
{
    for (size_t i = 0; i < RULES_OUTLET_KINDS; i++) {
        g_autofree char *trouble = rules_outlets_trouble(self->outlets, missed[i].kind);
        if (self->outlets_told && g_strcmp0(trouble, self->outlet_trouble[i]) == 0)
            continue;
        g_autofree char *text = g_strconcat(missed[i].text, trouble, NULL);
        /* Another trouble is another alarm: what was answered was the one before. */
        if (!trouble || self->outlet_trouble[i])
            rules_alarms_local(self->alarms, "", missed[i].cause, RULES_PRIORITY_MEDIUM, "", false,
                               self->now_us);
        if (trouble)
            rules_alarms_local(self->alarms, "", missed[i].cause, RULES_PRIORITY_MEDIUM, text, true,
                               self->now_us);
        g_free(self->outlet_trouble[i]);
        self->outlet_trouble[i] = g_steal_pointer(&trouble);
    }
    self->outlets_told = true;
}

void
rules_desk_on_outlet(const Vicu__Outlet *outlet, bool gone, gpointer user)
{
    RulesWard *self = user;
    if (gone)
        rules_proofs_leave(self->proofs, outlet->name);
    if (gone)
        rules_ward_drop(self, VICU__SUBJECT__SUBJECT_OUTLET, outlet->name, true);
    else
        rules_ward_put(self, VICU__SUBJECT__SUBJECT_OUTLET, outlet->name, rules_item_outlet(outlet),
                       true);
}

void
rules_desk_look_at_outlets(RulesWard *self, int64_t mono_us)
{
    rules_outlets_tick(self->outlets, self->now_us, mono_us);
    tell(self);
}

static void
publish(const Vicu__Outlet *outlet, bool gone, gpointer user)
{
    RulesWard *self = user;
    g_autoptr(GBytes) packed = rules_item_outlet(outlet);
    self->ops.item(VICU__SUBJECT__SUBJECT_OUTLET, outlet->name, packed, gone, false, self->data);
}

void
rules_desk_publish_outlets(RulesWard *self)
{
    rules_outlets_foreach(self->outlets, publish, self);
    tell(self);
}

void
desk_outlet(DeskAct *act, const Vicu__OutletBeat *beat)
{
    act->what = DESK_OUTLET;
    const char *why =
        rules_outlets_beat(act->ward->outlets, act->from, beat, act->now_us, act->mono_us);
    if (why) {
        desk_answer(act, false, "%s", why);
        return;
    }
    desk_proved(act, beat);
    tell(act->ward);
    desk_answer(act, true, "Heard.");
}

void
desk_forget_outlet(DeskAct *act, const Vicu__ForgetOutlet *forget)
{
    act->what = "outlet-forget";
    if (!*act->command->reason || !desk_is_short(act->command->reason, RULES_TEXT_MAX)) {
        desk_answer(act, false, "To expect %s no more needs a reason of at most %d bytes.",
                    forget->name, RULES_TEXT_MAX);
        return;
    }
    if (!rules_outlets_forget(act->ward->outlets, forget->name)) {
        desk_answer(act, false, "No outlet \"%s\" is known; `vicu outlet ls` names those that are.",
                    forget->name);
        return;
    }
    tell(act->ward);
    desk_answer(act, true, "%s is expected no more; if it comes again, it is.", forget->name);
}
