/* Every cell of the table of rights that is a question, through the store's real socket: accounts
 * that were made and signed in there, their proofs, and what the service answers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "common/people-client.h"
#include "common/query.h"
#include "store/service.h"
#include "tests/store/make.h"

#define PATIENCE_US (20 * SECOND)
#define WORD        "a sentence of mine"
#define OWN         "demo/icu/1"
#define OTHER       "annex/icu/1"

enum { STORE, OPERATOR, PORTAL, DASHBOARD, N_KEYS };

static const char *const names[N_KEYS] = {"store", "operator", "portal", "dashboard"};

typedef struct {
    Ward ward;
    char *dir;
    VicuRoot *root;
    VicuKeys *keys[N_KEYS];
    VicuContext *context[N_KEYS];
    VicuSocket *socket;
    StoreService *service;
    StorePeopleDesk *desk;
    VicuQueryClient *query[N_KEYS];
    VicuPeopleClient *people[N_KEYS];
    /* the last answer about people */
    gboolean answered;
    char *error;
    GBytes *secret, *token, *proof;
} World;

/* ---- the store's side ---- */

static bool
settle(gpointer user)
{
    ward_commit(&((World *)user)->ward);
    store_service_committed(((World *)user)->service);
    return true;
}

static gboolean
commit(gpointer user)
{
    settle(user);
    return G_SOURCE_REMOVE;
}

static void
want_sync(bool waits, gpointer user)
{
    if (waits)
        g_idle_add(commit, user);
}

static StoreNow
now(gpointer user)
{
    World *world = user;

    ward_pass(&world->ward, 1);
    return world->ward.now;
}

static void
failed(GError *error, gpointer user)
{
    (void)user;
    g_error("%s", error->message);
}

static void
open_service(World *world)
{
    static const StoreServiceOps ops = {
        .settle = settle, .want_sync = want_sync, .now = now, .failed = failed};
    static const StorePeopleDeskOps desk_ops = {want_sync, now, failed, NULL};
    static const StoreServiceSettings settings = {8, 64, PATIENCE_US};
    static const StorePeopleSettings people = {15 * MINUTE, HOUR, 12 * HOUR};
    VicuSocketOptions options = {VICU_SOCKET_ROUTER, "query", 1000, 1000};
    g_autofree char *endpoint = vicu_root_endpoint(world->root, "store-query");
    g_autoptr(GError) error = NULL;

    world->socket = vicu_socket_new(world->context[STORE], &options, &error);
    g_assert_no_error(error);
    g_assert_true(vicu_socket_bind(world->socket, endpoint, &error));
    world->service = store_service_new(world->socket, NULL, &settings, &ops, world);
    world->desk = store_people_desk_new(world->ward.head, world->ward.dir, NULL, &people, &desk_ops,
                                        world, &error);
    g_assert_no_error(error);
    store_service_set_people(world->service, world->desk, "operator");
    store_service_set_head(world->service, world->ward.head, NULL);
}

static void
world_open(World *world)
{
    g_autoptr(GError) error = NULL;

    *world = (World){0};
    ward_open(&world->ward);
    world->dir = make_folder();
    world->root = vicu_root_new(world->dir, &error);
    g_assert_no_error(error);
    g_assert_true(vicu_root_make(world->root, &error));
    for (int i = 0; i < N_KEYS; i++)
        g_assert_true(vicu_keys_make(world->root->keys, names[i], names[i], &error));
    for (int i = 0; i < N_KEYS; i++) {
        world->keys[i] = vicu_keys_open(world->root->keys, names[i], &error);
        world->context[i] = vicu_context_new(world->keys[i], NULL, &error);
        g_assert_no_error(error);
    }
    open_service(world);
    g_autofree char *endpoint = vicu_root_endpoint(world->root, "store-query");
    for (int i = OPERATOR; i < N_KEYS; i++) {
        world->query[i] = vicu_query_client_new(world->context[i], endpoint, "store", "", &error);
        world->people[i] = vicu_people_client_new(world->context[i], world->root, &error);
        g_assert_no_error(error);
        while (!vicu_query_is_connected(world->query[i]))
            g_main_context_iteration(NULL, TRUE);
    }
}

static void
clear_answer(World *world)
{
    world->answered = FALSE;
    g_clear_pointer(&world->error, g_free);
    g_clear_pointer(&world->secret, g_bytes_unref);
    g_clear_pointer(&world->token, g_bytes_unref);
    g_clear_pointer(&world->proof, g_bytes_unref);
}

