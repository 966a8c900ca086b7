/* The widgets on a display of their own; skipped where there is no Xvfb.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <adwaita.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "dashboard/saved.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/acknowledge.h"
#include "dashboard/ui/desk.h"
#include "dashboard/ui/form.h"
#include "dashboard/ui/screens.h"
#include "dashboard/ui/view-past.h"
#include "dashboard/ui/views.h"
#include "dashboard/ui/window.h"
#include "tests/dashboard/display.h"
#include "tests/dashboard/past-world.h"
#include "tests/dashboard/review-world.h"
#include "tests/dashboard/ward.h"

#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)

static bool has_display;

typedef struct {
    DashStation station;
    DashShell *shell;
    char *folder;
} Fixture;

static void
open_shell(Fixture *f)
{
    f->shell = dash_window_make(&f->station, f->folder);
    gtk_window_set_default_size(GTK_WINDOW(f->shell->window), 1280, 760);
    gtk_window_present(GTK_WINDOW(f->shell->window));
}

static bool
open_fixture(Fixture *f, const char *story)
{
    if (!has_display) {
        g_test_skip("no display: Xvfb is not installed or cannot be used");
        return false;
    }
    WardOptions options = {.beds = 16};
    g_assert_true(ward_options_parse(story, &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    int64_t now_us = 0;
    f->station = (DashStation){.model = dash_model_new(), .dpi = 96};
    f->folder = g_dir_make_tmp("vicu-test-ui-XXXXXX", NULL);
    g_assert_true(dash_saved_apply(ward->data, ward->len, f->station.model, &now_us, NULL));
    open_shell(f);
    return true;
}

static void
close_fixture(Fixture *f)
{
    g_autofree char *file = g_build_filename(f->folder, "station.ini", NULL);
    dash_window_end(f->shell);
    dash_model_free(f->station.model);
    g_remove(file);
    g_rmdir(f->folder);
    g_free(f->folder);
    dash_words_use("en");
}

static void
run_frames(Fixture *f, double n)
{
    double wanted = dash_canvas_frames(f->shell->canvas) + n;
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (dash_canvas_frames(f->shell->canvas) < wanted && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpfloat(dash_canvas_frames(f->shell->canvas), >=, wanted);
}

static void
act(Fixture *f, DashAct act)
{
    g_assert_true(dash_shell_do(f->shell, act, NULL, 0));
}

static void
arrows_enter_and_escape_walk_wall_and_beds(void)
{
    Fixture f;
    if (!open_fixture(&f, "calm"))
        return;
    const DashPlace *place = &f.shell->place;
    run_frames(&f, 2);
    g_assert_null(place->bed);
    act(&f, DASH_ACT_OPEN);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_WALL); /* none is chosen, no alarm stands */
    act(&f, DASH_ACT_RIGHT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/1");
    act(&f, DASH_ACT_DOWN);
    g_assert_cmpstr(place->bed, ==, "demo/icu/5");
    act(&f, DASH_ACT_OPEN);
    run_frames(&f, 2);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_BED);
    act(&f, DASH_ACT_RIGHT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/6");
    act(&f, DASH_ACT_LEFT);
    act(&f, DASH_ACT_LEFT);
    g_assert_cmpstr(place->bed, ==, "demo/icu/4");
    act(&f, DASH_ACT_BACK);
    run_frames(&f, 2);
    g_assert_cmpint(place->kind, ==, DASH_VIEW_WALL);
    g_assert_cmpstr(place->bed, ==, "demo/icu/4"); /* where one was is still chosen */
    close_fixture(&f);
}

static void
a_station_comes_back_to_where_it_stood(void)
{
    Fixture f;
    if (!open_fixture(&f, "calm"))
        return;
    run_frames(&f, 2);
    act(&f, DASH_ACT_RIGHT);
    act(&f, DASH_ACT_RIGHT);
    act(&f, DASH_ACT_OPEN);
    act(&f, DASH_ACT_NEXT_PALETTE);
    act(&f, DASH_ACT_NEXT_LANGUAGE);
    act(&f, DASH_ACT_NEXT_PRESSURE);
    g_autofree char *bed = g_strdup(f.shell->place.bed);
    dash_window_end(f.shell);
    dash_words_use("en");
    open_shell(&f);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    g_assert_cmpstr(f.shell->place.bed, ==, bed);
    g_assert_cmpstr(f.shell->preferences.palette, ==, "red-green");
    g_assert_cmpstr(dash_words_used(), ==, "zh_CN");
    g_assert_cmpint(f.shell->preferences.units.pressure, ==, DASH_PRESSURE_KPA);
    g_assert_cmpint(f.shell->preferences.units.temperature, ==, DASH_TEMPERATURE_CELSIUS);
    run_frames(&f, 2);
    close_fixture(&f);
}

static void
what_cannot_be_read_of_a_preference_is_left_as_usual(void)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-test-ui-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "station.ini", NULL);
    DashPreferences preferences = {0};
    g_assert_true(g_file_set_contents(
        file, "[look]\npalette=plaid\nlanguage=xx\nscale=900\npressure=bar\n[place]\nview=\xff\n",
        -1, NULL));
    dash_preferences_load(&preferences, folder);
    g_assert_cmpstr(preferences.palette, ==, "common");
    g_assert_cmpstr(preferences.language, ==, "en");
    g_assert_cmpfloat(preferences.scale, ==, 1);
    g_assert_cmpint(preferences.units.pressure, ==, DASH_PRESSURE_MMHG);
    g_assert_cmpstr(preferences.view, ==, "wall");
    dash_preferences_clear(&preferences);
    g_remove(file);
    g_rmdir(folder);
}

static void
the_picture_is_named_for_those_who_cannot_see_it(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    run_frames(&f, 32);
    gtk_test_accessible_assert_role(f.shell->canvas, GTK_ACCESSIBLE_ROLE_IMG);
    gtk_test_accessible_assert_property(
        f.shell->canvas, GTK_ACCESSIBLE_PROPERTY_LABEL,
        "Wall: 16 beds, 7 standing alarms. Worst: high, bed 7: MAP below 50 mmHg, not answered. "
        "Supplemental: not a primary alarm.");
    gtk_test_accessible_assert_property(f.shell->canvas, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                        "high, bed 7: MAP below 50 mmHg, not answered");
    close_fixture(&f);
}

static void
an_answer_goes_to_the_chosen_bed_first(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
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
    close_fixture(&f);
}

static void
an_answer_is_chosen_for_one_alarm_and_meant_by_another_act(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    const DashCardState *card = &f.shell->card.state;
    run_frames(&f, 2);
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_CARD, "spo2-low-3", 1));
    run_frames(&f, 2);
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_ANSWER_ACT, NULL, 1));
    g_assert_true(card->armed);
    /* The second half of a double press on the same plate. */
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_OPEN, NULL, 2));
    g_assert_true(card->armed && !card->sent);
    /* Another alarm, and Enter before it was ever drawn. */
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_CARD, "map-critical-7", 1));
    dash_shell_do(f.shell, DASH_ACT_OPEN, NULL, 0);
    g_assert_false(card->armed || card->sent);
    close_fixture(&f);
}

