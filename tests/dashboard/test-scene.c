/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard/gl/painter.h"
#include "dashboard/saved.h"
#include "dashboard/scene/build.h"
#include "dashboard/scene/past-state.h"
#include "dashboard/scene/wall.h"
#include "dashboard/scene/worklist.h"
#include "tests/dashboard/leads.h"
#include "tests/dashboard/room.h"
#include "tests/dashboard/ward.h"

typedef struct {
    DashModel *model;
    DashText *text;
    DashScene *scene;
    DashView view;
} Fixture;

static void
load(Fixture *f, const char *story, unsigned beds, int w, int h)
{
    WardOptions options = {.beds = beds};
    g_assert_true(ward_options_parse(story, &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_autoptr(GError) error = NULL;
    f->model = dash_model_new();
    f->view = (DashView){.w = w, .h = h, .dpi = 96, .steady = true};
    g_assert_true(dash_saved_apply(ward->data, ward->len, f->model, &f->view.now_us, &error));
    g_assert_no_error(error);
    f->text = dash_text_new(NULL);
    f->scene = dash_scene_new(f->text);
}

static void
clear(Fixture *f)
{
    dash_scene_free(f->scene);
    dash_text_free(f->text);
    dash_model_free(f->model);
}

static void
check_blocks(const Fixture *f)
{
    DashRect screen = {0, 0, f->view.w, f->view.h};
    size_t n = dash_scene_n_blocks(f->scene);
    for (size_t i = 0; i < n; i++) {
        const DashBlock *a = dash_scene_block(f->scene, i);
        g_assert_true(room_inside(a->rect, screen));
        for (size_t k = i + 1; a->back && k < n; k++) {
            const DashBlock *b = dash_scene_block(f->scene, k);
            if (b->back && room_overlap(a->rect, b->rect))
                g_error("blocks %zu (%d %d %d %d) and %zu (%d %d %d %d) overlap", i, a->rect.x,
                        a->rect.y, a->rect.w, a->rect.h, k, b->rect.x, b->rect.y, b->rect.w,
                        b->rect.h);
        }
    }
}

static void
has_no_room(const DashItem *item, const DashItem *other, void *user)
{
    const Fixture *f = user;
    g_error("%s %dx%d x %g: \"%s\" at %d %d (%d x %d) %s%s", dash_view_row(f->view.kind)->name,
            f->view.w, f->view.h, f->view.scale, item->sprite->text, item->rect.x, item->rect.y,
            item->rect.w, item->rect.h, other ? "overlaps " : "leaves its block",
            other ? other->sprite->text : "");
}

static void
check_texts(const Fixture *f)
{
    room_check(f->scene, has_no_room, (void *)f);
}

static const struct {
    int w, h;
    unsigned beds;
} walls[] = {{1920, 1080, 12},  {1920, 1080, 16},  {1920, 1080, 30}, {1920, 1080, 50},
             {1920, 1080, 100}, {1920, 1080, 120}, {1280, 720, 16},  {1280, 720, 40},
             {1600, 900, 24},   {2560, 1440, 100}, {3840, 2160, 100}};

static void
nothing_overlaps_and_text_fits_on_any_wall(void)
{
    static const char *const stories[] = {"all", "blind", "mute"};
    for (size_t i = 0; i < G_N_ELEMENTS(walls); i++)
        for (size_t s = 0; s < G_N_ELEMENTS(stories); s++) {
            Fixture f;
            load(&f, stories[s], walls[i].beds, walls[i].w, walls[i].h);
            dash_scene_build(f.scene, f.model, &f.view);
            check_blocks(&f);
            check_texts(&f);
            clear(&f);
        }
}

/* The sprite of a string that the scene would use, wherever it stands. */
static bool
shows(const Fixture *f, const char *string, int size, DashWeight weight)
{
    const DashSprite *sprite = dash_text_get(f->text, string, size, weight, 0);
    for (size_t i = 0; i < dash_scene_n_blocks(f->scene); i++) {
        const DashBlock *block = dash_scene_block(f->scene, i);
        for (unsigned k = 0; k < block->n; k++) {
            const DashItem *item = dash_scene_item(f->scene, block->first + k);
            if (item->kind == DASH_ITEM_TEXT && item->sprite->id == sprite->id)
                return true;
        }
    }
    return false;
}

static void
nothing_overlaps_and_text_fits_at_any_size_of_text(void)
{
    static const double scales[] = {0.75, 1.25, 2};
    static const DashViewKind kinds[] = {DASH_VIEW_WALL, DASH_VIEW_WORKLIST, DASH_VIEW_LINKS};
    static const int sizes[][2] = {{1920, 1080}, {1280, 720}, {960, 540}};
    static const unsigned beds[] = {3, 12, 50, 120};
    for (size_t b = 0; b < G_N_ELEMENTS(beds); b++)
        for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
            Fixture f;
            if (sizes[s][0] < 1280 && beds[b] > 12)
                continue; /* the smallest window is for a few beds */
            load(&f, "all", beds[b], sizes[s][0], sizes[s][1]);
            for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
                for (size_t i = 0; i < G_N_ELEMENTS(scales); i++) {
                    f.view.kind = kinds[k];
                    f.view.scale = scales[i];
                    dash_scene_build(f.scene, f.model, &f.view);
                    check_blocks(&f);
                    check_texts(&f);
                }
            clear(&f);
        }
}

/* What may be shortened on a tile: titles of alarms, why it is quiet or away, names. */
static bool
may_be_cut(const Fixture *f, const char *text)
{
    static const char *const sentences[] = {"no alarm", "not judged", "alarms not known",
                                            "sample",   "since",      "until"};
    for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++)
        if (strstr(text, sentences[i]))
            return true;
    for (size_t i = 0; i < dash_model_n_alarms(f->model); i++)
        if (strcmp(dash_model_alarm(f->model, i)->title, text) == 0)
            return true;
    for (size_t i = 0; i < dash_model_n_beds(f->model); i++)
        if (strcmp(dash_model_bed(f->model, i)->label, text) == 0
            || strcmp(dash_model_bed(f->model, i)->reason, text) == 0)
            return true;
    return false;
}

