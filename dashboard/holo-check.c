/* vicu-dashboard holo check. See holo-check.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo-check.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/options.h"
#include "dashboard/holo-bridge.h"
#include "dashboard/snapshot-holo.h"

#define DESCRIPTION                                                                                \
    "Reads a panel's visual.json, says in words what it tells, and refuses what cannot be.\n"      \
    "With -o the test view is drawn in the panel's own pixels: seen on the panel the upper\n"      \
    "squares stand before the glass, the lower ones behind it, and none is double.\n\nExamples:\n" \
    "  vicu holo check visual.json\n"                                                              \
    "  vicu holo check visual.json -o pattern.png --json\n"

typedef struct {
    DashOutputAsk ask;
    char *out;
    gboolean json;
} Options;

static void
tell_json(const DashOutput *output, const char *picture)
{
    const DashCalibration *c = &output->calibration;
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "serial", c->serial);
    vicu_json_integer(json, "width", c->w);
    vicu_json_integer(json, "height", c->h);
    vicu_json_number(json, "dpi", c->dpi);
    vicu_json_number(json, "pitch", c->pitch);
    vicu_json_number(json, "slope", c->slope);
    vicu_json_number(json, "center", c->center);
    vicu_json_number(json, "cone_deg", output->cone_deg);
    vicu_json_bool(json, "inv_view", c->inv_view);
    vicu_json_bool(json, "flip_x", c->flip_x);
    vicu_json_bool(json, "flip_y", c->flip_y);
    vicu_json_bool(json, "flip_subpixels", c->flip_subpixels);
    vicu_json_integer(json, "cell_mode", c->cell_mode);
    vicu_json_integer(json, "cells", (int64_t)c->n_cells);
    vicu_json_integer(json, "views", dash_quilt_views(&output->quilt));
    vicu_json_integer(json, "tile_width", dash_quilt_tile_w(&output->quilt));
    vicu_json_integer(json, "tile_height", dash_quilt_tile_h(&output->quilt));
    vicu_json_text(json, "picture", picture);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static void
tell_words(const DashOutput *output, const char *picture)
{
    g_autofree char *words = dash_calibration_explain(&output->calibration);

    printf("%sdrawn as         %d views of %d x %d pixels over %g degrees\n", words,
           dash_quilt_views(&output->quilt), dash_quilt_tile_w(&output->quilt),
           dash_quilt_tile_h(&output->quilt), output->cone_deg);
    if (picture)
        printf("test pattern     %s\n", picture);
}

static int
check(Options *o)
{
    DashOutput output;
    g_autofree char *picture = NULL;
    g_autoptr(GError) error = NULL;

    if (!dash_output_choose(&output, DASH_FORM_NATIVE, &o->ask, &error)
        || (o->out && !(picture = dash_snapshot_holo_test(&output, o->out, &error)))) {
        g_printerr("vicu holo check: %s\n", error->message);
        return 1;
    }
    if (o->json)
        tell_json(&output, picture);
    else
        tell_words(&output, picture);
    return 0;
}

static int
run(Options *o, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        {"device", 0, 0, G_OPTION_ARG_STRING, &o->ask.device,
         "of the table, where the serial number does not tell it", "NAME"},
        {"displays", 0, 0, G_OPTION_ARG_FILENAME, &o->ask.displays,
         "a table of devices of your own", "CSV"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->out, "draw the test pattern here", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "as JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("CALIBRATION - what a panel's calibration says");
    g_autoptr(GError) error = NULL;

    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!vicu_options_parse(context, "vicu holo check", &argc, &argv, &error)) {
        g_printerr("vicu holo check: %s\n", error->message);
        return 2;
    }
    if (argc != 3 || strcmp(argv[1], "check") != 0) {
        g_printerr(
            "vicu holo: expected check CALIBRATION, the path of a panel's visual.json, panels, "
            "or cast QUILT.png\n");
        return 2;
    }
    o->ask.calibration = g_strdup(argv[2]);
    return check(o);
}

int
dash_holo_main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "panels") == 0 || strcmp(argv[1], "cast") == 0))
        return dash_bridge_main(argc - 1, argv + 1);
    Options o = {0};
    int status = run(&o, argc, argv);

    dash_output_ask_clear(&o.ask);
    g_free(o.out);
    return status;
}
