/* Mesh. See mesh.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/mesh.h"

#include <math.h>

#include "dashboard/gl/context.h"
#include "dashboard/gl/sheets.h"

struct DashMesh {
    DashContext *context;
    DashSheets *sheets;
    GArray *scene; /* DashSheet */
};

DashMesh *
dash_mesh_new(GError **error)
{
    g_autoptr(DashContext) context = dash_context_new(error);

    if (context == NULL || !dash_context_enter(context, error))
        return NULL;
    DashSheets *sheets = dash_sheets_new(error);
    dash_context_leave(context);
    if (sheets == NULL)
        return NULL;
    DashMesh *self = g_new0(DashMesh, 1);
    self->context = g_steal_pointer(&context);
    self->sheets = sheets;
    self->scene = g_array_new(FALSE, FALSE, sizeof(DashSheet));
    return self;
}

void
dash_mesh_free(DashMesh *self)
{
    if (self == NULL)
        return;
    if (dash_context_enter(self->context, NULL)) {
        dash_sheets_free(self->sheets);
        dash_context_leave(self->context);
    }
    dash_context_free(self->context);
    g_array_unref(self->scene);
    g_free(self);
}

const char *
dash_mesh_renderer(const DashMesh *self)
{
    return dash_context_renderer(self->context);
}

bool
dash_mesh_is_hardware(const DashMesh *self)
{
    return dash_context_is_hardware(self->context);
}

/* ---- the scene ---- */

/* The rectangle at its depth which the camera in the middle sees where the layer lies. */
static DashSheet
sheet_of(const DashLayer *layer, const DashCamera *camera, int w, int h)
{
    double half_h = camera->size / dash_camera_scale(camera, layer->z);
    double half_w = half_h * camera->aspect;

    return (DashSheet){
        .pixels = layer->pixels,
        .stride = layer->stride ? layer->stride : layer->w,
        .w = layer->w,
        .h = layer->h,
        .x = (float)((2 * layer->x / w - 1) * half_w),
        .y = (float)((1 - 2.0 * layer->y / h) * half_h),
        .z = (float)layer->z,
        .step_x = (float)(2 * half_w / w),
        .step_y = (float)(2 * half_h / h),
        .view = layer->view,
    };
}

static bool
load(DashMesh *self, const DashLayers *layers, GError **error)
{
    const DashCamera *camera = dash_layers_camera(layers);
    int w = 0, h = 0;

    dash_layers_size(layers, &w, &h);
    g_array_set_size(self->scene, 0);
    for (size_t i = 0; i < dash_layers_n(layers); i++) {
        DashSheet sheet = sheet_of(dash_layers_at(layers, i), camera, w, h);
        g_array_append_val(self->scene, sheet);
    }
    return dash_sheets_load(self->sheets, (const DashSheet *)(const void *)self->scene->data,
                            self->scene->len, error);
}

static void
draw_view(DashMesh *self, const DashLayers *layers, int view, DashRect rect)
{
    DashMatrix matrix = dash_frustum_of_view(dash_layers_camera(layers), view);
    dash_sheets_draw(self->sheets, matrix.m, view, rect, dash_layers_back(layers));
}

/* ---- forms ---- */

static bool
draw_quilt(DashMesh *self,
           const DashQuilt *quilt,
           const DashLayers *layers,
           const DashSurface *out,
           GError **error)
{
    if (!dash_sheets_begin(self->sheets, DASH_SHEETS_COLOUR, quilt->w, quilt->h, error))
        return false;
    for (int view = 0; view < dash_quilt_views(quilt); view++)
        draw_view(self, layers, view, dash_quilt_tile(quilt, view));
    return dash_sheets_read(self->sheets, 0, 0, out, error);
}

static bool
draw_panel(DashMesh *self,
           const DashOutput *output,
           const DashLayers *layers,
           const DashSurface *out,
           GError **error)
{
    const DashQuilt *quilt = &output->quilt;
    DashSurface between = dash_surface_new(quilt->w, quilt->h);
    DashLens lens;

    dash_lens_init(&lens, &output->calibration, dash_quilt_views(quilt));
    g_autoptr(DashInterlace) interlace = dash_interlace_new(&lens, quilt);
    bool drawn = draw_quilt(self, quilt, layers, &between, error);
    if (drawn)
        dash_interlace_draw(interlace, &between, out);
    dash_surface_clear(&between);
    return drawn;
}

