/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/points.h"

#include <stdint.h>

#include "rules/language/decimal.h"
#include "rules/scores/score.h"

double
rules_chart_steps(double value, int decimals)
{
    int64_t steps = 0;
    bool good = rules_decimal_steps(value, (RulesDecimal){1, -decimals}, &steps);
    g_assert(good); /* cells are bounded */
    return (double)steps;
}

int
rules_chart_points(const RulesChart *chart, double value)
{
    double scale = chart->decimals < 0 ? 1 : pow(10, chart->decimals);
    double x = chart->decimals < 0 ? value : rules_chart_steps(value, chart->decimals);
    int points = chart->bands[0].points;
    for (const RulesChartBand *b = chart->bands + 1; b->from < HUGE_VAL; b++) {
        double from = chart->decimals < 0 ? b->from : round(b->from * scale);
        if (x >= from)
            points = b->points;
    }
    return points;
}

RulesPoints
rules_chart_cell(const RulesChart *chart, const RulesCell *cell)
{
    if (cell->known)
        return rules_points_known(rules_chart_points(chart, cell->value));
    int low = chart->bands[0].points;
    int high = low;
    for (const RulesChartBand *b = chart->bands; b->from < HUGE_VAL; b++) {
        low = MIN(low, b->points);
        high = MAX(high, b->points);
    }
    return (RulesPoints){.known = false, .low = low, .high = high};
}

RulesPoints
rules_points_known(int points)
{
    return rules_points_between(points, points);
}

RulesPoints
rules_points_between(int low, int high)
{
    return (RulesPoints){.known = low == high, .points = low, .low = low, .high = high};
}

RulesPoints
rules_points_greater(RulesPoints a, RulesPoints b)
{
    return rules_points_between(MAX(a.low, b.low), MAX(a.high, b.high));
}

RulesPoints
rules_points_raised(RulesPoints main, RulesPoints other)
{
    RulesPoints both = rules_points_greater(main, other);
    both.known |= main.known;
    return both;
}

RulesPoints
rules_points_sum(const RulesPoints *parts, size_t n)
{
    RulesPoints sum = {.known = true};
    for (size_t i = 0; i < n; i++) {
        sum.known &= parts[i].known;
        sum.points += parts[i].points;
        sum.low += parts[i].low;
        sum.high += parts[i].high;
    }
    return sum;
}

void
rules_answer_points(char *out, RulesPoints points)
{
    if (points.known)
        rules_answer_integer(out, points.points);
}

void
rules_answer_integer(char *out, int value)
{
    g_snprintf(out, RULES_SCORE_TEXT, "%d", value);
}

void
rules_answer_number(char *out, double value, int decimals)
{
    /* No "-0.000". */
    if (fabs(value) < 0.5 * pow(10, -decimals))
        value = 0;
    if (isfinite(value))
        g_snprintf(out, RULES_SCORE_TEXT, "%.*f", decimals, value);
}

void
rules_answer_reaches(char *out, RulesPoints points, int at_least)
{
    int low = points.known ? points.points : points.low;
    int high = points.known ? points.points : points.high;
    if (low >= at_least)
        rules_answer_integer(out, 1);
    else if (high < at_least)
        rules_answer_integer(out, 0);
}

void
rules_answer_missing(char *out, const RulesColumn *columns, const RulesCell *in)
{
    for (size_t i = 0; columns[i].name != NULL; i++) {
        if (in[i].known || columns[i].optional)
            continue;
        if (*out != '\0')
            g_strlcat(out, " ", RULES_SCORE_TEXT);
        gsize length = g_strlcat(out, columns[i].name, RULES_SCORE_TEXT);
        g_assert(length < RULES_SCORE_TEXT);
    }
}
