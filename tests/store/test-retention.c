/* Retention of waves by class and place: what goes, what stays, and a crash between.
 *
 * Every sample that was sent is looked for after each step; what is expected is computed
 * from the policy alone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>
#include <unistd.h>

#include "store/steady.h"
#include "store/wave-read.h"
#include "tests/store/ask.h"

#define DAY     (24 * HOUR)
#define START   ((T0_US / DAY + 1) * DAY)
#define STEP    (2 * HOUR)
#define BATCHES 24 /* two days */

/* One minute at a hertz in each batch, @shift after its beginning. */
typedef struct {
    const char *bed;
    Vicu__Origin origin;
    int64_t shift_us;
    int64_t keep_us; /* 0: for ever */
} Kind;

static const Kind kinds[] = {
    {"demo/icu/1", VICU__ORIGIN__ORIGIN_LIVE, 0, DAY},
    {"demo/step/1", VICU__ORIGIN__ORIGIN_LIVE, 0, 6 * HOUR},
    {"demo/icu/2", VICU__ORIGIN__ORIGIN_ARCHIVE, 0, 0},
    {"demo/icu/1", VICU__ORIGIN__ORIGIN_ARCHIVE, 10 * MINUTE, 0}, /* the stream of the first */
};

static StorePolicy *
usual_policy(void)
{
    StorePolicy *policy = store_policy_new((const int64_t[STORE_N_CLASSES]){DAY});

    g_assert_true(store_policy_add(policy, "demo/step", "waves 6h, numerics 0s", NULL));
    return policy;
}

static int16_t
value_of(size_t kind, uint64_t i)
{
    return (int16_t)(i * 7 % 1000 + kind * 2000);
}

static GBytes *
body_of(uint64_t batch)
{
    Make *make = make_new(START + (int64_t)batch * STEP);

    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        int16_t samples[60];
        uint64_t first = batch * (uint64_t)(STEP / SECOND);
        Vicu__Segment *s =
            make_segment(make, (uint32_t)k, kinds[k].bed, ECG_II, START + kinds[k].shift_us, 1, 1);
        s->origin = kinds[k].origin;
        for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
            samples[i] = value_of(k, first + i);
        make_wave(make, (uint32_t)k, first, samples, G_N_ELEMENTS(samples));
    }
    return make_done(make);
}

static void
set_quick(Ward *ward)
{
    StoreHeadSettings settings;

    store_head_settings_init(&settings);
    settings.keep_us = MINUTE;
    settings.seal.margin_us = 0;
    settings.roll.hour_quiet_us = MINUTE;
    settings.roll.day_quiet_us = 2 * MINUTE;
    store_head_set(ward->head, &settings);
}

static void
retain(Ward *ward, const StoreRetainBounds *bounds)
{
    GError *error = NULL;

    ward_commit(ward);
    g_assert_true(store_head_retain(ward->head, bounds, ward->now.utc_us, &error));
    g_assert_no_error(error);
}

/* Until nothing moves any more; hub time passes by some minutes. */
static void
come_to_rest(Ward *ward, const StoreRetainBounds *bounds)
{
    for (int i = 0; i < 120; i++) {
        if (i % 20 == 0)
            retain(ward, bounds);
        ward_rest(ward);
        ward_commit(ward);
        ward_pass(ward, 4 * SECOND);
    }
}

static void
fill(Ward *ward)
{
    store_head_set_policy(ward->head, store_policy_new(NULL));
    set_quick(ward);
    ward_epoch(ward, 1, 1);
    for (uint64_t b = 0; b < BATCHES; b++) {
        ward->now.utc_us = START + (int64_t)b * STEP;
        ward->now.mono_us = SECOND + (int64_t)b * STEP;
        g_assert_cmpint(ward_put(ward, 1, 1, b + 1, body_of(b)), ==, STORE_PUT_TAKEN);
        ward_commit(ward);
        ward_pass(ward, 90 * MINUTE);
        ward_seal(ward);
        ward_seal(ward);
    }
}

static void
set_time(Ward *ward, int64_t since_us)
{
    ward->now.mono_us += MAX(0, START + since_us - ward->now.utc_us);
    ward->now.utc_us = START + since_us;
}

typedef enum { GONE, STAYS, EITHER } Fate;

