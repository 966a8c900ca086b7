/* Glance pages: what is said around the pictures of a sitting, and how it stands on the screen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Before a picture: the instructions before the @first, then that the next one trains (@number 0)
 * or counts. Caller frees. */
char *dash_glance_page_next(unsigned number, unsigned trials, bool first);

/* An empty label of large words. */
GtkWidget *dash_glance_page_words(void);

/* @child below the bar that says what this is not; the pictures have that in themselves. */
GtkWidget *dash_glance_page_of(GtkWidget *child);

G_END_DECLS
