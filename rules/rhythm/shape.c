/* Shape of a beat in one ECG lead.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/shape.h"

#include <math.h>
#include <string.h>

#define STEP_S   0.008
#define BEFORE_S 0.140
#define KEPT_S   3.0 /* a beat found by search-back is 2 s old */

enum {
    SHIFT = 5,                             /* points: 40 ms */
    CORE = RULES_SHAPE_POINTS - 2 * SHIFT, /* what is compared */
    ENDS = 5,
    LEARNING = 8,    /* beats that the first normal is chosen from */
    VENTRICULAR = 3, /* templates kept: beats may come from several places */
};

#define ALIKE        0.90f /* two beats of one origin */
#define NORMAL_SHARE 0.10f /* of a beat in the running template */
#define OTHER_SHARE  0.25f

typedef struct {
    float mv[RULES_SHAPE_POINTS];
    float width_s;
    float height;
} Template;

struct RulesShapes {
    double rate_hz;
    float *ring;
    size_t n;            /* of the ring */
    int64_t first, next; /* samples there are: [first, next) and in the ring */

    bool have_normal;
    Template normal;
    Template ventricular[VENTRICULAR]; /* newest used first */
    size_t n_ventricular;
    RulesShape last[LEARNING]; /* ring of the latest shapes */
    uint64_t n_last;
    size_t unlike; /* beats in a row that were called normal and are not like the template */
};

RulesShapes *
rules_shapes_new(double rate_hz)
{
    RulesShapes *self = g_new0(RulesShapes, 1);
    self->rate_hz = rate_hz;
    self->n = (size_t)ceil(KEPT_S * rate_hz);
    self->ring = g_new0(float, self->n);
    return self;
}

void
rules_shapes_free(RulesShapes *self)
{
    if (!self)
        return;
    g_free(self->ring);
    g_free(self);
}

void
rules_shapes_break(RulesShapes *self)
{
    self->first = self->next;
}

void
rules_shapes_reset(RulesShapes *self)
{
    rules_shapes_break(self);
    self->have_normal = false;
    self->n_ventricular = 0;
    self->n_last = 0;
    self->unlike = 0;
}

void
rules_shapes_push(RulesShapes *self, int64_t index, float mv)
{
    if (index != self->next)
        self->first = index;
    self->ring[(size_t)index % self->n] = mv;
    self->next = index + 1;
    self->first = MAX(self->first, self->next - (int64_t)self->n);
}

/* The mean of the lead over a step, ends shared: no finer detail than a step. */
static float
mean_at(const RulesShapes *self, double at)
{
    double half = MAX(STEP_S * self->rate_hz / 2, 0.5);
    int64_t from = (int64_t)ceil(at - half), to = (int64_t)floor(at + half);
    double sum = 0;
    for (int64_t i = from; i <= to; i++)
        sum += (double)self->ring[(size_t)i % self->n];
    return (float)(sum / (double)(to - from + 1));
}

/* Takes out the slope of the baseline: a line through the two ends. */
static void
level(float *mv)
{
    float first = 0, last = 0;
    for (size_t i = 0; i < ENDS; i++) {
        first += mv[i] / ENDS;
        last += mv[RULES_SHAPE_POINTS - 1 - i] / ENDS;
    }
    float slope = (last - first) / (RULES_SHAPE_POINTS - ENDS);
    for (size_t i = 0; i < RULES_SHAPE_POINTS; i++)
        mv[i] -= first + slope * ((float)i - (ENDS - 1) / 2.0f);
}

RulesShape
rules_shapes_cut(const RulesShapes *self, int64_t index)
{
    RulesShape shape = {0};
    double step = STEP_S * self->rate_hz;
    double from = (double)index - BEFORE_S * self->rate_hz;
    int64_t first = (int64_t)floor(from - step), end = (int64_t)ceil(from + 47 * step);
    if (first < MAX(self->first, 0) || end >= self->next)
        return shape;
    shape.whole = true;
    for (size_t i = 0; i < RULES_SHAPE_POINTS; i++)
        shape.mv[i] = mean_at(self, from + (double)i * step);
    level(shape.mv);
    return shape;
}

/* Correlation of @a's core, shifted, with @b's core. */
static float
correlate(const float *a, const float *b)
{
    float sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (size_t i = 0; i < CORE; i++) {
        sa += a[i];
        sb += b[i];
        saa += a[i] * a[i];
        sbb += b[i] * b[i];
        sab += a[i] * b[i];
    }
    float va = saa - sa * sa / CORE, vb = sbb - sb * sb / CORE;
    return va > 1e-9f && vb > 1e-9f ? (sab - sa * sb / CORE) / sqrtf(va * vb) : 0;
}

static float
likeness(const float *shape, const float *model, int *shift)
{
    float best = -1;
    for (int s = -SHIFT; s <= SHIFT; s++) {
        float r = correlate(shape + SHIFT + s, model + SHIFT);
        if (r > best) {
            best = r;
            *shift = s;
        }
    }
    return best;
}

