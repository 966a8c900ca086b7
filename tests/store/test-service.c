/* The query socket with a clock of the test's own: what is answered at once, what waits,
 * and how long everything else may have to wait for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "common/query.h"
#include "store/service.h"
#include "tests/store/make.h"

#define PATIENCE_US (20 * SECOND)
#define LOOK_US     300  /* passes between two looks at the clock */
#define TURNS_US    1000 /* of steps in one go, as the service has it */
#define MANY        40
#define HUNGRY      8    /* questions at once that never end */
#define COLUMNS     8000 /* some messages */

typedef struct {
    Ward ward;
    char *keys_dir;
    VicuKeys *keys[2];
    VicuContext *context[2]; /* of the store, of the clients */
    VicuSocket *socket;
    StoreService *service;
    VicuQueryClient *client[2];
    unsigned syncs, syncs_waited_for;
} World;

/* ---- the store's side ---- */

static bool
settle(gpointer user)
{
    World *world = user;

    ward_commit(&world->ward);
    return true;
}

static void
want_sync(bool waits, gpointer user)
{
    World *world = user;

    world->syncs++;
    world->syncs_waited_for += waits;
}

static StoreNow
now(gpointer user)
{
    World *world = user;

    ward_pass(&world->ward, LOOK_US);
    return world->ward.now;
}

static void
failed(GError *error, gpointer user)
{
    (void)user;
    g_error("%s", error->message);
}

static void
fill(Ward *ward)
{
    Make *make = make_new(T0_US);
    int16_t samples[2500];

    make_segment(make, 1, "demo/icu/1", ECG_II, T0_US, 1, 250);
    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
        samples[i] = (int16_t)(200 * sin((double)i / 17));
    make_wave(make, 1, 0, samples, G_N_ELEMENTS(samples));
    ward_epoch(ward, 1, 1);
    g_assert_cmpint(ward_put(ward, 1, 1, 1, make_done(make)), ==, STORE_PUT_TAKEN);
    ward_commit(ward);
}

static void
open_service(World *world, const char *endpoint)
{
    static const StoreServiceOps ops = {
        .settle = settle, .want_sync = want_sync, .now = now, .failed = failed};
    static const StoreServiceSettings settings = {MANY, 2 * MANY, PATIENCE_US};
    VicuSocketOptions options = {VICU_SOCKET_ROUTER, "query", 1000, 1000};
    g_autoptr(GError) error = NULL;

    world->socket = vicu_socket_new(world->context[0], &options, &error);
    g_assert_no_error(error);
    vicu_socket_bind(world->socket, endpoint, &error);
    g_assert_no_error(error);
    world->service = store_service_new(world->socket, NULL, &settings, &ops, world);
    store_service_set_head(world->service, world->ward.head, NULL);
}

static void
world_open(World *world)
{
    static const char *const names[] = {"store", "operator"};
    g_autoptr(GError) error = NULL;

    *world = (World){0};
    ward_open(&world->ward);
    fill(&world->ward);
    world->keys_dir = make_folder();
    for (int i = 0; i < 2; i++)
        g_assert_true(vicu_keys_make(world->keys_dir, names[i], names[i], &error));
    for (int i = 0; i < 2; i++) {
        world->keys[i] = vicu_keys_open(world->keys_dir, names[i], &error);
        world->context[i] = vicu_context_new(world->keys[i], NULL, &error);
        g_assert_no_error(error);
    }
    g_autofree char *endpoint = g_strdup_printf("ipc://%s/q.ipc", world->keys_dir);
    open_service(world, endpoint);
    for (int i = 0; i < 2; i++) {
        world->client[i] =
            vicu_query_client_new(world->context[1], endpoint, "store", "tester", &error);
        g_assert_no_error(error);
        while (!vicu_query_is_connected(world->client[i]))
            g_main_context_iteration(NULL, TRUE);
    }
}

/* What is still under way comes first: libzmq 4.3.4 may end a process whose peer leaves while it
 * sends (docs/limits.md). */
