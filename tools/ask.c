/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/ask.h"

#include <stdio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/query.h"
#include "tools/login.h"

#define VIEW_PATIENCE_US   G_USEC_PER_SEC /* looking waits for no store */
#define RECORD_PATIENCE_US (5 * (int64_t)G_USEC_PER_SEC)

static VicuQueryClient *
connect(ToolClient *client, GError **error)
{
    g_autofree char *endpoint = tool_client_store_endpoint(client);

    return vicu_query_client_new(tool_client_context(client), endpoint,
                                 vicu_root_server(tool_client_root(client), "store"), "", error);
}

typedef struct {
    ToolRowsFunc func;
    gpointer user;
} Taking;

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    const Taking *taking = user;

    if (rows != NULL && error == NULL)
        taking->func(rows, taking->user);
}

gboolean
tool_ask(ToolClient *client,
         const Vicu__Query *query,
         const char *why,
         ToolRowsFunc func,
         gpointer user,
         GError **error)
{
    g_autoptr(VicuQueryClient) store = connect(client, error);
    Taking taking = {func, user};
    Vicu__Query with = *query;
    g_autoptr(GError) wrong = NULL;

    if (store == NULL)
        return FALSE;
    g_autoptr(GBytes) proof = tool_login_proof(client, &wrong);
    if (wrong != NULL) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return FALSE;
    }
    if (proof != NULL)
        with.proof.data = (uint8_t *)g_bytes_get_data(proof, &with.proof.len);
    return vicu_query_wait(store, &with, why, TOOL_ASK_PATIENCE_US, on_rows, &taking, error);
}

static void
on_written(const GError *error, gpointer user)
{
    if (error == NULL)
        *(gboolean *)user = TRUE;
}

static gboolean
put_record(
    ToolClient *client, const char *what, const char *bed, const char *detail, int64_t patience_us)
{
    g_autoptr(VicuQueryClient) store = connect(client, NULL);
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    gboolean written = FALSE;

    record.who = (char *)tool_client_who(client);
    record.role = (char *)vicu_keys_role(tool_client_keys(client));
    record.what = (char *)what;
    record.bed = (char *)bed;
    record.t_us = vicu_clock_utc_us();
    record.from = (char *)"vicu";
    record.detail = (char *)detail;
    return store != NULL && vicu_query_put_audit(store, &record, on_written, &written)
           && tool_client_wait(client, &written, patience_us);
}

gboolean
tool_ask_record(ToolClient *client, const char *what, const char *detail, GError **error)
{
    if (put_record(client, what, "", detail, RECORD_PATIENCE_US))
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                "the store took no record of it into the audit within 5 s: nothing is written; see "
                "`vicu status`, then try again");
    return FALSE;
}

void
tool_ask_view(ToolClient *client, const char *verb, const char *bed)
{
    if (!put_record(client, "view", bed, verb, VIEW_PATIENCE_US))
        fprintf(stderr, "vicu %s: this view could not be written into the audit in 1 s\n", verb);
}
