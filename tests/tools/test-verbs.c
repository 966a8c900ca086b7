/* The verbs against real daemons in a folder of their own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "tests/tools/fixture.h"
#include "tools/installation.h"

static gboolean
ready(ToolFixture *f)
{
    return tool_supervisor_all_ready(f->supervisor);
}

static int
vicu(ToolFixture *f, const char *a, const char *b, const char *c, char **out, char **err)
{
    const char *words[] = {a, b, c, NULL};

    g_clear_pointer(out, g_free);
    g_clear_pointer(err, g_free);
    return tool_fixture_vicu(f, words, out, err);
}

static void
with_two_daemons(ToolFixture *f)
{
    g_autoptr(GError) error = NULL;
    size_t made = 0;

    tool_installation_keys(f->root, &made, &error);
    g_assert_no_error(error);
    tool_fixture_add(f, "hub", "daemon", NULL);
    tool_fixture_add(f, "store", "daemon", NULL);
    tool_fixture_begin(f);
    tool_fixture_run_until(f, ready, 10);
}

static void
status_shows_each_process_with_its_counters(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    (void)unused;
    with_two_daemons(f);
    g_assert_cmpint(vicu(f, "status", NULL, NULL, &out, &err), ==, 0);
    g_assert_nonnull(strstr(out, "hub "));
    g_assert_nonnull(strstr(out, "store "));
    g_assert_nonnull(strstr(out, "tcp://127.0.0.1:2575"));
    g_assert_cmpint(vicu(f, "status", "--json", NULL, &out, &err), ==, 0);
    g_assert_nonnull(strstr(out, "\"beds\": 16"));
    g_assert_nonnull(strstr(out, "\"ward\": \"tcp://127.0.0.1:2575\""));
}

static void
status_of_a_process_that_misses_something_is_1(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(f->root->etc, "store.conf", NULL);
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    (void)unused;
    g_assert_true(g_file_set_contents(path, "[ward]\nbeds = 101\n", -1, NULL));
    with_two_daemons(f);
    g_assert_cmpint(vicu(f, "status", NULL, NULL, &out, &err), ==, 1);
    g_assert_nonnull(strstr(out, "too-many-beds"));
}

static void
status_where_nothing_runs_says_where_it_looked(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *pid = g_build_filename(f->root->run, "up.pid", NULL);
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    (void)unused;
    g_remove(pid);
    g_assert_cmpint(vicu(f, "status", NULL, NULL, &out, &err), ==, 1);
    g_assert_cmpstr(out, ==, "");
    g_assert_nonnull(strstr(err, f->dir));
}

static void
every_verb_refuses_what_it_does_not_know_with_2(ToolFixture *f, gconstpointer unused)
{
    static const char *const verbs[] = {"status", "up", "keys"};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    (void)unused;
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_assert_cmpint(vicu(f, verbs[i], "--no-such-option", NULL, &out, &err), ==, 2);
        g_assert_nonnull(strstr(err, "Example:"));
        g_assert_cmpint(vicu(f, verbs[i], "one-word-too-many", NULL, &out, &err), ==, 2);
        g_assert_cmpint(vicu(f, verbs[i], "--help", NULL, &out, &err), ==, 0);
        g_assert_nonnull(strstr(out, "Example:"));
        g_assert_nonnull(strstr(out, "--json"));
    }
}

static void
keys_are_made_once_and_can_be_revoked(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    (void)unused;
    g_assert_cmpint(vicu(f, "keys", NULL, NULL, &out, &err), ==, 0);
    g_autofree char *first = g_strdup(out);
    g_assert_cmpint(vicu(f, "keys", NULL, NULL, &out, &err), ==, 0);
    g_assert_cmpstr(out, ==, first);
    g_assert_cmpint(vicu(f, "keys", "revoke", "dashboard", &out, &err), ==, 0);
    g_assert_cmpint(vicu(f, "keys", "revoke", "dashboard", &out, &err), ==, 1);
    g_assert_nonnull(strstr(err, "dashboard"));
}

/* One key in 85 begins so; it is no option. */
static void
a_key_that_begins_with_a_dash_is_allowed(ToolFixture *f, gconstpointer unused)
{
    static const char *const words[] = {
        "keys", "allow", "-3B]rKEtZE}W7?-CZ-Q#14xd{o[^DQ1x43lU[90w", "ward-pc", "operator", NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    (void)unused;
    g_assert_cmpint(tool_fixture_vicu(f, words, &out, &err), ==, 0);
    g_assert_cmpint(vicu(f, "keys", "--json", NULL, &out, &err), ==, 0);
    g_assert_nonnull(strstr(out, "-3B]rKEtZE}W7?-CZ-Q#14xd{o[^DQ1x43lU[90w"));
}

static void
up_without_keys_says_how_to_make_them(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    (void)unused;
    g_assert_cmpint(vicu(f, "up", NULL, NULL, &out, &err), ==, 1);
    g_assert_nonnull(strstr(err, "vicu keys --root"));
}

static void
doctor_finds_a_key_that_others_can_read(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *key = g_build_filename(f->root->keys, "store.key", NULL);
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    size_t made = 0;

    (void)unused;
    tool_installation_keys(f->root, &made, &error);
    g_assert_no_error(error);
    g_assert_cmpint(vicu(f, "doctor", "--json", NULL, &out, &err), ==, 0);
    g_assert_nonnull(strstr(out, "\"check\": \"disk\""));
    g_assert_null(strstr(out, "\"bad\""));
    g_assert_cmpint(g_chmod(key, 0644), ==, 0);
    g_assert_cmpint(vicu(f, "doctor", "--json", NULL, &out, &err), ==, 1);
    g_assert_nonnull(strstr(out, "\"verdict\": \"bad\""));
    g_assert_nonnull(strstr(out, "store.key"));
}

static void
a_mistake_in_the_settings_is_named_with_file_and_line(ToolFixture *f, gconstpointer unused)
{
    g_autofree char *path = g_build_filename(f->root->etc, "collector.conf", NULL);
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    (void)unused;
    g_assert_cmpint(vicu(f, "config", "check", NULL, &out, &err), ==, 0);
    g_assert_true(g_file_set_contents(path, "[tick]\nms = 40\n\n[hl7]\nprot = 2575\n", -1, NULL));
    g_assert_cmpint(vicu(f, "config", "check", NULL, &out, &err), ==, 1);
    g_assert_nonnull(strstr(err, "collector.conf:5"));
    g_assert_nonnull(strstr(err, "did you mean \"port\"?"));
    g_assert_cmpint(vicu(f, "config", "check", "store", &out, &err), ==, 0);
    g_assert_cmpint(vicu(f, "config", "check", "stroe", &out, &err), ==, 2);
    g_assert_true(g_file_set_contents(path, "[tick]\nms = 50\n", -1, NULL));
    g_assert_cmpint(vicu(f, "config", "show", "--json", &out, &err), ==, 0);
    g_assert_nonnull(strstr(out, "\"ms\": \"50\""));
}

#define ADD(name)                                                                                  \
    g_test_add("/tools/verbs/" #name, ToolFixture, NULL, tool_fixture_set_up, name,                \
               tool_fixture_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(status_shows_each_process_with_its_counters);
    ADD(status_of_a_process_that_misses_something_is_1);
    ADD(status_where_nothing_runs_says_where_it_looked);
    ADD(every_verb_refuses_what_it_does_not_know_with_2);
    ADD(keys_are_made_once_and_can_be_revoked);
    ADD(a_key_that_begins_with_a_dash_is_allowed);
    ADD(up_without_keys_says_how_to_make_them);
    ADD(doctor_finds_a_key_that_others_can_read);
    ADD(a_mistake_in_the_settings_is_named_with_file_and_line);
    return g_test_run();
}
