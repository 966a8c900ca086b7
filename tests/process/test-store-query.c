/* The real vicu-store's query socket: several clients, limits, credit, cancel,
 * the audit; and a greedy client that does not hold up what is stored.
 *
 * usage: test-store-query PATH-OF-VICU-STORE
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/link-wire.h"
#include "common/query.h"
#include "common/root.h"
#include "common/socket.h"
#include "tests/store/make.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)
#define SENDER      1

static const char *store_program;

typedef struct {
    char *dir;
    VicuRoot *root;
    pid_t store;
    VicuKeys *hub_keys, *operator_keys;
    VicuContext *hub, *client;
    VicuSocket *socket; /* in the hub's place */
    VicuRoute route;
    VicuQueryClient *query;
    uint64_t acked;
    gboolean done; /* acked >= wanted */
    uint64_t wanted;
    gboolean present;
} World;

static void
send_link(World *world, const VicuLinkMessage *message)
{
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);

    envelope.t_us = 1;
    g_assert_cmpint(vicu_socket_send(world->socket, &world->route, &envelope, body.data, body.size),
                    ==, VICU_SEND_OK);
}

static void
on_store(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    World *world = user;
    VicuLinkWire wire;

    (void)socket;
    world->route = message->route;
    world->present = TRUE;
    if (!vicu_link_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size))
        return;
    for (size_t i = 0; i < wire.message.n_watermark; i++)
        world->acked = MAX(world->acked, wire.message.watermark[i].sequence);
    world->done = world->acked >= world->wanted;
    vicu_link_wire_clear(&wire);
}

