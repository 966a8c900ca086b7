/* The planted faults by name. Those of the feed, link and spool; those of
 * state and live are hunted by test-state and test-live.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/common/sim-mutants.h"

#include <string.h>

#ifdef VICU_MUTANTS
VicuMutant vicu_mutant = VICU_MUTANT_NONE;
#endif

const SimMutant sim_mutants[] = {
    {"ack-before-sync", VICU_MUTANT_ACK_BEFORE_SYNC},
    {"no-watermark-check", VICU_MUTANT_NO_WATERMARK_CHECK},
    {"timer-on-wall-clock", VICU_MUTANT_TIMER_ON_WALL_CLOCK},
    {"trim-on-send", VICU_MUTANT_TRIM_ON_SEND},
    {"no-fencing", VICU_MUTANT_NO_FENCING},
    {"epoch-not-synced", VICU_MUTANT_EPOCH_NOT_SYNCED},
    {"duplicate-taken", VICU_MUTANT_DUPLICATE_TAKEN},
    {"feed-hole-unnoticed", VICU_MUTANT_FEED_HOLE_UNNOTICED},
    {"end-before-last", VICU_MUTANT_END_BEFORE_LAST},
    {"backlog-first", VICU_MUTANT_BACKLOG_FIRST},
    {"credit-ignored", VICU_MUTANT_CREDIT_IGNORED},
    {"drop-unrecorded", VICU_MUTANT_DROP_UNRECORDED},
    {"checksum-ignored", VICU_MUTANT_CHECKSUM_IGNORED},
    {"store-lane-unsynced", VICU_MUTANT_STORE_LANE_UNSYNCED},
    {"reference-unchecked", VICU_MUTANT_REFERENCE_UNCHECKED},
    {"always-referred", VICU_MUTANT_ALWAYS_REFERRED},
};
const size_t sim_n_mutants = sizeof sim_mutants / sizeof sim_mutants[0];

bool
sim_plant(const char *name)
{
#ifdef VICU_MUTANTS
    vicu_mutant = VICU_MUTANT_NONE;
    for (size_t i = 0; name && i < sim_n_mutants; i++) {
        if (strcmp(sim_mutants[i].name, name) == 0)
            vicu_mutant = sim_mutants[i].mutant;
    }
    return !name || vicu_mutant != VICU_MUTANT_NONE;
#else
    return !name;
#endif
}
