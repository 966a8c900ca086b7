/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase/request.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "common/seal.h"
#include "store/segment.h"
#include "store/wave-key.h"

#define GROUP     "erase"
#define WAITS     ".request"
#define BEGUN     ".begun"
#define SIZE_MOST (64 << 10)

void
store_erase_request_free(StoreEraseRequest *self)
{
    if (self == NULL)
        return;
    g_free(self->name);
    g_free(self->bed);
    g_free(self->who);
    g_free(self->why);
    g_free(self);
}

static char *
folder_of(const char *dir)
{
    return g_build_filename(dir, STORE_ERASE_FOLDER, NULL);
}

static char *
path_of(const char *dir, const StoreEraseRequest *self)
{
    g_autofree char *name = g_strconcat(self->name, self->begun ? BEGUN : WAITS, NULL);

    return g_build_filename(dir, STORE_ERASE_FOLDER, name, NULL);
}

static bool
failed(const char *path, const char *what, GError **error)
{
    int code = errno;

    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "request to erase %s: %s: %s", path, what,
                g_strerror(code));
    return false;
}

bool
store_erase_lay(const char *dir, StoreEraseRequest *self, GError **error)
{
    g_autofree char *folder = folder_of(dir);
    g_autoptr(GKeyFile) file = g_key_file_new();
    GString *name = g_string_new(NULL);
    gsize size = 0;

    vicu_seal_random(self->id, sizeof self->id);
    g_string_printf(name, "%020" G_GINT64_FORMAT "-", self->t_us);
    for (size_t i = 0; i < sizeof self->id; i++)
        g_string_append_printf(name, "%02x", self->id[i]);
    g_free(self->name);
    self->name = g_string_free(name, FALSE);
    self->begun = false;
    g_key_file_set_string(file, GROUP, "bed", self->bed);
    g_key_file_set_int64(file, GROUP, "from_us", self->from_us);
    g_key_file_set_int64(file, GROUP, "to_us", self->to_us);
    g_key_file_set_string(file, GROUP, "who", self->who);
    g_key_file_set_string(file, GROUP, "why", self->why);
    g_key_file_set_int64(file, GROUP, "t_us", self->t_us);
    g_autofree char *text = g_key_file_to_data(file, &size, NULL);
    g_autofree char *path = path_of(dir, self);
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return failed(folder, "the folder cannot be made", error);
    return g_file_set_contents_full(path, text, (gssize)size,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error)
           && vicu_folder_sync(folder, error) && vicu_folder_sync(dir, error);
}

/* ---- back ---- */

/* "TIME-ID", as it was laid. */
static bool
take_id(StoreEraseRequest *self)
{
    const char *hex = strchr(self->name, '-');

    if (hex == NULL || strlen(hex + 1) != 2 * sizeof self->id)
        return false;
    for (size_t i = 0; i < sizeof self->id; i++) {
        int high = g_ascii_xdigit_value(hex[1 + 2 * i]), low = g_ascii_xdigit_value(hex[2 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        self->id[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool
take_text(StoreEraseRequest *self, const char *text, size_t size)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) from = NULL, to = NULL, at = NULL;

    if (!g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, NULL))
        return false;
    self->bed = g_key_file_get_string(file, GROUP, "bed", NULL);
    self->from_us = g_key_file_get_int64(file, GROUP, "from_us", &from);
    self->to_us = g_key_file_get_int64(file, GROUP, "to_us", &to);
    self->who = g_key_file_get_string(file, GROUP, "who", NULL);
    self->why = g_key_file_get_string(file, GROUP, "why", NULL);
    self->t_us = g_key_file_get_int64(file, GROUP, "t_us", &at);
    return self->bed != NULL && self->who != NULL && self->why != NULL && from == NULL && to == NULL
           && at == NULL && store_bed_fits(self->bed) && self->from_us < self->to_us
           && self->from_us % STORE_MINUTE_US == 0 && self->to_us % STORE_MINUTE_US == 0;
}

/* NULL without @error: no name of a request. */
static StoreEraseRequest *
read_one(const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL), *text = NULL;
    const char *ending = g_str_has_suffix(name, WAITS) ? WAITS : BEGUN;
    gsize size = 0;
    GStatBuf st;

    if (!g_str_has_suffix(name, ending))
        return NULL;
    g_autoptr(StoreEraseRequest) self = g_new0(StoreEraseRequest, 1);
    self->name = g_strndup(name, strlen(name) - strlen(ending));
    self->begun = strcmp(ending, BEGUN) == 0;
    if (g_stat(path, &st) != 0 || st.st_size > SIZE_MOST
        || !g_file_get_contents(path, &text, &size, NULL) || !take_id(self)
        || !take_text(self, text, size)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "request to erase %s: it cannot be read as one: take it away, and lay it again "
                    "with vicu store erase",
                    path);
        return NULL;
    }
    return g_steal_pointer(&self);
}

static int
by_turn(gconstpointer pa, gconstpointer pb)
{
    const StoreEraseRequest *a = *(StoreEraseRequest *const *)pa,
                            *b = *(StoreEraseRequest *const *)pb;

    return a->begun != b->begun ? b->begun - a->begun : strcmp(a->name, b->name);
}

GPtrArray *
store_erase_requests(const char *dir, GError **error)
{
    g_autofree char *folder = folder_of(dir);
    g_autoptr(GPtrArray) all =
        g_ptr_array_new_with_free_func((GDestroyNotify)store_erase_request_free);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    g_autoptr(GError) why = NULL;
    const char *name;

    while (open != NULL && why == NULL && (name = g_dir_read_name(open)) != NULL) {
        StoreEraseRequest *request = read_one(folder, name, &why);
        if (request != NULL)
            g_ptr_array_add(all, request);
    }
    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    g_ptr_array_sort(all, by_turn);
    return g_steal_pointer(&all);
}

bool
store_erase_begin(const char *dir, StoreEraseRequest *self, GError **error)
{
    g_autofree char *folder = folder_of(dir), *waits = path_of(dir, self);

    if (self->begun)
        return true;
    self->begun = true;
    g_autofree char *begun = path_of(dir, self);
    if (g_rename(waits, begun) != 0)
        return failed(waits, "it cannot be begun", error);
    return vicu_folder_sync(folder, error);
}

bool
store_erase_remove(const char *dir, const StoreEraseRequest *self, GError **error)
{
    g_autofree char *folder = folder_of(dir), *path = path_of(dir, self);

    if (g_unlink(path) != 0 && errno != ENOENT)
        return failed(path, "it cannot be removed", error);
    return vicu_folder_sync(folder, error);
}
