/* Asking for the limit that was tried in the alarm review: what it is, what it would have done,
 * and why it is wanted. The owner of the limits judges and answers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/review.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/form.h"
#include "dashboard/ui/views.h"

static void
send_limit(DashForm *form)
{
    const DashTrial *trial = dash_view_review_trial(dash_form_shell(form));
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetLimit limit = VICU__SET_LIMIT__INIT;
    const char *reason = dash_form_text(form, "reason");
    if (!trial || !dash_trial_can_be_asked(trial)) {
        dash_form_refuse(form, _("This is no longer what was tried"));
        return;
    }
    if (!*reason) {
        dash_form_refuse(form, _("The reason is missing"));
        return;
    }
    g_autofree char *place = dash_trial_place(trial);
    bool of_unit = trial->scope == DASH_TRIAL_UNIT;
    limit.bed = of_unit ? (char *)"" : (char *)trial->bed;
    limit.of_unit = of_unit ? place : (char *)"";
    limit.name = (char *)trial->limit;
    limit.unit = (char *)trial->unit;
    limit.value = trial->value;
    command.what_case = VICU__COMMAND__WHAT_LIMIT;
    command.limit = &limit;
    dash_form_command(form, &command, reason);
}

void
dash_review_ask(DashShell *shell, const DashTrial *trial, const char *found)
{
    char value[DASH_TEXT_MAX];
    char now[DASH_TEXT_MAX];
    DashUnits units = shell->preferences.units;
    g_autofree char *place = dash_trial_place(trial);
    bool of_unit = trial->scope == DASH_TRIAL_UNIT;
    g_autofree char *subtitle = g_strdup_printf(
        _("%s %s, now %s, for %s %s. %s The monitor at the bedside keeps its own limits."),
        trial->limit, dash_trial_number(value, units, trial, trial->value),
        dash_trial_number(now, units, trial, trial->in_force), of_unit ? _("unit") : _("bed"),
        of_unit ? place : trial->bed, found);
    DashForm *form = dash_form_new(shell, _("Set the limit that was tried"), subtitle, _("_Set"),
                                   of_unit ? NULL : trial->bed, send_limit);
    dash_form_add_text(form, "reason", _("Why, in a few words"), NULL);
    dash_form_show(form);
}
