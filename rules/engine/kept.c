/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/kept.h"

#include <math.h>
#include <string.h>

#include "rules/engine/kept-inner.h"

enum { MOVES_MOST = 4 };

static bool
is_lost(const RulesRing *ring, int64_t from_us)
{
    return ring->lost && ring->lost_us > from_us;
}

/* The points at the window's edges: that before its first, and the newest, if it is another. */
static uint32_t
edges(const RulesLook *look, uint32_t at[2])
{
    uint32_t n = 0;
    if (look->first > 0)
        at[n++] = look->first - 1;
    if (look->first < look->ring->count)
        at[n++] = look->ring->count - 1;
    return n;
}

/* --- what the window says ---------------------------------------------------- */

static int64_t
observed_us(const RulesLook *look)
{
    uint32_t at[2];
    int64_t sum_us = look->kept->held_us;
    for (uint32_t i = 0, n = edges(look, at); i < n; i++)
        sum_us += rules_ring_held_us(look->ring, at[i], look->from_us, look->now_us);
    return sum_us;
}

/* With the newest point; FALSE: not all are whole thousandths. */
static bool
all_sums(const RulesLook *look, RulesKeptSums *out)
{
    RulesKept with = {.rough = look->kept->rough, .sums = look->kept->sums};
    RulesLook newest = *look;
    newest.kept = &with;
    rules_look_sum(&newest, rules_ring_last(look->ring), 1);
    *out = with.sums;
    return with.rough == 0;
}

static bool
slope(const RulesLook *look, int64_t over_us, double needing, double *out)
{
    RulesKeptSums s;
    uint32_t n = look->ring->count - look->first;
    int64_t span_us =
        n < 3 ? 0 : rules_ring_last(look->ring)->t_us - rules_ring_t_us(look->ring, look->first);
    if (n < 3 || (double)span_us < needing * (double)over_us || !all_sums(look, &s))
        return false;
    RulesWide below = s.tt * n - (RulesWide)s.t * s.t;
    RulesWide above = s.tv * n - (RulesWide)s.t * s.v;
    if (below <= 0)
        return false;
    *out = (double)above / (double)below * (G_USEC_PER_SEC / RULES_PARTS);
    return true;
}

static bool
sd(const RulesLook *look, double *out)
{
    RulesKeptSums s;
    int64_t n = look->ring->count - look->first;
    if (n < 2 || !all_sums(look, &s))
        return false;
    RulesWide above = s.vv * n - (RulesWide)s.v * s.v;
    *out = sqrt((double)above / (double)(n * (n - 1))) / RULES_PARTS;
    return true;
}

static bool
mean(const RulesLook *look, double *out)
{
    RulesKeptSums s;
    uint32_t n = look->ring->count - look->first;
    if (!all_sums(look, &s))
        return false;
    *out = (double)s.v / ((double)RULES_PARTS * n);
    return true;
}

static double
extreme(RulesLook *look)
{
    RulesKeptExtremes *e = &look->kept->extremes;
    double newest = rules_ring_last(look->ring)->value;
    if (e->n == 0 && look->kept->begin != look->kept->end) {
        e->more = false;
        for (uint32_t i = look->kept->begin; i != look->kept->end; i++)
            rules_look_extreme(look, i);
    }
    double best = e->n > 0 ? rules_look_value(look, e->number[0]) : newest;
    return rules_look_is_better(look->kind, newest, best) ? newest : best;
}

/* Counts anew around @pivot, without the newest point. */
static void
set_pivot(RulesLook *look, double pivot)
{
    RulesKeptRank *r = &look->kept->rank;
    *r = (RulesKeptRank){.pivot = pivot, .set = true};
    for (uint32_t i = look->first; i + 1 < look->ring->count; i++)
        rules_look_rank(look, rules_ring_value(look->ring, i), 1);
}

/* The value next below (or above) @pivot. */
static double
neighbour(const RulesLook *look, double pivot, bool below)
{
    double best = below ? -HUGE_VAL : HUGE_VAL;
    for (uint32_t i = look->first; i < look->ring->count; i++) {
        double v = rules_ring_value(look->ring, i);
        if (below ? v < pivot && v > best : v > pivot && v < best)
            best = v;
    }
    return best;
}

static void
select_pivot(RulesLook *look, double *scratch)
{
    uint32_t n = look->ring->count - look->first;
    for (uint32_t i = 0; i < n; i++)
        scratch[i] = rules_ring_value(look->ring, look->first + i);
    set_pivot(look, rules_nth(scratch, n, n / 2));
}

/* The pivot follows the value in the middle, from one value to its neighbour: one point that came
 * and one that went move it by one at most. */
