/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/tick.h"

#include <string.h>

#include "common/numeric-times.h"
#include "common/wire.h"

#define ANNOUNCE_US 1000000

__extension__ typedef unsigned __int128 Wide;

/* An open segment and what it got in this tick. */
typedef struct {
    Vicu__Segment message; /* its strings are owned */
    Vicu__Wave wave;
    GByteArray *samples; /* of the wave */
    uint64_t next;       /* number of the next sample */
    int64_t announce_us; /* 0: in the next batch */
} Open;

/* Numerics of one bed, origin and source in this tick. */
typedef struct {
    char *bed;
    Vicu__Origin origin;
    Vicu__Source source;
    Vicu__Numerics message;
    GArray *code, *channel, *t_us, *value, *quality, *period_ms, *source_us, *received_us;
} Group;

struct CollectorTick {
    VicuHeartbeat *heartbeat;
    uint32_t last_id;
    GHashTable *open;                     /* id -> Open */
    GPtrArray *order;                     /* Open, in the order of their beginning; owns */
    GHashTable *groups;                   /* Group -> itself; owns */
    GPtrArray *used;                      /* Group with values in this tick */
    GPtrArray *segment, *wave, *numerics; /* for the batch, borrowed */
    GPtrArray *whole;                     /* Vicu__Wave that a jump closed; owns */
    GPtrArray *symbol, *unmapped, *gap, *event, *audit, *proof; /* copies; own */
    gboolean announce_all;
    CollectorTickFigures figures;
};

uint64_t
collector_samples_ended(int64_t elapsed_us, uint32_t period_num, uint32_t period_den)
{
    if (elapsed_us <= 0)
        return 0;
    return (uint64_t)((Wide)elapsed_us * period_den / ((Wide)period_num * 1000000));
}

int64_t
collector_sample_time_us(uint64_t n, uint32_t period_num, uint32_t period_den)
{
    return (int64_t)((Wide)n * period_num * 1000000 / period_den);
}

static void
open_free(gpointer data)
{
    Open *open = data;

    g_free(open->message.bed);
    g_free(open->message.label);
    g_free(open->message.unit);
    g_byte_array_unref(open->samples);
    g_free(open);
}

static guint
group_hash(gconstpointer key)
{
    const Group *g = key;

    return g_str_hash(g->bed) * 31u + (guint)g->origin * 7u + (guint)g->source;
}

static gboolean
group_equal(gconstpointer a, gconstpointer b)
{
    const Group *x = a, *y = b;

    return x->origin == y->origin && x->source == y->source && strcmp(x->bed, y->bed) == 0;
}

static void
group_free(gpointer data)
{
    Group *g = data;

    g_array_unref(g->code);
    g_array_unref(g->channel);
    g_array_unref(g->t_us);
    g_array_unref(g->value);
    g_array_unref(g->quality);
    g_array_unref(g->period_ms);
    g_array_unref(g->source_us);
    g_array_unref(g->received_us);
    g_free(g->bed);
    g_free(g);
}

static void
wave_free(gpointer data)
{
    Vicu__Wave *wave = data;

    g_free(wave->samples.data);
    g_free(wave);
}

CollectorTick *
collector_tick_new(VicuHeartbeat *heartbeat)
{
    CollectorTick *self = g_new0(CollectorTick, 1);

    self->heartbeat = heartbeat;
    self->open = g_hash_table_new(NULL, NULL);
    self->order = g_ptr_array_new_with_free_func(open_free);
    self->groups = g_hash_table_new_full(group_hash, group_equal, group_free, NULL);
    self->used = g_ptr_array_new();
    self->segment = g_ptr_array_new();
    self->wave = g_ptr_array_new();
    self->numerics = g_ptr_array_new();
    self->whole = g_ptr_array_new_with_free_func(wave_free);
    self->symbol = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->unmapped = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->gap = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->event = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->audit = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->proof = g_ptr_array_new_with_free_func(vicu_wire_free);
    return self;
}

