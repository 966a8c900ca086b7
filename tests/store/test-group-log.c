/* The log of groups: what is read back of it, whatever a crash or the disk has left, and a
 * database whose process ends anywhere.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "store/db.h"
#include "store/group-log.h"
#include "store/log-look.h"
#include "tests/store/make.h"

#define LIFE   UINT64_C(0x1122334455667788)
#define SLOT   4096u
#define ROUNDS 4
#define EACH   150
#define FOLDER "VICU_TEST_GROUP_LOG"

/* ---- the log alone ---- */

static uint8_t
byte_of(uint64_t number, size_t i)
{
    return (uint8_t)(number * 31 + i * 7);
}

static size_t
size_of(uint64_t number)
{
    return 100 + number * 37 % 900;
}

static void
fill(uint8_t *data, uint64_t number)
{
    for (size_t i = 0; i < size_of(number); i++)
        data[i] = byte_of(number, i);
}

static StoreGroupLog *
open_log(const char *dir, uint64_t life)
{
    g_autoptr(GError) error = NULL;
    StoreGroupLog *log = store_group_log_new(dir, life, SLOT, true, &error);

    g_assert_no_error(error);
    return log;
}

/* Numbers from @first to @last, of which those up to @in_files are needed no more. */
static void
append(StoreGroupLog *log, uint64_t first, uint64_t last, uint64_t in_files)
{
    g_autoptr(GError) error = NULL;
    uint8_t data[1000];
    bool full = false;

    for (uint64_t n = first; n <= last; n++) {
        fill(data, n);
        g_assert_true(store_group_log_turn(log, size_of(n), in_files, &full, &error));
        g_assert_no_error(error);
        g_assert_false(full);
        g_assert_true(store_group_log_append(log, n, 1000 + n, data, size_of(n), &error));
        g_assert_no_error(error);
    }
}

static void
assert_tail(const char *dir, uint64_t life, uint64_t after, uint64_t last, const char *damage)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreGroupTail) tail = store_group_tail_read(dir, life, after, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(tail->groups->len, ==, last - after);
    for (guint i = 0; i < tail->groups->len; i++) {
        const StoreGroup *group = &g_array_index(tail->groups, StoreGroup, i);
        g_assert_cmpuint(group->number, ==, after + 1 + i);
        g_assert_cmpuint(group->sequence, ==, 1000 + group->number);
        g_assert_cmpuint(group->size, ==, size_of(group->number));
        for (size_t k = 0; k < group->size; k++)
            g_assert_cmpuint(group->data[k], ==, byte_of(group->number, k));
    }
    if (damage == NULL)
        g_assert_null(tail->damage);
    else
        g_assert_nonnull(strstr(tail->damage, damage));
}

static void
groups_come_back_in_their_order_from_files_that_are_used_again(void)
{
    g_autofree char *dir = make_folder();
    StoreGroupLog *log = open_log(dir, LIFE);
    uint64_t last = 0;

    for (uint64_t in_files = 0; last < 300; in_files = last + 2, last += 7) {
        append(log, last + 1, last + 7, in_files);
        assert_tail(dir, LIFE, in_files, last + 7, NULL);
        assert_tail(dir, LIFE, last + 3, last + 7, NULL);
    }
    store_group_log_free(log);
    g_autofree char *last_slot = g_build_filename(dir, "7" STORE_GROUP_SUFFIX, NULL);
    g_assert_false(g_file_test(last_slot, G_FILE_TEST_EXISTS));
    log = open_log(dir, LIFE + 1); /* what lies there is of another life */
    append(log, 1, 3, 0);
    assert_tail(dir, LIFE + 1, 0, 3, NULL);
    store_group_log_free(log);
    remove_folder(dir);
}

/* As a database that has lost its newest files would find it. */
static void
groups_of_a_later_life_are_told(void)
{
    g_autofree char *dir = make_folder();
    uint64_t later = store_group_next_life(LIFE);
    StoreGroupLog *log = open_log(dir, LIFE);

    append(log, 1, 20, 0); /* more than one file */
    store_group_log_free(log);
    log = open_log(dir, later);
    append(log, 1, 3, 0);
    store_group_log_free(log);
    assert_tail(dir, later, 0, 3, NULL);
    assert_tail(dir, LIFE, 20, 20, "log 0.groups was written later than what the database knows");
    for (uint64_t life = G_MAXUINT64 - 5, n = 0; n < 100; n++, life = store_group_next_life(life))
        g_assert_cmpint((int64_t)(store_group_next_life(life) - life), >, 0);
    remove_folder(dir);
}

