/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"

#define NEW_FILE STORE_KEYFILE ".new"

static bool
failed(const char *path, const char *what, GError **error)
{
    int code = errno;

    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "keys of the store %s: %s: %s", path, what,
                g_strerror(code));
    return false;
}

/* ---- one folder ---- */

/* The bytes of a file that has no name any more, or soon has none. */
static void
overwrite(int fd)
{
    struct stat st;
    uint8_t noise[4096];

    if (fstat(fd, &st) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return;
    for (off_t done = 0; done < st.st_size; done += (off_t)sizeof noise) {
        vicu_seal_random(noise, sizeof noise);
        if (!vicu_file_write(fd, noise, (size_t)MIN(st.st_size - done, (off_t)sizeof noise)))
            return;
    }
    fdatasync(fd); /* what can be done: the keys in it are no longer named anyhow */
}

/* What a crash left half way. */
static void
remove_unfinished(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, NEW_FILE, NULL);
    int fd = g_open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0);

    if (fd < 0)
        return;
    overwrite(fd);
    close(fd);
    g_unlink(path);
}

static bool
write_new(const char *path, const uint8_t *data, size_t size, GError **error)
{
    int fd = g_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return failed(path, "cannot be made", error);
    bool ok = vicu_file_write(fd, data, size) && fsync(fd) == 0;
    if (!ok)
        failed(path, "cannot be written", error);
    if (close(fd) != 0 && ok)
        return failed(path, "cannot be closed", error);
    return ok;
}

static bool
save_in(const char *folder, const uint8_t *data, size_t size, GError **error)
{
    g_autofree char *path = g_build_filename(folder, STORE_KEYFILE, NULL);
    g_autofree char *fresh = g_build_filename(folder, NEW_FILE, NULL);

    if (g_mkdir_with_parents(folder, 0700) != 0)
        return failed(folder, "the folder cannot be made", error);
    remove_unfinished(folder);
    if (!write_new(fresh, data, size, error))
        return false;
    int old = g_open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    bool ok = g_rename(fresh, path) == 0 || failed(path, "cannot be replaced", error);
    ok = ok && vicu_folder_sync(folder, error);
    if (old >= 0) {
        if (ok)
            overwrite(old);
        close(old);
    }
    return ok;
}

/* NULL without @error: there is none. */
static StoreKeyring *
load_from(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, STORE_KEYFILE, NULL);
    g_autoptr(GError) why = NULL;
    char *data = NULL;
    gsize size = 0;
    GStatBuf st;

    if (g_stat(path, &st) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            failed(path, "cannot be read", error);
        return NULL;
    }
    if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > STORE_KEYRING_BYTES) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "keys of the store %s: no plain file of at most %" G_GUINT64_FORMAT " MiB",
                    path, STORE_KEYRING_BYTES >> 20);
        return NULL;
    }
    if (!g_file_get_contents(path, &data, &size, &why)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "keys of the store: %s", why->message);
        return NULL;
    }
    StoreKeyring *ring = store_keyring_read(data, size, error);
    vicu_seal_wipe(data, size);
    g_free(data);
    if (ring == NULL)
        g_prefix_error(error, "keys of the store %s: ", path);
    return ring;
}

/* ---- both ---- */

static bool
save_both(const StoreKeyPlaces *places, const StoreKeyring *ring, GError **error)
{
    const char *const folders[] = {places->folder, places->copy};
    size_t size = 0;
    uint8_t *data = store_keyring_write(ring, &size);
    bool ok = size <= STORE_KEYRING_BYTES;

    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "keys of the store: %zu bytes, at most %" G_GUINT64_FORMAT
                    " MiB can be: too many stays were erased apart from each other",
                    size, STORE_KEYRING_BYTES >> 20);
    for (size_t i = 0; ok && i < G_N_ELEMENTS(folders); i++)
        if (folders[i] != NULL && folders[i][0] != '\0')
            ok = save_in(folders[i], data, size, error);
    vicu_seal_wipe(data, size);
    g_free(data);
    return ok;
}

bool
store_keyfile_save(const StoreKeyPlaces *places, StoreKeyring *ring, GError **error)
{
    ring->generation++;
    return save_both(places, ring, error);
}

static bool
of_two_stores(const StoreKeyPlaces *places, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "the keys in %s and in %s belong to two stores: [erasure] keys and keys_copy name "
                "one store's keys",
                places->folder, places->copy);
    return false;
}

/* Which of the two is taken, and what there is to say of the other. */
static char *
note_of(const StoreKeyPlaces *places, const StoreKeyring *a, const StoreKeyring *b, const char *why)
{
    const char *other = a == NULL ? places->folder : places->copy;
    const char *taken = a == NULL ? places->copy : places->folder;

    if (a != NULL && b != NULL)
        return a->generation == b->generation
                   ? NULL
                   : g_strdup("the two copies of the store's keys differ: the newer is taken, and "
                              "the older made again from it");
    if (why != NULL)
        return g_strdup_printf("%s; the keys in %s are taken", why, taken);
    return g_strdup_printf("%s has no keys of the store; those in %s are taken", other, taken);
}

StoreKeyring *
store_keyfile_load(const StoreKeyPlaces *places, bool repair, char **note, GError **error)
{
    bool two = places->copy != NULL && places->copy[0] != '\0';
    g_autoptr(GError) first_error = NULL, second_error = NULL;
    g_autoptr(StoreKeyring) first = load_from(places->folder, &first_error);
    g_autoptr(StoreKeyring) second = two ? load_from(places->copy, &second_error) : NULL;

    *note = NULL;
    if (first == NULL && second == NULL) {
        GError **why = first_error != NULL ? &first_error : &second_error;
        if (*why != NULL)
            g_propagate_error(error, g_steal_pointer(why));
        return NULL;
    }
    if (first != NULL && second != NULL && memcmp(first->id, second->id, sizeof first->id) != 0) {
        of_two_stores(places, error);
        return NULL;
    }
    const GError *why = first_error != NULL ? first_error : second_error;
    if (two)
        *note = note_of(places, first, second, why != NULL ? why->message : NULL);
    bool use_second = first == NULL || (second != NULL && second->generation > first->generation);
    StoreKeyring *ring = use_second ? second : first;
    if (repair) {
        remove_unfinished(places->folder);
        if (two)
            remove_unfinished(places->copy);
        if (*note != NULL && !save_both(places, ring, error))
            return NULL;
    }
    return use_second ? g_steal_pointer(&second) : g_steal_pointer(&first);
}
