/* SPDX-License-Identifier: Apache-2.0 */
#include "store/head.h"

#include <string.h>

#include "common/error.h"
#include "store/archive-read.h"
#include "store/events.h"
#include "store/head-internal.h"
#include "store/scan.h"

/* A lane's numerics become blocks after a minute, or sooner when so many wait: what
 * waits is what a restart has to read again. */
#define CHECKPOINT_NUMERICS 200000

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
    StoreKey header = store_lane_key(&lane->sender, lane->epoch);

    store_key_u64(&header, sequence);
    store_db_put_batch(self->db, self->next, &header, body, size);
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
    bool rows = false;
    if (!store_lane_take(lane, &into, body, size, sequence, self->next, now, &rows))
        keep_odd(self, lane, sequence, body, size, now.utc_us);
    if (rows && !put_rows(self, lane, sequence, body, size, now.utc_us, error))
        return false;
    if (self->counts.lane.unreadable != unreadable)
        note_unreadable(self, lane, sequence, now.utc_us);
    lane->watermark = sequence;
    self->next++;
    self->counts.batches++;
    self->counts.bytes += size;
    store_head_put_watermark(self, lane, false);
    store_fault(&self->waves, STORE_FAULT_BATCH_PUT);
    if (store_numeric_count(lane->numeric) >= CHECKPOINT_NUMERICS)
        store_head_checkpoint(self, lane);
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
    store_head_checkpoint(self, lane);
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
    store_head_put_watermark(self, lane, false);
    store_head_put_checkpoint(self, lane, self->next);
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
    store_ledger_seal(self->ledger);
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

/* ---- what is known ---- */

void
store_head_lanes(const StoreHead *self, StoreLaneFunc func, gpointer user)
{
    GHashTableIter iter;
    gpointer lane;

    g_hash_table_iter_init(&iter, self->lanes);
    while (g_hash_table_iter_next(&iter, &lane, NULL))
        func(lane, user);
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
    self->senders = store_head_senders_new();
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
