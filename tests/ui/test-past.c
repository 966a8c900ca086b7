/* The past of a bed; the pages of the store are answered here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/ui/view-past.h"
#include "tests/dashboard/past-world.h"
#include "tests/ui/ui.h"

/* As keys.c does: the first act of the key that can be done. */
static void
ui_strike(Ui *f, const char *key, unsigned *count)
{
    for (unsigned a = 1; a < DASH_N_ACTS; a++)
        for (unsigned k = 0; k < DASH_ACT_KEYS_MAX && dash_act_row((DashAct)a)->keys[k]; k++)
            if (strcmp(dash_act_row((DashAct)a)->keys[k], key) == 0
                && dash_shell_do(f->shell, (DashAct)a, NULL, 0)) {
                (*count)++;
                return;
            }
    g_error("key %s does nothing here", key);
}

static void
see(Ui *f)
{
    DashPast *past = dash_past_desk_past(f->shell->past);
    ui_frames(f, 2);
    if (*dash_past_bed(past) && !dash_past_has_streams(past))
        past_world_streams(past, g_get_real_time());
    ui_frames(f, 10); /* longer than it takes until what goes on with the clock is looked at */
    past_world_feed(past, g_get_real_time());
    ui_frames(f, 2);
}

static const DashPastState *
past_of(Ui *f)
{
    return dash_past_desk_state(f->shell->past);
}

/* Task: is this alarm an arrhythmia or an artefact? */
static void
an_arrhythmia_is_seen_with_its_pressure_in_three_keys(void)
{
    Ui f;
    unsigned keys = 0;
    if (!ui_open(&f, "alarms"))
        return;
    ui_frames(&f, 2);
    ui_strike(&f, "5", &keys); /* the bed of the worst alarm */
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_DISCLOSURE);
    g_assert_cmpstr(f.shell->place.bed, ==, PAST_WORLD_BED);
    see(&f);
    g_assert_true(past_of(&f)->live);
    ui_strike(&f, "n", &keys); /* the last alarm there was */
    see(&f);
    int64_t ago_us = g_get_real_time() - past_of(&f)->at_us;
    g_assert_cmpint(ABS(ago_us - PAST_WORLD_VT_US + 4 * (int64_t)G_USEC_PER_SEC), <,
                    30 * (int64_t)G_USEC_PER_SEC);
    g_assert_true(past_of(&f)->complete); /* all leads and the pressure stand below each other */
    ui_strike(&f, "o", &keys);            /* and over each other */
    g_assert_cmpint(past_of(&f)->over, ==, 1);
    g_assert_cmpuint(keys, <=, 3);
    ui_strike(&f, "m", &keys);
    ui_strike(&f, "period", &keys);
    ui_strike(&f, "m", &keys);
    g_assert_cmpuint(past_of(&f)->n_marks, ==, 2);
    g_assert_cmpint(past_of(&f)->mark_us[1] - past_of(&f)->mark_us[0], ==, G_USEC_PER_SEC);
    g_assert_cmpuint(keys, <=, 6); /* measured, too */
    ui_close(&f);
}

static void
a_press_in_the_rows_goes_to_that_minute_and_the_keys_move_on(void)
{
    Ui f;
    unsigned keys = 0;
    if (!ui_open(&f, "calm"))
        return;
    ui_frames(&f, 2);
    ui_act(&f, DASH_ACT_RIGHT);
    ui_strike(&f, "5", &keys);
    see(&f);
    const DashScene *scene = dash_canvas_scene(f.shell->canvas);
    const DashTarget *track = NULL;
    for (size_t i = 0; i < dash_scene_n_targets(scene); i++)
        if (dash_scene_target(scene, i)->act == DASH_ACT_GO_TO)
            track = dash_scene_target(scene, i);
    g_assert_nonnull(track);
    g_assert_cmpint(track->to - track->n, ==, DASH_PAST_REACH_US);
    int64_t wanted_us = (track->n + track->to) / 2;
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_GO_TO, NULL, wanted_us));
    see(&f);
    g_assert_cmpint(past_of(&f)->at_us, ==, wanted_us);
    g_assert_true(past_of(&f)->complete);
    ui_strike(&f, "comma", &keys);
    g_assert_cmpint(past_of(&f)->at_us, ==, wanted_us - (int64_t)G_USEC_PER_SEC);
    ui_strike(&f, "plus", &keys);
    g_assert_cmpint(past_of(&f)->span_us, ==, 48 * 3600 * (int64_t)G_USEC_PER_SEC);
    ui_strike(&f, "Down", &keys);
    g_assert_cmpuint(past_of(&f)->lead, ==, 1);
    ui_strike(&f, "Home", &keys);
    ui_strike(&f, "Left", &keys); /* not beyond 72 h */
    ui_frames(&f, 2);
    g_assert_cmpint(g_get_real_time() - past_of(&f)->at_us, <=,
                    DASH_PAST_REACH_US + 5 * (int64_t)G_USEC_PER_SEC);
    ui_strike(&f, "l", &keys);
    g_assert_true(past_of(&f)->live);
    ui_close(&f);
}

