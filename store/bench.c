/* `vicu bench store`: what the store costs on this machine.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/folder.h"
#include "common/options.h"
#include "store/bench-batch.h"
#include "store/bench-inner.h"
#include "store/bench-runs.h"
#include "store/bench-world.h"
#include "store/verbs.h"

#define SECOND_US ((int64_t)G_USEC_PER_SEC)
#define MINUTE_US ((int64_t)60 * G_USEC_PER_SEC)
#define HOUR_US   ((int64_t)3600 * G_USEC_PER_SEC)

#define MAIN_BEDS    100 /* whose figures have no suffix, where they are measured */
#define MOST_BEDS    1000
#define INGEST_BED_S 12000 /* seconds of a bed in one run of ingest, about */
/* Before them: a store touches its memory for the first time once, and the files of its log until
 * what is kept of batches ([head] keep) is trimmed. */
#define WARM_S 840

void
store_bench_step(StoreBench *self)
{
    vicu_progress_set(self->progress, ++self->steps);
}

void
store_bench_figure(StoreBench *self, const char *name, const char *unit, double value)
{
    g_autofree char *whole = g_strconcat(name, self->keys != NULL ? "_keys" : "", NULL);

    vicu_figures_add(self->figures, whole, unit, value);
}

int64_t
store_bench_minute_before(int64_t before_us)
{
    int64_t t_us = vicu_clock_utc_us() - before_us;
    return t_us - t_us % MINUTE_US;
}

/* ---- ingest ---- */

static char *
ingest_name(const StoreBench *self, const char *name, unsigned beds, int64_t tick_ms)
{
    g_autofree char *size =
        beds == self->main_beds ? g_strdup("") : g_strdup_printf("_%u_beds", beds);

    return g_strconcat(name, tick_ms == 40 ? "_40ms" : "", self->group_ms > 0 ? "_grouped" : "",
                       size, NULL);
}

static bool
ingest_runs(StoreBench *self, StoreBenchIngest *job, unsigned beds, GError **error)
{
    int64_t tick_ms = job->tick_us / 1000;
    g_autofree char *speed = ingest_name(self, "ingest_store", beds, tick_ms);
    g_autofree char *bytes = ingest_name(self, "wave_bytes", beds, 250);
    g_autofree char *dir = g_build_filename(self->dir, "ingest", NULL);

    job->dir = dir;
    job->keys = self->keys;
    for (int r = 0; r < self->runs; r++) {
        StoreBenchIngested found;
        if (!store_bench_apart(store_bench_ingest, job, &found, sizeof found, error))
            return false;
        vicu_folder_remove(dir);
        store_bench_figure(self, speed, "samples/cpu-s", found.samples_per_cpu_s);
        if (tick_ms == 250)
            store_bench_figure(self, bytes, "B", found.wave_bytes);
        store_bench_step(self);
    }
    return true;
}

static bool
measure_ingest(StoreBench *self, unsigned beds, int64_t tick_ms, GError **error)
{
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(beds, self->ecg_hz);
    g_autoptr(GPtrArray) batches = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    int64_t seconds = CLAMP(INGEST_BED_S / (int64_t)beds, 60, 120);
    StoreBenchFeed feed = {.ward = ward,
                           .t0_us = store_bench_minute_before(HOUR_US),
                           .waves = STORE_BENCH_ALL_WAVES,
                           .beds = beds,
                           .numerics = VICU_BENCH_NUMERICS};

    for (int64_t ms = WARM_S * 1000; ms < (WARM_S + seconds) * 1000; ms += tick_ms)
        g_ptr_array_add(batches, store_bench_batch(&feed, ms, ms + tick_ms));
    StoreBenchIngest job = {.batches = batches,
                            .feed = &feed,
                            .warm_ms = WARM_S * 1000,
                            .tick_us = tick_ms * 1000,
                            .group_us = self->group_ms * 1000,
                            .samples = feed.samples};
    return ingest_runs(self, &job, beds, error);
}

/* ---- the verb ---- */

static bool
measure(StoreBench *self, GError **error)
{
    for (size_t i = 0; self->ingest && i < self->n_beds; i++)
        if (!measure_ingest(self, self->beds[i], 250, error)
            || !measure_ingest(self, self->beds[i], 40, error))
            return false;
    if (self->queries && (!store_bench_bytes(self, error) || !store_bench_queries(self, error)))
        return false;
    if (self->ledger && !store_bench_ledger(self, error))
        return false;
    return !self->restart || store_bench_restart(self, error);
}

static bool
take_beds(StoreBench *self, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ",", STORE_BENCH_SIZES + 1);

    for (size_t i = 0; words[i] != NULL; i++) {
        guint64 beds = 0;
        if (i == STORE_BENCH_SIZES
            || !g_ascii_string_to_unsigned(words[i], 10, 1, MOST_BEDS, &beds, NULL))
            return false;
        self->beds[self->n_beds++] = (unsigned)beds;
        if (beds == MAIN_BEDS || i == 0)
            self->main_beds = (unsigned)beds;
    }
    return self->n_beds > 0;
}

