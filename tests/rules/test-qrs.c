/* The QRS detector on rhythms whose beats are known.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/qrs.h"
#include "tests/rules/rhythm-fixture.h"

#define SECONDS 60

typedef struct {
    double rate_hz, hr, noise_mv, hum_mv, gain;
} Case;

/* Counts matches within 50 ms; search for beats from second 4 on. */
static void
run(const Case *c, int *found, int *expected, int *extra, double *worst_s)
{
    g_autoptr(RulesQrs) qrs = rules_qrs_new(c->rate_hz);
    double rr = 60 / c->hr;
    uint64_t seed = 7;
    *found = *expected = *extra = 0;
    *worst_s = 0;
    double last = -1;
    for (int64_t i = 0; i < (int64_t)(SECONDS * c->rate_hz); i++) {
        double t = (double)i / c->rate_hz;
        double v = c->gain * ecg_at(t, c->hr) + c->noise_mv * noise(&seed)
                   + c->hum_mv * sin(2 * G_PI * 50 * t) + 0.3 * sin(2 * G_PI * 0.25 * t);
        RulesQrsBeat beat;
        if (!rules_qrs_push(qrs, i, (float)v, &beat))
            continue;
        double at = (double)beat.index / c->rate_hz;
        double k = round(at / rr - 0.5);
        double off = fabs(at - (k + 0.5) * rr);
        if (off > 0.05 || k == last)
            (*extra)++;
        else
            (*found)++;
        *worst_s = MAX(*worst_s, off);
        last = k;
    }
    /* The last second is still undecided. */
    *expected = (int)floor((SECONDS - 1.0) / rr);
}

static void
finds_every_beat_at_every_rate(void)
{
    static const double rates_hz[] = {100, 125, 200, 250, 360, 500, 999.56, 1000};
    static const double hrs[] = {30, 45, 60, 72, 100, 140, 180, 220};
    for (size_t i = 0; i < G_N_ELEMENTS(rates_hz); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(hrs); j++) {
            Case c = {.rate_hz = rates_hz[i], .hr = hrs[j], .noise_mv = 0.03, .gain = 1};
            int found, expected, extra;
            double worst_s;
            run(&c, &found, &expected, &extra, &worst_s);
            g_test_message("%g Hz, %g/min: %d of %d, %d extra, %.1f ms", c.rate_hz, c.hr, found,
                           expected, extra, worst_s * 1e3);
            g_assert_cmpint(extra, ==, 0);
            g_assert_cmpint(found, >=, expected - 1);
            g_assert_cmpfloat(worst_s, <, 0.012 + 1 / c.rate_hz);
        }
    }
}

static void
stands_noise_and_mains_hum(void)
{
    Case c = {.rate_hz = 250, .hr = 75, .noise_mv = 0.15, .hum_mv = 0.3, .gain = 1};
    int found, expected, extra;
    double worst_s;
    run(&c, &found, &expected, &extra, &worst_s);
    g_assert_cmpint(extra, ==, 0);
    g_assert_cmpint(found, >=, expected - 1);
}

static void
finds_small_and_inverted_beats(void)
{
    static const double gains[] = {0.2, -0.5, -1, 4};
    for (size_t i = 0; i < G_N_ELEMENTS(gains); i++) {
        Case c = {.rate_hz = 250, .hr = 80, .noise_mv = 0.01, .gain = gains[i]};
        int found, expected, extra;
        double worst_s;
        run(&c, &found, &expected, &extra, &worst_s);
        g_assert_cmpint(extra, ==, 0);
        g_assert_cmpint(found, >=, expected - 1);
    }
}

static void
finds_nothing_in_noise_below_a_heartbeat(void)
{
    g_autoptr(RulesQrs) qrs = rules_qrs_new(250);
    uint64_t seed = 3;
    RulesQrsBeat beat;
    for (int64_t i = 0; i < 250 * 60; i++)
        g_assert_false(rules_qrs_push(qrs, i, (float)(0.008 * noise(&seed)), &beat));
}

