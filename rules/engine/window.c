/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/window.h"

#include <math.h>
#include <string.h>

double
rules_window_coverage(const RulesRing *self, int64_t now_us, int64_t over_us)
{
    int64_t from_us = now_us - over_us;
    uint32_t first = rules_ring_first_after(self, from_us);
    int64_t sum = 0;
    for (uint32_t i = first > 0 ? first - 1 : 0; i < self->count; i++)
        sum += rules_ring_held_us(self, i, from_us, now_us);
    return (double)sum / (double)over_us;
}

/* The k-th smallest (Hoare's find); all before it are then no larger. */
static double
select_kth(double *v, ptrdiff_t n, ptrdiff_t k)
{
    ptrdiff_t low = 0;
    ptrdiff_t high = n - 1;
    while (low < high) {
        double pivot = v[k];
        ptrdiff_t i = low;
        ptrdiff_t j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i <= j) {
                double swap = v[i];
                v[i++] = v[j];
                v[j--] = swap;
            }
        }
        if (j < k)
            low = i;
        if (k < i)
            high = j;
    }
    return v[k];
}

double
rules_nth(double *v, size_t n, size_t k)
{
    return select_kth(v, (ptrdiff_t)n, (ptrdiff_t)k);
}

static double
median_of(double *v, size_t n)
{
    double upper = select_kth(v, (ptrdiff_t)n, (ptrdiff_t)n / 2);
    if (n % 2 == 1)
        return upper;
    double lower = v[0];
    for (size_t i = 1; i < n / 2; i++)
        lower = MAX(lower, v[i]);
    return lower + (upper - lower) / 2;
}

/* Least squares, per second. */
static bool
slope_inside(const RulesRing *self, uint32_t first, double *out)
{
    uint32_t n = self->count - first;
    int64_t t0 = rules_ring_t_us(self, first);
    double sum_t = 0;
    double sum_v = 0;
    for (uint32_t i = first; i < self->count; i++) {
        sum_t += (double)(rules_ring_t_us(self, i) - t0) / 1e6;
        sum_v += rules_ring_value(self, i);
    }
    double mean_t = sum_t / n;
    double mean_v = sum_v / n;
    double tt = 0;
    double tv = 0;
    for (uint32_t i = first; i < self->count; i++) {
        double t = (double)(rules_ring_t_us(self, i) - t0) / 1e6 - mean_t;
        tt += t * t;
        tv += t * (rules_ring_value(self, i) - mean_v);
    }
    if (!(tt > 0))
        return false;
    *out = tv / tt;
    return true;
}

static bool
slope(const RulesRing *self, uint32_t first, int64_t over_us, double needing, double *out)
{
    if (self->count - first < 3)
        return false;
    int64_t span = self->newest.t_us - rules_ring_t_us(self, first);
    return (double)span >= needing * (double)over_us && slope_inside(self, first, out);
}

static bool
change(const RulesRing *self, uint32_t first, int64_t now_us, int64_t from_us, double *out)
{
    if (first == 0 || now_us >= self->newest.until_us)
        return false;
    RulesPoint then = rules_ring_at(self, first - 1);
    if (from_us >= then.until_us)
        return false;
    *out = self->newest.value - then.value;
    return true;
}

static bool
share(const RulesRing *self,
      uint32_t first,
      int64_t now_us,
      int64_t over_us,
      double needing,
      double *out)
{
    int64_t from_us = now_us - over_us;
    int64_t held[4] = {0, 0, 0, 0};
    for (uint32_t i = first > 0 ? first - 1 : 0; i < self->count; i++)
        held[(int)rules_ring_value(self, i)] += rules_ring_held_us(self, i, from_us, now_us);
    int64_t known = held[RULES_POINT_FALSE] + held[RULES_POINT_TRUE];
    if (known <= 0 || (double)known < needing * (double)over_us)
        return false;
    *out = (double)held[RULES_POINT_TRUE] / (double)known;
    return true;
}

