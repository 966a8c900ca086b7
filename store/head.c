/* SPDX-License-Identifier: Apache-2.0 */
#include "store/head.h"

#include <string.h>

#include "common/error.h"
#include "store/archive-read.h"
#include "store/events.h"
#include "store/head-internal.h"
#include "store/scan.h"

/* A lane's numerics become blocks after a minute, or sooner when many wait: what
 * waits is what a restart has to read again. */
#define CHECKPOINT_US       (60 * G_USEC_PER_SEC)
#define CHECKPOINT_NUMERICS 200000

#define ARRIVAL_US (10 * G_USEC_PER_SEC) /* how exactly the time to keep is kept */

static guint
lane_hash(gconstpointer p)
{
    const StoreLane *lane = p;
    guint h = 0;

    memcpy(&h, lane->sender.bytes, sizeof h);
    return h ^ (guint)(lane->epoch * 2654435761u);
}

static gboolean
lane_equal(gconstpointer pa, gconstpointer pb)
{
    const StoreLane *a = pa, *b = pb;
    return a->epoch == b->epoch && memcmp(&a->sender, &b->sender, sizeof a->sender) == 0;
}

StoreLane *
store_head_lane(const StoreHead *self, const VicuFingerprint *sender, uint64_t epoch)
{
    StoreLane probe = {.sender = *sender, .epoch = epoch};
    return g_hash_table_lookup(self->lanes, &probe);
}

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

static void
put_watermark(StoreHead *self, const StoreLane *lane, bool ended)
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

static void
put_checkpoint(StoreHead *self, const StoreLane *lane, uint64_t replay_from)
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