static void
world_close(World *world)
{
    gboolean never = FALSE;

    clear_answer(world);
    vicu_context_run_until(world->context[OPERATOR], &never, SECOND / 20);
    for (int i = OPERATOR; i < N_KEYS; i++) {
        vicu_query_client_free(world->query[i]);
        vicu_people_client_free(world->people[i]);
    }
    store_service_free(world->service);
    store_people_desk_free(world->desk);
    vicu_socket_free(world->socket);
    for (int i = N_KEYS - 1; i >= 0; i--) {
        vicu_context_free(world->context[i]);
        vicu_keys_free(world->keys[i]);
    }
    vicu_root_free(world->root);
    ward_close(&world->ward);
    remove_folder(world->dir);
    g_free(world->dir);
}

/* ---- people ---- */

static void
on_people(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    World *world = user;

    world->answered = TRUE;
    world->error = error != NULL ? g_strdup(error->message) : NULL;
    if (n == 0)
        return;
    if (rows[0]->what_case == VICU__PEOPLE_ROW__WHAT_INVITED)
        world->secret = g_bytes_new(rows[0]->invited->secret.data, rows[0]->invited->secret.len);
    if (rows[0]->what_case == VICU__PEOPLE_ROW__WHAT_GRANTED) {
        world->token = g_bytes_new(rows[0]->granted->token.data, rows[0]->granted->token.len);
        world->proof = g_bytes_new(rows[0]->granted->proof.data, rows[0]->granted->proof.len);
    }
}

static void
wait(World *world)
{
    while (!world->answered)
        g_main_context_iteration(NULL, TRUE);
}

static void
ask(World *world, int key, const Vicu__PeopleAsk *question)
{
    clear_answer(world);
    vicu_people_client_ask(world->people[key], question, on_people, world);
    wait(world);
}

static void
make_account(World *world, const char *id, const char *role, const char *scope)
{
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT, b = VICU__PEOPLE_ASK__INIT;
    Vicu__PeoplePutAccount put = VICU__PEOPLE_PUT_ACCOUNT__INIT;
    Vicu__PeopleInvite invite = VICU__PEOPLE_INVITE__INIT;
    Vicu__PeopleGrant grant = VICU__PEOPLE_GRANT__INIT, *grants[] = {&grant};

    put.account = invite.account = (char *)id;
    put.make = put.set_grant = true;
    grant.role = (char *)role;
    grant.scope = (char *)scope;
    put.grant = grants;
    put.n_grant = 1;
    a.what_case = VICU__PEOPLE_ASK__WHAT_PUT_ACCOUNT;
    a.put_account = &put;
    ask(world, OPERATOR, &a);
    g_assert_null(world->error);
    b.what_case = VICU__PEOPLE_ASK__WHAT_INVITE;
    b.invite = &invite;
    ask(world, OPERATOR, &b);
    g_assert_null(world->error);
}

/* Through @key: world->token and ->proof. */
static void
sign_in_by(World *world, int key, const char *id, const char *role, const char *scope)
{
    make_account(world, id, role, scope);
    g_autoptr(GBytes) secret = g_bytes_ref(world->secret);
    clear_answer(world);
    vicu_people_enrol(world->people[key], secret, WORD, "10.0.0.1", on_people, world);
    wait(world);
    g_assert_null(world->error);
    g_assert_cmpuint(g_bytes_get_size(world->token), ==, 32);
}

static void
sign_in(World *world, const char *id, const char *role, const char *scope)
{
    sign_in_by(world, PORTAL, id, role, scope);
}

/* ---- questions ---- */

typedef struct {
    Vicu__Query query;
    Vicu__QueryStreams streams;
    Vicu__QuerySamples samples;
    Vicu__QueryNumerics numerics;
    Vicu__QueryColumns columns;
    Vicu__QueryTrend trend;
    Vicu__QueryEvents events;
    Vicu__QuerySymbols symbols;
    Vicu__QueryGaps gaps;
    Vicu__QueryUnmapped unmapped;
    Vicu__QueryAudit audit;
    Vicu__QueryWatermarks watermarks;
    Vicu__QueryBatches batches;
    Vicu__QueryCheckpoint checkpoint;
    Vicu__QueryAlive alive;
    Vicu__PutAudit put_audit;
    Vicu__QueryLedger ledger;
    Vicu__QueryLedgerProof ledger_proof;
    Vicu__PutCosignature put_cosignature;
    Vicu__SetRetention set_retention;
    Vicu__PeopleAsk people;
    Vicu__PeopleLive live;
    char *beds[1];
} Question;