/* --- conditions ------------------------------------------------------------- */

RulesRises
rules_rises(const RulesRing *self, int64_t now_us, int64_t over_us)
{
    int64_t from_us = now_us - over_us;
    RulesRises rises = {.lost = self->lost && self->lost_us > from_us};
    uint32_t first = rules_ring_first_after(self, from_us);

    for (uint32_t i = first > 0 ? first - 1 : 0; i < self->count; i++) {
        double value = rules_ring_value(self, i);
        bool rose = (int)value == RULES_POINT_TRUE
                    && (i == 0 || !rules_point_was_true(rules_ring_value(self, i - 1)));
        rises.count += i >= first && rose;
        rises.known_us +=
            rules_point_is_known(value) ? rules_ring_held_us(self, i, from_us, now_us) : 0;
    }
    return rises;
}

int
rules_truth_point(const RulesRing *self, int truth)
{
    const RulesPoint *last = rules_ring_last(self);
    int point = truth;

    if (truth == RULES_POINT_UNKNOWN && last != NULL && rules_point_was_true(last->value))
        point = RULES_POINT_UNKNOWN_TRUE;
    return last != NULL && (int)last->value == point ? -1 : point;
}

static double
spread(const double *v, size_t n, double *mean)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    *mean = sum / (double)n;
    double square = 0;
    for (size_t i = 0; i < n; i++)
        square += (v[i] - *mean) * (v[i] - *mean);
    return n > 1 ? sqrt(square / (double)(n - 1)) : 0;
}

static bool
of_values(RulesStat stat, double *v, size_t n, double *out)
{
    double mean = 0;
    double sd = 0;
    switch (stat) {
    case RULES_STAT_MEDIAN:
        *out = median_of(v, n);
        return true;
    case RULES_STAT_MEAN:
        spread(v, n, &mean);
        *out = mean;
        return true;
    case RULES_STAT_SD:
        sd = spread(v, n, &mean);
        *out = sd;
        return n > 1;
    case RULES_STAT_MIN:
    case RULES_STAT_MAX:
        *out = v[0];
        for (size_t i = 1; i < n; i++)
            *out = stat == RULES_STAT_MIN ? MIN(*out, v[i]) : MAX(*out, v[i]);
        return true;
    case RULES_STAT_COUNT:
        *out = (double)n;
        return true;
    case RULES_STAT_SLOPE:
    case RULES_STAT_CHANGE:
    case RULES_STAT_SHARE:
    case RULES_STAT_RISES:
        break;
    }
    return false;
}

static bool
count_rises(const RulesRing *self, int64_t now_us, int64_t over_us, double needing, double *out)
{
    RulesRises rises = rules_rises(self, now_us, over_us);

    *out = rises.count;
    return !rises.lost && (double)rises.known_us >= needing * (double)over_us;
}

bool
rules_window(const RulesRing *self,
             RulesStat stat,
             int64_t now_us,
             int64_t over_us,
             double needing,
             double *scratch,
             double *out)
{
    int64_t from_us = now_us - over_us;
    if (self->count == 0 || (self->lost && self->lost_us > from_us))
        return false;
    uint32_t first = rules_ring_first_after(self, from_us);
    if (stat == RULES_STAT_SHARE)
        return share(self, first, now_us, over_us, needing, out);
    if (stat == RULES_STAT_RISES)
        return count_rises(self, now_us, over_us, needing, out);
    if (rules_window_coverage(self, now_us, over_us) < needing)
        return false;
    if (stat == RULES_STAT_SLOPE)
        return slope(self, first, over_us, needing, out);
    if (stat == RULES_STAT_CHANGE)
        return change(self, first, now_us, from_us, out);

    /* Covered, but by the point before the window alone: that value stood all along. */
    if (first == self->count && stat != RULES_STAT_COUNT)
        first--;
    size_t n = 0;
    for (uint32_t i = first; i < self->count; i++)
        scratch[n++] = rules_ring_value(self, i);
    if (n == 0) {
        *out = 0;
        return true;
    }
    return of_values(stat, scratch, n, out);
}

