/* People with time by hand: signing in, sessions, links, administrators, broken glass.
 *
 * Passwords are not hashed here but compared, at once or when the test says so; that they are
 * hashed, and how, is the matter of test-people of common and of the process test.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/people/people.h"

#define S      ((int64_t)G_USEC_PER_SEC)
#define MIN_US (60 * S)
#define NOW    ((int64_t)1700000000 * S)
#define WORD   "a sentence of mine"

typedef struct {
    bool right;
    char *hash;
    StorePeopleHashed done;
    gpointer data;
} Job;

typedef struct {
    StorePeople *people;
    GHashTable *rows; /* "kind key" -> GBytes */
    GPtrArray *audit; /* "what who detail" */
    GQueue jobs;      /* Job, where `later` */
    bool later, full;
    unsigned hashed;
    int64_t t_us;
    /* the last answer */
    unsigned answers;
    char *error;
    GPtrArray *answer; /* Vicu__PeopleRow */
    const char *key, *role;
} World;

/* ---- what people.c wants ---- */

static void
put(StorePeopleKind kind,
    const void *key,
    size_t key_size,
    const void *value,
    size_t size,
    gpointer user)
{
    World *w = user;
    g_autofree char *name = g_base64_encode(key, key_size);
    char *at = g_strdup_printf("%c %s", kind, name);

    if (value != NULL) {
        g_hash_table_replace(w->rows, at, g_bytes_new(value, size));
    } else {
        g_hash_table_remove(w->rows, at);
        g_free(at);
    }
}

static void
audit(Vicu__AuditRecord *record, gpointer user)
{
    World *w = user;
    g_ptr_array_add(w->audit,
                    g_strdup_printf("%s|%s|%d|%s|%s|%s", record->what, record->who, record->person,
                                    record->role, record->why, record->detail));
}

static bool
hash(const char *password,
     const char *known,
     bool is_known,
     StorePeopleHashed done,
     gpointer data,
     gpointer user)
{
    World *w = user;
    g_autofree char *made = g_strconcat("hash of ", password, NULL);

    (void)is_known;
    if (w->full)
        return false;
    w->hashed++;
    Job *job = g_new0(Job, 1);
    *job = (Job){known == NULL || strcmp(known, made) == 0,
                 known == NULL ? g_steal_pointer(&made) : NULL, done, data};
    g_queue_push_tail(&w->jobs, job);
    return true;
}

static void
work(World *w)
{
    Job *job;

    while ((job = g_queue_pop_head(&w->jobs)) != NULL) {
        job->done(job->right, job->hash, job->data);
        g_free(job->hash);
        g_free(job);
    }
}

static StorePeopleTime
now(gpointer user)
{
    World *w = user;
    return (StorePeopleTime){NOW + w->t_us, w->t_us};
}

static const StorePeopleOps ops = {{put}, audit, hash, now};
static const StorePeopleSettings settings = {15 * MIN_US, 12 * 60 * MIN_US, 12 * 60 * MIN_US};

static void
open_people(World *w)
{
    static uint8_t public_key[VICU_STATEMENT_PUBLIC], secret_key[VICU_STATEMENT_SECRET];
    GHashTableIter iter;
    gpointer key, value;

    if (public_key[0] == 0)
        vicu_statement_key(public_key, secret_key);
    w->people = store_people_new(&settings, public_key, secret_key, &ops, w);
    g_hash_table_iter_init(&iter, w->rows);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        gsize size = 0;
        const void *data = g_bytes_get_data(value, &size);
        g_assert_true(store_people_book_load(store_people_book(w->people),
                                             (StorePeopleKind)((char *)key)[0], data, size));
    }
    store_people_begin(w->people, now(w));
}

static void
up(World *w)
{
    memset(w, 0, sizeof *w);
    w->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    w->audit = g_ptr_array_new_with_free_func(g_free);
    w->answer = g_ptr_array_new_with_free_func(vicu_wire_free);
    g_queue_init(&w->jobs);
    w->t_us = 1000 * S;
    w->key = w->role = "portal";
    open_people(w);
}

static void
down(World *w)
{
    store_people_free(w->people);
    g_hash_table_unref(w->rows);
    g_ptr_array_unref(w->audit);
    g_ptr_array_unref(w->answer);
    g_free(w->error);
}

/* ---- asking ---- */

