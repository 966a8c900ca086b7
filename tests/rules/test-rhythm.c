/* Rhythm of a bed: numbers once a second, and what was observed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/rhythm/rhythm.h"
#include "tests/rules/rhythm-fixture.h"

#define SECONDS_MAX 400

typedef struct {
    bool told, known, questionable;
    double value;
} Number;

typedef struct {
    Number hr[SECONDS_MAX], pulse[SECONDS_MAX], s[SECONDS_MAX], d[SECONDS_MAX], m[SECONDS_MAX];
    const char *lead[SECONDS_MAX];
    int64_t observed_from_us, observed_to_us; /* the run of QRS observation now */
    int64_t last_beat_us;
    int64_t beats;
    int false_asystole; /* seconds in which "no QRS for 4 s" was true */
    int checked;        /* seconds at which it could be judged */
} Log;

static void
note_number(Log *log, const RulesRhythmOut *out)
{
    size_t at = (size_t)((out->t_us - T0_US) / 1000000);
    g_assert_cmpuint(at, <, SECONDS_MAX);
    Number n = {true, out->known, out->questionable, out->value};
    if (out->code == code("HR"))
        log->hr[at] = n;
    else if (out->code == code("PULSE"))
        log->pulse[at] = n;
    else if (out->code == code("ART_S"))
        log->s[at] = n;
    else if (out->code == code("ART_D"))
        log->d[at] = n;
    else if (out->code == code("ART_M"))
        log->m[at] = n;
}

/* As the rule language has it: true only if the carrier was observed all the time. */
static void
note_observed(Log *log, const RulesRhythmOut *out)
{
    if (out->code != code("QRS"))
        return;
    if (out->from_us != log->observed_to_us)
        log->observed_from_us = out->from_us;
    log->observed_to_us = out->t_us;
    int64_t from_us = out->t_us - 4000000;
    if (log->observed_from_us > from_us)
        return;
    log->checked++;
    if (log->last_beat_us <= from_us)
        log->false_asystole++;
}

static void
note(const RulesRhythmOut *out, gpointer user)
{
    Log *log = user;
    switch (out->kind) {
    case RULES_RHYTHM_NUMERIC:
        note_number(log, out);
        break;
    case RULES_RHYTHM_BEAT:
        if (out->code == code("QRS")) {
            log->last_beat_us = MAX(log->last_beat_us, out->t_us);
            log->beats++;
        }
        break;
    case RULES_RHYTHM_OBSERVED:
        note_observed(log, out);
        break;
    case RULES_RHYTHM_ALARM:
        break;
    case RULES_RHYTHM_SYMBOL:
        if (out->code == code("LEAD_ECG"))
            log->lead[(out->t_us - T0_US) / 1000000] = out->symbol;
        break;
    }
}

typedef struct {
    double hr, systolic, diastolic;
    double stop_s;              /* the heart stops here; 0: never */
    double break_s, break_to_s; /* samples missing */
    bool invalid;               /* in the break: sent as invalid instead */
    bool flat;                  /* in the break: sent as one value */
    bool no_ecg, no_abp;
    int tick_samples; /* 10: 40 ms */
} Story;

static int16_t
to_raw(double value, double gain)
{
    return (int16_t)lround(value * gain);
}

