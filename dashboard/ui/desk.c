/* Desk. See desk.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/desk.h"

#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/form.h"

#define LIMIT_HOURS "12h"

void
dash_desk_command(DashShell *shell,
                  Vicu__Command *command,
                  const char *reason,
                  DashAnswerFunc func,
                  gpointer user)
{
    const DashStation *station = shell->station;
    if (shell->send)
        shell->send(command, reason, func, user, shell->send_user);
    else if (station->client)
        dash_client_command(station->client, command,
                            vicu_keys_name(vicu_daemon_keys(station->daemon)), reason, func, user);
    else if (func)
        func(FALSE, _("This station is not connected"), user);
}

gboolean
dash_desk_read_when(const char *text, int64_t now_us, int64_t *at_us)
{
    int64_t for_us = 0;
    if (vicu_duration_parse(text, &for_us, NULL))
        *at_us = now_us + for_us;
    else if (!vicu_time_parse(text, now_us, at_us, NULL))
        return FALSE;
    return *at_us > now_us;
}

void
dash_desk_tick(DashShell *shell)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SeenBed seen = VICU__SEEN_BED__INIT;
    const char *bed = shell->place.kind == DASH_VIEW_BED ? shell->place.bed : NULL;
    if (g_strcmp0(bed, shell->seen_bed) == 0)
        return;
    g_free(shell->seen_bed);
    shell->seen_bed = g_strdup(bed);
    if (!bed)
        return;
    seen.bed = (char *)bed;
    command.what_case = VICU__COMMAND__WHAT_SEEN;
    command.seen = &seen;
    dash_desk_command(shell, &command, "", NULL, NULL);
}

/* ---- who lies where ---- */

static void
send_admit(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Admit admit = VICU__ADMIT__INIT;
    admit.bed = (char *)dash_form_bed(form);
    admit.patient = (char *)dash_form_text(form, "patient");
    admit.device = (char *)dash_form_text(form, "device");
    command.what_case = VICU__COMMAND__WHAT_ADMIT;
    command.admit = &admit;
    if (*admit.patient)
        dash_form_command(form, &command, dash_form_text(form, "reason"));
    else
        dash_form_refuse(form, _("The pseudonym of the patient is missing"));
}

static void
ask_admit(DashShell *shell, const DashBed *bed)
{
    DashForm *form =
        dash_form_new(shell, _("Admit a patient"), bed->id, _("_Admit"), bed->id, send_admit);
    dash_form_add_text(form, "patient", _("Pseudonym of the patient"), bed->patient);
    dash_form_add_text(form, "device", _("Device"), bed->device);
    dash_form_add_text(form, "reason", _("Reason"), NULL);
    dash_form_show(form);
}

static void
send_move(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Move move = VICU__MOVE__INIT;
    const char *to = dash_form_text(form, "to");
    const char *slash = strrchr(dash_form_bed(form), '/');
    /* "9" is the bed 9 of the same unit. */
    g_autofree char *full = strchr(to, '/')
                                ? g_strdup(to)
                                : g_strdup_printf("%.*s/%s", (int)(slash - dash_form_bed(form)),
                                                  dash_form_bed(form), to);
    move.from = (char *)dash_form_bed(form);
    move.to = full;
    command.what_case = VICU__COMMAND__WHAT_MOVE;
    command.move = &move;
    if (*to)
        dash_form_command(form, &command, dash_form_text(form, "reason"));
    else
        dash_form_refuse(form, _("To which bed?"));
}

static void
ask_move(DashShell *shell, const DashBed *bed)
{
    DashForm *form = dash_form_new(shell, _("Move the patient to another bed"), bed->id, _("_Move"),
                                   bed->id, send_move);
    dash_form_add_text(form, "to", _("To bed"), NULL);
    dash_form_add_text(form, "reason", _("Reason"), NULL);
    dash_form_show(form);
}

static void
send_discharge(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge = VICU__DISCHARGE__INIT;
    discharge.bed = (char *)dash_form_bed(form);
    command.what_case = VICU__COMMAND__WHAT_DISCHARGE;
    command.discharge = &discharge;
    if (*dash_form_text(form, "reason"))
        dash_form_command(form, &command, dash_form_text(form, "reason"));
    else
        dash_form_refuse(form, _("Where to, or why?"));
}

static void
ask_discharge(DashShell *shell, const DashBed *bed)
{
    DashForm *form = dash_form_new(shell, _("Discharge the patient"), bed->id, _("_Discharge"),
                                   bed->id, send_discharge);
    dash_form_warn(form);
    dash_form_add_text(form, "reason", _("Where to, or why"), NULL);
    dash_form_show(form);
}

static void
send_bind(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Bind bind = VICU__BIND__INIT;
    bind.bed = (char *)dash_form_bed(form);
    bind.device = (char *)dash_form_text(form, "device");
    command.what_case = VICU__COMMAND__WHAT_BIND;
    command.bind = &bind;
    dash_form_command(form, &command, dash_form_text(form, "reason"));
}

