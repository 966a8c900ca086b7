/* Without which sources a rule cannot be judged now: what merges technical alarms.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/state.h"

/* What reaches the ward by one sensor has one name: that of the sensor's wave, or of the
 * cuff. */
static const struct {
    const char *signal;
    const char *source;
} sensors[] = {
    {"HR", "ECG"},      {"LEAD_ECG", "ECG"}, {"ART_S", "ABP"},  {"ART_M", "ABP"},
    {"ART_D", "ABP"},   {"PULSE", "PLETH"},  {"SpO2", "PLETH"}, {"NIBP_S", "NIBP"},
    {"NIBP_M", "NIBP"}, {"NIBP_D", "NIBP"},
};

static const char *
source_of(const VicuSignal *signal)
{
    if (*signal->carrier != '\0') /* an event comes by the wave that it is detected from */
        return signal->carrier;
    for (size_t i = 0; i < G_N_ELEMENTS(sensors); i++)
        if (strcmp(sensors[i].signal, signal->name) == 0)
            return sensors[i].source;
    return signal->name;
}

static bool
was_seen(const RulesBed *bed, const RulesSlot *slot, int index)
{
    return slot->event >= 0 ? rules_event_state(bed, slot->event)->seen
                            : rules_slot_state(bed, index)->seen;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Once each; of several signals of one input those ever seen here, else the first. */
static void
add_input(const RulesBed *bed, int input, GPtrArray *names)
{
    const RulesSet *set = bed->engine->set;
    const GArray *sources = RULES_AT(set->inputs, RulesInput, input).sources;
    bool any = false;
    for (guint pass = 0; pass < 2 && !any; pass++)
        for (guint i = 0; i < (pass == 0 ? sources->len : MIN(sources->len, 1)); i++) {
            int index = RULES_AT(sources, RulesInputSource, i).slot;
            const RulesSlot *slot = &RULES_AT(set->slots, RulesSlot, index);
            if (pass == 0 && !was_seen(bed, slot, index))
                continue;
            any = true;
            const char *name = source_of(slot->signal);
            if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
                g_ptr_array_add(names, (gpointer)name);
        }
}

static void
add_inputs(const RulesBed *bed, const uint64_t bits[2], GPtrArray *names)
{
    for (int i = 0; i < (int)bed->engine->set->inputs->len; i++)
        if (rules_bit(bits, i) && rules_input_expected(bed, i) && !rules_input_known(bed, i))
            add_input(bed, i, names);
}

char *
rules_bed_missing(const RulesBed *bed, size_t index)
{
    const RulesRule *rule = &RULES_AT(bed->engine->set->rules, RulesRule, index);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GString *out = g_string_new(NULL);
    add_inputs(bed, rule->inputs, names);
    if (names->len == 0)
        add_inputs(bed, rule->applies_inputs, names);
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? " " : "", (char *)names->pdata[i]);
    return g_string_free(out, FALSE);
}
