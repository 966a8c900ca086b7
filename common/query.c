/* SPDX-License-Identifier: Apache-2.0 */
#include "common/query.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/query-blocks.h"

#define HWM          1024
#define CREDIT       8
#define CREDIT_BACK  4 /* given back at once: a message of its own costs both sides a wake-up */
#define TICK_MS      50
#define AWAKE_US     300 /* who waits for an answer does not sleep for so long */
#define AUDIT_MAX    10000
#define AUDIT_REPEAT (2 * G_USEC_PER_SEC) /* unanswered: sent again, kept once */

typedef struct {
    uint64_t id;
    GBytes *packed; /* vicu.Query */
    gboolean audit;
    gboolean sent;
    int64_t moved_us; /* mono: asked, or answered last */
    int64_t sent_us;
    int64_t patience_us;
    int64_t from_us, to_us; /* of samples: what their blocks are cut to */
    uint32_t taken;         /* answers whose credit was not given back yet */
    VicuQueryFunc func;
    VicuQueryDoneFunc done;
    gpointer user;
} Question;

struct VicuQueryClient {
    VicuContext *context;
    VicuSocket *socket;
    char *who;
    gboolean connected;
    uint64_t next_id;
    GQueue questions; /* Question, in the order asked */
    size_t audits;
    GSource *timer;
    VicuQueryBlocks *blocks;
};

static void
question_free(gpointer p)
{
    Question *question = p;

    g_bytes_unref(question->packed);
    g_free(question);
}

static void
send_question(VicuQueryClient *self, Question *question)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_QUERY};
    size_t size = 0;
    const void *data = g_bytes_get_data(question->packed, &size);

    vicu_socket_stamp(self->socket, &envelope);
    question->sent = vicu_socket_send(self->socket, NULL, &envelope, data, size) == VICU_SEND_OK;
    question->sent_us = vicu_clock_boot_us();
}

/* Takes the question out before it calls: the callback may ask and cancel. */
static void
finish(VicuQueryClient *self, Question *question, const Vicu__QueryRows *rows, const GError *error)
{
    g_queue_remove(&self->questions, question);
    self->audits -= question->audit;
    if (!question->audit)
        question->func(rows, error, question->user);
    else if (question->done != NULL)
        question->done(error, question->user);
    question_free(question);
}

static Question *
find(const VicuQueryClient *self, uint64_t id)
{
    for (GList *l = self->questions.head; l != NULL; l = l->next)
        if (((Question *)l->data)->id == id)
            return l->data;
    return NULL;
}

static void
give_credit(VicuQueryClient *self, Question *question)
{
    Vicu__QueryCredit more = VICU__QUERY_CREDIT__INIT;

    if (++question->taken < CREDIT_BACK)
        return;
    more.id = question->id;
    more.credit = question->taken;
    question->taken = 0;
    vicu_socket_send_message(self->socket, NULL, VICU__KIND__KIND_QUERY_CREDIT, &more.base);
}

/* FALSE: the question is over. */
static gboolean
unpack_blocks(VicuQueryClient *self, Question *question, Vicu__QueryRows *rows)
{
    g_autoptr(GError) error = NULL;

    if (vicu_query_blocks_unpack(self->blocks, rows, question->from_us, question->to_us, &error))
        return TRUE;
    finish(self, question, NULL, error);
    return FALSE;
}

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    VicuQueryClient *self = user;

    (void)socket;
    if (message->envelope.kind != VICU__KIND__KIND_QUERY_ROWS)
        return;
    g_autoptr(Vicu__QueryRows) rows =
        vicu_wire_unpack_query_rows(message->body.data, message->body.size, NULL);
    Question *question = rows != NULL ? find(self, rows->id) : NULL;
    if (question == NULL)
        return; /* cancelled, or given up */
    question->moved_us = vicu_clock_boot_us();
    if (!unpack_blocks(self, question, rows))
        return;
    if (rows->last && rows->error[0] != '\0') {
        g_autoptr(GError) error =
            g_error_new(VICU_ERROR, VICU_ERROR_REFUSED, "store: %s", rows->error);
        finish(self, question, NULL, error);
    } else if (rows->last) {
        finish(self, question, rows, NULL);
    } else {
        give_credit(self, question);
        question->func(rows, NULL, question->user);
    }
}

