/* Preferences. See preferences.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/preferences.h"

#include <math.h>

#include "dashboard/scene/words.h"

#define LOOK  "look"
#define PLACE "place"

static char *
text(GKeyFile *file, const char *group, const char *key, const char *usual)
{
    char *value = g_key_file_get_string(file, group, key, NULL);
    if (value && g_utf8_validate(value, -1, NULL) && g_utf8_strlen(value, -1) <= 128)
        return value;
    g_free(value);
    return g_strdup(usual);
}

static unsigned
number(GKeyFile *file, const char *key, unsigned most)
{
    int value = g_key_file_get_integer(file, PLACE, key, NULL);
    return value > 0 && (unsigned)value <= most ? (unsigned)value : 0;
}

static gboolean
has_language(const char *code)
{
    for (unsigned i = 0; i < DASH_N_LANGUAGES; i++)
        if (g_strcmp0(dash_words_language_at(i)->code, code) == 0)
            return TRUE;
    return FALSE;
}

void
dash_preferences_load(DashPreferences *self, const char *folder)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    self->path = folder ? g_build_filename(folder, DASH_PREFERENCES_FILE, NULL) : NULL;
    if (self->path)
        g_key_file_load_from_file(file, self->path, G_KEY_FILE_NONE, NULL);
    self->palette = text(file, LOOK, "palette", "common");
    if (!dash_palette_find(self->palette)) {
        g_free(self->palette);
        self->palette = g_strdup("common");
    }
    self->language = text(file, LOOK, "language", "en");
    if (!has_language(self->language)) {
        g_free(self->language);
        self->language = g_strdup("en");
    }
    double scale = g_key_file_get_double(file, LOOK, "scale", NULL);
    self->scale = scale >= DASH_SCALE_MIN && scale <= DASH_SCALE_MAX ? scale : 1;
    g_autofree char *pressure = text(file, LOOK, "pressure", "");
    g_autofree char *temperature = text(file, LOOK, "temperature", "");
    self->units = (DashUnits){0};
    dash_pressure_find(pressure, &self->units.pressure);
    dash_temperature_find(temperature, &self->units.temperature);
    self->layout = text(file, PLACE, "layout", "ward");
    self->list = number(file, "list", DASH_BEDS_MAX);
    self->screens = number(file, "screens", DASH_SHARES_MAX);
    self->shares = number(file, "shares", DASH_SHARES_MAX);
    self->share = number(file, "share", self->shares);
    self->view = text(file, PLACE, "view", "wall");
    self->bed = text(file, PLACE, "bed", "");
}

gboolean
dash_preferences_save(const DashPreferences *self, GError **error)
{
    if (!self->path)
        return TRUE;
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_key_file_set_string(file, LOOK, "palette", self->palette);
    g_key_file_set_string(file, LOOK, "language", self->language);
    g_key_file_set_double(file, LOOK, "scale", self->scale);
    g_key_file_set_string(file, LOOK, "pressure", dash_pressure_name(self->units.pressure));
    g_key_file_set_string(file, LOOK, "temperature",
                          dash_temperature_name(self->units.temperature));
    g_key_file_set_string(file, PLACE, "layout", self->layout);
    g_key_file_set_integer(file, PLACE, "list", (int)self->list);
    g_key_file_set_integer(file, PLACE, "screens", (int)self->screens);
    g_key_file_set_integer(file, PLACE, "shares", (int)self->shares);
    g_key_file_set_integer(file, PLACE, "share", (int)self->share);
    g_key_file_set_string(file, PLACE, "view", self->view);
    g_key_file_set_string(file, PLACE, "bed", self->bed);
    return g_key_file_save_to_file(file, self->path, error);
}

void
dash_preferences_clear(DashPreferences *self)
{
    g_clear_pointer(&self->path, g_free);
    g_clear_pointer(&self->palette, g_free);
    g_clear_pointer(&self->language, g_free);
    g_clear_pointer(&self->layout, g_free);
    g_clear_pointer(&self->view, g_free);
    g_clear_pointer(&self->bed, g_free);
}
