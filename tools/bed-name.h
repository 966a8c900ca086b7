/* A bed as people say it: the whole id (demo/icu/7) or a unique tail (7, icu/7).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

/* The one of @beds that @text names: the same id, else the only one that ends in "/TEXT".
 * Borrowed from @beds. */
const char *tool_bed_find(const char *const *beds, size_t n, const char *text, GError **error);

/* The same of units: demo/icu, or icu. */
const char *tool_unit_find(const char *const *units, size_t n, const char *text, GError **error);

/* Like strcmp(), but 2 comes before 10. */
int tool_bed_compare(const char *a, const char *b);

G_END_DECLS
