/* QRS detector for one ECG lead.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/qrs.h"

#include <math.h>
#include <string.h>

#include "rules/rhythm/boxcar.h"

#define LEVELS   8  /* beats and noise peaks that a level is the median of */
#define FAINT    16 /* refused deflections kept: 4 s of the usual three a beat */
#define LEARNING 16 /* peaks held while the levels are unknown */

#define LEARN_S   2.5
#define TV_S      0.080 /* window of the feature: a narrow QRS fits into it */
#define BLANK_S   0.200 /* no heart beats faster than 300 a minute */
#define PEAK_S    0.095
#define T_WAVE_S  0.440 /* the end of a T wave: QT at rest, a slow heart */
#define HISTORY_S 0.500
#define SETTLE_S  0.300

#define SHARE       0.3125f /* threshold between noise and beats; Hamilton 2002 */
#define T_SLOPE     0.5f    /* a T wave rises less steeply than the beat; Pan & Tompkins 1985 */
#define BLUNT_SLOPE 0.3f    /* at any time: P waves, tall T waves, breathing */
#define FLOOR_MV    0.06f   /* total variation of a deflection no ward ECG calls a QRS */
#define STEP_RATIO  0.25f   /* an electrode step moves one way only */

typedef struct {
    int64_t index; /* of the deflection, in the caller's count */
    float value;   /* total variation, mV */
    float slope;   /* steepest part, mV/s */
    bool step;
} Peak;

struct RulesQrs {
    double rate_hz;
    RulesBoxcar lp1, lp2, hp, tv;
    RulesBoxcar bp, diff, steep; /* used as rings: what the filters gave lately */
    size_t hp_mid;
    int64_t delay; /* of the band-pass, samples */
    int64_t blank, peak_width, t_wave, settle, search_cap;
    size_t tv_n, history_n;

    bool started;
    int64_t now;   /* index of the newest sample */
    int64_t first; /* index where the filters started */
    float last_bp, last_lp1, last_mv;

    bool rising;
    float top;
    int64_t top_index;
    bool holding; /* a peak waits for a larger one within the blanking time */
    Peak held;

    bool learned;
    int64_t learn_from;
    Peak pending[LEARNING];
    size_t n_pending;

    float beats[LEVELS], noises[LEVELS];
    size_t n_beats, n_noises;
    int64_t intervals[LEVELS];
    size_t n_intervals;
    float beat_level, noise_level;
    float decay; /* 1 .. 0.25 while no beat comes */

    bool have_last;
    int64_t last;         /* index of the last beat */
    float slopes[LEVELS]; /* of the last beats */
    size_t n_slopes;
    float usual_slope;
    bool have_candidate;
    Peak candidate; /* best refused peak since the last beat */
    struct {
        int64_t index;
        float strength;
    } faint[FAINT]; /* ring of refused peaks */
    uint64_t n_faint;

    double busy; /* share of the last 2 s above the threshold */
    double busy_gain;
};

static size_t
samples(double rate_hz, double seconds)
{
    long n = lround(rate_hz * seconds);
    return n < 1 ? 1 : (size_t)n;
}

RulesQrs *
rules_qrs_new(double rate_hz)
{
    if (!(rate_hz >= 50 && rate_hz <= 2000))
        return NULL;
    RulesQrs *self = g_new0(RulesQrs, 1);
    self->rate_hz = rate_hz;
    size_t w1 = samples(rate_hz, 1 / 50.0);
    size_t w2 = samples(rate_hz, 1 / 60.0);
    size_t wh = samples(rate_hz, 0.160) | 1u;
    self->tv_n = MAX(samples(rate_hz, TV_S), 2);
    self->history_n = samples(rate_hz, HISTORY_S);
    rules_boxcar_init(&self->lp1, w1);
    rules_boxcar_init(&self->lp2, w2);
    rules_boxcar_init(&self->hp, wh);
    rules_boxcar_init(&self->tv, self->tv_n);
    rules_boxcar_init(&self->bp, self->history_n);
    rules_boxcar_init(&self->diff, self->history_n);
    rules_boxcar_init(&self->steep, self->history_n);
    self->hp_mid = (wh - 1) / 2;
    self->delay = (int64_t)((w1 - 1 + w2 - 1 + 1) / 2 + self->hp_mid);
    self->blank = (int64_t)samples(rate_hz, BLANK_S);
    self->peak_width = (int64_t)samples(rate_hz, PEAK_S);
    self->t_wave = (int64_t)samples(rate_hz, T_WAVE_S);
    self->settle = (int64_t)samples(rate_hz, SETTLE_S);
    self->search_cap = (int64_t)samples(rate_hz, RULES_QRS_SEARCH_S);
    self->busy_gain = 1 / (rate_hz * 1.0);
    rules_qrs_reset(self);
    return self;
}

