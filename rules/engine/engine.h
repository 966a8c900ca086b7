/* The rules engine: inputs of many beds in, transitions of rules out.
 *
 * Pure and in event time alone: it knows no clock. Inputs are queued per bed
 * until a watermark passes them; then they are taken in the order of their own
 * times, whatever order they came in, and at each instant at which something
 * can change (a sample arrives, a value expires, a delay ends) what it changes
 * is judged (rules/engine/change.h). So the same inputs give the same transitions, byte for byte,
 * however they were shuffled inside the allowed lateness and however the watermark moved. At equal
 * times: inputs first, then timers, then judgement.
 *
 * Memory: one block per bed, its size known from the set
 * (rules_set_bed_bytes(), with what it remembers of the last instant), the points of windows, which
 * grow in chunks of 128 up to a bound known from the set too (rules_set_bed_bytes_most()), and a
 * queue of inputs that grows to at most RULES_QUEUE_MAX entries. Nothing allocates per sample;
 * texts are made only when a transition is told. One thread owns an engine. All times are UTC in
 * microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/cover.h"
#include "rules/engine/truth.h"
#include "rules/language/set.h"

G_BEGIN_DECLS

typedef struct RulesEngine RulesEngine;
typedef struct RulesBed RulesBed;
typedef struct RulesExplanation RulesExplanation; /* rules/engine/explain.h */

enum { RULES_QUEUE_MAX = 65536, RULES_SYMBOL_MAX = 23 };

/* The three marks below have the numbers of proto/batch.proto. */
typedef enum {
    RULES_QUALITY_GOOD = 0,
    RULES_QUALITY_QUESTIONABLE = 1, /* counts as a value */
    RULES_QUALITY_INVALID = 2,      /* never replaces a good value; its value is not looked at */
} RulesQuality;

typedef enum {
    RULES_SOURCE_DEVICE = 0,
    RULES_SOURCE_MANUAL = 1,
    RULES_SOURCE_DERIVED =
        2, /* ours; stands back while a device's value of the same signal is fresh */
} RulesSource;

typedef enum {
    RULES_ORIGIN_UNKNOWN = 0,
    RULES_ORIGIN_LIVE = 1,
    RULES_ORIGIN_SIMULATED = 2,
    RULES_ORIGIN_RECORDING = 3,
    RULES_ORIGIN_ARCHIVE = 4,
} RulesOrigin;

typedef enum {
    RULES_PRIORITY_NONE = 0, /* as in proto/state.proto */
    RULES_PRIORITY_ADVISORY = 1,
    RULES_PRIORITY_LOW = 2,
    RULES_PRIORITY_MEDIUM = 3,
    RULES_PRIORITY_HIGH = 4,
} RulesPriority;

/* What became of an input; all are normal life. */
typedef enum {
    RULES_INPUT_TAKEN,
    RULES_INPUT_LATE,    /* at or before the bed's watermark: counted, not applied */
    RULES_INPUT_UNUSED,  /* no rule of this set reads it */
    RULES_INPUT_REFUSED, /* not finite, or outside the table's believable bounds: counted as invalid
                          */
    RULES_INPUT_FULL,    /* the queue is full: advance the bed, then offer it again */
} RulesFate;

typedef struct {
    uint32_t code; /* any code of the signal in proto/signals.csv */
    int64_t t_us;
    double value; /* in the table's unit */
    RulesQuality quality;
    RulesSource source;
    RulesOrigin origin;
    uint32_t period_ms; /* announced period of the stream; 0: the table's */
} RulesSample;

/* @set is shared (a reference is taken). */
RulesEngine *rules_engine_new(RulesSet *set);
void rules_engine_free(RulesEngine *self);
RulesSet *rules_engine_set(const RulesEngine *self);

/* The bed of that id, made when it is new. Lives as long as the engine, or
 * until it is removed. */
RulesBed *rules_engine_bed(RulesEngine *self, const char *bed_id);
RulesBed *rules_engine_find(const RulesEngine *self, const char *bed_id); /* NULL: none */
void rules_engine_remove(RulesEngine *self, RulesBed *bed);
size_t rules_engine_n_beds(const RulesEngine *self);
const char *rules_bed_id(const RulesBed *bed);

/* --- inputs ------------------------------------------------------------- */

