/* Five minutes of one stream become rows of the archive.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/archive-internal.h"

void
store_archive_work_init(StoreArchiveWork *work)
{
    *work = (StoreArchiveWork){
        .rows = store_archived_new(),
        .runs = g_array_new(FALSE, FALSE, sizeof(StoreArchiveRun)),
        .out = store_archived_new(),
        .samples = g_array_new(FALSE, FALSE, sizeof(int16_t)),
    };
    for (size_t k = 0; k < VICU_ARCHIVE_REFS_MAX; k++)
        work->series[k] = g_array_new(FALSE, FALSE, sizeof(int16_t));
}

void
store_archive_work_clear(StoreArchiveWork *work)
{
    g_array_unref(work->rows);
    g_array_unref(work->runs);
    g_array_unref(work->out);
    g_array_unref(work->samples);
    for (size_t k = 0; k < VICU_ARCHIVE_REFS_MAX; k++)
        g_array_unref(work->series[k]);
}

/* ---- runs ---- */

static int
by_identity(gconstpointer pa, gconstpointer pb)
{
    const StorePlace *a = &((const StoreArchivedRow *)pa)->place;
    const StorePlace *b = &((const StoreArchivedRow *)pb)->place;

    if (a->t0_us != b->t0_us)
        return a->t0_us < b->t0_us ? -1 : 1;
    int by = memcmp(a->hash, b->hash, sizeof a->hash);
    if (by != 0)
        return by;
    return (a->first > b->first) - (a->first < b->first);
}

static bool
read_row(const StoreArchivedRow *hot, StoreRow *row, GError **error)
{
    size_t size = 0;
    const uint8_t *value = g_bytes_get_data(hot->value, &size);

    return store_wave_row(&hot->place, value, size, row, error);
}

/* Rows that follow each other, up to what one row of the archive takes. */
static bool
find_runs(StoreArchiveWork *work, GError **error)
{
    StoreArchiveRun *run = NULL;

    for (guint i = 0; i < work->rows->len; i++) {
        const StoreArchivedRow *hot = &g_array_index(work->rows, StoreArchivedRow, i);
        StoreRow row;
        if (!read_row(hot, &row, error))
            return false;
        if (run != NULL && run->first + run->n == hot->place.first
            && memcmp(hot[-1].place.hash, hot->place.hash, sizeof hot->place.hash) == 0
            && run->n + row.n <= STORE_ARCHIVE_MAX) {
            run->n += row.n;
            run->n_rows++;
            continue;
        }
        StoreArchiveRun new = {i, 1, hot->place.first, row.n};
        g_array_append_val(work->runs, new);
        run = &g_array_index(work->runs, StoreArchiveRun, work->runs->len - 1);
    }
    return true;
}

bool
store_archive_work_begin(StoreArchiveWork *work,
                         StoreReader *reader,
                         const StorePart *day,
                         uint32_t stream,
                         int64_t minute,
                         GError **error)
{
    work->stream = stream;
    work->minute = minute;
    work->next = 0;
    g_array_set_size(work->rows, 0);
    g_array_set_size(work->runs, 0);
    g_array_set_size(work->out, 0);
    if (!store_reader_raw(reader, day, stream, minute, minute + STORE_ARCHIVE_MINUTES,
                          store_archived_collect, work->rows, error))
        return false;
    g_array_sort(work->rows, by_identity);
    return find_runs(work, error);
}

/* ---- references ---- */

/* Samples of a root that lie beside those of a run. */
typedef struct {
    StoreWaves *waves;
    const StoreSegment *segment;
    uint64_t first;
    size_t n;
    GArray *series;
    uint8_t hash[STORE_SEGMENT_HASH_LEN]; /* of the identity that is taken */
    size_t n_found;
} Beside;

/* Its samples are taken at the same instants, by the same index. */
static bool
is_aligned(const StoreSegment *a, const StoreSegment *b)
{
    return a->t0_us == b->t0_us && a->num == b->num && a->den == b->den;
}

/* Of several that are aligned, the first in the order of hashes. */
static bool
take_beside(
    const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    Beside *beside = user;
    StoreRow row;
    const StoreIdentity *identity =
        store_identities_find(beside->waves->identities, place->hash, error);

    if (identity == NULL || !store_wave_row(place, value, size, &row, error))
        return false;
    uint64_t from = MAX(beside->first, place->first);
    uint64_t to = MIN(beside->first + beside->n, place->first + row.n);
    if (from >= to || !is_aligned(&identity->segment, beside->segment))
        return true;
    int by = beside->n_found == 0 ? -1 : memcmp(place->hash, beside->hash, sizeof beside->hash);
    if (by > 0)
        return true;
    int16_t *series = (int16_t *)(void *)beside->series->data;
    if (by < 0) {
        memcpy(beside->hash, place->hash, sizeof beside->hash);
        beside->n_found = 0;
        for (size_t i = 0; i < beside->n; i++)
            series[i] = VICU_ARCHIVE_INVALID;
    }
    const int16_t *samples = store_row_unpack(
        beside->waves->coder, &row, (size_t)(from - place->first), (size_t)(to - from), error);
    if (samples == NULL)
        return false;
    memcpy(series + (from - beside->first), samples, (size_t)(to - from) * sizeof *series);
    beside->n_found += (size_t)(to - from);
    return true;
}

