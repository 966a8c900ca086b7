/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/process/live.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/root.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/form.h"
#include "dashboard/ui/window.h"
#include "tests/dashboard/display.h"

#define ANNEX_BEDS 4
#define WARD_BEDS  (LIVE_BEDS - ANNEX_BEDS)
#define DRAWN_W    150 /* pixels of a curve that count as one */

static struct {
    GPid server;
    char *display;
    const char *missing;
} screen;

/* --- the display -------------------------------------------------------------------------- */

static void
open_screen(void)
{
    screen.display = test_display_open(&screen.server);
    if (screen.display == NULL) {
        screen.missing = "no display: Xvfb is not installed or cannot be used";
        return;
    }
    g_setenv("DISPLAY", screen.display, TRUE);
    g_setenv("GDK_BACKEND", "x11", TRUE);
    g_setenv("GTK_A11Y", "none", TRUE);
    /* The window first: a server begins anew when its last client leaves. */
    if (!dash_window_possible())
        screen.missing = "no display: GTK cannot open the one of Xvfb";
    else if (!test_display_keys(screen.display, "Shift_L"))
        screen.missing = "no keyboard: this machine has no libXtst";
}

/* --- the installation --------------------------------------------------------------------- */

/* The annex plays the same recordings, under its own beds. */
static char *
make_annex(Site *site)
{
    g_autofree char *from = g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "data/recordings", NULL);
    g_autofree char *to = g_build_filename(site_folder(site), "annex", NULL);
    g_autofree char *ward = g_build_filename(from, "ward.ini", NULL);
    g_autofree char *annex = g_build_filename(to, "ward.ini", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
    const char *name;

    g_assert_cmpint(g_mkdir(to, 0700), ==, 0);
    g_assert_true(g_file_get_contents(ward, &text, NULL, NULL));
    g_auto(GStrv) halves = g_strsplit(text, "prefix=" LIVE_WARD, 2);
    g_autofree char *whole = g_strjoinv("prefix=" LIVE_ANNEX, halves);
    g_assert_true(g_file_set_contents(annex, whole, -1, NULL));
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *target = g_build_filename(from, name, NULL);
        g_autofree char *link = g_build_filename(to, name, NULL);
        if (strcmp(name, "ward.ini") != 0)
            g_assert_cmpint(symlink(target, link), ==, 0);
    }
    return g_steal_pointer(&annex);
}

static void
plays(Site *site, const char *collector, const char *ward, int beds)
{
    g_autofree char *settings = g_strdup_printf("[wfdb]\nward = %s\nbeds = %d\n", ward, beds);

    site_settings(site, collector, settings);
}

void
live_start(Live *self, const char *process)
{
    g_autofree char *program = site_program("collector/vicu-collector");
    const char *argv[] = {program, "--root", site_folder(self->site), "--name", "annex", NULL};

    if (strcmp(process, "annex") == 0)
        site_start_program(self->site, process, argv);
    else
        site_start(self->site, process);
}

static void
open_installation(Live *self)
{
    static const char *const processes[] = {"hub", "store", "rules", "collector", "annex"};
    g_autoptr(GError) error = NULL;

    self->site = site_new();
    g_autofree char *ward =
        g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "data/recordings/ward.ini", NULL);
    g_autofree char *annex = make_annex(self->site);
    g_autoptr(VicuRoot) root = vicu_root_new(site_folder(self->site), &error);
    g_assert_no_error(error);
    g_assert_true(vicu_keys_make(root->keys, "annex", "collector", &error));
    plays(self->site, "collector", ward, WARD_BEDS);
    plays(self->site, "annex", annex, ANNEX_BEDS);
    for (size_t i = 0; i < G_N_ELEMENTS(processes); i++)
        live_start(self, processes[i]);
    site_follow(self->site);
    site_await_beds(self->site, LIVE_BEDS);
}

/* --- the station -------------------------------------------------------------------------- */

static gboolean
tell(gpointer user)
{
    Live *self = user;

    live_pictures(self, 2);
    self->story(self);
    raise(SIGTERM);
    return G_SOURCE_REMOVE;
}

static void
on_opened(DashScreens *screens, gpointer user)
{
    Live *self = user;

    self->shell = screens->shell[0];
    g_idle_add(tell, self);
}

