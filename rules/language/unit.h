/* Units: the part of UCUM that a ward needs, with exact conversion.
 *
 * A unit is a product of powers of base units times an exact fraction, so that
 * two spellings of one unit convert without loss and two dimensions never do.
 * Celsius and Fahrenheit also carry a zero of their own. Case-sensitive, as
 * UCUM says; annotations in braces are refused. Values only, no memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

enum { RULES_UNIT_BASES = 7, RULES_UNIT_TEXT = 32 }; /* m g s K mol A [iU] */

typedef struct {
    int64_t num;
    int64_t den; /* > 0, no common divisor */
} RulesFraction;

typedef struct {
    char text[RULES_UNIT_TEXT]; /* as written, "1" for none */
    int8_t power[RULES_UNIT_BASES];
    RulesFraction factor; /* to the base units */
    RulesFraction zero;   /* base = (value + zero) * factor; 0 for all but Cel and [degF] */
    bool point;           /* a point on a scale with its own zero, not a difference */
} RulesUnit;

/* y = (x + before) * times / by + after */
typedef struct {
    double before;
    double times;
    double by;
    double after;
    bool same; /* nothing to do */
} RulesConversion;

extern const RulesUnit rules_unit_one;
extern const RulesUnit rules_unit_second;

/* The unit at the start of @text, as long as it goes; 0 when there is none. */
size_t rules_unit_match(const char *text, size_t length, RulesUnit *unit);
/* The whole of @text, NUL-terminated. */
bool rules_unit_parse(const char *text, RulesUnit *unit);

bool rules_unit_same_dimension(const RulesUnit *a, const RulesUnit *b);
/* Same dimension, same factor, same zero: numbers may stand side by side. */
bool rules_unit_same(const RulesUnit *a, const RulesUnit *b);
bool rules_unit_is_dimensionless(const RulesUnit *unit);

/* FALSE when a number would leave the bounds (no ward's unit does). */
bool rules_unit_multiply(const RulesUnit *a, const RulesUnit *b, RulesUnit *product);
bool rules_unit_divide(const RulesUnit *a, const RulesUnit *b, RulesUnit *quotient);
/* What the difference of two values in @unit has: Cel without its zero. */
RulesUnit rules_unit_difference(const RulesUnit *unit);

/* FALSE across dimensions. */
bool rules_unit_conversion(const RulesUnit *from, const RulesUnit *to, RulesConversion *conversion);
double rules_convert(const RulesConversion *conversion, double value);

/* "a pressure", "a temperature", ... or "a value in UNIT": for messages. */
const char *rules_unit_kind(const RulesUnit *unit);
/* For people: mmHg, °C, cmH2O. */
void rules_unit_show(const char *ucum, char out[RULES_UNIT_TEXT]);

G_END_DECLS
