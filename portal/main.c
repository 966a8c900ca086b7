/* vicu-portal: pages for phones, and what machines ask. Settings, counters, the frame around
 * portal.c, and the verbs that need this room.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/resource.h>

#include "portal/pace.h"
#include "portal/portal.h"
#include "portal/titles.h"
#include "portal/verbs.h"

#define HANDSHAKES 64
#define OTHER_FDS  256 /* sockets and files that are not of visitors */

static struct {
    char *address, *certificate, *key;
    int64_t port, connections, per_address;
} settings;

static const VicuParam params[] = {
    {"listen", "address", VICU_PARAM_TEXT, "", 0, 0, "127.0.0.1", &settings.address,
     "Address of this machine to listen on, in figures, such as 10.0.0.5; loopback unless set."},
    {"listen", "port", VICU_PARAM_INT, "1", 0, 65535, "8443", &settings.port,
     "TCP port; 0: a free one, which vicu status tells."},
    {"tls", "certificate", VICU_PARAM_TEXT, "", 0, 0, "", &settings.certificate,
     "PEM file of the site's own certificate and those above it; empty: the one that vicu keys "
     "portal-ca makes."},
    {"tls", "key", VICU_PARAM_TEXT, "", 0, 0, "", &settings.key,
     "PEM file of its key; empty: it is in the certificate's file."},
    {"limits", "connections", VICU_PARAM_INT, "1", 16, 8192, "1200", &settings.connections,
     "Most connections at a time; when all are taken, one that has said nothing gives way."},
    {"limits", "per_address", VICU_PARAM_INT, "1", 1, 8192, "64", &settings.per_address,
     "Most connections from one address; more where phones share one, behind a gateway."},
};

enum {
    CONNECTIONS,
    PAGES,
    ON_DUTY,
    BEATS,
    MISSED,
    TOLD,
    TOLD_BYTES,
    ACCEPTED,
    TURNED_AWAY,
    GAVE_WAY,
    TOO_SLOW,
    HANDSHAKES_DONE,
    HANDSHAKES_FAILED,
    REQUESTS,
    REFUSED,
    WRONG_TOKENS,
    TOKENS,
    ALARMS,
    CERTIFICATE,
    AUDIT_WAITING,
    AUDIT_LOST,
};

static VicuCounter counters[] = {
    [CONNECTIONS] = {"connections", "1", "Connections now", 0},
    [PAGES] = {"pages", "1", "Pages that are open now", 0},
    [ON_DUTY] = {"on_duty", "1", "Of these, with a person on duty who can be reached", 0},
    [BEATS] = {"beats", "1", "Beats of pages", 0},
    [MISSED] = {"unreachable", "1", "Times that a page on duty fell silent, hid or closed", 0},
    [TOLD] = {"told", "1", "Messages to pages", 0},
    [TOLD_BYTES] = {"told_bytes", "By", "Of these, bytes", 0},
    [ACCEPTED] = {"accepted", "1", "Connections let in", 0},
    [TURNED_AWAY] = {"turned_away", "1", "Connections beyond the bounds", 0},
    [GAVE_WAY] = {"gave_way", "1", "Silent connections closed for a newcomer", 0},
    [TOO_SLOW] = {"too_slow", "1", "Connections whose time was over", 0},
    [HANDSHAKES_DONE] = {"handshakes", "1", "TLS handshakes done", 0},
    [HANDSHAKES_FAILED] = {"handshakes_failed", "1", "TLS handshakes that failed", 0},
    [REQUESTS] = {"requests", "1", "Requests", 0},
    [REFUSED] = {"refused", "1", "Requests without the right to what they asked for", 0},
    [WRONG_TOKENS] = {"wrong_tokens", "1", "Of these, with a token that is not or no longer good",
                      0},
    [TOKENS] = {"tokens", "1", "Tokens in the table", 0},
    [ALARMS] = {"alarms", "1", "Alarms known", 0},
    [CERTIFICATE] = {"certificate_left", "d", "Days until the certificate ends", 0},
    [AUDIT_WAITING] = {"audit_waiting", "1", "Audit records of the portal not yet durable", 0},
    [AUDIT_LOST] = {"audit_lost", "1", "Audit records of the portal beyond those that wait", 0},
};

static Portal *portal;

static PortalSettings
present(void)
{
    return (PortalSettings){
        .address = settings.address,
        .port = (unsigned)settings.port,
        .certificate = settings.certificate,
        .key = settings.key,
        .bounds = {(unsigned)settings.connections, (unsigned)settings.per_address, HANDSHAKES},
    };
}

/* As many descriptors as connections may be, where the machine allows. */
static void
raise_descriptors(void)
{
    struct rlimit limit;
    rlim_t want = (rlim_t)settings.connections + OTHER_FDS;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
        return;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? want : MIN(want, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    PortalSettings now = present();

    (void)user;
    raise_descriptors();
    portal_pace_begin();
    portal = portal_new(daemon, &now, error);
    return portal != NULL;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)daemon, (void)user;
    g_clear_pointer(&portal, portal_free);
}

static void
reload(VicuDaemon *daemon, gpointer user)
{
    PortalSettings now = present();

    (void)daemon, (void)user;
    if (portal != NULL)
        portal_reload(portal, &now);
}

static gboolean
take_audit(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user)
{
    (void)daemon, (void)user;
    if (portal != NULL)
        portal_audit(portal, record);
    return portal != NULL;
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    PortalFigures f;

    (void)daemon, (void)user;
    if (portal == NULL) /* it ends, in the main loop */
        return;
    portal_figures(portal, &f);
    const double values[] = {
        f.server.connections,
        f.pages.pages,
        f.pages.on_duty,
        (double)f.pages.beats,
        (double)f.pages.missed,
        (double)f.pages.told,
        (double)f.pages.told_bytes,
        (double)f.server.accepted,
        (double)f.server.refused,
        (double)f.server.displaced,
        (double)f.server.overdue,
        (double)f.server.handshakes,
        (double)f.server.handshakes_failed,
        (double)f.server.requests,
        (double)f.refused,
        (double)f.rejected_tokens,
        f.tokens,
        f.alarms,
        f.certificate_days,
        (double)f.audit_waiting,
        (double)f.audit_lost,
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(values) == G_N_ELEMENTS(counters));
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        counters[i].value = values[i];
}

int
main(int argc, char **argv)
{
    const VicuDaemonSpec spec = {
        .name = "portal",
        .summary = "Pages for phones and what machines ask, over TLS 1.3; supplemental: not a "
                   "primary alarm",
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

    portal_titles_load();
    portal_server_tls_13_only();
    if (argc > 1 && strcmp(argv[1], "token") == 0)
        return portal_token_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "print-report") == 0)
        return portal_print_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "make-report") == 0)
        return portal_report_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "portal-ca") == 0)
        return portal_authority_main(argc - 1, argv + 1);
    return vicu_daemon_run(&spec, argc, argv, NULL);
}
