/* The observations of a message, with the PID, PV1 and OBR that stand over them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/hl7-reader.h"

#include <string.h>

#include "collector/sources/hl7-problem.h"

typedef struct {
    const CollectorHl7Message *message;
    const CollectorHl7Header *header;
    GArray *problems;
    char *location;
    char *patient;
    CollectorHl7Time request_time; /* OBR-7 */
    gboolean has_request_time;
    gboolean bad_request_time;
} Walk;

char *
collector_hl7_field_text(const CollectorHl7Message *message,
                         const CollectorHl7Charset *charset,
                         CollectorHl7View view)
{
    char *text = collector_hl7_text(collector_hl7_message_delimiters(message), charset, view);

    if (text != NULL)
        return text;
    return g_utf8_make_valid(view.text, (gssize)strnlen(view.text, view.n));
}

CollectorHl7View
collector_hl7_patient_id(const CollectorHl7Message *message, size_t segment, size_t field)
{
    CollectorHl7View whole = collector_hl7_field(message, segment, field);
    size_t n = MIN(collector_hl7_repetition_count(message, whole), 64);
    CollectorHl7View best = collector_hl7_repetition(message, whole, 1);

    for (size_t i = n; i >= 1; i--) {
        CollectorHl7View one = collector_hl7_repetition(message, whole, i);
        CollectorHl7View type = collector_hl7_component(message, one, 5);

        if (collector_hl7_view_is(type, "MR") || collector_hl7_view_is(type, "PI"))
            best = one;
    }
    return collector_hl7_subcomponent(message, collector_hl7_component(message, best, 1), 1);
}

static char *
value_text(const Walk *walk, size_t segment, size_t field, size_t component)
{
    CollectorHl7View view = collector_hl7_value(walk->message, segment, field, component);

    if (collector_hl7_view_is_empty(view))
        return g_strdup("");
    return collector_hl7_field_text(walk->message, &walk->header->charset, view);
}

static char *
whole_text(const Walk *walk, size_t segment, size_t field)
{
    CollectorHl7View view = collector_hl7_field(walk->message, segment, field);

    if (collector_hl7_view_is_empty(view))
        return g_strdup("");
    return collector_hl7_field_text(walk->message, &walk->header->charset, view);
}

static void
report(const Walk *walk,
       const char *where,
       const char *field,
       int code,
       CollectorHl7View view,
       const char *expected)
{
    char found[96];

    collector_hl7_printable(view.text == NULL ? "" : view.text, MIN(view.n, 80), found,
                            sizeof found);
    collector_hl7_problem_add(walk->problems, collector_hl7_message_number(walk->message), where,
                              field, code, *found == '\0' ? "nothing" : found, expected);
}

/* Cuts the delimiters that a sender leaves at the end of a location. */
static char *
location_text(const Walk *walk, size_t segment)
{
    CollectorHl7View view =
        collector_hl7_repetition(walk->message, collector_hl7_field(walk->message, segment, 3), 1);
    const CollectorHl7Delimiters *d = collector_hl7_message_delimiters(walk->message);
    g_autofree char *text = NULL;
    GString *out;

    while (view.n > 0 && (view.text[view.n - 1] == d->component || view.text[view.n - 1] == ' '))
        view.n--;
    if (collector_hl7_view_is_empty(view))
        return g_strdup("");
    text = collector_hl7_field_text(walk->message, &walk->header->charset, view);
    out = g_string_new(text);
    if (d->component != '^')
        for (char *c = out->str; *c != '\0'; c++)
            *c = *c == d->component ? '^' : *c;
    return g_string_free(out, FALSE);
}

static void
enter_patient(Walk *walk, size_t segment)
{
    CollectorHl7View id = collector_hl7_patient_id(walk->message, segment, 3);

    g_clear_pointer(&walk->location, g_free);
    g_clear_pointer(&walk->patient, g_free);
    walk->has_request_time = FALSE;
    walk->bad_request_time = FALSE;
    if (!collector_hl7_view_is_empty(id))
        walk->patient = collector_hl7_field_text(walk->message, &walk->header->charset, id);
}

static void
enter_visit(Walk *walk, size_t segment)
{
    g_free(walk->location);
    walk->location = location_text(walk, segment);
}

