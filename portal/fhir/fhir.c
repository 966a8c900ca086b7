/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/fhir/fhir.h"

#include <string.h>

#include "common/clock.h"
#include "portal/fhir/resources.h"
#include "portal/fhir/search.h"

#define PATIENCE_US (5 * (int64_t)G_USEC_PER_SEC)
#define HOUR_US     (3600 * (int64_t)G_USEC_PER_SEC)
#define WHY         "FHIR"
#define CODES_MAX   128 /* numerics of a bed that are asked for */

struct PortalFhir {
    VicuQueryClient *query;
    const PortalWard *ward;
    VicuAudit *audit;
    GPtrArray *asking; /* Asking */
};

/* A search that waits for the store. */
typedef struct {
    PortalFhir *owner;
    PortalRequest *request;
    PortalSearch search;
    char *url;
    char *bed;     /* of an observation */
    char *patient; /* who lies there now */
    int64_t since_us;
    uint64_t question;  /* 0: none */
    GArray *codes;      /* uint32_t still to be asked for, the last first */
    GArray *values;     /* PortalValue */
    GPtrArray *records; /* Vicu__AuditRecord */
    bool full;          /* PORTAL_FHIR_VALUES were reached */
} Asking;

static void
asking_free(gpointer data)
{
    Asking *asking = data;

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

PortalFhir *
portal_fhir_new(VicuQueryClient *query, const PortalWard *ward, VicuAudit *audit)
{
    PortalFhir *self = g_new0(PortalFhir, 1);

    self->query = query;
    self->ward = ward;
    self->audit = audit;
    self->asking = g_ptr_array_new_with_free_func(asking_free);
    return self;
}

void
portal_fhir_free(PortalFhir *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->asking);
    g_free(self);
}

/* ---- answers ---- */

static void
send(PortalRequest *request, unsigned status, VicuJson *json)
{
    const char *text = vicu_json_peek(json);
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));

    portal_request_answer(request, status, PORTAL_FHIR_JSON, body);
}

void
portal_fhir_refuse(PortalRequest *request, unsigned status, const char *code, const char *text)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    portal_fhir_outcome(json, code, text);
    send(request, status, json);
}

/* The query as it came, with another _offset. Caller frees. */
static char *
next_query(const char *query, unsigned offset)
{
    g_auto(GStrv) part = g_strsplit(query, "&", -1);
    GString *next = g_string_new(NULL);

    for (int i = 0; part[i] != NULL; i++)
        if (*part[i] != '\0' && !g_str_has_prefix(part[i], "_offset="))
            g_string_append_printf(next, "%s&", part[i]);
    g_string_append_printf(next, "_offset=%u", offset);
    return g_string_free(next, FALSE);
}

static void
put_link(VicuJson *json, const char *relation, const char *url)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "relation", relation);
    vicu_json_text(json, "url", url);
    vicu_json_end(json);
}

typedef void (*PutFunc)(VicuJson *json, guint i, gpointer user);

/* @n that were found; those of the page are put. */
static void
send_bundle(PortalRequest *request,
            const PortalSearch *search,
            const char *url,
            guint n,
            bool full,
            PutFunc put,
            gpointer user)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    const char *type = portal_fhir_type_name(search->type);
    g_autofree char *self_url =
        g_strdup_printf("%s/fhir/%s?%s", url, type, portal_request_query(request));
    guint end = MIN(n, search->offset + search->count);

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "Bundle");
    vicu_json_text(json, "type", "searchset");
    vicu_json_time(json, "timestamp", vicu_clock_utc_us());
    if (!full)
        vicu_json_integer(json, "total", n);
    vicu_json_begin_array(json, "link");
    put_link(json, "self", self_url);
    if (end < n) {
        g_autofree char *query = next_query(portal_request_query(request), end);
        g_autofree char *next = g_strdup_printf("%s/fhir/%s?%s", url, type, query);
        put_link(json, "next", next);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "entry");
    for (guint i = search->offset; i < end; i++) {
        vicu_json_begin_object(json, NULL);
        put(json, i, user);
        vicu_json_begin_object(json, "search");
        vicu_json_text(json, "mode", "match");
        vicu_json_end(json);
        vicu_json_end(json);
    }
    if (full) {
        vicu_json_begin_object(json, NULL);
        g_autoptr(VicuJson) outcome = vicu_json_new();
        portal_fhir_outcome(outcome, "too-costly",
                            "there is more in this time than one search looks at: ask for less of "
                            "it");
        vicu_json_raw(json, "resource", vicu_json_peek(outcome));
        vicu_json_begin_object(json, "search");
        vicu_json_text(json, "mode", "outcome");
        vicu_json_end(json);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
    send(request, SOUP_STATUS_OK, json);
}

static void
put_resource(VicuJson *json, VicuJson *resource)
{
    vicu_json_raw(json, "resource", vicu_json_peek(resource));
}

/* ---- beds and alarms ---- */

