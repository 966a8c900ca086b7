/* Tile: one bed on the wall, at three densities.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define BORDER 5 /* room for the widest alarm border, always kept free */

/* Sizes in pixels, chosen from the room that a tile has. */
typedef struct {
    int header_h;
    int alarm_h;
    int name;
    int text;
    int small;
    int number;
    int row_min;
    int label_w; /* left of a strip */
    bool grid;   /* too small for a number beside each wave */
} Sizes;

static Sizes
sizes_for(DashRect rect)
{
    if (rect.w >= 300 && rect.h >= 190)
        return (Sizes){26, 22, 19, 13, 11, 30, 38, 34, false};
    if (rect.w >= 220 && rect.h >= 130)
        return (Sizes){20, 18, 15, 11, 10, 22, 31, 30, false};
    return (Sizes){16, 15, 13, 10, 9, 14, 17, 0, true};
}

static Vicu__Origin
origin_of(const DashBed *bed, bool *copy)
{
    *copy = false;
    for (unsigned i = 0; i < bed->n_streams; i++) {
        *copy |= bed->stream[i].copy;
        if (bed->stream[i].origin != VICU__ORIGIN__ORIGIN_UNKNOWN)
            return bed->stream[i].origin;
    }
    for (unsigned i = 0; i < bed->n_numerics; i++)
        if (bed->numeric[i].source == VICU__SOURCE__SOURCE_DEVICE)
            return bed->numeric[i].origin;
    return bed->origin;
}

static void
put_score(DashScene *self, const DashBed *bed, DashRect rect, Sizes s, int *right)
{
    char text[DASH_TEXT_MAX];
    const DashScore *score = dash_judge_find_score(bed, "news2");
    dash_format_score(text, score, s.grid ? "N" : "NEWS2");
    bool high = score && (score->known ? score->value : score->min) >= 5;
    DashFace face = {s.text, DASH_WEIGHT_BOLD, high ? DASH_BACK : DASH_TEXT, 0};
    if (!score || !score->known)
        face.ink = high ? DASH_BACK : DASH_DIM;
    int w = dash_text_width(self, face, text) + (s.grid ? 6 : 12);
    int h = rect.h - (s.grid ? 2 : 6);
    DashRect badge = {*right - w, rect.y + (rect.h - h) / 2, w, h};
    dash_put_fill(self, badge, high ? 0xffc5cfdbu : 0xff232d3au);
    dash_put_text_middle(self, badge.x + w / 2, dash_baseline(badge.y, h, face.size), face, text);
    *right -= w + (s.grid ? 4 : 8);
}

