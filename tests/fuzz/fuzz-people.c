/* What is asked about people, what is signed about them, and rows of their book, over any bytes.
 *
 * The first byte says which. Whatever is asked is answered once, nothing of it makes somebody an
 * administrator, and no row that was put cannot be read again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/statement.h"
#include "store/people/people.h"
#include "tests/fuzz/fuzz-target.h"

#define NOW_US  INT64_C(1700000000000000)
#define MONO_US INT64_C(1000000000)

typedef struct {
    unsigned answers;
    unsigned rows;
} World;

static uint8_t public_key[VICU_STATEMENT_PUBLIC], secret_key[VICU_STATEMENT_SECRET];

static void
put(StorePeopleKind kind,
    const void *key,
    size_t key_size,
    const void *value,
    size_t size,
    gpointer user)
{
    static const StorePeopleBookOps none = {put};
    World *world = user;

    (void)key;
    g_assert_cmpuint(key_size, <=, 64);
    if (value == NULL || world == NULL)
        return;
    world->rows++;
    g_autoptr(StorePeopleBook) again = store_people_book_new(&none, NULL);
    g_assert_true(store_people_book_load(again, kind, value, size));
}

static void
audit(Vicu__AuditRecord *record, gpointer user)
{
    (void)user;
    g_assert_true(g_utf8_validate(record->detail, -1, NULL));
    g_assert_true(g_utf8_validate(record->from, -1, NULL));
}

static bool
hash(const char *password,
     const char *known,
     bool is_known,
     StorePeopleHashed done,
     gpointer data,
     gpointer user)
{
    (void)password;
    (void)is_known;
    (void)user;
    done(false, NULL, data);
    (void)known;
    return true;
}

static StorePeopleTime
now(gpointer user)
{
    (void)user;
    return (StorePeopleTime){NOW_US, MONO_US};
}

static void
on_answer(Vicu__PeopleRow *const *rows, size_t n, const char *error, gpointer data)
{
    World *world = data;

    world->answers++;
    g_assert_true(error == NULL || n == 0);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpint(rows[i]->what_case, !=, VICU__PEOPLE_ROW__WHAT_GRANTED);
}

static void
ask(const char *key, const uint8_t *data, size_t size)
{
    static const StorePeopleSettings settings = {900000000, 900000000, 900000000};
    static const StorePeopleOps ops = {{put}, audit, hash, now};
    World world = {0};
    StorePeoplePeer peer = {key, key};
    g_autoptr(Vicu__PeopleAsk) question = vicu_wire_unpack_people_ask(data, size, NULL);

    if (question == NULL)
        return;
    g_autoptr(StorePeople) people =
        store_people_new(&settings, public_key, secret_key, &ops, &world);
    store_people_ask(people, question, &peer, now(NULL), on_answer, &world);
    g_assert_cmpuint(world.answers, ==, 1);
    StorePeopleFigures figures;
    store_people_figures(people, &figures);
    g_assert_cmpuint(figures.sessions, ==, 0);
    g_assert_cmpuint(figures.active, ==, 0);
    store_people_tick(people, now(NULL));
}

/* As the store would have signed it: only then is it looked into. */
static void
prove(const uint8_t *data, size_t size)
{
    g_autoptr(VicuPeople) owner = vicu_people_new();
    Vicu__PeopleList list = VICU__PEOPLE_LIST__INIT;
    Vicu__PeopleRow row = VICU__PEOPLE_ROW__INIT;
    const char *why = NULL;
    bool changed = false;

    list.serial = 1;
    list.accounts = true;
    g_autoptr(GBytes) packed = vicu_statement_sign(VICU_STATEMENT_LIST, &list.base, secret_key);
    gsize signed_size = 0;
    const void *signed_data = g_bytes_get_data(packed, &signed_size);
    g_autoptr(Vicu__PeopleSigned) body =
        vicu_wire_unpack_people_signed(signed_data, signed_size, NULL);
    row.what_case = VICU__PEOPLE_ROW__WHAT_LIVE;
    row.live = body;
    row.public_key = (ProtobufCBinaryData){sizeof public_key, public_key};
    g_assert_true(vicu_people_take(owner, &row, MONO_US, &changed, NULL));

    ProtobufCBinaryData raw = {size, (uint8_t *)data};
    g_assert_null(vicu_people_check(owner, &raw, "portal", NOW_US, MONO_US, &why));
    g_assert_nonnull(why);
    g_autoptr(VicuPeople) loaded = vicu_people_new();
    g_assert_false(vicu_people_load(loaded, data, size)); /* signed by nobody */

    g_autoptr(Vicu__PeopleStatement) said = vicu_wire_unpack_people_statement(data, size, NULL);
    if (said == NULL)
        return;
    g_autoptr(GBytes) proof = vicu_statement_sign(VICU_STATEMENT_KIND, &said->base, secret_key);
    raw.data = (uint8_t *)g_bytes_get_data(proof, &raw.len);
    g_autoptr(Vicu__PeopleStatement) who =
        vicu_people_check(owner, &raw, "portal", NOW_US, MONO_US, &why);
    g_assert_true((who == NULL) == (why != NULL));
    const char *places[] = {"demo/icu/1"};
    VicuRole as = VICU_N_ROLES;
    if (who != NULL)
        vicu_person_may(who, vicu_rights_find(VICU_RIGHTS_COMMAND, "ack"), places, 1, NOW_US, &as);
}

static void
load(uint8_t kind, const uint8_t *data, size_t size)
{
    static const StorePeopleBookOps none = {put};
    g_autoptr(StorePeopleBook) book = store_people_book_new(&none, NULL);

    store_people_book_load(book, (StorePeopleKind)kind, data, size);
    store_people_book_expire(book, NOW_US);
    g_autoptr(GPtrArray) ids = store_people_book_ids(book);
    g_assert_cmpuint(ids->len, <=, 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 4096)
        return 0;
    if (public_key[0] == 0)
        vicu_statement_key(public_key, secret_key);
    switch (data[0]) {
    case 'o':
        ask("operator", data + 1, size - 1);
        break;
    case 'p':
        ask("portal", data + 1, size - 1);
        break;
    case 's':
        prove(data + 1, size - 1);
        break;
    default:
        load(data[0], data + 1, size - 1);
    }
    return 0;
}
