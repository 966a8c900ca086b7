/* Life-threatening rhythms of one bed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/alarms.h"

#include "rules/rhythm/definitions.h"

#define S_US       1000000
#define NEVER      INT64_MAX
#define AGAIN_US   (10 * S_US)
#define VF_US      (4 * S_US) /* clinical.md S11 */
#define SHOWN_US   (5 * S_US) /* what a repeated claim of it speaks of */
#define NEWS_US    (3 * S_US) /* beats found by search-back are 2 s old */
#define LOOK_US    (10 * S_US)
#define STAND_US   (4 * S_US) /* a rate is over when no beat has come for this long */
#define REJUDGE_US S_US       /* a veto is looked at again */
#define SHOW_US    (3 * S_US) /* what was told stands at least this long */

#define FOREGONE_US (6 * S_US)     /* four intervals of a bradycardia are longer: S11 */
#define SLOW_US     (S_US * 9 / 2) /* and three */
enum { FOREGONE_BEATS = 4 };

#define STILL_SHARE 0.25f   /* of the usual beat: less is none */
#define REGULAR     0.3125f /* confidence of a beat that the detector takes at once */

/* What one step works on. */
typedef struct {
    RulesRhythmAlarms *alarms;
    RulesWave *const *waves;
    size_t n_waves;
    int64_t decided_us, now_us;
} Step;

/* --- what the leads are fit for --- */

typedef struct {
    bool here;         /* a lead goes on */
    int64_t quiet_us;  /* one has been fit for saying "no beat" since; NEVER: none is */
    int64_t joined_us; /* one has been there without a break since; NEVER: none is */
    int64_t seen_us;   /* all beats up to here are known */
} Leads;

/* No lead has stirred by as much as a beat would since beats are decided. */
static bool
are_still(const Step *step)
{
    bool any = false;
    for (size_t i = 0; i < step->n_waves; i++) {
        const RulesWave *wave = step->waves[i];
        float min, max;
        double mean;
        if (wave->kind != RULES_WAVE_ECG || wave->end_us < step->decided_us)
            continue;
        if (!(wave->height > 0)
            || !rules_wave_range(wave, step->decided_us, step->now_us, &min, &max, &mean)
            || max - min > STILL_SHARE * wave->height)
            return false;
        any = true;
    }
    return any;
}

static Leads
look_at_leads(const Step *step)
{
    Leads leads = {.quiet_us = NEVER, .joined_us = NEVER, .seen_us = step->decided_us};
    for (size_t i = 0; i < step->n_waves; i++) {
        const RulesWave *wave = step->waves[i];
        if (wave->kind != RULES_WAVE_ECG || wave->end_us < step->decided_us)
            continue;
        leads.here = leads.here || wave->present_us != NEVER;
        leads.joined_us = MIN(leads.joined_us, wave->present_us);
        leads.quiet_us = MIN(leads.quiet_us, wave->quiet_us);
    }
    if (leads.quiet_us != NEVER && are_still(step))
        leads.seen_us = step->now_us;
    return leads;
}

/* --- the definitions --- */

typedef struct {
    const RulesFusedBeat *beats[2 * RULES_DEFINITION_BEATS];
    size_t n;
} Chain;

/* The latest beats that no break divides, from each other or from now. Weak
 * deflections that no pulse followed are none. */
static Chain
chain_of(const Step *step, const RulesFused *fused, const Leads *leads)
{
    Chain chain = {.n = 0};
    size_t n = fused->n;
    while (n > 0 && fused->beats[n - 1].t_us > step->decided_us)
        n--;
    if (n == 0 || leads->joined_us > fused->beats[n - 1].t_us)
        return chain;
    size_t from = n - 1;
    while (from > 0 && fused->beats[from].joined && n - from < 2 * RULES_DEFINITION_BEATS)
        from--;
    for (size_t i = from; i < n; i++) {
        const RulesFusedBeat *beat = &fused->beats[i];
        if (beat->confidence >= REGULAR
            || !rules_confirm_no_pulse(step->waves, step->n_waves, beat->t_us, step->now_us))
            chain.beats[chain.n++] = beat;
    }
    return chain;
}

