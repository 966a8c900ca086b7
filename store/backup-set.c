/* Sets of a backup: their text, and which there are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/folder.h"
#include "store/backup-inner.h"

#define HASH_DIGITS 64

StoreBackupFile *
store_backup_file_new(void)
{
    return g_new0(StoreBackupFile, 1);
}

void
store_backup_file_free(gpointer p)
{
    StoreBackupFile *file = p;

    g_free(file->hash);
    g_free(file->name);
    g_free(file);
}

void
store_backup_set_free(StoreBackupSet *self)
{
    if (self == NULL)
        return;
    g_free(self->origin);
    g_ptr_array_unref(self->files);
    g_free(self);
}

char *
store_backup_file_path(const char *dir, const char *hash)
{
    return g_build_filename(dir, STORE_BACKUP_FILES, hash, NULL);
}

char *
store_backup_set_path(const char *dir, unsigned number)
{
    g_autofree char *name = g_strdup_printf("%06u", number);
    return g_build_filename(dir, STORE_BACKUP_SETS, name, NULL);
}

static gint
by_number(gconstpointer a, gconstpointer b)
{
    const unsigned *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static bool
check_mark(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, STORE_BACKUP_MARK, NULL);
    g_autofree char *text = NULL;
    unsigned format = 0;

    if (!g_file_get_contents(path, &text, NULL, error)) {
        g_prefix_error(error, "%s is no folder of backups: ", dir);
        return false;
    }
    if (sscanf(text, "vicu store backup %u", &format) == 1 && format >= 1
        && format <= STORE_BACKUP_FORMAT)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_VERSION,
                "%s says \"%.40s\"; this program reads backups up to format %d: use the newer one",
                path, g_strchomp(text), STORE_BACKUP_FORMAT);
    return false;
}

GArray *
store_backup_list(const char *dir, GError **error)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));
    g_autofree char *sets = g_build_filename(dir, STORE_BACKUP_SETS, NULL);
    const char *name;

    if (!g_file_test(dir, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&numbers);
    if (!check_mark(dir, error))
        return NULL;
    g_autoptr(GDir) open = g_dir_open(sets, 0, error);
    if (open == NULL)
        return NULL;
    while ((name = g_dir_read_name(open)) != NULL) {
        guint64 number = 0;
        if (strlen(name) == 6 && g_ascii_string_to_unsigned(name, 10, 1, 999999, &number, NULL)) {
            unsigned n = (unsigned)number;
            g_array_append_val(numbers, n);
        }
    }
    g_array_sort(numbers, by_number);
    return g_steal_pointer(&numbers);
}

/* ---- text ---- */

bool
store_backup_save(const char *dir, const StoreBackupSet *set, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *path = store_backup_set_path(dir, set->number);
    g_autofree char *folder = g_build_filename(dir, STORE_BACKUP_SETS, NULL);

    g_string_append_printf(text, "vicu store backup set %d\n", STORE_BACKUP_FORMAT);
    g_string_append_printf(text, "number %u\ntime_us %" G_GINT64_FORMAT "\nschema %u\norigin %s\n",
                           set->number, set->t_us, set->schema, set->origin);
    for (guint i = 0; i < set->files->len; i++) {
        const StoreBackupFile *file = g_ptr_array_index(set->files, i);
        g_string_append_printf(text, "%s %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %s\n",
                               file->hash, file->size, file->changed_ns, file->name);
    }
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const uint8_t *)text->str, text->len);
    g_string_append_printf(text, "%s\n", sum);
    return g_file_set_contents_full(path, text->str, (gssize)text->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error)
           && vicu_folder_sync(folder, error);
}

static bool
is_hash(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isdigit(text[i]) && !(text[i] >= 'a' && text[i] <= 'f'))
            return false;
    return size == HASH_DIGITS;
}

/* A name that stays within its folder. */
static bool
is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) < 256;
}

static bool
parse_file(StoreBackupSet *set, const char *line)
{
    unsigned long long size = 0;
    long long changed = 0;
    int at = 0;

    if (strlen(line) < HASH_DIGITS + 1 || !is_hash(line, HASH_DIGITS) || line[HASH_DIGITS] != ' '
        || sscanf(line + HASH_DIGITS, " %llu %lld %n", &size, &changed, &at) != 2 || at == 0
        || !is_plain_name(line + HASH_DIGITS + at) || set->files->len >= STORE_BACKUP_FILES_MAX)
        return false;
    StoreBackupFile *file = store_backup_file_new();
    file->hash = g_strndup(line, HASH_DIGITS);
    file->size = size;
    file->changed_ns = changed;
    file->name = g_strdup(line + HASH_DIGITS + at);
    g_ptr_array_add(set->files, file);
    return true;
}

/* A line of the head; false when it is none. */
static bool
parse_head(StoreBackupSet *set, const char *line)
{
    long long t_us = 0;

    if (sscanf(line, "number %u", &set->number) == 1
        || sscanf(line, "schema %u", &set->schema) == 1)
        return true;
    if (sscanf(line, "time_us %lld", &t_us) == 1) {
        set->t_us = t_us;
        return true;
    }
    if (!g_str_has_prefix(line, "origin "))
        return false;
    g_free(set->origin);
    set->origin = g_strdup(line + strlen("origin "));
    return true;
}

/* The text without its last line, whose hash it has to have. */
static bool
check_sum(char *text, size_t size, const char *path, GError **error)
{
    const size_t tail = HASH_DIGITS + 1;
    unsigned format = 0;

    if (size > tail && text[size - 1] == '\n' && is_hash(text + size - tail, HASH_DIGITS)) {
        g_autofree char *sum =
            g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const uint8_t *)text, size - tail);
        if (strncmp(sum, text + size - tail, HASH_DIGITS) == 0
            && sscanf(text, "vicu store backup set %u\n", &format) == 1
            && format <= STORE_BACKUP_FORMAT) {
            text[size - tail] = '\0';
            return true;
        }
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s: the list of this set is damaged or of a newer format: it is refused; use "
                "another set",
                path);
    return false;
}

StoreBackupSet *
store_backup_load(const char *dir, unsigned number, GError **error)
{
    g_autofree char *path = store_backup_set_path(dir, number);
    g_autofree char *text = NULL;
    gsize size = 0;

    if (!check_mark(dir, error) || !g_file_get_contents(path, &text, &size, error))
        return NULL;
    if (size > STORE_BACKUP_SET_MAX || memchr(text, '\0', size) != NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: is no list of a set", path);
        return NULL;
    }
    if (!check_sum(text, size, path, error))
        return NULL;
    g_autoptr(StoreBackupSet) set = g_new0(StoreBackupSet, 1);
    set->files = g_ptr_array_new_with_free_func(store_backup_file_free);
    set->origin = g_strdup("");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 1; lines[i] != NULL; i++) {
        if (lines[i][0] == '\0' || parse_head(set, lines[i]) || parse_file(set, lines[i]))
            continue;
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s:%u: found \"%.60s\", expected a hash, bytes, a time and a name", path,
                    i + 1, lines[i]);
        return NULL;
    }
    if (set->number != number) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: says it is set %u", path,
                    set->number);
        return NULL;
    }
    return g_steal_pointer(&set);
}
