/* The real vicu-hub with real keys: what goes in at one door comes out at the
 * right others, and nobody else comes in.
 *
 * usage: test-hub-door PATH-OF-VICU-HUB
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/crc32c.h"
#include "common/folder.h"
#include "common/link-wire.h"
#include "common/root.h"
#include "common/socket.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

static const char *hub_program;

/* One client of the hub, with its own key and context. */
typedef struct {
    VicuKeys *keys;
    VicuContext *context;
    VicuSocket *socket;
    GQueue *heard; /* Heard */
    Vicu__Kind wanted;
    gboolean found;
    gboolean connected;
    gboolean refused;
} Client;

typedef struct {
    VicuEnvelope envelope;
    GBytes *body;
} Heard;

typedef struct {
    char *dir;
    VicuRoot *root;
    GPid hub;
} World;

static void
heard_free(gpointer data)
{
    Heard *heard = data;

    g_bytes_unref(heard->body);
    g_free(heard);
}

static void
on_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Client *self = user;
    Heard *heard = g_new0(Heard, 1);
    (void)socket;

    heard->envelope = message->envelope;
    heard->body = g_bytes_new(message->body.data, message->body.size);
    g_queue_push_tail(self->heard, heard);
    if (message->envelope.kind == self->wanted)
        self->found = TRUE;
}

static void
on_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    Client *self = user;
    (void)socket;

    if (event == VICU_PEER_CONNECTED)
        self->connected = TRUE;
    if (event == VICU_PEER_REFUSED)
        self->refused = TRUE;
}

static Client *
client_new(World *world, const char *name, VicuSocketType type, const char *socket_name)
{
    Client *self = g_new0(Client, 1);
    VicuSocketOptions options = {type, "client", 1000, 1000};
    g_autofree char *endpoint = vicu_root_endpoint(world->root, socket_name);
    g_autoptr(GError) error = NULL;

    self->keys = vicu_keys_open(world->root->keys, name, &error);
    g_assert_no_error(error);
    self->context = vicu_context_new(self->keys, NULL, &error);
    g_assert_no_error(error);
    self->socket = vicu_socket_new(self->context, &options, &error);
    g_assert_no_error(error);
    vicu_socket_connect(self->socket, endpoint, "hub", &error);
    g_assert_no_error(error);
    self->heard = g_queue_new();
    vicu_socket_listen(self->socket, on_message, on_peer, self);
    return self;
}

static void
client_free(Client *self)
{
    vicu_socket_free(self->socket);
    vicu_context_free(self->context);
    vicu_keys_free(self->keys);
    g_queue_free_full(self->heard, heard_free);
    g_free(self);
}

static void
client_wait_connected(Client *self)
{
    g_assert_true(vicu_context_run_until(self->context, &self->connected, PATIENCE_US));
}

/* The next message of @kind, heard already or still to come; NULL: none within @patience_us. */
static Heard *
client_expect(Client *self, Vicu__Kind kind, int64_t patience_us)
{
    int64_t until_us = vicu_clock_boot_us() + patience_us;

    do {
        for (GList *l = self->heard->head; l != NULL; l = l->next) {
            Heard *heard = l->data;
            if (heard->envelope.kind == kind) {
                g_queue_delete_link(self->heard, l);
                return heard;
            }
        }
        self->wanted = kind;
        self->found = FALSE;
        vicu_context_run_until(self->context, &self->found, until_us - vicu_clock_boot_us());
    } while (self->found || vicu_clock_boot_us() < until_us);
    return NULL;
}

static void
client_await(Client *self, Vicu__Kind kind)
{
    Heard *heard = client_expect(self, kind, PATIENCE_US);

    g_assert_nonnull(heard);
    heard_free(heard);
}

static void
client_send(Client *self, VicuLinkMessage *message)
{
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;

    static const VicuFingerprint nobody;
    if (memcmp(&message->sender, &nobody, sizeof nobody) == 0)
        memcpy(message->sender.bytes, vicu_keys_fingerprint(self->keys), 16);
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);
    gboolean never = FALSE;
    /* connected, it may still take a moment until the socket takes a message */
    for (int tries = 0;
         vicu_socket_send(self->socket, NULL, &envelope, body.data, body.size) != VICU_SEND_OK;
         tries++) {
        g_assert_cmpint(tries, <, 500);
        vicu_context_run_until(self->context, &never, 10000);
    }
}

