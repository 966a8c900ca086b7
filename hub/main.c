/* vicu-hub: the front door. Settings, counters, and the frame around hub.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/audit-daemon.h"
#include "common/log.h"
#include "hub/hub.h"

#define LEAVE_US (G_USEC_PER_SEC / 2) /* for the record of its own end */

static struct {
    char *listen;
    int64_t feed_mib;
    int64_t max_senders;
    gboolean open_stations;
    HubStationsSettings stations;
    char *stations_address;
} settings;

static const VicuParam params[] = {
    {"listen", "data", VICU_PARAM_TEXT, "", 0, 0, "", &settings.listen,
     "TCP endpoint for collectors on other machines, such as tcp://10.0.0.5:5570; empty: none."},
    {"feed", "memory_mib", VICU_PARAM_INT, "MiB", 8, 4096, "128", &settings.feed_mib,
     "Most memory for the last 60 s of the feed; when it is full the oldest go first."},
    {"limits", "senders", VICU_PARAM_INT, "1", 1, 4096, "256", &settings.max_senders,
     "Most collectors at a time; further ones are refused."},
    {"stations", "open", VICU_PARAM_BOOL, "", 0, 0, "false", &settings.open_stations,
     "Let stations on other machines in; each needs a key that is enrolled here."},
    {"stations", "address", VICU_PARAM_TEXT, "", 0, 0, "127.0.0.1", &settings.stations_address,
     "Address of this machine to listen on, such as 10.0.0.5; loopback unless set."},
    {"stations", "port", VICU_PARAM_INT, "1", 0, 65533, "5571", &settings.stations.port,
     "TCP port for live; state and query take the next two. 0: three free ones."},
    {"stations", "clients", VICU_PARAM_INT, "1", 1, 64, "32", &settings.stations.clients,
     "Most connections of stations on each of the three; one key gets at most half of them."},
};

enum {
    BATCHES,
    BYTES,
    SENDERS,
    STORED,
    STORE_FULL,
    REFERRED,
    UNHELD,
    ACKS,
    FEED_NUMBER,
    FEED_BYTES,
    FEED_READERS,
    FEED_LOST,
    FENCED,
    IMPOSTERS,
    UNREADABLE,
    REFUSED,
    STATIONS_STATE,
    STATIONS_QUERY,
    STATIONS_UP,
    STATIONS_DOWN,
    STATIONS_TURNED,
    STATIONS_UNSENT,
    STATIONS_BROKEN,
    AUDIT_WAITING,
    AUDIT_LOST,
};

static VicuCounter counters[] = {
    [BATCHES] = {"batches", "1", "Batches taken in from collectors", 0},
    [BYTES] = {"bytes", "By", "Bytes taken in from collectors", 0},
    [SENDERS] = {"senders", "1", "Collectors known", 0},
    [STORED] = {"store_messages", "1", "Messages passed to the store", 0},
    [STORE_FULL] = {"store_waits", "1", "Messages the store could not take; sent again later", 0},
    [REFERRED] = {"store_referred", "1", "Of these, bodies that the feed had brought", 0},
    [UNHELD] = {"store_unheld", "1", "References to a body not held; asked for whole", 0},
    [ACKS] = {"acks", "1", "Answers of the store passed back", 0},
    [FEED_NUMBER] = {"feed_number", "1", "Newest number of the feed to rules", 0},
    [FEED_BYTES] = {"feed_memory", "By", "Memory held by the last minute of the feed", 0},
    [FEED_READERS] = {"feed_readers", "1", "Readers of the feed", 0},
    [FEED_LOST] = {"feed_lost", "1", "Feed messages that a reader asked for too late", 0},
    [FENCED] = {"fenced", "1", "Messages of collectors that a newer one has replaced", 0},
    [IMPOSTERS] = {"imposters", "1", "Messages in the name of another key", 0},
    [UNREADABLE] = {"unreadable", "1", "Messages that could not be read", 0},
    [REFUSED] = {"refused", "1", "Handshakes refused", 0},
    [STATIONS_STATE] = {"stations_state", "1", "Stations elsewhere that follow the state", 0},
    [STATIONS_QUERY] = {"stations_query", "1", "Stations elsewhere that ask the store", 0},
    [STATIONS_UP] = {"stations_up", "1", "Messages of stations passed to rules and store", 0},
    [STATIONS_DOWN] = {"stations_down", "1", "Answers passed to stations", 0},
    [STATIONS_TURNED] = {"stations_turned", "1", "Messages of stations beyond the bound", 0},
    [STATIONS_UNSENT] = {"stations_unsent", "1",
                         "Messages that a station or its owner did not take", 0},
    [STATIONS_BROKEN] = {"stations_broken", "1", "Questions ended with an error by the hub", 0},
    [AUDIT_WAITING] = {"audit_waiting", "1", "Audit records of the hub not yet durable", 0},
    [AUDIT_LOST] = {"audit_lost", "1", "Audit records of the hub beyond those that wait", 0},
};

static Hub *hub;
static VicuAudit *audit;

static gboolean
take_audit(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user)
{
    (void)daemon;
    (void)user;
    vicu_audit_put(audit, record);
    return TRUE;
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    HubSettings present = {
        .listen = settings.listen,
        .feed_bytes = settings.feed_mib << 20,
        .max_senders = settings.max_senders,
        .open_stations = settings.open_stations,
        .stations = settings.stations,
    };
    (void)user;

    present.stations.address = settings.stations_address;

    hub = hub_new(daemon, &present, error);
    if (hub != NULL)
        audit = vicu_audit_of_daemon(daemon);
    return hub != NULL;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)user;
    /* The hub goes on while it waits; it has no disk to lay a record aside. */
    vicu_audit_leave(audit, daemon, LEAVE_US, NULL);
    audit = NULL;
    g_clear_pointer(&hub, hub_free);
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    HubFigures f;
    (void)daemon;
    (void)user;

    hub_figures(hub, &f);
    const uint64_t values[] = {
        f.batches,
        f.bytes,
        f.senders,
        f.stored,
        f.store_full,
        f.referred,
        f.unheld,
        f.acks,
        f.feed_number,
        f.feed_bytes,
        f.feed_readers,
        f.feed_lost,
        f.fenced,
        f.imposters,
        f.unreadable,
        f.refused,
        f.stations.state.clients,
        f.stations.query.clients,
        f.stations.state.up + f.stations.query.up,
        f.stations.state.down + f.stations.query.down,
        f.stations.state.turned + f.stations.query.turned,
        f.stations.state.unsent + f.stations.query.unsent,
        f.stations.state.broken + f.stations.query.broken,
        vicu_audit_waiting(audit),
        vicu_audit_lost(audit),
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(values) == G_N_ELEMENTS(counters));
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        counters[i].value = (double)values[i];
}

int
main(int argc, char **argv)
{
    const VicuDaemonSpec spec = {
        .name = "hub",
        .summary = "The front door of vICU: takes collectors' data in, hands it to rules, store "
                   "and screens.",
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
