/* Absence: four pictures that cannot be taken for each other, nor for a calm bed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define TITLE_LEAST 9 /* px */

typedef struct {
    DashSign sign;
    const char *title;
    uint32_t ink;
    uint32_t back;
    bool hatched;
} Picture;

static Picture
picture_of(const DashPalette *pal, DashAbsence absence)
{
    switch (absence) {
    case DASH_STANDBY:
        return (Picture){DASH_SIGN_STANDBY, _("STANDBY"), pal->dim, pal->panel, false};
    case DASH_DISCHARGED:
        return (Picture){DASH_SIGN_DISCHARGED, _("DISCHARGED"), pal->faint, pal->back, false};
    case DASH_TRANSPORT:
        return (Picture){DASH_SIGN_TRANSPORT, _("TRANSPORT"), pal->ink[DASH_INK_RESP],
                         dash_palette_mix(pal->tile, pal->ink[DASH_INK_RESP], 0.08), false};
    case DASH_LOST:
        return (Picture){DASH_SIGN_LOST, _("NO DATA"), pal->selected, pal->tile, true};
    case DASH_NEVER_SEEN:
        return (Picture){DASH_SIGN_NEVER_SEEN, _("NEVER SEEN"), pal->dim, pal->back, false};
    case DASH_WAITING:
    case DASH_PRESENT:
    case DASH_DELAYED:
        break;
    }
    return (Picture){DASH_SIGN_WAITING, _("WAITING FOR DATA"), pal->dim, pal->tile, false};
}

static void
since_text(const DashScene *self, const DashBed *bed, DashAbsence absence, char *out)
{
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    int64_t now_us = self->view->now_us;
    int64_t from_us = bed->since_us;
    const char *word = _("since");
    if (absence == DASH_LOST) {
        from_us = MAX(bed->newest_us, bed->last_sample_us);
        word = _("last sample");
    }
    if (absence == DASH_NEVER_SEEN)
        g_strlcpy(out, _("admitted, no sample has ever come"), DASH_TEXT_MAX);
    else if (absence == DASH_WAITING)
        g_strlcpy(out, _("this station has just begun to listen"), DASH_TEXT_MAX);
    else if (from_us == 0)
        g_strlcpy(out, _("nothing has reached this station"), DASH_TEXT_MAX);
    else
        g_snprintf(out, DASH_TEXT_MAX, _("%s %s, %s ago"), word,
                   dash_format_clock(clock, from_us, self->view->utc_offset_us),
                   dash_format_age(age, now_us - from_us));
}

static void
reason_text(const DashScene *self, const DashBed *bed, DashAbsence absence, char *out)
{
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    bool ends = (absence == DASH_STANDBY || absence == DASH_TRANSPORT) && bed->until_us > 0;
    int64_t left_us = bed->until_us - self->view->now_us;
    out[0] = '\0';
    if (ends)
        g_snprintf(out, DASH_TEXT_MAX,
                   left_us > 0 ? _("until %s, %s left") : _("OVERDUE since %s, %s"),
                   dash_format_clock(clock, bed->until_us, self->view->utc_offset_us),
                   dash_format_age(age, ABS(left_us)));
}

static bool
fits(DashRect rect, int y, DashFace face)
{
    return y + face.size / 3 <= rect.y + rect.h;
}

static int
line(DashScene *self, DashRect rect, int y, DashFace face, const char *text)
{
    if (!*text || !fits(rect, y, face))
        return y;
    dash_put_text_middle(self, rect.x + rect.w / 2, y, face, text);
    return y + face.size * 3 / 2;
}

/* The word is the sign's name: smaller rather than cut. */
static int
title_size(DashScene *self, const char *title, int w, int h)
{
    DashFace face = {CLAMP(h / 7, 12, MAX(dash_px(self, 26), 12)), DASH_WEIGHT_BOLD, 0, 0};

    while (face.size > TITLE_LEAST && dash_text_width(self, face, title) > w)
        face.size--;
    return face.size;
}

void
dash_build_absence(DashScene *self, const DashBed *bed, DashAbsence absence, DashRect rect)
{
    Picture picture = picture_of(self->pal, absence);
    char text[DASH_TEXT_MAX];
    dash_begin_block(self, rect, picture.back);
    int small = CLAMP(rect.h / 12, 9, MAX(dash_px(self, 14), 9));
    int large = title_size(self, picture.title, rect.w - 8, rect.h);
    int sign = CLAMP(rect.h * 36 / 100, CLAMP(rect.h - 2, 8, 20), 96);
    int lines = rect.h > 110 ? 3 : 2;
    int needed = sign + large * 3 / 2 + lines * small * 3 / 2;
    int y = rect.y + MAX(rect.h - needed, 0) / 2;
    if (picture.hatched)
        dash_put_hatch(self, rect, self->pal->hatch, 9);
    dash_put_sign(self, picture.sign, rect.x + (rect.w - sign) / 2, y, sign, picture.ink);
    y += sign + large * 5 / 4;
    DashFace title = {large, DASH_WEIGHT_BOLD, picture.ink, rect.w - 8};
    DashFace detail = {small, DASH_WEIGHT_REGULAR, self->pal->text, rect.w - 8};
    if (picture.hatched && fits(rect, y, title)) { /* letters on hatching need ground */
        int w = dash_text_width(self, title, picture.title) + 16;
        dash_put_fill(self, (DashRect){rect.x + (rect.w - w) / 2, y - large, w, large + large / 3},
                      picture.back);
    }
    y = line(self, rect, y, title, picture.title);
    since_text(self, bed, absence, text);
    if (picture.hatched && fits(rect, y, detail)) {
        int w = dash_text_width(self, detail, text) + 12;
        dash_put_fill(self, (DashRect){rect.x + (rect.w - w) / 2, y - small, w, small + small / 2},
                      picture.back);
    }
    y = line(self, rect, y, detail, text);
    reason_text(self, bed, absence, text);
    y = line(self, rect, y, detail, text);
    if (absence != DASH_LOST)
        line(self, rect, y, detail, bed->reason);
}
