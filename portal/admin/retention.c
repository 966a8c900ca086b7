/* How long what is kept: the store's settings, shown.
 *
 * Changed by its settings file and a reload; there is no command for it. The standard is the file
 * of settings that comes with the program.
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
put_rows(AdminCall *call, GKeyFile *own, GKeyFile *usual)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *set = g_key_file_get_value(own, GROUP, rows[i].key, NULL);
        g_autofree char *value = g_key_file_get_value(usual, GROUP, rows[i].key, NULL);
        g_autofree char *kept = words_of(set != NULL ? set : value != NULL ? value : "");
        g_autofree char *norm = words_of(value != NULL ? value : "");
        portal_html_put(call->html,
                        "<tr><th scope=\"row\">%s</th><td class=\"code\">%s</td><td>%s</td>"
                        "<td>%s</td></tr>",
                        admin_say(call, rows[i].en, rows[i].zh), rows[i].key, kept, norm);
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
    const char *columns[] = {admin_say(call, "What", "内容"), admin_say(call, "Setting", "设置"),
                             admin_say(call, "Kept", "保留"), admin_say(call, "Standard", "标准")};

    g_key_file_load_from_file(own, path, G_KEY_FILE_NONE, &error);
    if (error != NULL && !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_autofree char *text = g_strdup_printf("%s: %s", path, error->message);
        admin_refuse(call, SOUP_STATUS_INTERNAL_SERVER_ERROR, text);
        return;
    }
    admin_begin(call, admin_say(call, "Retention", "保留期限"));
    admin_table(call, admin_say(call, "How long what is kept", "各类数据的保留时间"), columns,
                G_N_ELEMENTS(columns));
    put_rows(call, own, usual);
    portal_html_put(call->html, "</tbody></table></div>");
    put_sites(call, own);
    portal_html_put(call->html, "<p>%s</p><p class=\"code\">%s</p><p class=\"soft\">%s</p>",
                    admin_say(call, "Changed in the store's settings on its machine:",
                              "在存储机器的设置中更改："),
                    path,
                    admin_say(call,
                              "As the file stands now; the store has it since its last start or "
                              "reload. vicu-store(1) has bounds and meaning.",
                              "为文件的当前内容；存储自上次启动或重载起使用。范围与含义见 "
                              "vicu-store(1)。"));
    admin_end(call, SOUP_STATUS_OK);
}
