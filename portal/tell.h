/* Tell: what a page is told, in messages of JSON. Pure.
 *
 * A page is told what changed since it was last told, however long it took: nothing queues.
 * {"t": "state", "set": {KEY: ITEM, ..}, "gone": [KEY, ..]} with the keys "a ID" (alarm), "b BED",
 * "e ID" (an escalation to this person), "p ID" (a person to hand on to). Times are milliseconds of
 * UTC. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "portal/ward.h"

G_BEGIN_DECLS

#define PORTAL_TELL_ALARMS 200 /* the most of a message, of the highest priority first */

/* What a page knows. */
typedef struct PortalListener PortalListener;
PortalListener *portal_listener_new(void);
void portal_listener_free(PortalListener *self);

/* @person: whose page it is, by id, account or name of the roster. The next message, or NULL: there
 * is nothing new. Caller frees. */
char *portal_tell(PortalListener *self, const PortalWard *ward, const char *person);

/* The roster's entry that @person means; NULL: none. Borrowed. */
const Vicu__RosterPerson *portal_tell_person(const PortalWard *ward, const char *person);
/* Of @escalation, the newest target of that person that is still asked, or has it; NULL: none. */
const Vicu__EscalationTarget *
portal_tell_target(const PortalWard *ward, const Vicu__Escalation *escalation, const char *person);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalListener, portal_listener_free)

G_END_DECLS
