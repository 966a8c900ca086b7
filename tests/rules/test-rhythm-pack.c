/* The pack `rhythm`: its own tests, and from waves of a bed to its alarms.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/engine.h"
#include "rules/packs/packs.h"
#include "rules/rhythm/confirm.h"
#include "tests/rules/rhythm-fixture.h"
#include "tests/rules/vectors.h"

/* --- from waves to alarms --- */

typedef struct {
    RulesBed *bed;
    GPtrArray *told; /* "RULE raise|clear|technical" */
    int64_t first_us;
} Chain;

static void
on_transition(const RulesTransition *t, void *user)
{
    Chain *chain = user;
    const char *what = t->kind == RULES_RAISE       ? "raise"
                       : t->kind == RULES_TECHNICAL ? "technical"
                       : t->kind == RULES_CLEAR     ? "clear"
                                                    : NULL;
    if (!what)
        return;
    if (chain->told->len == 0)
        chain->first_us = t->t_us;
    g_ptr_array_add(chain->told, g_strdup_printf("%s %s", t->rule_name, what));
}

static void
on_rhythm(const RulesRhythmOut *out, gpointer user)
{
    Chain *chain = user;
    RulesSample sample = {
        .code = out->code, .t_us = out->t_us, .source = RULES_SOURCE_DERIVED, .period_ms = 1000};
    if (out->kind == RULES_RHYTHM_SYMBOL)
        rules_engine_symbol(chain->bed, &sample, out->symbol);
}

/* 60 s of a heart that beats until 20 s, and of pulses until then or on; the ECG is
 * missing, or frozen, in the break. */
typedef struct {
    bool stops, pulses_go_on, frozen;
    double break_s, break_to_s;
} Story;

static void
play(Chain *chain, const Story *story)
{
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text("rhythm"));
    RulesEngine *engine = rules_engine_new(set);
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    RulesRhythmStream ecg = stream("ECG_II", 250, 1000), abp = stream("ABP", 250, 50);
    uint64_t seed = 3;
    *chain = (Chain){.bed = rules_engine_bed(engine, "a/b/1"),
                     .told = g_ptr_array_new_with_free_func(g_free)};
    for (int64_t i = 0; i < 80 * 250; i += 10) {
        int16_t a[10], b[10];
        bool broken = (double)i / 250 >= story->break_s && (double)i / 250 < story->break_to_s;
        for (int k = 0; k < 10; k++) {
            double t = (double)(i + k) / 250;
            bool still = story->stops && t > 20;
            double mv = (still ? 0 : ecg_at(t, 75)) + 0.01 * noise(&seed);
            double mmhg = still && !story->pulses_go_on ? 14 + 60 * exp((20 - t) / 2)
                                                        : abp_at(t, 75, 120, 70);
            a[k] = broken && story->frozen ? 17 : (int16_t)lround(1000 * mv);
            b[k] = (int16_t)lround(50 * mmhg);
        }
        if (!broken || story->frozen)
            rules_rhythm_wave(rhythm, &ecg, (uint64_t)i, a, 10);
        rules_rhythm_wave(rhythm, &abp, (uint64_t)i, b, 10);
        int64_t t_us = T0_US + (i + 10) * 4000;
        rules_rhythm_tick(rhythm, t_us, on_rhythm, chain);
        rules_engine_advance_bed(chain->bed, t_us - 700000, on_transition, chain);
    }
    rules_engine_free(engine);
}

static const char *
told(const Chain *chain, guint i)
{
    return i < chain->told->len ? chain->told->pdata[i] : "";
}

static void
an_asystole_raises_within_ten_seconds(void)
{
    Chain chain;
    play(&chain, &(Story){.stops = true});
    g_assert_cmpuint(chain.told->len, ==, 1);
    g_assert_cmpstr(told(&chain, 0), ==, "rhythm-asystole raise");
    g_assert_cmpint(chain.first_us - T0_US, >=, 23500000);
    g_assert_cmpint(chain.first_us - T0_US, <=, 29500000);
    g_ptr_array_unref(chain.told);
}

static void
one_with_pulses_is_shown_as_not_confirmed(void)
{
    Chain chain;
    play(&chain, &(Story){.stops = true, .pulses_go_on = true});
    g_assert_cmpuint(chain.told->len, ==, 1);
    g_assert_cmpstr(told(&chain, 0), ==, "rhythm-asystole-vetoed raise");
    g_ptr_array_unref(chain.told);
}

/* A break of 1 to 30 s: technical when it is long, never a rhythm. */
static void
a_break_is_technical_or_nothing(void)
{
    for (int length = 1; length <= 30; length++) {
        for (int frozen = 0; frozen < 2; frozen++) {
            Chain chain;
            play(&chain, &(Story){.break_s = 25, .break_to_s = 25 + length, .frozen = frozen});
            g_test_message("%d s, %s: %s", length, frozen ? "frozen" : "missing", told(&chain, 0));
            for (guint i = 0; i < chain.told->len; i++)
                g_assert_cmpstr(told(&chain, i), ==, "rhythm-asystole technical");
            if (length <= 10)
                g_assert_cmpuint(chain.told->len, ==, 0);
            if (length >= 17)
                g_assert_cmpuint(chain.told->len, ==, 1);
            g_ptr_array_unref(chain.told);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/rules/rhythm-pack/" #test, test)
    ADD(an_asystole_raises_within_ten_seconds);
    ADD(one_with_pulses_is_shown_as_not_confirmed);
    ADD(a_break_is_technical_or_nothing);
#undef ADD
    return g_test_run();
}
