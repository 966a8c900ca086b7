/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/bench-codec.h"

#include <math.h>
#include <string.h>

#include "collector/bench-archive.h"
#include "collector/bench-waves.h"
#include "common/clock.h"
#include "common/codec/block.h"
#include "common/error.h"
#include "common/figures.h"
#include "common/flac.h"
#include "common/options.h"

#define BLOCK_S       60.0
#define SPANS         8  /* of a block: columns of 7.5 s */
#define ROW_BYTES     24 /* of the store beside each block: key, restart of the table's index */
#define FLAC_LEVEL    8
#define LONG_ENOUGH_S 60.0 /* a shorter channel has no say in the worst */

static const char description[] =
    "Packs every channel of the recordings in blocks of 60 s, as the store does, and in\n"
    "blocks of 300 s with the archive's codec, and\n"
    "weighs them against libFLAC at level 8, which sees each channel whole. Two sets are\n"
    "looked for: records of the 2015 Challenge, and 100, 03700181 and mixedsignals.\n"
    "Without --data: the recordings of this installation.\n"
    "\n"
    "Example:\n"
    "  vicu bench codec --json\n"
    "\n"
    "Exit status: 0 done, 1 refused or found wanting, 2 bad usage.\n";

/* One channel's blocks, one behind the other. */
typedef struct {
    const CollectorBenchWave *wave;
    size_t block_samples;
    size_t n_blocks;
    size_t *sizes;
    uint8_t *bytes;
    size_t hot_bytes; /* with what the store adds */
    size_t flac_bytes;
} Channel;

static void
channel_free(gpointer data)
{
    Channel *channel = data;

    g_free(channel->sizes);
    g_free(channel->bytes);
    g_free(channel);
}

static size_t
flac_bytes_of(const CollectorBenchWave *wave, GError **error)
{
    g_autofree int32_t *samples = g_new(int32_t, wave->n);

    for (size_t i = 0; i < wave->n; i++)
        samples[i] = wave->samples[i];
    g_autoptr(GBytes) bytes =
        vicu_flac_encode(samples, wave->n, 1, 16, (guint)lrint(wave->rate_hz), FLAC_LEVEL, error);
    return bytes != NULL ? g_bytes_get_size(bytes) : 0;
}

static Channel *
channel_new(const CollectorBenchWave *wave, GError **error)
{
    Channel *channel = g_new0(Channel, 1);

    channel->wave = wave;
    channel->block_samples = (size_t)MAX(lrint(wave->rate_hz * BLOCK_S), SPANS);
    channel->n_blocks = (wave->n + channel->block_samples - 1) / channel->block_samples;
    channel->sizes = g_new0(size_t, channel->n_blocks);
    channel->bytes = g_malloc(channel->n_blocks * vicu_codec_bound(channel->block_samples));
    channel->flac_bytes = flac_bytes_of(wave, error);
    if (channel->flac_bytes == 0) {
        channel_free(channel);
        return NULL;
    }
    return channel;
}

static size_t
block_samples(const Channel *channel, size_t i)
{
    return MIN(channel->block_samples, channel->wave->n - i * channel->block_samples);
}

static void
pack(Channel *channel, VicuCodecScratch *scratch)
{
    unsigned restart = (unsigned)(channel->block_samples + SPANS - 1) / SPANS;
    uint8_t *at = channel->bytes;

    channel->hot_bytes = 0;
    for (size_t i = 0; i < channel->n_blocks; i++) {
        const int16_t *samples = channel->wave->samples + i * channel->block_samples;
        size_t size = vicu_block_pack(scratch, samples, block_samples(channel, i), restart, at);
        channel->sizes[i] = size;
        channel->hot_bytes += size + ROW_BYTES;
        at += size;
    }
}

