/* Worklist, drawn: a row for each bed. See worklist.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/worklist.h"

#include <string.h>

#include "dashboard/scene/build.h"

#define NUMBERS  4
#define NEEDED_W 884 /* at the usual size of text, without what gives way */

typedef enum {
    COLUMN_RANK,
    COLUMN_MARK,
    COLUMN_BED,
    COLUMN_REASONS,
    COLUMN_SCORE,
    COLUMN_NUMBERS,
    COLUMN_DATA,
    COLUMN_OWNER,
    COLUMN_SEEN,
    COLUMN_PROMISES,
    COLUMNS,
} Column;

typedef struct {
    int x[COLUMNS];
    int w[COLUMNS]; /* 0 = no room for it */
    bool tall;      /* two lines a row */
    int row_h;
    int name, text, small, number, gap;
} Layout;

typedef struct {
    const DashBed *bed;
    unsigned rank;
    DashAcuity acuity;
    DashAbsence absence;
} Row;

/* Two lines a row when all beds fit so, else one line; what is still too many is counted below. */
static Layout
layout_for(const DashScene *self, DashRect rect, unsigned n)
{
    static const int tall_w[COLUMNS] = {34, 58, 84, 216, 112, 4 * 74, 84, 88, 104, 74};
    static const int flat_w[COLUMNS] = {34, 52, 124, 210, 108, 4 * 66, 84, 96, 118, 58};
    int tall_h = dash_px(self, 46);
    Layout l = {.tall = (int)n * tall_h <= rect.h, .gap = dash_px(self, 8)};
    const int *wanted = l.tall ? tall_w : flat_w;
    l.row_h = l.tall ? tall_h : dash_px(self, 25);
    l.name = dash_px(self, l.tall ? 20 : 15);
    l.number = dash_px(self, l.tall ? 19 : 15);
    l.text = dash_px(self, 13);
    l.small = dash_px(self, 11);
    int used = 0;
    for (int i = 0; i < COLUMNS; i++)
        used += l.w[i] = dash_px(self, wanted[i]);
    static const Column gives_way[] = {COLUMN_SEEN, COLUMN_PROMISES, COLUMN_OWNER};
    for (size_t i = 0; i < G_N_ELEMENTS(gives_way) && used > rect.w; i++) {
        used -= l.w[gives_way[i]];
        l.w[gives_way[i]] = 0;
    }
    int spare = MAX(rect.w - used, 0);
    l.w[COLUMN_REASONS] += spare * 3 / 4;
    l.w[COLUMN_OWNER] += l.w[COLUMN_OWNER] ? spare / 8 : 0;
    l.w[COLUMN_SEEN] += l.w[COLUMN_SEEN] ? spare / 8 : 0;
    for (int i = 0, x = rect.x; i < COLUMNS; i++) {
        l.x[i] = x;
        x += l.w[i];
    }
    return l;
}

static const char *
number_name(unsigned i)
{
    static const char *const names[NUMBERS] = {"HR", "MAP", "SpO2", "RR"};
    return names[i];
}

static DashVital
number_of(const DashScene *self, const DashBed *bed, unsigned i)
{
    DashVital vital = {.label = number_name(i)};
    vital.a =
        i == 1 ? dash_acuity_map(bed, self->view->now_us) : dash_judge_find(bed, number_name(i));
    return vital;
}

/* ---- cells: @top is the row's own edge ---- */

static void
put_mark(DashScene *self, const Row *row, const Layout *l, DashRect rect)
{
    if (!row->acuity.worst)
        return;
    DashAlarmFace look = dash_alarm_face(self, row->acuity.worst);
    DashRect box = {l->x[COLUMN_MARK], rect.y + 2, l->w[COLUMN_MARK] - l->gap, rect.h - 4};
    dash_put_fill(self, box, look.ground);
    dash_put_frame(self, box, look.border, look.filled ? 1 : 2);
    DashFace mark = {dash_px(self, l->tall ? 18 : 14), DASH_WEIGHT_BOLD, look.ink, box.w - 4};
    bool said = l->tall && !look.filled;
    int middle = box.x + box.w / 2;
    int base = dash_baseline(box.y, said ? box.h * 11 / 20 : box.h, mark.size);
    dash_put_text_middle(self, middle, base, mark, look.look->mark);
    if (!said)
        return;
    DashFace small = {dash_px(self, 10), DASH_WEIGHT_REGULAR, look.ink, box.w - 4};
    dash_put_text_middle(self, middle, box.y + box.h - dash_px(self, 6), small, _("answered"));
}

