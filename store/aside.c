/* SPDX-License-Identifier: Apache-2.0 */
#include "store/aside.h"

#include <glib/gstdio.h>

#include "common/audit.h"

#define SIZE_MAX_OF_RECORD (1 << 20)

static char *
folder_of(const char *dir)
{
    return g_build_filename(dir, VICU_AUDIT_ASIDE, NULL);
}

/* True: it is in the ledger now. */
static bool
take_file(
    const char *path, StoreLedger *ledger, int64_t now_us, StoreLedgerFate *fate, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    GStatBuf st;

    *fate = STORE_LEDGER_MALFORMED;
    if (g_stat(path, &st) != 0 || st.st_size > SIZE_MAX_OF_RECORD
        || !g_file_get_contents(path, &text, &size, NULL))
        return false;
    *fate = store_ledger_append_packed(ledger, text, size, now_us, error);
    return *fate == STORE_LEDGER_TAKEN || *fate == STORE_LEDGER_DUPLICATE;
}

bool
store_aside_take(
    const char *dir, StoreLedger *ledger, int64_t now_us, GPtrArray **names, GError **error)
{
    g_autofree char *folder = folder_of(dir);
    GDir *open = g_dir_open(folder, 0, NULL);
    StoreLedgerFate fate = STORE_LEDGER_TAKEN;
    const char *name;

    *names = g_ptr_array_new_with_free_func(g_free);
    while (open != NULL && fate != STORE_LEDGER_BROKEN && (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_str_has_suffix(name, VICU_AUDIT_ASIDE_SUFFIX)
            && take_file(path, ledger, now_us, &fate, error))
            g_ptr_array_add(*names, g_strdup(name));
    }
    if (open != NULL)
        g_dir_close(open);
    return fate != STORE_LEDGER_BROKEN;
}

void
store_aside_drop(const char *dir, const GPtrArray *names)
{
    g_autofree char *folder = folder_of(dir);

    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        g_unlink(path); /* one that stays is a repeat next time */
    }
}
