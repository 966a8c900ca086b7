/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/decimal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Wide enough for the product of two 64-bit numbers. */
__extension__ typedef __int128 Wide;

#define MAX_STEPS 1e15

/* 10^0 .. 10^18 */
static Wide
power_of_ten(int n)
{
    Wide p = 1;
    for (int i = 0; i < n; i++)
        p *= 10;
    return p;
}

static RulesDecimal
trimmed(RulesDecimal d)
{
    while (d.digits != 0 && d.digits % 10 == 0) {
        d.digits /= 10;
        d.exponent++;
    }
    if (d.digits == 0)
        d.exponent = 0;
    return d;
}

bool
rules_decimal_of(double value, RulesDecimal *decimal)
{
    if (!isfinite(value))
        return false;
    /* "-d.ddde+xx": 17 significant digits always read back, fewer mostly do. */
    char text[40];
    for (int precision = 14; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, value);
        if (g_ascii_strtod(text, NULL) == value)
            break;
    }

    char *e = strchr(text, 'e');
    RulesDecimal d = {0, atoi(e + 1)};
    for (const char *p = text; p < e; p++)
        if (g_ascii_isdigit(*p))
            d.digits = d.digits * 10 + (*p - '0');
    const char *point = memchr(text, '.', (size_t)(e - text));
    if (point != NULL)
        d.exponent -= (int)(e - point - 1);
    if (text[0] == '-')
        d.digits = -d.digits;
    *decimal = trimmed(d);
    return true;
}

bool
rules_decimal_parse(const char *text, size_t length, RulesDecimal *decimal)
{
    RulesDecimal d = {0, 0};
    int significant = 0;
    bool after_point = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && !after_point && i > 0 && i + 1 < length) {
            after_point = true;
            continue;
        }
        if (!g_ascii_isdigit(text[i]))
            return false;
        if (significant > 0 || text[i] != '0')
            significant++;
        if (significant > 18 || (after_point && d.exponent == -12))
            return false;
        d.digits = d.digits * 10 + (text[i] - '0');
        if (after_point)
            d.exponent--;
    }
    *decimal = trimmed(d);
    return length > 0;
}

double
rules_decimal_value(RulesDecimal decimal)
{
    char text[48];
    snprintf(text, sizeof text, "%" G_GINT64_FORMAT "e%d", decimal.digits, decimal.exponent);
    return g_ascii_strtod(text, NULL);
}

/* floor(a / b), b > 0 */
static int64_t
floor_div(Wide a, Wide b)
{
    Wide q = a / b;
    if (a % b != 0 && a < 0)
        q--;
    return (int64_t)q;
}

/* Both as whole numbers of the same power of ten; FALSE when that needs more
 * than 128 bits, which only values far below the resolution do. */
static bool
aligned(RulesDecimal value, RulesDecimal resolution, Wide *v, Wide *r)
{
    int low = MIN(value.exponent, resolution.exponent);
    int up_v = value.exponent - low;
    int up_r = resolution.exponent - low;
    if (up_v > 18 || up_r > 18)
        return false;
    *v = (Wide)value.digits * power_of_ten(up_v);
    *r = (Wide)resolution.digits * power_of_ten(up_r);
    return true;
}

bool
rules_decimal_steps(double value, RulesDecimal resolution, int64_t *steps)
{
    double step = rules_decimal_value(resolution);
    double near = value / step;
    if (!isfinite(near) || fabs(near) > MAX_STEPS)
        return false;

    /* Far from a half the binary quotient cannot be on the wrong side of it. */
    double whole = floor(near);
    if (fabs(near) < 1e6 && fabs(near - whole - 0.5) > 1e-6) {
        *steps = (int64_t)whole + (near - whole > 0.5);
        return true;
    }

    RulesDecimal d;
    Wide v = 0;
    Wide r = 1;
    if (!rules_decimal_of(value, &d))
        return false;
    if (!aligned(d, resolution, &v, &r)) {
        /* So small beside the step that it cannot lie near a half. */
        *steps = (int64_t)floor(near + 0.5);
        return true;
    }
    *steps = floor_div(2 * v + r, 2 * r);
    return true;
}

bool
rules_decimal_is_multiple(RulesDecimal decimal, RulesDecimal resolution, int64_t *steps)
{
    Wide v = 0;
    Wide r = 1;
    if (!aligned(decimal, resolution, &v, &r) || v % r != 0)
        return false;
    Wide n = v / r;
    if (n > (Wide)MAX_STEPS || n < -(Wide)MAX_STEPS)
        return false;
    *steps = (int64_t)n;
    return true;
}
