/* SPDX-License-Identifier: Apache-2.0 */
#include "store/wave-read.h"

#include <string.h>

#include "common/error.h"
#include "store/archive-read.h"

struct StoreReader {
    StoreWaves *waves;
    StoreIter *wave; /* made when first used */
    StoreIter *late;
    StoreKey passed; /* @wave stands at the first row at or after it; size 0: not known */
    bool passing;    /* rows of waves are looked at once */
};

/* ---- spans ---- */

void
store_span_add(GArray *spans, StoreSpan span)
{
    guint i = spans->len;

    while (i > 0 && g_array_index(spans, StoreSpan, i - 1).first > span.first)
        i--;
    if (i > 0 && g_array_index(spans, StoreSpan, i - 1).end >= span.first) {
        i--;
        StoreSpan *before = &g_array_index(spans, StoreSpan, i);
        before->end = MAX(before->end, span.end);
    } else {
        g_array_insert_val(spans, i, span);
    }
    StoreSpan *own = &g_array_index(spans, StoreSpan, i);
    while (i + 1 < spans->len && g_array_index(spans, StoreSpan, i + 1).first <= own->end) {
        own->end = MAX(own->end, g_array_index(spans, StoreSpan, i + 1).end);
        g_array_remove_index(spans, i + 1);
        own = &g_array_index(spans, StoreSpan, i);
    }
}

/* ---- one reader ---- */

StoreReader *
store_reader_new(StoreWaves *waves)
{
    StoreReader *self = g_new0(StoreReader, 1);

    self->waves = waves;
    return self;
}

StoreReader *
store_reader_new_passing(StoreWaves *waves)
{
    StoreReader *self = store_reader_new(waves);

    self->passing = true;
    return self;
}

void
store_reader_free(StoreReader *self)
{
    if (self == NULL)
        return;
    store_iter_free(self->wave);
    store_iter_free(self->late);
    g_free(self);
}

static StoreIter *
wave_at(StoreReader *self, const StoreKey *key)
{
    if (self->wave == NULL)
        self->wave = self->passing ? store_iter_new_passing(self->waves->db, STORE_WAVE)
                                   : store_iter_new_nowhere(self->waves->db, STORE_WAVE);
    /* Minute after minute of one stream needs no further look. */
    if (self->passed.size != key->size || memcmp(self->passed.data, key->data, key->size) != 0)
        store_iter_seek(self->wave, key);
    self->passed.size = 0;
    return self->wave;
}

static StoreIter *
late_at(StoreReader *self, const StoreKey *key)
{
    if (self->late == NULL)
        self->late = store_iter_new_nowhere(self->waves->db, STORE_LATE);
    store_iter_seek(self->late, key);
    return self->late;
}

static StoreKey
stream_key(const StorePart *part, uint32_t stream, int64_t minute)
{
    StoreKey key = store_part_key(part->tier, part->period, part->generation);

    store_key_u32(&key, stream);
    store_key_time(&key, minute);
    return key;
}

/* The row at hand is of @part and @stream. */
static bool
is_of(const StoreIter *iter, const StoreKey *key, size_t size, StorePlace *place)
{
    size_t have = 0;

    if (!store_iter_valid(iter))
        return false;
    const uint8_t *data = store_iter_key(iter, &have);
    return store_read_place(data, have, place) && memcmp(data, key->data, size) == 0;
}

bool
store_reader_raw_next(StoreReader *self,
                      const StorePart *part,
                      uint32_t stream,
                      int64_t minute,
                      int64_t *found,
                      GError **error)
{
    StoreKey key = stream_key(part, stream, MAX(minute, part->begin));
    StorePlace place;
    const StoreIter *iter = wave_at(self, &key);

    *found = is_of(iter, &key, STORE_PART_KEY + 4, &place) ? place.minute : part->end;
    return store_iter_check(iter, error);
}

bool
store_reader_next(StoreReader *self,
                  const StorePart *part,
                  uint32_t stream,
                  int64_t minute,
                  int64_t *found,
                  GError **error)
{
    return part->tier == STORE_TIER_ARCHIVE
               ? store_archive_next(self, part, stream, minute, found, error)
               : store_reader_raw_next(self, part, stream, minute, found, error);
}

