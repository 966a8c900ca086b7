/* SPDX-License-Identifier: Apache-2.0 */
#include "store/archive-read.h"

#include <string.h>

#include "common/error.h"

#define WINDOWS 24 /* five minutes of one stream each: some 50 kB at 250 Hz */

/* Five minutes of one stream, as hot rows. */
typedef struct {
    StoreTier tier;
    int64_t period;
    uint32_t generation;
    uint64_t serial;
    uint32_t stream;
    int64_t minute; /* the first */
    GArray *rows;   /* StoreArchivedRow, by place */
} Window;

struct StoreArchive {
    VicuArchiveScratch *scratch;
    StoreCoder *coder; /* of its own: what callers hold of theirs stays */
    int16_t *samples;
    int16_t *series[VICU_ARCHIVE_REFS_MAX];
    GQueue windows; /* Window *, the one used last in front */
    uint64_t decoded;
};

static void
window_free(gpointer data)
{
    Window *window = data;

    g_array_unref(window->rows);
    g_free(window);
}

StoreArchive *
store_archive_new(void)
{
    StoreArchive *self = g_new0(StoreArchive, 1);

    g_queue_init(&self->windows);
    return self;
}

void
store_archive_free(StoreArchive *self)
{
    if (self == NULL)
        return;
    vicu_archive_scratch_free(self->scratch);
    store_coder_free(self->coder);
    g_free(self->samples);
    for (size_t k = 0; k < VICU_ARCHIVE_REFS_MAX; k++)
        g_free(self->series[k]);
    g_queue_clear_full(&self->windows, window_free);
    g_free(self);
}

uint64_t
store_archive_decoded(const StoreArchive *self)
{
    return self->decoded;
}

VicuArchiveScratch *
store_archive_scratch(StoreArchive *self)
{
    if (self->scratch == NULL)
        self->scratch = vicu_archive_scratch_new();
    return self->scratch;
}

static void
make_room(StoreArchive *self)
{
    if (self->coder != NULL)
        return;
    self->coder = store_coder_new();
    self->samples = g_new(int16_t, STORE_ARCHIVE_MAX);
    for (size_t k = 0; k < VICU_ARCHIVE_REFS_MAX; k++)
        self->series[k] = g_new(int16_t, STORE_ARCHIVE_MAX);
}

/* ---- one row ---- */

typedef struct {
    StoreReader *reader;
    StoreWaves *waves;
    const StorePart *part;
    bool is_reference; /* of a row: it must stand alone */
} Loading;

static GArray *load_window(const Loading *loading, uint32_t stream, int64_t minute, GError **error);

/* The samples of @ref from index @first on; false: none of them is there. */
static bool
copy_series(StoreArchive *self,
            const GArray *rows,
            const StoreArchiveRef *ref,
            uint64_t first,
            size_t n,
            int16_t *series,
            GError **error)
{
    bool any = false;

    for (size_t i = 0; i < n; i++)
        series[i] = VICU_ARCHIVE_INVALID;
    for (guint i = 0; i < rows->len; i++) {
        const StoreArchivedRow *hot = &g_array_index(rows, StoreArchivedRow, i);
        size_t size = 0;
        StoreRow row;
        const uint8_t *value = g_bytes_get_data(hot->value, &size);
        if (memcmp(hot->place.hash, ref->hash, sizeof ref->hash) != 0)
            continue;
        if (!store_wave_row(&hot->place, value, size, &row, error))
            return false;
        uint64_t from = MAX(first, hot->place.first);
        uint64_t to = MIN(first + n, hot->place.first + row.n);
        if (from >= to)
            continue;
        const int16_t *samples = store_row_unpack(
            self->coder, &row, (size_t)(from - hot->place.first), (size_t)(to - from), error);
        if (samples == NULL)
            return false;
        memcpy(series + (from - first), samples, (size_t)(to - from) * sizeof *series);
        any = true;
    }
    if (!any)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "it is missing: restore the folder from a backup");
    return any;
}

