/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/inputs.h"

#include <string.h>

struct RulesInputs {
    GArray *entries;
    GStringChunk *texts;
    GPtrArray *blocks; /* samples and streams */
};

RulesInputs *
rules_inputs_new(void)
{
    RulesInputs *self = g_new0(RulesInputs, 1);
    self->entries = g_array_new(FALSE, FALSE, sizeof(RulesInput));
    self->texts = g_string_chunk_new(4096);
    self->blocks = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
rules_inputs_free(RulesInputs *self)
{
    if (!self)
        return;
    g_array_unref(self->entries);
    g_string_chunk_free(self->texts);
    g_ptr_array_unref(self->blocks);
    g_free(self);
}

void
rules_inputs_clear(RulesInputs *self)
{
    g_array_set_size(self->entries, 0);
    g_string_chunk_clear(self->texts);
    g_ptr_array_set_size(self->blocks, 0);
}

int64_t
rules_inputs_sample_us(const RulesRhythmStream *s, uint64_t n)
{
    int64_t i = (int64_t)n;
    return s->t0_us + i / s->period_den * s->period_num * 1000000
           + i % s->period_den * s->period_num * 1000000 / s->period_den;
}

static void *
keep(RulesInputs *self, const void *bytes, size_t size)
{
    void *copy = g_memdup2(bytes, size);
    g_ptr_array_add(self->blocks, copy);
    return copy;
}

/* How many samples from @first on lie in one cell of the grid of time. */
static size_t
in_cell(const RulesRhythmStream *stream, uint64_t first, size_t n)
{
    int64_t t_us = rules_inputs_sample_us(stream, first);
    int64_t end_us = (t_us + RULES_INPUTS_PIECE_US - 1) / RULES_INPUTS_PIECE_US;
    size_t count = 1;
    end_us *= RULES_INPUTS_PIECE_US;
    while (count < n && rules_inputs_sample_us(stream, first + count) <= end_us)
        count++;
    return count;
}

static void
add_wave(RulesInputs *self, const RulesInput *input)
{
    RulesInput piece = *input;
    piece.stream = keep(self, input->stream, sizeof *input->stream);
    const int16_t *samples = keep(self, input->samples, input->n * sizeof *samples);
    for (size_t at = 0; at < input->n; at += piece.n) {
        piece.first = input->first + at;
        piece.n = in_cell(piece.stream, piece.first, input->n - at);
        piece.samples = samples + at;
        piece.t_us = rules_inputs_sample_us(piece.stream, piece.first + piece.n - 1);
        g_array_append_val(self->entries, piece);
    }
}

void
rules_inputs_add(RulesInputs *self, const RulesInput *input)
{
    if (input->kind == RULES_ENTRY_WAVE) {
        if (input->n > 0)
            add_wave(self, input);
        return;
    }
    RulesInput entry = *input;
    if (entry.text)
        entry.text = g_string_chunk_insert_const(self->texts, entry.text);
    g_array_append_val(self->entries, entry);
}

#define COMPARE(x, y)                                                                              \
    if ((x) != (y))                                                                                \
    return (x) < (y) ? -1 : 1

/* Total, so that the order in which entries were added is never seen. */
static int
by_time(const void *pa, const void *pb)
{
    const RulesInput *a = pa, *b = pb;
    COMPARE(a->t_us, b->t_us);
    COMPARE(a->kind, b->kind);
    COMPARE(a->code, b->code);
    COMPARE(a->channel, b->channel);
    COMPARE(a->source, b->source);
    COMPARE(a->first, b->first);
    COMPARE(a->to_us, b->to_us);
    COMPARE(a->quality, b->quality);
    COMPARE(a->value, b->value);
    return g_strcmp0(a->text, b->text);
}

void
rules_inputs_sort(RulesInputs *self)
{
    g_array_sort(self->entries, by_time);
}

size_t
rules_inputs_length(const RulesInputs *self)
{
    return self->entries->len;
}

const RulesInput *
rules_inputs_get(const RulesInputs *self, size_t i)
{
    g_return_val_if_fail(i < self->entries->len, NULL);
    return &g_array_index(self->entries, RulesInput, i);
}
