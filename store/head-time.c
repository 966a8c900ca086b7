/* What the head does as time passes: numerics into blocks, a slice of sealing, of roll-up
 * and of the archive; and what of its batches is trimmed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/archive-read.h"
#include "store/head-internal.h"

#define CHECKPOINT_US (60 * G_USEC_PER_SEC)
#define ARRIVAL_US    (10 * G_USEC_PER_SEC) /* how exactly the time to keep is kept */

static void
tick_lane(StoreLane *lane, gpointer user)
{
    struct {
        StoreHead *head;
        int64_t mono_us;
    } *tick = user;

    if (lane->waiting && tick->mono_us - lane->opened_us >= CHECKPOINT_US)
        store_head_checkpoint(tick->head, lane);
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
        store_head_put_marks(self);
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
    store_head_put_marks(self);
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
