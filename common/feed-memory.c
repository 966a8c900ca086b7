/* The hub's side of the feed: numbers, 60 s of memory, readers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/crc32c.h"
#include "common/feed.h"
#include "common/mutant.h"

#define AT_ONCE     256u /* messages to one reader in one call: live ones of others must not wait */
#define FETCH_MAX   1024u
#define ENTRY_BYTES 128u /* what an entry costs besides its body */

typedef struct {
    VicuLinkMessage message; /* body is that of @body */
    GBytes *body;
    int64_t mono_us;
} Entry;

/* Where a body lies that a reference may name. */
typedef struct {
    VicuSenderId sender;
    uint64_t epoch;
    uint64_t sequence;
    uint64_t number;
} Held;

typedef struct {
    GBytes *route;
    VicuSenderId id;
    uint64_t next;
    int64_t heard_us;
} Reader;

struct VicuFeedMemory {
    VicuSenderId hub;
    uint64_t incarnation;
    size_t max_bytes;
    VicuFeedMemoryOps ops;
    gpointer data;
    Entry *entries; /* ring; number n lies at n % capacity */
    size_t capacity;
    uint64_t oldest; /* number; oldest > newest: none held */
    uint64_t newest;
    size_t bytes;
    GHashTable *held; /* Held -> itself */
    GPtrArray *readers;
    int64_t beat_us;
    uint64_t lost;
};

static void
free_reader(gpointer data)
{
    Reader *reader = data;
    g_bytes_unref(reader->route);
    g_free(reader);
}

static guint
held_hash(gconstpointer data)
{
    const Held *held = data;
    return vicu_sender_id_hash(&held->sender) ^ (guint)(held->epoch * 0x9e3779b1u)
           ^ (guint)(held->sequence * 0x85ebca6bu);
}

static gboolean
held_same(gconstpointer a, gconstpointer b)
{
    const Held *x = a, *y = b;
    return x->sequence == y->sequence && x->epoch == y->epoch
           && vicu_sender_id_equal(&x->sender, &y->sender);
}

static Held *
find_held(const VicuFeedMemory *self, const VicuLinkMessage *message)
{
    Held probe = {message->sender, message->epoch, message->sequence, 0};
    return g_hash_table_lookup(self->held, &probe);
}

VicuFeedMemory *
vicu_feed_memory_new(const VicuSenderId *hub,
                     uint64_t incarnation,
                     size_t max_bytes,
                     const VicuFeedMemoryOps *ops,
                     gpointer data)
{
    g_assert(incarnation != 0);
    VicuFeedMemory *self = g_new0(VicuFeedMemory, 1);
    self->hub = *hub;
    self->incarnation = incarnation;
    self->max_bytes = max_bytes;
    self->ops = *ops;
    self->data = data;
    self->capacity = 1024;
    self->entries = g_new0(Entry, self->capacity);
    self->oldest = 1;
    self->held = g_hash_table_new_full(held_hash, held_same, NULL, g_free);
    self->readers = g_ptr_array_new_with_free_func(free_reader);
    return self;
}

static Entry *
entry_at(const VicuFeedMemory *self, uint64_t number)
{
    return &self->entries[number % self->capacity];
}

static size_t
cost(const Entry *entry)
{
    return ENTRY_BYTES + entry->message.len;
}

static void
forget_oldest(VicuFeedMemory *self)
{
    uint64_t number = self->oldest++;
    Entry *entry = entry_at(self, number);
    Held *held = find_held(self, &entry->message);
    if (held && held->number == number)
        g_hash_table_remove(self->held, held);
    self->bytes -= cost(entry);
    g_clear_pointer(&entry->body, g_bytes_unref);
}

void
vicu_feed_memory_free(VicuFeedMemory *self)
{
    if (!self)
        return;
    while (self->oldest <= self->newest)
        forget_oldest(self);
    g_hash_table_unref(self->held);
    g_ptr_array_unref(self->readers);
    g_free(self->entries);
    g_free(self);
}

