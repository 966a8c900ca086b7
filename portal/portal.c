/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal.h"

#include <string.h>
#include <sys/stat.h>

#include "common/audit.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/state-client.h"
#include "portal/health.h"
#include "portal/identity.h"
#include "portal/metrics.h"
#include "portal/tokens.h"
#include "portal/ward.h"

#define LEAVE_US    (G_USEC_PER_SEC / 2)
#define TICK_MS     1000
#define DAY_US      (24 * 3600 * (int64_t)G_USEC_PER_SEC)
#define RENEW_TICKS 3600
#define WARN_DAYS   14

struct Portal {
    VicuDaemon *daemon;
    char *address;
    PortalServer *server;
    PortalHealth *health;
    PortalTokens *tokens;
    struct timespec tokens_changed; /* the file's, when it was read */
    PortalIdentity identity;
    PortalWard *ward;
    VicuStateClient *rules;
    VicuAudit *audit;
    guint tick;
    unsigned ticks;
    bool rules_blind;
    uint64_t refused, rejected_tokens;
};

/* ---- what stands ---- */

static void
on_begin(gpointer user)
{
    portal_ward_begin(((Portal *)user)->ward, PORTAL_FROM_RULES);
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    portal_ward_item(((Portal *)user)->ward, PORTAL_FROM_RULES, item);
}

static void
on_level(gpointer user)
{
    portal_ward_level(((Portal *)user)->ward, PORTAL_FROM_RULES);
}

static void
on_watch(VicuWatchLevel level, gpointer user)
{
    Portal *self = user;

    self->rules_blind = level >= VICU_WATCH_DELAYED;
    vicu_daemon_condition(self->daemon, "rules-blind",
                          self->rules_blind ? "the rules are silent: alarms are not known" : NULL);
}

static gboolean
follow_rules(Portal *self, GError **error)
{
    static const Vicu__Subject subjects[] = {VICU__SUBJECT__SUBJECT_ALARM,
                                             VICU__SUBJECT__SUBJECT_BED};
    static const VicuStateClientOps ops = {
        .begin = on_begin, .item = on_item, .level = on_level, .watch = on_watch};

    self->rules = vicu_state_client_new(
        vicu_daemon_context(self->daemon), vicu_daemon_root(self->daemon), "rules-state", "rules",
        vicu_daemon_name(self->daemon), subjects, G_N_ELEMENTS(subjects), &ops, self, error);
    return self->rules != NULL;
}

/* ---- tokens and certificate ---- */

/* The file is small and seldom changed: its time is looked at each second. */
static void
read_tokens(Portal *self, bool always)
{
    g_autofree char *path =
        g_build_filename(vicu_daemon_root(self->daemon)->keys, PORTAL_TOKENS_FILE, NULL);
    g_autoptr(GError) error = NULL;
    struct stat st = {0};

    if (stat(path, &st) != 0)
        memset(&st, 0, sizeof st);
    if (!always && st.st_mtim.tv_sec == self->tokens_changed.tv_sec
        && st.st_mtim.tv_nsec == self->tokens_changed.tv_nsec)
        return;
    PortalTokens *read = portal_tokens_load(vicu_daemon_root(self->daemon)->keys, &error);
    self->tokens_changed = st.st_mtim;
    if (read == NULL) {
        /* Who ended a token wants it ended: a broken file lets nobody in. */
        vicu_warning(VICU_MSG_SETTINGS, "no token is taken: %s", error->message);
        read = portal_tokens_parse("", 0, path, NULL);
    }
    portal_tokens_free(self->tokens);
    self->tokens = read;
}

static int64_t
days_left(const Portal *self)
{
    return (self->identity.end_us - vicu_clock_utc_us()) / DAY_US;
}

static void
judge_certificate(Portal *self)
{
    g_autofree char *text = NULL;

    if (days_left(self) < WARN_DAYS)
        text = g_strdup_printf("the certificate ends in %" G_GINT64_FORMAT
                               " days: vicu keys portal-ca makes the site's own again",
                               days_left(self));
    vicu_daemon_condition(self->daemon, "portal-certificate", text);
}

static gboolean
open_identity(Portal *self, const PortalSettings *settings, GError **error)
{
    PortalIdentity now;

    if (!portal_identity_open(vicu_daemon_root(self->daemon), settings->certificate, settings->key,
                              vicu_clock_utc_us(), &now, error))
        return FALSE;
    portal_identity_clear(&self->identity);
    self->identity = now;
    judge_certificate(self);
    return TRUE;
}

static gboolean begin_to_listen(Portal *self, GError **error);

