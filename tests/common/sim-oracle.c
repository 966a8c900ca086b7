/* The simulator's judge: what senders appended, what the store has, what rules saw.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/common/sim-oracle.h"

#include <stdarg.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/spool-inner.h"

#define BODY_HEAD 16u /* "simbatch", content */

/* One appended batch. Its number is its place in the list, from 1. */
typedef struct {
    VicuSenderId sender;
    uint64_t books; /* a bit for each disk that has it */
    uint32_t crc;
    uint32_t len;
    int64_t t_us;
    bool given_up; /* the spool said so */
} Content;

typedef struct {
    uint64_t epoch; /* local to the disk */
    GArray *ids;    /* content by sequence - 1; 0: lost before it was synced */
    uint64_t acked;
    uint64_t synced;
} Chapter;

struct SimBook {
    SimOracle *oracle;
    VicuSenderId sender;
    uint64_t bit;
    GPtrArray *chapters;
    uint64_t next; /* content whose body was made last */
};

typedef struct {
    VicuSenderId sender;
    uint64_t epoch;
    uint64_t sequence;
} Key;

typedef struct {
    Key key;
    uint64_t content;
    bool durable;
} Row;

typedef struct {
    uint64_t epoch;
    uint64_t watermark;
} Mark;

typedef struct {
    VicuSenderId id;
    uint64_t highest;
    uint64_t instance;
    GArray *marks;   /* Mark */
    GArray *dropped; /* VicuSpoolDropped */
} StoreSender;

typedef struct {
    VicuLinkWriteKind kind;
    Key key;
    uint64_t instance;
    VicuSpoolDropped dropped;
} StoreWrite;

typedef struct {
    VicuSenderId sender;
    uint64_t epoch;
    uint64_t sequence;
} First;

struct SimOracle {
    int64_t now_us;
    char *breach;
    GArray *contents;
    uint64_t next_bit;
    GHashTable *instances; /* random number -> SimBook */
    GHashTable *rows;      /* Key -> Row */
    GHashTable *now;       /* sender -> StoreSender, with what is not synced */
    GHashTable *durable;
    GArray *unsynced; /* StoreWrite */
    uint64_t stored;
    GHashTable *delivered; /* content of this life of the reader */
    GArray *firsts;
    GArray *gaps;
    uint64_t n_gaps;
};

static guint
key_hash(gconstpointer data)
{
    const Key *key = data;
    return vicu_sender_id_hash(&key->sender) ^ (guint)(key->epoch * 0x9e3779b1u)
           ^ (guint)(key->sequence * 0x85ebca6bu);
}

static gboolean
key_same(gconstpointer a, gconstpointer b)
{
    const Key *x = a, *y = b;
    return x->epoch == y->epoch && x->sequence == y->sequence
           && vicu_sender_id_equal(&x->sender, &y->sender);
}

static void
free_store_sender(gpointer data)
{
    StoreSender *sender = data;
    g_array_unref(sender->marks);
    g_array_unref(sender->dropped);
    g_free(sender);
}

static GHashTable *
store_table(void)
{
    return g_hash_table_new_full(vicu_sender_id_hash, vicu_sender_id_same, NULL, free_store_sender);
}

SimOracle *
sim_oracle_new(void)
{
    SimOracle *self = g_new0(SimOracle, 1);
    self->contents = g_array_new(FALSE, TRUE, sizeof(Content));
    self->instances = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    self->rows = g_hash_table_new_full(key_hash, key_same, NULL, g_free);
    self->now = store_table();
    self->durable = store_table();
    self->unsynced = g_array_new(FALSE, FALSE, sizeof(StoreWrite));
    self->delivered = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    self->firsts = g_array_new(FALSE, FALSE, sizeof(First));
    self->gaps = g_array_new(FALSE, FALSE, sizeof(VicuFeedGap));
    return self;
}

void
sim_oracle_free(SimOracle *self)
{
    if (!self)
        return;
    g_array_unref(self->contents);
    g_hash_table_unref(self->instances);
    g_hash_table_unref(self->rows);
    g_hash_table_unref(self->now);
    g_hash_table_unref(self->durable);
    g_array_unref(self->unsynced);
    g_hash_table_unref(self->delivered);
    g_array_unref(self->firsts);
    g_array_unref(self->gaps);
    g_free(self->breach);
    g_free(self);
}

