/* Test alarms as the portal sees them: straight from the rules, and as they come through
 * escalation, which is the way of what a phone is told. Pure; @mono_us BOOTTIME.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/proof.h"
#include "portal/ward.h"

G_BEGIN_DECLS

typedef struct PortalProofs PortalProofs;

PortalProofs *portal_proofs_new(void);
void portal_proofs_free(PortalProofs *self);

void portal_proofs_begin(PortalProofs *self, PortalSource from);
void portal_proofs_level(PortalProofs *self, PortalSource from, int64_t mono_us);
/* True: it was one, and is of nobody else's concern. */
bool portal_proofs_item(PortalProofs *self,
                        PortalSource from,
                        const Vicu__StateItem *item,
                        int64_t mono_us);

/* For the beat to the rules: @through where escalation is heard, then only what came that way too.
 * Borrowed until the next call. */
void
portal_proofs_answer(PortalProofs *self, bool through, Vicu__OutletBeat *beat, int64_t mono_us);
/* Serial of the newest that pages are to give back; 0: none. */
uint64_t portal_proofs_newest(const PortalProofs *self, bool through);
/* A bed has had none in time. */
bool portal_proofs_late(const PortalProofs *self, bool through, int64_t mono_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalProofs, portal_proofs_free)

G_END_DECLS
