/* From a message to what the wire carries: IHE PCD-01 observations mapped to the
 * table of signals, and patient administration (ADT) as events for the bed desk.
 *
 * Pure: the message and the time of its arrival go in, values come out. A mapper
 * remembers what must not change between messages (which device channel is
 * channel 0, which patient a bed had); it is bounded, and one thread owns it.
 *
 * What the table does not know passes through as text under its own code and is
 * counted. A value that cannot be trusted is sent as invalid, so that its absence
 * is seen; it is never guessed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "collector/sources/hl7-reader.h"
#include "proto/signals.h"

G_BEGIN_DECLS

/* What an observation of unknown meaning may carry, in bytes; longer text is cut and says so. */
#define COLLECTOR_HL7_TEXT_MAX 4096U

typedef struct {
    GHashTable *beds; /* PV1-3 as sent, or its bed component, to bed id; may be NULL; borrowed */
    const char *site; /* of beds that no line of [beds] names */
    gboolean location_is_bed; /* PV1-3 = unit^room^bed^site may name a bed by itself */
    int32_t zone_s;           /* of times without a zone in a message without one */
    gboolean simulated;       /* every message of this source */
    uint32_t period_ms;       /* of numerics; 0: the table's */
} CollectorHl7Settings;

typedef enum {
    COLLECTOR_HL7_NUMERIC,
    COLLECTOR_HL7_SYMBOL,
    COLLECTOR_HL7_UNMAPPED,
} CollectorHl7ObservationKind;

typedef struct {
    CollectorHl7ObservationKind kind;
    const VicuSignal *signal; /* NULL when unmapped */
    const char *bed;
    uint32_t code; /* MDC as sent; 0 when unmapped */
    uint32_t channel;
    int64_t t_us;      /* UTC by the source's clock; where it tells none, of the receipt */
    int64_t source_us; /* the same; where it tells none, 0 */
    double value;      /* in the table's unit; 0 when invalid */
    Vicu__Quality quality;
    Vicu__Origin origin;
    const char *text;      /* symbol, or unmapped value as sent */
    const char *code_text; /* unmapped: OBX-3.1 */
    const char *label;     /* OBX-3.2 */
    const char *unit;      /* unmapped: UCUM where known, else as sent */
} CollectorHl7Observation;

typedef struct {
    const char *bed; /* "" = the whole sender */
    int64_t t_us;
    const char *kind; /* "adt-admit", "patient-seen", "bed-unassigned", "hl7-problem" ... */
    const char *key;
    const char *text; /* for people; no names */
    gboolean is_adt;  /* the fields below are set */
    const char *trigger, *patient, *prior_bed, *prior_patient, *visit;
} CollectorHl7Event;

typedef struct {
    GArray *observations;  /* CollectorHl7Observation */
    GArray *events;        /* CollectorHl7Event */
    GStringChunk *strings; /* owns every text above */
    uint64_t invalid, unmapped,
        structure; /* of this message; structure = levels of the device tree */
} CollectorHl7Result;

CollectorHl7Result *collector_hl7_result_new(void);
void collector_hl7_result_free(CollectorHl7Result *self);

typedef enum {
    COLLECTOR_HL7_TAKE,   /* put the result in the spool, then answer AA */
    COLLECTOR_HL7_REFUSE, /* answer AE: something in the message */
    COLLECTOR_HL7_REJECT, /* answer AR: a type, version or processing id that is not for us */
} CollectorHl7Verdict;

typedef struct CollectorHl7Mapper CollectorHl7Mapper;

/* @settings is copied; what it borrows must outlive the mapper. */
CollectorHl7Mapper *collector_hl7_mapper_new(const CollectorHl7Settings *settings);
void collector_hl7_mapper_free(CollectorHl7Mapper *self);

/* Adds to @out and @problems. With REFUSE and REJECT, @problems says why and @out
 * holds at most an event. */
CollectorHl7Verdict collector_hl7_map(CollectorHl7Mapper *self,
                                      const CollectorHl7Message *message,
                                      int64_t t_receive_us,
                                      GArray *problems,
                                      CollectorHl7Result *out);

/* "site/unassigned/TEXT" with what a bed id allows; long text ends in a hash. Caller frees. */
char *collector_hl7_unassigned_bed(const char *site, const char *text);
gboolean collector_hl7_is_bed_id(const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorHl7Result, collector_hl7_result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorHl7Mapper, collector_hl7_mapper_free)

G_END_DECLS