void
collector_tick_free(CollectorTick *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->open);
    g_ptr_array_unref(self->order);
    g_hash_table_unref(self->groups);
    g_ptr_array_unref(self->used);
    g_ptr_array_unref(self->segment);
    g_ptr_array_unref(self->wave);
    g_ptr_array_unref(self->numerics);
    g_ptr_array_unref(self->whole);
    g_ptr_array_unref(self->symbol);
    g_ptr_array_unref(self->unmapped);
    g_ptr_array_unref(self->gap);
    g_ptr_array_unref(self->event);
    g_ptr_array_unref(self->audit);
    g_ptr_array_unref(self->proof);
    g_free(self);
}

uint32_t
collector_tick_begin_segment(CollectorTick *self, const CollectorSegment *segment)
{
    Open *open = g_new0(Open, 1);

    g_assert(segment->period_num > 0 && segment->period_den > 0 && segment->gain != 0.0);
    vicu__segment__init(&open->message);
    vicu__wave__init(&open->wave);
    open->message.id = open->wave.segment = ++self->last_id;
    open->message.bed = g_strdup(segment->bed);
    open->message.code = segment->code;
    open->message.channel = segment->channel;
    open->message.label = g_strdup(segment->label);
    open->message.t0_us = segment->t0_us;
    open->message.source_t0_us = segment->source_t0_us;
    open->message.received_us = segment->received_us;
    open->message.period_num = segment->period_num;
    open->message.period_den = segment->period_den;
    open->message.gain = segment->gain;
    open->message.baseline = segment->baseline;
    open->message.unit = g_strdup(segment->unit);
    open->message.origin = segment->origin;
    open->message.copy = segment->copy;
    open->samples = g_byte_array_new();
    g_ptr_array_add(self->order, open);
    g_hash_table_insert(self->open, GUINT_TO_POINTER(open->message.id), open);
    return open->message.id;
}

/* The wave so far stands for itself; another one of the same segment begins. */
static void
close_wave(CollectorTick *self, Open *open)
{
    Vicu__Wave *wave = g_new(Vicu__Wave, 1);

    if (open->samples->len == 0) {
        g_free(wave);
        return;
    }
    *wave = open->wave;
    wave->samples.len = open->samples->len;
    wave->samples.data = g_memdup2(open->samples->data, open->samples->len);
    g_ptr_array_add(self->whole, wave);
    g_byte_array_set_size(open->samples, 0);
}

void
collector_tick_push(
    CollectorTick *self, uint32_t id, uint64_t first, const int16_t *samples, size_t n)
{
    Open *open = g_hash_table_lookup(self->open, GUINT_TO_POINTER(id));

    g_return_if_fail(open != NULL && first >= open->next);
    if (n == 0)
        return;
    if (first != open->next)
        close_wave(self, open);
    if (open->samples->len == 0)
        open->wave.first = first;
    guint at = open->samples->len;
    g_byte_array_set_size(open->samples, at + (guint)(n * sizeof *samples));
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
    memcpy(open->samples->data + at, samples, n * sizeof *samples);
#else
    for (size_t i = 0; i < n; i++) {
        int16_t le = GINT16_TO_LE(samples[i]);
        memcpy(open->samples->data + at + i * sizeof le, &le, sizeof le);
    }
#endif
    open->next = first + n;
    self->figures.samples += n;
    if (self->heartbeat != NULL)
        vicu_heartbeat_sample(self->heartbeat, open->message.bed,
                              open->message.t0_us
                                  + collector_sample_time_us(open->next - 1,
                                                             open->message.period_num,
                                                             open->message.period_den));
}

void
collector_tick_end_segment(CollectorTick *self, uint32_t id)
{
    Open *open = g_hash_table_lookup(self->open, GUINT_TO_POINTER(id));

    g_return_if_fail(open != NULL);
    open->message.last = TRUE;
    g_hash_table_remove(self->open, GUINT_TO_POINTER(id));
}

