/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/hl7-pcd01.h"

#include <string.h>

#include "collector/sources/hl7-mapper.h"

CollectorHl7Result *
collector_hl7_result_new(void)
{
    CollectorHl7Result *self = g_new0(CollectorHl7Result, 1);

    self->observations = g_array_new(FALSE, TRUE, sizeof(CollectorHl7Observation));
    self->events = g_array_new(FALSE, TRUE, sizeof(CollectorHl7Event));
    self->strings = g_string_chunk_new(4096);
    return self;
}

void
collector_hl7_result_free(CollectorHl7Result *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->observations);
    g_array_unref(self->events);
    g_string_chunk_free(self->strings);
    g_free(self);
}

CollectorHl7Mapper *
collector_hl7_mapper_new(const CollectorHl7Settings *settings)
{
    CollectorHl7Mapper *self = g_new0(CollectorHl7Mapper, 1);

    g_assert(settings->site != NULL);
    self->settings = *settings;
    self->channels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->patients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
collector_hl7_mapper_free(CollectorHl7Mapper *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->channels);
    g_hash_table_unref(self->patients);
    g_hash_table_unref(self->told);
    g_free(self);
}

int64_t
collector_hl7_mapping_time(const CollectorHl7Mapping *mapping, const CollectorHl7Time *time)
{
    return collector_hl7_time_utc_us(time, mapping->mapper->settings.zone_s);
}

/* The same signal from two places of one device tree is two streams. The place seen
 * first is channel 0, the next ones follow, as long as the mapper lives. */
static uint32_t
channel_of(CollectorHl7Mapper *mapper, const char *bed, uint32_t code, const char *containment)
{
    g_autofree char *stream = g_strdup_printf("%s %u", bed, code);
    g_autofree char *place = g_strdup_printf("%s %u %s", bed, code, containment);
    guint channel = GPOINTER_TO_UINT(g_hash_table_lookup(mapper->channels, place));
    guint used;

    if (channel > 0)
        return channel - 1;
    collector_hl7_remember_bounded(mapper->channels);
    used = GPOINTER_TO_UINT(g_hash_table_lookup(mapper->channels, stream));
    g_hash_table_insert(mapper->channels, g_steal_pointer(&place), GUINT_TO_POINTER(used + 1));
    g_hash_table_insert(mapper->channels, g_steal_pointer(&stream), GUINT_TO_POINTER(used + 1));
    return used;
}

/* The one repeated patient of a bed is worth one event; a change is worth another. */
static void
see_patient(CollectorHl7Mapping *mapping, const char *bed, const char *patient)
{
    GHashTable *patients = mapping->mapper->patients;
    const char *before = g_hash_table_lookup(patients, bed);

    if (*patient == '\0' || g_strcmp0(before, patient) == 0)
        return;
    collector_hl7_event(mapping, bed, "patient-seen", patient,
                        before == NULL ? "the device names its patient"
                                       : "the device names another patient than before");
    collector_hl7_remember_bounded(patients);
    g_hash_table_insert(patients, g_strdup(bed), g_strdup(patient));
}

/* Code of the table where OBX-3 is MDC (or our own private range); 0 otherwise. */
static uint32_t
mdc_code(const CollectorHl7Obx *obx)
{
    guint64 code = 0;

    if (*obx->system != '\0' && strcmp(obx->system, "MDC") != 0
        && strcmp(obx->system, "99VICU") != 0)
        return 0;
    if (!g_ascii_string_to_unsigned(obx->code, 10, 1, G_MAXUINT32, &code, NULL))
        return 0;
    return (uint32_t)code;
}

static const char *
cut(CollectorHl7Mapping *mapping, const char *text)
{
    size_t n = strlen(text);
    size_t keep = COLLECTOR_HL7_TEXT_MAX;
    g_autofree char *shorter = NULL;

    if (n <= COLLECTOR_HL7_TEXT_MAX)
        return collector_hl7_keep(mapping, text);
    while (keep > 0 && ((unsigned char)text[keep] & 0xC0U) == 0x80U)
        keep--;
    shorter = g_strdup_printf("%.*s... (%zu bytes)", (int)keep, text, n);
    return collector_hl7_keep(mapping, shorter);
}

static void
add_unmapped(CollectorHl7Mapping *mapping, const CollectorHl7Obx *obx, CollectorHl7Observation one)
{
    one.kind = COLLECTOR_HL7_UNMAPPED;
    one.signal = NULL;
    one.code = 0;
    one.value = 0.0;
    one.text = cut(mapping, obx->text);
    one.unit = cut(mapping, obx->ucum != NULL ? obx->ucum : obx->unit);
    mapping->out->unmapped++;
    g_array_append_val(mapping->out->observations, one);
}