static RulesDefinitions
run_definitions(const Chain *chain, const Leads *leads)
{
    RulesDefinitions d;
    rules_definitions_start(&d, chain->n > 0 ? chain->beats[0]->t_us : leads->seen_us);
    for (size_t i = 0; i < chain->n; i++)
        rules_definitions_beat(&d, chain->beats[i]->t_us, chain->beats[i]->ventricular);
    int64_t last_us = d.since_us;
    /* No beat counts as missing before the ECG was fit to show it. */
    if (leads->quiet_us != NEVER) {
        d.since_us = chain->n > 0 ? MAX(d.since_us, leads->quiet_us) : leads->quiet_us;
        rules_definitions_advance(&d, leads->seen_us);
    }
    bool over = !leads->here || leads->seen_us - last_us >= STAND_US;
    for (size_t i = 0; i < RULES_DEFINITIONS; i++)
        if (i != RULES_ASYSTOLE && over)
            d.met[i].holds = false;
    return d;
}

/* Four slow beats, and the fifth cannot come in time. */
static void
foresee_brady(const Chain *chain, const Leads *leads, RulesMet *met)
{
    if (chain->n < FOREGONE_BEATS || met->holds)
        return;
    int64_t first_us = chain->beats[chain->n - FOREGONE_BEATS]->t_us;
    int64_t last_us = chain->beats[chain->n - 1]->t_us;
    if (leads->quiet_us > first_us || leads->seen_us - first_us <= FOREGONE_US
        || last_us - first_us <= SLOW_US || leads->seen_us - last_us >= STAND_US)
        return;
    *met = (RulesMet){true, first_us + FOREGONE_US, first_us, first_us};
}

static double
rate_between(const Chain *chain, int64_t from_us, int64_t to_us)
{
    size_t n = 0;
    int64_t first_us = 0, last_us = 0;
    for (size_t i = 0; i < chain->n; i++) {
        int64_t t_us = chain->beats[i]->t_us;
        if (t_us < from_us || t_us > to_us)
            continue;
        if (n++ == 0)
            first_us = t_us;
        last_us = t_us;
    }
    return n > 1 ? 60.0 * S_US * (double)(n - 1) / (double)(last_us - first_us) : 0;
}

/* --- claims --- */

/* A veto stands only as long as the pulses do. */
static bool
has_lost_its_veto(const Step *step, const RulesAlarmSlot *slot)
{
    if (!slot->vetoed || step->now_us - slot->told_us < REJUDGE_US)
        return false;
    RulesClaim claim = slot->claim;
    claim.onset_us = MAX(claim.onset_us, step->now_us - LOOK_US);
    return !rules_confirm(&claim, step->waves, step->n_waves, step->now_us).vetoed;
}

/* Met anew, or going on for so long that it is told again. */
static void
consider(const Step *step, const RulesClaim *claim, bool holds)
{
    RulesAlarmSlot *slot = &step->alarms->slots[claim->kind];
    bool anew = claim->t_us > slot->met_us && !slot->held;
    bool again = holds && slot->told_us > 0
                 && (step->now_us - slot->told_us >= AGAIN_US || has_lost_its_veto(step, slot));
    slot->held = holds;
    slot->met_us = MAX(slot->met_us, claim->t_us);
    if (slot->pending || (!anew && !again))
        return;
    slot->claim = *claim;
    if (again)
        slot->claim.t_us = step->now_us;
    slot->pending = true;
}

