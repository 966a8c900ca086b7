/* The bed desk: limits of one bed. Part of the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/json.h"
#include "rules/desk-inner.h"
#include "rules/items.h"
#include "rules/language/diagnostics.h"

void
rules_desk_free_limit(gpointer data)
{
    WardLimit *limit = data;
    g_free(limit->message.bed);
    g_free(limit->message.of_unit);
    g_free(limit->message.name);
    g_free(limit->message.unit);
    g_free(limit->message.who);
    g_free(limit->message.reason);
    g_free(limit);
}

WardLimit *
desk_copy_limit(const Vicu__Limit *from, const char *bed, const char *of_unit)
{
    WardLimit *limit = g_new0(WardLimit, 1);
    limit->message = *from;
    vicu__limit__init(&limit->message);
    limit->message.bed = g_strdup(bed);
    limit->message.of_unit = g_strdup(of_unit);
    limit->message.name = g_strdup(from->name);
    limit->message.unit = g_strdup(from->unit);
    limit->message.who = g_strdup(from->who);
    limit->message.reason = g_strdup(from->reason);
    limit->message.value = from->value;
    limit->message.standard = from->standard;
    limit->message.min = from->min;
    limit->message.max = from->max;
    limit->message.overridden = true;
    limit->message.t_us = from->t_us;
    limit->message.expires_us = from->expires_us;
    return limit;
}

static void
own_limit(WardBed *bed, const Vicu__Limit *from)
{
    g_hash_table_replace(bed->limits, g_strdup(from->name), desk_copy_limit(from, bed->id, ""));
}

void
rules_desk_put_limit(WardBed *bed, const char *name, double value, int64_t t_us)
{
    char text[32];
    vicu_number_format(value, text);
    rules_engine_limit(bed->engine, name, value, t_us);
    rules_outbox_event(bed->ward->outbox, bed->id, t_us, "limit-set", name, text, NULL);
}

void
rules_desk_restore_limit(WardBed *bed, const Vicu__Limit *limit)
{
    int at = rules_set_limit_find(bed->ward->set, limit->name);
    if (!limit->overridden || at < 0)
        return;
    if (rules_engine_limit(bed->engine, limit->name, limit->value, limit->t_us))
        own_limit(bed, limit);
}

static void
end_limit(WardBed *bed, const char *name)
{
    RulesWard *self = bed->ward;
    int at = rules_set_limit_find(self->set, name);
    g_autofree char *key = rules_item_limit_key(bed->id, name);
    rules_ward_drop(self, VICU__SUBJECT__SUBJECT_LIMIT, key, true);
    g_hash_table_remove(bed->limits, name);
    if (at >= 0) {
        RulesLimitInfo info = rules_set_limit(self->set, (size_t)at);
        rules_desk_put_limit(bed, name, rules_desk_limit_value(bed, &info), self->now_us);
    }
    rules_ward_publish_limits(bed);
}

void
rules_desk_expire(WardBed *bed, int64_t now_us)
{
    GHashTableIter iter;
    gpointer name, value;
    if (g_hash_table_size(bed->limits) == 0)
        return;
    g_hash_table_iter_init(&iter, bed->limits);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const Vicu__Limit *limit = &((WardLimit *)value)->message;
        if (limit->expires_us == 0 || limit->expires_us > now_us)
            continue;
        g_autofree char *gone = g_strdup(name);
        rules_ward_audit(bed->ward, "rules", false, "rules", "limit-expired", bed, "rules",
                         limit->reason, gone);
        end_limit(bed, gone);
        return; /* the table changed: the next one at the next tick */
    }
}

bool
desk_limit_fits(const RulesSet *set, Vicu__Limit *limit)
{
    int at = rules_set_limit_find(set, limit->name);
    if (at < 0)
        return false;
    RulesLimitInfo info = rules_set_limit(set, (size_t)at);
    bool settable = info.per_bed || (info.per_unit && *limit->of_unit != '\0');
    if (!settable || strcmp(info.unit, limit->unit) != 0
        || !(limit->value >= info.min && limit->value <= info.max))
        return false;
    limit->standard = info.standard;
    limit->min = info.min;
    limit->max = info.max;
    return true;
}

