/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/bench-waves.h"

#include <string.h>

#include "collector/sources/wfdb-record.h"

#define FRAMES 1024

static void
wave_free(gpointer data)
{
    CollectorBenchWave *wave = data;

    g_free(wave->record);
    g_free(wave->name);
    g_free(wave->samples);
    g_free(wave);
}

GPtrArray *
collector_bench_waves_new(void)
{
    return g_ptr_array_new_with_free_func(wave_free);
}

const char *
collector_bench_set_name(CollectorBenchSet set)
{
    return set == COLLECTOR_SET_CLINICAL ? "clinical" : "challenge2015";
}

/* Records of the Challenge are called as their alarm and length: a103l, v808s. */
static gboolean
set_of(const char *record, CollectorBenchSet *set)
{
    const char *const clinical[] = {"100", "03700181", "mixedsignals", NULL};

    *set = COLLECTOR_SET_CLINICAL;
    if (g_strv_contains(clinical, record))
        return TRUE;
    *set = COLLECTOR_SET_CHALLENGE2015;
    return strlen(record) == 5 && strchr("abftv", record[0]) != NULL && g_ascii_isdigit(record[1])
           && g_ascii_isdigit(record[2]) && g_ascii_isdigit(record[3])
           && (record[4] == 's' || record[4] == 'l');
}

static gboolean
is_known(const GPtrArray *waves, const char *record)
{
    for (guint i = 0; i < waves->len; i++)
        if (strcmp(((const CollectorBenchWave *)waves->pdata[i])->record, record) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
is_constant(const CollectorBenchWave *wave)
{
    return wave->n < 2
           || memcmp(wave->samples, wave->samples + 1, (wave->n - 1) * sizeof(int16_t)) == 0;
}

static void
take_samples(CollectorBenchWave *wave, const CollectorWfdbChannel *channel, const int32_t *frame)
{
    for (uint32_t j = 0; j < channel->samples_per_frame; j++) {
        int32_t sample = frame[channel->offset + j];
        gboolean fits = sample > INT16_MIN && sample <= INT16_MAX;
        wave->samples[wave->n++] = (int16_t)(fits ? sample : INT16_MIN);
    }
}

static gboolean
read_frames(CollectorWfdbRecord *record, CollectorBenchWave **waves, GError **error)
{
    const size_t width = collector_wfdb_record_width(record);
    const size_t n_channels = collector_wfdb_record_n_channels(record);
    const int64_t n = collector_wfdb_record_frames(record);
    g_autofree int32_t *frames = g_new(int32_t, FRAMES * width);

    for (int64_t f = 0; f < n;) {
        CollectorWfdbRun run;
        if (!collector_wfdb_record_read(record, f, FRAMES, frames, &run, error))
            return FALSE;
        if (run.n_frames == 0)
            break;
        for (size_t i = 0; i < run.n_frames; i++)
            for (size_t c = 0; c < n_channels; c++)
                take_samples(waves[c], collector_wfdb_record_channel(record, c),
                             frames + i * width);
        f += (int64_t)run.n_frames;
    }
    return TRUE;
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean
add_record(
    GPtrArray *waves, const char *path, const char *name, CollectorBenchSet set, GError **error)
{
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, error);
    g_autoptr(GPtrArray) channels = collector_bench_waves_new();

    if (record == NULL)
        return FALSE;
    const CollectorWfdbHeader *header = collector_wfdb_record_header(record);
    if (header->n_segments > 0) /* cut out of others: v102s exists whole, too */
        return TRUE;
    for (size_t c = 0; c < collector_wfdb_record_n_channels(record); c++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, c);
        size_t room =
            (size_t)MAX(collector_wfdb_record_frames(record), 1) * channel->samples_per_frame;
        CollectorBenchWave *wave = g_new0(CollectorBenchWave, 1);
        wave->set = set;
        wave->record = g_strdup(name);
        wave->name = g_strdup(channel->name);
        wave->rate_hz = (double)header->rate_num / header->rate_den * channel->samples_per_frame;
        wave->samples = g_new(int16_t, room);
        g_ptr_array_add(channels, wave);
    }
    if (!read_frames(record, (CollectorBenchWave **)channels->pdata, error))
        return FALSE;
    while (channels->len > 0) {
        CollectorBenchWave *wave = g_ptr_array_steal_index(channels, 0);
        if (is_constant(wave))
            wave_free(wave);
        else
            g_ptr_array_add(waves, wave);
    }
    return TRUE;
}

gboolean
collector_bench_waves_add(GPtrArray *waves, const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *entry;
    CollectorBenchSet set;

    if (dir == NULL)
        return FALSE;
    while ((entry = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(entry));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            if (!collector_bench_waves_add(waves, path, error))
                return FALSE;
        } else if (g_str_has_suffix(name, ".hea")) {
            g_autofree char *record = g_strndup(name, strlen(name) - strlen(".hea"));
            if (set_of(record, &set) && !is_known(waves, record)
                && !add_record(waves, path, record, set, error))
                return FALSE;
        }
    }
    return TRUE;
}
