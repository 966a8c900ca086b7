/* Rhythm of one bed: streams, fusion of leads, what is told and when.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/rhythm.h"

#include <string.h>

#include "proto/signals.h"
#include "rules/rhythm/alarms.h"
#include "rules/rhythm/numerics.h"
#include "rules/rhythm/typing.h"
#include "rules/rhythm/wave.h"

#define S_US  1000000
#define NEVER INT64_MAX

#define TOGETHER_US 120000 /* one heartbeat in two leads */
#define BLANK_US    200000 /* no two beats within */
#define AGREEMENT   0.02   /* weight of one beat in a lead's record of going with the others */
#define SETTLED_US  (int64_t)(RULES_QRS_SETTLE_S * S_US)
#define QUARTER_US  (S_US / 4)
#define WEAK_SHARE  0.3        /* of a vote, for a beat that hardly stands out of the noise */
#define FAINT_SHARE 0.5        /* of a vote, for a deflection just too small for a beat */
#define HERE_US     (2 * S_US) /* a wave is there when it sent within this */

struct RulesRhythm {
    RulesWave *waves[RULES_RHYTHM_STREAMS];
    size_t n_waves;
    RulesFused fused;
    RulesTyping typing;
    RulesRhythmAlarms alarms;
    int64_t decided_us; /* beats and observation are told up to here */
    int64_t quarter;    /* last quarter of a second that was judged, and numbers told at its end */
    bool begun;
    uint32_t code_qrs, code_abp, code_pleth, code_hr, code_pulse, code_s, code_d, code_m, code_lead;
    uint32_t code_claims[RULES_CLAIMS];
};

static uint32_t
code_of(const char *name)
{
    const VicuSignal *signal = vicu_signal_by_name(name);
    g_assert(signal);
    return vicu_signal_code(signal);
}

RulesRhythm *
rules_rhythm_new(void)
{
    RulesRhythm *self = g_new0(RulesRhythm, 1);
    self->code_qrs = code_of("QRS");
    self->code_abp = code_of("ABP_BEAT");
    self->code_pleth = code_of("PLETH_BEAT");
    self->code_hr = code_of("HR");
    self->code_pulse = code_of("PULSE");
    self->code_s = code_of("ART_S");
    self->code_d = code_of("ART_D");
    self->code_m = code_of("ART_M");
    self->code_lead = code_of("LEAD_ECG");
    for (size_t k = 0; k < RULES_CLAIMS; k++)
        self->code_claims[k] = code_of(rules_claim_signal((RulesClaimKind)k));
    return self;
}

void
rules_rhythm_reset(RulesRhythm *self)
{
    for (size_t i = 0; i < self->n_waves; i++) {
        rules_wave_close(self->waves[i]);
        g_free(self->waves[i]);
    }
    self->n_waves = 0;
    self->fused.n = 0;
    self->typing = (RulesTyping){0};
    self->alarms = (RulesRhythmAlarms){0};
    self->begun = false;
}

void
rules_rhythm_free(RulesRhythm *self)
{
    if (!self)
        return;
    rules_rhythm_reset(self);
    g_free(self);
}

static RulesWaveKind
kind_of(uint32_t code)
{
    const VicuSignal *signal = vicu_signal_by_code(code);
    if (!signal || signal->kind != VICU_SIGNAL_WAVE)
        return RULES_WAVE_KINDS;
    if (vicu_signal_is_ecg(signal))
        return RULES_WAVE_ECG;
    if (strcmp(signal->name, "ABP") == 0 || strcmp(signal->name, "ART") == 0)
        return RULES_WAVE_PRESSURE;
    if (strcmp(signal->name, "PLETH") == 0)
        return RULES_WAVE_PLETH;
    return RULES_WAVE_KINDS;
}

/* Bounds within which times cannot overflow. */
static bool
is_sound(const RulesRhythmStream *s, uint64_t first, size_t n)
{
    return s->period_num > 0 && s->period_den > 0 && s->period_num <= 1000000
           && s->period_den <= 1000000 && s->period_den >= s->period_num && s->gain > 0
           && s->gain < 1e12 && s->t0_us > 0 && s->t0_us < (int64_t)1 << 60
           && first < (uint64_t)1 << 40 && n < (size_t)1 << 24;
}