static void
make_keys(World *world)
{
    static const char *const names[] = {"hub", "store", "operator", "collector"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_true(vicu_keys_make(world->root->keys, names[i], names[i], NULL));
    world->hub_keys = vicu_keys_open(world->root->keys, "hub", NULL);
    world->operator_keys = vicu_keys_open(world->root->keys, "operator", NULL);
    world->hub = vicu_context_new(world->hub_keys, NULL, NULL);
    world->client = vicu_context_new(world->operator_keys, NULL, NULL);
}

static void
start_store(World *world)
{
    world->store = fork();
    if (world->store == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive a failed test */
        execl(store_program, store_program, "--root", world->dir, NULL);
        _exit(127);
    }
}

static VicuQueryClient *
connect_query(World *world, const char *who)
{
    g_autofree char *endpoint = vicu_root_endpoint(world->root, "store-query");
    VicuQueryClient *client = vicu_query_client_new(world->client, endpoint, "store", who, NULL);

    g_assert_nonnull(client);
    return client;
}

/* @patience: how long the store waits for a client's credit. */
static void
world_open_patient(World *world, const char *patience)
{
    VicuSocketOptions options = {VICU_SOCKET_ROUTER, "store", 10000, 10000};

    *world = (World){0};
    world->dir = make_folder();
    world->root = vicu_root_new(world->dir, NULL);
    g_assert_true(vicu_root_make(world->root, NULL));
    make_keys(world);
    g_autofree char *conf = g_build_filename(world->root->etc, "store.conf", NULL);
    g_autofree char *text = g_strdup_printf(
        "[space]\nreserve = 1\nwarn = 1\nstop = 0.1\n[query]\npatience = %s\n", patience);
    g_assert_true(g_file_set_contents(conf, text, -1, NULL));
    g_autofree char *endpoint = vicu_root_endpoint(world->root, "hub-store");
    world->socket = vicu_socket_new(world->hub, &options, NULL);
    g_assert_true(vicu_socket_bind(world->socket, endpoint, NULL));
    vicu_socket_listen(world->socket, on_store, NULL, world);
    start_store(world);
    world->query = connect_query(world, "dr.test");
    g_assert_true(vicu_context_run_until(world->hub, &world->present, PATIENCE_US));
}

static void
world_open(World *world)
{
    world_open_patient(world, "1s");
}

static void
end_store(World *world, int signal)
{
    int status = 0;

    kill(world->store, signal);
    g_assert_cmpint(waitpid(world->store, &status, 0), ==, world->store);
    if (signal == SIGTERM)
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
world_close(World *world)
{
    end_store(world, SIGTERM);
    vicu_query_client_free(world->query);
    vicu_socket_free(world->socket);
    vicu_context_free(world->client);
    vicu_context_free(world->hub);
    vicu_keys_free(world->operator_keys);
    vicu_keys_free(world->hub_keys);
    vicu_root_free(world->root);
    remove_folder(world->dir);
    g_free(world->dir);
}

/* Batches @first to @last of 20 beds with 100 samples each. */
static void
feed(World *world, uint64_t first, uint64_t last)
{
    if (first == 1) {
        VicuLinkMessage hello = {.kind = VICU__KIND__KIND_HELLO,
                                 .sender = {{SENDER}},
                                 .epoch = 1,
                                 .fence = 1,
                                 .instance = 5,
                                 .name = "collector"};
        send_link(world, &hello);
    }
    for (uint64_t n = first; n <= last; n++) {
        Make *make = make_new(T0_US);
        int16_t samples[100];
        for (uint32_t b = 0; b < 20; b++) {
            g_autofree char *bed = g_strdup_printf("demo/icu/%u", b + 1);
            if (n == 1)
                make_segment(make, b, bed, ECG_II, T0_US, 1, 250);
            for (int i = 0; i < 100; i++)
                samples[i] = (int16_t)(n + b);
            make_wave(make, b, (n - 1) * 100, samples, 100);
        }
        g_autoptr(GBytes) body = make_done(make);
        VicuLinkMessage message = {.kind = VICU__KIND__KIND_BATCH_STORE,
                                   .sender = {{SENDER}},
                                   .epoch = 1,
                                   .fence = 1,
                                   .sequence = n,
                                   .body = g_bytes_get_data(body, NULL),
                                   .len = g_bytes_get_size(body)};
        send_link(world, &message);
    }
    world->wanted = last;
    world->done = world->acked >= last;
    g_assert_true(vicu_context_run_until(world->hub, &world->done, PATIENCE_US));
}

static Vicu__QuerySamples samples_what = VICU__QUERY_SAMPLES__INIT;

static Vicu__Query
all_samples(void)
{
    Vicu__Query ask = VICU__QUERY__INIT;

    samples_what.bed = (char *)"demo/icu/7";
    samples_what.code = ECG_II;
    samples_what.from_us = T0_US - HOUR;
    samples_what.to_us = T0_US + 100 * HOUR;
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &samples_what;
    return ask;
}

typedef struct {
    size_t samples;
    unsigned messages;
    gboolean over;
    GError *error;
} Taken;

static void
on_samples(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Taken *taken = user;

    if (error != NULL)
        taken->error = g_error_copy(error);
    taken->messages++;
    for (size_t i = 0; rows != NULL && i < rows->n_run; i++)
        taken->samples += rows->run[i]->samples.len / 2;
    taken->over = rows == NULL || rows->last;
}

static void
many_clients_get_whole_answers(void)
{
    World world;
    VicuQueryClient *client[4];
    Taken taken[4][3] = {0};
    Vicu__Query ask = all_samples();

    world_open(&world);
    feed(&world, 1, 2000);
    for (int c = 0; c < 4; c++) {
        client[c] = connect_query(&world, "");
        for (int q = 0; q < 3; q++)
            vicu_query_ask(client[c], &ask, "test", PATIENCE_US, on_samples, &taken[c][q]);
    }
    for (int c = 0; c < 4; c++)
        for (int q = 0; q < 3; q++) {
            g_assert_true(vicu_context_run_until(world.client, &taken[c][q].over, PATIENCE_US));
            g_assert_no_error(taken[c][q].error);
            g_assert_cmpuint(taken[c][q].samples, ==, 2000 * 100);
            g_assert_cmpuint(taken[c][q].messages, >, 3);
        }
    for (int c = 0; c < 4; c++)
        vicu_query_client_free(client[c]);
    world_close(&world);
}

/* ---- a client that asks and takes nothing ---- */

typedef struct {
    VicuSocket *socket;
    unsigned rows;
    unsigned refused; /* for too many under way */
    unsigned dropped; /* for credit that did not come */
    gboolean is_refused_twice, is_dropped;
    gboolean connected;
} Greedy;

static void
on_greedy(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Greedy *greedy = user;

    (void)socket;
    if (message->envelope.kind != VICU__KIND__KIND_QUERY_ROWS)
        return;
    g_autoptr(Vicu__QueryRows) rows =
        vicu_wire_unpack_query_rows(message->body.data, message->body.size, NULL);
    greedy->rows++;
    if (rows->last && strstr(rows->error, "at most 8") != NULL)
        greedy->is_refused_twice = ++greedy->refused == 2;
    if (rows->last && strstr(rows->error, "no credit") != NULL)
        greedy->is_dropped = ++greedy->dropped > 0;
}

static void
on_greedy_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    Greedy *greedy = user;

    (void)socket;
    greedy->connected = event == VICU_PEER_CONNECTED;
}

static void
greedy_open(Greedy *greedy, World *world)
{
    VicuSocketOptions options = {VICU_SOCKET_DEALER, "client", 100, 100};
    g_autofree char *endpoint = vicu_root_endpoint(world->root, "store-query");

    *greedy = (Greedy){.socket = vicu_socket_new(world->client, &options, NULL)};
    vicu_socket_listen(greedy->socket, on_greedy, on_greedy_peer, greedy);
    g_assert_true(vicu_socket_connect(greedy->socket, endpoint, "store", NULL));
    g_assert_true(vicu_context_run_until(world->client, &greedy->connected, PATIENCE_US));
}

static void
greedy_ask(Greedy *greedy, World *world, uint64_t id, uint32_t credit)
{
    Vicu__Query ask = all_samples();
    gboolean never = FALSE;

    ask.id = id;
    ask.credit = credit;
    /* connected, it may still take a moment until the socket takes a message */
    while (vicu_socket_send_message(greedy->socket, NULL, VICU__KIND__KIND_QUERY, &ask.base)
           != VICU_SEND_OK)
        vicu_context_run_until(world->client, &never, 10000);
}

/* With a credit of one message none of these ends, so the ninth and the tenth
 * find eight under way however quick the store is. */
static void
a_client_may_not_ask_without_end(void)
{
    World world;
    Greedy greedy;

    world_open_patient(&world, "60s");
    feed(&world, 1, 2000);
    greedy_open(&greedy, &world);
    for (uint64_t id = 1; id <= 10; id++)
        greedy_ask(&greedy, &world, id, 1);
    g_assert_true(vicu_context_run_until(world.client, &greedy.is_refused_twice, PATIENCE_US));
    g_assert_cmpuint(greedy.rows, <=, 10); /* one of each at most */
    vicu_socket_free(greedy.socket);
    world_close(&world);
}

static void
without_credit_nothing_more_comes_and_others_are_served(void)
{
    World world;
    Greedy greedy;
    Taken taken = {0};
    Vicu__Query ask = all_samples();
    g_autoptr(GError) error = NULL;

    world_open(&world);
    feed(&world, 1, 2000);
    greedy_open(&greedy, &world);
    greedy_ask(&greedy, &world, 1, 2);
    feed(&world, 2001, 2200); /* ingest goes on */
    g_assert_true(
        vicu_query_wait(world.query, &ask, "test", PATIENCE_US, on_samples, &taken, &error));
    g_assert_cmpuint(taken.samples, ==, 2200 * 100);
    g_assert_true(vicu_context_run_until(world.client, &greedy.is_dropped, PATIENCE_US));
    g_assert_cmpuint(greedy.rows, ==, 3); /* two with samples, one that says why no more */
    vicu_socket_free(greedy.socket);
    world_close(&world);
}

static void
never(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    (void)rows;
    (void)error;
    (void)user;
    g_assert_not_reached();
}

static void
a_cancelled_query_is_silent(void)
{
    World world;
    Taken taken = {0};
    Vicu__Query ask = all_samples();

    world_open(&world);
    feed(&world, 1, 500);
    uint64_t id = vicu_query_ask(world.query, &ask, "test", PATIENCE_US, never, NULL);
    vicu_query_cancel(world.query, id);
    vicu_query_ask(world.query, &ask, "test", PATIENCE_US, on_samples, &taken);
    g_assert_true(vicu_context_run_until(world.client, &taken.over, PATIENCE_US));
    g_assert_cmpuint(taken.samples, ==, 500 * 100);
    world_close(&world);
}

static void
on_whole_or_error(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    on_samples(rows, error, user);
}

static void
a_store_that_dies_ends_the_question_with_an_error(void)
{
    World world;
    Taken taken = {0};
    Vicu__Query ask = all_samples();

    world_open(&world);
    feed(&world, 1, 2000);
    kill(world.store, SIGSTOP); /* so that it surely has not answered */
    vicu_query_ask(world.query, &ask, "test", PATIENCE_US, on_whole_or_error, &taken);
    gboolean no = FALSE;
    vicu_context_run_until(world.client, &no, 300000);
    end_store(&world, SIGKILL);
    g_assert_true(vicu_context_run_until(world.client, &taken.over, PATIENCE_US));
    g_assert_error(taken.error, VICU_ERROR, VICU_ERROR_ABSENT);
    g_clear_error(&taken.error);
    start_store(&world);
    taken = (Taken){0};
    vicu_query_ask(world.query, &ask, "test", PATIENCE_US, on_samples, &taken);
    g_assert_true(vicu_context_run_until(world.client, &taken.over, PATIENCE_US));
    g_assert_no_error(taken.error);
    g_assert_cmpuint(taken.samples, ==, 2000 * 100);
    world_close(&world);
}

/* ---- audit ---- */

static void
on_put(const GError *error, gpointer user)
{
    gboolean *done = user;

    g_assert_no_error(error);
    *done = TRUE;
}

typedef struct {
    GString *log;
} Listing;

static void
on_audit(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Listing *listing = user;

    (void)error;
    for (size_t i = 0; i < rows->n_audit; i++)
        g_string_append_printf(listing->log, "%s %s %s %s;", rows->audit[i]->who,
                               rows->audit[i]->what, rows->audit[i]->bed, rows->audit[i]->why);
}

static char *
list_audit(World *world)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryAudit what = VICU__QUERY_AUDIT__INIT;
    Listing listing = {g_string_new(NULL)};
    g_autoptr(GError) error = NULL;

    what.to_us = INT64_MAX;
    ask.what_case = VICU__QUERY__WHAT_AUDIT;
    ask.audit = &what;
    g_assert_true(
        vicu_query_wait(world->query, &ask, "list", PATIENCE_US, on_audit, &listing, &error));
    g_assert_no_error(error);
    return g_string_free(listing.log, FALSE);
}

