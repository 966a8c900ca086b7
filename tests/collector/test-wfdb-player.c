/* Recordings as they are played: every sample, in its place and time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "collector/sources/wfdb-player.h"
#include "collector/sources/wfdb-record.h"
#include "tests/collector/listener.h"
#include "tests/data/synthetic.h"

#define T0   INT64_C(1800000000123457)
#define TICK INT64_C(40000)

static char *
data_path(const char *name)
{
    return g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", name, NULL);
}

static CollectorWfdbPlayer *
open_path(const char *path, int64_t start_us, guint speed)
{
    g_autoptr(GError) error = NULL;
    CollectorWfdbPlayer *player =
        collector_wfdb_player_new(path, "a/b/1", FALSE, start_us, speed, &error);

    g_assert_no_error(error);
    collector_wfdb_player_start(player, T0);
    return player;
}

static CollectorWfdbPlayer *
open_well(const char *name, int64_t start_us)
{
    g_autofree char *path = data_path(name);

    return open_path(path, start_us, 1);
}

/* Polls from @from to @to after the start, each @step. */
static void
play(CollectorWfdbPlayer *player,
     Listener *listener,
     int64_t from_us,
     int64_t to_us,
     int64_t step_us)
{
    for (int64_t t = from_us + step_us; t <= to_us; t += step_us) {
        collector_wfdb_player_poll(player, T0 + t, listener->tick);
        listener_take(listener, T0 + t);
    }
}

/* Samples of @channel of the record @name, as stored, all of it. */
static GArray *
stored(const char *name, size_t channel)
{
    g_autofree char *path = data_path(name);
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, NULL);
    const CollectorWfdbChannel *c = collector_wfdb_record_channel(record, channel);
    size_t width = collector_wfdb_record_width(record);
    g_autofree int32_t *block = g_new(int32_t, 1000 * width);
    GArray *out = g_array_new(FALSE, FALSE, sizeof(int32_t));
    CollectorWfdbRun run;

    for (int64_t f = 0; f < collector_wfdb_record_frames(record); f += (int64_t)run.n_frames) {
        g_assert_true(collector_wfdb_record_read(record, f, 1000, block, &run, NULL));
        for (size_t k = 0; k < run.n_frames; k++)
            g_array_append_vals(out, block + k * width + c->offset, c->samples_per_frame);
    }
    return out;
}

static void
compare(const Heard *heard, const GArray *truth, guint from)
{
    g_assert_cmpuint(heard->n, ==, heard->samples->len);
    for (guint i = 0; i < heard->samples->len; i++) {
        int32_t expected = g_array_index(truth, int32_t, from + i);
        int16_t found = g_array_index(heard->samples, int16_t, i);
        g_assert_cmpint(found, ==, expected == COLLECTOR_WFDB_INVALID ? INT16_MIN : expected);
    }
}

static void
test_real_time(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("mitdb/100.hea", 0);
    g_autoptr(Listener) listener = listener_new();
    g_autoptr(GArray) truth = stored("mitdb/100.hea", 1);

    for (int64_t s = 1; s <= 100; s++) {
        play(player, listener, (s - 1) * 1000000, s * 1000000, TICK);
        g_assert_cmpuint(listener_count(listener, NULL, "MLII"), ==, (uint64_t)s * 360);
        g_assert_cmpuint(listener_count(listener, NULL, "V5"), ==, (uint64_t)s * 360);
    }
    const Heard *v5 = listener_segment(listener, "V5", 0);
    compare(v5, truth, 0);
    g_assert_cmpint(v5->t0_us, ==, T0);
    g_assert_cmpuint(v5->code, ==, 131335);
    g_assert_cmpuint(v5->period_num, ==, 1);
    g_assert_cmpuint(v5->period_den, ==, 360);
    g_assert_cmpfloat(v5->gain, ==, 200.0);
    g_assert_cmpint(v5->baseline, ==, 1024);
    g_assert_cmpstr(v5->unit, ==, "mV");
    g_assert_cmpint(v5->origin, ==, VICU__ORIGIN__ORIGIN_RECORDING);
    g_assert_cmpuint(v5->announced, >=, 100);
    g_assert_false(v5->copy);
    g_assert_null(listener_gap(listener, 0));
}

