/* Import and export over a running installation: every recording of the clone goes
 * in and comes out in each format, sample for sample; an import that is killed goes
 * on; nothing of it is judged. VICU_DATA_DIR adds a wider collection at night.
 *
 * What comes out is read by the WFDB reader, which knows nothing of the writer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/import/source.h"
#include "collector/sources/wfdb-player.h"
#include "collector/sources/wfdb-record.h"
#include "common/clock.h"
#include "common/folder.h"

#define AT    "2026-01-31T08:00:00.000123Z"
#define AT_US INT64_C(1769846400000123)
/* Longer recordings go through EDF+ and CSV at night only. */
#define DAY_SAMPLES 1500000
#define BLOCK       4096
#define NEVER       "2030-01-01T00:00:00Z"
#define BEFORE      "1990-01-01T00:00:00Z"

static char *work, *root;
static GPid up;

/* ---- programs ---- */

static char *
program(const char *name)
{
    return g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", name, NULL);
}

/* Runs build/tools/vicu with the words up to NULL; its status. What it printed is in *out. */
static int
vicu(char **out, char **err, const char *word, ...)
{
    g_autofree char *path = program("vicu");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    int status = 0;
    va_list words;

    g_ptr_array_add(argv, path);
    va_start(words, word);
    for (; word != NULL; word = va_arg(words, const char *))
        g_ptr_array_add(argv, (gpointer)word);
    va_end(words);
    g_ptr_array_add(argv, (gpointer) "--root");
    g_ptr_array_add(argv, root);
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, out, err, &status,
                 &error);
    g_assert_no_error(error);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define must(...)                                                                                  \
    do {                                                                                           \
        g_autofree char *said_ = NULL, *err_ = NULL;                                               \
        int status_ = vicu(&said_, &err_, __VA_ARGS__, NULL);                                      \
        if (status_ != 0)                                                                          \
            g_error("status %d: %s", status_, err_);                                               \
    } while (0)

/* ---- what a record holds ---- */

/* One channel: its values by sample number since the record's beginning. */
typedef struct {
    char *label;
    char *unit;
    guint occurrence; /* the how many-th with this label */
    double rate_hz;
    int64_t start_us;
    GArray *raw;   /* int32_t */
    GArray *value; /* double; NaN: none */
} Channel;

static void
channel_free(gpointer data)
{
    Channel *c = data;

    g_array_unref(c->raw);
    g_array_unref(c->value);
    g_free(c->label);
    g_free(c->unit);
    g_free(c);
}

static void
add_block(CollectorWfdbRecord *record,
          const CollectorWfdbRun *run,
          const int32_t *block,
          GPtrArray *channels,
          guint first)
{
    size_t width = collector_wfdb_record_width(record);

    for (size_t i = 0; i < collector_wfdb_record_n_channels(record); i++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, i);
        Channel *c = channels->pdata[first + i];
        for (size_t f = 0; f < run->n_frames; f++)
            for (uint32_t j = 0; j < channel->samples_per_frame; j++) {
                int32_t raw = block[f * width + channel->offset + j];
                const CollectorWfdbSignal *signal = run->signal[i];
                double value = raw == COLLECTOR_WFDB_INVALID || signal == NULL
                                   ? (double)NAN
                                   : ((double)raw - signal->baseline) / signal->gain;
                g_array_append_val(c->raw, raw);
                g_array_append_val(c->value, value);
            }
    }
}

/* Adds the channels of the record at @path. */
static void
load(const char *path, int64_t start_us, GPtrArray *channels)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);
    guint first = channels->len;
    CollectorWfdbRun run;

    g_assert_no_error(error);
    const CollectorWfdbHeader *h = collector_wfdb_record_header(record);
    for (size_t i = 0; i < collector_wfdb_record_n_channels(record); i++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, i);
        Channel *c = g_new0(Channel, 1);
        c->label = g_strdup(channel->label);
        c->unit = g_strdup(collector_wfdb_ucum(channel->unit));
        c->rate_hz = (double)h->rate_num / h->rate_den * channel->samples_per_frame;
        c->start_us = start_us;
        c->raw = g_array_new(FALSE, FALSE, sizeof(int32_t));
        c->value = g_array_new(FALSE, FALSE, sizeof(double));
        for (guint k = 0; k < channels->len; k++)
            c->occurrence += strcmp(((Channel *)channels->pdata[k])->label, c->label) == 0;
        g_ptr_array_add(channels, c);
    }
    size_t n = BLOCK;
    g_autofree int32_t *block = g_new(int32_t, n * collector_wfdb_record_width(record));
    for (int64_t f = 0; f < collector_wfdb_record_frames(record); f += (int64_t)run.n_frames) {
        g_assert_true(collector_wfdb_record_read(record, f, n, block, &run, &error));
        g_assert_no_error(error);
        add_block(record, &run, block, channels, first);
    }
}

