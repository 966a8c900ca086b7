/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/trial.h"

#include <math.h>
#include <string.h>

#define DELAY_MAX_S  300.0
#define DELAY_STEP_S 5.0
#define STEPS        10 /* about, from one end of a limit's range to the other */

static const DashLimit *
limit_of(const DashBed *bed, const char *name)
{
    for (unsigned i = 0; bed && i < bed->n_limits; i++)
        if (strcmp(bed->limit[i].name, name) == 0)
            return &bed->limit[i];
    return NULL;
}

/* 1, 2 or 5 times a power of ten. */
static double
round_step(double range)
{
    double least = range / STEPS;
    double power = pow(10, floor(log10(least)));
    return least >= 5 * power ? 5 * power : least >= 2 * power ? 2 * power : power;
}

static void
use_limit(DashTrial *self, const DashModel *model)
{
    const DashLimit *limit = limit_of(dash_model_find_bed(model, self->bed), self->limit);
    self->in_force_known = limit != NULL;
    if (!limit)
        return;
    self->in_force = self->scope == DASH_TRIAL_ALL ? limit->standard : limit->value;
    self->min = limit->min;
    self->max = limit->max;
    self->step = limit->max > limit->min ? round_step(limit->max - limit->min) : 1;
    g_strlcpy(self->unit, limit->unit, sizeof self->unit);
}

static void
use_delay(DashTrial *self, const DashBurdenRule *rule, int64_t us)
{
    self->in_force_known = rule->has_delays;
    self->in_force = (double)us / 1e6;
    self->max = DELAY_MAX_S;
    self->step = DELAY_STEP_S;
    g_strlcpy(self->unit, "s", sizeof self->unit);
}

static void
use_what(DashTrial *self, const DashModel *model)
{
    DashBurdenRule rule = dash_burden_rule(dash_model_burden(model), self->rule);
    self->in_force = self->min = self->max = 0;
    self->in_force_known = false;
    self->step = 1;
    if (self->what == DASH_TRIAL_LIMIT || self->what == DASH_TRIAL_HYSTERESIS)
        use_limit(self, model);
    else
        use_delay(self, &rule,
                  self->what == DASH_TRIAL_DELAY ? rule.on_delay_us : rule.off_delay_us);
    if (self->what == DASH_TRIAL_HYSTERESIS) { /* it stands in the pack's text only */
        self->max = (self->max - self->min) / 2;
        self->min = self->in_force = 0;
        self->in_force_known = false;
    }
    self->value = self->in_force;
}

bool
dash_trial_begin(DashTrial *self, const DashModel *model, const char *rule, const char *bed)
{
    *self = (DashTrial){0};
    if (!bed || !dash_model_find_bed(model, bed))
        return false;
    g_strlcpy(self->rule, rule, sizeof self->rule);
    g_strlcpy(self->bed, bed, sizeof self->bed);
    g_strlcpy(self->limit, dash_burden_rule(dash_model_burden(model), rule).limit,
              sizeof self->limit);
    self->what = *self->limit ? DASH_TRIAL_LIMIT : DASH_TRIAL_DELAY;
    use_what(self, model);
    return true;
}

void
dash_trial_next_what(DashTrial *self, const DashModel *model)
{
    do
        self->what = (DashTrialWhat)((self->what + 1) % DASH_N_TRIALS);
    while (!*self->limit
           && (self->what == DASH_TRIAL_LIMIT || self->what == DASH_TRIAL_HYSTERESIS));
    use_what(self, model);
}

/* The value that was thought of stays. */
void
dash_trial_next_scope(DashTrial *self, const DashModel *model)
{
    double value = self->value;
    self->scope = (DashTrialScope)((self->scope + 1) % DASH_N_SCOPES);
    use_what(self, model);
    self->value = CLAMP(value, self->min, self->max);
}

void
dash_trial_step(DashTrial *self, int steps)
{
    double value = self->value + steps * self->step;
    self->value = CLAMP(round(value / self->step) * self->step, self->min, self->max);
}

char *
dash_trial_change(const DashTrial *self)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(number, sizeof number, "%.6g", self->value);
    switch (self->what) {
    case DASH_TRIAL_DELAY:
        return g_strdup_printf("%s.for=%ss", self->rule, number);
    case DASH_TRIAL_END_DELAY:
        return g_strdup_printf("%s.clear-for=%ss", self->rule, number);
    case DASH_TRIAL_HYSTERESIS:
        return g_strdup_printf("%s.hysteresis=%s", self->rule, number);
    case DASH_TRIAL_LIMIT:
    case DASH_N_TRIALS:
        break;
    }
    return g_strdup_printf("%s=%s", self->limit, number);
}

char *
dash_trial_place(const DashTrial *self)
{
    const char *slash = strrchr(self->bed, '/');
    return g_strndup(self->bed, slash ? (size_t)(slash - self->bed) : strlen(self->bed));
}

static bool
reaches(const DashTrial *self, const DashBed *bed, const char *place)
{
    size_t n = strlen(place);
    if (self->scope == DASH_TRIAL_BED)
        return strcmp(bed->id, self->bed) == 0;
    if (self->scope == DASH_TRIAL_UNIT && (strncmp(bed->id, place, n) != 0 || bed->id[n] != '/'))
        return false;
    const DashLimit *limit = limit_of(bed, self->limit);
    bool own = limit && limit->overridden && !limit->of_unit;
    bool of_unit = limit && limit->overridden && limit->of_unit;
    return self->what != DASH_TRIAL_LIMIT || (!own && !(self->scope == DASH_TRIAL_ALL && of_unit));
}

char **
dash_trial_beds(const DashTrial *self, const DashModel *model)
{
    g_autofree char *place = dash_trial_place(self);
    g_autoptr(GPtrArray) beds = g_ptr_array_new();
    for (size_t i = 0; i < dash_model_n_beds(model); i++)
        if (reaches(self, dash_model_bed(model, i), place))
            g_ptr_array_add(beds, g_strdup(dash_model_bed(model, i)->id));
    g_ptr_array_add(beds, NULL);
    return (char **)g_ptr_array_steal(beds, NULL);
}

bool
dash_trial_can_be_asked(const DashTrial *self)
{
    return self->what == DASH_TRIAL_LIMIT && self->scope != DASH_TRIAL_ALL;
}
