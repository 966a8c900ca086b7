/* Bytes and time of the archive codec against libFLAC -8, on recorded channels.
 *
 * Each channel of each record is cut into blocks of about 300 s, packed, unpacked
 * and compared; FLAC takes the whole channel as one stream (an invalid sample is
 * the least number there, as a file would have it). Then once more with the
 * channels before it in the record, at most 3 of its rate, as references. Time is
 * the CPU's, the least of RUNS for each block.
 *
 * usage: bench-archive [-v] [RECORD.hea ...]; without records the two sets of
 * docs/codec-archive.md below VICU_DATA_DIR (or the clone's).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/sources/wfdb-record.h"
#include "common/codec/archive.h"
#include "common/flac.h"

#define RUNS    5
#define BLOCK_S 300
#define SPAN_S  7.5

typedef struct {
    char *name;
    double rate_hz;
    size_t n;
    int16_t *samples;
} Channel;

typedef struct {
    double samples, flac, alone, leads, encode_s, decode_s, leads_encode_s, leads_decode_s;
} Sums;

static double
cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int16_t
as_sample(int32_t x)
{
    return x < -32767 || x > 32767 ? VICU_ARCHIVE_INVALID : (int16_t)x;
}

static GArray *
load(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);
    g_assert_no_error(error);
    int64_t frames = collector_wfdb_record_frames(record), f = 0;
    size_t width = collector_wfdb_record_width(record);
    g_autofree int32_t *all = g_new(int32_t, (size_t)frames * width);
    CollectorWfdbRun run;
    const CollectorWfdbHeader *header = collector_wfdb_record_header(record);
    GArray *channels = g_array_new(FALSE, FALSE, sizeof(Channel));

    for (; f < frames; f += (int64_t)run.n_frames) {
        gboolean ok = collector_wfdb_record_read(record, f, (size_t)(frames - f),
                                                 all + (size_t)f * width, &run, &error);
        g_assert_no_error(error);
        if (!ok || run.n_frames == 0)
            break;
    }
    for (size_t c = 0; c < collector_wfdb_record_n_channels(record); c++) {
        const CollectorWfdbChannel *from = collector_wfdb_record_channel(record, c);
        Channel to = {g_strdup(from->name),
                      (double)header->rate_num / header->rate_den * from->samples_per_frame,
                      (size_t)f * from->samples_per_frame, NULL};
        to.samples = g_new(int16_t, to.n);
        for (size_t i = 0; i < to.n; i++) {
            size_t frame = i / from->samples_per_frame, at = i % from->samples_per_frame;
            to.samples[i] = as_sample(all[frame * width + from->offset + at]);
        }
        g_array_append_val(channels, to);
    }
    return channels;
}

static double
flac_bytes(const Channel *c)
{
    g_autoptr(GError) error = NULL;
    g_autofree int32_t *wide = g_new(int32_t, c->n);

    for (size_t i = 0; i < c->n; i++)
        wide[i] = c->samples[i];
    g_autoptr(GBytes) bytes = vicu_flac_encode(wide, c->n, 1, 16, 250, 8, &error);
    g_assert_no_error(error);
    return (double)g_bytes_get_size(bytes);
}

/* Bytes of one channel; adds the least times to the sums. */
static double
archive_bytes(VicuArchiveScratch *scratch,
              const Channel *c,
              const Channel *const *refs,
              size_t n_refs,
              double *encode_s,
              double *decode_s)
{
    size_t blocks = (size_t)MAX((double)c->n / (c->rate_hz * BLOCK_S) + 0.5, 1);
    size_t n = (c->n + blocks - 1) / blocks;
    g_autofree int16_t *back = g_new(int16_t, n);
    double bytes = 0;

    for (size_t at = 0; at < c->n; at += n) {
        size_t m = MIN(n, c->n - at);
        const int16_t *given[VICU_ARCHIVE_REFS_MAX];
        double best[2] = {1e9, 1e9};
        for (size_t k = 0; k < n_refs; k++)
            given[k] = refs[k]->samples + at;
        for (int r = 0; r < RUNS; r++) {
            g_autoptr(GByteArray) out = g_byte_array_new();
            VicuArchiveHeader header;
            double t0 = cpu_s();
            VicuArchiveFate fate =
                vicu_archive_pack(scratch, c->samples + at, m,
                                  MAX((size_t)(c->rate_hz * SPAN_S), 1), given, n_refs, out);
            double t1 = cpu_s();
            g_assert_cmpint(fate, ==, VICU_ARCHIVE_OK);
            fate =
                vicu_archive_unpack(scratch, out->data, out->len, given, n_refs, back, n, &header);
            double t2 = cpu_s();
            g_assert_cmpint(fate, ==, VICU_ARCHIVE_OK);
            g_assert_true(memcmp(back, c->samples + at, m * sizeof *back) == 0);
            best[0] = MIN(best[0], t1 - t0);
            best[1] = MIN(best[1], t2 - t1);
            bytes += r == 0 ? out->len : 0;
        }
        *encode_s += best[0];
        *decode_s += best[1];
    }
    return bytes;
}

