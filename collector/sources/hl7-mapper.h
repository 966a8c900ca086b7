/* The mapper's inside, shared by hl7-pcd01.c (observations), hl7-adt.c (patient
 * administration) and hl7-beds.c (which bed). Not for others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "collector/sources/hl7-pcd01.h"
#include "collector/sources/hl7-problem.h"

G_BEGIN_DECLS

#define COLLECTOR_HL7_MAX_REMEMBERED 20000U

struct CollectorHl7Mapper {
    CollectorHl7Settings settings;
    GHashTable *channels; /* "bed code containment" -> channel + 1; "bed code" -> channels in use */
    GHashTable *patients; /* bed -> patient id */
    GHashTable *told;     /* what an event was raised for -> when, int64_t in microseconds */
};

typedef struct {
    CollectorHl7Mapper *mapper;
    const CollectorHl7Message *message;
    CollectorHl7Header header;
    int64_t t_receive_us;
    GArray *problems;
    CollectorHl7Result *out;
} CollectorHl7Mapping;

/* Bed of a location (PV1-3, components joined by ^). In out's strings. */
const char *collector_hl7_bed(CollectorHl7Mapping *mapping, const char *location);

CollectorHl7Event *collector_hl7_event(CollectorHl7Mapping *mapping,
                                       const char *bed,
                                       const char *kind,
                                       const char *key,
                                       const char *text);
/* TRUE when @what was not told within @for_us; remembers it. */
gboolean collector_hl7_tell(CollectorHl7Mapping *mapping, const char *what, int64_t for_us);

const char *collector_hl7_keep(CollectorHl7Mapping *mapping, const char *text);

/* UTC of a time, and whether it says at least the minute. */
int64_t collector_hl7_mapping_time(const CollectorHl7Mapping *mapping,
                                   const CollectorHl7Time *time);

/* A table that reached its bound starts afresh rather than growing. */
void collector_hl7_remember_bounded(GHashTable *table);

CollectorHl7Verdict collector_hl7_map_adt(CollectorHl7Mapping *mapping);

G_END_DECLS
