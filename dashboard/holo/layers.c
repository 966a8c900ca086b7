/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/layers.h"

#include <math.h>

#include "dashboard/holo/hands.h"

typedef struct {
    DashLayer layer;
    double step; /* pixels to the left from one view to the next */
    guint order;
} Placed;

struct DashLayers {
    DashCamera camera;
    int w;
    int h;
    uint32_t back;
    GArray *placed;  /* Placed */
    GArray **of_row; /* for each row the indices of what lies there, back to front */
};

DashLayers *
dash_layers_new(const DashCamera *camera, int w, int h, uint32_t back)
{
    DashLayers *self = g_new0(DashLayers, 1);

    self->camera = *camera;
    self->w = w;
    self->h = h;
    self->back = back | 0xff000000u;
    self->placed = g_array_new(FALSE, FALSE, sizeof(Placed));
    self->of_row = g_new(GArray *, (gsize)h);
    for (int y = 0; y < h; y++)
        self->of_row[y] = g_array_new(FALSE, FALSE, sizeof(guint));
    return self;
}

void
dash_layers_free(DashLayers *self)
{
    if (self == NULL)
        return;
    for (int y = 0; y < self->h; y++)
        g_array_unref(self->of_row[y]);
    g_free(self->of_row);
    g_array_unref(self->placed);
    g_free(self);
}

void
dash_layers_clear(DashLayers *self)
{
    g_array_set_size(self->placed, 0);
    for (int y = 0; y < self->h; y++)
        g_array_set_size(self->of_row[y], 0);
}

void
dash_layers_put(DashLayers *self, const DashLayer *layer)
{
    Placed placed = {
        .layer = *layer,
        .step = dash_camera_step_px(&self->camera, self->w, layer->z),
        .order = self->placed->len,
    };

    g_array_append_val(self->placed, placed);
}

