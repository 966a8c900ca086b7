/* `vicu-store export`: what the store has of a bed, as a recording.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* argv[0] is the verb. Returns the exit status: 0 done, 1 refused, 2 bad usage. */
int store_export_main(int argc, char **argv);

G_END_DECLS
