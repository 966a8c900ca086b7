/* SPDX-License-Identifier: Apache-2.0 */
#include "common/root.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"

#define SYSTEM_DIR     "/var/lib/vicu"
#define SYSTEM_RUN     "/run/vicu"
#define SYSTEM_ETC     "/etc/vicu"
#define LONGEST_SOCKET 100
#define LONGEST_NAME   30 /* "/" and the longest socket name that we bind */

static char *
standard_dir(void)
{
    if (geteuid() == 0 && g_file_test(SYSTEM_RUN, G_FILE_TEST_IS_DIR))
        return g_strdup(SYSTEM_DIR);
    return g_build_filename(g_get_user_state_dir(), "vicu", NULL);
}

VicuRoot *
vicu_root_new(const char *dir, GError **error)
{
    g_autoptr(VicuRoot) self = g_new0(VicuRoot, 1);

    self->dir = dir != NULL ? g_canonicalize_filename(dir, NULL) : standard_dir();
    gboolean of_system = strcmp(self->dir, SYSTEM_DIR) == 0;
    self->run = of_system ? g_strdup(SYSTEM_RUN) : g_build_filename(self->dir, "run", NULL);
    self->etc = of_system ? g_strdup(SYSTEM_ETC) : g_build_filename(self->dir, "etc", NULL);
    self->keys = g_build_filename(self->dir, "keys", NULL);
    self->log = g_build_filename(self->dir, "log", NULL);
    if (strlen(self->run) + LONGEST_NAME > LONGEST_SOCKET) {
        g_set_error(
            error, VICU_ERROR, VICU_ERROR_CONFIG,
            "%s: a root of more than %d bytes makes socket paths too long: choose a shorter --root",
            self->dir, LONGEST_SOCKET - LONGEST_NAME);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
vicu_root_free(VicuRoot *self)
{
    if (self == NULL)
        return;
    g_free(self->dir);
    g_free(self->run);
    g_free(self->keys);
    g_free(self->etc);
    g_free(self->log);
    g_free(self);
}

static gboolean
make(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) == 0)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return FALSE;
}

gboolean
vicu_root_make(const VicuRoot *self, GError **error)
{
    return make(self->dir, error) && make(self->run, error) && make(self->keys, error)
           && make(self->etc, error) && make(self->log, error);
}

char *
vicu_root_endpoint(const VicuRoot *self, const char *name)
{
    return g_strdup_printf("ipc://%s/%s.ipc", self->run, name);
}

char *
vicu_root_folder(const VicuRoot *self, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(self->dir, name, NULL);

    return make(path, error) ? g_steal_pointer(&path) : NULL;
}

char *
vicu_root_announcements(void)
{
    return g_build_filename(g_get_user_runtime_dir(), "vicu", NULL);
}

static gboolean
alive(const char *pid_text)
{
    gint64 pid = g_ascii_strtoll(pid_text, NULL, 10);

    return pid > 1 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

/* Folders that a live process announced. */
static GPtrArray *
announced(const char *folder)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *text = NULL;
        if (alive(name) && g_file_get_contents(path, &text, NULL, NULL))
            g_ptr_array_add(found, g_strdup(g_strstrip(text)));
    }
    return found;
}

static gboolean
runs(const VicuRoot *root)
{
    g_autofree char *path = g_build_filename(root->run, "up.pid", NULL);
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) && alive(g_strstrip(text));
}

VicuRoot *
vicu_root_find_running(const char *dir, GError **error)
{
    g_autofree char *folder = vicu_root_announcements();
    g_autoptr(GPtrArray) others = announced(folder);
    g_autoptr(VicuRoot) self = NULL;

    if (dir == NULL && others->len > 1) {
        g_autoptr(GString) list = g_string_new(NULL);
        for (guint i = 0; i < others->len; i++)
            g_string_append_printf(list, "%s%s", i ? ", " : "", (char *)others->pdata[i]);
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "%u installations are running (%s): say which with --root", others->len,
                    list->str);
        return NULL;
    }
    self = vicu_root_new(dir == NULL && others->len == 1 ? others->pdata[0] : dir, error);
    if (self == NULL || runs(self))
        return g_steal_pointer(&self);
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "no running vICU: looked at %s/up.pid and for announcements in %s; start one with "
                "\"vicu demo\" or \"vicu up\", or say --root DIR",
                self->run, folder);
    return NULL;
}
