/* `vicu audit ls`: who did what, when, from where and why.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/clock.h"
#include "common/json.h"
#include "tools/ask.h"
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
        if (listing->json != NULL) {
            tool_json_audit(listing->json, NULL, r);
            continue;
        }
        g_autofree char *time = vicu_time_format(r->t_us);
        printf("%s  %-12s%s %-16s %-18s %s%s%s\n", time, r->who, r->person ? "" : " (not a person)",
               r->what, r->bed, r->detail, r->why[0] != '\0' ? " - " : "", r->why);
    }
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
    }
    return TOOL_DONE;
}
