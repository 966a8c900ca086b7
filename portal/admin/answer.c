/* The frame around every page, and how it is answered.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/seal.h"
#include "portal/admin/admin-inner.h"

/* As the portal's other pages, with forms to ourselves and without any script. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "  \
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types"

const char *
admin_say(const AdminCall *call, const char *en, const char *zh)
{
    return call->chinese ? zh : en;
}

/* ---- the frame ---- */

static void
put_menu(AdminCall *call)
{
    VicuRole as;

    portal_html_put(call->html, "<nav aria-label=\"%s\"><ul>", admin_say(call, "Pages", "页面"));
    for (size_t i = 0; admin_page_at(i) != NULL; i++) {
        const AdminPage *page = admin_page_at(i);
        if (page->en == NULL || !admin_page_may(page, call->who, &as))
            continue;
        portal_html_put(call->html, "<li><a href=\"%s\"", page->path);
        if (page == call->page)
            portal_html_put(call->html, " aria-current=\"page\"");
        portal_html_put(call->html, ">%s</a></li>", admin_say(call, page->en, page->zh));
    }
    portal_html_put(call->html, "</ul></nav>");
}

static void
put_person(AdminCall *call)
{
    const Vicu__PeopleStatement *who = call->who;

    portal_html_put(call->html, "<p class=\"who\"><b>%s</b> (%s)", who->name, who->account);
    for (size_t i = 0; i < who->n_grant; i++)
        portal_html_put(call->html, " <span class=\"role\">%s %s</span>", who->grant[i]->role,
                        who->grant[i]->scope);
    portal_html_put(call->html, "</p>");
    admin_form(call, "/sign-out");
    admin_button(call, admin_say(call, "Sign out", "退出"));
    portal_html_put(call->html, "</form>");
}

void
admin_begin(AdminCall *call, const char *title)
{
    g_clear_pointer(&call->html, portal_html_free);
    call->html = portal_html_new();
    portal_html_put(call->html,
                    "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s - "
                    "vICU</title><meta name=\"viewport\" content=\"width=device-width, "
                    "initial-scale=1\"><link rel=\"icon\" href=\"/icon.svg\"><link "
                    "rel=\"stylesheet\" href=\"/admin.css\"></head><body>",
                    admin_say(call, "en", "zh-CN"), title);
    portal_html_put(call->html,
                    "<a class=\"skip\" href=\"#main\">%s</a><p class=\"supplemental\">%s</p>"
                    "<header>",
                    admin_say(call, "To the content", "跳到内容"),
                    admin_say(call, "SUPPLEMENTAL, not a primary alarm", "辅助系统，非主报警"));
    if (call->who != NULL) {
        put_person(call);
        put_menu(call);
    }
    portal_html_put(call->html, "</header><main id=\"main\"><h1>%s</h1>", title);
}

static void
guard(PortalRequest *request)
{
    portal_request_header(request, "Content-Security-Policy", POLICY);
    /* With no-referrer a browser sends a form with "Origin: null". */
    portal_request_header(request, "Referrer-Policy", "same-origin");
    portal_request_header(request, "Vary", "Accept-Language, Cookie");
}

static void
leave(AdminCall *call)
{
    g_ptr_array_remove_fast(call->owner->calls, call);
}

void
admin_end(AdminCall *call, unsigned status)
{
    portal_html_put(call->html, "</main></body></html>\n");
    g_autoptr(GBytes) body = portal_html_end(g_steal_pointer(&call->html));
    guard(call->request);
    portal_request_answer(g_steal_pointer(&call->request), status, "text/html; charset=utf-8",
                          body);
    leave(call);
}

void
admin_end_bytes(AdminCall *call, const char *type, GBytes *body)
{
    portal_request_header(call->request, "Vary", "Cookie");
    portal_request_hologram(call->request);
    portal_request_answer(g_steal_pointer(&call->request), SOUP_STATUS_OK, type, body);
    leave(call);
}

void
admin_refuse(AdminCall *call, unsigned status, const char *text)
{
    admin_begin(call, status == SOUP_STATUS_FORBIDDEN ? admin_say(call, "Not allowed", "不允许")
                      : status >= 500 ? admin_say(call, "Not now", "暂时不可用")
                                      : admin_say(call, "Not done", "未执行"));
    portal_html_put(call->html,
                    "<p class=\"refused\" role=\"alert\">%s</p><p><a href=\"%s\">%s</a>"
                    "</p>",
                    text, call->page->get != NULL ? call->page->path : "/admin",
                    admin_say(call, "Back", "返回"));
    admin_end(call, status);
}

void
admin_go(AdminCall *call, const char *path)
{
    guard(call->request);
    portal_request_header(call->request, "Location", path);
    portal_request_answer(g_steal_pointer(&call->request), SOUP_STATUS_SEE_OTHER, NULL, NULL);
    leave(call);
}

/* ---- parts ---- */

void
admin_hidden(AdminCall *call, const char *name, const char *value)
{
    portal_html_put(call->html, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", name, value);
}

void
admin_form(AdminCall *call, const char *path)
{
    portal_html_put(call->html, "<form method=\"post\" action=\"%s\">", path);
    if (call->who != NULL)
        admin_hidden(call, "csrf", call->csrf);
}

void
admin_field(AdminCall *call,
            const char *label,
            const char *name,
            const char *type,
            const char *value,
            const char *autocomplete,
            gboolean required)
{
    portal_html_put(call->html,
                    "<label>%s <input name=\"%s\" type=\"%s\" value=\"%s\" autocomplete=\"%s\" "
                    "maxlength=\"500\"",
                    label, name, type, value, autocomplete);
    portal_html_put(call->html, required ? " required></label>" : "></label>");
}

void
admin_button(AdminCall *call, const char *text)
{
    portal_html_put(call->html, "<button>%s</button>", text);
}

void
admin_table(AdminCall *call, const char *caption, const char *const *columns, size_t n)
{
    portal_html_put(call->html,
                    "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>"
                    "<caption>%s</caption><thead><tr>",
                    caption, caption);
    for (size_t i = 0; i < n; i++)
        portal_html_put(call->html, "<th scope=\"col\">%s</th>", columns[i]);
    portal_html_put(call->html, "</tr></thead><tbody>");
}
