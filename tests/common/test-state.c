/* State: whoever asks knows all that stands, whatever the network does.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/mutant.h"
#include "common/state.h"
#include "tests/common/sim-random.h"

#ifdef VICU_MUTANTS
VicuMutant vicu_mutant = VICU_MUTANT_NONE;
#define PLANT(name) (vicu_mutant = VICU_MUTANT_##name)
#endif

#define MS    1000
#define PEERS 3
#define KEYS  40

/* A message on its way, copied. */
typedef struct {
    int64_t due_us;
    int peer; /* whose */
    bool to_owner;
    VicuStateMessage message;
    GPtrArray *items;
    char *key;
} Mail;

typedef struct World World;

typedef struct {
    World *world;
    int number;
    VicuStateSubscriber *machine;
    GHashTable *stands; /* key -> value */
    GHashTable *coming; /* while a snapshot comes */
    uint64_t sequence;
    unsigned levels, results, unknown;
    VicuWatchLevel watch;
    bool blocked; /* the owner's socket to it is full */
} Peer;

struct World {
    SimRandom random;
    int64_t now;
    uint32_t drop, twice, late;
    GPtrArray *mail;
    VicuStateOwner *owner;
    uint64_t incarnation;
    GHashTable *truth;   /* key -> value */
    GHashTable *acted;   /* command key -> how often */
    GHashTable *answers; /* the owner's journal of them: key -> result */
    Peer peer[PEERS];
};

static void
free_mail(gpointer data)
{
    Mail *mail = data;
    g_ptr_array_unref(mail->items);
    if (mail->message.body)
        g_bytes_unref(mail->message.body);
    g_free(mail->key);
    g_free(mail);
}

static void
post_one(World *self, int peer, bool to_owner, const VicuStateMessage *message)
{
    Mail *mail = g_new0(Mail, 1);
    mail->due_us = self->now + sim_between(&self->random, 100, 2 * MS);
    if (sim_chance(&self->random, self->late))
        mail->due_us += sim_between(&self->random, 0, 500 * MS);
    mail->peer = peer;
    mail->to_owner = to_owner;
    mail->message = *message;
    mail->items = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (size_t i = 0; i < message->n_items; i++)
        g_ptr_array_add(mail->items, g_bytes_ref(message->items[i]));
    mail->message.items = (GBytes *const *)mail->items->pdata;
    mail->key = g_strdup(message->key);
    mail->message.key = mail->key;
    mail->message.name = "peer";
    if (message->body)
        g_bytes_ref(message->body);
    g_ptr_array_add(self->mail, mail);
}

static void
post(World *self, int peer, bool to_owner, const VicuStateMessage *message)
{
    if (sim_chance(&self->random, self->drop))
        return;
    post_one(self, peer, to_owner, message);
    if (sim_chance(&self->random, self->twice))
        post_one(self, peer, to_owner, message);
}

/* ---- owner ---- */

static bool
owner_send(GBytes *route, const VicuStateMessage *message, gpointer data)
{
    World *self = data;
    int peer = *(const int *)g_bytes_get_data(route, NULL);
    if (self->peer[peer].blocked)
        return false;
    post(self, peer, false, message);
    return true;
}

static void
start_owner(World *self)
{
    static const VicuStateOwnerOps ops = {.send = owner_send};
    self->owner = vicu_state_owner_new(++self->incarnation, PEERS, &ops, self);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, self->truth);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        g_autofree char *text = g_strdup_printf("%s=%s", (char *)key, (char *)value);
        g_autoptr(GBytes) packed = g_bytes_new(text, strlen(text));
        vicu_state_owner_set(self->owner, VICU__SUBJECT__SUBJECT_ALARM, key, packed);
    }
    g_hash_table_iter_init(&iter, self->answers);
    while (g_hash_table_iter_next(&iter, &key, &value))
        vicu_state_owner_restore_answer(self->owner, key, NULL, value);
}

