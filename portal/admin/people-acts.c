/* What is done to an account: made, given roles, locked, its sessions ended, a link for it.
 *
 * The store judges and records each; here is only what the form said.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/seal.h"
#include "portal/admin/people-inner.h"

/* ---- parts of forms ---- */

static void
put_roles(AdminCall *call, const char *chosen)
{
    portal_html_put(call->html, "<option value=\"\">-</option>");
    for (int i = 0; i < VICU_ROLE_GLASS; i++) {
        const char *role = vicu_role_name((VicuRole)i);
        portal_html_put(call->html,
                        strcmp(role, chosen) == 0 ? "<option selected>%s</option>"
                                                  : "<option>%s</option>",
                        role);
    }
}

void
admin_people_put_grants(AdminCall *call, Vicu__PeopleGrant *const *grant, size_t n)
{
    for (unsigned i = 0; i < ADMIN_GRANTS; i++) {
        g_autofree char *place = g_strdup_printf("place%u", i);
        portal_html_put(call->html, "<label>%s <select name=\"role%u\">",
                        admin_say(call, "Role", "角色"), i);
        put_roles(call, i < n ? grant[i]->role : "");
        portal_html_put(call->html, "</select></label>");
        admin_field(call,
                    admin_say(call, "Where: *, SITE or SITE/UNIT", "范围：*、SITE 或 SITE/UNIT"),
                    place, "text", i < n ? grant[i]->scope : "", "off", FALSE);
        if (i == 0 && n == 0)
            portal_html_put(call->html, "<details><summary>%s</summary>",
                            admin_say(call, "More roles", "更多角色"));
    }
    if (n == 0)
        portal_html_put(call->html, "</details>");
}

typedef struct {
    Vicu__PeopleGrant grant[ADMIN_GRANTS], *list[ADMIN_GRANTS];
    size_t n;
} Grants;

static void
read_grants(const AdminCall *call, Grants *out)
{
    out->n = 0;
    for (unsigned i = 0; i < ADMIN_GRANTS; i++) {
        g_autofree char *role = g_strdup_printf("role%u", i);
        g_autofree char *place = g_strdup_printf("place%u", i);
        if (*portal_form_get(call->form, role) == '\0')
            continue;
        Vicu__PeopleGrant *grant = &out->grant[out->n];
        vicu__people_grant__init(grant);
        grant->role = (char *)portal_form_get(call->form, role);
        grant->scope = (char *)portal_form_get(call->form, place);
        out->list[out->n++] = grant;
    }
}

/* ---- the link ---- */

static void
on_link(AdminCall *call, Vicu__PeopleRow *const *rows, size_t n)
{
    if (n != 1 || rows[0]->what_case != VICU__PEOPLE_ROW__WHAT_INVITED) {
        admin_refuse(call, SOUP_STATUS_INTERNAL_SERVER_ERROR,
                     admin_say(call, "The store gave no link.", "存储未给出链接。"));
        return;
    }
    const Vicu__PeopleInvited *invited = rows[0]->invited;
    g_autofree char *secret = portal_secret_write(invited->secret.data, invited->secret.len);
    admin_begin(call, admin_say(call, "The link, shown this once", "链接，仅显示这一次"));
    portal_html_put(call->html, "<p>%s <b>%s</b> %s ",
                    admin_say(call, "Whoever has it gives the account", "持有者可为账户"),
                    portal_form_get(call->form, "account"),
                    admin_say(call, "its password, once, until (UTC)", "设置密码一次，截至 (UTC)"));
    portal_html_time(call->html, invited->until_us);
    portal_html_put(call->html,
                    "</p><p class=\"code\" id=\"link\"><a href=\"/enrol?link=%s\">%s/enrol?link=%s"
                    "</a></p><p>%s</p><p><a href=\"/admin/people\">%s</a></p>",
                    secret, portal_request_origin(call->request), secret,
                    admin_say(call, "Hand it over by a way that nobody else reads.",
                              "请通过他人无法读取的方式交付。"),
                    admin_say(call, "Back to people", "返回人员"));
    vicu_seal_wipe(secret, strlen(secret));
    admin_end(call, SOUP_STATUS_OK);
}

static void
ask_link(AdminCall *call)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleInvite invite = VICU__PEOPLE_INVITE__INIT;

    invite.account = (char *)portal_form_get(call->form, "account");
    ask.what_case = VICU__PEOPLE_ASK__WHAT_INVITE;
    ask.invite = &invite;
    admin_ask_people(call, &ask, on_link);
}

/* ---- acts ---- */

static void
on_done(AdminCall *call, Vicu__PeopleRow *const *rows, size_t n)
{
    g_autofree char *account = portal_form_escape(portal_form_get(call->form, "account"));
    g_autofree char *path = g_strconcat("/admin/people/account?account=", account, NULL);

    (void)rows, (void)n;
    admin_go(call, path);
}

static void
on_made(AdminCall *call, Vicu__PeopleRow *const *rows, size_t n)
{
    (void)rows, (void)n;
    ask_link(call);
}

static void
put_account(AdminCall *call, Vicu__PeoplePutAccount *put, AdminPeopleFunc func)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;

    put->account = (char *)portal_form_get(call->form, "account");
    ask.what_case = VICU__PEOPLE_ASK__WHAT_PUT_ACCOUNT;
    ask.put_account = put;
    admin_ask_people(call, &ask, func);
}