static void
test_several_rates(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("mimic/03700181.hea", 0);
    g_autoptr(Listener) listener = listener_new();
    g_autoptr(GArray) ecg = stored("mimic/03700181.hea", 0);
    g_autoptr(GArray) resp = stored("mimic/03700181.hea", 2);

    play(player, listener, 0, 10000000, 1000); /* a tick that ends within a frame */
    g_assert_cmpuint(listener_count(listener, NULL, "MCL1"), ==, 5000);
    g_assert_cmpuint(listener_count(listener, NULL, "ABP"), ==, 1250);
    g_assert_cmpuint(listener_count(listener, NULL, "RESP"), ==, 1250);
    g_assert_cmpuint(listener_segment(listener, "MCL1", 0)->period_den, ==, 500);
    g_assert_cmpuint(listener_segment(listener, "ABP", 0)->period_den, ==, 125);
    g_assert_cmpstr(listener_segment(listener, "ABP", 0)->unit, ==, "mm[Hg]");
    compare(listener_segment(listener, "MCL1", 0), ecg, 0);
    compare(listener_segment(listener, "RESP", 0), resp, 0);
}

static void
test_any_steps(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("mimic/03700181.hea", 0);
    g_autoptr(Listener) listener = listener_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    g_autoptr(GArray) ecg = stored("mimic/03700181.hea", 0);

    for (int64_t t = 0; t < 60000000;) {
        t += g_rand_int_range(rand, 0, 2500000);
        collector_wfdb_player_poll(player, T0 + t, listener->tick);
        listener_take(listener, T0 + t);
        g_assert_cmpuint(listener_count(listener, NULL, "MCL1"), ==, (uint64_t)t / 2000);
        g_assert_cmpuint(listener_count(listener, NULL, "ABP"), ==, (uint64_t)t / 8000);
    }
    compare(listener_segment(listener, "MCL1", 0), ecg, 0);
}

static void
test_no_drift(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-XXXXXX", NULL);
    g_autofree char *header = g_build_filename(folder, "day.hea", NULL);
    g_autofree char *data = g_build_filename(folder, "day.dat", NULL);
    const int64_t day = INT64_C(86400000000);

    g_assert_true(g_file_set_contents(header, "day 1 360 31104001\nday.dat 16 200 12 0 0 0 0 II\n",
                                      -1, NULL));
    g_assert_true(g_file_set_contents(data, "", 0, NULL));
    g_assert_cmpint(truncate(data, 2 * 31104001), ==, 0);
    g_autoptr(CollectorWfdbPlayer) player = open_path(header, 0, 1);
    g_autoptr(Listener) listener = listener_new();
    listener->forget = TRUE;
    play(player, listener, 0, day, 1000000);
    g_assert_cmpuint(listener_count(listener, NULL, "II"), ==, 31104000);
    g_assert_cmpuint(listener_n_segments(listener, "II"), ==, 1);
    const Heard *h = listener_segment(listener, "II", 0);
    g_assert_cmpint(h->t0_us + collector_sample_time_us(h->n, h->period_num, h->period_den), ==,
                    T0 + day);
    g_remove(header);
    g_remove(data);
    g_rmdir(folder);
}

