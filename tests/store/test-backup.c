/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/error.h"
#include "store/backup.h"
#include "tests/store/make.h"

typedef struct {
    char *top, *from, *to, *back;
} Place;

static void
put(const char *folder, const char *name, const void *data, size_t size)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    GError *error = NULL;

    g_file_set_contents(path, data, (gssize)size, &error);
    g_assert_no_error(error);
}

static void
put_text(const char *folder, const char *name, const char *text)
{
    put(folder, name, text, strlen(text));
}

static void
place_open(Place *place)
{
    place->top = make_folder();
    place->from = g_build_filename(place->top, "db", NULL);
    place->to = g_build_filename(place->top, "backups", NULL);
    place->back = g_build_filename(place->top, "back", NULL);
    g_assert_cmpint(g_mkdir(place->from, 0700), ==, 0);
    put_text(place->from, "000004.sst", "a table");
    put_text(place->from, "CURRENT", "MANIFEST-000003\n");
    put_text(place->from, "schema", "1\n");
    put(place->from, "empty.log", "", 0);
}

static void
place_close(Place *place)
{
    remove_folder(place->top);
    g_free(place->top);
    g_free(place->from);
    g_free(place->to);
    g_free(place->back);
}

static unsigned
backup(const Place *place, StoreBackupFigures *figures)
{
    GError *error = NULL;
    StoreBackupFigures mine;
    unsigned set = store_backup_make(place->to, place->from, "/somewhere", T0_US,
                                     (StoreBackupTell){0}, figures ? figures : &mine, &error);

    g_assert_no_error(error);
    return set;
}

static void
assert_same_folder(const char *a, const char *b)
{
    g_autoptr(GDir) open = g_dir_open(a, 0, NULL);
    const char *name;
    unsigned n = 0, m = 0;

    while ((name = g_dir_read_name(open)) != NULL) {
        g_autofree char *x = g_build_filename(a, name, NULL);
        g_autofree char *y = g_build_filename(b, name, NULL);
        g_autofree char *dx = NULL;
        g_autofree char *dy = NULL;
        gsize sx = 0, sy = 0;
        g_assert_true(g_file_get_contents(x, &dx, &sx, NULL));
        g_assert_true(g_file_get_contents(y, &dy, &sy, NULL));
        assert_same_bytes(dx, sx, dy, sy);
        n++;
    }
    g_autoptr(GDir) other = g_dir_open(b, 0, NULL);
    while (g_dir_read_name(other) != NULL)
        m++;
    g_assert_cmpuint(n, ==, m);
}

static StoreBackupSet *
load(const Place *place, unsigned number)
{
    GError *error = NULL;
    StoreBackupSet *set = store_backup_load(place->to, number, &error);

    g_assert_no_error(error);
    return set;
}

static void
what_was_backed_up_comes_back_byte_for_byte(void)
{
    Place place;
    GError *error = NULL;

    place_open(&place);
    g_assert_cmpuint(backup(&place, NULL), ==, 1);
    g_autoptr(StoreBackupSet) set = load(&place, 1);
    g_assert_cmpint(set->t_us, ==, T0_US);
    g_assert_cmpstr(set->origin, ==, "/somewhere");
    g_assert_true(store_backup_restore(place.to, set, place.back, (StoreBackupTell){0}, &error));
    assert_same_folder(place.from, place.back);
    g_assert_false(store_backup_restore(place.to, set, place.back, (StoreBackupTell){0}, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_REFUSED);
    g_clear_error(&error);
    place_close(&place);
}

static void
tables_that_are_known_are_not_copied_again(void)
{
    Place place;
    StoreBackupFigures figures;

    place_open(&place);
    backup(&place, &figures);
    g_assert_cmpuint(figures.new_files, ==, 4);
    put_text(place.from, "000005.sst", "another table");
    put_text(place.from, "CURRENT", "MANIFEST-000009\n");
    g_assert_cmpuint(backup(&place, &figures), ==, 2);
    g_assert_cmpuint(figures.files, ==, 5);
    g_assert_cmpuint(figures.new_files, ==, 2);
    g_assert_cmpuint(figures.new_bytes, ==, strlen("another table") + strlen("MANIFEST-000009\n"));
    g_autoptr(StoreBackupSet) first = load(&place, 1);
    g_autoptr(StoreBackupSet) second = load(&place, 2);
    g_assert_cmpuint(first->files->len, ==, 4);
    g_assert_cmpuint(second->files->len, ==, 5);
    place_close(&place);
}

/* A table written anew under an old name, of the old size: the time tells. */
static void
a_table_of_the_same_name_that_changed_is_copied(void)
{
    Place place;
    GError *error = NULL;

    place_open(&place);
    backup(&place, NULL);
    put_text(place.from, "000004.sst", "A TABLE");
    backup(&place, NULL);
    g_autoptr(StoreBackupSet) set = load(&place, 2);
    g_assert_true(store_backup_restore(place.to, set, place.back, (StoreBackupTell){0}, &error));
    assert_same_folder(place.from, place.back);
    place_close(&place);
}

static void
flip(const char *path, size_t bit)
{
    g_autofree char *data = NULL;
    gsize size = 0;
    int fd = open(path, O_WRONLY);

    g_assert_true(g_file_get_contents(path, &data, &size, NULL));
    data[bit / 8] = (char)(data[bit / 8] ^ 1 << bit % 8);
    g_assert_cmpint(pwrite(fd, data, size, 0), ==, (gssize)size);
    close(fd);
}

/* True when the backup is refused with one bit of @path flipped. */
static bool
is_refused_when_flipped(const Place *place, const char *path, size_t bit)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) damaged = g_ptr_array_new_with_free_func(g_free);

    flip(path, bit);
    g_autoptr(StoreBackupSet) set = store_backup_load(place->to, 1, &error);
    bool refused =
        set == NULL
        || (!store_backup_verify(place->to, set, (StoreBackupTell){0}, damaged, &error)
            && !store_backup_restore(place->to, set, place->back, (StoreBackupTell){0}, &error));
    g_clear_error(&error);
    g_assert_false(g_file_test(place->back, G_FILE_TEST_EXISTS));
    flip(path, bit);
    return refused;
}

