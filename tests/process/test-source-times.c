/* A monitor whose clock is an hour behind, and a recording of 1994, through the
 * real collector, hub and store to `vicu query --times`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include <gio/gio.h>

#include "common/clock.h"
#include "common/folder.h"

#define PATIENCE_US (40 * (int64_t)G_USEC_PER_SEC)
#define HOUR_US     INT64_C(3600000000)

typedef struct {
    char *dir;
    GSubprocess *up;
} World;

static char *
program(void)
{
    return g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
}

/* Runs "vicu LINE --root DIR"; its exit status. */
static int
vicu(World *world, const char *line, char **out)
{
    g_autofree char *path = program();
    g_autofree char *command = g_strdup_printf("%s %s --root %s", path, line, world->dir);
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_assert_true(g_spawn_command_line_sync(command, out, &err, &status, &error));
    g_test_message("%s\n%s%s", command, *out, err);
    if (g_spawn_check_wait_status(status, &error))
        return 0;
    return error->domain == G_SPAWN_EXIT_ERROR ? error->code : -1;
}

static void
die_with_the_test(gpointer user)
{
    (void)user;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void
write_settings(World *world, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(world->dir, "etc", name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
world_open(World *world)
{
    g_autofree char *path = program();
    g_autofree char *out = NULL;
    g_autofree char *ward = NULL;
    g_autofree char *collector = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    char line[4096] = "";

    world->dir = g_dir_make_tmp("vicu-times-XXXXXX", NULL);
    g_assert_cmpint(vicu(world, "keys", &out), ==, 0);
    ward = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", "mimic", "times.ini", NULL);
    collector = g_strdup_printf("[wfdb]\nward = %s\nbeds = 1\n[hl7]\nenabled = true\nport = 0\n"
                                "[beds]\nICU^^7 = demo/icu/7\n",
                                ward);
    write_settings(world, "collector.conf", collector);
    write_settings(world, "store.conf", "[space]\nreserve = 1\nwarn = 1\nstop = 0.1\n");
    g_subprocess_launcher_set_child_setup(launcher, die_with_the_test, NULL, NULL);
    world->up = g_subprocess_launcher_spawn(launcher, NULL, path, "up", "--json", "--root",
                                            world->dir, NULL);
    g_assert_nonnull(world->up);
    /* the first line says that all are ready */
    for (size_t n = 0; strchr(line, '\n') == NULL && n < sizeof line - 1; n++)
        g_assert_cmpint(
            g_input_stream_read(g_subprocess_get_stdout_pipe(world->up), line + n, 1, NULL, NULL),
            ==, 1);
    g_assert_nonnull(strstr(line, "\"ready\": true"));
}

static void
world_close(World *world)
{
    g_subprocess_send_signal(world->up, SIGTERM);
    g_assert_true(g_subprocess_wait(world->up, NULL, NULL));
    g_object_unref(world->up);
    g_assert_true(vicu_folder_remove(world->dir));
    g_free(world->dir);
}

/* The text between @before and the next @stop in @in; caller frees. */
static char *
between(const char *in, const char *before, char stop)
{
    const char *at = strstr(in, before);

    g_assert_nonnull(at);
    at += strlen(before);
    const char *end = strchr(at, stop);
    g_assert_nonnull(end);
    return g_strndup(at, (gsize)(end - at));
}

/* Sends a heart rate of 71 that was taken at @taken_us by the monitor's clock, and one
 * of 72 by another sensor; waits for the AA, which means that it is on disk. */
static void
send_heart_rate(World *world, int64_t taken_us)
{
    g_autofree char *status = NULL;
    /* What has just begun may miss another for a moment. */
    for (int i = 0; vicu(world, "status --json", &status) != 0; i++) {
        g_assert_cmpint(i, <, 100);
        g_clear_pointer(&status, g_free);
        g_usleep(G_USEC_PER_SEC / 5);
    }
    g_autofree char *address = between(status, "\"mllp\": \"", '"');
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(taken_us / G_USEC_PER_SEC);
    g_autofree char *time = g_date_time_format(date, "%Y%m%d%H%M%S");
    g_autofree char *frame =
        g_strdup_printf("\x0bMSH|^~\\&|MON|ICU|||%s+0000||ORU^R01^ORU_R01|one|P|2.6\rPV1|||ICU^^7\r"
                        "OBX|1|NM|147842^HR^MDC||71|/min|||||F|||%s.%03d+0000\r"
                        "OBX|2|NM|147842^HR^MDC|1.1.2|72|/min|||||F\r\x1c\r",
                        time, time, (int)(taken_us / 1000 % 1000));
    char answer[4096] = "";

    g_socket_client_set_timeout(client, 30);
    g_autoptr(GSocketConnection) line =
        g_socket_client_connect_to_host(client, address, 0, NULL, NULL);
    g_assert_nonnull(line);
    GIOStream *stream = G_IO_STREAM(line);
    g_assert_true(g_output_stream_write_all(g_io_stream_get_output_stream(stream), frame,
                                            strlen(frame), NULL, NULL, NULL));
    for (size_t n = 0; strstr(answer, "MSA|AA|one") == NULL && n < sizeof answer - 1;) {
        gssize got = g_input_stream_read(g_io_stream_get_input_stream(stream), answer + n,
                                         sizeof answer - 1 - n, NULL, NULL);
        g_assert_cmpint(got, >, 0);
        n += (size_t)got;
    }
}

/* Asks until there is an answer with a value. */
static char *
query(World *world, const char *line)
{
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;
    char *out = NULL;

    while (vicu(world, line, &out) != 0) {
        g_assert_cmpint(vicu_clock_boot_us(), <, until_us);
        g_clear_pointer(&out, g_free);
    }
    return out;
}

static int64_t
time_of(const char *text)
{
    int64_t t_us = 0;

    g_assert_true(vicu_time_parse(text, 0, &t_us, NULL));
    return t_us;
}

static void
check_heart_rate(World *world, int64_t taken_us, int64_t before_us, int64_t after_us)
{
    g_autofree char *csv = query(world, "query demo/icu/7 HR --times --from -10min");
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
    g_auto(GStrv) fields = g_strsplit(lines[1], ",", -1);
    g_autofree char *taken = vicu_time_format(taken_us);

    g_assert_cmpstr(lines[0], ==, "time,value,quality,source,origin,source_time,received");
    g_assert_cmpstr(lines[2], ==, "");
    g_assert_cmpuint(g_strv_length(fields), ==, 7);
    g_assert_cmpstr(fields[1], ==, "71");
    g_assert_cmpstr(fields[5], ==, taken);
    /* by the hub's clock it is of now, an hour later than the monitor says */
    g_assert_cmpint(time_of(fields[0]), >=, before_us - 1000);
    g_assert_cmpint(time_of(fields[0]), <=, after_us);
    g_assert_cmpint(time_of(fields[6]), >=, before_us - 1000);
    g_assert_cmpint(time_of(fields[6]), <=, after_us);
    g_assert_cmpint(time_of(fields[0]), <=, time_of(fields[6]));

    g_autofree char *json = query(world, "query demo/icu/7 HR --times --json --from -10min");
    g_autofree char *source = between(json, "\"source_time\": \"", '"');
    g_autofree char *received = between(json, "\"received\": \"", '"');
    g_assert_cmpstr(source, ==, taken);
    g_assert_cmpstr(received, ==, fields[6]);
    g_autofree char *plain = query(world, "query demo/icu/7 HR --from -10min");
    g_assert_null(strstr(plain, taken));
    g_autofree char *second = query(world, "query demo/icu/7 HR --channel 1 --from -10min");
    g_assert_nonnull(strstr(second, ",72,"));
    g_assert_null(strstr(second, ",71,")); /* of the other sensor */
}

static void
a_monitor_an_hour_behind_is_stored_with_both_times(void)
{
    World world = {0};
    g_autofree char *state = NULL, *out = NULL;

    world_open(&world);
    int64_t before_us = vicu_clock_utc_us();
    int64_t taken_us = (before_us - HOUR_US) / 1000 * 1000;
    send_heart_rate(&world, taken_us);
    int64_t after_us = vicu_clock_utc_us();
    check_heart_rate(&world, taken_us, before_us, after_us);

    /* and still, once the store was killed and is back */
    g_autofree char *path = g_build_filename(world.dir, "run", "up.state", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
    pid_t store = g_key_file_get_integer(file, "store", "pid", NULL);
    g_assert_cmpint(store, >, 1);
    g_assert_cmpint(kill(store, SIGKILL), ==, 0);
    check_heart_rate(&world, taken_us, before_us, after_us);

    g_autofree char *wave = query(&world, "query demo/icu/1 ABP --times --from -60min");
    g_auto(GStrv) lines = g_strsplit(wave, "\n", 3);
    g_auto(GStrv) fields = g_strsplit(lines[1], ",", -1);
    g_assert_cmpstr(lines[0], ==,
                    "time,value,quality,source,origin,"
                    "segment_time,segment_source_time,segment_received");
    g_assert_cmpuint(g_strv_length(fields), ==, 8);
    g_assert_cmpstr(fields[5], ==, fields[0]); /* the first sample begins the segment */
    g_assert_cmpstr(fields[6], ==, "1994-08-15T17:28:15.000Z"); /* 30 s into the record */
    g_assert_cmpint(time_of(fields[7]), >=, time_of(fields[5]));
    g_assert_cmpint(vicu(&world, "query demo/icu/1 ABP --times --px 10", &out), ==, 2);
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/source-times/a_monitor_an_hour_behind_is_stored_with_both_times",
                    a_monitor_an_hour_behind_is_stored_with_both_times);
    return g_test_run();
}
