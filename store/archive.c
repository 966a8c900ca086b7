/* SPDX-License-Identifier: Apache-2.0 */
#include "store/archive.h"

#include "common/error.h"
#include "store/archive-internal.h"

#define LOOK_US       G_USEC_PER_SEC
#define SLICE_WINDOWS 50 /* of streams and minutes that have nothing to pack */

struct StoreArchiver {
    StoreWaves *waves;
    StorePart day;  /* what is replaced */
    StorePart part; /* being made; end 0: none is */
    uint64_t file_bytes;
    StoreFile *file;  /* being written */
    GPtrArray *files; /* finished */
    uint32_t stream;  /* at hand */
    int64_t minute;   /* the next to look at */
    bool working;     /* on the five minutes in: */
    StoreArchiveWork work;
    GHashTable *refused; /* int64_t *: days that cannot be read */
    int64_t looked_us;   /* mono: for work */
    int64_t rest_us;     /* mono: until when */
    StoreArchiverCounts counts;
};

void
store_archive_settings_init(StoreArchiveSettings *settings)
{
    *settings = (StoreArchiveSettings){
        .after_us = INT64_C(72) * 3600 * G_USEC_PER_SEC,
        .quiet_us = INT64_C(3600) * G_USEC_PER_SEC,
        .share_percent = 25,
        .file_bytes = UINT64_C(1) << 30,
    };
}

StoreArchiver *
store_archiver_new(StoreWaves *waves)
{
    StoreArchiver *self = g_new0(StoreArchiver, 1);

    self->waves = waves;
    self->files = g_ptr_array_new_with_free_func((GDestroyNotify)store_file_free);
    self->refused = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    self->looked_us = self->rest_us = INT64_MIN;
    store_archive_work_init(&self->work);
    return self;
}

static void
give_up(StoreArchiver *self)
{
    g_clear_pointer(&self->file, store_file_free);
    g_ptr_array_set_size(self->files, 0);
    self->part = (StorePart){0};
    self->working = false;
}

void
store_archiver_free(StoreArchiver *self)
{
    if (self == NULL)
        return;
    give_up(self);
    g_ptr_array_unref(self->files);
    g_hash_table_unref(self->refused);
    store_archive_work_clear(&self->work);
    g_free(self);
}

const StoreArchiverCounts *
store_archiver_counts(const StoreArchiver *self)
{
    return &self->counts;
}

/* ---- which day ---- */

static bool
is_due(const StoreArchiver *self,
       const StorePart *part,
       const StoreArchiveSettings *settings,
       int64_t utc_us,
       int64_t mono_us)
{
    return part->tier == STORE_TIER_DAY
           && part->end * STORE_MINUTE_US <= utc_us - settings->after_us
           && mono_us - part->made_us >= settings->quiet_us
           && !g_hash_table_contains(self->waves->late_days, &part->period)
           && !g_hash_table_contains(self->refused, &part->period);
}

static void
begin(StoreArchiver *self, const StorePart *day, uint64_t file_bytes)
{
    self->day = self->part = *day;
    self->part.tier = STORE_TIER_ARCHIVE;
    self->part.generation =
        store_parts_next_generation(self->waves->parts, STORE_TIER_ARCHIVE, day->period);
    self->part.rows = self->part.bytes = 0;
    self->file_bytes = file_bytes;
    self->stream = 0;
    self->minute = day->begin;
    self->working = false;
}

/* The oldest first. */
static void
look(StoreArchiver *self, const StoreArchiveSettings *settings, int64_t utc_us, int64_t mono_us)
{
    const GArray *all = store_parts_all(self->waves->parts);

    for (guint i = 0; i < all->len; i++) {
        const StorePart *part = &g_array_index(all, StorePart, i);
        if (!is_due(self, part, settings, utc_us, mono_us))
            continue;
        begin(self, part, settings->file_bytes);
        return;
    }
}

/* ---- one slice ---- */

static bool
next_file(StoreArchiver *self, GError **error)
{
    return store_file_next(&self->file, self->waves->db, self->files, "archive", self->file_bytes,
                           error);
}

static bool
put_rows(StoreArchiver *self, GError **error)
{
    GArray *rows = self->work.out;

    g_array_sort(rows, store_archived_compare);
    for (guint i = 0; i < rows->len; i++) {
        const StoreArchivedRow *row = &g_array_index(rows, StoreArchivedRow, i);
        size_t size = 0;
        const uint8_t *value = g_bytes_get_data(row->value, &size);
        StoreKey key = store_part_key(self->part.tier, self->part.period, self->part.generation);
        store_key_place(&key, &row->place);
        if (!next_file(self, error) || !store_file_put(self->file, &key, value, size, error))
            return false;
        self->part.rows++;
        self->part.bytes += size;
    }
    g_array_set_size(rows, 0);
    self->working = false;
    return true;
}

