/* vicu-rules: settings, counters and the frame around serve.c; with a verb, a
 * tool on the command line instead.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "rules/packs/packs.h"
#include "rules/serve.h"
#include "rules/verbs.h"

static RulesServiceSettings settings;
static char *pack;
static char *keys_act;

static const VicuParam params[] = {
    {"rules", "pack", VICU_PARAM_TEXT, "", 0, 0, "", &pack,
     "The rule packs that run, separated by commas: names of those that are built in, and paths of "
     ".vrules files; empty: " RULES_PACKS_STANDARD "."},
    {"ward", "lateness", VICU_PARAM_DURATION, "s", 0, 5, "200ms", &settings.lateness_us,
     "How far behind its bed's newest data a value may come and still be judged in its place."},
    {"ward", "max_beds", VICU_PARAM_INT, "1", 1, 10000, "1024", &settings.max_beds,
     "Most beds; data of further ones are left and counted."},
    {"spool", "size_mib", VICU_PARAM_INT, "MiB", 16, 65536, "256", &settings.spool_mib,
     "Most disk for derived values and events that the store has not taken yet."},
    {"spool", "age", VICU_PARAM_DURATION, "s", 3600, 2592000, "7d", &settings.spool_age_us,
     "What the store has not taken within this is given up, with a record of it."},
    {"people", "keys", VICU_PARAM_TEXT, "", 0, 0, "operator dashboard", &keys_act,
     "Roles of keys that may act without a person once accounts exist, separated by blanks: "
     "operator, "
     "dashboard, portal."},
    {"journal", "compact_mib", VICU_PARAM_INT, "MiB", 1, 200, "16", &settings.journal_mib,
     "The journal is written anew when it has grown beyond this."},
};

enum {
    BEDS,
    SENDERS,
    BATCHES,
    SAMPLES,
    NUMERICS,
    DERIVED,
    LATE,
    BACKLOG,
    LATE_PASSES,
    MISSED,
    FUTURE,
    GAPS,
    FILLED,
    UNKNOWN_SEGMENTS,
    REFUSED_BEDS,
    CONTESTED_VALUES,
    INSTANTS,
    RAISED,
    LIVE,
    LATENCY_P50,
    LATENCY_P99,
    LAG,
    CATCHING_UP,
    FEED_NUMBER,
    FEED_UNREADABLE,
    JOURNAL_BYTES,
    JOURNAL_UNSYNCED,
    JOURNAL_REPLAY,
    JOURNAL_TORN,
    SUBSCRIBERS,
    COMMANDS,
    SPOOL_BATCHES,
};

static VicuCounter counters[] = {
    [BEDS] = {"beds", "1", "Beds known", 0},
    [SENDERS] = {"senders", "1", "Collectors heard", 0},
    [BATCHES] = {"batches", "1", "Batches judged", 0},
    [SAMPLES] = {"samples", "1", "Samples of waves taken in", 0},
    [NUMERICS] = {"numerics", "1", "Numerics and symbols taken in", 0},
    [DERIVED] = {"derived", "1", "Numbers derived from waves", 0},
    [LATE] = {"late", "1", "Values behind the watermark, judged apart at their own time", 0},
    [BACKLOG] = {"backlog", "1", "Values too late to be judged, or of another beginning", 0},
    [LATE_PASSES] = {"late_passes", "1", "Times that late values of a bed were judged", 0},
    [MISSED] = {"alarms_missed", "1", "Alarms that began and ended while their data were delayed",
                0},
    [FUTURE] = {"future", "1", "Times more than a minute ahead, left", 0},
    [GAPS] = {"feed_gaps", "1", "Runs of batches that never came", 0},
    [FILLED] = {"feed_gaps_filled", "1", "Runs of batches that came late, from the store", 0},
    [UNKNOWN_SEGMENTS] = {"unknown_segments", "1", "Waves before their segment was announced", 0},
    [CONTESTED_VALUES] = {"contested", "1",
                          "Waves and values refused: another sender feeds that stream", 0},
    [REFUSED_BEDS] = {"refused_beds", "1", "Beds beyond the bound or without a sound name", 0},
    [INSTANTS] = {"instants", "1", "Instants at which rules were judged", 0},
    [RAISED] = {"alarms_raised", "1", "Alarms raised by rules", 0},
    [LIVE] = {"alarms_live", "1", "Alarms that stand", 0},
    [LATENCY_P50] = {"sample_to_alarm_p50", "ms", "From the end of a rule's delay to the decision",
                     0},
    [LATENCY_P99] = {"sample_to_alarm_p99", "ms", "The same, 99th centile of the last 1024", 0},
    [LAG] = {"lag", "s", "Our clock less the event time judged up to", 0},
    [CATCHING_UP] = {"catching_up", "1", "1 while a restart is being caught up with", 0},
    [FEED_NUMBER] = {"feed_number", "1", "Newest number of the feed handled", 0},
    [FEED_UNREADABLE] = {"feed_unreadable", "1", "Messages of the feed that could not be read", 0},
    [JOURNAL_BYTES] = {"journal", "By", "Size of the journal", 0},
    [JOURNAL_UNSYNCED] = {"journal_unsynced", "1", "Records not yet on disk", 0},
    [JOURNAL_REPLAY] = {"journal_replay", "ms", "Time the journal took at start", 0},
    [JOURNAL_TORN] = {"journal_torn", "By", "Torn end cut off at start", 0},
    [SUBSCRIBERS] = {"subscribers", "1", "Subscribers of the state", 0},
    [COMMANDS] = {"commands", "1", "Commands acted on", 0},
    [SPOOL_BATCHES] = {"spool_batches", "1", "Own batches that the store has not taken yet", 0},
};

static RulesService *service;

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    (void)user;
    settings.pack = pack ? pack : "";
    settings.keys_act = keys_act ? keys_act : "";
    service = rules_service_new(daemon, &settings, error);
    return service != NULL;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    (void)user;
    g_clear_pointer(&service, rules_service_free);
}

static void
reload(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    (void)user;
    rules_service_reload(service, pack ? pack : "");
    rules_service_keys(service, keys_act ? keys_act : "");
}

static gboolean
take_audit(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user)
{
    (void)daemon;
    (void)user;
    return rules_service_audit(service, record);
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    RulesServiceFigures f;
    (void)daemon;
    (void)user;
    if (!service)
        return;
    rules_service_figures(service, &f);
    counters[BEDS].value = (double)f.ward.beds;
    counters[SENDERS].value = (double)f.ward.senders;
    counters[BATCHES].value = (double)f.ward.batches;
    counters[SAMPLES].value = (double)f.ward.samples;
    counters[NUMERICS].value = (double)f.ward.numerics;
    counters[DERIVED].value = (double)f.ward.derived;
    counters[LATE].value = (double)f.ward.late;
    counters[BACKLOG].value = (double)f.ward.backlog;
    counters[LATE_PASSES].value = (double)f.ward.passes;
    counters[MISSED].value = (double)f.ward.missed;
    counters[FUTURE].value = (double)f.ward.future;
    counters[GAPS].value = (double)f.ward.gaps;
    counters[FILLED].value = (double)f.ward.filled;
    counters[UNKNOWN_SEGMENTS].value = (double)f.ward.unknown_segments;
    counters[CONTESTED_VALUES].value = (double)f.ward.contested;
    counters[REFUSED_BEDS].value = (double)f.ward.refused_beds;
    counters[INSTANTS].value = (double)f.ward.instants;
    counters[RAISED].value = (double)f.ward.alarms_raised;
    counters[LIVE].value = (double)f.ward.alarms_live;
    counters[LATENCY_P50].value = (double)f.p50_us / 1e3;
    counters[LATENCY_P99].value = (double)f.p99_us / 1e3;
    counters[LAG].value =
        f.watermark_us > 0 ? (double)(vicu_clock_utc_us() - f.watermark_us) / 1e6 : 0;
    counters[CATCHING_UP].value = f.catching_up;
    counters[FEED_NUMBER].value = (double)f.feed.number;
    counters[FEED_UNREADABLE].value = (double)f.feed.unreadable;
    counters[JOURNAL_BYTES].value = (double)f.journal.bytes;
    counters[JOURNAL_UNSYNCED].value = (double)(f.journal.appended - f.journal.synced);
    counters[JOURNAL_REPLAY].value = (double)f.replay_us / 1e3;
    counters[JOURNAL_TORN].value = (double)f.journal.torn_bytes;
    counters[SUBSCRIBERS].value = (double)f.state.subscribers;
    counters[COMMANDS].value = (double)f.state.commands;
    counters[SPOOL_BATCHES].value = (double)f.uplink.spool.batches;
}

int
main(int argc, char **argv)
{
    const VicuDaemonSpec spec = {
        .name = "rules",
        .summary = "Judges rules, owns alarms, limits and beds",
        .params = params,
        .n_params = G_N_ELEMENTS(params),
        .counters = counters,
        .n_counters = G_N_ELEMENTS(counters),
        .start = start,
        .stop = stop,
        .reload = reload,
        .refresh = refresh,
        .audit = take_audit,
    };
    int status = 0;
    if (rules_verb_run(argc, argv, &status))
        return status;
    return vicu_daemon_run(&spec, argc, argv, NULL);
}
