/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/error.h"
#include "tools/child-log.h"
#include "tools/supervise-claim.h"
#include "tools/supervise-notify.h"
#include "tools/usage.h"

#define TICK_MS     250
#define BOUND_TICKS 40 /* the logs' sizes are looked at each 10 s */
#define LAST_LINES  5

typedef struct {
    ToolSupervisor *supervisor;
    size_t index;
    char *name;
    char **argv;
    char *log_path;
    unsigned kind;
    GPid pid;
    guint watch;
    size_t log_from; /* size of the log when it was started */
    int64_t started_us;
    int64_t ready_us;
    int64_t silent_us; /* when its silence was last noted */
    int64_t killed_us; /* when it was last ended for it */
    double past_cpu_s; /* of earlier lives */
    ToolUsage usage;   /* of this life, as last sampled */
    double peak_rss_bytes;
} Child;

struct ToolSupervisor {
    const VicuRoot *root;
    GPtrArray *children;
    ToolPlan *plan; /* NULL before _start() */
    ToolClaim *claim;
    ToolNotify *notify;
    guint tick_source;
    guint ticks;
    ToolSupervisorFunc on_over, on_change;
    ToolSupervisorActFunc on_act;
    gpointer over_user, change_user, act_user;
};

static void carry_out(ToolSupervisor *self);

/* --- what the outside is told ------------------------------------------------------------- */

static void
say(Child *child, const char *text)
{
    fprintf(stderr, "vicu: %s: %s\n", child->name, text);
    tool_child_log_remark(child->log_path, text);
}

/* DIR/run/up.state: who runs here, for `vicu status` and for people. The times are the
 * last of their kind, BOOTTIME; 0: never. */
