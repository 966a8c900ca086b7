/* Sealed numerics: everything comes back exactly once, and columns are those of every
 * value by itself, whatever the store did between.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "common/numeric-times.h"
#include "common/trend-rows.h"
#include "store/query.h"
#include "tests/store/ask.h"
#include "tests/store/make.h"

#define PULSE  149530u
#define BLOCK  (4096 * SECOND)
#define N_BEDS 3

static const char *const beds[N_BEDS] = {"demo/icu/1", "demo/icu/2", "demo/icu/11"};
static const uint32_t codes[2] = {HEART, PULSE};

/* ---- an oracle: all that was sent ---- */

typedef struct {
    const char *bed;
    uint32_t code;
    uint32_t channel;
    Vicu__Source source;
    Vicu__Origin origin;
    int64_t t_us;
    double value;
    Vicu__Quality quality;
    uint32_t period_ms;
    int64_t source_us, received_us; /* both 0: not told */
    bool seen;
} Sent;

typedef struct {
    Ward ward;
    GArray *sent; /* Sent */
    Make *make;   /* the batch at hand */
    uint64_t sequence[3];
} World;

static void
world_open(World *world)
{
    *world = (World){0};
    ward_open(&world->ward);
    world->sent = g_array_new(FALSE, FALSE, sizeof(Sent));
    ward_epoch(&world->ward, 1, 1);
    ward_epoch(&world->ward, 2, 1);
}

static void
world_close(World *world)
{
    ward_close(&world->ward);
    g_array_unref(world->sent);
}

static void
say(World *world, const Sent *s)
{
    if (world->make == NULL)
        world->make = make_new(s->t_us);
    make_numeric(world->make, s->bed, s->code, s->t_us, s->value, s->quality);
    GPtrArray *all = world->make->owned[2];
    Vicu__Numerics *n = all->pdata[all->len - 1];
    n->source = s->source;
    n->origin = s->origin;
    n->period_ms[0] = s->period_ms;
    n->n_channel = 1;
    n->channel = malloc(sizeof *n->channel);
    n->channel[0] = s->channel;
    if (s->source_us != 0 && s->received_us != 0) {
        int64_t *source_us = malloc(sizeof *source_us), *received_us = malloc(sizeof *received_us);
        *source_us = s->source_us;
        *received_us = s->received_us;
        vicu_numeric_times_set(n, source_us, received_us);
    }
    g_array_append_val(world->sent, *s);
}

static void
deliver(World *world, uint8_t sender)
{
    if (world->make == NULL)
        return;
    GBytes *packed = make_done(g_steal_pointer(&world->make));
    g_assert_cmpint(ward_put(&world->ward, sender, 1, ++world->sequence[sender], packed), ==,
                    STORE_PUT_TAKEN);
}

static Sent
value_of(int bed, int code, int64_t t_us)
{
    return (Sent){
        .bed = beds[bed],
        .code = codes[code],
        .origin = VICU__ORIGIN__ORIGIN_LIVE,
        .t_us = t_us,
        .value = g_test_rand_int_range(40, 180),
        .period_ms = 1000,
    };
}

/* A tick and its commit, until the store has nothing more to seal. */
static void
let_it_work(World *world)
{
    StoreTrend *trend = store_head_trend(world->ward.head);
    uint64_t before;

    do {
        before = store_trend_counts(trend)->slices;
        store_head_tick(world->ward.head, world->ward.now);
        ward_commit(&world->ward);
    } while (store_trend_counts(trend)->slices > before);
}

/* Time passes by the minute, so that lanes flush and blocks become due. */
static void
pass(World *world, int64_t us)
{
    for (; us > 0; us -= MINUTE) {
        ward_pass(&world->ward, MIN(us, MINUTE));
        let_it_work(world);
    }
}

static void
restart(World *world)
{
    ward_shut(&world->ward);
    ward_reopen(&world->ward);
}

static size_t
rows_of(World *world, StoreFamily family)
{
    g_autoptr(StoreIter) iter = store_iter_new(world->ward.db, family, NULL, NULL);
    size_t n = 0;

    for (; store_iter_valid(iter); store_iter_next(iter))
        n++;
    return n;
}