RulesFate rules_engine_sample(RulesBed *bed, const RulesSample *sample);

/* A symbol (ACVPU, O2, LEAD_ECG, ...); sample->value is not looked at. Texts
 * longer than RULES_SYMBOL_MAX are refused. */
RulesFate rules_engine_symbol(RulesBed *bed, const RulesSample *sample, const char *symbol);

/* An event (QRS, ABP_BEAT, PLETH_BEAT) at sample->t_us; value not looked at. */
RulesFate rules_engine_event(RulesBed *bed, const RulesSample *sample);

/* The wave from which the event @code is detected was observed (samples there,
 * good, detector running and decided) in [from_us, to_us), or was not. Without
 * such a word a carrier is not observed, and at @to_us it is unobserved again
 * unless the next interval begins there. Tell an interval only once every event
 * in it has been told. An interval or event that comes late (behind the
 * watermark) starts the observation anew at the watermark: "no QRS for 4 s" is
 * then unknown for 4 s, never true by mistake. */
RulesFate
rules_engine_carrier(RulesBed *bed, uint32_t code, int64_t from_us, int64_t to_us, bool observed);

/* A bed's own limit, or its unit's, from @t_us on, in the limit's unit. FALSE: no such limit,
 * the same everywhere, or outside its range (see rules_set_limit()); then nothing
 * changes. Never late: it takes effect right after the watermark then. */
bool rules_engine_limit(RulesBed *bed, const char *name, double value, int64_t t_us);
/* The value in force now. */
double rules_bed_limit(const RulesBed *bed, size_t limit);

/* The bed's profile expects @input (its name in the set): silence from the
 * start counts as missing, not as never seen. */
bool rules_engine_require(RulesBed *bed, const char *input, bool required);

/* Nobody expects @input any more, until data of it come again: as if it had never been seen
 * here, and no profile had it. Rules that could not be judged for want of it no longer say so,
 * and nobody is told that they do not. FALSE: no such input. */
bool rules_engine_end_expectation(RulesBed *bed, const char *input);

/* Everything of this bed starts afresh at @t_us: values, windows, rule states,
 * scores. Active alarms end with @why (at most 47 bytes). With @forget
 * (discharge) expectations go too; without it (a recording restarts) an input
 * that was seen stays expected. Limits stay. Never late, as above. */
void rules_engine_reset_bed(RulesBed *bed, int64_t t_us, const char *why, bool forget);

/* --- outputs ------------------------------------------------------------ */

typedef enum {
    RULES_RAISE,           /* a rule's condition stood for its delay */
    RULES_CLEAR,           /* it recovered for its off-delay (why says when otherwise) */
    RULES_TECHNICAL,       /* the rule's unknown clause: it cannot be judged */
    RULES_TECHNICAL_CLEAR, /* it can be judged again */
    RULES_SUPPRESS,     /* would raise, but a rule named in `unless` is active (why = its name) */
    RULES_SUPPRESS_END, /* suppressed condition is gone, or now raises by itself */
    RULES_SCORE,        /* a score, or what is known of it, changed */
    RULES_NOT_JUDGED,   /* text = "no SpO2": never seen here; text empty: judged again */
    RULES_RESET,        /* the bed starts afresh; ends every alarm of it, latched ones too */
} RulesTransitionKind;

typedef struct {
    const char *name;
    const char *unit;   /* "" for symbols and events */
    const char *symbol; /* NULL unless it is one */
    double value;       /* 0 unless known */
    bool known;
    int64_t t_us; /* of the newest good sample; 0: never seen */
    RulesSource source;
    RulesOrigin origin;
    RulesQuality quality; /* of that sample; INVALID: what came after it was */
    bool has_baseline;    /* the set keeps medians of this input: */
    double baseline;      /* the one of the longest window, now */
    int64_t baseline_us;
} RulesInputView;

typedef struct {
    const char *name;
    bool known;
    int points; /* 0 unless known */
} RulesScorePart;

typedef struct {
    const char *name;
    bool known;
    int value; /* 0 unless known */
    int min;   /* bounds; both equal value when known */
    int max;
    const RulesScorePart *parts;
    size_t n_parts;
    const char *missing; /* "Temp, ACVPU"; "" when known */
} RulesScoreView;