/* @same: NULL, or compares with what was packed. */
static gboolean
unpack(const Channel *channel,
       VicuCodecScratch *scratch,
       int16_t *out,
       const int16_t *same,
       GError **error)
{
    const uint8_t *at = channel->bytes;

    for (size_t i = 0; i < channel->n_blocks; i++) {
        size_t n = 0;
        VicuBlockStatus status =
            vicu_block_unpack(scratch, at, channel->sizes[i], out, channel->block_samples, &n);
        if (status != VICU_BLOCK_OK || n != block_samples(channel, i)
            || (same != NULL
                && memcmp(out, same + i * channel->block_samples, n * sizeof *out) != 0)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s, %s: block %" G_GSIZE_FORMAT " did not come back as it was: %s",
                        channel->wave->record, channel->wave->name, i,
                        vicu_block_status_text(status));
            return FALSE;
        }
        at += channel->sizes[i];
    }
    return TRUE;
}

/* Everything there and back by one path; adds ns a sample to the figures. */
static gboolean
run_path(GPtrArray *channels, VicuCodecPath path, VicuFigures *figures, GError **error)
{
    g_autoptr(VicuCodecScratch) scratch = vicu_codec_scratch_new(VICU_BLOCK_MAX_SAMPLES);
    g_autofree int16_t *out = g_new(int16_t, VICU_BLOCK_MAX_SAMPLES);
    double n = 0;

    if (!vicu_codec_scratch_use(scratch, path))
        return TRUE;
    double began = 1e9 * vicu_clock_cpu_s();
    for (guint i = 0; i < channels->len; i++)
        pack(channels->pdata[i], scratch);
    double packed = 1e9 * vicu_clock_cpu_s();
    for (guint i = 0; i < channels->len; i++) {
        n += (double)((Channel *)channels->pdata[i])->wave->n;
        if (!unpack(channels->pdata[i], scratch, out, NULL, error))
            return FALSE;
    }
    double unpacked = 1e9 * vicu_clock_cpu_s();
    for (guint i = 0; i < channels->len; i++) {
        const Channel *channel = channels->pdata[i];
        if (!unpack(channel, scratch, out, channel->wave->samples, error))
            return FALSE;
    }
    g_autofree char *encode = g_strdup_printf("encode_ns_%s", vicu_codec_path_name(scratch));
    g_autofree char *decode = g_strdup_printf("decode_ns_%s", vicu_codec_path_name(scratch));
    vicu_figures_add(figures, encode, "ns", (packed - began) / n);
    vicu_figures_add(figures, decode, "ns", (unpacked - packed) / n);
    return TRUE;
}

/* Bytes over those of FLAC, set by set and at the worst. */
static void
add_ratios(const GPtrArray *channels, VicuFigures *figures, const Channel **worst)
{
    double hot[COLLECTOR_SETS] = {0}, flac[COLLECTOR_SETS] = {0}, n[COLLECTOR_SETS] = {0};
    double worst_ratio = 0;

    for (guint i = 0; i < channels->len; i++) {
        const Channel *c = channels->pdata[i];
        double ratio = (double)c->hot_bytes / (double)c->flac_bytes;
        hot[c->wave->set] += (double)c->hot_bytes;
        flac[c->wave->set] += (double)c->flac_bytes;
        n[c->wave->set] += (double)c->wave->n;
        if ((double)c->wave->n / c->wave->rate_hz > LONG_ENOUGH_S && ratio > worst_ratio) {
            worst_ratio = ratio;
            *worst = c;
        }
    }
    for (int set = 0; set < COLLECTOR_SETS; set++) {
        const char *name = collector_bench_set_name((CollectorBenchSet)set);
        g_autofree char *ratio = g_strdup_printf("wave_ratio_hot_%s", name);
        g_autofree char *bytes = g_strdup_printf("wave_bytes_hot_%s", name);
        if (n[set] <= 0)
            continue;
        vicu_figures_add(figures, ratio, "1", hot[set] / flac[set]);
        vicu_figures_add(figures, bytes, "B", hot[set] / n[set]);
    }
    if (worst_ratio > 0)
        vicu_figures_add(figures, "wave_ratio_hot_worst", "1", worst_ratio);
}

