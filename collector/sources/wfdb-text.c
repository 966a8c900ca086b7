/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-text.h"

#include <math.h>
#include <string.h>

#include "common/error.h"
#include "common/ratio.h"

#define MAX_FIELD 64 /* characters of a number */

gboolean
collector_text_refuse(
    const CollectorText *r, const char *at, GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%zu:%zu: %s", r->what, r->number,
                at == NULL || r->line == NULL ? (size_t)1 : (size_t)(at - r->line) + 1, text);
    return FALSE;
}

static gboolean
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static gboolean
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void
collector_text_skip_blanks(CollectorText *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

/* The next line that says something; FALSE at the end of the file. */
gboolean
collector_text_next_line(CollectorText *r)
{
    while (r->next < r->length) {
        const char *begin = r->text + r->next;
        const char *newline = memchr(begin, '\n', r->length - r->next);
        const char *end = newline != NULL ? newline : r->text + r->length;

        r->next = (size_t)(end - r->text) + 1;
        r->number++;
        r->line = r->at = begin;
        while (end > begin && is_blank(end[-1]))
            end--;
        r->end = end;
        collector_text_skip_blanks(r);
        if (r->at < r->end && *r->at != '#')
            return TRUE;
    }
    r->number++;
    r->line = r->at = r->end = NULL;
    return FALSE;
}

/* Takes one character if it stands here. */
gboolean
collector_text_take(CollectorText *r, char c)
{
    if (r->at >= r->end || *r->at != c)
        return FALSE;
    r->at++;
    return TRUE;
}

gboolean
collector_text_at_field_end(const CollectorText *r)
{
    return r->at >= r->end || is_blank(*r->at);
}

/* A whole number between @min and @max. */
gboolean
collector_text_take_integer(
    CollectorText *r, const char *thing, int64_t min, int64_t max, int64_t *value, GError **error)
{
    const char *begin = r->at;
    gboolean negative = collector_text_take(r, '-') || (collector_text_take(r, '+') && FALSE);
    int64_t v = 0;

    if (r->at >= r->end || !is_digit(*r->at))
        return collector_text_refuse(r, r->at, error, "%s: a whole number is expected", thing);
    while (r->at < r->end && is_digit(*r->at)) {
        if (v < (INT64_C(1) << 50)) /* far above every bound we use */
            v = v * 10 + (*r->at - '0');
        r->at++;
    }
    v = negative ? -v : v;
    if (v < min || v > max)
        return collector_text_refuse(r, begin, error,
                                     "%s is %.*s, outside %" G_GINT64_FORMAT "..%" G_GINT64_FORMAT,
                                     thing, (int)MIN(r->at - begin, MAX_FIELD), begin, min, max);
    *value = v;
    return TRUE;
}

static size_t
number_length(const CollectorText *r)
{
    size_t n = 0;

    while (r->at + n < r->end && (is_digit(r->at[n]) || strchr("+-.eE", r->at[n]) != NULL))
        n++;
    return n;
}

gboolean
collector_text_take_real(CollectorText *r, const char *thing, double *value, GError **error)
{
    char text[MAX_FIELD + 1];
    size_t n = number_length(r);
    char *end = NULL;

    if (n == 0 || n > MAX_FIELD)
        return collector_text_refuse(r, r->at, error, "%s: a number is expected", thing);
    memcpy(text, r->at, n);
    text[n] = '\0';
    *value = g_ascii_strtod(text, &end);
    if (end != text + n || !isfinite(*value) || fabs(*value) > 1e15)
        return collector_text_refuse(r, r->at, error, "%s: '%s' is not a number below 1e15", thing,
                                     text);
    r->at += n;
    return TRUE;
}

/* The simplest fraction within a unit of the last digit written: what was
 * meant by 0.0166666666667, whose own digits do not fit 32 bits. Numerators
 * and denominators of the two bounds are below 2^62. */
static gboolean
simplest_between(uint64_t low, uint64_t high, uint64_t scale, uint32_t *num, uint32_t *den)
{
    uint64_t a = low, b = scale, c = high, d = scale; /* a/b .. c/d */
    uint64_t p0 = 0, q0 = 1, p1 = 1, q1 = 0;

    for (int depth = 0; depth < 64 && b != 0 && d != 0; depth++) {
        uint64_t whole = a / b;
        gboolean done = whole != c / d || a % b == 0;
        uint64_t k = done && a % b != 0 ? whole + 1 : whole;
        uint64_t p = k * p1 + p0, q = k * q1 + q0;

        if (k > UINT32_MAX || p > UINT32_MAX || q > UINT32_MAX)
            return FALSE;
        if (done) {
            *num = (uint32_t)p;
            *den = (uint32_t)q;
            return p > 0 && q > 0;
        }
        p0 = p1, q0 = q1, p1 = p, q1 = q;
        uint64_t rest_a = a - whole * b, rest_c = c - whole * d;
        a = d, c = b;
        b = rest_c, d = rest_a;
    }
    return FALSE;
}

/* A rate as written in decimal, kept exactly: 62.4725 is 24989/400. */
gboolean
collector_text_take_rate(
    CollectorText *r, uint32_t max_num, uint32_t *num, uint32_t *den, GError **error)
{
    const char *begin = r->at;
    uint64_t value = 0, scale = 1;
    gboolean point = FALSE;
    size_t digits = 0;

    for (; r->at < r->end && (is_digit(*r->at) || (*r->at == '.' && !point)); r->at++) {
        if (*r->at == '.') {
            point = TRUE;
            continue;
        }
        if (point && scale >= UINT64_C(1000000000000000))
            continue; /* finer than any clock */
        if (value >= UINT64_C(100000000000000000))
            return collector_text_refuse(r, begin, error, "sampling rate is above 1000000 Hz");
        value = value * 10 + (uint64_t)(*r->at - '0');
        scale *= point ? 10 : 1;
        digits++;
    }
    if (digits == 0)
        return collector_text_refuse(r, begin, error,
                                     "sampling rate: a number above 0 is expected");
    if (value == 0) {
        *num = 0;
        *den = 1;
        return TRUE;
    }
    if (value / scale >= 1000000)
        return collector_text_refuse(r, begin, error, "sampling rate is above 1000000 Hz");
    uint64_t common = vicu_greatest_divisor(value, scale);
    if (value / common <= max_num && scale / common <= UINT32_MAX) {
        *num = (uint32_t)(value / common);
        *den = (uint32_t)(scale / common);
        return TRUE;
    }
    if (value > UINT64_C(1) << 60 || scale > UINT64_C(1) << 60
        || !simplest_between(value - 1, value + 1, scale, num, den) || *num > max_num)
        return collector_text_refuse(
            r, begin, error, "sampling rate: no fraction of 32-bit numbers is close enough");
    return TRUE;
}

char *
collector_text_take_word(CollectorText *r)
{
    const char *begin = r->at;

    while (!collector_text_at_field_end(r))
        r->at++;
    return g_strndup(begin, (gsize)(r->at - begin));
}
