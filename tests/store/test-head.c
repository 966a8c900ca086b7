/* The head: what is taken, what is refused, and what a crash leaves.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "tests/store/make.h"

static GBytes *
tick(uint64_t n)
{
    Make *make = make_new(T0_US + (int64_t)n * 40000);
    int16_t samples[10];

    for (int i = 0; i < 10; i++)
        samples[i] = (int16_t)(n * 10 + (uint64_t)i);
    if (n % 25 == 1)
        make_segment(make, 7, "demo/icu/1", ECG_II, T0_US, 1, 250);
    make_wave(make, 7, (n - 1) * 10, samples, 10);
    if (n % 25 == 0)
        make_numeric(make, "demo/icu/1", HEART, T0_US + (int64_t)n * 40000, 60 + (double)n, 0);
    return make_done(make);
}

static uint64_t
watermark(const Ward *ward, uint8_t sender, uint64_t epoch)
{
    VicuFingerprint id = make_sender(sender);
    const StoreLane *lane = store_head_lane(ward->head, &id, epoch);

    return lane != NULL ? lane->watermark : G_MAXUINT64;
}

static void
takes_each_batch_once_and_in_order(void)
{
    Ward ward;

    ward_open(&ward);
    g_assert_cmpint(ward_put(&ward, 1, 5, 1, tick(1)), ==, STORE_PUT_NO_EPOCH);
    ward_epoch(&ward, 1, 5);
    g_assert_cmpint(ward_put(&ward, 1, 5, 2, tick(2)), ==, STORE_PUT_HOLE);
    g_assert_cmpint(ward_put(&ward, 1, 5, 1, tick(1)), ==, STORE_PUT_TAKEN);
    g_assert_cmpint(ward_put(&ward, 1, 5, 1, tick(1)), ==, STORE_PUT_DUPLICATE);
    g_assert_cmpint(ward_put(&ward, 1, 5, 2, tick(2)), ==, STORE_PUT_TAKEN);
    g_assert_cmpint(ward_put(&ward, 1, 6, 3, tick(3)), ==, STORE_PUT_NO_EPOCH);
    g_assert_cmpuint(watermark(&ward, 1, 5), ==, 2);
    g_assert_cmpuint(store_head_counts(ward.head)->batches, ==, 2);
    g_assert_cmpuint(store_head_counts(ward.head)->duplicates, ==, 1);
    g_assert_cmpuint(store_head_counts(ward.head)->holes, ==, 1);
    ward_close(&ward);
}

static void
a_body_is_read_back_byte_for_byte(void)
{
    Ward ward;
    g_auto(StoreValue) value = {0};
    const uint8_t *body = NULL;
    size_t size = 0;
    g_autoptr(GError) error = NULL;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    ward_put(&ward, 1, 1, 1, tick(1));
    g_assert_cmpint(store_head_read(ward.head, 1, &value, &body, &size, &error), ==, STORE_ABSENT);
    g_assert_cmpuint(store_head_committed(ward.head), ==, 0);
    ward_commit(&ward);
    g_assert_cmpuint(store_head_committed(ward.head), ==, 1);
    g_assert_cmpint(store_head_read(ward.head, 1, &value, &body, &size, &error), ==, STORE_FOUND);
    g_autoptr(GBytes) sent = tick(1);
    assert_same_bytes(body, size, g_bytes_get_data(sent, NULL), g_bytes_get_size(sent));
    store_value_clear(&value);
    ward_close(&ward);
}

/* What was not committed is gone after a restart, watermark and batch alike. */
static void
a_batch_and_its_watermark_stand_or_fall_together(void)
{
    Ward ward;
    g_auto(StoreValue) value = {0};
    const uint8_t *body = NULL;
    size_t size = 0;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    ward_put(&ward, 1, 1, 1, tick(1));
    ward_commit(&ward);
    ward_put(&ward, 1, 1, 2, tick(2));
    ward_shut(&ward); /* without commit */
    ward_reopen(&ward);
    g_assert_cmpuint(watermark(&ward, 1, 1), ==, 1);
    g_assert_cmpint(store_head_read(ward.head, 2, &value, &body, &size, NULL), ==, STORE_ABSENT);
    g_assert_cmpint(ward_put(&ward, 1, 1, 2, tick(2)), ==, STORE_PUT_TAKEN);
    ward_close(&ward);
}