/* Sum and first value of every signal, as the header says them. */
static void
check_sums(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) checks = collector_wfdb_record_check(record, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(checks->len, >, 0);
    for (guint i = 0; i < checks->len; i++) {
        const CollectorWfdbCheck *c = checks->pdata[i];
        g_assert_true(c->has_checksum && c->has_initial);
        g_assert_cmpuint(c->checksum_found, ==, c->checksum_expected);
        g_assert_cmpint(c->initial_found, ==, c->initial_expected);
    }
}

static int64_t
start_of(const char *path)
{
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *at = strstr(text, "# vicu t0_us ");
    g_assert_nonnull(at);
    return g_ascii_strtoll(at + strlen("# vicu t0_us "), NULL, 10);
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All records of a folder, segments and layouts left out; every sum is checked. */
static GPtrArray *
load_folder(const char *folder, const char *stem)
{
    GPtrArray *channels = g_ptr_array_new_with_free_func(channel_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name = NULL;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *rest =
            g_str_has_prefix(name, stem) ? g_strdup(name + strlen(stem)) : g_strdup("_");
        if (g_str_has_suffix(name, ".hea") && strchr(rest, '_') == NULL)
            g_ptr_array_add(names, g_strdup(name));
    }
    qsort(names->pdata, names->len, sizeof(char *), by_text);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        check_sums(path);
        load(path, start_of(path), channels);
    }
    g_assert_cmpuint(channels->len, >, 0);
    return channels;
}

/* ---- comparing ---- */

/* Numerics are known by their meaning: the store keeps no label of them. */
static const Channel *
find(const GPtrArray *channels, const Channel *like, const VicuSignal *number)
{
    for (guint i = 0; i < channels->len; i++) {
        const Channel *c = channels->pdata[i];
        if (number != NULL && collector_wfdb_find_numeric(c->label) == number
            && strcmp(c->unit, like->unit) == 0)
            return c;
        if (strcmp(c->label, like->label) == 0 && c->occurrence == like->occurrence
            && fabs(c->rate_hz - like->rate_hz) <= 1e-9 * like->rate_hz)
            return c;
    }
    return NULL;
}

static double
value_at(const Channel *c, int64_t i)
{
    return i >= 0 && i < (int64_t)c->value->len ? g_array_index(c->value, double, i) : (double)NAN;
}

static gboolean
has_any(const Channel *c)
{
    for (guint i = 0; i < c->value->len; i++)
        if (!isnan(g_array_index(c->value, double, i)))
            return TRUE;
    return FALSE;
}

static double
largest(const Channel *c)
{
    double most = 0;

    for (guint i = 0; i < c->value->len; i++)
        most = MAX(most, fabs(g_array_index(c->value, double, i)));
    return most;
}

/* How far a value may be off: half of a step where the recording has more than 16 bits. */
static double
slack_of(const Channel *c)
{
    double step = 0, most = 0;
    gboolean wide = FALSE;

    for (guint i = 0; i < c->raw->len; i++) {
        int32_t raw = g_array_index(c->raw, int32_t, i);
        if (raw == COLLECTOR_WFDB_INVALID)
            continue;
        wide = wide || raw <= INT16_MIN || raw > INT16_MAX;
        most = MAX(most, fabs(g_array_index(c->value, double, i)));
    }
    step = wide ? 2 * most / 32766 : 0;
    return step;
}

/* Numbers by their times: where most have no value, the step of those that have is longer. */
static void
compare_numbers(const Channel *a, const Channel *b, const VicuSignal *number, const char *what)
{
    guint n_a = 0, n_b = 0;

    for (guint k = 0; k < b->value->len; k++)
        n_b += !isnan(g_array_index(b->value, double, k));
    for (guint k = 0; k < a->value->len; k++) {
        double x = g_array_index(a->value, double, k);
        double at = (k / a->rate_hz - (double)(b->start_us - AT_US) / 1e6) * b->rate_hz;
        if (isnan(x) || (x == 0 && collector_wfdb_zero_is_no_value(number)))
            continue;
        n_a++;
        double y = value_at(b, llround(at));
        if (fabs(at - round(at)) > 1e-3 || isnan(y) || fabs(x - y) > 0)
            g_error("%s: %s, value %u: %.17g became %.17g", what, a->label, k, x, y);
    }
    g_assert_cmpuint(n_a, ==, n_b);
}

