/* vicu-dashboard twin: the ward in three dimensions for browsers and headsets of this machine.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* argv[0] is the verb. Serves until a signal ends it. Exit code: 0 ended, 1 refused or no running
 * installation, 2 bad usage. */
int dash_twin_main(int argc, char **argv);

G_END_DECLS
