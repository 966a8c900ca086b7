/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/tools/fixture.h"
#include "tools/child-log.h"
#include "tools/supervise.h"

static gboolean
wake(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

/* Runs the main loop until the condition holds, at most @limit_s. */
#define RUN_UNTIL(condition, limit_s)                                                              \
    do {                                                                                           \
        guint waker = g_timeout_add(20, wake, NULL);                                               \
        int64_t end_us = vicu_clock_boot_us() + (limit_s)*G_USEC_PER_SEC;                          \
        while (!(condition) && vicu_clock_boot_us() < end_us)                                      \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(waker);                                                                    \
        g_assert_true(condition);                                                                  \
    } while (0)

static void
on_over(ToolSupervisor *supervisor, gpointer user)
{
    (void)supervisor;
    *(gboolean *)user = TRUE;
}

static void
starts_a_killed_child_again_within_a_second(ToolFixture *f, gconstpointer unused)
{
    (void)unused;
    tool_fixture_add(f, "steady", "child", "steady");
    tool_fixture_begin(f);
    RUN_UNTIL(tool_supervisor_all_ready(f->supervisor), 10);
    GPid first = tool_fixture_view(f, 0).pid;
    int64_t killed_us = vicu_clock_boot_us();
    g_assert_cmpint(kill(first, SIGKILL), ==, 0);
    RUN_UNTIL(tool_fixture_view(f, 0).pid != first && tool_supervisor_all_ready(f->supervisor), 10);
    g_assert_cmpint(vicu_clock_boot_us() - killed_us, <, G_USEC_PER_SEC);
    g_assert_cmpuint(tool_fixture_view(f, 0).restarts, ==, 1);

    g_autofree char *path = g_build_filename(f->root->log, "steady.log", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "killed by signal 9"));
}

static void
kills_and_replaces_a_stopped_child(ToolFixture *f, gconstpointer unused)
{
    (void)unused;
    tool_fixture_add(f, "steady", "child", "steady");
    tool_fixture_begin(f);
    RUN_UNTIL(tool_supervisor_all_ready(f->supervisor), 10);
    GPid first = tool_fixture_view(f, 0).pid;
    int64_t stopped_us = vicu_clock_boot_us();
    g_assert_cmpint(kill(first, SIGSTOP), ==, 0);
    RUN_UNTIL(tool_fixture_view(f, 0).state == TOOL_CHILD_STALLED, 10);
    g_assert_cmpint(vicu_clock_boot_us() - stopped_us, <=, 3 * G_USEC_PER_SEC);
    RUN_UNTIL(tool_fixture_view(f, 0).pid != first && tool_supervisor_all_ready(f->supervisor), 10);
    g_assert_cmpint(vicu_clock_boot_us() - stopped_us, <=, 6 * G_USEC_PER_SEC);
}

static void
stops_all_within_two_seconds_and_a_kill(ToolFixture *f, gconstpointer unused)
{
    (void)unused;
    tool_fixture_add(f, "steady", "child", "steady");
    tool_fixture_add(f, "stubborn", "child", "stubborn");
    tool_fixture_begin(f);
    RUN_UNTIL(tool_supervisor_all_ready(f->supervisor), 10);
    GPid pids[] = {tool_fixture_view(f, 0).pid, tool_fixture_view(f, 1).pid};
    int64_t asked_us = vicu_clock_boot_us();
    tool_supervisor_stop(f->supervisor, on_over, &f->over);
    RUN_UNTIL(f->over, 5);
    g_assert_cmpint(vicu_clock_boot_us() - asked_us, <, 3 * G_USEC_PER_SEC);
    for (size_t i = 0; i < 2; i++) {
        g_assert_cmpint(kill(pids[i], 0), ==, -1);
        g_assert_cmpint(errno, ==, ESRCH);
    }
}

static void
a_child_that_cannot_run_is_named_with_its_last_words(ToolFixture *f, gconstpointer unused)
{
    (void)unused;
    tool_fixture_add(f, "fails", "child", "fails");
    tool_fixture_begin(f);
    RUN_UNTIL(tool_fixture_view(f, 0).restarts >= 2
                  && tool_fixture_view(f, 0).state == TOOL_CHILD_WAITING,
              10);
    g_autofree char *path = g_build_filename(f->root->log, "fails.log", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "no such file: /nowhere"));
    g_assert_nonnull(strstr(text, "left with exit status 3"));
}

