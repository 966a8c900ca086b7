/* The owner of a state: what stands, who was told how far.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/mutant.h"
#include "common/state.h"

#define KEY_MAX 128u

typedef struct {
    Vicu__Subject subject;
    char *key;
    GBytes *packed;
    uint64_t sequence; /* of the last change */
} Item;

typedef struct {
    Vicu__Subject subject;
    GBytes *packed;
} Change;

typedef struct {
    GBytes *route;
    uint64_t subjects;    /* a bit for each; 0: all */
    GPtrArray *snapshot;  /* GBytes still to be sent; NULL: none under way */
    uint64_t snapshot_at; /* its sequence */
    guint sent;           /* items of it */
    uint64_t looked;      /* changes up to here were sent, or are not for it */
    uint64_t told;        /* sequence of the last message */
    uint64_t under_way;   /* items not acknowledged */
    int64_t heard_us;
} Subscriber;

typedef struct {
    char *key;
    char *digest;   /* of the command; NULL: not known, any will do */
    GBytes *result; /* NULL: being acted on */
    GPtrArray *routes;
} Answer;

struct VicuStateOwner {
    uint64_t incarnation;
    size_t max_subscribers;
    VicuStateOwnerOps ops;
    gpointer data;
    GHashTable *items;            /* Item -> itself */
    Change ring[VICU_STATE_RING]; /* change n lies at n % VICU_STATE_RING */
    uint64_t sequence;
    GPtrArray *subscribers;
    GHashTable *answers; /* key -> Answer */
    GQueue order;        /* Answer, oldest first */
    int64_t beat_us;
    VicuStateOwnerFigures figures;
};

static guint
item_hash(gconstpointer data)
{
    const Item *item = data;
    return g_str_hash(item->key) ^ ((guint)item->subject << 24);
}

static gboolean
item_same(gconstpointer a, gconstpointer b)
{
    const Item *x = a, *y = b;
    return x->subject == y->subject && strcmp(x->key, y->key) == 0;
}

static void
free_item(gpointer data)
{
    Item *item = data;
    g_bytes_unref(item->packed);
    g_free(item->key);
    g_free(item);
}

static void
free_subscriber(gpointer data)
{
    Subscriber *subscriber = data;
    g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
    g_bytes_unref(subscriber->route);
    g_free(subscriber);
}

static void
free_answer(gpointer data)
{
    Answer *answer = data;
    g_clear_pointer(&answer->result, g_bytes_unref);
    g_clear_pointer(&answer->routes, g_ptr_array_unref);
    g_free(answer->digest);
    g_free(answer->key);
    g_free(answer);
}

VicuStateOwner *
vicu_state_owner_new(uint64_t incarnation,
                     size_t max_subscribers,
                     const VicuStateOwnerOps *ops,
                     gpointer data)
{
    g_assert(incarnation != 0);
    VicuStateOwner *self = g_new0(VicuStateOwner, 1);
    self->incarnation = incarnation;
    self->max_subscribers = max_subscribers;
    self->ops = *ops;
    self->data = data;
    self->items = g_hash_table_new_full(item_hash, item_same, NULL, free_item);
    self->subscribers = g_ptr_array_new_with_free_func(free_subscriber);
    self->answers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_answer);
    g_queue_init(&self->order);
    return self;
}

void
vicu_state_owner_free(VicuStateOwner *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < VICU_STATE_RING; i++)
        g_clear_pointer(&self->ring[i].packed, g_bytes_unref);
    g_queue_clear(&self->order);
    g_hash_table_unref(self->answers);
    g_ptr_array_unref(self->subscribers);
    g_hash_table_unref(self->items);
    g_free(self);
}

/* ---- what stands ---- */

static void
note_change(VicuStateOwner *self, Vicu__Subject subject, GBytes *packed)
{
    Change *change = &self->ring[++self->sequence % VICU_STATE_RING];
    g_clear_pointer(&change->packed, g_bytes_unref);
    change->subject = subject;
    change->packed = g_bytes_ref(packed);
}

void
vicu_state_owner_set(VicuStateOwner *self, Vicu__Subject subject, const char *key, GBytes *packed)
{
    note_change(self, subject, packed);
    Item *item = g_new0(Item, 1);
    item->subject = subject;
    item->key = g_strdup(key);
    item->packed = g_bytes_ref(packed);
    item->sequence = self->sequence;
    g_hash_table_replace(self->items, item, item);
}