#define BED(body, type)                                                                            \
    do {                                                                                           \
        vicu__query_##type##__init(&q->body);                                                      \
        q->body.bed = (char *)bed;                                                                 \
    } while (0)
#define TIME(body)                                                                                 \
    do {                                                                                           \
        q->body.from_us = T0_US - HOUR;                                                            \
        q->body.to_us = T0_US + HOUR;                                                              \
    } while (0)

static void
fill(Question *q, const char *name, const char *bed)
{
    const ProtobufCMessageDescriptor *type = &vicu__query__descriptor;

    memset(q, 0, sizeof *q);
    vicu__query__init(&q->query);
    for (unsigned i = 0; i < type->n_fields; i++)
        if (strcmp(type->fields[i].name, name) == 0)
            q->query.what_case = (Vicu__Query__WhatCase)type->fields[i].id;
    BED(streams, streams);
    BED(samples, samples);
    BED(numerics, numerics);
    BED(columns, columns);
    BED(events, events);
    BED(symbols, symbols);
    BED(gaps, gaps);
    BED(unmapped, unmapped);
    TIME(samples);
    TIME(numerics);
    TIME(columns);
    TIME(events);
    TIME(symbols);
    TIME(gaps);
    TIME(unmapped);
    vicu__query_trend__init(&q->trend);
    TIME(trend);
    q->beds[0] = (char *)bed;
    q->trend.bed = q->beds;
    q->trend.n_bed = 1;
    q->trend.columns = q->columns.columns = 10;
    vicu__query_audit__init(&q->audit);
    TIME(audit);
    vicu__query_watermarks__init(&q->watermarks);
    vicu__query_batches__init(&q->batches);
    vicu__query_checkpoint__init(&q->checkpoint);
    vicu__query_alive__init(&q->alive);
    vicu__put_audit__init(&q->put_audit);
    vicu__query_ledger__init(&q->ledger);
    q->ledger.entries = true;
    vicu__query_ledger_proof__init(&q->ledger_proof);
    vicu__put_cosignature__init(&q->put_cosignature);
    vicu__set_retention__init(&q->set_retention);
    q->set_retention.key = q->set_retention.text = (char *)"7d";
    vicu__people_ask__init(&q->people);
    vicu__people_live__init(&q->live);
    q->people.what_case = VICU__PEOPLE_ASK__WHAT_LIVE;
    q->people.live = &q->live;
    bool given = false;
#define GIVE(field, body)                                                                          \
    do {                                                                                           \
        if (strcmp(name, #field) != 0)                                                             \
            break;                                                                                 \
        q->query.field = &body;                                                                    \
        given = true;                                                                              \
    } while (0)
    GIVE(streams, q->streams);
    GIVE(samples, q->samples);
    GIVE(numerics, q->numerics);
    GIVE(columns, q->columns);
    GIVE(trend, q->trend);
    GIVE(events, q->events);
    GIVE(symbols, q->symbols);
    GIVE(gaps, q->gaps);
    GIVE(unmapped, q->unmapped);
    GIVE(audit, q->audit);
    GIVE(watermarks, q->watermarks);
    GIVE(batches, q->batches);
    GIVE(checkpoint, q->checkpoint);
    GIVE(alive, q->alive);
    GIVE(put_audit, q->put_audit);
    GIVE(ledger, q->ledger);
    GIVE(ledger_proof, q->ledger_proof);
    GIVE(put_cosignature, q->put_cosignature);
    GIVE(set_retention, q->set_retention);
    GIVE(people, q->people);
#undef GIVE
    if (!given)
        g_error("query.%s: this test does not know how to ask it", name);
}

static bool
has_bed(const char *name)
{
    static const char *const without[] = {
        "audit",     "watermarks", "batches",      "checkpoint",      "alive",         "people",
        "put_audit", "ledger",     "ledger_proof", "put_cosignature", "set_retention", NULL};
    return !g_strv_contains(without, name);
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    (void)rows;
    (void)error;
    (void)user;
}

/* NULL: answered, or refused for another reason than the right to ask. Caller frees. */
static char *
denied_as(World *world, int key, const char *name, const char *bed, GBytes *proof, bool counted)
{
    Question q;
    g_autoptr(GError) error = NULL;

    fill(&q, name, bed);
    q.query.counted = counted;
    if (proof != NULL)
        q.query.proof.data = (uint8_t *)g_bytes_get_data(proof, &q.query.proof.len);
    vicu_query_wait(world->query[key], &q.query, "", PATIENCE_US, on_rows, world, &error);
    if (error != NULL
        && (strstr(error->message, "may not ask") || strstr(error->message, "sign in")
            || strstr(error->message, "for the role operator only")))
        return g_strdup(error->message);
    return NULL;
}

static char *
denied(World *world, int key, const char *name, const char *bed, GBytes *proof)
{
    return denied_as(world, key, name, bed, proof, false);
}

/* Its own path: a record is the key's that puts it, and no person's. */
static bool
is_of_the_key(const char *name)
{
    return strcmp(name, "put_audit") == 0 || strcmp(name, "people") == 0
           || strcmp(name, "put_cosignature") == 0;
}

static unsigned
visit_role(World *world, VicuRole role)
{
    unsigned cells = 0;
    bool glass = role == VICU_ROLE_GLASS;
    const char *of = glass ? "administrator" : vicu_role_name(role);
    VicuRole base = vicu_role_from_name(of);
    g_autofree char *near = g_strdup_printf("%s-near", vicu_role_name(role));
    g_autofree char *all = g_strdup_printf("%s-all", vicu_role_name(role));

    sign_in(world, near, of, "demo/icu");
    g_autoptr(GBytes) near_token = g_bytes_ref(world->token);
    if (glass) {
        clear_answer(world);
        vicu_people_break_glass(world->people[PORTAL], near_token, "a reason", on_people, world);
        wait(world);
        g_assert_null(world->error);
    }
    g_autoptr(GBytes) near_proof = g_bytes_ref(world->proof);
    sign_in(world, all, of, "*");
    g_autoptr(GBytes) all_proof = g_bytes_ref(world->proof);
    for (size_t i = 0; i < vicu_rights_n; i++) {
        const VicuRightsRow *row = &vicu_rights_table[i];
        if (row->kind != VICU_RIGHTS_QUERY)
            continue;
        for (int own = 0; own < 2; own++, cells++) {
            /* What has no bed is of the whole installation: own where the role is for all of it. */
            GBytes *proof = !has_bed(row->name) && own && !glass ? all_proof : near_proof;
            bool is_own = own && (has_bed(row->name) || !glass);
            bool expected = is_of_the_key(row->name) || vicu_rights_may(row, base, is_own)
                            || (glass && vicu_rights_may(row, role, is_own));
            g_autofree char *why = denied(world, PORTAL, row->name, own ? OWN : OTHER, proof);
            if ((why == NULL) != expected)
                g_error("query.%s by %s in %s unit: the table says %s, the store: %s", row->name,
                        vicu_role_name(role), own ? "own" : "another", expected ? "may" : "may not",
                        why != NULL ? why : "answered");
        }
    }
    return cells;
}

static void
answers_what_the_table_says_in_every_cell(void)
{
    World world;
    unsigned cells = 0, rows = 0;

    world_open(&world);
    for (int role = 0; role < VICU_N_ROLES; role++)
        cells += visit_role(&world, (VicuRole)role);
    for (size_t i = 0; i < vicu_rights_n; i++)
        rows += vicu_rights_table[i].kind == VICU_RIGHTS_QUERY;
    g_assert_cmpuint(cells, ==, rows * VICU_N_ROLES * 2);
    g_test_message("%u cells", cells);
    world_close(&world);
}

static void
answers_keys_alone_as_before_until_somebody_can_sign_in(void)
{
    World world;

    world_open(&world);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < vicu_rights_n; i++) {
            const VicuRightsRow *row = &vicu_rights_table[i];
            if (row->kind != VICU_RIGHTS_QUERY)
                continue;
            for (int key = OPERATOR; key < N_KEYS; key++) {
                bool expected = pass == 0 || row->key || key == OPERATOR;
                if (strcmp(row->name, "checkpoint") == 0 || strcmp(row->name, "set_retention") == 0)
                    expected = key == OPERATOR; /* a copy of everything; what ends for ever */
                g_autofree char *why = denied(&world, key, row->name, OWN, NULL);
                if ((why == NULL) != expected)
                    g_error("query.%s by the key %s: %s", row->name, names[key],
                            why != NULL ? why : "answered");
            }
        }
        if (pass == 0)
            sign_in(&world, "ada", "bedside", "demo/icu");
    }
    world_close(&world);
}

