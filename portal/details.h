/* Details: what stands behind an alarm, with its strip from the store, for pages.
 *
 * One question at a time; who asks for the same alarm meanwhile gets the same answer. At most
 * PORTAL_DETAILS_WAITING alarms wait. Answers are kept for a while, so that a ward's phones cost
 * the store one question. One thread, the context's main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/query.h"
#include "portal/ward.h"

G_BEGIN_DECLS

#define PORTAL_DETAILS_WAITING 64
#define PORTAL_DETAILS_KEPT    64

/* @json: {"t": "detail", "id", "inputs", "strip", "why"}; borrowed. */
typedef void (*PortalDetailsFunc)(const char *alarm, const char *json, gpointer user);

typedef struct PortalDetails PortalDetails;
/* All borrowed; @func is told of every answer. */
PortalDetails *portal_details_new(VicuQueryClient *query,
                                  const PortalWard *ward,
                                  PortalDetailsFunc func,
                                  gpointer user);
void portal_details_free(PortalDetails *self);

/* The answer comes by func(), now where it is kept. False: no such alarm, or too many wait. */
bool portal_details_ask(PortalDetails *self, const char *alarm);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalDetails, portal_details_free)

G_END_DECLS
