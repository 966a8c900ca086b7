/* The forms of the desk, and what they send.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/ui/desk.h"
#include "dashboard/ui/view-past.h"
#include "tests/dashboard/ward.h"
#include "tests/ui/ui.h"

static void
who_lies_where_is_said_in_forms(void)
{
    Ui f;
    if (!ui_open_desk(&f))
        return;
    DashForm *form = ui_form(&f, DASH_ACT_ADMIT);
    ui_type(form, "patient", "");
    dash_form_send(form);
    g_assert_cmpuint(ui_sent.n, ==, 0);
    g_assert_cmpstr(dash_form_refusal(form), ==, "The pseudonym of the patient is missing");
    ui_type(form, "patient", "  P-77 ");
    ui_send(form, VICU__COMMAND__WHAT_ADMIT);
    g_assert_cmpstr(ui_sent.command->admit->bed, ==, "demo/icu/7");
    g_assert_cmpstr(ui_sent.command->admit->patient, ==, "P-77");
    form = ui_form(&f, DASH_ACT_MOVE);
    ui_type(form, "to", "9");
    ui_send(form, VICU__COMMAND__WHAT_MOVE);
    g_assert_cmpstr(ui_sent.command->move->to, ==, "demo/icu/9");
    form = ui_form(&f, DASH_ACT_DISCHARGE);
    ui_type(form, "reason", "to the ward");
    ui_sent.answer = FALSE;
    dash_form_send(form);
    g_assert_true(dash_form_open_one() == form); /* what is refused stands in the form */
    g_assert_cmpstr(dash_form_refusal(form), ==, "refused by the owner");
    ui_sent.answer = TRUE;
    ui_send(form, VICU__COMMAND__WHAT_DISCHARGE);
    g_assert_cmpstr(ui_sent.reason, ==, "to the ward");
    form = ui_form(&f, DASH_ACT_BIND);
    ui_type(form, "device", "M-9");
    ui_send(form, VICU__COMMAND__WHAT_BIND);
    form = ui_form(&f, DASH_ACT_ABSENCE);
    ui_type(form, "until", "whenever");
    dash_form_send(form);
    g_assert_cmpstr(dash_form_refusal(form), ==, "For how long? As 30min or 1h, at most 2h");
    ui_type(form, "until", "45min");
    g_assert_true(dash_form_choose(form, "kind", 1));
    ui_send(form, VICU__COMMAND__WHAT_ABSENCE);
    g_assert_cmpint(ui_sent.command->absence->presence, ==, VICU__PRESENCE__PRESENCE_TRANSPORT);
    ui_close(&f);
}

static void
what_a_bed_has_to_send_is_said_in_a_form(void)
{
    static char *const required[] = {(char *)"SpO2"};
    Ui f;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed bed = VICU__BED__INIT;
    if (!ui_open_desk(&f))
        return;
    bed.bed = item.key = (char *)"demo/icu/7";
    bed.presence = VICU__PRESENCE__PRESENCE_PRESENT;
    bed.required = (char **)required;
    bed.n_required = 1;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    dash_model_take_state(f.station.model, &item, WARD_NOW_US);
    DashForm *form = ui_form(&f, DASH_ACT_EXPECT);
    g_assert_cmpstr(dash_form_text(form, "inputs"), ==, "SpO2"); /* as it is now */
    ui_type(form, "inputs", " SpO2, ,MAP ");
    ui_type(form, "reason", "invasive line");
    ui_send(form, VICU__COMMAND__WHAT_PROFILE);
    g_assert_cmpuint(ui_sent.command->profile->n_required, ==, 2);
    g_assert_cmpstr(ui_sent.command->profile->required[1], ==, "MAP");
    form = ui_form(&f, DASH_ACT_EXPECT);
    ui_type(form, "inputs", "");
    ui_send(form, VICU__COMMAND__WHAT_PROFILE);
    g_assert_cmpuint(ui_sent.command->profile->n_required, ==, 0);
    ui_close(&f);
}

