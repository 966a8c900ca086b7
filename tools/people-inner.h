/* One call of `vicu people`, `vicu login` or `vicu logout`. For people*.c and sign-in.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tools/login.h"

G_BEGIN_DECLS

#define TOOL_PEOPLE_PATIENCE_US (10 * G_USEC_PER_SEC)
#define TOOL_PEOPLE_SECRET      32u /* bytes of a link */

typedef struct {
    const ToolVerb *verb;
    ToolCommon common;
    ToolClient *client;
    ToolLogin login;
    /* options */
    char *name, *reason, *duration;
    char **role;
    gboolean none;
} ToolPeopleCall;

/* -1 to go on. */
int tool_people_begin(ToolPeopleCall *call,
                      const ToolVerb *verb,
                      int *argc,
                      char ***argv,
                      const GOptionEntry *entries,
                      int least,
                      int most);
void tool_people_clear(ToolPeopleCall *call);
/* With the session, where there is one. */
GPtrArray *tool_people_call(ToolPeopleCall *call, Vicu__PeopleAsk *question, GError **error);
int tool_people_done(ToolPeopleCall *call, const char *text);
/* Asks, and says @text where it was done. */
int tool_people_act(ToolPeopleCall *call, Vicu__PeopleAsk *question, const char *text);

/* The first link, as the store has laid it down. Caller wipes and frees. */
char *tool_people_first(const VicuRoot *root, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ToolPeopleCall, tool_people_clear)

G_END_DECLS
