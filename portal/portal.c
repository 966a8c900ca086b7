/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal.h"

#include <string.h>
#include <sys/stat.h>

#include "common/audit-daemon.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/state-client.h"
#include "portal/acts.h"
#include "portal/admin/admin.h"
#include "portal/details.h"
#include "portal/fhir/fhir.h"
#include "portal/files.h"
#include "portal/health.h"
#include "portal/identity.h"
#include "portal/metrics.h"
#include "portal/pages.h"
#include "portal/tokens.h"
#include "portal/ward.h"

#define LEAVE_US    (G_USEC_PER_SEC / 2)
#define OUTLET_US   (200 * (int64_t)1000)
#define TICK_MS     500
#define DAY_US      (24 * 3600 * (int64_t)G_USEC_PER_SEC)
#define RENEW_TICKS 7200
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
    PortalProofs *proofs;
    VicuStateClient *rules;
    VicuQueryClient *query;
    PortalDetails *details;
    PortalFhir *fhir;
    char *url; /* NULL: it does not listen yet */
    PortalActs *acts;
    PortalAdmin *admin;
    PortalHologram *hologram;
    PortalPages *pages;
    char blind[96];
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
    Portal *self = user;

    portal_ward_begin(self->ward, PORTAL_FROM_RULES);
    portal_proofs_begin(self->proofs, PORTAL_FROM_RULES);
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    Portal *self = user;

    if (portal_proofs_item(self->proofs, PORTAL_FROM_RULES, item, vicu_clock_boot_us()))
        return;
    portal_ward_item(self->ward, PORTAL_FROM_RULES, item);
    portal_acts_rules_item(self->acts, item);
    if (self->pages != NULL)
        portal_pages_news(self->pages);
}

static void
on_level(gpointer user)
{
    Portal *self = user;

    portal_ward_level(self->ward, PORTAL_FROM_RULES);
    if (self->pages != NULL)
        portal_pages_news(self->pages);
    portal_proofs_level(self->proofs, PORTAL_FROM_RULES, vicu_clock_boot_us());
}

static void
on_watch(VicuWatchLevel level, gpointer user)
{
    Portal *self = user;

    self->rules_blind = level >= VICU_WATCH_DELAYED;
    vicu_daemon_condition(self->daemon, "rules-blind",
                          self->rules_blind ? "the rules are silent: alarms are not known" : NULL);
}

static void
on_result(const char *key, const Vicu__CommandResult *result, gpointer user)
{
    portal_acts_rules_result(((Portal *)user)->acts, key, result);
}

/* The rules miss a portal that falls silent: a technical alarm on every station. It leaves on
 * purpose when it is stopped. */
static void
beat_to_rules(Portal *self, bool leaving)
{
    Vicu__OutletBeat beat = VICU__OUTLET_BEAT__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    if (!vicu_state_client_is_level(self->rules))
        return;
    beat.kind = VICU__OUTLET_KIND__OUTLET_PORTAL;
    beat.way = self->url != NULL ? self->url : (char *)"";
    beat.trouble = (char *)(self->url != NULL ? "" : "another program has its port");
    beat.leaving = leaving;
    portal_proofs_answer(self->proofs, portal_acts_hears(self->acts), &beat, vicu_clock_boot_us());
    command.what_case = VICU__COMMAND__WHAT_OUTLET;
    command.outlet = &beat;
    g_free(vicu_state_client_command(self->rules, &command));
}

static gboolean
follow_rules(Portal *self, GError **error)
{
    static const Vicu__Subject subjects[] = {
        VICU__SUBJECT__SUBJECT_ALARM, VICU__SUBJECT__SUBJECT_BED, VICU__SUBJECT__SUBJECT_PROOF};
    static const VicuStateClientOps ops = {.begin = on_begin,
                                           .item = on_item,
                                           .level = on_level,
                                           .watch = on_watch,
                                           .result = on_result};

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
    if (self->pages != NULL)
        portal_pages_judge(self->pages);
}

