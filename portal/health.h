/* Health: what every process of this machine says of itself, asked each 2 s.
 *
 * One thread, the context's main loop. What a process said stands with its age; after
 * PORTAL_HEALTH_SILENT_US without an answer it counts as silent.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"

G_BEGIN_DECLS

#define PORTAL_HEALTH_SILENT_US (6 * (int64_t)G_USEC_PER_SEC)
#define PORTAL_HEALTH_MAX       32

typedef struct {
    const char *process;
    const Vicu__Status *status; /* NULL: it never answered */
    int64_t age_us;             /* of the answer; -1: there is none */
    bool silent;
} PortalHealthRow;

typedef struct PortalHealth PortalHealth;
/* @root is borrowed. */
PortalHealth *portal_health_new(VicuContext *context, const VicuRoot *root);
void portal_health_free(PortalHealth *self);

/* In the order of the names; how many, at most PORTAL_HEALTH_MAX. Borrowed until the loop runs. */
size_t portal_health_rows(const PortalHealth *self,
                          PortalHealthRow rows[PORTAL_HEALTH_MAX],
                          int64_t boot_us);
/* False: never seen, or silent. */
bool portal_health_hears(const PortalHealth *self, const char *process, int64_t boot_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalHealth, portal_health_free)

G_END_DECLS