bool
store_reader_next_late(StoreReader *self, int64_t minute, int64_t *found, GError **error)
{
    StoreKey key = {0};
    size_t size = 0;

    store_key_time(&key, minute);
    const StoreIter *iter = late_at(self, &key);
    *found = INT64_MAX;
    if (store_iter_valid(iter)) {
        const uint8_t *data = store_iter_key(iter, &size);
        if (size == STORE_LATE_KEY)
            *found = store_read_time(data);
    }
    return store_iter_check(iter, error);
}

bool
store_reader_raw(StoreReader *self,
                 const StorePart *part,
                 uint32_t stream,
                 int64_t minute,
                 int64_t end,
                 StoreRowFunc func,
                 gpointer user,
                 GError **error)
{
    StoreKey key = stream_key(part, stream, minute);
    StorePlace place;
    StoreIter *iter = self->wave;
    bool stands = iter != NULL && is_of(iter, &key, key.size, &place);

    /* After store_reader_next() the iterator stands there already. */
    if (!stands)
        iter = wave_at(self, &key);
    for (; is_of(iter, &key, STORE_PART_KEY + 4, &place) && place.minute < end;
         store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        if (!func(&place, value, size, user, error))
            return false;
    }
    self->passed = stream_key(part, stream, end);
    return store_iter_check(iter, error);
}

bool
store_reader_rows(StoreReader *self,
                  const StorePart *part,
                  uint32_t stream,
                  int64_t minute,
                  StoreRowFunc func,
                  gpointer user,
                  GError **error)
{
    return part->tier == STORE_TIER_ARCHIVE
               ? store_archive_rows(self, self->waves, part, stream, minute, func, user, error)
               : store_reader_raw(self, part, stream, minute, minute + 1, func, user, error);
}

bool
store_reader_late(StoreReader *self,
                  uint32_t stream,
                  int64_t minute,
                  uint64_t before,
                  StoreRowFunc func,
                  gpointer user,
                  GError **error)
{
    StoreKey key = {0};

    store_key_time(&key, minute);
    store_key_u32(&key, stream);
    StoreIter *iter = late_at(self, &key);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        uint64_t ordinal = 0;
        StorePlace place;
        const uint8_t *data = store_iter_key(iter, &key_size);
        if (!store_read_late(data, key_size, &place, &ordinal) || place.minute != minute
            || place.stream != stream)
            break;
        const uint8_t *value = store_iter_value(iter, &size);
        if (ordinal < before && !func(&place, value, size, user, error))
            return false;
    }
    return store_iter_check(iter, error);
}

/* ---- spans of what is stored ---- */

bool
store_wave_row(
    const StorePlace *place, const uint8_t *value, size_t size, StoreRow *row, GError **error)
{
    if (!store_row_read(value, size, row, error))
        return false;
    if (place->first <= UINT64_MAX - row->n)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "store: a row of waves begins at sample %" G_GUINT64_FORMAT
                ": restore the folder from a backup",
                place->first);
    return false;
}

typedef struct {
    const StoreIdentity *identity;
    GArray *spans;
} Noting;

static bool
note_span(const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    Noting *noting = user;
    StoreRow row;

    if (memcmp(place->hash, noting->identity->hash, sizeof place->hash) != 0)
        return true;
    if (!store_wave_row(place, value, size, &row, error))
        return false;
    store_span_add(noting->spans, (StoreSpan){place->first, place->first + row.n});
    return true;
}

bool
store_wave_spans(
    StoreWaves *waves, const StoreIdentity *identity, int64_t minute, GArray *spans, GError **error)
{
    g_autoptr(StoreReader) reader = store_reader_new(waves);
    const StorePart *part = store_parts_at(waves->parts, minute);
    Noting noting = {identity, spans};
    uint32_t stream = identity->stream->number;

    if (part != NULL && part->tier == STORE_TIER_ARCHIVE
        && !store_archive_spans(reader, part, identity, minute, spans, error))
        return false;
    return (part == NULL || part->tier == STORE_TIER_ARCHIVE
            || store_reader_rows(reader, part, stream, minute, note_span, &noting, error))
           && store_reader_late(reader, stream, minute, UINT64_MAX, note_span, &noting, error);
}

/* ---- pieces ---- */

void
store_piece_clear(gpointer p)
{
    StorePiece *piece = p;

    if (piece->value != NULL)
        g_bytes_unref(piece->value);
}

