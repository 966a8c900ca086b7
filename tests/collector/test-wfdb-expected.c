/* Cell by cell against what the reference tools of WFDB print (rdsamp, its
 * columns after the first). VICU_DATA_DIR adds the outputs of a wider collection.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <gio/gio.h>

#include "collector/sources/wfdb-record.h"

/* One call of rdsamp: frames first..end of the signals listed (empty: all). */
typedef struct {
    const char *output;
    const char *record;
    int64_t first;
    int64_t end; /* -1: as many as there are lines */
    const char *signals;
    gboolean physical; /* -P */
    gboolean high;     /* -H: every sample of the fastest signal gets a row */
    const char *invalid;
} Case;

static const Case cases[] = {
    {"record-1a", "formats/test01_00s", 0, -1, "", FALSE, FALSE, ""},
    {"record-1b", "challenge2015/a103l", 12500, 40000, "2 0", TRUE, FALSE, ""},
    {"record-1c", "challenge2015/a103l", 20000, -1, "0 1", FALSE, FALSE, ""},
    {"record-1f", "formats/binformats", 0, -1, "", FALSE, FALSE, ""},
    {"record-2b", "mitdb/100", 1, 10800, "1", FALSE, FALSE, ""},
    {"record-2c", "formats/100_3chan", 0, -1, "", TRUE, FALSE, ""},
    {"record-4a", "formats/test01_00s_skewframe", 0, -1, "", FALSE, FALSE, ""},
    {"record-4b", "mimic/03700181", 0, -1, "", FALSE, FALSE, ""},
    {"record-4c", "mimic/03700181", 1000, 16000, "0 2", TRUE, FALSE, ""},
    {"record-4d", "formats/test01_00s_skewframe", 0, -1, "", TRUE, TRUE, ""},
    {"record-flac", "formats/flacformats", 0, -1, "", FALSE, FALSE, ""},
    {"record-multi-fixed-c", "formats/v102s_multi_fixed/v102s", 70000, 80000, "1 0 3", TRUE, FALSE,
     "-"},
    {"record-multi-fixed-d", "mimic/041s/041s", 0, -1, "3 2 1", FALSE, TRUE, "-2048"},
};

static const Case wider[] = {
    {"record-1d", "mimic/3000003_0003", 125, 1000, "1", TRUE, FALSE, ""},
    {"record-2d", "formats/310derive", 2, -1, "", FALSE, FALSE, ""},
    {"record-2e", "formats/311derive", 1, 978, "", TRUE, FALSE, ""},
    {"record-multi-variable-d", "mimic/p000878/p000878-2137-10-26-16-57", 3550, 7500, "0 1", FALSE,
     FALSE, "-128"},
};

/* The text of @path, or of @path.gz. */
static char *
load(const char *path)
{
    g_autofree char *zipped = g_strconcat(path, ".gz", NULL);
    gboolean is_zipped = g_file_test(zipped, G_FILE_TEST_EXISTS);
    g_autoptr(GFile) file = g_file_new_for_path(is_zipped ? zipped : path);
    g_autoptr(GError) error = NULL;
    g_autoptr(GInputStream) in = G_INPUT_STREAM(g_file_read(file, NULL, &error));
    g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();

    g_assert_no_error(error);
    if (is_zipped) {
        g_autoptr(GConverter) unzip =
            G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
        g_autoptr(GInputStream) plain = g_converter_input_stream_new(in, unzip);
        g_set_object(&in, plain);
    }
    g_output_stream_splice(out, in, G_OUTPUT_STREAM_SPLICE_NONE, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_output_stream_write_all(out, "", 1, NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(out, NULL, NULL));
    return g_memory_output_stream_steal_data(G_MEMORY_OUTPUT_STREAM(out));
}

/* One cell as rdsamp prints it: without -H the mean of a frame's valid samples,
 * in integers; with -H the sample that stands at row @row of @rows. */
static char *
cell(const Case *c,
     const CollectorWfdbRecord *record,
     const CollectorWfdbRun *run,
     const int32_t *samples,
     size_t channel_index,
     uint32_t row,
     uint32_t rows)
{
    const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, channel_index);
    const int32_t *at = samples + channel->offset;
    uint32_t k = channel->samples_per_frame;
    int64_t sum = 0;
    int64_t value = at[row * k / rows];

    if (!c->high) {
        for (uint32_t j = 0; j < k; j++) {
            if (at[j] == COLLECTOR_WFDB_INVALID)
                return g_strdup(c->invalid);
            sum += at[j];
        }
        value = sum / (int64_t)k;
    } else if (value == COLLECTOR_WFDB_INVALID) {
        return g_strdup(c->invalid);
    }
    if (!c->physical)
        return g_strdup_printf("%" G_GINT64_FORMAT, value);
    const CollectorWfdbSignal *signal = run->signal[channel_index];
    return g_strdup_printf("%.8f", ((double)value - signal->baseline) / signal->gain);
}