/* "ingest,restart": FALSE for a word that is none of the four. */
static bool
take_parts(StoreBench *self, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ",", 5);

    self->ingest = self->restart = self->queries = self->ledger = FALSE;
    for (size_t i = 0; words[i] != NULL; i++) {
        gboolean *part = strcmp(words[i], "ingest") == 0    ? &self->ingest
                         : strcmp(words[i], "restart") == 0 ? &self->restart
                         : strcmp(words[i], "queries") == 0 ? &self->queries
                         : strcmp(words[i], "ledger") == 0  ? &self->ledger
                                                            : NULL;
        if (part == NULL)
            return false;
        *part = TRUE;
    }
    return words[0] != NULL;
}

static int
run(StoreBench *self, const char *where, bool keys)
{
    g_autoptr(GError) error = NULL;
    uint64_t runs = (uint64_t)self->runs;
    uint64_t total = (self->ingest ? 2 * self->n_beds * runs : 0) + (self->queries ? runs + 10 : 0)
                     + (self->restart ? runs : 0) + (self->ledger ? runs : 0);

    self->dir =
        g_build_filename(where != NULL ? where : g_get_tmp_dir(), "vicu-bench-XXXXXX", NULL);
    if (g_mkdtemp(self->dir) == NULL) {
        fprintf(stderr, "vicu bench store: %s: no folder can be made: %s\n", self->dir,
                g_strerror(errno));
        return STORE_WANTING;
    }
    self->keys = keys ? g_build_filename(self->dir, "keys", NULL) : NULL;
    self->figures = vicu_figures_new("store");
    self->progress = vicu_progress_new("bench store", "steps", total);
    bool ok = measure(self, &error);
    g_clear_pointer(&self->progress, vicu_progress_free);
    vicu_folder_remove(self->dir);
    if (ok)
        vicu_figures_print(self->figures, self->json, stdout);
    else
        fprintf(stderr, "vicu bench store: %s\n", error->message);
    vicu_figures_free(self->figures);
    g_free(self->dir);
    g_free(self->keys);
    return ok ? STORE_DONE : STORE_WANTING;
}

int
store_bench_main(int argc, char **argv)
{
    StoreBench self = {
        .runs = 3, .asks = 101, .ingest = TRUE, .restart = TRUE, .queries = TRUE, .ledger = TRUE};
    g_autofree char *beds = NULL;
    g_autofree char *only = NULL;
    g_autofree char *where = NULL;
    gboolean keys = FALSE;
    int ecg_hz = 250;
    const GOptionEntry entries[] = {
        {"beds", 0, 0, G_OPTION_ARG_STRING, &beds, "Sizes of the ward (100)", "N[,N...]"},
        {"ecg", 0, 0, G_OPTION_ARG_INT, &ecg_hz, "Rate of the leads (250)", "250|500"},
        {"runs", 0, 0, G_OPTION_ARG_INT, &self.runs, "How often (3), the median counts", "N"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &only, "Some parts of it",
         "ingest,queries,restart,ledger"},
        {"dir", 0, 0, G_OPTION_ARG_FILENAME, &where, "On which disk (that of temporary files)",
         "DIR"},
        {"group", 0, 0, G_OPTION_ARG_INT, &self.group_ms,
         "Ingest shares a sync within so many ms, as [link] group does (0: one each tick)", "MS"},
        {"keys", 0, 0, G_OPTION_ARG_NONE, &keys, "With values sealed, as [erasure] keys does",
         NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &self.json, "Print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    if (argc < 2 || strcmp(argv[1], "store") != 0)
        return store_verb_usage("the store knows no such bench; it has \"bench store\"");
    g_set_prgname("vicu bench store");
    g_option_context_set_summary(context, "What the store costs on this machine.");
    g_option_context_set_description(context,
                                     "Example:\n  vicu bench store --beds 10,100 --json\n");
    g_option_context_add_main_entries(context, entries, NULL);
    argc--;
    argv++;
    if (!vicu_options_parse(context, "vicu bench store", &argc, &argv, &error))
        return store_verb_usage("%s", error->message);
    if (argc > 1)
        return store_verb_usage("\"%s\" is one word too many", argv[1]);
    if (ecg_hz != 250 && ecg_hz != 500)
        return store_verb_usage("--ecg %d is neither 250 nor 500", ecg_hz);
    if (self.runs < 3 || self.runs > 100)
        return store_verb_usage("--runs %d is outside 3..100", self.runs);
    if (self.group_ms < 0 || self.group_ms > 1000)
        return store_verb_usage("--group %d is outside 0..1000", self.group_ms);
    if (!take_beds(&self, beds != NULL ? beds : "100"))
        return store_verb_usage("--beds %s: expected up to %d numbers of 1..%d", beds,
                                STORE_BENCH_SIZES, MOST_BEDS);
    if (only != NULL && !take_parts(&self, only))
        return store_verb_usage("--only %s: expected ingest, queries, restart or ledger", only);
    self.ecg_hz = (unsigned)ecg_hz;
    return run(&self, where, keys);
}
