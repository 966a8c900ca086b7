/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/pages.h"

#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/proof.h"
#include "common/seal.h"

#define HELLO_US     (5 * (int64_t)G_USEC_PER_SEC)
#define SILENT_US    (30 * (int64_t)G_USEC_PER_SEC)
#define REACHED_US   (10 * (int64_t)G_USEC_PER_SEC)
#define MISSED_US    (PORTAL_PAGES_MISSED * PORTAL_PAGES_BEAT_US + G_USEC_PER_SEC / 2)
#define WANTED_MAX   8
#define NEWS_MS      20 /* what comes within it is told together */
#define SHARE        10 /* telling all takes at most one part of so many of the time */
#define CLOSE_POLICY SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION
#define CLOSE_FULL   1013 /* RFC 6455 registry: try again later */
#define CLOSE_WHO    4001 /* ours: the token is not good */

struct PortalPage {
    PortalPages *all;
    SoupWebsocketConnection *socket;
    uint64_t number;
    char *address;
    bool known; /* it said who it is */
    bool phone, duty, reachable;
    char token[PORTAL_HEARD_WORD]; /* judged again when tokens change */
    char person[PORTAL_TOKEN_NAME];
    char device[PORTAL_HEARD_WORD];
    const char *role;
    PortalListener *listener;
    uint64_t version;   /* of the board that it was told */
    bool answered;      /* since it was told last */
    int64_t heard_us;   /* boot; opened, or last heard */
    int64_t reached_us; /* boot; reached() was last told */
    uint64_t proof;     /* serial of the test alarm that it was told and has not given back */
    int64_t proof_us;   /* boot; when it was; 0: it owes none */
    GQueue wanted;      /* ids of alarms */
};

struct PortalPages {
    PortalBoard *board;
    PortalPagesOps ops;
    gpointer user;
    GPtrArray *list;
    uint64_t last_number;
    guint news, rest; /* wait to tell: those who are asked or all, all */
    int64_t all_us;   /* boot; not before it all are told again */
    PortalPagesFigures figures;
};

/* ---- saying ---- */

void
portal_page_say(PortalPage *page, const char *json)
{
    if (soup_websocket_connection_get_state(page->socket) != SOUP_WEBSOCKET_STATE_OPEN)
        return;
    page->all->figures.told++;
    page->all->figures.told_bytes += strlen(json);
    soup_websocket_connection_send_text(page->socket, json);
}

void
portal_page_result(PortalPage *page, int64_t ref, bool ok, const char *text)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "t", "result");
    vicu_json_integer(json, "ref", ref);
    vicu_json_bool(json, "ok", ok);
    vicu_json_text(json, "text", text);
    vicu_json_end(json);
    portal_page_say(page, vicu_json_peek(json));
}

static void
say_beat(PortalPage *page, int64_t n)
{
    char text[256];
    uint64_t proof = page->all->ops.proof(page->all->user);

    if (proof > page->proof && page->proof_us == 0) {
        page->proof_us = vicu_clock_boot_us();
        page->proof = proof;
    }
    g_snprintf(text, sizeof text,
               "{\"t\": \"beat\", \"n\": %" G_GINT64_FORMAT ", \"now\": %" G_GINT64_FORMAT
               ", \"p\": %" G_GUINT64_FORMAT ", \"blind\": %s}",
               n, vicu_clock_utc_us() / 1000, proof, page->all->ops.blind(page->all->user));
    portal_page_say(page, text);
}

static void
say_welcome(PortalPage *page)
{
    const Vicu__RosterPerson *me = portal_board_person(page->all->board, page->person);
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "t", "welcome");
    vicu_json_text(json, "me", me != NULL ? me->name : page->person);
    vicu_json_bool(json, "roster", me != NULL);
    vicu_json_text(json, "role", page->role);
    vicu_json_integer(json, "now", vicu_clock_utc_us() / 1000);
    vicu_json_raw(json, "blind", page->all->ops.blind(page->all->user));
    vicu_json_end(json);
    portal_page_say(page, vicu_json_peek(json));
}

static void
tell(PortalPage *page)
{
    uint64_t version = portal_board_version(page->all->board);

    if (!page->known || !page->answered || page->version == version)
        return;
    g_autofree char *text = portal_tell(page->listener, page->all->board, page->person);
    page->version = version;
    if (text == NULL)
        return;
    page->answered = false;
    portal_page_say(page, text);
}

bool
portal_page_covers(const PortalPage *page, const char *bed)
{
    return portal_tell_covers(page->all->board, page->person, bed);
}

void
portal_page_want(PortalPage *page, const char *alarm)
{
    g_queue_push_tail(&page->wanted, g_strdup(alarm));
    if (page->wanted.length > WANTED_MAX)
        g_free(g_queue_pop_head(&page->wanted));
}

