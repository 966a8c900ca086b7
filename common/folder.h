/* A folder made durable.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The names in @path are on the disk when it returns. */
gboolean vicu_folder_sync(const char *path, GError **error);

G_END_DECLS
