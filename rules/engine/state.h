/* Inside of the engine: one bed's state, and one instant's evaluation.
 *
 * The bed's block is plain memory, laid out when the set is compiled. Up to the rings at
 * its end it is without pointers, so that it can be copied out and back as bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/engine/change.h"
#include "rules/engine/engine.h"
#include "rules/engine/kept.h"
#include "rules/engine/limit.h"
#include "rules/engine/minute.h"
#include "rules/engine/window.h"
#include "rules/language/program.h"

G_BEGIN_DECLS

enum { RULES_BINS = 60, RULES_WHY_MAX = 47, RULES_QUEUE_FIRST = 16 };

/* To be looked at again at each instant. */
#define RULES_ALWAYS INT64_MIN

/* A signal's last good sample. */
typedef struct {
    int64_t t_us;
    double value;
    int64_t device_t_us; /* of the last sample that we did not derive ourselves */
    uint32_t device_period_ms;
    uint32_t period_ms;
    int symbol; /* id in the set, -1: a word that no rule knows */
    char word[RULES_SYMBOL_MAX + 1];
    uint8_t quality;
    uint8_t source;
    uint8_t origin;
    bool flagged; /* the newest sample was invalid */
    bool seen;
    bool device_seen;
} RulesSlotState;

typedef struct {
    bool required;
    bool seen;
} RulesInputState;

typedef struct {
    bool observed;
    bool has_last;
    bool seen;
    bool lost;
    int64_t since_us; /* the carrier is observed from here on ... */
    int64_t until_us; /* ... until here, unless it goes on */
    int64_t last_us;  /* newest event */
    int64_t lost_us;
    uint32_t first;
    uint32_t count;
    int64_t times[]; /* set->event_capacity */
} RulesEventState;

typedef struct {
    bool told;
    bool known;
    int value;
    int min;
    int max;
    int highest_min; /* of the parts' points: what is known of the highest */
    int highest_max;
} RulesScoreState;

typedef struct {
    bool known;
    int points;
} RulesPartState;

/* first A then B: looked at once at each instant. */
typedef struct {
    int64_t t_us; /* of that instant; 0: none yet */
    bool looked;
    bool was_true;      /* B, when it was last known */
    uint8_t came_first; /* RulesTruth: A had become true when B did */
} RulesPatternState;

typedef enum {
    RULES_TECH_NONE,
    RULES_TECH_CONTINUOUS,   /* unknown without a break */
    RULES_TECH_INTERMITTENT, /* unknown for most of the time */
} RulesTech;

typedef struct {
    RulesMachine machine;
    int64_t t_raised_us;
    bool raised;     /* has raised before: hold-down counts from t_raised_us */
    bool told;       /* the active condition was told as RAISE */
    bool suppressed; /* the active condition was told as SUPPRESS */
    bool due;        /* active, waits for the hold-down */
    int missing;     /* input for want of which it is not judged; -1: judged */
    RulesTech tech;
    int64_t tech_t0_us;
    bool unknown;
    int64_t unknown_since_us;
    bool had_break;
    int64_t break_us;   /* when an unknown stretch last ended */
    int64_t counted_us; /* unknown time is in the bins (RulesBed) up to here */
    int64_t bin;        /* number of the newest bin */
} RulesRuleStateBlock;

typedef enum {
    RULES_QUEUED_RESET,
    RULES_QUEUED_LIMIT,
    RULES_QUEUED_SAMPLE,
    RULES_QUEUED_SYMBOL,
    RULES_QUEUED_EVENT,
    RULES_QUEUED_CARRIER,
    RULES_QUEUED_CARRIER_LATE,
} RulesQueuedKind;

/* Ordered by all of its fields: arrival order never decides. */
typedef struct {
    int64_t t_us;
    RulesQueuedKind kind;
    int index; /* slot, or limit */
    int64_t to_us;
    double value;
    uint32_t period_ms;
    uint8_t quality;
    uint8_t source;
    uint8_t origin;
    bool flag; /* carrier: observed; reset: forget */
    char word[RULES_WHY_MAX + 1];
} RulesQueued;

struct RulesBed {
    RulesEngine *engine;
    char *id;
    uint8_t *block;
    uint32_t **bins_ms; /* per rule: unknown time of the last RULES_BINS; NULL: none of it */
    GArray *queue;      /* of RulesQueued, a heap with the earliest on top */
    int64_t now_us;     /* of the instant under evaluation */
    int64_t watermark_us;
    RulesBedCounters counters;
    RulesChange change;
    GString *note; /* for rules_bed_not_judged() and missing parts */
    RulesScorePart parts[RULES_MAX_PARTS];
};

