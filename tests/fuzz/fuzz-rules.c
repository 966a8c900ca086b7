/* Rule text, files that it includes and a second pack: whatever compiles must also run.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "proto/signals.h"
#include "rules/engine/engine.h"
#include "tests/fuzz/fuzz-target.h"

#define T0_US ((int64_t)1000000000 * G_USEC_PER_SEC)

static void
look(const RulesTransition *transition, void *user)
{
    size_t *sum = user;
    *sum += strlen(transition->text) + strlen(transition->explain);
}

static void
feed(RulesBed *bed, int64_t t_us, int step)
{
    for (size_t i = 0; i < vicu_n_signals; i++) {
        const VicuSignal *s = &vicu_signals[i];
        RulesSample sample = {.code = vicu_signal_code(s), .t_us = t_us};
        sample.value = s->min + (s->max - s->min) * (step * 7 % 11) / 10.0;
        if ((step + (int)i) % 6 == 0)
            continue;
        if (s->kind == VICU_SIGNAL_NUMERIC)
            rules_engine_sample(bed, &sample);
        else if (s->kind == VICU_SIGNAL_SYMBOL)
            rules_engine_symbol(bed, &sample, step % 2 ? "A" : "ON");
        else if (s->kind == VICU_SIGNAL_EVENT)
            rules_engine_event(bed, &sample);
        if (s->kind == VICU_SIGNAL_EVENT)
            rules_engine_carrier(bed, sample.code, t_us, t_us + 5000000, true);
    }
}

static void
run(RulesSet *set)
{
    g_autoptr(RulesEngine) engine = rules_engine_new(set);
    RulesBed *bed = rules_engine_bed(engine, "a/b/1");
    size_t sum = 0;
    for (int step = 0; step < 24; step++) {
        feed(bed, T0_US + step * 5000000LL, step);
        rules_engine_advance(engine, T0_US + step * 5000000LL, look, &sum);
    }
    rules_engine_advance(engine, T0_US + 180000000, look, &sum);
    for (size_t i = 0; i < rules_set_n_rules(set) && i < 4; i++) {
        g_autofree char *text = rules_engine_explain(bed, i);
        sum += strlen(text);
    }
}

/* What stands behind the line "#### NAME", up to the next such line. */
typedef struct {
    const char *text;
    size_t size;
} Bytes;

static char *
read_part(const char *pack, const char *key, size_t *length, GError **error, void *user)
{
    const Bytes *all = user;
    g_autofree char *head = g_strdup_printf("\n#### %s\n", key);
    const char *at = g_strstr_len(all->text, (gssize)all->size, head);
    (void)pack;
    if (at == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "there is no such part");
        return NULL;
    }
    at += strlen(head);
    size_t left = all->size - (size_t)(at - all->text);
    const char *end = g_strstr_len(at, (gssize)left, "\n#### ");
    *length = end != NULL ? (size_t)(end - at) : left;
    return g_memdup2(at, *length + 1);
}

/* What comes first is a pack, and what stands behind "#### +", if anything, a second one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    Bytes all = {text, strlen(text)};
    const char *end = strstr(text, "\n#### ");
    size_t n_packs = 1;
    size_t length = 0;
    RulesPackText packs[2] = {{"fuzz.vrules", text, end != NULL ? (size_t)(end - text) : size}};
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("fuzz");
    if (size > 0 && end == NULL)
        packs[0].text = (const char *)data; /* NUL bytes too */
    g_autofree char *second = read_part("", "+", &length, NULL, &all);
    if (second != NULL)
        packs[n_packs++] = (RulesPackText){"second.vrules", second, length};
    g_autoptr(RulesSet) set = rules_set_compile_packs(packs, n_packs, read_part, &all, diagnostics);
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++) {
        g_autofree char *line = rules_diagnostics_format(diagnostics, i, true);
        g_assert(*line != '\0');
    }
    g_assert((set == NULL) == (rules_diagnostics_count(diagnostics, RULES_ERROR) > 0));
    if (set != NULL && rules_set_bed_bytes_most(set) < (4U << 20) && rules_set_n_rules(set) < 40)
        run(set);
    return 0;
}
