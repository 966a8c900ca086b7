/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/scenario/phone.h"

#include <stdbool.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "common/clock.h"

#define BEAT_MS  2000
#define AGAIN    40
#define AGAIN_MS 200
#define SAY_ACT  "{\"t\": \"%s\", \"ref\": %" G_GINT64_FORMAT ", \"id\": \"%s\"%s}"

typedef struct {
    char *id, *target;
    bool read, detailed;
    int64_t stage;
    int64_t ref; /* of what was said of it and not answered yet; 0: nothing */
    const char *act;
} Card;

struct Phone {
    Story *story;
    char *person, *token;
    SoupWebsocketConnection *socket;
    GHashTable *cards; /* bed -> Card */
    GHashTable *came;  /* target -> times */
    GHashTable *since; /* target -> int64_t, UTC, when it came first */
    unsigned port;
    guint beat, again;
    bool looks, dead, opening, welcome, answered, counts, answers, details;
    int64_t ref, heard_us;
    int64_t proof; /* serial of the newest test alarm that it was told */
    char *blind;   /* what the portal does not hear, as it said last */
    char *answer;
};

static void
card_free(gpointer data)
{
    Card *card = data;

    g_free(card->id);
    g_free(card->target);
    g_free(card);
}

Phone *
phone_new(Story *story, const char *person, const char *role)
{
    Phone *self = g_new0(Phone, 1);

    self->story = story;
    self->person = g_strdup(person);
    self->token = visitor_token(story_site(story), role, "--name", person, NULL);
    self->cards = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, card_free);
    self->came = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->since = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->port = visitor_port(story_visitor(story));
    self->looks = true;
    return self;
}

void
phone_free(Phone *self)
{
    if (self == NULL)
        return;
    if (self->beat != 0)
        g_source_remove(self->beat);
    if (self->again != 0)
        g_source_remove(self->again);
    if (self->socket != NULL)
        g_signal_handlers_disconnect_by_data(self->socket, self);
    g_clear_object(&self->socket);
    g_hash_table_unref(self->cards);
    g_hash_table_unref(self->came);
    g_hash_table_unref(self->since);
    g_free(self->person);
    g_free(self->token);
    g_free(self->answer);
    g_free(self->blind);
    g_free(self);
}

const char *
phone_token(const Phone *self)
{
    return self->token;
}

static void G_GNUC_PRINTF(2, 3) put(Phone *self, const char *format, ...)
{
    va_list arguments;

    if (self->dead || phone_is_closed(self))
        return;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    soup_websocket_connection_send_text(self->socket, text);
}

static gboolean
on_beat(gpointer user)
{
    put(user, "{\"t\": \"beat\", \"n\": 1, \"p\": %" G_GINT64_FORMAT ", \"duty\": true}",
        ((Phone *)user)->proof);
    return G_SOURCE_CONTINUE;
}

/* ---- what comes ---- */

static void
read_card(Phone *self, Card *card)
{
    if (!self->looks || card->read)
        return;
    card->read = true;
    put(self, "{\"t\": \"read\", \"id\": \"%s\", \"target\": \"%s\"}", card->id, card->target);
}

/* What comes next, unless an answer is still due. */
static void
answer(Phone *self, Card *card)
{
    if (!self->answers || card->ref != 0)
        return;
    card->act = card->stage < VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED     ? "accept"
                : card->stage < VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE ? "arrived"
                                                                              : "done";
    card->ref = ++self->ref;
    put(self, SAY_ACT, card->act, card->ref, card->id, "");
}

static void
say_again(Phone *self)
{
    GHashTableIter iter;
    gpointer value = NULL;

    g_hash_table_iter_init(&iter, self->cards);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Card *card = value;
        if (card->ref != 0)
            put(self, SAY_ACT, card->act, card->ref, card->id, "");
    }
}

static Card *
new_card(Phone *self, const char *bed, const char *id, const char *target)
{
    Card *card = g_new0(Card, 1);
    unsigned n = phone_came(self, target);

    card->id = g_strdup(id);
    card->target = g_strdup(target);
    g_hash_table_replace(self->cards, g_strdup(bed), card);
    g_hash_table_replace(self->came, g_strdup(target), GUINT_TO_POINTER(n + 1));
    if (n == 0) {
        int64_t *now_us = g_new(int64_t, 1);
        *now_us = vicu_clock_utc_us();
        g_hash_table_replace(self->since, g_strdup(target), now_us);
    }
    put(self, "{\"t\": \"got\", \"id\": \"%s\", \"target\": \"%s\"}", id, target);
    read_card(self, card);
    return card;
}