static bool
get_series(const Loading *loading,
           const StorePlace *place,
           const StoreArchiveRow *row,
           GError **error)
{
    StoreArchive *self = loading->waves->archive;
    Loading inner = *loading;

    inner.is_reference = true;
    for (size_t k = 0; k < row->n_refs; k++) {
        const StoreArchiveRef *ref = &row->ref[k];
        g_autoptr(GArray) rows = NULL;
        if (!loading->is_reference)
            rows = load_window(&inner, ref->stream, place->minute, error);
        else
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "a reference must not need another: restore the folder from a backup");
        if (rows == NULL
            || !copy_series(self, rows, ref, place->first, row->n, self->series[k], error)) {
            g_prefix_error(error, "its reference, stream %u: ", ref->stream);
            return false;
        }
    }
    return true;
}

/* The minutes of decoded samples, as rows. */
static void
cut_minutes(StoreArchive *self,
            const StoreIdentity *identity,
            const StorePlace *place,
            size_t n,
            GArray *rows)
{
    const StoreSegment *segment = &identity->segment;

    for (size_t at = 0; at < n;) {
        StoreArchivedRow hot = {.place = *place};
        size_t size = 0;
        hot.place.first = place->first + at;
        hot.place.minute = store_minute_of(store_segment_time_us(segment, hot.place.first));
        uint64_t next = store_segment_index(segment, (hot.place.minute + 1) * STORE_MINUTE_US);
        size_t step = (size_t)MIN(n - at, next - hot.place.first);
        step = MIN(step, (size_t)(STORE_ROW_MAX - hot.place.first % STORE_ROW_MAX));
        const uint8_t *value =
            store_row_pack(self->coder, segment, self->samples + at, step, &size);
        hot.value = g_bytes_new(value, size);
        g_array_append_val(rows, hot);
        at += step;
    }
}

static bool
unpack_row(const Loading *loading, const StoreArchivedRow *raw, GArray *rows, GError **error)
{
    StoreArchive *self = loading->waves->archive;
    StoreArchiveRow row;
    size_t size = 0;
    const uint8_t *value = g_bytes_get_data(raw->value, &size);
    const StoreIdentity *identity =
        store_identities_find(loading->waves->identities, raw->place.hash, error);

    if (identity == NULL || !store_archive_row_read(value, size, &row, error))
        return false;
    if (raw->place.first > UINT64_MAX / 2) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "a row of the archive begins at sample %" G_GUINT64_FORMAT
                    ": restore the folder from a backup",
                    raw->place.first);
        return false;
    }
    make_room(self);
    if (!get_series(loading, &raw->place, &row, error)
        || !store_archive_row_unpack(store_archive_scratch(self), &row,
                                     (const int16_t *const *)self->series, self->samples, error))
        return false;
    self->decoded += row.n;
    cut_minutes(self, identity, &raw->place, row.n, rows);
    return true;
}

/* ---- five minutes ---- */

static bool
is_it(const Window *window, const StorePart *part, uint32_t stream, int64_t minute)
{
    return window->stream == stream && window->minute == minute && window->period == part->period
           && window->tier == part->tier && window->generation == part->generation
           && window->serial == part->serial;
}

static Window *
find_window(StoreArchive *self, const StorePart *part, uint32_t stream, int64_t minute)
{
    for (GList *l = self->windows.head; l != NULL; l = l->next) {
        if (!is_it(l->data, part, stream, minute))
            continue;
        g_queue_unlink(&self->windows, l);
        g_queue_push_head_link(&self->windows, l);
        return l->data;
    }
    return NULL;
}

static bool
unpack_all(const Loading *loading, const GArray *raw, GArray *rows, GError **error)
{
    for (guint i = 0; i < raw->len; i++) {
        StoreArchivedRow one = g_array_index(raw, StoreArchivedRow, i);
        size_t size = 0;
        const uint8_t *value = g_bytes_get_data(one.value, &size);
        if (!store_archive_is(value, size)) {
            g_bytes_ref(one.value);
            g_array_append_val(rows, one);
        } else if (!unpack_row(loading, &one, rows, error)) {
            g_prefix_error(error, "%sthe archive of stream %u, minute %" G_GINT64_FORMAT ": ",
                           loading->is_reference ? "" : "store: ", one.place.stream,
                           one.place.minute);
            return false;
        }
    }
    g_array_sort(rows, store_archived_compare);
    return true;
}

