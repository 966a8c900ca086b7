/* Clocks and times. Data carries UTC microseconds; ages and timers run on
 * CLOCK_BOOTTIME, which no operator can set and which counts suspend.
 *
 * Only main.c files and thin I/O read a clock; pure code is given the time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

int64_t vicu_clock_utc_us(void);
int64_t vicu_clock_boot_us(void);

/* CPU time of all threads of this process, in seconds: for benches. */
double vicu_clock_cpu_s(void);

/* "2026-11-20T14:40:04.123Z"; caller frees. */
char *vicu_time_format(int64_t t_us);

/* ISO 8601 with Z or an offset, "now", or relative to @now_us: "-10min", "+2h". */
gboolean vicu_time_parse(const char *text, int64_t now_us, int64_t *t_us, GError **error);

/* "250ms", "10s", "4h", "2min", "1d"; a bare number is refused. */
gboolean vicu_duration_parse(const char *text, int64_t *us, GError **error);

/* "4 s", "2 min 5 s": for people; caller frees. */
char *vicu_duration_format(int64_t us);

G_END_DECLS
