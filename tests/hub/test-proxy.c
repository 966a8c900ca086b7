/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "hub/proxy.h"
#include "hub/questions.h"

#define SECOND G_USEC_PER_SEC
#define CLIENT ((VicuFingerprint){{7}})
#define OTHER  ((VicuFingerprint){{8}})
#define HUB    ((VicuFingerprint){{1}})

/* What one side was given. */
typedef struct {
    VicuEnvelope envelope;
    GBytes *body;
} Seen;

typedef struct {
    HubProxy *proxy;
    HubProxyClient *client; /* of the way opened last */
    unsigned opened, closed;
    bool owner_full;
    HubProxyFate client_fate;
    GQueue up, down; /* Seen */
} World;

static void
seen_free(gpointer data)
{
    Seen *seen = data;

    g_bytes_unref(seen->body);
    g_free(seen);
}

static void
see(GQueue *queue, const VicuEnvelope *envelope, const void *body, size_t size)
{
    Seen *seen = g_new0(Seen, 1);

    seen->envelope = *envelope;
    seen->body = g_bytes_new(body, size);
    g_queue_push_tail(queue, seen);
}

static gpointer
on_open(HubProxyClient *client, gpointer user)
{
    World *world = user;

    world->client = client;
    world->opened++;
    return world;
}

static void
on_close(gpointer way, gpointer user)
{
    World *world = user;

    g_assert_true(way == world);
    world->closed++;
}

static bool
on_up(gpointer way, const VicuEnvelope *envelope, const void *body, size_t size, gpointer user)
{
    World *world = user;
    (void)way;

    if (!world->owner_full)
        see(&world->up, envelope, body, size);
    return !world->owner_full;
}

static HubProxyFate
on_down(GBytes *route, const VicuEnvelope *envelope, const void *body, size_t size, gpointer user)
{
    World *world = user;
    (void)route;

    if (world->client_fate == HUB_PROXY_SENT)
        see(&world->down, envelope, body, size);
    return world->client_fate;
}

static void
world_open(World *world, HubProxyLane lane, size_t max_clients)
{
    static const HubProxyOps ops = {on_open, on_close, on_up, on_down};

    *world = (World){.client_fate = HUB_PROXY_SENT};
    world->proxy = hub_proxy_new(lane, &HUB, max_clients, &ops, world);
}

static void
world_close(World *world)
{
    hub_proxy_free(world->proxy);
    g_assert_cmpuint(world->opened, ==, world->closed);
    g_queue_clear_full(&world->up, seen_free);
    g_queue_clear_full(&world->down, seen_free);
}

static void
say_bytes(World *world,
          const char *route,
          VicuFingerprint sender,
          Vicu__Kind kind,
          const void *body,
          size_t size,
          int64_t now_us)
{
    VicuEnvelope envelope = {.kind = kind, .sender = sender, .epoch = 5, .sequence = 6};
    g_autoptr(GBytes) bytes = g_bytes_new(route, strlen(route));

    hub_proxy_from_client(world->proxy, bytes, &envelope, body, size, now_us);
}

static void
say(World *world, Vicu__Kind kind, const ProtobufCMessage *message, int64_t now_us)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(message);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);

    say_bytes(world, "a", CLIENT, kind, data, size, now_us);
}

static void
ask(World *world, uint64_t id, uint32_t credit, int64_t now_us)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;

    query.id = id;
    query.credit = credit;
    query.what_case = VICU__QUERY__WHAT_STREAMS;
    query.streams = &streams;
    say(world, VICU__KIND__KIND_QUERY, &query.base, now_us);
}

static void
give(World *world, uint64_t id, uint32_t credit, int64_t now_us)
{
    Vicu__QueryCredit more = VICU__QUERY_CREDIT__INIT;

    more.id = id;
    more.credit = credit;
    say(world, VICU__KIND__KIND_QUERY_CREDIT, &more.base, now_us);
}

static void
answer(World *world, uint64_t id, bool last, int64_t now_us)
{
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_QUERY_ROWS, .sender = OTHER};
    gsize size = 0;

    rows.id = id;
    rows.last = last;
    g_autoptr(GBytes) packed = vicu_wire_pack(&rows.base);
    const void *data = g_bytes_get_data(packed, &size);
    hub_proxy_from_owner(world->proxy, world->client, &envelope, data, size, now_us);
}

