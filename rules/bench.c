/* `vicu bench rules`: what judging costs. 10 000 beds under 200 rules at 1 Hz, a bed's whole
 * day, and compiling.
 *
 * One bed lives until its longest windows are full; its state is then put into every bed of the
 * ward, so that all of them work on full windows and in memory of their own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/figures.h"
#include "common/memory.h"
#include "common/options.h"
#include "common/progress.h"
#include "proto/signals.h"
#include "rules/engine/engine.h"
#include "rules/packs/packs.h"
#include "rules/verbs.h"

#define SECOND_US ((int64_t)G_USEC_PER_SEC)
#define T0_US     (INT64_C(1700000000) * SECOND_US)

enum { WARD_BEDS = 10000, WARD_SECONDS = 100, FILL_SECONDS = 9000, DAY_SECONDS = 86400 };

/* Each second, and each so many seconds. */
typedef struct {
    const char *signal;
    int every_s;
    double base, swing;
    double parts;     /* of a unit, in which a monitor tells it */
    const char *word; /* a symbol */
} Feed;

static const Feed feeds[] = {
    {"HR", 1, 85, 25, 1, NULL},
    {"RR", 1, 18, 6, 1, NULL},
    {"ART_M", 1, 76, 14, 1, NULL},
    {"SpO2", 1, 95, 4, 1, NULL},
    {"ART_S", 10, 118, 20, 1, NULL},
    {"Temp", 60, 37.4, 1, 10, NULL},
    {"Paw", 1, 15, 8, 10, NULL},
    {"VTe", 4, 450, 80, 1, NULL},
    {"EtCO2", 4, 38, 5, 1, NULL},
    {"FiO2", 60, 0.4, 0.1, 100, NULL},
    {"Lactate", 3600, 1.8, 0.6, 10, NULL},
    {"Creat", 3600, 1.1, 0.2, 100, NULL},
    {"UO", 3600, 0.8, 0.4, 100, NULL},
    {"ACVPU", 3600, 0, 0, 1, "A"},
    {"O2", 3600, 0, 0, 1, "OXYGEN"},
    {"VENT", 60, 0, 0, 1, "INVASIVE"},
    {"LEAD_ECG", 5, 0, 0, 1, "ON"},
};

static uint32_t codes[G_N_ELEMENTS(feeds)];

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What a bed tells in second @s; no two beds tell the same. */
static void
feed(RulesBed *bed, unsigned number, int64_t s)
{
    for (size_t i = 0; i < G_N_ELEMENTS(feeds); i++) {
        const Feed *f = &feeds[i];
        if (s % f->every_s != 0)
            continue;
        double phase = (double)(s + 131 * (int64_t)number) / (20.0 + 7.0 * (double)i);
        RulesSample sample = {.code = codes[i],
                              .t_us = T0_US + s * SECOND_US,
                              .value =
                                  round((f->base + f->swing * sin(phase)) * f->parts) / f->parts,
                              .origin = RULES_ORIGIN_SIMULATED,
                              .period_ms = (uint32_t)f->every_s * 1000};
        if (f->word != NULL)
            rules_engine_symbol(bed, &sample, f->word);
        else
            rules_engine_sample(bed, &sample);
    }
}

static void
count(const RulesTransition *transition, void *user)
{
    (void)transition;
    (*(uint64_t *)user)++;
}

static RulesSet *
compile(void)
{
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("bench-200.vrules");
    const char *text = rules_text_bench_200_rules;

    return rules_set_compile(text, strlen(text), diagnostics);
}

/* Seconds of @bed from @from_s up to @to_s. */
static void
live(RulesBed *bed, unsigned number, int64_t from_s, int64_t to_s, uint64_t *told)
{
    for (int64_t s = from_s; s < to_s; s++) {
        feed(bed, number, s);
        rules_engine_advance_bed(bed, T0_US + s * SECOND_US, count, told);
    }
}

/* ---- one run, in a process of its own -------------------------------------------- */

typedef struct {
    double core_share, tick_p99_ms, rss_mib, bed_day_s, compile_ms;
    uint64_t told;
} Run;

