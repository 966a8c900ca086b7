/* Waves of one stream within a time: sealed rows, late rows and fresh samples as one.
 *
 * Fresh samples of the stream are copied when the walk begins. A minute that is sealed
 * later is passed over in its file, because the copy has all of it that there was; so
 * an answer shows the moment it began, and nothing comes twice.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/archive-read.h"
#include "store/query-internal.h"
#include "store/wave-trend.h"

#define ROWS_OF_AN_HOUR 8 /* what a row of the pyramid costs, in rows of waves */

/* Fresh samples of one minute. */
typedef struct {
    int64_t minute;
    uint32_t stream;
    StorePiece piece; /* its samples are ours */
} Copy;

struct StoreWaveWalk {
    StoreWaves *waves;
    GArray *streams; /* uint32_t: those that fit */
    int64_t from_us, to_us;
    int64_t minute, end; /* the next to look at; behind the last */
    uint64_t late_before;
    uint64_t serial; /* of the newest part there was */
    GArray *copies;  /* Copy, by minute */
    guint next_copy;
    GArray *pieces; /* of the minute at hand */
};

static void
copy_clear(gpointer p)
{
    Copy *copy = p;
    g_free((gpointer)copy->piece.samples);
}

/* ---- the beginning ---- */

static bool
has_stream(const StoreWaveWalk *self, uint32_t number)
{
    for (guint i = 0; i < self->streams->len; i++)
        if (g_array_index(self->streams, uint32_t, i) == number)
            return true;
    return false;
}

static void
copy_bin(StoreWaveWalk *self, int64_t minute, const StoreBin *bin)
{
    const StoreSegment *segment = &bin->identity->segment;
    uint64_t from = store_segment_index(segment, self->from_us);
    uint64_t to = store_segment_index(segment, self->to_us);

    for (guint i = 0; i < bin->runs->len; i++) {
        const StoreRun *run = bin->runs->pdata[i];
        uint64_t first = MAX(run->first, from), end = MIN(run->first + run->n, to);
        if (first >= end)
            continue;
        Copy copy = {.minute = minute, .stream = bin->identity->stream->number};
        copy.piece = (StorePiece){
            .identity = bin->identity,
            .first = first,
            .n = (size_t)(end - first),
            .rank = 2,
            .samples = g_memdup2(run->samples + (first - run->first), 2 * (size_t)(end - first)),
        };
        g_array_append_val(self->copies, copy);
    }
}

static void
copy_minute(StoreWaveWalk *self, const StoreFreshMinute *minute)
{
    GHashTableIter iter;
    gpointer p;

    if (minute->minute < self->minute || minute->minute >= self->end)
        return;
    g_hash_table_iter_init(&iter, minute->bins);
    while (g_hash_table_iter_next(&iter, NULL, &p)) {
        const StoreBin *bin = p;
        if (has_stream(self, bin->identity->stream->number))
            copy_bin(self, minute->minute, bin);
    }
}

static int
compare_copies(gconstpointer pa, gconstpointer pb)
{
    const Copy *a = pa, *b = pb;
    return (a->minute > b->minute) - (a->minute < b->minute);
}

StoreWaveWalk *
store_wave_walk_new(StoreHead *head,
                    const char *bed,
                    uint32_t code,
                    uint32_t channel,
                    int64_t from_us,
                    int64_t to_us)
{
    StoreWaveWalk *self = g_new0(StoreWaveWalk, 1);

    self->waves = store_head_waves(head);
    self->from_us = from_us;
    self->to_us = to_us;
    self->minute = store_minute_of(from_us);
    self->end = store_minute_of(to_us - 1) + 1;
    self->late_before = self->waves->late_next;
    self->serial = store_parts_serial(self->waves->parts);
    self->streams = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    const GPtrArray *of_bed = store_streams_of(store_head_streams(head), bed);
    for (guint i = 0; of_bed != NULL && i < of_bed->len; i++) {
        const StoreStream *s = of_bed->pdata[i];
        if (s->wave && s->code == code && s->channel == channel)
            g_array_append_val(self->streams, s->number);
    }
    self->copies = g_array_new(FALSE, FALSE, sizeof(Copy));
    g_array_set_clear_func(self->copies, copy_clear);
    self->pieces = g_array_new(FALSE, FALSE, sizeof(StorePiece));
    g_array_set_clear_func(self->pieces, store_piece_clear);
    const StoreFreshMinute *at_hand = store_sealer_at_hand(store_head_sealer(head));
    if (at_hand != NULL)
        copy_minute(self, at_hand);
    const GPtrArray *minutes = store_fresh_minutes(self->waves->fresh);
    for (guint i = 0; i < minutes->len; i++)
        copy_minute(self, minutes->pdata[i]);
    g_array_sort(self->copies, compare_copies);
    return self;
}

void
store_wave_walk_free(StoreWaveWalk *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->streams);
    g_array_unref(self->copies);
    g_array_unref(self->pieces);
    g_free(self);
}

