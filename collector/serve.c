/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/serve.h"

#include <string.h>

#include "collector/device-clock.h"
#include "collector/feed.h"
#include "collector/hl7-feed.h"
#include "collector/proof.h"
#include "collector/sources/wfdb-source.h"
#include "collector/tick.h"
#include "common/clock.h"
#include "common/daemon.h"
#include "common/error.h"
#include "common/log.h"
#include "common/uplink.h"

static struct {
    int64_t tick_ms;
    int64_t proof_us;
    char *ward;
    int64_t beds;
    int64_t speed;
    gboolean hl7;
    char *hl7_address;
    int64_t hl7_port;
    char *hl7_site;
    gboolean hl7_location_is_bed;
    gboolean hl7_simulated;
    gboolean hl7_trust_clock;
    int64_t hl7_zone_s;
    int64_t hl7_period_ms;
    GHashTable *bed_map;
    int64_t spool_mib;
    int64_t spool_age_us;
} settings;

static const VicuParam params[] = {
    {"tick", "ms", VICU_PARAM_INT, "ms", 40, 1000, "40", &settings.tick_ms,
     "Length of a tick: one batch with all beds is sent per tick."},
    {"proof", "every", VICU_PARAM_DURATION, "s", 1, 60, "60s", &settings.proof_us,
     "From one test alarm of a bed to its next; nobody waits for one longer than 68 s."},
    {"wfdb", "ward", VICU_PARAM_TEXT, "", 0, 0, "", &settings.ward,
     "Ward file of recordings to play; empty: play none."},
    {"wfdb", "beds", VICU_PARAM_INT, "1", 1, 200, "16", &settings.beds,
     "Beds to play; more than the ward file has are marked copies with shifted starts."},
    {"wfdb", "speed", VICU_PARAM_INT, "1", 1, 100, "1", &settings.speed,
     "How much faster than real time recordings play."},
    {"hl7", "enabled", VICU_PARAM_BOOL, "", 0, 0, "false", &settings.hl7,
     "Whether to listen for HL7 v2 over MLLP."},
    {"hl7", "address", VICU_PARAM_TEXT, "", 0, 0, "127.0.0.1", &settings.hl7_address,
     "Address of the MLLP listener."},
    {"hl7", "port", VICU_PARAM_INT, "1", 0, 65535, "2575", &settings.hl7_port,
     "Port of the MLLP listener; 0: a free one, shown by `vicu status`."},
    {"hl7", "site", VICU_PARAM_TEXT, "", 0, 0, "site", &settings.hl7_site,
     "Site of beds that [beds] does not name: SITE/unassigned/TEXT."},
    {"hl7", "location_is_bed", VICU_PARAM_BOOL, "", 0, 0, "false", &settings.hl7_location_is_bed,
     "Whether PV1-3 (unit^room^bed^site) may name a bed by itself."},
    {"hl7", "simulated", VICU_PARAM_BOOL, "", 0, 0, "false", &settings.hl7_simulated,
     "Whether everything from this listener is marked simulated."},
    {"hl7", "trust_clock", VICU_PARAM_BOOL, "", 0, 0, "false", &settings.hl7_trust_clock,
     "Whether the senders' clocks are kept by NTP; else their offset is estimated."},
    {"hl7", "zone_s", VICU_PARAM_INT, "s", -50400, 50400, "0", &settings.hl7_zone_s,
     "Seconds east of UTC of times that name no zone."},
    {"hl7", "period_ms", VICU_PARAM_INT, "ms", 0, 3600000, "0", &settings.hl7_period_ms,
     "Announced period of numerics; 0: the table of signals."},
    {"beds", "*", VICU_PARAM_MAP, "", 0, 0, "", &settings.bed_map,
     "PV1-3 as sent (or its bed part) = site/unit/bed."},
    {"spool", "max_mib", VICU_PARAM_INT, "MiB", 32, 1048576, "4096", &settings.spool_mib,
     "Most disk for what the store has not acknowledged; then the oldest become a recorded gap."},
    {"spool", "max_age", VICU_PARAM_DURATION, "s", 60, 31536000, "7d", &settings.spool_age_us,
     "Oldest that is kept unacknowledged."},
};

enum {
    BATCHES,
    BYTES,
    SAMPLES,
    NUMERICS,
    SEGMENTS,
    ACKED,
    WAITING,
    SPOOL_BYTES,
    DROPPED,
    EPOCHS,
    FEED_LOST,
    LATE_TICKS,
    HL7_MESSAGES,
    HL7_TAKEN,
    HL7_REFUSED,
    HL7_INVALID,
    HL7_UNMAPPED,
    HL7_CONNECTIONS,
    HL7_CONNECTIONS_REFUSED,
    HL7_FRAMING,
    HL7_CLOCK_STEPS,
    HL7_WAITING,
};

