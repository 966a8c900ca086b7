/* QRS detector for one ECG lead: streaming, causal, any rate from 50 to 2000 Hz.
 *
 * Band-pass by boxcars (linear phase, zeros at 50 and 60 Hz), total variation
 * over 80 ms as the feature (in mV, so that levels mean the same at every
 * rate), peaks judged against adaptive levels of beats and noise, 200 ms
 * blanking, tests for T waves and electrode steps, search-back. The structure
 * is that of Pan & Tompkins 1985 and Hamilton 2002; the code is our own.
 *
 * Fixed memory after _new(). One owner. Time is the sample index, given by the
 * caller; every beat's index is exact in that count.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct RulesQrs RulesQrs;

typedef struct {
    int64_t index;    /* sample of the largest deflection */
    float confidence; /* 0..1: how far above the noise, against the usual beat */
    bool searched;    /* found late, by search-back */
} RulesQrsBeat;

/* NULL when the rate is outside 50..2000 Hz. */
RulesQrs *rules_qrs_new(double rate_hz);
void rules_qrs_free(RulesQrs *self);

enum { RULES_QRS_LAST = 4 };

/* Samples are missing before the next one: filters settle anew, beats across
 * the break make no interval; the levels of the lead are kept. What was still
 * in the filters is decided as if the last value had stood on: gives how many
 * beats, in @beats (RULES_QRS_LAST of them; NULL: not asked). */
size_t rules_qrs_break(RulesQrs *self, RulesQrsBeat *beats);

/* A beat this soon after a start or a break is not seen. */
#define RULES_QRS_SETTLE_S 0.350

/* Forget everything: another lead, another patient, another gain. */
void rules_qrs_reset(RulesQrs *self);

/* TRUE when a beat was decided, at most one for each sample. Indices go up by
 * one, except after _break() and _reset(). */
bool rules_qrs_push(RulesQrs *self, int64_t index, float mv, RulesQrsBeat *beat);

/* Beats before this many samples ago are decided, but for search-back. */
int64_t rules_qrs_delay(const RulesQrs *self);

/* Search-back never reaches further into the past than this. */
#define RULES_QRS_SEARCH_S 2.0

/* The largest refused deflection within @within samples of @index, over what a
 * beat would have needed there: 0..1. A beat small in this lead is no proof
 * against one seen in another. Refused deflections of the last 4 s are known. */
float rules_qrs_faint(const RulesQrs *self, int64_t index, int64_t within);

/* Level of noise peaks over level of beats, 0..1; 1 while levels are learned. */
float rules_qrs_noise_ratio(const RulesQrs *self);

/* No quiet stretch between deflections in the last 2 s: noise or fibrillation. */
bool rules_qrs_restless(const RulesQrs *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesQrs, rules_qrs_free)

G_END_DECLS