static void
set(World *self, const char *key, const char *value)
{
    g_autofree char *text = g_strdup_printf("%s=%s", key, value);
    g_autoptr(GBytes) packed = g_bytes_new(text, strlen(text));
    g_hash_table_replace(self->truth, g_strdup(key), g_strdup(value));
    vicu_state_owner_set(self->owner, VICU__SUBJECT__SUBJECT_ALARM, key, packed);
}

static void
drop_key(World *self, const char *key)
{
    g_autofree char *text = g_strdup_printf("%s!", key);
    g_autoptr(GBytes) packed = g_bytes_new(text, strlen(text));
    g_hash_table_remove(self->truth, key);
    vicu_state_owner_remove(self->owner, VICU__SUBJECT__SUBJECT_ALARM, key, packed);
}

static void
act(World *self, GBytes *route, const VicuStateMessage *message)
{
    VicuStateFate fate = vicu_state_owner_command(self->owner, route, message, self->now);
    if (fate != VICU_STATE_ACT)
        return;
    unsigned before = GPOINTER_TO_UINT(g_hash_table_lookup(self->acted, message->key));
    g_hash_table_replace(self->acted, g_strdup(message->key), GUINT_TO_POINTER(before + 1));
    g_autoptr(GBytes) result = g_bytes_new(message->key, strlen(message->key));
    g_hash_table_replace(self->answers, g_strdup(message->key), g_bytes_ref(result));
    vicu_state_owner_answer(self->owner, message->key, result);
}

/* ---- subscriber ---- */

static bool
peer_send(const VicuStateMessage *message, gpointer data)
{
    Peer *peer = data;
    post(peer->world, peer->number, true, message);
    return true;
}

static void
peer_begin(gpointer data)
{
    Peer *peer = data;
    g_clear_pointer(&peer->coming, g_hash_table_unref);
    peer->coming = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void
peer_item(GBytes *packed, gpointer data)
{
    Peer *peer = data;
    gsize size;
    const char *bytes = g_bytes_get_data(packed, &size);
    g_autofree char *text = g_strndup(bytes, size);
    GHashTable *into = peer->coming ? peer->coming : peer->stands;
    char *equals = strchr(text, '=');
    if (equals) {
        *equals = '\0';
        g_hash_table_replace(into, g_strdup(text), g_strdup(equals + 1));
    } else {
        text[strlen(text) - 1] = '\0';
        g_hash_table_remove(into, text);
    }
}

static void
peer_level(uint64_t sequence, gpointer data)
{
    Peer *peer = data;
    if (peer->coming) {
        g_hash_table_unref(peer->stands);
        peer->stands = g_steal_pointer(&peer->coming);
    }
    peer->sequence = sequence;
    peer->levels++;
}

static void
peer_beat(int64_t watermark_us, bool catching_up, gpointer data)
{
    (void)watermark_us;
    (void)catching_up;
    (void)data;
}

static void
peer_watch(VicuWatchLevel level, gpointer data)
{
    ((Peer *)data)->watch = level;
}

static void
peer_result(const char *key, GBytes *result, gpointer data)
{
    Peer *peer = data;
    if (result)
        g_assert_true(g_bytes_get_size(result) == strlen(key)
                      && memcmp(key, g_bytes_get_data(result, NULL), strlen(key)) == 0);
    peer->results += result != NULL;
    peer->unknown += result == NULL;
}

static void
start_peer(World *self, int number)
{
    static const VicuStateSubscriberOps ops = {peer_send, peer_begin, peer_item,   peer_level,
                                               peer_beat, peer_watch, peer_result, NULL};
    Peer *peer = &self->peer[number];
    peer->world = self;
    peer->number = number;
    peer->stands = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    peer->machine = vicu_state_subscriber_new("peer", NULL, 0, &ops, peer, self->now);
}

static void
stop_peer(Peer *peer)
{
    g_clear_pointer(&peer->machine, vicu_state_subscriber_free);
    g_clear_pointer(&peer->stands, g_hash_table_unref);
    g_clear_pointer(&peer->coming, g_hash_table_unref);
}

/* ---- world ---- */

static World *
world_new(uint64_t seed)
{
    World *self = g_new0(World, 1);
    self->random.state = seed;
    self->now = 1000 * G_USEC_PER_SEC;
    self->mail = g_ptr_array_new_with_free_func(free_mail);
    self->truth = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->acted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->answers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    start_owner(self);
    return self;
}

static void
world_free(World *self)
{
    for (int i = 0; i < PEERS; i++)
        stop_peer(&self->peer[i]);
    g_clear_pointer(&self->owner, vicu_state_owner_free);
    g_ptr_array_unref(self->mail);
    g_hash_table_unref(self->truth);
    g_hash_table_unref(self->acted);
    g_hash_table_unref(self->answers);
    g_free(self);
}

static void
deliver(World *self, const Mail *mail)
{
    Peer *peer = &self->peer[mail->peer];
    if (!mail->to_owner) {
        if (peer->machine)
            vicu_state_subscriber_receive(peer->machine, &mail->message, self->now);
        return;
    }
    if (!self->owner)
        return;
    g_autoptr(GBytes) route = g_bytes_new(&mail->peer, sizeof mail->peer);
    if (mail->message.kind == VICU__KIND__KIND_STATE_COMMAND)
        act(self, route, &mail->message);
    else
        vicu_state_owner_receive(self->owner, route, &mail->message, self->now);
}

static void
step(World *self)
{
    self->now += 10 * MS;
    for (guint i = 0; i < self->mail->len;) {
        Mail *mail = g_ptr_array_index(self->mail, i);
        if (mail->due_us > self->now) {
            i++;
            continue;
        }
        g_ptr_array_steal_index(self->mail, i);
        deliver(self, mail);
        free_mail(mail);
    }
    if (self->owner)
        vicu_state_owner_tick(self->owner, 0, false, self->now);
    for (int i = 0; i < PEERS; i++) {
        if (self->peer[i].machine)
            vicu_state_subscriber_tick(self->peer[i].machine, self->now);
    }
}

static void
run_for(World *self, int64_t us)
{
    for (int64_t end = self->now + us; self->now < end;)
        step(self);
}

static bool
knows_all(const World *self, const Peer *peer)
{
    if (!vicu_state_subscriber_is_level(peer->machine)
        || g_hash_table_size(peer->stands) != g_hash_table_size(self->truth))
        return false;
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, self->truth);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (g_strcmp0(g_hash_table_lookup(peer->stands, key), value) != 0)
            return false;
    }
    return true;
}

