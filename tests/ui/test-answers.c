/* Which alarm an answer goes to, and what it takes to mean it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/acknowledge.h"
#include "tests/ui/ui.h"

static void
an_answer_goes_to_the_chosen_bed_first(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    const DashModel *model = f.station.model;
    g_assert_cmpstr(dash_acknowledge_choose(model, "demo/icu/3")->id, ==, "spo2-low-3");
    g_assert_cmpstr(dash_acknowledge_choose(model, NULL)->id, ==, "map-critical-7");
    /* Bed 14 has one, and it is answered already: the worst of all is offered. */
    g_assert_cmpstr(dash_acknowledge_choose(model, "demo/icu/14")->id, ==, "map-critical-7");
    dash_model_begin_snapshot(f.station.model);
    dash_model_set_local(f.station.model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_HIGH, "hub",
                         true, 1);
    g_assert_null(dash_acknowledge_choose(model, NULL)); /* nobody can answer what only we see */
    ui_close(&f);
}

static void
an_answer_is_chosen_for_one_alarm_and_meant_by_another_act(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    const DashCardState *card = &f.shell->card.state;
    ui_frames(&f, 2);
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_CARD, "spo2-low-3", 1));
    ui_frames(&f, 2);
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_ANSWER_ACT, NULL, 1));
    g_assert_true(card->armed);
    /* The second half of a double press on the same plate. */
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_OPEN, NULL, 2));
    g_assert_true(card->armed && !card->sent);
    /* Another alarm, and Enter before it was ever drawn. */
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_CARD, "map-critical-7", 1));
    dash_shell_do(f.shell, DASH_ACT_OPEN, NULL, 0);
    g_assert_false(card->armed || card->sent);
    ui_close(&f);
}

/* Who comes back to a card chooses anew: Enter opens things everywhere else. */
static void
what_was_chosen_does_not_outlive_its_card(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    const DashCardState *card = &f.shell->card.state;
    for (int back = 0; back < 2; back++) {
        ui_frames(&f, 2);
        g_assert_true(dash_shell_do(f.shell, DASH_ACT_CARD, "spo2-low-3", 1));
        ui_frames(&f, 2);
        g_assert_true(dash_shell_do(f.shell, DASH_ACT_ANSWER_NOT_ACTIONABLE, NULL, 1));
        g_assert_true(card->armed);
        g_assert_true(dash_shell_do(f.shell, DASH_ACT_WORKLIST, NULL, 1));
        if (back)
            g_assert_true(dash_shell_do(f.shell, DASH_ACT_BACK, NULL, 1));
        else
            g_assert_true(dash_shell_do(f.shell, DASH_ACT_CARD, "spo2-low-3", 1));
        g_assert_cmpstr(f.shell->place.alarm, ==, "spo2-low-3");
        ui_frames(&f, 2);
        dash_shell_do(f.shell, DASH_ACT_OPEN, NULL, 0);
        g_assert_false(card->armed || card->sent);
    }
    ui_close(&f);
}

int
main(int argc, char **argv)
{
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/answers/" #name, name)
    ADD(an_answer_goes_to_the_chosen_bed_first);
    ADD(an_answer_is_chosen_for_one_alarm_and_meant_by_another_act);
    ADD(what_was_chosen_does_not_outlive_its_card);
    return ui_end();
}
