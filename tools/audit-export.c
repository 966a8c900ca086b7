/* `vicu audit export` and `vicu audit prove`: what an outsider checks, as a file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "tools/ledger-file.h"
#include "tools/ledger.h"
#include "tools/verbs.h"

/* Written beside it first, so that half a file has never its name. */
typedef struct {
    char *path, *part;
    FILE *file;
} Target;

static gboolean
target_open(Target *self, const char *path, GError **error)
{
    self->path = g_strdup(path);
    self->part = g_strconcat(path, ".part", NULL);
    self->file = fopen(self->part, "wb");
    if (self->file != NULL)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", self->part, g_strerror(errno));
    return FALSE;
}

/* With its name when @ok, else away. */
static gboolean
target_close(Target *self, gboolean ok, GError **error)
{
    if (self->file != NULL) {
        gboolean closed = fsync(fileno(self->file)) == 0;
        closed = fclose(self->file) == 0 && closed;
        if (ok && (!closed || rename(self->part, self->path) != 0)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", self->path, g_strerror(errno));
            ok = FALSE;
        }
        if (!ok)
            unlink(self->part);
    }
    g_free(self->path);
    g_free(self->part);
    return ok;
}

int
tool_audit_export(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *from = NULL;
    g_autofree char *to = NULL;
    g_autofree char *path = NULL;
    g_autofree char *format = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &path, "File to write", "FILE"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "Beginning (the first record)", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "End (the newest head)", "TIME"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &format,
         "vicu (can be verified), fhir (a Bundle) or dicom (XML)", "FORMAT"},
        G_OPTION_ENTRY_NULL,
    };
    Vicu__QueryLedger what = VICU__QUERY_LEDGER__INIT;
    int64_t now_us = vicu_clock_utc_us();
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status >= 0)
        return status;
    if (path == NULL)
        return tool_usage(verb, "-o FILE is missing");
    ToolLedgerFormat as;
    if (!tool_ledger_format(format != NULL ? format : "vicu", &as))
        return tool_usage(verb, "--format %s: expected vicu, fhir or dicom", format);
    what.entries = TRUE;
    if ((from != NULL || to != NULL)
        && (!vicu_time_parse(from != NULL ? from : "1971-01-01T00:00:00Z", now_us, &what.from_us,
                             &error)
            || !vicu_time_parse(to != NULL ? to : "+1min", now_us, &what.to_us, &error)))
        return tool_usage(verb, "%s", error->message);
    g_autoptr(ToolClient) client = tool_client_open_reading(&common, verb->name, &error);
    Target target = {0};
    if (client == NULL || !target_open(&target, path, &error)) {
        target_close(&target, FALSE, NULL);
        return tool_wanting(verb, g_steal_pointer(&error));
    }
    gboolean ok = as == TOOL_LEDGER_VICU
                      ? tool_ledger_export(client, &what, target.file, &error)
                      : tool_ledger_render(client, &what, as, target.file, &error);
    if (!target_close(&target, ok, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return TOOL_DONE;
}

/* ---- prove ---- */

typedef struct {
    ToolClient *client;
    FILE *out;
    gboolean done;
    GError *error;
} Proving;

static void
on_proof(const Vicu__QueryRows *rows, gpointer user)
{
    Proving *self = user;

    if (rows->n_ledger_proof == 0 || self->done || self->error != NULL)
        return;
    const Vicu__LedgerProof *proof = rows->ledger_proof[0];
    g_autofree char *key = tool_ledger_key(self->client, proof->key, &self->error);
    self->done = key != NULL && tool_ledger_file_proof(self->out, proof, key, &self->error);
    if (self->done && proof->witness[0] == '\0')
        fprintf(stderr,
                "vicu audit prove: unwitnessed: no witness has signed a head over record "
                "%" G_GUINT64_FORMAT " yet\n",
                proof->number);
}

static gboolean
prove(ToolClient *client, uint64_t number, FILE *out, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryLedgerProof what = VICU__QUERY_LEDGER_PROOF__INIT;
    Proving self = {client, out, FALSE, NULL};

    what.number = number;
    query.what_case = VICU__QUERY__WHAT_LEDGER_PROOF;
    query.ledger_proof = &what;
    if (!tool_ask(client, &query, "vicu audit prove", on_proof, &self, error)) {
        g_clear_error(&self.error);
        return FALSE;
    }
    if (self.error != NULL)
        g_propagate_error(error, self.error);
    else if (!self.done)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "the store gave no proof");
    return self.done;
}

int
tool_audit_prove(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    guint64 number = 0;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &path, "File to write", "FILE"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &common, 1, 1);

    if (status >= 0)
        return status;
    if (path == NULL)
        return tool_usage(verb, "-o FILE is missing");
    if (!g_ascii_string_to_unsigned(argv[1], 10, 1, G_MAXINT64, &number, NULL))
        return tool_usage(verb, "\"%s\" is no number of a record, from 1", argv[1]);
    g_autoptr(ToolClient) client = tool_client_open_reading(&common, verb->name, &error);
    Target target = {0};
    if (client == NULL || !target_open(&target, path, &error)) {
        target_close(&target, FALSE, NULL);
        return tool_wanting(verb, g_steal_pointer(&error));
    }
    gboolean ok = prove(client, number, target.file, &error);
    if (!target_close(&target, ok, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return TOOL_DONE;
}
