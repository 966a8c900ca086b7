/* The disk spool: what is synced is there again, what is torn is noticed, what
 * is given up is told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "common/crc32c.h"
#include "common/folder.h"
#include "common/spool-sync.h"
#include "common/spool.h"
#include "tests/common/sim-disk.h"

typedef struct {
    SimRandom random;
    SimDisk *disk;
    VicuSpoolSettings settings;
    VicuSpool *spool;
} Fixture;

static void
open_again(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&f->spool, vicu_spool_free);
    sim_disk_kill(f->disk);
    f->spool = vicu_spool_open_on(sim_disk_files(), f->disk, "test", &f->settings, &error);
    g_assert_no_error(error);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->random.state = 7;
    f->disk = sim_disk_new(&f->random);
    f->settings = (VicuSpoolSettings){.max_bytes = 1u << 30, .segment_bytes = 4096, .first_id = 99};
    open_again(f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    vicu_spool_free(f->spool);
    sim_disk_free(f->disk);
}

static uint64_t
begin(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    uint64_t epoch = vicu_spool_begin_epoch(f->spool, 5, &error);
    g_assert_no_error(error);
    return epoch;
}

/* Body n of @size bytes, all told by n. */
static void
fill(uint8_t *body, size_t size, uint64_t n)
{
    for (size_t i = 0; i < size; i++)
        body[i] = (uint8_t)(n * 37 + i * 11);
}

static uint64_t
append(Fixture *f, uint64_t n, size_t size)
{
    g_autofree uint8_t *body = g_malloc(size);
    fill(body, size, n);
    return vicu_spool_append(f->spool, body, size, (int64_t)n * 1000, NULL);
}

static bool
is_body(const VicuSpoolRecord *record, uint64_t n, size_t size)
{
    g_autofree uint8_t *body = g_malloc(size);
    fill(body, size, n);
    return record->len == size && memcmp(record->body, body, size) == 0;
}

static void
sync_now(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(vicu_spool_sync(f->spool, &error));
    g_assert_no_error(error);
}

/* ---- */

static void
test_gives_back_what_was_appended(Fixture *f, gconstpointer data)
{
    (void)data;
    uint64_t epoch = begin(f);
    for (uint64_t n = 1; n <= 100; n++)
        g_assert_cmpuint(append(f, n, 50 + n), ==, n);
    g_assert_cmpuint(vicu_spool_synced(f->spool, epoch), ==, 0);
    sync_now(f);
    g_assert_cmpuint(vicu_spool_synced(f->spool, epoch), ==, 100);
    open_again(f);
    for (uint64_t n = 1; n <= 100; n++) {
        VicuSpoolRecord record;
        g_assert_cmpint(vicu_spool_peek(f->spool, epoch, n, &record), ==, VICU_SPOOL_FOUND);
        g_assert_true(is_body(&record, n, 50 + n));
        g_assert_cmpint(record.t_us, ==, (int64_t)n * 1000);
        uint32_t crc = 0;
        g_assert_cmpuint(vicu_spool_len(f->spool, epoch, n, &crc), ==, 50 + n);
        g_assert_cmpuint(crc, ==, vicu_crc32c(0, record.body, record.len));
    }
    VicuSpoolRecord record;
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 101, &record), ==, VICU_SPOOL_NONE);
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch + 1, 1, &record), ==, VICU_SPOOL_NONE);
}

static void
test_refuses_empty_and_too_long(Fixture *f, gconstpointer data)
{
    (void)data;
    begin(f);
    g_autofree uint8_t *body = g_malloc0(VICU_SPOOL_RECORD_MAX + 1);
    g_autoptr(GError) empty = NULL, too_long = NULL;
    g_assert_cmpuint(vicu_spool_append(f->spool, body, 0, 0, &empty), ==, 0);
    g_assert_cmpuint(vicu_spool_append(f->spool, body, VICU_SPOOL_RECORD_MAX + 1, 0, &too_long), ==,
                     0);
    g_assert_nonnull(empty);
    g_assert_nonnull(strstr(too_long->message, "4194305 bytes is outside 1..4194304"));
    g_assert_null(vicu_spool_failure(f->spool));
    g_assert_cmpuint(vicu_spool_append(f->spool, body, 1, 0, NULL), ==, 1);
}