static float
width_of(const float *mv)
{
    float sum = 0, first = 0, second = 0;
    for (size_t i = 0; i + 1 < RULES_SHAPE_POINTS; i++) {
        float d = mv[i + 1] - mv[i], x = (float)i;
        sum += d * d;
        first += d * d * x;
        second += d * d * x * x;
    }
    if (sum <= 0)
        return 0;
    float variance = second / sum - first / sum * (first / sum);
    /* Two deviations to both sides hold a QRS complex. */
    return 4 * sqrtf(MAX(variance, 0)) * (float)STEP_S;
}

static float
height_of(const float *mv)
{
    float low = mv[SHIFT], high = mv[SHIFT];
    for (size_t i = SHIFT; i < SHIFT + CORE; i++) {
        low = MIN(low, mv[i]);
        high = MAX(high, mv[i]);
    }
    return high - low;
}

RulesShapeView
rules_shapes_view(const RulesShapes *self, const RulesShape *shape)
{
    RulesShapeView view = {.ventricular = -1, .before = -1};
    int shift = 0;
    if (!shape->whole)
        return view;
    view.width_s = width_of(shape->mv);
    const RulesShape *last = &self->last[(self->n_last + LEARNING - 1) % LEARNING];
    if (self->n_last > 0)
        view.before = likeness(shape->mv, last->mv, &shift);
    if (!self->have_normal)
        return view;
    view.known = true;
    view.normal = likeness(shape->mv, self->normal.mv, &shift);
    view.normal_width_s = self->normal.width_s;
    view.size = height_of(shape->mv) / MAX(self->normal.height, 1e-3f);
    for (size_t i = 0; i < self->n_ventricular; i++)
        view.ventricular =
            MAX(view.ventricular, likeness(shape->mv, self->ventricular[i].mv, &shift));
    return view;
}

static void
blend(Template *model, const RulesShape *shape, float share)
{
    int shift = 0;
    likeness(shape->mv, model->mv, &shift);
    for (int i = 0; i < RULES_SHAPE_POINTS; i++) {
        int from = CLAMP(i + shift, 0, RULES_SHAPE_POINTS - 1);
        model->mv[i] += share * (shape->mv[from] - model->mv[i]);
    }
    model->width_s += share * (width_of(shape->mv) - model->width_s);
    model->height += share * (height_of(shape->mv) - model->height);
}

static void
begin(Template *model, const RulesShape *shape)
{
    memcpy(model->mv, shape->mv, sizeof model->mv);
    model->width_s = width_of(shape->mv);
    model->height = height_of(shape->mv);
}

/* The shape that most of the latest beats are like, and of equals the narrowest. */
void
rules_shapes_renew(RulesShapes *self)
{
    size_t n = MIN(self->n_last, LEARNING), best = 0, most = 0;
    float narrowest = 0;
    int shift = 0;
    for (size_t i = 0; i < n; i++) {
        size_t alike = 0;
        for (size_t k = 0; k < n; k++)
            alike += likeness(self->last[i].mv, self->last[k].mv, &shift) >= ALIKE;
        float width = width_of(self->last[i].mv);
        if (alike > most || (alike == most && width < narrowest)) {
            most = alike;
            best = i;
            narrowest = width;
        }
    }
    if (most < n / 2)
        return; /* no two alike: noise */
    begin(&self->normal, &self->last[best]);
    for (size_t k = 0; k < n; k++)
        if (likeness(self->last[k].mv, self->normal.mv, &shift) >= ALIKE)
            blend(&self->normal, &self->last[k], NORMAL_SHARE);
    self->have_normal = true;
    self->n_ventricular = 0;
    self->unlike = 0;
}

static void
learn_ventricular(RulesShapes *self, const RulesShape *shape)
{
    int shift = 0;
    size_t at = 0;
    while (at < self->n_ventricular
           && likeness(shape->mv, self->ventricular[at].mv, &shift) < ALIKE)
        at++;
    Template used;
    if (at < self->n_ventricular) {
        used = self->ventricular[at];
        blend(&used, shape, OTHER_SHARE);
    } else {
        begin(&used, shape);
        at = MIN(self->n_ventricular, VENTRICULAR - 1);
        self->n_ventricular = MIN(self->n_ventricular + 1, VENTRICULAR);
    }
    memmove(self->ventricular + 1, self->ventricular, at * sizeof used);
    self->ventricular[0] = used;
}

void
rules_shapes_learn(RulesShapes *self, const RulesShape *shape, bool ventricular)
{
    int shift = 0;
    if (!shape->whole)
        return;
    self->last[self->n_last++ % LEARNING] = *shape;
    if (!self->have_normal) {
        if (self->n_last >= LEARNING)
            rules_shapes_renew(self);
    } else if (ventricular) {
        learn_ventricular(self, shape);
    } else if (likeness(shape->mv, self->normal.mv, &shift) > 0.8f) {
        blend(&self->normal, shape, NORMAL_SHARE);
        self->unlike = 0;
    } else if (++self->unlike >= LEARNING) {
        rules_shapes_renew(self);
    }
}