/* A child takes batches and dies of SIGKILL right after a commit. */
static void
what_was_committed_survives_a_kill(void)
{
    Ward ward;
    int status = 0;

    ward.dir = make_folder();
    ward.now = (StoreNow){T0_US, SECOND};
    pid_t child = fork();
    if (child == 0) {
        ward_reopen(&ward);
        ward_epoch(&ward, 1, 1);
        for (uint64_t n = 1; n <= 120; n++) {
            g_assert_cmpint(ward_put(&ward, 1, 1, n, tick(n)), ==, STORE_PUT_TAKEN);
            ward_pass(&ward, 40000);
        }
        ward_commit(&ward);
        ward_put(&ward, 1, 1, 121, tick(121));
        kill(getpid(), SIGKILL);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    ward_reopen(&ward);
    g_assert_cmpuint(watermark(&ward, 1, 1), ==, 120);
    g_assert_cmpuint(store_head_counts(ward.head)->replayed, ==, 120);
    const StoreStream *wave =
        store_streams_find(store_head_streams(ward.head), "demo/icu/1", ECG_II, 0, true);
    g_assert_nonnull(wave);
    g_assert_cmpint(wave->first_us, ==, T0_US);
    g_assert_cmpint(wave->last_us, ==, T0_US + 1199 * 4000);
    VicuFingerprint id = make_sender(1);
    const StoreLane *lane = store_head_lane(ward.head, &id, 1);
    g_assert_cmpuint(store_numeric_count(lane->numeric), ==, 4);
    for (uint64_t n = 1; n <= 120; n++) {
        g_auto(StoreValue) value = {0};
        const uint8_t *body = NULL;
        size_t size = 0;
        g_autoptr(GBytes) sent = tick(n);
        g_assert_cmpint(store_head_read(ward.head, n, &value, &body, &size, NULL), ==, STORE_FOUND);
        assert_same_bytes(body, size, g_bytes_get_data(sent, NULL), g_bytes_get_size(sent));
    }
    ward_close(&ward);
}

static void
a_restart_after_a_checkpoint_reads_nothing_again(void)
{
    Ward ward;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    for (uint64_t n = 1; n <= 50; n++)
        ward_put(&ward, 1, 1, n, tick(n));
    ward_pass(&ward, 61 * SECOND);
    ward_seal(&ward);
    ward_shut(&ward);
    ward_reopen(&ward);
    g_assert_cmpuint(store_head_counts(ward.head)->replayed, ==, 0);
    g_assert_cmpuint(watermark(&ward, 1, 1), ==, 50);
    const StoreStream *numeric =
        store_streams_find(store_head_streams(ward.head), "demo/icu/1", HEART, 0, false);
    g_assert_nonnull(numeric);
    g_assert_cmpint(numeric->last_us, ==, T0_US + 50 * 40000);
    g_assert_cmpint(ward_put(&ward, 1, 1, 51, tick(51)), ==, STORE_PUT_TAKEN);
    ward_close(&ward);
}

static void
an_ended_epoch_takes_nothing_more(void)
{
    Ward ward;
    VicuFingerprint id = make_sender(1);

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    ward_put(&ward, 1, 1, 1, tick(1));
    store_head_ended(ward.head, &id, 1);
    ward_epoch(&ward, 1, 2);
    ward_commit(&ward);
    g_assert_cmpint(ward_put(&ward, 1, 1, 2, tick(2)), ==, STORE_PUT_NO_EPOCH);
    ward_shut(&ward);
    ward_reopen(&ward);
    g_assert_cmpint(ward_put(&ward, 1, 1, 2, tick(2)), ==, STORE_PUT_NO_EPOCH);
    g_assert_cmpuint(watermark(&ward, 1, 2), ==, 0);
    ward_close(&ward);
}

static void
two_epochs_of_one_sender_stand_side_by_side(void)
{
    Ward ward;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    ward_epoch(&ward, 1, 2);
    g_assert_cmpint(ward_put(&ward, 1, 2, 1, tick(1)), ==, STORE_PUT_TAKEN);
    g_assert_cmpint(ward_put(&ward, 1, 1, 1, tick(1)), ==, STORE_PUT_TAKEN);
    g_assert_cmpint(ward_put(&ward, 1, 1, 2, tick(2)), ==, STORE_PUT_TAKEN);
    g_assert_cmpint(ward_put(&ward, 2, 1, 1, tick(1)), ==, STORE_PUT_NO_EPOCH);
    g_assert_cmpuint(watermark(&ward, 1, 1), ==, 2);
    g_assert_cmpuint(watermark(&ward, 1, 2), ==, 1);
    ward_close(&ward);
}

static void
what_a_spool_gave_up_is_told_and_passed(void)
{
    Ward ward;
    VicuFingerprint id = make_sender(1);

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    ward_put(&ward, 1, 1, 1, tick(1));
    g_assert_cmpint(store_head_dropped(ward.head, &id, 1, 3, 9, 0, 0, "full", ward.now), ==,
                    STORE_PUT_HOLE);
    g_assert_cmpint(store_head_dropped(ward.head, &id, 1, 2, 9, T0_US + SECOND, T0_US + 2 * SECOND,
                                       "full", ward.now),
                    ==, STORE_PUT_TAKEN);
    g_assert_cmpint(store_head_dropped(ward.head, &id, 1, 2, 9, 0, 0, "full", ward.now), ==,
                    STORE_PUT_DUPLICATE);
    g_assert_cmpint(ward_put(&ward, 1, 1, 10, tick(10)), ==, STORE_PUT_TAKEN);
    g_assert_cmpuint(store_head_counts(ward.head)->dropped, ==, 8);
    ward_commit(&ward);
    /* one event, and one gap for the only bed of this sender */
    g_autoptr(StoreIter) iter = store_iter_new(ward.db, STORE_EVENTS, NULL, NULL);
    int events = 0, gaps = 0;
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        uint8_t tag = store_iter_key(iter, &size)[0];
        events += tag == 'e';
        gaps += tag == 'g';
    }
    g_assert_cmpint(events, ==, 1);
    g_assert_cmpint(gaps, ==, 1);
    g_clear_pointer(&iter, store_iter_free);
    ward_close(&ward);
}