void
rules_desk_adopt_limits(WardBed *bed)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, bed->limits);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Vicu__Limit *limit = &((WardLimit *)value)->message;
        if (!desk_limit_fits(bed->ward->set, limit))
            g_ptr_array_add(gone, g_strdup(limit->name));
    }
    for (guint i = 0; i < gone->len; i++) {
        rules_ward_audit(bed->ward, "rules", false, "rules", "limit-ended", bed, "rules",
                         DESK_LIMIT_GONE, gone->pdata[i]);
        end_limit(bed, gone->pdata[i]);
    }
}

/* Names the limit that was meant, or those there are. */
static void
refuse_limit(DeskAct *act, const char *name)
{
    const RulesSet *set = act->ward->set;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < rules_set_n_limits(set); i++)
        g_ptr_array_add(names, (gpointer)rules_set_limit(set, i).name);
    g_ptr_array_add(names, NULL);
    const char *near = rules_nearest(name, (const char *const *)names->pdata);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    if (near)
        desk_answer(act, false, "The rules have no limit \"%s\"; did you mean %s?", name, near);
    else
        desk_answer(act, false, "The rules have no limit \"%s\"; they have %s.", name,
                    *list ? list : "none");
}

/* The limit of @set, once all that can be wrong with it is right; false, and the answer says
 * so. */
static bool
is_sound(DeskAct *act, const Vicu__SetLimit *set, RulesLimitInfo *info)
{
    int at = rules_set_limit_find(act->ward->set, set->name);
    bool of_unit = *set->of_unit != '\0';
    if (at < 0) {
        refuse_limit(act, set->name);
        return false;
    }
    *info = rules_set_limit(act->ward->set, (size_t)at);
    if (strcmp(set->unit, info->unit) != 0)
        desk_answer(act, false, "%s is given in %s, not in \"%s\".", info->name, info->unit,
                    set->unit);
    else if (!info->per_bed && !info->per_unit)
        desk_answer(act, false, "%s is the same for every bed.", info->name);
    else if (!info->per_bed && !of_unit)
        desk_answer(act, false, "%s is set for a unit, not for one bed.", info->name);
    else if (!(set->value >= info->min && set->value <= info->max))
        desk_answer(act, false, "%s = %g %s is outside %g..%g %s.", info->name, set->value,
                    info->unit, info->min, info->max, info->unit);
    else if (!*act->command->reason || !desk_is_short(act->command->reason, RULES_TEXT_MAX)
             || set->for_us < 0 || set->for_us > 30 * DESK_DAY_US)
        desk_answer(act, false, "A limit needs a reason, and a time of at most 30 days.");
    else
        return true;
    return false;
}

void
desk_limit(DeskAct *act, const Vicu__SetLimit *set)
{
    bool of_unit = *set->of_unit != '\0';
    RulesLimitInfo info;
    act->what = "limit-set";
    if (of_unit && *set->bed) {
        desk_answer(act, false, "A limit is set for a bed or for a unit, not for both.");
        return;
    }
    WardBed *bed = of_unit ? NULL : desk_bed(act, set->bed);
    if (of_unit ? !desk_has_unit(act, set->of_unit) : !bed)
        return;
    if (!is_sound(act, set, &info))
        return;
    Vicu__Limit limit = VICU__LIMIT__INIT;
    limit.name = (char *)info.name;
    limit.unit = (char *)info.unit;
    limit.value = set->value;
    limit.standard = info.standard;
    limit.min = info.min;
    limit.max = info.max;
    limit.who = (char *)act->who;
    limit.reason = act->command->reason;
    limit.t_us = act->now_us;
    limit.expires_us = set->for_us > 0 ? act->now_us + set->for_us : 0;
    limit.of_unit = set->of_unit;
    if (of_unit) {
        desk_set_unit_limit(act, &limit);
        return;
    }
    rules_desk_put_limit(bed, info.name, set->value, act->now_us);
    own_limit(bed, &limit);
    rules_ward_publish_limits(bed);
    desk_answer(act, true, "%s of bed %s is now %g %s.", info.name, bed->id, set->value, info.unit);
}
