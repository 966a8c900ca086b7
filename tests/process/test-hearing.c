/* The annunciator beside real rules, and beside a real PipeWire: what stands is heard, and what
 * cannot be heard is said.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/folder.h"
#include "tests/annunciator/ear.h"
#include "tests/dashboard/display.h"
#include "tests/process/site.h"

#define S    SITE_S
#define BEDS 4
#define BED  "demo/icu/4" /* no arterial line: a cuff pressure entered by hand counts */

static void
start_annunciator(Site *site, const char *sink)
{
    g_autofree char *settings = g_strdup_printf("[sound]\nsink = %s\n", sink);
    g_autofree char *program = site_program("dashboard/annunciator/vicu-annunciator");
    const char *argv[] = {program, "--root", site_folder(site), NULL};

    site_settings(site, "annunciator", settings);
    site_start_program(site, "annunciator", argv);
}

static gboolean
condition_says(Site *site, gpointer text)
{
    g_autofree char *missing = site_missing(site, "annunciator");

    return missing != NULL && strstr(missing, text) != NULL;
}

static gboolean
is_heard(Site *site, gpointer user)
{
    (void)user;
    return site_counter(site, "annunciator", "heard") == 1;
}

static gboolean
is_on_every_screen(Site *site, gpointer user)
{
    return site_stands(site, "", "local:no-sound") == GPOINTER_TO_INT(user);
}

static gboolean
has_begun_a_burst(Site *site, gpointer user)
{
    (void)user;
    return site_counter(site, "annunciator", "bursts") >= 1;
}

static gboolean
is_alarmed(Site *site, gpointer user)
{
    (void)user;
    return site_stands(site, BED, "map-critical");
}

/* ---- alarms into a file ---- */

static Site *
ward_with_sound(const char *sink)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector"};
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
                        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    Site *site = site_new();

    site_settings(site, "collector", settings);
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(site, daemons[i]);
    site_follow(site);
    site_await_beds(site, BEDS);
    start_annunciator(site, sink);
    return site;
}

static void
an_alarm_is_heard_within_a_second_and_goes_on_while_the_rules_are_away(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-hearing-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(dir, "sound.wav", NULL);
    g_autofree char *sink = g_strdup_printf("wav:%s", file);
    Site *site = ward_with_sound(sink);
    EarPulse pulses[EAR_MAX];
    size_t n = 0;
    int rate = 0;

    g_assert_true(site_wait(site, 10 * S, is_heard, NULL));
    double quiet = site_counter(site, "annunciator", "high");
    g_assert_cmpfloat(quiet, ==, 0);
    site_observe(site, BED, "NIBP_M", 40);
    g_assert_true(site_wait(site, 20 * S, is_alarmed, NULL));
    g_assert_true(site_wait(site, 2 * S, has_begun_a_burst, NULL));
    int64_t late_us = vicu_clock_utc_us() - site_alarm(site, BED, "map-critical")->t_decided_us;
    g_test_message("figure: decided to sound at most %.0f ms", (double)late_us / 1000);
    g_assert_cmpint(late_us, <=, S);
    site_wait(site, 4 * S, NULL, NULL);

    site_signal(site, "rules", SIGKILL);
    g_assert_true(site_wait(site, 4 * S, condition_says, (gpointer) "rules are silent"));
    site_wait(site, 8 * S, NULL, NULL);
    site_signal(site, "annunciator", SIGTERM);
    g_autofree float *samples = ear_read(file, &n, &rate);
    n = ear_pulses(samples, n, rate, pulses);
    g_assert_cmpuint(n, >=, 20); /* bursts of ten, with the rules and without them */
    site_free(site);
    vicu_folder_remove(dir);
}

static void
an_annunciator_that_dies_or_hangs_is_missed_on_every_screen(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-hearing-XXXXXX", NULL);
    g_autofree char *sink = g_strdup_printf("wav:%s/sound.wav", dir);
    Site *site = ward_with_sound(sink);

    g_assert_true(site_wait(site, 10 * S, is_heard, NULL));
    site_wait(site, 2 * S, NULL, NULL);
    g_assert_false(site_stands(site, "", "local:no-sound"));
    int64_t began_us = vicu_clock_boot_us();
    site_signal(site, "annunciator", SIGSTOP);
    g_assert_true(site_wait(site, 6 * S, is_on_every_screen, GINT_TO_POINTER(TRUE)));
    g_test_message("figure: a stopped annunciator is missed after %.1f s",
                   (double)(vicu_clock_boot_us() - began_us) / 1e6);
    site_signal(site, "annunciator", SIGCONT);
    g_assert_true(site_wait(site, 6 * S, is_on_every_screen, GINT_TO_POINTER(FALSE)));
    site_signal(site, "annunciator", SIGKILL);
    g_assert_true(site_wait(site, 6 * S, is_on_every_screen, GINT_TO_POINTER(TRUE)));
    start_annunciator(site, sink);
    g_assert_true(site_wait(site, 6 * S, is_on_every_screen, GINT_TO_POINTER(FALSE)));
    site_free(site);
    vicu_folder_remove(dir);
}

