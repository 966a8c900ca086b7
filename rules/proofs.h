/* Test alarms: from the data of each bed to whoever shows or sounds alarms, and back.
 *
 * One that came with a bed's data is told once the bed is judged as far (SUBJECT_PROOF); each
 * outlet that gives test alarms back has VICU_PROOF_LATE_US for it. A bed that had one has the
 * next within a minute while its sender lives. Nobody is missed for a stall of our own. Pure.
 * @now_us UTC, @mono_us BOOTTIME. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "proto/state.pb-c.h"

G_BEGIN_DECLS

#define RULES_PROOFS_BEDS 16u /* of an outlet that are named */

typedef struct RulesProofs RulesProofs;

RulesProofs *rules_proofs_new(void);
void rules_proofs_free(RulesProofs *self);

/* A probe came with the data of @bed. */
void rules_proofs_heard(RulesProofs *self, const Vicu__Proof *probe, int64_t mono_us);
/* @bed is judged up to @watermark_us. False: nothing is told. True: @out is; borrowed until the
 * next call. */
bool rules_proofs_judged(RulesProofs *self,
                         const char *bed,
                         int64_t watermark_us,
                         int64_t now_us,
                         int64_t mono_us,
                         Vicu__Proved *out);
/* None is expected of the bed: its sender is silent, or nobody lies there. True: one was. */
bool rules_proofs_drop(RulesProofs *self, const char *bed);

/* What @outlet gave back, with its beat. */
void rules_proofs_back(RulesProofs *self,
                       const char *outlet,
                       const uint64_t *serial,
                       size_t n,
                       int64_t now_us,
                       int64_t mono_us);
/* It is gone, or silent: nothing is expected of it. */
void rules_proofs_leave(RulesProofs *self, const char *outlet);
/* Each 100 ms. True: what is missing is another than before. */
bool rules_proofs_tick(RulesProofs *self, int64_t mono_us);

/* Of the outlet: when it gave one back last (UTC; 0: never), and the beds whose last one it did
 * not. Ids are borrowed until the next call; at most RULES_PROOFS_BEDS. */
size_t rules_proofs_of_outlet(const RulesProofs *self,
                              const char *outlet,
                              int64_t *proved_us,
                              const char *bed[RULES_PROOFS_BEDS],
                              unsigned *more);
/* "station-1, portal": outlets that did not give one back; NULL: all did. Caller frees. */
char *rules_proofs_unanswered(const RulesProofs *self);
/* "demo/icu/3, demo/icu/4 and 2 more": beds without one in time; NULL: none. Caller frees. */
char *rules_proofs_late(const RulesProofs *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesProofs, rules_proofs_free)

G_END_DECLS
