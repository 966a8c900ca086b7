/* Ward: one bed at its place. See ward.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/wall.h"

#define MARGIN 4 /* that a picture of absence keeps from the frame */
/* Where a place is large enough, four numbers stand below the figure. */
#define NUMBERS_H(size) (3 * (size))
#define NUMBERS_W(size) (10 * (size))
#define FIGURE_MIN      12 /* pixels; below that there is no figure */

int
dash_ward_border(DashRect cell)
{
    return CLAMP(cell.w / 24, 2, 5);
}

static const DashAvatar *
avatar_of(DashScene *self, const DashBed *bed)
{
    DashAvatar *kept = g_hash_table_lookup(self->avatars, bed->id);
    DashAvatar before;

    if (kept == NULL) {
        kept = g_new0(DashAvatar, 1);
        dash_avatar_of(bed, self->view->now_us, NULL, kept);
        g_hash_table_insert(self->avatars, g_strdup(bed->id), kept);
        return kept;
    }
    before = *kept;
    dash_avatar_of(bed, self->view->now_us, &before, kept);
    return kept;
}

static bool
is_chosen(const DashScene *self, const DashBed *bed)
{
    const char *chosen = self->view->bed ? self->view->bed : self->view->selected;
    return chosen && strcmp(chosen, bed->id) == 0;
}

/* Its name on dark ground, beside it the mark of its alarm on the alarm's. */
static void
put_name(DashScene *self,
         const DashBed *bed,
         const DashAlarm *alarm,
         DashRect rect,
         int size,
         DashWardPlace *place)
{
    bool chosen = is_chosen(self, bed);
    DashFace name = {size, DASH_WEIGHT_BOLD, chosen ? self->pal->back : self->pal->text, 0};
    int base = dash_baseline(rect.y, rect.h, size);
    int most = rect.w - 4 - (alarm ? MAX(rect.w / 4, 8) : 0);

    dash_begin_block(self, rect, chosen ? self->pal->selected : self->pal->panel);
    if (!dash_alarms_known(self->model))
        dash_put_hatch(self, rect, self->pal->hatch, 5);
    while (name.size > 8 && dash_text_width(self, name, bed->label) > most)
        name.size--;
    name.max_w = most;
    int w = dash_put_text(self, rect.x + 2, base, name, bed->label) + 4;
    if (alarm == NULL)
        return;
    DashAlarmFace face = dash_alarm_face(self, alarm);
    w = MIN(w, rect.w - MAX(rect.w / 4, 8));
    place->marker = (DashRect){rect.x + w, rect.y, rect.w - w, rect.h};
    place->ground = face.ground;
    dash_put_fill(self, place->marker, face.ground);
    DashFace mark = {size, DASH_WEIGHT_BOLD, face.ink, 0};
    int x = place->marker.x + 4, room = place->marker.w - 8;
    int mark_w = dash_text_width(self, mark, face.look->mark);
    if (mark_w > room) {
        mark.size = MAX(size * room / MAX(mark_w, 1), 6);
        mark_w = dash_text_width(self, mark, face.look->mark);
    }
    if (room < 4 * size) {
        dash_put_text_middle(self, x + room / 2, base, mark, face.look->mark);
        return;
    }
    dash_put_text(self, x, base, mark, face.look->mark);
    mark.max_w = room - mark_w - 6;
    mark.size = size * 4 / 5;
    dash_put_text(self, x + mark_w + 6, base, mark, _(alarm->title));
}

static void
put_figure(DashScene *self, const DashBed *bed, DashWardPlace *place)
{
    const DashAvatar *avatar = avatar_of(self, bed);
    const DashWardState *state = self->view->ward;
    DashRect r = place->figure;

    for (int part = 0; part < DASH_N_FIGURES; part++) {
        const DashFigure *figure =
            dash_figures_get(self->figures, (DashFigurePart)part, avatar, self->pal, r.w, r.h);
        if (state && state->relief && place->z > 0) {
            DashWardRaised raised = {figure, r.x + figure->x, r.y + figure->y, place->z};
            g_array_append_val(self->raised, raised);
        } else {
            dash_put_figure(self, r.x, r.y, figure);
        }
    }
}

