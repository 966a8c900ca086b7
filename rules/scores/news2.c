/* NEWS2 over a table, by the pack's own score table and the engine.
 *
 * Each row is a bed of its own: its values arrive once, and again half a
 * minute later, so that the medians over 60 s have the half of their window
 * that they need; then the score is read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/error.h"
#include "proto/signals.h"
#include "rules/engine/engine.h"
#include "rules/packs/packs.h"
#include "rules/packs/tests.h"
#include "rules/scores/score.h"

/* Any time will do, only not 0, which means "never". */
#define T0_US ((int64_t)1000000000 * G_USEC_PER_SEC)

struct RulesScorer {
    RulesEngine *engine;
    size_t news2; /* the score's index */
};

RulesScorer *
rules_scorer_new(void)
{
    return g_new0(RulesScorer, 1);
}

void
rules_scorer_free(RulesScorer *self)
{
    g_clear_pointer(&self->engine, rules_engine_free);
    g_free(self);
}

static void
open_engine(RulesScorer *self)
{
    const char *text = rules_pack_text("adult-icu");
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("adult-icu.vrules");
    g_autoptr(RulesSet) set = rules_set_compile(text, strlen(text), diagnostics);
    g_assert(set != NULL);
    self->engine = rules_engine_new(set);
    while (strcmp(rules_set_score_name(set, self->news2), "NEWS2") != 0)
        self->news2++;
}

static RulesSample
sample_of(const char *signal, int64_t t_us)
{
    return (RulesSample){.code = vicu_signal_code(vicu_signal_by_name(signal)),
                         .t_us = t_us,
                         .source = RULES_SOURCE_MANUAL,
                         .period_ms = 60000};
}

static bool
put_number(RulesBed *bed, const char *signal, const char *cell, GError **error)
{
    double value = 0;
    bool known = false;
    if (!rules_score_number(cell, signal, &value, &known, error))
        return false;
    for (int i = 0; known && i < 2; i++) {
        RulesSample sample = sample_of(signal, T0_US + i * 30 * G_USEC_PER_SEC);
        sample.value = value;
        if (rules_engine_sample(bed, &sample) != RULES_INPUT_TAKEN) {
            const VicuSignal *s = vicu_signal_by_name(signal);
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s is %g, believable is %g to %g %s",
                        signal, value, s->min, s->max, s->unit);
            return false;
        }
    }
    return true;
}

/* @words: what the cells "0", "1", ... stand for; NULL: the cell itself. */
static bool
put_symbol(RulesBed *bed,
           const char *signal,
           const char *cell,
           const char *cells,
           const char *const *words,
           GError **error)
{
    const char *word = cell;
    if (*cell == '\0')
        return true;
    const char *at = cell[1] == '\0' ? strchr(cells, *cell) : NULL;
    if (at == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s is \"%.20s\", expected one of %s or nothing", signal, cell, cells);
        return false;
    }
    if (words != NULL)
        word = words[at - cells];
    RulesSample sample = sample_of(signal, T0_US);
    rules_engine_symbol(bed, &sample, word);
    return true;
}

static bool
put_row(RulesBed *bed, const RulesCell *in, GError **error)
{
    static const char *const scales[] = {"S1", "S2"};
    static const char *const gases[] = {"AIR", "OXYGEN"};
    return put_number(bed, "RR", in[0].text, error) && put_number(bed, "SpO2", in[1].text, error)
           && put_symbol(bed, "scale", in[2].text, "12", scales, error)
           && put_symbol(bed, "O2", in[3].text, "01", gases, error)
           && put_number(bed, "ART_S", in[4].text, error)
           && put_number(bed, "HR", in[5].text, error)
           && put_symbol(bed, "ACVPU", in[6].text, "ACVPU", NULL, error)
           && put_number(bed, "Temp", in[7].text, error);
}

/* RCP NEWS2 2017, chart 2: thresholds and triggers. */
static const char *
risk_of(int total, bool any3)
{
    if (total >= 7)
        return "high";
    if (total >= 5)
        return "medium";
    return any3 ? "low-medium" : "low";
}

static void
write_answers(const RulesScoreView *view, RulesScoreText *out)
{
    static const char *const parts[] = {"rr", "spo2", "o2", "sbp", "hr", "con", "temp"};
    bool any3 = false;
    for (size_t i = 0; i < view->n_parts; i++) {
        const RulesScorePart *part = &view->parts[i];
        for (size_t p = 0; p < G_N_ELEMENTS(parts); p++)
            if (part->known && strcmp(part->name, parts[p]) == 0)
                g_snprintf(out[p], RULES_SCORE_TEXT, "%d", part->points);
        any3 |= part->known && part->points == 3;
    }
    if (view->known)
        g_snprintf(out[7], RULES_SCORE_TEXT, "%d", view->value);
    g_snprintf(out[8], RULES_SCORE_TEXT, "%d", view->min);
    g_snprintf(out[9], RULES_SCORE_TEXT, "%d", view->max);
    if (view->known || any3)
        g_snprintf(out[10], RULES_SCORE_TEXT, "%d", any3);
    if (view->known)
        g_snprintf(out[11], RULES_SCORE_TEXT, "%s", risk_of(view->value, any3));
}

static bool
score_news2(RulesScorer *self, const RulesCell *in, RulesScoreText *out, GError **error)
{
    if (self->engine == NULL)
        open_engine(self);
    RulesBed *bed = rules_engine_bed(self->engine, "score/score/1");
    bool good = put_row(bed, in, error);
    if (good) {
        rules_engine_advance_bed(bed, T0_US + 30 * G_USEC_PER_SEC, NULL, NULL);
        RulesScoreView view;
        rules_bed_score(bed, self->news2, &view);
        write_answers(&view, out);
    }
    rules_engine_remove(self->engine, bed);
    return good;
}

/* The engine and the pack say what each may hold. */
static const RulesColumn columns[] = {
    {.name = "rr_per_min", .kind = RULES_COLUMN_TEXT},
    {.name = "spo2_pct", .kind = RULES_COLUMN_TEXT},
    {.name = "spo2_scale", .kind = RULES_COLUMN_TEXT},
    {.name = "on_oxygen", .kind = RULES_COLUMN_TEXT},
    {.name = "sbp_mmHg", .kind = RULES_COLUMN_TEXT},
    {.name = "hr_per_min", .kind = RULES_COLUMN_TEXT},
    {.name = "acvpu", .kind = RULES_COLUMN_TEXT},
    {.name = "temp_Cel", .kind = RULES_COLUMN_TEXT},
    {.name = NULL},
};

const RulesScoreKind rules_score_news2 = {
    .name = "news2",
    .inputs = columns,
    .outputs = RULES_OUTPUTS(
        "rr", "spo2", "o2", "sbp", "hr", "con", "temp", "total", "min", "max", "any3", "risk"),
    .row = score_news2,
};