static VicuCounter counters[] = {
    [BATCHES] = {"batches", "1", "Batches sent", 0},
    [BYTES] = {"bytes", "By", "Bytes of batches", 0},
    [SAMPLES] = {"samples", "1", "Wave samples sent", 0},
    [NUMERICS] = {"numerics", "1", "Numeric values sent", 0},
    [SEGMENTS] = {"segments", "1", "Wave segments open", 0},
    [ACKED] = {"acked", "1", "Batches acknowledged by the store", 0},
    [WAITING] = {"spool_batches", "1", "Batches in the spool, not yet acknowledged", 0},
    [SPOOL_BYTES] = {"spool_bytes", "By", "Disk used by the spool", 0},
    [DROPPED] = {"spool_dropped", "1", "Batches given up by the spool (size or age)", 0},
    [EPOCHS] = {"epochs", "1", "Epochs begun since the start", 0},
    [FEED_LOST] = {"feed_lost", "1", "Batches that did not go to rules at once: hub away", 0},
    [LATE_TICKS] = {"late_ticks", "1", "Ticks that began more than a tick late", 0},
    [HL7_MESSAGES] = {"hl7_messages", "1", "HL7 messages received", 0},
    [HL7_TAKEN] = {"hl7_taken", "1", "HL7 messages taken", 0},
    [HL7_REFUSED] = {"hl7_refused", "1", "HL7 messages refused with a reason", 0},
    [HL7_INVALID] = {"hl7_invalid", "1", "HL7 values sent as no value", 0},
    [HL7_UNMAPPED] = {"hl7_unmapped", "1", "HL7 values outside the table of signals, kept as text",
                      0},
    [HL7_CONNECTIONS] = {"hl7_connections", "1", "MLLP connections open", 0},
    [HL7_CONNECTIONS_REFUSED] = {"hl7_connections_refused", "1", "MLLP connections refused", 0},
    [HL7_FRAMING] = {"hl7_framing_faults", "1", "Bytes outside an MLLP frame", 0},
    [HL7_CLOCK_STEPS] = {"hl7_clock_steps", "1", "Device clocks seen to be set", 0},
    [HL7_WAITING] = {"hl7_waiting", "1", "HL7 messages not yet safe on disk", 0},
};

/* The process. */
static struct {
    VicuDaemon *daemon;
    VicuUplink *uplink;
    CollectorTick *tick;
    CollectorProof *proof;
    CollectorWard *ward;
    CollectorFeed *wfdb;
    CollectorHl7Feed *hl7;
    guint timer;
    CollectorDeviceClock clock; /* the system's UTC against BOOTTIME */
    int64_t next_look_us;       /* boot */
    int64_t start_us;           /* of tick 0, by steady_utc_us() */
    int64_t ticks;
    uint64_t late_ticks;
} self;

/* ---- ticks -------------------------------------------------------------------- */

/* UTC that never steps: BOOTTIME plus an offset that follows the system's clock by
 * at most 1 ms a second, so that a clock that is set bends no wave. */
static int64_t
steady_utc_us(void)
{
    return vicu_clock_boot_us() + self.clock.offset_us;
}

static void
send_tick(int64_t t_us)
{
    g_autoptr(GBytes) packed = collector_tick_take(self.tick, t_us);

    if (packed != NULL)
        vicu_uplink_append(self.uplink, packed, t_us);
    if (self.hl7 != NULL) {
        collector_hl7_feed_appended(self.hl7, vicu_uplink_appended(self.uplink));
        collector_hl7_feed_safe(self.hl7, vicu_uplink_safe(self.uplink));
    }
}

/* Once a second. A system clock that was really set (by more than 1 s, three times
 * seen) cannot be followed within a segment: say so and begin anew. */
static void
look_at_clock(void)
{
    int64_t boot_us = vicu_clock_boot_us(), utc_us = vicu_clock_utc_us(), t_us = 0;
    int64_t before_us = steady_utc_us();

    if (boot_us < self.next_look_us)
        return;
    self.next_look_us = boot_us + G_USEC_PER_SEC;
    if (collector_device_clock_read(&self.clock, boot_us, utc_us, boot_us, &t_us)
        != COLLECTOR_CLOCK_STEPPED)
        return;
    g_autofree char *by = g_strdup_printf("%+.1f s", (double)(utc_us - before_us) / 1e6);
    Vicu__Event event = VICU__EVENT__INIT;
    event.bed = (char *)"";
    event.t_us = before_us;
    event.kind = (char *)"clock-stepped";
    event.text = by;
    collector_tick_event(self.tick, &event);
    send_tick(before_us);
    vicu_daemon_fail(self.daemon,
                     g_error_new(VICU_ERROR, VICU_ERROR_IO,
                                 "the system clock was set by %s: begins anew with new segments",
                                 by));
}

