/* vicu-dashboard holo panels and holo cast: what Looking Glass Bridge has, and a quilt shown by it.
 *
 * An option beside the window on the panel (ui/panel-run.h), which needs nobody's software. Bridge
 * is asked on the loopback only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/holo/bridge.h"

G_BEGIN_DECLS

typedef struct {
    unsigned port;
    unsigned patience_s; /* for each answer, at least 1 */
} DashBridgeAt;

/* Asks once which panels there are; how many, -1 and @error: Bridge is not there, or says no. */
int dash_bridge_ask_panels(const DashBridgeAt *at,
                           DashBridgePanel out[DASH_BRIDGE_PANELS_MAX],
                           GError **error);
/* Has a quilt shown, whose name tells its grid (NAME_qsCxRaA.png), on the panel of @head, -1: any.
 */
gboolean dash_bridge_cast(const DashBridgeAt *at, const char *path, int head, GError **error);

/* argv[0] is "panels" or "cast". Exit code: 0 done, 1 refused or no Bridge, 2 bad usage. */
int dash_bridge_main(int argc, char **argv);

G_END_DECLS
