/* Sign-in, sign-out, the link of a new account, and one's own account.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "common/seal.h"
#include "portal/admin/admin-inner.h"

/* ---- a session begins ---- */

static void
set_cookie(AdminCall *call, const char *name, const ProtobufCBinaryData *secret, int64_t life_s)
{
    g_autoptr(GBytes) bytes = g_bytes_new(secret->data, secret->len);
    g_autofree char *cookie = portal_cookie_write(name, bytes, life_s);

    portal_request_add_header(call->request, "Set-Cookie", cookie);
    vicu_seal_wipe(cookie, strlen(cookie));
}

/* The first page of the menu that the person may see. */
static const char *
first_page(const Vicu__PeopleStatement *who)
{
    VicuRole as;

    for (size_t i = 0; admin_page_at(i) != NULL; i++)
        if (admin_page_at(i)->en != NULL && admin_page_may(admin_page_at(i), who, &as))
            return admin_page_at(i)->path;
    return "/admin";
}

static void
take_granted(AdminCall *call, const Vicu__PeopleGranted *granted)
{
    Vicu__PeopleStatement who = VICU__PEOPLE_STATEMENT__INIT;

    set_cookie(call, PORTAL_COOKIE, &granted->token, 0);
    if (granted->device.len > 0)
        set_cookie(call, PORTAL_COOKIE_DEVICE, &granted->device, PORTAL_DEVICE_S);
    who.grant = granted->grant;
    who.n_grant = granted->n_grant;
    admin_go(call, first_page(&who));
}

static void put_sign_in(AdminCall *call, unsigned status, const char *said);
static void put_enrol(AdminCall *call, unsigned status, const char *said);

static void
on_granted(AdminCall *call,
           Vicu__PeopleRow *const *rows,
           size_t n,
           const GError *error,
           void (*again)(AdminCall *call, unsigned status, const char *said))
{
    if (error == NULL && n == 1 && rows[0]->what_case == VICU__PEOPLE_ROW__WHAT_GRANTED)
        take_granted(call, rows[0]->granted);
    else if (g_error_matches(error, VICU_ERROR, VICU_ERROR_REFUSED))
        again(call, SOUP_STATUS_FORBIDDEN, error->message);
    else
        again(call, SOUP_STATUS_SERVICE_UNAVAILABLE,
              admin_say(call, "The store does not answer: nobody can sign in now.",
                        "存储无应答：现在无法登录。"));
}

/* ---- sign-in ---- */

static void
put_said(AdminCall *call, const char *said)
{
    if (said != NULL)
        portal_html_put(call->html, "<p class=\"refused\" role=\"alert\">%s</p>", said);
}

static void
put_sign_in(AdminCall *call, unsigned status, const char *said)
{
    admin_begin(call, admin_say(call, "Sign in", "登录"));
    put_said(call, said);
    admin_form(call, "/sign-in");
    admin_field(call, admin_say(call, "Account", "账户"), "account", "text",
                portal_form_get(call->form, "account"), "username", TRUE);
    admin_field(call, admin_say(call, "Password", "密码"), "password", "password", "",
                "current-password", TRUE);
    admin_button(call, admin_say(call, "Sign in", "登录"));
    portal_html_put(call->html, "</form><p>%s</p>",
                    admin_say(call,
                              "A new account begins with the link that an administrator gives.",
                              "新账户由管理员给出的链接开始。"));
    admin_end(call, status);
}

void
admin_sign_in(AdminCall *call)
{
    bool over = *portal_form_get(call->form, "over") != '\0';

    put_sign_in(
        call, SOUP_STATUS_OK,
        over ? admin_say(call, "The session is over: sign in again.", "会话已结束：请重新登录。")
             : NULL);
}

static void
on_login(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    on_granted(user, rows, n, error, put_sign_in);
}

void
admin_sign_in_post(AdminCall *call)
{
    g_autoptr(GBytes) device =
        portal_cookie_read(portal_request_cookies(call->request), PORTAL_COOKIE_DEVICE);
    g_autofree char *from = portal_session_from(portal_request_address(call->request));

    vicu_people_login(call->owner->people, portal_form_get(call->form, "account"),
                      portal_form_get(call->form, "password"), from, device, call->token, on_login,
                      call);
}

/* ---- sign-out ---- */

static void
on_signed_out(AdminCall *call, Vicu__PeopleRow *const *rows, size_t n)
{
    g_autofree char *cookie = portal_cookie_write(PORTAL_COOKIE, NULL, 0);

    (void)rows, (void)n;
    portal_request_add_header(call->request, "Set-Cookie", cookie);
    admin_go(call, "/sign-in");
}

