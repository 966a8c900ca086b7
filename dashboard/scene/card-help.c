/* Card: who was called, how far each has come, and by when the next stage is due.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/build.h"
#include "dashboard/scene/card.h"

#define ROWS_MOST 6 /* more are counted */

static const char *
stage_words(Vicu__EscalationStage stage)
{
    switch ((int)stage) {
    case VICU__ESCALATION_STAGE__ESCALATION_DECIDED:
        return _("decided, not sent yet");
    case VICU__ESCALATION_STAGE__ESCALATION_SENT:
        return _("sent, not delivered yet");
    case VICU__ESCALATION_STAGE__ESCALATION_DELIVERED:
        return _("delivered, not read yet");
    case VICU__ESCALATION_STAGE__ESCALATION_READ:
        return _("read, not accepted yet");
    case VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED:
        return _("accepted");
    case VICU__ESCALATION_STAGE__ESCALATION_ON_MY_WAY:
        return _("on the way");
    case VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE:
        return _("at the bedside");
    case VICU__ESCALATION_STAGE__ESCALATION_RESOLVED:
        return _("resolved");
    default:
        return _("stage not known");
    }
}

static const char *
missed_words(Vicu__EscalationStage stage)
{
    switch ((int)stage) {
    case VICU__ESCALATION_STAGE__ESCALATION_SENT:
        return _("not sent in time");
    case VICU__ESCALATION_STAGE__ESCALATION_DELIVERED:
        return _("not delivered in time");
    case VICU__ESCALATION_STAGE__ESCALATION_READ:
        return _("not read in time");
    case VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED:
        return _("not accepted in time");
    case VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE:
        return _("not at the bedside in time");
    case VICU__ESCALATION_STAGE__ESCALATION_RESOLVED:
        return _("not resolved in time");
    default:
        return _("missed a deadline");
    }
}

/* The sign stands with words: ▸ is asked or has it, ✗ did not, ✓ done, – over without an answer. */
static const char *
outcome_sign(Vicu__EscalationOutcome outcome)
{
    switch ((int)outcome) {
    case VICU__ESCALATION_OUTCOME__OUTCOME_NONE:
        return "▸";
    case VICU__ESCALATION_OUTCOME__OUTCOME_DONE:
        return "✓";
    case VICU__ESCALATION_OUTCOME__OUTCOME_NOT_NEEDED:
    case VICU__ESCALATION_OUTCOME__OUTCOME_ENDED:
        return "–";
    default:
        return "✗";
    }
}

/* Why in the owner's words where it gave one, else its name alone. */
static void
outcome_text(const Vicu__EscalationTarget *target, char out[DASH_TEXT_MAX])
{
    const char *what = "";
    switch ((int)target->outcome) {
    case VICU__ESCALATION_OUTCOME__OUTCOME_NONE:
        g_strlcpy(out, stage_words(target->stage), DASH_TEXT_MAX);
        return;
    case VICU__ESCALATION_OUTCOME__OUTCOME_MISSED:
        g_strlcpy(out, missed_words(target->missed), DASH_TEXT_MAX);
        return;
    case VICU__ESCALATION_OUTCOME__OUTCOME_DECLINED:
        what = _("declined");
        break;
    case VICU__ESCALATION_OUTCOME__OUTCOME_HANDED_ON:
        what = _("handed on");
        break;
    case VICU__ESCALATION_OUTCOME__OUTCOME_UNREACHABLE:
        what = _("not reachable");
        break;
    case VICU__ESCALATION_OUTCOME__OUTCOME_NOBODY:
        g_strlcpy(out, _("nobody on duty"), DASH_TEXT_MAX);
        return;
    case VICU__ESCALATION_OUTCOME__OUTCOME_NOT_NEEDED:
        g_strlcpy(out, _("another one has accepted"), DASH_TEXT_MAX);
        return;
    case VICU__ESCALATION_OUTCOME__OUTCOME_ENDED:
        g_strlcpy(out, _("ended before that"), DASH_TEXT_MAX);
        return;
    case VICU__ESCALATION_OUTCOME__OUTCOME_DONE:
        g_strlcpy(out, _("resolved"), DASH_TEXT_MAX);
        return;
    default:
        g_strlcpy(out, _("outcome not known"), DASH_TEXT_MAX);
        return;
    }
    g_snprintf(out, DASH_TEXT_MAX, "%s%s%.70s", what, *target->reason ? ": " : "", target->reason);
}

