/* SPDX-License-Identifier: Apache-2.0 */
#include "store/streams.h"

#include <string.h>

#include "common/error.h"

#define ROW_TAG   'i'
#define TIMES_TAG 't'
#define TIMES_LEN 24

struct StoreStreams {
    StoreDb *db;
    GPtrArray *all;    /* StoreStream *, by number; owned */
    GHashTable *index; /* StoreStream * as its own key */
    GHashTable *beds;  /* text, one for all its streams -> GPtrArray of StoreStream, by number */
};

static guint
stream_hash(gconstpointer p)
{
    const StoreStream *s = p;
    guint h = g_str_hash(s->bed);

    h = h * 33 + s->code;
    h = h * 33 + s->channel;
    h = h * 33 + (guint)s->source * 2 + s->wave;
    return s->code == 0 ? h * 33 + g_str_hash(s->label) : h;
}

static gboolean
stream_equal(gconstpointer pa, gconstpointer pb)
{
    const StoreStream *a = pa, *b = pb;

    return a->code == b->code && a->channel == b->channel && a->source == b->source
           && a->wave == b->wave && strcmp(a->bed, b->bed) == 0
           && (a->code != 0 || strcmp(a->label, b->label) == 0);
}

static void
stream_free(gpointer p)
{
    StoreStream *stream = p;

    if (stream == NULL)
        return;
    g_free(stream->label);
    g_free(stream->unit);
    g_free(stream);
}

static StoreKey
key_of(char tag, uint32_t number)
{
    StoreKey key = {0};

    store_key_u8(&key, (uint8_t)tag);
    store_key_u32(&key, number);
    return key;
}

/* Compared with each value that comes: one text is at hand sooner than many that are the same. */
static void
add_to_bed(StoreStreams *self, StoreStream *stream, const char *bed)
{
    gpointer known = NULL, list = NULL;

    if (!g_hash_table_lookup_extended(self->beds, bed, &known, &list)) {
        known = g_strdup(bed);
        list = g_ptr_array_new();
        g_hash_table_insert(self->beds, known, list);
    }
    stream->bed = known;
    g_ptr_array_add(list, stream);
}

static StoreStream *
add(StoreStreams *self, const StoreStreamSaid *said)
{
    StoreStream *stream = g_new0(StoreStream, 1);

    stream->number = self->all->len;
    add_to_bed(self, stream, said->bed);
    stream->code = said->code;
    stream->channel = said->channel;
    stream->source = said->source;
    stream->label = g_strdup(said->label);
    stream->unit = g_strdup(said->unit);
    stream->origin = said->origin;
    stream->period_num = said->period_num;
    stream->period_den = said->period_den;
    stream->wave = said->wave;
    stream->imported = said->origin == VICU__ORIGIN__ORIGIN_ARCHIVE;
    stream->first_us = INT64_MAX;
    stream->last_us = INT64_MIN;
    stream->dropped_us = INT64_MIN;
    g_ptr_array_add(self->all, stream);
    g_hash_table_add(self->index, stream);
    return stream;
}

static void
put_row(StoreStreams *self, const StoreStream *stream)
{
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;
    StoreKey key = key_of(ROW_TAG, stream->number);

    row.bed = stream->bed;
    row.code = stream->code;
    row.channel = stream->channel;
    row.label = stream->label;
    row.unit = stream->unit;
    row.period_num = stream->period_num;
    row.period_den = stream->period_den;
    row.origin = stream->origin;
    row.source = stream->source;
    row.wave = stream->wave;
    row.imported = stream->imported;
    g_autoptr(GBytes) packed = vicu_wire_pack(&row.base);
    store_db_put(self->db, STORE_STREAMS, &key, g_bytes_get_data(packed, NULL),
                 g_bytes_get_size(packed));
}

static bool
load_rows(StoreStreams *self, GError **error)
{
    StoreKey first = key_of(ROW_TAG, 0), end = {0};

    store_key_u8(&end, ROW_TAG + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_STREAMS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        Vicu__StreamRow *row = vicu_wire_unpack(&vicu__stream_row__descriptor, value, size, error);
        if (row == NULL || store_read_u32(key + 1) != self->all->len) {
            vicu_wire_free(row);
            if (error != NULL && *error == NULL)
                g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                            "table of streams: row %u is missing; restore the folder from a backup",
                            self->all->len);
            return false;
        }
        StoreStreamSaid said = {row->bed,        row->code, row->channel, row->source,
                                row->label,      row->unit, row->origin,  row->period_num,
                                row->period_den, row->wave};
        StoreStream *stream = add(self, &said);
        stream->imported = stream->imported || row->imported;
        vicu_wire_free(row);
    }
    return store_iter_check(iter, error);
}