#if VICU_HAVE_WINDOW

static gboolean
misses_a_screen(Site *site, gpointer user)
{
    return site_stands(site, "", "local:screen-silent") == GPOINTER_TO_INT(user);
}

static gboolean
is_expected(Site *site, gpointer name)
{
    return tool_stand_find(site_stand(site), VICU__SUBJECT__SUBJECT_OUTLET, name) != NULL;
}

static gboolean
is_not_expected(Site *site, gpointer name)
{
    return !is_expected(site, name);
}

static void
a_window_that_hangs_sounds_and_one_that_is_closed_does_not(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-hearing-XXXXXX", NULL);
    g_autofree char *sink = g_strdup_printf("wav:%s/sound.wav", dir);
    g_autofree char *program = site_program("dashboard/vicu-dashboard");
    GPid server = 0;
    g_autofree char *display = test_display_open(&server);

    if (display == NULL) {
        g_test_skip("no display: Xvfb is not installed");
        return;
    }
    Site *site = ward_with_sound(sink);
    const char *argv[] = {program, "--root", site_folder(site), NULL};
    g_setenv("DISPLAY", display, TRUE);
    g_setenv("GDK_BACKEND", "x11", TRUE);
    g_assert_true(site_wait(site, 10 * S, is_heard, NULL));
    site_start_program(site, "dashboard", argv);
    g_assert_true(site_wait(site, 20 * S, is_expected, (gpointer) "dashboard"));
    site_signal(site, "dashboard", SIGSTOP);
    g_assert_true(site_wait(site, 6 * S, misses_a_screen, GINT_TO_POINTER(TRUE)));
    g_assert_true(site_wait(site, 3 * S, has_begun_a_burst, NULL));
    site_signal(site, "dashboard", SIGCONT);
    g_assert_true(site_wait(site, 6 * S, misses_a_screen, GINT_TO_POINTER(FALSE)));
    site_signal(site, "dashboard", SIGTERM);
    g_assert_true(site_wait(site, 2 * S, is_not_expected, (gpointer) "dashboard"));
    site_wait(site, 4 * S, NULL, NULL);
    g_assert_false(site_stands(site, "", "local:screen-silent"));
    site_free(site);
    test_display_close(&server);
    vicu_folder_remove(dir);
}

#endif

static void
a_file_that_cannot_be_written_is_said_and_tried_again(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-hearing-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(dir, "later", NULL);
    g_autofree char *sink = g_strdup_printf("wav:%s/sound.wav", folder);
    Site *site = site_new();

    site_start(site, "rules");
    site_follow(site);
    start_annunciator(site, sink);
    g_assert_true(site_wait(site, 5 * S, condition_says, (gpointer) "no sound"));
    g_assert_true(condition_says(site, folder));
    g_assert_false(is_heard(site, NULL));
    g_assert_true(site_wait(site, 3 * S, is_on_every_screen, GINT_TO_POINTER(TRUE)));
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_true(site_wait(site, 5 * S, is_heard, NULL));
    g_assert_false(condition_says(site, (gpointer) "no sound"));
    g_assert_true(site_wait(site, 3 * S, is_on_every_screen, GINT_TO_POINTER(FALSE)));
    site_free(site);
    vicu_folder_remove(dir);
}

/* ---- PipeWire ---- */

typedef struct {
    char *dir;
    Site *site;
} Session;

