/* Describe. See describe.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/describe.h"

#include "dashboard/scene/build.h"

char *
dash_describe_alarm(const DashModel *model, const DashAlarm *alarm)
{
    const DashBed *bed = *alarm->bed ? dash_model_find_bed(model, alarm->bed) : NULL;
    const char *answered = dash_judge_alarm_sounds(alarm) ? _("not answered") : _("answered");
    return g_strdup_printf(_("%s, bed %s: %s, %s"), _(dash_palette_alarm(alarm->priority)->name),
                           bed ? bed->label : _("all"), _(alarm->title), answered);
}

char *
dash_describe_worst(const DashModel *model)
{
    return dash_model_n_alarms(model) ? dash_describe_alarm(model, dash_model_alarm(model, 0))
                                      : g_strdup("");
}

/* "HR 142 /min, ART 51/35 (41) mmHg"; what is stale or gone says so. */
static void
append_numbers(GString *out, const DashBed *bed, const DashView *view)
{
    char note[DASH_TEXT_MAX];
    DashVital vitals[DASH_VITALS_MAX];
    unsigned n = dash_list_vitals(bed, vitals);
    for (unsigned i = 0; i < n; i++) {
        if (!vitals[i].a)
            continue;
        DashReading reading = dash_read_vital(&vitals[i], view->units, view->now_us);
        dash_reading_brief(note, &reading, view->now_us);
        const char *said = reading.fresh == DASH_FRESH ? reading.unit : note;
        g_string_append_printf(out, ", %s %s%s%s", vitals[i].label, reading.text, *said ? " " : "",
                               said);
    }
}

static void
append_bed(GString *out, const DashModel *model, const DashView *view)
{
    const char *id = view->bed ? view->bed : view->selected;
    const DashBed *bed = id ? dash_model_find_bed(model, id) : NULL;
    if (!bed)
        return;
    DashAbsence absence = dash_judge_absence(bed, view->now_us);
    const DashAlarm *worst = dash_model_worst(model, bed);
    g_string_append_printf(out, " ");
    g_string_append_printf(out, _("Bed %s"), bed->label);
    if (worst) {
        g_autofree char *text = dash_describe_alarm(model, worst);
        g_string_append_printf(out, ", %s", text);
    }
    if (dash_judge_shows_data(absence))
        append_numbers(out, bed, view);
    else
        g_string_append_printf(out, ", %s", dash_absence_word(absence));
    g_string_append_c(out, '.');
}

char *
dash_describe(const DashModel *model, const DashView *view)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *worst = dash_describe_worst(model);
    g_string_append_printf(out, "%s: ", _(dash_view_row(view->kind)->title));
    g_string_append_printf(out, _("%zu beds, %zu standing alarms."), dash_model_n_beds(model),
                           dash_model_n_alarms(model));
    if (!dash_alarms_known(model))
        g_string_append_printf(out, " %s.", _("Alarms not known: rules silent"));
    if (*worst)
        g_string_append_printf(out, _(" Worst: %s."), worst);
    append_bed(out, model, view);
    g_string_append_printf(out, " %s", _("Supplemental: not a primary alarm."));
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *
dash_describe_place(const DashModel *model, const DashView *view)
{
    g_autoptr(GString) out = g_string_new(_(dash_view_row(view->kind)->title));
    g_string_append_c(out, '.');
    append_bed(out, model, view);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *
dash_describe_status(const DashModel *model, const DashView *view)
{
    char beds[DASH_TEXT_MAX];
    bool flows = view->now_us - dash_model_arrived_us(model) < DASH_DELAYED_US;
    dash_beds_text(model, view->now_us, beds);
    return g_strdup_printf("%s. %s. %s. %s", beds,
                           flows ? _("Data come") : _("No data come: the picture stands still"),
                           dash_alarms_known(model) ? _("Alarms known")
                                                    : _("Alarms not known: rules silent"),
                           _("Supplemental: not a primary alarm."));
}
