/* What is said of a panel's calibration on the command line.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/holo-check.h"

#define PANEL                                                                                      \
    "{\"serial\":\"LKG-P00001\",\"configVersion\":\"1.0\",\"pitch\":{\"value\":52.58},"            \
    "\"slope\":{\"value\":%s},\"center\":{\"value\":0.565},\"viewCone\":{\"value\":40},"           \
    "\"invView\":{\"value\":1},\"DPI\":{\"value\":324},\"screenW\":{\"value\":1536},"              \
    "\"screenH\":{\"value\":2048},\"flipImageX\":{\"value\":0},\"flipImageY\":{\"value\":0},"      \
    "\"flipSubp\":{\"value\":0}}"

/* Runs in a process of its own: what it prints is looked at from outside. */
static void
check(const char *slope, const char *option, int wanted)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-holo-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "visual.json", NULL);
    g_autofree char *picture = g_build_filename(dir, "pattern.png", NULL);
    g_autofree char *text = g_strdup_printf(PANEL, slope);
    char *argv[] = {(char *)"holo", (char *)"check", path, (char *)"-o",
                    picture,        (char *)option,  NULL};

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(dash_holo_main(option ? 6 : 5, argv), ==, wanted);
    g_assert_cmpint(g_file_test(picture, G_FILE_TEST_EXISTS), ==, wanted == 0);
    g_unlink(picture);
    g_unlink(path);
    g_rmdir(dir);
}

static void
says_in_words_what_a_calibration_tells(void)
{
    if (g_test_subprocess()) {
        check("-7.15", NULL, 0);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*LKG-P00001*1536 x 2048*against the lenses*48 views of 420 x 560*"
                              "test pattern*pattern.png*");
}

static void
says_the_same_as_json(void)
{
    if (g_test_subprocess()) {
        check("-7.15", "--json", 0);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*\"slope\": -7.15*\"inv_view\": true*\"views\": 48*");
}

static void
refuses_what_cannot_be_with_its_member(void)
{
    static const char *const bad[] = {"0", "null", "\"x\"", "1e999", "NaN"};

    if (g_test_subprocess()) {
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
            check(bad[i], NULL, 1);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*visual.json*slope*");
}

static void
says_how_it_is_called(void)
{
    if (g_test_subprocess()) {
        char *none[] = {(char *)"holo", (char *)"check", NULL};
        char *odd[] = {(char *)"holo", (char *)"look", (char *)"a", NULL};
        char *lost[] = {(char *)"holo", (char *)"check", (char *)"/nowhere/visual.json", NULL};
        g_assert_cmpint(dash_holo_main(2, none), ==, 2);
        g_assert_cmpint(dash_holo_main(3, odd), ==, 2);
        g_assert_cmpint(dash_holo_main(3, lost), ==, 1);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*expected check CALIBRATION*/nowhere/visual.json*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dashboard/holo-check/says_in_words_what_a_calibration_tells",
                    says_in_words_what_a_calibration_tells);
    g_test_add_func("/dashboard/holo-check/says_the_same_as_json", says_the_same_as_json);
    g_test_add_func("/dashboard/holo-check/refuses_what_cannot_be_with_its_member",
                    refuses_what_cannot_be_with_its_member);
    g_test_add_func("/dashboard/holo-check/says_how_it_is_called", says_how_it_is_called);
    return g_test_run();
}
