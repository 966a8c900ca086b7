/* SPDX-License-Identifier: Apache-2.0 */
#include "store/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "store/folder.h"

#define FOLDER             "audit-aside"
#define SUFFIX             ".record"
#define SIZE_MAX_OF_RECORD (1 << 20)

static char *
folder_of(const char *dir)
{
    return g_build_filename(dir, FOLDER, NULL);
}

static char *
name_of(const uint8_t *id, size_t size)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < size; i++)
        g_string_append_printf(text, "%02x", id[i]);
    g_string_append(text, SUFFIX);
    return g_string_free(text, FALSE);
}

bool
store_aside_put(const char *dir, const Vicu__AuditRecord *record, GError **error)
{
    Vicu__AuditRecord own = *record;
    uint8_t id[STORE_AUDIT_ID_LEN];

    if (own.id.len != sizeof id) {
        for (size_t i = 0; i < sizeof id; i++)
            id[i] = (uint8_t)g_random_int_range(0, 256);
        own.id.data = id;
        own.id.len = sizeof id;
    }
    g_autofree char *folder = folder_of(dir);
    g_autofree char *name = name_of(own.id.data, own.id.len);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GBytes) packed = vicu_wire_pack(&own.base);
    if (g_mkdir_with_parents(folder, 0700) != 0) {
        int code = errno;
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s cannot be made: %s", folder,
                    g_strerror(code));
        return false;
    }
    return g_file_set_contents_full(
               path, g_bytes_get_data(packed, NULL), (gssize)g_bytes_get_size(packed),
               G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error)
           && store_folder_sync(folder, error);
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
        if (g_str_has_suffix(name, SUFFIX) && take_file(path, ledger, now_us, &fate, error))
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