static void
every_single_flipped_bit_is_found_and_nothing_is_restored(void)
{
    Place place;
    unsigned tried = 0;

    place_open(&place);
    backup(&place, NULL);
    const char *const folders[] = {"files", "sets"};
    for (size_t f = 0; f < G_N_ELEMENTS(folders); f++) {
        g_autofree char *folder = g_build_filename(place.to, folders[f], NULL);
        g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
        const char *name;
        while ((name = g_dir_read_name(open)) != NULL) {
            g_autofree char *path = g_build_filename(folder, name, NULL);
            GStatBuf st;
            g_assert_cmpint(g_stat(path, &st), ==, 0);
            for (size_t bit = 0; bit < (size_t)st.st_size * 8; bit += f == 0 ? 1 : 13, tried++)
                if (!is_refused_when_flipped(&place, path, bit))
                    g_error("bit %zu of %s was flipped and nobody saw it", bit, path);
        }
    }
    g_assert_cmpuint(tried, >, 500);
    place_close(&place);
}

static void
a_missing_file_is_named(void)
{
    Place place;
    GError *error = NULL;
    g_autoptr(GPtrArray) damaged = g_ptr_array_new_with_free_func(g_free);

    place_open(&place);
    backup(&place, NULL);
    g_autoptr(StoreBackupSet) set = load(&place, 1);
    const StoreBackupFile *file = g_ptr_array_index(set->files, 0);
    g_autofree char *path = g_build_filename(place.to, "files", file->hash, NULL);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_false(store_backup_verify(place.to, set, (StoreBackupTell){0}, damaged, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(damaged->len, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(damaged, 0), file->name));
    place_close(&place);
}

static bool
stop_at_once(uint64_t done, uint64_t total, gpointer user)
{
    (void)done;
    (void)total;
    (void)user;
    return false;
}

static void
a_backup_that_is_stopped_leaves_no_set(void)
{
    Place place;
    GError *error = NULL;
    StoreBackupFigures figures;

    place_open(&place);
    g_assert_cmpuint(store_backup_make(place.to, place.from, "x", T0_US,
                                       (StoreBackupTell){stop_at_once, NULL}, &figures, &error),
                     ==, 0);
    g_assert_error(error, VICU_ERROR, VICU_ERROR_REFUSED);
    g_clear_error(&error);
    g_autoptr(GArray) numbers = store_backup_list(place.to, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(numbers->len, ==, 0);
    g_assert_cmpuint(backup(&place, NULL), ==, 1);
    place_close(&place);
}

static void
forgetting_keeps_what_a_set_still_names(void)
{
    Place place;
    GError *error = NULL;
    unsigned gone = 0;
    uint64_t bytes = 0;
    g_autoptr(GPtrArray) damaged = g_ptr_array_new_with_free_func(g_free);

    place_open(&place);
    backup(&place, NULL);
    g_autofree char *old = g_build_filename(place.from, "000004.sst", NULL);
    g_assert_cmpint(g_unlink(old), ==, 0);
    backup(&place, NULL);
    g_assert_true(store_backup_forget(place.to, 1, &gone, &bytes, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(gone, ==, 1);
    g_assert_cmpuint(bytes, ==, strlen("a table"));
    g_autoptr(StoreBackupSet) set = load(&place, 2);
    g_assert_true(store_backup_verify(place.to, set, (StoreBackupTell){0}, damaged, &error));
    place_close(&place);
}

static void
a_list_that_names_a_file_outside_its_folder_is_refused(void)
{
    Place place;
    GError *error = NULL;

    place_open(&place);
    backup(&place, NULL);
    g_autofree char *sets = g_build_filename(place.to, "sets", NULL);
    g_autoptr(GString) text =
        g_string_new("vicu store backup set 1\nnumber 2\ntime_us 1\nschema 1\n"
                     "origin x\n");
    for (int i = 0; i < 64; i++)
        g_string_append_c(text, 'a');
    g_string_append(text, " 7 0 ../escaped\n");
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, -1);
    g_string_append_printf(text, "%s\n", sum);
    put_text(sets, "000002", text->str);
    g_assert_null(store_backup_load(place.to, 2, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "000002:6"));
    g_clear_error(&error);
    place_close(&place);
}

static void
a_newer_format_is_refused(void)
{
    Place place;
    GError *error = NULL;

    place_open(&place);
    backup(&place, NULL);
    put_text(place.to, "vicu-backup", "vicu store backup 2\n");
    g_assert_null(store_backup_list(place.to, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_VERSION);
    g_clear_error(&error);
    place_close(&place);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/backup/" #name, name)
    ADD(what_was_backed_up_comes_back_byte_for_byte);
    ADD(tables_that_are_known_are_not_copied_again);
    ADD(a_table_of_the_same_name_that_changed_is_copied);
    ADD(every_single_flipped_bit_is_found_and_nothing_is_restored);
    ADD(a_missing_file_is_named);
    ADD(a_backup_that_is_stopped_leaves_no_set);
    ADD(forgetting_keeps_what_a_set_still_names);
    ADD(a_list_that_names_a_file_outside_its_folder_is_refused);
    ADD(a_newer_format_is_refused);
    return g_test_run();
}
