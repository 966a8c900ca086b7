/* Card. See card.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/card.h"

#include <string.h>

#include "dashboard/scene/build.h"

#define HEAD_H    64
#define ANSWERS_H 96
#define MIN_US    (60 * (int64_t)G_USEC_PER_SEC)

static const int64_t watches_us[DASH_WATCH_CHOICES] = {
    5 * MIN_US, 10 * MIN_US, 15 * MIN_US, 30 * MIN_US, 60 * MIN_US,
};

static const struct {
    Vicu__NotActionable because;
    const char *words;
} useless[DASH_USELESS_CHOICES] = {
    {VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_ARTEFACT, N_("artefact: not the patient")},
    {VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_CARE, N_("the patient is being cared for")},
    {VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_KNOWN, N_("known and accepted for this patient")},
    {VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_LIMIT, N_("the limit does not fit this patient")},
    {VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_DEVICE, N_("a probe, line or device")},
    {VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_TREATED, N_("already being treated")},
};

int64_t
dash_card_watch_us(unsigned choice)
{
    return watches_us[MIN(choice, DASH_WATCH_CHOICES - 1)];
}

Vicu__NotActionable
dash_card_because(unsigned choice)
{
    return useless[MIN(choice, DASH_USELESS_CHOICES - 1)].because;
}

const char *
dash_card_because_words(Vicu__NotActionable because)
{
    for (size_t i = 0; i < G_N_ELEMENTS(useless); i++)
        if (useless[i].because == because)
            return useless[i].words;
    return N_("for a reason in words");
}

static unsigned
n_choices(Vicu__Answer answer)
{
    return answer == VICU__ANSWER__ANSWER_WATCH            ? DASH_WATCH_CHOICES
           : answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE ? DASH_USELESS_CHOICES
                                                           : 1;
}

/* The same key again goes to the next choice. */
static bool
arm(DashCardState *self, Vicu__Answer answer)
{
    unsigned n = n_choices(answer);
    if (self->sent)
        return true;
    if (self->armed && self->answer == answer)
        self->choice = (self->choice + 1) % n;
    else
        self->choice = answer == VICU__ANSWER__ANSWER_WATCH ? 2 : 0; /* 15 min */
    self->armed = true;
    self->answer = answer;
    self->refusal[0] = '\0';
    return true;
}

static bool
step(DashCardState *self, unsigned by)
{
    unsigned n = n_choices(self->answer);
    self->choice = (self->choice + by % n) % n;
    return true;
}

bool
dash_card_act(DashCardState *self, DashAct act, bool *confirmed)
{
    *confirmed = false;
    if (act == DASH_ACT_ANSWER_ACT)
        return arm(self, VICU__ANSWER__ANSWER_ACT);
    if (act == DASH_ACT_ANSWER_WATCH)
        return arm(self, VICU__ANSWER__ANSWER_WATCH);
    if (act == DASH_ACT_ANSWER_NOT_ACTIONABLE)
        return arm(self, VICU__ANSWER__ANSWER_NOT_ACTIONABLE);
    if (!self->armed || self->sent)
        return false;
    if (act == DASH_ACT_RIGHT || act == DASH_ACT_DOWN)
        return step(self, 1);
    if (act == DASH_ACT_LEFT || act == DASH_ACT_UP)
        return step(self, n_choices(self->answer) - 1);
    if (act == DASH_ACT_BACK) {
        self->armed = false;
        return true;
    }
    if (act == DASH_ACT_OPEN) {
        *confirmed = true;
        return true;
    }
    return false;
}

void
dash_card_window(const DashAlarm *alarm, int64_t *from_us, int64_t *to_us)
{
    int64_t at_us = alarm->t_raised_us ? alarm->t_raised_us : alarm->t_condition_us;
    *to_us = at_us + DASH_CARD_STRIP_US / 6;
    *from_us = *to_us - DASH_CARD_STRIP_US;
}

