/* Check of waves: places, blocks down to their samples, parts, and the pyramid.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "store/archive-row.h"
#include "store/check-internal.h"
#include "store/wave-trend.h"

static char *
of_error(GError *error)
{
    char *text = g_strdup(error->message);

    g_error_free(error);
    return text;
}

/* ---- what a place refers to ---- */

static char *
check_identity(StoreRowCheck *self, const StorePlace *place, const StoreCheckIdentity **found)
{
    const Vicu__StreamRow *stream = store_check_stream(self, place->stream);
    const StoreCheckIdentity *identity = *found = store_check_identity(self, place->hash);

    if (stream == NULL && self->all_streams)
        return g_strdup_printf("it is of stream %u, which is not in the table of streams",
                               place->stream);
    if (identity == NULL)
        return self->all_identities ? store_wrong("its segment is missing in segments") : NULL;
    if (stream != NULL
        && (strcmp(stream->bed, identity->bed) != 0 || stream->code != identity->code
            || stream->channel != identity->channel || !stream->wave))
        return g_strdup_printf("its segment is of bed %s, code %u, channel %u", identity->bed,
                               identity->code, identity->channel);
    if (identity->segment.t0_us != place->t0_us)
        return store_wrong("its segment begins at another time than its key says");
    return NULL;
}

/* Every sample of a row lies in the row's minute, or in the @minutes from it on. */
static char *
check_minute(const StoreCheckIdentity *identity,
             const StorePlace *place,
             uint32_t n,
             unsigned minutes)
{
    if (place->first > UINT64_MAX - n)
        return store_wrong("its samples have indices beyond all numbers");
    int64_t first_us = store_segment_time_us(&identity->segment, place->first);
    int64_t last_us = store_segment_time_us(&identity->segment, place->first + n - 1);
    if (store_minute_of(first_us) == place->minute
        && store_minute_of(last_us) == place->minute + minutes - 1)
        return NULL;
    g_autofree char *from = vicu_time_format(first_us);
    g_autofree char *to = vicu_time_format(last_us);
    return g_strdup_printf("its samples lie from %s to %s, not in its minute", from, to);
}

/* One that stands alone is decoded; of one that needs others the checksum of its bytes
 * is looked at, and that what it needs is a stream. */
static char *
check_archived(StoreRowCheck *self, const StorePlace *place, const StoreRowView *view)
{
    const StoreCheckIdentity *identity;
    StoreArchiveRow row;
    VicuArchiveHeader header;
    GError *error = NULL;

    if (!store_archive_row_read(view->value, view->size, &row, &error))
        return of_error(error);
    VicuArchiveFate fate = vicu_archive_peek(row.block, row.size, &header);
    if (fate != VICU_ARCHIVE_OK)
        return g_strdup_printf("its block %s", vicu_archive_fate_text(fate));
    if (header.n != row.n || header.n_refs != row.n_refs)
        return store_wrong("it counts other samples or references than its block");
    for (size_t i = 0; i < row.n_refs; i++)
        if (self->all_identities && store_check_identity(self, row.ref[i].hash) == NULL)
            return store_wrong("a segment that it was coded against is missing in segments");
    char *wrong = check_identity(self, place, &identity);
    if (wrong == NULL && row.n_refs == 0) {
        if (self->archive == NULL) {
            self->archive = vicu_archive_scratch_new();
            self->archive_samples = g_new(int16_t, STORE_ARCHIVE_MAX);
        }
        if (!store_archive_row_unpack(self->archive, &row, NULL, self->archive_samples, &error))
            wrong = of_error(error);
    }
    if (wrong == NULL && identity != NULL)
        wrong = check_minute(identity, place, row.n, row.minutes);
    return wrong;
}

