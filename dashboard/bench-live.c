/* Benches of a station that lives. See bench-live.h.
 *
 * Time is made up, so that a run is short and nobody else's work on the machine is in it: pieces
 * come as a hub sends them and pictures are due 60 times a second; what building and drawing takes
 * is real.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/bench-live.h"

#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "dashboard/bench-eye.h"
#include "dashboard/bench-feed.h"

#define T0_US    (INT64_C(1700000000) * G_USEC_PER_SEC)
#define FRAME_US ((int64_t)G_USEC_PER_SEC / 60)
#define LINK_US  1000 /* from the last sample's time: collector, hub and two links, ... */
#define LATE_US  2000 /* ... and up to so much more */
#define WARM_US  (15 * (int64_t)G_USEC_PER_SEC) /* until the delay has been chosen */
#define RUN_US   (25 * (int64_t)G_USEC_PER_SEC)
#define SHIFT_S  (8 * 3600)

enum { BEDS = 100, WAVES_EACH_S = 10, CARDS = 200 };

typedef struct {
    DashModel *model;
    DashBenchFeed *feed;
    DashBenchEye *eye;
} Live;

static void
live_open(Live *live)
{
    *live = (Live){.model = dash_model_new(), .feed = dash_bench_feed_new(BEDS, T0_US)};
    live->eye = dash_bench_eye_new(live->model);
}

static void
live_close(Live *live)
{
    dash_bench_eye_free(live->eye);
    dash_bench_feed_free(live->feed);
    dash_model_free(live->model);
}

void
dash_bench_live(VicuFigures *figures)
{
    Live live;
    int64_t told_us = T0_US, picture_us = T0_US;
    double cpu_s = 0, n = 0;
    g_autoptr(GRand) chance = g_rand_new_with_seed(7);
    live_open(&live);
    for (int64_t tick = 1; told_us < T0_US + RUN_US; tick++) {
        int64_t end_us = T0_US + tick * DASH_BENCH_TICK_US;
        int64_t now_us = end_us + LINK_US + g_rand_int_range(chance, 0, LATE_US);
        for (; picture_us < now_us; picture_us += FRAME_US) {
            int64_t from_us = vicu_clock_boot_us();
            double from_s = vicu_clock_cpu_s();
            dash_bench_eye_draw(live.eye, picture_us);
            int64_t done_us = picture_us + vicu_clock_boot_us() - from_us;
            if (picture_us < T0_US + WARM_US)
                continue;
            cpu_s += vicu_clock_cpu_s() - from_s;
            n++;
            dash_bench_eye_note(live.eye, picture_us, done_us);
        }
        dash_bench_feed_take(live.feed, live.model, told_us, end_us, tick % 25 == 0, now_us);
        told_us = end_us;
    }
    dash_bench_eye_tell(live.eye, figures, "sample_to_pixel");
    vicu_figures_add(figures, "frame_1080p_cpu", "ms", 1e3 * cpu_s / n);
    live_close(&live);
}

/* ---- the card of an alarm ---- */

static void
raise_alarm(Live *live, unsigned i, int64_t t_us)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    g_autofree char *id = g_strdup_printf("bench-%u", i);
    alarm.id = id;
    alarm.bed = (char *)dash_model_bed(live->model, i % BEDS)->id;
    alarm.rule = alarm.title = (char *)"HR above 130";
    alarm.text = (char *)"HR 142 /min";
    alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
    alarm.priority = VICU__PRIORITY__PRIORITY_HIGH;
    alarm.t_condition_us = alarm.t_raised_us = t_us;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.key = id;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    dash_model_take_state(live->model, &item, t_us);
}

static bool
has_strip(const DashScene *scene)
{
    for (size_t b = 0; b < dash_scene_n_blocks(scene); b++) {
        const DashBlock *block = dash_scene_block(scene, b);
        for (unsigned i = 0; i < block->n; i++)
            if (dash_scene_item(scene, block->first + i)->kind == DASH_ITEM_TRACE)
                return true;
    }
    return false;
}

/* An alarm comes at any moment between two pictures of the wall; the picture that is due next is
 * its card. */
static bool
open_card(Live *live, unsigned i, int64_t picture_us, GRand *chance, GArray *ages_us)
{
    g_autofree char *id = g_strdup_printf("bench-%u", i);
    const DashView card = {.kind = DASH_VIEW_CARD,
                           .bed = dash_model_bed(live->model, i % BEDS)->id,
                           .alarm = id,
                           .now_us = picture_us};
    int64_t raised_us = picture_us - g_rand_int_range(chance, 0, (int)FRAME_US);
    dash_bench_eye_draw(live->eye, picture_us - FRAME_US);
    int64_t from_us = vicu_clock_boot_us();
    raise_alarm(live, i, raised_us);
    const DashScene *scene = dash_bench_eye_show(live->eye, card);
    double age_us = (double)(picture_us - raised_us + vicu_clock_boot_us() - from_us);
    g_array_append_val(ages_us, age_us);
    return has_strip(scene);
}

gboolean
dash_bench_card(VicuFigures *figures)
{
    Live live;
    g_autoptr(GArray) ages_us = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GRand) chance = g_rand_new_with_seed(7);
    bool seen = true;
    live_open(&live);
    for (int64_t t_us = T0_US; t_us < T0_US + WARM_US; t_us += G_USEC_PER_SEC)
        dash_bench_feed_take(live.feed, live.model, t_us, t_us + G_USEC_PER_SEC, TRUE,
                             t_us + G_USEC_PER_SEC + LINK_US);
    for (unsigned i = 0; i < CARDS; i++)
        seen &= open_card(&live, i, T0_US + WARM_US + (int64_t)i * FRAME_US, chance, ages_us);
    dash_bench_tell_part(figures, "card_first_pixel", 99, ages_us);
    dash_bench_tell_part(figures, "card_first_pixel", 50, ages_us);
    live_close(&live);
    return seen;
}

/* What of this process is in memory. */
static double
rss_mib(void)
{
    g_autofree char *text = NULL;
    unsigned long all = 0, resident = 0;
    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL)
        || sscanf(text, "%lu %lu", &all, &resident) != 2)
        return 0;
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1024.0 * 1024.0);
}

/* Numerics each second; waves, whose rings are full after a minute, one second in ten. A picture a
 * minute. */
void
dash_bench_memory(VicuFigures *figures)
{
    Live live;
    double first_hour = 0;
    live_open(&live);
    for (int64_t s = 1; s <= SHIFT_S; s++) {
        int64_t now_us = T0_US + s * G_USEC_PER_SEC;
        int64_t from_us = s % WAVES_EACH_S == 0 ? now_us - G_USEC_PER_SEC : now_us;
        dash_bench_feed_take(live.feed, live.model, from_us, now_us, TRUE, now_us);
        if (s % 60 == 0)
            dash_bench_eye_draw(live.eye, now_us);
        if (s == 3600)
            first_hour = rss_mib();
    }
    vicu_figures_add(figures, "rss_8h", "MiB", rss_mib());
    vicu_figures_add(figures, "rss_growth", "MiB", rss_mib() - first_hour);
    live_close(&live);
}
