/* The audit: a search, newest first, and how far it is signed and witnessed.
 *
 * The store is asked for the newest SCAN records of the time; who, what and bed are compared here.
 * Where fewer were asked for than there may be, the page says how far back it looked, and goes on
 * from there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "portal/admin/admin-inner.h"

#define SCAN 10000u
#define PAGE 100u
#define PATH "/admin/audit"

typedef struct {
    const char *who, *what, *bed; /* "": any; the form's */
    int64_t from_us, to_us;
    uint64_t below;   /* only records before that number; 0: all */
    uint64_t scanned; /* number of the first that was looked at */
    int64_t scanned_us;
    unsigned n_scanned, n_found;
    GPtrArray *found; /* Vicu__AuditRecord, oldest first; the newest PAGE of them */
    GArray *numbers;  /* uint64_t */
    Vicu__LedgerHead *head;
} Search;

static void
search_free(gpointer data)
{
    Search *search = data;

    g_ptr_array_unref(search->found);
    g_array_unref(search->numbers);
    vicu_wire_free(search->head);
    g_free(search);
}

/* ---- what fits ---- */

static bool
has(const char *text, const char *part)
{
    g_autofree char *a = g_utf8_casefold(text, -1);
    g_autofree char *b = g_utf8_casefold(part, -1);

    return strstr(a, b) != NULL;
}

static bool
is_about(const Vicu__AuditRecord *record, const char *bed)
{
    bool about = *bed == '\0' || has(record->bed, bed);

    for (size_t i = 0; i < record->n_beds && !about; i++)
        about = has(record->beds[i], bed);
    return about;
}

static void
take_record(Search *search, const Vicu__AuditRecord *record, uint64_t number)
{
    if (search->n_scanned++ == 0) {
        search->scanned = number;
        search->scanned_us = record->t_taken_us;
    }
    if ((search->below != 0 && number >= search->below) || !has(record->who, search->who)
        || !has(record->what, search->what) || !is_about(record, search->bed))
        return;
    search->n_found++;
    g_ptr_array_add(search->found, vicu_wire_copy(&record->base));
    g_array_append_val(search->numbers, number);
    if (search->found->len > PAGE) {
        g_ptr_array_remove_index(search->found, 0);
        g_array_remove_index(search->numbers, 0);
    }
}

/* ---- the page ---- */

static void
put_search(AdminCall *call)
{
    const PortalForm *form = call->form;
    const char *from = portal_form_get(form, "from"), *to = portal_form_get(form, "to");

    portal_html_put(call->html, "<form method=\"get\" action=\"" PATH "\" role=\"search\">");
    admin_field(call, admin_say(call, "From (UTC, or -1d)", "从（UTC，或 -1d）"), "from", "text",
                *from != '\0' ? from : "-1d", "off", FALSE);
    admin_field(call, admin_say(call, "To (UTC, or now)", "到（UTC，或 now）"), "to", "text",
                *to != '\0' ? to : "now", "off", FALSE);
    admin_field(call, admin_say(call, "Who", "何人"), "who", "text", portal_form_get(form, "who"),
                "off", FALSE);
    admin_field(call, admin_say(call, "What", "何事"), "what", "text",
                portal_form_get(form, "what"), "off", FALSE);
    admin_field(call, admin_say(call, "Bed", "床位"), "bed", "text", portal_form_get(form, "bed"),
                "off", FALSE);
    admin_button(call, admin_say(call, "Search", "查询"));
    portal_html_put(call->html, "</form>");
}

static void
put_row(AdminCall *call, const Vicu__AuditRecord *record, uint64_t number)
{
    PortalHtml *html = call->html;

    portal_html_put(html, "<tr><td class=\"number\">%" G_GUINT64_FORMAT "</td><td>", number);
    portal_html_time(html, record->t_taken_us);
    portal_html_put(html, "</td><th scope=\"row\">%s%s</th><td>%s</td><td class=\"code\">%s</td>",
                    record->who,
                    record->person ? "" : admin_say(call, " (not a person)", "（非个人）"),
                    record->role, record->what);
    portal_html_put(html, "<td>%s", record->bed);
    if (record->n_beds > 0)
        portal_html_put(html, admin_say(call, "%zu beds", "%zu 张床"), record->n_beds);
    portal_html_put(html, "</td><td class=\"wide\">%s%s%s</td><td class=\"soft\">%s</td></tr>",
                    record->detail, *record->why != '\0' && *record->detail != '\0' ? " - " : "",
                    record->why, record->from);
}

