/* The alarm review's sums and tables: beds, rules, inputs and hours, each by its load.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/review-parts.h"

#define ROW_H 22
#define GAP   2

/* --- the sum --- */

static void
put_line(DashScene *self, DashRect rect, int row, const char *text, uint32_t ink, DashWeight weight)
{
    DashFace face = dash_review_face(self, 13, weight, ink);
    face.max_w = rect.w;
    int y = rect.y + PX(36) + row * PX(21);
    if (y + PX(21) <= rect.y + rect.h + PX(4))
        dash_put_text(self, rect.x, dash_baseline(y, PX(21), PX(13)), face, text);
}

static void
known_text(const DashScene *self,
           const DashReviewState *state,
           const DashBurdenReport *report,
           char out[DASH_TEXT_MAX])
{
    char when[DASH_TEXT_MAX];
    if (report->bed_days <= 0)
        g_strlcpy(out, _("Nothing of this time is known yet"), DASH_TEXT_MAX);
    else if (!report->whole)
        g_snprintf(out, DASH_TEXT_MAX, _("Known since %.40s"),
                   dash_review_when(when, self, report->from_us));
    else
        *out = '\0';
    if (state->trouble) {
        g_strlcat(out, *out ? _("; the store does not answer") : _("the store does not answer"),
                  DASH_TEXT_MAX);
    } else if (state->recalling) {
        g_strlcat(out, *out ? _("; more is on its way") : _("More is on its way"), DASH_TEXT_MAX);
    }
}

static void
answers_text(const DashBurdenRow *all, char out[DASH_TEXT_MAX])
{
    char median[DASH_TEXT_MAX];
    char p90[DASH_TEXT_MAX];
    if (all->answered == 0) {
        g_strlcpy(out, _("None was answered"), DASH_TEXT_MAX);
        return;
    }
    g_snprintf(out, DASH_TEXT_MAX,
               _("%u answered: %.0f %% in 1 min, %.0f %% in 5 min; median %.16s, p90 %.16s"),
               all->answered, 100.0 * all->within[1] / all->answered,
               100.0 * all->within[2] / all->answered,
               dash_review_seconds(median, all->answer_median_s),
               dash_review_seconds(p90, all->answer_p90_s));
}

/* What people made of them, and whose they are. */
static void
shares_text(const DashBurdenReport *report, char out[DASH_TEXT_MAX])
{
    char top[DASH_TEXT_MAX];
    const DashBurdenRow *all = &report->all;
    *out = '\0';
    if (all->verdicts > 0)
        g_snprintf(out, DASH_TEXT_MAX, _("%.0f %% of %u not actionable; "),
                   100.0 * all->not_actionable / all->verdicts, all->verdicts);
    g_snprintf(top, sizeof top, _("%u of %u beds (top 10 %%) have %.0f %% of the alarms"),
               report->top_beds, report->n_beds, 100 * report->top_share);
    g_strlcat(out, top, DASH_TEXT_MAX);
}

static void
put_sum(DashScene *self, const DashBurdenReport *report, DashRect room)
{
    char text[DASH_TEXT_MAX];
    const DashBurdenRow *all = &report->all;
    DashFace big = dash_review_face(self, 28, DASH_WEIGHT_BOLD, self->pal->text);
    DashFace unit = dash_review_face(self, 15, DASH_WEIGHT_REGULAR, self->pal->text);
    g_snprintf(text, sizeof text, "%.1f", all->per_bed_day);
    int x = room.x + dash_put_text(self, room.x, room.y + PX(24), big, text) + PX(8);
    g_snprintf(text, sizeof text, _("per bed and day; %.2f times the 187 of 77 ICU beds"),
               dash_burden_times_drew(report));
    unit.max_w = room.x + room.w - x;
    dash_put_text(self, x, room.y + PX(24), unit, text);
    g_snprintf(text, sizeof text, _("%u alarms: %u high, %u medium, %u low; %u of them technical"),
               all->alarms, all->by_priority[4], all->by_priority[3], all->by_priority[2],
               all->technical);
    put_line(self, room, 0, text, self->pal->dim, DASH_WEIGHT_REGULAR);
    g_snprintf(text, sizeof text, _("beside them %u advisory, %u merged, %u vetoed"),
               all->by_priority[1], all->merged, all->vetoed);
    put_line(self, room, 1, text, self->pal->dim, DASH_WEIGHT_REGULAR);
    answers_text(all, text);
    put_line(self, room, 2, text, self->pal->dim, DASH_WEIGHT_REGULAR);
    shares_text(report, text);
    put_line(self, room, 3, text, self->pal->text, DASH_WEIGHT_REGULAR);
}