static void
a_missing_program_is_refused_before_anything_starts(ToolFixture *f, gconstpointer unused)
{
    const char *argv[] = {"/nowhere/vicu-hub", NULL};
    g_autoptr(GError) error = NULL;

    (void)unused;
    tool_supervisor_add(f->supervisor, "hub", argv, TOOL_CHILD_NOTIFIES);
    g_assert_false(tool_supervisor_start(f->supervisor, &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/vicu-hub"));
}

static void
a_second_supervisor_in_the_same_root_is_refused(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(f->root->run, "up.pid", NULL);
    g_autofree char *other = g_strdup_printf("%d\n", (int)getppid());
    g_autoptr(GError) error = NULL;

    (void)unused;
    g_assert_true(g_file_set_contents(path, other, -1, NULL));
    g_assert_null(tool_supervisor_new(f->root, &error));
    g_assert_nonnull(error);
}

static gboolean
first_is_gone(ToolFixture *f)
{
    return tool_supervisor_is_gone(f->supervisor, "steady");
}

static void
a_retired_child_is_not_started_again(ToolFixture *f, gconstpointer unused)
{
    (void)unused;
    tool_fixture_add(f, "steady", "child", "steady");
    tool_fixture_add(f, "other", "child", "steady");
    tool_fixture_begin(f);
    RUN_UNTIL(tool_supervisor_all_ready(f->supervisor), 10);
    g_assert_false(tool_supervisor_retire(f->supervisor, "nobody"));
    g_assert_true(tool_supervisor_retire(f->supervisor, "steady"));
    tool_fixture_run_until(f, first_is_gone, 5);
    g_assert_cmpint(tool_fixture_view(f, 0).state, ==, TOOL_CHILD_GONE);
    g_assert_cmpint(tool_fixture_view(f, 1).state, ==, TOOL_CHILD_READY);
}

static void
a_child_without_the_notify_protocol_counts_as_ready(ToolFixture *f, gconstpointer unused)
{
    const char *argv[] = {"/bin/sleep", "30", NULL};
    GPid first = 0;

    (void)unused;
    tool_supervisor_add(f->supervisor, "sleep", argv, TOOL_CHILD_PLAIN);
    tool_fixture_begin(f);
    g_assert_true(tool_supervisor_all_ready(f->supervisor));
    first = tool_fixture_view(f, 0).pid;
    g_assert_cmpint(kill(first, SIGKILL), ==, 0);
    RUN_UNTIL(tool_fixture_view(f, 0).pid != first && tool_supervisor_all_ready(f->supervisor), 5);
}

static gboolean
sleep_is_gone(ToolFixture *f)
{
    return tool_supervisor_is_gone(f->supervisor, "sleep");
}

static void
what_leaves_of_its_own_will_is_not_started_again(ToolFixture *f, gconstpointer unused)
{
    const char *argv[] = {"/bin/sleep", "0.1", NULL};

    (void)unused;
    tool_supervisor_add(f->supervisor, "sleep", argv, TOOL_CHILD_MAY_LEAVE);
    tool_fixture_begin(f);
    tool_fixture_run_until(f, sleep_is_gone, 5);
    g_assert_cmpuint(tool_fixture_view(f, 0).restarts, ==, 0);
}

static void
the_state_file_names_every_process(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(f->root->run, TOOL_SUPERVISOR_STATE, NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();

    (void)unused;
    tool_fixture_add(f, "steady", "child", "steady");
    tool_fixture_add(f, "mute", "child", "mute");
    tool_fixture_begin(f);
    RUN_UNTIL(tool_fixture_view(f, 0).state == TOOL_CHILD_READY, 10);
    g_assert_cmpint(tool_fixture_view(f, 1).state, ==, TOOL_CHILD_STARTING);
    g_assert_false(tool_supervisor_all_ready(f->supervisor));
    g_assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
    g_assert_cmpint(g_key_file_get_integer(file, "steady", "pid", NULL), ==,
                    tool_fixture_view(f, 0).pid);
    g_autofree char *state = g_key_file_get_string(file, "mute", "state", NULL);
    g_assert_cmpstr(state, ==, "starting");
    g_assert_cmpfloat(tool_fixture_view(f, 0).peak_rss_bytes, >, 0);
}

static void
a_log_keeps_within_its_bound_while_the_child_writes(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(f->dir, "child.log", NULL);
    g_autofree char *line = g_strnfill(999, 'x');
    g_autoptr(GError) error = NULL;
    int fd = tool_child_log_open(path, &error);

    (void)unused;
    g_assert_no_error(error);
    for (int i = 0; i < 100; i++)
        g_assert_cmpint(write(fd, line, 999), ==, 999);
    tool_child_log_bound(path, 50000);
    g_assert_cmpuint(tool_child_log_size(path), ==, 0);
    g_assert_cmpint(write(fd, "the last line\n", 14), ==, 14);
    g_assert_cmpuint(tool_child_log_size(path), ==, 14);
    g_autofree char *tail = tool_child_log_tail(path, 0, 3, "> ");
    g_assert_cmpstr(tail, ==, "> the last line\n");
    g_autofree char *before = g_strdup_printf("%s.1", path);
    g_assert_cmpuint(tool_child_log_size(before), ==, 99900);
    close(fd);
}

#define ADD(name)                                                                                  \
    g_test_add("/tools/supervise/" #name, ToolFixture, NULL, tool_fixture_set_up, name,            \
               tool_fixture_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(starts_a_killed_child_again_within_a_second);
    ADD(kills_and_replaces_a_stopped_child);
    ADD(stops_all_within_two_seconds_and_a_kill);
    ADD(a_child_that_cannot_run_is_named_with_its_last_words);
    ADD(a_missing_program_is_refused_before_anything_starts);
    ADD(a_second_supervisor_in_the_same_root_is_refused);
    ADD(a_retired_child_is_not_started_again);
    ADD(a_child_without_the_notify_protocol_counts_as_ready);
    ADD(what_leaves_of_its_own_will_is_not_started_again);
    ADD(the_state_file_names_every_process);
    ADD(a_log_keeps_within_its_bound_while_the_child_writes);
    return g_test_run();
}
