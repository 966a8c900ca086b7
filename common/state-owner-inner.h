/* Inside of the owner of a state. For state-owner*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/state.h"

G_BEGIN_DECLS

typedef struct {
    Vicu__Subject subject;
    char *key;
    char *place; /* GRefString: where it is; NULL where nobody is told less than everything */
    GBytes *packed;
    uint64_t sequence; /* of the last change */
} OwnerItem;

typedef struct {
    Vicu__Subject subject;
    char *place;    /* as OwnerItem's */
    char *left_for; /* GRefString: it went there; told, as a removal, to those who saw it before and
                     * do not now; NULL: any other change */
    GBytes *packed; /* NULL: a number that tells nothing */
} OwnerChange;

typedef struct {
    GBytes *route;
    uint64_t subjects;    /* a bit for each; 0: all */
    VicuStateView *view;  /* NULL: everything is told */
    GPtrArray *snapshot;  /* GBytes still to be sent; NULL: none under way */
    uint64_t snapshot_at; /* its sequence */
    guint sent;           /* items of it */
    uint64_t looked;      /* changes up to here were sent, or are not for it */
    uint64_t told;        /* sequence of the last message */
    uint64_t under_way;   /* items not acknowledged */
    int64_t heard_us;
} OwnerSubscriber;

typedef struct {
    char *key;
    char *digest;   /* of the command; NULL: not known, any will do */
    GBytes *result; /* NULL: being acted on */
    GPtrArray *routes;
} OwnerAnswer;

struct VicuStateOwner {
    uint64_t incarnation;
    size_t max_subscribers;
    VicuStateOwnerOps ops;
    gpointer data;
    GHashTable *items;                 /* OwnerItem -> itself */
    OwnerChange ring[VICU_STATE_RING]; /* change n lies at n % VICU_STATE_RING */
    uint64_t sequence;
    GPtrArray *subscribers;
    GHashTable *answers; /* key -> OwnerAnswer */
    GQueue order;        /* OwnerAnswer, oldest first */
    int64_t beat_us;
    int64_t watermark_us; /* of the last tick, and the next */
    bool catching_up;
    VicuStateOwnerFigures figures;
};

/* ---- state-owner.c ---- */

VicuStateMessage
state_owner_message(const VicuStateOwner *self, Vicu__Kind kind, uint64_t sequence);
/* NULL: none has this route. */
OwnerSubscriber *state_owner_find_subscriber(const VicuStateOwner *self, GBytes *route);
/* A number of the sequence; @place, @left_for: GRefStrings or NULL. */
void state_owner_note(
    VicuStateOwner *self, Vicu__Subject subject, char *place, char *left_for, GBytes *packed);

/* ---- state-owner-tell.c ---- */

void state_owner_begin_snapshot(VicuStateOwner *self, OwnerSubscriber *subscriber);
/* Sends what its window and socket allow. */
void state_owner_serve(VicuStateOwner *self, OwnerSubscriber *subscriber);
/* Takes @view over. */
void state_owner_take_view(VicuStateOwner *self, OwnerSubscriber *subscriber, VicuStateView *view);
void state_owner_beat(VicuStateOwner *self,
                      OwnerSubscriber *subscriber,
                      int64_t watermark_us,
                      bool catching_up);

G_END_DECLS
