/* Heart rate variability in time, over the NN intervals of a row.
 *
 * Task Force of the ESC and NASPE 1996, Circulation 93:1043: SDNN with n - 1,
 * RMSSD, pNN50 = percent of successive differences above 50 ms. Whoever makes
 * the row leaves out what is not a normal beat; with atrial fibrillation,
 * pacing or more than 10 % ectopy the answers mean nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/error.h"
#include "rules/scores/points.h"
#include "rules/scores/score.h"

/* Longer than any heart waits; it keeps the sums finite. */
#define RR_MAX_MS 600000.0

static const RulesColumn columns[] = {
    {.name = "rr_ms", .kind = RULES_COLUMN_TEXT},
    {.name = NULL},
};

static bool
intervals_of(const char *text, GArray *rr_ms, GError **error)
{
    for (const char *p = text + strspn(text, " "); *p != '\0'; p += strspn(p, " ")) {
        size_t length = strcspn(p, " ");
        char *end = NULL;
        double value = g_ascii_strtod(p, &end);
        if (strspn(p, "0123456789+-.eE") < length || end != p + length
            || !(value > 0 && value <= RR_MAX_MS)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "rr_ms: interval %u is \"%.*s\", expected milliseconds above 0 and up to "
                        "%.0f, blanks between them",
                        rr_ms->len + 1, (int)MIN(length, 40), p, RR_MAX_MS);
            return false;
        }
        g_array_append_val(rr_ms, value);
        p += length;
    }
    return true;
}

/* @n > 0 */
static double
mean_ms(const double *rr_ms, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += rr_ms[i];
    return sum / (double)n;
}

/* The others: @n > 1 */
static double
sdnn_ms(const double *rr_ms, size_t n)
{
    double mean = mean_ms(rr_ms, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (rr_ms[i] - mean) * (rr_ms[i] - mean);
    return sqrt(sum / (double)(n - 1));
}

static double
rmssd_ms(const double *rr_ms, size_t n)
{
    double sum = 0;
    for (size_t i = 1; i < n; i++)
        sum += (rr_ms[i] - rr_ms[i - 1]) * (rr_ms[i] - rr_ms[i - 1]);
    return sqrt(sum / (double)(n - 1));
}

static double
pnn50_pct(const double *rr_ms, size_t n)
{
    size_t above = 0;
    for (size_t i = 1; i < n; i++)
        above += fabs(rr_ms[i] - rr_ms[i - 1]) > 50;
    return 100 * (double)above / (double)(n - 1);
}

static bool
score_hrv(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error)
{
    g_autoptr(GArray) intervals = g_array_new(FALSE, FALSE, sizeof(double));
    (void)scorer;
    if (!intervals_of(in[0].text, intervals, error))
        return false;
    const double *rr_ms = (const double *)(const void *)intervals->data;
    size_t n = intervals->len;
    if (n > 0) {
        rules_answer_number(out[0], mean_ms(rr_ms, n), 6);
        rules_answer_number(out[1], 60000 / mean_ms(rr_ms, n), 6);
    }
    if (n > 1) {
        rules_answer_number(out[2], sdnn_ms(rr_ms, n), 6);
        rules_answer_number(out[3], rmssd_ms(rr_ms, n), 6);
        rules_answer_number(out[4], pnn50_pct(rr_ms, n), 6);
    }
    return true;
}

const RulesScoreKind rules_score_hrv = {
    .name = "hrv",
    .inputs = columns,
    .outputs = RULES_OUTPUTS("mean_nn_ms", "mean_hr_per_min", "sdnn_ms", "rmssd_ms", "pnn50_pct"),
    .row = score_hrv,
};
