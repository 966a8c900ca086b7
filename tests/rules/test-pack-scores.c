/* The scores of the packs beside the clinical vectors: each row is given to the engine
 * as the samples of a bed, and so is each row less one of its inputs.
 *
 * Compared are the bounds, with those of `vicu score`. Where they differ the ids stand
 * here, and docs/decisions/0017 says why.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "proto/signals.h"
#include "rules/engine/engine.h"
#include "rules/packs/packs.h"
#include "tests/rules/scores.h"

#define T0_US ((int64_t)1000000000 * G_USEC_PER_SEC)

typedef struct {
    const char *column;
    const char *signal;
    const char *symbols; /* "their=ours;..." */
    int every_s;         /* four samples, the last at the end */
} Input;

typedef struct {
    const char *kind;
    const char *file;
    const char *pack;
    const char *score;
    const char *always; /* "signal=value;..." */
    const Input *inputs;
    const char *wider; /* ids whose bounds are wider in the pack; "-COLUMN": without it */
} Case;

static const Input news2[] = {
    {"rr_per_min", "RR", NULL, 30},
    {"spo2_pct", "SpO2", NULL, 30},
    {"spo2_scale", "scale", "1=S1;2=S2", 30},
    {"on_oxygen", "O2", "0=AIR;1=OXYGEN", 30},
    {"sbp_mmHg", "ART_S", NULL, 30},
    {"hr_per_min", "HR", NULL, 30},
    {"acvpu", "ACVPU", "", 30},
    {"temp_Cel", "Temp", NULL, 30},
    {NULL, NULL, NULL, 0},
};

static const Input mews[] = {
    {"sbp_mmHg", "ART_S", NULL, 30}, {"hr_per_min", "HR", NULL, 30}, {"rr_per_min", "RR", NULL, 30},
    {"temp_Cel", "Temp", NULL, 30},  {"avpu", "ACVPU", "", 30},      {NULL, NULL, NULL, 0},
};

static const Input pews[] = {
    {"age_band", "age_years", "0-3m=0.1;3-12m=0.5;1-4y=2;4-12y=12;>12y=13", 30},
    {"hr_per_min", "HR", NULL, 30},
    {"sbp_mmHg", "ART_S", NULL, 30},
    {"rr_per_min", "RR", NULL, 30},
    {"crt_s", "CRT", NULL, 30},
    {"resp_effort", "EFFORT",
     "normal=NORMAL;mild=MILD;moderate=MODERATE;severe=SEVERE;apnoea=APNOEA", 30},
    {"spo2_pct", "SpO2", NULL, 30},
    {"oxygen", "O2", "air=AIR;low=OXYGEN;high=OXYGEN", 30},
    {"oxygen", "FiO2", "air=0.21;low=0.4;high=0.5", 30},
    {NULL, NULL, NULL, 0},
};

static const Input qsofa[] = {
    {"rr_per_min", "RR", NULL, 30},
    {"sbp_mmHg", "ART_S", NULL, 30},
    {"gcs", "GCS", NULL, 30},
    {NULL, NULL, NULL, 0},
};

static const Input sirs[] = {
    {"temp_Cel", "Temp", NULL, 30},  {"hr_per_min", "HR", NULL, 30},
    {"rr_per_min", "RR", NULL, 30},  {"paco2_mmHg", "PaCO2", NULL, 30},
    {"wbc_10*9/L", "WBC", NULL, 30}, {"bands_pct", "BANDS", NULL, 30},
    {NULL, NULL, NULL, 0},
};

static const Input sofa[] = {
    {"pf_mmHg", "PaO2", NULL, 620},
    {"resp_support", "SUPPORT", "0=NO;1=YES", 620},
    {"platelets_10*9/L", "PLT", NULL, 620},
    {"bilirubin_mg/dL", "BILI", NULL, 620},
    {"map_mmHg", "ART_M", NULL, 30},
    {"dopamine_ug/kg/min", "DOPA", NULL, 620},
    {"dobutamine_ug/kg/min", "DOBUTA", NULL, 620},
    {"epinephrine_ug/kg/min", "EPI", NULL, 620},
    {"norepinephrine_ug/kg/min", "NOREPI", NULL, 620},
    {"gcs", "GCS", NULL, 620},
    {"creatinine_mg/dL", "Creat", NULL, 620},
    {"urine_mL/d", "UO_24H", NULL, 620},
    {NULL, NULL, NULL, 0},
};

