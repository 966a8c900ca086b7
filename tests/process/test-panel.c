/* What befalls a panel is nothing to the wall: a station and a panel, each on a display of its own,
 * beside the real hub and a ward that speaks to it.
 *
 * usage: test-panel VICU-DASHBOARD VICU-HUB PLAY-WARD
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/folder.h"
#include "common/root.h"
#include "common/socket.h"
#include "common/wire.h"
#include "tests/dashboard/display.h"

#define S_US        ((int64_t)G_USEC_PER_SEC)
#define PATIENCE_US (30 * S_US)
#define ASK_US      (S_US / 2)
#define FRAMES      20 /* that the wall has to draw after each case */

#define CALIBRATION(w, h, more)                                                                    \
    "{\"serial\":\"LKG-P00001\",\"configVersion\":\"1.0\",\"pitch\":{\"value\":52.58},"            \
    "\"slope\":{\"value\":-7.15},\"center\":{\"value\":0.565},\"viewCone\":{\"value\":40},"        \
    "\"invView\":{\"value\":1},\"DPI\":{\"value\":324},\"screenW\":{\"value\":" w                  \
    "},\"screenH\":{\"value\":" h "},\"flipImageX\":{\"value\":0},\"flipImageY\":{\"value\":0},"   \
    "\"flipSubp\":{\"value\":0}" more "}"

static const char *dashboard_program;
static const char *hub_program;
static const char *ward_program;

typedef struct {
    char *dir;
    VicuRoot *root;
    GPid hub, ward, wall_server, panel_server, wall;
    char *wall_display, *panel_display;
    VicuKeys *keys;
    VicuContext *context;
    VicuSocket *wall_status, *panel_status;
    double frames; /* of the last answer */
    bool absent;   /* the condition stands */
    gboolean answered;
} World;

static GPid
spawn(const char *const *argv, const char *display)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) env = g_get_environ();
    GPid pid = 0;

    if (display) {
        env = g_environ_setenv(env, "DISPLAY", display, TRUE);
        env = g_environ_setenv(env, "GDK_BACKEND", "x11", TRUE);
        env = g_environ_setenv(env, "GSK_RENDERER", "cairo", TRUE);
    }
    g_spawn_async(NULL, (char **)argv, env,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                      | G_SPAWN_STDOUT_TO_DEV_NULL,
                  NULL, NULL, &pid, &error);
    g_assert_no_error(error);
    return pid;
}

static int
end(GPid *pid, int signal)
{
    int status = 0;

    if (*pid == 0)
        return 0;
    if (signal)
        kill(*pid, signal);
    waitpid(*pid, &status, 0);
    *pid = 0;
    return status;
}

/* ---- what a process says of itself ---- */

static void
on_status(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    World *world = user;
    g_autoptr(Vicu__Status) status =
        vicu_wire_unpack_status(message->body.data, message->body.size, NULL);

    (void)socket;
    for (size_t i = 0; status && i < status->n_counter; i++)
        if (strcmp(status->counter[i]->name, "frames") == 0)
            world->frames = status->counter[i]->value;
    world->absent = false;
    for (size_t i = 0; status && i < status->n_condition; i++)
        world->absent |= strcmp(status->condition[i]->cause, "panel-absent") == 0;
    world->answered = TRUE;
}

static bool
ask(World *world, VicuSocket *socket)
{
    world->answered = FALSE;
    vicu_socket_send_message(socket, NULL, VICU__KIND__KIND_STATUS_ASK, NULL);
    vicu_context_run_until(world->context, &world->answered, ASK_US);
    return world->answered;
}

static void
await_frames(World *world, VicuSocket *socket, double n)
{
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;

    world->frames = 0;
    while ((!ask(world, socket) || world->frames < n) && vicu_clock_boot_us() < until_us)
        ;
    g_assert_cmpfloat(world->frames, >=, n);
}

/* It has drawn on: a wall that stands still is the one thing that must not be. */
static void
check_wall(World *world, const char *after)
{
    int64_t from_us = vicu_clock_boot_us();

    await_frames(world, world->wall_status, 1);
    double before = world->frames;
    await_frames(world, world->wall_status, before + FRAMES);
    g_test_message("figure: wall, %s: %.1f fps", after,
                   (world->frames - before) * 1e6 / (double)(vicu_clock_boot_us() - from_us));
}

static VicuSocket *
status_of(World *world, const char *name)
{
    const VicuSocketOptions options = {VICU_SOCKET_DEALER, "status", 16, 16};
    g_autofree char *socket_name = g_strdup_printf("%s-status", name);
    g_autofree char *endpoint = vicu_root_endpoint(world->root, socket_name);
    g_autoptr(GError) error = NULL;
    VicuSocket *socket = vicu_socket_new(world->context, &options, &error);

    g_assert_no_error(error);
    vicu_socket_connect(socket, endpoint, name, &error);
    g_assert_no_error(error);
    vicu_socket_listen(socket, on_status, NULL, world);
    return socket;
}

/* ---- the world ---- */