/* Those that wait for an answer of a store that is gone. */
static void
fail_asked(VicuQueryClient *self)
{
    g_autoptr(GError) error = g_error_new_literal(VICU_ERROR, VICU_ERROR_ABSENT,
                                                  "the store went away before it had answered");
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(uint64_t));

    for (GList *l = self->questions.head; l != NULL; l = l->next) {
        Question *question = l->data;
        if (question->sent && !question->audit)
            g_array_append_val(ids, question->id);
        question->sent = FALSE;
    }
    for (guint i = 0; i < ids->len; i++) {
        Question *question = find(self, g_array_index(ids, uint64_t, i));
        if (question != NULL)
            finish(self, question, NULL, error);
    }
}

static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    VicuQueryClient *self = user;

    (void)socket;
    if (event == VICU_PEER_REFUSED)
        return;
    self->connected = event == VICU_PEER_CONNECTED;
    if (!self->connected) {
        fail_asked(self);
        return;
    }
    for (GList *l = self->questions.head; l != NULL; l = l->next)
        send_question(self, l->data);
}

static gboolean
on_tick(gpointer user)
{
    VicuQueryClient *self = user;
    int64_t mono_us = vicu_clock_boot_us();
    g_autoptr(GArray) late = g_array_new(FALSE, FALSE, sizeof(uint64_t));

    for (GList *l = self->questions.head; l != NULL; l = l->next) {
        Question *question = l->data;
        gboolean again = question->audit && mono_us - question->sent_us > AUDIT_REPEAT;
        if (self->connected && (!question->sent || again))
            send_question(self, question);
        if (!question->audit && mono_us - question->moved_us > question->patience_us)
            g_array_append_val(late, question->id);
    }
    for (guint i = 0; i < late->len; i++) {
        Question *question = find(self, g_array_index(late, uint64_t, i));
        if (question == NULL)
            continue;
        g_autoptr(GError) error = g_error_new(
            VICU_ERROR, VICU_ERROR_TIMEOUT, "the store gave no answer for %.1f s: see vicu status",
            (double)question->patience_us / 1e6);
        finish(self, question, NULL, error);
    }
    return G_SOURCE_CONTINUE;
}

VicuQueryClient *
vicu_query_client_new(
    VicuContext *context, const char *endpoint, const char *server, const char *who, GError **error)
{
    VicuSocketOptions options = {VICU_SOCKET_DEALER, "client", HWM, HWM};
    g_autoptr(VicuQueryClient) self = g_new0(VicuQueryClient, 1);

    self->context = context;
    self->who = g_strdup(who != NULL ? who : "");
    self->next_id = 1;
    self->blocks = vicu_query_blocks_new(0);
    g_queue_init(&self->questions);
    self->socket = vicu_socket_new(context, &options, error);
    if (self->socket == NULL)
        return NULL;
    vicu_socket_listen(self->socket, on_message, on_peer, self);
    if (!vicu_socket_connect(self->socket, endpoint, server, error))
        return NULL;
    self->timer = g_timeout_source_new(TICK_MS);
    g_source_set_callback(self->timer, on_tick, self, NULL);
    g_source_attach(self->timer, vicu_context_main(context));
    return g_steal_pointer(&self);
}

void
vicu_query_client_free(VicuQueryClient *self)
{
    if (self == NULL)
        return;
    if (self->timer != NULL) {
        g_source_destroy(self->timer);
        g_source_unref(self->timer);
    }
    vicu_socket_free(self->socket);
    g_queue_clear_full(&self->questions, question_free);
    vicu_query_blocks_free(self->blocks);
    g_free(self->who);
    g_free(self);
}

gboolean
vicu_query_is_connected(const VicuQueryClient *self)
{
    return self->connected;
}

static Question *
add(VicuQueryClient *self, Vicu__Query *ask)
{
    Question *question = g_new0(Question, 1);

    question->id = self->next_id++;
    ask->id = question->id;
    ask->credit = CREDIT;
    ask->who = self->who;
    question->packed = vicu_wire_pack(&ask->base);
    question->moved_us = vicu_clock_boot_us();
    g_queue_push_tail(&self->questions, question);
    return question;
}

