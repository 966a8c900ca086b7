/* The turns of the queries under way, and what is sent of each.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/rows.h"
#include "store/service-internal.h"

#define RETRY_MS 20 /* after the socket was full */

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

static gboolean
on_work(gpointer user)
{
    StoreService *self = user;

    for (guint n = g_queue_get_length(&self->running); n > 0; n--) {
        ServiceRunning *running = g_queue_pop_head(&self->running);
        bool can_step = !running->ready || (running->credit > 0 && self->retry == NULL);
        if (can_step && turn(self, running)) {
            store_service_running_free(running);
            return G_SOURCE_CONTINUE;
        }
        g_queue_push_tail(&self->running, running);
        if (can_step)
            return G_SOURCE_CONTINUE; /* one step per dispatch */
    }
    store_service_stop_source(&self->work); /* everybody waits for credit */
    return G_SOURCE_REMOVE;
}
