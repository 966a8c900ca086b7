/* What is wrong with a message: where, what was found, what was expected.
 *
 * A list of values in one GArray, bounded; texts are cut, never allocated one
 * by one. One thread. No patient data goes in here but what an error cannot be
 * told without: the offending text, cut to 160 bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

#define COLLECTOR_HL7_MAX_PROBLEMS 1000

typedef struct {
    guint message;    /* number of the message in its file or connection, from 1 */
    gboolean fatal;   /* nothing of this message may be used */
    int ack_code;     /* HL7 table 0357, for ERR-3 */
    char segment[24]; /* "OBX[3]"; empty when no segment is at stake */
    char field[24];   /* "OBX-5"; empty when no field is at stake */
    char found[160];
    char expected[160];
} CollectorHl7Problem;

/* HL7 table 0357, as used in ERR-3. */
enum {
    COLLECTOR_HL7_ERR_SEGMENT_SEQUENCE = 100,
    COLLECTOR_HL7_ERR_REQUIRED_FIELD = 101,
    COLLECTOR_HL7_ERR_DATA_TYPE = 102,
    COLLECTOR_HL7_ERR_TABLE_VALUE = 103,
    COLLECTOR_HL7_ERR_UNSUPPORTED_MESSAGE = 200,
    COLLECTOR_HL7_ERR_UNSUPPORTED_EVENT = 201,
    COLLECTOR_HL7_ERR_UNSUPPORTED_PROCESSING_ID = 202,
    COLLECTOR_HL7_ERR_UNSUPPORTED_VERSION = 203,
    COLLECTOR_HL7_ERR_INTERNAL = 207,
};

/* Of CollectorHl7Problem. */
GArray *collector_hl7_problems_new(void);

/* Adds a problem unless the list is full; the last one a list takes says so.
 * Returns what was added so that the caller can mark it fatal, or a scratch
 * entry that goes nowhere. */
CollectorHl7Problem *collector_hl7_problem_add(GArray *problems,
                                               guint message,
                                               const char *segment,
                                               const char *field,
                                               int ack_code,
                                               const char *found,
                                               const char *expected);

gboolean collector_hl7_problems_fatal(const GArray *problems);

/* A printable copy of @n bytes for a problem: other bytes as \xNN, long text cut. */
void collector_hl7_printable(const char *text, size_t n, char *out, size_t size);

G_END_DECLS
