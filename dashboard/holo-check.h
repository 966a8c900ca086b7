/* vicu-dashboard holo check: what a panel's calibration says, and a picture to see it by.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* argv[0] is "holo", argv[1] what of it: check, or of holo-bridge.h. Returns the exit code: 0 it
 * can be used, 1 it cannot, 2 bad usage. */
int dash_holo_main(int argc, char **argv);

G_END_DECLS