/* Folders beside this program: in a build tree, or where it was installed. */
static gboolean
add_installed(GPtrArray *waves, GError **error)
{
    const char *const folders[] = {"../../data/recordings", "../../tests/data/wfdb",
                                   "../share/vicu/recordings"};
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *here = g_path_get_dirname(self != NULL ? self : ".");

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *folder = g_build_filename(here, folders[i], NULL);
        if (g_file_test(folder, G_FILE_TEST_IS_DIR)
            && !collector_bench_waves_add(waves, folder, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
measure(const char *data, int runs, gboolean each, VicuFigures *figures, GError **error)
{
    g_autoptr(GPtrArray) waves = collector_bench_waves_new();
    g_autoptr(GPtrArray) channels = g_ptr_array_new_with_free_func(channel_free);
    g_autoptr(GArray) flac_bytes = g_array_new(FALSE, FALSE, sizeof(gsize));
    const Channel *worst = NULL;

    if (!(data != NULL ? collector_bench_waves_add(waves, data, error)
                       : add_installed(waves, error)))
        return FALSE;
    if (waves->len == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "%s: no record of either set (see --help)",
                    data != NULL ? data : "this installation");
        return FALSE;
    }
    for (guint i = 0; i < waves->len; i++) {
        Channel *channel = channel_new(waves->pdata[i], error);
        if (channel == NULL)
            return FALSE;
        g_ptr_array_add(channels, channel);
        g_array_append_val(flac_bytes, channel->flac_bytes);
    }
    for (int run = 0; run < runs; run++) {
        if (!run_path(channels, VICU_CODEC_SCALAR, figures, error)
            || !run_path(channels, VICU_CODEC_AVX2, figures, error))
            return FALSE;
        add_ratios(channels, figures, &worst);
        if (!collector_bench_archive(waves, (const gsize *)(const void *)flac_bytes->data, figures,
                                     error))
            return FALSE;
    }
    for (guint i = 0; each && i < channels->len; i++) {
        const Channel *c = channels->pdata[i];
        g_printerr("%-13s %-10s %8" G_GSIZE_FORMAT " samples  FLAC %.4f B  hot %.4f\n",
                   c->wave->record, c->wave->name, c->wave->n,
                   (double)c->flac_bytes / (double)c->wave->n,
                   (double)c->hot_bytes / (double)c->flac_bytes);
    }
    if (worst != NULL)
        g_printerr("%u channels; the worst is %s of %s\n", channels->len, worst->wave->name,
                   worst->wave->record);
    return TRUE;
}

int
collector_bench_codec_main(int argc, char **argv)
{
    gboolean json = FALSE, each = FALSE;
    g_autofree char *data = NULL;
    int runs = 3;
    const GOptionEntry entries[] = {
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &data, "Records below this folder", "DIR"},
        {"runs", 0, 0, G_OPTION_ARG_INT, &runs, "How often (3), the median counts", "N"},
        {"each", 0, 0, G_OPTION_ARG_NONE, &each, "A line for each channel, on stderr", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("- what the wave codec costs");
    g_autoptr(VicuFigures) figures = vicu_figures_new("codec");

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    if (!vicu_options_parse(context, "vicu bench codec", &argc, &argv, &error) || argc != 1
        || runs < 3 || runs > 100) {
        g_printerr("vicu bench codec: %s\nTry 'vicu bench codec --help'.\n",
                   error != NULL ? error->message : "no words, and --runs 3..100");
        return 2;
    }
    if (!measure(data, runs, each, figures, &error)) {
        g_printerr("vicu bench codec: %s\n", error->message);
        return 1;
    }
    vicu_figures_print(figures, json, stdout);
    return 0;
}
