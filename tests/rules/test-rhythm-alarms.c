/* Life-threatening rhythms of a bed: what is told, when, and with which verdict.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/rhythm/confirm.h"
#include "rules/rhythm/rhythm.h"
#include "tests/rules/rhythm-fixture.h"

enum { SECONDS_MAX = 100, ALARMS_MAX = 200, STEP = 10, STEP_MAX = 125, RATE = 250 };

typedef struct {
    double onset_s, t_s;
    RulesClaimKind kind;
    bool confirmed;
    const char *why;
} Told;

typedef struct {
    Told told[ALARMS_MAX];
    size_t n;
    const char *state[RULES_CLAIMS][SECONDS_MAX];
    const char *lead[SECONDS_MAX];
} Log;

static RulesClaimKind
kind_of(const char *name)
{
    for (size_t k = 0; k < RULES_CLAIMS; k++)
        if (strcmp(rules_claim_name((RulesClaimKind)k), name) == 0)
            return (RulesClaimKind)k;
    g_assert_not_reached();
}

static void
note_symbol(Log *log, const RulesRhythmOut *out)
{
    size_t at = (size_t)((out->t_us - T0_US) / 1000000);
    g_assert_cmpuint(at, <, SECONDS_MAX);
    if (out->code == code("LEAD_ECG"))
        log->lead[at] = out->symbol;
    for (size_t k = 0; k < RULES_CLAIMS; k++)
        if (out->code == code(rules_claim_signal((RulesClaimKind)k)))
            log->state[k][at] = out->symbol;
}

static void
note(const RulesRhythmOut *out, gpointer user)
{
    Log *log = user;
    if (out->kind == RULES_RHYTHM_SYMBOL)
        note_symbol(log, out);
    if (out->kind != RULES_RHYTHM_ALARM)
        return;
    g_assert_cmpuint(log->n, <, ALARMS_MAX);
    g_test_message("%s %.3f at %.3f %d %s", out->symbol, (double)(out->from_us - T0_US) / 1e6,
                   (double)(out->t_us - T0_US) / 1e6, out->known, out->why);
    log->told[log->n++] = (Told){
        .onset_s = (double)(out->from_us - T0_US) / 1e6,
        .t_s = (double)(out->t_us - T0_US) / 1e6,
        .kind = kind_of(out->symbol),
        .confirmed = out->known,
        .why = out->why,
    };
}

static const Told *
first(const Log *log, RulesClaimKind kind)
{
    for (size_t i = 0; i < log->n; i++)
        if (log->told[i].kind == kind)
            return &log->told[i];
    return NULL;
}

/* --- a patient, second by second --- */

typedef enum {
    BEATS,   /* a regular rhythm at @rate */
    VT,      /* wide beats at @rate */
    VF,      /* a swing of 5 Hz that waxes and wanes */
    COARSE,  /* a disorganised one of no single period */
    P_WAVES, /* ventricular standstill: P waves alone */
    NOTHING, /* noise of the amplifier */
    MISSING, /* no samples */
    INVALID, /* samples that say so */
    FROZEN,  /* one value */
} Look;

typedef enum {
    PULSE_AS_ECG,
    PULSE_USUAL,  /* 75 /min whatever the ECG shows */
    PULSE_RUNOFF, /* down to 14 mm[Hg] */
    PULSE_NONE,   /* no such wave */
    PULSE_MISSING,
} Pulse;

typedef struct {
    double from_s;
    Look ecg;
    double rate;
    Pulse pulse;
} Scene;

typedef struct {
    const Scene *scenes;
    size_t n;
    double seconds;
    bool pleth; /* the pulses are a plethysmogram's */
    int step;   /* samples to a tick; 0: STEP */
    double phase;
    double pulse_phase;
    uint64_t seed;
} Play;

static const Scene *
scene_at(const Play *play, double t)
{
    const Scene *scene = play->scenes;
    for (size_t i = 1; i < play->n; i++)
        if (play->scenes[i].from_s <= t)
            scene = &play->scenes[i];
    return scene;
}

static double
wide_beat(double x, double rr)
{
    return 1.2 * bump(x, 0, 0.025) - 0.7 * bump(x, 0.07, 0.03)
           - 0.3 * bump(x, MIN(0.2, rr / 2), 0.05);
}

