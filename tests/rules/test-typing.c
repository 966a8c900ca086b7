/* Normal and ventricular beats, told apart in rhythms that are known.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/rhythm/typing.h"
#include "tests/rules/rhythm-fixture.h"

enum { BEATS_MAX = 400 };

/* A beat from the ventricle at @t seconds from its middle, in mV: wide, the other way up, no P. */
static double
wide_beat(double t)
{
    return -0.4 * bump(t, -0.07, 0.03) + 1.5 * bump(t, 0, 0.035) - 0.6 * bump(t, 0.22, 0.06);
}

typedef struct {
    double at_s[BEATS_MAX];
    char type[BEATS_MAX];
    size_t n;
} Script;

static void
add(Script *script, double at_s, char type)
{
    script->at_s[script->n] = at_s;
    script->type[script->n++] = type;
}

static double
value_at(const Script *script, double t)
{
    double v = 0;
    for (size_t i = 0; i < script->n; i++)
        if (fabs(t - script->at_s[i]) < 0.6)
            v += script->type[i] == 'V' ? wide_beat(t - script->at_s[i])
                                        : ecg_beat(t - script->at_s[i]);
    return v;
}

typedef struct {
    double at_s[BEATS_MAX];
    char type[BEATS_MAX];
    size_t n;
} Found;

static void
note(const RulesRhythmOut *out, gpointer user)
{
    Found *found = user;
    if (out->kind != RULES_RHYTHM_BEAT || out->code != code("QRS"))
        return;
    g_assert_cmpfloat(out->type_confidence, >=, 0.5);
    found->at_s[found->n] = (double)(out->t_us - T0_US) / 1e6;
    found->type[found->n++] = out->type;
}

static void
play(const Script *script, double until_s, uint32_t fs, Found *found)
{
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    RulesRhythmStream ecg = stream("ECG_II", fs, 1000);
    uint64_t seed = 3;
    memset(found, 0, sizeof *found);
    for (uint64_t i = 0; i < (uint64_t)(until_s * fs); i++) {
        double v = value_at(script, (double)i / fs) + 0.02 * noise(&seed);
        int16_t raw = (int16_t)lround(1000 * v);
        rules_rhythm_wave(rhythm, &ecg, i, &raw, 1);
        rules_rhythm_tick(rhythm, T0_US + (int64_t)((i + 1) * 1000000 / fs), note, found);
    }
}

/* Beats of the script found as their type; the others by number. */
static size_t
agreeing(const Script *script, const Found *found, double from_s, size_t *others)
{
    size_t as_told = 0;
    *others = 0;
    for (size_t k = 0; k < found->n; k++) {
        bool same = false;
        for (size_t i = 0; i < script->n; i++)
            same = same
                   || (fabs(script->at_s[i] - found->at_s[k]) < 0.08
                       && script->type[i] == found->type[k]);
        if (found->at_s[k] >= from_s)
            same ? as_told++ : (*others)++;
    }
    return as_told;
}

/* 75 /min; every eighth beat comes early, of type @type, with a compensatory pause. */
static void
early_beats(Script *script, char type)
{
    script->n = 0;
    for (int i = 0; i < 120; i++)
        add(script, 0.5 + 0.8 * i - (i % 8 == 7 ? 0.3 : 0), i % 8 == 7 ? type : 'N');
}

static void
single_ventricular_beats_are_told_from_early_normal_ones(void)
{
    static const uint32_t rates_hz[] = {125, 250, 360, 500, 1000};
    for (size_t i = 0; i < G_N_ELEMENTS(rates_hz); i++) {
        for (int v = 0; v < 2; v++) {
            Script script;
            Found found;
            size_t others = 0;
            early_beats(&script, v ? 'V' : 'N');
            play(&script, 96, rates_hz[i], &found);
            size_t good = agreeing(&script, &found, 12, &others);
            g_test_message("%u Hz, early %c: %zu as told, %zu others", rates_hz[i], v ? 'V' : 'N',
                           good, others);
            g_assert_cmpuint(others, ==, 0);
            g_assert_cmpuint(good, >=, 104);
        }
    }
}

static void
a_run_of_ventricular_beats_is_ventricular_to_its_end(void)
{
    Script script = {.n = 0};
    Found found;
    size_t others = 0;
    double t = 0.5;
    for (int i = 0; i < 30; i++, t += 0.8)
        add(&script, t, 'N');
    for (int i = 0; i < 60; i++, t += 0.4)
        add(&script, t, 'V');
    t += 0.6;
    for (int i = 0; i < 20; i++, t += 0.8)
        add(&script, t, 'N');
    play(&script, t, 250, &found);
    g_assert_cmpuint(agreeing(&script, &found, 8, &others), >=, 96);
    g_assert_cmpuint(others, ==, 0);
}

/* At 75 /min and for so long it is a block or a pacer, not a tachycardia. */
static void
a_shape_that_stays_at_a_slow_rate_becomes_the_normal_one(void)
{
    Script script = {.n = 0};
    Found found;
    for (int i = 0; i < 30; i++)
        add(&script, 0.5 + 0.8 * i, 'N');
    for (int i = 30; i < 90; i++)
        add(&script, 0.5 + 0.8 * i, 'V');
    play(&script, 72, 250, &found);
    g_assert_cmpuint(found.n, >=, 85);
    for (size_t i = 0; i < found.n; i++)
        if (found.at_s[i] > 50)
            g_assert_cmpint(found.type[i], ==, 'N');
}

static void
nothing_is_ventricular_before_the_normal_beat_is_known(void)
{
    RulesTyping typing = {0};
    RulesTypingLead lead = {.view = {.known = false, .width_s = 0.2f}, .trust = 1};
    for (int i = 0; i < 10; i++) {
        RulesTyped typed = rules_typing_beat(&typing, i * 400000, &lead, 1);
        g_assert_false(typed.known || typed.ventricular);
    }
    RulesTyped typed = rules_typing_beat(&typing, 4000000, NULL, 0);
    g_assert_false(typed.known || typed.ventricular);
}

static void
a_shape_with_a_hole_is_none(void)
{
    g_autoptr(RulesShapes) shapes = rules_shapes_new(250);
    for (int64_t i = 0; i < 500; i++)
        rules_shapes_push(shapes, i, (float)ecg_at((double)i / 250, 60));
    g_assert_true(rules_shapes_cut(shapes, 375).whole);
    g_assert_false(rules_shapes_cut(shapes, 480).whole);
    g_assert_false(rules_shapes_cut(shapes, 20).whole);
    g_assert_false(rules_shapes_cut(shapes, -1000000).whole);
    g_assert_false(rules_shapes_cut(shapes, INT64_MAX / 2).whole);
    rules_shapes_break(shapes);
    g_assert_false(rules_shapes_cut(shapes, 375).whole);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/typing/single_ventricular_beats_are_told_from_early_normal_ones",
                    single_ventricular_beats_are_told_from_early_normal_ones);
    g_test_add_func("/rules/typing/a_run_of_ventricular_beats_is_ventricular_to_its_end",
                    a_run_of_ventricular_beats_is_ventricular_to_its_end);
    g_test_add_func("/rules/typing/a_shape_that_stays_at_a_slow_rate_becomes_the_normal_one",
                    a_shape_that_stays_at_a_slow_rate_becomes_the_normal_one);
    g_test_add_func("/rules/typing/nothing_is_ventricular_before_the_normal_beat_is_known",
                    nothing_is_ventricular_before_the_normal_beat_is_known);
    g_test_add_func("/rules/typing/a_shape_with_a_hole_is_none", a_shape_with_a_hole_is_none);
    return g_test_run();
}
