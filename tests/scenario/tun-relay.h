/* A phone's poor link, for real: IP packets between two network namespaces, through two TUN devices
 * and a relay that is slow, late and loses some. TCP at both ends is the kernel's own.
 *
 *   test and portal (a namespace of its own, 10.77.0.1) -- TUN -- relay -- TUN -- (10.77.0.2)
 *
 * The far namespace has one process: the relay, which also listens on the loopback of the near one
 * and passes what connects there on to the portal, over the link.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define TUN_RELAY_PORTAL "10.77.0.1"

typedef struct {
    unsigned bytes_s;    /* each way */
    unsigned delay_ms;   /* each way, beside the time on the line */
    unsigned lost_of_1k; /* packets of 1 000 */
    unsigned queue;      /* bytes that wait for the line; what is beyond is dropped */
    uint64_t seed;
} TunRelayLine;

/* What happened so far, both ways together. */
typedef struct {
    uint64_t packets, bytes, lost, dropped;
} TunRelayFigures;

typedef struct TunRelay TunRelay;

/* Into a network namespace of its own, before there are threads; NULL, or why that is not allowed.
 */
const char *tun_relay_enter(void);
/* @port: of the portal at TUN_RELAY_PORTAL. NULL, and @why: there is no TUN here. */
TunRelay *tun_relay_new(const TunRelayLine *line, unsigned port, const char **why);
void tun_relay_free(TunRelay *self);
/* Of the loopback; what connects there is at the portal, over the line. */
unsigned tun_relay_port(const TunRelay *self);
void tun_relay_figures(const TunRelay *self, TunRelayFigures *out);

G_END_DECLS
