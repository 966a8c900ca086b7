/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/layers.h"

#include <math.h>
#include <string.h>

#include "dashboard/gl/over.h"
#include "dashboard/holo/hands.h"

#define BAND 4 /* rows that one hand draws at a time */

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

    if (a->layer.rank != b->layer.rank)
        return a->layer.rank < b->layer.rank ? -1 : 1;
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

size_t
dash_layers_n(const DashLayers *self)
{
    return self->placed->len;
}

const DashLayer *
dash_layers_at(const DashLayers *self, size_t i)
{
    return &g_array_index(self->placed, Placed, i).layer;
}

const DashCamera *
dash_layers_camera(const DashLayers *self)
{
    return &self->camera;
}

uint32_t
dash_layers_back(const DashLayers *self)
{
    return self->back;
}

void
dash_layers_size(const DashLayers *self, int *w, int *h)
{
    *w = self->w;
    *h = self->h;
}

/* ---- a row ---- */

static const uint32_t *
row_of(const DashLayer *layer, int y)
{
    int stride = layer->stride ? layer->stride : layer->w;
    return layer->pixels + (size_t)(y - layer->y) * (size_t)stride;
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

/* The columns [first, end) of a view's row; @out is its first one. */
typedef struct {
    int first;
    int end;
} Columns;

static void
put_row(const DashLayers *self, const Placed *placed, int view, int y, Columns of, uint32_t *out)
{
    const DashLayer *l = &placed->layer;
    const uint32_t *from = row_of(l, y);
    uint32_t part = 0;
    int x = place(self, placed, view, &part);
    int first = MAX(of.first - x, 0), end = MIN(of.end - x, l->w + (part != 0));

    if (first >= end)
        return;
    uint32_t *to = out + (x - of.first);
    if (part != 0)
        dash_over_row_moved(to, from, l->w, part, first, end);
    else if (l->opaque)
        memcpy(to + first, from + first, sizeof *to * (size_t)(end - first));
    else
        dash_over_row(to + first, from + first, end - first);
}

static const Placed *
placed_at(const DashLayers *self, const GArray *here, guint i)
{
    return &g_array_index(self->placed, Placed, g_array_index(here, guint, i));
}

static bool
is_alike(const Placed *placed)
{
    return placed->step == 0 && placed->layer.view == DASH_LAYERS_ALL_VIEWS;
}

static void
fill(uint32_t *out, int n, uint32_t colour)
{
    for (int i = 0; i < n; i++)
        out[i] = colour;
}

/* The layers [from, to) of a row, for @view; for DASH_LAYERS_ALL_VIEWS those that all see alike. */
static void
put_layers(const DashLayers *self, int view, int y, Columns of, guint from, guint to, uint32_t *out)
{
    const GArray *here = self->of_row[y];

    for (guint i = from; i < to; i++) {
        const Placed *placed = placed_at(self, here, i);
        bool seen = view == DASH_LAYERS_ALL_VIEWS
                        ? is_alike(placed)
                        : placed->layer.view == DASH_LAYERS_ALL_VIEWS || placed->layer.view == view;
        if (seen)
            put_row(self, placed, view, y, of, out);
    }
}

void
dash_layers_row(const DashLayers *self, int view, int y, uint32_t *out)
{
    fill(out, self->w, self->back);
    put_layers(self, view, y, (Columns){0, self->w}, 0, self->of_row[y]->len, out);
}

/* The columns in which views differ, and the first layer of the row that makes them. */
static Columns
differing(const DashLayers *self, int y, guint *first)
{
    const GArray *here = self->of_row[y];
    Columns all = {self->w, 0};

    *first = here->len;
    for (guint i = 0; i < here->len; i++) {
        const Placed *placed = placed_at(self, here, i);
        if (is_alike(placed))
            continue;
        double far = fabs(placed->step) * (self->camera.views - 1) / 2;
        double left = placed->layer.x - far, right = placed->layer.x + placed->layer.w + far;
        *first = MIN(*first, i);
        all.first = MIN(all.first, (int)MAX(floor(left), 0));
        all.end = MAX(all.end, (int)MIN(ceil(right) + 1, self->w));
    }
    return all.first < all.end ? all : (Columns){0, 0};
}

/* What one thread needs for a row of all views. */
typedef struct {
    uint32_t *base;
    uint32_t *under;
    uint32_t *view;
} Room;

static Room
room_new(const DashLayers *self)
{
    uint32_t *all = g_new(uint32_t, (gsize)(self->camera.views + 2) * (gsize)self->w);
    return (Room){all, all + self->w, all + 2 * (size_t)self->w};
}

static void
draw_views(const DashLayers *self, int y, const Room *room, DashViewsRow *row)
{
    guint n = self->of_row[y]->len, first = 0;
    Columns whole = {0, self->w}, of = differing(self, y, &first);
    size_t w = (size_t)(of.end - of.first);

    *row = (DashViewsRow){room->base, room->view, of.first, of.end};
    fill(room->base, self->w, self->back);
    put_layers(self, DASH_LAYERS_ALL_VIEWS, y, whole, 0, first, room->base);
    if (w == 0) {
        put_layers(self, DASH_LAYERS_ALL_VIEWS, y, whole, first, n, room->base);
        return;
    }
    memcpy(room->under, room->base + of.first, sizeof *room->under * w);
    put_layers(self, DASH_LAYERS_ALL_VIEWS, y, whole, first, n, room->base);
    for (int view = 0; view < self->camera.views; view++) {
        uint32_t *out = room->view + (size_t)view * w;
        memcpy(out, room->under, sizeof *out * w);
        put_layers(self, view, y, of, first, n, out);
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
        const uint32_t *from = row_of(l, y);
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
    const DashSurface *out;
    const DashInterlace *interlace;
    const DashSurface *panel;
} Job;

static void
put_quilt_row(const Job *job, int y, const DashViewsRow *row)
{
    int w = job->layers->w, differ = row->end - row->first;

    for (int view = 0; view < job->layers->camera.views; view++) {
        DashRect tile = dash_quilt_tile(job->quilt, view);
        uint32_t *to = job->out->pixels + (size_t)(tile.y + y) * (size_t)job->out->stride + tile.x;
        memcpy(to, row->base, sizeof *to * (size_t)row->first);
        memcpy(to + row->first, row->view + (size_t)view * (size_t)differ,
               sizeof *to * (size_t)differ);
        memcpy(to + row->end, row->base + row->end, sizeof *to * (size_t)(w - row->end));
    }
}

static void
put_panel_rows(const Job *job, int y, const DashViewsRow *row)
{
    int from = 0, to = 0;

    if (!dash_interlace_rows_of(job->interlace, y, &from, &to))
        return;
    for (; from < to; from++)
        dash_interlace_row(job->interlace, from, row,
                           job->panel->pixels + (size_t)from * (size_t)job->panel->stride);
}

static void
draw_band(int band, gpointer user)
{
    const Job *job = user;
    Room room = room_new(job->layers);
    g_autofree uint32_t *memory = room.base;

    for (int y = band * BAND; y < MIN((band + 1) * BAND, job->layers->h); y++) {
        DashViewsRow row;
        draw_views(job->layers, y, &room, &row);
        if (job->quilt)
            put_quilt_row(job, y, &row);
        if (job->interlace)
            put_panel_rows(job, y, &row);
    }
}

static void
blacken(const DashSurface *out, DashRect rect)
{
    if (rect.w > 0 && rect.h > 0)
        dash_raster_fill(out, rect, 0xff000000u);
}

static void
draw_job(const Job *job)
{
    const DashLayers *self = job->layers;
    const DashQuilt *quilt = job->quilt;

    if (quilt) {
        int used_w = quilt->columns * self->w, used_h = quilt->rows * self->h;
        g_assert(dash_quilt_tile_w(quilt) == self->w && dash_quilt_tile_h(quilt) == self->h);
        blacken(job->out, (DashRect){0, 0, quilt->w, quilt->h - used_h});
        blacken(job->out, (DashRect){used_w, quilt->h - used_h, quilt->w - used_w, used_h});
    }
    dash_hands_share((self->h + BAND - 1) / BAND, draw_band, (gpointer)job);
}

void
dash_layers_quilt(const DashLayers *self, const DashQuilt *quilt, const DashSurface *out)
{
    draw_job(&(Job){.layers = self, .quilt = quilt, .out = out});
}

void
dash_layers_panel(const DashLayers *self, const DashInterlace *interlace, const DashSurface *out)
{
    draw_job(&(Job){.layers = self, .interlace = interlace, .panel = out});
}

void
dash_layers_both(const DashLayers *self,
                 const DashQuilt *quilt,
                 const DashSurface *out,
                 const DashInterlace *interlace,
                 const DashSurface *panel)
{
    draw_job(&(Job){self, quilt, out, interlace, panel});
}
