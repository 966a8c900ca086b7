/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/bench-archive.h"

#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/codec/archive.h"
#include "common/error.h"
#include "proto/signals.h"

#define BLOCK_S   300.0
#define ROW_BYTES 32 /* of the store beside each block: key, header, the table's index */
#define REF_BYTES 12 /* and for each reference */

typedef struct {
    VicuArchiveScratch *scratch;
    GByteArray *block;
    int16_t *back;
    double bytes[COLLECTOR_SETS], flac[COLLECTOR_SETS];
    double samples, encode_ns, decode_ns;
} Bench;

/* The code of a lead of an ECG; 0: another wave. */
static uint32_t
lead_of(const CollectorBenchWave *wave)
{
    const VicuSignal *signal = vicu_signal_by_label(wave->name);

    return signal != NULL && vicu_signal_is_ecg(signal) ? vicu_signal_code(signal) : 0;
}

/* The store's rule: I and II; where the record has neither, the lead with the least code. */
static size_t
find_refs(const GPtrArray *waves,
          const CollectorBenchWave *wave,
          const CollectorBenchWave *refs[VICU_ARCHIVE_REFS_MAX])
{
    const uint32_t one = vicu_signal_code(vicu_signal_by_name("ECG_I"));
    const uint32_t two = vicu_signal_code(vicu_signal_by_name("ECG_II"));
    const CollectorBenchWave *limb[2] = {NULL, NULL}, *least = NULL;
    uint32_t own = lead_of(wave);
    size_t n = 0;

    if (own == 0 || own == one || own == two)
        return 0;
    for (guint i = 0; i < waves->len; i++) {
        const CollectorBenchWave *other = waves->pdata[i];
        uint32_t code = lead_of(other);
        if (code == 0 || strcmp(other->record, wave->record) != 0 || other->n != wave->n)
            continue;
        if (code == one || code == two)
            limb[code == two] = other;
        if (least == NULL || code < lead_of(least))
            least = other;
    }
    for (int k = 0; k < 2; k++)
        if (limb[k] != NULL)
            refs[n++] = limb[k];
    if (n == 0 && least != NULL && lead_of(least) != own)
        refs[n++] = least;
    return n;
}

static gboolean
run_block(Bench *bench,
          const CollectorBenchWave *wave,
          size_t at,
          size_t n,
          const CollectorBenchWave *const *refs,
          size_t n_refs,
          GError **error)
{
    const int16_t *series[VICU_ARCHIVE_REFS_MAX];
    VicuArchiveHeader header;

    for (size_t k = 0; k < n_refs; k++)
        series[k] = refs[k]->samples + at;
    g_byte_array_set_size(bench->block, 0);
    double began = 1e9 * vicu_clock_cpu_s();
    VicuArchiveFate fate = vicu_archive_pack(bench->scratch, wave->samples + at, n,
                                             VICU_ARCHIVE_SPAN_MAX, series, n_refs, bench->block);
    double packed = 1e9 * vicu_clock_cpu_s();
    if (fate == VICU_ARCHIVE_OK)
        fate = vicu_archive_unpack(bench->scratch, bench->block->data, bench->block->len, series,
                                   n_refs, bench->back, n, &header);
    double unpacked = 1e9 * vicu_clock_cpu_s();
    if (fate != VICU_ARCHIVE_OK
        || memcmp(bench->back, wave->samples + at, n * sizeof *bench->back) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s, %s: the archive block at sample %" G_GSIZE_FORMAT
                    " did not come back as it was: %s",
                    wave->record, wave->name, at, vicu_archive_fate_text(fate));
        return FALSE;
    }
    bench->encode_ns += packed - began;
    bench->decode_ns += unpacked - packed;
    bench->bytes[wave->set] += (double)(bench->block->len + ROW_BYTES + REF_BYTES * header.n_refs);
    return TRUE;
}

static gboolean
run_wave(Bench *bench, const GPtrArray *waves, const CollectorBenchWave *wave, GError **error)
{
    const CollectorBenchWave *refs[VICU_ARCHIVE_REFS_MAX];
    size_t n_refs = find_refs(waves, wave, refs);
    size_t step = (size_t)CLAMP(lrint(wave->rate_hz * BLOCK_S), 1, VICU_ARCHIVE_SAMPLES_MAX);

    for (size_t at = 0; at < wave->n; at += step)
        if (!run_block(bench, wave, at, MIN(step, wave->n - at), refs, n_refs, error))
            return FALSE;
    bench->samples += (double)wave->n;
    return TRUE;
}

gboolean
collector_bench_archive(const GPtrArray *waves,
                        const gsize *flac_bytes,
                        VicuFigures *figures,
                        GError **error)
{
    g_autoptr(VicuArchiveScratch) scratch = vicu_archive_scratch_new();
    g_autoptr(GByteArray) block = g_byte_array_new();
    g_autofree int16_t *back = g_new(int16_t, VICU_ARCHIVE_SAMPLES_MAX);
    Bench bench = {.scratch = scratch, .block = block, .back = back};

    for (guint i = 0; i < waves->len; i++) {
        const CollectorBenchWave *wave = waves->pdata[i];
        bench.flac[wave->set] += (double)flac_bytes[i];
        if (!run_wave(&bench, waves, wave, error))
            return FALSE;
    }
    for (int set = 0; set < COLLECTOR_SETS; set++) {
        const char *name = collector_bench_set_name((CollectorBenchSet)set);
        g_autofree char *ratio = g_strdup_printf("wave_ratio_archive_%s", name);
        if (bench.flac[set] > 0)
            vicu_figures_add(figures, ratio, "1", bench.bytes[set] / bench.flac[set]);
    }
    if (bench.samples > 0) {
        vicu_figures_add(figures, "archive_encode_ns", "ns", bench.encode_ns / bench.samples);
        vicu_figures_add(figures, "archive_decode_ns", "ns", bench.decode_ns / bench.samples);
    }
    return TRUE;
}
