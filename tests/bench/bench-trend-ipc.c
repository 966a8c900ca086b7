/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench-trend-ipc.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/query.h"
#include "common/root.h"
#include "common/trend-rows.h"

#define PATIENCE_US (30 * G_USEC_PER_SEC)

typedef struct {
    double sum;
    unsigned beds;
    unsigned columns;
} Taken;

/* What a picture needs: every column of every bed. */
static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Taken *taken = user;

    g_assert_no_error(error);
    for (size_t i = 0; i < rows->n_trend; i++) {
        VicuTrend trend;
        g_assert_true(vicu_trend_init(&trend, rows->trend[i], NULL));
        for (guint c = 0; c < trend.columns; c++) {
            VicuTrendColumn column = vicu_trend_column(&trend, c);
            taken->sum += column.min + column.max + column.mean + column.coverage;
        }
        taken->columns += trend.columns;
        taken->beds++;
    }
}

static pid_t
start(const char *program, const char *root)
{
    pid_t child = fork();

    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(program, program, "--root", root, NULL);
        _exit(127);
    }
    return child;
}

static int
compare(gconstpointer pa, gconstpointer pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

static void
ask_many(VicuQueryClient *client, const Vicu__Query *ask, int runs)
{
    g_autofree double *ms = g_new(double, (gsize)runs);
    Taken taken = {0};

    for (int i = -2; i < runs; i++) { /* two to get warm */
        GError *error = NULL;
        int64_t begin_us = g_get_monotonic_time();
        taken = (Taken){0};
        vicu_query_wait(client, ask, "bench", PATIENCE_US, on_rows, &taken, &error);
        g_assert_no_error(error);
        g_assert_true(isfinite(taken.sum));
        if (i >= 0)
            ms[i] = (double)(g_get_monotonic_time() - begin_us) / 1e3;
    }
    qsort(ms, (size_t)runs, sizeof *ms, compare);
    printf("over ipc with CURVE, every column read by the client: %u beds, %u columns in all: "
           "median %.2f ms (%.2f..%.2f, %d runs)\n",
           taken.beds, taken.columns, ms[runs / 2], ms[0], ms[runs - 1], runs);
}

void
bench_trend_ipc(const char *program,
                const char *root_folder,
                uint32_t code,
                int64_t from_us,
                int64_t to_us,
                uint32_t columns,
                int runs)
{
    static const char *const names[] = {"hub", "store", "operator"};
    GError *error = NULL;
    VicuRoot *root = vicu_root_new(root_folder, &error);
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryTrend what = VICU__QUERY_TREND__INIT;

    g_assert_no_error(error);
    g_assert_true(vicu_root_make(root, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_true(vicu_keys_make(root->keys, names[i], names[i], NULL));
    g_autofree char *conf = g_build_filename(root->etc, "store.conf", NULL);
    g_assert_true(
        g_file_set_contents(conf, "[space]\nreserve = 1\nwarn = 1\nstop = 0.1\n", -1, NULL));
    pid_t store = start(program, root_folder);
    VicuKeys *keys = vicu_keys_open(root->keys, "operator", NULL);
    VicuContext *context = vicu_context_new(keys, NULL, NULL);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");
    VicuQueryClient *client = vicu_query_client_new(context, endpoint, "store", "bench", &error);
    g_assert_no_error(error);
    what.code = code;
    what.from_us = from_us;
    what.to_us = to_us;
    what.columns = columns;
    ask.what_case = VICU__QUERY__WHAT_TREND;
    ask.trend = &what;
    ask_many(client, &ask, runs);
    vicu_query_client_free(client);
    vicu_context_free(context);
    vicu_keys_free(keys);
    vicu_root_free(root);
    kill(store, SIGTERM);
    g_assert_cmpint(waitpid(store, NULL, 0), ==, store);
}