void
admin_sign_out_post(AdminCall *call)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogout logout = VICU__PEOPLE_LOGOUT__INIT;

    ask.what_case = VICU__PEOPLE_ASK__WHAT_LOGOUT;
    ask.logout = &logout;
    admin_ask_people(call, &ask, on_signed_out);
}

/* ---- the link of a new account ---- */

static void
put_new_password(AdminCall *call)
{
    admin_field(call, admin_say(call, "New password, 12 to 128 bytes", "新密码，12 到 128 字节"),
                "password", "password", "", "new-password", TRUE);
    admin_field(call, admin_say(call, "The same again", "再次输入"), "again", "password", "",
                "new-password", TRUE);
}

/* NULL: as it should be. */
static const char *
wrong_password(const AdminCall *call)
{
    return strcmp(portal_form_get(call->form, "password"), portal_form_get(call->form, "again"))
                   == 0
               ? NULL
               : admin_say(call, "The two passwords differ.", "两次输入的密码不同。");
}

static void
put_enrol(AdminCall *call, unsigned status, const char *said)
{
    g_autoptr(GBytes) link = portal_form_secret(call->form, "link");

    admin_begin(call, admin_say(call, "First password", "首个密码"));
    put_said(call, said);
    admin_form(call, "/enrol");
    if (link != NULL)
        admin_hidden(call, "link", portal_form_get(call->form, "link"));
    else
        admin_field(call, admin_say(call, "Link (64 letters and digits)", "链接（64 个字符）"),
                    "link", "text", "", "off", TRUE);
    put_new_password(call);
    admin_button(call, admin_say(call, "Set the password and sign in", "设置密码并登录"));
    portal_html_put(call->html, "</form><p>%s</p>",
                    admin_say(call, "A link works once. A sentence is a good password.",
                              "链接只能使用一次。一句话就是好密码。"));
    admin_end(call, status);
}

void
admin_enrol(AdminCall *call)
{
    put_enrol(call, SOUP_STATUS_OK, NULL);
}

static void
on_enrolled(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    on_granted(user, rows, n, error, put_enrol);
}

void
admin_enrol_post(AdminCall *call)
{
    g_autoptr(GBytes) link = portal_form_secret(call->form, "link");
    g_autofree char *from = portal_session_from(portal_request_address(call->request));
    const char *wrong = link == NULL
                            ? admin_say(call, "That is no link: expected 64 letters and digits.",
                                        "链接无效：应为 64 个字符。")
                            : wrong_password(call);

    if (wrong != NULL)
        put_enrol(call, SOUP_STATUS_BAD_REQUEST, wrong);
    else
        vicu_people_enrol(call->owner->people, link, portal_form_get(call->form, "password"), from,
                          on_enrolled, call);
}

/* ---- one's own account ---- */

void
admin_self(AdminCall *call)
{
    const char *columns[] = {admin_say(call, "Role", "角色"), admin_say(call, "Where", "范围")};

    admin_begin(call, admin_say(call, "Own account", "本人账户"));
    admin_table(call, admin_say(call, "Roles", "角色"), columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < call->who->n_grant; i++)
        portal_html_put(call->html, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>",
                        call->who->grant[i]->role, call->who->grant[i]->scope);
    portal_html_put(call->html, "</tbody></table></div><p>%s ",
                    admin_say(call, "This session ends without an act, and (UTC) by",
                              "无操作时会话自动结束，最迟于 (UTC)"));
    portal_html_time(call->html, call->who->until_us);
    portal_html_put(call->html, "</p><h2>%s</h2>", admin_say(call, "Another password", "更改密码"));
    admin_form(call, "/admin");
    admin_field(call, admin_say(call, "Password now", "当前密码"), "old", "password", "",
                "current-password", TRUE);
    put_new_password(call);
    admin_button(call, admin_say(call, "Change", "更改"));
    portal_html_put(call->html, "</form>");
    admin_end(call, SOUP_STATUS_OK);
}

static void
on_password(AdminCall *call, Vicu__PeopleRow *const *rows, size_t n)
{
    (void)rows, (void)n;
    admin_go(call, "/admin");
}

void
admin_self_post(AdminCall *call)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeoplePassword password = VICU__PEOPLE_PASSWORD__INIT;
    g_autofree char *from = portal_session_from(portal_request_address(call->request));
    const char *wrong = wrong_password(call);

    if (wrong != NULL) {
        admin_refuse(call, SOUP_STATUS_BAD_REQUEST, wrong);
        return;
    }
    password.old = (char *)portal_form_get(call->form, "old");
    password.password = (char *)portal_form_get(call->form, "password");
    ask.from = from;
    ask.what_case = VICU__PEOPLE_ASK__WHAT_PASSWORD;
    ask.password = &password;
    admin_ask_people(call, &ask, on_password);
}
