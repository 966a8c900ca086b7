/* Witness: tells the store who looked at what.
 *
 * One record for each bed that is opened; one for a wall, with the list of its
 * beds, per hour and whenever a bed is added to what is seen. Care fails open:
 * nothing waits for it; what could not be taken is counted and becomes a local
 * technical alarm. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "common/wire.h"
#include "dashboard/model/model.h"

G_BEGIN_DECLS

typedef struct DashWitness DashWitness;

/* @who and @role of the key that looks; @from names the program. */
DashWitness *dash_witness_new(VicuContext *context,
                              const VicuRoot *root,
                              const char *who,
                              const char *role,
                              const char *from,
                              GError **error);
void dash_witness_free(DashWitness *self);

/* May be called for every picture: says no more than is due. @bed NULL: the wall. */
void dash_witness_look(DashWitness *self, const DashModel *model, const char *bed, int64_t now_us);

/* Who looks from now on is @account, in @role; NULL: nobody has signed in, the key looks. */
void dash_witness_set_person(DashWitness *self, const char *account, const char *role);
/* An act of who looks: fills in who, in which role and where. */
void dash_witness_tell(DashWitness *self, Vicu__AuditRecord *record, int64_t now_us);

/* A record about this station itself, copied; false: too many wait, it is counted. */
bool dash_witness_put(DashWitness *self, const Vicu__AuditRecord *record);

size_t dash_witness_waiting(const DashWitness *self); /* not yet durable */
uint64_t dash_witness_refused(const DashWitness *self);

/* Raises and ends the local alarm "audit-waiting" in @model. */
void dash_witness_judge(DashWitness *self, DashModel *model, int64_t now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashWitness, dash_witness_free)

G_END_DECLS
