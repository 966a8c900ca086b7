/* The input log of one bed: everything its rules were given, in event time.
 *
 * A log is gathered piece by piece, put in order once, and played (player.h).
 * Memory: the entries, their texts and their samples live until the log is
 * cleared; a caller with days of waves plays and clears it a few minutes at a
 * time. One owner. All times are UTC in microseconds.
 *
 * The same as text is a table, one entry a line, that people and tests can write:
 *   bed,time,kind,name,value,quality,source,period_ms
 * Columns after `value` may be left out. See docs/replay.md.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/engine.h"
#include "rules/rhythm/rhythm.h"

G_BEGIN_DECLS

typedef enum { /* at equal times in this order */
               RULES_ENTRY_RESET,
               RULES_ENTRY_LIMIT,
               RULES_ENTRY_GAP,
               RULES_ENTRY_WAVE,
               RULES_ENTRY_OBSERVED,
               RULES_ENTRY_SAMPLE,
               RULES_ENTRY_SYMBOL,
               RULES_ENTRY_EVENT,
} RulesInputKind;

typedef struct {
    RulesInputKind kind;
    int64_t t_us;  /* WAVE: of its last sample */
    int64_t to_us; /* OBSERVED and GAP: where it ends */
    uint32_t code;
    uint32_t channel;
    uint32_t period_ms;
    double value; /* SAMPLE, LIMIT */
    RulesQuality quality;
    RulesSource source;
    RulesOrigin origin;
    bool flag;        /* OBSERVED: it was; RESET: the bed is another patient's from here on */
    const char *text; /* SYMBOL; LIMIT: its name; RESET: why */
    const RulesRhythmStream *stream; /* WAVE */
    uint64_t first;
    const int16_t *samples;
    size_t n;
} RulesInput;

typedef struct RulesInputs RulesInputs;

RulesInputs *rules_inputs_new(void);
void rules_inputs_free(RulesInputs *self);
void rules_inputs_clear(RulesInputs *self);

/* @input, its text and its stream are copied. Samples of a wave are copied too, cut at the
 * multiples of RULES_INPUTS_PIECE_US; @input->t_us is not looked at then. */
void rules_inputs_add(RulesInputs *self, const RulesInput *input);
#define RULES_INPUTS_PIECE_US 200000

/* In the order of time, then of kind, signal and content: whatever order they came in. */
void rules_inputs_sort(RulesInputs *self);
size_t rules_inputs_length(const RulesInputs *self);
const RulesInput *rules_inputs_get(const RulesInputs *self, size_t i);

/* Time of sample @n of @stream. */
int64_t rules_inputs_sample_us(const RulesRhythmStream *stream, uint64_t n);

/* --- as text --- */

#define RULES_INPUTS_HEADER   "bed,time,kind,name,value,quality,source,period_ms"
#define RULES_INPUTS_MAX_ROWS 4000000u

/* Reads a table; @beds (char * -> RulesInputs *, both owned by it) gets one log for each bed, in
 * order. FALSE: @error names the line, what was found and what was expected. */
bool rules_inputs_read(
    const char *text, size_t length, const char *file_name, GHashTable *beds, GError **error);
GHashTable *rules_inputs_table(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesInputs, rules_inputs_free)

G_END_DECLS
