/* Outbox.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/outbox.h"

#include <string.h>

/* Numerics of one bed, the arrays that protobuf points into. */
typedef struct {
    Vicu__Numerics message;
    GArray *code, *t_us, *value, *quality;
} BedNumerics;

struct RulesOutbox {
    GPtrArray *numerics; /* BedNumerics */
    GPtrArray *symbols;
    GPtrArray *events;
    GPtrArray *audit;
};

static void
free_numerics(gpointer data)
{
    BedNumerics *self = data;
    g_array_unref(self->code);
    g_array_unref(self->t_us);
    g_array_unref(self->value);
    g_array_unref(self->quality);
    g_free(self->message.bed);
    g_free(self);
}

static void
free_symbol(gpointer data)
{
    Vicu__Symbol *symbol = data;
    g_free(symbol->bed);
    g_free(symbol->value);
    g_free(symbol->author);
    g_free(symbol);
}

static void
free_event(gpointer data)
{
    Vicu__Event *event = data;
    g_free(event->bed);
    g_free(event->kind);
    g_free(event->key);
    g_free(event->text);
    g_free(event->detail.data);
    g_free(event);
}

RulesOutbox *
rules_outbox_new(void)
{
    RulesOutbox *self = g_new0(RulesOutbox, 1);
    self->numerics = g_ptr_array_new_with_free_func(free_numerics);
    self->symbols = g_ptr_array_new_with_free_func(free_symbol);
    self->events = g_ptr_array_new_with_free_func(free_event);
    self->audit = g_ptr_array_new_with_free_func(vicu_wire_free);
    return self;
}

void
rules_outbox_free(RulesOutbox *self)
{
    if (!self)
        return;
    g_ptr_array_unref(self->numerics);
    g_ptr_array_unref(self->symbols);
    g_ptr_array_unref(self->events);
    g_ptr_array_unref(self->audit);
    g_free(self);
}

static BedNumerics *
numerics_of(RulesOutbox *self, const char *bed, Vicu__Origin origin, Vicu__Source source)
{
    for (guint i = self->numerics->len; i > 0; i--) {
        BedNumerics *n = self->numerics->pdata[i - 1];
        if (strcmp(n->message.bed, bed) == 0 && n->message.origin == origin
            && n->message.source == source)
            return n;
    }
    BedNumerics *n = g_new0(BedNumerics, 1);
    vicu__numerics__init(&n->message);
    n->message.bed = g_strdup(bed);
    n->message.origin = origin;
    n->message.source = source;
    n->code = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    n->t_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
    n->value = g_array_new(FALSE, FALSE, sizeof(double));
    n->quality = g_array_new(FALSE, FALSE, sizeof(Vicu__Quality));
    g_ptr_array_add(self->numerics, n);
    return n;
}

static void
add_numeric(BedNumerics *n, uint32_t code, int64_t t_us, double value, Vicu__Quality quality)
{
    g_array_append_val(n->code, code);
    g_array_append_val(n->t_us, t_us);
    g_array_append_val(n->value, value);
    g_array_append_val(n->quality, quality);
}

void
rules_outbox_numeric(RulesOutbox *self,
                     const char *bed,
                     Vicu__Origin origin,
                     uint32_t code,
                     int64_t t_us,
                     double value,
                     Vicu__Quality quality)
{
    add_numeric(numerics_of(self, bed, origin, VICU__SOURCE__SOURCE_DERIVED), code, t_us, value,
                quality);
}

void
rules_outbox_observation(RulesOutbox *self,
                         const char *bed,
                         uint32_t code,
                         int64_t t_us,
                         double value,
                         const char *symbol,
                         const char *author)
{
    if (!symbol) {
        add_numeric(numerics_of(self, bed, VICU__ORIGIN__ORIGIN_LIVE, VICU__SOURCE__SOURCE_MANUAL),
                    code, t_us, value, VICU__QUALITY__QUALITY_GOOD);
        return;
    }
    Vicu__Symbol *s = g_new0(Vicu__Symbol, 1);
    vicu__symbol__init(s);
    s->bed = g_strdup(bed);
    s->code = code;
    s->t_us = t_us;
    s->value = g_strdup(symbol);
    s->origin = VICU__ORIGIN__ORIGIN_LIVE;
    s->source = VICU__SOURCE__SOURCE_MANUAL;
    s->author = g_strdup(author);
    g_ptr_array_add(self->symbols, s);
}

void
rules_outbox_event(RulesOutbox *self,
                   const char *bed,
                   int64_t t_us,
                   const char *kind,
                   const char *key,
                   const char *text,
                   GBytes *detail)
{
    Vicu__Event *event = g_new0(Vicu__Event, 1);
    vicu__event__init(event);
    event->bed = g_strdup(bed);
    event->t_us = t_us;
    event->kind = g_strdup(kind);
    event->key = g_strdup(key);
    event->text = g_strdup(text);
    if (detail) {
        gsize size = 0;
        const void *data = g_bytes_get_data(detail, &size);
        event->detail.data = g_memdup2(data, size);
        event->detail.len = size;
    }
    g_ptr_array_add(self->events, event);
}

void
rules_outbox_audit(RulesOutbox *self, const Vicu__AuditRecord *record)
{
    /* A deep copy by way of its bytes. */
    g_autoptr(GBytes) packed = vicu_wire_pack(&record->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    Vicu__AuditRecord *copy = vicu_wire_unpack_audit_record(data, size, NULL);
    g_assert(copy);
    g_ptr_array_add(self->audit, copy);
}

bool
rules_outbox_is_empty(const RulesOutbox *self)
{
    return self->numerics->len == 0 && self->symbols->len == 0 && self->events->len == 0
           && self->audit->len == 0;
}

static void
point(BedNumerics *n)
{
    n->message.n_code = n->message.n_t_us = n->message.n_value = n->message.n_quality =
        n->code->len;
    n->message.code = (uint32_t *)(void *)n->code->data;
    n->message.t_us = (int64_t *)(void *)n->t_us->data;
    n->message.value = (double *)(void *)n->value->data;
    n->message.quality = (Vicu__Quality *)(void *)n->quality->data;
}

GBytes *
rules_outbox_take(RulesOutbox *self, int64_t t_us)
{
    if (rules_outbox_is_empty(self))
        return NULL;
    Vicu__Batch batch = VICU__BATCH__INIT;
    batch.t_us = t_us;
    for (guint i = 0; i < self->numerics->len; i++)
        point(self->numerics->pdata[i]);
    /* BedNumerics begins with its message, so its pointer is the message's. */
    batch.n_numerics = self->numerics->len;
    batch.numerics = (Vicu__Numerics **)self->numerics->pdata;
    batch.n_symbol = self->symbols->len;
    batch.symbol = (Vicu__Symbol **)self->symbols->pdata;
    batch.n_event = self->events->len;
    batch.event = (Vicu__Event **)self->events->pdata;
    batch.n_audit = self->audit->len;
    batch.audit = (Vicu__AuditRecord **)self->audit->pdata;
    GBytes *packed = vicu_wire_pack(&batch.base);
    g_ptr_array_set_size(self->numerics, 0);
    g_ptr_array_set_size(self->symbols, 0);
    g_ptr_array_set_size(self->events, 0);
    g_ptr_array_set_size(self->audit, 0);
    return packed;
}
