/* A folder removed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Removes @path with the files in it; what cannot go stays, folders in it always. */
void store_folder_remove(const char *path);

G_END_DECLS
