/* The station's words: switched while it runs, and to be drawn with the fonts that it asks for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <pango/pangocairo.h>
#include <string.h>

#include "dashboard/scene/acts.h"
#include "dashboard/scene/words.h"

static void
the_language_is_switched_while_it_runs(void)
{
    g_assert_cmpstr(dash_words_used(), ==, "en");
    g_assert_cmpstr(_("Wall"), ==, "Wall");
    g_assert_true(dash_words_use("zh_CN"));
    g_assert_cmpstr(dash_words_used(), ==, "zh_CN");
    g_assert_cmpstr(_("Wall"), ==, "床位墙");
    g_assert_false(dash_words_use("tlh"));
    g_assert_cmpstr(_("Wall"), ==, "床位墙"); /* nothing changed */
    g_assert_cmpstr(_("no such word of ours"), ==, "no such word of ours");
    g_assert_true(dash_words_use("en"));
    g_assert_cmpstr(_("Wall"), ==, "Wall");
    g_assert_true(dash_words_use("zh_CN"));
    g_assert_cmpstr(_("Wall"), ==, "床位墙"); /* and back again */
    g_assert_true(dash_words_use("en"));
}

static void
a_number_in_a_sentence_stands_where_its_language_has_it(void)
{
    char text[64];
    g_assert_true(dash_words_use("zh_CN"));
    g_snprintf(text, sizeof text, _("Bed %s"), "7");
    g_assert_cmpstr(text, ==, "7 床");
    g_assert_true(dash_words_use("en"));
}

static int
unknown_glyphs(PangoLayout *layout, const char *text)
{
    pango_layout_set_text(layout, text, -1);
    return pango_layout_get_unknown_glyphs_count(layout);
}

/* Boxes instead of letters: each act's title, and each character of the catalogue. */
static void
no_letter_of_any_language_is_a_box(void)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 64, 64);
    cairo_t *cairo = cairo_create(surface);
    PangoLayout *layout = pango_cairo_create_layout(cairo);
    const char *source = g_getenv("VICU_SOURCE_ROOT");
    g_assert_nonnull(source);
    for (unsigned l = 0; l < DASH_N_LANGUAGES; l++) {
        const char *code = dash_words_language_at(l)->code;
        g_assert_true(dash_words_use(code));
        g_assert_cmpint(unknown_glyphs(layout, dash_words_language_at(l)->name), ==, 0);
        for (unsigned i = 1; i < DASH_N_ACTS; i++)
            g_assert_cmpint(unknown_glyphs(layout, _(dash_act_row((DashAct)i)->title)), ==, 0);
        g_autofree char *name = g_strconcat(code, ".po", NULL);
        g_autofree char *path = g_build_filename(source, "data", "po", name, NULL);
        g_autofree char *catalogue = NULL;
        if (g_file_get_contents(path, &catalogue, NULL, NULL))
            g_assert_cmpint(unknown_glyphs(layout, catalogue), ==, 0);
    }
    g_assert_cmpint(unknown_glyphs(layout, "\uE123"), >, 0); /* a box is seen as one */
    dash_words_use("en");
    g_object_unref(layout);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
}

static void
every_act_has_an_id_words_and_a_key_of_its_own(void)
{
    for (unsigned i = 1; i < DASH_N_ACTS; i++) {
        const DashActRow *row = dash_act_row((DashAct)i);
        g_assert_true(row->id && *row->id && row->title && *row->title && row->views);
        g_assert_cmpint(dash_act_find(row->id), ==, (int)i);
        for (unsigned k = i + 1; k < DASH_N_ACTS; k++) {
            const DashActRow *other = dash_act_row((DashAct)k);
            for (unsigned a = 0; (row->views & other->views) && a < DASH_ACT_KEYS_MAX; a++)
                for (unsigned b = 0; row->keys[a] && b < DASH_ACT_KEYS_MAX; b++)
                    if (other->keys[b] && strcmp(row->keys[a], other->keys[b]) == 0)
                        g_error("%s and %s share the key %s in one view", row->id, other->id,
                                row->keys[a]);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/words/" #name, name)
    ADD(the_language_is_switched_while_it_runs);
    ADD(a_number_in_a_sentence_stands_where_its_language_has_it);
    ADD(no_letter_of_any_language_is_a_box);
    ADD(every_act_has_an_id_words_and_a_key_of_its_own);
    return g_test_run();
}
