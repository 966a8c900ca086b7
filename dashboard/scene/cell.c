/* Cells: a number beside its wave, a line of small ones, and numbers in a few pixels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define NOTE_SIZES 6 /* of small text: a cell with room for an age behind its number */

/* Ground and ink of a number: those of the alarm that is about it. */
static uint32_t
ground_of(DashScene *self, const DashBed *bed, const DashVital *v, uint32_t *ink)
{
    const DashAlarm *alarm = dash_alarm_of_vital(self, bed, v);
    if (!alarm)
        return self->pal->tile;
    DashAlarmFace look = dash_alarm_face(self, alarm);
    if (look.filled)
        *ink = look.ink;
    return look.ground;
}

DashSlope
dash_slope_of_vital(const DashScene *self, const DashVital *v)
{
    const DashNumeric *numeric = v->c ? v->c : v->a;
    if (!numeric || dash_judge_numeric(numeric, self->view->now_us) != DASH_FRESH)
        return DASH_SLOPE_UNKNOWN;
    DashSlope slope = dash_slope_of(numeric, self->view->now_us, DASH_SLOPE_BESIDE_US);
    return slope == DASH_SLOPE_LEVEL ? DASH_SLOPE_UNKNOWN : slope; /* only what moves is drawn */
}

/* All of it; without the origin that the tile says above; or unit and age alone: whole each. */
static void
fit_note(DashScene *self,
         const DashBed *bed,
         const DashReading *reading,
         DashFace face,
         int w,
         char out[DASH_TEXT_MAX])
{
    bool copy = false;
    int64_t now_us = self->view->now_us;
    dash_reading_note(out, reading, now_us, VICU__ORIGIN__ORIGIN_UNKNOWN);
    if (dash_text_width(self, face, out) > w)
        dash_reading_note(out, reading, now_us, dash_origin_of(bed, &copy));
    if (dash_text_width(self, face, out) > w)
        dash_reading_brief(out, reading, now_us);
}

void
dash_put_number(DashScene *self, const DashBed *bed, const DashVital *v, DashRect rect, DashSizes s)
{
    char note_text[DASH_TEXT_MAX];
    int64_t now_us = self->view->now_us;
    if (!v->a) {
        dash_begin_block(self, rect, self->pal->tile);
        return; /* a wave without a number: nothing is invented */
    }
    DashReading reading = dash_read_vital(v, self->view->units, now_us);
    uint32_t ink = dash_palette_ink(self->pal, v->a->signal);
    uint32_t ground = ground_of(self, bed, v, &ink);
    bool plain = ground == self->pal->tile;
    uint32_t label_ink = ink;
    uint32_t note_ink = plain ? self->pal->dim : ink;
    if (reading.fresh != DASH_FRESH && plain)
        ink = self->pal->stale;
    dash_begin_block(self, rect, ground);
    int right = rect.x + rect.w - 4;
    int note_base = rect.y + rect.h - MAX(s.small * 4 / 11, 4);
    /* Three numbers take the whole width: their name goes to the line below. */
    DashFace label = {s.small, DASH_WEIGHT_BOLD, label_ink, 0};
    int label_w = dash_text_width(self, label, v->label) + 4;
    dash_put_text(self, rect.x + 4, v->b ? note_base : rect.y + s.small + 2, label, v->label);
    int number_h = rect.h - s.small - 5;
    DashFace number = {MIN(s.number, number_h * 5 / 4), DASH_WEIGHT_BOLD, ink, 0};
    int room = rect.w - 8 - (v->b ? 0 : label_w);
    while (number.size > 9 && dash_text_width(self, number, reading.text) > room)
        number.size--;
    dash_put_text_right(self, right, dash_baseline(rect.y + 1, number_h, number.size), number,
                        reading.text);
    DashSlope slope = dash_slope_of_vital(self, v);
    int arrow = v->b ? s.small * 8 / 10 : s.small + 1; /* beside small print: no taller than it */
    int arrow_y = v->b ? note_base - arrow : rect.y + s.small + 6;
    int arrow_w =
        dash_put_slope(self, rect.x + 2 + (v->b ? label_w : 2), arrow_y, arrow, label_ink, slope);
    if (arrow_w)
        label_w = v->b ? label_w + arrow_w + 4 : arrow_w + 6;
    DashFace note = {s.small, DASH_WEIGHT_REGULAR, note_ink, 0};
    if (reading.fresh != DASH_FRESH) {
        note.ink = plain ? self->pal->text : note_ink;
        note.weight = DASH_WEIGHT_BOLD;
    }
    int note_w = rect.w - 8 - (v->b || arrow_w ? label_w : 0);
    fit_note(self, bed, &reading, note, note_w, note_text);
    while (note.size > 8 && dash_text_width(self, note, note_text) > note_w)
        note.size--;
    note.max_w = MAX(note_w, 1);
    dash_put_text_right(self, right, note_base, note, note_text);
}

