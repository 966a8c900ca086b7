/* Glance. See glance.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/glance.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_MAX 6 /* NEWS2 of the second bed: below the worst one's by one at least */
#define WORST_MIN  7 /* NEWS2 2017, chart 4: emergency */
#define WORST_MAX  9
#define CODE_MAX   16

/* A band of the chart with the values that are drawn from it: in tenths, both ends included. What
 * the chart leaves open, and the middle column, end where a patient may well be. */
typedef struct {
    int band;
    int from;
    int to;
} Band;

#define BANDS_MAX 6

/* NEWS2, Royal College of Physicians 2017, chart 1. */
static const struct {
    const char *name;
    int step; /* tenths: the chart's resolution */
    unsigned n;
    Band band[BANDS_MAX]; /* the middle one first */
} signs[DASH_GLANCE_SIGNS] = {
    [DASH_GLANCE_BREATHING] =
        {"breathing",
         10,
         5,
         {{0, 120, 200}, {-3, 50, 80}, {-1, 90, 110}, {2, 210, 240}, {3, 250, 360}}},
    [DASH_GLANCE_PULSE] = {"pulse",
                           10,
                           6,
                           {{0, 580, 880},
                            {-3, 280, 400},
                            {-1, 410, 500},
                            {1, 910, 1100},
                            {2, 1110, 1300},
                            {3, 1310, 1600}}},
    [DASH_GLANCE_OXYGEN] = {"oxygen",
                            10,
                            4,
                            {{0, 960, 990}, {-3, 800, 910}, {-2, 920, 930}, {-1, 940, 950}}},
    [DASH_GLANCE_PRESSURE] =
        {"pressure",
         10,
         5,
         {{0, 1120, 1500}, {-3, 650, 900}, {-2, 910, 1000}, {-1, 1010, 1100}, {3, 2200, 2400}}},
    [DASH_GLANCE_TEMPERATURE] =
        {"temperature",
         1,
         5,
         {{0, 364, 376}, {-3, 330, 350}, {-1, 351, 360}, {1, 381, 390}, {2, 391, 405}}},
};

/* splitmix64: the same numbers everywhere. */
static uint64_t
next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Below @n, which is small: what is uneven about it is of the order of n / 2^64. */
static unsigned
draw(uint64_t *state, unsigned n)
{
    return (unsigned)(next(state) % n);
}

static void
shuffle(uint64_t *state, unsigned *items, unsigned n)
{
    for (unsigned i = n; i > 1; i--) {
        unsigned k = draw(state, i), kept = items[i - 1];
        items[i - 1] = items[k];
        items[k] = kept;
    }
}

static void
count_up(unsigned *items, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        items[i] = i;
}

/* ---- beds ---- */

static DashGlanceSign
draw_sign(uint64_t *state, DashGlanceSignKind kind, unsigned band)
{
    const Band *b = &signs[kind].band[band];
    int steps = (b->to - b->from) / signs[kind].step + 1;
    int tenths = b->from + (int)draw(state, (unsigned)steps) * signs[kind].step;

    return (DashGlanceSign){tenths / 10.0, b->band};
}

/* @findings signs outside the middle column, with @min to @max points in all. */
static DashGlanceBed
draw_bed(uint64_t *state, unsigned findings, int min, int max)
{
    for (;;) {
        DashGlanceBed bed = {.news2 = 0};
        unsigned order[DASH_GLANCE_SIGNS];

        count_up(order, DASH_GLANCE_SIGNS);
        shuffle(state, order, DASH_GLANCE_SIGNS);
        for (unsigned i = 0; i < DASH_GLANCE_SIGNS; i++) {
            DashGlanceSignKind kind = (DashGlanceSignKind)order[i];
            unsigned band = i < findings ? 1 + draw(state, signs[kind].n - 1) : 0;
            bed.sign[kind] = draw_sign(state, kind, band);
            bed.news2 += abs(bed.sign[kind].band);
        }
        if (bed.news2 >= min && bed.news2 <= max)
            return bed;
    }
}

/* One bed in an emergency, one that is less ill, in half of the cases one with a single finding;
 * the others are well. */
static void
draw_case(uint64_t *state, DashGlanceBed beds[DASH_GLANCE_BEDS])
{
    bool third = draw(state, 2) == 1;

    for (unsigned i = 0; i < DASH_GLANCE_BEDS; i++)
        beds[i] = draw_bed(state, 0, 0, 0);
    beds[0] = draw_bed(state, 3, WORST_MIN, WORST_MAX);
    beds[1] = draw_bed(state, 2, 2, SECOND_MAX);
    if (third)
        beds[2] = draw_bed(state, 1, 1, 3);
}

