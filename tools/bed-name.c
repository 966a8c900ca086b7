/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bed-name.h"

#include <string.h>

#include "common/error.h"

#define PART_MAX 32

static gboolean
ends_in(const char *bed, const char *tail)
{
    size_t n = strlen(bed), k = strlen(tail);

    return n > k && bed[n - k - 1] == '/' && strcmp(bed + n - k, tail) == 0;
}

static void
list_some(GString *out, const char *const *beds, size_t n)
{
    for (size_t i = 0; i < MIN(n, 8); i++)
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", beds[i]);
    if (n > 8)
        g_string_append_printf(out, " and %zu more", n - 8);
}

const char *
tool_bed_find(const char *const *beds, size_t n, const char *text, GError **error)
{
    const char *found = NULL;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(beds[i], text) == 0)
            return beds[i];
        if (!ends_in(beds[i], text))
            continue;
        if (found != NULL) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "bed \"%s\" is both %s and %s: say more of its name", text, found, beds[i]);
            return NULL;
        }
        found = beds[i];
    }
    if (found == NULL) {
        g_autoptr(GString) known = g_string_new(NULL);
        list_some(known, beds, n);
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "there is no bed \"%s\"; known are: %s",
                    text, n > 0 ? known->str : "none");
    }
    return found;
}

gboolean
tool_bed_is_id(const char *text)
{
    g_auto(GStrv) part = g_strsplit(text, "/", 5);

    if (g_strv_length(part) != 3)
        return FALSE;
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(part[i]);
        if (length == 0 || length > PART_MAX)
            return FALSE;
        for (const char *c = part[i]; *c != '\0'; c++)
            if (!g_ascii_isalnum(*c) && *c != '_' && *c != '-')
                return FALSE;
    }
    return TRUE;
}

int
tool_bed_compare(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
            char *end_a = NULL, *end_b = NULL;
            guint64 x = g_ascii_strtoull(a, &end_a, 10), y = g_ascii_strtoull(b, &end_b, 10);
            if (x != y)
                return x < y ? -1 : 1;
            a = end_a;
            b = end_b;
        } else if (*a != *b) {
            return *a < *b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return *a == *b ? 0 : *a == '\0' ? -1 : 1;
}
