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
#define SLOT   (4 * STORE_GROUP_BLOCK)
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

/* Every file that is there has batches up to @newest_in_all. */
static StoreGroupLog *
open_log(const char *dir, uint64_t life, uint64_t newest_in_all)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) newest = g_array_new(FALSE, FALSE, sizeof newest_in_all);

    for (guint i = 0; i < 50; i++)
        g_array_append_val(newest, newest_in_all);
    StoreGroupLog *log =
        store_group_log_new(dir, life, SLOT, true, newest, (StoreGroupDone){0, 0}, &error);

    g_assert_no_error(error);
    return log;
}

static void
turn(StoreGroupLog *log, uint64_t group, uint64_t batch)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(store_group_log_turn(log, (StoreGroupDone){group, batch}, &error));
    g_assert_no_error(error);
}

static void
append_one(StoreGroupLog *log, uint64_t number)
{
    g_autoptr(GError) error = NULL;
    uint8_t data[1000];

    fill(data, number);
    g_assert_true(
        store_group_log_append(log, number, 1000 + number, data, size_of(number), &error));
    g_assert_no_error(error);
}

/* Numbers from @first to @last, of which those up to @in_files are needed no more. */
static void
append(StoreGroupLog *log, uint64_t first, uint64_t last, uint64_t in_files)
{
    for (uint64_t n = first; n <= last; n++) {
        append_one(log, n);
        if (store_group_log_is_full(log))
            turn(log, in_files, 0);
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
        g_assert_cmpstr(tail->damage, ==, NULL);
    else
        g_assert_nonnull(strstr(tail->damage, damage));
}

static guint
files_in(const char *dir)
{
    g_autoptr(GArray) slots = store_group_slots(dir);

    return slots->len;
}

static void
groups_come_back_in_their_order_from_files_that_are_used_again(void)
{
    g_autofree char *dir = make_folder();
    StoreGroupLog *log = open_log(dir, LIFE, 0);
    uint64_t last = 0;

    for (uint64_t in_files = 0; last < 300; in_files = last + 2, last += 7) {
        append(log, last + 1, last + 7, in_files);
        assert_tail(dir, LIFE, in_files, last + 7, NULL);
        assert_tail(dir, LIFE, last + 3, last + 7, NULL);
    }
    store_group_log_free(log);
    g_assert_cmpuint(files_in(dir), <, 8);
    log = open_log(dir, LIFE + 1, 0); /* what lies there is of another life */
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
    StoreGroupLog *log = open_log(dir, LIFE, 0);

    append(log, 1, 20, 0); /* more than one file */
    store_group_log_free(log);
    log = open_log(dir, later, 0);
    append(log, 1, 3, 0);
    store_group_log_free(log);
    assert_tail(dir, later, 0, 3, NULL);
    assert_tail(dir, LIFE, 20, 20, "log 0.groups was written later than what the database knows");
    for (uint64_t life = G_MAXUINT64 - 5, n = 0; n < 100; n++, life = store_group_next_life(life))
        g_assert_cmpint((int64_t)(store_group_next_life(life) - life), >, 0);
    remove_folder(dir);
}

/* ---- bodies ---- */

#define BODY 5000

/* Group @number with the body of batch @number. */
static StoreBody
append_body(StoreGroupLog *log, uint64_t number)
{
    uint8_t body[BODY];

    memset(body, (int)(number & 0xff), sizeof body);
    StoreBody where = store_group_log_put(log, number, body, sizeof body);
    append_one(log, number);
    return where;
}

static bool
body_is(const char *dir, const StoreBody *where, uint64_t number)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    if (!store_group_body_read(dir, where, out, &error)) {
        g_assert_nonnull(strstr(error->message, ".groups is not what was received"));
        return false;
    }
    g_assert_cmpuint(out->len, ==, BODY);
    return out->data[0] == (uint8_t)number && out->data[BODY - 1] == (uint8_t)number;
}