/* A plate behind words stays in its block: an alarm's border is never painted over. */
static void
check_fills(const Fixture *f)
{
    DashRect body = dash_view_body(&f->view);
    for (size_t b = 0; b < dash_scene_n_blocks(f->scene); b++) {
        const DashBlock *block = dash_scene_block(f->scene, b);
        for (unsigned i = 0; room_inside(block->rect, body) && i < block->n; i++) {
            const DashItem *item = dash_scene_item(f->scene, block->first + i);
            if (item->kind == DASH_ITEM_FILL)
                g_assert_true(room_inside(item->rect, block->rect));
        }
    }
}

static void
no_tile_cuts_a_number_or_its_small_print(void)
{
    static const int sizes[][2] = {{1280, 760}, {1920, 1080}, {3840, 2160}};
    static const unsigned beds[] = {12, 24, 50, 100, 120};
    for (size_t n = 0; n < G_N_ELEMENTS(beds); n++)
        for (size_t s = 0; s < 2 * G_N_ELEMENTS(sizes); s++) {
            Fixture f;
            load(&f, "all", beds[n], sizes[s / 2][0], sizes[s / 2][1]);
            if (s % 2)
                f.view.units = (DashUnits){DASH_PRESSURE_KPA, DASH_TEMPERATURE_FAHRENHEIT};
            dash_scene_build(f.scene, f.model, &f.view);
            check_blocks(&f);
            check_texts(&f);
            check_fills(&f);
            DashRect body = dash_view_body(&f.view);
            for (size_t b = 0; b < dash_scene_n_blocks(f.scene); b++) {
                const DashBlock *block = dash_scene_block(f.scene, b);
                for (unsigned i = 0; room_inside(block->rect, body) && i < block->n; i++) {
                    const DashItem *item = dash_scene_item(f.scene, block->first + i);
                    if (item->kind == DASH_ITEM_TEXT && item->sprite->cut
                        && !may_be_cut(&f, item->sprite->text))
                        g_error("%u tiles at %dx%d: \"%s\" is cut", beds[n], f.view.w, f.view.h,
                                item->sprite->text);
                }
            }
            clear(&f);
        }
}

