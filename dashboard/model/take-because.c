/* Model: takes why an alarm was raised: its inputs, its rule's text as it was judged.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/wire.h"
#include "dashboard/model/private.h"

static void
take_inputs(DashBecause *self, const Vicu__Alarm *wire)
{
    for (size_t i = 0; i < wire->n_input; i++) {
        const Vicu__AlarmInput *input = wire->input[i];
        if (self->n_inputs == DASH_INPUTS_MAX) {
            self->left_out++;
            continue;
        }
        self->input[self->n_inputs++] = (DashInput){
            .name = g_strdup(input->name),
            .known = input->known,
            .value = input->value,
            .symbol = g_strdup(input->symbol),
            .unit = g_strdup(input->unit),
            .t_us = dash_model_time(input->t_us),
            .source = input->source,
            .origin = input->origin,
            .quality = input->quality,
            .has_baseline = input->has_baseline,
            .baseline = input->baseline,
            .baseline_us = input->baseline_us,
        };
    }
}

static void
take_clauses(DashBecause *self, const Vicu__Explanation *wire)
{
    for (size_t i = 0; i < wire->n_part; i++) {
        const Vicu__ExplainPart *part = wire->part[i];
        if (self->n_clauses == DASH_CLAUSES_MAX) {
            self->left_out++;
            continue;
        }
        self->clause[self->n_clauses++] = (DashClause){
            .clause = part->clause,
            .depth = part->depth,
            .words = g_strdup(part->words),
            .truth = part->truth,
            .leaf = part->leaf,
            .decides = part->decides,
            .compared = part->compared,
            .left = part->left,
            .right = part->right,
            .unit = g_strdup(part->unit),
        };
    }
    for (size_t i = 0; i < wire->n_unless && self->n_unless < DASH_UNLESS_MAX; i++)
        self->unless[self->n_unless++] = (DashUnless){
            .rule = g_strdup(wire->unless[i]->rule),
            .stands = wire->unless[i]->stands,
        };
}

DashBecause *
dash_because_new(const Vicu__Alarm *wire)
{
    DashBecause *self = g_new0(DashBecause, 1);
    take_inputs(self, wire);
    g_autoptr(Vicu__Explanation) because =
        wire->because.len
            ? vicu_wire_unpack_explanation(wire->because.data, wire->because.len, NULL)
            : NULL;
    if (because) {
        take_clauses(self, because);
        self->source = g_strdup(because->source);
        self->pack = g_strdup_printf("%s %u", because->pack, because->pack_version);
        self->on_delay_us = because->on_delay_us;
    }
    return self;
}

void
dash_because_free(DashBecause *self)
{
    if (!self)
        return;
    for (unsigned i = 0; i < self->n_inputs; i++) {
        g_free(self->input[i].name);
        g_free(self->input[i].symbol);
        g_free(self->input[i].unit);
    }
    for (unsigned i = 0; i < self->n_clauses; i++) {
        g_free(self->clause[i].words);
        g_free(self->clause[i].unit);
    }
    for (unsigned i = 0; i < self->n_unless; i++)
        g_free(self->unless[i].rule);
    g_free(self->source);
    g_free(self->pack);
    g_free(self);
}