static void
a_file_is_used_again_once_its_bodies_are_trimmed(void)
{
    g_autofree char *dir = make_folder();
    StoreGroupLog *log = open_log(dir, LIFE, 0);
    StoreBody where[41];

    for (uint64_t n = 1; n <= 40; n++) {
        where[n] = append_body(log, n);
        if (store_group_log_is_full(log))
            turn(log, n, n / 10 * 10); /* in files, and trimmed in steps */
        for (uint64_t k = MAX(n / 10 * 10, 1); k <= n; k++)
            g_assert_true(body_is(dir, &where[k], k));
    }
    g_assert_false(body_is(dir, &where[1], 1)); /* written over, and found out */
    g_assert_cmpuint(store_group_log_kept(log, 41), ==, 0);
    g_assert_cmpuint(store_group_log_kept(log, 40), >=, BODY);
    g_assert_cmpuint(store_group_log_beyond(log, 40), ==, 0);
    g_assert_cmpuint(store_group_log_beyond(log, 39), >=, BODY);
    assert_tail(dir, LIFE, 35, 40, NULL);
    store_group_log_free(log);
    guint files = files_in(dir);
    log = open_log(dir, LIFE + 1, 40); /* those of an older life are kept */
    append_body(log, 41);
    for (uint64_t k = 40; k >= 35; k--)
        g_assert_true(body_is(dir, &where[k], k));
    g_assert_cmpuint(files_in(dir), ==, files + 1);
    store_group_log_free(log);
    remove_folder(dir);
}

static void
files_that_a_burst_has_made_are_removed(void)
{
    g_autofree char *dir = make_folder();
    StoreGroupLog *log = open_log(dir, LIFE, 0);

    for (uint64_t n = 1; n <= 50; n++) {
        append_body(log, n);
        turn(log, n, 0);
    }
    g_assert_cmpuint(files_in(dir), ==, 51);
    turn(log, 50, 51);
    g_assert_cmpuint(files_in(dir), <=, 18);
    for (uint64_t n = 51; n <= 80; n++) {
        append_body(log, n);
        turn(log, n, 51);
    }
    g_assert_cmpuint(files_in(dir), >=, 30); /* and made again */
    assert_tail(dir, LIFE, 75, 80, NULL);
    store_group_log_free(log);
    remove_folder(dir);
}