/* ---- one slice ---- */

typedef struct {
    StoreWaveWalk *walk;
    StoreReader *reader;
    int64_t late; /* the first minute from here on that has late rows */
    size_t rows;  /* seen in this slice */
    size_t samples;
    const StoreWaveFuncs *funcs;
    gpointer user;
} Slice;

static bool
hand_on_spans(Slice *slice,
              const StoreIdentity *identity,
              uint64_t first,
              const StoreRow *row,
              GError **error)
{
    VicuBlockInfo info;
    const VicuBlockStats *spans = store_row_spans(slice->walk->waves->coder, row, &info, error);

    if (spans != NULL)
        slice->funcs->spans(identity, first, info.n, info.restart, spans, slice->user);
    return spans != NULL;
}

/* What of the samples was asked for goes to the caller. */
static bool
hand_on(const StoreIdentity *identity,
        uint64_t first,
        size_t n,
        const StoreRow *row,
        size_t offset,
        const int16_t *samples,
        gpointer user,
        GError **error)
{
    Slice *slice = user;
    const StoreWaveWalk *walk = slice->walk;
    const StoreSegment *segment = &identity->segment;
    uint64_t from = MAX(first, store_segment_index(segment, walk->from_us));
    uint64_t to = MIN(first + n, store_segment_index(segment, walk->to_us));

    slice->rows++;
    if (from >= to)
        return true;
    if (row != NULL && slice->funcs->row != NULL && offset == 0 && n == row->n
        && 2 * (to - from) >= row->size) { /* else what is asked for of it is less to send */
        slice->funcs->row(identity, first, row, slice->user);
        return true;
    }
    if (row != NULL && slice->funcs->spans != NULL && from == first && to == first + n
        && n == row->n)
        return hand_on_spans(slice, identity, first, row, error);
    offset += (size_t)(from - first);
    if (row != NULL) {
        samples = store_row_unpack(walk->waves->coder, row, offset, (size_t)(to - from), error);
        if (samples == NULL)
            return false;
    } else {
        samples += from - first;
    }
    slice->samples += to - from;
    slice->funcs->samples(identity, from, samples, (size_t)(to - from), slice->user);
    return true;
}

static bool
take_row(const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    Slice *slice = user;
    StoreRow row;
    const StoreIdentity *identity =
        store_identities_find(slice->walk->waves->identities, place->hash, error);

    return identity != NULL && store_wave_row(place, value, size, &row, error)
           && hand_on(identity, place->first, row.n, &row, 0, NULL, user, error);
}

/* The part that holds @minute, unless it was sealed from what the walk has copied. */
static const StorePart *
part_of(const StoreWaveWalk *self, int64_t minute)
{
    const StorePart *part = store_parts_at(self->waves->parts, minute);

    if (part != NULL && part->tier == STORE_TIER_MINUTE && part->serial > self->serial)
        return NULL;
    return part;
}

static bool
take_mixed(Slice *slice, const StorePart *part, int64_t minute, guint copies, GError **error)
{
    StoreWaveWalk *walk = slice->walk;
    uint64_t before = walk->late_before;

    g_array_set_size(walk->pieces, 0);
    for (guint i = 0; i < walk->streams->len; i++)
        if (!store_reader_pieces(slice->reader, part, g_array_index(walk->streams, uint32_t, i),
                                 minute, before, walk->pieces, error))
            return false;
    for (guint i = walk->next_copy; i < copies; i++)
        g_array_append_val(walk->pieces, g_array_index(walk->copies, Copy, i).piece);
    bool ok = store_pieces_each(walk->pieces, hand_on, slice, error);
    g_array_set_size(walk->pieces, 0);
    return ok;
}

static bool
take_minute(Slice *slice, int64_t minute, GError **error)
{
    StoreWaveWalk *walk = slice->walk;
    const StorePart *part = part_of(walk, minute);
    guint copies = walk->next_copy;

    slice->rows++; /* looking costs, too */
    while (copies < walk->copies->len && g_array_index(walk->copies, Copy, copies).minute == minute)
        copies++;
    if (copies > walk->next_copy || slice->late == minute || walk->streams->len > 1) {
        if (!take_mixed(slice, part, minute, copies, error))
            return false;
    } else if (part != NULL
               && !store_reader_rows(slice->reader, part, g_array_index(walk->streams, uint32_t, 0),
                                     minute, take_row, slice, error)) {
        return false;
    }
    walk->next_copy = copies;
    return true;
}

