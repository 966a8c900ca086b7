/* Sockets with real keys: who may come in, and that messages arrive whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "common/socket.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

typedef struct {
    char *dir;
    VicuKeys *hub_keys, *peer_keys;
    VicuContext *hub_context, *peer_context;
    VicuSocket *hub, *peer;
    gboolean arrived, answered, refused, connected;
    char *refused_name;
} World;

static void
on_refusal(const char *domain,
           const char *address,
           const char *name,
           const char *public_key,
           gpointer user)
{
    World *world = user;
    g_assert_cmpuint(strlen(public_key), ==, 40);
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
    vicu_folder_remove(world->dir);
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

/* ---- a connection that breaks while its messages are read ---- */

#define BACKLOG                                                                                    \
    90 /* libzmq looks at what happened to a connection each 100 parts that are read               \
        */

static void
hub_floods(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    World *world = user;
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_ACK};

    for (int i = 0; i < BACKLOG && !world->arrived; i++)
        g_assert_cmpint(vicu_socket_send(socket, &message->route, &envelope, "payload", 7), ==,
                        VICU_SEND_OK);
    g_usleep(G_USEC_PER_SEC / 5); /* all of it lies with the peer before it reads */
    world->arrived = TRUE;
}

static void
peer_loses_the_hub(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    World *world = user;
    gboolean never = FALSE;

    (void)socket;
    g_assert_cmpmem(message->body.data, (int)message->body.size, "payload", 7);
    if (world->hub == NULL)
        return;
    g_clear_pointer(&world->hub, vicu_socket_free);
    vicu_context_run_until(world->hub_context, &never, G_USEC_PER_SEC / 5); /* all of it ends */
    world->answered = TRUE;
}

/* What was said to the socket before it reads moves the place at which libzmq looks by one part. */
static void
break_while_reading(gboolean says_something)
{
    World world;
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_HEARTBEAT};
    gboolean never = FALSE;

    world_open(&world, "collector");
    vicu_socket_listen(world.hub, hub_floods, NULL, &world);
    vicu_socket_listen(world.peer, peer_loses_the_hub, peer_event, &world);
    g_assert_true(vicu_context_run_until(world.hub_context, &world.arrived, PATIENCE_US));
    if (says_something)
        vicu_socket_send(world.peer, NULL, &envelope, NULL, 0);
    g_assert_true(vicu_context_run_until(world.peer_context, &world.answered, PATIENCE_US));
    vicu_context_run_until(world.peer_context, &never, G_USEC_PER_SEC / 10);
    g_assert_cmpuint(vicu_socket_counts(world.peer)->received, >, 1);
    g_assert_cmpuint(vicu_socket_counts(world.peer)->unreadable, ==, 0);
    world_close(&world);
}

static void
a_connection_may_break_at_whatever_part_is_being_read(void)
{
    break_while_reading(FALSE);
    break_while_reading(TRUE);
}

/* ---- bodies that are shared ---- */

#define SHARED_BYTES 100000

static gint shared_let_go; /* on libzmq's thread */
static GBytes *kept[2];

static void
let_go(gpointer data)
{
    g_free(data);
    g_atomic_int_inc(&shared_let_go);
}

static GBytes *
shared_body(void)
{
    char *data = g_malloc(SHARED_BYTES);

    for (size_t i = 0; i < SHARED_BYTES; i++)
        data[i] = (char)(i * 7);
    return g_bytes_new_with_free_func(data, SHARED_BYTES, let_go, data);
}

static void
hub_keeps(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    World *world = user;
    (void)socket;

    int i = message->body.size == SHARED_BYTES ? 0 : 1;
    kept[i] = vicu_message_keep_body(message);
    world->arrived = kept[0] != NULL && kept[1] != NULL;
}

static void
peer_shares(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_BATCH_FEED};
    g_autoptr(GBytes) large = shared_body(), small = g_bytes_new_static("small", 5);
    (void)user;

    if (event != VICU_PEER_CONNECTED)
        return;
    vicu_socket_stamp(socket, &envelope);
    g_assert_cmpint(vicu_socket_send_bytes(socket, NULL, &envelope, large), ==, VICU_SEND_OK);
    g_assert_cmpint(vicu_socket_send_bytes(socket, NULL, &envelope, small), ==, VICU_SEND_OK);
}

