/* SPDX-License-Identifier: Apache-2.0 */
#include "common/auth.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sodium.h>
#include <zmq.h>

#include "common/error.h"

#define Z85_SIZE 41

/* Which role may connect to which kind of socket. What is not here is refused. */
static const struct {
    const char *role;
    const char *domains; /* separated by spaces */
} rights[] = {
    {"collector", "data"},
    {"importer", "data query"},
    /* The hub passes on what stations ask, see _admit_passed(); of its own it only puts audit
     * records (store/service.c). */
    {"hub", "query state status"},
    {"store", "store state status"},
    {"rules", "data feed query status"},
    {"escalation", "data state query status"},
    /* Of the store it asks nothing: it only puts audit records (store/service.c). */
    {"annunciator", "query state status"},
    {"dashboard", "live state query status"},
    {"portal", "live state query status"},
    {"operator", "live state query status"},
};

static const char *const role_names[] = {
    "collector",   "importer",  "hub",    "store",    "rules", "escalation",
    "annunciator", "dashboard", "portal", "operator", NULL,
};

typedef struct {
    char public_key[Z85_SIZE];
    char *name;
    char *role;
    VicuFingerprint fingerprint;
} Entry;

struct VicuKeys {
    char *dir;
    char *name;
    char *role;
    char public_key[Z85_SIZE];
    char secret_key[Z85_SIZE];
    VicuFingerprint fingerprint;
    GPtrArray *allowed; /* Entry */
};

static void
entry_free(void *data)
{
    Entry *entry = data;

    g_free(entry->name);
    g_free(entry->role);
    g_free(entry);
}

static gboolean
fingerprint_of(const char *public_key, VicuFingerprint *fingerprint)
{
    uint8_t raw[32];

    if (strlen(public_key) != Z85_SIZE - 1 || zmq_z85_decode(raw, public_key) == NULL)
        return FALSE;
    crypto_generichash(fingerprint->bytes, sizeof fingerprint->bytes, raw, sizeof raw, NULL, 0);
    return TRUE;
}

static gboolean
is_role(const char *role)
{
    return g_strv_contains(role_names, role);
}

static gboolean
add_line(GPtrArray *table, const char *path, int number, const char *line, GError **error)
{
    g_auto(GStrv) word = g_strsplit(line, " ", -1);
    VicuFingerprint fingerprint;

    if (g_strv_length(word) != 3 || !fingerprint_of(word[0], &fingerprint) || !is_role(word[2])) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "%s:%d: expected \"PUBLIC-KEY NAME ROLE\" with a Z85 key of 40 characters and "
                    "a known role",
                    path, number);
        return FALSE;
    }
    Entry *entry = g_new0(Entry, 1);
    g_strlcpy(entry->public_key, word[0], sizeof entry->public_key);
    entry->name = g_strdup(word[1]);
    entry->role = g_strdup(word[2]);
    entry->fingerprint = fingerprint;
    g_ptr_array_add(table, entry);
    return TRUE;
}

static GPtrArray *
read_table(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "allowed", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GPtrArray) table = g_ptr_array_new_with_free_func(entry_free);

    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    for (int i = 0; line[i] != NULL; i++) {
        g_strstrip(line[i]);
        if (line[i][0] == '\0' || line[i][0] == '#')
            continue;
        if (!add_line(table, path, i + 1, line[i], error))
            return NULL;
    }
    return g_steal_pointer(&table);
}

static gboolean
read_own(VicuKeys *self, GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/%s.key", self->dir, self->name);
    g_autoptr(GKeyFile) file = g_key_file_new();
    struct stat st;

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    if (stat(path, &st) != 0 || (st.st_mode & 077) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "%s is readable by others (mode %04o): chmod 600 it", path,
                    (unsigned)st.st_mode & 07777u);
        return FALSE;
    }
    g_autofree char *public_key = g_key_file_get_string(file, "key", "public", NULL);
    g_autofree char *secret_key = g_key_file_get_string(file, "key", "secret", NULL);
    self->role = g_key_file_get_string(file, "key", "role", NULL);
    if (public_key == NULL || secret_key == NULL || self->role == NULL || !is_role(self->role)
        || strlen(secret_key) != Z85_SIZE - 1 || !fingerprint_of(public_key, &self->fingerprint)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "%s is not a key: expected [key] with role, public and secret", path);
        return FALSE;
    }
    g_strlcpy(self->public_key, public_key, sizeof self->public_key);
    g_strlcpy(self->secret_key, secret_key, sizeof self->secret_key);
    sodium_memzero(secret_key, strlen(secret_key));
    return TRUE;
}

