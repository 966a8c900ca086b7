/* The study of one look at six beds: its plan, its scores, its tables, its report.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "dashboard/glance-view.h"
#include "dashboard/glance.h"
#include "dashboard/model/glance-report.h"
#include "dashboard/model/glance-ward.h"
#include "dashboard/scene/avatar.h"
#include "dashboard/scene/png.h"

#define PLAN   (DASH_GLANCE_TRAINING + DASH_GLANCE_TRIALS_MAX)
#define NOW_US (INT64_C(1768469420) * G_USEC_PER_SEC)

/* ---- the plan ---- */

static void
a_plan_is_the_same_for_the_same_seed(void)
{
    DashGlanceTrial a[PLAN] = {0}, b[PLAN] = {0}, c[PLAN] = {0};

    dash_glance_plan(7, 12, a);
    dash_glance_plan(7, 12, b);
    dash_glance_plan(8, 12, c);
    g_assert_cmpmem(a, sizeof a, b, sizeof b);
    g_assert_cmpint(memcmp(a, c, sizeof a), !=, 0);
}

/* What is shown of a case is the same in both forms, at other places. */
static void
each_case_is_shown_once_in_each_form_and_once_in_each_half(void)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        DashGlanceTrial plan[PLAN] = {0};
        int sum[2][6] = {0}, shown[2][6] = {0}, wall_first = 0;
        dash_glance_plan(seed, 12, plan);
        g_assert_cmpint(plan[0].form, !=, plan[1].form);
        for (unsigned i = 0; i < 12; i++) {
            const DashGlanceTrial *t = &plan[DASH_GLANCE_TRAINING + i];
            g_assert_cmpuint(t->number, ==, i + 1);
            g_assert_cmpuint(t->of_case, >=, 1);
            g_assert_cmpuint(t->of_case, <=, 6);
            shown[t->form][t->of_case - 1]++;
            for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++)
                sum[t->form][t->of_case - 1] += t->bed[b].news2 * t->bed[b].news2;
            wall_first += i < 6 && t->form == DASH_GLANCE_WALL;
        }
        g_assert_cmpint(wall_first, ==, 3);
        for (unsigned c = 0; c < 6; c++) {
            g_assert_cmpint(shown[DASH_GLANCE_WALL][c], ==, 1);
            g_assert_cmpint(shown[DASH_GLANCE_WARD][c], ==, 1);
            g_assert_cmpint(sum[0][c], ==, sum[1][c]);
        }
    }
}

/* Of one case the lot decides; over seeds, each form and each place of the worst bed is as
 * frequent: within five standard deviations. */
static void
over_seeds_no_form_and_no_place_goes_first(void)
{
    int wall = 0, places[DASH_GLANCE_BEDS] = {0};
    const int n = 2000;

    for (uint64_t seed = 0; seed < (uint64_t)n; seed++) {
        DashGlanceTrial plan[PLAN];
        dash_glance_plan(seed, 2, plan);
        wall += plan[DASH_GLANCE_TRAINING].form == DASH_GLANCE_WALL;
        places[plan[DASH_GLANCE_TRAINING].worst]++;
    }
    g_assert_cmpfloat(fabs(wall - n / 2.0), <, 5 * sqrt(n / 4.0));
    for (int i = 0; i < DASH_GLANCE_BEDS; i++)
        g_assert_cmpfloat(fabs(places[i] - n / 6.0), <, 5 * sqrt(n * 5 / 36.0));
}

static void
one_bed_is_worst_and_others_are_well(void)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        DashGlanceTrial plan[PLAN];
        dash_glance_plan(seed, 4, plan);
        for (unsigned i = 0; i < DASH_GLANCE_TRAINING + 4; i++) {
            int well = 0;
            for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++) {
                well += plan[i].bed[b].news2 == 0;
                if (b != plan[i].worst)
                    g_assert_cmpint(plan[i].bed[b].news2, <=, 6);
            }
            g_assert_cmpint(plan[i].bed[plan[i].worst].news2, >=, 7);
            g_assert_cmpint(well, >=, 3);
        }
    }
}

