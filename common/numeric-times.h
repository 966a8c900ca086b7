/* The times of a Numerics as they were before its t_us was made of them: by the
 * source's own clock, and at the receipt.
 *
 * On the wire both are differences to t_us (proto/batch.proto), because those are
 * small and mostly equal: none, one for all, or one for each value. 0 stands for
 * a time that is not known: nothing is made up in its place, and nothing is lost
 * between set and read, whatever the numbers are. Pure; UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/batch.pb-c.h"

/* Whether the arrays are as long as they may be; asked before the two below. */
bool vicu_numeric_times_fit(const Vicu__Numerics *n);

/* Of value @i < n_t_us; 0: not known. */
int64_t vicu_numeric_source_us(const Vicu__Numerics *n, size_t i);
int64_t vicu_numeric_received_us(const Vicu__Numerics *n, size_t i);

/* Sets both from n_t_us times each, 0 where not known. The arrays become the
 * differences and are borrowed by @n from now on. */
void vicu_numeric_times_set(Vicu__Numerics *n, int64_t *source_us, int64_t *received_us);
