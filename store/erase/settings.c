/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase/settings.h"

#include <string.h>

#include "common/error.h"

#define GROUP "erasure"

static bool
is_within(const char *path, const char *folder)
{
    g_autofree char *a = g_canonicalize_filename(path, "/");
    g_autofree char *b = g_canonicalize_filename(folder, "/");
    size_t n = strlen(b);

    return strncmp(a, b, n) == 0 && (a[n] == '\0' || a[n] == '/');
}

static bool
wrong(const char *key, const char *path, const char *what, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "[erasure] %s = %s %s", key, path, what);
    return false;
}

static bool
check_one(const char *key, const char *path, const VicuRoot *root, GError **error)
{
    if (!g_path_is_absolute(path))
        return wrong(key, path, "is no absolute path", error);
    if (root != NULL && is_within(path, root->dir))
        return wrong(key, path,
                     "lies within the installation: a copy of that would hold the keys and what "
                     "they are to make unreadable; name a folder elsewhere",
                     error);
    return true;
}

bool
store_erase_check(const StoreKeyPlaces *places, const VicuRoot *root, GError **error)
{
    bool copy = places->copy != NULL && places->copy[0] != '\0';

    if (places->folder == NULL || places->folder[0] == '\0')
        return !copy
               || wrong("keys_copy", places->copy, "is a copy of no keys: name [erasure] keys",
                        error);
    if (!check_one("keys", places->folder, root, error))
        return false;
    if (!copy)
        return true;
    if (is_within(places->copy, places->folder) || is_within(places->folder, places->copy))
        return wrong("keys_copy", places->copy, "is no other folder than [erasure] keys", error);
    return check_one("keys_copy", places->copy, root, error);
}

static char *
value_of(GKeyFile *file, const char *key)
{
    char *text = g_key_file_get_string(file, GROUP, key, NULL);

    return text != NULL ? g_strstrip(text) : g_strdup("");
}

StoreCipher *
store_erase_reader(const VicuRoot *root, GError **error)
{
    g_autofree char *path = g_build_filename(root->etc, "store.conf", NULL), *note = NULL;
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) why = NULL;

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &why)) {
        if (g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return NULL;
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: %s", path, why->message);
        return NULL;
    }
    g_autofree char *folder = value_of(file, "keys"), *copy = value_of(file, "keys_copy");
    StoreKeyPlaces places = {folder, copy};
    if (folder[0] == '\0' || !store_erase_check(&places, root, error))
        return NULL;
    return store_cipher_new(&places, true, &note, error);
}