static void
test_restart(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("mimic/041s/041s.hea", 0);
    g_autoptr(Listener) listener = listener_new();
    g_autoptr(GArray) truth = stored("mimic/041s/041s.hea", 3);

    play(player, listener, 0, 35000000, TICK); /* 16 s, 3 s gap, 16 s */
    g_assert_cmpuint(listener_count(listener, NULL, "III"), ==, 2 * 8000);
    g_assert_cmpuint(listener_count(listener, NULL, "ABP"), ==, 2 * 2000);
    g_assert_cmpuint(listener_n_segments(listener, "ABP"), ==, 4); /* two segments, twice */
    for (guint i = 0; i < 4; i++)
        compare(listener_segment(listener, "ABP", i), truth, i % 2 * 1000);
    g_assert_true(listener_segment(listener, "ABP", 1)->last);
    g_assert_cmpint(listener_segment(listener, "ABP", 1)->t0_us, ==, T0 + 8000000);
    g_assert_cmpint(listener_segment(listener, "ABP", 2)->t0_us, ==, T0 + 19000000);
    const Vicu__Gap *gap = listener_gap(listener, 0);
    g_assert_cmpint(gap->from_us, ==, T0 + 16000000);
    g_assert_cmpint(gap->to_us, ==, T0 + 19000000);
    g_assert_cmpuint(gap->code, ==, 0);
    g_assert_cmpstr(gap->reason, ==, "recording restarts");
    const Vicu__Event *event = listener_event(listener, 0);
    g_assert_cmpstr(event->kind, ==, "recording-restarts");
    g_assert_cmpstr(event->bed, ==, "a/b/1");
    g_assert_cmpint(event->t_us, ==, T0 + 16000000);
    g_assert_cmpuint(collector_wfdb_player_figures(player).restarts, ==, 2);
    play(player, listener, 35000000, 300000000, 1000000);
    g_assert_cmpuint(listener_count(listener, NULL, "ABP"), ==, 15 * 2000 + 15 * 125);
}

static void
test_start_offset(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("mimic/03700181.hea", 30000000);
    g_autoptr(CollectorWfdbPlayer) beyond = open_well("mimic/03700181.hea", 630000000);
    g_autoptr(Listener) one = listener_new(), two = listener_new();
    g_autoptr(GArray) truth = stored("mimic/03700181.hea", 1);

    play(player, one, 0, 4000000, TICK);
    play(beyond, two, 0, 4000000, TICK);
    compare(listener_segment(one, "ABP", 0), truth, 3750);
    compare(listener_segment(two, "ABP", 0), truth, 3750);
    g_assert_cmpint(listener_segment(one, "ABP", 0)->t0_us, ==, T0);
    play(player, one, 4000000, 574000000, 1000000); /* 570 s, gap, from the beginning */
    const Heard *again = listener_segment(one, "ABP", 1);
    g_assert_cmpint(again->t0_us, ==, T0 + 573000000);
    compare(again, truth, 0);
}

static void
test_layout(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("synthetic/icu.hea", 0);
    g_autoptr(Listener) listener = listener_new();
    const int64_t starts[] = {500, 1140, 1144, 1656, 2200, 2600};
    const char *const labels[] = {"II", "V", "ABP"};

    play(player, listener, 0, 24000000, TICK);
    g_assert_cmpuint(listener_n_segments(listener, "II"), ==, 6);
    g_assert_cmpuint(listener_n_segments(listener, "V"), ==, 5);   /* not in the last */
    g_assert_cmpuint(listener_n_segments(listener, "ABP"), ==, 2); /* late */
    for (size_t c = 0; c < 3; c++)
        for (guint i = 0; i < listener_n_segments(listener, labels[c]); i++) {
            const Heard *h = listener_segment(listener, labels[c], i);
            int64_t start = starts[c == 2 ? i + 4 : i];
            g_assert_cmpint(h->t0_us, ==, T0 + start * 8000);
            for (guint k = 0; k < h->samples->len; k++) {
                double gain = 0.0;
                int32_t truth = synthetic_truth("icu", c, start + k, 0, &gain);
                g_assert_cmpint(g_array_index(h->samples, int16_t, k), ==,
                                truth == SYNTHETIC_INVALID ? INT16_MIN : truth);
                if (truth != SYNTHETIC_INVALID)
                    g_assert_cmpfloat(h->gain, ==, gain);
            }
        }
    g_assert_cmpuint(listener_segment(listener, "II", 1)->n, ==, 4);
    const struct {
        int64_t from, to;
        const char *reason;
    } gaps[] = {{0, 500, "nothing was recorded"},
                {1660, 2000, "a file of the recording is absent"},
                {2000, 2100, "a file of the recording is absent"},
                {2100, 2200, "nothing was recorded"},
                {3000, 3375, "recording restarts"}};
    for (guint i = 0; i < G_N_ELEMENTS(gaps); i++) {
        const Vicu__Gap *gap = listener_gap(listener, i);
        g_assert_cmpint(gap->from_us, ==, T0 + gaps[i].from * 8000);
        g_assert_cmpint(gap->to_us, ==, T0 + gaps[i].to * 8000);
        g_assert_cmpstr(gap->reason, ==, gaps[i].reason);
    }
}