/* Every sample of @kind that has to be there is, once, and no other. */
static void
check_kind(Ward *ward, size_t kind, const Fate fate[BATCHES])
{
    Answer answer = ask_samples(ward, kinds[kind].bed, ECG_II, START - DAY, START + 4 * DAY);
    uint64_t per = (uint64_t)(STEP / SECOND);
    unsigned got[BATCHES] = {0};

    g_assert_null(answer.refusal);
    for (size_t r = 0; r < answer.rows->n_run; r++) {
        const Vicu__SampleRun *run = answer.rows->run[r];
        if (run->segment->origin != kinds[kind].origin)
            continue;
        for (uint64_t i = 0; i < run->samples.len / 2; i++) {
            int16_t sample;
            uint64_t index = run->first + i;
            memcpy(&sample, run->samples.data + 2 * i, 2);
            g_assert_cmpint(sample, ==, value_of(kind, index));
            g_assert_cmpuint(index % per, <, 60);
            got[index / per]++;
        }
    }
    for (uint64_t b = 0; b < BATCHES; b++)
        if (got[b] != (fate[b] == STAYS ? 60 : 0) && !(fate[b] == EITHER && got[b] == 60))
            g_error("kind %zu, batch %d: %u samples", kind, (int)b, got[b]);
    answer_clear(&answer);
}

/* After come_to_rest(): once a day is over all of it has gone, and nothing goes early;
 * what became an hour's file before may go by the hour. */
static void
check_all(Ward *ward)
{
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        Fate fate[BATCHES];
        int64_t before_us = ward->now.utc_us - kinds[k].keep_us;
        for (int64_t b = 0; b < BATCHES; b++) {
            int64_t hour_end_us = START + ((b * STEP + kinds[k].shift_us) / HOUR + 1) * HOUR;
            int64_t day_end_us = START + (b * STEP / DAY + 1) * DAY;
            fate[b] = kinds[k].keep_us == 0 || hour_end_us > before_us ? STAYS
                      : day_end_us <= before_us                        ? GONE
                                                                       : EITHER;
        }
        check_kind(ward, k, fate);
    }
}

static bool
has_gap(Ward *ward, const char *bed)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryGaps what = VICU__QUERY_GAPS__INIT;
    bool found = false;

    what.bed = (char *)bed;
    what.from_us = START;
    what.to_us = START + HOUR;
    ask.what_case = VICU__QUERY__WHAT_GAPS;
    ask.gaps = &what;
    Answer answer = ask_now(ward, &ask);
    for (size_t i = 0; i < answer.rows->n_gap; i++)
        found = found || strcmp(answer.rows->gap[i]->reason, "dropped by retention") == 0;
    answer_clear(&answer);
    return found;
}

/* Rows of the pyramid stand for rows of waves, hour by hour and stream by stream. */
static void
check_pyramid(Ward *ward)
{
    const GArray *parts = store_parts_all(store_head_waves(ward->head)->parts);
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_WAVE_TREND, NULL, NULL);
    g_autoptr(StoreIter) waves = store_iter_new(ward->db, STORE_WAVE, NULL, NULL);
    g_autoptr(GHashTable) want =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    guint n = 0;

    g_assert_cmpuint(parts->len, >, 0);
    for (; store_iter_valid(waves); store_iter_next(waves)) {
        size_t size = 0;
        StorePlace place = {0};
        const uint8_t *key = store_iter_key(waves, &size);
        g_assert_true(store_read_place(key, size, &place));
        StoreKey row =
            store_wave_trend_key(store_floor(place.minute, STORE_HOUR_MINUTES), place.stream);
        g_hash_table_add(want, g_bytes_new(row.data, row.size));
    }
    for (; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t size = 0;
        const uint8_t *key = store_iter_key(iter, &size);
        g_autoptr(GBytes) row = g_bytes_new(key, size);
        g_assert_true(g_hash_table_contains(want, row));
    }
    g_assert_cmpuint(n, ==, g_hash_table_size(want));
}

static void
each_class_and_place_goes_at_its_own_time(void)
{
    static const StoreRetainBounds none = {0};
    Ward ward;

    ward_open(&ward);
    fill(&ward);
    store_head_set_policy(ward.head, usual_policy());
    g_assert_false(has_gap(&ward, "demo/icu/1"));
    set_time(&ward, 2 * DAY + HOUR);
    come_to_rest(&ward, &none);
    check_all(&ward);
    check_pyramid(&ward);
    g_assert_true(has_gap(&ward, "demo/icu/1"));
    g_assert_true(has_gap(&ward, "demo/step/1"));
    g_assert_false(has_gap(&ward, "demo/icu/2"));
    uint64_t rolled = store_head_counts(ward.head)->rolled;
    come_to_rest(&ward, &none); /* and nothing is made again for nothing */
    g_assert_cmpuint(store_head_counts(ward.head)->rolled, ==, rolled);
    set_time(&ward, 2 * DAY + 7 * HOUR);
    come_to_rest(&ward, &none);
    check_all(&ward);
    ward_shut(&ward);
    ward_reopen(&ward);
    set_quick(&ward);
    store_head_set_policy(ward.head, usual_policy());
    set_time(&ward, 3 * DAY + HOUR);
    come_to_rest(&ward, &none);
    check_all(&ward);
    check_pyramid(&ward);
    g_assert_cmpuint(store_parts_all(store_head_waves(ward.head)->parts)->len, ==, 2);
    store_head_set_policy(ward.head,
                          store_policy_new((const int64_t[STORE_N_CLASSES]){DAY, 0, 0, HOUR}));
    come_to_rest(&ward, &none);
    g_assert_cmpuint(store_parts_all(store_head_waves(ward.head)->parts)->len, ==, 0);
    g_assert_cmpuint(store_db_files(ward.db, STORE_WAVE, NULL, NULL), ==, 0);
    g_assert_true(has_gap(&ward, "demo/icu/2"));
    ward_close(&ward);
}

