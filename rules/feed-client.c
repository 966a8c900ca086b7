/* The rules' end of the feed on the main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/feed-client.h"

#include <string.h>

#include "common/clock.h"
#include "common/link-wire.h"
#include "common/log.h"

/* The hub's last minute comes at once after a restart. */
#define FEED_HWM 8192
#define TICK_MS  100
#define STALL_US (G_USEC_PER_SEC)

struct RulesFeedClient {
    VicuDaemon *daemon;
    RulesFeedClientOps ops;
    gpointer user;
    VicuSocket *socket;
    VicuFeedReader *reader;
    VicuWatch hub;
    int64_t tick_us;
    guint timer;
    RulesFeedClientFigures figures;
};

static bool
on_send(const VicuLinkMessage *message, gpointer user)
{
    RulesFeedClient *self = user;
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);
    envelope.t_us = vicu_clock_utc_us();
    return vicu_socket_send(self->socket, NULL, &envelope, body.data, body.size) == VICU_SEND_OK;
}

static const char *
name_of(const RulesFeedClient *self, const VicuSenderId *sender)
{
    VicuFingerprint fingerprint;
    memcpy(fingerprint.bytes, sender->bytes, sizeof fingerprint.bytes);
    const char *name = vicu_keys_name_of(vicu_daemon_keys(self->daemon), &fingerprint);
    return name ? name : "";
}

static void
on_batch(const VicuLinkMessage *message, bool late, gpointer user)
{
    RulesFeedClient *self = user;
    self->figures.late += late;
    if (message->len == 0)
        return; /* our own, given back as a number only */
    g_autoptr(GError) error = NULL;
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(message->body, message->len, &error);
    const char *name = name_of(self, &message->sender);
    if (!batch) {
        self->figures.unreadable++;
        vicu_warning(VICU_MSG_UNREADABLE, "a batch of %s: %s", name, error->message);
        return;
    }
    self->ops.batch(message, name, batch, self->user);
}

/* Only the store's own word on its disk is believed. */
static bool
is_store(const RulesFeedClient *self, const VicuSenderId *sender)
{
    VicuFingerprint fingerprint;
    const char *name, *role;
    memcpy(fingerprint.bytes, sender->bytes, sizeof fingerprint.bytes);
    return vicu_keys_admit_passed(vicu_daemon_keys(self->daemon), &fingerprint, "store", &name,
                                  &role);
}

static void
on_heartbeat(const VicuLinkMessage *message, gpointer user)
{
    RulesFeedClient *self = user;
    if (message->len == 0)
        return; /* the hub's own sign of life */
    g_autoptr(Vicu__Heartbeat) beat = vicu_wire_unpack_heartbeat(message->body, message->len, NULL);
    if (!beat) {
        self->figures.unreadable++;
        return;
    }
    if (!is_store(self, &message->sender))
        self->ops.heartbeat(&message->sender, name_of(self, &message->sender), beat, self->user);
    else if (beat->store)
        self->ops.store(beat->store, self->user);
}

static void
on_gap(const VicuFeedGap *gap, gpointer user)
{
    RulesFeedClient *self = user;
    self->ops.gap(gap, self->user);
}

static void
tell_hub(RulesFeedClient *self)
{
    if (self->hub.level == VICU_WATCH_OK) {
        vicu_daemon_condition(self->daemon, "feed-silent", NULL);
    } else {
        g_autofree char *silence =
            vicu_duration_format(vicu_watch_silence_us(&self->hub, vicu_clock_boot_us()));
        g_autofree char *text = g_strdup_printf("nothing heard on the feed for %s", silence);
        vicu_daemon_condition(self->daemon, "feed-silent", text);
    }
    self->ops.hub(self->hub.level, self->user);
}

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    RulesFeedClient *self = user;
    VicuLinkWire wire;
    int64_t mono_us = vicu_clock_boot_us();
    (void)socket;
    self->figures.messages++;
    if (vicu_watch_heard(&self->hub, mono_us))
        tell_hub(self);
    if (!vicu_link_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size)) {
        self->figures.unreadable++;
        return;
    }
    vicu_feed_reader_receive(self->reader, &wire.message, mono_us);
    vicu_link_wire_clear(&wire);
}

static gboolean
on_tick(gpointer user)
{
    RulesFeedClient *self = user;
    int64_t mono_us = vicu_clock_boot_us();
    int64_t since_us = mono_us - self->tick_us;
    self->tick_us = mono_us;
    /* When we stood still ourselves, what waits in the socket comes first. */
    if (since_us > STALL_US)
        self->hub.heard_us += since_us;
    if (vicu_watch_tick(&self->hub, mono_us))
        tell_hub(self);
    vicu_feed_reader_tick(self->reader, mono_us);
    self->ops.tick(vicu_clock_utc_us(), mono_us, self->user);
    return G_SOURCE_CONTINUE;
}

RulesFeedClient *
rules_feed_client_new(VicuDaemon *daemon,
                      uint64_t incarnation,
                      uint64_t after,
                      const RulesFeedClientOps *ops,
                      gpointer user,
                      GError **error)
{
    g_autoptr(RulesFeedClient) self = g_new0(RulesFeedClient, 1);
    VicuSocketOptions options = {
        .type = VICU_SOCKET_DEALER,
        .domain = "feed",
        .send_hwm = FEED_HWM,
        .receive_hwm = FEED_HWM,
    };
    VicuFeedReaderOps reader = {
        .send = on_send,
        .batch = on_batch,
        .heartbeat = on_heartbeat,
        .gap = on_gap,
    };
    VicuSenderId own;
    int64_t mono_us = vicu_clock_boot_us();
    self->daemon = daemon;
    self->ops = *ops;
    self->user = user;
    self->tick_us = mono_us;
    vicu_watch_init(&self->hub, mono_us);
    self->socket = vicu_socket_new(vicu_daemon_context(daemon), &options, error);
    if (!self->socket)
        return NULL;
    vicu_socket_listen(self->socket, on_message, NULL, self);
    g_autofree char *endpoint = vicu_root_endpoint(vicu_daemon_root(daemon), "hub-feed");
    if (!vicu_socket_connect(self->socket, endpoint, "hub", error))
        return NULL;
    memcpy(own.bytes, vicu_keys_fingerprint(vicu_daemon_keys(daemon))->bytes, sizeof own.bytes);
    self->reader = vicu_feed_reader_new(&own, incarnation, after, &reader, self, mono_us);
    GSource *timer = g_timeout_source_new(TICK_MS);
    g_source_set_callback(timer, on_tick, self, NULL);
    self->timer = g_source_attach(timer, vicu_daemon_main_context(daemon));
    g_source_unref(timer);
    return g_steal_pointer(&self);
}

void
rules_feed_client_free(RulesFeedClient *self)
{
    if (!self)
        return;
    if (self->timer) {
        GSource *timer =
            g_main_context_find_source_by_id(vicu_daemon_main_context(self->daemon), self->timer);
        if (timer)
            g_source_destroy(timer);
    }
    vicu_feed_reader_free(self->reader);
    vicu_socket_free(self->socket);
    g_free(self);
}

void
rules_feed_client_figures(const RulesFeedClient *self, RulesFeedClientFigures *figures)
{
    *figures = self->figures;
    figures->number = vicu_feed_reader_number(self->reader);
    figures->incarnation = vicu_feed_reader_incarnation(self->reader);
}
