/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link-wire.h"

#include <string.h>

#define WATERMARKS_MAX 4096u

G_STATIC_ASSERT(sizeof(VicuSenderId) == sizeof(VicuFingerprint));

static const ProtobufCMessageDescriptor *
type_of(Vicu__Kind kind)
{
    switch ((int)kind) {
    case VICU__KIND__KIND_HELLO:
        return &vicu__hello__descriptor;
    case VICU__KIND__KIND_WELCOME:
        return &vicu__welcome__descriptor;
    case VICU__KIND__KIND_ACK:
        return &vicu__ack__descriptor;
    case VICU__KIND__KIND_END:
        return &vicu__end__descriptor;
    case VICU__KIND__KIND_DROPPED:
        return &vicu__dropped__descriptor;
    case VICU__KIND__KIND_BATCH_REF:
        return &vicu__batch_ref__descriptor;
    case VICU__KIND__KIND_REFUSE:
        return &vicu__refuse__descriptor;
    case VICU__KIND__KIND_FEED_OPEN:
        return &vicu__feed_open__descriptor;
    case VICU__KIND__KIND_FEED_FETCH:
        return &vicu__feed_fetch__descriptor;
    case VICU__KIND__KIND_FEED_LOST:
        return &vicu__feed_lost__descriptor;
    default:
        return NULL;
    }
}

/* Kinds whose body the machines take as it was packed, or that have none. */
static bool
is_opaque(Vicu__Kind kind)
{
    return kind == VICU__KIND__KIND_BATCH_FEED || kind == VICU__KIND__KIND_BATCH_STORE
           || kind == VICU__KIND__KIND_FEED || kind == VICU__KIND__KIND_HEARTBEAT
           || kind == VICU__KIND__KIND_BATCH_WANTED;
}

/* ---- in ------------------------------------------------------------------ */

static bool
read_watermarks(VicuLinkWire *self, Vicu__Watermark **from, size_t n)
{
    if (n > WATERMARKS_MAX)
        return false;
    self->watermarks = g_new0(VicuWatermark, n);
    for (size_t i = 0; i < n; i++)
        self->watermarks[i] = (VicuWatermark){
            .epoch = from[i]->epoch,
            .sequence = from[i]->sequence,
            .ended = from[i]->ended,
            .gap = from[i]->gap,
        };
    self->message.watermark = self->watermarks;
    self->message.n_watermark = n;
    return true;
}

static bool
read_hello(VicuLinkWire *self, const Vicu__Hello *hello)
{
    VicuLinkMessage *m = &self->message;

    if (hello->n_begun_epoch != hello->n_begun_instance || hello->n_begun_epoch > WATERMARKS_MAX)
        return false;
    self->begun = g_new0(VicuSpoolBegun, hello->n_begun_epoch);
    for (size_t i = 0; i < hello->n_begun_epoch; i++)
        self->begun[i] = (VicuSpoolBegun){hello->begun_epoch[i], hello->begun_instance[i]};
    m->begun = self->begun;
    m->n_begun = hello->n_begun_epoch;
    m->name = hello->name;
    m->epoch = hello->epoch;
    m->instance = hello->instance;
    m->open = hello->open;
    m->n_open = hello->n_open;
    return true;
}

static void
read_dropped(VicuLinkMessage *m, const Vicu__Dropped *dropped)
{
    static const VicuSpoolDropReason reasons[] = {
        [VICU__DROP_REASON__DROP_SIZE] = VICU_SPOOL_SIZE,
        [VICU__DROP_REASON__DROP_AGE] = VICU_SPOOL_AGE,
        [VICU__DROP_REASON__DROP_DAMAGED] = VICU_SPOOL_DAMAGED,
        [VICU__DROP_REASON__DROP_FORGOTTEN] = VICU_SPOOL_FORGOTTEN,
    };
    unsigned reason = (unsigned)dropped->reason;

    m->dropped = (VicuSpoolDropped){
        .epoch = m->epoch,
        .first = dropped->first,
        .last = dropped->last,
        .from_us = dropped->from_us,
        .to_us = dropped->to_us,
        .reason = reason < G_N_ELEMENTS(reasons) ? reasons[reason] : VICU_SPOOL_SIZE,
    };
}

