/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/bench-path.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "collector/tick.h"
#include "common/bench-ward.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/spool-sync.h"
#include "common/uplink.h"

#define AHEAD_MS    1000 /* of the ward, unacknowledged */
#define LOOK_MS     25   /* a ward has a timer for each tick, no more */
#define WARM_S      60   /* of the ward: by then what a ward keeps in memory is there */
#define SPOOL_BYTES ((uint64_t)1 << 30)
#define SPOOL_AGE   ((int64_t)3600 * G_USEC_PER_SEC)

/* The process. */
static struct {
    int64_t tick_ms, seconds;
    int64_t t0_us;
    VicuBenchWard *ward;
    CollectorTick *tick;
    VicuDaemon *daemon;
    VicuUplink *uplink;
    uint32_t *segments; /* by bed and wave */
    int64_t ticks;      /* sent */
    bool going, warm, told;
} self;

/* ---- the ward ---- */

static void
begin_bed(unsigned bed)
{
    for (unsigned w = 0; w < VICU_BENCH_WAVES; w++) {
        const VicuBenchWave *wave = vicu_bench_ward_wave(self.ward, w);
        CollectorSegment segment = {
            .bed = vicu_bench_ward_bed(self.ward, bed),
            .code = wave->code,
            .label = wave->label,
            .t0_us = self.t0_us,
            .period_num = 1,
            .period_den = wave->hz,
            .gain = wave->gain,
            .unit = wave->unit,
            .origin = VICU__ORIGIN__ORIGIN_SIMULATED,
        };
        self.segments[bed * VICU_BENCH_WAVES + w] =
            collector_tick_begin_segment(self.tick, &segment);
    }
}

static void
push_waves(unsigned bed, int64_t from_ms, int64_t to_ms)
{
    for (unsigned w = 0; w < VICU_BENCH_WAVES; w++) {
        int64_t hz = vicu_bench_ward_wave(self.ward, w)->hz;
        uint64_t first = (uint64_t)(from_ms * hz / 1000);
        size_t n = (size_t)(to_ms * hz / 1000) - (size_t)first;
        if (n > 0)
            collector_tick_push(self.tick, self.segments[bed * VICU_BENCH_WAVES + w], first,
                                vicu_bench_ward_samples(self.ward, bed, w, first, n), n);
    }
}

static void
push_numerics(unsigned bed, int64_t second)
{
    double values[VICU_BENCH_NUMERICS];

    vicu_bench_ward_next(self.ward, bed, values);
    for (unsigned k = 0; k < VICU_BENCH_NUMERICS; k++) {
        CollectorNumeric numeric = {
            .bed = vicu_bench_ward_bed(self.ward, bed),
            .origin = VICU__ORIGIN__ORIGIN_SIMULATED,
            .code = vicu_bench_ward_numeric(k),
            .t_us = self.t0_us + second * G_USEC_PER_SEC,
            .value = values[k],
            .period_ms = 1000,
        };
        collector_tick_numeric(self.tick, &numeric);
    }
}

/* The next tick of all beds; the numerics of a bed come once in a second. */
static GBytes *
next_tick(int64_t *t_us)
{
    int64_t per_s = 1000 / self.tick_ms;
    int64_t from_ms = self.ticks * self.tick_ms, to_ms = from_ms + self.tick_ms;

    for (unsigned b = 0; b < vicu_bench_ward_beds(self.ward); b++) {
        push_waves(b, from_ms, to_ms);
        if (self.ticks % per_s == (int64_t)b % per_s)
            push_numerics(b, self.ticks / per_s);
    }
    self.ticks++;
    *t_us = self.t0_us + to_ms * 1000;
    return collector_tick_take(self.tick, *t_us);
}

static void
make_ward(unsigned beds, VicuHeartbeat *heartbeat)
{
    self.t0_us = vicu_clock_utc_us() - self.seconds * G_USEC_PER_SEC;
    self.t0_us -= self.t0_us % (60 * (int64_t)G_USEC_PER_SEC);
    self.tick = collector_tick_new(heartbeat);
    self.segments = g_new0(uint32_t, beds * VICU_BENCH_WAVES);
    for (unsigned b = 0; b < beds; b++)
        begin_bed(b);
}

static int64_t
all_ticks(void)
{
    return self.seconds * 1000 / self.tick_ms;
}

/* ---- over the link ---- */

static void
say(const char *word, uint64_t samples)
{
    printf("%s %" G_GUINT64_FORMAT "\n", word, samples);
    fflush(stdout);
}

static void
send_tick(void)
{
    int64_t t_us = 0;
    g_autoptr(GBytes) packed = next_tick(&t_us);

    vicu_uplink_append(self.uplink, packed, t_us);
}

static gboolean
on_look(gpointer user)
{
    VicuUplinkFigures f;

    (void)user;
    vicu_uplink_figures(self.uplink, &f);
    int64_t acked = (int64_t)f.link.acked;
    if (!self.going) {
        if (acked == 1 && !self.told) {
            self.told = true;
            say("ready", collector_tick_figures(self.tick).samples);
        }
        return G_SOURCE_CONTINUE;
    }
    int64_t upto = self.warm ? all_ticks() : WARM_S * 1000 / self.tick_ms;
    while (self.ticks < upto && (self.ticks - acked) * self.tick_ms < AHEAD_MS)
        send_tick();
    if (acked < upto || self.told)
        return G_SOURCE_CONTINUE;
    say(self.warm ? "done" : "warm", collector_tick_figures(self.tick).samples);
    self.told = self.warm;
    self.warm = true;
    return G_SOURCE_CONTINUE;
}

