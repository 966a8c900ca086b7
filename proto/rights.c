/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rights.h"

#include <string.h>

const VicuRightsRow *
vicu_rights_find(VicuRightsKind kind, const char *name)
{
    for (size_t i = 0; name != NULL && i < vicu_rights_n; i++)
        if (vicu_rights_table[i].kind == kind && strcmp(vicu_rights_table[i].name, name) == 0)
            return &vicu_rights_table[i];
    return NULL;
}

bool
vicu_rights_may(const VicuRightsRow *row, VicuRole role, bool own)
{
    if (row == NULL || (int)role < 0 || role >= VICU_N_ROLES)
        return false;
    return row->right[role] == VICU_RIGHT_ALL || (row->right[role] == VICU_RIGHT_OWN && own);
}

const char *
vicu_rights_kind_name(VicuRightsKind kind)
{
    static const char *const names[] = {
        [VICU_RIGHTS_COMMAND] = "command", [VICU_RIGHTS_QUERY] = "query",
        [VICU_RIGHTS_PEOPLE] = "people",   [VICU_RIGHTS_PAGE] = "page",
        [VICU_RIGHTS_ACT] = "act",
    };
    return (size_t)kind < G_N_ELEMENTS(names) ? names[kind] : "";
}

static const char *const role_names[] = {
    [VICU_ROLE_INTENSIVIST] = "intensivist",
    [VICU_ROLE_BEDSIDE] = "bedside",
    [VICU_ROLE_ADMINISTRATOR] = "administrator",
    [VICU_ROLE_AUDITOR] = "auditor",
    [VICU_ROLE_GLASS] = "glass",
};

const char *
vicu_role_name(VicuRole role)
{
    return (size_t)role < G_N_ELEMENTS(role_names) ? role_names[role] : "";
}

VicuRole
vicu_role_from_name(const char *name)
{
    for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(role_names); i++)
        if (strcmp(role_names[i], name) == 0)
            return (VicuRole)i;
    return VICU_N_ROLES;
}

bool
vicu_rights_covers(const char *scope, const char *place)
{
    if (scope == NULL || place == NULL || *scope == '\0')
        return false;
    if (strcmp(scope, "*") == 0)
        return true;
    size_t length = strlen(scope);
    return strncmp(scope, place, length) == 0 && (place[length] == '\0' || place[length] == '/');
}

bool
vicu_rights_is_scope(const char *scope)
{
    size_t names = 1, letters = 0;

    if (scope == NULL || strcmp(scope, "*") == 0)
        return scope != NULL;
    for (const char *c = scope; *c != '\0'; c++) {
        if (*c == '/') {
            if (letters == 0 || ++names > 2)
                return false;
            letters = 0;
        } else if ((!g_ascii_isalnum(*c) && *c != '_' && *c != '-') || ++letters > 32) {
            return false;
        }
    }
    return letters > 0;
}