/* ---- the desk ---- */

/* What was sent to the owner of the state, and what it answers. */
static struct {
    Vicu__Command *command;
    char *reason;
    gboolean answer;
    unsigned n;
} sent;

static void
on_sent(Vicu__Command *command, const char *reason, DashAnswerFunc func, gpointer user, gpointer at)
{
    (void)at;
    g_autoptr(GBytes) packed = vicu_wire_pack(&command->base);
    vicu_wire_free(sent.command);
    g_free(sent.reason);
    sent.command =
        vicu_wire_unpack_command(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
    sent.reason = g_strdup(reason);
    sent.n++;
    if (func)
        func(sent.answer, sent.answer ? "done" : "refused by the owner", user);
}

static bool
open_desk(Fixture *f)
{
    if (!open_fixture(f, "handover"))
        return false;
    f->shell->send = on_sent;
    sent.answer = TRUE;
    sent.n = 0;
    run_frames(f, 2);
    dash_shell_go(f->shell, DASH_VIEW_BED, "demo/icu/7", NULL);
    return true;
}

/* The form that the act opens. */
static DashForm *
form_of(Fixture *f, DashAct which)
{
    act(f, which);
    DashForm *form = dash_form_open_one();
    g_assert_nonnull(form);
    run_frames(f, 1);
    return form;
}

static void
type(DashForm *form, const char *key, const char *text)
{
    g_assert_true(dash_form_type(form, key, text));
}

static void
send_form(DashForm *form, Vicu__Command__WhatCase what)
{
    unsigned before = sent.n;
    dash_form_send(form);
    g_assert_cmpuint(sent.n, ==, before + 1);
    g_assert_cmpint(sent.command->what_case, ==, what);
    g_assert_null(dash_form_open_one()); /* it was done: the form is closed */
}

static void
who_lies_where_is_said_in_forms(void)
{
    Fixture f;
    if (!open_desk(&f))
        return;
    DashForm *form = form_of(&f, DASH_ACT_ADMIT);
    type(form, "patient", "");
    dash_form_send(form);
    g_assert_cmpuint(sent.n, ==, 0);
    g_assert_cmpstr(dash_form_refusal(form), ==, "The pseudonym of the patient is missing");
    type(form, "patient", "  P-77 ");
    send_form(form, VICU__COMMAND__WHAT_ADMIT);
    g_assert_cmpstr(sent.command->admit->bed, ==, "demo/icu/7");
    g_assert_cmpstr(sent.command->admit->patient, ==, "P-77");
    form = form_of(&f, DASH_ACT_MOVE);
    type(form, "to", "9");
    send_form(form, VICU__COMMAND__WHAT_MOVE);
    g_assert_cmpstr(sent.command->move->to, ==, "demo/icu/9");
    form = form_of(&f, DASH_ACT_DISCHARGE);
    type(form, "reason", "to the ward");
    sent.answer = FALSE;
    dash_form_send(form);
    g_assert_true(dash_form_open_one() == form); /* what is refused stands in the form */
    g_assert_cmpstr(dash_form_refusal(form), ==, "refused by the owner");
    sent.answer = TRUE;
    send_form(form, VICU__COMMAND__WHAT_DISCHARGE);
    g_assert_cmpstr(sent.reason, ==, "to the ward");
    form = form_of(&f, DASH_ACT_BIND);
    type(form, "device", "M-9");
    send_form(form, VICU__COMMAND__WHAT_BIND);
    form = form_of(&f, DASH_ACT_ABSENCE);
    type(form, "until", "whenever");
    dash_form_send(form);
    g_assert_cmpstr(dash_form_refusal(form), ==, "For how long? As 30min or 1h, at most 2h");
    type(form, "until", "45min");
    g_assert_true(dash_form_choose(form, "kind", 1));
    send_form(form, VICU__COMMAND__WHAT_ABSENCE);
    g_assert_cmpint(sent.command->absence->presence, ==, VICU__PRESENCE__PRESENCE_TRANSPORT);
    close_fixture(&f);
}

static const DashLimit *
limit_named(const DashBed *bed, const char *name, unsigned *at)
{
    for (*at = 0; *at < bed->n_limits; ++*at)
        if (strcmp(bed->limit[*at].name, name) == 0)
            return &bed->limit[*at];
    return NULL;
}

/* Each is an act of its own, and is sent as one. */
static void
what_was_done_is_taken_back_by_an_act_of_its_own(void)
{
    unsigned at = 0;
    Fixture f;
    if (!open_desk(&f))
        return;
    const DashBed *bed = dash_model_find_bed(f.station.model, "demo/icu/7");
    g_autofree char *owner = g_strdup(bed->care.owner);
    DashForm *form = form_of(&f, DASH_ACT_TAKE);
    type(form, "name", "Dr. Other");
    send_form(form, VICU__COMMAND__WHAT_TAKE);
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(sent.command->what_case, ==, VICU__COMMAND__WHAT_TAKE);
    g_assert_cmpstr(sent.command->take->name, ==, owner);
    g_assert_cmpint(sent.command->take->release, ==, !*owner);
    g_assert_cmpstr(sent.reason, ==, "taken back");
    unsigned n = sent.n;
    act(&f, DASH_ACT_UNDO); /* once */
    g_assert_cmpuint(sent.n, ==, n);

    const DashLimit *limit = limit_named(bed, "HR_high", &at);
    double before = limit->value;
    form = form_of(&f, DASH_ACT_LIMIT);
    g_assert_true(dash_form_choose(form, "name", at));
    type(form, "value", "150");
    send_form(form, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpfloat(sent.command->limit->value, ==, 150);
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(sent.command->what_case, ==, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpfloat(sent.command->limit->value, ==, before);

    form = form_of(&f, DASH_ACT_ABSENCE);
    send_form(form, VICU__COMMAND__WHAT_ABSENCE);
    g_assert_cmpint(sent.command->absence->presence, ==, VICU__PRESENCE__PRESENCE_STANDBY);
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(sent.command->absence->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);

    /* A note that stands there already is the one that was just written, for this test. */
    const DashNote *note = NULL;
    for (unsigned i = 0; i < bed->n_notes; i++)
        if (!bed->note[i].promise)
            note = &bed->note[i];
    g_assert_nonnull(note);
    form = form_of(&f, DASH_ACT_NOTE);
    type(form, "text", note->text);
    send_form(form, VICU__COMMAND__WHAT_NOTE);
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(sent.command->what_case, ==, VICU__COMMAND__WHAT_NOTE);
    g_assert_cmpstr(sent.command->note->corrects, ==, note->id);
    g_assert_true(g_str_has_prefix(sent.command->note->text, "withdrawn: "));
    close_fixture(&f);
}

static void
what_somebody_changed_since_and_what_is_for_good_is_not_taken_back(void)
{
    Fixture f;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed changed = VICU__BED__INIT;
    if (!open_desk(&f))
        return;
    send_form(form_of(&f, DASH_ACT_ABSENCE), VICU__COMMAND__WHAT_ABSENCE);
    changed.bed = item.key = (char *)"demo/icu/7";
    changed.presence = VICU__PRESENCE__PRESENCE_TRANSPORT;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &changed;
    dash_model_take_state(f.station.model, &item, WARD_NOW_US);
    unsigned n = sent.n;
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpuint(sent.n, ==, n);
    DashForm *form = form_of(&f, DASH_ACT_ADMIT);
    type(form, "patient", "P-78");
    send_form(form, VICU__COMMAND__WHAT_ADMIT);
    g_assert_nonnull(f.shell->undo_title); /* it says why not */
    g_assert_null(f.shell->undo);
    n = sent.n;
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpuint(sent.n, ==, n);
    g_assert_null(f.shell->undo_title);
    close_fixture(&f);
}

static void
a_change_of_view_is_taken_back(void)
{
    Fixture f;
    if (!open_fixture(&f, "calm"))
        return;
    run_frames(&f, 2);
    act(&f, DASH_ACT_NEXT_LAYOUT);
    g_assert_cmpint(f.shell->views->wall.layout, ==, DASH_LAYOUT_SITES);
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpint(f.shell->views->wall.layout, ==, DASH_LAYOUT_WARD);
    act(&f, DASH_ACT_NEXT_SHARE);
    g_assert_cmpuint(f.shell->views->wall.shares, ==, 2);
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpuint(f.shell->views->wall.shares, ==, 0);
    act(&f, DASH_ACT_WORKLIST);
    act(&f, DASH_ACT_NEXT_LIST);
    g_assert_cmpuint(f.shell->views->worklist.list, ==, DASH_LIST_MINE);
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpuint(f.shell->views->worklist.list, ==, DASH_LIST_ALL);
    g_strlcpy(f.shell->views->worklist.filter, "bed", DASH_FILTER_MAX);
    act(&f, DASH_ACT_BACK);
    g_assert_cmpstr(f.shell->views->worklist.filter, ==, "");
    act(&f, DASH_ACT_UNDO);
    g_assert_cmpstr(f.shell->views->worklist.filter, ==, "bed");
    close_fixture(&f);
}

static void
what_a_bed_has_to_send_is_said_in_a_form(void)
{
    static char *const required[] = {(char *)"SpO2"};
    Fixture f;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed bed = VICU__BED__INIT;
    if (!open_desk(&f))
        return;
    bed.bed = item.key = (char *)"demo/icu/7";
    bed.presence = VICU__PRESENCE__PRESENCE_PRESENT;
    bed.required = (char **)required;
    bed.n_required = 1;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    dash_model_take_state(f.station.model, &item, WARD_NOW_US);
    DashForm *form = form_of(&f, DASH_ACT_EXPECT);
    g_assert_cmpstr(dash_form_text(form, "inputs"), ==, "SpO2"); /* as it is now */
    type(form, "inputs", " SpO2, ,MAP ");
    type(form, "reason", "invasive line");
    send_form(form, VICU__COMMAND__WHAT_PROFILE);
    g_assert_cmpuint(sent.command->profile->n_required, ==, 2);
    g_assert_cmpstr(sent.command->profile->required[1], ==, "MAP");
    form = form_of(&f, DASH_ACT_EXPECT);
    type(form, "inputs", "");
    send_form(form, VICU__COMMAND__WHAT_PROFILE);
    g_assert_cmpuint(sent.command->profile->n_required, ==, 0);
    close_fixture(&f);
}

/* In a replay the desk is that of now, and its forms say so. */
static void
a_form_over_a_past_time_says_that_it_acts_now(void)
{
    Fixture f;
    if (!open_desk(&f))
        return;
    run_frames(&f, 2);
    DashForm *form = form_of(&f, DASH_ACT_NOTE);
    g_assert_cmpstr(dash_form_heading(form), ==, "A note of the bed");
    type(form, "text", "now");
    send_form(form, VICU__COMMAND__WHAT_NOTE);
    act(&f, DASH_ACT_EARLIER);
    run_frames(&f, 2);
    g_assert_false(dash_past_desk_state(f.shell->past)->live);
    form = form_of(&f, DASH_ACT_NOTE);
    g_assert_cmpstr(dash_form_heading(form), ==,
                    "A note of the bed: acts now, not at the time shown");
    type(form, "text", "of now");
    send_form(form, VICU__COMMAND__WHAT_NOTE);
    close_fixture(&f);
}

static void
a_place_of_the_handover_is_chosen_by_key(void)
{
    Fixture f;
    if (!open_desk(&f))
        return;
    act(&f, DASH_ACT_HANDOVER);
    run_frames(&f, 2);
    act(&f,
        DASH_ACT_HANDOVER_PLACE); /* from the unit where one is open, behind which is the site */
    g_assert_cmpstr(f.shell->views->handover.place, ==, "demo");
    DashForm *form = form_of(&f, DASH_ACT_HANDOVER_BEGIN);
    g_assert_cmpstr(dash_form_text(form, "place"), ==, "demo");
    type(form, "from", "Dr. A");
    type(form, "to", "Dr. B");
    send_form(form, VICU__COMMAND__WHAT_BEGIN_HANDOVER);
    g_assert_cmpstr(sent.command->begin_handover->place, ==, "demo");
    act(&f, DASH_ACT_HANDOVER_PLACE);
    g_assert_cmpstr(f.shell->views->handover.place, ==, "demo/icu");
    close_fixture(&f);
}

/* What is typed in kPa or °F is sent in the unit of the limit and of the signal. */
static void
numbers_are_typed_in_the_unit_shown_and_sent_in_that_of_the_signal(void)
{
    unsigned at = 0;
    Fixture f;
    if (!open_desk(&f))
        return;
    const DashBed *bed = dash_model_find_bed(f.station.model, "demo/icu/7");
    const DashLimit *limit = limit_named(bed, "MAP_low", &at);
    act(&f, DASH_ACT_NEXT_PRESSURE);
    act(&f, DASH_ACT_NEXT_TEMPERATURE);
    DashForm *form = form_of(&f, DASH_ACT_LIMIT);
    g_assert_true(dash_form_choose(form, "name", at));
    g_assert_cmpstr(dash_form_title(form, "value"), ==, "Value in kPa");
    g_assert_cmpfloat(limit->max, ==, 130);
    type(form, "reason", "chronic hypotension");
    type(form, "value", "60"); /* of somebody who thinks in mmHg */
    dash_form_send(form);
    g_assert_cmpstr(dash_form_refusal(form), ==, "60 kPa is outside of 4.4 to 17.3 kPa");
    type(form, "value", "8.0");
    act(&f, DASH_ACT_NEXT_PRESSURE); /* while it is open: it keeps the unit that it says */
    send_form(form, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpstr(sent.command->limit->unit, ==, "mm[Hg]");
    g_assert_cmpfloat_with_epsilon(sent.command->limit->value, 8.0 / 0.133322387415, 1e-9);
    form = form_of(&f, DASH_ACT_LIMIT);
    g_assert_true(dash_form_choose(form, "name", at));
    g_assert_cmpstr(dash_form_title(form, "value"), ==, "Value in mmHg");
    type(form, "value", "60");
    type(form, "reason", "chronic hypotension");
    send_form(form, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpfloat(sent.command->limit->value, ==, 60);
    form = form_of(&f, DASH_ACT_OBSERVE);
    g_assert_true(dash_form_choose(form, "signal", 5));
    g_assert_cmpstr(dash_form_title(form, "value"), ==, "Value in °F");
    type(form, "value", "100.4");
    send_form(form, VICU__COMMAND__WHAT_OBSERVE);
    g_assert_cmpstr(sent.command->observe->observation->unit, ==, "Cel");
    g_assert_cmpfloat_with_epsilon(sent.command->observe->observation->value, 38, 1e-9);
    close_fixture(&f);
}

static void
what_is_seen_noted_and_promised_is_said_in_forms(void)
{
    Fixture f;
    if (!open_desk(&f))
        return;
    DashForm *form = form_of(&f, DASH_ACT_OBSERVE);
    type(form, "value", "V");
    send_form(form, VICU__COMMAND__WHAT_OBSERVE);
    g_assert_cmpstr(sent.command->observe->observation->name, ==, "ACVPU");
    g_assert_cmpstr(sent.command->observe->observation->symbol, ==, "V");
    form = form_of(&f, DASH_ACT_OBSERVE);
    g_assert_true(dash_form_choose(form, "signal", 5));
    type(form, "value", "warm");
    dash_form_send(form);
    g_assert_nonnull(strstr(dash_form_refusal(form), "is a number"));
    type(form, "value", "38.4");
    type(form, "at", "-10min");
    send_form(form, VICU__COMMAND__WHAT_OBSERVE);
    g_assert_cmpstr(sent.command->observe->observation->unit, ==, "Cel");
    g_assert_cmpfloat(sent.command->observe->observation->value, ==, 38.4);
    form = form_of(&f, DASH_ACT_NOTE);
    type(form, "text", "difficult airway");
    send_form(form, VICU__COMMAND__WHAT_NOTE);
    g_assert_false(sent.command->note->promise);
    form = form_of(&f, DASH_ACT_PROMISE);
    type(form, "text", "gas");
    type(form, "due", "2h");
    send_form(form, VICU__COMMAND__WHAT_NOTE);
    g_assert_true(sent.command->note->promise);
    g_assert_cmpint(sent.command->note->due_us, >, 0);
    form = form_of(&f, DASH_ACT_DONE);
    g_assert_true(dash_form_choose(form, "promise", 1));
    send_form(form, VICU__COMMAND__WHAT_DONE);
    const DashBed *bed = dash_model_find_bed(f.station.model, "7");
    g_assert_cmpuint(bed->n_notes, ==, 3);
    g_assert_cmpuint(strlen(sent.command->done->id), ==, 16);
    form = form_of(&f, DASH_ACT_TAKE);
    type(form, "name", "Dr B");
    send_form(form, VICU__COMMAND__WHAT_TAKE);
    g_assert_cmpstr(sent.command->take->name, ==, "Dr B");
    form = form_of(&f, DASH_ACT_LIMIT);
    g_assert_true(dash_form_choose(form, "name", 1));
    type(form, "value", "150 bpm");
    dash_form_send(form);
    g_assert_nonnull(strstr(dash_form_refusal(form), "is a number"));
    type(form, "value", "150");
    type(form, "for", "4h");
    type(form, "reason", "known fibrillation");
    send_form(form, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpstr(sent.command->limit->name, ==, "HR_high");
    g_assert_cmpstr(sent.command->limit->unit, ==, "/min");
    g_assert_cmpint(sent.command->limit->for_us, ==, 4 * 3600 * (int64_t)G_USEC_PER_SEC);
    g_assert_cmpstr(sent.reason, ==, "known fibrillation");
    close_fixture(&f);
}

static void
a_handover_is_begun_written_signed_and_printed(void)
{
    Fixture f;
    if (!open_desk(&f))
        return;
    act(&f, DASH_ACT_HANDOVER);
    run_frames(&f, 2);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_HANDOVER);
    act(&f, DASH_ACT_HOME);
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/1");
    act(&f, DASH_ACT_DOWN);
    act(&f, DASH_ACT_DOWN);
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/3");
    DashForm *form = form_of(&f, DASH_ACT_OPEN);
    type(form, "text", "extubated, stable");
    send_form(form, VICU__COMMAND__WHAT_HANDOVER_LINE);
    g_assert_cmpstr(sent.command->handover_line->id, ==, "demo/icu");
    g_assert_cmpstr(sent.command->handover_line->bed, ==, "demo/icu/3");
    form = form_of(&f, DASH_ACT_HANDOVER_SIGN);
    type(form, "name", "Dr B");
    send_form(form, VICU__COMMAND__WHAT_SIGN_HANDOVER);
    g_assert_cmpstr(sent.command->sign_handover->id, ==, "00000000000000aa");
    form = form_of(&f, DASH_ACT_HANDOVER_WITHDRAW);
    type(form, "reason", "wrong names");
    send_form(form, VICU__COMMAND__WHAT_WITHDRAW_HANDOVER);
    form = form_of(&f, DASH_ACT_HANDOVER_BEGIN);
    type(form, "from", "Dr B");
    dash_form_send(form);
    g_assert_nonnull(strstr(dash_form_refusal(form), "Both names"));
    type(form, "to", "Dr C");
    send_form(form, VICU__COMMAND__WHAT_BEGIN_HANDOVER);
    g_assert_cmpstr(sent.command->begin_handover->place, ==, "demo/icu");
    act(&f, DASH_ACT_HANDOVER_PRINT);
    g_autoptr(GDir) folder = g_dir_open(f.folder, 0, NULL);
    const char *name;
    unsigned printed = 0;
    while ((name = g_dir_read_name(folder)))
        if (g_str_has_suffix(name, ".pdf")) {
            g_autofree char *path = g_build_filename(f.folder, name, NULL);
            g_remove(path);
            printed++;
        }
    g_assert_cmpuint(printed, ==, 1);
    close_fixture(&f);
}

/* ---- with a real keyboard ---- */

typedef gboolean (*Condition)(const Fixture *f);

static const char *awaited; /* what the conditions below look for */

/* It has the keys. */
static gboolean
has_form(const Fixture *f)
{
    return dash_form_open_one() && !gtk_window_is_active(GTK_WINDOW(f->shell->window));
}

static gboolean
has_no_form(const Fixture *f)
{
    return !dash_form_open_one() && gtk_window_is_active(GTK_WINDOW(f->shell->window));
}

static gboolean
is_typed(const Fixture *f)
{
    (void)f;
    return strcmp(dash_form_text(dash_form_open_one(), "text"), awaited) == 0;
}

static gboolean
is_handover(const Fixture *f)
{
    return f->shell->place.kind == DASH_VIEW_HANDOVER;
}

static gboolean
is_chosen(const Fixture *f)
{
    return g_strcmp0(f->shell->place.bed, awaited) == 0;
}

static void
wait_until(const Fixture *f, Condition condition)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (!condition(f) && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_true(condition(f));
}

/* FALSE: there is no keyboard. */
static gboolean
keys(const Fixture *f, const char *names, Condition then)
{
    if (!test_display_keys(g_getenv("DISPLAY"), names))
        return FALSE;
    wait_until(f, then);
    return TRUE;
}

static void
write_with_keys(const Fixture *f, const char *text)
{
    awaited = text;
    g_assert_true(test_display_type(g_getenv("DISPLAY"), text));
    wait_until(f, is_typed);
}

static void
a_note_and_a_line_are_written_with_keys_alone(void)
{
    Fixture f;
    if (!open_desk(&f))
        return;
    if (!keys(&f, "Shift_L", has_no_form)) {
        g_test_skip("this machine has no libXtst");
        close_fixture(&f);
        return;
    }
    keys(&f, "m", has_form);
    write_with_keys(&f, "Difficult airway");
    keys(&f, "Return", has_no_form);
    g_assert_cmpint(sent.command->what_case, ==, VICU__COMMAND__WHAT_NOTE);
    g_assert_cmpstr(sent.command->note->text, ==, "Difficult airway");
    g_assert_cmpstr(sent.command->note->bed, ==, "demo/icu/7");
    keys(&f, "7", is_handover);
    awaited = "demo/icu/8";
    keys(&f, "Down", is_chosen);
    keys(&f, "Return", has_form);
    write_with_keys(&f, "stable");
    keys(&f, "Return", has_no_form);
    g_assert_cmpint(sent.command->what_case, ==, VICU__COMMAND__WHAT_HANDOVER_LINE);
    g_assert_cmpstr(sent.command->handover_line->text, ==, "stable");
    unsigned n = sent.n;
    keys(&f, "g", has_form);
    keys(&f, "Escape", has_no_form); /* left without an act */
    g_assert_cmpuint(sent.n, ==, n);
    close_fixture(&f);
}

/* The opening is told once, however long the bed stays open. */
static void
a_bed_that_is_opened_is_told_as_seen(void)
{
    Fixture f;
    if (!open_desk(&f))
        return;
    dash_desk_tick(f.shell);
    g_assert_cmpint(sent.command->what_case, ==, VICU__COMMAND__WHAT_SEEN);
    g_assert_cmpstr(sent.command->seen->bed, ==, "demo/icu/7");
    unsigned n = sent.n;
    dash_desk_tick(f.shell);
    g_assert_cmpuint(sent.n, ==, n);
    act(&f, DASH_ACT_RIGHT);
    dash_desk_tick(f.shell);
    g_assert_cmpstr(sent.command->seen->bed, ==, "demo/icu/8");
    act(&f, DASH_ACT_WALL);
    dash_desk_tick(f.shell);
    g_assert_cmpuint(sent.n, ==, n + 1);
    close_fixture(&f);
}

/* ---- the alarm review ---- */

/* Stands for vicu-rules: says how far it is, then what it found. */
static void
put_program(Fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0700), ==, 0);
    f->station.rules = g_intern_string(path);
}

static bool
open_review(Fixture *f)
{
    if (!open_fixture(f, "calm"))
        return false;
    f->shell->send = on_sent;
    sent.answer = TRUE;
    sent.n = 0;
    f->station.dir = f->folder;
    review_world_fill(f->station.model, g_get_real_time());
    g_autofree char *program =
        g_strdup_printf("#!/bin/sh\necho '41 %%' >&2\ncat <<'END'\n%s\nEND\n", review_world_replay);
    put_program(f, "plays", program);
    run_frames(f, 2);
    return true;
}

static void
close_review(Fixture *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        if (strcmp(name, "station.ini") != 0)
            g_remove(path);
    }
    close_fixture(f);
}

static const DashReviewState *
review_state(Fixture *f)
{
    DashView view = {.kind = DASH_VIEW_REVIEW, .now_us = g_get_real_time()};
    dash_view_review_fill(f->shell, &view);
    return view.review;
}

static void
await_run(Fixture *f)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (review_state(f)->run == DASH_RUN_RUNNING && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
}

/* From the wall to a limit that was tried over three days and set: nine keys and the reason. */
static void
a_limit_is_tried_and_set_in_nine_keys_and_a_reason(void)
{
    static const DashAct keys[] = {DASH_ACT_REVIEW,   DASH_ACT_RIGHT,     DASH_ACT_REVIEW_TRY,
                                   DASH_ACT_ZOOM_OUT, DASH_ACT_ZOOM_OUT,  DASH_ACT_ZOOM_OUT,
                                   DASH_ACT_OPEN,     DASH_ACT_REVIEW_ASK};
    Fixture f;
    if (!open_review(&f))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        await_run(&f);
        g_assert_nonnull(dash_act_row(keys[i])->keys[0]);
        act(&f, keys[i]);
        run_frames(&f, 2);
    }
    const DashReviewState *state = review_state(&f);
    g_assert_cmpint(state->run, ==, DASH_RUN_DONE);
    g_assert_cmpuint(state->simulated->after.rules, ==, 38);
    g_assert_false(state->other_rules && *dash_model_set_hash(f.station.model) == '\0');
    DashForm *form = dash_form_open_one();
    g_assert_nonnull(form);
    dash_form_send(form);
    g_assert_cmpstr(dash_form_refusal(form), ==, "The reason is missing");
    type(form, "reason", "chronic hypoxaemia, agreed with the ward");
    send_form(form, VICU__COMMAND__WHAT_LIMIT); /* the ninth: Return */
    const Vicu__SetLimit *limit = sent.command->limit;
    g_assert_cmpstr(limit->name, ==, "SpO2_low");
    g_assert_cmpfloat(limit->value, ==, 87);
    g_assert_cmpstr(limit->unit, ==, "%");
    g_assert_cmpstr(limit->bed, ==, state->trial->bed);
    g_assert_cmpstr(limit->of_unit, ==, "");
    g_assert_cmpstr(sent.reason, ==, "chronic hypoxaemia, agreed with the ward");
    close_review(&f);
}

static void
a_trial_is_for_a_bed_a_unit_or_the_pack(void)
{
    Fixture f;
    if (!open_review(&f))
        return;
    act(&f, DASH_ACT_REVIEW);
    run_frames(&f, 2);
    act(&f, DASH_ACT_REVIEW_TRY);
    act(&f, DASH_ACT_REVIEW_SCOPE);
    act(&f, DASH_ACT_ZOOM_OUT);
    act(&f, DASH_ACT_OPEN);
    await_run(&f);
    act(&f, DASH_ACT_REVIEW_ASK);
    type(dash_form_open_one(), "reason", "a unit of chronic lungs");
    send_form(dash_form_open_one(), VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpstr(sent.command->limit->bed, ==, "");
    g_assert_cmpstr(sent.command->limit->of_unit, ==, "demo/icu");
    act(&f, DASH_ACT_REVIEW_SCOPE);
    g_assert_null(review_state(&f)->simulated); /* it was of something else */
    act(&f, DASH_ACT_OPEN);
    await_run(&f);
    act(&f, DASH_ACT_REVIEW_ASK);
    g_assert_null(dash_form_open_one()); /* the pack's owner */
    act(&f, DASH_ACT_REVIEW_WHAT);
    g_assert_cmpint(review_state(&f)->trial->what, ==, DASH_TRIAL_DELAY);
    g_assert_cmpfloat(review_state(&f)->trial->in_force, ==, 15);
    act(&f, DASH_ACT_BACK);
    g_assert_null(review_state(&f)->trial);
    close_review(&f);
}

static void
a_simulation_can_be_cancelled_and_says_what_is_wrong(void)
{
    Fixture f;
    if (!open_review(&f))
        return;
    act(&f, DASH_ACT_REVIEW);
    run_frames(&f, 2);
    put_program(&f, "hangs", "#!/bin/sh\nexec sleep 60\n");
    act(&f, DASH_ACT_REVIEW_TRY);
    act(&f, DASH_ACT_OPEN);
    g_assert_cmpint(review_state(&f)->run, ==, DASH_RUN_RUNNING);
    act(&f, DASH_ACT_BACK);
    await_run(&f);
    g_assert_cmpint(review_state(&f)->run, ==, DASH_RUN_CANCELLED);
    g_assert_nonnull(review_state(&f)->trial);
    act(&f, DASH_ACT_BACK);
    put_program(&f, "fails", "#!/bin/sh\necho '12 %' >&2\necho 'no bed 7' >&2\nexit 1\n");
    act(&f, DASH_ACT_REVIEW_TRY);
    act(&f, DASH_ACT_OPEN);
    await_run(&f);
    g_assert_cmpint(review_state(&f)->run, ==, DASH_RUN_FAILED);
    g_assert_cmpstr(review_state(&f)->failure, ==, "no bed 7");
    put_program(&f, "lies", "#!/bin/sh\necho '{}'\n");
    act(&f, DASH_ACT_BACK);
    act(&f, DASH_ACT_REVIEW_TRY);
    act(&f, DASH_ACT_OPEN);
    await_run(&f);
    g_assert_nonnull(strstr(review_state(&f)->failure, "lacks set, against"));
    run_frames(&f, 2);
    close_review(&f);
}

static void
the_review_lists_occurrences_and_opens_their_beds(void)
{
    Fixture f;
    if (!open_review(&f))
        return;
    act(&f, DASH_ACT_REVIEW);
    run_frames(&f, 2);
    const DashReviewState *state = review_state(&f);
    g_assert_cmpint(state->table, ==, DASH_REVIEW_BEDS);
    const char *first = g_array_index(state->report->beds, DashBurdenRow, 0).name;
    act(&f, DASH_ACT_OPEN);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    g_assert_cmpstr(f.shell->place.bed, ==, first);
    act(&f, DASH_ACT_BACK);
    act(&f, DASH_ACT_RIGHT);
    act(&f, DASH_ACT_DOWN);
    act(&f, DASH_ACT_REVIEW_LIST);
    run_frames(&f, 2);
    state = review_state(&f);
    g_assert_true(state->list);
    g_assert_cmpstr(state->list_rule, ==, "hr-high");
    g_assert_cmpuint(state->listed->len, >, 5);
    act(&f, DASH_ACT_DOWN);
    act(&f, DASH_ACT_OPEN);
    g_assert_cmpstr(f.shell->place.bed, ==, g_array_index(state->listed, DashBurdenAlarm, 1).bed);
    act(&f, DASH_ACT_BACK);
    act(&f, DASH_ACT_BACK);
    g_assert_false(review_state(&f)->list);
    g_assert_true(
        dash_shell_do(f.shell, DASH_ACT_REVIEW_CHOOSE, NULL, DASH_REVIEW_AT(DASH_REVIEW_HOURS, 7)));
    g_assert_cmpuint(review_state(&f)->row[DASH_REVIEW_HOURS], ==, 7);
    close_review(&f);
}

static void
the_review_is_exported_as_tables(void)
{
    Fixture f;
    if (!open_review(&f))
        return;
    act(&f, DASH_ACT_REVIEW);
    run_frames(&f, 2);
    act(&f, DASH_ACT_REVIEW_TRY);
    act(&f, DASH_ACT_OPEN);
    await_run(&f);
    act(&f, DASH_ACT_REVIEW_EXPORT);
    g_autoptr(GDir) dir = g_dir_open(f.folder, 0, NULL);
    g_autofree char *text = NULL;
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(f.folder, name, NULL);
        if (g_str_has_suffix(name, ".csv"))
            g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    }
    g_assert_nonnull(text);
    g_assert_nonnull(strstr(text, "\nrule,desaturation,"));
    g_assert_nonnull(strstr(text, "\nvanish,demo/icu/3,desaturation,0,2026-01-12T10:02:11"));
    close_review(&f);
}

/* ---- by a keyboard, counting the keys ---- */

static unsigned n_keys;

/* FALSE: this machine has no keyboard to play on. */
static bool
press(Fixture *f, const char *names)
{
    g_auto(GStrv) each = g_strsplit(names, " ", -1);
    n_keys += g_strv_length(each);
    if (!test_display_keys(g_getenv("DISPLAY"), names)) {
        g_test_skip("this machine has no libXtst");
        close_fixture(f);
        return false;
    }
    return true;
}

static void
await_place(Fixture *f, DashViewKind kind, const char *bed)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    const DashPlace *place = &f->shell->place;
    while ((place->kind != kind || g_strcmp0(place->bed, bed) != 0)
           && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(place->kind, ==, kind);
    g_assert_cmpstr(place->bed, ==, bed);
    run_frames(f, 2);
}

static void
await_focus(Fixture *f)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    run_frames(f, 2);
    while (!gtk_window_is_active(GTK_WINDOW(f->shell->window)) && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
}

static bool
says(const Fixture *f, const char *wanted)
{
    const DashScene *scene = dash_canvas_scene(f->shell->canvas);
    for (size_t i = 0; i < dash_scene_n_targets(scene); i++)
        if (strstr(dash_scene_target(scene, i)->label, wanted))
            return true;
    return false;
}

static void
set_alarm(Fixture *f, const char *bed, Vicu__AlarmState state)
{
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    alarm.id = item.key = (char *)"new";
    alarm.bed = (char *)bed;
    alarm.rule = alarm.title = (char *)"Asystole";
    alarm.priority = VICU__PRIORITY__PRIORITY_HIGH;
    alarm.state = state;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    alarm.t_condition_us = alarm.t_raised_us = vicu_clock_utc_us();
    dash_model_take_state(f->station.model, &item, alarm.t_raised_us);
}

/* "Know who is worst": the worst bed is named with its reason after one key, open after two. */
static void
the_worst_bed_is_known_by_one_key_and_open_by_two(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    await_focus(&f);
    n_keys = 0;
    if (!press(&f, "2"))
        return;
    await_place(&f, DASH_VIEW_WORKLIST, NULL);
    g_assert_true(says(&f, "1: 7, MAP 41 for") || says(&f, "1: 7, MAP below 50 mmHg for"));
    press(&f, "Return");
    await_place(&f, DASH_VIEW_BED, "demo/icu/7");
    g_assert_cmpuint(n_keys, ==, 2);
    press(&f, "Escape");
    await_place(&f, DASH_VIEW_WORKLIST, "demo/icu/7");
    press(&f, "Down");
    await_place(&f, DASH_VIEW_WORKLIST, "demo/icu/12");
    /* Another becomes worst: the cursor stays on its bed. */
    set_alarm(&f, "demo/icu/16", VICU__ALARM_STATE__ALARM_ACTIVE);
    run_frames(&f, 45);
    g_assert_true(says(&f, ": 16, Asystole for"));
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/12");
    close_fixture(&f);
}

static void
a_bed_is_found_by_typing_and_lists_are_kept(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    await_focus(&f);
    n_keys = 0;
    if (!press(&f, "2"))
        return;
    await_place(&f, DASH_VIEW_WORKLIST, NULL);
    press(&f, "slash 1 2"); /* digits are letters while one types */
    await_place(&f, DASH_VIEW_WORKLIST, "demo/icu/12");
    press(&f, "Return");
    await_place(&f, DASH_VIEW_BED, "demo/icu/12");
    g_assert_cmpuint(n_keys, ==, 5);
    press(&f, "Escape Escape");
    await_place(&f, DASH_VIEW_WORKLIST, "demo/icu/12");
    g_assert_cmpstr(f.shell->views->worklist.filter, ==, "");
    press(&f, "v v");
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (f.shell->views->worklist.list != DASH_LIST_UNANSWERED
           && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    run_frames(&f, 2);
    g_assert_false(says(&f, "14, NEWS2")); /* answered */
    dash_window_end(f.shell);
    open_shell(&f);
    run_frames(&f, 2);
    g_assert_cmpuint(f.shell->views->worklist.list, ==, DASH_LIST_UNANSWERED);
    close_fixture(&f);
}

/* "Watch the watch": whether the data come is one key away, and no stale site looks like another.
 */
static void
a_silent_site_is_seen_by_one_key(void)
{
    Fixture f;
    if (!open_fixture(&f, "calm")) /* of a day long ago: nothing comes */
        return;
    await_focus(&f);
    n_keys = 0;
    if (!press(&f, "8"))
        return;
    await_place(&f, DASH_VIEW_LINKS, NULL);
    g_assert_true(says(&f, "demo: NO DATA for"));
    g_assert_true(says(&f, "0 of 16 beds"));
    g_assert_cmpuint(n_keys, ==, 1);
    press(&f, "Escape");
    await_place(&f, DASH_VIEW_WALL, NULL);
    close_fixture(&f);
}

static void
a_press_chooses_a_row_and_two_open_it(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    act(&f, DASH_ACT_WORKLIST);
    run_frames(&f, 2);
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_BED, "demo/icu/3", 1));
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_WORKLIST);
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/3");
    g_assert_true(dash_shell_do(f.shell, DASH_ACT_BED, "demo/icu/3", 2));
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    close_fixture(&f);
}