/* ---- the world ----------------------------------------------------------- */

static void
world_open(World *world)
{
    static const char *const keys[][2] = {
        {"hub", "hub"},         {"rules", "rules"},       {"store", "store"},
        {"ward", "collector"},  {"station", "dashboard"}, {"watcher", "operator"},
        {"other", "collector"}, {"import", "importer"},
    };
    g_autoptr(GError) error = NULL;

    world->dir = g_dir_make_tmp("vicu-hub-XXXXXX", NULL);
    world->root = vicu_root_new(world->dir, &error);
    g_assert_no_error(error);
    vicu_root_make(world->root, &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        vicu_keys_make(world->root->keys, keys[i][0], keys[i][1], &error);
        g_assert_no_error(error);
    }
    char *argv[] = {(char *)hub_program, (char *)"--root", world->dir, NULL};
    g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                  NULL, &world->hub, &error);
    g_assert_no_error(error);
}

static void
world_close(World *world)
{
    int status = 0;

    kill(world->hub, SIGTERM);
    waitpid(world->hub, &status, 0);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    vicu_root_free(world->root);
    vicu_folder_remove(world->dir);
    g_free(world->dir);
}

static void
say_hello(Client *ward)
{
    VicuLinkMessage hello = {
        .kind = VICU__KIND__KIND_HELLO, .epoch = 5, .fence = 5, .name = "ward", .instance = 77};

    client_send(ward, &hello);
}

static void
send_batch(Client *ward, Vicu__Kind kind, uint64_t sequence, const char *text)
{
    VicuLinkMessage batch = {
        .kind = kind,
        .epoch = 5,
        .fence = 5,
        .sequence = sequence,
        .body = (const uint8_t *)text,
        .len = strlen(text),
    };

    client_send(ward, &batch);
}

/* The store makes itself known by any message; the hub answers it each second. */
static void
introduce_store(Client *store)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_HEARTBEAT};

    vicu_socket_stamp(store->socket, &envelope);
    vicu_socket_send(store->socket, NULL, &envelope, NULL, 0);
    client_await(store, VICU__KIND__KIND_HEARTBEAT);
}

/* ---- the tests ----------------------------------------------------------- */

static void
a_batch_reaches_rules_numbered_screens_at_once_and_the_store_and_its_ack_returns(void)
{
    World world;

    world_open(&world);
    Client *store = client_new(&world, "store", VICU_SOCKET_DEALER, "hub-store");
    Client *rules = client_new(&world, "rules", VICU_SOCKET_DEALER, "hub-feed");
    Client *station = client_new(&world, "station", VICU_SOCKET_SUB, "hub-live");
    Client *ward = client_new(&world, "ward", VICU_SOCKET_DEALER, "hub-data");
    client_wait_connected(store);
    client_wait_connected(rules);
    client_wait_connected(station);
    client_wait_connected(ward);
    introduce_store(store);
    VicuLinkMessage open = {.kind = VICU__KIND__KIND_FEED_OPEN};
    client_send(rules, &open);
    client_await(rules, VICU__KIND__KIND_HEARTBEAT);

    say_hello(ward);
    Heard *hello = client_expect(store, VICU__KIND__KIND_HELLO, PATIENCE_US);
    g_assert_nonnull(hello);
    send_batch(ward, VICU__KIND__KIND_BATCH_FEED, 1, "tick one");
    Heard *feed = client_expect(rules, VICU__KIND__KIND_FEED, PATIENCE_US);
    g_assert_nonnull(feed);
    g_assert_cmpuint(feed->envelope.number, >, 0);
    g_assert_cmpuint(feed->envelope.sequence, ==, 1);
    g_assert_cmpmem(g_bytes_get_data(feed->body, NULL), (int)g_bytes_get_size(feed->body),
                    "tick one", 8);
    Heard *live = client_expect(station, VICU__KIND__KIND_LIVE, PATIENCE_US);
    g_assert_nonnull(live);
    g_assert_cmpuint(live->envelope.number, ==, feed->envelope.number);

    send_batch(ward, VICU__KIND__KIND_BATCH_STORE, 1, "tick one");
    Heard *stored = client_expect(store, VICU__KIND__KIND_BATCH_STORE, PATIENCE_US);
    g_assert_nonnull(stored);
    VicuWatermark watermark = {.epoch = 5, .sequence = 1};
    VicuLinkMessage ack = {.kind = VICU__KIND__KIND_ACK,
                           .watermark = &watermark,
                           .n_watermark = 1,
                           .credit_bytes = 1000};
    memcpy(ack.sender.bytes, vicu_keys_fingerprint(ward->keys), 16);
    client_send(store, &ack);
    Heard *acked = client_expect(ward, VICU__KIND__KIND_ACK, PATIENCE_US);
    g_assert_nonnull(acked);

    heard_free(hello);
    heard_free(feed);
    heard_free(live);
    heard_free(stored);
    heard_free(acked);
    client_free(ward);
    client_free(station);
    client_free(rules);
    client_free(store);
    world_close(&world);
}

