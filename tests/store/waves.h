/* Waves for tests: streams of awkward periods whose every sample is a function of its
 * index, what of them was sent, what the store answers, and what lies in its files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/query-blocks.h"
#include "store/archive-row.h"
#include "store/query.h"
#include "store/scan.h"
#include "store/wave-read.h"
#include "tests/store/make.h"

#define STREAMS 4

typedef struct {
    const char *bed;
    uint32_t code;
    uint32_t num, den;
} WaveSpec;

static const WaveSpec wave_spec[STREAMS] = {
    {"demo/icu/1", ECG_II, 1, 50},
    {"demo/icu/1", ECG_V, 2, 25},
    {"demo/icu/2", ECG_II, 3, 7}, /* no whole microseconds, no whole samples a minute */
    {"demo/icu/2", ECG_V, 7, 1},  /* longer than some batches */
};

static inline int16_t
wave_sample(int stream, uint64_t i)
{
    if (i % 331 < 9)
        return STORE_SAMPLE_INVALID;
    return (int16_t)(900 * ((int)((i * 2654435761u >> 7) % 5) - 2) + (int)(i % 600) + stream);
}

static inline StoreSegment
wave_segment(int stream, int64_t t0_us)
{
    return (StoreSegment){
        .t0_us = t0_us, .num = wave_spec[stream].num, .den = wave_spec[stream].den, .gain = 200};
}

/* Samples of @stream from index @first to @end, in pieces no message refuses. */
static inline void
wave_add(Make *make, int stream, uint64_t first, uint64_t end)
{
    while (first < end) {
        int16_t samples[1000];
        size_t n = (size_t)MIN(end - first, G_N_ELEMENTS(samples));
        for (size_t i = 0; i < n; i++)
            samples[i] = wave_sample(stream, first + i);
        make_wave(make, (uint32_t)stream, first, samples, n);
        first += n;
    }
}

static inline void
wave_announce(Make *make, int64_t t0_us)
{
    for (int s = 0; s < STREAMS; s++)
        make_segment(make, (uint32_t)s, wave_spec[s].bed, wave_spec[s].code, t0_us,
                     wave_spec[s].num, wave_spec[s].den);
}

/* ---- answers ---- */

/* Runs of an answer; "" or why there is none. Caller frees both. */
static inline Vicu__QueryRows *
wave_ask_of(Ward *ward,
            const char *bed,
            uint32_t code,
            int64_t from_us,
            int64_t to_us,
            bool blocks,
            char **why)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySamples what = VICU__QUERY_SAMPLES__INIT;
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(VicuQueryBlocks) decoder = vicu_query_blocks_new(0);
    g_autoptr(GError) error = NULL;

    what.bed = (char *)bed;
    what.code = code;
    what.from_us = from_us;
    what.to_us = to_us;
    what.blocks = blocks;
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &what;
    ward_commit(ward);
    g_autoptr(GBytes) packed = vicu_wire_pack(&ask.base);
    g_autoptr(StoreQuery) query = store_query_new(
        ward->head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        why);
    g_assert_nonnull(query);
    for (StoreQueryStep step = STORE_QUERY_WORKED; step != STORE_QUERY_LAST;) {
        step = store_query_step(query, out);
        if (step == STORE_QUERY_WORKED)
            continue;
        g_byte_array_append(all, out->data, out->len);
        g_byte_array_set_size(out, 0);
    }
    Vicu__QueryRows *rows =
        vicu_wire_unpack(&vicu__query_rows__descriptor, all->data, all->len, NULL);
    g_assert_nonnull(rows);
    if (!vicu_query_blocks_unpack(decoder, rows, from_us, to_us, &error))
        *why = g_strdup(error->message);
    else
        *why = g_strdup(rows->error);
    return rows;
}

static inline Vicu__QueryRows *
wave_ask(Ward *ward, int stream, int64_t from_us, int64_t to_us, bool blocks, char **why)
{
    return wave_ask_of(ward, wave_spec[stream].bed, wave_spec[stream].code, from_us, to_us, blocks,
                       why);
}

/* Every sample of @stream with @sent[index] != 0 and a time in the range comes once, as
 * it was sent, and no other; runs ascend in time. */
static inline void
wave_check(Ward *ward,
           int stream,
           int64_t t0_us,
           const uint8_t *sent,
           uint64_t n_sent,
           int64_t from_us,
           int64_t to_us,
           bool blocks)
{
    StoreSegment segment = wave_segment(stream, t0_us);
    g_autofree uint8_t *got = g_malloc0(n_sent + 1);
    g_autofree char *why = NULL;
    Vicu__QueryRows *rows = wave_ask(ward, stream, from_us, to_us, blocks, &why);
    uint64_t next = 0;

    g_assert_cmpstr(why, ==, "");
    for (size_t r = 0; r < rows->n_run; r++) {
        const Vicu__SampleRun *run = rows->run[r];
        g_assert_cmpstr(run->segment->bed, ==, wave_spec[stream].bed);
        g_assert_cmpuint(run->first, >=, next);
        next = run->first + run->samples.len / 2;
        g_assert_cmpuint(next, <=, n_sent);
        for (uint64_t i = run->first; i < next; i++) {
            g_assert_cmpint(store_sample(run->samples.data, (size_t)(i - run->first)), ==,
                            wave_sample(stream, i));
            got[i] = 1;
        }
    }
    for (uint64_t i = 0; i < n_sent; i++) {
        int64_t t_us = store_segment_time_us(&segment, i);
        if (got[i] != (sent[i] && t_us >= from_us && t_us < to_us))
            g_error("stream %d, sample %" G_GUINT64_FORMAT ": %d", stream, i, got[i]);
    }
    vicu_wire_free(rows);
}

/* ---- what lies in the files ---- */

/* Every part whose time is over is a day of the archive. */
static inline bool
wave_is_archived(Ward *ward)
{
    const GArray *all = store_parts_all(store_head_waves(ward->head)->parts);

    for (guint i = 0; i < all->len; i++) {
        const StorePart *part = &g_array_index(all, StorePart, i);
        if (part->tier != STORE_TIER_ARCHIVE && part->end < ward->now.utc_us / STORE_MINUTE_US)
            return false;
    }
    return true;
}

/* Rows that the archive codec wrote. */
static inline size_t
wave_count_archived(Ward *ward)
{
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_WAVE, NULL, NULL);
    size_t n = 0;

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        n += store_archive_is(value, size);
    }
    return n;
}

/* Places and values of all rows of waves, without the part they stand in. */
static inline GBytes *
wave_dump(Ward *ward, size_t *n_late)
{
    GByteArray *all = g_byte_array_new();
    g_autoptr(StoreIter) late = store_iter_new(ward->db, STORE_LATE, NULL, NULL);
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_WAVE, NULL, NULL);

    for (*n_late = 0; store_iter_valid(late); store_iter_next(late))
        (*n_late)++;
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        g_assert_cmpuint(key_size, ==, STORE_WAVE_KEY);
        g_byte_array_append(all, key + STORE_PART_KEY, STORE_PLACE_KEY);
        g_byte_array_append(all, value, (guint)size);
    }
    return g_byte_array_free_to_bytes(all);
}
