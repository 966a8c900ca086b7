/* One installation on disk: DIR/run (sockets), DIR/keys (0700), DIR/etc,
 * DIR/log, DIR/<process>. Where it lies without --root: the system's, when its
 * run folder exists, else XDG_STATE_HOME/vicu.
 *
 * A client's root may be connected to the hub of another machine: then it holds
 * keys and settings only, and the sockets that the hub offers stations (hub-live,
 * rules-state, store-query) are the hub's TCP ports.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    char *dir;
    char *run;
    char *keys;
    char *etc;
    char *log;
    char *hub; /* the hub's machine; NULL: this one, by ipc */
    unsigned hub_port;
    char *key; /* name of a client's key, from etc/client.conf; NULL: the usual one */
} VicuRoot;

#define VICU_ROOT_PORT 5571 /* of live; state and query take the next two */

/* @dir NULL: the standard place. Does not touch the disk. Refuses a path whose
 * sockets would be longer than 100 bytes. */
VicuRoot *vicu_root_new(const char *dir, GError **error);
void vicu_root_free(VicuRoot *self);
VicuRoot *vicu_root_copy(const VicuRoot *self);

/* From now on @self's hub is that of another machine: "HOST" or "HOST:PORT", a
 * name or an IPv4 address. */
gboolean vicu_root_connect(VicuRoot *self, const char *address, GError **error);

/* Makes the folders (0700). */
gboolean vicu_root_make(const VicuRoot *self, GError **error);

/* "ipc://DIR/run/NAME.ipc", or the hub's TCP port for it; caller frees. */
char *vicu_root_endpoint(const VicuRoot *self, const char *name);
/* Name of the key that a client finds there: @owner, or "hub" on another machine. */
const char *vicu_root_server(const VicuRoot *self, const char *owner);
/* "DIR/NAME", made if absent; caller frees. */
char *vicu_root_folder(const VicuRoot *self, const char *name, GError **error);

/* The one running installation of this user: DIR with a live run/up.pid. With
 * @dir given only that one is looked at. NULL and an error that says where it
 * looked when there is none or more than one. */
VicuRoot *vicu_root_find_running(const char *dir, GError **error);

/* The root of a client: connected to @connect when that is not NULL, else to the
 * hub that DIR/etc/client.conf names ([hub] address, key), else the running
 * installation as above. */
VicuRoot *vicu_root_find_client(const char *dir, const char *connect, GError **error);

/* A running installation announces itself here (a file whose text is DIR, named
 * by pid); the supervisor writes and removes it. Caller frees. */
char *vicu_root_announcements(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuRoot, vicu_root_free)

G_END_DECLS
