/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/supervise-plan.h"

#define FIRST_BACK_OFF_US   G_USEC_PER_SEC
#define LONGEST_BACK_OFF_US (30 * G_USEC_PER_SEC)

typedef struct {
    ToolChildState state;
    int64_t start_at_us;               /* WAITING: not before */
    int64_t sign_us;                   /* last sign of life, or when it was started */
    int64_t tries_us[TOOL_PLAN_TRIES]; /* latest starts that never became ready, newest first */
    int64_t back_off_us;
    uint32_t starts;
    gboolean was_ready;
    int64_t retire_us; /* 0: to be kept running */
    gboolean told_to_end;
    char why[96]; /* of the coming start */
} Child;

struct ToolPlan {
    size_t n;
    Child *child;
    int64_t looked_us; /* when _next() was last asked; 0: never */
};

ToolPlan *
tool_plan_new(size_t n_children)
{
    ToolPlan *self = g_new0(ToolPlan, 1);

    self->n = n_children;
    self->child = g_new0(Child, n_children);
    return self;
}

void
tool_plan_free(ToolPlan *self)
{
    if (self == NULL)
        return;
    g_free(self->child);
    g_free(self);
}

static Child *
child_of(const ToolPlan *self, size_t child)
{
    g_assert(child < self->n);
    return &self->child[child];
}

void
tool_plan_started(ToolPlan *self, size_t child, int64_t now_us)
{
    Child *c = child_of(self, child);

    c->state = TOOL_CHILD_STARTING;
    c->sign_us = now_us;
    c->was_ready = FALSE;
    c->told_to_end = FALSE;
    c->starts++;
    for (int i = TOOL_PLAN_TRIES - 1; i > 0; i--)
        c->tries_us[i] = c->tries_us[i - 1];
    c->tries_us[0] = now_us;
}

void
tool_plan_ready(ToolPlan *self, size_t child, int64_t now_us)
{
    Child *c = child_of(self, child);

    if (c->state != TOOL_CHILD_STARTING)
        return;
    c->state = TOOL_CHILD_READY;
    c->sign_us = now_us;
    c->was_ready = TRUE;
    c->back_off_us = 0;
    for (int i = 0; i < TOOL_PLAN_TRIES; i++)
        c->tries_us[i] = 0;
}

void
tool_plan_sign(ToolPlan *self, size_t child, int64_t now_us)
{
    Child *c = child_of(self, child);

    c->sign_us = now_us;
    if (c->state == TOOL_CHILD_STALLED)
        c->state = TOOL_CHILD_READY;
}

/* A start that never became ready: how long until the next. */
static int64_t
back_off(Child *c, int64_t now_us)
{
    int64_t oldest = c->tries_us[TOOL_PLAN_TRIES - 1];

    if (oldest == 0 || now_us - oldest > TOOL_PLAN_WINDOW_US) {
        c->back_off_us = 0;
        return 0;
    }
    c->back_off_us =
        c->back_off_us == 0 ? FIRST_BACK_OFF_US : MIN(2 * c->back_off_us, LONGEST_BACK_OFF_US);
    return c->back_off_us;
}

void
tool_plan_ended(ToolPlan *self, size_t child, int64_t now_us, const char *how)
{
    Child *c = child_of(self, child);

    if (c->retire_us != 0) {
        c->state = TOOL_CHILD_GONE;
        return;
    }
    int64_t wait_us = c->was_ready ? 0 : back_off(c, now_us);
    c->state = TOOL_CHILD_WAITING;
    c->start_at_us = now_us + wait_us;
    if (wait_us == 0)
        g_snprintf(c->why, sizeof c->why, "%s", how);
    else
        g_snprintf(c->why, sizeof c->why, "%s; never became ready, waited %d s", how,
                   (int)(wait_us / G_USEC_PER_SEC));
}

void
tool_plan_failed_to_start(ToolPlan *self, size_t child, int64_t now_us, const char *how)
{
    tool_plan_started(self, child, now_us);
    tool_plan_ended(self, child, now_us, how);
}

void
tool_plan_retire(ToolPlan *self, size_t child, int64_t now_us)
{
    Child *c = child_of(self, child);

    if (c->retire_us == 0)
        c->retire_us = now_us;
}

void
tool_plan_stop(ToolPlan *self, int64_t now_us)
{
    for (size_t i = 0; i < self->n; i++)
        tool_plan_retire(self, i, now_us);
}

/* The supervisor was stopped itself (or the machine slept): silence proves nothing. */
static void
forgive_own_absence(ToolPlan *self, int64_t now_us)
{
    if (self->looked_us != 0 && now_us - self->looked_us > TOOL_PLAN_STALL_US)
        for (size_t i = 0; i < self->n; i++)
            self->child[i].sign_us = now_us;
    self->looked_us = now_us;
}