static int64_t
stage_us(const Vicu__EscalationTarget *target)
{
    switch ((int)target->stage) {
    case VICU__ESCALATION_STAGE__ESCALATION_DECIDED:
        return target->decided_us;
    case VICU__ESCALATION_STAGE__ESCALATION_SENT:
        return target->sent_us;
    case VICU__ESCALATION_STAGE__ESCALATION_DELIVERED:
        return target->delivered_us;
    case VICU__ESCALATION_STAGE__ESCALATION_READ:
        return target->read_us;
    case VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED:
        return target->accepted_us;
    case VICU__ESCALATION_STAGE__ESCALATION_ON_MY_WAY:
        return target->on_my_way_us;
    case VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE:
        return target->at_bedside_us;
    case VICU__ESCALATION_STAGE__ESCALATION_RESOLVED:
        return target->resolved_us;
    default:
        return 0;
    }
}

/* "09:30:12, 8 s ago"; a time that was not told is said to be so. */
static void
when_text(const DashScene *self, int64_t t_us, char out[DASH_TEXT_MAX])
{
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    if (t_us == 0) {
        g_strlcpy(out, _("when was not told"), DASH_TEXT_MAX);
        return;
    }
    g_snprintf(out, DASH_TEXT_MAX, _("%.16s, %.16s ago"),
               dash_format_clock(clock, t_us, self->view->utc_offset_us),
               dash_format_age(age, MAX(self->view->now_us - t_us, 0)));
}

/* By when the next stage is due, or that nobody is asked, or how it ended; FALSE: none of them. */
static bool
headline_text(const DashScene *self, const Vicu__Escalation *e, char out[DASH_TEXT_MAX])
{
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    int64_t left_us = e->deadline_us - self->view->now_us;
    if (e->ended_us != 0) {
        when_text(self, e->ended_us, clock);
        g_snprintf(out, DASH_TEXT_MAX, _("Ended %.40s: %.60s"), clock, e->why_ended);
        return true;
    }
    if (*e->person == '\0') {
        g_strlcpy(out, _("NOBODY is asked now"), DASH_TEXT_MAX);
        return true;
    }
    if (e->deadline_us == 0)
        return false;
    dash_format_clock(clock, e->deadline_us, self->view->utc_offset_us);
    dash_format_age(age, ABS(left_us));
    g_snprintf(out, DASH_TEXT_MAX,
               left_us >= 0 ? _("Next due %.16s, in %.16s") : _("OVERDUE: %.16s, %.16s ago"), clock,
               age);
    return true;
}

/* What is not known, or missing, before all else; NULL: nothing. */
static const char *
trouble_words(DashHelp help)
{
    switch (help) {
    case DASH_HELP_UNHEARD:
        return _("Escalation not heard: not known who was called");
    case DASH_HELP_SILENT:
        return _("Escalation silent: not known how far; last known:");
    case DASH_HELP_RULES_BLIND:
        return _("Escalation does not hear the rules: calls may be missing");
    case DASH_HELP_NO_ROSTER:
        return _("The roster is empty: nobody can be called");
    case DASH_HELP_KNOWN:
        break;
    }
    return NULL;
}

static unsigned
n_failed(const Vicu__EscalationTarget *target)
{
    unsigned n = 0;
    for (size_t i = 0; i < target->n_sending; i++)
        n += target->sending[i]->state == VICU__SENDING_STATE__SENDING_FAILED;
    return n;
}