/* After a stall a batch holds at most a second, which the spool always takes. */
static void
run_ticks(int64_t now_us, int64_t due)
{
    int64_t most = MAX(1000 / settings.tick_ms, 1);

    if (due > self.ticks + 1)
        self.late_ticks++;
    if (self.hl7 != NULL)
        collector_feed_poll(collector_hl7_feed_base(self.hl7), now_us, self.tick);
    while (self.ticks < due) {
        self.ticks += MIN(due - self.ticks, most);
        /* Up to the tick's own end, so that every tick holds the same number of samples. */
        int64_t t_us = self.start_us + self.ticks * settings.tick_ms * 1000;
        if (self.wfdb != NULL)
            collector_feed_poll(self.wfdb, t_us, self.tick);
        collector_proof_look(self.proof, vicu_uplink_heartbeat(self.uplink), t_us, self.tick);
        send_tick(t_us);
    }
}

static gboolean
on_time(gpointer user)
{
    int64_t tick_us = settings.tick_ms * 1000;
    (void)user;

    look_at_clock();
    int64_t now_us = steady_utc_us();
    int64_t due = (now_us - self.start_us) / tick_us;
    if (due > self.ticks)
        run_ticks(now_us, due);
    int64_t wait_us = self.start_us + (self.ticks + 1) * tick_us - steady_utc_us();
    self.timer = g_timeout_add((guint)(CLAMP(wait_us, 0, tick_us) / 1000 + 1), on_time, NULL);
    return G_SOURCE_REMOVE;
}

/* ---- the uplink's word ---------------------------------------------------------- */

static void
on_epoch(uint64_t epoch, gpointer user)
{
    (void)epoch;
    (void)user;
    if (self.tick != NULL)
        collector_tick_announce_all(self.tick);
}

static void
on_synced(gpointer user)
{
    (void)user;
    if (self.hl7 != NULL)
        collector_hl7_feed_safe(self.hl7, vicu_uplink_safe(self.uplink));
}

static void
on_dropped(const VicuSpoolDropped *dropped, gpointer user)
{
    Vicu__Event event = VICU__EVENT__INIT;
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT " batches were given up",
                                            dropped->last - dropped->first + 1);
    (void)user;

    event.bed = (char *)"";
    event.t_us = steady_utc_us();
    event.kind = (char *)"spool-overflow";
    event.text = text;
    collector_tick_event(self.tick, &event);
}

/* ---- life ------------------------------------------------------------------------ */

static gboolean
open_uplink(GError **error)
{
    static const VicuUplinkOps ops = {
        .epoch = on_epoch, .synced = on_synced, .dropped = on_dropped};
    const VicuRoot *root = vicu_daemon_root(self.daemon);
    g_autofree char *room = vicu_root_folder(root, vicu_daemon_name(self.daemon), error);

    if (room == NULL)
        return FALSE;
    g_autofree char *folder = g_build_filename(room, "spool", NULL);
    VicuUplinkSettings uplink = {
        .folder = folder,
        .max_bytes = (uint64_t)settings.spool_mib << 20,
        .max_age_us = settings.spool_age_us,
    };
    self.uplink = vicu_uplink_new(self.daemon, &uplink, &ops, NULL, error);
    return self.uplink != NULL;
}

static gboolean
open_wfdb(GError **error)
{
    if (settings.ward[0] == '\0')
        return TRUE;
    self.ward = collector_ward_load(settings.ward, (guint)settings.beds, error);
    if (self.ward == NULL)
        return FALSE;
    self.wfdb = collector_wfdb_source_new(self.ward, (guint)settings.speed, error);
    if (self.wfdb == NULL)
        return FALSE;
    collector_feed_start(self.wfdb, self.start_us);
    return TRUE;
}

