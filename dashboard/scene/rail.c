/* Rail: every standing alarm, worst first, with its reason.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define TITLE_H 62
#define CARD_H  72 /* with one line of the reason and one of the answer */
#define LINE_H  14
#define MORE_H  26
#define NARROW  290 /* a card that is less wide says shortly what it can */
#define LINES   2   /* of the reason, and of the answer, where all cards have room */

typedef struct {
    unsigned n[5]; /* by priority */
} Counts;

static Counts
count_from(const DashModel *model, size_t first)
{
    Counts counts = {0};
    for (size_t i = first; i < dash_model_n_alarms(model); i++) {
        unsigned priority = dash_model_alarm(model, i)->priority;
        counts.n[MIN(priority, 4)]++;
    }
    return counts;
}

static int
put_count(DashScene *self, int x, int y, Vicu__Priority priority, unsigned n)
{
    char text[DASH_TEXT_MAX];
    const DashAlarmLook *look = dash_palette_alarm(priority);
    DashFace face = {dash_px(self, 13), DASH_WEIGHT_BOLD, n ? look->ink : self->pal->faint, 0};
    g_snprintf(text, sizeof text, "%s %u", look->mark, n);
    int w = MAX(dash_text_width(self, face, text) + dash_px(self, 14), dash_px(self, 46));
    DashRect box = {x, y, w, dash_px(self, 22)};
    if (n)
        dash_put_fill(self, box, look->ground);
    else
        dash_put_frame(self, box, self->pal->seam, 1);
    dash_put_text_middle(self, x + w / 2, dash_baseline(y, box.h, face.size), face, text);
    return w + 8;
}

static void
put_title(DashScene *self, DashRect rect)
{
    dash_begin_block(self, rect, self->pal->panel);
    DashFace face = {dash_px(self, 15), DASH_WEIGHT_BOLD, self->pal->text, 0};
    Counts counts = count_from(self->model, 0);
    unsigned all = counts.n[4] + counts.n[3] + counts.n[2] + counts.n[1] + counts.n[0];
    char text[DASH_TEXT_MAX];
    bool known = dash_alarms_known(self->model);
    g_snprintf(text, sizeof text,
               known      ? all == 1 ? _("%u ALARM STANDS") : _("%u ALARMS STAND")
                    : all == 1 ? _("%u ALARM KNOWN, NOT ALL")
                          : _("%u ALARMS KNOWN, NOT ALL"),
               all);
    if (!known)
        dash_put_hatch(
            self,
            (DashRect){rect.x, rect.y + dash_px(self, 30), rect.w, rect.h - dash_px(self, 30)},
            self->pal->faint, 8);
    dash_put_text(self, rect.x + dash_px(self, 10), rect.y + dash_px(self, 22), face, text);
    int x = rect.x + dash_px(self, 10);
    x += put_count(self, x, rect.y + dash_px(self, 32), VICU__PRIORITY__PRIORITY_HIGH, counts.n[4]);
    x += put_count(self, x, rect.y + dash_px(self, 32), VICU__PRIORITY__PRIORITY_MEDIUM,
                   counts.n[3]);
    x += put_count(self, x, rect.y + dash_px(self, 32), VICU__PRIORITY__PRIORITY_LOW, counts.n[2]);
    unsigned advisory = counts.n[1] + counts.n[0];
    if (advisory)
        put_count(self, x, rect.y + dash_px(self, 32), VICU__PRIORITY__PRIORITY_ADVISORY, advisory);
}

/* "since 12:04:33, 45 s" and what else is to be known about the moment. */
static void
time_text(const DashScene *self, const DashAlarm *alarm, bool narrow, char out[DASH_TEXT_MAX])
{
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    char lag[DASH_TEXT_MAX] = "";
    int64_t now_us = self->view->now_us;
    dash_format_age(age, now_us - alarm->t_condition_us);
    if (narrow) {
        g_strlcpy(out, age, DASH_TEXT_MAX);
        return;
    }
    if (alarm->data_age_us > 2 * (int64_t)G_USEC_PER_SEC)
        g_snprintf(lag, sizeof lag, _("  data %.12s old"),
                   dash_format_age(age, alarm->data_age_us));
    dash_format_clock(clock, alarm->t_condition_us, self->view->utc_offset_us);
    dash_format_age(age, now_us - alarm->t_condition_us);
    g_snprintf(out, DASH_TEXT_MAX, _("since %.16s, %.16s%.40s"), clock, age, lag);
}