/* The last thing the client was given; it has to be rows. */
static Vicu__QueryRows *
last_rows(World *world)
{
    Seen *seen = g_queue_peek_tail(&world->down);
    gsize size = 0;

    g_assert_nonnull(seen);
    g_assert_cmpint(seen->envelope.kind, ==, VICU__KIND__KIND_QUERY_ROWS);
    const void *data = g_bytes_get_data(seen->body, &size);
    return vicu_wire_unpack_query_rows(data, size, NULL);
}

static uint64_t
credit_up(World *world)
{
    uint64_t sum = 0;

    for (GList *l = world->up.head; l != NULL; l = l->next) {
        Seen *seen = l->data;
        gsize size = 0;
        const void *data = g_bytes_get_data(seen->body, &size);
        if (seen->envelope.kind == VICU__KIND__KIND_QUERY) {
            g_autoptr(Vicu__Query) query = vicu_wire_unpack_query(data, size, NULL);
            sum += query->credit;
        } else if (seen->envelope.kind == VICU__KIND__KIND_QUERY_CREDIT) {
            g_autoptr(Vicu__QueryCredit) more = vicu_wire_unpack_query_credit(data, size, NULL);
            sum += more->credit;
        }
    }
    return sum;
}

static HubProxyFigures
figures(const World *world)
{
    HubProxyFigures found;

    hub_proxy_figures(world->proxy, &found);
    return found;
}

/* ---- state ---- */

static void
a_clients_message_goes_on_as_it_came_under_its_own_fingerprint(void)
{
    World world;

    world_open(&world, HUB_PROXY_STATE, 4);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "body", 4, 0);
    g_assert_cmpuint(world.up.length, ==, 0); /* the way is not open yet */
    hub_proxy_way(world.proxy, world.client, true, 0);
    g_assert_cmpuint(world.up.length, ==, 1);
    Seen *seen = g_queue_peek_head(&world.up);
    g_assert_cmpmem(&seen->envelope.sender, 16, &CLIENT, 16);
    g_assert_cmpuint(seen->envelope.epoch, ==, 5);
    g_assert_cmpuint(seen->envelope.sequence, ==, 6);
    g_assert_cmpmem(g_bytes_get_data(seen->body, NULL), 4, "body", 4);
    world_close(&world);
}

static void
what_does_not_belong_on_a_lane_goes_nowhere(void)
{
    static const char long_body[HUB_PROXY_BYTES + 1];
    World world;

    world_open(&world, HUB_PROXY_STATE, 4);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_QUERY, "", 0, 0);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_BEAT, "", 0, 0);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_COMMAND, long_body, sizeof long_body, 0);
    g_assert_cmpuint(world.opened, ==, 0);
    g_assert_cmpuint(figures(&world).foreign, ==, 3);
    world_close(&world);
}

static void
a_dead_owner_is_silence_and_never_a_beat(void)
{
    World world;

    world_open(&world, HUB_PROXY_STATE, 4);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    hub_proxy_way(world.proxy, world.client, true, 0);
    hub_proxy_way(world.proxy, world.client, false, 0);
    for (int64_t t = 0; t < 20 * SECOND; t += SECOND / 10) {
        say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_ACK, "", 0, t);
        hub_proxy_tick(world.proxy, t);
    }
    g_assert_cmpuint(world.down.length, >, 0);
    for (GList *l = world.down.head; l != NULL; l = l->next)
        g_assert_cmpint(((Seen *)l->data)->envelope.kind, ==, VICU__KIND__KIND_HEARTBEAT);
    world_close(&world);
}

static void
a_command_that_found_no_owner_is_not_delivered_a_minute_later(void)
{
    World world;

    world_open(&world, HUB_PROXY_STATE, 4);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_COMMAND, "ack", 3, 0);
    hub_proxy_tick(world.proxy, HUB_PROXY_HOLD_US);
    hub_proxy_way(world.proxy, world.client, true, HUB_PROXY_HOLD_US);
    g_assert_cmpuint(world.up.length, ==, 0);
    g_assert_cmpuint(figures(&world).unsent, ==, 1);
    world_close(&world);
}

