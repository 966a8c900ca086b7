/* Glance keep: the tables of a study in a folder, a file for each sitting.
 *
 * A finished trial is on the disk before the next one begins: its row is appended and synced.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/glance-table.h"

G_BEGIN_DECLS

typedef struct DashGlanceKeep DashGlanceKeep;

/* Makes @dir where it is not there, and in it glance-CODE-TIME.csv, which must not be there. */
DashGlanceKeep *
dash_glance_keep_new(const char *dir, const char *participant, int64_t now_us, GError **error);
void dash_glance_keep_free(DashGlanceKeep *self);

/* Borrowed. */
const char *dash_glance_keep_path(const DashGlanceKeep *self);

gboolean dash_glance_keep_put(DashGlanceKeep *self, const DashGlanceRow *row, GError **error);

/* All rows of the glance-*.csv in @dir; a file that cannot be read is an error. @cut counts rows
 * that were cut off by a crash. Caller frees. */
GArray *dash_glance_keep_read(const char *dir, unsigned *cut, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashGlanceKeep, dash_glance_keep_free)

G_END_DECLS