static void
the_layout_of_the_wall_is_kept(void)
{
    Fixture f;
    if (!open_fixture(&f, "alarms"))
        return;
    run_frames(&f, 2);
    act(&f, DASH_ACT_NEXT_LAYOUT);
    act(&f, DASH_ACT_NEXT_LAYOUT);
    run_frames(&f, 2);
    const DashScene *scene = dash_canvas_scene(f.shell->canvas);
    g_assert_cmpstr(dash_scene_neighbour(scene, NULL, 0, 0), ==, "demo/icu/7"); /* worst first */
    dash_window_end(f.shell);
    open_shell(&f);
    run_frames(&f, 2);
    g_assert_cmpint(f.shell->views->wall.layout, ==, DASH_LAYOUT_WORST);
    act(&f, DASH_ACT_NEXT_LAYOUT);
    run_frames(&f, 2);
    scene = dash_canvas_scene(f.shell->canvas);
    g_assert_cmpstr(dash_scene_neighbour(scene, NULL, 0, 0), ==, "demo/icu/1");
    close_fixture(&f);
}

static unsigned
count_tiles(const DashShell *shell)
{
    const DashScene *scene = dash_canvas_scene(shell->canvas);
    unsigned n = 0;
    for (size_t i = 0; i < dash_scene_n_targets(scene); i++)
        n += dash_scene_target(scene, i)->act == DASH_ACT_BED;
    return n;
}

