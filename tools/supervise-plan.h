/* What the supervisor does next, decided from what it was told and when.
 *
 * Pure: no process, no clock, no socket. Times are BOOTTIME microseconds. A
 * child that dies is started again at once; only after three starts within
 * 60 s that never became ready it has to wait, 1 s at first, 30 s at most. A
 * child that was ready and gives no sign of life for 2 s is noted, for 5 s is
 * killed. When the supervisor itself was away for more than 2 s, it knows
 * nothing about its children's silence and counts afresh.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define TOOL_PLAN_STALL_US   (2 * G_USEC_PER_SEC)
#define TOOL_PLAN_SILENCE_US (5 * G_USEC_PER_SEC)
#define TOOL_PLAN_START_US   (20 * G_USEC_PER_SEC) /* recovery of a store's log included */
#define TOOL_PLAN_DRAIN_US   (2 * G_USEC_PER_SEC)
#define TOOL_PLAN_WINDOW_US  (60 * G_USEC_PER_SEC)
#define TOOL_PLAN_TRIES      3

typedef struct ToolPlan ToolPlan;

typedef enum {
    TOOL_CHILD_WAITING,  /* no process; starts when its time has come */
    TOOL_CHILD_STARTING, /* process there, not yet ready */
    TOOL_CHILD_READY,
    TOOL_CHILD_STALLED, /* was ready, silent for a while */
    TOOL_CHILD_ENDING,  /* killed, its end not yet seen */
    TOOL_CHILD_GONE,    /* ended and will not be started again */
} ToolChildState;

typedef enum {
    TOOL_ACT_START,
    TOOL_ACT_TERMINATE, /* ask it to drain and leave */
    TOOL_ACT_KILL,
    TOOL_ACT_NOTE, /* tell people, do nothing */
} ToolActKind;

typedef struct {
    ToolActKind kind;
    size_t child;
    char why[96]; /* "" for a first start */
} ToolAct;

ToolPlan *tool_plan_new(size_t n_children);
void tool_plan_free(ToolPlan *self);

/* What was seen. @how: "killed by signal 9", "exit status 1". */
void tool_plan_started(ToolPlan *self, size_t child, int64_t now_us);
void tool_plan_failed_to_start(ToolPlan *self, size_t child, int64_t now_us, const char *how);
void tool_plan_ready(ToolPlan *self, size_t child, int64_t now_us);
void tool_plan_sign(ToolPlan *self, size_t child, int64_t now_us);
void tool_plan_ended(ToolPlan *self, size_t child, int64_t now_us, const char *how);
/* The child is asked to leave and not started again; _stop() means all. */
void tool_plan_retire(ToolPlan *self, size_t child, int64_t now_us);
void tool_plan_stop(ToolPlan *self, int64_t now_us);

/* The next thing to do at @now_us; FALSE when there is none. Call until FALSE,
 * and at least each second: a longer pause counts as the supervisor's own absence. */
gboolean tool_plan_next(ToolPlan *self, int64_t now_us, ToolAct *act);

/* When to ask again at the latest. */
int64_t tool_plan_due_us(const ToolPlan *self);

ToolChildState tool_plan_state(const ToolPlan *self, size_t child);
uint32_t tool_plan_restarts(const ToolPlan *self, size_t child);
/* All are retired and have ended. */
gboolean tool_plan_over(const ToolPlan *self);
const char *tool_child_state_name(ToolChildState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolPlan, tool_plan_free)

G_END_DECLS
