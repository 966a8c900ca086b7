/* Glance view. See glance-view.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/glance-view.h"

#include "dashboard/gl/painter.h"
#include "dashboard/glance-numbers.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/model/glance-ward.h"
#include "dashboard/scene/ward.h"
#include "dashboard/scene/words.h"

#define TICK_US  ((int64_t)G_USEC_PER_SEC)
#define BAR_PART 40 /* of the picture's shorter side */
#define TEXT_MIN 13

struct DashGlanceView {
    DashOutput output;
    double dpi;
    DashText *text;
    DashScene *scene;
    DashSurface plane; /* of a view: the bar, and below it what the painter draws */
    DashSurface body;  /* the part of it below the bar */
    DashSurface panel; /* native only */
    DashPainter *painter;
    DashLayers *layers; /* native only */
    DashInterlace *interlace;
    int bar_h;
    DashGlanceTrial trial;
    DashModel *model;
    int64_t sent_us;
};

static bool
is_panel(const DashGlanceView *self)
{
    return self->output.form == DASH_FORM_NATIVE;
}

/* ---- the bar ---- */

static int
text_size(const DashGlanceView *self)
{
    return MAX(MIN(self->plane.w, self->plane.h) / BAR_PART, TEXT_MIN);
}

/* Smaller where it would not fit: no part of it may go. */
static void
put_words(DashGlanceView *self, const char *words, DashRect place, uint32_t ground, uint32_t ink)
{
    int size = text_size(self);
    const DashSprite *sprite = dash_text_get(self->text, words, size, DASH_WEIGHT_BOLD, 0);

    while (sprite->advance > place.w - size && size > 7)
        sprite = dash_text_get(self->text, words, --size, DASH_WEIGHT_BOLD, 0);
    dash_raster_fill(&self->plane, place, ground);
    int x = place.x + (place.w - sprite->advance) / 2 + sprite->left;
    int y = place.y + (place.h + size * 7 / 10) / 2 + sprite->top;
    dash_raster_mask(&self->plane, (DashRect){MAX(x, 0), MAX(y, 0), sprite->w, sprite->h},
                     sprite->mask, ink);
}

static void
put_bar(DashGlanceView *self)
{
    const DashPalette *pal = dash_palette_find("common");
    int half = self->plane.w / 2;

    put_words(self, _("SYNTHETIC – a study, no patient"), (DashRect){0, 0, half, self->bar_h},
              pal->banner, pal->banner_ink);
    put_words(self, _("SUPPLEMENTAL – not a primary alarm"),
              (DashRect){half, 0, self->plane.w - half, self->bar_h}, pal->plate_high, pal->back);
}

/* ---- the picture ---- */

static void
make_panel(DashGlanceView *self, const DashCamera *camera)
{
    DashLens lens;

    dash_lens_init(&lens, &self->output.calibration, camera->views);
    self->interlace = dash_interlace_new(&lens, &self->output.quilt);
    self->panel = dash_surface_new(self->output.w, self->output.h);
    self->layers = dash_layers_new(camera, self->plane.w, self->plane.h, 0xff000000u);
}

DashGlanceView *
dash_glance_view_new(const DashOutput *output, double dpi)
{
    DashGlanceView *self = g_new0(DashGlanceView, 1);
    DashCamera camera = dash_output_camera(output);
    int w = 0, h = 0;

    self->output = *output;
    self->dpi = dpi;
    dash_output_tile(output, &w, &h);
    self->plane = dash_surface_new(w, h);
    self->text = dash_text_new(NULL);
    self->scene = dash_scene_new(self->text);
    self->bar_h = text_size(self) * 2;
    self->body =
        (DashSurface){self->plane.pixels + (size_t)self->plane.stride * (size_t)self->bar_h, w,
                      h - self->bar_h, self->plane.stride};
    self->painter = dash_painter_new_on(self->body);
    if (is_panel(self))
        make_panel(self, &camera);
    return self;
}

void
dash_glance_view_free(DashGlanceView *self)
{
    if (self == NULL)
        return;
    dash_interlace_free(self->interlace);
    dash_layers_free(self->layers);
    dash_painter_free(self->painter);
    dash_scene_free(self->scene);
    dash_text_free(self->text);
    dash_model_free(self->model);
    dash_surface_clear(&self->plane);
    dash_surface_clear(&self->panel);
    g_free(self);
}

void
dash_glance_view_set(DashGlanceView *self, const DashGlanceTrial *trial, int64_t now_us)
{
    dash_model_free(self->model);
    self->trial = *trial;
    self->model = dash_glance_ward_new(trial, now_us);
    self->sent_us = now_us;
    /* Rhythms of the bed that stood in this place before do not go on. */
    dash_scene_free(self->scene);
    self->scene = dash_scene_new(self->text);
    dash_painter_forget(self->painter);
}

static const DashSurface *
weave(DashGlanceView *self)
{
    DashLayer plane = {.pixels = self->plane.pixels,
                       .w = self->plane.w,
                       .h = self->plane.h,
                       .stride = self->plane.stride,
                       .view = DASH_LAYERS_ALL_VIEWS,
                       .opaque = true};

    DashCamera camera = dash_output_camera(&self->output);
    double squeeze = dash_ward_layers_squeeze_figures(&camera, self->plane.w, self->scene);

    dash_layers_clear(self->layers);
    dash_layers_put(self->layers, &plane);
    size_t n = self->trial.form == DASH_GLANCE_WARD ? dash_ward_n_raised(self->scene) : 0;
    for (size_t i = 0; i < n; i++) {
        const DashWardRaised *raised = dash_ward_raised(self->scene, i);
        DashLayer layer = {.pixels = raised->figure->pixels,
                           .w = raised->figure->w,
                           .h = raised->figure->h,
                           .x = raised->x,
                           .y = raised->y + self->bar_h,
                           .z = raised->z * squeeze,
                           .view = DASH_LAYERS_ALL_VIEWS,
                           .rank = 1};
        dash_layers_put(self->layers, &layer);
    }
    dash_layers_sort(self->layers);
    dash_layers_panel(self->layers, self->interlace, &self->panel);
    return &self->panel;
}

static void
draw_ward(DashGlanceView *self, int64_t now_us, int64_t utc_offset_us)
{
    DashWardState ward = {.relief = is_panel(self)};
    DashView view = {.kind = DASH_VIEW_WARD,
                     .w = self->plane.w,
                     .h = self->plane.h - self->bar_h,
                     .dpi = self->dpi,
                     .alone = true,
                     .now_us = now_us,
                     .utc_offset_us = utc_offset_us,
                     .ward = &ward};

    dash_scene_build(self->scene, self->model, &view);
    dash_painter_draw(self->painter, self->scene);
}

const DashSurface *
dash_glance_view_draw(DashGlanceView *self, int64_t now_us, int64_t utc_offset_us)
{
    while (now_us - self->sent_us >= TICK_US) {
        self->sent_us += TICK_US;
        dash_glance_ward_tick(self->model, &self->trial, self->sent_us);
    }
    if (self->trial.form == DASH_GLANCE_WARD)
        draw_ward(self, now_us, utc_offset_us);
    else
        dash_glance_numbers_draw(&self->body, self->text, self->model, &self->trial, now_us);
    put_bar(self);
    return is_panel(self) ? weave(self) : &self->plane;
}
