/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rollup.h"

#include <string.h>

#include "store/archive-read.h"
#include "store/rollup-internal.h"
#include "store/wave-trend.h"

#define LOOK_US    G_USEC_PER_SEC
#define SLICE_ROWS 200 /* some 2 ms of reading and writing */

void
store_roll_settings_init(StoreRollSettings *settings)
{
    *settings = (StoreRollSettings){
        .hour_quiet_us = 300 * G_USEC_PER_SEC,
        .day_quiet_us = INT64_C(3600) * G_USEC_PER_SEC,
        .file_bytes = UINT64_C(1) << 30,
    };
}

StoreRoller *
store_roller_new(StoreWaves *waves, bool archived)
{
    StoreRoller *self = g_new0(StoreRoller, 1);

    self->waves = waves;
    self->archived = archived;
    self->inputs = g_array_new(FALSE, FALSE, sizeof(StorePart));
    self->files = g_ptr_array_new_with_free_func((GDestroyNotify)store_file_free);
    self->trend = g_byte_array_new();
    self->dropped = g_array_new(FALSE, FALSE, sizeof(StoreRollDrop));
    self->pieces = g_array_new(FALSE, FALSE, sizeof(StorePiece));
    g_array_set_clear_func(self->pieces, store_piece_clear);
    self->runs = g_array_new(FALSE, FALSE, sizeof(StoreRollRun));
    self->samples = g_array_new(FALSE, FALSE, sizeof(int16_t));
    self->looked_us = INT64_MIN;
    return self;
}

static void
give_up(StoreRoller *self)
{
    g_clear_pointer(&self->file, store_file_free);
    g_ptr_array_set_size(self->files, 0);
    g_array_set_size(self->inputs, 0);
    g_array_set_size(self->dropped, 0);
    g_byte_array_set_size(self->trend, 0);
    self->trend_news = false;
    self->trend_rows = 0;
    self->part = (StorePart){0};
}

void
store_roller_free(StoreRoller *self)
{
    if (self == NULL)
        return;
    give_up(self);
    g_array_unref(self->inputs);
    g_ptr_array_unref(self->files);
    g_byte_array_unref(self->trend);
    g_array_unref(self->dropped);
    g_array_unref(self->pieces);
    g_array_unref(self->runs);
    g_array_unref(self->samples);
    g_free(self);
}

bool
store_roller_is_busy(const StoreRoller *self)
{
    return self->part.end != self->part.begin;
}

uint64_t
store_roller_count(const StoreRoller *self)
{
    return self->count;
}

/* ---- what there is to do ---- */

/* Parts from index @i on that lie in the period of @tier which holds the first of them. */
typedef struct {
    int64_t period;
    int64_t begin, end; /* minutes */
    guint n;
    guint n_smaller; /* of a smaller tier */
    bool archived;   /* a day of the archive */
    int64_t newest_us;
} Group;

static Group
group_at(const GArray *all, guint i, StoreTier tier)
{
    int64_t minutes = store_tier_minutes(tier);
    Group group = {.newest_us = INT64_MIN};

    group.period = store_floor(g_array_index(all, StorePart, i).begin, minutes);
    group.begin = group.period * minutes;
    group.end = group.begin + minutes;
    for (; i < all->len; i++) {
        const StorePart *part = &g_array_index(all, StorePart, i);
        if (part->begin >= group.end)
            break;
        group.n++;
        group.n_smaller += store_tier_minutes(part->tier) < minutes;
        group.archived = group.archived || part->tier == STORE_TIER_ARCHIVE;
        group.newest_us = MAX(group.newest_us, part->made_us);
    }
    return group;
}

static bool
late_is_due(const StoreRoller *self, const Group *group, int64_t quiet_us, int64_t mono_us)
{
    const int64_t *touched = g_hash_table_lookup(self->waves->late_days, &group->period);
    return touched != NULL && mono_us - *touched >= quiet_us;
}

static bool
is_due(const StoreRoller *self,
       const Group *group,
       StoreTier tier,
       const StoreRollSettings *settings,
       int64_t utc_us,
       int64_t mono_us)
{
    bool day = tier == STORE_TIER_DAY;
    int64_t quiet_us = day ? settings->day_quiet_us : settings->hour_quiet_us;

    if (group->archived != self->archived)
        return false;
    if (group->end * STORE_MINUTE_US + quiet_us > utc_us
        || store_fresh_waits(self->waves->fresh, group->begin, group->end)
        || mono_us - group->newest_us < quiet_us)
        return false;
    return group->n_smaller > 0 || (day && late_is_due(self, group, quiet_us, mono_us));
}