static void
compare(const GPtrArray *before, const GPtrArray *after, const char *what)
{
    for (guint i = 0; i < before->len; i++) {
        const Channel *a = before->pdata[i];
        const VicuSignal *number = a->rate_hz <= 1 ? collector_wfdb_find_numeric(a->label) : NULL;
        const Channel *b = find(after, a, number);
        double slack = slack_of(a);
        if (b == NULL && !has_any(a))
            continue;
        if (b == NULL && number != NULL && a->value->len < 2)
            continue; /* a single number has no rate */
        if (b == NULL && strstr(what, "edf") != NULL && largest(a) > 9.9e5)
            continue; /* eight characters cannot say its range, and the export says so */
        if (b == NULL)
            g_error("%s: %s at %g Hz is gone", what, a->label, a->rate_hz);
        if (a->unit[0] != '\0')
            g_assert_cmpstr(a->unit, ==, b->unit);
        if (number != NULL) {
            compare_numbers(a, b, number, what);
            continue;
        }
        int64_t lead = llround((double)(b->start_us - AT_US) / 1e6 * a->rate_hz);
        for (int64_t k = 0; k < MAX((int64_t)a->value->len, (int64_t)b->value->len + lead); k++) {
            double x = value_at(a, k), y = value_at(b, k - lead);
            if (isnan(x) && isnan(y))
                continue;
            if (isnan(x) || isnan(y) || fabs(x - y) > slack)
                g_error("%s: %s, sample %" G_GINT64_FORMAT ": %.17g became %.17g", what, a->label,
                        k, x, y);
        }
    }
}

/* ---- one recording through all formats ---- */

static guint counter;

static char *
new_bed(void)
{
    return g_strdup_printf("t/u/%u", ++counter);
}

static char *
stem_of(const char *bed)
{
    char *stem = g_strdup(bed);

    return g_strdelimit(stem, "/", '-');
}

static char *export(const char *bed, const char *format, const char *codec)
{
    char *folder = g_strdup_printf("%s/out-%u", work, ++counter);

    if (codec != NULL)
        must("export", bed, "--from", BEFORE, "--to", NEVER, "--format", format, "-o", folder,
             "--codec", codec);
    else
        must("export", bed, "--from", BEFORE, "--to", NEVER, "--format", format, "-o", folder);
    return folder;
}

static void
compare_bed(const GPtrArray *before, const char *bed, const char *codec, const char *what)
{
    g_autofree char *folder = export(bed, "wfdb", codec);
    g_autofree char *stem = stem_of(bed);
    g_autoptr(GPtrArray) after = load_folder(folder, stem);

    compare(before, after, what);
    vicu_folder_remove(folder);
}

/* Every file of the folder that ends in @suffix goes into the bed. */
static void
import_folder(const char *folder, const char *suffix, const char *bed)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_str_has_suffix(name, suffix))
            must("import", path, "--bed", bed);
    }
}

static void
by_way_of(const GPtrArray *before, const char *bed, const char *format, const char *path)
{
    g_autofree char *folder = export(bed, format, NULL);
    g_autofree char *other = new_bed();
    g_autofree char *suffix = g_strconcat(".", format, NULL);
    g_autofree char *what = g_strdup_printf("%s by way of %s", path, format);

    import_folder(folder, suffix, other);
    compare_bed(before, other, NULL, what);
    vicu_folder_remove(folder);
}

static uint64_t
samples_of(const GPtrArray *channels)
{
    uint64_t n = 0;

    for (guint i = 0; i < channels->len; i++)
        n += ((Channel *)channels->pdata[i])->value->len;
    return n;
}

static void
round_trip(const char *path)
{
    g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func(channel_free);
    g_autofree char *bed = new_bed();
    g_autofree char *again = NULL;
    g_autofree char *err = NULL;

    g_test_message("%s", path);
    load(path, AT_US, before);
    must("import", path, "--bed", bed, "--at", AT);
    compare_bed(before, bed, NULL, path);
    compare_bed(before, bed, "flac", path);
    if (samples_of(before) <= DAY_SAMPLES || g_getenv("VICU_NIGHT") != NULL) {
        by_way_of(before, bed, "edf", path);
        by_way_of(before, bed, "csv", path);
    }
    g_assert_cmpint(vicu(&again, &err, "import", path, "--bed", bed, "--at", AT, NULL), ==, 0);
    g_assert_nonnull(strstr(again, "already"));
    compare_bed(before, bed, NULL, path);
}

