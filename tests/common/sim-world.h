/* The whole of link and feed in one thread: senders with the real spool on a
 * forgetful disk, hub, store and rules on a faulty network, one seed, no clock.
 *
 * First a time of faults (a profile drawn from the seed: loss, reordering,
 * partitions, kills, power cuts, stops of 2-5 s, full and failing disks, lost
 * spools, copied spools, steps of the wall clock), then a time without, in which
 * everything must come right. Each step is judged by sim-oracle.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    char *breach;   /* NULL: all held */
    uint64_t trace; /* hash over all that happened, in order */
    uint64_t appended;
    uint64_t stored;
    uint64_t delivered_gaps;
    uint64_t crashes;
    int64_t virtual_us;
} SimResult;

/* @talk: print what happens. */
SimResult sim_run(uint64_t seed, bool talk);
void sim_result_clear(SimResult *result);

G_END_DECLS
