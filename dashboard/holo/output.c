/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/output.h"

#include <math.h>
#include <string.h>

#include "common/error.h"
#include "dashboard/holo/path.h"

#define SCREEN_W 1920
#define SCREEN_H 1080

static const char *const names[DASH_N_FORMS] = {
    [DASH_FORM_FLAT] = "flat",     [DASH_FORM_QUILT] = "quilt", [DASH_FORM_NATIVE] = "native",
    [DASH_FORM_STEREO] = "stereo", [DASH_FORM_RGBD] = "rgbd",
};

bool
dash_form_find(const char *name, DashForm *form)
{
    for (unsigned i = 0; i < DASH_N_FORMS; i++)
        if (g_strcmp0(names[i], name) == 0) {
            *form = (DashForm)i;
            return true;
        }
    return false;
}

char *
dash_form_names(void)
{
    g_autoptr(GString) all = g_string_new(names[0]);
    for (unsigned i = 1; i < DASH_N_FORMS; i++)
        g_string_append_printf(all, ", %s", names[i]);
    return g_string_free(g_steal_pointer(&all), FALSE);
}

/* ---- choosing ---- */

static DashDisplays *
read_displays(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;

    if (path == NULL)
        return dash_displays_new();
    return g_file_get_contents(path, &text, &size, error)
               ? dash_displays_parse(path, text, (gssize)size, error)
               : NULL;
}

/* The device that was named, else the one whose calibration it is. */
static bool
choose_display(DashOutput *self, const DashOutputAsk *ask, GError **error)
{
    g_autoptr(DashDisplays) all = read_displays(ask->displays, error);
    const DashDisplay *display = NULL;

    if (all == NULL)
        return false;
    if (ask->device == NULL && ask->calibration != NULL) {
        display = dash_displays_of_serial(all, self->calibration.serial);
        if (display == NULL) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "%s: serial \"%s\" is of no device known: say --device NAME",
                        ask->calibration, self->calibration.serial);
            return false;
        }
    } else {
        display = dash_displays_find(all, ask->device != NULL ? ask->device : "portrait", error);
    }
    if (display == NULL)
        return false;
    self->quilt = display->quilt;
    self->cone_deg = display->cone_deg;
    /* What the device itself says wins. */
    if (ask->calibration != NULL) {
        self->quilt.aspect = (double)self->calibration.w / self->calibration.h;
        if (self->calibration.cone_deg > 0)
            self->cone_deg = self->calibration.cone_deg;
    }
    return true;
}

static bool
choose_panel(DashOutput *self, const DashOutputAsk *ask, GError **error)
{
    if (ask->calibration != NULL
        && !dash_calibration_load(&self->calibration, ask->calibration, error))
        return false;
    if (!choose_display(self, ask, error))
        return false;
    if (self->form == DASH_FORM_QUILT) {
        self->quilt.w = ask->w > 0 ? ask->w : self->quilt.w;
        self->quilt.h = ask->h > 0 ? ask->h : self->quilt.h;
        self->w = self->quilt.w;
        self->h = self->quilt.h;
        return dash_quilt_check(&self->quilt, error);
    }
    if (ask->calibration == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--mode native: --calibration FILE is missing, the visual.json of the panel: "
                    "lenses differ from one device to the next");
        return false;
    }
    self->w = self->calibration.w;
    self->h = self->calibration.h;
    if ((ask->w == 0 || ask->w == self->w) && (ask->h == 0 || ask->h == self->h))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "--size %dx%d: a panel's own pixels are %dx%d by %s; leave --size out", ask->w,
                ask->h, self->w, self->h, ask->calibration);
    return false;
}

static bool
choose_eyes(DashOutput *self, const DashOutputAsk *ask, GError **error)
{
    int w = 0, h = 0;

    if (ask->stereo != NULL && !dash_stereo_find(ask->stereo, &self->stereo)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--stereo %s: expected side, side-half, top, top-half, rows or anaglyph",
                    ask->stereo);
        return false;
    }
    if (ask->w == 0)
        dash_stereo_size(self->stereo, &self->w, &self->h);
    w = self->w;
    h = self->h;
    if (dash_stereo_eye_size(self->stereo, &w, &h))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "--size %dx%d: does not divide for two eyes: an even width or height is needed",
                self->w, self->h);
    return false;
}