static void
put_marks(StoreHead *self)
{
    StoreKey key = store_meta_key(STORE_META_MARKS, NULL), value = {0};

    self->unsettled = true;
    store_key_u64(&value, store_fresh_floor(self->waves.fresh, self->next));
    store_key_u64(&value, self->waves.late_next);
    store_key_u64(&value, MAX(self->trimmed, self->trimming));
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
    put_watermark(self, lane, false);
    put_checkpoint(self, lane, self->next);
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

static void
checkpoint(StoreHead *self, StoreLane *lane)
{
    if (!lane->waiting)
        return;
    store_trend_flushing(self->trend, lane->numeric);
    store_lane_close_numeric(lane, self->db);
    store_fresh_note_times(self->waves.fresh);
    store_streams_save(self->streams);
    g_hash_table_remove(self->replay, lane);
    put_checkpoint(self, lane, self->next);
}

void
store_head_ended(StoreHead *self, const VicuFingerprint *sender, uint64_t epoch)
{
    StoreLane *lane = store_head_lane(self, sender, epoch);

    if (lane == NULL)
        return;
    checkpoint(self, lane);
    put_watermark(self, lane, true);
    StoreKey key = store_meta_key(STORE_META_CHECKPOINT, sender);
    store_key_u64(&key, epoch);
    store_db_delete(self->db, STORE_META, &key);
    g_hash_table_remove(self->replay, lane);
    g_hash_table_remove(self->lanes, lane);
}

/* ---- batches ---- */

StoreLaneInto
store_head_into(StoreHead *self, StoreLaneCounts *counts)
{
    return (StoreLaneInto){self->db, self->streams, self->waves.identities, self->waves.fresh,
                           counts};
}

static void
put_body(StoreHead *self, const StoreLane *lane, uint64_t sequence, const void *body, size_t size)
{
    StoreKey key = {0}, header = store_lane_key(&lane->sender, lane->epoch);

    store_key_u64(&key, self->next);
    store_key_u64(&header, sequence);
    g_assert(header.size == STORE_BATCH_HEADER);
    store_db_put_joined(self->db, STORE_HEAD, &key, &header, body, size);
}

/* Rows of their own: events, symbols, gaps, unmapped values, audit. */
static bool
put_rows(StoreHead *self,
         const StoreLane *lane,
         uint64_t sequence,
         const void *body,
         size_t size,
         int64_t utc_us,
         GError **error)
{
    StoreOrigin from = {lane->sender, lane->epoch, sequence, 0};
    StoreScan scan;
    StoreField field;
    store_scan_init(&scan, body, size);
    while (store_scan_next(&scan, &field)) {
        if (field.field < STORE_BATCH_SYMBOL || field.type != STORE_SCAN_BYTES)
            continue;
        bool fits = true;
        if (field.field == STORE_BATCH_SYMBOL)
            fits = store_events_put_symbol(self->db, &from, field.data, field.size);
        else if (field.field == STORE_BATCH_UNMAPPED)
            fits = store_events_put_unmapped(self->db, &from, field.data, field.size);
        else if (field.field == STORE_BATCH_GAP)
            fits = store_events_put_gap(self->db, &from, field.data, field.size);
        else if (field.field == STORE_BATCH_EVENT)
            fits = store_events_put_event(self->db, &from, field.data, field.size);
        else if (field.field == STORE_BATCH_AUDIT
                 && store_ledger_append_packed(self->ledger, field.data, field.size, utc_us, error)
                        == STORE_LEDGER_BROKEN)
            return false;
        self->counts.lane.unreadable += !fits;
        self->counts.events++;
        from.n++;
    }
    return true;
}

static void
remember_replay(StoreHead *self, const StoreLane *lane)
{
    if (!g_hash_table_contains(self->replay, lane))
        g_hash_table_insert(self->replay, (gpointer)lane,
                            g_memdup2(&self->next, sizeof self->next));
}

static void
note_unreadable(StoreHead *self, const StoreLane *lane, uint64_t sequence, int64_t utc_us)
{
    StoreOrigin from = {lane->sender, lane->epoch, sequence, UINT16_MAX};
    g_autofree char *sender = vicu_fingerprint_format(&lane->sender);
    g_autofree char *text =
        g_strdup_printf("batch %" G_GUINT64_FORMAT " of epoch %" G_GUINT64_FORMAT
                        " of sender %s holds what cannot be read; it is kept "
                        "as received",
                        sequence, lane->epoch, sender);

    store_events_say(self->db, &from, utc_us, "unreadable-batch", text);
}

/* What of it could not be placed is in no row: the batch itself is kept. */
static void
keep_odd(StoreHead *self,
         const StoreLane *lane,
         uint64_t sequence,
         const void *body,
         size_t size,
         int64_t utc_us)
{
    StoreOrigin from = {lane->sender, lane->epoch, sequence, 0};

    store_events_keep(self->db, &from, utc_us, self->next, body, size);
}

bool
store_head_batch(StoreHead *self,
                 const VicuFingerprint *sender,
                 uint64_t epoch,
                 uint64_t sequence,
                 const void *body,
                 size_t size,
                 StoreNow now,
                 StorePutFate *fate,
                 GError **error)
{
    StoreLane *lane = store_head_lane(self, sender, epoch);

    *fate = lane == NULL                      ? STORE_PUT_NO_EPOCH
            : sequence <= lane->watermark     ? STORE_PUT_DUPLICATE
            : sequence != lane->watermark + 1 ? STORE_PUT_HOLE
                                              : STORE_PUT_TAKEN;
    self->counts.no_epoch += *fate == STORE_PUT_NO_EPOCH;
    self->counts.duplicates += *fate == STORE_PUT_DUPLICATE;
    self->counts.holes += *fate == STORE_PUT_HOLE;
    if (*fate != STORE_PUT_TAKEN)
        return true;
    uint64_t unreadable = self->counts.lane.unreadable;
    StoreLaneInto into = store_head_into(self, &self->counts.lane);
    remember_replay(self, lane);
    put_body(self, lane, sequence, body, size);
    if (!store_lane_take(lane, &into, body, size, sequence, self->next, now))
        keep_odd(self, lane, sequence, body, size, now.utc_us);
    if (!put_rows(self, lane, sequence, body, size, now.utc_us, error))
        return false;
    if (self->counts.lane.unreadable != unreadable)
        note_unreadable(self, lane, sequence, now.utc_us);
    lane->watermark = sequence;
    self->next++;
    self->counts.batches++;
    self->counts.bytes += size;
    put_watermark(self, lane, false);
    store_fault(&self->waves, STORE_FAULT_BATCH_PUT);
    if (store_numeric_count(lane->numeric) >= CHECKPOINT_NUMERICS)
        checkpoint(self, lane);
    return true;
}

StorePutFate
store_head_dropped(StoreHead *self,
                   const VicuFingerprint *sender,
                   uint64_t epoch,
                   uint64_t first,
                   uint64_t last,
                   int64_t from_us,
                   int64_t to_us,
                   const char *reason,
                   StoreNow now)
{
    StoreLane *lane = store_head_lane(self, sender, epoch);
    StoreOrigin from = {*sender, epoch, last, 0};

    if (lane == NULL)
        return STORE_PUT_NO_EPOCH;
    if (last <= lane->watermark)
        return STORE_PUT_DUPLICATE;
    if (first > lane->watermark + 1)
        return STORE_PUT_HOLE;
    checkpoint(self, lane);
    g_autofree char *text = g_strdup_printf(
        "the sender's spool gave up %" G_GUINT64_FORMAT " batches (%" G_GUINT64_FORMAT
        " to %" G_GUINT64_FORMAT " of epoch %" G_GUINT64_FORMAT "): %s",
        last - lane->watermark, lane->watermark + 1, last, epoch, reason);
    store_events_say(self->db, &from, to_us != 0 ? to_us : now.utc_us, "batches-dropped", text);
    GHashTableIter iter;
    gpointer bed;
    g_hash_table_iter_init(&iter, store_head_sender(self, sender)->beds);
    while (from_us != 0 && to_us != 0 && g_hash_table_iter_next(&iter, &bed, NULL))
        store_events_gap(self->db, &from, bed, from_us, to_us, reason);
    self->counts.dropped += last - lane->watermark;
    lane->watermark = lane->blocked = last;
    put_watermark(self, lane, false);
    put_checkpoint(self, lane, self->next);
    return STORE_PUT_TAKEN;
}

/* The trim point is durable: no row of a batch below it is read again, and files that
 * hold nothing else go. */
static bool
trim(StoreHead *self, GError **error)
{
    StoreKey last = {0};

    store_fault(&self->waves, STORE_FAULT_TRIM_SYNCED);
    self->trimmed = self->trimming;
    self->trimming = 0;
    self->counts.trimmed = self->trimmed;
    store_key_u64(&last, self->trimmed - 1);
    return store_db_drop_files(self->db, STORE_HEAD, NULL, &last, error);
}

bool
store_head_commit(StoreHead *self, int64_t *took_us, GError **error)
{
    if (!store_db_commit(self->db, took_us, error))
        return false;
    store_fault(&self->waves, STORE_FAULT_BATCH_SYNCED);
    store_ledger_committed(self->ledger);
    store_trend_committed(self->trend);
    self->committed = self->next - 1;
    self->waves.late_durable = self->waves.late_next;
    self->unsettled = false;
    if (self->trimming != 0 && !trim(self, error))
        return false;
    if (store_parts_has_swept(self->waves.parts))
        return true;
    store_fault(&self->waves, STORE_FAULT_ROLL_COMMITTED);
    return store_parts_sweep(self->waves.parts, error);
}

/* ---- time ---- */

static void
tick_lane(StoreLane *lane, gpointer user)
{
    struct {
        StoreHead *head;
        int64_t mono_us;
    } *tick = user;

    if (lane->waiting && tick->mono_us - lane->opened_us >= CHECKPOINT_US)
        checkpoint(tick->head, lane);
}

static bool
seal_slice(StoreHead *self, StoreNow now, GError **error)
{
    size_t before = store_db_pending(self->db);
    uint64_t late_next = self->waves.late_next;
    bool closed = false;

    if (!store_sealer_step(self->sealer, now.utc_us, now.mono_us, &closed, error))
        return false;
    /* In the same group as the late rows themselves: a row beyond the marks would be seen
     * by nobody after a restart. */
    if (closed || self->waves.late_next != late_next)
        put_marks(self);
    if (closed) {
        store_streams_save(self->streams);
        self->counts.sealed++;
        store_fault(&self->waves, STORE_FAULT_SEAL_PUT);
    }
    self->unsettled = self->unsettled || store_db_pending(self->db) != before;
    return true;
}

static bool
roll_slice(StoreHead *self, StoreNow now, GError **error)
{
    bool put = false;

    if (!store_roller_step(self->roller, &self->settings.roll, now.utc_us, now.mono_us, &put,
                           error))
        return false;
    self->unsettled = self->unsettled || put;
    if (!store_roller_step(self->again, &self->settings.roll, now.utc_us, now.mono_us, &put, error))
        return false;
    self->unsettled = self->unsettled || put;
    self->counts.rolled = store_roller_count(self->roller) + store_roller_count(self->again);
    return true;
}

static bool
archive_slice(StoreHead *self, StoreNow now, GError **error)
{
    bool put = false;

    if (!store_archiver_step(self->archiver, &self->settings.archive, now.utc_us, now.mono_us, &put,
                             error))
        return false;
    self->unsettled = self->unsettled || put;
    self->counts.archive = *store_archiver_counts(self->archiver);
    return true;
}

/* The newest batch that is older than the time to keep, about. */
static uint64_t
kept_from(StoreHead *self, int64_t mono_us)
{
    uint64_t number = 0;
    guint gone = 0;

    for (; gone < self->arrivals->len; gone++) {
        const StoreArrival *a = &g_array_index(self->arrivals, StoreArrival, gone);
        if (mono_us - a->mono_us < self->settings.keep_us)
            break;
        number = a->number;
    }
    if (gone > 1) /* the last of them tells the same again */
        g_array_remove_range(self->arrivals, 0, gone - 1);
    return number;
}

/* First batch of which something waits in memory. */
static uint64_t
waits_from(const StoreHead *self)
{
    uint64_t least = store_fresh_floor(self->waves.fresh, self->next);
    GHashTableIter iter;
    gpointer from;

    g_hash_table_iter_init(&iter, self->replay);
    while (g_hash_table_iter_next(&iter, NULL, &from))
        least = MIN(least, *(uint64_t *)from);
    return least;
}

static void
look_at_trim(StoreHead *self, StoreNow now)
{
    StoreArrival present = {now.mono_us, self->next};

    if (now.mono_us - self->trimmed_us < ARRIVAL_US)
        return;
    self->trimmed_us = now.mono_us;
    g_array_append_val(self->arrivals, present);
    uint64_t kept = kept_from(self, now.mono_us);
    uint64_t to = self->hurry ? waits_from(self) : MIN(kept, waits_from(self));
    if (to <= self->trimmed || self->trimming != 0)
        return;
    self->trimming = to;
    put_marks(self);
    store_fault(&self->waves, STORE_FAULT_TRIM_PUT);
}

bool
store_head_tick(StoreHead *self, StoreNow now, GError **error)
{
    struct {
        StoreHead *head;
        int64_t mono_us;
    } tick = {self, now.mono_us};

    store_head_lanes(self, tick_lane, &tick);
    store_trend_step(self->trend, now.utc_us, now.mono_us, !self->unsettled);
    if (!seal_slice(self, now, error))
        return false;
    look_at_trim(self, now);
    return roll_slice(self, now, error) && archive_slice(self, now, error);
}

void
store_head_hurry(StoreHead *self, bool hurry)
{
    self->hurry = hurry;
    store_sealer_hurry(self->sealer, hurry);
}

/* ---- what is known ---- */

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

void
store_head_lanes(const StoreHead *self, StoreLaneFunc func, gpointer user)
{
    GHashTableIter iter;
    gpointer lane;

    g_hash_table_iter_init(&iter, self->lanes);
    while (g_hash_table_iter_next(&iter, &lane, NULL))
        func(lane, user);
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

StoreDb *
store_head_db(const StoreHead *self)
{
    return self->db;
}

StoreStreams *
store_head_streams(const StoreHead *self)
{
    return self->streams;
}

StoreLedger *
store_head_ledger(const StoreHead *self)
{
    return self->ledger;
}

StoreTrend *
store_head_trend(const StoreHead *self)
{
    return self->trend;
}

const StoreHeadCounts *
store_head_counts(const StoreHead *self)
{
    return &self->counts;
}

bool
store_head_is_settled(const StoreHead *self)
{
    return !self->unsettled;
}

uint64_t
store_head_committed(const StoreHead *self)
{
    return self->committed;
}

uint64_t
store_head_trimmed(const StoreHead *self)
{
    return self->trimmed;
}

StoreWaves *
store_head_waves(StoreHead *self)
{
    return &self->waves;
}

StoreSealer *
store_head_sealer(StoreHead *self)
{
    return self->sealer;
}

StoreFind
store_head_read(StoreHead *self,
                uint64_t number,
                StoreValue *value,
                const uint8_t **body,
                size_t *size,
                GError **error)
{
    StoreKey key = {0};

    *value = (StoreValue){0};
    if (number < self->trimmed)
        return STORE_ABSENT;
    store_key_u64(&key, number);
    StoreFind found = store_db_get(self->db, STORE_HEAD, &key, value, error);
    if (found == STORE_FOUND && value->size < STORE_BATCH_HEADER) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "batch %" G_GUINT64_FORMAT " in the store is %zu bytes, expected at least %d",
                    number, value->size, STORE_BATCH_HEADER);
        return STORE_BROKEN;
    }
    if (found == STORE_FOUND) {
        *body = value->data + STORE_BATCH_HEADER;
        *size = value->size - STORE_BATCH_HEADER;
    }
    return found;
}

