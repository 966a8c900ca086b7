/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "portal/fhir/fhir-inner.h"

PortalFhir *
portal_fhir_new(VicuQueryClient *query, const PortalWard *ward, VicuAudit *audit)
{
    PortalFhir *self = g_new0(PortalFhir, 1);

    self->query = query;
    self->ward = ward;
    self->audit = audit;
    self->asking = g_ptr_array_new_with_free_func(fhir_asking_free);
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

/* ---- beds and alarms ---- */

const Vicu__Bed *
fhir_bed_of(const PortalFhir *self, const char *name)
{
    const Vicu__StateItem *item = portal_ward_find(self->ward, VICU__SUBJECT__SUBJECT_BED, name);

    return item != NULL ? item->bed : NULL;
}

bool
fhir_is_of_patient(const PortalFhir *self, const PortalSearch *search, const char *name)
{
    const Vicu__Bed *bed = fhir_bed_of(self, name);

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
           && fhir_is_of_patient(self, search, alarm->bed) && alarm->t_decided_us >= search->from_us
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
        portal_fhir_communication(json, item->alarm, fhir_bed_of(self, item->alarm->bed));
}

static void
put_item(VicuJson *json, guint i, gpointer user)
{
    const FromWard *from = user;
    g_autoptr(VicuJson) resource = vicu_json_new();

    write_item(from->self, resource, from->items->pdata[i]);
    fhir_put_resource(json, resource);
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
        fhir_send_bundle(request, search, url, found->len, false, put_item, &from);
    } else if (found->len == 0) {
        portal_fhir_refuse(request, SOUP_STATUS_NOT_FOUND, "not-found", "there is none of this id");
    } else {
        g_autoptr(VicuJson) json = vicu_json_new();
        write_item(self, json, found->pdata[0]);
        fhir_send(request, SOUP_STATUS_OK, json);
    }
}

/* ---- who may ---- */

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
        fhir_send(request, SOUP_STATUS_OK, json);
    } else if (search.type == PORTAL_FHIR_DEVICE || search.type == PORTAL_FHIR_COMMUNICATION) {
        answer_from_ward(self, request, &search, url);
    } else if (self->asking->len >= PORTAL_FHIR_AT_A_TIME) {
        portal_request_header(request, "Retry-After", "1");
        portal_fhir_refuse(request, SOUP_STATUS_SERVICE_UNAVAILABLE, "throttled",
                           "too many searches at a time: ask again in a second");
    } else if (search.type == PORTAL_FHIR_OBSERVATION) {
        fhir_ask_observations(self, request, &search, url);
    } else {
        fhir_ask_audit(self, request, &search, url);
    }
}
