/* Rhythm alarms against the pulses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/confirm.h"

#define S_US 1000000

#define TRANSIT_US  (S_US * 7 / 10) /* from a beat to its pulse at a finger, with room to spare */
#define SEEN_US     (S_US * 4 / 10) /* and until the detector has decided about it */
#define EARLY_US    (S_US / 20)     /* no pulse comes sooner after its beat */
#define RECENT_US   (S_US * 3)      /* no pulse for this long: they do not go on (20 /min, S12) */
#define WAIT_US     (S_US * 1)      /* the pulses are waited for: one more */
#define LATEST_US   (S_US * 9)      /* the alarm is out within 10 s of its onset (EC13) */
#define BEFORE_US   (S_US * 10)     /* what "before" means */
#define PAST_US     (S_US * 30)     /* a channel without pulses for longer shows none */
#define EVEN        1.5             /* longest over shortest interval of pulses that agree */
#define RATE_MARGIN 1.15
#define UNCHANGED   0.7f /* of its height before: VT that takes a third of it has an effect */

/* An arrested circulation comes to rest at the mean systemic filling pressure,
 * 7 to 20 mm[Hg] in man (Schipke 2003; Magder 2018); near zero the line is open
 * to the air, and a line being zeroed must not make an arrest. */
#define ARREST_MIN_MMHG   5.0
#define ARREST_MAX_MMHG   35.0
#define ARREST_SWING_MMHG 10.0f

enum { STEADY_PULSES = 3 };

const char *
rules_claim_name(RulesClaimKind kind)
{
    static const char *const names[RULES_CLAIMS] = {"asystole", "brady", "tachy", "vt", "vf"};
    return names[kind];
}

const char *
rules_claim_signal(RulesClaimKind kind)
{
    static const char *const names[RULES_CLAIMS] = {"RHY_ASYSTOLE", "RHY_BRADY", "RHY_TACHY",
                                                    "RHY_VT", "RHY_VF"};
    return names[kind];
}

typedef struct {
    size_t n;     /* pulses to be believed, in a row up to the newest */
    bool even;    /* at about one rate */
    float height; /* their mean */
    double rate_bpm;
} Pulses;

/* The whole pulses within [@from_us, @to_us], that go on until its end. */
static Pulses
pulses_within(const RulesWave *wave, int64_t from_us, int64_t to_us)
{
    Pulses p = {0};
    int64_t shortest = INT64_MAX, longest = 0, sum = 0, begin = INT64_MAX;
    for (size_t i = 0; i < RULES_WAVE_PULSES; i++) {
        const RulesWavePulse *pulse = rules_wave_pulse(wave, i);
        if (!pulse || pulse->from_us < from_us)
            break;
        if (pulse->to_us > to_us)
            continue;
        if (p.n == 0 && pulse->to_us < to_us - RECENT_US)
            break;
        if (!pulse->believable || (begin != INT64_MAX && pulse->to_us != begin))
            break;
        begin = pulse->from_us;
        int64_t length = pulse->to_us - pulse->from_us;
        shortest = MIN(shortest, length);
        longest = MAX(longest, length);
        sum += length;
        p.height += pulse->systolic - pulse->diastolic;
        p.n++;
    }
    if (p.n > 0) {
        p.rate_bpm = 60.0 * S_US * (double)p.n / (double)sum;
        p.even = (double)longest < EVEN * (double)shortest;
        p.height /= (float)p.n;
    }
    return p;
}

/* VT takes from the pulse, by rate or by height: pulses that go on as before,
 * slower than the ECG, come from a heart that beats as before. */
static bool
goes_on_as_before(const RulesClaim *claim, const RulesWave *wave, int64_t now_us)
{
    Pulses before = pulses_within(wave, claim->onset_us - BEFORE_US, claim->onset_us);
    Pulses p = pulses_within(wave, claim->onset_us, now_us);
    bool slower = p.rate_bpm < claim->rate_bpm / RATE_MARGIN;
    if (p.n >= STEADY_PULSES && p.even && slower)
        return true;
    return p.n >= 2 && p.even && slower && before.n >= STEADY_PULSES && before.even
           && p.height > UNCHANGED * before.height && p.rate_bpm < before.rate_bpm * RATE_MARGIN
           && p.rate_bpm * RATE_MARGIN > before.rate_bpm;
}