/* One that was made a moment ago is good at once. NULL: none, or not now. */
static const PortalToken *
known_token(Portal *self, const char *text)
{
    const PortalToken *token = portal_tokens_find(self->tokens, text, vicu_clock_utc_us());

    if (token != NULL)
        return token;
    read_tokens(self, false);
    return portal_tokens_find(self->tokens, text, vicu_clock_utc_us());
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
    portal_pages_turn(self->pages, vicu_clock_boot_us());
    if (portal_server_port(self->server) == 0)
        begin_to_listen(self, NULL);
    if (self->ticks % 2 == 0)
        beat_to_rules(self, false);
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
    const PortalToken *token = known_token(self, bearer);

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

/* A token whose end has come, or none, is 401; a role that may not is fhir.c's 403. */
static void
answer_fhir(Portal *self, PortalRequest *request)
{
    const char *bearer = portal_request_bearer(request);
    const PortalToken *token = known_token(self, bearer);

    if (token == NULL) {
        self->refused++;
        self->rejected_tokens += *bearer != '\0';
        portal_request_header(request, "WWW-Authenticate", "Bearer realm=\"vICU\"");
        portal_fhir_refuse(request, SOUP_STATUS_UNAUTHORIZED, "login",
                           "a token is needed: Authorization: Bearer TOKEN, as vicu keys token "
                           "prints it");
        return;
    }
    portal_fhir_answer(self->fhir, request, token->role,
                       *token->name != '\0' ? token->name : token->id, self->url);
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
    else if (g_str_has_prefix(path, PORTAL_FHIR_PATH))
        answer_fhir(self, request);
    else if (!portal_files_answer(request) && !portal_admin_answer(self->admin, request)
             && !portal_hologram_answer(self->hologram, request))
        portal_request_answer_text(request, SOUP_STATUS_NOT_FOUND, "there is nothing here\n");
}

/* ---- pages ---- */

/* A token that is good, of a role without a page. */
static void
audit_refused_page(Portal *self, const PortalToken *token)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;

    record.who = (char *)token->name;
    record.role = (char *)portal_role_name(token->role);
    record.what = (char *)"refused";
    record.t_us = vicu_clock_utc_us();
    record.from = (char *)vicu_daemon_name(self->daemon);
    record.detail = (char *)"the bedside page";
    vicu_audit_put(self->audit, &record);
}

static const PortalToken *
token_of_page(const char *text, gpointer user)
{
    Portal *self = user;
    const PortalToken *token = known_token(self, text);

    if (token != NULL && portal_role_may(token->role, PORTAL_MAY_PAGE))
        return token;
    if (token != NULL)
        audit_refused_page(self, token);
    self->rejected_tokens++;
    return NULL;
}

static const char *
blind(gpointer user)
{
    Portal *self = user;
    int64_t boot_us = vicu_clock_boot_us();
    const struct {
        const char *name;
        bool known;
    } sources[] = {
        {"hub", portal_health_hears(self->health, "hub", boot_us)},
        {"rules", !self->rules_blind && vicu_state_client_is_level(self->rules)},
        {"store", portal_health_hears(self->health, "store", boot_us)},
        {"escalation", portal_acts_hears(self->acts)},
        {"proof", !portal_proofs_late(self->proofs, portal_acts_hears(self->acts), boot_us)},
    };

    g_strlcpy(self->blind, "[", sizeof self->blind);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        if (sources[i].known)
            continue;
        g_strlcat(self->blind, self->blind[1] != '\0' ? ", \"" : "\"", sizeof self->blind);
        g_strlcat(self->blind, sources[i].name, sizeof self->blind);
        g_strlcat(self->blind, "\"", sizeof self->blind);
    }
    g_strlcat(self->blind, "]", sizeof self->blind);
    return self->blind;
}

static uint64_t
newest_proof(gpointer user)
{
    const Portal *self = user;

    return portal_proofs_newest(self->proofs, portal_acts_hears(self->acts));
}

