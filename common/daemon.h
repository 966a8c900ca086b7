/* The frame of every daemon: options, settings, keys, main loop, signals,
 * readiness and watchdog (systemd's protocol), status socket, counters.
 *
 * A main.c fills a VicuDaemonSpec and calls vicu_daemon_run(). One thread.
 * SIGTERM and SIGINT: stop() and leave within 2 s. SIGHUP: settings and the key
 * table are read again, or the old ones kept and the reason said. "Ready" is
 * said when start() has returned: the daemon's own sockets are bound.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/auth.h"
#include "common/config.h"
#include "common/root.h"
#include "common/socket.h"

G_BEGIN_DECLS

typedef struct VicuDaemon VicuDaemon;

/* A counter: the process changes @value (or fills it in refresh()). */
typedef struct {
    const char *name;
    const char *unit; /* UCUM, "1" for counts */
    const char *help;
    double value;
} VicuCounter;

typedef struct {
    const char *name;    /* "store": name of the key, the settings file and the status socket */
    const char *summary; /* one line for --help */
    const VicuParam *params;
    size_t n_params;
    VicuCounter *counters;
    size_t n_counters;
    gboolean (*check)(gpointer user, GError **error); /* of settings read; --check, too; or NULL */
    gboolean (*start)(VicuDaemon *daemon, gpointer user, GError **error);
    void (*stop)(VicuDaemon *daemon, gpointer user);    /* may be NULL */
    void (*reload)(VicuDaemon *daemon, gpointer user);  /* may be NULL */
    void (*refresh)(VicuDaemon *daemon, gpointer user); /* before counters are read; may be NULL */
    /* Takes a copy of an audit record about this process on its way to the store; FALSE: it
     * cannot now. Called between start() and stop() only, the stop itself included. */
    gboolean (*audit)(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user);
} VicuDaemonSpec;

/* Parses --root --name --config --check --settings --manual --help --version,
 * serves, returns the exit code. */
int vicu_daemon_run(const VicuDaemonSpec *spec, int argc, char **argv, gpointer user);

const VicuRoot *vicu_daemon_root(VicuDaemon *self);
VicuKeys *vicu_daemon_keys(VicuDaemon *self);
VicuContext *vicu_daemon_context(VicuDaemon *self);
const char *vicu_daemon_name(VicuDaemon *self); /* --name, or the spec's */
GMainContext *vicu_daemon_main_context(VicuDaemon *self);

/* Ends the process with exit code 1 after saying why; takes @error. */
void vicu_daemon_fail(VicuDaemon *self, GError *error);

/* What SIGHUP does, told in the audit as asked for by @why. FALSE: the old settings stay. */
gboolean vicu_daemon_reload(VicuDaemon *self, const char *why, GError **error);

/* The file its settings come from, whether it is there or not; its setting [@group] @key, NULL:
 * there is none of that name. */
const char *vicu_daemon_settings_path(const VicuDaemon *self);
const VicuParam *vicu_daemon_setting(const VicuDaemon *self, const char *group, const char *key);

/* What "process-start" says beside the version; to be called in start(). */
void vicu_daemon_describe(VicuDaemon *self, const char *text);

/* An act of this process, now, into the audit by the spec's audit(); FALSE: it did not take
 * it. The frame itself tells process-start, process-stop (when it was asked to leave, not when
 * it fails), config-change (settings and keys read again) and refused-key (at most one a
 * minute, with their number). */
gboolean vicu_daemon_audit(VicuDaemon *self, const char *what, const char *why, const char *detail);

/* What this process itself sees missing; @text NULL: over. Shown by status. */
void vicu_daemon_condition(VicuDaemon *self, const char *cause, const char *text);

/* An address for `vicu status`; the last call for a name wins. */
void vicu_daemon_endpoint(VicuDaemon *self, const char *name, const char *address);

/* Own 30 lines of systemd's notify protocol; nothing happens without NOTIFY_SOCKET. */
void vicu_notify(const char *state);

G_END_DECLS
