/* Origin of a beat.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/typing.h"

#define EARLY       0.87 /* of the usual interval; sinus arrhythmia varies less within a beat */
#define ON_TIME     0.97
#define BAR_EARLY   0.40
#define BAR_ON_TIME 0.65
#define BAR_PAUSE   0.05
#define PAUSE_OFF   0.15 /* of the usual interval, for two of them */
#define PAUSE_SHARE 0.25 /* of one beat */
#define TRUSTED     0.6  /* of the best lead's trust: may speak alone */

/* A run of one shape at a rate that no ventricular tachycardia has (clinical.md
 * S11: over 100 /min) is how this patient's heart conducts now. */
enum { RENEW_BEATS = 24 };
#define RENEW_RATE_BPM 100

void
rules_typing_break(RulesTyping *self)
{
    self->have_last = false;
    self->before_us = 0;
    self->run = 0;
}

static int64_t
usual_interval(const RulesTyping *self)
{
    int64_t v[RULES_TYPING_INTERVALS];
    size_t n = MIN(self->n_usual, RULES_TYPING_INTERVALS);
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k > 0 && v[k - 1] > self->usual_us[i]; k--)
            v[k] = v[k - 1];
        v[k] = self->usual_us[i];
    }
    return n > 0 ? v[n / 2] : 0;
}

static float
ramp(float value, float from, float to)
{
    return CLAMP((value - from) / (to - from), 0, 1);
}

/* 0: as the patient's normal beats; 1: nothing like them, and wide. */
static float
strangeness(const RulesShapeView *v)
{
    float broader = v->width_s / MAX(v->normal_width_s, 0.02f);
    /* No beat is narrower for coming from a ventricle. */
    float odd = ramp(v->normal, 0.90f, 0.60f) * ramp(broader, 0.70f, 1.0f);
    float wide = ramp(broader, 1.10f, 1.60f);
    float strange = 0.6f * odd + 0.4f * wide * ramp(v->normal, 0.97f, 0.85f);
    strange += 0.2f * MAX(ramp(v->size, 1.4f, 2.2f), ramp(v->size, 0.6f, 0.35f)) * odd;
    /* One of a kind that was ventricular before. */
    if (v->ventricular > 0.92f && v->ventricular > v->normal + 0.05f)
        strange = MAX(strange, 0.8f);
    return strange;
}

/* The beat after a single ventricular one: was the pause between compensatory?
 * Then the two intervals are two usual ones, and early and late are as usual. */
static void
look_at_pause(RulesTyping *self, int64_t t_us)
{
    int64_t usual_us = usual_interval(self);
    if (usual_us <= 0 || self->before_us <= 0 || (double)self->before_us > EARLY * (double)usual_us)
        return;
    double both = (double)(self->before_us + t_us - self->last_us) / (double)usual_us;
    bool compensatory = both > 2 - PAUSE_OFF && both < 2 + PAUSE_OFF;
    self->paused += PAUSE_SHARE * ((compensatory ? 1.0 : -1.0) - self->paused);
}

static void
follow(RulesTyping *self, int64_t t_us, bool ventricular)
{
    if (self->have_last && !ventricular && self->last_ventricular && self->run == 1)
        look_at_pause(self, t_us);
    if (self->have_last && !ventricular && !self->last_ventricular && t_us > self->last_us)
        self->usual_us[self->n_usual++ % RULES_TYPING_INTERVALS] = t_us - self->last_us;
    if (self->run == 0 || ventricular != self->last_ventricular) {
        self->run = 0;
        self->run_us = t_us;
    }
    self->run++;
    self->before_us = self->have_last ? t_us - self->last_us : 0;
    self->have_last = true;
    self->last_us = t_us;
    self->last_ventricular = ventricular;
}

RulesTyped
rules_typing_beat(RulesTyping *self, int64_t t_us, const RulesTypingLead *leads, size_t n_leads)
{
    double trust = 0, strange = 0, most = 0, best = 0;
    for (size_t i = 0; i < n_leads; i++)
        best = MAX(best, leads[i].view.known ? leads[i].trust : 0);
    for (size_t i = 0; i < n_leads; i++) {
        if (!leads[i].view.known)
            continue;
        trust += leads[i].trust;
        double s = (double)strangeness(&leads[i].view);
        strange += leads[i].trust * s;
        if (leads[i].trust >= TRUSTED * best)
            most = MAX(most, s);
    }
    RulesTyped typed = {.confidence = 0.5f};
    bool late = self->have_last && t_us <= self->last_us;
    if (trust > 0) {
        int64_t usual_us = usual_interval(self);
        /* The way through the heart may look the usual one in one lead, not in all. */
        double score = (strange / trust + most) / 2;
        double since = self->have_last && usual_us > 0 && !late
                           ? (double)(t_us - self->last_us) / (double)usual_us
                           : 1;
        bool in_run = self->have_last && self->last_ventricular && !late;
        double bar = in_run ? BAR_EARLY
                            : BAR_EARLY
                                  + (BAR_ON_TIME - BAR_EARLY)
                                        * CLAMP((since - EARLY) / (ON_TIME - EARLY), 0, 1);
        bar -= BAR_PAUSE * self->paused;
        typed.known = true;
        typed.ventricular = score > bar;
        typed.confidence = (float)CLAMP(0.5 + 1.2 * ABS(score - bar), 0.5, 1);
    }
    if (late)
        return typed;
    follow(self, t_us, typed.ventricular);
    if (typed.ventricular && self->run >= RENEW_BEATS
        && (int64_t)(self->run - 1) * 60000000 < RENEW_RATE_BPM * (t_us - self->run_us)) {
        typed.renew = true;
        self->run = 0;
    }
    return typed;
}
