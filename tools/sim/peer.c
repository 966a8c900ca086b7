/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/peer.h"

#include <string.h>

#include "common/clock.h"
#include "tools/sim/message.h"

#define ANSWER_WITHIN_MS 10000
#define FIRST_PAUSE_MS   250
#define LONGEST_PAUSE_MS 15000
#define MAX_RECEIVED     (1U << 20)
#define DROP_EVERY       13 /* messages; primes keep the faults apart */
#define GARBAGE_EVERY    7

typedef struct {
    GString *frame;
    char control[24];
    guint tries;
} Message;

struct ToolSimPeer {
    const ToolSimSettings *settings;
    const ToolSimBed *bed;
    GQueue waiting; /* Message, oldest first */
    GCancellable *cancel;
    GSocketClient *client;
    GSocketConnection *connection;
    GString *received;
    char chunk[4096];
    guint make_timer;
    guint retry_timer;
    guint answer_timer;
    gboolean writing;
    gboolean awaiting; /* the answer to the oldest message */
    guint pause_ms;
    uint64_t id;
    uint64_t transmissions;
    int64_t last_us;
    gboolean fresh; /* the next message has everything */
    ToolSimCounts counts;
    char *trouble;
};

static void dial(ToolSimPeer *self);
static void send_next(ToolSimPeer *self);

static void
message_free(gpointer data)
{
    Message *message = data;

    g_string_free(message->frame, TRUE);
    g_free(message);
}

static void
stop_timer(guint *id)
{
    if (*id != 0)
        g_source_remove(*id);
    *id = 0;
}

static void
set_trouble(ToolSimPeer *self, const char *text)
{
    if (self->settings->verbose && text != NULL && g_strcmp0(text, self->trouble) != 0)
        g_printerr("vicu sim: %s: %s\n", self->bed->bed, text);
    g_free(self->trouble);
    self->trouble = g_strdup(text);
}

static gboolean
on_retry(gpointer user)
{
    ToolSimPeer *self = user;

    self->retry_timer = 0;
    if (self->connection == NULL)
        dial(self);
    else
        send_next(self);
    return G_SOURCE_REMOVE;
}

static void
retry_later(ToolSimPeer *self)
{
    if (self->retry_timer != 0)
        return;
    self->retry_timer = g_timeout_add(self->pause_ms, on_retry, self);
    self->pause_ms = MIN(self->pause_ms * 2, LONGEST_PAUSE_MS);
}

/* Whatever is under way on the old connection ends with its own cancellable. */
static void
hang_up(ToolSimPeer *self, const char *why)
{
    set_trouble(self, why);
    stop_timer(&self->answer_timer);
    g_cancellable_cancel(self->cancel);
    g_object_unref(self->cancel);
    self->cancel = g_cancellable_new();
    if (self->connection != NULL)
        g_io_stream_close(G_IO_STREAM(self->connection), NULL, NULL);
    g_clear_object(&self->connection);
    g_string_truncate(self->received, 0);
    self->awaiting = FALSE;
    self->writing = FALSE;
    retry_later(self);
}

static void
done_with_oldest(ToolSimPeer *self)
{
    message_free(g_queue_pop_head(&self->waiting));
    self->awaiting = FALSE;
    self->pause_ms = FIRST_PAUSE_MS;
    stop_timer(&self->answer_timer);
}

static void
take_answer(ToolSimPeer *self, ToolSimAnswer answer, const char *control, const char *text)
{
    Message *oldest = g_queue_peek_head(&self->waiting);
    g_autofree char *why = NULL;

    if (!self->awaiting || oldest == NULL
        || (answer != TOOL_SIM_NONSENSE && strcmp(control, oldest->control) != 0))
        return; /* of a message that was answered before, or of none of ours */
    switch (answer) {
    case TOOL_SIM_ACCEPTED:
        self->counts.accepted++;
        set_trouble(self, NULL);
        done_with_oldest(self);
        return;
    case TOOL_SIM_REJECTED:
        self->counts.rejected++;
        why = g_strdup_printf("%s was rejected: %s", oldest->control, text);
        set_trouble(self, why);
        done_with_oldest(self);
        return;
    case TOOL_SIM_ERROR:
    case TOOL_SIM_NONSENSE:
        self->counts.errors++;
        why = g_strdup_printf("%s was not taken: %s", oldest->control, text);
        set_trouble(self, why);
        self->awaiting = FALSE;
        stop_timer(&self->answer_timer);
        retry_later(self);
        return;
    case TOOL_SIM_MORE:
        return;
    }
}

static void
on_received(GObject *stream, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    gssize n = g_input_stream_read_finish(G_INPUT_STREAM(stream), result, &error);
    ToolSimPeer *self = user;
    ToolSimAnswer answer;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* @user may be gone */
    if (n <= 0) {
        hang_up(self, n == 0 ? "the other side hung up" : error->message);
        return;
    }
    g_string_append_len(self->received, self->chunk, n);
    do {
        char control[24];
        g_autofree char *text = NULL;

        answer = tool_sim_answer(self->received, control, &text);
        if (answer != TOOL_SIM_MORE)
            take_answer(self, answer, control, text);
    } while (answer != TOOL_SIM_MORE);
    if (self->received->len > MAX_RECEIVED) {
        hang_up(self, "an answer of more than 1 MB");
        return;
    }
    g_input_stream_read_async(G_INPUT_STREAM(stream), self->chunk, sizeof self->chunk, 0,
                              self->cancel, on_received, self);
    send_next(self);
}