void
vicu_state_owner_remove(VicuStateOwner *self,
                        Vicu__Subject subject,
                        const char *key,
                        GBytes *packed)
{
    Item wanted = {.subject = subject, .key = (char *)key};
    if (g_hash_table_remove(self->items, &wanted))
        note_change(self, subject, packed);
}

/* ---- to subscribers ---- */

static bool
wants(const Subscriber *subscriber, Vicu__Subject subject)
{
    return subscriber->subjects == 0
           || (subject >= 0 && subject < 64 && ((subscriber->subjects >> subject) & 1) != 0);
}

static gint
by_sequence(gconstpointer a, gconstpointer b)
{
    const Item *x = *(Item *const *)a, *y = *(Item *const *)b;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* References to all that stands now, in an order that the sequence fixes. */
static void
begin_snapshot(VicuStateOwner *self, Subscriber *subscriber)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        if (wants(subscriber, ((Item *)value)->subject))
            g_ptr_array_add(items, value);
    }
    g_ptr_array_sort(items, by_sequence);
    g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
    subscriber->snapshot = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < items->len; i++)
        g_ptr_array_add(subscriber->snapshot,
                        g_bytes_ref(((Item *)g_ptr_array_index(items, i))->packed));
    subscriber->snapshot_at = self->sequence;
    subscriber->sent = 0;
    subscriber->under_way = 0;
    self->figures.snapshots++;
}

static VicuStateMessage
message_of(const VicuStateOwner *self, Vicu__Kind kind, uint64_t sequence)
{
    return (VicuStateMessage){.kind = kind, .incarnation = self->incarnation, .sequence = sequence};
}

/* True: the snapshot is sent, or none was due. */
static bool
send_snapshot(VicuStateOwner *self, Subscriber *subscriber)
{
    while (subscriber->snapshot) {
        guint left = subscriber->snapshot->len - subscriber->sent;
        VicuStateMessage message =
            message_of(self, VICU__KIND__KIND_STATE_SNAPSHOT, subscriber->snapshot_at);
        message.after = subscriber->sent;
        message.n_items = MIN(left, VICU_STATE_CHUNK);
        /* An empty array has no memory to point into. */
        if (left > 0)
            message.items = (GBytes *const *)subscriber->snapshot->pdata + subscriber->sent;
        message.last = message.n_items == left;
        if (!self->ops.send(subscriber->route, &message, self->data))
            return false;
        subscriber->sent += (guint)message.n_items;
        if (!message.last)
            continue;
        g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
        subscriber->looked = subscriber->told = subscriber->snapshot_at;
    }
    return true;
}

/* The next changes that it wants, as one message. False: none left, or no room. */
static bool
send_update(VicuStateOwner *self, Subscriber *subscriber)
{
    GBytes *items[VICU_STATE_CHUNK];
    VicuStateMessage message = message_of(self, VICU__KIND__KIND_STATE_UPDATE, 0);
    message.after = subscriber->told;
    message.items = items;
    uint64_t at = subscriber->looked;
    while (at < self->sequence && message.n_items < VICU_STATE_CHUNK) {
        const Change *change = &self->ring[++at % VICU_STATE_RING];
        if (!wants(subscriber, change->subject))
            continue;
        items[message.n_items++] = change->packed;
        message.sequence = at;
    }
    if (message.n_items == 0) {
        subscriber->looked = at;
        return false;
    }
    if (!self->ops.send(subscriber->route, &message, self->data))
        return false;
    subscriber->looked = at;
    subscriber->told = message.sequence;
    subscriber->under_way += message.n_items;
    return true;
}

static void
serve(VicuStateOwner *self, Subscriber *subscriber)
{
    if (!subscriber->snapshot && self->sequence - subscriber->looked > VICU_STATE_RING) {
        self->figures.resyncs++;
        begin_snapshot(self, subscriber);
    }
    if (!send_snapshot(self, subscriber))
        return;
    while (subscriber->under_way < VICU_STATE_WINDOW && send_update(self, subscriber)) {
    }
}

void
vicu_state_owner_flush(VicuStateOwner *self, int64_t mono_us)
{
    (void)mono_us;
    for (guint i = 0; i < self->subscribers->len; i++)
        serve(self, g_ptr_array_index(self->subscribers, i));
}

