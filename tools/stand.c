/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/stand.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/state-client.h"
#include "tools/bed-name.h"
#include "tools/login.h"

#define LEVEL_US  (5 * G_USEC_PER_SEC)
#define RENEW_S   60                    /* a proof is to be newer than two minutes */
#define ANSWER_US (11 * G_USEC_PER_SEC) /* the machine itself gives up after 10 s */

struct ToolStand {
    ToolClient *client;
    VicuStateClient *state;
    GHashTable *items; /* "subject key" -> Vicu__StateItem, ours */
    GHashTable *seen;  /* keys of the snapshot under way; NULL when there is none */
    gboolean level;    /* all that stands is known, and for whom it is told */
    gboolean signed_in;
    gboolean stands; /* all that stands is known */
    gboolean viewed; /* for whom it is told is known, or that is no question */
    guint32 untold;
    char *refused; /* NULL: not so */
    GSource *renewal;
    ToolStandFunc on_change;
    gpointer change_user;
    char *awaited; /* key of the command that is under way */
    gboolean answered;
    Vicu__CommandResult *result; /* NULL: no answer */
};

static char *
place_of(Vicu__Subject subject, const char *key)
{
    return g_strdup_printf("%d %s", (int)subject, key);
}

static Vicu__StateItem *
copy_of(const Vicu__StateItem *item)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&item->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);

    return vicu_wire_unpack_state_item(data, size, NULL);
}

static void
tell(ToolStand *self, const Vicu__StateItem *item, gboolean removed)
{
    if (self->on_change != NULL)
        self->on_change(item, removed, self->change_user);
}

static void
on_begin(gpointer user)
{
    ToolStand *self = user;

    g_clear_pointer(&self->seen, g_hash_table_unref);
    self->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    ToolStand *self = user;
    g_autofree char *place = place_of(item->subject, item->key);

    if (item->removed) {
        const Vicu__StateItem *last = g_hash_table_lookup(self->items, place);
        if (last != NULL)
            tell(self, last, TRUE);
        g_hash_table_remove(self->items, place);
        return;
    }
    Vicu__StateItem *copy = copy_of(item);
    if (copy == NULL)
        return;
    if (self->seen != NULL)
        g_hash_table_add(self->seen, g_strdup(place));
    g_hash_table_replace(self->items, g_steal_pointer(&place), copy);
    tell(self, copy, FALSE);
}

static gboolean
not_in_snapshot(gpointer place, gpointer item, gpointer user)
{
    ToolStand *self = user;

    if (g_hash_table_contains(self->seen, place))
        return FALSE;
    tell(self, item, TRUE);
    return TRUE;
}

static void
on_level(gpointer user)
{
    ToolStand *self = user;

    if (self->seen != NULL) {
        g_hash_table_foreach_remove(self->items, not_in_snapshot, self);
        g_clear_pointer(&self->seen, g_hash_table_unref);
    }
    self->stands = TRUE;
    self->level = self->viewed;
}

static void
on_view(const char *account, uint32_t untold, const char *refused, gpointer user)
{
    ToolStand *self = user;

    self->untold = untold;
    g_free(self->refused);
    self->refused = *refused != '\0' ? g_strdup(refused) : NULL;
    /* Not yet where it is still told as the key, or where an owner that has just begun knows
     * nobody. */
    self->viewed = self->refused == NULL && (!self->signed_in || *account != '\0');
    self->level = self->stands && self->viewed;
}

static void
on_result(const char *key, const Vicu__CommandResult *result, gpointer user)
{
    ToolStand *self = user;

    if (self->awaited == NULL || strcmp(key, self->awaited) != 0)
        return;
    if (result != NULL) {
        g_autoptr(GBytes) packed = vicu_wire_pack(&result->base);
        gsize size = 0;
        const void *data = g_bytes_get_data(packed, &size);
        self->result = vicu_wire_unpack_command_result(data, size, NULL);
    }
    self->answered = TRUE;
}

