/* A rule text as a tree, before names and units are looked at.
 *
 * Names and strings are slices of the text, which must outlive the tree. One
 * arena owns every node. Bounded: brackets and functions to RULES_MAX_DEPTH,
 * the tree of an expression to RULES_MAX_HEIGHT, whatever it is made of.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/engine.h"
#include "rules/language/bundle.h"
#include "rules/language/diagnostics.h"
#include "rules/language/lexer.h"

G_BEGIN_DECLS

/* Macros, so that messages can name them. */
#define RULES_MAX_DEPTH  48
#define RULES_MAX_HEIGHT 100

typedef struct {
    const char *text;
    size_t length; /* 0: not given */
    size_t start;  /* offset in the file */
} RulesSlice;

typedef enum {
    AST_NUMBER,
    AST_NAME, /* with member for NEWS2.min */
    AST_NEGATE,
    AST_ADD,
    AST_SUBTRACT,
    AST_MULTIPLY,
    AST_DIVIDE,
    AST_ELSE,
    AST_AGE,
    AST_ABS,
    AST_WINDOW,   /* a over duration */
    AST_EXPOSURE, /* a under/over b within duration */
    AST_LT,
    AST_LE,
    AST_GT,
    AST_GE,
    AST_EQ,
    AST_NE,
    AST_BETWEEN, /* a between b and c */
    AST_IN,      /* a in names */
    AST_KNOWN,
    AST_NO_EVENT, /* no NAME for duration */
    AST_HAPPENED, /* a over duration, count times */
    AST_FIRST,    /* first a then b within duration */
    AST_AT_LEAST, /* count of the list from a */
    AST_AND,
    AST_OR,
    AST_NOT,
} AstKind;

typedef enum {
    AST_MEAN,
    AST_MEDIAN,
    AST_MIN,
    AST_MAX,
    AST_SLOPE,
    AST_CHANGE,
    AST_COUNT,
    AST_SD,
    AST_SHARE,
    AST_TIME_UNDER,
    AST_TIME_OVER,
    AST_AREA_UNDER,
    AST_AREA_OVER,
    AST_RISES, /* how often a condition became true */
} AstWindowKind;

typedef struct AstNode AstNode;
struct AstNode {
    AstKind kind;
    size_t start;
    size_t end;
    AstNode *a;
    AstNode *b;
    AstNode *c;
    AstNode *next; /* in a list */
    RulesSlice name;
    RulesSlice member;
    RulesDecimal number;
    bool has_unit;
    RulesUnit unit;
    AstWindowKind window;
    int64_t duration_us;
    int needing; /* percent; -1: not said */
    int count;
    int height;   /* of the tree below it, itself included */
    int compiled; /* its node in the set, once there is one; -1 */
};

typedef struct AstPiece AstPiece;
struct AstPiece {
    RulesSlice literal; /* when node is NULL */
    AstNode *node;
    AstPiece *next;
};

/* A string with its slots taken apart. */
typedef struct {
    RulesSlice text;
    AstPiece *pieces;
    bool given;
    bool broken;
} AstText;

typedef enum {
    AST_UNKNOWN_INHERITED,
    AST_UNKNOWN_TECHNICAL,
    AST_UNKNOWN_CLEAR,
    AST_UNKNOWN_KEEP,
} AstUnknownAct;

typedef struct {
    AstUnknownAct act;
    int64_t duration_us;
    RulesPriority priority;
    AstText text;
} AstUnknown;

typedef enum { AST_USE_NUMBER, AST_USE_SYMBOL, AST_USE_EVENT } AstUseKind;

typedef struct {
    RulesSlice name;
    int64_t validity_us; /* 0: the input's */
} AstSource;

typedef struct AstUse AstUse;
struct AstUse {
    RulesSlice name;
    AstUseKind kind;
    RulesUnit unit;
    size_t unit_start;
    int64_t validity_us; /* 0: not said */
    GArray *from;        /* of AstSource; may be NULL */
    AstNode *otherwise;  /* else: a NAME or a NUMBER */
    bool broken;
};

typedef struct {
    RulesSlice name;
    AstNode *value;
    AstNode *min;
    AstNode *max;
    bool per_bed;
    bool per_unit;
    bool broken;
} AstLimit;

typedef struct {
    RulesSlice name;
    bool has_unit;
    RulesUnit unit;
    AstNode *expression;
    bool broken;
} AstDerive;

typedef enum {
    AST_BAND_LE,
    AST_BAND_GE,
    AST_BAND_RANGE,
    AST_BAND_SYMBOLS,
    AST_BAND_LT,   /* <1.2, of a part without resolution */
    AST_BAND_UP_TO /* 1.2..<2.0 */
} AstBandKind;

typedef struct {
    AstBandKind kind;
    size_t start;
    size_t end;
    RulesDecimal low;
    RulesDecimal high;
    GArray *symbols; /* of RulesSlice */
    int points;
} AstBand;

typedef struct {
    RulesSlice name;
    AstNode *expression;
    AstNode *resolution; /* NUMBER; NULL: not said */
    GArray *bands;       /* of AstBand */
    AstNode *where;
    bool broken;
} AstPart;

typedef struct {
    RulesSlice name;
    GArray *parts; /* of AstPart * */
    bool broken;
} AstScore;

typedef enum {
    AST_STEP_ALWAYS,
    AST_STEP_UNLESS_ACKNOWLEDGED,
    AST_STEP_UNLESS_CLEARED,
} AstStepUnless;

/* One rung of `escalate`. */
typedef struct {
    RulesSlice to;
    int64_t after_us;
    AstStepUnless unless;
} AstStep;

typedef struct {
    RulesSlice name;
    RulesSlice title;
    RulesSlice source;
    RulesSlice owner;
    RulesSlice note;
    size_t start;
    size_t end;
    int version;
    AstNode *applies;
    RulesPriority priority; /* NONE: no raise clause */
    bool technical;
    bool latching;
    AstText text;
    AstNode *when;
    int64_t for_us;
    bool holding;
    AstNode *clear;
    int64_t clear_for_us;
    AstUnknown unknown;
    int64_t hold_down_us;
    int64_t repeat_us; /* 0: no reminder */
    GArray *unless;    /* of RulesSlice */
    GArray *escalate;  /* of AstStep */
    bool broken;
} AstRule;

typedef struct {
    RulesSlice name;
    int version;
    RulesSlice owner;
    char review[11];
    size_t start;        /* of the pack's own file */
    int64_t validity_us; /* 0: no default */
    AstUnknown unknown;  /* INHERITED: no default */
    GPtrArray *uses;
    GPtrArray *limits;
    GPtrArray *derives;
    GPtrArray *scores;
    GPtrArray *rules;
    GPtrArray *arena;
    GPtrArray *arrays;
} AstFile;

AstFile *rules_ast_new(void);
void rules_ast_free(AstFile *self);
/* Zeroed, owned by the tree. */
void *rules_ast_alloc(AstFile *self, size_t size);
GArray *rules_ast_array(AstFile *self, size_t element_size);

/* Always a tree, of what could be read in @pack and in what it includes. */
AstFile *rules_parse(RulesBundle *bundle, const RulesFile *pack, RulesDiagnostics *diagnostics);

bool rules_slice_is(RulesSlice slice, const char *word);
bool rules_slice_same(RulesSlice a, RulesSlice b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AstFile, rules_ast_free)

G_END_DECLS
