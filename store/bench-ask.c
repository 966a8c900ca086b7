/* SPDX-License-Identifier: Apache-2.0 */
#include "store/bench-ask.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/trend-rows.h"

#define PATIENCE_US (30 * G_USEC_PER_SEC)

/* The bench's data are of the last days and must not be dropped while it asks. */
static const char settings[] = "[space]\n"
                               "reserve = 1\n"
                               "warn = 1\n"
                               "stop = 0.1\n"
                               "\n"
                               "[retention]\n"
                               "waves = 365d\n";

bool
store_bench_server_make(StoreBenchServer *self, const char *dir, const char *keys, GError **error)
{
    static const char *const names[] = {"hub", "store", "operator"};

    *self = (StoreBenchServer){.root = vicu_root_new(dir, error)};
    if (self->root == NULL || !vicu_root_make(self->root, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (!vicu_keys_make(self->root->keys, names[i], names[i], error))
            return false;
    g_autofree char *path = g_build_filename(self->root->etc, "store.conf", NULL);
    g_autofree char *text = keys != NULL
                                ? g_strdup_printf("%s[erasure]\nkeys = %s\n", settings, keys)
                                : g_strdup(settings);
    return g_file_set_contents(path, text, -1, error);
}

char *
store_bench_server_database(const StoreBenchServer *self)
{
    return g_build_filename(self->root->dir, "store", NULL);
}

static bool
connect_client(StoreBenchServer *self, GError **error)
{
    g_autofree char *endpoint = vicu_root_endpoint(self->root, "store-query");

    self->keys = vicu_keys_open(self->root->keys, "operator", error);
    if (self->keys == NULL)
        return false;
    self->context = vicu_context_new(self->keys, NULL, error);
    if (self->context == NULL)
        return false;
    self->client = vicu_query_client_new(self->context, endpoint, "store", "bench", error);
    return self->client != NULL;
}

bool
store_bench_server_start(StoreBenchServer *self, GError **error)
{
    static const char program[] = "/proc/self/exe"; /* also when it was replaced meanwhile */
    g_autofree char *log = g_build_filename(self->root->dir, "store.log", NULL);
    self->pid = fork();
    if (self->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (out >= 0) /* a bench prints figures; what went wrong is told by the answers */
            dup2(out, STDERR_FILENO);
        execl(program, program, "--root", self->root->dir, NULL);
        _exit(127);
    }
    if (self->pid < 0) {
        self->pid = 0;
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: cannot be started: %s", program,
                    g_strerror(errno));
        return false;
    }
    return connect_client(self, error);
}

void
store_bench_server_stop(StoreBenchServer *self, bool kill_it)
{
    g_clear_pointer(&self->client, vicu_query_client_free);
    g_clear_pointer(&self->context, vicu_context_free);
    g_clear_pointer(&self->keys, vicu_keys_free);
    if (self->pid == 0)
        return;
    kill(self->pid, kill_it ? SIGKILL : SIGTERM);
    while (waitpid(self->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    self->pid = 0;
}

void
store_bench_server_clear(StoreBenchServer *self)
{
    store_bench_server_stop(self, false);
    g_clear_pointer(&self->root, vicu_root_free);
}

/* ---- questions ---- */

static double
both_cpu_ms(pid_t other)
{
    struct timespec mine = {0}, its = {0};
    clockid_t clock;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &mine);
    if (clock_getcpuclockid(other, &clock) == 0)
        clock_gettime(clock, &its);
    return 1e3 * (double)(mine.tv_sec + its.tv_sec) + 1e-6 * (double)(mine.tv_nsec + its.tv_nsec);
}

/* What a picture needs: every column of every bed is looked at. */
static void
count_trend(StoreBenchAnswer *answer, const Vicu__TrendRows *rows)
{
    VicuTrend trend;

    if (!vicu_trend_init(&trend, rows, NULL))
        return;
    for (guint c = 0; c < trend.columns; c++)
        answer->columns += vicu_trend_column(&trend, c).coverage > 0;
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    StoreBenchAnswer *answer = user;

    if (error != NULL || rows == NULL)
        return;
    for (size_t i = 0; i < rows->n_run; i++)
        answer->samples += rows->run[i]->samples.len / 2;
    for (size_t i = 0; i < rows->n_column; i++)
        answer->columns += rows->column[i]->coverage > 0;
    for (size_t i = 0; i < rows->n_trend; i++)
        count_trend(answer, rows->trend[i]);
}

bool
store_bench_server_ask(StoreBenchServer *self,
                       const Vicu__Query *question,
                       StoreBenchAnswer *answer,
                       GError **error)
{
    double cpu_ms = both_cpu_ms(self->pid);
    int64_t begin_us = g_get_monotonic_time();

    *answer = (StoreBenchAnswer){0};
    if (!vicu_query_wait(self->client, question, "bench", PATIENCE_US, on_rows, answer, error))
        return false;
    answer->ms = (double)(g_get_monotonic_time() - begin_us) / 1e3;
    answer->cpu_ms = both_cpu_ms(self->pid) - cpu_ms;
    return true;
}

/* ---- cold and warm ---- */

bool
store_bench_make_warm(const char *dir)
{
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    const char *name = NULL;
    bool ok = open != NULL;

    while (ok && (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_autofree char *bytes = NULL;
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            ok = g_file_get_contents(path, &bytes, NULL, NULL);
    }
    return ok;
}

static bool
forget_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    bool ok = fdatasync(fd) == 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0;
    close(fd);
    return ok;
}

bool
store_bench_make_cold(const char *dir)
{
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    struct statfs fs;
    const char *name = NULL;
    bool ok = open != NULL && statfs(dir, &fs) == 0 && fs.f_type != TMPFS_MAGIC
              && fs.f_type != RAMFS_MAGIC;

    while (ok && (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            ok = forget_file(path);
    }
    return ok;
}
