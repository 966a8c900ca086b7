/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/tell.h"

#include <string.h>

#include "common/json.h"

struct PortalListener {
    GPtrArray *told; /* PortalLine in the order of their keys */
    char *scope;     /* as it was told; NULL: never, which means everything */
};

PortalListener *
portal_listener_new(void)
{
    PortalListener *self = g_new0(PortalListener, 1);

    self->told = g_ptr_array_new_with_free_func(portal_line_unref);
    return self;
}

void
portal_listener_free(PortalListener *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->told);
    g_free(self->scope);
    g_free(self);
}

/* ---- for whom ---- */

typedef struct {
    const char *id; /* whoever is not on the roster is called by the word itself */
    const Vicu__RosterPerson *me;
    GHashTable *asked; /* beds that one is asked about, borrowed; NULL: all are told anyway */
} Reader;

static bool
asks(const PortalLine *line, const char *id)
{
    return line->key[0] == 'e' && *id != '\0' && strcmp(line->person, id) == 0;
}

static Reader
reader_of(PortalBoard *board, const char *person)
{
    const GPtrArray *all = portal_board_lines(board);
    Reader self = {.me = portal_board_person(board, person)};

    self.id = self.me != NULL ? self.me->id : person;
    if (self.me == NULL || self.me->n_unit == 0)
        return self;
    self.asked = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < all->len; i++)
        if (asks(all->pdata[i], self.id))
            g_hash_table_add(self.asked, ((PortalLine *)all->pdata[i])->bed);
    return self;
}

static void
reader_clear(Reader *self)
{
    g_clear_pointer(&self->asked, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static bool
covers(const Reader *self, const char *bed)
{
    return self->asked == NULL || *bed == '\0' || g_hash_table_contains(self->asked, bed)
           || portal_board_covers(self->me, bed);
}

/* What others are asked, and oneself to hand on to, are not told. */
static bool
is_for(const PortalLine *line, const Reader *reader)
{
    if (line->key[0] == 'e')
        return asks(line, reader->id);
    if (line->key[0] == 'p')
        return strcmp(line->key + 2, reader->id) != 0;
    return covers(reader, line->bed);
}

static GPtrArray *
lines_for(PortalBoard *board, const Reader *reader, unsigned *hidden)
{
    const GPtrArray *all = portal_board_lines(board);
    GPtrArray *mine = g_ptr_array_new_full(all->len, portal_line_unref);

    *hidden = 0;
    for (guint i = 0; i < all->len; i++) {
        PortalLine *line = all->pdata[i];
        if (is_for(line, reader))
            g_ptr_array_add(mine, portal_line_ref(line));
        else
            *hidden += line->key[0] == 'b';
    }
    return mine;
}

bool
portal_tell_covers(PortalBoard *board, const char *person, const char *bed)
{
    g_auto(Reader) reader = reader_of(board, person);

    return covers(&reader, bed);
}

/* As JSON: which units are told, and how many beds are not. Caller frees. */
static char *
scope_of(const Reader *reader, unsigned hidden)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_begin_array(json, "units");
    for (size_t i = 0; reader->asked != NULL && i < reader->me->n_unit; i++)
        vicu_json_text(json, NULL, reader->me->unit[i]);
    vicu_json_end(json);
    vicu_json_integer(json, "hidden", hidden);
    vicu_json_end(json);
    return g_strdup(vicu_json_peek(json));
}

/* ---- what is new ---- */

/* Walks @lines beside @others: each of @lines with the one of @others that has its key, or NULL. */
typedef bool (*WalkFunc)(const PortalLine *line, const PortalLine *other, VicuJson *json);

static bool
walk(const GPtrArray *lines, const GPtrArray *others, WalkFunc func, VicuJson *json)
{
    bool any = false;
    guint o = 0;

    for (guint i = 0; i < lines->len; i++) {
        const PortalLine *line = lines->pdata[i], *other = NULL;
        int order = -1;
        while (o < others->len) {
            other = others->pdata[o];
            order = other == line ? 0 : strcmp(other->key, line->key);
            if (order >= 0)
                break;
            o++;
        }
        any |= func(line, o < others->len && order == 0 ? other : NULL, json);
    }
    return any;
}

static bool
put_set(const PortalLine *now, const PortalLine *told, VicuJson *json)
{
    if (now == told || (told != NULL && strcmp(now->json, told->json) == 0))
        return false;
    vicu_json_raw(json, now->key, now->json);
    return true;
}

static bool
put_gone(const PortalLine *told, const PortalLine *now, VicuJson *json)
{
    if (now != NULL)
        return false;
    vicu_json_text(json, NULL, told->key);
    return true;
}

/* Nothing is said of it to whom everything is told. */
static bool
put_scope(PortalListener *self, const Reader *reader, unsigned hidden, VicuJson *json)
{
    g_autofree char *scope = scope_of(reader, hidden);

    if (self->scope == NULL ? reader->asked == NULL : strcmp(self->scope, scope) == 0)
        return false;
    vicu_json_raw(json, "scope", scope);
    g_free(self->scope);
    self->scope = g_steal_pointer(&scope);
    return true;
}

char *
portal_tell(PortalListener *self, PortalBoard *board, const char *person)
{
    g_auto(Reader) reader = reader_of(board, person);
    g_autoptr(VicuJson) json = vicu_json_new();
    unsigned hidden = 0;
    GPtrArray *now = lines_for(board, &reader, &hidden);

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "t", "state");
    vicu_json_begin_object(json, "set");
    bool any = walk(now, self->told, put_set, json);
    vicu_json_end(json);
    vicu_json_begin_array(json, "gone");
    any |= walk(self->told, now, put_gone, json);
    vicu_json_end(json);
    any |= put_scope(self, &reader, hidden, json);
    vicu_json_end(json);
    g_ptr_array_unref(self->told);
    self->told = now;
    return any ? g_strdup(vicu_json_peek(json)) : NULL;
}

/* The next escalation at or after *@at; NULL: there is none. */
static const PortalLine *
next_call(const GPtrArray *lines, const char *id, guint *at)
{
    while (*at < lines->len) {
        const PortalLine *line = lines->pdata[(*at)++];
        if (asks(line, id))
            return line;
    }
    return NULL;
}

bool
portal_tell_is_urgent(const PortalListener *self, PortalBoard *board, const char *person)
{
    const Vicu__RosterPerson *me = portal_board_person(board, person);
    const char *id = me != NULL ? me->id : person;
    const PortalLine *now = NULL, *told = NULL;
    guint n = 0, t = 0;

    do {
        now = next_call(portal_board_lines(board), id, &n);
        told = next_call(self->told, id, &t);
    } while (now == told && now != NULL);
    return now != told;
}
