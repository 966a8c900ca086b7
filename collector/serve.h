/* vicu-collector serving: its sources, one tick for all of them, the uplink.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* `vicu-collector` without a verb; returns the exit code. */
int collector_serve_main(int argc, char **argv);

G_END_DECLS