static void
on_answer(Vicu__PeopleRow *const *rows, size_t n, const char *error, gpointer data)
{
    World *w = data;

    w->answers++;
    g_free(w->error);
    w->error = g_strdup(error);
    g_ptr_array_set_size(w->answer, 0);
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GBytes) packed = vicu_wire_pack(&rows[i]->base);
        gsize size = 0;
        const void *bytes = g_bytes_get_data(packed, &size);
        g_ptr_array_add(w->answer, vicu_wire_unpack_people_row(bytes, size, NULL));
    }
}

static bool
ask(World *w, Vicu__PeopleAsk *question, GBytes *token)
{
    StorePeoplePeer peer = {w->key, w->role};
    unsigned before = w->answers;

    if (token != NULL)
        question->token.data = (uint8_t *)g_bytes_get_data(token, &question->token.len);
    store_people_ask(w->people, question, &peer, now(w), on_answer, w);
    if (!w->later)
        work(w);
    g_assert_cmpuint(w->answers, ==, before + (w->later ? 0 : 1));
    return w->error == NULL;
}

static const Vicu__PeopleGranted *
granted(const World *w)
{
    g_assert_cmpuint(w->answer->len, ==, 1);
    const Vicu__PeopleRow *row = w->answer->pdata[0];
    g_assert_cmpint(row->what_case, ==, VICU__PEOPLE_ROW__WHAT_GRANTED);
    return row->granted;
}

static GBytes *
bytes(const ProtobufCBinaryData *data)
{
    return g_bytes_new(data->data, data->len);
}

/* The token; NULL: refused. */
static GBytes *
login(World *w, const char *account, const char *password, const char *from, GBytes *device)
{
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogin l = VICU__PEOPLE_LOGIN__INIT;

    l.account = (char *)account;
    l.password = (char *)password;
    if (device != NULL)
        l.device.data = (uint8_t *)g_bytes_get_data(device, &l.device.len);
    a.from = (char *)from;
    a.what_case = VICU__PEOPLE_ASK__WHAT_LOGIN;
    a.login = &l;
    return ask(w, &a, NULL) ? bytes(&granted(w)->token) : NULL;
}

static bool
check(World *w, GBytes *token, bool idle)
{
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleCheck c = VICU__PEOPLE_CHECK__INIT;

    c.idle = idle;
    a.what_case = VICU__PEOPLE_ASK__WHAT_CHECK;
    a.check = &c;
    return ask(w, &a, token);
}

static bool
put_account(World *w,
            GBytes *token,
            const char *id,
            bool make,
            const char *role,
            const char *scope,
            int state)
{
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeoplePutAccount p = VICU__PEOPLE_PUT_ACCOUNT__INIT;
    Vicu__PeopleGrant g = VICU__PEOPLE_GRANT__INIT, *grants[] = {&g};

    p.account = (char *)id;
    p.name = (char *)"Somebody";
    p.make = make;
    p.set_grant = role != NULL;
    p.n_grant = role != NULL && *role != '\0';
    g.role = (char *)role;
    g.scope = (char *)scope;
    p.grant = grants;
    p.set_state = state >= 0;
    p.state = state >= 0 ? (Vicu__PeopleState)state : VICU__PEOPLE_STATE__PEOPLE_INVITED;
    a.what_case = VICU__PEOPLE_ASK__WHAT_PUT_ACCOUNT;
    a.put_account = &p;
    return ask(w, &a, token);
}

static GBytes *
invite(World *w, GBytes *token, const char *id)
{
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleInvite i = VICU__PEOPLE_INVITE__INIT;

    i.account = (char *)id;
    a.what_case = VICU__PEOPLE_ASK__WHAT_INVITE;
    a.invite = &i;
    if (!ask(w, &a, token))
        return NULL;
    const Vicu__PeopleRow *row = w->answer->pdata[0];
    return bytes(&row->invited->secret);
}

static GBytes *
enrol(World *w, GBytes *secret, const char *password)
{
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleEnrol e = VICU__PEOPLE_ENROL__INIT;

    e.secret.data = (uint8_t *)g_bytes_get_data(secret, &e.secret.len);
    e.password = (char *)password;
    a.what_case = VICU__PEOPLE_ASK__WHAT_ENROL;
    a.enrol = &e;
    return ask(w, &a, NULL) ? bytes(&granted(w)->token) : NULL;
}

