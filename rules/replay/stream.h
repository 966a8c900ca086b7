/* A stream of batches: what `vicu-collector play` writes, a ward or a recording in the time that
 * it would have been played in.
 *
 * Each frame is the length of a packed Batch, 4 bytes little endian, and the Batch. Memory: one
 * batch, and the inputs of one stretch (RULES_STREAM_STRETCH_US). Blocks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include "rules/replay/player.h"

G_BEGIN_DECLS

#define RULES_STREAM_STRETCH_US (60 * (int64_t)G_USEC_PER_SEC)

/* Told now and then: event time that is played. */
typedef void (*RulesReplayProgress)(int64_t t_us, void *user);

/* Plays all of @in; @newest_us becomes the time of the newest input (unchanged: there is none).
 * @restarts as rules_wire_new(). FALSE: a frame is damaged or ends early. */
bool rules_stream_play(FILE *in,
                       bool restarts,
                       RulesPlayer *player,
                       int64_t *newest_us,
                       RulesReplayProgress progress,
                       void *user,
                       GError **error);

G_END_DECLS
