/* What the tests of trends share: a ward, all that was sent to it, and checks that the
 * store gives it back, value by value and column by column.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <math.h>

#include "common/numeric-times.h"
#include "common/trend-rows.h"
#include "store/query.h"
#include "tests/store/ask.h"
#include "tests/store/make.h"

#define PULSE  149530u
#define BLOCK  (4096 * SECOND)
#define N_BEDS 3

static const char *const beds[N_BEDS] = {"demo/icu/1", "demo/icu/2", "demo/icu/11"};
static const uint32_t codes[2] = {HEART, PULSE};

/* ---- an oracle: all that was sent ---- */

typedef struct {
    const char *bed;
    uint32_t code;
    uint32_t channel;
    Vicu__Source source;
    Vicu__Origin origin;
    int64_t t_us;
    double value;
    Vicu__Quality quality;
    uint32_t period_ms;
    int64_t source_us, received_us; /* both 0: not told */
    bool seen;
} Sent;

typedef struct {
    Ward ward;
    GArray *sent; /* Sent */
    Make *make;   /* the batch at hand */
    uint64_t sequence[3];
} World;

static inline void
world_open(World *world)
{
    *world = (World){0};
    ward_open(&world->ward);
    world->sent = g_array_new(FALSE, FALSE, sizeof(Sent));
    ward_epoch(&world->ward, 1, 1);
    ward_epoch(&world->ward, 2, 1);
}

static inline void
world_close(World *world)
{
    ward_close(&world->ward);
    g_array_unref(world->sent);
}

static inline void
say(World *world, const Sent *s)
{
    if (world->make == NULL)
        world->make = make_new(s->t_us);
    make_numeric(world->make, s->bed, s->code, s->t_us, s->value, s->quality);
    GPtrArray *all = world->make->owned[2];
    Vicu__Numerics *n = all->pdata[all->len - 1];
    n->source = s->source;
    n->origin = s->origin;
    n->period_ms[0] = s->period_ms;
    n->n_channel = 1;
    n->channel = malloc(sizeof *n->channel);
    n->channel[0] = s->channel;
    if (s->source_us != 0 && s->received_us != 0) {
        int64_t *source_us = malloc(sizeof *source_us), *received_us = malloc(sizeof *received_us);
        *source_us = s->source_us;
        *received_us = s->received_us;
        vicu_numeric_times_set(n, source_us, received_us);
    }
    g_array_append_val(world->sent, *s);
}

static inline void
deliver(World *world, uint8_t sender)
{
    if (world->make == NULL)
        return;
    GBytes *packed = make_done(g_steal_pointer(&world->make));
    g_assert_cmpint(ward_put(&world->ward, sender, 1, ++world->sequence[sender], packed), ==,
                    STORE_PUT_TAKEN);
}

static inline Sent
value_of(int bed, int code, int64_t t_us)
{
    return (Sent){
        .bed = beds[bed],
        .code = codes[code],
        .origin = VICU__ORIGIN__ORIGIN_LIVE,
        .t_us = t_us,
        .value = g_test_rand_int_range(40, 180),
        .period_ms = 1000,
    };
}

/* A tick and its commit, until the store has nothing more to seal. */
static inline void
let_it_work(World *world)
{
    StoreTrend *trend = store_head_trend(world->ward.head);
    uint64_t before;

    do {
        before = store_trend_counts(trend)->slices;
        g_assert_true(store_head_tick(world->ward.head, world->ward.now, NULL));
        ward_commit(&world->ward);
    } while (store_trend_counts(trend)->slices > before);
}

/* Time passes by the minute, so that lanes flush and blocks become due. */
static inline void
pass(World *world, int64_t us)
{
    for (; us > 0; us -= MINUTE) {
        ward_pass(&world->ward, MIN(us, MINUTE));
        let_it_work(world);
    }
}

static inline void
restart(World *world)
{
    ward_shut(&world->ward);
    ward_reopen(&world->ward);
}

static inline size_t
rows_of(World *world, StoreFamily family)
{
    g_autoptr(StoreIter) iter = store_iter_new(world->ward.db, family, NULL, NULL);
    size_t n = 0;

    for (; store_iter_valid(iter); store_iter_next(iter))
        n++;
    return n;
}

/* ---- checks ---- */

static inline bool
same_as(const Sent *s, const Vicu__Numerics *n, size_t i)
{
    return !s->seen && s->t_us == n->t_us[i] && s->code == n->code[i]
           && memcmp(&s->value, &n->value[i], sizeof s->value) == 0
           && s->quality == (n->n_quality > 0 ? n->quality[i] : 0)
           && s->period_ms == (n->n_period_ms > 0 ? n->period_ms[i] : 0)
           && s->channel == (n->n_channel > 0 ? n->channel[i] : 0) && s->source == n->source
           && s->source_us == vicu_numeric_source_us(n, i)
           && s->received_us == vicu_numeric_received_us(n, i) && s->origin == n->origin
           && strcmp(s->bed, n->bed) == 0;
}