static void
twelve_tiles_on_a_usual_screen_have_their_last_half_hour(void)
{
    Fixture f;
    unsigned n = 0;
    load(&f, "calm", 12, 1920, 1080);
    dash_scene_build(f.scene, f.model, &f.view);
    for (size_t b = 0; b < dash_scene_n_blocks(f.scene); b++) {
        const DashBlock *block = dash_scene_block(f.scene, b);
        for (unsigned i = 0; i < block->n; i++)
            n += dash_scene_item(f.scene, block->first + i)->kind == DASH_ITEM_TREND;
    }
    g_assert_cmpuint(n, >=, 2 * 12);
    g_assert_true(shows(&f, "RR", 11, DASH_WEIGHT_BOLD)); /* and every number keeps its row */
    clear(&f);
}

static void
every_layout_of_the_wall_shows_every_bed_once(void)
{
    Fixture f;
    load(&f, "all", 50, 1920, 1080);
    for (unsigned layout = 0; layout < DASH_N_LAYOUTS; layout++) {
        DashWallState wall = {.layout = (DashLayout)layout};
        f.view.wall = &wall;
        dash_scene_build(f.scene, f.model, &f.view);
        check_blocks(&f);
        check_texts(&f);
        unsigned seen = 0;
        for (size_t i = 0; i < dash_scene_n_targets(f.scene); i++)
            seen += dash_scene_target(f.scene, i)->act == DASH_ACT_BED;
        g_assert_cmpuint(seen, ==, 50);
    }
    clear(&f);
}

static void
the_shares_of_the_screens_are_all_beds_and_none_twice(void)
{
    const DashBed *beds[DASH_BEDS_MAX];
    Fixture f;
    load(&f, "all", 50, 1920, 1080);
    for (unsigned layout = 0; layout < DASH_N_LAYOUTS; layout++)
        for (unsigned shares = 2; shares <= DASH_SHARES_MAX; shares++) {
            g_autoptr(GHashTable) all = g_hash_table_new(NULL, NULL);
            for (unsigned share = 1; share <= shares; share++) {
                const DashWallState wall = {
                    .layout = (DashLayout)layout, .share = share, .shares = shares};
                unsigned n = dash_wall_beds(f.model, &wall, f.view.now_us, beds);
                for (unsigned i = 0; i < n; i++)
                    g_assert_true(g_hash_table_add(all, (void *)beds[i]));
            }
            g_assert_cmpuint(g_hash_table_size(all), ==, 50);
        }
    clear(&f);
}

