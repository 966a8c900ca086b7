/* Words. See words.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/words.h"

#include <libintl.h>
#include <locale.h>
#include <string.h>

#define DOMAIN "vicu"

/* Counts the changes of catalogue; gettext asks those who switch the language to raise it. */
extern int _nl_msg_cat_cntr; // NOLINT

static const DashLanguage languages[DASH_N_LANGUAGES] = {
    {"en", "English"},
    {"zh_CN", "简体中文"},
};

static const DashLanguage *used = &languages[0];

const DashLanguage *
dash_words_language_at(unsigned index)
{
    g_return_val_if_fail(index < DASH_N_LANGUAGES, &languages[0]);
    return &languages[index];
}

/* Beside the program while it lies in its build folder, else where it was installed. */
static void
bind(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;
    g_autofree char *above = folder ? g_path_get_dirname(folder) : NULL;
    for (unsigned i = 0; above && i < 2; i++) { /* dashboard/, tests/dashboard/ */
        g_autofree char *built = g_build_filename(above, "data", "po", NULL);
        if (g_file_test(built, G_FILE_TEST_IS_DIR)) {
            bindtextdomain(DOMAIN, built);
            return;
        }
        g_autofree char *next = g_path_get_dirname(above);
        g_free(above);
        above = g_steal_pointer(&next);
    }
    bindtextdomain(DOMAIN, VICU_LOCALEDIR);
}

bool
dash_words_use(const char *code)
{
    static bool bound;
    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
        if (g_strcmp0(languages[i].code, code) != 0)
            continue;
        if (!bound) {
            /* Catalogues are only read in a locale that is not "C"; this one is always there. */
            setlocale(LC_MESSAGES, "C.UTF-8");
            bind();
            bind_textdomain_codeset(DOMAIN, "UTF-8");
            bound = true;
        }
        used = &languages[i];
        g_setenv("LANGUAGE", code, TRUE);
        _nl_msg_cat_cntr++;
        return true;
    }
    return false;
}

const char *
dash_words_used(void)
{
    return used->code;
}

const char *
dash_words(const char *msgid)
{
    return used == &languages[0] || !*msgid ? msgid : dgettext(DOMAIN, msgid);
}
