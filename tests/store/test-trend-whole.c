/* Columns added up in whole numbers are those of doubles, and those of every value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/block.h"
#include "store/trend/read.h"
#include "store/trend/whole.h"
#include "tests/store/trend-world.h"

#define CELL_US (64 * SECOND)

/* ---- rows ---- */

/* Cells of numbers with @places decimal places, some of them not there. */
static void
make_cells(StoreCell *cells, size_t n, unsigned places)
{
    double ten = store_trend_ten[places];
    int kind = g_test_rand_int_range(0, 4);
    size_t from = kind == 1 ? (size_t)g_test_rand_int_range(0, (gint32)n) : 0;
    size_t end = kind == 2 ? (size_t)g_test_rand_int_range(1, (gint32)n + 1) : n;

    memset(cells, 0, n * sizeof *cells);
    for (size_t i = from; i < end; i++) {
        int32_t count = kind == 3 ? g_test_rand_int_range(0, 3) : 64;
        for (int32_t k = 0; k < count; k++)
            store_cell_add(&cells[i], g_test_rand_int_range(-900, 90000) / ten, 1e6);
    }
    if (cells[from].n == 0)
        store_cell_add(&cells[from], 7 / ten, 1e6);
}

static void
check_columns_same(const StoreWholes *wholes, const StoreGrid *grid)
{
    double ten = store_trend_ten[wholes->places];

    g_assert_cmpint(wholes->fate, ==, STORE_WHOLES_FIT);
    for (size_t c = 0; c < grid->n; c++) {
        const StoreCell *cell = &grid->cell[c];
        g_assert_cmpint(wholes->count[c], ==, cell->n);
        g_assert_cmpfloat(wholes->covered_us[c], ==, cell->covered_us);
        if (cell->n == 0) {
            g_assert_cmpint(wholes->least[c], >, wholes->greatest[c]);
            continue;
        }
        g_assert_cmpfloat(wholes->least[c] / ten, ==, cell->min);
        g_assert_cmpfloat(wholes->greatest[c] / ten, ==, cell->max);
        g_assert_cmpfloat_with_epsilon((double)wholes->sum[c] / ten, cell->sum, 1e-6);
    }
}

/* A row into columns both ways: the row begins at a time before, within or after them. */
static void
check_row(unsigned places, unsigned wanted)
{
    static const size_t sizes[] = {128, STORE_CELLS_MAX};
    size_t n = sizes[g_test_rand_int_range(0, 2)];
    size_t first = 64 * (size_t)g_test_rand_int_range(0, (gint32)n / 64);
    size_t some = 64 * (size_t)g_test_rand_int_range(1, (gint32)((n - first) / 64) + 1);
    int64_t t_us = T0_US / CELL_US * CELL_US;
    int64_t from_us = t_us + g_test_rand_int_range(-600, 600) * CELL_US;
    g_autoptr(GByteArray) packed = g_byte_array_new();
    g_autofree StoreWholeRow *row = g_new(StoreWholeRow, 1);
    StoreCell cells[STORE_CELLS_MAX], back[STORE_CELLS_MAX];
    StoreGrid grid;
    StoreWholes wholes;

    make_cells(cells, n, places);
    store_level_write(packed, cells, n);
    store_grid_init(&grid, from_us, from_us + 700 * CELL_US, (size_t)g_test_rand_int_range(1, 700),
                    CELL_US);
    store_wholes_init(&wholes, grid.n);
    store_wholes_empty(&wholes, wanted);
    g_assert_true(store_level_read_whole(packed->data, packed->len, row, n));
    g_assert_cmpuint(row->places, <=, places);
    g_assert_true(store_level_read(packed->data, packed->len, back, n, NULL));
    for (int again = 0; again < 2; again++) { /* two sources of one stream */
        store_wholes_add_row(&wholes, &grid, row, first, some, t_us, CELL_US);
        store_grid_cells(&grid, back + first, some, t_us, CELL_US, NULL);
    }
    check_columns_same(&wholes, &grid);
    store_wholes_clear(&wholes);
    store_grid_clear(&grid);
}

static void
rows_in_whole_numbers_are_those_of_doubles(void)
{
    for (int i = 0; i < 2000; i++) {
        unsigned places = (unsigned)g_test_rand_int_range(0, 4);
        check_row(places, (unsigned)g_test_rand_int_range((gint32)places, 5));
    }
}

