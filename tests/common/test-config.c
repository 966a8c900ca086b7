/* Settings: what is read, what is refused and how the refusal reads.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "common/config.h"
#include "common/error.h"

static int64_t port, delay_us;
static double share;
static gboolean loud;
static char *name;
static GHashTable *beds;

static const VicuParam params[] = {
    {"hl7", "port", VICU_PARAM_INT, "", 0, 65535, "2575", &port, "Port of the listener."},
    {"hl7", "delay", VICU_PARAM_DURATION, "s", 0, 60, "5s", &delay_us, "How long."},
    {"disk", "share", VICU_PARAM_DOUBLE, "1", 0, 1, "0.5", &share, "How much."},
    {"disk", "loud", VICU_PARAM_BOOL, "", 0, 0, "false", &loud, "Whether."},
    {"disk", "name", VICU_PARAM_TEXT, "", 0, 0, "a", &name, "What."},
    {"beds", "*", VICU_PARAM_MAP, "", 0, 0, "", &beds, "Which."},
};
static const size_t n_params = G_N_ELEMENTS(params);

static char *
load(const char *text)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    int fd = g_file_open_tmp("vicu-config-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_file_set_contents(path, text, -1, NULL);
    gboolean ok = vicu_config_load(path, TRUE, params, n_params, &error);
    g_unlink(path);
    g_assert_true(ok == (error == NULL));
    return ok ? NULL : g_strdup(strchr(error->message, ':'));
}

static void
standard_values_come_from_the_table(void)
{
    vicu_config_reset(params, n_params);
    g_assert_cmpint(port, ==, 2575);
    g_assert_cmpint(delay_us, ==, 5000000);
    g_assert_cmpstr(name, ==, "a");
    vicu_config_clear(params, n_params);
}

static void
reads_every_type(void)
{
    vicu_config_reset(params, n_params);
    g_autofree char *said = load("# a ward\n[hl7]\nport = 0\ndelay=250ms\n[disk]\nshare=0.25\n"
                                 "loud = true\nname = x y\n[beds]\nICU^7 = a/b/7\nw=a/b/8\n");
    g_assert_null(said);
    g_assert_cmpint(port, ==, 0);
    g_assert_cmpint(delay_us, ==, 250000);
    g_assert_cmpfloat(share, ==, 0.25);
    g_assert_true(loud);
    g_assert_cmpstr(name, ==, "x y");
    g_assert_cmpstr(g_hash_table_lookup(beds, "ICU^7"), ==, "a/b/7");
    vicu_config_clear(params, n_params);
}

static void
refusals_name_line_value_and_bound(void)
{
    static const char *const cases[][2] = {
        {"[hl7]\nprot = 1\n", ":2: unknown key \"prot\": did you mean \"port\"?"},
        {"[hl8]\nport = 1\n", ":1: unknown group \"hl8\": did you mean \"hl7\"?"},
        {"\n[hl7]\nport = 70000\n", ":3: [hl7] port = 70000  is outside 0..65535"},
        {"[hl7]\nport = 7x\n", ":2: [hl7] port = 7x: expected a whole number"},
        {"[hl7]\ndelay = 61s\n", ":2: [hl7] delay = 61s  is outside 0..60"},
        {"[hl7]\ndelay = 5\n", ":2: [hl7] delay = 5: expected a duration such as 10s or 5min"},
        {"[disk]\nshare = nan\n", ":2: [disk] share = nan 1 is outside 0..1"},
        {"[disk]\nloud = yes\n", ":2: [disk] loud = yes: expected true or false"},
        {"[hl7]\nport=1\nport=2\n", ":3: [hl7] port is set a second time"},
        {"[hl7]\nport\n", ":2: \"port\": expected [group], key = value or a # comment"},
    };
    vicu_config_reset(params, n_params);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = load(cases[i][0]);
        g_assert_cmpstr(said, ==, cases[i][1]);
    }
    vicu_config_clear(params, n_params);
}

static void
a_refused_file_changes_nothing(void)
{
    vicu_config_reset(params, n_params);
    g_autofree char *said = load("[hl7]\nport = 9\n[disk]\nshare = 2\n");
    g_assert_nonnull(said);
    g_assert_cmpint(port, ==, 2575);
    vicu_config_clear(params, n_params);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/config/standard_values_come_from_the_table",
                    standard_values_come_from_the_table);
    g_test_add_func("/common/config/reads_every_type", reads_every_type);
    g_test_add_func("/common/config/refusals_name_line_value_and_bound",
                    refusals_name_line_value_and_bound);
    g_test_add_func("/common/config/a_refused_file_changes_nothing",
                    a_refused_file_changes_nothing);
    return g_test_run();
}
