/* Any bytes as a roster file: refused with a sentence, or a roster whose every question can be
 * asked.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "escalation/roster-check.h"
#include "escalation/roster-file.h"
#include "tests/fuzz/fuzz-target.h"

#define DAY_US (24 * 3600 * (int64_t)G_USEC_PER_SEC)
#define T_US   (1796083200 * (int64_t)G_USEC_PER_SEC)

static void
look(const char *key, const Vicu__RosterFinding *finding, gpointer user)
{
    size_t *n = user;

    if (*key == '\0' || *finding->text == '\0' || finding->from_us >= finding->to_us)
        abort();
    ++*n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EscRoster) r = esc_roster_read((const char *)data, size, "roster", NULL, &error);
    size_t told = 0;

    if ((r == NULL) != (error != NULL) || (error && *error->message == '\0'))
        abort();
    if (!r)
        return 0;
    size_t n = esc_roster_check(r, T_US, T_US + 3 * DAY_US, look, &told);
    if (told > n || told > ESC_FINDINGS_MAX)
        abort();
    for (size_t i = 0; i < esc_roster_n_ladders(r); i++) {
        const Vicu__Ladder *l = esc_roster_ladder_at(r, i);
        if (l->n_step == 0 || l->n_step > ESC_STEPS_MAX)
            abort();
        g_autoptr(GPtrArray) who = esc_roster_on_duty(r, l->unit, l->step[0]->to, T_US);
        esc_roster_ladder(r, l->unit, l->priority, l->technical, l->rule, T_US);
    }
    return 0;
}
