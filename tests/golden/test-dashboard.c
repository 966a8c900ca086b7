/* Pictures of the station against those kept beside this file: each that has a size in
 * tests/dashboard/pictures.c as it says, and the chief one of each view, small, in every palette
 * and language.
 *
 * A pixel may differ a little (fonts are smoothed in other ways elsewhere); few may differ much, in
 * the whole and in any small part of it: a word that is there or not is seen. VICU_GOLDEN_WRITE=1
 * in the environment of the test writes the pictures anew, to be looked at before they are kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dashboard/picture.h"
#include "dashboard/scene/png.h"
#include "dashboard/scene/words.h"
#include "tests/dashboard/gallery.h"

#define FAR_OFF   48    /* of 255 in a channel: another thing, not another smoothing */
#define FAR_SHARE 0.001 /* of all pixels */
#define PART_W    32    /* a short word has so much room */
#define PART_H    16
#define PART_FAR  40 /* of its 512 pixels; a word of 11 pixels has more */
#define SMALL_W   960
#define SMALL_H   540

/* One file. */
typedef struct {
    char *name;
    size_t picture;
    const char *palette;
    const char *language;
    int w, h;
    double scale;
} Golden;

static void
draw(const Golden *golden, const char *path)
{
    const Picture *picture = pictures_at(golden->picture);
    g_autoptr(Gallery) gallery = gallery_new();
    g_autoptr(GError) error = NULL;
    DashView view = {.w = golden->w,
                     .h = golden->h,
                     .dpi = golden->scale >= 2 ? 192 : 96, /* a monitor of twice the density */
                     .scale = golden->scale,
                     .palette = dash_palette_find(golden->palette)};
    if (picture->other_units)
        view.units = (DashUnits){DASH_PRESSURE_KPA, DASH_TEMPERATURE_FAHRENHEIT};
    g_assert_true(dash_words_use(golden->language));
    gallery_look(gallery, golden->picture, &view);
    gboolean written =
        dash_picture_write(gallery_model(gallery, golden->picture), &view, path, &error);
    dash_words_use("en");
    g_assert_no_error(error);
    g_assert_true(written);
}

static int
channel_distance(uint32_t a, uint32_t b)
{
    int worst = 0;
    for (int shift = 0; shift < 24; shift += 8)
        worst = MAX(worst, abs((int)(a >> shift & 255) - (int)(b >> shift & 255)));
    return worst;
}

static void
compare(const char *drawn, const char *kept)
{
    g_autoptr(GError) error = NULL;
    int w = 0;
    int h = 0;
    int kept_w = 0;
    int kept_h = 0;
    g_autofree uint32_t *a = dash_png_read(drawn, &w, &h, &error);
    g_assert_no_error(error);
    g_autofree uint32_t *b = dash_png_read(kept, &kept_w, &kept_h, &error);
    g_assert_no_error(error);
    g_assert_cmpint(w, ==, kept_w);
    g_assert_cmpint(h, ==, kept_h);
    int far = 0;
    int columns = w / PART_W + 1;
    g_autofree int *part = g_new0(int, columns *(h / PART_H + 1));
    int worst = 0;
    for (int i = 0; i < w * h; i++) {
        if (channel_distance(a[i], b[i]) <= FAR_OFF)
            continue;
        int at = i / w / PART_H * columns + i % w / PART_W;
        far++;
        part[at]++;
        worst = part[at] > part[worst] ? at : worst;
    }
    g_test_message("%d of %d pixels are far off, %d of %d around %d, %d", far, w * h, part[worst],
                   PART_W * PART_H, worst % columns * PART_W, worst / columns * PART_H);
    g_assert_cmpfloat(far, <, FAR_SHARE * w * h);
    g_assert_cmpint(part[worst], <, PART_FAR);
}

static char *
picture_of(const char *root, const char *name)
{
    g_autofree char *file = g_strdup_printf("%s.png", name);
    return g_build_filename(g_getenv(root), "tests", "golden", file, NULL);
}

