/* How long what is kept: the store's settings, shown, and changed by the store for whoever may.
 *
 * A change is asked for twice: what is older than the new time goes, and does not come back. The
 * standard is the file of settings that comes with the program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/admin/admin-inner.h"
#include "portal/pages/portal-resources.h"

#define GROUP "retention"
#define SITES "retention-sites"

static const struct {
    const char *key, *en, *zh;
} rows[] = {
    {"waves", "Waves", "波形"},
    {"numerics", "Numerics", "数值"},
    {"events", "Events and alarms", "事件与报警"},
    {"imported", "Imported recordings (0s: as the others)", "导入的记录（0s：同其他）"},
    {"audit", "The audit", "审计"},
    {"quota", "Most GiB on the disk (0: no bound)", "磁盘上限 GiB（0：不限）"},
    {"imported_quota", "Of it, imported (0: no bound)", "其中导入部分（0：不限）"},
};

static GKeyFile *
standard(void)
{
    g_autoptr(GBytes) bytes = g_resource_lookup_data(
        portal_get_resource(), "/vicu/portal/store.conf", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    GKeyFile *file = g_key_file_new();

    g_assert(bytes != NULL && g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, NULL));
    return file;
}

/* "189388800s" as days where it is some. Caller frees. */
static char *
words_of(const char *value)
{
    char *end = NULL;
    guint64 s = g_ascii_strtoull(value, &end, 10);

    return end != value && strcmp(end, "s") == 0 && s >= 86400 && s % 86400 == 0
               ? g_strdup_printf("%" G_GUINT64_FORMAT "d", s / 86400)
               : g_strdup(value);
}

static void
put_form(AdminCall *call, const char *key, const char *kept)
{
    portal_html_put(call->html, "<td>");
    admin_form(call, "/admin/retention");
    admin_hidden(call, "key", key);
    admin_field(call, admin_say(call, "To", "改为"), "text", "text", kept, "off", TRUE);
    admin_button(call, admin_say(call, "Change", "更改"));
    portal_html_put(call->html, "</form></td>");
}

static void
put_rows(AdminCall *call, GKeyFile *own, GKeyFile *usual, bool sets)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *set = g_key_file_get_value(own, GROUP, rows[i].key, NULL);
        g_autofree char *value = g_key_file_get_value(usual, GROUP, rows[i].key, NULL);
        g_autofree char *kept = words_of(set != NULL ? set : value != NULL ? value : "");
        g_autofree char *norm = words_of(value != NULL ? value : "");
        portal_html_put(call->html,
                        "<tr><th scope=\"row\">%s</th><td class=\"code\">%s</td><td>%s</td>"
                        "<td>%s</td>",
                        admin_say(call, rows[i].en, rows[i].zh), rows[i].key, kept, norm);
        if (sets)
            put_form(call, rows[i].key, kept);
        portal_html_put(call->html, "</tr>");
    }
}

static void
put_sites(AdminCall *call, GKeyFile *own)
{
    g_auto(GStrv) keys = g_key_file_get_keys(own, SITES, NULL, NULL);
    const char *columns[] = {admin_say(call, "Place", "范围"), admin_say(call, "Kept", "保留")};

    if (keys == NULL || keys[0] == NULL)
        return;
    admin_table(call, admin_say(call, "Places of their own", "单独设置的范围"), columns,
                G_N_ELEMENTS(columns));
    for (size_t i = 0; keys[i] != NULL; i++) {
        g_autofree char *value = g_key_file_get_value(own, SITES, keys[i], NULL);
        portal_html_put(call->html, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>", keys[i],
                        value);
    }
    portal_html_put(call->html, "</tbody></table></div>");
}

void
admin_retention(AdminCall *call)
{
    const VicuRoot *root = vicu_daemon_root(call->owner->options.daemon);
    g_autofree char *path = g_build_filename(root->etc, "store.conf", NULL);
    g_autoptr(GKeyFile) own = g_key_file_new();
    g_autoptr(GKeyFile) usual = standard();
    g_autoptr(GError) error = NULL;
    bool sets = admin_covers(call, VICU_RIGHTS_QUERY, "set_retention", "");
    const char *columns[] = {admin_say(call, "What", "内容"), admin_say(call, "Setting", "设置"),
                             admin_say(call, "Kept", "保留"), admin_say(call, "Standard", "标准"),
                             admin_say(call, "Act", "操作")};

    g_key_file_load_from_file(own, path, G_KEY_FILE_NONE, &error);
    if (error != NULL && !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_autofree char *text = g_strdup_printf("%s: %s", path, error->message);
        admin_refuse(call, SOUP_STATUS_INTERNAL_SERVER_ERROR, text);
        return;
    }
    admin_begin(call, admin_say(call, "Retention", "保留期限"));
    admin_table(call, admin_say(call, "How long what is kept", "各类数据的保留时间"), columns,
                G_N_ELEMENTS(columns) - !sets);
    put_rows(call, own, usual, sets);
    portal_html_put(call->html, "</tbody></table></div>");
    put_sites(call, own);
    portal_html_put(call->html, "<p>%s</p><p class=\"code\">%s</p><p class=\"soft\">%s</p>",
                    admin_say(call, "The store's settings, on its machine:", "存储机器上的设置："),
                    path,
                    admin_say(call,
                              "As the file stands now; what is changed here is in force at once, "
                              "what is written by hand with a reload. Places of their own are "
                              "changed there. vicu-store(1) has bounds and meaning.",
                              "为文件的当前内容；此处更改立即生效，手工修改在重载后生效。"
                              "单独设置的范围在文件中更改。范围与含义见 vicu-store(1)。"));
    admin_end(call, SOUP_STATUS_OK);
}

/* ---- a change ---- */

static void
on_set(AdminCall *call, const Vicu__QueryRows *answer)
{
    if (answer->last)
        admin_go(call, "/admin/retention");
}

static void
ask_again(AdminCall *call, const char *key, const char *text)
{
    PortalHtml *html;

    admin_begin(call, admin_say(call, "Retention", "保留期限"));
    html = call->html;
    portal_html_put(
        html, "<p>%s <span class=\"code\">%s = %s</span></p><p class=\"bad\">%s</p>",
        admin_say(call, "To be changed:", "将更改为："), key, text,
        admin_say(call,
                  "What is older than this is deleted soon, and does not come back. "
                  "The change is recorded in the audit with your name.",
                  "超过该期限的数据将很快被删除，且无法恢复。此更改将以您的姓名记入审计。"));
    admin_form(call, "/admin/retention");
    admin_hidden(call, "key", key);
    admin_hidden(call, "text", text);
    admin_hidden(call, "sure", "yes");
    admin_button(call, admin_say(call, "Change it", "确认更改"));
    portal_html_put(html, "</form><p><a href=\"/admin/retention\">%s</a></p>",
                    admin_say(call, "Leave it as it is", "保持不变"));
    admin_end(call, SOUP_STATUS_OK);
}

void
admin_retention_post(AdminCall *call)
{
    const char *key = portal_form_get(call->form, "key");
    const char *text = portal_form_get(call->form, "text");
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__SetRetention set = VICU__SET_RETENTION__INIT;

    if (strcmp(portal_form_get(call->form, "sure"), "yes") != 0) {
        ask_again(call, key, text);
        return;
    }
    set.key = (char *)key;
    set.text = (char *)text;
    query.what_case = VICU__QUERY__WHAT_SET_RETENTION;
    query.set_retention = &set;
    admin_ask(call, &query, on_set);
}
