/* FHIR answers from within. For portal/fhir/ only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "portal/fhir/fhir.h"
#include "portal/fhir/resources.h"
#include "portal/fhir/search.h"

G_BEGIN_DECLS

struct PortalFhir {
    VicuQueryClient *query;
    const PortalWard *ward;
    VicuAudit *audit;
    GPtrArray *asking; /* FhirAsking */
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
} FhirAsking;

/* ---- fhir.c ---- */

/* NULL: there is none. Borrowed. */
const Vicu__Bed *fhir_bed_of(const PortalFhir *self, const char *name);
bool fhir_is_of_patient(const PortalFhir *self, const PortalSearch *search, const char *name);

/* ---- answer.c ---- */

void fhir_send(PortalRequest *request, unsigned status, VicuJson *json);
void fhir_put_resource(VicuJson *json, VicuJson *resource);
typedef void (*FhirPutFunc)(VicuJson *json, guint i, gpointer user);
/* @n that were found; those of the page are put. @full: there were more than are looked at. */
void fhir_send_bundle(PortalRequest *request,
                      const PortalSearch *search,
                      const char *url,
                      guint n,
                      bool full,
                      FhirPutFunc put,
                      gpointer user);

/* ---- ask.c ---- */

void fhir_asking_free(gpointer data);
void fhir_ask_observations(PortalFhir *self,
                           PortalRequest *request,
                           PortalSearch *search,
                           const char *url);
void fhir_ask_audit(PortalFhir *self,
                    PortalRequest *request,
                    const PortalSearch *search,
                    const char *url);

G_END_DECLS
