/* Preferences, as a window. See preferences-window.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/preferences-window.h"

#include <string.h>

#include "dashboard/scene/words.h"

/* One of several names: what it is now, and what a choice of it does. */
typedef struct {
    const char *title;
    unsigned n;
    const char *(*name)(unsigned i);
    unsigned (*chosen)(const DashPreferences *likes);
    void (*choose)(DashPreferences *likes, unsigned i);
} Choice;

static const char *
palette_name(unsigned i)
{
    return _(dash_palette_at(i)->title);
}

static unsigned
palette_chosen(const DashPreferences *likes)
{
    for (unsigned i = 0; i < DASH_N_PALETTES; i++)
        if (strcmp(dash_palette_at(i)->name, likes->palette) == 0)
            return i;
    return 0;
}

static void
choose_palette(DashPreferences *likes, unsigned i)
{
    g_free(likes->palette);
    likes->palette = g_strdup(dash_palette_at(i)->name);
}

static const char *
language_name(unsigned i)
{
    return dash_words_language_at(i)->name;
}

static unsigned
language_chosen(const DashPreferences *likes)
{
    (void)likes;
    for (unsigned i = 0; i < DASH_N_LANGUAGES; i++)
        if (strcmp(dash_words_language_at(i)->code, dash_words_used()) == 0)
            return i;
    return 0;
}

static void
choose_language(DashPreferences *likes, unsigned i)
{
    g_free(likes->language);
    likes->language = g_strdup(dash_words_language_at(i)->code);
    dash_words_use(likes->language);
}

static const char *
pressure_name(unsigned i)
{
    return i == DASH_PRESSURE_KPA ? "kPa" : "mmHg";
}

static unsigned
pressure_chosen(const DashPreferences *likes)
{
    return likes->units.pressure;
}

static void
choose_pressure(DashPreferences *likes, unsigned i)
{
    likes->units.pressure = (DashPressure)i;
}

static const char *
temperature_name(unsigned i)
{
    return i == DASH_TEMPERATURE_FAHRENHEIT ? "°F" : "°C";
}

static unsigned
temperature_chosen(const DashPreferences *likes)
{
    return likes->units.temperature;
}

static void
choose_temperature(DashPreferences *likes, unsigned i)
{
    likes->units.temperature = (DashTemperature)i;
}

static const char *
screens_name(unsigned i)
{
    static const char *const counts[] = {N_("One for each monitor"), "1", "2", "3"};
    return i == 0 ? _(counts[0]) : counts[i];
}

static unsigned
screens_chosen(const DashPreferences *likes)
{
    return likes->screens;
}

static void
choose_screens(DashPreferences *likes, unsigned i)
{
    likes->screens = i;
}

static const Choice colours = {N_("Colours"), DASH_N_PALETTES, palette_name, palette_chosen,
                               choose_palette};
static const Choice language = {N_("Language"), DASH_N_LANGUAGES, language_name, language_chosen,
                                choose_language};
static const Choice pressures = {N_("Pressures"), DASH_N_PRESSURES, pressure_name, pressure_chosen,
                                 choose_pressure};
static const Choice temperatures = {N_("Temperatures"), DASH_N_TEMPERATURES, temperature_name,
                                    temperature_chosen, choose_temperature};
static const Choice windows = {N_("Windows"), 4, screens_name, screens_chosen, choose_screens};

static void
on_chosen(GObject *row, GParamSpec *spec, gpointer user)
{
    (void)spec;
    DashShell *shell = user;
    const Choice *choice = g_object_get_data(row, "choice");
    unsigned chosen = adw_combo_row_get_selected(ADW_COMBO_ROW(row));
    if (chosen >= choice->n)
        return;
    choice->choose(&shell->preferences, chosen);
    dash_shell_changed(shell);
}