const char *
sim_oracle_breach(const SimOracle *self)
{
    return self->breach;
}

void
sim_oracle_complain(SimOracle *self, const char *format, ...)
{
    if (self->breach)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    self->breach = g_strdup_printf("at %.3f s: %s", (double)self->now_us / 1e6, text);
}

void
sim_oracle_set_time(SimOracle *self, int64_t now_us)
{
    self->now_us = now_us;
}

static Content *
content_at(const SimOracle *self, uint64_t id)
{
    return &g_array_index(self->contents, Content, id - 1);
}

/* 0: not one of our batches, or not as it was. */
static uint64_t
content_of(const SimOracle *self, const uint8_t *body, size_t len)
{
    uint64_t id;
    if (len < BODY_HEAD || memcmp(body, "simbatch", 8) != 0)
        return 0;
    memcpy(&id, body + 8, sizeof id);
    if (id == 0 || id > self->contents->len)
        return 0;
    const Content *content = content_at(self, id);
    return content->len == len && content->crc == vicu_crc32c(0, body, len) ? id : 0;
}

/* ---- senders ---- */

static void
free_chapter(gpointer data)
{
    g_array_unref(((Chapter *)data)->ids);
    g_free(data);
}

SimBook *
sim_book_new(SimOracle *oracle, const VicuSenderId *sender)
{
    SimBook *book = g_new0(SimBook, 1);
    book->oracle = oracle;
    book->sender = *sender;
    g_assert(oracle->next_bit < 64);
    book->bit = UINT64_C(1) << oracle->next_bit++;
    book->chapters = g_ptr_array_new_with_free_func(free_chapter);
    return book;
}

void
sim_book_free(SimBook *book)
{
    if (!book)
        return;
    g_ptr_array_unref(book->chapters);
    g_free(book);
}

void
sim_book_instance(SimBook *book, uint64_t instance)
{
    g_hash_table_insert(book->oracle->instances, g_memdup2(&instance, sizeof instance), book);
}

SimBook *
sim_book_copy(const SimBook *book)
{
    SimBook *copy = sim_book_new(book->oracle, &book->sender);
    for (guint i = 0; i < book->chapters->len; i++) {
        const Chapter *from = g_ptr_array_index(book->chapters, i);
        Chapter *to = g_memdup2(from, sizeof *from);
        to->ids = g_array_copy(from->ids);
        g_ptr_array_add(copy->chapters, to);
        for (guint s = 0; s < to->ids->len; s++) {
            uint64_t id = g_array_index(to->ids, uint64_t, s);
            if (id != 0)
                content_at(book->oracle, id)->books |= copy->bit;
        }
    }
    return copy;
}

void
sim_book_lose(SimBook *book)
{
    g_ptr_array_set_size(book->chapters, 0);
}

GByteArray *
sim_book_body(SimBook *book, size_t size)
{
    GArray *contents = book->oracle->contents;
    g_array_set_size(contents, contents->len + 1);
    uint64_t id = contents->len;
    GByteArray *body = g_byte_array_new();
    g_byte_array_set_size(body, (guint)MAX(size, BODY_HEAD));
    memcpy(body->data, "simbatch", 8);
    memcpy(body->data + 8, &id, sizeof id);
    for (guint i = BODY_HEAD; i < body->len; i++)
        body->data[i] = (uint8_t)((id * 2654435761u + i * 40503u) >> 7);
    Content *content = content_at(book->oracle, id);
    content->sender = book->sender;
    content->books = book->bit;
    content->len = body->len;
    content->crc = vicu_crc32c(0, body->data, body->len);
    content->t_us = book->oracle->now_us;
    book->next = id;
    return body;
}

static Chapter *
find_chapter(const SimBook *book, uint64_t epoch)
{
    for (guint i = book->chapters->len; i > 0; i--) {
        Chapter *chapter = g_ptr_array_index(book->chapters, i - 1);
        if (chapter->epoch == epoch)
            return chapter;
    }
    return NULL;
}