/* Worst first, every bed, each with its first reason in words. */
static void
the_worklist_says_who_is_worst_and_why(void)
{
    const DashBed *beds[DASH_BEDS_MAX];
    unsigned ranks[DASH_BEDS_MAX];
    Fixture f;
    load(&f, "all", 16, 1920, 1080);
    f.view.kind = DASH_VIEW_WORKLIST;
    dash_scene_build(f.scene, f.model, &f.view);
    g_assert_true(shows(&f, "MAP 41 mmHg for 20 s", 13, DASH_WEIGHT_BOLD));
    g_assert_true(shows(&f, "HR 142 for 34 s", 12, DASH_WEIGHT_REGULAR));
    g_assert_true(shows(&f, "nobody", 12, DASH_WEIGHT_REGULAR));
    g_assert_cmpuint(dash_worklist_beds(f.model, NULL, f.view.now_us, beds, ranks), ==, 16);
    g_assert_cmpstr(beds[0]->label, ==, "7");
    g_assert_cmpstr(beds[1]->label, ==, "12");
    g_assert_cmpstr(beds[2]->label, ==, "3");
    DashWorklistState state = {.list = DASH_LIST_UNANSWERED};
    unsigned n = dash_worklist_beds(f.model, &state, f.view.now_us, beds, ranks);
    g_assert_cmpuint(n, ==, 5); /* 7, 12, 3, 8 and 2; 14 and 16 are answered */
    state.list = DASH_LIST_NO_DATA;
    g_assert_cmpuint(dash_worklist_beds(f.model, &state, f.view.now_us, beds, ranks), ==, 2);
    state.list = DASH_LIST_MINE;
    g_assert_cmpuint(dash_worklist_beds(f.model, &state, f.view.now_us, beds, ranks), ==, 0);
    state = (DashWorklistState){.filter = "BRADY"};
    g_assert_cmpuint(dash_worklist_beds(f.model, &state, f.view.now_us, beds, ranks), ==, 1);
    g_assert_cmpstr(beds[0]->label, ==, "12");
    g_assert_cmpuint(ranks[0], ==, 2); /* its place among all */
    clear(&f);
}

static void
a_silent_site_is_said_to_be_silent(void)
{
    char text[DASH_TEXT_MAX];
    DashSite sites[DASH_SITES_MAX];
    Fixture f;
    load(&f, "all", 16, 1920, 1080);
    g_assert_cmpuint(dash_sites_of(f.model, f.view.now_us, sites), ==, 1);
    g_assert_cmpint(sites[0].link, ==, DASH_LINK_BEHIND);
    g_assert_cmpint(sites[0].behind_s, ==, 6);
    g_assert_cmpuint(sites[0].expected, ==, 13);
    g_assert_cmpuint(sites[0].with_data, ==, 11);
    g_assert_false(sites[0].clock_known);
    g_assert_cmpuint(dash_sites_of(f.model, f.view.now_us + 61000000, sites), ==, 1);
    g_assert_cmpint(sites[0].link, ==, DASH_LINK_STALE);
    g_assert_false(dash_links_text(&sites[0], true, text));
    g_assert_cmpstr(text, ==, "demo: NO DATA for 61 s, 0 of 13 beds");
    clear(&f);
}

static void
nothing_overlaps_and_text_fits_in_any_bed_view(void)
{
    static const int sizes[][2] = {{1920, 1080}, {1280, 720}, {3840, 2160}};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        Fixture f;
        load(&f, "all", 16, sizes[s][0], sizes[s][1]);
        f.view.kind = DASH_VIEW_BED;
        for (size_t b = 0; b < dash_model_n_beds(f.model); b++) {
            f.view.bed = dash_model_bed(f.model, b)->id;
            dash_scene_build(f.scene, f.model, &f.view);
            check_blocks(&f);
            check_texts(&f);
        }
        clear(&f);
    }
}

static void
every_screen_says_supplemental_and_whether_it_is_heard(void)
{
    static const struct {
        const char *story, *sound;
        DashWeight weight;
    } stories[] = {
        {"calm", "Sound: on", DASH_WEIGHT_REGULAR},
        {"alarms", "Sound: on", DASH_WEIGHT_REGULAR},
        {"absence", "Sound: on", DASH_WEIGHT_REGULAR},
        {"blind", "Sound: not known", DASH_WEIGHT_BOLD},
        {"mute", "Sound: not known", DASH_WEIGHT_BOLD},
        {"soundless", "No sound: no annunciator runs.", DASH_WEIGHT_BOLD},
        {"sound-file", "Sound goes into a file: nobody hears it.", DASH_WEIGHT_BOLD},
        {"unheard", "NO SOUND: see the alarms.", DASH_WEIGHT_BOLD},
    };
    for (size_t s = 0; s < G_N_ELEMENTS(stories); s++)
        for (int kind = 0; kind < 2; kind++) {
            Fixture f;
            load(&f, stories[s].story, 16, 1280, 720);
            f.view.kind = kind ? DASH_VIEW_BED : DASH_VIEW_WALL;
            f.view.bed = "demo/icu/7";
            dash_scene_build(f.scene, f.model, &f.view);
            g_assert_true(shows(&f, "SUPPLEMENTAL – not a primary alarm", 13, DASH_WEIGHT_BOLD));
            g_assert_true(shows(&f, stories[s].sound, 11, stories[s].weight));
            clear(&f);
        }
}

