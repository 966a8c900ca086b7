/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/snapshot-holo.h"

#include "common/error.h"
#include "dashboard/holo/path.h"
#include "dashboard/holo/test-view.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/picture.h"
#include "dashboard/scene/png.h"
#include "dashboard/scene/ward.h"

GOptionGroup *
dash_snapshot_holo_options(DashOutputAsk *ask)
{
    const GOptionEntry entries[] = {
        {"device", 0, 0, G_OPTION_ARG_STRING, &ask->device, "of quilt and native (portrait)",
         "NAME"},
        {"calibration", 0, 0, G_OPTION_ARG_FILENAME, &ask->calibration,
         "of native and quilt: the panel's visual.json", "FILE"},
        {"stereo", 0, 0, G_OPTION_ARG_STRING, &ask->stereo,
         "side, side-half, top, top-half, rows, anaglyph", "KIND"},
        {"displays", 0, 0, G_OPTION_ARG_FILENAME, &ask->displays, "a table of devices of your own",
         "CSV"},
        {"path", 0, 0, G_OPTION_ARG_STRING, &ask->path, "who draws: auto, sprites, mesh", "PATH"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    GOptionGroup *group = g_option_group_new("holo", "Forms of panels and glasses:",
                                             "Show the options of panels and glasses", NULL, NULL);
    g_option_group_add_entries(group, entries);
    return group;
}

void
dash_output_ask_clear(DashOutputAsk *ask)
{
    g_free((char *)ask->device);
    g_free((char *)ask->calibration);
    g_free((char *)ask->stereo);
    g_free((char *)ask->displays);
    g_free((char *)ask->path);
    *ask = (DashOutputAsk){0};
}

gboolean
dash_snapshot_holo_choose(
    DashOutput *output, DashOutputAsk *ask, const char *mode, const char *size, GError **error)
{
    DashForm form = DASH_FORM_FLAT;

    if (!dash_form_find(mode, &form)) {
        g_autofree char *names = dash_form_names();
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--mode %s: expected %s", mode, names);
        return FALSE;
    }
    return (size == NULL || dash_picture_parse_size(size, &ask->w, &ask->h, error))
           && dash_output_choose(output, form, ask, error);
}

/* The name under which players take a quilt. */
static char *
name_of(const DashOutput *output, const char *out)
{
    return output->form == DASH_FORM_QUILT ? dash_quilt_name(&output->quilt, out) : g_strdup(out);
}

/* Returns the path written. */
static char *
write_layers(const DashOutput *output, const DashLayers *layers, const char *out, GError **error)
{
    g_autoptr(DashPath) drawer = dash_path_new(output->path, error);
    g_autofree char *path = name_of(output, out);

    if (drawer == NULL)
        return NULL;
    DashSurface picture = dash_surface_new(output->w, output->h);
    bool ok = dash_path_draw(drawer, output, layers, &picture, error)
              && dash_png_write(path, picture.pixels, picture.w, picture.h, picture.stride, error);
    dash_surface_clear(&picture);
    return ok ? g_steal_pointer(&path) : NULL;
}

char *
dash_snapshot_holo_test(const DashOutput *output, const char *out, GError **error)
{
    g_autoptr(DashText) text = dash_text_new(NULL);
    DashCamera camera = dash_output_camera(output);
    int w = 0, h = 0;

    dash_output_tile(output, &w, &h);
    g_autoptr(DashTestView) test = dash_test_view_new(&camera, w, h, text);
    return write_layers(output, dash_test_view_layers(test), out, error);
}

char *
dash_snapshot_holo_ward(const DashOutput *output,
                        const DashModel *model,
                        const DashView *view,
                        const char *out,
                        GError **error)
{
    DashCamera camera = dash_output_camera(output);
    DashWardState ward = {.false_colours = output->form == DASH_FORM_STEREO
                                           && output->stereo == DASH_STEREO_ANAGLYPH};
    DashView own = *view;
    int w = 0, h = 0;

    dash_output_tile(output, &w, &h);
    own.ward = &ward;
    g_autoptr(DashWardLayers) layers = dash_ward_layers_new(&camera, w, h);
    dash_ward_layers_update(layers, model, &own);
    return write_layers(output, dash_ward_layers_layers(layers), out, error);
}
