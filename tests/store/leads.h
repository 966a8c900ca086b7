/* A bed with the twelve leads of an ECG, whose limb leads follow from I and II, and a
 * pleth at half the rate: sent, archived, read back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/archive-read.h"
#include "tests/common/archive-fixture.h"
#include "tests/store/waves.h"

#define LEADS     13
#define LEAD_N    (500 * 250) /* three windows: T0_US lies 200 s into five minutes */
#define LEAD_BED  "demo/icu/1"
#define LEAD_RATE 250
#define FRAMES    500 /* of a second */

static const uint32_t lead_code[LEADS] = {131329, 131330, 131389, 131390, 131391, 131392, 131331,
                                          131332, 131333, 131334, 131335, 131336, 150452};

static int16_t lead[LEADS][LEAD_N];

enum { LEAD_I, LEAD_II, LEAD_III, LEAD_AVR, LEAD_AVL, LEAD_AVF, LEAD_V1, LEAD_PLETH = 12 };

static inline void
leads_make(void)
{
    for (int s = 0; s < LEADS; s++)
        make_ecg(lead[s], LEAD_N, (uint32_t)s + 11);
    for (size_t i = 0; i < LEAD_N; i++) {
        int one = lead[LEAD_I][i], two = lead[LEAD_II][i] = (int16_t)(one + lead[LEAD_II][i] / 3);
        lead[LEAD_III][i] = (int16_t)(two - one);
        lead[LEAD_AVR][i] = (int16_t)(-(one + two) >> 1);
        lead[LEAD_AVL][i] = (int16_t)((2 * one - two) >> 1);
        lead[LEAD_AVF][i] = (int16_t)((2 * two - one) >> 1);
    }
    for (int s = 0; s < LEADS; s++) /* a wire comes off now and then */
        for (size_t i = 0; i < LEAD_N; i++)
            if (i / 500 % (37 + (size_t)s / 6) == 11)
                lead[s][i] = STORE_SAMPLE_INVALID;
}

static inline uint32_t
lead_den(int s)
{
    return s == LEAD_PLETH ? LEAD_RATE / 2 : LEAD_RATE;
}

/* Announces all, so that their streams have the same numbers in any order of frames. */
static inline Make *
leads_begin(int64_t t_us)
{
    Make *make = make_new(t_us);

    for (int s = 0; s < LEADS; s++)
        make_segment(make, (uint32_t)s, LEAD_BED, lead_code[s], T0_US, 1, lead_den(s));
    return make;
}

/* The second @frame of lead @s. */
static inline void
leads_add(Make *make, int s, uint32_t frame)
{
    size_t n = lead_den(s), first = (size_t)frame * n;

    make_wave(make, (uint32_t)s, first, lead[s] + first, n);
}

static inline void
leads_settings(Ward *ward, bool archive)
{
    StoreHeadSettings settings;

    store_head_settings_init(&settings);
    settings.roll.hour_quiet_us = settings.roll.day_quiet_us = SECOND;
    settings.archive.after_us = archive ? SECOND : INT64_MAX / 4;
    settings.archive.quiet_us = SECOND;
    settings.archive.share_percent = 100;
    store_head_set(ward->head, &settings);
}

static inline bool
leads_rest_at(Ward *ward, StoreTier tier)
{
    const GArray *all = store_parts_all(store_head_waves(ward->head)->parts);

    return all->len == 1 && g_array_index(all, StorePart, 0).tier == tier
           && g_hash_table_size(store_head_waves(ward->head)->late_days) == 0
           && store_fresh_bytes(store_head_waves(ward->head)->fresh) == 0;
}

static inline void
leads_come_to(Ward *ward, StoreTier tier)
{
    leads_settings(ward, tier == STORE_TIER_ARCHIVE);
    ward_pass(ward, 48 * HOUR);
    for (int i = 0; i < 100 || !leads_rest_at(ward, tier); i++) {
        ward_rest(ward);
        ward_commit(ward);
        ward_pass(ward, 2 * SECOND);
        g_assert_cmpint(i, <, 20000);
    }
}

/* What is stored of lead @s is what was made, sample for sample. */
static inline void
lead_check(Ward *ward, int s, bool blocks)
{
    g_autofree char *why = NULL;
    Vicu__QueryRows *rows =
        wave_ask_of(ward, LEAD_BED, lead_code[s], 0, INT64_MAX / 4, blocks, &why);
    size_t next = 0;

    g_assert_cmpstr(why, ==, "");
    for (size_t r = 0; r < rows->n_run; r++) {
        const Vicu__SampleRun *run = rows->run[r];
        g_assert_cmpuint(run->first, ==, next);
        for (size_t i = 0; i < run->samples.len / 2; i++, next++)
            g_assert_cmpint(store_sample(run->samples.data, i), ==, lead[s][next]);
    }
    g_assert_cmpuint(next, ==, (size_t)FRAMES * lead_den(s));
    vicu_wire_free(rows);
}

/* Why lead @s cannot be read; "" when it can. Caller frees. */
static inline char *
lead_trouble(Ward *ward, int s, bool blocks)
{
    char *why = NULL;

    vicu_wire_free(wave_ask_of(ward, LEAD_BED, lead_code[s], 0, INT64_MAX / 4, blocks, &why));
    return why;
}

/* Keys and values of a family. */
static inline GBytes *
family_dump(Ward *ward, StoreFamily family)
{
    GByteArray *all = g_byte_array_new();
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, family, NULL, NULL);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *data = store_iter_key(iter, &size);
        g_byte_array_append(all, data, (guint)size);
        data = store_iter_value(iter, &size);
        g_byte_array_append(all, data, (guint)size);
    }
    return g_byte_array_free_to_bytes(all);
}
