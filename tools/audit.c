/* `vicu audit ls`: who did what, when, from where and why; `vicu audit status`: how far it is
 * signed, and by whom.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/clock.h"
#include "common/json.h"
#include "tools/ledger.h"
#include "tools/verbs.h"
#include "tools/words.h"

typedef struct {
    VicuJson *json; /* NULL: text */
    guint rows;
} Listing;

static void
on_rows(const Vicu__QueryRows *rows, gpointer user)
{
    Listing *listing = user;

    listing->rows += (guint)rows->n_audit;
    for (size_t i = 0; i < rows->n_audit; i++) {
        const Vicu__AuditRecord *r = rows->audit[i];
        guint64 number = i < rows->n_audit_number ? rows->audit_number[i] : 0;
        if (listing->json != NULL) {
            tool_json_audit(listing->json, NULL, r, number);
            continue;
        }
        g_autofree char *time = vicu_time_format(r->t_us);
        printf("%7" G_GUINT64_FORMAT "  %s  %-12s%s %-16s %-18s %s%s%s\n", number, time, r->who,
               r->person ? "" : " (not a person)", r->what, r->bed, r->detail,
               r->why[0] != '\0' ? " - " : "", r->why);
    }
}

/* On stderr: what is listed stands on stdout. A store without a head has said so elsewhere. */
static void
say_witnessed(ToolClient *client)
{
    Vicu__LedgerHead *head = tool_ledger_head(client, 0, NULL);

    if (head != NULL) {
        g_autofree char *text = tool_ledger_witnessed(head, vicu_clock_utc_us());
        fprintf(stderr, "%s\n", text);
    }
    vicu_wire_free(head);
}

int
tool_audit_ls(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *from = NULL;
    g_autofree char *to = NULL;
    int most = 0;
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "Beginning (-1d)", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "End (now)", "TIME"},
        {"last", 0, 0, G_OPTION_ARG_INT, &most, "Only the newest N", "N"},
        G_OPTION_ENTRY_NULL,
    };
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryAudit what = VICU__QUERY_AUDIT__INIT;
    int64_t now_us = vicu_clock_utc_us();
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status >= 0)
        return status;
    if (most < 0)
        return tool_usage(verb, "--last %d is less than 1", most);
    if (!vicu_time_parse(from != NULL ? from : "-1d", now_us, &what.from_us, &error)
        || !vicu_time_parse(to != NULL ? to : "+1min", now_us, &what.to_us, &error))
        return tool_usage(verb, "%s", error->message);
    g_autoptr(ToolClient) client = tool_client_open_reading(&common, verb->name, &error);
    if (client == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(VicuJson) json = common.json ? vicu_json_new() : NULL;
    Listing listing = {json, 0};
    if (json != NULL)
        vicu_json_begin_array(json, NULL);
    what.limit = (uint32_t)most;
    query.what_case = VICU__QUERY__WHAT_AUDIT;
    query.audit = &what;
    if (!tool_ask(client, &query, "vicu audit ls", on_rows, &listing, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    } else {
        say_witnessed(client);
    }
    return TOOL_DONE;
}

/* ---- status ---- */

static void
print_status(const Vicu__LedgerHead *head, const char *key, int64_t now_us)
{
    g_autofree char *age = vicu_duration_format(MAX(now_us - head->t_us, 0));
    g_autofree char *witnessed = tool_ledger_witnessed(head, now_us);

    printf("%" G_GUINT64_FORMAT " records, the newest %s old, signed\nkey %s\n%s\n", head->size,
           age, key, witnessed);
}

static void
print_status_json(const Vicu__LedgerHead *head, const char *key)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "records", (int64_t)head->size);
    vicu_json_time(json, "newest", head->t_us);
    vicu_json_text(json, "key", key);
    vicu_json_text(json, "head", head->note);
    vicu_json_begin_array(json, "witnesses");
    for (size_t i = 0; i < head->n_cosigned; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "key", head->cosigned[i]->key);
        vicu_json_integer(json, "records", (int64_t)head->cosigned[i]->size);
        vicu_json_time(json, "time", head->cosigned[i]->t_us);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

int
tool_audit_status(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    int status = tool_options(verb, &argc, &argv, NULL, &common, 0, 0);

    if (status >= 0)
        return status;
    g_autoptr(ToolClient) client = tool_client_open_reading(&common, verb->name, &error);
    Vicu__LedgerHead *head = client != NULL ? tool_ledger_head(client, 0, &error) : NULL;
    if (head == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *key = tool_ledger_key(client, head->key, &error);
    if (key != NULL && common.json)
        print_status_json(head, key);
    else if (key != NULL)
        print_status(head, key, vicu_clock_utc_us());
    vicu_wire_free(head);
    return key != NULL ? TOOL_DONE : tool_wanting(verb, g_steal_pointer(&error));
}