static double
ecg_value(Play *play, const Scene *scene, double t)
{
    double rr = scene->rate > 0 ? 60 / scene->rate : 1;
    double x = play->phase < 0.5 ? play->phase * rr : (play->phase - 1) * rr;
    switch (scene->ecg) {
    case BEATS:
        return ecg_beat(x);
    case VT:
        return wide_beat(x, rr);
    case VF:
        return (0.45 + 0.25 * sin(2 * G_PI * 0.4 * t)) * sin(2 * G_PI * 5 * t);
    case COARSE:
        return 0.5
               * (sin(2 * G_PI * 1.6 * t) + sin(2 * G_PI * 2.7 * t + 1)
                  + sin(2 * G_PI * 4.3 * t + 2) + sin(2 * G_PI * 6.1 * t))
               / 2;
    case P_WAVES:
        return 0.12 * bump(x, 0, 0.025);
    case NOTHING:
    case MISSING:
    case INVALID:
    case FROZEN:
        break;
    }
    return 0;
}

static double
pulse_value(const Play *play, const Scene *scene, double t)
{
    double runoff = 14 + 60 * exp(-(t - scene->from_s) / 2);
    bool beats = scene->pulse == PULSE_USUAL || (scene->pulse == PULSE_AS_ECG && scene->rate > 0);
    return beats ? abp_at(play->pulse_phase, 60, 120, 70) : runoff;
}

static void
advance(Play *play, const Scene *scene)
{
    double pulse_rate = scene->pulse == PULSE_USUAL ? 75 : scene->rate;
    play->phase += scene->rate / 60 / RATE;
    play->phase -= floor(play->phase);
    play->pulse_phase += pulse_rate / 60 / RATE;
}

static void
run(Log *log, Play *play)
{
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    RulesRhythmStream ecg = stream("ECG_II", RATE, 1000);
    RulesRhythmStream abp = stream(play->pleth ? "PLETH" : "ABP", RATE, 50);
    memset(log, 0, sizeof *log);
    play->seed = 7;
    int step = play->step > 0 ? play->step : STEP;
    for (int64_t i = 0; i < (int64_t)(play->seconds * RATE); i += step) {
        int16_t a[STEP_MAX], b[STEP_MAX];
        const Scene *scene = NULL;
        for (int k = 0; k < step; k++) {
            double t = (double)(i + k) / RATE;
            scene = scene_at(play, t);
            a[k] = (int16_t)lround(1000 * (ecg_value(play, scene, t) + 0.01 * noise(&play->seed)));
            b[k] = (int16_t)lround(50 * (pulse_value(play, scene, t) + 0.2 * noise(&play->seed)));
            if (scene->ecg == INVALID)
                a[k] = -32768;
            if (scene->ecg == FROZEN)
                a[k] = 17;
            advance(play, scene);
        }
        if (scene->ecg != MISSING)
            rules_rhythm_wave(rhythm, &ecg, (uint64_t)i, a, (size_t)step);
        if (scene->pulse != PULSE_NONE && scene->pulse != PULSE_MISSING)
            rules_rhythm_wave(rhythm, &abp, (uint64_t)i, b, (size_t)step);
        rules_rhythm_tick(rhythm, T0_US + (i + step) * 1000000 / RATE, note, log);
    }
}

static void
play_scenes(Log *log, const Scene *scenes, size_t n, double seconds)
{
    Play play = {.scenes = scenes, .n = n, .seconds = seconds};
    run(log, &play);
}

/* --- each rhythm --- */

static const struct {
    RulesClaimKind kind;
    Look look;
    double rate;
    double latest_s; /* after the rhythm began: 10 s of EC13 */
} rhythms[] = {
    {RULES_CLAIM_ASYSTOLE, NOTHING, 0, 5.0}, {RULES_CLAIM_ASYSTOLE, P_WAVES, 60, 6.0},
    {RULES_CLAIM_BRADY, BEATS, 32, 10.0},    {RULES_CLAIM_TACHY, BEATS, 170, 10.0},
    {RULES_CLAIM_VT, VT, 150, 7.0},          {RULES_CLAIM_VF, VF, 0, 7.0},
    {RULES_CLAIM_VF, COARSE, 0, 10.0},
};

