/* How streams become records: which go together, where they are cut, what is no
 * run at all.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/export/plan.h"

static StoreExportStream *
stream_new(const char *name)
{
    StoreExportStream *s = g_new0(StoreExportStream, 1);

    s->name = g_strdup(name);
    s->label = g_strdup(name);
    s->unit = g_strdup("mV");
    s->wave = true;
    s->fd = -1;
    s->runs = g_array_new(FALSE, FALSE, sizeof(StoreExportRun));
    return s;
}

static void
add_run(StoreExportStream *s, int64_t t0_us, uint32_t hz, uint64_t first, uint64_t n, double gain)
{
    const StoreExportRun run = {.t0_us = t0_us,
                                .period_num = 1,
                                .period_den = hz,
                                .first = first,
                                .n = n,
                                .gain = gain,
                                .at = s->n,
                                .min = -1,
                                .max = 1};

    g_array_append_val(s->runs, run);
    s->n += n;
}

static GPtrArray *
streams_of(StoreExportStream *a, StoreExportStream *b)
{
    GPtrArray *streams = g_ptr_array_new_with_free_func((GDestroyNotify)store_export_stream_free);

    g_ptr_array_add(streams, a);
    if (b != NULL)
        g_ptr_array_add(streams, b);
    return streams;
}

static const StoreExportSegment *
segment_at(const StoreExportRecord *record, guint i)
{
    g_assert_cmpuint(i, <, record->segments->len);
    return &g_array_index(record->segments, StoreExportSegment, i);
}

static void
rates_that_go_into_each_other_share_a_record(void)
{
    StoreExportStream *ecg = stream_new("II"), *abp = stream_new("ABP");
    g_autoptr(GPtrArray) streams = streams_of(ecg, abp);

    add_run(ecg, 1000000, 250, 0, 2500, 200);
    add_run(abp, 1000000, 125, 0, 1250, 20);
    g_autoptr(GPtrArray) records = store_export_plan(streams);
    g_assert_cmpuint(records->len, ==, 1);
    const StoreExportRecord *r = records->pdata[0];
    g_assert_cmpuint(r->rate_num, ==, 125);
    g_assert_cmpuint(r->rate_den, ==, 1);
    g_assert_cmpuint(store_export_width(r), ==, 3);
    g_assert_cmpuint(r->segments->len, ==, 1);
    g_assert_cmpuint(segment_at(r, 0)->n_frames, ==, 1250);
    g_assert_cmpint(segment_at(r, 0)->t_us, ==, 1000000);
}

static void
a_gap_is_counted_in_frames(void)
{
    StoreExportStream *ecg = stream_new("II");
    g_autoptr(GPtrArray) streams = streams_of(ecg, NULL);

    add_run(ecg, 0, 250, 0, 1000, 200);
    add_run(ecg, 10000000, 250, 0, 500, 200);
    g_autoptr(GPtrArray) records = store_export_plan(streams);
    const StoreExportRecord *r = records->pdata[0];
    g_assert_cmpuint(r->segments->len, ==, 2);
    g_assert_cmpint(segment_at(r, 1)->gap_frames, ==, 1500);
    g_assert_cmpint(segment_at(r, 1)->t_us, ==, 10000000);
}

static void
a_signal_that_comes_later_and_a_gain_that_changes_cut_the_record(void)
{
    StoreExportStream *ecg = stream_new("II"), *abp = stream_new("ABP");
    g_autoptr(GPtrArray) streams = streams_of(ecg, abp);

    add_run(ecg, 0, 250, 0, 1000, 200);
    add_run(ecg, 4000000, 250, 0, 1000, 100);
    add_run(abp, 2000000, 125, 0, 750, 20);
    g_autoptr(GPtrArray) records = store_export_plan(streams);
    g_assert_cmpuint(records->len, ==, 1);
    const StoreExportRecord *r = records->pdata[0];
    g_assert_cmpuint(r->segments->len, ==, 3);
    g_assert_null(segment_at(r, 0)->part[1].run);
    g_assert_nonnull(segment_at(r, 1)->part[1].run);
    g_assert_cmpint(segment_at(r, 1)->part[0].from, ==, 500);
    g_assert_cmpfloat(segment_at(r, 2)->part[0].run->gain, ==, 100);
    g_assert_cmpint(segment_at(r, 2)->part[1].from, ==, 250);
    for (guint i = 1; i < 3; i++)
        g_assert_cmpint(segment_at(r, i)->gap_frames, ==, 0);
}

static void
what_lies_on_another_grid_is_a_record_of_its_own(void)
{
    StoreExportStream *a = stream_new("II"), *b = stream_new("V");
    g_autoptr(GPtrArray) streams = streams_of(a, b);

    add_run(a, 0, 250, 0, 1000, 200);
    add_run(b, 1700, 250, 0, 1000, 200);
    g_autoptr(GPtrArray) records = store_export_plan(streams);
    g_assert_cmpuint(records->len, ==, 2);
    const StoreExportRecord *r = records->pdata[1];
    g_assert_cmpint(segment_at(r, 0)->t_us, ==, 1700);
}

static void
another_rate_of_the_same_stream_is_another_record(void)
{
    StoreExportStream *a = stream_new("II");
    g_autoptr(GPtrArray) streams = streams_of(a, NULL);

    add_run(a, 0, 250, 0, 1000, 200);
    add_run(a, 9000000, 361, 0, 1000, 200);
    g_autoptr(GPtrArray) records = store_export_plan(streams);
    g_assert_cmpuint(records->len, ==, 2);
}

static void
runs_are_joined_and_what_lies_over_another_is_cut(void)
{
    g_autoptr(StoreExportStream) s = stream_new("II");

    add_run(s, 0, 250, 0, 500, 200);
    add_run(s, 0, 250, 500, 500, 200);     /* goes on: a new epoch */
    add_run(s, 3000000, 250, 0, 500, 200); /* begins 1 s before the end of those */
    store_export_settle(s);
    g_assert_cmpuint(s->runs->len, ==, 2);
    g_assert_cmpuint(g_array_index(s->runs, StoreExportRun, 0).n, ==, 1000);
    const StoreExportRun *last = &g_array_index(s->runs, StoreExportRun, 1);
    g_assert_cmpuint(last->first, ==, 250);
    g_assert_cmpuint(last->n, ==, 250);
    g_assert_cmpuint(s->overlap, ==, 250);
}

