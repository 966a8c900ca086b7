/* Asking for the limit that was tried in the alarm review: what it is, what it would have done,
 * and why it is wanted. The owner of the limits judges and answers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/format.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/views.h"

#define REASON_MAX 200

typedef struct {
    DashShell *shell;
    DashTrial trial;
    GtkEditable *reason;
} Asking;

static void
on_answer(gboolean ok, const char *text, gpointer user)
{
    g_autofree char *said =
        ok ? g_strdup(text) : g_strdup_printf(_("The limit was not set: %s"), text);
    dash_shell_say(user, said);
}

static void
send(const Asking *self, const char *reason)
{
    const DashStation *station = self->shell->station;
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetLimit limit = VICU__SET_LIMIT__INIT;
    g_autofree char *place = dash_trial_place(&self->trial);
    bool of_unit = self->trial.scope == DASH_TRIAL_UNIT;
    if (!station->client) {
        on_answer(FALSE, _("this station has no connection"), self->shell);
        return;
    }
    limit.bed = (char *)(of_unit ? "" : self->trial.bed);
    limit.of_unit = of_unit ? place : (char *)"";
    limit.name = (char *)self->trial.limit;
    limit.unit = (char *)self->trial.unit;
    limit.value = self->trial.value;
    command.what_case = VICU__COMMAND__WHAT_LIMIT;
    command.limit = &limit;
    dash_client_command(station->client, &command,
                        vicu_keys_name(vicu_daemon_keys(station->daemon)), reason, on_answer,
                        self->shell);
}

static void
on_response(AdwMessageDialog *dialog, const char *response, gpointer user)
{
    (void)dialog;
    Asking *self = user;
    g_autofree char *reason = g_strstrip(g_strdup(gtk_editable_get_text(self->reason)));
    if (strcmp(response, "ask") == 0 && *reason)
        send(self, reason);
    g_free(self);
}

static void
on_changed(GtkEditable *entry, gpointer user)
{
    g_autofree char *text = g_strstrip(g_strdup(gtk_editable_get_text(entry)));
    adw_message_dialog_set_response_enabled(ADW_MESSAGE_DIALOG(user), "ask", *text != '\0');
}

static char *
body_text(const DashTrial *trial, const char *found)
{
    g_autofree char *place = dash_trial_place(trial);
    bool of_unit = trial->scope == DASH_TRIAL_UNIT;
    return g_strdup_printf(_("%s %.4g %s, now %.4g, for %s %s\n\n%s\n\nNothing changes at the "
                             "bedside: the monitor there keeps its own limits."),
                           trial->limit, trial->value, dash_format_unit(trial->unit),
                           trial->in_force, of_unit ? _("unit") : _("bed"),
                           of_unit ? place : trial->bed, found);
}

void
dash_review_ask(DashShell *shell, const DashTrial *trial, const char *found)
{
    Asking *self = g_new0(Asking, 1);
    g_autofree char *body = body_text(trial, found);
    self->shell = shell;
    self->trial = *trial;
    GtkWidget *dialog =
        adw_message_dialog_new(GTK_WINDOW(shell->window), _("Ask for this limit?"), NULL);
    AdwMessageDialog *message = ADW_MESSAGE_DIALOG(dialog);
    GtkWidget *entry = gtk_entry_new();
    adw_message_dialog_set_body(message, body);
    gtk_entry_set_placeholder_text(GTK_ENTRY(entry), _("Why, in a few words"));
    gtk_entry_set_max_length(GTK_ENTRY(entry), REASON_MAX);
    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    self->reason = GTK_EDITABLE(entry);
    adw_message_dialog_set_extra_child(message, entry);
    adw_message_dialog_add_responses(message, "cancel", _("_Cancel"), "ask", _("_Set the limit"),
                                     NULL);
    adw_message_dialog_set_close_response(message, "cancel");
    adw_message_dialog_set_default_response(message, "ask");
    adw_message_dialog_set_response_enabled(message, "ask", FALSE);
    g_signal_connect(entry, "changed", G_CALLBACK(on_changed), dialog);
    g_signal_connect(dialog, "response", G_CALLBACK(on_response), self);
    gtk_window_present(GTK_WINDOW(dialog));
    gtk_widget_grab_focus(entry);
}
