/* Where the twin of an installation listens: DIR/run/twin, a port of 127.0.0.1 and the key of this
 * start, of mode 0600. The twin writes it; the portal reads it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_TWIN_FILE "twin"
#define VICU_TWIN_KEY  32 /* letters, 0-9 and a-f */

typedef struct {
    unsigned port;
    char *key;
} VicuTwinPlace;

/* @run: the folder. Whole or not at all; the last twin that began is the one that is found. */
gboolean vicu_twin_place_write(const char *run, const VicuTwinPlace *place, GError **error);
/* FALSE: no twin runs here, or the file makes no sense: the error says which. */
gboolean vicu_twin_place_read(const char *run, VicuTwinPlace *place, GError **error);
/* Unless another twin, with another key, has written its own meanwhile. */
void vicu_twin_place_remove(const char *run, const char *key);
void vicu_twin_place_clear(VicuTwinPlace *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VicuTwinPlace, vicu_twin_place_clear)

G_END_DECLS
