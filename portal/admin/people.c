/* Accounts and sessions, as the store lists them for the person: those within the own places.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "portal/admin/admin-inner.h"
#include "portal/admin/people-inner.h"

AdminPeople *
admin_people_of(AdminCall *call)
{
    return call->data;
}

static void
people_free(gpointer data)
{
    AdminPeople *people = data;

    g_ptr_array_unref(people->accounts);
    g_ptr_array_unref(people->sessions);
    g_free(people);
}

const Vicu__PeopleAccount *
admin_people_find(const AdminPeople *people, const char *id)
{
    for (guint i = 0; i < people->accounts->len; i++)
        if (strcmp(((Vicu__PeopleAccount *)people->accounts->pdata[i])->id, id) == 0)
            return people->accounts->pdata[i];
    return NULL;
}

bool
admin_people_may_change(const AdminCall *call)
{
    const VicuRightsRow *row = vicu_rights_find(VICU_RIGHTS_PEOPLE, "put_account");
    bool may = false;

    for (size_t i = 0; i < call->who->n_grant; i++)
        may |= vicu_rights_may(row, vicu_role_from_name(call->who->grant[i]->role), true);
    return may;
}

/* ---- lists ---- */

static void
put_state(AdminCall *call, Vicu__PeopleState state)
{
    if (state == VICU__PEOPLE_STATE__PEOPLE_DISABLED)
        portal_html_put(call->html, "<span class=\"bad\">%s</span>",
                        admin_say(call, "locked", "已锁定"));
    else
        portal_html_put(call->html, "%s",
                        state == VICU__PEOPLE_STATE__PEOPLE_ACTIVE
                            ? admin_say(call, "active", "有效")
                            : admin_say(call, "invited, no password yet", "已邀请，尚无密码"));
}

static unsigned
sessions_of(const AdminPeople *people, const char *account)
{
    unsigned n = 0;

    for (guint i = 0; i < people->sessions->len; i++)
        n += strcmp(((Vicu__PeopleSession *)people->sessions->pdata[i])->account, account) == 0;
    return n;
}

static void
put_account(AdminCall *call, const Vicu__PeopleAccount *account)
{
    PortalHtml *html = call->html;

    portal_html_put(html,
                    "<tr><th scope=\"row\"><a href=\"/admin/people/account?account=%s\">%s</a></th>"
                    "<td>%s</td><td>",
                    account->id, account->id, account->name);
    put_state(call, account->state);
    portal_html_put(html, "</td><td>");
    for (size_t i = 0; i < account->n_grant; i++)
        portal_html_put(html, "<span class=\"role\">%s %s</span> ", account->grant[i]->role,
                        account->grant[i]->scope);
    if (account->n_grant == 0)
        portal_html_put(html, "%s", admin_say(call, "none", "无"));
    portal_html_put(html, "</td><td>");
    portal_html_time(html, account->seen_us);
    portal_html_put(html, "</td><td class=\"number\">%u</td></tr>",
                    sessions_of(admin_people_of(call), account->id));
}

static void
put_accounts(AdminCall *call)
{
    const AdminPeople *people = admin_people_of(call);
    const char *columns[] = {
        admin_say(call, "Account", "账户"),
        admin_say(call, "Name", "姓名"),
        admin_say(call, "State", "状态"),
        admin_say(call, "Roles, and where", "角色与范围"),
        admin_say(call, "Last sign-in (UTC)", "最近登录 (UTC)"),
        admin_say(call, "Sessions", "会话"),
    };

    admin_table(call, admin_say(call, "Accounts within your places", "您范围内的账户"), columns,
                G_N_ELEMENTS(columns));
    for (guint i = 0; i < people->accounts->len; i++)
        put_account(call, people->accounts->pdata[i]);
    portal_html_put(call->html, "</tbody></table></div>");
}

