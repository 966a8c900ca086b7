/* For tests of the replay: a small set, logs as text, and one bed played.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "rules/replay/player.h"

#define T0_S  1000000000
#define T0_US ((int64_t)T0_S * G_USEC_PER_SEC)

#define REPLAY_SET                                                                                 \
    "rules \"small\" version 1\n"                                                                  \
    "default unknown longer than 5 min -> technical low \"{rule}: no data\"\n"                     \
    "use SpO2: % validity 30 s\n"                                                                  \
    "use HR: /min validity 30 s\n"                                                                 \
    "limit SpO2_low = 90 % within 80 % .. 95 % per bed\n"                                          \
    "rule desaturation version 4 { raise medium \"SpO2 {SpO2}\"\n"                                 \
    "  when SpO2 < SpO2_low for 15 s resetting clear when SpO2 >= SpO2_low + 2 % for 10 s\n"       \
    "  unknown longer than 60 s -> technical low \"SpO2 probe off\" }\n"                           \
    "rule tachycardia version 1 { raise high \"HR {HR}\" when HR > 150 /min for 5 s }\n"

static inline RulesSet *
replay_compile(const char *text)
{
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("test");
    RulesSet *set = rules_set_compile(text, strlen(text), diagnostics);
    for (size_t i = 0; set == NULL && i < rules_diagnostics_length(diagnostics); i++)
        g_test_message("%s", rules_diagnostics_get(diagnostics, i)->message);
    g_assert_nonnull(set);
    return set;
}

/* @n values of @signal, one a second from @from_s on. */
static inline void
replay_series(RulesInputs *inputs, const char *text)
{
    g_autoptr(GHashTable) beds = rules_inputs_table();
    g_autofree char *table = g_strconcat(RULES_INPUTS_HEADER "\n", text, NULL);
    GError *error = NULL;
    bool ok = rules_inputs_read(table, strlen(table), "test", beds, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    const RulesInputs *one = g_hash_table_lookup(beds, "a/b/1");
    for (size_t i = 0; one && i < rules_inputs_length(one); i++)
        rules_inputs_add(inputs, rules_inputs_get(one, i));
    rules_inputs_sort(inputs);
}

static inline void
replay_row(GString *out, double t_s, const char *rest)
{
    g_string_append_printf(out, "a/b/1,%" G_GINT64_FORMAT ",%s\n",
                           T0_US + (int64_t)(t_s * G_USEC_PER_SEC), rest);
}

static inline void
replay_run(GString *out, int from_s, int to_s, const char *signal, double value)
{
    for (int s = from_s; s < to_s; s++) {
        g_autofree char *rest = g_strdup_printf("sample,%s,%g", signal, value);
        replay_row(out, s, rest);
    }
}