static void
says_nothing_after_the_heart_stops(void)
{
    g_autoptr(RulesQrs) qrs = rules_qrs_new(250);
    uint64_t seed = 3;
    int before = 0, after = 0;
    for (int64_t i = 0; i < 250 * 60; i++) {
        double t = (double)i / 250;
        double v = (t < 20 ? ecg_at(t, 60) : 0) + 0.02 * noise(&seed);
        RulesQrsBeat beat;
        if (!rules_qrs_push(qrs, i, (float)v, &beat))
            continue;
        if (beat.index < 20 * 250)
            before++;
        else
            after++;
    }
    g_assert_cmpint(before, ==, 20);
    g_assert_cmpint(after, ==, 0);
}

static void
finds_beats_again_when_the_lead_becomes_small(void)
{
    g_autoptr(RulesQrs) qrs = rules_qrs_new(250);
    uint64_t seed = 3;
    int late = 0;
    for (int64_t i = 0; i < 250 * 60; i++) {
        double t = (double)i / 250;
        double v = (t < 20 ? 1.0 : 0.2) * ecg_at(t, 60) + 0.005 * noise(&seed);
        RulesQrsBeat beat;
        if (rules_qrs_push(qrs, i, (float)v, &beat) && beat.index > 30 * 250)
            late++;
    }
    g_assert_cmpint(late, >=, 28);
}

static void
takes_no_electrode_step_for_a_beat(void)
{
    g_autoptr(RulesQrs) qrs = rules_qrs_new(250);
    int beats = 0;
    for (int64_t i = 0; i < 250 * 30; i++) {
        double t = (double)i / 250;
        /* Steps between the beats, at 10.2 s, 14.2 s, 18.2 s. */
        double step = (t > 10.2) * 2.0 - (t > 14.2) * 3.0 + (t > 18.2) * 2.5;
        RulesQrsBeat beat;
        if (rules_qrs_push(qrs, i, (float)(ecg_at(t, 60) + step), &beat))
            beats++;
    }
    g_assert_cmpint(beats, >=, 27);
    g_assert_cmpint(beats, <=, 30);
}

static void
makes_no_interval_over_a_break(void)
{
    g_autoptr(RulesQrs) qrs = rules_qrs_new(250);
    int beats = 0, wrong = 0;
    for (int64_t i = 0; i < 250 * 40; i++) {
        if (i == 250 * 20) {
            rules_qrs_break(qrs, NULL);
            i += 250 * 5;
        }
        double t = (double)i / 250;
        RulesQrsBeat beat;
        if (!rules_qrs_push(qrs, i, (float)ecg_at(t, 60), &beat))
            continue;
        double at = (double)beat.index / 250 - 0.5;
        beats++;
        if (fabs(at - round(at)) > 0.02)
            wrong++;
    }
    g_assert_cmpint(wrong, ==, 0);
    g_assert_cmpint(beats, >=, 33);
}

static void
refuses_rates_it_was_not_made_for(void)
{
    g_assert_null(rules_qrs_new(49));
    g_assert_null(rules_qrs_new(2001));
    g_assert_null(rules_qrs_new(NAN));
    g_assert_null(rules_qrs_new(-1));
}

/* Truth: the annotations of MIT-BIH record 100. */
static void
agrees_with_the_annotators_of_record_100(void)
{
    size_t n = 0, n_ref = 0;
    g_autofree int16_t *samples = load_i16("mitdb-100.i16", &n);
    g_autofree RulesBeatMark *ref = load_beats("mitdb-100-beats.csv", &n_ref);
    g_assert_cmpuint(n, ==, 2 * 360 * 180);
    g_assert_cmpuint(n_ref, >, 200);
    for (size_t lead = 0; lead < 2; lead++) {
        g_autoptr(RulesQrs) qrs = rules_qrs_new(360);
        g_autoptr(GArray) test = g_array_new(FALSE, FALSE, sizeof(RulesBeatMark));
        for (size_t i = 0; i < n / 2; i++) {
            RulesQrsBeat beat;
            float mv = ((float)samples[2 * i + lead] - 1024) / 200;
            if (!rules_qrs_push(qrs, (int64_t)i, mv, &beat))
                continue;
            RulesBeatMark mark = {.sample = beat.index, .type = 'N'};
            g_array_append_val(test, mark);
        }
        RulesBeatCounts c = rules_beats_compare(
            ref, n_ref, (const RulesBeatMark *)(void *)test->data, test->len, 0, 54);
        double se = (double)c.qrs_tp / (double)(c.qrs_tp + c.qrs_fn);
        double pp = (double)c.qrs_tp / (double)(c.qrs_tp + c.qrs_fp);
        g_test_message("lead %zu: Se %.4f, +P %.4f", lead, se, pp);
        g_assert_cmpfloat(se, >=, 0.99);
        g_assert_cmpfloat(pp, >=, 0.99);
    }
}

