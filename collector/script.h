/* Simulated parameters of a bed whose recording has waves alone: temperature,
 * consciousness, oxygen and the like, as a group of a key file says.
 *
 *   [script 3]
 *   Temp=37.2;0.3;240     value; how far it wanders; minutes of one swing
 *   ACVPU=A
 *
 * A value is a function of time and seed: the same moment always gives the same
 * number, and it never leaves value +- wander. Everything made here is to be
 * marked simulated. Immutable after loading; pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "proto/signals.h"

G_BEGIN_DECLS

typedef struct CollectorScript CollectorScript;

typedef struct {
    const VicuSignal *signal; /* a numeric or a symbol */
    const char *symbol;       /* NULL for a numeric */
    double value;
    double wander;
    double swing_min;
    int64_t period_us; /* between two values */
} CollectorScriptItem;

/* Group @group of @file; @what names the file in errors. Names are those of the
 * table of signals; a value out of the table's bounds is refused. */
CollectorScript *
collector_script_load(GKeyFile *file, const char *what, const char *group, GError **error);
void collector_script_free(CollectorScript *self);

size_t collector_script_n(const CollectorScript *self);
const CollectorScriptItem *collector_script_item(const CollectorScript *self, size_t i);

/* In the table's unit, rounded as a monitor shows it. @seed sets copies apart. */
double collector_script_value(const CollectorScriptItem *item, int64_t t_us, guint seed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorScript, collector_script_free)

G_END_DECLS
