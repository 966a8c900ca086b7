/* Pulse detector.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/pulse.h"

#include <math.h>
#include <string.h>

#include "rules/rhythm/boxcar.h"

#define LEVELS 8

#define SMOOTH_S  0.024
#define SLOPE_S   0.128 /* Zong 2003: about one upstroke */
#define BLANK_S   0.270 /* 220 pulses a minute at most */
#define CREST_S   0.150 /* the slope sum's crest follows its crossing within this */
#define LONGEST_S 3.0   /* a beat longer than this is no beat: 20 a minute, S12 */
#define LEARN_S   3.0

#define SHARE      0.40f /* of the usual crest */
#define SINK_S     2.0   /* no pulse for this long: the level sinks, half in 1.4 s */
#define FLOOR_MMHG 3.0f  /* an upstroke below this is not told from noise */

/* jSQI: Sun, Reisner & Mark 2006, as in clinical.md S12. */
#define SYS_MIN            20.0f
#define SYS_MAX            300.0f
#define MEAN_MIN           30.0f
#define MEAN_MAX           200.0f
#define PULSE_MIN          20.0f
#define CHANGE_MAX         20.0f
#define PERIOD_CHANGE_S    0.5
#define RATE_MIN           20.0
#define RATE_MAX           200.0
#define PLETH_SHARE        0.35f  /* of the usual height: less is no pulse of this patient */
#define NOISE_SLOPE_MMHG_S 375.0f /* -3 per sample at 125 Hz */

struct RulesPulse {
    RulesPulseKind kind;
    double rate_hz;
    RulesBoxcar smooth, slope;
    RulesBoxcar low;  /* ring of the smoothed wave, LONGEST_S + a margin */
    RulesBoxcar sums; /* ring of slope sums, for the way back to the foot */
    int64_t delay, blank, crest, learn;
    size_t longest;

    bool started;
    int64_t now, first;
    float last_low;
    size_t filled; /* samples in the ring since the start */

    bool learned;
    float learn_best;
    float crests[LEVELS];
    size_t n_crests;
    float level;

    bool above; /* looking for the crest */
    float top;
    int64_t crossed;

    bool have_foot;
    int64_t foot;
    bool have_beat; /* the last beat's figures, whatever their worth */
    RulesPulseBeat beat;
    float usual; /* height of a pulse, slow to change: a pleth has no scale of its own */
};

static size_t
samples(double rate_hz, double seconds)
{
    long n = lround(rate_hz * seconds);
    return n < 1 ? 1 : (size_t)n;
}

RulesPulse *
rules_pulse_new(RulesPulseKind kind, double rate_hz)
{
    if (!(rate_hz >= 25 && rate_hz <= 1000))
        return NULL;
    RulesPulse *self = g_new0(RulesPulse, 1);
    self->kind = kind;
    self->rate_hz = rate_hz;
    size_t w = (size_t)(rate_hz * SMOOTH_S) | 1u;
    rules_boxcar_init(&self->smooth, w);
    rules_boxcar_init(&self->slope, samples(rate_hz, SLOPE_S));
    self->longest = samples(rate_hz, LONGEST_S);
    rules_boxcar_init(&self->low, self->longest + samples(rate_hz, 1.0));
    rules_boxcar_init(&self->sums, samples(rate_hz, 0.5));
    self->delay = (int64_t)((w - 1) / 2);
    self->blank = (int64_t)samples(rate_hz, BLANK_S);
    self->crest = (int64_t)samples(rate_hz, CREST_S);
    self->learn = (int64_t)samples(rate_hz, LEARN_S);
    rules_pulse_reset(self);
    return self;
}

void
rules_pulse_free(RulesPulse *self)
{
    if (!self)
        return;
    rules_boxcar_clear(&self->smooth);
    rules_boxcar_clear(&self->slope);
    rules_boxcar_clear(&self->low);
    rules_boxcar_clear(&self->sums);
    g_free(self);
}