static char *
last_segment(const SimDisk *disk)
{
    g_autoptr(GPtrArray) names = sim_disk_names(disk);
    char *last = NULL;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (g_str_has_suffix(name, ".spool") && (!last || strcmp(name, last) > 0)) {
            g_free(last);
            last = g_strdup(name);
        }
    }
    return last;
}

static void
test_torn_at_every_byte_keeps_what_lies_before(Fixture *f, gconstpointer data)
{
    (void)data;
    uint64_t epoch = begin(f);
    for (uint64_t n = 1; n <= 12; n++)
        append(f, n, 60);
    sync_now(f);
    g_autofree char *name = last_segment(f->disk);
    uint64_t size = sim_disk_file_size(f->disk, name);
    SimDisk *whole = sim_disk_copy(f->disk, &f->random);
    for (uint64_t cut = 0; cut < size; cut++) {
        vicu_spool_free(g_steal_pointer(&f->spool));
        sim_disk_free(f->disk);
        f->disk = sim_disk_copy(whole, &f->random);
        sim_disk_truncate(f->disk, name, cut);
        open_again(f);
        uint64_t kept = cut < 32 ? 0 : (cut - 32) / (48 + 60);
        VicuSpoolRecord record;
        for (uint64_t n = 1; n <= kept; n++) {
            g_assert_cmpint(vicu_spool_peek(f->spool, epoch, n, &record), ==, VICU_SPOOL_FOUND);
            g_assert_true(is_body(&record, n, 60));
        }
        g_assert_cmpint(vicu_spool_peek(f->spool, epoch, kept + 1, &record), !=, VICU_SPOOL_FOUND);
        /* And life goes on, under a number never used. */
        g_assert_cmpuint(begin(f), >, epoch);
        g_assert_cmpuint(append(f, 1, 60), ==, 1);
    }
    sim_disk_free(whole);
}

static void
test_a_flipped_bit_is_never_handed_out(Fixture *f, gconstpointer data)
{
    (void)data;
    uint64_t epoch = begin(f);
    for (uint64_t n = 1; n <= 10; n++)
        append(f, n, 60);
    sync_now(f);
    g_autofree char *name = last_segment(f->disk);
    uint64_t size = sim_disk_file_size(f->disk, name);
    for (uint64_t at = 0; at < size; at++) {
        sim_disk_flip(f->disk, name, at);
        open_again(f);
        unsigned lost = 0;
        for (uint64_t n = 1; n <= 10; n++) {
            VicuSpoolRecord record;
            VicuSpoolPeek found = vicu_spool_peek(f->spool, epoch, n, &record);
            g_assert_true(found != VICU_SPOOL_FOUND || is_body(&record, n, 60));
            lost += found != VICU_SPOOL_FOUND;
        }
        /* One record, or all of a segment whose head is not ours; that file is gone then. */
        g_assert_cmpuint(lost, ==, at < 32 ? 10 : 1);
        if (at < 32)
            break;
        sim_disk_flip(f->disk, name, at);
    }
}

static void
test_a_damaged_middle_is_a_dropped_run(Fixture *f, gconstpointer data)
{
    (void)data;
    uint64_t epoch = begin(f);
    for (uint64_t n = 1; n <= 10; n++)
        append(f, n, 60);
    sync_now(f);
    g_autofree char *name = last_segment(f->disk);
    for (uint64_t n = 4; n <= 6; n++)
        sim_disk_flip(f->disk, name, 32 + (n - 1) * 108 + 20);
    open_again(f);
    VicuSpoolRecord record;
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 4, &record), ==, VICU_SPOOL_DROPPED);
    g_assert_cmpuint(record.dropped.first, ==, 4);
    g_assert_cmpuint(record.dropped.last, ==, 6);
    g_assert_cmpint(record.dropped.reason, ==, VICU_SPOOL_DAMAGED);
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 7, &record), ==, VICU_SPOOL_FOUND);
}

