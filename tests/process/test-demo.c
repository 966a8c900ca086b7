/* The demo ward from end to end, looked at through every verb.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "tests/process/ward.h"

#define S ((int64_t)G_USEC_PER_SEC)

/* What one verb said. */
typedef struct {
    int status;
    char *out;
    char *err;
} Said;

static void
said_clear(Said *said)
{
    g_clear_pointer(&said->out, g_free);
    g_clear_pointer(&said->err, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Said, said_clear)

/* Runs "vicu LINE"; quoting as in a shell. */
static Said
vicu(Ward *ward, const char *line)
{
    g_auto(GStrv) words = NULL;
    Said said = {0};

    g_assert_true(g_shell_parse_argv(line, NULL, &words, NULL));
    said.status = ward_vicu(ward, (const char *const *)words, &said.out, &said.err);
    return said;
}

static void
expect(Ward *ward, const char *line, int status, const char *in_out, const char *in_err)
{
    g_auto(Said) said = vicu(ward, line);

    if (said.status != status || (in_out != NULL && strstr(said.out, in_out) == NULL)
        || (in_err != NULL && strstr(said.err, in_err) == NULL)) {
        g_test_message("vicu %s: status %d\n%s\n%s", line, said.status, said.out, said.err);
        g_test_fail();
    }
}

/* The text behind "KEY": " at or after @from; caller frees. */
static char *
text_of(const char *from, const char *key)
{
    g_autofree char *quoted = g_strdup_printf("\"%s\": \"", key);
    const char *at = from != NULL ? strstr(from, quoted) : NULL;

    if (at == NULL)
        return NULL;
    at += strlen(quoted);
    return g_strndup(at, strcspn(at, "\""));
}

static int64_t
time_of(const char *from, const char *key)
{
    g_autofree char *text = text_of(from, key);
    int64_t t_us = 0;

    g_assert_nonnull(text);
    g_assert_true(vicu_time_parse(text, 0, &t_us, NULL));
    return t_us;
}

static gboolean
bed_7_alarms(Ward *ward, gpointer user)
{
    char **id = user;
    g_auto(Said) said = vicu(ward, "alarm ls --json");
    const char *at = said.out != NULL ? strstr(said.out, "\"rule\": \"map-critical\"") : NULL;

    if (at == NULL)
        return FALSE;
    *id = text_of(g_strrstr_len(said.out, at - said.out, "\"id\""), "id");
    return TRUE;
}

/* Every bed at the desk, every process healthy, data in the store and on the live lane. */
static void
look_around(Ward *ward)
{
    expect(ward, "bed ls", 0, "demo/icu/16", NULL);
    expect(ward, "bed ls --json", 0, "\"presence\": \"present\"", NULL);
    expect(ward, "status", 0, "collector", NULL);
    expect(ward, "status --json", 0, "\"mllp\": \"127.0.0.1:", NULL);
    expect(ward, "query 7 ABP --from -1s", 0, "recording", NULL);
    expect(ward, "query 7 ABP --from -10s --px 100 --json", 0, "\"coverage\": 1", NULL);
    expect(ward, "query 1 SpO2 --from -10s", 0, "simulated", NULL);
    expect(ward, "query 7 HR --from -10s", 0, "derived", NULL);
    expect(ward, "query all HR --from -1min --px 60", 0, "demo/icu/7,", NULL);
    expect(ward, "query all HR --from -1min --px 60 --json", 0, "\"bed\": \"demo/icu/16\"", NULL);
    expect(ward, "query all HR", 2, NULL, "--px");
    expect(ward, "query all ABP --px 10", 1, NULL, "wave");
    expect(ward, "tail 7 --for 2s", 0, "derived", NULL);
    expect(ward, "limit ls 7", 0, "MAP_critical", NULL);
    expect(ward, "config check", 0, "collector", NULL);
    expect(ward, "query 99 ABP", 1, NULL, "demo/icu/");
    expect(ward, "query 7 no-such-signal", 1, NULL, "ABP");
}

/* The example of "limit set" in @text that begins with @before, up to @end, does what it says. */
static void
limit_example(Ward *ward, const char *text, const char *before, char end)
{
    g_autofree char *start = g_strconcat(before, "limit set ", NULL);
    const char *at = strstr(text, start);

    g_assert_nonnull(at);
    at += strlen(before);
    const char *stop = strchr(at, end);
    g_assert_nonnull(stop);
    g_autofree char *line = g_strndup(at, (gsize)(stop - at));
    expect(ward, line, 0, NULL, NULL);
}

/* Examples are run as they stand where a person reads them. */
static void
examples(Ward *ward)
{
    g_autofree char *path = g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "README.md", NULL);
    g_autofree char *readme = NULL;
    g_auto(Said) help = vicu(ward, "help");

    g_assert_true(g_file_get_contents(path, &readme, NULL, NULL));
    limit_example(ward, readme, "`./vicu ", '`');
    limit_example(ward, help.out, "e.g. vicu ", '\n');
    expect(ward, "limit set 3 hr_high '130 /min' --reason 'in small letters'", 1, NULL,
           "did you mean HR_high?");
}