/* The person at a page, and what it looked at, into the audit. */
static void
audit_page(Portal *self, const PortalPage *page, const char *what, const char *bed, const char *why)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from =
        g_strdup_printf("%s, %s", vicu_daemon_name(self->daemon), portal_page_address(page));
    g_autoptr(GPtrArray) beds = portal_ward_all(self->ward, VICU__SUBJECT__SUBJECT_BED);
    g_autofree char **names = g_new0(char *, beds->len + 1);
    const char *who = portal_page_person(page);

    size_t n = 0;
    for (guint i = 0; i < beds->len; i++) {
        char *name = ((const Vicu__StateItem *)beds->pdata[i])->key;
        if (portal_page_covers(page, name))
            names[n++] = name;
    }
    record.who = (char *)(*who != '\0' ? who : portal_page_device(page));
    record.role = (char *)portal_page_role(page);
    record.what = (char *)what;
    record.bed = (char *)bed;
    record.t_us = vicu_clock_utc_us();
    record.from = from;
    record.why = (char *)why;
    if (*bed == '\0') {
        record.beds = names;
        record.n_beds = n;
    }
    vicu_audit_put(self->audit, &record);
}

static void
on_heard(PortalPage *page, const PortalHeard *heard, gpointer user)
{
    Portal *self = user;

    if (heard->kind == PORTAL_HEARD_HELLO) {
        audit_page(self, page, "view", "", "the bedside page was opened");
    } else if (heard->kind == PORTAL_HEARD_DETAIL) {
        const Vicu__StateItem *item =
            portal_ward_find(self->ward, VICU__SUBJECT__SUBJECT_ALARM, heard->id);
        if (item == NULL || item->alarm == NULL)
            return;
        if (!portal_page_covers(page, item->alarm->bed)) {
            audit_page(self, page, "refused", item->alarm->bed, "an alarm of another unit");
            return;
        }
        audit_page(self, page, "view", item->alarm->bed, "an alarm with its strip");
        portal_page_want(page, heard->id);
        portal_details_ask(self->details, heard->id);
    } else if (heard->kind == PORTAL_HEARD_HELP && !portal_page_covers(page, heard->id)) {
        audit_page(self, page, "refused", heard->id, "a call for help at a bed of another unit");
        portal_page_result(page, heard->ref, false, "That bed is of another unit than yours.");
    } else {
        portal_acts_take(self->acts, page, heard);
    }
}

static void
on_detail(const char *alarm, const char *json, gpointer user)
{
    Portal *self = user;

    if (self->pages != NULL)
        portal_pages_say_wanted(self->pages, alarm, json);
}

static void
on_reached(PortalPage *page, bool gone, gpointer user)
{
    portal_acts_reached(((Portal *)user)->acts, page, gone);
}

