/* Which streams the store has of a bed, and which one a person means.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "proto/signals.h"
#include "tools/client.h"

G_BEGIN_DECLS

typedef struct {
    char *bed;
    uint32_t code;
    uint32_t channel;
    char *label;
    char *unit;
    gboolean wave;
    int64_t first_us;
    int64_t last_us;
    uint32_t period_num;
    uint32_t period_den;
    Vicu__Origin origin;
    Vicu__Source source;
} ToolStream;

/* All streams of all beds; ToolStream with free function. */
GPtrArray *tool_streams_load(ToolClient *client, GError **error);

/* The full id of the bed that @text names. Borrowed from @streams. */
const char *tool_streams_bed(const GPtrArray *streams, const char *text, GError **error);

/* The stream of @bed that @signal (a name of the table, or a label as the
 * device says it) and @channel (-1: the first) mean. */
const ToolStream *tool_streams_find(
    const GPtrArray *streams, const char *bed, const char *signal, int channel, GError **error);

/* Time of sample @n of a run that began at @t0_us with period num/den seconds, exact. */
int64_t tool_sample_time(int64_t t0_us, uint64_t n, uint32_t num, uint32_t den);

G_END_DECLS