static void
each_is_told_within_ten_seconds(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rhythms); i++) {
        bool beats = rhythms[i].look == BEATS;
        const Scene scenes[] = {
            {0, BEATS, 75, PULSE_AS_ECG},
            {30, rhythms[i].look, rhythms[i].rate, beats ? PULSE_AS_ECG : PULSE_RUNOFF},
        };
        Log log;
        play_scenes(&log, scenes, 2, 45);
        const Told *told = first(&log, rhythms[i].kind);
        g_test_message("row %zu: %s at %g s", i, rules_claim_name(rhythms[i].kind),
                       told ? told->t_s : 0);
        g_assert_nonnull(told);
        g_assert_true(told->confirmed);
        g_assert_cmpfloat(told->onset_s, >=, 27); /* five beats, or 17, reach back */
        g_assert_cmpfloat(told->t_s, >=, 31);
        g_assert_cmpfloat(told->t_s, <=, 30 + rhythms[i].latest_s);
        g_assert_cmpfloat(told->t_s - told->onset_s, <=, 10);
        size_t after = (size_t)told->t_s + 1;
        g_assert_cmpstr(log.state[rhythms[i].kind][after], ==, "CONFIRMED");
        for (size_t s = 10; s < 30; s++)
            g_assert_cmpstr(log.state[rhythms[i].kind][s], ==, "NO");
    }
}

/* P waves become beats for the ECG alone as its level sinks; no pulse follows them. */
static void
p_waves_without_a_pulse_end_no_asystole(void)
{
    const Scene scenes[] = {{0, BEATS, 75, PULSE_AS_ECG}, {30, P_WAVES, 60, PULSE_RUNOFF}};
    Log log;
    play_scenes(&log, scenes, 2, 50);
    for (size_t s = 35; s < 50; s++)
        g_assert_cmpstr(log.state[RULES_CLAIM_ASYSTOLE][s], ==, "CONFIRMED");
}

static void
each_is_told_without_a_pulse_wave(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rhythms); i++) {
        if (rhythms[i].look == P_WAVES || rhythms[i].look == COARSE)
            continue; /* these need a pressure: docs/rhythm.md */
        const Scene scenes[] = {
            {0, BEATS, 75, PULSE_NONE},
            {30, rhythms[i].look, rhythms[i].rate, PULSE_NONE},
        };
        Log log;
        play_scenes(&log, scenes, 2, 45);
        const Told *told = first(&log, rhythms[i].kind);
        g_test_message("row %zu", i);
        g_assert_nonnull(told);
        g_assert_true(told->confirmed);
        g_assert_cmpstr(told->why, ==, "no pulse wave to ask");
        g_assert_cmpfloat(told->t_s, <=, 30 + rhythms[i].latest_s);
    }
}

static void
pulses_that_go_on_veto_and_hide_nothing(void)
{
    for (int pleth = 0; pleth < 2; pleth++) {
        for (size_t i = 0; i < G_N_ELEMENTS(rhythms); i++) {
            if (rhythms[i].look == P_WAVES || rhythms[i].look == COARSE)
                continue;
            const Scene scenes[] = {
                {0, BEATS, 75, PULSE_USUAL},
                {30, rhythms[i].look, rhythms[i].rate, PULSE_USUAL},
            };
            Play play = {.scenes = scenes, .n = 2, .seconds = 45, .pleth = pleth};
            Log log;
            run(&log, &play);
            const Told *told = first(&log, rhythms[i].kind);
            g_test_message("%s, %s", rules_claim_name(rhythms[i].kind), pleth ? "pleth" : "abp");
            g_assert_nonnull(told);
            g_assert_false(told->confirmed);
            g_assert_cmpstr(told->why, ==,
                            pleth ? "pulse present in the plethysmogram"
                                  : "pulse present in the arterial pressure");
            g_assert_cmpstr(log.state[rhythms[i].kind][(size_t)told->t_s + 1], ==, "VETOED");
            for (size_t k = 0; k < log.n; k++)
                g_assert_false(log.told[k].kind == rhythms[i].kind && log.told[k].confirmed);
        }
    }
}

/* What was vetoed for its pulses is confirmed when they stop. */
static void
a_veto_ends_with_the_pulses(void)
{
    static const Look looks[] = {NOTHING, VF};
    static const RulesClaimKind kinds[] = {RULES_CLAIM_ASYSTOLE, RULES_CLAIM_VF};
    for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
        const Scene scenes[] = {
            {0, BEATS, 75, PULSE_USUAL},
            {30, looks[i], 0, PULSE_USUAL},
            {42, looks[i], 0, PULSE_RUNOFF},
        };
        Log log;
        play_scenes(&log, scenes, 3, 60);
        const Told *told = first(&log, kinds[i]);
        g_assert_nonnull(told);
        g_assert_false(told->confirmed);
        const Told *confirmed = NULL;
        for (size_t k = 0; k < log.n && !confirmed; k++)
            if (log.told[k].kind == kinds[i] && log.told[k].confirmed)
                confirmed = &log.told[k];
        g_assert_nonnull(confirmed);
        g_assert_cmpfloat(confirmed->t_s, >=, 42);
        g_assert_cmpfloat(confirmed->t_s, <=, 49);
    }
}