static void
on_page(SoupWebsocketConnection *socket, const char *address, gpointer user)
{
    Portal *self = user;

    if (self->pages != NULL)
        portal_pages_open(self->pages, socket, address);
    else
        soup_websocket_connection_close(socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
}

static void
on_hologram(SoupWebsocketConnection *socket,
            const char *cookies,
            const char *address,
            gpointer user)
{
    Portal *self = user;

    if (self->pages != NULL)
        portal_hologram_open(self->hologram, socket, cookies, address);
    else
        soup_websocket_connection_close(socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
}

static const PortalTokens *
tokens_of_admin(bool fresh, gpointer user)
{
    if (fresh)
        read_tokens(user, true);
    return ((Portal *)user)->tokens;
}

static const PortalIdentity *
identity_of_admin(gpointer user)
{
    return &((Portal *)user)->identity;
}

static PortalAdmin *
open_admin(Portal *self, GError **error)
{
    const PortalAdminOptions options = {
        .daemon = self->daemon,
        .ward = self->ward,
        .acts = self->acts,
        .audit = self->audit,
        .hologram = self->hologram,
        .tokens = tokens_of_admin,
        .identity = identity_of_admin,
        .user = self,
    };

    return portal_admin_new(&options, error);
}

static gboolean
open_pages(Portal *self, GError **error)
{
    static const PortalPagesOps ops = {.token = token_of_page,
                                       .blind = blind,
                                       .proof = newest_proof,
                                       .heard = on_heard,
                                       .reached = on_reached};
    VicuContext *context = vicu_daemon_context(self->daemon);
    const VicuRoot *root = vicu_daemon_root(self->daemon);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");

    self->health = portal_health_new(context, root);
    self->query = vicu_query_client_new(context, endpoint, vicu_root_server(root, "store"),
                                        vicu_daemon_name(self->daemon), error);
    if (self->query == NULL)
        return FALSE;
    self->details = portal_details_new(self->query, self->ward, on_detail, self);
    self->fhir = portal_fhir_new(self->query, self->ward, self->audit);
    self->acts = portal_acts_new(self->daemon, self->ward, self->proofs, self->rules, error);
    if (self->acts == NULL)
        return FALSE;
    self->pages = portal_pages_new(self->ward, &ops, self);
    portal_acts_set_pages(self->acts, self->pages);
    self->hologram = portal_hologram_new(self->daemon, self->audit, error);
    if (self->hologram == NULL)
        return FALSE;
    self->admin = open_admin(self, error);
    return self->admin != NULL;
}

/* ---- begin and end ---- */

static void
tell_address(Portal *self)
{
    bool six = strchr(self->address, ':') != NULL;
    g_autofree char *url = g_strdup_printf("https://%s%s%s:%u", six ? "[" : "", self->address,
                                           six ? "]" : "", portal_server_port(self->server));

    vicu_daemon_endpoint(self->daemon, "portal", url);
    self->url = g_steal_pointer(&url);
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
        .takes_form = portal_admin_takes_form,
        .page = on_page,
        .hologram = on_hologram,
        .user = self,
    };

    self->address = g_strdup(settings->address);
    self->server = portal_server_new(&options, error);
    return self->server != NULL && begin_to_listen(self, error);
}

Portal *
portal_new(VicuDaemon *daemon, const PortalSettings *settings, GError **error)
{
    g_autoptr(Portal) self = g_new0(Portal, 1);

    self->daemon = daemon;
    self->ward = portal_ward_new();
    self->proofs = portal_proofs_new();
    read_tokens(self, true);
    self->audit = vicu_audit_of_daemon(daemon);
    if (!open_identity(self, settings, error) || !follow_rules(self, error)
        || !open_pages(self, error) || !open_server(self, settings, error))
        return NULL;
    self->tick = g_timeout_add(TICK_MS, on_tick, self);
    if (self->identity.made)
        vicu_audit_tell(self->audit, "certificate-make", "", "of the portal, by itself");
    return g_steal_pointer(&self);
}

static gboolean
look_again(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

/* A moment for the last beat to go out. */
static void
leave_rules(Portal *self)
{
    int64_t until_us = vicu_clock_boot_us() + OUTLET_US;
    guint wake = g_timeout_add(20, look_again, NULL);

    beat_to_rules(self, true);
    while (vicu_clock_boot_us() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(wake);
}

void
portal_free(Portal *self)
{
    if (self == NULL)
        return;
    if (self->tick != 0) {
        g_source_remove(self->tick);
        leave_rules(self);
    }
    /* The server ends in the main loop: what comes meanwhile finds no pages. */
    g_clear_pointer(&self->pages, portal_pages_free);
    if (self->acts != NULL)
        portal_acts_set_pages(self->acts, NULL);
    portal_server_free(self->server);
    portal_fhir_free(self->fhir);
    portal_details_free(self->details);
    portal_acts_free(self->acts);
    portal_admin_free(self->admin);
    portal_hologram_free(self->hologram);
    portal_health_free(self->health);
    vicu_query_client_free(self->query);
    vicu_state_client_free(self->rules);
    vicu_audit_leave(self->audit, self->daemon, LEAVE_US, vicu_daemon_root(self->daemon)->dir);
    portal_ward_free(self->ward);
    portal_proofs_free(self->proofs);
    portal_tokens_free(self->tokens);
    portal_identity_clear(&self->identity);
    g_free(self->address);
    g_free(self->url);
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
    portal_pages_figures(self->pages, &figures->pages);
}
