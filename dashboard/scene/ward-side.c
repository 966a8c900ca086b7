/* Ward: beside the beds, the numbers of the few that need them. See ward.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/wall.h"

#define WORST_MAX      6
#define SHOWN          (3 * DASH_ACUITY_CLASS) /* acuity: an alarm stands, or data are missing */
#define WAVES_MAX      3
#define RIBBON_H(size) (12 * (size)) /* below that one wave leaves it room */

typedef struct {
    const DashBed *bed;
    DashAcuity acuity;
    unsigned place;
} Ranked;

static const struct {
    const char *name; /* NULL: the pressure that stands for "MAP" */
    const char *label;
} numbers[] = {{"HR", "HR"}, {"SpO2", "SpO2"}, {NULL, "MAP"}, {"RR", "RR"}};

static const DashNumeric *
number_of(const DashBed *bed, const char *name, int64_t now_us)
{
    return name ? dash_judge_find(bed, name) : dash_acuity_map(bed, now_us);
}

/* Its name small, then the number; dashes where there is none, grey where it is old. The room
 * taken. */
static int
put_number(DashScene *self, const DashBed *bed, size_t i, int x, int base, int size)
{
    char text[DASH_TEXT_MAX] = "– –";
    int64_t now_us = self->view->now_us;
    const DashNumeric *numeric = number_of(bed, numbers[i].name, now_us);
    DashFreshness fresh = numeric ? dash_judge_numeric(numeric, now_us) : DASH_GONE;
    DashFace label = {MAX(size * 3 / 4, 10), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    DashFace face = {size, DASH_WEIGHT_BOLD, self->pal->dim, 0};

    if (fresh != DASH_GONE) {
        dash_format_value(text, self->view->units, numeric->signal, numeric->value);
        if (numeric->quality == VICU__QUALITY__QUALITY_QUESTIONABLE)
            g_strlcat(text, "?", sizeof text);
        face.ink =
            fresh == DASH_STALE ? self->pal->stale : dash_palette_ink(self->pal, numeric->signal);
    }
    int w = dash_put_text(self, x, base, label, numbers[i].label) + size / 4;
    return w + dash_put_text(self, x + w, base, face, text);
}

void
dash_put_ward_numbers(DashScene *self, const DashBed *bed, DashRect rect, int size, int columns)
{
    int n = (int)G_N_ELEMENTS(numbers), rows = (n + columns - 1) / columns;

    for (int i = 0; i < n; i++)
        put_number(self, bed, (size_t)i, rect.x + rect.w * (i % columns) / columns,
                   dash_baseline(rect.y + rect.h * (i / columns) / rows, rect.h / rows, size),
                   size);
}

/* ---- what a figure says ---- */

static void
put_legend(DashScene *self, DashRect rect, int size)
{
    const struct {
        const char *part, *says;
    } lines[] = {
        {_("Skin"), _("oxygen saturation")},
        {_("Lungs"), _("breathing, at its rate")},
        {_("Heart"), _("pulse, at its rate")},
        {_("Ring"), _("systolic pressure")},
        {_("Column"), _("temperature")},
        {_("Eyes"), _("alert; else half, closed, crossed")},
        {_("Tube"), _("ventilated; dashed: not known")},
        {_("Hatched"), _("not known, or too old")},
    };
    int line = size + 2, n = (int)G_N_ELEMENTS(lines), swatch = size * 3 / 5;
    DashFace part = {size * 3 / 4, DASH_WEIGHT_BOLD, self->pal->dim, size * 5};
    DashFace says = {size * 3 / 4, DASH_WEIGHT_REGULAR, self->pal->dim, rect.w - size * 6};
    DashAvatarSign sign = {.known = true, .banded = true, .band = -DASH_AVATAR_BAND_MAX};
    int x = rect.x + size / 2, y = rect.y + rect.h - (n + 1) * line - size / 2;

    if (rect.w < 16 * size || y < rect.y + size)
        return;
    for (int i = 0; i < n; i++, y += line) {
        dash_put_text(self, x, dash_baseline(y, line, part.size), part, lines[i].part);
        dash_put_text(self, x + size * 5, dash_baseline(y, line, part.size), says, lines[i].says);
    }
    for (; sign.band <= DASH_AVATAR_BAND_MAX; sign.band++) {
        dash_put_fill(self, (DashRect){x, y + (line - swatch) / 2, swatch, swatch},
                      dash_figure_colour(&sign, false));
        x += swatch + 2;
    }
    dash_put_text(self, rect.x + size / 2 + size * 5, dash_baseline(y, line, part.size), says,
                  _("too little ... as the chart of NEWS2 has it ... too much"));
}

/* ---- the worst few ---- */

static int
worse_first(const void *pa, const void *pb)
{
    const Ranked *a = pa, *b = pb;

    if (a->acuity.value != b->acuity.value)
        return a->acuity.value > b->acuity.value ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static unsigned
rank(const DashScene *self, Ranked out[DASH_BEDS_MAX])
{
    unsigned n = 0;

    for (size_t i = 0; i < dash_model_n_beds(self->model); i++) {
        Ranked *at = &out[n];
        at->bed = dash_model_bed(self->model, i);
        at->place = (unsigned)i;
        dash_acuity_of(self->model, at->bed, self->view->now_us, &at->acuity);
        n += at->acuity.value >= SHOWN;
    }
    qsort(out, n, sizeof *out, worse_first);
    return n;
}

/* "12 ***" on the alarm's ground; the room taken. */
static int
put_plate(DashScene *self, const DashBed *bed, const DashAlarm *alarm, DashRect rect, int size)
{
    int base = dash_baseline(rect.y, rect.h, size), pad = size / 3;
    DashFace name = {size, DASH_WEIGHT_BOLD, self->pal->text, size * 4};
    int x = rect.x + pad;

    x += dash_put_text(self, x, base, name, bed->label) + pad;
    if (alarm) {
        DashAlarmFace face = dash_alarm_face(self, alarm);
        DashFace mark = {size, DASH_WEIGHT_BOLD, face.ink, 0};
        int w = dash_text_width(self, mark, face.look->mark) + 2 * pad;
        dash_put_fill(self, (DashRect){x, rect.y + 1, w, rect.h - 2}, face.ground);
        dash_put_text(self, x + pad, base, mark, face.look->mark);
        x += w + pad;
    }
    return x - rect.x;
}

static void
put_worst(DashScene *self, const Ranked *ranked, DashRect rect, int size, bool two)
{
    int line = two ? rect.h / 2 : rect.h, plate_max = size * 6;
    DashRect top = {rect.x, rect.y, rect.w, line};
    char text[DASH_TEXT_MAX];
    const DashAlarm *alarm = ranked->acuity.worst;

    dash_begin_block(self, rect, self->pal->tile);
    dash_put_target(self, rect, DASH_ACT_BED, ranked->bed->id, 0, ranked->bed->label);
    int w = put_plate(self, ranked->bed, alarm, top, size);
    if (two) {
        DashFace face = {size * 4 / 5, DASH_WEIGHT_REGULAR, self->pal->text, rect.w - w - size / 2};
        if (ranked->acuity.n_reasons > 0) {
            dash_reason_text(self, ranked->bed, &ranked->acuity.reason[0], text);
            dash_put_text(self, rect.x + w, dash_baseline(top.y, line, size), face, text);
        }
        top = (DashRect){rect.x + size / 3, rect.y + line, rect.w - size / 2, line};
    } else {
        w = MAX(w, plate_max);
        top = (DashRect){rect.x + w, rect.y, rect.w - w, line};
    }
    dash_put_ward_numbers(self, ranked->bed, top, size, (int)G_N_ELEMENTS(numbers));
}

static void
put_title(DashScene *self, DashRect rect, int size, const char *text)
{
    DashFace face = {size * 4 / 5, DASH_WEIGHT_BOLD, self->pal->dim, rect.w - size};

    dash_begin_block(self, rect, self->pal->panel);
    dash_put_text(self, rect.x + size / 2, dash_baseline(rect.y, rect.h, face.size), face, text);
}

static void
put_worst_few(DashScene *self, DashRect rect, int size)
{
    g_autofree Ranked *ranked = g_new0(Ranked, DASH_BEDS_MAX + 1);
    unsigned n = rank(self, ranked);
    int title_h = size + 6, line = size + 5;
    DashRect list = {rect.x, rect.y + title_h, rect.w, rect.h - title_h};
    bool two = list.h / WORST_MAX >= 2 * line;
    int row_h = two ? CLAMP(list.h / WORST_MAX, 2 * line, 3 * line) : line;
    unsigned room = (unsigned)MAX(list.h / row_h, 0);
    char text[DASH_TEXT_MAX];

    if (!dash_alarms_known(self->model))
        g_strlcpy(text, _("ALARMS NOT KNOWN"), sizeof text);
    else if (n == 0)
        g_strlcpy(text, _("No alarm stands"), sizeof text);
    else
        g_snprintf(text, sizeof text, _("Worst beds: %u of %u"), MIN(MIN(n, WORST_MAX), room), n);
    put_title(self, (DashRect){rect.x, rect.y, rect.w, title_h}, size, text);
    n = MIN(MIN(n, WORST_MAX), room);
    for (unsigned i = 0; i < n; i++)
        put_worst(self, &ranked[i], (DashRect){list.x, list.y + row_h * (int)i, list.w, row_h - 1},
                  size, two);
    int used = row_h * (int)n;
    DashRect rest = {list.x, list.y + used, list.w, list.h - used};
    dash_begin_block(self, rest, self->pal->panel);
    if (!dash_alarms_known(self->model))
        dash_put_hatch(self, rest, self->pal->faint, 8);
    else
        put_legend(self, rest, size);
}

/* ---- the chosen one ---- */

static int
put_chosen_head(DashScene *self, const DashBed *bed, DashRect rect, int size)
{
    DashAcuity acuity = {0};
    char text[DASH_TEXT_MAX];
    int line = size + 8;
    DashRect top = {rect.x, rect.y, rect.w, line};

    dash_acuity_of(self->model, bed, self->view->now_us, &acuity);
    dash_begin_block(self, (DashRect){rect.x, rect.y, rect.w, 2 * line}, self->pal->tile);
    int w = put_plate(self, bed, acuity.worst, top, size);
    DashFace face = {size * 4 / 5, DASH_WEIGHT_REGULAR, self->pal->text, rect.w - w - size};
    if (acuity.n_reasons > 0) {
        dash_reason_text(self, bed, &acuity.reason[0], text);
        dash_put_text(self, rect.x + w, dash_baseline(top.y, line, size), face, text);
    } else {
        dash_put_text(self, rect.x + w, dash_baseline(top.y, line, size), face,
                      dash_alarms_known(self->model) ? _("no alarm") : _("alarms not known"));
    }
    dash_put_ward_numbers(self, bed,
                          (DashRect){rect.x + size / 3, rect.y + line, rect.w - size / 2, line},
                          size, (int)G_N_ELEMENTS(numbers));
    return 2 * line;
}

static int
put_waves(DashScene *self, const DashBed *bed, DashRect rect, int size, unsigned most)
{
    DashVital vitals[DASH_VITALS_MAX];
    unsigned n = dash_list_vitals(bed, vitals), shown = 0;
    int h = CLAMP(rect.h / 2 / WAVES_MAX, 2 * size, 6 * size), y = rect.y, label_w = size * 3;
    double mm_s = dash_sweep_mm_s(self, rect.w - label_w, 4);

    for (unsigned i = 0; i < n && shown < most && y + h <= rect.y + rect.h; i++) {
        const DashStream *stream = vitals[i].stream;
        if (stream == NULL || stream->wave == NULL)
            continue;
        DashRect label = {rect.x, y, label_w, h};
        DashFace face = {size * 4 / 5, DASH_WEIGHT_BOLD,
                         dash_palette_ink(self->pal, stream->signal), label_w - 6};
        dash_begin_block(self, label, self->pal->tile);
        dash_put_text(self, label.x + 4, dash_baseline(y, h, face.size), face,
                      dash_format_short(stream->signal, stream->label));
        dash_put_wave(self, bed, stream, (DashRect){rect.x + label_w, y, rect.w - label_w, h},
                      mm_s);
        y += h;
        shown++;
    }
    return y - rect.y;
}

static void
put_chosen(DashScene *self, const DashBed *bed, DashRect rect, int size)
{
    DashAbsence absence = dash_judge_absence(bed, self->view->now_us);
    int y = put_chosen_head(self, bed, rect, size);
    DashRect rest = {rect.x, rect.y + y, rect.w, rect.h - y};

    if (!dash_judge_shows_data(absence)) {
        dash_build_absence(self, bed, absence, rest);
        return;
    }
    y = put_waves(self, bed, rest, size, rest.h < RIBBON_H(size) ? 1 : WAVES_MAX);
    rest.y += y;
    rest.h -= y;
    if (rest.h > 0 && !dash_put_ward_ribbon(self, bed, rest, size))
        dash_begin_block(self, rest, self->pal->panel);
}

void
dash_build_ward_side(DashScene *self, int size, DashRect rect)
{
    const char *chosen = self->view->bed ? self->view->bed : self->view->selected;
    const DashBed *bed = chosen ? dash_model_find_bed(self->model, chosen) : NULL;

    if (rect.w < 4 * size || rect.h < 2 * size)
        dash_begin_block(self, rect, self->pal->panel);
    else if (bed)
        put_chosen(self, bed, rect, size);
    else
        put_worst_few(self, rect, size);
}