/* The chart of the figures, which is another one, says the same of every value. */
static void
every_value_lies_in_its_band_of_the_chart(void)
{
    static const DashAvatarSignKind kinds[DASH_GLANCE_SIGNS] = {
        DASH_SIGN_OF_BREATHING, DASH_SIGN_OF_PULSE, DASH_SIGN_OF_OXYGEN, DASH_SIGN_OF_PRESSURE,
        DASH_SIGN_OF_TEMPERATURE};

    for (uint64_t seed = 0; seed < 40; seed++) {
        DashGlanceTrial plan[PLAN];
        dash_glance_plan(seed, 8, plan);
        for (unsigned i = 0; i < DASH_GLANCE_TRAINING + 8; i++) {
            g_autoptr(DashModel) model = dash_glance_ward_new(&plan[i], NOW_US);
            g_assert_cmpuint(dash_model_n_beds(model), ==, DASH_GLANCE_BEDS);
            for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++) {
                const DashBed *bed = dash_model_find_bed(model, dash_glance_ward_bed(b));
                DashAvatar avatar;
                int sum = 0;
                g_assert_nonnull(bed);
                dash_avatar_of(bed, NOW_US, NULL, &avatar);
                for (unsigned s = 0; s < DASH_GLANCE_SIGNS; s++) {
                    g_assert_true(avatar.sign[kinds[s]].banded);
                    g_assert_cmpint(avatar.sign[kinds[s]].band, ==, plan[i].bed[b].sign[s].band);
                    sum += abs(avatar.sign[kinds[s]].band);
                }
                g_assert_cmpint(sum, ==, plan[i].bed[b].news2);
                g_assert_cmpint(dash_avatar_acvpu(&avatar), ==, 'A');
            }
            const DashAlarm *first = dash_model_alarm(model, 0);
            g_assert_cmpstr(first->bed, ==, dash_glance_ward_bed(plan[i].worst));
            g_assert_cmpint(first->priority, ==, VICU__PRIORITY__PRIORITY_HIGH);
        }
    }
}

/* Ten seconds of looking: nothing becomes old meanwhile. */
static void
the_beds_are_fresh_for_as_long_as_they_are_ticked(void)
{
    DashGlanceTrial plan[PLAN];
    int64_t now_us = NOW_US;

    dash_glance_plan(1, 2, plan);
    g_autoptr(DashModel) model = dash_glance_ward_new(&plan[0], now_us);
    for (int s = 0; s < 10; s++)
        dash_glance_ward_tick(model, &plan[0], now_us += G_USEC_PER_SEC);
    for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++) {
        DashAvatar avatar;
        dash_avatar_of(dash_model_bed(model, b), now_us, NULL, &avatar);
        g_assert_cmpint(avatar.absence, ==, DASH_PRESENT);
        g_assert_true(avatar.sign[DASH_SIGN_OF_PULSE].known);
    }
}

/* ---- scores ---- */

/* Bed 2 is worst: too fast a pulse, too little oxygen, too fast a breath; bed 5 is cold. */
static DashGlanceTrial
hand_made(void)
{
    DashGlanceTrial trial = {.number = 1, .of_case = 1, .form = DASH_GLANCE_WARD, .worst = 1};

    trial.bed[1].sign[DASH_GLANCE_PULSE].band = 3;
    trial.bed[1].sign[DASH_GLANCE_OXYGEN].band = -2;
    trial.bed[1].sign[DASH_GLANCE_BREATHING].band = 2;
    trial.bed[1].news2 = 7;
    trial.bed[4].sign[DASH_GLANCE_TEMPERATURE].band = -1;
    trial.bed[4].news2 = 1;
    return trial;
}

static DashGlanceAnswer
hand_answered(void)
{
    DashGlanceAnswer answer = {.worst = 2, .confidence = 4, .time_s = 12.5};

    answer.outside[1][DASH_GLANCE_PULSE] = true;       /* right */
    answer.outside[1][DASH_GLANCE_OXYGEN] = true;      /* right */
    answer.outside[4][DASH_GLANCE_BREATHING] = true;   /* the right bed, another sign */
    answer.outside[0][DASH_GLANCE_TEMPERATURE] = true; /* another bed, the right sign */
    answer.outside[0][DASH_GLANCE_PULSE] = true;
    return answer;
}