static double
median(RulesLook *look, double *scratch)
{
    RulesKeptRank *r = &look->kept->rank;
    uint32_t n = look->ring->count - look->first;
    uint32_t middle = n / 2;
    double newest = rules_ring_last(look->ring)->value;
    for (int moves = 0;; moves++) {
        uint32_t below = r->below + (newest < r->pivot);
        uint32_t at = r->at + (newest >= r->pivot && newest <= r->pivot);
        if (r->set && middle >= below && middle < below + at) {
            if (n % 2 == 1 || middle > below)
                return r->pivot;
            double lower = neighbour(look, r->pivot, true);
            return lower + (r->pivot - lower) / 2;
        }
        if (!r->set || moves == MOVES_MOST)
            select_pivot(look, scratch);
        else
            set_pivot(look, neighbour(look, r->pivot, middle < below));
    }
}

static bool
change(const RulesLook *look, double *out)
{
    const RulesPoint *last = rules_ring_last(look->ring);
    if (look->first == 0 || look->now_us >= last->until_us)
        return false;
    RulesPoint then = rules_ring_at(look->ring, look->first - 1);
    if (look->from_us >= then.until_us)
        return false;
    *out = last->value - then.value;
    return true;
}

static bool
share(const RulesLook *look, int64_t over_us, double needing, double *out)
{
    uint32_t at[2];
    int64_t held_us[4];
    memcpy(held_us, look->kept->truths_us, sizeof held_us);
    for (uint32_t i = 0, n = edges(look, at); i < n; i++)
        held_us[(int)rules_ring_value(look->ring, at[i])] +=
            rules_ring_held_us(look->ring, at[i], look->from_us, look->now_us);
    int64_t known_us = held_us[RULES_POINT_FALSE] + held_us[RULES_POINT_TRUE];
    if (known_us <= 0 || (double)known_us < needing * (double)over_us)
        return false;
    *out = (double)held_us[RULES_POINT_TRUE] / (double)known_us;
    return true;
}

RulesRises
rules_kept_rises(RulesKept *self, const RulesRing *ring, int64_t now_us, int64_t over_us)
{
    /* What became true first of what is left may have been true before: only a walk tells. */
    if (ring->count == 0 || is_lost(ring, now_us - over_us))
        return rules_rises(ring, now_us, over_us);
    RulesLook look = rules_look_at(self, ring, RULES_STAT_RISES, now_us, over_us);
    RulesRises rises = {.count = self->rises.count, .known_us = self->rises.known_us};
    uint32_t at[2];
    for (uint32_t i = 0, n = edges(&look, at); i < n; i++)
        if (rules_point_is_known(rules_ring_value(ring, at[i])))
            rises.known_us += rules_ring_held_us(ring, at[i], look.from_us, now_us);
    rises.count += look.first < ring->count && rules_look_rose(&look, ring->base + ring->count - 1);
    return rises;
}

static bool
say(RulesLook *look, int64_t over_us, double needing, double *scratch, double *out)
{
    const RulesRing *ring = look->ring;
    switch ((RulesStat)look->kind) {
    case RULES_STAT_SLOPE:
        return slope(look, over_us, needing, out);
    case RULES_STAT_CHANGE:
        return change(look, out);
    case RULES_STAT_COUNT:
        *out = (double)(ring->count - look->first);
        return true;
    case RULES_STAT_MEAN:
    case RULES_STAT_SD:
    case RULES_STAT_MIN:
    case RULES_STAT_MAX:
    case RULES_STAT_MEDIAN:
        break;
    case RULES_STAT_SHARE:
    case RULES_STAT_RISES:
        return false;
    }
    /* Covered, but by the point before the window alone: that value stood all along. */
    if (look->first == ring->count) {
        *out = rules_ring_last(ring)->value;
        return look->kind != RULES_STAT_SD;
    }
    if (look->kind == RULES_STAT_MEAN)
        return mean(look, out);
    if (look->kind == RULES_STAT_SD)
        return sd(look, out);
    *out = look->kind == RULES_STAT_MEDIAN ? median(look, scratch) : extreme(look);
    return true;
}

/* Values that are no whole thousandths, or so long a time that the squares would not fit. */
static bool
must_walk(const RulesLook *look, int64_t over_us)
{
    int64_t parts = 0;
    bool sums = look->kind == RULES_STAT_MEAN || look->kind == RULES_STAT_SD
                || look->kind == RULES_STAT_SLOPE;
    return sums
           && (look->kept->rough > 0 || over_us > RULES_KEPT_SPAN_MOST / 2
               || !rules_in_parts(rules_ring_last(look->ring)->value, &parts));
}

