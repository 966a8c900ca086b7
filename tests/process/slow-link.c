/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/process/slow-link.h"

#include <gio/gio.h>

#define SEGMENT 1400
#define QUEUE   (16 * SEGMENT)
#define TICK_MS 5

typedef struct {
    GBytes *bytes;
    int64_t due_us;
} Segment;

/* One direction of a connection. */
typedef struct {
    GSocket *from, *to;
    GQueue queue; /* Segment */
    size_t queued;
    int64_t free_us; /* the line is free again */
    gboolean ended;
} Lane;

typedef struct {
    GSocketConnection *near, *far;
    Lane lane[2];
} Relay;

struct SlowLink {
    unsigned to_port, port, bytes_s, one_lost_in, lost;
    int64_t round_trip_us;
    uint64_t bytes;
    GSocketService *service;
    GPtrArray *relays;
    GRand *rand;
    guint timer;
};

static void
segment_free(gpointer data)
{
    Segment *segment = data;

    g_bytes_unref(segment->bytes);
    g_free(segment);
}

static void
relay_free(gpointer data)
{
    Relay *relay = data;

    for (int i = 0; i < 2; i++)
        g_queue_clear_full(&relay->lane[i].queue, segment_free);
    g_io_stream_close(G_IO_STREAM(relay->near), NULL, NULL);
    g_io_stream_close(G_IO_STREAM(relay->far), NULL, NULL);
    g_object_unref(relay->near);
    g_object_unref(relay->far);
    g_free(relay);
}

static void
take_in(SlowLink *self, Lane *lane, int64_t now_us)
{
    char buffer[SEGMENT];

    while (!lane->ended && lane->queued < QUEUE) {
        gssize n =
            g_socket_receive_with_blocking(lane->from, buffer, sizeof buffer, FALSE, NULL, NULL);
        if (n < 0)
            return; /* nothing now, or broken: then the other lane ends */
        if (n == 0) {
            lane->ended = TRUE;
            return;
        }
        Segment *segment = g_new0(Segment, 1);
        segment->bytes = g_bytes_new(buffer, (gsize)n);
        lane->free_us = MAX(lane->free_us, now_us) + (int64_t)n * G_USEC_PER_SEC / self->bytes_s;
        if (g_rand_int_range(self->rand, 0, (gint32)self->one_lost_in) == 0) {
            lane->free_us += 2 * self->round_trip_us;
            self->lost++;
        }
        segment->due_us = lane->free_us + self->round_trip_us / 2;
        g_queue_push_tail(&lane->queue, segment);
        lane->queued += (size_t)n;
        self->bytes += (uint64_t)n;
    }
}

/* FALSE: the connection is over. */
static gboolean
give_out(Lane *lane, int64_t now_us)
{
    Segment *segment = NULL;

    while ((segment = g_queue_peek_head(&lane->queue)) != NULL && segment->due_us <= now_us) {
        gsize size = 0;
        const char *data = g_bytes_get_data(segment->bytes, &size);
        if (g_socket_send_with_blocking(lane->to, data, size, TRUE, NULL, NULL) != (gssize)size)
            return FALSE;
        lane->queued -= size;
        segment_free(g_queue_pop_head(&lane->queue));
    }
    return !lane->ended || lane->queue.length > 0;
}

static gboolean
on_timer(gpointer user)
{
    SlowLink *self = user;
    int64_t now_us = g_get_monotonic_time();

    for (guint i = self->relays->len; i > 0; i--) {
        Relay *relay = self->relays->pdata[i - 1];
        gboolean lives = TRUE;
        for (int k = 0; k < 2; k++) {
            take_in(self, &relay->lane[k], now_us);
            lives = give_out(&relay->lane[k], now_us) && lives;
        }
        if (!lives)
            g_ptr_array_remove_index_fast(self->relays, i - 1);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean
on_incoming(GSocketService *service, GSocketConnection *near, GObject *source, gpointer user)
{
    SlowLink *self = user;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    (void)service, (void)source;

    GSocketConnection *far =
        g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)self->to_port, NULL, NULL);
    if (far == NULL)
        return TRUE;
    Relay *relay = g_new0(Relay, 1);
    relay->near = g_object_ref(near);
    relay->far = far;
    relay->lane[0].from = relay->lane[1].to = g_socket_connection_get_socket(near);
    relay->lane[0].to = relay->lane[1].from = g_socket_connection_get_socket(far);
    g_queue_init(&relay->lane[0].queue);
    g_queue_init(&relay->lane[1].queue);
    /* The handshake of TCP is a round trip of its own. */
    relay->lane[0].free_us = g_get_monotonic_time() + self->round_trip_us;
    g_ptr_array_add(self->relays, relay);
    return TRUE;
}

SlowLink *
slow_link_new(unsigned to_port, unsigned bytes_s, int64_t round_trip_us, unsigned one_lost_in)
{
    SlowLink *self = g_new0(SlowLink, 1);

    self->to_port = to_port;
    self->bytes_s = bytes_s;
    self->round_trip_us = round_trip_us;
    self->one_lost_in = one_lost_in;
    self->rand = g_rand_new_with_seed(7);
    self->relays = g_ptr_array_new_with_free_func(relay_free);
    self->service = g_socket_service_new();
    self->port = g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(self->service), NULL, NULL);
    g_assert_cmpuint(self->port, !=, 0);
    g_signal_connect(self->service, "incoming", G_CALLBACK(on_incoming), self);
    self->timer = g_timeout_add(TICK_MS, on_timer, self);
    return self;
}

void
slow_link_free(SlowLink *self)
{
    if (self == NULL)
        return;
    g_source_remove(self->timer);
    g_socket_service_stop(self->service);
    g_socket_listener_close(G_SOCKET_LISTENER(self->service));
    g_object_unref(self->service);
    g_ptr_array_unref(self->relays);
    g_rand_free(self->rand);
    g_free(self);
}

unsigned
slow_link_port(const SlowLink *self)
{
    return self->port;
}

uint64_t
slow_link_bytes(const SlowLink *self)
{
    return self->bytes;
}

unsigned
slow_link_lost(const SlowLink *self)
{
    return self->lost;
}
