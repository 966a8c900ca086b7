/* A folder made durable, one that is taken away, and a file written whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The names in @path are on the disk when it returns. */
gboolean vicu_folder_sync(const char *path, GError **error);

/* Removes @path with the files in it; what cannot go stays, folders in it always. */
void vicu_folder_remove_flat(const char *path);
/* Removes @path with everything in it; follows no link. FALSE when something stays. */
gboolean vicu_folder_remove(const char *path);

/* All @size bytes, through interruptions. FALSE with errno when the disk takes no more. */
gboolean vicu_file_write(int fd, const void *data, size_t size);

G_END_DECLS
