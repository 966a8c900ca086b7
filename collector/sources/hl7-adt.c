/* Patient administration: who is admitted to, moved from and discharged from which
 * bed, as events that the bed desk acts on. Ids only, never names.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-mapper.h"

/* HL7 table 0003. */
static const struct {
    const char *trigger;
    const char *kind;
    const char *text;
} kinds[] = {
    {"A01", "adt-admit", "admitted"},
    {"A04", "adt-admit", "registered"},
    {"A02", "adt-transfer", "transferred"},
    {"A03", "adt-discharge", "discharged"},
    {"A08", "adt-update", "details updated"},
    {"A11", "adt-cancel-admit", "admission cancelled"},
    {"A12", "adt-cancel-transfer", "transfer cancelled"},
    {"A13", "adt-cancel-discharge", "discharge cancelled"},
    {"A40", "adt-merge", "patient ids merged"},
};

static char *
id_at(const CollectorHl7Mapping *mapping, const char *segment, size_t field)
{
    size_t at = collector_hl7_segment_find(mapping->message, segment, 0);
    CollectorHl7View view = {NULL, 0};

    if (at != G_MAXSIZE)
        view = collector_hl7_patient_id(mapping->message, at, field);
    if (collector_hl7_view_is_empty(view))
        return g_strdup("");
    return collector_hl7_field_text(mapping->message, &mapping->header.charset, view);
}

/* A location as text, its components joined by ^, without what is empty at its end. */
static const char *
bed_at(CollectorHl7Mapping *mapping, size_t pv1, size_t field)
{
    const CollectorHl7Delimiters *d = collector_hl7_message_delimiters(mapping->message);
    CollectorHl7View view = collector_hl7_repetition(
        mapping->message, collector_hl7_field(mapping->message, pv1, field), 1);
    g_autofree char *text = NULL;

    while (view.n > 0 && (view.text[view.n - 1] == d->component || view.text[view.n - 1] == ' '))
        view.n--;
    if (collector_hl7_view_is_empty(view))
        return "";
    text = collector_hl7_field_text(mapping->message, &mapping->header.charset, view);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == d->component ? '^' : *c;
    return collector_hl7_bed(mapping, text);
}

static int64_t
event_time(CollectorHl7Mapping *mapping)
{
    size_t evn = collector_hl7_segment_find(mapping->message, "EVN", 0);
    CollectorHl7Time time;

    if (evn != G_MAXSIZE) {
        static const size_t fields[] = {6, 2};

        for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
            if (collector_hl7_time_parse(collector_hl7_value(mapping->message, evn, fields[i], 1),
                                         &time)
                && time.precision >= 12) {
                if (!time.has_zone && mapping->header.has_time && mapping->header.time.has_zone) {
                    time.has_zone = TRUE;
                    time.zone_s = mapping->header.time.zone_s;
                }
                return collector_hl7_mapping_time(mapping, &time);
            }
    }
    if (mapping->header.has_time && mapping->header.time.precision >= 12)
        return collector_hl7_mapping_time(mapping, &mapping->header.time);
    return mapping->t_receive_us;
}

static CollectorHl7Verdict
refuse(CollectorHl7Mapping *mapping, const char *field, int code, const char *expected)
{
    char segment[4] = {field[0], field[1], field[2], '\0'};

    collector_hl7_problem_add(mapping->problems, collector_hl7_message_number(mapping->message),
                              segment, field, code, "nothing", expected)
        ->fatal = TRUE;
    return COLLECTOR_HL7_REFUSE;
}

static CollectorHl7Verdict
put_event(CollectorHl7Mapping *mapping, const char *kind, const char *text)
{
    const char *trigger = mapping->header.trigger;
    size_t pv1 = collector_hl7_segment_find(mapping->message, "PV1", 0);
    gboolean needs_bed = strcmp(kind, "adt-admit") == 0 || strcmp(kind, "adt-transfer") == 0;
    g_autofree char *patient = id_at(mapping, "PID", 3);
    g_autofree char *prior = id_at(mapping, "MRG", 1);
    g_autofree char *visit = pv1 == G_MAXSIZE ? g_strdup("") : id_at(mapping, "PV1", 19);
    const char *bed = pv1 == G_MAXSIZE ? "" : bed_at(mapping, pv1, 3);
    const char *prior_bed = pv1 == G_MAXSIZE ? "" : bed_at(mapping, pv1, 6);
    CollectorHl7Event *event;

    if (*patient == '\0')
        return refuse(mapping, "PID-3", COLLECTOR_HL7_ERR_REQUIRED_FIELD, "a patient id");
    if (needs_bed && *bed == '\0')
        return refuse(mapping, "PV1-3", COLLECTOR_HL7_ERR_REQUIRED_FIELD, "a bed");
    if (strcmp(trigger, "A40") == 0 && *prior == '\0')
        return refuse(mapping, "MRG-1", COLLECTOR_HL7_ERR_REQUIRED_FIELD,
                      "the patient id that ends");
    event = collector_hl7_event(mapping, bed, kind, patient, text);
    event->t_us = event_time(mapping);
    event->is_adt = TRUE;
    event->trigger = collector_hl7_keep(mapping, trigger);
    event->patient = collector_hl7_keep(mapping, patient);
    event->prior_bed = prior_bed;
    event->prior_patient = collector_hl7_keep(mapping, prior);
    event->visit = collector_hl7_keep(mapping, visit);
    return COLLECTOR_HL7_TAKE;
}

CollectorHl7Verdict
collector_hl7_map_adt(CollectorHl7Mapping *mapping)
{
    g_autofree char *found = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].trigger, mapping->header.trigger) == 0)
            return put_event(mapping, kinds[i].kind, kinds[i].text);
    found = g_strdup_printf("ADT^%s", mapping->header.trigger);
    collector_hl7_problem_add(mapping->problems, collector_hl7_message_number(mapping->message),
                              "MSH", "MSH-9", COLLECTOR_HL7_ERR_UNSUPPORTED_EVENT, found,
                              "A01, A02, A03, A04, A08, A11, A12, A13 or A40")
        ->fatal = TRUE;
    return COLLECTOR_HL7_REJECT;
}