void
sim_book_appended(SimBook *book, VicuSpool *spool, uint64_t epoch, uint64_t sequence)
{
    uint64_t local = epoch - spool->base;
    Chapter *chapter = find_chapter(book, local);
    if (!chapter) {
        chapter = g_new0(Chapter, 1);
        chapter->epoch = local;
        chapter->ids = g_array_new(FALSE, TRUE, sizeof(uint64_t));
        g_ptr_array_add(book->chapters, chapter);
    }
    if (sequence != chapter->ids->len + 1)
        sim_oracle_complain(book->oracle,
                            "epoch %" G_GUINT64_FORMAT ": sequence %" G_GUINT64_FORMAT
                            " was given after %u: numbers were used twice or skipped",
                            epoch, sequence, chapter->ids->len);
    else
        g_array_append_val(chapter->ids, book->next);
}

void
sim_book_dropped(SimBook *book, const VicuSpool *spool, const VicuSpoolDropped *dropped)
{
    Chapter *chapter = find_chapter(book, dropped->epoch - spool->base);
    for (uint64_t s = dropped->first; chapter && s <= MIN(dropped->last, chapter->ids->len); s++) {
        uint64_t id = g_array_index(chapter->ids, uint64_t, (guint)s - 1);
        if (id != 0)
            content_at(book->oracle, id)->given_up = true;
    }
}

void
sim_book_sending(SimBook *book,
                 VicuSpool *spool,
                 const VicuLinkMessage *message,
                 const VicuLinkFigures *figures)
{
    if (message->kind != VICU__KIND__KIND_BATCH_STORE
        && message->kind != VICU__KIND__KIND_BATCH_REF)
        return;
    const SpoolEpoch *epoch = spool_epoch_find(spool, message->epoch - spool->base);
    if (!epoch || message->sequence > epoch->synced)
        sim_oracle_complain(book->oracle, "a batch left for the store before the spool's sync");
    if (figures->outstanding_bytes > 0
        && figures->outstanding_bytes + message->len > figures->credit_bytes)
        sim_oracle_complain(book->oracle,
                            "%" G_GUINT64_FORMAT " + %zu bytes are under way with a credit of %u",
                            figures->outstanding_bytes, message->len, figures->credit_bytes);
}

/* ---- store ---- */

static StoreSender *
store_sender(GHashTable *table, const VicuSenderId *id)
{
    StoreSender *sender = g_hash_table_lookup(table, id);
    if (!sender) {
        sender = g_new0(StoreSender, 1);
        sender->id = *id;
        sender->marks = g_array_new(FALSE, FALSE, sizeof(Mark));
        sender->dropped = g_array_new(FALSE, FALSE, sizeof(VicuSpoolDropped));
        g_hash_table_insert(table, &sender->id, sender);
    }
    return sender;
}

static Mark *
find_mark(const StoreSender *sender, uint64_t epoch)
{
    for (guint i = 0; i < sender->marks->len; i++) {
        Mark *mark = &g_array_index(sender->marks, Mark, i);
        if (mark->epoch == epoch)
            return mark;
    }
    return NULL;
}

static void
apply(GHashTable *table, const StoreWrite *write)
{
    StoreSender *sender = store_sender(table, &write->key.sender);
    Mark *mark = find_mark(sender, write->key.epoch);
    Mark new_mark = {write->key.epoch, 0};
    switch (write->kind) {
    case VICU_LINK_WRITE_EPOCH:
        if (!mark)
            g_array_append_val(sender->marks, new_mark);
        if (write->key.epoch >= sender->highest) {
            sender->highest = write->key.epoch;
            sender->instance = write->instance;
        }
        break;
    case VICU_LINK_WRITE_BATCH:
        if (mark)
            mark->watermark = write->key.sequence;
        break;
    case VICU_LINK_WRITE_DROPPED:
        if (mark)
            mark->watermark = write->dropped.last;
        g_array_append_val(sender->dropped, write->dropped);
        break;
    case VICU_LINK_WRITE_ENDED:
        if (mark)
            g_array_remove_index(sender->marks,
                                 (guint)(mark - (Mark *)(void *)sender->marks->data));
        break;
    }
}

