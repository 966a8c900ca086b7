/* Silence of an upstream.
 *
 * Heard within 3 s: OK; 3 s: delayed, shown; 10 s: technical alarm, medium;
 * 30 s: escalated. What is told has to be seen within its 3 and 10 s, so it is
 * decided a little before them. Pure; @mono_us is BOOTTIME, so neither a stepped
 * clock nor a suspended machine hides a silence. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_WATCH_DELAYED_US   (2800 * (int64_t)1000)
#define VICU_WATCH_LOST_US      (9500 * (int64_t)1000)
#define VICU_WATCH_ESCALATED_US (30 * G_USEC_PER_SEC)

typedef enum {
    VICU_WATCH_OK,
    VICU_WATCH_DELAYED,
    VICU_WATCH_LOST,
    VICU_WATCH_ESCALATED,
} VicuWatchLevel;

/* A value: embed it. */
typedef struct {
    int64_t heard_us; /* mono */
    VicuWatchLevel level;
    bool ever; /* something was heard since init */
} VicuWatch;

/* The silence counts from here, so that what never spoke is missed too. */
void vicu_watch_init(VicuWatch *self, int64_t mono_us);
/* Both say whether the level changed; it stands in self->level. */
bool vicu_watch_heard(VicuWatch *self, int64_t mono_us);
bool vicu_watch_tick(VicuWatch *self, int64_t mono_us);
/* What the watcher did not hear while it stood still itself proves nothing: when something was
 * heard, as if the time of its stall, which ends at @mono_us, had not been. What came since stays.
 */
int64_t vicu_watch_excused(int64_t heard_us, int64_t stalled_us, int64_t mono_us);
int64_t vicu_watch_silence_us(const VicuWatch *self, int64_t mono_us);
const char *vicu_watch_level_name(VicuWatchLevel level); /* "ok", "delayed", "lost", "escalated" */

G_END_DECLS