static void
a_full_log_says_so(void)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;
    StoreGroupLog *log = open_log(dir, LIFE);
    uint8_t large[2 * SLOT] = {1};
    bool full = false;

    for (uint64_t n = 1; n <= STORE_GROUP_SLOTS; n++) {
        g_assert_true(store_group_log_turn(log, sizeof large, 0, &full, &error));
        g_assert_true(!full && store_group_log_append(log, n, n, large, sizeof large, &error));
    }
    g_assert_true(store_group_log_turn(log, 10, 0, &full, &error));
    g_assert_true(full);
    g_assert_true(store_group_log_turn(log, 10, 1, &full, &error));
    g_assert_false(full);
    store_group_log_free(log);
    GStatBuf st;
    g_autofree char *path = g_build_filename(dir, "0" STORE_GROUP_SUFFIX, NULL);
    g_assert_cmpint(g_stat(path, &st), ==, 0); /* is not as long as a large group any more */
    g_assert_cmpint(st.st_size, ==, SLOT);
    remove_folder(dir);
}

/* Every byte of the log in turn is cut off, and every one is changed. */
static void
a_torn_tail_is_cut_and_a_hole_is_told(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *path = g_build_filename(dir, "0" STORE_GROUP_SUFFIX, NULL);
    g_autofree char *whole = NULL;
    StoreGroupLog *log = open_log(dir, LIFE);
    gsize size = 0, ends[4] = {0};

    append(log, 1, 3, 0);
    store_group_log_free(log);
    for (uint64_t n = 1; n <= 3; n++)
        ends[n] = ends[n - 1] + STORE_GROUP_HEADER + size_of(n);
    g_assert_true(g_file_get_contents(path, &whole, &size, NULL));
    g_assert_cmpuint(size, ==, ends[3]);
    for (gsize at = 0; at < size; at += at % 61 < 50 ? 1 : 5) {
        unsigned before = at >= ends[2] ? 2 : at >= ends[1] ? 1 : 0;
        g_autofree char *name = g_strdup_printf(
            "log 0.groups is damaged before byte %zu (group %u)", ends[before + 1], before + 1);
        g_assert_true(g_file_set_contents(path, whole, (gssize)at, NULL));
        assert_tail(dir, LIFE, 0, before, NULL);
        whole[at] ^= 0x10;
        g_assert_true(g_file_set_contents(path, whole, (gssize)size, NULL));
        assert_tail(dir, LIFE, 0, before, before < 2 ? name : NULL);
        whole[at] ^= 0x10;
    }
    remove_folder(dir);
}

/* ---- a database, whose process ends ---- */

static StoreDb *
open_db(const char *dir)
{
    g_autoptr(GError) error = NULL;
    StoreDbOptions options;

    store_db_options_init(&options);
    options.head_buffer = 2u << 20;
    options.wal_limit = 8u << 20;
    StoreDb *db = store_db_open(dir, &options, &error);
    g_assert_no_error(error);
    return db;
}

static size_t
row_size(uint64_t number)
{
    return 1000 + number * 7919 % 180000;
}

/* How many groups there are: each one and its number, or neither; all that went before. */
static uint64_t
count(StoreDb *db)
{
    g_autoptr(StoreIter) iter = store_iter_new(db, STORE_HEAD, NULL, NULL);
    uint64_t n = 0;

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0, value_size = 0;
        g_auto(StoreValue) number = {0};
        const uint8_t *key = store_iter_key(iter, &size);
        const uint8_t *value = store_iter_value(iter, &value_size);
        StoreKey row = {0};
        g_assert_cmpuint(store_read_u64(key), ==, ++n);
        g_assert_cmpuint(value_size, ==, row_size(n));
        g_assert_cmpuint(value[value_size - 1], ==, (uint8_t)n);
        store_key_u64(&row, n);
        g_assert_cmpint(store_db_get(db, STORE_EVENTS, &row, &number, NULL), ==, STORE_FOUND);
    }
    g_assert_true(store_iter_check(iter, NULL));
    return n;
}