/* How long ago the last data came, where none come. */
static void
put_delay(DashScene *self, const DashBed *bed, DashRect rect, int size)
{
    char age[DASH_TEXT_MAX];
    DashFace face = {size, DASH_WEIGHT_BOLD, self->pal->back, rect.w - 4};

    dash_format_age(age, self->view->now_us - bed->arrived_us);
    int w = MIN(dash_text_width(self, face, age) + 8, rect.w), h = size + 4;
    dash_put_fill(self, (DashRect){rect.x, rect.y, w, h}, self->pal->late);
    dash_put_text(self, rect.x + 4, dash_baseline(rect.y, h, size), face, age);
}

static void
put_frame(DashScene *self, const DashBed *bed, const DashAlarm *alarm, DashRect cell)
{
    int width = dash_ward_border(cell);

    dash_begin_block(self, cell, 0);
    if (alarm) {
        DashAlarmFace face = dash_alarm_face(self, alarm);
        dash_put_frame(self, cell, face.border, face.filled ? width : 1);
    } else {
        dash_put_frame(self, cell, is_chosen(self, bed) ? self->pal->selected : self->pal->panel,
                       is_chosen(self, bed) ? 2 : 1);
    }
}

static double
depth_of(const DashScene *self, int acuity)
{
    const DashWardState *state = self->view->ward;
    double z = dash_ward_depth(acuity);

    return state && state->all ? MAX(z, DASH_WARD_DEPTH_MIN) : z;
}

/* Its words may reach a little beyond their place, but never over the frame of an alarm. */
static void
put_absence(DashScene *self, const DashBed *bed, DashAbsence absence, DashRect rect)
{
    int margin = rect.w > 6 * MARGIN ? MARGIN : 0;

    if (margin > 0) {
        dash_begin_block(self, (DashRect){rect.x, rect.y, margin, rect.h}, self->pal->tile);
        dash_begin_block(self, (DashRect){rect.x + rect.w - margin, rect.y, margin, rect.h},
                         self->pal->tile);
    }
    rect.x += margin;
    rect.w -= 2 * margin;
    dash_build_absence(self, bed, absence, rect);
}

static int
side_of(DashRect body)
{
    return MIN(body.w * DASH_WARD_FIGURE_W / 100, body.h - 2);
}

static int
room_of(DashRect body)
{
    return (body.w - side_of(body)) / 2;
}

static void
put_data(DashScene *self,
         const DashBed *bed,
         DashRect body,
         int size,
         DashAbsence absence,
         DashWardPlace *place)
{
    int side = side_of(body), spare = body.h - MIN(body.w, body.h - 2);

    dash_begin_block(self, body, self->pal->tile);
    if (spare >= NUMBERS_H(size) && body.w >= NUMBERS_W(size)) {
        body.h -= NUMBERS_H(size);
        dash_put_ward_numbers(
            self, bed,
            (DashRect){body.x + size / 2, body.y + body.h, body.w - size, NUMBERS_H(size)},
            size * 4 / 5, 2);
    }
    place->room = room_of(body);
    place->figure =
        (DashRect){body.x + (body.w - side) / 2, body.y + MAX((body.h - side) / 2, 1), side, side};
    if (side >= FIGURE_MIN)
        put_figure(self, bed, place);
    if (absence == DASH_DELAYED)
        put_delay(self, bed, body, MIN(size, body.h));
}

void
dash_put_ward_bed(DashScene *self, const DashBed *bed, DashRect cell, int size)
{
    DashAcuity acuity = {0};
    const DashAlarm *alarm = dash_model_worst(self->model, bed);
    DashAbsence absence = dash_judge_absence(bed, self->view->now_us);
    DashTileAt at = {.bed = bed->id, .rect = cell};
    int border = dash_ward_border(cell);
    DashRect inner = {cell.x + border, cell.y + border, cell.w - 2 * border, cell.h - 2 * border};

    dash_acuity_of(self->model, bed, self->view->now_us, &acuity);
    DashWardPlace place = {.bed = bed->id, .cell = cell, .acuity = acuity.value};
    g_array_append_val(self->tiles, at);
    dash_put_target(self, cell, DASH_ACT_BED, bed->id, 0, bed->label);
    put_frame(self, bed, alarm, cell);
    int name_h = MIN(size + 3, inner.h);
    put_name(self, bed, alarm, (DashRect){inner.x, inner.y, inner.w, name_h}, size, &place);
    DashRect body = {inner.x, inner.y + name_h, inner.w, inner.h - name_h};
    if (dash_judge_shows_data(absence)) {
        place.z = depth_of(self, acuity.value);
        put_data(self, bed, body, size, absence, &place);
    } else {
        place.room = room_of(body);
        put_absence(self, bed, absence, body);
    }
    g_array_append_val(self->places, place);
}
