/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/tell.h"

#include <string.h>

#include "common/json.h"

struct PortalListener {
    GPtrArray *told; /* PortalLine in the order of their keys */
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
    g_free(self);
}

/* Whoever is not on the roster is called by the word itself. */
static const char *
id_of(PortalBoard *board, const char *person)
{
    const Vicu__RosterPerson *me = portal_board_person(board, person);

    return me != NULL ? me->id : person;
}

/* What others are asked, and oneself to hand on to, are not told. */
static bool
is_for(const PortalLine *line, const char *id)
{
    if (line->key[0] == 'e')
        return *id != '\0' && strcmp(line->person, id) == 0;
    return line->key[0] != 'p' || strcmp(line->key + 2, id) != 0;
}

static GPtrArray *
lines_for(PortalBoard *board, const char *id)
{
    const GPtrArray *all = portal_board_lines(board);
    GPtrArray *mine = g_ptr_array_new_full(all->len, portal_line_unref);

    for (guint i = 0; i < all->len; i++)
        if (is_for(all->pdata[i], id))
            g_ptr_array_add(mine, portal_line_ref(all->pdata[i]));
    return mine;
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

char *
portal_tell(PortalListener *self, PortalBoard *board, const char *person)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    GPtrArray *now = lines_for(board, id_of(board, person));

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "t", "state");
    vicu_json_begin_object(json, "set");
    bool any = walk(now, self->told, put_set, json);
    vicu_json_end(json);
    vicu_json_begin_array(json, "gone");
    any |= walk(self->told, now, put_gone, json);
    vicu_json_end(json);
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
        if (line->key[0] == 'e' && is_for(line, id))
            return line;
    }
    return NULL;
}

bool
portal_tell_is_urgent(const PortalListener *self, PortalBoard *board, const char *person)
{
    const char *id = id_of(board, person);
    const PortalLine *now = NULL, *told = NULL;
    guint n = 0, t = 0;

    do {
        now = next_call(portal_board_lines(board), id, &n);
        told = next_call(self->told, id, &t);
    } while (now == told && now != NULL);
    return now != told;
}