/* A line is "go"; the end of the input is the end. */
static gboolean
on_input(gint fd, GIOCondition condition, gpointer user)
{
    char line[16];

    (void)user;
    if ((condition & G_IO_IN) != 0 && read(fd, line, sizeof line) > 0) {
        self.going = true;
        self.told = false;
        return G_SOURCE_CONTINUE;
    }
    raise(SIGTERM);
    return G_SOURCE_REMOVE;
}

static void
on_epoch(uint64_t epoch, gpointer user)
{
    (void)epoch;
    (void)user;
    if (self.tick != NULL)
        collector_tick_announce_all(self.tick);
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    static const VicuUplinkOps ops = {.epoch = on_epoch};

    (void)user;
    self.daemon = daemon;
    g_autofree char *room = vicu_root_folder(vicu_daemon_root(daemon), "collector", error);
    if (room == NULL)
        return FALSE;
    g_autofree char *folder = g_build_filename(room, "spool", NULL);
    VicuUplinkSettings uplink = {folder, SPOOL_BYTES, SPOOL_AGE};
    self.uplink = vicu_uplink_new(daemon, &uplink, &ops, NULL, error);
    if (self.uplink == NULL)
        return FALSE;
    make_ward(vicu_bench_ward_beds(self.ward), vicu_uplink_heartbeat(self.uplink));
    send_tick();
    g_timeout_add(LOOK_MS, on_look, NULL);
    g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, NULL);
    return TRUE;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    (void)user;
    g_clear_pointer(&self.uplink, vicu_uplink_free);
}

static int
over_the_link(const char *root)
{
    const VicuDaemonSpec spec = {
        .name = "collector", .summary = "The synthetic ward.", .start = start, .stop = stop};
    const char *argv[] = {"vicu-collector", "--root", root, NULL};

    return vicu_daemon_run(&spec, 3, (char **)argv, NULL);
}

/* ---- the spool alone ---- */

/* As the uplink, synced each tick, and trimmed a second later. @spent_s: what that took. */
static bool
spool_tick(VicuSpool *spool, uint64_t epoch, double *spent_s, GError **error)
{
    int64_t t_us = 0, behind = AHEAD_MS / self.tick_ms;
    gsize size = 0;
    g_autoptr(GBytes) packed = next_tick(&t_us);
    const void *data = g_bytes_get_data(packed, &size);
    double begin_s = vicu_clock_cpu_s();
    bool ok = vicu_spool_append(spool, data, size, t_us, error) != 0
              && vicu_spool_sync(spool, error)
              && (self.ticks <= behind
                  || vicu_spool_trim(spool, epoch, (uint64_t)(self.ticks - behind), error));

    *spent_s += vicu_clock_cpu_s() - begin_s;
    return ok;
}

static bool
run_spool(VicuSpool *spool, GError **error)
{
    uint64_t epoch = vicu_spool_begin_epoch(spool, 1, error);
    double spent_s = 0;

    for (int64_t i = 0; epoch != 0 && i < all_ticks(); i++)
        if (!spool_tick(spool, epoch, &spent_s, error))
            return false;
    printf("spool %" G_GUINT64_FORMAT " %.6f\n", collector_tick_figures(self.tick).samples,
           spent_s);
    return epoch != 0;
}

static int
spool_alone(const char *root)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_build_filename(root, "spool", NULL);
    VicuSpoolSettings settings = {
        .max_bytes = SPOOL_BYTES, .opened_us = vicu_clock_utc_us(), .first_id = 1};
    g_autoptr(VicuSpool) spool = vicu_spool_open(folder, &settings, &error);

    make_ward(vicu_bench_ward_beds(self.ward), NULL);
    if (spool != NULL && run_spool(spool, &error))
        return 0;
    g_printerr("vicu-collector bench path: %s\n", error->message);
    return 1;
}

int
collector_bench_path_main(int argc, char **argv)
{
    guint64 tick_ms = 0, beds = 0, seconds = 0;

    if (argc < 5 || !g_ascii_string_to_unsigned(argv[1], 10, 40, 1000, &tick_ms, NULL)
        || !g_ascii_string_to_unsigned(argv[2], 10, 1, 1000, &beds, NULL)
        || !g_ascii_string_to_unsigned(argv[3], 10, 1, 3600, &seconds, NULL)) {
        g_printerr("vicu-collector bench path: expected TICK_MS BEDS SECONDS ROOT [spool]; it is "
                   "started by vicu bench link\n");
        return 2;
    }
    self.tick_ms = (int64_t)tick_ms;
    self.seconds = (int64_t)seconds;
    self.ward = vicu_bench_ward_new((unsigned)beds, 250);
    int status =
        argc > 5 && strcmp(argv[5], "spool") == 0 ? spool_alone(argv[4]) : over_the_link(argv[4]);
    g_clear_pointer(&self.tick, collector_tick_free);
    g_clear_pointer(&self.ward, vicu_bench_ward_free);
    g_free(self.segments);
    return status;
}
