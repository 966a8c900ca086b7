/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/program.h"

#include <sys/wait.h>

#include "common/error.h"
#include "common/program.h"

bool
rules_program_start(RulesProgram *self,
                    const char *room,
                    const char *const *arguments,
                    GError **error)
{
    g_autofree char *program = vicu_program_path(room);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    GPid pid;
    int fd = -1;
    g_ptr_array_add(argv, program);
    for (; *arguments; arguments++)
        g_ptr_array_add(argv, (gpointer)*arguments);
    g_ptr_array_add(argv, NULL);
    if (!g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                  NULL, &pid, NULL, &fd, NULL, error))
        return false;
    self->pid = pid;
    self->out = fdopen(fd, "r");
    g_assert(self->out != NULL);
    return true;
}

bool
rules_program_end(RulesProgram *self, const char *what, GError **error)
{
    int status = 0;
    fclose(self->out);
    bool whole = waitpid(self->pid, &status, 0) == self->pid && WIFEXITED(status)
                 && WEXITSTATUS(status) == 0;
    if (!whole)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s cannot be read", what);
    return whole;
}
