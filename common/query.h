/* Questions to the store, from any process: asked, cancelled, answered piecewise.
 *
 * One socket per client, any number of questions (the store allows 8 at once).
 * Credit is given back as answers are handed on, some at a time. A store that goes away in the
 * middle of an answer ends that question with an error: half an answer is never
 * passed off as a whole one. Audit records are sent again after a reconnect
 * until the store has synced them; it keeps each once, by its id.
 *
 * Callbacks run on the context's main loop. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/socket.h"
#include "common/wire.h"

G_BEGIN_DECLS

typedef struct VicuQueryClient VicuQueryClient;

/* Several calls with rows (error NULL; the last one has rows->last), or one call
 * with rows NULL and why it failed; nothing comes after either end. Asking again
 * and cancelling from within is allowed. */
typedef void (*VicuQueryFunc)(const Vicu__QueryRows *rows, const GError *error, gpointer user);

/* The record is durable (error NULL), or was refused. */
typedef void (*VicuQueryDoneFunc)(const GError *error, gpointer user);

/* @server: name of the owner's key, "store". @who: for the audit, "" = the key's
 * name. Connects in the background and reconnects for ever. */
VicuQueryClient *vicu_query_client_new(VicuContext *context,
                                       const char *endpoint,
                                       const char *server,
                                       const char *who,
                                       GError **error);
/* Nothing is called any more. */
void vicu_query_client_free(VicuQueryClient *self);

gboolean vicu_query_is_connected(const VicuQueryClient *self);

/* @ask is copied; its id, credit, who and why are filled in. It is sent once the
 * store is there; @patience_us bounds the time without any answer. The id. */
uint64_t vicu_query_ask(VicuQueryClient *self,
                        const Vicu__Query *ask,
                        const char *why,
                        int64_t patience_us,
                        VicuQueryFunc func,
                        gpointer user);
/* No further call; an unknown id is ignored. */
void vicu_query_cancel(VicuQueryClient *self, uint64_t id);

/* Asks and runs the context's main loop until the end. FALSE and @error as the
 * callback would have had it; @func sees rows only. */
gboolean vicu_query_wait(VicuQueryClient *self,
                         const Vicu__Query *ask,
                         const char *why,
                         int64_t patience_us,
                         VicuQueryFunc func,
                         gpointer user,
                         GError **error);

/* @record is copied and gets 16 random bytes as its id when it has none. At most
 * 10 000 wait: FALSE and nothing taken beyond that, count it. @done may be NULL. */
gboolean vicu_query_put_audit(VicuQueryClient *self,
                              const Vicu__AuditRecord *record,
                              VicuQueryDoneFunc done,
                              gpointer user);
/* Records not yet durable. */
size_t vicu_query_audit_waiting(const VicuQueryClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuQueryClient, vicu_query_client_free)

G_END_DECLS
