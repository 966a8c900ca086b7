/* `vicu bench link`: one hop, one way, CURVE on ipc, no disk, between two processes; and
 * the whole way of a batch (tools/bench-path.h).
 *
 * The body of each message is the sender's BOOTTIME; the receiver, another
 * process on the same clock, takes the difference.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/auth.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/figures.h"
#include "common/folder.h"
#include "common/progress.h"
#include "common/root.h"
#include "common/socket.h"
#include "tools/bench-path.h"
#include "tools/spread.h"
#include "tools/verbs.h"

#define MESSAGES   2000
#define WARM_UP    200
#define EVERY_MS   1
#define BODY_BYTES 300
#define HWM        1000
#define LIMIT_US   (30 * G_USEC_PER_SEC)
#define PATH_S     240 /* of the ward, in each run of ingest_path; its first minute warms up */
#define PATH_40_S  180 /* the same with ticks of 40 ms */

/* p50 and p99 in microseconds, over the pipe. */
typedef struct {
    double p50_us, p99_us;
    gboolean ok;
} Result;

/* --- the receiver, a process of its own ---------------------------------------------------- */

typedef struct {
    ToolSpread *spread;
    guint n;
    gboolean done;
} Receiver;

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    int64_t now_us = vicu_clock_boot_us(), sent_us = 0;
    Receiver *receiver = user;

    (void)socket;
    if (message->body.size < sizeof sent_us)
        return;
    memcpy(&sent_us, message->body.data, sizeof sent_us);
    if (++receiver->n > WARM_UP)
        tool_spread_add(receiver->spread, (double)(now_us - sent_us));
    receiver->done = receiver->n >= WARM_UP + MESSAGES;
}

static Result
receive(const VicuRoot *root)
{
    const VicuSocketOptions options = {VICU_SOCKET_ROUTER, "data", HWM, HWM};
    g_autofree char *endpoint = vicu_root_endpoint(root, "bench");
    g_autofree ToolSpread *spread = g_new0(ToolSpread, 1);
    Receiver receiver = {spread, 0, FALSE};
    Result result = {0};
    g_autoptr(VicuKeys) keys = vicu_keys_open(root->keys, "hub", NULL);
    g_autoptr(VicuContext) context = keys != NULL ? vicu_context_new(keys, NULL, NULL) : NULL;
    g_autoptr(VicuSocket) socket =
        context != NULL ? vicu_socket_new(context, &options, NULL) : NULL;

    if (socket == NULL || !vicu_socket_bind(socket, endpoint, NULL))
        return result;
    vicu_socket_listen(socket, on_message, NULL, &receiver);
    result.ok = vicu_context_run_until(context, &receiver.done, LIMIT_US)
                && tool_spread_percentile(spread, 0.50, &result.p50_us)
                && tool_spread_percentile(spread, 0.99, &result.p99_us);
    return result;
}

/* --- the sender ---------------------------------------------------------------------------- */

typedef struct {
    VicuSocket *socket;
    gboolean connected;
    guint sent;
    gboolean done;
} Sender;

static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    (void)socket;
    ((Sender *)user)->connected = event == VICU_PEER_CONNECTED;
}

static void
ignore(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    (void)socket;
    (void)message;
    (void)user;
}

static gboolean
send_one(gpointer user)
{
    Sender *sender = user;
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_BATCH_FEED};
    uint8_t body[BODY_BYTES] = {0};
    int64_t now_us = 0;

    if (!sender->connected)
        return G_SOURCE_CONTINUE;
    vicu_socket_stamp(sender->socket, &envelope);
    now_us = vicu_clock_boot_us();
    memcpy(body, &now_us, sizeof now_us);
    if (vicu_socket_send(sender->socket, NULL, &envelope, body, sizeof body) == VICU_SEND_OK)
        sender->sent++;
    sender->done = sender->sent >= WARM_UP + MESSAGES;
    return sender->done ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean
send_all(const VicuRoot *root, GError **error)
{
    const VicuSocketOptions options = {VICU_SOCKET_DEALER, "data", HWM, HWM};
    g_autofree char *endpoint = vicu_root_endpoint(root, "bench");
    g_autoptr(VicuKeys) keys = vicu_keys_open(root->keys, "collector", error);
    g_autoptr(VicuContext) context = keys != NULL ? vicu_context_new(keys, NULL, error) : NULL;
    g_autoptr(VicuSocket) socket =
        context != NULL ? vicu_socket_new(context, &options, error) : NULL;
    Sender sender = {.socket = socket};
    const gboolean no = FALSE;

    if (socket == NULL || !vicu_socket_connect(socket, endpoint, "hub", error))
        return FALSE;
    vicu_socket_listen(socket, ignore, on_peer, &sender);
    guint timer = g_timeout_add(EVERY_MS, send_one, &sender);
    if (!vicu_context_run_until(context, &sender.done, LIMIT_US)) {
        g_source_remove(timer);
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                            "the two processes did not find each other in 30 s");
        return FALSE;
    }
    vicu_context_run_until(context, &no, G_USEC_PER_SEC / 10); /* what is under way arrives */
    return TRUE;
}

static gboolean
run_once(const VicuRoot *root, VicuFigures *figures, GError **error)
{
    Result result = {0};
    int ends[2];

    if (pipe(ends) != 0) {
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_IO, "no pipe");
        return FALSE;
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        result = receive(root);
        _exit(write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
    }
    close(ends[1]);
    gboolean ok = child > 0 && send_all(root, error);
    if (read(ends[0], &result, sizeof result) != sizeof result || !result.ok)
        ok = FALSE;
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    if (!ok && error != NULL && *error == NULL)
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_IO,
                            "the receiving process did not get every message");
    if (!ok)
        return FALSE;
    vicu_figures_add(figures, "link_p50", "us", result.p50_us);
    vicu_figures_add(figures, "link_p99", "us", result.p99_us);
    return TRUE;
}

static gboolean
run_all(const VicuRoot *root, int runs, int beds, VicuFigures *figures, GError **error)
{
    g_autoptr(VicuProgress) progress = vicu_progress_new("bench link", "runs", 3 * (guint)runs);
    gboolean ok = TRUE;
    guint done = 0;

    for (int i = 0; ok && i < runs; i++, vicu_progress_set(progress, ++done))
        ok = run_once(root, figures, error);
    for (int i = 0; ok && i < runs; i++, vicu_progress_set(progress, ++done))
        ok = tool_bench_path(root->dir, 250, beds, PATH_S, figures, error);
    for (int i = 0; ok && i < runs; i++, vicu_progress_set(progress, ++done))
        ok = tool_bench_path(root->dir, 40, beds, PATH_40_S, figures, error);
    return ok;
}

int
tool_bench_link(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    int runs = 3, beds = 100;
    const GOptionEntry entries[] = {
        {"runs", 0, 0, G_OPTION_ARG_INT, &runs, "How often (3), the median counts", "N"},
        {"beds", 0, 0, G_OPTION_ARG_INT, &beds, "Beds of the synthetic ward (100)", "N"},
        G_OPTION_ENTRY_NULL,
    };
    gboolean ok = TRUE;
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status >= 0)
        return status;
    if (runs < 3 || runs > 100)
        return tool_usage(verb, "--runs %d is outside 3..100", runs);
    if (beds < 1 || beds > 200)
        return tool_usage(verb, "--beds %d is outside 1..200", beds);
    g_autofree char *dir = g_dir_make_tmp("vicu-bench-XXXXXX", &error);
    g_autoptr(VicuRoot) root = dir != NULL ? vicu_root_new(dir, &error) : NULL;
    g_autoptr(VicuFigures) figures = vicu_figures_new("link");
    ok = root != NULL && vicu_root_make(root, &error)
         && vicu_keys_make(root->keys, "hub", "hub", &error)
         && vicu_keys_make(root->keys, "collector", "collector", &error);
    ok = ok && run_all(root, runs, beds, figures, &error);
    if (dir != NULL)
        vicu_folder_remove(dir);
    if (!ok)
        return tool_wanting(verb, g_steal_pointer(&error));
    vicu_figures_print(figures, common.json, stdout);
    return TOOL_DONE;
}
