/* Form. See form.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/form.h"

#include <string.h>

#include "dashboard/scene/words.h"
#include "dashboard/ui/desk.h"
#include "dashboard/ui/sign-in.h"
#include "dashboard/ui/undo.h"
#include "dashboard/ui/view-past.h"

#define ROWS_MAX 8

typedef struct {
    char *key;
    GtkWidget *widget; /* an AdwEntryRow or an AdwComboRow */
    char *text;        /* as it was read last */
    gboolean secret;   /* not shown, and taken letter for letter */
    char **hints;
    char *follower; /* key of a row whose title is one of these */
    char **titles;
} Row;

struct DashForm {
    DashShell *shell;
    GtkWidget *window;
    AdwPreferencesGroup *group;
    GtkWidget *button;
    GtkLabel *refusal;
    char *bed;
    DashUnits units;
    DashFormSend send;
    DashUndo *undo; /* of the command that was sent last */
    Row row[ROWS_MAX];
    unsigned n_rows;
    unsigned refs; /* the window, and each answer that is awaited */
};

static DashForm *open_one; /* the last one shown; for tests */

static void
unref(DashForm *self)
{
    if (--self->refs > 0)
        return;
    for (unsigned i = 0; i < self->n_rows; i++) {
        g_free(self->row[i].key);
        g_free(self->row[i].text);
        g_strfreev(self->row[i].hints);
        g_free(self->row[i].follower);
        g_strfreev(self->row[i].titles);
    }
    dash_undo_free(self->undo);
    g_free(self->bed);
    g_free(self);
}

static void
on_destroyed(GtkWidget *window, gpointer user)
{
    (void)window;
    DashForm *self = user;
    self->window = NULL;
    if (open_one == self)
        open_one = NULL;
    unref(self);
}

static void
close_form(DashForm *self)
{
    GtkWindow *station = GTK_WINDOW(self->shell->window);
    if (!self->window)
        return;
    gtk_window_destroy(GTK_WINDOW(self->window));
    gtk_window_present(station); /* where no window manager gives the keys back */
}

static void
on_sent(GtkWidget *widget, gpointer user)
{
    (void)widget;
    dash_form_send(user);
}

static void
on_cancelled(GtkWidget *widget, gpointer user)
{
    (void)widget;
    close_form(user);
}

static gboolean
on_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    (void)controller;
    (void)code;
    if (key == GDK_KEY_Escape)
        close_form(user);
    else if ((key == GDK_KEY_Return || key == GDK_KEY_KP_Enter) && (state & GDK_CONTROL_MASK))
        dash_form_send(user);
    else
        return FALSE;
    return TRUE;
}

static GtkWidget *
make_bar(DashForm *self, const char *title, const char *subtitle, const char *button)
{
    GtkWidget *bar = adw_header_bar_new();
    GtkWidget *cancel = gtk_button_new_with_mnemonic(_("_Cancel"));
    self->button = gtk_button_new_with_mnemonic(button);
    gtk_widget_add_css_class(self->button, "suggested-action");
    adw_header_bar_set_show_start_title_buttons(ADW_HEADER_BAR(bar), FALSE);
    adw_header_bar_set_show_end_title_buttons(ADW_HEADER_BAR(bar), FALSE);
    adw_header_bar_set_title_widget(ADW_HEADER_BAR(bar), adw_window_title_new(title, subtitle));
    adw_header_bar_pack_start(ADW_HEADER_BAR(bar), cancel);
    adw_header_bar_pack_end(ADW_HEADER_BAR(bar), self->button);
    g_signal_connect(cancel, "clicked", G_CALLBACK(on_cancelled), self);
    g_signal_connect(self->button, "clicked", G_CALLBACK(on_sent), self);
    return bar;
}

static GtkWidget *
make_body(DashForm *self)
{
    GtkWidget *body = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *refusal =
        g_object_new(GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT, NULL);
    self->group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    self->refusal = GTK_LABEL(refusal);
    gtk_label_set_wrap(self->refusal, TRUE);
    gtk_label_set_xalign(self->refusal, 0);
    gtk_widget_add_css_class(refusal, "error");
    gtk_widget_set_visible(refusal, FALSE);
    gtk_widget_set_margin_start(body, 18);
    gtk_widget_set_margin_end(body, 18);
    gtk_widget_set_margin_top(body, 12);
    gtk_widget_set_margin_bottom(body, 18);
    gtk_box_append(GTK_BOX(body), GTK_WIDGET(self->group));
    gtk_box_append(GTK_BOX(body), refusal);
    return body;
}

