/* Numerics of one bed within a time: from blocks, then from the lanes' memory.
 *
 * What the lanes hold is copied when the walk begins; a block that is made of
 * it later is passed over, so nothing comes twice.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/query-internal.h"

typedef struct {
    VicuFingerprint sender;
    uint64_t epoch;
    uint64_t first; /* blocks from this sequence on are made of what was copied */
    GBytes *held;   /* packed Batch; NULL: nothing of this bed */
} Held;

struct StoreNumericWalk {
    StoreHead *head;
    uint32_t code;
    int64_t from_us, to_us;
    StoreKey at, end;
    GArray *held;
    guint next_held;
    bool in_held;
};

static void
held_clear(gpointer p)
{
    Held *held = p;

    if (held->held != NULL)
        g_bytes_unref(held->held);
}

typedef struct {
    StoreNumericWalk *walk;
    const char *bed;
} Noting;

static void
note_lane(StoreLane *lane, gpointer user)
{
    Noting *noting = user;
    Held held = {
        .sender = lane->sender,
        .epoch = lane->epoch,
        .first = lane->blocked + 1,
        .held = store_numeric_peek(lane->numeric, noting->bed),
    };

    g_array_append_val(noting->walk->held, held);
}

StoreNumericWalk *
store_numeric_walk_new(
    StoreHead *head, const char *bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    StoreNumericWalk *self = g_new0(StoreNumericWalk, 1);
    Noting noting = {self, bed};

    self->head = head;
    self->code = code;
    self->from_us = from_us;
    self->to_us = to_us;
    self->at = store_numeric_key(bed, from_us);
    self->end = store_numeric_key(bed, to_us - 1);
    memset(self->end.data + self->end.size, 0xff, 32); /* past every lane of that block */
    self->end.size += 32;
    self->held = g_array_new(FALSE, FALSE, sizeof(Held));
    g_array_set_clear_func(self->held, held_clear);
    store_head_lanes(head, note_lane, &noting);
    return self;
}

void
store_numeric_walk_free(StoreNumericWalk *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->held);
    g_free(self);
}

/* Keeps of @n what was asked for. */
static void
filter(const StoreNumericWalk *self, Vicu__Numerics *n)
{
    bool offsets = n->n_source_offset_us > 1, delays = n->n_received_delay_us > 1;
    size_t k = 0;

    for (size_t i = 0; i < n->n_code; i++) {
        if (n->t_us[i] < self->from_us || n->t_us[i] >= self->to_us
            || (self->code != 0 && n->code[i] != self->code))
            continue;
        n->code[k] = n->code[i];
        n->t_us[k] = n->t_us[i];
        n->value[k] = n->value[i];
        if (n->n_channel > 0)
            n->channel[k] = n->channel[i];
        if (n->n_quality > 0)
            n->quality[k] = n->quality[i];
        if (n->n_period_ms > 0)
            n->period_ms[k] = n->period_ms[i];
        if (offsets)
            n->source_offset_us[k] = n->source_offset_us[i];
        if (delays)
            n->received_delay_us[k] = n->received_delay_us[i];
        k++;
    }
    n->n_code = n->n_t_us = n->n_value = k;
    n->n_channel = n->n_channel > 0 ? k : 0;
    n->n_quality = n->n_quality > 0 ? k : 0;
    n->n_period_ms = n->n_period_ms > 0 ? k : 0;
    n->n_source_offset_us = offsets ? k : n->n_source_offset_us; /* one stands for all */
    n->n_received_delay_us = delays ? k : n->n_received_delay_us;
}

static bool
visit(StoreNumericWalk *self,
      const void *data,
      size_t size,
      StoreNumericFunc func,
      gpointer user,
      GError **error)
{
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(data, size, error);

    for (size_t i = 0; batch != NULL && i < batch->n_numerics; i++) {
        filter(self, batch->numerics[i]);
        if (batch->numerics[i]->n_code > 0)
            func(batch->numerics[i], user);
    }
    return batch != NULL;
}

/* Keys end in sender | epoch | first sequence. */
static bool
was_held(const StoreNumericWalk *self, const uint8_t *key, size_t size)
{
    const uint8_t *lane = key + size - 32;

    for (guint i = 0; size > 32 && i < self->held->len; i++) {
        const Held *held = &g_array_index(self->held, Held, i);
        if (memcmp(lane, held->sender.bytes, sizeof held->sender.bytes) == 0
            && store_read_u64(lane + 16) == held->epoch)
            return store_read_u64(lane + 24) >= held->first;
    }
    return false;
}

static bool
walk_blocks(
    StoreNumericWalk *self, size_t blocks, StoreNumericFunc func, gpointer user, GError **error)
{
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_NUMERICS, &self->at, &self->end);

    for (size_t n = 0; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (n == blocks) {
            self->at = (StoreKey){0};
            store_key_bytes(&self->at, key, key_size);
            return true;
        }
        if (!was_held(self, key, key_size) && !visit(self, value, size, func, user, error))
            return false;
    }
    self->in_held = true;
    return store_iter_check(iter, error);
}

bool
store_numeric_walk_step(StoreNumericWalk *self,
                        size_t blocks,
                        StoreNumericFunc func,
                        gpointer user,
                        bool *done,
                        GError **error)
{
    *done = false;
    if (!self->in_held)
        return walk_blocks(self, blocks, func, user, error);
    *done = self->next_held >= self->held->len;
    if (*done)
        return true;
    const Held *held = &g_array_index(self->held, Held, self->next_held++);
    size_t size = 0;
    return held->held == NULL
           || visit(self, g_bytes_get_data(held->held, &size), g_bytes_get_size(held->held), func,
                    user, error);
}