/* ---- checks ---- */

static bool
same_as(const Sent *s, const Vicu__Numerics *n, size_t i)
{
    return !s->seen && s->t_us == n->t_us[i] && s->code == n->code[i]
           && memcmp(&s->value, &n->value[i], sizeof s->value) == 0
           && s->quality == (n->n_quality > 0 ? n->quality[i] : 0)
           && s->period_ms == (n->n_period_ms > 0 ? n->period_ms[i] : 0)
           && s->channel == (n->n_channel > 0 ? n->channel[i] : 0) && s->source == n->source
           && s->source_us == vicu_numeric_source_us(n, i)
           && s->received_us == vicu_numeric_received_us(n, i) && s->origin == n->origin
           && strcmp(s->bed, n->bed) == 0;
}

/* Values of one series come in order of time. */
static void
check_order(const Vicu__QueryRows *rows)
{
    for (size_t r = 0; r < rows->n_numerics; r++)
        for (size_t i = 1; i < rows->numerics[r]->n_t_us; i++)
            g_assert_cmpint(rows->numerics[r]->t_us[i - 1], <=, rows->numerics[r]->t_us[i]);
}

static void
check_numerics(World *world, const char *bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    Answer answer = ask_numerics(&world->ward, bed, code, from_us, to_us);
    GHashTable *by_time =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    size_t wanted = 0, got = 0;

    g_assert_null(answer.refusal);
    for (guint i = 0; i < world->sent->len; i++) {
        Sent *s = &g_array_index(world->sent, Sent, i);
        s->seen = false;
        if (strcmp(s->bed, bed) != 0 || (code != 0 && s->code != code) || s->t_us < from_us
            || s->t_us >= to_us)
            continue;
        GPtrArray *there = g_hash_table_lookup(by_time, &s->t_us);
        if (there == NULL) {
            there = g_ptr_array_new();
            g_hash_table_insert(by_time, &s->t_us, there);
        }
        g_ptr_array_add(there, s);
        wanted++;
    }
    for (size_t r = 0; r < answer.rows->n_numerics; r++) {
        const Vicu__Numerics *n = answer.rows->numerics[r];
        for (size_t i = 0; i < n->n_code; i++, got++) {
            GPtrArray *there = g_hash_table_lookup(by_time, &n->t_us[i]);
            bool found = false;
            for (guint k = 0; there != NULL && k < there->len && !found; k++) {
                found = same_as(there->pdata[k], n, i);
                ((Sent *)there->pdata[k])->seen |= found;
            }
            g_assert_true(found);
        }
    }
    g_assert_cmpuint(got, ==, wanted);
    check_order(answer.rows);
    g_hash_table_unref(by_time);
    answer_clear(&answer);
}

typedef struct {
    double min, max, sum, covered_us;
    uint64_t n;
} Brute;

static bool
was_ever_sent(const World *world, const char *bed, uint32_t code)
{
    for (guint i = 0; i < world->sent->len; i++) {
        const Sent *s = &g_array_index(world->sent, Sent, i);
        if (strcmp(s->bed, bed) == 0 && s->code == code && s->channel == 0)
            return true;
    }
    return false;
}

/* Columns from every value that was sent; @start has one more than there are columns. */
static Brute *
brute_force(const World *world,
            const char *bed,
            uint32_t code,
            uint32_t channel,
            const int64_t *start,
            size_t n)
{
    Brute *all = g_new0(Brute, n);

    for (guint i = 0; i < world->sent->len; i++) {
        const Sent *s = &g_array_index(world->sent, Sent, i);
        if (strcmp(s->bed, bed) != 0 || s->code != code || s->channel != channel
            || s->quality == VICU__QUALITY__QUALITY_INVALID || s->t_us < start[0]
            || s->t_us >= start[n])
            continue;
        size_t low = 0, high = n - 1;
        while (low < high) {
            size_t middle = (low + high + 1) / 2;
            if (start[middle] <= s->t_us)
                low = middle;
            else
                high = middle - 1;
        }
        Brute *b = &all[low];
        b->min = b->n == 0 ? s->value : MIN(b->min, s->value);
        b->max = b->n == 0 ? s->value : MAX(b->max, s->value);
        b->sum += s->value;
        b->covered_us += s->period_ms > 0 ? 1e3 * s->period_ms : 1e6; /* the table's for both */
        b->n++;
    }
    return all;
}

