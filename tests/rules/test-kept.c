/* Windows kept up against windows walked: the same rings, instant by instant.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <glib.h>

#include "rules/engine/kept.h"

#define SECOND ((int64_t)G_USEC_PER_SEC)

enum { CAPACITY = 600, WINDOWS = 3, KINDS = RULES_STAT_RISES + 1 };

static const int64_t overs[WINDOWS] = {15 * SECOND, 60 * SECOND, 240 * SECOND};

typedef struct {
    RulesRing *ring;
    RulesKept kept[KINDS][WINDOWS];
    RulesKept exposure[WINDOWS];
    bool truths;
    double step; /* of values; 0: any number */
    unsigned known;
} Bed;

static bool
same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* Sums are rounded once where the walk rounds at each point; all else is the same to the bit. */
static void
assert_as_walked(const Bed *bed, RulesStat stat, bool known, double kept, double walked)
{
    bool summed = stat == RULES_STAT_MEAN || stat == RULES_STAT_SD || stat == RULES_STAT_SLOPE;
    if (!known)
        return;
    if (summed)
        g_assert_cmpfloat(fabs(kept - walked), <=, 1e-9 + 1e-6 * fabs(walked));
    else
        g_assert_true(same_bits(kept, walked));
    g_assert_true(bed->ring->count > 0);
}

static void
compare_exposure(Bed *bed, int w, int64_t now_us, double threshold, bool under)
{
    RulesExposure kept;
    RulesExposure walked;
    bool known = rules_kept_exposure(&bed->exposure[w], bed->ring, now_us, overs[w], threshold,
                                     under, &kept);
    g_assert_cmpint(known, ==,
                    rules_exposure(bed->ring, now_us, overs[w], threshold, under, &walked));
    if (!known)
        return;
    g_assert_cmpint(kept.observed_us, ==, walked.observed_us);
    g_assert_cmpfloat(fabs(kept.time_s - walked.time_s), <=, 1e-9 + 1e-6 * walked.time_s);
    g_assert_cmpfloat(fabs(kept.area_min - walked.area_min), <=, 1e-9 + 1e-6 * walked.area_min);
}

static void
compare(Bed *bed, GRand *rand, int64_t now_us)
{
    static double scratch[CAPACITY];
    static const double needs[] = {0, 0.2, 0.5, 0.95};
    double needing = needs[g_rand_int_range(rand, 0, 4)];
    for (int w = 0; w < WINDOWS; w++) {
        g_assert_cmpint(rules_kept_next(&bed->kept[0][w], bed->ring, now_us, overs[w]), ==,
                        rules_window_next(bed->ring, now_us, overs[w]));
        for (int k = 0; k < KINDS; k++) {
            RulesStat stat = (RulesStat)k;
            double kept = 0;
            double walked = 0;
            if ((stat == RULES_STAT_SHARE || stat == RULES_STAT_RISES) != bed->truths
                || g_rand_int_range(rand, 0, 4) == 0)
                continue;
            bool known = rules_kept_window(&bed->kept[k][w], bed->ring, stat, now_us, overs[w],
                                           needing, scratch, &kept);
            g_assert_cmpint(
                known, ==,
                rules_window(bed->ring, stat, now_us, overs[w], needing, scratch, &walked));
            assert_as_walked(bed, stat, known, kept, walked);
            bed->known += known;
        }
        if (!bed->truths)
            compare_exposure(bed, w, now_us, g_rand_int_range(rand, 0, 60) == 0 ? 0.0 : 70.5,
                             w != 1);
    }
}

static RulesPoint
next_point(const Bed *bed, GRand *rand, int64_t t_us)
{
    static const int64_t holds[] = {SECOND / 2, 5 * SECOND, 30 * SECOND, INT64_MAX};
    int64_t hold_us = holds[g_rand_int_range(rand, 0, 4)];
    RulesPoint p = {.t_us = t_us, .until_us = hold_us == INT64_MAX ? hold_us : t_us + hold_us};
    p.value = 70 + 30 * (g_rand_double(rand) - 0.5);
    if (bed->truths)
        p.value = g_rand_int_range(rand, 0, 4);
    else if (bed->step > 0)
        p.value = round(p.value / bed->step) * bed->step;
    return p;
}

/* Points each second or so, two at one instant, gaps, ends, too many for the ring; @restart: the
 * windows are forgotten now and then, as after a snapshot of another kind. */