static RulesWave *
find(const RulesRhythm *self, uint32_t code, uint32_t channel)
{
    for (size_t i = 0; i < self->n_waves; i++)
        if (self->waves[i]->stream.code == code && self->waves[i]->stream.channel == channel)
            return self->waves[i];
    return NULL;
}

RulesRhythmFate
rules_rhythm_wave(RulesRhythm *self,
                  const RulesRhythmStream *stream,
                  uint64_t first,
                  const int16_t *samples,
                  size_t n)
{
    RulesWaveKind kind = kind_of(stream->code);
    if (kind == RULES_WAVE_KINDS || !is_sound(stream, first, n))
        return RULES_RHYTHM_IGNORED;
    RulesWave *wave = find(self, stream->code, stream->channel);
    if (!wave) {
        if (self->n_waves == RULES_RHYTHM_STREAMS)
            return RULES_RHYTHM_FULL;
        wave = g_new0(RulesWave, 1);
        if (!rules_wave_open(wave, kind, stream)) {
            rules_wave_close(wave);
            g_free(wave);
            return RULES_RHYTHM_IGNORED;
        }
        self->waves[self->n_waves++] = wave;
    }
    return rules_wave_push(wave, stream, first, samples, n);
}

void
rules_rhythm_gap(RulesRhythm *self, uint32_t code, uint32_t channel, int64_t to_us)
{
    for (size_t i = 0; i < self->n_waves; i++) {
        RulesWave *wave = self->waves[i];
        if (code != 0 && (wave->stream.code != code || wave->stream.channel != channel))
            continue;
        if (wave->running && wave->end_us < to_us)
            rules_wave_break(wave);
    }
}

/* --- what is observed --- */

static bool
covers(const RulesWave *wave, int64_t since_us, int64_t from_us, int64_t to_us)
{
    return since_us <= from_us && wave->end_us >= to_us;
}

static bool
is_observed(const RulesRhythm *self, RulesWaveKind kind, int64_t from_us, int64_t to_us)
{
    for (size_t i = 0; i < self->n_waves; i++) {
        const RulesWave *wave = self->waves[i];
        if (wave->kind == kind && covers(wave, wave->quiet_us, from_us, to_us))
            return true;
    }
    return false;
}

static void
tell_observed(RulesRhythm *self, int64_t to_us, RulesRhythmFunc func, gpointer user)
{
    static const RulesWaveKind kinds[] = {RULES_WAVE_ECG, RULES_WAVE_PRESSURE, RULES_WAVE_PLETH};
    const uint32_t codes[] = {self->code_qrs, self->code_abp, self->code_pleth};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!is_observed(self, kinds[i], self->decided_us, to_us))
            continue;
        RulesRhythmOut out = {
            .kind = RULES_RHYTHM_OBSERVED,
            .code = codes[i],
            .from_us = self->decided_us,
            .t_us = to_us,
            .known = true,
        };
        func(&out, user);
    }
}

/* --- beats --- */

static void
tell_qrs(const RulesRhythm *self,
         int64_t t_us,
         double confidence,
         const RulesTyped *typed,
         RulesRhythmFunc func,
         gpointer user)
{
    RulesRhythmOut out = {
        .kind = RULES_RHYTHM_BEAT,
        .code = self->code_qrs,
        .from_us = t_us,
        .t_us = t_us,
        .known = true,
        .value = confidence,
        .type = typed->ventricular ? 'V' : 'N',
        .type_confidence = typed->confidence,
    };
    func(&out, user);
}

static void
tell_beat(uint32_t code, int64_t t_us, double confidence, RulesRhythmFunc func, gpointer user)
{
    RulesRhythmOut out = {
        .kind = RULES_RHYTHM_BEAT,
        .code = code,
        .from_us = t_us,
        .t_us = t_us,
        .known = true,
        .value = confidence,
    };
    func(&out, user);
}

/* Some lead was there without a break since @t_us. */
static bool
is_joined(const RulesRhythm *self, int64_t t_us)
{
    for (size_t i = 0; i < self->n_waves; i++)
        if (self->waves[i]->kind == RULES_WAVE_ECG && self->waves[i]->present_us <= t_us)
            return true;
    return false;
}

