/* Quality reports: which, of whom and of what time; on a page, or as a file.
 *
 * A process of its own asks the store, as the person, and makes it (portal/quality/maker.h): the
 * main loop hands over what was asked for, and on what came back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/report/gather.h"
#include "portal/admin/admin-inner.h"
#include "portal/quality/asked.h"
#include "portal/quality/maker.h"

#define PATH "/admin/quality"

static const struct {
    const char *path, *en, *zh, *about_en, *about_zh;
} kinds[VICU_N_REPORTS] = {
    [VICU_REPORT_BURDEN] = {PATH "/burden", "Burden of alarms", "报警负担",
                            "How much alarms asked of people, by unit and day.",
                            "各单元各日报警对人员的负担。"},
    [VICU_REPORT_RESPONSE] = {PATH "/response", "Response to alarms", "报警响应",
                              "How soon alarms were answered and escalations came to the bedside.",
                              "报警多快得到应答，升级多快到达床旁。"},
    [VICU_REPORT_INDICATORS] = {PATH "/indicators", "National quality indicators of the ICU",
                                "重症医学国家质量控制指标",
                                "The fifteen indicators of 2015: what each needs, and what is "
                                "recorded here of it.",
                                "2015 年十五项指标：各需何种数据，以及本系统的记录。"},
    [VICU_REPORT_NPSG] = {PATH "/npsg", "Alarm management: NPSG.06.01.01",
                          "报警管理：NPSG.06.01.01",
                          "What this installation's own data say to it; of the audit, too.",
                          "本系统数据对该目标各要素的回答；含审计记录。"},
};

/* ---- what may be asked for ---- */

static bool
may_all(const AdminCall *call)
{
    return admin_covers(call, VICU_RIGHTS_PAGE, "quality", "");
}

static bool
may_kind(const AdminCall *call, VicuReportKind kind)
{
    return !vicu_report_needs_audit(kind) || admin_covers(call, VICU_RIGHTS_QUERY, "audit", "");
}

static gint
by_word(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Beds as they stand now, of @unit; NULL: of all. Sorted, NULL at the end; caller unrefs. */
static GPtrArray *
beds_of(const AdminCall *call, const char *unit)
{
    g_autoptr(GPtrArray) all =
        portal_ward_all(call->owner->options.ward, VICU__SUBJECT__SUBJECT_BED);
    GPtrArray *beds = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < all->len; i++) {
        const char *bed = ((const Vicu__StateItem *)all->pdata[i])->key;
        g_autofree char *of = vicu_unit_of(bed);
        if (unit == NULL || strcmp(of, unit) == 0)
            g_ptr_array_add(beds, g_strdup(bed));
    }
    g_ptr_array_sort(beds, by_word);
    g_ptr_array_add(beds, NULL);
    return beds;
}

/* ---- the form ---- */

static void
put_option(AdminCall *call, const char *value, const char *text, bool chosen)
{
    portal_html_put(call->html, "<option value=\"%s\"", value);
    portal_html_put(call->html, chosen ? " selected>%s</option>" : ">%s</option>", text);
}

static void
put_units(AdminCall *call)
{
    g_autoptr(GPtrArray) beds = beds_of(call, NULL);
    g_autofree char *last = NULL;
    const char *chosen = portal_form_get(call->form, "unit");

    portal_html_put(call->html, "<label>%s <select name=\"unit\">",
                    admin_say(call, "Unit", "单元"));
    if (may_all(call))
        put_option(call, "", admin_say(call, "All units", "所有单元"), *chosen == '\0');
    for (guint i = 0; beds->pdata[i] != NULL; i++) {
        g_autofree char *unit = vicu_unit_of(beds->pdata[i]);
        if (g_strcmp0(unit, last) == 0 || !admin_covers(call, VICU_RIGHTS_PAGE, "quality", unit))
            continue;
        put_option(call, unit, unit, strcmp(unit, chosen) == 0);
        g_free(last);
        last = g_steal_pointer(&unit);
    }
    portal_html_put(call->html, "</select></label>");
}

