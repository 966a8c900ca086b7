/* Finder: every act, bed and alarm by its name. See shell.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/words.h"
#include "dashboard/ui/headset.h"
#include "dashboard/ui/shell.h"

typedef struct {
    DashAct act;
    char *arg;
} Found;

typedef struct {
    DashShell *shell;
    GtkWindow *window;
    GtkListBox *list;
    GtkEditable *entry;
} Finder;

static void
found_free(gpointer data)
{
    Found *found = data;
    g_free(found->arg);
    g_free(found);
}

/* Every word of @wanted is somewhere in @text, whatever the case. */
static gboolean
matches(const char *text, const char *wanted)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_autofree char *sought = g_utf8_casefold(wanted, -1);
    g_auto(GStrv) words = g_strsplit(sought, " ", -1);
    for (char **word = words; *word; word++)
        if (!strstr(folded, *word))
            return FALSE;
    return TRUE;
}

/* What this machine lacks stands in the list all the same, and says so. */
static void
grey(const Finder *self, GtkWidget *row)
{
    g_autofree char *why = dash_headset_why_not(self->shell);

    if (why == NULL || self->shell->headset != NULL)
        return;
    gtk_widget_set_sensitive(row, FALSE);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row), why);
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, why,
                                   -1);
}

static void
add(Finder *self, DashAct act, const char *arg, const char *title, const char *note)
{
    GtkWidget *row = adw_action_row_new();
    Found *found = g_new0(Found, 1);
    g_autofree char *escaped = g_markup_escape_text(title, -1);
    found->act = act;
    found->arg = g_strdup(arg);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), escaped);
    GtkWidget *keys = gtk_label_new(note);
    gtk_widget_add_css_class(keys, "dim-label");
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), keys);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), TRUE);
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, note, -1);
    g_object_set_data_full(G_OBJECT(row), "found", found, found_free);
    gtk_list_box_append(self->list, row);
    if (act == DASH_ACT_HEADSET)
        grey(self, row);
}

static void
fill(Finder *self)
{
    const char *wanted = gtk_editable_get_text(self->entry);
    const DashModel *model = self->shell->station->model;
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(self->list))))
        gtk_list_box_remove(self->list, child);
    for (unsigned i = 1; i < DASH_N_ACTS; i++) {
        const DashActRow *row = dash_act_row((DashAct)i);
        if (row->group == DASH_GROUP_MOVE || i == DASH_ACT_PALETTE
            || !dash_act_possible((DashAct)i, self->shell->place.kind))
            continue;
        g_autofree char *both = g_strdup_printf("%s %s", _(row->title), row->title);
        g_autofree char *keys = dash_keys_text((DashAct)i);
        if (matches(both, wanted))
            add(self, (DashAct)i, NULL, _(row->title), keys);
    }
    for (size_t i = 0; *wanted && i < dash_model_n_beds(model); i++) {
        const DashBed *bed = dash_model_bed(model, i);
        g_autofree char *title = g_strdup_printf(_("Bed %s"), bed->label);
        g_autofree char *both =
            g_strdup_printf("%s %s %s", title, bed->id, bed->patient ? bed->patient : "");
        if (matches(both, wanted))
            add(self, DASH_ACT_BED, bed->id, title, bed->id);
    }
    gtk_list_box_select_row(self->list, gtk_list_box_get_row_at_index(self->list, 0));
}

static void
take(Finder *self, GtkListBoxRow *row)
{
    Found *found = row ? g_object_get_data(G_OBJECT(row), "found") : NULL;
    if (!found)
        return;
    DashShell *shell = self->shell;
    DashAct act = found->act;
    g_autofree char *arg = g_strdup(found->arg);
    gtk_window_destroy(self->window);
    dash_shell_do(shell, act, arg, 2);
}

static void
on_row(GtkListBox *list, GtkListBoxRow *row, gpointer user)
{
    (void)list;
    take(user, row);
}

/* The keyboard stays in the entry: what it would take is said. */
static void
on_selected(GtkListBox *list, GtkListBoxRow *row, gpointer user)
{
    (void)list;
    Finder *self = user;
    if (row && gtk_window_is_active(self->window))
        dash_reader_say(dash_canvas_reader(self->shell->canvas),
                        adw_preferences_row_get_title(ADW_PREFERENCES_ROW(row)));
}

static void
on_changed(GtkEditable *entry, gpointer user)
{
    (void)entry;
    fill(user);
}

static void
step(Finder *self, int by)
{
    GtkListBoxRow *row = gtk_list_box_get_selected_row(self->list);
    GtkListBoxRow *next = gtk_list_box_get_row_at_index(
        self->list, MAX((row ? gtk_list_box_row_get_index(row) : 0) + by, 0));
    if (!next)
        return;
    gtk_list_box_select_row(self->list, next);
    gtk_widget_grab_focus(GTK_WIDGET(next)); /* scrolls to it */
    gtk_widget_grab_focus(GTK_WIDGET(self->entry));
    gtk_editable_set_position(self->entry, -1);
}

static gboolean
on_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    (void)controller;
    (void)code;
    (void)state;
    Finder *self = user;
    if (key == GDK_KEY_Escape)
        gtk_window_destroy(self->window);
    else if (key == GDK_KEY_Down || key == GDK_KEY_Up)
        step(self, key == GDK_KEY_Down ? 1 : -1);
    else if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter)
        take(self, gtk_list_box_get_selected_row(self->list));
    else
        return FALSE;
    return TRUE;
}

void
dash_finder_show(DashShell *shell)
{
    Finder *self = g_new0(Finder, 1);
    self->shell = shell;
    self->window = GTK_WINDOW(adw_window_new());
    self->entry = GTK_EDITABLE(gtk_search_entry_new());
    self->list = GTK_LIST_BOX(gtk_list_box_new());
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_widget_add_css_class(GTK_WIDGET(self->list), "boxed-list");
    gtk_widget_set_valign(GTK_WIDGET(self->list), GTK_ALIGN_START);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), GTK_WIDGET(self->list));
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(self->entry));
    gtk_box_append(GTK_BOX(box), scrolled);
    gtk_widget_set_margin_start(box, 12);
    gtk_widget_set_margin_end(box, 12);
    gtk_widget_set_margin_top(box, 12);
    gtk_widget_set_margin_bottom(box, 12);
    adw_window_set_content(ADW_WINDOW(self->window), box);
    gtk_window_set_title(self->window, _("Find an act by its name"));
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Find an act by its name"), -1);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Acts and beds"), -1);
    gtk_window_set_default_size(self->window, 560, 480);
    gtk_window_set_transient_for(self->window, GTK_WINDOW(shell->window));
    dash_keys_guard(GTK_WIDGET(self->window));
    gtk_window_set_modal(self->window, TRUE);
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(GTK_WIDGET(self->window), keys);
    g_signal_connect(self->entry, "changed", G_CALLBACK(on_changed), self);
    g_signal_connect(self->list, "row-selected", G_CALLBACK(on_selected), self);
    g_signal_connect(self->list, "row-activated", G_CALLBACK(on_row), self);
    g_object_set_data_full(G_OBJECT(self->window), "finder", self, g_free);
    fill(self);
    gtk_window_present(self->window);
    gtk_widget_grab_focus(GTK_WIDGET(self->entry));
}