static void
refer_to(Client *ward, uint64_t sequence, const char *text)
{
    VicuLinkMessage reference = {
        .kind = VICU__KIND__KIND_BATCH_REF,
        .epoch = 5,
        .fence = 5,
        .sequence = sequence,
        .len = strlen(text),
        .crc = vicu_crc32c(0, text, strlen(text)),
    };

    client_send(ward, &reference);
}

static void
expect_stored(Client *store, uint64_t sequence, const char *text)
{
    Heard *stored = client_expect(store, VICU__KIND__KIND_BATCH_STORE, PATIENCE_US);

    g_assert_nonnull(stored);
    g_assert_cmpuint(stored->envelope.sequence, ==, sequence);
    g_assert_cmpuint(stored->envelope.epoch, ==, 5);
    g_assert_cmpuint(stored->envelope.fence, ==, 5);
    g_assert_cmpmem(g_bytes_get_data(stored->body, NULL), (int)g_bytes_get_size(stored->body), text,
                    (int)strlen(text));
    heard_free(stored);
}

/* The welcome as a store packs it: what the hub adds is behind it. */
static void
expect_welcome_with_a_word_of_the_hub(Client *store, Client *ward)
{
    VicuLinkMessage welcome = {
        .kind = VICU__KIND__KIND_WELCOME, .epoch = 5, .instance = 77, .credit_bytes = 1000};
    VicuLinkWire wire;

    memcpy(welcome.sender.bytes, vicu_keys_fingerprint(ward->keys), 16);
    client_send(store, &welcome);
    Heard *heard = client_expect(ward, VICU__KIND__KIND_WELCOME, PATIENCE_US);
    g_assert_nonnull(heard);
    g_assert_true(vicu_link_wire_unpack(&wire, &heard->envelope,
                                        g_bytes_get_data(heard->body, NULL),
                                        g_bytes_get_size(heard->body)));
    g_assert_true(wire.message.by_reference);
    g_assert_cmpuint(wire.message.instance, ==, 77);
    g_assert_cmpuint(wire.message.credit_bytes, ==, 1000);
    vicu_link_wire_clear(&wire);
    heard_free(heard);
}

