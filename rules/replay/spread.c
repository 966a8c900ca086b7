/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/spread.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/folder.h"
#include "common/progress.h"

#define LOOK_NS 20000000

/* Between the processes. */
typedef struct {
    atomic_uint next; /* bed that nobody has taken */
    atomic_uint done; /* beds */
    atomic_ullong played_s;
} Shared;

typedef struct {
    const RulesBeds *beds;
    const RulesLane *lanes;
    size_t n_lanes;
    int64_t from_us, to_us;
    const char *folder;
    Shared *shared;
    bool lines;
    sigset_t signals; /* that end all of it */
} Spread;

static char *
part_path(const Spread *self, guint bed, size_t part)
{
    return g_strdup_printf("%s/%u.%zu", self->folder, bed, part);
}

/* --- in a process of its own --- */

typedef struct {
    Shared *shared;
    int64_t last_us;
} Told;

static void
on_played(int64_t t_us, void *user)
{
    Told *told = user;
    if (told->last_us > 0 && t_us > told->last_us)
        atomic_fetch_add(&told->shared->played_s,
                         (unsigned long long)(t_us / 1000000 - told->last_us / 1000000));
    told->last_us = t_us;
}

static bool
keep(const Spread *self, guint bed, const RulesPlayer *player)
{
    RulesPlayerFigures figures = rules_player_figures(player);
    for (size_t k = 0; k <= self->n_lanes; k++) {
        g_autofree char *path = part_path(self, bed, k);
        const GString *log = k < self->n_lanes ? rules_player_log(player, k) : NULL;
        const char *bytes = log ? log->str : (const char *)&figures;
        size_t size = log ? log->len : sizeof figures;
        if (!g_file_set_contents_full(path, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600,
                                      NULL))
            return false;
    }
    return true;
}

static bool
play_bed(const Spread *self, guint bed)
{
    g_autofree RulesSet **sets = g_new(RulesSet *, self->n_lanes);
    g_autoptr(GError) error = NULL;
    Told told = {self->shared, 0};
    for (size_t k = 0; k < self->n_lanes; k++)
        sets[k] = self->lanes[k].set;
    g_autoptr(RulesPlayer) player = rules_player_new(
        sets, self->n_lanes, rules_beds_name(self->beds, bed), self->from_us, self->to_us);
    for (size_t k = 0; k < self->n_lanes; k++)
        if (self->lanes[k].limit)
            rules_player_fix_limit(player, k, self->lanes[k].limit, self->lanes[k].value);
    if (!rules_beds_play(self->beds, bed, player, on_played, &told, &error)) {
        fprintf(stderr, "vicu rules replay: %s: %s\n", rules_beds_name(self->beds, bed),
                error->message);
        return false;
    }
    return keep(self, bed, player);
}

static bool
work(const Spread *self)
{
    for (;;) {
        guint bed = atomic_fetch_add(&self->shared->next, 1);
        if (bed >= rules_beds_length(self->beds))
            return true;
        if (!play_bed(self, bed))
            return false;
        atomic_fetch_add(&self->shared->done, 1);
    }
}

/* --- in ours --- */

static void
show(const Spread *self, VicuProgress *progress, bool in_time)
{
    vicu_progress_set(progress, in_time ? atomic_load(&self->shared->played_s) / 60
                                        : atomic_load(&self->shared->done));
}

/* Minutes of beds, where it is known how many there are; else beds. */
static VicuProgress *
begin_progress(const Spread *self, bool *in_time)
{
    int64_t total_us = 0;
    *in_time = true;
    for (guint i = 0; i < rules_beds_length(self->beds); i++) {
        total_us += rules_beds_span_us(self->beds, i);
        *in_time = *in_time && rules_beds_span_us(self->beds, i) > 0;
    }
    VicuProgress *progress = vicu_progress_new("replay", *in_time ? "bed-min" : "beds",
                                               *in_time ? (uint64_t)(total_us / 60000000)
                                                        : rules_beds_length(self->beds));
    if (self->lines)
        vicu_progress_say_lines(progress);
    return progress;
}