static void
put_time(AdminCall *call)
{
    static const struct {
        const char *days, *en, *zh;
    } times[] = {{"1", "Last 24 h", "最近 24 小时"},
                 {"7", "Last 7 days", "最近 7 天"},
                 {"30", "Last 30 days", "最近 30 天"},
                 {"90", "Last 90 days", "最近 90 天"},
                 {"365", "Last 365 days", "最近 365 天"}};
    const char *chosen = portal_form_get(call->form, "days");

    portal_html_put(call->html, "<label>%s <select name=\"days\">",
                    admin_say(call, "Time", "时间"));
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
        put_option(call, times[i].days, admin_say(call, times[i].en, times[i].zh),
                   strcmp(*chosen != '\0' ? chosen : "7", times[i].days) == 0);
    portal_html_put(call->html,
                    "</select></label><label>%s <input type=\"date\" name=\"since\" value=\"%s\">"
                    "</label>",
                    admin_say(call, "or from the day", "或起始日"),
                    portal_form_get(call->form, "since"));
    portal_html_put(call->html,
                    "<label>%s <input type=\"date\" name=\"until\" value=\"%s\"></label>",
                    admin_say(call, "to the day, included", "截止日（含）"),
                    portal_form_get(call->form, "until"));
}

/* One form, and a button for each report. */
static void
put_form(AdminCall *call)
{
    portal_html_put(call->html, "<form class=\"choose\" method=\"get\" action=\"%s\">",
                    call->page->path);
    put_units(call);
    put_time(call);
    portal_html_put(call->html, "<p class=\"buttons\">");
    for (VicuReportKind kind = 0; kind < VICU_N_REPORTS; kind++)
        if (may_kind(call, kind))
            portal_html_put(call->html, "<button formaction=\"%s\">%s</button> ", kinds[kind].path,
                            admin_say(call, kinds[kind].en, kinds[kind].zh));
    portal_html_put(call->html, "</p></form>");
}

void
admin_quality(AdminCall *call)
{
    admin_begin(call, admin_say(call, "Quality reports", "质量报告"));
    portal_html_put(
        call->html, "<p>%s</p>",
        admin_say(call,
                  "Computed from this installation's own record, each number with its "
                  "formula. Counts of 1 to 4 are withheld, and no report is about a "
                  "single bed. Each one that is looked at or taken out is in the audit.",
                  "由本系统自身记录计算，每个数字均附算法。1 至 4 "
                  "的计数不公布，报告不涉及单张床位。每次查看或导出均载入审计。"));
    put_form(call);
    portal_html_put(call->html, "<dl>");
    for (VicuReportKind kind = 0; kind < VICU_N_REPORTS; kind++)
        portal_html_put(call->html, "<dt>%s</dt><dd>%s%s</dd>",
                        admin_say(call, kinds[kind].en, kinds[kind].zh),
                        admin_say(call, kinds[kind].about_en, kinds[kind].about_zh),
                        may_kind(call, kind) ? ""
                                             : admin_say(call, " Your roles have no right to it.",
                                                         "您的角色无权。"));
    portal_html_put(call->html, "</dl>");
    admin_end(call, SOUP_STATUS_OK);
}

/* ---- one report ---- */

typedef struct {
    AdminCall *call; /* NULL: nobody waits any more */
    VicuReportKind kind;
    PortalQualityAsked asked;
} Waiting;

static void
nobody_waits(gpointer data)
{
    ((Waiting *)data)->call = NULL;
}

static void
put_links(AdminCall *call, const Waiting *waiting)
{
    static const char *const files[][2] = {{"csv", "CSV"}, {"pdf", "PDF"}};

    portal_html_put(call->html, "<p class=\"files\">%s",
                    admin_say(call, "This report as a file:", "此报告的文件："));
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *query = portal_quality_query(&waiting->asked, files[i][0]);
        portal_html_put(call->html, " <a href=\"%s?%s\" download>%s</a>", call->page->path, query,
                        files[i][1]);
    }
    portal_html_put(call->html, "</p>");
}

static void
show(AdminCall *call, const Waiting *waiting, GBytes *made)
{
    admin_begin(call, admin_say(call, kinds[waiting->kind].en, kinds[waiting->kind].zh));
    put_form(call);
    put_links(call, waiting);
    portal_html_piece(call->html, made);
    admin_end(call, SOUP_STATUS_OK);
}