void
rules_qrs_free(RulesQrs *self)
{
    if (!self)
        return;
    rules_boxcar_clear(&self->lp1);
    rules_boxcar_clear(&self->lp2);
    rules_boxcar_clear(&self->hp);
    rules_boxcar_clear(&self->tv);
    rules_boxcar_clear(&self->bp);
    rules_boxcar_clear(&self->diff);
    rules_boxcar_clear(&self->steep);
    g_free(self);
}

static void
stop(RulesQrs *self)
{
    self->started = false;
    self->rising = false;
    self->holding = false;
    self->have_last = false;
    self->have_candidate = false;
    self->busy = 0;
    if (!self->learned)
        self->n_pending = 0;
}

void
rules_qrs_reset(RulesQrs *self)
{
    stop(self);
    self->learned = false;
    self->n_pending = 0;
    self->n_beats = self->n_noises = self->n_intervals = 0;
    self->beat_level = self->noise_level = 0;
    self->n_faint = 0;
    self->n_slopes = 0;
    self->usual_slope = 0;
    self->decay = 1;
}

int64_t
rules_qrs_delay(const RulesQrs *self)
{
    return self->delay + (int64_t)self->tv_n + self->peak_width + self->blank;
}

float
rules_qrs_noise_ratio(const RulesQrs *self)
{
    if (!self->learned || self->beat_level <= 0)
        return 1;
    return MIN(self->noise_level / self->beat_level, 1.0f);
}

float
rules_qrs_faint(const RulesQrs *self, int64_t index, int64_t within)
{
    float most = 0;
    for (size_t i = 0; i < MIN(self->n_faint, FAINT); i++)
        if (ABS(self->faint[i].index - index) <= within)
            most = MAX(most, self->faint[i].strength);
    return most;
}

