/* Tell: what a page is told, in messages of JSON. Pure.
 *
 * A page is told what changed since it was last told, however long it took: nothing queues.
 * {"t": "state", "set": {KEY: ITEM, ..}, "gone": [KEY, ..]} with the keys "a ID" (alarm), "b BED",
 * "e ID" (an escalation to this person), "p ID" (a person to hand on to). Times are milliseconds of
 * UTC. Whom the roster gives units is told of their beds, of the installation as a whole, and of
 * the beds that an escalation asks that person about; then "scope": {"units": [..], "hidden": beds
 * that are not told} comes along whenever it changes. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "portal/board.h"

G_BEGIN_DECLS

/* What a page knows. */
typedef struct PortalListener PortalListener;
PortalListener *portal_listener_new(void);
void portal_listener_free(PortalListener *self);

/* @person: whose page it is, by id, account or name of the roster. The next message, or NULL: there
 * is nothing new. Caller frees. */
char *portal_tell(PortalListener *self, PortalBoard *board, const char *person);

/* That person is told of @bed. */
bool portal_tell_covers(PortalBoard *board, const char *person, const char *bed);

/* What that person is asked is not as this page was told. */
bool portal_tell_is_urgent(const PortalListener *self, PortalBoard *board, const char *person);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalListener, portal_listener_free)

G_END_DECLS