/* Three windows: thirds of the beds, no bed twice, and each window's own view. */
static void
three_screens_share_the_beds_and_keep_their_views(void)
{
    Fixture f;
    DashScreens screens = {0};
    if (!open_fixture(&f, "alarms"))
        return;
    dash_window_end(f.shell);
    g_autofree char *kept = g_build_filename(f.folder, "station.ini", NULL);
    g_remove(kept);
    dash_screens_open(&screens, &f.station, f.folder, 3);
    g_assert_cmpuint(screens.n, ==, 3);
    dash_screens_present(&screens);
    unsigned beds = 0;
    for (unsigned i = 0; i < 3; i++) {
        f.shell = screens.shell[i];
        run_frames(&f, 2);
        g_assert_cmpuint(count_tiles(f.shell), >=, 5);
        beds += count_tiles(f.shell);
    }
    g_assert_cmpuint(beds, ==, 16);
    g_assert_true(dash_shell_do(screens.shell[2], DASH_ACT_WORKLIST, NULL, 0));
    dash_screens_close(&screens);
    dash_screens_open(&screens, &f.station, f.folder, 3);
    g_assert_cmpint(screens.shell[2]->place.kind, ==, DASH_VIEW_WORKLIST);
    g_assert_cmpuint(screens.shell[1]->views->wall.share, ==, 2);
    dash_screens_close(&screens);
    for (unsigned i = 2; i <= 3; i++) {
        g_autofree char *name = g_strdup_printf("screen-%u", i);
        g_autofree char *folder = g_build_filename(f.folder, name, NULL);
        g_autofree char *file = g_build_filename(folder, "station.ini", NULL);
        g_remove(file);
        g_rmdir(folder);
    }
    open_shell(&f);
    close_fixture(&f);
}