static char *
check_block(StoreRowCheck *self, const StorePlace *place, const StoreRowView *view)
{
    const StoreCheckIdentity *identity;
    VicuBlockInfo info;
    StoreRow row;
    GError *error = NULL;

    if (!store_row_read(view->value, view->size, &row, &error)
        || store_row_unpack(self->coder, &row, 0, row.n, &error) == NULL
        || store_row_spans(self->coder, &row, &info, &error) == NULL)
        return of_error(error);
    char *wrong = check_identity(self, place, &identity);
    if (wrong == NULL && identity != NULL)
        wrong = check_minute(identity, place, row.n, 1);
    return wrong;
}

/* ---- sealed waves ---- */

static int
by_part(const StoreCheckPart *part, StoreTier tier, int64_t period)
{
    if (part->tier != tier)
        return part->tier < tier ? -1 : 1;
    return part->period < period ? -1 : part->period > period;
}

/* Keys of parts sort as the array does. */
static StoreCheckPart *
find_period(const StoreRowCheck *self, StoreTier tier, int64_t period)
{
    guint low = 0, high = self->parts->len;

    while (low < high) {
        guint middle = (low + high) / 2;
        StoreCheckPart *part = &g_array_index(self->parts, StoreCheckPart, middle);
        int order = by_part(part, tier, period);
        if (order == 0)
            return part;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

char *
store_check_wave(StoreRowCheck *self, const StoreRowView *row)
{
    StorePlace place;

    if (!store_read_place(row->key, row->key_size, &place))
        return store_wrong("its key is no place of a wave");
    StoreTier tier = (StoreTier)row->key[0];
    int64_t period = store_read_time(row->key + 1);
    if (tier != STORE_TIER_MINUTE && tier != STORE_TIER_HOUR && tier != STORE_TIER_DAY
        && tier != STORE_TIER_ARCHIVE)
        return g_strdup_printf("its key names the tier 0x%02x, expected a, d, h or m", row->key[0]);
    StoreCheckPart *part = find_period(self, tier, period);
    if (part != NULL && part->generation == store_read_u32(row->key + 9))
        part->seen++; /* a file of no part is what a crash leaves: it does not count */
    if (store_floor(place.minute, store_tier_minutes(tier)) != period)
        return store_wrong("its minute lies outside the period of its file");
    return tier == STORE_TIER_ARCHIVE && store_archive_is(row->value, row->size)
               ? check_archived(self, &place, row)
               : check_block(self, &place, row);
}

static const char *
tier_word(StoreTier tier)
{
    return tier == STORE_TIER_ARCHIVE ? "archived day"
           : tier == STORE_TIER_DAY   ? "day"
           : tier == STORE_TIER_HOUR  ? "hour"
                                      : "minute";
}

void
store_check_parts_end(StoreRowCheck *self, uint64_t erased, StoreCheckTell tell, gpointer user)
{
    for (guint i = 0; i < self->parts->len; i++) {
        const StoreCheckPart *part = &g_array_index(self->parts, StoreCheckPart, i);
        int64_t t_us = 0;
        if (part->seen == part->rows)
            continue;
        if (part->seen < part->rows && part->rows - part->seen <= erased) {
            erased -= part->rows - part->seen; /* they are there, and nobody's to read */
            continue;
        }
        if (__builtin_mul_overflow(part->period, store_tier_minutes(part->tier) * STORE_MINUTE_US,
                                   &t_us))
            t_us = INT64_MAX;
        g_autofree char *time = vicu_time_format(t_us);
        tell(g_strdup_printf("wave: the %s from %s holds %" G_GUINT64_FORMAT
                             " rows, its part says %" G_GUINT64_FORMAT,
                             tier_word(part->tier), time, part->seen, part->rows),
             user);
    }
}

char *
store_check_late(StoreRowCheck *self, const StoreRowView *row)
{
    StorePlace place;
    uint64_t ordinal;

    if (!store_read_late(row->key, row->key_size, &place, &ordinal))
        return store_wrong("its key is no place of a late wave");
    return check_block(self, &place, row);
}

/* ---- the pyramid ---- */

/* The row of waves that @place names, in the file that counts. */
static StoreFind
find_wave(StoreRowCheck *self, const StorePlace *place, StoreValue *value)
{
    static const StoreTier tiers[] = {STORE_TIER_DAY, STORE_TIER_HOUR, STORE_TIER_MINUTE};

    for (size_t i = 0; i < G_N_ELEMENTS(tiers); i++) {
        int64_t period = store_floor(place->minute, store_tier_minutes(tiers[i]));
        const StoreCheckPart *part = find_period(self, tiers[i], period);
        if (part == NULL)
            continue;
        StoreKey key = store_part_key(part->tier, period, part->generation);
        store_key_place(&key, place);
        return store_db_get(self->db, STORE_WAVE, &key, value, NULL);
    }
    return STORE_ABSENT;
}

/* Statistics have no checksum of their own: the block they are of has the same. */
static char *
compare_spans(StoreRowCheck *self, const StorePlace *place, const StoreTrendRow *row)
{
    g_auto(StoreValue) value = {0};
    VicuBlockInfo info;
    StoreRow wave;

    if (find_wave(self, place, &value) != STORE_FOUND
        || !store_row_read(value.data, value.size, &wave, NULL))
        return NULL; /* told where the waves are read */
    const VicuBlockStats *spans = store_row_spans(self->coder, &wave, &info, NULL);
    if (spans == NULL)
        return NULL;
    if (info.n != row->n || info.n_columns != row->n_spans)
        return store_wrong("it counts other samples than the block it is of");
    for (uint32_t i = 0; i < row->n_spans; i++) {
        VicuBlockStats span = store_wave_trend_span(row, i);
        if (span.min != spans[i].min || span.max != spans[i].max || span.sum != spans[i].sum
            || span.n_valid != spans[i].n_valid)
            return store_wrong("a span of it differs from the block it is of");
    }
    return NULL;
}

static char *
check_span(const StoreTrendRow *row, uint32_t i)
{
    VicuBlockStats span = store_wave_trend_span(row, i);
    uint32_t most = MIN(row->restart, row->n - i * row->restart);

    if (span.n_valid > most)
        return g_strdup_printf("a span of it counts %u samples, and can hold %u", span.n_valid,
                               most);
    if (span.n_valid > 0
        && (span.min > span.max || span.sum < (int64_t)span.min * span.n_valid
            || span.sum > (int64_t)span.max * span.n_valid))
        return store_wrong("least, greatest and sum of a span of it contradict each other");
    return NULL;
}

char *
store_check_wave_trend(StoreRowCheck *self, const StoreRowView *view)
{
    StoreTrendRow row;
    GError *error = NULL;
    size_t at = 0;

    if (view->key_size != 12)
        return store_wrong("its key is no hour of a stream");
    int64_t hour = store_read_time(view->key);
    if (hour < INT64_MIN / 120 || hour > INT64_MAX / 120)
        return store_wrong("its hour is beyond all times");
    uint32_t number = store_read_u32(view->key + 8);
    while (store_wave_trend_next(view->value, view->size, &at, &row, &error)) {
        const StoreCheckIdentity *identity;
        StorePlace place = {
            .stream = number, .minute = hour * STORE_HOUR_MINUTES + row.minute, .first = row.first};
        memcpy(place.hash, row.hash, sizeof place.hash);
        identity = store_check_identity(self, row.hash);
        place.t0_us = identity != NULL ? identity->segment.t0_us : 0;
        char *wrong = check_identity(self, &place, &identity);
        if (wrong == NULL && identity != NULL)
            wrong = check_minute(identity, &place, row.n, 1);
        for (uint32_t i = 0; wrong == NULL && i < row.n_spans; i++)
            wrong = check_span(&row, i);
        if (wrong == NULL && identity != NULL)
            wrong = compare_spans(self, &place, &row);
        if (wrong != NULL)
            return wrong;
    }
    return error != NULL ? of_error(error) : NULL;
}
