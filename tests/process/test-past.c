/* A bed's past at the central station, from a real store that `vicu import` filled: the pages hold
 * what the recording holds, a hole stays a hole, and a store that dies is said to be silent.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "dashboard/past-client.h"
#include "tests/process/site.h"

#define S           SITE_S
#define BED         "past/icu/1"
#define PATIENCE_US (20 * S)
#define LENGTH_US   (1805 * S + 555556) /* of mitdb/100: 650 000 samples at 360 Hz */
#define SECOND_US   (2400 * S)          /* it is imported again so much later */

typedef struct {
    Site *site;
    VicuKeys *keys;
    VicuContext *context;
    DashPast *past;
    DashPastClient *client;
    int64_t at_us; /* the recording's first sample */
    DashLook look;
    unsigned changes;
} World;

static void
import(World *w, int64_t at_us)
{
    g_autofree char *program = site_program("tools/vicu");
    g_autofree char *record = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb/mitdb/100", NULL);
    g_autofree char *at = vicu_time_format(at_us);
    const char *const argv[] = {
        program, "import", record, "--bed", BED, "--at", at, "--root", site_folder(w->site), NULL};
    g_autofree char *said = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said,
                 &status, &error);
    g_assert_no_error(error);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        g_error("import: %s", said);
}

static void
on_changed(gpointer user)
{
    World *w = user;
    w->changes++;
}

static void
world_open(World *w)
{
    g_autoptr(GError) error = NULL;
    *w = (World){.site = site_new()};
    w->at_us = vicu_clock_utc_us() / (480 * S) * 480 * S - 3 * 3600 * S;
    site_start(w->site, "hub");
    site_start(w->site, "store");
    import(w, w->at_us);
    import(w, w->at_us + SECOND_US);
    g_autoptr(VicuRoot) root = vicu_root_new(site_folder(w->site), &error);
    g_assert_no_error(error);
    w->keys = vicu_keys_open(root->keys, "dashboard", &error);
    g_assert_no_error(error);
    w->context = vicu_context_new(w->keys, NULL, &error);
    g_assert_no_error(error);
    w->past = dash_past_new(16 << 20);
    w->client = dash_past_client_new(w->context, root, w->past, on_changed, w, &error);
    g_assert_no_error(error);
}

static void
world_close(World *w)
{
    dash_past_client_free(w->client);
    dash_past_free(w->past);
    vicu_context_free(w->context);
    vicu_keys_free(w->keys);
    site_free(w->site);
}

static void
look_at(World *w, int64_t at_us)
{
    w->look = (DashLook){.from_us = w->at_us - 600 * S,
                         .to_us = w->at_us + 6600 * S,
                         .width = 900,
                         .at_us = at_us,
                         .strip_from_us = at_us - 5 * S,
                         .strip_to_us = at_us + 5 * S,
                         .values = true};
    dash_past_client_look(w->client, BED, &w->look);
}

typedef struct {
    World *w;
    bool (*holds)(World *w);
    gboolean met;
} Wait;

static gboolean
look(gpointer user)
{
    Wait *wait = user;
    wait->met = wait->holds(wait->w);
    return G_SOURCE_CONTINUE;
}

static bool
is_seen(World *w)
{
    return dash_past_client_is_seen(w->client);
}

/* Nothing is under way, so that there is room for what is asked next. */
static bool
is_idle(World *w)
{
    DashPastFigures figures;
    dash_past_client_figures(w->client, &figures);
    return is_seen(w) && figures.asked == figures.answered + figures.cancelled + figures.failed;
}

static bool
is_silent(World *w)
{
    return dash_past_client_silent_us(w->client) != 0;
}

static bool
is_back(World *w)
{
    return !is_silent(w) && is_seen(w);
}

static void
wait_until(World *w, bool (*holds)(World *))
{
    Wait wait = {w, holds, FALSE};
    guint source = g_timeout_add(10, look, &wait);
    vicu_context_run_until(w->context, &wait.met, PATIENCE_US);
    g_source_remove(source);
    g_assert_true(wait.met);
}

/* Least and greatest of the strip's samples, and the same of its columns. */
static void
check_pixels_against_samples(World *w, size_t stream, int64_t from_us)
{
    const DashRun *runs[64];
    DashColumn columns[4];
    double low = 0;
    double high = 0;
    size_t counted = 0;
    int64_t to_us = from_us + 8 * S; /* of a page of samples and a pixel: the same time */
    size_t n = dash_past_runs(w->past, stream, from_us, to_us, runs, G_N_ELEMENTS(runs));
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < runs[r]->n; i++) {
            int64_t t_us = dash_run_time_us(runs[r], i);
            if (t_us < from_us || t_us >= to_us)
                continue;
            double value = (runs[r]->samples[i] - runs[r]->scale.baseline) / runs[r]->scale.gain;
            low = counted ? MIN(low, value) : value;
            high = counted ? MAX(high, value) : value;
            counted++;
        }
    g_assert_cmpuint(counted, ==, 8 * 360);
    dash_past_columns(w->past, stream, from_us, to_us, columns, 1);
    g_assert_true(columns[0].known && !columns[0].coarse);
    g_assert_cmpfloat_with_epsilon((double)columns[0].min, low, 1e-5);
    g_assert_cmpfloat_with_epsilon((double)columns[0].max, high, 1e-5);
    g_assert_cmpfloat((double)columns[0].coverage, >, 0.99);
}

