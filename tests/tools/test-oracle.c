/* The witnesses of a run: the oracle, the viewer, the spread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tools/oracle.h"
#include "tools/watch.h"

static const VicuFingerprint collector = {{1}};
static const VicuFingerprint other = {{2}};

/* Sequences 1..@n of @epoch passed by; each body is its sequence. */
static void
see(ToolOracle *oracle, uint64_t epoch, uint64_t n)
{
    for (uint64_t i = 1; i <= n; i++)
        tool_oracle_seen(oracle, &collector, epoch, i, &i, sizeof i);
}

static void
store(ToolOracle *oracle, uint64_t epoch, uint64_t first, uint64_t last)
{
    for (uint64_t i = first; i <= last; i++)
        tool_oracle_stored(oracle, &collector, epoch, i, &i, sizeof i);
}

static void
a_run_without_loss_is_judged_so(void)
{
    g_autoptr(ToolOracle) oracle = tool_oracle_new();

    see(oracle, 1, 100);
    see(oracle, 2, 50);
    tool_oracle_sender(oracle, &collector);
    store(oracle, 1, 1, 100);
    store(oracle, 2, 1, 50);
    ToolOracleVerdict verdict = tool_oracle_judge(oracle);
    g_assert_cmpuint(verdict.seen, ==, 150);
    g_assert_cmpuint(verdict.acked, ==, 150);
    g_assert_cmpuint(verdict.lost, ==, 0);
    g_assert_cmpuint(verdict.altered, ==, 0);
    g_assert_cmpuint(verdict.twice, ==, 0);
}

static void
what_the_store_claims_and_cannot_give_back_is_lost(void)
{
    g_autoptr(ToolOracle) oracle = tool_oracle_new();

    see(oracle, 1, 100);
    tool_oracle_sender(oracle, &collector);
    tool_oracle_watermark(oracle, &collector, 1, 90);
    for (uint64_t i = 1; i <= 100; i++)
        tool_oracle_spooled(oracle, &collector, 1, i);
    store(oracle, 1, 1, 49);
    store(oracle, 1, 51, 90);
    ToolOracleVerdict verdict = tool_oracle_judge(oracle);
    g_assert_cmpuint(verdict.acked, ==, 90);
    g_assert_cmpuint(verdict.lost, ==, 1);
    g_assert_cmpuint(verdict.spooled, ==, 10);
}

static void
what_is_in_neither_place_is_lost(void)
{
    g_autoptr(ToolOracle) oracle = tool_oracle_new();

    see(oracle, 1, 100);
    tool_oracle_sender(oracle, &collector);
    tool_oracle_watermark(oracle, &collector, 1, 90);
    store(oracle, 1, 1, 90);
    for (uint64_t i = 94; i <= 100; i++)
        tool_oracle_spooled(oracle, &collector, 1, i);
    ToolOracleVerdict verdict = tool_oracle_judge(oracle);
    g_assert_cmpuint(verdict.lost, ==, 3);
    g_assert_cmpuint(verdict.spooled, ==, 7);
}

static void
what_only_the_spool_holds_is_not_lost(void)
{
    g_autoptr(ToolOracle) oracle = tool_oracle_new();

    see(oracle, 2, 5);
    tool_oracle_sender(oracle, &collector);
    for (uint64_t i = 1; i <= 6; i++)
        tool_oracle_spooled(oracle, &collector, 2, i);
    ToolOracleVerdict verdict = tool_oracle_judge(oracle);
    g_assert_cmpuint(verdict.lost, ==, 0);
    g_assert_cmpuint(verdict.acked, ==, 0);
    g_assert_cmpuint(verdict.spooled, ==, 6);
}

/* Nobody saw them on the live lane, but the store claims them. */
static void
a_batch_that_no_viewer_saw_is_missed_all_the_same(void)
{
    g_autoptr(ToolOracle) oracle = tool_oracle_new();

    tool_oracle_sender(oracle, &collector);
    tool_oracle_watermark(oracle, &collector, 1, 10);
    store(oracle, 1, 1, 9);
    g_assert_cmpuint(tool_oracle_judge(oracle).lost, ==, 1);
}

static void
other_bytes_and_second_copies_are_found(void)
{
    g_autoptr(ToolOracle) oracle = tool_oracle_new();

    see(oracle, 1, 10);
    tool_oracle_sender(oracle, &collector);
    store(oracle, 1, 1, 10);
    store(oracle, 1, 4, 5);
    tool_oracle_stored(oracle, &collector, 1, 7, "else", 4);
    ToolOracleVerdict verdict = tool_oracle_judge(oracle);
    g_assert_cmpuint(verdict.twice, ==, 3);
    g_assert_cmpuint(verdict.altered, ==, 1);
    g_assert_cmpuint(verdict.lost, ==, 0);
}

static void
a_sender_whose_spool_was_not_opened_is_not_judged(void)
{
    g_autoptr(ToolOracle) oracle = tool_oracle_new();

    tool_oracle_seen(oracle, &other, 1, 1, "x", 1);
    see(oracle, 1, 3);
    tool_oracle_sender(oracle, &collector);
    store(oracle, 1, 1, 3);
    g_assert_cmpuint(tool_oracle_judge(oracle).seen, ==, 3);
    g_assert_cmpuint(tool_oracle_judge(oracle).lost, ==, 0);
}

