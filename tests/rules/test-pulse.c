/* The pulse detector: pressures beat by beat, and artefacts that are none.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/pulse.h"
#include "tests/rules/rhythm-fixture.h"

typedef double (*Wave)(double t);

typedef struct {
    int beats, plausible, believable;
    double systolic, diastolic, mean; /* of the last plausible one */
    double last_period_s;
    double worst_foot_s;
} Result;

static Result
run(RulesPulseKind kind, double rate_hz, double seconds, double hr, Wave wave)
{
    g_autoptr(RulesPulse) pulse = rules_pulse_new(kind, rate_hz);
    Result r = {0};
    for (int64_t i = 0; i < (int64_t)(seconds * rate_hz); i++) {
        RulesPulseFound found;
        if (!rules_pulse_push(pulse, i, (float)wave((double)i / rate_hz), &found)
            || !found.has_beat)
            continue;
        r.beats++;
        r.believable += found.beat.believable;
        if (!found.beat.plausible)
            continue;
        r.plausible++;
        r.systolic = (double)found.beat.systolic;
        r.diastolic = (double)found.beat.diastolic;
        r.mean = (double)found.beat.mean;
        r.last_period_s = (double)(found.beat.next_foot - found.beat.foot) / rate_hz;
        double at = (double)found.beat.foot / rate_hz * hr / 60;
        r.worst_foot_s = MAX(r.worst_foot_s, fabs(at - round(at)) * 60 / hr);
    }
    return r;
}

static double hr_now, sys_now, dia_now;

static double
usual(double t)
{
    return abp_at(t, hr_now, sys_now, dia_now);
}

static void
measures_pressures_at_every_rate(void)
{
    static const double rates_hz[] = {62.5, 100, 125, 250, 500};
    static const double hrs[] = {40, 60, 90, 130, 180};
    sys_now = 121;
    dia_now = 68;
    for (size_t i = 0; i < G_N_ELEMENTS(rates_hz); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(hrs); j++) {
            hr_now = hrs[j];
            Result r = run(RULES_PULSE_PRESSURE, rates_hz[i], 30, hr_now, usual);
            g_test_message("%g Hz %g/min: %d beats, %.1f/%.1f (%.1f), foot %.0f ms", rates_hz[i],
                           hr_now, r.beats, r.systolic, r.diastolic, r.mean, r.worst_foot_s * 1e3);
            /* 3 s of learning and the last beat's end are missing. */
            g_assert_cmpint(r.plausible, >=, (int)(25 * hr_now / 60) - 2);
            g_assert_cmpfloat(fabs(r.systolic - sys_now), <, 3);
            g_assert_cmpfloat(fabs(r.diastolic - dia_now), <, 3);
            g_assert_cmpfloat(fabs(r.last_period_s - 60 / hr_now), <, 0.04);
            g_assert_cmpfloat(r.worst_foot_s, <, 0.045);
        }
    }
}

static double
flush(double t)
{
    return t > 12 && t < 15 ? 250 + 5 * sin(60 * t) : abp_at(t, 75, 120, 70);
}

static double
noisy(double t)
{
    return abp_at(t, 75, 120, 70) + 45 * sin(2 * G_PI * 9 * t) + 30 * sin(2 * G_PI * 7.3 * t);
}

static double
open_to_air(double t)
{
    return t < 10 ? abp_at(t, 75, 120, 70) : 0.8 * sin(2 * G_PI * 0.3 * t);
}

static double
tiny(double t)
{
    return abp_at(t, 150, 46, 39);
}

static void
refuses_a_flush(void)
{
    g_autoptr(RulesPulse) pulse = rules_pulse_new(RULES_PULSE_PRESSURE, 125);
    for (int64_t i = 0; i < 125 * 30; i++) {
        RulesPulseFound found;
        if (!rules_pulse_push(pulse, i, (float)flush((double)i / 125), &found) || !found.has_beat
            || !found.beat.plausible)
            continue;
        g_assert_cmpfloat((double)found.beat.systolic, <, 130);
        g_assert_cmpfloat((double)found.beat.diastolic, >, 60);
    }
}

static void
gives_no_plausible_pressure_from_noise(void)
{
    Result r = run(RULES_PULSE_PRESSURE, 125, 60, 75, noisy);
    g_test_message("%d beats, %d plausible", r.beats, r.plausible);
    g_assert_cmpint(r.plausible, <, 8);
}

static void
finds_no_pulse_in_a_line_open_to_air(void)
{
    Result r = run(RULES_PULSE_PRESSURE, 125, 60, 75, open_to_air);
    g_assert_cmpint(r.plausible, <=, 12);
    g_assert_cmpint(r.believable, <=, 13);
}

static void
takes_pulses_below_20_mmhg_for_no_pressure(void)
{
    Result r = run(RULES_PULSE_PRESSURE, 250, 30, 150, tiny);
    g_assert_cmpint(r.plausible, ==, 0);
}

static double
pleth(double t)
{
    return 2.3 + 0.004 * abp_at(t, 88, 120, 70);
}

static double
pleth_lost(double t)
{
    return t < 20 ? pleth(t) : 2.6 + 0.01 * sin(2 * G_PI * 1.1 * t);
}

static void
finds_pulses_of_any_scale_in_a_pleth(void)
{
    Result r = run(RULES_PULSE_PLETH, 125, 30, 88, pleth);
    g_assert_cmpint(r.believable, >=, 36);
    g_assert_cmpfloat(fabs(r.last_period_s - 60.0 / 88), <, 0.02);
}

static void
takes_ripples_of_a_lost_pleth_for_no_pulse(void)
{
    Result r = run(RULES_PULSE_PLETH, 125, 40, 88, pleth_lost);
    g_assert_cmpint(r.believable, <=, 27);
}

static void
gives_no_beat_over_a_break(void)
{
    g_autoptr(RulesPulse) pulse = rules_pulse_new(RULES_PULSE_PRESSURE, 125);
    int beats = 0;
    for (int64_t i = 0; i < 125 * 40; i++) {
        if (i == 125 * 20) {
            rules_pulse_break(pulse);
            i += 125 * 2;
        }
        RulesPulseFound found;
        double v = abp_at((double)i / 125, 75, 120, 70);
        if (!rules_pulse_push(pulse, i, (float)v, &found) || !found.has_beat)
            continue;
        beats++;
        g_assert_cmpint(found.beat.next_foot - found.beat.foot, <=, 110);
    }
    g_assert_cmpint(beats, >=, 38);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/pulse/measures_pressures_at_every_rate",
                    measures_pressures_at_every_rate);
    g_test_add_func("/rules/pulse/refuses_a_flush", refuses_a_flush);
    g_test_add_func("/rules/pulse/gives_no_plausible_pressure_from_noise",
                    gives_no_plausible_pressure_from_noise);
    g_test_add_func("/rules/pulse/finds_no_pulse_in_a_line_open_to_air",
                    finds_no_pulse_in_a_line_open_to_air);
    g_test_add_func("/rules/pulse/takes_pulses_below_20_mmhg_for_no_pressure",
                    takes_pulses_below_20_mmhg_for_no_pressure);
    g_test_add_func("/rules/pulse/finds_pulses_of_any_scale_in_a_pleth",
                    finds_pulses_of_any_scale_in_a_pleth);
    g_test_add_func("/rules/pulse/takes_ripples_of_a_lost_pleth_for_no_pulse",
                    takes_ripples_of_a_lost_pleth_for_no_pulse);
    g_test_add_func("/rules/pulse/gives_no_beat_over_a_break", gives_no_beat_over_a_break);
    return g_test_run();
}