/* Ends the call. */
static void
send_bytes(AdminCall *call, const char *type, GBytes *bytes)
{
    portal_request_answer(g_steal_pointer(&call->request), SOUP_STATUS_OK, type, bytes);
    g_ptr_array_remove_fast(call->owner->calls, call);
}

static void
send_file(AdminCall *call, const Waiting *waiting, GBytes *made)
{
    g_autofree char *day = vicu_day_name(waiting->asked.to_us, NULL);
    g_autofree char *header =
        g_strdup_printf("attachment; filename=\"vicu-%s-%s.%s\"",
                        vicu_report_kind_name(waiting->kind), day, waiting->asked.as);

    portal_request_header(call->request, "Content-Disposition", header);
    send_bytes(
        call, strcmp(waiting->asked.as, "pdf") == 0 ? "application/pdf" : "text/csv; charset=utf-8",
        made);
}

static void
on_made(GBytes *made, int ended, const char *why, gpointer user)
{
    g_autofree Waiting *waiting = user;
    AdminCall *call = waiting->call;

    if (call == NULL)
        return;
    call->data = NULL;
    call->data_free = NULL;
    if (made != NULL && strcmp(waiting->asked.as, "html") == 0)
        show(call, waiting, made);
    else if (made != NULL)
        send_file(call, waiting, made);
    else
        admin_refuse(call,
                     ended == PORTAL_QUALITY_REFUSED    ? SOUP_STATUS_FORBIDDEN
                     : ended == PORTAL_QUALITY_NOT_SUCH ? SOUP_STATUS_NOT_FOUND
                                                        : SOUP_STATUS_SERVICE_UNAVAILABLE,
                     why);
}

static void
make(AdminCall *call, VicuReportKind kind, const PortalQualityAsked *asked)
{
    g_autoptr(GPtrArray) beds = may_all(call) ? NULL : beds_of(call, asked->unit);
    const PortalQualityWish wish = {
        .kind = vicu_report_kind_name(kind),
        .from_us = asked->from_us,
        .to_us = asked->to_us,
        .unit = asked->unit,
        .beds = beds != NULL ? (const char *const *)beds->pdata : NULL,
        .least = VICU_SMALL_CELL,
        .who = call->who->account,
        .role = call->as < VICU_N_ROLES ? vicu_role_name(call->as) : "",
        .address = portal_request_address(call->request),
        .language = call->chinese ? "zh_CN" : "en",
        .form = asked->as,
        .proof = call->proof,
    };
    if (beds != NULL && beds->len == 1) { /* the end alone */
        admin_refuse(call, SOUP_STATUS_NOT_FOUND,
                     admin_say(call, "No bed of this unit is known.", "没有此单元的床位。"));
        return;
    }
    Waiting *waiting = g_new(Waiting, 1);
    *waiting = (Waiting){call, kind, *asked};
    call->data = waiting;
    call->data_free = nobody_waits;
    if (portal_quality_ask(call->owner->quality, &wish, on_made, waiting))
        return;
    call->data = NULL;
    call->data_free = NULL;
    g_free(waiting);
    portal_request_header(call->request, "Retry-After", "5");
    admin_refuse(call, SOUP_STATUS_SERVICE_UNAVAILABLE,
                 admin_say(call, "Two reports are being made: try again in some seconds.",
                           "正在生成两份报告：请几秒后重试。"));
}

void
admin_quality_report(AdminCall *call)
{
    VicuReportKind kind = vicu_report_kind_of(strrchr(call->page->path, '/') + 1);
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    g_autoptr(GError) error = NULL;
    PortalQualityAsked asked;

    g_assert(kind < VICU_N_REPORTS);
    if (!portal_quality_asked(call->form, vicu_clock_utc_us(), zone, &asked, &error)) {
        admin_refuse(call, SOUP_STATUS_BAD_REQUEST, error->message);
        return;
    }
    if (asked.unit == NULL && !may_all(call)) {
        admin_refuse(call, SOUP_STATUS_BAD_REQUEST,
                     admin_say(call, "Your roles are of single units: choose one of them.",
                               "您的角色限于个别单元：请选择其一。"));
        return;
    }
    make(call, kind, &asked);
}
