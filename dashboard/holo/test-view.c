/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/test-view.h"

#include <math.h>

const DashTestSquare dash_test_squares[DASH_TEST_SQUARES] = {
    {0.64, 0.4, 0.2, 0xffff3b30u},   {0.32, 0.2, 0.2, 0xffffcc00u},   {0, 0, 0.2, 0xffffffffu},
    {-0.32, -0.2, 0.2, 0xff34c7e0u}, {-0.64, -0.4, 0.2, 0xff5a7dffu},
};

struct DashTestView {
    DashLayers *layers;
    GPtrArray *pictures; /* pixels of the layers */
};

/* How much of pixel @i lies within [@from, @to). */
static double
covered(int i, double from, double to)
{
    return CLAMP(MIN(i + 1.0, to) - MAX((double)i, from), 0, 1);
}

static uint32_t
premultiplied(uint32_t colour, double part)
{
    uint32_t out = (uint32_t)lround(255 * part) << 24;

    for (int shift = 0; shift < 24; shift += 8)
        out |= (uint32_t)lround((colour >> shift & 255) * part) << shift;
    return out;
}

static void
put_square(DashTestView *self, const DashCamera *camera, int w, int h, const DashTestSquare *square)
{
    double scale = dash_camera_scale(camera, square->z);
    double half_h = square->side / 2 * scale / camera->size / 2 * h;
    double half_w = half_h / h * w / camera->aspect;
    double middle_y = (1 - square->y * scale / camera->size) / 2 * h;
    double left = w / 2.0 - half_w, top = middle_y - half_h;
    int x = (int)floor(left), y = (int)floor(top);
    int n = (int)ceil(w / 2.0 + half_w) - x, m = (int)ceil(middle_y + half_h) - y;
    uint32_t *pixels = g_new(uint32_t, (gsize)n * (gsize)m);

    for (int j = 0; j < m; j++)
        for (int i = 0; i < n; i++)
            pixels[j * n + i] =
                premultiplied(square->colour, covered(x + i, left, w / 2.0 + half_w)
                                                  * covered(y + j, top, middle_y + half_h));
    g_ptr_array_add(self->pictures, pixels);
    DashLayer layer = {.pixels = pixels,
                       .w = n,
                       .h = m,
                       .x = x,
                       .y = y,
                       .z = square->z,
                       .view = DASH_LAYERS_ALL_VIEWS};
    dash_layers_put(self->layers, &layer);
}

static void
put_number(DashTestView *self, const DashCamera *camera, int h, int view, DashText *text)
{
    g_autofree char *words = g_strdup_printf("%d / %d", view, camera->views);
    int size = MAX(h / 16, 9);
    const DashSprite *sprite = dash_text_get(text, words, size, DASH_WEIGHT_BOLD, 0);
    size_t n = (size_t)sprite->w * (size_t)sprite->h;
    uint32_t *pixels = g_new(uint32_t, MAX(n, 1));

    for (size_t i = 0; i < n; i++)
        pixels[i] = sprite->mask[i] * 0x01010101u;
    g_ptr_array_add(self->pictures, pixels);
    DashLayer layer = {.pixels = pixels,
                       .w = sprite->w,
                       .h = sprite->h,
                       .x = size / 2.0 + sprite->left,
                       .y = h - size / 2 + sprite->top,
                       .view = view};
    dash_layers_put(self->layers, &layer);
}

DashTestView *
dash_test_view_new(const DashCamera *camera, int w, int h, DashText *text)
{
    DashTestView *self = g_new0(DashTestView, 1);

    self->pictures = g_ptr_array_new_with_free_func(g_free);
    self->layers = dash_layers_new(camera, w, h, DASH_TEST_BACK);
    for (size_t i = 0; i < DASH_TEST_SQUARES; i++)
        put_square(self, camera, w, h, &dash_test_squares[i]);
    for (int view = 0; view < camera->views; view++)
        put_number(self, camera, h, view, text);
    dash_layers_sort(self->layers);
    return self;
}

void
dash_test_view_free(DashTestView *self)
{
    if (self == NULL)
        return;
    dash_layers_free(self->layers);
    g_ptr_array_unref(self->pictures);
    g_free(self);
}

const DashLayers *
dash_test_view_layers(const DashTestView *self)
{
    return self->layers;
}