static void
play(Log *log, const Story *story, double seconds)
{
    memset(log, 0, sizeof *log);
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    RulesRhythmStream ecg = stream("ECG_II", 250, 1000), abp = stream("ABP", 250, 50);
    int step = story->tick_samples > 0 ? story->tick_samples : 10;
    uint64_t seed = 5;
    for (int64_t i = 0; i < (int64_t)(seconds * 250); i += step) {
        double t = (double)i / 250;
        bool broken = t >= story->break_s && t < story->break_to_s;
        int16_t a[1000], b[1000];
        for (int k = 0; k < step; k++) {
            double u = (double)(i + k) / 250;
            bool beating = story->stop_s <= 0 || u < story->stop_s;
            double v = beating ? ecg_at(u, story->hr) : 0;
            a[k] = to_raw(v + 0.02 * noise(&seed), 1000);
            double p = beating ? abp_at(u, story->hr, story->systolic, story->diastolic)
                               : 20 + (story->diastolic - 20) * exp(-(u - story->stop_s) / 3);
            b[k] = to_raw(p + 0.3 * noise(&seed), 50);
            if (broken && story->invalid)
                a[k] = b[k] = -32768;
            if (broken && story->flat)
                a[k] = b[k] = 17;
        }
        if (!broken || story->invalid || story->flat) {
            if (!story->no_ecg)
                rules_rhythm_wave(rhythm, &ecg, (uint64_t)i, a, (size_t)step);
            if (!story->no_abp)
                rules_rhythm_wave(rhythm, &abp, (uint64_t)i, b, (size_t)step);
        }
        rules_rhythm_tick(rhythm, T0_US + (i + step) * 4000, note, log);
    }
}

static void
gives_rate_and_pressures_once_a_second(void)
{
    Story story = {.hr = 84, .systolic = 118, .diastolic = 66};
    Log log;
    play(&log, &story, 60);
    for (size_t s = 15; s < 60; s++) {
        g_assert_true(log.hr[s].known && !log.hr[s].questionable);
        g_assert_cmpfloat(fabs(log.hr[s].value - 84), <, 1);
        g_assert_true(log.pulse[s].known && !log.pulse[s].questionable);
        g_assert_cmpfloat(fabs(log.pulse[s].value - 84), <, 1.5);
        g_assert_cmpfloat(fabs(log.s[s].value - 118), <, 3);
        g_assert_cmpfloat(fabs(log.d[s].value - 66), <, 3);
        g_assert_true(log.m[s].known && !log.m[s].questionable);
        g_assert_cmpfloat(log.m[s].value, >, 70);
        g_assert_cmpfloat(log.m[s].value, <, 100);
        g_assert_cmpstr(log.lead[s], ==, "ON");
    }
    g_assert_cmpint(log.false_asystole, ==, 0);
    g_assert_cmpint(log.checked, >, 1000);
}

static void
numbers_do_not_depend_on_how_ticks_fall(void)
{
    Story story = {.hr = 84, .systolic = 118, .diastolic = 66};
    Log a, b;
    play(&a, &story, 40);
    story.tick_samples = 25;
    play(&b, &story, 40);
    for (size_t s = 0; s < 40; s++) {
        g_assert_cmpint(a.hr[s].known, ==, b.hr[s].known);
        g_assert_cmpfloat(a.hr[s].value, ==, b.hr[s].value);
        g_assert_cmpfloat(a.m[s].value, ==, b.m[s].value);
        g_assert_cmpfloat(a.pulse[s].value, ==, b.pulse[s].value);
    }
    g_assert_cmpint(a.beats, ==, b.beats);
}

static void
says_nothing_about_waves_that_are_not_there(void)
{
    Story story = {.hr = 70, .systolic = 118, .diastolic = 66, .no_abp = true};
    Log log;
    play(&log, &story, 30);
    for (size_t s = 0; s < 30; s++)
        g_assert_false(log.m[s].told || log.pulse[s].told || log.s[s].told);
    story.no_abp = false;
    story.no_ecg = true;
    play(&log, &story, 30);
    for (size_t s = 0; s < 30; s++)
        g_assert_false(log.hr[s].told);
}

static void
tells_asystole_of_an_observed_ecg(void)
{
    Story story = {.hr = 70, .systolic = 118, .diastolic = 66, .stop_s = 30};
    Log log;
    play(&log, &story, 60);
    g_assert_cmpint(log.false_asystole, >, 500);
    g_assert_cmpint(log.beats, ==, 35);
    /* The rate falls as soon as the beats stay away, and is 0 in the end. */
    g_assert_true(log.hr[37].known);
    g_assert_cmpfloat(log.hr[37].value, <, 50);
    g_assert_true(log.hr[45].known);
    g_assert_cmpfloat(log.hr[45].value, ==, 0);
    g_assert_true(log.hr[45].questionable);
    /* And the mean pressure follows the wave down without a beat in it. */
    g_assert_true(log.m[36].known && log.m[36].questionable);
    g_assert_cmpfloat(log.m[36].value, <, 50);
    g_assert_false(log.s[40].known);
    g_assert_false(log.d[40].known);
}