static void
test_numerics(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("synthetic/icun.hea", 0);
    g_autoptr(Listener) listener = listener_new();
    const double hr[] = {80, 0, 81, 80.5, 0, 79, 0, 101.3}, nbp[] = {0, 0, 121, 0, 0, 0, 118, 0};

    play(player, listener, 0, 479000000, 1000000);
    g_assert_cmpuint(listener->segments->len, ==, 0);
    g_assert_cmpuint(listener->batches->len, ==, 8);
    for (guint i = 0; i < 8; i++) {
        const Vicu__Numerics *n = ((Vicu__Batch *)listener->batches->pdata[i])->numerics[0];
        g_assert_cmpuint(n->n_code, ==, 3);
        g_assert_cmpuint(n->code[0], ==, 147842);
        g_assert_cmpuint(n->code[1], ==, 150456);
        g_assert_cmpuint(n->code[2], ==, 150021);
        g_assert_cmpint(n->t_us[0], ==, T0 + (int64_t)i * 60000000);
        g_assert_cmpuint(n->period_ms[0], ==, 60000);
        g_assert_cmpfloat(n->value[0], ==, hr[i]);
        g_assert_cmpfloat(n->value[2], ==, nbp[i]);
        /* 0 and -32768 are no values: invalid, never calm zeros */
        Vicu__Quality q = n->n_quality > 0 ? n->quality[0] : VICU__QUALITY__QUALITY_GOOD;
        g_assert_cmpint(q == VICU__QUALITY__QUALITY_INVALID, ==, hr[i] == 0.0);
        q = n->n_quality > 0 ? n->quality[2] : VICU__QUALITY__QUALITY_GOOD;
        g_assert_cmpint(q == VICU__QUALITY__QUALITY_INVALID, ==, nbp[i] == 0.0);
    }
}

/* Formats of 24 and 32 bits: no value off by more than half of the step that is
 * said, none cut off; narrower ones are as stored. */
static void
test_wide_formats(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("formats/binformats.hea", 0);
    g_autoptr(Listener) listener = listener_new();

    play(player, listener, 0, 2480000, TICK);
    g_assert_cmpuint(listener->segments->len, ==, 10);
    for (guint c = 0; c < 10; c++) {
        const Heard *h = listener->segments->pdata[c];
        g_autoptr(GArray) truth = stored("formats/binformats.hea", c);
        g_assert_cmpuint(h->n, ==, 496);
        g_assert_cmpfloat(h->gain, ==, c < 8 ? 200.0 : c == 8 ? 200.0 / 512 : 200.0 / 131072);
        for (guint i = 0; i < h->n; i++) {
            int32_t v = g_array_index(truth, int32_t, i);
            int16_t found = g_array_index(h->samples, int16_t, i);
            if (v == COLLECTOR_WFDB_INVALID) {
                g_assert_cmpint(found, ==, INT16_MIN);
                continue;
            }
            double value = (found - (double)h->baseline) / h->gain;
            g_assert_cmpfloat(fabs(value - v / 200.0), <=, c < 8 ? 1e-9 : 0.5 / h->gain + 1e-9);
        }
    }
}

