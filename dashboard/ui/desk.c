/* Desk. See desk.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/desk.h"

#include <string.h>

#include "common/clock.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/form.h"

void
dash_desk_command(DashShell *shell,
                  Vicu__Command *command,
                  const char *reason,
                  DashAnswerFunc func,
                  gpointer user)
{
    const DashStation *station = shell->station;
    if (dash_shell_is_locked(shell) && command->what_case != VICU__COMMAND__WHAT_EMERGENCY) {
        if (func)
            func(FALSE, _("The station is locked: Ctrl+G signs in"), user);
    } else if (shell->send)
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

DashForm *
dash_desk_form(
    DashShell *shell, const DashBed *bed, const char *title, const char *button, DashFormSend send)
{
    return dash_form_new(shell, title, bed->id, button, bed->id, send);
}

void
dash_desk_ask_why(DashForm *form)
{
    dash_form_add_text(form, "reason", _("Reason"), NULL);
    dash_form_show(form);
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
    DashForm *form = dash_desk_form(shell, bed, _("Admit a patient"), _("_Admit"), send_admit);
    dash_form_add_text(form, "patient", _("Pseudonym of the patient"), bed->patient);
    dash_form_add_text(form, "device", _("Device"), bed->device);
    dash_desk_ask_why(form);
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
    DashForm *form =
        dash_desk_form(shell, bed, _("Move the patient to another bed"), _("_Move"), send_move);
    dash_form_add_text(form, "to", _("To bed"), NULL);
    dash_desk_ask_why(form);
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
    DashForm *form =
        dash_desk_form(shell, bed, _("Discharge the patient"), _("_Discharge"), send_discharge);
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
    DashForm *form =
        dash_desk_form(shell, bed, _("Bind a device to the bed"), _("_Bind"), send_bind);
    dash_form_add_text(form, "device", _("Device"), bed->device);
    dash_desk_ask_why(form);
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
    DashForm *form = dash_desk_form(shell, bed, _("Standby or transport, with an end"),
                                    _("_Confirm"), send_absence);
    dash_form_add_choice(form, "kind", _("What"), kinds, NULL);
    dash_form_add_text(form, "until", _("For how long, at most 2h"), "30min");
    dash_desk_ask_why(form);
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
    DashForm *form = dash_desk_form(shell, bed, _("A note of the bed"), _("_Keep"), send_note);
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
    DashForm *form = dash_desk_form(shell, bed, _("What is promised"), _("_Keep"), send_promise);
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
    DashForm *form = dash_desk_form(shell, bed, _("A promise is done"), _("_Done"), send_done);
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
    DashForm *form =
        dash_desk_form(shell, bed, _("Who looks after the bed"), _("_Confirm"), send_take);
    dash_form_add_text(form, "name", _("Name (empty: this station)"), NULL);
    dash_form_add_choice(form, "what", _("What"), kinds, NULL);
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
    DashForm *form =
        dash_desk_form(shell, bed, _("What the bed has to send"), _("_Set"), send_expect);
    dash_form_add_text(form, "inputs", _("Inputs of the rules, as SpO2, MAP (empty: none)"), now);
    dash_desk_ask_why(form);
}

/* ---- the table ---- */

static const struct {
    DashAct act;
    void (*ask)(DashShell *shell, const DashBed *bed);
} forms[] = {
    {DASH_ACT_ADMIT, ask_admit},
    {DASH_ACT_MOVE, ask_move},
    {DASH_ACT_DISCHARGE, ask_discharge},
    {DASH_ACT_BIND, ask_bind},
    {DASH_ACT_ABSENCE, ask_absence},
    {DASH_ACT_OBSERVE, dash_desk_ask_observe},
    {DASH_ACT_NOTE, ask_note},
    {DASH_ACT_PROMISE, ask_promise},
    {DASH_ACT_DONE, ask_done},
    {DASH_ACT_TAKE, ask_take},
    {DASH_ACT_LIMIT, dash_desk_ask_limit},
    {DASH_ACT_EXPECT, ask_expect},
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
