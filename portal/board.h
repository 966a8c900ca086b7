/* Board: what pages are told, written once for all of them.
 *
 * Each thing of the ward that pages show is a line: JSON under its key (tell.h). A line that says
 * what it said before stays the same line: who was told it knows it by its address. Pure; one owner
 * thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "portal/ward.h"

G_BEGIN_DECLS

#define PORTAL_BOARD_ALARMS 200 /* the most that are told, of the highest priority first */

typedef struct {
    char *key;
    char *json;
    char *person; /* id; of an escalation: who is asked. Else "" */
    char *bed;    /* that it is of; "": of the whole installation, or of none */
} PortalLine;

PortalLine *portal_line_ref(PortalLine *line);
void portal_line_unref(gpointer line);

typedef struct PortalBoard PortalBoard;
/* @ward is borrowed. */
PortalBoard *portal_board_new(const PortalWard *ward);
void portal_board_free(PortalBoard *self);

/* Changes with a line; what stands is that of the ward of now. */
uint64_t portal_board_version(PortalBoard *self);
/* In the order of their keys, of an escalation one for each person who is asked. Borrowed until the
 * ward changes. */
const GPtrArray *portal_board_lines(PortalBoard *self);

/* The roster's entry that @word means: an id, account or name; NULL: none. Borrowed until the ward
 * changes. */
const Vicu__RosterPerson *portal_board_person(PortalBoard *self, const char *word);

/* @bed is in a unit of @me's, by the roster; NULL, or of no unit: every bed is. */
bool portal_board_covers(const Vicu__RosterPerson *me, const char *bed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalBoard, portal_board_free)

G_END_DECLS
