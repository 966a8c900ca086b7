/* vicu-dashboard snapshot: one picture, drawn offscreen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* argv[0] is the verb. Returns the exit code: 0 drawn, 1 refused or no running
 * installation, 2 bad usage. */
int dash_snapshot_main(int argc, char **argv);

G_END_DECLS
