/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/signals.h"

#include <string.h>

uint32_t
vicu_signal_code(const VicuSignal *signal)
{
    return signal->codes[0];
}

const VicuSignal *
vicu_signal_by_name(const char *name)
{
    for (size_t i = 0; i < vicu_n_signals; i++)
        if (strcmp(vicu_signals[i].name, name) == 0)
            return &vicu_signals[i];
    return NULL;
}

const VicuSignal *
vicu_signal_by_code(uint32_t code)
{
    for (size_t i = 0; i < vicu_n_signals; i++)
        for (const uint32_t *c = vicu_signals[i].codes; *c != 0; c++)
            if (*c == code)
                return &vicu_signals[i];
    return NULL;
}

const VicuSignal *
vicu_signal_by_label(const char *label)
{
    for (size_t i = 0; i < vicu_n_signals; i++)
        for (const char *const *l = vicu_signals[i].labels; *l != NULL; l++)
            if (g_ascii_strcasecmp(*l, label) == 0)
                return &vicu_signals[i];
    return NULL;
}

const char *
vicu_signal_word(const VicuSignal *signal, const char *text)
{
    for (const char *const *w = signal->words; *w != NULL; w++)
        if (g_ascii_strcasecmp(*w, text) == 0)
            return *w;
    return signal->words[0] == NULL ? text : NULL;
}

char *
vicu_signal_words(const VicuSignal *signal)
{
    return g_strjoinv(", ", (char **)(uintptr_t)signal->words);
}

gboolean
vicu_signal_is_ecg(const VicuSignal *signal)
{
    return signal->kind == VICU_SIGNAL_WAVE && g_str_has_prefix(signal->name, "ECG");
}

int64_t
vicu_signal_validity_us(const VicuSignal *signal, int64_t period_ms)
{
    int64_t validity_ms = MAX(signal->validity_s * 1000, 3 * period_ms);

    return MIN(validity_ms, MAX(signal->cap_s, signal->validity_s) * 1000) * 1000;
}