static void
check_writer(SimOracle *self, const StoreSender *sender, const Content *content)
{
    const SimBook *writer = g_hash_table_lookup(self->instances, &sender->instance);
    if (writer && (content->books & writer->bit) == 0)
        sim_oracle_complain(self, "the store took a batch of a sender that is fenced off");
}

static void
check_batch(SimOracle *self,
            const VicuLinkWrite *write,
            const StoreSender *sender,
            const Mark *mark)
{
    uint64_t id = content_of(self, write->body, write->len);
    Key key = {write->sender, write->epoch, write->sequence};
    if (id == 0) {
        sim_oracle_complain(self, "the store was given a batch that nobody wrote so: altered");
        return;
    }
    if (!vicu_sender_id_equal(&content_at(self, id)->sender, &write->sender))
        sim_oracle_complain(self, "a batch was stored under another sender's name");
    if (g_hash_table_contains(self->rows, &key)) {
        sim_oracle_complain(self, "(%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT ") was stored twice",
                            write->epoch, write->sequence);
        return;
    }
    if (!mark || write->sequence != mark->watermark + 1)
        sim_oracle_complain(self,
                            "(%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                            ") was stored after %" G_GUINT64_FORMAT ": out of order",
                            write->epoch, write->sequence, mark ? mark->watermark : 0);
    check_writer(self, sender, content_at(self, id));
    Row *row = g_new0(Row, 1);
    row->key = key;
    row->content = id;
    g_hash_table_insert(self->rows, &row->key, row);
}

void
sim_oracle_write(SimOracle *self, const VicuLinkWrite *write)
{
    StoreWrite entry = {
        .kind = write->kind,
        .key = {write->sender, write->epoch, write->sequence},
        .instance = write->instance,
        .dropped = write->dropped,
    };
    const StoreSender *sender = store_sender(self->now, &write->sender);
    const Mark *mark = find_mark(sender, write->epoch);
    if (write->kind == VICU_LINK_WRITE_BATCH)
        check_batch(self, write, sender, mark);
    else if (write->kind == VICU_LINK_WRITE_DROPPED
             && (!mark || write->dropped.first != mark->watermark + 1))
        sim_oracle_complain(self, "a dropped run does not begin after the watermark");
    apply(self->now, &entry);
    g_array_append_val(self->unsynced, entry);
}

guint
sim_oracle_unsynced(const SimOracle *self)
{
    return self->unsynced->len;
}

void
sim_oracle_synced(SimOracle *self, guint n)
{
    for (guint i = 0; i < n; i++) {
        const StoreWrite *write = &g_array_index(self->unsynced, StoreWrite, i);
        apply(self->durable, write);
        Row *row = write->kind == VICU_LINK_WRITE_BATCH
                       ? g_hash_table_lookup(self->rows, &write->key)
                       : NULL;
        if (row && !row->durable) {
            row->durable = true;
            self->stored++;
        }
    }
    g_array_remove_range(self->unsynced, 0, n);
}

static gboolean
is_not_durable(gpointer key, gpointer value, gpointer data)
{
    (void)key;
    (void)data;
    return !((const Row *)value)->durable;
}

void
sim_oracle_store_died(SimOracle *self)
{
    g_array_set_size(self->unsynced, 0);
    g_hash_table_foreach_remove(self->rows, is_not_durable, NULL);
    g_hash_table_remove_all(self->now);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->durable);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const StoreSender *from = value;
        StoreSender *to = store_sender(self->now, &from->id);
        to->highest = from->highest;
        to->instance = from->instance;
        g_array_append_vals(to->marks, from->marks->data, from->marks->len);
    }
}

void
sim_oracle_restore(const SimOracle *self, VicuLinkReceiver *receiver)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->durable);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const StoreSender *sender = value;
        vicu_link_receiver_restore(receiver, &sender->id, "sim", sender->highest);
        vicu_link_receiver_restore_instance(receiver, &sender->id, sender->instance);
        for (guint i = 0; i < sender->marks->len; i++) {
            const Mark *mark = &g_array_index(sender->marks, Mark, i);
            vicu_link_receiver_restore_epoch(receiver, &sender->id, mark->epoch, mark->watermark);
        }
    }
}

