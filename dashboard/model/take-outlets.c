/* Model: where alarms reach people, as the owner of the state tells it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/private.h"

static void
outlet_free(gpointer data)
{
    Vicu__Outlet *outlet = data;
    g_free(outlet->name);
    g_free(outlet->way);
    g_free(outlet->trouble);
    g_free(outlet);
}

void
dash_model_forget_outlets(DashModel *self)
{
    g_clear_pointer(&self->outlets, g_hash_table_unref);
}

void
dash_model_drop_outlet(DashModel *self, const char *key)
{
    if (self->outlets)
        g_hash_table_remove(self->outlets, key);
}

void
dash_model_take_outlet(DashModel *self, const char *key, const Vicu__Outlet *wire)
{
    if (!self->outlets)
        self->outlets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, outlet_free);
    if (g_hash_table_size(self->outlets) >= DASH_OUTLETS_MAX
        && !g_hash_table_contains(self->outlets, key)) {
        self->left_out++;
        return;
    }
    Vicu__Outlet *outlet = g_new(Vicu__Outlet, 1);
    *outlet = *wire;
    outlet->name = g_strdup(wire->name);
    outlet->way = g_strdup(wire->way);
    outlet->trouble = g_strdup(wire->trouble);
    outlet->unproved = NULL;
    outlet->n_unproved = 0;
    g_hash_table_replace(self->outlets, g_strdup(key), outlet);
}

static bool
is_blind(const DashModel *self)
{
    for (size_t i = 0; i < DASH_LOCALS_MAX; i++)
        if (self->local[i] && strcmp(self->local[i]->id, DASH_RULES_BLIND) == 0)
            return true;
    return !self->has_state;
}

DashSound
dash_model_sound(const DashModel *self)
{
    DashSound sound = is_blind(self) ? DASH_SOUND_UNKNOWN : DASH_SOUND_NONE;
    GHashTableIter iter;
    gpointer value;
    if (!self->outlets || sound == DASH_SOUND_UNKNOWN)
        return sound;
    g_hash_table_iter_init(&iter, self->outlets);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__Outlet *outlet = value;
        DashSound one = outlet->silent || *outlet->trouble      ? DASH_SOUND_LOST
                        : g_str_has_prefix(outlet->way, "wav:") ? DASH_SOUND_FILE
                                                                : DASH_SOUND_ON;
        if (outlet->kind == VICU__OUTLET_KIND__OUTLET_SOUND)
            sound = MAX(sound, one);
    }
    return sound;
}