static void
put_header(DashScene *self, const DashBed *bed, DashAbsence absence, DashRect rect, Sizes s)
{
    char text[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    bool selected = self->view->selected && strcmp(self->view->selected, bed->id) == 0;
    dash_begin_block(self, rect, selected ? DASH_SELECTED : DASH_PANEL);
    int right = rect.x + rect.w - (s.grid ? 2 : 4);
    bool shows = dash_judge_shows_data(absence);
    if (shows)
        put_score(self, bed, rect, s, &right);
    int x = rect.x + (s.grid ? 3 : 7);
    DashFace name = {s.name, DASH_WEIGHT_BOLD, selected ? DASH_BACK : DASH_TEXT, right - x};
    x += dash_put_text(self, x, dash_baseline(rect.y, rect.h, s.name), name, bed->label)
         + (s.grid ? 4 : 8);
    bool copy = false;
    Vicu__Origin origin = origin_of(bed, &copy);
    const char *from = s.grid ? dash_format_origin_short(origin) : dash_format_origin(origin);
    int behind = dash_judge_behind_s(bed);
    if (absence == DASH_DELAYED)
        g_snprintf(text, sizeof text, "no data %s",
                   dash_format_age(age, self->view->now_us - bed->arrived_us));
    else if (behind > 0 && shows)
        g_snprintf(text, sizeof text, "%d s behind", behind);
    else
        text[0] = '\0';
    DashFace dim = {s.small, DASH_WEIGHT_REGULAR, selected ? DASH_BACK : DASH_BANNER_INK, 0};
    int base = dash_baseline(rect.y, rect.h, s.small);
    if (*text) {
        DashFace late = {s.small, DASH_WEIGHT_BOLD, DASH_BACK, MAX(right - x - 4, 1)};
        int w = dash_text_width(self, late, text) + 8;
        dash_put_fill(self, (DashRect){x - 2, rect.y + 2, w, rect.h - 4}, 0xffb9a7ffu);
        x += dash_put_text(self, x + 2, base, late, text) + 12;
    }
    g_snprintf(text, sizeof text, "%s%s", from, copy ? " (copy)" : "");
    if (x + dash_text_width(self, dim, text) <= right)
        x += dash_put_text(self, x, base, dim, text) + 8;
    dim.ink = selected ? DASH_BACK : DASH_DIM;
    if (!s.grid && x + dash_text_width(self, dim, bed->patient) <= right)
        dash_put_text(self, x, base, dim, bed->patient);
}

static unsigned
count_alarms(const DashScene *self, const DashBed *bed)
{
    unsigned n = 0;
    for (size_t i = 0; i < dash_model_n_alarms(self->model); i++)
        n += strcmp(dash_model_alarm(self->model, i)->bed, bed->id) == 0;
    return n;
}

/* Why the bed is quiet: nothing stands, or nobody judges. */
static void
put_quiet(DashScene *self, const DashBed *bed, DashAbsence absence, DashRect rect, Sizes s)
{
    char text[DASH_TEXT_MAX];
    dash_begin_block(self, rect, DASH_TILE);
    DashFace face = {s.small, DASH_WEIGHT_REGULAR, DASH_FAINT, rect.w - 12};
    if (!dash_alarms_known(self->model)) {
        dash_put_hatch(self, rect, DASH_HATCH_INK, 7);
        face.ink = DASH_TEXT;
        face.weight = DASH_WEIGHT_BOLD;
        g_strlcpy(text, "alarms not known", sizeof text);
    } else if (!dash_judge_shows_data(absence)) {
        g_strlcpy(text, "not judged: no data", sizeof text);
    } else if (bed->not_judged && bed->not_judged[0]) {
        g_snprintf(text, sizeof text, "no alarm; not judged: %s", bed->not_judged[0]);
    } else {
        g_strlcpy(text, "no alarm", sizeof text);
    }
    dash_put_text(self, rect.x + (s.grid ? 3 : 7), dash_baseline(rect.y, rect.h, s.small), face,
                  text);
}

static void
put_alarm(DashScene *self, const DashBed *bed, const DashAlarm *alarm, DashRect rect, Sizes s)
{
    char text[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    DashAlarmFace look = dash_alarm_face(self, alarm);
    dash_begin_block(self, rect, look.ground);
    if (!look.filled)
        dash_put_frame(self, rect, look.border, 1);
    int base = dash_baseline(rect.y, rect.h, s.text);
    int right = rect.x + rect.w - (s.grid ? 3 : 6);
    DashFace face = {s.text, DASH_WEIGHT_BOLD, look.ink, 0};
    unsigned more = count_alarms(self, bed) - 1;
    int64_t now_us = self->view->now_us;
    if (look.filled)
        dash_format_age(text, now_us - alarm->t_condition_us);
    else
        g_snprintf(text, sizeof text, "ack %s", dash_format_age(age, now_us - alarm->ack_us));
    if (more) {
        g_autofree char *rest = g_strdup_printf("%s +%u", text, more);
        g_strlcpy(text, rest, sizeof text);
    }
    DashFace side = {s.small, DASH_WEIGHT_REGULAR, look.ink, 0};
    if (!s.grid)
        right -= dash_put_text_right(self, right, base, side, text) + 8;
    else if (more) {
        g_snprintf(text, sizeof text, "+%u", more);
        right -= dash_put_text_right(self, right, base, side, text) + 4;
    }
    int x = rect.x + (s.grid ? 3 : 7);
    x += dash_put_text(self, x, base, face, look.look->mark) + (s.grid ? 3 : 6);
    face.max_w = MAX(right - x, 8);
    dash_put_text(self, x, base, face, alarm->title);
}

/* The freshness of several numbers is that of the oldest. */
static DashFreshness
freshness_of(const DashVital *v, int64_t now_us, int64_t *oldest_us)
{
    DashFreshness worst = DASH_FRESH;
    const DashNumeric *parts[] = {v->a, v->b, v->c};
    *oldest_us = INT64_MAX;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!parts[i])
            continue;
        worst = MAX(worst, dash_judge_numeric(parts[i], now_us));
        *oldest_us = MIN(*oldest_us, parts[i]->t_us);
    }
    return worst;
}

