/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/login.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/password.h"
#include "common/seal.h"

#define GROUP    "session"
#define RENEW_US (2 * G_USEC_PER_SEC)

/* --- the file ----------------------------------------------------------------------------- */

/* Named by the installation's key of the store: the same from every machine. */
static char *
path_of(const VicuRoot *root)
{
    g_autofree char *name = g_compute_checksum_for_string(
        G_CHECKSUM_SHA256, root->hub != NULL ? root->hub : root->dir, -1);
    name[16] = '\0';
    return g_build_filename(g_get_user_state_dir(), "vicu", "sessions", name, NULL);
}

static GBytes *
read_bytes(GKeyFile *file, const char *key)
{
    g_autofree char *text = g_key_file_get_string(file, GROUP, key, NULL);
    gsize size = 0;

    if (text == NULL)
        return NULL;
    guchar *data = g_base64_decode(text, &size);
    return g_bytes_new_take(data, size);
}

gboolean
tool_login_read(ToolLogin *self, const VicuRoot *root, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    struct stat st;

    *self = (ToolLogin){.path = path_of(root)};
    if (stat(self->path, &st) != 0)
        return TRUE;
    if ((st.st_mode & 077) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "%s is readable by others: remove it, and sign in again", self->path);
        return FALSE;
    }
    if (!g_key_file_load_from_file(file, self->path, G_KEY_FILE_NONE, error))
        return FALSE;
    self->account = g_key_file_get_string(file, GROUP, "account", NULL);
    self->token = read_bytes(file, "token");
    self->device = read_bytes(file, "device");
    self->proof = read_bytes(file, "proof");
    return TRUE;
}

static void
put_bytes(GKeyFile *file, const char *key, GBytes *bytes)
{
    gsize size = 0;

    if (bytes == NULL)
        return;
    const guchar *data = g_bytes_get_data(bytes, &size);
    g_autofree char *text = g_base64_encode(data, size);
    g_key_file_set_string(file, GROUP, key, text);
}

gboolean
tool_login_write(const ToolLogin *self, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *folder = g_path_get_dirname(self->path);
    gsize size = 0;

    if (g_mkdir_with_parents(folder, 0700) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s cannot be made: %s", folder,
                    g_strerror(errno));
        return FALSE;
    }
    if (self->account != NULL)
        g_key_file_set_string(file, GROUP, "account", self->account);
    put_bytes(file, "token", self->token);
    put_bytes(file, "device", self->device);
    put_bytes(file, "proof", self->proof);
    g_autofree char *text = g_key_file_to_data(file, &size, NULL);
    gboolean ok = g_file_set_contents_full(self->path, text, (gssize)size,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
    vicu_seal_wipe(text, size);
    return ok;
}

gboolean
tool_login_forget(ToolLogin *self, GError **error)
{
    g_clear_pointer(&self->account, g_free);
    g_clear_pointer(&self->token, g_bytes_unref);
    g_clear_pointer(&self->proof, g_bytes_unref);
    return tool_login_write(self, error);
}

void
tool_login_clear(ToolLogin *self)
{
    g_clear_pointer(&self->path, g_free);
    g_clear_pointer(&self->account, g_free);
    g_clear_pointer(&self->token, g_bytes_unref);
    g_clear_pointer(&self->device, g_bytes_unref);
    g_clear_pointer(&self->proof, g_bytes_unref);
}

static void
take_bytes(GBytes **at, const ProtobufCBinaryData *data)
{
    if (data->len == 0)
        return;
    g_clear_pointer(at, g_bytes_unref);
    *at = g_bytes_new(data->data, data->len);
}

void
tool_login_take(ToolLogin *self, const Vicu__PeopleGranted *granted)
{
    g_free(self->account);
    self->account = g_strdup(granted->session != NULL ? granted->session->account : "");
    take_bytes(&self->token, &granted->token);
    take_bytes(&self->device, &granted->device);
    take_bytes(&self->proof, &granted->proof);
}

/* --- asking ------------------------------------------------------------------------------- */

typedef struct {
    gboolean done;
    GPtrArray *rows;
    GError *error;
} Asked;

static void
on_answer(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    Asked *asked = user;

    asked->done = TRUE;
    if (error != NULL) {
        asked->error = g_error_copy(error);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GBytes) packed = vicu_wire_pack(&rows[i]->base);
        gsize size = 0;
        const void *data = g_bytes_get_data(packed, &size);
        g_ptr_array_add(asked->rows, vicu_wire_unpack_people_row(data, size, NULL));
    }
}

GPtrArray *
tool_people_ask(ToolClient *client, const Vicu__PeopleAsk *ask, int64_t patience_us, GError **error)
{
    g_autoptr(VicuPeopleClient) people =
        vicu_people_client_new(tool_client_context(client), tool_client_root(client), error);
    Asked asked = {FALSE, NULL, NULL};

    if (people == NULL)
        return NULL;
    asked.rows = g_ptr_array_new_with_free_func(vicu_wire_free);
    vicu_people_client_ask(people, ask, on_answer, &asked);
    tool_client_wait(client, &asked.done, patience_us);
    if (!asked.done)
        g_set_error(&asked.error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                    "the store gave no answer in %d s; is it running? (vicu status)",
                    (int)(patience_us / G_USEC_PER_SEC));
    if (asked.error == NULL)
        return asked.rows;
    g_ptr_array_unref(asked.rows);
    g_propagate_error(error, asked.error);
    return NULL;
}

GBytes *
tool_login_proof(ToolClient *client, GError **error)
{
    g_auto(ToolLogin) login = {0};
    g_autoptr(GError) wrong = NULL;
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleCheck check = VICU__PEOPLE_CHECK__INIT;

    if (!tool_login_read(&login, tool_client_root(client), error) || login.token == NULL)
        return NULL;
    ask.token.data = (uint8_t *)g_bytes_get_data(login.token, &ask.token.len);
    ask.what_case = VICU__PEOPLE_ASK__WHAT_CHECK;
    ask.check = &check;
    g_autoptr(GPtrArray) rows = tool_people_ask(client, &ask, RENEW_US, &wrong);
    if (rows != NULL && rows->len == 1) {
        tool_login_take(&login, ((const Vicu__PeopleRow *)rows->pdata[0])->granted);
        if (!tool_login_write(&login, error))
            return NULL;
    } else if (wrong != NULL && !g_error_matches(wrong, VICU_ERROR, VICU_ERROR_TIMEOUT)) {
        g_propagate_prefixed_error(
            error, g_steal_pointer(&wrong),
            "signed in as \"%s\", but (vicu logout forgets it): ", login.account);
        return NULL;
    }
    return login.proof != NULL ? g_bytes_ref(login.proof) : NULL;
}

/* --- passwords ---------------------------------------------------------------------------- */

char *
tool_password_read(const char *prompt, GError **error)
{
    struct termios before, unseen;
    char text[VICU_PASSWORD_MAX + 2];
    gboolean terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;

    if (terminal) {
        fprintf(stderr, "%s: ", prompt);
        unseen = before;
        unseen.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    }
    gboolean ok = fgets(text, sizeof text, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    if (!ok || strchr(text, '\n') == NULL) {
        vicu_seal_wipe(text, sizeof text);
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "no password: expected a line of at most %u bytes on stdin", VICU_PASSWORD_MAX);
        return NULL;
    }
    text[strcspn(text, "\n")] = '\0';
    char *password = g_strdup(text);
    vicu_seal_wipe(text, sizeof text);
    return password;
}
