/* One minute of one stream on its way into a larger file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "store/rollup-internal.h"
#include "store/wave-trend.h"

static bool
next_file(StoreRoller *self, GError **error)
{
    return store_file_next(&self->file, self->waves->db, self->files,
                           self->archived ? "again" : "roll", self->file_bytes, error);
}

/* By the end of the whole period, so that a part is made again once for each class. */
static bool
is_over(const StoreRoller *self, const StoreIdentity *identity, int64_t keep_us)
{
    StoreClass class = identity->imported ? STORE_CLASS_IMPORTED : STORE_CLASS_WAVES;

    return (self->shed >> class & 1) != 0
           || self->part.end * STORE_MINUTE_US <= store_keep_before_us(self->now_us, keep_us);
}

static void
leave_out(StoreRoller *self, const StorePlace *place, const StoreIdentity *identity)
{
    StoreRollDrop drop = {
        place->stream, MIN(identity->stream->last_us, (place->minute + 1) * STORE_MINUTE_US - 1)};
    StoreRollDrop *last = self->dropped->len > 0
                              ? &g_array_index(self->dropped, StoreRollDrop, self->dropped->len - 1)
                              : NULL;

    if (last != NULL && last->stream == drop.stream)
        last->t_us = MAX(last->t_us, drop.t_us);
    else
        g_array_append_val(self->dropped, drop);
    self->trend_news = true;
}

/* @value as it is; its checksum is looked at on the way. */
static bool
put_value(
    StoreRoller *self, const StorePlace *place, const uint8_t *value, size_t size, GError **error)
{
    StoreRow row;
    VicuBlockInfo info;

    if (!store_wave_row(place, value, size, &row, error))
        return false;
    const VicuBlockStats *spans = store_row_spans(self->waves->coder, &row, &info, error);
    const StoreIdentity *identity =
        spans != NULL ? store_identities_find(self->waves->identities, place->hash, error) : NULL;
    if (identity == NULL)
        return false;
    int64_t hour = store_floor(place->minute, STORE_HOUR_MINUTES);
    if (hour != self->trend_hour || self->trend->len == 0) {
        store_roll_trend(self);
        store_wave_trend_begin(self->trend);
        self->trend_hour = hour;
    }
    int64_t keep_us = store_waves_keep_us(self->waves, identity);
    if (is_over(self, identity, keep_us)) {
        leave_out(self, place, identity);
        return true;
    }
    if (!next_file(self, error))
        return false;
    self->trend_rows++;
    store_wave_trend_add(self->trend, place, &info, spans);
    StoreKey key = store_part_key(self->part.tier, self->part.period, self->part.generation);
    store_key_place(&key, place);
    store_part_count(&self->part, size, identity->imported, keep_us);
    return store_file_put(self->file, &key, value, size, error);
}

void
store_roll_trend(StoreRoller *self)
{
    StoreKey key = store_wave_trend_key(self->trend_hour, self->stream);

    if (self->trend->len > 0 && self->trend_news && self->trend_rows > 0)
        store_db_put(self->waves->db, STORE_WAVE_TREND, &key, self->trend->data, self->trend->len);
    else if (self->trend->len > 0 && self->trend_news)
        store_db_delete(self->waves->db, STORE_WAVE_TREND, &key);
    g_byte_array_set_size(self->trend, 0);
    self->trend_news = false;
    self->trend_rows = 0;
}

typedef struct {
    StoreRoller *roller;
    size_t *rows;
} Copying;

static bool
copy_row(const StorePlace *place, const uint8_t *value, size_t size, gpointer user, GError **error)
{
    Copying *copying = user;

    (*copying->rows)++;
    return put_value(copying->roller, place, value, size, error);
}

/* ---- merging ---- */

static bool
collect(const StoreIdentity *identity,
        uint64_t first,
        size_t n,
        const StoreRow *row,
        size_t offset,
        const int16_t *samples,
        gpointer user,
        GError **error)
{
    StoreRoller *self = user;
    StoreRollRun run = {identity, first, n, self->samples->len};

    if (row != NULL)
        samples = store_row_unpack(self->waves->coder, row, offset, n, error);
    if (samples == NULL)
        return false;
    g_array_append_vals(self->samples, samples, (guint)n);
    g_array_append_val(self->runs, run);
    return true;
}

