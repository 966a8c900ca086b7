/* SPDX-License-Identifier: Apache-2.0 */
#include "common/root.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/config.h"
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
    g_free(self->hub);
    g_free(self->key);
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

VicuRoot *
vicu_root_copy(const VicuRoot *self)
{
    VicuRoot *copy = g_new0(VicuRoot, 1);

    copy->dir = g_strdup(self->dir);
    copy->run = g_strdup(self->run);
    copy->keys = g_strdup(self->keys);
    copy->etc = g_strdup(self->etc);
    copy->log = g_strdup(self->log);
    copy->hub = g_strdup(self->hub);
    copy->hub_port = self->hub_port;
    copy->key = g_strdup(self->key);
    return copy;
}

gboolean
vicu_root_connect(VicuRoot *self, const char *address, GError **error)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    size_t host = strspn(address, letters);
    guint64 port = VICU_ROOT_PORT;
    gboolean ok = host > 0 && host < 256;

    if (ok && address[host] == ':')
        ok = g_ascii_string_to_unsigned(address + host + 1, 10, 1, 65533, &port, NULL);
    else
        ok = ok && address[host] == '\0';
    if (!ok) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "\"%s\" is not the address of a hub: expected HOST or HOST:PORT, a name or an "
                    "IPv4 address and a port of 1..65533",
                    address);
        return FALSE;
    }
    g_free(self->hub);
    self->hub = g_strndup(address, host);
    self->hub_port = (unsigned)port;
    return TRUE;
}

const char *
vicu_root_server(const VicuRoot *self, const char *owner)
{
    return self->hub != NULL ? "hub" : owner;
}

char *
vicu_root_endpoint(const VicuRoot *self, const char *name)
{
    static const char *const offered[] = {"hub-live", "rules-state", "store-query"};

    for (unsigned i = 0; self->hub != NULL && i < G_N_ELEMENTS(offered); i++)
        if (strcmp(name, offered[i]) == 0)
            return g_strdup_printf("tcp://%s:%u", self->hub, self->hub_port + i);
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

VicuRoot *
vicu_root_find_client(const char *dir, const char *connect, GError **error)
{
    char *address = NULL, *key = NULL;
    const VicuParam params[] = {
        {"hub", "address", VICU_PARAM_TEXT, "", 0, 0, "", &address, "HOST or HOST:PORT."},
        {"hub", "key", VICU_PARAM_TEXT, "", 0, 0, "", &key, "Name of this client's key."},
    };
    g_autoptr(VicuRoot) self = vicu_root_new(dir, error);
    if (self == NULL)
        return NULL;
    g_autofree char *path = g_build_filename(self->etc, "client.conf", NULL);
    gboolean ok = vicu_config_load(path, FALSE, params, G_N_ELEMENTS(params), error);
    if (ok && key != NULL && key[0] != '\0')
        self->key = g_strdup(key);
    if (connect == NULL && address != NULL && address[0] != '\0')
        connect = address;
    ok = ok && (connect == NULL || vicu_root_connect(self, connect, error));
    vicu_config_clear(params, G_N_ELEMENTS(params));
    if (!ok)
        return NULL;
    return connect != NULL ? g_steal_pointer(&self) : vicu_root_find_running(dir, error);
}
