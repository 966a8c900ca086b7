/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/fhir/fhir-inner.h"

#define PATIENCE_US (5 * (int64_t)G_USEC_PER_SEC)
#define HOUR_US     (3600 * (int64_t)G_USEC_PER_SEC)
#define WHY         "FHIR"
#define CODES_MAX   128 /* numerics of a bed that are asked for */

void
fhir_asking_free(gpointer data)
{
    FhirAsking *asking = data;

    if (asking->question != 0)
        vicu_query_cancel(asking->owner->query, asking->question);
    if (asking->request != NULL)
        portal_fhir_refuse(asking->request, SOUP_STATUS_SERVICE_UNAVAILABLE, "transient",
                           "the portal is being stopped");
    g_array_unref(asking->codes);
    g_array_unref(asking->values);
    g_ptr_array_unref(asking->records);
    g_free(asking->bed);
    g_free(asking->patient);
    g_free(asking->url);
    g_free(asking);
}

/* The answer has been sent, or the asker has gone. */
static void
end_asking(FhirAsking *asking)
{
    asking->question = 0;
    asking->request = NULL;
    g_ptr_array_remove_fast(asking->owner->asking, asking);
}

static void
fail(FhirAsking *asking, const GError *error)
{
    asking->question = 0;
    portal_fhir_refuse(asking->request, SOUP_STATUS_SERVICE_UNAVAILABLE, "transient",
                       error->message);
    end_asking(asking);
}

static void
take_row(FhirAsking *asking, const Vicu__Numerics *row)
{
    for (size_t i = 0; i < row->n_value && i < row->n_code && i < row->n_t_us; i++) {
        PortalValue value = {
            .bed = asking->bed,
            .patient = asking->patient,
            .since_us = asking->since_us,
            .code = row->code[i],
            .channel = i < row->n_channel ? row->channel[i] : 0,
            .t_us = row->t_us[i],
            .value = row->value[i],
            .quality = i < row->n_quality ? row->quality[i] : VICU__QUALITY__QUALITY_GOOD,
            .source = row->source,
            .origin = row->origin,
        };
        if (asking->values->len >= PORTAL_FHIR_VALUES) {
            asking->full = true;
            return;
        }
        g_array_append_val(asking->values, value);
    }
}

/* Newest first; then by code. */
static gint
by_time(gconstpointer a, gconstpointer b)
{
    const PortalValue *x = a, *y = b;

    if (x->t_us != y->t_us)
        return x->t_us > y->t_us ? -1 : 1;
    return x->code < y->code ? -1 : x->code > y->code;
}

static void
put_value(VicuJson *json, guint i, gpointer user)
{
    g_autoptr(VicuJson) resource = vicu_json_new();

    portal_fhir_observation(resource, &g_array_index((GArray *)user, PortalValue, i));
    fhir_put_resource(json, resource);
}

static void
send_values(FhirAsking *asking)
{
    const PortalSearch *search = &asking->search;
    uint32_t code = 0, channel = 0;
    int64_t t_us = 0;
    char bed[18];

    g_array_sort(asking->values, by_time);
    if (*search->id == '\0') {
        fhir_send_bundle(asking->request, search, asking->url, asking->values->len, asking->full,
                         put_value, asking->values);
        end_asking(asking);
        return;
    }
    portal_fhir_value_of_id(search->id, &code, &channel, &t_us, bed);
    for (guint i = 0; i < asking->values->len; i++) {
        const PortalValue *value = &g_array_index(asking->values, PortalValue, i);
        if (value->channel != channel || value->t_us != t_us)
            continue;
        g_autoptr(VicuJson) json = vicu_json_new();
        portal_fhir_observation(json, value);
        fhir_send(asking->request, SOUP_STATUS_OK, json);
        end_asking(asking);
        return;
    }
    portal_fhir_refuse(asking->request, SOUP_STATUS_NOT_FOUND, "not-found",
                       "the store has no value of this id");
    end_asking(asking);
}

static void ask_next(FhirAsking *asking);

