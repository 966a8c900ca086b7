/* What a viewer of the live lane sees: which beds have data, how old they are
 * when they arrive, how much of it there is.
 *
 * Pure: the message and the time are arguments. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "tools/spread.h"

G_BEGIN_DECLS

typedef struct ToolWatch ToolWatch;

ToolWatch *tool_watch_new(void);
void tool_watch_free(ToolWatch *self);

/* A LIVE message at @now_us. */
void tool_watch_take(ToolWatch *self,
                     const VicuEnvelope *envelope,
                     const Vicu__Batch *batch,
                     int64_t now_us);

/* Beds with a sample not older than @age_us. */
size_t tool_watch_beds(const ToolWatch *self, int64_t now_us, int64_t age_us);

typedef struct {
    uint64_t batches;
    uint64_t missed;   /* numbers of the hub that did not come */
    uint64_t samples;  /* of waves */
    uint64_t values;   /* numerics */
    size_t beds;       /* ever seen */
    ToolSpread age_ms; /* of each frame's last sample when it arrived here */
} ToolWatchFigures;

const ToolWatchFigures *tool_watch_figures(const ToolWatch *self);
/* Forgets the ages so far: what came while everything was still starting. */
void tool_watch_restart_ages(ToolWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolWatch, tool_watch_free)

G_END_DECLS