static void
grow(VicuFeedMemory *self)
{
    size_t capacity = self->capacity * 2;
    Entry *entries = g_new0(Entry, capacity);
    for (uint64_t n = self->oldest; n <= self->newest; n++)
        entries[n % capacity] = *entry_at(self, n);
    g_free(self->entries);
    self->entries = entries;
    self->capacity = capacity;
}

/* ---- to readers ---- */

static bool
send_entry(VicuFeedMemory *self, const Reader *reader, uint64_t number)
{
    VicuLinkMessage message = entry_at(self, number)->message;
    /* A reader's own batches hold its place in the count, no more. */
    if (vicu_sender_id_equal(&message.sender, &reader->id)) {
        message.body = NULL;
        message.bytes = NULL;
        message.len = 0;
    }
    return self->ops.send(reader->route, &message, self->data);
}

static bool
send_lost(VicuFeedMemory *self, const Reader *reader, uint64_t first, uint64_t last)
{
    VicuLinkMessage message = {
        .kind = VICU__KIND__KIND_FEED_LOST,
        .sender = self->hub,
        .epoch = self->incarnation,
        .fence = self->incarnation,
        .first = first,
        .last = last,
    };
    bool sent = self->ops.send(reader->route, &message, self->data);
    if (sent)
        self->lost += last - first + 1;
    return sent;
}

static void
serve(VicuFeedMemory *self, Reader *reader)
{
    if (reader->next < self->oldest) {
        if (!send_lost(self, reader, reader->next, self->oldest - 1))
            return;
        reader->next = self->oldest;
    }
    for (unsigned n = 0; n < AT_ONCE && reader->next <= self->newest; n++) {
        if (!send_entry(self, reader, reader->next))
            return;
        reader->next++;
    }
}

static void
serve_all(VicuFeedMemory *self)
{
    for (guint i = 0; i < self->readers->len; i++)
        serve(self, g_ptr_array_index(self->readers, i));
}

uint64_t
vicu_feed_memory_add(VicuFeedMemory *self,
                     const VicuLinkMessage *message,
                     GBytes *body,
                     int64_t mono_us)
{
    if (self->newest + 1 - self->oldest == self->capacity)
        grow(self);
    Entry *entry = entry_at(self, ++self->newest);
    entry->message = *message;
    if (message->kind == VICU__KIND__KIND_BATCH_FEED)
        entry->message.kind = VICU__KIND__KIND_FEED;
    entry->message.number = self->newest;
    entry->message.fence = self->incarnation;
    entry->body = body ? g_bytes_ref(body) : NULL;
    gsize len = 0;
    entry->message.body = body ? g_bytes_get_data(body, &len) : NULL;
    entry->message.len = len;
    entry->message.bytes = entry->body;
    entry->mono_us = mono_us;
    self->bytes += cost(entry);
    serve_all(self);
    while (self->bytes > self->max_bytes && self->oldest < self->newest)
        forget_oldest(self);
    return self->newest;
}

/* ---- what references name ---- */

void
vicu_feed_memory_hold(VicuFeedMemory *self)
{
    const Entry *entry = entry_at(self, self->newest);
    const VicuLinkMessage *message = &entry->message;
    if (self->oldest > self->newest || message->epoch == 0 || !entry->body)
        return;
    Held held = {message->sender, message->epoch, message->sequence, self->newest};
    g_hash_table_add(self->held, g_memdup2(&held, sizeof held));
}

GBytes *
vicu_feed_memory_body(VicuFeedMemory *self, const VicuLinkMessage *reference)
{
    const Held *held = find_held(self, reference);
    if (!held)
        return NULL;
    const VicuLinkMessage *message = &entry_at(self, held->number)->message;
    bool same = message->len == reference->len
                && vicu_crc32c(0, message->body, message->len) == reference->crc;
    return same || VICU_MUTANT(REFERENCE_UNCHECKED) ? entry_at(self, held->number)->body : NULL;
}