static void
answer_text(const DashScene *self, const DashAlarm *alarm, char out[DASH_TEXT_MAX])
{
    char age[DASH_TEXT_MAX];
    if (alarm->state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED)
        g_snprintf(out, DASH_TEXT_MAX, _("acknowledged %.16s ago, %.40s: %.60s"),
                   dash_format_age(age, self->view->now_us - alarm->ack_us), alarm->ack_who,
                   alarm->ack_reason);
    else if (alarm->state == VICU__ALARM_STATE__ALARM_LATCHED)
        g_strlcpy(out, _("LATCHED: over, not acknowledged"), DASH_TEXT_MAX);
    else
        g_strlcpy(out, _("not acknowledged"), DASH_TEXT_MAX);
    dash_append_signal(alarm, self->view->now_us, out);
}

static const char *
label_of(const DashModel *model, const DashAlarm *alarm)
{
    if (!*alarm->bed)
        return _("all");
    const DashBed *bed = dash_model_find_bed(model, alarm->bed);
    return bed ? bed->label : alarm->bed;
}

static void
kind_text(const DashAlarm *alarm, bool narrow, char out[DASH_TEXT_MAX])
{
    char marks[DASH_TEXT_MAX] = "";
    Vicu__Source source =
        alarm->derived ? VICU__SOURCE__SOURCE_DERIVED : VICU__SOURCE__SOURCE_DEVICE;
    /* What is about the installation is measured on nobody. */
    bool measured = *alarm->bed && !alarm->local;
    if (measured && narrow)
        dash_format_marks(marks, alarm->origin, source);
    else
        g_snprintf(marks, sizeof marks, "%s%s", measured ? dash_format_origin(alarm->origin) : "",
                   alarm->derived ? _(", derived") : "");
    g_snprintf(out, DASH_TEXT_MAX, "%s%s%s",
               alarm->local       ? _("seen by this station")
               : alarm->technical ? _("technical")
                                  : "",
               alarm->technical && *marks && *marks != ',' && !alarm->local ? ", " : "", marks);
}

/* What a card says, and how much of it has room. */
typedef struct {
    const DashAlarm *alarm;
    DashAlarmFace look;
    int band;   /* width of the ground with the bed */
    int text_w; /* of the words beside it */
    bool narrow;
    DashFace line;   /* of the reason */
    DashFace answer; /* of who has done what about it */
    char reason_text[DASH_TEXT_MAX];
    char answer_text[DASH_TEXT_MAX];
    int n_reason, n_answer; /* lines */
} Card;

static Card
read_card(DashScene *self, const DashAlarm *alarm, int w)
{
    bool narrow = w < dash_px(self, NARROW);
    Card card = {.alarm = alarm,
                 .look = dash_alarm_face(self, alarm),
                 .narrow = narrow,
                 .band = dash_px(self, narrow ? 46 : 54)};
    card.text_w = w - card.band - 16;
    card.line = (DashFace){dash_px(self, 11), DASH_WEIGHT_REGULAR, self->pal->text, card.text_w};
    card.answer = card.line;
    if (card.look.filled)
        card.answer.weight = DASH_WEIGHT_BOLD;
    else
        card.answer.ink = self->pal->dim;
    dash_alarm_reason(self, alarm, card.reason_text);
    answer_text(self, alarm, card.answer_text);
    card.n_reason = dash_count_lines(self, card.line, card.reason_text, LINES);
    card.n_answer = dash_count_lines(self, card.answer, card.answer_text, LINES);
    return card;
}

static int
card_height(const DashScene *self, const Card *card)
{
    return dash_px(self, CARD_H)
           + (MAX(card->n_reason, 1) + card->n_answer - 2) * dash_px(self, LINE_H);
}

static void
put_card(DashScene *self, const Card *card, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    const DashAlarm *alarm = card->alarm;
    int step = dash_px(self, LINE_H);
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_target(self, rect, DASH_ACT_CARD, alarm->id, 0, alarm->title);
    dash_put_fill(self, (DashRect){rect.x, rect.y, card->band, rect.h - 2}, card->look.ground);
    dash_put_frame(self, (DashRect){rect.x, rect.y, rect.w, rect.h - 2}, card->look.border, 2);
    DashFace bed = {dash_px(self, 22), DASH_WEIGHT_BOLD, card->look.ink, card->band - 6};
    DashFace mark = {dash_px(self, 15), DASH_WEIGHT_BOLD, card->look.ink, card->band - 6};
    dash_put_text_middle(self, rect.x + card->band / 2, rect.y + dash_px(self, 28), bed,
                         label_of(self->model, alarm));
    dash_put_text_middle(self, rect.x + card->band / 2, rect.y + dash_px(self, 50), mark,
                         card->look.look->mark);
    int x = rect.x + card->band + 8;
    int y = rect.y + dash_px(self, 17);
    DashFace title = {dash_px(self, 13), DASH_WEIGHT_BOLD, self->pal->text, card->text_w};
    dash_put_text(self, x, y, title, _(alarm->title));
    y += dash_px(self, 16);
    dash_put_lines(self, x, y, step, card->line, card->reason_text, card->n_reason);
    y += MAX(card->n_reason, 1) * step;
    DashFace kind = {dash_px(self, 10), DASH_WEIGHT_REGULAR, self->pal->banner_ink,
                     card->text_w * 2 / 3};
    kind_text(alarm, card->narrow, text);
    int kind_w = dash_put_text_right(self, x + card->text_w, y, kind, text);
    DashFace when = card->line;
    when.ink = self->pal->dim;
    when.max_w = card->text_w - kind_w - 6;
    time_text(self, alarm, card->narrow, text);
    dash_put_text(self, x, y, when, text);
    dash_put_lines(self, x, y + step, step, card->answer, card->answer_text, card->n_answer);
}