/* An interrupt ends the children; then this one clears up and says so. */
static void
pause_for_signal(const Spread *self, const pid_t *children, guint n)
{
    const struct timespec look = {0, LOOK_NS};
    if (sigtimedwait(&self->signals, NULL, &look) < 0)
        return;
    for (guint i = 0; i < n; i++)
        if (children[i] > 0)
            kill(children[i], SIGKILL);
}

static bool
wait_for(const Spread *self, pid_t *children, guint n)
{
    bool in_time, ok = true;
    g_autoptr(VicuProgress) progress = begin_progress(self, &in_time);
    for (guint i = 0; i < n; i++) {
        int status = 1;
        pid_t ended = 0;
        while (children[i] > 0 && (ended = waitpid(children[i], &status, WNOHANG)) == 0) {
            show(self, progress, in_time);
            pause_for_signal(self, children, n);
        }
        ok = ended == children[i] && status == 0 && ok;
        children[i] = 0; /* its number may be another's now */
    }
    return ok;
}

static bool
run_all(const Spread *self, guint n, GError **error)
{
    pid_t children[RULES_SPREAD_CORES_MAX];
    sigset_t before;
    fflush(NULL);
    sigprocmask(SIG_BLOCK, &self->signals, &before);
    for (guint i = 0; i < n; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            sigprocmask(SIG_SETMASK, &before, NULL);
            prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody waits for what it would find */
            _exit(work(self) ? 0 : 1);
        }
    }
    bool ok = wait_for(self, children, n);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                    "a process of the replay was ended or failed, or %s is full: nothing is "
                    "printed",
                    self->folder);
    return ok;
}

static bool
gather(const Spread *self, guint bed, RulesPlayerFigures *sum, GError **error)
{
    for (size_t k = 0; k <= self->n_lanes; k++) {
        g_autofree char *path = part_path(self, bed, k);
        g_autofree char *bytes = NULL;
        RulesPlayerFigures figures = {0};
        gsize size = 0;
        if (!g_file_get_contents(path, &bytes, &size, error))
            return false;
        if (k < self->n_lanes) {
            rules_report_log(self->lanes[k].report, bytes);
            if (self->lanes[k].log)
                g_string_append_len(self->lanes[k].log, bytes, (gssize)size);
            continue;
        }
        memcpy(&figures, bytes, MIN(size, sizeof figures));
        sum->inputs += figures.inputs;
        sum->waves += figures.waves;
        sum->late += figures.late;
        sum->refused += figures.refused;
    }
    return true;
}

static bool
spread(Spread *self, guint n, RulesPlayerFigures *figures, GError **error)
{
    bool ok = run_all(self, n, error);
    for (guint i = 0; ok && i < rules_beds_length(self->beds); i++)
        ok = gather(self, i, figures, error);
    return ok;
}

bool
rules_spread(const RulesBeds *beds,
             const RulesLane *lanes,
             size_t n_lanes,
             int64_t from_us,
             int64_t to_us,
             unsigned cores,
             bool lines,
             RulesPlayerFigures *figures,
             GError **error)
{
    Spread self = {.beds = beds,
                   .lanes = lanes,
                   .n_lanes = n_lanes,
                   .from_us = from_us,
                   .to_us = to_us,
                   .lines = lines};
    guint n = MIN(cores > 0 ? cores : g_get_num_processors(), RULES_SPREAD_CORES_MAX);
    g_autofree char *folder = g_dir_make_tmp("vicu-replay-XXXXXX", error);
    *figures = (RulesPlayerFigures){0};
    sigemptyset(&self.signals);
    sigaddset(&self.signals, SIGINT);
    sigaddset(&self.signals, SIGTERM);
    if (!folder)
        return false;
    self.folder = folder;
    self.shared =
        mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert(self.shared != MAP_FAILED);
    bool ok = spread(&self, MIN(n, rules_beds_length(beds)), figures, error);
    munmap(self.shared, sizeof(Shared));
    vicu_folder_remove_flat(folder);
    return ok;
}