static DashGlanceTrial
place(uint64_t *state,
      const DashGlanceBed beds[DASH_GLANCE_BEDS],
      unsigned number,
      unsigned of_case,
      DashGlanceForm form)
{
    DashGlanceTrial trial = {.number = number, .of_case = of_case, .form = form};
    unsigned at[DASH_GLANCE_BEDS];

    count_up(at, DASH_GLANCE_BEDS);
    shuffle(state, at, DASH_GLANCE_BEDS);
    for (unsigned i = 0; i < DASH_GLANCE_BEDS; i++)
        trial.bed[at[i]] = beds[i];
    trial.worst = at[0];
    return trial;
}

/* ---- the plan ---- */

static void
plan_half(uint64_t *state,
          DashGlanceBed (*cases)[DASH_GLANCE_BEDS],
          const DashGlanceForm *forms,
          bool turned,
          unsigned n,
          unsigned first,
          DashGlanceTrial *out)
{
    unsigned order[DASH_GLANCE_TRIALS_MAX / 2];

    count_up(order, n);
    shuffle(state, order, n);
    for (unsigned i = 0; i < n; i++) {
        unsigned c = order[i];
        DashGlanceForm form = turned ? DASH_GLANCE_FORMS - 1 - forms[c] : forms[c];
        out[i] = place(state, cases[c], first + i, c + 1, form);
    }
}

static void
plan_training(uint64_t *state, DashGlanceTrial out[DASH_GLANCE_TRAINING])
{
    unsigned first = draw(state, DASH_GLANCE_FORMS);

    for (unsigned i = 0; i < DASH_GLANCE_TRAINING; i++) {
        DashGlanceBed beds[DASH_GLANCE_BEDS];
        draw_case(state, beds);
        out[i] = place(state, beds, 0, 0, (DashGlanceForm)((first + i) % DASH_GLANCE_FORMS));
    }
}

void
dash_glance_plan(uint64_t seed,
                 unsigned n,
                 DashGlanceTrial out[DASH_GLANCE_TRAINING + DASH_GLANCE_TRIALS_MAX])
{
    DashGlanceBed cases[DASH_GLANCE_TRIALS_MAX / 2][DASH_GLANCE_BEDS];
    DashGlanceForm forms[DASH_GLANCE_TRIALS_MAX / 2];
    unsigned order[DASH_GLANCE_TRIALS_MAX / 2], half = n / 2;
    uint64_t state = seed;

    g_return_if_fail(n >= 2 && n <= DASH_GLANCE_TRIALS_MAX && n % 2 == 0);
    plan_training(&state, out);
    for (unsigned c = 0; c < half; c++)
        draw_case(&state, cases[c]);
    /* Of an odd number of cases the lot says which form comes first once more. */
    unsigned start = draw(&state, DASH_GLANCE_FORMS);
    count_up(order, half);
    shuffle(&state, order, half);
    for (unsigned i = 0; i < half; i++)
        forms[order[i]] = (DashGlanceForm)((start + i) % DASH_GLANCE_FORMS);
    out += DASH_GLANCE_TRAINING;
    plan_half(&state, cases, forms, false, half, 1, out);
    plan_half(&state, cases, forms, true, half, half + 1, out + half);
}

DashGlanceScore
dash_glance_score(const DashGlanceTrial *trial, const DashGlanceAnswer *answer)
{
    DashGlanceScore score = {.worst = answer->worst == trial->worst + 1};

    for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++)
        for (unsigned s = 0; s < DASH_GLANCE_SIGNS; s++) {
            bool is = trial->bed[b].sign[s].band != 0, said = answer->outside[b][s];
            score.correct += is && said;
            score.missed += is && !said;
            score.wrong += !is && said;
        }
    return score;
}

const char *
dash_glance_sign_name(DashGlanceSignKind kind)
{
    g_return_val_if_fail((unsigned)kind < DASH_GLANCE_SIGNS, "");
    return signs[kind].name;
}

const char *
dash_glance_form_name(DashGlanceForm form)
{
    return form == DASH_GLANCE_WALL ? "wall" : "ward";
}

bool
dash_glance_code_fits(const char *code)
{
    size_t n = code ? strlen(code) : 0;

    for (size_t i = 0; i < n; i++)
        if (!g_ascii_isalnum(code[i]) && code[i] != '-' && code[i] != '_')
            return false;
    return n >= 1 && n <= CODE_MAX && g_ascii_isalnum(code[0]);
}