static void
check_columns(
    World *world, const char *bed, uint32_t code, int64_t from_us, int64_t to_us, uint32_t columns)
{
    Answer answer = ask_columns(&world->ward, bed, code, from_us, to_us, columns);
    g_autofree int64_t *start = g_new(int64_t, columns + 1);

    g_assert_null(answer.refusal);
    g_assert_cmpuint(answer.rows->n_column, ==, columns);
    for (uint32_t c = 0; c < columns; c++)
        start[c] = answer.rows->column[c]->t_us;
    start[columns] = to_us;
    g_assert_cmpint(start[0], ==, from_us);
    g_autofree Brute *brute = brute_force(world, bed, code, 0, start, columns);
    for (uint32_t c = 0; c < columns; c++) {
        const Vicu__Column *column = answer.rows->column[c];
        double width_us = (double)(start[c + 1] - start[c]);
        g_assert_cmpfloat_with_epsilon((double)column->coverage,
                                       MIN(1, brute[c].covered_us / width_us), 1e-6);
        if (brute[c].n == 0)
            continue;
        g_assert_cmpfloat(column->coverage, >, 0);
        g_assert_cmpfloat(column->min, ==, brute[c].min);
        g_assert_cmpfloat(column->max, ==, brute[c].max);
        g_assert_cmpfloat_with_epsilon(column->mean, brute[c].sum / (double)brute[c].n, 1e-9);
    }
    answer_clear(&answer);
}

static void
check_trend_of_bed(const World *world, const Vicu__TrendRows *rows, uint32_t code)
{
    g_autofree int64_t *start = g_new(int64_t, rows->columns + 1);
    g_autoptr(GError) error = NULL;
    VicuTrend trend;

    g_assert_true(vicu_trend_init(&trend, rows, &error));
    g_assert_no_error(error);
    vicu_trend_borders(&trend, start);
    for (guint c = 0; c < trend.columns; c++)
        g_assert_cmpint(start[c], <, start[c + 1]);
    g_assert_cmpint(start[0], <=, rows->from_us);
    g_assert_cmpint(start[0], >, rows->from_us - MAX(rows->level_us, 1));
    g_assert_cmpint(start[trend.columns], >=, rows->to_us);
    g_assert_cmpint(start[trend.columns], <, rows->to_us + MAX(rows->level_us, 1));
    g_autofree Brute *brute = brute_force(world, rows->bed, code, 0, start, trend.columns);
    for (guint c = 0; c < trend.columns; c++) {
        VicuTrendColumn column = vicu_trend_column(&trend, c);
        double part = MIN(1, brute[c].covered_us / (double)(start[c + 1] - start[c]));
        if (brute[c].n == 0) {
            g_assert_cmpfloat(column.coverage, ==, 0);
            continue;
        }
        g_assert_cmpfloat(fabs(column.coverage - part), <=, 1.0 / 255);
        g_assert_cmpfloat(column.coverage, >, 0);
        g_assert_cmpint(column.coverage >= 1, ==, part >= 1);
        g_assert_cmpfloat(column.min, ==, brute[c].min);
        g_assert_cmpfloat(column.max, ==, brute[c].max);
        g_assert_cmpfloat_with_epsilon(column.mean, brute[c].sum / (double)brute[c].n, 1e-4);
    }
}

static void
check_trend(World *world, uint32_t code, int64_t from_us, int64_t to_us, uint32_t columns)
{
    Answer answer = ask_trend(&world->ward, NULL, code, from_us, to_us, columns);
    unsigned beds_with_it = 0;

    g_assert_null(answer.refusal);
    for (int bed = 0; bed < N_BEDS; bed++)
        beds_with_it += was_ever_sent(world, beds[bed], code);
    g_assert_cmpuint(answer.rows->n_trend, ==, beds_with_it);
    for (size_t i = 0; i < answer.rows->n_trend; i++) {
        if (i > 0)
            g_assert_cmpstr(answer.rows->trend[i - 1]->bed, <, answer.rows->trend[i]->bed);
        g_assert_cmpuint(answer.rows->trend[i]->columns, ==, columns);
        check_trend_of_bed(world, answer.rows->trend[i], code);
    }
    answer_clear(&answer);
    answer = ask_trend(&world->ward, beds[0], code, from_us, to_us, columns);
    g_assert_cmpuint(answer.rows->n_trend, ==, 1);
    check_trend_of_bed(world, answer.rows->trend[0], code);
    answer_clear(&answer);
}