static void
complain(CollectorHl7Mapping *mapping,
         const CollectorHl7Obx *obx,
         const char *field,
         const char *found,
         const char *expected)
{
    char text[96];

    collector_hl7_printable(found, MIN(strlen(found), 80), text, sizeof text);
    collector_hl7_problem_add(mapping->problems, collector_hl7_message_number(mapping->message),
                              obx->where, field, COLLECTOR_HL7_ERR_DATA_TYPE, text, expected);
}

/* A value that is sent, but cannot be used: the stream shows it as invalid. */
static void
add_invalid(CollectorHl7Mapping *mapping, CollectorHl7Observation one)
{
    one.quality = VICU__QUALITY__QUALITY_INVALID;
    one.value = 0.0;
    one.text = "";
    mapping->out->invalid++;
    g_array_append_val(mapping->out->observations, one);
}

static void
add_numeric(CollectorHl7Mapping *mapping, const CollectorHl7Obx *obx, CollectorHl7Observation one)
{
    const VicuSignal *signal = one.signal;
    const char *unit = obx->ucum != NULL ? obx->ucum : obx->unit;
    CollectorHl7Decimal number = obx->number;
    CollectorHl7View text = {obx->text, strlen(obx->text)};
    gboolean is_number = obx->kind == COLLECTOR_HL7_VALUE_NUMBER;

    one.kind = COLLECTOR_HL7_NUMERIC;
    /* Some monitors send numbers as text. */
    if (obx->kind == COLLECTOR_HL7_VALUE_TEXT && !obx->bad_number)
        is_number = collector_hl7_decimal_parse(text, &number);
    if (!is_number) {
        if (obx->kind == COLLECTOR_HL7_VALUE_TEXT)
            add_unmapped(mapping, obx, one);
        add_invalid(mapping, one);
        return;
    }
    switch (collector_hl7_convert(number, unit, signal->unit, signal->name, &one.value)) {
    case COLLECTOR_HL7_CONVERT_OK:
        break;
    case COLLECTOR_HL7_CONVERT_INVALID:
        add_invalid(mapping, one);
        return;
    case COLLECTOR_HL7_CONVERT_UNIT:
        complain(mapping, obx, "OBX-6", unit, signal->unit);
        add_unmapped(mapping, obx, one);
        add_invalid(mapping, one);
        return;
    }
    if (one.value < signal->min || one.value > signal->max
        || one.quality == VICU__QUALITY__QUALITY_INVALID) {
        add_invalid(mapping, one);
        return;
    }
    g_array_append_val(mapping->out->observations, one);
}

static void
add_symbol(CollectorHl7Mapping *mapping, const CollectorHl7Obx *obx, CollectorHl7Observation one)
{
    const char *word = vicu_signal_word(one.signal, obx->symbol);

    one.kind = COLLECTOR_HL7_SYMBOL;
    if (obx->kind != COLLECTOR_HL7_VALUE_NONE && word == NULL) {
        complain(mapping, obx, "OBX-5", obx->symbol, one.signal->title);
        add_unmapped(mapping, obx, one);
    }
    if (obx->kind == COLLECTOR_HL7_VALUE_NONE || word == NULL
        || one.quality == VICU__QUALITY__QUALITY_INVALID) {
        add_invalid(mapping, one);
        return;
    }
    one.text = cut(mapping, word);
    g_array_append_val(mapping->out->observations, one);
}

/* Source time where the message has one to the minute; else when it came, and questionable. */
static void
stamp(const CollectorHl7Mapping *mapping, const CollectorHl7Obx *obx, CollectorHl7Observation *one)
{
    if (obx->has_time && obx->time.precision >= 12) {
        one->t_us = one->source_us = collector_hl7_mapping_time(mapping, &obx->time);
    } else {
        one->t_us = mapping->t_receive_us;
        one->quality = MAX(one->quality, VICU__QUALITY__QUALITY_QUESTIONABLE);
    }
    if (obx->bad_time)
        one->quality = MAX(one->quality, VICU__QUALITY__QUALITY_QUESTIONABLE);
}

