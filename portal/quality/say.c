/* The words of a report. See say.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/quality/say.h"

#include <libintl.h>
#include <locale.h>
#include <string.h>

#define DOMAIN "vicu"
#define ABOVE  3 /* portal/, tests/portal/ of a build folder */

/* Beside the program while it lies in its build folder, else where it was installed. */
static void
bind(void)
{
    char *at = g_file_read_link("/proc/self/exe", NULL);

    for (unsigned i = 0; at != NULL && i < ABOVE; i++) {
        char *above = g_path_get_dirname(at);
        g_autofree char *built = g_build_filename(above, "data", "po", NULL);
        g_free(at);
        at = above;
        if (g_file_test(built, G_FILE_TEST_IS_DIR)) {
            bindtextdomain(DOMAIN, built);
            g_free(at);
            return;
        }
    }
    g_free(at);
    bindtextdomain(DOMAIN, VICU_LOCALEDIR);
}

bool
portal_quality_say(const char *language)
{
    if (g_strcmp0(language, "zh_CN") != 0)
        return false;
    /* Catalogues are only read in a locale that is not "C"; this one is always there. */
    setlocale(LC_MESSAGES, "C.UTF-8");
    g_setenv("LANGUAGE", language, TRUE);
    bind();
    bind_textdomain_codeset(DOMAIN, "UTF-8");
    return true;
}

const char *
portal_quality_words(const char *msgid)
{
    return msgid[0] != '\0' ? dgettext(DOMAIN, msgid) : msgid;
}