/* Many ranges and widths, at every zoom, of every bed. */
static void
check_all(World *world, int64_t from_us, int64_t to_us)
{
    static const uint32_t columns[] = {1, 7, 100, 1000, 4000};

    for (int code = 0; code < 2; code++)
        for (size_t k = 0; k < G_N_ELEMENTS(columns); k++)
            if (was_ever_sent(world, beds[0], codes[code]))
                check_trend(world, codes[code], from_us, to_us, columns[k]);

    for (int bed = 0; bed < N_BEDS; bed++) {
        for (int code = 0; code < 2; code++) {
            if (!was_ever_sent(world, beds[bed], codes[code]))
                continue;
            check_numerics(world, beds[bed], 0, from_us - HOUR, to_us + HOUR);
            check_numerics(world, beds[bed], codes[code], INT64_MIN, INT64_MAX);
            for (size_t k = 0; k < G_N_ELEMENTS(columns); k++)
                check_columns(world, beds[bed], codes[code], from_us, to_us, columns[k]);
            int64_t wide_us = to_us - from_us;
            for (int i = 0; i < 4; i++) {
                int64_t a = from_us + (int64_t)(g_test_rand_double() * (double)wide_us);
                int64_t b = a + 1 + (int64_t)(g_test_rand_double() * (double)(to_us - a));
                uint32_t n = (uint32_t)MIN(b - a, g_test_rand_int_range(1, 700));
                check_columns(world, beds[bed], codes[code], a, b, n);
                check_numerics(world, beds[bed], codes[code], a, b);
            }
        }
    }
}

/* ---- stories ---- */

/* Two beds' heart and pulse each 4 s, with a gap, jitter, repeats and invalid values. */
static void
send_hours(World *world, int64_t from_us, int hours)
{
    for (int64_t i = 0; i < hours * 900; i++) {
        int64_t t_us = from_us + i * 4 * SECOND;
        for (int bed = 0; bed < 2; bed++)
            for (int code = 0; code < 2; code++) {
                Sent s = value_of(bed, code, t_us + g_test_rand_int_range(0, 1000));
                s.period_ms = 4000;
                if (bed == 1 && i % 500 < 300) {
                    s.source_us = s.t_us - 3 * HOUR + i / 100;
                    s.received_us = s.t_us + 40000;
                }
                if (bed == 0 && i % 900 > 500 && i % 900 < 600)
                    continue;
                if (i % 97 < 9) {
                    s.quality = VICU__QUALITY__QUALITY_INVALID;
                    s.value = 0;
                } else if (i % 41 == 0) {
                    s.quality = VICU__QUALITY__QUALITY_QUESTIONABLE;
                    s.value = 36.7;
                }
                say(world, &s);
                if (i % 333 == 0)
                    say(world, &s);
            }
        if (i % 3 == 0) { /* a spot value without an announced period, of another source */
            Sent s = value_of(2, 0, t_us);
            s.source = i % 2 == 0 ? VICU__SOURCE__SOURCE_MANUAL : VICU__SOURCE__SOURCE_DERIVED;
            s.channel = i % 4 == 0 ? 0 : 5;
            s.value += 1.0 / 3;
            s.period_ms = 0;
            say(world, &s);
        }
        if (i % 15 == 14) {
            deliver(world, (uint8_t)(1 + i / 15 % 2));
            world->ward.now.utc_us = t_us;
            ward_pass(&world->ward, MINUTE);
            let_it_work(world);
        }
    }
    deliver(world, 1);
    pass(world, 2 * MINUTE);
}