static Group *
find_group(CollectorTick *self, const CollectorNumeric *numeric)
{
    Group key = {.bed = (char *)numeric->bed, .origin = numeric->origin, .source = numeric->source};
    Group *g = g_hash_table_lookup(self->groups, &key);

    if (g == NULL) {
        g = g_new0(Group, 1);
        g->bed = g_strdup(numeric->bed);
        g->origin = numeric->origin;
        g->source = numeric->source;
        g->code = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        g->channel = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        g->t_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g->value = g_array_new(FALSE, FALSE, sizeof(double));
        g->quality = g_array_new(FALSE, FALSE, sizeof(Vicu__Quality));
        g->period_ms = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        g->source_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g->received_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_hash_table_add(self->groups, g);
    }
    if (g->code->len == 0)
        g_ptr_array_add(self->used, g);
    return g;
}

void
collector_tick_numeric(CollectorTick *self, const CollectorNumeric *numeric)
{
    Group *g = find_group(self, numeric);
    double value = numeric->quality == VICU__QUALITY__QUALITY_INVALID ? 0.0 : numeric->value;

    g_array_append_val(g->code, numeric->code);
    g_array_append_val(g->channel, numeric->channel);
    g_array_append_val(g->t_us, numeric->t_us);
    g_array_append_val(g->value, value);
    g_array_append_val(g->quality, numeric->quality);
    g_array_append_val(g->period_ms, numeric->period_ms);
    g_array_append_val(g->source_us, numeric->source_us);
    g_array_append_val(g->received_us, numeric->received_us);
    self->figures.numerics++;
    if (self->heartbeat != NULL && numeric->quality != VICU__QUALITY__QUALITY_INVALID)
        vicu_heartbeat_sample(self->heartbeat, numeric->bed, numeric->t_us);
}

/* A copy that owns its strings. These messages are rare. */
static void
add_copy(GPtrArray *to, const ProtobufCMessage *message)
{
    g_autoptr(GBytes) bytes = vicu_wire_pack(message);
    gsize n = 0;
    const void *data = g_bytes_get_data(bytes, &n);
    void *copy = vicu_wire_unpack(message->descriptor, data, n, NULL);

    g_assert(copy != NULL);
    g_ptr_array_add(to, copy);
}

void
collector_tick_symbol(CollectorTick *self, const Vicu__Symbol *symbol)
{
    add_copy(self->symbol, &symbol->base);
}

void
collector_tick_unmapped(CollectorTick *self, const Vicu__Unmapped *unmapped)
{
    add_copy(self->unmapped, &unmapped->base);
}

void
collector_tick_gap(CollectorTick *self, const Vicu__Gap *gap)
{
    add_copy(self->gap, &gap->base);
}

void
collector_tick_event(CollectorTick *self, const Vicu__Event *event)
{
    add_copy(self->event, &event->base);
}

void
collector_tick_audit(CollectorTick *self, const Vicu__AuditRecord *record)
{
    add_copy(self->audit, &record->base);
}

void
collector_tick_proof(CollectorTick *self, const Vicu__Proof *proof)
{
    add_copy(self->proof, &proof->base);
}

void
collector_tick_announce_all(CollectorTick *self)
{
    self->announce_all = TRUE;
}

static void
collect_segments(CollectorTick *self, int64_t t_us)
{
    for (guint i = 0; i < self->whole->len; i++)
        g_ptr_array_add(self->wave, self->whole->pdata[i]);
    for (guint i = 0; i < self->order->len; i++) {
        Open *open = self->order->pdata[i];
        if (open->message.last || self->announce_all || t_us >= open->announce_us) {
            g_ptr_array_add(self->segment, &open->message);
            /* spread over the second, whatever began together */
            int64_t spread = open->announce_us == 0 ? (int64_t)(open->message.id % 25) * 40000 : 0;
            open->announce_us = t_us + ANNOUNCE_US - spread;
        }
        if (open->samples->len > 0) {
            open->wave.samples.data = open->samples->data;
            open->wave.samples.len = open->samples->len;
            g_ptr_array_add(self->wave, &open->wave);
        }
    }
    self->announce_all = FALSE;
}