uint64_t
sim_oracle_stored(const SimOracle *self)
{
    return self->stored;
}

uint64_t
sim_oracle_appended(const SimOracle *self)
{
    return self->contents->len;
}

/* ---- spools against store ---- */

static bool
store_dropped(const SimOracle *self, const VicuSenderId *id, uint64_t epoch, uint64_t sequence)
{
    const StoreSender *sender = g_hash_table_lookup(self->durable, id);
    for (guint i = 0; sender && i < sender->dropped->len; i++) {
        const VicuSpoolDropped *dropped = &g_array_index(sender->dropped, VicuSpoolDropped, i);
        if (dropped->epoch == epoch && dropped->first <= sequence && sequence <= dropped->last)
            return true;
    }
    return false;
}

/* (epoch, sequence) of the wire has left the spool, or should have. */
static void
check_stored(SimBook *book, uint64_t epoch, uint64_t sequence, uint64_t id, const char *when)
{
    SimOracle *oracle = book->oracle;
    if (id == 0)
        return;
    Key key = {book->sender, epoch, sequence};
    const Row *row = g_hash_table_lookup(oracle->rows, &key);
    if (row && row->durable && row->content == id)
        return;
    if (row && row->durable)
        sim_oracle_complain(oracle,
                            "%s: the store has another batch at (%" G_GUINT64_FORMAT
                            ", %" G_GUINT64_FORMAT ")",
                            when, epoch, sequence);
    else if (!store_dropped(oracle, &book->sender, epoch, sequence))
        sim_oracle_complain(
            oracle, "%s: (%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT ") is not on the store's disk",
            when, epoch, sequence);
    else if (!content_at(oracle, id)->given_up)
        sim_oracle_complain(oracle,
                            "%s: (%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                            ") is recorded as dropped, but its spool had it",
                            when, epoch, sequence);
}

static uint64_t
id_at(const Chapter *chapter, uint64_t sequence)
{
    return g_array_index(chapter->ids, uint64_t, (guint)sequence - 1);
}

void
sim_book_check(SimBook *book, VicuSpool *spool)
{
    for (guint i = 0; i < book->chapters->len; i++) {
        Chapter *chapter = g_ptr_array_index(book->chapters, i);
        const SpoolEpoch *epoch = spool_epoch_find(spool, chapter->epoch);
        uint64_t gone = epoch ? epoch->first - 1 : chapter->ids->len;
        for (uint64_t s = chapter->acked + 1; s <= MIN(gone, chapter->ids->len); s++)
            check_stored(book, spool->base + chapter->epoch, s, id_at(chapter, s),
                         "gone from its spool");
        chapter->acked = MAX(chapter->acked, MIN(gone, chapter->ids->len));
        if (epoch)
            chapter->synced = MAX(chapter->synced, epoch->synced);
    }
}

void
sim_book_check_all_stored(SimBook *book, VicuSpool *spool)
{
    for (guint i = 0; i < book->chapters->len; i++) {
        const Chapter *chapter = g_ptr_array_index(book->chapters, i);
        for (uint64_t s = 1; s <= chapter->ids->len; s++)
            check_stored(book, spool->base + chapter->epoch, s, id_at(chapter, s), "at the end");
    }
}

static void
check_survivor(SimBook *book, VicuSpool *spool, Chapter *chapter, uint64_t sequence)
{
    VicuSpoolRecord record;
    uint64_t *id = &g_array_index(chapter->ids, uint64_t, (guint)sequence - 1);
    VicuSpoolPeek found = vicu_spool_peek(spool, spool->base + chapter->epoch, sequence, &record);
    if (*id == 0
        || (found == VICU_SPOOL_FOUND && content_of(book->oracle, record.body, record.len) == *id))
        return;
    if (found == VICU_SPOOL_FOUND) {
        sim_oracle_complain(book->oracle,
                            "the spool gives back a batch that is not as it was written");
        return;
    }
    if (content_at(book->oracle, *id)->given_up && sequence <= chapter->synced)
        return; /* the dropped range must tell of it, which is checked when it is gone */
    if (sequence <= chapter->synced)
        sim_oracle_complain(book->oracle,
                            "the spool lost local (%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                            "), which was synced",
                            chapter->epoch, sequence);
    *id = 0;
}

