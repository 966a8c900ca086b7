/* `vicu audit witness`: remembers the last head of an audit, on a disk that the store's machine
 * does not own, and signs the next one only if the audit grew out of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/audit-act.h"
#include "common/clock.h"
#include "common/daemon.h"
#include "common/error.h"
#include "common/folder.h"
#include "tools/ledger.h"
#include "tools/verbs.h"

#define GROUP      "seen"
#define EVERY      "10s"
#define LEAST_US   G_USEC_PER_SEC
#define MOST_US    (3600 * (int64_t)G_USEC_PER_SEC)
#define KEY_SUFFIX ".key"

typedef struct {
    const ToolVerb *verb;
    const char *path;
    gboolean stays; /* says what it does not sign, and looks again */
    VicuNoteSigner *signer;
    char *key; /* of the audit; NULL: none has been seen */
    uint64_t size;
    VicuMerkle root;
} Witness;

/* ---- what it has seen ---- */

static bool
load(Witness *self, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    VicuNoteHead head;
    VicuNoteKey key;

    if (!g_file_test(self->path, G_FILE_TEST_EXISTS))
        return true;
    if (!g_key_file_load_from_file(file, self->path, G_KEY_FILE_NONE, error))
        return false;
    g_autofree char *note = g_key_file_get_string(file, GROUP, "note", NULL);
    self->key = g_key_file_get_string(file, GROUP, "key", NULL);
    if (note == NULL || self->key == NULL || !vicu_note_key_parse(&key, self->key)
        || !vicu_note_is_signed(note, &key, NULL) || !vicu_note_parse(&head, note)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: what was seen last cannot be read, or was changed: bring the file back "
                    "from a backup; without it nothing is known of the audit's past",
                    self->path);
        return false;
    }
    self->size = head.size;
    self->root = head.root;
    return true;
}

/* On the disk when it returns: what is signed is never forgotten. */
static bool
save(Witness *self, const Vicu__LedgerHead *head, const VicuNoteHead *parsed, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *folder = g_path_get_dirname(self->path);
    gsize size = 0;

    g_key_file_set_string(file, GROUP, "key", self->key);
    g_key_file_set_string(file, GROUP, "note", head->note);
    g_autofree char *text = g_key_file_to_data(file, &size, NULL);
    if (!g_file_set_contents_full(self->path, text, (gssize)size,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0600, error)
        || !vicu_folder_sync(folder, error))
        return false;
    self->size = parsed->size;
    self->root = parsed->root;
    return true;
}

/* ---- one look ---- */

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool
refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                "NOT WITNESSED: %s. Keep this witness' file and the store's folder as they are, "
                "and ask who touched the store",
                text);
    return false;
}

/* *@parsed: the head, which grew out of the one that was seen last. */
static bool
is_consistent(Witness *self, const Vicu__LedgerHead *head, VicuNoteHead *parsed, GError **error)
{
    VicuNoteKey key;

    if (!vicu_note_key_parse(&key, self->key) || !vicu_note_parse(parsed, head->note)
        || !vicu_note_is_signed(head->note, &key, NULL))
        return refuse(error, "the head is not signed by %s, the key seen first", self->key);
    if (parsed->size < self->size)
        return refuse(error,
                      "the audit has %" G_GUINT64_FORMAT " records, it had %" G_GUINT64_FORMAT
                      ": it was cut or rolled back",
                      parsed->size, self->size);
    if (head->growth.len % VICU_MERKLE_LEN != 0
        || !vicu_merkle_check_growth(self->size, &self->root, parsed->size, &parsed->root,
                                     (const VicuMerkle *)head->growth.data,
                                     head->growth.len / VICU_MERKLE_LEN))
        return refuse(
            error, "its first %" G_GUINT64_FORMAT " records are not those that were there before",
            self->size);
    return true;
}

static void
nothing(const Vicu__QueryRows *rows, gpointer user)
{
    (void)rows;
    (void)user;
}

static bool
give(Witness *self, ToolClient *client, const char *note, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__PutCosignature put = VICU__PUT_COSIGNATURE__INIT;
    g_autofree char *key = vicu_note_key_text(&self->signer->public_key);
    g_autofree char *signed_note =
        vicu_note_cosign(self->signer, note, vicu_clock_utc_us() / G_USEC_PER_SEC);

    put.note = signed_note;
    put.key = key;
    query.what_case = VICU__QUERY__WHAT_PUT_COSIGNATURE;
    query.put_cosignature = &put;
    return tool_ask(client, &query, "vicu audit witness", nothing, NULL, error);
}

/* FALSE and VICU_ERROR_AUTH: not what was there before, or the store does not know this witness. */
static bool
look(Witness *self, ToolClient *client, GError **error)
{
    VicuNoteHead parsed;
    Vicu__LedgerHead *head = tool_ledger_head(client, 0, error);

    if (head != NULL && head->size >= self->size && self->size > 0) {
        vicu_wire_free(head);
        head = tool_ledger_head(client, self->size, error);
    }
    if (head == NULL)
        return false;
    if (self->key == NULL)
        self->key = tool_ledger_key(client, head->key, error);
    uint64_t before = self->size;
    bool ok = self->key != NULL && is_consistent(self, head, &parsed, error)
              && save(self, head, &parsed, error) && give(self, client, head->note, error);
    if (ok)
        printf("%s: %" G_GUINT64_FORMAT " records witnessed, %" G_GUINT64_FORMAT " of them new\n",
               parsed.origin, parsed.size, parsed.size - before);
    fflush(stdout);
    vicu_wire_free(head);
    return ok;
}

