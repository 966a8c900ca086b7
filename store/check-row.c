/* Check of one row: what all families share, and where a row is, in words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "proto/signals.h"
#include "store/check-internal.h"
#include "store/identity.h"
#include "store/numeric.h"
#include "store/parts.h"
#include "store/trend/gather.h"
#include "store/trend/level.h"

static const StoreRowFunc rows[STORE_N_FAMILIES] = {
    [STORE_META] = store_check_meta,
    [STORE_HEAD] = store_check_head,
    [STORE_SEGMENTS] = store_check_segment,
    [STORE_STREAMS] = store_check_stream_row,
    [STORE_NUMERICS] = store_check_numeric,
    [STORE_TREND] = store_check_trend,
    [STORE_PYRAMID] = store_check_pyramid,
    [STORE_EVENTS] = store_check_event,
    [STORE_AUDIT] = store_check_audit,
    [STORE_AUDIT_INDEX] = store_check_audit_index,
    [STORE_WAVE] = store_check_wave,
    [STORE_LATE] = store_check_late,
    [STORE_WAVE_TREND] = store_check_wave_trend,
};

char *
store_row_check(StoreRowCheck *self, StoreFamily family, const StoreRowView *row)
{
    return rows[family](self, row);
}

void
store_row_check_end(
    StoreRowCheck *self, StoreFamily family, uint64_t erased, StoreCheckTell tell, gpointer user)
{
    if (family == STORE_WAVE)
        store_check_parts_end(self, erased, tell, user);
    else if (family == STORE_AUDIT)
        store_check_audit_end(self, tell, user);
}

/* ---- tables that rows refer to ---- */

static guint
identity_hash(gconstpointer p)
{
    guint h;

    memcpy(&h, ((const StoreCheckIdentity *)p)->hash, sizeof h);
    return h;
}

static gboolean
identity_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(((const StoreCheckIdentity *)a)->hash, ((const StoreCheckIdentity *)b)->hash,
                  STORE_SEGMENT_HASH_LEN)
           == 0;
}

static void
identity_free(gpointer p)
{
    StoreCheckIdentity *identity = p;

    g_free(identity->bed);
    g_free(identity);
}

static void
load_streams(StoreRowCheck *self)
{
    StoreKey first = {0}, end = {0};

    store_key_u8(&first, 'i');
    store_key_u8(&end, 'i' + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_STREAMS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        void *row = vicu_wire_unpack(&vicu__stream_row__descriptor, value, size, NULL);
        if (key_size != 5 || row == NULL || store_read_u32(key + 1) != self->streams->len) {
            vicu_wire_free(row);
            return;
        }
        g_ptr_array_add(self->streams, row);
    }
    self->all_streams = store_iter_check(iter, NULL);
}

static bool
add_identity(StoreRowCheck *self, const uint8_t *hash, const uint8_t *value, size_t size)
{
    StoreSegment segment;
    Vicu__Segment *said = vicu_wire_unpack(&vicu__segment__descriptor, value, size, NULL);
    bool ok = said != NULL && store_segment_read(&segment, said);

    if (ok) {
        StoreCheckIdentity *own = g_new0(StoreCheckIdentity, 1);
        memcpy(own->hash, hash, sizeof own->hash);
        own->segment = segment;
        own->bed = g_strdup(said->bed);
        own->code = said->code;
        own->channel = said->channel;
        g_hash_table_add(self->identities, own);
    }
    vicu_wire_free(said);
    return ok;
}

static void
load_identities(StoreRowCheck *self)
{
    StoreKey first = {0}, end = {0};
    bool all = true;

    store_key_u8(&first, STORE_SEGMENTS_IDENTITY);
    store_key_u8(&end, STORE_SEGMENTS_IDENTITY + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_SEGMENTS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (key_size != 1 + STORE_SEGMENT_HASH_LEN || !add_identity(self, key + 1, value, size))
            all = false; /* told where its row is checked */
    }
    self->all_identities = store_iter_check(iter, NULL) && all;
}

static void
load_parts(StoreRowCheck *self)
{
    StoreKey first = {0}, end = {0};

    store_key_u8(&first, STORE_META_PART);
    store_key_u8(&end, STORE_META_PART + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_META, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (key_size != STORE_PART_ROW_KEY || size != STORE_PART_ROW)
            continue;
        StoreCheckPart part = {(StoreTier)key[1], store_read_time(key + 2), store_read_u32(value),
                               store_read_u64(value + 4), 0};
        g_array_append_val(self->parts, part);
    }
}

StoreRowCheck *
store_row_check_new(StoreDb *db)
{
    StoreRowCheck *self = g_new0(StoreRowCheck, 1);

    self->db = db;
    self->coder = store_coder_new();
    self->streams = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->identities = g_hash_table_new_full(identity_hash, identity_equal, NULL, identity_free);
    self->parts = g_array_new(FALSE, FALSE, sizeof(StoreCheckPart));
    self->values = g_array_new(FALSE, FALSE, sizeof(StoreTrendValue));
    load_streams(self);
    load_identities(self);
    load_parts(self);
    return self;
}

void
store_row_check_free(StoreRowCheck *self)
{
    if (self == NULL)
        return;
    store_coder_free(self->coder);
    g_ptr_array_unref(self->streams);
    g_hash_table_unref(self->identities);
    g_array_unref(self->parts);
    g_array_unref(self->values);
    vicu_archive_scratch_free(self->archive);
    g_free(self->archive_samples);
    g_free(self);
}

const Vicu__StreamRow *
store_check_stream(const StoreRowCheck *self, uint32_t number)
{
    return number < self->streams->len ? self->streams->pdata[number] : NULL;
}