/* Values of one series come in order of time. */
static inline void
check_order(const Vicu__QueryRows *rows)
{
    for (size_t r = 0; r < rows->n_numerics; r++)
        for (size_t i = 1; i < rows->numerics[r]->n_t_us; i++)
            g_assert_cmpint(rows->numerics[r]->t_us[i - 1], <=, rows->numerics[r]->t_us[i]);
}

static inline void
check_numerics(World *world, const char *bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    Answer answer = ask_numerics(&world->ward, bed, code, from_us, to_us);
    GHashTable *by_time =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    size_t wanted = 0, got = 0;

    g_assert_null(answer.refusal);
    for (guint i = 0; i < world->sent->len; i++) {
        Sent *s = &g_array_index(world->sent, Sent, i);
        s->seen = false;
        if (strcmp(s->bed, bed) != 0 || (code != 0 && s->code != code) || s->t_us < from_us
            || s->t_us >= to_us)
            continue;
        GPtrArray *there = g_hash_table_lookup(by_time, &s->t_us);
        if (there == NULL) {
            there = g_ptr_array_new();
            g_hash_table_insert(by_time, &s->t_us, there);
        }
        g_ptr_array_add(there, s);
        wanted++;
    }
    for (size_t r = 0; r < answer.rows->n_numerics; r++) {
        const Vicu__Numerics *n = answer.rows->numerics[r];
        for (size_t i = 0; i < n->n_code; i++, got++) {
            GPtrArray *there = g_hash_table_lookup(by_time, &n->t_us[i]);
            bool found = false;
            for (guint k = 0; there != NULL && k < there->len && !found; k++) {
                found = same_as(there->pdata[k], n, i);
                ((Sent *)there->pdata[k])->seen |= found;
            }
            g_assert_true(found);
        }
    }
    g_assert_cmpuint(got, ==, wanted);
    check_order(answer.rows);
    g_hash_table_unref(by_time);
    answer_clear(&answer);
}

typedef struct {
    double min, max, sum, covered_us;
    uint64_t n;
} Brute;

static inline bool
was_ever_sent(const World *world, const char *bed, uint32_t code)
{
    for (guint i = 0; i < world->sent->len; i++) {
        const Sent *s = &g_array_index(world->sent, Sent, i);
        if (strcmp(s->bed, bed) == 0 && s->code == code && s->channel == 0)
            return true;
    }
    return false;
}

/* Columns from every value that was sent; @start has one more than there are columns. */
static inline Brute *
brute_force(const World *world,
            const char *bed,
            uint32_t code,
            uint32_t channel,
            const int64_t *start,
            size_t n)
{
    Brute *all = g_new0(Brute, n);

    for (guint i = 0; i < world->sent->len; i++) {
        const Sent *s = &g_array_index(world->sent, Sent, i);
        if (strcmp(s->bed, bed) != 0 || s->code != code || s->channel != channel
            || s->quality == VICU__QUALITY__QUALITY_INVALID || s->t_us < start[0]
            || s->t_us >= start[n])
            continue;
        size_t low = 0, high = n - 1;
        while (low < high) {
            size_t middle = (low + high + 1) / 2;
            if (start[middle] <= s->t_us)
                low = middle;
            else
                high = middle - 1;
        }
        Brute *b = &all[low];
        b->min = b->n == 0 ? s->value : MIN(b->min, s->value);
        b->max = b->n == 0 ? s->value : MAX(b->max, s->value);
        b->sum += s->value;
        b->covered_us += s->period_ms > 0 ? 1e3 * s->period_ms : 1e6; /* the table's for both */
        b->n++;
    }
    return all;
}

static inline void
check_columns(
    World *world, const char *bed, uint32_t code, int64_t from_us, int64_t to_us, uint32_t columns)
{
    Answer answer = ask_columns(&world->ward, bed, code, from_us, to_us, columns);
    g_autofree int64_t *start = g_new(int64_t, columns + 1);

    g_assert_null(answer.refusal);
    g_assert_cmpuint(answer.rows->n_column, ==, columns);
    for (uint32_t c = 0; c < columns; c++)
        start[c] = answer.rows->column[c]->t_us;
    start[columns] = to_us;
    g_assert_cmpint(start[0], ==, from_us);
    g_autofree Brute *brute = brute_force(world, bed, code, 0, start, columns);
    for (uint32_t c = 0; c < columns; c++) {
        const Vicu__Column *column = answer.rows->column[c];
        double width_us = (double)(start[c + 1] - start[c]);
        g_assert_cmpfloat_with_epsilon((double)column->coverage,
                                       MIN(1, brute[c].covered_us / width_us), 1e-6);
        if (brute[c].n == 0)
            continue;
        g_assert_cmpfloat(column->coverage, >, 0);
        g_assert_cmpfloat(column->min, ==, brute[c].min);
        g_assert_cmpfloat(column->max, ==, brute[c].max);
        g_assert_cmpfloat_with_epsilon(column->mean, brute[c].sum / (double)brute[c].n, 1e-9);
    }
    answer_clear(&answer);
}