static void
value_text(char out[DASH_TEXT_MAX], const DashVital *v, DashFreshness fresh)
{
    char a[DASH_TEXT_MAX] = "–";
    char b[DASH_TEXT_MAX] = "–";
    char c[DASH_TEXT_MAX] = "";
    if (fresh == DASH_GONE || !v->a) {
        g_strlcpy(out, "– –", DASH_TEXT_MAX);
        return;
    }
    dash_format_value(a, v->a->signal, v->a->value);
    if (!v->b) {
        g_strlcpy(out, a, DASH_TEXT_MAX);
        return;
    }
    dash_format_value(b, v->b->signal, v->b->value);
    if (v->c)
        dash_format_value(c, v->c->signal, v->c->value);
    g_snprintf(out, DASH_TEXT_MAX, v->c ? "%.20s/%.20s (%.20s)" : "%.20s/%.20s%.20s", a, b, c);
}

/* Unit, age and where it comes from: under every number. @said: an origin that
 * the tile's head names already and that needs no repeating where room is short. */
static void
note_text(char out[DASH_TEXT_MAX],
          const DashVital *v,
          DashFreshness fresh,
          int64_t age_us,
          Vicu__Origin said)
{
    char age[DASH_TEXT_MAX];
    char marks[DASH_TEXT_MAX];
    bool repeat = v->a->origin != said;
    dash_format_age(age, age_us);
    dash_format_marks(marks, repeat ? v->a->origin : VICU__ORIGIN__ORIGIN_LIVE, v->a->source);
    const char *unit = v->a->signal ? dash_format_unit(v->a->signal->unit) : "";
    if (fresh == DASH_GONE && v->a->t_us == 0)
        g_snprintf(out, DASH_TEXT_MAX, "no value");
    else if (fresh == DASH_GONE)
        g_snprintf(out, DASH_TEXT_MAX, "none since %.16s", age);
    else if (fresh == DASH_STALE) /* the age first: it is never the part cut off */
        g_snprintf(out, DASH_TEXT_MAX, "STALE %.16s %s%s%.24s", age, unit, *unit ? " " : "", marks);
    else
        g_snprintf(out, DASH_TEXT_MAX, "%s%s%.16s%s%.24s", unit, *unit ? " " : "", age,
                   *marks ? " " : "", marks);
}

/* Ground and ink of a number: tinted when it is what an alarm is about. */
static uint32_t
cell_ground(DashScene *self, const DashBed *bed, const DashVital *v, uint32_t *ink)
{
    const DashAlarm *alarm = dash_alarm_of_vital(self, bed, v);
    if (!alarm)
        return DASH_TILE;
    DashAlarmFace look = dash_alarm_face(self, alarm);
    if (look.filled) {
        *ink = look.ink;
        return look.ground;
    }
    return look.ground;
}

