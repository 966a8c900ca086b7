/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bed-name.h"

#include <string.h>

#include "common/bed-name.h"
#include "common/error.h"

static void
list_some(GString *out, const char *const *beds, size_t n)
{
    for (size_t i = 0; i < MIN(n, 8); i++)
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", beds[i]);
    if (n > 8)
        g_string_append_printf(out, " and %zu more", n - 8);
}

/* @what they are: "bed" or "unit". */
static const char *
find_one(const char *what, const char *const *beds, size_t n, const char *text, GError **error)
{
    const char *found = NULL;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(beds[i], text) == 0)
            return beds[i];
        if (!vicu_bed_ends_in(beds[i], text))
            continue;
        if (found != NULL) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "%s \"%s\" is both %s and %s: say more of its name", what, text, found,
                        beds[i]);
            return NULL;
        }
        found = beds[i];
    }
    if (found == NULL) {
        g_autoptr(GString) known = g_string_new(NULL);
        list_some(known, beds, n);
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "there is no %s \"%s\"; known are: %s",
                    what, text, n > 0 ? known->str : "none");
    }
    return found;
}

const char *
tool_bed_find(const char *const *beds, size_t n, const char *text, GError **error)
{
    return find_one("bed", beds, n, text, error);
}

const char *
tool_unit_find(const char *const *units, size_t n, const char *text, GError **error)
{
    return find_one("unit", units, n, text, error);
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