static bool
draw_eyes(DashMesh *self,
          const DashOutput *output,
          const DashLayers *layers,
          const DashSurface *out,
          GError **error)
{
    int w = 0, h = 0;

    dash_output_tile(output, &w, &h);
    if (!dash_sheets_begin(self->sheets, DASH_SHEETS_COLOUR, 2 * w, h, error))
        return false;
    draw_view(self, layers, 0, (DashRect){0, 0, w, h});
    draw_view(self, layers, 1, (DashRect){w, 0, w, h});
    DashSurface both = dash_surface_new(2 * w, h);
    DashSurface left = {both.pixels, w, h, both.stride},
                right = {both.pixels + w, w, h, both.stride};
    bool drawn = dash_sheets_read(self->sheets, 0, 0, &both, error);
    if (drawn)
        dash_stereo_join(output->stereo, &left, &right, out);
    dash_surface_clear(&both);
    return drawn;
}

static bool
draw_flat(DashMesh *self, const DashLayers *layers, const DashSurface *out, GError **error)
{
    if (!dash_sheets_begin(self->sheets, DASH_SHEETS_COLOUR, out->w, out->h, error))
        return false;
    draw_view(self, layers, 0, (DashRect){0, 0, out->w, out->h});
    return dash_sheets_read(self->sheets, 0, 0, out, error);
}

static bool
draw_depth(DashMesh *self, const DashLayers *layers, const DashSurface *out, GError **error)
{
    int w = out->w / 2;
    DashSurface left = {out->pixels, w, out->h, out->stride};
    g_autofree float *depth = g_new(float, (gsize)w *(gsize)out->h);

    if (!draw_flat(self, layers, &left, error)
        || !dash_sheets_begin(self->sheets, DASH_SHEETS_DEPTH, w, out->h, error))
        return false;
    draw_view(self, layers, 0, (DashRect){0, 0, w, out->h});
    if (!dash_sheets_read_depth(self->sheets, w, out->h, depth, error))
        return false;
    for (int y = 0; y < out->h; y++)
        for (int x = 0; x < w; x++)
            out->pixels[(size_t)y * (size_t)out->stride + w + x] =
                dash_output_grey_of_depth((double)depth[(size_t)y * (size_t)w + x]);
    return true;
}

static bool
draw_form(DashMesh *self,
          const DashOutput *output,
          const DashLayers *layers,
          const DashSurface *out,
          GError **error)
{
    switch (output->form) {
    case DASH_FORM_QUILT:
        return draw_quilt(self, &output->quilt, layers, out, error);
    case DASH_FORM_NATIVE:
        return draw_panel(self, output, layers, out, error);
    case DASH_FORM_STEREO:
        return draw_eyes(self, output, layers, out, error);
    case DASH_FORM_RGBD:
        return draw_depth(self, layers, out, error);
    case DASH_FORM_FLAT:
    case DASH_N_FORMS:
        break;
    }
    return draw_flat(self, layers, out, error);
}

bool
dash_mesh_draw(DashMesh *self,
               const DashOutput *output,
               const DashLayers *layers,
               const DashSurface *out,
               GError **error)
{
    if (!dash_context_enter(self->context, error))
        return false;
    bool drawn = load(self, layers, error) && draw_form(self, output, layers, out, error);
    dash_context_leave(self->context);
    return drawn;
}

bool
dash_mesh_draw_eye(DashMesh *self,
                   const DashMatrix *eye,
                   const DashLayers *layers,
                   int view,
                   const DashSurface *out,
                   GError **error)
{
    if (!dash_context_enter(self->context, error))
        return false;
    bool drawn = load(self, layers, error)
                 && dash_sheets_begin(self->sheets, DASH_SHEETS_COLOUR, out->w, out->h, error);
    if (drawn) {
        dash_sheets_draw(self->sheets, eye->m, view, (DashRect){0, 0, out->w, out->h},
                         dash_layers_back(layers));
        drawn = dash_sheets_read(self->sheets, 0, 0, out, error);
    }
    dash_context_leave(self->context);
    return drawn;
}

bool
dash_mesh_draw_texture(DashMesh *self,
                       const DashMatrix *eye,
                       const DashLayers *layers,
                       unsigned texture,
                       int w,
                       int h,
                       GError **error)
{
    DashMatrix upright = *eye;

    for (int k = 0; k < 4; k++)
        upright.m[4 * k + 1] = -upright.m[4 * k + 1];
    if (!dash_context_enter(self->context, error))
        return false;
    bool drawn =
        load(self, layers, error) && dash_sheets_begin_texture(self->sheets, texture, error);
    if (drawn)
        dash_sheets_draw(self->sheets, upright.m, 0, (DashRect){0, 0, w, h},
                         dash_layers_back(layers));
    drawn = drawn && dash_sheets_end_texture(self->sheets, error);
    dash_context_leave(self->context);
    return drawn;
}

DashContext *
dash_mesh_context(const DashMesh *self)
{
    return self->context;
}