static bool
read_body(VicuLinkWire *self)
{
    VicuLinkMessage *m = &self->message;

    switch ((int)m->kind) {
    case VICU__KIND__KIND_HELLO:
        return read_hello(self, self->body);
    case VICU__KIND__KIND_WELCOME: {
        const Vicu__Welcome *welcome = self->body;
        m->highest_epoch = welcome->highest_epoch;
        m->instance = welcome->instance;
        m->highest_instance = welcome->highest_instance;
        m->credit_bytes = welcome->credit_bytes;
        m->by_reference = welcome->by_reference;
        return read_watermarks(self, welcome->watermark, welcome->n_watermark);
    }
    case VICU__KIND__KIND_ACK: {
        const Vicu__Ack *ack = self->body;
        m->credit_bytes = ack->credit_bytes;
        return read_watermarks(self, ack->watermark, ack->n_watermark);
    }
    case VICU__KIND__KIND_END: {
        const Vicu__End *end = self->body;
        m->epoch = end->epoch;
        m->sequence = end->last_sequence;
        return true;
    }
    case VICU__KIND__KIND_DROPPED:
        read_dropped(m, self->body);
        return true;
    case VICU__KIND__KIND_BATCH_REF: {
        const Vicu__BatchRef *reference = self->body;
        m->len = reference->length;
        m->crc = reference->crc;
        return true;
    }
    case VICU__KIND__KIND_REFUSE: {
        const Vicu__Refuse *refuse = self->body;
        m->refuse = refuse->reason;
        m->text = refuse->text;
        return true;
    }
    case VICU__KIND__KIND_FEED_OPEN: {
        const Vicu__FeedOpen *open = self->body;
        m->first = open->after;
        m->last = open->incarnation;
        return true;
    }
    case VICU__KIND__KIND_FEED_FETCH: {
        const Vicu__FeedFetch *fetch = self->body;
        m->first = fetch->first;
        m->last = fetch->last;
        return true;
    }
    case VICU__KIND__KIND_FEED_LOST: {
        const Vicu__FeedLost *lost = self->body;
        m->first = lost->first;
        m->last = lost->last;
        return true;
    }
    default:
        return false;
    }
}

bool
vicu_link_wire_unpack(VicuLinkWire *self,
                      const VicuEnvelope *envelope,
                      const void *body,
                      size_t size)
{
    VicuLinkMessage *m = &self->message;
    const ProtobufCMessageDescriptor *type = type_of(envelope->kind);

    memset(self, 0, sizeof *self);
    m->kind = envelope->kind;
    memcpy(m->sender.bytes, envelope->sender.bytes, sizeof m->sender.bytes);
    m->epoch = envelope->epoch;
    m->sequence = envelope->sequence;
    m->fence = envelope->fence;
    m->number = envelope->number;
    if (is_opaque(m->kind)) {
        m->body = body;
        m->len = size;
        return size <= VICU_WIRE_MAX;
    }
    if (type == NULL)
        return false;
    self->body = vicu_wire_unpack(type, body != NULL ? body : "", size, NULL);
    if (self->body != NULL && read_body(self))
        return true;
    vicu_link_wire_clear(self);
    return false;
}

void
vicu_link_wire_clear(VicuLinkWire *self)
{
    vicu_wire_free(g_steal_pointer(&self->body));
    g_clear_pointer(&self->watermarks, g_free);
    g_clear_pointer(&self->begun, g_free);
}

/* ---- out ----------------------------------------------------------------- */

typedef struct {
    Vicu__Watermark *rows;
    Vicu__Watermark **pointers;
} PackedWatermarks;

static void
write_watermarks(const VicuLinkMessage *m, PackedWatermarks *out)
{
    out->rows = g_new0(Vicu__Watermark, m->n_watermark + 1);
    out->pointers = g_new0(Vicu__Watermark *, m->n_watermark + 1);
    for (size_t i = 0; i < m->n_watermark; i++) {
        vicu__watermark__init(&out->rows[i]);
        out->rows[i].epoch = m->watermark[i].epoch;
        out->rows[i].sequence = m->watermark[i].sequence;
        out->rows[i].ended = m->watermark[i].ended;
        out->rows[i].gap = m->watermark[i].gap;
        out->pointers[i] = &out->rows[i];
    }
}

static GBytes *
pack_hello(const VicuLinkMessage *m)
{
    Vicu__Hello hello = VICU__HELLO__INIT;
    g_autofree uint64_t *epochs = g_new0(uint64_t, m->n_begun + 1);
    g_autofree uint64_t *instances = g_new0(uint64_t, m->n_begun + 1);

    for (size_t i = 0; i < m->n_begun; i++) {
        epochs[i] = m->begun[i].epoch;
        instances[i] = m->begun[i].instance;
    }
    hello.begun_epoch = epochs;
    hello.n_begun_epoch = m->n_begun;
    hello.begun_instance = instances;
    hello.n_begun_instance = m->n_begun;

    hello.name = (char *)(m->name != NULL ? m->name : "");
    hello.epoch = m->epoch;
    hello.instance = m->instance;
    hello.open = (uint64_t *)m->open;
    hello.n_open = m->n_open;
    return vicu_wire_pack(&hello.base);
}

