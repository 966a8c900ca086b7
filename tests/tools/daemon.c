/* The smallest daemon, for tests of the verbs: one counter and one complaint.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/daemon.h"

static int64_t beds;

static const VicuParam params[] = {
    {"ward", "beds", VICU_PARAM_INT, "1", 1, 500, "16", &beds, "How many beds there are."},
};

static VicuCounter counters[] = {
    {"beds", "1", "Beds in the settings.", 0},
};

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    (void)user;
    (void)error;
    vicu_daemon_endpoint(daemon, "ward", "tcp://127.0.0.1:2575");
    if (beds > 100)
        vicu_daemon_condition(daemon, "too-many-beds", "more than 100 beds");
    return TRUE;
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    (void)user;
    counters[0].value = (double)beds;
}

int
main(int argc, char **argv)
{
    const VicuDaemonSpec spec = {
        .name = "hub",
        .summary = "A daemon for tests",
        .params = params,
        .n_params = G_N_ELEMENTS(params),
        .counters = counters,
        .n_counters = G_N_ELEMENTS(counters),
        .start = start,
        .refresh = refresh,
    };

    return vicu_daemon_run(&spec, argc, argv, NULL);
}