static gboolean
on_tick(gpointer user)
{
    Portal *self = user;
    g_autoptr(GError) error = NULL;

    read_tokens(self, false);
    if (portal_server_port(self->server) == 0)
        begin_to_listen(self, NULL);
    if (++self->ticks % RENEW_TICKS != 0)
        return G_SOURCE_CONTINUE;
    if (self->identity.authority != NULL) {
        PortalSettings own = {.certificate = "", .key = ""};
        if (!open_identity(self, &own, &error)
            || (self->identity.made
                && !portal_server_set_certificate(self->server, self->identity.certificate,
                                                  self->identity.key, &error)))
            vicu_warning(VICU_MSG_SETTINGS, "the certificate stays as it is: %s", error->message);
    }
    judge_certificate(self);
    return G_SOURCE_CONTINUE;
}

/* ---- answers ---- */

/* NULL: @request was answered, with 401 or 403. */
static const PortalToken *
holder(Portal *self, PortalRequest *request, PortalRight right)
{
    const char *bearer = portal_request_bearer(request);
    const PortalToken *token = portal_tokens_find(self->tokens, bearer, vicu_clock_utc_us());

    if (token != NULL && portal_role_may(token->role, right))
        return token;
    self->refused++;
    if (token != NULL) {
        portal_request_answer_text(request, SOUP_STATUS_FORBIDDEN,
                                   "the role of this token may not ask for that\n");
        return NULL;
    }
    if (*bearer != '\0')
        self->rejected_tokens++;
    portal_request_header(request, "WWW-Authenticate", "Bearer realm=\"vICU\"");
    portal_request_answer_text(request, SOUP_STATUS_UNAUTHORIZED,
                               "a token is needed: Authorization: Bearer TOKEN, as vicu keys token "
                               "prints it\n");
    return NULL;
}

static void
answer_metrics(Portal *self, PortalRequest *request)
{
    PortalHealthRow rows[PORTAL_HEALTH_MAX];

    if (!portal_request_is_loopback(request) && holder(self, request, PORTAL_MAY_METRICS) == NULL)
        return;
    size_t n = portal_health_rows(self->health, rows, vicu_clock_boot_us());
    char *text = portal_metrics(rows, n);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    portal_request_answer(request, SOUP_STATUS_OK, PORTAL_METRICS_TYPE, body);
}

/* Of what it depends on; a portal without escalation or store still shows alarms, and says so. */
static void
answer_ready(Portal *self, PortalRequest *request)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    bool level = vicu_state_client_is_level(self->rules) && !self->rules_blind;
    bool store = portal_health_hears(self->health, "store", vicu_clock_boot_us());

    vicu_json_begin_object(json, NULL);
    vicu_json_bool(json, "ready", level && store);
    vicu_json_begin_array(json, "missing");
    if (!level)
        vicu_json_text(json, NULL, "rules: the alarms that stand are not known");
    if (!store)
        vicu_json_text(json, NULL, "store: it gives no answer");
    vicu_json_end(json);
    vicu_json_end(json);
    g_autoptr(GBytes) body = g_bytes_new(vicu_json_peek(json), strlen(vicu_json_peek(json)));
    portal_request_answer(request,
                          level && store ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE,
                          "application/json", body);
}

static void
answer_authority(Portal *self, PortalRequest *request)
{
    g_autoptr(GBytes) der = self->identity.authority != NULL
                                ? portal_certificate_der(self->identity.authority, NULL)
                                : NULL;

    if (der != NULL)
        portal_request_answer(request, SOUP_STATUS_OK, "application/x-x509-ca-cert", der);
    else
        portal_request_answer_text(request, SOUP_STATUS_NOT_FOUND,
                                   "this site has no authority of its own here\n");
}

static void
on_request(PortalRequest *request, gpointer user)
{
    Portal *self = user;
    const char *path = portal_request_path(request);

    if (strcmp(path, "/healthz") == 0)
        portal_request_answer_text(request, SOUP_STATUS_OK, "ok\n");
    else if (strcmp(path, "/readyz") == 0)
        answer_ready(self, request);
    else if (strcmp(path, "/metrics") == 0)
        answer_metrics(self, request);
    else if (strcmp(path, "/authority.crt") == 0)
        answer_authority(self, request);
    else
        portal_request_answer_text(request, SOUP_STATUS_NOT_FOUND, "there is nothing here\n");
}

static void
on_page(SoupWebsocketConnection *socket, const char *address, gpointer user)
{
    (void)address, (void)user;
    soup_websocket_connection_close(socket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "no page here");
}

/* ---- begin and end ---- */

static void
tell_address(Portal *self)
{
    bool six = strchr(self->address, ':') != NULL;
    g_autofree char *url = g_strdup_printf("https://%s%s%s:%u", six ? "[" : "", self->address,
                                           six ? "]" : "", portal_server_port(self->server));

    vicu_daemon_endpoint(self->daemon, "portal", url);
    vicu_daemon_condition(self->daemon, "portal-closed", NULL);
}