DashForm *
dash_form_new(DashShell *shell,
              const char *title,
              const char *subtitle,
              const char *button,
              const char *bed,
              DashFormSend send)
{
    DashForm *self = g_new0(DashForm, 1);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkEventController *keys = gtk_event_controller_key_new();
    self->shell = shell;
    self->send = send;
    self->bed = g_strdup(bed);
    self->units = shell->preferences.units;
    self->refs = 1;
    self->window = adw_window_new();
    /* What is shown is past: the form would be taken for one of that time. */
    bool past = bed && dash_past_desk_is_past(shell->past);
    g_autofree char *heading =
        past ? g_strdup_printf(_("%s: acts now, not at the time shown"), title) : g_strdup(title);
    gtk_box_append(GTK_BOX(box), make_bar(self, heading, subtitle, button));
    gtk_box_append(GTK_BOX(box), make_body(self));
    adw_window_set_content(ADW_WINDOW(self->window), box);
    gtk_window_set_title(GTK_WINDOW(self->window), heading);
    gtk_window_set_transient_for(GTK_WINDOW(self->window), GTK_WINDOW(shell->window));
    gtk_window_set_modal(GTK_WINDOW(self->window), TRUE);
    gtk_window_set_destroy_with_parent(GTK_WINDOW(self->window), TRUE);
    gtk_window_set_default_size(GTK_WINDOW(self->window), 520, -1);
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(self->window, keys);
    dash_sign_in_watch(shell, self->window);
    dash_keys_guard(self->window);
    g_signal_connect(self->window, "destroy", G_CALLBACK(on_destroyed), self);
    if (past)
        dash_form_warn(self);
    return self;
}

void
dash_form_warn(DashForm *self)
{
    gtk_widget_remove_css_class(self->button, "suggested-action");
    gtk_widget_add_css_class(self->button, "destructive-action");
}

/* To the eye and, for the field that has the keyboard too, to a reader of screens. */
static void
set_title(GtkWidget *widget, const char *title)
{
    GtkEditable *field =
        ADW_IS_ENTRY_ROW(widget) ? gtk_editable_get_delegate(GTK_EDITABLE(widget)) : NULL;
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(widget), title);
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                   -1);
    if (field)
        gtk_accessible_update_property(GTK_ACCESSIBLE(field), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                       -1);
}

static Row *
add_row(DashForm *self, const char *key, GtkWidget *widget, const char *title)
{
    g_return_val_if_fail(self->n_rows < ROWS_MAX, NULL);
    Row *row = &self->row[self->n_rows++];
    *row = (Row){.key = g_strdup(key), .widget = widget};
    set_title(widget, title);
    adw_preferences_group_add(self->group, widget);
    return row;
}

static Row *
row_of(const DashForm *self, const char *key)
{
    for (unsigned i = 0; i < self->n_rows; i++)
        if (strcmp(self->row[i].key, key) == 0)
            return (Row *)&self->row[i];
    return NULL;
}

void
dash_form_add_text(DashForm *self, const char *key, const char *title, const char *initial)
{
    GtkWidget *entry = adw_entry_row_new();
    /* The text in a row has no role of its own in libadwaita 1.2. */
    g_object_set(gtk_editable_get_delegate(GTK_EDITABLE(entry)), "accessible-role",
                 GTK_ACCESSIBLE_ROLE_TEXT_BOX, NULL);
    add_row(self, key, entry, title);
    gtk_editable_set_text(GTK_EDITABLE(entry), initial ? initial : "");
    g_signal_connect(entry, "entry-activated", G_CALLBACK(on_sent), self);
}

void
dash_form_add_secret(DashForm *self, const char *key, const char *title)
{
    GtkWidget *entry = adw_password_entry_row_new();
    Row *row = add_row(self, key, entry, title);
    row->secret = TRUE;
    g_signal_connect(entry, "entry-activated", G_CALLBACK(on_sent), self);
}

static void
set_hint(GtkWidget *widget, const char *hint)
{
    adw_action_row_set_subtitle(ADW_ACTION_ROW(widget), hint);
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   hint, -1);
}

static void
on_chosen(GObject *widget, GParamSpec *spec, gpointer user)
{
    (void)spec;
    DashForm *self = user;
    unsigned chosen = adw_combo_row_get_selected(ADW_COMBO_ROW(widget));
    for (unsigned i = 0; i < self->n_rows; i++) {
        const Row *row = &self->row[i];
        if (row->widget != GTK_WIDGET(widget))
            continue;
        if (row->hints && chosen < g_strv_length(row->hints))
            set_hint(GTK_WIDGET(widget), row->hints[chosen]);
        const Row *follower = row->follower ? row_of(self, row->follower) : NULL;
        if (follower && chosen < g_strv_length(row->titles))
            set_title(follower->widget, row->titles[chosen]);
    }
}

void
dash_form_follow(DashForm *self, const char *choice, const char *key, const char *const *titles)
{
    Row *row = row_of(self, choice);
    g_return_if_fail(row && row_of(self, key));
    row->follower = g_strdup(key);
    row->titles = g_strdupv((char **)titles);
    on_chosen(G_OBJECT(row->widget), NULL, self);
}

DashUnits
dash_form_units(const DashForm *self)
{
    return self->units;
}

