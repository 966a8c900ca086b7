/* SPDX-License-Identifier: Apache-2.0 */
#include "store/bench-world.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/folder.h"
#include "common/memory.h"
#include "store/erase/cipher.h"

static const VicuFingerprint sender = {{1}};

bool
store_bench_world_open(StoreBenchWorld *self,
                       const char *dir,
                       const char *keys,
                       int64_t t_us,
                       bool sync,
                       GError **error)
{
    StoreKeyPlaces places = {keys, NULL};
    g_autofree char *note = NULL;
    StoreDbOptions options;

    store_db_options_init(&options);
    options.sync = sync;
    *self = (StoreBenchWorld){.now = {t_us, G_USEC_PER_SEC}};
    if (keys != NULL) {
        self->cipher = store_cipher_new(&places, false, &note, error);
        if (self->cipher == NULL)
            return false;
    }
    options.cipher = self->cipher;
    self->db = store_db_open(dir, &options, error);
    if (self->db == NULL)
        return false;
    self->head = store_head_open(self->db, self->now, error);
    if (self->head == NULL)
        return false;
    store_head_epoch(self->head, &sender, "bench", 1);
    self->sequence = store_head_lane(self->head, &sender, 1)->watermark;
    return store_head_commit(self->head, NULL, error);
}

void
store_bench_world_close(StoreBenchWorld *self)
{
    g_clear_pointer(&self->head, store_head_free);
    g_clear_pointer(&self->db, store_db_close);
    g_clear_pointer(&self->cipher, store_cipher_free);
}

bool
store_bench_world_put(StoreBenchWorld *self, GBytes *batch, int64_t us, GError **error)
{
    StorePutFate fate = STORE_PUT_HOLE;
    size_t size = 0;
    const void *data = g_bytes_get_data(batch, &size);

    if (!store_head_batch(self->head, &sender, 1, ++self->sequence, data, size, self->now, &fate,
                          error))
        return false;
    g_assert(fate == STORE_PUT_TAKEN);
    return store_bench_world_pass(self, us, error);
}

/* Something waits for a sync, and others may still share it. */
static bool
is_early(StoreBenchWorld *self, int64_t before_us)
{
    if (self->due_us == 0 && store_db_pending(self->db) > 0)
        self->due_us = before_us + self->group_us;
    if (self->now.mono_us < self->due_us)
        return true;
    self->due_us = 0;
    return false;
}

bool
store_bench_world_pass(StoreBenchWorld *self, int64_t us, GError **error)
{
    int64_t before_us = self->now.mono_us;

    self->now.utc_us += us;
    self->now.mono_us += us;
    if (!store_head_tick(self->head, self->now, error))
        return false;
    return is_early(self, before_us) || store_head_commit(self->head, NULL, error);
}

static uint64_t
work_done(const StoreBenchWorld *self)
{
    const StoreHeadCounts *counts = store_head_counts(self->head);

    return counts->sealed + counts->rolled
           + store_trend_counts(store_head_trend(self->head))->slices;
}

bool
store_bench_world_settle(StoreBenchWorld *self, GError **error)
{
    for (int idle = 0; idle < 20; idle++) {
        uint64_t before = work_done(self);
        if (!store_bench_world_pass(self, G_USEC_PER_SEC / 10, error))
            return false;
        if (work_done(self) != before
            || store_sealer_at_hand(store_head_sealer(self->head)) != NULL)
            idle = 0;
    }
    return true;
}

double
store_bench_cpu_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec
           + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

double
store_bench_thread_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- apart ---- */

static size_t
read_all(int fd, void *into, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read(fd, (char *)into + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

/* Never returns: 0 and the result, or 1 and the words of what failed. No exit handlers:
 * a database that is still open stays as a crash would leave it. */
static void G_GNUC_NORETURN
work(StoreBenchJob func, gpointer job, gpointer result, size_t size, int out)
{
    g_autoptr(GError) error = NULL;

    vicu_memory_keep(); /* as the daemon does */
    if (func(job, result, &error))
        _exit(vicu_file_write(out, result, size) ? 0 : 2);
    const char *said = error != NULL ? error->message : "failed without a reason";
    _exit(vicu_file_write(out, said, strlen(said)) ? 1 : 2);
}

bool
store_bench_apart(StoreBenchJob func, gpointer job, gpointer result, size_t size, GError **error)
{
    int ends[2], status = 0;
    char said[1024] = "";

    if (pipe(ends) != 0) {
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_IO, "no pipe");
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        work(func, job, result, size, ends[1]);
    }
    close(ends[1]);
    g_assert(size < sizeof said);
    size_t n = child > 0 ? read_all(ends[0], said, sizeof said - 1) : 0;
    close(ends[0]);
    if (child > 0)
        waitpid(child, &status, 0);
    if (child > 0 && status == 0 && n == size) {
        memcpy(result, said, size);
        return true;
    }
    said[n] = '\0';
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "a part of the bench ended early: %s",
                child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 1 ? said
                                                                           : "no reason was said");
    return false;
}
