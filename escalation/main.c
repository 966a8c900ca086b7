/* vicu-escalation: settings, counters and the frame around serve.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/log.h"
#include "escalation/serve.h"

static EscServiceSettings settings;
static char *keys_act, *link_base, *smtp_url, *smtp_from, *smtp_user, *smtp_password_file,
    *smtp_tls, *smtp_ca_file, *webhook_secret_file, *webhook_ca_file, *pcd06_url, *pcd06_sender,
    *pcd06_security_file, *pcd06_dtd, *pcd06_accept, *pcd06_decline, *pcd06_ca_file;

static const VicuParam params[] = {
    {"deadlines", "send", VICU_PARAM_DURATION, "s", 1, 600, "5s", &settings.times.send_us,
     "A channel has to take a message within this; what a ladder says itself comes first, here and "
     "below."},
    {"deadlines", "deliver", VICU_PARAM_DURATION, "s", 1, 3600, "20s", &settings.times.deliver_us,
     "From sent to the receipt of the device."},
    {"deadlines", "read", VICU_PARAM_DURATION, "s", 1, 3600, "30s", &settings.times.read_us,
     "From delivered to opened."},
    {"deadlines", "accept", VICU_PARAM_DURATION, "s", 1, 3600, "60s", &settings.times.accept_us,
     "From opened to accepted."},
    {"deadlines", "arrive", VICU_PARAM_DURATION, "s", 1, 86400, "5min", &settings.times.arrive_us,
     "From accepted to at the bedside."},
    {"deadlines", "resolve", VICU_PARAM_DURATION, "s", 1, 86400, "30min",
     &settings.times.resolve_us,
     "From at the bedside to resolved; then it is said, and nobody else is asked."},
    {"deadlines", "round", VICU_PARAM_DURATION, "s", 5, 3600, "30s", &settings.times.round_us,
     "Nobody of the whole ladder has accepted: it begins again after this."},
    {"page", "link", VICU_PARAM_TEXT, "", 0, 0, "", &link_base,
     "Address that mails and webhooks point to, the escalation's id behind it."},
    {"smtp", "url", VICU_PARAM_TEXT, "", 0, 0, "", &smtp_url,
     "Mail server: smtp://HOST:PORT or smtps://HOST:PORT. Empty: no mail."},
    {"smtp", "from", VICU_PARAM_TEXT, "", 0, 0, "vicu@localhost", &smtp_from, "Sender of mails."},
    {"smtp", "tls", VICU_PARAM_TEXT, "", 0, 0, "required", &smtp_tls,
     "STARTTLS: required, tried, or none."},
    {"smtp", "user", VICU_PARAM_TEXT, "", 0, 0, "", &smtp_user, "Login there; empty: none."},
    {"smtp", "password_file", VICU_PARAM_TEXT, "", 0, 0, "", &smtp_password_file,
     "File whose first line is the password; readable by its owner alone."},
    {"smtp", "ca_file", VICU_PARAM_TEXT, "", 0, 0, "", &smtp_ca_file,
     "Certificates that are believed; empty: the system's."},
    {"webhook", "secret_file", VICU_PARAM_TEXT, "", 0, 0, "", &webhook_secret_file,
     "File whose first line signs every message; readable by its owner alone. Empty: no webhooks."},
    {"webhook", "ca_file", VICU_PARAM_TEXT, "", 0, 0, "", &webhook_ca_file,
     "Certificates that are believed; empty: the system's."},
    {"webhook", "tries", VICU_PARAM_INT, "1", 1, 10, "3", &settings.webhook.tries,
     "How often a message is tried before the channel has failed."},
    {"webhook", "retry", VICU_PARAM_DURATION, "s", 0.1, 60, "500ms", &settings.webhook.retry_us,
     "Before the second try; doubled before each further one."},
    {"pcd06", "url", VICU_PARAM_TEXT, "", 0, 0, "", &pcd06_url,
     "Alarm communicator (IHE PCD-06 over WCTP 1.3): https://HOST/PATH. Empty: none."},
    {"pcd06", "sender", VICU_PARAM_TEXT, "", 0, 0, "vicu", &pcd06_sender,
     "Our id there: senderID, and pollerID of polls."},
    {"pcd06", "security_file", VICU_PARAM_TEXT, "", 0, 0, "", &pcd06_security_file,
     "File whose first line is our security code there; readable by its owner alone. Empty: none."},
    {"pcd06", "poll", VICU_PARAM_DURATION, "s", 0, 60, "2s", &settings.pcd06.poll_us,
     "How often it is asked what became of messages (PCD-07), for ten minutes after each; then "
     "every 30 s. 0s: never, and nothing is known beyond sent."},
    {"pcd06", "accept", VICU_PARAM_TEXT, "", 0, 0, "Accept", &pcd06_accept,
     "The choice on the device by which its person accepts."},
    {"pcd06", "decline", VICU_PARAM_TEXT, "", 0, 0, "Reject", &pcd06_decline,
     "The choice by which the person declines."},
    {"pcd06", "dtd", VICU_PARAM_TEXT, "", 0, 0, "http://dtd.wctp.org/wctp-dtd-v1r3.dtd", &pcd06_dtd,
     "Address in the DOCTYPE of what is sent; empty: no DOCTYPE."},
    {"pcd06", "ca_file", VICU_PARAM_TEXT, "", 0, 0, "", &pcd06_ca_file,
     "Certificates that are believed; empty: the system's."},
    {"pcd06", "tries", VICU_PARAM_INT, "1", 1, 10, "2", &settings.pcd06.tries,
     "How often a message is tried before the channel has failed."},
    {"pcd06", "retry", VICU_PARAM_DURATION, "s", 0.1, 60, "500ms", &settings.pcd06.retry_us,
     "Before the second try; doubled before each further one."},
    {"people", "keys", VICU_PARAM_TEXT, "", 0, 0, "operator dashboard", &keys_act,
     "Roles of keys that may act without a person once accounts exist, separated by blanks: "
     "operator, dashboard, portal."},
    {"journal", "compact_mib", VICU_PARAM_INT, "MiB", 1, 200, "16", &settings.journal_mib,
     "The journal is written anew when it has grown beyond this."},
    {"spool", "size_mib", VICU_PARAM_INT, "MiB", 16, 65536, "64", &settings.spool_mib,
     "Most disk for audit and events that the store has not taken yet."},
    {"spool", "age", VICU_PARAM_DURATION, "s", 3600, 2592000, "7d", &settings.spool_age_us,
     "What the store has not taken within this is given up, with a record of it."},
};

enum {
    STANDING,
    UNACCEPTED,
    BREACHES,
    REFUSED,
    UNTOLD,
    PERSONS,
    LADDERS,
    DEVICES,
    SENT,
    FAILED,
    LATENCY_P99,
    BLIND,
    JOURNAL_BYTES,
    JOURNAL_UNSYNCED,
    JOURNAL_REPLAY,
    SUBSCRIBERS,
    COMMANDS,
    SPOOL_BATCHES,
};

static VicuCounter counters[] = {
    [STANDING] = {"standing", "1", "Escalations that stand", 0},
    [UNACCEPTED] = {"unaccepted", "1", "Those that nobody has accepted", 0},
    [BREACHES] = {"breaches", "1", "Deadlines missed and holes met since the start", 0},
    [REFUSED] = {"refused", "1", "Alarms beyond the bound that nobody was told of", 0},
    [UNTOLD] = {"untold", "1", "Alarms with a ladder while the roster has nobody", 0},
    [PERSONS] = {"persons", "1", "People in the roster", 0},
    [LADDERS] = {"ladders", "1", "Ladders", 0},
    [DEVICES] = {"devices", "1", "Pages that can be reached", 0},
    [SENT] = {"sent", "1", "Messages that a channel took since the start", 0},
    [FAILED] = {"failed", "1", "Messages that a channel did not take", 0},
    [LATENCY_P99] = {"decided_to_sent_p99", "ms",
                     "From an escalation's beginning to its channel, of the last 512", 0},
    [BLIND] = {"rules_blind", "1", "1: the rules are silent", 0},
    [JOURNAL_BYTES] = {"journal", "By", "Size of the journal", 0},
    [JOURNAL_UNSYNCED] = {"journal_unsynced", "1", "Records not yet on disk", 0},
    [JOURNAL_REPLAY] = {"journal_replay", "ms", "Time the journal took at start", 0},
    [SUBSCRIBERS] = {"subscribers", "1", "Subscribers of the state", 0},
    [COMMANDS] = {"commands", "1", "Commands acted on", 0},
    [SPOOL_BATCHES] = {"spool_batches", "1", "Own batches that the store has not taken yet", 0},
};

static EscService *service;

static void
fill(void)
{
    settings.link = link_base;
    settings.keys_act = keys_act;
    settings.smtp.url = smtp_url;
    settings.smtp.from = smtp_from;
    settings.smtp.tls = smtp_tls;
    settings.smtp.user = smtp_user;
    settings.smtp.password_file = smtp_password_file;
    settings.smtp.ca_file = smtp_ca_file;
    settings.webhook.secret_file = webhook_secret_file;
    settings.webhook.ca_file = webhook_ca_file;
    settings.pcd06.url = pcd06_url;
    settings.pcd06.sender = pcd06_sender;
    settings.pcd06.security_file = pcd06_security_file;
    settings.pcd06.dtd = pcd06_dtd;
    settings.pcd06.accept = pcd06_accept;
    settings.pcd06.decline = pcd06_decline;
    settings.pcd06.ca_file = pcd06_ca_file;
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    (void)user;
    fill();
    service = esc_service_new(daemon, &settings, error);
    return service != NULL;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    (void)user;
    g_clear_pointer(&service, esc_service_free);
}

static void
reload(VicuDaemon *daemon, gpointer user)
{
    g_autoptr(GError) error = NULL;

    (void)daemon;
    (void)user;
    fill();
    if (!esc_service_reload(service, &settings, &error))
        vicu_warning(VICU_MSG_SETTINGS, "the old channels go on: %s", error->message);
}

static gboolean
take_audit(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user)
{
    (void)daemon;
    (void)user;
    return esc_service_audit(service, record);
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    EscServiceFigures f;

    (void)daemon;
    (void)user;
    if (!service)
        return;
    esc_service_figures(service, &f);
    counters[STANDING].value = f.machine.standing;
    counters[UNACCEPTED].value = f.machine.unaccepted;
    counters[BREACHES].value = (double)f.machine.breaches;
    counters[REFUSED].value = (double)f.machine.refused;
    counters[UNTOLD].value = (double)f.machine.untold;
    counters[PERSONS].value = (double)f.persons;
    counters[LADDERS].value = (double)f.ladders;
    counters[DEVICES].value = (double)f.devices;
    counters[SENT].value = (double)f.sent;
    counters[FAILED].value = (double)f.failed;
    counters[LATENCY_P99].value = (double)f.p99_us / 1e3;
    counters[BLIND].value = f.rules_blind;
    counters[JOURNAL_BYTES].value = (double)f.journal.bytes;
    counters[JOURNAL_UNSYNCED].value = (double)(f.journal.appended - f.journal.synced);
    counters[JOURNAL_REPLAY].value = (double)f.replay_us / 1e3;
    counters[SUBSCRIBERS].value = (double)f.state.subscribers;
    counters[COMMANDS].value = (double)f.state.commands;
    counters[SPOOL_BATCHES].value = (double)f.uplink.spool.batches;
}

int
main(int argc, char **argv)
{
    const VicuDaemonSpec spec = {
        .name = "escalation",
        .summary = "Tells people of alarms, one after the other, until somebody is there",
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
    return vicu_daemon_run(&spec, argc, argv, NULL);
}
