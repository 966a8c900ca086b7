/* Silence of an upstream, and of each bed behind it.
 *
 * Heard within 3 s: OK; 3 s: delayed, shown; 10 s: technical alarm, medium;
 * 30 s: escalated. What is told has to be seen within its 3 and 10 s, so it is
 * decided a little before them. Pure; @mono_us is BOOTTIME, so neither a stepped clock nor a
 * suspended machine hides a silence. One thread.
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
int64_t vicu_watch_silence_us(const VicuWatch *self, int64_t mono_us);
const char *vicu_watch_level_name(VicuWatchLevel level); /* "ok", "delayed", "lost", "escalated" */

/* ---- the beds of one process's heartbeats ---- */

typedef struct VicuBedWatch VicuBedWatch;

typedef struct {
    const char *bed; /* borrowed */
    int64_t last_us; /* UTC of the newest sample; 0: none yet */
    VicuWatch watch; /* of the moments at which last_us was seen to grow */
} VicuBedSeen;

/* A level of one bed changed. */
typedef void (*VicuBedChanged)(const VicuBedSeen *bed, gpointer data);

/* At most @max_beds: further ones are counted and left, see _refused(). */
VicuBedWatch *vicu_bed_watch_new(size_t max_beds, VicuBedChanged changed, gpointer data);
void vicu_bed_watch_free(VicuBedWatch *self);

/* The bed's newest sample, from a heartbeat or from data. A time that does not
 * grow is not a sign of life: the sender lives, the bed may not. */
void vicu_bed_watch_seen(VicuBedWatch *self, const char *bed, int64_t last_us, int64_t mono_us);
/* No more expected (discharged, standby): no silence is reported. */
void vicu_bed_watch_forget(VicuBedWatch *self, const char *bed);
void vicu_bed_watch_tick(VicuBedWatch *self, int64_t mono_us);
/* NULL: not known. */
const VicuBedSeen *vicu_bed_watch_find(const VicuBedWatch *self, const char *bed);
size_t vicu_bed_watch_count(const VicuBedWatch *self);
uint64_t vicu_bed_watch_refused(const VicuBedWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuBedWatch, vicu_bed_watch_free)

G_END_DECLS
