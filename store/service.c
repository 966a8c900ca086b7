/* Questions as they come in: who may ask, what is written down of it, what begins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/service-internal.h"

#define CREDIT_MAX 1024u

/* ---- audit ---- */

bool
store_service_record(StoreService *self,
                     const VicuMessage *message,
                     const Vicu__Query *ask,
                     const ServicePerson *person,
                     const char *what,
                     const char *detail)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from = g_strdup_printf("query socket, key %s", message->peer);
    g_autoptr(GError) error = NULL;
    StoreNow now = self->ops.now(self->user);

    record.who = ask->who[0] != '\0' ? ask->who : (char *)message->peer;
    record.role = (char *)message->role;
    if (person->who != NULL) {
        record.who = person->who->account;
        record.person = true;
        record.role = (char *)(person->as < VICU_N_ROLES ? vicu_role_name(person->as) : "");
    }
    record.what = (char *)what;
    record.bed = (char *)store_query_bed(ask);
    if (ask->what_case == VICU__QUERY__WHAT_TREND && ask->trend->n_bed > 1) {
        record.beds = ask->trend->bed;
        record.n_beds = ask->trend->n_bed;
    }
    record.t_us = now.utc_us;
    record.from = from;
    record.why = ask->why;
    record.detail = (char *)detail;
    if (!self->writable)
        return self->ops.aside != NULL && self->ops.aside(&record, self->user);
    if (store_ledger_append(store_head_ledger(self->head), &record, now.utc_us, &error)
        != STORE_LEDGER_BROKEN)
        return true;
    self->ops.failed(g_steal_pointer(&error), self->user);
    return false;
}

static void
audit_question(StoreService *self,
               const VicuMessage *message,
               const Vicu__Query *ask,
               const ServicePerson *person,
               const char *refusal)
{
    g_autofree char *what = g_strdup_printf("%squery-%s", refusal != NULL ? "refused-" : "",
                                            store_query_kind_name(ask));

    if (!store_service_record(self, message, ask, person, what, refusal != NULL ? refusal : ""))
        self->counts.unaudited++;
    else if (self->writable)
        self->ops.want_sync(false, self->user);
}

/* Nothing can be written here. */
static void
put_aside(StoreService *self, const VicuMessage *message, const Vicu__Query *ask)
{
    const Vicu__PutAudit *put = ask->put_audit;

    for (size_t i = 0; i < put->n_record; i++)
        if (self->ops.aside == NULL || !self->ops.aside(put->record[i], self->user)) {
            store_service_refuse(self, message, ask->id,
                                 "the store's disk is full: nothing can be written");
            return;
        }
    store_service_send_end(self, &message->route, ask->id, NULL);
}

static void
put_audit(StoreService *self, const VicuMessage *message, const Vicu__Query *ask)
{
    const Vicu__PutAudit *put = ask->put_audit;
    StoreNow now = self->ops.now(self->user);

    for (size_t i = 0; i < put->n_record; i++)
        if (put->record[i]->id.len != STORE_AUDIT_ID_LEN) {
            store_service_refuse(self, message, ask->id,
                                 "an audit record needs an id of 16 random bytes");
            return;
        }
    if (!self->writable) {
        put_aside(self, message, ask);
        return;
    }
    for (size_t i = 0; i < put->n_record; i++) {
        GError *error = NULL;
        if (store_ledger_append(store_head_ledger(self->head), put->record[i], now.utc_us, &error)
            == STORE_LEDGER_BROKEN) {
            self->ops.failed(error, self->user);
            return;
        }
    }
    ServiceWaiting waiting = {message->route, ask->id, NULL};
    g_array_append_val(self->waiting, waiting);
    self->ops.want_sync(true, self->user);
}

/* ---- questions ---- */

static unsigned
count_of(const StoreService *self, const VicuRoute *route)
{
    unsigned n = 0;

    for (GList *l = self->running.head; l != NULL; l = l->next)
        n += vicu_route_equal(&((ServiceRunning *)l->data)->route, route) ? 1 : 0;
    return n;
}

static ServiceRunning *
find(const StoreService *self, const VicuRoute *route, uint64_t id)
{
    for (GList *l = self->running.head; l != NULL; l = l->next) {
        ServiceRunning *running = l->data;
        if (store_query_id(running->query) == id && vicu_route_equal(&running->route, route))
            return running;
    }
    return NULL;
}

/* Copies of the whole database are for the operator's tools. The hub passes questions on and
 * puts audit records of its own; it has none to ask. */
static char *
not_for(const VicuMessage *message, const Vicu__Query *ask)
{
    if (g_str_equal(message->role, VICU_ROLE_HUB))
        return g_strdup("the hub asks for stations only, and puts audit records of its own");
    if (g_str_equal(message->role, "annunciator"))
        return g_strdup("the annunciator asks nothing of the store, and puts audit records only");
    if (ask->what_case != VICU__QUERY__WHAT_CHECKPOINT || g_str_equal(message->role, "operator"))
        return NULL;
    return g_strdup_printf("checkpoints are made for the role operator only, not for %s",
                           message->role);
}

