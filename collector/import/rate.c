/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/import/rate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIT_TIMES    1024
#define MEDIAN_OF    9
#define HOLE_US      (10 * (int64_t)G_USEC_PER_SEC) /* what is longer ends a run, */
#define HOLE_SAMPLES 100                            /* or so many samples, if longer */

struct CollectorRate {
    int64_t tolerance_us;
    uint32_t num, den; /* Hz, of the run before; 0: not known */
    int64_t times[FIT_TIMES];
    size_t n_times;
    gboolean open; /* @run has its rate and grows */
    CollectorRateRun run;
    GArray *runs;
};

CollectorRate *
collector_rate_new(int64_t tolerance_us)
{
    CollectorRate *self = g_new0(CollectorRate, 1);

    self->tolerance_us = tolerance_us;
    self->runs = g_array_new(FALSE, FALSE, sizeof(CollectorRateRun));
    return self;
}

void
collector_rate_free(CollectorRate *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->runs);
    g_free(self);
}

/* Walks the tree of Stern and Brocot by continued fractions. */
gboolean
collector_rate_simplest(double low, double high, uint32_t *num, uint32_t *den)
{
    double p0 = 0, q0 = 1, p1 = 1, q1 = 0;

    for (int depth = 0; depth < 40; depth++) {
        double whole = floor(low);
        gboolean done = whole == low || whole + 1 <= high;
        double k = whole == low ? whole : done ? whole + 1 : whole;
        double p = k * p1 + p0, q = k * q1 + q0;
        if (p > 2147483647.0 || q > 2147483647.0)
            return FALSE;
        if (done) {
            *num = (uint32_t)p;
            *den = (uint32_t)q;
            return p >= 1 && q >= 1;
        }
        double rest_low = low - whole, rest_high = high - whole;
        p0 = p1, q0 = q1, p1 = p, q1 = q;
        low = 1 / rest_high;
        high = 1 / rest_low;
    }
    return FALSE;
}

/* When sample @n of the run begins, rounded to the nearest microsecond. */
static int64_t
time_of(const CollectorRateRun *run, uint64_t n)
{
    return run->t0_us
           + (int64_t)llroundl((long double)n * run->period_num * 1000000 / run->period_den);
}

gboolean
collector_rate_index(const CollectorRateRun *run, int64_t t_us, int64_t tolerance_us, uint64_t *n)
{
    if (run->period_num == 0) {
        *n = 0;
        return t_us == run->t0_us;
    }
    if (t_us < run->t0_us - tolerance_us)
        return FALSE;
    *n = (uint64_t)llroundl((long double)MAX(t_us - run->t0_us, 0) * run->period_den
                            / ((long double)run->period_num * 1000000));
    return llabs(time_of(run, *n) - t_us) <= tolerance_us;
}

static void
close_run(CollectorRate *self)
{
    g_array_append_val(self->runs, self->run);
    self->open = FALSE;
}

/* TRUE: the time belongs to the open run. */
static gboolean
extend(CollectorRate *self, int64_t t_us)
{
    uint64_t n = 0;

    if (!collector_rate_index(&self->run, t_us, 2 * self->tolerance_us, &n) || n < self->run.n)
        return FALSE;
    uint64_t hole = n - self->run.n;
    if (hole > HOLE_SAMPLES && t_us - time_of(&self->run, self->run.n) > HOLE_US)
        return FALSE;
    self->run.n = n + 1;
    return TRUE;
}

static int
by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int64_t
usual_step(const CollectorRate *self)
{
    int64_t step[MEDIAN_OF];
    size_t n = MIN(self->n_times - 1, MEDIAN_OF);

    for (size_t i = 0; i < n; i++)
        step[i] = self->times[i + 1] - self->times[i];
    qsort(step, n, sizeof *step, by_size);
    return step[n / 2];
}

/* How many of the times from the first on have one period, and between which bounds it lies. */
static size_t
explain(const CollectorRate *self, double *low, double *high)
{
    double slack = 2.0 * (double)self->tolerance_us, step = (double)usual_step(self);
    size_t i = 1;

    *low = MAX(step - slack, step * 0.5);
    *high = step + slack;
    for (; i < self->n_times; i++) {
        double dt = (double)(self->times[i] - self->times[0]);
        double k = round(dt / ((*low + *high) / 2));
        if (k < 1)
            break;
        double a = MAX(*low, (dt - slack) / k), b = MIN(*high, (dt + slack) / k);
        double hole = (double)(self->times[i] - self->times[i - 1]);
        if (a > b || (hole > HOLE_US && hole > HOLE_SAMPLES * step))
            break;
        *low = a;
        *high = b;
    }
    return i;
}

/* The same rate as before, if it explains these times too. */
static gboolean
known_rate_fits(const CollectorRate *self, double low, double high)
{
    double period_us = self->num > 0 ? 1e6 * self->den / self->num : 0;

    return period_us >= low && period_us <= high;
}

/* Makes a run of the times in the buffer, of as many as have one rate. */
static void
fit(CollectorRate *self)
{
    double low = 0, high = 0;
    size_t n = self->n_times, used = 1;
    int64_t rest[FIT_TIMES];

    if (n == 0)
        return;
    self->run = (CollectorRateRun){.t0_us = self->times[0], .n = 1};
    if (n > 1)
        used = explain(self, &low, &high);
    if (n > 1 && used > 1 && !known_rate_fits(self, low, high)
        && !collector_rate_simplest(1e6 / high, 1e6 / low, &self->num, &self->den))
        self->num = 0;
    if (self->num > 0) {
        self->run.period_num = self->den;
        self->run.period_den = self->num;
    }
    self->n_times = 0;
    memcpy(rest, self->times, n * sizeof *rest);
    self->open = TRUE;
    for (size_t i = 1; i < n; i++)
        collector_rate_push(self, rest[i]);
}

void
collector_rate_push(CollectorRate *self, int64_t t_us)
{
    if (self->open) {
        if (self->run.period_num > 0 && extend(self, t_us))
            return;
        close_run(self);
    }
    self->times[self->n_times++] = t_us;
    if (self->n_times == FIT_TIMES)
        fit(self);
}

const GArray *
collector_rate_finish(CollectorRate *self)
{
    while (self->n_times > 0)
        fit(self);
    if (self->open)
        close_run(self);
    return self->runs;
}
