/* Space on the disk: the reserve and the two bounds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "store/space.h"
#include "tests/store/make.h"

static StoreSpaceFound
look(const char *dir, const StoreSpaceSettings *settings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(StoreSpace) space = store_space_new(dir, settings, &error);
    StoreSpaceFound found;

    g_assert_no_error(error);
    g_assert_true(store_space_look(space, &found, &error));
    return found;
}

static void
the_reserve_is_made_and_really_allocated(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *path = g_build_filename(dir, STORE_RESERVE_FILE, NULL);
    StoreSpaceSettings settings = {4 << 20, 1 << 20, 0.0002, 0.0001};
    struct stat st;

    StoreSpaceFound found = look(dir, &settings);
    g_assert_true(found.reserve);
    g_assert_cmpint(found.level, ==, STORE_SPACE_OK);
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_blocks * 512, >=, 4 << 20);
    remove_folder(dir);
}

static void
the_bounds_are_told_apart(void)
{
    g_autofree char *dir = make_folder();
    StoreSpaceSettings low = {0, 1 << 20, 1.1, 0.0001}, full = {0, 1 << 20, 1.2, 1.1};

    g_assert_cmpint(look(dir, &low).level, ==, STORE_SPACE_LOW);
    g_assert_cmpint(look(dir, &full).level, ==, STORE_SPACE_FULL);
    remove_folder(dir);
}

static void
the_reserve_is_given_up_when_recovery_needs_it_and_is_owed_then(void)
{
    g_autofree char *dir = make_folder();
    g_autofree char *path = g_build_filename(dir, STORE_RESERVE_FILE, NULL);
    StoreSpaceSettings settings = {4 << 20, 1 << 20, 0.0002, 0.0001};

    look(dir, &settings);
    settings.recover_bytes = UINT64_C(1) << 60; /* more than any disk has */
    g_autoptr(StoreSpace) space = store_space_new(dir, &settings, NULL);
    g_assert_false(store_space_may_open(space));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    settings.reserve_bytes = UINT64_C(1) << 60; /* a reserve that never fits */
    settings.recover_bytes = 1 << 20;
    StoreSpaceFound found = look(dir, &settings);
    g_assert_false(found.reserve);
    g_assert_cmpint(found.level, ==, STORE_SPACE_FULL);
    g_assert_cmpuint(found.free_bytes, >, 0);
    remove_folder(dir);
}

static void
a_level_ends_one_percent_above_its_bound(void)
{
    StoreSpaceSettings s = {0, 0, 0.10, 0.05};

    g_assert_cmpint(store_space_level(&s, STORE_SPACE_OK, 0.101), ==, STORE_SPACE_OK);
    g_assert_cmpint(store_space_level(&s, STORE_SPACE_OK, 0.099), ==, STORE_SPACE_LOW);
    g_assert_cmpint(store_space_level(&s, STORE_SPACE_LOW, 0.101), ==, STORE_SPACE_LOW);
    g_assert_cmpint(store_space_level(&s, STORE_SPACE_LOW, 0.111), ==, STORE_SPACE_OK);
    g_assert_cmpint(store_space_level(&s, STORE_SPACE_LOW, 0.049), ==, STORE_SPACE_FULL);
    g_assert_cmpint(store_space_level(&s, STORE_SPACE_FULL, 0.059), ==, STORE_SPACE_FULL);
    g_assert_cmpint(store_space_level(&s, STORE_SPACE_FULL, 0.061), ==, STORE_SPACE_LOW);
    g_assert_cmpint(store_space_level(&s, STORE_SPACE_FULL, 0.5), ==, STORE_SPACE_OK);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/space/" #name, name)
    ADD(the_reserve_is_made_and_really_allocated);
    ADD(the_bounds_are_told_apart);
    ADD(a_level_ends_one_percent_above_its_bound);
    ADD(the_reserve_is_given_up_when_recovery_needs_it_and_is_owed_then);
    return g_test_run();
}
