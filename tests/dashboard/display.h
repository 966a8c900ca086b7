/* A display of its own for tests of the window: Xvfb, where it is installed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* ":99" and the server's process; NULL when there is no Xvfb. Caller frees. */
char *test_display_open(GPid *server);
void test_display_close(GPid *server);

/* Presses and releases keys as a keyboard would, through the server: "i", "Return", "ctrl+k",
 * with a blank between two of them; then nothing waits any longer. FALSE: this machine has no
 * library for that (libXtst). */
gboolean test_display_keys(const char *display, const char *keys);
/* The same of letters, one key each. */
gboolean test_display_type(const char *display, const char *text);
/* Presses and releases the first button of a mouse there. */
gboolean test_display_click(const char *display, int x, int y);

G_END_DECLS
