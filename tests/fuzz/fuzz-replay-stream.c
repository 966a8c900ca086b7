/* A stream of batches, and the bytes as one batch, through the reader of replays.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/wire.h"
#include "rules/replay/stream.h"
#include "rules/replay/wire.h"
#include "tests/fuzz/fuzz-target.h"

#define RULES                                                                                      \
    "rules \"x\" version 1\nuse HR: /min validity 30 s\n"                                          \
    "rule a version 1 { raise low \"a\" when HR > 100 /min for 5 s\n"                              \
    "  unknown longer than 5 min -> keep }\n"

static void
nothing(int64_t t_us, void *user)
{
    (void)t_us;
    (void)user;
}

/* Bounded, but times that lie far apart are too slow for a fuzzer. */
static bool
is_short(const uint8_t *data, size_t size)
{
    g_autoptr(RulesWire) wire = rules_wire_new(true);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    int64_t first_us = INT64_MAX, last_us = 0;
    for (size_t at = 0; at + 4 <= size;) {
        size_t n = data[at] | (size_t)data[at + 1] << 8 | (size_t)data[at + 2] << 16;
        at += 4;
        Vicu__Batch *batch = n <= size - at ? vicu_wire_unpack_batch(data + at, n, NULL) : NULL;
        if (!batch)
            break;
        rules_wire_batch(wire, batch, inputs);
        vicu_wire_free_batch(batch);
        at += n;
    }
    for (size_t i = 0; i < rules_inputs_length(inputs); i++) {
        first_us = MIN(first_us, rules_inputs_get(inputs, i)->t_us);
        last_us = MAX(last_us, rules_inputs_get(inputs, i)->t_us);
    }
    return last_us - first_us < 600 * (int64_t)G_USEC_PER_SEC;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static RulesSet *set;
    g_autoptr(GError) error = NULL;
    int64_t newest_us = INT64_MIN;
    if (set == NULL) {
        g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("x");
        set = rules_set_compile(RULES, sizeof RULES - 1, diagnostics);
        g_assert(set != NULL);
    }
    if (size == 0 || !is_short(data, size))
        return 0;
    FILE *in = fmemopen((void *)data, size, "r");
    g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, "a/b/1", 0, INT64_MAX);
    bool ok = rules_stream_play(in, true, player, &newest_us, nothing, NULL, &error);
    g_assert(ok == (error == NULL));
    if (newest_us != INT64_MIN)
        rules_player_end(player, newest_us + 1);
    fclose(in);
    return 0;
}
