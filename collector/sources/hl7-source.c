/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/hl7-source.h"

#include <string.h>

#include "collector/sources/hl7-problem.h"
#include "collector/sources/mllp.h"

#define READ_BYTES       65536U
#define READS_PER_TURN   8
#define ACCEPTS_PER_TURN 64
#define MAX_UNSENT       (1U << 20)
#define MAX_JUNK         65536U /* a sender of so many bytes without a frame does not speak MLLP */
#define TICK_MS          500U

typedef struct {
    CollectorHl7Source *source;
    GSocket *socket;
    char *peer;
    GSource *reader;
    GSource *writer;
    CollectorMllp *framer;
    GString *unsent;
    size_t sent;         /* of unsent */
    GHashTable *waiting; /* ticket -> Ticket, borrowed from the source's table */
    guint number;        /* messages so far */
    int64_t last_byte_us;
    gboolean peer_done; /* the peer sends no more; answers still go out */
    gboolean closing;
    gboolean in_push;
} Connection;

typedef struct {
    uint64_t id;
    Connection *connection;
    CollectorHl7Receipt *receipt;
} Ticket;

struct CollectorHl7Source {
    CollectorHl7SourceSettings settings;
    char *address;
    GMainContext *context;
    GSocket *listener;
    GSource *acceptor;
    GSource *tick;
    char *endpoint;
    GHashTable *connections; /* set of Connection */
    GHashTable *tickets;     /* id -> Ticket; owns */
    CollectorHl7SourceCounts counts;
    uint64_t next_ticket;
    char *buffer;
};

static void update_reader(Connection *c);
static void flush(Connection *c);

void
collector_hl7_source_standard(CollectorHl7SourceSettings *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->address = "127.0.0.1";
    settings->port = 2575;
    settings->max_connections = 1000;
    settings->max_bytes = COLLECTOR_HL7_MAX_BYTES;
    settings->max_held_bytes = 64U << 20;
    settings->max_unanswered = 32;
    settings->idle_us = INT64_C(3600) * G_USEC_PER_SEC;
    settings->stall_us = 30 * G_USEC_PER_SEC;
}

static void
tell_fault(CollectorHl7Source *self, CollectorHl7Fault fault, const char *peer, const char *text)
{
    if (self->settings.on_fault != NULL)
        self->settings.on_fault(fault, peer, text, self->settings.user);
}

static void
ticket_free(gpointer data)
{
    Ticket *ticket = data;

    collector_hl7_receipt_free(ticket->receipt);
    g_free(ticket);
}