bool
rules_exposure(const RulesRing *self,
               int64_t now_us,
               int64_t over_us,
               double threshold,
               bool under,
               RulesExposure *out)
{
    int64_t from_us = now_us - over_us;
    *out = (RulesExposure){0};
    if (self->lost && self->lost_us > from_us)
        return false;
    uint32_t first = rules_ring_first_after(self, from_us);
    for (uint32_t i = first > 0 ? first - 1 : 0; i < self->count; i++) {
        int64_t held_us = rules_ring_held_us(self, i, from_us, now_us);
        double held_s = (double)held_us / 1e6;
        double value = rules_ring_value(self, i);
        double beyond = under ? threshold - value : value - threshold;
        out->observed_us += held_us;
        if (beyond > 0) {
            out->time_s += held_s;
            out->area_min += held_s * beyond / 60;
        }
    }
    return true;
}

int64_t
rules_window_next(const RulesRing *self, int64_t now_us, int64_t over_us)
{
    uint32_t first = rules_ring_first_after(self, now_us - over_us);
    return first < self->count ? rules_ring_t_us(self, first) + over_us : INT64_MAX;
}

/* --- when enough of it is observed, and no more -------------------------------- */

typedef struct {
    int64_t t_us;
    int64_t observed_us;
    int64_t need_us;
} Turning;

/* TRUE: it turns within @span_us, in which the window gains and loses at its ends. */
static bool
turns_within(Turning *at, int64_t span_us, bool gains, bool loses)
{
    int64_t spare_us = at->observed_us - at->need_us;
    int64_t turn_us = spare_us >= 0 && loses && !gains  ? spare_us + 1
                      : spare_us < 0 && gains && !loses ? -spare_us
                                                        : INT64_MAX;
    if (turn_us <= span_us) {
        at->t_us += turn_us;
        return true;
    }
    at->t_us += span_us;
    at->observed_us += ((int64_t)gains - (int64_t)loses) * span_us;
    return false;
}

int64_t
rules_window_turns(const RulesRing *self,
                   bool truths,
                   int64_t now_us,
                   int64_t over_us,
                   int64_t need_us,
                   int64_t observed_us)
{
    if (self->count == 0)
        return INT64_MAX;
    Turning at = {now_us, observed_us, need_us};
    const RulesPoint *last = rules_ring_last(self);
    bool grows = !truths || rules_point_is_known(last->value);
    uint32_t first = rules_ring_first_after(self, now_us - over_us);
    for (uint32_t i = first > 0 ? first - 1 : 0; i < self->count; i++) {
        RulesPoint p = rules_ring_at(self, i);
        int64_t next_us = i + 1 < self->count ? rules_ring_t_us(self, i + 1) : INT64_MAX;
        int64_t held_us = MIN(p.until_us, next_us);
        bool counts = !truths || rules_point_is_known(p.value);
        /* Where the window begins: before the point, in what it holds, after that. */
        const int64_t ends_us[] = {p.t_us, held_us, next_us};
        for (int k = 0; k < 3; k++) {
            bool loses = k == 1 && counts;
            int64_t end_us = ends_us[k] < INT64_MAX - over_us ? ends_us[k] + over_us : INT64_MAX;
            /* ... and in two, where the newest point ends meanwhile. */
            if (at.t_us < MIN(end_us, last->until_us)
                && turns_within(&at, MIN(end_us, last->until_us) - at.t_us, grows, loses))
                return at.t_us;
            if (at.t_us < end_us && turns_within(&at, end_us - at.t_us, false, loses))
                return at.t_us;
        }
    }
    return INT64_MAX;
}