static void
an_alarm_that_goes_on_is_told_again(void)
{
    const Scene scenes[] = {{0, BEATS, 75, PULSE_AS_ECG}, {30, NOTHING, 0, PULSE_RUNOFF}};
    Log log;
    play_scenes(&log, scenes, 2, 70);
    size_t n = 0;
    for (size_t i = 0; i < log.n; i++)
        n += log.told[i].kind == RULES_CLAIM_ASYSTOLE;
    g_assert_cmpuint(n, >=, 3);
    g_assert_cmpuint(n, <=, 5);
    for (size_t s = 36; s < 69; s++)
        g_assert_cmpstr(log.state[RULES_CLAIM_ASYSTOLE][s], ==, "CONFIRMED");
}

static void
a_usual_rhythm_is_calm(void)
{
    for (double rate = 45; rate <= 135; rate += 15) {
        const Scene scenes[] = {{0, BEATS, rate, PULSE_AS_ECG}};
        Log log;
        play_scenes(&log, scenes, 1, 60);
        g_test_message("%g /min: %zu told", rate, log.n);
        g_assert_cmpuint(log.n, ==, 0);
        for (size_t k = 0; k < RULES_CLAIMS; k++)
            for (size_t s = 10; s < 60; s++)
                g_assert_cmpstr(log.state[k][s], ==, "NO");
    }
}

/* --- what the ECG does not show --- */

/* Any feed may break: no alarm comes of it, and after 2 s nothing is said to be well. */
static void
a_break_is_no_rhythm_and_no_calm(void)
{
    static const Look looks[] = {MISSING, INVALID, FROZEN};
    static const double rates[] = {50, 75, 130};
    for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
        for (int length = 1; length <= 30; length++) {
            double rate = rates[length % 3];
            for (int pulse = 0; pulse < 3; pulse++) {
                static const Pulse in_break[] = {PULSE_AS_ECG, PULSE_MISSING, PULSE_NONE};
                Pulse usual = pulse == 2 ? PULSE_NONE : PULSE_AS_ECG;
                const Scene scenes[] = {{0, BEATS, rate, usual},
                                        {20, looks[i], rate, in_break[pulse]},
                                        {20 + length, BEATS, rate, usual}};
                Log log;
                play_scenes(&log, scenes, 3, 40 + length);
                g_test_message("look %zu, %d s, pulse %d: %zu told", i, length, pulse, log.n);
                g_assert_cmpuint(log.n, ==, 0);
                for (size_t k = 0; k < RULES_CLAIMS; k++) {
                    for (size_t s = 23; s < (size_t)(20 + length); s++)
                        g_assert_null(log.state[k][s]);
                    g_assert_cmpstr(log.state[k][38 + (size_t)length], ==, "NO");
                }
            }
        }
    }
}

/* The pulses alone may break: they say nothing then, for or against. */
static void
a_break_of_the_pulses_is_no_arrest(void)
{
    for (int length = 1; length <= 30; length++) {
        const Scene scenes[] = {{0, BEATS, 75, PULSE_AS_ECG},
                                {20, BEATS, 75, PULSE_MISSING},
                                {20 + length, BEATS, 75, PULSE_AS_ECG}};
        Log log;
        play_scenes(&log, scenes, 3, 40 + length);
        g_assert_cmpuint(log.n, ==, 0);
        for (size_t k = 0; k < RULES_CLAIMS; k++)
            for (size_t s = 10; s < 38 + (size_t)length; s++)
                g_assert_cmpstr(log.state[k][s], ==, "NO");
    }
}

/* A rhythm that stands when the ECG breaks: neither told on nor called over. */
static void
nothing_holds_across_a_break(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rhythms); i++) {
        bool beats = rhythms[i].look == BEATS;
        Pulse pulse = beats ? PULSE_AS_ECG : PULSE_RUNOFF;
        const Scene scenes[] = {
            {0, BEATS, 75, PULSE_AS_ECG},
            {30, rhythms[i].look, rhythms[i].rate, pulse},
            {45, MISSING, rhythms[i].rate, pulse},
        };
        Log log;
        play_scenes(&log, scenes, 3, 80);
        g_test_message("row %zu", i);
        g_assert_nonnull(first(&log, rhythms[i].kind));
        for (size_t k = 0; k < log.n; k++)
            g_assert_cmpfloat(log.told[k].t_s, <, 49);
        for (size_t k = 0; k < RULES_CLAIMS; k++)
            for (size_t s = 52; s < 80; s++)
                g_assert_null(log.state[k][s]);
    }
}