static void
a_shared_body_arrives_whole_and_what_was_kept_outlives_the_socket(void)
{
    World world;
    g_autoptr(GBytes) expected = shared_body();

    world_open(&world, "collector");
    vicu_socket_listen(world.hub, hub_keeps, NULL, &world);
    vicu_socket_listen(world.peer, peer_hears, peer_shares, &world);
    g_assert_true(vicu_context_run_until(world.hub_context, &world.arrived, PATIENCE_US));
    world_close(&world);
    g_assert_true(g_bytes_equal(kept[0], expected));
    g_assert_cmpmem(g_bytes_get_data(kept[1], NULL), (int)g_bytes_get_size(kept[1]), "small", 5);
    g_bytes_unref(kept[0]);
    g_bytes_unref(kept[1]);
    g_assert_cmpint(g_atomic_int_get(&shared_let_go), ==, 1); /* what was sent; not `expected` */
}

static void
a_shared_body_that_no_peer_takes_is_let_go_at_once(void)
{
    World world;
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_BATCH_FEED};
    GBytes *body = shared_body();
    gint before = g_atomic_int_get(&shared_let_go);

    world_open(&world, "dashboard");
    g_assert_cmpint(vicu_socket_send_bytes(world.peer, NULL, &envelope, body), ==, VICU_SEND_FULL);
    g_bytes_unref(body);
    g_assert_cmpint(g_atomic_int_get(&shared_let_go), ==, before + 1);
    world_close(&world);
}

#define NESTED 5

typedef struct {
    World world;
    int depth, heard;
    gboolean all;
} Nested;

/* Runs the loop on while it is called: what else is there has its turn, this socket has not. */
static void
nested_hears(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Nested *self = user;
    gboolean never = FALSE;

    g_assert_cmpint(self->depth, ==, 0);
    self->depth++;
    vicu_socket_send_message(socket, &message->route, VICU__KIND__KIND_ACK, NULL);
    g_assert_false(vicu_context_run_until(self->world.hub_context, &never, 2000));
    self->depth--;
    self->all = ++self->heard == NESTED;
}

static void
nested_event(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_BATCH_FEED};

    (void)user;
    if (event != VICU_PEER_CONNECTED)
        return;
    vicu_socket_stamp(socket, &envelope);
    for (int i = 0; i < NESTED; i++)
        g_assert_cmpint(vicu_socket_send(socket, NULL, &envelope, NULL, 0), ==, VICU_SEND_OK);
}

static void
a_loop_within_a_callback_leaves_its_socket_alone(void)
{
    Nested self = {0};

    world_open(&self.world, "collector");
    vicu_socket_listen(self.world.hub, nested_hears, NULL, &self);
    vicu_socket_listen(self.world.peer, peer_hears, nested_event, &self);
    g_assert_true(vicu_context_run_until(self.world.hub_context, &self.all, PATIENCE_US));
    g_assert_cmpint(self.heard, ==, NESTED);
    world_close(&self.world);
}

static gboolean
set_done(gpointer user)
{
    *(gboolean *)user = TRUE;
    return G_SOURCE_REMOVE;
}

static void
looking_without_sleep_ends_with_what_was_waited_for(void)
{
    World world;
    gboolean done = FALSE, looked = FALSE;

    world_open(&world, "collector");
    g_assert_false(vicu_context_look_until(world.hub_context, &done, 0));
    g_idle_add(set_done, &done);
    looked = vicu_context_look_until(world.hub_context, &done, PATIENCE_US);
    g_assert_true(looked == done); /* with one processor it does not look at all */
    g_assert_true(vicu_context_run_until(world.hub_context, &done, PATIENCE_US));
    g_assert_true(vicu_context_look_until(world.hub_context, &done, PATIENCE_US));
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

/* ---- messages that are passed on, and bounds ---- */

/* An owner of a state, and one that speaks to it under names of its choice. */
typedef struct {
    char *dir;
    VicuKeys *owner_keys, *speaker_keys;
    VicuContext *owner_context, *speaker_context;
    VicuSocket *owner, *speaker;
    gboolean connected, refused, heard;
    unsigned n_heard;
    char *peer, *role, *via, *refused_name;
} Passing;

static void
passing_refusal(const char *domain,
                const char *address,
                const char *name,
                const char *public_key,
                gpointer user)
{
    Passing *self = user;
    (void)public_key;
    (void)domain;
    (void)address;
    self->refused = TRUE;
    g_free(self->refused_name);
    self->refused_name = g_strdup(name);
}

static void
passing_hears(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Passing *self = user;
    (void)socket;
    g_free(self->peer);
    g_free(self->role);
    g_free(self->via);
    self->peer = g_strdup(message->peer);
    self->role = g_strdup(message->role);
    self->via = g_strdup(message->via);
    self->n_heard++;
    self->heard = TRUE;
}

static void
passing_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    Passing *self = user;
    (void)socket;
    if (event == VICU_PEER_CONNECTED)
        self->connected = TRUE;
    if (event == VICU_PEER_REFUSED)
        self->refused = TRUE;
}