/* ---- a bed's past: the pages are answered here ---- */

/* As keys.c does: the first act of the key that can be done. */
static void
strike(Fixture *f, const char *key, unsigned *count)
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
see(Fixture *f)
{
    DashPast *past = dash_past_desk_past(f->shell->past);
    run_frames(f, 2);
    if (*dash_past_bed(past) && !dash_past_has_streams(past))
        past_world_streams(past, g_get_real_time());
    run_frames(f, 10); /* longer than it takes until what goes on with the clock is looked at */
    past_world_feed(past, g_get_real_time());
    run_frames(f, 2);
}

static const DashPastState *
past_of(Fixture *f)
{
    return dash_past_desk_state(f->shell->past);
}

/* Task: is this alarm an arrhythmia or an artefact? */
static void
an_arrhythmia_is_seen_with_its_pressure_in_three_keys(void)
{
    Fixture f;
    unsigned keys = 0;
    if (!open_fixture(&f, "alarms"))
        return;
    run_frames(&f, 2);
    strike(&f, "5", &keys); /* the bed of the worst alarm */
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_DISCLOSURE);
    g_assert_cmpstr(f.shell->place.bed, ==, PAST_WORLD_BED);
    see(&f);
    g_assert_true(past_of(&f)->live);
    strike(&f, "n", &keys); /* the last alarm there was */
    see(&f);
    int64_t ago_us = g_get_real_time() - past_of(&f)->at_us;
    g_assert_cmpint(ABS(ago_us - PAST_WORLD_VT_US + 4 * (int64_t)G_USEC_PER_SEC), <,
                    30 * (int64_t)G_USEC_PER_SEC);
    g_assert_true(past_of(&f)->complete); /* all leads and the pressure stand below each other */
    strike(&f, "o", &keys);               /* and over each other */
    g_assert_cmpint(past_of(&f)->over, ==, 1);
    g_assert_cmpuint(keys, <=, 3);
    strike(&f, "m", &keys);
    strike(&f, "period", &keys);
    strike(&f, "m", &keys);
    g_assert_cmpuint(past_of(&f)->n_marks, ==, 2);
    g_assert_cmpint(past_of(&f)->mark_us[1] - past_of(&f)->mark_us[0], ==, G_USEC_PER_SEC);
    g_assert_cmpuint(keys, <=, 6); /* measured, too */
    close_fixture(&f);
}