static int
compare_runs(gconstpointer pa, gconstpointer pb)
{
    const StoreRollRun *a = pa, *b = pb;

    if (a->identity->segment.t0_us != b->identity->segment.t0_us)
        return a->identity->segment.t0_us < b->identity->segment.t0_us ? -1 : 1;
    int by = memcmp(a->identity->hash, b->identity->hash, sizeof a->identity->hash);
    if (by != 0)
        return by;
    return (a->first > b->first) - (a->first < b->first);
}

/* Consecutive samples of one identity, cut as sealing cuts them. */
static bool
put_run(StoreRoller *self,
        int64_t minute,
        const StoreIdentity *identity,
        uint64_t first,
        const GArray *samples,
        size_t *rows,
        GError **error)
{
    size_t at = 0;

    while (at < samples->len) {
        size_t size = 0;
        size_t n = MIN(samples->len - at, (size_t)(STORE_ROW_MAX - first % STORE_ROW_MAX));
        StorePlace place = {
            .stream = self->stream,
            .minute = minute,
            .t0_us = identity->segment.t0_us,
            .first = first,
        };
        memcpy(place.hash, identity->hash, sizeof place.hash);
        const uint8_t *value = store_row_pack(self->waves->coder, &identity->segment,
                                              &g_array_index(samples, int16_t, at), n, &size);
        (*rows)++;
        if (!put_value(self, &place, value, size, error))
            return false;
        first += n;
        at += n;
    }
    return true;
}

static bool
put_merged(StoreRoller *self, int64_t minute, size_t *rows, GError **error)
{
    g_autoptr(GArray) joined = g_array_new(FALSE, FALSE, sizeof(int16_t));

    g_array_set_size(self->runs, 0);
    g_array_set_size(self->samples, 0);
    if (!store_pieces_each(self->pieces, collect, self, error))
        return false;
    g_array_sort(self->runs, compare_runs);
    for (guint i = 0; i < self->runs->len;) {
        const StoreRollRun *run = &g_array_index(self->runs, StoreRollRun, i);
        uint64_t first = run->first, next = run->first;
        const StoreIdentity *identity = run->identity;
        g_array_set_size(joined, 0);
        for (; i < self->runs->len; i++) {
            const StoreRollRun *more = &g_array_index(self->runs, StoreRollRun, i);
            if (more->identity != identity || more->first != next)
                break;
            g_array_append_vals(joined, &g_array_index(self->samples, int16_t, more->at),
                                (guint)more->n);
            next += more->n;
        }
        if (!put_run(self, minute, identity, first, joined, rows, error))
            return false;
    }
    return true;
}

static bool
has_late_piece(const StoreRoller *self)
{
    for (guint i = 0; i < self->pieces->len; i++)
        if (g_array_index(self->pieces, StorePiece, i).rank > 0)
            return true;
    return false;
}

bool
store_roll_minute(StoreRoller *self,
                  StoreReader *reader,
                  const StorePart *from,
                  int64_t minute,
                  bool has_late,
                  size_t *rows,
                  GError **error)
{
    Copying copying = {self, rows};

    if (has_late) {
        g_array_set_size(self->pieces, 0);
        if (!store_reader_pieces(reader, from, self->stream, minute, self->late_before,
                                 self->pieces, error))
            return false;
        if (has_late_piece(self)) {
            bool ok = put_merged(self, minute, rows, error);
            self->trend_news = true;
            g_array_set_size(self->pieces, 0);
            return ok;
        }
        g_array_set_size(self->pieces, 0);
    }
    if (from == NULL)
        return true;
    bool ok = store_reader_rows(reader, from, self->stream, minute, copy_row, &copying, error);
    if (from->tier == STORE_TIER_MINUTE)
        self->trend_news = true;
    return ok;
}