/* As the operator's key. */
static void
make_person(World *w, const char *id, const char *role, const char *scope)
{
    const char *key = w->key, *of = w->role;

    w->key = w->role = "operator";
    g_assert_true(put_account(w, NULL, id, true, role, scope, -1));
    g_autoptr(GBytes) link = invite(w, NULL, id);
    g_assert_nonnull(link);
    w->key = key;
    w->role = of;
    g_autoptr(GBytes) token = enrol(w, link, WORD);
    g_assert_nonnull(token);
}

static unsigned
audited(const World *w, const char *words)
{
    unsigned n = 0;

    for (guint i = 0; i < w->audit->len; i++)
        n += strstr(w->audit->pdata[i], words) != NULL;
    return n;
}

static uint64_t
serial(const World *w)
{
    return store_people_book_serial(store_people_book(w->people));
}

/* ---- the first administrator ---- */

static void
makes_one_link_for_the_first_administrator_and_no_password(void)
{
    World w;
    uint8_t secret[STORE_PEOPLE_SECRET], again[STORE_PEOPLE_SECRET];
    int64_t until_us = 0;

    up(&w);
    g_assert_true(store_people_wants_first_link(w.people, now(&w)));
    g_assert_true(store_people_first_link(w.people, secret, &until_us, now(&w)));
    g_assert_cmpint(until_us, ==, NOW + w.t_us + STORE_PEOPLE_LINK_US);
    g_assert_false(store_people_wants_first_link(w.people, now(&w)));
    /* Nothing signs in before it was used. */
    static const char *const guesses[] = {"", "admin", "admin admin admin", "password12345", WORD};
    for (size_t i = 0; i < G_N_ELEMENTS(guesses); i++)
        g_assert_null(login(&w, "admin", guesses[i], "10.0.0.1", NULL));
    w.t_us += 60 * MIN_US;
    /* Another one ends the one before. */
    g_assert_true(store_people_first_link(w.people, again, &until_us, now(&w)));
    g_autoptr(GBytes) old = g_bytes_new(secret, sizeof secret);
    g_autoptr(GBytes) link = g_bytes_new(again, sizeof again);
    g_assert_null(enrol(&w, old, WORD));
    g_assert_null(enrol(&w, link, "short"));
    g_autoptr(GBytes) token = enrol(&w, link, WORD);
    g_assert_nonnull(token);
    g_assert_null(enrol(&w, link, WORD)); /* once */
    g_assert_true(check(&w, token, false));
    g_assert_false(store_people_first_link(w.people, secret, &until_us, now(&w)));
    g_assert_false(store_people_wants_first_link(w.people, now(&w)));
    down(&w);
}

static void
ends_links_by_their_time(void)
{
    World w;
    uint8_t secret[STORE_PEOPLE_SECRET];
    int64_t until_us = 0;

    up(&w);
    g_assert_true(store_people_first_link(w.people, secret, &until_us, now(&w)));
    g_autoptr(GBytes) link = g_bytes_new(secret, sizeof secret);
    w.t_us += STORE_PEOPLE_LINK_US;
    g_assert_null(enrol(&w, link, WORD));
    g_assert_true(store_people_wants_first_link(w.people, now(&w)));
    down(&w);
}

/* ---- sessions ---- */

static void
ends_sessions_that_are_idle_and_those_that_are_old(void)
{
    World w;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) token = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_assert_nonnull(token);
    for (int i = 0; i < 3; i++) {
        w.t_us += 14 * MIN_US;
        g_assert_true(check(&w, token, false));
    }
    w.t_us += 14 * MIN_US;
    g_assert_true(check(&w, token, true)); /* looked at, not used */
    w.t_us += MIN_US;
    g_assert_false(check(&w, token, false));
    store_people_tick(w.people, now(&w));
    g_autoptr(GBytes) other = login(&w, "ada", WORD, "10.0.0.1", NULL);
    for (int i = 0; i < 72 - 1; i++) {
        w.t_us += 10 * MIN_US;
        g_assert_true(check(&w, other, false));
    }
    w.t_us += 10 * MIN_US; /* 12 h */
    g_assert_false(check(&w, other, false));
    down(&w);
}