static void
claim_of_beats(const Step *step, const Chain *chain, const Leads *leads)
{
    static const RulesClaimKind kinds[RULES_DEFINITIONS] = {
        [RULES_ASYSTOLE] = RULES_CLAIM_ASYSTOLE,
        [RULES_BRADY] = RULES_CLAIM_BRADY,
        [RULES_TACHY] = RULES_CLAIM_TACHY,
        [RULES_VT] = RULES_CLAIM_VT,
    };
    RulesDefinitions d = run_definitions(chain, leads);
    foresee_brady(chain, leads, &d.met[RULES_BRADY]);
    for (size_t i = 0; i < RULES_DEFINITIONS; i++) {
        const RulesMet *met = &d.met[i];
        int64_t onset_us = met->holds ? met->latest_us : met->onset_us;
        RulesClaim claim = {kinds[i], onset_us, met->t_us,
                            rate_between(chain, onset_us, onset_us + LOOK_US)};
        /* Of what is over only the newest is news; the window of beats slides on. */
        if (!met->holds && leads->seen_us - met->t_us > NEWS_US)
            claim.t_us = 0;
        consider(step, &claim, met->holds);
        step->alarms->judged[kinds[i]] = leads->quiet_us != NEVER;
    }
}

static void
claim_of_waves(const Step *step)
{
    double swings_s = 0, fills_s = 0;
    bool judged = false;
    for (size_t i = 0; i < step->n_waves; i++) {
        const RulesWave *wave = step->waves[i];
        if (wave->kind != RULES_WAVE_ECG || wave->present_us == NEVER
            || wave->end_us <= step->now_us - S_US)
            continue;
        swings_s = MAX(swings_s, rules_fibrillation_s(wave->fibrillation));
        fills_s = MAX(fills_s, rules_fibrillation_filled_s(wave->fibrillation));
        judged = judged || rules_fibrillation_judges(wave->fibrillation);
    }
    bool arrest =
        fills_s * S_US >= VF_US
        && rules_confirm_arrest(step->waves, step->n_waves, step->now_us - VF_US, step->now_us);
    double since_s = arrest ? MAX(swings_s, fills_s) : swings_s;
    bool holds = since_s * S_US >= VF_US;
    int64_t begun_us = step->now_us - (int64_t)(since_s * S_US);
    RulesClaim vf = {RULES_CLAIM_VF, MAX(begun_us, step->now_us - SHOWN_US), 0, 0};
    if (holds)
        vf.t_us = begun_us + VF_US;
    consider(step, &vf, holds);
    step->alarms->judged[RULES_CLAIM_VF] = judged;
}

static void
settle(const Step *step, RulesAlarmSlot *slot, RulesRhythmAlarmFunc func, gpointer user)
{
    RulesVerdict verdict = rules_confirm(&slot->claim, step->waves, step->n_waves, step->now_us);
    if (!verdict.vetoed
        && step->now_us
               < rules_confirm_until(&slot->claim, step->waves, step->n_waves, step->now_us))
        return;
    RulesRhythmAlarm alarm = {slot->claim, verdict, step->now_us};
    slot->pending = false;
    slot->vetoed = verdict.vetoed;
    slot->told_us = step->now_us;
    func(&alarm, user);
}

void
rules_rhythm_alarms_step(RulesRhythmAlarms *self,
                         const RulesFused *fused,
                         RulesWave *const *waves,
                         size_t n_waves,
                         int64_t decided_us,
                         int64_t now_us,
                         RulesRhythmAlarmFunc func,
                         gpointer user)
{
    const Step step = {self, waves, n_waves, decided_us, now_us};
    Leads leads = look_at_leads(&step);
    Chain chain = chain_of(&step, fused, &leads);
    claim_of_beats(&step, &chain, &leads);
    claim_of_waves(&step);
    for (size_t k = 0; k < RULES_CLAIMS; k++)
        if (self->slots[k].pending)
            settle(&step, &self->slots[k], func, user);
}

RulesAlarmState
rules_rhythm_alarms_state(const RulesRhythmAlarms *self, RulesClaimKind kind, int64_t now_us)
{
    const RulesAlarmSlot *slot = &self->slots[kind];
    bool shown = slot->told_us > 0 && (slot->held || now_us - slot->told_us < SHOW_US);
    if (shown)
        return slot->vetoed ? RULES_ALARM_VETOED : RULES_ALARM_CONFIRMED;
    if (slot->pending || !self->judged[kind])
        return RULES_ALARM_UNKNOWN;
    return RULES_ALARM_NO;
}