static void
beat(VicuStateOwner *self, Subscriber *subscriber, int64_t watermark_us, bool catching_up)
{
    /* In the middle of a snapshot there is no sequence to hold it against. */
    VicuStateMessage message =
        message_of(self, VICU__KIND__KIND_STATE_BEAT, subscriber->snapshot ? 0 : subscriber->told);
    message.at = self->sequence;
    message.watermark_us = watermark_us;
    message.catching_up = catching_up;
    self->ops.send(subscriber->route, &message, self->data);
}

void
vicu_state_owner_tick(VicuStateOwner *self, int64_t watermark_us, bool catching_up, int64_t mono_us)
{
    bool beats = mono_us - self->beat_us >= VICU_STATE_BEAT_US;
    if (beats)
        self->beat_us = mono_us;
    for (guint i = self->subscribers->len; i > 0; i--) {
        Subscriber *subscriber = g_ptr_array_index(self->subscribers, i - 1);
        if (mono_us - subscriber->heard_us > VICU_STATE_EXPIRE_US) {
            self->figures.expired++;
            g_ptr_array_remove_index(self->subscribers, i - 1);
            continue;
        }
        serve(self, subscriber);
        if (beats)
            beat(self, subscriber, watermark_us, catching_up);
    }
}

/* ---- from subscribers ---- */

static Subscriber *
find_subscriber(const VicuStateOwner *self, GBytes *route)
{
    for (guint i = 0; i < self->subscribers->len; i++) {
        Subscriber *subscriber = g_ptr_array_index(self->subscribers, i);
        if (g_bytes_equal(subscriber->route, route))
            return subscriber;
    }
    return NULL;
}

void
vicu_state_owner_forget(VicuStateOwner *self, GBytes *route)
{
    Subscriber *subscriber = find_subscriber(self, route);
    if (subscriber)
        g_ptr_array_remove(self->subscribers, subscriber);
}

static uint64_t
subjects_of(const VicuStateMessage *message)
{
    uint64_t subjects = 0;
    for (size_t i = 0; i < message->n_subject; i++) {
        if (message->subject[i] >= 0 && message->subject[i] < 64)
            subjects |= UINT64_C(1) << message->subject[i];
    }
    /* Asking only for what we do not know is not asking for all: bit 63 is no subject. */
    return message->n_subject > 0 && subjects == 0 ? UINT64_C(1) << 63 : subjects;
}

static bool
on_subscribe(VicuStateOwner *self, GBytes *route, const VicuStateMessage *message, int64_t mono_us)
{
    Subscriber *subscriber = find_subscriber(self, route);
    uint64_t subjects = subjects_of(message);
    if (!subscriber) {
        if (self->subscribers->len >= self->max_subscribers)
            return false;
        subscriber = g_new0(Subscriber, 1);
        subscriber->route = g_bytes_ref(route);
        g_ptr_array_add(self->subscribers, subscriber);
    }
    subscriber->subjects = subjects;
    subscriber->heard_us = mono_us;
    subscriber->under_way = 0;
    uint64_t seen = message->sequence;
    bool goes_on = message->incarnation == self->incarnation && seen > 0 && seen <= self->sequence
                   && self->sequence - seen <= VICU_STATE_RING;
    if (goes_on) {
        g_clear_pointer(&subscriber->snapshot, g_ptr_array_unref);
        subscriber->looked = subscriber->told = seen;
    } else {
        begin_snapshot(self, subscriber);
    }
    serve(self, subscriber);
    return true;
}

static bool
on_ack(VicuStateOwner *self, GBytes *route, const VicuStateMessage *message, int64_t mono_us)
{
    Subscriber *subscriber = find_subscriber(self, route);
    if (!subscriber || message->incarnation != self->incarnation)
        return false;
    subscriber->heard_us = mono_us;
    if (message->sequence >= subscriber->told)
        subscriber->under_way = 0;
    serve(self, subscriber);
    return true;
}

bool
vicu_state_owner_receive(VicuStateOwner *self,
                         GBytes *route,
                         const VicuStateMessage *message,
                         int64_t mono_us)
{
    if (message->kind == VICU__KIND__KIND_STATE_SUBSCRIBE)
        return on_subscribe(self, route, message, mono_us);
    if (message->kind == VICU__KIND__KIND_STATE_ACK)
        return on_ack(self, route, message, mono_us);
    return false;
}

/* ---- commands ---- */

