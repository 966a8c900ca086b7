/* One simulated monitor: its connection, what it still has to send, and its counts.
 *
 * Sends the oldest message, waits for its answer, then the next. AE and silence: sent
 * again with growing pauses, with the same control id. AR: given up. A lost connection
 * is dialled again. At most TOOL_SIM_QUEUE messages wait; older ones are dropped and
 * counted. Runs on the default main context.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <gio/gio.h>

#include "tools/sim/script.h"

G_BEGIN_DECLS

#define TOOL_SIM_QUEUE 600

typedef struct {
    uint64_t made, sent, accepted, errors, rejected, resent, timeouts, reconnects, dropped;
} ToolSimCounts;

typedef struct {
    const char *host;
    uint16_t port;
    int64_t period_us;
    guint32 seed;
    gboolean drop_connection; /* leaves in the middle of a frame now and then */
    gboolean garbage;         /* bytes outside frames, frames that are cut */
    gboolean sentinels;
    gboolean verbose;
} ToolSimSettings;

typedef struct ToolSimPeer ToolSimPeer;

/* @settings and @bed are borrowed. Dials at once, sends its first message @delay_us later. */
ToolSimPeer *
tool_sim_peer_new(const ToolSimSettings *settings, const ToolSimBed *bed, int64_t delay_us);
void tool_sim_peer_free(ToolSimPeer *self);

/* Makes no further messages; what waits is still sent. */
void tool_sim_peer_stop(ToolSimPeer *self);
guint tool_sim_peer_waiting(const ToolSimPeer *self);
const ToolSimCounts *tool_sim_peer_counts(const ToolSimPeer *self);
/* Why the last message was not taken; NULL: it was. */
const char *tool_sim_peer_trouble(const ToolSimPeer *self);

G_END_DECLS
