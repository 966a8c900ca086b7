/* A display of its own for tests of the window: Xvfb, where it is installed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* ":99" and the server's process; NULL when there is no Xvfb. Caller frees. */
char *test_display_open(GPid *server);
void test_display_close(GPid *server);

G_END_DECLS