void
sim_book_reopened(SimBook *book, VicuSpool *spool)
{
    for (guint i = 0; i < book->chapters->len; i++) {
        Chapter *chapter = g_ptr_array_index(book->chapters, i);
        for (uint64_t s = chapter->acked + 1; s <= chapter->ids->len; s++)
            check_survivor(book, spool, chapter, s);
        chapter->synced = chapter->ids->len;
    }
}

int64_t
sim_book_live_wait_us(const SimBook *book, VicuSpool *spool, int64_t now_us)
{
    const SpoolEpoch *live = spool_epoch_find(spool, spool->live);
    const Chapter *chapter = find_chapter(book, spool->live);
    if (!live || !chapter || live->first > live->last || live->first > chapter->ids->len)
        return 0;
    uint64_t id = id_at(chapter, live->first);
    return id == 0 ? 0 : now_us - content_at(book->oracle, id)->t_us;
}

/* ---- rules ---- */

void
sim_oracle_reader_started(SimOracle *self)
{
    g_hash_table_remove_all(self->delivered);
    g_array_set_size(self->firsts, 0);
    g_array_set_size(self->gaps, 0);
}

static const First *
first_of(const SimOracle *self, const VicuSenderId *sender)
{
    for (guint i = 0; i < self->firsts->len; i++) {
        const First *first = &g_array_index(self->firsts, First, i);
        if (vicu_sender_id_equal(&first->sender, sender))
            return first;
    }
    return NULL;
}

void
sim_oracle_delivered(SimOracle *self, const VicuLinkMessage *message)
{
    uint64_t id = content_of(self, message->body, message->len);
    if (id == 0) {
        sim_oracle_complain(self, "rules were given a batch that nobody wrote so");
        return;
    }
    /* Without a number of its own a batch cannot be told from its double. */
    if (message->epoch != 0 && g_hash_table_contains(self->delivered, &id))
        sim_oracle_complain(self, "rules were given the same batch twice");
    g_hash_table_add(self->delivered, g_memdup2(&id, sizeof id));
    First first = {message->sender, message->epoch, message->sequence};
    if (message->epoch != 0 && !first_of(self, &message->sender))
        g_array_append_val(self->firsts, first);
}

void
sim_oracle_gap(SimOracle *self, const VicuFeedGap *gap)
{
    g_array_append_vals(self->gaps, gap, 1);
    self->n_gaps++;
}

static bool
in_a_gap(const SimOracle *self, const Key *key)
{
    for (guint i = 0; i < self->gaps->len; i++) {
        const VicuFeedGap *gap = &g_array_index(self->gaps, VicuFeedGap, i);
        if (!vicu_sender_id_equal(&gap->sender, &key->sender))
            continue;
        bool from =
            key->epoch > gap->epoch || (key->epoch == gap->epoch && key->sequence >= gap->first);
        bool to = gap->last != 0 ? key->epoch == gap->epoch && key->sequence <= gap->last
                                 : key->epoch < gap->until;
        if (from && to)
            return true;
    }
    return false;
}

void
sim_oracle_check_feed(SimOracle *self)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->rows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Row *row = value;
        const First *first = first_of(self, &row->key.sender);
        if (!first || row->key.epoch < first->epoch
            || (row->key.epoch == first->epoch && row->key.sequence <= first->sequence))
            continue;
        if (!g_hash_table_contains(self->delivered, &row->content) && !in_a_gap(self, &row->key))
            sim_oracle_complain(
                self, "rules saw neither (%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT ") nor a gap",
                row->key.epoch, row->key.sequence);
    }
}

uint64_t
sim_oracle_gaps(const SimOracle *self)
{
    return self->n_gaps;
}
