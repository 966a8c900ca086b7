/* Simulate. See simulate.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/simulate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/program.h"

#define OUTPUT_MAX (64u << 20)
#define PIECE      65536
#define SAID_MAX   2000 /* of what it says about a failure */
#define NICENESS   10
#define PATIENCE_S 5 /* for one that is told to end */

/* One run; it outlives @owner when that is freed meanwhile, until its process has ended. */
typedef struct {
    DashSimulate *owner; /* NULL: nobody waits any more */
    GSubprocess *process;
    GDataInputStream *said;
    GByteArray *printed;
    GString *talk;
    guint ender;
    unsigned open; /* of: the two streams, the process */
    bool cancelled;
    bool too_much;
} Run;

struct DashSimulate {
    char *dir;
    char *program;
    void (*changed)(gpointer user);
    gpointer user;
    DashSimulateState state;
    int percent;
    char *error;
    DashSimulated *result;
    Run *run;
};

static void
tell(const DashSimulate *self)
{
    if (self->changed)
        self->changed(self->user);
}

/* --- the end of a run --- */

static void
run_free(Run *run)
{
    g_clear_handle_id(&run->ender, g_source_remove);
    g_object_unref(run->said);
    g_object_unref(run->process);
    g_byte_array_unref(run->printed);
    g_string_free(run->talk, TRUE);
    g_free(run);
}

static void
judge(DashSimulate *self, const Run *run)
{
    g_autoptr(GError) error = NULL;
    bool whole =
        g_subprocess_get_if_exited(run->process) && g_subprocess_get_exit_status(run->process) == 0;
    if (run->cancelled) {
        self->state = DASH_SIMULATE_CANCELLED;
        return;
    }
    self->state = DASH_SIMULATE_FAILED;
    if (run->too_much)
        self->error = g_strdup_printf("the replay printed more than %u MiB", OUTPUT_MAX >> 20);
    else if (!whole)
        self->error =
            g_strdup(run->talk->len > 0 ? run->talk->str : "the replay ended without a word");
    else if (!(self->result = dash_simulated_read((const char *)run->printed->data,
                                                  run->printed->len, &error)))
        self->error = g_strdup(error->message);
    else
        self->state = DASH_SIMULATE_DONE;
}

static void
close_one(Run *run)
{
    DashSimulate *self = run->owner;
    if (--run->open > 0)
        return;
    if (self) {
        judge(self, run);
        self->run = NULL;
    }
    run_free(run);
    if (self)
        tell(self);
}

static gboolean
on_impatient(gpointer user)
{
    Run *run = user;
    run->ender = 0;
    g_subprocess_force_exit(run->process);
    return G_SOURCE_REMOVE;
}

/* A replay that is told to end leaves nothing behind; one that does not listen is killed. */
static void
end_run(Run *run)
{
    if (run->cancelled)
        return;
    run->cancelled = true;
    g_subprocess_send_signal(run->process, SIGTERM);
    run->ender = g_timeout_add_seconds(PATIENCE_S, on_impatient, run);
}

/* --- what it prints --- */

static void
on_printed(GObject *source, GAsyncResult *result, gpointer user)
{
    Run *run = user;
    g_autoptr(GBytes) bytes =
        g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, NULL);
    gsize size = 0;
    const void *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
    run->too_much |= run->printed->len + size > OUTPUT_MAX;
    if (size == 0 || run->too_much) {
        if (run->too_much)
            g_subprocess_force_exit(run->process);
        close_one(run);
        return;
    }
    g_byte_array_append(run->printed, data, (guint)size);
    g_input_stream_read_bytes_async(G_INPUT_STREAM(source), PIECE, G_PRIORITY_DEFAULT, NULL,
                                    on_printed, run);
}

/* "37 %", else words about what is wrong. */
static void
take_line(Run *run, const char *line)
{
    char *end = NULL;
    long percent = strtol(line, &end, 10);
    if (end != line && strcmp(end, " %") == 0) {
        if (!run->owner || run->owner->percent == (int)CLAMP(percent, 0, 100))
            return;
        run->owner->percent = (int)CLAMP(percent, 0, 100);
        tell(run->owner);
        return;
    }
    if (run->talk->len < SAID_MAX)
        g_string_append_printf(run->talk, "%s%.*s", run->talk->len > 0 ? "\n" : "", SAID_MAX, line);
}

