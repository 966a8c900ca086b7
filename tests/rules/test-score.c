/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include <glib/gstdio.h>

#include "rules/scores/trace.h"
#include "tests/rules/scores.h"

typedef struct {
    const char *kind;
    const char *file;
    size_t rows;
    double tolerance; /* 0: as text */
} Vectors;

static const Vectors all_vectors[] = {
    {"news2", "news2_boundary.csv", 118, 0},
    {"mews", "mews_boundary.csv", 22, 0},
    {"pews", "bedside_pews.csv", 171, 0},
    {"qsofa", "qsofa.csv", 44, 0},
    {"sirs", "sirs.csv", 21, 0},
    {"sofa", "sofa_boundary.csv", 43, 0},
    {"kdigo", "kdigo_static.csv", 41, 0},
    {"indices", "indices.csv", 128, 1e-7},
    {"apache2", "apache2_boundary.csv", 81, 0},
    {"hrv", "hrv_time.csv", 24, 1e-7},
    {"kleene", "kleene_logic.csv", 9, 0},
    {"cinc2015", "cinc2015_score.csv", 41, 1e-9},
    {"cinc2019", "cinc2019_patient_utility.csv", 229, 1e-9},
};

static void
score_vectors(const void *data)
{
    const Vectors *v = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesTable) table = vectors_load(v->file);
    g_autofree char *answer = rules_score_table(rules_score_kind(v->kind), table, v->file, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(scores_compare(table, answer, v->tolerance), ==, v->rows);
}

static void
cohorts_agree_with_every_vector(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesTable) table = vectors_load("cinc2019_cohort.csv");
    g_autoptr(RulesTable) expected = vectors_load("cinc2019_cohort_expected.csv");
    g_autofree char *answer =
        rules_score_table(rules_score_kind("cinc2019-cohort"), table, "cohort", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(scores_compare(expected, answer, 1e-10), ==, 2);
}

/* --- where a vector's answer rests on less than its source asks for -------------------- */

typedef bool (*Weaker)(const RulesTable *answer, size_t row);

static bool
is_ratio_beyond_97(const RulesTable *answer, size_t row)
{
    return strcmp(vectors_cell(answer, row, "spo2_le97"), "0") == 0
           && *vectors_cell(answer, row, "pf_from_sf_rice") != '\0';
}

static bool
is_class_without_peep(const RulesTable *answer, size_t row)
{
    return strcmp(vectors_cell(answer, row, "peep_ge5"), "0") == 0
           && strcmp(vectors_cell(answer, row, "berlin_pf_class"), "none") != 0;
}

static bool
is_stage_that_could_be_higher(const RulesTable *answer, size_t row)
{
    return vectors_number(answer, row, "max") > vectors_number(answer, row, "stage")
           && *vectors_cell(answer, row, "missing") != '\0';
}

static void
an_answer_says_where_its_source_asks_for_more(void)
{
    static const struct {
        const char *kind;
        const char *file;
        Weaker is_weaker;
        const char *ids;
    } cases[] = {
        /* Rice 2007 relates S/F to P/F up to SpO2 97 %; the vectors reckon on. */
        {"indices", "indices.csv", is_ratio_beyond_97,
         "d0001 d0005 d0013 d0015 d0020 d0021 d0028 d0044 d0056 d0062 d0076 d0091 d0099 d0127 "
         "d0159 d0180 d0187 d0217 d0223 d0227 d0237 "},
        /* The Berlin classes ask for PEEP of 5 cm[H2O]; the vectors class P/F alone. */
        {"indices", "indices.csv", is_class_without_peep,
         "d0005 d0011 d0013 d0021 d0036 d0045 d0049 d0054 d0056 d0074 d0077 d0079 d0080 d0081 "
         "d0099 d0100 d0101 d0102 d0110 d0112 d0126 d0127 d0131 d0133 d0134 d0144 d0153 d0158 "
         "d0162 d0166 d0169 d0182 d0189 d0191 d0197 d0202 d0206 d0207 d0212 d0214 d0225 "},
        /* A criterion that was not measured is unknown; the vectors stage by the others. */
        {"kdigo", "kdigo_static.csv", is_stage_that_could_be_higher,
         "k0002 k0006 k0010 k0011 k0014 k0015 k0018 k0019 k0023 k0026 k0031 k0035 k0039 k0055 "
         "k0059 k0060 k0069 k0073 "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RulesTable) vectors = vectors_load(cases[i].file);
        g_autoptr(RulesTable) answer = scores_all(cases[i].kind, vectors);
        g_autoptr(GString) ids = g_string_new(NULL);
        for (size_t row = 0; row < rules_table_rows(answer); row++)
            if (cases[i].is_weaker(answer, row))
                g_string_append_printf(ids, "%s ", rules_table_cell(answer, row, 0));
        g_assert_cmpstr(ids->str, ==, cases[i].ids);
    }
}