void
dash_form_add_choice(DashForm *self,
                     const char *key,
                     const char *title,
                     const char *const *names,
                     const char *const *hints)
{
    GtkWidget *combo = adw_combo_row_new();
    g_autoptr(GtkStringList) list = gtk_string_list_new(names);
    Row *row = add_row(self, key, combo, title);
    row->hints = g_strdupv((char **)hints);
    adw_combo_row_set_model(ADW_COMBO_ROW(combo), G_LIST_MODEL(list));
    g_signal_connect(combo, "notify::selected", G_CALLBACK(on_chosen), self);
    on_chosen(G_OBJECT(combo), NULL, self);
}

void
dash_form_show(DashForm *self)
{
    open_one = self;
    gtk_window_present(GTK_WINDOW(self->window));
    if (self->n_rows > 0)
        gtk_widget_grab_focus(self->row[0].widget);
}

const char *
dash_form_bed(const DashForm *self)
{
    return self->bed;
}

const char *
dash_form_text(DashForm *self, const char *key)
{
    Row *row = row_of(self, key);
    g_return_val_if_fail(row && ADW_IS_ENTRY_ROW(row->widget), "");
    g_free(row->text);
    row->text = g_strdup(gtk_editable_get_text(GTK_EDITABLE(row->widget)));
    return row->secret ? row->text : g_strstrip(row->text);
}

unsigned
dash_form_choice(const DashForm *self, const char *key)
{
    const Row *row = row_of(self, key);
    g_return_val_if_fail(row && ADW_IS_COMBO_ROW(row->widget), 0);
    return adw_combo_row_get_selected(ADW_COMBO_ROW(row->widget));
}

const char *
dash_form_chosen(const DashForm *self, const char *key)
{
    const Row *row = row_of(self, key);
    g_return_val_if_fail(row && ADW_IS_COMBO_ROW(row->widget), "");
    gpointer item = adw_combo_row_get_selected_item(ADW_COMBO_ROW(row->widget));
    return item ? gtk_string_object_get_string(GTK_STRING_OBJECT(item)) : "";
}

DashShell *
dash_form_shell(const DashForm *self)
{
    return self->shell;
}

void
dash_form_refuse(DashForm *self, const char *text)
{
    gtk_label_set_text(self->refusal, text);
    gtk_widget_set_visible(GTK_WIDGET(self->refusal), *text != '\0');
    if (*text)
        dash_reader_say(dash_canvas_reader(self->shell->canvas), text);
}

void
dash_form_answered(gboolean ok, const char *text, gpointer form)
{
    DashForm *self = form;
    if (ok)
        dash_undo_offer(self->shell, g_steal_pointer(&self->undo), text);
    if (self->window && ok) {
        close_form(self);
    } else if (self->window) {
        gtk_widget_set_sensitive(self->button, TRUE);
        dash_form_refuse(self, text);
    }
    unref(self);
}

void
dash_form_wait(DashForm *self)
{
    dash_form_refuse(self, "");
    gtk_widget_set_sensitive(self->button, FALSE);
    self->refs++;
    g_clear_pointer(&self->undo, dash_undo_free);
}

void
dash_form_command(DashForm *self, Vicu__Command *command, const char *reason)
{
    dash_form_wait(self);
    self->undo = dash_undo_new(self->shell, command);
    dash_desk_command(self->shell, command, reason, dash_form_answered, self);
}

void
dash_form_send(DashForm *self)
{
    if (gtk_widget_get_sensitive(self->button)) /* else an answer is awaited */
        self->send(self);
}

/* ---- for tests ---- */

DashForm *
dash_form_open_one(void)
{
    return open_one;
}

gboolean
dash_form_type(DashForm *self, const char *key, const char *text)
{
    Row *row = row_of(self, key);
    if (!row || !ADW_IS_ENTRY_ROW(row->widget))
        return FALSE;
    gtk_editable_set_text(GTK_EDITABLE(row->widget), text);
    return TRUE;
}

gboolean
dash_form_choose(DashForm *self, const char *key, unsigned choice)
{
    Row *row = row_of(self, key);
    if (!row || !ADW_IS_COMBO_ROW(row->widget))
        return FALSE;
    adw_combo_row_set_selected(ADW_COMBO_ROW(row->widget), choice);
    return TRUE;
}

const char *
dash_form_title(const DashForm *self, const char *key)
{
    const Row *row = row_of(self, key);
    return row ? adw_preferences_row_get_title(ADW_PREFERENCES_ROW(row->widget)) : "";
}

const char *
dash_form_heading(const DashForm *self)
{
    return gtk_window_get_title(GTK_WINDOW(self->window));
}

GtkWidget *
dash_form_window(const DashForm *self)
{
    return self->window;
}

GtkWidget *
dash_form_field(const DashForm *self, const char *key)
{
    const Row *row = row_of(self, key);
    return row && ADW_IS_ENTRY_ROW(row->widget)
               ? GTK_WIDGET(gtk_editable_get_delegate(GTK_EDITABLE(row->widget)))
           : row ? row->widget
                 : NULL;
}

const char *
dash_form_refusal(const DashForm *self)
{
    return gtk_label_get_text(self->refusal);
}
