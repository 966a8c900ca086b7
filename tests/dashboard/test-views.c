/* Every view of the station, in every unit, at every size of text, in both languages.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/describe.h"
#include "tests/dashboard/gallery.h"
#include "tests/dashboard/room.h"

typedef struct {
    Gallery *gallery;
    DashText *text;
    DashScene *scene;
    DashView view;
} Fixture;

static void
open_gallery(Fixture *f)
{
    f->gallery = gallery_new();
    f->text = dash_text_new(NULL);
    f->scene = dash_scene_new(f->text);
    f->view = (DashView){.w = 1920, .h = 1080, .dpi = 96};
}

static void
close_gallery(Fixture *f)
{
    dash_scene_free(f->scene);
    dash_text_free(f->text);
    gallery_free(f->gallery);
}

/* The first of those that are walked over from @i on. */
static size_t
walked(size_t i)
{
    while (i < pictures_n() && !pictures_at(i)->walked)
        i++;
    return i;
}

/* Calls @func with every string of the picture: those drawn, and those read out of targets. */
static void
each_string(const Fixture *f, void (*func)(const char *text, void *user), void *user)
{
    for (size_t b = 0; b < dash_scene_n_blocks(f->scene); b++) {
        const DashBlock *block = dash_scene_block(f->scene, b);
        for (unsigned i = 0; i < block->n; i++) {
            const DashItem *item = dash_scene_item(f->scene, block->first + i);
            if (item->kind == DASH_ITEM_TEXT)
                func(item->sprite->text, user);
        }
    }
    for (size_t i = 0; i < dash_scene_n_targets(f->scene); i++)
        func(dash_scene_target(f->scene, i)->label, user);
}

/* ---- units ---- */

typedef struct {
    const char *view;
    const DashModel *model;
    const char *const *foreign; /* units that nobody chose */
    const char *own;
    unsigned n_own;
} Looking;

/* What a rule says keeps the unit of the rule. */
static void
without_words_of_rules(const DashModel *model, GString *text)
{
    char plain[DASH_TEXT_MAX];
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        const char *const words[] = {alarm->text, alarm->title, alarm->evidence};
        for (size_t w = 0; w < G_N_ELEMENTS(words); w++)
            if (words[w] && *words[w])
                g_string_replace(text, dash_format_plain(plain, words[w]), "", 0);
        for (unsigned c = 0; alarm->because_of && c < alarm->because_of->n_clauses; c++)
            g_string_replace(text, dash_format_plain(plain, alarm->because_of->clause[c].words), "",
                             0);
    }
}

static void
look_for_units(const char *string, void *user)
{
    Looking *looking = user;
    g_autoptr(GString) text = g_string_new(string);
    without_words_of_rules(looking->model, text);
    looking->n_own += strstr(text->str, looking->own) != NULL;
    for (size_t i = 0; looking->foreign[i]; i++)
        if (strstr(text->str, looking->foreign[i]))
            g_error("%s: \"%s\" has a unit that is not the chosen one", looking->view, string);
}

static void
every_view_shows_the_chosen_units_and_no_other(void)
{
    static const char *const usual[] = {"kPa", "°F", "mm[Hg]", "Cel", NULL};
    static const char *const others[] = {"mmHg", "°C", "mm[Hg]", "Cel", NULL};
    static const char *const with_pressures[] = {
        "wall-16",         "worklist-16",      "worklist-50", "bed-words",
        "bed-as-it-was",   "bed-trends",       "card-armed",  "disclosure",
        "disclosure-near", "review-trial-map", NULL};
    Fixture f;
    open_gallery(&f);
    for (int pass = 0; pass < 3; pass++) /* and back: it is switched while the station runs */
        for (size_t i = walked(0); i < pictures_n(); i = walked(i + 1)) {
            bool other = pass == 1;
            f.view.units = other ? (DashUnits){DASH_PRESSURE_KPA, DASH_TEMPERATURE_FAHRENHEIT}
                                 : (DashUnits){0};
            gallery_build(f.gallery, i, f.scene, &f.view);
            Looking looking = {.view = pictures_at(i)->name,
                               .model = gallery_model(f.gallery, i),
                               .foreign = other ? others : usual,
                               .own = other ? "kPa" : "mmHg"};
            each_string(&f, look_for_units, &looking);
            /* The foot says it everywhere; where there is a pressure, it stands there too. */
            bool has_pressure = g_strv_contains(with_pressures, looking.view);
            if (looking.n_own < (has_pressure ? 2u : 1u))
                g_error("%s: %s stands in %u strings only", looking.view, looking.own,
                        looking.n_own);
        }
    close_gallery(&f);
}