static const Case cases[] = {
    {"news2", "news2_boundary.csv", "adult-icu", "NEWS2", "", news2, ""},
    {"mews", "mews_boundary.csv", "adult-icu", "MEWS", "", mews, ""},
    {"pews", "bedside_pews.csv", "paediatric", "PEWS", "", pews, "-age_band:166 "},
    {"qsofa", "qsofa.csv", "adult-icu", "qSOFA", "", qsofa, ""},
    {"sirs", "sirs.csv", "adult-icu", "SIRS", "", sirs, ""},
    {"sofa", "sofa_boundary.csv", "adult-icu", "SOFA", "FiO2=1", sofa,
     "-pf_mmHg:38 -resp_support:4 -map_mmHg:35 -dopamine_ug/kg/min:4 -dobutamine_ug/kg/min:36 "
     "-epinephrine_ug/kg/min:5 -norepinephrine_ug/kg/min:7 -creatinine_mg/dL:3 -urine_mL/d:6 "},
};

/* What the bed says for @cell; NULL: nothing. Caller frees. */
static char *
word_for(const Input *in, const char *cell)
{
    if (*cell == '\0')
        return NULL;
    return in->symbols == NULL || *in->symbols == '\0' ? g_strdup(cell)
                                                       : scores_said(in->symbols, cell);
}

static void
give(RulesBed *bed, const char *name, const char *word, int every_s, int n)
{
    const VicuSignal *signal = vicu_signal_by_name(name);
    g_assert_nonnull(signal);
    for (int i = 0; i < n; i++) {
        RulesSample sample = {.code = vicu_signal_code(signal),
                              .t_us = T0_US - (int64_t)(n - 1 - i) * every_s * G_USEC_PER_SEC,
                              .value = g_ascii_strtod(word, NULL),
                              .origin = RULES_ORIGIN_SIMULATED,
                              .period_ms = (uint32_t)every_s * 1000};
        RulesFate fate = signal->kind == VICU_SIGNAL_SYMBOL
                             ? rules_engine_symbol(bed, &sample, word)
                             : rules_engine_sample(bed, &sample);
        g_assert_cmpint(fate, ==, RULES_INPUT_TAKEN);
    }
}

static void
ignore(const RulesTransition *t, void *user)
{
    (void)t;
    (void)user;
}

/* The score of the pack for @row without the column @without (NULL: with all). */
static void
score_row(RulesEngine *engine,
          const Case *c,
          const RulesTable *table,
          size_t row,
          const char *without,
          int *min,
          int *max)
{
    RulesBed *bed = rules_engine_bed(engine, "t/t/1");
    g_auto(GStrv) always = g_strsplit(c->always, ";", -1);
    for (size_t i = 0; always[i] != NULL; i++) {
        char *sign = strchr(always[i], '=');
        *sign = '\0';
        give(bed, always[i], sign + 1, 30, 4);
    }
    for (const Input *in = c->inputs; in->column != NULL; in++) {
        g_autofree char *word = word_for(in, vectors_cell(table, row, in->column));
        if (word != NULL && (without == NULL || strcmp(without, in->column) != 0))
            give(bed, in->signal, word, in->every_s, 4);
    }
    rules_engine_advance_bed(bed, T0_US, ignore, NULL);
    RulesScoreView view = {0};
    for (size_t s = 0; s < rules_set_n_scores(rules_engine_set(engine)); s++)
        if (strcmp(rules_set_score_name(rules_engine_set(engine), s), c->score) == 0)
            g_assert_true(rules_bed_score(bed, s, &view));
    *min = view.min;
    *max = view.max;
    rules_engine_remove(engine, bed);
}

/* The vectors, with @without emptied. */
static RulesTable *
answers(const Case *c, const RulesTable *table, const char *without)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t row = 0; row <= rules_table_rows(table); row++) {
        for (size_t i = 0; i < rules_table_columns(table); i++) {
            const char *name = rules_table_name(table, i);
            if (g_str_has_prefix(name, "e_"))
                continue;
            bool empty = row > 0 && without != NULL && strcmp(name, without) == 0;
            g_string_append_printf(text, "%s%s", i > 0 ? "," : "",
                                   row == 0 ? name
                                   : empty  ? ""
                                            : rules_table_cell(table, row - 1, i));
        }
        g_string_append_c(text, '\n');
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *csv = scores_run(c->kind, text->str, &error);
    g_assert_no_error(error);
    return rules_table_new(csv, strlen(csv), "answer", &error);
}

