/* The planted faults by name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/mutant.h"

typedef struct {
    const char *name;
    VicuMutant mutant;
} SimMutant;

extern const SimMutant sim_mutants[];
extern const size_t sim_n_mutants;

/* Plants it from now on; NULL: none. False: not in this build, or no such fault. */
bool sim_plant(const char *name);
