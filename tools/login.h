/* Who is signed in at the command line: a session of this user with one installation.
 *
 * It lies in XDG_STATE_HOME/vicu/sessions, a file for each installation (0600): token, device's
 * secret, and the last proof, which goes on while the store is away. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/people-client.h"
#include "tools/client.h"

G_BEGIN_DECLS

typedef struct {
    char *path;
    char *account; /* NULL: nobody is signed in */
    GBytes *token, *device, *proof;
} ToolLogin;

/* Nothing there is nobody; a file that others can read is refused. */
gboolean tool_login_read(ToolLogin *self, const VicuRoot *root, GError **error);
gboolean tool_login_write(const ToolLogin *self, GError **error);
/* The device stays known. */
gboolean tool_login_forget(ToolLogin *self, GError **error);
void tool_login_clear(ToolLogin *self);

/* Takes what the store granted; token and device stay where it told none. */
void tool_login_take(ToolLogin *self, const Vicu__PeopleGranted *granted);

/* The proof to go along with an act, renewed where the store answers within 2 s; NULL: nobody
 * is signed in (@error not set), or the session is over. Caller frees. */
GBytes *tool_login_proof(ToolClient *client, GError **error);

/* One question about people; rows (Vicu__PeopleRow) or NULL and @error. Caller frees. */
GPtrArray *tool_people_ask(ToolClient *client,
                           const Vicu__PeopleAsk *ask,
                           int64_t patience_us,
                           GError **error);

/* A line from the terminal, unseen, or from stdin; caller wipes and frees. */
char *tool_password_read(const char *prompt, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ToolLogin, tool_login_clear)

G_END_DECLS
