/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/interlace.h"

#include "dashboard/gl/weave.h"
#include "dashboard/holo/hands.h"

#define BAND 16 /* rows that one hand draws at a time */

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

/* What is to be woven, but for the pixels. */
static DashWeave
weave_of(const DashInterlace *self, int y)
{
    DashWeave weave = {.column = self->column,
                       .step = self->lens.step,
                       .mask = self->lens.inv_view ? UINT64_MAX : 0,
                       .views = (uint32_t)self->lens.views};

    for (int x = 0; x < 2; x++)
        for (int c = 0; c < 3; c++)
            weave.phase[x][c] = dash_lens_phase(&self->lens, x, y, c);
    return weave;
}

/* The panel's columns that show those of a tile before @column; with a mirrored picture, those
 * behind it. They are in order, so that they can be searched. */
static int
columns_before(const DashInterlace *self, int column)
{
    int low = 0, high = self->lens.w;

    while (low < high) {
        int middle = (low + high) / 2;
        bool before =
            self->lens.flip_x ? self->column[middle] >= column : self->column[middle] < column;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    return low;
}

void
dash_interlace_row(const DashInterlace *self, int y, const DashViewsRow *row, uint32_t *out)
{
    int w = self->lens.w, differ = row->end - row->first;
    int from = 0, to = 0;

    if (differ > 0) {
        int a = columns_before(self, row->first), b = columns_before(self, row->end);
        from = MIN(a, b);
        to = MAX(a, b);
    }
    dash_weave_flat(row->base, self->column, 0, from, out);
    if (to > from) {
        int32_t offset[DASH_QUILT_VIEWS_MAX];
        DashWeave weave = weave_of(self, y);
        for (int i = 0; i < self->lens.views; i++)
            offset[i] = i * differ - row->first;
        weave.origin = row->view;
        weave.offset = offset;
        dash_weave_row(&weave, from, to, out);
    }
    dash_weave_flat(row->base, self->column, to, w, out);
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
    int32_t offset[DASH_QUILT_VIEWS_MAX];

    for (int i = 0; i < self->lens.views; i++) {
        DashRect tile = dash_quilt_tile(&self->quilt, i);
        offset[i] = tile.y * quilt->stride + tile.x;
    }
    for (int y = from; y < to; y++) {
        DashWeave weave = weave_of(self, y);
        weave.origin = quilt->pixels + (size_t)self->row[y] * (size_t)quilt->stride;
        weave.offset = offset;
        dash_weave_row(&weave, 0, self->lens.w, panel->pixels + (size_t)y * (size_t)panel->stride);
    }
}

typedef struct {
    const DashInterlace *interlace;
    const DashSurface *quilt;
    const DashSurface *panel;
} Job;

static void
draw_band(int band, gpointer user)
{
    const Job *job = user;
    int from = band * BAND, to = MIN(from + BAND, job->interlace->lens.h);

    dash_interlace_rows(job->interlace, job->quilt, job->panel, from, to);
}

void
dash_interlace_draw(const DashInterlace *self, const DashSurface *quilt, const DashSurface *panel)
{
    Job job = {self, quilt, panel};

    dash_hands_share((self->lens.h + BAND - 1) / BAND, draw_band, &job);
}