/* A port that another program has is waited for: the rest of the ward does not wait for it. */
static gboolean
begin_to_listen(Portal *self, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (portal_server_listen(self->server, &why)) {
        tell_address(self);
        return TRUE;
    }
    if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
        vicu_daemon_condition(self->daemon, "portal-closed", why->message);
        return TRUE;
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

static gboolean
open_server(Portal *self, const PortalSettings *settings, GError **error)
{
    const PortalServerOptions options = {
        .address = settings->address,
        .port = settings->port,
        .certificate = self->identity.certificate,
        .key = self->identity.key,
        .bounds = settings->bounds,
        .request = on_request,
        .page = on_page,
        .user = self,
    };

    self->address = g_strdup(settings->address);
    self->server = portal_server_new(&options, error);
    return self->server != NULL && begin_to_listen(self, error);
}

/* Records wait in memory until the store has them; without a way there it serves all the same. */
static void
open_audit(Portal *self)
{
    g_autoptr(GError) error = NULL;

    self->audit = vicu_audit_new(vicu_daemon_name(self->daemon),
                                 vicu_keys_role(vicu_daemon_keys(self->daemon)),
                                 vicu_daemon_name(self->daemon));
    if (!vicu_audit_connect(self->audit, vicu_daemon_context(self->daemon),
                            vicu_daemon_root(self->daemon), &error))
        vicu_warning(VICU_MSG_AUDIT_LOST, "no record of the portal reaches the audit: %s",
                     error->message);
}

Portal *
portal_new(VicuDaemon *daemon, const PortalSettings *settings, GError **error)
{
    g_autoptr(Portal) self = g_new0(Portal, 1);

    self->daemon = daemon;
    self->ward = portal_ward_new();
    read_tokens(self, true);
    if (!open_identity(self, settings, error) || !open_server(self, settings, error)
        || !follow_rules(self, error))
        return NULL;
    self->health = portal_health_new(vicu_daemon_context(daemon), vicu_daemon_root(daemon));
    self->tick = g_timeout_add(TICK_MS, on_tick, self);
    open_audit(self);
    if (self->identity.made)
        vicu_audit_tell(self->audit, "certificate-make", "", "of the portal, by itself");
    return g_steal_pointer(&self);
}

static void
close_audit(Portal *self)
{
    g_autoptr(GError) error = NULL;

    if (self->audit == NULL)
        return;
    if (vicu_audit_is_connected(self->audit))
        vicu_audit_settle(self->audit, LEAVE_US);
    if (vicu_audit_waiting(self->audit) > 0
        && !vicu_audit_lay_aside(self->audit, vicu_daemon_root(self->daemon)->dir, &error))
        vicu_warning(VICU_MSG_AUDIT_LOST, "records of the portal are not in the audit: %s",
                     error->message);
    vicu_audit_free(self->audit);
}

void
portal_free(Portal *self)
{
    if (self == NULL)
        return;
    if (self->tick != 0)
        g_source_remove(self->tick);
    portal_server_free(self->server);
    portal_health_free(self->health);
    vicu_state_client_free(self->rules);
    close_audit(self);
    portal_ward_free(self->ward);
    portal_tokens_free(self->tokens);
    portal_identity_clear(&self->identity);
    g_free(self->address);
    g_free(self);
}

void
portal_reload(Portal *self, const PortalSettings *settings)
{
    g_autoptr(GError) error = NULL;

    read_tokens(self, true);
    if (!open_identity(self, settings, &error)
        || !portal_server_set_certificate(self->server, self->identity.certificate,
                                          self->identity.key, &error))
        vicu_warning(VICU_MSG_SETTINGS, "the old certificate stays: %s", error->message);
}

void
portal_audit(Portal *self, const Vicu__AuditRecord *record)
{
    vicu_audit_put(self->audit, record);
}

void
portal_figures(const Portal *self, PortalFigures *figures)
{
    g_autoptr(GPtrArray) alarms = portal_ward_all(self->ward, VICU__SUBJECT__SUBJECT_ALARM);

    *figures = (PortalFigures){
        .refused = self->refused,
        .rejected_tokens = self->rejected_tokens,
        .tokens = (unsigned)portal_tokens_n(self->tokens),
        .alarms = alarms->len,
        .certificate_days = (double)(self->identity.end_us - vicu_clock_utc_us()) / (double)DAY_US,
        .audit_waiting = vicu_audit_waiting(self->audit),
        .audit_lost = vicu_audit_lost(self->audit),
    };
    portal_server_figures(self->server, &figures->server);
}