static void
test_speed(void)
{
    g_autofree char *path = data_path("mimic/03700181.hea");
    g_autoptr(CollectorWfdbPlayer) player = open_path(path, 0, 10);
    g_autoptr(Listener) listener = listener_new();
    g_autoptr(GArray) truth = stored("mimic/03700181.hea", 0);

    play(player, listener, 0, 60000000, TICK);
    const Heard *h = listener_segment(listener, "MCL1", 0);
    g_assert_cmpuint(h->n, ==, 300000);
    g_assert_cmpuint(h->period_den, ==, 5000);
    compare(h, truth, 0);
    g_assert_cmpint(listener_gap(listener, 0)->from_us, ==, T0 + 60000000);
}

static void
test_broken_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-XXXXXX", NULL);
    g_autofree char *header = g_build_filename(folder, "r.hea", NULL);
    g_autofree char *data = g_build_filename(folder, "r.dat", NULL);
    g_autofree char *bytes = g_malloc0(2 * 12500);

    g_assert_true(
        g_file_set_contents(header, "r 1 125 12500\nr.dat 16 200 12 0 0 0 0 II\n", -1, NULL));
    g_assert_true(g_file_set_contents(data, bytes, 2 * 12500, NULL));
    g_autoptr(CollectorWfdbPlayer) player = open_path(header, 0, 1);
    g_autoptr(Listener) listener = listener_new();
    play(player, listener, 0, 10000000, TICK);
    g_assert_cmpint(truncate(data, 100), ==, 0);
    play(player, listener, 10000000, 15000000, TICK);
    g_assert_cmpstr(listener_event(listener, 0)->kind, ==, "recording-unreadable");
    g_assert_nonnull(strstr(listener_event(listener, 0)->text, "r.dat"));
    g_assert_cmpint(listener_gap(listener, 0)->to_us, ==, 0); /* open */
    g_assert_true(listener_segment(listener, "II", 0)->last);
    uint64_t before = listener_count(listener, NULL, "II");
    play(player, listener, 15000000, 30000000, TICK);
    g_assert_cmpuint(listener_count(listener, NULL, "II"), ==, before);
    g_assert_true(g_file_set_contents(data, bytes, 2 * 12500, NULL));
    play(player, listener, 30000000, 45000000, TICK);
    g_assert_cmpstr(listener_event(listener, 1)->kind, ==, "recording-readable");
    g_assert_cmpuint(listener_count(listener, NULL, "II"), >, before);
    g_assert_cmpuint(collector_wfdb_player_figures(player).unreadable, ==, 1);
    g_remove(header);
    g_remove(data);
    g_rmdir(folder);
}

static void
test_long_pause(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("mimic/03700181.hea", 0);
    g_autoptr(Listener) listener = listener_new();

    play(player, listener, 0, 4000000, TICK);
    play(player, listener, 4000000, 24000000, 20000000); /* stopped: everything is given after */
    g_assert_cmpuint(listener_count(listener, NULL, "ABP"), ==, 3000);
    g_assert_null(listener_gap(listener, 0));
    play(player, listener, 24000000, 3624000000, 3600000000); /* an hour: a gap */
    const Vicu__Gap *gap = listener_gap(listener, 0);
    g_assert_cmpint(gap->from_us, ==, T0 + 24000000);
    g_assert_cmpint(gap->to_us, ==, T0 + 3624000000);
    play(player, listener, 3624000000, 3625000000, TICK);
    g_assert_cmpuint(listener_count(listener, NULL, "ABP"), ==, 3125);
    g_assert_cmpint(listener_segment(listener, "ABP", 1)->t0_us, ==, T0 + 3624000000);
}

