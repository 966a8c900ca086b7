/* Inside of a compiled set: what the compiler writes and the engine reads.
 *
 * Expressions are one array of nodes in which every operand stands before its
 * user and equal nodes stand once, so that a window asked for by three rules
 * is computed once per instant. Indexes instead of pointers throughout; -1 is
 * none. Immutable once compiled.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "proto/signals.h"
#include "rules/engine/limit.h"
#include "rules/language/ast.h"
#include "rules/language/set.h"
#include "rules/language/unit.h"

G_BEGIN_DECLS

enum {
    RULES_MAX_PARTS = 64,
    RULES_MAX_INPUTS = 128,
    RULES_MAX_NODES = 20000,
    RULES_MAX_PER_KIND = 2000,
    RULES_MAX_NODE_HEIGHT = 256
};

typedef enum {
    RULES_TYPE_NUMBER,
    RULES_TYPE_SYMBOL,
    RULES_TYPE_TRUTH,
    RULES_TYPE_EVENT,
} RulesType;

typedef enum {
    RULES_OP_NUMBER,    /* number */
    RULES_OP_SYMBOL,    /* index: symbol */
    RULES_OP_INPUT,     /* index: input */
    RULES_OP_LIMIT,     /* index: limit */
    RULES_OP_SCORE,     /* index: score; bounds count in comparisons */
    RULES_OP_SCORE_MIN, /* index: score */
    RULES_OP_SCORE_MAX,
    RULES_OP_SCORE_HIGHEST, /* index: score; of its parts, within bounds */
    RULES_OP_CONVERT,       /* a; conversion */
    RULES_OP_NEGATE,
    RULES_OP_ABS,
    RULES_OP_ADD,
    RULES_OP_SUBTRACT,
    RULES_OP_MULTIPLY,
    RULES_OP_DIVIDE,
    RULES_OP_ELSE,
    RULES_OP_AGE,      /* index: input */
    RULES_OP_WINDOW,   /* index: window */
    RULES_OP_EXPOSURE, /* index: window; b: threshold */
    RULES_OP_COUNT,    /* index: event input; duration */
    RULES_OP_LT,
    RULES_OP_LE,
    RULES_OP_GT,
    RULES_OP_GE,
    RULES_OP_EQ,
    RULES_OP_NE,
    RULES_OP_SAME,        /* symbols a and b */
    RULES_OP_KNOWN,       /* index: input */
    RULES_OP_KNOWN_VALUE, /* a: any number or symbol */
    RULES_OP_NO_EVENT,    /* index: event input; duration */
    RULES_OP_HAPPENED,    /* index: window of rises; count */
    RULES_OP_FIRST,       /* a: what comes second; index: pattern */
    RULES_OP_YES_NO,      /* a: condition; as symbol YES or NO */
    RULES_OP_AT_LEAST,    /* count of list [first, first + n) */
    RULES_OP_AND,
    RULES_OP_OR,
    RULES_OP_NOT,
} RulesOp;

/* Compared as bytes for sharing: made of zeroed memory only. */
typedef struct {
    RulesOp op;
    RulesType type;
    int a;
    int b;
    int index;
    int first; /* into set->lists */
    int n;
    int count;
    double number;
    int64_t duration_us;
    RulesConversion conversion;
} RulesNode;

/* What a node reads, directly and through its operands. */
typedef struct {
    uint64_t inputs[2];
    bool past;  /* a window, a score or an age: not of this instant's values alone */
    bool score; /* the points of a score, now or (late) before */
    bool late;  /* a window over a score: has this instant only once scores are counted */
    int height;
} RulesReads;

/* A signal that the set reads, once per bed. */
typedef struct {
    const VicuSignal *signal;
    int event; /* index of its event state, or -1 */
} RulesSlot;

typedef struct {
    int slot;
    int64_t validity_us; /* declared for it or for the input, 0: the table's */
    RulesConversion conversion;
} RulesInputSource;

typedef struct {
    char *name;
    RulesType type; /* NUMBER, SYMBOL, EVENT */
    RulesUnit unit;
    GArray *sources; /* of RulesInputSource, best first */
    bool has_else;
    double else_number;
    int else_symbol;
} RulesInput;

typedef struct {
    char *name;
    RulesUnit unit;
    double standard;
    double min;
    double max;
    bool per_bed;
    bool per_unit;
    char *place; /* FILE:LINE, for messages */
} RulesLimitDef;