static void
the_time_is_kept_from_bed_to_bed_and_one_key_brings_back(void)
{
    Ui f;
    unsigned keys = 0;
    if (!ui_open(&f, "calm"))
        return;
    ui_frames(&f, 2);
    ui_act(&f, DASH_ACT_RIGHT);
    ui_act(&f, DASH_ACT_OPEN);
    ui_frames(&f, 2);
    g_assert_true(past_of(&f)->live);
    ui_strike(&f, "comma", &keys); /* a minute back */
    see(&f);
    int64_t at_us = past_of(&f)->at_us;
    g_assert_false(past_of(&f)->live);
    g_assert_nonnull(past_of(&f)->replay);
    g_assert_nonnull(dash_model_find_bed(past_of(&f)->replay, "demo/icu/1"));
    ui_strike(&f, "Tab", &keys);
    see(&f);
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/2");
    g_assert_cmpint(past_of(&f)->at_us, ==, at_us);
    g_assert_nonnull(dash_model_find_bed(past_of(&f)->replay, "demo/icu/2"));
    ui_strike(&f, "5", &keys); /* and into the full disclosure */
    see(&f);
    g_assert_cmpint(past_of(&f)->at_us, ==, at_us);
    ui_strike(&f, "Escape", &keys);
    ui_frames(&f, 2);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    ui_strike(&f, "Escape", &keys); /* one key: now again, and still this bed */
    ui_frames(&f, 2);
    g_assert_true(past_of(&f)->live);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    ui_close(&f);
}

static void
marked_strips_go_to_a_pdf(void)
{
    Ui f;
    unsigned keys = 0;
    if (!ui_open(&f, "alarms"))
        return;
    ui_frames(&f, 2);
    ui_strike(&f, "5", &keys);
    see(&f);
    ui_strike(&f, "n", &keys);
    see(&f);
    ui_strike(&f, "s", &keys);
    ui_strike(&f, "s", &keys); /* the same one is kept once */
    g_assert_cmpuint(past_of(&f)->n_cuts, ==, 1);
    ui_strike(&f, "<Control>e", &keys);
    g_assert_cmpuint(past_of(&f)->n_cuts, ==, 0);
    g_autoptr(GDir) dir = g_dir_open(f.folder, 0, NULL);
    const char *name = NULL;
    unsigned found = 0;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(f.folder, name, NULL);
        g_autofree char *text = NULL;
        size_t size = 0;
        if (!g_str_has_suffix(name, ".pdf"))
            continue;
        g_assert_true(g_file_get_contents(path, &text, &size, NULL));
        g_assert_cmpint(strncmp(text, "%PDF-", 5), ==, 0);
        g_assert_cmpuint(size, >, 5000);
        g_remove(path);
        found++;
    }
    g_assert_cmpuint(found, ==, 1);
    ui_close(&f);
}

int
main(int argc, char **argv)
{
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/past/" #name, name)
    ADD(an_arrhythmia_is_seen_with_its_pressure_in_three_keys);
    ADD(a_press_in_the_rows_goes_to_that_minute_and_the_keys_move_on);
    ADD(the_time_is_kept_from_bed_to_bed_and_one_key_brings_back);
    ADD(marked_strips_go_to_a_pdf);
    return ui_end();
}
