/* Ward: what the detectors of a bed say.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/ward-inner.h"

static bool
is_told_by_device(const WardBed *bed, uint32_t code, int64_t t_us)
{
    const int64_t *t = g_hash_table_lookup(bed->device, GUINT_TO_POINTER(code));
    return t && t_us - *t < 10 * (int64_t)G_USEC_PER_SEC;
}

static void
on_derived_number(WardBed *bed, const RulesRhythmOut *out, RulesSample *sample)
{
    Vicu__Quality quality = !out->known         ? VICU__QUALITY__QUALITY_INVALID
                            : out->questionable ? VICU__QUALITY__QUALITY_QUESTIONABLE
                                                : VICU__QUALITY__QUALITY_GOOD;
    sample->value = out->value;
    sample->quality = (RulesQuality)quality;
    rules_ward_value(bed, sample, 0, NULL);
    if (is_told_by_device(bed, out->code, out->t_us))
        return;
    bed->ward->figures.derived++;
    rules_outbox_numeric(bed->ward->outbox, bed->id, bed->wave_origin, out->code, out->t_us,
                         out->value, quality);
}

/* The rules alarm by the symbol RHY_..; the event tells its onset and why, and is
 * kept for one that no rule alarms of. */
static void
on_rhythm_alarm(WardBed *bed, const RulesRhythmOut *out)
{
    RulesWard *self = bed->ward;
    if (self->catching_up && out->t_us <= self->decided_us)
        return; /* it was told before we ended */
    if (out->known)
        self->figures.rhythms_confirmed++;
    else
        self->figures.rhythms_vetoed++;
    rules_outbox_event(self->outbox, bed->id, out->from_us,
                       out->known ? "rhythm-confirmed" : "rhythm-vetoed", out->symbol, out->why,
                       NULL);
}

void
rules_ward_on_rhythm(const RulesRhythmOut *out, gpointer user)
{
    WardBed *bed = user;
    RulesSample sample = {
        .code = out->code,
        .t_us = out->t_us,
        .source = RULES_SOURCE_DERIVED,
        .origin = (RulesOrigin)bed->wave_origin,
        .period_ms = 1000,
    };
    switch (out->kind) {
    case RULES_RHYTHM_NUMERIC:
        on_derived_number(bed, out, &sample);
        break;
    case RULES_RHYTHM_BEAT:
        if (bed->ward->uses_events)
            rules_ward_offer(bed, &(RulesLateInput){.kind = RULES_LATE_EVENT, .sample = sample});
        break;
    case RULES_RHYTHM_OBSERVED:
        if (bed->ward->uses_events)
            rules_ward_offer(bed, &(RulesLateInput){.kind = RULES_LATE_CARRIER,
                                                    .sample = sample,
                                                    .from_us = out->from_us});
        break;
    case RULES_RHYTHM_ALARM:
        on_rhythm_alarm(bed, out);
        break;
    case RULES_RHYTHM_SYMBOL:
        if (!is_told_by_device(bed, out->code, out->t_us))
            rules_ward_value(bed, &sample, 0, out->symbol);
        break;
    }
}