const StoreCheckIdentity *
store_check_identity(const StoreRowCheck *self, const uint8_t *hash)
{
    StoreCheckIdentity probe = {0};

    memcpy(probe.hash, hash, sizeof probe.hash);
    return g_hash_table_lookup(self->identities, &probe);
}

/* ---- words ---- */

char *
store_check_words(const char *bed, uint32_t code, const char *label, uint32_t channel)
{
    const VicuSignal *signal = vicu_signal_by_code(code);
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "bed %s, ", bed);
    if (signal != NULL)
        g_string_append(text, signal->name);
    else if (code != 0)
        g_string_append_printf(text, "code %u", code);
    else
        g_string_append_printf(text, "\"%s\"", label);
    if (channel != 0)
        g_string_append_printf(text, ", channel %u", channel);
    return g_string_free(text, FALSE);
}

size_t
store_check_bed(const uint8_t *key, size_t size)
{
    const uint8_t *zero = memchr(key, 0, MIN(size, STORE_BED_MAX + 1));

    return zero != NULL && store_bed_fits((const char *)key) ? (size_t)(zero - key) + 1 : 0;
}

/* "WHAT, from TIME"; a time in units of @unit_us. Takes @what. */
static char *
with_time(char *what, const char *word, int64_t t, int64_t unit_us)
{
    g_autofree char *own = what;
    int64_t t_us = 0;

    if (__builtin_mul_overflow(t, unit_us, &t_us))
        return g_strdup_printf("%s, %s beyond all times", own, word);
    g_autofree char *time = vicu_time_format(t_us);
    return g_strdup_printf("%s, %s %s", own, word, time);
}

static char *
stream_words(const StoreRowCheck *self, uint32_t number)
{
    const Vicu__StreamRow *row = store_check_stream(self, number);

    return row != NULL ? store_check_words(row->bed, row->code, row->label, row->channel)
                       : g_strdup_printf("stream %u", number);
}

/* Keys that begin with a bed and, at @unit_us, a time. */
static char *
bed_place(const uint8_t *key, size_t size, bool with_code, int64_t unit_us)
{
    size_t bed = store_check_bed(key, size);

    if (bed == 0 || size < bed + 8 + (with_code ? 8u : 0u))
        return NULL;
    char *what = with_code ? store_check_words((const char *)key, store_read_u32(key + bed + 8), "",
                                               store_read_u32(key + bed + 12))
                           : g_strdup_printf("bed %s", (const char *)key);
    return with_time(what, "from", store_read_time(key + bed), unit_us);
}

static char *
pyramid_place(const uint8_t *key, size_t size)
{
    size_t bed = size > 5 ? store_check_bed(key + 5, size - 5) : 0;

    if (bed == 0 || size < 5 + bed + 12 || key[0] < 1 || key[0] > STORE_LEVELS)
        return NULL;
    return with_time(store_check_words((const char *)key + 5, store_read_u32(key + 1), "",
                                       store_read_u32(key + 5 + bed + 8)),
                     "from", store_read_time(key + 5 + bed), store_level_span_us(key[0]));
}

static char *
event_place(const uint8_t *key, size_t size)
{
    if (size > 9 && key[0] == 'e') {
        bool bed = store_check_bed(key + 9, size - 9) != 0;
        return with_time(
            g_strdup_printf("%s%s", bed ? "bed " : "no bed", bed ? (const char *)key + 9 : ""),
            "at", store_read_time(key + 1), 1);
    }
    return size > 1 && key[0] != 'b' ? bed_place(key + 1, size - 1, false, 1) : NULL;
}

static char *
table_place(const StoreRowCheck *self, StoreFamily family, const uint8_t *key, size_t size)
{
    if (family == STORE_STREAMS && size == 5)
        return stream_words(self, store_read_u32(key + 1));
    if (family == STORE_SEGMENTS && size == 1 + STORE_SEGMENT_HASH_LEN
        && key[0] == STORE_SEGMENTS_IDENTITY) {
        const StoreCheckIdentity *known = store_check_identity(self, key + 1);
        return known != NULL ? store_check_words(known->bed, known->code, "", known->channel)
                             : NULL;
    }
    if (family == STORE_HEAD && size == 8)
        return g_strdup_printf("batch %" G_GUINT64_FORMAT, store_read_u64(key));
    if (family == STORE_AUDIT && size == 8)
        return g_strdup_printf("record %" G_GUINT64_FORMAT, store_read_u64(key));
    return NULL;
}

char *
store_row_place(StoreRowCheck *self, StoreFamily family, const uint8_t *key, size_t size)
{
    StorePlace place;
    uint64_t ordinal;

    if (family == STORE_WAVE || family == STORE_LATE) {
        bool whole = family == STORE_WAVE ? store_read_place(key, size, &place)
                                          : store_read_late(key, size, &place, &ordinal);
        return whole ? with_time(stream_words(self, place.stream), "minute", place.minute,
                                 STORE_MINUTE_US)
                     : NULL;
    }
    if (family == STORE_WAVE_TREND)
        return size == 12 ? with_time(stream_words(self, store_read_u32(key + 8)), "hour",
                                      store_read_time(key), INT64_C(60) * STORE_MINUTE_US)
                          : NULL;
    if (family == STORE_NUMERICS)
        return bed_place(key, size, false, STORE_NUMERIC_BLOCK_US);
    if (family == STORE_TREND)
        return bed_place(key, size, true, STORE_TREND_BLOCK_US);
    if (family == STORE_PYRAMID)
        return pyramid_place(key, size);
    if (family == STORE_EVENTS)
        return event_place(key, size);
    return table_place(self, family, key, size);
}