/* To the records before the oldest that is shown, or that was looked at. */
static void
put_older(AdminCall *call, const Search *search)
{
    bool full = search->n_found > search->found->len;
    uint64_t below = search->scanned;
    int64_t to_us = search->scanned_us;

    if (!full && search->n_scanned < SCAN)
        return;
    if (full) {
        below = g_array_index(search->numbers, uint64_t, 0);
        to_us = ((const Vicu__AuditRecord *)search->found->pdata[0])->t_taken_us;
    } else {
        portal_html_put(call->html, "<p class=\"warn\">%s ",
                        admin_say(call, "Only so far back was looked:", "只查到以下时间："));
        portal_html_time(call->html, to_us);
        portal_html_put(call->html, "</p>");
    }
    g_autofree char *from = vicu_time_format(search->from_us);
    g_autofree char *to = vicu_time_format(to_us + 1000);
    g_autofree char *who = portal_form_escape(search->who);
    g_autofree char *what = portal_form_escape(search->what);
    g_autofree char *bed = portal_form_escape(search->bed);
    portal_html_put(call->html,
                    "<p><a href=\"" PATH "?from=%s&amp;to=%s&amp;who=%s&amp;what=%s&amp;bed=%s"
                    "&amp;below=%" G_GUINT64_FORMAT "\" rel=\"next\">%s</a></p>",
                    from, to, who, what, bed, below, admin_say(call, "Older", "更早"));
}

static void
put_found(AdminCall *call, const Search *search)
{
    const char *columns[] = {
        admin_say(call, "No.", "编号"),    admin_say(call, "Taken (UTC)", "记录时间 (UTC)"),
        admin_say(call, "Who", "何人"),    admin_say(call, "Role", "角色"),
        admin_say(call, "What", "何事"),   admin_say(call, "Bed", "床位"),
        admin_say(call, "Detail", "详情"), admin_say(call, "From", "来源"),
    };

    admin_table(call, admin_say(call, "Records, newest first", "记录，最新在前"), columns,
                G_N_ELEMENTS(columns));
    for (guint i = search->found->len; i > 0; i--)
        put_row(call, search->found->pdata[i - 1], g_array_index(search->numbers, uint64_t, i - 1));
    portal_html_put(call->html, "</tbody></table></div><p class=\"soft\">");
    portal_html_put(call->html,
                    admin_say(call, "%u shown of %u that fit, of %u looked at.",
                              "显示 %u 条，符合 %u 条，查看 %u 条。"),
                    search->found->len, search->n_found, search->n_scanned);
    portal_html_put(call->html, "</p>");
    put_older(call, search);
}

static void
on_records(AdminCall *call, const Vicu__QueryRows *rows)
{
    Search *search = call->data;

    for (size_t i = 0; i < rows->n_audit; i++)
        take_record(search, rows->audit[i], i < rows->n_audit_number ? rows->audit_number[i] : 0);
    if (!rows->last)
        return;
    admin_begin(call, admin_say(call, "Audit", "审计"));
    if (search->head != NULL)
        admin_put_head(call, search->head);
    else
        portal_html_put(call->html, "<p class=\"refused\">%s</p>",
                        admin_say(call, "The store has no signed head of the audit.",
                                  "存储没有审计的签名头。"));
    put_search(call);
    put_found(call, search);
    admin_end(call, SOUP_STATUS_OK);
}

static void
on_head(AdminCall *call, const Vicu__QueryRows *rows)
{
    Search *search = call->data;
    Vicu__QueryAudit audit = VICU__QUERY_AUDIT__INIT;
    Vicu__Query query = VICU__QUERY__INIT;

    if (rows->n_ledger_head > 0 && search->head == NULL)
        search->head = vicu_wire_copy(&rows->ledger_head[0]->base);
    if (!rows->last)
        return;
    audit.from_us = search->from_us;
    audit.to_us = search->to_us;
    audit.limit = SCAN;
    query.what_case = VICU__QUERY__WHAT_AUDIT;
    query.audit = &audit;
    admin_ask(call, &query, on_records);
}

/* FALSE: it was refused. */
static gboolean
read_times(AdminCall *call, Search *search)
{
    const char *from = portal_form_get(call->form, "from"), *to = portal_form_get(call->form, "to");
    int64_t now_us = vicu_clock_utc_us();
    g_autoptr(GError) error = NULL;

    if (vicu_time_parse(*from != '\0' ? from : "-1d", now_us, &search->from_us, &error)
        && vicu_time_parse(*to != '\0' && strcmp(to, "now") != 0 ? to : "+1min", now_us,
                           &search->to_us, &error))
        return TRUE;
    admin_refuse(call, SOUP_STATUS_BAD_REQUEST, error->message);
    return FALSE;
}

void
admin_audit(AdminCall *call)
{
    Search *search = g_new0(Search, 1);
    Vicu__QueryLedger ledger = VICU__QUERY_LEDGER__INIT;
    Vicu__Query query = VICU__QUERY__INIT;
    int64_t below = 0;

    search->found = g_ptr_array_new_with_free_func(vicu_wire_free);
    search->numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    search->who = portal_form_get(call->form, "who");
    search->what = portal_form_get(call->form, "what");
    search->bed = portal_form_get(call->form, "bed");
    if (portal_form_number(call->form, "below", 1, INT64_MAX, &below))
        search->below = (uint64_t)below;
    call->data = search;
    call->data_free = search_free;
    if (!read_times(call, search))
        return;
    query.what_case = VICU__QUERY__WHAT_LEDGER;
    query.ledger = &ledger;
    admin_ask(call, &query, on_head);
}
