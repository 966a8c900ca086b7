/* Ui. See ui.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/ui/ui.h"

#include <glib/gstdio.h>

#include "common/clock.h"
#include "dashboard/saved.h"
#include "dashboard/scene/words.h"
#include "tests/dashboard/display.h"
#include "tests/dashboard/ward.h"

static bool has_display;
static GPid server;

UiSent ui_sent;

void
ui_begin(int *argc, char ***argv)
{
    g_setenv("GTK_A11Y", "test", TRUE);
    g_test_init(argc, argv, NULL);
    g_autofree char *display = test_display_open(&server);
    if (display) {
        g_setenv("DISPLAY", display, TRUE);
        g_setenv("GDK_BACKEND", "x11", TRUE);
        has_display = dash_window_possible();
    }
}

int
ui_end(void)
{
    int status = g_test_run();
    test_display_close(&server);
    return status;
}

void
ui_show(Ui *f)
{
    f->shell = dash_window_make(&f->station, f->folder);
    gtk_window_set_default_size(GTK_WINDOW(f->shell->window), 1280, 760);
    gtk_window_present(GTK_WINDOW(f->shell->window));
}

bool
ui_open(Ui *f, const char *story)
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
    ui_show(f);
    return true;
}

void
ui_close(Ui *f)
{
    g_autofree char *file = g_build_filename(f->folder, "station.ini", NULL);
    dash_window_end(f->shell);
    dash_model_free(f->station.model);
    g_remove(file);
    g_rmdir(f->folder);
    g_free(f->folder);
    dash_words_use("en");
}

void
ui_frames(Ui *f, double n)
{
    double wanted = dash_canvas_frames(f->shell->canvas) + n;
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (dash_canvas_frames(f->shell->canvas) < wanted && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpfloat(dash_canvas_frames(f->shell->canvas), >=, wanted);
}

void
ui_act(Ui *f, DashAct act)
{
    g_assert_true(dash_shell_do(f->shell, act, NULL, 0));
}

void
ui_await_focus(Ui *f)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    ui_frames(f, 2);
    while (!gtk_window_is_active(GTK_WINDOW(f->shell->window)) && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
}

void
ui_on_sent(
    Vicu__Command *command, const char *reason, DashAnswerFunc func, gpointer user, gpointer at)
{
    (void)at;
    g_autoptr(GBytes) packed = vicu_wire_pack(&command->base);
    vicu_wire_free(ui_sent.command);
    g_free(ui_sent.reason);
    ui_sent.command =
        vicu_wire_unpack_command(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
    ui_sent.reason = g_strdup(reason);
    ui_sent.n++;
    if (func)
        func(ui_sent.answer, ui_sent.answer ? "done" : "refused by the owner", user);
}

bool
ui_open_desk(Ui *f)
{
    if (!ui_open(f, "handover"))
        return false;
    f->shell->send = ui_on_sent;
    ui_sent.answer = TRUE;
    ui_sent.n = 0;
    ui_frames(f, 2);
    dash_shell_go(f->shell, DASH_VIEW_BED, "demo/icu/7", NULL);
    return true;
}

/* The form that the act opens. */
DashForm *
ui_form(Ui *f, DashAct which)
{
    ui_act(f, which);
    DashForm *form = dash_form_open_one();
    g_assert_nonnull(form);
    ui_frames(f, 1);
    return form;
}

void
ui_type(DashForm *form, const char *key, const char *text)
{
    g_assert_true(dash_form_type(form, key, text));
}

void
ui_send(DashForm *form, Vicu__Command__WhatCase what)
{
    unsigned before = ui_sent.n;
    dash_form_send(form);
    g_assert_cmpuint(ui_sent.n, ==, before + 1);
    g_assert_cmpint(ui_sent.command->what_case, ==, what);
    g_assert_null(dash_form_open_one()); /* it was done: the form is closed */
}

const DashLimit *
ui_limit(const DashBed *bed, const char *name, unsigned *at)
{
    for (*at = 0; *at < bed->n_limits; ++*at)
        if (strcmp(bed->limit[*at].name, name) == 0)
            return &bed->limit[*at];
    return NULL;
}

void
ui_set_alarm(Ui *f, const char *bed, Vicu__AlarmState state)
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