static void
a_body_that_cannot_be_read_is_kept_and_told(void)
{
    Ward ward;
    static const uint8_t noise[] = {0x1a, 0xff, 0x01, 0x02};
    g_auto(StoreValue) value = {0};
    const uint8_t *body = NULL;
    size_t size = 0;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    g_assert_cmpint(ward_put(&ward, 1, 1, 1, g_bytes_new_static(noise, sizeof noise)), ==,
                    STORE_PUT_TAKEN);
    ward_commit(&ward);
    g_assert_cmpuint(store_head_counts(ward.head)->lane.unreadable, ==, 1);
    g_assert_cmpint(store_head_read(ward.head, 1, &value, &body, &size, NULL), ==, STORE_FOUND);
    assert_same_bytes(body, size, noise, sizeof noise);
    g_autoptr(StoreIter) iter = store_iter_new(ward.db, STORE_EVENTS, NULL, NULL);
    g_assert_true(store_iter_valid(iter));
    g_clear_pointer(&iter, store_iter_free);
    store_value_clear(&value);
    ward_close(&ward);
}

static void
a_segment_that_contradicts_itself_is_refused(void)
{
    Ward ward;
    int16_t sample = 1;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    ward_put(&ward, 1, 1, 1, tick(1));
    Make *make = make_new(T0_US);
    make_segment(make, 7, "demo/icu/2", ECG_II, T0_US, 1, 250);
    make_wave(make, 7, 10, &sample, 1);
    make_wave(make, 99, 0, &sample, 1);
    ward_put(&ward, 1, 1, 2, make_done(make));
    g_assert_cmpuint(store_head_counts(ward.head)->lane.changed_segments, ==, 1);
    g_assert_cmpuint(store_head_counts(ward.head)->lane.unknown_segments, ==, 1);
    g_assert_false(store_streams_has_bed(store_head_streams(ward.head), "demo/icu/2"));
    ward_close(&ward);
}