/* Commands and refusals, and that the audit has both with their reasons. */
static void
act(Ward *ward, const char *alarm)
{
    g_autofree char *explain = g_strdup_printf("alarm explain %s", alarm);
    g_autofree char *ack = g_strdup_printf("alarm ack %s --reason 'seen by the test'", alarm);

    expect(ward, explain, 0, "map-critical", NULL);
    expect(ward, "alarm pause 7 --for 2min --reason 'seen by the test'", 0, "give no sound", NULL);
    expect(ward, "alarm ls", 0, "audio paused for another", NULL);
    expect(ward, "alarm resume 7", 0, "sound again", NULL);
    expect(ward, ack, 0, NULL, NULL);
    expect(ward, "alarm ls", 0, "acknowledged", NULL);
    expect(ward, "alarm ack ffffffffffffffff --reason 'nobody has this'", 1, NULL, NULL);
    expect(ward, "limit set 3 HR_high '130 /min' --reason 'known fibrillation' --for 1h", 0, NULL,
           NULL);
    expect(ward, "limit ls 3", 0, "known fibrillation", NULL);
    expect(ward, "limit set 3 HR_high '900 /min' --reason 'out of every range'", 1, NULL, NULL);
    expect(ward, "limit set 3 HR_high 130 --reason 'no unit'", 2, NULL, "unit");
    expect(ward, "bed observe 4 ACVPU A", 0, NULL, NULL);
    expect(ward, "bed standby 16 --for 10min --reason scan --transport", 0, NULL, NULL);
    expect(ward, "bed standby 16 --end", 0, NULL, NULL);
    /* From the store's record alone it is told in the same words. */
    g_autofree char *record = g_strdup_printf("alarm explain %s --record", alarm);
    expect(ward, record, 0, "it would have differed", NULL);
    expect(ward, "alarm explain ffffffffffffffff", 1, NULL, "the record has none since");
    expect(ward, "audit ls", 0, "seen by the test", NULL);
    expect(ward, "audit ls", 0, "known fibrillation", NULL);
    expect(ward, "audit ls", 0, "out of every range", NULL);
    expect(ward, "audit ls --json", 0, "\"what\": \"view\"", NULL);
}

static void
snapshot(Ward *ward)
{
    g_autofree char *picture = g_build_filename(ward_folder(ward), "bed.png", NULL);
    g_autofree char *line =
        g_strdup_printf("snapshot --view bed --bed 7 --mode flat --size 1280x720 -o %s", picture);
    g_autofree char *bytes = NULL;
    gsize size = 0;

    expect(ward, line, 0, NULL, NULL);
    g_assert_true(g_file_get_contents(picture, &bytes, &size, NULL));
    g_assert_cmpuint(size, >, 5000);
    g_assert_cmpmem(bytes, 8, "\x89PNG\r\n\x1a\n", 8);
}

/* What the first minute holds, as `vicu rhythm RECORD` has it: bed 7 falls into ventricular
 * tachycardia, bed 13 has a tachycardia, bed 8 runs that the pressure knows nothing of. */
static void
the_alarms_are_those_of_the_recordings(const char *report)
{
    static const char *const expected[] = {"demo/icu/7 high",     "demo/icu/7 medium",
                                           "demo/icu/13 high",    "demo/icu/13 medium",
                                           "demo/icu/8 advisory", NULL};
    unsigned n = 0;

    g_assert_nonnull(strstr(report, "\"bed\": \"demo/icu/7\", \"rule\": \"rhythm-vt\", "
                                    "\"priority\": \"high\", \"technical\": false"));
    g_assert_null(strstr(report, "\"technical\": true"));
    for (const char *at = report; (at = strstr(at, "\"bed\": \"")) != NULL; at++, n++) {
        g_autofree char *bed = text_of(at, "bed");
        g_autofree char *rule = text_of(at, "rule");
        g_autofree char *priority = text_of(at, "priority");
        g_autofree char *alarm = g_strdup_printf("%s %s", bed, priority);
        if (!g_strv_contains(expected, alarm))
            g_error("an alarm that no recording calls for: %s %s", alarm, rule);
    }
    g_assert_cmpuint(n, >=, 2);
    g_test_message("figure: demo, 16 beds, until bed 7 falls: %u alarms, none technical", n);
}