/* Of two days the older one goes, of the class that takes too much and of no other. */
static void
a_quota_of_one_class_leaves_the_other_alone(void)
{
    Ward ward;
    Fate none[BATCHES], second[BATCHES], all[BATCHES];

    for (int b = 0; b < BATCHES; b++) {
        none[b] = GONE;
        second[b] = b >= BATCHES / 2 ? STAYS : GONE;
        all[b] = STAYS;
    }
    ward_open(&ward);
    fill(&ward);
    set_time(&ward, 2 * DAY + HOUR);
    come_to_rest(&ward, &(StoreRetainBounds){0});
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
        check_kind(&ward, k, all);
    come_to_rest(&ward, &(StoreRetainBounds){.waves_bytes = 1});
    check_kind(&ward, 0, second);
    check_kind(&ward, 1, second);
    check_kind(&ward, 2, all);
    check_kind(&ward, 3, all);
    check_pyramid(&ward);
    come_to_rest(&ward, &(StoreRetainBounds){.imported_bytes = 1});
    check_kind(&ward, 0, second);
    check_kind(&ward, 2, second);
    check_kind(&ward, 3, second);
    g_assert_cmpuint(store_parts_all(store_head_waves(ward.head)->parts)->len, ==, 1);
    store_head_set_policy(ward.head,
                          store_policy_new((const int64_t[STORE_N_CLASSES]){HOUR, 0, 0, HOUR}));
    come_to_rest(&ward, &(StoreRetainBounds){0});
    check_kind(&ward, 0, none);
    ward_close(&ward);
}

/* ---- crashes ---- */

typedef struct {
    StoreFault fault;
    int left;
} Plan;

static void
die_at(StoreFault fault, gpointer user)
{
    Plan *plan = user;

    if (fault == plan->fault && plan->left-- == 0)
        _exit(77);
}

static void
wake(Ward *ward)
{
    ward->now = (StoreNow){START + 2 * DAY + HOUR, SECOND};
    ward_reopen(ward);
    set_quick(ward);
    store_head_set_policy(ward->head, usual_policy());
}

static void
crash_and_go_on(Plan plan)
{
    static const StoreRetainBounds none = {0};
    Ward ward;
    int status = 0;

    ward_open(&ward);
    fill(&ward);
    ward_shut(&ward);
    pid_t child = fork();
    if (child == 0) {
        wake(&ward);
        store_head_set_fault(ward.head, die_at, &plan);
        come_to_rest(&ward, &none);
        _exit(0);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != 77)
        g_error("fault %d was never reached", (int)plan.fault);
    wake(&ward);
    come_to_rest(&ward, &none);
    check_all(&ward);
    check_pyramid(&ward);
    g_assert_true(has_gap(&ward, "demo/step/1"));
    ward_close(&ward);
}

static void
a_crash_while_rows_are_left_out_loses_no_others(void)
{
    static const StoreFault faults[] = {STORE_FAULT_ROLL_INGESTED, STORE_FAULT_ROLL_PUT,
                                        STORE_FAULT_ROLL_COMMITTED, STORE_FAULT_RETAIN_PUT};

    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
        crash_and_go_on((Plan){faults[i], i % 2 == 0 ? 0 : 1});
}

/* ---- the policy ---- */

