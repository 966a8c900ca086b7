/* Boxcar: the sum of the last n values, in constant time; linear phase.
 *
 * One allocation in _init(), none later. The sum is kept in double over float
 * values, so that what goes in comes out again without residue.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    float *ring;
    size_t n;
    size_t at; /* oldest value, the next one to leave */
    double sum;
} RulesBoxcar;

static inline void
rules_boxcar_init(RulesBoxcar *self, size_t n)
{
    self->ring = g_new0(float, n);
    self->n = n;
    self->at = 0;
    self->sum = 0;
}

static inline void
rules_boxcar_clear(RulesBoxcar *self)
{
    g_clear_pointer(&self->ring, g_free);
}

/* As if @value had been there for ever. */
static inline void
rules_boxcar_fill(RulesBoxcar *self, float value)
{
    for (size_t i = 0; i < self->n; i++)
        self->ring[i] = value;
    self->at = 0;
    self->sum = (double)value * (double)self->n;
}

static inline double
rules_boxcar_push(RulesBoxcar *self, float value)
{
    self->sum += (double)value - (double)self->ring[self->at];
    self->ring[self->at] = value;
    self->at = self->at + 1 == self->n ? 0 : self->at + 1;
    return self->sum;
}

/* The value pushed @back pushes ago; 0 is the newest, @back < n. */
static inline float
rules_boxcar_peek(const RulesBoxcar *self, size_t back)
{
    size_t i = self->at + self->n - 1 - back;
    return self->ring[i >= self->n ? i - self->n : i];
}

G_END_DECLS