static void
enter_request(Walk *walk, size_t segment)
{
    CollectorHl7View time = collector_hl7_value(walk->message, segment, 7, 1);

    walk->has_request_time = FALSE;
    walk->bad_request_time = FALSE;
    if (collector_hl7_view_is_empty(time))
        return;
    walk->has_request_time = collector_hl7_time_parse(time, &walk->request_time);
    walk->bad_request_time = !walk->has_request_time;
    if (walk->bad_request_time) {
        char label[24];

        collector_hl7_segment_label(walk->message, segment, label, sizeof label);
        report(walk, label, "OBR-7", COLLECTOR_HL7_ERR_DATA_TYPE, time,
               "a time such as 20261120144004+0100");
    }
}

/* The nearest of OBX-14, OBR-7 and MSH-7 that says at least the minute; without one,
 * the nearest that was sent. */
static void
read_time(const Walk *walk, CollectorHl7Obx *obx)
{
    CollectorHl7View view = collector_hl7_value(walk->message, obx->segment, 14, 1);

    obx->bad_time = walk->bad_request_time;
    if (!collector_hl7_view_is_empty(view)) {
        obx->has_time = collector_hl7_time_parse(view, &obx->time);
        obx->own_time = obx->has_time;
        obx->bad_time = !obx->has_time;
        if (obx->bad_time)
            report(walk, obx->where, "OBX-14", COLLECTOR_HL7_ERR_DATA_TYPE, view,
                   "a time such as 20261120144004+0100");
    } else if (walk->has_request_time) {
        obx->time = walk->request_time;
        obx->has_time = TRUE;
    } else if (walk->header->has_time) {
        obx->time = walk->header->time;
        obx->has_time = TRUE;
    }
    /* HL7 2.6, 2.A.22: without a zone, the zone of MSH-7 is meant. */
    if (obx->has_time && !obx->time.has_zone && walk->header->has_time
        && walk->header->time.has_zone) {
        obx->time.has_zone = TRUE;
        obx->time.zone_s = walk->header->time.zone_s;
    }
}

/* OBX-11 (HL7 table 0085) and OBX-8 (table 0078 with IHE PCD's additions). */
static void
read_status(const Walk *walk, CollectorHl7Obx *obx)
{
    CollectorHl7View status = collector_hl7_value(walk->message, obx->segment, 11, 1);
    CollectorHl7View flags = collector_hl7_field(walk->message, obx->segment, 8);
    size_t n = MIN(collector_hl7_repetition_count(walk->message, flags), 16);

    obx->quality = VICU__QUALITY__QUALITY_GOOD;
    if (status.n == 1 && strchr("DINOWX", status.text[0]) != NULL)
        obx->quality = VICU__QUALITY__QUALITY_INVALID;
    else if (status.n == 1 && strchr("SU", status.text[0]) != NULL)
        obx->quality = VICU__QUALITY__QUALITY_QUESTIONABLE;
    for (size_t i = 1; i <= n; i++) {
        CollectorHl7View flag = collector_hl7_component(
            walk->message, collector_hl7_repetition(walk->message, flags, i), 1);

        if (collector_hl7_view_is(flag, "INV") || collector_hl7_view_is(flag, "NAV"))
            obx->quality = VICU__QUALITY__QUALITY_INVALID;
        else if (collector_hl7_view_is(flag, "QUES") || collector_hl7_view_is(flag, "CAL"))
            obx->quality = MAX(obx->quality, VICU__QUALITY__QUALITY_QUESTIONABLE);
        else if (collector_hl7_view_is(flag, "DEMO") || collector_hl7_view_is(flag, "TEST"))
            obx->demo = TRUE;
    }
}

/* SN: "=^97" is a number; a comparison or a ratio is text. */
static CollectorHl7View
numeric_view(const Walk *walk, const CollectorHl7Obx *obx, CollectorHl7View field)
{
    CollectorHl7View comparator = collector_hl7_component(walk->message, field, 1);
    CollectorHl7View separator = collector_hl7_component(walk->message, field, 3);

    if (strcmp(obx->type, "SN") != 0)
        return field;
    if ((comparator.n == 0 || collector_hl7_view_is(comparator, "="))
        && collector_hl7_view_is_empty(separator))
        return collector_hl7_component(walk->message, field, 2);
    return (CollectorHl7View){NULL, 0};
}