static void
a_press_in_the_rows_goes_to_that_minute_and_the_keys_move_on(void)
{
    Fixture f;
    unsigned keys = 0;
    if (!open_fixture(&f, "calm"))
        return;
    run_frames(&f, 2);
    act(&f, DASH_ACT_RIGHT);
    strike(&f, "5", &keys);
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
    strike(&f, "comma", &keys);
    g_assert_cmpint(past_of(&f)->at_us, ==, wanted_us - (int64_t)G_USEC_PER_SEC);
    strike(&f, "plus", &keys);
    g_assert_cmpint(past_of(&f)->span_us, ==, 48 * 3600 * (int64_t)G_USEC_PER_SEC);
    strike(&f, "Down", &keys);
    g_assert_cmpuint(past_of(&f)->lead, ==, 1);
    strike(&f, "Home", &keys);
    strike(&f, "Left", &keys); /* not beyond 72 h */
    run_frames(&f, 2);
    g_assert_cmpint(g_get_real_time() - past_of(&f)->at_us, <=,
                    DASH_PAST_REACH_US + 5 * (int64_t)G_USEC_PER_SEC);
    strike(&f, "l", &keys);
    g_assert_true(past_of(&f)->live);
    close_fixture(&f);
}

static void
the_time_is_kept_from_bed_to_bed_and_one_key_brings_back(void)
{
    Fixture f;
    unsigned keys = 0;
    if (!open_fixture(&f, "calm"))
        return;
    run_frames(&f, 2);
    act(&f, DASH_ACT_RIGHT);
    act(&f, DASH_ACT_OPEN);
    run_frames(&f, 2);
    g_assert_true(past_of(&f)->live);
    strike(&f, "comma", &keys); /* a minute back */
    see(&f);
    int64_t at_us = past_of(&f)->at_us;
    g_assert_false(past_of(&f)->live);
    g_assert_nonnull(past_of(&f)->replay);
    g_assert_nonnull(dash_model_find_bed(past_of(&f)->replay, "demo/icu/1"));
    strike(&f, "Tab", &keys);
    see(&f);
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/2");
    g_assert_cmpint(past_of(&f)->at_us, ==, at_us);
    g_assert_nonnull(dash_model_find_bed(past_of(&f)->replay, "demo/icu/2"));
    strike(&f, "5", &keys); /* and into the full disclosure */
    see(&f);
    g_assert_cmpint(past_of(&f)->at_us, ==, at_us);
    strike(&f, "Escape", &keys);
    run_frames(&f, 2);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    strike(&f, "Escape", &keys); /* one key: now again, and still this bed */
    run_frames(&f, 2);
    g_assert_true(past_of(&f)->live);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    close_fixture(&f);
}

