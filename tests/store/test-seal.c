/* Sealing, late samples, roll-up and trimming, with a crash at every point of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/waves.h"

#define DAY (24 * HOUR)

/* A hundred minutes around midnight, ten seconds a batch. */
#define STEP    (10 * SECOND)
#define BATCHES 600
#define START   ((T0_US / DAY + 1) * DAY - 70 * MINUTE)

static void
set_quick(Ward *ward)
{
    StoreHeadSettings settings;

    store_head_settings_init(&settings);
    settings.keep_us = 20 * MINUTE;
    settings.roll.hour_quiet_us = MINUTE;
    settings.roll.day_quiet_us = 2 * MINUTE;
    settings.archive.after_us = 0;
    settings.archive.quiet_us = 2 * MINUTE;
    settings.archive.share_percent = 100;
    store_head_set(ward->head, &settings);
}

/* Some samples come three minutes late, some seventy, some not at all. */
typedef enum { IN_TIME, LATE, VERY_LATE, NEVER } When;

static When
when_of(int stream, uint64_t batch)
{
    uint64_t n = batch * STREAMS + (uint64_t)stream;

    return n % 41 == 7 ? LATE : n % 53 == 11 ? VERY_LATE : n % 97 == 5 ? NEVER : IN_TIME;
}

static void
add_of(Make *make, int stream, uint64_t batch)
{
    StoreSegment segment = wave_segment(stream, START);
    int64_t from_us = START + (int64_t)batch * STEP;

    wave_add(make, stream, store_segment_index(&segment, from_us),
             store_segment_index(&segment, from_us + STEP));
}

static GBytes *
batch_body(uint64_t batch)
{
    Make *make = make_new(START + (int64_t)(batch + 1) * STEP);

    wave_announce(make, START);
    for (int s = 0; s < STREAMS; s++) {
        if (when_of(s, batch) == IN_TIME)
            add_of(make, s, batch);
        if (batch >= 18 && when_of(s, batch - 18) == LATE)
            add_of(make, s, batch - 18);
        if (batch >= 420 && when_of(s, batch - 420) == VERY_LATE)
            add_of(make, s, batch - 420);
        if (batch % 29 == 3 && batch > 40) /* again, what was there before */
            add_of(make, s, batch - 30 - when_of(s, batch - 30) % 2);
    }
    make_numeric(make, "demo/icu/1", HEART, START + (int64_t)batch * STEP, (double)(batch % 90), 0);
    return make_done(make);
}

/* What of @stream has been sent when batches below @n have. */
static uint8_t *
sent_by(int stream, uint64_t n, uint64_t *count)
{
    StoreSegment segment = wave_segment(stream, START);
    *count = store_segment_index(&segment, START + BATCHES * STEP);
    uint8_t *sent = g_malloc0(*count + 1);

    for (uint64_t b = 0; b < n; b++) {
        g_autoptr(GBytes) body = batch_body(b);
        g_autoptr(Vicu__Batch) batch =
            vicu_wire_unpack_batch(g_bytes_get_data(body, NULL), g_bytes_get_size(body), NULL);
        for (size_t w = 0; w < batch->n_wave; w++)
            if (batch->wave[w]->segment == (uint32_t)stream)
                memset(sent + batch->wave[w]->first, 1, batch->wave[w]->samples.len / 2);
    }
    return sent;
}

static void
set_now(Ward *ward, uint64_t batch)
{
    ward->now =
        (StoreNow){START + (int64_t)(batch + 1) * STEP, SECOND + (int64_t)(batch + 1) * STEP};
}

/* Batches @from to @to; each is acknowledged (into @acked) once it is committed. */
static void
feed(Ward *ward, uint64_t from, uint64_t to, volatile uint64_t *acked)
{
    for (uint64_t b = from; b < to; b++) {
        set_now(ward, b);
        g_assert_cmpint(ward_put(ward, 1, 1, b + 1, batch_body(b)), ==, STORE_PUT_TAKEN);
        ward_rest(ward);
        ward_commit(ward);
        if (acked != NULL)
            *acked = b + 1;
        for (int i = 0; i < 3; i++) {
            ward_rest(ward);
            ward_commit(ward);
        }
    }
}

/* Also of a crash after which it is earlier again: both days are over then. */
static void
come_to_rest(Ward *ward)
{
    for (int i = 0; i < 400 || !wave_is_archived(ward) || ward->now.utc_us < START + 2 * DAY; i++) {
        ward_rest(ward);
        ward_commit(ward);
        ward_pass(ward, i % 10 == 0 ? 10 * MINUTE : 5 * SECOND);
        g_assert_cmpint(i, <, 10000);
    }
}

static void
check_all(Ward *ward, uint64_t batches)
{
    int64_t end_us = START + BATCHES * STEP;

    for (int s = 0; s < STREAMS; s++) {
        uint64_t n = 0;
        g_autofree uint8_t *sent = sent_by(s, batches, &n);
        wave_check(ward, s, START, sent, n, START - DAY, end_us + DAY, false);
        wave_check(ward, s, START, sent, n, START - DAY, end_us + DAY, true);
        wave_check(ward, s, START, sent, n, START + 7777, end_us - 20 * MINUTE - 1, true);
        wave_check(ward, s, START, sent, n, end_us - 3 * MINUTE, end_us - MINUTE, true);
    }
}

