/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/kept.h"

#include <math.h>
#include <string.h>

#define PARTS 1000 /* of a unit, in which values are summed */
/* 2^31 thousandths, 2^42 us (50 days) and 2^16 points: no product below has more than 117 bits. */
#define VALUE_MOST 2147483648.0
#define SPAN_MOST  ((int64_t)1 << 42)

enum { MOVES_MOST = 4, EXPOSURE = RULES_STAT_RISES + 1 };

/* One window at one instant. */
typedef struct {
    RulesKept *kept;
    const RulesRing *ring;
    int kind; /* RulesStat, or EXPOSURE */
    int64_t now_us;
    int64_t from_us;
    uint32_t first; /* point inside, from the ring's oldest on; the ring's count: none */
} Look;

/* FALSE: no whole number of thousandths gives exactly @value. */
static bool
in_parts(double value, int64_t *parts)
{
    double scaled = value * PARTS;
    if (!(fabs(scaled) < VALUE_MOST))
        return false;
    *parts = llrint(scaled);
    double back = (double)*parts / PARTS;
    return back >= value && back <= value;
}

static const RulesPoint *
point(const Look *look, uint32_t number)
{
    return rules_ring_at(look->ring, number - look->ring->base);
}

/* How long a settled point holds, were the window endless. */
static int64_t
whole_hold_us(const Look *look, uint32_t number)
{
    return rules_ring_held_us(look->ring, number - look->ring->base, INT64_MIN, INT64_MAX);
}

/* --- what comes and what goes ------------------------------------------------ */

static void
count_sums(Look *look, const RulesPoint *p, int sign)
{
    RulesKeptSums *s = &look->kept->sums;
    int64_t v = 0;
    if (!in_parts(p->value, &v)) {
        look->kept->rough += (uint32_t)sign;
        return;
    }
    s->v += sign * v;
    if (look->kind == RULES_STAT_SD)
        s->vv += (RulesWide)v * v * sign;
    if (look->kind != RULES_STAT_SLOPE)
        return;
    int64_t t = p->t_us - s->origin_us;
    s->t += sign * t;
    s->tt += (RulesWide)t * t * sign;
    s->tv += (RulesWide)t * v * sign;
}

static void
count_rank(Look *look, const RulesPoint *p, int sign)
{
    RulesKeptRank *r = &look->kept->rank;
    if (!r->set)
        return;
    if (p->value < r->pivot)
        r->below += (uint32_t)sign;
    else if (p->value <= r->pivot)
        r->at += (uint32_t)sign;
}

static bool
is_better(int kind, double a, double b)
{
    return kind == RULES_STAT_MIN ? a < b : a > b;
}

/* Those that are no better than a newer one will never be the extreme. Where there was no room
 * the newest ones are missing: then it can only take the place of others. */
static void
add_extreme(Look *look, uint32_t number)
{
    RulesKeptExtremes *e = &look->kept->extremes;
    double value = point(look, number)->value;
    uint32_t n = e->n;
    while (n > 0 && !is_better(look->kind, point(look, e->number[n - 1])->value, value))
        n--;
    if (n == e->n && (e->more || n == RULES_KEPT_EXTREMES)) {
        e->more = true;
        return;
    }
    e->more = false;
    e->number[n] = number;
    e->n = n + 1;
}

static void
count_exposure(Look *look, const RulesPoint *p, int64_t held_us, int sign)
{
    RulesKeptExposure *x = &look->kept->exposure;
    int64_t v = 0;
    int64_t threshold = 0;
    bool exact = in_parts(p->value, &v);
    bool beyond = x->under ? p->value < x->threshold : p->value > x->threshold;
    look->kept->rough += exact ? 0u : (uint32_t)sign;
    if (!beyond)
        return;
    x->beyond_us += sign * held_us;
    if (exact && x->exact && in_parts(x->threshold, &threshold))
        x->area += (RulesWide)(x->under ? threshold - v : v - threshold) * held_us * sign;
}

