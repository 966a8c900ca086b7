/* vicu-dashboard --headset: the ward in a headset, live, in a process of its own.
 *
 * A runtime is a maker's library and paces whoever draws for it: apart from a station it can
 * neither slow one down nor take it along when it ends. A headset that goes is awaited.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns the exit code: 1 where this machine has no runtime. */
int dash_headset_show(int argc, char **argv);

G_END_DECLS
