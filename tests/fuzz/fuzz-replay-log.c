/* The input log as a table, played; and a line of the alarm log.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/packs/packs.h"
#include "rules/replay/player.h"
#include "tests/fuzz/fuzz-target.h"

static void
play(RulesSet *set, const char *bed, const RulesInputs *inputs)
{
    size_t n = rules_inputs_length(inputs);
    int64_t first_us = rules_inputs_get(inputs, 0)->t_us;
    int64_t last_us = rules_inputs_get(inputs, n - 1)->t_us;
    if (last_us - first_us > 3600 * (int64_t)G_USEC_PER_SEC)
        return; /* bounded, but too slow for a fuzzer */
    g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, bed, first_us, last_us + 1);
    rules_player_play(player, inputs);
    rules_player_end(player, last_us + 1);
    g_auto(GStrv) lines = g_strsplit(rules_player_log(player, 0)->str, "\n", -1);
    for (size_t i = 0; lines[i] && *lines[i]; i++) {
        RulesLogLine line;
        g_assert_true(rules_log_parse(lines[i], &line));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static RulesSet *set;
    GHashTableIter iter;
    gpointer bed, inputs;
    RulesLogLine line;
    if (set == NULL) {
        const char *pack = rules_pack_text("adult-icu");
        g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("pack");
        set = rules_set_compile(pack, strlen(pack), diagnostics);
        g_assert(set != NULL);
    }
    g_autofree char *text = g_strndup((const char *)data, size);
    rules_log_parse(text, &line);
    g_autoptr(GHashTable) beds = rules_inputs_table();
    g_autoptr(GError) error = NULL;
    if (!rules_inputs_read((const char *)data, size, "fuzz", beds, &error)) {
        g_assert(error != NULL);
        return 0;
    }
    g_hash_table_iter_init(&iter, beds);
    while (g_hash_table_iter_next(&iter, &bed, &inputs))
        play(set, bed, inputs);
    return 0;
}
