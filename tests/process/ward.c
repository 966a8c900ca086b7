/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/process/ward.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/folder.h"

#define START_US (40 * (int64_t)G_USEC_PER_SEC) /* 20 s of the demo's own, under sanitizers too */
#define END_US   (30 * (int64_t)G_USEC_PER_SEC)
#define LOOK_MS  5

struct Ward {
    char *dir, *root, *out, *err;
    char *report;
    GPid pid;
    gboolean ended;
    int status;
};

static char *
vicu_path(void)
{
    return g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
}

/* --- waiting ------------------------------------------------------------------------------ */

static gboolean
wake(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

gboolean
ward_wait(Ward *self, int64_t us, WardCondition condition, gpointer user)
{
    int64_t end_us = vicu_clock_boot_us() + us;
    guint waker = g_timeout_add(LOOK_MS, wake, NULL);
    gboolean holds = FALSE;

    while (!(condition != NULL && (holds = condition(self, user))) && vicu_clock_boot_us() < end_us)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(waker);
    return holds;
}

static void
on_end(GPid pid, gint status, gpointer user)
{
    Ward *self = user;

    g_spawn_close_pid(pid);
    self->ended = TRUE;
    self->status = status;
}

static gboolean
has_ended(Ward *self, gpointer user)
{
    (void)user;
    return self->ended;
}

/* --- starting and ending ------------------------------------------------------------------ */

/* Starts build/tools/vicu with its output in files. */
static GPid
spawn(const char *const *words, const char *out, const char *err)
{
    g_autofree char *program = vicu_path();
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    int out_fd = g_open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int err_fd = g_open(err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    GPid pid = 0;

    g_ptr_array_add(argv, program);
    for (int i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    g_ptr_array_add(argv, NULL);
    g_spawn_async_with_fds(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                           &pid, -1, out_fd, err_fd, &error);
    g_assert_no_error(error);
    close(out_fd);
    close(err_fd);
    return pid;
}

static gboolean
has_begun(Ward *self, gpointer user)
{
    g_autofree char *said = NULL;

    (void)user;
    return self->ended
           || (g_file_get_contents(self->err, &said, NULL, NULL)
               && strstr(said, "The demo ward runs") != NULL);
}

static void
tell(Ward *self)
{
    g_autofree char *said = NULL;

    if (g_file_get_contents(self->err, &said, NULL, NULL))
        g_test_message("the demo said:\n%s", said);
}

/* `vicu demo`; what it is to show is in @how. */
static Ward *
start(int beds, const char *const *how, const char *const *extra)
{
    Ward *self = g_new0(Ward, 1);
    g_autofree char *n = g_strdup_printf("%d", beds);
    g_autoptr(GPtrArray) words = g_ptr_array_new();

    self->dir = g_dir_make_tmp("vicu-ward-XXXXXX", NULL);
    self->root = g_build_filename(self->dir, "root", NULL);
    self->out = g_build_filename(self->dir, "out", NULL);
    self->err = g_build_filename(self->dir, "err", NULL);
    const char *head[] = {"demo", "--json", "--root", self->root, "--beds", n};
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++)
        g_ptr_array_add(words, (gpointer)head[i]);
    for (int i = 0; how[i] != NULL; i++)
        g_ptr_array_add(words, (gpointer)how[i]);
    for (int i = 0; extra != NULL && extra[i] != NULL; i++)
        g_ptr_array_add(words, (gpointer)extra[i]);
    g_ptr_array_add(words, NULL);
    self->pid = spawn((const char *const *)words->pdata, self->out, self->err);
    g_child_watch_add(self->pid, on_end, self);
    gboolean begun = ward_wait(self, START_US, has_begun, NULL);
    if (!begun || self->ended)
        tell(self);
    g_assert_true(begun);
    g_assert_false(self->ended);
    return self;
}

Ward *
ward_start(int beds, const char *const *extra)
{
    static const char *const how[] = {"--headless", "--no-pictures", NULL};

    return start(beds, how, extra);
}

Ward *
ward_start_with_pictures(int beds, const char *const *extra)
{
    static const char *const how[] = {"--headless", NULL};

    return start(beds, how, extra);
}

Ward *
ward_start_with_window(int beds, const char *const *extra)
{
    static const char *const how[] = {NULL};

    return start(beds, how, extra);
}

int
ward_wait_end(Ward *self, int64_t limit_us)
{
    g_autoptr(GError) error = NULL;

    if (!ward_wait(self, limit_us, has_ended, NULL))
        tell(self);
    g_assert_true(self->ended);
    g_assert_true(g_file_get_contents(self->out, &self->report, NULL, NULL));
    g_test_message("report: %s", self->report);
    if (g_spawn_check_wait_status(self->status, &error))
        return 0;
    tell(self);
    return error->domain == G_SPAWN_EXIT_ERROR ? error->code : -1;
}

int
ward_end(Ward *self)
{
    g_assert_false(self->ended);
    g_assert_cmpint(kill(self->pid, SIGINT), ==, 0);
    return ward_wait_end(self, END_US);
}

void
ward_free(Ward *self)
{
    if (self == NULL)
        return;
    if (!self->ended) {
        kill(self->pid, SIGTERM);
        ward_wait(self, END_US, has_ended, NULL);
    }
    vicu_folder_remove(self->dir);
    g_free(self->dir);
    g_free(self->root);
    g_free(self->out);
    g_free(self->err);
    g_free(self->report);
    g_free(self);
}

/* --- its processes ------------------------------------------------------------------------ */

static GKeyFile *
state_file(Ward *self)
{
    g_autofree char *path = g_build_filename(self->root, "run", "up.state", NULL);
    GKeyFile *file = g_key_file_new();

    g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
    return file;
}

pid_t
ward_pid(Ward *self, const char *process)
{
    g_autoptr(GKeyFile) file = state_file(self);

    return g_key_file_get_integer(file, process, "pid", NULL);
}

char *
ward_state(Ward *self, const char *process)
{
    g_autoptr(GKeyFile) file = state_file(self);
    char *state = g_key_file_get_string(file, process, "state", NULL);

    return state != NULL ? state : g_strdup("");
}

int64_t
ward_record(Ward *self, const char *process, const char *what)
{
    g_autoptr(GKeyFile) file = state_file(self);

    return g_key_file_get_int64(file, process, what, NULL);
}

typedef struct {
    const char *process;
    pid_t before;
} Replaced;

static gboolean
is_replaced(Ward *self, gpointer user)
{
    const Replaced *replaced = user;
    g_autofree char *state = ward_state(self, replaced->process);
    pid_t pid = ward_pid(self, replaced->process);

    return pid != 0 && pid != replaced->before && strcmp(state, "ready") == 0;
}

/* Time that the main thread of @pid was runnable and did not run; see proc(5). */
static int64_t
waited_us(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/schedstat", (int)pid);
    g_autofree char *text = NULL;
    char *rest = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    g_ascii_strtoull(text, &rest, 10); /* on a processor */
    return (int64_t)(g_ascii_strtoull(rest, NULL, 10) / 1000);
}

int64_t
ward_waited_us(Ward *self, const char *process)
{
    return waited_us(ward_pid(self, process));
}

WardReady
ward_kill(Ward *self, const char *process, int64_t limit_us)
{
    Replaced replaced = {process, ward_pid(self, process)};
    int64_t supervisor_us = waited_us(self->pid);
    int64_t began_us = vicu_clock_boot_us();
    WardReady ready = {0};

    g_assert_cmpint(replaced.before, >, 0);
    g_assert_cmpint(kill(replaced.before, SIGKILL), ==, 0);
    g_assert_true(ward_wait(self, limit_us, is_replaced, &replaced));
    ready.took_us = ward_record(self, process, "ready_us") - began_us;
    ready.waited_us = waited_us(self->pid) - supervisor_us + ward_waited_us(self, process);
    ready.waited_us = MIN(ready.waited_us, ready.took_us);
    return ready;
}

void
ward_kill_supervisor(Ward *self)
{
    g_assert_cmpint(kill(self->pid, SIGKILL), ==, 0);
    g_assert_true(ward_wait(self, END_US, has_ended, NULL));
}

int
ward_vicu(Ward *self, const char *const *words, char **out, char **err)
{
    g_autofree char *program = vicu_path();
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_ptr_array_add(argv, program);
    for (int i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    g_ptr_array_add(argv, (gpointer) "--root");
    g_ptr_array_add(argv, self->root);
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, out, err, &status,
                 &error);
    g_assert_no_error(error);
    if (g_spawn_check_wait_status(status, &error))
        return 0;
    return error->domain == G_SPAWN_EXIT_ERROR ? error->code : -1;
}

/* --- its report --------------------------------------------------------------------------- */

const char *
ward_report(Ward *self)
{
    g_assert_nonnull(self->report);
    return self->report;
}

double
ward_number(Ward *self, const char *key)
{
    g_autofree char *quoted = g_strdup_printf("\"%s\": ", key);
    const char *at = strstr(ward_report(self), quoted);
    char *end = NULL;

    g_assert_nonnull(at);
    double value = g_ascii_strtod(at + strlen(quoted), &end);
    g_assert_true(end != at + strlen(quoted));
    return value;
}

const char *
ward_folder(Ward *self)
{
    return self->root;
}

gboolean
ward_is_night(void)
{
    return g_getenv("VICU_NIGHT") != NULL;
}