bool
dash_output_choose(DashOutput *self, DashForm form, const DashOutputAsk *ask, GError **error)
{
    *self = (DashOutput){
        .form = form,
        .w = ask->w > 0 ? ask->w : SCREEN_W,
        .h = ask->h > 0 ? ask->h : SCREEN_H,
    };
    if (!dash_path_find(ask->path, &self->path, error))
        return false;
    if (form == DASH_FORM_QUILT || form == DASH_FORM_NATIVE)
        return choose_panel(self, ask, error);
    if (form == DASH_FORM_STEREO)
        return choose_eyes(self, ask, error);
    if (form == DASH_FORM_RGBD && ask->w == 0)
        self->w *= 2;
    if (form != DASH_FORM_RGBD || self->w % 2 == 0)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "--size %dx%d: picture and depth lie side by side: an even width is needed",
                self->w, self->h);
    return false;
}

void
dash_output_tile(const DashOutput *self, int *w, int *h)
{
    *w = self->w;
    *h = self->h;
    if (self->form == DASH_FORM_QUILT || self->form == DASH_FORM_NATIVE) {
        *w = dash_quilt_tile_w(&self->quilt);
        *h = dash_quilt_tile_h(&self->quilt);
    } else if (self->form == DASH_FORM_STEREO) {
        dash_stereo_eye_size(self->stereo, w, h);
    } else if (self->form == DASH_FORM_RGBD) {
        *w /= 2;
    }
}

DashCamera
dash_output_camera(const DashOutput *self)
{
    DashCamera camera = {1, 1, DASH_CAMERA_FOV_DEG, self->cone_deg, 1};
    int w = 0, h = 0;

    dash_output_tile(self, &w, &h);
    camera.aspect = (double)w / h;
    if (self->form == DASH_FORM_QUILT || self->form == DASH_FORM_NATIVE) {
        camera.aspect = self->quilt.aspect;
        camera.views = dash_quilt_views(&self->quilt);
    } else if (self->form == DASH_FORM_STEREO) {
        camera.views = 2;
        camera.cone_deg = DASH_STEREO_CONE_DEG;
    }
    return camera;
}

/* ---- drawing ---- */

static void
draw_eyes(const DashOutput *self, const DashLayers *layers, const DashSurface *out)
{
    int w = 0, h = 0;

    dash_output_tile(self, &w, &h);
    DashSurface left = dash_surface_new(w, h), right = dash_surface_new(w, h);
    dash_layers_view(layers, 0, &left, 0, 0);
    dash_layers_view(layers, 1, &right, 0, 0);
    dash_stereo_join(self->stereo, &left, &right, out);
    dash_surface_clear(&left);
    dash_surface_clear(&right);
}

uint32_t
dash_output_grey_of_depth(double z)
{
    double part = CLAMP(z / (2 * DASH_RGBD_Z) + 0.5, 0, 1);
    return 0xff000000u | (uint32_t)lround(255 * part) * 0x010101u;
}

static void
draw_depth(const DashOutput *self, const DashLayers *layers, const DashSurface *out)
{
    int w = self->w / 2;
    g_autofree float *depth = g_new(float, (gsize)w);

    dash_layers_view(layers, 0, out, 0, 0);
    for (int y = 0; y < self->h; y++) {
        uint32_t *row = out->pixels + (size_t)y * (size_t)out->stride + w;
        dash_layers_depth_row(layers, 0, y, depth);
        for (int x = 0; x < w; x++)
            row[x] = dash_output_grey_of_depth((double)depth[x]);
    }
}

void
dash_output_draw(const DashOutput *self, const DashLayers *layers, const DashSurface *out)
{
    switch (self->form) {
    case DASH_FORM_QUILT:
        dash_layers_quilt(layers, &self->quilt, out);
        break;
    case DASH_FORM_NATIVE: {
        DashLens lens;
        dash_lens_init(&lens, &self->calibration, dash_quilt_views(&self->quilt));
        g_autoptr(DashInterlace) interlace = dash_interlace_new(&lens, &self->quilt);
        dash_layers_panel(layers, interlace, out);
        break;
    }
    case DASH_FORM_STEREO:
        draw_eyes(self, layers, out);
        break;
    case DASH_FORM_RGBD:
        draw_depth(self, layers, out);
        break;
    case DASH_FORM_FLAT:
    case DASH_N_FORMS:
        dash_layers_view(layers, 0, out, 0, 0);
        break;
    }
}