static gboolean
any_set(const GArray *values)
{
    for (guint i = 0; i < values->len; i++)
        if (g_array_index(values, uint32_t, i) != 0)
            return TRUE;
    return FALSE;
}

static void
collect_numerics(CollectorTick *self)
{
    G_STATIC_ASSERT(sizeof(Vicu__Quality) == sizeof(uint32_t));

    for (guint i = 0; i < self->used->len; i++) {
        Group *g = self->used->pdata[i];
        Vicu__Numerics *m = &g->message;
        size_t n = g->code->len;

        vicu__numerics__init(m);
        m->bed = g->bed;
        m->origin = g->origin;
        m->source = g->source;
        m->n_code = m->n_t_us = m->n_value = n;
        m->code = (uint32_t *)(void *)g->code->data;
        m->t_us = (int64_t *)(void *)g->t_us->data;
        m->value = (double *)(void *)g->value->data;
        m->n_channel = any_set(g->channel) ? n : 0;
        m->channel = (uint32_t *)(void *)g->channel->data;
        m->n_quality = any_set(g->quality) ? n : 0;
        m->quality = (Vicu__Quality *)(void *)g->quality->data;
        m->n_period_ms = any_set(g->period_ms) ? n : 0;
        m->period_ms = (uint32_t *)(void *)g->period_ms->data;
        vicu_numeric_times_set(m, (int64_t *)(void *)g->source_us->data,
                               (int64_t *)(void *)g->received_us->data);
        g_ptr_array_add(self->numerics, m);
    }
}

static void
empty(CollectorTick *self)
{
    for (guint i = 0; i < self->used->len; i++) {
        Group *g = self->used->pdata[i];
        g_array_set_size(g->code, 0);
        g_array_set_size(g->channel, 0);
        g_array_set_size(g->t_us, 0);
        g_array_set_size(g->value, 0);
        g_array_set_size(g->quality, 0);
        g_array_set_size(g->period_ms, 0);
        g_array_set_size(g->source_us, 0);
        g_array_set_size(g->received_us, 0);
    }
    for (guint i = self->order->len; i-- > 0;) {
        Open *open = self->order->pdata[i];
        g_byte_array_set_size(open->samples, 0);
        if (open->message.last)
            g_ptr_array_remove_index(self->order, i);
    }
    GPtrArray *const arrays[] = {self->used,  self->segment, self->wave,     self->numerics,
                                 self->whole, self->symbol,  self->unmapped, self->gap,
                                 self->event, self->audit,   self->proof};
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_ptr_array_set_size(arrays[i], 0);
}

GBytes *
collector_tick_take(CollectorTick *self, int64_t t_us)
{
    Vicu__Batch batch = VICU__BATCH__INIT;

    collect_segments(self, t_us);
    collect_numerics(self);
    batch.t_us = t_us;
#define FIELD(name)                                                                                \
    batch.n_##name = self->name->len;                                                              \
    batch.name = (void *)self->name->pdata
    FIELD(segment);
    FIELD(wave);
    FIELD(numerics);
    FIELD(symbol);
    FIELD(unmapped);
    FIELD(gap);
    FIELD(event);
    FIELD(audit);
    FIELD(proof);
#undef FIELD
    size_t n = batch.n_segment + batch.n_wave + batch.n_numerics + batch.n_symbol + batch.n_unmapped
               + batch.n_gap + batch.n_event + batch.n_audit + batch.n_proof;
    GBytes *bytes = n > 0 ? vicu_wire_pack(&batch.base) : NULL;
    empty(self);
    if (bytes != NULL) {
        self->figures.batches++;
        self->figures.bytes += g_bytes_get_size(bytes);
    }
    return bytes;
}

CollectorTickFigures
collector_tick_figures(const CollectorTick *self)
{
    CollectorTickFigures figures = self->figures;

    figures.open_segments = g_hash_table_size(self->open);
    return figures;
}
