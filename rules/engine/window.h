/* Rings of points, and what windows over them say.
 *
 * A point holds its value from its time until the next point, at most until
 * its own end (its validity): after that nothing is observed. Windows are
 * (now - over, now]. A ring keeps one point before the window, whose hold may
 * reach into it. Memory is the caller's, no allocation; a ring that must drop
 * a point of the window says unknown rather than a number from half the data.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    int64_t t_us;
    int64_t until_us;
    double value;
} RulesPoint;

typedef struct {
    uint32_t capacity;
    uint32_t first;
    uint32_t count;
    bool lost;
    int64_t lost_us; /* newest point that had to go for want of room */
    RulesPoint points[];
} RulesRing;

size_t rules_ring_bytes(size_t capacity);
/* @memory of rules_ring_bytes(@capacity), zeroed or not. */
RulesRing *rules_ring_init(void *memory, size_t capacity);

/* Times never go back; a second point at the same time replaces the first. */
void rules_ring_push(RulesRing *self, RulesPoint point);
/* Drops what no window of @over_us that ends at @now_us or later can need. */
void rules_ring_prune(RulesRing *self, int64_t now_us, int64_t over_us);

typedef enum {
    RULES_STAT_MEAN,
    RULES_STAT_MEDIAN,
    RULES_STAT_MIN,
    RULES_STAT_MAX,
    RULES_STAT_SLOPE,  /* least squares, per second; 3 points and the needed span */
    RULES_STAT_CHANGE, /* now less then */
    RULES_STAT_COUNT,
    RULES_STAT_SD,    /* n - 1 */
    RULES_STAT_SHARE, /* of the observed time, for points 0 false, 1 unknown, 2 true */
} RulesStat;

/* FALSE: unknown. @needing is the share of the window that must be observed;
 * @scratch has room for the ring's capacity. */
bool rules_window(const RulesRing *self,
                  RulesStat stat,
                  int64_t now_us,
                  int64_t over_us,
                  double needing,
                  double *scratch,
                  double *out);

typedef struct {
    double time_s;   /* beyond the threshold */
    double area_min; /* integral of the distance, in units x minutes */
    double observed_s;
} RulesExposure;

/* Over (now - over, now]; FALSE when points of it were lost. */
bool rules_exposure(const RulesRing *self,
                    int64_t now_us,
                    int64_t over_us,
                    double threshold,
                    bool under,
                    RulesExposure *out);

double rules_window_coverage(const RulesRing *self, int64_t now_us, int64_t over_us);

/* The next instant after @now_us at which such a window says something else
 * without a new point; INT64_MAX: none. */
int64_t rules_window_next(const RulesRing *self, int64_t now_us, int64_t over_us, double needing);

G_END_DECLS
