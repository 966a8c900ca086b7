/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/block.h"

#include <math.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/error.h"
#include "store/trend/column.h"

#define VERSION 1
#define CRC_LEN 4

/* Whole numbers up to 2^53 are exact in a double. */
#define WHOLE_MAX 9007199254740992.0

#define INVALID 2 /* vicu.Quality: the value means nothing */

enum {
    REAL = 1,
    SINGLE = 2,
    INVALID_OUT = 4,
    RAW_TIMES = 8,
    KNOWN = 15,
};

const double store_trend_ten[STORE_TREND_PLACES_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4,
                                                            1e5, 1e6, 1e7, 1e8, 1e9};

static uint64_t
bits_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double
scaled(int64_t whole, unsigned places, bool single)
{
    double value = (double)whole / store_trend_ten[places];
    return single ? (double)(float)value : value;
}

/* True and the whole number that gives @value back bit for bit. */
static bool
whole_of(double value, unsigned places, bool single, int64_t *whole)
{
    double big = value * store_trend_ten[places];

    if (!(fabs(big) < WHOLE_MAX))
        return false;
    *whole = llrint(big);
    return bits_of(scaled(*whole, places, single)) == bits_of(value);
}

/* ---- values ---- */

typedef struct {
    uint8_t flags, places;
    double *kept; /* without the invalid ones when they are left out */
    int64_t *whole;
    size_t n;
} Values;

static bool
fits(Values *v, unsigned places, bool single)
{
    for (size_t i = 0; i < v->n; i++)
        if (!whole_of(v->kept[i], places, single, &v->whole[i]))
            return false;
    v->places = (uint8_t)places;
    return true;
}

static void
choose_scale(Values *v)
{
    for (int single = 0; single < 2; single++)
        for (unsigned places = 0; places <= STORE_TREND_PLACES_MAX; places++)
            if (fits(v, places, single != 0)) {
                v->flags |= single != 0 ? SINGLE : 0;
                return;
            }
    v->flags |= REAL;
}

static bool
invalid_are_zero(const StoreTrendValue *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (values[i].quality == INVALID && bits_of(values[i].value) != 0)
            return false;
    return true;
}

static void
values_init(Values *v, const StoreTrendValue *values, size_t n)
{
    *v = (Values){.kept = g_new(double, n), .whole = g_new(int64_t, n)};
    if (invalid_are_zero(values, n))
        v->flags |= INVALID_OUT;
    for (size_t i = 0; i < n; i++)
        if (values[i].quality != INVALID || (v->flags & INVALID_OUT) == 0)
            v->kept[v->n++] = values[i].value;
    choose_scale(v);
}

static void
values_clear(Values *v)
{
    g_free(v->kept);
    g_free(v->whole);
}

static void
write_reals(GByteArray *out, const double *values, size_t n)
{
    uint64_t before = 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t rest = bits_of(values[i]) ^ before, low = rest;
        unsigned high = rest == 0 ? 8 : (unsigned)__builtin_clzll(rest) / 8;
        unsigned tail = rest == 0 ? 0 : (unsigned)__builtin_ctzll(rest) / 8;
        uint8_t bytes[9] = {(uint8_t)(high << 4 | tail)};
        unsigned k = 8 - high - tail;
        low >>= 8 * (tail & 7);
        for (unsigned b = 0; b < k; b++)
            bytes[1 + b] = (uint8_t)(low >> (8 * b));
        g_byte_array_append(out, bytes, 1 + k);
        before = bits_of(values[i]);
    }
}

static bool
read_reals(const uint8_t **at, const uint8_t *end, double *values, size_t n)
{
    uint64_t before = 0;

    for (size_t i = 0; i < n; i++) {
        if (*at >= end)
            return false;
        unsigned high = **at >> 4, tail = *(*at)++ & 15;
        uint64_t rest = 0;
        if (high + tail > 8 || (size_t)(end - *at) < 8 - high - tail)
            return false;
        for (unsigned b = 0; b < 8 - high - tail; b++)
            rest |= (uint64_t) * (*at)++ << (8 * (b + tail));
        before ^= rest;
        memcpy(&values[i], &before, sizeof before);
    }
    return true;
}

/* ---- times ---- */

static int64_t
apart(const StoreTrendValue *values, size_t i)
{
    return (int64_t)((uint64_t)values[i].t_us - (uint64_t)values[i - 1].t_us); /* wraps */
}

static int
compare_steps(gconstpointer pa, gconstpointer pb)
{
    int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
    return (a > b) - (a < b);
}

