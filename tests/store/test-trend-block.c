/* Blocks and pyramid rows of numerics come back exactly, and stay small.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "common/error.h"
#include "store/trend/block.h"
#include "store/trend/column.h"
#include "store/trend/level.h"
#include "tests/store/make.h"

static const StoreTrendStream heart = {HEART, 3, 2};

static StoreTrendValue
value_at(int64_t t_us, double value)
{
    return (StoreTrendValue){t_us, value, 0, 0, 1000, 0, 1};
}

static GArray *
values_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(StoreTrendValue));
}

static void
add(GArray *values, StoreTrendValue value)
{
    g_array_append_val(values, value);
}

static void
assert_same(const StoreTrendValue *a, const StoreTrendValue *b)
{
    g_assert_cmpint(a->t_us, ==, b->t_us);
    g_assert_true(memcmp(&a->value, &b->value, sizeof a->value) == 0);
    g_assert_cmpint(a->source_us, ==, b->source_us);
    g_assert_cmpint(a->received_us, ==, b->received_us);
    g_assert_cmpuint(a->period_ms, ==, b->period_ms);
    g_assert_cmpuint(a->quality, ==, b->quality);
    g_assert_cmpuint(a->origin, ==, b->origin);
}

/* The size of the block that @values made and came back from. */
static size_t
round_trip(const GArray *values)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GArray) back = values_new();
    g_autoptr(GError) error = NULL;
    StoreTrendStream stream = {0};

    store_block_write(out, &heart, (const StoreTrendValue *)(void *)values->data, values->len);
    g_assert_true(store_block_read(out->data, out->len, &stream, back, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(stream.code, ==, heart.code);
    g_assert_cmpuint(stream.channel, ==, heart.channel);
    g_assert_cmpuint(stream.source, ==, heart.source);
    g_assert_cmpuint(back->len, ==, values->len);
    for (guint i = 0; i < back->len; i++)
        assert_same(&g_array_index(values, StoreTrendValue, i),
                    &g_array_index(back, StoreTrendValue, i));
    return out->len;
}

/* ---- columns ---- */

static void
check_column(const int64_t *x, size_t n)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autofree int64_t *back = g_new(int64_t, n);
    static const uint8_t after[3] = {1, 2, 3};

    store_column_write(out, x, n);
    guint size = out->len;
    g_byte_array_append(out, after, sizeof after); /* it ends where it ends */
    const uint8_t *at = out->data;
    g_assert_true(store_column_read(&at, out->data + out->len, back, n));
    g_assert_cmpuint(at - out->data, ==, size);
    g_assert_true(memcmp(back, x, n * sizeof *x) == 0);
    for (guint cut = 0; cut < size; cut++) {
        g_autofree uint8_t *part = g_memdup2(out->data, MAX(cut, 1));
        at = part;
        if (store_column_read(&at, part + cut, back, n))
            g_assert_cmpuint(at - part, <=, cut);
    }
}

static void
a_column_of_any_numbers_comes_back(void)
{
    static const int64_t edges[] = {INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MIN, INT64_MIN, 7};
    int64_t x[1000];

    check_column(edges, G_N_ELEMENTS(edges));
    check_column(edges, 1);
    for (int round = 0; round < 60; round++) {
        size_t n = (size_t)g_test_rand_int_range(1, 1001);
        int shift = g_test_rand_int_range(0, 64), rare = g_test_rand_int_range(1, 40);
        uint64_t walk = 0;
        for (size_t i = 0; i < n; i++) {
            uint64_t any = (uint64_t)(uint32_t)g_test_rand_int() << 32;
            any |= (uint32_t)g_test_rand_int();
            walk += g_test_rand_int_range(0, rare) == 0 ? any >> shift : (uint64_t)(round % 3);
            x[i] = (int64_t)walk;
        }
        check_column(x, n);
    }
}

/* ---- blocks ---- */

static void
regular_times_and_constant_marks_cost_nothing(void)
{
    g_autoptr(GArray) values = values_new();

    for (int i = 0; i < 4096; i++)
        add(values, value_at(T0_US + i * SECOND, 80));
    g_assert_cmpuint(round_trip(values), <, 50);
}

static void
jitter_gaps_repeats_and_steps_back_keep_their_order(void)
{
    g_autoptr(GArray) values = values_new();
    int64_t t_us = T0_US;

    for (int i = 0; i < 3000; i++) {
        int kind = g_test_rand_int_range(0, 30);
        t_us += kind == 0   ? 600 * SECOND
                : kind == 1 ? 0
                : kind == 2 ? -5 * SECOND + 1
                            : SECOND + g_test_rand_int_range(-20000, 20000);
        add(values, value_at(t_us, g_test_rand_int_range(40, 180)));
        if (kind == 1)
            add(values, g_array_index(values, StoreTrendValue, values->len - 1));
    }
    round_trip(values);
}

