/* The bed desk: who lies where, and who is away. Part of the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "rules/desk-inner.h"
#include "rules/items.h"

static void
forget_patient(WardBed *bed)
{
    RulesWard *self = bed->ward;
    GHashTableIter iter;
    gpointer name;
    desk_set_text(&bed->patient, NULL);
    desk_set_text(&bed->device_name, NULL);
    desk_set_text(&bed->reason, NULL);
    for (guint i = 0; i < bed->observations->len; i++) {
        const WardObservation *o = bed->observations->pdata[i];
        rules_ward_drop(self, VICU__SUBJECT__SUBJECT_OBSERVATION, o->key, true);
    }
    g_ptr_array_set_size(bed->observations, 0);
    desk_forget_notes(bed);
    desk_forget_care(bed);
    rules_desk_forget_past(bed, INT64_MAX);
    g_ptr_array_set_size(bed->required, 0);
    g_ptr_array_set_size(bed->ended, 0);
    g_hash_table_iter_init(&iter, bed->limits);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        int limit = rules_set_limit_find(self->set, name);
        g_autofree char *key = rules_item_limit_key(bed->id, name);
        rules_ward_drop(self, VICU__SUBJECT__SUBJECT_LIMIT, key, true);
        g_autofree char *gone = g_strdup(name);
        g_hash_table_iter_remove(&iter);
        if (limit < 0)
            continue;
        RulesLimitInfo info = rules_set_limit(self->set, (size_t)limit);
        rules_desk_put_limit(bed, gone, rules_desk_limit_value(bed, &info), self->now_us);
    }
    rules_ward_publish_limits(bed);
}

bool
desk_admit(DeskAct *act, const char *id, const char *patient, const char *device)
{
    if (!rules_ward_is_bed_id(id)) {
        desk_answer(act, false, "\"%s\" is no bed: expected site/unit/bed.", id);
        return false;
    }
    if (!desk_is_short(patient, 64) || !desk_is_short(device, 128)) {
        desk_answer(act, false, "The patient's pseudonym has at most 64 bytes, the device 128.");
        return false;
    }
    WardBed *bed = act->bed = rules_ward_make_bed(act->ward, id, act->mono_us);
    if (!bed) {
        desk_answer(act, false, "No room for another bed: [ward] max_beds is %zu.",
                    act->ward->settings.max_beds);
        return false;
    }
    if (bed->patient && *patient && strcmp(bed->patient, patient) != 0) {
        desk_answer(act, false, "Bed %s has another patient: discharge first.", id);
        return false;
    }
    desk_set_text(&bed->patient, patient);
    if (*device)
        desk_set_text(&bed->device_name, device);
    desk_set_text(&bed->who, act->who);
    rules_ward_presence(bed, rules_presence_admit(&bed->presence, act->now_us, act->mono_us));
    rules_ward_publish_bed(bed);
    rules_outbox_event(act->ward->outbox, bed->id, act->now_us, "admit", patient, device, NULL);
    desk_answer(act, true, "Bed %s is admitted.", id);
    return true;
}

bool
desk_discharge(DeskAct *act, const char *id)
{
    WardBed *bed = desk_bed(act, id);
    if (!bed)
        return false;
    if (bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED) {
        desk_answer(act, false, "Bed %s is discharged already.", id);
        return false;
    }
    rules_outbox_event(act->ward->outbox, bed->id, act->now_us, "discharge",
                       bed->patient ? bed->patient : "", act->command ? act->command->reason : "",
                       NULL);
    rules_ward_reset_bed(bed, "discharged", true);
    rules_ward_presence(bed, rules_presence_discharge(&bed->presence, act->now_us));
    rules_alarms_end(act->ward->alarms, bed->id, NULL, act->now_us, "discharged");
    rules_alarms_resume(act->ward->alarms, bed->id);
    forget_patient(bed);
    desk_handover_bed(act->ward, bed->id, NULL);
    desk_set_text(&bed->who, act->who);
    rules_ward_publish_bed(bed);
    desk_answer(act, true, "Bed %s is discharged.", id);
    return true;
}

void
desk_absence(DeskAct *act, const Vicu__Absence *absence)
{
    WardBed *bed = desk_bed(act, absence->bed);
    bool end = absence->presence == VICU__PRESENCE__PRESENCE_PRESENT;
    bool transport = absence->presence == VICU__PRESENCE__PRESENCE_TRANSPORT;
    act->what = end ? "absence-end" : transport ? "transport" : "standby";
    if (!bed)
        return;
    if (end) {
        if (!rules_presence_return(&bed->presence, act->now_us, act->mono_us)) {
            desk_answer(act, false, "Bed %s is neither in standby nor in transport.", bed->id);
            return;
        }
        desk_set_text(&bed->reason, NULL);
        if (bed->suppressed)
            rules_ward_reset_bed(bed, "the absence is over", false);
        rules_ward_publish_bed(bed);
        desk_answer(act, true, "Bed %s is expected to send data again.", bed->id);
        return;
    }
    if (!*act->command->reason || !desk_is_short(act->command->reason, RULES_TEXT_MAX)) {
        desk_answer(act, false, "An absence needs a reason of at most %d bytes.", RULES_TEXT_MAX);
        return;
    }
    if (!rules_presence_leave(&bed->presence, absence->presence, absence->until_us, act->now_us)) {
        desk_answer(
            act, false,
            "Bed %s: standby and transport need an end within 2 hours from now, and a bed that "
            "is not discharged.",
            bed->id);
        return;
    }
    desk_set_text(&bed->reason, act->command->reason);
    desk_set_text(&bed->who, act->who);
    rules_ward_reset_bed(bed, transport ? "transport" : "standby", false);
    rules_ward_bed_local(bed, "no-data", RULES_PRIORITY_MEDIUM, "", false);
    rules_ward_publish_bed(bed);
    g_autofree char *until = vicu_time_format(absence->until_us);
    desk_answer(act, true, "Bed %s is in %s until %s.", bed->id, act->what, until);
}

/* What is of the patient and not of the place. Alarms that stand end first: they belong to
 * what the patient had. */
