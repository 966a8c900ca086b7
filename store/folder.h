/* Folders: made durable, and removed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

/* The names in @path are on the disk when it returns. */
bool store_folder_sync(const char *path, GError **error);

/* Removes @path with the files in it; what cannot go stays, folders in it always. */
void store_folder_remove(const char *path);

G_END_DECLS