/* It became true here: it is, and was not when last it was known. */
static bool
rose(const Look *look, uint32_t number)
{
    return (int)point(look, number)->value == RULES_POINT_TRUE
           && (number == look->ring->base || !rules_point_was_true(point(look, number - 1)));
}

static void
count(Look *look, uint32_t number, int sign)
{
    const RulesPoint *p = point(look, number);
    int64_t held_us = whole_hold_us(look, number);
    look->kept->held_us += sign * held_us;
    switch (look->kind) {
    case RULES_STAT_MEAN:
    case RULES_STAT_SD:
    case RULES_STAT_SLOPE:
        count_sums(look, p, sign);
        return;
    case RULES_STAT_MEDIAN:
        count_rank(look, p, sign);
        return;
    case RULES_STAT_SHARE:
        look->kept->truths_us[(int)p->value] += sign * held_us;
        return;
    case RULES_STAT_RISES:
        look->kept->rises.count += rose(look, number) ? (uint32_t)sign : 0u;
        look->kept->rises.known_us += rules_point_is_known(p) ? sign * held_us : 0;
        return;
    case EXPOSURE:
        count_exposure(look, p, held_us, sign);
        return;
    default:
        return;
    }
}

static void
add(Look *look)
{
    bool extreme = look->kind == RULES_STAT_MIN || look->kind == RULES_STAT_MAX;
    count(look, look->kept->end, 1);
    if (extreme)
        add_extreme(look, look->kept->end);
    look->kept->end++;
}

static void
take_away(Look *look)
{
    bool extreme = look->kind == RULES_STAT_MIN || look->kind == RULES_STAT_MAX;
    RulesKeptExtremes *e = &look->kept->extremes;
    count(look, look->kept->begin, -1);
    if (extreme && e->n > 0 && e->number[0] == look->kept->begin) {
        e->n--;
        memmove(e->number, e->number + 1, e->n * sizeof *e->number);
    }
    look->kept->begin++;
}

/* Nothing counted yet, and the first point inside comes next. */
static void
begin_anew(Look *look, uint32_t settled)
{
    RulesKept *k = look->kept;
    RulesKeptExposure x = k->exposure;
    uint32_t first = rules_ring_first_after(look->ring, look->from_us);
    uint32_t front = k->front;
    memset(k, 0, sizeof *k);
    k->front = front;
    k->begin = k->end = look->ring->base + MIN(first, settled - look->ring->base);
    if (look->kind == EXPOSURE) {
        k->exposure.threshold = x.threshold;
        k->exposure.under = x.under;
        k->exposure.exact = x.exact;
    } else if (look->kind == RULES_STAT_SLOPE && first < look->ring->count) {
        k->sums.origin_us = rules_ring_at(look->ring, first)->t_us;
    }
}

/* Points that are gone from the ring cannot be taken away; nor can a rise whose reason is gone. */
static bool
must_begin_anew(const Look *look, uint32_t settled)
{
    const RulesKept *k = look->kept;
    uint32_t base = look->ring->base;
    bool gone = k->begin - base > settled - base || k->end - base > settled - base;
    bool blind = look->kind == RULES_STAT_RISES && k->begin == base && k->end != base && base != 0;
    bool far = look->kind == RULES_STAT_SLOPE && settled != base
               && point(look, settled)->t_us - k->sums.origin_us > SPAN_MOST;
    return gone || blind || far;
}

static void
bring_up(Look *look)
{
    const RulesRing *ring = look->ring;
    RulesKept *k = look->kept;
    uint32_t settled = ring->base + (ring->count > 0 ? ring->count - 1 : 0);

    if (must_begin_anew(look, settled)
        || (k->begin == k->end && k->end != settled && point(look, k->end)->t_us <= look->from_us))
        begin_anew(look, settled);
    while (k->begin != k->end && point(look, k->begin)->t_us <= look->from_us)
        take_away(look);
    if (k->begin == k->end)
        begin_anew(look, settled);
    while (k->end != settled)
        add(look);
    look->first = k->begin - ring->base;
    if (k->begin == settled && ring->count > 0 && rules_ring_last(ring)->t_us <= look->from_us)
        look->first = ring->count;
}

