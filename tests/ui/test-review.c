/* The alarm review: lists, trials and tables.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/ui/views.h"
#include "tests/dashboard/review-world.h"
#include "tests/ui/ui.h"

/* Stands for vicu-rules: says how far it is, then what it found. */
static void
put_program(Ui *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0700), ==, 0);
    f->station.rules = g_intern_string(path);
}

static bool
open_review(Ui *f)
{
    if (!ui_open(f, "calm"))
        return false;
    f->shell->send = ui_on_sent;
    ui_sent.answer = TRUE;
    ui_sent.n = 0;
    f->station.dir = f->folder;
    review_world_fill(f->station.model, g_get_real_time());
    g_autofree char *program =
        g_strdup_printf("#!/bin/sh\necho '41 %%' >&2\ncat <<'END'\n%s\nEND\n", review_world_replay);
    put_program(f, "plays", program);
    ui_frames(f, 2);
    return true;
}

static void
close_review(Ui *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        if (strcmp(name, "station.ini") != 0)
            g_remove(path);
    }
    ui_close(f);
}

static const DashReviewState *
review_state(Ui *f)
{
    DashView view = {.kind = DASH_VIEW_REVIEW, .now_us = g_get_real_time()};
    dash_view_review_fill(f->shell, &view);
    return view.review;
}

static void
await_run(Ui *f)
{
    int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
    while (review_state(f)->run == DASH_RUN_RUNNING && g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
}

/* From the wall to a limit that was tried over three days and set: nine keys and the reason. */
static void
a_limit_is_tried_and_set_in_nine_keys_and_a_reason(void)
{
    static const DashAct keys[] = {DASH_ACT_REVIEW,   DASH_ACT_RIGHT,     DASH_ACT_REVIEW_TRY,
                                   DASH_ACT_ZOOM_OUT, DASH_ACT_ZOOM_OUT,  DASH_ACT_ZOOM_OUT,
                                   DASH_ACT_OPEN,     DASH_ACT_REVIEW_ASK};
    Ui f;
    if (!open_review(&f))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        await_run(&f);
        g_assert_nonnull(dash_act_row(keys[i])->keys[0]);
        ui_act(&f, keys[i]);
        ui_frames(&f, 2);
    }
    const DashReviewState *state = review_state(&f);
    g_assert_cmpint(state->run, ==, DASH_RUN_DONE);
    g_assert_cmpuint(state->simulated->after.rules, ==, 38);
    g_assert_false(state->other_rules && *dash_model_set_hash(f.station.model) == '\0');
    DashForm *form = dash_form_open_one();
    g_assert_nonnull(form);
    dash_form_send(form);
    g_assert_cmpstr(dash_form_refusal(form), ==, "The reason is missing");
    ui_type(form, "reason", "chronic hypoxaemia, agreed with the ward");
    ui_send(form, VICU__COMMAND__WHAT_LIMIT); /* the ninth: Return */
    const Vicu__SetLimit *limit = ui_sent.command->limit;
    g_assert_cmpstr(limit->name, ==, "SpO2_low");
    g_assert_cmpfloat(limit->value, ==, 87);
    g_assert_cmpstr(limit->unit, ==, "%");
    g_assert_cmpstr(limit->bed, ==, state->trial->bed);
    g_assert_cmpstr(limit->of_unit, ==, "");
    g_assert_cmpstr(ui_sent.reason, ==, "chronic hypoxaemia, agreed with the ward");
    close_review(&f);
}

static void
a_trial_is_for_a_bed_a_unit_or_the_pack(void)
{
    Ui f;
    if (!open_review(&f))
        return;
    ui_act(&f, DASH_ACT_REVIEW);
    ui_frames(&f, 2);
    ui_act(&f, DASH_ACT_REVIEW_TRY);
    ui_act(&f, DASH_ACT_REVIEW_SCOPE);
    ui_act(&f, DASH_ACT_ZOOM_OUT);
    ui_act(&f, DASH_ACT_OPEN);
    await_run(&f);
    ui_act(&f, DASH_ACT_REVIEW_ASK);
    ui_type(dash_form_open_one(), "reason", "a unit of chronic lungs");
    ui_send(dash_form_open_one(), VICU__COMMAND__WHAT_LIMIT);
    g_assert_cmpstr(ui_sent.command->limit->bed, ==, "");
    g_assert_cmpstr(ui_sent.command->limit->of_unit, ==, "demo/icu");
    ui_act(&f, DASH_ACT_REVIEW_SCOPE);
    g_assert_null(review_state(&f)->simulated); /* it was of something else */
    ui_act(&f, DASH_ACT_OPEN);
    await_run(&f);
    ui_act(&f, DASH_ACT_REVIEW_ASK);
    g_assert_null(dash_form_open_one()); /* the pack's owner */
    ui_act(&f, DASH_ACT_REVIEW_WHAT);
    g_assert_cmpint(review_state(&f)->trial->what, ==, DASH_TRIAL_DELAY);
    g_assert_cmpfloat(review_state(&f)->trial->in_force, ==, 15);
    ui_act(&f, DASH_ACT_BACK);
    g_assert_null(review_state(&f)->trial);
    close_review(&f);
}

