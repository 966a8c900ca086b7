/* State for a person: what is told, what is taken back, and that it is said.
 *
 * A real owner and a real subscriber; between them messages go at once. Proofs are words here:
 * who may be believed is common/people's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/state.h"
#include "common/wire.h"

#define S   ((int64_t)G_USEC_PER_SEC)
#define BED VICU__SUBJECT__SUBJECT_BED

typedef struct {
    VicuStateMessage message;
    GPtrArray *items;
    GBytes *proof;
    bool to_owner;
} Mail;

typedef struct {
    VicuStateOwner *owner;
    VicuStateSubscriber *subscriber;
    GQueue *mail;
    GHashTable *stands, *coming;
    const char *scope; /* of the role that the store would tell; NULL: the session has ended */
    const char *role;
    int64_t glass_until_us;
    int64_t now_us;
    char account[32], refused[64];
    unsigned untold, removals;
} World;

/* ---- what is told to whom ---- */

static VicuStateView *
view_of(const char *role, const char *scope, int64_t glass_until_us, int64_t now_us)
{
    Vicu__PeopleStatement who = VICU__PEOPLE_STATEMENT__INIT;
    Vicu__PeopleGrant grant = VICU__PEOPLE_GRANT__INIT, *grants[] = {&grant};
    g_autoptr(GBytes) proof = g_bytes_new_static("proof", 5);

    who.account = (char *)"ada";
    grant.role = (char *)role;
    grant.scope = (char *)scope;
    who.grant = grants;
    who.n_grant = 1;
    who.glass_until_us = glass_until_us;
    return vicu_state_view_new(scope != NULL ? &who : NULL, "the session has ended", proof,
                               "portal", now_us);
}

static void
check_cell(const char *role, const char *scope, Vicu__Subject subject, const char *place, bool told)
{
    g_autoptr(VicuStateView) view = view_of(role, scope, 0, S);

    g_assert_cmpint(vicu_state_view_tells(view, subject, place), ==, told);
}

static void
tells_what_stands_in_the_places_of_the_roles(void)
{
    static const Vicu__Subject of_beds[] = {
        VICU__SUBJECT__SUBJECT_BED,        VICU__SUBJECT__SUBJECT_LIMIT,
        VICU__SUBJECT__SUBJECT_SCORE,      VICU__SUBJECT__SUBJECT_NOTE,
        VICU__SUBJECT__SUBJECT_ESCALATION, VICU__SUBJECT__SUBJECT_OBSERVATION,
        VICU__SUBJECT__SUBJECT_CARE};

    for (size_t i = 0; i < G_N_ELEMENTS(of_beds); i++) {
        check_cell("bedside", "demo/icu", of_beds[i], "demo/icu/1", true);
        check_cell("bedside", "demo/icu", of_beds[i], "demo/icu2/1", false);
        check_cell("bedside", "demo/icu", of_beds[i], VICU_STATE_NOWHERE, false);
        check_cell("intensivist", "*", of_beds[i], "annex/icu/1", true);
        check_cell("intensivist", "*", of_beds[i], VICU_STATE_NOWHERE, true);
        check_cell("administrator", "*", of_beds[i], "demo/icu/1", false);
        check_cell("auditor", "*", of_beds[i], "demo/icu/1", false);
    }
    check_cell("auditor", "demo", VICU__SUBJECT__SUBJECT_ALARM, "demo/icu/1", true);
    check_cell("auditor", "demo", VICU__SUBJECT__SUBJECT_ALARM, "annex/icu/1", false);
    check_cell("bedside", "demo/icu", VICU__SUBJECT__SUBJECT_HANDOVER, "demo", false);
    check_cell("administrator", "demo", VICU__SUBJECT__SUBJECT_ALARM, "", true);
    check_cell(NULL, NULL, VICU__SUBJECT__SUBJECT_ALARM, "", true);
    check_cell(NULL, NULL, VICU__SUBJECT__SUBJECT_ALARM, "demo/icu/1", false);
}

