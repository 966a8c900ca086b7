/* Windows by the minute: against whole minutes summed by hand, in rules, and over restarts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "rules/engine/kept.h"
#include "rules/engine/minute.h"
#include "rules/packs/tests.h"
#include "tests/rules/ward.h"

#define SECOND ((int64_t)G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define OVER   (30 * MINUTE)

enum { CAPACITY = 100, KINDS = 3, STATS = 4 };

static const RulesMinuteKind kinds[KINDS] = {RULES_MINUTE_LEAST, RULES_MINUTE_GREATEST,
                                             RULES_MINUTE_MEAN};

static const struct {
    RulesStat stat;
    int ring;
} stats[STATS] = {
    {RULES_STAT_MIN, 0}, {RULES_STAT_MAX, 1}, {RULES_STAT_MEAN, 2}, {RULES_STAT_SLOPE, 2}};

/* What came in a minute. */
typedef struct {
    int64_t start_us;
    double least, greatest, sum;
    unsigned n;
} ByHand;

static void
note(GArray *minutes, int64_t t_us, double value)
{
    int64_t start_us = (int64_t)floor((double)t_us / (double)MINUTE) * MINUTE;
    if (minutes->len == 0
        || g_array_index(minutes, ByHand, minutes->len - 1).start_us != start_us) {
        ByHand fresh = {start_us, value, value, 0, 0};
        g_array_append_val(minutes, fresh);
    }
    ByHand *m = &g_array_index(minutes, ByHand, minutes->len - 1);
    m->least = MIN(m->least, value);
    m->greatest = MAX(m->greatest, value);
    m->sum += value;
    m->n++;
}

/* Of the minutes that began in the window. */
static double
by_hand(const GArray *minutes, RulesStat stat, int64_t from_us)
{
    double least = HUGE_VAL, greatest = -HUGE_VAL, n = 0, t = 0, v = 0, tt = 0, tv = 0;
    for (guint i = 0; i < minutes->len; i++) {
        const ByHand *m = &g_array_index(minutes, ByHand, i);
        if (m->start_us <= from_us)
            continue;
        double mean = round(m->sum / m->n * 1000) / 1000;
        double s = (double)(m->start_us - from_us) / 1e6;
        least = MIN(least, m->least);
        greatest = MAX(greatest, m->greatest);
        n++;
        t += s;
        v += mean;
        tt += s * s;
        tv += s * mean;
    }
    if (stat == RULES_STAT_MIN)
        return least;
    if (stat == RULES_STAT_MAX)
        return greatest;
    return stat == RULES_STAT_MEAN ? v / n : (n * tv - t * v) / (n * tt - t * t);
}

static void
a_window_says_what_its_whole_minutes_say(void)
{
    static double scratch[CAPACITY];
    for (guint32 seed = 1; seed <= 6; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        g_autoptr(GArray) minutes = g_array_new(FALSE, FALSE, sizeof(ByHand));
        RulesMinute running[KINDS] = {0};
        RulesRing rings[KINDS];
        RulesKept kept[STATS] = {0};
        unsigned known = 0;
        int64_t now_us = (int64_t)seed * 100 * MINUTE - 333 * MINUTE; /* some before 1970 */
        for (int k = 0; k < KINDS; k++)
            rules_ring_init(&rings[k], CAPACITY);
        for (int i = 0; i < 12000; i++) {
            now_us += g_rand_int_range(rand, 0, 400) == 0 ? 3 * MINUTE : SECOND / 2 + seed * 7;
            double value = g_rand_int_range(rand, 600, 900) / (seed % 2 == 0 ? 10.0 : 7.0);
            note(minutes, now_us, value);
            for (int k = 0; k < KINDS; k++) {
                rules_ring_prune(&rings[k], now_us, OVER);
                rules_minute_push(&running[k], &rings[k], kinds[k],
                                  (RulesPoint){now_us, now_us + 90 * SECOND, value});
            }
            for (int s = 0; i % 7 == 0 && s < STATS; s++) {
                double out = 0;
                double hand = by_hand(minutes, stats[s].stat, now_us - OVER);
                if (!rules_kept_window(&kept[s], &rings[stats[s].ring], stats[s].stat, now_us, OVER,
                                       0.5, scratch, &out))
                    continue;
                known++;
                g_assert_cmpfloat(fabs(out - hand), <=, s < 2 ? 0 : 1e-6 + 1e-6 * fabs(hand));
            }
        }
        g_assert_cmpuint(known, >, 4000);
        g_assert_cmpuint(rings[0].count, <, 45);
        for (int k = 0; k < KINDS; k++)
            rules_ring_clear(&rings[k]);
    }
}

/* A minute in which something came is observed from its start until its last value ends. */
static void
a_window_of_which_too_little_was_seen_is_unknown(void)
{
    static double scratch[CAPACITY];
    RulesMinute running = {0};
    g_autoptr(RulesRing) ring = rules_ring_new(CAPACITY);
    double out = 0;
    for (int m = 0; m < 30; m += 2) { /* every other minute, 45 s of it */
        int64_t t_us = m * MINUTE + 15 * SECOND;
        rules_minute_push(&running, ring, RULES_MINUTE_LEAST,
                          (RulesPoint){t_us, t_us + 30 * SECOND, 60 + m});
    }
    int64_t now_us = 30 * MINUTE - 1;
    g_assert_true(rules_window(ring, RULES_STAT_MIN, now_us, OVER, 0.37, scratch, &out));
    g_assert_cmpfloat(out, ==, 60);
    g_assert_false(rules_window(ring, RULES_STAT_MIN, now_us, OVER, 0.38, scratch, &out));
}

