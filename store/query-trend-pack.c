/* SPDX-License-Identifier: Apache-2.0 */
#include "store/query-trend-pack.h"

#include "store/trend/block.h"

#define WHOLE_MAX 4503599627370496.0 /* 2^52 */

struct StoreTrendPack {
    size_t n;
    uint8_t *min, *rise, *coverage;
    float *mean;
    double *real_min, *real_max;
    uint32_t *low, *above; /* least less the lowest, greatest less least */
    int64_t *least, *greatest;
    unsigned places; /* decimal ones that served the bed before */
};

StoreTrendPack *
store_trend_pack_new(size_t columns)
{
    StoreTrendPack *self = g_new0(StoreTrendPack, 1);

    self->n = columns;
    self->min = g_new(uint8_t, 4 * columns);
    self->rise = g_new(uint8_t, 4 * columns);
    self->coverage = g_new(uint8_t, columns);
    self->mean = g_new(float, columns);
    self->real_min = g_new(double, columns);
    self->real_max = g_new(double, columns);
    self->low = g_new(uint32_t, columns);
    self->above = g_new(uint32_t, columns);
    self->least = g_new(int64_t, columns);
    self->greatest = g_new(int64_t, columns);
    return self;
}

void
store_trend_pack_free(StoreTrendPack *self)
{
    if (self == NULL)
        return;
    g_free(self->min);
    g_free(self->rise);
    g_free(self->coverage);
    g_free(self->mean);
    g_free(self->real_min);
    g_free(self->real_max);
    g_free(self->low);
    g_free(self->above);
    g_free(self->least);
    g_free(self->greatest);
    g_free(self);
}

/* ---- whole numbers ---- */

/* Numbers of as few bytes as the largest needs, least significant first, into @out. */
static ProtobufCBinaryData
put_numbers(uint8_t *out, const uint32_t *x, size_t n)
{
    uint32_t all = 0;

    for (size_t i = 0; i < n; i++)
        all |= x[i];
    if (all <= UINT8_MAX) {
        for (size_t i = 0; i < n; i++)
            out[i] = (uint8_t)x[i];
        return (ProtobufCBinaryData){n, out};
    }
    size_t width = all <= UINT16_MAX ? 2 : 4;
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < width; b++)
            out[i * width + b] = (uint8_t)(x[i] >> (8 * b));
    return (ProtobufCBinaryData){width * n, out};
}

/* From self->low and self->above. */
static void
put_bounds(StoreTrendPack *self, Vicu__TrendRows *rows, unsigned places, int64_t lowest)
{
    rows->places = places;
    rows->lowest = lowest;
    rows->min = put_numbers(self->min, self->low, self->n);
    rows->rise = put_numbers(self->rise, self->above, self->n);
}

/* What is partial reads neither as nothing nor as all. */
static uint8_t
coverage_of(double covered_us, int64_t width_us)
{
    double share = covered_us / (double)width_us;

    return share >= 1 ? 255 : (uint8_t)CLAMP(share * 255 + 0.5, 1, 254);
}

static void
put_means(StoreTrendPack *self, Vicu__TrendRows *rows)
{
    bool all = true;

    for (size_t c = 0; c < self->n; c++)
        all = all && self->coverage[c] == 255;
    if (!all)
        rows->coverage = (ProtobufCBinaryData){self->n, self->coverage};
    rows->n_mean = self->n;
    rows->mean = self->mean;
}

/* A division for each column is most of what packing costs: one by 1 is left out. */
static void
put_quotients(StoreTrendPack *self, const StoreWholes *wholes)
{
    double ten = store_trend_ten[wholes->places];

    for (size_t c = 0; c < self->n && wholes->places == 0; c++)
        self->mean[c] = (float)((double)wholes->sum[c] / (double)MAX(wholes->count[c], 1));
    for (size_t c = 0; c < self->n && wholes->places > 0; c++)
        self->mean[c] = (float)((double)wholes->sum[c] / ten / (double)MAX(wholes->count[c], 1));
}

