/* What a message says: its header, checked, and its observations one by one.
 *
 * The part that `vicu decode` and the collector's mapping share: nothing is
 * renamed, converted or left out here. Pure. Observations are borrowed for the
 * length of the call.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "collector/sources/hl7-message.h"
#include "collector/sources/hl7-text.h"
#include "collector/sources/hl7-value.h"
#include "proto/batch.pb-c.h"

G_BEGIN_DECLS

typedef enum {
    COLLECTOR_HL7_ORU,   /* ORU^R01 and its like: observations */
    COLLECTOR_HL7_ADT,   /* admit, transfer, discharge */
    COLLECTOR_HL7_ACK,   /* an acknowledgement */
    COLLECTOR_HL7_OTHER, /* well formed, and not for us */
} CollectorHl7Type;

typedef struct {
    CollectorHl7Type type;
    char structure[8]; /* MSH-9.1: ORU */
    char trigger[8];   /* MSH-9.2: R01 */
    CollectorHl7Charset charset;
    CollectorHl7Time time; /* MSH-7 */
    gboolean has_time;
    gboolean training; /* MSH-11 is T or D: not from a patient */
    gboolean supported_version;
} CollectorHl7Header;

/* Reads MSH and checks what the whole message owes: MSH-7, 9, 10, 11, 12 and 18,
 * text in the character set, an ERR segment beside a refusal. Faults that leave
 * nothing usable are marked fatal. */
void
collector_hl7_header(const CollectorHl7Message *message, CollectorHl7Header *out, GArray *problems);

typedef enum {
    COLLECTOR_HL7_VALUE_NONE, /* no OBX-5: a level of the device tree, or a value left out */
    COLLECTOR_HL7_VALUE_NUMBER,
    COLLECTOR_HL7_VALUE_TEXT,
} CollectorHl7ValueKind;

typedef struct {
    size_t segment;
    char where[24];          /* "OBX[3]" */
    const char *location;    /* PV1-3, "" when not sent; UTF-8, components joined by ^ */
    const char *patient;     /* PID-3.1, "" when not sent */
    const char *type;        /* OBX-2 */
    const char *code;        /* OBX-3.1 */
    const char *label;       /* OBX-3.2 */
    const char *system;      /* OBX-3.3 */
    const char *containment; /* OBX-4 */
    const char *unit;        /* OBX-6.1 as sent */
    const char *ucum;        /* NULL when the units' table does not know it */
    const char *text;        /* OBX-5 as sent, without escapes */
    const char *symbol;      /* OBX-5.1: the code of a coded value */
    CollectorHl7ValueKind kind;
    CollectorHl7Decimal number;
    gboolean sentinel;     /* kind is NONE because the value was a sentinel */
    gboolean bad_number;   /* OBX-2 says NM and OBX-5 is none */
    Vicu__Quality quality; /* from OBX-8, OBX-11 and the value */
    gboolean demo;         /* OBX-8 says so */
    CollectorHl7Time time; /* OBX-14, else OBR-7, else MSH-7 */
    gboolean has_time;
    gboolean own_time; /* it is OBX-14 */
    gboolean bad_time; /* OBX-14 or OBR-7 was sent and is no time */
} CollectorHl7Obx;

typedef void (*CollectorHl7ObxFn)(const CollectorHl7Obx *obx, gpointer user);

/* Every OBX of the message, in order. @problems takes what is wrong with each;
 * those with a fault are told to @fn all the same. */
void collector_hl7_observations(const CollectorHl7Message *message,
                                const CollectorHl7Header *header,
                                GArray *problems,
                                CollectorHl7ObxFn fn,
                                gpointer user);

/* UTF-8 of one component; bytes that are no text in the set become U+FFFD. Caller frees. */
char *collector_hl7_field_text(const CollectorHl7Message *message,
                               const CollectorHl7Charset *charset,
                               CollectorHl7View view);

/* PID-3 of the PID at @segment: the repetition marked MR or PI, else the first. */
CollectorHl7View
collector_hl7_patient_id(const CollectorHl7Message *message, size_t segment, size_t field);

G_END_DECLS
