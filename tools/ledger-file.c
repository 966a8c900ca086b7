/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/ledger-file.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"
#include "common/merkle.h"

struct ToolLedgerFile {
    FILE *out;
    GChecksum *sum;
    GByteArray *right;
    gboolean failed;
};

static void
put(ToolLedgerFile *self, const void *data, size_t size)
{
    if (size == 0)
        return;
    g_checksum_update(self->sum, data, (gssize)size);
    self->failed = self->failed || fwrite(data, 1, size, self->out) != size;
}

static void put_text(ToolLedgerFile *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
put_text(ToolLedgerFile *self, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    put(self, text, strlen(text));
}

static ToolLedgerFile *
file_new(FILE *out)
{
    ToolLedgerFile *self = g_new0(ToolLedgerFile, 1);

    self->out = out;
    self->sum = g_checksum_new(G_CHECKSUM_SHA256);
    self->right = g_byte_array_new();
    return self;
}

const Vicu__Cosigned *
tool_ledger_file_cosigned(const Vicu__LedgerHead *head)
{
    const Vicu__Cosigned *best = NULL;

    for (size_t i = 0; i < head->n_cosigned; i++) {
        const Vicu__Cosigned *one = head->cosigned[i];
        if (one->size + 1 >= head->first && one->size <= head->last
            && (best == NULL || one->size > best->size))
            best = one;
    }
    return best;
}

ToolLedgerFile *
tool_ledger_file_new(FILE *out, const Vicu__LedgerHead *head, const char *key)
{
    ToolLedgerFile *self = file_new(out);
    const Vicu__Cosigned *cosigned = tool_ledger_file_cosigned(head);
    const char *note = cosigned != NULL ? cosigned->note : "";

    put_text(self, "vicu-audit-export 1\nkey %s\n", key);
    put_text(self, "first %" G_GUINT64_FORMAT "\nlast %" G_GUINT64_FORMAT "\n", head->first,
             head->last);
    put_text(self, "witness %s\nnote %zu\ncosigned %zu\nleft %zu\nright %zu\n\n",
             cosigned != NULL ? cosigned->key : "none", strlen(head->note), strlen(note),
             head->left.len / VICU_MERKLE_LEN, head->right.len / VICU_MERKLE_LEN);
    put_text(self, "%s%s", head->note, note);
    put(self, head->left.data, head->left.len);
    g_byte_array_append(self->right, head->right.data, (guint)head->right.len);
    return self;
}

void
tool_ledger_file_add(ToolLedgerFile *self, const Vicu__LedgerEntry *entry)
{
    uint32_t be = GUINT32_TO_BE((uint32_t)entry->record.len);

    put(self, &be, sizeof be);
    if (entry->record.len > 0)
        put(self, entry->record.data, entry->record.len);
    else
        put(self, entry->leaf.data, entry->leaf.len);
}

gboolean
tool_ledger_file_end(ToolLedgerFile *self, GError **error)
{
    uint8_t sum[VICU_MERKLE_LEN];
    gsize size = sizeof sum;

    put(self, self->right->data, self->right->len);
    g_checksum_get_digest(self->sum, sum, &size);
    gboolean ok =
        !self->failed && fwrite(sum, 1, size, self->out) == size && fflush(self->out) == 0;
    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "it cannot be written: %s",
                    g_strerror(errno));
    g_checksum_free(self->sum);
    g_byte_array_unref(self->right);
    g_free(self);
    return ok;
}

gboolean
tool_ledger_file_proof(FILE *out, const Vicu__LedgerProof *proof, const char *key, GError **error)
{
    ToolLedgerFile *self = file_new(out);

    put_text(self, "vicu-audit-proof 1\nkey %s\nnumber %" G_GUINT64_FORMAT "\nwitness %s\n", key,
             proof->number, proof->witness[0] != '\0' ? proof->witness : "none");
    put_text(self, "note %zu\npath %zu\nrecord %zu\n\n%s", strlen(proof->note),
             proof->path.len / VICU_MERKLE_LEN, proof->record.len, proof->note);
    put(self, proof->path.data, proof->path.len);
    put(self, proof->record.data, proof->record.len);
    return tool_ledger_file_end(self, error);
}