static void
change(AdminCall *call, bool make)
{
    Vicu__PeoplePutAccount put = VICU__PEOPLE_PUT_ACCOUNT__INIT;
    Grants grants;

    read_grants(call, &grants);
    put.name = (char *)portal_form_get(call->form, "name");
    put.make = make;
    put.set_grant = TRUE;
    put.grant = grants.list;
    put.n_grant = grants.n;
    put_account(call, &put, make ? on_made : on_done);
}

static void
set_state(AdminCall *call, Vicu__PeopleState state)
{
    Vicu__PeoplePutAccount put = VICU__PEOPLE_PUT_ACCOUNT__INIT;

    put.set_state = TRUE;
    put.state = state;
    put_account(call, &put, on_done);
}

static void
end_sessions(AdminCall *call)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleEndSessions end = VICU__PEOPLE_END_SESSIONS__INIT;

    end.account = (char *)portal_form_get(call->form, "account");
    ask.what_case = VICU__PEOPLE_ASK__WHAT_END_SESSIONS;
    ask.end_sessions = &end;
    admin_ask_people(call, &ask, on_done);
}

void
admin_people_post(AdminCall *call)
{
    const char *act = portal_form_get(call->form, "act");

    if (strcmp(act, "make") == 0)
        change(call, true);
    else if (strcmp(act, "change") == 0)
        change(call, false);
    else if (strcmp(act, "lock") == 0)
        set_state(call, VICU__PEOPLE_STATE__PEOPLE_DISABLED);
    else if (strcmp(act, "unlock") == 0)
        set_state(call, VICU__PEOPLE_STATE__PEOPLE_ACTIVE);
    else if (strcmp(act, "end") == 0)
        end_sessions(call);
    else if (strcmp(act, "link") == 0)
        ask_link(call);
    else
        admin_refuse(call, SOUP_STATUS_BAD_REQUEST,
                     admin_say(call, "That is no act of this page.", "此页面没有该操作。"));
}

/* ---- the page of one account ---- */

static void
put_act(AdminCall *call, const char *act, const char *account, const char *text)
{
    admin_form(call, "/admin/people");
    admin_hidden(call, "act", act);
    admin_hidden(call, "account", account);
    admin_button(call, text);
    portal_html_put(call->html, "</form>");
}

static void
put_change(AdminCall *call, const Vicu__PeopleAccount *account)
{
    bool locked = account->state == VICU__PEOPLE_STATE__PEOPLE_DISABLED;

    portal_html_put(
        call->html, "<h2>%s</h2>",
        admin_say(call, "Name and roles (its sessions end)", "姓名与角色（会话将结束）"));
    if (account->n_grant > ADMIN_GRANTS) {
        portal_html_put(call->html, "<p>%s</p>",
                        admin_say(call, "It has more roles than fit here: vicu people role.",
                                  "角色多于此处可容纳：请用 vicu people role。"));
    } else {
        admin_form(call, "/admin/people");
        admin_hidden(call, "act", "change");
        admin_hidden(call, "account", account->id);
        admin_field(call, admin_say(call, "Name", "姓名"), "name", "text", account->name, "off",
                    TRUE);
        admin_people_put_grants(call, account->grant, account->n_grant);
        admin_button(call, admin_say(call, "Change", "更改"));
        portal_html_put(call->html, "</form>");
    }
    portal_html_put(call->html, "<h2>%s</h2>", admin_say(call, "Acts", "操作"));
    put_act(call, locked ? "unlock" : "lock", account->id,
            locked ? admin_say(call, "Unlock the account", "解锁账户")
                   : admin_say(call, "Lock the account; its sessions end", "锁定账户；会话将结束"));
    put_act(call, "end", account->id, admin_say(call, "End all its sessions", "结束其全部会话"));
    if (!locked)
        put_act(call, "link", account->id,
                admin_say(call, "A new link, for another password", "新链接，用于重设密码"));
}

static void
put_one(AdminCall *call)
{
    const Vicu__PeopleAccount *account =
        admin_people_find(admin_people_of(call), portal_form_get(call->form, "account"));

    if (account == NULL) {
        admin_refuse(call, SOUP_STATUS_NOT_FOUND,
                     admin_say(call, "There is no such account within your places.",
                               "您的范围内没有该账户。"));
        return;
    }
    admin_begin(call, account->id);
    portal_html_put(call->html, "<p>%s", account->name);
    for (size_t i = 0; i < account->n_grant; i++)
        portal_html_put(call->html, " <span class=\"role\">%s %s</span>", account->grant[i]->role,
                        account->grant[i]->scope);
    portal_html_put(call->html, "</p><p><a href=\"/admin/people\">%s</a></p>",
                    admin_say(call, "All people", "全部人员"));
    if (strcmp(account->id, call->who->account) == 0)
        portal_html_put(call->html, "<p class=\"warn\">%s</p>",
                        admin_say(call,
                                  "Nobody changes the roles or the state of one's own account.",
                                  "任何人都不能更改自己账户的角色或状态。"));
    else if (admin_people_may_change(call))
        put_change(call, account);
    portal_html_put(call->html, "<h2>%s</h2>", admin_say(call, "Signed in", "已登录"));
    admin_people_put_sessions(call, account->id);
    admin_end(call, SOUP_STATUS_OK);
}

void
admin_people_account(AdminCall *call)
{
    admin_people_ask(call, put_one);
}