static void
test_power_cuts_keep_all_that_was_synced(Fixture *f, gconstpointer data)
{
    (void)data;
    uint64_t before = 0;
    for (int round = 0; round < 300; round++) {
        uint64_t epoch = begin(f), synced = 0;
        g_assert_cmpuint(epoch, >, before);
        before = epoch;
        int64_t n_appends = sim_between(&f->random, 0, 60);
        for (int64_t n = 1; n <= n_appends; n++) {
            append(f, (uint64_t)n, 40 + (size_t)n);
            if (sim_chance(&f->random, 100000)) {
                sync_now(f);
                synced = (uint64_t)n;
            }
        }
        g_clear_pointer(&f->spool, vicu_spool_free);
        sim_disk_power_cut(f->disk);
        open_again(f);
        for (uint64_t n = 1; n <= (uint64_t)n_appends; n++) {
            VicuSpoolRecord record;
            VicuSpoolPeek found = vicu_spool_peek(f->spool, epoch, n, &record);
            g_assert_true(found == VICU_SPOOL_FOUND || n > synced);
            g_assert_true(found != VICU_SPOOL_FOUND || is_body(&record, n, 40 + n));
        }
        g_assert_true(vicu_spool_trim(f->spool, epoch, UINT64_MAX - 1, NULL));
    }
}

static void
test_overflow_leaves_a_dropped_run_that_survives(Fixture *f, gconstpointer data)
{
    (void)data;
    f->settings.max_bytes = 3 * 4096;
    open_again(f);
    uint64_t epoch = begin(f);
    for (uint64_t n = 1; n <= 200; n++) {
        append(f, n, 200);
        sync_now(f);
    }
    VicuSpoolDropped told;
    g_assert_true(vicu_spool_take_dropped(f->spool, &told));
    g_assert_cmpuint(told.epoch, ==, epoch);
    g_assert_cmpuint(told.first, ==, 1);
    g_assert_false(vicu_spool_take_dropped(f->spool, &told));
    VicuSpoolFigures figures;
    vicu_spool_figures(f->spool, &figures);
    g_assert_cmpuint(figures.bytes, <=, 3 * 4096);
    g_assert_cmpuint(figures.batches, ==, 200);
    for (int again = 0; again < 2; again++) {
        VicuSpoolRecord record;
        g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 1, &record), ==, VICU_SPOOL_DROPPED);
        g_assert_cmpuint(record.dropped.last, ==, told.last);
        g_assert_cmpint(record.dropped.from_us, ==, 1000);
        g_assert_cmpint(record.dropped.to_us, ==, (int64_t)told.last * 1000);
        g_assert_cmpint(record.dropped.reason, ==, VICU_SPOOL_SIZE);
        g_assert_cmpint(vicu_spool_peek(f->spool, epoch, told.last + 1, &record), ==,
                        VICU_SPOOL_FOUND);
        open_again(f);
    }
}

static void
test_what_is_too_old_is_dropped(Fixture *f, gconstpointer data)
{
    (void)data;
    f->settings.max_age_us = 10000;
    open_again(f);
    uint64_t epoch = begin(f);
    for (uint64_t n = 1; n <= 100; n++)
        append(f, n, 200);
    sync_now(f);
    g_assert_true(vicu_spool_age(f->spool, 100000, NULL));
    VicuSpoolRecord record;
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 1, &record), ==, VICU_SPOOL_DROPPED);
    g_assert_cmpint(record.dropped.reason, ==, VICU_SPOOL_AGE);
    /* Nothing younger than the bound went. */
    g_assert_cmpuint(record.dropped.last, <, 90);
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 90, &record), ==, VICU_SPOOL_FOUND);
}

static void
test_a_batch_that_finds_no_space_is_dropped_under_its_number(Fixture *f, gconstpointer data)
{
    (void)data;
    uint64_t epoch = begin(f);
    append(f, 1, 100);
    sync_now(f);
    sim_disk_set_capacity(f->disk, 1);
    g_assert_cmpuint(append(f, 2, 100), ==, 2);
    g_assert_null(vicu_spool_failure(f->spool));
    sim_disk_set_capacity(f->disk, 0);
    g_assert_cmpuint(append(f, 3, 100), ==, 3);
    sync_now(f);
    open_again(f);
    VicuSpoolRecord record;
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 1, &record), ==, VICU_SPOOL_FOUND);
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 2, &record), ==, VICU_SPOOL_DROPPED);
    g_assert_cmpuint(record.dropped.last, ==, 2);
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 3, &record), ==, VICU_SPOOL_FOUND);
}

