/* Handovers: begin, a bed's line, sign, withdraw, print. See desk.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "dashboard/picture.h"
#include "dashboard/scene/handover.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/desk.h"
#include "dashboard/ui/form.h"
#include "dashboard/ui/views.h"

static const DashHandover *
open_of(const DashShell *shell, const char *place)
{
    const DashHandover *handover = dash_model_handover_of(shell->station->model, place);
    return handover && handover->state == VICU__HANDOVER_STATE__HANDOVER_OPEN ? handover : NULL;
}

static void
send_begin(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__BeginHandover begin = VICU__BEGIN_HANDOVER__INIT;
    begin.place = (char *)dash_form_text(form, "place");
    begin.from = (char *)dash_form_text(form, "from");
    begin.to = (char *)dash_form_text(form, "to");
    command.what_case = VICU__COMMAND__WHAT_BEGIN_HANDOVER;
    command.begin_handover = &begin;
    if (*begin.from && *begin.to)
        dash_form_command(form, &command, "");
    else
        dash_form_refuse(form, _("Both names are needed: who hands over, and to whom"));
}

static void
ask_begin(DashShell *shell, const char *place)
{
    DashForm *form =
        dash_form_new(shell, _("Begin a handover"), place, _("_Begin"), NULL, send_begin);
    dash_form_add_text(form, "from", _("Who hands over"), NULL);
    dash_form_add_text(form, "to", _("To whom"), NULL);
    dash_form_add_text(form, "place", _("Unit or site"), place);
    dash_form_show(form);
}

static void
send_line(DashForm *form)
{
    char place[DASH_HANDOVER_PLACE];
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetHandoverLine set = VICU__SET_HANDOVER_LINE__INIT;
    dash_handover_place(dash_form_shell(form)->station->model,
                        &dash_form_shell(form)->views->handover, place);
    set.id = place;
    set.bed = (char *)dash_form_bed(form);
    set.text = (char *)dash_form_text(form, "text");
    command.what_case = VICU__COMMAND__WHAT_HANDOVER_LINE;
    command.handover_line = &set;
    dash_form_command(form, &command, "");
}

static void
ask_line(DashShell *shell, const char *place, const char *bed)
{
    const DashHandover *open = open_of(shell, place);
    const DashHandoverLine *line = open && bed ? dash_handover_line(open, bed) : NULL;
    if (!open) {
        dash_shell_say(shell, _("No handover is open here: begin one first"));
        return;
    }
    if (!bed || !dash_model_find_bed(shell->station->model, bed)) {
        dash_shell_say(shell, _("No bed is chosen: choose one with the arrow keys"));
        return;
    }
    DashForm *form =
        dash_form_new(shell, _("What is handed over"), bed, _("_Keep"), bed, send_line);
    dash_form_add_text(form, "text", _("In one line"), line ? line->text : NULL);
    dash_form_show(form);
}

static void
send_sign(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SignHandover sign = VICU__SIGN_HANDOVER__INIT;
    sign.id = (char *)dash_form_bed(form);
    sign.name = (char *)dash_form_text(form, "name");
    command.what_case = VICU__COMMAND__WHAT_SIGN_HANDOVER;
    command.sign_handover = &sign;
    if (*sign.name)
        dash_form_command(form, &command, "");
    else
        dash_form_refuse(form, _("Whose signature? Type the name"));
}

static void
send_withdraw(DashForm *form)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__WithdrawHandover withdraw = VICU__WITHDRAW_HANDOVER__INIT;
    withdraw.id = (char *)dash_form_bed(form);
    command.what_case = VICU__COMMAND__WHAT_WITHDRAW_HANDOVER;
    command.withdraw_handover = &withdraw;
    if (*dash_form_text(form, "reason"))
        dash_form_command(form, &command, dash_form_text(form, "reason"));
    else
        dash_form_refuse(form, _("Why is it given up?"));
}

static void
ask_sign(DashShell *shell, const char *place, gboolean withdraw)
{
    const DashHandover *open = open_of(shell, place);
    if (!open) {
        dash_shell_say(shell, _("No handover is open here: begin one first"));
        return;
    }
    g_autofree char *who = g_strdup_printf(_("%s: from %s to %s"), place, open->from, open->to);
    DashForm *form = withdraw ? dash_form_new(shell, _("Give the handover up"), who, _("_Withdraw"),
                                              open->id, send_withdraw)
                              : dash_form_new(shell, _("Sign the handover"), who, _("_Sign"),
                                              open->id, send_sign);
    if (withdraw) {
        dash_form_warn(form);
        dash_form_add_text(form, "reason", _("Reason"), NULL);
    } else {
        dash_form_add_text(form, "name", _("Your name, as it stands above"), NULL);
    }
    dash_form_show(form);
}

/* Told to the audit as every export is. */
static void
tell_print(DashShell *shell, const char *place, int64_t now_us)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *detail = g_strdup_printf("handover of %s", place);
    if (!shell->station->witness)
        return;
    record.who = (char *)vicu_keys_name(vicu_daemon_keys(shell->station->daemon));
    record.role = (char *)"dashboard";
    record.from = (char *)"dashboard";
    record.what = (char *)"print";
    record.detail = detail;
    record.t_us = now_us;
    dash_witness_put(shell->station->witness, &record);
}

static void
print(DashShell *shell, const char *place)
{
    g_autoptr(GError) error = NULL;
    int64_t now_us = vicu_clock_utc_us();
    g_autofree char *folder = shell->preferences.path ? g_path_get_dirname(shell->preferences.path)
                                                      : g_strdup(g_get_tmp_dir());
    g_autofree char *name =
        g_strdup_printf("handover-%s-%" G_GINT64_FORMAT ".pdf", place, now_us / G_USEC_PER_SEC);
    g_strdelimit(name, "/", '-');
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (!dash_handover_print(shell->station->model, shell->preferences.units, place, now_us,
                             dash_picture_utc_offset_us(), path, &error)) {
        dash_shell_say(shell, error->message);
        return;
    }
    tell_print(shell, place, now_us);
    g_autofree char *text = g_strdup_printf(_("Printed to %s"), path);
    dash_shell_say(shell, text);
}

gboolean
dash_handover_do(DashShell *shell, DashAct act, const char *arg)
{
    char place[DASH_HANDOVER_PLACE];
    dash_handover_place(shell->station->model, &shell->views->handover, place);
    if (act == DASH_ACT_HANDOVER_BEGIN)
        ask_begin(shell, place);
    else if (act == DASH_ACT_HANDOVER_LINE)
        ask_line(shell, place, arg && *arg ? arg : shell->place.bed);
    else if (act == DASH_ACT_HANDOVER_SIGN)
        ask_sign(shell, place, FALSE);
    else if (act == DASH_ACT_HANDOVER_WITHDRAW)
        ask_sign(shell, place, TRUE);
    else if (act == DASH_ACT_HANDOVER_PRINT)
        print(shell, place);
    else
        return FALSE;
    return TRUE;
}