static void
keeps_sessions_over_a_restart_and_no_token_in_its_rows(void)
{
    World w;
    GHashTableIter iter;
    gpointer value;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) token = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_assert_nonnull(token);
    gsize size = 0;
    const void *secret = g_bytes_get_data(token, &size);
    g_assert_cmpuint(size, ==, 32);
    g_hash_table_iter_init(&iter, w.rows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        gsize row_size = 0;
        const void *row = g_bytes_get_data(value, &row_size);
        g_assert_null(memmem(row, row_size, secret, size));
    }
    uint64_t before = serial(&w);
    store_people_free(w.people);
    open_people(&w);
    g_assert_cmpuint(serial(&w), >=, before);
    g_assert_true(check(&w, token, false));
    down(&w);
}

static void
takes_a_token_through_its_own_key_alone(void)
{
    World w;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) token = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_autoptr(GBytes) proof = bytes(&granted(&w)->proof);
    w.key = w.role = "dashboard";
    g_assert_false(check(&w, token, false));
    const char *why = NULL;
    ProtobufCBinaryData data;
    data.data = (uint8_t *)g_bytes_get_data(proof, &data.len);
    g_assert_null(store_people_who(w.people, &data, "dashboard", now(&w), &why));
    g_assert_nonnull(why);
    g_autoptr(Vicu__PeopleStatement) who =
        store_people_who(w.people, &data, "portal", now(&w), &why);
    g_assert_nonnull(who);
    g_assert_cmpstr(who->account, ==, "ada");
    w.key = w.role = "portal";
    uint8_t guess[32] = {0};
    g_autoptr(GBytes) guessed = g_bytes_new(guess, sizeof guess);
    g_assert_false(check(&w, guessed, false));
    down(&w);
}

/* Fixation: a token that somebody else put into the browser. */
static void
begins_a_session_of_its_own_and_ends_the_one_that_was_shown(void)
{
    World w;

    up(&w);
    make_person(&w, "eve", "bedside", "demo/icu");
    make_person(&w, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) planted = login(&w, "eve", WORD, "10.0.0.9", NULL);
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogin l = VICU__PEOPLE_LOGIN__INIT;
    l.account = (char *)"ada";
    l.password = (char *)WORD;
    l.old_token.data = (uint8_t *)g_bytes_get_data(planted, &l.old_token.len);
    a.what_case = VICU__PEOPLE_ASK__WHAT_LOGIN;
    a.login = &l;
    g_assert_true(ask(&w, &a, NULL));
    g_autoptr(GBytes) fresh = bytes(&granted(&w)->token);
    g_assert_false(g_bytes_equal(fresh, planted));
    g_assert_false(check(&w, planted, false));
    g_assert_true(check(&w, fresh, false));
    down(&w);
}

static void
ends_every_session_where_roles_or_state_change(void)
{
    World w;
    const char *why = NULL;

    up(&w);
    make_person(&w, "ada", "intensivist", "demo");
    g_autoptr(GBytes) token = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_autoptr(GBytes) proof = bytes(&granted(&w)->proof);
    ProtobufCBinaryData data;
    data.data = (uint8_t *)g_bytes_get_data(proof, &data.len);
    uint64_t before = serial(&w);
    w.key = w.role = "operator";
    g_assert_true(put_account(&w, NULL, "ada", false, "bedside", "demo/icu", -1));
    g_assert_cmpuint(serial(&w), >, before);
    w.key = w.role = "portal";
    g_assert_false(check(&w, token, false));
    g_assert_null(store_people_who(w.people, &data, "portal", now(&w), &why));
    g_autoptr(GBytes) again = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_assert_nonnull(again);
    g_assert_cmpstr(granted(&w)->grant[0]->role, ==, "bedside");
    w.key = w.role = "operator";
    g_assert_true(
        put_account(&w, NULL, "ada", false, NULL, NULL, VICU__PEOPLE_STATE__PEOPLE_DISABLED));
    w.key = w.role = "portal";
    g_assert_false(check(&w, again, false));
    g_assert_null(login(&w, "ada", WORD, "10.0.0.1", NULL));
    down(&w);
}

static void
judges_a_hash_by_the_account_as_it_is_then(void)
{
    World w;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    w.later = true;
    login(&w, "ada", WORD, "10.0.0.1", NULL);
    w.later = false;
    w.key = w.role = "operator";
    Job *job = g_queue_pop_head(&w.jobs);
    g_assert_true(
        put_account(&w, NULL, "ada", false, NULL, NULL, VICU__PEOPLE_STATE__PEOPLE_DISABLED));
    job->done(job->right, job->hash, job->data);
    g_free(job->hash);
    g_free(job);
    g_assert_nonnull(w.error);
    StorePeopleFigures figures;
    store_people_figures(w.people, &figures);
    g_assert_cmpuint(figures.sessions, ==, 0);
    down(&w);
}