VicuKeys *
vicu_keys_open(const char *keys_dir, const char *name, GError **error)
{
    g_autoptr(VicuKeys) self = g_new0(VicuKeys, 1);

    if (sodium_init() < 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "libsodium does not start: no random source");
        return NULL;
    }
    self->dir = g_strdup(keys_dir);
    self->name = g_strdup(name);
    self->allowed = g_ptr_array_new_with_free_func(entry_free);
    if (!read_own(self, error) || !vicu_keys_reload(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
vicu_keys_free(VicuKeys *self)
{
    if (self == NULL)
        return;
    sodium_memzero(self->secret_key, sizeof self->secret_key);
    g_clear_pointer(&self->allowed, g_ptr_array_unref);
    g_free(self->dir);
    g_free(self->name);
    g_free(self->role);
    g_free(self);
}

gboolean
vicu_keys_reload(VicuKeys *self, GError **error)
{
    GPtrArray *table = read_table(self->dir, error);

    if (table == NULL)
        return FALSE;
    g_ptr_array_unref(self->allowed);
    self->allowed = table;
    return TRUE;
}

const char *
vicu_keys_name(const VicuKeys *self)
{
    return self->name;
}

const char *
vicu_keys_role(const VicuKeys *self)
{
    return self->role;
}

const char *
vicu_keys_public(const VicuKeys *self)
{
    return self->public_key;
}

const char *
vicu_keys_secret(const VicuKeys *self)
{
    return self->secret_key;
}

const VicuFingerprint *
vicu_keys_fingerprint(const VicuKeys *self)
{
    return &self->fingerprint;
}

const char *
vicu_keys_public_of(const VicuKeys *self, const char *name)
{
    for (guint i = 0; i < self->allowed->len; i++) {
        const Entry *entry = g_ptr_array_index(self->allowed, i);
        if (strcmp(entry->name, name) == 0)
            return entry->public_key;
    }
    return NULL;
}

const char *
vicu_keys_name_of(const VicuKeys *self, const VicuFingerprint *fingerprint)
{
    for (guint i = 0; i < self->allowed->len; i++) {
        const Entry *entry = g_ptr_array_index(self->allowed, i);
        if (memcmp(&entry->fingerprint, fingerprint, sizeof *fingerprint) == 0)
            return entry->name;
    }
    return NULL;
}

static gboolean
role_may(const char *role, const char *domain)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rights); i++) {
        if (strcmp(rights[i].role, role) != 0)
            continue;
        g_auto(GStrv) domains = g_strsplit(rights[i].domains, " ", -1);
        return g_strv_contains((const char *const *)domains, domain);
    }
    return FALSE;
}

gboolean
vicu_keys_admit(const VicuKeys *self,
                const char *public_key,
                const char *domain,
                const char **name,
                const char **role)
{
    for (guint i = 0; i < self->allowed->len; i++) {
        const Entry *entry = g_ptr_array_index(self->allowed, i);
        if (strcmp(entry->public_key, public_key) != 0)
            continue;
        *name = entry->name;
        *role = entry->role;
        return role_may(entry->role, domain);
    }
    *name = *role = "";
    return FALSE;
}

gboolean
vicu_keys_admit_passed(const VicuKeys *self,
                       const VicuFingerprint *sender,
                       const char *domain,
                       const char **name,
                       const char **role)
{
    for (guint i = 0; i < self->allowed->len; i++) {
        const Entry *entry = g_ptr_array_index(self->allowed, i);
        if (memcmp(&entry->fingerprint, sender, sizeof *sender) != 0)
            continue;
        *name = entry->name;
        *role = entry->role;
        return strcmp(entry->role, VICU_ROLE_HUB) != 0 && role_may(entry->role, domain);
    }
    *name = *role = "";
    return FALSE;
}