static void
an_answer_is_scored_as_by_hand(void)
{
    DashGlanceTrial trial = hand_made();
    DashGlanceAnswer answer = hand_answered(), none = {.worst = 1};

    DashGlanceScore score = dash_glance_score(&trial, &answer);
    g_assert_true(score.worst);
    g_assert_cmpuint(score.correct, ==, 2);
    g_assert_cmpuint(score.missed, ==, 2);
    g_assert_cmpuint(score.wrong, ==, 3);
    score = dash_glance_score(&trial, &none);
    g_assert_false(score.worst);
    g_assert_cmpuint(score.correct, ==, 0);
    g_assert_cmpuint(score.missed, ==, 4);
    g_assert_cmpuint(score.wrong, ==, 0);
}

static void
a_code_is_no_name_and_no_path(void)
{
    static const char *const bad[] = {
        "", "a,b", "Dr Who", "../x", "\xc3\xa4", "12345678901234567", "-1", "_a", "=1", "a\n"};

    g_assert_true(dash_glance_code_fits("P-07_b"));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(dash_glance_code_fits(bad[i]));
    g_assert_false(dash_glance_code_fits(NULL));
}

/* ---- tables ---- */

static DashGlanceSitting
sitting_of(const char *code)
{
    DashGlanceSitting sitting = {.seed = UINT64_MAX,
                                 .trials = 12,
                                 .panel = true,
                                 .w = 1536,
                                 .h = 2048,
                                 .dpi = 324,
                                 .seen_s = 10};

    g_strlcpy(sitting.version, VICU_VERSION, sizeof sitting.version);
    g_strlcpy(sitting.participant, code, sizeof sitting.participant);
    return sitting;
}

static char *
table(void)
{
    DashGlanceSitting sitting = sitting_of("P-07");
    DashGlanceTrial trial = hand_made();
    DashGlanceAnswer answer = hand_answered();
    GString *text = g_string_new(dash_glance_table_head());
    DashGlanceRow row;

    dash_glance_row(&row, &sitting, &trial, &answer, NOW_US, 10.016);
    dash_glance_table_put(text, &row);
    trial.number = 2;
    trial.form = DASH_GLANCE_WALL;
    dash_glance_row(&row, &sitting, &trial, NULL, NOW_US + 30000000, 3.5);
    dash_glance_table_put(text, &row);
    return g_string_free(text, FALSE);
}

static GArray *
read_table(const char *text, unsigned *cut, GError **error)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(DashGlanceRow));

    if (!dash_glance_table_read("t.csv", text, strlen(text), rows, cut, error))
        g_clear_pointer(&rows, g_array_unref);
    return rows;
}

static void
a_table_reads_back_as_it_was_written(void)
{
    g_autofree char *text = table();
    unsigned cut = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) rows = read_table(text, &cut, &error);
    g_autoptr(GString) again = g_string_new(dash_glance_table_head());

    g_assert_no_error(error);
    g_assert_cmpuint(rows->len, ==, 2);
    g_assert_cmpuint(cut, ==, 0);
    for (guint i = 0; i < rows->len; i++)
        dash_glance_table_put(again, &g_array_index(rows, DashGlanceRow, i));
    g_assert_cmpstr(again->str, ==, text);
    g_assert_nonnull(strstr(text, ",18446744073709551615,12,1,1,ward,panel,1536,2048,324.0,10.000,"
                                  "2026-01-15T09:30:20.000Z,10.016,done,2,"
                                  "2:breathing 2:pulse 2:oxygen 5:temperature,2,"
                                  "1:pulse 1:temperature 2:pulse 2:oxygen 5:breathing,"
                                  "1,2,2,3,4,12.500\n"));
    const DashGlanceRow *row = &g_array_index(rows, DashGlanceRow, 0);
    g_assert_cmpuint(row->sitting.seed, ==, UINT64_MAX);
    g_assert_true(row->answer.outside[4][DASH_GLANCE_BREATHING]);
    g_assert_true(g_array_index(rows, DashGlanceRow, 1).aborted);
}

