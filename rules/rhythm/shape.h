/* Shape of a beat in one ECG lead: cut out around the QRS complex, compared
 * with the running templates of normal and of ventricular beats.
 *
 * A shape is the lead from 140 ms before to 220 ms after the largest
 * deflection, in steps of 8 ms at every rate. Likeness is the correlation
 * coefficient at the best shift of up to 40 ms, so that neither gain nor the
 * baseline matters; the width is the spread of the squared slope around its
 * own middle, which a slow T wave hardly moves.
 *
 * Fixed memory after _new(): 2 s of samples and the templates. One owner.
 * Nothing is decided here: who types the beats says which shapes to learn.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

enum { RULES_SHAPE_POINTS = 46 };

typedef struct {
    bool whole; /* no sample of it was missing */
    float mv[RULES_SHAPE_POINTS];
} RulesShape;

typedef struct RulesShapes RulesShapes;

/* What a shape says against the templates. */
typedef struct {
    bool known;        /* there is a normal template, and the shape is whole */
    float normal;      /* likeness to it, -1..1 */
    float ventricular; /* to the nearest template of ventricular beats; -1: there is none */
    float before;      /* to the beat before it */
    float width_s;     /* of the beat */
    float normal_width_s;
    float size; /* its height over that of the normal beat */
} RulesShapeView;

/* The rate has been checked by the detector that takes it. Caller frees. */
RulesShapes *rules_shapes_new(double rate_hz);
void rules_shapes_free(RulesShapes *self);

/* Samples are missing before the next one: no shape spans the break. */
void rules_shapes_break(RulesShapes *self);

/* Forget the samples and the templates. */
void rules_shapes_reset(RulesShapes *self);

/* Indices go up by one, except after _break() and _reset(). */
void rules_shapes_push(RulesShapes *self, int64_t index, float mv);

/* The shape around sample @index, which is at least RULES_SHAPE_AFTER_S ago. */
RulesShape rules_shapes_cut(const RulesShapes *self, int64_t index);

#define RULES_SHAPE_AFTER_S 0.240

RulesShapeView rules_shapes_view(const RulesShapes *self, const RulesShape *shape);

/* The shape belongs to a beat of that type; it is also the one before the next. */
void rules_shapes_learn(RulesShapes *self, const RulesShape *shape, bool ventricular);

/* What came last is the new normal: another lead position, a new block, a pacer. */
void rules_shapes_renew(RulesShapes *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesShapes, rules_shapes_free)

G_END_DECLS