static gboolean
open_hl7(GError **error)
{
    CollectorHl7FeedSettings hl7 = {
        .address = settings.hl7_address,
        .port = (uint16_t)settings.hl7_port,
        .beds = settings.bed_map,
        .site = settings.hl7_site,
        .location_is_bed = settings.hl7_location_is_bed,
        .zone_s = (int32_t)settings.hl7_zone_s,
        .simulated = settings.hl7_simulated,
        .trust_clock = settings.hl7_trust_clock,
        .period_ms = (uint32_t)settings.hl7_period_ms,
    };

    if (!settings.hl7)
        return TRUE;
    self.hl7 = collector_hl7_feed_new(&hl7, error);
    if (self.hl7 != NULL)
        vicu_daemon_endpoint(self.daemon, "mllp", collector_hl7_feed_endpoint(self.hl7));
    return self.hl7 != NULL;
}

/* It goes with the next tick, through the spool. */
static gboolean
take_audit(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user)
{
    (void)daemon;
    (void)user;
    collector_tick_audit(self.tick, record);
    return TRUE;
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    (void)user;

    self.daemon = daemon;
    collector_device_clock_init(&self.clock);
    look_at_clock();
    self.start_us = steady_utc_us();
    if (!open_uplink(error))
        return FALSE;
    self.tick = collector_tick_new(vicu_uplink_heartbeat(self.uplink));
    self.proof = collector_proof_new(settings.proof_us);
    if (!open_wfdb(error) || !open_hl7(error))
        return FALSE;
    g_autofree char *sources = g_strdup_printf("wfdb %s, hl7 %s", self.wfdb != NULL ? "on" : "off",
                                               self.hl7 != NULL ? "on" : "off");
    vicu_daemon_describe(daemon, sources);
    self.timer = g_timeout_add((guint)settings.tick_ms, on_time, NULL);
    return TRUE;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    (void)user;
    if (self.timer != 0)
        g_source_remove(self.timer);
    send_tick(steady_utc_us()); /* what was told since the last one */
    if (self.hl7 != NULL)
        collector_feed_free(collector_hl7_feed_base(self.hl7));
    collector_feed_free(self.wfdb);
    g_clear_pointer(&self.ward, collector_ward_free);
    g_clear_pointer(&self.uplink, vicu_uplink_free);
    g_clear_pointer(&self.tick, collector_tick_free);
    g_clear_pointer(&self.proof, collector_proof_free);
}

static void
refresh_hl7(void)
{
    CollectorHl7FeedFigures f;

    if (self.hl7 == NULL)
        return;
    collector_hl7_feed_figures(self.hl7, &f);
    counters[HL7_MESSAGES].value = (double)f.messages;
    counters[HL7_TAKEN].value = (double)f.taken;
    counters[HL7_REFUSED].value = (double)f.refused;
    counters[HL7_INVALID].value = (double)f.invalid;
    counters[HL7_UNMAPPED].value = (double)f.unmapped;
    counters[HL7_CONNECTIONS].value = (double)f.connections;
    counters[HL7_CONNECTIONS_REFUSED].value = (double)f.connections_refused;
    counters[HL7_FRAMING].value = (double)f.framing_faults;
    counters[HL7_CLOCK_STEPS].value = (double)f.clock_steps;
    counters[HL7_WAITING].value = (double)f.waiting;
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    VicuUplinkFigures uplink;
    CollectorTickFigures tick = collector_tick_figures(self.tick);
    (void)daemon;
    (void)user;

    vicu_uplink_figures(self.uplink, &uplink);
    counters[BATCHES].value = (double)tick.batches;
    counters[BYTES].value = (double)tick.bytes;
    counters[SAMPLES].value = (double)tick.samples;
    counters[NUMERICS].value = (double)tick.numerics;
    counters[SEGMENTS].value = tick.open_segments;
    counters[ACKED].value = (double)uplink.link.acked;
    counters[WAITING].value = (double)uplink.spool.batches;
    counters[SPOOL_BYTES].value = (double)uplink.spool.bytes;
    counters[DROPPED].value = (double)uplink.spool.dropped_batches;
    counters[EPOCHS].value = (double)uplink.link.epochs;
    counters[FEED_LOST].value = (double)uplink.link.feed_lost;
    counters[LATE_TICKS].value = (double)self.late_ticks;
    refresh_hl7();
}

int
collector_serve_main(int argc, char **argv)
{
    const VicuDaemonSpec spec = {
        .name = "collector",
        .summary = "Speaks the devices' protocols, spools what they say, and sends it to the hub.",
        .params = params,
        .n_params = G_N_ELEMENTS(params),
        .counters = counters,
        .n_counters = G_N_ELEMENTS(counters),
        .start = start,
        .stop = stop,
        .refresh = refresh,
        .audit = take_audit,
    };
    return vicu_daemon_run(&spec, argc, argv, NULL);
}