bool
rules_qrs_restless(const RulesQrs *self)
{
    return self->busy > 0.85;
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
remember(float *values, size_t *n, float value)
{
    if (*n == LEVELS)
        memmove(values, values + 1, (LEVELS - 1) * sizeof *values);
    else
        (*n)++;
    values[*n - 1] = value;
}

static float
threshold(const RulesQrs *self)
{
    float level = self->beat_level * self->decay;
    float t = self->noise_level + SHARE * (level - self->noise_level);
    return MAX(MAX(t, SHARE * level), FLOOR_MV);
}

static int64_t
usual_interval(const RulesQrs *self)
{
    if (self->n_intervals == 0)
        return (int64_t)lround(self->rate_hz);
    float v[LEVELS];
    for (size_t i = 0; i < self->n_intervals; i++)
        v[i] = (float)self->intervals[i];
    return (int64_t)lroundf(median(v, self->n_intervals));
}

static void
accept(RulesQrs *self, const Peak *peak, bool searched, RulesQrsBeat *beat)
{
    float span = self->beat_level - self->noise_level;
    float above = span > 0 ? (peak->value - self->noise_level) / span : 0.5f;
    *beat = (RulesQrsBeat){
        .index = peak->index,
        .confidence = CLAMP(above, 0.05f, 1.0f),
        .searched = searched,
    };
    /* A giant artefact must not lift the level of beats out of their reach. */
    float value = peak->value;
    if (self->n_beats >= 3 && value > 3 * self->beat_level)
        value = 3 * self->beat_level;
    remember(self->beats, &self->n_beats, value);
    self->beat_level = median(self->beats, self->n_beats);
    if (self->have_last) {
        int64_t rr = peak->index - self->last;
        if (self->n_intervals == LEVELS)
            memmove(self->intervals, self->intervals + 1, (LEVELS - 1) * sizeof *self->intervals);
        else
            self->n_intervals++;
        self->intervals[self->n_intervals - 1] = rr;
    }
    self->have_last = true;
    self->last = peak->index;
    remember(self->slopes, &self->n_slopes, peak->slope);
    self->usual_slope = median(self->slopes, self->n_slopes);
    self->have_candidate = false;
    self->decay = 1;
}

static void
refuse(RulesQrs *self, const Peak *peak, bool is_t_wave)
{
    self->faint[self->n_faint % FAINT].index = peak->index;
    self->faint[self->n_faint++ % FAINT].strength = MIN(peak->value / threshold(self), 1.0f);
    if (peak->step)
        return;
    remember(self->noises, &self->n_noises, MIN(peak->value, self->beat_level));
    self->noise_level = median(self->noises, self->n_noises);
    if (!is_t_wave && (!self->have_candidate || peak->value > self->candidate.value)) {
        self->candidate = *peak;
        self->have_candidate = true;
    }
}

static bool
judge(RulesQrs *self, const Peak *peak, RulesQrsBeat *beat)
{
    int64_t since = self->have_last ? peak->index - self->last : INT64_MAX;
    if (since < self->blank)
        return false;
    bool is_t_wave = since < self->t_wave && peak->slope < T_SLOPE * self->usual_slope;
    bool is_blunt = peak->slope < BLUNT_SLOPE * self->usual_slope && peak->value < self->beat_level;
    if (peak->value > threshold(self) && !peak->step && !is_t_wave && !is_blunt) {
        accept(self, peak, false, beat);
        return true;
    }
    refuse(self, peak, is_t_wave);
    return false;
}

/* The first seconds: levels from the peaks themselves. */
static void
learn(RulesQrs *self)
{
    float best = 0, second = 0;
    for (size_t i = 0; i < self->n_pending; i++) {
        if (self->pending[i].step)
            continue;
        float v = self->pending[i].value;
        second = MAX(second, MIN(best, v));
        best = MAX(best, v);
    }
    /* One peak that stands alone may be an artefact: its neighbour counts more. */
    float level = second > 0.4f * best ? second : 0.7f * best;
    self->beat_level = level;
    self->noise_level = 0;
    float noise[LEVELS];
    size_t n = 0;
    for (size_t i = 0; i < self->n_pending && n < LEVELS; i++)
        if (self->pending[i].value < 0.4f * level)
            noise[n++] = self->pending[i].value;
    if (n > 0)
        self->noise_level = median(noise, n);
    self->learned = level > FLOOR_MV;
    if (self->learned)
        remember(self->beats, &self->n_beats, level);
}

static Peak
make_peak(const RulesQrs *self)
{
    Peak peak = {.value = self->top};
    float steepest = 0;
    size_t back = (size_t)(self->now - self->top_index);
    size_t from = back, to = MIN(back + self->tv_n, self->history_n - 1);
    float most = -1;
    size_t at = from;
    for (size_t i = from; i <= to; i++) {
        float v = fabsf(rules_boxcar_peek(&self->bp, i));
        if (v > most) {
            most = v;
            at = i;
        }
        /* Before the band-pass, so its delay further back. */
        size_t lead = (size_t)self->delay + i;
        if (lead < self->history_n)
            steepest = MAX(steepest, rules_boxcar_peek(&self->steep, lead));
    }
    /* A step's way back comes only from the high-pass: look a little to both sides. */
    size_t wide_from = back > self->tv_n / 2 ? back - self->tv_n / 2 : 0;
    size_t wide_to = MIN(to + self->tv_n / 2, self->history_n - 1);
    float wide_up = 0, wide_down = 0;
    for (size_t i = wide_from; i <= wide_to; i++) {
        float d = rules_boxcar_peek(&self->diff, i);
        wide_up = MAX(wide_up, d);
        wide_down = MIN(wide_down, d);
    }
    float big = MAX(wide_up, -wide_down), small = MIN(wide_up, -wide_down);
    peak.step = small < STEP_RATIO * big;
    peak.slope = steepest * (float)self->rate_hz;
    peak.index = self->now - (int64_t)at - self->delay;
    return peak;
}

/* TRUE when a peak of the feature is complete. */
static bool
find_peak(RulesQrs *self, float value, Peak *peak)
{
    if (!self->rising) {
        if (value > self->top) {
            self->rising = true;
            self->top = value;
            self->top_index = self->now;
        } else {
            self->top = value;
        }
        return false;
    }
    if (value > self->top) {
        self->top = value;
        self->top_index = self->now;
        return false;
    }
    if (value > self->top / 2 && self->now - self->top_index < self->peak_width)
        return false;
    *peak = make_peak(self);
    self->rising = false;
    self->top = value;
    return true;
}

static void
restart(RulesQrs *self, int64_t index, float mv)
{
    rules_boxcar_fill(&self->lp1, mv);
    float level = mv * (float)self->lp1.n;
    rules_boxcar_fill(&self->lp2, level);
    rules_boxcar_fill(&self->hp, mv);
    rules_boxcar_fill(&self->tv, 0);
    rules_boxcar_fill(&self->bp, 0);
    rules_boxcar_fill(&self->diff, 0);
    rules_boxcar_fill(&self->steep, 0);
    self->last_lp1 = mv;
    self->last_bp = 0;
    self->top = 0;
    self->first = index;
    self->learn_from = index;
    self->started = true;
}

static float
filter(RulesQrs *self, float mv)
{
    double a = rules_boxcar_push(&self->lp1, mv);
    double b = rules_boxcar_push(&self->lp2, (float)a);
    float lp1 = (float)(a / (double)self->lp1.n);
    rules_boxcar_push(&self->steep, fabsf(lp1 - self->last_lp1));
    self->last_lp1 = lp1;
    float low = (float)(b / ((double)self->lp1.n * (double)self->lp2.n));
    double mean = rules_boxcar_push(&self->hp, low) / (double)self->hp.n;
    float bp = rules_boxcar_peek(&self->hp, self->hp_mid) - (float)mean;
    float diff = bp - self->last_bp;
    self->last_bp = bp;
    rules_boxcar_push(&self->bp, bp);
    rules_boxcar_push(&self->diff, diff);
    return (float)rules_boxcar_push(&self->tv, fabsf(diff));
}

static bool
search_back(RulesQrs *self, RulesQrsBeat *beat)
{
    if (!self->have_candidate || !self->have_last)
        return false;
    int64_t limit = MIN(usual_interval(self) * 3 / 2, self->search_cap - self->t_wave);
    if (self->now - rules_qrs_delay(self) - self->last < limit)
        return false;
    Peak peak = self->candidate;
    self->have_candidate = false;
    if (peak.value <= threshold(self) / 2 || peak.value <= FLOOR_MV
        || peak.value < 1.5f * self->noise_level || peak.index - self->last < self->t_wave)
        return false;
    accept(self, &peak, true, beat);
    return true;
}

/* The lead may have become smaller: the level sinks when no beat comes for 4 s
 * (by then an asystole alarm has been decided), but never to the noise. */
static void
sink(RulesQrs *self)
{
    int64_t since = self->now - (self->have_last ? self->last : self->first);
    int64_t second = (int64_t)lround(self->rate_hz);
    if (since > 4 * second && since % second == 0 && self->decay > 0.25f)
        self->decay *= 0.8f;
}

static bool
decide(RulesQrs *self, const Peak *peak, RulesQrsBeat *beat)
{
    if (self->learned)
        return judge(self, peak, beat);
    if (self->n_pending == LEARNING) {
        memmove(self->pending, self->pending + 1, (LEARNING - 1) * sizeof *peak);
        self->n_pending--;
    }
    self->pending[self->n_pending++] = *peak;
    return false;
}

static bool
push(RulesQrs *self, int64_t index, float mv, RulesQrsBeat *beat)
{
    self->now = index;
    if (!self->started)
        restart(self, index, mv);
    float value = filter(self, mv);
    if (index - self->first < self->settle)
        return false;
    self->busy += self->busy_gain * ((value > threshold(self) ? 1.0 : 0.0) - self->busy);
    sink(self);

    if (!self->learned && (double)(index - self->learn_from) > LEARN_S * self->rate_hz) {
        learn(self);
        self->learn_from = index;
    }
    /* What was held while learning is judged now, one peak for each sample. */
    if (self->learned && self->n_pending > 0) {
        Peak peak = self->pending[0];
        self->n_pending--;
        memmove(self->pending, self->pending + 1, self->n_pending * sizeof peak);
        if (judge(self, &peak, beat))
            return true;
    }

    Peak peak;
    if (find_peak(self, value, &peak)) {
        if (!self->holding || peak.value > self->held.value) {
            /* Two peaks apart by more than the blanking time are two events. */
            if (self->holding && peak.index - self->held.index >= self->blank) {
                Peak done = self->held;
                self->held = peak;
                return decide(self, &done, beat);
            }
            self->held = peak;
            self->holding = true;
        } else if (peak.index - self->held.index >= self->blank) {
            Peak done = self->held;
            self->held = peak;
            return decide(self, &done, beat);
        }
    }
    if (self->holding && index - self->delay - self->held.index > self->blank + self->peak_width) {
        self->holding = false;
        return decide(self, &self->held, beat);
    }
    return search_back(self, beat);
}

bool
rules_qrs_push(RulesQrs *self, int64_t index, float mv, RulesQrsBeat *beat)
{
    self->last_mv = mv;
    return push(self, index, mv, beat);
}

size_t
rules_qrs_break(RulesQrs *self, RulesQrsBeat *beats)
{
    size_t n = 0;
    int64_t last = self->now;
    int64_t until = last + rules_qrs_delay(self) + self->peak_width;
    for (int64_t i = last + 1; beats && self->started && self->learned && i <= until; i++) {
        RulesQrsBeat beat;
        if (push(self, i, self->last_mv, &beat) && beat.index <= last && n < RULES_QRS_LAST)
            beats[n++] = beat;
    }
    stop(self);
    return n;
}
