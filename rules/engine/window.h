/* What windows over a ring of points say.
 *
 * Windows are (now - over, now]. A ring keeps one point before the window, whose hold may
 * reach into it. Of a ring that had to drop a point of the window they say unknown
 * rather than a number from half the data. No allocation.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/ring.h"

G_BEGIN_DECLS

/* What a point of a condition says: RulesTruth, and an unknown that came after true apart, so
 * that true, unknown, true is no second time. */
typedef enum {
    RULES_POINT_FALSE,
    RULES_POINT_UNKNOWN, /* false before, or nothing */
    RULES_POINT_TRUE,
    RULES_POINT_UNKNOWN_TRUE,
} RulesTruthPoint;

typedef enum {
    RULES_STAT_MEAN,
    RULES_STAT_MEDIAN,
    RULES_STAT_MIN,
    RULES_STAT_MAX,
    RULES_STAT_SLOPE,  /* least squares, per second; 3 points and the needed span */
    RULES_STAT_CHANGE, /* now less then */
    RULES_STAT_COUNT,
    RULES_STAT_SD,    /* n - 1 */
    RULES_STAT_SHARE, /* of the observed time, of a condition's points */
    RULES_STAT_RISES, /* how often it became true */
} RulesStat;

/* By walking the whole window: for what is asked once. See kept.h for what is asked each instant.
 * FALSE: unknown. @needing is the share of the window that must be observed;
 * @scratch has room for the ring's capacity. */
bool rules_window(const RulesRing *self,
                  RulesStat stat,
                  int64_t now_us,
                  int64_t over_us,
                  double needing,
                  double *scratch,
                  double *out);

typedef struct {
    unsigned count;   /* how often the condition became true, as far as is kept */
    bool lost;        /* points of the window were lost: it may be more */
    int64_t known_us; /* of the window */
} RulesRises;

/* Of a condition's points, in (now - over, now]. It became true where it is true and was not
 * when last it was known; a condition that is true when it is first judged became so then. */
RulesRises rules_rises(const RulesRing *self, int64_t now_us, int64_t over_us);

/* The newest point says something else than @truth: the next one says this. -1: nothing new. */
int rules_truth_point(const RulesRing *self, int truth);

/* A point of a condition is true, also where that is not known any more; it is known. */
static inline bool
rules_point_was_true(double value)
{
    return (int)value == RULES_POINT_TRUE || (int)value == RULES_POINT_UNKNOWN_TRUE;
}

static inline bool
rules_point_is_known(double value)
{
    return (int)value == RULES_POINT_FALSE || (int)value == RULES_POINT_TRUE;
}

typedef struct {
    double time_s;   /* beyond the threshold */
    double area_min; /* integral of the distance, in units x minutes */
    int64_t observed_us;
} RulesExposure;

/* Over (now - over, now]; FALSE when points of it were lost. */
bool rules_exposure(const RulesRing *self,
                    int64_t now_us,
                    int64_t over_us,
                    double threshold,
                    bool under,
                    RulesExposure *out);

/* The @k-th smallest of @values, which are put in another order; @k < @n. */
double rules_nth(double *values, size_t n, size_t k);

double rules_window_coverage(const RulesRing *self, int64_t now_us, int64_t over_us);

/* The next instant after @now_us at which a point leaves the window; INT64_MAX: none. */
int64_t rules_window_next(const RulesRing *self, int64_t now_us, int64_t over_us);

/* With no new point: when the observed time of the window, which is @observed_us now, comes to
 * @need_us or falls below it; INT64_MAX: never. @truths: only where the condition is known does
 * time count. */
int64_t rules_window_turns(const RulesRing *self,
                           bool truths,
                           int64_t now_us,
                           int64_t over_us,
                           int64_t need_us,
                           int64_t observed_us);

G_END_DECLS
