/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/hl7-value.h"

#include <string.h>

#define MAX_DIGITS 15 /* every such integer is exact in a double */

/* Days from 1970-01-01, proleptic Gregorian calendar. */
static int64_t
days_from_civil(int year, int month, int day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t y = year - 1;
    gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return y * 365 + y / 4 - y / 100 + y / 400 + before[month - 1] + (leap && month > 2 ? 1 : 0)
           + day - 1 - 719162;
}

static int
days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static size_t
leading_digits(const char *text, size_t n)
{
    size_t i = 0;

    while (i < n && g_ascii_isdigit(text[i]))
        i++;
    return i;
}

static int
number(const char *text, size_t n)
{
    int value = 0;

    for (size_t i = 0; i < n; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

static gboolean
parse_zone(const char *text, size_t n, CollectorHl7Time *out)
{
    int hours, minutes;

    if (n != 5 || (text[0] != '+' && text[0] != '-') || leading_digits(text + 1, 4) != 4)
        return FALSE;
    hours = number(text + 1, 2);
    minutes = number(text + 3, 2);
    if (hours > 14 || minutes > 59)
        return FALSE;
    out->has_zone = TRUE;
    out->zone_s = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return TRUE;
}

static gboolean
parse_fraction(const char **at, const char *end, int64_t *us, CollectorHl7Time *out)
{
    size_t n;
    int64_t scale = 1000000;

    if (*at == end || **at != '.')
        return TRUE;
    ++*at;
    n = leading_digits(*at, (size_t)(end - *at));
    if (out->precision != 14 || n == 0 || n > 9)
        return FALSE;
    out->fraction = (uint8_t)MIN(n, 6);
    for (size_t i = 0; i < MIN(n, 6); i++) {
        scale /= 10;
        *us += ((*at)[i] - '0') * scale;
    }
    *at += n;
    return TRUE;
}

gboolean
collector_hl7_time_parse(CollectorHl7View view, CollectorHl7Time *out)
{
    int parts[6] = {0, 1, 1, 0, 0, 0};
    const char *at = view.text;
    const char *end;
    size_t n;
    int64_t us = 0;

    memset(out, 0, sizeof *out);
    if (view.text == NULL || view.n > 40)
        return FALSE;
    end = view.text + view.n;
    n = leading_digits(at, view.n);
    if (n < 4 || n > 14 || n % 2 != 0)
        return FALSE;
    out->precision = (uint8_t)n;
    parts[0] = number(at, 4);
    for (size_t i = 4; i < n; i += 2)
        parts[i / 2 - 1] = number(at + i, 2);
    at += n;
    if (!parse_fraction(&at, end, &us, out))
        return FALSE;
    if (at < end && !parse_zone(at, (size_t)(end - at), out))
        return FALSE;
    if (parts[0] < 1 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1
        || parts[2] > days_in_month(parts[0], parts[1]) || parts[3] > 23 || parts[4] > 59
        || parts[5] > 60)
        return FALSE;
    out->local_us = (days_from_civil(parts[0], parts[1], parts[2]) * 86400 + parts[3] * 3600
                     + parts[4] * 60 + parts[5])
                        * G_USEC_PER_SEC
                    + us;
    return TRUE;
}

int64_t
collector_hl7_time_utc_us(const CollectorHl7Time *time, int32_t default_zone_s)
{
    return time->local_us
           - (int64_t)(time->has_zone ? time->zone_s : default_zone_s) * G_USEC_PER_SEC;
}

void
collector_hl7_time_iso(const CollectorHl7Time *time,
                       const int32_t *default_zone_s,
                       char *out,
                       size_t size)
{
    gboolean zone = (time->has_zone || default_zone_s != NULL) && time->precision >= 10;
    int64_t us = zone
                     ? collector_hl7_time_utc_us(time, default_zone_s == NULL ? 0 : *default_zone_s)
                     : time->local_us;
    int64_t s = us / G_USEC_PER_SEC - (us % G_USEC_PER_SEC < 0 ? 1 : 0);
    int fraction = (int)(us - s * G_USEC_PER_SEC);
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(s);
    static const char *const formats[] = {
        "%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"};
    g_autofree char *text = NULL;

    out[0] = '\0';
    if (date == NULL)
        return;
    text = g_date_time_format(date, formats[time->precision / 2 - 2]);
    if (time->fraction == 0)
        g_snprintf(out, size, "%s%s", text, zone ? "Z" : "");
    else if (time->fraction <= 3)
        g_snprintf(out, size, "%s.%03d%s", text, fraction / 1000, zone ? "Z" : "");
    else
        g_snprintf(out, size, "%s.%06d%s", text, fraction, zone ? "Z" : "");
}

gboolean
collector_hl7_decimal_parse(CollectorHl7View view, CollectorHl7Decimal *out)
{
    const char *at = view.text;
    const char *end;
    gboolean negative = FALSE;
    gboolean point = FALSE;
    size_t digits = 0, significant = 0;

    *out = (CollectorHl7Decimal){0};
    if (at == NULL)
        return FALSE;
    end = at + view.n;
    while (at < end && *at == ' ')
        at++;
    while (end > at && end[-1] == ' ')
        end--;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    for (; at < end; at++) {
        if (*at == '.' && !point) {
            point = TRUE;
            continue;
        }
        if (!g_ascii_isdigit(*at))
            return FALSE;
        digits++;
        significant += significant > 0 || *at != '0' ? 1 : 0;
        if (significant > MAX_DIGITS || digits > 30)
            return FALSE;
        out->mantissa = out->mantissa * 10 + (*at - '0');
        out->decimals = (uint8_t)(out->decimals + (point ? 1 : 0));
    }
    if (negative)
        out->mantissa = -out->mantissa;
    return digits > 0;
}

void
collector_hl7_decimal_print(CollectorHl7Decimal value, char *out, size_t size)
{
    char digits[64];
    size_t n;

    g_snprintf(digits, sizeof digits, "%0*" G_GINT64_FORMAT, value.decimals + 1,
               (gint64)ABS(value.mantissa));
    n = strlen(digits) - value.decimals;
    g_snprintf(out, size, "%s%.*s%s%s", value.mantissa < 0 ? "-" : "", (int)n, digits,
               value.decimals > 0 ? "." : "", digits + n);
}

/* Correctly rounded, by the library that reads decimal text. */
static double
scaled(int64_t mantissa, int decimals)
{
    char text[48];

    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT "e%d", (gint64)mantissa, -decimals);
    return g_ascii_strtod(text, NULL);
}

double
collector_hl7_decimal_to_double(CollectorHl7Decimal value)
{
    return scaled(value.mantissa, value.decimals);
}

static gboolean
equals(CollectorHl7Decimal value, int64_t mantissa, int decimals)
{
    int64_t m = value.mantissa;
    int d = value.decimals;

    while (d > decimals && m % 10 == 0) {
        m /= 10;
        d--;
    }
    for (; d < decimals; d++) {
        if (m > G_MAXINT64 / 10 || m < G_MININT64 / 10)
            return FALSE;
        m *= 10;
    }
    return d == decimals && m == mantissa;
}

gboolean
collector_hl7_decimal_is_sentinel(CollectorHl7Decimal value)
{
    return equals(value, -999, 0) || equals(value, -999, 1) || equals(value, -100, 0);
}