/* A crash in the middle of a row. */
static void
a_row_that_was_cut_off_costs_itself_only(void)
{
    g_autofree char *text = table();
    unsigned cut = 0;

    text[strlen(text) - 5] = '\0';
    g_autoptr(GArray) rows = read_table(text, &cut, NULL);
    g_assert_nonnull(rows);
    g_assert_cmpuint(rows->len, ==, 1);
    g_assert_cmpuint(cut, ==, 1);
}

static void
refuse_with(const char *from, const char *to, const char *said)
{
    g_autofree char *text = table();
    g_autoptr(GString) bad = g_string_new(text);
    g_autoptr(GError) error = NULL;
    unsigned cut = 0;

    g_assert_cmpuint(g_string_replace(bad, from, to, 1), ==, 1);
    g_assert_null(read_table(bad->str, &cut, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
    if (strstr(error->message, said) == NULL)
        g_error("\"%s\" says nothing of \"%s\"", error->message, said);
}

static void
what_cannot_be_is_refused_with_line_column_and_bound(void)
{
    refuse_with("format,", "fromat,", "t.csv:1: expected the columns");
    refuse_with("\n1,", "\n2,", "t.csv:2: format = \"2\": expected 1, the format that this");
    refuse_with(",P-07,", ",P 07,", "participant = \"P 07\": expected 1 to 31");
    refuse_with(",P-07,", ",P/07,", "participant = \"P/07\": expected 1 to 16");
    refuse_with(",P-07,", ",P,07,", "t.csv:2: expected 26 columns");
    refuse_with(",12,1,1,", ",12,13,1,", "trial = \"13\": expected a number from 1 to 12");
    refuse_with(",ward,", ",wand,", "form = \"wand\": expected wall or ward");
    refuse_with(",panel,", ",cave,", "display = \"cave\"");
    refuse_with(",324.0,", ",nan,", "dpi = \"nan\": expected a number from 10 to 2000");
    refuse_with("2026-01-15T09:30:20", "yesterday", "t = \"yesterday");
    refuse_with(",done,", ",gone,", "state = \"gone\": expected done or aborted");
    refuse_with("5:temperature", "7:temperature", "outside = ");
    refuse_with("5:temperature", "2:oxygen", "each once");
    refuse_with(",1,2,2,3,4,", ",1,3,2,3,4,", "correct = \"3\": expected what outside");
    refuse_with(",1,2,2,3,4,", ",0,2,2,3,4,", "worst_right = \"0\"");
    refuse_with(",1,2,2,3,4,", ",1,2,2,3,6,", "confidence = \"6\": expected a number from 1 to 5");
    refuse_with(",12.500\n", ",-1\n", "time_s = \"-1\"");
}

static void
garbage_is_refused(void)
{
    static const char *const bad[] = {"", "\n\n\n", "PK\003\004", "1,2,3\n", "format,vicu\n"};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        unsigned cut = 0;
        g_assert_null(read_table(bad[i], &cut, &error));
        g_assert_nonnull(error);
    }
}

/* ---- the report ---- */

/* A trial in which @correct of four were found, the rest missed. */
static void
add(GArray *rows,
    const char *code,
    DashGlanceForm form,
    unsigned trial,
    unsigned correct,
    unsigned worst,
    double time_s)
{
    DashGlanceSitting sitting = sitting_of(code);
    DashGlanceTrial t = hand_made();
    DashGlanceAnswer answer = {.worst = worst, .confidence = 3, .time_s = time_s};
    static const unsigned at[4][2] = {{1, DASH_GLANCE_PULSE},
                                      {1, DASH_GLANCE_OXYGEN},
                                      {1, DASH_GLANCE_BREATHING},
                                      {4, DASH_GLANCE_TEMPERATURE}};
    DashGlanceRow row;

    t.form = form;
    t.number = trial;
    for (unsigned i = 0; i < correct; i++)
        answer.outside[at[i][0]][at[i][1]] = true;
    dash_glance_row(&row, &sitting, &t, &answer, NOW_US, 10);
    g_array_append_val(rows, row);
}

/* Seven people; differences of the part found, ward less wall: .25 .5 .25 0 .25 .5 0. Their mean is
 * 1.75/7 = 0.25, their squares about it 4 x 0.0625 = 0.25, sd = sqrt(0.25/6) = 0.204124, t(0.975,
 * 6) = 2.446912, half of the interval 2.446912 x 0.204124 / sqrt(7) = 0.188783. */
static GArray *
seven(unsigned n)
{
    static const unsigned ward[7] = {2, 3, 3, 2, 4, 4, 1}, wall[7] = {1, 1, 2, 2, 3, 2, 1};
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(DashGlanceRow));

    for (unsigned i = 0; i < n; i++) {
        g_autofree char *code = g_strdup_printf("P-%u", i);
        add(rows, code, DASH_GLANCE_WALL, 1, wall[i], 2, 20);
        add(rows, code, DASH_GLANCE_WARD, 2, ward[i], i == 0 ? 1 : 2, 14);
    }
    return rows;
}

