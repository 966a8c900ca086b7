/* vicu-dashboard glance: the study of what one look at six beds tells, its pictures, its report.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/glance-keep.h"
#include "dashboard/holo/output.h"

G_BEGIN_DECLS

#define DASH_GLANCE_SEEN_S 10.0

/* What a sitting needs; the window fills in size and dpi of a flat screen. */
typedef struct {
    const char *dir;
    DashGlanceSitting sitting;
    DashOutput output; /* DASH_FORM_FLAT, or the panel's */
} DashGlanceAsk;

/* Shows the sitting; returns the exit code. NULL: this build has no window. */
typedef int (*DashGlanceShow)(const DashGlanceAsk *ask);

/* argv[0] is "glance". Returns the exit code: 0 done, 1 it could not be, 2 bad usage. */
int dash_glance_main(int argc, char **argv, DashGlanceShow show);

G_END_DECLS
