/* Rounding to a chart's resolution, in decimal arithmetic.
 *
 * Charts are defined on whole numbers (temperature on tenths). A measured
 * value is rounded half up to that resolution before a band is looked up,
 * reckoned on the shortest decimal text of the value: 35.05 is thirty-five
 * point zero five, not the binary fraction beside it. Pure, no memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* digits * 10^exponent, exactly; digits carry the sign. */
typedef struct {
    int64_t digits;
    int exponent;
} RulesDecimal;

/* The shortest decimal that reads back as @value. FALSE unless finite. */
bool rules_decimal_of(double value, RulesDecimal *decimal);

/* "36.1" without sign or exponent, at most 18 significant digits and 12
 * decimals; FALSE otherwise. */
bool rules_decimal_parse(const char *text, size_t length, RulesDecimal *decimal);

double rules_decimal_value(RulesDecimal decimal);

/* @value in steps of @resolution (> 0), half up: 20.5 to 1 is 21, 35.04 to 0.1
 * is 350. FALSE when @value is not finite or beyond 10^15 steps. */
bool rules_decimal_steps(double value, RulesDecimal resolution, int64_t *steps);

/* TRUE when @decimal is a whole number of steps. */
bool rules_decimal_is_multiple(RulesDecimal decimal, RulesDecimal resolution, int64_t *steps);

G_END_DECLS
