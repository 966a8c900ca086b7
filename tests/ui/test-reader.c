/* What readers of screens are told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/news.h"
#include "tests/dashboard/ward.h"
#include "tests/ui/ui.h"

static void
the_picture_is_named_for_those_who_cannot_see_it(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    ui_frames(&f, 32);
    gtk_test_accessible_assert_role(f.shell->canvas, GTK_ACCESSIBLE_ROLE_GROUP);
    gtk_test_accessible_assert_property(
        f.shell->canvas, GTK_ACCESSIBLE_PROPERTY_LABEL,
        "Wall: 16 beds, 7 standing alarms. Worst: high, bed 7: MAP below 50 mmHg, not answered. "
        "Supplemental: not a primary alarm.");
    gtk_test_accessible_assert_property(f.shell->canvas, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                        "high, bed 7: MAP below 50 mmHg, not answered");
    ui_close(&f);
}

static const char *
said(Ui *f)
{
    GtkWidget *label = dash_reader_said(dash_canvas_reader(f->shell->canvas));
    return gtk_label_get_text(GTK_LABEL(label));
}

/* What the window that has the keyboard is called, which is what is spoken. */
static void
expect_spoken(Ui *f, GtkWidget *window, const char *text)
{
    const char *title = gtk_window_get_title(GTK_WINDOW(window));
    g_autofree char *name = g_strdup_printf("%s – %s", text, title);
    g_assert_cmpstr(said(f), ==, text);
    gtk_test_accessible_assert_property(window, GTK_ACCESSIBLE_PROPERTY_LABEL, name);
}

static void
await_said(Ui *f, const char *part)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (!strstr(said(f), part) && g_get_monotonic_time() < until_us)
        ui_frames(f, 1);
    g_test_message("%s", said(f));
    g_assert_nonnull(strstr(said(f), part));
}

