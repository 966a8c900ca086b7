/* SPDX-License-Identifier: Apache-2.0 */
#include "common/twin-place.h"

#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"

#define GROUP    "twin"
#define MODE     0600
#define PORT_MAX 65535

static char *
path_in(const char *run)
{
    return g_build_filename(run, VICU_TWIN_FILE, NULL);
}

static bool
is_key(const char *text)
{
    return strlen(text) == VICU_TWIN_KEY && strspn(text, "0123456789abcdef") == VICU_TWIN_KEY;
}

gboolean
vicu_twin_place_write(const char *run, const VicuTwinPlace *place, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = path_in(run);
    gsize size = 0;

    g_key_file_set_integer(file, GROUP, "port", (int)place->port);
    g_key_file_set_string(file, GROUP, "key", place->key);
    g_autofree char *text = g_key_file_to_data(file, &size, NULL);
    return g_file_set_contents_full(path, text, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, MODE,
                                    error);
}

gboolean
vicu_twin_place_read(const char *run, VicuTwinPlace *place, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = path_in(run);

    *place = (VicuTwinPlace){0};
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    g_autofree char *said = g_key_file_get_string(file, GROUP, "port", NULL);
    guint64 port = 0;
    g_autofree char *key = g_key_file_get_string(file, GROUP, "key", NULL);
    if (said == NULL || !g_ascii_string_to_unsigned(said, 10, 1, PORT_MAX, &port, NULL)
        || key == NULL || !is_key(key)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: expected a port of 1..%d and a key of %d letters; begin the twin again",
                    path, PORT_MAX, VICU_TWIN_KEY);
        return FALSE;
    }
    *place = (VicuTwinPlace){(unsigned)port, g_steal_pointer(&key)};
    return TRUE;
}

void
vicu_twin_place_remove(const char *run, const char *key)
{
    g_auto(VicuTwinPlace) place = {0};
    g_autofree char *path = path_in(run);

    if (vicu_twin_place_read(run, &place, NULL) && strcmp(place.key, key) == 0)
        g_unlink(path);
}

void
vicu_twin_place_clear(VicuTwinPlace *self)
{
    g_clear_pointer(&self->key, g_free);
}