/* Finds the next five minutes that have rows; with none, the next stream. */
static bool
next_window(StoreArchiver *self, StoreReader *reader, GError **error)
{
    int64_t found = self->day.end;

    if (store_streams_at(self->waves->streams, self->stream)->wave
        && !store_reader_raw_next(reader, &self->day, self->stream, self->minute, &found, error))
        return false;
    if (found >= self->day.end) {
        self->stream++;
        self->minute = self->day.begin;
        return true;
    }
    int64_t first = store_archive_floor(found);
    self->minute = first + STORE_ARCHIVE_MINUTES;
    self->working = true;
    return store_archive_work_begin(&self->work, reader, &self->day, self->stream, first, error);
}

static bool
is_over(const StoreArchiver *self)
{
    return !self->working && self->stream >= store_streams_count(self->waves->streams);
}

/* Up to one row of the archive. */
static bool
work(StoreArchiver *self, GError **error)
{
    g_autoptr(StoreReader) reader = store_reader_new(self->waves);
    size_t samples = 0;

    for (int i = 0; i < SLICE_WINDOWS && samples == 0 && !is_over(self); i++) {
        if (!self->working && !next_window(self, reader, error))
            return false;
        if (!self->working)
            continue;
        if (self->work.next < self->work.runs->len
            && !store_archive_work_run(&self->work, self->waves, reader, &self->day, &samples,
                                       error))
            return false;
        if (self->work.next == self->work.runs->len && !put_rows(self, error))
            return false;
    }
    self->counts.samples += samples;
    return true;
}

/* ---- the end ---- */

static bool
day_stands(const StoreArchiver *self)
{
    const StorePart *part = store_parts_at(self->waves->parts, self->day.begin);

    return part != NULL && part->tier == self->day.tier && part->period == self->day.period
           && part->generation == self->day.generation && part->serial == self->day.serial;
}

static bool
finish(StoreArchiver *self, int64_t mono_us, bool *put, GError **error)
{
    StoreWaves *w = self->waves;

    if (self->file != NULL) {
        if (!store_file_finish(self->file, error))
            return false;
        g_ptr_array_add(self->files, g_steal_pointer(&self->file));
    }
    if (self->files->len > 0 && !store_db_ingest(w->db, self->files, error))
        return false;
    store_fault(w, STORE_FAULT_ARCHIVE_INGESTED);
    self->part.made_us = mono_us;
    store_parts_put(w->parts, &self->part);
    store_fault(w, STORE_FAULT_ARCHIVE_PUT);
    self->counts.days++;
    *put = true;
    give_up(self);
    return true;
}

/* A row that cannot be read: the day stays as it is, and a question tells why. */
static bool
refuse(StoreArchiver *self, GError *why, GError **error)
{
    if (!g_error_matches(why, VICU_ERROR, VICU_ERROR_FORMAT)
        && !g_error_matches(why, VICU_ERROR, VICU_ERROR_VERSION)) {
        g_propagate_error(error, why);
        return false;
    }
    g_error_free(why);
    g_hash_table_add(self->refused, g_memdup2(&self->day.period, sizeof self->day.period));
    self->counts.refused++;
    give_up(self);
    return true;
}

static bool
slice(StoreArchiver *self, int64_t mono_us, bool *put, GError **error)
{
    GError *why = NULL;

    /* merged anew or dropped meanwhile, or about to be merged anew */
    if (!day_stands(self) || g_hash_table_contains(self->waves->late_days, &self->day.period)) {
        give_up(self);
        return true;
    }
    if (!work(self, &why))
        return refuse(self, why, error);
    if (is_over(self))
        return finish(self, mono_us, put, error);
    store_fault(self->waves, STORE_FAULT_ARCHIVE_BEGUN);
    return true;
}

bool
store_archiver_step(StoreArchiver *self,
                    const StoreArchiveSettings *settings,
                    int64_t utc_us,
                    int64_t mono_us,
                    bool *put,
                    GError **error)
{
    *put = false;
    if (self->part.end == self->part.begin) {
        if (self->looked_us != INT64_MIN && mono_us - self->looked_us < LOOK_US)
            return true;
        self->looked_us = mono_us;
        look(self, settings, utc_us, mono_us);
        return true;
    }
    if (mono_us < self->rest_us)
        return true;
    int64_t began_us = g_get_monotonic_time();
    bool ok = slice(self, mono_us, put, error);
    int64_t took_us = g_get_monotonic_time() - began_us;
    self->rest_us = mono_us + took_us * 100 / MAX(settings->share_percent, 1u);
    return ok;
}
