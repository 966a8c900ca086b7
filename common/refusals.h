/* Refused keys of one process, gathered: a stranger that knocks ten times a second
 * becomes one audit record a minute, with a count and who knocked last.
 *
 * Pure: no clock, no socket. One thread. Times are BOOTTIME microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_REFUSALS_EACH_US (60 * (int64_t)G_USEC_PER_SEC)

/* Begins as {0}. */
typedef struct {
    uint64_t waiting; /* refused since the last record */
    int64_t told_us;
    gboolean told; /* there was one */
    char last[160];
} VicuRefusals;

/* Arguments as of VicuRefusalFunc (common/socket.h): each may be "". */
void vicu_refusals_note(VicuRefusals *self,
                        const char *domain,
                        const char *address,
                        const char *name,
                        const char *public_key);

/* The text of the record that is due at @mono_us, caller frees; NULL: nothing was refused, or
 * the last record is younger than a minute. It stays due until _told(). */
char *vicu_refusals_due(const VicuRefusals *self, int64_t mono_us);
void vicu_refusals_told(VicuRefusals *self, int64_t mono_us);

G_END_DECLS
