/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/proofs.h"

struct PortalProofs {
    VicuProof *from[PORTAL_N_SOURCES];
};

PortalProofs *
portal_proofs_new(void)
{
    PortalProofs *self = g_new0(PortalProofs, 1);

    for (size_t i = 0; i < PORTAL_N_SOURCES; i++)
        self->from[i] = vicu_proof_new();
    return self;
}

void
portal_proofs_free(PortalProofs *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; i < PORTAL_N_SOURCES; i++)
        vicu_proof_free(self->from[i]);
    g_free(self);
}

void
portal_proofs_begin(PortalProofs *self, PortalSource from)
{
    vicu_proof_begin(self->from[from]);
}

void
portal_proofs_level(PortalProofs *self, PortalSource from, int64_t mono_us)
{
    vicu_proof_level(self->from[from], mono_us);
}

bool
portal_proofs_item(PortalProofs *self,
                   PortalSource from,
                   const Vicu__StateItem *item,
                   int64_t mono_us)
{
    vicu_proof_item(self->from[from], item, mono_us);
    return item->subject == VICU__SUBJECT__SUBJECT_PROOF;
}

void
portal_proofs_answer(PortalProofs *self, bool through, Vicu__OutletBeat *beat, int64_t mono_us)
{
    size_t kept = 0;

    vicu_proof_answer(self->from[PORTAL_FROM_RULES], beat, mono_us);
    for (size_t i = 0; i < beat->n_proved; i++)
        if (!through || vicu_proof_has(self->from[PORTAL_FROM_ESCALATION], beat->proved[i]))
            beat->proved[kept++] = beat->proved[i];
    beat->n_proved = kept;
}

uint64_t
portal_proofs_newest(const PortalProofs *self, bool through)
{
    return vicu_proof_newest(self->from[through ? PORTAL_FROM_ESCALATION : PORTAL_FROM_RULES]);
}

bool
portal_proofs_late(const PortalProofs *self, bool through, int64_t mono_us)
{
    g_autofree char *text = NULL, *passed = NULL;

    return vicu_proof_late(self->from[PORTAL_FROM_RULES], mono_us, &text) > 0
           || (through
               && vicu_proof_late(self->from[PORTAL_FROM_ESCALATION], mono_us, &passed) > 0);
}
