/* A verb of the command line, and the options that every verb has.
 *
 * A handler gets the words behind its own name in argv[1..]; argv[0] is for
 * messages. It returns the exit status: 0 done, 1 refused or found wanting, 2
 * bad usage. stdout is data, stderr is talk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

enum { TOOL_DONE = 0, TOOL_WANTING = 1, TOOL_USAGE = 2 };

typedef struct ToolVerb ToolVerb;

struct ToolVerb {
    const char *name;     /* "status", "bed ls" */
    const char *synopsis; /* what stands behind it */
    const char *summary;
    const char *example; /* a whole line */
    int (*run)(const ToolVerb *verb, int argc, char **argv);
    /* or, when `run` is NULL, another program and the words it wants before the rest */
    const char *program; /* "vicu-rules" */
    const char *words;   /* "check"; may be "" */
    gboolean remote;     /* has --connect: works through the hub of another machine */
};

typedef struct {
    char *root;    /* --root; NULL: find it */
    char *connect; /* --connect: the hub of another machine; NULL: as the root says */
    gboolean json;
} ToolCommon;

/* Parses --root, --connect, --json, --help and @entries (may be NULL). Returns -1 to go
 * on, else the exit status. What is left in argv[1..] is positional: fewer than
 * @least or more than @most words are bad usage. */
int tool_options(const ToolVerb *verb,
                 int *argc,
                 char ***argv,
                 const GOptionEntry *entries,
                 ToolCommon *common,
                 int least,
                 int most);
void tool_common_clear(ToolCommon *common);

/* Says "vicu VERB: MESSAGE" on stderr; returns TOOL_WANTING. Frees @error. */
int tool_wanting(const ToolVerb *verb, GError *error);
int tool_usage(const ToolVerb *verb, const char *format, ...) G_GNUC_PRINTF(2, 3);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ToolCommon, tool_common_clear)

G_END_DECLS