static void
test_next_time(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("mimic/041s/041s.hea", 0);
    g_autoptr(Listener) listener = listener_new();
    uint64_t before = 0;

    for (int i = 0; i < 9000; i++) {
        int64_t t = collector_wfdb_player_next_us(player);
        collector_wfdb_player_poll(player, t - 2, listener->tick);
        listener_take(listener, t - 2);
        g_assert_cmpuint(listener_count(listener, NULL, "III"), ==, before);
        collector_wfdb_player_poll(player, t, listener->tick);
        listener_take(listener, t);
        uint64_t after = listener_count(listener, NULL, "III");
        if (after == before) /* the beginning of the second time through */
            g_assert_cmpint(t, ==, T0 + 19000000);
        before = after;
    }
    g_assert_cmpuint(before, ==, 8999);
}

static void
test_refusals(void)
{
    g_autofree char *absent = data_path("synthetic/absent.hea");
    g_autofree char *empty = data_path("synthetic/icu_layout.hea");
    g_autoptr(GError) error = NULL;

    g_assert_null(collector_wfdb_player_new(absent, "a/b/1", FALSE, 0, 1, &error));
    g_assert_nonnull(strstr(error->message, "absent.dat"));
    g_clear_error(&error);
    g_assert_null(collector_wfdb_player_new(empty, "a/b/1", FALSE, 0, 1, &error));
    g_assert_nonnull(strstr(error->message, "nothing to play: 3 signals, 0 frames"));
}

/* 17:27:45 15/08/1994, read as UTC */
#define RECORDED INT64_C(776971665000000)

static void
test_source_time(void)
{
    g_autofree char *path = data_path("mimic/03700181.hea");
    g_autoptr(CollectorWfdbPlayer) player = open_path(path, 30000000, 10);
    g_autoptr(Listener) listener = listener_new();

    play(player, listener, 0, 70000000, TICK);
    const Heard *first = listener_segment(listener, "ABP", 0);
    g_assert_cmpint(first->source_t0_us, ==, RECORDED + 30000000); /* whatever the speed */
    g_assert_cmpint(first->t0_us, ==, T0);
    g_assert_cmpint(first->received_us, ==, T0 + TICK); /* the first poll */
    const Heard *again = listener_segment(listener, "ABP", 1);
    g_assert_cmpint(again->source_t0_us, ==, RECORDED);
    g_assert_cmpint(again->t0_us, ==, T0 + 60000000);
    g_assert_cmpint(again->received_us, ==, T0 + 60000000);
}

static void
test_source_time_of_segments(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("synthetic/icu.hea", 0);
    g_autoptr(Listener) listener = listener_new();
    const int64_t starts[] = {500, 1140, 1144, 1656, 2200, 2600};

    play(player, listener, 0, 24000000, TICK);
    for (guint i = 0; i < G_N_ELEMENTS(starts); i++) {
        const Heard *h = listener_segment(listener, "II", i);
        g_assert_cmpint(h->source_t0_us, ==, INT64_C(4239341058529000) + starts[i] * 8000);
        g_assert_cmpint(h->received_us, >=, h->t0_us);
        g_assert_cmpint(h->received_us, <, h->t0_us + TICK);
    }
}

static void
test_no_source_time(void)
{
    g_autoptr(CollectorWfdbPlayer) player = open_well("mitdb/100.hea", 5000000);
    g_autoptr(CollectorWfdbPlayer) numbers = open_well("synthetic/icun.hea", 60000000);
    g_autoptr(Listener) listener = listener_new();

    play(player, listener, 0, 1000000, TICK);
    g_assert_cmpint(listener_segment(listener, "V5", 0)->source_t0_us, ==, 0);
    g_assert_cmpint(listener_segment(listener, "V5", 0)->received_us, ==, T0 + TICK);
    play(numbers, listener, 0, TICK, TICK);
    const Vicu__Numerics *n = ((Vicu__Batch *)listener->batches->pdata[0])->numerics[0];
    g_assert_cmpuint(n->n_source_offset_us, ==, 0); /* a place in a record is no time */
    g_assert_cmpuint(n->n_received_delay_us, ==, 1);
    g_assert_cmpint(n->received_delay_us[0], ==, TICK);
}

