/* Who may do what: proto/rights.csv as a table.
 *
 * A row for each act: a Command, a Query, a question about people (each by the name of its
 * field in the contract), a page, or an act that is neither. A cell for each role. What has no
 * row, and a role that is not known, may nothing. Constants and pure functions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    VICU_ROLE_INTENSIVIST,
    VICU_ROLE_BEDSIDE,
    VICU_ROLE_ADMINISTRATOR,
    VICU_ROLE_AUDITOR,
    VICU_ROLE_GLASS, /* who broke the glass, for its 60 min; no account has it */
    VICU_N_ROLES,
} VicuRole;

typedef enum {
    VICU_RIGHT_NONE,
    VICU_RIGHT_OWN, /* in the units that the role was given for */
    VICU_RIGHT_ALL, /* everywhere */
} VicuRight;

typedef enum {
    VICU_RIGHTS_COMMAND,
    VICU_RIGHTS_QUERY,
    VICU_RIGHTS_PEOPLE,
    VICU_RIGHTS_PAGE,
    VICU_RIGHTS_ACT,
    VICU_N_RIGHTS_KINDS,
} VicuRightsKind;

typedef struct {
    VicuRightsKind kind;
    const char *name; /* "ack": of the field in Command */
    VicuRight right[VICU_N_ROLES];
    bool key;         /* an act of a process: it needs no person */
    const char *text; /* "answer an alarm" */
} VicuRightsRow;

extern const VicuRightsRow vicu_rights_table[];
extern const size_t vicu_rights_n;

/* NULL: it has no row, and nobody may. */
const VicuRightsRow *vicu_rights_find(VicuRightsKind kind, const char *name);

/* @row may be NULL. @own: where it is done is among the places of the role. */
bool vicu_rights_may(const VicuRightsRow *row, VicuRole role, bool own);

const char *vicu_rights_kind_name(VicuRightsKind kind); /* "command" */
const char *vicu_role_name(VicuRole role);              /* "intensivist" */
/* VICU_N_ROLES: there is none of that name. */
VicuRole vicu_role_from_name(const char *name);

/* "*" has every place; "site" its units and their beds; "site/unit" its beds. A place that is
 * empty (the whole installation) is in "*" alone. */
bool vicu_rights_covers(const char *scope, const char *place);
/* "*", "site" or "site/unit", each name of [A-Za-z0-9_-]{1,32}. */
bool vicu_rights_is_scope(const char *scope);

G_END_DECLS
