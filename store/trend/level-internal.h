/* What level*.c and whole.c share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define STORE_LEVEL_VERSION 1

/* Bits of what is there. */
enum {
    STORE_LEVEL_REAL = 1,
    STORE_LEVEL_SPARSE = 2,
    STORE_LEVEL_KNOWN = 3,
};

/* @value times @ten is a whole number that gives it back bit for bit. */
bool store_level_is_whole(double value, double ten, int64_t *whole);
/* A sum of decimal numbers is one itself, but was rounded at each addition. */
bool store_level_is_whole_sum(double sum, double ten, int64_t *whole);