/* ---- wrong passwords ---- */

static void
holds_up_who_guesses_and_nobody_else(void)
{
    World w;
    unsigned judged = 0, held = 0;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) first = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_autoptr(GBytes) device = bytes(&granted(&w)->device);
    g_assert_cmpuint(g_bytes_get_size(device), ==, 32);
    unsigned before = w.hashed, records = w.audit->len;
    for (int i = 0; i < 1000; i++) {
        g_assert_null(login(&w, "ada", "a wrong sentence", "10.0.0.66", NULL));
        if (strstr(w.error, "Too many"))
            held++;
        else
            judged++;
        w.t_us += S / 10;
    }
    g_assert_cmpuint(judged, ==, w.hashed - before);
    g_assert_cmpuint(judged, <=, STORE_GUARD_FREE + 7); /* 100 s: waits of 1, 2, 4 .. 64 s */
    g_assert_cmpuint(held, ==, 1000 - judged);
    g_assert_cmpuint(w.audit->len - records, ==, judged); /* a storm is no storm of records */
    /* The rightful person, elsewhere; and there too, with her own device. */
    g_autoptr(GBytes) elsewhere = login(&w, "ada", WORD, "10.0.0.2", NULL);
    g_assert_nonnull(elsewhere);
    g_autoptr(GBytes) own = login(&w, "ada", WORD, "10.0.0.66", device);
    g_assert_nonnull(own);
    /* The session that stood goes on. */
    g_assert_true(check(&w, first, false));
    /* And the place itself, when its wait is over. */
    w.t_us += STORE_GUARD_MOST_US;
    g_autoptr(GBytes) late = login(&w, "ada", WORD, "10.0.0.66", NULL);
    g_assert_nonnull(late);
    down(&w);
}

static void
writes_no_storm_of_records_for_links_and_names_that_are_none(void)
{
    World w;
    uint8_t guess[STORE_PEOPLE_SECRET] = {1};

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) wrong = g_bytes_new(guess, sizeof guess);
    unsigned records = w.audit->len, hashed = w.hashed;
    for (int i = 0; i < 500; i++) {
        g_assert_null(enrol(&w, wrong, WORD));
        g_assert_null(login(&w, "Not An Id", WORD, "", NULL));
    }
    g_assert_cmpuint(w.audit->len - records, <=, STORE_GUARD_FREE);
    g_assert_cmpuint(w.hashed, ==, hashed);
    /* Who has a link is not held up by it, nor who signs in. */
    w.key = w.role = "operator";
    g_autoptr(GBytes) link = invite(&w, NULL, "ada");
    w.key = w.role = "portal";
    g_autoptr(GBytes) token = enrol(&w, link, WORD);
    g_assert_nonnull(token);
    g_autoptr(GBytes) again = login(&w, "ada", WORD, "", NULL);
    g_assert_nonnull(again);
    down(&w);
}

static void
tells_no_account_from_a_wrong_password(void)
{
    World w;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    unsigned before = w.hashed;
    g_assert_null(login(&w, "ada", "a wrong sentence", "10.0.0.1", NULL));
    g_autofree char *wrong = g_strdup(w.error);
    g_assert_null(login(&w, "nobody", "a wrong sentence", "10.0.0.1", NULL));
    g_assert_cmpstr(w.error, ==, wrong);
    g_assert_cmpuint(w.hashed - before, ==, 2); /* both take as long */
    g_assert_cmpuint(audited(&w, "a wrong sentence"), ==, 0);
    g_assert_cmpuint(audited(&w, "login-refused"), ==, 2);
    down(&w);
}

static void
says_so_when_too_many_sign_in(void)
{
    World w;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    w.full = true;
    g_assert_null(login(&w, "ada", WORD, "10.0.0.1", NULL));
    g_assert_nonnull(strstr(w.error, "try again"));
    StorePeopleFigures figures;
    store_people_figures(w.people, &figures);
    g_assert_cmpuint(figures.busy, ==, 1);
    w.full = false;
    g_autoptr(GBytes) token = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_assert_nonnull(token); /* it was no wrong try */
    down(&w);
}

/* ---- administrators ---- */

