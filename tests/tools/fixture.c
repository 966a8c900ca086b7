/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tools/fixture.h"

#include "common/clock.h"
#include "common/folder.h"

void
tool_fixture_set_up(ToolFixture *f, gconstpointer unused)
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

void
tool_fixture_tear_down(ToolFixture *f, gconstpointer unused)
{
    (void)unused;
    tool_supervisor_free(f->supervisor);
    vicu_root_free(f->root);
    vicu_folder_remove(f->dir);
    g_free(f->dir);
}

void
tool_fixture_add(ToolFixture *f, const char *name, const char *file, const char *option)
{
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tests", "tools", file, NULL);
    const char *plain[] = {program, option, NULL};
    const char *daemon[] = {program, "--root", f->dir, "--name", name, NULL};

    tool_supervisor_add(f->supervisor, name, option != NULL ? plain : daemon, TOOL_CHILD_NOTIFIES);
}

void
tool_fixture_begin(ToolFixture *f)
{
    g_autoptr(GError) error = NULL;

    tool_supervisor_start(f->supervisor, &error);
    g_assert_no_error(error);
}

ToolChildView
tool_fixture_view(ToolFixture *f, size_t i)
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

void
tool_fixture_run_until(ToolFixture *f, ToolCondition condition, int limit_s)
{
    guint waker = g_timeout_add(20, wake, NULL);
    int64_t end_us = vicu_clock_boot_us() + limit_s * G_USEC_PER_SEC;

    while (!condition(f) && vicu_clock_boot_us() < end_us)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(waker);
    g_assert_true(condition(f));
}

typedef struct {
    gboolean done;
    int status;
} Ended;

static void
on_end(GPid pid, gint status, gpointer user)
{
    Ended *ended = user;

    g_spawn_close_pid(pid);
    ended->done = TRUE;
    ended->status = status;
}

/* Not g_spawn_sync(): the supervisor's main loop has to go on meanwhile. */
int
tool_fixture_vicu(ToolFixture *f, const char *const *words, char **out, char **err)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
    g_autofree char *out_path = g_build_filename(f->dir, "out", NULL);
    g_autofree char *err_path = g_build_filename(f->dir, "err", NULL);
    g_autofree char *quoted_out = g_shell_quote(out_path);
    g_autofree char *quoted_err = g_shell_quote(err_path);
    g_autofree char *script = g_strdup_printf("exec \"$@\" >%s 2>%s", quoted_out, quoted_err);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    Ended ended = {0};
    GPid pid = 0;

    const char *head[] = {"/bin/sh", "-c", script, "sh", program};
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++)
        g_ptr_array_add(argv, (gpointer)head[i]);
    for (size_t i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    g_ptr_array_add(argv, (gpointer) "--root");
    g_ptr_array_add(argv, f->dir);
    g_ptr_array_add(argv, NULL);
    g_spawn_async(NULL, (char **)argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                  &error);
    g_assert_no_error(error);
    g_child_watch_add(pid, on_end, &ended);
    while (!ended.done)
        g_main_context_iteration(NULL, TRUE);
    g_assert_true(g_file_get_contents(out_path, out, NULL, NULL));
    g_assert_true(g_file_get_contents(err_path, err, NULL, NULL));
    return g_spawn_check_wait_status(ended.status, &error) ? 0 : error->code;
}