static void
percentiles_are_right_to_a_percent(void)
{
    g_autofree ToolSpread *spread = g_new0(ToolSpread, 1);
    double value = 0;

    g_assert_false(tool_spread_percentile(spread, 0.99, &value));
    for (int i = 1; i <= 10000; i++)
        tool_spread_add(spread, i / 10.0);
    g_assert_true(tool_spread_percentile(spread, 0.99, &value));
    g_assert_cmpfloat_with_epsilon(value, 990, 10);
    g_assert_true(tool_spread_percentile(spread, 0.5, &value));
    g_assert_cmpfloat_with_epsilon(value, 500, 5);
    tool_spread_add(spread, -5);
    g_assert_true(tool_spread_percentile(spread, 0.00001, &value));
    g_assert_cmpfloat(value, >, 0);
}

#define S ((int64_t)G_USEC_PER_SEC)

/* One batch: 10 samples of bed @bed at 250 Hz from sample @first on. */
static void
live(ToolWatch *watch,
     const char *bed,
     uint64_t sequence,
     uint64_t first,
     gboolean announce,
     int64_t now_us)
{
    static uint8_t samples[20];
    VicuEnvelope envelope = {
        .kind = VICU__KIND__KIND_LIVE, .sender = collector, .epoch = 1, .sequence = sequence};
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Segment segment = VICU__SEGMENT__INIT, *segments[] = {&segment};
    Vicu__Wave wave = VICU__WAVE__INIT, *waves[] = {&wave};

    segment.id = 5;
    segment.bed = (char *)bed;
    segment.t0_us = 1000 * S;
    segment.period_num = 1;
    segment.period_den = 250;
    wave.segment = 5;
    wave.first = first;
    wave.samples.data = samples;
    wave.samples.len = sizeof samples;
    batch.wave = waves;
    batch.n_wave = 1;
    batch.segment = segments;
    batch.n_segment = announce ? 1 : 0;
    tool_watch_take(watch, &envelope, &batch, now_us);
}

static void
a_bed_lives_while_its_samples_are_young(void)
{
    g_autoptr(ToolWatch) watch = tool_watch_new();
    double value = 0;

    live(watch, "demo/icu/1", 1, 0, TRUE, 1000 * S + 60000);
    live(watch, "demo/icu/1", 2, 10, FALSE, 1000 * S + 100000);
    g_assert_cmpuint(tool_watch_beds(watch, 1001 * S, 3 * S), ==, 1);
    g_assert_cmpuint(tool_watch_beds(watch, 1004 * S, 3 * S), ==, 0);
    /* The frame of samples 0..9 ended at 40 ms and came at 60 ms. */
    g_assert_true(tool_spread_percentile(&tool_watch_figures(watch)->age_ms, 0.99, &value));
    g_assert_cmpfloat_with_epsilon(value, 20, 0.3);
    g_assert_cmpuint(tool_watch_figures(watch)->samples, ==, 20);
}

static void
waves_of_an_unknown_segment_make_no_bed_live(void)
{
    g_autoptr(ToolWatch) watch = tool_watch_new();

    live(watch, "demo/icu/1", 1, 0, FALSE, 1000 * S);
    g_assert_cmpuint(tool_watch_beds(watch, 1000 * S, 3 * S), ==, 0);
    live(watch, "demo/icu/1", 2, 10, TRUE, 1000 * S);
    g_assert_cmpuint(tool_watch_beds(watch, 1000 * S, 3 * S), ==, 1);
}

static void
batches_that_did_not_come_by_are_counted(void)
{
    g_autoptr(ToolWatch) watch = tool_watch_new();

    live(watch, "demo/icu/1", 7, 0, TRUE, 1000 * S);
    live(watch, "demo/icu/1", 8, 10, FALSE, 1000 * S);
    live(watch, "demo/icu/1", 12, 20, FALSE, 1000 * S);
    g_assert_cmpuint(tool_watch_figures(watch)->missed, ==, 3);
}

static void
derived_numerics_are_no_sign_of_life(void)
{
    g_autoptr(ToolWatch) watch = tool_watch_new();
    VicuEnvelope envelope = {.sequence = 1};
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics numerics = VICU__NUMERICS__INIT, *list[] = {&numerics};
    int64_t t_us = 1000 * S;
    double value = 60;
    uint32_t code = 147842;

    numerics.bed = (char *)"demo/icu/1";
    numerics.source = VICU__SOURCE__SOURCE_DERIVED;
    numerics.t_us = &t_us;
    numerics.value = &value;
    numerics.code = &code;
    numerics.n_t_us = numerics.n_value = numerics.n_code = 1;
    batch.numerics = list;
    batch.n_numerics = 1;
    tool_watch_take(watch, &envelope, &batch, 1000 * S);
    g_assert_cmpuint(tool_watch_beds(watch, 1000 * S, 3 * S), ==, 0);
    numerics.source = VICU__SOURCE__SOURCE_DEVICE;
    envelope.sequence = 2;
    tool_watch_take(watch, &envelope, &batch, 1000 * S);
    g_assert_cmpuint(tool_watch_beds(watch, 1000 * S, 3 * S), ==, 1);
}

#define ADD(name) g_test_add_func("/tools/oracle/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_run_without_loss_is_judged_so);
    ADD(what_the_store_claims_and_cannot_give_back_is_lost);
    ADD(what_is_in_neither_place_is_lost);
    ADD(what_only_the_spool_holds_is_not_lost);
    ADD(a_batch_that_no_viewer_saw_is_missed_all_the_same);
    ADD(other_bytes_and_second_copies_are_found);
    ADD(a_sender_whose_spool_was_not_opened_is_not_judged);
    ADD(percentiles_are_right_to_a_percent);
    ADD(a_bed_lives_while_its_samples_are_young);
    ADD(waves_of_an_unknown_segment_make_no_bed_live);
    ADD(batches_that_did_not_come_by_are_counted);
    ADD(derived_numerics_are_no_sign_of_life);
    return g_test_run();
}