/* ---- tests ---- */

static void
test_a_late_joiner_knows_all_that_stands(void)
{
    World *world = world_new(1);
    for (int i = 0; i < 500; i++) {
        g_autofree char *key = g_strdup_printf("alarm-%d", i);
        set(world, key, "on");
    }
    for (int i = 0; i < 100; i++) {
        g_autofree char *key = g_strdup_printf("alarm-%d", i);
        drop_key(world, key);
    }
    start_peer(world, 0);
    run_for(world, 200 * MS);
    g_assert_true(knows_all(world, &world->peer[0]));
    g_assert_cmpuint(g_hash_table_size(world->peer[0].stands), ==, 400);
    g_assert_cmpuint(world->peer[0].sequence, ==, 600);
    set(world, "alarm-7", "again");
    vicu_state_owner_flush(world->owner, world->now);
    run_for(world, 50 * MS);
    g_assert_true(knows_all(world, &world->peer[0]));
    world_free(world);
}

static void
test_nothing_standing_is_level_too(void)
{
    World *world = world_new(2);
    start_peer(world, 0);
    run_for(world, 100 * MS);
    g_assert_true(knows_all(world, &world->peer[0]));
    g_assert_cmpuint(world->peer[0].levels, ==, 1);
    world_free(world);
}

static void
test_a_lost_update_is_noticed_by_the_next_beat(void)
{
    World *world = world_new(3);
    set(world, "z", "1");
    start_peer(world, 0);
    run_for(world, 100 * MS);
    world->drop = 1000000;
    set(world, "a", "1");
    vicu_state_owner_flush(world->owner, world->now);
    world->drop = 0;
    run_for(world, 1500 * MS);
    g_assert_true(knows_all(world, &world->peer[0]));
    VicuStateOwnerFigures figures;
    vicu_state_owner_figures(world->owner, &figures);
    g_assert_cmpuint(figures.snapshots, ==, 1); /* it went on from where it was */
    world_free(world);
}

