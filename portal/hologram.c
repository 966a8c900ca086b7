/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/hologram.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/people-client.h"
#include "common/seal.h"
#include "common/twin-place.h"
#include "portal/admin/session.h"

#define PART_MAX   (4u << 20) /* bytes of a part; the kit of solids has some 100 kB */
#define TOLD_MAX   (8u << 20) /* of a message of the twin: a hundred beds are under 1 MB */
#define SAID_MAX   256        /* of a page's: one of three words */
#define HELD_MAX   8          /* of a page, until the twin is there */
#define PATIENCE_S 5
#define RENEW_MS   30000
#define FULL       1013 /* RFC 6455 registry: try again later */
#define NO_TWIN                                                                                    \
    "The ward in three dimensions does not run here: an administrator sets [twin] run in "         \
    "DIR/etc/up.conf, or runs vicu twin."

struct PortalHologram {
    VicuDaemon *daemon;
    VicuAudit *audit;
    VicuPeopleClient *people;
    SoupSession *twin;
    GHashTable *relays; /* number -> Relay */
    GHashTable *asks;   /* Ask, under way at the store */
    uint64_t last;
    guint timer;
    PortalHologramFigures figures;
};

/* A page and its place at the twin. */
typedef struct {
    PortalHologram *owner;
    uint64_t number;
    SoupWebsocketConnection *page, *twin; /* @twin NULL: not yet */
    GQueue held;                          /* GBytes of the page, until @twin is there */
    GBytes *token;
    char *account, *role, *address; /* @account NULL: the store has not said who it is */
    char *bed;                      /* opened last */
    bool touched;                   /* the person did something since the session was asked for */
    GCancellable *ending;
} Relay;

typedef struct {
    PortalHologram *owner;
    uint64_t relay;
} Ask;

/* ---- parts ---- */

typedef struct {
    SoupMessage *message;
    PortalHologramFunc func;
    gpointer user;
} Fetch;

static void
on_part(GObject *session, GAsyncResult *result, gpointer user)
{
    Fetch *fetch = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body =
        soup_session_send_and_read_finish(SOUP_SESSION(session), result, &error);
    unsigned status = soup_message_get_status(fetch->message);

    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        if (error != NULL)
            g_prefix_error(&error, NO_TWIN " ");
        else if (status != SOUP_STATUS_OK || g_bytes_get_size(body) > PART_MAX)
            g_set_error(&error, VICU_ERROR, VICU_ERROR_ABSENT, "the twin has no such part");
        fetch->func(soup_message_headers_get_content_type(
                        soup_message_get_response_headers(fetch->message), NULL),
                    body, error, fetch->user);
    }
    g_object_unref(fetch->message);
    g_free(fetch);
}

/* "https://": the twin's own, with the key of its start. NULL: no twin runs here. */
static SoupMessage *
message_to(const PortalHologram *self, const char *part, char **origin, GError **error)
{
    g_auto(VicuTwinPlace) place = {0};

    if (!vicu_twin_place_read(vicu_daemon_root(self->daemon)->run, &place, NULL)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, NO_TWIN);
        return NULL;
    }
    g_autofree char *address =
        g_strdup_printf("http://127.0.0.1:%u/%s?key=%s", place.port, part, place.key);
    if (origin != NULL)
        *origin = g_strdup_printf("http://127.0.0.1:%u", place.port);
    return soup_message_new("GET", address);
}

void
portal_hologram_fetch(PortalHologram *self,
                      const char *part,
                      PortalHologramFunc func,
                      gpointer user)
{
    g_autoptr(GError) error = NULL;
    SoupMessage *message = message_to(self, part, NULL, &error);

    if (message == NULL) {
        func(NULL, NULL, error, user);
        return;
    }
    Fetch *fetch = g_new0(Fetch, 1);
    *fetch = (Fetch){message, func, user};
    soup_session_send_and_read_async(self->twin, message, G_PRIORITY_DEFAULT, NULL, on_part, fetch);
}

