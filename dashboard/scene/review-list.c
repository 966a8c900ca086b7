/* The occurrences of what is chosen in the alarm review, one by one, with what people answered.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/review-parts.h"

#define ROW_H 22

static const char *
because_text(Vicu__NotActionable because)
{
    static const char *const texts[] = {
        "",           N_("artefact"),      N_("care"), N_("known"), N_("the limit does not fit"),
        N_("device"), N_("being treated"),
    };
    return (unsigned)because < G_N_ELEMENTS(texts) && because ? _(texts[because]) : "";
}

static void
answer_text(const DashBurdenAlarm *a, char out[DASH_TEXT_MAX])
{
    static const char *const words[] = {N_("not answered"), N_("acknowledged"), N_("acted on"),
                                        N_("watched"), N_("not actionable")};
    char after[DASH_TEXT_MAX];
    const char *why = a->answer == DASH_ANSWER_NOT_ACTIONABLE ? because_text(a->because) : "";
    g_strlcpy(out, _(words[MIN((unsigned)a->answer, G_N_ELEMENTS(words) - 1)]), DASH_TEXT_MAX);
    if (*why) {
        g_strlcat(out, ": ", DASH_TEXT_MAX);
        g_strlcat(out, why, DASH_TEXT_MAX);
    }
    if (a->answer == DASH_ANSWER_NONE)
        return;
    double waited_s = (double)MAX(a->answered_us - a->raised_us, 0) / 1e6;
    g_strlcat(out, _(", after "), DASH_TEXT_MAX);
    g_strlcat(out, dash_review_seconds(after, waited_s), DASH_TEXT_MAX);
}

static void
kind_text(const DashBurdenAlarm *a, char out[DASH_TEXT_MAX])
{
    const DashAlarmLook *look = dash_palette_alarm(a->priority);
    g_snprintf(out, DASH_TEXT_MAX, "%s %s%s%s%s", look->mark, _(look->name),
               a->technical ? _(", technical") : "", a->merged ? _(", merged") : "",
               a->vetoed ? _(", vetoed") : "");
    if (a->count > 1) {
        char more[DASH_TEXT_MAX];
        g_snprintf(more, sizeof more, " x%u", a->count);
        g_strlcat(out, more, DASH_TEXT_MAX);
    }
}

static void
put_row(DashScene *self, const DashBurdenAlarm *a, DashRect rect, const int at[6], bool chosen)
{
    char text[DASH_TEXT_MAX];
    const DashBed *bed = *a->bed ? dash_model_find_bed(self->model, a->bed) : NULL;
    int base = dash_baseline(rect.y, rect.h, PX(13));
    DashFace face = dash_review_face(self, 13, DASH_WEIGHT_REGULAR, self->pal->text);
    if (chosen)
        dash_review_chosen(self, rect);
    dash_put_text(self, at[0], base, face, dash_review_when(text, self, a->raised_us));
    face.max_w = at[2] - at[1] - PX(8);
    dash_put_text(self, at[1], base, face, bed ? bed->label : a->bed);
    face.max_w = at[3] - at[2] - PX(8);
    dash_put_text(self, at[2], base, face, _(a->title));
    kind_text(a, text);
    face.max_w = at[4] - at[3] - PX(8);
    dash_put_text(self, at[3], base, face, text);
    face.max_w = at[5] - at[4] - PX(8);
    if (a->ended_us != 0)
        dash_review_seconds(text, (double)MAX(a->ended_us - a->raised_us, 0) / 1e6);
    else
        g_strlcpy(text, _("stands"), sizeof text);
    dash_put_text(self, at[4], base, face, text);
    answer_text(a, text);
    face.max_w = rect.x + rect.w - at[5];
    dash_put_text(self, at[5], base, face, text);
}

static void
put_head(DashScene *self, const int at[6], int y)
{
    static const char *const names[6] = {N_("raised"), N_("bed"),   N_("rule"),
                                         N_("kind"),   N_("stood"), N_("answer")};
    DashFace face = dash_review_face(self, 11, DASH_WEIGHT_REGULAR, self->pal->dim);
    for (int i = 0; i < 6; i++)
        dash_put_text(self, at[i], dash_baseline(y, PX(16), PX(11)), face, _(names[i]));
}

void
dash_review_list(DashScene *self,
                 const DashReviewState *state,
                 const DashBurdenReport *report,
                 DashRect rect)
{
    char title[DASH_TEXT_MAX];
    const DashBurden *burden = dash_model_burden(self->model);
    g_autoptr(GArray) own = NULL;
    if (!state->listed)
        own = dash_burden_occurrences(burden, state->list_rule, state->list_bed, report->from_us,
                                      report->to_us, DASH_BURDEN_RECORDS_MAX);
    const GArray *found = state->listed ? state->listed : own;
    g_snprintf(title, sizeof title, _("%.60s%s%.40s: %u occurrences, newest first"),
               state->list_rule ? _(dash_burden_rule(burden, state->list_rule).title) : _("Alarms"),
               state->list_bed ? _(" at bed ") : "", state->list_bed ? state->list_bed : "",
               found->len);
    DashRect room = dash_review_panel(self, rect, title, true);
    int at[6] = {room.x, room.x + PX(136), 0, 0, 0, 0};
    int left = room.x + room.w - at[1];
    at[2] = at[1] + left * 10 / 100;
    at[3] = at[1] + left * 38 / 100;
    at[4] = at[1] + left * 58 / 100;
    at[5] = at[1] + left * 67 / 100;
    int rows_y = room.y + PX(16), row_h = PX(ROW_H);
    unsigned shown = (unsigned)MAX((room.y + room.h - rows_y) / row_h, 1);
    unsigned chosen = found->len > 0 ? MIN(state->list_row, found->len - 1) : 0;
    unsigned first = chosen >= shown ? chosen - shown + 1 : 0;
    put_head(self, at, room.y - PX(2));
    for (unsigned i = first; i < MIN(first + shown, found->len); i++) {
        const DashBurdenAlarm *a = &g_array_index(found, DashBurdenAlarm, i);
        DashRect row = {room.x, rows_y + (int)(i - first) * row_h, room.w, row_h};
        put_row(self, a, row, at, i == chosen);
        dash_put_target(self, row, DASH_ACT_REVIEW_CHOOSE, NULL, DASH_REVIEW_AT(DASH_N_REVIEWS, i),
                        a->title);
    }
}
