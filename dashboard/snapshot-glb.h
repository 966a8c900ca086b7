/* vicu-dashboard snapshot --mode glb: a ward, or a bed of it, as a file for headsets and viewers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/snapshot-past.h"

G_BEGIN_DECLS

/* Of the present. @view has the bed (NULL: all), the palette and the time. */
gboolean dash_snapshot_glb(const DashModel *model,
                           const DashView *view,
                           gboolean with_patient,
                           const char *path,
                           GError **error);
/* Of @moment, bed by bed from the store; the beds are those of @model. */
gboolean dash_snapshot_glb_past(const DashMoment *moment,
                                VicuContext *context,
                                const VicuRoot *root,
                                const DashModel *model,
                                const DashView *view,
                                gboolean with_patient,
                                const char *path,
                                GError **error);

G_END_DECLS
