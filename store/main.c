/* vicu-store: keeps what was measured, and answers questions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/memory.h"
#include "store/erase/settings.h"
#include "store/export/export.h"
#include "store/server.h"
#include "store/verbs.h"

static struct {
    gboolean sync;
    int64_t head_buffer_mib;
    int64_t wal_limit_mib;
    int64_t cache_mib;
    int64_t max_open_files;
    int64_t reserve_mib;
    int64_t recover_mib;
    double warn_percent;
    double stop_percent;
    int64_t head_keep_us;
    int64_t head_quota_mib;
    int64_t margin_us;
    int64_t quiet_us;
    int64_t memory_mib;
    int64_t archive_after_us;
    int64_t archive_share;
    int64_t waves_us;
    int64_t numerics_us;
    int64_t events_us;
    int64_t imported_us;
    int64_t audit_us;
    int64_t witnessed_us;
    int64_t quota_gib;
    int64_t imported_quota_gib;
    GHashTable *places;
    char *keys;
    char *keys_copy;
    int64_t group_us;
    int64_t group_kib;
    int64_t credit_mib;
    int64_t per_client;
    int64_t in_all;
    int64_t patience_us;
    int64_t idle_us;
    int64_t station_idle_us;
    int64_t longest_us;
    char *keys_act;
} settings;

static const VicuParam params[] = {
    {"database", "sync", VICU_PARAM_BOOL, "", 0, 0, "true", &settings.sync,
     "Sync before acknowledging; false loses data in a power cut and is for tests."},
    {"database", "head_buffer", VICU_PARAM_INT, "MiB", 1, 256, "16", &settings.head_buffer_mib,
     "Batches held in memory before they become a file."},
    {"database", "wal_limit", VICU_PARAM_INT, "MiB", 4, 1024, "64", &settings.wal_limit_mib,
     "Log that a restart may have to replay."},
    {"database", "cache", VICU_PARAM_INT, "MiB", 1, 4096, "32", &settings.cache_mib,
     "Decoded blocks kept in memory for queries."},
    {"database", "max_open_files", VICU_PARAM_INT, "1", 64, 65536, "512", &settings.max_open_files,
     "Database files open at once."},
    {"space", "reserve", VICU_PARAM_INT, "MiB", 0, 65536, "256", &settings.reserve_mib,
     "File that is given up when the disk is so full that the database could not recover."},
    {"space", "recover", VICU_PARAM_INT, "MiB", 1, 65536, "96", &settings.recover_mib,
     "Free space without which the database is not opened."},
    {"space", "warn", VICU_PARAM_DOUBLE, "%", 1, 90, "10", &settings.warn_percent,
     "Free space below which the technical alarm store-low stands."},
    {"space", "stop", VICU_PARAM_DOUBLE, "%", 0.1, 80, "5", &settings.stop_percent,
     "Free space below which nothing is written or acknowledged; alarm store-full."},
    {"head", "keep", VICU_PARAM_DURATION, "", 1, 86400, "10min", &settings.head_keep_us,
     "How long batches are kept as received after all in them is stored otherwise."},
    {"head", "quota", VICU_PARAM_INT, "MiB", 64, 1e6, "4096", &settings.head_quota_mib,
     "Batches on disk beyond which waves are sealed early and senders get less credit."},
    {"seal", "margin", VICU_PARAM_DURATION, "", 0, 600, "15s", &settings.margin_us,
     "How long after its end a minute of waves is sealed; what comes later costs more."},
    {"seal", "memory", VICU_PARAM_INT, "MiB", 8, 65536, "256", &settings.memory_mib,
     "Waves held decoded before minutes are sealed early."},
    {"seal", "quiet", VICU_PARAM_DURATION, "", 1, 3600, "5min", &settings.quiet_us,
     "How long an hour of waves is left unchanged before it becomes one file; a day waits twelve "
     "times as long."},
    {"archive", "after", VICU_PARAM_DURATION, "", 0, 3.2e8, "72h", &settings.archive_after_us,
     "How long after its end a day of waves is coded again, more densely."},
    {"archive", "share", VICU_PARAM_INT, "%", 1, 100, "25", &settings.archive_share,
     "Share of one core that this takes at most."},
    {"retention", "waves", VICU_PARAM_DURATION, "", 3600, 3.2e8, "72h", &settings.waves_us,
     "How long waves are kept; they go by whole minutes, hours or days."},
    {"retention", "numerics", VICU_PARAM_DURATION, "", 86400, 3.2e8, "2192d", &settings.numerics_us,
     "How long numerics and their trends are kept; they go by 6 days."},
    {"retention", "events", VICU_PARAM_DURATION, "", 86400, 3.2e8, "2192d", &settings.events_us,
     "How long events, alarms, symbols, gaps and unmapped values are kept; they go by days."},
    {"retention", "imported", VICU_PARAM_DURATION, "", 0, 3.2e8, "0s", &settings.imported_us,
     "How long imported waves and numerics are kept, by the time they are of; 0s is for ever."},
    {"retention", "audit", VICU_PARAM_DURATION, "", 15897600, 3.2e8, "2192d", &settings.audit_us,
     "How long audit records are kept, from 184 days on."},
    {"retention", "quota", VICU_PARAM_INT, "GiB", 0, 1e6, "0", &settings.quota_gib,
     "Most space for waves that were not imported, the oldest go first; 0 is no bound."},
    {"retention", "imported_quota", VICU_PARAM_INT, "GiB", 0, 1e6, "0",
     &settings.imported_quota_gib, "The same of imported waves."},
    {"audit", "witnessed", VICU_PARAM_DURATION, "", 0, 3e6, "60s", &settings.witnessed_us,
     "How long a witness that was allowed may give no signature before the technical alarm "
     "store-unwitnessed stands; 0s: never."},
    {"retention-sites", "*", VICU_PARAM_MAP, "", 0, 0, "", &settings.places,
     "For a site, site/unit or site/unit/bed other times to keep: waves 24h, numerics 30d, events "
     "400d, imported 0s; the narrowest place decides."},
    {"erasure", "keys", VICU_PARAM_TEXT, "", 0, 0, "", &settings.keys,
     "Folder, outside of the installation, of the keys that stored values are sealed with, so that "
     "a stay can be erased; empty: values are in clear."},
    {"erasure", "keys_copy", VICU_PARAM_TEXT, "", 0, 0, "", &settings.keys_copy,
     "A second folder for the same keys, on another disk; empty: none."},
    {"link", "group", VICU_PARAM_DURATION, "", 0, 1, "100ms", &settings.group_us,
     "How long a batch may wait for others to share its sync."},
    {"link", "group_bytes", VICU_PARAM_INT, "KiB", 1, 65536, "4096", &settings.group_kib,
     "Size at which a group is synced at once."},
    {"link", "credit", VICU_PARAM_INT, "MiB", 1, 256, "16", &settings.credit_mib,
     "What each sender may have under way unacknowledged."},
    {"query", "per_client", VICU_PARAM_INT, "1", 1, 1000, "8", &settings.per_client,
     "Queries of one client at once."},
    {"query", "in_all", VICU_PARAM_INT, "1", 1, 10000, "128", &settings.in_all, "Queries at once."},
    {"query", "patience", VICU_PARAM_DURATION, "", 1, 3600, "30s", &settings.patience_us,
     "How long a client may leave an answer untaken."},
    {"people", "idle", VICU_PARAM_DURATION, "", 60, 86400, "15min", &settings.idle_us,
     "How long a session through the portal lives without an act of its person."},
    {"people", "station_idle", VICU_PARAM_DURATION, "", 60, 86400, "12h", &settings.station_idle_us,
     "The same through a station or the command line."},
    {"people", "longest", VICU_PARAM_DURATION, "", 600, 86400, "12h", &settings.longest_us,
     "How long a session lives in any case."},
    {"people", "keys", VICU_PARAM_TEXT, "", 0, 0, "operator dashboard", &settings.keys_act,
     "Roles of keys that may ask without a person once accounts exist, separated by blanks: "
     "operator, "
     "dashboard, portal."},
};

enum {
    BATCHES,
    BATCH_BYTES,
    SAMPLES,
    DUPLICATES,
    HOLES,
    DROPPED,
    UNREADABLE,
    UNKNOWN_SEGMENTS,
    CHANGED_SEGMENTS,
    CLAIMED_TWICE,
    SAMPLES_AGAIN,
    SAMPLES_DIFFERING,
    REPLAYED,
    SENDERS,
    STREAMS,
    SYNCS,
    SYNC_P50,
    SYNC_P99,
    TURNED_AWAY,
    FREE_BYTES,
    FREE_PERCENT,
    HEAD_BYTES,
    WAVE_BYTES,
    WAVE_FILES,
    LATE_BYTES,
    FRESH_BYTES,
    SEALED,
    FILES_DROPPED,
    DAYS_ARCHIVED,
    DAYS_NOT_ARCHIVED,
    OPEN_TIME,
    NUMERICS_SEALED,
    NUMERICS_BROKEN,
    AUDIT_TAKEN,
    AUDIT_DUPLICATES,
    AUDIT_UNREADABLE,
    AUDIT_MISSED,
    QUERIES,
    QUERIES_RUNNING,
    QUERIES_REFUSED,
    QUERIES_DROPPED,
    QUERY_MESSAGES,
    PEOPLE_ACTIVE,
    PEOPLE_SESSIONS,
    PEOPLE_GLASS,
    LOGINS,
    LOGINS_HELD,
    LOGINS_BUSY,
    PEOPLE_REFUSED,
    N_COUNTERS,
};

static VicuCounter counters[N_COUNTERS] = {
    [BATCHES] = {"batches", "1", "Batches taken by this process", 0},
    [BATCH_BYTES] = {"batch_bytes", "By", "Bytes of them", 0},
    [SAMPLES] = {"samples", "1", "Samples of waves in them", 0},
    [DUPLICATES] = {"duplicates", "1", "Batches that came again and were kept once", 0},
    [HOLES] = {"holes", "1", "Batches refused because the one before was missing", 0},
    [DROPPED] = {"dropped", "1", "Batches that spools had to give up", 0},
    [UNREADABLE] = {"unreadable", "1", "Parts of batches that do not fit the contract; kept", 0},
    [UNKNOWN_SEGMENTS] = {"unknown_segments", "1", "Waves that came before their segment", 0},
    [CHANGED_SEGMENTS] = {"changed_segments", "1", "Segments that contradict themselves", 0},
    [CLAIMED_TWICE] = {"claimed_twice", "1", "Times that two senders fed a stream at once", 0},
    [SAMPLES_AGAIN] = {"samples_again", "1", "Samples of waves that came again, kept once", 0},
    [SAMPLES_DIFFERING] = {"samples_differing", "1", "Of those: with another value", 0},
    [REPLAYED] = {"replayed", "1", "Batches read again at start", 0},
    [SENDERS] = {"senders", "1", "Senders known", 0},
    [STREAMS] = {"streams", "1", "Streams known", 0},
    [SYNCS] = {"syncs", "1", "Groups of writes made durable", 0},
    [SYNC_P50] = {"sync_p50", "us", "Median time of the last 1000 syncs", 0},
    [SYNC_P99] = {"sync_p99", "us", "99th percentile of the last 1000 syncs", 0},
    [TURNED_AWAY] = {"turned_away", "1", "Messages not taken while the disk was full", 0},
    [FREE_BYTES] = {"free_bytes", "By", "Free space on the store's disk", 0},
    [FREE_PERCENT] = {"free_percent", "%", "Its share", 0},
    [HEAD_BYTES] = {"head_bytes", "By", "Batches on disk, about", 0},
    [WAVE_BYTES] = {"wave_bytes", "By", "Sealed waves on disk", 0},
    [WAVE_FILES] = {"wave_files", "1", "Files of sealed waves", 0},
    [LATE_BYTES] = {"late_bytes", "By", "Waves that came after their minute was sealed, about", 0},
    [FRESH_BYTES] = {"fresh_bytes", "By", "Waves held decoded in memory", 0},
    [SEALED] = {"sealed", "1", "Minutes of waves closed by this process", 0},
    [FILES_DROPPED] = {"files_dropped", "1",
                       "Minutes, hours and days of waves dropped by retention", 0},
    [DAYS_ARCHIVED] = {"days_archived", "1", "Days of waves coded densely by this process", 0},
    [DAYS_NOT_ARCHIVED] = {"days_not_archived", "1",
                           "Days left as they are because a row of them cannot be read", 0},
    [OPEN_TIME] = {"open_time", "ms", "How long opening the database took", 0},
    [NUMERICS_SEALED] = {"numerics_sealed", "1", "Numerics turned from rows into blocks", 0},
    [NUMERICS_BROKEN] = {"numerics_broken", "1", "Blocks of time that cannot be: unreadable", 0},
    [AUDIT_TAKEN] = {"audit_taken", "1", "Audit records taken", 0},
    [AUDIT_DUPLICATES] = {"audit_duplicates", "1", "Audit records that came again", 0},
    [AUDIT_UNREADABLE] = {"audit_unreadable", "1", "Audit records that could not be read", 0},
    [AUDIT_MISSED] = {"audit_missed", "1", "Questions not in the audit because the disk was full",
                      0},
    [QUERIES] = {"queries", "1", "Questions taken", 0},
    [QUERIES_RUNNING] = {"queries_running", "1", "Questions under way", 0},
    [QUERIES_REFUSED] = {"queries_refused", "1", "Questions refused", 0},
    [QUERIES_DROPPED] = {"queries_dropped", "1", "Questions whose answers were not taken", 0},
    [QUERY_MESSAGES] = {"query_messages", "1", "Messages of answers", 0},
    [PEOPLE_ACTIVE] = {"accounts", "1", "Accounts that can sign in", 0},
    [PEOPLE_SESSIONS] = {"sessions", "1", "People who are signed in", 0},
    [PEOPLE_GLASS] = {"glass_broken", "1", "Of them with emergency access", 0},
    [LOGINS] = {"logins", "1", "Times that somebody signed in", 0},
    [LOGINS_HELD] = {"logins_held", "1", "Tries to sign in that came too soon after wrong ones", 0},
    [LOGINS_BUSY] = {"logins_busy", "1", "Tries to sign in while too many others waited", 0},
    [PEOPLE_REFUSED] = {"people_refused", "1", "Questions about people that were refused", 0},
};

static StoreServer *server;

static StoreServerSettings
present(void)
{
    StoreRollSettings roll;
    StoreArchiveSettings archive;

    store_roll_settings_init(&roll);
    store_archive_settings_init(&archive);
    roll.hour_quiet_us = settings.quiet_us;
    roll.day_quiet_us = 12 * settings.quiet_us;
    archive.after_us = settings.archive_after_us;
    archive.share_percent = (unsigned)settings.archive_share;
    return (StoreServerSettings){
        .db = {.sync = settings.sync,
               .head_buffer = (size_t)settings.head_buffer_mib << 20,
               .wal_limit = (size_t)settings.wal_limit_mib << 20,
               .cache = (size_t)settings.cache_mib << 20,
               .max_open_files = (int)settings.max_open_files},
        .space = {.reserve_bytes = (uint64_t)settings.reserve_mib << 20,
                  .recover_bytes = (uint64_t)settings.recover_mib << 20,
                  .warn_share = settings.warn_percent / 100,
                  .stop_share = settings.stop_percent / 100},
        .ingest = {.group_us = settings.group_us,
                   .group_bytes = (size_t)settings.group_kib << 10,
                   .credit_bytes = (uint32_t)settings.credit_mib << 20},
        .service = {.per_client = (unsigned)settings.per_client,
                    .in_all = (unsigned)settings.in_all,
                    .patience_us = settings.patience_us},
        .head = {.roll = roll,
                 .archive = archive,
                 .seal = {.margin_us = settings.margin_us,
                          .memory_bytes = (size_t)settings.memory_mib << 20},
                 .keep_us = settings.head_keep_us},
        .head_quota_bytes = (uint64_t)settings.head_quota_mib << 20,
        .keep_us = {[STORE_CLASS_WAVES] = settings.waves_us,
                    [STORE_CLASS_NUMERICS] = settings.numerics_us,
                    [STORE_CLASS_EVENTS] = settings.events_us,
                    [STORE_CLASS_IMPORTED] = settings.imported_us},
        .places = settings.places,
        .retain = {.waves_bytes = (uint64_t)settings.quota_gib << 30,
                   .imported_bytes = (uint64_t)settings.imported_quota_gib << 30,
                   .audit_keep_us = settings.audit_us},
        .people = {.idle_us = settings.idle_us,
                   .station_idle_us = settings.station_idle_us,
                   .longest_us = settings.longest_us},
        .witnessed_us = settings.witnessed_us,
        .keys_act = settings.keys_act,
        .keys = {settings.keys, settings.keys_copy},
    };
}

static gboolean
check(gpointer user, GError **error)
{
    StoreServerSettings now = present();
    g_autoptr(StorePolicy) policy = store_server_policy(&now, error);

    (void)user;
    return policy != NULL && store_erase_check(&now.keys, NULL, error);
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    StoreServerSettings now = present();

    (void)user;
    server = store_server_new(daemon, &now, error);
    if (server != NULL && !settings.sync)
        vicu_daemon_condition(daemon, "store-no-sync",
                              "[database] sync is false: a power cut loses acknowledged data");
    return server != NULL;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    (void)user;
    g_clear_pointer(&server, store_server_free);
}

static void
reload(VicuDaemon *daemon, gpointer user)
{
    StoreServerSettings now = present();

    (void)daemon;
    (void)user;
    store_server_reload(server, &now);
}

static gboolean
take_audit(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user)
{
    (void)daemon;
    (void)user;
    return store_server_audit(server, record);
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    StoreServerFigures f;

    (void)daemon;
    (void)user;
    store_server_figures(server, &f);
    const double values[N_COUNTERS] = {
        [BATCHES] = (double)f.head.batches,
        [BATCH_BYTES] = (double)f.head.bytes,
        [SAMPLES] = (double)f.head.lane.samples,
        [DUPLICATES] = (double)f.ingest.link.duplicates,
        [HOLES] = (double)f.ingest.link.gaps,
        [DROPPED] = (double)f.head.dropped,
        [UNREADABLE] = (double)f.head.lane.unreadable,
        [UNKNOWN_SEGMENTS] = (double)f.head.lane.unknown_segments,
        [CHANGED_SEGMENTS] = (double)f.head.lane.changed_segments,
        [CLAIMED_TWICE] = (double)f.head.lane.claimed_twice,
        [SAMPLES_AGAIN] = (double)f.fresh.again,
        [SAMPLES_DIFFERING] = (double)f.fresh.differing,
        [REPLAYED] = (double)f.head.replayed,
        [SENDERS] = (double)f.ingest.link.senders,
        [STREAMS] = (double)f.streams,
        [SYNCS] = (double)f.ingest.groups,
        [SYNC_P50] = (double)f.ingest.sync_p50_us,
        [SYNC_P99] = (double)f.ingest.sync_p99_us,
        [TURNED_AWAY] = (double)f.ingest.turned_away,
        [FREE_BYTES] = (double)f.space.free_bytes,
        [FREE_PERCENT] = 100 * f.space.free_share,
        [HEAD_BYTES] = (double)f.head_bytes,
        [WAVE_BYTES] = (double)f.wave_bytes,
        [WAVE_FILES] = (double)f.wave_files,
        [LATE_BYTES] = (double)f.late_bytes,
        [FRESH_BYTES] = (double)f.fresh_bytes,
        [SEALED] = (double)f.head.sealed,
        [FILES_DROPPED] = (double)f.head.retained,
        [DAYS_ARCHIVED] = (double)f.head.archive.days,
        [DAYS_NOT_ARCHIVED] = (double)f.head.archive.refused,
        [OPEN_TIME] = (double)f.open_us / 1000,
        [NUMERICS_SEALED] = (double)f.trend.values,
        [NUMERICS_BROKEN] = (double)f.trend.broken,
        [AUDIT_TAKEN] = (double)f.ledger.taken,
        [AUDIT_DUPLICATES] = (double)f.ledger.duplicates,
        [AUDIT_UNREADABLE] = (double)f.ledger.malformed,
        [AUDIT_MISSED] = (double)f.service.unaudited,
        [QUERIES] = (double)f.service.queries,
        [QUERIES_RUNNING] = (double)f.service.running,
        [QUERIES_REFUSED] = (double)f.service.refused,
        [QUERIES_DROPPED] = (double)f.service.dropped,
        [QUERY_MESSAGES] = (double)f.service.rows,
        [PEOPLE_ACTIVE] = (double)f.people.active,
        [PEOPLE_SESSIONS] = (double)f.people.sessions,
        [PEOPLE_GLASS] = (double)f.people.glass,
        [LOGINS] = (double)f.people.logins,
        [LOGINS_HELD] = (double)f.people.held,
        [LOGINS_BUSY] = (double)f.people.busy,
        [PEOPLE_REFUSED] = (double)f.people.refused,
    };
    for (size_t i = 0; i < N_COUNTERS; i++)
        counters[i].value = values[i];
}

int
main(int argc, char **argv)
{
    vicu_memory_keep(); /* who asks and answers turns the same memory over and over */
    if (argc >= 2 && strcmp(argv[1], "export") == 0)
        return store_export_main(argc - 1, argv + 1);
    const VicuDaemonSpec spec = {
        .name = "store",
        .summary =
            "Keeps what was measured, acknowledges it after the sync, and answers questions.",
        .params = params,
        .n_params = G_N_ELEMENTS(params),
        .counters = counters,
        .n_counters = G_N_ELEMENTS(counters),
        .check = check,
        .start = start,
        .stop = stop,
        .reload = reload,
        .refresh = refresh,
        .audit = take_audit,
    };
    int status = 0;
    if (store_verb_run(argc, argv, &status))
        return status;
    return vicu_daemon_run(&spec, argc, argv, NULL);
}