/* The whole story without a crash; what lies in the files at its end. */
static GBytes *
undisturbed(void)
{
    Ward ward;
    size_t n_late = 0;

    ward_open(&ward);
    set_now(&ward, 0);
    set_quick(&ward);
    ward_epoch(&ward, 1, 1);
    feed(&ward, 0, BATCHES / 2, NULL);
    check_all(&ward, BATCHES / 2);
    feed(&ward, BATCHES / 2, BATCHES, NULL);
    check_all(&ward, BATCHES);
    g_assert_cmpuint(store_head_counts(ward.head)->rolled, >, 0);
    come_to_rest(&ward);
    check_all(&ward, BATCHES);
    g_assert_cmpuint(store_head_trimmed(ward.head), ==, BATCHES + 1);
    GBytes *dump = wave_dump(&ward, &n_late);
    g_assert_cmpuint(n_late, ==, 0);
    g_assert_cmpuint(store_parts_all(store_head_waves(ward.head)->parts)->len, ==, 2); /* days */
    g_assert_cmpuint(wave_count_archived(&ward), >, 30);
    g_assert_cmpuint(store_db_files(ward.db, STORE_WAVE, NULL, NULL), ==, 2);
    ward_close(&ward);
    return dump;
}

static void
seals_rolls_up_and_trims_without_losing_a_sample(void)
{
    g_autoptr(GBytes) a = undisturbed();
    g_autoptr(GBytes) b = undisturbed();

    g_assert_true(g_bytes_equal(a, b));
}

/* ---- crashes ---- */

typedef struct {
    StoreFault fault;
    int left; /* how often it passes by before the end */
} Plan;

static void
die_at(StoreFault fault, gpointer user)
{
    Plan *plan = user;

    if (fault == plan->fault && plan->left-- == 0)
        _exit(77);
}

/* A child dies where @plan says; true when it came there. */
static bool
run_until_crash(const char *dir, Plan plan, volatile uint64_t *acked)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        Ward ward = {.dir = (char *)dir};
        set_now(&ward, 0);
        ward_reopen(&ward);
        set_quick(&ward);
        store_head_set_fault(ward.head, die_at, &plan);
        ward_epoch(&ward, 1, 1);
        feed(&ward, 0, BATCHES, acked);
        come_to_rest(&ward);
        _exit(0);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    g_assert_true(WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 0);
    return WEXITSTATUS(status) == 77;
}

static void
crash_and_go_on(Plan plan, GBytes *want)
{
    volatile uint64_t *acked =
        mmap(NULL, sizeof *acked, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    Ward ward = {.dir = make_folder()};
    VicuFingerprint id = make_sender(1);
    size_t n_late = 0;

    g_assert_true(acked != MAP_FAILED);
    g_test_message("fault %d, time %d", (int)plan.fault, plan.left + 1);
    if (!run_until_crash(ward.dir, plan, acked))
        g_error("fault %d was never reached", (int)plan.fault);
    set_now(&ward, *acked);
    ward_reopen(&ward);
    set_quick(&ward);
    const StoreLane *lane = store_head_lane(ward.head, &id, 1);
    uint64_t have = lane != NULL ? lane->watermark : 0;
    g_assert_cmpuint(have, >=, *acked); /* nothing acknowledged is lost */
    g_assert_cmpuint(have, <=, *acked + 1);
    if (have > 1) /* before, the store knows no such bed */
        check_all(&ward, have);
    if (lane == NULL)
        ward_epoch(&ward, 1, 1);
    feed(&ward, have, BATCHES, NULL);
    check_all(&ward, BATCHES);
    come_to_rest(&ward);
    check_all(&ward, BATCHES);
    g_autoptr(GBytes) dump = wave_dump(&ward, &n_late);
    g_assert_cmpuint(n_late, ==, 0);
    g_assert_true(g_bytes_equal(dump, want));
    ward_close(&ward);
    munmap((void *)acked, sizeof *acked);
}

/* Each point the first time it is reached; at night a later time, too. */
static void
a_crash_at_any_point_loses_nothing_and_doubles_nothing(void)
{
    static const int often[STORE_N_FAULTS] = {
        [STORE_FAULT_BATCH_PUT] = 555,      [STORE_FAULT_BATCH_SYNCED] = 1234,
        [STORE_FAULT_SEAL_WRITTEN] = 66,    [STORE_FAULT_SEAL_INGESTED] = 67,
        [STORE_FAULT_SEAL_PUT] = 68,        [STORE_FAULT_LATE_PUT] = 5,
        [STORE_FAULT_TRIM_PUT] = 20,        [STORE_FAULT_TRIM_SYNCED] = 21,
        [STORE_FAULT_ROLL_INGESTED] = 1,    [STORE_FAULT_ROLL_PUT] = 2,
        [STORE_FAULT_ROLL_COMMITTED] = 2,   [STORE_FAULT_ARCHIVE_BEGUN] = 30,
        [STORE_FAULT_ARCHIVE_INGESTED] = 1,
    };
    g_autoptr(GBytes) want = undisturbed();

    for (int fault = 0; fault < STORE_N_FAULTS; fault++) {
        if (fault == STORE_FAULT_SEAL_BEGUN || fault == STORE_FAULT_RETAIN_PUT) /* not here */
            continue;
        crash_and_go_on((Plan){(StoreFault)fault, 0}, want);
        if (often[fault] > 0 && g_getenv("VICU_NIGHT") != NULL)
            crash_and_go_on((Plan){(StoreFault)fault, often[fault]}, want);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/seal/" #name, name)
    ADD(seals_rolls_up_and_trims_without_losing_a_sample);
    ADD(a_crash_at_any_point_loses_nothing_and_doubles_nothing);
    return g_test_run();
}