static void
blocks_and_pyramids_answer_as_every_value_does(void)
{
    World world;

    world_open(&world);
    send_hours(&world, T0_US, 5);
    g_assert_cmpuint(rows_of(&world, STORE_TREND), >, 0);
    check_all(&world, T0_US, T0_US + 5 * HOUR);
    restart(&world);
    check_all(&world, T0_US, T0_US + 5 * HOUR);
    pass(&world, 3 * HOUR);
    g_assert_cmpuint(rows_of(&world, STORE_NUMERICS), ==, 0);
    check_all(&world, T0_US, T0_US + 5 * HOUR);
    restart(&world);
    check_all(&world, T0_US - HOUR, T0_US + 6 * HOUR);
    world_close(&world);
}

static void
late_values_are_found_at_once_and_folded_in_later(void)
{
    World world;

    world_open(&world);
    send_hours(&world, T0_US, 3);
    pass(&world, 3 * HOUR);
    g_assert_cmpuint(rows_of(&world, STORE_NUMERICS), ==, 0);
    size_t blocks = rows_of(&world, STORE_TREND), rows = rows_of(&world, STORE_PYRAMID);
    for (int i = 0; i < 500; i++) {
        Sent s = value_of(i % 2, i % 2, T0_US + g_test_rand_int_range(0, 10800) * SECOND);
        s.value = i % 2 == 0 ? 250 : 20; /* beyond all bounds so far */
        say(&world, &s);
    }
    deliver(&world, 2);
    check_all(&world, T0_US, T0_US + 3 * HOUR);
    pass(&world, MINUTE);
    check_all(&world, T0_US, T0_US + 3 * HOUR);
    restart(&world);
    check_all(&world, T0_US, T0_US + 3 * HOUR);
    pass(&world, 10 * MINUTE);
    g_assert_cmpuint(rows_of(&world, STORE_NUMERICS), ==, 0);
    g_assert_cmpuint(rows_of(&world, STORE_TREND), ==, blocks);
    g_assert_cmpuint(rows_of(&world, STORE_PYRAMID), ==, rows);
    check_all(&world, T0_US, T0_US + 3 * HOUR);
    world_close(&world);
}

static void
send_some_without_sealing(World *world, int64_t from_us, int hours)
{
    for (int64_t i = 0; i < hours * 60; i++) {
        for (int k = 0; k < 6; k++) {
            Sent s = value_of(k % 2, k / 2 % 2, from_us + i * MINUTE + k * SECOND);
            say(world, &s);
        }
        if (i % 30 != 29)
            continue;
        deliver(world, (uint8_t)(1 + i / 30 % 2));
        world->ward.now.mono_us += MINUTE; /* its clock stands still: nothing is over */
        store_head_tick(world->ward.head, world->ward.now);
        ward_commit(&world->ward);
    }
}

/* The database is closed, without a commit, at every step of the sealing. */
static void
a_crash_between_any_two_commits_loses_and_doubles_nothing(void)
{
    World world;
    bool done = false;

    world_open(&world);
    send_some_without_sealing(&world, T0_US, 12);
    world.ward.now.utc_us = T0_US + 20 * HOUR;
    for (int crash = 0; !done && crash < 400; crash++) {
        /* So many steps, some of them committed, then it dies. */
        ward_pass(&world.ward, 3 * MINUTE);
        for (int step = 0; step < 1 + crash % 9; step++) {
            store_head_tick(world.ward.head, world.ward.now);
            if ((step + crash) % 3 == 0)
                ward_commit(&world.ward);
        }
        restart(&world);
        check_numerics(&world, beds[crash % 2], 0, INT64_MIN, INT64_MAX);
        check_columns(&world, beds[crash % 2], HEART, T0_US, T0_US + 2 * HOUR,
                      (uint32_t)(1 + crash * 7 % 300));
        done = rows_of(&world, STORE_NUMERICS) == 0;
        if (done)
            g_test_message("%d crashes", crash + 1);
    }
    g_assert_true(done);
    check_all(&world, T0_US, T0_US + 5 * HOUR);
    world_close(&world);
}