/* It holds rows that are over, beside others: else retention drops it as it is. Of
 * which policy its figures are may be unknown; making it again finds out. */
static bool
is_to_thin(const StoreRoller *self, const StorePart *part, int64_t utc_us)
{
    const StorePolicy *policy = self->waves->policy;
    int64_t end_us = part->end * STORE_MINUTE_US;
    int64_t least_us = part->least_us;

    if (part->tier == STORE_TIER_MINUTE || (part->tier == STORE_TIER_ARCHIVE) != self->archived)
        return false;
    if (part->policy != store_policy_waves_id(policy)) {
        least_us = MIN(store_policy_shortest_us(policy, STORE_CLASS_WAVES),
                       store_policy_shortest_us(policy, STORE_CLASS_IMPORTED));
        if (least_us
            == MAX(store_policy_longest_us(policy, STORE_CLASS_WAVES),
                   store_policy_longest_us(policy, STORE_CLASS_IMPORTED)))
            return part->shed != 0;
    } else if (part->least_us == part->most_us) {
        return part->shed != 0;
    }
    return part->shed != 0 || end_us <= store_keep_before_us(utc_us, least_us);
}

static void
begin(StoreRoller *self,
      const Group *group,
      StoreTier tier,
      guint first,
      uint64_t file_bytes,
      int64_t utc_us)
{
    StoreWaves *w = self->waves;
    const GArray *all = store_parts_all(w->parts);

    self->part = (StorePart){
        .tier = tier,
        .period = group->period,
        .generation = store_parts_next_generation(w->parts, tier, group->period),
        .begin = group->begin,
        .end = group->end,
        .policy = store_policy_waves_id(w->policy),
    };
    self->now_us = utc_us;
    self->shed = group->n == 1 ? g_array_index(all, StorePart, first).shed : 0;
    g_array_append_vals(self->inputs, &g_array_index(all, StorePart, first), group->n);
    self->late_before = w->late_durable;
    self->file_bytes = file_bytes;
    self->stream = 0;
    self->minute = group->begin;
}

/* The oldest period first; days before hours. */
static void
look(StoreRoller *self, const StoreRollSettings *settings, int64_t utc_us, int64_t mono_us)
{
    static const StoreTier tiers[] = {STORE_TIER_DAY, STORE_TIER_HOUR};
    const GArray *all = store_parts_all(self->waves->parts);

    for (size_t t = 0; t < G_N_ELEMENTS(tiers); t++)
        for (guint i = 0; i < all->len;) {
            const StorePart *part = &g_array_index(all, StorePart, i);
            if (store_tier_minutes(part->tier) > store_tier_minutes(tiers[t])) {
                i++;
                continue;
            }
            Group group = group_at(all, i, tiers[t]);
            if (is_due(self, &group, tiers[t], settings, utc_us, mono_us)) {
                begin(self, &group, tiers[t], i, settings->file_bytes, utc_us);
                return;
            }
            i += group.n;
        }
    for (guint i = 0; i < all->len; i++) {
        const StorePart *part = &g_array_index(all, StorePart, i);
        if (is_to_thin(self, part, utc_us)) {
            /* A day of the archive becomes a day again, and is archived in its turn. */
            StoreTier tier = self->archived ? STORE_TIER_DAY : part->tier;
            Group group = group_at(all, i, tier);
            begin(self, &group, tier, i, settings->file_bytes, utc_us);
            return;
        }
    }
}

/* ---- one slice ---- */

static const StorePart *
input_at(const StoreRoller *self, int64_t minute)
{
    for (guint i = 0; i < self->inputs->len; i++) {
        const StorePart *part = &g_array_index(self->inputs, StorePart, i);
        if (part->end > minute)
            return part;
    }
    return NULL;
}

/* The next minute of the stream at hand; its input, NULL: late rows alone. */
static bool
next_minute(StoreRoller *self,
            StoreReader *reader,
            int64_t *late,
            const StorePart **from,
            int64_t *minute,
            GError **error)
{
    const StorePart *part = input_at(self, self->minute);
    int64_t row = self->part.end;

    if (*late < self->minute && !store_reader_next_late(reader, self->minute, late, error))
        return false;
    if (part != NULL && !store_reader_next(reader, part, self->stream, self->minute, &row, error))
        return false;
    *minute = MIN(row, *late);
    part = input_at(self, *minute); /* nothing in that part: the next one's turn */
    *from = part != NULL && part->begin <= *minute && *minute < part->end ? part : NULL;
    return true;
}