static void
each_absence_has_its_own_words_and_sign(void)
{
    static const char *const words[] = {"STANDBY", "TRANSPORT", "DISCHARGED", "NO DATA",
                                        "NEVER SEEN"};
    Fixture f;
    load(&f, "absence", 16, 1920, 1080);
    dash_scene_build(f.scene, f.model, &f.view);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        bool found = false;
        for (int size = 12; size <= 26 && !found; size++)
            found = shows(&f, words[i], size, DASH_WEIGHT_BOLD);
        g_assert_true(found);
    }
    clear(&f);
}

static void
a_mute_engine_is_never_shown_as_calm(void)
{
    Fixture f;
    load(&f, "mute", 12, 1920, 1080);
    dash_scene_build(f.scene, f.model, &f.view);
    g_assert_false(shows(&f, "no alarm", 11, DASH_WEIGHT_REGULAR));
    g_assert_true(shows(&f, "alarms not known", 11, DASH_WEIGHT_BOLD));
    clear(&f);
    load(&f, "blind", 16, 1920, 1080);
    dash_scene_build(f.scene, f.model, &f.view);
    g_assert_false(shows(&f, "no alarm", 11, DASH_WEIGHT_REGULAR));
    g_assert_true(shows(&f, "alarms not known", 11, DASH_WEIGHT_BOLD));
    clear(&f);
    load(&f, "calm", 12, 1920, 1080);
    dash_scene_build(f.scene, f.model, &f.view);
    g_assert_true(shows(&f, "no alarm", 11, DASH_WEIGHT_REGULAR));
    clear(&f);
}

/* On a tile before their names, which may not fit; in the view of the bed above the list. */
static void
how_many_rules_are_not_judged_is_said(void)
{
    static char *const names[] = {(char *)"sirs-infection (no PaCO2)",
                                  (char *)"rox-failing (no FiO2)", (char *)"aki-1 (no Creat)"};
    Fixture f;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed bed = VICU__BED__INIT;
    load(&f, "calm", 12, 1920, 1080);
    bed.bed = item.key = (char *)dash_model_bed(f.model, 0)->id;
    bed.presence = VICU__PRESENCE__PRESENCE_PRESENT;
    bed.not_judged = (char **)names;
    bed.last_sample_us = f.view.now_us;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    for (bed.n_not_judged = 1; bed.n_not_judged <= 3; bed.n_not_judged += 2) {
        bool many = bed.n_not_judged > 1;
        dash_model_take_state(f.model, &item, f.view.now_us);
        f.view.kind = DASH_VIEW_WALL;
        dash_scene_build(f.scene, f.model, &f.view);
        g_assert_true(shows(&f,
                            many ? "no alarm; 3 rules not judged: sirs-infection (no PaCO2), ..."
                                 : "no alarm; not judged: sirs-infection (no PaCO2)",
                            11, DASH_WEIGHT_REGULAR));
        f.view.kind = DASH_VIEW_BED;
        f.view.bed = dash_model_bed(f.model, 0)->id;
        dash_scene_build(f.scene, f.model, &f.view);
        g_assert_true(shows(&f,
                            many ? "3 rules not judged:" : "not judged: sirs-infection (no PaCO2)",
                            13, DASH_WEIGHT_REGULAR));
        g_assert_true(shows(&f, "aki-1 (no Creat)", 13, DASH_WEIGHT_REGULAR) == many);
        check_texts(&f);
    }
    clear(&f);
}

