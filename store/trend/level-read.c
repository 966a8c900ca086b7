/* Rows of a level on their way back: as cells of doubles, or as whole numbers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "store/trend/block.h"
#include "store/trend/column.h"
#include "store/trend/level-internal.h"
#include "store/trend/whole.h"

static bool
read_plane(const uint8_t **at, const uint8_t *end, uint64_t *x, size_t n)
{
    if (*at >= end)
        return false;
    unsigned width = *(*at)++;
    if (width == 0) {
        uint64_t all = 0;
        if (!store_varint_read(at, end, &all))
            return false;
        for (size_t i = 0; i < n; i++)
            x[i] = all;
        return true;
    }
    if ((width != 1 && width != 2 && width != 4 && width != 8) || (size_t)(end - *at) < width * n)
        return false;
    const uint8_t *p = *at;
    for (size_t i = 0; i < n; i++)
        x[i] = p[i];
    for (unsigned b = 1; b < width; b++)
        for (size_t i = 0; i < n; i++)
            x[i] |= (uint64_t)p[b * n + i] << (8 * b);
    *at += width * n;
    return true;
}

/* A row on its way back. */
typedef struct {
    const uint8_t *at, *end;
    unsigned flags, places;
    size_t n; /* cells that are there */
    const uint8_t *bits;
    uint64_t x[5][STORE_CELLS_MAX];
    uint64_t usual_us;
} Row;

static void
row_init(Row *row, const void *data, size_t size)
{
    row->at = data;
    row->end = row->at + size;
    row->bits = NULL;
    row->n = 0;
}

static bool
read_head(Row *row, size_t n)
{
    uint64_t there = 0;

    if (row->end - row->at < 3 || row->at[0] != STORE_LEVEL_VERSION)
        return false;
    row->flags = row->at[1];
    row->places = row->at[2];
    row->at += 3;
    if ((row->flags & ~(unsigned)STORE_LEVEL_KNOWN) != 0 || row->places > STORE_TREND_PLACES_MAX
        || !store_varint_read(&row->at, row->end, &there) || there > n
        || ((row->flags & STORE_LEVEL_SPARSE) == 0 && there != n))
        return false;
    row->n = there;
    if ((row->flags & STORE_LEVEL_SPARSE) == 0)
        return true;
    size_t size = (n + 7) / 8, set = 0;
    if ((size_t)(row->end - row->at) < size)
        return false;
    row->bits = row->at;
    row->at += size;
    for (size_t i = 0; i < size; i++)
        set += (size_t)__builtin_popcount(row->bits[i]);
    if (n % 8 != 0 && row->bits[size - 1] >> (n % 8) != 0)
        return false;
    return set == row->n;
}

static void
set_whole(const Row *row, StoreCell *cells, size_t n)
{
    double ten = store_trend_ten[row->places];
    uint64_t min = 0;

    for (size_t i = 0, k = 0; i < n; i++) {
        if (row->bits != NULL && (row->bits[i / 8] >> (i % 8) & 1) == 0) {
            cells[i] = (StoreCell){0};
            continue;
        }
        uint64_t count = row->x[3][k];
        min += store_unzigzag(row->x[0][k]);
        cells[i].min = (double)(int64_t)min;
        cells[i].max = (double)(int64_t)(min + row->x[1][k]);
        cells[i].sum = (double)(int64_t)(row->x[2][k] + count * min);
        cells[i].n = count;
        cells[i].covered_us =
            (double)(int64_t)(store_unzigzag(row->x[4][k]) + count * row->usual_us);
        k++;
    }
    for (size_t i = 0; row->places > 0 && i < n; i++) {
        cells[i].min /= ten;
        cells[i].max /= ten;
        cells[i].sum /= ten;
    }
}

static void
set_real(const Row *row, StoreCell *cells, size_t n)
{
    for (size_t i = 0, k = 0; i < n; i++) {
        cells[i] = (StoreCell){0};
        if (row->bits != NULL && (row->bits[i / 8] >> (i % 8) & 1) == 0)
            continue;
        memcpy(&cells[i].min, &row->x[0][k], 8);
        memcpy(&cells[i].max, &row->x[1][k], 8);
        memcpy(&cells[i].sum, &row->x[2][k], 8);
        cells[i].n = row->x[3][k];
        cells[i].covered_us =
            (double)(int64_t)(store_unzigzag(row->x[4][k]) + row->x[3][k] * row->usual_us);
        k++;
    }
}

