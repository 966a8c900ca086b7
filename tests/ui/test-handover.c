/* A handover and its forms, also with keys alone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/ui/views.h"
#include "tests/dashboard/display.h"
#include "tests/ui/ui.h"

typedef gboolean (*Condition)(const Ui *f);

static const char *awaited; /* what the conditions below look for */

/* It has the keys. */
static gboolean
has_form(const Ui *f)
{
    return dash_form_open_one() && !gtk_window_is_active(GTK_WINDOW(f->shell->window));
}

static gboolean
has_no_form(const Ui *f)
{
    return !dash_form_open_one() && gtk_window_is_active(GTK_WINDOW(f->shell->window));
}

static gboolean
is_typed(const Ui *f)
{
    (void)f;
    return strcmp(dash_form_text(dash_form_open_one(), "text"), awaited) == 0;
}

static gboolean
is_handover(const Ui *f)
{
    return f->shell->place.kind == DASH_VIEW_HANDOVER;
}

static gboolean
is_chosen(const Ui *f)
{
    return g_strcmp0(f->shell->place.bed, awaited) == 0;
}

static void
wait_until(const Ui *f, Condition condition)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (!condition(f) && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_true(condition(f));
}

/* FALSE: there is no keyboard. */
static gboolean
keys(const Ui *f, const char *names, Condition then)
{
    if (!test_display_keys(g_getenv("DISPLAY"), names))
        return FALSE;
    wait_until(f, then);
    return TRUE;
}

static void
write_with_keys(const Ui *f, const char *text)
{
    awaited = text;
    g_assert_true(test_display_type(g_getenv("DISPLAY"), text));
    wait_until(f, is_typed);
}

static void
a_place_of_the_handover_is_chosen_by_key(void)
{
    Ui f;
    if (!ui_open_desk(&f))
        return;
    ui_act(&f, DASH_ACT_HANDOVER);
    ui_frames(&f, 2);
    ui_act(&f,
           DASH_ACT_HANDOVER_PLACE); /* from the unit where one is open, behind which is the site */
    g_assert_cmpstr(f.shell->views->handover.place, ==, "demo");
    DashForm *form = ui_form(&f, DASH_ACT_HANDOVER_BEGIN);
    g_assert_cmpstr(dash_form_text(form, "place"), ==, "demo");
    ui_type(form, "from", "Dr. A");
    ui_type(form, "to", "Dr. B");
    ui_send(form, VICU__COMMAND__WHAT_BEGIN_HANDOVER);
    g_assert_cmpstr(ui_sent.command->begin_handover->place, ==, "demo");
    ui_act(&f, DASH_ACT_HANDOVER_PLACE);
    g_assert_cmpstr(f.shell->views->handover.place, ==, "demo/icu");
    ui_close(&f);
}

static void
a_handover_is_begun_written_signed_and_printed(void)
{
    Ui f;
    if (!ui_open_desk(&f))
        return;
    ui_act(&f, DASH_ACT_HANDOVER);
    ui_frames(&f, 2);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_HANDOVER);
    ui_act(&f, DASH_ACT_HOME);
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/1");
    ui_act(&f, DASH_ACT_DOWN);
    ui_act(&f, DASH_ACT_DOWN);
    g_assert_cmpstr(f.shell->place.bed, ==, "demo/icu/3");
    DashForm *form = ui_form(&f, DASH_ACT_OPEN);
    ui_type(form, "text", "extubated, stable");
    ui_send(form, VICU__COMMAND__WHAT_HANDOVER_LINE);
    g_assert_cmpstr(ui_sent.command->handover_line->id, ==, "demo/icu");
    g_assert_cmpstr(ui_sent.command->handover_line->bed, ==, "demo/icu/3");
    form = ui_form(&f, DASH_ACT_HANDOVER_SIGN);
    ui_type(form, "name", "Dr B");
    ui_send(form, VICU__COMMAND__WHAT_SIGN_HANDOVER);
    g_assert_cmpstr(ui_sent.command->sign_handover->id, ==, "00000000000000aa");
    form = ui_form(&f, DASH_ACT_HANDOVER_WITHDRAW);
    ui_type(form, "reason", "wrong names");
    ui_send(form, VICU__COMMAND__WHAT_WITHDRAW_HANDOVER);
    form = ui_form(&f, DASH_ACT_HANDOVER_BEGIN);
    ui_type(form, "from", "Dr B");
    dash_form_send(form);
    g_assert_nonnull(strstr(dash_form_refusal(form), "Both names"));
    ui_type(form, "to", "Dr C");
    ui_send(form, VICU__COMMAND__WHAT_BEGIN_HANDOVER);
    g_assert_cmpstr(ui_sent.command->begin_handover->place, ==, "demo/icu");
    ui_act(&f, DASH_ACT_HANDOVER_PRINT);
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
    ui_close(&f);
}

static void
a_note_and_a_line_are_written_with_keys_alone(void)
{
    Ui f;
    if (!ui_open_desk(&f))
        return;
    if (!keys(&f, "Shift_L", has_no_form)) {
        g_test_skip("this machine has no libXtst");
        ui_close(&f);
        return;
    }
    keys(&f, "m", has_form);
    write_with_keys(&f, "Difficult airway");
    keys(&f, "Return", has_no_form);
    g_assert_cmpint(ui_sent.command->what_case, ==, VICU__COMMAND__WHAT_NOTE);
    g_assert_cmpstr(ui_sent.command->note->text, ==, "Difficult airway");
    g_assert_cmpstr(ui_sent.command->note->bed, ==, "demo/icu/7");
    keys(&f, "7", is_handover);
    awaited = "demo/icu/8";
    keys(&f, "Down", is_chosen);
    keys(&f, "Return", has_form);
    write_with_keys(&f, "stable");
    keys(&f, "Return", has_no_form);
    g_assert_cmpint(ui_sent.command->what_case, ==, VICU__COMMAND__WHAT_HANDOVER_LINE);
    g_assert_cmpstr(ui_sent.command->handover_line->text, ==, "stable");
    unsigned n = ui_sent.n;
    keys(&f, "g", has_form);
    keys(&f, "Escape", has_no_form); /* left without an act */
    g_assert_cmpuint(ui_sent.n, ==, n);
    ui_close(&f);
}

int
main(int argc, char **argv)
{
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/handover/" #name, name)
    ADD(a_place_of_the_handover_is_chosen_by_key);
    ADD(a_handover_is_begun_written_signed_and_printed);
    ADD(a_note_and_a_line_are_written_with_keys_alone);
    return ui_end();
}