/* ---- the tests ---- */

static gboolean
is_good_record(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);
    g_autofree char *name = g_path_get_basename(path);

    if (record == NULL || strstr(name, "_layout") != NULL)
        return FALSE;
    g_autoptr(GPtrArray) checks = collector_wfdb_record_check(record, NULL);
    for (guint i = 0; checks != NULL && i < checks->len; i++) {
        const CollectorWfdbCheck *c = checks->pdata[i];
        if (c->has_checksum && c->checksum_expected != c->checksum_found)
            return FALSE;
    }
    return checks != NULL && collector_wfdb_record_n_channels(record) > 0
           && collector_wfdb_record_frames(record) > 0;
}

static void
each_record(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name = NULL;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    qsort(names->pdata, names->len, sizeof(char *), by_text);
    for (guint i = 0; i < names->len; i++) {
        if (g_file_test(names->pdata[i], G_FILE_TEST_IS_DIR))
            each_record(names->pdata[i]);
        else if (g_str_has_suffix(names->pdata[i], ".hea") && is_good_record(names->pdata[i]))
            round_trip(names->pdata[i]);
    }
}

static void
recordings_of_the_demo_survive_every_format(void)
{
    g_autofree char *folder =
        g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "data", "recordings", NULL);

    each_record(folder);
}

static void
recordings_of_the_tests_survive_every_format(void)
{
    g_autofree char *folder = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", NULL);

    each_record(folder);
}

static void
a_wider_collection_survives_every_format(void)
{
    const char *wider = g_getenv("VICU_DATA_DIR");

    if (g_getenv("VICU_NIGHT") == NULL || wider == NULL) {
        g_test_skip("VICU_NIGHT and VICU_DATA_DIR are not set");
        return;
    }
    g_autofree char *folder = g_build_filename(wider, "wfdb", NULL);
    each_record(folder);
}

static void
what_was_imported_is_neither_judged_nor_a_bed_of_the_ward(void)
{
    g_autofree char *alarms = NULL, *beds = NULL, *err = NULL;

    vicu(&alarms, &err, "alarm", "ls", "--json", NULL);
    g_clear_pointer(&err, g_free);
    vicu(&beds, &err, "bed", "ls", "--json", NULL);
    g_assert_null(strstr(alarms, "t/u/"));
    g_assert_null(strstr(beds, "t/u/"));
}

static void
imports_and_exports_are_in_the_audit_with_their_reason(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", "mitdb", "100.hea", NULL);
    g_autofree char *bed = new_bed();
    g_autofree char *folder = g_strdup_printf("%s/audit", work);
    g_autofree char *said = NULL, *err = NULL;

    must("import", path, "--bed", bed, "--at", AT, "--reason", "teaching set 4", "--patient",
         "P-77");
    must("export", bed, "--from", BEFORE, "--to", NEVER, "--format", "wfdb", "-o", folder,
         "--reason", "asked for by the ward");
    g_assert_cmpint(vicu(&said, &err, "audit", "ls", "--from", "-1h", "--json", NULL), ==, 0);
    g_assert_nonnull(strstr(said, "teaching set 4"));
    g_assert_nonnull(strstr(said, "P-77"));
    g_assert_nonnull(strstr(said, "asked for by the ward"));
    g_assert_nonnull(strstr(said, "\"import-done\""));
    /* nothing is overwritten, and the refusal leaves nothing behind */
    g_clear_pointer(&err, g_free);
    g_assert_cmpint(vicu(NULL, &err, "export", bed, "--from", BEFORE, "--to", NEVER, "--format",
                         "wfdb", "-o", folder, NULL),
                    ==, 1);
    g_assert_nonnull(strstr(err, "--force"));
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        g_assert_cmpint(name[0], !=, '.');
}

static void
other_data_of_the_same_time_are_refused(void)
{
    g_autofree char *a =
        g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", "mitdb", "100.hea", NULL);
    g_autofree char *bed = new_bed();
    g_autofree char *err = NULL;

    must("import", a, "--bed", bed, "--at", AT);
    g_assert_cmpint(
        vicu(NULL, &err, "import", a, "--bed", bed, "--at", "2026-01-31T08:10:00Z", NULL), ==, 1);
    g_assert_nonnull(strstr(err, "already has MLII"));
}