static void
put_number(DashScene *self, const DashBed *bed, const DashVital *v, DashRect rect, Sizes s)
{
    char text[DASH_TEXT_MAX];
    int64_t oldest_us = 0;
    int64_t now_us = self->view->now_us;
    uint32_t ink = dash_palette_ink(v->a ? v->a->signal : v->stream->signal);
    uint32_t label_ink = ink;
    if (!v->a) {
        dash_begin_block(self, rect, DASH_TILE);
        return; /* a wave without a number: nothing is invented */
    }
    DashFreshness fresh = freshness_of(v, now_us, &oldest_us);
    uint32_t note_ink = DASH_DIM;
    uint32_t cell_ink = ink;
    uint32_t ground = cell_ground(self, bed, v, &cell_ink);
    if (ground != DASH_TILE)
        ink = label_ink = note_ink = cell_ink;
    if (fresh != DASH_FRESH)
        ink = ground == DASH_TILE ? DASH_STALE_INK : ink;
    dash_begin_block(self, rect, ground);
    int right = rect.x + rect.w - 4;
    /* Three numbers take the whole width: their name goes to the line below. */
    DashFace label = {s.small, DASH_WEIGHT_BOLD, label_ink, 0};
    int label_w = dash_text_width(self, label, v->label) + 4;
    int note_base = rect.y + rect.h - 4;
    dash_put_text(self, rect.x + 4, v->b ? note_base : rect.y + s.small + 2, label, v->label);
    value_text(text, v, fresh);
    int number_h = rect.h - s.small - 5;
    DashFace number = {MIN(s.number, number_h * 5 / 4), DASH_WEIGHT_BOLD, ink, 0};
    int room = rect.w - 8 - (v->b ? 0 : label_w);
    while (number.size > 9 && dash_text_width(self, number, text) > room)
        number.size--;
    dash_put_text_right(self, right, dash_baseline(rect.y + 1, number_h, number.size), number,
                        text);
    bool copy = false;
    Vicu__Origin said = rect.w < 130 ? origin_of(bed, &copy) : VICU__ORIGIN__ORIGIN_UNKNOWN;
    note_text(text, v, fresh, now_us - oldest_us, said);
    DashFace note = {s.small, DASH_WEIGHT_REGULAR, note_ink, rect.w - 8 - (v->b ? label_w : 0)};
    if (fresh != DASH_FRESH) {
        note.ink = ground == DASH_TILE ? DASH_TEXT : note_ink;
        note.weight = DASH_WEIGHT_BOLD;
    }
    dash_put_text_right(self, right, note_base, note, text);
}

/* Name of the wave and the range it is drawn in, left of its strip. */
static void
put_wave_label(DashScene *self, const DashStream *stream, DashRect rect, Sizes s)
{
    char text[DASH_TEXT_MAX];
    dash_begin_block(self, rect, DASH_TILE);
    uint32_t ink = dash_palette_ink(stream->signal);
    DashFace name = {s.small, DASH_WEIGHT_BOLD, ink, rect.w - 2};
    dash_put_text(self, rect.x + 2, dash_baseline(rect.y, rect.h, s.small), name,
                  dash_format_short(stream->signal, stream->label));
    if (g_strcmp0(stream->unit, "mm[Hg]") != 0 || !(stream->hi > stream->lo))
        return;
    DashFace scale = {9, DASH_WEIGHT_REGULAR, DASH_FAINT, rect.w - 2};
    g_snprintf(text, sizeof text, "%.0f", stream->hi);
    dash_put_text(self, rect.x + 2, rect.y + 9, scale, text);
    g_snprintf(text, sizeof text, "%.0f", stream->lo);
    dash_put_text(self, rect.x + 2, rect.y + rect.h - 2, scale, text);
}

/* What has no row: small numbers in one line, and the real paper speed. */
static void
put_extras(
    DashScene *self, const DashVital *vitals, unsigned n, double mm_s, DashRect rect, Sizes s)
{
    char text[DASH_TEXT_MAX];
    char value[DASH_TEXT_MAX];
    char note[DASH_TEXT_MAX];
    dash_begin_block(self, rect, DASH_TILE);
    int base = dash_baseline(rect.y, rect.h, s.small);
    int right = rect.x + rect.w - 4;
    DashFace dim = {s.small, DASH_WEIGHT_REGULAR, DASH_FAINT, 0};
    if (mm_s > 0) {
        g_snprintf(text, sizeof text, "%g mm/s", mm_s);
        right -= dash_put_text_right(self, right, base, dim, text) + 8;
    }
    int x = rect.x + 6;
    for (unsigned i = 0; i < n; i++) {
        const DashVital *v = &vitals[i];
        int64_t oldest_us = 0;
        if (!v->a)
            continue;
        DashFreshness fresh = freshness_of(v, self->view->now_us, &oldest_us);
        uint32_t ink = fresh == DASH_FRESH ? dash_palette_ink(v->a->signal) : DASH_STALE_INK;
        value_text(value, v, fresh);
        note_text(note, v, fresh, self->view->now_us - oldest_us, VICU__ORIGIN__ORIGIN_UNKNOWN);
        g_snprintf(text, sizeof text, "%.16s %.40s", v->label, value);
        DashFace bold = {s.text, DASH_WEIGHT_BOLD, ink, 0};
        dim.ink = fresh == DASH_FRESH ? DASH_DIM : DASH_TEXT;
        int w = dash_text_width(self, bold, text) + 4 + dash_text_width(self, dim, note);
        if (x + w > right)
            break;
        x += dash_put_text(self, x, base, bold, text) + 4;
        x += dash_put_text(self, x, base, dim, note) + 12;
    }
}

