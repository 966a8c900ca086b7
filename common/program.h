/* Where the other programs of the house are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* vicu-ROOM beside this program where it is installed, else in the build tree. Caller frees. */
char *vicu_program_path(const char *room);

G_END_DECLS