static char *
too_many(const StoreService *self, const VicuMessage *message, uint64_t id)
{
    if (find(self, &message->route, id) != NULL)
        return g_strdup_printf("query %" G_GUINT64_FORMAT " is under way already: use another id",
                               id);
    if (count_of(self, &message->route) >= self->settings.per_client)
        return g_strdup_printf("%u queries of this client are under way: expected at most %u; "
                               "wait, or cancel one",
                               self->settings.per_client, self->settings.per_client);
    if (self->running.length >= self->settings.in_all)
        return g_strdup_printf("%u queries are under way, the store takes no more: try again",
                               self->settings.in_all);
    return NULL;
}

/* Takes @query, and answers it as far as it can at once. */
static void
run(StoreService *self, const VicuMessage *message, StoreQuery *query, uint32_t credit)
{
    ServiceRunning *running = g_new0(ServiceRunning, 1);

    running->route = message->route;
    running->query = query;
    running->out = g_byte_array_new();
    running->credit = CLAMP(credit, 1, CREDIT_MAX);
    running->moved_us = self->ops.now(self->user).mono_us;
    self->counts.queries++;
    store_service_start(self, running);
}

/* A witness' line under a head of ours. No record of it: each would be one more that no
 * witness has seen. */
static void
put_cosignature(StoreService *self, const VicuMessage *message, const Vicu__Query *ask)
{
    const Vicu__PutCosignature *put = ask->put_cosignature;
    StoreNotes *notes = store_ledger_notes(store_head_ledger(self->head));
    g_autoptr(GError) error = NULL;
    g_autofree char *refusal = not_for(message, ask);
    VicuNoteKey key;

    if (refusal != NULL)
        store_service_refuse(self, message, ask->id, refusal);
    else if (!self->writable || notes == NULL || self->ops.believes == NULL)
        store_service_refuse(self, message, ask->id, "nothing can be written here");
    else if (!vicu_note_key_parse(&key, put->key) || key.kind != VICU_NOTE_WITNESS)
        store_service_refuse(self, message, ask->id, "this is no public key of a witness");
    else if (!self->ops.believes(&key, &error, self->user)
             || !store_notes_witness(notes, put->note, &key, &error))
        store_service_refuse(self, message, ask->id, error->message);
    else {
        ServiceWaiting waiting = {message->route, ask->id, NULL};
        g_array_append_val(self->waiting, waiting);
        self->ops.want_sync(true, self->user);
    }
}

/* Watermarks and heads hold no patient's data, and who asks whether the store is alive asks for
 * nothing. */
static bool
is_audited(const Vicu__Query *ask)
{
    if (ask->what_case == VICU__QUERY__WHAT_LEDGER)
        return ask->ledger->entries;
    return ask->what_case != VICU__QUERY__WHAT_WATERMARKS
           && ask->what_case != VICU__QUERY__WHAT_ALIVE;
}

/* Takes @ask. What can be answered at once is on its way before the record of it is made. */
static void
begin(StoreService *self, const VicuMessage *message, Vicu__Query *ask)
{
    uint64_t id = ask->id;
    uint32_t credit = ask->credit;
    ServicePerson person = {NULL, VICU_N_ROLES};
    g_autofree char *refusal = not_for(message, ask);
    if (refusal == NULL)
        refusal = store_service_not_for(self, message, ask, &person);
    if (refusal == NULL)
        refusal = too_many(self, message, id);
    StoreQuery *query = NULL;
    if (refusal == NULL)
        query = store_query_new(self->head, g_steal_pointer(&ask), &refusal);
    vicu_wire_free(ask);
    if (query != NULL)
        run(self, message, query, credit);
    else
        store_service_refuse(self, message, id, refusal);

    /* The query has taken the question, and may be over. */
    g_autoptr(Vicu__Query) asked =
        vicu_wire_unpack_query(message->body.data, message->body.size, NULL);
    g_assert(asked != NULL);
    if (is_audited(asked))
        audit_question(self, message, asked, &person, refusal);
    vicu_wire_free(person.who);
}

/* The list of the audit holds every question before it, not only those that are
 * synced. */
static bool
is_settled_for(const StoreService *self, const Vicu__Query *ask)
{
    return store_head_is_settled(self->head) && ask->what_case != VICU__QUERY__WHAT_AUDIT
           && ask->what_case != VICU__QUERY__WHAT_LEDGER
           && ask->what_case != VICU__QUERY__WHAT_LEDGER_PROOF;
}

static void
on_query(StoreService *self, const VicuMessage *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Vicu__Query) ask =
        vicu_wire_unpack_query(message->body.data, message->body.size, &error);

    if (ask == NULL)
        store_service_refuse(self, message, 0, error->message);
    else if (self->head == NULL)
        store_service_refuse(self, message, ask->id, self->why_not);
    else if (ask->what_case == VICU__QUERY__WHAT_PUT_AUDIT)
        put_audit(self, message, ask);
    else if (ask->what_case == VICU__QUERY__WHAT_PEOPLE)
        store_service_ask_people(self, message, ask);
    else if (ask->what_case == VICU__QUERY__WHAT_PUT_COSIGNATURE)
        put_cosignature(self, message, ask);
    else if (ask->what_case == VICU__QUERY__WHAT_SET_RETENTION)
        store_service_set_retention(self, message, ask);
    else if (is_settled_for(self, ask) || self->ops.settle(self->user))
        begin(self, message, g_steal_pointer(&ask));
}