static void
finds_the_place_of_each_item(void)
{
    static const struct {
        Vicu__Subject subject;
        const char *key, *place;
    } keys[] = {
        {VICU__SUBJECT__SUBJECT_BED, "demo/icu/1", "demo/icu/1"},
        {VICU__SUBJECT__SUBJECT_LIMIT, "demo/icu/1/HR_low", "demo/icu/1"},
        {VICU__SUBJECT__SUBJECT_LIMIT, "demo/icu/HR_low", "demo/icu"},
        {VICU__SUBJECT__SUBJECT_SCORE, "demo/icu/1/NEWS2", "demo/icu/1"},
        {VICU__SUBJECT__SUBJECT_PAUSE, "demo/icu/1", "demo/icu/1"},
        {VICU__SUBJECT__SUBJECT_PAUSE, "installation", ""},
        {VICU__SUBJECT__SUBJECT_ENGINE, "engine", ""},
        {VICU__SUBJECT__SUBJECT_OUTLET, "annunciator", ""},
        {VICU__SUBJECT__SUBJECT_ALARM, "7f", VICU_STATE_NOWHERE}, /* without its body */
    };
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *place = vicu_state_place(keys[i].subject, keys[i].key, NULL);
        g_assert_cmpstr(place, ==, keys[i].place);
    }
    alarm.bed = (char *)"demo/icu/3";
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    g_autofree char *of_alarm = vicu_state_place(VICU__SUBJECT__SUBJECT_ALARM, "7f", &item);
    g_assert_cmpstr(of_alarm, ==, "demo/icu/3");
}

/* ---- an owner and a subscriber ---- */

static bool
post(World *w, bool to_owner, const VicuStateMessage *message)
{
    Mail *mail = g_new0(Mail, 1);

    mail->message = *message;
    mail->to_owner = to_owner;
    mail->items = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (size_t i = 0; i < message->n_items; i++)
        g_ptr_array_add(mail->items, g_bytes_ref(message->items[i]));
    mail->message.items = (GBytes *const *)mail->items->pdata;
    mail->proof = message->proof != NULL ? g_bytes_ref(message->proof) : NULL;
    g_queue_push_tail(w->mail, mail);
    return true;
}

static bool
owner_send(GBytes *route, const VicuStateMessage *message, gpointer data)
{
    (void)route;
    return post(data, false, message);
}

static VicuStateView *
owner_view(GBytes *route, GBytes *proof, gpointer data)
{
    const World *w = data;

    (void)route;
    (void)proof;
    return view_of(w->role, w->scope, w->glass_until_us, w->now_us);
}

static VicuStateView *
owner_view_again(const VicuStateView *view, gpointer data)
{
    return owner_view(NULL, vicu_state_view_proof(view), data);
}

/* Items are "KEY=PLACE"; a removal is "KEY!". */
static char *
owner_place(Vicu__Subject subject, const char *key, GBytes *packed, gpointer data)
{
    gsize size = 0;
    const char *text = g_bytes_get_data(packed, &size);

    (void)subject;
    (void)data;
    return g_strndup(text + strlen(key) + 1, size - strlen(key) - 1);
}

static GBytes *
owner_removal(Vicu__Subject subject, const char *key, gpointer data)
{
    g_autofree char *text = g_strdup_printf("%s!", key);

    (void)subject;
    (void)data;
    return g_bytes_new(text, strlen(text));
}

static bool
sub_send(const VicuStateMessage *message, gpointer data)
{
    return post(data, true, message);
}

