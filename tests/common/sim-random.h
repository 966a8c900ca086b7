/* The simulator's only source of chance: one seed, one run.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t state;
} SimRandom;

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014 */
static inline uint64_t
sim_random(SimRandom *self)
{
    uint64_t z = (self->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* In [from, to]. */
static inline int64_t
sim_between(SimRandom *self, int64_t from, int64_t to)
{
    return from + (int64_t)(sim_random(self) % (uint64_t)(to - from + 1));
}

/* True @per_million times in a million. */
static inline bool
sim_chance(SimRandom *self, uint32_t per_million)
{
    return sim_random(self) % 1000000 < per_million;
}