static double
rss_mib(void)
{
    g_autofree char *text = NULL;
    unsigned long size = 0, resident = 0;

    if (g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
        sscanf(text, "%lu %lu", &size, &resident);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static void
measure_ward(RulesSet *set, unsigned beds, Run *run)
{
    RulesEngine *engine = rules_engine_new(set);
    g_autoptr(GByteArray) full = g_byte_array_new();
    g_autofree RulesBed **all = g_new(RulesBed *, beds);

    for (unsigned b = 0; b < beds; b++) {
        g_autofree char *name = g_strdup_printf("bench/icu/%05u", b);
        all[b] = rules_engine_bed(engine, name);
        if (b == 0) {
            live(all[0], 0, 0, FILL_SECONDS, &run->told);
            rules_engine_save(all[0], full);
        } else {
            g_assert(rules_engine_load(all[b], full->data, full->len));
        }
    }
    /* The first second after a load is judged whole: it is no ward's. */
    double ticks_s[WARD_SECONDS];
    double sum_s = 0;
    for (int tick = -1; tick < WARD_SECONDS; tick++) {
        int64_t s = FILL_SECONDS + tick + 1;
        double begin_s = vicu_clock_cpu_s();
        for (unsigned b = 0; b < beds; b++)
            live(all[b], b, s, s + 1, &run->told);
        if (tick < 0)
            continue;
        ticks_s[tick] = vicu_clock_cpu_s() - begin_s;
        sum_s += ticks_s[tick];
    }
    qsort(ticks_s, WARD_SECONDS, sizeof *ticks_s, by_value);
    run->core_share = sum_s / WARD_SECONDS;
    run->tick_p99_ms = 1e3 * ticks_s[(WARD_SECONDS * 99 + 99) / 100 - 1];
    run->rss_mib = rss_mib();
    rules_engine_free(engine);
}

static void
measure_day(RulesSet *set, Run *run)
{
    RulesEngine *engine = rules_engine_new(set);
    double begin_s = vicu_clock_cpu_s();

    live(rules_engine_bed(engine, "bench/icu/1"), 1, 0, DAY_SECONDS, &run->told);
    run->bed_day_s = vicu_clock_cpu_s() - begin_s;
    rules_engine_free(engine);
}

static void
measure(unsigned beds, Run *run)
{
    double begin_s = vicu_clock_cpu_s();
    g_autoptr(RulesSet) set = compile();

    run->compile_ms = 1e3 * (vicu_clock_cpu_s() - begin_s);
    g_assert(set != NULL && rules_set_n_rules(set) == 200);
    measure_day(set, run);
    measure_ward(set, beds, run);
}

static bool
measure_apart(unsigned beds, Run *run)
{
    int ends[2];
    int status = 0;

    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        measure(beds, run);
        _exit(write(ends[1], run, sizeof *run) == sizeof *run ? 0 : 1);
    }
    close(ends[1]);
    bool read_all = child > 0 && read(ends[0], run, sizeof *run) == sizeof *run;
    close(ends[0]);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 && read_all;
}

int
rules_bench_main(int argc, char **argv)
{
    gboolean as_json = FALSE;
    int runs = 3, beds = WARD_BEDS;
    const GOptionEntry entries[] = {
        {"runs", 0, 0, G_OPTION_ARG_INT, &runs, "How often (3), the median counts", "N"},
        {"beds", 0, 0, G_OPTION_ARG_INT, &beds, "Beds of the ward (10000)", "N"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- what judging costs on this machine");

    if (argc < 2 || strcmp(argv[1], "rules") != 0) {
        fprintf(stderr, "vicu: the rules know no such bench; they have \"bench rules\"\n");
        return RULES_VERB_USAGE;
    }
    argc--;
    argv++;
    g_option_context_add_main_entries(context, entries, NULL);
    int answer = rules_verb_parse("bench rules", context, &argc, &argv,
                                  "Example:\n  vicu bench rules --json\n");
    if (answer >= 0)
        return answer;
    if (runs < 3 || runs > 100 || beds < 1 || beds > 20000) {
        fprintf(stderr, "vicu bench rules: expected --runs of 3..100 and --beds of 1..20000\n");
        return RULES_VERB_USAGE;
    }
    vicu_memory_keep();
    for (size_t i = 0; i < G_N_ELEMENTS(feeds); i++)
        codes[i] = vicu_signal_code(vicu_signal_by_name(feeds[i].signal));
    g_autoptr(VicuFigures) figures = vicu_figures_new("rules");
    VicuProgress *progress = vicu_progress_new("bench rules", "runs", (uint64_t)runs);
    for (int r = 0; r < runs; r++) {
        Run run = {0};
        if (!measure_apart((unsigned)beds, &run)) {
            fprintf(stderr,
                    "vicu bench rules: a run ended without figures: is there memory for "
                    "%d beds?\n",
                    beds);
            vicu_progress_free(progress);
            return RULES_VERB_WANTING;
        }
        vicu_figures_add(figures, "rules_core_share", "1", run.core_share);
        vicu_figures_add(figures, "rules_tick_p99", "ms", run.tick_p99_ms);
        vicu_figures_add(figures, "rules_rss", "MiB", run.rss_mib);
        vicu_figures_add(figures, "rules_bed_day", "s", run.bed_day_s);
        vicu_figures_add(figures, "rules_compile", "ms", run.compile_ms);
        vicu_figures_add(figures, "rules_rhythm_share", "1", rules_bench_rhythm_share());
        vicu_progress_set(progress, (uint64_t)r + 1);
    }
    vicu_progress_free(progress);
    vicu_figures_print(figures, as_json, stdout);
    return RULES_VERB_DONE;
}
