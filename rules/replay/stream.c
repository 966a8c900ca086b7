/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/stream.h"

#include "common/error.h"
#include "common/wire.h"
#include "rules/replay/wire.h"

typedef struct {
    RulesPlayer *player;
    RulesWire *wire;
    RulesInputs *inputs;
    int64_t *newest_us;
} Playing;

static bool
damaged(const char *what, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "the stream of batches %s", what);
    return false;
}

/* The next batch, NULL at the end. */
static bool
read_batch(FILE *in, GByteArray *bytes, Vicu__Batch **batch, GError **error)
{
    uint8_t head[4];
    size_t got = fread(head, 1, sizeof head, in);
    uint32_t n = head[0] | head[1] << 8 | head[2] << 16 | (uint32_t)head[3] << 24;
    *batch = NULL;
    if (got == 0)
        return !ferror(in) || damaged("cannot be read", error);
    if (got != sizeof head)
        return damaged("ends within the length of one", error);
    if (n > VICU_WIRE_MAX)
        return damaged("holds one that is too long", error);
    g_byte_array_set_size(bytes, n);
    if (fread(bytes->data, 1, n, in) != n)
        return damaged("ends within one", error);
    *batch = vicu_wire_unpack_batch(bytes->data, n, error);
    return *batch != NULL;
}

static void
play_stretch(Playing *self)
{
    size_t n = rules_inputs_length(self->inputs);
    for (size_t i = 0; i < n; i++)
        *self->newest_us = MAX(*self->newest_us, rules_inputs_get(self->inputs, i)->t_us);
    rules_inputs_sort(self->inputs);
    rules_player_play(self->player, self->inputs);
    rules_inputs_clear(self->inputs);
}

bool
rules_stream_play(FILE *in,
                  bool restarts,
                  RulesPlayer *player,
                  int64_t *newest_us,
                  RulesReplayProgress progress,
                  void *user,
                  GError **error)
{
    g_autoptr(RulesWire) wire = rules_wire_new(restarts);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Playing self = {player, wire, inputs, newest_us};
    int64_t stretch_us = INT64_MIN;
    for (;;) {
        Vicu__Batch *batch;
        if (!read_batch(in, bytes, &batch, error))
            return false;
        if (!batch)
            break;
        rules_wire_batch(wire, batch, inputs);
        /* Of a sender that is behind its own time nothing may come behind what was played. */
        if (batch->t_us / RULES_STREAM_STRETCH_US > stretch_us) {
            stretch_us = batch->t_us / RULES_STREAM_STRETCH_US;
            play_stretch(&self);
            progress(batch->t_us, user);
        }
        vicu_wire_free_batch(batch);
    }
    play_stretch(&self);
    return true;
}
