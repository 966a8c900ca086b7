/* The bed desk: limits of a unit. A bed's own stands above its unit's, and that above the
 * set's. Part of the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"
#include "rules/items.h"

/* "site/unit" of "site/unit/bed". */
static bool
is_in_unit(const char *bed, const char *unit)
{
    size_t length = strlen(unit);
    return strncmp(bed, unit, length) == 0 && bed[length] == '/'
           && strchr(bed + length + 1, '/') == NULL;
}

static const Vicu__Limit *
of_unit(const WardBed *bed, const char *name)
{
    const char *slash = strrchr(bed->id, '/');
    g_autofree char *unit = g_strndup(bed->id, (gsize)(slash - bed->id));
    g_autofree char *key = rules_item_limit_key(unit, name);
    const WardLimit *limit = g_hash_table_lookup(bed->ward->of_units, key);
    return limit ? &limit->message : NULL;
}

const Vicu__Limit *
rules_desk_limit(const WardBed *bed, const char *name)
{
    const WardLimit *own = g_hash_table_lookup(bed->limits, name);
    if (own)
        return &own->message;
    return g_hash_table_size(bed->ward->of_units) > 0 ? of_unit(bed, name) : NULL;
}

double
rules_desk_limit_value(const WardBed *bed, const RulesLimitInfo *info)
{
    const Vicu__Limit *set_by = rules_desk_limit(bed, info->name);
    return set_by ? set_by->value : info->standard;
}

/* --- beds of a unit ---------------------------------------------------------------- */

static void
tell_bed(WardBed *bed, const char *name)
{
    int at = rules_set_limit_find(bed->ward->set, name);
    if (at < 0 || g_hash_table_contains(bed->limits, name))
        return;
    RulesLimitInfo info = rules_set_limit(bed->ward->set, (size_t)at);
    rules_desk_put_limit(bed, name, rules_desk_limit_value(bed, &info), bed->ward->now_us);
    rules_ward_publish_limits(bed);
}

static void
tell_beds(RulesWard *self, const char *unit, const char *name)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (is_in_unit(((WardBed *)value)->id, unit))
            tell_bed(value, name);
}

void
rules_desk_begin_limits(WardBed *bed)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, bed->ward->of_units);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__Limit *limit = &((WardLimit *)value)->message;
        if (is_in_unit(bed->id, limit->of_unit) && !g_hash_table_contains(bed->limits, limit->name))
            rules_desk_put_limit(bed, limit->name, limit->value,
                                 MAX(limit->t_us, bed->ward->now_us - RULES_LATE_MAX_US));
    }
}

/* --- life --------------------------------------------------------------------------- */

bool
desk_has_unit(DeskAct *act, const char *unit)
{
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, act->ward->beds);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        if (is_in_unit(id, unit))
            return true;
    desk_answer(act, false, "There is no unit \"%s\".", unit);
    return false;
}

void
desk_set_unit_limit(DeskAct *act, const Vicu__Limit *limit)
{
    RulesWard *self = act->ward;
    WardLimit *own = desk_copy_limit(limit, "", limit->of_unit);
    char *key = rules_item_limit_key(limit->of_unit, limit->name);
    g_hash_table_replace(self->of_units, key, own);
    rules_ward_put(self, VICU__SUBJECT__SUBJECT_LIMIT, key, rules_item_limit(&own->message), true);
    tell_beds(self, limit->of_unit, limit->name);
    desk_answer(act, true, "%s of unit %s is now %g %s; a bed's own value stays.", limit->name,
                limit->of_unit, limit->value, limit->unit);
}

void
rules_desk_restore_unit_limit(RulesWard *self, const Vicu__Limit *limit)
{
    WardLimit *own = desk_copy_limit(limit, "", limit->of_unit);
    if (*limit->of_unit != '\0' && desk_limit_fits(self->set, &own->message))
        g_hash_table_replace(self->of_units, rules_item_limit_key(limit->of_unit, limit->name),
                             own);
    else
        rules_desk_free_limit(own);
}

/* Takes the table's word for it: @key is of the limit that ends. */
static void
end_limit(RulesWard *self, const char *key, const char *what, const char *why)
{
    const WardLimit *limit = g_hash_table_lookup(self->of_units, key);
    g_autofree char *gone = g_strdup(key);
    g_autofree char *unit = g_strdup(limit->message.of_unit);
    g_autofree char *name = g_strdup(limit->message.name);
    rules_ward_audit(self, "rules", false, "rules", what, NULL, "rules", why, gone);
    rules_ward_drop(self, VICU__SUBJECT__SUBJECT_LIMIT, gone, true);
    g_hash_table_remove(self->of_units, gone);
    tell_beds(self, unit, name);
}

/* One at a time: the table changes with it. */
void
rules_desk_expire_of_units(RulesWard *self)
{
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, self->of_units);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const Vicu__Limit *limit = &((WardLimit *)value)->message;
        if (limit->expires_us == 0 || limit->expires_us > self->now_us)
            continue;
        g_autofree char *reason = g_strdup(limit->reason);
        end_limit(self, key, "limit-expired", reason);
        return;
    }
}

void
rules_desk_adopt_of_units(RulesWard *self)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, self->of_units);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (!desk_limit_fits(self->set, &((WardLimit *)value)->message))
            g_ptr_array_add(gone, g_strdup(key));
    for (guint i = 0; i < gone->len; i++)
        end_limit(self, gone->pdata[i], "limit-ended", DESK_LIMIT_GONE);
}