/* A long recording of our own making: 4 signals, 250 Hz. */
static char *
make_long(int64_t frames)
{
    char *path = g_build_filename(work, "long.hea", NULL);
    g_autofree char *data = g_build_filename(work, "long.dat", NULL);
    g_autofree int16_t *samples = g_new(int16_t, 4 * 250);
    FILE *file = fopen(data, "wbe");
    uint16_t sum[4] = {0};

    g_assert_nonnull(file);
    for (int64_t f = 0; f < frames; f += 250) {
        for (int i = 0; i < 4 * 250; i++) {
            samples[i] = (int16_t)((f * 31 + i * 17 + (f / 250) * (i % 4)) % 4001 - 2000);
            sum[i % 4] = (uint16_t)(sum[i % 4] + (uint16_t)samples[i]);
        }
        g_assert_cmpuint(fwrite(samples, 2, 4 * 250, file), ==, 4 * 250);
    }
    fclose(file);
    file = fopen(path, "we");
    fprintf(file, "long 4 250 %" G_GINT64_FORMAT "\n", frames);
    for (int i = 0; i < 4; i++)
        fprintf(file, "long.dat 16 200(0)/mV 16 0 %d %d 0 X%d\n", 0, (int16_t)sum[i], i);
    fclose(file);
    return path;
}

/* Kills the program as soon as its job is on disk; then the same command goes on. */
static void
an_import_that_is_killed_goes_on_where_the_store_has_it(void)
{
    g_autofree char *path = make_long(250 * 3600 * 2);
    g_autofree char *bed = new_bed();
    g_autofree char *collector =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "collector", "vicu-collector", NULL);
    g_autofree char *jobs = g_build_filename(root, "import", NULL);
    g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func(channel_free);
    const char *argv[] = {collector, "import", path,     "--bed", bed,
                          "--at",    AT,       "--root", root,    NULL};
    guint killed = 0;

    load(path, AT_US, before);
    for (int round = 0; round < 6; round++) {
        GPid pid = 0;
        int status = 0;
        gboolean there = FALSE;
        g_assert_true(g_spawn_async(NULL, (char **)argv, NULL,
                                    G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                                        | G_SPAWN_STDERR_TO_DEV_NULL,
                                    NULL, NULL, &pid, NULL));
        while (!there && waitpid(pid, &status, WNOHANG) == 0) {
            g_autoptr(GDir) dir = g_dir_open(jobs, 0, NULL);
            for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
                there = there || g_str_has_suffix(name, ".job");
            g_usleep(round == 0 ? 200 : 30000); /* a poll, and another moment each round */
        }
        if (there) {
            kill(pid, round % 2 == 0 ? SIGKILL : SIGTERM);
            waitpid(pid, &status, 0);
            killed++;
        }
    }
    g_test_message("killed %u times", killed);
    g_assert_cmpuint(killed, >, 0);
    must("import", path, "--bed", bed, "--at", AT);
    compare_bed(before, bed, NULL, "killed and gone on");
}

/* ---- the installation ---- */

static void
begin(void)
{
    g_autofree char *path = program("vicu");
    g_autofree char *out = NULL;
    g_autoptr(GError) error = NULL;
    const char *argv[] = {path, "up", "--root", NULL, "--json", NULL};
    char ready[256] = "";
    int pipe_fd = -1;

    work = g_dir_make_tmp("vicu-transfer-XXXXXX", NULL);
    root = g_build_filename(work, "r", NULL);
    must("keys");
    argv[3] = root;
    g_spawn_async_with_pipes(NULL, (char **)argv, NULL,
                             G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                             &up, NULL, &pipe_fd, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(read(pipe_fd, ready, sizeof ready - 1), >, 0); /* it says when it is ready */
    close(pipe_fd);
}

static void
end(void)
{
    int status = 0;

    kill(up, SIGTERM);
    waitpid(up, &status, 0);
    vicu_folder_remove(work);
    g_free(root);
    g_free(work);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    begin();
#define TEST(name) g_test_add_func("/process/transfer/" #name, name)
    TEST(imports_and_exports_are_in_the_audit_with_their_reason);
    TEST(other_data_of_the_same_time_are_refused);
    TEST(an_import_that_is_killed_goes_on_where_the_store_has_it);
    TEST(recordings_of_the_tests_survive_every_format);
    TEST(recordings_of_the_demo_survive_every_format);
    TEST(a_wider_collection_survives_every_format);
    TEST(what_was_imported_is_neither_judged_nor_a_bed_of_the_ward);
    int status = g_test_run();
    end();
    return status;
}
