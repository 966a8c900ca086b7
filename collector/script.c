/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/script.h"

#include <math.h>
#include <string.h>

#include "common/error.h"

#define MAX_ITEMS       32
#define SYMBOL_EVERY_US INT64_C(300000000) /* a late joiner knows within five minutes */

struct CollectorScript {
    CollectorScriptItem items[MAX_ITEMS];
    char *symbols[MAX_ITEMS];
    size_t n;
};

static gboolean
refuse(GError **error, const char *what, const char *group, const char *key, const char *text)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: [%s] %s: %s", what, group, key, text);
    return FALSE;
}

static gboolean
load_numeric(CollectorScriptItem *item,
             GKeyFile *file,
             const char *what,
             const char *group,
             const char *key,
             GError **error)
{
    gsize n = 0;
    g_autofree double *list = g_key_file_get_double_list(file, group, key, &n, NULL);

    if (list == NULL || n < 1 || n > 3)
        return refuse(error, what, group, key,
                      "expected VALUE, VALUE;WANDER or VALUE;WANDER;MINUTES");
    item->value = list[0];
    item->wander = n > 1 ? list[1] : 0.0;
    item->swing_min = n > 2 ? list[2] : 60.0;
    if (!(item->wander >= 0.0) || !(item->swing_min >= 1.0 && item->swing_min <= 10080.0))
        return refuse(error, what, group, key, "WANDER is below 0, or MINUTES is outside 1..10080");
    if (!(item->value - item->wander >= item->signal->min
          && item->value + item->wander <= item->signal->max)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: [%s] %s = %g +- %g %s leaves %g..%g",
                    what, group, key, item->value, item->wander, item->signal->unit,
                    item->signal->min, item->signal->max);
        return FALSE;
    }
    item->period_us = MAX(item->signal->period_ms, 1000) * 1000;
    return TRUE;
}

static gboolean
load_item(CollectorScript *self,
          GKeyFile *file,
          const char *what,
          const char *group,
          const char *key,
          GError **error)
{
    CollectorScriptItem *item = &self->items[self->n];

    if (self->n == MAX_ITEMS)
        return refuse(error, what, group, key, "more than 32 parameters");
    item->signal = vicu_signal_by_name(key);
    if (item->signal == NULL)
        return refuse(error, what, group, key, "the table of signals has no such name");
    switch (item->signal->kind) {
    case VICU_SIGNAL_NUMERIC:
        if (!load_numeric(item, file, what, group, key, error))
            return FALSE;
        break;
    case VICU_SIGNAL_SYMBOL:
        self->symbols[self->n] = g_key_file_get_string(file, group, key, NULL);
        item->symbol = self->symbols[self->n];
        if (item->symbol == NULL || item->symbol[0] == '\0' || strlen(item->symbol) > 32) {
            self->n++; /* so that it is freed */
            return refuse(error, what, group, key, "a word of 1 to 32 characters is expected");
        }
        item->period_us = SYMBOL_EVERY_US;
        break;
    case VICU_SIGNAL_WAVE:
    case VICU_SIGNAL_EVENT:
    default:
        return refuse(error, what, group, key, "waves and events cannot be scripted");
    }
    self->n++;
    return TRUE;
}

CollectorScript *
collector_script_load(GKeyFile *file, const char *what, const char *group, GError **error)
{
    g_autoptr(CollectorScript) self = g_new0(CollectorScript, 1);
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

    if (keys == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: there is no group [%s]", what,
                    group);
        return NULL;
    }
    for (size_t i = 0; keys[i] != NULL; i++)
        if (!load_item(self, file, what, group, keys[i], error))
            return NULL;
    return g_steal_pointer(&self);
}

void
collector_script_free(CollectorScript *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->n; i++)
        g_free(self->symbols[i]);
    g_free(self);
}

size_t
collector_script_n(const CollectorScript *self)
{
    return self->n;
}

const CollectorScriptItem *
collector_script_item(const CollectorScript *self, size_t i)
{
    g_return_val_if_fail(i < self->n, NULL);
    return &self->items[i];
}

/* The last digit a monitor shows. */
static double
resolution(const VicuSignal *signal)
{
    if (strcmp(signal->unit, "Cel") == 0)
        return 0.1;
    if (strcmp(signal->name, "FiO2") == 0)
        return 0.01;
    if (strcmp(signal->unit, "%") == 0 || strcmp(signal->unit, "/min") == 0
        || strcmp(signal->unit, "mm[Hg]") == 0)
        return 1.0;
    return 0.1;
}

double
collector_script_value(const CollectorScriptItem *item, int64_t t_us, guint seed)
{
    double minutes = (double)(t_us / 1000) / 60000.0;
    double phase = (seed * 37u % 101u) / 101.0 + (item->signal->codes[0] % 13u) / 13.0;
    double turn = 2.0 * G_PI * (fmod(minutes / item->swing_min, 1.0) + phase);
    double faster = 2.0 * G_PI * (fmod(minutes / item->swing_min * 3.7, 1.0) + phase * 2.0);
    double value = item->value + item->wander * (0.75 * sin(turn) + 0.25 * sin(faster));
    double step = resolution(item->signal);

    return CLAMP(round(value / step) * step, item->signal->min, item->signal->max);
}