/* In the order of time; FALSE when another beat is too near. */
static bool
insert(RulesRhythm *self, int64_t t_us, float confidence)
{
    RulesFused *f = &self->fused;
    size_t at = f->n;
    while (at > 0 && f->beats[at - 1].t_us > t_us)
        at--;
    if ((at > 0 && t_us - f->beats[at - 1].t_us < BLANK_US)
        || (at < f->n && f->beats[at].t_us - t_us < BLANK_US))
        return false;
    if (f->n == RULES_FUSED_BEATS) {
        if (at == 0)
            return false;
        memmove(f->beats, f->beats + 1, (f->n - 1) * sizeof *f->beats);
        f->n--;
        at--;
    }
    memmove(f->beats + at + 1, f->beats + at, (f->n - at) * sizeof *f->beats);
    bool last = at == f->n;
    f->beats[at] = (RulesFusedBeat){
        .t_us = t_us,
        .confidence = confidence,
        .joined =
            at > 0 && (last ? is_joined(self, f->beats[at - 1].t_us) : f->beats[at + 1].joined),
    };
    f->n++;
    return true;
}

static void
mark(RulesFused *fused, int64_t t_us, bool ventricular)
{
    for (size_t i = fused->n; i > 0; i--)
        if (fused->beats[i - 1].t_us == t_us)
            fused->beats[i - 1].ventricular = ventricular;
}

static bool
is_voting(const RulesWave *wave, int64_t t_us)
{
    return wave->kind == RULES_WAVE_ECG && wave->present_us != NEVER && wave->end_us > t_us
           && t_us - wave->begun_us > SETTLED_US;
}

/* Which origin the leads give the beat, and what they learn from it. */
static RulesTyped
type_beat(RulesRhythm *self, int64_t t_us, RulesShape *const *shapes)
{
    RulesTypingLead leads[RULES_RHYTHM_STREAMS];
    size_t n = 0;
    if (self->typing.have_last && !is_joined(self, self->typing.last_us))
        rules_typing_break(&self->typing);
    for (size_t i = 0; i < self->n_waves; i++)
        if (shapes[i])
            leads[n++] = (RulesTypingLead){rules_shapes_view(self->waves[i]->shapes, shapes[i]),
                                           rules_wave_trust(self->waves[i])};
    RulesTyped typed = rules_typing_beat(&self->typing, t_us, leads, n);
    for (size_t i = 0; i < self->n_waves; i++) {
        if (!shapes[i])
            continue;
        rules_shapes_learn(self->waves[i]->shapes, shapes[i], typed.ventricular);
        if (typed.renew)
            rules_shapes_renew(self->waves[i]->shapes);
    }
    return typed;
}

/* All that the leads say about the beat at @t_us; their beats are taken out. */
static void
vote(RulesRhythm *self, int64_t t_us, RulesRhythmFunc func, gpointer user)
{
    double with = 0, without = 0, best = -1;
    int64_t best_us = t_us;
    float confidence = 0;
    bool found[RULES_RHYTHM_STREAMS] = {false};
    RulesShape shapes[RULES_RHYTHM_STREAMS], *shown[RULES_RHYTHM_STREAMS] = {NULL};
    for (size_t i = 0; i < self->n_waves; i++) {
        RulesWave *wave = self->waves[i];
        double trust = wave->kind == RULES_WAVE_ECG ? rules_wave_trust(wave) : 0;
        if (wave->n_beats > 0 && wave->beats[0].t_us - t_us <= TOGETHER_US) {
            found[i] = true;
            with += trust * MIN(WEAK_SHARE + (double)wave->beats[0].confidence, 1);
            confidence = MAX(confidence, wave->beats[0].confidence);
            if (trust > best) {
                best = trust;
                best_us = wave->beats[0].t_us;
            }
            shapes[i] = wave->beats[0].shape;
            shown[i] = &shapes[i];
            wave->n_beats--;
            memmove(wave->beats, wave->beats + 1, wave->n_beats * sizeof *wave->beats);
        } else if (is_voting(wave, t_us)) {
            double faint = rules_wave_faint(wave, t_us);
            without += trust * (1 - faint);
            with += trust * FAINT_SHARE * faint;
        }
    }
    bool accepted = with >= without;
    for (size_t i = 0; i < self->n_waves; i++) {
        RulesWave *wave = self->waves[i];
        if (found[i] || is_voting(wave, t_us))
            wave->agreement += AGREEMENT * ((found[i] == accepted ? 1.0 : 0.0) - wave->agreement);
    }
    double sure = (double)confidence * with / (with + without);
    if (accepted && insert(self, best_us, (float)sure)) {
        RulesTyped typed = type_beat(self, best_us, shown);
        mark(&self->fused, best_us, typed.ventricular);
        tell_qrs(self, best_us, sure, &typed, func, user);
    }
}