static void
clients_are_bounded_and_one_key_gets_half_of_the_places(void)
{
    World world;

    world_open(&world, HUB_PROXY_STATE, 4);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    say_bytes(&world, "b", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    say_bytes(&world, "c", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    g_assert_cmpuint(world.opened, ==, 2);
    say_bytes(&world, "d", OTHER, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    say_bytes(&world, "e", OTHER, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    say_bytes(&world, "f", HUB, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    g_assert_cmpuint(figures(&world).clients, ==, 4);
    g_assert_cmpuint(figures(&world).turned, ==, 2);
    world_close(&world);
}

static void
a_client_that_is_gone_or_silent_gives_its_place_back(void)
{
    World world;

    world_open(&world, HUB_PROXY_STATE, 2);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    world.client_fate = HUB_PROXY_GONE;
    hub_proxy_tick(world.proxy, HUB_PROXY_PROBE_US);
    g_assert_cmpuint(figures(&world).clients, ==, 0);
    g_assert_cmpuint(world.closed, ==, 1);
    world.client_fate = HUB_PROXY_SENT;
    say_bytes(&world, "b", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, SECOND);
    hub_proxy_tick(world.proxy, SECOND + HUB_PROXY_STATE_END_US);
    g_assert_cmpuint(figures(&world).clients, ==, 0);
    world_close(&world);
}

static void
those_that_have_left_make_room_at_once(void)
{
    World world;

    world_open(&world, HUB_PROXY_STATE, 2);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, 0);
    world.client_fate = HUB_PROXY_GONE;
    say_bytes(&world, "b", CLIENT, VICU__KIND__KIND_STATE_SUBSCRIBE, "", 0, SECOND / 10);
    g_assert_cmpuint(world.opened, ==, 2);
    g_assert_cmpuint(world.closed, ==, 0); /* ways are closed in tick() alone */
    g_assert_cmpuint(figures(&world).turned, ==, 0);
    world_close(&world);
}

/* ---- query ---- */

static void
credit_without_end_reaches_the_store_in_small_pieces(void)
{
    World world;

    world_open(&world, HUB_PROXY_QUERY, 4);
    ask(&world, 1, 1000, 0);
    hub_proxy_way(world.proxy, world.client, true, 0);
    give(&world, 1, 5000, 0);
    g_assert_cmpuint(credit_up(&world), ==, HUB_PROXY_CREDIT);
    for (unsigned i = 0; i < 100; i++)
        answer(&world, 1, false, 0);
    g_assert_cmpuint(credit_up(&world), ==, HUB_PROXY_CREDIT + 100);
    g_assert_cmpuint(figures(&world).down, ==, 100);
    answer(&world, 1, true, 0);
    answer(&world, 1, false, 0); /* nothing follows the last */
    g_assert_cmpuint(figures(&world).down, ==, 101);
    world_close(&world);
}

static void
an_answer_that_is_not_read_ends_with_an_error_and_never_with_a_hole(void)
{
    World world;

    world_open(&world, HUB_PROXY_QUERY, 4);
    ask(&world, 1, 8, 0);
    hub_proxy_way(world.proxy, world.client, true, 0);
    answer(&world, 1, false, 0);
    world.client_fate = HUB_PROXY_FULL;
    answer(&world, 1, false, 0);
    world.client_fate = HUB_PROXY_SENT;
    answer(&world, 1, true, 0); /* behind the hole: must not pass */
    g_assert_cmpuint(world.down.length, ==, 1);
    g_assert_cmpint(((Seen *)g_queue_peek_tail(&world.up))->envelope.kind, ==,
                    VICU__KIND__KIND_QUERY_CANCEL);
    hub_proxy_tick(world.proxy, SECOND / 10);
    g_autoptr(Vicu__QueryRows) rows = last_rows(&world);
    g_assert_true(rows->last);
    g_assert_cmpstr(rows->error, !=, "");
    g_assert_cmpuint(figures(&world).broken, ==, 1);
    world_close(&world);
}

static void
a_store_that_goes_away_ends_what_it_had_begun(void)
{
    World world;

    world_open(&world, HUB_PROXY_QUERY, 4);
    ask(&world, 1, 8, 0);
    hub_proxy_way(world.proxy, world.client, true, 0);
    answer(&world, 1, false, 0);
    hub_proxy_way(world.proxy, world.client, false, 0);
    g_autoptr(Vicu__QueryRows) rows = last_rows(&world);
    g_assert_true(rows->last);
    g_assert_cmpstr(rows->error, !=, "");
    g_assert_cmpuint(rows->id, ==, 1);
    world_close(&world);
}

static void
a_question_to_no_store_ends_with_an_error_after_two_seconds(void)
{
    World world;

    world_open(&world, HUB_PROXY_QUERY, 4);
    ask(&world, 3, 8, 0);
    hub_proxy_tick(world.proxy, SECOND / 2);
    g_assert_cmpuint(world.down.length, ==, 0);
    hub_proxy_tick(world.proxy, HUB_PROXY_PATIENCE_US);
    g_assert_cmpuint(world.down.length, >, 0);
    bool told = false;
    for (GList *l = world.down.head; l != NULL; l = l->next)
        told |= ((Seen *)l->data)->envelope.kind == VICU__KIND__KIND_QUERY_ROWS;
    g_assert_true(told);
    hub_proxy_way(world.proxy, world.client, true, HUB_PROXY_PATIENCE_US);
    g_assert_cmpuint(world.up.length, ==, 0);
    world_close(&world);
}

static void
questions_beyond_the_bound_are_answered_with_an_error(void)
{
    World world;

    world_open(&world, HUB_PROXY_QUERY, 4);
    ask(&world, 1, 8, 0);
    hub_proxy_way(world.proxy, world.client, true, 0);
    for (unsigned id = 2; id <= HUB_PROXY_QUESTIONS; id++)
        ask(&world, id, 8, 0);
    g_assert_cmpuint(world.down.length, ==, 0);
    ask(&world, HUB_PROXY_QUESTIONS + 1, 8, 0);
    g_autoptr(Vicu__QueryRows) rows = last_rows(&world);
    g_assert_cmpuint(rows->id, ==, HUB_PROXY_QUESTIONS + 1);
    g_assert_cmpstr(rows->error, !=, "");
    g_assert_cmpuint(world.up.length, ==, HUB_PROXY_QUESTIONS);
    world_close(&world);
}

static void
a_store_that_takes_no_more_is_said_at_once(void)
{
    World world;

    world_open(&world, HUB_PROXY_QUERY, 4);
    ask(&world, 1, 8, 0);
    hub_proxy_way(world.proxy, world.client, true, 0);
    world.owner_full = true;
    ask(&world, 2, 8, 0);
    g_autoptr(Vicu__QueryRows) rows = last_rows(&world);
    g_assert_cmpuint(rows->id, ==, 2);
    g_assert_cmpstr(rows->error, !=, "");
    world_close(&world);
}

static void
bytes_that_are_no_message_are_counted_and_left(void)
{
    World world;

    world_open(&world, HUB_PROXY_QUERY, 4);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_QUERY, "\xff\xff\xff", 3, 0);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_QUERY_CREDIT, "\xff\xff\xff", 3, 0);
    say_bytes(&world, "a", CLIENT, VICU__KIND__KIND_QUERY_CANCEL, "\xff\xff\xff", 3, 0);
    g_assert_cmpuint(figures(&world).foreign, ==, 3);
    g_assert_cmpuint(world.up.length + world.down.length, ==, 0);
    world_close(&world);
}

#define ADD(name) g_test_add_func("/hub/proxy/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_clients_message_goes_on_as_it_came_under_its_own_fingerprint);
    ADD(what_does_not_belong_on_a_lane_goes_nowhere);
    ADD(a_dead_owner_is_silence_and_never_a_beat);
    ADD(a_command_that_found_no_owner_is_not_delivered_a_minute_later);
    ADD(clients_are_bounded_and_one_key_gets_half_of_the_places);
    ADD(a_client_that_is_gone_or_silent_gives_its_place_back);
    ADD(those_that_have_left_make_room_at_once);
    ADD(credit_without_end_reaches_the_store_in_small_pieces);
    ADD(an_answer_that_is_not_read_ends_with_an_error_and_never_with_a_hole);
    ADD(a_store_that_goes_away_ends_what_it_had_begun);
    ADD(a_question_to_no_store_ends_with_an_error_after_two_seconds);
    ADD(questions_beyond_the_bound_are_answered_with_an_error);
    ADD(a_store_that_takes_no_more_is_said_at_once);
    ADD(bytes_that_are_no_message_are_counted_and_left);
    return g_test_run();
}