static Look
look_at(RulesKept *kept, const RulesRing *ring, int kind, int64_t now_us, int64_t over_us)
{
    Look look = {
        .kept = kept, .ring = ring, .kind = kind, .now_us = now_us, .from_us = now_us - over_us};
    bring_up(&look);
    return look;
}

static bool
is_lost(const RulesRing *ring, int64_t from_us)
{
    return ring->lost && ring->lost_us > from_us;
}

/* The points at the window's edges: that before its first, and the newest, if it is another. */
static uint32_t
edges(const Look *look, uint32_t at[2])
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
observed_us(const Look *look)
{
    uint32_t at[2];
    int64_t sum_us = look->kept->held_us;
    for (uint32_t i = 0, n = edges(look, at); i < n; i++)
        sum_us += rules_ring_held_us(look->ring, at[i], look->from_us, look->now_us);
    return sum_us;
}

/* With the newest point; FALSE: not all are whole thousandths. */
static bool
all_sums(const Look *look, RulesKeptSums *out)
{
    RulesKept with = {.rough = look->kept->rough, .sums = look->kept->sums};
    Look newest = *look;
    newest.kept = &with;
    count_sums(&newest, rules_ring_last(look->ring), 1);
    *out = with.sums;
    return with.rough == 0;
}

static bool
slope(const Look *look, int64_t over_us, double needing, double *out)
{
    RulesKeptSums s;
    uint32_t n = look->ring->count - look->first;
    int64_t span_us =
        n < 3 ? 0
              : rules_ring_last(look->ring)->t_us - rules_ring_at(look->ring, look->first)->t_us;
    if (n < 3 || (double)span_us < needing * (double)over_us || !all_sums(look, &s))
        return false;
    RulesWide below = s.tt * n - (RulesWide)s.t * s.t;
    RulesWide above = s.tv * n - (RulesWide)s.t * s.v;
    if (below <= 0)
        return false;
    *out = (double)above / (double)below * (G_USEC_PER_SEC / PARTS);
    return true;
}

static bool
sd(const Look *look, double *out)
{
    RulesKeptSums s;
    int64_t n = look->ring->count - look->first;
    if (n < 2 || !all_sums(look, &s))
        return false;
    RulesWide above = s.vv * n - (RulesWide)s.v * s.v;
    *out = sqrt((double)above / (double)(n * (n - 1))) / PARTS;
    return true;
}

static bool
mean(const Look *look, double *out)
{
    RulesKeptSums s;
    uint32_t n = look->ring->count - look->first;
    if (!all_sums(look, &s))
        return false;
    *out = (double)s.v / ((double)PARTS * n);
    return true;
}

static double
extreme(Look *look)
{
    RulesKeptExtremes *e = &look->kept->extremes;
    double newest = rules_ring_last(look->ring)->value;
    if (e->n == 0 && look->kept->begin != look->kept->end) {
        e->more = false;
        for (uint32_t i = look->kept->begin; i != look->kept->end; i++)
            add_extreme(look, i);
    }
    double best = e->n > 0 ? point(look, e->number[0])->value : newest;
    return is_better(look->kind, newest, best) ? newest : best;
}

/* Counts anew around @pivot, without the newest point. */
static void
set_pivot(Look *look, double pivot)
{
    RulesKeptRank *r = &look->kept->rank;
    *r = (RulesKeptRank){.pivot = pivot, .set = true};
    for (uint32_t i = look->first; i + 1 < look->ring->count; i++)
        count_rank(look, rules_ring_at(look->ring, i), 1);
}

/* The value next below (or above) @pivot. */
static double
neighbour(const Look *look, double pivot, bool below)
{
    double best = below ? -HUGE_VAL : HUGE_VAL;
    for (uint32_t i = look->first; i < look->ring->count; i++) {
        double v = rules_ring_at(look->ring, i)->value;
        if (below ? v < pivot && v > best : v > pivot && v < best)
            best = v;
    }
    return best;
}