static void
what_does_not_fit_is_told(void)
{
    StoreCell cells[128] = {0};
    g_autoptr(GByteArray) packed = g_byte_array_new();
    g_autofree StoreWholeRow *row = g_new(StoreWholeRow, 1);
    StoreGrid grid;
    StoreWholes wholes;
    int64_t t_us = T0_US / CELL_US * CELL_US;

    store_grid_init(&grid, t_us, t_us + 128 * CELL_US, 10, CELL_US);
    store_wholes_init(&wholes, grid.n);
    store_cell_add(&cells[5], 36.75, 1e6);
    store_level_write(packed, cells, 128);
    g_assert_true(store_level_read_whole(packed->data, packed->len, row, 128));
    store_wholes_empty(&wholes, 1);
    store_wholes_add_row(&wholes, &grid, row, 0, 128, t_us, CELL_US);
    g_assert_cmpint(wholes.fate, ==, STORE_WHOLES_WIDER);
    g_assert_cmpuint(wholes.wanted, ==, 2);
    store_wholes_empty(&wholes, 8); /* 3 675 000 000 is more than 32 bits */
    store_wholes_add_row(&wholes, &grid, row, 0, 128, t_us, CELL_US);
    g_assert_cmpint(wholes.fate, ==, STORE_WHOLES_NOT);

    cells[6] = (StoreCell){0};
    store_cell_add(&cells[6], 1.0 / 3, 1e6);
    g_byte_array_set_size(packed, 0);
    store_level_write(packed, cells, 128);
    g_assert_false(store_level_read_whole(packed->data, packed->len, row, 128));
    g_assert_false(store_whole_cell(&cells[6], 9));
    store_cell_add(&cells[7], 40, 1e6);
    store_cell_add(&cells[7], 40.5, 1e6); /* neither bound, but of the sum */
    store_cell_add(&cells[7], 41, 1e6);
    g_assert_false(store_whole_cell(&cells[7], 0));
    g_assert_true(store_whole_cell(&cells[7], 1));
    for (guint cut = 0; cut < packed->len; cut++)
        g_assert_false(store_level_read_whole(packed->data, cut, row, 128));
    store_wholes_clear(&wholes);
    store_grid_clear(&grid);
}

/* ---- wards ---- */

/* Of each bed and code another kind of numbers, which changes within an hour. */
static double
number(int bed, int code, int64_t i)
{
    int64_t many = 400 + i * 7919 % 1000, part = i / 200 % 4;

    if (bed == 0)
        return code == 0 ? (double)(many / 10) : (double)(part == 2 ? many * 10 : many) / 100;
    if (bed == 1)
        return code == 0 ? -(double)many / 10 : 437 + (double)many / 1e7; /* beyond 32 bits */
    return part == 3 ? (double)many / 3 : (double)many / 4;
}

static void
send(World *world, int64_t from_us, int hours)
{
    for (int64_t i = 0; i < hours * 450; i++) {
        int64_t t_us = from_us + i * 8 * SECOND;
        for (int bed = 0; bed < N_BEDS; bed++)
            for (int code = 0; code < 2; code++) {
                Sent s = value_of(bed, code, t_us);
                s.value = number(bed, code, i);
                s.period_ms = 8000;
                if (i % 300 > 280 && bed == 0)
                    continue;
                say(world, &s);
            }
        if (i % 8 == 7) {
            deliver(world, 1);
            world->ward.now.utc_us = t_us;
            ward_pass(&world->ward, MINUTE);
            let_it_work(world);
        }
    }
    deliver(world, 1);
}

static void
check(World *world, int64_t from_us, int64_t to_us)
{
    static const uint32_t columns[] = {1, 3, 5, 60, 200, 281};

    for (int code = 0; code < 2; code++)
        for (size_t k = 0; k < G_N_ELEMENTS(columns); k++) {
            check_trend(world, codes[code], from_us, to_us, columns[k]);
            check_trend(world, codes[code], from_us + 1234567, to_us - HOUR, columns[k]);
        }
}

static void
trends_of_any_decimal_numbers_are_those_of_every_value(void)
{
    World world;

    world_open(&world);
    send(&world, T0_US, 5);
    check(&world, T0_US, T0_US + 5 * HOUR); /* of the last hour nothing is sealed */
    pass(&world, 2 * MINUTE);
    check(&world, T0_US, T0_US + 5 * HOUR);
    restart(&world);
    check(&world, T0_US, T0_US + 5 * HOUR);
    pass(&world, 3 * HOUR);
    g_assert_cmpuint(rows_of(&world, STORE_NUMERICS), ==, 0);
    check(&world, T0_US, T0_US + 5 * HOUR);
    check(&world, T0_US - 20 * HOUR, T0_US + 10 * HOUR);
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/trend-whole/" #name, name)
    ADD(rows_in_whole_numbers_are_those_of_doubles);
    ADD(what_does_not_fit_is_told);
    ADD(trends_of_any_decimal_numbers_are_those_of_every_value);
#undef ADD
    return g_test_run();
}
