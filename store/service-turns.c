/* The turns of the queries under way, and what is sent of each.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/rows.h"
#include "store/service-internal.h"

#define RETRY_MS 20   /* after the socket was full */
#define TURNS_US 1000 /* of steps, before sockets and timers are looked at again */

void
store_service_running_free(gpointer p)
{
    ServiceRunning *running = p;

    store_query_free(running->query);
    g_byte_array_unref(running->out);
    g_free(running);
}

/* ---- answers ---- */

static VicuSendFate
send_rows(StoreService *self, const VicuRoute *route, const GByteArray *rows)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_QUERY_ROWS};

    vicu_socket_stamp(self->socket, &envelope);
    VicuSendFate fate = vicu_socket_send(self->socket, route, &envelope, rows->data, rows->len);
    self->counts.rows += fate == VICU_SEND_OK;
    return fate;
}

void
store_service_send_rows(StoreService *self, const VicuRoute *route, const GByteArray *rows)
{
    send_rows(self, route, rows);
}

void
store_service_send_end(StoreService *self, const VicuRoute *route, uint64_t id, const char *error)
{
    g_autoptr(GByteArray) rows = g_byte_array_new();

    store_rows_begin(rows, id);
    store_rows_end(rows, error);
    send_rows(self, route, rows);
}

void
store_service_refuse(StoreService *self, const VicuMessage *message, uint64_t id, const char *text)
{
    self->counts.refused++;
    store_service_send_end(self, &message->route, id, text);
}

/* ---- turns ---- */

static gboolean on_work(gpointer user);

void
store_service_stop_source(GSource **source)
{
    if (*source == NULL)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void
store_service_start_work(StoreService *self)
{
    if (self->work != NULL)
        return;
    self->work = g_idle_source_new(); /* after sockets and timers */
    g_source_set_callback(self->work, on_work, self, NULL);
    g_source_attach(self->work, self->main_context);
}

static gboolean
on_retry(gpointer user)
{
    StoreService *self = user;

    store_service_stop_source(&self->retry);
    store_service_start_work(self);
    return G_SOURCE_REMOVE;
}

static void
start_retry(StoreService *self)
{
    if (self->retry != NULL)
        return;
    self->retry = g_timeout_source_new(RETRY_MS);
    g_source_set_callback(self->retry, on_retry, self, NULL);
    g_source_attach(self->retry, self->main_context);
}

/* Sends what is ready. True: the query is over. */
static bool
send_ready(StoreService *self, ServiceRunning *running)
{
    if (!running->ready || running->credit == 0)
        return false;
    VicuSendFate fate = send_rows(self, &running->route, running->out);
    if (fate == VICU_SEND_GONE)
        return true;
    if (fate == VICU_SEND_FULL) {
        start_retry(self);
        return false;
    }
    running->credit--;
    running->ready = false;
    running->moved_us = self->ops.now(self->user).mono_us;
    g_byte_array_set_size(running->out, 0);
    return running->last;
}

/* One step of @running. True: the query is over. */
static bool
turn(StoreService *self, ServiceRunning *running)
{
    if (!running->ready) {
        StoreQueryStep step = store_query_step(running->query, running->out);
        running->ready = step != STORE_QUERY_WORKED;
        running->last = step == STORE_QUERY_LAST;
    }
    return send_ready(self, running);
}

static bool
can_step(const StoreService *self, const ServiceRunning *running)
{
    return !running->ready || (running->credit > 0 && self->retry == NULL);
}

/* The first that can go on has its turn, and goes to the end. False: none can. */
static bool
next_turn(StoreService *self)
{
    for (guint n = g_queue_get_length(&self->running); n > 0; n--) {
        ServiceRunning *running = g_queue_pop_head(&self->running);
        bool can = can_step(self, running);
        if (can && turn(self, running))
            store_service_running_free(running);
        else
            g_queue_push_tail(&self->running, running);
        if (can)
            return true;
    }
    return false;
}

void
store_service_start(StoreService *self, ServiceRunning *running)
{
    int64_t begin_us = self->ops.now(self->user).mono_us - self->spent_us;
    bool over = false;

    while (!over && self->spent_us < TURNS_US && can_step(self, running)) {
        over = turn(self, running);
        self->spent_us = self->ops.now(self->user).mono_us - begin_us;
    }
    if (over) {
        store_service_running_free(running);
        return; /* no further round of the loop for it */
    }
    g_queue_push_tail(&self->running, running);
    store_service_start_work(self);
}

/* Each round of the loop begins here. While something waits, its turn begins a new count. */
static gboolean
on_round(GSource *source, int *timeout)
{
    StoreService *self = ((ServiceRounds *)source)->service;

    if (self->work == NULL)
        self->spent_us = 0;
    *timeout = -1;
    return FALSE;
}

static gboolean
never(GSource *source)
{
    (void)source;
    return FALSE;
}

static gboolean
nothing(GSource *source, GSourceFunc callback, gpointer user)
{
    (void)source;
    (void)callback;
    (void)user;
    return G_SOURCE_CONTINUE;
}

void
store_service_watch_rounds(StoreService *self)
{
    static GSourceFuncs funcs = {.prepare = on_round, .check = never, .dispatch = nothing};

    self->rounds = g_source_new(&funcs, sizeof(ServiceRounds));
    ((ServiceRounds *)self->rounds)->service = self;
    g_source_set_priority(self->rounds, G_PRIORITY_HIGH); /* before what is ready */
    g_source_attach(self->rounds, self->main_context);
}

static gboolean
on_work(gpointer user)
{
    StoreService *self = user;
    int64_t begin_us = self->ops.now(self->user).mono_us;
    bool more = true;

    for (self->spent_us = 0; more && self->spent_us < TURNS_US;
         self->spent_us = self->ops.now(self->user).mono_us - begin_us)
        more = next_turn(self);
    if (more)
        return G_SOURCE_CONTINUE;
    self->spent_us = 0;
    store_service_stop_source(&self->work); /* everybody waits for credit */
    return G_SOURCE_REMOVE;
}