static void
select_pivot(Look *look, double *scratch)
{
    uint32_t n = look->ring->count - look->first;
    for (uint32_t i = 0; i < n; i++)
        scratch[i] = rules_ring_at(look->ring, look->first + i)->value;
    set_pivot(look, rules_nth(scratch, n, n / 2));
}

/* The pivot follows the value in the middle, from one value to its neighbour: one point that came
 * and one that went move it by one at most. */
static double
median(Look *look, double *scratch)
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
change(const Look *look, double *out)
{
    const RulesPoint *last = rules_ring_last(look->ring);
    if (look->first == 0 || look->now_us >= last->until_us)
        return false;
    const RulesPoint *then = rules_ring_at(look->ring, look->first - 1);
    if (look->from_us >= then->until_us)
        return false;
    *out = last->value - then->value;
    return true;
}

static bool
share(const Look *look, int64_t over_us, double needing, double *out)
{
    uint32_t at[2];
    int64_t held_us[4];
    memcpy(held_us, look->kept->truths_us, sizeof held_us);
    for (uint32_t i = 0, n = edges(look, at); i < n; i++)
        held_us[(int)rules_ring_at(look->ring, at[i])->value] +=
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
    Look look = look_at(self, ring, RULES_STAT_RISES, now_us, over_us);
    RulesRises rises = {.count = self->rises.count, .known_us = self->rises.known_us};
    uint32_t at[2];
    for (uint32_t i = 0, n = edges(&look, at); i < n; i++)
        if (rules_point_is_known(rules_ring_at(ring, at[i])))
            rises.known_us += rules_ring_held_us(ring, at[i], look.from_us, now_us);
    rises.count += look.first < ring->count && rose(&look, ring->base + ring->count - 1);
    return rises;
}

static bool
say(Look *look, int64_t over_us, double needing, double *scratch, double *out)
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
must_walk(const Look *look, int64_t over_us)
{
    int64_t parts = 0;
    bool sums = look->kind == RULES_STAT_MEAN || look->kind == RULES_STAT_SD
                || look->kind == RULES_STAT_SLOPE;
    return sums
           && (look->kept->rough > 0 || over_us > SPAN_MOST / 2
               || !in_parts(rules_ring_last(look->ring)->value, &parts));
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
    Look look = look_at(self, ring, stat, now_us, over_us);
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
        *self = (RulesKept){.front = self->front};
        *x = (RulesKeptExposure){.threshold = threshold, .under = under};
    }
    x->exact = in_parts(threshold, &parts);
    Look look = look_at(self, ring, EXPOSURE, now_us, over_us);
    uint32_t at[2];
    RulesKept with = *self;
    Look edge = look;
    edge.kept = &with;
    for (uint32_t i = 0, n = edges(&look, at); i < n; i++)
        count_exposure(&edge, rules_ring_at(ring, at[i]),
                       rules_ring_held_us(ring, at[i], look.from_us, now_us), 1);
    if (with.rough > 0 || !x->exact)
        return rules_exposure(ring, now_us, over_us, threshold, under, out);
    out->observed_us = observed_us(&look);
    out->time_s = (double)with.exposure.beyond_us / 1e6;
    out->area_min = (double)with.exposure.area / (60e6 * PARTS);
    return true;
}

int64_t
rules_kept_next(
    RulesKept *self, const RulesRing *ring, int64_t now_us, int64_t over_us, double needing)
{
    if (ring->count == 0)
        return INT64_MAX;
    uint32_t at = self->front - ring->base;
    if (at > ring->count)
        at = rules_ring_first_after(ring, now_us - over_us);
    while (at < ring->count && rules_ring_at(ring, at)->t_us <= now_us - over_us)
        at++;
    self->front = ring->base + at;
    int64_t next_us = at < ring->count ? rules_ring_at(ring, at)->t_us + over_us : INT64_MAX;
    /* From a first point on, coverage grows second by second up to what is needed. */
    int64_t covered_us = rules_ring_at(ring, 0)->t_us + (int64_t)ceil(needing * (double)over_us);
    return covered_us > now_us ? MIN(next_us, covered_us) : next_us;
}
