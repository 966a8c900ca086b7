/* What a window over a ring says, kept up from instant to instant.
 *
 * Answers as rules_window() and its sisters do, without walking the window each
 * time: points that came in are added and those that left are taken away.
 * All of it is whole numbers (microseconds, thousandths of a unit), so the sums
 * do not depend on the way that led to them: whoever begins anew after a restart
 * gets the same bits. Values that are no whole thousandths are walked instead.
 *
 * Plain memory without pointers; all zero is a window that saw nothing yet.
 * Instants never go back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/window.h"

G_BEGIN_DECLS

enum { RULES_KEPT_EXTREMES = 8 };

__extension__ typedef __int128 RulesWide;

/* sum of value, value squared, time, time squared, and value by time */
typedef struct {
    RulesWide tt;
    RulesWide tv;
    RulesWide vv;
    int64_t v;
    int64_t t;
    int64_t origin_us; /* times are from here on; no result depends on it */
} RulesKeptSums;

/* How many points are below and at a value that was the median. */
typedef struct {
    double pivot;
    uint32_t below;
    uint32_t at;
    bool set;
} RulesKeptRank;

/* Numbers of points: the extreme, the extreme of what came after it, and so on. */
typedef struct {
    uint32_t number[RULES_KEPT_EXTREMES];
    uint32_t n;
    bool more; /* there was no room for all of them */
} RulesKeptExtremes;

typedef struct {
    RulesWide area; /* microseconds x thousandths */
    int64_t beyond_us;
    double threshold;
    bool under;
    bool exact; /* the threshold is in whole thousandths */
} RulesKeptExposure;

/* Of the points [begin, end) of the ring, by their numbers: those inside the window without the
 * newest one, which may still change. */
typedef struct {
    uint32_t begin;
    uint32_t end;
    uint32_t rough; /* values of them that are no whole thousandths */
    uint32_t front; /* first point inside, for the next instant alone ... */
    bool front_known;
    int64_t front_us; /* ... and its time */
    int64_t held_us;
    union {
        RulesKeptSums sums;
        RulesKeptRank rank;
        RulesKeptExtremes extremes;
        RulesKeptExposure exposure;
        int64_t truths_us[4]; /* held by each RulesTruthPoint */
        struct {
            int64_t known_us;
            uint32_t count;
        } rises;
    };
} RulesKept;

bool rules_kept_window(RulesKept *self,
                       const RulesRing *ring,
                       RulesStat stat,
                       int64_t now_us,
                       int64_t over_us,
                       double needing,
                       double *scratch,
                       double *out);

RulesRises
rules_kept_rises(RulesKept *self, const RulesRing *ring, int64_t now_us, int64_t over_us);

bool rules_kept_exposure(RulesKept *self,
                         const RulesRing *ring,
                         int64_t now_us,
                         int64_t over_us,
                         double threshold,
                         bool under,
                         RulesExposure *out);

/* How much of the window is observed, of a condition's: known; where no point of it was lost.
 * @kind: RulesStat, or RULES_KEPT_EXPOSURE. */
int64_t rules_kept_observed_us(
    RulesKept *self, const RulesRing *ring, int kind, int64_t now_us, int64_t over_us);
/* The first point inside, from the ring's oldest on, as rules_ring_first_after() finds it. */
uint32_t rules_kept_first(
    RulesKept *self, const RulesRing *ring, RulesStat stat, int64_t now_us, int64_t over_us);

/* As rules_window_next(). */
int64_t rules_kept_next(RulesKept *self, const RulesRing *ring, int64_t now_us, int64_t over_us);

G_END_DECLS
