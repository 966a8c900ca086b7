/* Check: what is whole is called whole, and damage is named.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <unistd.h>

#include "common/error.h"
#include "store/check.h"
#include "store/checkpoint.h"
#include "store/identity.h"
#include "tests/store/waves.h"

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
    g_autoptr(StoreLedger) ledger = store_ledger_open(db, &error);
    g_assert_no_error(error);
    for (unsigned i = 1; i <= n; i++) {
        Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
        g_autofree char *why = g_strdup_printf("because of %u", i);
        record.who = (char *)"somebody";
        record.what = (char *)"view";
        record.why = why;
        g_assert_cmpint(store_ledger_append(ledger, &record, T0_US + i, &error), ==,
                        STORE_LEDGER_TAKEN);
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
                            "audit: row 0000000000000004 (record 4): it is no vicu.AuditRecord"));
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
    g_assert_cmpuint(
        report->family[STORE_AUDIT].bad_files + report->family[STORE_AUDIT_INDEX].bad_files, >, 0);
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

/* Batches 1 to 3, whose bodies are in the log alone. */
static void
put_batches(StoreDb *db)
{
    for (uint64_t n = 1; n <= 3; n++) {
        Vicu__Batch batch = VICU__BATCH__INIT;
        uint8_t lane[STORE_BATCH_HEADER] = {7, [31] = (uint8_t)n};
        StoreKey header = {0};
        batch.t_us = T0_US + (int64_t)n;
        g_autoptr(GBytes) body = vicu_wire_pack(&batch.base);
        store_key_bytes(&header, lane, sizeof lane);
        store_db_put_batch(db, n, &header, g_bytes_get_data(body, NULL), g_bytes_get_size(body));
        g_assert_true(store_db_commit(db, NULL, NULL));
    }
}

static void
a_batch_that_the_disk_has_changed_is_named_and_not_read(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *log = g_build_filename(dir, "0.groups", NULL);
    g_autoptr(GError) error = NULL;
    StoreKey second = {0};
    g_auto(StoreValue) value = {0};
    uint8_t byte = 0;

    StoreDb *db = open_db(dir, &error);
    put_batches(db);
    g_autofree char *path = store_checkpoint_make(db, &error);
    g_assert_no_error(error);
    StoreDb *copy = open_db(path, &error);
    g_autoptr(StoreCheckReport) whole = store_check_run(copy, NULL, NULL);
    g_assert_cmpuint(whole->damage_in_all, ==, 0);
    g_assert_cmpuint(whole->family[STORE_HEAD].rows, ==, 3);
    g_assert_cmpuint(whole->family[STORE_HEAD].on_disk, >, 3 * 4096);
    store_db_close(copy);
    int fd = open(log, O_RDWR);
    g_assert_cmpint(pread(fd, &byte, 1, 2 * 4096 + 56), ==, 1); /* of the second one's body */
    byte ^= 1;
    g_assert_cmpint(pwrite(fd, &byte, 1, 2 * 4096 + 56), ==, 1);
    close(fd);
    store_key_u64(&second, 2);
    g_assert_cmpint(store_db_get(db, STORE_HEAD, &second, &value, &error), ==, STORE_BROKEN);
    g_assert_nonnull(strstr(error->message, "at byte 8248 of 0.groups is not what was received"));
    store_db_close(db);
    copy = open_db(path, NULL);
    g_autoptr(StoreCheckReport) report = store_check_run(copy, NULL, NULL);
    g_assert_cmpuint(report->family[STORE_HEAD].bad_files, ==, 1);
    g_assert_cmpuint(report->damage_in_all, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(report->damage, 0), "head: "));
    g_assert_nonnull(strstr(g_ptr_array_index(report->damage, 0), " of 0.groups is not what was"));
    store_db_close(copy);
    remove_folder(dir);
}

/* ---- every family ---- */

#define FRAME (5 * SECOND)
#define HOURS 2

