/* The table of rights, and what an owner believes about a person.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/password.h"
#include "common/people.h"
#include "common/statement.h"

#define S      ((int64_t)G_USEC_PER_SEC)
#define NOW    ((int64_t)1700000000 * S)
#define MONO   (1000 * S)
#define PORTAL "portal"

/* ---- the table ---- */

static void
check_members(VicuRightsKind kind, const ProtobufCMessageDescriptor *type)
{
    size_t members = 0, rows = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        if ((type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
            continue;
        members++;
        if (vicu_rights_find(kind, type->fields[i].name) == NULL)
            g_error("%s.%s has no row in proto/rights.csv: nobody may it", type->name,
                    type->fields[i].name);
    }
    for (size_t i = 0; i < vicu_rights_n; i++)
        rows += vicu_rights_table[i].kind == kind;
    g_assert_cmpuint(rows, ==, members);
}

static void
has_a_row_for_every_act_of_the_contract_and_no_other(void)
{
    check_members(VICU_RIGHTS_COMMAND, &vicu__command__descriptor);
    check_members(VICU_RIGHTS_QUERY, &vicu__query__descriptor);
    check_members(VICU_RIGHTS_PEOPLE, &vicu__people_ask__descriptor);
}

/* proto/rights.csv read anew, by nothing but blanks and commas. */
static void
says_what_the_file_says_in_every_cell(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "proto", "rights.csv", NULL);
    g_autofree char *text = NULL;
    size_t cells = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) line = g_strsplit(g_strstrip(text), "\n", -1);
    g_auto(GStrv) head = g_strsplit(line[0], ",", -1);
    for (size_t i = 1; line[i] != NULL; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        const VicuRightsRow *row = NULL;
        for (int kind = 0; kind < VICU_N_RIGHTS_KINDS; kind++)
            if (strcmp(cell[0], vicu_rights_kind_name((VicuRightsKind)kind)) == 0)
                row = vicu_rights_find((VicuRightsKind)kind, cell[1]);
        g_assert_nonnull(row);
        for (int role = 0; role < VICU_N_ROLES; role++) {
            g_assert_cmpstr(head[2 + role], ==, vicu_role_name((VicuRole)role));
            bool all = strcmp(cell[2 + role], "all") == 0;
            bool own = all || strcmp(cell[2 + role], "own") == 0;
            g_assert_cmpint(vicu_rights_may(row, (VicuRole)role, true), ==, own);
            g_assert_cmpint(vicu_rights_may(row, (VicuRole)role, false), ==, all);
            cells += 2;
        }
    }
    g_assert_cmpuint(cells, ==, vicu_rights_n * VICU_N_ROLES * 2);
    g_test_message("%zu cells", cells);
}

static void
denies_what_it_does_not_know(void)
{
    const VicuRightsRow *ack = vicu_rights_find(VICU_RIGHTS_COMMAND, "ack");

    g_assert_false(vicu_rights_may(NULL, VICU_ROLE_INTENSIVIST, true));
    g_assert_false(vicu_rights_may(ack, VICU_N_ROLES, true));
    g_assert_false(vicu_rights_may(ack, (VicuRole)-1, true));
    g_assert_null(vicu_rights_find(VICU_RIGHTS_COMMAND, "samples"));
    g_assert_cmpint(vicu_role_from_name("root"), ==, VICU_N_ROLES);
    Vicu__Command none = VICU__COMMAND__INIT;
    g_assert_null(vicu_rights_of_command(&none));
    none.what_case = (Vicu__Command__WhatCase)79;
    g_assert_null(vicu_rights_of_command(&none));
}

