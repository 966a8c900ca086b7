/* Test alarms, as an outlet of alarms sees them: docs/proof-of-life.md.
 *
 * Each bed has one a minute, from its sender through the rules to here. What came is given back
 * with the beat to the rules; what does not come is known here too: alarms of that bed may not
 * come either. Nobody sees or hears a test alarm. Pure; @mono_us BOOTTIME. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "proto/state.pb-c.h"

G_BEGIN_DECLS

#define VICU_PROOF_US      (60 * (int64_t)G_USEC_PER_SEC) /* of a bed, from one to the next */
#define VICU_PROOF_LATE_US (8 * (int64_t)G_USEC_PER_SEC)  /* to come, and to be given back */

typedef struct VicuProof VicuProof;

VicuProof *vicu_proof_new(void);
void vicu_proof_free(VicuProof *self);

/* A snapshot of the state begins; at its end beds that it did not name are expected no more, and
 * each has its time from there. */
void vicu_proof_begin(VicuProof *self);
void vicu_proof_level(VicuProof *self, int64_t mono_us);
/* Any item; those of SUBJECT_PROOF are taken. */
void vicu_proof_item(VicuProof *self, const Vicu__StateItem *item, int64_t mono_us);

/* What came in the last 10 s, for the beat; borrowed until the next call of anything here. */
void vicu_proof_answer(VicuProof *self, Vicu__OutletBeat *beat, int64_t mono_us);
/* Serial of the newest that came; 0: none did. */
uint64_t vicu_proof_newest(const VicuProof *self);
/* It came, and not before @mono_us less 10 s. */
bool vicu_proof_has(const VicuProof *self, uint64_t serial);
unsigned vicu_proof_beds(const VicuProof *self); /* that are expected */

/* How many beds have had none for VICU_PROOF_US + VICU_PROOF_LATE_US. @text: "No test alarm came
 * from a/b/1, a/b/2 and 3 more: ..."; NULL: every bed had its own. Caller frees. */
unsigned vicu_proof_late(const VicuProof *self, int64_t mono_us, char **text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuProof, vicu_proof_free)

G_END_DECLS