static void
put_row(StoreDb *db, uint64_t n)
{
    g_autofree uint8_t *value = g_malloc(row_size(n));
    StoreKey key = {0};

    store_key_u64(&key, n);
    memset(value, (int)(n & 0xff), row_size(n));
    store_db_put(db, STORE_HEAD, &key, value, row_size(n));
    store_db_put(db, STORE_EVENTS, &key, "x", 1);
    g_assert_true(store_db_commit(db, NULL, NULL));
}

static void
writer(void)
{
    StoreDb *db = open_db(g_getenv(FOLDER));
    uint64_t n = count(db);

    for (uint64_t last = n + EACH; n < last;)
        put_row(db, ++n);
    _exit(0); /* as kill -9 does */
}

static void
what_was_committed_is_there_however_often_the_process_ends(void)
{
    g_autofree char *dir = make_folder();

    g_setenv(FOLDER, dir, TRUE);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        g_test_trap_subprocess("/store/group-log/subprocess/writer", 0, G_TEST_SUBPROCESS_DEFAULT);
        g_test_trap_assert_passed();
        StoreDb *db = open_db(dir);
        g_assert_null(store_db_log_damage(db));
        g_assert_cmpuint(count(db), ==, round * EACH);
        store_db_close(db);
    }
    remove_folder(dir);
}

/* Between two openings the database knows of the log by one record of its own. */
static void
a_mark_that_the_disk_has_lost_is_told(void)
{
    g_autofree char *dir = make_folder();
    gsize size = 0;

    for (int i = 0; i < 2; i++) {
        StoreDb *db = open_db(dir);
        put_row(db, count(db) + 1);
        store_db_close(db);
    }
    g_autoptr(GPtrArray) names = store_log_list(dir);
    g_autofree char *path = g_build_filename(dir, names->pdata[names->len - 1], NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    g_assert_true(g_file_set_contents(path, text, (gssize)size - 1, NULL));
    StoreDb *db = open_db(dir);
    g_assert_cmpuint(count(db), ==, 1);
    g_assert_nonnull(strstr(store_db_log_damage(db), "log 0.groups was written later"));
    store_db_close(db);
    remove_folder(dir);
}

static void
assert_reader_sees(const char *dir, uint64_t n)
{
    g_autofree char *at = make_folder();
    g_autoptr(GError) error = NULL;
    StoreDbOptions options;

    store_db_options_init(&options);
    options.reader = at;
    StoreDb *reader = store_db_open(dir, &options, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(count(reader), ==, n);
    g_assert_null(store_db_log_damage(reader));
    store_db_close(reader);
    vicu_folder_remove(at);
}

/* The reader sees what is committed, in files or not, and the writer goes on. */
static void
a_reader_sees_what_the_log_has(void)
{
    g_autofree char *dir = make_folder();
    StoreDb *db = open_db(dir);

    for (uint64_t n = 1; n <= 60; n++) {
        put_row(db, n);
        if (n % 9 == 0)
            assert_reader_sees(dir, n);
    }
    store_db_close(db);
    remove_folder(dir);
}

/* Files are numbered as they are made: after a year there have been millions. */
static void
a_reader_sees_it_in_a_folder_that_is_years_old(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *next = g_build_filename(dir, "99999999.log", NULL);

    store_db_close(open_db(dir));
    g_assert_true(g_file_set_contents(next, "", 0, NULL));
    StoreDb *db = open_db(dir);
    for (uint64_t n = 1; n <= 3; n++)
        put_row(db, n);
    assert_reader_sees(dir, 3);
    store_db_close(db);
    remove_folder(dir);
}

#define ADD(name) g_test_add_func("/store/group-log/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(groups_come_back_in_their_order_from_files_that_are_used_again);
    ADD(groups_of_a_later_life_are_told);
    ADD(a_full_log_says_so);
    ADD(a_torn_tail_is_cut_and_a_hole_is_told);
    ADD(what_was_committed_is_there_however_often_the_process_ends);
    ADD(a_mark_that_the_disk_has_lost_is_told);
    ADD(a_reader_sees_what_the_log_has);
    ADD(a_reader_sees_it_in_a_folder_that_is_years_old);
    g_test_add_func("/store/group-log/subprocess/writer", writer);
    return g_test_run();
}