static void
on_dialled(GObject *client, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    GSocketConnection *connection =
        g_socket_client_connect_to_host_finish(G_SOCKET_CLIENT(client), result, &error);
    ToolSimPeer *self = user;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (connection == NULL) {
        set_trouble(self, error->message);
        retry_later(self);
        return;
    }
    self->connection = connection;
    /* Who was away may have been restarted: tell it everything. */
    self->fresh = self->fresh || self->transmissions > 0;
    g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(connection)), self->chunk,
                              sizeof self->chunk, 0, self->cancel, on_received, self);
    send_next(self);
}

static void
dial(ToolSimPeer *self)
{
    if (self->id > 0)
        self->counts.reconnects++;
    g_socket_client_connect_to_host_async(self->client, self->settings->host, self->settings->port,
                                          self->cancel, on_dialled, self);
}

static gboolean
on_no_answer(gpointer user)
{
    ToolSimPeer *self = user;

    self->answer_timer = 0;
    self->counts.timeouts++;
    hang_up(self, "no answer within 10 s");
    return G_SOURCE_REMOVE;
}

static void
on_written(GObject *stream, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = g_output_stream_write_all_finish(G_OUTPUT_STREAM(stream), result, NULL, &error);
    ToolSimPeer *self = user;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    self->writing = FALSE;
    if (!ok)
        hang_up(self, error->message);
    else if (!self->awaiting)
        send_next(self);
}

/* Half a frame, and away. */
static void
leave_in_the_middle(ToolSimPeer *self, const Message *message)
{
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(self->connection));

    g_output_stream_write(out, message->frame->str, message->frame->len / 2, NULL, NULL);
    hang_up(self, "left in the middle of a frame, as asked");
}

/* Sends the oldest message if nothing is under way. */
static void
send_next(ToolSimPeer *self)
{
    Message *message = g_queue_peek_head(&self->waiting);

    if (message == NULL || self->connection == NULL || self->writing || self->awaiting
        || self->retry_timer != 0)
        return;
    self->transmissions++;
    if (self->settings->drop_connection && self->transmissions % DROP_EVERY == 0) {
        leave_in_the_middle(self, message);
        return;
    }
    self->counts.sent++;
    self->counts.resent += message->tries > 0 ? 1 : 0;
    if (self->settings->garbage && self->transmissions % GARBAGE_EVERY == 0 && message->tries == 0)
        g_string_prepend(message->frame,
                         self->transmissions % 2 == 0 ? "no frame\r\n" : "\x0BMSH|cut");
    message->tries++;
    self->awaiting = TRUE;
    self->writing = TRUE;
    self->answer_timer = g_timeout_add(ANSWER_WITHIN_MS, on_no_answer, self);
    g_output_stream_write_all_async(g_io_stream_get_output_stream(G_IO_STREAM(self->connection)),
                                    message->frame->str, message->frame->len, 0, self->cancel,
                                    on_written, self);
}

static gboolean
on_make(gpointer user)
{
    ToolSimPeer *self = user;
    Message *message = g_new0(Message, 1);
    ToolSimMoment moment = {
        .t_us = vicu_clock_utc_us(),
        .id = ++self->id,
        .seed = self->settings->seed * 1000U + self->bed->number,
        .all = self->fresh,
        .sentinels = self->settings->sentinels,
        .last_us = self->last_us,
    };

    message->frame = tool_sim_message(self->bed, &moment, message->control);
    self->last_us = moment.t_us;
    self->fresh = FALSE;
    self->counts.made++;
    g_queue_push_tail(&self->waiting, message);
    /* The oldest may be under way: the one behind it goes. */
    if (g_queue_get_length(&self->waiting) > TOOL_SIM_QUEUE) {
        message_free(g_queue_pop_nth(&self->waiting, 1));
        self->counts.dropped++;
    }
    send_next(self);
    stop_timer(&self->make_timer);
    self->make_timer =
        g_timeout_add((guint)MAX(self->settings->period_us / 1000, 1), on_make, self);
    return G_SOURCE_REMOVE;
}

ToolSimPeer *
tool_sim_peer_new(const ToolSimSettings *settings, const ToolSimBed *bed, int64_t delay_us)
{
    ToolSimPeer *self = g_new0(ToolSimPeer, 1);

    self->settings = settings;
    self->bed = bed;
    self->cancel = g_cancellable_new();
    self->client = g_socket_client_new();
    self->received = g_string_new(NULL);
    self->pause_ms = FIRST_PAUSE_MS;
    self->fresh = TRUE;
    g_queue_init(&self->waiting);
    dial(self);
    self->make_timer = g_timeout_add((guint)(delay_us / 1000), on_make, self);
    return self;
}

/* A cancelled operation calls back once more, without looking at its peer; what it
 * writes into must live until then. */
void
tool_sim_peer_free(ToolSimPeer *self)
{
    if (self == NULL)
        return;
    stop_timer(&self->make_timer);
    stop_timer(&self->retry_timer);
    stop_timer(&self->answer_timer);
    g_cancellable_cancel(self->cancel);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_object_unref(self->cancel);
    if (self->connection != NULL)
        g_io_stream_close(G_IO_STREAM(self->connection), NULL, NULL);
    g_clear_object(&self->connection);
    g_queue_clear_full(&self->waiting, message_free);
    g_object_unref(self->client);
    g_string_free(self->received, TRUE);
    g_free(self->trouble);
    g_free(self);
}

void
tool_sim_peer_stop(ToolSimPeer *self)
{
    stop_timer(&self->make_timer);
}

guint
tool_sim_peer_waiting(const ToolSimPeer *self)
{
    return self->waiting.length;
}

const ToolSimCounts *
tool_sim_peer_counts(const ToolSimPeer *self)
{
    return &self->counts;
}

const char *
tool_sim_peer_trouble(const ToolSimPeer *self)
{
    return self->trouble;
}