static void
a_value_that_comes_while_its_block_is_sealed_is_kept_once(void)
{
    World world;

    world_open(&world);
    for (int round = 0; round < 12; round++) {
        int64_t from_us = T0_US + round * BLOCK;
        for (int i = 0; i < 300; i++) {
            Sent s = value_of(i % 2, 0, from_us + i * SECOND);
            say(&world, &s);
        }
        deliver(&world, 1);
        world.ward.now.utc_us = from_us + 2 * BLOCK;
        ward_pass(&world.ward, 2 * HOUR);
        store_head_tick(world.ward.head, world.ward.now);
        ward_commit(&world.ward);
        ward_pass(&world.ward, 2 * HOUR);
        for (int step = 0; step <= round; step++) {
            store_head_tick(world.ward.head, world.ward.now);
            if (step % 3 == 2)
                ward_commit(&world.ward);
        }
        for (int i = 0; i < 50; i++) {
            Sent s = value_of(i % 2, 0, from_us + i * SECOND + 500000);
            say(&world, &s);
        }
        deliver(&world, 2);
        ward_pass(&world.ward, 61 * SECOND);
        store_head_tick(world.ward.head, world.ward.now); /* flushed beside the sealing */
        check_all(&world, T0_US, T0_US + 13 * BLOCK);
        pass(&world, HOUR);
        check_all(&world, T0_US, T0_US + 13 * BLOCK);
    }
    g_assert_cmpuint(rows_of(&world, STORE_NUMERICS), ==, 0);
    world_close(&world);
}

/* Late values come in, become rows and are sealed while a query is under way. */
static void
work_on(Ward *ward, gpointer user)
{
    World *world = user;
    uint64_t n = world->sequence[2];
    Make *make = make_new(ward->now.utc_us);

    make_numeric(make, beds[0], HEART, T0_US + (int64_t)(n % 7000) * SECOND, 300, 0);
    g_assert_cmpint(ward_put(ward, 2, 1, ++world->sequence[2], make_done(make)), ==,
                    STORE_PUT_TAKEN);
    for (int i = 0; i < 4; i++) {
        ward_pass(ward, 50 * SECOND);
        store_head_tick(ward->head, ward->now);
        ward_commit(ward);
    }
}

static void
a_query_sees_the_moment_it_began_whatever_is_sealed_meanwhile(void)
{
    World world;
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
    Vicu__QueryColumns columns = VICU__QUERY_COLUMNS__INIT;

    world_open(&world);
    send_some_without_sealing(&world, T0_US, 12);
    world.ward.now.utc_us = T0_US + 20 * HOUR;
    numerics.bed = columns.bed = (char *)beds[0];
    numerics.from_us = columns.from_us = T0_US;
    numerics.to_us = columns.to_us = T0_US + 12 * HOUR;
    columns.code = HEART;
    columns.columns = 5;
    for (int round = 0; round < 4; round++) {
        size_t got = 0, late = world.sequence[2] - 12;
        uint64_t sealed = store_trend_counts(store_head_trend(world.ward.head))->sealed;
        ask.what_case = VICU__QUERY__WHAT_NUMERICS;
        ask.numerics = &numerics;
        Answer answer = ask_between(&world.ward, &ask, work_on, &world);
        for (size_t r = 0; r < answer.rows->n_numerics; r++)
            got += answer.rows->numerics[r]->n_code;
        g_assert_cmpuint(got, ==, 12 * 60 * 3 + late);
        answer_clear(&answer);
        g_assert_cmpuint(store_trend_counts(store_head_trend(world.ward.head))->sealed, >, sealed);
        late = world.sequence[2] - 12;
        ask.what_case = VICU__QUERY__WHAT_COLUMNS;
        ask.columns = &columns;
        answer = ask_between(&world.ward, &ask, work_on, &world);
        double covered_s = 0;
        for (size_t c = 0; c < answer.rows->n_column; c++)
            covered_s += (double)answer.rows->column[c]->coverage * 12 * 3600 / 5;
        g_assert_cmpfloat_with_epsilon(covered_s, 12.0 * 60 * 2 + (double)late, 0.1);
        answer_clear(&answer);
    }
    world_close(&world);
}

