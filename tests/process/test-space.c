/* The disk of the store fills up under a ward that runs: the wall is told, alarms and
 * pictures go on, and it is told no more once there is space.
 *
 * The store's folder is a small tmpfs in a mount namespace of this test's own: it is gone
 * with the process, however that ends.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "dashboard/client.h"
#include "tests/process/site.h"

#define S SITE_S

#define PATIENCE_US (60 * S)

#define BEDS             4
#define BED_WITHOUT_LINE "demo/icu/4" /* a cuff pressure entered by hand counts */
#define LOW              "local:store-low"
#define FULL             "local:store-full"
#define SILENT           "local:store-silent"

typedef struct {
    Site *site;
    char *store;  /* the tmpfs */
    char *filler; /* a file that takes the space */
    DashModel *model;
    DashClient *station;
} World;

/* --- the disk ----------------------------------------------------------------------------- */

/* Before any thread. NULL: mounts can be made; else why not. */
static const char *
become_private(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return g_strerror(errno);
    return NULL;
}

static void
mount_disk(World *w)
{
    g_assert_cmpint(g_mkdir_with_parents(w->store, 0700), ==, 0);
    if (mount("tmpfs", w->store, "tmpfs", 0, "size=192m,mode=0700") != 0)
        g_error("%s: a tmpfs cannot be mounted: %s", w->store, g_strerror(errno));
}

/* So much of the disk is free afterwards, about. */
static void
leave_free(World *w, double share)
{
    struct statvfs vfs;
    struct stat st;
    int fd = g_open(w->filler, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(statvfs(w->store, &vfs), ==, 0);
    g_assert_cmpint(fstat(fd, &st), ==, 0);
    int64_t wanted = (int64_t)(share * (double)vfs.f_blocks) * (int64_t)vfs.f_frsize;
    int64_t surplus = (int64_t)vfs.f_bavail * (int64_t)vfs.f_frsize - wanted;
    if (surplus > 0)
        g_assert_cmpint(posix_fallocate(fd, st.st_size, surplus), ==, 0);
    else
        g_assert_cmpint(ftruncate(fd, MAX(st.st_size + surplus, 0)), ==, 0);
    close(fd);
}

/* --- the world ---------------------------------------------------------------------------- */

static void
open_world(World *w)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector"};
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
                        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    g_autoptr(GError) error = NULL;

    w->site = site_new();
    w->store = g_build_filename(site_folder(w->site), "store", NULL);
    w->filler = g_build_filename(w->store, "filler", NULL);
    mount_disk(w);
    site_settings(w->site, "collector", settings);
    site_settings(
        w->site, "store",
        "[space]\nreserve = 4\nrecover = 8\n[database]\nhead_buffer = 4\nwal_limit = 8\n");
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(w->site, daemons[i]);
    site_follow(w->site);
    w->model = dash_model_new();
    ToolClient *client = site_client(w->site);
    w->station = dash_client_new(tool_client_context(client), tool_client_root(client), "station",
                                 w->model, &error);
    g_assert_no_error(error);
    site_await_beds(w->site, BEDS);
}

static void
close_world(World *w)
{
    dash_client_free(w->station);
    dash_model_free(w->model);
    site_signal(w->site, "store", SIGTERM);
    g_assert_cmpint(umount2(w->store, MNT_DETACH), ==, 0);
    site_free(w->site);
    g_free(w->store);
    g_free(w->filler);
}

/* --- what has to come true ---------------------------------------------------------------- */

static gboolean
was_raised(Site *site, gpointer rule)
{
    return site_alarm(site, "", rule) != NULL;
}

static gboolean
stands(Site *site, gpointer rule)
{
    return site_stands(site, "", rule);
}

static gboolean
is_over(Site *site, gpointer rule)
{
    return !site_stands(site, "", rule);
}

static gboolean
pressure_is_alarmed(Site *site, gpointer user)
{
    (void)user;
    return site_stands(site, BED_WITHOUT_LINE, "map-critical");
}

static gboolean
is_acknowledged(Site *site, gpointer user)
{
    double waiting = site_counter(site, "rules", "spool_batches");

    (void)user;
    return waiting >= 0 && waiting <= 10;
}

typedef struct {
    World *world;
    const char *rule;
    double share;
} Filling;

/* The store writes and removes files of its own meanwhile: the share is set anew each time. */
static gboolean
is_raised_by(Site *site, gpointer user)
{
    const Filling *filling = user;

    if (was_raised(site, (gpointer)filling->rule))
        return TRUE;
    leave_free(filling->world, filling->share);
    return FALSE;
}

static void
fill_until(World *w, double share, const char *rule)
{
    Filling filling = {w, rule, share};

    if (!site_wait(w->site, PATIENCE_US, is_raised_by, &filling))
        g_error("%s was not raised within %d s", rule, (int)(PATIENCE_US / S));
}

