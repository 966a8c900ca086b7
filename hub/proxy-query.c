/* Proxy: questions to the store, their credit, and their end in any case.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "hub/proxy-inner.h"

#define SLOW    "this client did not read its answer in time: ask for less at once"
#define BUSY    "the process that answers takes no more questions now: try again"
#define GONE    "the process that answers went away before it had answered"
#define AWAY    "the hub does not reach the process that answers"
#define STUCK   "nothing moved for a minute: ask again"
#define CROWDED "too many questions of this client are open: wait for answers"

HubProxyFate
hub_proxy_tell_error(HubProxy *self, GBytes *route, uint64_t id, const char *error)
{
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_QUERY_ROWS, .sender = self->hub};
    gsize size = 0;

    rows.id = id;
    rows.last = 1;
    rows.error = (char *)error;
    g_autoptr(GBytes) packed = vicu_wire_pack(&rows.base);
    const void *data = g_bytes_get_data(packed, &size);
    return self->ops.to_client(route, &envelope, data, size, self->user);
}

static void
send_up_about(HubProxy *self,
              HubProxyClient *client,
              Vicu__Kind kind,
              const ProtobufCMessage *message,
              int64_t mono_us)
{
    VicuEnvelope envelope = {.kind = kind, .sender = client->sender};
    g_autoptr(GBytes) body = vicu_wire_pack(message);

    hub_proxy_send_up(self, client, &envelope, body, mono_us);
}

static void
give(HubProxy *self, HubProxyClient *client, uint64_t id, uint32_t credit, int64_t mono_us)
{
    Vicu__QueryCredit more = VICU__QUERY_CREDIT__INIT;

    if (credit == 0)
        return;
    more.id = id;
    more.credit = credit;
    send_up_about(self, client, VICU__KIND__KIND_QUERY_CREDIT, &more.base, mono_us);
}

/* ---- questions ---- */

/* Ends @question with an error, now or as soon as the client takes it. */
static void
end_question(HubProxy *self, HubProxyClient *client, HubQuestion *question, const char *why)
{
    if (question->broken == NULL)
        self->figures.broken++;
    question->broken = why;
    HubProxyFate fate = hub_proxy_tell_error(self, client->route, question->id, why);
    if (fate == HUB_PROXY_GONE)
        client->over = true;
    if (fate != HUB_PROXY_FULL)
        question->open = false;
}

static void
break_question(
    HubProxy *self, HubProxyClient *client, HubQuestion *question, const char *why, int64_t mono_us)
{
    Vicu__QueryCancel cancel = VICU__QUERY_CANCEL__INIT;

    cancel.id = question->id;
    send_up_about(self, client, VICU__KIND__KIND_QUERY_CANCEL, &cancel.base, mono_us);
    end_question(self, client, question, why);
}

static void
take_question(HubProxy *self,
              HubProxyClient *client,
              const VicuEnvelope *envelope,
              const void *body,
              size_t size,
              int64_t mono_us)
{
    g_autoptr(Vicu__Query) query = vicu_wire_unpack_query(body, size, NULL);

    if (query == NULL) {
        self->figures.foreign++;
        return;
    }
    bool audit = query->what_case == VICU__QUERY__WHAT_PUT_AUDIT;
    HubQuestion *question =
        hub_questions_begin(&client->questions, query->id, audit, &query->credit, mono_us);
    if (question == NULL) {
        self->figures.broken++;
        hub_proxy_tell_error(self, client->route, query->id, CROWDED);
        return;
    }
    g_autoptr(GBytes) packed = vicu_wire_pack(&query->base);
    if (!hub_proxy_send_up(self, client, envelope, packed, mono_us))
        end_question(self, client, question, BUSY);
}

