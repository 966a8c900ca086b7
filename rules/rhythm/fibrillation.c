/* Ventricular fibrillation and flutter in one ECG lead.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/fibrillation.h"

#include <math.h>

#include "rules/rhythm/boxcar.h"

#define STEP_S     0.5 /* how often the last second is judged */
#define LEAK_MAX   0.55
#define PERIOD_MIN (1 / 9.0)
#define PERIOD_MAX 0.5
#define SWING_MIN  0.10 /* mV, mean deflection: below it the lead shows nothing */
#define FORGIVEN   1    /* judgements in a row that may fail within a run */
#define SMOOTH_S   0.030
#define BASELINE_S 0.800

#define FILLED_S     3.0  /* Arafat 2011: the window, */
#define FILLED_SHARE 0.48 /* the share of it */
#define FILLED_LEVEL 0.2f /* beyond this much of its largest deflection */

struct RulesFibrillation {
    double rate_hz;
    RulesBoxcar smooth, baseline, last; /* last: FILLED_S of what is judged */
    size_t second;
    bool started;
    size_t n, since;
    size_t swung, failed; /* judgements */
    size_t filled;
};

RulesFibrillation *
rules_fibrillation_new(double rate_hz)
{
    RulesFibrillation *self = g_new0(RulesFibrillation, 1);
    self->rate_hz = rate_hz;
    rules_boxcar_init(&self->smooth, MAX((size_t)lround(SMOOTH_S * rate_hz), 1));
    rules_boxcar_init(&self->baseline, (size_t)lround(BASELINE_S * rate_hz) | 1u);
    self->second = (size_t)lround(rate_hz);
    rules_boxcar_init(&self->last, (size_t)lround(FILLED_S * rate_hz));
    return self;
}

void
rules_fibrillation_free(RulesFibrillation *self)
{
    if (!self)
        return;
    rules_boxcar_clear(&self->smooth);
    rules_boxcar_clear(&self->baseline);
    rules_boxcar_clear(&self->last);
    g_free(self);
}

void
rules_fibrillation_break(RulesFibrillation *self)
{
    self->started = false;
    self->swung = self->failed = self->filled = 0;
}

/* Does the last second cancel itself half a period later? */
static bool
swings(const RulesFibrillation *self)
{
    size_t n = self->second;
    double sum = 0, change = 0;
    float before = rules_boxcar_peek(&self->last, 0);
    for (size_t i = 0; i < n; i++) {
        float v = rules_boxcar_peek(&self->last, i);
        sum += fabs((double)v);
        change += fabs((double)(v - before));
        before = v;
    }
    if (change <= 0 || sum / (double)n < SWING_MIN)
        return false;
    double period = 2 * G_PI * sum / change; /* of a sine, in samples */
    double period_s = period / self->rate_hz;
    if (period_s < PERIOD_MIN || period_s > PERIOD_MAX)
        return false;
    size_t half = (size_t)lround(period / 2);
    double left = 0, all = 0;
    for (size_t i = 0; i + half < n; i++) {
        double a = (double)rules_boxcar_peek(&self->last, i);
        double b = (double)rules_boxcar_peek(&self->last, i + half);
        left += fabs(a + b);
        all += fabs(a) + fabs(b);
    }
    return all > 0 && left / all < LEAK_MAX;
}

/* Is there no rest between deflections? */
static bool
fills(const RulesFibrillation *self)
{
    size_t n = self->last.n, beyond = 0;
    float most = 0;
    for (size_t i = 0; i < n; i++)
        most = MAX(most, fabsf(rules_boxcar_peek(&self->last, i)));
    if (most < (float)SWING_MIN)
        return false;
    for (size_t i = 0; i < n; i++)
        beyond += fabsf(rules_boxcar_peek(&self->last, i)) > FILLED_LEVEL * most;
    return (double)beyond >= FILLED_SHARE * (double)n;
}

void
rules_fibrillation_push(RulesFibrillation *self, float mv)
{
    if (!self->started) {
        rules_boxcar_fill(&self->smooth, mv);
        rules_boxcar_fill(&self->baseline, mv);
        rules_boxcar_fill(&self->last, 0);
        self->started = true;
        self->n = self->since = 0;
    }
    float s = (float)(rules_boxcar_push(&self->smooth, mv) / (double)self->smooth.n);
    double mean = rules_boxcar_push(&self->baseline, s) / (double)self->baseline.n;
    float middle = rules_boxcar_peek(&self->baseline, (self->baseline.n - 1) / 2);
    rules_boxcar_push(&self->last, middle - (float)mean);
    self->n++;
    if (++self->since < (size_t)lround(STEP_S * self->rate_hz) || self->n < 2 * self->second)
        return;
    self->since = 0;
    self->filled = self->n >= self->last.n && fills(self) ? self->filled + 1 : 0;
    if (swings(self)) {
        self->swung += 1 + self->failed;
        self->failed = 0;
    } else if (self->swung > 0 && ++self->failed > FORGIVEN) {
        self->swung = self->failed = 0;
    }
}

double
rules_fibrillation_s(const RulesFibrillation *self)
{
    /* The first judgement is of a whole second. */
    return self->swung > 0 ? 0.5 + STEP_S * (double)self->swung : 0;
}

double
rules_fibrillation_filled_s(const RulesFibrillation *self)
{
    return self->filled > 0 ? FILLED_S + STEP_S * (double)(self->filled - 1) : 0;
}

bool
rules_fibrillation_judges(const RulesFibrillation *self)
{
    return self->started && (double)self->n >= FILLED_S * self->rate_hz;
}