static void
spot_values_and_extreme_times_come_back(void)
{
    g_autoptr(GArray) values = values_new();

    add(values, value_at(T0_US + 17, 121));
    round_trip(values);
    add(values, value_at(T0_US + 900 * SECOND + 333, 118));
    add(values, value_at(T0_US + 1700 * SECOND + 1, 0));
    round_trip(values);
    add(values, value_at(INT64_MIN, 1));
    add(values, value_at(INT64_MAX, 2));
    round_trip(values);
}

static void
doubles_come_back_bit_for_bit(void)
{
    static const double odd[] = {
        0,       -0.0,    36.7,    0.1,         1e300, 5e-324, -40,
        1.0 / 3, 1e15,    1e16,    36.70000001, 1e-9,  -1e-9,  4503599627370497.5,
        DBL_MAX, -1e-300, 123.456, 98.6};

    for (size_t k = 0; k < G_N_ELEMENTS(odd); k++) {
        g_autoptr(GArray) values = values_new();
        add(values, value_at(T0_US, odd[k]));
        round_trip(values);
        for (int i = 1; i < 300; i++)
            add(values, value_at(T0_US + i * SECOND, i % 3 == 0 ? odd[(size_t)i % (k + 1)] : 70));
        round_trip(values);
    }
    for (int kind = 0; kind < 5; kind++) {
        g_autoptr(GArray) values = values_new();
        for (int i = 0; i < 2000; i++) {
            double v = kind == 0   ? g_test_rand_int_range(300, 420) / 10.0
                       : kind == 1 ? g_test_rand_int_range(-30000, 420000) / 1000.0
                       : kind == 2 ? (double)(float)(g_test_rand_int_range(300, 420) / 10.0)
                       : kind == 3 ? g_test_rand_double_range(-1e3, 1e3)
                                   : 60000.0 / g_test_rand_int_range(300, 1500);
            add(values, value_at(T0_US + i * SECOND, v));
        }
        size_t size = round_trip(values);
        if (kind == 0 || kind == 2)
            g_assert_cmpuint(size, <, 2000 * 9 / 8);
    }
}

static void
quality_period_origin_and_raw_times_come_back(void)
{
    g_autoptr(GArray) values = values_new();

    for (int i = 0; i < 4000; i++) {
        StoreTrendValue v = value_at(T0_US + i * SECOND, 75 + i % 7);
        v.quality = (uint8_t)(i % 900 < 60 ? 2 : i % 500 < 20 ? 1 : 0);
        v.value = v.quality == 2 ? 0 : v.value;
        v.period_ms = i < 1500 ? 1000 : i < 1600 ? 0 : 1024;
        v.origin = i < 2000 ? 1 : 3;
        v.source_us = i < 100 ? 0 : v.t_us + 3000000000 - i / 1000;
        v.received_us = i < 100 ? 0 : v.t_us + 40000;
        add(values, v);
    }
    size_t size = round_trip(values);
    g_assert_cmpuint(size, <, 4000 / 2 + 200);
    g_array_index(values, StoreTrendValue, 10).value = 33; /* an invalid one with a number */
    round_trip(values);
    g_array_index(values, StoreTrendValue, 10).value = -0.0;
    round_trip(values);
    for (guint i = 0; i < values->len; i++)
        g_array_index(values, StoreTrendValue, i).quality = 2;
    round_trip(values);
}

static void
random_blocks_come_back(void)
{
    for (int round = 0; round < 200; round++) {
        g_autoptr(GArray) values = values_new();
        int n = g_test_rand_int_range(1, 1200), mark = g_test_rand_int_range(1, 200);
        int64_t step = g_test_rand_int_range(1, 5000000), t_us = T0_US;
        int places = g_test_rand_int_range(0, 5), jitter = g_test_rand_int_range(1, 100000);
        StoreTrendValue v = value_at(0, 0);
        for (int i = 0; i < n; i++) {
            if (g_test_rand_int_range(0, mark) == 0) {
                v.quality = (uint8_t)g_test_rand_int_range(0, 4);
                v.origin = (uint8_t)g_test_rand_int_range(0, 256);
                v.period_ms = (uint32_t)g_test_rand_int();
                v.source_us = g_test_rand_int_range(0, 2) == 0 ? 0 : g_test_rand_int();
                v.received_us = g_test_rand_int_range(0, 2) == 0 ? 0 : INT64_MIN + 5;
            }
            t_us += step + g_test_rand_int_range(0, jitter);
            v.t_us = t_us;
            v.value = g_test_rand_int_range(-1000, 90000) / store_trend_ten[places];
            if (round % 7 == 6 && i % 50 == 3)
                v.value = g_test_rand_double();
            add(values, v);
        }
        round_trip(values);
    }
}

