/* Feeding an engine in its tests: short words for samples, and a log of what
 * was told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "proto/signals.h"
#include "rules/engine/engine.h"
#include "tests/rules/vectors.h"

/* Bed-local zero: no time is 0, which means "never". */
#define WARD_T0 ((int64_t)1000000000 * G_USEC_PER_SEC)

static inline int64_t
ward_t(double seconds)
{
    return WARD_T0 + (int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5));
}

static inline RulesSample
ward_sample(const char *signal, double seconds, double value)
{
    return (RulesSample){.code = vicu_signal_code(vicu_signal_by_name(signal)),
                         .t_us = ward_t(seconds),
                         .value = value,
                         .origin = RULES_ORIGIN_RECORDING};
}

static inline RulesFate
ward_put(RulesBed *bed, const char *signal, double seconds, double value)
{
    RulesSample s = ward_sample(signal, seconds, value);
    return rules_engine_sample(bed, &s);
}

static inline RulesFate
ward_word(RulesBed *bed, const char *signal, double seconds, const char *word)
{
    RulesSample s = ward_sample(signal, seconds, 0);
    return rules_engine_symbol(bed, &s, word);
}

static inline RulesFate
ward_event(RulesBed *bed, const char *signal, double seconds)
{
    RulesSample s = ward_sample(signal, seconds, 0);
    return rules_engine_event(bed, &s);
}

static inline RulesFate
ward_carrier(RulesBed *bed, const char *signal, double from, double to)
{
    return rules_engine_carrier(bed, vicu_signal_code(vicu_signal_by_name(signal)), ward_t(from),
                                ward_t(to), true);
}

static inline const char *
ward_kind(RulesTransitionKind kind)
{
    static const char *const words[] = {"raise",        "clear", "technical",  "judged", "suppress",
                                        "suppress-end", "score", "not-judged", "reset"};
    return words[kind];
}

/* "25 desaturation raise t0=10 SpO2 89 %\n"; scores and not-judged only in full. */
static inline void
ward_log_full(const RulesTransition *t, void *user)
{
    GString *log = user;
    g_string_append_printf(log, "%g %s %s", (double)(t->t_us - WARD_T0) / 1e6, t->rule_name,
                           ward_kind(t->kind));
    if (t->kind == RULES_SCORE)
        g_string_append_printf(log, " %s %d..%d missing %s", t->score->name, t->score->min,
                               t->score->max, t->score->missing);
    else
        g_string_append_printf(log, " t0=%g %s|%s|%d|%d", (double)(t->t0_us - WARD_T0) / 1e6,
                               t->text, t->why, (int)t->priority, t->technical);
    for (size_t i = 0; i < t->n_inputs; i++)
        g_string_append_printf(log, " %s=%g@%g", t->inputs[i].name, t->inputs[i].value,
                               (double)(t->inputs[i].t_us - WARD_T0) / 1e6);
    g_string_append_printf(log, "\n%s", t->explain);
}

static inline void
ward_log(const RulesTransition *t, void *user)
{
    GString *log = user;
    if (t->kind != RULES_SCORE && t->kind != RULES_NOT_JUDGED)
        g_string_append_printf(log, "%g %s %s\n", (double)(t->t_us - WARD_T0) / 1e6, t->rule_name,
                               ward_kind(t->kind));
}
