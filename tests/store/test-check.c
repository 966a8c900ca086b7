/* Check: what is whole is called whole, and damage is named.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <unistd.h>

#include "common/error.h"
#include "store/check.h"
#include "store/checkpoint.h"
#include "tests/store/make.h"

static StoreDb *
open_db(const char *dir, GError **error)
{
    StoreDbOptions options;

    store_db_options_init(&options);
    return store_db_open(dir, &options, error);
}

/* Audit records 1..@n, as rows of a file. */
static void
fill(const char *dir, unsigned n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreDb) db = open_db(dir, &error);

    g_assert_no_error(error);
    for (unsigned i = 1; i <= n; i++) {
        StoreKey key = {0};
        Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
        g_autofree char *why = g_strdup_printf("because of %u", i);
        record.who = (char *)"somebody";
        record.what = (char *)"view";
        record.why = why;
        g_autoptr(GBytes) packed = vicu_wire_pack(&record.base);
        store_key_u64(&key, i);
        store_db_put(db, STORE_AUDIT, &key, g_bytes_get_data(packed, NULL),
                     g_bytes_get_size(packed));
    }
    g_assert_true(store_db_commit(db, NULL, &error));
    g_assert_true(store_db_compact(db, STORE_AUDIT, &error));
}

static void
what_is_whole_is_called_whole(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;

    fill(dir, 500);
    StoreDb *db = open_db(dir, &error);
    g_autoptr(StoreCheckReport) report = store_check_run(db, NULL, NULL);
    g_assert_cmpuint(report->damage_in_all, ==, 0);
    g_assert_cmpuint(report->family[STORE_AUDIT].rows, ==, 500);
    g_assert_cmpuint(report->family[STORE_AUDIT].files, >=, 1);
    store_db_close(db);
    remove_folder(dir);
}

static void
a_row_that_is_not_what_it_claims_is_named(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;
    StoreKey key = {0};

    fill(dir, 3);
    StoreDb *db = open_db(dir, &error);
    store_key_u64(&key, 4);
    store_db_put(db, STORE_AUDIT, &key, "\xff\xff\xff", 3);
    g_assert_true(store_db_commit(db, NULL, &error));
    g_autoptr(StoreCheckReport) report = store_check_run(db, NULL, NULL);
    g_assert_cmpuint(report->family[STORE_AUDIT].bad_rows, ==, 1);
    g_assert_cmpuint(report->damage_in_all, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(report->damage, 0),
                            "audit: row 0000000000000004: it is no vicu.AuditRecord"));
    store_db_close(db);
    remove_folder(dir);
}

/* The largest table in the folder. */
static char *
a_table(const char *dir)
{
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    const char *name;
    char *best = NULL;
    goffset most = 0;

    while ((name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        GStatBuf st;
        if (!g_str_has_suffix(name, ".sst") || g_stat(path, &st) != 0 || st.st_size <= most)
            continue;
        most = st.st_size;
        g_free(best);
        best = g_steal_pointer(&path);
    }
    g_assert_nonnull(best);
    return best;
}

static void
a_damaged_table_is_named_and_the_rest_is_read(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;
    uint8_t byte = 0;

    fill(dir, 2000);
    g_autofree char *table = a_table(dir);
    int fd = open(table, O_RDWR);
    g_assert_cmpint(pread(fd, &byte, 1, 2000), ==, 1);
    byte ^= 1;
    g_assert_cmpint(pwrite(fd, &byte, 1, 2000), ==, 1);
    close(fd);
    StoreDb *db = open_db(dir, &error);
    g_assert_no_error(error);
    g_autoptr(StoreCheckReport) report = store_check_run(db, NULL, NULL);
    g_assert_cmpuint(report->family[STORE_AUDIT].bad_files, >, 0);
    g_assert_cmpuint(report->family[STORE_META].bad_files, ==, 0);
    g_assert_cmpuint(report->family[STORE_META].rows, >, 0);
    g_autofree char *name = g_path_get_basename(table);
    g_assert_nonnull(strstr(g_ptr_array_index(report->damage, 0), name));
    store_db_close(db);
    remove_folder(dir);
}

static void
a_checkpoint_holds_what_was_committed_and_goes_when_it_is_released(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;
    StoreKey key = {0};

    fill(dir, 10);
    StoreDb *db = open_db(dir, &error);
    g_autofree char *path = store_checkpoint_make(db, &error);
    g_assert_no_error(error);
    store_key_u64(&key, 11);
    store_db_put(db, STORE_AUDIT, &key, "", 0);
    g_assert_true(store_db_commit(db, NULL, &error));
    StoreDb *copy = open_db(path, &error);
    g_assert_no_error(error);
    g_autoptr(StoreCheckReport) report = store_check_run(copy, NULL, NULL);
    g_assert_cmpuint(report->family[STORE_AUDIT].rows, ==, 10);
    store_db_close(copy);
    g_autofree char *name = g_path_get_basename(path);
    g_assert_true(store_checkpoint_release(dir, name));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_false(store_checkpoint_release(dir, name));
    g_assert_false(store_checkpoint_release(dir, "../.."));
    store_db_close(db);
    remove_folder(dir);
}

static void
checkpoints_are_bounded_and_a_start_removes_them(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;

    StoreDb *db = open_db(dir, &error);
    for (int i = 0; i < STORE_CHECKPOINTS_MAX; i++) {
        g_autofree char *path = store_checkpoint_make(db, &error);
        g_assert_nonnull(path);
    }
    g_assert_null(store_checkpoint_make(db, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_REFUSED);
    store_checkpoint_release_all(dir);
    g_autofree char *path = store_checkpoint_make(db, NULL);
    g_assert_nonnull(path);
    store_db_close(db);
    remove_folder(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/check/" #name, name)
    ADD(what_is_whole_is_called_whole);
    ADD(a_row_that_is_not_what_it_claims_is_named);
    ADD(a_damaged_table_is_named_and_the_rest_is_read);
    ADD(a_checkpoint_holds_what_was_committed_and_goes_when_it_is_released);
    ADD(checkpoints_are_bounded_and_a_start_removes_them);
    return g_test_run();
}