static void
take_escalation(Phone *self, const char *id, JsonObject *item)
{
    const char *bed = json_object_get_string_member(item, "bed");
    const char *target = json_object_get_string_member(item, "target");
    Card *card = g_hash_table_lookup(self->cards, bed);

    if (card == NULL || strcmp(card->target, target) != 0)
        card = new_card(self, bed, id, target);
    if (self->details && !card->detailed) {
        card->detailed = true;
        put(self, "{\"t\": \"detail\", \"id\": \"%s\"}",
            json_object_get_string_member(item, "alarm"));
    }
    card->stage = json_object_get_int_member(item, "stage");
    answer(self, card);
}

static void
take_result(Phone *self, JsonObject *message)
{
    int64_t ref = json_object_get_int_member(message, "ref");
    GHashTableIter iter;
    gpointer card = NULL;

    g_hash_table_iter_init(&iter, self->cards);
    while (g_hash_table_iter_next(&iter, NULL, &card))
        if (((Card *)card)->ref == ref)
            ((Card *)card)->ref = 0;
    if (ref != self->ref)
        return;
    self->answered = true;
    self->counts = json_object_get_boolean_member(message, "ok");
    g_free(self->answer);
    self->answer = g_strdup(json_object_get_string_member(message, "text"));
}

static gboolean
is_of(gpointer bed, gpointer card, gpointer id)
{
    (void)bed;
    return strcmp(((Card *)card)->id, id) == 0;
}

static void
take_state(Phone *self, JsonObject *message)
{
    JsonArray *gone = json_object_get_array_member(message, "gone");
    JsonObject *set = json_object_get_object_member(message, "set");
    g_autoptr(GList) keys = json_object_get_members(set);

    for (guint i = 0; i < json_array_get_length(gone); i++) {
        const char *key = json_array_get_string_element(gone, i);
        if (key[0] == 'e')
            g_hash_table_foreach_remove(self->cards, is_of, (gpointer)(key + 2));
    }
    for (GList *at = keys; at != NULL; at = at->next) {
        const char *key = at->data;
        if (key[0] == 'e')
            take_escalation(self, key + 2, json_object_get_object_member(set, key));
    }
    on_beat(self); /* told: the next may come */
}

static void
take_beat(Phone *self, JsonObject *message)
{
    JsonArray *blind = json_object_get_array_member(message, "blind");
    g_autoptr(GString) text = g_string_new(NULL);

    self->proof = json_object_get_int_member(message, "p");
    for (guint i = 0; i < json_array_get_length(blind); i++)
        g_string_append_printf(text, "%s ", json_array_get_string_element(blind, i));
    g_free(self->blind);
    self->blind = g_string_free(g_steal_pointer(&text), FALSE);
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer user)
{
    Phone *self = user;
    g_autoptr(JsonParser) parser = json_parser_new();
    gsize size = 0;
    const char *data = g_bytes_get_data(bytes, &size);

    (void)socket, (void)type;
    if (self->dead)
        return;
    g_assert_true(json_parser_load_from_data(parser, data, (gssize)size, NULL));
    JsonObject *message = json_node_get_object(json_parser_get_root(parser));
    self->heard_us = vicu_clock_boot_us();
    const char *kind = json_object_get_string_member(message, "t");
    if (strcmp(kind, "welcome") == 0) {
        self->welcome = true;
        on_beat(self);
        say_again(self);
    } else if (strcmp(kind, "beat") == 0) {
        take_beat(self, message);
    } else if (strcmp(kind, "state") == 0) {
        take_state(self, message);
    } else if (strcmp(kind, "result") == 0) {
        take_result(self, message);
    }
}

/* ---- the link ---- */

static void
on_open(GObject *session, GAsyncResult *result, gpointer user)
{
    Phone *self = user;

    self->opening = false;
    g_clear_object(&self->socket);
    self->socket = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, NULL);
    if (self->socket == NULL)
        return;
    soup_websocket_connection_set_max_incoming_payload_size(self->socket, 1 << 20);
    g_signal_connect(self->socket, "message", G_CALLBACK(on_message), self);
    put(self, "{\"t\": \"hello\", \"token\": \"%s\", \"device\": \"phone-of-%s\", \"phone\": true}",
        self->token, self->person);
}

static void
begin_connecting(Phone *self)
{
    g_autofree char *url = g_strdup_printf("wss://127.0.0.1:%u/live", self->port);
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);

    self->opening = true;
    self->welcome = false;
    soup_session_websocket_connect_async(visitor_session(story_visitor(self->story)), message, NULL,
                                         NULL, G_PRIORITY_DEFAULT, NULL, on_open, self);
}