static void
fuse(RulesRhythm *self, int64_t to_us, RulesRhythmFunc func, gpointer user)
{
    for (;;) {
        int64_t first = NEVER;
        for (size_t i = 0; i < self->n_waves; i++)
            if (self->waves[i]->n_beats > 0)
                first = MIN(first, self->waves[i]->beats[0].t_us);
        if (first >= to_us)
            return;
        vote(self, first, func, user);
    }
}

static void
tell_pulses(RulesRhythm *self, int64_t to_us, RulesRhythmFunc func, gpointer user)
{
    for (size_t i = 0; i < self->n_waves; i++) {
        RulesWave *wave = self->waves[i];
        uint32_t code = wave->kind == RULES_WAVE_PRESSURE ? self->code_abp : self->code_pleth;
        size_t told = 0;
        while (told < wave->n_feet && wave->feet[told] < to_us)
            tell_beat(code, wave->feet[told++], 1, func, user);
        wave->n_feet -= told;
        memmove(wave->feet, wave->feet + told, wave->n_feet * sizeof *wave->feet);
    }
}

/* --- numbers --- */

static void
tell_number(uint32_t code, RulesNumber n, int64_t t_us, RulesRhythmFunc func, gpointer user)
{
    RulesRhythmOut out = {
        .kind = RULES_RHYTHM_NUMERIC,
        .code = code,
        .from_us = t_us,
        .t_us = t_us,
        .known = n.known,
        .questionable = n.questionable,
        .value = n.known ? n.value : 0,
    };
    func(&out, user);
}

static void
tell_symbol(uint32_t code, const char *symbol, int64_t t_us, RulesRhythmFunc func, gpointer user)
{
    RulesRhythmOut out = {
        .kind = RULES_RHYTHM_SYMBOL,
        .code = code,
        .from_us = t_us,
        .t_us = t_us,
        .known = true,
        .symbol = symbol,
    };
    func(&out, user);
}

static bool
is_here(const RulesWave *wave, int64_t t_us)
{
    return wave->end_us > t_us - HERE_US;
}

/* The first wave of a kind that is there. */
static const RulesWave *
here(const RulesRhythm *self, RulesWaveKind kind, int64_t t_us)
{
    for (size_t i = 0; i < self->n_waves; i++)
        if (self->waves[i]->kind == kind && is_here(self->waves[i], t_us))
            return self->waves[i];
    return NULL;
}

/* What stands unknown is not said: its value ends. */
static void
tell_states(const RulesRhythm *self, int64_t t_us, RulesRhythmFunc func, gpointer user)
{
    static const char *const words[] = {
        [RULES_ALARM_NO] = "NO",
        [RULES_ALARM_CONFIRMED] = "CONFIRMED",
        [RULES_ALARM_VETOED] = "VETOED",
    };
    for (size_t k = 0; k < RULES_CLAIMS; k++) {
        RulesAlarmState state = rules_rhythm_alarms_state(&self->alarms, (RulesClaimKind)k, t_us);
        if (state != RULES_ALARM_UNKNOWN)
            tell_symbol(self->code_claims[k], words[state], t_us, func, user);
    }
}