static void
pack_agrees(const void *data)
{
    const Case *c = data;
    g_autoptr(RulesTable) table = vectors_load(c->file);
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text(c->pack));
    RulesEngine *engine = rules_engine_new(set);
    g_autoptr(GString) wider = g_string_new(NULL);
    const char *before = "";
    for (const Input *in = c->inputs; before != NULL; in++) {
        const char *without = in == c->inputs ? NULL : (in - 1)->column;
        bool again = without != NULL && strcmp(without, before) == 0;
        before = in->column == NULL ? NULL : without != NULL ? without : "";
        if (again)
            continue;
        g_autoptr(RulesTable) answer = answers(c, table, without);
        size_t n_wider = 0;
        for (size_t row = 0; row < rules_table_rows(table); row++) {
            int min = 0;
            int max = 0;
            score_row(engine, c, table, row, without, &min, &max);
            int low = (int)vectors_number(answer, row, "min");
            int high = (int)vectors_number(answer, row, "max");
            g_test_message("%s without %s: %d..%d, expected %d..%d",
                           rules_table_cell(table, row, 0), without != NULL ? without : "nothing",
                           min, max, low, high);
            g_assert_cmpint(min, <=, low);
            g_assert_cmpint(max, >=, high);
            bool same = min == low && max == high;
            if (!same && without == NULL)
                g_string_append_printf(wider, "%s ", rules_table_cell(table, row, 0));
            n_wider += !same;
        }
        if (without != NULL && n_wider > 0)
            g_string_append_printf(wider, "-%s:%zu ", without, n_wider);
    }
    rules_engine_free(engine);
    g_assert_cmpstr(wider->str, ==, c->wider);
}

/* Creatinine alone: the rows whose urine, anuria and replacement say nothing. Where no
 * baseline is charted, the lowest of the series stands in, as the pack says. */
static void
kidney_agrees_with_every_vector_of_creatinine(void)
{
    g_autoptr(RulesTable) table = vectors_load("kdigo_static.csv");
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text("adult-icu"));
    RulesEngine *engine = rules_engine_new(set);
    size_t compared = 0;
    for (size_t row = 0; row < rules_table_rows(table); row++) {
        static const char *const quiet[] = {"uo6h_mL/kg/h", "uo12h_mL/kg/h", "uo24h_mL/kg/h"};
        bool only = vectors_number(table, row, "rrt") < 1;
        for (size_t i = 0; i < G_N_ELEMENTS(quiet); i++)
            only &= strcmp(vectors_cell(table, row, quiet[i]), "1") == 0;
        if (!only)
            continue;
        RulesBed *bed = rules_engine_bed(engine, "t/t/1");
        const char *base = vectors_cell(table, row, "baseline_mg/dL");
        const char *now = vectors_cell(table, row, "creatinine_mg/dL");
        double before = g_ascii_strtod(now, NULL) - vectors_number(table, row, "rise48h_mg/dL");
        char *words[] = {g_strdup_printf("%.4g", before), g_strdup(now), NULL};
        if (*base != '\0')
            give(bed, "CREAT_BASE", base, 30, 1);
        for (int i = 0; i < 2; i++) {
            RulesSample sample = {.code = vicu_signal_code(vicu_signal_by_name("Creat")),
                                  .t_us = T0_US - (int64_t)(1 - i) * 7200 * G_USEC_PER_SEC,
                                  .value = g_ascii_strtod(words[i], NULL)};
            g_assert_cmpint(rules_engine_sample(bed, &sample), ==, RULES_INPUT_TAKEN);
            g_free(words[i]);
        }
        rules_engine_advance_bed(bed, T0_US, ignore, NULL);
        int highest = 0;
        RulesScoreView view = {0};
        for (size_t i = 0; i < rules_set_n_scores(set); i++)
            if (strcmp(rules_set_score_name(set, i), "KDIGO_CREAT") == 0)
                g_assert_true(rules_bed_score(bed, i, &view));
        for (size_t i = 0; i < view.n_parts; i++)
            highest = MAX(highest, view.parts[i].points);
        g_test_message("%s: %d", rules_table_cell(table, row, 0), highest);
        g_assert_true(view.known);
        g_assert_cmpint(highest, ==, (int)vectors_number(table, row, "e_stage"));
        compared++;
        rules_engine_remove(engine, bed);
    }
    rules_engine_free(engine);
    g_assert_cmpuint(compared, ==, 25);
}

