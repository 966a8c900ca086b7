/* Records: checksums and first values of everything that is here, and every
 * sample of the synthetic records against the truth they were made from.
 * VICU_DATA_DIR adds a wider collection.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "collector/sources/wfdb-record.h"
#include "common/error.h"
#include "tests/data/synthetic.h"

static char *
data_path(const char *name)
{
    return g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", name, NULL);
}

static CollectorWfdbRecord *
open_well(const char *path)
{
    g_autoptr(GError) error = NULL;
    CollectorWfdbRecord *record = collector_wfdb_record_open(path, &error);

    g_assert_no_error(error);
    g_assert_nonnull(record);
    return record;
}

static void
refuse(const char *name, VicuErrorCode code, const char *part)
{
    g_autofree char *path = data_path(name);
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);

    g_assert_null(record);
    g_assert_error(error, VICU_ERROR, (int)code);
    if (strstr(error->message, part) == NULL)
        g_error("'%s' does not say '%s'", error->message, part);
}

/* Headers whose initial value is known to be wrong: it is not the first sample. */
static gboolean
initial_is_known_wrong(const char *segment, const char *signal)
{
    return strcmp(segment, "mixedsignals") == 0
           || (g_str_has_prefix(segment, "test01_00s_") && strcmp(signal, "ECG_3") == 0
               && strcmp(segment, "test01_00s_skew") != 0);
}

/* Every sum and first value of the record at @path; how many were compared. */
static guint
check_record(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbRecord) record = open_well(path);
    g_autoptr(GPtrArray) checks = collector_wfdb_record_check(record, &error);
    guint n = 0;

    g_assert_no_error(error);
    for (guint i = 0; i < checks->len; i++) {
        const CollectorWfdbCheck *c = checks->pdata[i];
        if (c->has_checksum && c->checksum_found != c->checksum_expected)
            g_error("%s: %s %s: checksum %u, header %u", path, c->segment, c->signal,
                    c->checksum_found, c->checksum_expected);
        if (c->has_initial && c->initial_found != c->initial_expected
            && !initial_is_known_wrong(c->segment, c->signal))
            g_error("%s: %s %s: begins with %d, header %d", path, c->segment, c->signal,
                    c->initial_found, c->initial_expected);
        n += c->has_checksum;
    }
    return n;
}

static gboolean
must_fail(const char *name)
{
    const char *const names[] = {"absent",   "truncated", "missum", "lost",
                                 "icu_0006", "12726",     NULL};

    for (size_t i = 0; names[i] != NULL; i++)
        if (g_str_has_prefix(name, names[i]) && strcmp(name + strlen(names[i]), ".hea") == 0)
            return TRUE;
    return FALSE;
}

static guint
check_folder(const char *folder, guint *n_records)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint n = 0;

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            n += check_folder(path, n_records);
        } else if (g_str_has_suffix(name, ".hea") && !must_fail(name)) {
            n += check_record(path);
            ++*n_records;
        }
    }
    return n;
}

static void
test_checksums(void)
{
    g_autofree char *folder = data_path("");
    guint n_records = 0;
    guint n = check_folder(folder, &n_records);

    g_test_message("%u signals of %u records", n, n_records);
    g_assert_cmpuint(n_records, >=, 30);
    g_assert_cmpuint(n, >=, 75);
}

static void
test_wider_checksums(void)
{
    guint n_records = 0;

    if (g_getenv("VICU_DATA_DIR") == NULL) {
        g_test_skip("VICU_DATA_DIR is not set");
        return;
    }
    g_autofree char *folder = g_build_filename(g_getenv("VICU_DATA_DIR"), "wfdb", NULL);
    guint n = check_folder(folder, &n_records);
    g_test_message("%u signals of %u records", n, n_records);
    g_assert_cmpuint(n_records, >=, 90);
    g_assert_cmpuint(n, >=, 250);
}

