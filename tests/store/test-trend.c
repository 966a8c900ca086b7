/* Sealed numerics: everything comes back exactly once, and columns are those of every
 * value by itself, whatever the store did between.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/trend-world.h"

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
        g_assert_true(store_head_tick(world->ward.head, world->ward.now, NULL));
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
            g_assert_true(store_head_tick(world.ward.head, world.ward.now, NULL));
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
        g_assert_true(store_head_tick(world.ward.head, world.ward.now, NULL));
        ward_commit(&world.ward);
        ward_pass(&world.ward, 2 * HOUR);
        for (int step = 0; step <= round; step++) {
            g_assert_true(store_head_tick(world.ward.head, world.ward.now, NULL));
            if (step % 3 == 2)
                ward_commit(&world.ward);
        }
        for (int i = 0; i < 50; i++) {
            Sent s = value_of(i % 2, 0, from_us + i * SECOND + 500000);
            say(&world, &s);
        }
        deliver(&world, 2);
        ward_pass(&world.ward, 61 * SECOND);
        g_assert_true(store_head_tick(world.ward.head, world.ward.now,
                                      NULL)); /* flushed beside the sealing */
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
        g_assert_true(store_head_tick(ward->head, ward->now, NULL));
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
            g_assert_true(store_head_tick(world.ward.head, world.ward.now, NULL));
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