static void
world_close(World *world)
{
    gboolean never = FALSE;

    vicu_context_run_until(world->context[1], &never, SECOND / 20);
    for (int i = 0; i < 2; i++)
        vicu_query_client_free(world->client[i]);
    store_service_free(world->service);
    vicu_socket_free(world->socket);
    for (int i = 1; i >= 0; i--) {
        vicu_context_free(world->context[i]);
        vicu_keys_free(world->keys[i]);
    }
    ward_close(&world->ward);
    remove_folder(world->keys_dir);
    g_free(world->keys_dir);
}

/* ---- questions ---- */

static void
count_ended(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    int *ended = user;

    g_assert_no_error(error);
    *ended += rows->last;
}

static void
ask_small(World *world, int client, int *ended)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySamples what = VICU__QUERY_SAMPLES__INIT;

    what.bed = (char *)"demo/icu/1";
    what.code = ECG_II;
    what.from_us = T0_US;
    what.to_us = T0_US + SECOND;
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &what;
    vicu_query_ask(world->client[client], &ask, "small", PATIENCE_US, count_ended, ended);
}

static Vicu__QueryColumns
large(void)
{
    Vicu__QueryColumns what = VICU__QUERY_COLUMNS__INIT;

    what.bed = (char *)"demo/icu/1";
    what.code = ECG_II;
    what.from_us = T0_US;
    what.to_us = T0_US + 10 * SECOND;
    what.columns = COLUMNS;
    return what;
}

static void
ask_large(World *world, int client, int *ended)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryColumns what = large();

    ask.what_case = VICU__QUERY__WHAT_COLUMNS;
    ask.columns = &what;
    vicu_query_ask(world->client[client], &ask, "large", PATIENCE_US, count_ended, ended);
}

/* ---- tests ---- */

static gboolean
is_always_ready(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

/* Until the last of @n questions has been taken, and what is sent of them has come. */
static void
let_them_come(World *world, unsigned n)
{
    gboolean never = FALSE;

    while (store_service_counts(world->service)->queries < n)
        g_main_context_iteration(NULL, TRUE);
    vicu_context_run_until(world->context[1], &never, SECOND / 10);
}

static void
a_small_question_is_answered_while_others_never_rest(void)
{
    World world;
    int ended = 0;

    world_open(&world);
    guint busy = g_timeout_add(0, is_always_ready, NULL);
    ask_small(&world, 0, &ended);
    while (ended < 1)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(busy);
    g_assert_cmpuint(world.syncs, ==, 1);
    g_assert_cmpuint(world.syncs_waited_for, ==, 0);
    world_close(&world);
}

/* What a turn may take is counted anew in each round of the loop, also where there is no rest. */
static void
small_questions_one_after_the_other_need_no_rest(void)
{
    World world;
    int ended = 0;

    world_open(&world);
    guint busy = g_timeout_add(0, is_always_ready, NULL);
    for (int i = 0; i < 4 * TURNS_US / LOOK_US; i++) {
        ask_small(&world, 0, &ended);
        while (ended <= i)
            g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(busy);
    world_close(&world);
}

static void
many_questions_wait_until_others_had_their_turn(void)
{
    World world;
    int ended = 0;

    world_open(&world);
    guint busy = g_timeout_add(0, is_always_ready, NULL);
    for (int i = 0; i < MANY; i++)
        ask_small(&world, 0, &ended);
    let_them_come(&world, MANY);
    while (ended < 1) /* whatever has its time */
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(ended, <=, TURNS_US / LOOK_US + 1);
    g_source_remove(busy);
    while (ended < MANY)
        g_main_context_iteration(NULL, TRUE);
    world_close(&world);
}

/* Each step takes a look at the clock or more, and sends a message at most. */
static void
between_two_looks_at_the_others_steps_take_a_bounded_time(void)
{
    World world;
    const StoreServiceCounts *counts;
    int ended = 0;
    unsigned rounds = 0;

    world_open(&world);
    counts = store_service_counts(world.service);
    for (int i = 0; i < MANY; i++)
        ask_large(&world, 0, &ended);
    while (ended < MANY) {
        uint64_t rows = counts->rows;
        g_main_context_iteration(NULL, TRUE);
        g_assert_cmpuint(counts->rows - rows, <=, TURNS_US / LOOK_US + 1);
        rounds += counts->rows > rows;
    }
    g_assert_cmpuint(rounds, >, MANY);
    g_assert_cmpuint(counts->rows, >, 2 * MANY);
    world_close(&world);
}

/* A client that asks anew whenever it has been answered. */
typedef struct {
    World *world;
    int asked, ended;
    bool sated;
} Greedy;

static void ask_greedily(Greedy *self);

static void
on_greedy_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Greedy *self = user;

    g_assert_no_error(error);
    self->ended += rows->last;
    if (rows->last && !self->sated)
        ask_greedily(self);
}

static void
ask_greedily(Greedy *self)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryColumns what = large();

    ask.what_case = VICU__QUERY__WHAT_COLUMNS;
    ask.columns = &what;
    vicu_query_ask(self->world->client[0], &ask, "large", PATIENCE_US, on_greedy_rows, self);
    self->asked++;
}