/* Rows: a wave and its number side by side. */
static void
put_rows(DashScene *self, const DashBed *bed, DashRect rect, Sizes s)
{
    DashVital vitals[DASH_VITALS_MAX];
    unsigned n = dash_list_vitals(bed, vitals);
    int extras_h = s.small + 9;
    int body_h = rect.h - extras_h;
    unsigned rows = (unsigned)CLAMP(body_h / s.row_min, 1, 4);
    rows = MIN(rows, n);
    int number_w = CLAMP(rect.w * 36 / 100, 96, 158);
    int strip_w = rect.w - number_w - s.label_w;
    double mm_s = dash_sweep_mm_s(self, strip_w, 4);
    bool waves = false;
    for (unsigned i = 0; i < rows; i++) {
        int y0 = rect.y + body_h * (int)i / (int)rows;
        int y1 = rect.y + body_h * (int)(i + 1) / (int)rows;
        DashRect row = {rect.x, y0, rect.w, y1 - y0};
        DashRect cell = {rect.x + rect.w - number_w, y0, number_w, y1 - y0};
        put_number(self, bed, &vitals[i], cell, s);
        DashRect label = {row.x, row.y, s.label_w, row.h};
        DashRect strip = {row.x + s.label_w, row.y, strip_w, row.h};
        if (!vitals[i].stream || !vitals[i].stream->wave) {
            dash_begin_block(self, (DashRect){row.x, row.y, strip_w + s.label_w, row.h}, DASH_TILE);
            continue;
        }
        waves = true;
        put_wave_label(self, vitals[i].stream, label, s);
        dash_put_wave(self, bed, vitals[i].stream, strip, mm_s);
    }
    if (rows == 0)
        dash_begin_block(self, (DashRect){rect.x, rect.y, rect.w, body_h}, DASH_TILE);
    DashRect last = {rect.x, rect.y + body_h, rect.w, extras_h};
    put_extras(self, vitals + rows, n - rows, waves ? mm_s : 0, last, s);
}

