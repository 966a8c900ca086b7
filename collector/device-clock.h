/* A device's clock against ours: t = source time + offset.
 *
 * The offset is the least of (receive - source) over the last 60 s, since delay
 * only ever adds; it is slewed by at most 1 ms a second. When a device's clock
 * is set, the new offset stands apart: three readings in a row that differ from
 * the offset in force by more than 1 s, lie within 0.5 s of each other and
 * spread over at least 2 s make a step, which the caller records as an event. A
 * queue that drains after a break looks different (its offsets fall one by
 * one) and steps nothing.
 *
 * A value: embed it. Pure; source and receive are UTC, mono is BOOTTIME, all in
 * microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define COLLECTOR_CLOCK_WINDOW_S    60
#define COLLECTOR_CLOCK_SLEW_PPM    1000 /* 1 ms a second */
#define COLLECTOR_CLOCK_STEP_US     1000000
#define COLLECTOR_CLOCK_AGREE_US    500000
#define COLLECTOR_CLOCK_STEP_SEEN   3
#define COLLECTOR_CLOCK_STEP_SPREAD 2000000

typedef struct {
    bool started;
    int64_t offset_us; /* in force */
    int64_t slewed_us; /* mono: until when the slew was applied */
    int64_t second;    /* mono second of the newest slot */
    int64_t least_us[COLLECTOR_CLOCK_WINDOW_S];
    bool filled[COLLECTOR_CLOCK_WINDOW_S];
    int apart; /* readings in a row that stand apart */
    int64_t apart_since_us;
    int64_t apart_offset_us; /* of the first of them */
    int64_t apart_least_us;
} CollectorDeviceClock;

typedef enum {
    COLLECTOR_CLOCK_STEADY,
    COLLECTOR_CLOCK_STARTED, /* the first reading */
    COLLECTOR_CLOCK_STEPPED, /* record the event; a new segment begins */
} CollectorClockFate;

void collector_device_clock_init(CollectorDeviceClock *self);

/* One reading. @t_us: hub time of @source_us, never later than @receive_us. */
CollectorClockFate collector_device_clock_read(CollectorDeviceClock *self,
                                               int64_t source_us,
                                               int64_t receive_us,
                                               int64_t mono_us,
                                               int64_t *t_us);

G_END_DECLS
