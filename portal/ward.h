/* Ward: what stands, as the owners of the state told it. Pure; one owner thread.
 *
 * Each owner ("rules", "escalation") is a source of its own: a snapshot takes the place of what
 * that source told before, once it is whole. Items are copies.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

typedef enum { PORTAL_FROM_RULES, PORTAL_FROM_ESCALATION, PORTAL_N_SOURCES } PortalSource;

typedef struct PortalWard PortalWard;
PortalWard *portal_ward_new(void);
void portal_ward_free(PortalWard *self);

void portal_ward_begin(PortalWard *self, PortalSource source);
void portal_ward_item(PortalWard *self, PortalSource source, const Vicu__StateItem *item);
void portal_ward_level(PortalWard *self, PortalSource source);

/* Changes with every item that came. */
uint64_t portal_ward_version(const PortalWard *self);

/* NULL: there is none. Borrowed until the next item. */
const Vicu__StateItem *
portal_ward_find(const PortalWard *self, Vicu__Subject subject, const char *key);
/* Every item of @subject in the order of its key; array of borrowed pointers, caller frees. */
GPtrArray *portal_ward_all(const PortalWard *self, Vicu__Subject subject);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalWard, portal_ward_free)

G_END_DECLS
