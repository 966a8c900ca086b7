/* Files that belong to the program: where they lie.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file @name of data/: in the clone that this program was built in, else where it is
 * installed. It may not exist. Caller frees. */
char *tool_data_path(const char *name);

G_END_DECLS
