/* One installation on disk: DIR/run (sockets), DIR/keys (0700), DIR/etc,
 * DIR/log, DIR/<process>. Where it lies without --root: the system's, when its
 * run folder exists, else XDG_STATE_HOME/vicu.
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
} VicuRoot;

/* @dir NULL: the standard place. Does not touch the disk. Refuses a path whose
 * sockets would be longer than 100 bytes. */
VicuRoot *vicu_root_new(const char *dir, GError **error);
void vicu_root_free(VicuRoot *self);

/* Makes the folders (0700). */
gboolean vicu_root_make(const VicuRoot *self, GError **error);

/* "ipc://DIR/run/NAME.ipc"; caller frees. */
char *vicu_root_endpoint(const VicuRoot *self, const char *name);
/* "DIR/NAME", made if absent; caller frees. */
char *vicu_root_folder(const VicuRoot *self, const char *name, GError **error);

/* The one running installation of this user: DIR with a live run/up.pid. With
 * @dir given only that one is looked at. NULL and an error that says where it
 * looked when there is none or more than one. */
VicuRoot *vicu_root_find_running(const char *dir, GError **error);

/* A running installation announces itself here (a file whose text is DIR, named
 * by pid); the supervisor writes and removes it. Caller frees. */
char *vicu_root_announcements(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuRoot, vicu_root_free)

G_END_DECLS