static void
a_break_of_any_length_is_never_asystole(void)
{
    for (int kind = 0; kind < 3; kind++) {
        for (double length = 1; length <= 30; length++) {
            Story story = {
                .hr = 70,
                .systolic = 118,
                .diastolic = 66,
                .break_s = 20,
                .break_to_s = 20 + length,
                .invalid = kind == 1,
                .flat = kind == 2,
            };
            Log log;
            play(&log, &story, 80);
            g_test_message("kind %d, %g s: %d of %d", kind, length, log.false_asystole,
                           log.checked);
            g_assert_cmpint(log.false_asystole, ==, 0);
            /* Nor a slow heart, nor a low pressure, at any second. */
            for (size_t s = 10; s < 80; s++) {
                if (log.hr[s].known)
                    g_assert_cmpfloat(log.hr[s].value, >, 60);
                if (log.m[s].known)
                    g_assert_cmpfloat(log.m[s].value, >, 60);
            }
            size_t in_break = (size_t)(20 + length - 0.5);
            if (length >= 4 && kind == 2)
                g_assert_cmpstr(log.lead[in_break], ==, "OFF");
            if (length >= 4)
                g_assert_false(log.hr[in_break].known);
        }
    }
}

static void
a_line_zeroed_gives_no_pressure(void)
{
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    RulesRhythmStream abp = stream("ABP", 250, 50);
    Log log = {0};
    for (int64_t i = 0; i < 250 * 60; i += 10) {
        int16_t b[10];
        for (int k = 0; k < 10; k++) {
            double u = (double)(i + k) / 250;
            b[k] = to_raw(u > 20 && u < 40 ? 0.3 : abp_at(u, 75, 120, 70), 50);
        }
        rules_rhythm_wave(rhythm, &abp, (uint64_t)i, b, 10);
        rules_rhythm_tick(rhythm, T0_US + (i + 10) * 4000, note, &log);
    }
    for (size_t s = 12; s < 60; s++)
        if (log.m[s].known)
            g_assert_cmpfloat(log.m[s].value, >, 60);
    g_assert_false(log.m[30].known);
    g_assert_true(log.m[30].told);
    g_assert_true(log.m[50].known);
}

/* A true ventricular tachycardia: the pressure collapses while pulses become
 * too small to be beats. Record v541l from 255 s on. */
static void
mean_pressure_follows_a_real_collapse(void)
{
    size_t n = 0;
    g_autofree int16_t *samples = load_i16("v541l-255s.i16", &n);
    g_assert_cmpuint(n, ==, 4 * 250 * 60);
    RulesRhythmStream streams[] = {stream("ECG_II", 250, 3381), stream("ECG_V", 250, 4685),
                                   stream("PLETH", 250, 6430), stream("ABP", 250, 45.76)};
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    Log log = {0};
    for (size_t i = 0; i < n / 4; i += 10) {
        for (size_t c = 0; c < 4; c++) {
            int16_t x[10];
            for (size_t k = 0; k < 10; k++)
                x[k] = samples[4 * (i + k) + c];
            rules_rhythm_wave(rhythm, &streams[c], i, x, 10);
        }
        rules_rhythm_tick(rhythm, T0_US + (int64_t)(i + 10) * 4000, note, &log);
    }
    for (size_t s = 10; s <= 40; s++) {
        g_assert_true(log.m[s].known);
        g_assert_cmpfloat(log.m[s].value, >, 75);
    }
    size_t below = 0;
    while (below < 60 && !(log.m[below].known && log.m[below].value < 50))
        below++;
    g_test_message("below 50 mm[Hg] at %zu s", below);
    g_assert_cmpuint(below, >=, 40);
    g_assert_cmpuint(below, <=, 46);
    for (size_t s = below; s < 60; s++) {
        g_assert_true(log.m[s].known);
        g_assert_cmpfloat(log.m[s].value, <, 50);
    }
    g_assert_cmpint(log.false_asystole, ==, 0);
}