static void
on_numerics(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    FhirAsking *asking = user;

    if (error != NULL) {
        fail(asking, error);
        return;
    }
    for (size_t i = 0; i < rows->n_numerics; i++)
        take_row(asking, rows->numerics[i]);
    if (!rows->last)
        return;
    asking->question = 0;
    ask_next(asking);
}

static void
ask_next(FhirAsking *asking)
{
    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
    Vicu__Query ask = VICU__QUERY__INIT;

    if (asking->codes->len == 0 || asking->full) {
        send_values(asking);
        return;
    }
    numerics.bed = asking->bed;
    numerics.code = g_array_index(asking->codes, uint32_t, asking->codes->len - 1);
    g_array_set_size(asking->codes, asking->codes->len - 1);
    numerics.from_us = asking->search.from_us;
    numerics.to_us = asking->search.to_us;
    ask.what_case = VICU__QUERY__WHAT_NUMERICS;
    ask.numerics = &numerics;
    asking->question =
        vicu_query_ask(asking->owner->query, &ask, WHY, PATIENCE_US, on_numerics, asking);
}

/* A stream that the store has nothing of would be refused: only those it has are asked for. */
static void
on_streams(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    FhirAsking *asking = user;
    const PortalSearch *search = &asking->search;

    if (error != NULL) {
        fail(asking, error);
        return;
    }
    for (size_t i = 0; i < rows->n_stream && asking->codes->len < CODES_MAX; i++) {
        const Vicu__StreamRow *row = rows->stream[i];
        bool wanted = !row->wave && row->code != 0 && search->n_codes == 0;
        for (unsigned k = 0; k < search->n_codes && !row->wave; k++)
            wanted = wanted || search->code[k] == row->code;
        for (guint k = 0; k < asking->codes->len; k++)
            wanted = wanted && g_array_index(asking->codes, uint32_t, k) != row->code;
        if (wanted)
            g_array_append_val(asking->codes, row->code);
    }
    if (!rows->last)
        return;
    asking->question = 0;
    ask_next(asking);
}

static gint
by_record_time(gconstpointer a, gconstpointer b)
{
    const Vicu__AuditRecord *x = *(Vicu__AuditRecord *const *)a;
    const Vicu__AuditRecord *y = *(Vicu__AuditRecord *const *)b;

    return x->t_taken_us > y->t_taken_us ? -1 : x->t_taken_us < y->t_taken_us;
}

static void
put_record(VicuJson *json, guint i, gpointer user)
{
    g_autoptr(VicuJson) resource = vicu_json_new();

    portal_fhir_audit_event(resource, ((GPtrArray *)user)->pdata[i]);
    fhir_put_resource(json, resource);
}

static void
send_records(FhirAsking *asking)
{
    const PortalSearch *search = &asking->search;

    g_ptr_array_sort(asking->records, by_record_time);
    if (*search->id == '\0') {
        fhir_send_bundle(asking->request, search, asking->url, asking->records->len, asking->full,
                         put_record, asking->records);
        end_asking(asking);
        return;
    }
    for (guint i = 0; i < asking->records->len; i++) {
        const Vicu__AuditRecord *record = asking->records->pdata[i];
        g_autofree char *id = portal_fhir_record_id(record);
        if (strcmp(id, search->id) != 0)
            continue;
        g_autoptr(VicuJson) json = vicu_json_new();
        portal_fhir_audit_event(json, record);
        fhir_send(asking->request, SOUP_STATUS_OK, json);
        end_asking(asking);
        return;
    }
    portal_fhir_refuse(asking->request, SOUP_STATUS_NOT_FOUND, "not-found",
                       "there is none of this id among the newest records");
    end_asking(asking);
}

static void
on_audit(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    FhirAsking *asking = user;

    if (error != NULL) {
        fail(asking, error);
        return;
    }
    for (size_t i = 0; i < rows->n_audit; i++)
        g_ptr_array_add(asking->records, vicu_wire_copy(&rows->audit[i]->base));
    asking->full = asking->records->len >= PORTAL_FHIR_RECORDS;
    if (rows->last) {
        asking->question = 0;
        send_records(asking);
    }
}

