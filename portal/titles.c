/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/titles.h"

#include <locale.h>
#include <string.h>

#include "portal/quality/say.h"

static const char *const titles[] = {
#include "portal/titles-list.h"
};

static GHashTable *chinese; /* title -> of the catalogue; both stand for good */

void
portal_titles_load(void)
{
    if (chinese != NULL || !portal_quality_say("zh_CN"))
        return;
    chinese = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < G_N_ELEMENTS(titles); i++) {
        const char *said = portal_quality_words(titles[i]);
        if (strcmp(said, titles[i]) != 0)
            g_hash_table_insert(chinese, (gpointer)titles[i], (gpointer)said);
    }
    /* What this process itself says goes on in English. */
    g_unsetenv("LANGUAGE");
    setlocale(LC_MESSAGES, "C");
}

const char *
portal_title_in_chinese(const char *title)
{
    const char *said = chinese != NULL ? g_hash_table_lookup(chinese, title) : NULL;

    return said != NULL ? said : "";
}
