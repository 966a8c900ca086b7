/* SPDX-License-Identifier: Apache-2.0 */
#include "common/uplink.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/heartbeat.h"
#include "common/link-wire.h"
#include "common/log.h"
#include "common/spool-sync.h"
#include "common/spool.h"

#define DATA_HWM 4096
#define TICK_MS  50

struct VicuUplink {
    VicuDaemon *daemon;
    VicuUplinkOps ops;
    gpointer user;
    VicuSpool *spool;
    VicuSpoolSync *sync;
    VicuLinkSender *sender;
    VicuHeartbeat *heartbeat;
    VicuSocket *socket;
    VicuWatch hub;
    int64_t next_beat_us;
    uint64_t appended;
    uint64_t appended_at_sync; /* when the sync before the last one finished */
    uint64_t safe;
    guint timer;
    bool broken;
};

static void
fail(VicuUplink *self, const GError *error)
{
    if (self->broken)
        return;
    self->broken = true;
    vicu_log(G_LOG_LEVEL_WARNING, VICU_MSG_SPOOL_FAILED, NULL, "%s", error->message);
    vicu_daemon_fail(self->daemon, g_error_copy(error));
}

/* ---- the link machine's ops ---------------------------------------------- */

static bool
on_send(const VicuLinkMessage *message, gpointer user)
{
    VicuUplink *self = user;
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);

    envelope.t_us = vicu_clock_utc_us();
    VicuSendFate fate = message->bytes != NULL
                            ? vicu_socket_send_bytes(self->socket, NULL, &envelope, message->bytes)
                            : vicu_socket_send(self->socket, NULL, &envelope, body.data, body.size);
    return fate == VICU_SEND_OK;
}

static void
on_epoch(uint64_t epoch, gpointer user)
{
    VicuUplink *self = user;

    if (self->ops.epoch != NULL)
        self->ops.epoch(epoch, self->user);
}

static void
on_state(VicuLinkState state, const char *text, gpointer user)
{
    VicuUplink *self = user;

    if (state == VICU_LINK_REFUSED)
        vicu_daemon_condition(self->daemon, "link-refused", text != NULL ? text : "refused");
    else if (state == VICU_LINK_OPEN)
        vicu_daemon_condition(self->daemon, "link-refused", NULL);
    else if (state == VICU_LINK_BROKEN) {
        g_autoptr(GError) error = g_error_new_literal(
            VICU_ERROR, VICU_ERROR_IO, text != NULL ? text : "the spool's disk failed");
        fail(self, error);
    }
}

/* ---- events -------------------------------------------------------------- */

static void
hub_level(VicuUplink *self)
{
    if (self->hub.level == VICU_WATCH_OK) {
        vicu_daemon_condition(self->daemon, "hub-silent", NULL);
    } else {
        g_autofree char *silence =
            vicu_duration_format(vicu_watch_silence_us(&self->hub, vicu_clock_boot_us()));
        g_autofree char *text = g_strdup_printf("nothing heard from the hub for %s", silence);
        vicu_daemon_condition(self->daemon, "hub-silent", text);
    }
    if (self->ops.hub != NULL)
        self->ops.hub(self->hub.level, self->user);
}

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    VicuUplink *self = user;
    VicuLinkWire wire;
    int64_t mono_us = vicu_clock_boot_us();
    (void)socket;

    if (vicu_watch_heard(&self->hub, mono_us))
        hub_level(self);
    if (!vicu_link_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size))
        return;
    vicu_link_sender_receive(self->sender, &wire.message, mono_us);
    vicu_link_wire_clear(&wire);
}

static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    VicuUplink *self = user;
    (void)socket;

    if (event == VICU_PEER_CONNECTED)
        vicu_link_sender_reconnected(self->sender, vicu_clock_boot_us());
}

static void
on_synced(const GError *error, gpointer user)
{
    VicuUplink *self = user;

    if (error != NULL) {
        fail(self, error);
        return;
    }
    /* A sync covers what was appended before it began, and it began after the one
     * before it finished: so much is safe for sure, and all when nothing waits. */
    self->safe =
        vicu_spool_unsynced_bytes(self->spool) == 0 ? self->appended : self->appended_at_sync;
    self->appended_at_sync = self->appended;
    vicu_link_sender_synced(self->sender, vicu_clock_boot_us());
    if (self->ops.synced != NULL)
        self->ops.synced(self->user);
}