bool
portal_hologram_is_open_part(const char *path)
{
    static const char *const parts[] = {".js", ".css", "kit.glb"};

    if (!g_str_has_prefix(path, PORTAL_HOLOGRAM))
        return false;
    const char *name = path + strlen(PORTAL_HOLOGRAM);
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz-.") != strlen(name) || strlen(name) > 32
        || strstr(name, "..") != NULL)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (g_str_has_suffix(name, parts[i]))
            return true;
    return false;
}

static void
on_open_part(const char *type, GBytes *body, const GError *error, gpointer user)
{
    PortalRequest *request = user;

    if (error == NULL) {
        portal_request_hologram(request);
        portal_request_answer(request, SOUP_STATUS_OK, type, body);
        return;
    }
    g_autofree char *text = g_strconcat(error->message, "\n", NULL);
    portal_request_answer_text(request, SOUP_STATUS_SERVICE_UNAVAILABLE, text);
}

bool
portal_hologram_answer(PortalHologram *self, PortalRequest *request)
{
    const char *path = portal_request_path(request);

    if (!portal_hologram_is_open_part(path))
        return false;
    portal_request_hold(request);
    portal_hologram_fetch(self, path + strlen(PORTAL_HOLOGRAM), on_open_part, request);
    return true;
}

void
portal_hologram_guard(SoupMessageHeaders *headers)
{
    soup_message_headers_replace(
        headers, "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    soup_message_headers_replace(headers, "Permissions-Policy",
                                 "xr-spatial-tracking=(self), camera=(), microphone=(), "
                                 "geolocation=(), payment=(), usb=()");
}

/* ---- a page's end ---- */

