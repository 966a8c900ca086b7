/* Reasons of an alarm, and of a bed's place in the worklist, in words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/acuity.h"
#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/words.h"

/* "MAP 41 < 50 mmHg for 20 s", from what the rule compared; FALSE: no comparison of a plain signal
 * decided. */
static bool
reason_of_data(const DashScene *self, const DashAlarm *alarm, char out[DASH_TEXT_MAX])
{
    static const char *const signs[][2] = {
        {" <= ", "≤"}, {" >= ", "≥"}, {" < ", "<"}, {" > ", ">"}};
    const DashBecause *because = alarm->because_of;
    char left[DASH_TEXT_MAX];
    char right[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    DashUnits units = self->view->units;
    for (unsigned i = 0; because && i < because->n_clauses; i++) {
        const DashClause *c = &because->clause[i];
        size_t name = strcspn(c->words, " ");
        if (c->clause != VICU__EXPLAIN_CLAUSE__CLAUSE_WHEN || !c->leaf || !c->compared
            || c->truth != VICU__TRUTH__TRUTH_TRUE || memchr(c->words, '(', name))
            continue;
        for (size_t s = 0; s < G_N_ELEMENTS(signs); s++) {
            if (!g_str_has_prefix(c->words + name, signs[s][0]))
                continue;
            g_autofree char *compared =
                g_strdup_printf("%.*s %s %s %s", (int)MIN(name, 40), c->words,
                                dash_format_number(left, units, c->unit, c->left, 4), signs[s][1],
                                dash_format_measure(right, units, c->unit, c->right, 4));
            g_snprintf(out, DASH_TEXT_MAX, _("%.80s for %.16s"), compared,
                       dash_format_age(age, self->view->now_us - alarm->t_condition_us));
            return true;
        }
    }
    return false;
}

void
dash_alarm_reason(const DashScene *self, const DashAlarm *alarm, char out[DASH_TEXT_MAX])
{
    bool own = strcmp(dash_words_used(), dash_words_language_at(0)->code) == 0;
    bool says = *alarm->text && strcmp(alarm->text, alarm->title) != 0;
    if (own || !reason_of_data(self, alarm, out))
        dash_format_plain(out, says ? alarm->text : alarm->evidence ? alarm->evidence : "");
}

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
