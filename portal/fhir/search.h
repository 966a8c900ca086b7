/* Search: what a FHIR request asks for, of any bytes. Pure.
 *
 * FHIR R4 3.1.1. Bounded: PORTAL_SEARCH_MAX bytes, 16 parameters; one that is not known is refused
 * with its name, never passed over, since a search that leaves out a condition answers something
 * else than what was asked.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define PORTAL_SEARCH_MAX     2048
#define PORTAL_SEARCH_WORD    128
#define PORTAL_SEARCH_CODES   16
#define PORTAL_SEARCH_COUNT   100 /* a page, unless asked */
#define PORTAL_SEARCH_LARGEST 1000

typedef enum {
    PORTAL_FHIR_NONE,
    PORTAL_FHIR_METADATA,
    PORTAL_FHIR_OBSERVATION,
    PORTAL_FHIR_DEVICE,
    PORTAL_FHIR_COMMUNICATION,
    PORTAL_FHIR_AUDIT_EVENT,
} PortalFhirType;

typedef struct {
    PortalFhirType type;
    char id[65];                        /* "": a search */
    char bed[PORTAL_SEARCH_WORD];       /* subject:identifier=urn:vicu:bed|BED; "": any */
    char patient[PORTAL_SEARCH_WORD];   /* patient:identifier=[urn:vicu:patient|]ID; "": any */
    uint32_t code[PORTAL_SEARCH_CODES]; /* MDC */
    unsigned n_codes;                   /* 0: all */
    int64_t from_us, to_us;             /* half-open; from 0: open */
    unsigned count;
    unsigned offset;
} PortalSearch;

/* @path behind "/fhir/"; @query as sent. FALSE: @error says which parameter and what was expected.
 * type NONE: no such resource. @now_us: the end where none is given. */
gboolean portal_search_parse(
    const char *path, const char *query, int64_t now_us, PortalSearch *out, GError **error);

const char *portal_fhir_type_name(PortalFhirType type);

/* MDC code of a LOINC code, and back; 0, NULL: none is known. */
uint32_t portal_loinc_to_mdc(const char *loinc);
const char *portal_mdc_to_loinc(uint32_t code);

G_END_DECLS