static void
live(Bed *bed, guint32 seed, bool restart)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(RulesRing) ring = rules_ring_new(CAPACITY);
    int64_t now_us = 1000 * SECOND;
    bed->ring = ring;
    for (int i = 0; i < 4000; i++) {
        int64_t step_us = SECOND + g_rand_int_range(rand, -400000, 400000) * (seed % 2);
        if (g_rand_int_range(rand, 0, 150) == 0)
            step_us = g_rand_int_range(rand, 1, 400) * SECOND;
        if (i % 1000 > 800)
            step_us = SECOND / 5; /* more than there is room for */
        now_us += step_us;
        rules_ring_prune(ring, now_us, overs[WINDOWS - 1]);
        if (g_rand_int_range(rand, 0, 40) == 0)
            rules_ring_end(ring, now_us);
        if (g_rand_int_range(rand, 0, 10) > 0)
            rules_ring_push(ring, next_point(bed, rand, now_us));
        compare(bed, rand, now_us);
        if (g_rand_int_range(rand, 0, 12) == 0) {
            rules_ring_push(ring, next_point(bed, rand, now_us));
            compare(bed, rand, now_us);
        }
        if (restart && g_rand_int_range(rand, 0, 50) == 0) {
            memset(bed->kept, 0, sizeof bed->kept);
            memset(bed->exposure, 0, sizeof bed->exposure);
        }
    }
}

static void
kept_and_walked_windows_say_the_same(void)
{
    static const double steps[] = {1, 0.5, 0.125, 0};
    for (guint32 seed = 1; seed <= 8; seed++)
        for (size_t s = 0; s <= G_N_ELEMENTS(steps); s++) {
            g_autofree Bed *bed = g_new0(Bed, 1);
            bed->truths = s == G_N_ELEMENTS(steps);
            bed->step = bed->truths ? 0 : steps[s];
            live(bed, seed, seed % 3 == 0);
            g_assert_cmpuint(bed->known, >, 2000);
        }
}

/* Whatever way led to a window: begun anew it says the same bits. */
static void
a_window_begun_anew_says_the_same_bits(void)
{
    static const RulesStat stats[] = {RULES_STAT_MEAN, RULES_STAT_SD, RULES_STAT_SLOPE,
                                      RULES_STAT_MEDIAN};
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    g_autoptr(RulesRing) ring = rules_ring_new(CAPACITY);
    static double scratch[CAPACITY];
    RulesKept kept[G_N_ELEMENTS(stats)] = {0};
    for (int i = 0; i < 3000; i++) {
        int64_t now_us = 1000 * SECOND + i * SECOND;
        rules_ring_prune(ring, now_us, overs[2]);
        double value = g_rand_int_range(rand, 360, 390) / 10.0;
        rules_ring_push(ring, (RulesPoint){now_us, now_us + 30 * SECOND, value});
        for (size_t s = 0; s < G_N_ELEMENTS(stats); s++) {
            RulesKept fresh = {0};
            double a = 0;
            double b = 0;
            bool known =
                rules_kept_window(&kept[s], ring, stats[s], now_us, overs[2], 0.5, scratch, &a);
            g_assert_cmpint(
                known, ==,
                rules_kept_window(&fresh, ring, stats[s], now_us, overs[2], 0.5, scratch, &b));
            g_assert_true(same_bits(a, b));
        }
    }
}

static void
a_signal_that_stands_still_has_no_slope(void)
{
    g_autoptr(RulesRing) ring = rules_ring_new(CAPACITY);
    RulesKept kept = {0};
    double out = 1;
    for (int i = 0; i < 500; i++) {
        int64_t now_us = i * SECOND + i * 7;
        rules_ring_push(ring, (RulesPoint){now_us, now_us + 30 * SECOND, 36.7});
        if (rules_kept_window(&kept, ring, RULES_STAT_SLOPE, now_us, overs[1], 0.7, NULL, &out))
            g_assert_true(same_bits(out, 0));
    }
    g_assert_true(same_bits(out, 0));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/kept/kept_and_walked_windows_say_the_same",
                    kept_and_walked_windows_say_the_same);
    g_test_add_func("/rules/kept/a_window_begun_anew_says_the_same_bits",
                    a_window_begun_anew_says_the_same_bits);
    g_test_add_func("/rules/kept/a_signal_that_stands_still_has_no_slope",
                    a_signal_that_stands_still_has_no_slope);
    return g_test_run();
}