/* ---- from readers ---- */

static Reader *
find_reader(const VicuFeedMemory *self, GBytes *route)
{
    for (guint i = 0; i < self->readers->len; i++) {
        Reader *reader = g_ptr_array_index(self->readers, i);
        if (g_bytes_equal(reader->route, route))
            return reader;
    }
    return NULL;
}

static void
on_open(VicuFeedMemory *self,
        GBytes *route,
        const VicuSenderId *id,
        const VicuLinkMessage *open,
        int64_t mono_us)
{
    Reader *reader = find_reader(self, route);
    bool goes_on = reader && open->sequence > 1;
    if (!reader) {
        reader = g_new0(Reader, 1);
        reader->route = g_bytes_ref(route);
        g_ptr_array_add(self->readers, reader);
    }
    reader->id = *id;
    reader->heard_us = mono_us;
    if (goes_on)
        return;
    bool ours = open->last == self->incarnation && open->first > 0 && open->first <= self->newest;
    /* One that starts afresh, or knew another hub, gets all that is held: values
     * that come once in a while are among it, and it drops what it has had. */
    reader->next = ours ? open->first + 1 : MAX(self->oldest, 1);
    serve(self, reader);
}

static void
on_fetch(VicuFeedMemory *self, Reader *reader, const VicuLinkMessage *fetch)
{
    uint64_t first = MAX(fetch->first, 1);
    uint64_t last = MIN(fetch->last, self->newest);
    if (first > last)
        return;
    if (first < self->oldest) {
        if (!send_lost(self, reader, first, MIN(last, self->oldest - 1)))
            return;
        first = self->oldest;
    }
    for (unsigned n = 0; n < FETCH_MAX && first <= last; n++, first++) {
        if (!send_entry(self, reader, first))
            return;
    }
}

void
vicu_feed_memory_receive(VicuFeedMemory *self,
                         GBytes *route,
                         const VicuSenderId *id,
                         const VicuLinkMessage *message,
                         int64_t mono_us)
{
    if (message->kind == VICU__KIND__KIND_FEED_OPEN) {
        on_open(self, route, id, message, mono_us);
        return;
    }
    Reader *reader = find_reader(self, route);
    if (reader && message->kind == VICU__KIND__KIND_FEED_FETCH) {
        reader->heard_us = mono_us;
        on_fetch(self, reader, message);
    }
}

static void
beat(VicuFeedMemory *self, int64_t mono_us)
{
    if (mono_us - self->beat_us < VICU_FEED_BEAT_US)
        return;
    self->beat_us = mono_us;
    for (guint i = 0; i < self->readers->len; i++) {
        const Reader *reader = g_ptr_array_index(self->readers, i);
        VicuLinkMessage message = {
            .kind = VICU__KIND__KIND_HEARTBEAT,
            .sender = self->hub,
            .epoch = self->incarnation,
            .fence = self->incarnation,
            .number = reader->next - 1,
        };
        self->ops.send(reader->route, &message, self->data);
    }
}

void
vicu_feed_memory_tick(VicuFeedMemory *self, int64_t mono_us)
{
    while (self->oldest <= self->newest
           && mono_us - entry_at(self, self->oldest)->mono_us > VICU_FEED_MEMORY_US)
        forget_oldest(self);
    for (guint i = self->readers->len; i > 0; i--) {
        const Reader *reader = g_ptr_array_index(self->readers, i - 1);
        if (mono_us - reader->heard_us > VICU_FEED_EXPIRE_US)
            g_ptr_array_remove_index(self->readers, i - 1);
    }
    serve_all(self);
    beat(self, mono_us);
}

void
vicu_feed_memory_figures(const VicuFeedMemory *self, VicuFeedFigures *figures)
{
    *figures = (VicuFeedFigures){
        .number = self->newest,
        .oldest = self->oldest <= self->newest ? self->oldest : 0,
        .bytes = self->bytes,
        .readers = self->readers->len,
        .lost = self->lost,
    };
}