/* A number in a few pixels: name, value, unit and age on one line. */
static void
put_small_number(DashScene *self, const DashBed *bed, const DashVital *v, DashRect rect, Sizes s)
{
    char text[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    int64_t oldest_us = 0;
    DashVital one = *v;
    if (one.b && one.c) { /* no room for three: the mean, and its name says so */
        one.a = one.c;
        one.label = g_str_has_prefix(v->label, "ART") ? "MAP" : v->label;
    }
    one.b = one.c = NULL;
    DashFreshness fresh = freshness_of(&one, self->view->now_us, &oldest_us);
    uint32_t ink = fresh == DASH_FRESH ? dash_palette_ink(one.a->signal) : DASH_STALE_INK;
    uint32_t ground = cell_ground(self, bed, v, &ink);
    dash_begin_block(self, rect, ground);
    int base = dash_baseline(rect.y, rect.h, s.number);
    DashFace label = {s.small, DASH_WEIGHT_REGULAR, ink, 0};
    int x = rect.x + 3 + dash_put_text(self, rect.x + 3, base, label, one.label) + 2;
    value_text(text, &one, fresh);
    DashFace number = {s.number, DASH_WEIGHT_BOLD, ink, 0};
    x += dash_put_text(self, x, base, number, text) + 2;
    dash_format_age(age, self->view->now_us - oldest_us);
    const char *unit = one.a->signal ? dash_format_unit(one.a->signal->unit) : "";
    /* Two lines of small print: the unit; the age, and what differs from the tile's origin. */
    char marks[DASH_TEXT_MAX];
    bool copy = false;
    Vicu__Origin origin = one.a->origin;
    if (origin == origin_of(bed, &copy))
        origin = VICU__ORIGIN__ORIGIN_LIVE;
    dash_format_marks(marks, origin, one.a->source);
    const char *second = fresh == DASH_STALE ? unit : fresh == DASH_FRESH ? marks : "";
    g_snprintf(text, sizeof text, "%.16s%s%.24s", age, *second ? " " : "", second);
    DashFace note = {8, DASH_WEIGHT_REGULAR, ground == DASH_TILE ? DASH_DIM : ink, 0};
    note.max_w = MAX(rect.x + rect.w - 1 - x, 4);
    if (fresh != DASH_FRESH && ground == DASH_TILE)
        note.ink = DASH_TEXT;
    const char *upper = fresh == DASH_GONE ? "none for" : fresh == DASH_STALE ? "STALE" : unit;
    dash_put_text(self, x, rect.y + 7, note, upper);
    dash_put_text(self, x, rect.y + rect.h - 2, note, text);
}

static void
put_grid(DashScene *self, const DashBed *bed, DashRect rect, Sizes s)
{
    DashVital vitals[DASH_VITALS_MAX];
    DashVital numbers[DASH_VITALS_MAX];
    unsigned n = dash_list_vitals(bed, vitals);
    unsigned n_numbers = 0;
    const DashStream *stream = NULL;
    for (unsigned i = 0; i < n; i++) {
        if (vitals[i].a)
            numbers[n_numbers++] = vitals[i];
        if (!stream && vitals[i].stream && vitals[i].stream->wave)
            stream = vitals[i].stream;
    }
    unsigned rows = rect.h >= 2 * s.row_min + 18 ? 2 : 1;
    unsigned columns = rect.w >= 210 ? 3 : 2;
    int row_h = s.row_min;
    DashRect strip = {rect.x, rect.y, rect.w, rect.h - (int)rows * row_h};
    if (stream)
        dash_put_wave(self, bed, stream, strip, dash_sweep_mm_s(self, strip.w, 4));
    else
        dash_begin_block(self, strip, DASH_TILE);
    for (unsigned i = 0; i < rows * columns; i++) {
        int x0 = rect.x + rect.w * (int)(i % columns) / (int)columns;
        int x1 = rect.x + rect.w * (int)(i % columns + 1) / (int)columns;
        DashRect cell = {x0, strip.y + strip.h + (int)(i / columns) * row_h, x1 - x0, row_h};
        if (i < n_numbers)
            put_small_number(self, bed, &numbers[i], cell, s);
        else
            dash_begin_block(self, cell, DASH_TILE);
    }
}

static void
put_border(DashScene *self, const DashBed *bed, const DashAlarm *alarm, DashRect rect)
{
    bool selected = self->view->selected && strcmp(self->view->selected, bed->id) == 0;
    dash_begin_block(self, rect, 0);
    dash_put_frame(self, rect, DASH_BACK, BORDER);
    if (alarm) {
        DashAlarmFace look = dash_alarm_face(self, alarm);
        dash_put_frame(self, rect, look.border, look.filled ? look.look->border : 2);
    } else {
        dash_put_frame(self, rect, DASH_SEAM, 1);
    }
    if (selected) {
        DashRect inner = {rect.x + BORDER - 2, rect.y + BORDER - 2, rect.w - 2 * BORDER + 4,
                          rect.h - 2 * BORDER + 4};
        dash_put_frame(self, inner, DASH_SELECTED, 2);
    }
}

void
dash_build_tile(DashScene *self, const DashBed *bed, DashRect rect)
{
    DashTileAt at = {.bed = bed->id, .rect = rect};
    g_array_append_val(self->tiles, at);
    const DashAlarm *alarm = dash_model_worst(self->model, bed);
    DashAbsence absence = dash_judge_absence(bed, self->view->now_us);
    put_border(self, bed, alarm, rect);
    DashRect inner = {rect.x + BORDER, rect.y + BORDER, rect.w - 2 * BORDER, rect.h - 2 * BORDER};
    Sizes s = sizes_for(inner);
    DashRect header = {inner.x, inner.y, inner.w, s.header_h};
    DashRect state = {inner.x, inner.y + s.header_h, inner.w, s.alarm_h};
    DashRect body = {inner.x, state.y + s.alarm_h, inner.w, inner.h - s.header_h - s.alarm_h};
    put_header(self, bed, absence, header, s);
    if (alarm)
        put_alarm(self, bed, alarm, state, s);
    else
        put_quiet(self, bed, absence, state, s);
    if (!dash_judge_shows_data(absence))
        dash_build_absence(self, bed, absence, body);
    else if (s.grid)
        put_grid(self, bed, body, s);
    else
        put_rows(self, bed, body, s);
}
