/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench-path.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/auth.h"
#include "common/error.h"
#include "common/folder.h"
#include "common/root.h"
#include "tools/dispatch.h"

#define PATIENCE_MS 300000

/* The ward's time is not the hub's, so minutes would be sealed after the bench. With memory
 * for 1.2 minutes (150 KB a bed and minute) each is sealed once the next has begun. */
#define SETTINGS                                                                                   \
    "[space]\nreserve = 1\nwarn = 1\nstop = 0.1\n\n"                                               \
    "[seal]\nmemory = %d\n"
#define SEAL_BED_KIB 180

/* Nor does the hub forget after a minute of its time: its memory for the rules is bounded to
 * what a ward has in one. */
#define HUB_SETTINGS "[feed]\nmemory_mib = %d\n"
#define FEED_BED_KIB 230 /* 1250 samples a second, 3 bytes each */

enum { HUB, STORE, COLLECTOR, N_PROCESSES };

typedef struct {
    VicuRoot *root;
    pid_t pids[N_PROCESSES];
    int to, from; /* the collector's */
    char words[256];
} Path;

/* ---- processes ---- */

static pid_t
start(const Path *self, const char *const *argv, int in, int out)
{
    g_autofree char *log = g_build_filename(self->root->dir, "bench.log", NULL);
    pid_t child = fork();

    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int err = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(err, STDERR_FILENO);
    dup2(out >= 0 ? out : err, STDOUT_FILENO);
    if (in >= 0)
        dup2(in, STDIN_FILENO);
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

static pid_t
start_daemon(const Path *self, const char *program)
{
    g_autofree char *path = tool_program_path(program);
    const char *argv[] = {path, "--root", self->root->dir, NULL};

    return start(self, argv, -1, -1);
}

static gboolean
start_collector(Path *self, const char *const *argv, GError **error)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "no pipe: %s", g_strerror(errno));
        return FALSE;
    }
    self->pids[COLLECTOR] = start(self, argv, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    self->to = in[1];
    self->from = out[0];
    return TRUE;
}

static void
end_process(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGTERM);
    while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *pid = 0;
}

static void
end(Path *self)
{
    if (self->to >= 0)
        close(self->to);
    if (self->from >= 0)
        close(self->from);
    for (int i = N_PROCESSES - 1; i >= 0; i--)
        end_process(&self->pids[i]);
    g_clear_pointer(&self->root, vicu_root_free);
}

/* The next line of the collector, which begins with @word; what is behind it in @self. */
static gboolean
await(Path *self, const char *word, GError **error)
{
    size_t n = 0;

    while (n + 1 < sizeof self->words) {
        struct pollfd at = {self->from, POLLIN, 0};
        if (poll(&at, 1, PATIENCE_MS) <= 0 || read(self->from, self->words + n, 1) != 1)
            break;
        if (self->words[n++] != '\n')
            continue;
        self->words[n - 1] = '\0';
        if (g_str_has_prefix(self->words, word))
            return TRUE;
        break;
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                "expected \"%s\" from the collector of the bench within %d s; hub, store and "
                "collector did not get so far",
                word, PATIENCE_MS / 1000);
    return FALSE;
}

static double
cpu_s(const Path *self)
{
    double sum = 0;

    for (int i = 0; i < N_PROCESSES; i++) {
        struct timespec t = {0};
        clockid_t clock;
        if (clock_getcpuclockid(self->pids[i], &clock) == 0 && clock_gettime(clock, &t) == 0)
            sum += (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
    }
    return sum;
}

/* ---- one run ---- */

static gboolean
make_root(Path *self, const char *dir, int beds, GError **error)
{
    static const char *const names[] = {"hub", "store", "collector"};
    g_autofree char *text = g_strdup_printf(SETTINGS, MAX(beds * SEAL_BED_KIB / 1024, 8));

    self->root = vicu_root_new(dir, error);
    if (self->root == NULL || !vicu_root_make(self->root, error))
        return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (!vicu_keys_make(self->root->keys, names[i], names[i], error))
            return FALSE;
    g_autofree char *path = g_build_filename(self->root->etc, "store.conf", NULL);
    g_autofree char *hub = g_build_filename(self->root->etc, "hub.conf", NULL);
    g_autofree char *hub_text = g_strdup_printf(HUB_SETTINGS, MAX(beds * FEED_BED_KIB / 1024, 8));
    return g_file_set_contents(path, text, -1, error)
           && g_file_set_contents(hub, hub_text, -1, error);
}

/* Samples per CPU second of the whole way. */
static gboolean
run_path(Path *self, const char *const *argv, double *speed, GError **error)
{
    self->pids[HUB] = start_daemon(self, "vicu-hub");
    self->pids[STORE] = start_daemon(self, "vicu-store");
    if (!start_collector(self, argv, error) || !await(self, "ready ", error))
        return FALSE;
    if (write(self->to, "go\n", 3) != 3 || !await(self, "warm ", error))
        return FALSE;
    double first = g_ascii_strtod(self->words + strlen("warm "), NULL);
    double begin_s = cpu_s(self);
    if (!await(self, "done ", error))
        return FALSE;
    double spent_s = cpu_s(self) - begin_s;
    *speed = (g_ascii_strtod(self->words + strlen("done "), NULL) - first) / spent_s;
    return TRUE;
}

/* The same of the spool alone. */
static gboolean
run_spool(Path *self, const char *const *argv, double *speed, GError **error)
{
    double spent_s = 0, samples = 0;

    if (!start_collector(self, argv, error) || !await(self, "spool ", error))
        return FALSE;
    char *behind = NULL;
    samples = g_ascii_strtod(self->words + strlen("spool "), &behind);
    spent_s = g_ascii_strtod(behind, NULL);
    *speed = samples / spent_s;
    return TRUE;
}

gboolean
tool_bench_path(
    const char *dir, int tick_ms, int beds, int seconds, VicuFigures *figures, GError **error)
{
    g_autofree char *program = tool_program_path("vicu-collector");
    g_autofree char *root = g_build_filename(dir, "path", NULL);
    g_autofree char *tick = g_strdup_printf("%d", tick_ms);
    g_autofree char *n_beds = g_strdup_printf("%d", beds);
    g_autofree char *length = g_strdup_printf("%d", seconds);
    const char *argv[] = {program, "bench", "path", tick, n_beds, length, root, NULL, NULL};
    const char *suffix = tick_ms == 40 ? "_40ms" : "";
    Path path = {.to = -1, .from = -1}, alone = {.to = -1, .from = -1};
    double speed = 0, spool = 0;

    gboolean ok = make_root(&path, root, beds, error) && run_path(&path, argv, &speed, error);
    g_autofree char *short_length = g_strdup_printf("%d", MAX(seconds / 4, 1));
    argv[5] = short_length;
    argv[7] = "spool";
    alone.root = path.root != NULL ? vicu_root_copy(path.root) : NULL;
    end(&path);
    ok = ok && run_spool(&alone, argv, &spool, error);
    end(&alone);
    vicu_folder_remove(root);
    if (!ok)
        return FALSE;
    g_autofree char *name = g_strconcat("ingest_path", suffix, NULL);
    g_autofree char *share = g_strconcat("ingest_path_spool_share", suffix, NULL);
    vicu_figures_add(figures, name, "samples/cpu-s", speed);
    vicu_figures_add(figures, share, "1", speed / spool);
    return TRUE;
}
