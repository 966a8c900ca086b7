/* play-ward SCENARIO BEDS --root DIR: a synthetic ward that goes on, for a running hub.
 *
 * It speaks to the hub with the collector's key and owns the state as the rules
 * would, with the very sockets and machines of the product; only what it says is
 * made by arithmetic, and labelled so. For process tests of the station, and for
 * looking at it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/daemon.h"
#include "common/error.h"
#include "common/link-wire.h"
#include "common/state-server.h"
#include "tests/dashboard/ward.h"

#define SPAN_MS 40

typedef struct {
    WardOptions options;
    VicuKeys *keys;
    VicuContext *context;
    VicuSocket *socket;
    VicuStateServer *state;
    int64_t t0_us;
    int64_t told_us;
    uint64_t epoch;
    uint64_t sequence;
    guint timer;
} Play;

static void
send_link(Play *self, VicuLinkMessage *message)
{
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    memcpy(message->sender.bytes, vicu_keys_fingerprint(self->keys), sizeof message->sender.bytes);
    message->epoch = message->fence = self->epoch;
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);
    envelope.t_us = vicu_clock_utc_us();
    vicu_socket_send(self->socket, NULL, &envelope, body.data, body.size);
}

static gboolean
on_tick(gpointer user)
{
    Play *self = user;
    int64_t now_us = vicu_clock_utc_us() / 1000 * 1000;
    int64_t span_us = now_us - self->told_us;
    bool announce = self->sequence % 25 == 0;
    if (self->sequence % 100 == 0) {
        VicuLinkMessage hello = {
            .kind = VICU__KIND__KIND_HELLO, .name = "collector", .instance = 7};
        send_link(self, &hello);
    }
    ward_set_now(now_us);
    g_autoptr(GBytes) batch = ward_tick(&self->options, self->t0_us, now_us, span_us, announce);
    VicuLinkMessage message = {.kind = VICU__KIND__KIND_BATCH_FEED, .sequence = ++self->sequence};
    size_t size = 0;
    message.body = g_bytes_get_data(batch, &size);
    message.len = size;
    send_link(self, &message);
    self->told_us = now_us;
    vicu_state_server_level(self->state, now_us, FALSE);
    return G_SOURCE_CONTINUE;
}

static void
put_item(const Vicu__StateItem *item, void *user)
{
    vicu_state_server_put(user, item);
}

/* An acknowledgement is taken as the rules would take it. */
static void
on_command(
    const Vicu__Command *command, GBytes *packed, const char *peer, const char *role, gpointer user)
{
    (void)packed;
    (void)role;
    Play *self = user;
    bool known = command->what_case == VICU__COMMAND__WHAT_ACK;
    g_message("%s: %s", peer, known ? command->ack->id : "a command that is not played here");
    vicu_state_server_answer(self->state, command->key, known, known ? "done" : "not played here",
                             "");
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    Play *self = user;
    const VicuRoot *root = vicu_daemon_root(daemon);
    const VicuSocketOptions options = {VICU_SOCKET_DEALER, "data", 1000, 1000};
    g_autofree char *endpoint = vicu_root_endpoint(root, "hub-data");
    self->keys = vicu_keys_open(root->keys, "collector", error);
    self->context = self->keys ? vicu_context_new(self->keys, NULL, error) : NULL;
    self->socket = self->context ? vicu_socket_new(self->context, &options, error) : NULL;
    if (!self->socket || !vicu_socket_connect(self->socket, endpoint, "hub", error))
        return FALSE;
    self->t0_us = self->told_us = vicu_clock_utc_us() / 1000 * 1000;
    self->epoch = (uint64_t)self->t0_us;
    self->state = vicu_state_server_new(daemon, "rules-state", (uint64_t)self->t0_us, on_command,
                                        self, error);
    if (!self->state)
        return FALSE;
    ward_set_now(self->t0_us);
    if (!self->options.mute)
        ward_state(&self->options, put_item, self->state);
    vicu_state_server_flush(self->state);
    self->timer = g_timeout_add(SPAN_MS, on_tick, self);
    return TRUE;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    Play *self = user;
    g_source_remove(self->timer);
    vicu_state_server_free(self->state);
    vicu_socket_free(self->socket);
    vicu_context_free(self->context);
    vicu_keys_free(self->keys);
}

int
main(int argc, char **argv)
{
    static Play play;
    const VicuDaemonSpec spec = {
        .name = "rules", .summary = "a ward", .start = start, .stop = stop};
    if (argc < 3 || !ward_options_parse(argv[1], &play.options)) {
        fprintf(stderr, "usage: play-ward SCENARIO BEDS --root DIR\n");
        return 2;
    }
    play.options.beds = (unsigned)CLAMP(atoi(argv[2]), 1, 500);
    argv[2] = argv[0];
    return vicu_daemon_run(&spec, argc - 2, argv + 2, &play);
}