static void
a_clock_that_steps_an_hour_or_six_years_loses_nothing(void)
{
    static const int64_t steps[] = {HOUR, -HOUR, -6 * 365 * 24 * HOUR, 6 * 365 * 24 * HOUR};
    World world;
    int64_t t_us = T0_US;

    world_open(&world);
    for (size_t k = 0; k < G_N_ELEMENTS(steps); k++) {
        send_hours(&world, t_us, 2);
        t_us += 2 * HOUR + steps[k];
        world.ward.now.utc_us += steps[k];
        pass(&world, 5 * MINUTE);
    }
    send_hours(&world, t_us, 2);
    check_all(&world, T0_US - HOUR, t_us + 3 * HOUR);
    check_all(&world, T0_US - 6 * 365 * 24 * HOUR, T0_US - 6 * 365 * 24 * HOUR + 12 * HOUR);
    restart(&world);
    pass(&world, 10 * HOUR);
    g_assert_cmpuint(rows_of(&world, STORE_NUMERICS), ==, 0);
    check_all(&world, T0_US - HOUR, t_us + 3 * HOUR);
    check_all(&world, T0_US - 6 * 365 * 24 * HOUR, T0_US - 6 * 365 * 24 * HOUR + 12 * HOUR);
    world_close(&world);
}

static void
weeks_of_values_are_read_through_the_coarse_level(void)
{
    World world;

    world_open(&world);
    for (int64_t i = 0; i < 20 * 24 * 6; i++) { /* each 10 min for 20 days */
        Sent s = value_of(0, 0, T0_US + i * 600 * SECOND + i % 7);
        s.period_ms = 600000;
        if (i % 1000 < 900)
            say(&world, &s);
    }
    deliver(&world, 1);
    world.ward.now.utc_us = T0_US + 21 * 24 * HOUR;
    pass(&world, 4 * HOUR);
    g_assert_cmpuint(rows_of(&world, STORE_NUMERICS), ==, 0);
    for (uint32_t n = 1; n < 3000; n = n * 3 + 1) {
        check_columns(&world, beds[0], HEART, T0_US - HOUR, T0_US + 21 * 24 * HOUR, n);
        check_columns(&world, beds[0], HEART, T0_US / BLOCK * BLOCK, (T0_US / BLOCK + 256) * BLOCK,
                      n);
        check_trend(&world, HEART, T0_US - HOUR, T0_US + 21 * 24 * HOUR, n);
    }
    world_close(&world);
}

static void
values_at_the_ends_of_time_stay_and_hurt_nothing(void)
{
    static const int64_t times[] = {INT64_MIN,     INT64_MIN + 1, -1,           0,
                                    INT64_MAX - 1, INT64_MAX / 2, INT64_MIN / 2};
    World world;

    world_open(&world);
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        Sent s = value_of(0, 0, times[i]);
        say(&world, &s);
    }
    deliver(&world, 1);
    for (int round = 0; round < 3; round++) {
        pass(&world, 3 * HOUR);
        check_numerics(&world, beds[0], 0, INT64_MIN, INT64_MAX);
        check_columns(&world, beds[0], HEART, -HOUR, HOUR, 10);
        restart(&world);
    }
    world_close(&world);
}

static void
a_row_that_cannot_be_read_stays_and_holds_up_no_other_bed(void)
{
    World world;
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
    GLogLevelFlags fatal = g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
    char *refusal = NULL;

    world_open(&world);
    send_some_without_sealing(&world, T0_US, 3);
    StoreKey key = store_numeric_key(beds[0], T0_US);
    store_key_bytes(&key, "0123456789abcdef0123456789abcdef", 32);
    store_db_put(world.ward.db, STORE_NUMERICS, &key, "\x0a\xff\xff", 3);
    ward_commit(&world.ward);
    world.ward.now.utc_us = T0_US + 20 * HOUR;
    pass(&world, HOUR);
    const StoreTrendCounts *counts = store_trend_counts(store_head_trend(world.ward.head));
    g_assert_cmpuint(counts->broken, ==, 1);
    check_numerics(&world, beds[1], 0, INT64_MIN, INT64_MAX);
    check_columns(&world, beds[1], HEART, T0_US, T0_US + 3 * HOUR, 100);
    check_numerics(&world, beds[0], 0, T0_US + 2 * HOUR, INT64_MAX); /* sealed all the same */

    /* and who asks for it is told */
    numerics.bed = (char *)beds[0];
    numerics.from_us = T0_US;
    numerics.to_us = T0_US + HOUR;
    ask.what_case = VICU__QUERY__WHAT_NUMERICS;
    ask.numerics = &numerics;
    g_autoptr(GBytes) packed = vicu_wire_pack(&ask.base);
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(StoreQuery) query = store_query_new(
        world.ward.head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &refusal);
    while (store_query_step(query, out) != STORE_QUERY_LAST)
        g_byte_array_set_size(out, 0);
    g_autoptr(Vicu__QueryRows) rows = vicu_wire_unpack_query_rows(out->data, out->len, NULL);
    g_assert_nonnull(strstr(rows->error, beds[0]));
    store_query_free(g_steal_pointer(&query)); /* before the database */
    world_close(&world);
    g_log_set_always_fatal(fatal);
}

