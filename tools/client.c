/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/client.h"

#include "common/error.h"
#include "common/offline.h"
#include "tools/dispatch.h"

#define HWM          1000
#define ASK_AGAIN_US (300 * (int64_t)1000)

struct ToolClient {
    VicuRoot *root;
    VicuKeys *keys;
    VicuContext *context;
    VicuOffline *offline; /* NULL: the store itself is asked */
};

ToolClient *
tool_client_open_root(VicuRoot *root, GError **error)
{
    g_autoptr(ToolClient) self = g_new0(ToolClient, 1);

    self->root = root;
    self->keys = vicu_keys_open(root->keys, root->key != NULL ? root->key : TOOL_CLIENT_KEY, error);
    if (self->keys == NULL)
        return NULL;
    self->context = vicu_context_new(self->keys, NULL, error);
    return self->context != NULL ? g_steal_pointer(&self) : NULL;
}

ToolClient *
tool_client_open(const ToolCommon *common, GError **error)
{
    VicuRoot *root = vicu_root_find_client(common->root, common->connect, error);

    return root != NULL ? tool_client_open_root(root, error) : NULL;
}

/* Of nothing that runs: the root that was named, or the standard one, if a store's files lie
 * there. Several that run are not guessed among. */
static ToolClient *
open_at_rest(const ToolCommon *common, GError **error)
{
    g_autoptr(GError) why = NULL;
    ToolClient *self = tool_client_open(common, &why);

    if (self != NULL)
        return self;
    if (common->connect == NULL && g_error_matches(why, VICU_ERROR, VICU_ERROR_ABSENT)
        && (common->root != NULL || g_str_has_prefix(why->message, "no running"))) {
        g_autoptr(VicuRoot) root = vicu_root_new(common->root, NULL);
        if (root != NULL && vicu_offline_has_files(root))
            return tool_client_open_root(g_steal_pointer(&root), error);
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

ToolClient *
tool_client_open_reading(const ToolCommon *common, const char *verb, GError **error)
{
    g_autoptr(ToolClient) self = open_at_rest(common, error);

    if (self == NULL || !vicu_offline_has_files(self->root)
        || vicu_offline_store_runs(self->context, self->root))
        return g_steal_pointer(&self);
    g_autofree char *program = tool_program_path("vicu-store");
    g_autofree char *name = g_strdup_printf("vicu %s", verb);
    self->offline = vicu_offline_start(self->root, program, name, error);
    return self->offline != NULL ? g_steal_pointer(&self) : NULL;
}

char *
tool_client_store_endpoint(const ToolClient *self)
{
    return self->offline != NULL ? g_strdup(vicu_offline_endpoint(self->offline))
                                 : vicu_root_endpoint(self->root, "store-query");
}

ToolClient *
tool_client_open_running(const char *dir, GError **error)
{
    VicuRoot *root = vicu_root_find_running(dir, error);

    return root != NULL ? tool_client_open_root(root, error) : NULL;
}

void
tool_client_free(ToolClient *self)
{
    if (self == NULL)
        return;
    vicu_offline_free(self->offline);
    g_clear_pointer(&self->context, vicu_context_free);
    g_clear_pointer(&self->keys, vicu_keys_free);
    vicu_root_free(self->root);
    g_free(self);
}

const VicuRoot *
tool_client_root(const ToolClient *self)
{
    return self->root;
}

VicuContext *
tool_client_context(ToolClient *self)
{
    return self->context;
}

VicuKeys *
tool_client_keys(ToolClient *self)
{
    return self->keys;
}

const char *
tool_client_who(const ToolClient *self)
{
    return vicu_keys_name(self->keys);
}

VicuSocket *
tool_client_connect(ToolClient *self,
                    VicuSocketType type,
                    const char *domain,
                    const char *name,
                    const char *server,
                    GError **error)
{
    VicuSocketOptions options = {type, domain, HWM, HWM};
    g_autofree char *endpoint = vicu_root_endpoint(self->root, name);
    g_autoptr(VicuSocket) socket = vicu_socket_new(self->context, &options, error);

    if (socket == NULL
        || !vicu_socket_connect(socket, endpoint, vicu_root_server(self->root, server), error))
        return NULL;
    return g_steal_pointer(&socket);
}

gboolean
tool_client_wait(ToolClient *self, const gboolean *done, int64_t timeout_us)
{
    return vicu_context_run_until(self->context, done, timeout_us);
}

typedef struct {
    Vicu__Status **status;
    size_t *left;
    gboolean *done;
} Asked;

static void
on_status(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Asked *asked = user;

    (void)socket;
    if (message->envelope.kind != VICU__KIND__KIND_STATUS || *asked->status != NULL)
        return;
    *asked->status = vicu_wire_unpack_status(message->body.data, message->body.size, NULL);
    if (*asked->status != NULL && --*asked->left == 0)
        *asked->done = TRUE;
}

/* A socket takes messages only once its peer is there, which may be a moment after it said so. */
static void
ask_again(VicuSocket **socket, const Asked *asked, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (socket[i] != NULL && *asked[i].status == NULL)
            vicu_socket_send_message(socket[i], NULL, VICU__KIND__KIND_STATUS_ASK, NULL);
}

static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    if (event == VICU_PEER_CONNECTED)
        ask_again(&socket, user, 1);
}

Vicu__Status **
tool_client_statuses(ToolClient *self, const char *const *processes, size_t n, int64_t timeout_us)
{
    Vicu__Status **found = g_new0(Vicu__Status *, n + 1);
    g_autofree Asked *asked = g_new0(Asked, n);
    g_autofree VicuSocket **socket = g_new0(VicuSocket *, n);
    size_t left = n;
    gboolean done = n == 0;

    for (size_t i = 0; i < n; i++) {
        g_autofree char *name = g_strdup_printf("%s-status", processes[i]);
        asked[i] = (Asked){&found[i], &left, &done};
        socket[i] =
            tool_client_connect(self, VICU_SOCKET_DEALER, "status", name, processes[i], NULL);
        if (socket[i] == NULL)
            continue;
        vicu_socket_listen(socket[i], on_status, on_peer, &asked[i]);
    }
    for (int64_t waited_us = 0; !done && waited_us < timeout_us; waited_us += ASK_AGAIN_US) {
        ask_again(socket, asked, n);
        tool_client_wait(self, &done, MIN(ASK_AGAIN_US, timeout_us - waited_us));
    }
    for (size_t i = 0; i < n; i++)
        vicu_socket_free(socket[i]);
    return found;
}