static void
tell_heart(RulesRhythm *self, int64_t t_us, bool pulses, RulesRhythmFunc func, gpointer user)
{
    if (!here(self, RULES_WAVE_ECG, t_us))
        return;
    RulesHeartView view = {
        .at_us = t_us - RULES_RHYTHM_DELAY_US,
        .present_us = NEVER,
        .quiet_us = NEVER,
        .pulses = pulses,
    };
    for (size_t i = 0; i < self->n_waves; i++) {
        const RulesWave *wave = self->waves[i];
        if (wave->kind != RULES_WAVE_ECG || wave->end_us < view.at_us)
            continue;
        view.present_us = MIN(view.present_us, wave->present_us);
        view.quiet_us = MIN(view.quiet_us, wave->quiet_us);
    }
    tell_number(self->code_hr, rules_numerics_hr(&self->fused, &view), t_us, func, user);
    tell_symbol(self->code_lead, view.present_us == NEVER ? "OFF" : "ON", t_us, func, user);
    tell_states(self, t_us, func, user);
}

static void
tell_second(RulesRhythm *self, int64_t t_us, RulesRhythmFunc func, gpointer user)
{
    int64_t at_us = t_us - RULES_RHYTHM_DELAY_US;
    const RulesWave *pressure = here(self, RULES_WAVE_PRESSURE, t_us);
    const RulesWave *pleth = here(self, RULES_WAVE_PLETH, t_us);
    bool pulses = (pressure && rules_numerics_pulses_go_on(pressure, at_us))
                  || (pleth && rules_numerics_pulses_go_on(pleth, at_us));
    tell_heart(self, t_us, pulses, func, user);
    if (pressure || pleth) {
        RulesNumber n = pressure ? rules_numerics_pulse(pressure, at_us) : (RulesNumber){0};
        if (!n.known && pleth) {
            n = rules_numerics_pulse(pleth, at_us);
            n.questionable = n.questionable || pressure; /* the better witness says nothing */
        }
        tell_number(self->code_pulse, n, t_us, func, user);
    }
    if (pressure) {
        RulesPressures p = rules_numerics_pressures(pressure, t_us);
        tell_number(self->code_s, p.systolic, t_us, func, user);
        tell_number(self->code_d, p.diastolic, t_us, func, user);
        tell_number(self->code_m, p.mean, t_us, func, user);
    }
}

typedef struct {
    RulesRhythmFunc func;
    gpointer user;
} Teller;

static void
tell_alarm(const RulesRhythmAlarm *alarm, gpointer user)
{
    const Teller *teller = user;
    RulesRhythmOut out = {
        .kind = RULES_RHYTHM_ALARM,
        .from_us = alarm->claim.onset_us,
        .t_us = alarm->t_us,
        .known = !alarm->verdict.vetoed,
        .symbol = rules_claim_name(alarm->claim.kind),
        .why = alarm->verdict.why,
    };
    teller->func(&out, teller->user);
}

static void
decide(RulesRhythm *self, int64_t to_us, RulesRhythmFunc func, gpointer user)
{
    if (to_us <= self->decided_us)
        return;
    fuse(self, to_us, func, user);
    tell_pulses(self, to_us, func, user);
    tell_observed(self, to_us, func, user);
    self->decided_us = to_us;
}

void
rules_rhythm_tick(RulesRhythm *self, int64_t now_us, RulesRhythmFunc func, gpointer user)
{
    int64_t to_us = now_us - RULES_RHYTHM_DELAY_US;
    if (!self->begun) {
        self->begun = true;
        self->decided_us = to_us;
        self->quarter = now_us / QUARTER_US;
        return;
    }
    if (now_us - self->quarter * QUARTER_US > 60 * (int64_t)S_US)
        self->quarter = (now_us / S_US - 1)
                        * (S_US / QUARTER_US); /* after a jump of time only the present counts */
    /* Quarters of a second first: numbers must not depend on how ticks fall. */
    while ((self->quarter + 1) * QUARTER_US <= now_us) {
        int64_t at_us = ++self->quarter * QUARTER_US;
        Teller teller = {func, user};
        decide(self, at_us - RULES_RHYTHM_DELAY_US, func, user);
        rules_rhythm_alarms_step(&self->alarms, &self->fused, self->waves, self->n_waves,
                                 self->decided_us, at_us, tell_alarm, &teller);
        if (at_us % S_US == 0)
            tell_second(self, at_us, func, user);
    }
    decide(self, to_us, func, user);
}