static void
take_along(WardBed *from, WardBed *to)
{
    rules_alarms_end(from->ward->alarms, from->id, NULL, from->ward->now_us, "patient moved");
    desk_move_notes(from, to);
    desk_move_care(from, to);
    desk_move_past(from, to);
    desk_handover_bed(from->ward, from->id, to->id);
}

void
desk_move(DeskAct *act, const Vicu__Move *move)
{
    act->what = "move";
    WardBed *from = desk_bed(act, move->from);
    if (!from)
        return;
    if (!from->patient) {
        desk_answer(act, false, "Bed %s has no patient to move.", from->id);
        return;
    }
    WardBed *to = rules_ward_bed(act->ward, move->to);
    if (to == from || (to && to->patient)) {
        desk_answer(act, false, "Bed %s has a patient already.", move->to);
        return;
    }
    g_autofree char *patient = g_strdup(from->patient);
    g_autofree char *device = g_strdup(from->device_name ? from->device_name : "");
    if (!desk_admit(act, move->to, patient, device))
        return;
    /* Values and windows of the new place belong to nobody: afresh. */
    rules_ward_reset_bed(act->bed, "patient moved", true);
    rules_ward_publish_bed(act->bed);
    take_along(from, act->bed);
    desk_discharge(act, move->from);
    desk_answer(act, true, "The patient of bed %s is now in bed %s.", move->from, move->to);
}

void
desk_bind(DeskAct *act, const Vicu__Bind *bind)
{
    act->what = "bind";
    WardBed *bed = desk_bed(act, bind->bed);
    if (!bed)
        return;
    if (!desk_is_short(bind->device, 128)) {
        desk_answer(act, false, "A device's name has at most 128 bytes.");
        return;
    }
    desk_set_text(&bed->device_name, bind->device);
    rules_ward_publish_bed(bed);
    desk_answer(act, true, "Bed %s is bound to device %s.", bed->id, bind->device);
}
