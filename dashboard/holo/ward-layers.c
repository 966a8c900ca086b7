/* Ward layers. See ward-layers.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/ward-layers.h"

#include "dashboard/gl/painter.h"
#include "dashboard/scene/ward.h"

struct DashWardLayers {
    int w;
    int h;
    DashText *text;
    DashScene *scene;
    DashPainter *painter;
    DashLayers *layers;
    DashCamera camera;
};

double
dash_ward_layers_squeeze(const DashCamera *camera, int w)
{
    double most = MAX(DASH_WARD_DEPTH_MAX, DASH_WARD_RIBBON_DEPTH);

    return camera->views > 2 ? MIN(dash_camera_z_of_step(camera, w, DASH_WARD_STEP_PX) / most, 1)
                             : 1;
}

double
dash_ward_layers_squeeze_figures(const DashCamera *camera, int w, const DashScene *ward)
{
    double squeeze = dash_ward_layers_squeeze(camera, w);
    int room = MAX(dash_ward_room(ward) - 1, 0); /* a part of a pixel takes a whole one */

    if (camera->views < 2)
        return squeeze;
    return MIN(squeeze, dash_camera_z_of_step(camera, w, 2.0 * room / (camera->views - 1))
                            / DASH_WARD_DEPTH_MAX);
}

DashWardLayers *
dash_ward_layers_new(const DashCamera *camera, int w, int h)
{
    DashWardLayers *self = g_new0(DashWardLayers, 1);

    self->w = w;
    self->h = h;
    self->text = dash_text_new(NULL);
    self->scene = dash_scene_new(self->text);
    self->painter = dash_painter_new(w, h);
    self->layers = dash_layers_new(camera, w, h, 0xff000000u);
    self->camera = *camera;
    return self;
}

void
dash_ward_layers_free(DashWardLayers *self)
{
    if (self == NULL)
        return;
    dash_layers_free(self->layers);
    dash_painter_free(self->painter);
    dash_scene_free(self->scene);
    dash_text_free(self->text);
    g_free(self);
}

static void
put_plane(DashWardLayers *self)
{
    const DashSurface *surface = dash_painter_surface(self->painter);
    DashLayer plane = {.pixels = surface->pixels,
                       .w = surface->w,
                       .stride = surface->stride,
                       .h = surface->h,
                       .view = DASH_LAYERS_ALL_VIEWS,
                       .opaque = true};

    dash_layers_put(self->layers, &plane);
}

void
dash_ward_layers_update(DashWardLayers *self, const DashModel *model, const DashView *view)
{
    DashView own = *view;
    DashWardState state = view->ward ? *view->ward : (DashWardState){0};

    state.relief = true;
    own.kind = DASH_VIEW_WARD;
    own.w = self->w;
    own.h = self->h;
    own.alone = true;
    own.ward = &state;
    dash_scene_build(self->scene, model, &own);
    dash_painter_draw(self->painter, self->scene);
    dash_layers_clear(self->layers);
    put_plane(self);
    double behind = dash_ward_layers_squeeze(&self->camera, self->w);
    double before = dash_ward_layers_squeeze_figures(&self->camera, self->w, self->scene);
    for (size_t i = 0; i < dash_ward_n_raised(self->scene); i++) {
        const DashWardRaised *raised = dash_ward_raised(self->scene, i);
        DashLayer layer = {.pixels = raised->figure->pixels,
                           .w = raised->figure->w,
                           .h = raised->figure->h,
                           .x = raised->x,
                           .y = raised->y,
                           .z = raised->z * (raised->z > 0 ? before : behind),
                           .view = DASH_LAYERS_ALL_VIEWS,
                           .rank = 1}; /* what lies behind the plane is seen through it */
        dash_layers_put(self->layers, &layer);
    }
    dash_layers_sort(self->layers);
}

const DashLayers *
dash_ward_layers_layers(const DashWardLayers *self)
{
    return self->layers;
}

const DashScene *
dash_ward_layers_scene(const DashWardLayers *self)
{
    return self->scene;
}
