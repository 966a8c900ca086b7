/* One HL7 v2 message: segments, fields, repetitions, components and
 * subcomponents as views over one buffer.
 *
 * The message keeps a copy of the bytes and an array of segments; everything
 * finer is found when asked for and allocates nothing. Views live as long as
 * the message. Immutable after parsing, so any thread may read. No time.
 * Bounded: COLLECTOR_HL7_MAX_BYTES, _SEGMENTS, _FIELDS.
 *
 * The delimiters are the message's own (MSH-1, MSH-2). Segments may end with
 * CR, LF or CR LF, and each end is kept: encoding what was parsed gives the
 * same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define COLLECTOR_HL7_MAX_BYTES    (10U * 1024U * 1024U)
#define COLLECTOR_HL7_MAX_SEGMENTS 200000U
#define COLLECTOR_HL7_MAX_FIELDS   1000U /* in one segment */

typedef struct {
    char field;
    char component;
    char repetition;
    char escape;
    char subcomponent;
    char truncation; /* 0 before version 2.7 */
} CollectorHl7Delimiters;

/* Bytes as sent. text == NULL: absent; n == 0: present and empty. */
typedef struct {
    const char *text;
    size_t n;
} CollectorHl7View;

typedef struct CollectorHl7Message CollectorHl7Message;

/* Reads one message. Faults are added to @problems, numbered @number; a fault
 * in one segment leaves the others readable. A leading byte-order mark is read;
 * any other byte before MSH is a fault at its offset, and what follows is read.
 * NULL when there is no MSH with delimiters, or a bound is passed. */
CollectorHl7Message *
collector_hl7_message_parse(const char *bytes, size_t n, guint number, GArray *problems);
void collector_hl7_message_free(CollectorHl7Message *self);

/* The message again, built from its parts. */
GString *collector_hl7_message_encode(const CollectorHl7Message *self);

guint collector_hl7_message_number(const CollectorHl7Message *self);
const CollectorHl7Delimiters *collector_hl7_message_delimiters(const CollectorHl7Message *self);
gboolean collector_hl7_message_has_bom(const CollectorHl7Message *self);

/* Segments are counted from 0; 0 is MSH. Blank lines count and have no name. */
size_t collector_hl7_segment_count(const CollectorHl7Message *self);
CollectorHl7View collector_hl7_segment_text(const CollectorHl7Message *self, size_t segment);
CollectorHl7View collector_hl7_segment_name(const CollectorHl7Message *self, size_t segment);
gboolean
collector_hl7_segment_is(const CollectorHl7Message *self, size_t segment, const char *name);
/* First at or after @from, or G_MAXSIZE. */
size_t collector_hl7_segment_find(const CollectorHl7Message *self, const char *name, size_t from);
/* "OBX[3]": the third OBX of the message; MSH and MSA stand alone. */
void collector_hl7_segment_label(const CollectorHl7Message *self,
                                 size_t segment,
                                 char *out,
                                 size_t size);

/* Fields, repetitions, components and subcomponents count from 1, as in the standard. */
size_t collector_hl7_field_count(const CollectorHl7Message *self, size_t segment);
CollectorHl7View collector_hl7_field(const CollectorHl7Message *self, size_t segment, size_t field);
size_t collector_hl7_repetition_count(const CollectorHl7Message *self, CollectorHl7View field);
CollectorHl7View collector_hl7_repetition(const CollectorHl7Message *self,
                                          CollectorHl7View field,
                                          size_t repetition);
CollectorHl7View collector_hl7_component(const CollectorHl7Message *self,
                                         CollectorHl7View repetition,
                                         size_t component);
CollectorHl7View collector_hl7_subcomponent(const CollectorHl7Message *self,
                                            CollectorHl7View component,
                                            size_t subcomponent);
/* First repetition, first subcomponent of one component: what most readers want. */
CollectorHl7View collector_hl7_value(const CollectorHl7Message *self,
                                     size_t segment,
                                     size_t field,
                                     size_t component);

/* Absent, empty, or the two quotes that mean "delete". */
gboolean collector_hl7_view_is_empty(CollectorHl7View view);
gboolean collector_hl7_view_is(CollectorHl7View view, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorHl7Message, collector_hl7_message_free)

G_END_DECLS