static void
counts_as_bxb_does(void)
{
    static const struct {
        const char *set;
        int64_t start_s;
        uint64_t tp, ref, test, veb_tp, veb_ref, veb_test;
    } rows[] = {
        {"gqrs", 0, 2273, 2273, 2273, 0, 1, 0},
        {"gqrs", 300, 1902, 1902, 1902, 0, 1, 0},
        {"jitter0_20", 0, 2233, 2273, 2254, 1, 1, 43},
        {"jitter0_20", 300, 1871, 1902, 1885, 1, 1, 38},
        {"jitter1_60", 0, 2059, 2273, 2273, 1, 1, 44},
        {"jitter1_60", 300, 1729, 1902, 1902, 1, 1, 38},
    };
    size_t n_ref = 0;
    g_autofree RulesBeatMark *ref = load_beats("bxb_reference_mitdb100.csv", &n_ref);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strdup_printf("bxb_test_%s.csv", rows[i].set);
        size_t n = 0;
        g_autofree RulesBeatMark *test = load_beats(name, &n);
        RulesBeatCounts c = rules_beats_compare(ref, n_ref, test, n, rows[i].start_s * 360, 54);
        g_assert_cmpuint(c.qrs_tp, ==, rows[i].tp);
        g_assert_cmpuint(c.qrs_tp + c.qrs_fn, ==, rows[i].ref);
        g_assert_cmpuint(c.qrs_tp + c.qrs_fp, ==, rows[i].test);
        g_assert_cmpuint(c.veb_tp, ==, rows[i].veb_tp);
        g_assert_cmpuint(c.veb_tp + c.veb_fn, ==, rows[i].veb_ref);
        g_assert_cmpuint(c.veb_tp + c.veb_fp, ==, rows[i].veb_test);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/qrs/finds_every_beat_at_every_rate", finds_every_beat_at_every_rate);
    g_test_add_func("/rules/qrs/stands_noise_and_mains_hum", stands_noise_and_mains_hum);
    g_test_add_func("/rules/qrs/finds_small_and_inverted_beats", finds_small_and_inverted_beats);
    g_test_add_func("/rules/qrs/finds_nothing_in_noise_below_a_heartbeat",
                    finds_nothing_in_noise_below_a_heartbeat);
    g_test_add_func("/rules/qrs/says_nothing_after_the_heart_stops",
                    says_nothing_after_the_heart_stops);
    g_test_add_func("/rules/qrs/finds_beats_again_when_the_lead_becomes_small",
                    finds_beats_again_when_the_lead_becomes_small);
    g_test_add_func("/rules/qrs/takes_no_electrode_step_for_a_beat",
                    takes_no_electrode_step_for_a_beat);
    g_test_add_func("/rules/qrs/makes_no_interval_over_a_break", makes_no_interval_over_a_break);
    g_test_add_func("/rules/qrs/refuses_rates_it_was_not_made_for",
                    refuses_rates_it_was_not_made_for);
    g_test_add_func("/rules/qrs/agrees_with_the_annotators_of_record_100",
                    agrees_with_the_annotators_of_record_100);
    g_test_add_func("/rules/qrs/counts_as_bxb_does", counts_as_bxb_does);
    return g_test_run();
}
