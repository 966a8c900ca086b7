/* A setting of retention in a file that people wrote.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "store/retention-file.h"

typedef struct {
    char *dir, *path;
    unsigned reloads;
    gboolean refuses;
} Place;

static void
place_open(Place *self)
{
    *self = (Place){.dir = g_dir_make_tmp("vicu-retention-XXXXXX", NULL)};
    self->path = g_build_filename(self->dir, "store.conf", NULL);
}

static void
place_close(Place *self)
{
    g_assert_true(vicu_folder_remove(self->dir));
    g_free(self->dir);
    g_free(self->path);
}

static gboolean
reload(gpointer user, GError **error)
{
    Place *self = user;

    self->reloads++;
    if (!self->refuses)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "waves = 5 min is outside");
    return FALSE;
}

static char *
text_of(const Place *self)
{
    char *text = NULL;

    g_file_get_contents(self->path, &text, NULL, NULL);
    return text;
}

static void
changes_one_line_and_leaves_the_rest(void)
{
    static const char before[] = "# of our hospital\n\n[retention]\n# as the board says\nwaves=5d\n"
                                 "numerics=1y\n\n[query]\npatience=9s\n";
    Place place;
    g_autoptr(GError) error = NULL;

    place_open(&place);
    g_assert_true(g_file_set_contents(place.path, before, -1, NULL));
    g_assert_true(store_retention_file_set(place.path, "waves", "4d", reload, &place, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(place.reloads, ==, 1);
    g_autofree char *now = text_of(&place);
    g_autoptr(GString) expected = g_string_new(before);
    g_string_replace(expected, "waves=5d", "waves=4d", 1);
    g_assert_cmpstr(now, ==, expected->str);
    place_close(&place);
}

static void
is_what_it_was_where_the_store_refuses(void)
{
    static const char before[] = "[retention]\nwaves=5d\n";
    Place place;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) again = NULL;

    place_open(&place);
    place.refuses = TRUE;
    g_assert_false(store_retention_file_set(place.path, "waves", "5", reload, &place, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_CONFIG);
    g_assert_false(g_file_test(place.path, G_FILE_TEST_EXISTS)); /* there was none */
    g_assert_true(g_file_set_contents(place.path, before, -1, NULL));
    g_assert_false(store_retention_file_set(place.path, "waves", "5", reload, &place, &again));
    g_autofree char *now = text_of(&place);
    g_assert_cmpstr(now, ==, before);
    place_close(&place);
}

static void
leaves_a_file_that_it_cannot_read(void)
{
    static const char broken[] = "[retention\nwaves=5d\n";
    Place place;
    g_autoptr(GError) error = NULL;

    place_open(&place);
    g_assert_true(g_file_set_contents(place.path, broken, -1, NULL));
    g_assert_false(store_retention_file_set(place.path, "waves", "4d", reload, &place, &error));
    g_assert_nonnull(error);
    g_assert_cmpuint(place.reloads, ==, 0);
    g_autofree char *now = text_of(&place);
    g_assert_cmpstr(now, ==, broken);
    place_close(&place);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/store/retention-file/" #name, name)
    TEST(changes_one_line_and_leaves_the_rest);
    TEST(is_what_it_was_where_the_store_refuses);
    TEST(leaves_a_file_that_it_cannot_read);
#undef TEST
    return g_test_run();
}