static void
test_a_slow_subscriber_is_given_a_snapshot_and_no_queue(void)
{
    World *world = world_new(4);
    start_peer(world, 0);
    start_peer(world, 1);
    run_for(world, 100 * MS);
    world->peer[0].blocked = true;
    for (int i = 0; i < (int)VICU_STATE_RING + 100; i++) {
        char value[16];
        snprintf(value, sizeof value, "%d", i);
        set(world, "one", value);
        if (i % 50 == 0)
            step(world);
    }
    run_for(world, 300 * MS);
    g_assert_true(knows_all(world, &world->peer[1]));
    world->peer[0].blocked = false;
    run_for(world, 300 * MS);
    g_assert_true(knows_all(world, &world->peer[0]));
    VicuStateOwnerFigures figures;
    vicu_state_owner_figures(world->owner, &figures);
    g_assert_cmpuint(figures.resyncs, ==, 1);
    world_free(world);
}

static void
test_a_new_owner_is_a_new_snapshot(void)
{
    World *world = world_new(5);
    set(world, "a", "1");
    set(world, "b", "1");
    start_peer(world, 0);
    run_for(world, 100 * MS);
    g_clear_pointer(&world->owner, vicu_state_owner_free);
    g_hash_table_remove(world->truth, "a");
    run_for(world, 3500 * MS);
    g_assert_cmpint(world->peer[0].watch, ==, VICU_WATCH_DELAYED);
    g_assert_false(vicu_state_subscriber_is_level(world->peer[0].machine));
    g_assert_cmpuint(g_hash_table_size(world->peer[0].stands), ==, 2); /* still shown */
    start_owner(world);
    run_for(world, 1500 * MS);
    g_assert_true(knows_all(world, &world->peer[0]));
    g_assert_cmpint(world->peer[0].watch, ==, VICU_WATCH_OK);
    world_free(world);
}

static void
test_silence_is_told_at_3_10_and_30_seconds(void)
{
    World *world = world_new(6);
    start_peer(world, 0);
    run_for(world, 100 * MS);
    g_clear_pointer(&world->owner, vicu_state_owner_free);
    run_for(world, 11 * G_USEC_PER_SEC);
    g_assert_cmpint(world->peer[0].watch, ==, VICU_WATCH_LOST);
    run_for(world, 20 * G_USEC_PER_SEC);
    g_assert_cmpint(world->peer[0].watch, ==, VICU_WATCH_ESCALATED);
    world_free(world);
}

static void
test_only_the_subjects_asked_for_come(void)
{
    World *world = world_new(7);
    static const VicuStateSubscriberOps ops = {peer_send, peer_begin, peer_item,   peer_level,
                                               peer_beat, peer_watch, peer_result, NULL};
    Vicu__Subject subject = VICU__SUBJECT__SUBJECT_BED;
    Peer *peer = &world->peer[0];
    set(world, "an-alarm", "1");
    start_peer(world, 0);
    vicu_state_subscriber_free(peer->machine);
    peer->machine = vicu_state_subscriber_new("peer", &subject, 1, &ops, peer, world->now);
    g_ptr_array_set_size(world->mail, 0);
    VicuStateMessage ask = {.kind = VICU__KIND__KIND_STATE_SUBSCRIBE,
                            .subject = &subject,
                            .n_subject = 1,
                            .name = "peer"};
    post(world, 0, true, &ask);
    run_for(world, 50 * MS);
    set(world, "another", "1");
    g_autoptr(GBytes) bed = g_bytes_new("bed=1", 5);
    vicu_state_owner_set(world->owner, VICU__SUBJECT__SUBJECT_BED, "bed", bed);
    run_for(world, 50 * MS);
    g_assert_cmpuint(g_hash_table_size(peer->stands), ==, 1);
    g_assert_true(g_hash_table_contains(peer->stands, "bed"));
    g_assert_true(vicu_state_subscriber_is_level(peer->machine));
    world_free(world);
}