typedef struct {
    StoreWaves *waves;
    GArray *pieces;
    int rank;
} Gathering;

static bool
gather(const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    Gathering *gathering = user;
    StoreRow row;

    if (!store_wave_row(place, value, size, &row, error))
        return false;
    StorePiece piece = {
        .identity = store_identities_find(gathering->waves->identities, place->hash, error),
        .first = place->first,
        .n = row.n,
        .rank = gathering->rank,
    };
    if (piece.identity == NULL)
        return false;
    piece.value = g_bytes_new(value, size);
    g_array_append_val(gathering->pieces, piece);
    return true;
}

bool
store_reader_pieces(StoreReader *self,
                    const StorePart *part,
                    uint32_t stream,
                    int64_t minute,
                    uint64_t before,
                    GArray *pieces,
                    GError **error)
{
    Gathering gathering = {self->waves, pieces, 0};

    if (part != NULL && !store_reader_rows(self, part, stream, minute, gather, &gathering, error))
        return false;
    gathering.rank = 1;
    return store_reader_late(self, stream, minute, before, gather, &gathering, error);
}

/* A part of a piece that no earlier piece has. */
typedef struct {
    int64_t t_us;
    uint64_t first;
    size_t n;
    guint piece;
} Item;

static int
compare_pieces(gconstpointer pa, gconstpointer pb)
{
    const StorePiece *a = pa, *b = pb;
    int by = memcmp(a->identity->hash, b->identity->hash, sizeof a->identity->hash);

    if (by != 0)
        return by;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    return (a->first > b->first) - (a->first < b->first);
}

static int
compare_items(gconstpointer pa, gconstpointer pb)
{
    const Item *a = pa, *b = pb;

    if (a->t_us != b->t_us)
        return a->t_us < b->t_us ? -1 : 1;
    return (a->piece > b->piece) - (a->piece < b->piece);
}

static void
add_item(GArray *items, const StorePiece *piece, guint index, uint64_t first, uint64_t end)
{
    if (first >= end)
        return;
    Item item = {
        .t_us = store_segment_time_us(&piece->identity->segment, first),
        .first = first,
        .n = (size_t)(end - first),
        .piece = index,
    };
    g_array_append_val(items, item);
}

static void
add_new(GArray *items, GArray *have, const StorePiece *piece, guint index)
{
    uint64_t at = piece->first, end = piece->first + piece->n;

    for (guint i = 0; i < have->len; i++) {
        StoreSpan span = g_array_index(have, StoreSpan, i);
        if (span.end <= at)
            continue;
        add_item(items, piece, index, at, MIN(span.first, end));
        at = MAX(at, span.end);
    }
    add_item(items, piece, index, at, end);
    store_span_add(have, (StoreSpan){piece->first, end});
}

static bool
call(const StorePiece *piece, const Item *item, StorePieceFunc func, gpointer user, GError **error)
{
    StoreRow row;
    size_t size = 0, offset = (size_t)(item->first - piece->first);

    if (piece->value == NULL)
        return func(piece->identity, item->first, item->n, NULL, 0, piece->samples + offset, user,
                    error);
    const uint8_t *value = g_bytes_get_data(piece->value, &size);
    return store_row_read(value, size, &row, error)
           && func(piece->identity, item->first, item->n, &row, offset, NULL, user, error);
}

bool
store_pieces_each(GArray *pieces, StorePieceFunc func, gpointer user, GError **error)
{
    g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(Item));
    g_autoptr(GArray) have = g_array_new(FALSE, FALSE, sizeof(StoreSpan));

    g_array_sort(pieces, compare_pieces);
    for (guint i = 0; i < pieces->len; i++) {
        const StorePiece *piece = &g_array_index(pieces, StorePiece, i);
        if (i > 0 && piece->identity != g_array_index(pieces, StorePiece, i - 1).identity)
            g_array_set_size(have, 0);
        add_new(items, have, piece, i);
    }
    g_array_sort(items, compare_items);
    for (guint i = 0; i < items->len; i++) {
        const Item *item = &g_array_index(items, Item, i);
        if (!call(&g_array_index(pieces, StorePiece, item->piece), item, func, user, error))
            return false;
    }
    return true;
}