static VicuSocket *
passing_dial(Passing *self, VicuMessageFunc func)
{
    VicuSocketOptions dealer = {VICU_SOCKET_DEALER, "client", 100, 100};
    g_autofree char *endpoint = g_strdup_printf("ipc://%s/s.ipc", self->dir);
    g_autoptr(GError) error = NULL;
    VicuSocket *socket = vicu_socket_new(self->speaker_context, &dealer, &error);

    g_assert_no_error(error);
    vicu_socket_listen(socket, func, passing_peer, self);
    vicu_socket_connect(socket, endpoint, "rules", &error);
    g_assert_no_error(error);
    return socket;
}

static void
passing_open(Passing *self, const char *speaker, unsigned bound)
{
    static const char *const keys[][2] = {{"rules", "rules"},
                                          {"hub", "hub"},
                                          {"hub-2", "hub"},
                                          {"pc", "operator"},
                                          {"ward", "collector"}};
    VicuSocketOptions router = {VICU_SOCKET_ROUTER, "state", 100, 100};
    g_autoptr(GError) error = NULL;

    memset(self, 0, sizeof *self);
    self->dir = g_dir_make_tmp("vicu-keys-XXXXXX", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        g_assert_true(vicu_keys_make(self->dir, keys[i][0], keys[i][1], NULL));
    self->owner_keys = vicu_keys_open(self->dir, "rules", &error);
    self->speaker_keys = vicu_keys_open(self->dir, speaker, &error);
    g_assert_no_error(error);
    self->owner_context = vicu_context_new(self->owner_keys, NULL, &error);
    self->speaker_context = vicu_context_new(self->speaker_keys, NULL, &error);
    vicu_context_on_refusal(self->owner_context, passing_refusal, self);
    self->owner = vicu_socket_new(self->owner_context, &router, &error);
    g_assert_no_error(error);
    if (bound > 0)
        g_assert_true(vicu_socket_set_bounds(self->owner, bound, 1000, &error));
    g_autofree char *endpoint = g_strdup_printf("ipc://%s/s.ipc", self->dir);
    g_assert_true(vicu_socket_bind(self->owner, endpoint, &error));
    vicu_socket_listen(self->owner, passing_hears, NULL, self);
    self->speaker = passing_dial(self, passing_hears);
    g_assert_true(vicu_context_run_until(self->owner_context, &self->connected, PATIENCE_US));
}

static void
passing_close(Passing *self)
{
    char *all[] = {self->peer, self->role, self->via, self->refused_name, self->dir};

    vicu_socket_free(self->speaker);
    vicu_socket_free(self->owner);
    vicu_context_free(self->speaker_context);
    vicu_context_free(self->owner_context);
    vicu_keys_free(self->speaker_keys);
    vicu_keys_free(self->owner_keys);
    vicu_folder_remove(self->dir);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        g_free(all[i]);
}

/* Speaks under the fingerprint of @name's key, NULL: of none; waits for either fate. */
static void
passing_say(Passing *self, const char *name)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_STATE_ACK};
    g_autoptr(VicuKeys) keys = name != NULL ? vicu_keys_open(self->dir, name, NULL) : NULL;

    if (keys != NULL)
        envelope.sender = *vicu_keys_fingerprint(keys);
    self->heard = self->refused = FALSE;
    g_assert_cmpint(vicu_socket_send(self->speaker, NULL, &envelope, "", 0), ==, VICU_SEND_OK);
    for (int i = 0; i < 500 && !self->heard && !self->refused; i++)
        vicu_context_run_until(self->owner_context, &self->heard, 10000);
    g_assert_true(self->heard != self->refused);
}

static void
the_hub_passes_on_who_speaks_and_the_owners_own_table_says_what_they_may(void)
{
    Passing self;

    passing_open(&self, "hub", 0);
    passing_say(&self, "hub");
    g_assert_true(self.heard);
    g_assert_cmpstr(self.peer, ==, "hub");
    g_assert_cmpstr(self.via, ==, "");
    passing_say(&self, "pc");
    g_assert_true(self.heard);
    g_assert_cmpstr(self.peer, ==, "pc");
    g_assert_cmpstr(self.role, ==, "operator");
    g_assert_cmpstr(self.via, ==, "hub");
    passing_say(&self, "ward"); /* a collector may not use a state, by whatever way */
    g_assert_true(self.refused);
    passing_say(&self, "hub-2"); /* one hub does not speak for another */
    g_assert_true(self.refused);
    passing_say(&self, NULL);
    g_assert_true(self.refused);
    g_assert_cmpuint(vicu_socket_counts(self.owner)->refused, ==, 3);
    passing_close(&self);
}