/* Reads those that may fit in @room pixels into @cards; with all their lines where all cards have
 * room for that, else with one each: the first so many of them fit. */
static size_t
fit_cards(DashScene *self, Card *cards, size_t most, int w, int room)
{
    size_t n = dash_model_n_alarms(self->model);
    int all = 0;
    if (n > most)
        most = (size_t)(MAX(room - dash_px(self, MORE_H), 0) / dash_px(self, CARD_H));
    size_t shown = MIN(most, n);
    for (size_t i = 0; i < shown; i++) {
        cards[i] = read_card(self, dash_model_alarm(self->model, i), w);
        all += card_height(self, &cards[i]);
    }
    for (size_t i = 0; i < shown && (shown < n || all > room); i++)
        cards[i].n_reason = cards[i].n_answer = 1;
    return shown;
}

/* What does not fit is counted by priority: nothing stands unseen. */
static void
put_more(DashScene *self, DashRect rect, size_t shown)
{
    dash_begin_block(self, rect, self->pal->panel);
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_BOLD, self->pal->text, 0};
    Counts counts = count_from(self->model, shown);
    char text[DASH_TEXT_MAX];
    g_snprintf(text, sizeof text, _("+%zu more:  *** %u   ** %u   * %u"),
               dash_model_n_alarms(self->model) - shown, counts.n[4], counts.n[3], counts.n[2]);
    dash_put_text(self, rect.x + dash_px(self, 10), dash_baseline(rect.y, rect.h, face.size), face,
                  text);
}

static void
put_none(DashScene *self, DashRect rect)
{
    dash_begin_block(self, rect, self->pal->panel);
    DashFace face = {dash_px(self, 13), DASH_WEIGHT_REGULAR, self->pal->dim, rect.w - 20};
    const char *text = _("No alarm stands.");
    if (!dash_alarms_known(self->model)) {
        dash_put_hatch(self, rect, self->pal->hatch, 12);
        text = _("Alarms not known: rules silent");
        face.ink = self->pal->text;
        face.weight = DASH_WEIGHT_BOLD;
        dash_put_fill(
            self, (DashRect){rect.x + 4, rect.y + dash_px(self, 8), rect.w - 8, dash_px(self, 26)},
            self->pal->panel);
    }
    dash_put_text(self, rect.x + dash_px(self, 10), rect.y + dash_px(self, 26), face, text);
}

void
dash_build_rail(DashScene *self, DashRect rect)
{
    put_title(self, (DashRect){rect.x, rect.y, rect.w, dash_px(self, TITLE_H)});
    size_t n = dash_model_n_alarms(self->model);
    int y = rect.y + dash_px(self, TITLE_H);
    int room = rect.y + rect.h - y;
    size_t most = (size_t)(MAX(room, 0) / dash_px(self, CARD_H));
    g_autofree Card *cards = g_new(Card, most + 1);
    size_t shown = fit_cards(self, cards, most, rect.w - 8, room);
    for (size_t i = 0; i < shown; i++) {
        int h = card_height(self, &cards[i]);
        put_card(self, &cards[i], (DashRect){rect.x + 4, y, rect.w - 8, h - 2});
        y += h;
    }
    if (shown < n) {
        put_more(self,
                 (DashRect){rect.x, rect.y + rect.h - dash_px(self, MORE_H), rect.w,
                            dash_px(self, MORE_H)},
                 shown);
        return;
    }
    DashRect rest = {rect.x, y, rect.w, rect.y + rect.h - y};
    if (n == 0 || !dash_alarms_known(self->model))
        put_none(self, rest);
    else
        dash_begin_block(self, rest, self->pal->panel);
}