static bool
read_planes(Row *row)
{
    for (int i = 0; i < 4; i++)
        if (!read_plane(&row->at, row->end, row->x[i], row->n))
            return false;
    if (!store_varint_read(&row->at, row->end, &row->usual_us)
        || !read_plane(&row->at, row->end, row->x[4], row->n) || row->at != row->end)
        return false;
    for (size_t i = 0; i < row->n; i++)
        if (row->x[3][i] == 0)
            return false;
    return true;
}

bool
store_level_read(const void *data, size_t size, StoreCell *cells, size_t n, GError **error)
{
    Row row;

    g_assert(n <= STORE_CELLS_MAX);
    row_init(&row, data, size);
    if (!read_head(&row, n) || !read_planes(&row)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "row of a pyramid, %zu bytes: cut short or out of bounds, expected version 1 "
                    "and at most %zu cells: restore the folder from a backup",
                    size, n);
        return false;
    }
    if ((row.flags & STORE_LEVEL_REAL) != 0)
        set_real(&row, cells, n);
    else
        set_whole(&row, cells, n);
    return true;
}

/* ---- whole numbers ---- */

static void
widen(const uint8_t *p, unsigned width, uint32_t *x, size_t n)
{
    if (width == 1)
        for (size_t i = 0; i < n; i++)
            x[i] = p[i];
    else if (width == 2)
        for (size_t i = 0; i < n; i++)
            x[i] = (uint32_t)p[i] | (uint32_t)p[n + i] << 8;
    else
        for (size_t i = 0; i < n; i++)
            x[i] = (uint32_t)p[i] | (uint32_t)p[n + i] << 8 | (uint32_t)p[2 * n + i] << 16
                   | (uint32_t)p[3 * n + i] << 24;
}

/* A plane of numbers of at most 32 bits; *@same: all are x[0]. */
static bool
read_short(Row *row, uint32_t *x, bool *same)
{
    size_t n = row->n;
    uint64_t all = 0;

    if (row->at >= row->end)
        return false;
    unsigned width = *row->at++;
    *same = width == 0;
    if (*same) {
        if (!store_varint_read(&row->at, row->end, &all) || all > UINT32_MAX)
            return false;
        for (size_t i = 0; i < n; i++)
            x[i] = (uint32_t)all;
        return true;
    }
    if ((width != 1 && width != 2 && width != 4) || (size_t)(row->end - row->at) < width * n)
        return false;
    widen(row->at, width, x, n);
    row->at += width * n;
    return true;
}

/* Least numbers from their differences; false when one needs more than 32 bits. */
static bool
add_up(const uint32_t *difference, int32_t *least, size_t n)
{
    uint64_t min = 0, beyond = 0;

    for (size_t i = 0; i < n; i++) {
        min += store_unzigzag(difference[i]);
        beyond |= min + (UINT64_C(1) << 31);
        least[i] = (int32_t)(uint32_t)min;
    }
    return beyond >> 32 == 0;
}

static void
set_covered(StoreWholeRow *out, const uint32_t *rest, bool same, uint64_t usual_us)
{
    for (size_t i = 0; i < (same ? 1 : out->n); i++)
        out->covered_us[i] = (double)(int64_t)(store_unzigzag(rest[i]) + out->count[i] * usual_us);
    for (size_t i = 1; same && i < out->n; i++)
        out->covered_us[i] = out->covered_us[0];
}

static bool
has_none(const uint32_t *count, bool same, size_t n)
{
    bool none = false;

    for (size_t i = 0; i < (same ? 1 : n); i++)
        none = none || count[i] == 0;
    return none;
}

bool
store_level_read_whole(const void *data, size_t size, StoreWholeRow *out, size_t n)
{
    uint32_t x[STORE_CELLS_MAX];
    bool same = false, same_count = false;
    Row row;

    g_assert(n <= STORE_CELLS_MAX);
    row_init(&row, data, size);
    if (!read_head(&row, n) || (row.flags & STORE_LEVEL_REAL) != 0 || row.n == 0)
        return false;
    out->places = row.places;
    out->n = row.n;
    out->bits = row.bits;
    if (!read_short(&row, x, &same) || !add_up(x, out->least, row.n)
        || !read_short(&row, out->rise, &same) || !read_short(&row, out->excess, &same)
        || !read_short(&row, out->count, &same_count) || has_none(out->count, same_count, row.n)
        || !store_varint_read(&row.at, row.end, &row.usual_us) || !read_short(&row, x, &same)
        || row.at != row.end)
        return false;
    set_covered(out, x, same && same_count, row.usual_us);
    return true;
}