/* It says what is wrong, and no origin: nothing was measured. */
static void
an_alarm_of_the_installation_is_of_no_bed_and_no_origin(void)
{
    Fixture f;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    load(&f, "calm", 12, 1920, 1080);
    alarm.id = item.key = (char *)"1";
    alarm.rule = (char *)"local:store-full";
    alarm.title = (char *)"store-full";
    alarm.text = (char *)"Nothing is stored";
    alarm.technical = true;
    alarm.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
    alarm.t_condition_us = alarm.t_raised_us = f.view.now_us;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    dash_model_take_state(f.model, &item, f.view.now_us);
    dash_scene_build(f.scene, f.model, &f.view);
    g_assert_true(shows(&f, "not acknowledged", 11, DASH_WEIGHT_BOLD));
    g_assert_true(shows(&f, "all", 22, DASH_WEIGHT_BOLD));
    g_assert_true(shows(&f, "store-full", 13, DASH_WEIGHT_BOLD));
    g_assert_true(shows(&f, "Nothing is stored", 11, DASH_WEIGHT_REGULAR));
    g_assert_true(shows(&f, "technical", 10, DASH_WEIGHT_REGULAR));
    clear(&f);
}

/* A pause takes the sound and nothing else; what is told again says how often. */
static void
a_card_says_that_its_audio_is_paused_and_how_often_it_was_told(void)
{
    Fixture f;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    load(&f, "calm", 12, 1920, 1080);
    alarm.id = item.key = (char *)"1";
    alarm.rule = alarm.title = (char *)"hr-low";
    alarm.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
    alarm.t_condition_us = alarm.t_raised_us = f.view.now_us;
    alarm.signal = VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED;
    alarm.signal_until_us = f.view.now_us + 80 * (int64_t)G_USEC_PER_SEC;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    dash_model_take_state(f.model, &item, f.view.now_us);
    dash_scene_build(f.scene, f.model, &f.view);
    g_assert_true(shows(&f, "not acknowledged, audio paused 80 s", 11, DASH_WEIGHT_BOLD));
    alarm.signal = VICU__SIGNAL_STATE__SIGNAL_ON;
    alarm.reminders = 2;
    alarm.count = 3;
    dash_model_take_state(f.model, &item, f.view.now_us);
    dash_scene_build(f.scene, f.model, &f.view);
    g_assert_true(shows(&f, "not acknowledged, told again 2x, raised 3x", 11, DASH_WEIGHT_BOLD));
    /* One that another of its cause speaks for has no card of its own; its speaker counts it. */
    char *others[] = {(char *)"2", (char *)"3"};
    alarm.reminders = alarm.count = 0;
    alarm.merged = others;
    alarm.n_merged = 2;
    dash_model_take_state(f.model, &item, f.view.now_us);
    size_t standing = dash_model_n_alarms(f.model);
    alarm.id = item.key = others[0];
    alarm.merged_into = (char *)"1";
    alarm.n_merged = 0;
    dash_model_take_state(f.model, &item, f.view.now_us);
    g_assert_cmpuint(dash_model_n_alarms(f.model), ==, standing);
    dash_scene_build(f.scene, f.model, &f.view);
    g_assert_true(shows(&f, "not acknowledged, with 2 of one cause", 11, DASH_WEIGHT_BOLD));
    clear(&f);
}