static void
test_source_time_of_numerics(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-XXXXXX", NULL);
    g_autofree char *header = g_build_filename(folder, "n.hea", NULL);
    g_autofree char *data = g_build_filename(folder, "n.dat", NULL);
    const char *text = "n 2 1 3 17:27:45 15/08/1994\nn.dat 16 1/bpm 12 0 0 0 0 HR\n"
                       "n.dat 16 1/furlong 12 0 0 0 0 Odd\n";

    g_assert_true(g_file_set_contents(header, text, -1, NULL));
    g_assert_true(
        g_file_set_contents(data, "\x50\x00\x07\x00\x51\x00\x07\x00\x52\x00\x07\x00", 12, NULL));
    g_autoptr(CollectorWfdbPlayer) player = open_path(header, 0, 1);
    g_autoptr(Listener) listener = listener_new();
    play(player, listener, 0, 2400000, 300000);
    g_assert_cmpuint(listener->batches->len, ==, 3);
    const int64_t received[] = {300000, 1200000, 2100000}; /* the poll that found it due */
    for (int i = 0; i < 3; i++) {
        const Vicu__Batch *batch = listener->batches->pdata[i];
        const Vicu__Numerics *n = batch->numerics[0];
        const int64_t t_us = T0 + i * 1000000;
        g_assert_cmpint(n->t_us[0], ==, t_us);
        g_assert_cmpint(n->t_us[0] - n->source_offset_us[0], ==, RECORDED + i * 1000000);
        g_assert_cmpint(n->t_us[0] + n->received_delay_us[0], ==, T0 + received[i]);
        g_assert_cmpint(batch->unmapped[0]->source_t_us, ==, RECORDED + i * 1000000);
        g_assert_cmpint(batch->unmapped[0]->received_us, ==, T0 + received[i]);
    }
    g_remove(header);
    g_remove(data);
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/wfdb-player/gives_each_second_its_samples", test_real_time);
    g_test_add_func("/collector/wfdb-player/plays_each_signal_at_its_own_rate", test_several_rates);
    g_test_add_func("/collector/wfdb-player/gives_the_same_whatever_the_ticks", test_any_steps);
    g_test_add_func("/collector/wfdb-player/does_not_drift_in_a_day_at_360_hz", test_no_drift);
    g_test_add_func("/collector/wfdb-player/restarts_after_a_marked_gap", test_restart);
    g_test_add_func("/collector/wfdb-player/starts_where_it_is_told", test_start_offset);
    g_test_add_func("/collector/wfdb-player/plays_a_variable_layout_with_its_holes", test_layout);
    g_test_add_func("/collector/wfdb-player/plays_numerics_whose_zero_is_no_value", test_numerics);
    g_test_add_func("/collector/wfdb-player/rescales_wide_formats_honestly", test_wide_formats);
    g_test_add_func("/collector/wfdb-player/plays_faster", test_speed);
    g_test_add_func("/collector/wfdb-player/says_when_a_file_breaks_and_comes_back",
                    test_broken_file);
    g_test_add_func("/collector/wfdb-player/turns_a_long_pause_into_a_gap", test_long_pause);
    g_test_add_func("/collector/wfdb-player/knows_when_something_is_due", test_next_time);
    g_test_add_func("/collector/wfdb-player/tells_the_recordings_own_time", test_source_time);
    g_test_add_func("/collector/wfdb-player/tells_it_of_each_segment",
                    test_source_time_of_segments);
    g_test_add_func("/collector/wfdb-player/makes_up_no_time_where_the_header_has_none",
                    test_no_source_time);
    g_test_add_func("/collector/wfdb-player/tells_it_of_each_number", test_source_time_of_numerics);
    g_test_add_func("/collector/wfdb-player/refuses_what_cannot_be_played", test_refusals);
    return g_test_run();
}
