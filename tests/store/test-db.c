/* The database: groups, folders of other versions, iterators.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"
#include "store/log-look.h"
#include "store/table-look.h"
#include "tests/store/make.h"

static StoreDb *
open_db(const char *dir, GError **error)
{
    StoreDbOptions options;

    store_db_options_init(&options);
    return store_db_open(dir, &options, error);
}

static StoreKey
text_key(const char *text)
{
    StoreKey key = {0};

    store_key_bytes(&key, text, strlen(text));
    return key;
}

static void
a_group_is_all_or_nothing(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;
    g_auto(StoreValue) value = {0};
    StoreKey a = text_key("a"), b = text_key("b");

    StoreDb *db = open_db(dir, &error);
    g_assert_no_error(error);
    store_db_put(db, STORE_EVENTS, &a, "1", 1);
    g_assert_cmpuint(store_db_pending(db), >, 0);
    g_assert_cmpint(store_db_get(db, STORE_EVENTS, &a, &value, &error), ==, STORE_ABSENT);
    g_assert_true(store_db_commit(db, NULL, &error));
    g_assert_cmpuint(store_db_pending(db), ==, 0);
    store_db_put(db, STORE_AUDIT, &b, "2", 1);
    store_db_close(db);
    db = open_db(dir, &error);
    g_assert_cmpint(store_db_get(db, STORE_EVENTS, &a, &value, &error), ==, STORE_FOUND);
    assert_same_bytes(value.data, value.size, "1", 1);
    store_value_clear(&value);
    g_assert_cmpint(store_db_get(db, STORE_AUDIT, &b, &value, &error), ==, STORE_ABSENT);
    store_db_close(db);
    remove_folder(dir);
}

/* A file that ends so, and is not empty. */
static char *
file_of(const char *dir, const char *suffix)
{
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    char *path = NULL;
    const char *name;

    while ((name = g_dir_read_name(open)) != NULL) {
        g_autofree char *one = g_build_filename(dir, name, NULL);
        GStatBuf st;
        if (g_str_has_suffix(name, suffix) && g_stat(one, &st) == 0 && st.st_size > 0) {
            g_free(path);
            path = g_steal_pointer(&one);
        }
    }
    g_assert_nonnull(path);
    return path;
}

/* The log of a database with five groups, as a crash leaves it. */
static char *
log_of_five(char **dir)
{
    g_autoptr(GError) error = NULL;

    *dir = make_folder();
    StoreDb *db = open_db(*dir, &error);
    g_assert_no_error(error);
    for (char c = 'a'; c <= 'e'; c++) {
        StoreKey key = text_key((char[]){c, 0});
        store_db_put(db, STORE_EVENTS, &key, "0123456789012345678901234567890123456789", 40);
        g_assert_true(store_db_commit(db, NULL, &error));
    }
    store_db_close(db);
    return file_of(*dir, ".groups");
}

static void
a_hole_in_the_log_is_told_and_a_torn_tail_is_none(void)
{
    g_autofree char *dir = NULL;
    g_autofree char *path = log_of_five(&dir);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;

    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    text[size / 2] ^= 1;
    g_assert_true(g_file_set_contents(path, text, (gssize)size, NULL));
    StoreDb *db = open_db(dir, &error);
    g_assert_no_error(error);
    g_assert_nonnull(strstr(store_db_log_damage(db), "log 0.groups is damaged before byte "));
    store_db_close(db);
    db = open_db(dir, &error); /* the log that has it is not read again */
    g_assert_no_error(error);
    g_assert_null(store_db_log_damage(db));
    store_db_close(db);
    remove_folder(dir);
}

/* Without that the library ends the process. */
static void
the_bit_that_would_end_us_is_put_back(void)
{
    g_autofree char *dir = NULL;
    g_autofree char *log = log_of_five(&dir);
    g_autofree char *whole = NULL, *text = NULL, *note = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;

    store_db_close(open_db(dir, &error)); /* makes a table of the log */
    g_assert_no_error(error);
    g_autofree char *path = file_of(dir, ".sst");
    g_assert_true(g_file_get_contents(path, &whole, &size, NULL));
    gsize tail = MIN(size, STORE_TABLE_TAIL);
    uint64_t at = store_table_flag_at((const uint8_t *)whole + size - tail, tail, size);
    g_assert_cmpuint(at, >, 0);
    g_assert_cmpuint(at, <, size);
    whole[at] ^= (char)0x80;
    g_assert_true(g_file_set_contents(path, whole, (gssize)size, NULL));

    g_assert_false(store_tables_look(dir, false, &note, &error));
    g_assert_nonnull(strstr(error->message, path));
    g_clear_error(&error);
    StoreDb *db = open_db(dir, &error);
    g_assert_no_error(error);
    g_assert_nonnull(strstr(store_db_mended(db), path));
    StoreKey key = text_key("c");
    g_auto(StoreValue) value = {0};
    g_assert_cmpint(store_db_get(db, STORE_EVENTS, &key, &value, &error), ==, STORE_FOUND);
    store_value_clear(&value);
    store_db_close(db);
    whole[at] ^= (char)0x80;
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    g_assert_cmpint(memcmp(text, whole, size), ==, 0);
    g_assert_true(store_tables_look(dir, true, &note, &error));
    g_assert_null(note);
    remove_folder(dir);
}

