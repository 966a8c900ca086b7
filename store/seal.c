/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include <string.h>

#include "store/wave-read.h"

#define FILE_NAME     STORE_FILE_PREFIX "seal"
#define SLICE_SAMPLES 250000u /* some 3 ms */
#define SLICES        300     /* all of memory takes about so many */

struct StoreSealer {
    StoreWaves *waves;
    StoreSealSettings settings;
    bool hurry;
    StoreFreshMinute *minute; /* at hand; NULL: none */
    GPtrArray *bins;          /* of it, in the order of their rows */
    guint next;
    StorePart part;
    StoreFile *file;     /* NULL: the rows go to STORE_LATE */
    GArray *stored;      /* StoreSpan, of the bin at hand */
    uint64_t late_first; /* ordinal: whether there were late rows */
};

void
store_seal_settings_init(StoreSealSettings *settings)
{
    *settings = (StoreSealSettings){
        .margin_us = 15 * G_USEC_PER_SEC,
        .memory_bytes = (size_t)256 << 20,
    };
}

StoreSealer *
store_sealer_new(StoreWaves *waves, const StoreSealSettings *settings)
{
    StoreSealer *self = g_new0(StoreSealer, 1);

    self->waves = waves;
    self->settings = *settings;
    self->stored = g_array_new(FALSE, FALSE, sizeof(StoreSpan));
    return self;
}

void
store_sealer_set(StoreSealer *self, const StoreSealSettings *settings)
{
    self->settings = *settings;
}

void
store_sealer_hurry(StoreSealer *self, bool hurry)
{
    self->hurry = hurry;
}

void
store_sealer_free(StoreSealer *self)
{
    if (self == NULL)
        return;
    store_file_free(self->file);
    g_clear_pointer(&self->bins, g_ptr_array_unref);
    g_array_unref(self->stored);
    g_free(self);
}

const StoreFreshMinute *
store_sealer_at_hand(const StoreSealer *self)
{
    return self->minute;
}

/* ---- which minute ---- */

static bool
is_due(const StoreSealer *self, const StoreFreshMinute *minute, int64_t utc_us, int64_t mono_us)
{
    int64_t margin_us = self->settings.margin_us, open_us = mono_us - minute->opened_us;
    int64_t end_us = (minute->minute + 1) * STORE_MINUTE_US;

    return self->hurry || open_us >= STORE_MINUTE_US + margin_us
           || (!minute->was_over && utc_us - margin_us >= end_us);
}

/* The one that has been open longest, among those that are due. */
static const StoreFreshMinute *
pick(const StoreSealer *self, int64_t utc_us, int64_t mono_us)
{
    const GPtrArray *all = store_fresh_minutes(self->waves->fresh);
    bool is_short = store_fresh_bytes(self->waves->fresh) > self->settings.memory_bytes;
    const StoreFreshMinute *found = NULL;

    for (guint i = 0; i < all->len; i++) {
        const StoreFreshMinute *m = all->pdata[i];
        if ((is_short || is_due(self, m, utc_us, mono_us))
            && (found == NULL || m->opened_us < found->opened_us))
            found = m;
    }
    return found;
}

static bool
begin(StoreSealer *self, int64_t minute, GError **error)
{
    StoreWaves *w = self->waves;

    if (store_parts_at(w->parts, minute) == NULL) {
        self->file = store_file_new(w->db, FILE_NAME, error);
        if (self->file == NULL)
            return false;
    }
    self->part = (StorePart){
        .tier = STORE_TIER_MINUTE,
        .period = minute,
        .generation = store_parts_next_generation(w->parts, STORE_TIER_MINUTE, minute),
        .begin = minute,
        .end = minute + 1,
        .policy = store_policy_waves_id(w->policy),
    };
    self->minute = store_fresh_steal(w->fresh, minute);
    self->bins = store_fresh_sorted(self->minute);
    self->next = 0;
    self->late_first = w->late_next;
    return true;
}

/* ---- rows ---- */

static bool
put_row(StoreSealer *self,
        const StoreIdentity *identity,
        uint64_t first,
        const int16_t *samples,
        size_t n,
        GError **error)
{
    StoreWaves *w = self->waves;
    size_t size = 0;
    StorePlace place = {
        .stream = identity->stream->number,
        .minute = self->minute->minute,
        .t0_us = identity->segment.t0_us,
        .first = first,
    };
    const uint8_t *value = store_row_pack(w->coder, &identity->segment, samples, n, &size);

    memcpy(place.hash, identity->hash, sizeof place.hash);
    if (self->file == NULL) {
        StoreKey key = store_late_key(&place, w->late_next++);
        store_db_put(w->db, STORE_LATE, &key, value, size);
        w->late_rows++;
        return true;
    }
    StoreKey key = store_part_key(self->part.tier, self->part.period, self->part.generation);
    store_key_place(&key, &place);
    store_part_count(&self->part, size, identity->imported, store_waves_keep_us(w, identity));
    w->sealed_rows++;
    return store_file_put(self->file, &key, value, size, error);
}