/* The middle one of all steps: what is regular most of the time has it. */
static int64_t
usual_step(const StoreTrendValue *values, size_t n)
{
    if (n < 2)
        return 0;
    g_autofree int64_t *step = g_new(int64_t, n - 1);
    bool same = true;
    for (size_t i = 1; i < n; i++) {
        step[i - 1] = apart(values, i);
        same = same && step[i - 1] == step[0];
    }
    if (!same)
        qsort(step, n - 1, sizeof *step, compare_steps);
    return MAX(step[(n - 1) / 2], 0);
}

/* Greatest unit, of those that devices have, that every step is a multiple of. */
static int64_t
unit_of(const StoreTrendValue *values, size_t n)
{
    static const int64_t units[] = {1000000, 250000, 100000, 40000, 10000, 1000, 100, 10};

    for (size_t k = 0; k < G_N_ELEMENTS(units); k++) {
        bool all = true;
        for (size_t i = 1; i < n && all; i++)
            all = apart(values, i) % units[k] == 0;
        if (all)
            return units[k];
    }
    return 1;
}

/* Times in units, less the regular ones. */
static void
write_times(GByteArray *out, const StoreTrendValue *values, size_t n, int64_t *column)
{
    int64_t unit = unit_of(values, n);
    uint64_t step = (uint64_t)(usual_step(values, n) / unit), sum = 0;
    uint64_t first = GUINT64_TO_LE((uint64_t)values[0].t_us);

    g_byte_array_append(out, (const uint8_t *)&first, sizeof first);
    store_varint_write(out, (uint64_t)unit);
    store_varint_write(out, step);
    column[0] = 0;
    for (size_t i = 1; i < n; i++) {
        sum += (uint64_t)(apart(values, i) / unit) - step;
        column[i] = (int64_t)sum;
    }
    store_column_write(out, column, n);
}

static bool
read_times(
    const uint8_t **at, const uint8_t *end, StoreTrendValue *values, size_t n, int64_t *column)
{
    uint64_t first = 0, unit = 0, step = 0;

    if (end - *at < 8)
        return false;
    memcpy(&first, *at, sizeof first);
    first = GUINT64_FROM_LE(first);
    *at += sizeof first;
    if (!store_varint_read(at, end, &unit) || !store_varint_read(at, end, &step)
        || !store_column_read(at, end, column, n))
        return false;
    for (size_t i = 0; i < n; i++)
        values[i].t_us = (int64_t)(first + unit * ((uint64_t)column[i] + step * i));
    return true;
}

/* ---- the block ---- */

