/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/interlace.h"

#define CHUNK 512 /* pixels: their views stay in the nearest cache */

struct DashInterlace {
    DashLens lens;
    DashQuilt quilt;
    int *column; /* of a tile, for each column of the panel */
    int *row;    /* of a tile, for each row of the panel */
    int *first;  /* of the panel's rows, for each row of a tile */
};

/* The nearest of @n for each of @m places across; mirrored with @flip. */
static int *
nearest(int n, int m, bool flip)
{
    int *at = g_new(int, (gsize)m);

    for (int i = 0; i < m; i++)
        at[flip ? m - 1 - i : i] = (int)(((int64_t)2 * i + 1) * n / ((int64_t)2 * m));
    return at;
}

DashInterlace *
dash_interlace_new(const DashLens *lens, const DashQuilt *quilt)
{
    DashInterlace *self = g_new0(DashInterlace, 1);

    g_assert(lens->views == dash_quilt_views(quilt));
    self->lens = *lens;
    self->quilt = *quilt;
    self->column = nearest(dash_quilt_tile_w(quilt), lens->w, lens->flip_x);
    self->row = nearest(dash_quilt_tile_h(quilt), lens->h, lens->flip_y);
    self->first = g_new0(int, (gsize)dash_quilt_tile_h(quilt));
    for (int y = lens->h - 1; y >= 0; y--)
        self->first[self->row[y]] = y;
    return self;
}

void
dash_interlace_free(DashInterlace *self)
{
    if (self == NULL)
        return;
    g_free(self->column);
    g_free(self->row);
    g_free(self->first);
    g_free(self);
}

/* Where row @row of each view's tile begins. */
static void
find_rows(const DashInterlace *self, const DashSurface *quilt, int row, const uint32_t **out)
{
    for (int i = 0; i < self->lens.views; i++) {
        DashRect tile = dash_quilt_tile(&self->quilt, i);
        out[i] = quilt->pixels + (size_t)(tile.y + row) * (size_t)quilt->stride + tile.x;
    }
}

void
dash_interlace_row(const DashInterlace *self, int y, const uint32_t *const *of_view, uint32_t *out)
{
    uint8_t views[3 * CHUNK];

    for (int from = 0; from < self->lens.w; from += CHUNK) {
        int n = MIN(CHUNK, self->lens.w - from);
        const int *column = self->column + from;
        dash_lens_row(&self->lens, y, from, n, views);
        for (int x = 0; x < n; x++) {
            const uint8_t *view = views + 3 * x;
            int at = column[x];
            out[from + x] = 0xff000000u | (of_view[view[0]][at] & 0xff0000u)
                            | (of_view[view[1]][at] & 0x00ff00u)
                            | (of_view[view[2]][at] & 0x0000ffu);
        }
    }
}

bool
dash_interlace_rows_of(const DashInterlace *self, int row, int *from, int *to)
{
    *from = self->first[row];
    *to = *from;
    while (*to < self->lens.h && self->row[*to] == row)
        (*to)++;
    return *to > *from;
}

void
dash_interlace_rows(
    const DashInterlace *self, const DashSurface *quilt, const DashSurface *panel, int from, int to)
{
    const uint32_t *rows[DASH_QUILT_VIEWS_MAX];

    for (int y = from; y < to; y++) {
        if (y == from || self->row[y] != self->row[y - 1])
            find_rows(self, quilt, self->row[y], rows);
        dash_interlace_row(self, y, rows, panel->pixels + (size_t)y * (size_t)panel->stride);
    }
}
