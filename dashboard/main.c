/* vicu-dashboard: the central station, and its pictures without a display.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/bench.h"
#include "dashboard/glance.h"
#include "dashboard/headset-show.h"
#include "dashboard/holo-check.h"
#include "dashboard/holo-path.h"
#include "dashboard/snapshot.h"
#include "dashboard/station.h"
#ifdef DASH_TWIN
#include "dashboard/twin/twin.h"
#endif
#ifdef DASH_WINDOW
#include "dashboard/ui/bench-present.h"
#include "dashboard/ui/glance-window.h"
#include "dashboard/ui/panel-run.h"
#include "dashboard/ui/window.h"
#else
#define dash_bench_present NULL
#define dash_glance_show   NULL
#endif

/* These end before a window would be needed. */
static gboolean
only_says(int argc, char **argv)
{
    static const char *const words[] = {"--help",   "-h",        "--check", "--settings",
                                        "--manual", "--version", NULL};
    for (int i = 1; i < argc; i++)
        if (g_strv_contains(words, argv[i]))
            return TRUE;
    return FALSE;
}

static int
run_window(int argc, char **argv, const DashStationOptions *options)
{
#ifdef DASH_WINDOW
    bool says = only_says(argc, argv);
    if (says || dash_window_possible())
        return options->panel && !says ? dash_panel_run(argc, argv, options)
                                       : dash_window_run(argc, argv);
    const char *why = "no display can be opened";
#else
    (void)options;
    const char *why = "this build has no window";
    DashStationOptions none = {.every_us = G_USEC_PER_SEC};
    if (only_says(argc, argv))
        return dash_station_run_headless(argc, argv, &none);
#endif
    g_printerr("vicu-dashboard: %s; --headless --picture FILE draws without one, vicu snapshot "
               "draws once\n",
               why);
    return 1;
}

#ifndef DASH_TWIN
static int
dash_twin_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    g_printerr("vicu twin: this build has no page in three dimensions; libsoup-3.0 was not there "
               "when it was configured\n");
    return 1;
}
#endif

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "snapshot") == 0)
        return dash_snapshot_main(argc - 1, argv + 1);
    if (argc > 2 && strcmp(argv[1], "holo") == 0 && strcmp(argv[2], "path") == 0)
        return dash_holo_path_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "holo") == 0)
        return dash_holo_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "glance") == 0)
        return dash_glance_main(argc - 1, argv + 1, dash_glance_show);
    if (argc > 1 && strcmp(argv[1], "bench") == 0)
        return dash_bench_main(argc - 1, argv + 1, dash_bench_present);
    if (argc > 1 && strcmp(argv[1], "twin") == 0)
        return dash_twin_main(argc - 1, argv + 1);
    DashStationOptions options = {0};
    g_autoptr(GError) error = NULL;
    int status = 2;
    if (!dash_station_options(&options, &argc, &argv, &error))
        g_printerr("vicu-dashboard: %s\n", error->message);
    else if (options.headset && !only_says(argc, argv))
        status = dash_headset_show(argc, argv);
    else if (options.headless)
        status = dash_station_run_headless(argc, argv, &options);
    else
        status = run_window(argc, argv, &options);
    g_free(options.picture);
    g_free(options.panel);
    g_free(options.monitor);
    g_free(options.bed);
    g_free(options.path);
    return status;
}
