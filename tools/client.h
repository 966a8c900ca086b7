/* A verb's connection to a running installation: its root, the operator's key,
 * sockets to the processes. Everything waits with an end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "tools/verb.h"

G_BEGIN_DECLS

#define TOOL_CLIENT_KEY "operator"

typedef struct ToolClient ToolClient;

/* --root and --connect as they were said; neither: the one running installation
 * of this user. */
ToolClient *tool_client_open(const ToolCommon *common, GError **error);
/* The same for who only reads: where the store does not run, or does not answer within a
 * moment, its files answer (common/offline.h);  is for what is said of that. */
ToolClient *tool_client_open_reading(const ToolCommon *common, const char *verb, GError **error);
/* Processes are asked about themselves on their own machine only. */
ToolClient *tool_client_open_running(const char *dir, GError **error);
/* The same for a root at hand, running or not yet; takes @root. */
ToolClient *tool_client_open_root(VicuRoot *root, GError **error);
void tool_client_free(ToolClient *self);

const VicuRoot *tool_client_root(const ToolClient *self);
VicuContext *tool_client_context(ToolClient *self);
VicuKeys *tool_client_keys(ToolClient *self);

/* Where questions to the store go. Caller frees. */
char *tool_client_store_endpoint(const ToolClient *self);

/* A DEALER or SUB to the socket NAME of process @server. */
VicuSocket *tool_client_connect(ToolClient *self,
                                VicuSocketType type,
                                const char *domain,
                                const char *name,
                                const char *server,
                                GError **error);

/* Asks each process for its Status, all at once. NULL entries: no answer within
 * @timeout_us. The array is NULL-free in length only: n entries. Caller frees
 * each with vicu_wire_free() and the array. */
Vicu__Status **
tool_client_statuses(ToolClient *self, const char *const *processes, size_t n, int64_t timeout_us);

/* Runs the main loop until *@done, at most @timeout_us. */
gboolean tool_client_wait(ToolClient *self, const gboolean *done, int64_t timeout_us);

/* Who acts, for the audit: the name of the key. */
const char *tool_client_who(const ToolClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolClient, tool_client_free)

G_END_DECLS
