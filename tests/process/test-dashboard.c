/* The real vicu-dashboard beside the real hub, and a ward that speaks to it.
 *
 * usage: test-dashboard VICU-DASHBOARD VICU-HUB PLAY-WARD
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/folder.h"
#include "common/root.h"
#include "dashboard/client.h"
#include "dashboard/model/judge.h"
#include "dashboard/saved.h"
#include "dashboard/scene/png.h"
#include "tests/dashboard/display.h"

#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)
#define MEASURED_US (4 * (int64_t)G_USEC_PER_SEC)
#define LOOK_US     (20 * (int64_t)1000)

static const char *dashboard_program;
static const char *hub_program;
static const char *ward_program;

typedef struct {
    char *dir;
    VicuRoot *root;
    GPid hub;
    GPid ward;
} World;

static GPid
spawn(const char *const *argv)
{
    g_autoptr(GError) error = NULL;
    GPid pid = 0;
    g_spawn_async(NULL, (char **)argv, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                      | G_SPAWN_STDOUT_TO_DEV_NULL,
                  NULL, NULL, &pid, &error);
    g_assert_no_error(error);
    return pid;
}

static void
start_hub(World *world)
{
    const char *const hub[] = {hub_program, "--root", world->dir, NULL};
    world->hub = spawn(hub);
}

static void
start_ward(World *world, const char *story)
{
    const char *const ward[] = {ward_program, story, "4", "--root", world->dir, NULL};
    world->ward = spawn(ward);
}

static World
world_open(const char *story)
{
    static const char *const keys[] = {"hub",       "rules",    "collector",
                                       "dashboard", "operator", "store"};
    World world = {0};
    g_autoptr(GError) error = NULL;
    world.dir = g_dir_make_tmp("vicu-dash-XXXXXX", NULL);
    world.root = vicu_root_new(world.dir, &error);
    g_assert_no_error(error);
    vicu_root_make(world.root, &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        vicu_keys_make(world.root->keys, keys[i], keys[i], &error);
        g_assert_no_error(error);
    }
    start_hub(&world);
    start_ward(&world, story);
    return world;
}

/* As a supervisor would: this process stands for it. */
static void
announce(const World *world)
{
    g_autofree char *path = g_build_filename(world->root->run, "up.pid", NULL);
    g_autofree char *text = g_strdup_printf("%d\n", (int)getpid());
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
end(GPid *pid, int signal)
{
    if (*pid == 0)
        return;
    kill(*pid, signal);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

static void
world_close(World *world)
{
    end(&world->ward, SIGTERM);
    end(&world->hub, SIGTERM);
    vicu_root_free(world->root);
    vicu_folder_remove(world->dir);
    g_free(world->dir);
}

static int
run(const char *const *argv, char **said)
{
    int status = 0;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, said,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---- a client in this process ---- */

typedef struct {
    VicuKeys *keys;
    VicuContext *context;
    DashModel *model;
    DashClient *client;
    const char *wanted; /* id of an alarm */
    bool standing;
    gboolean met;
    char *answer;
    gboolean answered_ok;
} Watcher;

static Watcher
watcher_open(const World *world)
{
    Watcher self = {0};
    g_autoptr(GError) error = NULL;
    self.keys = vicu_keys_open(world->root->keys, "dashboard", &error);
    g_assert_no_error(error);
    self.context = vicu_context_new(self.keys, NULL, &error);
    g_assert_no_error(error);
    self.model = dash_model_new();
    self.client = dash_client_new(self.context, world->root, "watcher", self.model, &error);
    g_assert_no_error(error);
    return self;
}

static void
watcher_close(Watcher *self)
{
    dash_client_free(self->client);
    dash_model_free(self->model);
    vicu_context_free(self->context);
    vicu_keys_free(self->keys);
    g_free(self->answer);
}

static gboolean
look(gpointer user)
{
    Watcher *self = user;
    self->met = (dash_model_find_alarm(self->model, self->wanted) != NULL) == self->standing;
    return G_SOURCE_CONTINUE;
}

/* How long it took until the alarm stood, or stood no more. */
static int64_t
wait_for(Watcher *self, const char *alarm, bool standing)
{
    int64_t from_us = vicu_clock_boot_us();
    self->wanted = alarm;
    self->standing = standing;
    self->met = FALSE;
    guint source = g_timeout_add(10, look, self);
    vicu_context_run_until(self->context, &self->met, PATIENCE_US);
    g_source_remove(source);
    g_assert_true(self->met);
    return vicu_clock_boot_us() - from_us;
}

/* ---- tests ---- */

static void
a_snapshot_draws_what_runs_and_the_record_draws_it_again(void)
{
    World world = world_open("alarms");
    announce(&world);
    g_autofree char *png = g_build_filename(world.dir, "wall.png", NULL);
    g_autofree char *again = g_build_filename(world.dir, "again.png", NULL);
    g_autofree char *state = g_build_filename(world.dir, "wall.state", NULL);
    const char *const live[] = {
        dashboard_program, "snapshot", "--root", world.dir, "--size", "1280x720",
        "--save",          state,      "-o",     png,       NULL};
    g_autofree char *said = NULL;
    int status = run(live, &said);
    if (status != 0)
        g_error("snapshot: %s", said);
    int w = 0;
    int h = 0;
    g_autofree uint32_t *pixels = dash_png_read(png, &w, &h, NULL);
    g_assert_nonnull(pixels);
    g_assert_cmpint(w, ==, 1280);
    g_assert_cmpint(h, ==, 720);
    g_autoptr(DashModel) model = dash_model_new();
    int64_t now_us = 0;
    g_autoptr(GError) error = NULL;
    g_assert_true(dash_saved_load(state, model, &now_us, &error));
    g_assert_cmpuint(dash_model_n_beds(model), ==, 4);
    g_assert_cmpuint(dash_model_n_alarms(model), >=, 2);
    const DashBed *bed = dash_model_find_bed(model, "3");
    g_assert_cmpuint(bed->n_streams, ==, 4);
    g_assert_cmpint(dash_judge_absence(bed, now_us), ==, DASH_PRESENT);
    const char *const saved[] = {dashboard_program, "snapshot", "--from-file", state, "--size",
                                 "1280x720",        "-o",       again,         NULL};
    g_assert_cmpint(run(saved, NULL), ==, 0);
    world_close(&world);
}

static void
without_a_hub_a_snapshot_says_so_and_ends_with_1(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-dash-XXXXXX", NULL);
    g_autofree char *png = g_build_filename(dir, "wall.png", NULL);
    const char *const argv[] = {dashboard_program, "snapshot", "--root", dir, "-o", png, NULL};
    g_autofree char *said = NULL;
    g_assert_cmpint(run(argv, &said), ==, 1);
    g_assert_nonnull(strstr(said, "no running vICU"));
    g_assert_false(g_file_test(png, G_FILE_TEST_EXISTS));
    vicu_folder_remove(dir);
}

static void
bad_usage_ends_with_2(void)
{
    static const char *const wrong[][4] = {
        {"--view", "moon", "-o", "x.png"},
        {"--size", "12x12", "-o", "x.png"},
        {"--mode", "quilt", "-o", "x.png"},
        {"--at", "-10s", "-o", "x.png"}, /* a wall has no past */
        {"--view", "wall", "--size", "640x480"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const char *const argv[] = {dashboard_program, "snapshot",  wrong[i][0], wrong[i][1],
                                    wrong[i][2],       wrong[i][3], NULL};
        g_autofree char *said = NULL;
        g_assert_cmpint(run(argv, &said), ==, 2);
        g_assert_cmpstr(said, !=, "");
    }
}

static void
a_dead_hub_is_an_alarm_within_three_seconds_and_ends_when_it_is_back(void)
{
    World world = world_open("calm");
    Watcher watcher = watcher_open(&world);
    wait_for(&watcher, DASH_HUB_BLIND, false);
    while (dash_model_arrived_us(watcher.model) == 0)
        g_main_context_iteration(NULL, TRUE);
    end(&world.hub, SIGKILL);
    int64_t took_us = wait_for(&watcher, DASH_HUB_BLIND, true);
    g_test_message("hub blind after %.2f s", (double)took_us / 1e6);
    g_assert_cmpint(took_us, <=, 3 * (int64_t)G_USEC_PER_SEC);
    g_assert_null(dash_model_find_alarm(watcher.model, DASH_RULES_BLIND));
    start_hub(&world);
    wait_for(&watcher, DASH_HUB_BLIND, false);
    watcher_close(&watcher);
    world_close(&world);
}

static void
silent_rules_are_an_alarm_within_three_seconds(void)
{
    World world = world_open("alarms");
    Watcher watcher = watcher_open(&world);
    wait_for(&watcher, "spo2-low-3", true);
    end(&world.ward, SIGKILL);
    int64_t took_us = wait_for(&watcher, DASH_RULES_BLIND, true);
    g_test_message("rules blind after %.2f s", (double)took_us / 1e6);
    g_assert_cmpint(took_us, <=, 3 * (int64_t)G_USEC_PER_SEC);
    g_assert_nonnull(dash_model_find_alarm(watcher.model, "spo2-low-3")); /* not forgotten */
    start_ward(&world, "calm");
    wait_for(&watcher, DASH_RULES_BLIND, false);
    wait_for(&watcher, "spo2-low-3", false); /* the new snapshot does not have it */
    watcher_close(&watcher);
    world_close(&world);
}

static void
on_answer(gboolean ok, const char *text, gpointer user)
{
    Watcher *watcher = user;
    watcher->answered_ok = ok;
    watcher->answer = g_strdup(text);
    watcher->met = TRUE;
}

static void
an_acknowledgement_is_answered_by_the_owner(void)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__AckAlarm ack = VICU__ACK_ALARM__INIT;
    World world = world_open("alarms");
    Watcher watcher = watcher_open(&world);
    wait_for(&watcher, "spo2-low-3", true);
    watcher.met = FALSE;
    ack.id = (char *)"spo2-low-3";
    command.what_case = VICU__COMMAND__WHAT_ACK;
    command.ack = &ack;
    dash_client_command(watcher.client, &command, "dashboard", "seen", on_answer, &watcher);
    vicu_context_run_until(watcher.context, &watcher.met, PATIENCE_US);
    g_assert_true(watcher.met);
    g_assert_true(watcher.answered_ok);
    g_assert_cmpstr(watcher.answer, ==, "done");
    watcher_close(&watcher);
    world_close(&world);
}

/* What waited is not played after the event: the newest two seconds, a hole, and a word. */
static void
a_station_that_was_busy_shows_the_present_and_says_what_it_missed(void)
{
    World world = world_open("calm");
    Watcher watcher = watcher_open(&world);
    DashClientFigures before, after;
    const DashBed *bed = NULL;
    for (int i = 0; i < 1000 && (!bed || bed->wave_us == 0); i++) {
        g_main_context_iteration(NULL, TRUE);
        bed = dash_model_n_beds(watcher.model) > 0 ? dash_model_bed(watcher.model, 0) : NULL;
    }
    g_assert_nonnull(bed);
    wait_for(&watcher, DASH_PICTURES_BEHIND, false);
    dash_client_figures(watcher.client, &before);
    g_usleep(5 * G_USEC_PER_SEC); /* it draws, or sorts, or swaps */
    wait_for(&watcher, DASH_PICTURES_BEHIND, true);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    dash_client_figures(watcher.client, &after);
    g_test_message("skipped %" G_GUINT64_FORMAT ", lost %" G_GUINT64_FORMAT ", behind %.3f s",
                   after.live_skipped - before.live_skipped, after.live_lost - before.live_lost,
                   (double)after.live_behind_us / 1e6);
    g_assert_cmpuint(after.live_skipped, >, before.live_skipped);
    g_assert_cmpint(after.live_behind_us, <, 2 * (int64_t)G_USEC_PER_SEC);
    wait_for(&watcher, DASH_RULES_BLIND, false);
    watcher_close(&watcher);
    world_close(&world);
}

/* A reader that looks all the time never sees half a picture. */
static void
headless_rewrites_its_picture_whole_and_leaves_on_sigterm(void)
{
    World world = world_open("calm");
    g_autofree char *png = g_build_filename(world.dir, "wall.png", NULL);
    const char *const argv[] = {dashboard_program, "--headless", "--picture", png,
                                "--every",         "200ms",      "--size",    "640x360",
                                "--root",          world.dir,    NULL};
    GPid station = spawn(argv);
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;
    unsigned versions = 0;
    guint64 last = 0;
    while (versions < 4 && vicu_clock_boot_us() < until_us) {
        GStatBuf found;
        if (g_stat(png, &found) != 0 || (guint64)found.st_ino == last)
            continue;
        int w = 0;
        int h = 0;
        g_autoptr(GError) error = NULL;
        g_autofree uint32_t *pixels = dash_png_read(png, &w, &h, &error);
        g_assert_no_error(error);
        g_assert_cmpint(w, ==, 640);
        last = (guint64)found.st_ino;
        versions++;
    }
    g_assert_cmpuint(versions, ==, 4);
    int status = 0;
    int64_t from_us = vicu_clock_boot_us();
    kill(station, SIGTERM);
    waitpid(station, &status, 0);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    g_assert_cmpint(vicu_clock_boot_us() - from_us, <, 2 * (int64_t)G_USEC_PER_SEC);
    world_close(&world);
}

/* ---- the window ---- */

typedef struct {
    double frames;
    gboolean done;
} Asked;

static void
on_status(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    (void)socket;
    Asked *asked = user;
    g_autoptr(Vicu__Status) status =
        vicu_wire_unpack_status(message->body.data, message->body.size, NULL);
    for (size_t i = 0; status && i < status->n_counter; i++)
        if (strcmp(status->counter[i]->name, "frames") == 0)
            asked->frames = status->counter[i]->value;
    asked->done = TRUE;
}

static double
ask_frames(VicuSocket *socket, VicuContext *context, Asked *asked)
{
    asked->done = FALSE;
    vicu_socket_send_message(socket, NULL, VICU__KIND__KIND_STATUS_ASK, NULL);
    vicu_context_run_until(context, &asked->done, 500000);
    return asked->frames;
}

/* The window renews its counter once a second: waits until it has, gives when. */
static double
next_frames(VicuSocket *socket, VicuContext *context, Asked *asked, int64_t *at_us)
{
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;
    double before = ask_frames(socket, context, asked);
    gboolean never = FALSE;

    do {
        vicu_context_run_until(context, &never, LOOK_US);
        ask_frames(socket, context, asked);
        *at_us = vicu_clock_boot_us();
    } while (asked->frames <= before && *at_us < until_us);
    return asked->frames;
}

/* On a display of 1920x1080 without a graphics card, all of which the window takes. A
 * figure, no assertion: the machine is what it is. */
static void
tell_frames_per_second(VicuSocket *socket, VicuContext *context, Asked *asked)
{
    int64_t from_us = 0, to_us = 0;
    double first = next_frames(socket, context, asked, &from_us);
    double last = first;

    while (to_us < from_us + MEASURED_US)
        last = next_frames(socket, context, asked, &to_us);
    g_test_message("figure: window: %.1f fps over %.1f s at 1920x1080 under Xvfb, 4 beds",
                   (last - first) * 1e6 / (double)(to_us - from_us),
                   (double)(to_us - from_us) / 1e6);
}

static void
the_window_presents_pictures_and_leaves_on_sigterm(void)
{
    GPid server = 0;
    g_autofree char *display = test_display_open(&server);
    if (!display) {
        g_test_skip("no display: Xvfb is not installed");
        return;
    }
    World world = world_open("alarms");
    g_setenv("DISPLAY", display, TRUE);
    g_setenv("GDK_BACKEND", "x11", TRUE);
    const char *const argv[] = {dashboard_program, "--root", world.dir, NULL};
    GPid station = spawn(argv);
    g_autoptr(GError) error = NULL;
    const VicuSocketOptions options = {VICU_SOCKET_DEALER, "status", 16, 16};
    g_autofree char *endpoint = vicu_root_endpoint(world.root, "dashboard-status");
    VicuKeys *keys = vicu_keys_open(world.root->keys, "operator", &error);
    VicuContext *context = vicu_context_new(keys, NULL, &error);
    VicuSocket *socket = vicu_socket_new(context, &options, &error);
    vicu_socket_connect(socket, endpoint, "dashboard", &error);
    g_assert_no_error(error);
    Asked asked = {0};
    vicu_socket_listen(socket, on_status, NULL, &asked);
    int64_t until_us = vicu_clock_boot_us() + 2 * PATIENCE_US;
    while (ask_frames(socket, context, &asked) < 10 && vicu_clock_boot_us() < until_us)
        ;
    g_assert_cmpfloat(asked.frames, >=, 10);
    tell_frames_per_second(socket, context, &asked);
    vicu_socket_free(socket);
    vicu_context_free(context);
    vicu_keys_free(keys);
    int status = 0;
    int64_t from_us = vicu_clock_boot_us();
    kill(station, SIGTERM);
    waitpid(station, &status, 0);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    g_assert_cmpint(vicu_clock_boot_us() - from_us, <, 2 * (int64_t)G_USEC_PER_SEC);
    world_close(&world);
    test_display_close(&server);
}

static void
without_a_display_the_window_says_what_else_there_is(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-dash-XXXXXX", NULL);
    const char *const argv[] = {dashboard_program, "--root", dir, NULL};
    g_autofree char *said = NULL;
    g_unsetenv("DISPLAY");
    g_unsetenv("WAYLAND_DISPLAY");
    g_assert_cmpint(run(argv, &said), ==, 1);
    g_assert_nonnull(strstr(said, "--headless"));
    vicu_folder_remove(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc < 4) {
        fprintf(stderr, "usage: test-dashboard VICU-DASHBOARD VICU-HUB PLAY-WARD\n");
        return 2;
    }
    dashboard_program = argv[1];
    hub_program = argv[2];
    ward_program = argv[3];
#define ADD(name) g_test_add_func("/process/dashboard/" #name, name)
    ADD(a_snapshot_draws_what_runs_and_the_record_draws_it_again);
    ADD(without_a_hub_a_snapshot_says_so_and_ends_with_1);
    ADD(bad_usage_ends_with_2);
    ADD(a_dead_hub_is_an_alarm_within_three_seconds_and_ends_when_it_is_back);
    ADD(silent_rules_are_an_alarm_within_three_seconds);
    ADD(an_acknowledgement_is_answered_by_the_owner);
    ADD(a_station_that_was_busy_shows_the_present_and_says_what_it_missed);
    ADD(headless_rewrites_its_picture_whole_and_leaves_on_sigterm);
    ADD(without_a_display_the_window_says_what_else_there_is);
    if (argc > 4 && strcmp(argv[4], "window") == 0)
        ADD(the_window_presents_pictures_and_leaves_on_sigterm);
    return g_test_run();
}
