/* Keys of this machine: processes and stations, the portal's certificate, and the audit's.
 *
 * Public halves only, as files and tables stand now. They are changed by `vicu keys` on this
 * machine: a running process takes a changed table at its reload.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/auth.h"
#include "common/clock.h"
#include "portal/admin/admin-inner.h"
#include "portal/certificate.h"

#define SHOWN  12 /* characters of a public key that tell it from others */
#define DAY_US (86400 * (int64_t)G_USEC_PER_SEC)
#define SOON   30 /* days */

static void
put_key(const char *public_key, const char *name, const char *role, gpointer user)
{
    AdminCall *call = user;
    const VicuRoot *root = vicu_daemon_root(call->owner->options.daemon);
    g_autofree char *file = g_strconcat(name, ".key", NULL);
    g_autofree char *path = g_build_filename(root->keys, file, NULL);
    g_autofree char *begin = g_strndup(public_key, SHOWN);

    portal_html_put(call->html,
                    "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"code\">%s..</td>"
                    "<td>%s</td></tr>",
                    name, role, begin,
                    g_file_test(path, G_FILE_TEST_EXISTS) ? admin_say(call, "here", "本机")
                                                          : admin_say(call, "elsewhere", "别处"));
}

static void
put_processes(AdminCall *call, const VicuKeys *keys)
{
    const char *columns[] = {
        admin_say(call, "Name", "名称"),
        admin_say(call, "Role", "角色"),
        admin_say(call, "Public key begins", "公钥开头"),
        admin_say(call, "Its secret half", "私钥所在"),
    };

    admin_table(call, admin_say(call, "Processes and stations", "进程与工作站"), columns,
                G_N_ELEMENTS(columns));
    vicu_keys_foreach(keys, put_key, call);
    portal_html_put(call->html, "</tbody></table></div>");
}

static void
put_row(AdminCall *call, const char *what, const char *value)
{
    portal_html_put(call->html, "<tr><th scope=\"row\">%s</th><td class=\"code\">%s</td></tr>",
                    what, value);
}

/* Its names, its end, and what a phone's settings show of it. */
static void
put_certificate(AdminCall *call, const char *what, const char *path)
{
    g_auto(PortalCertificate) of = {0};
    g_autoptr(GError) error = NULL;

    if (!portal_certificate_look(path, &of, &error)) {
        portal_html_put(call->html, "<tr><th scope=\"row\">%s</th><td class=\"bad\">%s</td></tr>",
                        what, error->message);
        return;
    }
    int64_t left = (of.to_us - vicu_clock_utc_us()) / DAY_US;
    g_autofree char *names =
        of.names != NULL && of.names[0] != NULL ? g_strjoinv(", ", of.names) : g_strdup("");
    portal_html_put(call->html, "<tr><th scope=\"row\">%s</th><td>", what);
    if (names[0] != '\0')
        portal_html_put(call->html, "%s<br>", names);
    portal_html_put(call->html, "%s ", admin_say(call, "until", "有效至"));
    portal_html_time(call->html, of.to_us);
    portal_html_put(call->html, left < SOON ? " <span class=\"bad\">" : " <span>");
    portal_html_put(call->html,
                    admin_say(call, "(%" G_GINT64_FORMAT " days)", "（%" G_GINT64_FORMAT " 天）"),
                    left);
    portal_html_put(call->html, "</span><br><span class=\"code\">SHA-256 %s</span></td></tr>",
                    of.fingerprint);
}

static void
put_audit(AdminCall *call, const VicuRoot *root)
{
    g_autofree char *own = g_build_filename(root->keys, VICU_NOTE_LOG_FILE VICU_NOTE_PUBLIC, NULL);
    g_autofree char *list = g_build_filename(root->keys, VICU_NOTE_WITNESSES_FILE, NULL);
    g_autofree char *key = NULL;
    g_autofree char *witnesses = NULL;

    if (g_file_get_contents(own, &key, NULL, NULL))
        put_row(call, admin_say(call, "Audit: heads are signed with", "审计：签名公钥"),
                g_strstrip(key));
    g_file_get_contents(list, &witnesses, NULL, NULL);
    g_auto(GStrv) line = g_strsplit(witnesses != NULL ? witnesses : "", "\n", -1);
    unsigned n = 0;
    for (char **at = line; *at != NULL; at++)
        if (*g_strstrip(*at) != '\0' && ++n > 0)
            put_row(call, admin_say(call, "Audit: witness believed", "审计：受信见证"), *at);
    if (n == 0)
        put_row(call, admin_say(call, "Audit: witness believed", "审计：受信见证"),
                admin_say(call, "none: the audit is unwitnessed", "无：审计未经见证"));
}

void
admin_keys(AdminCall *call)
{
    const PortalAdminOptions *options = &call->owner->options;
    const VicuRoot *root = vicu_daemon_root(options->daemon);
    const PortalIdentity *identity = options->identity(options->user);
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuKeys) keys =
        vicu_keys_open(root->keys, vicu_daemon_name(options->daemon), &error);
    const char *columns[] = {admin_say(call, "What", "内容"), admin_say(call, "Key", "密钥")};

    if (keys == NULL) {
        admin_refuse(call, SOUP_STATUS_INTERNAL_SERVER_ERROR, error->message);
        return;
    }
    admin_begin(call, admin_say(call, "Keys", "密钥"));
    put_processes(call, keys);
    admin_table(call, admin_say(call, "Certificates and the audit", "证书与审计"), columns,
                G_N_ELEMENTS(columns));
    put_certificate(call, admin_say(call, "The portal's certificate", "门户证书"),
                    identity->certificate);
    if (identity->authority != NULL)
        put_certificate(call, admin_say(call, "The site authority", "站点证书机构"),
                        identity->authority);
    put_audit(call, root);
    portal_html_put(
        call->html, "</tbody></table></div><p class=\"soft\">%s</p>",
        admin_say(call,
                  "As files and tables of this machine stand now. Changed here by vicu keys "
                  "make, allow, revoke and portal-ca, each recorded first; running processes take "
                  "a changed table when vicu up gets SIGHUP.",
                  "为本机文件与表的当前内容。由 vicu keys make、allow、revoke、portal-ca "
                  "在本机更改，均先记入审计；vicu up 收到 SIGHUP 后运行中的进程采用新表。"));
    admin_end(call, SOUP_STATUS_OK);
}
