/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/root.h"

static void
a_root_of_this_machine_has_ipc_sockets_and_the_owners_keys(void)
{
    g_autoptr(VicuRoot) root = vicu_root_new("/tmp/x", NULL);
    g_autofree char *state = vicu_root_endpoint(root, "rules-state");

    g_assert_cmpstr(state, ==, "ipc:///tmp/x/run/rules-state.ipc");
    g_assert_cmpstr(vicu_root_server(root, "rules"), ==, "rules");
}

static void
a_root_connected_elsewhere_has_the_hubs_three_ports_and_its_key(void)
{
    g_autoptr(VicuRoot) root = vicu_root_new("/tmp/x", NULL);

    g_assert_true(vicu_root_connect(root, "icu-hub.example:6000", NULL));
    g_autoptr(VicuRoot) copy = vicu_root_copy(root);
    g_autofree char *live = vicu_root_endpoint(copy, "hub-live");
    g_autofree char *state = vicu_root_endpoint(copy, "rules-state");
    g_autofree char *query = vicu_root_endpoint(copy, "store-query");
    g_autofree char *status = vicu_root_endpoint(copy, "hub-status");
    g_assert_cmpstr(live, ==, "tcp://icu-hub.example:6000");
    g_assert_cmpstr(state, ==, "tcp://icu-hub.example:6001");
    g_assert_cmpstr(query, ==, "tcp://icu-hub.example:6002");
    g_assert_cmpstr(status, ==, "ipc:///tmp/x/run/hub-status.ipc");
    g_assert_cmpstr(vicu_root_server(copy, "rules"), ==, "hub");
    g_assert_true(vicu_root_connect(root, "10.0.0.5", NULL));
    g_assert_cmpuint(root->hub_port, ==, VICU_ROOT_PORT);
}

static void
what_is_no_address_is_refused_and_changes_nothing(void)
{
    static const char *const bad[] = {"",        ":5571",      "a:",   "a:0",
                                      "a:65534", "a:5571x",    "a b",  "tcp://a:5571",
                                      "a;b",     "[::1]:5571", "a:-1", "a:99999999999999999999"};
    g_autoptr(VicuRoot) root = vicu_root_new("/tmp/x", NULL);
    g_autofree char *longest = g_strnfill(300, 'a');

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(vicu_root_connect(root, bad[i], &error));
        g_assert_error(error, VICU_ERROR, VICU_ERROR_CONFIG);
    }
    g_assert_false(vicu_root_connect(root, longest, NULL));
    g_assert_null(root->hub);
}

/* A root with @text as its client.conf. */
static VicuRoot *
find_with(const char *text, const char *connect, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-root-XXXXXX", NULL);
    g_autofree char *etc = g_build_filename(dir, "etc", NULL);
    g_autofree char *path = g_build_filename(etc, "client.conf", NULL);

    g_assert_cmpint(g_mkdir(etc, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    VicuRoot *root = vicu_root_find_client(dir, connect, error);
    g_unlink(path);
    g_rmdir(etc);
    g_rmdir(dir);
    return root;
}

static void
a_client_finds_its_hub_and_its_key_in_client_conf(void)
{
    static const char text[] = "[hub]\naddress = 10.0.0.5:7000\nkey = ward-pc\n";
    g_autoptr(VicuRoot) root = find_with(text, NULL, NULL);
    g_autoptr(VicuRoot) other = find_with(text, "10.0.0.6", NULL);

    g_assert_cmpstr(root->hub, ==, "10.0.0.5");
    g_assert_cmpuint(root->hub_port, ==, 7000);
    g_assert_cmpstr(root->key, ==, "ward-pc");
    g_assert_cmpstr(other->hub, ==, "10.0.0.6"); /* what is said counts before what is written */
    g_assert_cmpuint(other->hub_port, ==, VICU_ROOT_PORT);
    g_assert_cmpstr(other->key, ==, "ward-pc");
}

static void
a_client_conf_that_cannot_be_meant_is_refused(void)
{
    g_autoptr(GError) unknown = NULL;
    g_autoptr(GError) address = NULL;
    g_autoptr(GError) nowhere = NULL;

    g_assert_null(find_with("[hub]\nadress = a\n", NULL, &unknown));
    g_assert_nonnull(unknown);
    g_assert_null(find_with("[hub]\naddress = a:b\n", NULL, &address));
    g_assert_error(address, VICU_ERROR, VICU_ERROR_CONFIG);
    g_assert_null(find_with("[hub]\naddress =\n", NULL, &nowhere)); /* and nothing runs there */
    g_assert_error(nowhere, VICU_ERROR, VICU_ERROR_ABSENT);
}

#define ADD(name) g_test_add_func("/common/root/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_root_of_this_machine_has_ipc_sockets_and_the_owners_keys);
    ADD(a_root_connected_elsewhere_has_the_hubs_three_ports_and_its_key);
    ADD(what_is_no_address_is_refused_and_changes_nothing);
    ADD(a_client_finds_its_hub_and_its_key_in_client_conf);
    ADD(a_client_conf_that_cannot_be_meant_is_refused);
    return g_test_run();
}