/* Owned by the caller, who must not change it. */
static GArray *
load_window(const Loading *loading, uint32_t stream, int64_t minute, GError **error)
{
    StoreArchive *self = loading->waves->archive;
    const StorePart *part = loading->part;
    int64_t begin = store_archive_floor(minute);
    Window *window = find_window(self, part, stream, begin);

    if (window != NULL)
        return g_array_ref(window->rows);
    g_autoptr(GArray) raw = store_archived_new(), rows = store_archived_new();
    if (!store_reader_raw(loading->reader, part, stream, begin, begin + STORE_ARCHIVE_MINUTES,
                          store_archived_collect, raw, error)
        || !unpack_all(loading, raw, rows, error))
        return NULL;
    window = g_new(Window, 1);
    *window = (Window){
        .tier = part->tier,
        .period = part->period,
        .generation = part->generation,
        .serial = part->serial,
        .stream = stream,
        .minute = begin,
        .rows = g_array_ref(rows),
    };
    g_queue_push_head(&self->windows, window);
    if (self->windows.length > WINDOWS)
        window_free(g_queue_pop_tail(&self->windows));
    return g_steal_pointer(&rows);
}

bool
store_archive_rows(StoreReader *reader,
                   StoreWaves *waves,
                   const StorePart *part,
                   uint32_t stream,
                   int64_t minute,
                   StoreRowFunc func,
                   gpointer user,
                   GError **error)
{
    const Loading loading = {reader, waves, part, false};
    g_autoptr(GArray) rows = load_window(&loading, stream, minute, error);

    if (rows == NULL)
        return false;
    for (guint i = 0; i < rows->len; i++) {
        const StoreArchivedRow *row = &g_array_index(rows, StoreArchivedRow, i);
        size_t size = 0;
        const uint8_t *value = g_bytes_get_data(row->value, &size);
        if (row->place.minute == minute && !func(&row->place, value, size, user, error))
            return false;
    }
    return true;
}

/* ---- without decoding ---- */

typedef struct {
    int64_t minute;
    int64_t found; /* of the rows seen, the first minute from there on; INT64_MAX: none */
} Seeking;

static bool
seek_row(const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    Seeking *seeking = user;
    StoreArchiveRow row;
    int64_t last = place->minute;

    if (store_archive_is(value, size)) {
        if (!store_archive_row_read(value, size, &row, error))
            return false;
        last += row.minutes - 1;
    }
    if (last >= seeking->minute)
        seeking->found = MIN(seeking->found, MAX(place->minute, seeking->minute));
    return true;
}

bool
store_archive_next(StoreReader *reader,
                   const StorePart *part,
                   uint32_t stream,
                   int64_t minute,
                   int64_t *found,
                   GError **error)
{
    Seeking seeking = {MAX(minute, part->begin), INT64_MAX};
    int64_t begin = store_archive_floor(seeking.minute);

    if (!store_reader_raw(reader, part, stream, begin, begin + STORE_ARCHIVE_MINUTES, seek_row,
                          &seeking, error))
        return false;
    *found = seeking.found;
    return seeking.found != INT64_MAX
           || store_reader_raw_next(reader, part, stream, begin + STORE_ARCHIVE_MINUTES, found,
                                    error);
}

typedef struct {
    const StoreIdentity *identity;
    GArray *spans;
} Noting;

static bool
note_span(const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    Noting *noting = user;
    StoreArchiveRow archived;
    StoreRow row;

    if (memcmp(place->hash, noting->identity->hash, sizeof place->hash) != 0)
        return true;
    if (store_archive_is(value, size)) {
        if (!store_archive_row_read(value, size, &archived, error))
            return false;
        row.n = archived.n;
    } else if (!store_wave_row(place, value, size, &row, error)) {
        return false;
    }
    store_span_add(noting->spans, (StoreSpan){place->first, place->first + row.n});
    return true;
}

bool
store_archive_spans(StoreReader *reader,
                    const StorePart *part,
                    const StoreIdentity *identity,
                    int64_t minute,
                    GArray *spans,
                    GError **error)
{
    Noting noting = {identity, spans};
    int64_t begin = store_archive_floor(minute);

    return store_reader_raw(reader, part, identity->stream->number, begin,
                            begin + STORE_ARCHIVE_MINUTES, note_span, &noting, error);
}
