/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/sign-in.h"

#include <string.h>

#include "common/seal.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/desk.h"

#define NAME_MAX_CHARS 64

/* ---- somebody is here ---- */

static gboolean
on_event(GtkEventController *controller, GdkEvent *event, gpointer user)
{
    DashShell *shell = user;
    GdkEventType type = gdk_event_get_event_type(event);
    (void)controller;

    if (shell->station->person
        && (type == GDK_KEY_PRESS || type == GDK_BUTTON_PRESS || type == GDK_MOTION_NOTIFY
            || type == GDK_SCROLL || type == GDK_TOUCH_BEGIN))
        dash_person_touch(shell->station->person);
    return FALSE;
}

void
dash_sign_in_watch(DashShell *shell, GtkWidget *window)
{
    GtkEventController *all = gtk_event_controller_legacy_new();

    gtk_event_controller_set_propagation_phase(all, GTK_PHASE_CAPTURE);
    g_signal_connect(all, "event", G_CALLBACK(on_event), shell);
    gtk_widget_add_controller(window, all);
}

void
dash_sign_in_close_others(DashShell *shell)
{
    g_autoptr(GList) windows = gtk_window_list_toplevels();

    for (GList *l = windows; l != NULL; l = l->next) {
        if (gtk_window_get_transient_for(l->data) != GTK_WINDOW(shell->window))
            continue;
        gtk_window_destroy(l->data);
        gtk_window_present(GTK_WINDOW(shell->window)); /* it has the keys again */
    }
}

/* ---- forms ---- */

static void
send_sign_in(DashForm *form)
{
    DashPerson *person = dash_form_shell(form)->station->person;
    const char *account = dash_form_text(form, "account");
    char *password = (char *)dash_form_text(form, "password");

    if (*account == '\0' || *password == '\0') {
        dash_form_refuse(form, _("Account and password, both"));
        return;
    }
    dash_form_wait(form);
    dash_person_sign_in(person, account, password, dash_form_answered, form);
    vicu_seal_wipe(password, strlen(password));
    dash_form_type(form, "password", "");
}

static void
ask_sign_in(DashShell *shell)
{
    gboolean locked = dash_shell_is_locked(shell);
    DashForm *form = dash_form_new(shell, locked ? _("The station is locked") : _("Sign in"),
                                   locked ? _("Alarms are shown and sound as before")
                                          : _("Who works at this station"),
                                   _("_Sign in"), NULL, send_sign_in);

    dash_form_add_text(form, "account", _("Account"), NULL);
    dash_form_add_secret(form, "password", _("Password"));
    dash_form_show(form);
}

static void
send_break_glass(DashForm *form)
{
    DashPerson *person = dash_form_shell(form)->station->person;
    const char *reason = dash_form_text(form, "reason");

    if (*reason == '\0') {
        dash_form_refuse(form, _("Why? It is told to everybody"));
        return;
    }
    dash_form_wait(form);
    dash_person_break_glass(person, reason, dash_form_answered, form);
}

static void
ask_break_glass(DashShell *shell)
{
    DashForm *form =
        dash_form_new(shell, _("Break the glass"),
                      _("Every unit for 60 min; an alarm stands at every station until it is over"),
                      _("_Break the glass"), NULL, send_break_glass);

    dash_form_warn(form);
    dash_form_add_text(form, "reason", _("Reason"), NULL);
    dash_form_show(form);
}

typedef struct {
    DashForm *form;
    char *name;
} Emergency;

static void
on_emergency(gboolean ok, const char *text, gpointer user)
{
    Emergency *self = user;

    if (ok)
        dash_person_emergency(dash_form_shell(self->form)->station->person, self->name);
    dash_form_answered(ok, text, self->form);
    g_free(self->name);
    g_free(self);
}

static void
send_emergency(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__BeginEmergency begin = VICU__BEGIN_EMERGENCY__INIT;
    const char *reason = dash_form_text(form, "reason");

    begin.name = (char *)dash_form_text(form, "name");
    if (*begin.name == '\0' || *reason == '\0' || g_utf8_strlen(begin.name, -1) > NAME_MAX_CHARS) {
        dash_form_refuse(form, _("Your name, at most 64 letters, and why"));
        return;
    }
    command.what_case = VICU__COMMAND__WHAT_EMERGENCY;
    command.emergency = &begin;
    Emergency *asked = g_new0(Emergency, 1);
    *asked = (Emergency){form, g_strdup(begin.name)};
    dash_form_wait(form);
    dash_desk_command(dash_form_shell(form), &command, reason, on_emergency, asked);
}

static void
ask_emergency(DashShell *shell)
{
    DashForm *form = dash_form_new(
        shell, _("Emergency access while the store is away"),
        _("Until the store answers, at most 60 min; an alarm stands at every station"), _("_Begin"),
        NULL, send_emergency);

    dash_form_warn(form);
    dash_form_add_text(form, "name", _("Your name"), NULL);
    dash_form_add_text(form, "reason", _("Reason"), NULL);
    dash_form_show(form);
}

static void
lock(DashShell *shell)
{
    if (dash_shell_is_locked(shell))
        dash_shell_say(shell, _("The station is locked: Ctrl+G signs in"));
    else if (!dash_person_lock(shell->station->person))
        dash_shell_say(shell, _("Nobody has signed in: who would open it again?"));
    dash_shell_lock_seen(shell);
}

gboolean
dash_sign_in_do(DashShell *shell, DashAct act)
{
    DashPerson *person = shell->station->person;

    if (act != DASH_ACT_SIGN_IN && act != DASH_ACT_SIGN_OUT && act != DASH_ACT_LOCK
        && act != DASH_ACT_BREAK_GLASS && act != DASH_ACT_EMERGENCY)
        return FALSE;
    if (!person) {
        dash_shell_say(shell, _("This station is not connected"));
    } else if (act == DASH_ACT_SIGN_IN) {
        ask_sign_in(shell);
    } else if (act == DASH_ACT_LOCK) {
        lock(shell);
    } else if (act == DASH_ACT_EMERGENCY) {
        ask_emergency(shell);
    } else if (!dash_person_who(person).name) {
        dash_shell_say(shell, _("Nobody has signed in at this station"));
    } else if (act == DASH_ACT_BREAK_GLASS) {
        ask_break_glass(shell);
    } else {
        dash_person_sign_out(person);
        dash_shell_say(shell, _("Signed out"));
    }
    return TRUE;
}
