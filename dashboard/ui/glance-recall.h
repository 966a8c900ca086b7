/* Glance recall: what was seen is asked: which signs of which beds were outside, which bed was
 * worst, how sure one is. Arrows move, the space bar marks. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/model/glance.h"

G_BEGIN_DECLS

typedef struct DashGlanceRecall DashGlanceRecall;

DashGlanceRecall *dash_glance_recall_new(void);
void dash_glance_recall_free(DashGlanceRecall *self);

GtkWidget *dash_glance_recall_widget(DashGlanceRecall *self); /* borrowed */
/* Nothing is marked, the first cell has the keyboard. */
void dash_glance_recall_clear(DashGlanceRecall *self);
/* FALSE: no key of the form. */
bool dash_glance_recall_key(DashGlanceRecall *self, guint key);
/* FALSE, and it says so: the worst bed or the confidence is missing. */
bool dash_glance_recall_take(DashGlanceRecall *self, DashGlanceAnswer *answer);

G_END_DECLS