static void
ask_bind(DashShell *shell, const DashBed *bed)
{
    DashForm *form = dash_form_new(shell, _("Bind a device to the bed"), bed->id, _("_Bind"),
                                   bed->id, send_bind);
    dash_form_add_text(form, "device", _("Device"), bed->device);
    dash_form_add_text(form, "reason", _("Reason"), NULL);
    dash_form_show(form);
}

/* ---- absence ---- */

static void
send_absence(DashForm *form)
{
    static const Vicu__Presence presences[] = {VICU__PRESENCE__PRESENCE_STANDBY,
                                               VICU__PRESENCE__PRESENCE_TRANSPORT,
                                               VICU__PRESENCE__PRESENCE_PRESENT};
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Absence absence = VICU__ABSENCE__INIT;
    unsigned kind = MIN(dash_form_choice(form, "kind"), G_N_ELEMENTS(presences) - 1);
    absence.bed = (char *)dash_form_bed(form);
    absence.presence = presences[kind];
    command.what_case = VICU__COMMAND__WHAT_ABSENCE;
    command.absence = &absence;
    if (absence.presence == VICU__PRESENCE__PRESENCE_PRESENT
        || dash_desk_read_when(dash_form_text(form, "until"), vicu_clock_utc_us(),
                               &absence.until_us))
        dash_form_command(form, &command, dash_form_text(form, "reason"));
    else
        dash_form_refuse(form, _("For how long? As 30min or 1h, at most 2h"));
}

static void
ask_absence(DashShell *shell, const DashBed *bed)
{
    const char *const kinds[] = {_("Standby"), _("Transport"), _("Back again"), NULL};
    DashForm *form = dash_form_new(shell, _("Standby or transport, with an end"), bed->id,
                                   _("_Confirm"), bed->id, send_absence);
    dash_form_add_choice(form, "kind", _("What"), kinds, NULL);
    dash_form_add_text(form, "until", _("For how long, at most 2h"), "30min");
    dash_form_add_text(form, "reason", _("Reason"), NULL);
    dash_form_show(form);
}

/* ---- notes ---- */

static void
send_note(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PutNote put = VICU__PUT_NOTE__INIT;
    put.bed = (char *)dash_form_bed(form);
    put.text = (char *)dash_form_text(form, "text");
    command.what_case = VICU__COMMAND__WHAT_NOTE;
    command.note = &put;
    dash_form_command(form, &command, "");
}

static void
ask_note(DashShell *shell, const DashBed *bed)
{
    DashForm *form =
        dash_form_new(shell, _("A note of the bed"), bed->id, _("_Keep"), bed->id, send_note);
    dash_form_add_text(form, "text", _("Note"), NULL);
    dash_form_show(form);
}

static void
send_promise(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PutNote put = VICU__PUT_NOTE__INIT;
    put.bed = (char *)dash_form_bed(form);
    put.text = (char *)dash_form_text(form, "text");
    put.owner = (char *)dash_form_text(form, "owner");
    put.promise = TRUE;
    command.what_case = VICU__COMMAND__WHAT_NOTE;
    command.note = &put;
    if (dash_desk_read_when(dash_form_text(form, "due"), vicu_clock_utc_us(), &put.due_us))
        dash_form_command(form, &command, "");
    else
        dash_form_refuse(form, _("Until when? As 2h from now, or a time"));
}

static void
ask_promise(DashShell *shell, const DashBed *bed)
{
    DashForm *form =
        dash_form_new(shell, _("What is promised"), bed->id, _("_Keep"), bed->id, send_promise);
    dash_form_add_text(form, "text", _("What is to be done"), NULL);
    dash_form_add_text(form, "due", _("Until when"), "2h");
    dash_form_add_text(form, "owner", _("Who does it (empty: this station)"), NULL);
    dash_form_show(form);
}

/* Promises of the bed that are open, in their order. */
static unsigned
open_promises(const DashBed *bed, const DashNote *out[DASH_NOTES_MAX])
{
    unsigned n = 0;
    for (unsigned i = 0; i < bed->n_notes; i++)
        if (bed->note[i].promise && bed->note[i].done_us == 0 && !bed->note[i].corrected)
            out[n++] = &bed->note[i];
    return n;
}

static void
send_done(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__DoPromise done = VICU__DO_PROMISE__INIT;
    const char *label = dash_form_chosen(form, "promise");
    g_autofree char *id = g_strndup(label, strcspn(label, " "));
    done.id = id;
    command.what_case = VICU__COMMAND__WHAT_DONE;
    command.done = &done;
    dash_form_command(form, &command, "");
}

static void
ask_done(DashShell *shell, const DashBed *bed)
{
    const DashNote *open[DASH_NOTES_MAX];
    unsigned n = open_promises(bed, open);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (n == 0) {
        dash_shell_say(shell, _("No promise of this bed is open"));
        return;
    }
    for (unsigned i = 0; i < n; i++)
        g_ptr_array_add(names, g_strdup_printf("%s  %s%s", open[i]->id, open[i]->text,
                                               open[i]->overdue ? _("  OVERDUE") : ""));
    g_ptr_array_add(names, NULL);
    DashForm *form =
        dash_form_new(shell, _("A promise is done"), bed->id, _("_Done"), bed->id, send_done);
    dash_form_add_choice(form, "promise", _("Promise"), (const char *const *)names->pdata, NULL);
    dash_form_show(form);
}