static void
read_value(const Walk *walk, CollectorHl7Obx *obx)
{
    CollectorHl7View field = collector_hl7_field(walk->message, obx->segment, 5);
    gboolean nm = strcmp(obx->type, "NM") == 0;
    gboolean repeats = collector_hl7_repetition_count(walk->message, field) > 1;

    if (collector_hl7_view_is_empty(field)) {
        obx->kind = COLLECTOR_HL7_VALUE_NONE;
        obx->quality = VICU__QUALITY__QUALITY_INVALID;
        return;
    }
    if (*obx->type == '\0')
        report(walk, obx->where, "OBX-2", COLLECTOR_HL7_ERR_REQUIRED_FIELD,
               (CollectorHl7View){NULL, 0}, "a value type, because OBX-5 has a value");
    obx->kind = COLLECTOR_HL7_VALUE_TEXT;
    if (collector_hl7_decimal_parse(numeric_view(walk, obx, field), &obx->number)) {
        if (collector_hl7_decimal_is_sentinel(obx->number)) {
            obx->kind = COLLECTOR_HL7_VALUE_NONE;
            obx->sentinel = TRUE;
            obx->quality = VICU__QUALITY__QUALITY_INVALID;
        } else if (nm || strcmp(obx->type, "SN") == 0) {
            obx->kind = COLLECTOR_HL7_VALUE_NUMBER;
        }
    } else if (nm && !repeats) {
        obx->bad_number = TRUE;
        obx->quality = VICU__QUALITY__QUALITY_INVALID;
        report(walk, obx->where, "OBX-5", COLLECTOR_HL7_ERR_DATA_TYPE, field,
               "a number (NM): digits, at most 15, with a sign and a point");
    }
}

static void
observe(const Walk *walk, size_t segment, CollectorHl7ObxFn fn, gpointer user)
{
    g_autofree char *type = value_text(walk, segment, 2, 1);
    g_autofree char *code = value_text(walk, segment, 3, 1);
    g_autofree char *label = value_text(walk, segment, 3, 2);
    g_autofree char *system = value_text(walk, segment, 3, 3);
    g_autofree char *containment = whole_text(walk, segment, 4);
    g_autofree char *text = whole_text(walk, segment, 5);
    g_autofree char *symbol = value_text(walk, segment, 5, 1);
    g_autofree char *unit = value_text(walk, segment, 6, 1);
    g_autofree char *unit_text = value_text(walk, segment, 6, 2);
    g_autofree char *unit_system = value_text(walk, segment, 6, 3);
    CollectorHl7Obx obx = {
        .segment = segment,
        .location = walk->location == NULL ? "" : walk->location,
        .patient = walk->patient == NULL ? "" : walk->patient,
        .type = type,
        .code = code,
        .label = label,
        .system = system,
        .containment = containment,
        .text = text,
        .symbol = symbol,
        .unit = *unit == '\0' ? unit_text : unit,
        .ucum = collector_hl7_unit_ucum(unit, unit_text, unit_system),
    };

    collector_hl7_segment_label(walk->message, segment, obx.where, sizeof obx.where);
    read_status(walk, &obx);
    read_value(walk, &obx);
    read_time(walk, &obx);
    fn(&obx, user);
}

void
collector_hl7_observations(const CollectorHl7Message *message,
                           const CollectorHl7Header *header,
                           GArray *problems,
                           CollectorHl7ObxFn fn,
                           gpointer user)
{
    Walk walk = {.message = message, .header = header, .problems = problems};
    size_t n = collector_hl7_segment_count(message);

    for (size_t i = 1; i < n; i++) {
        if (collector_hl7_segment_is(message, i, "PID"))
            enter_patient(&walk, i);
        else if (collector_hl7_segment_is(message, i, "PV1"))
            enter_visit(&walk, i);
        else if (collector_hl7_segment_is(message, i, "OBR"))
            enter_request(&walk, i);
        else if (collector_hl7_segment_is(message, i, "OBX"))
            observe(&walk, i, fn, user);
    }
    g_free(walk.location);
    g_free(walk.patient);
}