static const Vicu__Bed *
bed_of(const PortalFhir *self, const char *name)
{
    const Vicu__StateItem *item = portal_ward_find(self->ward, VICU__SUBJECT__SUBJECT_BED, name);

    return item != NULL ? item->bed : NULL;
}

static bool
is_of_patient(const PortalFhir *self, const PortalSearch *search, const char *name)
{
    const Vicu__Bed *bed = bed_of(self, name);

    return *search->patient == '\0' || (bed != NULL && strcmp(bed->patient, search->patient) == 0);
}

static bool
is_wanted(const PortalFhir *self, const PortalSearch *search, const Vicu__StateItem *item)
{
    if (item->body_case == VICU__STATE_ITEM__BODY_BED) {
        char id[18];
        portal_fhir_bed_id(item->bed->bed, id);
        return (*search->id == '\0' || strcmp(search->id, id) == 0)
               && (*search->bed == '\0' || strcmp(search->bed, item->bed->bed) == 0);
    }
    const Vicu__Alarm *alarm = item->alarm;
    return alarm != NULL && (*search->id == '\0' || strcmp(search->id, alarm->id) == 0)
           && (*search->bed == '\0' || strcmp(search->bed, alarm->bed) == 0)
           && is_of_patient(self, search, alarm->bed) && alarm->t_decided_us >= search->from_us
           && alarm->t_decided_us < search->to_us;
}

typedef struct {
    const PortalFhir *self;
    GPtrArray *items;
} FromWard;

static void
write_item(const PortalFhir *self, VicuJson *json, const Vicu__StateItem *item)
{
    if (item->body_case == VICU__STATE_ITEM__BODY_BED)
        portal_fhir_device(json, item->bed);
    else
        portal_fhir_communication(json, item->alarm, bed_of(self, item->alarm->bed));
}

static void
put_item(VicuJson *json, guint i, gpointer user)
{
    const FromWard *from = user;
    g_autoptr(VicuJson) resource = vicu_json_new();

    write_item(from->self, resource, from->items->pdata[i]);
    put_resource(json, resource);
}

static void
answer_from_ward(PortalFhir *self,
                 PortalRequest *request,
                 const PortalSearch *search,
                 const char *url)
{
    g_autoptr(GPtrArray) all = portal_ward_all(self->ward, search->type == PORTAL_FHIR_DEVICE
                                                               ? VICU__SUBJECT__SUBJECT_BED
                                                               : VICU__SUBJECT__SUBJECT_ALARM);
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    FromWard from = {self, found};

    for (guint i = 0; i < all->len; i++)
        if (is_wanted(self, search, all->pdata[i]))
            g_ptr_array_add(found, all->pdata[i]);
    if (*search->id == '\0') {
        send_bundle(request, search, url, found->len, false, put_item, &from);
    } else if (found->len == 0) {
        portal_fhir_refuse(request, SOUP_STATUS_NOT_FOUND, "not-found", "there is none of this id");
    } else {
        g_autoptr(VicuJson) json = vicu_json_new();
        write_item(self, json, found->pdata[0]);
        send(request, SOUP_STATUS_OK, json);
    }
}

/* ---- the store ---- */

/* The answer has been sent, or the asker has gone. */
static void
end_asking(Asking *asking)
{
    asking->question = 0;
    asking->request = NULL;
    g_ptr_array_remove_fast(asking->owner->asking, asking);
}

static void
fail(Asking *asking, const GError *error)
{
    asking->question = 0;
    portal_fhir_refuse(asking->request, SOUP_STATUS_SERVICE_UNAVAILABLE, "transient",
                       error->message);
    end_asking(asking);
}

static void
take_row(Asking *asking, const Vicu__Numerics *row)
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
    put_resource(json, resource);
}

static void
send_values(Asking *asking)
{
    const PortalSearch *search = &asking->search;
    uint32_t code = 0, channel = 0;
    int64_t t_us = 0;
    char bed[18];

    g_array_sort(asking->values, by_time);
    if (*search->id == '\0') {
        send_bundle(asking->request, search, asking->url, asking->values->len, asking->full,
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
        send(asking->request, SOUP_STATUS_OK, json);
        end_asking(asking);
        return;
    }
    portal_fhir_refuse(asking->request, SOUP_STATUS_NOT_FOUND, "not-found",
                       "the store has no value of this id");
    end_asking(asking);
}

static void ask_next(Asking *asking);

static void
on_numerics(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Asking *asking = user;

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
ask_next(Asking *asking)
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
    Asking *asking = user;
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
    put_resource(json, resource);
}

static void
send_records(Asking *asking)
{
    const PortalSearch *search = &asking->search;

    g_ptr_array_sort(asking->records, by_record_time);
    if (*search->id == '\0') {
        send_bundle(asking->request, search, asking->url, asking->records->len, asking->full,
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
        send(asking->request, SOUP_STATUS_OK, json);
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
    Asking *asking = user;

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

static Asking *
begin_asking(PortalFhir *self, PortalRequest *request, const PortalSearch *search, const char *url)
{
    Asking *asking = g_new0(Asking, 1);

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
                ? strcmp(bed->bed, search->bed) == 0 && is_of_patient(self, search, bed->bed)
                : *search->patient != '\0' && strcmp(bed->patient, search->patient) == 0)
            return bed->bed;
    }
    return NULL;
}

static void
ask_observations(PortalFhir *self, PortalRequest *request, PortalSearch *search, const char *url)
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
        send_bundle(request, search, url, 0, false, NULL, NULL);
        return;
    }
    if (search->from_us == 0)
        search->from_us = search->to_us - HOUR_US;
    Asking *asking = begin_asking(self, request, search, url);
    asking->bed = g_strdup(bed);
    asking->patient = g_strdup(bed_of(self, bed)->patient);
    asking->since_us = bed_of(self, bed)->since_us;
    streams.bed = asking->bed;
    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &streams;
    asking->question = vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_streams, asking);
}

