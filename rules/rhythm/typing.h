/* Origin of a beat: normal (or from above the ventricles), or ventricular.
 *
 * A ventricular beat takes another way through the heart: its QRS complex has
 * another shape than the patient's usual one and is wider; it comes early; and
 * since the sinus node is not reset, the pause after it is compensatory. Shape
 * and width come from the leads, weighted by how far each can be trusted;
 * prematurity from the intervals between the usual beats. The pause is known
 * one beat later only: it changes no beat before it, but how readily the next
 * strange and early beat of this patient is called ventricular.
 *
 * Causal: a beat is typed with what was known RULES_RHYTHM_DELAY_US after it.
 * A value, of fixed size; pure. One for a bed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/rhythm/shape.h"

G_BEGIN_DECLS

enum { RULES_TYPING_INTERVALS = 8 };

typedef struct {
    int64_t usual_us[RULES_TYPING_INTERVALS]; /* between normal beats: ring */
    uint64_t n_usual;
    bool have_last;
    int64_t last_us;
    bool last_ventricular;
    size_t run;        /* beats of the last type in a row */
    int64_t run_us;    /* the first of them */
    int64_t before_us; /* from the beat before the last to the last; 0: there is none */
    double paused;     /* how often such beats had a compensatory pause, -1..1 */
} RulesTyping;

/* One lead's view of the beat, and how far the lead can be trusted, 0..1. */
typedef struct {
    RulesShapeView view;
    double trust;
} RulesTypingLead;

typedef struct {
    bool ventricular;
    bool known;       /* FALSE: no lead has a normal beat to compare with; not ventricular then */
    float confidence; /* in the type, 0..1 */
    bool renew;       /* this shape has come for so long that it is the new normal */
} RulesTyped;

/* An ECG without gaps ended: the next beat makes no interval. */
void rules_typing_break(RulesTyping *self);

/* Beats come in the order of time; one found late is typed by its shape alone. */
RulesTyped
rules_typing_beat(RulesTyping *self, int64_t t_us, const RulesTypingLead *leads, size_t n_leads);

G_END_DECLS
