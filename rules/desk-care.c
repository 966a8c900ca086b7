/* The bed desk: who looks after a bed at the hub, and who saw it last. Part of the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"
#include "rules/items.h"

#define SEEN_EACH_US   (60 * (int64_t)G_USEC_PER_SEC)
#define SEEN_NAMES_MAX 16 /* people of whom it is known when they saw a bed; ours */

static GBytes *
pack_care(const WardBed *bed)
{
    Vicu__Care care = VICU__CARE__INIT;
    Vicu__AlarmCount count = bed->count;
    care.bed = bed->id;
    care.owner = bed->owner ? bed->owner : (char *)"";
    care.since_us = bed->owned_us;
    care.seen_by = bed->seen_by ? bed->seen_by : (char *)"";
    care.seen_us = bed->seen_us;
    vicu__alarm_count__init(&count);
    count.high = bed->count.high;
    count.medium = bed->count.medium;
    count.low = bed->count.low;
    count.technical = bed->count.technical;
    count.at_least = bed->count.at_least;
    if (bed->counted)
        care.last_12h = &count;
    return rules_item_care(&care);
}

GBytes *
rules_desk_care(const WardBed *bed)
{
    return bed->owner || bed->seen_by ? pack_care(bed) : NULL;
}

void
rules_desk_publish_care(WardBed *bed, bool lasting)
{
    rules_ward_put(bed->ward, VICU__SUBJECT__SUBJECT_CARE, bed->id, pack_care(bed), lasting);
}

void
rules_desk_restore_care(WardBed *bed, const Vicu__Care *care)
{
    desk_set_text(&bed->owner, care->owner);
    desk_set_text(&bed->seen_by, care->seen_by);
    bed->owned_us = care->since_us;
    bed->seen_us = care->seen_us;
}

void
desk_take(DeskAct *act, const Vicu__TakeBed *take)
{
    act->what = take->release ? "bed-release" : "bed-take";
    WardBed *bed = desk_bed(act, take->bed);
    if (!bed)
        return;
    const char *name = *take->name ? take->name : act->who;
    if (!desk_is_name(name)) {
        desk_answer(act, false, "A name has 1 to %d bytes, in one line.", DESK_NAME_MAX);
        return;
    }
    if (bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED) {
        desk_answer(act, false, "Bed %s is discharged: there is nobody to look after.", bed->id);
        return;
    }
    if (take->release && !bed->owner) {
        desk_answer(act, false, "Nobody has bed %s.", bed->id);
        return;
    }
    g_autofree char *before = g_steal_pointer(&bed->owner);
    desk_set_text(&bed->owner, take->release ? NULL : name);
    bed->owned_us = take->release ? 0 : act->now_us;
    rules_desk_publish_care(bed, true);
    if (take->release)
        desk_answer(act, true, "Nobody has bed %s any more; %s had it.", bed->id, before);
    else if (before && strcmp(before, name) != 0)
        desk_answer(act, true, "%s has bed %s; %s had it before.", name, bed->id, before);
    else
        desk_answer(act, true, "%s has bed %s.", name, bed->id);
}

/* Once a minute for each person; who is not known any more may say it again. */
static bool
is_seen_again(WardBed *bed, const char *who, int64_t mono_us)
{
    int64_t *at = bed->seen ? g_hash_table_lookup(bed->seen, who) : NULL;
    if (at && mono_us - *at < SEEN_EACH_US)
        return false;
    if (!bed->seen)
        bed->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!at && g_hash_table_size(bed->seen) >= SEEN_NAMES_MAX)
        g_hash_table_remove_all(bed->seen);
    g_hash_table_replace(bed->seen, g_strdup(who), g_memdup2(&mono_us, sizeof mono_us));
    return true;
}

void
desk_seen(DeskAct *act, const Vicu__SeenBed *seen)
{
    act->what = DESK_SEEN;
    WardBed *bed = desk_bed(act, seen->bed);
    if (!bed)
        return;
    if (!is_seen_again(bed, act->who, act->mono_us)) {
        desk_answer(act, true, "%s saw bed %s less than a minute ago.", act->who, bed->id);
        return;
    }
    desk_set_text(&bed->seen_by, act->who);
    bed->seen_us = act->now_us;
    rules_desk_publish_care(bed, true);
    desk_answer(act, true, "%s has seen bed %s.", act->who, bed->id);
}

void
desk_forget_care(WardBed *bed)
{
    desk_set_text(&bed->owner, NULL);
    desk_set_text(&bed->seen_by, NULL);
    bed->owned_us = bed->seen_us = 0;
    vicu__alarm_count__init(&bed->count);
    bed->counted = false;
    g_clear_pointer(&bed->seen, g_hash_table_unref);
    rules_ward_drop(bed->ward, VICU__SUBJECT__SUBJECT_CARE, bed->id, true);
}

void
desk_move_care(WardBed *from, WardBed *to)
{
    desk_set_text(&to->owner, from->owner);
    desk_set_text(&to->seen_by, from->seen_by);
    to->owned_us = from->owned_us;
    to->seen_us = from->seen_us;
    rules_desk_publish_care(to, true);
}