/* Reads all of @record in steps of @step frames and compares it with the truth. */
static void
compare(const SyntheticRecord *truth, CollectorWfdbRecord *record, size_t step)
{
    size_t width = collector_wfdb_record_width(record);
    g_autofree int32_t *samples = g_new(int32_t, step * width);
    CollectorWfdbRun run;
    double gain = 0.0;

    for (int64_t f = 0; f < truth->n_frames; f += (int64_t)run.n_frames) {
        g_autoptr(GError) error = NULL;
        g_assert_true(collector_wfdb_record_read(record, f, step, samples, &run, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(run.n_frames, >, 0);
        for (size_t k = 0; k < run.n_frames; k++)
            for (size_t c = 0; c < truth->n_channels; c++) {
                const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, c);
                for (uint32_t j = 0; j < channel->samples_per_frame; j++) {
                    int32_t expected = synthetic_truth(truth->record, c, f + (int64_t)k, j, &gain);
                    int32_t found = samples[k * width + channel->offset + j];
                    if (expected != found)
                        g_error("%s frame %" G_GINT64_FORMAT " channel %zu[%u]: %d, not %d",
                                truth->record, f + (int64_t)k, c, j, found, expected);
                    if (found != COLLECTOR_WFDB_INVALID) /* the segment's gain, not the layout's */
                        g_assert_cmpfloat(run.signal[c]->gain, ==, gain);
                }
            }
    }
}

static void
test_truth(void)
{
    const size_t steps[] = {1, 7, 250, 100000};

    for (const SyntheticRecord *r = synthetic_records; r->record != NULL; r++) {
        g_autofree char *name = g_strdup_printf("synthetic/%s.hea", r->record);
        g_autofree char *path = data_path(name);
        g_autoptr(CollectorWfdbRecord) record = open_well(path);
        g_assert_cmpint(collector_wfdb_record_frames(record), ==, r->n_frames);
        g_assert_cmpuint(collector_wfdb_record_n_channels(record), ==, r->n_channels);
        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
            compare(r, record, steps[i]);
    }
}

/* Any order of reading gives the same: format 8 has to be summed from somewhere. */
static void
test_random_access(void)
{
    g_autofree char *path = data_path("synthetic/packed.hea");
    g_autoptr(CollectorWfdbRecord) record = open_well(path);
    g_autoptr(GRand) rand = g_rand_new_with_seed(311);
    size_t width = collector_wfdb_record_width(record);
    g_autofree int32_t *samples = g_new(int32_t, 64 * width);
    double gain = 0.0;

    for (int i = 0; i < 400; i++) {
        int64_t f = g_rand_int_range(rand, 0, 501);
        CollectorWfdbRun run;
        g_autoptr(GError) error = NULL;
        g_assert_true(collector_wfdb_record_read(record, f, (size_t)g_rand_int_range(rand, 1, 65),
                                                 samples, &run, &error));
        for (size_t k = 0; k < run.n_frames; k++)
            for (size_t c = 0; c < 5; c++)
                g_assert_cmpint(
                    samples[k * width + collector_wfdb_record_channel(record, c)->offset], ==,
                    synthetic_truth("packed", c, f + (int64_t)k, 0, &gain));
    }
}

static void
test_presence(void)
{
    g_autofree char *path = data_path("synthetic/icu.hea");
    g_autoptr(CollectorWfdbRecord) record = open_well(path);
    const struct {
        int64_t frame;
        CollectorWfdbPresence presence;
        size_t segment;
    } cases[] = {
        {0, COLLECTOR_WFDB_GAP, 1},         {499, COLLECTOR_WFDB_GAP, 1},
        {500, COLLECTOR_WFDB_PRESENT, 2},   {1143, COLLECTOR_WFDB_PRESENT, 3},
        {1660, COLLECTOR_WFDB_ABSENT, 6},   {2000, COLLECTOR_WFDB_ABSENT, 7},
        {2100, COLLECTOR_WFDB_GAP, 8},      {2200, COLLECTOR_WFDB_PRESENT, 9},
        {2999, COLLECTOR_WFDB_PRESENT, 10},
    };
    int32_t samples[3];

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        CollectorWfdbRun run;
        g_autoptr(GError) error = NULL;
        g_assert_true(collector_wfdb_record_read(record, cases[i].frame, 1, samples, &run, &error));
        g_assert_cmpint(run.presence, ==, cases[i].presence);
        g_assert_cmpuint(run.segment, ==, cases[i].segment);
        g_assert_cmpint(run.absent != NULL, ==, run.presence == COLLECTOR_WFDB_ABSENT);
    }
    CollectorWfdbRun run;
    g_assert_true(collector_wfdb_record_read(record, 3000, 1, samples, &run, NULL));
    g_assert_cmpuint(run.n_frames, ==, 0);
}

static void
test_names(void)
{
    g_autofree char *path = data_path("synthetic/packed.hea");
    g_autoptr(CollectorWfdbRecord) record = open_well(path);

    g_assert_cmpstr(collector_wfdb_record_channel(record, 0)->name, ==, "II");
    g_assert_cmpstr(collector_wfdb_record_channel(record, 1)->name, ==, "II#2");
    g_assert_cmpstr(collector_wfdb_record_channel(record, 1)->label, ==, "II");
}