static bool
put_target(DashPanel *panel, const Vicu__EscalationTarget *target)
{
    DashScene *self = panel->scene;
    char left[DASH_TEXT_MAX];
    char right[DASH_TEXT_MAX];
    char what[DASH_TEXT_MAX];
    bool asked = target->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE;
    DashFace face = {12, asked ? DASH_WEIGHT_BOLD : DASH_WEIGHT_REGULAR, self->pal->text, 0};
    DashFace side = {12, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    const char *who = *target->name     ? target->name
                      : *target->person ? target->person
                                        : target->asked;
    outcome_text(target, what);
    when_text(self, asked ? stage_us(target) : target->outcome_us, right);
    g_snprintf(left, sizeof left, "%s %u  %.32s: %.100s", outcome_sign(target->outcome),
               target->step, who, what);
    return dash_panel_pair(panel, face, left, side, right, 0.4);
}

static void
put_failures(DashPanel *panel, const Vicu__EscalationTarget *target)
{
    char text[DASH_TEXT_MAX];
    DashFace face = {12, DASH_WEIGHT_REGULAR, panel->scene->pal->text, 0};
    for (size_t i = 0; i < target->n_sending; i++) {
        const Vicu__Sending *sending = target->sending[i];
        if (sending->state != VICU__SENDING_STATE__SENDING_FAILED)
            continue;
        g_snprintf(text, sizeof text, _("      %.16s failed: %.100s"), sending->channel,
                   sending->text);
        dash_panel_line(panel, face, text, "");
    }
}

/* Newest first, that one in any case; what has no room is counted in the last line. */
static void
put_targets(DashPanel *panel, const Vicu__Escalation *e)
{
    DashScene *self = panel->scene;
    char text[DASH_TEXT_MAX];
    int line_h = DASH_PANEL_LINE_H(self);
    DashFace face = {12, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    for (size_t left = e->n_target; left > 0; left--) {
        const Vicu__EscalationTarget *target = e->target[left - 1];
        size_t older = left - 1 + e->earlier_targets;
        int lines = 1 + (int)MIN(n_failed(target), 4u) + (older > 0);
        if (left < e->n_target && !dash_panel_fits(panel, lines * line_h)) {
            g_snprintf(text, sizeof text, _("and %u asked before"), (unsigned)(older + 1));
            dash_panel_line(panel, face, text, "");
            return;
        }
        put_target(panel, target);
        put_failures(panel, target);
    }
    if (e->earlier_targets > 0) {
        g_snprintf(text, sizeof text, _("and %u asked before"), e->earlier_targets);
        dash_panel_line(panel, face, text, "");
    }
}

static unsigned
n_rows(const Vicu__Escalation *e)
{
    unsigned rows = 2; /* headline, and what was asked before or beside */
    for (size_t i = 0; i < e->n_target && rows < ROWS_MOST; i++)
        rows += 1 + n_failed(e->target[i]);
    return MIN(rows, ROWS_MOST);
}

int
dash_card_help_height(const DashScene *self, const DashAlarm *alarm, int most)
{
    unsigned n;
    const Vicu__Escalation *e = dash_model_escalation(self->model, alarm->id, &n);
    int trouble = trouble_words(dash_model_help(self->model)) != NULL;
    int rows = MAX(trouble + (e ? (int)n_rows(e) : 0), 1);
    int least = e ? trouble + 2 : 1; /* by when, and whoever was asked last */
    int bare_h = DASH_PANEL_TITLE_H(self) + 8;
    return bare_h
           + MAX(MIN(rows, (most - bare_h) / DASH_PANEL_LINE_H(self)), least)
                 * DASH_PANEL_LINE_H(self);
}

void
dash_build_card_help(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char all[DASH_TEXT_MAX];
    unsigned n;
    const Vicu__Escalation *e = dash_model_escalation(self->model, alarm->id, &n);
    const char *trouble = trouble_words(dash_model_help(self->model));
    DashPanel panel = dash_panel_begin(self, rect, _("Who was called, and how far"));
    DashFace bold = {13, DASH_WEIGHT_BOLD, self->pal->text, 0};
    DashFace side = {12, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    if (trouble)
        dash_panel_line(&panel, (DashFace){12, DASH_WEIGHT_BOLD, self->pal->text, 0}, trouble, "");
    if (!e) {
        if (!trouble)
            dash_panel_line(&panel, side, _("nobody for this alarm"), "");
        return;
    }
    bool headed = headline_text(self, e, text);
    unsigned asked = (unsigned)e->n_target + e->earlier_targets;
    g_snprintf(all, sizeof all, _("%u asked in all"), asked);
    if (headed || asked > 1)
        dash_panel_pair(&panel, bold, headed ? text : "", side, asked > 1 ? all : "", 0.4);
    put_targets(&panel, e);
    if (n > 1) {
        g_snprintf(text, sizeof text, _("called for %u times in all"), n);
        dash_panel_line(&panel, side, text, "");
    }
}