static void
the_narrowest_place_decides(void)
{
    g_autoptr(StorePolicy) policy =
        store_policy_new((const int64_t[STORE_N_CLASSES]){3 * DAY, 0, 9 * DAY, 0});
    g_autoptr(StorePolicy) other = store_policy_new(NULL);

    g_assert_true(store_policy_add(policy, "a", "waves 24h", NULL));
    g_assert_true(store_policy_add(policy, "a/icu", "numerics 30d , waves 0s", NULL));
    g_assert_true(store_policy_add(policy, "a/icu/7", "waves 2h", NULL));
#define KEEP(class, bed) store_policy_keep_us(policy, STORE_CLASS_##class, bed)
    g_assert_cmpint(KEEP(WAVES, "b/icu/7"), ==, 3 * DAY);
    g_assert_cmpint(KEEP(WAVES, "a/step/7"), ==, DAY);
    g_assert_cmpint(KEEP(WAVES, "a/icu/1"), ==, STORE_KEEP_EVER);
    g_assert_cmpint(KEEP(WAVES, "a/icu/7"), ==, 2 * HOUR);
    g_assert_cmpint(KEEP(WAVES, "a/icu/77"), ==, STORE_KEEP_EVER); /* no part of a name */
    g_assert_cmpint(KEEP(WAVES, "ab/icu/7"), ==, 3 * DAY);
    g_assert_cmpint(KEEP(NUMERICS, "a/icu/7"), ==, 30 * DAY);
    g_assert_cmpint(KEEP(NUMERICS, "a/step/7"), ==, STORE_KEEP_EVER);
    g_assert_cmpint(KEEP(EVENTS, "a/icu/7"), ==, 9 * DAY);
    g_assert_cmpint(store_policy_shortest_us(policy, STORE_CLASS_WAVES), ==, 2 * HOUR);
    g_assert_cmpint(store_policy_longest_us(policy, STORE_CLASS_WAVES), ==, STORE_KEEP_EVER);
    g_assert_cmpuint(store_policy_waves_id(policy), !=, store_policy_waves_id(other));
    uint32_t before = store_policy_waves_id(other);
    g_assert_true(store_policy_add(other, "a", "events 30d", NULL));
    g_assert_cmpuint(store_policy_waves_id(other), ==, before);
}

static void
a_place_that_makes_no_sense_is_refused_with_its_name(void)
{
    static const char *const bad[][3] = {
        {"a/b/c/d", "waves 2h", "a/b/c/d"}, {"a//b", "waves 2h", "site/unit"},
        {"", "waves 2h", "site/unit"},      {"a", "", "no class"},
        {"a", "wave 2h", "\"wave\""},       {"a", "waves", "duration"},
        {"a", "waves 2", "duration"},       {"a", "waves 30min", "1h"},
        {"a", "waves 9000d", "outside"},    {"a", "waves 2h, waves 3h", "twice"},
        {"a", "waves 2h,", "no class"},     {"a", "audit 2h", "\"audit\""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(StorePolicy) policy = store_policy_new(NULL);
        g_autoptr(GError) error = NULL;
        uint32_t before = store_policy_waves_id(policy);
        g_assert_false(store_policy_add(policy, bad[i][0], bad[i][1], &error));
        if (strstr(error->message, bad[i][2]) == NULL)
            g_error("\"%s\" lacks \"%s\"", error->message, bad[i][2]);
        g_assert_nonnull(strstr(error->message, "[retention-sites]"));
        g_assert_cmpuint(store_policy_waves_id(policy), ==, before);
    }
}

/* ---- the clock ---- */

static void
a_clock_that_leaps_ahead_is_not_believed_for_a_day(void)
{
    StoreSteady steady = {0};
    StoreNow now = {T0_US, SECOND};

    for (int i = 0; i < 3; i++, now.utc_us += HOUR, now.mono_us += HOUR)
        g_assert_true(store_steady_look(&steady, now));
    now.utc_us += 50 * MINUTE; /* little by little is no leap */
    g_assert_true(store_steady_look(&steady, now));
    now.utc_us += 50 * MINUTE;
    g_assert_true(store_steady_look(&steady, now));
    now.utc_us += 3000 * DAY;
    for (int i = 0; i < 24; i++, now.utc_us += HOUR, now.mono_us += HOUR)
        g_assert_false(store_steady_look(&steady, now));
    g_assert_true(store_steady_look(&steady, now)); /* it seems to be the time */
    now.utc_us += 2 * HOUR;
    g_assert_false(store_steady_look(&steady, now));
    now.utc_us -= 2 * HOUR; /* taken back */
    g_assert_true(store_steady_look(&steady, now));
    now.utc_us += 2 * HOUR; /* a day is counted from the leap at hand */
    now.mono_us += MINUTE;
    g_assert_false(store_steady_look(&steady, now));
    now.utc_us -= 3000 * DAY;
    g_assert_true(store_steady_look(&steady, now));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/retention/" #name, name)
    ADD(the_narrowest_place_decides);
    ADD(a_place_that_makes_no_sense_is_refused_with_its_name);
    ADD(a_clock_that_leaps_ahead_is_not_believed_for_a_day);
    ADD(each_class_and_place_goes_at_its_own_time);
    ADD(a_quota_of_one_class_leaves_the_other_alone);
    ADD(a_crash_while_rows_are_left_out_loses_no_others);
    return g_test_run();
}