static void
keeps_an_administrator_within_the_unit(void)
{
    World w;

    up(&w);
    make_person(&w, "boss", "administrator", "demo/icu");
    make_person(&w, "far", "bedside", "annex/icu");
    g_autoptr(GBytes) boss = login(&w, "boss", WORD, "10.0.0.1", NULL);
    g_assert_true(put_account(&w, boss, "near", true, "bedside", "demo/icu", -1));
    g_assert_false(put_account(&w, boss, "wide", true, "bedside", "demo", -1));
    g_assert_false(put_account(&w, boss, "wide", true, "administrator", "*", -1));
    g_assert_false(put_account(&w, boss, "bare", true, "", "", -1)); /* of no unit */
    g_assert_false(put_account(&w, boss, "far", false, "bedside", "demo/icu", -1));
    g_assert_false(put_account(&w, boss, "boss", false, "intensivist", "demo/icu", -1));
    g_assert_false(put_account(&w, boss, "near", false, "glass", "demo/icu", -1));
    g_assert_false(put_account(&w, boss, "Near!", true, "bedside", "demo/icu", -1));
    g_assert_null(invite(&w, boss, "far"));
    g_autoptr(GBytes) link = invite(&w, boss, "near");
    g_assert_nonnull(link);
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleAccounts list = VICU__PEOPLE_ACCOUNTS__INIT;
    a.what_case = VICU__PEOPLE_ASK__WHAT_ACCOUNTS;
    a.accounts = &list;
    g_assert_true(ask(&w, &a, boss));
    g_assert_cmpuint(w.answer->len, ==, 2); /* boss and near: far is elsewhere */
    for (guint i = 0; i < w.answer->len; i++) {
        const Vicu__PeopleRow *row = w.answer->pdata[i];
        g_assert_cmpstr(row->account->hash, ==, "");
        g_assert_cmpuint(row->account->n_device, ==, 0);
    }
    down(&w);
}

/* ---- every cell of what is asked about people ---- */