static void
knows_places_and_what_lies_in_them(void)
{
    g_assert_true(vicu_rights_covers("*", ""));
    g_assert_true(vicu_rights_covers("*", "demo/icu/1"));
    g_assert_true(vicu_rights_covers("demo", "demo/icu/1"));
    g_assert_true(vicu_rights_covers("demo/icu", "demo/icu/1"));
    g_assert_true(vicu_rights_covers("demo/icu", "demo/icu"));
    g_assert_false(vicu_rights_covers("demo/icu", "demo/icu2/1"));
    g_assert_false(vicu_rights_covers("demo/icu", "demo"));
    g_assert_false(vicu_rights_covers("demo/icu", ""));
    g_assert_false(vicu_rights_covers("", "demo/icu/1"));
    g_assert_false(vicu_rights_covers("", ""));
    static const char *const good[] = {"*", "demo", "demo/icu", "a-b_c/D9"};
    static const char *const bad[] = {"",           "/",     "demo/", "/icu",
                                      "demo/icu/1", "de mo", "**",    "demo//icu"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(vicu_rights_is_scope(good[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(vicu_rights_is_scope(bad[i]));
    g_assert_false(vicu_rights_is_scope(NULL));
}

/* ---- a store that signs ---- */

typedef struct {
    uint8_t public_key[VICU_STATEMENT_PUBLIC], secret_key[VICU_STATEMENT_SECRET];
    VicuPeople *people;
} World;

static uint8_t session_a[16] = {1}, session_b[16] = {2};

static void
world_open(World *w)
{
    vicu_statement_key(w->public_key, w->secret_key);
    w->people = vicu_people_new();
}

static void
tell_list(World *w, uint64_t serial, const uint8_t *session, int64_t mono_us)
{
    Vicu__PeopleList list = VICU__PEOPLE_LIST__INIT;
    Vicu__PeopleRow row = VICU__PEOPLE_ROW__INIT;
    ProtobufCBinaryData one = {16, (uint8_t *)session};
    g_autoptr(GError) error = NULL;
    bool changed = false;

    list.serial = serial;
    list.accounts = true;
    list.session = &one;
    list.n_session = session != NULL;
    g_autoptr(GBytes) packed = vicu_statement_sign(VICU_STATEMENT_LIST, &list.base, w->secret_key);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    g_autoptr(Vicu__PeopleSigned) body = vicu_wire_unpack_people_signed(data, size, NULL);
    row.what_case = VICU__PEOPLE_ROW__WHAT_LIVE;
    row.live = body;
    row.public_key.data = w->public_key;
    row.public_key.len = sizeof w->public_key;
    g_assert_true(vicu_people_take(w->people, &row, mono_us, &changed, &error));
    g_assert_no_error(error);
    g_assert_true(changed);
}

static void
statement_of(Vicu__PeopleStatement *s, uint8_t *session, uint64_t serial)
{
    vicu__people_statement__init(s);
    s->account = (char *)"ada";
    s->key = (char *)PORTAL;
    s->session.data = session;
    s->session.len = 16;
    s->serial = serial;
    s->issued_us = NOW;
    s->fresh_until_us = NOW + VICU_PEOPLE_PROOF_US;
    s->until_us = NOW + 3600 * S;
}

static GBytes *
sign(World *w, const Vicu__PeopleStatement *s)
{
    return vicu_statement_sign(VICU_STATEMENT_KIND, &s->base, w->secret_key);
}

/* NULL: believed. */
static const char *
judge(World *w, GBytes *proof, const char *key, int64_t now_us, int64_t mono_us)
{
    ProtobufCBinaryData data;
    const char *why = NULL;

    data.data = (uint8_t *)g_bytes_get_data(proof, &data.len);
    g_autoptr(Vicu__PeopleStatement) who =
        vicu_people_check(w->people, &data, key, now_us, mono_us, &why);
    g_assert_true((who == NULL) == (why != NULL));
    return why;
}

static void
believes_a_session_until_it_is_no_longer_listed(void)
{
    World w;
    Vicu__PeopleStatement s;

    world_open(&w);
    statement_of(&s, session_a, 7);
    g_autoptr(GBytes) proof = sign(&w, &s);
    g_assert_nonnull(judge(&w, proof, PORTAL, NOW, MONO)); /* no list yet */
    tell_list(&w, 7, session_a, MONO);
    g_assert_null(judge(&w, proof, PORTAL, NOW, MONO));
    tell_list(&w, 8, session_b, MONO);
    g_assert_cmpstr(judge(&w, proof, PORTAL, NOW, MONO), ==,
                    "the session has ended: sign in again");
    /* Signed in after our list was made. */
    statement_of(&s, session_a, 9);
    g_autoptr(GBytes) newer = sign(&w, &s);
    g_assert_null(judge(&w, newer, PORTAL, NOW, MONO));
    tell_list(&w, 9, NULL, MONO);
    g_assert_nonnull(judge(&w, newer, PORTAL, NOW, MONO));
    vicu_people_free(w.people);
}

static void
refuses_what_is_stolen_forged_old_or_of_the_future(void)
{
    World w, other;
    Vicu__PeopleStatement s;

    world_open(&w);
    world_open(&other);
    tell_list(&w, 7, session_a, MONO);
    statement_of(&s, session_a, 7);
    g_autoptr(GBytes) right = sign(&w, &s);
    g_assert_null(judge(&w, right, PORTAL, NOW, MONO));
    g_assert_nonnull(judge(&w, right, "dashboard", NOW, MONO)); /* through another key */
    g_autoptr(GBytes) forged = sign(&other, &s);
    g_assert_nonnull(judge(&w, forged, PORTAL, NOW, MONO));
    /* Each byte of it counts. */
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data(right, &size);
    for (gsize i = 0; i < size; i++) {
        g_autofree uint8_t *bad = g_memdup2(data, size);
        bad[i] ^= 1;
        g_autoptr(GBytes) bytes = g_bytes_new(bad, size);
        g_assert_nonnull(judge(&w, bytes, PORTAL, NOW, MONO));
    }
    /* What is signed as a list is no statement. */
    g_autoptr(GBytes) list = vicu_statement_sign(VICU_STATEMENT_LIST, &s.base, w.secret_key);
    g_assert_nonnull(judge(&w, list, PORTAL, NOW, MONO));
    s.issued_us = NOW + 10 * S;
    g_autoptr(GBytes) future = sign(&w, &s);
    g_assert_nonnull(judge(&w, future, PORTAL, NOW, MONO));
    s.session.len = 0;
    s.issued_us = NOW;
    g_autoptr(GBytes) nameless = sign(&w, &s);
    g_assert_nonnull(judge(&w, nameless, PORTAL, NOW, MONO));
    vicu_people_free(w.people);
    vicu_people_free(other.people);
}

static void
lets_care_go_on_while_the_store_is_away(void)
{
    World w;
    Vicu__PeopleStatement s;
    int64_t later = 10 * 60 * S;

    world_open(&w);
    tell_list(&w, 7, session_a, MONO);
    statement_of(&s, session_a, 7);
    g_autoptr(GBytes) proof = sign(&w, &s);
    /* The store answers, and the proof was not renewed. */
    tell_list(&w, 8, session_a, MONO + later);
    g_assert_nonnull(judge(&w, proof, PORTAL, NOW + later, MONO + later));
    /* The store is away: the same proof goes on, until the session's own end. */
    g_assert_null(judge(&w, proof, PORTAL, NOW + later, MONO + later + 6 * S));
    g_assert_nonnull(judge(&w, proof, PORTAL, NOW + 3600 * S, MONO + 3600 * S));
    /* A restart of the owner loses nothing of it. */
    g_autoptr(GBytes) saved = vicu_people_save(w.people);
    gsize size = 0;
    const uint8_t *data = g_bytes_get_data(saved, &size);
    VicuPeople *before = w.people;
    w.people = vicu_people_new();
    g_assert_true(vicu_people_load(w.people, data, size));
    g_assert_true(vicu_people_has_accounts(w.people));
    g_assert_false(vicu_people_is_fresh(w.people, MONO));
    g_assert_null(judge(&w, proof, PORTAL, NOW + later, MONO));
    for (gsize i = 0; i < size; i++) {
        g_autofree uint8_t *bad = g_memdup2(data, size);
        g_autoptr(VicuPeople) fresh = vicu_people_new();
        bad[i] ^= 1;
        g_assert_false(vicu_people_load(fresh, bad, size));
        g_assert_cmpuint(vicu_people_serial(fresh), ==, 0);
    }
    vicu_people_free(before);
    vicu_people_free(w.people);
}

static void
takes_the_persons_own_role_before_the_broken_glass(void)
{
    Vicu__PeopleStatement s;
    Vicu__PeopleGrant bedside = VICU__PEOPLE_GRANT__INIT, lie = VICU__PEOPLE_GRANT__INIT;
    Vicu__PeopleGrant *grants[] = {&lie, &bedside};
    const VicuRightsRow *ack = vicu_rights_find(VICU_RIGHTS_COMMAND, "ack");
    const char *own[] = {"demo/icu/1"}, *both[] = {"demo/icu/1", "annex/icu/1"};
    VicuRole as = VICU_N_ROLES;

    statement_of(&s, session_a, 7);
    bedside.role = (char *)"bedside";
    bedside.scope = (char *)"demo/icu";
    lie.role = (char *)"glass"; /* no account has it */
    lie.scope = (char *)"*";
    s.grant = grants;
    s.n_grant = 2;
    g_assert_true(vicu_person_may(&s, ack, own, 1, NOW, &as));
    g_assert_cmpint(as, ==, VICU_ROLE_BEDSIDE);
    g_assert_false(vicu_person_may(&s, ack, both, 2, NOW, &as)); /* all of the places */
    g_assert_false(vicu_person_may(&s, ack, NULL, 0, NOW, &as));
    s.glass_until_us = NOW + S;
    g_assert_true(vicu_person_may(&s, ack, both, 2, NOW, &as));
    g_assert_cmpint(as, ==, VICU_ROLE_GLASS);
    g_assert_true(vicu_person_may(&s, ack, own, 1, NOW, &as));
    g_assert_cmpint(as, ==, VICU_ROLE_BEDSIDE);
    g_assert_false(vicu_person_may(&s, ack, both, 2, NOW + S, &as)); /* over */
    g_assert_false(vicu_person_may(&s, NULL, own, 1, NOW, &as));
}

/* ---- passwords and forms ---- */

static void
hashes_with_argon2id_64_mib_and_2_passes(void)
{
    char hash[VICU_PASSWORD_HASH_MAX], again[VICU_PASSWORD_HASH_MAX];

    g_assert_true(vicu_password_hash("correct horse battery", hash));
    g_assert_true(g_str_has_prefix(hash, "$argon2id$v=19$m=65536,t=2,p=1$"));
    g_assert_true(vicu_password_is("correct horse battery", hash));
    g_assert_false(vicu_password_is("correct horse batterz", hash));
    g_assert_false(vicu_password_is("", hash));
    g_assert_false(vicu_password_is("correct horse battery", ""));
    g_assert_true(vicu_password_hash("correct horse battery", again));
    g_assert_cmpstr(hash, !=, again);
}

static void
refuses_passwords_that_are_none(void)
{
    static const char *const bad[] = {"", "short", "aaaaaaaaaaaaaaaaa", "ADA.LOVELACE.1",
                                      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(vicu_password_fits(bad[i], "ada.lovelace.1", &error));
        g_assert_nonnull(error);
        if (strlen(bad[i]) > 0)
            g_assert_null(strstr(error->message, bad[i])); /* no secret in a message */
    }
    g_autofree char *longest = g_strnfill(128, 'x');
    longest[3] = 'y';
    g_assert_true(vicu_password_fits(longest, "ada", NULL));
    g_autofree char *longer = g_strconcat(longest, "y", NULL);
    g_assert_false(vicu_password_fits(longer, "ada", NULL));
    g_assert_true(vicu_password_fits("zwölf Bytes!", "ada", NULL));
}

static void
ties_a_form_to_its_session(void)
{
    uint8_t a[VICU_PEOPLE_TOKEN] = {1}, b[VICU_PEOPLE_TOKEN] = {2};
    char csrf[VICU_PEOPLE_CSRF];

    vicu_people_csrf(a, csrf);
    g_assert_cmpuint(strlen(csrf), ==, 64);
    g_assert_true(vicu_people_csrf_is(a, csrf));
    g_assert_false(vicu_people_csrf_is(b, csrf));
    g_assert_false(vicu_people_csrf_is(a, NULL));
    g_assert_false(vicu_people_csrf_is(a, ""));
    csrf[63] = csrf[63] == '0' ? '1' : '0';
    g_assert_false(vicu_people_csrf_is(a, csrf));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/common/people/" #name, name)
    TEST(has_a_row_for_every_act_of_the_contract_and_no_other);
    TEST(says_what_the_file_says_in_every_cell);
    TEST(denies_what_it_does_not_know);
    TEST(knows_places_and_what_lies_in_them);
    TEST(believes_a_session_until_it_is_no_longer_listed);
    TEST(refuses_what_is_stolen_forged_old_or_of_the_future);
    TEST(lets_care_go_on_while_the_store_is_away);
    TEST(takes_the_persons_own_role_before_the_broken_glass);
    TEST(hashes_with_argon2id_64_mib_and_2_passes);
    TEST(refuses_passwords_that_are_none);
    TEST(ties_a_form_to_its_session);
#undef TEST
    return g_test_run();
}
