/* A child for the supervisor's tests: says READY, gives a sign of life each
 * 100 ms, and does what its argument says.
 *
 *   child steady             until SIGTERM
 *   child stubborn           ignores SIGTERM
 *   child mute               never ready
 *   child fails              says why and leaves with status 3
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>

#include "common/daemon.h"

static gboolean
beat(gpointer user)
{
    (void)user;
    vicu_notify("WATCHDOG=1");
    return G_SOURCE_CONTINUE;
}

static gboolean
leave(gpointer user)
{
    g_main_loop_quit(user);
    return G_SOURCE_CONTINUE;
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "steady";
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);

    if (strcmp(what, "fails") == 0) {
        fputs("first line\nno such file: /nowhere\n", stderr);
        return 3;
    }
    if (strcmp(what, "stubborn") == 0)
        signal(SIGTERM, SIG_IGN);
    else
        g_unix_signal_add(SIGTERM, leave, loop);
    if (strcmp(what, "mute") != 0)
        vicu_notify("READY=1");
    g_timeout_add(100, beat, NULL);
    g_main_loop_run(loop);
    g_main_loop_unref(loop);
    return EXIT_SUCCESS;
}