void
admin_people_put_sessions(AdminCall *call, const char *account)
{
    const AdminPeople *people = admin_people_of(call);
    PortalHtml *html = call->html;
    const char *columns[] = {
        admin_say(call, "Account", "账户"),
        admin_say(call, "From", "来源"),
        admin_say(call, "Through", "经由"),
        admin_say(call, "Begun (UTC)", "开始 (UTC)"),
        admin_say(call, "Last used (UTC)", "最近使用 (UTC)"),
        admin_say(call, "Glass", "紧急权限"),
    };

    admin_table(call, admin_say(call, "Sessions", "会话"), columns, G_N_ELEMENTS(columns));
    for (guint i = 0; i < people->sessions->len; i++) {
        const Vicu__PeopleSession *session = people->sessions->pdata[i];
        if (*account != '\0' && strcmp(session->account, account) != 0)
            continue;
        portal_html_put(html, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>",
                        session->account, session->from, session->key);
        portal_html_time(html, session->begun_us);
        portal_html_put(html, "</td><td>");
        portal_html_time(html, session->used_us);
        portal_html_put(html, "</td><td class=\"wide\">");
        if (session->glass_until_us > vicu_clock_utc_us())
            portal_html_put(html, "<span class=\"bad\">%s</span> %s",
                            admin_say(call, "BROKEN:", "已启用："), session->glass_reason);
        portal_html_put(html, "</td></tr>");
    }
    portal_html_put(html, "</tbody></table></div>");
}

/* ---- asking ---- */

static void
on_sessions(AdminCall *call, Vicu__PeopleRow *const *rows, size_t n)
{
    AdminPeople *people = admin_people_of(call);

    for (size_t i = 0; i < n; i++)
        if (rows[i]->what_case == VICU__PEOPLE_ROW__WHAT_SESSION)
            g_ptr_array_add(people->sessions, vicu_wire_copy(&rows[i]->session->base));
    people->then(call);
}

static void
on_accounts(AdminCall *call, Vicu__PeopleRow *const *rows, size_t n)
{
    AdminPeople *people = admin_people_of(call);
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleSessions sessions = VICU__PEOPLE_SESSIONS__INIT;

    for (size_t i = 0; i < n; i++)
        if (rows[i]->what_case == VICU__PEOPLE_ROW__WHAT_ACCOUNT)
            g_ptr_array_add(people->accounts, vicu_wire_copy(&rows[i]->account->base));
    ask.what_case = VICU__PEOPLE_ASK__WHAT_SESSIONS;
    ask.sessions = &sessions;
    admin_ask_people(call, &ask, on_sessions);
}

void
admin_people_ask(AdminCall *call, AdminFunc then)
{
    AdminPeople *people = g_new0(AdminPeople, 1);
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleAccounts accounts = VICU__PEOPLE_ACCOUNTS__INIT;

    people->accounts = g_ptr_array_new_with_free_func(vicu_wire_free);
    people->sessions = g_ptr_array_new_with_free_func(vicu_wire_free);
    people->then = then;
    call->data = people;
    call->data_free = people_free;
    ask.what_case = VICU__PEOPLE_ASK__WHAT_ACCOUNTS;
    ask.accounts = &accounts;
    admin_ask_people(call, &ask, on_accounts);
}

/* ---- the list's page ---- */

static void
put_people(AdminCall *call)
{
    admin_begin(call, admin_say(call, "People", "人员"));
    put_accounts(call);
    if (admin_people_may_change(call)) {
        portal_html_put(call->html, "<h2>%s</h2>", admin_say(call, "A new account", "新账户"));
        admin_form(call, "/admin/people");
        admin_hidden(call, "act", "make");
        admin_field(call, admin_say(call, "Account (a-z, 0-9, . - _)", "账户 (a-z, 0-9, . - _)"),
                    "account", "text", "", "off", TRUE);
        admin_field(call, admin_say(call, "Name", "姓名"), "name", "text", "", "off", TRUE);
        admin_people_put_grants(call, NULL, 0);
        admin_button(call, admin_say(call, "Make, and show its link", "创建并显示链接"));
        portal_html_put(call->html, "</form>");
    }
    portal_html_put(call->html, "<h2>%s</h2>", admin_say(call, "Signed in", "已登录"));
    admin_people_put_sessions(call, "");
    admin_end(call, SOUP_STATUS_OK);
}

void
admin_people(AdminCall *call)
{
    admin_people_ask(call, put_people);
}
