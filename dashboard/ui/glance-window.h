/* Glance window: a sitting of the study on a screen: instructions, training, then for each trial a
 * mark to look at, the picture for as long as it is to be seen by the frames' clock, a blank, the
 * form. Every finished trial is kept before the next one. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/glance.h"

G_BEGIN_DECLS

typedef enum {
    DASH_GLANCE_AT_WORDS, /* instructions, or between two trials: Enter goes on */
    DASH_GLANCE_AT_MARK,
    DASH_GLANCE_AT_PICTURE,
    DASH_GLANCE_AT_BLANK,
    DASH_GLANCE_AT_FORM,
    DASH_GLANCE_AT_END, /* Enter or Esc closes */
    DASH_GLANCE_CLOSED,
} DashGlanceStage;

typedef struct DashGlanceWindow DashGlanceWindow;

/* NULL: the folder takes no file, or there is no monitor of the panel's size. */
DashGlanceWindow *dash_glance_window_new(const DashGlanceAsk *ask, GError **error);
void dash_glance_window_free(DashGlanceWindow *self);

DashGlanceStage dash_glance_window_stage(const DashGlanceWindow *self);
/* That is shown, or is shown next; borrowed. */
const DashGlanceTrial *dash_glance_window_trial(const DashGlanceWindow *self);
const char *dash_glance_window_path(const DashGlanceWindow *self); /* of the table */
GtkWindow *dash_glance_window_window(const DashGlanceWindow *self);

/* The whole sitting; a DashGlanceShow. 1: it could not be kept or shown. */
int dash_glance_show(const DashGlanceAsk *ask);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashGlanceWindow, dash_glance_window_free)

G_END_DECLS
