/* Ventricular fibrillation and flutter in one ECG lead: does the wave swing to
 * and fro instead of beating?
 *
 * Second by second the lead without its baseline is held against itself half a
 * mean period later: a swinging wave cancels itself, complexes with rest
 * between them do not (the leakage of Kuo & Dillman 1978). A second swings when
 * little is left, its mean period is that of 2 to 9 Hz and it is no flat line.
 * Fibrillation is at least 4 s of it (clinical.md S11).
 *
 * A coarse fibrillation without one period escapes that. It fills the wave all
 * the same: the share of the last 3 s that lies beyond a fifth of their largest
 * deflection (TCSC: Arafat 2011, 48 %). Noise fills it too, so that this says
 * nothing alone: it counts where an arterial pressure shows an arrest.
 *
 * Fixed memory after _new(): 3 s of samples. One owner. Time is the sample.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct RulesFibrillation RulesFibrillation;

/* The rate has been checked by the detector that takes it. Caller frees. */
RulesFibrillation *rules_fibrillation_new(double rate_hz);
void rules_fibrillation_free(RulesFibrillation *self);
void rules_fibrillation_break(RulesFibrillation *self);
void rules_fibrillation_push(RulesFibrillation *self, float mv);

/* Enough of the lead is there to say no. */
bool rules_fibrillation_judges(const RulesFibrillation *self);

/* For how long the lead has been swinging, up to the last half second; 0: it is not. */
double rules_fibrillation_s(const RulesFibrillation *self);

/* And for how long the wave has been filled. */
double rules_fibrillation_filled_s(const RulesFibrillation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesFibrillation, rules_fibrillation_free)

G_END_DECLS
