/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/grid.h"

#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "rules/replay/sets.h"

#define SLACK     1e-9 /* 0.1 added ten times is not quite 1 */
#define DELAY_MAX (24 * 3600 * (int64_t)G_USEC_PER_SEC)

static void
unref_set(gpointer set)
{
    rules_set_unref(set);
}

static RulesGrid *
new_grid(void)
{
    RulesGrid *self = g_new0(RulesGrid, 1);
    self->values = g_array_new(FALSE, FALSE, sizeof(double));
    self->delays = g_array_new(FALSE, FALSE, sizeof(int64_t));
    self->sets = g_ptr_array_new_with_free_func(unref_set);
    self->rules = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
rules_grid_free(RulesGrid *self)
{
    if (!self)
        return;
    g_free(self->limit);
    g_array_unref(self->values);
    g_array_unref(self->delays);
    g_ptr_array_unref(self->sets);
    g_ptr_array_unref(self->rules);
    g_free(self);
}

static bool
take_number(const char **text, double *value)
{
    char *end = NULL;
    *value = g_ascii_strtod(*text, &end);
    bool ok = end != *text && isfinite(*value);
    *text = end;
    return ok;
}

/* "85..92/1" or "88". A point that ends a number belongs to "..": "85." is cut before it is read.
 */
static bool
take_range(const char *text, double *from, double *to, double *step)
{
    const char *dots = strstr(text, "..");
    g_autofree char *first = g_strndup(text, dots ? (size_t)(dots - text) : strlen(text));
    const char *at = first;
    if (!take_number(&at, from) || *at)
        return false;
    *to = *from;
    *step = 1;
    if (!dots)
        return true;
    at = dots + 2;
    if (!take_number(&at, to) || *at != '/')
        return false;
    at++;
    return take_number(&at, step) && !*at && *step > 0 && *to >= *from;
}

static bool
read_values(RulesGrid *self, const char *text, GError **error)
{
    const char *is = strchr(text, '=');
    double from, to, step;
    if (!is || is == text || !take_range(is + 1, &from, &to, &step)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "--grid \"%.60s\": expected LIMIT=FROM..TO/STEP, as SpO2_low=85..92/1", text);
        return false;
    }
    double n = floor((to - from) / step + SLACK) + 1;
    if (n > RULES_GRID_CELLS_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "--grid \"%.60s\" has %.0f values, above %d", text, n, RULES_GRID_CELLS_MAX);
        return false;
    }
    self->limit = g_strndup(text, (size_t)(is - text));
    for (guint i = 0; i < (guint)n; i++) {
        double value = from + i * step;
        g_array_append_val(self->values, value);
    }
    return true;
}

static bool
read_delays(RulesGrid *self, const char *text, GError **error)
{
    int64_t as_written = RULES_EDIT_AS_WRITTEN;
    if (!text) {
        g_array_append_val(self->delays, as_written);
        return true;
    }
    g_auto(GStrv) words = g_strsplit(text, ",", RULES_GRID_CELLS_MAX + 1);
    for (size_t i = 0; words[i]; i++) {
        int64_t us;
        if (!vicu_duration_parse(g_strstrip(words[i]), &us, NULL) || us < 0 || us > DELAY_MAX
            || us % 1000 != 0) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                        "--grid-delay \"%.60s\": expected durations of 0s to 24h, as 0s,15s,1min",
                        words[i]);
            return false;
        }
        g_array_append_val(self->delays, us);
    }
    return true;
}

RulesGrid *
rules_grid_parse(const char *text, const char *delays, GError **error)
{
    g_autoptr(RulesGrid) self = new_grid();
    if (!read_values(self, text, error) || !read_delays(self, delays, error))
        return NULL;
    if (rules_grid_cells(self) > 0 && rules_grid_cells(self) <= RULES_GRID_CELLS_MAX)
        return g_steal_pointer(&self);
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "--grid has %u pairs of a value and a delay, outside 1..%d", rules_grid_cells(self),
                RULES_GRID_CELLS_MAX);
    return NULL;
}

guint
rules_grid_cells(const RulesGrid *self)
{
    return self->values->len * self->delays->len;
}

static bool
values_fit(const RulesGrid *self, GError **error)
{
    const RulesSet *set = self->sets->pdata[0];
    RulesLimitInfo info = rules_set_limit(set, (size_t)rules_set_limit_find(set, self->limit));
    for (guint i = 0; i < self->values->len; i++) {
        double value = g_array_index(self->values, double, i);
        if (value >= info.min && value <= info.max)
            continue;
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "--grid: %s = %g %s is outside %g..%g %s",
                    info.name, value, info.unit, info.min, info.max, info.unit);
        return false;
    }
    return true;
}

bool
rules_grid_compile(RulesGrid *self, const char *list, GError **error)
{
    for (guint i = 0; i < self->delays->len; i++) {
        g_ptr_array_set_size(self->rules, 0);
        RulesSet *set = rules_replay_set_delay(
            list, self->limit, g_array_index(self->delays, int64_t, i), self->rules, error);
        if (!set)
            return false;
        g_ptr_array_add(self->sets, set);
    }
    return values_fit(self, error);
}

RulesLane
rules_grid_lane(const RulesGrid *self, guint value, guint delay)
{
    return (RulesLane){
        .set = self->sets->pdata[delay],
        .limit = self->limit,
        .value = g_array_index(self->values, double, value),
    };
}
