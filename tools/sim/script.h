/* What a simulated monitor measures: parameters and how they move.
 *
 * From the ward's key file: the beds whose group says script_over=hl7, each with its
 * [script NAME] (see data/recordings/ward.ini), or a quiet patient where there is no
 * file. A value is a function of the seed and the time alone: smooth, the same moment
 * always gives the same number, never outside value +- wander. Immutable after loading.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "proto/signals.h"

G_BEGIN_DECLS

#define TOOL_SIM_BEDS_MAX  500
#define TOOL_SIM_ITEMS_MAX 32

typedef struct {
    const VicuSignal *signal; /* numeric or symbol */
    char *symbol;             /* NULL for a numeric */
    double value;
    double wander;
    double swing_min;
    int64_t every_us; /* 0: in each message */
} ToolSimItem;

typedef struct {
    guint number;
    char *bed; /* demo/icu/7 */
    ToolSimItem items[TOOL_SIM_ITEMS_MAX];
    size_t n_items;
} ToolSimBed;

/* Beds of @path (NULL: a quiet patient in each) numbered @first and up, at most @n; 0:
 * all of the file. @prefix ("demo/icu") names them where no file does. Of ToolSimBed. */
GPtrArray *
tool_sim_beds_load(const char *path, const char *prefix, guint first, guint n, GError **error);

/* In the table's unit. */
double tool_sim_value(const ToolSimItem *item, int64_t t_us, guint32 seed);
/* Digits after the point, as a monitor shows the signal. */
int tool_sim_decimals(const VicuSignal *signal);

G_END_DECLS