/* Whole numbers that walk at random, as a monitor's do: 20 of a bed, 1 Hz. */
static void
a_ward_of_whole_numbers_stays_below_a_fifth_of_a_byte(void)
{
    size_t bytes = 0, n = 0;

    for (int k = 0; k < 20; k++) {
        g_autoptr(GArray) values = values_new();
        double mean = 40 + 80 * g_test_rand_double(), x = mean, deviation = k % 4 == 3 ? 0.02 : 0.6;
        for (int i = 0; i < 4096; i++) {
            double noise = 0;
            for (int j = 0; j < 4; j++)
                noise += g_test_rand_double_range(-1, 1) * sqrt(0.75);
            if (i % (1 + k % 3) == 0)
                x += 0.01 * (mean - x) + deviation * noise;
            add(values, value_at(T0_US + i * SECOND, round(x)));
        }
        bytes += round_trip(values);
        n += values->len;
    }
    g_test_message("%.4f bytes per value", (double)bytes / (double)n);
    g_assert_cmpuint(bytes * 1000, <, n * 195);
}

static void
a_damaged_block_is_refused_and_adds_nothing(void)
{
    g_autoptr(GArray) values = values_new();
    g_autoptr(GArray) back = values_new();
    g_autoptr(GByteArray) out = g_byte_array_new();
    StoreTrendStream stream;

    for (int i = 0; i < 50; i++)
        add(values, value_at(T0_US + i * SECOND + i % 3, 80 + i % 5));
    store_block_write(out, &heart, (const StoreTrendValue *)(void *)values->data, values->len);
    for (guint i = 0; i < out->len; i++) {
        g_autoptr(GError) error = NULL;
        out->data[i] = (uint8_t)(out->data[i] ^ 1u << (i % 8));
        g_assert_false(store_block_read(out->data, out->len, &stream, back, &error));
        g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
        g_assert_nonnull(strstr(error->message, "checksum"));
        g_assert_cmpuint(back->len, ==, 0);
        out->data[i] = (uint8_t)(out->data[i] ^ 1u << (i % 8));
        g_assert_false(store_block_read(out->data, i, &stream, back, NULL));
    }
}

/* ---- pyramid rows ---- */

static void
check_row(const StoreCell *cells, size_t n, double tolerance)
{
    StoreCell back[STORE_CELLS_MAX];
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    store_level_write(out, cells, n);
    g_assert_true(store_level_read(out->data, out->len, back, n, &error));
    g_assert_no_error(error);
    for (size_t i = 0; i < n; i++) {
        g_assert_cmpuint(back[i].n, ==, cells[i].n);
        g_assert_cmpfloat(back[i].min, ==, cells[i].min);
        g_assert_cmpfloat(back[i].max, ==, cells[i].max);
        g_assert_cmpfloat(back[i].covered_us, ==, cells[i].covered_us);
        g_assert_cmpfloat_with_epsilon(back[i].sum, cells[i].sum, tolerance);
    }
    for (guint cut = 0; cut < out->len; cut++)
        g_assert_false(store_level_read(out->data, cut, back, n, NULL));
}

static void
cells_come_back_with_exact_bounds_and_sums(void)
{
    for (int kind = 0; kind < 5; kind++) {
        StoreCell cells[STORE_CELLS_MAX] = {{0}};
        for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
            if (kind == 1 && i % 5 == 2)
                continue; /* absent */
            for (int k = 0; k < (kind == 4 ? 1 : 64); k++) {
                double v = kind == 2   ? g_test_rand_int_range(360, 375) / 10.0
                           : kind == 3 ? g_test_rand_double_range(-9, 9)
                                       : g_test_rand_int_range(-3, 200);
                if (kind != 1 || g_test_rand_int_range(0, 9) > 0)
                    store_cell_add(&cells[i], v, kind == 1 && i == 7 ? 1024e3 : 1e6);
            }
        }
        check_row(cells, G_N_ELEMENTS(cells), 1e-9);
        check_row(cells, 100, 1e-9);
    }
}

static void
levels_nest_in_blocks_and_spans(void)
{
    for (unsigned level = 1; level <= STORE_LEVELS; level++) {
        g_assert_cmpint(STORE_TREND_BLOCK_US % store_level_period_us(level), ==, 0);
        g_assert_cmpint(store_level_span_us(level) % STORE_TREND_BLOCK_US, ==, 0);
        g_assert_cmpint(store_level_span_us(level) / store_level_period_us(level), <=,
                        STORE_CELLS_MAX);
    }
    g_assert_cmpint(store_multiple(-1, 64), ==, -1);
    g_assert_cmpint(store_multiple(-64, 64), ==, -1);
    g_assert_cmpint(store_multiple(-65, 64), ==, -2);
    g_assert_cmpint(store_multiple(63, 64), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/trend-block/" #name, name)
    ADD(a_column_of_any_numbers_comes_back);
    ADD(regular_times_and_constant_marks_cost_nothing);
    ADD(jitter_gaps_repeats_and_steps_back_keep_their_order);
    ADD(spot_values_and_extreme_times_come_back);
    ADD(doubles_come_back_bit_for_bit);
    ADD(quality_period_origin_and_raw_times_come_back);
    ADD(random_blocks_come_back);
    ADD(a_ward_of_whole_numbers_stays_below_a_fifth_of_a_byte);
    ADD(a_damaged_block_is_refused_and_adds_nothing);
    ADD(cells_come_back_with_exact_bounds_and_sums);
    ADD(levels_nest_in_blocks_and_spans);
    return g_test_run();
}