/* ---- the verb ---- */

/* With --every: a store that does not answer is waited for; what was cut ends it, unless it
 * stays: then it is said at each look, and never signed. */
static int
watch(Witness *self, const ToolCommon *common, int64_t every_us)
{
    for (;;) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ToolClient) client =
            self->stays ? tool_client_open(common, &error)
                        : tool_client_open_reading(common, self->verb->name, &error);
        if (client != NULL && look(self, client, &error) && every_us == 0)
            return TOOL_DONE;
        gboolean refused = g_error_matches(error, VICU_ERROR, VICU_ERROR_AUTH);
        if (error != NULL && (every_us == 0 || (refused && !self->stays)))
            return tool_wanting(self->verb, g_steal_pointer(&error));
        if (error != NULL)
            fprintf(stderr, "vicu audit witness: %s; again in a while\n", error->message);
        g_usleep((gulong)every_us);
    }
}

/* An administrator's act: nothing is changed that the audit does not take. */
static int
allow(const ToolVerb *verb, const ToolCommon *common, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuRoot) root = vicu_root_new(common->root, &error);
    VicuNoteKey key;

    if (root == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (!vicu_note_key_parse(&key, text) || key.kind != VICU_NOTE_WITNESS)
        return tool_usage(verb, "\"%s\" is no public key of a witness", text);
    g_autofree char *path = g_build_filename(root->keys, VICU_NOTE_WITNESSES_FILE, NULL);
    g_autofree char *old = NULL;
    g_autofree char *detail = g_strdup_printf("%s, key %08x", key.name, key.id);
    if (!vicu_audit_act(root, "vicu audit witness", "witness-allow", detail))
        return TOOL_WANTING;
    g_file_get_contents(path, &old, NULL, NULL);
    g_autofree char *lines = g_strconcat(old != NULL ? old : "", text, "\n", NULL);
    if (!g_file_set_contents_full(path, lines, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0644, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return TOOL_DONE;
}

/* As it was said, as its key was made with, or as the machine is called. Caller frees. */
static char *
name_of(const char *said, const char *key_path)
{
    g_autofree char *path = g_strconcat(key_path, VICU_NOTE_PUBLIC, NULL);
    g_autofree char *text = NULL;
    VicuNoteKey key;

    if (said != NULL)
        return g_strdup(said);
    if (g_file_get_contents(path, &text, NULL, NULL) && vicu_note_key_parse(&key, g_strstrip(text)))
        return g_strdup(key.name);
    return g_strdup(vicu_note_name_is_valid(g_get_host_name()) ? g_get_host_name() : "witness");
}

int
tool_audit_witness(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    g_autofree char *name = NULL;
    g_autofree char *every = NULL;
    g_autofree char *allowed = NULL;
    gboolean once = FALSE;
    gboolean stays = FALSE;
    int64_t every_us = 0;
    const GOptionEntry entries[] = {
        {"file", 0, 0, G_OPTION_ARG_FILENAME, &path,
         "What it has seen, with its key in FILE.key beside it; both are made at first", "FILE"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &name, "Name of the witness (this machine's)", "NAME"},
        {"once", 0, 0, G_OPTION_ARG_NONE, &once, "Look once, and leave", NULL},
        {"every", 0, 0, G_OPTION_ARG_STRING, &every, "Look again and again (" EVERY ")", "TIME"},
        {"stay", 0, 0, G_OPTION_ARG_NONE, &stays,
         "Go on looking, and do not sign, where the audit was cut: for a supervisor", NULL},
        {"allow", 0, 0, G_OPTION_ARG_STRING, &allowed,
         "Let the store here believe the witness with this public key", "KEY"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status >= 0)
        return status;
    if (allowed != NULL)
        return allow(verb, &common, allowed);
    if (path == NULL)
        return tool_usage(verb, "--file FILE is missing");
    if (name != NULL && !vicu_note_name_is_valid(name))
        return tool_usage(verb, "--name %s: expected 1 to %d letters without blank or plus", name,
                          VICU_NOTE_NAME_MAX);
    if (!vicu_duration_parse(every != NULL ? every : EVERY, &every_us, &error))
        return tool_usage(verb, "%s", error->message);
    if (every_us < LEAST_US || every_us > MOST_US)
        return tool_usage(verb, "--every %s is outside 1s..1h", every);
    g_autofree char *key_path = g_strconcat(path, KEY_SUFFIX, NULL);
    g_autofree char *own = name_of(name, key_path);
    g_autoptr(VicuNoteSigner) signer =
        vicu_note_signer_load(key_path, VICU_NOTE_WITNESS, own, &error);
    Witness self = {.verb = verb, .path = path, .stays = stays, .signer = signer};
    vicu_merkle_empty(&self.root);
    if (signer == NULL || !load(&self, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    if (stays)
        signal(SIGHUP, SIG_IGN); /* the supervisor's "read your settings again": it has none */
    vicu_notify("READY=1");
    status = watch(&self, &common, once ? 0 : every_us);
    g_free(self.key);
    return status;
}