/* Drawn to where the pictures are kept when they are written anew, else beside and compared. */
static void
looks_as_it_did(const void *data)
{
    const Golden *golden = data;
    g_autofree char *kept = picture_of("VICU_SOURCE_ROOT", golden->name);
    g_autofree char *drawn = picture_of("VICU_BUILD_ROOT", golden->name);
    draw(golden, g_getenv("VICU_GOLDEN_WRITE") ? kept : drawn);
    if (!g_getenv("VICU_GOLDEN_WRITE"))
        compare(drawn, kept);
}

static void
two_drawings_of_one_state_are_the_same_bytes(void)
{
    const Golden golden = {NULL, 1, NULL, "en", 1280, 720, 0};
    const char *build = g_getenv("VICU_BUILD_ROOT");
    g_autofree char *a = g_build_filename(build, "tests", "golden", "same-a.png", NULL);
    g_autofree char *b = g_build_filename(build, "tests", "golden", "same-b.png", NULL);
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;
    size_t n_first = 0;
    size_t n_second = 0;
    draw(&golden, a);
    draw(&golden, b);
    g_assert_true(g_file_get_contents(a, &first, &n_first, NULL));
    g_assert_true(g_file_get_contents(b, &second, &n_second, NULL));
    g_assert_cmpuint(n_first, ==, n_second);
    g_assert_true(memcmp(first, second, n_first) == 0);
    g_assert_cmpint(memcmp(first, "\x89PNG", 4), ==, 0);
    g_assert_true(first[24] == 8);     /* bits a channel */
    g_assert_cmpint(first[28], ==, 0); /* not interlaced */
}

static void
every_view_has_its_pictures(void)
{
    for (unsigned kind = 0; kind < DASH_N_VIEWS; kind++) {
        unsigned chief = 0;
        for (size_t i = 0; i < pictures_n(); i++)
            chief += pictures_at(i)->view == kind && pictures_at(i)->chief;
        if (chief != 1)
            g_error("%s has %u chief pictures in tests/dashboard/pictures.c, not one",
                    dash_view_row((DashViewKind)kind)->name, chief);
    }
}

static void
free_golden(gpointer data)
{
    Golden *golden = data;
    g_free(golden->name);
    g_free(golden);
}

/* Takes @name. */
static void
add(Golden golden, char *name)
{
    g_autofree char *path = g_strdup_printf("/golden/dashboard/%s", name);
    golden.name = name;
    g_test_add_data_func_full(path, g_memdup2(&golden, sizeof golden), looks_as_it_did,
                              free_golden);
}

/* The usual palette in the other languages, the other palettes in the usual language. */
static void
add_small(size_t i)
{
    const char *name = pictures_at(i)->name;
    const char *usual = dash_words_language_at(0)->code;
    for (unsigned l = 1; l < DASH_N_LANGUAGES; l++) {
        const char *code = dash_words_language_at(l)->code;
        add((Golden){NULL, i, NULL, code, SMALL_W, SMALL_H, 0},
            g_strdup_printf("%s-%s", name, code));
    }
    for (unsigned p = 0; p < DASH_N_PALETTES; p++) {
        const char *palette = dash_palette_at(p)->name;
        add((Golden){NULL, i, palette, usual, SMALL_W, SMALL_H, 0},
            g_strdup_printf("%s-%s", name, palette));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < pictures_n(); i++) {
        const Picture *picture = pictures_at(i);
        if (picture->w > 0)
            add((Golden){NULL, i, NULL, "en", picture->w, picture->h, picture->scale},
                g_strdup(picture->name));
        if (picture->chief)
            add_small(i);
    }
    g_test_add_func("/golden/dashboard/every_view_has_its_pictures", every_view_has_its_pictures);
    g_test_add_func("/golden/dashboard/two_drawings_of_one_state_are_the_same_bytes",
                    two_drawings_of_one_state_are_the_same_bytes);
    return g_test_run();
}