static void
add_value(StoreExportStream *s, int64_t t_us, double value)
{
    const StoreExportValue v = {t_us, value, false};

    g_array_append_val(s->values, v);
}

static void
numbers_at_equal_steps_become_runs_and_others_do_not(void)
{
    g_autoptr(StoreExportStream) hr = stream_new("HR"), uneven = stream_new("NBP");

    hr->wave = uneven->wave = false;
    hr->values = g_array_new(FALSE, FALSE, sizeof(StoreExportValue));
    uneven->values = g_array_new(FALSE, FALSE, sizeof(StoreExportValue));
    add_value(hr, 0, 80.5);
    add_value(hr, 1000000, 81);
    add_value(hr, 3000000, 82.25);
    add_value(hr, 60000000, 79);
    g_assert_null(store_export_number_runs(hr));
    g_assert_cmpuint(hr->runs->len, ==, 2);
    const StoreExportRun *run = &g_array_index(hr->runs, StoreExportRun, 0);
    g_assert_cmpfloat(run->gain, ==, 100);
    g_assert_cmpuint(run->n, ==, 4);
    g_assert_cmpint(g_array_index(hr->numbers, int32_t, 2), ==, STORE_EXPORT_INVALID);
    g_assert_cmpint(g_array_index(hr->numbers, int32_t, 3), ==, 8225);
    add_value(uneven, 0, 120);
    add_value(uneven, 1000000, 121);
    add_value(uneven, 2500000, 122);
    g_autofree char *why = store_export_number_runs(uneven);
    g_assert_nonnull(strstr(why, "equal steps"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/store/export-plan/" #name, name)
    TEST(rates_that_go_into_each_other_share_a_record);
    TEST(a_gap_is_counted_in_frames);
    TEST(a_signal_that_comes_later_and_a_gain_that_changes_cut_the_record);
    TEST(what_lies_on_another_grid_is_a_record_of_its_own);
    TEST(another_rate_of_the_same_stream_is_another_record);
    TEST(runs_are_joined_and_what_lies_over_another_is_cut);
    TEST(numbers_at_equal_steps_become_runs_and_others_do_not);
    return g_test_run();
}
