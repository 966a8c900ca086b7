/* The desk's numbers: limits and observations, typed in the units that are shown. See desk.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/desk.h"
#include "dashboard/ui/form.h"

#define LIMIT_HOURS "12h"

/* ---- numbers ---- */

/* "Value in kPa". Caller frees. */
static char *
value_title(DashUnits units, const char *ucum)
{
    const char *unit = dash_units_name(units, ucum);
    return *unit ? g_strdup_printf(_("Value in %s"), unit) : g_strdup(_("Value"));
}

/* What was typed in the unit shown, in @ucum; FALSE: the form says what is wrong with it. Beyond
 * the bounds it is refused here only where the owner of the state would say so in another unit. */
static bool
read_number(DashForm *form, const char *ucum, double min, double max, double *value)
{
    char range[DASH_TEXT_MAX];
    char *end = NULL;
    DashUnits units = dash_form_units(form);
    const char *text = dash_form_text(form, "value");
    double typed = g_ascii_strtod(text, &end);
    if (end == text || *end || !isfinite(typed)) {
        dash_form_refuse(form, _("The value is a number, in the unit that stands above it"));
        return false;
    }
    *value = dash_units_back(units, ucum, typed);
    if (!dash_units_differ(units, ucum) || (*value >= min && *value <= max))
        return true;
    g_autofree char *wrong =
        g_strdup_printf(_("%s %s is outside of %s"), text, dash_units_name(units, ucum),
                        dash_format_range(range, units, ucum, min, max));
    dash_form_refuse(form, wrong);
    return false;
}

/* ---- limits ---- */

static const DashLimit *
find_limit(const DashBed *bed, const char *name)
{
    for (unsigned i = 0; i < bed->n_limits; i++)
        if (strcmp(bed->limit[i].name, name) == 0)
            return &bed->limit[i];
    return NULL;
}

static void
send_limit(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetLimit set = VICU__SET_LIMIT__INIT;
    const DashBed *bed =
        dash_model_find_bed(dash_form_shell(form)->station->model, dash_form_bed(form));
    const DashLimit *limit = bed ? find_limit(bed, dash_form_chosen(form, "name")) : NULL;
    const char *hours = dash_form_text(form, "for");
    if (!limit) {
        dash_form_refuse(form, _("The bed no longer has this limit"));
        return;
    }
    set.bed = bed->id;
    set.name = limit->name;
    set.unit = limit->unit;
    command.what_case = VICU__COMMAND__WHAT_LIMIT;
    command.limit = &set;
    if (!read_number(form, limit->unit, limit->min, limit->max, &set.value))
        return;
    if (*hours && !vicu_duration_parse(hours, &set.for_us, NULL))
        dash_form_refuse(form, _("For how long? As 4h or 2d; empty: until the discharge"));
    else
        dash_form_command(form, &command, dash_form_text(form, "reason"));
}

/* "now 8.0 kPa, 4.0 to 26.6 kPa, usually 8.7 kPa". */
static char *
limit_hint(DashUnits units, const DashLimit *limit)
{
    char now[DASH_TEXT_MAX];
    char range[DASH_TEXT_MAX];
    char usual[DASH_TEXT_MAX];
    return g_strdup_printf(_("now %s, from %s, usually %s"),
                           dash_format_measure(now, units, limit->unit, limit->value, 6),
                           dash_format_range(range, units, limit->unit, limit->min, limit->max),
                           dash_format_measure(usual, units, limit->unit, limit->standard, 6));
}

void
dash_desk_ask_limit(DashShell *shell, const DashBed *bed)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) hints = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < bed->n_limits; i++) {
        const DashLimit *limit = &bed->limit[i];
        g_ptr_array_add(names, g_strdup(limit->name));
        g_ptr_array_add(hints, limit_hint(shell->preferences.units, limit));
        g_ptr_array_add(titles, value_title(shell->preferences.units, limit->unit));
    }
    if (names->len == 0) {
        dash_shell_say(shell, _("The rules have no limit for this bed"));
        return;
    }
    g_ptr_array_add(names, NULL);
    g_ptr_array_add(hints, NULL);
    g_ptr_array_add(titles, NULL);
    DashForm *form =
        dash_desk_form(shell, bed, _("Another limit for this patient"), _("_Set"), send_limit);
    dash_form_add_choice(form, "name", _("Limit"), (const char *const *)names->pdata,
                         (const char *const *)hints->pdata);
    dash_form_add_text(form, "value", _("Value"), NULL);
    dash_form_follow(form, "name", "value", (const char *const *)titles->pdata);
    dash_form_add_text(form, "for", _("For how long (empty: until the discharge)"), LIMIT_HOURS);
    dash_form_add_text(form, "reason", _("Why this patient needs it"), NULL);
    dash_form_show(form);
}