/* An administrator sees no patient; what the portal counts for a report of the own units is told to
 * the portal, and to nobody else. */
static void
tells_the_portal_what_it_counts_for_an_administrator(void)
{
    static const char *const counted[] = {"streams", "events", "gaps", NULL};
    World world;

    world_open(&world);
    sign_in(&world, "adm", "administrator", "demo/icu");
    g_autoptr(GBytes) proof = g_bytes_ref(world.proof);
    sign_in_by(&world, DASHBOARD, "other", "administrator", "demo/icu");
    g_autoptr(GBytes) station = g_bytes_ref(world.proof);
    for (size_t i = 0; i < vicu_rights_n; i++) {
        const VicuRightsRow *row = &vicu_rights_table[i];
        if (row->kind != VICU_RIGHTS_QUERY || !has_bed(row->name))
            continue;
        bool expected = g_strv_contains(counted, row->name);
        g_autofree char *shown = denied(&world, PORTAL, row->name, OWN, proof);
        g_autofree char *own = denied_as(&world, PORTAL, row->name, OWN, proof, true);
        g_autofree char *other = denied_as(&world, PORTAL, row->name, OTHER, proof, true);
        g_autofree char *all = denied_as(&world, PORTAL, row->name, "", proof, true);
        g_autofree char *at = denied_as(&world, DASHBOARD, row->name, OWN, station, true);
        if (shown == NULL || other == NULL || at == NULL || (own == NULL) != expected
            || (expected && all == NULL))
            g_error("query.%s: %s; counted: %s; of another unit: %s; of all: %s; at a station: %s",
                    row->name, shown, own, other, all, at);
    }
    world_close(&world);
}