static void
the_report_has_the_numbers_that_a_hand_computes(void)
{
    g_autoptr(GArray) rows = seven(7);
    g_autoptr(GString) words = g_string_new(NULL), csv = g_string_new(NULL);
    DashGlanceReport r;

    dash_glance_report(&r, rows);
    const DashGlanceFigure *found = &r.figure[DASH_GLANCE_FOUND];
    g_assert_cmpuint(r.participants, ==, 7);
    g_assert_true(r.interval);
    g_assert_cmpfloat_with_epsilon(r.t, 2.446912, 1e-6);
    g_assert_cmpfloat_with_epsilon(found->mean[DASH_GLANCE_WALL], 12 / 28.0, 1e-9);
    g_assert_cmpfloat_with_epsilon(found->mean[DASH_GLANCE_WARD], 19 / 28.0, 1e-9);
    g_assert_cmpfloat_with_epsilon(found->difference, 0.25, 1e-9);
    g_assert_cmpfloat_with_epsilon(found->sd, 0.204124, 1e-6);
    g_assert_cmpfloat_with_epsilon(found->low, 0.25 - 0.188783, 1e-6);
    g_assert_cmpfloat_with_epsilon(found->high, 0.25 + 0.188783, 1e-6);
    g_assert_cmpfloat_with_epsilon(r.figure[DASH_GLANCE_WORST].difference, -1 / 7.0, 1e-9);
    g_assert_cmpfloat_with_epsilon(r.figure[DASH_GLANCE_ANSWER_IN].difference, -6, 1e-9);
    g_assert_cmpfloat_with_epsilon(r.figure[DASH_GLANCE_ANSWER_IN].high, -6, 1e-9);
    dash_glance_report_words(&r, words);
    g_assert_nonnull(strstr(words->str, "d +- t(0.975, n - 1) sd(d) / sqrt(n), n = 7, t = 2.4469"));
    g_assert_nonnull(strstr(words->str, "+0.061 to +0.439"));
    dash_glance_report_csv(&r, csv);
    g_assert_nonnull(strstr(csv->str, "found,7,7,7,0,0.428571,0.678571,0.250000,0.204124,"));
    g_autofree char *json = dash_glance_report_json(&r);
    g_assert_nonnull(strstr(json, "\"enough\": true"));
}

