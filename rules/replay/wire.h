/* Messages of the wire as entries of an input log: values, waves, gaps and events, as they come
 * in batches and as the store answers with them.
 *
 * Everything is bounded before it is used; what a live bed would not take (a time that is none,
 * a segment without a period) is left out. What this house found itself in waves (source
 * derived) is left out too: the player finds it anew. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "rules/replay/inputs.h"

G_BEGIN_DECLS

void rules_wire_numerics(RulesInputs *inputs, const Vicu__Numerics *numerics);
void rules_wire_symbol(RulesInputs *inputs, const Vicu__Symbol *symbol);
void rules_wire_gap(RulesInputs *inputs, const Vicu__Gap *gap);
/* "recording-restarts", "bed-reset" and "limit-set"; others say nothing to rules. */
void rules_wire_event(RulesInputs *inputs, const Vicu__Event *event);
/* The samples of a run that lie in from <= t < to; little endian. */
void rules_wire_samples(RulesInputs *inputs,
                        const Vicu__Segment *segment,
                        uint64_t first,
                        const ProtobufCBinaryData *samples,
                        int64_t from_us,
                        int64_t to_us);

/* --- batches, one bed's or several beds' as one --- */

#define RULES_WIRE_SEGMENTS_MAX 4096

typedef struct RulesWire RulesWire;

/* @restarts: a recording that begins again is another one (else that is looked past). */
RulesWire *rules_wire_new(bool restarts);
void rules_wire_free(RulesWire *self);

/* What @batch says goes into @inputs, whatever its bed. Samples without a segment are left out. */
void rules_wire_batch(RulesWire *self, const Vicu__Batch *batch, RulesInputs *inputs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesWire, rules_wire_free)

G_END_DECLS