static void
marked_strips_go_to_a_pdf(void)
{
    Fixture f;
    unsigned keys = 0;
    if (!open_fixture(&f, "alarms"))
        return;
    run_frames(&f, 2);
    strike(&f, "5", &keys);
    see(&f);
    strike(&f, "n", &keys);
    see(&f);
    strike(&f, "s", &keys);
    strike(&f, "s", &keys); /* the same one is kept once */
    g_assert_cmpuint(past_of(&f)->n_cuts, ==, 1);
    strike(&f, "<Control>e", &keys);
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
    close_fixture(&f);
}

int
main(int argc, char **argv)
{
    GPid server = 0;
    g_setenv("GTK_A11Y", "test", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *display = test_display_open(&server);
    if (display) {
        g_setenv("DISPLAY", display, TRUE);
        g_setenv("GDK_BACKEND", "x11", TRUE);
        has_display = dash_window_possible();
    }
#define ADD(name) g_test_add_func("/dashboard/ui/" #name, name)
    ADD(arrows_enter_and_escape_walk_wall_and_beds);
    ADD(a_station_comes_back_to_where_it_stood);
    ADD(what_cannot_be_read_of_a_preference_is_left_as_usual);
    ADD(the_picture_is_named_for_those_who_cannot_see_it);
    ADD(an_answer_goes_to_the_chosen_bed_first);
    ADD(an_answer_is_chosen_for_one_alarm_and_meant_by_another_act);
    ADD(who_lies_where_is_said_in_forms);
    ADD(what_was_done_is_taken_back_by_an_act_of_its_own);
    ADD(what_somebody_changed_since_and_what_is_for_good_is_not_taken_back);
    ADD(a_change_of_view_is_taken_back);
    ADD(what_a_bed_has_to_send_is_said_in_a_form);
    ADD(a_form_over_a_past_time_says_that_it_acts_now);
    ADD(a_place_of_the_handover_is_chosen_by_key);
    ADD(numbers_are_typed_in_the_unit_shown_and_sent_in_that_of_the_signal);
    ADD(what_is_seen_noted_and_promised_is_said_in_forms);
    ADD(a_handover_is_begun_written_signed_and_printed);
    ADD(a_note_and_a_line_are_written_with_keys_alone);
    ADD(a_bed_that_is_opened_is_told_as_seen);
    ADD(a_limit_is_tried_and_set_in_nine_keys_and_a_reason);
    ADD(a_trial_is_for_a_bed_a_unit_or_the_pack);
    ADD(a_simulation_can_be_cancelled_and_says_what_is_wrong);
    ADD(the_review_lists_occurrences_and_opens_their_beds);
    ADD(the_review_is_exported_as_tables);
    ADD(the_worst_bed_is_known_by_one_key_and_open_by_two);
    ADD(a_bed_is_found_by_typing_and_lists_are_kept);
    ADD(a_silent_site_is_seen_by_one_key);
    ADD(a_press_chooses_a_row_and_two_open_it);
    ADD(the_layout_of_the_wall_is_kept);
    ADD(three_screens_share_the_beds_and_keep_their_views);
    ADD(an_arrhythmia_is_seen_with_its_pressure_in_three_keys);
    ADD(a_press_in_the_rows_goes_to_that_minute_and_the_keys_move_on);
    ADD(the_time_is_kept_from_bed_to_bed_and_one_key_brings_back);
    ADD(marked_strips_go_to_a_pdf);
    int status = g_test_run();
    test_display_close(&server);
    return status;
}
