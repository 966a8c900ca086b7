/* The supervisor of one machine: runs the processes of an installation.
 *
 * Children are started with systemd's notify protocol (READY=1, WATCHDOG=1),
 * write to DIR/log/NAME.log, and are ended by the kernel should the supervisor
 * itself be killed. DIR/run/up.state, a key file, has each child's pid, state, and
 * when it was last started, ready, found silent and ended for it. What to do is
 * decided by supervise-plan; here are the processes. One thread, the default main
 * context.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "tools/supervise-plan.h"

G_BEGIN_DECLS

#define TOOL_SUPERVISOR_STATE "up.state"

typedef struct ToolSupervisor ToolSupervisor;

typedef struct {
    const char *name;
    GPid pid; /* 0: no process now */
    ToolChildState state;
    uint32_t restarts;
    int64_t started_us;    /* boot time of the last start */
    int64_t ready_us;      /* boot time when it became ready; 0: not yet */
    double cpu_s;          /* of all its lives, as last sampled */
    double peak_rss_bytes; /* the highest of all its lives */
} ToolChildView;

typedef void (*ToolSupervisorFunc)(ToolSupervisor *self, gpointer user);

/* @root is borrowed. Refuses when another supervisor runs there. */
ToolSupervisor *tool_supervisor_new(const VicuRoot *root, GError **error);
/* Kills what still runs. */
void tool_supervisor_free(ToolSupervisor *self);

typedef enum {
    TOOL_CHILD_PLAIN = 0,          /* counts as ready and alive while it runs */
    TOOL_CHILD_NOTIFIES = 1 << 0,  /* speaks the notify protocol */
    TOOL_CHILD_MAY_LEAVE = 1 << 1, /* not started again when it leaves with status 0 */
    TOOL_CHILD_AIDE = 1 << 2, /* says READY=1, is alive while it runs, and nothing waits for it */
} ToolChildKind;

/* @argv is copied; argv[0] is the program's path. @kind: a sum of ToolChildKind.
 * Only before _start(). */
void
tool_supervisor_add(ToolSupervisor *self, const char *name, const char *const *argv, unsigned kind);

gboolean tool_supervisor_start(ToolSupervisor *self, GError **error);

gboolean tool_supervisor_is_started(const ToolSupervisor *self);

/* Asks all to leave; @on_over is called when the last is gone (at most 2 s and a kill later). */
void tool_supervisor_stop(ToolSupervisor *self, ToolSupervisorFunc on_over, gpointer user);

/* Asks the child of that name to leave for good; FALSE: there is none. */
gboolean tool_supervisor_retire(ToolSupervisor *self, const char *name);
/* It has left. */
gboolean tool_supervisor_is_gone(const ToolSupervisor *self, const char *name);

/* Told after each change of a child's state. */
void tool_supervisor_on_change(ToolSupervisor *self, ToolSupervisorFunc func, gpointer user);

/* Told what the supervisor did and saw, for the audit: "child-start",
 * "child-start-failed", "child-end", "child-kill"; @why: how the one before ended, how this one
 * did, what it is ended for; "": nothing to add. NULL: nobody is told any more. */
typedef void (*ToolSupervisorActFunc)(const char *what,
                                      const char *child,
                                      const char *why,
                                      gpointer user);
void tool_supervisor_on_act(ToolSupervisor *self, ToolSupervisorActFunc func, gpointer user);

size_t tool_supervisor_n_children(const ToolSupervisor *self);
/* Samples CPU time and memory of child @i. */
void tool_supervisor_view(ToolSupervisor *self, size_t i, ToolChildView *view);
gboolean tool_supervisor_all_ready(const ToolSupervisor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolSupervisor, tool_supervisor_free)

G_END_DECLS