static void
the_demo_shows_bed_7_in_time_and_loses_nothing(void)
{
    static const char *const long_enough[] = {"--for", "10min", NULL};
    g_autoptr(Ward) ward = ward_start(16, long_enough);
    g_autofree char *alarm = NULL;

    look_around(ward);
    examples(ward);
    snapshot(ward);
    g_assert_true(ward_wait(ward, 60 * S, bed_7_alarms, &alarm));
    g_auto(Said) first = vicu(ward, "query 7 ABP --from -2min --json");
    act(ward, alarm);
    g_assert_cmpint(ward_end(ward), ==, 0);

    g_assert_cmpfloat(ward_number(ward, "beds_live"), ==, 16);
    g_assert_cmpfloat(ward_number(ward, "frames_lost"), ==, 0);
    g_assert_cmpfloat(ward_number(ward, "alarms_lost"), ==, 0);
    g_assert_cmpfloat(ward_number(ward, "frames_acked"), >, 1000);
    const char *raised =
        strstr(ward_report(ward), "\"rule\": \"map-critical\", \"priority\": \"high\"");
    g_assert_nonnull(raised);
    the_alarms_are_those_of_the_recordings(ward_report(ward));
    int64_t began_us = time_of(strstr(first.out, "\"samples\""), "time");
    int64_t after_us = time_of(raised, "t_raised") - began_us;
    g_assert_cmpint(after_us, >=, 40 * S);
    g_assert_cmpint(after_us, <=, 60 * S);
    g_test_message("figure: demo, 16 beds: map-critical %.1f s after the first sample; p99 sample "
                   "to alarm %.0f ms, "
                   "to picture %.1f ms; %.2f cpu-s in all; %.0f MiB",
                   (double)after_us / 1e6, ward_number(ward, "p99_sample_to_alarm_ms"),
                   ward_number(ward, "p99_sample_to_live_ms"), ward_number(ward, "cpu_s"),
                   ward_number(ward, "rss_mib"));
}

/* --- how it ends -------------------------------------------------------------------------- */

static gboolean
all_have_left(Ward *ward, gpointer user)
{
    const pid_t *pids = user;

    (void)ward;
    for (int i = 0; pids[i] != 0; i++)
        if (kill(pids[i], 0) == 0)
            return FALSE;
    return TRUE;
}

static void
when_the_supervisor_is_killed_its_processes_end_too(void)
{
    static const char *const long_enough[] = {"--for", "10min", NULL};
    g_autoptr(Ward) ward = ward_start(4, long_enough);
    pid_t pids[] = {ward_pid(ward, "hub"),       ward_pid(ward, "store"), ward_pid(ward, "rules"),
                    ward_pid(ward, "collector"), ward_pid(ward, "sim"),   0};

    for (int i = 0; i < 5; i++)
        g_assert_cmpint(pids[i], >, 1);
    ward_kill_supervisor(ward);
    g_assert_true(ward_wait(ward, 3 * S, all_have_left, pids));
}

static void
a_demo_of_its_own_leaves_nothing_behind(void)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
    const char *argv[] = {program, "demo",  "--headless", "--no-pictures", "--beds",
                          "3",     "--for", "2s",         "--json",        NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status,
                 &error);
    g_assert_no_error(error);
    if (status != 0)
        g_test_message("%s", err);
    g_assert_cmpint(status, ==, 0);
    g_assert_nonnull(strstr(out, "\"beds_live\": 3,"));
    g_autofree char *root = text_of(out, "root");
    g_assert_nonnull(root);
    g_assert_false(g_file_test(root, G_FILE_TEST_EXISTS));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/the_demo_shows_bed_7_in_time_and_loses_nothing",
                    the_demo_shows_bed_7_in_time_and_loses_nothing);
    g_test_add_func("/process/when_the_supervisor_is_killed_its_processes_end_too",
                    when_the_supervisor_is_killed_its_processes_end_too);
    g_test_add_func("/process/a_demo_of_its_own_leaves_nothing_behind",
                    a_demo_of_its_own_leaves_nothing_behind);
    return g_test_run();
}