void
dash_review_sum(DashScene *self,
                const DashReviewState *state,
                const DashBurdenReport *report,
                DashRect rect)
{
    char text[DASH_TEXT_MAX];
    int64_t span_us = state->span_us > 0 ? state->span_us : DASH_REVIEW_SPAN_US;
    bool known = report->bed_days > 0;
    g_snprintf(text, sizeof text, _("Alarms of the last %d h"),
               (int)(span_us / (3600 * (int64_t)G_USEC_PER_SEC)));
    DashRect room = dash_review_panel(self, rect, text, false);
    if (known)
        put_sum(self, report, room);
    known_text(self, state, report, text);
    put_line(self, room, known ? 4 : 0, text, self->pal->text, DASH_WEIGHT_BOLD);
}

/* --- a table --- */

typedef struct {
    DashReviewTable table;
    const GArray *rows;
    const char *title;
    DashRect rect;
} Table;

/* Columns from the right edge. */
typedef struct {
    int name_w, bar_x, bar_w;
    int alarms, per_day, median, answered, verdict; /* right edges; 0 = there is no room */
} Columns;

static Columns
columns_of(const DashScene *self, DashRect rect)
{
    int right = rect.x + rect.w, step = PX(72);
    Columns c = {.name_w = CLAMP(rect.w * 30 / 100, PX(60), PX(260))};
    int numbers = rect.w >= PX(640) ? 5 : rect.w >= PX(480) ? 3 : 2;
    c.alarms = right - step * (numbers - 1);
    c.per_day = right - step * (numbers - 2);
    if (numbers >= 3)
        c.median = right - step * (numbers - 3);
    if (numbers >= 5) {
        c.answered = right - step;
        c.verdict = right;
    }
    c.bar_x = rect.x + c.name_w + PX(8);
    c.bar_w = MAX(c.alarms - PX(48) - c.bar_x, 0);
    return c;
}

static void
put_head(DashScene *self, Columns c, int y)
{
    DashFace face = dash_review_face(self, 11, DASH_WEIGHT_REGULAR, self->pal->dim);
    int base = dash_baseline(y, PX(16), PX(11));
    dash_put_text_right(self, c.alarms, base, face, _("alarms"));
    dash_put_text_right(self, c.per_day, base, face, _("/bed-day"));
    if (c.median)
        dash_put_text_right(self, c.median, base, face, _("median"));
    if (c.answered)
        dash_put_text_right(self, c.answered, base, face, _("answered"));
    if (c.verdict)
        dash_put_text_right(self, c.verdict, base, face, _("not act."));
}

static void
put_numbers(DashScene *self, const DashBurdenRow *row, Columns c, int base, DashFace face)
{
    char text[DASH_TEXT_MAX];
    g_snprintf(text, sizeof text, "%u", row->alarms);
    dash_put_text_right(self, c.alarms, base, face, text);
    face.weight = DASH_WEIGHT_REGULAR;
    g_snprintf(text, sizeof text, "%.1f", row->per_bed_day);
    dash_put_text_right(self, c.per_day, base, face, text);
    if (c.median && row->median_s > 0)
        dash_put_text_right(self, c.median, base, face, dash_review_seconds(text, row->median_s));
    if (c.answered) {
        g_snprintf(text, sizeof text, "%u", row->answered);
        dash_put_text_right(self, c.answered, base, face, text);
    }
    if (c.verdict && row->verdicts > 0) {
        g_snprintf(text, sizeof text, "%.0f %%", 100.0 * row->not_actionable / row->verdicts);
        dash_put_text_right(self, c.verdict, base, face, text);
    }
}

