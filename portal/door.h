/* The door: listens at one address, and lets in all that wait, some at a time.
 *
 * A main loop that looks seldom at a crowd (portal/pace.h) finds many newcomers at a look; who is
 * let in one by one waits behind all others. So a look takes PORTAL_DOOR_AT_ONCE at most, and the
 * rest with the next. Where none can be taken (no file is left), it is tried again after
 * PORTAL_DOOR_REST_MS. One thread, its default main context.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define PORTAL_DOOR_AT_ONCE 128
#define PORTAL_DOOR_REST_MS 100

typedef struct PortalDoor PortalDoor;

/* @tcp is borrowed. It must not free the door. */
typedef void (*PortalDoorFunc)(GSocketConnection *tcp, gpointer user);

/* @address: an IP address in figures; @port 0: any that is free. The error names both. */
PortalDoor *portal_door_new(
    const char *address, unsigned port, PortalDoorFunc func, gpointer user, GError **error);
/* Nobody is let in any more. */
void portal_door_free(PortalDoor *self);

unsigned portal_door_port(const PortalDoor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalDoor, portal_door_free)

G_END_DECLS