static GBytes *
pack_welcome(const VicuLinkMessage *m)
{
    Vicu__Welcome welcome = VICU__WELCOME__INIT;
    PackedWatermarks rows;

    write_watermarks(m, &rows);
    welcome.highest_epoch = m->highest_epoch;
    welcome.instance = m->instance;
    welcome.highest_instance = m->highest_instance;
    welcome.credit_bytes = m->credit_bytes;
    welcome.by_reference = m->by_reference;
    welcome.watermark = rows.pointers;
    welcome.n_watermark = m->n_watermark;
    GBytes *packed = vicu_wire_pack(&welcome.base);
    g_free(rows.rows);
    g_free(rows.pointers);
    return packed;
}

static GBytes *
pack_ack(const VicuLinkMessage *m)
{
    Vicu__Ack ack = VICU__ACK__INIT;
    PackedWatermarks rows;

    write_watermarks(m, &rows);
    ack.credit_bytes = m->credit_bytes;
    ack.watermark = rows.pointers;
    ack.n_watermark = m->n_watermark;
    GBytes *packed = vicu_wire_pack(&ack.base);
    g_free(rows.rows);
    g_free(rows.pointers);
    return packed;
}

static GBytes *
pack_dropped(const VicuLinkMessage *m)
{
    static const Vicu__DropReason reasons[] = {
        [VICU_SPOOL_SIZE] = VICU__DROP_REASON__DROP_SIZE,
        [VICU_SPOOL_AGE] = VICU__DROP_REASON__DROP_AGE,
        [VICU_SPOOL_DAMAGED] = VICU__DROP_REASON__DROP_DAMAGED,
        [VICU_SPOOL_FORGOTTEN] = VICU__DROP_REASON__DROP_FORGOTTEN,
    };
    Vicu__Dropped dropped = VICU__DROPPED__INIT;

    dropped.first = m->dropped.first;
    dropped.last = m->dropped.last;
    dropped.from_us = m->dropped.from_us;
    dropped.to_us = m->dropped.to_us;
    dropped.reason = reasons[m->dropped.reason];
    return vicu_wire_pack(&dropped.base);
}

static GBytes *
pack_small(const VicuLinkMessage *m)
{
    switch ((int)m->kind) {
    case VICU__KIND__KIND_END: {
        Vicu__End end = VICU__END__INIT;
        end.epoch = m->epoch;
        end.last_sequence = m->sequence;
        return vicu_wire_pack(&end.base);
    }
    case VICU__KIND__KIND_BATCH_REF: {
        Vicu__BatchRef reference = VICU__BATCH_REF__INIT;
        reference.length = (uint32_t)m->len;
        reference.crc = m->crc;
        return vicu_wire_pack(&reference.base);
    }
    case VICU__KIND__KIND_REFUSE: {
        Vicu__Refuse refuse = VICU__REFUSE__INIT;
        refuse.reason = m->refuse;
        refuse.text = (char *)(m->text != NULL ? m->text : "");
        return vicu_wire_pack(&refuse.base);
    }
    case VICU__KIND__KIND_FEED_OPEN: {
        Vicu__FeedOpen open = VICU__FEED_OPEN__INIT;
        open.after = m->first;
        open.incarnation = m->last;
        return vicu_wire_pack(&open.base);
    }
    case VICU__KIND__KIND_FEED_FETCH: {
        Vicu__FeedFetch fetch = VICU__FEED_FETCH__INIT;
        fetch.first = m->first;
        fetch.last = m->last;
        return vicu_wire_pack(&fetch.base);
    }
    case VICU__KIND__KIND_FEED_LOST: {
        Vicu__FeedLost lost = VICU__FEED_LOST__INIT;
        lost.first = m->first;
        lost.last = m->last;
        return vicu_wire_pack(&lost.base);
    }
    default:
        g_assert_not_reached();
    }
}

static GBytes *
pack_body(const VicuLinkMessage *m)
{
    switch ((int)m->kind) {
    case VICU__KIND__KIND_HELLO:
        return pack_hello(m);
    case VICU__KIND__KIND_WELCOME:
        return pack_welcome(m);
    case VICU__KIND__KIND_ACK:
        return pack_ack(m);
    case VICU__KIND__KIND_DROPPED:
        return pack_dropped(m);
    default:
        return pack_small(m);
    }
}

VicuPart
vicu_link_wire_pack(const VicuLinkMessage *message, VicuEnvelope *envelope, GBytes **packed)
{
    VicuPart part = {message->body, message->len};

    *packed = NULL;
    memset(envelope, 0, sizeof *envelope);
    envelope->kind = message->kind;
    memcpy(envelope->sender.bytes, message->sender.bytes, sizeof envelope->sender.bytes);
    envelope->epoch = message->epoch;
    envelope->sequence = message->sequence;
    envelope->fence = message->fence;
    envelope->number = message->number;
    if (!is_opaque(message->kind)) {
        gsize size = 0;
        *packed = pack_body(message);
        part.data = g_bytes_get_data(*packed, &size);
        part.size = size;
    }
    if (part.data == NULL)
        part.data = "";
    return part;
}
