/* Gate: how many connections there may be, from where, and how long each may take.
 *
 * What a stranger can hold is bounded in number and in time: connections in all and from one
 * address, handshakes at a time, and a deadline for every phase in which the other side has to say
 * something. When all places are taken, the one that has said least and longest gives its place to
 * the next: a full house of silent connections keeps nobody out. A page that is served over a
 * WebSocket is never put out for a newcomer. Pure; times are BOOTTIME. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    PORTAL_PHASE_HELLO,     /* nothing whole was heard: TLS ClientHello */
    PORTAL_PHASE_WAITING,   /* its hello is there; other handshakes are under way */
    PORTAL_PHASE_HANDSHAKE, /* the keys are being agreed */
    PORTAL_PHASE_REQUEST,   /* the head of its first request */
    PORTAL_PHASE_SERVED,    /* being answered */
    PORTAL_PHASE_IDLE,      /* answered; between requests, or the head of the next */
    PORTAL_PHASE_PAGE,      /* a WebSocket: the page's beats judge it */
} PortalPhase;

typedef struct {
    unsigned connections;
    unsigned per_address;
    unsigned handshakes; /* at a time in all; a quarter of them from one address */
} PortalGateBounds;

typedef struct PortalGate PortalGate;
typedef struct PortalVisit PortalVisit;

PortalGate *portal_gate_new(const PortalGateBounds *bounds);
/* After every visit has left. */
void portal_gate_free(PortalGate *self);

/* NULL: its address has enough, or the house is full of those that may stay. *@out: must be closed
 * now, it gives its place; the caller lets it leave. @user: the caller's, of the visit. */
PortalVisit *portal_gate_enter(
    PortalGate *self, const char *address, int64_t now_us, gpointer user, PortalVisit **out);
void portal_gate_leave(PortalGate *self, PortalVisit *visit);

void portal_gate_phase(PortalGate *self, PortalVisit *visit, PortalPhase phase, int64_t now_us);
PortalPhase portal_visit_phase(const PortalVisit *visit);
gpointer portal_visit_user(const PortalVisit *visit);

/* The next that waits and may begin its handshake; NULL: none may. */
PortalVisit *portal_gate_next_handshake(const PortalGate *self);
/* One whose time is over; NULL: none. */
PortalVisit *portal_gate_overdue(const PortalGate *self, int64_t now_us);

size_t portal_gate_n(const PortalGate *self);
size_t portal_gate_n_in(const PortalGate *self, PortalPhase phase);
PortalVisit *portal_gate_any(const PortalGate *self); /* NULL: empty */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalGate, portal_gate_free)

G_END_DECLS