static void
a_folder_of_a_newer_schema_is_refused_and_left_alone(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *schema = g_build_filename(dir, "schema", NULL);
    g_autofree char *current = g_build_filename(dir, "CURRENT", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(schema, "6\n", -1, NULL));
    g_assert_null(open_db(dir, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_VERSION);
    g_assert_nonnull(strstr(error->message, "version 6"));
    g_assert_nonnull(strstr(error->message, "version 5"));
    g_assert_false(g_file_test(current, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_get_contents(schema, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "6\n");
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(schema, "1\n", -1, NULL));
    g_assert_null(open_db(dir, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_VERSION);
    g_assert_nonnull(strstr(error->message, "export it"));
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(schema, "two\n", -1, NULL));
    g_assert_null(open_db(dir, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
    remove_folder(dir);
}

/* The number inside the database counts even when the plain file is gone. */
/* Files of tests/data/@name, written by a program of that version: seven batches, of which the last
 * four are in the log. */
static char *
folder_of(const char *name)
{
    g_autofree char *dir = make_folder();
    g_autofree char *old = g_build_filename(g_getenv("VICU_TEST_DATA"), name, NULL);
    g_autoptr(GDir) open = g_dir_open(old, 0, NULL);
    const char *file;

    g_assert_nonnull(open);
    while ((file = g_dir_read_name(open)) != NULL) {
        g_autofree char *from = g_build_filename(old, file, NULL);
        g_autofree char *to = g_build_filename(dir, file, NULL);
        g_autofree char *text = NULL;
        gsize size = 0;
        g_assert_true(g_file_get_contents(from, &text, &size, NULL));
        g_assert_true(g_file_set_contents(to, text, (gssize)size, NULL));
    }
    return g_steal_pointer(&dir);
}

static void
assert_batches(StoreDb *db, uint64_t n)
{
    g_autoptr(StoreIter) iter = store_iter_new(db, STORE_HEAD, NULL, NULL);
    size_t size = 0;

    g_assert_null(store_db_log_damage(db));
    for (uint64_t i = 1; i <= n; i++, store_iter_next(iter)) {
        g_assert_true(store_iter_valid(iter));
        g_assert_cmpuint(store_read_u64(store_iter_key(iter, &size)), ==, i);
        store_iter_value(iter, &size);
        g_assert_cmpuint(size, ==, 100);
    }
    g_assert_false(store_iter_valid(iter));
    g_assert_true(store_iter_check(iter, NULL));
}

static void
assert_schema(const char *dir, const char *want)
{
    g_autofree char *path = g_build_filename(dir, "schema", NULL);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, want);
}

static void
a_folder_of_an_older_schema_is_read_as_it_is_and_taken_over(gconstpointer version)
{
    g_autofree char *name = g_strdup_printf("store-schema-%s", (const char *)version);
    g_autofree char *said = g_strdup_printf("%s\n", (const char *)version);
    g_autofree char *dir = folder_of(name), *at = make_folder();
    g_autoptr(GError) error = NULL;
    StoreKey header = {0};
    uint8_t batch[100] = {1};
    StoreDbOptions options;

    store_db_options_init(&options);
    options.reader = at;
    StoreDb *db = store_db_open(dir, &options, &error);
    g_assert_no_error(error);
    assert_batches(db, 7);
    store_db_close(db);
    assert_schema(dir, said);
    db = open_db(dir, &error);
    g_assert_no_error(error);
    assert_batches(db, 7);
    assert_schema(dir, "5\n");
    store_key_bytes(&header, batch, STORE_BATCH_HEADER);
    store_db_put_batch(db, 8, &header, batch, sizeof batch - STORE_BATCH_HEADER);
    g_assert_true(store_db_commit(db, NULL, &error));
    store_db_close(db);
    db = open_db(dir, &error);
    g_assert_no_error(error);
    assert_batches(db, 8);
    store_db_put_trim(db, 4);
    assert_batches(db, 8); /* with the commit, not before it */
    StoreKey key = text_key("x");
    store_db_put(db, STORE_EVENTS, &key, "", 0);
    g_assert_true(store_db_commit(db, NULL, &error));
    g_autoptr(StoreIter) iter = store_iter_new(db, STORE_HEAD, NULL, NULL);
    g_assert_true(store_iter_valid(iter));
    size_t size = 0;
    g_assert_cmpuint(store_read_u64(store_iter_key(iter, &size)), ==, 4);
    g_clear_pointer(&iter, store_iter_free);
    store_db_close(db);
    vicu_folder_remove(at);
    remove_folder(dir);
}

static void
a_newer_schema_inside_the_database_is_refused_too(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *schema = g_build_filename(dir, "schema", NULL);
    g_autoptr(GError) error = NULL;
    StoreKey key = text_key("schema");

    StoreDb *db = open_db(dir, &error);
    g_assert_no_error(error);
    g_autofree char *newer = g_strdup_printf("%d", STORE_SCHEMA_VERSION + 1);
    store_db_put(db, STORE_META, &key, newer, strlen(newer));
    g_assert_true(store_db_commit(db, NULL, &error));
    store_db_close(db);
    g_assert_cmpint(g_unlink(schema), ==, 0);
    g_assert_null(open_db(dir, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_VERSION);
    remove_folder(dir);
}

static void
a_folder_in_use_is_refused(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;

    StoreDb *db = open_db(dir, &error);
    g_assert_nonnull(db);
    g_assert_null(open_db(dir, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_IO);
    store_db_close(db);
    remove_folder(dir);
}

static void
an_iterator_stays_within_its_bounds(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);

    StoreDb *db = open_db(dir, &error);
    for (char c = 'a'; c <= 'f'; c++) {
        char text[] = {c, 0};
        StoreKey key = text_key(text);
        store_db_put(db, STORE_EVENTS, &key, text, 1);
    }
    StoreKey b = text_key("b"), d = text_key("d"), e = text_key("e");
    store_db_delete(db, STORE_EVENTS, &d);
    g_assert_true(store_db_commit(db, NULL, &error));
    StoreIter *iter = store_iter_new(db, STORE_EVENTS, &b, &e);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        g_string_append_c(seen, (char)store_iter_key(iter, &size)[0]);
    }
    g_assert_true(store_iter_check(iter, &error));
    g_assert_cmpstr(seen->str, ==, "bc");
    store_iter_free(iter);
    store_db_delete_range(db, STORE_EVENTS, &b, &e);
    g_assert_true(store_db_commit(db, NULL, &error));
    iter = store_iter_new(db, STORE_EVENTS, &b, NULL);
    size_t size = 0;
    g_assert_cmpint(store_iter_key(iter, &size)[0], ==, 'e');
    store_iter_free(iter);
    store_db_close(db);
    remove_folder(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/db/a_group_is_all_or_nothing", a_group_is_all_or_nothing);
    g_test_add_func("/store/db/a_hole_in_the_log_is_told_and_a_torn_tail_is_none",
                    a_hole_in_the_log_is_told_and_a_torn_tail_is_none);
    g_test_add_func("/store/db/the_bit_that_would_end_us_is_put_back",
                    the_bit_that_would_end_us_is_put_back);
    g_test_add_func("/store/db/a_folder_of_a_newer_schema_is_refused_and_left_alone",
                    a_folder_of_a_newer_schema_is_refused_and_left_alone);
    for (size_t i = 0; i < 2; i++) {
        static const char *const versions[] = {"2", "3"};
        g_autofree char *path = g_strdup_printf(
            "/store/db/a_folder_of_schema_%s_is_read_as_it_is_and_taken_over", versions[i]);
        g_test_add_data_func(path, versions[i],
                             a_folder_of_an_older_schema_is_read_as_it_is_and_taken_over);
    }
    g_test_add_func("/store/db/a_newer_schema_inside_the_database_is_refused_too",
                    a_newer_schema_inside_the_database_is_refused_too);
    g_test_add_func("/store/db/a_folder_in_use_is_refused", a_folder_in_use_is_refused);
    g_test_add_func("/store/db/an_iterator_stays_within_its_bounds",
                    an_iterator_stays_within_its_bounds);
    return g_test_run();
}
