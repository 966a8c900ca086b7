/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/level.h"

#include <math.h>
#include <string.h>

#include "store/trend/block.h"
#include "store/trend/column.h"
#include "store/trend/level-internal.h"

static const struct {
    int64_t period_us, span_us;
} levels[STORE_LEVELS] = {
    {INT64_C(64) * G_USEC_PER_SEC, 8 * STORE_TREND_BLOCK_US},
    {STORE_TREND_BLOCK_US, 128 * STORE_TREND_BLOCK_US},
};

int64_t
store_level_period_us(unsigned level)
{
    g_assert(level >= 1 && level <= STORE_LEVELS);
    return levels[level - 1].period_us;
}

int64_t
store_level_span_us(unsigned level)
{
    g_assert(level >= 1 && level <= STORE_LEVELS);
    return levels[level - 1].span_us;
}

/* ---- planes ---- */

static void
write_plane(GByteArray *out, const uint64_t *x, size_t n)
{
    uint64_t all = 0;
    bool same = true;

    for (size_t i = 0; i < n; i++) {
        all |= x[i];
        same = same && x[i] == x[0];
    }
    uint8_t width = same                ? 0
                    : all <= UINT8_MAX  ? 1
                    : all <= UINT16_MAX ? 2
                    : all <= UINT32_MAX ? 4
                                        : 8;
    g_byte_array_append(out, &width, 1);
    if (width == 0)
        store_varint_write(out, x[0]);
    for (unsigned b = 0; b < width; b++)
        for (size_t i = 0; i < n; i++) {
            uint8_t byte = (uint8_t)(x[i] >> (8 * b));
            g_byte_array_append(out, &byte, 1);
        }
}

/* ---- scale ---- */

#define WHOLE_MAX 9007199254740992.0

bool
store_level_is_whole(double value, double ten, int64_t *whole)
{
    double big = value * ten;

    if (!(fabs(big) < WHOLE_MAX))
        return false;
    *whole = llrint(big);
    double back = (double)*whole / ten;
    return memcmp(&back, &value, sizeof value) == 0;
}

bool
store_level_is_whole_sum(double sum, double ten, int64_t *whole)
{
    double big = sum * ten;

    /* 65 536 additions up to 10^9 are at most 10^9 * 2^16 * 2^-53 = 0.007 off. */
    if (!(fabs(big) < 1e9))
        return false;
    *whole = llrint(big);
    return fabs(big - (double)*whole) <= 0.01;
}

typedef struct {
    const StoreCell *cell; /* those that are there */
    size_t n;
    uint64_t x[3][STORE_CELLS_MAX]; /* least, greatest, sum as they are kept */
    uint8_t places;
} Kept;

static bool
keep_whole(Kept *kept, unsigned places)
{
    double ten = store_trend_ten[places];
    uint64_t before = 0;

    for (size_t i = 0; i < kept->n; i++) {
        const StoreCell *c = &kept->cell[i];
        int64_t min = 0, max = 0, sum = 0;
        if (!store_level_is_whole(c->min, ten, &min) || !store_level_is_whole(c->max, ten, &max)
            || !store_level_is_whole_sum(c->sum, ten, &sum))
            return false;
        kept->x[0][i] = store_zigzag((uint64_t)min - before);
        kept->x[1][i] = (uint64_t)max - (uint64_t)min;
        kept->x[2][i] = (uint64_t)sum - c->n * (uint64_t)min;
        before = (uint64_t)min;
    }
    kept->places = (uint8_t)places;
    return true;
}

static void
keep_real(Kept *kept)
{
    for (size_t i = 0; i < kept->n; i++) {
        memcpy(&kept->x[0][i], &kept->cell[i].min, 8);
        memcpy(&kept->x[1][i], &kept->cell[i].max, 8);
        memcpy(&kept->x[2][i], &kept->cell[i].sum, 8);
    }
}

/* ---- rows ---- */

static void
write_counts(GByteArray *out, const StoreCell *cell, size_t n)
{
    uint64_t x[STORE_CELLS_MAX];
    int64_t usual = n > 0 ? llrint(cell[0].covered_us / (double)cell[0].n) : 0;

    for (size_t i = 0; i < n; i++)
        x[i] = cell[i].n;
    write_plane(out, x, n);
    store_varint_write(out, (uint64_t)usual);
    for (size_t i = 0; i < n; i++)
        x[i] = store_zigzag((uint64_t)llrint(cell[i].covered_us) - cell[i].n * (uint64_t)usual);
    write_plane(out, x, n);
}

void
store_level_write(GByteArray *out, const StoreCell *cells, size_t n)
{
    StoreCell there[STORE_CELLS_MAX];
    uint8_t bits[STORE_CELLS_MAX / 8] = {0};
    Kept kept = {.cell = there};
    unsigned places = 0;

    g_assert(n <= STORE_CELLS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (cells[i].n == 0)
            continue;
        bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
        there[kept.n++] = cells[i];
    }
    g_assert(kept.n > 0);
    while (places <= STORE_TREND_PLACES_MAX && !keep_whole(&kept, places))
        places++;
    bool real = places > STORE_TREND_PLACES_MAX;
    if (real)
        keep_real(&kept);
    uint8_t head[] = {
        STORE_LEVEL_VERSION,
        (uint8_t)((real ? STORE_LEVEL_REAL : 0) | (kept.n < n ? STORE_LEVEL_SPARSE : 0)),
        real ? 0 : kept.places};
    g_byte_array_append(out, head, sizeof head);
    store_varint_write(out, kept.n);
    if (kept.n < n)
        g_byte_array_append(out, bits, (guint)((n + 7) / 8));
    for (int i = 0; i < 3; i++)
        write_plane(out, kept.x[i], kept.n);
    write_counts(out, there, kept.n);
}
