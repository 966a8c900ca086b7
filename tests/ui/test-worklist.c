/* Who is worst, found by a keyboard; the keys are counted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/ui/views.h"
#include "tests/dashboard/display.h"
#include "tests/ui/ui.h"

static unsigned ui_n_keys;

/* FALSE: this machine has no keyboard to play on. */
static bool
ui_press(Ui *f, const char *names)
{
    g_auto(GStrv) each = g_strsplit(names, " ", -1);
    ui_n_keys += g_strv_length(each);
    if (!test_display_keys(g_getenv("DISPLAY"), names)) {
        g_test_skip("this machine has no libXtst");
        ui_close(f);
        return false;
    }
    return true;
}

static void
ui_await_place(Ui *f, DashViewKind kind, const char *bed)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    const DashPlace *place = &f->shell->place;
    while ((place->kind != kind || g_strcmp0(place->bed, bed) != 0)
           && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(place->kind, ==, kind);
    g_assert_cmpstr(place->bed, ==, bed);
    ui_frames(f, 2);
}

static bool
says(const Ui *f, const char *wanted)
{
    const DashScene *scene = dash_canvas_scene(f->shell->canvas);
    for (size_t i = 0; i < dash_scene_n_targets(scene); i++)
        if (strstr(dash_scene_target(scene, i)->label, wanted))
            return true;
    return false;
}

/* "Know who is worst": the worst bed is named with its reason after one key, open after two. */
static void
the_worst_bed_is_known_by_one_key_and_open_by_two(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    ui_await_focus(&f);
    ui_n_keys = 0;
    if (!ui_press(&f, "2"))
        return;
    ui_await_place(&f, DASH_VIEW_WORKLIST, NULL);
    g_assert_true(says(&f, "1: 7, MAP 41 for") || says(&f, "1: 7, MAP below 50 mmHg for"));
    ui_press(&f, "Return");
    ui_await_place(&f, DASH_VIEW_BED, "demo/icu/7");
    g_assert_cmpuint(ui_n_keys, ==, 2);
    ui_press(&f, "Escape");
    ui_await_place(&f, DASH_VIEW_WORKLIST, "demo/icu/7");
    ui_press(&f, "Down");
    ui_await_place(&f, DASH_VIEW_WORKLIST, "demo/icu/12");
    /* Another becomes worst: the cursor stays on its bed. */
    ui_set_alarm(&f, "demo/icu/16", VICU__ALARM_STATE__ALARM_ACTIVE);
    ui_frames(&f, 45);
    g_assert_true(says(&f, ": 16, Asystole for"));
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/12");
    ui_close(&f);
}

static void
a_bed_is_found_by_typing_and_lists_are_kept(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    ui_await_focus(&f);
    ui_n_keys = 0;
    if (!ui_press(&f, "2"))
        return;
    ui_await_place(&f, DASH_VIEW_WORKLIST, NULL);
    ui_press(&f, "slash 1 2"); /* digits are letters while one types */
    ui_await_place(&f, DASH_VIEW_WORKLIST, "demo/icu/12");
    ui_press(&f, "Return");
    ui_await_place(&f, DASH_VIEW_BED, "demo/icu/12");
    g_assert_cmpuint(ui_n_keys, ==, 5);
    ui_press(&f, "Escape Escape");
    ui_await_place(&f, DASH_VIEW_WORKLIST, "demo/icu/12");
    g_assert_cmpstr(f.shell->views->worklist.filter, ==, "");
    ui_press(&f, "v v");
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (f.shell->views->worklist.list != DASH_LIST_UNANSWERED
           && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    ui_frames(&f, 2);
    g_assert_false(says(&f, "14, NEWS2")); /* answered */
    dash_window_end(f.shell);
    ui_show(&f);
    ui_frames(&f, 2);
    g_assert_cmpuint(f.shell->views->worklist.list, ==, DASH_LIST_UNANSWERED);
    ui_close(&f);
}

/* "Watch the watch": whether the data come is one key away, and no stale site looks like another.
 */
static void
a_silent_site_is_seen_by_one_key(void)
{
    Ui f;
    if (!ui_open(&f, "calm")) /* of a day long ago: nothing comes */
        return;
    ui_await_focus(&f);
    ui_n_keys = 0;
    if (!ui_press(&f, "8"))
        return;
    ui_await_place(&f, DASH_VIEW_LINKS, NULL);
    g_assert_true(says(&f, "demo: NO DATA for"));
    g_assert_true(says(&f, "0 of 16 beds"));
    g_assert_cmpuint(ui_n_keys, ==, 1);
    ui_press(&f, "Escape");
    ui_await_place(&f, DASH_VIEW_WALL, NULL);
    ui_close(&f);
}

static void
a_press_chooses_a_row_and_two_open_it(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    ui_act(&f, DASH_ACT_WORKLIST);
    ui_frames(&f, 2);
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_BED, "demo/icu/3", 1));
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_WORKLIST);
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/3");
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_BED, "demo/icu/3", 2));
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    ui_close(&f);
}

static bool
writes(const Ui *f, const char *wanted)
{
    const DashScene *scene = dash_canvas_scene(f->shell->canvas);
    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++)
        for (unsigned i = 0; i < dash_scene_block(scene, b)->n; i++) {
            const DashItem *item = dash_scene_item(scene, dash_scene_block(scene, b)->first + i);
            if (item->kind == DASH_ITEM_TEXT && strstr(item->sprite->text, wanted))
                return true;
        }
    return false;
}

/* Beds are chosen and opened in the ward in depth as on the wall. */
static void
the_ward_in_depth_is_one_key_away(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    ui_await_focus(&f);
    if (!ui_press(&f, "9"))
        return;
    ui_await_place(&f, DASH_VIEW_WARD, NULL);
    g_assert_true(writes(&f, "Worst beds: "));
    ui_press(&f, "Right");
    ui_await_place(&f, DASH_VIEW_WARD, "demo/icu/1");
    g_assert_false(writes(&f, "Worst beds: "));
    ui_press(&f, "Return");
    ui_await_place(&f, DASH_VIEW_BED, "demo/icu/1");
    ui_press(&f, "Escape");
    ui_await_place(&f, DASH_VIEW_WARD, "demo/icu/1");
    ui_close(&f);
}

int
main(int argc, char **argv)
{
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/worklist/" #name, name)
    ADD(the_worst_bed_is_known_by_one_key_and_open_by_two);
    ADD(a_bed_is_found_by_typing_and_lists_are_kept);
    ADD(a_silent_site_is_seen_by_one_key);
    ADD(the_ward_in_depth_is_one_key_away);
    ADD(a_press_chooses_a_row_and_two_open_it);
    return ui_end();
}
