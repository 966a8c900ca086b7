/* Sockets with real keys: who may come in, and that messages arrive whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/socket.h"

#define PATIENCE_US (5 * G_USEC_PER_SEC)

typedef struct {
    char *dir;
    VicuKeys *hub_keys, *peer_keys;
    VicuContext *hub_context, *peer_context;
    VicuSocket *hub, *peer;
    gboolean arrived, answered, refused, connected;
    char *refused_name;
} World;

static void
remove_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name = NULL;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_unlink(file);
    }
    g_rmdir(path);
}

static void
on_refusal(const char *domain, const char *address, const char *name, gpointer user)
{
    World *world = user;
    (void)address;
    g_assert_cmpstr(domain, ==, "data");
    world->refused = TRUE;
    g_free(world->refused_name);
    world->refused_name = g_strdup(name);
}

static void
world_open(World *world, const char *peer_role)
{
    g_autoptr(GError) error = NULL;
    VicuSocketOptions router = {VICU_SOCKET_ROUTER, "data", 100, 100};
    VicuSocketOptions dealer = {VICU_SOCKET_DEALER, "data", 100, 100};

    memset(world, 0, sizeof *world);
    world->dir = g_dir_make_tmp("vicu-keys-XXXXXX", NULL);
    vicu_keys_make(world->dir, "hub", "hub", &error);
    g_assert_no_error(error);
    vicu_keys_make(world->dir, "c1", peer_role, &error);
    g_assert_no_error(error);
    world->hub_keys = vicu_keys_open(world->dir, "hub", &error);
    world->peer_keys = vicu_keys_open(world->dir, "c1", &error);
    g_assert_no_error(error);
    world->hub_context = vicu_context_new(world->hub_keys, NULL, &error);
    world->peer_context = vicu_context_new(world->peer_keys, NULL, &error);
    vicu_context_on_refusal(world->hub_context, on_refusal, world);
    world->hub = vicu_socket_new(world->hub_context, &router, &error);
    world->peer = vicu_socket_new(world->peer_context, &dealer, &error);
    g_assert_no_error(error);
    g_autofree char *endpoint = g_strdup_printf("ipc://%s/s.ipc", world->dir);
    vicu_socket_bind(world->hub, endpoint, &error);
    vicu_socket_connect(world->peer, endpoint, "hub", &error);
    g_assert_no_error(error);
}

static void
world_close(World *world)
{
    vicu_socket_free(world->peer);
    vicu_socket_free(world->hub);
    vicu_context_free(world->peer_context);
    vicu_context_free(world->hub_context);
    vicu_keys_free(world->peer_keys);
    vicu_keys_free(world->hub_keys);
    remove_folder(world->dir);
    g_free(world->dir);
    g_free(world->refused_name);
}

static void
hub_hears(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    World *world = user;

    g_assert_cmpstr(message->peer, ==, "c1");
    g_assert_cmpstr(message->role, ==, "collector");
    g_assert_cmpint(message->envelope.kind, ==, VICU__KIND__KIND_BATCH_FEED);
    g_assert_cmpuint(message->envelope.sequence, ==, 7);
    g_assert_cmpmem(message->body.data, (int)message->body.size, "payload", 7);
    g_assert_cmpmem(message->envelope.sender.bytes, 16,
                    vicu_keys_fingerprint(world->peer_keys)->bytes, 16);
    world->arrived = TRUE;
    vicu_socket_send_message(socket, &message->route, VICU__KIND__KIND_ACK, NULL);
}

static void
peer_hears(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    World *world = user;
    (void)socket;
    g_assert_cmpint(message->envelope.kind, ==, VICU__KIND__KIND_ACK);
    world->answered = TRUE;
}

static void
peer_event(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    World *world = user;
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_BATCH_FEED, .sequence = 7};

    if (event != VICU_PEER_CONNECTED)
        return;
    world->connected = TRUE;
    vicu_socket_stamp(socket, &envelope);
    g_assert_cmpint(vicu_socket_send(socket, NULL, &envelope, "payload", 7), ==, VICU_SEND_OK);
}

static void
an_enrolled_collector_is_heard_and_answered(void)
{
    World world;

    world_open(&world, "collector");
    vicu_socket_listen(world.hub, hub_hears, NULL, &world);
    vicu_socket_listen(world.peer, peer_hears, peer_event, &world);
    g_assert_true(vicu_context_run_until(world.hub_context, &world.answered, PATIENCE_US));
    g_assert_true(world.arrived);
    g_assert_false(world.refused);
    world_close(&world);
}

static void
a_key_of_the_wrong_role_is_refused_and_named(void)
{
    World world;

    world_open(&world, "dashboard");
    vicu_socket_listen(world.hub, hub_hears, NULL, &world);
    vicu_socket_listen(world.peer, peer_hears, peer_event, &world);
    g_assert_true(vicu_context_run_until(world.hub_context, &world.refused, PATIENCE_US));
    g_assert_cmpstr(world.refused_name, ==, "c1");
    g_assert_false(world.connected);
    world_close(&world);
}

static void
a_revoked_key_is_refused_without_restart(void)
{
    World world;
    g_autoptr(GError) error = NULL;

    world_open(&world, "collector");
    vicu_keys_revoke(world.dir, "c1", &error);
    g_assert_no_error(error);
    g_assert_true(vicu_keys_reload(world.hub_keys, &error));
    vicu_socket_listen(world.hub, hub_hears, NULL, &world);
    vicu_socket_listen(world.peer, peer_hears, peer_event, &world);
    g_assert_true(vicu_context_run_until(world.hub_context, &world.refused, PATIENCE_US));
    g_assert_cmpstr(world.refused_name, ==, "");
    world_close(&world);
}

static void
sending_without_a_peer_says_full_and_keeps_nothing(void)
{
    World world;
    VicuSocketOptions dealer = {VICU_SOCKET_DEALER, "data", 100, 100};
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_BATCH_FEED};

    world_open(&world, "collector");
    g_autofree char *nowhere = g_strdup_printf("ipc://%s/none.ipc", world.dir);
    VicuSocket *lonely = vicu_socket_new(world.peer_context, &dealer, NULL);
    g_assert_true(vicu_socket_connect(lonely, nowhere, "hub", NULL));
    g_assert_cmpint(vicu_socket_send(lonely, NULL, &envelope, "x", 1), ==, VICU_SEND_FULL);
    g_assert_cmpuint(vicu_socket_counts(lonely)->full, ==, 1);
    vicu_socket_free(lonely);
    world_close(&world);
}

static void
a_secret_key_that_others_can_read_is_refused(void)
{
    World world;
    g_autoptr(GError) error = NULL;

    world_open(&world, "collector");
    g_autofree char *path = g_build_filename(world.dir, "c1.key", NULL);
    g_chmod(path, 0644);
    g_assert_null(vicu_keys_open(world.dir, "c1", &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_AUTH);
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/socket/an_enrolled_collector_is_heard_and_answered",
                    an_enrolled_collector_is_heard_and_answered);
    g_test_add_func("/common/socket/a_key_of_the_wrong_role_is_refused_and_named",
                    a_key_of_the_wrong_role_is_refused_and_named);
    g_test_add_func("/common/socket/a_revoked_key_is_refused_without_restart",
                    a_revoked_key_is_refused_without_restart);
    g_test_add_func("/common/socket/sending_without_a_peer_says_full_and_keeps_nothing",
                    sending_without_a_peer_says_full_and_keeps_nothing);
    g_test_add_func("/common/socket/a_secret_key_that_others_can_read_is_refused",
                    a_secret_key_that_others_can_read_is_refused);
    return g_test_run();
}