static void
a_key_that_is_revoked_is_not_passed_on_any_longer(void)
{
    Passing self;

    passing_open(&self, "hub", 0);
    passing_say(&self, "pc");
    g_assert_true(self.heard);
    g_autoptr(VicuKeys) pc = vicu_keys_open(self.dir, "pc", NULL);
    VicuEnvelope envelope = {.sender = *vicu_keys_fingerprint(pc),
                             .kind = VICU__KIND__KIND_STATE_ACK};
    g_assert_true(vicu_keys_revoke(self.dir, "pc", NULL));
    g_assert_true(vicu_keys_reload(self.owner_keys, NULL));
    self.heard = self.refused = FALSE;
    vicu_socket_send(self.speaker, NULL, &envelope, "", 0);
    g_assert_true(vicu_context_run_until(self.owner_context, &self.refused, PATIENCE_US));
    g_assert_false(self.heard);
    passing_close(&self);
}

static void
no_other_role_speaks_for_another_key(void)
{
    Passing self;

    passing_open(&self, "pc", 0);
    passing_say(&self, "hub");
    g_assert_cmpstr(self.peer, ==, "pc");
    passing_say(&self, NULL);
    g_assert_cmpstr(self.peer, ==, "pc");
    g_assert_cmpstr(self.role, ==, "operator");
    g_assert_cmpstr(self.via, ==, "");
    passing_close(&self);
}

static void
a_bounded_socket_lets_no_more_in_and_cuts_off_what_is_too_long(void)
{
    static const char long_body[2000];
    Passing self;
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_STATE_ACK};

    passing_open(&self, "pc", 1);
    passing_say(&self, "pc");
    self.refused = FALSE;
    VicuSocket *second = passing_dial(&self, passing_hears);
    g_assert_true(vicu_context_run_until(self.owner_context, &self.refused, PATIENCE_US));
    g_assert_cmpstr(self.refused_name, ==, "pc");
    vicu_socket_free(second);
    unsigned before = self.n_heard;
    self.connected = FALSE;
    vicu_socket_stamp(self.speaker, &envelope);
    vicu_socket_send(self.speaker, NULL, &envelope, long_body, sizeof long_body);
    g_assert_true(vicu_context_run_until(self.owner_context, &self.connected, PATIENCE_US));
    g_assert_cmpuint(self.n_heard, ==, before); /* it had to connect again */
    passing_say(&self, "pc");
    passing_close(&self);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/socket/an_enrolled_collector_is_heard_and_answered",
                    an_enrolled_collector_is_heard_and_answered);
    g_test_add_func(
        "/common/socket/the_hub_passes_on_who_speaks_and_the_owners_own_table_says_what_they_may",
        the_hub_passes_on_who_speaks_and_the_owners_own_table_says_what_they_may);
    g_test_add_func("/common/socket/a_key_that_is_revoked_is_not_passed_on_any_longer",
                    a_key_that_is_revoked_is_not_passed_on_any_longer);
    g_test_add_func("/common/socket/no_other_role_speaks_for_another_key",
                    no_other_role_speaks_for_another_key);
    g_test_add_func("/common/socket/a_bounded_socket_lets_no_more_in_and_cuts_off_what_is_too_long",
                    a_bounded_socket_lets_no_more_in_and_cuts_off_what_is_too_long);
    g_test_add_func(
        "/common/socket/a_shared_body_arrives_whole_and_what_was_kept_outlives_the_socket",
        a_shared_body_arrives_whole_and_what_was_kept_outlives_the_socket);
    g_test_add_func("/common/socket/a_connection_may_break_at_whatever_part_is_being_read",
                    a_connection_may_break_at_whatever_part_is_being_read);
    g_test_add_func("/common/socket/a_shared_body_that_no_peer_takes_is_let_go_at_once",
                    a_shared_body_that_no_peer_takes_is_let_go_at_once);
    g_test_add_func("/common/socket/a_loop_within_a_callback_leaves_its_socket_alone",
                    a_loop_within_a_callback_leaves_its_socket_alone);
    g_test_add_func("/common/socket/looking_without_sleep_ends_with_what_was_waited_for",
                    looking_without_sleep_ends_with_what_was_waited_for);
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
