/* What comes into a window and what leaves it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/kept-inner.h"

double
rules_look_value(const RulesLook *look, uint32_t number)
{
    return rules_ring_value(look->ring, number - look->ring->base);
}

static int64_t
time_of(const RulesLook *look, uint32_t number)
{
    return rules_ring_t_us(look->ring, number - look->ring->base);
}

/* How long a settled point holds, were the window endless. */
static int64_t
whole_hold_us(const RulesLook *look, uint32_t number)
{
    return rules_ring_held_us(look->ring, number - look->ring->base, INT64_MIN, INT64_MAX);
}

/* --- what comes and what goes ------------------------------------------------ */

void
rules_look_sum(RulesLook *look, const RulesPoint *p, int sign)
{
    RulesKeptSums *s = &look->kept->sums;
    int64_t v = 0;
    if (!rules_in_parts(p->value, &v)) {
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

void
rules_look_rank(RulesLook *look, double value, int sign)
{
    RulesKeptRank *r = &look->kept->rank;
    if (!r->set)
        return;
    if (value < r->pivot)
        r->below += (uint32_t)sign;
    else if (value <= r->pivot)
        r->at += (uint32_t)sign;
}

bool
rules_look_is_better(int kind, double a, double b)
{
    return kind == RULES_STAT_MIN ? a < b : a > b;
}

void
rules_look_extreme(RulesLook *look, uint32_t number)
{
    RulesKeptExtremes *e = &look->kept->extremes;
    double value = rules_look_value(look, number);
    uint32_t n = e->n;
    while (n > 0
           && !rules_look_is_better(look->kind, rules_look_value(look, e->number[n - 1]), value))
        n--;
    if (n == e->n && (e->more || n == RULES_KEPT_EXTREMES)) {
        e->more = true;
        return;
    }
    e->more = false;
    e->number[n] = number;
    e->n = n + 1;
}

void
rules_look_expose(RulesLook *look, double value, int64_t held_us, int sign)
{
    RulesKeptExposure *x = &look->kept->exposure;
    int64_t v = 0;
    int64_t threshold = 0;
    bool exact = rules_in_parts(value, &v);
    bool beyond = x->under ? value < x->threshold : value > x->threshold;
    look->kept->rough += exact ? 0u : (uint32_t)sign;
    if (!beyond)
        return;
    x->beyond_us += sign * held_us;
    if (exact && x->exact && rules_in_parts(x->threshold, &threshold))
        x->area += (RulesWide)(x->under ? threshold - v : v - threshold) * held_us * sign;
}

bool
rules_look_rose(const RulesLook *look, uint32_t number)
{
    return (int)rules_look_value(look, number) == RULES_POINT_TRUE
           && (number == look->ring->base
               || !rules_point_was_true(rules_look_value(look, number - 1)));
}

static void
count(RulesLook *look, uint32_t number, int sign)
{
    RulesPoint p = rules_ring_at(look->ring, number - look->ring->base);
    int64_t held_us = whole_hold_us(look, number);
    look->kept->held_us += sign * held_us;
    switch (look->kind) {
    case RULES_STAT_MEAN:
    case RULES_STAT_SD:
    case RULES_STAT_SLOPE:
        rules_look_sum(look, &p, sign);
        return;
    case RULES_STAT_MEDIAN:
        rules_look_rank(look, p.value, sign);
        return;
    case RULES_STAT_SHARE:
        look->kept->truths_us[(int)p.value] += sign * held_us;
        return;
    case RULES_STAT_RISES:
        look->kept->rises.count += rules_look_rose(look, number) ? (uint32_t)sign : 0u;
        look->kept->rises.known_us += rules_point_is_known(p.value) ? sign * held_us : 0;
        return;
    case RULES_KEPT_EXPOSURE:
        rules_look_expose(look, p.value, held_us, sign);
        return;
    default:
        return;
    }
}

static void
add(RulesLook *look)
{
    bool extreme = look->kind == RULES_STAT_MIN || look->kind == RULES_STAT_MAX;
    count(look, look->kept->end, 1);
    if (extreme)
        rules_look_extreme(look, look->kept->end);
    look->kept->end++;
}

static void
take_away(RulesLook *look)
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
begin_anew(RulesLook *look, uint32_t settled)
{
    RulesKept *k = look->kept;
    RulesKeptExposure x = k->exposure;
    uint32_t first = rules_ring_first_after(look->ring, look->from_us);
    uint32_t front = k->front;
    bool front_known = k->front_known;
    int64_t front_us = k->front_us;
    memset(k, 0, sizeof *k);
    k->front = front;
    k->front_known = front_known;
    k->front_us = front_us;
    k->begin = k->end = look->ring->base + MIN(first, settled - look->ring->base);
    if (look->kind == RULES_KEPT_EXPOSURE) {
        k->exposure.threshold = x.threshold;
        k->exposure.under = x.under;
        k->exposure.exact = x.exact;
    } else if (look->kind == RULES_STAT_SLOPE && first < look->ring->count) {
        k->sums.origin_us = rules_ring_t_us(look->ring, first);
    }
}

/* Points that are gone from the ring cannot be taken away; nor can a rise whose reason is gone. */
static bool
must_begin_anew(const RulesLook *look, uint32_t settled)
{
    const RulesKept *k = look->kept;
    uint32_t base = look->ring->base;
    bool gone = k->begin - base > settled - base || k->end - base > settled - base;
    bool blind = look->kind == RULES_STAT_RISES && k->begin == base && k->end != base && base != 0;
    bool far = look->kind == RULES_STAT_SLOPE && settled != base
               && time_of(look, settled) - k->sums.origin_us > RULES_KEPT_SPAN_MOST;
    return gone || blind || far;
}

static void
bring_up(RulesLook *look)
{
    const RulesRing *ring = look->ring;
    RulesKept *k = look->kept;
    uint32_t settled = ring->base + (ring->count > 0 ? ring->count - 1 : 0);

    if (must_begin_anew(look, settled)
        || (k->begin == k->end && k->end != settled && time_of(look, k->end) <= look->from_us))
        begin_anew(look, settled);
    while (k->begin != k->end && time_of(look, k->begin) <= look->from_us)
        take_away(look);
    if (k->begin == k->end)
        begin_anew(look, settled);
    while (k->end != settled)
        add(look);
    look->first = k->begin - ring->base;
    if (k->begin == settled && ring->count > 0 && rules_ring_last(ring)->t_us <= look->from_us)
        look->first = ring->count;
}

RulesLook
rules_look_at(RulesKept *kept, const RulesRing *ring, int kind, int64_t now_us, int64_t over_us)
{
    RulesLook look = {
        .kept = kept, .ring = ring, .kind = kind, .now_us = now_us, .from_us = now_us - over_us};
    bring_up(&look);
    return look;
}
