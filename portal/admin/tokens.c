/* Tokens of phones and of other systems: who holds them, until when, and their end.
 *
 * That one ends is on the store's disk before it ends; the portal reads the table again at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "portal/admin/admin-inner.h"

static const PortalTokens *
tokens_of(const AdminCall *call, bool fresh)
{
    return call->owner->options.tokens(fresh, call->owner->options.user);
}

static void
put_token(AdminCall *call, const PortalToken *token)
{
    PortalHtml *html = call->html;
    bool over = token->end_us != 0 && token->end_us <= vicu_clock_utc_us();

    portal_html_put(html, "<tr><th scope=\"row\" class=\"code\">%s</th><td>%s</td><td>%s</td><td>",
                    token->id, token->name, portal_role_name(token->role));
    portal_html_time(html, token->made_us);
    portal_html_put(html, "</td><td>");
    if (token->end_us != 0)
        portal_html_time(html, token->end_us);
    else
        portal_html_put(html, "%s", admin_say(call, "no end of its own", "无期限"));
    if (over)
        portal_html_put(html, " <span class=\"bad\">%s</span>", admin_say(call, "over", "已过期"));
    portal_html_put(html, "</td><td>");
    admin_form(call, "/admin/tokens");
    admin_hidden(call, "id", token->id);
    admin_button(call, admin_say(call, "End it", "终止"));
    portal_html_put(html, "</form></td></tr>");
}

void
admin_tokens(AdminCall *call)
{
    const PortalTokens *tokens = tokens_of(call, false);
    const char *columns[] = {
        admin_say(call, "Id", "标识"),
        admin_say(call, "Who holds it", "持有者"),
        admin_say(call, "Role", "角色"),
        admin_say(call, "Made (UTC)", "创建 (UTC)"),
        admin_say(call, "Ends (UTC)", "到期 (UTC)"),
        admin_say(call, "Act", "操作"),
    };

    admin_begin(call, admin_say(call, "Tokens", "令牌"));
    admin_table(call, admin_say(call, "Tokens that the portal takes", "门户接受的令牌"), columns,
                G_N_ELEMENTS(columns));
    for (size_t i = 0; i < portal_tokens_n(tokens); i++)
        put_token(call, portal_tokens_at(tokens, i));
    portal_html_put(
        call->html, "</tbody></table></div><p class=\"soft\">%s</p>",
        admin_say(call,
                  "A token is made on the portal's machine, where it is shown once: "
                  "vicu keys token --role ROLE --name WHO. Keys of processes and "
                  "stations: vicu keys.",
                  "令牌在门户机器上创建，仅显示一次：vicu keys token --role ROLE --name "
                  "WHO。进程与工作站的密钥：vicu keys。"));
    admin_end(call, SOUP_STATUS_OK);
}

static void
end_token(AdminCall *call)
{
    const VicuRoot *root = vicu_daemon_root(call->owner->options.daemon);
    g_autoptr(GError) error = NULL;
    PortalToken gone;

    if (!portal_tokens_revoke(root->keys, portal_form_get(call->form, "id"), NULL, NULL, &gone,
                              &error)) {
        admin_refuse(call, SOUP_STATUS_CONFLICT, error->message);
        return;
    }
    tokens_of(call, true);
    admin_go(call, "/admin/tokens");
}

void
admin_tokens_post(AdminCall *call)
{
    const char *id = portal_form_get(call->form, "id");
    const PortalTokens *tokens = tokens_of(call, true);
    const PortalToken *token = NULL;

    for (size_t i = 0; i < portal_tokens_n(tokens); i++)
        if (strcmp(portal_tokens_at(tokens, i)->id, id) == 0)
            token = portal_tokens_at(tokens, i);
    if (token == NULL) {
        admin_refuse(call, SOUP_STATUS_NOT_FOUND,
                     admin_say(call, "There is no token of that id.", "没有该标识的令牌。"));
        return;
    }
    g_autofree char *detail =
        g_strdup_printf("%s, role %s", token->id, portal_role_name(token->role));
    admin_record(call, "token-revoke", detail, end_token);
}