/* The picture that grew by small steps is the one drawn at once. */
static void
steps_and_a_whole_drawing_give_the_same_pixels(void)
{
    Fixture f;
    load(&f, "all", 16, 1280, 720);
    f.view.steady = false;
    g_autoptr(DashPainter) stepped = dash_painter_new(1280, 720);
    int64_t end_us = f.view.now_us;
    for (int64_t t = end_us - 2500000; t <= end_us; t += 33000) {
        f.view.now_us = t;
        dash_scene_build(f.scene, f.model, &f.view);
        dash_painter_draw(stepped, f.scene);
    }
    g_autoptr(DashPainter) whole = dash_painter_new(1280, 720);
    dash_painter_draw(whole, f.scene);
    const DashSurface *a = dash_painter_surface(stepped);
    const DashSurface *b = dash_painter_surface(whole);
    int worst = 0; /* positions are rounded from another origin: the last bit may differ */
    for (int i = 0; i < 1280 * 720; i++)
        for (int shift = 0; shift < 24; shift += 8)
            worst = MAX(worst, abs((int)(a->pixels[i] >> shift & 255)
                                   - (int)(b->pixels[i] >> shift & 255)));
    g_assert_cmpint(worst, <=, 2);
    clear(&f);
}

static void
a_quiet_moment_changes_little(void)
{
    Fixture f;
    load(&f, "calm", 100, 1920, 1080);
    g_autoptr(DashPainter) painter = dash_painter_new(1920, 1080);
    dash_scene_build(f.scene, f.model, &f.view);
    dash_painter_draw(painter, f.scene);
    f.view.now_us += 40000;
    dash_scene_build(f.scene, f.model, &f.view);
    dash_painter_draw(painter, f.scene);
    size_t n = 0;
    const DashRect *damage = dash_painter_damage(painter, &n);
    int64_t area = 0;
    for (size_t i = 0; i < n; i++)
        area += (int64_t)damage[i].w * damage[i].h;
    g_assert_cmpint(area, >, 0);
    g_assert_cmpint(area, <, 1920 * 1080 / 10);
    dash_painter_draw(painter, f.scene);
    dash_painter_damage(painter, &n);
    g_assert_cmpuint(n, ==, 0);
    clear(&f);
}

static void
arrows_walk_the_wall(void)
{
    Fixture f;
    load(&f, "calm", 16, 1920, 1080);
    dash_scene_build(f.scene, f.model, &f.view);
    const char *first = dash_scene_neighbour(f.scene, NULL, 0, 0);
    g_assert_cmpstr(first, ==, "demo/icu/1");
    g_assert_cmpstr(dash_scene_neighbour(f.scene, first, 1, 0), ==, "demo/icu/2");
    g_assert_cmpstr(dash_scene_neighbour(f.scene, first, 0, 1), ==, "demo/icu/5");
    g_assert_cmpstr(dash_scene_neighbour(f.scene, first, -1, 0), ==, "demo/icu/1");
    clear(&f);
}

static const DashItem *
first_trace(const DashScene *scene)
{
    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++) {
        const DashBlock *block = dash_scene_block(scene, b);
        for (unsigned i = 0; i < block->n; i++)
            if (dash_scene_item(scene, block->first + i)->kind == DASH_ITEM_TRACE)
                return dash_scene_item(scene, block->first + i);
    }
    return NULL;
}

/* The six seconds are in the picture that is built first, from what the station holds, and their
 * scale is that of their own samples, whatever the sweep is drawn in meanwhile. */
static void
a_card_has_its_strip_at_once_in_its_own_scale(void)
{
    Fixture f;
    load(&f, "alarms", 16, 1280, 720);
    f.view.kind = DASH_VIEW_CARD;
    f.view.bed = dash_model_find_bed(f.model, "7")->id;
    dash_scene_build(f.scene, f.model, &f.view);
    const DashItem *item = first_trace(f.scene);
    g_assert_nonnull(item);
    DashTrace trace = item->trace;
    g_assert_nonnull(trace.wave);
    DashBed *bed = (DashBed *)dash_model_find_bed(f.model, "7");
    for (unsigned i = 0; i < bed->n_streams; i++) {
        bed->stream[i].lo -= 100;
        bed->stream[i].hi += 100;
    }
    dash_scene_build(f.scene, f.model, &f.view);
    item = first_trace(f.scene);
    g_assert_cmpfloat(item->trace.lo, ==, trace.lo);
    g_assert_cmpfloat(item->trace.hi, ==, trace.hi);
    clear(&f);
}

