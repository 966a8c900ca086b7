/* What was done is taken back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/ui/views.h"
#include "tests/dashboard/ward.h"
#include "tests/ui/ui.h"

/* Each is an act of its own, and is sent as one. */
static void
what_was_done_is_taken_back_by_an_act_of_its_own(void)
{
    unsigned at = 0;
    Ui f;
    if (!ui_open_desk(&f))
        return;
    const DashBed *bed = dash_model_find_bed(f.station.model, "demo/icu/7");
    g_autofree char *owner = g_strdup(bed->care.owner);
    DashForm *form = ui_form(&f, DASH_ACT_TAKE);
    ui_type(form, "name", "Dr. Other");
    ui_send(form, VICU__COMMAND__WHAT_TAKE);
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(ui_sent.command->what_case, ==, VICU__COMMAND__WHAT_TAKE);
    g_assert_cmpstr(ui_sent.command->take->name, ==, owner);
    g_assert_cmpint(ui_sent.command->take->release, ==, !*owner);
    g_assert_cmpstr(ui_sent.reason, ==, "taken back");
    unsigned n = ui_sent.n;
    ui_act(&f, DASH_ACT_UNDO); /* once */
    g_assert_cmpuint(ui_sent.n, ==, n);

    const DashLimit *limit = ui_limit(bed, "HR_high", &at);
    double before = limit->value;
    form = ui_form(&f, DASH_ACT_LIMIT);
    g_assert_true(dash_form_choose(form, "name", at));
    ui_type(form, "value", "150");
    ui_send(form, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpfloat(ui_sent.command->limit->value, ==, 150);
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(ui_sent.command->what_case, ==, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpfloat(ui_sent.command->limit->value, ==, before);

    form = ui_form(&f, DASH_ACT_ABSENCE);
    ui_send(form, VICU__COMMAND__WHAT_ABSENCE);
    g_assert_cmpint(ui_sent.command->absence->presence, ==, VICU__PRESENCE__PRESENCE_STANDBY);
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(ui_sent.command->absence->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);

    /* A note that stands there already is the one that was just written, for this test. */
    const DashNote *note = NULL;
    for (unsigned i = 0; i < bed->n_notes; i++)
        if (!bed->note[i].promise)
            note = &bed->note[i];
    g_assert_nonnull(note);
    form = ui_form(&f, DASH_ACT_NOTE);
    ui_type(form, "text", note->text);
    ui_send(form, VICU__COMMAND__WHAT_NOTE);
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(ui_sent.command->what_case, ==, VICU__COMMAND__WHAT_NOTE);
    g_assert_cmpstr(ui_sent.command->note->corrects, ==, note->id);
    g_assert_true(g_str_has_prefix(ui_sent.command->note->text, "withdrawn: "));
    ui_close(&f);
}

static void
what_somebody_changed_since_and_what_is_for_good_is_not_taken_back(void)
{
    Ui f;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed changed = VICU__BED__INIT;
    if (!ui_open_desk(&f))
        return;
    ui_send(ui_form(&f, DASH_ACT_ABSENCE), VICU__COMMAND__WHAT_ABSENCE);
    changed.bed = item.key = (char *)"demo/icu/7";
    changed.presence = VICU__PRESENCE__PRESENCE_TRANSPORT;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &changed;
    dash_model_take_state(f.station.model, &item, WARD_NOW_US);
    unsigned n = ui_sent.n;
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpuint(ui_sent.n, ==, n);
    DashForm *form = ui_form(&f, DASH_ACT_ADMIT);
    ui_type(form, "patient", "P-78");
    ui_send(form, VICU__COMMAND__WHAT_ADMIT);
    g_assert_null(f.shell->done[f.shell->n_done - 1].undo); /* it says why not */
    n = ui_sent.n;
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpuint(ui_sent.n, ==, n);
    g_assert_cmpuint(f.shell->n_done, ==, 0);
    ui_close(&f);
}

static void
a_change_of_view_is_taken_back(void)
{
    Ui f;
    if (!ui_open(&f, "calm"))
        return;
    ui_frames(&f, 2);
    ui_act(&f, DASH_ACT_NEXT_LAYOUT);
    g_assert_cmpint(f.shell->views->wall.layout, ==, DASH_LAYOUT_SITES);
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(f.shell->views->wall.layout, ==, DASH_LAYOUT_WARD);
    ui_act(&f, DASH_ACT_NEXT_SHARE);
    g_assert_cmpuint(f.shell->views->wall.shares, ==, 2);
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpuint(f.shell->views->wall.shares, ==, 0);
    ui_act(&f, DASH_ACT_WORKLIST);
    ui_act(&f, DASH_ACT_NEXT_LIST);
    g_assert_cmpuint(f.shell->views->worklist.list, ==, DASH_LIST_MINE);
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpuint(f.shell->views->worklist.list, ==, DASH_LIST_ALL);
    g_strlcpy(f.shell->views->worklist.filter, "bed", DASH_FILTER_MAX);
    ui_act(&f, DASH_ACT_BACK);
    g_assert_cmpstr(f.shell->views->worklist.filter, ==, "");
    ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpstr(f.shell->views->worklist.filter, ==, "bed");
    ui_close(&f);
}

static GString *taken; /* titles of what was taken back, in their order */

static gboolean
note_taken(gpointer data)
{
    g_string_append_printf(taken, "%s ", (const char *)data);
    return TRUE;
}

static void
the_last_ten_acts_are_taken_back_each_by_its_own_words(void)
{
    Ui f;
    if (!ui_open(&f, "calm"))
        return;
    taken = g_string_new(NULL);
    for (unsigned i = 0; i < DASH_SHELL_DONE + 2; i++) {
        g_autofree char *title = g_strdup_printf("%c", 'a' + (int)i);
        dash_shell_done(f.shell, title, note_taken, g_strdup(title), g_free);
    }
    g_assert_cmpuint(f.shell->n_done, ==, DASH_SHELL_DONE);
    g_assert_false(dash_shell_take_back(f.shell, 1)); /* too long ago */
    /* The button of an earlier one takes that one back, and no other. */
    g_assert_cmpstr(f.shell->done[3].title, ==, "f");
    unsigned id = f.shell->done[3].id;
    g_assert_true(dash_shell_take_back(f.shell, id));
    g_assert_false(dash_shell_take_back(f.shell, id)); /* once */
    for (unsigned i = 0; i < DASH_SHELL_DONE; i++)
        ui_act(&f, DASH_ACT_UNDO);
    g_assert_cmpstr(taken->str, ==, "f l k j i h g e d c ");
    g_string_free(taken, TRUE);
    ui_close(&f);
}

int
main(int argc, char **argv)
{
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/undo/" #name, name)
    ADD(what_was_done_is_taken_back_by_an_act_of_its_own);
    ADD(what_somebody_changed_since_and_what_is_for_good_is_not_taken_back);
    ADD(a_change_of_view_is_taken_back);
    ADD(the_last_ten_acts_are_taken_back_each_by_its_own_words);
    return ui_end();
}
