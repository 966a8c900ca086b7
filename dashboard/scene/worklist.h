/* Worklist: every bed, worst first, with the reasons in words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/order.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

#define DASH_FILTER_MAX 48

/* Lists kept under a name; behind them one for each unit. */
typedef enum {
    DASH_LIST_ALL,
    DASH_LIST_MINE,
    DASH_LIST_UNANSWERED,
    DASH_LIST_NO_DATA,
    DASH_LIST_UNITS,
} DashList;

struct DashWorklistState {
    const DashOrder *order; /* NULL: as acuity is at this moment */
    unsigned list;          /* a DashList, or DASH_LIST_UNITS and the number of a unit */
    const char *me;         /* NULL = nobody */
    bool typing;
    char filter[DASH_FILTER_MAX];
};

/* The beds of the list, worst first; @ranks, if wanted, are their places among all. */
unsigned dash_worklist_beds(const DashModel *model,
                            const DashWorklistState *state,
                            int64_t now_us,
                            const DashBed *out[DASH_BEDS_MAX],
                            unsigned ranks[DASH_BEDS_MAX]);
unsigned dash_worklist_n_lists(const DashModel *model);
/* "all beds", "mine", "demo/icu". */
void dash_worklist_list_name(const DashModel *model, unsigned list, char out[DASH_TEXT_MAX]);

G_END_DECLS
