/* A grid of what a limit and a delay could be: each pair is a lane of the replay, so the waves
 * are read once for all of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/replay/edit.h"
#include "rules/replay/spread.h"

G_BEGIN_DECLS

#define RULES_GRID_CELLS_MAX 100

typedef struct {
    char *limit;
    GArray *values;   /* double, ascending */
    GArray *delays;   /* int64_t, us; one RULES_EDIT_AS_WRITTEN: the delays stay */
    GPtrArray *sets;  /* RulesSet, one for each delay */
    GPtrArray *rules; /* char *, that read the limit */
} RulesGrid;

/* @text "SpO2_low=85..92/1" (or "SpO2_low=88"), @delays "0s,15s,1min" or NULL. FALSE: @error names
 * what was found and what was expected. */
RulesGrid *rules_grid_parse(const char *text, const char *delays, GError **error);
void rules_grid_free(RulesGrid *self);

guint rules_grid_cells(const RulesGrid *self);
/* Compiles what is needed of @list. FALSE: no rule reads the limit, or a value is not allowed. */
bool rules_grid_compile(RulesGrid *self, const char *list, GError **error);
/* Lane of value @value and delay @delay, as indices; its report is the caller's. */
RulesLane rules_grid_lane(const RulesGrid *self, guint value, guint delay);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesGrid, rules_grid_free)

G_END_DECLS
