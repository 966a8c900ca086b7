/* SPDX-License-Identifier: Apache-2.0 */
#include "store/checkpoint.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"

#define FOLDER "checkpoints"

static unsigned
count(const char *folder)
{
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    unsigned n = 0;

    while (open != NULL && g_dir_read_name(open) != NULL)
        n++;
    return n;
}

/* The library knows nothing of the file that names the version. */
static bool
copy_schema(const char *from, const char *to, GError **error)
{
    g_autofree char *source = g_build_filename(from, "schema", NULL);
    g_autofree char *target = g_build_filename(to, "schema", NULL);
    g_autofree char *text = NULL;
    gsize size = 0;

    return g_file_get_contents(source, &text, &size, error)
           && g_file_set_contents(target, text, (gssize)size, error);
}

char *
store_checkpoint_make(StoreDb *db, GError **error)
{
    const char *dir = store_db_dir(db);
    g_autofree char *folder = g_build_filename(dir, FOLDER, NULL);

    if (g_mkdir_with_parents(folder, 0700) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s cannot be made: %s", folder,
                    g_strerror(errno));
        return NULL;
    }
    if (count(folder) >= STORE_CHECKPOINTS_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "%s holds %d checkpoints already, and each one holds disk space: wait until a "
                    "backup or check ends, or restart the store",
                    folder, STORE_CHECKPOINTS_MAX);
        return NULL;
    }
    g_autofree char *name = g_uuid_string_random();
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (store_db_checkpoint(db, path, error) && copy_schema(dir, path, error))
        return g_steal_pointer(&path);
    vicu_folder_remove_flat(path);
    return NULL;
}

bool
store_checkpoint_release(const char *store_dir, const char *name)
{
    g_autofree char *path = g_build_filename(store_dir, FOLDER, name, NULL);

    if (!g_uuid_string_is_valid(name) || !g_file_test(path, G_FILE_TEST_IS_DIR))
        return false;
    vicu_folder_remove_flat(path);
    return true;
}

void
store_checkpoint_release_all(const char *store_dir)
{
    g_autofree char *folder = g_build_filename(store_dir, FOLDER, NULL);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    const char *name;

    while (open != NULL && (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        vicu_folder_remove_flat(path);
    }
}