static gboolean
same(const char *found, const char *expected)
{
    if (strcmp(found, expected) == 0)
        return TRUE;
    /* rdsamp keeps the gain in double too, but divides in another order */
    return strchr(expected, '.') != NULL
           && ABS(g_ascii_strtod(found, NULL) - g_ascii_strtod(expected, NULL)) < 1.5e-8;
}

static void
compare_line(const Case *c,
             const char *line,
             size_t number,
             const CollectorWfdbRecord *record,
             const CollectorWfdbRun *run,
             const int32_t *samples,
             uint32_t row,
             uint32_t rows)
{
    g_auto(GStrv) cells = g_strsplit(line, "\t", 0);
    g_auto(GStrv) wanted = g_strsplit(c->signals, " ", 0);
    size_t n =
        c->signals[0] != '\0' ? g_strv_length(wanted) : collector_wfdb_record_n_channels(record);

    g_assert_cmpuint(g_strv_length(cells), ==, n);
    for (size_t i = 0; i < n; i++) {
        size_t channel = c->signals[0] != '\0' ? (size_t)g_ascii_strtoull(wanted[i], NULL, 10) : i;
        g_autofree char *found = cell(c, record, run, samples, channel, row, rows);
        if (!same(found, g_strstrip(cells[i])))
            g_error("%s line %zu column %zu: '%s', the reference has '%s'", c->output, number,
                    i + 1, found, cells[i]);
    }
}

static void
compare(const Case *c, const char *folder)
{
    g_autofree char *name = g_strconcat(c->record, ".hea", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *output = g_build_filename(folder, "expected", c->output, NULL);
    g_autofree char *text = load(output);
    char *line = g_strchomp(text);
    size_t number = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);
    uint32_t rows = 1;
    CollectorWfdbRun run;

    g_assert_no_error(error);
    for (size_t i = 0; c->high && i < collector_wfdb_record_n_channels(record); i++)
        rows = MAX(rows, collector_wfdb_record_channel(record, i)->samples_per_frame);
    g_autofree int32_t *samples = g_new(int32_t, collector_wfdb_record_width(record));
    int64_t f = c->first;
    for (; *line != '\0'; f++) {
        g_assert_true(collector_wfdb_record_read(record, f, 1, samples, &run, &error));
        g_assert_cmpuint(run.n_frames, ==, 1);
        for (uint32_t row = 0; row < rows && *line != '\0'; row++) {
            char *end = strchrnul(line, '\n');
            char *next = *end != '\0' ? end + 1 : end;
            *end = '\0';
            compare_line(c, line, ++number, record, &run, samples, row, rows);
            line = next;
        }
    }
    if (c->end >= 0)
        g_assert_cmpint(f, ==, c->end);
}

static void
test_expected(gconstpointer data)
{
    g_autofree char *folder = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", NULL);

    compare(data, folder);
}

static void
test_wider(void)
{
    if (g_getenv("VICU_DATA_DIR") == NULL) {
        g_test_skip("VICU_DATA_DIR is not set");
        return;
    }
    g_autofree char *folder = g_build_filename(g_getenv("VICU_DATA_DIR"), "wfdb", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        compare(&cases[i], folder);
    for (size_t i = 0; i < G_N_ELEMENTS(wider); i++)
        compare(&wider[i], folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name =
            g_strdup_printf("/collector/wfdb-expected/decodes_%s_as_rdsamp_does", cases[i].output);
        g_test_add_data_func(name, &cases[i], test_expected);
    }
    g_test_add_func("/collector/wfdb-expected/decodes_the_wider_collection_as_rdsamp_does",
                    test_wider);
    return g_test_run();
}
