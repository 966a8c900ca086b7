/* vicu-dashboard: the central station, and its pictures without a display.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/snapshot.h"
#include "dashboard/station.h"

/* Without GTK, or without a display, there are still pictures. */
static int
run_station(int argc, char **argv)
{
    DashStationOptions options = {0};
    g_autoptr(GError) error = NULL;
    int status = 2;
    if (!dash_station_options(&options, &argc, &argv, &error))
        g_printerr("vicu-dashboard: %s\n", error->message);
    else
        status = dash_station_run_headless(argc, argv, &options);
    g_free(options.picture);
    return status;
}

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "snapshot") == 0)
        return dash_snapshot_main(argc - 1, argv + 1);
    return run_station(argc, argv);
}
