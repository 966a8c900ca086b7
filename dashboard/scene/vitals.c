/* Vitals: which waves and numbers of a bed belong together, and in which order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

typedef struct {
    DashVital *out;
    unsigned n;
} List;

static void
add(List *list, DashVital vital)
{
    if ((vital.stream || vital.a) && list->n < DASH_VITALS_MAX)
        list->out[list->n++] = vital;
}

/* S, D and M of one site; a missing one stays NULL and is shown as missing. */
static DashVital
pressure(const DashBed *bed, const char *label, const char *s, const char *d, const char *m)
{
    DashVital vital = {
        .label = label,
        .a = dash_judge_find(bed, s),
        .b = dash_judge_find(bed, d),
        .c = dash_judge_find(bed, m),
    };
    if (!vital.a && !vital.b && vital.c) { /* a mean alone */
        vital.a = vital.c;
        vital.c = NULL;
    }
    return vital;
}

static void
add_heart(const DashBed *bed, List *list)
{
    DashVital heart = {
        .label = "HR", .stream = dash_judge_ecg(bed), .a = dash_judge_find(bed, "HR")};
    add(list, heart);
}

static void
add_arterial(const DashBed *bed, List *list)
{
    DashVital art = pressure(bed, "ART", "ART_S", "ART_D", "ART_M");
    art.stream = dash_judge_pressure(bed);
    if (art.a && !art.b && !art.c && strcmp(art.a->signal->name, "ART_M") == 0)
        art.label = "MAP";
    add(list, art);
}

unsigned
dash_list_vitals(const DashBed *bed, DashVital out[DASH_VITALS_MAX])
{
    List list = {.out = out};
    add_heart(bed, &list);
    add_arterial(bed, &list);
    add(&list, (DashVital){.label = "SpO2",
                           .stream = dash_judge_find_wave(bed, "PLETH"),
                           .a = dash_judge_find(bed, "SpO2")});
    add(&list, (DashVital){.label = "RR",
                           .stream = dash_judge_find_wave(bed, "RESP"),
                           .a = dash_judge_find(bed, "RR")});
    add(&list, (DashVital){.label = "EtCO2",
                           .stream = dash_judge_find_wave(bed, "CO2"),
                           .a = dash_judge_find(bed, "EtCO2")});
    DashVital pap = pressure(bed, "PAP", "PAP_S", "PAP_D", "PAP_M");
    pap.stream = dash_judge_find_wave(bed, "PAP");
    add(&list, pap);
    add(&list, (DashVital){.label = "CVP",
                           .stream = dash_judge_find_wave(bed, "CVP"),
                           .a = dash_judge_find(bed, "CVP_M")});
    add(&list, (DashVital){.label = "ICP", .stream = dash_judge_find_wave(bed, "ICP")});
    add(&list, pressure(bed, "NIBP", "NIBP_S", "NIBP_D", "NIBP_M"));
    add(&list, (DashVital){.label = "PR", .a = dash_judge_find(bed, "PULSE"), .minor = true});
    add(&list, (DashVital){.label = "T", .a = dash_judge_find(bed, "Temp"), .minor = true});
    add(&list, (DashVital){.label = "FiO2", .a = dash_judge_find(bed, "FiO2"), .minor = true});
    return list.n;
}

unsigned
dash_list_trends(const DashBed *bed, DashVital out[DASH_TRENDS_MAX])
{
    DashVital all[DASH_VITALS_MAX];
    unsigned n_all = dash_list_vitals(bed, all);
    unsigned n = 0;
    unsigned rows = 0;
    for (unsigned i = 0; i < n_all && n < DASH_TRENDS_MAX; i++) {
        bool row = all[i].stream || rows < DASH_TRENDS_MAX; /* the others stand beside */
        rows += row;
        if (row && all[i].a)
            out[n++] = all[i];
    }
    return n;
}

const DashNumeric *
dash_trend_numeric(const DashVital *v)
{
    return v->c ? v->c : v->a;
}

const char *
dash_trend_label(const DashVital *v)
{
    return v->c && strcmp(v->label, "ART") == 0 ? "MAP" : v->label;
}

/* Rules name some inputs by what they mean, not by where they were measured. */
static bool
names(const DashAlarm *alarm, const char *name)
{
    g_autofree char *wanted = g_strdup_printf("|%s|", name);
    return alarm->inputs && strstr(alarm->inputs, wanted);
}

static bool
judged(const DashAlarm *alarm, const DashNumeric *numeric)
{
    if (!numeric || !numeric->signal)
        return false;
    const char *name = numeric->signal->name;
    if (names(alarm, name))
        return true;
    if (strcmp(name, "ART_M") == 0 || strcmp(name, "NIBP_M") == 0)
        return names(alarm, "MAP");
    return (strcmp(name, "ART_S") == 0 || strcmp(name, "NIBP_S") == 0) && names(alarm, "SBP");
}

const DashAlarm *
dash_alarm_of_vital(const DashScene *self, const DashBed *bed, const DashVital *v)
{
    for (size_t i = 0; i < dash_model_n_alarms(self->model); i++) {
        const DashAlarm *alarm = dash_model_alarm(self->model, i);
        if (strcmp(alarm->bed, bed->id) == 0 && !alarm->technical
            && alarm->state != VICU__ALARM_STATE__ALARM_LATCHED
            && (judged(alarm, v->a) || judged(alarm, v->b) || judged(alarm, v->c)))
            return alarm;
    }
    return NULL;
}

/* Paper speeds that the ward knows (mm/s). */
double
dash_sweep_mm_s(const DashScene *self, int w, double seconds)
{
    static const double usual[] = {25, 12.5, 6.25};
    double mm = w * 25.4 / self->view->dpi;
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++)
        if (mm / usual[i] >= seconds)
            return usual[i];
    return usual[G_N_ELEMENTS(usual) - 1];
}

void
dash_put_wave(
    DashScene *self, const DashBed *bed, const DashStream *stream, DashRect rect, double mm_s)
{
    dash_put_wave_in(self, bed, stream, rect, mm_s, stream->lo, stream->hi);
}

void
dash_put_wave_in(DashScene *self,
                 const DashBed *bed,
                 const DashStream *stream,
                 DashRect rect,
                 double mm_s,
                 double lo,
                 double hi)
{
    dash_begin_block(self, rect, self->pal->tile);
    DashStrip strip = {
        .wave = stream->wave,
        .px_per_s = mm_s * self->view->dpi / 25.4,
        .play_us = dash_judge_play_us(bed, self->view->now_us),
        .lo = lo,
        .hi = hi,
        .bar_px = CLAMP(rect.w / 24, 5, 16),
    };
    dash_put_strip(self, rect, dash_palette_ink(self->pal, stream->signal), self->pal->tile, strip);
}