static void
below_six_the_report_says_that_they_are_too_few(void)
{
    g_autoptr(GArray) none = seven(0), five = seven(5), six = seven(6);
    g_autoptr(GString) words = g_string_new(NULL), csv = g_string_new(NULL);
    DashGlanceReport r;

    dash_glance_report(&r, none);
    dash_glance_report_words(&r, words);
    g_assert_nonnull(strstr(words->str, "\n0 participants: too few to say anything"));
    g_string_truncate(words, 0);
    dash_glance_report(&r, five);
    dash_glance_report_words(&r, words);
    g_assert_nonnull(strstr(words->str, "5 participants: too few to say anything"));
    g_assert_null(strstr(words->str, "interval"));
    dash_glance_report_csv(&r, csv);
    g_assert_nonnull(strstr(csv->str, ",,,\n"));
    g_autofree char *json = dash_glance_report_json(&r);
    g_assert_nonnull(strstr(json, "\"low_95\": null"));
    dash_glance_report(&r, six);
    g_assert_true(r.interval);
}

static void
what_was_aborted_or_one_sided_or_twice_is_not_counted(void)
{
    g_autoptr(GArray) rows = seven(6);
    DashGlanceReport r;
    DashGlanceRow aborted = g_array_index(rows, DashGlanceRow, 0);

    aborted.aborted = true;
    aborted.t_us += 5;
    g_array_append_val(rows, aborted);
    add(rows, "P-alone", DASH_GLANCE_WALL, 1, 4, 2, 1);
    DashGlanceRow again = g_array_index(rows, DashGlanceRow, 3);
    g_array_append_val(rows, again);
    dash_glance_report(&r, rows);
    g_assert_cmpuint(r.participants, ==, 6);
    g_assert_cmpuint(r.trials[DASH_GLANCE_WALL], ==, 6);
    g_assert_cmpuint(r.trials[DASH_GLANCE_WARD], ==, 6);
    g_assert_cmpuint(r.aborted, ==, 1);
    g_assert_cmpuint(r.one_sided, ==, 1);
    g_assert_cmpuint(r.twice, ==, 1);
    g_assert_cmpfloat_with_epsilon(r.figure[DASH_GLANCE_FOUND].mean[DASH_GLANCE_WALL], 11 / 24.0,
                                   1e-9);
}

/* Of printed tables. */
static void
student_s_t_is_that_of_the_tables(void)
{
    g_assert_cmpfloat_with_epsilon(dash_glance_t(1), 12.7062, 1e-4);
    g_assert_cmpfloat_with_epsilon(dash_glance_t(2), 4.3027, 1e-4);
    g_assert_cmpfloat_with_epsilon(dash_glance_t(5), 2.5706, 1e-4);
    g_assert_cmpfloat_with_epsilon(dash_glance_t(10), 2.2281, 1e-4);
    g_assert_cmpfloat_with_epsilon(dash_glance_t(29), 2.0452, 1e-4);
    g_assert_cmpfloat_with_epsilon(dash_glance_t(120), 1.9799, 1e-4);
}

/* ---- files ---- */

static void
a_finished_trial_is_in_the_file_before_the_next_one(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-glance-XXXXXX", NULL);
    g_autofree char *deep = g_build_filename(dir, "a", "b", NULL);
    DashGlanceSitting sitting = sitting_of("P-07");
    DashGlanceTrial trial = hand_made();
    DashGlanceAnswer answer = hand_answered();
    g_autoptr(GError) error = NULL;
    DashGlanceRow row;
    unsigned cut = 0;

    g_autoptr(DashGlanceKeep) keep = dash_glance_keep_new(deep, "P-07", NOW_US, &error);
    g_assert_no_error(error);
    g_assert_true(
        g_str_has_suffix(dash_glance_keep_path(keep), "glance-P-07-20260115T093020Z.csv"));
    dash_glance_row(&row, &sitting, &trial, &answer, NOW_US, 10);
    for (unsigned n = 1; n <= 3; n++) {
        g_assert_true(dash_glance_keep_put(keep, &row, &error));
        g_autoptr(GArray) rows = dash_glance_keep_read(deep, &cut, &error); /* still open */
        g_assert_no_error(error);
        g_assert_cmpuint(rows->len, ==, n);
    }
    g_assert_null(dash_glance_keep_new(deep, "P-07", NOW_US, &error)); /* nothing is overwritten */
    g_assert_error(error, VICU_ERROR, VICU_ERROR_IO);
    vicu_folder_remove(dir);
}