static AdwActionRow *
add_choice(AdwPreferencesGroup *group, DashShell *shell, const Choice *choice)
{
    AdwComboRow *row = ADW_COMBO_ROW(adw_combo_row_new());
    g_autoptr(GtkStringList) list = gtk_string_list_new(NULL);
    for (unsigned i = 0; i < choice->n; i++)
        gtk_string_list_append(list, choice->name(i));
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _(choice->title));
    adw_combo_row_set_model(row, G_LIST_MODEL(list));
    adw_combo_row_set_selected(row, choice->chosen(&shell->preferences));
    adw_preferences_group_add(group, GTK_WIDGET(row));
    g_object_set_data(G_OBJECT(row), "choice", (gpointer)choice);
    g_signal_connect(row, "notify::selected", G_CALLBACK(on_chosen), shell);
    return ADW_ACTION_ROW(row);
}

static AdwPreferencesGroup *
make_group(const char *title, const char *description)
{
    AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    adw_preferences_group_set_title(group, title);
    adw_preferences_group_set_description(group, description);
    return group;
}

static AdwPreferencesGroup *
make_units(DashShell *shell)
{
    AdwPreferencesGroup *group =
        make_group(_("Units"),
                   _("Of what this station shows and takes. The words of an alarm keep the unit of "
                     "their rule, and the bedside monitor keeps its own."));
    add_choice(group, shell, &pressures);
    add_choice(group, shell, &temperatures);
    return group;
}

static void
on_scale(GtkRange *range, gpointer user)
{
    DashShell *shell = user;
    shell->preferences.scale = gtk_range_get_value(range);
    dash_shell_changed(shell);
}

static AdwPreferencesGroup *
make_look(DashShell *shell)
{
    AdwPreferencesGroup *group = make_group(_("Look"), NULL);
    adw_action_row_set_subtitle(add_choice(group, shell, &colours),
                                _("No palette dims the colours of alarms"));
    add_choice(group, shell, &language);
    GtkWidget *row = adw_action_row_new();
    GtkWidget *scale =
        gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, DASH_SCALE_MIN, DASH_SCALE_MAX, 0.05);
    gtk_range_set_value(GTK_RANGE(scale), shell->preferences.scale);
    gtk_scale_set_draw_value(GTK_SCALE(scale), TRUE);
    gtk_widget_set_size_request(scale, 220, -1);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _("Size of text"));
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), scale);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row), scale);
    g_signal_connect(scale, "value-changed", G_CALLBACK(on_scale), shell);
    adw_preferences_group_add(group, row);
    return group;
}

static AdwPreferencesGroup *
make_screens(DashShell *shell)
{
    AdwPreferencesGroup *group =
        make_group(_("Screens"), _("Windows of this station, as of its next start. Shift+V on the "
                                   "wall gives a screen its share of the beds."));
    add_choice(group, shell, &windows);
    return group;
}

static gboolean
on_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    (void)controller;
    (void)code;
    (void)state;
    if (key != GDK_KEY_Escape)
        return FALSE;
    gtk_window_close(GTK_WINDOW(user));
    return TRUE;
}

/* Not libadwaita's own window of preferences: version 1.2 keeps its pages when it is closed. */
void
dash_preferences_show(DashShell *shell)
{
    GtkWidget *window = adw_window_new();
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkEventController *keys = gtk_event_controller_key_new();
    AdwPreferencesPage *page = ADW_PREFERENCES_PAGE(adw_preferences_page_new());
    adw_preferences_page_add(page, make_look(shell));
    adw_preferences_page_add(page, make_units(shell));
    adw_preferences_page_add(page, make_screens(shell));
    gtk_widget_set_vexpand(GTK_WIDGET(page), TRUE);
    gtk_box_append(GTK_BOX(box), adw_header_bar_new());
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(page));
    adw_window_set_content(ADW_WINDOW(window), box);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), window);
    gtk_widget_add_controller(window, keys);
    gtk_window_set_title(GTK_WINDOW(window), _("Preferences"));
    gtk_window_set_default_size(GTK_WINDOW(window), 640, 640);
    gtk_window_set_transient_for(GTK_WINDOW(window), GTK_WINDOW(shell->window));
    dash_keys_guard(window);
    gtk_window_set_modal(GTK_WINDOW(window), TRUE);
    gtk_window_present(GTK_WINDOW(window));
}