static void
take_credit(HubProxy *self, HubProxyClient *client, const void *body, size_t size, int64_t mono_us)
{
    g_autoptr(Vicu__QueryCredit) credit = vicu_wire_unpack_query_credit(body, size, NULL);
    HubQuestion *question =
        credit != NULL ? hub_questions_find(&client->questions, credit->id) : NULL;

    if (credit == NULL)
        self->figures.foreign++;
    if (question == NULL || question->broken != NULL)
        return;
    question->since_us = mono_us;
    give(self, client, credit->id, hub_questions_give(question, credit->credit), mono_us);
}

static void
take_cancel(HubProxy *self,
            HubProxyClient *client,
            const VicuEnvelope *envelope,
            const void *body,
            size_t size,
            int64_t mono_us)
{
    g_autoptr(Vicu__QueryCancel) cancel = vicu_wire_unpack_query_cancel(body, size, NULL);
    HubQuestion *question =
        cancel != NULL ? hub_questions_find(&client->questions, cancel->id) : NULL;
    g_autoptr(GBytes) copy = g_bytes_new(body, size);

    if (cancel == NULL)
        self->figures.foreign++;
    if (question == NULL)
        return;
    question->open = false;
    hub_proxy_send_up(self, client, envelope, copy, mono_us);
}

void
hub_proxy_query_down(HubProxy *self,
                     HubProxyClient *client,
                     const VicuEnvelope *envelope,
                     const void *body,
                     size_t size,
                     int64_t mono_us)
{
    g_autoptr(Vicu__QueryRows) rows = vicu_wire_unpack_query_rows(body, size, NULL);
    HubQuestion *question = rows != NULL ? hub_questions_find(&client->questions, rows->id) : NULL;

    if (question == NULL || question->broken != NULL)
        return; /* cancelled, or ended with an error: nothing follows */
    HubProxyFate fate = hub_proxy_tell(self, client, envelope, body, size, mono_us);
    if (fate == HUB_PROXY_FULL) {
        break_question(self, client, question, SLOW, mono_us);
        return;
    }
    if (fate == HUB_PROXY_GONE)
        return;
    self->figures.down++;
    question->since_us = mono_us;
    if (rows->last)
        question->open = false;
    else
        give(self, client, question->id, hub_questions_sent(question), mono_us);
}

void
hub_proxy_query_up(HubProxy *self,
                   HubProxyClient *client,
                   const VicuEnvelope *envelope,
                   const void *body,
                   size_t size,
                   int64_t mono_us)
{
    if (envelope->kind == VICU__KIND__KIND_QUERY)
        take_question(self, client, envelope, body, size, mono_us);
    else if (envelope->kind == VICU__KIND__KIND_QUERY_CREDIT)
        take_credit(self, client, body, size, mono_us);
    else
        take_cancel(self, client, envelope, body, size, mono_us);
}

void
hub_proxy_query_lost(HubProxy *self, HubProxyClient *client)
{
    for (unsigned i = 0; i < HUB_PROXY_QUESTIONS; i++) {
        HubQuestion *question = &client->questions.slot[i];
        if (!question->open || question->broken != NULL)
            continue;
        if (question->audit)
            question->open = false; /* the client sends it again; kept once */
        else
            end_question(self, client, question, GONE);
    }
}

/* ---- time ---- */

static void
expire_question(HubProxy *self, HubProxyClient *client, HubQuestion *question, int64_t mono_us)
{
    int64_t waits_us = mono_us - question->since_us;
    bool away = !client->up && waits_us >= HUB_PROXY_PATIENCE_US;
    bool stuck = waits_us >= HUB_PROXY_QUERY_END_US;

    if (question->broken != NULL) /* could not be told before */
        end_question(self, client, question, question->broken);
    else if (question->audit && (away || stuck))
        question->open = false;
    else if (away)
        end_question(self, client, question, AWAY);
    else if (stuck)
        break_question(self, client, question, STUCK, mono_us);
}

void
hub_proxy_query_tick(HubProxy *self, HubProxyClient *client, int64_t mono_us)
{
    for (unsigned i = 0; i < HUB_PROXY_QUESTIONS; i++)
        if (client->questions.slot[i].open)
            expire_question(self, client, &client->questions.slot[i], mono_us);
}