void
dash_put_extras(
    DashScene *self, const DashVital *vitals, unsigned n, double mm_s, DashRect rect, DashSizes s)
{
    char text[DASH_TEXT_MAX];
    char note[DASH_TEXT_MAX];
    dash_begin_block(self, rect, self->pal->tile);
    int base = dash_baseline(rect.y, rect.h, s.small);
    int right = rect.x + rect.w - 4;
    DashFace dim = {s.small, DASH_WEIGHT_REGULAR, self->pal->faint, 0};
    if (mm_s > 0) {
        g_snprintf(text, sizeof text, "%g mm/s", mm_s);
        right -= dash_put_text_right(self, right, base, dim, text) + 8;
    }
    int x = rect.x + 6;
    for (unsigned i = 0; i < n; i++) {
        const DashVital *v = &vitals[i];
        if (!v->a)
            continue;
        DashReading reading = dash_read_vital(v, self->view->units, self->view->now_us);
        bool fresh = reading.fresh == DASH_FRESH;
        uint32_t ink = fresh ? dash_palette_ink(self->pal, v->a->signal) : self->pal->stale;
        dash_reading_note(note, &reading, self->view->now_us, VICU__ORIGIN__ORIGIN_UNKNOWN);
        g_snprintf(text, sizeof text, "%.16s %s", v->label, reading.text);
        DashFace bold = {s.text, DASH_WEIGHT_BOLD, ink, 0};
        dim.ink = fresh ? self->pal->dim : self->pal->text;
        int w = dash_text_width(self, bold, text) + 4 + dash_text_width(self, dim, note);
        if (x + w > right)
            break;
        x += dash_put_text(self, x, base, bold, text) + 4;
        x += dash_put_text(self, x, base, dim, note) + 12;
    }
}

static int
note_size(int h)
{
    return MAX(h * 7 / 17, 8);
}

/* Two lines of small print: the unit; the age, and what differs from the tile's origin. What has no
 * room is not there: nothing is cut. */
