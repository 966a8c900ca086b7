/* One verb's work with the running installation: options, client, what stands.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "tools/client.h"
#include "tools/stand.h"
#include "tools/verb.h"

G_BEGIN_DECLS

/* On the stack, zeroed; tool_options() fills `common`. */
typedef struct {
    ToolCommon common;
    ToolClient *client;
    ToolStand *stand;
} ToolSession;

/* Finds the installation and waits until all that stands is known. */
gboolean tool_session_open(ToolSession *self, GError **error);
/* The same of another owner than the rules: tool_stand_open_of(). */
gboolean
tool_session_open_of(ToolSession *self, const char *socket, const char *owner, GError **error);
/* tool_options(), then _open(): -1 to go on, else the exit status; what was wrong is said. */
int tool_session_begin(ToolSession *self,
                       const ToolVerb *verb,
                       int *argc,
                       char ***argv,
                       const GOptionEntry *entries,
                       int least,
                       int most);
void tool_session_clear(ToolSession *self);

/* Sends @command and prints what the owner answered; returns the exit status. */
int tool_session_command(const ToolVerb *verb,
                         ToolSession *self,
                         Vicu__Command *command,
                         const char *reason);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ToolSession, tool_session_clear)

G_END_DECLS