static void
test_refusals(void)
{
    refuse("synthetic/absent.hea", VICU_ERROR_ABSENT,
           "absent.dat: the record's signal file is not here");
    refuse("synthetic/truncated.hea", VICU_ERROR_FORMAT,
           "truncated.dat: the file holds 75 whole frames, the header says 100");
    refuse("synthetic/lost.hea", VICU_ERROR_ABSENT, "lost_1.hea is the first that is missing");
    refuse("synthetic/nothing.hea", VICU_ERROR_ABSENT, "nothing.hea: header cannot be read");
    refuse("formats/12726.hea", VICU_ERROR_ABSENT, "12726.dat");
}

static void
test_wrong_sum(void)
{
    g_autofree char *path = data_path("synthetic/missum.hea");
    g_autoptr(CollectorWfdbRecord) record = open_well(path);
    g_autoptr(GPtrArray) checks = collector_wfdb_record_check(record, NULL);
    const CollectorWfdbCheck *c = checks->pdata[0];

    g_assert_cmpuint(c->checksum_expected, ==, 1);
    g_assert_cmpuint(c->checksum_found, ==, 65216);
    g_assert_cmpint(c->initial_found, ==, c->initial_expected);
}

/* Segments that contradict the record they belong to. */
static void
test_contradictions(void)
{
    const struct {
        const char *record, *segment, *message;
    } cases[] = {
        {"m/1 1 125 4\nm_1 4\n", "m_1 1 125 5\nm.dat 80\n", "5 frames, the record's header says 4"},
        {"m/1 1 125 4\nm_1 4\n", "m_1 1 250 4\nm.dat 80\n", "the sampling rate differs"},
        {"m/1 1 125 4\nm_1 4\n", "m_1 2 125 4\nm.dat 80\nm.dat 80\n",
         "2 signals, the record has 1"},
        {"m/1 1 125 4\nm_1 4\n", "m_1/1 1 125 4\nx 4\n", "a segment has segments itself"},
    };
    g_autofree char *folder = g_dir_make_tmp("vicu-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "m.hea", NULL);
    g_autofree char *part = g_build_filename(folder, "m_1.hea", NULL);
    g_autofree char *data = g_build_filename(folder, "m.dat", NULL);

    g_assert_true(g_file_set_contents(data, "01234567", 8, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int32_t out[4];
        CollectorWfdbRun run;
        g_assert_true(g_file_set_contents(path, cases[i].record, -1, NULL));
        g_assert_true(g_file_set_contents(part, cases[i].segment, -1, NULL));
        g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);
        if (record != NULL)
            g_assert_false(collector_wfdb_record_read(record, 0, 4, out, &run, &error));
        g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
        if (strstr(error->message, cases[i].message) == NULL)
            g_error("'%s' does not say '%s'", error->message, cases[i].message);
    }
    g_remove(path);
    g_remove(part);
    g_remove(data);
    g_rmdir(folder);
}

static void
test_generator(void)
{
    g_autoptr(GPtrArray) files = synthetic_files();

    for (guint i = 0; i < files->len; i++) {
        const SyntheticFile *file = files->pdata[i];
        g_autofree char *name = g_build_filename("synthetic", file->name, NULL);
        g_autofree char *path = data_path(name);
        g_autofree char *text = NULL;
        gsize n = 0;
        g_assert_true(g_file_get_contents(path, &text, &n, NULL));
        if (n != file->bytes->len || memcmp(text, file->bytes->data, n) != 0)
            g_error("%s differs from what make-synthetic writes", path);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/wfdb-record/sums_and_first_values_agree_with_the_headers",
                    test_checksums);
    g_test_add_func("/collector/wfdb-record/sums_of_the_wider_collection_agree",
                    test_wider_checksums);
    g_test_add_func("/collector/wfdb-record/synthetic_records_are_what_the_generator_writes",
                    test_generator);
    g_test_add_func("/collector/wfdb-record/every_synthetic_sample_is_the_truth", test_truth);
    g_test_add_func("/collector/wfdb-record/reads_in_any_order", test_random_access);
    g_test_add_func("/collector/wfdb-record/tells_gaps_from_absent_files", test_presence);
    g_test_add_func("/collector/wfdb-record/numbers_a_repeated_name", test_names);
    g_test_add_func("/collector/wfdb-record/refuses_absent_and_truncated_files", test_refusals);
    g_test_add_func("/collector/wfdb-record/finds_a_wrong_sum", test_wrong_sum);
    g_test_add_func("/collector/wfdb-record/refuses_segments_that_contradict_the_record",
                    test_contradictions);
    return g_test_run();
}