/* Its body names one bed. */
static gboolean
is_of_one_bed(const Vicu__Query *ask)
{
    const ProtobufCFieldDescriptor *what =
        protobuf_c_message_descriptor_get_field(&vicu__query__descriptor, ask->what_case);
    const ProtobufCMessage *body =
        what != NULL ? *(ProtobufCMessage *const *)((const char *)ask + what->offset) : NULL;
    const ProtobufCFieldDescriptor *bed =
        body != NULL ? protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "bed")
                     : NULL;

    return bed != NULL && bed->label == PROTOBUF_C_LABEL_NONE && bed->type == PROTOBUF_C_TYPE_STRING
           && **(char *const *)((const char *)body + bed->offset) != '\0';
}

uint64_t
vicu_query_ask(VicuQueryClient *self,
               const Vicu__Query *ask,
               const char *why,
               int64_t patience_us,
               VicuQueryFunc func,
               gpointer user)
{
    Vicu__Query copy = *ask; /* what it points to is packed at once */
    Vicu__QuerySamples samples = VICU__QUERY_SAMPLES__INIT;

    GBytes *proof =
        ask->proof.len == 0 ? vicu_context_proof(self->context, is_of_one_bed(ask)) : NULL;
    copy.why = (char *)why;
    if (proof != NULL)
        copy.proof.data = (uint8_t *)g_bytes_get_data(proof, &copy.proof.len);
    if (copy.what_case == VICU__QUERY__WHAT_SAMPLES) {
        samples = *ask->samples;
        samples.blocks = TRUE; /* decoded here, where there is time */
        copy.samples = &samples;
    }
    Question *question = add(self, &copy);
    question->from_us = samples.from_us;
    question->to_us = samples.to_us;
    question->patience_us = patience_us;
    question->func = func;
    question->user = user;
    if (self->connected)
        send_question(self, question);
    return question->id;
}

void
vicu_query_cancel(VicuQueryClient *self, uint64_t id)
{
    Question *question = find(self, id);
    Vicu__QueryCancel cancel = VICU__QUERY_CANCEL__INIT;

    if (question == NULL || question->audit)
        return;
    cancel.id = id;
    if (question->sent)
        vicu_socket_send_message(self->socket, NULL, VICU__KIND__KIND_QUERY_CANCEL, &cancel.base);
    g_queue_remove(&self->questions, question);
    question_free(question);
}

/* ---- waiting ---- */

typedef struct {
    VicuQueryFunc func;
    gpointer user;
    gboolean over;
    GError *error;
} Wait;

static void
on_waited(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Wait *wait = user;

    if (rows != NULL && wait->func != NULL)
        wait->func(rows, NULL, wait->user);
    if (error != NULL)
        wait->error = g_error_copy(error);
    wait->over = rows == NULL || rows->last;
}

gboolean
vicu_query_wait(VicuQueryClient *self,
                const Vicu__Query *ask,
                const char *why,
                int64_t patience_us,
                VicuQueryFunc func,
                gpointer user,
                GError **error)
{
    Wait wait = {.func = func, .user = user};

    vicu_query_ask(self, ask, why, patience_us, on_waited, &wait);
    vicu_context_look_until(self->context, &wait.over, AWAKE_US);
    while (!wait.over)
        vicu_context_run_until(self->context, &wait.over, patience_us);
    if (wait.error == NULL)
        return TRUE;
    g_propagate_error(error, wait.error);
    return FALSE;
}

/* ---- audit ---- */

gboolean
vicu_query_put_audit(VicuQueryClient *self,
                     const Vicu__AuditRecord *record,
                     VicuQueryDoneFunc done,
                     gpointer user)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__PutAudit put = VICU__PUT_AUDIT__INIT;
    Vicu__AuditRecord copy = *record;
    Vicu__AuditRecord *list[] = {&copy};
    uint32_t id[4];

    if (self->audits >= AUDIT_MAX)
        return FALSE;
    if (copy.id.len == 0) {
        for (size_t i = 0; i < G_N_ELEMENTS(id); i++)
            id[i] = g_random_int();
        copy.id.data = (uint8_t *)id;
        copy.id.len = sizeof id;
    }
    put.record = list;
    put.n_record = 1;
    ask.what_case = VICU__QUERY__WHAT_PUT_AUDIT;
    ask.put_audit = &put;
    Question *question = add(self, &ask);
    question->audit = TRUE;
    question->done = done;
    question->user = user;
    self->audits++;
    if (self->connected)
        send_question(self, question);
    return TRUE;
}

size_t
vicu_query_audit_waiting(const VicuQueryClient *self)
{
    return self->audits;
}
