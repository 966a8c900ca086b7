/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/rights.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned rights;
} roles[PORTAL_N_ROLES] = {
    [PORTAL_ROLE_NONE] = {"", 0},
    [PORTAL_ROLE_INTENSIVIST] = {"intensivist",
                                 PORTAL_MAY_PAGE | PORTAL_MAY_OBSERVATIONS | PORTAL_MAY_DEVICES},
    [PORTAL_ROLE_BEDSIDE] = {"bedside",
                             PORTAL_MAY_PAGE | PORTAL_MAY_OBSERVATIONS | PORTAL_MAY_DEVICES},
    [PORTAL_ROLE_ADMINISTRATOR] = {"administrator", PORTAL_MAY_DEVICES | PORTAL_MAY_METRICS},
    [PORTAL_ROLE_AUDITOR] = {"auditor", PORTAL_MAY_AUDIT},
    [PORTAL_ROLE_SYSTEM] = {"system", PORTAL_MAY_OBSERVATIONS | PORTAL_MAY_DEVICES},
    [PORTAL_ROLE_METRICS] = {"metrics", PORTAL_MAY_METRICS},
};

const char *
portal_role_name(PortalRole role)
{
    return roles[role].name;
}

PortalRole
portal_role_by_name(const char *name)
{
    for (int i = 1; i < PORTAL_N_ROLES; i++)
        if (strcmp(roles[i].name, name) == 0)
            return (PortalRole)i;
    return PORTAL_ROLE_NONE;
}

const char *
portal_role_names(void)
{
    return "intensivist, bedside, administrator, auditor, system, metrics";
}

bool
portal_role_may(PortalRole role, PortalRight right)
{
    return (roles[role].rights & right) != 0;
}
