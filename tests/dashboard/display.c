/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/display.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The server writes its number when it is ready, so nobody has to wait by the clock. */
char *
test_display_open(GPid *server)
{
    g_autofree char *program = g_find_program_in_path("Xvfb");
    int ends[2];
    if (!program || pipe(ends) != 0)
        return NULL;
    g_autofree char *number = g_strdup_printf("%d", ends[1]);
    const char *const argv[] = {program,        "-displayfd", number, "-screen", "0",
                                "1920x1080x24", "-nolisten",  "tcp",  NULL};
    gboolean started = g_spawn_async(NULL, (char **)argv, NULL,
                                     G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN
                                         | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL,
                                     NULL, NULL, server, NULL);
    close(ends[1]);
    char text[16] = ":";
    ssize_t n = started ? read(ends[0], text + 1, sizeof text - 2) : 0;
    close(ends[0]);
    if (n <= 0)
        return NULL;
    text[1 + n] = '\0';
    return g_strdup(g_strstrip(text));
}

void
test_display_close(GPid *server)
{
    if (*server == 0)
        return;
    kill(*server, SIGTERM);
    waitpid(*server, NULL, 0);
    *server = 0;
}