/* Who is signed in is told what this person may see, and goes on to be. */
static gboolean
show_proof(ToolStand *self, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    g_autoptr(GBytes) proof = tool_login_proof(self->client, &wrong);

    if (wrong != NULL) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return FALSE;
    }
    self->signed_in = proof != NULL;
    if (proof != NULL)
        vicu_state_client_proof(self->state, proof);
    else
        self->viewed = TRUE;
    return TRUE;
}

/* Where it fails the owner says in a moment that nobody is believed any more. */
static gboolean
on_renewal(gpointer user)
{
    show_proof(user, NULL);
    return G_SOURCE_CONTINUE;
}

static void
keep_renewing(ToolStand *self)
{
    self->renewal = g_timeout_source_new_seconds(RENEW_S);
    g_source_set_callback(self->renewal, on_renewal, self, NULL);
    g_source_attach(self->renewal, vicu_context_main(tool_client_context(self->client)));
}

static ToolStand *
new_of(ToolClient *client, const char *socket, const char *owner, GError **error)
{
    static const VicuStateClientOps ops = {.begin = on_begin,
                                           .item = on_item,
                                           .level = on_level,
                                           .result = on_result,
                                           .view = on_view};
    g_autoptr(ToolStand) self = g_new0(ToolStand, 1);

    self->client = client;
    self->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_wire_free);
    self->state =
        vicu_state_client_new(tool_client_context(client), tool_client_root(client), socket, owner,
                              tool_client_who(client), NULL, 0, &ops, self, error);
    if (self->state == NULL || !show_proof(self, error))
        return NULL;
    if (self->signed_in)
        keep_renewing(self);
    return g_steal_pointer(&self);
}

ToolStand *
tool_stand_new(ToolClient *client, GError **error)
{
    return new_of(client, "rules-state", "rules", error);
}

ToolStand *
tool_stand_open_of(ToolClient *client, const char *socket, const char *owner, GError **error)
{
    g_autoptr(ToolStand) self = new_of(client, socket, owner, error);

    if (self == NULL)
        return NULL;
    gboolean level = tool_client_wait(client, &self->level, LEVEL_US);
    if (self->refused != NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "the %s process does not believe who is signed in: %s", owner, self->refused);
        return NULL;
    }
    if (!level && !self->stands) { /* an owner of before minor 9 names nobody */
        g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                    "the %s process of %s gave no answer in 5 s: see vicu status", owner,
                    tool_client_root(client)->dir);
        return NULL;
    }
    if (self->untold > 0)
        g_printerr("%u beds are not among the places of who is signed in, and not shown\n",
                   (unsigned)self->untold);
    return g_steal_pointer(&self);
}

ToolStand *
tool_stand_open(ToolClient *client, GError **error)
{
    return tool_stand_open_of(client, "rules-state", "rules", error);
}

void
tool_stand_free(ToolStand *self)
{
    if (self == NULL)
        return;
    if (self->renewal != NULL) {
        g_source_destroy(self->renewal);
        g_source_unref(self->renewal);
    }
    g_clear_pointer(&self->state, vicu_state_client_free);
    g_clear_pointer(&self->items, g_hash_table_unref);
    g_clear_pointer(&self->seen, g_hash_table_unref);
    vicu_wire_free(self->result);
    g_free(self->awaited);
    g_free(self->refused);
    g_free(self);
}

gboolean
tool_stand_is_level(const ToolStand *self)
{
    return self->level && vicu_state_client_is_level(self->state);
}

void
tool_stand_on_change(ToolStand *self, ToolStandFunc func, gpointer user)
{
    self->on_change = func;
    self->change_user = user;
}

static int
by_key(const void *a, const void *b)
{
    const Vicu__StateItem *const *x = a, *const *y = b;

    return tool_bed_compare((*x)->key, (*y)->key);
}

