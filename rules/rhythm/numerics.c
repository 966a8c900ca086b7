/* From beats to numbers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/numerics.h"

#include <math.h>

#define S_US 1000000

#define HR_WINDOW_US    (10 * S_US)
#define HR_INTERVALS    8
#define HR_EVEN         0.25 /* spread of intervals that a noisy lead may still be believed with */
#define PULSE_WINDOW_US (10 * S_US)
#define PULSE_LATEST_US (3 * S_US + S_US / 2)
#define BP_WINDOW_US    (6 * S_US)
#define BP_LATEST_US    (2 * S_US)
#define BP_BEATS        8
#define MEAN_BLOCKS     12 /* 3 s of quarter seconds */
#define MEAN_COVERED    0.9
#define MEAN_MIN_MMHG                                                                              \
    10.0 /* below: a line open to air, or a closed tap, more likely than a patient */
#define MEAN_MAX_MMHG  200.0 /* S12 */
#define SWING_MAX_MMHG 150.0 /* within 3 s and without one good beat: flushing */

static RulesNumber
none(void)
{
    return (RulesNumber){0};
}

/* To a tenth: a beat is placed to a sample, 4 ms at 250 Hz, which is 0.3 /min at 70 /min.
 * What is judged is what is stored, and a tenth is stored in a fraction of the bytes. */
static RulesNumber
number(double value, bool questionable)
{
    return (RulesNumber){true, questionable, round(value * 10) / 10};
}

static RulesNumber
doubtful(double value)
{
    return number(value, true);
}

/* Without enough beats for an interval, on an ECG that was good all the time. */
static RulesNumber
nearly_no_beats(const RulesHeartView *view, int64_t last_us, size_t beats)
{
    if (view->quiet_us > view->at_us - HR_WINDOW_US || view->pulses)
        return none();
    if (beats == 0)
        return doubtful(0);
    double open_s = (double)(view->at_us - last_us) / S_US;
    return open_s > 3 ? doubtful(60.0 / MAX(open_s, 6)) : none();
}

RulesNumber
rules_numerics_hr(const RulesFused *fused, const RulesHeartView *view)
{
    size_t end = fused->n;
    while (end > 0 && fused->beats[end - 1].t_us > view->at_us)
        end--;
    if (view->present_us > view->at_us - S_US)
        return none();
    int64_t from_us = view->at_us - HR_WINDOW_US;
    size_t n = 0;
    double sum_s = 0, shortest = HUGE_VAL, longest = 0;
    size_t in_window = 0;
    while (in_window < end && fused->beats[end - 1 - in_window].t_us > from_us)
        in_window++;
    for (size_t i = end; n < HR_INTERVALS && n + 1 < in_window; i--, n++) {
        const RulesFusedBeat *b = &fused->beats[i - 1];
        if (!b->joined)
            break;
        double s = (double)(b->t_us - b[-1].t_us) / S_US;
        sum_s += s;
        shortest = MIN(shortest, s);
        longest = MAX(longest, s);
    }
    int64_t last_us = in_window > 0 ? fused->beats[end - 1].t_us : from_us;
    if (n < 2)
        return nearly_no_beats(view, last_us, in_window);

    double open_s = (double)(view->at_us - last_us) / S_US;
    bool paused = open_s > MAX(1.5 * sum_s / (double)n, longest);
    if (paused) {
        /* Pulses without beats mean that the ECG is misread, not that the heart is slow. */
        if (view->pulses || view->quiet_us > last_us)
            return none();
        sum_s += open_s;
        n++;
    }
    double value = 60 * (double)n / sum_s;
    bool noisy = view->quiet_us > view->at_us - S_US;
    if (noisy && (longest - shortest) > HR_EVEN * sum_s / (double)n)
        return none();
    return number(value, noisy || paused || n < 3);
}

