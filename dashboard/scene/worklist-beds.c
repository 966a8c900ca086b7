/* Worklist: which beds are in it. See worklist.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/acuity.h"
#include "dashboard/scene/build.h"
#include "dashboard/scene/worklist.h"

static size_t
unit_length(const char *bed)
{
    const char *slash = strrchr(bed, '/');
    return slash ? (size_t)(slash - bed) : strlen(bed);
}

/* The unit of this number, in the order of the beds; NULL = there are not so many. */
static const DashBed *
first_of_unit(const DashModel *model, unsigned number)
{
    const DashBed *before = NULL;
    for (size_t i = 0; i < dash_model_n_beds(model); i++) {
        const DashBed *bed = dash_model_bed(model, i);
        bool same = before && unit_length(bed->id) == unit_length(before->id)
                    && strncmp(bed->id, before->id, unit_length(bed->id)) == 0;
        if (!same && number-- == 0)
            return bed;
        before = bed;
    }
    return NULL;
}

unsigned
dash_worklist_n_lists(const DashModel *model)
{
    unsigned units = 0;
    while (first_of_unit(model, units))
        units++;
    return DASH_LIST_UNITS + (units > 1 ? units : 0);
}

void
dash_worklist_list_name(const DashModel *model, unsigned list, char out[DASH_TEXT_MAX])
{
    static const char *const names[] = {N_("all beds"), N_("mine"), N_("unanswered"),
                                        N_("no data")};
    const DashBed *bed =
        list >= DASH_LIST_UNITS ? first_of_unit(model, list - DASH_LIST_UNITS) : NULL;
    if (bed)
        g_snprintf(out, DASH_TEXT_MAX, "%.*s", (int)unit_length(bed->id), bed->id);
    else
        g_strlcpy(out, _(names[list < DASH_LIST_UNITS ? list : DASH_LIST_ALL]), DASH_TEXT_MAX);
}

static bool
is_listed(const DashModel *model,
          const DashWorklistState *state,
          const DashBed *bed,
          int64_t now_us)
{
    DashAcuity acuity;
    DashAbsence absence = dash_judge_absence(bed, now_us);
    const DashBed *unit = NULL;
    switch (state->list) {
    case DASH_LIST_ALL:
        return true;
    case DASH_LIST_MINE:
        return state->me && g_strcmp0(bed->care.owner, state->me) == 0;
    case DASH_LIST_UNANSWERED:
        dash_acuity_of(model, bed, now_us, &acuity);
        return acuity.unanswered > 0;
    case DASH_LIST_NO_DATA:
        return absence == DASH_LOST || absence == DASH_NEVER_SEEN || absence == DASH_DELAYED
               || absence == DASH_WAITING;
    default:
        unit = first_of_unit(model, state->list - DASH_LIST_UNITS);
        return !unit
               || (unit_length(bed->id) == unit_length(unit->id)
                   && strncmp(bed->id, unit->id, unit_length(bed->id)) == 0);
    }
}

static bool
holds(const char *text, const char *folded)
{
    g_autofree char *own = g_utf8_casefold(text ? text : "", -1);
    return strstr(own, folded) != NULL;
}

/* The id, the patient, who has the bed, and what stands there. */
static bool
is_found(const DashModel *model, const DashBed *bed, const char *filter)
{
    if (!*filter)
        return true;
    g_autofree char *folded = g_utf8_casefold(filter, -1);
    if (holds(bed->id, folded) || holds(bed->patient, folded) || holds(bed->care.owner, folded))
        return true;
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        if (strcmp(alarm->bed, bed->id) == 0
            && (holds(_(alarm->title), folded) || holds(alarm->text, folded)))
            return true;
    }
    return false;
}

unsigned
dash_worklist_beds(const DashModel *model,
                   const DashWorklistState *state,
                   int64_t now_us,
                   const DashBed *out[DASH_BEDS_MAX],
                   unsigned ranks[DASH_BEDS_MAX])
{
    static const DashWorklistState usual = {0};
    g_autoptr(DashOrder) own = NULL;
    const DashOrder *order = state ? state->order : NULL;
    unsigned n = 0;
    if (!order) {
        own = dash_order_new();
        dash_order_update(own, model, now_us);
        order = own;
    }
    state = state ? state : &usual;
    for (size_t rank = 0; rank < dash_order_n(order); rank++) {
        const DashBed *bed = dash_order_bed(order, rank);
        if (!is_listed(model, state, bed, now_us) || !is_found(model, bed, state->filter))
            continue;
        if (ranks)
            ranks[n] = (unsigned)rank + 1;
        out[n++] = bed;
    }
    return n;
}
