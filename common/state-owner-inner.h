/* Inside of the owner of a state. For state-owner*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/state.h"

G_BEGIN_DECLS

typedef struct {
    Vicu__Subject subject;
    char *key;
    GBytes *packed;
    uint64_t sequence; /* of the last change */
} OwnerItem;

typedef struct {
    Vicu__Subject subject;
    GBytes *packed;
} OwnerChange;

typedef struct {
    GBytes *route;
    uint64_t subjects;    /* a bit for each; 0: all */
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
    VicuStateOwnerFigures figures;
};

/* ---- state-owner.c ---- */

VicuStateMessage
state_owner_message(const VicuStateOwner *self, Vicu__Kind kind, uint64_t sequence);
/* NULL: none has this route. */
OwnerSubscriber *state_owner_find_subscriber(const VicuStateOwner *self, GBytes *route);

G_END_DECLS
