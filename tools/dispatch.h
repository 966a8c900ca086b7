/* From the words of a command line to a verb, and from a program's name to its
 * file: in the build tree, or beside this program where it is installed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

#include "tools/verb.h"

G_BEGIN_DECLS

typedef struct {
    const char *title; /* of a group, in --help */
    const ToolVerb *verbs;
    size_t n;
} ToolVerbGroup;

/* The verb that argv[1] (and argv[2]) name; *words says how many. NULL: none. */
const ToolVerb *
tool_dispatch_find(const ToolVerbGroup *groups, size_t n, int argc, char *const *argv, int *words);

/* What to say when there is none: that there is none, the nearest, and what stands behind
 * argv[1]. Caller frees. */
char *tool_dispatch_advice(const ToolVerbGroup *groups, size_t n, int argc, char *const *argv);

/* All verbs by group. Caller frees. */
char *tool_dispatch_help(const ToolVerbGroup *groups, size_t n);

/* Runs the verb; for one that lives in another program this becomes that program. */
int tool_dispatch_run(const ToolVerb *verb, int words, int argc, char **argv);

/* The file of program @name ("vicu-hub"), which may not exist. Caller frees. */
char *tool_program_path(const char *name);
/* The same, from the folder where this program lies. */
char *tool_program_path_from(const char *folder, const char *name);

G_END_DECLS
