/* A sitting of the study, with real keys on a display of its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/folder.h"
#include "dashboard/ui/glance-window.h"
#include "dashboard/ui/window.h"
#include "tests/dashboard/display.h"

#define SEEN_S      1.0 /* in place of ten seconds */
#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)

static bool has_display;

typedef struct {
    char *dir;
    DashGlanceWindow *window;
} Sitting;

static bool
sit(Sitting *s)
{
    DashGlanceAsk ask = {.output = {.form = DASH_FORM_FLAT, .w = 1280, .h = 720}};

    if (!has_display) {
        g_test_skip("no display: Xvfb is not installed or cannot be used");
        return false;
    }
    g_autoptr(GError) error = NULL;
    s->dir = g_dir_make_tmp("vicu-test-glance-XXXXXX", NULL);
    ask.dir = s->dir;
    ask.sitting = (DashGlanceSitting){.seed = 5, .trials = 2, .dpi = 96, .seen_s = SEEN_S};
    g_strlcpy(ask.sitting.version, "0", sizeof ask.sitting.version);
    g_strlcpy(ask.sitting.participant, "P-1", sizeof ask.sitting.participant);
    s->window = dash_glance_window_new(&ask, &error);
    g_assert_no_error(error);
    return true;
}

static void
rise(Sitting *s)
{
    dash_glance_window_free(s->window);
    vicu_folder_remove(s->dir);
    g_free(s->dir);
}

static void
await(Sitting *s, DashGlanceStage stage)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;

    while (dash_glance_window_stage(s->window) != stage && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpint(dash_glance_window_stage(s->window), ==, stage);
}

/* They come through the server, hence a little later. */
static bool
keys(const char *names)
{
    if (!test_display_keys(g_getenv("DISPLAY"), names)) {
        g_test_skip("libXtst is not here");
        return false;
    }
    return true;
}

static bool
await_window(Sitting *s)
{
    GtkWindow *window = dash_glance_window_window(s->window);
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;

    while (!gtk_window_is_active(window) && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, FALSE);
    g_assert_true(gtk_window_is_active(window));
    return true;
}