static void
drop_source(GSource **source)
{
    if (*source == NULL)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static void
connection_free(gpointer data)
{
    Connection *c = data;
    GHashTableIter iter;
    gpointer id;

    drop_source(&c->reader);
    drop_source(&c->writer);
    g_hash_table_iter_init(&iter, c->waiting);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        g_hash_table_remove(c->source->tickets, id);
    g_hash_table_unref(c->waiting);
    g_socket_close(c->socket, NULL);
    g_object_unref(c->socket);
    collector_mllp_free(c->framer);
    g_string_free(c->unsent, TRUE);
    g_free(c->peer);
    c->source->counts.connections--;
    g_free(c);
}

/* Within a push the framer is in use: the connection goes when the push is over. */
static void
close_connection(Connection *c)
{
    c->closing = TRUE;
    if (!c->in_push)
        g_hash_table_remove(c->source->connections, c);
}

static void
close_with_fault(Connection *c, CollectorHl7Fault fault, const char *text)
{
    tell_fault(c->source, fault, c->peer, text);
    close_connection(c);
}

static void
receive(Connection *c, const char *bytes, size_t n, gboolean too_long)
{
    CollectorHl7Source *self = c->source;
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    g_autoptr(CollectorHl7Message) message = NULL;
    Ticket *ticket = g_new0(Ticket, 1);
    CollectorHl7Incoming incoming;

    c->number++;
    self->counts.messages++;
    message = collector_hl7_message_parse(bytes, n, c->number, problems);
    ticket->id = ++self->next_ticket;
    ticket->connection = c;
    ticket->receipt = collector_hl7_receipt_new(message);
    if (too_long) {
        g_autofree char *expected =
            g_strdup_printf("at most %zu bytes in a message", self->settings.max_bytes);

        g_array_set_size(problems, 0);
        collector_hl7_problem_add(problems, c->number, "", "", COLLECTOR_HL7_ERR_INTERNAL,
                                  "a longer message", expected)
            ->fatal = TRUE;
        g_clear_pointer(&message, collector_hl7_message_free);
    }
    g_hash_table_insert(self->tickets, &ticket->id, ticket);
    g_hash_table_add(c->waiting, &ticket->id);
    incoming = (CollectorHl7Incoming){
        .ticket = ticket->id,
        .peer = c->peer,
        .message = message,
        .problems = problems,
        .t_receive_us = self->settings.utc_us(),
    };
    self->settings.on_message(&incoming, self->settings.user);
}

static void
on_frame(const CollectorMllpEvent *event, gpointer user)
{
    Connection *c = user;
    CollectorHl7SourceCounts *counts = &c->source->counts;
    char text[128];

    if (c->closing)
        return;
    switch (event->kind) {
    case COLLECTOR_MLLP_FRAME:
        receive(c, event->bytes, event->n, FALSE);
        return;
    case COLLECTOR_MLLP_TOO_LONG:
        counts->too_long++;
        receive(c, event->bytes, event->n, TRUE);
        return;
    case COLLECTOR_MLLP_CUT:
        counts->cut++;
        g_snprintf(text, sizeof text,
                   "the frame at byte %" G_GUINT64_FORMAT " was cut: no 0x1C before its end",
                   event->offset);
        break;
    case COLLECTOR_MLLP_JUNK:
    case COLLECTOR_MLLP_NO_CR:
        counts->framing_faults++;
        g_snprintf(text, sizeof text, "byte 0x%02X at %" G_GUINT64_FORMAT ", expected %s",
                   event->found, event->offset,
                   event->kind == COLLECTOR_MLLP_JUNK ? "0x0B (start of a frame)"
                                                      : "0x0D after 0x1C");
        break;
    }
    tell_fault(c->source, COLLECTOR_HL7_FAULT_FRAMING, c->peer, text);
}

static size_t
held_bytes(CollectorHl7Source *self)
{
    GHashTableIter iter;
    gpointer key;
    size_t sum = 0;

    g_hash_table_iter_init(&iter, self->connections);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        sum += collector_mllp_held(((Connection *)key)->framer);
    return sum;
}

/* FALSE when the connection is gone. */
static gboolean
take_bytes(Connection *c, size_t n)
{
    CollectorHl7Source *self = c->source;

    c->last_byte_us = self->settings.boot_us();
    self->counts.bytes += n;
    c->in_push = TRUE;
    collector_mllp_push(c->framer, self->buffer, n, on_frame, c);
    c->in_push = FALSE;
    if (!c->closing && collector_mllp_junk(c->framer) > MAX_JUNK) {
        close_with_fault(c, COLLECTOR_HL7_FAULT_FRAMING, "closed: no MLLP frame in 64 KiB");
        return FALSE;
    }
    /* Small frames cannot fill the memory: only a long one makes it worth counting. */
    if (!c->closing && collector_mllp_held(c->framer) > self->settings.max_bytes / 100
        && held_bytes(self) > self->settings.max_held_bytes) {
        close_with_fault(c, COLLECTOR_HL7_FAULT_LIMIT,
                         "closed: too many bytes of unfinished messages");
        return FALSE;
    }
    if (c->closing) {
        close_connection(c);
        return FALSE;
    }
    return TRUE;
}

/* The peer sends no more. What it sent is answered before we leave. */
static void
end_of_stream(Connection *c)
{
    c->peer_done = TRUE;
    c->in_push = TRUE;
    collector_mllp_end(c->framer, on_frame, c);
    c->in_push = FALSE;
    drop_source(&c->reader);
    if (c->closing || (g_hash_table_size(c->waiting) == 0 && c->unsent->len == c->sent))
        close_connection(c);
}

static gboolean
is_overloaded(const Connection *c)
{
    return g_hash_table_size(c->waiting) >= c->source->settings.max_unanswered
           || c->unsent->len - c->sent > MAX_UNSENT;
}

static gboolean
on_readable(GSocket *socket, GIOCondition condition, gpointer user)
{
    Connection *c = user;

    (void)condition;
    for (int i = 0; i < READS_PER_TURN && !is_overloaded(c); i++) {
        g_autoptr(GError) error = NULL;
        gssize n = g_socket_receive(socket, c->source->buffer, READ_BYTES, NULL, &error);

        if (n < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            return G_SOURCE_CONTINUE;
        if (n < 0) {
            close_with_fault(c, COLLECTOR_HL7_FAULT_SOCKET, error->message);
            return G_SOURCE_REMOVE;
        }
        if (n == 0) {
            end_of_stream(c);
            return G_SOURCE_REMOVE;
        }
        if (!take_bytes(c, (size_t)n))
            return G_SOURCE_REMOVE;
    }
    update_reader(c);
    return G_SOURCE_CONTINUE;
}

/* Reads while there is room for what may come. */
static void
update_reader(Connection *c)
{
    if (c->peer_done || c->closing || is_overloaded(c)) {
        drop_source(&c->reader);
        return;
    }
    if (c->reader != NULL)
        return;
    c->reader = g_socket_create_source(c->socket, G_IO_IN, NULL);
    g_source_set_callback(c->reader, G_SOURCE_FUNC(on_readable), c, NULL);
    g_source_attach(c->reader, c->source->context);
}

static gboolean
on_writable(GSocket *socket, GIOCondition condition, gpointer user)
{
    Connection *c = user;

    (void)socket;
    (void)condition;
    drop_source(&c->writer);
    flush(c);
    return G_SOURCE_REMOVE;
}

/* Sends what fits; may end the connection. */
static void
flush(Connection *c)
{
    g_autoptr(GError) error = NULL;

    while (c->sent < c->unsent->len) {
        gssize n = g_socket_send(c->socket, c->unsent->str + c->sent, c->unsent->len - c->sent,
                                 NULL, &error);

        if (n < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
            if (c->writer == NULL) {
                c->writer = g_socket_create_source(c->socket, G_IO_OUT, NULL);
                g_source_set_callback(c->writer, G_SOURCE_FUNC(on_writable), c, NULL);
                g_source_attach(c->writer, c->source->context);
            }
            return;
        }
        if (n < 0) {
            close_with_fault(c, COLLECTOR_HL7_FAULT_SOCKET, error->message);
            return;
        }
        c->sent += (size_t)n;
    }
    g_string_truncate(c->unsent, 0);
    c->sent = 0;
    if (c->peer_done && g_hash_table_size(c->waiting) == 0) {
        close_connection(c);
        return;
    }
    if (!c->in_push)
        update_reader(c);
}

gboolean
collector_hl7_source_answer(CollectorHl7Source *self,
                            uint64_t ticket_id,
                            CollectorHl7Answer answer,
                            const GArray *problems,
                            const char *reason)
{
    Ticket *ticket = g_hash_table_lookup(self->tickets, &ticket_id);
    g_autoptr(GString) out = NULL;
    Connection *c;

    if (ticket == NULL)
        return FALSE;
    c = ticket->connection;
    out = collector_hl7_receipt_answer(ticket->receipt, answer, problems, reason,
                                       self->settings.utc_us(), ticket_id);
    g_hash_table_remove(c->waiting, &ticket_id);
    g_hash_table_remove(self->tickets, &ticket_id);
    self->counts.answered++;
    g_string_append_len(c->unsent, out->str, (gssize)out->len);
    flush(c);
    return TRUE;
}

static char *
address_text(GSocketAddress *address)
{
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(address);
    g_autofree char *host = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
    gboolean six = strchr(host, ':') != NULL;

    return g_strdup_printf("%s%s%s:%u", six ? "[" : "", host, six ? "]" : "",
                           g_inet_socket_address_get_port(inet));
}

static void
add_connection(CollectorHl7Source *self, GSocket *socket)
{
    g_autoptr(GSocketAddress) remote = g_socket_get_remote_address(socket, NULL);
    g_autofree char *peer = remote == NULL ? g_strdup("a peer that left") : address_text(remote);
    Connection *c;

    if (g_hash_table_size(self->connections) >= self->settings.max_connections) {
        g_autofree char *text = g_strdup_printf(
            "refused: %u connections are open, the most allowed", self->settings.max_connections);

        self->counts.refused++;
        tell_fault(self, COLLECTOR_HL7_FAULT_LIMIT, peer, text);
        g_socket_close(socket, NULL);
        g_object_unref(socket);
        return;
    }
    c = g_new0(Connection, 1);
    c->source = self;
    c->socket = socket;
    c->peer = g_steal_pointer(&peer);
    c->framer = collector_mllp_new(self->settings.max_bytes);
    c->unsent = g_string_new(NULL);
    c->waiting = g_hash_table_new(g_int64_hash, g_int64_equal);
    c->last_byte_us = self->settings.boot_us();
    g_socket_set_blocking(socket, FALSE);
    g_socket_set_keepalive(socket, TRUE);
    g_hash_table_add(self->connections, c);
    self->counts.accepted++;
    self->counts.connections++;
    update_reader(c);
}

static gboolean
on_acceptable(GSocket *listener, GIOCondition condition, gpointer user)
{
    CollectorHl7Source *self = user;

    (void)condition;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        g_autoptr(GError) error = NULL;
        GSocket *socket = g_socket_accept(listener, NULL, &error);

        if (socket == NULL) {
            if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
                return G_SOURCE_CONTINUE;
            /* Out of descriptors, say: tried again with the next tick, not at once. */
            tell_fault(self, COLLECTOR_HL7_FAULT_SOCKET, self->endpoint, error->message);
            drop_source(&self->acceptor);
            return G_SOURCE_REMOVE;
        }
        add_connection(self, socket);
    }
    return G_SOURCE_CONTINUE;
}

static void
start_accepting(CollectorHl7Source *self)
{
    self->acceptor = g_socket_create_source(self->listener, G_IO_IN, NULL);
    g_source_set_callback(self->acceptor, G_SOURCE_FUNC(on_acceptable), self, NULL);
    g_source_attach(self->acceptor, self->context);
}

/* Ends connections that have been silent too long, and frames that do not go on. */
static gboolean
on_tick(gpointer user)
{
    CollectorHl7Source *self = user;
    int64_t now = self->settings.boot_us();
    g_autofree gpointer *all = NULL;
    guint n;

    if (self->acceptor == NULL)
        start_accepting(self);
    all = g_hash_table_get_keys_as_array(self->connections, &n);
    for (guint i = 0; i < n; i++) {
        Connection *c = all[i];
        int64_t silent_us = now - c->last_byte_us;

        if (self->settings.stall_us > 0 && silent_us > self->settings.stall_us
            && collector_mllp_inside(c->framer) && c->reader != NULL) {
            self->counts.cut++;
            close_with_fault(c, COLLECTOR_HL7_FAULT_FRAMING,
                             "closed: a frame began and did not go on");
        } else if (self->settings.idle_us > 0 && silent_us > self->settings.idle_us) {
            self->counts.closed_idle++;
            close_with_fault(c, COLLECTOR_HL7_FAULT_LIMIT, "closed: silent for too long");
        }
    }
    return G_SOURCE_CONTINUE;
}

static gboolean
listen_on(CollectorHl7Source *self, GError **error)
{
    g_autoptr(GInetAddress) host = g_inet_address_new_from_string(self->address);
    g_autoptr(GSocketAddress) address = NULL;
    g_autoptr(GSocketAddress) bound = NULL;

    if (host == NULL) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "[hl7] address = %s: not an IP address; write one such as 127.0.0.1",
                    self->address);
        return FALSE;
    }
    address = g_inet_socket_address_new(host, self->settings.port);
    self->listener = g_socket_new(g_inet_address_get_family(host), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, error);
    if (self->listener == NULL)
        return FALSE;
    g_socket_set_blocking(self->listener, FALSE);
    g_socket_set_listen_backlog(self->listener, 1024);
    if (!g_socket_bind(self->listener, address, TRUE, error)
        || !g_socket_listen(self->listener, error)) {
        g_prefix_error(error, "HL7 listener on %s:%u: ", self->address, self->settings.port);
        return FALSE;
    }
    bound = g_socket_get_local_address(self->listener, error);
    if (bound == NULL)
        return FALSE;
    self->endpoint = address_text(bound);
    return TRUE;
}

