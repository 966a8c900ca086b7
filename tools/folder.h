/* Files that belong to the program: where they lie, and a folder that is taken away.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file @name of data/: in the clone that this program was built in, else where it is
 * installed. It may not exist. Caller frees. */
char *tool_data_path(const char *name);

/* Removes @path with everything in it; follows no link. FALSE when something stays. */
gboolean tool_folder_remove(const char *path);

G_END_DECLS