/* Differences wrap around, so that every pair of times comes back as it was. */
static int64_t
less(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static bool
has_raw_times(const StoreTrendValue *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (values[i].source_us != 0 || values[i].received_us != 0)
            return true;
    return false;
}

#define WRITE_COLUMN(field)                                                                        \
    do {                                                                                           \
        for (size_t i = 0; i < n; i++)                                                             \
            column[i] = values[i].field;                                                           \
        store_column_write(out, column, n);                                                        \
    } while (0)

void
store_block_write(GByteArray *out,
                  const StoreTrendStream *stream,
                  const StoreTrendValue *values,
                  size_t n)
{
    g_autofree int64_t *column = g_new(int64_t, n);
    guint start = out->len;
    Values v;

    g_assert(n > 0 && n <= STORE_TREND_BLOCK_VALUES);
    values_init(&v, values, n);
    if (has_raw_times(values, n))
        v.flags |= RAW_TIMES;
    uint8_t head[] = {VERSION, v.flags, v.places};
    g_byte_array_append(out, head, sizeof head);
    store_varint_write(out, n);
    store_varint_write(out, stream->code);
    store_varint_write(out, stream->channel);
    store_varint_write(out, stream->source);
    write_times(out, values, n, column);
    WRITE_COLUMN(quality);
    WRITE_COLUMN(period_ms);
    WRITE_COLUMN(origin);
    if ((v.flags & RAW_TIMES) != 0) {
        for (size_t i = 0; i < n; i++)
            column[i] = less(values[i].t_us, values[i].source_us);
        store_column_write(out, column, n);
        for (size_t i = 0; i < n; i++)
            column[i] = less(values[i].received_us, values[i].t_us);
        store_column_write(out, column, n);
    }
    if ((v.flags & REAL) != 0)
        write_reals(out, v.kept, v.n);
    else if (v.n > 0)
        store_column_write(out, v.whole, v.n);
    values_clear(&v);
    uint32_t crc = GUINT32_TO_LE(vicu_crc32c(0, out->data + start, out->len - start));
    g_byte_array_append(out, (const uint8_t *)&crc, CRC_LEN);
}

/* A block on its way back. */
typedef struct {
    const uint8_t *at, *end;
    unsigned flags, places;
    size_t n;
    StoreTrendValue *values;
    int64_t *column;
} Block;

static bool
read_small(Block *b, uint64_t most, uint64_t *value)
{
    return store_varint_read(&b->at, b->end, value) && *value <= most;
}

static bool
read_head(Block *b, StoreTrendStream *stream)
{
    uint64_t n = 0, code = 0, channel = 0, source = 0;

    if (b->end - b->at < 3 || b->at[0] != VERSION)
        return false;
    b->flags = b->at[1];
    b->places = b->at[2];
    b->at += 3;
    if ((b->flags & ~(unsigned)KNOWN) != 0 || b->places > STORE_TREND_PLACES_MAX
        || !read_small(b, STORE_TREND_BLOCK_VALUES, &n) || n == 0
        || !read_small(b, UINT32_MAX, &code) || !read_small(b, UINT32_MAX, &channel)
        || !read_small(b, UINT8_MAX, &source))
        return false;
    b->n = n;
    *stream = (StoreTrendStream){(uint32_t)code, (uint32_t)channel, (uint32_t)source};
    return true;
}

#define READ_COLUMN(field, type, most)                                                             \
    do {                                                                                           \
        if (!store_column_read(&b->at, b->end, b->column, b->n))                                   \
            return false;                                                                          \
        for (size_t i = 0; i < b->n; i++) {                                                        \
            if ((uint64_t)b->column[i] > (most))                                                   \
                return false;                                                                      \
            b->values[i].field = (type)b->column[i];                                               \
        }                                                                                          \
    } while (0)

static bool
read_marks(Block *b)
{
    READ_COLUMN(quality, uint8_t, UINT8_MAX);
    READ_COLUMN(period_ms, uint32_t, UINT32_MAX);
    READ_COLUMN(origin, uint8_t, UINT8_MAX);
    return true;
}

/* The times have been read. */
static bool
read_raw_times(Block *b)
{
    for (size_t i = 0; i < b->n; i++)
        b->values[i].source_us = b->values[i].received_us = 0;
    if ((b->flags & RAW_TIMES) == 0)
        return true;
    if (!store_column_read(&b->at, b->end, b->column, b->n))
        return false;
    for (size_t i = 0; i < b->n; i++)
        b->values[i].source_us = less(b->values[i].t_us, b->column[i]);
    if (!store_column_read(&b->at, b->end, b->column, b->n))
        return false;
    for (size_t i = 0; i < b->n; i++)
        b->values[i].received_us = less(b->column[i], less(0, b->values[i].t_us));
    return true;
}

static bool
is_left_out(const Block *b, size_t i)
{
    return b->values[i].quality == INVALID && (b->flags & INVALID_OUT) != 0;
}

static bool
read_values(Block *b)
{
    g_autofree double *kept = g_new(double, b->n);
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++)
        n += !is_left_out(b, i);
    if ((b->flags & REAL) != 0) {
        if (!read_reals(&b->at, b->end, kept, n))
            return false;
    } else if (n > 0) {
        if (!store_column_read(&b->at, b->end, b->column, n))
            return false;
        for (size_t i = 0; i < n; i++)
            kept[i] = scaled(b->column[i], b->places, (b->flags & SINGLE) != 0);
    }
    for (size_t i = 0, k = 0; i < b->n; i++)
        b->values[i].value = is_left_out(b, i) ? 0 : kept[k++];
    return b->at == b->end;
}

static bool
check_crc(const uint8_t *data, size_t size)
{
    uint32_t crc;

    if (size < CRC_LEN)
        return false;
    memcpy(&crc, data + size - CRC_LEN, CRC_LEN);
    return GUINT32_FROM_LE(crc) == vicu_crc32c(0, data, size - CRC_LEN);
}

static bool
refuse(size_t size, const char *what, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "block of numerics, %zu bytes: %s: restore the folder from a backup", size, what);
    return false;
}

bool
store_block_read(
    const void *data, size_t size, StoreTrendStream *stream, GArray *values, GError **error)
{
    guint before = values->len;

    if (!check_crc(data, size))
        return refuse(size, "its checksum is wrong", error);
    Block b = {.at = data, .end = (const uint8_t *)data + size - CRC_LEN};
    if (!read_head(&b, stream))
        return refuse(size, "its head cannot be read, expected version 1", error);
    g_autofree int64_t *column = g_new(int64_t, b.n);
    g_array_set_size(values, before + (guint)b.n);
    b.column = column;
    b.values = &g_array_index(values, StoreTrendValue, before);
    if (read_times(&b.at, b.end, b.values, b.n, column) && read_marks(&b) && read_raw_times(&b)
        && read_values(&b))
        return true;
    g_array_set_size(values, before);
    return refuse(size, "its columns are cut short or out of bounds", error);
}
