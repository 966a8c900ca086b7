/* See bench-link.h.
 *
 * Pieces of 40 ms leave a collector's socket when their last sample is due, go over CURVE to
 * vicu-hub and from there to the client of a station, which draws 60 pictures a second. All clocks
 * are the machine's; what else it does is in the figures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/bench-link.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "common/link-wire.h"
#include "common/root.h"
#include "dashboard/bench-eye.h"
#include "dashboard/bench-feed.h"
#include "dashboard/bench-past.h"
#include "dashboard/client.h"

#define S        ((int64_t)G_USEC_PER_SEC)
#define BEDS     100
#define FRAME_MS 16
#define HELLO    100      /* pieces */
#define WARM_US  (25 * S) /* until what came late at the start no longer counts for the delay */
#define RUN_US   (40 * S)
#define HWM      1000

/* A process that speaks with its own key. */
typedef struct {
    VicuKeys *keys;
    VicuContext *context;
} Voice;

typedef struct {
    char *dir;
    VicuRoot *root;
    GPid hub;
    Voice collector, station;
    VicuSocket *socket;
    DashBenchFeed *feed;
    int64_t told_us;
    uint64_t epoch, sequence;
    DashModel *model;
    DashClient *client;
    DashBenchEye *eye;
    int64_t from_us; /* what is measured */
    guint tick, frame;
} Link;

/* ---- what is sent ---- */

static void
send_link(Link *self, VicuLinkMessage *message)
{
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    memcpy(message->sender.bytes, vicu_keys_fingerprint(self->collector.keys),
           sizeof message->sender.bytes);
    message->epoch = message->fence = self->epoch;
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);
    envelope.t_us = vicu_clock_utc_us();
    vicu_socket_send(self->socket, NULL, &envelope, body.data, body.size);
}

static gboolean on_tick(gpointer user);

/* Until the next piece is over, to the millisecond. */
static void
wait_for_piece(Link *self)
{
    int64_t left_us = self->told_us + DASH_BENCH_TICK_US - vicu_clock_utc_us();
    self->tick = g_timeout_add((guint)(MAX(left_us, 0) / 1000 + 1), on_tick, self);
}

static gboolean
on_tick(gpointer user)
{
    Link *self = user;
    int64_t now_us = vicu_clock_utc_us();
    if (self->sequence % HELLO == 0) {
        VicuLinkMessage hello = {
            .kind = VICU__KIND__KIND_HELLO, .name = "collector", .instance = 7};
        send_link(self, &hello);
    }
    while (self->told_us + DASH_BENCH_TICK_US <= now_us) {
        int64_t end_us = self->told_us + DASH_BENCH_TICK_US;
        g_autoptr(GBytes) piece =
            dash_bench_feed_pack(self->feed, self->told_us, end_us, self->sequence % 25 == 0);
        VicuLinkMessage message = {.kind = VICU__KIND__KIND_BATCH_FEED,
                                   .sequence = ++self->sequence};
        size_t size = 0;
        message.body = g_bytes_get_data(piece, &size);
        message.len = size;
        send_link(self, &message);
        self->told_us = end_us;
    }
    wait_for_piece(self);
    return G_SOURCE_REMOVE;
}

/* ---- what is seen ---- */

static gboolean
on_frame(gpointer user)
{
    Link *self = user;
    int64_t frame_us = vicu_clock_utc_us();
    dash_bench_eye_draw(self->eye, frame_us);
    if (frame_us >= self->from_us)
        dash_bench_eye_note(self->eye, frame_us, vicu_clock_utc_us());
    return G_SOURCE_CONTINUE;
}

/* ---- whole ---- */

static gboolean
open_voice(Voice *self, const VicuRoot *root, const char *key, GError **error)
{
    self->keys = vicu_keys_open(root->keys, key, error);
    self->context = self->keys ? vicu_context_new(self->keys, NULL, error) : NULL;
    return self->context != NULL;
}

static void
close_voice(Voice *self)
{
    vicu_context_free(self->context);
    vicu_keys_free(self->keys);
}

static gboolean
start_hub(Link *self, GError **error)
{
    static const char *const keys[] = {"hub", "rules", "store", "collector", "dashboard"};
    g_autofree char *program = dash_bench_program("hub", "vicu-hub");
    self->dir = g_dir_make_tmp("vicu-bench-XXXXXX", error);
    self->root = self->dir ? vicu_root_new(self->dir, error) : NULL;
    if (!self->root || !vicu_root_make(self->root, error))
        return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (!vicu_keys_make(self->root->keys, keys[i], keys[i], error))
            return FALSE;
    const char *const argv[] = {program, "--root", self->dir, NULL};
    return g_spawn_async(NULL, (char **)argv, NULL,
                         G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                             | G_SPAWN_STDERR_TO_DEV_NULL,
                         NULL, NULL, &self->hub, error);
}

static gboolean
open_link(Link *self, GError **error)
{
    const VicuSocketOptions options = {VICU_SOCKET_DEALER, "data", HWM, HWM};
    if (!start_hub(self, error) || !open_voice(&self->collector, self->root, "collector", error)
        || !open_voice(&self->station, self->root, "dashboard", error))
        return FALSE;
    g_autofree char *endpoint = vicu_root_endpoint(self->root, "hub-data");
    self->socket = vicu_socket_new(self->collector.context, &options, error);
    if (!self->socket || !vicu_socket_connect(self->socket, endpoint, "hub", error))
        return FALSE;
    self->client = dash_client_new(self->station.context, self->root, "bench", self->model, error);
    return self->client != NULL;
}

static void
close_link(Link *self)
{
    dash_client_free(self->client);
    vicu_socket_free(self->socket);
    close_voice(&self->station);
    close_voice(&self->collector);
    if (self->hub) {
        kill(self->hub, SIGTERM);
        waitpid(self->hub, NULL, 0);
    }
    vicu_root_free(self->root);
    if (self->dir)
        vicu_folder_remove(self->dir);
    g_free(self->dir);
    dash_bench_eye_free(self->eye);
    dash_bench_feed_free(self->feed);
    dash_model_free(self->model);
}

static gboolean
measure(Link *self, GError **error)
{
    gboolean never = FALSE;
    int64_t now_us = vicu_clock_utc_us();
    self->told_us = now_us / DASH_BENCH_TICK_US * DASH_BENCH_TICK_US;
    self->epoch = (uint64_t)self->told_us;
    self->from_us = now_us + WARM_US;
    self->feed = dash_bench_feed_new(BEDS, self->told_us);
    wait_for_piece(self);
    self->frame = g_timeout_add(FRAME_MS, on_frame, self);
    vicu_context_run_until(self->station.context, &never, RUN_US);
    g_source_remove(self->tick);
    g_source_remove(self->frame);
    if (dash_model_n_beds(self->model) == BEDS)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "%zu of %d beds came through the hub within %d s", dash_model_n_beds(self->model),
                BEDS, (int)(RUN_US / S));
    return FALSE;
}

gboolean
dash_bench_link(VicuFigures *figures, GError **error)
{
    Link link = {.model = dash_model_new()};
    link.eye = dash_bench_eye_new(link.model);
    gboolean ok = open_link(&link, error) && measure(&link, error);
    if (ok)
        dash_bench_eye_tell(link.eye, figures, "sample_to_pixel_link");
    close_link(&link);
    return ok;
}