/* What people call it: the label of a bed, the title of a rule. */
static void
name_of(const DashScene *self, DashReviewTable table, const char *name, char out[DASH_TEXT_MAX])
{
    const DashBed *bed =
        table == DASH_REVIEW_BEDS && *name ? dash_model_find_bed(self->model, name) : NULL;
    if (table == DASH_REVIEW_RULES)
        g_strlcpy(out, _(dash_burden_rule(dash_model_burden(self->model), name).title),
                  DASH_TEXT_MAX);
    else if (table == DASH_REVIEW_BEDS && !*name)
        g_strlcpy(out, _("the installation"), DASH_TEXT_MAX);
    else
        g_strlcpy(out, bed ? bed->label : name, DASH_TEXT_MAX);
}

static void
put_row(DashScene *self, const Table *t, unsigned i, DashRect rect, Columns c, bool chosen)
{
    const DashBurdenRow *row = &g_array_index(t->rows, DashBurdenRow, i);
    const DashBurdenRow *most = &g_array_index(t->rows, DashBurdenRow, 0);
    char name[DASH_TEXT_MAX];
    int base = dash_baseline(rect.y, rect.h, PX(13));
    if (chosen)
        dash_review_chosen(self, rect);
    name_of(self, t->table, row->name, name);
    DashFace face = dash_review_face(self, 13, row->top ? DASH_WEIGHT_BOLD : DASH_WEIGHT_REGULAR,
                                     self->pal->text);
    int mark_w = row->top ? PX(62) : 0;
    face.max_w = c.name_w - mark_w;
    dash_put_text(self, rect.x, base, face, name);
    if (row->top) {
        DashFace mark = dash_review_face(self, 10, DASH_WEIGHT_BOLD, self->pal->back);
        DashRect plate = {rect.x + c.name_w - PX(58), rect.y + PX(4), PX(58), rect.h - PX(8)};
        dash_put_fill(self, plate, self->pal->plate_high);
        dash_put_text_middle(self, plate.x + plate.w / 2, dash_baseline(plate.y, plate.h, PX(10)),
                             mark, _("top 10 %"));
    }
    double part = most->alarms > 0 ? (double)row->alarms / most->alarms : 0;
    if (c.bar_w > PX(16))
        dash_review_bar(self, (DashRect){c.bar_x, rect.y + PX(5), c.bar_w, rect.h - PX(10)}, part,
                        row->top ? self->pal->text : self->pal->dim);
    face.max_w = 0;
    put_numbers(self, row, c, base, face);
    dash_put_target(self, rect, DASH_ACT_REVIEW_CHOOSE, NULL, DASH_REVIEW_AT(t->table, i), name);
}

/* The first row that is shown, so that row @chosen is. */
static unsigned
first_of(unsigned chosen, unsigned n, unsigned shown)
{
    unsigned first = chosen > shown / 2 ? chosen - shown / 2 : 0;
    return first + shown > n ? (n > shown ? n - shown : 0) : first;
}

static void
put_table(DashScene *self, const DashReviewState *state, const Table *t)
{
    bool under = state->table == t->table;
    char range[DASH_TEXT_MAX] = "";
    DashRect room = dash_review_room(self, t->rect);
    int rows_y = room.y + PX(16), row_h = PX(ROW_H);
    unsigned shown = (unsigned)MAX((room.y + room.h - rows_y) / row_h, 0), n = t->rows->len;
    unsigned chosen = n > 0 ? MIN(state->row[t->table], n - 1) : 0;
    unsigned first = first_of(chosen, n, shown);
    Columns c = columns_of(self, room);
    if (n > shown && shown > 0)
        g_snprintf(range, sizeof range, _("%u to %u of %u"), first + 1, MIN(first + shown, n), n);
    else if (n > shown)
        g_snprintf(range, sizeof range, "%u", n); /* no row has room: how many there are */
    dash_review_noted_panel(self, t->rect, t->title, range, under);
    if (rows_y <= room.y + room.h)
        put_head(self, c, room.y - PX(2));
    for (unsigned i = first; i < MIN(first + shown, n); i++)
        put_row(self, t, i, (DashRect){room.x, rows_y + (int)(i - first) * row_h, room.w, row_h}, c,
                under && i == chosen);
    DashFace note = dash_review_face(self, 12, DASH_WEIGHT_REGULAR, self->pal->dim);
    if (n == 0 && shown > 0)
        dash_put_text(self, room.x, dash_baseline(rows_y, row_h, PX(12)), note, _("none is known"));
}

