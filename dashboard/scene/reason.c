/* Reasons of a bed's place in the worklist, in words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/acuity.h"
#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

/* "MAP 41 for 20 s": the number as it is now; an alarm about several, or about what can not be
 * measured, is named by its title. */
static void
alarm_text(const DashScene *self, const DashReason *reason, char out[DASH_TEXT_MAX])
{
    char age[DASH_TEXT_MAX];
    char value[DASH_TEXT_MAX];
    const DashAlarm *alarm = reason->alarm;
    dash_format_age(age, self->view->now_us - alarm->t_condition_us);
    if (alarm->state == VICU__ALARM_STATE__ALARM_LATCHED) {
        g_snprintf(out, DASH_TEXT_MAX, _("%.80s, %.16s ago, over"), _(alarm->title), age);
        return;
    }
    if (!reason->numeric || alarm->technical) {
        g_snprintf(out, DASH_TEXT_MAX, _("%.80s for %.16s"), _(alarm->title), age);
        return;
    }
    const VicuSignal *signal = reason->numeric->signal;
    bool mean = strcmp(signal->name, "ART_M") == 0 || strcmp(signal->name, "NIBP_M") == 0;
    dash_format_value(value, self->view->units, signal, reason->numeric->value);
    g_strlcat(value, dash_units_beside(self->view->units, signal->unit), sizeof value);
    g_snprintf(out, DASH_TEXT_MAX, _("%.24s %.16s for %.16s"),
               mean ? "MAP" : dash_format_short(signal, signal->name), value, age);
}

static void
score_text(const DashReason *reason, char out[DASH_TEXT_MAX])
{
    char score[DASH_TEXT_MAX];
    dash_format_score(score, reason->score, reason->score->name);
    g_snprintf(out, DASH_TEXT_MAX, "%.80s%s", score,
               reason->slope == DASH_SLOPE_UP     ? _(", rising")
               : reason->slope == DASH_SLOPE_DOWN ? _(", falling")
                                                  : "");
}

static void
trend_text(const DashScene *self, const DashReason *reason, char out[DASH_TEXT_MAX])
{
    char change[DASH_TEXT_MAX];
    const VicuSignal *signal = reason->numeric->signal;
    bool mean = strcmp(signal->name, "ART_M") == 0 || strcmp(signal->name, "NIBP_M") == 0;
    dash_format_change(change, self->view->units, signal, reason->change);
    g_strlcat(change, dash_units_beside(self->view->units, signal->unit), sizeof change);
    g_snprintf(out, DASH_TEXT_MAX,
               reason->change > 0 ? _("%.24s up by %.16s in 30 min")
                                  : _("%.24s down by %.16s in 30 min"),
               mean ? "MAP" : dash_format_short(signal, signal->name), change);
}

const char *
dash_absence_word(DashAbsence absence)
{
    static const char *const words[] = {
        [DASH_PRESENT] = N_("present"),       [DASH_DELAYED] = N_("delayed"),
        [DASH_WAITING] = N_("waiting"),       [DASH_LOST] = N_("no data"),
        [DASH_NEVER_SEEN] = N_("never seen"), [DASH_STANDBY] = N_("standby"),
        [DASH_TRANSPORT] = N_("transport"),   [DASH_DISCHARGED] = N_("discharged"),
    };
    return _(words[absence]);
}

void
dash_reason_text(const DashScene *self,
                 const DashBed *bed,
                 const DashReason *reason,
                 char out[DASH_TEXT_MAX])
{
    int64_t now_us = self->view->now_us;
    char age[DASH_TEXT_MAX];
    switch (reason->kind) {
    case DASH_REASON_ALARM:
        alarm_text(self, reason, out);
        return;
    case DASH_REASON_UNSEEN:
        if (reason->absence == DASH_LOST && bed->arrived_us > 0)
            g_snprintf(out, DASH_TEXT_MAX, _("no data for %s"),
                       dash_format_age(age, now_us - bed->arrived_us));
        else if (reason->absence == DASH_NEVER_SEEN)
            g_strlcpy(out, _("admitted, no sample has ever come"), DASH_TEXT_MAX);
        else
            g_strlcpy(out, _("no data since this station listens"), DASH_TEXT_MAX);
        return;
    case DASH_REASON_SCORE:
        score_text(reason, out);
        return;
    case DASH_REASON_TREND:
        trend_text(self, reason, out);
        return;
    case DASH_REASON_MISSING:
        g_snprintf(out, DASH_TEXT_MAX, _("no %s"), _(reason->missing));
        return;
    case DASH_REASON_AWAY:
        if (bed->reason && *bed->reason)
            g_snprintf(out, DASH_TEXT_MAX, "%.30s: %.100s", dash_absence_word(reason->absence),
                       bed->reason);
        else
            g_strlcpy(out, dash_absence_word(reason->absence), DASH_TEXT_MAX);
        return;
    }
}
