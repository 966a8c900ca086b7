/* Where the twin listens, as it is left and found.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "common/folder.h"
#include "common/twin-place.h"

#define KEY   "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

static void
a_place_is_found_as_it_was_left_and_is_its_own(void)
{
    g_autofree char *run = g_dir_make_tmp("vicu-twin-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(run, VICU_TWIN_FILE, NULL);
    g_auto(VicuTwinPlace) found = {0};
    g_autoptr(GError) error = NULL;
    GStatBuf st;

    g_assert_false(vicu_twin_place_read(run, &found, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    const VicuTwinPlace place = {8480, (char *)KEY};
    g_assert_true(vicu_twin_place_write(run, &place, NULL));
    g_assert_cmpint(g_stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    g_assert_true(vicu_twin_place_read(run, &found, NULL));
    g_assert_cmpuint(found.port, ==, 8480);
    g_assert_cmpstr(found.key, ==, KEY);
    vicu_twin_place_remove(run, OTHER); /* another one's is left alone */
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    vicu_twin_place_remove(run, KEY);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_true(vicu_folder_remove(run));
}

static void
what_makes_no_sense_is_refused(void)
{
    static const char *const texts[] = {"",
                                        "[twin]\n",
                                        "[twin]\nport=0\nkey=" KEY "\n",
                                        "[twin]\nport=65536\nkey=" KEY "\n",
                                        "[twin]\nport=-1\nkey=" KEY "\n",
                                        "[twin]\nport=80\nkey=" KEY "0\n",
                                        "[twin]\nport=80\nkey=../../../../../../../../../../aaa\n",
                                        "[twin]\nport=80\nkey=" KEY "&x=y\n",
                                        "[twin]\nport=80 80\nkey=" KEY "\n",
                                        "port=80\nkey=" KEY "\n"};
    g_autofree char *run = g_dir_make_tmp("vicu-twin-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(run, VICU_TWIN_FILE, NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        VicuTwinPlace found;
        g_autoptr(GError) error = NULL;
        g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
        g_assert_false(vicu_twin_place_read(run, &found, &error));
        g_assert_nonnull(strstr(error->message, path));
        g_assert_null(found.key);
    }
    g_assert_true(vicu_folder_remove(run));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/common/twin-place/" #name, name)
    TEST(a_place_is_found_as_it_was_left_and_is_its_own);
    TEST(what_makes_no_sense_is_refused);
#undef TEST
    return g_test_run();
}