/* What a node says at one instant. */
typedef struct RulesValue {
    bool known;
    bool bounded; /* not known, but between low and high */
    RulesTruth truth;
    int symbol;
    double low; /* both the value when known */
    double high;
    int64_t until_us;  /* stands until here without a new sample */
    int64_t newest_us; /* newest sample in it */
    int64_t look_us;   /* with nothing new it says the same before this, but for its rate */
    double rate;       /* it moves by so much in a microsecond, at most */
} RulesValue;

struct RulesEngine {
    RulesSet *set;
    GPtrArray *beds; /* sorted by id */
    RulesValue *values;
    uint32_t *stamps;
    uint32_t stamp;
    double *scratch;
    RulesTransitionFunc tell;
    void *user;
    RulesCover *cover; /* NULL: nobody wants to know what is reached */
    RulesInstant instant;
};

static inline RulesSlotState *
rules_slot_state(const RulesBed *bed, int slot)
{
    return &((RulesSlotState *)(void *)(bed->block + bed->engine->set->slots_at))[slot];
}

static inline RulesInputState *
rules_input_state(const RulesBed *bed, int input)
{
    return &((RulesInputState *)(void *)(bed->block + bed->engine->set->inputs_at))[input];
}

static inline RulesEventState *
rules_event_state(const RulesBed *bed, int event)
{
    const RulesSet *set = bed->engine->set;
    size_t size = sizeof(RulesEventState) + set->event_capacity * sizeof(int64_t);
    return (RulesEventState *)(void *)(bed->block + set->events_at + size * (size_t)event);
}

static inline double *
rules_limit_state(const RulesBed *bed, int limit)
{
    return &((double *)(void *)(bed->block + bed->engine->set->limits_at))[limit];
}

static inline RulesRing *
rules_series_ring(const RulesBed *bed, int series)
{
    return (RulesRing *)(void *)(bed->block
                                 + RULES_AT(bed->engine->set->series, RulesSeries, series).offset);
}

static inline RulesMinute *
rules_series_minute(const RulesBed *bed, int series)
{
    return (
        RulesMinute *)(void *)(bed->block
                               + RULES_AT(bed->engine->set->series, RulesSeries, series).minute_at);
}

static inline RulesKept *
rules_window_kept(const RulesBed *bed, int window)
{
    return (RulesKept *)(void *)(bed->block
                                 + RULES_AT(bed->engine->set->windows, RulesWindow, window).offset);
}

static inline RulesScoreState *
rules_score_state(const RulesBed *bed, int score)
{
    return &((RulesScoreState *)(void *)(bed->block + bed->engine->set->scores_at))[score];
}

/* Parts of all scores, one after the other. */
RulesPartState *rules_part_states(const RulesBed *bed, int score);

static inline RulesRuleStateBlock *
rules_rule_state(const RulesBed *bed, int rule)
{
    return &((RulesRuleStateBlock *)(void *)(bed->block + bed->engine->set->rules_at))[rule];
}

/* All of a rule's unknown time forgotten. */
static inline void
rules_bins_clear(const RulesBed *bed, int rule)
{
    g_clear_pointer(&bed->bins_ms[rule], g_free);
}

static inline RulesPatternState *
rules_pattern_state(const RulesBed *bed, int pattern)
{
    return &((RulesPatternState *)(void *)(bed->block + bed->engine->set->patterns_at))[pattern];
}

/* The whole block as on the first day, limits excepted when @keep_limits. */
void rules_bed_clear(RulesBed *bed, bool keep_limits);
/* Frees what is kept beside the block; its rings and bins are empty then. */
void rules_bed_forget(RulesBed *bed);

/* --- queue.c, apply.c: inputs ----------------------------------------------- */

/* The earliest; the queue is not empty. */
static inline const RulesQueued *
rules_queue_first(const RulesBed *bed)
{
    return &RULES_AT(bed->queue, RulesQueued, 0);
}

RulesQueued rules_queue_pop(RulesBed *bed);
void rules_queue_push(RulesBed *bed, const RulesQueued *input);
void rules_apply(RulesBed *bed, const RulesQueued *input);

/* --- eval.c: of one instant ---------------------------------------------- */

static const RulesValue rules_value_unknown = {.truth = RULES_UNKNOWN,
                                               .until_us = RULES_NEVER,
                                               .newest_us = INT64_MIN,
                                               .look_us = RULES_NEVER};

/* Unknown unless it is finite. */
RulesValue rules_value_number(double value);
RulesValue rules_value_truth(RulesTruth truth);
/* Up to when a value at @a that moves at @rate has surely not come to @b. */
int64_t rules_value_apart(const RulesBed *bed, double a, double b, double rate);