static bool
work(StoreRoller *self, GError **error)
{
    g_autoptr(StoreReader) reader = store_reader_new(self->waves);
    const StoreArchive *archive = self->waves->archive;
    uint64_t decoded = store_archive_decoded(archive);
    int64_t late = INT64_MIN;
    size_t rows = 0;

    while (rows < SLICE_ROWS && store_archive_decoded(archive) == decoded
           && self->stream < store_streams_count(self->waves->streams)) {
        const StorePart *from = NULL;
        int64_t minute = self->part.end;
        rows++;
        bool wave = store_streams_at(self->waves->streams, self->stream)->wave;
        if (wave && !next_minute(self, reader, &late, &from, &minute, error))
            return false;
        if (minute >= self->part.end) {
            store_roll_trend(self);
            self->stream++;
            self->minute = self->part.begin;
            late = INT64_MIN;
            continue;
        }
        if (!store_roll_minute(self, reader, from, minute, late == minute, &rows, error))
            return false;
        self->minute = minute + 1;
    }
    return true;
}

/* ---- the end ---- */

static bool
inputs_stand(const StoreRoller *self)
{
    const GArray *all = store_parts_all(self->waves->parts);
    guint n = 0;

    for (guint i = 0; i < all->len; i++) {
        const StorePart *part = &g_array_index(all, StorePart, i);
        if (part->begin < self->part.begin || part->begin >= self->part.end)
            continue;
        if (n >= self->inputs->len
            || part->serial != g_array_index(self->inputs, StorePart, n).serial
            || part->begin != g_array_index(self->inputs, StorePart, n).begin)
            return false;
        n++;
    }
    return n == self->inputs->len;
}

/* Late rows that are in the new file now. *@left: others have come meanwhile. */
static bool
delete_late(StoreRoller *self, bool *left, GError **error)
{
    StoreKey first = {0}, end = {0};

    store_key_time(&first, self->part.begin);
    store_key_time(&end, self->part.end);
    g_autoptr(StoreIter) iter = store_iter_new(self->waves->db, STORE_LATE, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        StorePlace place;
        uint64_t ordinal = 0;
        StoreKey key = {0};
        const uint8_t *data = store_iter_key(iter, &size);
        if (!store_read_late(data, size, &place, &ordinal))
            continue;
        store_key_bytes(&key, data, size);
        if (ordinal < self->late_before)
            store_db_delete(self->waves->db, STORE_LATE, &key);
        else
            *left = true;
    }
    return store_iter_check(iter, error);
}

static bool
finish(StoreRoller *self, int64_t mono_us, bool *put, GError **error)
{
    StoreWaves *w = self->waves;
    bool left = w->late_next != w->late_durable;

    /* A minute that is being sealed comes first: it is an input, or late beside the part. */
    if (store_fresh_is_out(w->fresh, self->part.begin, self->part.end))
        return true;
    if (!inputs_stand(self)) {
        give_up(self);
        return true;
    }
    if (self->file != NULL) {
        if (!store_file_finish(self->file, error))
            return false;
        g_ptr_array_add(self->files, g_steal_pointer(&self->file));
    }
    if (self->files->len > 0 && !store_db_ingest(w->db, self->files, error))
        return false;
    store_fault(w, STORE_FAULT_ROLL_INGESTED);
    if (!delete_late(self, &left, error))
        return false;
    for (guint i = 0; i < self->dropped->len; i++) {
        const StoreRollDrop *drop = &g_array_index(self->dropped, StoreRollDrop, i);
        store_stream_dropped(store_streams_at(w->streams, drop->stream), drop->t_us);
    }
    if (self->dropped->len > 0)
        store_streams_save(w->streams);
    self->part.made_us = mono_us;
    store_parts_put(w->parts, &self->part);
    if (self->part.tier == STORE_TIER_DAY && !left)
        g_hash_table_remove(w->late_days, &self->part.period);
    store_fault(w, STORE_FAULT_ROLL_PUT);
    self->count++;
    *put = true;
    give_up(self);
    return true;
}

bool
store_roller_step(StoreRoller *self,
                  const StoreRollSettings *settings,
                  int64_t utc_us,
                  int64_t mono_us,
                  bool *put,
                  GError **error)
{
    size_t before = store_db_pending(self->waves->db);

    *put = false;
    if (!store_roller_is_busy(self)) {
        if (self->looked_us != INT64_MIN && mono_us - self->looked_us < LOOK_US)
            return true;
        self->looked_us = mono_us;
        look(self, settings, utc_us, mono_us);
        return true;
    }
    if (!work(self, error))
        return false;
    if (self->stream < store_streams_count(self->waves->streams)) {
        store_fault(self->waves, STORE_FAULT_ROLL_BEGUN);
        *put = store_db_pending(self->waves->db) != before;
        return true;
    }
    return finish(self, mono_us, put, error);
}