static void
on_line(GObject *source, GAsyncResult *result, gpointer user)
{
    Run *run = user;
    g_autofree char *line =
        g_data_input_stream_read_line_finish_utf8(G_DATA_INPUT_STREAM(source), result, NULL, NULL);
    if (!line) {
        close_one(run);
        return;
    }
    take_line(run, line);
    g_data_input_stream_read_line_async(run->said, G_PRIORITY_DEFAULT, NULL, on_line, run);
}

static void
on_ended(GObject *source, GAsyncResult *result, gpointer user)
{
    g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
    close_one(user);
}

/* --- its beginning --- */

static void
be_nice(gpointer user)
{
    (void)user;
    if (nice(NICENESS) == -1)
        return; /* it runs all the same */
}

static GPtrArray *
arguments(const DashSimulate *self, const DashSimulateAsk *ask)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(argv, g_strdup(self->program));
    g_ptr_array_add(argv, g_strdup("replay"));
    g_ptr_array_add(argv, g_strdup_printf("--root=%s", self->dir));
    g_ptr_array_add(argv, g_strdup("--json"));
    g_ptr_array_add(argv, g_strdup("--progress"));
    g_ptr_array_add(argv, g_strdup_printf("--cores=%u", MAX(1, g_get_num_processors() / 2)));
    g_autofree char *from = vicu_time_format(ask->from_us);
    g_autofree char *to = vicu_time_format(ask->to_us);
    g_ptr_array_add(argv, g_strdup_printf("--from=%s", from));
    g_ptr_array_add(argv, g_strdup_printf("--to=%s", to));
    for (size_t i = 0; ask->changes[i]; i++)
        g_ptr_array_add(argv, g_strdup_printf("--change=%s", ask->changes[i]));
    for (size_t i = 0; ask->beds && ask->beds[i]; i++)
        g_ptr_array_add(argv, g_strdup_printf("--bed=%s", ask->beds[i]));
    g_ptr_array_add(argv, NULL);
    return argv;
}

static void
forget_last(DashSimulate *self)
{
    g_clear_pointer(&self->error, g_free);
    g_clear_pointer(&self->result, dash_simulated_free);
    self->percent = 0;
}

gboolean
dash_simulate_start(DashSimulate *self, const DashSimulateAsk *ask, GError **error)
{
    if (self->run) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "a simulation runs: cancel it first");
        return FALSE;
    }
    g_autoptr(GPtrArray) argv = arguments(self, ask);
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_set_child_setup(launcher, be_nice, NULL, NULL);
    GSubprocess *process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, error);
    if (!process)
        return FALSE;
    forget_last(self);
    Run *run = g_new0(Run, 1);
    run->owner = self;
    run->process = process;
    run->printed = g_byte_array_new();
    run->talk = g_string_new(NULL);
    run->said = g_data_input_stream_new(g_subprocess_get_stderr_pipe(process));
    run->open = 3;
    self->run = run;
    self->state = DASH_SIMULATE_RUNNING;
    g_input_stream_read_bytes_async(g_subprocess_get_stdout_pipe(process), PIECE,
                                    G_PRIORITY_DEFAULT, NULL, on_printed, run);
    g_data_input_stream_read_line_async(run->said, G_PRIORITY_DEFAULT, NULL, on_line, run);
    g_subprocess_wait_async(process, NULL, on_ended, run);
    return TRUE;
}

void
dash_simulate_cancel(DashSimulate *self)
{
    if (self->run)
        end_run(self->run);
}

DashSimulate *
dash_simulate_new(const char *dir,
                  const char *program,
                  void (*changed)(gpointer user),
                  gpointer user)
{
    DashSimulate *self = g_new0(DashSimulate, 1);
    self->dir = g_strdup(dir);
    self->program = program ? g_strdup(program) : vicu_program_path("rules");
    self->changed = changed;
    self->user = user;
    return self;
}

void
dash_simulate_free(DashSimulate *self)
{
    if (!self)
        return;
    if (self->run) {
        end_run(self->run);
        self->run->owner = NULL;
    }
    forget_last(self);
    g_free(self->dir);
    g_free(self->program);
    g_free(self);
}

DashSimulateState
dash_simulate_state(const DashSimulate *self)
{
    return self->state;
}

int
dash_simulate_percent(const DashSimulate *self)
{
    return self->percent;
}

const char *
dash_simulate_error(const DashSimulate *self)
{
    return self->error;
}

const DashSimulated *
dash_simulate_result(const DashSimulate *self)
{
    return self->result;
}
