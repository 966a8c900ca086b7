/* The gate: bounds of connections, who gives way, and deadlines.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/gate.h"

#define S ((int64_t)G_USEC_PER_SEC)

static const PortalGateBounds bounds = {.connections = 4, .per_address = 3, .handshakes = 4};

static PortalVisit *
enter(PortalGate *gate, const char *address, int64_t now_us, PortalVisit **out)
{
    return portal_gate_enter(gate, address, now_us, NULL, out);
}

static void
empty(PortalGate *gate)
{
    PortalVisit *visit = NULL;

    while ((visit = portal_gate_any(gate)) != NULL)
        portal_gate_leave(gate, visit);
}

static void
an_address_has_no_more_than_its_share(void)
{
    g_autoptr(PortalGate) gate = portal_gate_new(&bounds);
    PortalVisit *out = NULL, *first = enter(gate, "10.0.0.1", 0, &out);

    enter(gate, "10.0.0.1", 0, &out);
    enter(gate, "10.0.0.1", 0, &out);
    g_assert_null(enter(gate, "10.0.0.1", 0, &out));
    g_assert_null(out);
    g_assert_nonnull(enter(gate, "10.0.0.2", 0, &out));
    g_assert_null(out);
    portal_gate_leave(gate, first);
    g_assert_nonnull(enter(gate, "10.0.0.1", 0, &out));
    empty(gate);
}

static void
who_has_said_nothing_gives_way_and_a_page_never(void)
{
    g_autoptr(PortalGate) gate = portal_gate_new(&bounds);
    PortalVisit *out = NULL, *visit[4];

    for (int i = 0; i < 4; i++)
        visit[i] = enter(gate, i < 2 ? "10.0.0.1" : "10.0.0.2", i, &out);
    portal_gate_phase(gate, visit[0], PORTAL_PHASE_PAGE, 10);
    portal_gate_phase(gate, visit[1], PORTAL_PHASE_IDLE, 11);
    portal_gate_phase(gate, visit[2], PORTAL_PHASE_SERVED, 12);
    /* The silent one first, then the idle one. */
    PortalVisit *next = enter(gate, "10.0.0.3", 20, &out);
    g_assert_true(out == visit[3]);
    portal_gate_leave(gate, out);
    portal_gate_phase(gate, next, PORTAL_PHASE_PAGE, 21);
    PortalVisit *last = enter(gate, "10.0.0.3", 22, &out);
    g_assert_true(out == visit[1]);
    portal_gate_leave(gate, out);
    portal_gate_phase(gate, last, PORTAL_PHASE_PAGE, 23);
    /* What is left may stay: nobody else comes in. */
    g_assert_null(enter(gate, "10.0.0.4", 24, &out));
    g_assert_null(out);
    g_assert_cmpuint(portal_gate_n_in(gate, PORTAL_PHASE_PAGE), ==, 3);
    empty(gate);
}

static void
each_phase_has_its_end(void)
{
    static const struct {
        PortalPhase phase;
        int64_t s;
    } ends[] = {{PORTAL_PHASE_HELLO, 10},
                {PORTAL_PHASE_HANDSHAKE, 15},
                {PORTAL_PHASE_REQUEST, 15},
                {PORTAL_PHASE_SERVED, 60},
                {PORTAL_PHASE_IDLE, 30}};
    g_autoptr(PortalGate) gate = portal_gate_new(&bounds);
    PortalVisit *out = NULL, *visit = enter(gate, "::1", 0, &out);

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        portal_gate_phase(gate, visit, ends[i].phase, 100 * S);
        g_assert_null(portal_gate_overdue(gate, (100 + ends[i].s) * S));
        g_assert_true(portal_gate_overdue(gate, (100 + ends[i].s) * S + 1) == visit);
    }
    portal_gate_phase(gate, visit, PORTAL_PHASE_PAGE, 100 * S);
    g_assert_null(portal_gate_overdue(gate, 1000000 * S));
    empty(gate);
}

static void
handshakes_are_shared_out(void)
{
    const PortalGateBounds wide = {.connections = 100, .per_address = 50, .handshakes = 8};
    g_autoptr(PortalGate) gate = portal_gate_new(&wide);
    PortalVisit *out = NULL, *next = NULL;
    unsigned begun = 0;

    g_assert_null(portal_gate_next_handshake(gate));
    for (int i = 0; i < 20; i++)
        portal_gate_phase(gate, enter(gate, "10.0.0.1", 0, &out), PORTAL_PHASE_WAITING, 0);
    /* A quarter of 8 from one address, however many wait there. */
    for (; (next = portal_gate_next_handshake(gate)) != NULL; begun++)
        portal_gate_phase(gate, next, PORTAL_PHASE_HANDSHAKE, 1);
    g_assert_cmpuint(begun, ==, 2);
    PortalVisit *other = enter(gate, "10.0.0.2", 2, &out);
    portal_gate_phase(gate, other, PORTAL_PHASE_WAITING, 2);
    g_assert_true(portal_gate_next_handshake(gate) == other);
    empty(gate);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/portal/gate/share", an_address_has_no_more_than_its_share);
    g_test_add_func("/portal/gate/gives-way", who_has_said_nothing_gives_way_and_a_page_never);
    g_test_add_func("/portal/gate/ends", each_phase_has_its_end);
    g_test_add_func("/portal/gate/handshakes", handshakes_are_shared_out);
    return g_test_run();
}