static void
sub_begin(gpointer data)
{
    World *w = data;

    g_clear_pointer(&w->coming, g_hash_table_unref);
    w->coming = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
sub_item(GBytes *packed, gpointer data)
{
    World *w = data;
    gsize size = 0;
    const char *bytes = g_bytes_get_data(packed, &size);
    g_autofree char *text = g_strndup(bytes, size);
    size_t key = strcspn(text, "=!");
    GHashTable *into = w->coming != NULL ? w->coming : w->stands;
    bool removed = text[key] == '!';

    text[key] = '\0';
    w->removals += removed;
    if (removed)
        g_hash_table_remove(into, text);
    else
        g_hash_table_add(into, g_strdup(text));
}

static void
sub_level(uint64_t sequence, gpointer data)
{
    World *w = data;

    (void)sequence;
    if (w->coming == NULL)
        return;
    g_hash_table_unref(w->stands);
    w->stands = g_steal_pointer(&w->coming);
}

static void
sub_beat(int64_t watermark_us, bool catching_up, gpointer data)
{
    (void)watermark_us;
    (void)catching_up;
    (void)data;
}

static void
sub_watch(VicuWatchLevel level, gpointer data)
{
    (void)level;
    (void)data;
}

static void
sub_result(const char *key, GBytes *result, gpointer data)
{
    (void)key;
    (void)result;
    (void)data;
}

static void
sub_view(const char *account, uint32_t untold, const char *refused, gpointer data)
{
    World *w = data;

    g_strlcpy(w->account, account, sizeof w->account);
    g_strlcpy(w->refused, refused, sizeof w->refused);
    w->untold = untold;
}

static void
deliver(World *w)
{
    g_autoptr(GBytes) route = g_bytes_new_static("r", 1);

    for (Mail *mail; (mail = g_queue_pop_head(w->mail)) != NULL;) {
        mail->message.proof = mail->proof;
        mail->message.name = "station";
        if (mail->to_owner)
            vicu_state_owner_receive(w->owner, route, &mail->message, w->now_us);
        else
            vicu_state_subscriber_receive(w->subscriber, &mail->message, w->now_us);
        g_ptr_array_unref(mail->items);
        g_clear_pointer(&mail->proof, g_bytes_unref);
        g_free(mail);
    }
}

/* A second and a little passes. */
static void
pass(World *w)
{
    deliver(w);
    for (int i = 0; i < 6; i++) {
        w->now_us += S / 5;
        vicu_state_owner_tick(w->owner, 0, false, w->now_us);
        vicu_state_subscriber_tick(w->subscriber, w->now_us);
        deliver(w);
    }
}

static void
put(World *w, Vicu__Subject subject, const char *key, const char *place)
{
    g_autofree char *text = g_strdup_printf("%s=%s", key, place);
    g_autoptr(GBytes) packed = g_bytes_new(text, strlen(text));

    vicu_state_owner_set(w->owner, subject, key, packed);
}

static void
end(World *w, Vicu__Subject subject, const char *key)
{
    g_autoptr(GBytes) packed = owner_removal(subject, key, NULL);

    vicu_state_owner_remove(w->owner, subject, key, packed);
}

static void
show_proof(World *w)
{
    g_autoptr(GBytes) proof = g_bytes_new_static("proof", 5);

    vicu_state_subscriber_proof(w->subscriber, proof, w->now_us);
    pass(w);
}

static bool
has(const World *w, const char *key)
{
    return g_hash_table_contains(w->stands, key);
}

static World *
world_new(void)
{
    static const VicuStateOwnerOps owner_ops = {owner_send, owner_view, owner_view_again,
                                                owner_place, owner_removal};
    static const VicuStateSubscriberOps ops = {sub_send, sub_begin, sub_item,   sub_level,
                                               sub_beat, sub_watch, sub_result, sub_view};
    World *w = g_new0(World, 1);

    w->now_us = 100 * S;
    w->role = "bedside";
    w->scope = "demo/icu";
    w->mail = g_queue_new();
    w->stands = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    w->owner = vicu_state_owner_new(7, 4, &owner_ops, w);
    put(w, BED, "demo/icu/1", "demo/icu/1");
    put(w, BED, "demo/icu/2", "demo/icu/2");
    put(w, BED, "annex/icu/1", "annex/icu/1");
    put(w, VICU__SUBJECT__SUBJECT_ALARM, "own", "demo/icu/1");
    put(w, VICU__SUBJECT__SUBJECT_ALARM, "other", "annex/icu/1");
    put(w, VICU__SUBJECT__SUBJECT_ALARM, "everywhere", "");
    w->subscriber = vicu_state_subscriber_new("station", NULL, 0, &ops, w, w->now_us);
    pass(w);
    return w;
}

static void
world_free(World *w)
{
    deliver(w);
    vicu_state_subscriber_free(w->subscriber);
    vicu_state_owner_free(w->owner);
    g_queue_free(w->mail);
    g_hash_table_unref(w->stands);
    g_clear_pointer(&w->coming, g_hash_table_unref);
    g_free(w);
}

static void
a_key_is_told_everything_and_a_person_the_own_places(void)
{
    World *w = world_new();

    g_assert_cmpuint(g_hash_table_size(w->stands), ==, 6);
    g_assert_cmpstr(w->account, ==, "");
    g_assert_cmpuint(w->untold, ==, 0);
    show_proof(w);
    g_assert_cmpuint(g_hash_table_size(w->stands), ==, 4);
    g_assert_true(has(w, "demo/icu/1") && has(w, "demo/icu/2") && has(w, "own"));
    g_assert_true(has(w, "everywhere"));
    g_assert_cmpstr(w->account, ==, "ada");
    g_assert_cmpuint(w->untold, ==, 1);
    g_assert_cmpstr(w->refused, ==, "");
    /* Changes too. */
    put(w, VICU__SUBJECT__SUBJECT_ALARM, "new-own", "demo/icu/2");
    put(w, VICU__SUBJECT__SUBJECT_ALARM, "new-other", "annex/icu/1");
    put(w, BED, "annex/icu/2", "annex/icu/2");
    pass(w);
    g_assert_true(has(w, "new-own"));
    g_assert_false(has(w, "new-other"));
    g_assert_cmpuint(w->untold, ==, 2);
    /* Nor is it told of the end of what it was not told of. */
    w->removals = 0;
    end(w, VICU__SUBJECT__SUBJECT_ALARM, "other");
    pass(w);
    g_assert_cmpuint(w->removals, ==, 0);
    end(w, VICU__SUBJECT__SUBJECT_ALARM, "own");
    pass(w);
    g_assert_cmpuint(w->removals, ==, 1);
    /* Signed out, it is the key's again. */
    vicu_state_subscriber_proof(w->subscriber, NULL, w->now_us);
    pass(w);
    g_assert_true(has(w, "annex/icu/2") && has(w, "new-other"));
    g_assert_cmpstr(w->account, ==, "");
    world_free(w);
}

static void
what_goes_to_another_place_is_taken_back(void)
{
    World *w = world_new();

    put(w, VICU__SUBJECT__SUBJECT_NOTE, "n", "demo/icu/1");
    pass(w);
    w->removals = 0;
    put(w, VICU__SUBJECT__SUBJECT_NOTE, "n", "annex/icu/1");
    pass(w);
    g_assert_true(has(w, "n")); /* a key sees it go, not end */
    g_assert_cmpuint(w->removals, ==, 0);
    put(w, VICU__SUBJECT__SUBJECT_NOTE, "n", "demo/icu/1");
    show_proof(w);
    g_assert_true(has(w, "n"));
    put(w, VICU__SUBJECT__SUBJECT_NOTE, "n", "demo/icu/2");
    pass(w);
    g_assert_true(has(w, "n"));
    g_assert_cmpuint(w->removals, ==, 0); /* both are hers */
    put(w, VICU__SUBJECT__SUBJECT_NOTE, "n", "annex/icu/1");
    pass(w);
    g_assert_false(has(w, "n"));
    put(w, VICU__SUBJECT__SUBJECT_NOTE, "n", "demo/icu/1");
    pass(w);
    g_assert_true(has(w, "n"));
    world_free(w);
}

static void
rights_that_change_change_what_is_told_within_the_second(void)
{
    World *w = world_new();

    show_proof(w);
    w->scope = "annex";
    pass(w);
    g_assert_true(has(w, "annex/icu/1") && has(w, "other"));
    g_assert_false(has(w, "demo/icu/1") || has(w, "own"));
    w->glass_until_us = w->now_us + 3 * S;
    pass(w);
    g_assert_true(has(w, "annex/icu/1") && has(w, "demo/icu/1"));
    g_assert_cmpuint(w->untold, ==, 0);
    for (int i = 0; i < 3; i++)
        pass(w);
    g_assert_false(has(w, "demo/icu/1"));
    /* The session has ended: no bed is told, the installation's alarms are, and it is said. */
    w->scope = NULL;
    pass(w);
    g_assert_cmpuint(g_hash_table_size(w->stands), ==, 1);
    g_assert_true(has(w, "everywhere"));
    g_assert_cmpstr(w->refused, ==, "the session has ended");
    g_assert_cmpuint(w->untold, ==, 3);
    world_free(w);
}

/* A newer proof of the same person costs no snapshot; a subscriber that was forgotten is not
 * believed about what it has seen. */
static void
the_same_view_goes_on_where_it_was(void)
{
    World *w = world_new();
    VicuStateOwnerFigures before, after;
    g_autoptr(GBytes) route = g_bytes_new_static("r", 1);

    show_proof(w);
    vicu_state_owner_figures(w->owner, &before);
    show_proof(w);
    vicu_state_owner_figures(w->owner, &after);
    g_assert_cmpuint(after.snapshots, ==, before.snapshots);
    vicu_state_owner_forget(w->owner, route);
    show_proof(w);
    vicu_state_owner_figures(w->owner, &after);
    g_assert_cmpuint(after.snapshots, ==, before.snapshots + 1);
    g_assert_true(vicu_state_subscriber_is_level(w->subscriber));
    g_assert_false(has(w, "annex/icu/1"));
    world_free(w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/state-view/tells_what_stands_in_the_places_of_the_roles",
                    tells_what_stands_in_the_places_of_the_roles);
    g_test_add_func("/common/state-view/finds_the_place_of_each_item",
                    finds_the_place_of_each_item);
    g_test_add_func("/common/state-view/a_key_is_told_everything_and_a_person_the_own_places",
                    a_key_is_told_everything_and_a_person_the_own_places);
    g_test_add_func("/common/state-view/what_goes_to_another_place_is_taken_back",
                    what_goes_to_another_place_is_taken_back);
    g_test_add_func("/common/state-view/rights_that_change_change_what_is_told_within_the_second",
                    rights_that_change_change_what_is_told_within_the_second);
    g_test_add_func("/common/state-view/the_same_view_goes_on_where_it_was",
                    the_same_view_goes_on_where_it_was);
    return g_test_run();
}