static void
await(World *w, SiteCondition condition, const char *rule, const char *what)
{
    if (!site_wait(w->site, PATIENCE_US, condition, (gpointer)rule))
        g_error("%s %s within %d s", rule, what, (int)(PATIENCE_US / S));
}

typedef struct {
    World *world;
    const char *rule;
    uint64_t batches;
} Station;

static gboolean
station_shows(Site *site, gpointer user)
{
    const Station *wanted = user;
    const DashModel *model = wanted->world->model;

    (void)site;
    for (size_t i = 0; i < dash_model_n_alarms(model); i++)
        if (strcmp(dash_model_alarm(model, i)->rule, wanted->rule) == 0)
            return dash_model_batches(model) >= wanted->batches;
    return FALSE;
}

/* What a person at a terminal sees. */
static void
check_list(World *w)
{
    g_autofree char *program = site_program("tools/vicu");
    const char *argv[] = {program, "alarm", "ls", "--root", site_folder(w->site), NULL};
    g_autofree char *out = NULL, *err = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status,
                 &error);
    g_assert_no_error(error);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        g_error("vicu alarm ls: %s", err);
    if (strstr(out, "Nothing is stored") == NULL)
        g_error("vicu alarm ls does not tell of the full disk:\n%s", out);
}

/* --- the test ----------------------------------------------------------------------------- */

static void
judge(World *w, const char *rule, Vicu__Priority priority)
{
    const Vicu__Alarm *alarm = site_alarm(w->site, "", rule);

    g_assert_nonnull(alarm);
    g_assert_true(alarm->technical);
    g_assert_cmpint(alarm->priority, ==, priority);
    g_test_message("%s: %s", rule, alarm->text);
}

static void
go_on_while_full(World *w)
{
    Station alarm = {w, "map-critical", dash_model_batches(w->model) + 100};

    site_observe(w->site, BED_WITHOUT_LINE, "NIBP_M", 40);
    await(w, pressure_is_alarmed, "map-critical", "was not raised while the disk was full");
    g_assert_true(site_wait(w->site, PATIENCE_US, station_shows, &alarm));
    for (int i = 1; i <= BEDS; i++) {
        g_autofree char *id = g_strdup_printf("demo/icu/%d", i);
        g_assert_cmpint(site_bed(w->site, id)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    }
}

/* One alarm, before and after: the rules die while it stands. */
static void
restart_rules_while_full(World *w)
{
    g_autofree char *id = g_strdup(site_alarm(w->site, "", FULL)->id);

    site_signal(w->site, "rules", SIGKILL);
    site_start(w->site, "rules");
    /* The store acknowledges nothing for longer than that is suffered of a silent one. */
    site_wait(w->site, site_is_night() ? 100 * S : 13 * S, NULL, NULL);
    g_assert_cmpstr(site_alarm(w->site, "", FULL)->id, ==, id);
    g_assert_true(site_stands(w->site, "", FULL));
    g_assert_false(site_stands(w->site, "", SILENT));
}

static void
a_full_disk_is_alarmed_while_alarms_and_pictures_go_on(void)
{
    World w;

    open_world(&w);
    g_assert_true(site_wait(w.site, PATIENCE_US, is_acknowledged, NULL));
    g_assert_false(was_raised(w.site, (gpointer)LOW));
    g_assert_false(was_raised(w.site, (gpointer)FULL));
    fill_until(&w, 0.085, LOW);
    judge(&w, LOW, VICU__PRIORITY__PRIORITY_LOW);
    fill_until(&w, 0.03, FULL);
    await(&w, stands, FULL, "does not stand");
    judge(&w, FULL, VICU__PRIORITY__PRIORITY_MEDIUM);
    await(&w, is_over, LOW, "stands beside the full disk's");
    Station shown = {&w, FULL, 0};
    g_assert_true(site_wait(w.site, PATIENCE_US, station_shows, &shown));
    check_list(&w);
    go_on_while_full(&w);
    restart_rules_while_full(&w);
    g_assert_cmpint(g_unlink(w.filler), ==, 0);
    await(&w, is_over, FULL, "did not end");
    g_assert_true(site_wait(w.site, PATIENCE_US, is_acknowledged, NULL));
    g_assert_false(site_stands(w.site, "", LOW));
    g_assert_null(site_alarm(w.site, "", SILENT));
    close_world(&w);
}

static void
cannot_be_tried(gconstpointer why)
{
    g_autofree char *text = g_strdup_printf(
        "a small tmpfs cannot be mounted here (%s): needs root and mounts", (const char *)why);

    g_test_skip(text);
}

int
main(int argc, char **argv)
{
    const char *path = "/process/space/a_full_disk_is_alarmed_while_alarms_and_pictures_go_on";
    const char *why = become_private();

    g_test_init(&argc, &argv, NULL);
    if (why == NULL)
        g_test_add_func(path, a_full_disk_is_alarmed_while_alarms_and_pictures_go_on);
    else
        g_test_add_data_func(path, why, cannot_be_tried);
    return g_test_run();
}