static void
check_the_hole(World *w, size_t stream)
{
    DashColumn columns[900];
    dash_past_columns(w->past, stream, w->look.from_us, w->look.to_us, columns, 900);
    for (int i = 0; i < 900; i++) { /* a pixel is 8 s */
        int64_t t_us = w->look.from_us + i * 8 * S - w->at_us;
        bool within = (t_us >= 0 && t_us + 8 * S <= LENGTH_US)
                      || (t_us >= SECOND_US && t_us + 8 * S <= SECOND_US + LENGTH_US);
        bool outside = t_us + 8 * S <= 0 || (t_us >= LENGTH_US && t_us + 8 * S <= SECOND_US)
                       || t_us >= SECOND_US + LENGTH_US;
        g_assert_true(columns[i].known);
        if (within)
            g_assert_cmpfloat((double)columns[i].coverage, >, 0.98);
        if (outside)
            g_assert_cmpfloat((double)columns[i].coverage, ==, 0);
    }
}

static void
pages_hold_what_the_recording_holds(void)
{
    World w;
    world_open(&w);
    look_at(&w, w.at_us + 900 * S);
    wait_until(&w, is_seen);
    g_assert_cmpuint(w.changes, >, 0);
    g_assert_cmpuint(dash_past_n_streams(w.past), >=, 2);
    const DashPastStream *lead = dash_past_stream(w.past, 0);
    g_assert_true(lead->wave && lead->imported);
    g_assert_cmpfloat(lead->hz, ==, 360);
    g_assert_cmpint(lead->first_us, ==, w.at_us);
    const DashRun *run = NULL;
    g_assert_cmpuint(dash_past_runs(w.past, 0, w.look.strip_from_us, w.look.strip_to_us, &run, 1),
                     ==, 1);
    g_assert_cmpint(run->origin, ==, VICU__ORIGIN__ORIGIN_ARCHIVE);
    check_pixels_against_samples(&w, 0, w.at_us + 896 * S);
    check_the_hole(&w, 0);
    world_close(&w);
}

static void
a_far_cursor_cancels_what_was_asked_and_comes_first(void)
{
    World w;
    DashPastFigures figures;
    world_open(&w);
    look_at(&w, w.at_us + 900 * S);
    wait_until(&w, is_idle);
    w.look.width = 3600; /* another zoom, and at once another time */
    dash_past_client_look(w.client, BED, &w.look);
    look_at(&w, w.at_us + SECOND_US + 1200 * S);
    dash_past_client_figures(w.client, &figures);
    g_assert_cmpuint(figures.cancelled, >, 0);
    wait_until(&w, is_seen);
    check_pixels_against_samples(&w, 0, w.at_us + SECOND_US + 1200 * S);
    dash_past_client_figures(w.client, &figures);
    g_assert_cmpuint(figures.failed, ==, 0);
    world_close(&w);
}

static void
a_store_that_dies_is_said_and_what_it_told_stays(void)
{
    World w;
    world_open(&w);
    look_at(&w, w.at_us + 900 * S);
    wait_until(&w, is_seen);
    g_assert_cmpint(dash_past_client_silent_us(w.client), ==, 0);
    int64_t killed_us = vicu_clock_utc_us();
    site_signal(w.site, "store", SIGKILL);
    look_at(&w, w.at_us + SECOND_US + 900 * S);
    wait_until(&w, is_silent);
    g_assert_cmpint(ABS(dash_past_client_silent_us(w.client) - killed_us), <=, 5 * S);
    g_assert_false(is_seen(&w));
    DashColumn column;
    dash_past_columns(w.past, 0, w.at_us + 896 * S, w.at_us + 904 * S, &column, 1);
    g_assert_true(column.known);
    g_assert_false(dash_past_has_samples(w.past, 0, w.look.strip_from_us, w.look.strip_to_us));
    site_start(w.site, "store");
    wait_until(&w, is_back);
    check_pixels_against_samples(&w, 0, w.at_us + SECOND_US + 896 * S);
    world_close(&w);
}

static bool
is_refused(World *w)
{
    return strstr(dash_past_client_refusal(w->client), "past/icu/99") != NULL;
}

static void
a_bed_of_which_the_store_has_nothing_is_told_in_its_words(void)
{
    World w;
    world_open(&w);
    look_at(&w, w.at_us);
    dash_past_client_look(w.client, "past/icu/99", &w.look);
    wait_until(&w, is_refused);
    g_assert_false(dash_past_has_streams(w.past)); /* not known is not empty */
    g_assert_cmpint(dash_past_client_silent_us(w.client), ==, 0);
    world_close(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/past/pages", pages_hold_what_the_recording_holds);
    g_test_add_func("/past/drag", a_far_cursor_cancels_what_was_asked_and_comes_first);
    g_test_add_func("/past/silent", a_store_that_dies_is_said_and_what_it_told_stays);
    g_test_add_func("/past/unknown", a_bed_of_which_the_store_has_nothing_is_told_in_its_words);
    return g_test_run();
}