/* ---- questions ---- */

static FhirAsking *
begin_asking(PortalFhir *self, PortalRequest *request, const PortalSearch *search, const char *url)
{
    FhirAsking *asking = g_new0(FhirAsking, 1);

    asking->owner = self;
    asking->request = request;
    asking->search = *search;
    asking->url = g_strdup(url);
    asking->codes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    asking->values = g_array_new(FALSE, FALSE, sizeof(PortalValue));
    asking->records = g_ptr_array_new_with_free_func(vicu_wire_free);
    g_ptr_array_add(self->asking, asking);
    portal_request_hold(request);
    return asking;
}

/* The bed that an observation is asked of; NULL: none, or not one. Borrowed. */
static const char *
bed_asked(const PortalFhir *self, PortalSearch *search)
{
    g_autoptr(GPtrArray) all = portal_ward_all(self->ward, VICU__SUBJECT__SUBJECT_BED);
    uint32_t channel = 0;
    int64_t t_us = 0;
    char wanted[18] = "", id[18];

    if (*search->id != '\0') {
        if (!portal_fhir_value_of_id(search->id, &search->code[0], &channel, &t_us, wanted))
            return NULL;
        search->n_codes = 1;
        search->from_us = t_us;
        search->to_us = t_us + 1;
    }
    for (guint i = 0; i < all->len; i++) {
        const Vicu__Bed *bed = ((const Vicu__StateItem *)all->pdata[i])->bed;
        if (bed == NULL)
            continue;
        portal_fhir_bed_id(bed->bed, id);
        if (*wanted != '\0' ? strcmp(id, wanted) == 0
            : *search->bed != '\0'
                ? strcmp(bed->bed, search->bed) == 0 && fhir_is_of_patient(self, search, bed->bed)
                : *search->patient != '\0' && strcmp(bed->patient, search->patient) == 0)
            return bed->bed;
    }
    return NULL;
}

void
fhir_ask_observations(PortalFhir *self,
                      PortalRequest *request,
                      PortalSearch *search,
                      const char *url)
{
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;
    Vicu__Query ask = VICU__QUERY__INIT;
    const char *bed = bed_asked(self, search);

    if (*search->id == '\0' && *search->bed == '\0' && *search->patient == '\0') {
        portal_fhir_refuse(request, SOUP_STATUS_BAD_REQUEST, "required",
                           "subject:identifier=urn:vicu:bed|BED or patient:identifier=ID is "
                           "needed: a whole ward is not searched");
        return;
    }
    if (bed == NULL && *search->id != '\0') {
        portal_fhir_refuse(request, SOUP_STATUS_NOT_FOUND, "not-found", "there is none of this id");
        return;
    }
    if (bed == NULL) {
        fhir_send_bundle(request, search, url, 0, false, NULL, NULL);
        return;
    }
    if (search->from_us == 0)
        search->from_us = search->to_us - HOUR_US;
    FhirAsking *asking = begin_asking(self, request, search, url);
    asking->bed = g_strdup(bed);
    asking->patient = g_strdup(fhir_bed_of(self, bed)->patient);
    asking->since_us = fhir_bed_of(self, bed)->since_us;
    streams.bed = asking->bed;
    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &streams;
    asking->question = vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_streams, asking);
}

void
fhir_ask_audit(PortalFhir *self,
               PortalRequest *request,
               const PortalSearch *search,
               const char *url)
{
    Vicu__QueryAudit audit = VICU__QUERY_AUDIT__INIT;
    Vicu__Query ask = VICU__QUERY__INIT;
    FhirAsking *asking = begin_asking(self, request, search, url);

    audit.from_us = search->from_us;
    audit.to_us = search->to_us;
    audit.limit = PORTAL_FHIR_RECORDS;
    ask.what_case = VICU__QUERY__WHAT_AUDIT;
    ask.audit = &audit;
    asking->question = vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_audit, asking);
}
