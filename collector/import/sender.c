/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/import/sender.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/link-wire.h"
#include "common/spool-sync.h"
#include "common/spool.h"

#define DATA_HWM    4096
#define TICK_MS     20
#define MOST_BYTES  (48u << 20) /* in the spool, its last segment included */
#define SPOOL_BYTES (UINT64_C(512) << 20)

struct CollectorImportSender {
    CollectorImportSenderOps ops;
    gpointer user;
    VicuSpool *spool;
    VicuSpoolSync *sync;
    VicuLinkSender *link;
    VicuSocket *socket;
    guint timer;
    char *failure;
};

static void
fail(CollectorImportSender *self, const char *why)
{
    if (self->failure == NULL)
        self->failure = g_strdup(why);
}

static bool
on_send(const VicuLinkMessage *message, gpointer user)
{
    CollectorImportSender *self = user;
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;

    if (message->kind == VICU__KIND__KIND_BATCH_FEED)
        return true; /* nobody judges or draws the past */
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);
    envelope.t_us = vicu_clock_utc_us();
    return vicu_socket_send(self->socket, NULL, &envelope, body.data, body.size) == VICU_SEND_OK;
}

static void
on_epoch(uint64_t epoch, gpointer user)
{
    CollectorImportSender *self = user;

    self->ops.epoch(epoch, self->user);
}

static void
on_state(VicuLinkState state, const char *text, gpointer user)
{
    CollectorImportSender *self = user;

    if (state == VICU_LINK_REFUSED || state == VICU_LINK_BROKEN)
        fail(self, text != NULL ? text : "the link failed");
}

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    CollectorImportSender *self = user;
    VicuLinkWire wire;

    (void)socket;
    if (!vicu_link_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size))
        return;
    vicu_link_sender_receive(self->link, &wire.message, vicu_clock_boot_us());
    vicu_link_wire_clear(&wire);
    self->ops.moved(self->user);
}

static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    CollectorImportSender *self = user;

    (void)socket;
    if (event == VICU_PEER_CONNECTED)
        vicu_link_sender_reconnected(self->link, vicu_clock_boot_us());
    else if (event == VICU_PEER_REFUSED)
        fail(self, "the hub refuses the key \"" VICU_IMPORT_SENDER
                   "\": make it with `vicu keys`, then send the supervisor SIGHUP");
    self->ops.moved(self->user);
}

static void
on_synced(const GError *error, gpointer user)
{
    CollectorImportSender *self = user;

    if (error != NULL)
        fail(self, error->message);
    else
        vicu_link_sender_synced(self->link, vicu_clock_boot_us());
    self->ops.moved(self->user);
}

static gboolean
on_tick(gpointer user)
{
    CollectorImportSender *self = user;
    int64_t mono_us = vicu_clock_boot_us();

    vicu_link_sender_tick(self->link, mono_us);
    vicu_link_sender_writable(self->link, mono_us);
    vicu_spool_sync_poke(self->sync);
    self->ops.moved(self->user);
    return G_SOURCE_CONTINUE;
}

static VicuSpool *
open_spool(const char *folder, GError **error)
{
    const VicuSpoolSettings settings = {
        .max_bytes = SPOOL_BYTES,
        .opened_us = vicu_clock_utc_us(),
        .first_id = (uint64_t)g_random_int() << 32 | g_random_int() | 1,
    };

    return vicu_spool_open(folder, &settings, error);
}

gboolean
collector_import_spool_last(const char *folder, GHashTable *last, GError **error)
{
    size_t n = 0;

    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_autoptr(VicuSpool) spool = open_spool(folder, error);
    if (spool == NULL)
        return FALSE;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(spool, &n);
    for (size_t i = 0; i < n; i++) {
        uint64_t *key = g_memdup2(&epochs[i].epoch, sizeof *key);
        g_hash_table_replace(last, key, g_memdup2(&epochs[i].last, sizeof epochs[i].last));
    }
    return TRUE;
}

CollectorImportSender *
collector_import_sender_new(VicuContext *context,
                            VicuKeys *keys,
                            const VicuRoot *root,
                            const char *folder,
                            const CollectorImportSenderOps *ops,
                            gpointer user,
                            GError **error)
{
    static const VicuLinkSenderOps link_ops = {on_send, on_epoch, on_state};
    const VicuSocketOptions options = {VICU_SOCKET_DEALER, "data", DATA_HWM, DATA_HWM};
    g_autofree char *endpoint = vicu_root_endpoint(root, "hub-data");
    g_autoptr(CollectorImportSender) self = g_new0(CollectorImportSender, 1);
    uint64_t instance = (uint64_t)g_random_int() << 32 | g_random_int() | 1;
    VicuSenderId id;

    self->ops = *ops;
    self->user = user;
    memcpy(id.bytes, vicu_keys_fingerprint(keys)->bytes, sizeof id.bytes);
    self->socket = vicu_socket_new(context, &options, error);
    if (self->socket == NULL || !vicu_socket_connect(self->socket, endpoint, "hub", error))
        return NULL;
    self->spool = open_spool(folder, error);
    if (self->spool == NULL)
        return NULL;
    self->sync = vicu_spool_sync_new(self->spool, vicu_context_main(context), on_synced, self);
    self->link = vicu_link_sender_new(self->spool, &id, vicu_keys_name(keys), instance, &link_ops,
                                      self, vicu_clock_boot_us(), error);
    if (self->link == NULL)
        return NULL;
    vicu_socket_listen(self->socket, on_message, on_peer, self);
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

void
collector_import_sender_free(CollectorImportSender *self)
{
    if (self == NULL)
        return;
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->sync, vicu_spool_sync_free);
    if (self->spool != NULL && vicu_spool_failure(self->spool) == NULL)
        vicu_spool_sync(self->spool, NULL);
    vicu_socket_free(self->socket);
    g_clear_pointer(&self->link, vicu_link_sender_free);
    g_clear_pointer(&self->spool, vicu_spool_free);
    g_free(self->failure);
    g_free(self);
}

gboolean
collector_import_sender_is_open(const CollectorImportSender *self)
{
    VicuLinkFigures figures;

    vicu_link_sender_figures(self->link, &figures);
    return figures.state == VICU_LINK_OPEN;
}

gboolean
collector_import_sender_has_room(const CollectorImportSender *self)
{
    VicuSpoolFigures figures;

    vicu_spool_figures(self->spool, &figures);
    return figures.bytes < MOST_BYTES;
}

gboolean
collector_import_sender_append(CollectorImportSender *self, GBytes *batch, GError **error)
{
    if (!vicu_link_sender_append(self->link, batch, vicu_clock_utc_us(), vicu_clock_boot_us(),
                                 error))
        return FALSE;
    vicu_spool_sync_poke(self->sync);
    return TRUE;
}

uint64_t
collector_import_sender_waiting(const CollectorImportSender *self)
{
    VicuSpoolFigures figures;

    vicu_spool_figures(self->spool, &figures);
    return figures.batches;
}

const char *
collector_import_sender_failure(const CollectorImportSender *self)
{
    return self->failure;
}