/* "HIGH  since 12:04:33, 45 s  unanswered". */
static void
put_head(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    DashAlarmFace look = dash_alarm_face(self, alarm);
    const DashBed *bed = *alarm->bed ? dash_model_find_bed(self->model, alarm->bed) : NULL;
    dash_begin_block(self, rect, look.ground);
    if (!look.filled)
        dash_put_frame(self, rect, look.border, 2);
    int right = rect.x + rect.w - 16;
    DashFace side = {dash_px(self, 13), DASH_WEIGHT_REGULAR, look.ink, rect.w / 3};
    dash_format_clock(clock, alarm->t_condition_us, self->view->utc_offset_us);
    g_snprintf(text, sizeof text, _("since %.16s, %.16s"), clock,
               dash_format_age(age, self->view->now_us - alarm->t_condition_us));
    int side_w = dash_put_text_right(self, right, rect.y + dash_px(self, 26), side, text);
    const char *state = alarm->state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED ? _("answered")
                        : alarm->state == VICU__ALARM_STATE__ALARM_LATCHED
                            ? _("LATCHED: over, not answered")
                            : _("not answered");
    side.weight = DASH_WEIGHT_BOLD;
    side_w = MAX(side_w, dash_put_text_right(self, right, rect.y + dash_px(self, 48), side, state));
    int x = rect.x + 16;
    DashFace mark = {dash_px(self, 28), DASH_WEIGHT_BOLD, look.ink, rect.w / 4};
    int base = dash_baseline(rect.y, rect.h, mark.size);
    x += dash_put_text(self, x, base, mark, look.look->mark) + 14;
    g_snprintf(text, sizeof text, _("Bed %s"), bed ? bed->label : _("all"));
    x += dash_put_text(self, x, base, mark, text) + 18;
    DashFace title = {dash_px(self, 20), DASH_WEIGHT_BOLD, look.ink,
                      MAX(right - side_w - 20 - x, 40)};
    dash_put_text(self, x, dash_baseline(rect.y, rect.h - dash_px(self, 16), title.size), title,
                  _(alarm->title));
    DashFace under = {dash_px(self, 12), DASH_WEIGHT_REGULAR, look.ink, title.max_w};
    g_snprintf(text, sizeof text, "%.40s%s%.40s  %.16s%s", bed ? bed->id : alarm->bed,
               bed && *bed->patient ? "  " : "", bed ? bed->patient : "", _(look.look->name),
               alarm->technical ? _("  technical") : "");
    dash_append_signal(alarm, self->view->now_us, text);
    dash_put_text(self, x, rect.y + rect.h - dash_px(self, 12), under, text);
}

static void
put_gone(DashScene *self, DashRect rect)
{
    dash_begin_block(self, rect, self->pal->tile);
    DashFace face = {dash_px(self, 20), DASH_WEIGHT_REGULAR, self->pal->text, rect.w - 40};
    bool known = dash_alarms_known(self->model);
    if (!known)
        dash_put_hatch(self, rect, self->pal->hatch, 14);
    dash_put_fill(self,
                  (DashRect){rect.x + rect.w / 6, rect.y + rect.h / 2 - dash_px(self, 40),
                             rect.w * 2 / 3, dash_px(self, 64)},
                  self->pal->tile);
    dash_put_text_middle(self, rect.x + rect.w / 2, rect.y + rect.h / 2, face,
                         known ? _("This alarm no longer stands. Esc goes back.")
                               : _("Alarms not known: rules silent"));
}

void
dash_build_card(DashScene *self, DashRect rect)
{
    const DashAlarm *alarm =
        self->view->alarm ? dash_model_find_alarm(self->model, self->view->alarm) : NULL;
    if (!alarm && self->view->bed) {
        const DashBed *bed = dash_model_find_bed(self->model, self->view->bed);
        alarm = bed && !self->view->alarm ? dash_model_worst(self->model, bed) : NULL;
    }
    if (!alarm) {
        put_gone(self, rect);
        return;
    }
    int head_h = dash_px(self, HEAD_H);
    int answers_h = dash_px(self, ANSWERS_H);
    int least_w = MIN(dash_px(self, 380), rect.w / 2);
    int side_w = CLAMP(rect.w * 42 / 100, least_w, MAX(dash_px(self, 680), least_w));
    int main_w = rect.w - side_w - 2;
    int body_h = rect.h - head_h - answers_h;
    put_head(self, alarm, (DashRect){rect.x, rect.y, rect.w, head_h});
    dash_build_card_strip(self, alarm, (DashRect){rect.x, rect.y + head_h, main_w, body_h});
    dash_build_card_reasons(self, alarm,
                            (DashRect){rect.x + main_w + 2, rect.y + head_h, side_w, body_h});
    dash_build_card_answers(self, alarm,
                            (DashRect){rect.x, rect.y + rect.h - answers_h, rect.w, answers_h});
}
