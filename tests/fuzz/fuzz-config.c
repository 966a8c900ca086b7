/* Any bytes as a settings file: refused with a sentence, or taken within the
 * table's bounds; never half.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/config.h"
#include "tests/fuzz/fuzz-target.h"

static int64_t count, delay_us;
static double level;
static gboolean flag;
static char *text;
static GHashTable *map;

static const VicuParam params[] = {
    {"numbers", "count", VICU_PARAM_INT, "1", 1, 500, "16", &count, "Beds."},
    {"numbers", "level", VICU_PARAM_DOUBLE, "mV", -1.5, 1.5, "0", &level, "Level."},
    {"numbers", "flag", VICU_PARAM_BOOL, "", 0, 0, "false", &flag, "Whether."},
    {"times", "delay", VICU_PARAM_DURATION, "s", 1, 3600, "10s", &delay_us, "Delay."},
    {"texts", "name", VICU_PARAM_TEXT, "", 0, 0, "ward", &text, "Name."},
    {"beds", "*", VICU_PARAM_MAP, "", 0, 0, "", &map, "Beds."},
};

/* The values of the settings, as the table itself writes them. */
static char *
all_of_them(void)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(params); i++) {
        g_autofree char *value = vicu_config_format(&params[i]);
        g_string_append_printf(out, "%s\n", value);
    }
    return g_string_free(out, FALSE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("settings", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autoptr(GError) error = NULL;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    vicu_config_reset(params, G_N_ELEMENTS(params));
    g_autofree char *before = all_of_them();
    gboolean ok = vicu_config_load(path, TRUE, params, G_N_ELEMENTS(params), &error);
    if (ok != (error == NULL))
        abort();
    if (!ok) {
        g_autofree char *after = all_of_them();
        if (error->message[0] == '\0' || strcmp(before, after) != 0)
            abort();
    }
    if (!(count >= 1 && count <= 500) || !(level >= -1.5 && level <= 1.5)
        || !(delay_us >= 1000000 && delay_us <= INT64_C(3600000000)) || text == NULL || map == NULL)
        abort();
    vicu_config_clear(params, G_N_ELEMENTS(params));
    close(fd);
    return 0;
}