/* --- the hours --- */

static void
put_hours(DashScene *self,
          const DashReviewState *state,
          const DashBurdenReport *report,
          DashRect rect)
{
    bool under = state->table == DASH_REVIEW_HOURS;
    char text[DASH_TEXT_MAX];
    DashRect room = dash_review_panel(
        self, rect, _("Hour of the day: alarms per bed and day, were all hours like it"), under);
    if (report->bed_days <= 0) {
        dash_put_hatch(self, room, self->pal->hatch, 14);
        return;
    }
    unsigned most = 1;
    for (int h = 0; h < 24; h++)
        most = MAX(most, report->hour[h].alarms);
    int label_h = PX(16), bars_h = MAX(room.h - 2 * label_h, 4);
    DashFace face = dash_review_face(self, 11, DASH_WEIGHT_REGULAR, self->pal->dim);
    for (int h = 0; h < 24; h++) {
        int x0 = room.x + room.w * h / 24, x1 = room.x + room.w * (h + 1) / 24;
        const DashBurdenRow *row = &report->hour[h];
        bool chosen = under && state->row[DASH_REVIEW_HOURS] == (unsigned)h;
        int bar = (int)lround((double)bars_h * row->alarms / most);
        DashRect column = {x0, room.y, x1 - x0 - PX(3), room.h};
        if (chosen)
            dash_put_fill(self, column, dash_review_ground(self));
        int y = room.y + label_h + bars_h - bar;
        dash_put_fill(self, (DashRect){column.x + 1, y, column.w - 2, MAX(bar, 1)},
                      chosen ? self->pal->text : self->pal->dim);
        g_snprintf(text, sizeof text, row->per_bed_day < 9.95 ? "%.1f" : "%.0f", row->per_bed_day);
        face.ink = chosen ? self->pal->text : self->pal->dim;
        if (chosen || dash_text_width(self, face, text) <= column.w)
            dash_put_text_middle(self, column.x + column.w / 2, y - PX(3), face, text);
        g_snprintf(text, sizeof text, "%02d", h);
        if (h % 2 == 0 || dash_text_width(self, face, text) < column.w - PX(4))
            dash_put_text_middle(self, column.x + column.w / 2, room.y + room.h - PX(2), face,
                                 text);
        dash_put_target(self, column, DASH_ACT_REVIEW_CHOOSE, NULL,
                        DASH_REVIEW_AT(DASH_REVIEW_HOURS, h), text);
    }
}

void
dash_review_tables(DashScene *self,
                   const DashReviewState *state,
                   const DashBurdenReport *report,
                   DashRect rect)
{
    int left_w = rect.w / 2, upper_h = rect.h * 62 / 100;
    int right_x = rect.x + left_w + GAP, right_w = rect.w - left_w - GAP;
    int lower_y = rect.y + upper_h + GAP, lower_h = rect.h - upper_h - GAP;
    /* Where four have no room, the two beside the keyboard do. */
    bool tight = lower_h < PX(100);
    bool lower = state->table == DASH_REVIEW_INPUTS || state->table == DASH_REVIEW_HOURS;
    if (tight) {
        upper_h = lower_h = rect.h;
        lower_y = rect.y;
    }
    Table beds = {DASH_REVIEW_BEDS, report->beds, _("Beds"), {rect.x, rect.y, left_w, upper_h}};
    Table rules = {
        DASH_REVIEW_RULES, report->rules, _("Rules"), {right_x, rect.y, right_w, upper_h}};
    Table inputs = {DASH_REVIEW_INPUTS,
                    report->inputs,
                    _("Parameters (an alarm of several counts at each)"),
                    {right_x, lower_y, right_w, lower_h}};
    if (!tight || !lower) {
        put_table(self, state, &beds);
        put_table(self, state, &rules);
    }
    if (!tight || lower) {
        put_table(self, state, &inputs);
        put_hours(self, state, report, (DashRect){rect.x, lower_y, left_w, lower_h});
    }
}