static void
two_leads_outvote_noise_in_one(void)
{
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    RulesRhythmStream streams[] = {stream("ECG_II", 250, 1000), stream("ECG_V", 250, 1000)};
    Log log = {0};
    uint64_t seed = 9;
    for (int64_t i = 0; i < 250 * 120; i += 10) {
        for (size_t c = 0; c < 2; c++) {
            int16_t x[10];
            for (int k = 0; k < 10; k++) {
                double u = (double)(i + k) / 250;
                double bad = c == 1 && u > 30 ? 0.8 * noise(&seed) : 0.01 * noise(&seed);
                x[k] = to_raw(ecg_at(u, 76) + bad, 1000);
            }
            rules_rhythm_wave(rhythm, &streams[c], (uint64_t)i, x, 10);
        }
        rules_rhythm_tick(rhythm, T0_US + (i + 10) * 4000, note, &log);
    }
    g_test_message("%d beats", (int)log.beats);
    g_assert_cmpint(log.beats, >=, 150);
    g_assert_cmpint(log.beats, <=, 153);
}

static void
looks_at_what_it_is_given(void)
{
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    int16_t x[10] = {0};
    RulesRhythmStream ecg = stream("ECG_II", 250, 1000);
    g_assert_cmpint(rules_rhythm_wave(rhythm, &ecg, 100, x, 10), ==, RULES_RHYTHM_KEPT);
    g_assert_cmpint(rules_rhythm_wave(rhythm, &ecg, 100, x, 10), ==, RULES_RHYTHM_OLD);
    g_assert_cmpint(rules_rhythm_wave(rhythm, &ecg, 50, x, 10), ==, RULES_RHYTHM_OLD);
    g_assert_cmpint(rules_rhythm_wave(rhythm, &ecg, 105, x, 10), ==, RULES_RHYTHM_KEPT);
    RulesRhythmStream resp = stream("RESP", 62, 100);
    g_assert_cmpint(rules_rhythm_wave(rhythm, &resp, 0, x, 10), ==, RULES_RHYTHM_IGNORED);
    RulesRhythmStream bad = ecg;
    bad.channel = 7;
    bad.period_den = 0;
    g_assert_cmpint(rules_rhythm_wave(rhythm, &bad, 0, x, 10), ==, RULES_RHYTHM_IGNORED);
    bad.period_den = 250;
    bad.gain = 0;
    g_assert_cmpint(rules_rhythm_wave(rhythm, &bad, 0, x, 10), ==, RULES_RHYTHM_IGNORED);
    bad.gain = NAN;
    g_assert_cmpint(rules_rhythm_wave(rhythm, &bad, 0, x, 10), ==, RULES_RHYTHM_IGNORED);
    bad.gain = 1000;
    g_assert_cmpint(rules_rhythm_wave(rhythm, &bad, UINT64_MAX, x, 10), ==, RULES_RHYTHM_IGNORED);
    for (uint32_t c = 0; c < RULES_RHYTHM_STREAMS + 5; c++) {
        RulesRhythmStream many = ecg;
        many.channel = 100 + c;
        bool room = c + 1 < RULES_RHYTHM_STREAMS;
        g_assert_cmpint(rules_rhythm_wave(rhythm, &many, 0, x, 10), ==,
                        room ? RULES_RHYTHM_KEPT : RULES_RHYTHM_FULL);
    }
}