/* Forgets what was evaluated: the bed or the instant changed. */
void rules_eval_begin(RulesBed *bed);
const RulesValue *rules_eval(RulesBed *bed, int node);
/* Computed, not remembered. */
const RulesValue *rules_eval_test(RulesBed *bed, int node);
RulesValue rules_eval_input(RulesBed *bed, int input);
RulesTruth rules_eval_truth(RulesBed *bed, int node);
/* The source that speaks for @input now; -1: none, it is unknown. */
int rules_input_pick(const RulesBed *bed, int input, int64_t *until_us);
bool rules_input_known(const RulesBed *bed, int input);
bool rules_input_expected(const RulesBed *bed, int input);
/* The state of the event that @input is. */
RulesEventState *rules_input_event(const RulesBed *bed, int input);

/* --- eval-past.c: events, what came first; eval-window.c: windows ------------- */

/* Unknown for a node of another kind. */
RulesValue rules_eval_past(RulesBed *bed, const RulesNode *node);
RulesValue rules_eval_window(RulesBed *bed, const RulesNode *node);
/* Brings the series that read no score (or those that do) up to this instant. */
void rules_eval_series(RulesBed *bed, bool late);
/* Every pattern has seen this instant. */
void rules_eval_patterns(RulesBed *bed);

/* Tells changed scores. */
void rules_eval_scores(RulesBed *bed);
/* The first whole second at or after @t_us. */
int64_t rules_second_from(int64_t t_us);
/* The next instant after this one at which time alone may change an answer: of events, of a
 * window. */
int64_t rules_events_next(const RulesBed *bed);
/* When a point leaves the window, or what a change is taken from ends. */
int64_t rules_window_due(const RulesBed *bed, int window);
/* With nothing new: when as much of it is observed as is needed, or no more; and, found at once,
 * a time that this does not come before, whatever is new. */
int64_t rules_window_turns_at(const RulesBed *bed, int window);
int64_t rules_window_turns_after(const RulesBed *bed, int window);
/* The next instant after now at which anything is due. */
int64_t rules_due_of_all(const RulesBed *bed);

/* --- judge.c: rules ------------------------------------------------------- */

void rules_judge(RulesBed *bed, int rule);
/* The next instant at which @rule must be judged again by itself. */
int64_t rules_judge_next(const RulesBed *bed, int rule);

/* --- tell.c: texts and views ---------------------------------------------- */

typedef struct {
    RulesTransitionKind kind;
    int rule;
    int64_t t0_us;
    const char *why;
    bool technical; /* the rule's unknown clause speaks */
} RulesTelling;

/* Three digits are what a person reads and more than a sensor knows. */
void rules_text_number(GString *out, double value, const char *unit);
void rules_text_duration(GString *out, double seconds); /* 45 s, 3 min 20 s, 2 h 5 min */
/* The unit for people, "" for a bare number. */
const char *rules_text_unit(const char *unit, char shown[RULES_UNIT_TEXT]);
void rules_tell(RulesBed *bed, const RulesTelling *telling);
void rules_tell_reset(RulesBed *bed, const char *why);
void rules_tell_score(RulesBed *bed, int score);
/* "SpO2, Temp": inputs of @bits that are not known, expected ones first. */
char *rules_missing_words(const RulesBed *bed, const uint64_t bits[2]);
RulesInputView rules_input_view(const RulesBed *bed, int input);
/* Adds the patient's own median, where the set keeps one. */
void rules_input_baseline(RulesBed *bed, int input, RulesInputView *view);
bool rules_score_view(
    const RulesBed *bed, int score, RulesScoreView *view, RulesScorePart *parts, GString *missing);

/* --- adopt.c: from a bed of another set -------------------------------------- */

static inline void
rules_rule_adopt(const RulesBed *to, int rule, const RulesBed *from, int old)
{
    *rules_rule_state(to, rule) = *rules_rule_state(from, old);
    rules_bins_clear(to, rule);
    to->bins_ms[rule] = g_memdup2(from->bins_ms[old], RULES_BINS * sizeof(uint32_t));
}

static inline void
rules_series_adopt(const RulesBed *to, int series, const RulesBed *from, int old)
{
    rules_ring_adopt(rules_series_ring(to, series), rules_series_ring(from, old));
    if (RULES_AT(to->engine->set->series, RulesSeries, series).minute != RULES_MINUTE_ALL)
        *rules_series_minute(to, series) = *rules_series_minute(from, old);
}

G_END_DECLS
