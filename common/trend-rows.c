/* SPDX-License-Identifier: Apache-2.0 */
#include "common/trend-rows.h"

#include "common/error.h"

#define PLACES_MAX 9
#define WHOLE_MAX  (INT64_C(1) << 53)
#define MOST_US    (INT64_MAX / 4) /* no sum of times overflows */

static gboolean
refuse(const Vicu__TrendRows *rows, const char *what, gsize found, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "trend of bed %s: %s is %" G_GSIZE_FORMAT
                ", which does not fit %u columns: store and reader are not of one version",
                rows->bed, what, found, rows->columns);
    return FALSE;
}

static gboolean
width_of(const Vicu__TrendRows *rows,
         const ProtobufCBinaryData *bytes,
         const char *what,
         guint *width,
         GError **error)
{
    gsize n = rows->columns;

    *width = (guint)(bytes->len / n);
    if (bytes->len == *width * n && (*width == 1 || *width == 2 || *width == 4))
        return TRUE;
    return refuse(rows, what, bytes->len, error);
}

gboolean
vicu_trend_init(VicuTrend *self, const Vicu__TrendRows *rows, GError **error)
{
    *self = (VicuTrend){.rows = rows, .columns = rows->columns, .ten = 1};
    if (rows->columns == 0 || rows->from_us >= rows->to_us || rows->level_us < 0
        || (uint64_t)rows->to_us - (uint64_t)rows->from_us > MOST_US
        || ABS((double)rows->from_us) > (double)MOST_US || rows->level_us > MOST_US)
        return refuse(rows, "the time", rows->columns, error);
    if (rows->n_mean != rows->columns)
        return refuse(rows, "the length of mean", rows->n_mean, error);
    if (rows->coverage.len > 0
        && !width_of(rows, &rows->coverage, "the length of coverage", &self->coverage_width, error))
        return FALSE;
    if (self->coverage_width > 1)
        return refuse(rows, "the length of coverage", rows->coverage.len, error);
    if (rows->n_real_min > 0)
        return (rows->n_real_min == rows->columns && rows->n_real_max == rows->columns)
               || refuse(rows, "the length of real_min", rows->n_real_min, error);
    if (rows->places > PLACES_MAX || rows->lowest > WHOLE_MAX || rows->lowest < -WHOLE_MAX)
        return refuse(rows, "places", rows->places, error);
    for (guint i = 0; i < rows->places; i++)
        self->ten *= 10;
    return width_of(rows, &rows->min, "the length of min", &self->min_width, error)
           && width_of(rows, &rows->rise, "the length of rise", &self->rise_width, error);
}

static guint32
number_at(const ProtobufCBinaryData *bytes, guint width, guint i)
{
    const guint8 *at = bytes->data + (gsize)width * i;
    guint32 value = at[0];

    for (guint b = 1; b < width; b++)
        value |= (guint32)at[b] << (8 * b);
    return value;
}

void
vicu_trend_borders(const VicuTrend *self, int64_t *t_us)
{
    const Vicu__TrendRows *rows = self->rows;
    int64_t width_us = rows->to_us - rows->from_us, n = rows->columns, level_us = rows->level_us;

    for (int64_t c = 0; c <= n; c++) {
        t_us[c] = rows->from_us + width_us / n * c + width_us % n * c / n;
        if (level_us == 0)
            continue;
        int64_t into_us = (t_us[c] % level_us + level_us) % level_us;
        t_us[c] -= into_us;
        if (c == n && into_us > 0)
            t_us[c] += level_us;
    }
}

VicuTrendColumn
vicu_trend_column(const VicuTrend *self, guint column)
{
    const Vicu__TrendRows *rows = self->rows;
    VicuTrendColumn out = {0, 0, 0, 1};

    if (self->coverage_width > 0)
        out.coverage = rows->coverage.data[column] / 255.0;
    if (out.coverage <= 0)
        return out;
    out.mean = (double)rows->mean[column];
    if (rows->n_real_min > 0) {
        out.min = rows->real_min[column];
        out.max = rows->real_max[column];
        return out;
    }
    int64_t least = rows->lowest + number_at(&rows->min, self->min_width, column);
    int64_t greatest = least + number_at(&rows->rise, self->rise_width, column);
    out.min = (double)least / self->ten;
    out.max = (double)greatest / self->ten;
    return out;
}