/* ---- waves that do not fit on one page ---- */

static bool
shows_wave(const DashScene *scene, const DashWave *wave)
{
    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++) {
        const DashBlock *block = dash_scene_block(scene, b);
        for (unsigned i = 0; i < block->n; i++) {
            const DashItem *item = dash_scene_item(scene, block->first + i);
            if (item->kind == DASH_ITEM_STRIP && item->strip.wave == wave)
                return true;
        }
    }
    return false;
}

static bool
can_page(const DashScene *scene)
{
    for (size_t i = 0; i < dash_scene_n_targets(scene); i++)
        if (dash_scene_target(scene, i)->act == DASH_ACT_NEXT_WAVES)
            return true;
    return false;
}

/* With @n leads on a picture of @w x @h: the pages together show every wave, and while there are
 * several each says so. */
static void
page_through(unsigned n, int w, int h)
{
    Fixture f;
    DashPastState state;
    load(&f, "calm", 16, w, h);
    leads_add(f.model, "demo/icu/7", n, f.view.now_us);
    const DashBed *bed = dash_model_find_bed(f.model, "7");
    bool seen[DASH_STREAMS_MAX] = {false};
    dash_past_state_init(&state);
    f.view.kind = DASH_VIEW_BED;
    f.view.bed = bed->id;
    f.view.past = &state;
    for (state.page = 0; state.page < 8; state.page++) {
        unsigned shown = 0;
        dash_scene_build(f.scene, f.model, &f.view);
        for (unsigned i = 0; i < bed->n_streams; i++) {
            bool here = shows_wave(f.scene, bed->stream[i].wave);
            shown += here;
            seen[i] |= here;
        }
        g_assert_true(shown == bed->n_streams || can_page(f.scene));
    }
    for (unsigned i = 0; i < bed->n_streams; i++)
        g_assert_true(seen[i]);
    g_assert_cmpuint(bed->left_out, ==, 0);
    clear(&f);
}

static void
every_wave_that_a_bed_sends_can_be_seen(void)
{
    page_through(12, 1600, 900);
    page_through(12, 3840, 2160);
    page_through(5, 1280, 720);
    page_through(1, 800, 480);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/scene/" #name, name)
    ADD(nothing_overlaps_and_text_fits_on_any_wall);
    ADD(nothing_overlaps_and_text_fits_at_any_size_of_text);
    ADD(no_tile_cuts_a_number_or_its_small_print);
    ADD(twelve_tiles_on_a_usual_screen_have_their_last_half_hour);
    ADD(every_layout_of_the_wall_shows_every_bed_once);
    ADD(the_shares_of_the_screens_are_all_beds_and_none_twice);
    ADD(the_worklist_says_who_is_worst_and_why);
    ADD(a_silent_site_is_said_to_be_silent);
    ADD(nothing_overlaps_and_text_fits_in_any_bed_view);
    ADD(every_wave_that_a_bed_sends_can_be_seen);
    ADD(a_card_has_its_strip_at_once_in_its_own_scale);
    ADD(every_screen_says_supplemental_and_whether_it_is_heard);
    ADD(each_absence_has_its_own_words_and_sign);
    ADD(a_mute_engine_is_never_shown_as_calm);
    ADD(how_many_rules_are_not_judged_is_said);
    ADD(an_alarm_of_the_installation_is_of_no_bed_and_no_origin);
    ADD(a_card_says_that_its_audio_is_paused_and_how_often_it_was_told);
    ADD(steps_and_a_whole_drawing_give_the_same_pixels);
    ADD(a_quiet_moment_changes_little);
    ADD(arrows_walk_the_wall);
    return g_test_run();
}
