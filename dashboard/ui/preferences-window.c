/* Preferences, as a window. See preferences-window.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/preferences-window.h"

#include <string.h>

#include "dashboard/scene/words.h"

static AdwComboRow *
add_choice(AdwPreferencesGroup *group, const char *title, const char *const *names, unsigned chosen)
{
    AdwComboRow *row = ADW_COMBO_ROW(adw_combo_row_new());
    g_autoptr(GtkStringList) list = gtk_string_list_new(names);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
    adw_combo_row_set_model(row, G_LIST_MODEL(list));
    adw_combo_row_set_selected(row, chosen);
    adw_preferences_group_add(group, GTK_WIDGET(row));
    return row;
}

static void
on_palette(GObject *row, GParamSpec *spec, gpointer user)
{
    (void)spec;
    DashShell *shell = user;
    unsigned chosen = adw_combo_row_get_selected(ADW_COMBO_ROW(row));
    if (chosen >= DASH_N_PALETTES)
        return;
    g_free(shell->preferences.palette);
    shell->preferences.palette = g_strdup(dash_palette_at(chosen)->name);
    dash_shell_changed(shell);
}

static void
on_language(GObject *row, GParamSpec *spec, gpointer user)
{
    (void)spec;
    DashShell *shell = user;
    unsigned chosen = adw_combo_row_get_selected(ADW_COMBO_ROW(row));
    if (chosen >= DASH_N_LANGUAGES)
        return;
    g_free(shell->preferences.language);
    shell->preferences.language = g_strdup(dash_words_language_at(chosen)->code);
    dash_words_use(shell->preferences.language);
    dash_shell_changed(shell);
}

static void
on_scale(GtkRange *range, gpointer user)
{
    DashShell *shell = user;
    shell->preferences.scale = gtk_range_get_value(range);
    dash_shell_changed(shell);
}

static void
on_pressure(GObject *row, GParamSpec *spec, gpointer user)
{
    (void)spec;
    DashShell *shell = user;
    unsigned chosen = adw_combo_row_get_selected(ADW_COMBO_ROW(row));
    if (chosen < DASH_N_PRESSURES)
        shell->preferences.units.pressure = (DashPressure)chosen;
    dash_shell_changed(shell);
}

static void
on_temperature(GObject *row, GParamSpec *spec, gpointer user)
{
    (void)spec;
    DashShell *shell = user;
    unsigned chosen = adw_combo_row_get_selected(ADW_COMBO_ROW(row));
    if (chosen < DASH_N_TEMPERATURES)
        shell->preferences.units.temperature = (DashTemperature)chosen;
    dash_shell_changed(shell);
}

static AdwPreferencesGroup *
make_units(DashShell *shell)
{
    AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    const char *const pressures[] = {"mmHg", "kPa", NULL};
    const char *const temperatures[] = {"°C", "°F", NULL};
    const DashUnits *units = &shell->preferences.units;
    adw_preferences_group_set_title(group, _("Units"));
    adw_preferences_group_set_description(
        group, _("Of what this station shows and takes. The words of an alarm keep the unit of "
                 "their rule, and the bedside monitor keeps its own."));
    g_signal_connect(add_choice(group, _("Pressures"), pressures, units->pressure),
                     "notify::selected", G_CALLBACK(on_pressure), shell);
    g_signal_connect(add_choice(group, _("Temperatures"), temperatures, units->temperature),
                     "notify::selected", G_CALLBACK(on_temperature), shell);
    return group;
}

static AdwPreferencesGroup *
make_look(DashShell *shell)
{
    AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    const char *palettes[DASH_N_PALETTES + 1] = {NULL};
    const char *languages[DASH_N_LANGUAGES + 1] = {NULL};
    unsigned palette = 0;
    unsigned language = 0;
    for (unsigned i = 0; i < DASH_N_PALETTES; i++) {
        palettes[i] = _(dash_palette_at(i)->title);
        palette = strcmp(dash_palette_at(i)->name, shell->preferences.palette) == 0 ? i : palette;
    }
    for (unsigned i = 0; i < DASH_N_LANGUAGES; i++) {
        languages[i] = dash_words_language_at(i)->name;
        language = strcmp(dash_words_language_at(i)->code, dash_words_used()) == 0 ? i : language;
    }
    adw_preferences_group_set_title(group, _("Look"));
    AdwComboRow *colours = add_choice(group, _("Colours"), palettes, palette);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(colours),
                                _("No palette dims the colours of alarms"));
    g_signal_connect(colours, "notify::selected", G_CALLBACK(on_palette), shell);
    g_signal_connect(add_choice(group, _("Language"), languages, language), "notify::selected",
                     G_CALLBACK(on_language), shell);
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

static void
on_screens(GObject *row, GParamSpec *spec, gpointer user)
{
    (void)spec;
    DashShell *shell = user;
    shell->preferences.screens = adw_combo_row_get_selected(ADW_COMBO_ROW(row));
    dash_shell_changed(shell);
}

static AdwPreferencesGroup *
make_screens(DashShell *shell)
{
    AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    const char *const counts[] = {_("One for each monitor"), "1", "2", "3", NULL};
    adw_preferences_group_set_title(group, _("Screens"));
    adw_preferences_group_set_description(
        group, _("Windows of this station, as of its next start. Shift+V on the wall gives a "
                 "screen its share of the beds."));
    g_signal_connect(add_choice(group, _("Windows"), counts, shell->preferences.screens),
                     "notify::selected", G_CALLBACK(on_screens), shell);
    return group;
}

void
dash_preferences_show(DashShell *shell)
{
    GtkWidget *window = adw_preferences_window_new();
    AdwPreferencesPage *page = ADW_PREFERENCES_PAGE(adw_preferences_page_new());
    adw_preferences_page_add(page, make_look(shell));
    adw_preferences_page_add(page, make_units(shell));
    adw_preferences_page_add(page, make_screens(shell));
    adw_preferences_window_add(ADW_PREFERENCES_WINDOW(window), page);
    adw_preferences_window_set_search_enabled(ADW_PREFERENCES_WINDOW(window), FALSE);
    gtk_window_set_title(GTK_WINDOW(window), _("Preferences"));
    gtk_window_set_transient_for(GTK_WINDOW(window), GTK_WINDOW(shell->window));
    gtk_window_set_modal(GTK_WINDOW(window), TRUE);
    gtk_window_present(GTK_WINDOW(window));
}