static bool
world_open(World *world)
{
    static const char *const keys[][2] = {
        {"hub", "hub"},          {"rules", "rules"},         {"collector", "collector"},
        {"store", "store"},      {"dashboard", "dashboard"}, {"panel", "dashboard"},
        {"operator", "operator"}};
    g_autoptr(GError) error = NULL;

    *world = (World){0};
    world->wall_display = test_display_open(&world->wall_server);
    world->panel_display = test_display_open(&world->panel_server);
    if (!world->wall_display || !world->panel_display) {
        g_test_skip("no display: Xvfb is not installed");
        return false;
    }
    world->dir = g_dir_make_tmp("vicu-panel-XXXXXX", NULL);
    world->root = vicu_root_new(world->dir, &error);
    g_assert_no_error(error);
    vicu_root_make(world->root, &error);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        vicu_keys_make(world->root->keys, keys[i][0], keys[i][1], &error);
    g_assert_no_error(error);
    const char *const hub[] = {hub_program, "--root", world->dir, NULL};
    const char *const ward[] = {ward_program, "alarms", "8", "--root", world->dir, NULL};
    const char *const wall[] = {dashboard_program, "--root", world->dir, NULL};
    world->hub = spawn(hub, NULL);
    world->ward = spawn(ward, NULL);
    world->wall = spawn(wall, world->wall_display);
    world->keys = vicu_keys_open(world->root->keys, "operator", &error);
    world->context = vicu_context_new(world->keys, NULL, &error);
    g_assert_no_error(error);
    world->wall_status = status_of(world, "dashboard");
    world->panel_status = status_of(world, "panel");
    return true;
}

static void
world_close(World *world)
{
    vicu_socket_free(world->wall_status);
    vicu_socket_free(world->panel_status);
    vicu_context_free(world->context);
    vicu_keys_free(world->keys);
    int status = end(&world->wall, SIGTERM);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    end(&world->ward, SIGTERM);
    end(&world->hub, SIGTERM);
    test_display_close(&world->wall_server);
    test_display_close(&world->panel_server);
    vicu_root_free(world->root);
    vicu_folder_remove(world->dir);
    g_free(world->dir);
    g_free(world->wall_display);
    g_free(world->panel_display);
}

static char *
write_calibration(World *world, const char *text)
{
    char *path = g_build_filename(world->dir, "visual.json", NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static GPid
start_panel(World *world, const char *text)
{
    g_autofree char *path = write_calibration(world, text);
    const char *const panel[] = {dashboard_program, "--panel",  path, "--bed", "7",
                                 "--root",          world->dir, NULL};

    return spawn(panel, world->panel_display);
}

/* ---- tests ---- */

static void
check_ends(World *world)
{
    static const int signals[] = {SIGKILL, SIGSEGV, SIGTERM};

    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        GPid panel = start_panel(world, CALIBRATION("1920", "1080", ""));
        await_frames(world, world->panel_status, 5);
        g_autofree char *after = g_strdup_printf("panel ended by signal %d", signals[i]);
        end(&panel, signals[i]);
        check_wall(world, after);
    }
}

static void
check_garbage(World *world)
{
    static const struct {
        const char *text, *said;
    } wrong[] = {
        {"", "JSON"},
        {"{\"serial\":\"LKG-P1\"}", "visual.json"},
        {CALIBRATION("1e9", "1080", ""), "screenW"},
        {CALIBRATION("0", "1080", ""), "screenW"},
        {CALIBRATION("NaN", "1080", ""), "visual.json"},
        {CALIBRATION("60000", "60000", ""), "screenW"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *path = write_calibration(world, wrong[i].text);
        const char *const argv[] = {dashboard_program, "--panel", path, "--root", world->dir, NULL};
        g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "DISPLAY", world->panel_display, 1);
        g_autofree char *said = NULL;
        int status = 0;
        g_assert_true(g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                                   NULL, &said, &status, NULL));
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
        if (!strstr(said, wrong[i].said))
            g_error("\"%s\" does not name %s", said, wrong[i].said);
    }
    check_wall(world, "calibrations that cannot be");
}

static void
the_wall_draws_on_whatever_befalls_a_panel(void)
{
    World world;

    if (!world_open(&world))
        return;
    await_frames(&world, world.wall_status, FRAMES);
    check_wall(&world, "alone");
    check_ends(&world);
    check_garbage(&world);
    GPid panel = start_panel(&world, CALIBRATION("1536", "2048", "")); /* no such monitor */
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;
    while ((!ask(&world, world.panel_status) || !world.absent) && vicu_clock_boot_us() < until_us)
        ;
    g_assert_true(world.absent);
    check_wall(&world, "panel awaited");
    end(&panel, SIGTERM);
    panel = start_panel(&world, CALIBRATION("1920", "1080", ""));
    await_frames(&world, world.panel_status, 5);
    kill(panel, SIGSTOP);
    check_wall(&world, "panel stands still");
    kill(panel, SIGCONT);
    await_frames(&world, world.panel_status, 20);
    check_wall(&world, "panel beside it");
    test_display_close(&world.panel_server); /* pulled out, with all that it hung from */
    int status = end(&panel, 0);
    g_assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    check_wall(&world, "display of the panel gone");
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc < 4) {
        fprintf(stderr, "usage: test-panel VICU-DASHBOARD VICU-HUB PLAY-WARD\n");
        return 2;
    }
    dashboard_program = argv[1];
    hub_program = argv[2];
    ward_program = argv[3];
    g_test_add_func("/process/panel/the_wall_draws_on_whatever_befalls_a_panel",
                    the_wall_draws_on_whatever_befalls_a_panel);
    return g_test_run();
}