/* What a series keeps of each minute, where not every point (rules/engine/minute.h). */
typedef enum {
    RULES_MINUTE_ALL, /* every point */
    RULES_MINUTE_LEAST,
    RULES_MINUTE_GREATEST,
    RULES_MINUTE_MEAN,
} RulesMinuteKind;

/* Points of an expression over time, for the windows over it. */
typedef struct {
    int node;
    RulesMinuteKind minute;
    bool truth; /* of a condition: points where it changes (RulesTruthPoint) */
    bool held;  /* of what reads the past: points where it changes */
    bool late;  /* reads scores: its points come after them */
    int64_t keep_us;
    size_t capacity;    /* points */
    size_t usual;       /* of them, when its signals come as announced */
    uint64_t meaning;   /* of its expression */
    size_t offset;      /* of its ring in the bed's block */
    size_t minute_at;   /* of the minute that runs, unless it keeps all */
    uint64_t inputs[2]; /* direct and indirect */
} RulesSeries;

typedef struct {
    int series;
    AstWindowKind kind;
    int threshold; /* node, of an exposure; else 0 */
    int64_t over_us;
    double needing;             /* share of the window that must be observed */
    size_t offset;              /* of what is kept of it in the bed's block */
    RulesConversion conversion; /* slope: from per second; exposure: none */
} RulesWindow;

/* first A then B within W; B is the node's operand. */
typedef struct {
    int node;
    int series; /* of A */
    int64_t within_us;
    double needing;
    uint64_t meaning; /* A, B and W */
} RulesPattern;

typedef struct {
    bool symbols;
    int64_t low; /* in steps */
    int64_t high;
    double from; /* without resolution: from <= value < below */
    double below;
    GArray *ids; /* of int, for symbols */
    int points;
} RulesBand;

typedef struct {
    int node;
    bool exact; /* without resolution: nothing is rounded */
    RulesDecimal resolution;
    GArray *bands; /* of RulesBand */
    int where;     /* -1: always */
} RulesVariant;

typedef struct {
    char *name;
    GArray *variants; /* of RulesVariant */
    int min;          /* of the points that it can give */
    int max;
} RulesPart;

typedef struct {
    char *name;
    char *place;   /* FILE:LINE */
    GArray *parts; /* of RulesPart */
    uint64_t inputs[2];
    uint64_t meaning;
} RulesScoreDef;

typedef enum {
    RULES_PIECE_LITERAL,
    RULES_PIECE_NODE,
    RULES_PIECE_DURATION, /* a node in seconds */
    RULES_PIECE_RULE,     /* the rule's title */
    RULES_PIECE_MISSING,  /* inputs of the rule that are not known */
    RULES_PIECE_SCORE,    /* value, or min to max */
    RULES_PIECE_SCORE_MISSING,
    RULES_PIECE_SCORE_PARTS, /* rr 2, temp ? */
} RulesPieceKind;

typedef struct {
    RulesPieceKind kind;
    char *literal;
    int node;
    int index; /* score */
    char unit[RULES_UNIT_TEXT];
} RulesPiece;

/* Who reads what; rules/engine/depend.h. */
typedef struct RulesDepend RulesDepend;

typedef struct {
    RulesPriority priority;
    int64_t longer_us;
    AstUnknownAct act;
    GArray *text; /* of RulesPiece */
} RulesUnknownClause;

/* A line of an explanation: a part of a condition in the words of the text. */
typedef struct {
    int depth;
    int node;
    char *words; /* "and", "at least 3 of", or the source text of a test */
    bool leaf;
} RulesExplainLine;

typedef struct {
    char *to;
    int64_t after_us;
    AstStepUnless unless;
} RulesStepDef;

typedef struct {
    char *name;
    char *owner;
    char review[11];
    int version;
    char hash[17]; /* of its texts */
    size_t n_rules;
} RulesPackDef;

