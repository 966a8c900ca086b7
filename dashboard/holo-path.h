/* vicu-dashboard holo path: who draws pictures in depth on this machine, and why.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns the exit code: 0, or 1 where what was asked for is not there. */
int dash_holo_path_main(int argc, char **argv);

G_END_DECLS