/* The first minute from walk->minute on where something may be. */
static bool
next_minute(Slice *slice, int64_t *minute, GError **error)
{
    StoreWaveWalk *walk = slice->walk;
    const StorePart *part = store_parts_find(walk->waves->parts, walk->minute);
    int64_t found = walk->end;

    if (slice->late < walk->minute
        && !store_reader_next_late(slice->reader, walk->minute, &slice->late, error))
        return false;
    found = MIN(found, slice->late);
    if (walk->next_copy < walk->copies->len)
        found = MIN(found, g_array_index(walk->copies, Copy, walk->next_copy).minute);
    for (guint i = 0; part != NULL && part->begin < found && i < walk->streams->len; i++) {
        int64_t row = 0;
        slice->rows++;
        if (!store_reader_next(slice->reader, part, g_array_index(walk->streams, uint32_t, i),
                               walk->minute, &row, error))
            return false;
        found = MIN(found, row);
    }
    *minute = MAX(found, walk->minute);
    return true;
}

/* ---- hours from the pyramid ---- */

static bool
hand_on_trend(Slice *slice, const StoreValue *value, GError **error)
{
    StoreWaves *waves = slice->walk->waves;
    g_autofree VicuBlockStats *spans = g_new(VicuBlockStats, VICU_BLOCK_MAX_COLUMNS);
    StoreTrendRow row;
    size_t at = 0;
    GError *why = NULL;

    while (store_wave_trend_next(value->data, value->size, &at, &row, &why)) {
        const StoreIdentity *identity = store_identities_find(waves->identities, row.hash, error);
        if (identity == NULL)
            return false;
        for (uint32_t i = 0; i < row.n_spans; i++)
            spans[i] = store_wave_trend_span(&row, i);
        slice->funcs->spans(identity, row.first, row.n, row.restart, spans, slice->user);
    }
    if (why != NULL)
        g_propagate_error(error, why);
    return why == NULL;
}

/* What of the hour of walk->minute is asked for ends here. */
static int64_t
hour_end(const StoreWaveWalk *walk)
{
    return MIN((store_floor(walk->minute, STORE_HOUR_MINUTES) + 1) * STORE_HOUR_MINUTES, walk->end);
}

/* The hour of walk->minute is rolled up, nothing of it was handed on yet, and what is asked for of
 * it has nothing fresh. */
static bool
is_in_pyramid(const StoreWaveWalk *walk)
{
    const StorePart *part = store_parts_at(walk->waves->parts, walk->minute);
    bool begins =
        walk->minute % STORE_HOUR_MINUTES == 0 || walk->minute == store_minute_of(walk->from_us);

    return walk->streams->len == 1 && begins && part != NULL && part->tier != STORE_TIER_MINUTE
           && (walk->next_copy == walk->copies->len
               || g_array_index(walk->copies, Copy, walk->next_copy).minute >= hour_end(walk));
}

/* An hour's row is read whole; of one that is asked for in part, the caller leaves out what lies
 * outside. */
static bool
take_hour(Slice *slice, bool *taken, GError **error)
{
    StoreWaveWalk *walk = slice->walk;
    g_auto(StoreValue) value = {0};

    *taken = false;
    if (slice->funcs->spans == NULL || !is_in_pyramid(walk))
        return true;
    if (slice->late < walk->minute
        && !store_reader_next_late(slice->reader, walk->minute, &slice->late, error))
        return false;
    if (slice->late < hour_end(walk))
        return true;
    StoreKey key = store_wave_trend_key(store_floor(walk->minute, STORE_HOUR_MINUTES),
                                        g_array_index(walk->streams, uint32_t, 0));
    StoreFind found = store_db_get(walk->waves->db, STORE_WAVE_TREND, &key, &value, error);
    if (found != STORE_FOUND)
        return found == STORE_ABSENT;
    *taken = true;
    slice->rows += ROWS_OF_AN_HOUR;
    walk->minute = hour_end(walk);
    return hand_on_trend(slice, &value, error);
}

bool
store_wave_walk_step(
    StoreWaveWalk *self, const StoreWaveFuncs *funcs, gpointer user, bool *done, GError **error)
{
    g_autoptr(StoreReader) reader = store_reader_new_passing(self->waves);
    Slice slice = {.walk = self, .reader = reader, .funcs = funcs, .user = user};

    slice.late =
        store_waves_may_be_late(self->waves, self->minute, self->end) ? INT64_MIN : INT64_MAX;
    const StoreArchive *archive = self->waves->archive;
    uint64_t decoded = store_archive_decoded(archive);

    *done = self->streams->len == 0;
    while (!*done && store_archive_decoded(archive) == decoded
           && slice.rows < STORE_STEP_ROWS_OF_WAVES && slice.samples < STORE_STEP_SAMPLES) {
        int64_t minute = 0;
        bool taken = false;
        if (!take_hour(&slice, &taken, error))
            return false;
        if (taken) {
            *done = self->minute >= self->end;
            continue;
        }
        if (!next_minute(&slice, &minute, error))
            return false;
        self->minute = minute;
        *done = minute >= self->end;
        if (*done)
            break;
        if (!take_minute(&slice, minute, error))
            return false;
        self->minute = minute + 1;
        *done = self->minute >= self->end; /* the next one is not looked for */
        if (funcs->full != NULL && funcs->full(user))
            break;
    }
    return true;
}
