/* SPDX-License-Identifier: Apache-2.0 */
#include "store/retention-file.h"

#include <glib/gstdio.h>

#include "common/folder.h"

#define MODE   0640
#define DAY_US (86400 * (int64_t)G_USEC_PER_SEC)

static gboolean
write_file(const char *path, const char *text, gsize size, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);

    return g_file_set_contents_full(path, text, (gssize)size,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    MODE, error)
           && vicu_folder_sync(folder, error);
}

/* @old NULL: there was none. What cannot be put back is told beside why it has to be. */
static void
put_back(const char *path, const char *old, gsize size, GError **error)
{
    g_autoptr(GError) again = NULL;

    if (old == NULL ? g_unlink(path) == 0 : write_file(path, old, size, &again))
        return;
    g_prefix_error(error,
                   "%s could not be made what it was (%s), look at it before the store's next "
                   "start: ",
                   path, again != NULL ? again->message : "it cannot be removed");
}

gboolean
store_retention_file_set(const char *path,
                         const char *key,
                         const char *text,
                         StoreRetentionFunc reload,
                         gpointer user,
                         GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) none = NULL;
    g_autofree char *old = NULL;
    gsize old_size = 0, size = 0;

    if (!g_file_get_contents(path, &old, &old_size, &none)
        && !g_error_matches(none, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_propagate_error(error, g_steal_pointer(&none));
        return FALSE;
    }
    if (old_size > 0
        && !g_key_file_load_from_data(file, old, old_size, G_KEY_FILE_KEEP_COMMENTS, error))
        return FALSE;
    g_key_file_set_value(file, STORE_RETENTION_GROUP, key, text);
    g_autofree char *now = g_key_file_to_data(file, &size, NULL);
    if (!write_file(path, now, size, error))
        return FALSE;
    if (reload(user, error))
        return TRUE;
    put_back(path, old, old_size, error);
    return FALSE;
}

static gboolean
read_again(gpointer user, GError **error)
{
    return vicu_daemon_reload(user, "retention-change", error);
}

gboolean
store_retention_set(VicuDaemon *daemon, const char *key, const char *text, GError **error)
{
    return store_retention_file_set(vicu_daemon_settings_path(daemon), key, text, read_again,
                                    daemon, error);
}

char *
store_retention_text(VicuDaemon *daemon, const char *key)
{
    const VicuParam *setting = vicu_daemon_setting(daemon, STORE_RETENTION_GROUP, key);

    if (setting == NULL)
        return NULL;
    if (setting->type == VICU_PARAM_DURATION) {
        int64_t us = *(const int64_t *)setting->value;
        if (us > 0 && us % DAY_US == 0)
            return g_strdup_printf("%" G_GINT64_FORMAT "d", us / DAY_US);
    }
    return vicu_config_format(setting);
}
