/* Acknowledge. See acknowledge.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/acknowledge.h"

#include <string.h>

#include "dashboard/scene/palette.h"
#include "dashboard/scene/words.h"

#define REASON_MAX 200

typedef struct {
    GtkWindow *parent;
    DashStation *station;
    char *alarm;
    char *summary;
    char *reason;
    GtkEditable *entry;
} Asking;

static void
asking_free(Asking *self)
{
    g_free(self->alarm);
    g_free(self->summary);
    g_free(self->reason);
    g_free(self);
}

const DashAlarm *
dash_acknowledge_choose(const DashModel *model, const char *bed)
{
    const DashAlarm *first = NULL;
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        if (alarm->local || !dash_judge_alarm_sounds(alarm))
            continue;
        if (bed && strcmp(alarm->bed, bed) == 0)
            return alarm;
        first = first ? first : alarm;
    }
    return first;
}

static GtkWidget *
make_dialog(GtkWindow *parent, const char *heading, const char *body)
{
    GtkWidget *dialog = adw_message_dialog_new(parent, heading, NULL);
    adw_message_dialog_set_body(ADW_MESSAGE_DIALOG(dialog), body);
    return dialog;
}

static void
on_answer(gboolean ok, const char *text, gpointer user)
{
    GtkWindow *parent = user;
    if (ok)
        return; /* the rail shows it */
    GtkWidget *dialog = make_dialog(parent, _("Not acknowledged"), text);
    adw_message_dialog_add_response(ADW_MESSAGE_DIALOG(dialog), "close", _("_Close"));
    gtk_window_present(GTK_WINDOW(dialog));
}

static void
on_confirmed(AdwMessageDialog *dialog, const char *response, gpointer user)
{
    (void)dialog;
    Asking *self = user;
    if (strcmp(response, "acknowledge") == 0)
        dash_client_acknowledge(self->station->client, self->alarm,
                                vicu_keys_name(vicu_daemon_keys(self->station->daemon)),
                                self->reason, on_answer, self->parent);
    asking_free(self);
}

static void
confirm(Asking *self)
{
    g_autofree char *body = g_strdup_printf(
        _("%s\n\nReason: %s\n\nNothing is silenced at the bedside."), self->summary, self->reason);
    GtkWidget *dialog = make_dialog(self->parent, _("Acknowledge this alarm?"), body);
    AdwMessageDialog *message = ADW_MESSAGE_DIALOG(dialog);
    adw_message_dialog_add_responses(message, "cancel", _("_Cancel"), "acknowledge",
                                     _("_Acknowledge"), NULL);
    adw_message_dialog_set_close_response(message, "cancel");
    adw_message_dialog_set_default_response(message, "cancel");
    g_signal_connect(dialog, "response", G_CALLBACK(on_confirmed), self);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void
on_reasoned(AdwMessageDialog *dialog, const char *response, gpointer user)
{
    (void)dialog;
    Asking *self = user;
    self->reason = g_strstrip(g_strdup(gtk_editable_get_text(self->entry)));
    if (strcmp(response, "continue") == 0 && *self->reason)
        confirm(self);
    else
        asking_free(self);
}

static void
on_changed(GtkEditable *entry, gpointer user)
{
    g_autofree char *text = g_strstrip(g_strdup(gtk_editable_get_text(entry)));
    adw_message_dialog_set_response_enabled(ADW_MESSAGE_DIALOG(user), "continue", *text != '\0');
}

void
dash_acknowledge_ask(GtkWindow *parent, DashStation *station, const DashAlarm *alarm)
{
    Asking *self = g_new0(Asking, 1);
    const char *mark = dash_palette_alarm(alarm->priority)->mark;
    const DashBed *bed = dash_model_find_bed(station->model, alarm->bed);
    g_autofree char *heading =
        g_strdup_printf(_("Answer an alarm of bed %s"), bed ? bed->label : "?");
    self->parent = parent;
    self->station = station;
    self->alarm = g_strdup(alarm->id);
    self->summary = g_strdup_printf("%s  %s\n%s\n%s", mark, alarm->bed, alarm->title,
                                    alarm->text ? alarm->text : "");
    GtkWidget *dialog = make_dialog(parent, heading, self->summary);
    AdwMessageDialog *message = ADW_MESSAGE_DIALOG(dialog);
    GtkWidget *entry = gtk_entry_new();
    gtk_entry_set_placeholder_text(GTK_ENTRY(entry), _("Why, in a few words"));
    gtk_entry_set_max_length(GTK_ENTRY(entry), REASON_MAX);
    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    self->entry = GTK_EDITABLE(entry);
    adw_message_dialog_set_extra_child(message, entry);
    adw_message_dialog_add_responses(message, "cancel", _("_Cancel"), "continue", _("C_ontinue"),
                                     NULL);
    adw_message_dialog_set_close_response(message, "cancel");
    adw_message_dialog_set_default_response(message, "continue");
    adw_message_dialog_set_response_enabled(message, "continue", FALSE);
    g_signal_connect(entry, "changed", G_CALLBACK(on_changed), dialog);
    g_signal_connect(dialog, "response", G_CALLBACK(on_reasoned), self);
    gtk_window_present(GTK_WINDOW(dialog));
}