/* A monitor may change its rate to one that no detector takes, and back. */
static void
a_rate_that_no_detector_takes_is_left_out(void)
{
    static const struct {
        const char *wave;
        uint32_t rate;
    } table[] = {{"ECG_II", 40}, {"ECG_II", 3000}, {"PLETH", 20}, {"PLETH", 1200}, {"ABP", 2100}};
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
        RulesRhythmStream other = stream("ECG_V", 250, 1000);
        Log log = {0};
        for (int64_t s = 0; s < 60; s++) {
            bool bad = s >= 20 && s < 40;
            RulesRhythmStream wave = stream(table[i].wave, bad ? table[i].rate : 250, 1000);
            int16_t x[250], y[250];
            for (int k = 0; k < 250; k++) {
                x[k] = to_raw(ecg_at((double)s + k / 250.0, 75), 1000);
                y[k] = x[k];
            }
            wave.t0_us += s * 1000000;
            g_assert_cmpint(rules_rhythm_wave(rhythm, &wave, 0, x, bad ? 20 : 250), ==,
                            bad ? RULES_RHYTHM_IGNORED : RULES_RHYTHM_KEPT);
            rules_rhythm_wave(rhythm, &other, (uint64_t)s * 250, y, 250);
            rules_rhythm_tick(rhythm, T0_US + (s + 1) * 1000000, note, &log);
        }
        g_assert_cmpint(log.beats, >=, 70);
        g_assert_cmpint(log.beats, <=, 75);
    }
}

static void
goes_on_over_a_new_segment_without_a_break(void)
{
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    Log log = {0};
    for (int64_t i = 0; i < 250 * 40; i += 10) {
        RulesRhythmStream s = stream("ECG_II", 250, i < 5000 ? 1000 : 500);
        int64_t first = i;
        if (i >= 5000) {
            s.t0_us += 20000000;
            first -= 5000;
        }
        int16_t x[10];
        for (int k = 0; k < 10; k++)
            x[k] = to_raw(ecg_at((double)(i + k) / 250, 60), s.gain);
        g_assert_cmpint(rules_rhythm_wave(rhythm, &s, (uint64_t)first, x, 10), ==,
                        RULES_RHYTHM_KEPT);
        rules_rhythm_tick(rhythm, T0_US + (i + 10) * 4000, note, &log);
    }
    for (size_t s = 12; s < 40; s++)
        g_assert_true(log.hr[s].known && !log.hr[s].questionable);
    g_assert_cmpint(log.beats, ==, 39);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/rhythm/gives_rate_and_pressures_once_a_second",
                    gives_rate_and_pressures_once_a_second);
    g_test_add_func("/rules/rhythm/numbers_do_not_depend_on_how_ticks_fall",
                    numbers_do_not_depend_on_how_ticks_fall);
    g_test_add_func("/rules/rhythm/says_nothing_about_waves_that_are_not_there",
                    says_nothing_about_waves_that_are_not_there);
    g_test_add_func("/rules/rhythm/tells_asystole_of_an_observed_ecg",
                    tells_asystole_of_an_observed_ecg);
    g_test_add_func("/rules/rhythm/a_break_of_any_length_is_never_asystole",
                    a_break_of_any_length_is_never_asystole);
    g_test_add_func("/rules/rhythm/a_line_zeroed_gives_no_pressure",
                    a_line_zeroed_gives_no_pressure);
    g_test_add_func("/rules/rhythm/mean_pressure_follows_a_real_collapse",
                    mean_pressure_follows_a_real_collapse);
    g_test_add_func("/rules/rhythm/two_leads_outvote_noise_in_one", two_leads_outvote_noise_in_one);
    g_test_add_func("/rules/rhythm/looks_at_what_it_is_given", looks_at_what_it_is_given);
    g_test_add_func("/rules/rhythm/a_rate_that_no_detector_takes_is_left_out",
                    a_rate_that_no_detector_takes_is_left_out);
    g_test_add_func("/rules/rhythm/goes_on_over_a_new_segment_without_a_break",
                    goes_on_over_a_new_segment_without_a_break);
    return g_test_run();
}