static gboolean
say(ToolAct *act, ToolActKind kind, size_t child, const char *why)
{
    act->kind = kind;
    act->child = child;
    g_strlcpy(act->why, why, sizeof act->why);
    return TRUE;
}

static gboolean
next_of_retired(ToolPlan *self, size_t i, int64_t now_us, ToolAct *act)
{
    Child *c = &self->child[i];

    if (c->state == TOOL_CHILD_WAITING) {
        c->state = TOOL_CHILD_GONE;
        return FALSE;
    }
    if (c->state == TOOL_CHILD_GONE)
        return FALSE;
    if (!c->told_to_end) {
        c->told_to_end = TRUE;
        return say(act, TOOL_ACT_TERMINATE, i, "");
    }
    if (c->state != TOOL_CHILD_ENDING && now_us - c->retire_us >= TOOL_PLAN_DRAIN_US) {
        c->state = TOOL_CHILD_ENDING;
        return say(act, TOOL_ACT_KILL, i, "still there 2 s after it was asked to leave");
    }
    return FALSE;
}

static gboolean
next_of(ToolPlan *self, size_t i, int64_t now_us, ToolAct *act)
{
    Child *c = &self->child[i];
    int64_t silent_us = now_us - c->sign_us;

    if (c->retire_us != 0)
        return next_of_retired(self, i, now_us, act);
    switch (c->state) {
    case TOOL_CHILD_WAITING:
        if (now_us < c->start_at_us)
            return FALSE;
        return say(act, TOOL_ACT_START, i, c->why);
    case TOOL_CHILD_STARTING:
        if (silent_us < TOOL_PLAN_START_US)
            return FALSE;
        c->state = TOOL_CHILD_ENDING;
        return say(act, TOOL_ACT_KILL, i, "not ready and no sign of life for 20 s");
    case TOOL_CHILD_READY:
        if (silent_us < TOOL_PLAN_STALL_US)
            return FALSE;
        c->state = TOOL_CHILD_STALLED;
        return say(act, TOOL_ACT_NOTE, i, "no sign of life for 2 s");
    case TOOL_CHILD_STALLED:
        if (silent_us < TOOL_PLAN_SILENCE_US)
            return FALSE;
        c->state = TOOL_CHILD_ENDING;
        return say(act, TOOL_ACT_KILL, i, "no sign of life for 5 s");
    case TOOL_CHILD_ENDING:
    case TOOL_CHILD_GONE:
        return FALSE;
    }
    return FALSE;
}

gboolean
tool_plan_next(ToolPlan *self, int64_t now_us, ToolAct *act)
{
    forgive_own_absence(self, now_us);
    for (size_t i = 0; i < self->n; i++)
        if (next_of(self, i, now_us, act))
            return TRUE;
    return FALSE;
}

static int64_t
due_of(const Child *c)
{
    if (c->state == TOOL_CHILD_GONE || c->state == TOOL_CHILD_ENDING)
        return INT64_MAX;
    if (c->retire_us != 0)
        return c->told_to_end ? c->retire_us + TOOL_PLAN_DRAIN_US : c->retire_us;
    switch (c->state) {
    case TOOL_CHILD_WAITING:
        return c->start_at_us;
    case TOOL_CHILD_STARTING:
        return c->sign_us + TOOL_PLAN_START_US;
    case TOOL_CHILD_READY:
        return c->sign_us + TOOL_PLAN_STALL_US;
    case TOOL_CHILD_STALLED:
        return c->sign_us + TOOL_PLAN_SILENCE_US;
    case TOOL_CHILD_ENDING:
    case TOOL_CHILD_GONE:
        break;
    }
    return INT64_MAX;
}

int64_t
tool_plan_due_us(const ToolPlan *self)
{
    int64_t due_us = INT64_MAX;

    for (size_t i = 0; i < self->n; i++)
        due_us = MIN(due_us, due_of(&self->child[i]));
    return due_us;
}

ToolChildState
tool_plan_state(const ToolPlan *self, size_t child)
{
    return child_of(self, child)->state;
}

uint32_t
tool_plan_restarts(const ToolPlan *self, size_t child)
{
    uint32_t starts = child_of(self, child)->starts;

    return starts > 0 ? starts - 1 : 0;
}

gboolean
tool_plan_over(const ToolPlan *self)
{
    for (size_t i = 0; i < self->n; i++)
        if (self->child[i].state != TOOL_CHILD_GONE)
            return FALSE;
    return TRUE;
}

const char *
tool_child_state_name(ToolChildState state)
{
    static const char *const names[] = {"waiting", "starting", "ready",
                                        "stalled", "ending",   "gone"};

    return names[state];
}
