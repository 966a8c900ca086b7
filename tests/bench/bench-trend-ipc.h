/* The real vicu-store over a folder that exists, asked over ipc with CURVE.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Starts @program on @root (its folder is @root/store), asks @runs times for the trend
 * of @code over every bed, and prints what a client waited. */
void bench_trend_ipc(const char *program,
                     const char *root,
                     uint32_t code,
                     int64_t from_us,
                     int64_t to_us,
                     uint32_t columns,
                     int runs);