static void
send_frame(Ward *ward, uint64_t *sequence, int64_t from_us)
{
    Make *make = make_new(from_us);

    wave_announce(make, T0_US);
    for (int s = 0; s < STREAMS; s++) {
        StoreSegment segment = wave_segment(s, T0_US);
        wave_add(make, s, store_segment_index(&segment, from_us),
                 store_segment_index(&segment, from_us + FRAME));
    }
    make_numeric(make, "demo/icu/1", HEART, from_us, 70 + (double)(from_us / FRAME % 9), 0);
    if (*sequence % 50 == 0) {
        make_event(make, "demo/icu/1", from_us, "alarm", "k");
        make_event(make, "", from_us, "clock-step", "k");
        make_symbol(make, "demo/icu/2", 3, from_us, "on");
        make_gap(make, "demo/icu/2", 0, from_us - 1, from_us, "test");
        make_audit(make, "somebody", "view", (uint8_t)(*sequence / 50 + 1));
    }
    ward_put(ward, 1, 1, ++*sequence, make_done(make));
}

/* Rows of every family: two hours of waves, one of them made into an hour, late rows of a
 * sealed minute, blocks of numerics and rows of the last 5 minutes, batches that wait. */
static void
open_whole(Ward *ward)
{
    uint64_t sequence = 0;

    VicuFingerprint id = make_sender(1);

    ward_open(ward);
    ward_epoch(ward, 1, 1);
    store_head_instance(ward->head, &id, 1, 7);
    for (int64_t t_us = 0; t_us < HOURS * HOUR; t_us += FRAME) {
        if (t_us != HOUR + 30 * MINUTE)
            send_frame(ward, &sequence, T0_US + t_us);
        ward_pass(ward, FRAME);
        ward_rest(ward);
        ward_commit(ward);
    }
    ward_seal(ward);
    send_frame(ward, &sequence, T0_US + HOUR + 30 * MINUTE);
    ward_put(ward, 1, 1, ++sequence, g_bytes_new("\xff\xff\xff", 3)); /* came so */
    ward_commit(ward);
    ward_pass(ward, 2 * MINUTE);
    ward_seal(ward);
}

static StoreCheckReport *
check_now(Ward *ward)
{
    return store_check_run(ward->db, NULL, NULL);
}

static void
print_damage(const StoreCheckReport *report)
{
    for (guint i = 0; i < report->damage->len && i < 5; i++)
        g_printerr("%s\n", (const char *)report->damage->pdata[i]);
}

static void
every_family_of_a_store_is_whole(void)
{
    Ward ward;

    open_whole(&ward);
    g_autoptr(StoreCheckReport) report = check_now(&ward);
    print_damage(report);
    g_assert_cmpuint(report->damage_in_all, ==, 0);
    for (int f = 0; f < STORE_N_FAMILIES; f++)
        if (report->family[f].rows == 0)
            g_error("%s has no rows: nothing was tested", store_db_family_name(f));
    ward_close(&ward);
}

typedef enum {
    CUT,     /* the value loses its last byte */
    BYTE,    /* one byte in the middle of it differs */
    GONE,    /* the row is not there */
    MOVED,   /* its key differs in the byte @at */
    INSTEAD, /* its value is that of the next row */
} Harm;

typedef struct {
    StoreFamily family;
    const char *tag; /* first bytes of the key; "": any */
    Harm harm;
    size_t at;
    const char *sentence; /* part of what is told */
} HarmCase;

