/* The message header, and what a message owes as a whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-problem.h"
#include "collector/sources/hl7-reader.h"

/* Adds a problem with a field of MSH or MSA; empty text reads "nothing". */
static CollectorHl7Problem *
report(const CollectorHl7Message *message,
       GArray *problems,
       const char *field,
       int code,
       CollectorHl7View view,
       const char *expected)
{
    char text[96];
    char segment[4] = {field[0], field[1], field[2], '\0'};

    collector_hl7_printable(view.text == NULL ? "" : view.text, MIN(view.n, 80), text, sizeof text);
    return collector_hl7_problem_add(problems, collector_hl7_message_number(message), segment,
                                     field, code, *text == '\0' ? "nothing" : text, expected);
}

static void
copy_code(CollectorHl7View view, char out[8])
{
    memset(out, 0, 8);
    if (view.text != NULL)
        memcpy(out, view.text, MIN(view.n, 7));
}

static void
read_type(const CollectorHl7Message *message, CollectorHl7Header *out, GArray *problems)
{
    CollectorHl7View structure = collector_hl7_value(message, 0, 9, 1);

    copy_code(structure, out->structure);
    copy_code(collector_hl7_value(message, 0, 9, 2), out->trigger);
    out->type = COLLECTOR_HL7_OTHER;
    if (collector_hl7_view_is(structure, "ORU"))
        out->type = COLLECTOR_HL7_ORU;
    else if (collector_hl7_view_is(structure, "ADT"))
        out->type = COLLECTOR_HL7_ADT;
    else if (collector_hl7_view_is(structure, "ACK"))
        out->type = COLLECTOR_HL7_ACK;
    if (structure.n != 3 || !g_ascii_isupper(structure.text[0]))
        report(message, problems, "MSH-9", COLLECTOR_HL7_ERR_REQUIRED_FIELD,
               collector_hl7_field(message, 0, 9), "a message type such as ORU^R01^ORU_R01")
            ->fatal = TRUE;
}

/* 2.1 to 2.9, with a third number after some of them. */
static gboolean
version_is_2(CollectorHl7View v)
{
    return v.text != NULL && v.n >= 3 && v.n <= 7 && v.text[0] == '2' && v.text[1] == '.'
           && v.text[2] >= '1' && v.text[2] <= '9' && (v.n == 3 || v.text[3] == '.');
}

static void
read_control(const CollectorHl7Message *message, CollectorHl7Header *out, GArray *problems)
{
    CollectorHl7View id = collector_hl7_field(message, 0, 10);
    CollectorHl7View processing = collector_hl7_value(message, 0, 11, 1);
    CollectorHl7View version = collector_hl7_value(message, 0, 12, 1);

    if (collector_hl7_view_is_empty(id))
        report(message, problems, "MSH-10", COLLECTOR_HL7_ERR_REQUIRED_FIELD, id,
               "a message control id")
            ->fatal = TRUE;
    out->training =
        collector_hl7_view_is(processing, "T") || collector_hl7_view_is(processing, "D");
    if (!out->training && !collector_hl7_view_is(processing, "P"))
        report(message, problems, "MSH-11", COLLECTOR_HL7_ERR_UNSUPPORTED_PROCESSING_ID, processing,
               "P, T or D")
            ->fatal = TRUE;
    out->supported_version = version_is_2(version);
    if (!out->supported_version)
        report(message, problems, "MSH-12", COLLECTOR_HL7_ERR_UNSUPPORTED_VERSION, version,
               "an HL7 version from 2.1 to 2.9")
            ->fatal = TRUE;
}

/* An acknowledgement that refuses owes a reason a person can act on. */
static void
check_acknowledgement(const CollectorHl7Message *message,
                      const CollectorHl7Header *header,
                      GArray *problems)
{
    static const char *const codes[] = {"AA", "AE", "AR", "CA", "CE", "CR"};
    size_t msa = collector_hl7_segment_find(message, "MSA", 0);
    CollectorHl7View code;
    gboolean known = FALSE;
    char found[64];

    if (msa == G_MAXSIZE) {
        if (header->type == COLLECTOR_HL7_ACK)
            report(message, problems, "MSA-1", COLLECTOR_HL7_ERR_SEGMENT_SEQUENCE,
                   (CollectorHl7View){NULL, 0}, "an MSA segment");
        return;
    }
    code = collector_hl7_value(message, msa, 1, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        known = known || collector_hl7_view_is(code, codes[i]);
    if (!known) {
        report(message, problems, "MSA-1", COLLECTOR_HL7_ERR_TABLE_VALUE, code,
               "AA, AE, AR, CA, CE or CR");
        return;
    }
    if (collector_hl7_view_is_empty(collector_hl7_field(message, msa, 2)))
        report(message, problems, "MSA-2", COLLECTOR_HL7_ERR_REQUIRED_FIELD,
               collector_hl7_field(message, msa, 2),
               "the control id of the message that is acknowledged");
    if (code.text[1] == 'A' || collector_hl7_segment_find(message, "ERR", 0) != G_MAXSIZE)
        return;
    g_snprintf(found, sizeof found, "%.2s and no ERR segment", code.text);
    collector_hl7_problem_add(problems, collector_hl7_message_number(message), "MSA", "MSA-1",
                              COLLECTOR_HL7_ERR_SEGMENT_SEQUENCE, found,
                              "an ERR segment that says why");
}

void
collector_hl7_header(const CollectorHl7Message *message, CollectorHl7Header *out, GArray *problems)
{
    CollectorHl7View time = collector_hl7_value(message, 0, 7, 1);

    memset(out, 0, sizeof *out);
    read_type(message, out, problems);
    read_control(message, out, problems);
    out->charset = collector_hl7_charset(message, problems);
    if (!collector_hl7_view_is_empty(time)) {
        out->has_time = collector_hl7_time_parse(time, &out->time);
        if (!out->has_time)
            report(message, problems, "MSH-7", COLLECTOR_HL7_ERR_DATA_TYPE, time,
                   "a time such as 20261120144004+0100");
    }
    if (out->charset.kind != COLLECTOR_HL7_CHARSET_UNKNOWN)
        collector_hl7_check_charset(message, &out->charset, problems);
    check_acknowledgement(message, out, problems);
}