static bool
find_refs(StoreArchiveWork *work,
          StoreWaves *waves,
          StoreReader *reader,
          const StorePart *day,
          const StoreArchiveRun *run,
          const StoreSegment *segment,
          StoreArchiveRef *refs,
          size_t *n_refs,
          GError **error)
{
    g_autoptr(GArray) roots = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    *n_refs = 0;
    if (!store_archive_roots(waves, reader, day, work->stream, work->minute, roots, error))
        return false;
    for (guint i = 0; i < roots->len; i++) {
        Beside beside = {waves, segment, run->first, run->n, work->series[*n_refs], {0}, 0};
        uint32_t root = g_array_index(roots, uint32_t, i);
        g_array_set_size(beside.series, (guint)run->n);
        if (!store_reader_raw(reader, day, root, work->minute, work->minute + STORE_ARCHIVE_MINUTES,
                              take_beside, &beside, error))
            return false;
        if (beside.n_found * 2 < run->n)
            continue;
        refs[*n_refs].stream = root;
        memcpy(refs[*n_refs].hash, beside.hash, sizeof beside.hash);
        (*n_refs)++;
    }
    return true;
}

/* ---- one run ---- */

static bool
unpack_run(StoreArchiveWork *work, StoreWaves *waves, const StoreArchiveRun *run, GError **error)
{
    g_array_set_size(work->samples, 0);
    for (guint i = run->row; i < run->row + run->n_rows; i++) {
        StoreRow row;
        if (!read_row(&g_array_index(work->rows, StoreArchivedRow, i), &row, error))
            return false;
        const int16_t *samples = store_row_unpack(waves->coder, &row, 0, row.n, error);
        if (samples == NULL)
            return false;
        g_array_append_vals(work->samples, samples, row.n);
    }
    return true;
}

static size_t
hot_bytes(const StoreArchiveWork *work, const StoreArchiveRun *run)
{
    size_t bytes = 0;

    for (guint i = run->row; i < run->row + run->n_rows; i++)
        bytes +=
            STORE_WAVE_KEY + g_bytes_get_size(g_array_index(work->rows, StoreArchivedRow, i).value);
    return bytes;
}

static void
keep_hot(StoreArchiveWork *work, const StoreArchiveRun *run)
{
    for (guint i = run->row; i < run->row + run->n_rows; i++) {
        StoreArchivedRow hot = g_array_index(work->rows, StoreArchivedRow, i);
        g_bytes_ref(hot.value);
        g_array_append_val(work->out, hot);
    }
}

bool
store_archive_work_run(StoreArchiveWork *work,
                       StoreWaves *waves,
                       StoreReader *reader,
                       const StorePart *day,
                       size_t *samples,
                       GError **error)
{
    const StoreArchiveRun *run = &g_array_index(work->runs, StoreArchiveRun, work->next++);
    const StoreArchivedRow *first = &g_array_index(work->rows, StoreArchivedRow, run->row);
    const StoreArchivedRow *last = first + run->n_rows - 1;
    const StoreIdentity *identity =
        store_identities_find(waves->identities, first->place.hash, error);
    g_autoptr(GByteArray) value = g_byte_array_new();
    StoreArchiveRef refs[VICU_ARCHIVE_REFS_MAX];
    const int16_t *series[VICU_ARCHIVE_REFS_MAX] = {NULL};
    size_t n_refs = 0;

    *samples = run->n;
    if (identity == NULL)
        return false;
    if (run->n > STORE_ARCHIVE_MAX) { /* one minute alone is longer */
        keep_hot(work, run);
        return true;
    }
    if (!find_refs(work, waves, reader, day, run, &identity->segment, refs, &n_refs, error)
        || !unpack_run(work, waves, run, error))
        return false;
    for (size_t k = 0; k < n_refs; k++)
        series[k] = (const int16_t *)(const void *)work->series[k]->data;
    store_archive_row_pack(store_archive_scratch(waves->archive),
                           (const int16_t *)(const void *)work->samples->data, run->n,
                           (unsigned)(last->place.minute - first->place.minute + 1), refs, series,
                           n_refs, value);
    if (STORE_WAVE_KEY + value->len >= hot_bytes(work, run)) {
        keep_hot(work, run);
        return true;
    }
    StoreArchivedRow row = {first->place, g_bytes_new(value->data, value->len)};
    g_array_append_val(work->out, row);
    return true;
}