static void
test_a_command_is_acted_on_once_even_over_a_restart(void)
{
    World *world = world_new(8);
    start_peer(world, 0);
    run_for(world, 100 * MS);
    g_autoptr(GBytes) command = g_bytes_new("ack", 3);
    vicu_state_subscriber_command(world->peer[0].machine, "k1", command, world->now);
    step(world);
    world->drop = 1000000; /* the answer is lost */
    run_for(world, 500 * MS);
    g_clear_pointer(&world->owner, vicu_state_owner_free);
    start_owner(world);
    world->drop = 0;
    run_for(world, 3 * G_USEC_PER_SEC);
    g_assert_cmpuint(world->peer[0].results, ==, 1);
    g_assert_cmpuint(GPOINTER_TO_UINT(g_hash_table_lookup(world->acted, "k1")), ==, 1);
    world_free(world);
}

static void
test_a_key_used_for_another_command_is_refused(void)
{
    World *world = world_new(9);
    g_autoptr(GBytes) route = g_bytes_new("r", 1);
    g_autoptr(GBytes) one = g_bytes_new("one", 3), two = g_bytes_new("two", 3);
    VicuStateMessage message = {.kind = VICU__KIND__KIND_STATE_COMMAND, .key = "k", .body = one};
    g_assert_cmpint(vicu_state_owner_command(world->owner, route, &message, 0), ==, VICU_STATE_ACT);
    g_assert_cmpint(vicu_state_owner_command(world->owner, route, &message, 0), ==,
                    VICU_STATE_WAIT);
    message.body = two;
    g_assert_cmpint(vicu_state_owner_command(world->owner, route, &message, 0), ==,
                    VICU_STATE_REFUSED);
    message.key = "";
    g_assert_cmpint(vicu_state_owner_command(world->owner, route, &message, 0), ==,
                    VICU_STATE_REFUSED);
    world_free(world);
}

static void
test_a_command_without_an_answer_is_told_as_unknown(void)
{
    World *world = world_new(10);
    start_peer(world, 0);
    run_for(world, 100 * MS);
    g_clear_pointer(&world->owner, vicu_state_owner_free);
    g_autoptr(GBytes) command = g_bytes_new("ack", 3);
    vicu_state_subscriber_command(world->peer[0].machine, "k1", command, world->now);
    run_for(world, 11 * G_USEC_PER_SEC);
    g_assert_cmpuint(world->peer[0].unknown, ==, 1);
    g_assert_cmpuint(world->peer[0].results, ==, 0);
    world_free(world);
}

/* ---- seeds ---- */

static void
change_something(World *self)
{
    char key[16], value[16];
    snprintf(key, sizeof key, "k%d", (int)sim_between(&self->random, 0, KEYS));
    snprintf(value, sizeof value, "%d", (int)sim_between(&self->random, 0, 1000000));
    if (sim_chance(&self->random, 300000))
        drop_key(self, key);
    else
        set(self, key, value);
}

static void
trouble(World *self, unsigned *commands)
{
    if (sim_chance(&self->random, 3000)) {
        g_clear_pointer(&self->owner, vicu_state_owner_free);
        start_owner(self);
    }
    for (int i = 0; i < PEERS; i++) {
        Peer *peer = &self->peer[i];
        if (sim_chance(&self->random, 2000)) {
            stop_peer(peer);
            start_peer(self, i);
        }
        if (sim_chance(&self->random, 5000))
            peer->blocked = !peer->blocked;
        if (peer->machine && sim_chance(&self->random, 20000)) {
            g_autofree char *key = g_strdup_printf("command-%u", ++*commands);
            g_autoptr(GBytes) body = g_bytes_new(key, strlen(key));
            vicu_state_subscriber_command(peer->machine, key, body, self->now);
        }
    }
}