static void
what_is_put_survives_a_kill_right_after_the_answer(void)
{
    World world;
    gboolean done = FALSE;
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    uint8_t id[16] = {9};

    world_open(&world);
    record.who = (char *)"nurse.b";
    record.what = (char *)"limit-set";
    record.bed = (char *)"demo/icu/3";
    record.why = (char *)"ordered";
    record.id.data = id;
    record.id.len = sizeof id;
    g_assert_true(vicu_query_put_audit(world.query, &record, on_put, &done));
    g_assert_true(vicu_context_run_until(world.client, &done, PATIENCE_US));
    end_store(&world, SIGKILL);
    start_store(&world);
    done = FALSE; /* the same record again, after a restart: kept once */
    g_assert_true(vicu_query_put_audit(world.query, &record, on_put, &done));
    g_assert_true(vicu_context_run_until(world.client, &done, PATIENCE_US));
    g_assert_cmpuint(vicu_query_audit_waiting(world.query), ==, 0);
    g_autofree char *all = list_audit(&world);
    const char *first = strstr(all, "nurse.b limit-set demo/icu/3 ordered;");
    g_assert_nonnull(first);
    g_assert_null(strstr(first + 1, "nurse.b"));
    world_close(&world);
}

static void
each_question_and_each_refusal_is_in_the_audit(void)
{
    World world;
    Taken taken = {0};
    Vicu__Query ask = all_samples();
    g_autoptr(GError) error = NULL;

    world_open(&world);
    feed(&world, 1, 10);
    g_assert_true(
        vicu_query_wait(world.query, &ask, "round", PATIENCE_US, on_samples, &taken, &error));
    samples_what.bed = (char *)"demo/icu/99";
    g_assert_false(
        vicu_query_wait(world.query, &ask, "curious", PATIENCE_US, on_samples, &taken, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_REFUSED);
    g_assert_nonnull(strstr(error->message, "demo/icu/99"));
    g_autofree char *first = list_audit(&world);
    g_autofree char *all = list_audit(&world);
    g_assert_nonnull(strstr(all, "store store-start  ;"));
    g_assert_nonnull(strstr(all, "dr.test query-samples demo/icu/7 round;"));
    g_assert_nonnull(strstr(all, "dr.test refused-query-samples demo/icu/99 curious;"));
    g_assert_nonnull(strstr(all, "dr.test query-audit  list;"));
    world_close(&world);
}

/* It passes questions on; of its own it has none. */
static void
the_hub_puts_records_of_its_own_and_asks_nothing(void)
{
    World world;
    Taken taken = {0};
    Vicu__Query ask = all_samples();
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autoptr(GError) error = NULL;
    gboolean done = FALSE;

    world_open(&world);
    feed(&world, 1, 10);
    g_autofree char *endpoint = vicu_root_endpoint(world.root, "store-query");
    VicuQueryClient *hub = vicu_query_client_new(world.hub, endpoint, "store", "", NULL);
    g_assert_false(vicu_query_wait(hub, &ask, "curious", PATIENCE_US, on_samples, &taken, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_REFUSED);
    g_assert_nonnull(strstr(error->message, "the hub asks for stations only"));
    record.who = (char *)"hub";
    record.what = (char *)"process-start";
    g_assert_true(vicu_query_put_audit(hub, &record, on_put, &done));
    g_assert_true(vicu_context_run_until(world.hub, &done, PATIENCE_US));
    g_autofree char *all = list_audit(&world);
    g_assert_nonnull(strstr(all, "hub process-start  ;"));
    g_assert_nonnull(strstr(all, "hub refused-query-samples"));
    vicu_query_client_free(hub);
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    store_program = argv[1];
#define ADD(name) g_test_add_func("/process/store-query/" #name, name)
    ADD(many_clients_get_whole_answers);
    ADD(a_client_may_not_ask_without_end);
    ADD(without_credit_nothing_more_comes_and_others_are_served);
    ADD(a_cancelled_query_is_silent);
    ADD(a_store_that_dies_ends_the_question_with_an_error);
    ADD(what_is_put_survives_a_kill_right_after_the_answer);
    ADD(each_question_and_each_refusal_is_in_the_audit);
    ADD(the_hub_puts_records_of_its_own_and_asks_nothing);
    return g_test_run();
}
