/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/collector/listener.h"

#include <string.h>

#include "common/wire.h"

static void
heard_free(gpointer data)
{
    Heard *h = data;

    g_free(h->bed);
    g_free(h->label);
    g_free(h->unit);
    g_array_unref(h->samples);
    g_free(h);
}

Listener *
listener_new(void)
{
    Listener *self = g_new0(Listener, 1);

    self->tick = collector_tick_new(NULL);
    self->segments = g_ptr_array_new_with_free_func(heard_free);
    self->batches = g_ptr_array_new_with_free_func(vicu_wire_free);
    return self;
}

void
listener_free(Listener *self)
{
    collector_tick_free(self->tick);
    g_ptr_array_unref(self->segments);
    g_ptr_array_unref(self->batches);
    g_free(self);
}

static Heard *
find(const Listener *self, uint32_t id)
{
    for (guint i = self->segments->len; i-- > 0;)
        if (((Heard *)self->segments->pdata[i])->id == id)
            return self->segments->pdata[i];
    return NULL;
}

static void
hear_segment(Listener *self, const Vicu__Segment *s)
{
    Heard *h = find(self, s->id);

    if (h == NULL) {
        h = g_new0(Heard, 1);
        h->id = s->id;
        h->bed = g_strdup(s->bed);
        h->label = g_strdup(s->label);
        h->unit = g_strdup(s->unit);
        h->code = s->code;
        h->channel = s->channel;
        h->t0_us = s->t0_us;
        h->source_t0_us = s->source_t0_us;
        h->received_us = s->received_us;
        h->period_num = s->period_num;
        h->period_den = s->period_den;
        h->gain = s->gain;
        h->baseline = s->baseline;
        h->copy = s->copy;
        h->origin = (int)s->origin;
        h->samples = g_array_new(FALSE, FALSE, sizeof(int16_t));
        g_ptr_array_add(self->segments, h);
    }
    g_assert_cmpint(h->t0_us, ==, s->t0_us); /* announced again as it began */
    g_assert_cmpint(h->source_t0_us, ==, s->source_t0_us);
    g_assert_cmpint(h->received_us, ==, s->received_us);
    g_assert_cmpfloat(h->gain, ==, s->gain);
    h->announced++;
}

static void
hear_wave(Listener *self, const Vicu__Wave *w, int64_t t_us)
{
    Heard *h = find(self, w->segment);

    g_assert_nonnull(h);
    g_assert_false(h->last);
    g_assert_cmpuint(w->first, ==, h->n);
    g_assert_cmpuint(w->samples.len % 2, ==, 0);
    if (!self->forget)
        g_array_append_vals(h->samples, w->samples.data, (guint)(w->samples.len / 2));
    h->n += w->samples.len / 2;
    /* nothing that has not ended */
    g_assert_cmpint(h->t0_us + collector_sample_time_us(h->n, h->period_num, h->period_den), <=,
                    t_us);
}

void
listener_take(Listener *self, int64_t t_us)
{
    g_autoptr(GBytes) bytes = collector_tick_take(self->tick, t_us);
    g_autoptr(GError) error = NULL;
    gsize n = 0;

    if (bytes == NULL)
        return;
    const void *data = g_bytes_get_data(bytes, &n);
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(data, n, &error);
    g_assert_no_error(error);
    self->n_batches++;
    for (size_t i = 0; i < batch->n_segment; i++)
        hear_segment(self, batch->segment[i]);
    for (size_t i = 0; i < batch->n_wave; i++)
        hear_wave(self, batch->wave[i], t_us);
    for (size_t i = 0; i < batch->n_segment; i++)
        find(self, batch->segment[i]->id)->last = batch->segment[i]->last;
    if (batch->n_numerics + batch->n_symbol + batch->n_unmapped + batch->n_gap + batch->n_event > 0)
        g_ptr_array_add(self->batches, g_steal_pointer(&batch));
}

static gboolean
is(const Heard *h, const char *bed, const char *label)
{
    return (bed == NULL || strcmp(h->bed, bed) == 0) && strcmp(h->label, label) == 0;
}

uint64_t
listener_count(const Listener *self, const char *bed, const char *label)
{
    uint64_t n = 0;

    for (guint i = 0; i < self->segments->len; i++)
        if (is(self->segments->pdata[i], bed, label))
            n += ((Heard *)self->segments->pdata[i])->n;
    return n;
}

const Heard *
listener_segment(const Listener *self, const char *label, guint i)
{
    for (guint k = 0; k < self->segments->len; k++)
        if (is(self->segments->pdata[k], NULL, label) && i-- == 0)
            return self->segments->pdata[k];
    return NULL;
}

guint
listener_n_segments(const Listener *self, const char *label)
{
    guint n = 0;

    while (listener_segment(self, label, n) != NULL)
        n++;
    return n;
}

const Vicu__Gap *
listener_gap(const Listener *self, guint i)
{
    for (guint k = 0; k < self->batches->len; k++) {
        const Vicu__Batch *batch = self->batches->pdata[k];
        if (i < batch->n_gap)
            return batch->gap[i];
        i -= (guint)batch->n_gap;
    }
    return NULL;
}

const Vicu__Event *
listener_event(const Listener *self, guint i)
{
    for (guint k = 0; k < self->batches->len; k++) {
        const Vicu__Batch *batch = self->batches->pdata[k];
        if (i < batch->n_event)
            return batch->event[i];
        i -= (guint)batch->n_event;
    }
    return NULL;
}