static void
report(const char *name, const Sums *s)
{
    printf("%-34s %9.0f FLAC %.4f B, alone %.4f B = %.3f (%.0f/%.0f ns), leads %.4f B = %.3f "
           "(%.0f/%.0f ns)\n",
           name, s->samples, s->flac / s->samples, s->alone / s->samples, s->alone / s->flac,
           s->encode_s / s->samples * 1e9, s->decode_s / s->samples * 1e9, s->leads / s->samples,
           s->leads / s->flac, s->leads_encode_s / s->samples * 1e9,
           s->leads_decode_s / s->samples * 1e9);
}

static void
add(Sums *to, const Sums *s)
{
    to->samples += s->samples;
    to->flac += s->flac;
    to->alone += s->alone;
    to->leads += s->leads;
    to->encode_s += s->encode_s;
    to->decode_s += s->decode_s;
    to->leads_encode_s += s->leads_encode_s;
    to->leads_decode_s += s->leads_decode_s;
}

static void
measure(VicuArchiveScratch *scratch, const char *path, bool verbose, Sums *total)
{
    g_autoptr(GArray) channels = load(path);
    g_autofree char *base = g_path_get_basename(path);

    for (guint i = 0; i < channels->len; i++) {
        const Channel *c = &g_array_index(channels, Channel, i), *refs[VICU_ARCHIVE_REFS_MAX];
        size_t n_refs = 0;
        for (guint j = 0; j < i && n_refs < VICU_ARCHIVE_REFS_MAX; j++) {
            const Channel *other = &g_array_index(channels, Channel, j);
            if (other->n == c->n)
                refs[n_refs++] = other;
        }
        Sums s = {.samples = (double)c->n, .flac = flac_bytes(c)};
        s.alone = s.leads = archive_bytes(scratch, c, NULL, 0, &s.encode_s, &s.decode_s);
        s.leads_encode_s = s.encode_s;
        s.leads_decode_s = s.decode_s;
        if (n_refs > 0) {
            s.leads_encode_s = s.leads_decode_s = 0;
            s.leads = archive_bytes(scratch, c, refs, n_refs, &s.leads_encode_s, &s.leads_decode_s);
        }
        g_autofree char *name = g_strdup_printf("%s %s", base, c->name);
        if (verbose)
            report(name, &s);
        add(total, &s);
    }
    for (guint i = 0; i < channels->len; i++) {
        g_free(g_array_index(channels, Channel, i).name);
        g_free(g_array_index(channels, Channel, i).samples);
    }
}

static void
measure_folder(VicuArchiveScratch *scratch, const char *folder, bool verbose, Sums *total)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_str_has_suffix(name, ".hea"))
            measure(scratch, path, verbose, total);
    }
}

int
main(int argc, char **argv)
{
    static const char *const clinical[] = {"mitdb/100.hea", "mimic/03700181.hea",
                                           "formats/mixedsignals.hea"};
    bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    const char *wider = g_getenv("VICU_DATA_DIR"), *clone = g_getenv("VICU_TEST_DATA");
    g_autofree char *wfdb = g_build_filename(wider != NULL   ? wider
                                             : clone != NULL ? clone
                                                             : "tests/data",
                                             "wfdb", NULL);
    g_autofree char *challenge = g_build_filename(wfdb, "challenge2015", NULL);
    g_autoptr(VicuArchiveScratch) scratch = vicu_archive_scratch_new();
    Sums sums[3] = {0};

    for (int i = verbose ? 2 : 1; i < argc; i++)
        measure(scratch, argv[i], verbose, &sums[0]);
    if (sums[0].samples > 0) {
        report("records given", &sums[0]);
        return 0;
    }
    measure_folder(scratch, challenge, verbose, &sums[1]);
    for (size_t i = 0; i < G_N_ELEMENTS(clinical); i++) {
        g_autofree char *path = g_build_filename(wfdb, clinical[i], NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            measure(scratch, path, verbose, &sums[2]);
    }
    report("challenge2015", &sums[1]);
    report("clinical", &sums[2]);
    return 0;
}
