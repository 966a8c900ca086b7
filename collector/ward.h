/* The demo ward: which recording each bed plays, from where, and what is
 * simulated beside it.
 *
 *   [ward]
 *   prefix=demo/icu
 *   [bed 7]
 *   record=v541l          a header beside the key file, without .hea
 *   start=255             seconds into the recording
 *   script=7              group [script 7]
 *   script_over=hl7       hl7: a simulated monitor sends it; recording: it is played here
 *
 * Immutable once it is loaded and cut to what is wanted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/script.h"

G_BEGIN_DECLS

#define COLLECTOR_WARD_BEDS_MAX 200

typedef struct CollectorWard CollectorWard;

typedef struct {
    guint number; /* from 1 */
    char *bed;    /* demo/icu/7 */
    char *record; /* path of the header */
    int64_t start_us;
    const CollectorScript *script; /* NULL: none */
    gboolean script_over_hl7;
    gboolean copy; /* the recording of another bed, shifted */
} CollectorWardBed;

/* Beds 1..@n_beds; 0: as many as the file has. Beyond those, recordings are used
 * again, each copy 37 s further on; a copy's script is played, never sent over HL7. */
CollectorWard *collector_ward_load(const char *path, guint n_beds, GError **error);
void collector_ward_free(CollectorWard *self);

/* Only @bed is left. FALSE: there is none. */
gboolean collector_ward_keep(CollectorWard *self, const char *bed, GError **error);
/* Scripts that go over HL7 are played here, too. */
void collector_ward_play_scripts(CollectorWard *self);

guint collector_ward_n(const CollectorWard *self);
const CollectorWardBed *collector_ward_bed(const CollectorWard *self, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorWard, collector_ward_free)

G_END_DECLS