static void
on_credit(StoreService *self, const VicuMessage *message)
{
    g_autoptr(Vicu__QueryCredit) more =
        vicu_wire_unpack_query_credit(message->body.data, message->body.size, NULL);
    ServiceRunning *running = more != NULL ? find(self, &message->route, more->id) : NULL;

    if (running == NULL)
        return; /* over */
    running->credit = MIN(running->credit + MIN(more->credit, CREDIT_MAX), CREDIT_MAX);
    running->moved_us = self->ops.now(self->user).mono_us;
    store_service_start_work(self);
}

static void
on_cancel(StoreService *self, const VicuMessage *message)
{
    g_autoptr(Vicu__QueryCancel) cancel =
        vicu_wire_unpack_query_cancel(message->body.data, message->body.size, NULL);
    ServiceRunning *running = cancel != NULL ? find(self, &message->route, cancel->id) : NULL;

    if (running == NULL)
        return;
    g_queue_remove(&self->running, running);
    store_service_running_free(running);
}

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    StoreService *self = user;

    (void)socket;
    switch ((int)message->envelope.kind) {
    case VICU__KIND__KIND_QUERY:
        on_query(self, message);
        break;
    case VICU__KIND__KIND_QUERY_CREDIT:
        on_credit(self, message);
        break;
    case VICU__KIND__KIND_QUERY_CANCEL:
        on_cancel(self, message);
        break;
    default:
        self->counts.refused++;
    }
}

/* ---- life ---- */

StoreService *
store_service_new(VicuSocket *socket,
                  GMainContext *main_context,
                  const StoreServiceSettings *settings,
                  const StoreServiceOps *ops,
                  gpointer user)
{
    StoreService *self = g_new0(StoreService, 1);

    self->socket = socket;
    self->main_context = main_context;
    self->settings = *settings;
    self->ops = *ops;
    self->user = user;
    self->writable = true;
    self->why_not = g_strdup("the store is opening its database: try again");
    self->waiting = g_array_new(FALSE, FALSE, sizeof(ServiceWaiting));
    g_array_set_clear_func(self->waiting, store_service_clear_waiting);
    g_queue_init(&self->running);
    store_service_watch_rounds(self);
    vicu_socket_listen(socket, on_message, NULL, self);
    return self;
}

void
store_service_free(StoreService *self)
{
    if (self == NULL)
        return;
    store_service_stop_source(&self->work);
    store_service_stop_source(&self->rounds);
    store_service_stop_source(&self->retry);
    g_queue_clear_full(&self->running, store_service_running_free);
    g_array_unref(self->waiting);
    g_free(self->why_not);
    g_free(self->keys_act);
    g_free(self);
}

void
store_service_set_head(StoreService *self, StoreHead *head, const char *why_not)
{
    self->head = head;
    if (why_not != NULL) {
        g_free(self->why_not);
        self->why_not = g_strdup(why_not);
    }
}

void
store_service_set_people(StoreService *self, StorePeopleDesk *people, const char *keys_act)
{
    self->people = people;
    g_free(self->keys_act);
    self->keys_act = g_strdup(keys_act);
}

void
store_service_set_writable(StoreService *self, bool writable)
{
    self->writable = writable;
}

void
store_service_committed(StoreService *self)
{
    for (guint i = 0; i < self->waiting->len; i++) {
        const ServiceWaiting *waiting = &g_array_index(self->waiting, ServiceWaiting, i);
        if (waiting->rows != NULL)
            store_service_send_rows(self, &waiting->route, waiting->rows);
        else
            store_service_send_end(self, &waiting->route, waiting->id, NULL);
    }
    if (self->people != NULL)
        store_people_desk_committed(self->people);
    g_array_set_size(self->waiting, 0);
}

void
store_service_tick(StoreService *self)
{
    int64_t mono_us = self->ops.now(self->user).mono_us;

    for (GList *l = self->running.head; l != NULL;) {
        ServiceRunning *running = l->data;
        GList *next = l->next;
        if (running->ready && mono_us - running->moved_us > self->settings.patience_us) {
            g_autofree char *text = g_strdup_printf("no credit for %d s: the query was dropped",
                                                    (int)(self->settings.patience_us / 1000000));
            store_service_send_end(self, &running->route, store_query_id(running->query), text);
            g_queue_delete_link(&self->running, l);
            store_service_running_free(running);
            self->counts.dropped++;
        }
        l = next;
    }
    self->counts.running = g_queue_get_length(&self->running);
}

const StoreServiceCounts *
store_service_counts(const StoreService *self)
{
    return &self->counts;
}