const Vicu__StateItem **
tool_stand_items(const ToolStand *self, Vicu__Subject subject, size_t *n)
{
    const Vicu__StateItem **found =
        g_new0(const Vicu__StateItem *, g_hash_table_size(self->items) + 1);
    GHashTableIter iter;
    gpointer item = NULL;

    *n = 0;
    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, NULL, &item))
        if (((Vicu__StateItem *)item)->subject == subject)
            found[(*n)++] = item;
    qsort(found, *n, sizeof *found, by_key);
    return found;
}

const Vicu__StateItem *
tool_stand_find(const ToolStand *self, Vicu__Subject subject, const char *key)
{
    g_autofree char *place = place_of(subject, key);

    return g_hash_table_lookup(self->items, place);
}

const char *
tool_stand_bed(const ToolStand *self, const char *text, GError **error)
{
    size_t n = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(self, VICU__SUBJECT__SUBJECT_BED, &n);
    g_autofree const char **beds = g_new0(const char *, n + 1);

    for (size_t i = 0; i < n; i++)
        beds[i] = items[i]->key;
    const char *found = tool_bed_find(beds, n, text, error);
    if (found == NULL && self->untold > 0)
        g_prefix_error(error, "among the beds that are shown to you: ");
    return found;
}

unsigned
tool_stand_untold(const ToolStand *self)
{
    return (unsigned)self->untold;
}

const char *
tool_stand_alarm(const ToolStand *self, const char *text, GError **error)
{
    size_t n = 0;
    const char *found = NULL;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(self, VICU__SUBJECT__SUBJECT_ALARM, &n);

    for (size_t i = 0; i < n; i++) {
        if (items[i]->alarm == NULL || !g_str_has_prefix(items[i]->alarm->id, text))
            continue;
        if (found != NULL) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "several alarms begin with \"%s\": say more of the id", text);
            return NULL;
        }
        found = items[i]->alarm->id;
    }
    if (found == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "there is no alarm \"%s\"; vicu alarm ls --all lists them", text);
    return found;
}

const char *
tool_stand_key(const ToolStand *self, Vicu__Subject subject, const char *text)
{
    size_t n = 0;
    const char *found = NULL;
    g_autofree const Vicu__StateItem **items = tool_stand_items(self, subject, &n);

    for (size_t i = 0; i < n; i++) {
        if (!g_str_has_prefix(items[i]->key, text))
            continue;
        if (found != NULL)
            return NULL;
        found = items[i]->key;
    }
    return found;
}

gboolean
tool_stand_command(ToolStand *self,
                   Vicu__Command *command,
                   const char *reason,
                   char **text,
                   char **detail,
                   GError **error)
{
    Vicu__Actor actor = VICU__ACTOR__INIT;

    /* Without a session the actor is the key, and no person. */
    actor.who = (char *)tool_client_who(self->client);
    actor.role = (char *)vicu_keys_role(tool_client_keys(self->client));
    actor.from = (char *)"vicu";
    g_autoptr(GError) wrong = NULL;
    g_autoptr(GBytes) proof = tool_login_proof(self->client, &wrong);
    if (wrong != NULL) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return FALSE;
    }
    if (proof != NULL)
        actor.proof.data = (uint8_t *)g_bytes_get_data(proof, &actor.proof.len);
    command->actor = &actor;
    command->reason = (char *)(reason != NULL ? reason : "");
    self->answered = FALSE;
    g_clear_pointer(&self->result, vicu_wire_free);
    g_free(self->awaited);
    self->awaited = vicu_state_client_command(self->state, command);
    tool_client_wait(self->client, &self->answered, ANSWER_US);
    command->actor = NULL;
    if (self->result == NULL) {
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                            "the rules process gave no answer in 10 s; whether it was done is not "
                            "known: look before you repeat it");
        return FALSE;
    }
    if (text != NULL)
        *text = g_strdup(self->result->text);
    if (detail != NULL)
        *detail = g_strdup(self->result->detail);
    if (!self->result->ok)
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_REFUSED, self->result->text);
    return self->result->ok;
}
