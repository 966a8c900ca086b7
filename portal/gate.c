/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/gate.h"

#include <string.h>

#define S                ((int64_t)G_USEC_PER_SEC)
#define HANDSHAKES_SHARE 4

/* Long enough for 64 kbit/s at 600 ms with 5 % loss, where a lost packet costs a second and its
 * repetition two more. */
static const int64_t patience_us[] = {
    [PORTAL_PHASE_HELLO] = 10 * S,     [PORTAL_PHASE_WAITING] = 10 * S,
    [PORTAL_PHASE_HANDSHAKE] = 15 * S, [PORTAL_PHASE_REQUEST] = 15 * S,
    [PORTAL_PHASE_SERVED] = 60 * S,    [PORTAL_PHASE_IDLE] = 30 * S,
    [PORTAL_PHASE_PAGE] = INT64_MAX,
};
#define N_PHASES (PORTAL_PHASE_PAGE + 1)

struct PortalVisit {
    char *address;
    PortalPhase phase;
    int64_t since_us; /* the phase */
    gpointer user;
};

struct PortalGate {
    PortalGateBounds bounds;
    GPtrArray *visits;     /* in the order of their coming */
    GHashTable *addresses; /* address -> how many */
    size_t in[N_PHASES];
};

PortalGate *
portal_gate_new(const PortalGateBounds *bounds)
{
    PortalGate *self = g_new0(PortalGate, 1);

    self->bounds = *bounds;
    self->visits = g_ptr_array_new();
    self->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

void
portal_gate_free(PortalGate *self)
{
    if (self == NULL)
        return;
    g_assert(self->visits->len == 0);
    g_ptr_array_unref(self->visits);
    g_hash_table_unref(self->addresses);
    g_free(self);
}

static unsigned
from(const PortalGate *self, const char *address)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(self->addresses, address));
}

/* Before the first request of an address is whole nobody knows who it is: these go first, the
 * longest there first; then those that keep a connection open for nothing. */
static PortalVisit *
least(const PortalGate *self)
{
    PortalVisit *idle = NULL;

    for (guint i = 0; i < self->visits->len; i++) {
        PortalVisit *visit = self->visits->pdata[i];
        if (visit->phase <= PORTAL_PHASE_REQUEST)
            return visit;
        if (visit->phase == PORTAL_PHASE_IDLE && (idle == NULL || visit->since_us < idle->since_us))
            idle = visit;
    }
    return idle;
}

PortalVisit *
portal_gate_enter(
    PortalGate *self, const char *address, int64_t now_us, gpointer user, PortalVisit **out)
{
    unsigned n = from(self, address);

    *out = NULL;
    if (n >= self->bounds.per_address)
        return NULL;
    if (self->visits->len >= self->bounds.connections) {
        *out = least(self);
        if (*out == NULL)
            return NULL;
    }
    PortalVisit *visit = g_new0(PortalVisit, 1);
    visit->address = g_strdup(address);
    visit->since_us = now_us;
    visit->user = user;
    g_ptr_array_add(self->visits, visit);
    g_hash_table_insert(self->addresses, g_strdup(address), GUINT_TO_POINTER(n + 1));
    self->in[PORTAL_PHASE_HELLO]++;
    return visit;
}

void
portal_gate_leave(PortalGate *self, PortalVisit *visit)
{
    unsigned n = from(self, visit->address);

    g_assert(n > 0 && g_ptr_array_remove(self->visits, visit));
    if (n > 1)
        g_hash_table_insert(self->addresses, g_strdup(visit->address), GUINT_TO_POINTER(n - 1));
    else
        g_hash_table_remove(self->addresses, visit->address);
    self->in[visit->phase]--;
    g_free(visit->address);
    g_free(visit);
}

void
portal_gate_phase(PortalGate *self, PortalVisit *visit, PortalPhase phase, int64_t now_us)
{
    self->in[visit->phase]--;
    self->in[phase]++;
    visit->phase = phase;
    visit->since_us = now_us;
}

PortalPhase
portal_visit_phase(const PortalVisit *visit)
{
    return visit->phase;
}

gpointer
portal_visit_user(const PortalVisit *visit)
{
    return visit->user;
}

static unsigned
handshakes_from(const PortalGate *self, const char *address)
{
    unsigned n = 0;

    for (guint i = 0; i < self->visits->len; i++) {
        const PortalVisit *visit = self->visits->pdata[i];
        n += visit->phase == PORTAL_PHASE_HANDSHAKE && strcmp(visit->address, address) == 0;
    }
    return n;
}

PortalVisit *
portal_gate_next_handshake(const PortalGate *self)
{
    unsigned each = MAX(self->bounds.handshakes / HANDSHAKES_SHARE, 1u);

    if (self->in[PORTAL_PHASE_WAITING] == 0
        || self->in[PORTAL_PHASE_HANDSHAKE] >= self->bounds.handshakes)
        return NULL;
    for (guint i = 0; i < self->visits->len; i++) {
        PortalVisit *visit = self->visits->pdata[i];
        if (visit->phase == PORTAL_PHASE_WAITING && handshakes_from(self, visit->address) < each)
            return visit;
    }
    return NULL;
}

PortalVisit *
portal_gate_overdue(const PortalGate *self, int64_t now_us)
{
    for (guint i = 0; i < self->visits->len; i++) {
        PortalVisit *visit = self->visits->pdata[i];
        if (now_us - visit->since_us > patience_us[visit->phase])
            return visit;
    }
    return NULL;
}

size_t
portal_gate_n(const PortalGate *self)
{
    return self->visits->len;
}

size_t
portal_gate_n_in(const PortalGate *self, PortalPhase phase)
{
    return self->in[phase];
}

PortalVisit *
portal_gate_any(const PortalGate *self)
{
    return self->visits->len > 0 ? self->visits->pdata[self->visits->len - 1] : NULL;
}