static bool
load_times(StoreStreams *self, GError **error)
{
    StoreKey first = key_of(TIMES_TAG, 0), end = {0};

    store_key_u8(&end, TIMES_TAG + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_STREAMS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        uint32_t number = store_read_u32(key + 1);
        if (size != TIMES_LEN || number >= self->all->len)
            continue;
        StoreStream *stream = self->all->pdata[number];
        stream->first_us = store_read_time(value);
        stream->last_us = store_read_time(value + 8);
        stream->dropped_us = store_read_time(value + 16);
    }
    return store_iter_check(iter, error);
}

StoreStreams *
store_streams_load(StoreDb *db, GError **error)
{
    g_autoptr(StoreStreams) self = g_new0(StoreStreams, 1);

    self->db = db;
    self->all = g_ptr_array_new_with_free_func(stream_free);
    self->index = g_hash_table_new(stream_hash, stream_equal);
    self->beds =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    if (!load_rows(self, error) || !load_times(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
store_streams_free(StoreStreams *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->index);
    g_ptr_array_unref(self->all);
    g_hash_table_unref(self->beds);
    g_free(self);
}

static bool
update(StoreStream *stream, const StoreStreamSaid *said)
{
    bool changed = stream->origin != said->origin;

    stream->origin = said->origin;
    if (said->origin == VICU__ORIGIN__ORIGIN_ARCHIVE && !stream->imported)
        stream->imported = changed = true;
    if (said->period_num != 0
        && (stream->period_num != said->period_num || stream->period_den != said->period_den)) {
        stream->period_num = said->period_num;
        stream->period_den = said->period_den;
        changed = true;
    }
    if (said->unit[0] != '\0' && strcmp(stream->unit, said->unit) != 0) {
        g_free(stream->unit);
        stream->unit = g_strdup(said->unit);
        changed = true;
    }
    if (said->label[0] != '\0' && strcmp(stream->label, said->label) != 0) {
        g_free(stream->label);
        stream->label = g_strdup(said->label);
        changed = true;
    }
    return changed;
}

static StoreStream *
lookup(const StoreStreams *self, const StoreStreamSaid *said)
{
    StoreStream probe = {
        .bed = (char *)said->bed,
        .code = said->code,
        .channel = said->channel,
        .source = said->source,
        .label = (char *)said->label,
        .wave = said->wave,
    };

    return g_hash_table_lookup(self->index, &probe);
}

StoreStream *
store_streams_get(const StoreStreams *self, const StoreStreamSaid *said)
{
    return lookup(self, said);
}

bool
store_streams_knows(const StoreStreams *self, const StoreStreamSaid *said)
{
    return lookup(self, said) != NULL;
}

StoreStream *
store_streams_take(StoreStreams *self, const StoreStreamSaid *said)
{
    StoreStream *stream = lookup(self, said);
    bool changed = stream == NULL;

    if (stream == NULL)
        stream = add(self, said);
    else
        changed = update(stream, said);
    if (changed)
        put_row(self, stream);
    return stream;
}

const StoreStream *
store_streams_find(
    const StoreStreams *self, const char *bed, uint32_t code, uint32_t channel, bool wave)
{
    const GPtrArray *list = store_streams_of(self, bed);

    for (guint i = 0; list != NULL && i < list->len; i++) {
        const StoreStream *s = list->pdata[i];
        if (s->code == code && s->channel == channel && s->wave == wave)
            return s;
    }
    return NULL;
}

const GPtrArray *
store_streams_of(const StoreStreams *self, const char *bed)
{
    return g_hash_table_lookup(self->beds, bed);
}

bool
store_streams_has_bed(const StoreStreams *self, const char *bed)
{
    return g_hash_table_contains(self->beds, bed);
}

size_t
store_streams_count(const StoreStreams *self)
{
    return self->all->len;
}

StoreStream *
store_streams_at(StoreStreams *self, size_t number)
{
    g_assert(number < self->all->len);
    return self->all->pdata[number];
}

void
store_stream_dropped(StoreStream *stream, int64_t t_us)
{
    if (t_us > stream->dropped_us) {
        stream->dropped_us = t_us;
        stream->times_changed = true;
    }
}

static void
put_time(uint8_t *out, int64_t t_us)
{
    StoreKey key = {0};

    store_key_time(&key, t_us);
    memcpy(out, key.data, 8);
}

void
store_streams_save(StoreStreams *self)
{
    for (guint i = 0; i < self->all->len; i++) {
        StoreStream *stream = self->all->pdata[i];
        uint8_t times[TIMES_LEN];
        if (!stream->times_changed)
            continue;
        put_time(times, stream->first_us);
        put_time(times + 8, stream->last_us);
        put_time(times + 16, stream->dropped_us);
        StoreKey key = key_of(TIMES_TAG, stream->number);
        store_db_put(self->db, STORE_STREAMS, &key, times, sizeof times);
        stream->times_changed = false;
    }
}