/* ---- in words ---- */

static void
a_picture_is_told_in_words_in_the_units_chosen(void)
{
    Fixture f;
    open_gallery(&f);
    f.view.units.pressure = DASH_PRESSURE_KPA;
    for (size_t i = walked(0); i < pictures_n(); i = walked(i + 1)) {
        gallery_build(f.gallery, i, f.scene, &f.view);
        g_autofree char *text = dash_describe(gallery_model(f.gallery, i), &f.view);
        g_assert_true(g_str_has_prefix(text, dash_view_row(f.view.kind)->title));
        g_assert_true(g_str_has_suffix(text, "Supplemental: not a primary alarm."));
        if (strcmp(pictures_at(i)->name, "card-armed") == 0) {
            g_assert_nonnull(strstr(text, "Bed 7, high, bed 7: MAP below 50 mmHg, not answered, "
                                          "HR 142 /min, ART 6.7/4.7 (5.5) kPa"));
        } else if (strcmp(pictures_at(i)->name, "bed-lost") == 0) {
            g_assert_nonnull(strstr(text, "Bed 8"));
            g_assert_nonnull(strstr(text, "no data."));
        }
    }
    close_gallery(&f);
}

static void
look_for_words(const char *string, void *user)
{
    const char **wanted = user;
    if (*wanted && strcmp(string, *wanted) == 0)
        *wanted = NULL;
}

/* What a rule compared can be said in any language and unit; its author's sentence cannot. */
static void
a_reason_is_made_of_data_where_the_rule_speaks_another_language(void)
{
    static const struct {
        const char *language;
        DashPressure pressure;
        const char *text;
    } cases[] = {
        {"en", DASH_PRESSURE_MMHG, "MAP 41 mmHg for 12 s, was 84 ten minutes ago"},
        {"zh_CN", DASH_PRESSURE_MMHG, "MAP 41 < 50 mmHg 已 20 秒"},
        {"zh_CN", DASH_PRESSURE_KPA, "MAP 5.5 < 6.7 kPa 已 20 秒"},
    };
    Fixture f;
    open_gallery(&f);
    size_t i = 0;
    while (strcmp(pictures_at(i)->name, "card-armed") != 0)
        i++;
    for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
        const char *wanted = cases[c].text;
        g_assert_true(dash_words_use(cases[c].language));
        f.view.units.pressure = cases[c].pressure;
        gallery_build(f.gallery, i, f.scene, &f.view);
        each_string(&f, look_for_words, &wanted);
        if (wanted)
            g_error("\"%s\" stands nowhere on the card", wanted);
    }
    dash_words_use("en");
    close_gallery(&f);
}

/* ---- room ---- */

static unsigned complaints;

typedef struct {
    const Fixture *f;
    size_t picture;
} Where;

static void
complain(const Where *at, const char *what, const DashItem *a, const char *other)
{
    const DashView *view = &at->f->view;
    g_test_message("%s %dx%d x %g %s: \"%s\" at %d %d (%d x %d) %s%s",
                   pictures_at(at->picture)->name, view->w, view->h, view->scale, dash_words_used(),
                   a->sprite->text, a->rect.x, a->rect.y, a->rect.w, a->rect.h, what, other);
    complaints++;
}

static void
has_no_room(const DashItem *item, const DashItem *other, void *user)
{
    complain(user, other ? "overlaps " : "leaves its block", item,
             other ? other->sprite->text : "");
}

