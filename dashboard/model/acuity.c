/* Acuity. See acuity.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/acuity.h"

#include <stdlib.h>
#include <string.h>

#define POINT   30
#define BAND    100
#define RISING  60
#define TREND   40
#define MISSING 15
#define SEVERAL 50
#define FURTHER 3 /* alarms that count */
#define STANDS  (DASH_ACUITY_CLASS / 2)

static const struct {
    const char *name;
    int band[2]; /* 0 = there is none */
} bands[] = {{"NEWS2", {5, 7}}, {"MEWS", {5, 0}}, {"qSOFA", {2, 0}}, {"SIRS", {2, 0}}};

static int
bands_reached(const DashScore *score, int points)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bands); i++)
        if (g_ascii_strcasecmp(score->name, bands[i].name) == 0)
            return (points >= bands[i].band[0])
                   + (bands[i].band[1] > 0 && points >= bands[i].band[1]);
    return -1;
}

int
dash_acuity_band(const DashScore *score)
{
    return MAX(bands_reached(score, score->known ? score->value : score->min), 0);
}

static void
add_reason(DashAcuity *acuity, DashReason reason)
{
    unsigned at = 0;
    while (at < acuity->n_reasons && acuity->reason[at].weight >= reason.weight)
        at++;
    if (at == DASH_REASONS_MAX)
        return;
    acuity->n_reasons = MIN(acuity->n_reasons + 1, DASH_REASONS_MAX);
    memmove(&acuity->reason[at + 1], &acuity->reason[at],
            (acuity->n_reasons - at - 1) * sizeof acuity->reason[0]);
    acuity->reason[at] = reason;
}

static int
class_of(const DashAlarm *alarm)
{
    static const int unanswered[] = {2000, 2000, 6000, 7000, 8000};
    static const int answered[] = {2000, 2000, 3000, 4000, 5000};
    unsigned priority = MIN((unsigned)alarm->priority, 4);
    return dash_judge_alarm_sounds(alarm) ? unanswered[priority] : answered[priority];
}

const DashNumeric *
dash_acuity_map(const DashBed *bed, int64_t now_us)
{
    const DashNumeric *arterial = dash_judge_find(bed, "ART_M");
    const DashNumeric *cuff = dash_judge_find(bed, "NIBP_M");
    if (arterial && dash_judge_numeric(arterial, now_us) != DASH_GONE)
        return arterial;
    return cuff && dash_judge_numeric(cuff, now_us) != DASH_GONE ? cuff : NULL;
}

/* The number that an alarm is about, when it is about one alone. */
static const DashNumeric *
number_of(const DashBed *bed, const DashAlarm *alarm, int64_t now_us)
{
    g_auto(GStrv) names = g_strsplit(alarm->inputs ? alarm->inputs : "", "|", 4);
    if (g_strv_length(names) != 3 || !*names[1])
        return NULL;
    const DashNumeric *numeric = strcmp(names[1], "MAP") == 0 ? dash_acuity_map(bed, now_us)
                                                              : dash_judge_find(bed, names[1]);
    return numeric && dash_judge_numeric(numeric, now_us) != DASH_GONE ? numeric : NULL;
}

static bool
is_about_score(const DashAcuity *acuity, const char *name)
{
    g_autofree char *wanted = g_strdup_printf("|%s|", name);
    for (unsigned i = 0; i < acuity->n_reasons; i++) {
        const DashAlarm *alarm = acuity->reason[i].alarm;
        if (alarm && alarm->inputs && strstr(alarm->inputs, wanted))
            return true;
    }
    return false;
}

static bool
stands(const DashAlarm *alarm)
{
    return alarm->state != VICU__ALARM_STATE__ALARM_LATCHED;
}

/* The class; @within it: how many more there are. */
static int
add_alarms(
    const DashModel *model, const DashBed *bed, int64_t now_us, DashAcuity *acuity, int *within)
{
    int value = 0;
    int n = 0;
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        if (strcmp(alarm->bed, bed->id) != 0)
            continue;
        int weight = class_of(alarm);
        n = weight > value ? 1 : n + (weight == value);
        if (weight > value || (weight == value && stands(alarm) && !stands(acuity->worst)))
            acuity->worst = alarm;
        value = MAX(value, weight);
        acuity->unanswered += dash_judge_alarm_sounds(alarm);
        add_reason(acuity, (DashReason){.kind = DASH_REASON_ALARM,
                                        .weight = weight + stands(alarm),
                                        .alarm = alarm,
                                        .numeric = number_of(bed, alarm, now_us)});
    }
    *within = SEVERAL * CLAMP(n - 1, 0, FURTHER);
    return value;
}