/* False: somebody does not know what stands, or a command was acted on twice. */
static bool
seed_holds(uint64_t seed)
{
    World *world = world_new(seed);
    unsigned commands = 0;
    world->drop = sim_chance(&world->random, 700000) ? 100000 : 0;
    world->twice = sim_chance(&world->random, 700000) ? 100000 : 0;
    world->late = sim_chance(&world->random, 700000) ? 100000 : 0;
    for (int i = 0; i < PEERS; i++)
        start_peer(world, i);
    for (int i = 0; i < 1500; i++) {
        trouble(world, &commands);
        if (sim_chance(&world->random, 500000))
            change_something(world);
        step(world);
    }
    world->drop = world->twice = world->late = 0;
    for (int i = 0; i < PEERS; i++)
        world->peer[i].blocked = false;
    run_for(world, 15 * G_USEC_PER_SEC);
    bool holds = true;
    for (int i = 0; i < PEERS; i++)
        holds = holds && knows_all(world, &world->peer[i]);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, world->acted);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        holds = holds && GPOINTER_TO_UINT(value) == 1;
    world_free(world);
    return holds;
}

static void
test_every_seed_holds(void)
{
    uint64_t seeds = g_getenv("VICU_NIGHT") ? 5000 : 200;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        if (!seed_holds(seed))
            g_error("state: seed %" G_GUINT64_FORMAT " breaks", seed);
    }
}

#ifdef VICU_MUTANTS
static uint64_t
hunt(void)
{
    for (uint64_t seed = 1; seed <= 50; seed++) {
        if (!seed_holds(seed))
            return seed;
    }
    return 0;
}

static void
test_mutants_are_caught(void)
{
    PLANT(COMMAND_TWICE);
    uint64_t twice = hunt();
    PLANT(UPDATE_HOLE_UNNOTICED);
    uint64_t hole = hunt();
    PLANT(NONE);
    g_test_message("command-twice: caught after %" G_GUINT64_FORMAT
                   " seeds; update-hole-unnoticed: %" G_GUINT64_FORMAT,
                   twice, hole);
    g_assert_cmpuint(twice, >, 0);
    g_assert_cmpuint(hole, >, 0);
}
#endif

#define ADD(name) g_test_add_func("/common/state/" #name, test_##name)

static bool
send_nowhere(GBytes *route, const VicuStateMessage *message, gpointer data)
{
    (void)route;
    (void)message;
    (void)data;
    return true;
}

static void
test_a_peer_that_is_gone_makes_room_for_the_next(void)
{
    static const VicuStateOwnerOps ops = {.send = send_nowhere};
    g_autoptr(VicuStateOwner) owner = vicu_state_owner_new(1, 1, &ops, NULL);
    g_autoptr(GBytes) first = g_bytes_new_static("a", 1);
    g_autoptr(GBytes) second = g_bytes_new_static("b", 1);
    VicuStateMessage subscribe = {.kind = VICU__KIND__KIND_STATE_SUBSCRIBE, .name = "vicu"};

    g_assert_true(vicu_state_owner_receive(owner, first, &subscribe, 0));
    g_assert_false(vicu_state_owner_receive(owner, second, &subscribe, 0));
    vicu_state_owner_forget(owner, second);
    g_assert_false(vicu_state_owner_receive(owner, second, &subscribe, 0));
    vicu_state_owner_forget(owner, first);
    g_assert_true(vicu_state_owner_receive(owner, second, &subscribe, 0));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_late_joiner_knows_all_that_stands);
    ADD(nothing_standing_is_level_too);
    ADD(a_lost_update_is_noticed_by_the_next_beat);
    ADD(a_slow_subscriber_is_given_a_snapshot_and_no_queue);
    ADD(a_new_owner_is_a_new_snapshot);
    ADD(silence_is_told_at_3_10_and_30_seconds);
    ADD(only_the_subjects_asked_for_come);
    ADD(a_command_is_acted_on_once_even_over_a_restart);
    ADD(a_key_used_for_another_command_is_refused);
    ADD(a_command_without_an_answer_is_told_as_unknown);
    ADD(a_peer_that_is_gone_makes_room_for_the_next);
    ADD(every_seed_holds);
#ifdef VICU_MUTANTS
    ADD(mutants_are_caught);
#endif
    return g_test_run();
}