static GArray *
kept(const Sitting *s)
{
    unsigned cut = 0;
    g_autoptr(GError) error = NULL;
    GArray *rows = dash_glance_keep_read(s->dir, &cut, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(cut, ==, 0);
    return rows;
}

/* Bed 1's breathing, bed 2's pulse, bed 2 is worst, 3 of 5 sure. */
#define ANSWER                                                                                     \
    "space Down Right space Right Right Right Right space Down Down Down Down Down Left Left "     \
    "space Return"

static bool
answer_one(Sitting *s)
{
    if (!keys("Return"))
        return false;
    await(s, DASH_GLANCE_AT_PICTURE);
    await(s, DASH_GLANCE_AT_FORM);
    return keys(ANSWER);
}

static void
a_whole_sitting_goes_by_keys_and_is_kept_trial_by_trial(void)
{
    Sitting s;

    if (!sit(&s))
        return;
    await_window(&s);
    for (unsigned i = 0; i < DASH_GLANCE_TRAINING + 2; i++) {
        await(&s, DASH_GLANCE_AT_WORDS);
        g_autoptr(GArray) before = kept(&s);
        g_assert_cmpuint(before->len, ==, i < DASH_GLANCE_TRAINING ? 0 : i - DASH_GLANCE_TRAINING);
        if (!answer_one(&s))
            goto end;
        if (i + 1 < DASH_GLANCE_TRAINING + 2)
            await(&s, DASH_GLANCE_AT_WORDS);
    }
    await(&s, DASH_GLANCE_AT_END);
    g_autoptr(GArray) rows = kept(&s);
    g_assert_cmpuint(rows->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        const DashGlanceRow *row = &g_array_index(rows, DashGlanceRow, i);
        g_assert_false(row->aborted);
        g_assert_cmpuint(row->trial, ==, i + 1);
        g_assert_cmpuint(row->answer.worst, ==, 2);
        g_assert_cmpuint(row->answer.confidence, ==, 3);
        g_assert_true(row->answer.outside[0][DASH_GLANCE_BREATHING]);
        g_assert_true(row->answer.outside[1][DASH_GLANCE_PULSE]);
        g_assert_cmpuint(row->score.correct + row->score.wrong, ==, 2);
        g_assert_cmpfloat(row->shown_s, >=, SEEN_S);
        g_assert_cmpint(row->sitting.w, >=, 1280);
    }
    g_assert_cmpint(g_array_index(rows, DashGlanceRow, 0).form, !=,
                    g_array_index(rows, DashGlanceRow, 1).form);
    keys("Return");
    await(&s, DASH_GLANCE_CLOSED);
end:
    rise(&s);
}

static void
an_answer_without_worst_bed_or_confidence_is_not_taken(void)
{
    Sitting s;

    if (!sit(&s))
        return;
    await_window(&s);
    if (keys("Return")) {
        await(&s, DASH_GLANCE_AT_FORM);
        keys("space Return Return");
        for (int i = 0; i < 200; i++)
            g_main_context_iteration(NULL, FALSE);
        g_assert_cmpint(dash_glance_window_stage(s.window), ==, DASH_GLANCE_AT_FORM);
        keys("Right Right Right Right Right space Return"); /* the worst bed alone */
        for (int i = 0; i < 200; i++)
            g_main_context_iteration(NULL, FALSE);
        g_assert_cmpint(dash_glance_window_stage(s.window), ==, DASH_GLANCE_AT_FORM);
        keys("Down Down Down Down Down Down space Return");
        await(&s, DASH_GLANCE_AT_WORDS);
    }
    rise(&s);
}

static void
what_is_aborted_is_kept_as_aborted(void)
{
    Sitting s;

    if (!sit(&s))
        return;
    await_window(&s);
    for (unsigned i = 0; i < DASH_GLANCE_TRAINING; i++)
        if (!answer_one(&s))
            goto end;
        else
            await(&s, DASH_GLANCE_AT_WORDS);
    keys("Return");
    await(&s, DASH_GLANCE_AT_FORM);
    keys("space Escape");
    await(&s, DASH_GLANCE_CLOSED);
    g_autoptr(GArray) rows = kept(&s);
    g_assert_cmpuint(rows->len, ==, 1);
    g_assert_true(g_array_index(rows, DashGlanceRow, 0).aborted);
end:
    rise(&s);
}

static void
training_that_is_aborted_leaves_no_row(void)
{
    Sitting s;

    if (!sit(&s))
        return;
    await_window(&s);
    if (keys("Return")) {
        await(&s, DASH_GLANCE_AT_PICTURE);
        keys("Escape");
        await(&s, DASH_GLANCE_CLOSED);
        g_autoptr(GArray) rows = kept(&s);
        g_assert_cmpuint(rows->len, ==, 0);
    }
    rise(&s);
}

static void
a_folder_that_takes_nothing_is_said_before_anybody_sits(void)
{
    DashGlanceAsk ask = {.dir = "/proc/nothing", .output = {.form = DASH_FORM_FLAT}};
    g_autoptr(GError) error = NULL;

    if (!has_display) {
        g_test_skip("no display: Xvfb is not installed or cannot be used");
        return;
    }
    ask.sitting.trials = 2;
    g_assert_null(dash_glance_window_new(&ask, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "/proc/nothing"));
    g_clear_error(&error);
    ask.sitting.panel = true;
    ask.output.w = 333;
    ask.output.h = 444;
    g_assert_null(dash_glance_window_new(&ask, &error));
    g_assert_nonnull(strstr(error->message, "no monitor of 333 x 444"));
}

int
main(int argc, char **argv)
{
    GPid server = 0;

    g_setenv("GTK_A11Y", "test", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *display = test_display_open(&server);
    if (display) {
        g_setenv("DISPLAY", display, TRUE);
        g_setenv("GDK_BACKEND", "x11", TRUE);
        has_display = dash_window_possible();
    }
#define ADD(name) g_test_add_func("/ui/glance/" #name, name)
    ADD(a_whole_sitting_goes_by_keys_and_is_kept_trial_by_trial);
    ADD(an_answer_without_worst_bed_or_confidence_is_not_taken);
    ADD(what_is_aborted_is_kept_as_aborted);
    ADD(training_that_is_aborted_leaves_no_row);
    ADD(a_folder_that_takes_nothing_is_said_before_anybody_sits);
    int status = g_test_run();
    test_display_close(&server);
    return status;
}
