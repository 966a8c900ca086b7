/* Reader: what a reader of screens finds beside the picture, and what it is made to say.
 *
 * Widgets that are in the tree of the toolkit and never drawn: the state of the station, the
 * standing alarms as a list, and the last thing that was said. GTK 4.8 has no announcements; what
 * is to be spoken at once becomes the name of the window that has the keyboard, which readers
 * speak when it changes. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "dashboard/model/model.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

#define DASH_READER_ALARMS                                                                         \
    12 /* items of the list; how many more there are is the last one's word */

typedef struct DashReader DashReader;

/* Its widgets are children of @parent, which calls _allocate() and, before it ends, _free(). */
DashReader *dash_reader_new(GtkWidget *parent);
void dash_reader_free(DashReader *self);
void dash_reader_allocate(DashReader *self);

/* Each second: what stands, and what of it is new. */
void dash_reader_tell(DashReader *self, const DashModel *model, const DashView *view);
/* With each picture: speaks of a view or bed that was gone to. */
void dash_reader_follow(DashReader *self, const DashModel *model, const DashView *view);
/* Spoken once. */
void dash_reader_say(DashReader *self, const char *text);

/* For tests; NULL: there is no such item. */
GtkWidget *dash_reader_status(const DashReader *self);
GtkWidget *dash_reader_rail(const DashReader *self);
GtkWidget *dash_reader_item(const DashReader *self, unsigned i);
GtkWidget *dash_reader_said(const DashReader *self);

G_END_DECLS
