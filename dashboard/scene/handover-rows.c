/* Handover: what is told of each bed. See handover.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/format.h"
#include "dashboard/scene/handover.h"
#include "dashboard/scene/words.h"

void
dash_handover_place(const DashModel *model,
                    const DashHandoverState *state,
                    char place[DASH_HANDOVER_PLACE])
{
    place[0] = '\0';
    if (state && *state->place) {
        g_strlcpy(place, state->place, DASH_HANDOVER_PLACE);
        return;
    }
    for (size_t i = 0; i < dash_model_n_handovers(model); i++)
        if (dash_model_handover(model, i)->state == VICU__HANDOVER_STATE__HANDOVER_OPEN) {
            g_strlcpy(place, dash_model_handover(model, i)->place, DASH_HANDOVER_PLACE);
            return;
        }
    const char *first = dash_model_n_beds(model) ? dash_model_bed(model, 0)->id : "";
    const char *slash = strrchr(first, '/');
    if (slash)
        g_strlcpy(place, first, MIN(DASH_HANDOVER_PLACE, (size_t)(slash - first) + 1));
}

/* Sites and units, each once. */
static GPtrArray *
list_places(const DashModel *model)
{
    GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < dash_model_n_beds(model); i++) {
        const char *id = dash_model_bed(model, i)->id;
        for (const char *slash = strchr(id, '/'); slash; slash = strchr(slash + 1, '/')) {
            g_autofree char *place = g_strndup(id, (size_t)(slash - id));
            if (!g_ptr_array_find_with_equal_func(places, place, g_str_equal, NULL)
                && strlen(place) < DASH_HANDOVER_PLACE)
                g_ptr_array_add(places, g_steal_pointer(&place));
        }
    }
    return places;
}

bool
dash_handover_next_place(const DashModel *model, char place[DASH_HANDOVER_PLACE])
{
    guint at = 0;
    g_autoptr(GPtrArray) places = list_places(model);
    if (places->len == 0)
        return false;
    bool known = g_ptr_array_find_with_equal_func(places, place, g_str_equal, &at);
    g_strlcpy(place, places->pdata[known ? (at + 1) % places->len : 0], DASH_HANDOVER_PLACE);
    return true;
}

static void
find_problem(const DashBed *bed, DashHandoverRow *row)
{
    row->problem = "";
    for (unsigned i = 0; i < bed->n_notes; i++)
        if (!bed->note[i].promise && !bed->note[i].corrected) {
            row->problem = bed->note[i].text;
            break;
        }
    char text[DASH_TEXT_MAX];
    const DashScore *score = dash_judge_find_score(bed, "news2");
    if (score)
        g_strlcpy(row->score, dash_format_score(text, score, "NEWS2"), sizeof row->score);
}

static void
find_promises(const DashBed *bed, DashHandoverRow *row)
{
    row->promise = "";
    for (unsigned i = 0; i < bed->n_notes; i++) {
        const DashNote *note = &bed->note[i];
        if (!note->promise || note->corrected || note->done_us != 0)
            continue;
        row->promises++;
        row->overdue += note->overdue;
        if (row->due_us == 0 || note->due_us < row->due_us) {
            row->due_us = note->due_us;
            row->promise = note->text;
        }
    }
}

static void
find_limits(const DashBed *bed, DashUnits units, DashHandoverRow *row)
{
    for (unsigned i = 0; i < bed->n_limits; i++) {
        const DashLimit *limit = &bed->limit[i];
        char one[DASH_TEXT_MAX];
        char value[DASH_TEXT_MAX];
        char standard[DASH_TEXT_MAX];
        if (!limit->overridden || limit->of_unit)
            continue;
        g_snprintf(one, sizeof one, "%s%.40s %.40s (%.16s)", row->limits++ ? ", " : "", limit->name,
                   dash_format_measure(value, units, limit->unit, limit->value, 6),
                   dash_format_number(standard, units, limit->unit, limit->standard, 6));
        if (strlen(row->limit) + strlen(one) < sizeof row->limit)
            g_strlcat(row->limit, one, sizeof row->limit);
    }
}

/* The owner counts each minute; what stands is known at once. */
static void
count_standing(const DashModel *model, const DashBed *bed, DashCount *count)
{
    DashCount standing = {0};
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        if (alarm->local || alarm->spoken_for || strcmp(alarm->bed, bed->id) != 0)
            continue;
        standing.technical += alarm->technical;
        standing.high += !alarm->technical && alarm->priority == VICU__PRIORITY__PRIORITY_HIGH;
        standing.medium += !alarm->technical && alarm->priority == VICU__PRIORITY__PRIORITY_MEDIUM;
        standing.low += !alarm->technical && alarm->priority == VICU__PRIORITY__PRIORITY_LOW;
    }
    count->high = MAX(count->high, standing.high);
    count->medium = MAX(count->medium, standing.medium);
    count->low = MAX(count->low, standing.low);
    count->technical = MAX(count->technical, standing.technical);
}

GArray *
dash_handover_rows(const DashModel *model, DashUnits units, const char *place)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(DashHandoverRow));
    const DashHandover *handover = dash_model_handover_of(model, place);
    size_t length = strlen(place);
    for (size_t i = 0; i < dash_model_n_beds(model); i++) {
        const DashBed *bed = dash_model_bed(model, i);
        DashHandoverRow row = {.bed = bed, .line = ""};
        if (length == 0 || strncmp(bed->id, place, length) != 0 || bed->id[length] != '/'
            || bed->presence == VICU__PRESENCE__PRESENCE_DISCHARGED)
            continue;
        const DashHandoverLine *line = handover ? dash_handover_line(handover, bed->id) : NULL;
        if (line)
            row.line = line->text;
        row.alarms = bed->care.last_12h;
        row.alarms_known = bed->care.counted;
        count_standing(model, bed, &row.alarms);
        find_problem(bed, &row);
        find_promises(bed, &row);
        find_limits(bed, units, &row);
        g_array_append_val(rows, row);
    }
    return rows;
}

static void
add_count(GString *out, unsigned n, const char *word)
{
    if (n > 0)
        g_string_append_printf(out, "%s%u %s", out->len ? ", " : "", n, word);
}

char *
dash_handover_alarms(const DashHandoverRow *row)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (!row->alarms_known)
        return g_strdup(_("not known"));
    add_count(out, row->alarms.high, _("high"));
    add_count(out, row->alarms.medium, _("medium"));
    add_count(out, row->alarms.low, _("low"));
    add_count(out, row->alarms.technical, _("technical"));
    if (out->len == 0)
        g_string_append(out, _("none"));
    else if (row->alarms.at_least)
        g_string_append(out, " +");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *
dash_handover_signed(const DashHandover *handover)
{
    if (handover->state == VICU__HANDOVER_STATE__HANDOVER_WITHDRAWN)
        return g_strdup(_("withdrawn"));
    if (handover->from_signed_us && handover->to_signed_us)
        return g_strdup(_("both have signed"));
    if (!handover->from_signed_us && !handover->to_signed_us)
        return g_strdup(_("nobody has signed"));
    bool from = handover->from_signed_us != 0;
    return g_strdup_printf(_("%s has signed, %s has not"), from ? handover->from : handover->to,
                           from ? handover->to : handover->from);
}