void
store_trend_pack_wholes(StoreTrendPack *self,
                        const StoreGrid *grid,
                        const StoreWholes *wholes,
                        Vicu__TrendRows *rows)
{
    int32_t lowest = INT32_MAX;

    for (size_t c = 0; c < self->n; c++)
        lowest = MIN(lowest, wholes->least[c]);
    for (size_t c = 0; c < self->n; c++) {
        uint32_t some = wholes->least[c] <= wholes->greatest[c] ? UINT32_MAX : 0;
        self->low[c] = ((uint32_t)wholes->least[c] - (uint32_t)lowest) & some;
        self->above[c] = ((uint32_t)wholes->greatest[c] - (uint32_t)wholes->least[c]) & some;
    }
    put_quotients(self, wholes);
    for (size_t c = 0; c < self->n; c++) {
        int64_t width_us = grid->start[c + 1] - grid->start[c];
        self->coverage[c] = 255;
        if (wholes->covered_us[c] < (double)width_us)
            self->coverage[c] =
                wholes->count[c] == 0 ? 0 : coverage_of(wholes->covered_us[c], width_us);
    }
    put_means(self, rows);
    put_bounds(self, rows, wholes->places, lowest == INT32_MAX ? 0 : lowest);
}

/* ---- doubles ---- */

static inline bool
is_whole(double value, double ten, int64_t *whole)
{
    double big = value * ten;

    if (!(big < WHOLE_MAX && big > -WHOLE_MAX))
        return false;
    *whole = (int64_t)(big < 0 ? big - 0.5 : big + 0.5);
    return ten > 1 ? (double)*whole / ten == value : (double)*whole == value;
}

/* Bounds of every column as whole numbers, *base the least of them; false when some are
 * not whole at that many decimal places. */
static bool
take_wholes(StoreTrendPack *self, const StoreGrid *grid, unsigned places, int64_t *base)
{
    double ten = store_trend_ten[places];

    *base = INT64_MAX;
    for (size_t c = 0; c < self->n; c++) {
        const StoreCell *cell = &grid->cell[c];
        if (cell->n == 0)
            continue;
        if (!is_whole(cell->min, ten, &self->least[c])
            || !is_whole(cell->max, ten, &self->greatest[c]))
            return false;
        *base = MIN(*base, self->least[c]);
    }
    return true;
}

/* Tries what served the bed before first: beds are of one kind. */
static bool
find_places(StoreTrendPack *self, const StoreGrid *grid, int64_t *base)
{
    for (; self->places <= STORE_TREND_PLACES_MAX; self->places++)
        if (take_wholes(self, grid, self->places, base))
            return true;
    self->places = 0;
    return false;
}

/* False when the numbers need more than 4 bytes. */
static bool
put_wholes(StoreTrendPack *self, Vicu__TrendRows *rows, int64_t lowest)
{
    uint64_t all = 0;

    for (size_t c = 0; c < self->n; c++) {
        bool some = self->coverage[c] != 0;
        uint64_t low = some ? (uint64_t)(self->least[c] - lowest) : 0;
        uint64_t above = some ? (uint64_t)(self->greatest[c] - self->least[c]) : 0;
        all |= low | above;
        self->low[c] = (uint32_t)low;
        self->above[c] = (uint32_t)above;
    }
    if (all > UINT32_MAX)
        return false;
    put_bounds(self, rows, self->places, lowest == INT64_MAX ? 0 : lowest);
    return true;
}

static void
put_reals(StoreTrendPack *self, const StoreGrid *grid, Vicu__TrendRows *rows)
{
    for (size_t c = 0; c < self->n; c++) {
        self->real_min[c] = grid->cell[c].min;
        self->real_max[c] = grid->cell[c].max;
    }
    rows->n_real_min = rows->n_real_max = self->n;
    rows->real_min = self->real_min;
    rows->real_max = self->real_max;
}

void
store_trend_pack_cells(StoreTrendPack *self, const StoreGrid *grid, Vicu__TrendRows *rows)
{
    int64_t base = 0;

    for (size_t c = 0; c < self->n; c++) {
        const StoreCell *cell = &grid->cell[c];
        int64_t width_us = grid->start[c + 1] - grid->start[c];
        self->coverage[c] = cell->n == 0 ? 0 : coverage_of(cell->covered_us, width_us);
        self->mean[c] = cell->n == 0 ? 0 : (float)(cell->sum / (double)cell->n);
    }
    put_means(self, rows);
    if (!find_places(self, grid, &base) || !put_wholes(self, rows, base))
        put_reals(self, grid, rows);
}