static gboolean
write_private(const char *path, const char *text, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t size = strlen(text);

    if (fd < 0 || write(fd, text, size) != (ssize_t)size || fsync(fd) != 0) {
        int failed = errno;
        if (fd >= 0)
            close(fd);
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path, g_strerror(failed));
        return FALSE;
    }
    return close(fd) == 0;
}

static gboolean
rewrite_table(const char *keys_dir,
              const char *drop_name,
              const char *add_line_text,
              GError **error)
{
    g_autofree char *path = g_build_filename(keys_dir, "allowed", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GString) out = g_string_new("# PUBLIC-KEY NAME ROLE\n");
    gboolean dropped = FALSE;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        g_auto(GStrv) line = g_strsplit(text, "\n", -1);
        for (int i = 0; line[i] != NULL; i++) {
            g_auto(GStrv) word = g_strsplit(line[i], " ", -1);
            if (g_strv_length(word) != 3 || word[0][0] == '#')
                continue;
            if (drop_name != NULL && strcmp(word[1], drop_name) == 0)
                dropped = TRUE;
            else
                g_string_append_printf(out, "%s\n", line[i]);
        }
    }
    if (drop_name != NULL && !dropped) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "%s: no key named \"%s\"", path,
                    drop_name);
        return FALSE;
    }
    if (add_line_text != NULL)
        g_string_append_printf(out, "%s\n", add_line_text);
    return g_file_set_contents_full(path, out->str, (gssize)out->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

gboolean
vicu_keys_allow(const char *keys_dir,
                const char *public_key,
                const char *name,
                const char *role,
                GError **error)
{
    VicuFingerprint fingerprint;

    if (!is_role(role)) {
        const char *near = vicu_nearest_name(role, role_names);
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH, "no role \"%s\"%s%s", role,
                    near != NULL ? ": did you mean " : "", near != NULL ? near : "");
        return FALSE;
    }
    if (!fingerprint_of(public_key, &fingerprint) || strpbrk(name, " \n/") != NULL || !*name) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "\"%s\" with the name \"%s\": expected a Z85 public key of 40 characters and a "
                    "name without blanks or slashes",
                    public_key, name);
        return FALSE;
    }
    g_autofree char *line = g_strdup_printf("%s %s %s", public_key, name, role);
    return rewrite_table(keys_dir, NULL, line, error);
}

gboolean
vicu_keys_revoke(const char *keys_dir, const char *name, GError **error)
{
    return rewrite_table(keys_dir, name, NULL, error);
}

gboolean
vicu_keys_make(const char *keys_dir, const char *name, const char *role, GError **error)
{
    char public_key[Z85_SIZE], secret_key[Z85_SIZE];
    g_autofree char *path = g_strdup_printf("%s/%s.key", keys_dir, name);

    if (g_mkdir_with_parents(keys_dir, 0700) != 0
        || zmq_curve_keypair(public_key, secret_key) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", keys_dir, g_strerror(errno));
        return FALSE;
    }
    if (!is_role(role))
        return vicu_keys_allow(keys_dir, public_key, name, role, error);
    g_autofree char *text = g_strdup_printf("[key]\nname=%s\nrole=%s\npublic=%s\nsecret=%s\n", name,
                                            role, public_key, secret_key);
    gboolean ok = write_private(path, text, error)
                  && vicu_keys_allow(keys_dir, public_key, name, role, error);
    sodium_memzero(text, strlen(text));
    sodium_memzero(secret_key, sizeof secret_key);
    return ok;
}

void
vicu_keys_foreach(const VicuKeys *self, VicuKeysFunc func, gpointer user)
{
    for (guint i = 0; i < self->allowed->len; i++) {
        const Entry *entry = g_ptr_array_index(self->allowed, i);
        func(entry->public_key, entry->name, entry->role, user);
    }
}