static void
no_text_overlaps_or_leaves_its_block(const void *data)
{
    static const double scales[] = {0.8, 1, 1.3, 1.6};
    const int *size = data;
    Fixture f;
    open_gallery(&f);
    complaints = 0;
    f.view.w = size[0];
    f.view.h = size[1];
    for (unsigned language = 0; language < DASH_N_LANGUAGES; language++) {
        g_assert_true(dash_words_use(dash_words_language_at(language)->code));
        for (size_t s = 0; s < G_N_ELEMENTS(scales); s++)
            for (size_t i = walked(0); i < pictures_n(); i = walked(i + 1)) {
                f.view.scale = scales[s];
                gallery_build(f.gallery, i, f.scene, &f.view);
                Where at = {&f, i};
                room_check(f.scene, has_no_room, &at);
            }
    }
    dash_words_use("en");
    close_gallery(&f);
    g_assert_cmpuint(complaints, ==, 0);
}

#define NOTE_MAX 14 /* bytes of a unit with an age; longer ones end with words */

/* "mm...": half a unit is another one. */
static void
check_unit(const Where *at, const DashItem *item)
{
    static const char *const units[] = {"mmHg", "kPa", "°C", "°F", "/min", "bpm"};
    if (item->kind != DASH_ITEM_TEXT || !item->sprite->cut || strlen(item->sprite->text) > NOTE_MAX)
        return;
    for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
        if (g_str_has_prefix(item->sprite->text, units[u]))
            complain(at, "is cut in its unit", item, "");
}

static void
no_unit_is_cut_short(void)
{
    static const int sizes[][2] = {{960, 540}, {1280, 720}, {1920, 1080}};
    Fixture f;
    open_gallery(&f);
    complaints = 0;
    for (size_t s = 0; s < 2 * G_N_ELEMENTS(sizes); s++)
        for (size_t i = walked(0); i < pictures_n(); i = walked(i + 1)) {
            f.view.w = sizes[s / 2][0];
            f.view.h = sizes[s / 2][1];
            f.view.units.pressure = s % 2 ? DASH_PRESSURE_KPA : DASH_PRESSURE_MMHG;
            gallery_build(f.gallery, i, f.scene, &f.view);
            for (size_t b = 0; b < dash_scene_n_blocks(f.scene); b++) {
                const DashBlock *block = dash_scene_block(f.scene, b);
                Where at = {&f, i};
                for (unsigned n = 0; n < block->n; n++)
                    check_unit(&at, dash_scene_item(f.scene, block->first + n));
            }
        }
    close_gallery(&f);
    g_assert_cmpuint(complaints, ==, 0);
}

/* What is read at a glance is as large as the person likes it. */
static void
text_of_every_view_grows_with_its_preference(void)
{
    Fixture f;
    open_gallery(&f);
    f.view.w = 3840;
    f.view.h = 2160;
    for (size_t i = walked(0); i < pictures_n(); i = walked(i + 1)) {
        double area[2] = {0, 0};
        for (int large = 0; large < 2; large++) {
            f.view.scale = large ? 1.6 : 1;
            gallery_build(f.gallery, i, f.scene, &f.view);
            unsigned n = 0;
            DashRect body = dash_view_body(&f.view);
            for (size_t b = 0; b < dash_scene_n_blocks(f.scene); b++) {
                const DashBlock *block = dash_scene_block(f.scene, b);
                for (unsigned k = 0; room_inside(block->rect, body) && k < block->n; k++) {
                    const DashItem *item = dash_scene_item(f.scene, block->first + k);
                    if (item->kind != DASH_ITEM_TEXT)
                        continue;
                    area[large] += item->rect.h;
                    n++;
                }
            }
            area[large] /= MAX(n, 1);
        }
        if (area[1] < 1.2 * area[0])
            g_error("%s: text is %.1f pixels high, and %.1f at 1.6 of its size",
                    pictures_at(i)->name, area[0], area[1]);
    }
    close_gallery(&f);
}

static const int sizes[][2] = {{1280, 760}, {1920, 1080}, {3840, 2160}};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/views/" #name, name)
    ADD(every_view_shows_the_chosen_units_and_no_other);
    ADD(a_picture_is_told_in_words_in_the_units_chosen);
    ADD(a_reason_is_made_of_data_where_the_rule_speaks_another_language);
    ADD(no_unit_is_cut_short);
    ADD(text_of_every_view_grows_with_its_preference);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *path =
            g_strdup_printf("/dashboard/views/no_text_overlaps_or_leaves_its_block/%dx%d",
                            sizes[i][0], sizes[i][1]);
        g_test_add_data_func(path, sizes[i], no_text_overlaps_or_leaves_its_block);
    }
    return g_test_run();
}