static void
write_state_file(ToolSupervisor *self)
{
    g_autofree char *path = g_build_filename(self->root->run, TOOL_SUPERVISOR_STATE, NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();

    for (guint i = 0; i < self->children->len; i++) {
        Child *child = self->children->pdata[i];
        const char *state = tool_child_state_name(tool_plan_state(self->plan, i));
        g_key_file_set_integer(file, child->name, "pid", child->pid);
        g_key_file_set_string(file, child->name, "state", state);
        g_key_file_set_uint64(file, child->name, "restarts", tool_plan_restarts(self->plan, i));
        g_key_file_set_boolean(file, child->name, "daemon",
                               (child->kind & TOOL_CHILD_NOTIFIES) != 0);
        g_key_file_set_int64(file, child->name, "started_us", child->started_us);
        g_key_file_set_int64(file, child->name, "ready_us", child->ready_us);
        g_key_file_set_int64(file, child->name, "silent_us", child->silent_us);
        g_key_file_set_int64(file, child->name, "killed_us", child->killed_us);
    }
    g_key_file_save_to_file(file, path, NULL);
}

static void
changed(ToolSupervisor *self)
{
    write_state_file(self);
    if (self->on_change != NULL)
        self->on_change(self, self->change_user);
}

static void
tell(ToolSupervisor *self, const char *what, const Child *child, const char *why)
{
    if (self->on_act != NULL)
        self->on_act(what, child->name, why, self->act_user);
}

/* --- the life of a child ------------------------------------------------------------------ */

/* In the child, between fork and exec: only what is safe there. */
static void
before_exec(gpointer user)
{
    pid_t parent = GPOINTER_TO_INT(user);

    setpgid(0, 0); /* the terminal's Ctrl-C is for the supervisor */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
}

static void
sample(Child *child)
{
    ToolUsage usage;

    if (child->pid == 0 || !tool_usage_of(child->pid, &usage))
        return;
    if (usage.cpu_s >= child->usage.cpu_s)
        child->usage = usage;
    child->peak_rss_bytes = MAX(child->peak_rss_bytes, usage.peak_rss_bytes);
}

static char *
how_it_ended(int status)
{
    if (WIFSIGNALED(status))
        return g_strdup_printf("killed by signal %d (%s)", WTERMSIG(status),
                               g_strsignal(WTERMSIG(status)));
    return g_strdup_printf("left with exit status %d", WEXITSTATUS(status));
}

static void
on_child_end(GPid pid, gint status, gpointer user)
{
    Child *child = user;
    ToolSupervisor *self = child->supervisor;
    g_autofree char *how = how_it_ended(status);

    child->watch = 0;
    child->pid = 0;
    child->past_cpu_s += child->usage.cpu_s;
    memset(&child->usage, 0, sizeof child->usage);
    g_spawn_close_pid(pid);
    if (tool_plan_state(self->plan, child->index) != TOOL_CHILD_ENDING || !WIFSIGNALED(status)) {
        g_autofree char *last =
            tool_child_log_tail(child->log_path, child->log_from, LAST_LINES, "      | ");
        if (status != 0) {
            say(child, how);
            fputs(last, stderr);
        }
    }
    /* A window that was closed, a player that has played: wanted, not a death. */
    if ((child->kind & TOOL_CHILD_MAY_LEAVE) != 0 && status == 0)
        tool_plan_retire(self->plan, child->index, vicu_clock_boot_us());
    tool_plan_ended(self->plan, child->index, vicu_clock_boot_us(), how);
    tell(self, "child-end", child, how);
    changed(self);
    carry_out(self);
}

static gboolean
spawn(ToolSupervisor *self, Child *child, GError **error)
{
    g_auto(GStrv) environment = g_get_environ();
    int log_fd = tool_child_log_open(child->log_path, error);

    if (log_fd < 0)
        return FALSE;
    environment =
        g_environ_setenv(environment, "NOTIFY_SOCKET", tool_notify_path(self->notify), TRUE);
    environment = g_environ_setenv(environment, "WATCHDOG_USEC", "5000000", TRUE);
    child->log_from = tool_child_log_size(child->log_path);
    gboolean ok = g_spawn_async_with_fds(NULL, child->argv, environment, G_SPAWN_DO_NOT_REAP_CHILD,
                                         before_exec, GINT_TO_POINTER(getpid()), &child->pid, -1,
                                         log_fd, log_fd, error);
    close(log_fd);
    return ok;
}

static void
start(ToolSupervisor *self, const ToolAct *act)
{
    Child *child = self->children->pdata[act->child];
    g_autoptr(GError) error = NULL;
    int64_t now_us = vicu_clock_boot_us();

    child->started_us = now_us;
    child->ready_us = 0;
    if (act->why[0] != '\0') {
        g_autofree char *text = g_strdup_printf("starts again: it was %s", act->why);
        say(child, text);
    }
    if (!spawn(self, child, &error)) {
        child->pid = 0;
        say(child, error->message);
        tell(self, "child-start-failed", child, error->message);
        tool_plan_failed_to_start(self->plan, act->child, now_us, "could not be started");
        return;
    }
    tool_plan_started(self->plan, act->child, now_us);
    tell(self, "child-start", child, act->why);
    if ((child->kind & (TOOL_CHILD_NOTIFIES | TOOL_CHILD_AIDE)) == 0) {
        child->ready_us = now_us;
        tool_plan_ready(self->plan, act->child, now_us);
    }
    child->watch = g_child_watch_add(child->pid, on_child_end, child);
}

static void
end(Child *child, int signal_number)
{
    if (child->pid == 0)
        return;
    sample(child);
    if (kill(child->pid, signal_number) != 0 && errno != ESRCH)
        fprintf(stderr, "vicu: %s: signal %d: %s\n", child->name, signal_number, g_strerror(errno));
}

static void
carry_out(ToolSupervisor *self)
{
    gboolean any = FALSE;
    ToolAct act;

    while (tool_plan_next(self->plan, vicu_clock_boot_us(), &act)) {
        Child *child = self->children->pdata[act.child];
        any = TRUE;
        switch (act.kind) {
        case TOOL_ACT_START:
            start(self, &act);
            break;
        case TOOL_ACT_TERMINATE:
            end(child, SIGTERM);
            break;
        case TOOL_ACT_KILL:
            child->killed_us = vicu_clock_boot_us();
            say(child, act.why);
            tell(self, "child-kill", child, act.why);
            end(child, SIGKILL);
            break;
        case TOOL_ACT_NOTE:
            child->silent_us = vicu_clock_boot_us();
            say(child, act.why);
            break;
        }
    }
    if (any)
        changed(self);
    if (tool_plan_over(self->plan) && self->on_over != NULL) {
        ToolSupervisorFunc over = self->on_over;
        self->on_over = NULL;
        over(self, self->over_user);
    }
}

static gboolean
on_tick(gpointer user)
{
    ToolSupervisor *self = user;

    self->ticks++;
    for (guint i = 0; i < self->children->len; i++) {
        Child *child = self->children->pdata[i];
        if ((child->kind & TOOL_CHILD_NOTIFIES) == 0 && child->pid != 0)
            tool_plan_sign(self->plan, child->index, vicu_clock_boot_us());
        if (self->ticks % 4 == 0)
            sample(child);
        if (self->ticks % BOUND_TICKS == 0)
            tool_child_log_bound(child->log_path, TOOL_CHILD_LOG_MAX);
    }
    carry_out(self);
    return G_SOURCE_CONTINUE;
}

/* --- signs of life ------------------------------------------------------------------------ */

static Child *
child_by_pid(ToolSupervisor *self, pid_t pid)
{
    for (guint i = 0; i < self->children->len; i++) {
        Child *child = self->children->pdata[i];
        if (pid > 0 && child->pid == pid)
            return child;
    }
    return NULL;
}

static void
on_notice(pid_t pid, const char *line, gpointer user)
{
    ToolSupervisor *self = user;
    Child *child = child_by_pid(self, pid);
    int64_t now_us = vicu_clock_boot_us();

    if (child == NULL)
        return;
    ToolChildState before = tool_plan_state(self->plan, child->index);
    if (strcmp(line, "READY=1") == 0 && before == TOOL_CHILD_STARTING) {
        child->ready_us = now_us;
        tool_plan_ready(self->plan, child->index, now_us);
        changed(self);
    } else if (strcmp(line, "WATCHDOG=1") == 0) {
        tool_plan_sign(self->plan, child->index, now_us);
        if (before == TOOL_CHILD_STALLED) {
            say(child, "gives signs of life again");
            changed(self);
        }
    }
}

/* --- the whole ---------------------------------------------------------------------------- */

static void
child_free(gpointer data)
{
    Child *child = data;

    if (child->watch != 0)
        g_source_remove(child->watch);
    if (child->pid != 0) {
        kill(child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
    }
    g_free(child->name);
    g_strfreev(child->argv);
    g_free(child->log_path);
    g_free(child);
}

ToolSupervisor *
tool_supervisor_new(const VicuRoot *root, GError **error)
{
    g_autoptr(ToolSupervisor) self = g_new0(ToolSupervisor, 1);
    g_autofree char *notify = g_build_filename(root->run, "notify.sock", NULL);

    self->root = root;
    self->children = g_ptr_array_new_with_free_func(child_free);
    if (!vicu_root_make(root, error) || (self->claim = tool_claim_new(root, error)) == NULL)
        return NULL;
    self->notify = tool_notify_new(notify, on_notice, self, error);
    return self->notify != NULL ? g_steal_pointer(&self) : NULL;
}

void
tool_supervisor_free(ToolSupervisor *self)
{
    if (self == NULL)
        return;
    g_clear_handle_id(&self->tick_source, g_source_remove);
    g_ptr_array_unref(self->children);
    tool_notify_free(self->notify);
    if (self->claim != NULL) {
        g_autofree char *state = g_build_filename(self->root->run, TOOL_SUPERVISOR_STATE, NULL);
        g_unlink(state);
    }
    tool_claim_free(self->claim);
    tool_plan_free(self->plan);
    g_free(self);
}

void
tool_supervisor_add(ToolSupervisor *self, const char *name, const char *const *argv, unsigned kind)
{
    Child *child = g_new0(Child, 1);

    g_assert(self->plan == NULL);
    child->supervisor = self;
    child->index = self->children->len;
    child->kind = kind;
    child->name = g_strdup(name);
    child->argv = g_strdupv((char **)argv);
    child->log_path = g_strdup_printf("%s/%s.log", self->root->log, name);
    g_ptr_array_add(self->children, child);
}

gboolean
tool_supervisor_start(ToolSupervisor *self, GError **error)
{
    for (guint i = 0; i < self->children->len; i++) {
        Child *child = self->children->pdata[i];
        if (!g_file_test(child->argv[0], G_FILE_TEST_IS_EXECUTABLE)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "%s: no such program, so %s cannot run: build it (./vicu build)",
                        child->argv[0], child->name);
            return FALSE;
        }
    }
    self->plan = tool_plan_new(self->children->len);
    self->tick_source = g_timeout_add(TICK_MS, on_tick, self);
    carry_out(self);
    return TRUE;
}

gboolean
tool_supervisor_is_started(const ToolSupervisor *self)
{
    return self->plan != NULL;
}

void
tool_supervisor_stop(ToolSupervisor *self, ToolSupervisorFunc on_over, gpointer user)
{
    g_assert(self->plan != NULL);
    self->on_over = on_over;
    self->over_user = user;
    tool_plan_stop(self->plan, vicu_clock_boot_us());
    carry_out(self);
}

static Child *
child_by_name(const ToolSupervisor *self, const char *name)
{
    for (guint i = 0; i < self->children->len; i++) {
        Child *child = self->children->pdata[i];
        if (strcmp(child->name, name) == 0)
            return child;
    }
    return NULL;
}

gboolean
tool_supervisor_retire(ToolSupervisor *self, const char *name)
{
    Child *child = child_by_name(self, name);

    if (child == NULL)
        return FALSE;
    tool_plan_retire(self->plan, child->index, vicu_clock_boot_us());
    carry_out(self);
    return TRUE;
}

gboolean
tool_supervisor_is_gone(const ToolSupervisor *self, const char *name)
{
    Child *child = child_by_name(self, name);

    return child == NULL || tool_plan_state(self->plan, child->index) == TOOL_CHILD_GONE;
}

void
tool_supervisor_on_change(ToolSupervisor *self, ToolSupervisorFunc func, gpointer user)
{
    self->on_change = func;
    self->change_user = user;
}

void
tool_supervisor_on_act(ToolSupervisor *self, ToolSupervisorActFunc func, gpointer user)
{
    self->on_act = func;
    self->act_user = user;
}

size_t
tool_supervisor_n_children(const ToolSupervisor *self)
{
    return self->children->len;
}

void
tool_supervisor_view(ToolSupervisor *self, size_t i, ToolChildView *view)
{
    Child *child = self->children->pdata[i];

    sample(child);
    view->name = child->name;
    view->pid = child->pid;
    view->state = self->plan != NULL ? tool_plan_state(self->plan, i) : TOOL_CHILD_WAITING;
    view->restarts = self->plan != NULL ? tool_plan_restarts(self->plan, i) : 0;
    view->started_us = child->started_us;
    view->ready_us = child->ready_us;
    view->cpu_s = child->past_cpu_s + child->usage.cpu_s;
    view->peak_rss_bytes = child->peak_rss_bytes;
}

gboolean
tool_supervisor_all_ready(const ToolSupervisor *self)
{
    for (size_t i = 0; i < self->children->len; i++) {
        const Child *child = self->children->pdata[i];
        if ((child->kind & TOOL_CHILD_AIDE) == 0
            && tool_plan_state(self->plan, i) != TOOL_CHILD_READY)
            return FALSE;
    }
    return TRUE;
}
