/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ledger-signer.h"

#include <string.h>

#include "common/error.h"

VicuNoteSigner *
store_ledger_signer(StoreLedger *ledger, const VicuRoot *root, char **wrong)
{
    g_autofree char *path = g_build_filename(root->keys, VICU_NOTE_LOG_FILE, NULL);
    g_autoptr(GError) error = NULL;
    VicuNoteSigner *signer = vicu_note_signer_load(path, VICU_NOTE_LOG, NULL, &error);

    *wrong = NULL;
    if (signer == NULL) {
        *wrong = g_strdup_printf("the audit's heads are not signed: %s", error->message);
        return NULL;
    }
    store_notes_set_signer(store_ledger_notes(ledger), signer);
    g_autofree char *found = store_ledger_check(ledger);
    if (found != NULL)
        *wrong = g_strdup_printf("the audit is not as it was signed: %s; ask its witnesses, and "
                                 "look with \"vicu audit verify\"",
                                 found);
    return signer;
}

bool
store_ledger_believes(const VicuRoot *root, const VicuNoteKey *witness, GError **error)
{
    g_autofree char *path = g_build_filename(root->keys, VICU_NOTE_WITNESSES_FILE, NULL);
    g_autofree char *key = vicu_note_key_text(witness);
    g_autofree char *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        g_auto(GStrv) line = g_strsplit(text, "\n", -1);
        for (int i = 0; line[i] != NULL; i++)
            if (strcmp(g_strstrip(line[i]), key) == 0)
                return true;
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                "%s has no line with this witness' key: an administrator adds it there: %s", path,
                key);
    return false;
}