/* A checkpoint keeps the bytes it was made of. */
static void
a_file_with_a_link_is_not_written_over(void)
{
    g_autofree char *dir = make_folder(), *to = make_folder();
    StoreGroupLog *log = open_log(dir, LIFE, 0);
    g_autoptr(GError) error = NULL;

    StoreBody first = append_body(log, 1);
    g_assert_true(store_group_log_link(log, 1, to, &error));
    turn(log, 1, 0);
    StoreBody second = append_body(log, 2);
    turn(log, 2, 10); /* everything is done with: the first file would be taken */
    append_body(log, 10);
    g_assert_true(body_is(to, &first, 1));
    g_assert_false(body_is(dir, &first, 1));
    g_assert_true(body_is(dir, &second, 2));
    g_assert_cmpuint(files_in(to), ==, 1);
    g_assert_false(store_group_log_link(log, 10, "/nonexistent", &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_IO);
    store_group_log_free(log);
    remove_folder(dir);
    remove_folder(to);
}

static void
append_two_bodies(StoreGroupLog *log, uint64_t number)
{
    uint8_t body[150];

    memset(body, (int)number, sizeof body);
    store_group_log_put(log, number, body, sizeof body);
    store_group_log_put(log, number + 1, body, 50);
    append_one(log, number);
}

/* Every byte of the log in turn is cut off, and every one is changed, of bodies as well. */
static void
a_torn_tail_is_cut_and_a_hole_is_told(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *path = g_build_filename(dir, "0" STORE_GROUP_SUFFIX, NULL);
    g_autofree char *whole = NULL;
    StoreGroupLog *log = open_log(dir, LIFE, 0);
    gsize size = 0;

    for (uint64_t n = 1; n <= 3; n++)
        append_two_bodies(log, n);
    store_group_log_free(log);
    g_assert_true(g_file_get_contents(path, &whole, &size, NULL));
    g_assert_cmpuint(size, ==, 3 * STORE_GROUP_BLOCK);
    bool in_record = true;
    for (gsize at = 0; at < size; at += !in_record ? 211 : at % 61 < 50 ? 1 : 5) {
        unsigned before = (unsigned)(at / STORE_GROUP_BLOCK);
        in_record = at % STORE_GROUP_BLOCK < STORE_GROUP_HEADER + 200 + 2 * 8 + size_of(before + 1);
        g_autofree char *name = g_strdup_printf("log 0.groups is damaged before byte %u (group %u)",
                                                (before + 1) * STORE_GROUP_BLOCK, before + 1);
        g_assert_true(g_file_set_contents(path, whole, (gssize)at, NULL));
        assert_tail(dir, LIFE, 0, in_record ? before : before + 1, NULL);
        whole[at] ^= 0x10;
        g_assert_true(g_file_set_contents(path, whole, (gssize)size, NULL));
        assert_tail(dir, LIFE, 0, in_record ? before : 3, in_record && before < 2 ? name : NULL);
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
        g_assert_cmpuint(value[0], ==, n & 0x7f);
        g_assert_cmpuint(value[value_size - 1], ==, n & 0x7f);
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
    memset(value, (int)(n & 0x7f), row_size(n));
    if (n % 3 == 0) { /* as schema 3 did */
        store_db_put(db, STORE_HEAD, &key, value, row_size(n));
    } else {
        StoreKey header = {0};
        store_key_bytes(&header, value, STORE_BATCH_HEADER);
        store_db_put_batch(db, n, &header, value + STORE_BATCH_HEADER,
                           row_size(n) - STORE_BATCH_HEADER);
    }
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
    g_assert_nonnull(strstr(store_db_log_damage(db), ".groups was written later"));
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

static void
trim_up_to(StoreDb *db, uint64_t number)
{
    StoreKey key = {0};

    store_db_put_trim(db, number);
    store_key_u64(&key, number);
    store_db_put(db, STORE_AUDIT, &key, "trimmed", 7);
    g_assert_true(store_db_commit(db, NULL, NULL));
}

/* Batches from @first to @last, and no others. */
static void
assert_batches(StoreDb *db, uint64_t first, uint64_t last)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreIter) iter = store_iter_new(db, STORE_HEAD, NULL, NULL);

    for (uint64_t n = first; n <= last; n++, store_iter_next(iter)) {
        size_t size = 0;
        g_assert_true(store_iter_valid(iter));
        g_assert_cmpuint(store_read_u64(store_iter_key(iter, &size)), ==, n);
        const uint8_t *header = store_iter_batch_header(iter, &size);
        g_assert_true(size >= STORE_BATCH_HEADER && header[24] == (n & 0x7f));
        const uint8_t *value = store_iter_value(iter, &size);
        g_assert_true(store_iter_check(iter, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(size, ==, row_size(n));
        for (size_t i = 0; i < size; i++)
            g_assert_true(value[i] == (n & 0x7f));
    }
    g_assert_false(store_iter_valid(iter));
}

/* It has a life of its own, and the files it shares with the store are written over by neither. */
static void
a_checkpoint_keeps_its_batches_whatever_the_store_trims(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *to = g_build_filename(dir, "copy", NULL);
    g_autoptr(GError) error = NULL;
    StoreDb *db = open_db(dir);
    uint64_t n = 0;

    while (n < 100)
        put_row(db, ++n);
    trim_up_to(db, 20);
    g_assert_true(store_db_checkpoint(db, to, &error));
    g_assert_no_error(error);
    StoreDb *copy = open_db(to);
    assert_batches(copy, 20, 100);
    for (uint64_t k = 101; k <= 200; k++)
        put_row(copy, k);
    while (n < 400) {
        put_row(db, ++n);
        if (n % 50 == 0)
            trim_up_to(db, n - 60);
    }
    assert_batches(db, 340, 400);
    assert_batches(copy, 20, 200);
    store_db_close(copy);
    store_db_close(db);
    copy = open_db(to);
    db = open_db(dir);
    assert_batches(copy, 20, 200);
    assert_batches(db, 340, 400);
    store_db_close(copy);
    store_db_close(db);
    remove_folder(dir);
}

/* Many lives, each with a few batches: files go round all the same, none of a batch that is kept.
 */
static void
the_log_stays_small_over_many_lives(void)
{
    g_autofree char *dir = make_folder();

    for (uint64_t n = 0; n < 200; n += 5) {
        StoreDb *db = open_db(dir);
        assert_batches(db, n > 20 ? n - 20 : 1, n);
        for (uint64_t k = 1; k <= 5; k++)
            put_row(db, n + k);
        trim_up_to(db, n + 5 > 20 ? n + 5 - 20 : 1);
        store_db_close(db);
    }
    g_assert_cmpuint(files_in(dir), <, 12);
    remove_folder(dir);
}

#define ADD(name) g_test_add_func("/store/group-log/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(groups_come_back_in_their_order_from_files_that_are_used_again);
    ADD(groups_of_a_later_life_are_told);
    ADD(a_file_is_used_again_once_its_bodies_are_trimmed);
    ADD(files_that_a_burst_has_made_are_removed);
    ADD(a_file_with_a_link_is_not_written_over);
    ADD(a_torn_tail_is_cut_and_a_hole_is_told);
    ADD(what_was_committed_is_there_however_often_the_process_ends);
    ADD(a_mark_that_the_disk_has_lost_is_told);
    ADD(a_reader_sees_what_the_log_has);
    ADD(a_reader_sees_it_in_a_folder_that_is_years_old);
    ADD(a_checkpoint_keeps_its_batches_whatever_the_store_trims);
    ADD(the_log_stays_small_over_many_lives);
    g_test_add_func("/store/group-log/subprocess/writer", writer);
    return g_test_run();
}