static int
back_to_front(gconstpointer pa, gconstpointer pb)
{
    const Placed *a = pa, *b = pb;

    if (a->layer.z != b->layer.z)
        return a->layer.z < b->layer.z ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

void
dash_layers_sort(DashLayers *self)
{
    g_array_sort(self->placed, back_to_front);
    for (guint i = 0; i < self->placed->len; i++) {
        const DashLayer *l = &g_array_index(self->placed, Placed, i).layer;
        for (int y = MAX(l->y, 0); y < MIN(l->y + l->h, self->h); y++)
            g_array_append_val(self->of_row[y], i);
    }
}

/* ---- a row ---- */

/* (256 - @part) of @a and @part of @b, of 256; two channels at a time. */
static inline uint32_t
mean(uint32_t a, uint32_t b, uint32_t part)
{
    uint32_t even = (a & 0x00ff00ffu) * (256 - part) + (b & 0x00ff00ffu) * part + 0x00800080u;
    uint32_t odd =
        (a >> 8 & 0x00ff00ffu) * (256 - part) + (b >> 8 & 0x00ff00ffu) * part + 0x00800080u;

    return (even >> 8 & 0x00ff00ffu) | (odd & 0xff00ff00u);
}

static inline uint32_t
over(uint32_t back, uint32_t front)
{
    uint32_t through = 255 - (front >> 24);

    if (through == 0)
        return front;
    /* Of 255 to of 256: exact at both ends, and what is opaque stays so. */
    return front + mean(0, back, through + (through >> 7));
}

/* Where a layer lies in a view: whole pixels, and 256ths to the right of them. */
static int
place(const DashLayers *self, const Placed *placed, int view, uint32_t *part)
{
    double x = placed->layer.x;

    if (placed->step != 0)
        x -= placed->step * (view - (self->camera.views - 1) / 2.0);
    double whole = floor(x);
    double fraction = floor((x - whole) * 256 + 0.5);
    *part = (uint32_t)fraction & 255;
    return (int)whole + (fraction >= 256);
}

static void
put_row(const DashLayers *self, const Placed *placed, int view, int y, uint32_t *out)
{
    const DashLayer *l = &placed->layer;
    const uint32_t *from = l->pixels + (size_t)(y - l->y) * (size_t)l->w;
    uint32_t part = 0;
    int x = place(self, placed, view, &part);
    int first = MAX(0, -x), end = MIN(l->w, self->w - x);

    if (part == 0) {
        for (int i = first; i < end; i++)
            out[x + i] = over(out[x + i], from[i]);
        return;
    }
    end = MIN(l->w + 1, self->w - x);
    for (int i = first; i < end; i++) {
        uint32_t here = i < l->w ? from[i] : 0, before = i > 0 ? from[i - 1] : 0;
        out[x + i] = over(out[x + i], mean(here, before, part));
    }
}

void
dash_layers_row(const DashLayers *self, int view, int y, uint32_t *out)
{
    const GArray *here = self->of_row[y];

    for (int x = 0; x < self->w; x++)
        out[x] = self->back;
    for (guint i = 0; i < here->len; i++) {
        const Placed *placed = &g_array_index(self->placed, Placed, g_array_index(here, guint, i));
        if (placed->layer.view == DASH_LAYERS_ALL_VIEWS || placed->layer.view == view)
            put_row(self, placed, view, y, out);
    }
}

void
dash_layers_depth_row(const DashLayers *self, int view, int y, float *out)
{
    const GArray *here = self->of_row[y];

    for (int x = 0; x < self->w; x++)
        out[x] = 0;
    for (guint i = 0; i < here->len; i++) {
        const Placed *placed = &g_array_index(self->placed, Placed, g_array_index(here, guint, i));
        const DashLayer *l = &placed->layer;
        const uint32_t *from = l->pixels + (size_t)(y - l->y) * (size_t)l->w;
        uint32_t part = 0;
        int at = place(self, placed, view, &part) + (part >= 128);
        if (l->view != DASH_LAYERS_ALL_VIEWS && l->view != view)
            continue;
        for (int x = MAX(0, -at); x < MIN(l->w, self->w - at); x++)
            if (from[x] >> 24 >= 128)
                out[at + x] = (float)l->z;
    }
}

/* ---- pictures ---- */

void
dash_layers_view(const DashLayers *self, int view, const DashSurface *out, int x, int y)
{
    for (int row = 0; row < self->h; row++)
        dash_layers_row(self, view, row, out->pixels + (size_t)(y + row) * (size_t)out->stride + x);
}

typedef struct {
    const DashLayers *layers;
    const DashQuilt *quilt;
    const DashInterlace *interlace;
    const DashSurface *out;
} Job;

static void
draw_tile(int view, gpointer user)
{
    const Job *job = user;
    DashRect tile = dash_quilt_tile(job->quilt, view);
    dash_layers_view(job->layers, view, job->out, tile.x, tile.y);
}

static void
blacken(const DashSurface *out, DashRect rect)
{
    if (rect.w > 0 && rect.h > 0)
        dash_raster_fill(out, rect, 0xff000000u);
}

void
dash_layers_quilt(const DashLayers *self, const DashQuilt *quilt, const DashSurface *out)
{
    Job job = {self, quilt, NULL, out};
    int used_w = quilt->columns * self->w, used_h = quilt->rows * self->h;

    g_assert(dash_quilt_tile_w(quilt) == self->w && dash_quilt_tile_h(quilt) == self->h);
    blacken(out, (DashRect){0, 0, quilt->w, quilt->h - used_h});
    blacken(out, (DashRect){used_w, quilt->h - used_h, quilt->w - used_w, used_h});
    dash_hands_share(dash_quilt_views(quilt), draw_tile, &job);
}

/* A row of tiles and the rows of the panel that show it. */
static void
draw_band(int row, gpointer user)
{
    const Job *job = user;
    const DashLayers *self = job->layers;
    int from = 0, to = 0;

    if (!dash_interlace_rows_of(job->interlace, row, &from, &to))
        return;
    g_autofree uint32_t *rows = g_new(uint32_t, (gsize)self->camera.views * (gsize)self->w);
    const uint32_t *of_view[DASH_QUILT_VIEWS_MAX];
    for (int view = 0; view < self->camera.views; view++) {
        uint32_t *out = rows + (size_t)view * (size_t)self->w;
        dash_layers_row(self, view, row, out);
        of_view[view] = out;
    }
    for (int y = from; y < to; y++)
        dash_interlace_row(job->interlace, y, of_view,
                           job->out->pixels + (size_t)y * (size_t)job->out->stride);
}

void
dash_layers_panel(const DashLayers *self, const DashInterlace *interlace, const DashSurface *out)
{
    Job job = {self, NULL, interlace, out};
    dash_hands_share(self->h, draw_band, &job);
}