static void
send_result(VicuStateOwner *self, GBytes *route, const Answer *answer)
{
    VicuStateMessage message = message_of(self, VICU__KIND__KIND_STATE_RESULT, 0);
    message.key = answer->key;
    message.body = answer->result;
    self->ops.send(route, &message, self->data);
}

static char *
digest_of(GBytes *command)
{
    return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, command);
}

/* Room for one more, at the cost of the oldest answer; never of a command that
 * is being acted on. */
static bool
make_room(VicuStateOwner *self)
{
    if (g_hash_table_size(self->answers) < VICU_STATE_ANSWERS)
        return true;
    Answer *oldest = g_queue_pop_head(&self->order);
    return oldest && g_hash_table_remove(self->answers, oldest->key);
}

static Answer *
add_answer(VicuStateOwner *self, const char *key, GBytes *command)
{
    Answer *answer = g_new0(Answer, 1);
    answer->key = g_strdup(key);
    answer->digest = command ? digest_of(command) : NULL;
    answer->routes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_hash_table_insert(self->answers, answer->key, answer);
    return answer;
}

static void
wait_for(Answer *answer, GBytes *route)
{
    for (guint i = 0; i < answer->routes->len; i++) {
        if (g_bytes_equal(g_ptr_array_index(answer->routes, i), route))
            return;
    }
    g_ptr_array_add(answer->routes, g_bytes_ref(route));
}

static bool
is_same_command(const Answer *answer, GBytes *command)
{
    g_autofree char *digest = digest_of(command);
    return !answer->digest || strcmp(answer->digest, digest) == 0;
}

VicuStateFate
vicu_state_owner_command(VicuStateOwner *self,
                         GBytes *route,
                         const VicuStateMessage *message,
                         int64_t mono_us)
{
    Subscriber *subscriber = find_subscriber(self, route);
    if (subscriber)
        subscriber->heard_us = mono_us;
    if (!message->key || message->key[0] == '\0' || strlen(message->key) > KEY_MAX
        || !message->body)
        return VICU_STATE_REFUSED;
    Answer *answer = g_hash_table_lookup(self->answers, message->key);
    if (answer && VICU_MUTANT(COMMAND_TWICE)) {
        wait_for(answer, route);
        return VICU_STATE_ACT;
    }
    if (answer && !is_same_command(answer, message->body))
        return VICU_STATE_REFUSED;
    if (answer) {
        self->figures.repeats++;
        if (!answer->result) {
            wait_for(answer, route);
            return VICU_STATE_WAIT;
        }
        send_result(self, route, answer);
        return VICU_STATE_ANSWERED;
    }
    if (!make_room(self))
        return VICU_STATE_REFUSED;
    wait_for(add_answer(self, message->key, message->body), route);
    self->figures.commands++;
    return VICU_STATE_ACT;
}

void
vicu_state_owner_refuse(VicuStateOwner *self, GBytes *route, const char *key, GBytes *result)
{
    VicuStateMessage message = message_of(self, VICU__KIND__KIND_STATE_RESULT, 0);
    message.key = key;
    message.body = result;
    self->ops.send(route, &message, self->data);
}

static void
set_result(VicuStateOwner *self, Answer *answer, GBytes *result)
{
    if (!answer->result)
        g_queue_push_tail(&self->order, answer);
    else
        g_bytes_unref(answer->result);
    answer->result = g_bytes_ref(result);
}

void
vicu_state_owner_answer(VicuStateOwner *self, const char *key, GBytes *result)
{
    Answer *answer = g_hash_table_lookup(self->answers, key);
    g_return_if_fail(answer != NULL);
    set_result(self, answer, result);
    for (guint i = 0; i < answer->routes->len; i++)
        send_result(self, g_ptr_array_index(answer->routes, i), answer);
    g_ptr_array_set_size(answer->routes, 0);
}

void
vicu_state_owner_restore_answer(VicuStateOwner *self,
                                const char *key,
                                GBytes *command,
                                GBytes *result)
{
    if (g_hash_table_contains(self->answers, key) || !make_room(self))
        return;
    set_result(self, add_answer(self, key, command), result);
}

void
vicu_state_owner_figures(const VicuStateOwner *self, VicuStateOwnerFigures *figures)
{
    *figures = self->figures;
    figures->sequence = self->sequence;
    figures->items = g_hash_table_size(self->items);
    figures->subscribers = self->subscribers->len;
}