static const HarmCase harms[] = {
    {STORE_META, "W", CUT, 0, "it is no watermark of a lane"},
    {STORE_META, "C", CUT, 0, "it is no checkpoint of a lane"},
    {STORE_META, "N", MOVED, 0, "default: row"},
    {STORE_META, "I", CUT, 0, "it is no life of a sender"},
    {STORE_META, "M", CUT, 0, "it does not hold the marks of the head"},
    {STORE_META, "P", CUT, 0, "it is no part"},
    {STORE_META, "schema", BYTE, 0, "the version of the schema"},
    {STORE_META, "W", MOVED, 0, "its key has no tag that is known"},
    {STORE_HEAD, "", CUT, 0, "it is no vicu.Batch"},
    {STORE_SEGMENTS, "i", BYTE, 0, "segments: row 69"},
    {STORE_SEGMENTS, "i", GONE, 0, "its segment is missing in segments"},
    {STORE_SEGMENTS, "l", MOVED, 28, "different numbers"},
    {STORE_SEGMENTS, "l", CUT, 0, "it is no vicu.Segment"},
    {STORE_STREAMS, "i", GONE, 0, "streams 0 to 0 are missing before it"},
    {STORE_STREAMS, "t", CUT, 0, "it holds no times of a stream"},
    {STORE_NUMERICS, "", CUT, 0, "it is no vicu.Batch"},
    {STORE_NUMERICS, "", MOVED, 18, "outside its 5 minutes"},
    {STORE_TREND, "", BYTE, 0, "(bed demo/icu/1, "},
    {STORE_TREND, "", MOVED, 18, "a value in it lies outside its block of time"},
    {STORE_PYRAMID, "", CUT, 0, "row of a pyramid"},
    {STORE_EVENTS, "e", CUT, 0, "it is no vicu.Event"},
    {STORE_EVENTS, "s", CUT, 0, "it is no vicu.Symbol"},
    {STORE_EVENTS, "g", CUT, 0, "it is no vicu.Gap"},
    {STORE_EVENTS, "g", MOVED, 2, "its key is not"},
    {STORE_EVENTS, "b", GONE, 0, "is not kept as one that came so"},
    {STORE_AUDIT, "", GONE, 0, "records 1 to 1 are missing, and no record says"},
    {STORE_AUDIT, "", INSTEAD, 0, "the index by time does not have it"},
    {STORE_AUDIT_INDEX, "i", GONE, 0, "the index by id does not have it"},
    {STORE_AUDIT_INDEX, "i", MOVED, 3, "is another one"},
    {STORE_AUDIT_INDEX, "t", MOVED, 16, "audit-index: row"},
    {STORE_LATE, "", BYTE, 0, "(bed demo/icu/1, ECG_II, minute 2026"},
    {STORE_LATE, "", MOVED, 11, "late: row"},
    {STORE_LATE, "", MOVED, 7, "not in its minute"},
    {STORE_LATE, "", CUT, 0, "late: row"},
    {STORE_WAVE_TREND, "", CUT, 0, "a row of the pyramid of waves is damaged"},
    {STORE_WAVE_TREND, "", BYTE, 0, "(bed demo/icu/1, ECG_II, hour 2026"},
};

/* The first row whose key begins with @tag, and the value after it. */
static GBytes *
find_row(StoreDb *db, const HarmCase *harm, StoreKey *key, GBytes **next)
{
    g_autoptr(StoreIter) iter = store_iter_new(db, harm->family, NULL, NULL);
    size_t n = strlen(harm->tag), size = 0, value_size = 0;

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        const uint8_t *at = store_iter_key(iter, &size);
        if (size >= n && memcmp(at, harm->tag, n) == 0)
            break;
    }
    if (!store_iter_valid(iter))
        g_error("%s has no row \"%s\"", store_db_family_name(harm->family), harm->tag);
    const uint8_t *bytes = store_iter_key(iter, &size);
    key->size = 0;
    store_key_bytes(key, bytes, size);
    bytes = store_iter_value(iter, &value_size);
    GBytes *value = g_bytes_new(bytes, value_size);
    store_iter_next(iter);
    *next = NULL;
    if (store_iter_valid(iter)) {
        bytes = store_iter_value(iter, &value_size);
        *next = g_bytes_new(bytes, value_size);
    }
    return value;
}