/* A batch may hold 40 ms or half a second. */
static void
the_size_of_ticks_moves_nothing_by_more_than_half_a_second(void)
{
    static const int steps[] = {25, 50, 125};
    for (size_t i = 0; i < G_N_ELEMENTS(rhythms); i++) {
        bool beats = rhythms[i].look == BEATS;
        const Scene scenes[] = {
            {0, BEATS, 75, PULSE_AS_ECG},
            {30, rhythms[i].look, rhythms[i].rate, beats ? PULSE_AS_ECG : PULSE_RUNOFF},
        };
        for (size_t k = 0; k < G_N_ELEMENTS(steps); k++) {
            Play a = {.scenes = scenes, .n = 2, .seconds = 45}, b = a;
            Log la, lb;
            b.step = steps[k];
            run(&la, &a);
            run(&lb, &b);
            const Told *x = first(&la, rhythms[i].kind), *y = first(&lb, rhythms[i].kind);
            g_assert_nonnull(x);
            g_assert_nonnull(y);
            g_assert_cmpfloat(fabs(x->t_s - y->t_s), <=, 0.5);
            g_assert_true(x->confirmed && y->confirmed);
        }
    }
}

/* --- recorded patients --- */

static void
run_recording(Log *log, const char *name, const RulesRhythmStream *streams, size_t n_streams)
{
    size_t n = 0;
    g_autofree int16_t *samples = load_i16(name, &n);
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    memset(log, 0, sizeof *log);
    for (size_t i = 0; i + STEP <= MIN(n / n_streams, 100 * streams[0].period_den); i += STEP) {
        for (size_t c = 0; c < n_streams; c++) {
            int16_t x[STEP];
            for (size_t k = 0; k < STEP; k++)
                x[k] = samples[n_streams * (i + k) + c];
            rules_rhythm_wave(rhythm, &streams[c], i, x, STEP);
        }
        int64_t t_us = (int64_t)(i + STEP) * 1000000 / streams[0].period_den;
        rules_rhythm_tick(rhythm, T0_US + MIN(t_us, SECONDS_MAX * 1000000 - 1), note, log);
    }
}

/* MIT-BIH 100: sinus rhythm with single early beats. */
static void
a_recorded_sinus_rhythm_is_calm(void)
{
    RulesRhythmStream streams[] = {stream("ECG_II", 360, 200), stream("ECG_V5", 360, 200)};
    streams[0].baseline = streams[1].baseline = 1024;
    Log log;
    run_recording(&log, "mitdb-100.i16", streams, 2);
    g_assert_cmpuint(log.n, ==, 0);
}

/* Challenge 2015, v541l from 255 s on: VT from 40 s on, and the pressure is gone. */
static void
a_recorded_ventricular_tachycardia_is_confirmed(void)
{
    RulesRhythmStream streams[] = {stream("ECG_II", 250, 3381), stream("ECG_V", 250, 4685),
                                   stream("PLETH", 250, 6430), stream("ABP", 250, 45.76)};
    Log log;
    run_recording(&log, "v541l-255s.i16", streams, 4);
    const Told *vt = first(&log, RULES_CLAIM_VT);
    g_assert_nonnull(vt);
    g_assert_true(vt->confirmed);
    g_assert_cmpfloat(vt->onset_s, >, 39);
    g_assert_cmpfloat(vt->t_s, <, 44);
    for (size_t i = 0; i < log.n; i++)
        g_assert_cmpfloat(log.told[i].onset_s, >, 35);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/rules/rhythm-alarms/" #test, test)
    ADD(each_is_told_within_ten_seconds);
    ADD(p_waves_without_a_pulse_end_no_asystole);
    ADD(each_is_told_without_a_pulse_wave);
    ADD(pulses_that_go_on_veto_and_hide_nothing);
    ADD(a_veto_ends_with_the_pulses);
    ADD(an_alarm_that_goes_on_is_told_again);
    ADD(a_usual_rhythm_is_calm);
    ADD(a_break_is_no_rhythm_and_no_calm);
    ADD(a_break_of_the_pulses_is_no_arrest);
    ADD(nothing_holds_across_a_break);
    ADD(the_size_of_ticks_moves_nothing_by_more_than_half_a_second);
    ADD(a_recorded_sinus_rhythm_is_calm);
    ADD(a_recorded_ventricular_tachycardia_is_confirmed);
#undef ADD
    return g_test_run();
}