static void
map_one(const CollectorHl7Obx *obx, gpointer user)
{
    CollectorHl7Mapping *mapping = user;
    gboolean simulated =
        mapping->mapper->settings.simulated || mapping->header.training || obx->demo;
    uint32_t code = mdc_code(obx);
    CollectorHl7Observation one = {
        .signal = code == 0 ? NULL : vicu_signal_by_code(code),
        .code = code,
        .quality = obx->quality,
        .origin = simulated ? VICU__ORIGIN__ORIGIN_SIMULATED : VICU__ORIGIN__ORIGIN_LIVE,
        .text = "",
        .unit = "",
    };

    /* A level of the device tree (MDS, VMD, channel) has a code and no value. */
    if (one.signal == NULL && *obx->type == '\0' && obx->kind == COLLECTOR_HL7_VALUE_NONE) {
        mapping->out->structure++;
        return;
    }
    one.bed = collector_hl7_bed(mapping, obx->location);
    one.code_text = cut(mapping, obx->code);
    one.label = cut(mapping, obx->label);
    see_patient(mapping, one.bed, obx->patient);
    stamp(mapping, obx, &one);
    if (one.signal == NULL) {
        add_unmapped(mapping, obx, one);
        return;
    }
    switch (one.signal->kind) {
    case VICU_SIGNAL_NUMERIC:
        one.channel = channel_of(mapping->mapper, one.bed, code, obx->containment);
        add_numeric(mapping, obx, one);
        return;
    case VICU_SIGNAL_SYMBOL:
        one.channel = channel_of(mapping->mapper, one.bed, code, obx->containment);
        add_symbol(mapping, obx, one);
        return;
    case VICU_SIGNAL_WAVE:
    case VICU_SIGNAL_EVENT:
        add_unmapped(mapping, obx, one);
        return;
    }
    g_assert_not_reached();
}

static CollectorHl7Verdict
reject(CollectorHl7Mapping *mapping, int code, const char *expected)
{
    g_autofree char *found =
        g_strdup_printf("%s^%s", mapping->header.structure, mapping->header.trigger);

    collector_hl7_problem_add(mapping->problems, collector_hl7_message_number(mapping->message),
                              "MSH", "MSH-9", code, found, expected)
        ->fatal = TRUE;
    return COLLECTOR_HL7_REJECT;
}

/* Faults of a message become one event a minute and kind, without what was found in it:
 * that could be a name. */
static void
tell_problems(CollectorHl7Mapping *mapping)
{
    for (guint i = 0; i < MIN(mapping->problems->len, 8); i++) {
        const CollectorHl7Problem *p = &g_array_index(mapping->problems, CollectorHl7Problem, i);
        g_autofree char *key = g_strdup_printf("%s %s", p->field, p->expected);
        g_autofree char *text = g_strdup_printf("a message has a fault in %s %s; expected: %s",
                                                p->segment, p->field, p->expected);

        if (collector_hl7_tell(mapping, key, 60 * G_USEC_PER_SEC))
            collector_hl7_event(mapping, "", "hl7-problem", p->field, text);
    }
}

static CollectorHl7Verdict
verdict_of_faults(const GArray *problems)
{
    for (guint i = 0; i < problems->len; i++) {
        const CollectorHl7Problem *p = &g_array_index(problems, CollectorHl7Problem, i);

        if (p->fatal && p->ack_code >= COLLECTOR_HL7_ERR_UNSUPPORTED_MESSAGE
            && p->ack_code <= COLLECTOR_HL7_ERR_UNSUPPORTED_VERSION)
            return COLLECTOR_HL7_REJECT;
    }
    return COLLECTOR_HL7_REFUSE;
}

static CollectorHl7Verdict
map_by_type(CollectorHl7Mapping *mapping)
{
    static const char *const triggers[] = {"R01", "R30", "R31", "R32"};

    switch (mapping->header.type) {
    case COLLECTOR_HL7_ORU:
        for (size_t i = 0; i < G_N_ELEMENTS(triggers); i++)
            if (strcmp(mapping->header.trigger, triggers[i]) == 0) {
                collector_hl7_observations(mapping->message, &mapping->header, mapping->problems,
                                           map_one, mapping);
                return COLLECTOR_HL7_TAKE;
            }
        return reject(mapping, COLLECTOR_HL7_ERR_UNSUPPORTED_EVENT, "ORU^R01");
    case COLLECTOR_HL7_ADT:
        return collector_hl7_map_adt(mapping);
    case COLLECTOR_HL7_ACK:
    case COLLECTOR_HL7_OTHER:
        return reject(mapping, COLLECTOR_HL7_ERR_UNSUPPORTED_MESSAGE, "ORU^R01 or ADT");
    }
    g_assert_not_reached();
}

CollectorHl7Verdict
collector_hl7_map(CollectorHl7Mapper *self,
                  const CollectorHl7Message *message,
                  int64_t t_receive_us,
                  GArray *problems,
                  CollectorHl7Result *out)
{
    CollectorHl7Mapping mapping = {
        .mapper = self,
        .message = message,
        .t_receive_us = t_receive_us,
        .problems = problems,
        .out = out,
    };
    CollectorHl7Verdict verdict;

    collector_hl7_header(message, &mapping.header, problems);
    verdict = collector_hl7_problems_fatal(problems) ? verdict_of_faults(problems)
                                                     : map_by_type(&mapping);
    tell_problems(&mapping);
    return verdict;
}