static void
fill(Vicu__PeopleAsk *a, const char *name, const char *of)
{
    static Vicu__PeopleCheck check_body;
    static Vicu__PeopleAccounts accounts;
    static Vicu__PeoplePutAccount put_body;
    static Vicu__PeopleInvite invite_body;
    static Vicu__PeopleSessions sessions;
    static Vicu__PeopleEndSessions end_body;
    static Vicu__PeopleGlass glass;
    static Vicu__PeoplePassword password;
    static Vicu__PeopleLogout logout;
    static Vicu__PeopleLive live;
    static Vicu__PeopleLogin login_body;
    static Vicu__PeopleEnrol enrol_body;

    vicu__people_check__init(&check_body);
    vicu__people_accounts__init(&accounts);
    vicu__people_put_account__init(&put_body);
    vicu__people_invite__init(&invite_body);
    vicu__people_sessions__init(&sessions);
    vicu__people_end_sessions__init(&end_body);
    vicu__people_glass__init(&glass);
    vicu__people_password__init(&password);
    vicu__people_logout__init(&logout);
    vicu__people_live__init(&live);
    vicu__people_login__init(&login_body);
    vicu__people_enrol__init(&enrol_body);
    vicu__people_ask__init(a);
    put_body.account = invite_body.account = end_body.account = (char *)of;
    put_body.name = (char *)"Another Name";
    glass.reason = (char *)"a reason";
    password.old = (char *)WORD;
    password.password = (char *)WORD " anew";
    login_body.account = (char *)"nobody";
    login_body.password = (char *)"a wrong sentence";
    const ProtobufCMessageDescriptor *type = &vicu__people_ask__descriptor;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (strcmp(type->fields[i].name, name) == 0)
            a->what_case = (Vicu__PeopleAsk__WhatCase)type->fields[i].id;
    bool given = false;
#define GIVE(field, body)                                                                          \
    do {                                                                                           \
        if (strcmp(name, #field) != 0)                                                             \
            break;                                                                                 \
        (*a).field = &body;                                                                        \
        given = true;                                                                              \
    } while (0)
    GIVE(check, check_body);
    GIVE(accounts, accounts);
    GIVE(put_account, put_body);
    GIVE(invite, invite_body);
    GIVE(sessions, sessions);
    GIVE(end_sessions, end_body);
    GIVE(glass, glass);
    GIVE(password, password);
    GIVE(logout, logout);
    GIVE(live, live);
    GIVE(login, login_body);
    GIVE(enrol, enrol_body);
#undef GIVE
    if (!given)
        g_error("people.%s: this test does not know how to ask it", name);
}

/* Refused for want of the right, and of nothing else. */
static bool
is_denied(const World *w)
{
    return w->error != NULL && strstr(w->error, "may not do that") != NULL;
}

/* A list is not denied to who has the right somewhere: what lies elsewhere is left out of it. */
static bool
is_list(const char *name)
{
    return strcmp(name, "accounts") == 0 || strcmp(name, "sessions") == 0;
}

static bool
lists_of(const World *w, const char *account)
{
    for (guint i = 0; i < w->answer->len; i++) {
        const Vicu__PeopleRow *row = w->answer->pdata[i];
        const char *id = row->what_case == VICU__PEOPLE_ROW__WHAT_ACCOUNT ? row->account->id
                                                                          : row->session->account;
        if (strcmp(id, account) == 0)
            return true;
    }
    return false;
}

static void
visit_cell(const VicuRightsRow *row, VicuRole role, bool own)
{
    World w;
    Vicu__PeopleAsk a;
    const char *of = own ? "near" : "far";

    up(&w);
    make_person(&w, "near", "bedside", "demo/icu");
    make_person(&w, "far", "bedside", "annex/icu");
    g_autoptr(GBytes) t1 = login(&w, "near", WORD, "10.0.0.1", NULL);
    g_autoptr(GBytes) t2 = login(&w, "far", WORD, "10.0.0.1", NULL);
    make_person(&w, "who", role == VICU_ROLE_GLASS ? "bedside" : vicu_role_name(role), "demo/icu");
    g_autoptr(GBytes) token = login(&w, "who", WORD, "10.0.0.1", NULL);
    if (role == VICU_ROLE_GLASS) {
        fill(&a, "glass", of);
        g_assert_true(ask(&w, &a, token));
    }
    fill(&a, row->name, of);
    ask(&w, &a, token);
    bool may = !is_denied(&w);
    if (is_list(row->name))
        may = may && lists_of(&w, of);
    bool expected = row->key || vicu_rights_may(row, role, own);
    if (role == VICU_ROLE_GLASS) /* beside it stands the account's own role */
        expected = expected || vicu_rights_may(row, VICU_ROLE_BEDSIDE, own);
    if (may != expected)
        g_error("people.%s by %s in %s unit: %s, the table says %s (%s)", row->name,
                vicu_role_name(role), own ? "own" : "another", may ? "done" : "denied",
                expected ? "may" : "may not", w.error ? w.error : "no error");
    if (!may && !is_list(row->name))
        g_assert_cmpuint(audited(&w, "refused|who|1"), ==, 1);
    down(&w);
}

static void
does_what_the_table_says_in_every_cell(void)
{
    unsigned cells = 0;

    for (size_t i = 0; i < vicu_rights_n; i++) {
        const VicuRightsRow *row = &vicu_rights_table[i];
        if (row->kind != VICU_RIGHTS_PEOPLE)
            continue;
        for (int role = 0; role < VICU_N_ROLES; role++)
            for (int own = 0; own < 2; own++, cells++)
                visit_cell(row, (VicuRole)role, own != 0);
    }
    g_test_message("%u cells", cells);
    g_assert_cmpuint(cells, ==, 12 * VICU_N_ROLES * 2);
}

static void
lets_no_key_but_the_operators_act_without_a_person(void)
{
    static const char *const roles[] = {"portal", "dashboard", "rules", "importer", "hub"};
    World w;
    Vicu__PeopleAsk a;

    up(&w);
    make_person(&w, "near", "bedside", "demo/icu");
    for (size_t i = 0; i < vicu_rights_n; i++) {
        const VicuRightsRow *row = &vicu_rights_table[i];
        if (row->kind != VICU_RIGHTS_PEOPLE || row->key)
            continue;
        for (size_t k = 0; k < G_N_ELEMENTS(roles); k++) {
            w.key = w.role = roles[k];
            fill(&a, row->name, "near");
            g_assert_false(ask(&w, &a, NULL));
        }
    }
    w.key = w.role = "operator";
    g_assert_true(put_account(&w, NULL, "near", false, NULL, NULL, -1));
    g_assert_cmpuint(audited(&w, "account-change|operator|0|operator"), ==, 1);
    down(&w);
}

/* ---- glass ---- */

static void
breaks_the_glass_for_60_minutes_and_tells_everybody(void)
{
    World w;
    Vicu__PeopleAsk a;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) token = login(&w, "ada", WORD, "10.0.0.1", NULL);
    fill(&a, "glass", "");
    a.glass->reason = (char *)"";
    g_assert_false(ask(&w, &a, token));
    a.glass->reason = (char *)"resuscitation in annex";
    uint64_t before = serial(&w);
    g_assert_true(ask(&w, &a, token));
    g_assert_cmpuint(serial(&w), >, before);
    g_assert_cmpint(granted(&w)->session->glass_until_us, ==, NOW + w.t_us + 60 * MIN_US);
    g_assert_cmpuint(audited(&w, "break-glass|ada|1|bedside|resuscitation in annex"), ==, 1);
    fill(&a, "live", "");
    g_assert_true(ask(&w, &a, NULL));
    g_autoptr(VicuPeople) owner = vicu_people_new();
    g_autoptr(GError) error = NULL;
    bool changed = false;
    g_assert_true(vicu_people_take(owner, w.answer->pdata[0], w.t_us, &changed, &error));
    Vicu__PeopleGlassEntry *const *glass = NULL;
    g_assert_cmpuint(vicu_people_glass(owner, &glass), ==, 1);
    g_assert_cmpstr(glass[0]->account, ==, "ada");
    g_assert_cmpstr(glass[0]->reason, ==, "resuscitation in annex");
    for (int i = 0; i < 6; i++) {
        w.t_us += 10 * MIN_US;
        g_assert_true(check(&w, token, false));
    }
    before = serial(&w);
    store_people_tick(w.people, now(&w));
    g_assert_cmpuint(serial(&w), >, before);
    g_assert_true(check(&w, token, false));
    g_assert_cmpint(granted(&w)->session->glass_until_us, ==, 0);
    down(&w);
}

static void
goes_on_with_a_full_disk_but_changes_no_account(void)
{
    World w;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    store_people_set_writable(w.people, false);
    g_autoptr(GBytes) token = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_assert_true(check(&w, token, false));
    w.key = w.role = "operator";
    g_assert_false(put_account(&w, NULL, "bob", true, "bedside", "demo/icu", -1));
    g_assert_nonnull(strstr(w.error, "disk is full"));
    down(&w);
}

/* No secret is in what is kept for good. */
static void
keeps_no_password_and_no_secret_in_the_audit(void)
{
    World w;

    up(&w);
    make_person(&w, "ada", "bedside", "demo/icu");
    g_autoptr(GBytes) token = login(&w, "ada", WORD, "10.0.0.1", NULL);
    g_assert_null(login(&w, "ada", "another wrong one", "10.0.0.1", NULL));
    Vicu__PeopleAsk a;
    fill(&a, "password", "");
    g_assert_true(ask(&w, &a, token));
    g_assert_cmpuint(audited(&w, WORD), ==, 0);
    g_assert_cmpuint(audited(&w, "another wrong"), ==, 0);
    g_assert_cmpuint(audited(&w, "password-change|ada|1"), ==, 1);
    down(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/store/people/" #name, name)
    TEST(makes_one_link_for_the_first_administrator_and_no_password);
    TEST(ends_links_by_their_time);
    TEST(ends_sessions_that_are_idle_and_those_that_are_old);
    TEST(keeps_sessions_over_a_restart_and_no_token_in_its_rows);
    TEST(takes_a_token_through_its_own_key_alone);
    TEST(begins_a_session_of_its_own_and_ends_the_one_that_was_shown);
    TEST(ends_every_session_where_roles_or_state_change);
    TEST(judges_a_hash_by_the_account_as_it_is_then);
    TEST(holds_up_who_guesses_and_nobody_else);
    TEST(writes_no_storm_of_records_for_links_and_names_that_are_none);
    TEST(tells_no_account_from_a_wrong_password);
    TEST(says_so_when_too_many_sign_in);
    TEST(keeps_an_administrator_within_the_unit);
    TEST(does_what_the_table_says_in_every_cell);
    TEST(lets_no_key_but_the_operators_act_without_a_person);
    TEST(breaks_the_glass_for_60_minutes_and_tells_everybody);
    TEST(goes_on_with_a_full_disk_but_changes_no_account);
    TEST(keeps_no_password_and_no_secret_in_the_audit);
#undef TEST
    return g_test_run();
}