/* @class of the worst alarm, and what lies within it. */
static int
rank_of(const DashAcuity *acuity, int class, int within)
{
    within = MIN(within, DASH_ACUITY_CLASS - 1);
    if (acuity->worst && dash_judge_alarm_sounds(acuity->worst) && class == class_of(acuity->worst))
        within = within / 2 + (stands(acuity->worst) ? STANDS : 0);
    return class + within;
}

static int
add_scores(const DashBed *bed, int64_t now_us, DashAcuity *acuity)
{
    int most = -1;
    bool rising = false;
    DashSlope slope_of_most = DASH_SLOPE_UNKNOWN;
    for (unsigned i = 0; i < bed->n_scores; i++) {
        const DashScore *score = &bed->score[i];
        int points = score->known ? score->value : (score->min + score->max + 1) / 2;
        int reached = bands_reached(score, points);
        if (reached < 0)
            continue;
        DashSlope slope = dash_slope_of_score(bed, score, now_us, DASH_SLOPE_RANK_US);
        rising |= slope == DASH_SLOPE_UP;
        int weight = CLAMP(points, 0, 20) * POINT + reached * BAND;
        if (weight <= most)
            continue;
        most = weight;
        acuity->score = score;
        slope_of_most = slope;
    }
    int value = MAX(most, 0) + (rising ? RISING : 0);
    if (value > 0 && acuity->score && !is_about_score(acuity, acuity->score->name))
        add_reason(acuity, (DashReason){.kind = DASH_REASON_SCORE,
                                        .weight = value,
                                        .score = acuity->score,
                                        .slope = slope_of_most});
    return value;
}

static int
add_trend(
    const DashNumeric *numeric, DashSlope up, DashSlope down, int64_t now_us, DashAcuity *acuity)
{
    DashSlope slope = dash_slope_of(numeric, now_us, DASH_SLOPE_RANK_US);
    if (slope != up && slope != down)
        return 0;
    DashReason reason = {
        .kind = DASH_REASON_TREND, .weight = TREND, .numeric = numeric, .slope = slope};
    dash_slope_change(numeric->trend, now_us, DASH_SLOPE_RANK_US, &reason.change);
    add_reason(acuity, reason);
    return TREND;
}

static int
add_vitals(const DashBed *bed, int64_t now_us, DashAcuity *acuity)
{
    const DashNumeric *map = dash_acuity_map(bed, now_us);
    const struct {
        const char *name;
        const DashNumeric *numeric;
        DashSlope up, down; /* which way is worse */
    } vitals[] = {
        {"BP", map, DASH_SLOPE_DOWN, DASH_SLOPE_DOWN},
        {"SpO2", dash_judge_find(bed, "SpO2"), DASH_SLOPE_DOWN, DASH_SLOPE_DOWN},
        {"RR", dash_judge_find(bed, "RR"), DASH_SLOPE_UP, DASH_SLOPE_UP},
        {"HR", dash_judge_find(bed, "HR"), DASH_SLOPE_UP, DASH_SLOPE_DOWN},
    };
    int value = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(vitals); i++) {
        const DashNumeric *numeric = vitals[i].numeric;
        if (numeric && dash_judge_numeric(numeric, now_us) != DASH_GONE) {
            value += add_trend(numeric, vitals[i].up, vitals[i].down, now_us, acuity);
            continue;
        }
        value += MISSING;
        add_reason(acuity, (DashReason){.kind = DASH_REASON_MISSING,
                                        .weight = MISSING,
                                        .missing = vitals[i].name});
    }
    return value;
}

void
dash_acuity_of(const DashModel *model, const DashBed *bed, int64_t now_us, DashAcuity *acuity)
{
    *acuity = (DashAcuity){0};
    DashAbsence absence = dash_judge_absence(bed, now_us);
    bool away = absence == DASH_STANDBY || absence == DASH_TRANSPORT || absence == DASH_DISCHARGED;
    int within = 0;
    int value = add_alarms(model, bed, now_us, acuity, &within);
    if (away) {
        add_reason(acuity, (DashReason){.kind = DASH_REASON_AWAY, .weight = 1, .absence = absence});
        acuity->value = value;
        return;
    }
    within += add_scores(bed, now_us, acuity);
    if (dash_judge_shows_data(absence)) {
        within += add_vitals(bed, now_us, acuity);
    } else {
        add_reason(acuity,
                   (DashReason){.kind = DASH_REASON_UNSEEN, .weight = 5999, .absence = absence});
        value = MAX(value, 6000);
        within += 4 * MISSING;
    }
    acuity->value = rank_of(acuity, MAX(value, DASH_ACUITY_CLASS), within);
}