static gint
is_text(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

void
portal_pages_say_wanted(PortalPages *self, const char *alarm, const char *json)
{
    for (guint i = 0; i < self->list->len; i++) {
        PortalPage *page = self->list->pdata[i];
        GList *found = g_queue_find_custom(&page->wanted, alarm, is_text);
        if (found == NULL)
            continue;
        g_free(found->data);
        g_queue_delete_link(&page->wanted, found);
        portal_page_say(page, json);
    }
}

/* ---- hearing ---- */

static void
set_reachable(PortalPage *page, bool reachable, int64_t boot_us)
{
    if (page->reachable == reachable && (!reachable || boot_us - page->reached_us < REACHED_US))
        return;
    if (page->reachable && !reachable)
        page->all->figures.missed++;
    page->reachable = reachable;
    page->reached_us = boot_us;
    page->all->ops.reached(page, !reachable, page->all->user);
}

/* It gives test alarms back: one that beats and does not is no way to a person. */
static bool
is_proven(const PortalPage *page, int64_t boot_us)
{
    return page->proof_us == 0 || boot_us - page->proof_us <= VICU_PROOF_LATE_US;
}

static void
take_hello(PortalPage *page, const PortalHeard *heard)
{
    PortalPages *self = page->all;
    const PortalToken *token = page->known ? NULL : self->ops.token(heard->token, self->user);

    if (token == NULL || *heard->device == '\0') {
        soup_websocket_connection_close(page->socket, page->known ? CLOSE_POLICY : CLOSE_WHO,
                                        "the token is not good, or no longer");
        return;
    }
    page->known = true;
    page->phone = heard->phone;
    page->role = portal_role_name(token->role);
    g_strlcpy(page->token, heard->token, sizeof page->token);
    g_strlcpy(page->person, token->name, sizeof page->person);
    g_strlcpy(page->device, heard->device, sizeof page->device);
    page->answered = true;
    say_welcome(page);
    tell(page);
    self->ops.heard(page, heard, self->user);
}

static void
take(PortalPage *page, const PortalHeard *heard, int64_t boot_us)
{
    page->answered = true;
    if (heard->kind == PORTAL_HEARD_HELLO) {
        take_hello(page, heard);
        return;
    }
    if (heard->kind == PORTAL_HEARD_AWAY) {
        page->duty = false;
        set_reachable(page, false, boot_us);
        return;
    }
    if (heard->kind == PORTAL_HEARD_BEAT) {
        page->all->figures.beats++;
        page->duty = heard->duty;
        if (heard->p >= 0 && (uint64_t)heard->p >= page->proof)
            page->proof_us = 0;
        set_reachable(page, page->duty && is_proven(page, boot_us), boot_us);
        say_beat(page, heard->n);
        tell(page);
        return;
    }
    page->all->ops.heard(page, heard, page->all->user);
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user)
{
    PortalPage *page = user;
    PortalHeard heard;
    gsize size = 0;
    const void *data = g_bytes_get_data(message, &size);

    portal_heard_parse(data, type == SOUP_WEBSOCKET_DATA_TEXT ? size : 0, &heard);
    if (heard.kind == PORTAL_HEARD_NOTHING || (!page->known && heard.kind != PORTAL_HEARD_HELLO)) {
        soup_websocket_connection_close(socket, CLOSE_POLICY, "not a word of this page");
        return;
    }
    page->heard_us = vicu_clock_boot_us();
    take(page, &heard, page->heard_us);
}

/* ---- life ---- */

static void
page_free(gpointer data)
{
    PortalPage *page = data;

    g_signal_handlers_disconnect_by_data(page->socket, page);
    set_reachable(page, false, vicu_clock_boot_us());
    if (soup_websocket_connection_get_state(page->socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close(page->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    g_object_unref(page->socket);
    portal_listener_free(page->listener);
    vicu_seal_wipe(page->token, sizeof page->token);
    g_queue_clear_full(&page->wanted, g_free);
    g_free(page->address);
    g_free(page);
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer user)
{
    PortalPage *page = user;

    (void)socket;
    g_ptr_array_remove_fast(page->all->list, page);
}

void
portal_pages_open(PortalPages *self, SoupWebsocketConnection *socket, const char *address)
{
    soup_websocket_connection_set_max_incoming_payload_size(socket, PORTAL_HEARD_MAX);
    if (self->list->len >= PORTAL_PAGES_MAX) {
        soup_websocket_connection_close(socket, CLOSE_FULL, "too many pages are open");
        return;
    }
    PortalPage *page = g_new0(PortalPage, 1);
    page->all = self;
    page->socket = g_object_ref(socket);
    page->number = ++self->last_number;
    page->address = g_strdup(address);
    page->role = "";
    page->listener = portal_listener_new();
    page->version = UINT64_MAX;
    page->heard_us = vicu_clock_boot_us();
    g_queue_init(&page->wanted);
    g_signal_connect(socket, "closed", G_CALLBACK(on_closed), page);
    g_signal_connect(socket, "message", G_CALLBACK(on_message), page);
    g_ptr_array_add(self->list, page);
}

static void
judge_silence(PortalPage *page, int64_t boot_us)
{
    int64_t silent_us = boot_us - page->heard_us;

    if (page->reachable && (silent_us > MISSED_US || !is_proven(page, boot_us)))
        set_reachable(page, false, boot_us);
    if (silent_us > (page->known ? SILENT_US : HELLO_US))
        soup_websocket_connection_close(page->socket, CLOSE_POLICY, "nothing heard");
}

/* Counting down from the last: saying and closing may take a page out of the list at once. NULL:
 * there is none, or it is being closed. */
static PortalPage *
page_before(const PortalPages *self, guint i)
{
    PortalPage *page = i <= self->list->len ? self->list->pdata[i - 1] : NULL;

    return page != NULL
                   && soup_websocket_connection_get_state(page->socket) == SOUP_WEBSOCKET_STATE_OPEN
               ? page
               : NULL;
}

void
portal_pages_turn(PortalPages *self, int64_t boot_us)
{
    for (guint i = self->list->len; i > 0; i--) {
        PortalPage *page = page_before(self, i);
        if (page != NULL)
            judge_silence(page, boot_us);
    }
}

void
portal_pages_judge(PortalPages *self)
{
    for (guint i = self->list->len; i > 0; i--) {
        PortalPage *page = page_before(self, i);
        if (page != NULL && page->known && self->ops.token(page->token, self->user) == NULL)
            soup_websocket_connection_close(page->socket, CLOSE_WHO, "the token is over");
    }
}

/* ---- telling at once ---- */

static void
tell_those_who_are_asked(PortalPages *self)
{
    for (guint i = self->list->len; i > 0; i--) {
        PortalPage *page = page_before(self, i);
        if (page != NULL && page->known && page->answered
            && portal_tell_is_urgent(page->listener, self->board, page->person))
            tell(page);
    }
}

static void
tell_all(PortalPages *self)
{
    int64_t begun_us = vicu_clock_boot_us();

    for (guint i = self->list->len; i > 0; i--) {
        PortalPage *page = page_before(self, i);
        if (page != NULL)
            tell(page);
    }
    int64_t end_us = vicu_clock_boot_us();
    self->all_us = end_us + MIN(SHARE * (end_us - begun_us), PORTAL_PAGES_GAP_US);
}

static gboolean
on_rest(gpointer user)
{
    PortalPages *self = user;

    self->rest = 0;
    tell_all(self);
    return G_SOURCE_REMOVE;
}

static gboolean
on_news(gpointer user)
{
    PortalPages *self = user;
    int64_t left_us = self->all_us - vicu_clock_boot_us();

    self->news = 0;
    if (left_us > 0) {
        tell_those_who_are_asked(self);
        if (self->rest == 0)
            self->rest = g_timeout_add((guint)(left_us / 1000 + 1), on_rest, self);
    } else {
        tell_all(self);
    }
    return G_SOURCE_REMOVE;
}

void
portal_pages_news(PortalPages *self)
{
    if (self->news == 0)
        self->news = g_timeout_add(NEWS_MS, on_news, self);
}

PortalPages *
portal_pages_new(const PortalWard *ward, const PortalPagesOps *ops, gpointer user)
{
    PortalPages *self = g_new0(PortalPages, 1);

    self->board = portal_board_new(ward);
    self->ops = *ops;
    self->user = user;
    self->list = g_ptr_array_new_with_free_func(page_free);
    return self;
}

void
portal_pages_free(PortalPages *self)
{
    if (self == NULL)
        return;
    if (self->news != 0)
        g_source_remove(self->news);
    if (self->rest != 0)
        g_source_remove(self->rest);
    g_ptr_array_unref(self->list);
    portal_board_free(self->board);
    g_free(self);
}

/* ---- looking ---- */

PortalPage *
portal_pages_find(PortalPages *self, uint64_t number)
{
    for (guint i = 0; i < self->list->len; i++)
        if (((PortalPage *)self->list->pdata[i])->number == number)
            return self->list->pdata[i];
    return NULL;
}

uint64_t
portal_page_number(const PortalPage *page)
{
    return page->number;
}

const char *
portal_page_person(const PortalPage *page)
{
    return page->person;
}

const char *
portal_page_device(const PortalPage *page)
{
    return page->device;
}

const char *
portal_page_address(const PortalPage *page)
{
    return page->address;
}

const char *
portal_page_role(const PortalPage *page)
{
    return page->role;
}

bool
portal_page_is_phone(const PortalPage *page)
{
    return page->phone;
}

void
portal_pages_figures(const PortalPages *self, PortalPagesFigures *figures)
{
    *figures = self->figures;
    figures->pages = self->list->len;
    for (guint i = 0; i < self->list->len; i++)
        figures->on_duty += ((PortalPage *)self->list->pdata[i])->reachable;
}