typedef struct {
    char *name;
    char *place; /* FILE:LINE */
    size_t pack;
    char *title;
    char *source;
    char *owner;
    char *note;
    char hash[17]; /* what it means */
    int version;
    RulesPriority priority;
    bool technical;
    bool latching;
    GArray *text; /* of RulesPiece */
    int applies;  /* node or -1 */
    int when;
    int clear; /* node; without a clause, not when */
    RulesDelays delays;
    RulesUnknownClause unknown;
    int64_t hold_down_us;
    int64_t repeat_us;  /* 0: no reminder */
    GArray *escalate;   /* of RulesStepDef */
    GArray *unless;     /* of int, rules */
    uint64_t inputs[2]; /* that `when` reads */
    uint64_t applies_inputs[2];
    uint64_t shown[2];       /* those of when, clear and text */
    GArray *explain_applies; /* of RulesExplainLine */
    GArray *explain_when;
    GArray *explain_clear;
    GArray *limits; /* of int, shown in explanations */
} RulesRule;

struct RulesSet {
    gatomicrefcount refs;
    char *name;
    char hash[17];
    GArray *packs;       /* of RulesPackDef */
    GArray *nodes;       /* of RulesNode */
    GArray *reads;       /* of RulesReads, one per node */
    GArray *lists;       /* of int */
    GPtrArray *symbols;  /* of char *, index is the id */
    GArray *slots;       /* of RulesSlot */
    GArray *inputs;      /* of RulesInput */
    GArray *limits;      /* of RulesLimitDef */
    GArray *series;      /* of RulesSeries */
    GArray *windows;     /* of RulesWindow */
    GArray *patterns;    /* of RulesPattern */
    GArray *scores;      /* of RulesScoreDef */
    GArray *rules;       /* of RulesRule, in the order of the text */
    GArray *order;       /* of int: rules, those named in `unless` first */
    GHashTable *by_code; /* MDC code -> slot + 1 */
    bool ticking;        /* some condition reads an age or an exposure: look at whole seconds too */
    int n_events;
    int n_parts; /* of all scores */
    size_t event_capacity;
    size_t most_points;  /* of any series: room for a median */
    GArray *event_nodes; /* of int: nodes that wait for events */
    RulesDepend *depend;
    /* the bed's block */
    size_t inputs_at;
    size_t slots_at;
    size_t events_at;
    size_t limits_at;
    size_t scores_at;
    size_t rules_at;
    size_t patterns_at;
    size_t rings_at; /* to the end */
    size_t bytes;
    /* of a bed: empty, with full windows, and whatever comes */
    size_t fixed_bytes;
    size_t full_bytes;
    size_t most_bytes;
};

#define RULES_AT(array, type, i) (g_array_index((array), type, (i)))

static inline bool
rules_bit(const uint64_t bits[2], int i)
{
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

static inline void
rules_bit_set(uint64_t bits[2], int i)
{
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static inline void
rules_bits_or(uint64_t bits[2], const uint64_t more[2])
{
    bits[0] |= more[0];
    bits[1] |= more[1];
}

static inline bool
rules_op_is_score(RulesOp op)
{
    return op >= RULES_OP_SCORE && op <= RULES_OP_SCORE_HIGHEST;
}

/* What of a node are operands. */
static inline bool
rules_op_has_a(RulesOp op)
{
    return (op >= RULES_OP_CONVERT && op <= RULES_OP_ELSE)
           || (op >= RULES_OP_LT && op <= RULES_OP_SAME) || op == RULES_OP_KNOWN_VALUE
           || op == RULES_OP_FIRST || op == RULES_OP_YES_NO
           || (op >= RULES_OP_AND && op <= RULES_OP_NOT);
}

static inline bool
rules_op_has_b(RulesOp op)
{
    return (op >= RULES_OP_ADD && op <= RULES_OP_ELSE) || (op >= RULES_OP_LT && op <= RULES_OP_SAME)
           || op == RULES_OP_AND || op == RULES_OP_OR || op == RULES_OP_EXPOSURE;
}

/* The series that a node looks at; -1: none. */
static inline int
rules_node_series(const RulesSet *set, const RulesNode *n)
{
    if (n->op == RULES_OP_WINDOW || n->op == RULES_OP_EXPOSURE || n->op == RULES_OP_HAPPENED)
        return RULES_AT(set->windows, RulesWindow, n->index).series;
    return n->op == RULES_OP_FIRST ? RULES_AT(set->patterns, RulesPattern, n->index).series : -1;
}

/* Lays out the bed's block; in rules/engine/state.c, which owns the structs. */
void rules_set_lay_out(RulesSet *set);
void rules_depend_free(RulesDepend *depend);
/* What a bed remembers beside its block. */
size_t rules_depend_bytes(const RulesDepend *depend);

G_END_DECLS
