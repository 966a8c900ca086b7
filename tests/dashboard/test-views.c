/* Every view of the station, in every unit, at every size of text, in both languages.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "tests/dashboard/gallery.h"

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
    static const char *const with_pressures[] = {"wall of 16",
                                                 "worklist of 16",
                                                 "worklist of 50",
                                                 "bed with alarms and words",
                                                 "bed as it was",
                                                 "bed with trends",
                                                 "card",
                                                 "disclosure",
                                                 "disclosure near",
                                                 "review",
                                                 NULL};
    Fixture f;
    open_gallery(&f);
    for (int pass = 0; pass < 3; pass++) /* and back: it is switched while the station runs */
        for (size_t i = 0; i < gallery_n(f.gallery); i++) {
            bool other = pass == 1;
            f.view.units = other ? (DashUnits){DASH_PRESSURE_KPA, DASH_TEMPERATURE_FAHRENHEIT}
                                 : (DashUnits){0};
            gallery_build(f.gallery, i, f.scene, &f.view);
            Looking looking = {.view = gallery_name(f.gallery, i),
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/views/" #name, name)
    ADD(every_view_shows_the_chosen_units_and_no_other);
    return g_test_run();
}
