/* Rows of STORE_META, senders and their epochs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/head-internal.h"

/* ---- rows of STORE_META ---- */

StoreKey
store_meta_key(char tag, const VicuFingerprint *sender)
{
    StoreKey key = {0};

    store_key_u8(&key, (uint8_t)tag);
    if (sender != NULL)
        store_key_bytes(&key, sender->bytes, sizeof sender->bytes);
    return key;
}

void
store_head_put_watermark(StoreHead *self, const StoreLane *lane, bool ended)
{
    StoreKey key = store_meta_key(STORE_META_WATERMARK, &lane->sender), value = {0};

    self->unsettled = true;
    store_key_u64(&key, lane->epoch);
    store_key_u64(&value, lane->watermark);
    store_key_u8(&value, ended);
    if (ended)
        store_key_u64(&value, self->next);
    store_db_put(self->db, STORE_META, &key, value.data, value.size);
}

void
store_head_put_checkpoint(StoreHead *self, const StoreLane *lane, uint64_t replay_from)
{
    StoreKey key = store_meta_key(STORE_META_CHECKPOINT, &lane->sender), value = {0};

    self->unsettled = true;
    store_key_u64(&key, lane->epoch);
    store_key_u64(&value, lane->blocked);
    store_key_u64(&value, replay_from);
    store_db_put(self->db, STORE_META, &key, value.data, value.size);
}

static void
put_sender(StoreHead *self, const StoreSender *sender)
{
    StoreKey key = store_meta_key(STORE_META_SENDER, &sender->id), epoch = {0};
    g_autoptr(GByteArray) value = g_byte_array_new();

    store_key_u64(&epoch, sender->highest_epoch);
    g_byte_array_append(value, epoch.data, (guint)epoch.size);
    g_byte_array_append(value, (const uint8_t *)sender->name, (guint)strlen(sender->name));
    store_db_put(self->db, STORE_META, &key, value->data, value->len);
}

void
store_head_put_marks(StoreHead *self)
{
    StoreKey key = store_meta_key(STORE_META_MARKS, NULL), value = {0};

    self->unsettled = true;
    store_key_u64(&value, store_fresh_floor(self->waves.fresh, self->next));
    store_key_u64(&value, self->waves.late_next);
    store_key_u64(&value, MAX(self->trimmed, self->trimming));
    store_db_put_trim(self->db, MAX(self->trimmed, self->trimming));
    store_key_u64(&value, self->next);
    store_db_put(self->db, STORE_META, &key, value.data, value.size);
}

/* ---- senders and epochs ---- */

static guint
fingerprint_hash(gconstpointer p)
{
    guint h = 0;
    memcpy(&h, p, sizeof h);
    return h;
}

static gboolean
fingerprint_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(VicuFingerprint)) == 0;
}

static void
sender_free(gpointer p)
{
    StoreSender *sender = p;

    g_free(sender->name);
    g_hash_table_unref(sender->beds);
    g_free(sender);
}

GHashTable *
store_head_senders_new(void)
{
    return g_hash_table_new_full(fingerprint_hash, fingerprint_equal, NULL, sender_free);
}

StoreSender *
store_head_sender(StoreHead *self, const VicuFingerprint *id)
{
    StoreSender *sender = g_hash_table_lookup(self->senders, id);

    if (sender == NULL) {
        sender = g_new0(StoreSender, 1);
        sender->id = *id;
        sender->name = g_strdup("");
        sender->beds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(self->senders, &sender->id, sender);
    }
    return sender;
}

void
store_head_epoch(StoreHead *self, const VicuFingerprint *id, const char *name, uint64_t epoch)
{
    StoreSender *sender = store_head_sender(self, id);

    g_free(sender->name);
    sender->name = g_strdup(name != NULL ? name : "");
    sender->highest_epoch = MAX(sender->highest_epoch, epoch);
    put_sender(self, sender);
    if (store_head_lane(self, id, epoch) != NULL)
        return;
    StoreLane *lane = store_lane_new(id, epoch);
    lane->beds = sender->beds;
    g_hash_table_add(self->lanes, lane);
    store_head_put_watermark(self, lane, false);
    store_head_put_checkpoint(self, lane, self->next);
}

void
store_head_instance(StoreHead *self, const VicuFingerprint *id, uint64_t epoch, uint64_t instance)
{
    StoreSender *sender = store_head_sender(self, id);
    StoreKey key = store_meta_key(STORE_META_INSTANCE, id), value = {0};

    if (epoch < sender->highest_epoch)
        return;
    sender->instance = instance;
    store_key_u64(&value, instance);
    store_db_put(self->db, STORE_META, &key, value.data, value.size);
}

void
store_head_checkpoint(StoreHead *self, StoreLane *lane)
{
    if (!lane->waiting)
        return;
    store_trend_flushing(self->trend, lane->numeric);
    store_lane_close_numeric(lane, self->db);
    store_fresh_note_times(self->waves.fresh);
    store_streams_save(self->streams);
    g_hash_table_remove(self->replay, lane);
    store_head_put_checkpoint(self, lane, self->next);
}

void
store_head_ended(StoreHead *self, const VicuFingerprint *sender, uint64_t epoch)
{
    StoreLane *lane = store_head_lane(self, sender, epoch);

    if (lane == NULL)
        return;
    store_head_checkpoint(self, lane);
    store_head_put_watermark(self, lane, true);
    StoreKey key = store_meta_key(STORE_META_CHECKPOINT, sender);
    store_key_u64(&key, epoch);
    store_db_delete(self->db, STORE_META, &key);
    g_hash_table_remove(self->replay, lane);
    g_hash_table_remove(self->lanes, lane);
}

void
store_head_senders(const StoreHead *self, StoreSenderFunc func, gpointer user)
{
    GHashTableIter iter;
    gpointer p;

    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &p)) {
        const StoreSender *sender = p;
        func(&sender->id, sender->name, sender->highest_epoch, user);
    }
}

const char *
store_head_sender_name(const StoreHead *self, const VicuFingerprint *id)
{
    const StoreSender *sender = g_hash_table_lookup(self->senders, id);
    return sender != NULL ? sender->name : "";
}

uint64_t
store_head_sender_instance(const StoreHead *self, const VicuFingerprint *id)
{
    const StoreSender *sender = g_hash_table_lookup(self->senders, id);
    return sender != NULL ? sender->instance : 0;
}
