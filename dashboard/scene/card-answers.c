/* Card: the three answers, and what was answered.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/card.h"

#define GAP 8

typedef struct {
    Vicu__Answer answer;
    DashAct act;
    const char *key;
    const char *title;
} Choice;

static const Choice choices[] = {
    {VICU__ANSWER__ANSWER_ACT, DASH_ACT_ANSWER_ACT, "A", N_("Act")},
    {VICU__ANSWER__ANSWER_WATCH, DASH_ACT_ANSWER_WATCH, "W", N_("Watch")},
    {VICU__ANSWER__ANSWER_NOT_ACTIONABLE, DASH_ACT_ANSWER_NOT_ACTIONABLE, "X",
     N_("Not actionable")},
};

/* Beside the key of the answer; where that is too narrow, the room below the key is taken, too, and
 * then what every answer has is said alone. */
static void
put_how(DashScene *self, const Choice *choice, DashRect rect, int x, uint32_t ink)
{
    const char *brief = _("Enter means it   Esc drops it");
    const char *text = choice->answer == VICU__ANSWER__ANSWER_ACT
                           ? brief
                           : _("Enter means it   arrows change it   Esc drops it");
    DashFace face = {dash_px(self, 11), DASH_WEIGHT_BOLD, ink, 0};
    int right = rect.x + rect.w - 10;
    if (dash_text_width(self, face, text) > right - x)
        x = rect.x + 10;
    if (dash_text_width(self, face, text) > right - x)
        text = brief;
    face.max_w = right - x;
    dash_put_text(self, x, rect.y + rect.h - dash_px(self, 7), face, text);
}

static void
detail_text(const DashScene *self,
            const DashCardState *state,
            const Choice *choice,
            char out[DASH_TEXT_MAX])
{
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    bool armed = state && state->armed && state->answer == choice->answer;
    unsigned index = armed ? state->choice : choice->answer == VICU__ANSWER__ANSWER_WATCH ? 2 : 0;
    int64_t for_us = dash_card_watch_us(index);
    if (choice->answer == VICU__ANSWER__ANSWER_ACT)
        g_strlcpy(out, _("something is done about it"), DASH_TEXT_MAX);
    else if (choice->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE)
        g_strlcpy(out, armed ? _(dash_card_because_words(dash_card_because(index))) : _("and why"),
                  DASH_TEXT_MAX);
    else
        g_snprintf(out, DASH_TEXT_MAX, _("until %.16s, for %.16s"),
                   dash_format_clock(clock, self->view->now_us + for_us, self->view->utc_offset_us),
                   dash_format_age(age, for_us));
}

static void
put_choice(DashScene *self, const DashCardState *state, const Choice *choice, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    bool armed = state && state->armed && state->answer == choice->answer;
    uint32_t ground = armed ? self->pal->selected : self->pal->plate;
    uint32_t ink = armed ? self->pal->back : self->pal->text;
    dash_put_fill(self, rect, ground);
    dash_put_target(self, rect, armed ? DASH_ACT_OPEN : choice->act, NULL, 0, _(choice->title));
    int cap_w = dash_px(self, 28);
    DashRect cap = {rect.x + 12, rect.y + 12, cap_w, cap_w};
    dash_put_frame(self, cap, ink, 1);
    DashFace key = {dash_px(self, 16), DASH_WEIGHT_BOLD, ink, 0};
    dash_put_text_middle(self, cap.x + cap.w / 2, dash_baseline(cap.y, cap.h, key.size), key,
                         choice->key);
    int x = cap.x + cap.w + 12;
    int room = rect.x + rect.w - 10 - x;
    DashFace title = {dash_px(self, 16), DASH_WEIGHT_BOLD, ink, room};
    dash_put_text(self, x, rect.y + dash_px(self, 21), title, _(choice->title));
    detail_text(self, state, choice, text);
    DashFace detail = {dash_px(self, 12), DASH_WEIGHT_REGULAR, ink, room};
    dash_put_text(self, x, rect.y + dash_px(self, 37), detail, text);
    if (!armed)
        return;
    put_how(self, choice, rect, x, ink);
}

static void
answered_text(const DashScene *self, const DashAlarm *alarm, char out[DASH_TEXT_MAX])
{
    char clock[DASH_TEXT_MAX];
    char until[DASH_TEXT_MAX];
    dash_format_clock(clock, alarm->ack_us, self->view->utc_offset_us);
    dash_format_clock(until, alarm->watch_until_us, self->view->utc_offset_us);
    if (alarm->answer == VICU__ANSWER__ANSWER_ACT)
        g_snprintf(out, DASH_TEXT_MAX, _("%.16s %.40s: something is done about it. %.80s"), clock,
                   alarm->ack_who, alarm->ack_reason);
    else if (alarm->answer == VICU__ANSWER__ANSWER_WATCH)
        g_snprintf(out, DASH_TEXT_MAX, _("%.16s %.40s: watched until %.16s. %.60s"), clock,
                   alarm->ack_who, until, alarm->ack_reason);
    else if (alarm->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE)
        g_snprintf(out, DASH_TEXT_MAX, _("%.16s %.40s: not actionable, %.60s. %.40s"), clock,
                   alarm->ack_who, _(dash_card_because_words(alarm->because)), alarm->ack_reason);
    else
        g_snprintf(out, DASH_TEXT_MAX, _("%.16s %.40s: acknowledged. %.80s"), clock, alarm->ack_who,
                   alarm->ack_reason);
}

void
dash_build_card_answers(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    char text[DASH_TEXT_MAX] = "";
    const DashCardState *state = self->view->card;
    dash_begin_block(self, rect, self->pal->panel);
    int line = dash_px(self, 20);
    int w = (rect.w - 4 * GAP) / 3;
    bool answerable = !alarm->local && alarm->state != VICU__ALARM_STATE__ALARM_ENDED;
    for (int i = 0; answerable && i < (int)G_N_ELEMENTS(choices); i++)
        put_choice(
            self, state, &choices[i],
            (DashRect){rect.x + GAP + i * (w + GAP), rect.y + GAP, w, rect.h - line - 2 * GAP});
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_REGULAR, self->pal->text, rect.w - 2 * GAP - 8};
    if (!answerable)
        g_strlcpy(text,
                  alarm->local ? _("Seen by this station itself: it ends when it is over, nobody "
                                   "can answer it")
                               : _("It has ended"),
                  sizeof text);
    else if (state && state->refusal[0]) {
        face.weight = DASH_WEIGHT_BOLD;
        g_snprintf(text, sizeof text, _("NOT TAKEN: %.130s"), state->refusal);
    } else if (state && state->sent)
        g_strlcpy(text, _("The answer is on its way; it counts when it is shown here"),
                  sizeof text);
    else if (alarm->state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED)
        answered_text(self, alarm, text);
    else
        g_strlcpy(text, _("Nothing is silenced at the bedside by an answer here."), sizeof text);
    dash_put_text(self, rect.x + GAP + 4, rect.y + rect.h - dash_px(self, 9), face, text);
}