static void
test_a_failed_sync_is_final(Fixture *f, gconstpointer data)
{
    (void)data;
    uint64_t epoch = begin(f);
    append(f, 1, 100);
    sim_disk_fail_sync(f->disk);
    g_autoptr(GError) error = NULL, later = NULL;
    g_assert_false(vicu_spool_sync(f->spool, &error));
    g_assert_nonnull(strstr(error->message, "restart the process"));
    g_assert_cmpuint(vicu_spool_synced(f->spool, epoch), ==, 0);
    g_assert_cmpuint(vicu_spool_append(f->spool, "x", 1, 0, &later), ==, 0);
    g_assert_nonnull(later);
    VicuSpoolRecord record;
    g_assert_cmpint(vicu_spool_peek(f->spool, epoch, 1, &record), ==, VICU_SPOOL_BROKEN);
}

static void
test_trim_removes_segments_and_remembers_numbers(Fixture *f, gconstpointer data)
{
    (void)data;
    uint64_t first = begin(f);
    for (uint64_t n = 1; n <= 100; n++)
        append(f, n, 200);
    uint64_t second = begin(f);
    append(f, 1, 200);
    sync_now(f);
    size_t n;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(f->spool, &n);
    g_assert_cmpuint(n, ==, 2);
    g_assert_cmpuint(epochs[0].last, ==, 100);
    g_assert_true(vicu_spool_trim(f->spool, first, 50, NULL));
    g_assert_true(vicu_spool_trim(f->spool, first, 10, NULL));
    epochs = vicu_spool_epochs(f->spool, &n);
    g_assert_cmpuint(epochs[0].first, ==, 51);
    VicuSpoolRecord record;
    g_assert_cmpint(vicu_spool_peek(f->spool, first, 1, &record), ==, VICU_SPOOL_DROPPED);
    g_assert_cmpint(record.dropped.reason, ==, VICU_SPOOL_FORGOTTEN);
    g_assert_true(vicu_spool_trim(f->spool, first, 100, NULL));
    g_assert_true(vicu_spool_trim(f->spool, second, 1, NULL));
    VicuSpoolFigures figures;
    vicu_spool_figures(f->spool, &figures);
    g_assert_cmpuint(figures.segments, ==, 1); /* the one that takes appends */
    g_assert_cmpuint(figures.batches, ==, 0);
    open_again(f);
    g_assert_cmpuint(begin(f), ==, second + 1);
}

static void
test_an_adopted_number_lies_above_the_stores_and_the_clock(Fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(vicu_spool_is_fresh(f->spool));
    uint64_t provisional = begin(f);
    append(f, 1, 10);
    sync_now(f);
    g_assert_true(vicu_spool_adopt(f->spool, 41, 77, NULL));
    g_assert_cmpuint(vicu_spool_live(f->spool), ==, provisional + 41);
    open_again(f);
    g_assert_false(vicu_spool_is_fresh(f->spool));
    VicuSpoolRecord record;
    g_assert_cmpint(vicu_spool_peek(f->spool, provisional + 41, 1, &record), ==, VICU_SPOOL_FOUND);
    size_t n;
    const VicuSpoolBegun *begun = vicu_spool_begun(f->spool, &n);
    g_assert_cmpuint(n, ==, 2);
    g_assert_cmpuint(begun[0].epoch, ==, 41);
    g_assert_cmpuint(begun[0].instance, ==, 77);
    vicu_spool_free(g_steal_pointer(&f->spool));
    sim_disk_lose(f->disk);
    f->settings.opened_us = INT64_C(1700000000) * G_USEC_PER_SEC;
    open_again(f);
    g_assert_true(vicu_spool_adopt(f->spool, 42, 77, NULL));
    g_assert_cmpuint(begin(f), ==, UINT64_C(1700000001));
}

static void
test_segments_without_an_epoch_file_are_refused(Fixture *f, gconstpointer data)
{
    (void)data;
    begin(f);
    append(f, 1, 10);
    sync_now(f);
    vicu_spool_free(g_steal_pointer(&f->spool));
    sim_disk_truncate(f->disk, "epoch.0", 10);
    sim_disk_truncate(f->disk, "epoch.1", 10);
    g_autoptr(GError) error = NULL;
    f->spool = vicu_spool_open_on(sim_disk_files(), f->disk, "test", &f->settings, &error);
    g_assert_null(f->spool);
    g_assert_nonnull(strstr(error->message, "move the folder aside"));
}