static void
refuses_proofs_that_are_stolen_or_over(void)
{
    World world;

    world_open(&world);
    sign_in(&world, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) proof = g_bytes_ref(world.proof);
    g_autoptr(GBytes) token = g_bytes_ref(world.token);
    g_autofree char *right = denied(&world, PORTAL, "streams", OWN, proof);
    g_assert_null(right);
    g_autofree char *stolen = denied(&world, DASHBOARD, "streams", OWN, proof);
    g_assert_nonnull(stolen);
    g_autoptr(GBytes) noise = g_bytes_new("no proof at all", 15);
    g_autofree char *forged = denied(&world, PORTAL, "streams", OWN, noise);
    g_assert_null(forged); /* not for want of a right: it is no proof */
    clear_answer(&world);
    vicu_people_logout(world.people[PORTAL], token, on_people, &world);
    wait(&world);
    g_assert_null(world.error);
    g_autofree char *over = denied(&world, PORTAL, "streams", OWN, proof);
    g_assert_nonnull(over);
    world_close(&world);
}

static void
keeps_the_book_and_the_key_over_a_restart(void)
{
    World world;
    g_autoptr(GError) error = NULL;
    struct stat st;

    world_open(&world);
    sign_in(&world, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) proof = g_bytes_ref(world.proof);
    g_autofree char *key = g_build_filename(world.ward.dir, "people.key", NULL);
    g_assert_cmpint(g_stat(key, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    /* Nobody had signed in when it began: there was a link, and now there is none. */
    store_people_desk_tick(world.desk);
    g_autofree char *enrol = g_build_filename(world.ward.dir, "enrol", NULL);
    g_assert_false(g_file_test(enrol, G_FILE_TEST_EXISTS));
    static const StorePeopleDeskOps desk_ops = {want_sync, now, failed, NULL};
    static const StorePeopleSettings people = {15 * MINUTE, HOUR, 12 * HOUR};
    ward_commit(&world.ward);
    store_people_desk_free(world.desk);
    world.desk = store_people_desk_new(world.ward.head, world.ward.dir, NULL, &people, &desk_ops,
                                       &world, &error);
    g_assert_no_error(error);
    store_service_set_people(world.service, world.desk, "operator");
    g_autofree char *right = denied(&world, PORTAL, "streams", OWN, proof);
    g_assert_null(right);
    g_autofree char *wrong = denied(&world, PORTAL, "streams", OTHER, proof);
    g_assert_nonnull(wrong);
    /* A key that others can read signs nothing. */
    g_assert_cmpint(g_chmod(key, 0644), ==, 0);
    g_assert_null(store_people_desk_new(world.ward.head, world.ward.dir, NULL, &people, &desk_ops,
                                        &world, &error));
    g_assert_nonnull(strstr(error->message, "chmod 600"));
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/store/rights/" #name, name)
    TEST(answers_what_the_table_says_in_every_cell);
    TEST(answers_keys_alone_as_before_until_somebody_can_sign_in);
    TEST(tells_the_portal_what_it_counts_for_an_administrator);
    TEST(refuses_proofs_that_are_stolen_or_over);
    TEST(keeps_the_book_and_the_key_over_a_restart);
#undef TEST
    return g_test_run();
}