static void
a_folder_that_takes_nothing_is_named(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-glance-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(dir, "file", NULL);
    g_autofree char *in_file = g_build_filename(file, "x", NULL);
    unsigned cut = 0;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_null(dash_glance_keep_new(in_file, "P", NOW_US, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_IO);
    g_assert_nonnull(strstr(error->message, in_file));
    g_clear_error(&error);
    g_assert_null(dash_glance_keep_read(dir, &cut, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_ABSENT);
    vicu_folder_remove(dir);
}

/* ---- the command line ---- */

/* Words apart by blanks. */
static int
glance(const char *words)
{
    g_autofree char *line = g_strconcat("glance ", words, NULL);
    g_auto(GStrv) argv = g_strsplit(line, " ", 0);
    g_autofree char **given = g_memdup2(argv, (g_strv_length(argv) + 1) * sizeof *argv);

    return dash_glance_main((int)g_strv_length(argv), given, NULL);
}

static void
what_is_asked_wrongly_is_said(void)
{
    if (g_test_subprocess()) {
        g_assert_cmpint(glance("--participant a,b -o /tmp/x"), ==, 2);
        g_assert_cmpint(glance("--trials 3 -o /tmp/x"), ==, 2);
        g_assert_cmpint(glance("--trials 102 -o /tmp/x"), ==, 2);
        g_assert_cmpint(glance("--seed -1 -o /tmp/x"), ==, 2);
        g_assert_cmpint(glance("--report /nowhere --pictures /nowhere"), ==, 2);
        g_assert_cmpint(glance("--csv -o /tmp/x"), ==, 2);
        g_assert_cmpint(glance("--trials 2"), ==, 2);
        g_assert_cmpint(glance("--panel /nowhere/visual.json -o /tmp/x"), ==, 2);
        g_assert_cmpint(glance("--report /nowhere"), ==, 1);
        g_assert_cmpint(glance("-o /tmp/x"), ==, 1); /* no window in here */
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*a,b*no name*--trials 3*even*--trials 102*--seed -1*expected one of "
                              "-o*--csv*/nowhere/visual.json*/nowhere*no window*");
}

static void
a_report_of_a_folder_is_printed(void)
{
    if (g_test_subprocess()) {
        g_autofree char *dir = g_dir_make_tmp("vicu-glance-XXXXXX", NULL);
        g_autofree char *path = g_build_filename(dir, "glance-x.csv", NULL);
        g_autofree char *words = g_strconcat("--report ", dir, NULL);
        g_autofree char *csv = g_strconcat(words, " --csv", NULL);
        g_autoptr(GArray) rows = seven(7);
        g_autoptr(GString) text = g_string_new(dash_glance_table_head());
        for (guint i = 0; i < rows->len; i++)
            dash_glance_table_put(text, &g_array_index(rows, DashGlanceRow, i));
        g_string_append(text, "1,0.1");
        g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
        g_assert_cmpint(glance(words), ==, 0);
        g_assert_cmpint(glance(csv), ==, 0);
        g_assert_true(g_file_set_contents(path, "garbage\n", -1, NULL));
        g_assert_cmpint(glance(words), ==, 1);
        vicu_folder_remove(dir);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*7 participants*n = 7, t = 2.4469*measure,participants*found,7,*");
    g_test_trap_assert_stderr("*1 rows were cut off*glance-x.csv:1: expected the columns*");
}

/* How many pixels of two pictures differ. */
static size_t
differs(const char *dir, const char *a, const char *b)
{
    g_autofree char *path_a = g_build_filename(dir, a, NULL);
    g_autofree char *path_b = g_build_filename(dir, b, NULL);
    int w[2] = {0}, h[2] = {0};
    g_autofree uint32_t *pa = dash_png_read(path_a, &w[0], &h[0], NULL);
    g_autofree uint32_t *pb = dash_png_read(path_b, &w[1], &h[1], NULL);
    size_t n = 0;

    g_assert_true(pa && pb && w[0] == 640 && w[1] == 640 && h[0] == 480 && h[1] == 480);
    for (size_t i = 0; i < (size_t)640 * 480; i++)
        n += pa[i] != pb[i];
    return n;
}

static void
pictures_are_drawn_of_both_forms_and_are_the_same_each_time(void)
{
    if (g_test_subprocess()) {
        g_autofree char *dir = g_dir_make_tmp("vicu-glance-XXXXXX", NULL);
        g_autofree char *words =
            g_strdup_printf("--pictures %s/one --size 640x480 --seed 1 --trials 2", dir);
        g_autofree char *again =
            g_strdup_printf("--pictures %s/two --size 640x480 --seed 1 --trials 2", dir);
        g_assert_cmpint(glance(words), ==, 0);
        g_assert_cmpint(glance(again), ==, 0);
        g_assert_cmpuint(differs(dir, "one/training-wall.png", "one/training-ward.png"), >, 10000);
        g_assert_cmpuint(differs(dir, "one/training-wall.png", "two/training-wall.png"), ==, 0);
        g_assert_cmpuint(differs(dir, "one/training-ward.png", "two/training-ward.png"), ==, 0);
        vicu_folder_remove(dir);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*4 pictures in *seed 1*");
}

static char *
sum_of(const DashSurface *s)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (int y = 0; y < s->h; y++)
        g_checksum_update(sum, (const guchar *)(s->pixels + (size_t)y * (size_t)s->stride),
                          (gssize)s->w * 4);
    char *text = g_strdup(g_checksum_get_string(sum));
    g_checksum_free(sum);
    return text;
}

/* A picture depends on its trial and the time alone, at any size that a screen has. */
static void
nothing_of_the_picture_before_is_left(void)
{
    static const int sizes[][2] = {{320, 240}, {1280, 720}, {700, 1100}};
    DashGlanceTrial plan[PLAN];

    dash_glance_plan(3, 4, plan);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const DashOutput output = {.form = DASH_FORM_FLAT, .w = sizes[i][0], .h = sizes[i][1]};
        g_autoptr(DashGlanceView) view = dash_glance_view_new(&output, 96);
        for (unsigned t = 0; t < DASH_GLANCE_TRAINING + 4; t++) {
            g_autoptr(DashGlanceView) fresh = dash_glance_view_new(&output, 96);
            dash_glance_view_set(view, &plan[t], NOW_US);
            dash_glance_view_set(fresh, &plan[t], NOW_US);
            g_autofree char *after = sum_of(dash_glance_view_draw(view, NOW_US, 0));
            g_autofree char *alone = sum_of(dash_glance_view_draw(fresh, NOW_US, 0));
            g_assert_cmpstr(after, ==, alone);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/glance/" #name, name)
    ADD(a_plan_is_the_same_for_the_same_seed);
    ADD(each_case_is_shown_once_in_each_form_and_once_in_each_half);
    ADD(over_seeds_no_form_and_no_place_goes_first);
    ADD(one_bed_is_worst_and_others_are_well);
    ADD(every_value_lies_in_its_band_of_the_chart);
    ADD(the_beds_are_fresh_for_as_long_as_they_are_ticked);
    ADD(an_answer_is_scored_as_by_hand);
    ADD(a_code_is_no_name_and_no_path);
    ADD(a_table_reads_back_as_it_was_written);
    ADD(a_row_that_was_cut_off_costs_itself_only);
    ADD(what_cannot_be_is_refused_with_line_column_and_bound);
    ADD(garbage_is_refused);
    ADD(the_report_has_the_numbers_that_a_hand_computes);
    ADD(below_six_the_report_says_that_they_are_too_few);
    ADD(what_was_aborted_or_one_sided_or_twice_is_not_counted);
    ADD(student_s_t_is_that_of_the_tables);
    ADD(a_finished_trial_is_in_the_file_before_the_next_one);
    ADD(a_folder_that_takes_nothing_is_named);
    ADD(what_is_asked_wrongly_is_said);
    ADD(a_report_of_a_folder_is_printed);
    ADD(pictures_are_drawn_of_both_forms_and_are_the_same_each_time);
    ADD(nothing_of_the_picture_before_is_left);
    return g_test_run();
}