void
rules_pulse_break(RulesPulse *self)
{
    self->started = false;
    self->above = false;
    self->have_foot = false;
    self->have_beat = false;
    self->filled = 0;
}

void
rules_pulse_reset(RulesPulse *self)
{
    rules_pulse_break(self);
    self->learned = false;
    self->n_crests = 0;
    self->level = 0;
    self->learn_best = 0;
    self->usual = 0;
}

int64_t
rules_pulse_delay(const RulesPulse *self)
{
    return self->delay + self->crest + (int64_t)self->slope.n
           + (int64_t)samples(self->rate_hz, 0.1);
}

static float
median(const float *values, size_t n)
{
    float sorted[LEVELS];
    for (size_t i = 0; i < n; i++) {
        size_t j = i;
        for (; j > 0 && sorted[j - 1] > values[i]; j--)
            sorted[j] = sorted[j - 1];
        sorted[j] = values[i];
    }
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static void
remember(RulesPulse *self, float crest)
{
    if (self->n_crests >= 3)
        crest = MIN(crest, 2 * self->level);
    if (self->n_crests == LEVELS)
        memmove(self->crests, self->crests + 1, (LEVELS - 1) * sizeof *self->crests);
    else
        self->n_crests++;
    self->crests[self->n_crests - 1] = crest;
    self->level = median(self->crests, self->n_crests);
}

static float
threshold(const RulesPulse *self)
{
    float floor = self->kind == RULES_PULSE_PRESSURE ? FLOOR_MMHG : 0;
    float level = self->level;
    double silent =
        (double)(self->now - (self->have_foot ? self->foot : self->first)) / self->rate_hz;
    if (silent > SINK_S)
        level *= (float)MAX(exp2(-(silent - SINK_S) / 1.4), 0.2);
    return MAX(SHARE * level, floor);
}

static double
seconds(const RulesPulse *self, const RulesPulseBeat *b)
{
    return (double)(b->next_foot - b->foot) / self->rate_hz;
}

static bool
is_believable(const RulesPulse *self, const RulesPulseBeat *b)
{
    double rate = 60 / seconds(self, b);
    if (rate < RATE_MIN || rate > RATE_MAX)
        return false;
    if (self->kind == RULES_PULSE_PLETH)
        return b->systolic - b->diastolic > PLETH_SHARE * self->usual;
    return b->systolic >= SYS_MIN && b->systolic <= SYS_MAX && b->diastolic >= SYS_MIN
           && b->diastolic <= SYS_MAX && b->mean >= MEAN_MIN && b->mean <= MEAN_MAX
           && b->systolic - b->diastolic >= PULSE_MIN;
}

static bool
is_like_the_last(const RulesPulse *self, const RulesPulseBeat *b)
{
    if (!self->have_beat || self->kind == RULES_PULSE_PLETH)
        return true;
    const RulesPulseBeat *p = &self->beat;
    return fabsf(b->systolic - p->systolic) <= CHANGE_MAX
           && fabsf(b->diastolic - p->diastolic) <= CHANGE_MAX
           && fabs(seconds(self, b) - seconds(self, p)) <= PERIOD_CHANGE_S;
}

/* Figures between two feet; FALSE when the ring does not hold all of it. */
static bool
measure(RulesPulse *self, int64_t next_foot, RulesPulseBeat *beat)
{
    int64_t newest = self->now - self->delay; /* sample that the ring's newest value belongs to */
    size_t to = (size_t)(newest - next_foot) + 1;
    size_t from = (size_t)(newest - self->foot);
    if (from >= MIN(self->filled, self->low.n) || from < to)
        return false;
    float high = -HUGE_VALF, low = HUGE_VALF;
    double sum = 0, fall = 0;
    size_t n_fall = 0;
    float next = rules_boxcar_peek(&self->low, to - 1);
    for (size_t i = to; i <= from; i++) {
        float v = rules_boxcar_peek(&self->low, i);
        high = MAX(high, v);
        low = MIN(low, v);
        sum += (double)v;
        if (next < v) {
            fall += (double)(v - next);
            n_fall++;
        }
        next = v;
    }
    *beat = (RulesPulseBeat){
        .foot = self->foot,
        .next_foot = next_foot,
        .systolic = high,
        .diastolic = low,
        .mean = (float)(sum / (double)(from - to + 1)),
    };
    bool noisy = self->kind == RULES_PULSE_PRESSURE && n_fall > 0
                 && fall / (double)n_fall * self->rate_hz > (double)NOISE_SLOPE_MMHG_S;
    beat->believable = !noisy && is_believable(self, beat);
    beat->plausible = beat->believable && is_like_the_last(self, beat);
    float height = high - low;
    if (beat->believable)
        self->usual += (height - self->usual) / (self->usual > 0 ? 16 : 1);
    else
        self->usual *= 0.95f;
    return true;
}

/* Back from the crest to where the slope sum left the ground. */
static int64_t
find_foot(const RulesPulse *self, float top)
{
    size_t limit = MIN(self->filled, self->sums.n) - 1;
    size_t back = (size_t)(self->now - self->crossed);
    while (back < limit && rules_boxcar_peek(&self->sums, back) > 0.02f * top)
        back++;
    /* The lowest point near it is the foot. */
    size_t at = back;
    size_t reach = samples(self->rate_hz, 0.060);
    size_t low_limit = MIN(self->filled, self->low.n) - 1;
    for (size_t i = back > reach ? back - reach : 0; i <= MIN(back + reach, low_limit); i++)
        if (rules_boxcar_peek(&self->low, i) < rules_boxcar_peek(&self->low, at))
            at = i;
    return self->now - (int64_t)at - self->delay;
}

static bool
complete(RulesPulse *self, float top, RulesPulseFound *found)
{
    int64_t foot = find_foot(self, top);
    *found = (RulesPulseFound){0};
    if (self->have_foot && foot - self->foot < self->blank)
        return false;
    remember(self, top);
    found->has_foot = true;
    found->foot = foot;
    if (self->have_foot && measure(self, foot, &found->beat)) {
        found->has_beat = true;
        self->have_beat = true;
        self->beat = found->beat;
    } else {
        self->have_beat = false;
    }
    self->have_foot = true;
    self->foot = foot;
    return true;
}

static void
restart(RulesPulse *self, int64_t index, float value)
{
    rules_boxcar_fill(&self->smooth, value);
    rules_boxcar_fill(&self->slope, 0);
    rules_boxcar_fill(&self->sums, 0);
    self->last_low = value;
    self->first = index;
    self->filled = 0;
    self->started = true;
}

static bool
learning(RulesPulse *self, float sum)
{
    self->learn_best = MAX(self->learn_best, sum);
    if (self->now - self->first < self->learn)
        return true;
    self->level = 0.8f * self->learn_best;
    self->learned = self->level > 0;
    self->learn_best = 0;
    return true;
}

bool
rules_pulse_push(RulesPulse *self, int64_t index, float value, RulesPulseFound *found)
{
    self->now = index;
    if (!self->started)
        restart(self, index, value);
    float low = (float)(rules_boxcar_push(&self->smooth, value) / (double)self->smooth.n);
    float rise = MAX(low - self->last_low, 0.0f);
    self->last_low = low;
    float sum = (float)rules_boxcar_push(&self->slope, rise);
    rules_boxcar_push(&self->low, low);
    rules_boxcar_push(&self->sums, sum);
    if (self->filled < self->low.n)
        self->filled++;

    if (!self->learned && learning(self, sum))
        return false;
    if (!self->above) {
        if (sum <= threshold(self) || (self->have_foot && index - self->foot < self->blank))
            return false;
        self->above = true;
        self->top = sum;
        self->crossed = index;
        return false;
    }
    self->top = MAX(self->top, sum);
    if (index - self->crossed < self->crest)
        return false;
    /* One crest, one pulse: wait until the sum has come down again. */
    if (sum > self->top / 2 && index - self->crossed < 3 * self->crest)
        return false;
    self->above = false;
    return complete(self, self->top, found);
}
