/* Names of beds: site/unit/bed, and the tails of them that people say.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* site/unit/bed, each [A-Za-z0-9_-]{1,32}. */
gboolean vicu_bed_is_id(const char *text);

/* @bed ends in "/TAIL": "demo/icu/7" in "7" and in "icu/7". */
gboolean vicu_bed_ends_in(const char *bed, const char *tail);

G_END_DECLS