static void
send_take(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__TakeBed take = VICU__TAKE_BED__INIT;
    take.bed = (char *)dash_form_bed(form);
    take.name = (char *)dash_form_text(form, "name");
    take.release = dash_form_choice(form, "what") == 1;
    command.what_case = VICU__COMMAND__WHAT_TAKE;
    command.take = &take;
    dash_form_command(form, &command, "");
}

static void
ask_take(DashShell *shell, const DashBed *bed)
{
    const char *const kinds[] = {_("Looks after the bed"), _("Nobody does any more"), NULL};
    DashForm *form = dash_form_new(shell, _("Who looks after the bed"), bed->id, _("_Confirm"),
                                   bed->id, send_take);
    dash_form_add_text(form, "name", _("Name (empty: this station)"), NULL);
    dash_form_add_choice(form, "what", _("What"), kinds, NULL);
    dash_form_show(form);
}

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

static void
ask_limit(DashShell *shell, const DashBed *bed)
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
    DashForm *form = dash_form_new(shell, _("Another limit for this patient"), bed->id, _("_Set"),
                                   bed->id, send_limit);
    dash_form_add_choice(form, "name", _("Limit"), (const char *const *)names->pdata,
                         (const char *const *)hints->pdata);
    dash_form_add_text(form, "value", _("Value"), NULL);
    dash_form_follow(form, "name", "value", (const char *const *)titles->pdata);
    dash_form_add_text(form, "for", _("For how long (empty: until the discharge)"), LIMIT_HOURS);
    dash_form_add_text(form, "reason", _("Why this patient needs it"), NULL);
    dash_form_show(form);
}

/* ---- what is expected ---- */

static void
send_expect(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetProfile profile = VICU__SET_PROFILE__INIT;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) parts = g_strsplit(dash_form_text(form, "inputs"), ",", -1);
    for (char **part = parts; *part; part++)
        if (*g_strstrip(*part))
            g_ptr_array_add(names, *part);
    profile.bed = (char *)dash_form_bed(form);
    profile.required = (char **)names->pdata;
    profile.n_required = names->len;
    command.what_case = VICU__COMMAND__WHAT_PROFILE;
    command.profile = &profile;
    dash_form_command(form, &command, dash_form_text(form, "reason"));
}

static void
ask_expect(DashShell *shell, const DashBed *bed)
{
    g_autofree char *now = bed->required ? g_strjoinv(", ", bed->required) : NULL;
    DashForm *form = dash_form_new(shell, _("What the bed has to send"), bed->id, _("_Set"),
                                   bed->id, send_expect);
    dash_form_add_text(form, "inputs", _("Inputs of the rules, as SpO2, MAP (empty: none)"), now);
    dash_form_add_text(form, "reason", _("Reason"), NULL);
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

static void
ask_observe(DashShell *shell, const DashBed *bed)
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
    DashForm *form = dash_form_new(shell, _("What was seen at the bed"), bed->id, _("_Enter"),
                                   bed->id, send_observe);
    dash_form_add_choice(form, "signal", _("What"), (const char *const *)names->pdata,
                         (const char *const *)hints->pdata);
    dash_form_add_text(form, "value", _("Value"), NULL);
    dash_form_follow(form, "signal", "value", (const char *const *)titles->pdata);
    dash_form_add_text(form, "at", _("When it was taken (empty: now)"), NULL);
    dash_form_show(form);
}

/* ---- the table ---- */

static const struct {
    DashAct act;
    void (*ask)(DashShell *shell, const DashBed *bed);
} forms[] = {
    {DASH_ACT_ADMIT, ask_admit},         {DASH_ACT_MOVE, ask_move},
    {DASH_ACT_DISCHARGE, ask_discharge}, {DASH_ACT_BIND, ask_bind},
    {DASH_ACT_ABSENCE, ask_absence},     {DASH_ACT_OBSERVE, ask_observe},
    {DASH_ACT_NOTE, ask_note},           {DASH_ACT_PROMISE, ask_promise},
    {DASH_ACT_DONE, ask_done},           {DASH_ACT_TAKE, ask_take},
    {DASH_ACT_LIMIT, ask_limit},         {DASH_ACT_EXPECT, ask_expect},
};

gboolean
dash_desk_do(DashShell *shell, DashAct act, const char *arg)
{
    const char *name = arg && *arg ? arg : shell->place.bed;
    const DashBed *bed = name ? dash_model_find_bed(shell->station->model, name) : NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (forms[i].act != act)
            continue;
        if (bed)
            forms[i].ask(shell, bed);
        else
            dash_shell_say(shell, _("No bed is chosen: choose one with the arrow keys"));
        return TRUE;
    }
    return FALSE;
}