CollectorHl7Source *
collector_hl7_source_new(const CollectorHl7SourceSettings *settings,
                         GMainContext *context,
                         GError **error)
{
    g_autoptr(CollectorHl7Source) self = g_new0(CollectorHl7Source, 1);

    g_assert(settings->on_message != NULL && settings->utc_us != NULL && settings->boot_us != NULL);
    g_assert(settings->max_bytes > 0 && settings->max_bytes <= COLLECTOR_HL7_MAX_BYTES);
    self->settings = *settings;
    self->address = g_strdup(settings->address);
    self->settings.address = self->address;
    self->context = context == NULL ? NULL : g_main_context_ref(context);
    self->connections = g_hash_table_new_full(NULL, NULL, connection_free, NULL);
    self->tickets = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, ticket_free);
    self->buffer = g_malloc(READ_BYTES);
    if (!listen_on(self, error))
        return NULL;
    start_accepting(self);
    self->tick = g_timeout_source_new(TICK_MS);
    g_source_set_callback(self->tick, on_tick, self, NULL);
    g_source_attach(self->tick, self->context);
    return g_steal_pointer(&self);
}

void
collector_hl7_source_free(CollectorHl7Source *self)
{
    if (self == NULL)
        return;
    drop_source(&self->acceptor);
    drop_source(&self->tick);
    g_hash_table_unref(self->connections);
    g_hash_table_unref(self->tickets);
    if (self->listener != NULL) {
        g_socket_close(self->listener, NULL);
        g_object_unref(self->listener);
    }
    g_clear_pointer(&self->context, g_main_context_unref);
    g_free(self->address);
    g_free(self->endpoint);
    g_free(self->buffer);
    g_free(self);
}

const char *
collector_hl7_source_endpoint(const CollectorHl7Source *self)
{
    return self->endpoint;
}

const CollectorHl7SourceCounts *
collector_hl7_source_counts(const CollectorHl7Source *self)
{
    return &self->counts;
}
