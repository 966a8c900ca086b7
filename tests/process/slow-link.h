/* A poor link for tests: a relay of TCP on the loopback with a rate, a delay and losses.
 *
 * Each direction carries @bytes_s bytes a second, half of @round_trip_us late; one segment of 1 400
 * bytes in @one_lost_in is lost, which costs what TCP needs to send it again: two round trips. One
 * thread, the default main context.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct SlowLink SlowLink;

SlowLink *
slow_link_new(unsigned to_port, unsigned bytes_s, int64_t round_trip_us, unsigned one_lost_in);
void slow_link_free(SlowLink *self);
unsigned slow_link_port(const SlowLink *self);
/* Both directions, since the start. */
uint64_t slow_link_bytes(const SlowLink *self);
unsigned slow_link_lost(const SlowLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SlowLink, slow_link_free)

G_END_DECLS