/* A run in rows of at most STORE_ROW_MAX, cut where the index is a multiple. */
static bool
put_run(StoreSealer *self,
        const StoreIdentity *identity,
        uint64_t first,
        const int16_t *samples,
        size_t n,
        GError **error)
{
    while (n > 0) {
        size_t step = MIN(n, (size_t)(STORE_ROW_MAX - first % STORE_ROW_MAX));
        if (!put_row(self, identity, first, samples, step, error))
            return false;
        first += step;
        samples += step;
        n -= step;
    }
    return true;
}

/* What of @run no span holds. */
static bool
put_missing(StoreSealer *self, const StoreIdentity *identity, const StoreRun *run, GError **error)
{
    uint64_t at = run->first, end = run->first + run->n;

    for (guint i = 0; i <= self->stored->len && at < end; i++) {
        bool last = i == self->stored->len;
        StoreSpan span = last ? (StoreSpan){end, end} : g_array_index(self->stored, StoreSpan, i);
        if (span.end <= at)
            continue;
        uint64_t stop = MIN(span.first, end);
        if (stop > at
            && !put_run(self, identity, at, run->samples + (at - run->first), (size_t)(stop - at),
                        error))
            return false;
        at = MAX(at, span.end);
    }
    return true;
}

static bool
put_bin(StoreSealer *self, const StoreBin *bin, size_t *samples, GError **error)
{
    g_array_set_size(self->stored, 0);
    if (self->file == NULL
        && !store_wave_spans(self->waves, bin->identity, self->minute->minute, self->stored, error))
        return false;
    for (guint i = 0; i < bin->runs->len; i++) {
        const StoreRun *run = bin->runs->pdata[i];
        *samples += run->n;
        if (!put_missing(self, bin->identity, run, error))
            return false;
    }
    return true;
}

/* ---- the end of a minute ---- */

static bool
take_in(StoreSealer *self, int64_t mono_us, GError **error)
{
    StoreWaves *w = self->waves;
    g_autoptr(GPtrArray) files = g_ptr_array_new();

    if (!store_file_finish(self->file, error))
        return false;
    store_file_remember(self->file); /* the last hour is asked for most, and rolled up after it */
    store_fault(w, STORE_FAULT_SEAL_WRITTEN);
    g_ptr_array_add(files, self->file);
    if (!store_db_ingest(w->db, files, error))
        return false;
    store_fault(w, STORE_FAULT_SEAL_INGESTED);
    g_clear_pointer(&self->file, store_file_free);
    self->part.made_us = mono_us;
    store_parts_put(w->parts, &self->part);
    return true;
}

static bool
finish(StoreSealer *self, int64_t mono_us, GError **error)
{
    StoreWaves *w = self->waves;

    if (self->file != NULL && !take_in(self, mono_us, error))
        return false;
    if (self->late_first != w->late_next) {
        store_waves_note_late(w, self->minute->minute, mono_us);
        store_fault(w, STORE_FAULT_LATE_PUT);
    }
    store_fresh_note_times(w->fresh);
    g_clear_pointer(&self->bins, g_ptr_array_unref);
    store_fresh_minute_free(w->fresh, g_steal_pointer(&self->minute));
    return true;
}

bool
store_sealer_step(StoreSealer *self, int64_t utc_us, int64_t mono_us, bool *closed, GError **error)
{
    size_t samples = 0;
    size_t most = MAX(SLICE_SAMPLES, store_fresh_bytes(self->waves->fresh) / 2 / SLICES);

    *closed = false;
    if (self->minute == NULL) {
        const StoreFreshMinute *due = pick(self, utc_us, mono_us);
        if (due == NULL)
            return true;
        if (!begin(self, due->minute, error))
            return false;
    }
    for (; self->next < self->bins->len && samples < most; self->next++)
        if (!put_bin(self, self->bins->pdata[self->next], &samples, error))
            return false;
    if (self->next < self->bins->len) {
        store_fault(self->waves, STORE_FAULT_SEAL_BEGUN);
        return true;
    }
    *closed = true;
    return finish(self, mono_us, error);
}