bool
rules_numerics_pulses_go_on(const RulesWave *wave, int64_t at_us)
{
    size_t seen = 0;
    for (size_t i = 0; i < 6; i++) {
        const RulesWavePulse *p = rules_wave_pulse(wave, i);
        if (!p || p->to_us <= at_us - PULSE_LATEST_US)
            break;
        if (p->to_us <= at_us && p->believable)
            seen++;
    }
    return seen >= 2;
}

RulesNumber
rules_numerics_pulse(const RulesWave *wave, int64_t at_us)
{
    size_t good = 0, all = 0;
    double sum_s = 0, shortest = HUGE_VAL, longest = 0;
    int64_t newest_us = INT64_MIN;
    for (size_t i = 0; i < RULES_WAVE_PULSES; i++) {
        const RulesWavePulse *p = rules_wave_pulse(wave, i);
        if (!p || p->from_us <= at_us - PULSE_WINDOW_US)
            break;
        if (p->to_us > at_us)
            continue;
        all++;
        if (!p->believable)
            continue;
        double s = (double)(p->to_us - p->from_us) / S_US;
        good++;
        sum_s += s;
        shortest = MIN(shortest, s);
        longest = MAX(longest, s);
        newest_us = MAX(newest_us, p->to_us);
    }
    if (good < 3 || newest_us <= at_us - PULSE_LATEST_US || 2 * good < all)
        return none();
    bool doubt = 4 * good < 3 * all || longest > 2 * shortest;
    return number(60 * (double)good / sum_s, doubt);
}

static RulesNumber
mean_of_the_wave(const RulesWave *wave, int64_t at_us)
{
    int64_t last = at_us / RULES_WAVE_BLOCK_US - 1;
    double sum = 0, min = HUGE_VAL, max = -HUGE_VAL;
    size_t n = 0;
    for (int64_t id = last; id > last - MEAN_BLOCKS; id--) {
        const RulesWaveBlock *b = &wave->blocks[(uint64_t)id % RULES_WAVE_BLOCKS];
        if (b->id != id || b->spoilt)
            return none();
        double level = b->sum / (double)b->n;
        if (level < MEAN_MIN_MMHG || level > MEAN_MAX_MMHG)
            return none();
        sum += b->sum;
        n += b->n;
        min = MIN(min, (double)b->min);
        max = MAX(max, (double)b->max);
    }
    double expected = MEAN_BLOCKS * wave->rate_hz * RULES_WAVE_BLOCK_US / S_US;
    if ((double)n < MEAN_COVERED * expected || max - min > SWING_MAX_MMHG)
        return none();
    return doubtful(sum / (double)n);
}

RulesPressures
rules_numerics_pressures(const RulesWave *wave, int64_t at_us)
{
    RulesPressures out = {0};
    size_t n = 0, all = 0;
    double systolic = 0, diastolic = 0, weighted = 0, length = 0;
    int64_t newest_us = INT64_MIN;
    for (size_t i = 0; i < RULES_WAVE_PULSES && n < BP_BEATS; i++) {
        const RulesWavePulse *p = rules_wave_pulse(wave, i);
        if (!p || p->to_us <= at_us - BP_WINDOW_US)
            break;
        if (p->to_us > at_us)
            continue;
        all++;
        if (!p->plausible)
            continue;
        double s = (double)(p->to_us - p->from_us) / S_US;
        n++;
        systolic += (double)p->systolic;
        diastolic += (double)p->diastolic;
        weighted += (double)p->mean * s;
        length += s;
        newest_us = MAX(newest_us, p->to_us);
    }
    /* Half of the beats implausible: what is left of them is no basis. */
    if (n < 2 || newest_us <= at_us - BP_LATEST_US || 2 * n < all) {
        out.mean = mean_of_the_wave(wave, at_us);
        return out;
    }
    bool doubt = n < 3 || 4 * n < 3 * all;
    out.systolic = number(systolic / (double)n, doubt);
    out.diastolic = number(diastolic / (double)n, doubt);
    out.mean = number(weighted / length, doubt);
    return out;
}