/* In a replay the desk is that of now, and its forms say so. */
static void
a_form_over_a_past_time_says_that_it_acts_now(void)
{
    Ui f;
    if (!ui_open_desk(&f))
        return;
    ui_frames(&f, 2);
    DashForm *form = ui_form(&f, DASH_ACT_NOTE);
    g_assert_cmpstr(dash_form_heading(form), ==, "A note of the bed");
    ui_type(form, "text", "now");
    ui_send(form, VICU__COMMAND__WHAT_NOTE);
    ui_act(&f, DASH_ACT_EARLIER);
    ui_frames(&f, 2);
    g_assert_false(dash_past_desk_state(f.shell->past)->live);
    form = ui_form(&f, DASH_ACT_NOTE);
    g_assert_cmpstr(dash_form_heading(form), ==,
                    "A note of the bed: acts now, not at the time shown");
    ui_type(form, "text", "of now");
    ui_send(form, VICU__COMMAND__WHAT_NOTE);
    ui_close(&f);
}

/* What is typed in kPa or °F is sent in the unit of the limit and of the signal. */
static void
numbers_are_typed_in_the_unit_shown_and_sent_in_that_of_the_signal(void)
{
    unsigned at = 0;
    Ui f;
    if (!ui_open_desk(&f))
        return;
    const DashBed *bed = dash_model_find_bed(f.station.model, "demo/icu/7");
    const DashLimit *limit = ui_limit(bed, "MAP_low", &at);
    ui_act(&f, DASH_ACT_NEXT_PRESSURE);
    ui_act(&f, DASH_ACT_NEXT_TEMPERATURE);
    DashForm *form = ui_form(&f, DASH_ACT_LIMIT);
    g_assert_true(dash_form_choose(form, "name", at));
    g_assert_cmpstr(dash_form_title(form, "value"), ==, "Value in kPa");
    g_assert_cmpfloat(limit->max, ==, 130);
    ui_type(form, "reason", "chronic hypotension");
    ui_type(form, "value", "60"); /* of somebody who thinks in mmHg */
    dash_form_send(form);
    g_assert_cmpstr(dash_form_refusal(form), ==, "60 kPa is outside of 4.4 to 17.3 kPa");
    ui_type(form, "value", "8.0");
    ui_act(&f, DASH_ACT_NEXT_PRESSURE); /* while it is open: it keeps the unit that it says */
    ui_send(form, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpstr(ui_sent.command->limit->unit, ==, "mm[Hg]");
    g_assert_cmpfloat_with_epsilon(ui_sent.command->limit->value, 8.0 / 0.133322387415, 1e-9);
    form = ui_form(&f, DASH_ACT_LIMIT);
    g_assert_true(dash_form_choose(form, "name", at));
    g_assert_cmpstr(dash_form_title(form, "value"), ==, "Value in mmHg");
    ui_type(form, "value", "60");
    ui_type(form, "reason", "chronic hypotension");
    ui_send(form, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpfloat(ui_sent.command->limit->value, ==, 60);
    form = ui_form(&f, DASH_ACT_OBSERVE);
    g_assert_true(dash_form_choose(form, "signal", 5));
    g_assert_cmpstr(dash_form_title(form, "value"), ==, "Value in °F");
    ui_type(form, "value", "100.4");
    ui_send(form, VICU__COMMAND__WHAT_OBSERVE);
    g_assert_cmpstr(ui_sent.command->observe->observation->unit, ==, "Cel");
    g_assert_cmpfloat_with_epsilon(ui_sent.command->observe->observation->value, 38, 1e-9);
    ui_close(&f);
}

static void
what_is_seen_noted_and_promised_is_said_in_forms(void)
{
    Ui f;
    if (!ui_open_desk(&f))
        return;
    DashForm *form = ui_form(&f, DASH_ACT_OBSERVE);
    ui_type(form, "value", "V");
    ui_send(form, VICU__COMMAND__WHAT_OBSERVE);
    g_assert_cmpstr(ui_sent.command->observe->observation->name, ==, "ACVPU");
    g_assert_cmpstr(ui_sent.command->observe->observation->symbol, ==, "V");
    form = ui_form(&f, DASH_ACT_OBSERVE);
    g_assert_true(dash_form_choose(form, "signal", 5));
    ui_type(form, "value", "warm");
    dash_form_send(form);
    g_assert_nonnull(strstr(dash_form_refusal(form), "is a number"));
    ui_type(form, "value", "38.4");
    ui_type(form, "at", "-10min");
    ui_send(form, VICU__COMMAND__WHAT_OBSERVE);
    g_assert_cmpstr(ui_sent.command->observe->observation->unit, ==, "Cel");
    g_assert_cmpfloat(ui_sent.command->observe->observation->value, ==, 38.4);
    form = ui_form(&f, DASH_ACT_NOTE);
    ui_type(form, "text", "difficult airway");
    ui_send(form, VICU__COMMAND__WHAT_NOTE);
    g_assert_false(ui_sent.command->note->promise);
    form = ui_form(&f, DASH_ACT_PROMISE);
    ui_type(form, "text", "gas");
    ui_type(form, "due", "2h");
    ui_send(form, VICU__COMMAND__WHAT_NOTE);
    g_assert_true(ui_sent.command->note->promise);
    g_assert_cmpint(ui_sent.command->note->due_us, >, 0);
    form = ui_form(&f, DASH_ACT_DONE);
    g_assert_true(dash_form_choose(form, "promise", 1));
    ui_send(form, VICU__COMMAND__WHAT_DONE);
    const DashBed *bed = dash_model_find_bed(f.station.model, "7");
    g_assert_cmpuint(bed->n_notes, ==, 3);
    g_assert_cmpuint(strlen(ui_sent.command->done->id), ==, 16);
    form = ui_form(&f, DASH_ACT_TAKE);
    ui_type(form, "name", "Dr B");
    ui_send(form, VICU__COMMAND__WHAT_TAKE);
    g_assert_cmpstr(ui_sent.command->take->name, ==, "Dr B");
    form = ui_form(&f, DASH_ACT_LIMIT);
    g_assert_true(dash_form_choose(form, "name", 1));
    ui_type(form, "value", "150 bpm");
    dash_form_send(form);
    g_assert_nonnull(strstr(dash_form_refusal(form), "is a number"));
    ui_type(form, "value", "150");
    ui_type(form, "for", "4h");
    ui_type(form, "reason", "known fibrillation");
    ui_send(form, VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpstr(ui_sent.command->limit->name, ==, "HR_high");
    g_assert_cmpstr(ui_sent.command->limit->unit, ==, "/min");
    g_assert_cmpint(ui_sent.command->limit->for_us, ==, 4 * 3600 * (int64_t)G_USEC_PER_SEC);
    g_assert_cmpstr(ui_sent.reason, ==, "known fibrillation");
    ui_close(&f);
}

/* The opening is told once, however long the bed stays open. */
static void
a_bed_that_is_opened_is_told_as_seen(void)
{
    Ui f;
    if (!ui_open_desk(&f))
        return;
    dash_desk_tick(f.shell);
    g_assert_cmpint(ui_sent.command->what_case, ==, VICU__COMMAND__WHAT_SEEN);
    g_assert_cmpstr(ui_sent.command->seen->bed, ==, "demo/icu/7");
    unsigned n = ui_sent.n;
    dash_desk_tick(f.shell);
    g_assert_cmpuint(ui_sent.n, ==, n);
    ui_act(&f, DASH_ACT_RIGHT);
    dash_desk_tick(f.shell);
    g_assert_cmpstr(ui_sent.command->seen->bed, ==, "demo/icu/8");
    ui_act(&f, DASH_ACT_WALL);
    dash_desk_tick(f.shell);
    g_assert_cmpuint(ui_sent.n, ==, n + 1);
    ui_close(&f);
}

int
main(int argc, char **argv)
{
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/desk/" #name, name)
    ADD(who_lies_where_is_said_in_forms);
    ADD(what_a_bed_has_to_send_is_said_in_a_form);
    ADD(a_form_over_a_past_time_says_that_it_acts_now);
    ADD(numbers_are_typed_in_the_unit_shown_and_sent_in_that_of_the_signal);
    ADD(what_is_seen_noted_and_promised_is_said_in_forms);
    ADD(a_bed_that_is_opened_is_told_as_seen);
    return ui_end();
}