static void
run(gconstpointer data)
{
    const LiveTest *test = data;
    Live self = {.display = screen.display, .story = test->story};
    char *argv[] = {(char *)"vicu-dashboard", (char *)"--root", NULL, NULL};

    if (screen.missing != NULL) {
        g_test_skip(screen.missing);
        return;
    }
    open_installation(&self);
    if (test->before != NULL)
        test->before(&self);
    argv[2] = (char *)site_folder(self.site);
    g_assert_cmpint(dash_window_run_driven(3, argv, on_opened, &self), ==, 0);
    dash_words_use("en");
    site_free(self.site);
}

int
live_main(int argc, char **argv, const char *room, const LiveTest *tests, size_t n)
{
    g_test_init(&argc, &argv, NULL);
    open_screen();
    for (size_t i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/process/%s/%s", room, tests[i].name);
        g_test_add_data_func(path, &tests[i], run);
    }
    int status = g_test_run();
    test_display_close(&screen.server);
    g_free(screen.display);
    return status;
}

/* --- time --------------------------------------------------------------------------------- */

static void
fail(Live *self, const char *word, const char *what)
{
    g_autofree char *words = live_words(self);

    g_error("\"%s\" %s; there stands:\n%s", word, what, words);
}

static const DashScene *
picture(Live *self)
{
    return dash_canvas_scene(self->shell->canvas);
}

void
live_pictures(Live *self, unsigned n)
{
    double wanted = dash_canvas_frames(self->shell->canvas) + n;
    int64_t until_us = vicu_clock_boot_us() + LIVE_PATIENCE_US;

    while (dash_canvas_frames(self->shell->canvas) < wanted && vicu_clock_boot_us() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpfloat(dash_canvas_frames(self->shell->canvas), >=, wanted);
}

void
live_await(Live *self, LiveCondition holds, const char *word)
{
    int64_t until_us = vicu_clock_boot_us() + LIVE_PATIENCE_US;

    while (!holds(self, word) && vicu_clock_boot_us() < until_us)
        live_pictures(self, 1);
    if (!holds(self, word))
        fail(self, word, "was awaited and did not come");
}

void
live_until(Live *self, int64_t t_us)
{
    while (vicu_clock_utc_us() < t_us)
        live_pictures(self, 1);
    live_pictures(self, 2);
}

/* --- hands -------------------------------------------------------------------------------- */

void
live_begin(Live *self)
{
    self->keys = 0;
    self->from_us = vicu_clock_boot_us();
}

void
live_told(Live *self, const char *task, unsigned most_keys)
{
    g_test_message("figure: task \"%s\": %u keys, %.1f s", task, self->keys,
                   (double)(vicu_clock_boot_us() - self->from_us) / 1e6);
    g_assert_cmpuint(self->keys, <=, most_keys);
}

void
live_keys(Live *self, const char *keys, LiveCondition then, const char *word)
{
    g_auto(GStrv) each = g_strsplit(keys, " ", -1);

    for (char **key = each; *key != NULL; key++) {
        g_assert_true(test_display_keys(self->display, *key));
        self->keys++;
        live_pictures(self, 4);
    }
    live_await(self, then, word);
}

/* A place in the picture, in pixels of the display: without a window manager the window's own
 * corner is the display's. */
void
live_place(Live *self, int *x, int *y)
{
    GtkNative *native = gtk_widget_get_native(GTK_WIDGET(self->shell->canvas));
    double dx = 0, dy = 0, left = 0, top = 0;

    gtk_widget_translate_coordinates(GTK_WIDGET(self->shell->canvas), GTK_WIDGET(native), 0, 0, &dx,
                                     &dy);
    gtk_native_get_surface_transform(native, &left, &top);
    *x += (int)(dx + left);
    *y += (int)(dy + top);
}

void
live_press(Live *self, DashAct act, int64_t n)
{
    const DashScene *scene = picture(self);
    const DashTarget *found = NULL;

    for (size_t i = 0; i < dash_scene_n_targets(scene); i++)
        if (dash_scene_target(scene, i)->act == act)
            found = dash_scene_target(scene, i);
    if (found == NULL)
        fail(self, dash_act_row(act)->id, "has nothing to press");
    double part = found->to ? (double)(n - found->n) / (double)(found->to - found->n) : 0.5;
    int x = found->rect.x + (int)(part * found->rect.w), y = found->rect.y + found->rect.h / 2;
    live_place(self, &x, &y);
    g_assert_true(test_display_click(self->display, x, y));
    self->keys++;
    live_pictures(self, 4);
}

void
live_type(Live *self, const char *text)
{
    g_assert_true(test_display_type(self->display, text));
    live_pictures(self, 4);
}

/* --- eyes --------------------------------------------------------------------------------- */

static gboolean
is_in(DashRect inner, DashRect outer)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w
           && inner.y + inner.h <= outer.y + outer.h;
}