/* A probe for each index: it is active while the index is within the limits of this row. */
static void
indices_agree_with_every_vector(void)
{
    static const struct {
        const char *column;
        const char *index;
        const char *unit;
    } indices[] = {{"e_si", "SI", "/min/mm[Hg]"}, {"e_msi", "MSI", "/min/mm[Hg]"},
                   {"e_pf", "PF", "mm[Hg]"},      {"e_sf", "SF", "%"},
                   {"e_rox", "ROX", "%.min"},     {"e_driving_cmH2O", "DP", "cm[H2O]"}};
    static const Input inputs[] = {
        {"hr_per_min", "HR", NULL, 30},    {"sbp_mmHg", "ART_S", NULL, 30},
        {"e_map_mmHg", "ART_M", NULL, 30}, {"fio2_1", "FiO2", NULL, 30},
        {"spo2_pct", "SpO2", NULL, 30},    {"rr_per_min", "RR", NULL, 30},
        {"pao2_mmHg", "PaO2", NULL, 30},   {"pplat_cmH2O", "Pplat", NULL, 30},
        {"peep_cmH2O", "PEEP", NULL, 30},
    };
    g_autoptr(RulesTable) table = vectors_load("indices.csv");
    g_autoptr(GString) text = g_string_new(rules_pack_text("adult-icu"));
    for (size_t i = 0; i < G_N_ELEMENTS(indices); i++) {
        const char *x = indices[i].index;
        const char *u = indices[i].unit;
        for (int k = 0; k < 2; k++)
            g_string_append_printf(text, "limit %s_%s = 0 %s within 0 %s .. 9000 %s per bed\n", x,
                                   k == 0 ? "from" : "to", u, u, u);
        g_string_append_printf(text,
                               "rule probe-%s version 1 { raise low \"x\" when %s >= %s_from and "
                               "%s <= %s_to unknown longer than 1 h -> keep }\n",
                               x, x, x, x, x);
    }
    g_autoptr(RulesSet) set = vectors_compile(text->str);
    RulesEngine *engine = rules_engine_new(set);
    for (size_t row = 0; row < rules_table_rows(table); row++) {
        RulesBed *bed = rules_engine_bed(engine, "t/t/1");
        for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++)
            give(bed, inputs[i].signal, vectors_cell(table, row, inputs[i].column), 30, 4);
        for (size_t i = 0; i < G_N_ELEMENTS(indices); i++) {
            double e = vectors_number(table, row, indices[i].column);
            g_autofree char *from = g_strconcat(indices[i].index, "_from", NULL);
            g_autofree char *to = g_strconcat(indices[i].index, "_to", NULL);
            g_assert_true(rules_engine_limit(bed, from, MAX(0, e - 1e-5), T0_US - 1));
            g_assert_true(rules_engine_limit(bed, to, e + 1e-5, T0_US - 1));
        }
        rules_engine_advance_bed(bed, T0_US, ignore, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(indices); i++) {
            g_autofree char *rule = g_strconcat("probe-", indices[i].index, NULL);
            g_test_message("%s %s", rules_table_cell(table, row, 0), indices[i].index);
            g_assert_cmpint(rules_bed_rule_state(bed, (size_t)rules_set_rule_find(set, rule)), ==,
                            RULES_STATE_ACTIVE);
        }
        rules_engine_remove(engine, bed);
    }
    rules_engine_free(engine);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path =
            g_strdup_printf("/rules/pack-scores/%s_agrees_with_every_vector", cases[i].kind);
        g_test_add_data_func(path, &cases[i], pack_agrees);
    }
    g_test_add_func("/rules/pack-scores/kidney_agrees_with_every_vector_of_creatinine",
                    kidney_agrees_with_every_vector_of_creatinine);
    g_test_add_func("/rules/pack-scores/indices_agree_with_every_vector",
                    indices_agree_with_every_vector);
    return g_test_run();
}