static void
a_reference_reaches_the_store_as_the_batch_that_the_feed_brought(void)
{
    World world;
    g_autofree char *large = g_strnfill(100000, 'x');

    world_open(&world);
    Client *store = client_new(&world, "store", VICU_SOCKET_DEALER, "hub-store");
    Client *ward = client_new(&world, "ward", VICU_SOCKET_DEALER, "hub-data");
    client_wait_connected(store);
    client_wait_connected(ward);
    introduce_store(store);

    send_batch(ward, VICU__KIND__KIND_BATCH_FEED, 1, "before the hello");
    client_await(ward, VICU__KIND__KIND_REFUSE);
    say_hello(ward);
    client_await(store, VICU__KIND__KIND_HELLO);
    expect_welcome_with_a_word_of_the_hub(store, ward);
    send_batch(ward, VICU__KIND__KIND_BATCH_FEED, 2, "tick two");
    send_batch(ward, VICU__KIND__KIND_BATCH_FEED, 3, large);
    refer_to(ward, 2, "tick two");
    expect_stored(store, 2, "tick two");
    refer_to(ward, 3, large);
    expect_stored(store, 3, large);

    /* one that came before the hub knew whose it was, other bytes, a number never fed */
    const struct {
        uint64_t sequence;
        const char *text;
    } missed[] = {{1, "before the hello"}, {2, "tick too"}, {4, "tick four"}};
    for (size_t i = 0; i < G_N_ELEMENTS(missed); i++) {
        refer_to(ward, missed[i].sequence, missed[i].text);
        Heard *wanted = client_expect(ward, VICU__KIND__KIND_BATCH_WANTED, PATIENCE_US);
        g_assert_nonnull(wanted);
        g_assert_cmpuint(wanted->envelope.sequence, ==, missed[i].sequence);
        g_assert_cmpuint(wanted->envelope.epoch, ==, 5);
        heard_free(wanted);
    }
    send_batch(ward, VICU__KIND__KIND_BATCH_STORE, 4, "tick four");
    expect_stored(store, 4, "tick four"); /* nothing of the others went there */

    client_free(ward);
    client_free(store);
    world_close(&world);
}

static void
what_an_importer_sends_reaches_the_store_alone(void)
{
    World world;

    world_open(&world);
    Client *store = client_new(&world, "store", VICU_SOCKET_DEALER, "hub-store");
    Client *rules = client_new(&world, "rules", VICU_SOCKET_DEALER, "hub-feed");
    Client *station = client_new(&world, "station", VICU_SOCKET_SUB, "hub-live");
    Client *import = client_new(&world, "import", VICU_SOCKET_DEALER, "hub-data");
    Client *ward = client_new(&world, "ward", VICU_SOCKET_DEALER, "hub-data");
    client_wait_connected(store);
    client_wait_connected(rules);
    client_wait_connected(station);
    client_wait_connected(import);
    client_wait_connected(ward);
    introduce_store(store);
    VicuLinkMessage open = {.kind = VICU__KIND__KIND_FEED_OPEN};
    client_send(rules, &open);
    client_await(rules, VICU__KIND__KIND_HEARTBEAT);

    say_hello(import);
    client_await(store, VICU__KIND__KIND_HELLO);
    VicuLinkMessage end = {.kind = VICU__KIND__KIND_END, .epoch = 5, .fence = 5, .sequence = 1};
    send_batch(import, VICU__KIND__KIND_BATCH_FEED, 1, "the past");
    client_send(import, &end);
    send_batch(import, VICU__KIND__KIND_BATCH_STORE, 1, "the past");
    client_await(store, VICU__KIND__KIND_END);
    client_await(store, VICU__KIND__KIND_BATCH_STORE);

    /* all of it has passed the hub: the first thing that is fed and drawn is the ward's */
    say_hello(ward);
    send_batch(ward, VICU__KIND__KIND_BATCH_FEED, 1, "now");
    Heard *feed = client_expect(rules, VICU__KIND__KIND_FEED, PATIENCE_US);
    Heard *live = client_expect(station, VICU__KIND__KIND_LIVE, PATIENCE_US);
    g_assert_nonnull(feed);
    g_assert_nonnull(live);
    g_assert_cmpmem(g_bytes_get_data(feed->body, NULL), (int)g_bytes_get_size(feed->body), "now",
                    3);
    g_assert_cmpmem(g_bytes_get_data(live->body, NULL), (int)g_bytes_get_size(live->body), "now",
                    3);
    for (GList *l = rules->heard->head; l != NULL; l = l->next)
        g_assert_cmpint(((Heard *)l->data)->envelope.kind, !=, VICU__KIND__KIND_END);

    heard_free(feed);
    heard_free(live);
    client_free(ward);
    client_free(import);
    client_free(station);
    client_free(rules);
    client_free(store);
    world_close(&world);
}