static void
beat(VicuUplink *self, int64_t mono_us)
{
    VicuSpoolFigures figures;

    self->next_beat_us = mono_us + G_USEC_PER_SEC;
    vicu_spool_figures(self->spool, &figures);
    const Vicu__Heartbeat *heartbeat =
        vicu_heartbeat_next(self->heartbeat, vicu_clock_utc_us(), figures.batches, figures.bytes);
    g_autoptr(GBytes) packed = vicu_wire_pack(&heartbeat->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    vicu_link_sender_heartbeat(self->sender, data, size);
}

static void
look_after_spool(VicuUplink *self)
{
    VicuSpoolDropped dropped;
    g_autoptr(GError) error = NULL;

    if (!vicu_spool_age(self->spool, vicu_clock_utc_us(), &error))
        fail(self, error);
    while (vicu_spool_take_dropped(self->spool, &dropped)) {
        vicu_warning(VICU_MSG_SPOOL_OVERFLOW,
                     "the spool gave up batches %" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT
                     " of epoch %" G_GUINT64_FORMAT " (%s)",
                     dropped.first, dropped.last, dropped.epoch,
                     dropped.reason == VICU_SPOOL_AGE ? "age" : "size");
        if (self->ops.dropped != NULL)
            self->ops.dropped(&dropped, self->user);
    }
}

static gboolean
on_tick(gpointer user)
{
    VicuUplink *self = user;
    int64_t mono_us = vicu_clock_boot_us();

    vicu_link_sender_tick(self->sender, mono_us);
    vicu_link_sender_writable(self->sender, mono_us);
    vicu_spool_sync_poke(self->sync);
    if (mono_us >= self->next_beat_us) {
        beat(self, mono_us);
        look_after_spool(self);
        if (vicu_watch_tick(&self->hub, mono_us))
            hub_level(self);
    }
    return G_SOURCE_CONTINUE;
}

/* ---- life ---------------------------------------------------------------- */

static bool
open_socket(VicuUplink *self, GError **error)
{
    VicuSocketOptions options = {VICU_SOCKET_DEALER, "data", DATA_HWM, DATA_HWM};
    g_autofree char *endpoint = vicu_root_endpoint(vicu_daemon_root(self->daemon), "hub-data");

    self->socket = vicu_socket_new(vicu_daemon_context(self->daemon), &options, error);
    if (self->socket == NULL || !vicu_socket_connect(self->socket, endpoint, "hub", error))
        return false;
    vicu_socket_listen(self->socket, on_message, on_peer, self);
    return true;
}

static bool
open_link(VicuUplink *self, const VicuUplinkSettings *settings, GError **error)
{
    static const VicuLinkSenderOps ops = {on_send, on_epoch, on_state};
    VicuSpoolSettings spool = {
        .max_bytes = settings->max_bytes,
        .max_age_us = settings->max_age_us,
        .first_id = (uint64_t)g_random_int() << 32 | g_random_int() | 1,
    };
    VicuSenderId id;

    memcpy(id.bytes, vicu_keys_fingerprint(vicu_daemon_keys(self->daemon))->bytes, sizeof id.bytes);
    self->spool = vicu_spool_open(settings->folder, &spool, error);
    if (self->spool == NULL)
        return false;
    self->sync = vicu_spool_sync_new(self->spool, NULL, on_synced, self);
    uint64_t instance = (uint64_t)g_random_int() << 32 | g_random_int() | 1;
    self->sender = vicu_link_sender_new(self->spool, &id, vicu_daemon_name(self->daemon), instance,
                                        &ops, self, vicu_clock_boot_us(), error);
    if (self->sender != NULL)
        vicu_link_sender_let_refer(self->sender);
    return self->sender != NULL;
}

VicuUplink *
vicu_uplink_new(VicuDaemon *daemon,
                const VicuUplinkSettings *settings,
                const VicuUplinkOps *ops,
                gpointer user,
                GError **error)
{
    g_autoptr(VicuUplink) self = g_new0(VicuUplink, 1);

    self->daemon = daemon;
    self->ops = *ops;
    self->user = user;
    self->heartbeat = vicu_heartbeat_new();
    vicu_watch_init(&self->hub, vicu_clock_boot_us());
    if (!open_socket(self, error) || !open_link(self, settings, error))
        return NULL;
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

void
vicu_uplink_free(VicuUplink *self)
{
    if (self == NULL)
        return;
    if (self->timer != 0)
        g_source_remove(self->timer);
    g_clear_pointer(&self->sync, vicu_spool_sync_free);
    if (self->spool != NULL && !self->broken)
        vicu_spool_sync(self->spool, NULL);
    vicu_socket_free(self->socket);
    g_clear_pointer(&self->sender, vicu_link_sender_free);
    g_clear_pointer(&self->spool, vicu_spool_free);
    g_clear_pointer(&self->heartbeat, vicu_heartbeat_free);
    g_free(self);
}

/* ---- the owner's calls ---------------------------------------------------- */

bool
vicu_uplink_append(VicuUplink *self, GBytes *batch, int64_t t_us)
{
    g_autoptr(GError) error = NULL;

    if (self->broken)
        return false;
    if (!vicu_link_sender_append(self->sender, batch, t_us, vicu_clock_boot_us(), &error)) {
        fail(self, error);
        return false;
    }
    self->appended++;
    vicu_spool_sync_poke(self->sync);
    return true;
}

VicuHeartbeat *
vicu_uplink_heartbeat(VicuUplink *self)
{
    return self->heartbeat;
}

uint64_t
vicu_uplink_appended(const VicuUplink *self)
{
    return self->appended;
}

uint64_t
vicu_uplink_safe(const VicuUplink *self)
{
    return self->safe;
}

void
vicu_uplink_figures(const VicuUplink *self, VicuUplinkFigures *figures)
{
    vicu_link_sender_figures(self->sender, &figures->link);
    vicu_spool_figures(self->spool, &figures->spool);
    figures->hub = self->hub.level;
}