/* ---- observations ---- */

/* What a person sees, measures or reads at a bed; the rest comes from devices. */
static const char *const observed[] = {
    "ACVPU", "O2",     "scale",  "pregnant", "VENT", "Temp", "FiO2",      "RR",      "HR",
    "SpO2",  "NIBP_S", "NIBP_D", "NIBP_M",   "GCS",  "UO",   "Weight",    "Lactate", "Creat",
    "PaO2",  "PaCO2",  "WBC",    "BANDS",    "PLT",  "BILI", "age_years", NULL};

static char *
hint_of(DashUnits units, const VicuSignal *signal)
{
    char range[DASH_TEXT_MAX];
    if (signal->kind == VICU_SIGNAL_SYMBOL) {
        g_autofree char *words = vicu_signal_words(signal);
        return g_strdup_printf("%s  %s", signal->name, words);
    }
    return g_strdup_printf(_("%s  from %s"), signal->name,
                           dash_format_range(range, units, signal->unit, signal->min, signal->max));
}

static void
send_observe(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Observe observe = VICU__OBSERVE__INIT;
    Vicu__Observation o = VICU__OBSERVATION__INIT;
    unsigned choice = MIN(dash_form_choice(form, "signal"), G_N_ELEMENTS(observed) - 2);
    const VicuSignal *signal = vicu_signal_by_name(observed[choice]);
    const char *value = dash_form_text(form, "value");
    const char *at = dash_form_text(form, "at");
    o.bed = (char *)dash_form_bed(form);
    o.code = vicu_signal_code(signal);
    o.name = (char *)signal->name;
    o.t_us = vicu_clock_utc_us();
    if (signal->kind == VICU_SIGNAL_SYMBOL) {
        o.symbol = (char *)value;
    } else {
        o.unit = (char *)signal->unit;
        if (!read_number(form, signal->unit, signal->min, signal->max, &o.value))
            return;
    }
    if (*at && !vicu_time_parse(at, o.t_us, &o.t_us, NULL)) {
        dash_form_refuse(form, _("When was it taken? As -10min, or a time; empty: now"));
        return;
    }
    observe.observation = &o;
    command.what_case = VICU__COMMAND__WHAT_OBSERVE;
    command.observe = &observe;
    dash_form_command(form, &command, "");
}

void
dash_desk_ask_observe(DashShell *shell, const DashBed *bed)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GPtrArray) hints = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; observed[i]; i++) {
        const VicuSignal *signal = vicu_signal_by_name(observed[i]);
        g_ptr_array_add(names, (gpointer)_(signal->title));
        g_ptr_array_add(hints, hint_of(shell->preferences.units, signal));
        g_ptr_array_add(titles,
                        value_title(shell->preferences.units,
                                    signal->kind == VICU_SIGNAL_SYMBOL ? "" : signal->unit));
    }
    g_ptr_array_add(names, NULL);
    g_ptr_array_add(hints, NULL);
    g_ptr_array_add(titles, NULL);
    DashForm *form =
        dash_desk_form(shell, bed, _("What was seen at the bed"), _("_Enter"), send_observe);
    dash_form_add_choice(form, "signal", _("What"), (const char *const *)names->pdata,
                         (const char *const *)hints->pdata);
    dash_form_add_text(form, "value", _("Value"), NULL);
    dash_form_follow(form, "signal", "value", (const char *const *)titles->pdata);
    dash_form_add_text(form, "at", _("When it was taken (empty: now)"), NULL);
    dash_form_show(form);
}
