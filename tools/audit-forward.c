/* `vicu audit forward`: the audit to a repository of others, each record once at least.
 *
 * The store is the queue: FILE says which record was sent last, and is written once the other
 * end has taken what came before. Nothing waits for it, and a repository that is away loses
 * nothing as long as retention keeps the records.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "tools/audit-render.h"
#include "tools/ledger.h"
#include "tools/syslog-tls.h"
#include "tools/verbs.h"

#define GROUP    "sent"
#define EVERY    "1min"
#define BATCH    1000 /* records of one connection */
#define LEAST_US G_USEC_PER_SEC
#define MOST_US  (86400 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    const ToolVerb *verb;
    const char *path;
    ToolSyslogTarget target;
    char *origin;    /* of the audit; NULL: nothing was sent yet */
    uint64_t number; /* sent last */
} Forward;

/* ---- what was sent ---- */

static gboolean
load(Forward *self, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    if (!g_file_test(self->path, G_FILE_TEST_EXISTS))
        return TRUE;
    if (!g_key_file_load_from_file(file, self->path, G_KEY_FILE_NONE, error))
        return FALSE;
    self->origin = g_key_file_get_string(file, GROUP, "origin", error);
    self->number = self->origin != NULL ? g_key_file_get_uint64(file, GROUP, "number", error) : 0;
    return self->origin != NULL && self->number > 0;
}

static gboolean
save(const Forward *self, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *folder = g_path_get_dirname(self->path);
    gsize size = 0;

    g_key_file_set_string(file, GROUP, "origin", self->origin);
    g_key_file_set_uint64(file, GROUP, "number", self->number);
    g_autofree char *text = g_key_file_to_data(file, &size, NULL);
    return g_file_set_contents_full(self->path, text, (gssize)size,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error)
           && vicu_folder_sync(folder, error);
}

/* ---- one batch ---- */

typedef struct {
    const Forward *forward;
    GString *frames;
    uint64_t last;
} Batch;

static void
on_rows(const Vicu__QueryRows *rows, gpointer user)
{
    Batch *batch = user;

    for (size_t i = 0; i < rows->n_ledger_entry; i++) {
        const Vicu__LedgerEntry *entry = rows->ledger_entry[i];
        g_autoptr(Vicu__AuditRecord) record =
            vicu_wire_unpack_audit_record(entry->record.data, entry->record.len, NULL);
        g_autoptr(GString) text = g_string_new(NULL);
        batch->last = entry->number;
        if (record == NULL || entry->record.len == 0)
            continue; /* retention took it */
        tool_audit_dicom(text, record, entry->number, batch->forward->origin);
        tool_syslog_frame(batch->frames, record->t_us != 0 ? record->t_us : record->t_taken_us,
                          g_get_host_name(), text->str);
    }
}

static gboolean
send_batch(Forward *self, ToolClient *client, uint64_t last, GError **error)
{
    g_autoptr(GString) frames = g_string_new(NULL);
    Batch batch = {self, frames, 0};
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryLedger what = VICU__QUERY_LEDGER__INIT;

    what.first = self->number + 1;
    what.last = last;
    what.entries = TRUE;
    query.what_case = VICU__QUERY__WHAT_LEDGER;
    query.ledger = &what;
    if (!tool_ask(client, &query, "vicu audit forward", on_rows, &batch, error)
        || (frames->len > 0 && !tool_syslog_send(&self->target, frames, error)))
        return FALSE;
    self->number = MAX(batch.last, last);
    return save(self, error);
}

/* All up to the head that there is at the beginning. */
static gboolean
send_all(Forward *self, ToolClient *client, GError **error)
{
    Vicu__LedgerHead *head = tool_ledger_head(client, 0, error);
    VicuNoteHead parsed;

    if (head == NULL)
        return FALSE;
    gboolean ok = vicu_note_parse(&parsed, head->note);
    vicu_wire_free(head);
    if (ok && self->origin == NULL)
        self->origin = g_strdup(parsed.origin);
    if (!ok || strcmp(self->origin, parsed.origin) != 0 || parsed.size < self->number) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "%s is of another audit than the one that answers, or that one was cut: give "
                    "another file to begin at its first record",
                    self->path);
        return FALSE;
    }
    uint64_t before = self->number;
    while (self->number < parsed.size)
        if (!send_batch(self, client, MIN(self->number + BATCH, parsed.size), error))
            return FALSE;
    if (self->number > before)
        printf("records %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " sent to %s\n", before + 1,
               self->number, self->target.to);
    fflush(stdout);
    return TRUE;
}

/* ---- the verb ---- */

static int
repeat(Forward *self, const ToolCommon *common, int64_t every_us)
{
    for (;;) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ToolClient) client = tool_client_open_reading(common, self->verb->name, &error);
        if (client != NULL && send_all(self, client, &error) && every_us == 0)
            return TOOL_DONE;
        if (error != NULL && (every_us == 0 || g_error_matches(error, VICU_ERROR, VICU_ERROR_AUTH)))
            return tool_wanting(self->verb, g_steal_pointer(&error));
        if (error != NULL)
            fprintf(stderr, "vicu audit forward: %s; again in a while\n", error->message);
        g_usleep((gulong)every_us);
    }
}

int
tool_audit_forward(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *to = NULL;
    g_autofree char *path = NULL;
    g_autofree char *ca = NULL;
    g_autofree char *cert = NULL;
    g_autofree char *every = NULL;
    gboolean once = FALSE;
    int64_t every_us = 0;
    const GOptionEntry entries[] = {
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "The repository (port 6514)", "HOST[:PORT]"},
        {"file", 0, 0, G_OPTION_ARG_FILENAME, &path, "Which record was sent last; made at first",
         "FILE"},
        {"ca", 0, 0, G_OPTION_ARG_FILENAME, &ca,
         "Who may have signed the repository's certificate (those of the system)", "PEM"},
        {"cert", 0, 0, G_OPTION_ARG_FILENAME, &cert, "Own certificate and key", "PEM"},
        {"once", 0, 0, G_OPTION_ARG_NONE, &once, "Send what there is, and leave", NULL},
        {"every", 0, 0, G_OPTION_ARG_STRING, &every, "Again and again (" EVERY ")", "TIME"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status >= 0)
        return status;
    if (to == NULL || path == NULL)
        return tool_usage(verb, "--to HOST and --file FILE are wanted");
    if (!vicu_duration_parse(every != NULL ? every : EVERY, &every_us, &error))
        return tool_usage(verb, "%s", error->message);
    if (every_us < LEAST_US || every_us > MOST_US)
        return tool_usage(verb, "--every %s is outside 1s..1d", every);
    Forward self = {.verb = verb, .path = path, .target = {to, ca, cert}};
    if (!load(&self, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    status = repeat(&self, &common, once ? 0 : every_us);
    g_free(self.origin);
    return status;
}