static void
a_greedy_client_does_not_hold_up_another(void)
{
    World world;
    Greedy greedy = {.world = &world};
    int modest = 0;

    world_open(&world);
    for (int i = 0; i < HUNGRY; i++)
        ask_greedily(&greedy);
    while (store_service_counts(world.service)->queries < 1)
        g_main_context_iteration(NULL, TRUE);
    ask_small(&world, 1, &modest);
    ask_large(&world, 1, &modest);
    while (modest < 2) /* the others never rest */
        g_main_context_iteration(NULL, TRUE);
    greedy.sated = true;
    while (greedy.ended < greedy.asked)
        g_main_context_iteration(NULL, TRUE);
    world_close(&world);
}

static void
only_what_is_put_is_waited_for(void)
{
    World world;
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    int ended = 0;

    world_open(&world);
    record.who = (char *)"tester";
    g_assert_true(vicu_query_put_audit(world.client[0], &record, NULL, NULL));
    ask_small(&world, 0, &ended);
    while (ended < 1)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(world.syncs, ==, 2);
    g_assert_cmpuint(world.syncs_waited_for, ==, 1);
    g_assert_cmpuint(vicu_query_audit_waiting(world.client[0]), ==, 1);
    ward_commit(&world.ward);
    store_service_committed(world.service);
    while (vicu_query_audit_waiting(world.client[0]) > 0)
        g_main_context_iteration(NULL, TRUE);
    world_close(&world);
}

static void
ask_alive(World *world, int client, int *ended)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryAlive what = VICU__QUERY_ALIVE__INIT;

    ask.what_case = VICU__QUERY__WHAT_ALIVE;
    ask.alive = &what;
    vicu_query_ask(world->client[client], &ask, "alive", PATIENCE_US, count_ended, ended);
}

/* A view that is open asks four times a second. */
static void
who_asks_whether_it_is_alive_is_answered_and_not_written_down(void)
{
    World world;
    int ended = 0;

    world_open(&world);
    for (int i = 0; i < 20; i++) {
        ask_alive(&world, 0, &ended);
        while (ended <= i)
            g_main_context_iteration(NULL, TRUE);
    }
    g_assert_cmpuint(store_service_counts(world.service)->queries, ==, 20);
    g_assert_cmpuint(world.syncs, ==, 0);
    ask_small(&world, 0, &ended);
    while (ended < 21)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(world.syncs, ==, 1);
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/service/" #name, name)
    ADD(a_small_question_is_answered_while_others_never_rest);
    ADD(small_questions_one_after_the_other_need_no_rest);
    ADD(many_questions_wait_until_others_had_their_turn);
    ADD(between_two_looks_at_the_others_steps_take_a_bounded_time);
    ADD(a_greedy_client_does_not_hold_up_another);
    ADD(who_asks_whether_it_is_alive_is_answered_and_not_written_down);
    ADD(only_what_is_put_is_waited_for);
#undef ADD
    return g_test_run();
}
