/* Program: vertex and fragment shader, compiled and linked.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In the current context. 0: the driver refuses it, with its own words (VICU_ERROR_REFUSED). */
unsigned dash_program_new(const char *vertex, const char *fragment, GError **error);

G_END_DECLS
