/* Sources of the importer: what becomes of a table, and what is refused before
 * anything is sent.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "collector/import/job.h"
#include "collector/import/source.h"
#include "common/edf.h"
#include "common/error.h"
#include "common/wire.h"

/* Times without any rate, to the microsecond. */
#define WILD                                                                                       \
    "t,II\n0.000000,1\n0.100013,2\n0.130101,3\n0.903337,2\n0.911919,2\n1.700003,2\n1.720511,1\n"   \
    "1.907713,2\n2.500919,3\n2.511101,3\n2.903031,3\n3.330007,3\n3.400999,1\n3.490123,2\n"         \
    "3.600321,1\n3.770777,3\n4.100103,2\n4.110999,4\n4.300007,2\n4.390011,1\n4.401,2\n4.5003,1\n"

typedef struct {
    char *dir;
} Fixture;

static void
set_up(Fixture *f, gconstpointer unused)
{
    (void)unused;
    f->dir = g_dir_make_tmp("vicu-source-XXXXXX", NULL);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    g_autoptr(GDir) dir = g_dir_open(f->dir, 0, NULL);

    (void)unused;
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(f->dir, name, NULL);
        g_unlink(path);
    }
    g_rmdir(f->dir);
    g_free(f->dir);
}

static char *
put(Fixture *f, const char *name, const char *text)
{
    char *path = g_build_filename(f->dir, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void
refuse(const char *path, const char *part)
{
    const CollectorImportChoices choices = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorImportSource) s = collector_import_source_open(path, &choices, &error);

    g_assert_null(s);
    if (strstr(error->message, part) == NULL)
        g_error("'%s' does not say '%s'", error->message, part);
}

static Vicu__Batch *
first_piece(CollectorImportSource *s)
{
    g_autoptr(GError) error = NULL;
    CollectorTick *tick = collector_tick_new(NULL);
    g_autoptr(CollectorImportOut) out = collector_import_out_new(tick, s->signals, "t/u/1");

    s->at_us = 1000000;
    g_assert_true(s->piece(s, 0, out, &error));
    g_assert_no_error(error);
    g_autoptr(GBytes) packed = collector_tick_take(tick, 1);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    Vicu__Batch *batch = vicu_wire_unpack_batch(data, size, NULL);
    collector_tick_free(tick);
    return batch;
}

static gboolean
same_bytes(const ProtobufCBinaryData *a, const void *bytes, size_t n)
{
    return a->len == n && memcmp(a->data, bytes, n) == 0;
}

static void
digits_of_a_table_become_integers_with_a_decimal_gain(Fixture *f, gconstpointer unused)
{
    const CollectorImportChoices choices = {0};
    g_autofree char *path = put(f, "a.csv",
                                "t,II,HR\ns,mV,/min\n0,0.125,80\n0.004,-0.5,\n"
                                "0.008,,\n0.012,1.5,\n0.016,2,\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorImportSource) s = collector_import_source_open(path, &choices, &error);

    (void)unused;
    g_assert_no_error(error);
    g_autoptr(Vicu__Batch) b = first_piece(s);
    g_assert_cmpuint(b->n_segment, ==, 1);
    g_assert_cmpfloat(b->segment[0]->gain, ==, 1000);
    g_assert_cmpint(b->segment[0]->baseline, ==, 0);
    g_assert_cmpuint(b->segment[0]->period_den, ==, 250);
    g_assert_cmpint(b->segment[0]->origin, ==, VICU__ORIGIN__ORIGIN_ARCHIVE);
    g_assert_cmpint(b->segment[0]->t0_us, ==, 1000000);
    /* the empty cell is a hole: nothing is made up for it */
    g_assert_cmpuint(b->n_wave, ==, 2);
    const int16_t before[] = {125, -500}, after[] = {1500, 2000};
    g_assert_true(same_bytes(&b->wave[0]->samples, before, sizeof before));
    g_assert_cmpuint(b->wave[1]->first, ==, 3);
    g_assert_true(same_bytes(&b->wave[1]->samples, after, sizeof after));
    g_assert_cmpuint(b->n_numerics, ==, 1);
    g_assert_cmpfloat(b->numerics[0]->value[0], ==, 80);
}

static void
faults_of_a_table_are_named_by_line(Fixture *f, gconstpointer unused)
{
    g_autofree char *back = put(f, "b.csv", "t,II\n0,1\n0.004,2\n0.003,3\n");
    g_autofree char *few = put(f, "c.csv", "t,II,V\n0,1,2\n0.004,2\n");
    g_autofree char *wild = put(f, "d.csv", WILD);
    g_autofree char *empty = put(f, "e.csv", "");

    (void)unused;
    refuse(back, "b.csv:4:");
    refuse(few, "c.csv:3:");
    refuse(wild, "no rate");
    refuse(empty, "empty");
}

static void
records_that_lie_are_refused_before_anything_is_sent(Fixture *f, gconstpointer unused)
{
    g_autofree char *folder =
        g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", "synthetic", NULL);
    g_autofree char *missum = g_build_filename(folder, "missum.hea", NULL);
    g_autofree char *truncated = g_build_filename(folder, "truncated.hea", NULL);
    g_autofree char *absent = g_build_filename(folder, "absent.hea", NULL);
    g_autofree char *none = g_build_filename(f->dir, "none.hea", NULL);
    g_autofree char *odd = put(f, "x.txt", "hello");
    const CollectorImportChoices unchecked = {.unchecked = TRUE};
    g_autoptr(GError) error = NULL;

    (void)unused;
    refuse(missum, "add up to");
    refuse(truncated, "frame");
    refuse(absent, "absent");
    refuse(none, "no such file");
    refuse(odd, "not known what this is");
    g_autoptr(CollectorImportSource) s = collector_import_source_open(missum, &unchecked, &error);
    g_assert_no_error(error);
    g_assert_nonnull(s);
}

static void
a_piece_is_the_same_whenever_it_is_asked_for(Fixture *f, gconstpointer unused)
{
    const CollectorImportChoices choices = {0};
    g_autofree char *path =
        g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", "mitdb", "100.hea", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorImportSource) s = collector_import_source_open(path, &choices, &error);

    (void)f, (void)unused;
    g_assert_no_error(error);
    g_assert_cmpuint(s->n_pieces, >, 2);
    g_autoptr(Vicu__Batch) a = first_piece(s);
    g_autoptr(Vicu__Batch) b = first_piece(s);
    g_assert_cmpuint(a->n_wave, ==, 2);
    g_assert_true(
        same_bytes(&a->wave[1]->samples, b->wave[1]->samples.data, b->wave[1]->samples.len));
    g_assert_cmpfloat(a->segment[0]->gain, ==, 200);
    g_assert_cmpint(a->segment[0]->baseline, ==, 1024);
}

/* Two records of a second: ABP with a zero between two steps, II with one on a step and
 * the lowest number among its samples. */
static char *
put_edf(Fixture *f)
{
    char *path = g_build_filename(f->dir, "f.edf", NULL);
    VicuEdfSignal signal[2] = {{.label = "ABP",
                                .unit = "mmHg",
                                .physical_min = -20,
                                .physical_max = 300,
                                .digital_min = -2048,
                                .digital_max = 2047,
                                .samples = 125},
                               {.label = "ECG II",
                                .unit = "mV",
                                .physical_min = -163.84,
                                .physical_max = 163.835,
                                .digital_min = -32768,
                                .digital_max = 32767,
                                .samples = 250}};
    const VicuEdfHeader h = {.patient = "X X X X",
                             .recording = "Startdate 31-JAN-2026 X X X",
                             .start_us = INT64_C(1769846400000000),
                             .duration_num = 1,
                             .duration_den = 1,
                             .n_signals = 2,
                             .signal = signal};
    int16_t samples[375];
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuEdfWriter) writer = vicu_edf_writer_new(path, &h, 128, &error);

    g_assert_no_error(error);
    for (int i = 0; i < 375; i++)
        samples[i] = (int16_t)(i == 200 ? -32768 : i - 100);
    for (int r = 0; r < 2; r++)
        g_assert_true(vicu_edf_writer_record(writer, r * G_USEC_PER_SEC, samples, &error));
    g_assert_true(vicu_edf_writer_finish(writer, &error));
    return path;
}

static void
a_foreign_edf_keeps_its_numbers_and_says_what_is_not_exact(Fixture *f, gconstpointer unused)
{
    const CollectorImportChoices choices = {0};
    g_autofree char *path = put_edf(f);
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorImportSource) s = collector_import_source_open(path, &choices, &error);

    (void)unused;
    g_assert_no_error(error);
    g_assert_cmpint(s->start_us, ==, INT64_C(1769846400000000));
    g_assert_cmpint(s->span_us, ==, 2000000);
    g_assert_cmpuint(s->notes->len, ==, 2);
    g_assert_nonnull(strstr(s->notes->pdata[0], "signal ABP: its zero lies at"));
    g_assert_nonnull(strstr(s->notes->pdata[1], "2 samples are -32768"));
    g_autoptr(Vicu__Batch) b = first_piece(s);
    g_assert_cmpuint(b->n_segment, ==, 2);
    g_assert_cmpfloat(b->segment[0]->gain, ==, 4095.0 / 320.0);
    g_assert_cmpstr(b->segment[0]->unit, ==, "mm[Hg]");
    g_assert_cmpfloat_with_epsilon(b->segment[1]->gain, 200, 1e-9);
    g_assert_cmpint(b->segment[1]->baseline, ==, 0);
    g_assert_cmpuint(b->wave[1]->samples.len, ==, 2 * 500);
}