static void
every_score_has_vectors(void)
{
    for (size_t i = 0; rules_score_kinds[i] != NULL; i++) {
        const char *name = rules_score_kinds[i]->name;
        bool any = strcmp(name, "cinc2019-cohort") == 0;
        for (size_t v = 0; v < G_N_ELEMENTS(all_vectors); v++)
            any |= strcmp(all_vectors[v].kind, name) == 0;
        g_test_message("%s", name);
        g_assert_true(any);
    }
}

static void
trace_vectors(const void *name)
{
    g_autoptr(GError) error = NULL;
    bool limit = strcmp(name, "limit") == 0;
    bool rhythm = strcmp(name, "rhythm") == 0;
    const char *file = limit                        ? "limit_alarm.csv"
                       : rhythm                     ? "rhythm_alarms.csv"
                       : strcmp(name, "slope") == 0 ? "trend_slope.csv"
                                                    : "exposure.csv";
    g_autoptr(RulesTable) table = vectors_load(file);
    g_autofree char *answer = rules_trace_table(name, table, file, &error);
    g_assert_no_error(error);
    scores_compare(table, answer, limit || rhythm ? 0 : 1e-6);
}

/* What the chart says of whole numbers, against a plain table of its own. */
static int
chart(const int (*bands)[2], size_t n, int value)
{
    for (size_t i = 0; i < n; i++)
        if (value <= bands[i][0])
            return bands[i][1];
    g_assert_not_reached();
}

