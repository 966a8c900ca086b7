/* Eye of a bench. See bench-eye.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/bench-eye.h"

#include "dashboard/gl/painter.h"
#include "dashboard/model/judge.h"

#define W  1920
#define H  1080
#define HZ 250 /* of the heart's waves */

struct DashBenchEye {
    const DashModel *model;
    DashText *text;
    DashScene *scene;
    DashPainter *painter;
    int64_t seen_us[DASH_BEDS_MAX]; /* of each bed: time of the last sample that was seen */
    GArray *ages_us;                /* double */
    double delay_us;                /* the greatest */
};

DashBenchEye *
dash_bench_eye_new(DashModel *model)
{
    DashBenchEye *self = g_new0(DashBenchEye, 1);
    self->model = model;
    self->text = dash_text_new(NULL);
    self->scene = dash_scene_new(self->text);
    self->painter = dash_painter_new(W, H);
    self->ages_us = g_array_new(FALSE, FALSE, sizeof(double));
    return self;
}

void
dash_bench_eye_free(DashBenchEye *self)
{
    if (!self)
        return;
    g_array_unref(self->ages_us);
    dash_painter_free(self->painter);
    dash_scene_free(self->scene);
    dash_text_free(self->text);
    g_free(self);
}

const DashScene *
dash_bench_eye_show(DashBenchEye *self, DashView view)
{
    view.w = W;
    view.h = H;
    view.dpi = 96;
    dash_scene_build(self->scene, self->model, &view);
    dash_painter_draw(self->painter, self->scene);
    return self->scene;
}

void
dash_bench_eye_draw(DashBenchEye *self, int64_t now_us)
{
    dash_bench_eye_show(self, (DashView){.kind = DASH_VIEW_WALL, .now_us = now_us});
}

/* The newest of the pieces that the sweep of a bed has reached by now: its last sample is seen in
 * this picture for the first time. */
void
dash_bench_eye_note(DashBenchEye *self, int64_t frame_us, int64_t done_us)
{
    for (size_t b = 0; b < dash_model_n_beds(self->model); b++) {
        const DashBed *bed = dash_model_bed(self->model, b);
        int64_t play_us = MIN(dash_judge_play_us(bed, frame_us), bed->wave_us);
        int64_t last_us = play_us / DASH_BENCH_TICK_US * DASH_BENCH_TICK_US - G_USEC_PER_SEC / HZ;
        self->delay_us = MAX(self->delay_us, (double)bed->delay_us);
        if (last_us <= self->seen_us[b])
            continue;
        double age_us = (double)(done_us - last_us);
        if (self->seen_us[b])
            g_array_append_val(self->ages_us, age_us);
        self->seen_us[b] = last_us;
    }
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void
dash_bench_tell_part(VicuFigures *figures, const char *name, unsigned percent, GArray *ages_us)
{
    g_autofree char *full = g_strdup_printf("%s_p%u", name, percent);
    guint at = (ages_us->len - 1) * percent / 100;
    g_array_sort(ages_us, by_size);
    vicu_figures_add(figures, full, "ms", g_array_index(ages_us, double, at) / 1e3);
}

void
dash_bench_eye_tell(const DashBenchEye *self, VicuFigures *figures, const char *name)
{
    g_autofree char *delay = g_strdup_printf("%s_delay", name);
    g_return_if_fail(self->ages_us->len > 0);
    dash_bench_tell_part(figures, name, 99, self->ages_us);
    dash_bench_tell_part(figures, name, 50, self->ages_us);
    vicu_figures_add(figures, delay, "ms", self->delay_us / 1e3);
}
