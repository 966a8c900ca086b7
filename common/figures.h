/* Figures of a bench: medians of repeated runs, with the machine they came from.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct VicuFigures VicuFigures;

/* @bench: "link". */
VicuFigures *vicu_figures_new(const char *bench);
void vicu_figures_free(VicuFigures *self);

/* One run's value; @unit is one of samples/cpu-s, B, ms, us, ns, s, 1, MiB. */
void vicu_figures_add(VicuFigures *self, const char *name, const char *unit, double value);

/* What else was measured on, behind the machine's name: the last one said. */
void vicu_figures_on(VicuFigures *self, const char *what);

/* {bench, machine, figures: [{name, value, unit, runs, min, max}]}, or lines for people. */
void vicu_figures_print(const VicuFigures *self, gboolean json, FILE *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuFigures, vicu_figures_free)

G_END_DECLS