/* ---- a real disk ---- */

typedef struct {
    GMainLoop *loop;
    unsigned synced;
} Loop;

static void
on_synced(const GError *error, gpointer data)
{
    Loop *loop = data;
    g_assert_no_error(error);
    loop->synced++;
    g_main_loop_quit(loop->loop);
}

static void
test_a_real_folder_is_locked_and_synced_by_the_worker(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_dir_make_tmp("vicu-spool-XXXXXX", &error);
    g_assert_no_error(error);
    VicuSpoolSettings settings = {.max_bytes = 1u << 28};
    VicuSpool *spool = vicu_spool_open(path, &settings, &error);
    g_assert_no_error(error);
    g_autoptr(GError) locked = NULL;
    g_assert_null(vicu_spool_open(path, &settings, &locked));
    g_assert_nonnull(strstr(locked->message, "another process has it"));

    Loop loop = {.loop = g_main_loop_new(NULL, FALSE)};
    VicuSpoolSync *sync = vicu_spool_sync_new(spool, NULL, on_synced, &loop);
    uint64_t epoch = vicu_spool_begin_epoch(spool, 1, &error);
    g_assert_no_error(error);
    for (int i = 0; i < 100; i++) {
        g_assert_cmpuint(vicu_spool_append(spool, "abcdefgh", 8, 1, &error), >, 0);
        vicu_spool_sync_poke(sync);
    }
    g_assert_cmpuint(vicu_spool_synced(spool, epoch), ==, 0);
    g_main_loop_run(loop.loop);
    g_assert_cmpuint(vicu_spool_synced(spool, epoch), ==, 100);
    g_assert_cmpuint(loop.synced, ==, 1); /* grouped */
    vicu_spool_append(spool, "abcdefgh", 8, 1, &error);
    vicu_spool_sync_poke(sync);
    vicu_spool_sync_free(sync); /* with a timer still waiting */
    g_main_loop_unref(loop.loop);
    vicu_spool_free(spool);

    spool = vicu_spool_open(path, &settings, &error);
    g_assert_no_error(error);
    uint32_t crc = 0;
    g_assert_cmpuint(vicu_spool_len(spool, epoch, 101, &crc), ==, 8);
    g_assert_cmpuint(crc, ==, vicu_crc32c(0, "abcdefgh", 8));
    vicu_spool_free(spool);
    vicu_folder_remove(path);
}

static void
test_crc32c_gives_the_published_values(void)
{
    /* RFC 3720, B.4, and the check value of the catalogue of CRCs */
    uint8_t zeros[32] = {0}, ones[32];
    memset(ones, 0xff, sizeof ones);
    g_assert_cmphex(vicu_crc32c(0, "123456789", 9), ==, 0xe3069283u);
    g_assert_cmphex(vicu_crc32c(0, zeros, 32), ==, 0x8a9136aau);
    g_assert_cmphex(vicu_crc32c(0, ones, 32), ==, 0x62a8ab43u);
    g_assert_cmphex(vicu_crc32c(vicu_crc32c(0, "1234", 4), "56789", 5), ==, 0xe3069283u);
}

#define ADD(name) g_test_add("/common/spool/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(gives_back_what_was_appended);
    ADD(refuses_empty_and_too_long);
    ADD(torn_at_every_byte_keeps_what_lies_before);
    ADD(a_flipped_bit_is_never_handed_out);
    ADD(a_damaged_middle_is_a_dropped_run);
    ADD(power_cuts_keep_all_that_was_synced);
    ADD(overflow_leaves_a_dropped_run_that_survives);
    ADD(what_is_too_old_is_dropped);
    ADD(a_batch_that_finds_no_space_is_dropped_under_its_number);
    ADD(a_failed_sync_is_final);
    ADD(trim_removes_segments_and_remembers_numbers);
    ADD(an_adopted_number_lies_above_the_stores_and_the_clock);
    ADD(segments_without_an_epoch_file_are_refused);
    g_test_add_func("/common/spool/a_real_folder_is_locked_and_synced_by_the_worker",
                    test_a_real_folder_is_locked_and_synced_by_the_worker);
    g_test_add_func("/common/spool/crc32c_gives_the_published_values",
                    test_crc32c_gives_the_published_values);
    return g_test_run();
}