static void
put_bed(DashScene *self, const Row *row, const Layout *l, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    DashFace rank = {l->text, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    g_snprintf(text, sizeof text, "%u", row->rank);
    dash_put_text_right(self, l->x[COLUMN_MARK] - l->gap, dash_baseline(rect.y, rect.h, l->text),
                        rank, text);
    DashFace name = {l->name, DASH_WEIGHT_BOLD, self->pal->text, l->w[COLUMN_BED] - l->gap};
    DashFace patient = {l->small, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    int x = l->x[COLUMN_BED];
    if (l->tall) {
        dash_put_text(self, x, dash_baseline(rect.y, rect.h * 6 / 10, l->name), name,
                      row->bed->label);
        patient.max_w = l->w[COLUMN_BED] - l->gap;
        dash_put_text(self, x, rect.y + rect.h - dash_px(self, 7), patient, row->bed->patient);
        return;
    }
    name.max_w /= 2;
    int base = dash_baseline(rect.y, rect.h, l->name);
    int w = dash_put_text(self, x, base, name, row->bed->label) + l->gap;
    patient.max_w = MAX(l->w[COLUMN_BED] - l->gap - w, 1);
    dash_put_text(self, x + w, base, patient, row->bed->patient);
}

static void
put_reasons(DashScene *self, const Row *row, const Layout *l, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    int x = l->x[COLUMN_REASONS];
    int room = l->w[COLUMN_REASONS] - l->gap;
    DashFace first = {l->text, DASH_WEIGHT_BOLD, self->pal->text, room};
    DashFace second = {dash_px(self, 12), DASH_WEIGHT_REGULAR, self->pal->dim, room};
    bool two = l->tall && row->acuity.n_reasons > 1;
    int base = dash_baseline(rect.y, two ? rect.h * 6 / 10 : rect.h, l->text);
    if (row->acuity.n_reasons == 0) {
        second.size = l->text;
        dash_put_text(self, x, base, second,
                      dash_alarms_known(self->model) ? _("nothing stands out")
                                                     : _("alarms not known"));
        return;
    }
    dash_reason_text(self, row->bed, &row->acuity.reason[0], text);
    if (row->acuity.reason[0].weight < DASH_ACUITY_CLASS)
        first.weight = DASH_WEIGHT_REGULAR;
    if (l->tall && !two && dash_count_lines(self, first, text, 2) == 2) {
        int step = dash_px(self, 17);
        dash_put_lines(self, x, base - step / 2, step, first, text, 2);
        return;
    }
    int w = dash_put_text(self, x, base, first, text) + l->gap;
    if (row->acuity.n_reasons < 2)
        return;
    dash_reason_text(self, row->bed, &row->acuity.reason[1], text);
    if (l->tall)
        dash_put_text(self, x, rect.y + rect.h - dash_px(self, 7), second, text);
    else if (room - w > dash_px(self, 60)) {
        second.max_w = room - w;
        dash_put_text(self, x + w, base, second, text);
    }
}

static void
put_score(DashScene *self, const Row *row, const Layout *l, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    const DashScore *score = row->acuity.score;
    const char *name = score ? score->name : "NEWS2";
    if (row->absence != DASH_PRESENT && row->absence != DASH_DELAYED)
        return;
    DashSlope slope =
        score ? dash_slope_of_score(row->bed, score, self->view->now_us, DASH_SLOPE_RANK_US)
              : DASH_SLOPE_UNKNOWN;
    bool high = score && dash_acuity_band(score) > 0;
    int arrow = dash_px(self, 13);
    int x = l->x[COLUMN_SCORE];
    int room = l->w[COLUMN_SCORE] - l->gap - arrow - 4;
    DashFace face = {l->text, DASH_WEIGHT_BOLD, high ? self->pal->back : self->pal->text, room};
    if (!score || !score->known)
        face.ink = high ? self->pal->back : self->pal->dim;
    dash_format_score(text, score, name);
    int w = dash_text_width(self, face, text) + dash_px(self, 10);
    int h = dash_px(self, 20);
    int y = rect.y + (rect.h - h) / 2;
    dash_put_fill(self, (DashRect){x, y, w, h}, high ? self->pal->plate_high : self->pal->plate);
    dash_put_text_middle(self, x + w / 2, dash_baseline(y, h, face.size), face, text);
    uint32_t ink = slope == DASH_SLOPE_UP ? self->pal->text : self->pal->dim;
    dash_put_slope(self, x + w + 4, rect.y + (rect.h - arrow) / 2, arrow, ink, slope);
}

static void
put_number(DashScene *self, const Row *row, const Layout *l, DashRect rect, unsigned i)
{
    char note[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    DashVital vital = number_of(self, row->bed, i);
    int w = l->w[COLUMN_NUMBERS] / NUMBERS;
    int x = l->x[COLUMN_NUMBERS] + w * (int)i;
    DashFace face = {l->number, DASH_WEIGHT_BOLD, self->pal->stale, w};
    DashFace small = {l->small, DASH_WEIGHT_REGULAR, self->pal->dim, w - 2};
    int base = l->tall ? dash_baseline(rect.y, rect.h * 6 / 10, l->number)
                       : dash_baseline(rect.y, rect.h, l->number);
    if (!vital.a) {
        face.ink = self->pal->faint;
        dash_put_text(self, x, base, face, "–");
        return;
    }
    DashReading reading = dash_read_vital(&vital, self->view->units, self->view->now_us);
    if (reading.fresh == DASH_FRESH)
        face.ink = dash_palette_ink(self->pal, vital.a->signal);
    int used = dash_put_text(self, x, base, face, reading.text) + 3;
    int arrow = dash_px(self, 11);
    DashSlope slope = reading.fresh == DASH_FRESH
                          ? dash_slope_of(vital.a, self->view->now_us, DASH_SLOPE_BESIDE_US)
                          : DASH_SLOPE_UNKNOWN;
    if (slope == DASH_SLOPE_UP || slope == DASH_SLOPE_DOWN)
        used += dash_put_slope(self, x + used, base - arrow, arrow, face.ink, slope) + 3;
    if (reading.t_us == 0) /* none ever came: it has no age */
        return;
    const char *unit = dash_units_beside(self->view->units, dash_unit_of(vital.a));
    dash_format_age(age, self->view->now_us - reading.t_us);
    g_snprintf(note, sizeof note, "%s%s%s", *unit ? unit + 1 : "", *unit ? " " : "", age);
    if (reading.fresh != DASH_FRESH)
        small.ink = self->pal->text;
    if (l->tall)
        dash_put_text(self, x, rect.y + rect.h - dash_px(self, 7), small, note);
    else {
        /* The head of the column names the unit. */
        small.size = dash_px(self, 9);
        small.max_w = 0;
        if (dash_text_width(self, small, age) <= w - used - 2)
            dash_put_text(self, x + used, base, small, age);
    }
}

static void
put_data(DashScene *self, const Row *row, const Layout *l, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    bool flows = row->absence == DASH_PRESENT;
    DashFace face = {dash_px(self, 12), flows ? DASH_WEIGHT_REGULAR : DASH_WEIGHT_BOLD,
                     flows ? self->pal->dim : self->pal->text, l->w[COLUMN_DATA] - l->gap};
    int behind = dash_judge_behind_s(row->bed);
    if (flows && behind > 0)
        g_snprintf(text, sizeof text, _("%d s behind"), behind);
    else if (row->absence == DASH_PRESENT || row->absence == DASH_DELAYED)
        g_strlcpy(text, dash_format_age(age, self->view->now_us - row->bed->newest_us),
                  sizeof text);
    else
        g_strlcpy(text, dash_absence_word(row->absence), sizeof text);
    DashRect cell = {l->x[COLUMN_DATA] - 4, rect.y + 2, l->w[COLUMN_DATA] - l->gap + 4, rect.h - 4};
    bool bad = row->absence == DASH_LOST || row->absence == DASH_NEVER_SEEN;
    if ((flows && behind > 0) || row->absence == DASH_DELAYED) {
        dash_put_fill(self, cell, self->pal->late);
        face.ink = self->pal->back;
    } else if (bad) {
        dash_put_hatch(self, cell, self->pal->hatch, 7);
        int w = dash_text_width(self, face, text) + 6;
        dash_put_fill(self, (DashRect){cell.x + 1, rect.y + rect.h / 4, w, rect.h / 2},
                      self->pal->tile);
    }
    dash_put_text(self, l->x[COLUMN_DATA], dash_baseline(rect.y, rect.h, face.size), face, text);
}

static unsigned
open_promises(const DashBed *bed, unsigned *overdue)
{
    unsigned n = 0;
    *overdue = 0;
    for (unsigned i = 0; i < bed->n_notes; i++) {
        const DashNote *note = &bed->note[i];
        if (!note->promise || note->corrected || note->done_us != 0)
            continue;
        n++;
        *overdue += note->overdue;
    }
    return n;
}

static void
put_people(DashScene *self, const Row *row, const Layout *l, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    const DashCare *care = &row->bed->care;
    bool owned = care->owner && *care->owner;
    bool seen = care->seen_by && *care->seen_by && care->seen_us > 0;
    int base = dash_baseline(rect.y, rect.h, dash_px(self, 12));
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    if (l->w[COLUMN_OWNER]) {
        face.max_w = l->w[COLUMN_OWNER] - l->gap;
        face.ink = owned ? self->pal->text : self->pal->dim;
        dash_put_text(self, l->x[COLUMN_OWNER], base, face,
                      owned     ? care->owner
                      : l->tall ? _("nobody")
                                : "–");
    }
    if (l->w[COLUMN_SEEN]) {
        face.max_w = l->w[COLUMN_SEEN] - l->gap;
        face.ink = self->pal->dim;
        if (seen)
            g_snprintf(text, sizeof text, "%.60s %.16s", care->seen_by,
                       dash_format_age(age, self->view->now_us - care->seen_us));
        else
            g_strlcpy(text, care->known ? _("not seen") : _("not told"), sizeof text);
        dash_put_text(self, l->x[COLUMN_SEEN], base, face, text);
    }
    unsigned overdue = 0;
    unsigned n = open_promises(row->bed, &overdue);
    if (l->w[COLUMN_PROMISES] && n > 0) {
        g_snprintf(text, sizeof text, overdue ? _("%u, %u late") : "%u", n, overdue);
        face.max_w = l->w[COLUMN_PROMISES] - l->gap;
        face.weight = overdue ? DASH_WEIGHT_BOLD : DASH_WEIGHT_REGULAR;
        face.ink = self->pal->text;
        dash_put_text(self, l->x[COLUMN_PROMISES], base, face, text);
    } else if (l->w[COLUMN_PROMISES]) {
        face.ink = self->pal->faint;
        dash_put_text(self, l->x[COLUMN_PROMISES], base, face, "–");
    }
}

static void
put_row(DashScene *self, const DashBed *bed, unsigned rank, const Layout *l, DashRect rect)
{
    char label[DASH_TEXT_MAX];
    char reason[DASH_TEXT_MAX] = "";
    Row row = {.bed = bed, .rank = rank, .absence = dash_judge_absence(bed, self->view->now_us)};
    bool selected = self->view->selected && strcmp(self->view->selected, bed->id) == 0;
    dash_acuity_of(self->model, bed, self->view->now_us, &row.acuity);
    DashTileAt at = {.bed = bed->id, .rect = rect};
    g_array_append_val(self->tiles, at);
    uint32_t ground =
        rank % 2 ? self->pal->tile : dash_palette_mix(self->pal->tile, self->pal->panel, 0.5);
    if (selected)
        ground = dash_palette_mix(self->pal->tile, self->pal->selected, 0.22);
    dash_begin_block(self, rect, ground);
    put_bed(self, &row, l, rect);
    put_mark(self, &row, l, rect);
    put_reasons(self, &row, l, rect);
    put_score(self, &row, l, rect);
    for (unsigned i = 0; i < NUMBERS && dash_judge_shows_data(row.absence); i++)
        put_number(self, &row, l, rect, i);
    put_data(self, &row, l, rect);
    put_people(self, &row, l, rect);
    if (selected)
        dash_put_frame(self, rect, self->pal->selected, 2);
    if (row.acuity.n_reasons > 0)
        dash_reason_text(self, bed, &row.acuity.reason[0], reason);
    g_snprintf(label, sizeof label, "%u: %.12s, %.40s", rank, bed->label, reason);
    dash_put_target(self, rect, DASH_ACT_BED, bed->id, 0, label);
}

/* ---- what stands around the rows ---- */

static void
put_head(DashScene *self, DashRect rect, unsigned shown)
{
    char text[DASH_TEXT_MAX];
    char list[DASH_TEXT_MAX];
    const DashWorklistState *state = self->view->worklist;
    dash_begin_block(self, rect, self->pal->panel);
    int size = dash_px(self, 15);
    int base = dash_baseline(rect.y, rect.h, size);
    int x = rect.x + dash_px(self, 10);
    DashFace title = {size, DASH_WEIGHT_BOLD, self->pal->text, 0};
    dash_worklist_list_name(self->model, state ? state->list : DASH_LIST_ALL, list);
    g_snprintf(text, sizeof text, _("Worst first: %.60s"), list);
    x += dash_put_text(self, x, base, title, text) + dash_px(self, 16);
    bool filtered = state && (state->typing || *state->filter);
    DashFace face = {dash_px(self, 13), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    if (filtered) {
        g_snprintf(text, sizeof text, _("find: %.60s%s"), state->filter, state->typing ? "▏" : "");
        face.ink = self->pal->back;
        face.weight = DASH_WEIGHT_BOLD;
        int w = dash_text_width(self, face, text) + dash_px(self, 14);
        dash_put_fill(self, (DashRect){x, rect.y + 4, w, rect.h - 8}, self->pal->plate_high);
        x += dash_px(self, 7) + dash_put_text(self, x + dash_px(self, 7), base, face, text)
             + dash_px(self, 20);
        face.ink = self->pal->dim;
        face.weight = DASH_WEIGHT_REGULAR;
    }
    g_snprintf(text, sizeof text,
               filtered ? _("%u of %zu beds   Enter open, Esc all beds")
                        : _("%u of %zu beds   / find   V next list"),
               shown, dash_model_n_beds(self->model));
    face.max_w = MAX(rect.x + rect.w - x - 8, 8);
    dash_put_text(self, x, base, face, text);
}

static void
put_titles(DashScene *self, DashRect rect, const Layout *l)
{
    char text[DASH_TEXT_MAX];
    const char *const titles[COLUMNS] = {
        [COLUMN_RANK] = "",
        [COLUMN_MARK] = _("Alarm"),
        [COLUMN_BED] = _("Bed, patient"),
        [COLUMN_REASONS] = _("Why"),
        [COLUMN_SCORE] = _("Score"),
        [COLUMN_NUMBERS] = "",
        [COLUMN_DATA] = _("Data"),
        [COLUMN_OWNER] = _("Taken by"),
        [COLUMN_SEEN] = _("Last seen"),
        [COLUMN_PROMISES] = _("Promises"),
    };
    DashFace face = {l->small, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    int base = dash_baseline(rect.y, rect.h, l->small);
    dash_begin_block(self, rect, self->pal->panel);
    for (int i = 0; i < COLUMNS; i++) {
        face.max_w = MAX(l->w[i] - 4, 1);
        if (l->w[i])
            dash_put_text(self, l->x[i], base, face, titles[i]);
    }
    face.max_w = l->w[COLUMN_NUMBERS] / NUMBERS - 4;
    for (unsigned i = 0; i < NUMBERS; i++) {
        const char *unit = i == 1 ? dash_units_beside(self->view->units, "mm[Hg]") : "";
        g_snprintf(text, sizeof text, "%s%s", number_name(i), unit);
        dash_put_text(self, l->x[COLUMN_NUMBERS] + l->w[COLUMN_NUMBERS] / NUMBERS * (int)i, base,
                      face, text);
    }
}

/* What does not fit is counted by its alarms: nothing stands unseen. */
static void
put_rest(
    DashScene *self, DashRect rect, const DashBed **beds, unsigned n, unsigned from, unsigned to)
{
    char text[DASH_TEXT_MAX];
    unsigned above = 0;
    unsigned below = 0;
    dash_begin_block(self, rect, self->pal->panel);
    for (unsigned i = 0; i < n; i++) {
        const DashAlarm *worst =
            i >= from && i < to ? NULL : dash_model_worst(self->model, beds[i]);
        if (worst && i < from)
            above++;
        else if (worst)
            below++;
    }
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_REGULAR, self->pal->text, rect.w - 20};
    if (above + below > 0)
        face.weight = DASH_WEIGHT_BOLD;
    if (n == 0)
        g_strlcpy(text, _("No bed is in this list"), sizeof text);
    else if (from == 0)
        g_snprintf(text, sizeof text, _("%u more below, %u of them with alarms"), n - to, below);
    else
        g_snprintf(text, sizeof text,
                   _("%u more above, %u of them with alarms; %u more below, %u with alarms"), from,
                   above, n - to, below);
    dash_put_text(self, rect.x + dash_px(self, 10), dash_baseline(rect.y, rect.h, face.size), face,
                  text);
}

/* The page that holds what is under the keyboard, with the cursor in its middle. */
static unsigned
first_shown(const DashScene *self, const DashBed **beds, unsigned n, unsigned fit)
{
    if (n <= fit)
        return 0;
    for (unsigned i = 0; i < n && self->view->selected; i++)
        if (strcmp(beds[i]->id, self->view->selected) == 0)
            return (unsigned)CLAMP((int)i - (int)fit / 2, 0, (int)(n - fit));
    return 0;
}

static void
build(DashScene *self, DashRect rect)
{
    const DashBed *beds[DASH_BEDS_MAX];
    unsigned ranks[DASH_BEDS_MAX];
    unsigned n =
        dash_worklist_beds(self->model, self->view->worklist, self->view->now_us, beds, ranks);
    int head_h = dash_px(self, 30);
    int titles_h = dash_px(self, 18);
    int links_h = dash_px(self, 26);
    DashRect body = {rect.x, rect.y + head_h + titles_h, rect.w,
                     rect.h - head_h - titles_h - links_h};
    Layout l = layout_for(self, body, n);
    unsigned fit = (unsigned)MAX(body.h / l.row_h, 1);
    int rest_h = n > fit || n == 0 ? dash_px(self, 22) : 0;
    fit = (unsigned)MAX((body.h - rest_h) / l.row_h, 1);
    unsigned from = first_shown(self, beds, n, fit);
    unsigned to = MIN(from + fit, n);
    put_head(self, (DashRect){rect.x, rect.y, rect.w, head_h}, n);
    put_titles(self, (DashRect){rect.x, rect.y + head_h, rect.w, titles_h}, &l);
    int y = body.y;
    for (unsigned i = from; i < to; i++, y += l.row_h)
        put_row(self, beds[i], ranks[i], &l, (DashRect){rect.x, y, rect.w, l.row_h - 1});
    int below = body.y + body.h - rest_h;
    if (y < below)
        dash_begin_block(self, (DashRect){rect.x, y, rect.w, below - y}, self->pal->back);
    if (rest_h)
        put_rest(self, (DashRect){rect.x, below, rect.w, rest_h}, beds, n, from, to);
    dash_put_links_bar(self, (DashRect){rect.x, rect.y + rect.h - links_h, rect.w, links_h});
}

/* Text as large as the person likes, as far as what a row must hold has room. */
void
dash_build_worklist(DashScene *self, DashRect rect)
{
    const DashView *asked = self->view;
    DashView view = *asked;
    view.scale = MIN(rect.w / (double)NEEDED_W, view.scale > 0 ? view.scale : 1);
    self->view = &view;
    build(self, rect);
    self->view = asked;
}
