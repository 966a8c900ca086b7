/* Silence of an upstream, and of each bed behind it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/watch.h"

#include <string.h>

static VicuWatchLevel
level_of(int64_t silence_us)
{
    if (silence_us >= VICU_WATCH_ESCALATED_US)
        return VICU_WATCH_ESCALATED;
    if (silence_us >= VICU_WATCH_LOST_US)
        return VICU_WATCH_LOST;
    return silence_us >= VICU_WATCH_DELAYED_US ? VICU_WATCH_DELAYED : VICU_WATCH_OK;
}

void
vicu_watch_init(VicuWatch *self, int64_t mono_us)
{
    *self = (VicuWatch){.heard_us = mono_us, .level = VICU_WATCH_OK, .ever = false};
}

bool
vicu_watch_heard(VicuWatch *self, int64_t mono_us)
{
    self->ever = true;
    self->heard_us = MAX(self->heard_us, mono_us);
    return vicu_watch_tick(self, mono_us);
}

bool
vicu_watch_tick(VicuWatch *self, int64_t mono_us)
{
    VicuWatchLevel level = level_of(mono_us - self->heard_us);
    bool changed = level != self->level;
    self->level = level;
    return changed;
}

int64_t
vicu_watch_silence_us(const VicuWatch *self, int64_t mono_us)
{
    return mono_us - self->heard_us;
}

const char *
vicu_watch_level_name(VicuWatchLevel level)
{
    switch (level) {
    case VICU_WATCH_OK:
        return "ok";
    case VICU_WATCH_DELAYED:
        return "delayed";
    case VICU_WATCH_LOST:
        return "lost";
    case VICU_WATCH_ESCALATED:
        return "escalated";
    }
    g_assert_not_reached();
}

/* ---- beds ---- */

struct VicuBedWatch {
    GHashTable *beds; /* name -> VicuBedSeen, whose `bed` is the key */
    size_t max_beds;
    uint64_t refused;
    VicuBedChanged changed;
    gpointer data;
};

VicuBedWatch *
vicu_bed_watch_new(size_t max_beds, VicuBedChanged changed, gpointer data)
{
    VicuBedWatch *self = g_new0(VicuBedWatch, 1);
    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->max_beds = max_beds;
    self->changed = changed;
    self->data = data;
    return self;
}

void
vicu_bed_watch_free(VicuBedWatch *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->beds);
    g_free(self);
}

static VicuBedSeen *
need_bed(VicuBedWatch *self, const char *bed, int64_t mono_us)
{
    VicuBedSeen *seen = g_hash_table_lookup(self->beds, bed);
    if (seen)
        return seen;
    if (g_hash_table_size(self->beds) >= self->max_beds) {
        self->refused++;
        return NULL;
    }
    seen = g_new0(VicuBedSeen, 1);
    char *key = g_strdup(bed);
    seen->bed = key;
    vicu_watch_init(&seen->watch, mono_us);
    g_hash_table_insert(self->beds, key, seen);
    return seen;
}

void
vicu_bed_watch_seen(VicuBedWatch *self, const char *bed, int64_t last_us, int64_t mono_us)
{
    VicuBedSeen *seen = need_bed(self, bed, mono_us);
    if (!seen)
        return;
    bool changed;
    if (last_us > seen->last_us) {
        seen->last_us = last_us;
        changed = vicu_watch_heard(&seen->watch, mono_us);
    } else {
        changed = vicu_watch_tick(&seen->watch, mono_us);
    }
    if (changed)
        self->changed(seen, self->data);
}

void
vicu_bed_watch_forget(VicuBedWatch *self, const char *bed)
{
    g_hash_table_remove(self->beds, bed);
}

void
vicu_bed_watch_tick(VicuBedWatch *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        VicuBedSeen *seen = value;
        if (vicu_watch_tick(&seen->watch, mono_us))
            self->changed(seen, self->data);
    }
}

const VicuBedSeen *
vicu_bed_watch_find(const VicuBedWatch *self, const char *bed)
{
    return g_hash_table_lookup(self->beds, bed);
}

size_t
vicu_bed_watch_count(const VicuBedWatch *self)
{
    return g_hash_table_size(self->beds);
}

uint64_t
vicu_bed_watch_refused(const VicuBedWatch *self)
{
    return self->refused;
}