bool
rules_kept_window(RulesKept *self,
                  const RulesRing *ring,
                  RulesStat stat,
                  int64_t now_us,
                  int64_t over_us,
                  double needing,
                  double *scratch,
                  double *out)
{
    if (ring->count == 0 || is_lost(ring, now_us - over_us))
        return false;
    if (stat == RULES_STAT_RISES) {
        RulesRises rises = rules_kept_rises(self, ring, now_us, over_us);
        *out = rises.count;
        return (double)rises.known_us >= needing * (double)over_us;
    }
    RulesLook look = rules_look_at(self, ring, stat, now_us, over_us);
    if (stat == RULES_STAT_SHARE)
        return share(&look, over_us, needing, out);
    if ((double)observed_us(&look) / (double)over_us < needing)
        return false;
    if (must_walk(&look, over_us))
        return rules_window(ring, stat, now_us, over_us, needing, scratch, out);
    return say(&look, over_us, needing, scratch, out);
}

bool
rules_kept_exposure(RulesKept *self,
                    const RulesRing *ring,
                    int64_t now_us,
                    int64_t over_us,
                    double threshold,
                    bool under,
                    RulesExposure *out)
{
    RulesKeptExposure *x = &self->exposure;
    int64_t parts = 0;
    *out = (RulesExposure){0};
    if (is_lost(ring, now_us - over_us))
        return false;
    if (threshold < x->threshold || threshold > x->threshold || under != x->under) {
        /* Against another threshold all is counted anew. */
        *self = (RulesKept){
            .front = self->front, .front_known = self->front_known, .front_us = self->front_us};
        *x = (RulesKeptExposure){.threshold = threshold, .under = under};
    }
    x->exact = rules_in_parts(threshold, &parts);
    RulesLook look = rules_look_at(self, ring, RULES_KEPT_EXPOSURE, now_us, over_us);
    uint32_t at[2];
    RulesKept with = *self;
    RulesLook edge = look;
    edge.kept = &with;
    for (uint32_t i = 0, n = edges(&look, at); i < n; i++)
        rules_look_expose(&edge, rules_ring_value(ring, at[i]),
                          rules_ring_held_us(ring, at[i], look.from_us, now_us), 1);
    if (with.rough > 0 || !x->exact)
        return rules_exposure(ring, now_us, over_us, threshold, under, out);
    out->observed_us = observed_us(&look);
    out->time_s = (double)with.exposure.beyond_us / 1e6;
    out->area_min = (double)with.exposure.area / (60e6 * RULES_PARTS);
    return true;
}

uint32_t
rules_kept_first(
    RulesKept *self, const RulesRing *ring, RulesStat stat, int64_t now_us, int64_t over_us)
{
    return rules_look_at(self, ring, (int)stat, now_us, over_us).first;
}

static void
find_front(RulesKept *self, const RulesRing *ring, int64_t from_us)
{
    uint32_t at = self->front - ring->base;
    if (at > ring->count)
        at = rules_ring_first_after(ring, from_us);
    while (at < ring->count && rules_ring_t_us(ring, at) <= from_us)
        at++;
    self->front = ring->base + at;
    self->front_known = at < ring->count;
    self->front_us = self->front_known ? rules_ring_t_us(ring, at) : 0;
}

int64_t
rules_kept_next(RulesKept *self, const RulesRing *ring, int64_t now_us, int64_t over_us)
{
    if (ring->count == 0)
        return INT64_MAX;
    int64_t from_us = now_us - over_us;
    if (!self->front_known || self->front_us <= from_us || self->front - ring->base >= ring->count)
        find_front(self, ring, from_us);
    return self->front_known ? self->front_us + over_us : INT64_MAX;
}

int64_t
rules_kept_observed_us(
    RulesKept *self, const RulesRing *ring, int kind, int64_t now_us, int64_t over_us)
{
    if (kind == RULES_STAT_RISES)
        return rules_kept_rises(self, ring, now_us, over_us).known_us;
    RulesLook look = rules_look_at(self, ring, kind, now_us, over_us);
    if (kind != RULES_STAT_SHARE)
        return observed_us(&look);
    uint32_t at[2];
    int64_t sum_us = self->truths_us[RULES_POINT_FALSE] + self->truths_us[RULES_POINT_TRUE];
    for (uint32_t i = 0, n = edges(&look, at); i < n; i++)
        if (rules_point_is_known(rules_ring_value(ring, at[i])))
            sum_us += rules_ring_held_us(ring, at[i], look.from_us, now_us);
    return sum_us;
}