static void
a_message_in_the_name_of_another_key_goes_nowhere(void)
{
    World world;

    world_open(&world);
    Client *rules = client_new(&world, "rules", VICU_SOCKET_DEALER, "hub-feed");
    Client *ward = client_new(&world, "ward", VICU_SOCKET_DEALER, "hub-data");
    Client *other = client_new(&world, "other", VICU_SOCKET_DEALER, "hub-data");
    client_wait_connected(rules);
    client_wait_connected(ward);
    client_wait_connected(other);
    VicuLinkMessage open = {.kind = VICU__KIND__KIND_FEED_OPEN};
    client_send(rules, &open);
    client_await(rules, VICU__KIND__KIND_HEARTBEAT);

    VicuLinkMessage forged = {.kind = VICU__KIND__KIND_BATCH_FEED,
                              .epoch = 5,
                              .fence = 5,
                              .sequence = 1,
                              .body = (const uint8_t *)"forged",
                              .len = 6};
    memcpy(forged.sender.bytes, vicu_keys_fingerprint(ward->keys), 16);
    client_send(other, &forged);
    say_hello(ward);
    send_batch(ward, VICU__KIND__KIND_BATCH_FEED, 1, "true");
    Heard *feed = client_expect(rules, VICU__KIND__KIND_FEED, PATIENCE_US);
    g_assert_nonnull(feed);
    g_assert_cmpmem(g_bytes_get_data(feed->body, NULL), (int)g_bytes_get_size(feed->body), "true",
                    4);

    heard_free(feed);
    client_free(other);
    client_free(ward);
    client_free(rules);
    world_close(&world);
}

static void
a_station_may_look_but_not_feed(void)
{
    World world;

    world_open(&world);
    Client *station = client_new(&world, "station", VICU_SOCKET_DEALER, "hub-data");
    g_assert_true(vicu_context_run_until(station->context, &station->refused, PATIENCE_US));
    g_assert_false(station->connected);
    client_free(station);
    world_close(&world);
}

static gboolean
stop_waiting(gpointer done)
{
    *(gboolean *)done = TRUE;
    return G_SOURCE_REMOVE;
}

static void
a_hub_that_was_killed_is_found_again_by_everyone(void)
{
    World world;
    gboolean rested = FALSE;

    world_open(&world);
    Client *rules = client_new(&world, "rules", VICU_SOCKET_DEALER, "hub-feed");
    Client *ward = client_new(&world, "ward", VICU_SOCKET_DEALER, "hub-data");
    client_wait_connected(rules);
    client_wait_connected(ward);
    kill(world.hub, SIGKILL);
    waitpid(world.hub, NULL, 0);
    rules->connected = ward->connected = FALSE;
    g_timeout_add(100, stop_waiting, &rested);
    vicu_context_run_until(rules->context, &rested, PATIENCE_US);

    char *argv[] = {(char *)hub_program, (char *)"--root", world.dir, NULL};
    GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL;
    g_assert_true(g_spawn_async(NULL, argv, NULL, flags, NULL, NULL, &world.hub, NULL));
    client_wait_connected(ward);
    client_wait_connected(rules);
    client_free(ward);
    client_free(rules);
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    hub_program = argv[1];
    g_test_add_func(
        "/process/hub/"
        "a_batch_reaches_rules_numbered_screens_at_once_and_the_store_and_its_ack_returns",
        a_batch_reaches_rules_numbered_screens_at_once_and_the_store_and_its_ack_returns);
    g_test_add_func("/process/hub/a_reference_reaches_the_store_as_the_batch_that_the_feed_brought",
                    a_reference_reaches_the_store_as_the_batch_that_the_feed_brought);
    g_test_add_func("/process/hub/what_an_importer_sends_reaches_the_store_alone",
                    what_an_importer_sends_reaches_the_store_alone);
    g_test_add_func("/process/hub/a_message_in_the_name_of_another_key_goes_nowhere",
                    a_message_in_the_name_of_another_key_goes_nowhere);
    g_test_add_func("/process/hub/a_station_may_look_but_not_feed",
                    a_station_may_look_but_not_feed);
    g_test_add_func("/process/hub/a_hub_that_was_killed_is_found_again_by_everyone",
                    a_hub_that_was_killed_is_found_again_by_everyone);
    return g_test_run();
}
