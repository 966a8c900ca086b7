/* `vicu query all SIGNAL --px N`: the trend of one numeric of every bed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "tools/streams.h"
#include "tools/verbs.h"

G_BEGIN_DECLS

typedef struct {
    const GPtrArray *streams; /* ToolStream */
    const char *signal;
    int channel; /* -1: the first of each bed */
    int64_t from_us, to_us;
    guint columns;
    gboolean json;
} ToolWardAsk;

/* Asks and prints; the status to end with. */
int tool_query_ward(const ToolVerb *verb, ToolClient *client, const ToolWardAsk *ask);

G_END_DECLS