/* --- in rules ----------------------------------------------------------------------- */

#define HEAD                                                                                       \
    "rules \"t\" version 1\ndefault unknown longer than 5 s -> keep\n"                             \
    "use HR: /min validity 30 s\nuse Creat: mg/dL validity 24 h\n"

static void
expect(const char *when, const char *test)
{
    g_autofree char *rules =
        g_strdup_printf(HEAD "rule r \"R\" version 1 { raise low \"x\" when %s }\n", when);
    g_autofree char *text = g_strdup_printf("test \"t\"\n%s", test);
    g_autoptr(RulesSet) set = vectors_compile(rules);
    g_autoptr(RulesTestReport) report = rules_tests_run(set, text, strlen(text), "t");
    for (guint i = 0; i < report->messages->len; i++)
        g_test_message("%s: %s", when, (char *)report->messages->pdata[i]);
    g_assert_cmpuint(report->n_tests, ==, 1);
    g_assert_cmpuint(report->n_errors + report->n_failed, ==, 0);
}

/* Bed-local zero is 40 s into a minute: minutes begin at 20 s, 80 s, ... */
static void
long_windows_run_by_the_minute(void)
{
    /* 5 min, one of 120 in the minute from 260 s, which leaves 48 h after its start. */
    expect("max(HR over 48 h needing 1 %) >= 100 /min",
           "  HR every 30 s: 80x10 120x1 80x5800\n"
           "  expect r raise at 1688 s, clear at 173060 s\n");
    expect("min(HR over 7 d needing 1 %) < 50 /min", "  HR every 30 s: 80x10 40x1 80x500\n"
                                                     "  expect r raise at 6008 s\n");
    expect("mean(HR over 48 h needing 1 %) > 90 /min", "  HR every 30 s: 80x60 120x500\n"
                                                       "  expect r raise at 2370 s\n");
    expect("slope(HR over 48 h needing 1 %) > 5 /min/h",
           "  HR every 30 s: 80x80 81x10 82x10 83x10 84x10 85x10 86x10 87x10 88x10 89x10 90x10\n"
           "  expect r raise at 4050 s\n");
}

static void
what_comes_once_a_day_is_kept_point_by_point(void)
{
    g_autoptr(RulesSet) daily = vectors_compile(
        HEAD "rule r \"R\" version 1 { raise low \"x\" when min(Creat over 14 d) < 1 mg/dL }\n");
    g_autoptr(RulesSet) each_second = vectors_compile(
        HEAD "rule r \"R\" version 1 { raise low \"x\" when min(HR over 14 d) < 50 /min }\n");
    g_assert_cmpuint(rules_set_bed_bytes_full(daily), <, rules_set_bed_bytes(daily) + 600);
    g_assert_cmpuint(rules_set_bed_bytes_full(each_second), <, 40000);
}

/* Whatever came before: the bed goes on as if nothing had been. */
static void
a_bed_saved_within_a_minute_goes_on(void)
{
    g_autoptr(RulesSet) set = vectors_compile(
        HEAD "rule a \"A\" version 1 { raise low \"{mean(HR over 12 h needing 1 %)}\"\n"
             " when mean(HR over 12 h needing 1 %) > 82 /min }\n"
             "rule b \"B\" version 1 { raise low \"{max(HR over 12 h needing 1 %)}\"\n"
             " when HR > 95 /min and slope(HR over 12 h needing 1 %) > 0 /min/h }\n");
    g_autoptr(GRand) rand = g_rand_new_with_seed(4);
    g_autoptr(GString) whole = g_string_new(NULL);
    g_autoptr(GString) parted = g_string_new(NULL);
    g_autoptr(RulesEngine) one = rules_engine_new(set);
    RulesEngine *two = rules_engine_new(set);
    for (int i = 0; i < 3000; i++) {
        double value = g_rand_int_range(rand, 62, 102);
        double at = i * 7;
        ward_put(rules_engine_bed(one, "a"), "HR", at, value);
        ward_put(rules_engine_bed(two, "a"), "HR", at, value);
        rules_engine_advance(one, ward_t(at - 1), ward_log_full, whole);
        rules_engine_advance(two, ward_t(at - 1), ward_log_full, parted);
        if (i % 13 != 0)
            continue;
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        rules_engine_save(rules_engine_bed(two, "a"), bytes);
        rules_engine_free(two);
        two = rules_engine_new(set);
        g_assert_true(rules_engine_load(rules_engine_bed(two, "a"), bytes->data, bytes->len));
    }
    rules_engine_free(two);
    g_assert_nonnull(strstr(whole->str, " a raise"));
    g_assert_nonnull(strstr(whole->str, " b raise"));
    g_assert_cmpstr(parted->str, ==, whole->str);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/minute/a_window_says_what_its_whole_minutes_say",
                    a_window_says_what_its_whole_minutes_say);
    g_test_add_func("/rules/minute/a_window_of_which_too_little_was_seen_is_unknown",
                    a_window_of_which_too_little_was_seen_is_unknown);
    g_test_add_func("/rules/minute/long_windows_run_by_the_minute", long_windows_run_by_the_minute);
    g_test_add_func("/rules/minute/what_comes_once_a_day_is_kept_point_by_point",
                    what_comes_once_a_day_is_kept_point_by_point);
    g_test_add_func("/rules/minute/a_bed_saved_within_a_minute_goes_on",
                    a_bed_saved_within_a_minute_goes_on);
    return g_test_run();
}