static void
a_simulation_can_be_cancelled_and_says_what_is_wrong(void)
{
    Ui f;
    if (!open_review(&f))
        return;
    ui_act(&f, DASH_ACT_REVIEW);
    ui_frames(&f, 2);
    put_program(&f, "hangs", "#!/bin/sh\nexec sleep 60\n");
    ui_act(&f, DASH_ACT_REVIEW_TRY);
    ui_act(&f, DASH_ACT_OPEN);
    g_assert_cmpint(review_state(&f)->run, ==, DASH_RUN_RUNNING);
    ui_act(&f, DASH_ACT_BACK);
    await_run(&f);
    g_assert_cmpint(review_state(&f)->run, ==, DASH_RUN_CANCELLED);
    g_assert_nonnull(review_state(&f)->trial);
    ui_act(&f, DASH_ACT_BACK);
    put_program(&f, "fails", "#!/bin/sh\necho '12 %' >&2\necho 'no bed 7' >&2\nexit 1\n");
    ui_act(&f, DASH_ACT_REVIEW_TRY);
    ui_act(&f, DASH_ACT_OPEN);
    await_run(&f);
    g_assert_cmpint(review_state(&f)->run, ==, DASH_RUN_FAILED);
    g_assert_cmpstr(review_state(&f)->failure, ==, "no bed 7");
    put_program(&f, "lies", "#!/bin/sh\necho '{}'\n");
    ui_act(&f, DASH_ACT_BACK);
    ui_act(&f, DASH_ACT_REVIEW_TRY);
    ui_act(&f, DASH_ACT_OPEN);
    await_run(&f);
    g_assert_nonnull(strstr(review_state(&f)->failure, "lacks set, against"));
    ui_frames(&f, 2);
    close_review(&f);
}

static void
the_review_lists_occurrences_and_opens_their_beds(void)
{
    Ui f;
    if (!open_review(&f))
        return;
    ui_act(&f, DASH_ACT_REVIEW);
    ui_frames(&f, 2);
    const DashReviewState *state = review_state(&f);
    g_assert_cmpint(state->table, ==, DASH_REVIEW_BEDS);
    const char *first = g_array_index(state->report->beds, DashBurdenRow, 0).name;
    ui_act(&f, DASH_ACT_OPEN);
    g_assert_cmpint(f.shell->place.kind, ==, DASH_VIEW_BED);
    g_assert_cmpstr(f.shell->place.bed, ==, first);
    ui_act(&f, DASH_ACT_BACK);
    ui_act(&f, DASH_ACT_RIGHT);
    ui_act(&f, DASH_ACT_DOWN);
    ui_act(&f, DASH_ACT_REVIEW_LIST);
    ui_frames(&f, 2);
    state = review_state(&f);
    g_assert_true(state->list);
    g_assert_cmpstr(state->list_rule, ==, "hr-high");
    g_assert_cmpuint(state->listed->len, >, 5);
    ui_act(&f, DASH_ACT_DOWN);
    ui_act(&f, DASH_ACT_OPEN);
    g_assert_cmpstr(f.shell->place.bed, ==, g_array_index(state->listed, DashBurdenAlarm, 1).bed);
    ui_act(&f, DASH_ACT_BACK);
    ui_act(&f, DASH_ACT_BACK);
    g_assert_false(review_state(&f)->list);
    g_assert_true(
        dash_shell_do(f.shell, DASH_ACT_REVIEW_CHOOSE, NULL, DASH_REVIEW_AT(DASH_REVIEW_HOURS, 7)));
    g_assert_cmpuint(review_state(&f)->row[DASH_REVIEW_HOURS], ==, 7);
    close_review(&f);
}

static void
the_review_is_exported_as_tables(void)
{
    Ui f;
    if (!open_review(&f))
        return;
    ui_act(&f, DASH_ACT_REVIEW);
    ui_frames(&f, 2);
    ui_act(&f, DASH_ACT_REVIEW_TRY);
    ui_act(&f, DASH_ACT_OPEN);
    await_run(&f);
    ui_act(&f, DASH_ACT_REVIEW_EXPORT);
    g_autoptr(GDir) dir = g_dir_open(f.folder, 0, NULL);
    g_autofree char *text = NULL;
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(f.folder, name, NULL);
        if (g_str_has_suffix(name, ".csv"))
            g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    }
    g_assert_nonnull(text);
    g_assert_nonnull(strstr(text, "\nrule,desaturation,"));
    g_assert_nonnull(strstr(text, "\nvanish,demo/icu/3,desaturation,0,2026-01-12T10:02:11"));
    close_review(&f);
}

int
main(int argc, char **argv)
{
    ui_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/ui/review/" #name, name)
    ADD(a_limit_is_tried_and_set_in_nine_keys_and_a_reason);
    ADD(a_trial_is_for_a_bed_a_unit_or_the_pack);
    ADD(a_simulation_can_be_cancelled_and_says_what_is_wrong);
    ADD(the_review_lists_occurrences_and_opens_their_beds);
    ADD(the_review_is_exported_as_tables);
    return ui_end();
}
