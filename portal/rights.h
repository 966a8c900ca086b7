/* Rights: what the holder of a token may ask the portal for, by role. Deny by default. Pure.
 *
 * An administrator sees no patient; a machine that collects metrics sees nothing else.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    PORTAL_ROLE_NONE,
    PORTAL_ROLE_INTENSIVIST,
    PORTAL_ROLE_BEDSIDE,
    PORTAL_ROLE_ADMINISTRATOR,
    PORTAL_ROLE_AUDITOR,
    PORTAL_ROLE_SYSTEM,  /* another system of the hospital, over FHIR */
    PORTAL_ROLE_METRICS, /* a collector of metrics */
    PORTAL_N_ROLES,
} PortalRole;

typedef enum {
    PORTAL_MAY_PAGE = 1 << 0,         /* the bedside page, its answers and its call for help */
    PORTAL_MAY_OBSERVATIONS = 1 << 1, /* FHIR Observation, Communication: of patients */
    PORTAL_MAY_DEVICES = 1 << 2,      /* FHIR Device */
    PORTAL_MAY_AUDIT = 1 << 3,        /* FHIR AuditEvent */
    PORTAL_MAY_METRICS = 1 << 4,      /* /metrics from anywhere */
} PortalRight;

const char *portal_role_name(PortalRole role);
/* PORTAL_ROLE_NONE: no such role. */
PortalRole portal_role_by_name(const char *name);
/* "intensivist, bedside, ..."; static. */
const char *portal_role_names(void);
bool portal_role_may(PortalRole role, PortalRight right);

G_END_DECLS