static void
put_last(GHashTable *last, uint64_t epoch, uint64_t sequence)
{
    g_hash_table_replace(last, g_memdup2(&epoch, sizeof epoch),
                         g_memdup2(&sequence, sizeof sequence));
}

static void
a_job_knows_how_far_it_came(Fixture *f, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) last = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);

    (void)unused;
    g_autoptr(CollectorImportJob) job =
        collector_import_job_open(f->dir, "abc", "t/u/1", 5, &error);
    g_assert_no_error(error);
    g_assert_true(collector_import_job_is_new(job));
    g_assert_true(collector_import_job_epoch(job, 100, 0, &error));
    g_assert_true(collector_import_job_epoch(job, 101, 7, &error));
    g_autoptr(CollectorImportJob) again =
        collector_import_job_open(f->dir, "abc", "t/u/1", 5, &error);
    g_assert_false(collector_import_job_is_new(again));
    g_assert_cmpuint(collector_import_job_safe(again, last), ==, 0);
    put_last(last, 100, 7);
    put_last(last, 101, 0);
    g_assert_cmpuint(collector_import_job_safe(again, last), ==, 7);
    put_last(last, 101, 3);
    g_assert_cmpuint(collector_import_job_safe(again, last), ==, 10);
    g_autoptr(CollectorImportJob) other =
        collector_import_job_open(f->dir, "abc", "t/u/2", 5, &error);
    g_assert_true(collector_import_job_is_new(other));
    collector_import_job_done(again);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name)                                                                                 \
    g_test_add("/collector/import-source/" #name, Fixture, NULL, set_up, name, tear_down)
    TEST(digits_of_a_table_become_integers_with_a_decimal_gain);
    TEST(faults_of_a_table_are_named_by_line);
    TEST(records_that_lie_are_refused_before_anything_is_sent);
    TEST(a_foreign_edf_keeps_its_numbers_and_says_what_is_not_exact);
    TEST(a_piece_is_the_same_whenever_it_is_asked_for);
    TEST(a_job_knows_how_far_it_came);
    return g_test_run();
}