static void
a_new_alarm_is_spoken_once(void)
{
    Ui f;
    if (!ui_open(&f, "calm"))
        return;
    ui_frames(&f, 32);
    g_assert_cmpstr(said(&f), ==, "");
    ui_set_alarm(&f, "demo/icu/3", VICU__ALARM_STATE__ALARM_ACTIVE);
    await_said(&f, ": high, bed 3: Asystole, not answered");
    g_assert_true(g_str_has_prefix(said(&f), "New alarm, "));
    g_autofree char *text = g_strdup(said(&f));
    expect_spoken(&f, f.shell->window, text);
    dash_reader_say(dash_canvas_reader(f.shell->canvas), "something else");
    ui_frames(&f, 64);
    g_assert_cmpstr(said(&f), ==, "something else");
    /* Answered, and unanswered once more. */
    ui_set_alarm(&f, "demo/icu/3", VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    ui_frames(&f, 32);
    g_assert_cmpstr(said(&f), ==, "something else");
    ui_set_alarm(&f, "demo/icu/3", VICU__ALARM_STATE__ALARM_ACTIVE);
    await_said(&f, "Asystole");
    ui_close(&f);
}

/* Of many the worst, and how many more. */
static void
many_new_alarms_are_one_sentence(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    g_autoptr(DashNews) news = dash_news_new();
    DashView view = {.now_us = WARD_NOW_US};
    g_autofree char *text = dash_news_take(news, f.station.model, &view);
    g_test_message("%s", text);
    g_assert_true(g_str_has_prefix(text, "5 new alarms, "));
    g_assert_nonnull(strstr(text, ": high, bed 7: MAP below 50 mmHg, not answered; "));
    g_assert_true(g_str_has_suffix(text, "; and 2 more"));
    g_assert_null(dash_news_take(news, f.station.model, &view));
    ui_close(&f);
}

static void
the_state_of_the_station_and_its_alarms_stand_beside_the_picture(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    const DashReader *reader = dash_canvas_reader(f.shell->canvas);
    ui_frames(&f, 32);
    GtkWidget *status = dash_reader_status(reader);
    GtkWidget *rail = dash_reader_rail(reader);
    gtk_test_accessible_assert_role(status, GTK_ACCESSIBLE_ROLE_STATUS);
    g_assert_nonnull(strstr(gtk_label_get_text(GTK_LABEL(status)), "No data come"));
    gtk_test_accessible_assert_role(rail, GTK_ACCESSIBLE_ROLE_LIST);
    gtk_test_accessible_assert_property(rail, GTK_ACCESSIBLE_PROPERTY_LABEL, "Standing alarms: 7");
    gtk_test_accessible_assert_role(dash_reader_item(reader, 0), GTK_ACCESSIBLE_ROLE_LIST_ITEM);
    g_assert_cmpstr(gtk_label_get_text(GTK_LABEL(dash_reader_item(reader, 0))), ==,
                    "high, bed 7: MAP below 50 mmHg, not answered");
    g_assert_true(gtk_widget_get_visible(dash_reader_item(reader, 6)));
    g_assert_false(gtk_widget_get_visible(dash_reader_item(reader, 7)));
    g_assert_null(dash_reader_item(reader, DASH_READER_ALARMS));
    gtk_test_accessible_assert_role(dash_reader_said(reader), GTK_ACCESSIBLE_ROLE_ALERT);
    ui_close(&f);
}

static void
the_bed_and_view_that_are_gone_to_are_spoken(void)
{
    Ui f;
    if (!ui_open(&f, "alarms"))
        return;
    ui_frames(&f, 2);
    ui_act(&f, DASH_ACT_RIGHT);
    ui_frames(&f, 1);
    g_assert_true(g_str_has_prefix(said(&f), "Wall. Bed 1, "));
    ui_act(&f, DASH_ACT_WORKLIST);
    ui_frames(&f, 1);
    g_assert_true(g_str_has_prefix(said(&f), "Worklist. Bed 1, "));
    ui_act(&f, DASH_ACT_UNDO);
    expect_spoken(&f, f.shell->window, "There is nothing to take back");
    ui_act(&f, DASH_ACT_UNDO); /* the same again is said again */
    expect_spoken(&f, f.shell->window, "There is nothing to take back ");
    ui_close(&f);
}

static void
a_form_names_its_fields_and_what_is_wrong(void)
{
    Ui f;
    if (!ui_open_desk(&f))
        return;
    ui_await_focus(&f);
    DashForm *form = ui_form(&f, DASH_ACT_ADMIT);
    GtkWidget *field = dash_form_field(form, "patient");
    gtk_test_accessible_assert_role(field, GTK_ACCESSIBLE_ROLE_TEXT_BOX);
    gtk_test_accessible_assert_property(field, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                        "Pseudonym of the patient");
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (!gtk_window_is_active(GTK_WINDOW(dash_form_window(form)))
           && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    ui_type(form, "patient", "");
    dash_form_send(form);
    expect_spoken(&f, dash_form_window(form), "The pseudonym of the patient is missing");
    ui_type(form, "patient", "P-7");
    ui_send(form, VICU__COMMAND__WHAT_ADMIT);
    form = ui_form(&f, DASH_ACT_LIMIT);
    gtk_test_accessible_assert_property(dash_form_field(form, "name"),
                                        GTK_ACCESSIBLE_PROPERTY_LABEL, "Limit");
    g_assert_true(
        gtk_test_accessible_has_property(GTK_ACCESSIBLE(dash_form_field(form, "name")),
                                         GTK_ACCESSIBLE_PROPERTY_DESCRIPTION)); /* its range */
    gtk_test_accessible_assert_property(dash_form_field(form, "value"),
                                        GTK_ACCESSIBLE_PROPERTY_LABEL, "Value in /min");
    ui_close(&f);
}

int
main(int argc, char **argv)
{
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/reader/" #name, name)
    ADD(the_picture_is_named_for_those_who_cannot_see_it);
    ADD(a_new_alarm_is_spoken_once);
    ADD(many_new_alarms_are_one_sentence);
    ADD(the_state_of_the_station_and_its_alarms_stand_beside_the_picture);
    ADD(the_bed_and_view_that_are_gone_to_are_spoken);
    ADD(a_form_names_its_fields_and_what_is_wrong);
    return ui_end();
}