/* Everything here is borrowed for the length of the call. */
typedef struct {
    RulesTransitionKind kind;
    const char *bed;
    int rule; /* index in the set; -1 for SCORE and RESET */
    const char *rule_name;
    const char *title;
    int rule_version;
    RulesPriority priority;
    bool technical;
    bool latching;
    int64_t t0_us; /* the condition began */
    int64_t t_us;  /* event time of the transition */
    const char *text;
    const char *why;
    const char *explain; /* RAISE, TECHNICAL, SUPPRESS: see rules_engine_explain(); else "" */
    const RulesExplanation *because; /* of the same; else NULL */
    const char *missing;             /* TECHNICAL: see rules_bed_missing(); else NULL */
    int64_t repeat_us;               /* RAISE: see rules_set_rule_repeat_us() */
    size_t n_steps; /* RAISE: of the rule's ladder, rules_set_rule_step(set, rule, i) */
    const RulesSet *set;
    const RulesInputView *inputs;
    size_t n_inputs;
    int64_t newest_us;           /* newest sample among the inputs; 0: none */
    RulesOrigin origin;          /* of that sample */
    const RulesScoreView *score; /* SCORE only */
} RulesTransition;

typedef void (*RulesTransitionFunc)(const RulesTransition *transition, void *user);

/* Judge one bed, or every bed in the order of their ids, up to and including
 * @watermark_us. A watermark that does not move forward is ignored. */
void
rules_engine_advance_bed(RulesBed *bed, int64_t watermark_us, RulesTransitionFunc tell, void *user);
void
rules_engine_advance(RulesEngine *self, int64_t watermark_us, RulesTransitionFunc tell, void *user);
int64_t rules_bed_watermark(const RulesBed *bed); /* INT64_MIN before the first advance */

/* --- looking in --------------------------------------------------------- */

typedef enum {
    RULES_STATE_IDLE,
    RULES_STATE_PENDING,
    RULES_STATE_ACTIVE,
    RULES_STATE_SUPPRESSED,
} RulesRuleState;

RulesRuleState rules_bed_rule_state(const RulesBed *bed, size_t rule);
bool rules_bed_rule_technical(const RulesBed *bed, size_t rule);
/* Why @rule is not judged here ("no SpO2"), or NULL when it is. */
const char *rules_bed_not_judged(const RulesBed *bed, size_t rule);
/* The sources without which @rule cannot be judged as of the watermark, sorted, a blank between
 * them ("ECG NIBP"); "": none that is expected is missing. What a source is: merge.h. Caller
 * frees. */
char *rules_bed_missing(const RulesBed *bed, size_t rule);
/* The value as of the watermark. */
RulesInputView rules_bed_input(const RulesBed *bed, size_t input);
/* FALSE while nothing of it is known. Borrowed until the next advance. */
bool rules_bed_score(RulesBed *bed, size_t score, RulesScoreView *view);

/* The rule as of the watermark, for a person: its conditions each marked
 * [true], [false] or [unknown] in the words of the rule text, inputs with
 * value, age and source, limits in force. Caller frees. */
char *rules_engine_explain(RulesBed *bed, size_t rule);

typedef struct {
    uint64_t taken;
    uint64_t late;
    uint64_t invalid;
    uint64_t full;
    uint64_t instants; /* at which something was looked at */
} RulesBedCounters;

RulesBedCounters rules_bed_counters(const RulesBed *bed);

/* What is reached from now on is noted in @cover (of the same set), which is borrowed; NULL:
 * nowhere. For tests of rules: it costs time. */
void rules_engine_cover(RulesEngine *self, RulesCover *cover);

/* --- restart ------------------------------------------------------------ */

/* The journal knows that this rule's alarm (or its technical alarm) stood when
 * the process ended: it goes on from there, unknown until data say otherwise,
 * and clears by the rule's own clause. FALSE: no such rule in the set. */
bool rules_engine_restore_alarm(
    RulesBed *bed, const char *rule, bool technical, int64_t t0_us, int64_t t_raised_us);

/* A bed's whole state as bytes, and back: only into an engine of the same set
 * hash (FALSE otherwise, or when the bytes are damaged; the bed is then
 * unchanged). */
void rules_engine_save(const RulesBed *bed, GByteArray *out);
bool rules_engine_load(RulesBed *bed, const uint8_t *bytes, size_t length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesEngine, rules_engine_free)

G_END_DECLS