static void
ask_audit(PortalFhir *self, PortalRequest *request, const PortalSearch *search, const char *url)
{
    Vicu__QueryAudit audit = VICU__QUERY_AUDIT__INIT;
    Vicu__Query ask = VICU__QUERY__INIT;
    Asking *asking = begin_asking(self, request, search, url);

    audit.from_us = search->from_us;
    audit.to_us = search->to_us;
    audit.limit = PORTAL_FHIR_RECORDS;
    ask.what_case = VICU__QUERY__WHAT_AUDIT;
    ask.audit = &audit;
    asking->question = vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_audit, asking);
}

static PortalRight
right_of(PortalFhirType type)
{
    switch (type) {
    case PORTAL_FHIR_OBSERVATION:
    case PORTAL_FHIR_COMMUNICATION:
        return PORTAL_MAY_OBSERVATIONS;
    case PORTAL_FHIR_AUDIT_EVENT:
        return PORTAL_MAY_AUDIT;
    case PORTAL_FHIR_DEVICE:
    case PORTAL_FHIR_METADATA:
    case PORTAL_FHIR_NONE:
        break;
    }
    return PORTAL_MAY_DEVICES;
}

/* Whoever may ask for anything may read what the server can. */
static bool
may(PortalRole role, PortalFhirType type)
{
    return portal_role_may(role, right_of(type))
           || (type == PORTAL_FHIR_METADATA && portal_role_may(role, PORTAL_MAY_AUDIT));
}

static void
witness(PortalFhir *self,
        const PortalRequest *request,
        PortalRole role,
        const char *who,
        const PortalSearch *search,
        bool refused)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from = g_strdup_printf("portal, %s", portal_request_address(request));
    g_autofree char *detail = g_strdup_printf("FHIR %s %s", portal_fhir_type_name(search->type),
                                              *search->id != '\0' ? "read" : "search");

    record.who = (char *)who;
    record.role = (char *)portal_role_name(role);
    record.what = (char *)(refused ? "refused" : "view");
    record.bed = (char *)search->bed;
    record.patient = (char *)search->patient;
    record.t_us = vicu_clock_utc_us();
    record.from = from;
    record.detail = detail;
    vicu_audit_put(self->audit, &record);
}

void
portal_fhir_answer(
    PortalFhir *self, PortalRequest *request, PortalRole role, const char *who, const char *url)
{
    g_autoptr(GError) error = NULL;
    PortalSearch search;

    if (!portal_search_parse(portal_request_path(request) + strlen(PORTAL_FHIR_PATH),
                             portal_request_query(request), vicu_clock_utc_us(), &search, &error)) {
        portal_fhir_refuse(request, SOUP_STATUS_BAD_REQUEST, "invalid", error->message);
        return;
    }
    if (search.type == PORTAL_FHIR_NONE) {
        portal_fhir_refuse(request, SOUP_STATUS_NOT_FOUND, "not-supported",
                           "/fhir/metadata lists what is here");
        return;
    }
    witness(self, request, role, who, &search, !may(role, search.type));
    if (!may(role, search.type)) {
        portal_fhir_refuse(request, SOUP_STATUS_FORBIDDEN, "forbidden",
                           "the role of this token may not ask for that");
    } else if (search.type == PORTAL_FHIR_METADATA) {
        g_autoptr(VicuJson) json = vicu_json_new();
        portal_fhir_capability(json, url, vicu_clock_utc_us());
        send(request, SOUP_STATUS_OK, json);
    } else if (search.type == PORTAL_FHIR_DEVICE || search.type == PORTAL_FHIR_COMMUNICATION) {
        answer_from_ward(self, request, &search, url);
    } else if (self->asking->len >= PORTAL_FHIR_AT_A_TIME) {
        portal_request_header(request, "Retry-After", "1");
        portal_fhir_refuse(request, SOUP_STATUS_SERVICE_UNAVAILABLE, "throttled",
                           "too many searches at a time: ask again in a second");
    } else if (search.type == PORTAL_FHIR_OBSERVATION) {
        ask_observations(self, request, &search, url);
    } else {
        ask_audit(self, request, &search, url);
    }
}
