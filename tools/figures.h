/* Figures of a bench: medians of repeated runs, with the machine they came from.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct ToolFigures ToolFigures;

/* @bench: "link". */
ToolFigures *tool_figures_new(const char *bench);
void tool_figures_free(ToolFigures *self);

/* One run's value; @unit is one of samples/cpu-s, B, ms, us, s, 1, MiB. */
void tool_figures_add(ToolFigures *self, const char *name, const char *unit, double value);

/* {bench, machine, figures: [{name, value, unit, runs, min, max}]}, or lines for people. */
void tool_figures_print(const ToolFigures *self, gboolean json, FILE *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolFigures, tool_figures_free)

G_END_DECLS