static inline void
check_trend_of_bed(const World *world, const Vicu__TrendRows *rows, uint32_t code)
{
    g_autofree int64_t *start = g_new(int64_t, rows->columns + 1);
    g_autoptr(GError) error = NULL;
    VicuTrend trend;

    g_assert_true(vicu_trend_init(&trend, rows, &error));
    g_assert_no_error(error);
    vicu_trend_borders(&trend, start);
    for (guint c = 0; c < trend.columns; c++)
        g_assert_cmpint(start[c], <, start[c + 1]);
    g_assert_cmpint(start[0], <=, rows->from_us);
    g_assert_cmpint(start[0], >, rows->from_us - MAX(rows->level_us, 1));
    g_assert_cmpint(start[trend.columns], >=, rows->to_us);
    g_assert_cmpint(start[trend.columns], <, rows->to_us + MAX(rows->level_us, 1));
    g_autofree Brute *brute = brute_force(world, rows->bed, code, 0, start, trend.columns);
    for (guint c = 0; c < trend.columns; c++) {
        VicuTrendColumn column = vicu_trend_column(&trend, c);
        double part = MIN(1, brute[c].covered_us / (double)(start[c + 1] - start[c]));
        if (brute[c].n == 0) {
            g_assert_cmpfloat(column.coverage, ==, 0);
            continue;
        }
        g_assert_cmpfloat(fabs(column.coverage - part), <=, 1.0 / 255);
        g_assert_cmpfloat(column.coverage, >, 0);
        g_assert_cmpint(column.coverage >= 1, ==, part >= 1);
        g_assert_cmpfloat(column.min, ==, brute[c].min);
        g_assert_cmpfloat(column.max, ==, brute[c].max);
        g_assert_cmpfloat_with_epsilon(column.mean, brute[c].sum / (double)brute[c].n, 1e-4);
    }
}

static inline void
check_trend(World *world, uint32_t code, int64_t from_us, int64_t to_us, uint32_t columns)
{
    Answer answer = ask_trend(&world->ward, NULL, code, from_us, to_us, columns);
    unsigned beds_with_it = 0;

    g_assert_null(answer.refusal);
    for (int bed = 0; bed < N_BEDS; bed++)
        beds_with_it += was_ever_sent(world, beds[bed], code);
    g_assert_cmpuint(answer.rows->n_trend, ==, beds_with_it);
    for (size_t i = 0; i < answer.rows->n_trend; i++) {
        if (i > 0)
            g_assert_cmpstr(answer.rows->trend[i - 1]->bed, <, answer.rows->trend[i]->bed);
        g_assert_cmpuint(answer.rows->trend[i]->columns, ==, columns);
        check_trend_of_bed(world, answer.rows->trend[i], code);
    }
    answer_clear(&answer);
    answer = ask_trend(&world->ward, beds[0], code, from_us, to_us, columns);
    g_assert_cmpuint(answer.rows->n_trend, ==, 1);
    check_trend_of_bed(world, answer.rows->trend[0], code);
    answer_clear(&answer);
}

/* Many ranges and widths, at every zoom, of every bed. */
static inline void
check_all(World *world, int64_t from_us, int64_t to_us)
{
    static const uint32_t columns[] = {1, 7, 100, 1000, 4000};

    for (int code = 0; code < 2; code++)
        for (size_t k = 0; k < G_N_ELEMENTS(columns); k++)
            if (was_ever_sent(world, beds[0], codes[code]))
                check_trend(world, codes[code], from_us, to_us, columns[k]);

    for (int bed = 0; bed < N_BEDS; bed++) {
        for (int code = 0; code < 2; code++) {
            if (!was_ever_sent(world, beds[bed], codes[code]))
                continue;
            check_numerics(world, beds[bed], 0, from_us - HOUR, to_us + HOUR);
            check_numerics(world, beds[bed], codes[code], INT64_MIN, INT64_MAX);
            for (size_t k = 0; k < G_N_ELEMENTS(columns); k++)
                check_columns(world, beds[bed], codes[code], from_us, to_us, columns[k]);
            int64_t wide_us = to_us - from_us;
            for (int i = 0; i < 4; i++) {
                int64_t a = from_us + (int64_t)(g_test_rand_double() * (double)wide_us);
                int64_t b = a + 1 + (int64_t)(g_test_rand_double() * (double)(to_us - a));
                uint32_t n = (uint32_t)MIN(b - a, g_test_rand_int_range(1, 700));
                check_columns(world, beds[bed], codes[code], a, b, n);
                check_numerics(world, beds[bed], codes[code], a, b);
            }
        }
    }
}