void
store_head_free(StoreHead *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->replay);
    g_hash_table_unref(self->lanes);
    g_hash_table_unref(self->senders);
    store_roller_free(self->roller);
    store_roller_free(self->again);
    store_archiver_free(self->archiver);
    store_sealer_free(self->sealer);
    g_hash_table_unref(self->waves.late_days);
    store_fresh_free(self->waves.fresh);
    store_parts_free(self->waves.parts);
    store_identities_free(self->waves.identities);
    store_coder_free(self->waves.coder);
    store_policy_free(self->policy);
    store_archive_free(self->waves.archive);
    g_array_unref(self->arrivals);
    store_ledger_free(self->ledger);
    store_trend_free(self->trend);
    store_streams_free(self->streams);
    g_free(self);
}

void
store_head_settings_init(StoreHeadSettings *settings)
{
    *settings = (StoreHeadSettings){.keep_us = 600 * G_USEC_PER_SEC};
    store_seal_settings_init(&settings->seal);
    store_roll_settings_init(&settings->roll);
    store_archive_settings_init(&settings->archive);
}

void
store_head_set(StoreHead *self, const StoreHeadSettings *settings)
{
    self->settings = *settings;
    store_sealer_set(self->sealer, &settings->seal);
}

void
store_head_set_policy(StoreHead *self, StorePolicy *policy)
{
    store_policy_free(self->policy);
    self->policy = policy;
    self->waves.policy = policy;
    self->retained_day = INT64_MIN;
    self->events_at = (StoreKey){0};
}

void
store_head_set_fault(StoreHead *self, StoreFaultFunc func, gpointer user)
{
    self->waves.fault = func;
    self->waves.fault_user = user;
}

StoreHead *
store_head_new_empty(StoreDb *db)
{
    StoreHead *self = g_new0(StoreHead, 1);

    self->db = db;
    self->next = 1;
    self->lanes =
        g_hash_table_new_full(lane_hash, lane_equal, (GDestroyNotify)store_lane_free, NULL);
    self->senders = g_hash_table_new_full(fingerprint_hash, fingerprint_equal, NULL, sender_free);
    self->replay = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    self->arrivals = g_array_new(FALSE, FALSE, sizeof(StoreArrival));
    self->waves.db = db;
    self->waves.fresh = store_fresh_new();
    self->waves.coder = store_coder_new();
    self->waves.archive = store_archive_new();
    self->waves.late_next = 1;
    store_head_set_policy(self, store_policy_new(NULL));
    self->waves.late_days = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    self->roller = store_roller_new(&self->waves, false);
    self->again = store_roller_new(&self->waves, true);
    self->archiver = store_archiver_new(&self->waves);
    store_head_settings_init(&self->settings);
    self->sealer = store_sealer_new(&self->waves, &self->settings.seal);
    return self;
}
