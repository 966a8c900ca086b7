/* Other programs of the house that a replay reads from. Blocks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    FILE *out; /* what it writes */
    pid_t pid;
} RulesProgram;

/* vicu-@room with @arguments (NULL ends them); it has our stderr. */
bool rules_program_start(RulesProgram *self,
                         const char *room,
                         const char *const *arguments,
                         GError **error);
/* FALSE and @error, prefixed by @what: it failed. */
bool rules_program_end(RulesProgram *self, const char *what, GError **error);

G_END_DECLS