/* Once everything in them is stored otherwise and their time is over. */
static void
old_batches_are_trimmed_and_not_before(void)
{
    Ward ward;
    g_auto(StoreValue) value = {0};
    const uint8_t *body = NULL;
    size_t size = 0;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    for (uint64_t n = 1; n <= 50; n++) {
        ward_put(&ward, 1, 1, n, tick(n));
        ward_rest(&ward);
        ward_pass(&ward, 40000);
    }
    for (int i = 0; i < 100; i++) {
        ward_seal(&ward);
        ward_pass(&ward, 10 * SECOND);
        if (i == 50)
            g_assert_cmpuint(store_head_trimmed(ward.head), ==, 0); /* 500 s */
    }
    g_assert_cmpuint(store_head_trimmed(ward.head), ==, 51);
    g_assert_cmpint(store_head_read(ward.head, 50, &value, &body, &size, NULL), ==, STORE_ABSENT);
    ward_shut(&ward);
    ward_reopen(&ward);
    g_assert_cmpint(store_head_read(ward.head, 50, &value, &body, &size, NULL), ==, STORE_ABSENT);
    g_assert_cmpuint(watermark(&ward, 1, 1), ==, 50);
    g_assert_cmpint(ward_put(&ward, 1, 1, 51, tick(51)), ==, STORE_PUT_TAKEN);
    ward_commit(&ward);
    g_assert_cmpint(store_head_read(ward.head, 51, &value, &body, &size, NULL), ==, STORE_FOUND);
    store_value_clear(&value);
    ward_close(&ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/head/takes_each_batch_once_and_in_order",
                    takes_each_batch_once_and_in_order);
    g_test_add_func("/store/head/a_body_is_read_back_byte_for_byte",
                    a_body_is_read_back_byte_for_byte);
    g_test_add_func("/store/head/a_batch_and_its_watermark_stand_or_fall_together",
                    a_batch_and_its_watermark_stand_or_fall_together);
    g_test_add_func("/store/head/what_was_committed_survives_a_kill",
                    what_was_committed_survives_a_kill);
    g_test_add_func("/store/head/a_restart_after_a_checkpoint_reads_nothing_again",
                    a_restart_after_a_checkpoint_reads_nothing_again);
    g_test_add_func("/store/head/an_ended_epoch_takes_nothing_more",
                    an_ended_epoch_takes_nothing_more);
    g_test_add_func("/store/head/two_epochs_of_one_sender_stand_side_by_side",
                    two_epochs_of_one_sender_stand_side_by_side);
    g_test_add_func("/store/head/what_a_spool_gave_up_is_told_and_passed",
                    what_a_spool_gave_up_is_told_and_passed);
    g_test_add_func("/store/head/a_body_that_cannot_be_read_is_kept_and_told",
                    a_body_that_cannot_be_read_is_kept_and_told);
    g_test_add_func("/store/head/a_segment_that_contradicts_itself_is_refused",
                    a_segment_that_contradicts_itself_is_refused);
    g_test_add_func("/store/head/old_batches_are_trimmed_and_not_before",
                    old_batches_are_trimmed_and_not_before);
    return g_test_run();
}
