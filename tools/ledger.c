/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/ledger.h"

#include <errno.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "tools/audit-render.h"
#include "tools/ledger-file.h"

#define WHY "vicu audit"

static Vicu__LedgerHead *
copy_head(const Vicu__LedgerHead *head)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&head->base);

    return vicu_wire_unpack(&vicu__ledger_head__descriptor, g_bytes_get_data(packed, NULL),
                            g_bytes_get_size(packed), NULL);
}

static void
on_head(const Vicu__QueryRows *rows, gpointer user)
{
    Vicu__LedgerHead **head = user;

    if (rows->n_ledger_head > 0 && *head == NULL)
        *head = copy_head(rows->ledger_head[0]);
}

Vicu__LedgerHead *
tool_ledger_head(ToolClient *client, uint64_t old_size, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryLedger what = VICU__QUERY_LEDGER__INIT;
    Vicu__LedgerHead *head = NULL;

    what.old_size = old_size;
    query.what_case = VICU__QUERY__WHAT_LEDGER;
    query.ledger = &what;
    if (!tool_ask(client, &query, WHY, on_head, &head, error)) {
        vicu_wire_free(head);
        return NULL;
    }
    if (head == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "the store gave no head of the audit");
    return head;
}

char *
tool_ledger_key(ToolClient *client, const char *said, GError **error)
{
    const VicuRoot *root = tool_client_root(client);
    g_autofree char *path = g_build_filename(root->keys, VICU_NOTE_LOG_FILE VICU_NOTE_PUBLIC, NULL);
    char *text = NULL;

    if (said[0] != '\0')
        return g_strdup(said);
    return g_file_get_contents(path, &text, NULL, error) ? g_strstrip(text) : NULL;
}

char *
tool_ledger_witnessed(const Vicu__LedgerHead *head, int64_t now_us)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < head->n_cosigned; i++) {
        const Vicu__Cosigned *one = head->cosigned[i];
        g_autofree char *age = vicu_duration_format(MAX(now_us - one->t_us, 0));
        VicuNoteKey key;
        if (vicu_note_key_parse(&key, one->key))
            g_string_append_printf(text,
                                   "%switnessed by %s %s ago over %" G_GUINT64_FORMAT
                                   " of %" G_GUINT64_FORMAT " records",
                                   text->len > 0 ? "; " : "", key.name, age, one->size, head->size);
    }
    if (text->len == 0)
        g_string_append(text, "unwitnessed");
    return g_string_free(text, FALSE);
}

/* ---- export ---- */

typedef struct {
    ToolClient *client;
    FILE *out;
    ToolLedgerFile *file; /* NULL: the head has not come */
    GError *error;
} Export;

static void
on_rows(const Vicu__QueryRows *rows, gpointer user)
{
    Export *self = user;

    if (rows->n_ledger_head > 0 && self->file == NULL && self->error == NULL) {
        const Vicu__LedgerHead *head = rows->ledger_head[0];
        g_autofree char *key = tool_ledger_key(self->client, head->key, &self->error);
        if (key != NULL)
            self->file = tool_ledger_file_new(self->out, head, key);
    }
    for (size_t i = 0; self->file != NULL && i < rows->n_ledger_entry; i++)
        tool_ledger_file_add(self->file, rows->ledger_entry[i]);
}

gboolean
tool_ledger_export(ToolClient *client, const Vicu__QueryLedger *what, FILE *out, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Export self = {client, out, NULL, NULL};

    query.what_case = VICU__QUERY__WHAT_LEDGER;
    query.ledger = (Vicu__QueryLedger *)what;
    gboolean ok = tool_ask(client, &query, WHY, on_rows, &self, error);
    if (ok && self.error != NULL) {
        g_propagate_error(error, g_steal_pointer(&self.error));
        ok = FALSE;
    } else if (ok && self.file == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "the store gave no head of the audit");
        ok = FALSE;
    }
    if (self.file != NULL && !tool_ledger_file_end(self.file, ok ? error : NULL))
        ok = FALSE;
    g_clear_error(&self.error);
    return ok;
}

/* ---- renderings ---- */

gboolean
tool_ledger_format(const char *word, ToolLedgerFormat *format)
{
    static const char *const words[] = {"vicu", "fhir", "dicom"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(word, words[i]) == 0) {
            *format = (ToolLedgerFormat)i;
            return TRUE;
        }
    return FALSE;
}

typedef struct {
    FILE *out;
    ToolLedgerFormat format;
    char source[VICU_NOTE_NAME_MAX + 1];
    gboolean any;
} Rendering;

static void
render(Rendering *self, const Vicu__LedgerEntry *entry)
{
    g_autoptr(Vicu__AuditRecord) record =
        vicu_wire_unpack_audit_record(entry->record.data, entry->record.len, NULL);

    if (entry->record.len == 0 || record == NULL)
        return; /* it went by retention */
    if (self->format == TOOL_LEDGER_DICOM) {
        g_autoptr(GString) text = g_string_new(NULL);
        tool_audit_dicom(text, record, entry->number, self->source);
        fprintf(self->out, "%s\n", text->str);
        return;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    tool_audit_fhir(json, record, entry->number, self->source);
    fprintf(self->out, "%s{\"resource\":%s}", self->any ? ",\n" : "", vicu_json_peek(json));
    self->any = TRUE;
}

static void
on_rendered(const Vicu__QueryRows *rows, gpointer user)
{
    Rendering *self = user;

    for (size_t i = 0; i < rows->n_ledger_head; i++) {
        VicuNoteHead head;
        if (vicu_note_parse(&head, rows->ledger_head[i]->note))
            g_strlcpy(self->source, head.origin, sizeof self->source);
    }
    for (size_t i = 0; i < rows->n_ledger_entry; i++)
        render(self, rows->ledger_entry[i]);
}

gboolean
tool_ledger_render(ToolClient *client,
                   const Vicu__QueryLedger *what,
                   ToolLedgerFormat format,
                   FILE *out,
                   GError **error)
{
    static const char *const before[] = {
        [TOOL_LEDGER_FHIR] = "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[\n",
        [TOOL_LEDGER_DICOM] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AuditMessages>\n"};
    static const char *const after[] = {
        [TOOL_LEDGER_FHIR] = "\n]}\n", [TOOL_LEDGER_DICOM] = "</AuditMessages>\n"};
    Vicu__Query query = VICU__QUERY__INIT;
    Rendering self = {.out = out, .format = format};

    query.what_case = VICU__QUERY__WHAT_LEDGER;
    query.ledger = (Vicu__QueryLedger *)what;
    fputs(before[format], out);
    if (!tool_ask(client, &query, WHY, on_rendered, &self, error))
        return FALSE;
    fputs(after[format], out);
    if (fflush(out) == 0 && !ferror(out))
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "it cannot be written: %s", g_strerror(errno));
    return FALSE;
}