static const DashRect everywhere = {0, 0, 100000, 100000};

/* The words of each item in @rect, a line each, and how many of them are hatching. */
static char *
words_in(Live *self, DashRect rect, unsigned *hatches)
{
    const DashScene *scene = picture(self);
    GString *words = g_string_new(NULL);

    *hatches = 0;
    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++) {
        const DashBlock *block = dash_scene_block(scene, b);
        if (!is_in(block->rect, rect))
            continue;
        for (unsigned i = block->first; i < block->first + block->n; i++) {
            const DashItem *item = dash_scene_item(scene, i);
            if (item->kind == DASH_ITEM_TEXT && *item->sprite->text != '\0')
                g_string_append_printf(words, "%s\n", item->sprite->text);
            *hatches += item->kind == DASH_ITEM_HATCH;
        }
    }
    return g_string_free(words, FALSE);
}

static DashRect
tile_of(Live *self, const char *bed)
{
    const DashScene *scene = picture(self);

    for (size_t i = 0; i < dash_scene_n_targets(scene); i++) {
        const DashTarget *target = dash_scene_target(scene, i);
        if (target->act == DASH_ACT_BED && g_strcmp0(target->arg, bed) == 0)
            return target->rect;
    }
    g_error("no tile of %s is on the wall", bed);
}

char *
live_words(Live *self)
{
    unsigned hatches = 0;

    return words_in(self, everywhere, &hatches);
}

gboolean
live_reads(Live *self, const char *words)
{
    g_autofree char *all = live_words(self);

    return strstr(all, words) != NULL;
}

gboolean
live_reads_not(Live *self, const char *words)
{
    return !live_reads(self, words);
}

void
live_must_read(Live *self, const char *words)
{
    if (!live_reads(self, words))
        fail(self, words, "is missing");
}

void
live_must_not_read(Live *self, const char *words)
{
    if (live_reads(self, words))
        fail(self, words, "must not stand there");
}

gboolean
live_tile_reads(Live *self, const char *bed, const char *words)
{
    unsigned hatches = 0;
    g_autofree char *all = words_in(self, tile_of(self, bed), &hatches);

    return strstr(all, words) != NULL;
}

gboolean
live_tile_is_hatched(Live *self, const char *bed)
{
    unsigned hatches = 0;
    g_autofree char *all = words_in(self, tile_of(self, bed), &hatches);

    return hatches > 0;
}

gboolean
live_draws_waves(Live *self)
{
    const DashScene *scene = picture(self);

    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++) {
        const DashBlock *block = dash_scene_block(scene, b);
        for (unsigned i = block->first; i < block->first + block->n; i++) {
            const DashItem *item = dash_scene_item(scene, i);
            if (item->kind == DASH_ITEM_TRACE && item->rect.w >= DRAWN_W
                && dash_wave_end_us(item->trace.wave) > item->trace.from_us)
                return TRUE;
        }
    }
    return FALSE;
}

gboolean
live_is_view(Live *self, const char *name)
{
    return strcmp(dash_view_row(self->shell->place.kind)->name, name) == 0;
}

gboolean
live_is_bed(Live *self, const char *bed)
{
    return g_strcmp0(self->shell->place.bed, bed) == 0;
}

/* It has the keys. */
gboolean
live_has_form(Live *self, const char *none)
{
    (void)none;
    return dash_form_open_one() != NULL && !gtk_window_is_active(GTK_WINDOW(self->shell->window));
}

gboolean
live_has_no_form(Live *self, const char *none)
{
    (void)none;
    return dash_form_open_one() == NULL && gtk_window_is_active(GTK_WINDOW(self->shell->window));
}