static bool
speaks_against(const RulesClaim *claim, const RulesWave *wave, int64_t now_us)
{
    switch (claim->kind) {
    case RULES_CLAIM_ASYSTOLE: {
        Pulses p = pulses_within(wave, claim->onset_us + TRANSIT_US, now_us);
        return p.n >= 2 && p.rate_bpm > 20;
    }
    case RULES_CLAIM_BRADY: {
        Pulses p = pulses_within(wave, claim->onset_us, now_us);
        return p.n >= 4 && p.rate_bpm > 40 * RATE_MARGIN;
    }
    case RULES_CLAIM_TACHY: {
        Pulses p = pulses_within(wave, claim->onset_us, now_us);
        return p.n >= 5 && p.even && p.rate_bpm < 140 / RATE_MARGIN;
    }
    case RULES_CLAIM_VT:
        return goes_on_as_before(claim, wave, now_us);
    case RULES_CLAIM_VF: {
        Pulses p = pulses_within(wave, claim->onset_us + TRANSIT_US, now_us);
        return p.n >= STEADY_PULSES && p.even;
    }
    case RULES_CLAIMS:
        break;
    }
    return false;
}

static bool
is_here(const RulesWave *wave, int64_t now_us)
{
    return wave->kind != RULES_WAVE_ECG && wave->running && wave->end_us > now_us - 2 * S_US;
}

RulesVerdict
rules_confirm(const RulesClaim *claim, RulesWave *const *waves, size_t n_waves, int64_t now_us)
{
    bool any = false;
    for (size_t i = 0; i < n_waves; i++) {
        const RulesWave *wave = waves[i];
        if (wave->kind == RULES_WAVE_ECG)
            continue;
        any = any || is_here(wave, now_us);
        if (speaks_against(claim, wave, now_us))
            return (RulesVerdict){true, wave->kind == RULES_WAVE_PRESSURE
                                            ? "pulse present in the arterial pressure"
                                            : "pulse present in the plethysmogram"};
    }
    return (RulesVerdict){false, any ? "no pulse speaks against it" : "no pulse wave to ask"};
}

int64_t
rules_confirm_until(const RulesClaim *claim,
                    RulesWave *const *waves,
                    size_t n_waves,
                    int64_t now_us)
{
    /* Only five fast beats take no longer than pulses need to be whole. */
    if (claim->kind != RULES_CLAIM_VT)
        return claim->t_us;
    for (size_t i = 0; i < n_waves; i++) {
        const RulesWave *wave = waves[i];
        if (!is_here(wave, now_us) || wave->last_foot_us < claim->onset_us + TRANSIT_US)
            continue;
        return MIN(claim->t_us + WAIT_US, claim->onset_us + LATEST_US);
    }
    return claim->t_us;
}

static bool
has_foot(const RulesWave *wave, int64_t from_us, int64_t to_us)
{
    if (wave->last_foot_us >= from_us && wave->last_foot_us < to_us)
        return true;
    for (size_t i = 0; i < RULES_WAVE_PULSES; i++) {
        const RulesWavePulse *pulse = rules_wave_pulse(wave, i);
        if (!pulse || pulse->from_us < from_us)
            return false;
        if (pulse->from_us < to_us)
            return true;
    }
    return false;
}

/* The pulses that ended with the newest before @t_us, not long ago. */
static Pulses
pulses_before(const RulesWave *wave, int64_t t_us)
{
    for (size_t i = 0; i < RULES_WAVE_PULSES; i++) {
        const RulesWavePulse *pulse = rules_wave_pulse(wave, i);
        if (!pulse || pulse->to_us < t_us - PAST_US)
            break;
        if (pulse->to_us <= t_us)
            return pulses_within(wave, pulse->to_us - BEFORE_US, pulse->to_us);
    }
    return (Pulses){0};
}

bool
rules_confirm_no_pulse(RulesWave *const *waves, size_t n_waves, int64_t t_us, int64_t now_us)
{
    for (size_t i = 0; i < n_waves; i++) {
        const RulesWave *wave = waves[i];
        if (wave->kind == RULES_WAVE_ECG || !wave->running || wave->present_us > t_us - BEFORE_US
            || now_us < t_us + TRANSIT_US + SEEN_US || wave->end_us < t_us + TRANSIT_US + SEEN_US)
            continue;
        Pulses before = pulses_before(wave, t_us + EARLY_US);
        if (before.n >= STEADY_PULSES && before.even
            && !has_foot(wave, t_us + EARLY_US, t_us + TRANSIT_US))
            return true;
    }
    return false;
}

bool
rules_confirm_arrest(RulesWave *const *waves, size_t n_waves, int64_t from_us, int64_t now_us)
{
    for (size_t i = 0; i < n_waves; i++) {
        float min, max;
        double mean;
        if (waves[i]->kind == RULES_WAVE_PRESSURE && waves[i]->end_us >= now_us
            && rules_wave_range(waves[i], from_us, now_us, &min, &max, &mean)
            && mean >= ARREST_MIN_MMHG && mean <= ARREST_MAX_MMHG && max - min <= ARREST_SWING_MMHG)
            return true;
    }
    return false;
}