gboolean
phone_is_closed(const Phone *self)
{
    return self->socket == NULL
           || soup_websocket_connection_get_state(self->socket) != SOUP_WEBSOCKET_STATE_OPEN;
}

static gboolean
on_again(gpointer user)
{
    Phone *self = user;

    if (phone_is_closed(self) && !self->opening)
        begin_connecting(self);
    return G_SOURCE_CONTINUE;
}

void
phone_keep(Phone *self, gboolean answers)
{
    self->answers = answers;
    self->again = g_timeout_add(AGAIN_MS, on_again, self);
}

int64_t
phone_came_us(const Phone *self, const char *target)
{
    const int64_t *since = g_hash_table_lookup(self->since, target);

    return since != NULL ? *since : 0;
}

void
phone_set_port(Phone *self, unsigned port)
{
    self->port = port;
}

void
phone_ask_details(Phone *self)
{
    self->details = true;
}

unsigned
phone_came(const Phone *self, const char *target)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(self->came, target));
}

static gboolean
is_through(Site *site, gpointer user)
{
    const Phone *self = user;

    (void)site;
    return !self->opening && (phone_is_closed(self) || self->welcome);
}

static gboolean
is_on_duty(Site *site, gpointer user)
{
    const Phone *self = user;
    g_autofree char *device = g_strconcat("phone-of-", self->person, NULL);

    (void)site;
    return story_device_is_reachable(self->story, device);
}

static void
connect_once(Phone *self)
{
    begin_connecting(self);
    g_assert_true(site_wait(story_site(self->story), STORY_PATIENCE_S * STORY_S, is_through, self));
}

/* As the page does, again and again while nobody listens. */
void
phone_open(Phone *self)
{
    for (int i = 0; i < AGAIN; i++) {
        connect_once(self);
        if (self->socket != NULL)
            break;
        site_wait(story_site(self->story), STORY_S / 2, NULL, NULL);
    }
    if (!self->welcome)
        return;
    if (self->beat == 0)
        self->beat = g_timeout_add(BEAT_MS, on_beat, self);
    g_assert_true(site_wait(story_site(self->story), STORY_PATIENCE_S * STORY_S, is_on_duty, self));
}

void
phone_look(Phone *self, gboolean looks)
{
    GHashTableIter iter;
    gpointer card = NULL;

    self->looks = looks;
    g_hash_table_iter_init(&iter, self->cards);
    while (g_hash_table_iter_next(&iter, NULL, &card))
        read_card(self, card);
}

void
phone_die(Phone *self)
{
    self->dead = true;
}

static gboolean
is_closed(Site *site, gpointer user)
{
    (void)site;
    return phone_is_closed(user);
}

void
phone_await_closed(Phone *self)
{
    g_assert_true(site_wait(story_site(self->story), STORY_PATIENCE_S * STORY_S, is_closed, self));
}

gboolean
phone_is_blind_to(const Phone *self, const char *process)
{
    return self->blind != NULL && strstr(self->blind, process) != NULL;
}

int64_t
phone_proof(const Phone *self)
{
    return self->proof;
}

int64_t
phone_silent_us(const Phone *self)
{
    return vicu_clock_boot_us() - self->heard_us;
}

/* ---- its person ---- */

typedef struct {
    Phone *phone;
    const char *bed;
    gboolean there;
} Sought;

static gboolean
is_in_the_hand(Site *site, gpointer user)
{
    const Sought *sought = user;

    (void)site;
    return g_hash_table_contains(sought->phone->cards, sought->bed) == sought->there;
}

void
phone_await(Phone *self, const char *bed, gboolean there)
{
    Sought sought = {self, bed, there};

    if (!site_wait(story_site(self->story), STORY_PATIENCE_S * STORY_S, is_in_the_hand, &sought))
        g_error("%s: the escalation of %s is %s within %d s", self->person, bed,
                there ? "not in the hand" : "still in the hand", STORY_PATIENCE_S);
}

static gboolean
is_answered(Site *site, gpointer user)
{
    (void)site;
    return ((const Phone *)user)->answered;
}

void
phone_act(Phone *self, const char *act, const char *bed, const char *more)
{
    const Card *card = g_hash_table_lookup(self->cards, bed);

    g_assert_nonnull(card);
    self->answered = false;
    put(self, SAY_ACT, act, ++self->ref, card->id, more);
    g_assert_true(
        site_wait(story_site(self->story), STORY_PATIENCE_S * STORY_S, is_answered, self));
    if (!self->counts)
        g_error("%s: %s of %s: %s", self->person, act, bed, self->answer);
}