static void
do_harm(StoreDb *db, const HarmCase *harm, const StoreKey *key, GBytes *value, GBytes *next)
{
    size_t size = 0;
    const uint8_t *bytes = g_bytes_get_data(value, &size);
    g_autofree uint8_t *copy = g_memdup2(bytes, MAX(size, 1));
    StoreKey other = *key;

    store_db_delete(db, harm->family, key);
    switch (harm->harm) {
    case CUT:
        store_db_put(db, harm->family, key, copy, size - 1);
        break;
    case BYTE:
        copy[size / 2] ^= 0x40;
        store_db_put(db, harm->family, key, copy, size);
        break;
    case MOVED:
        other.data[harm->at] ^= 0x04;
        store_db_put(db, harm->family, &other, copy, size);
        break;
    case INSTEAD:
        store_db_put(db, harm->family, key, g_bytes_get_data(next, NULL), g_bytes_get_size(next));
        break;
    case GONE:
        break;
    }
    g_assert_true(store_db_commit(db, NULL, NULL));
}

/* Back to what it was. */
static void
undo_harm(StoreDb *db, const HarmCase *harm, const StoreKey *key, GBytes *value)
{
    StoreKey other = *key;

    other.data[harm->at] ^= 0x04;
    if (harm->harm == MOVED)
        store_db_delete(db, harm->family, &other);
    store_db_put(db, harm->family, key, g_bytes_get_data(value, NULL), g_bytes_get_size(value));
    g_assert_true(store_db_commit(db, NULL, NULL));
}

static void
a_row_of_any_family_that_is_harmed_is_told(void)
{
    Ward ward;

    open_whole(&ward);
    for (size_t i = 0; i < G_N_ELEMENTS(harms); i++) {
        StoreKey key = {0};
        GBytes *next = NULL;
        g_autoptr(GBytes) value = find_row(ward.db, &harms[i], &key, &next);
        bool told = false;
        do_harm(ward.db, &harms[i], &key, value, next);
        g_autoptr(StoreCheckReport) report = check_now(&ward);
        for (guint k = 0; k < report->damage->len; k++)
            told = told || strstr(report->damage->pdata[k], harms[i].sentence) != NULL;
        if (!told) {
            print_damage(report);
            g_printerr("%s, %s, harm %d: \"%s\" was not told\n",
                       store_db_family_name(harms[i].family), harms[i].tag, harms[i].harm,
                       harms[i].sentence);
            g_test_fail();
        }
        undo_harm(ward.db, &harms[i], &key, value);
        if (next != NULL)
            g_bytes_unref(next);
    }
    g_autoptr(StoreCheckReport) report = check_now(&ward);
    g_assert_cmpuint(report->damage_in_all, ==, 0);
    ward_close(&ward);
}

/* A part whose file has gone is told with its time. */
static void
a_sealed_minute_without_its_file_is_told(void)
{
    Ward ward;
    StoreKey first, last;
    g_autoptr(GError) error = NULL;

    open_whole(&ward);
    const GArray *parts = store_parts_all(store_head_waves(ward.head)->parts);
    store_part_range(&g_array_index(parts, StorePart, 0), &first, &last);
    g_assert_true(store_db_drop_files(ward.db, STORE_WAVE, &first, &last, &error));
    g_autoptr(StoreCheckReport) report = check_now(&ward);
    g_assert_cmpuint(report->damage_in_all, ==, 1);
    g_assert_nonnull(strstr(report->damage->pdata[0], " from 2026-"));
    g_assert_nonnull(strstr(report->damage->pdata[0], "holds 0 rows, its part says"));
    ward_close(&ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/check/" #name, name)
    ADD(what_is_whole_is_called_whole);
    ADD(a_row_that_is_not_what_it_claims_is_named);
    ADD(a_damaged_table_is_named_and_the_rest_is_read);
    ADD(every_family_of_a_store_is_whole);
    ADD(a_row_of_any_family_that_is_harmed_is_told);
    ADD(a_sealed_minute_without_its_file_is_told);
    ADD(a_checkpoint_holds_what_was_committed_and_goes_when_it_is_released);
    ADD(a_batch_that_the_disk_has_changed_is_named_and_not_read);
    ADD(checkpoints_are_bounded_and_a_start_removes_them);
    return g_test_run();
}
