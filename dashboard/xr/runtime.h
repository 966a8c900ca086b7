/* Runtime: which OpenXR runtime this machine has, told without loading any of it.
 *
 * A runtime is a maker's library; its manifest is a small JSON file that the OpenXR loader looks
 * for in fixed places. Looking at those costs nothing and brings no foreign code into a station.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Path of the manifest the loader would take; caller frees. NULL with VICU_ERROR_ABSENT: none, and
 * where it was looked for; or this build cannot use one. */
char *dash_xr_runtime_find(GError **error);

/* The same in the given places, the first that is there; NULL-terminated. */
char *dash_xr_runtime_find_in(const char *const *paths, GError **error);

G_END_DECLS
