/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "tools/child-log.h"
#include "tools/supervise.h"

/* An empty installation of its own, and a supervisor in it. */
typedef struct {
    char *dir;
    VicuRoot *root;
    ToolSupervisor *supervisor;
    gboolean over;
} Fixture;

static void
set_up(Fixture *f, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    (void)unused;
    f->dir = g_dir_make_tmp("vicu-test-XXXXXX", &error);
    g_assert_no_error(error);
    f->root = vicu_root_new(f->dir, &error);
    g_assert_no_error(error);
    f->supervisor = tool_supervisor_new(f->root, &error);
    g_assert_no_error(error);
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name = NULL;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    (void)unused;
    tool_supervisor_free(f->supervisor);
    vicu_root_free(f->root);
    remove_tree(f->dir);
    g_free(f->dir);
}

static void
add(Fixture *f, const char *name, const char *what)
{
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tests", "tools", "child", NULL);
    const char *argv[] = {program, what, NULL};

    tool_supervisor_add(f->supervisor, name, argv);
}

static void
begin(Fixture *f)
{
    g_autoptr(GError) error = NULL;

    tool_supervisor_start(f->supervisor, &error);
    g_assert_no_error(error);
}

static ToolChildView
view(Fixture *f, size_t i)
{
    ToolChildView v;

    tool_supervisor_view(f->supervisor, i, &v);
    return v;
}

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
starts_a_killed_child_again_within_a_second(Fixture *f, gconstpointer unused)
{
    (void)unused;
    add(f, "steady", "steady");
    begin(f);
    RUN_UNTIL(tool_supervisor_all_ready(f->supervisor), 10);
    GPid first = view(f, 0).pid;
    int64_t killed_us = vicu_clock_boot_us();
    g_assert_cmpint(kill(first, SIGKILL), ==, 0);
    RUN_UNTIL(view(f, 0).pid != first && tool_supervisor_all_ready(f->supervisor), 10);
    g_assert_cmpint(vicu_clock_boot_us() - killed_us, <, G_USEC_PER_SEC);
    g_assert_cmpuint(view(f, 0).restarts, ==, 1);

    g_autofree char *path = g_build_filename(f->root->log, "steady.log", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "killed by signal 9"));
}

static void
kills_and_replaces_a_stopped_child(Fixture *f, gconstpointer unused)
{
    (void)unused;
    add(f, "steady", "steady");
    begin(f);
    RUN_UNTIL(tool_supervisor_all_ready(f->supervisor), 10);
    GPid first = view(f, 0).pid;
    int64_t stopped_us = vicu_clock_boot_us();
    g_assert_cmpint(kill(first, SIGSTOP), ==, 0);
    RUN_UNTIL(view(f, 0).state == TOOL_CHILD_STALLED, 10);
    g_assert_cmpint(vicu_clock_boot_us() - stopped_us, <=, 3 * G_USEC_PER_SEC);
    RUN_UNTIL(view(f, 0).pid != first && tool_supervisor_all_ready(f->supervisor), 10);
    g_assert_cmpint(vicu_clock_boot_us() - stopped_us, <=, 6 * G_USEC_PER_SEC);
}

static void
stops_all_within_two_seconds_and_a_kill(Fixture *f, gconstpointer unused)
{
    (void)unused;
    add(f, "steady", "steady");
    add(f, "stubborn", "stubborn");
    begin(f);
    RUN_UNTIL(tool_supervisor_all_ready(f->supervisor), 10);
    GPid pids[] = {view(f, 0).pid, view(f, 1).pid};
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
a_child_that_cannot_run_is_named_with_its_last_words(Fixture *f, gconstpointer unused)
{
    (void)unused;
    add(f, "fails", "fails");
    begin(f);
    RUN_UNTIL(view(f, 0).restarts >= 2 && view(f, 0).state == TOOL_CHILD_WAITING, 10);
    g_autofree char *path = g_build_filename(f->root->log, "fails.log", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "no such file: /nowhere"));
    g_assert_nonnull(strstr(text, "left with exit status 3"));
}

static void
a_missing_program_is_refused_before_anything_starts(Fixture *f, gconstpointer unused)
{
    const char *argv[] = {"/nowhere/vicu-hub", NULL};
    g_autoptr(GError) error = NULL;

    (void)unused;
    tool_supervisor_add(f->supervisor, "hub", argv);
    g_assert_false(tool_supervisor_start(f->supervisor, &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/vicu-hub"));
}

static void
a_second_supervisor_in_the_same_root_is_refused(Fixture *f, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(f->root->run, "up.pid", NULL);
    g_autofree char *other = g_strdup_printf("%d\n", (int)getppid());
    g_autoptr(GError) error = NULL;

    (void)unused;
    g_assert_true(g_file_set_contents(path, other, -1, NULL));
    g_assert_null(tool_supervisor_new(f->root, &error));
    g_assert_nonnull(error);
}

static void
up_json_names_every_process(Fixture *f, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(f->root->run, "up.json", NULL);
    g_autofree char *text = NULL;

    (void)unused;
    add(f, "steady", "steady");
    add(f, "mute", "mute");
    begin(f);
    RUN_UNTIL(view(f, 0).state == TOOL_CHILD_READY, 10);
    g_assert_cmpint(view(f, 1).state, ==, TOOL_CHILD_STARTING);
    g_assert_false(tool_supervisor_all_ready(f->supervisor));
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autofree char *pid = g_strdup_printf("%d", (int)view(f, 0).pid);
    g_assert_nonnull(strstr(text, pid));
    g_assert_nonnull(strstr(text, "\"mute\""));
    g_assert_cmpfloat(view(f, 0).peak_rss_bytes, >, 0);
}

static void
a_log_keeps_within_its_bound_while_the_child_writes(Fixture *f, gconstpointer unused)
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

#define ADD(name) g_test_add("/tools/supervise/" #name, Fixture, NULL, set_up, name, tear_down)

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
    ADD(up_json_names_every_process);
    ADD(a_log_keeps_within_its_bound_while_the_child_writes);
    return g_test_run();
}