static void
shut(SoupWebsocketConnection *socket, gpointer relay, unsigned short code, const char *why)
{
    g_signal_handlers_disconnect_by_data(socket, relay);
    if (soup_websocket_connection_get_state(socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close(socket, code, why);
    g_object_unref(socket);
}

static void
relay_free(gpointer data)
{
    Relay *relay = data;

    g_cancellable_cancel(relay->ending);
    g_object_unref(relay->ending);
    if (relay->page != NULL)
        shut(relay->page, relay, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the twin has gone");
    if (relay->twin != NULL)
        shut(relay->twin, relay, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    g_queue_clear_full(&relay->held, (GDestroyNotify)g_bytes_unref);
    gsize size = 0;
    gconstpointer token = g_bytes_get_data(relay->token, &size);
    vicu_seal_wipe((gpointer)token, size);
    g_bytes_unref(relay->token);
    g_free(relay->account);
    g_free(relay->role);
    g_free(relay->address);
    g_free(relay->bed);
    g_free(relay);
}

static void
end(Relay *relay, unsigned short code, const char *why)
{
    SoupWebsocketConnection *page = g_steal_pointer(&relay->page);

    if (code != SOUP_WEBSOCKET_CLOSE_NORMAL)
        relay->owner->figures.refused++;
    shut(page, relay, code, why);
    g_hash_table_remove(relay->owner->relays, &relay->number);
}

static void
on_page_closed(SoupWebsocketConnection *socket, gpointer user)
{
    (void)socket;
    end(user, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static void
on_twin_closed(SoupWebsocketConnection *socket, gpointer user)
{
    Relay *relay = user;
    (void)socket;

    end(relay, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the twin has gone");
}

/* ---- words, both ways ---- */

static void
record(const Relay *relay, const char *what, const char *bed, const char *detail)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from =
        g_strdup_printf("%s, %s", vicu_daemon_name(relay->owner->daemon), relay->address);

    record.who = relay->account != NULL ? relay->account : (char *)"";
    record.person = relay->account != NULL;
    record.role = relay->role != NULL ? relay->role : (char *)"";
    record.what = (char *)what;
    record.bed = (char *)bed;
    record.detail = (char *)detail;
    record.from = from;
    record.t_us = vicu_clock_utc_us();
    vicu_audit_put(relay->owner->audit, &record);
}

/* "select BED": opened, once, however long it is looked at. The twin judges whether there is one.
 */
static void
tell_opened(Relay *relay, const char *word)
{
    static const char verb[] = "select ";

    relay->touched |= strncmp(word, "seen ", 5) != 0;
    if (strncmp(word, verb, strlen(verb)) != 0)
        return;
    const char *bed = word + strlen(verb);
    if (g_strcmp0(relay->bed, bed) == 0)
        return;
    g_free(relay->bed);
    relay->bed = g_strdup(bed);
    record(relay, "view", bed, "hologram");
}

static void
pass_on(Relay *relay, GBytes *said)
{
    gsize size = 0;
    const char *data = g_bytes_get_data(said, &size);
    g_autofree char *word = g_strndup(data, size);

    tell_opened(relay, word);
    soup_websocket_connection_send_text(relay->twin, word);
}

static void
on_said(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user)
{
    Relay *relay = user;
    gsize size = 0;
    const char *data = g_bytes_get_data(message, &size);
    (void)socket;

    if (type != SOUP_WEBSOCKET_DATA_TEXT || size == 0 || size > SAID_MAX
        || memchr(data, '\0', size) != NULL
        || (relay->twin == NULL && relay->held.length >= HELD_MAX))
        end(relay, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "not a word of this page");
    else if (relay->twin != NULL)
        pass_on(relay, message);
    else
        g_queue_push_tail(&relay->held, g_bytes_ref(message));
}

static void
on_told(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user)
{
    Relay *relay = user;
    gsize size = 0;
    const char *data = g_bytes_get_data(message, &size);
    g_autofree char *text = type == SOUP_WEBSOCKET_DATA_TEXT ? g_strndup(data, size) : NULL;
    (void)socket;

    if (text == NULL)
        return;
    relay->owner->figures.told++;
    soup_websocket_connection_send_text(relay->page, text);
}

/* ---- the twin's side ---- */

static void
on_connected(GObject *session, GAsyncResult *result, gpointer user)
{
    Relay *relay = user;
    g_autoptr(GError) error = NULL;
    SoupWebsocketConnection *twin =
        soup_session_websocket_connect_finish(SOUP_SESSION(session), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the relay is gone */
    if (twin == NULL) {
        end(relay, FULL, "no twin runs here");
        return;
    }
    relay->twin = twin;
    soup_websocket_connection_set_max_incoming_payload_size(twin, TOLD_MAX);
    g_signal_connect(twin, "message", G_CALLBACK(on_told), relay);
    g_signal_connect(twin, "closed", G_CALLBACK(on_twin_closed), relay);
    for (GBytes *said; (said = g_queue_pop_head(&relay->held)) != NULL; g_bytes_unref(said))
        pass_on(relay, said);
}

static void
reach_twin(Relay *relay)
{
    g_autofree char *origin = NULL;
    g_autoptr(SoupMessage) message = message_to(relay->owner, "live", &origin, NULL);

    if (message == NULL)
        end(relay, FULL, "no twin runs here");
    else
        soup_session_websocket_connect_async(relay->owner->twin, message, origin, NULL,
                                             G_PRIORITY_DEFAULT, relay->ending, on_connected,
                                             relay);
}

/* ---- the session ---- */

/* FALSE: the person may not see the whole ward. */
static bool
take_person(Relay *relay, const Vicu__PeopleGranted *granted)
{
    g_autoptr(Vicu__PeopleSigned) sealed =
        vicu_wire_unpack_people_signed(granted->proof.data, granted->proof.len, NULL);
    g_autoptr(Vicu__PeopleStatement) who =
        sealed != NULL
            ? vicu_wire_unpack_people_statement(sealed->body.data, sealed->body.len, NULL)
            : NULL;
    const char *everywhere = "";
    VicuRole as = VICU_N_ROLES;

    if (who == NULL)
        return false;
    bool may = vicu_person_may(who, vicu_rights_find(VICU_RIGHTS_PAGE, "ward"), &everywhere, 1,
                               vicu_clock_utc_us(), &as);
    g_free(relay->account);
    g_free(relay->role);
    relay->account = g_strdup(who->account);
    relay->role = g_strdup(as < VICU_N_ROLES ? vicu_role_name(as) : "");
    return may;
}

static void
on_checked(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    Ask *ask = user;
    Relay *relay = g_hash_table_lookup(ask->owner->relays, &ask->relay);
    bool first = relay != NULL && relay->account == NULL;

    g_hash_table_remove(ask->owner->asks, ask);
    if (relay == NULL)
        return;
    if (g_error_matches(error, VICU_ERROR, VICU_ERROR_REFUSED)) {
        end(relay, PORTAL_HOLOGRAM_ENDED, "nobody is signed in");
    } else if (error != NULL || n != 1 || rows[0]->what_case != VICU__PEOPLE_ROW__WHAT_GRANTED) {
        /* A store that is silent ends no session that it began. */
        if (first)
            end(relay, FULL, "the store does not answer");
    } else if (!take_person(relay, rows[0]->granted)) {
        record(relay, "refused", "", PORTAL_HOLOGRAM_LIVE);
        end(relay, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "your roles have no right to this page");
    } else if (first) {
        record(relay, "view", "", "hologram");
        reach_twin(relay);
    }
}

static void
check(Relay *relay)
{
    Ask *ask = g_new0(Ask, 1);

    *ask = (Ask){relay->owner, relay->number};
    g_hash_table_add(relay->owner->asks, ask);
    vicu_people_check_session(relay->owner->people, relay->token,
                              relay->account != NULL && !relay->touched, on_checked, ask);
    relay->touched = false;
}

static gboolean
on_renew(gpointer user)
{
    PortalHologram *self = user;
    g_autoptr(GList) all = g_hash_table_get_values(self->relays);

    for (GList *l = all; l != NULL; l = l->next)
        if (((Relay *)l->data)->account != NULL)
            check(l->data);
    return G_SOURCE_CONTINUE;
}

void
portal_hologram_open(PortalHologram *self,
                     SoupWebsocketConnection *socket,
                     const char *cookies,
                     const char *address)
{
    GBytes *token = portal_cookie_read(cookies, PORTAL_COOKIE);

    if (token == NULL || g_hash_table_size(self->relays) >= PORTAL_HOLOGRAM_PAGES) {
        self->figures.refused++;
        soup_websocket_connection_close(socket, token == NULL ? PORTAL_HOLOGRAM_ENDED : FULL,
                                        token == NULL ? "nobody is signed in"
                                                      : "as many look already as may");
        g_clear_pointer(&token, g_bytes_unref);
        return;
    }
    Relay *relay = g_new0(Relay, 1);
    relay->owner = self;
    relay->number = ++self->last;
    relay->page = g_object_ref(socket);
    relay->token = token;
    relay->address = g_strdup(address);
    relay->ending = g_cancellable_new();
    g_hash_table_insert(self->relays, &relay->number, relay);
    soup_websocket_connection_set_max_incoming_payload_size(socket, SAID_MAX);
    g_signal_connect(socket, "message", G_CALLBACK(on_said), relay);
    g_signal_connect(socket, "closed", G_CALLBACK(on_page_closed), relay);
    check(relay);
}

/* ---- whole ---- */

PortalHologram *
portal_hologram_new(VicuDaemon *daemon, VicuAudit *audit, GError **error)
{
    g_autoptr(PortalHologram) self = g_new0(PortalHologram, 1);

    self->daemon = daemon;
    self->audit = audit;
    self->relays = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, relay_free);
    self->asks = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    self->twin = soup_session_new_with_options("timeout", PATIENCE_S, "max-conns", 32,
                                               "max-conns-per-host", 32, NULL);
    soup_session_set_proxy_resolver(self->twin, NULL);
    self->people =
        vicu_people_client_new(vicu_daemon_context(daemon), vicu_daemon_root(daemon), error);
    if (self->people == NULL)
        return NULL;
    self->timer = g_timeout_add(RENEW_MS, on_renew, self);
    return g_steal_pointer(&self);
}

void
portal_hologram_free(PortalHologram *self)
{
    if (self == NULL)
        return;
    g_clear_handle_id(&self->timer, g_source_remove);
    vicu_people_client_free(self->people);
    g_hash_table_unref(self->relays);
    g_hash_table_unref(self->asks);
    soup_session_abort(self->twin);
    g_object_unref(self->twin);
    g_free(self);
}

void
portal_hologram_figures(const PortalHologram *self, PortalHologramFigures *figures)
{
    *figures = self->figures;
    figures->pages = g_hash_table_size(self->relays);
}
