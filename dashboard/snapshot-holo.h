/* vicu-dashboard snapshot, in the forms of panels and glasses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/output.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

/* --device, --calibration, --stereo, --displays: of --mode quilt, native and stereo. */
GOptionGroup *dash_snapshot_holo_options(DashOutputAsk *ask);
/* Frees what the options hold. */
void dash_output_ask_clear(DashOutputAsk *ask);

/* @mode and @size ("WxH", NULL = not said) as on the command line; takes them into @ask. */
gboolean dash_snapshot_holo_choose(
    DashOutput *output, DashOutputAsk *ask, const char *mode, const char *size, GError **error);

/* The test view, which needs no installation. @out: a quilt's name gets its grid before the suffix.
 * Returns the path written; caller frees. */
char *dash_snapshot_holo_test(const DashOutput *output, const char *out, GError **error);

/* The ward of @model as @view says. Likewise. */
char *dash_snapshot_holo_ward(const DashOutput *output,
                              const DashModel *model,
                              const DashView *view,
                              const char *out,
                              GError **error);

G_END_DECLS
