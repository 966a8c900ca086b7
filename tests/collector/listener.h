/* What a reader of the collector's batches knows: segments by their ids, and
 * every sample, checked for its place as it comes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/tick.h"

typedef struct {
    uint32_t id;
    char *bed;
    char *label;
    char *unit;
    uint32_t code, channel;
    int64_t t0_us, source_t0_us, received_us;
    uint32_t period_num, period_den;
    double gain;
    int32_t baseline;
    gboolean copy, last;
    int origin;
    guint announced;
    GArray *samples; /* int16_t */
    gboolean keep;
    uint64_t n;
} Heard;

typedef struct {
    CollectorTick *tick;
    GPtrArray *segments; /* Heard, in the order of their beginning */
    GPtrArray *batches;  /* Vicu__Batch with anything but waves and segments */
    gboolean forget;     /* count samples, do not keep them */
    guint n_batches;
} Listener;

Listener *listener_new(void);
void listener_free(Listener *self);

/* Takes the tick that ends at @t_us and reads it; fails the test on any sample
 * before its segment, out of place, or of a segment that has ended. */
void listener_take(Listener *self, int64_t t_us);

/* Samples of all segments with @bed (NULL: any) and @label. */
uint64_t listener_count(const Listener *self, const char *bed, const char *label);

/* The @i-th segment of @label. */
const Heard *listener_segment(const Listener *self, const char *label, guint i);
guint listener_n_segments(const Listener *self, const char *label);

/* The @i-th gap or event; NULL beyond. */
const Vicu__Gap *listener_gap(const Listener *self, guint i);
const Vicu__Event *listener_event(const Listener *self, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listener, listener_free)
