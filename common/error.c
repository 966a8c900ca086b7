/* SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"

#include <string.h>

#define LONGEST 64

G_DEFINE_QUARK(vicu_error, vicu_error)

static size_t
distance(const char *a, const char *b)
{
    size_t n = MIN(strlen(a), LONGEST), m = MIN(strlen(b), LONGEST);
    size_t row[LONGEST + 1];

    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            gboolean same = g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 1]);
            size_t best = MIN(MIN(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[m];
}

const char *
vicu_nearest_name(const char *name, const char *const *names)
{
    const char *best = NULL;
    size_t length = strlen(name);
    size_t least = MIN(MAX(length / 3, 2) + 1, length);

    for (size_t i = 0; names[i] != NULL; i++) {
        size_t d = distance(name, names[i]);
        if (d < least) {
            least = d;
            best = names[i];
        }
    }
    return best;
}
