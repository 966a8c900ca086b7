/* SPDX-License-Identifier: Apache-2.0 */
#include "common/bed-name.h"

#include <string.h>

#define PART_MAX 32

gboolean
vicu_bed_is_id(const char *text)
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

gboolean
vicu_bed_ends_in(const char *bed, const char *tail)
{
    size_t n = strlen(bed), k = strlen(tail);

    return n > k && bed[n - k - 1] == '/' && strcmp(bed + n - k, tail) == 0;
}
