/* What changed: only that is judged.
 *
 * At an instant inputs, windows and clocks name the cells (rules/engine/depend.h)
 * that may say something else by now; these are evaluated, and a rule is judged
 * only when a test of it turned, an input of it came or went, a rule that it
 * stands back for did something, its own timer is due, or it changed itself at
 * the instant before. What a test said last is remembered with the bed, two bits
 * each, and so is when everything is due next.
 *
 * What is remembered is no part of a snapshot: a bed that does not know what was
 * (it is new, loaded, adopted, reset, has another limit) is judged as a whole
 * once, which says the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/depend.h"
#include "rules/engine/engine.h"

G_BEGIN_DECLS

struct RulesValue;

/* An input when it was last looked at. */
typedef struct {
    int64_t until_us; /* its source is valid up to here; RULES_NEVER: none */
    double value;
    int symbol;
    bool known;    /* has a value */
    bool there;    /* rules_input_known() */
    bool expected; /* rules_input_expected() */
} RulesInputWas;

/* A measure when it last left its place: it lies between these two of what it is compared with, or
 * is one of them (both are it); low is the larger one: it was not known. */
typedef struct {
    double low;
    double high;
    double value;
} RulesMeasureWas;

/* Of one bed. */
typedef struct {
    uint8_t *block; /* depend->bytes */
    bool stale;     /* nothing of it holds */
    int64_t events_us;
    int64_t rules_us; /* earliest of the rules' times */
    int64_t next_us;  /* the next instant without an input */
} RulesChange;

/* Of the instant under evaluation, one per engine: cleared by the end of it. */
typedef struct {
    uint64_t *cells;
    uint64_t *rules;     /* by place in the order */
    uint64_t *windows;   /* of a series that got a point */
    uint64_t samples[2]; /* inputs with a sample, an event or a carrier's word */
    bool events;
    bool begins;  /* a test turned that a pattern reads */
    bool running; /* remembered truths hold; else all is computed */
    bool looking; /* a test is brought up by itself, no rule asks */
    bool all;     /* judge everything at each instant: the plain way, for comparison */
} RulesInstant;

void rules_change_init(RulesBed *bed);
void rules_change_clear(RulesBed *bed);
void rules_instant_init(RulesEngine *engine);
void rules_instant_clear(RulesEngine *engine);

/* Something came for @slot at this instant. */
void rules_change_slot(RulesBed *bed, int slot);
/* The series or score must be brought up at this instant; it is asked once. */
bool rules_change_take(RulesBed *bed, int cell);
/* The series got a point or an end; the score is another. */
void rules_change_series(RulesBed *bed, int series);
void rules_change_score(RulesBed *bed, int score);
/* The test was computed: when it turned, its rules are judged. */
void rules_change_test(RulesBed *bed, int test, const struct RulesValue *v);
/* FALSE: it must be computed. @v: its truth, and for how long that stands. */
bool rules_change_remembers(RulesBed *bed, int test, struct RulesValue *v);
/* With nothing new the cell says the same before this. */
void rules_change_set_look(RulesBed *bed, int cell, int64_t look_us);

static inline bool
rules_bitmap_has(const uint64_t *bits, int i)
{
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

static inline void
rules_bitmap_set(uint64_t *bits, int i)
{
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static inline void
rules_bitmap_drop(uint64_t *bits, int i)
{
    bits[i / 64] &= ~((uint64_t)1 << (i % 64));
}

/* Asks for the memory that the next instant needs. */
void rules_change_fetch(const RulesBed *bed);
/* Evaluates this instant: after its inputs were applied. */
void rules_change_evaluate(RulesBed *bed);
/* The next instant at which something is due without an input; RULES_NEVER: none. */
int64_t rules_change_next(const RulesBed *bed);

/* Every instant is evaluated as a whole from now on, and instants are looked for in everything:
 * the plain way to the same transitions, for tests to compare with. */
void rules_engine_judge_all(RulesEngine *self, bool all);

G_END_DECLS
