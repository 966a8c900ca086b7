/* Heartbeat: delta-coded times of each bed's last sample.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/heartbeat.h"

struct VicuHeartbeat {
    GHashTable *index; /* bed -> 1 + its place in the arrays */
    GPtrArray *beds;
    GArray *last; /* int64_t */
    GArray *coded;
    uint64_t counter;
    Vicu__Heartbeat message;
};

VicuHeartbeat *
vicu_heartbeat_new(void)
{
    VicuHeartbeat *self = g_new0(VicuHeartbeat, 1);
    self->index = g_hash_table_new(g_str_hash, g_str_equal);
    self->beds = g_ptr_array_new_with_free_func(g_free);
    self->last = g_array_new(FALSE, FALSE, sizeof(int64_t));
    self->coded = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return self;
}

void
vicu_heartbeat_free(VicuHeartbeat *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->index);
    g_ptr_array_unref(self->beds);
    g_array_unref(self->last);
    g_array_unref(self->coded);
    g_free(self);
}

bool
vicu_heartbeat_sample(VicuHeartbeat *self, const char *bed, int64_t t_us)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(self->index, bed));
    if (place == 0) {
        if (self->beds->len >= VICU_HEARTBEAT_BEDS_MAX)
            return false;
        char *name = g_strdup(bed);
        g_ptr_array_add(self->beds, name);
        g_array_append_val(self->last, t_us);
        g_hash_table_insert(self->index, name, GUINT_TO_POINTER(self->beds->len));
        return true;
    }
    int64_t *last = &g_array_index(self->last, int64_t, place - 1);
    *last = MAX(*last, t_us);
    return true;
}

void
vicu_heartbeat_forget(VicuHeartbeat *self, const char *bed)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(self->index, bed));
    if (place == 0)
        return;
    g_hash_table_remove(self->index, bed);
    g_ptr_array_remove_index_fast(self->beds, place - 1);
    g_array_remove_index_fast(self->last, place - 1);
    if (place - 1 < self->beds->len)
        g_hash_table_insert(self->index, g_ptr_array_index(self->beds, place - 1),
                            GUINT_TO_POINTER(place));
}

void
vicu_heartbeat_foreach(const VicuHeartbeat *self,
                       void (*func)(const char *bed, gpointer user),
                       gpointer user)
{
    for (guint i = 0; i < self->beds->len; i++)
        func(self->beds->pdata[i], user);
}

const Vicu__Heartbeat *
vicu_heartbeat_next(VicuHeartbeat *self, int64_t t_us, uint64_t spool_batches, uint64_t spool_bytes)
{
    g_array_set_size(self->coded, self->last->len);
    int64_t before = 0;
    for (guint i = 0; i < self->last->len; i++) {
        int64_t last = g_array_index(self->last, int64_t, i);
        g_array_index(self->coded, int64_t, i) = last - before;
        before = last;
    }
    vicu__heartbeat__init(&self->message);
    self->message.counter = ++self->counter;
    self->message.t_us = t_us;
    self->message.n_bed = self->beds->len;
    self->message.bed = (char **)self->beds->pdata;
    self->message.n_last_us = self->coded->len;
    self->message.last_us = (int64_t *)(void *)self->coded->data;
    self->message.spool_batches = spool_batches;
    self->message.spool_bytes = spool_bytes;
    return &self->message;
}

bool
vicu_heartbeat_read(const Vicu__Heartbeat *heartbeat, VicuHeartbeatBed bed, gpointer data)
{
    if (heartbeat->n_bed != heartbeat->n_last_us || heartbeat->n_bed > VICU_HEARTBEAT_BEDS_MAX)
        return false;
    int64_t last = 0;
    for (size_t i = 0; i < heartbeat->n_bed; i++) {
        if (__builtin_add_overflow(last, heartbeat->last_us[i], &last))
            return false;
    }
    last = 0;
    for (size_t i = 0; i < heartbeat->n_bed; i++) {
        last += heartbeat->last_us[i];
        bed(heartbeat->bed[i], last, data);
    }
    return true;
}