static void
run(const char *line)
{
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    g_spawn_sync(NULL, argv, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, NULL, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
}

static gboolean
is_there(Site *site, gpointer path)
{
    (void)site;
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean
has_metadata(Site *site, gpointer user)
{
    g_autofree char *out = NULL;

    (void)site;
    return g_spawn_command_line_sync("pw-metadata 0 default.audio.sink", &out, NULL, NULL, NULL)
           && out != NULL && strstr(out, user) != NULL;
}

/* A bus, PipeWire and its session, of the test's own; a device that nobody hears. */
static void
start_pipewire(Session *session)
{
    g_autofree char *bus = g_build_filename(session->dir, "bus", NULL);
    g_autofree char *pipe = g_build_filename(session->dir, "pipewire-0", NULL);
    g_autofree char *address = g_strdup_printf("--address=unix:path=%s", bus);
    g_autofree char *dbus = g_find_program_in_path("dbus-daemon");
    g_autofree char *pipewire = g_find_program_in_path("pipewire");
    g_autofree char *wireplumber = g_find_program_in_path("wireplumber");
    const char *bus_argv[] = {dbus, "--session", "--nofork", address, NULL};
    const char *pipe_argv[] = {pipewire, NULL};
    const char *session_argv[] = {wireplumber, NULL};

    site_start_program(session->site, "bus", bus_argv);
    g_assert_true(site_wait(session->site, 10 * S, is_there, bus));
    site_start_program(session->site, "pipewire", pipe_argv);
    g_assert_true(site_wait(session->site, 10 * S, is_there, pipe));
    site_start_program(session->site, "wireplumber", session_argv);
}

static void
add_device(Session *session)
{
    run("pw-cli create-node adapter '{ factory.name=support.null-audio-sink node.name=test-null "
        "media.class=Audio/Sink object.linger=true audio.position=FL,FR }'");
    g_assert_true(site_wait(session->site, 20 * S, has_metadata, (gpointer) "test-null"));
}

/* What the device plays, for @seconds. */
static size_t
record(Session *session, double seconds, EarPulse pulses[EAR_MAX])
{
    g_autofree char *file = g_build_filename(session->dir, "heard.wav", NULL);
    g_autofree char *program = g_find_program_in_path("pw-record");
    const char *argv[] = {program, "--target", "test-null", "-P", "{ stream.capture.sink=true }",
                          file,    NULL};
    size_t n = 0;
    int rate = 0;

    site_start_program(session->site, "record", argv);
    site_wait(session->site, (int64_t)(seconds * (double)S), NULL, NULL);
    site_signal(session->site, "record", SIGTERM);
    g_autofree float *samples = ear_read(file, &n, &rate);
    return ear_pulses(samples, n, rate, pulses);
}

/* Seconds that sound. What the recorder hears may begin within a pulse, and have holes where the
 * machine was busy. */
static double
sound_in(const EarPulse *pulses, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += pulses[i].end_s - pulses[i].start_s;
    return sum;
}

static void
what_cannot_be_heard_through_pipewire_is_said_within_three_seconds(void)
{
    static const char *const programs[] = {"dbus-daemon", "pipewire", "wireplumber", "pw-cli",
                                           "pw-record",   "wpctl",    "pw-metadata"};
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *found = g_find_program_in_path(programs[i]);
        if (found == NULL) {
            g_autofree char *why = g_strdup_printf("%s is not installed", programs[i]);
            g_test_skip(why);
            return;
        }
    }
    Session session = {g_dir_make_tmp("vicu-pipewire-XXXXXX", NULL), site_new()};
    EarPulse pulses[EAR_MAX];
    g_autofree char *address = g_strdup_printf("unix:path=%s/bus", session.dir);
    g_setenv("XDG_RUNTIME_DIR", session.dir, TRUE);
    g_setenv("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
    g_setenv("PIPEWIRE_RUNTIME_DIR", session.dir, TRUE);

    site_start(session.site, "rules");
    site_follow(session.site);
    start_annunciator(session.site, "pipewire");
    g_assert_true(site_wait(session.site, 3 * S, condition_says, (gpointer) "PipeWire"));
    start_pipewire(&session);
    add_device(&session);
    g_assert_true(site_wait(session.site, 10 * S, is_heard, NULL));

    site_signal(session.site, "rules", SIGKILL); /* its silence sounds */
    size_t n = record(&session, 14, pulses);
    g_assert_cmpfloat(sound_in(pulses, n), >, 0.3); /* of 0.6 s a burst, each 10 s */
    g_assert_cmpfloat(sound_in(pulses, n), <, 2);

    run("wpctl set-mute @DEFAULT_AUDIO_SINK@ 1");
    g_assert_true(site_wait(session.site, 3 * S, condition_says, (gpointer) "muted: test-null"));
    run("wpctl set-mute @DEFAULT_AUDIO_SINK@ 0");
    g_assert_true(site_wait(session.site, 3 * S, is_heard, NULL));
    run("wpctl set-volume @DEFAULT_AUDIO_SINK@ 0.29");
    g_assert_true(site_wait(session.site, 3 * S, condition_says, (gpointer) "test-null at 29 %"));
    run("wpctl set-volume @DEFAULT_AUDIO_SINK@ 0.31");
    g_assert_true(site_wait(session.site, 3 * S, is_heard, NULL));
    site_signal(session.site, "pipewire", SIGKILL);
    g_assert_true(site_wait(session.site, 3 * S, condition_says, (gpointer) "no sound"));
    site_free(session.site);
    vicu_folder_remove(session.dir);
    g_free(session.dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func(
        "/process/hearing/an_alarm_is_heard_within_a_second_and_goes_on_while_the_rules_are_away",
        an_alarm_is_heard_within_a_second_and_goes_on_while_the_rules_are_away);
    g_test_add_func("/process/hearing/an_annunciator_that_dies_or_hangs_is_missed_on_every_screen",
                    an_annunciator_that_dies_or_hangs_is_missed_on_every_screen);
#if VICU_HAVE_WINDOW
    g_test_add_func("/process/hearing/a_window_that_hangs_sounds_and_one_that_is_closed_does_not",
                    a_window_that_hangs_sounds_and_one_that_is_closed_does_not);
#endif
    g_test_add_func("/process/hearing/a_file_that_cannot_be_written_is_said_and_tried_again",
                    a_file_that_cannot_be_written_is_said_and_tried_again);
    g_test_add_func(
        "/process/hearing/what_cannot_be_heard_through_pipewire_is_said_within_three_seconds",
        what_cannot_be_heard_through_pipewire_is_said_within_three_seconds);
    return g_test_run();
}