static void
every_value_of_the_chart_scores_as_printed(void)
{
    static const int rr[][2] = {{8, 3}, {11, 1}, {20, 0}, {24, 2}, {999, 3}};
    static const int spo2[][2] = {{91, 3}, {93, 2}, {95, 1}, {999, 0}};
    static const int sbp[][2] = {{90, 3}, {100, 2}, {110, 1}, {219, 0}, {999, 3}};
    static const int hr[][2] = {{40, 3}, {50, 1}, {90, 0}, {110, 1}, {130, 2}, {999, 3}};
    static const int temp[][2] = {{350, 3}, {360, 1}, {380, 0}, {390, 1}, {999, 2}};
    g_autoptr(GString) text =
        g_string_new("id,rr_per_min,spo2_pct,spo2_scale,on_oxygen,sbp_mmHg,hr_per_min,acvpu,"
                     "temp_Cel,e_rr,e_spo2,e_sbp,e_hr,e_temp\n");
    for (int i = 0; i <= 300; i++) {
        int r = i % 61;
        int s = 60 + i % 41;
        int t = 300 + i % 121;
        g_string_append_printf(text, "%d,%d,%d,1,0,%d,%d,A,%d.%d,%d,%d,%d,%d,%d\n", i, r, s, i, i,
                               t / 10, t % 10, chart(rr, 5, r), chart(spo2, 4, s), chart(sbp, 5, i),
                               chart(hr, 6, i), chart(temp, 5, t));
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(RulesTable) table = rules_table_new(text->str, text->len, "chart", &error);
    g_assert_no_error(error);
    g_autofree char *answer = rules_score_table(rules_score_kind("news2"), table, "chart", &error);
    g_assert_no_error(error);
    scores_compare(table, answer, 0);
}

static void
a_table_that_cannot_be_read_is_refused_with_its_place(void)
{
    static const struct {
        const char *kind;
        const char *text;
        const char *says;
    } table[] = {
        {"kleene", "id,a,b\nx,T,Q\n", "t, row 1 (x): found \"Q\", expected T, F or U"},
        {"kleene", "id,a\nx,T\n", "t:1: no column \"b\"; score kleene reads a,b"},
        {"kleene", "id,a,b,e_xor\nx,T,F,T\n", "t:1: score kleene has no answer \"xor\""},
        {"cinc2015", "id,tp,tn,fp,fn\nx,1,2,3,four\n",
         "t, row 1 (x): fn is \"four\", expected 0 to 1000000000 or nothing"},
        {"news2",
         "id,rr_per_min,spo2_pct,spo2_scale,on_oxygen,sbp_mmHg,hr_per_min,acvpu,temp_Cel\n"
         "x,inf,97,1,0,120,70,A,37\n",
         "t, row 1 (x): RR is \"inf\", expected a number or nothing"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RulesTable) t = rules_table_new(table[i].text, strlen(table[i].text), "t", NULL);
        g_assert_null(rules_score_table(rules_score_kind(table[i].kind), t, "t", &error));
        g_assert_cmpstr(error->message, ==, table[i].says);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(rules_table_new("a,b\n1\n", 6, "t", &error));
    g_assert_cmpstr(error->message, ==, "t:2: 1 cells, expected the 2 that line 1 names");
    g_clear_error(&error);
    g_assert_null(rules_table_new("a,b\n1,2\n\n3,\"4\n", 14, "t", &error));
    g_assert_cmpstr(error->message, ==,
                    "t:4: the quotation of cell 2 is not closed, expected another \"");
    g_clear_error(&error);
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "vicu-twice-XXXXXX", NULL);
    int fd = g_mkstemp(path);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_true(g_file_set_contents(path, "a,b,a\n1,2,3\n", -1, NULL));
    g_assert_null(rules_table_load(path, &error));
    g_unlink(path);
    g_assert_nonnull(strstr(
        error->message, ":1: two columns are called \"a\", expected a name of its own for each"));
}

static void
quoted_cells_and_line_ends_are_read(void)
{
    static const char text[] = "id,\"a,b\"\r\n1,\"x \"\"y\"\"\"\r\n2,\r\n";
    g_autoptr(RulesTable) t = rules_table_new(text, sizeof text - 1, "t", NULL);
    g_assert_cmpuint(rules_table_rows(t), ==, 2);
    g_assert_cmpstr(rules_table_name(t, 1), ==, "a,b");
    g_assert_cmpstr(rules_table_cell(t, 0, 1), ==, "x \"y\"");
    g_assert_cmpstr(rules_table_cell(t, 1, 1), ==, "");

    static const char lines[] = "\xef\xbb\xbf"
                                "id,v\r\n\r\n\"1\r\n2\",3\n4,5";
    g_autoptr(RulesTable) l = rules_table_new(lines, sizeof lines - 1, "t", NULL);
    g_assert_cmpuint(rules_table_rows(l), ==, 2);
    g_assert_cmpstr(rules_table_name(l, 0), ==, "id");
    g_assert_cmpstr(rules_table_cell(l, 0, 0), ==, "1\r\n2");
    g_assert_cmpstr(rules_table_cell(l, 1, 1), ==, "5");
}

/* What stands in the first column comes back, whatever it holds. */
static void
an_answer_can_be_read_as_a_table_again(void)
{
    static const char text[] = "\"the \"\"id\"\"\",a,b\n\"x, y\",T,F\n\"two\nlines\",T,U\n";
    g_autoptr(RulesTable) t = rules_table_new(text, sizeof text - 1, "t", NULL);
    g_autofree char *answer = rules_score_table(rules_score_kind("kleene"), t, "t", NULL);
    g_autoptr(RulesTable) again = rules_table_new(answer, strlen(answer), "answer", NULL);
    g_assert_nonnull(again);
    g_assert_cmpstr(rules_table_name(again, 0), ==, "the \"id\"");
    g_assert_cmpstr(rules_table_cell(again, 0, 0), ==, "x, y");
    g_assert_cmpstr(rules_table_cell(again, 1, 0), ==, "two\nlines");
    g_assert_cmpstr(vectors_cell(again, 1, "and"), ==, "U");
}

static void
a_trace_ends_at_its_end(void)
{
    static const struct {
        const char *kind;
        const char *text;
        const char *answer;
    } cases[] = {
        {"limit",
         "id,kind,limit,hysteresis,on_delay_s,off_delay_s,stale_s,unknown_while_pending,end_s,"
         "samples_t:v\n"
         "\"a,b\",low,90,0,0,0,30,reset,10,0:95 10:89 11:95 60:80\n",
         "id,events_t:e\n\"a,b\",10:raise\n"},
        {"rhythm", "id,end_ms,beats_ms+type\na,5000,1000N 9000N 9100N\n",
         "id,asystole_ms,brady40x5_ms,tachy140x17_ms,vt5_100_ms\na,5000,,,\n"},
        {"rhythm", "id,end_ms,beats_ms+type\na,4999,1000N 5000N\n",
         "id,asystole_ms,brady40x5_ms,tachy140x17_ms,vt5_100_ms\na,,,,\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RulesTable) t = rules_table_new(cases[i].text, strlen(cases[i].text), "t", NULL);
        g_autofree char *answer = rules_trace_table(cases[i].kind, t, "t", NULL);
        g_assert_cmpstr(answer, ==, cases[i].answer);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(all_vectors); i++) {
        g_autofree char *path =
            g_strdup_printf("/rules/score/%s_agrees_with_every_vector", all_vectors[i].kind);
        g_test_add_data_func(path, &all_vectors[i], score_vectors);
    }
    g_test_add_func("/rules/score/cohorts_agree_with_every_vector",
                    cohorts_agree_with_every_vector);
    g_test_add_func("/rules/score/an_answer_says_where_its_source_asks_for_more",
                    an_answer_says_where_its_source_asks_for_more);
    g_test_add_func("/rules/score/every_score_has_vectors", every_score_has_vectors);
    g_test_add_data_func("/rules/trace/limit_agrees_with_every_vector", "limit", trace_vectors);
    g_test_add_data_func("/rules/trace/slope_agrees_with_every_vector", "slope", trace_vectors);
    g_test_add_data_func("/rules/trace/exposure_agrees_with_every_vector", "exposure",
                         trace_vectors);
    g_test_add_data_func("/rules/trace/rhythm_agrees_with_every_vector", "rhythm", trace_vectors);
    g_test_add_func("/rules/score/every_value_of_the_chart_scores_as_printed",
                    every_value_of_the_chart_scores_as_printed);
    g_test_add_func("/rules/score/a_table_that_cannot_be_read_is_refused_with_its_place",
                    a_table_that_cannot_be_read_is_refused_with_its_place);
    g_test_add_func("/rules/score/quoted_cells_and_line_ends_are_read",
                    quoted_cells_and_line_ends_are_read);
    g_test_add_func("/rules/score/an_answer_can_be_read_as_a_table_again",
                    an_answer_can_be_read_as_a_table_again);
    g_test_add_func("/rules/trace/a_trace_ends_at_its_end", a_trace_ends_at_its_end);
    return g_test_run();
}
