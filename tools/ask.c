/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/ask.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"

#define CREDIT           8
#define VIEW_PATIENCE_US G_USEC_PER_SEC /* looking waits for no store */

typedef struct {
    Vicu__Query *query;
    ToolRowsFunc func;
    gpointer user;
    gboolean sent;
    gboolean last;
    gboolean moved; /* something came since the last look */
    char *refusal;
} Asking;

static void
on_rows(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Asking *asking = user;
    Vicu__QueryCredit more = VICU__QUERY_CREDIT__INIT;

    if (message->envelope.kind != VICU__KIND__KIND_QUERY_ROWS || asking->last)
        return;
    g_autoptr(Vicu__QueryRows) rows =
        vicu_wire_unpack_query_rows(message->body.data, message->body.size, NULL);
    if (rows == NULL || rows->id != asking->query->id)
        return;
    asking->moved = TRUE;
    if (rows->error != NULL && rows->error[0] != '\0')
        asking->refusal = g_strdup(rows->error);
    else
        asking->func(rows, asking->user);
    if (rows->last) {
        asking->last = TRUE;
        return;
    }
    more.id = rows->id;
    more.credit = 1;
    vicu_socket_send_message(socket, NULL, VICU__KIND__KIND_QUERY_CREDIT, &more.base);
}

/* A socket takes messages only once its peer is there. A store that died
 * meanwhile has forgotten the question; half an answer is not asked for again. */
static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    Asking *asking = user;

    if (event != VICU_PEER_CONNECTED || asking->sent)
        return;
    asking->sent = TRUE;
    vicu_socket_send_message(socket, NULL, VICU__KIND__KIND_QUERY, &asking->query->base);
}

static gboolean
wait_for_all(ToolClient *client, Asking *asking, int64_t patience_us)
{
    do {
        asking->moved = FALSE;
        if (tool_client_wait(client, &asking->last, patience_us))
            return TRUE;
    } while (asking->moved);
    return FALSE;
}

static gboolean
ask_for(ToolClient *client,
        Vicu__Query *query,
        const char *why,
        int64_t patience_us,
        ToolRowsFunc func,
        gpointer user,
        GError **error)
{
    g_autoptr(VicuSocket) socket =
        tool_client_connect(client, VICU_SOCKET_DEALER, "query", "store-query", "store", error);
    Asking asking = {.query = query, .func = func, .user = user};

    if (socket == NULL)
        return FALSE;
    query->id = (uint64_t)vicu_clock_boot_us();
    query->credit = CREDIT;
    query->who = (char *)tool_client_who(client);
    query->why = (char *)why;
    vicu_socket_listen(socket, on_rows, on_peer, &asking);
    if (!wait_for_all(client, &asking, patience_us))
        g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                    "the store of %s gave no answer in %d s: see vicu status",
                    tool_client_root(client)->dir, (int)(patience_us / G_USEC_PER_SEC));
    else if (asking.refusal != NULL)
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_REFUSED, asking.refusal);
    gboolean ok = asking.last && asking.refusal == NULL;
    g_free(asking.refusal);
    return ok;
}

gboolean
tool_ask(ToolClient *client,
         Vicu__Query *query,
         const char *why,
         ToolRowsFunc func,
         gpointer user,
         GError **error)
{
    return ask_for(client, query, why, TOOL_ASK_PATIENCE_US, func, user, error);
}

static void
nothing(const Vicu__QueryRows *rows, gpointer user)
{
    (void)rows;
    (void)user;
}

void
tool_ask_view(ToolClient *client, const char *verb, const char *bed)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__PutAudit put = VICU__PUT_AUDIT__INIT;
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    Vicu__AuditRecord *records[] = {&record};
    g_autoptr(GError) error = NULL;
    uint8_t id[16];

    for (size_t i = 0; i < sizeof id; i += sizeof(guint32)) {
        guint32 random = g_random_int();
        memcpy(id + i, &random, sizeof random);
    }
    record.who = (char *)tool_client_who(client);
    record.role = (char *)vicu_keys_role(tool_client_keys(client));
    record.what = (char *)"view";
    record.bed = (char *)bed;
    record.t_us = vicu_clock_utc_us();
    record.from = (char *)"vicu";
    record.detail = (char *)verb;
    record.id.data = id;
    record.id.len = sizeof id;
    put.record = records;
    put.n_record = 1;
    query.what_case = VICU__QUERY__WHAT_PUT_AUDIT;
    query.put_audit = &put;
    if (!ask_for(client, &query, "", VIEW_PATIENCE_US, nothing, NULL, &error))
        fprintf(stderr, "vicu %s: this view is not in the audit: %s\n", verb, error->message);
}
