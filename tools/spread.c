/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spread.h"

#include <math.h>

#define LEAST 1e-3
#define STEP  1.01

void
tool_spread_add(ToolSpread *self, double value)
{
    double v = MAX(value, LEAST);
    int i = (int)(log(v / LEAST) / log(STEP));

    self->bucket[CLAMP(i, 0, TOOL_SPREAD_BUCKETS - 1)]++;
    self->least = self->n == 0 ? v : MIN(self->least, v);
    self->greatest = self->n == 0 ? v : MAX(self->greatest, v);
    self->n++;
}

gboolean
tool_spread_percentile(const ToolSpread *self, double share, double *value)
{
    uint64_t wanted = (uint64_t)ceil(share * (double)self->n), seen = 0;

    if (self->n == 0)
        return FALSE;
    wanted = MAX(wanted, 1);
    for (int i = 0; i < TOOL_SPREAD_BUCKETS; i++) {
        seen += self->bucket[i];
        if (seen >= wanted) {
            *value = CLAMP(LEAST * pow(STEP, i + 0.5), self->least, self->greatest);
            return TRUE;
        }
    }
    *value = self->greatest;
    return TRUE;
}
