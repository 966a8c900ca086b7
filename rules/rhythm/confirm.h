/* Does what the ECG says fit to the pulses of the other channels?
 *
 * A rhythm alarm of the ECG alone is false more often than not (Drew 2014:
 * nine in ten): a heart that gives pulses at a usual rate neither stands still
 * nor fibrillates. The judgement demotes; it never hides: both sides are told,
 * with the reason. No pulse wave, or one that cannot be believed, confirms.
 *
 * The pulses speak for an alarm too: a deflection that just stands out of the
 * noise and that no pulse follows is a P wave and no beat, and a pressure that
 * has run down to where vessels and heart are level has no heart behind it.
 *
 * Pure, over waves that the caller owns. Event time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/rhythm/wave.h"

G_BEGIN_DECLS

typedef enum {
    RULES_CLAIM_ASYSTOLE,
    RULES_CLAIM_BRADY,
    RULES_CLAIM_TACHY,
    RULES_CLAIM_VT,
    RULES_CLAIM_VF,
    RULES_CLAIMS,
} RulesClaimKind;

typedef struct {
    RulesClaimKind kind;
    int64_t onset_us;
    int64_t t_us;    /* when it was met */
    double rate_bpm; /* that the ECG gives; 0: none */
} RulesClaim;

typedef struct {
    bool vetoed;
    const char *why; /* static */
} RulesVerdict;

/* What the waves know at @now_us. */
RulesVerdict
rules_confirm(const RulesClaim *claim, RulesWave *const *waves, size_t n_waves, int64_t now_us);

/* A pulse is whole only when the next begins: where pulses have been seen, what
 * they say of the claim is waited for until then. */
int64_t rules_confirm_until(const RulesClaim *claim,
                            RulesWave *const *waves,
                            size_t n_waves,
                            int64_t now_us);

/* A heart beat at @t_us would have been seen as a pulse by @now_us, and was not. */
bool rules_confirm_no_pulse(RulesWave *const *waves, size_t n_waves, int64_t t_us, int64_t now_us);

/* An arterial pressure has been without pulses and at the level of a circulation
 * that stands still since @from_us. */
bool rules_confirm_arrest(RulesWave *const *waves, size_t n_waves, int64_t from_us, int64_t now_us);

const char *rules_claim_name(RulesClaimKind kind);

/* The symbol in the table of signals that tells its state. */
const char *rules_claim_signal(RulesClaimKind kind);

G_END_DECLS