static void
put_small_note(
    DashScene *self, const DashBed *bed, const DashReading *reading, DashRect rect, uint32_t ink)
{
    char age[DASH_TEXT_MAX];
    char marks[DASH_TEXT_MAX];
    char text[DASH_TEXT_MAX];
    bool copy = false;
    const DashNumeric *lead = reading->lead;
    const char *unit = reading->unit;
    Vicu__Origin origin = lead->origin;
    if (origin == dash_origin_of(bed, &copy))
        origin = VICU__ORIGIN__ORIGIN_LIVE;
    dash_format_age(age, self->view->now_us - reading->t_us);
    char *space = strchr(age, ' ');
    if (space) /* "12s": every pixel counts here */
        memmove(space, space + 1, strlen(space));
    dash_format_marks(marks, origin, lead->source);
    const char *upper = reading->fresh == DASH_GONE    ? _("none for")
                        : reading->fresh == DASH_STALE ? _("STALE")
                                                       : unit;
    const char *second = reading->fresh == DASH_STALE   ? unit
                         : reading->fresh == DASH_FRESH ? marks
                                                        : "";
    g_snprintf(text, sizeof text, "%.16s%s%.24s", age, *second ? " " : "", second);
    DashFace bare = {note_size(rect.h), DASH_WEIGHT_REGULAR, ink, 0};
    if (dash_text_width(self, bare, text) > rect.w)
        g_strlcpy(text, age, sizeof text); /* the age is never the part cut off */
    if (dash_text_width(self, bare, upper) > rect.w)
        upper = "";
    if (dash_text_width(self, bare, text) > rect.w)
        text[0] = '\0';
    DashFace note = {note_size(rect.h), DASH_WEIGHT_REGULAR, ink, MAX(rect.w, 4)};
    if (rect.h < 2 * note.size) { /* one line has room */
        dash_put_text(self, rect.x, dash_baseline(rect.y, rect.h, note.size), note,
                      reading->fresh == DASH_FRESH ? age : upper);
        return;
    }
    dash_put_text(self, rect.x, rect.y + note.size - 1, note, upper);
    dash_put_text(self, rect.x, rect.y + rect.h - MAX(note.size / 4, 2), note,
                  reading->fresh == DASH_GONE && reading->t_us == 0 ? _("ever") : text);
}

void
dash_put_small_number(
    DashScene *self, const DashBed *bed, const DashVital *v, DashRect rect, DashSizes s)
{
    DashVital one = *v;
    if (one.b && one.c) { /* no room for three: the mean, and its name says so */
        one.a = one.c;
        one.label = g_str_has_prefix(v->label, "ART") ? "MAP" : v->label;
    }
    one.b = one.c = NULL;
    DashReading reading = dash_read_vital(&one, self->view->units, self->view->now_us);
    bool fresh = reading.fresh == DASH_FRESH;
    uint32_t ink = fresh ? dash_palette_ink(self->pal, one.a->signal) : self->pal->stale;
    uint32_t ground = ground_of(self, bed, v, &ink);
    dash_begin_block(self, rect, ground);
    int base = dash_baseline(rect.y, rect.h, s.number);
    DashFace label = {s.small, DASH_WEIGHT_REGULAR, ink, 0};
    DashFace number = {s.number, DASH_WEIGHT_BOLD, ink, 0};
    int room = rect.w - 6 - dash_text_width(self, label, one.label);
    /* Without room for its age, what is not fresh is told apart by its brackets. */
    bool noted = rect.w >= NOTE_SIZES * s.small;
    while (number.size > 8 && dash_text_width(self, number, reading.text) > room)
        number.size--; /* a digit that is cut off is another number */
    if (noted && reading.fresh == DASH_STALE) {
        DashFace note = {note_size(rect.h), DASH_WEIGHT_REGULAR, ink, 0};
        noted = dash_text_width(self, note, _("STALE"))
                <= room - dash_text_width(self, number, reading.text) - 2;
    }
    if (!noted && reading.fresh == DASH_STALE) {
        char bare[sizeof reading.text];
        g_strlcpy(bare, reading.text, sizeof bare);
        g_snprintf(reading.text, sizeof reading.text, "(%.16s)", bare);
    }
    while (number.size > 8 && dash_text_width(self, number, reading.text) > room)
        number.size--;
    int x = rect.x + 3 + dash_put_text(self, rect.x + 3, base, label, one.label) + 2;
    x += dash_put_text(self, x, base, number, reading.text) + 2;
    if (rect.w >= 7 * s.number - 14)
        x += dash_put_slope(self, x, rect.y + (rect.h - s.small) / 2, s.small, ink,
                            dash_slope_of_vital(self, &one));
    if (!noted || rect.x + rect.w - 1 - x < s.small)
        return;
    uint32_t note_ink = ground != self->pal->tile ? ink : fresh ? self->pal->dim : self->pal->text;
    put_small_note(self, bed, &reading, (DashRect){x, rect.y, rect.x + rect.w - 1 - x, rect.h},
                   note_ink);
}