static void
one_slice_handles_a_bounded_number_of_values(void)
{
    World world;

    world_open(&world);
    for (int64_t i = 0; i < 30000; i++) {
        Sent s = value_of((int)(i % 2), (int)(i / 2 % 2), T0_US + i * 100000);
        say(&world, &s);
        if (i % 1000 == 999) {
            deliver(&world, 1);
            ward_pass(&world.ward, 61 * SECOND);
            store_head_tick(world.ward.head, world.ward.now);
            ward_commit(&world.ward);
        }
    }
    pass(&world, 3 * HOUR);
    const StoreTrendCounts *counts = store_trend_counts(store_head_trend(world.ward.head));
    g_assert_cmpuint(counts->values, ==, 30000);
    g_assert_cmpuint(counts->broken, ==, 0);
    g_assert_cmpuint(counts->slices, >=, 2 * 30000 / 5000);
    world_close(&world);
}

static void
a_trend_that_makes_no_sense_is_refused_with_a_reason(void)
{
    World world;
    Answer answer;

    world_open(&world);
    Sent s = value_of(0, 0, T0_US);
    say(&world, &s);
    deliver(&world, 1);
    answer = ask_trend(&world.ward, "demo/icu/99", HEART, T0_US, T0_US + HOUR, 10);
    g_assert_nonnull(strstr(answer.refusal, "demo/icu/99"));
    answer_clear(&answer);
    answer = ask_trend(&world.ward, beds[0], PULSE, T0_US, T0_US + HOUR, 10);
    g_assert_nonnull(strstr(answer.refusal, "no numeric"));
    answer_clear(&answer);
    answer = ask_trend(&world.ward, NULL, PULSE, T0_US, T0_US + HOUR, 10);
    g_assert_nonnull(strstr(answer.refusal, "no bed has"));
    answer_clear(&answer);
    answer = ask_trend(&world.ward, NULL, HEART, T0_US, T0_US, 10);
    g_assert_nonnull(strstr(answer.refusal, "from must lie before to"));
    answer_clear(&answer);
    answer = ask_trend(&world.ward, NULL, HEART, T0_US, T0_US + HOUR, 0);
    g_assert_nonnull(strstr(answer.refusal, "columns"));
    answer_clear(&answer);
    answer = ask_trend(&world.ward, NULL, HEART, INT64_MAX - HOUR, INT64_MAX, 10);
    g_assert_nonnull(answer.refusal);
    answer_clear(&answer);
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/trend/" #name, name)
    ADD(blocks_and_pyramids_answer_as_every_value_does);
    ADD(late_values_are_found_at_once_and_folded_in_later);
    ADD(a_crash_between_any_two_commits_loses_and_doubles_nothing);
    ADD(a_value_that_comes_while_its_block_is_sealed_is_kept_once);
    ADD(a_query_sees_the_moment_it_began_whatever_is_sealed_meanwhile);
    ADD(a_clock_that_steps_an_hour_or_six_years_loses_nothing);
    ADD(weeks_of_values_are_read_through_the_coarse_level);
    ADD(values_at_the_ends_of_time_stay_and_hurt_nothing);
    ADD(a_trend_that_makes_no_sense_is_refused_with_a_reason);
    ADD(a_row_that_cannot_be_read_stays_and_holds_up_no_other_bed);
    ADD(one_slice_handles_a_bounded_number_of_values);
    return g_test_run();
}
