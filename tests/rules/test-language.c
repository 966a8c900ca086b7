/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "rules/language/decimal.h"
#include "rules/language/lexer.h"
#include "rules/language/unit.h"
#include "rules/packs/packs.h"
#include "tests/rules/vectors.h"

/* --- broken files ------------------------------------------------------------- */

/* Every broken file beside the words that it must be refused with, to the
 * column: NAME.vrules and NAME.expected. */
static void
broken_files_are_refused_with_line_column_and_what_was_expected(void)
{
    g_autofree char *folder = g_build_filename(g_getenv("VICU_TEST_DATA"), "rules", "broken", NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *before = g_get_current_dir();
    g_assert_cmpint(chdir(folder), ==, 0);
    g_autoptr(GDir) dir = g_dir_open(".", 0, &error);
    g_assert_no_error(error);
    size_t n = 0;
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        if (!g_str_has_suffix(name, ".vrules"))
            continue;
        g_autofree char *stem = g_strndup(name, strlen(name) - strlen("vrules"));
        g_autofree char *expected_path = g_strconcat(stem, "expected", NULL);
        g_autofree char *expected = NULL;
        g_assert_true(g_file_get_contents(expected_path, &expected, NULL, NULL));
        g_autoptr(RulesPacks) packs = rules_packs_new();
        g_assert_true(rules_packs_add_file(packs, name, NULL, &error));
        g_assert_no_error(error);
        g_assert_false(rules_packs_compile(packs));
        g_autoptr(GString) found = g_string_new(NULL);
        for (size_t i = 0; i < rules_diagnostics_length(packs->diagnostics); i++) {
            g_autofree char *line = rules_diagnostics_format(packs->diagnostics, i, true);
            g_string_append_printf(found, "%s\n", line);
        }
        g_assert_cmpstr(found->str, ==, expected);
        g_assert_cmpuint(rules_diagnostics_count(packs->diagnostics, RULES_ERROR), >, 0);
        n++;
    }
    g_assert_cmpint(chdir(before), ==, 0);
    g_assert_cmpuint(n, >=, 90);
}

static void
at_most_twenty_errors_are_told(void)
{
    g_autoptr(GString) text = g_string_new("rules \"t\" version 1\n");
    for (int i = 0; i < 60; i++)
        g_string_append_printf(text, "use X%d: /min\n", i);
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("t");
    g_assert_null(rules_set_compile(text->str, text->len, diagnostics));
    g_assert_cmpuint(rules_diagnostics_count(diagnostics, RULES_ERROR), ==, RULES_MAX_ERRORS);
    g_assert_cmpuint(rules_diagnostics_get(diagnostics, 0)->line, ==, 2);
    g_assert_cmpuint(rules_diagnostics_get(diagnostics, 19)->line, ==, 21);
}

static void
what_is_no_text_is_refused(void)
{
    static const char bytes[] = "rules \"t\xff\" version 1";
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("t");
    g_assert_null(rules_set_compile(bytes, sizeof bytes - 1, diagnostics));
    g_assert_cmpuint(rules_diagnostics_get(diagnostics, 0)->code, ==, 100);
    g_assert_cmpuint(rules_diagnostics_get(diagnostics, 0)->column, ==, 9);

    g_autofree char *large = g_strnfill(RULES_MAX_TEXT + 1, ' ');
    g_autoptr(RulesDiagnostics) more = rules_diagnostics_new("t");
    g_assert_null(rules_set_compile(large, RULES_MAX_TEXT + 1, more));
    g_assert_cmpuint(rules_diagnostics_get(more, 0)->code, ==, 100);
}

/* --- decimals ------------------------------------------------------------------ */

static void
values_round_half_up_in_decimal(void)
{
    static const struct {
        double value;
        const char *resolution;
        int64_t steps;
    } table[] = {
        {35.04, "0.1", 350},
        {35.05, "0.1", 351},
        {36.05, "0.1", 361},
        {20.5, "1", 21},
        {20.4, "1", 20},
        {20.499999999, "1", 20},
        {8.5, "1", 9},
        {90.5, "1", 91},
        {0.285, "0.01", 29},
        {1.005, "0.01", 101},
        {2.675, "0.01", 268},
        {38.95, "0.1", 390},
        {-0.5, "1", 0},
        {-1.5, "1", -1},
        {-1.6, "1", -2},
        {7.335, "0.01", 734},
        {1e-300, "1", 0},
        {0, "0.1", 0},
        {999999.5, "1", 1000000},
        {12.5, "5", 3},
        {12.4, "5", 2},
        {123456789.5, "1", 123456790},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        RulesDecimal resolution;
        int64_t steps = 0;
        g_assert_true(
            rules_decimal_parse(table[i].resolution, strlen(table[i].resolution), &resolution));
        g_assert_true(rules_decimal_steps(table[i].value, resolution, &steps));
        g_assert_cmpint(steps, ==, table[i].steps);
    }
}

/* Every multiple of a half of a step, as text, against integers alone. */
static void
every_half_of_a_tenth_rounds_up(void)
{
    RulesDecimal tenth = {1, -1};
    for (int n = 0; n < 20000; n++) {
        char text[32];
        int64_t steps = 0;
        g_snprintf(text, sizeof text, "%d.%02d", n / 100, n % 100);
        g_assert_true(rules_decimal_steps(g_ascii_strtod(text, NULL), tenth, &steps));
        g_assert_cmpint(steps, ==, (n + 5) / 10);
    }
}

static void
what_is_no_number_has_no_steps(void)
{
    RulesDecimal one = {1, 0};
    RulesDecimal d;
    int64_t steps = 0;
    g_assert_false(rules_decimal_steps(g_ascii_strtod("nan", NULL), one, &steps));
    g_assert_false(rules_decimal_steps(g_ascii_strtod("inf", NULL), one, &steps));
    g_assert_false(rules_decimal_steps(1e300, one, &steps));
    g_assert_false(rules_decimal_parse("1.", 2, &d));
    g_assert_false(rules_decimal_parse(".1", 2, &d));
    g_assert_false(rules_decimal_parse("", 0, &d));
    g_assert_false(rules_decimal_parse("1234567890123456789", 19, &d));
}

/* --- units --------------------------------------------------------------------- */

static double
convert(const char *from, const char *to, double value)
{
    RulesUnit a;
    RulesUnit b;
    RulesConversion c;
    g_assert_true(rules_unit_parse(from, &a));
    g_assert_true(rules_unit_parse(to, &b));
    g_assert_true(rules_unit_conversion(&a, &b, &c));
    return rules_convert(&c, value);
}

static void
units_convert_exactly(void)
{
    static const struct {
        const char *from;
        const char *to;
        double value;
        double expected;
    } table[] = {
        {"kPa", "mm[Hg]", 1, 7.500617},
        {"cm[H2O]", "mm[Hg]", 1, 0.7355592},
        {"[degF]", "Cel", 98.6, 37},
        {"Cel", "[degF]", 37, 98.6},
        {"K", "Cel", 310.15, 37},
        {"Cel", "K", 0, 273.15},
        {"/min", "/h", 2, 120},
        {"min", "s", 2, 120},
        {"h", "min", 1.5, 90},
        {"d", "h", 2, 48},
        {"%", "1", 40, 0.4},
        {"1", "%", 0.21, 21},
        {"mL/kg/h", "mL/kg/min", 60, 1},
        {"10*9/L", "10*6/mL", 5, 5},
        {"mg/dL", "g/L", 100, 1},
        {"mmol/L", "umol/mL", 3, 3},
        {"/min/h", "/h/h", 1, 60},
        {"ug/kg/min", "mg/kg/h", 1, 0.06},
        {"a", "d", 1, 365.25},
        {"L/min", "mL/s", 6, 100},
        {"%.min", "%.s", 1, 60},
        {"mbar", "cm[H2O]", 1, 1.019716},
        {"mV", "uV", 1, 1000},
        {"m[iU]/mL", "[iU]/L", 1, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        g_assert_cmpfloat_with_epsilon(convert(table[i].from, table[i].to, table[i].value),
                                       table[i].expected, 1e-6 * (1 + table[i].expected) / 2);
    /* The same unit costs no rounding at all. */
    g_assert_cmpfloat(convert("mm[Hg]", "mm[Hg]", 0.1), ==, 0.1);
    g_assert_cmpfloat(convert("[degF]", "Cel", 98.6), ==, 37.0);
}

static void
units_that_are_none_are_refused(void)
{
    static const char *const bad[] = {"",     "bpm",    "mmHg", "kilo", "{beats}",
                                      "/",    "mm[hg]", "MMHG", "m in", "10*",
                                      "min.", "s/",     "%%",   "kmin", "dCel.."};
    RulesUnit unit;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(rules_unit_parse(bad[i], &unit));
}

static void
dimensions_do_not_mix(void)
{
    static const char *const kinds[] = {"mm[Hg]", "/min",   "Cel", "mL",   "kg", "s",
                                        "mV",     "mmol/L", "g/L", "[iU]", "1"};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        for (size_t j = 0; j < G_N_ELEMENTS(kinds); j++) {
            RulesUnit a;
            RulesUnit b;
            RulesConversion c;
            g_assert_true(rules_unit_parse(kinds[i], &a) && rules_unit_parse(kinds[j], &b));
            g_assert_true(rules_unit_conversion(&a, &b, &c) == (i == j));
        }
}

/* --- what is written is what is meant ----------------------------------------- */

static const char *const header =
    "rules \"t\" version 1\n"
    "default unknown longer than 60 s -> keep\n"
    "use HR: /min\nuse MAP: mm[Hg] from ART_M or NIBP_M\nuse SpO2: %\nuse RR: /min\n"
    "use FiO2: 1\nuse Temp: Cel\nuse ACVPU: symbol\nuse QRS: event from ECG\n"
    "use UO: mL/kg/h\nuse Creat: mg/dL\nuse Lactate: mmol/L\nuse VENT: symbol\n";

static RulesSet *
compile_rule(const char *condition, RulesDiagnostics *diagnostics)
{
    g_autofree char *text =
        g_strdup_printf("%srule r version 1 {\n raise low \"x\"\n when %s\n}\n", header, condition);
    return rules_set_compile(text, strlen(text), diagnostics);
}

static void
conditions_of_the_worked_rules_compile(void)
{
    static const char *const conditions[] = {
        "MAP < 65 mm[Hg] for 5 min",
        "MAP < 8 kPa",
        "median(MAP over 15 s) < 65 mm[Hg] for 5 min holding",
        "SpO2 < 90 % for 15 s resetting",
        "at least 3 of ( slope(HR over 2 h needing 70 %) > 5 /min/h, slope(RR over 2 h needing 70 "
        "%) > 2 /min/h,\n"
        "  slope(MAP over 2 h needing 70 %) < -4 mm[Hg]/h, Temp > 38.0 Cel or Temp < 36.0 Cel,\n"
        "  HR / MAP > 1.3 /min/mm[Hg], Lactate > 2 mmol/L ) for 15 min",
        "no QRS for 4 s and (not known(MAP) or MAP < 40 mm[Hg])",
        "count(QRS over 10 s) < 3",
        "age(QRS) > 3 s",
        "median(SpO2 over 5 min) / FiO2 / median(RR over 5 min) < 3.85 %.min for 10 min",
        "Creat - min(Creat over 48 h) >= 0.3 mg/dL or Creat / min(Creat over 7 d) >= 1.5\n"
        "  or mean(UO over 6 h needing 95 %) < 0.5 mL/kg/h",
        "change(MAP over 30 min) < -15 mm[Hg]",
        "VENT in (INVASIVE, NIV)",
        "ACVPU != A and HR between 50 /min and 120 /min",
        "Temp > 100.4 [degF]",
        "Temp - 37 Cel > 1 Cel or abs(Temp - 37 Cel) > 2 K",
        "(HR else 70 /min) > 100 /min",
        "share(SpO2 < 90 % over 10 min needing 60 %) > 0.3",
        "time(MAP under 65 mm[Hg] within 60 min) > 20 min",
        "area(MAP under 65 mm[Hg] within 60 min) > 100 mm[Hg].min",
        "sd(HR over 5 min) < 1 /min",
        "happened(HR > 120 /min over 10 min times 3)",
        "count(HR > 120 /min or SpO2 < 85 % over 1 h needing 20 %) >= 2",
        "first change(HR over 30 min) > 20 /min then MAP < 70 mm[Hg] within 20 min",
        "HR - baseline(HR over 1 h) > 30 /min",
        "mean(median(HR over 5 s) over 60 s) > 20 /min",
        "share(no QRS for 3 s over 10 min) > 0.1",
        "HR-0 > 5 /min or HR > 3 /min # a comment", /* HR-0 is one name, and unknown */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++) {
        g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("t");
        RulesSet *set = compile_rule(conditions[i], diagnostics);
        bool last = i + 1 == G_N_ELEMENTS(conditions);
        if (rules_diagnostics_length(diagnostics) > 0)
            g_test_message("%s: %s", conditions[i], rules_diagnostics_get(diagnostics, 0)->message);
        g_assert_true((set == NULL) == last);
        g_clear_pointer(&set, rules_set_unref);
    }
}

static void
blanks_and_comments_do_not_change_the_hash(void)
{
    g_autofree char *a =
        g_strconcat(header, "rule r version 1 { raise low \"x\" when HR < 40 /min }", NULL);
    g_autofree char *b = g_strconcat(
        header, "# said\nrule   r version 1 {\n raise low \"x\"\n when HR<40 /min # so\n}\n", NULL);
    g_autofree char *c =
        g_strconcat(header, "rule r version 1 { raise low \"x\" when HR < 41 /min }", NULL);
    g_autoptr(RulesSet) x = vectors_compile(a);
    g_autoptr(RulesSet) y = vectors_compile(b);
    g_autoptr(RulesSet) z = vectors_compile(c);
    g_assert_cmpstr(rules_set_hash(x), ==, rules_set_hash(y));
    g_assert_cmpstr(rules_set_hash(x), !=, rules_set_hash(z));
}

static const char *const plain =
    "rules \"t\" version 1\ndefault unknown longer than 60 s -> keep\nuse HR: /min\n"
    "use SpO2: %\nlimit L = 90 % within 80 % .. 95 % per bed\n"
    "score S { part hr = HR to 1 /min : <=50 -> 1, >=51 -> 0 }\n"
    "rule other version 1 { raise low \"y\" when HR > 3 /min }\n"
    "rule r \"R\" version 3 {\n raise medium \"x\"\n"
    " when mean(HR over 60 s) > 120 /min and SpO2 < L and S >= 1 for 10 s\n"
    " clear when HR < 100 /min for 5 s }\n";

/* The hash of rule r once @find (all of it) is @put; freed by the caller. */
static char *
meaning(const char *find, const char *put)
{
    g_auto(GStrv) pieces = g_strsplit(plain, find, -1);
    g_autofree char *text = g_strjoinv(put, pieces);
    g_autoptr(RulesSet) set = vectors_compile(text);

    g_assert_cmpuint(g_strv_length(pieces), >, 1);
    return g_strdup(rules_set_rule_hash(set, (size_t)rules_set_rule_find(set, "r")));
}

static void
a_rules_hash_is_what_it_means(void)
{
    static const char *const words[][2] = {
        {"raise medium \"x\"", "raise medium \"other words\" source \"s\" note \"n\""},
        {"\"R\" version 3", "\"Another title\" version 4"},
        {"rule other version 1 { raise low \"y\" when HR > 3 /min }\n", "# gone\n"},
        {"> 120 /min", "> 2 /s"},
        {"use HR: /min\n", "use MAP: mm[Hg] from ART_M\nuse HR: /min\n"},
        {"60 s ->", "1 min ->"},
    };
    static const char *const meanings[][2] = {
        {"> 120 /min", "> 121 /min"},
        {"over 60 s)", "over 61 s)"},
        {"for 10 s", "for 11 s"},
        {"for 5 s", "for 6 s"},
        {"< 100 /min", "<= 100 /min"},
        {"SpO2 < L", "SpO2 > L"},
        {"= 90 %", "= 89 %"},
        {"80 % .. 95", "81 % .. 95"},
        {"<=50 -> 1", "<=50 -> 2"},
        {"raise medium", "raise medium latching"},
        {"raise medium", "raise low"},
        {"60 s ->", "61 s ->"},
        {"-> keep", "-> clear"},
        {"use HR: /min", "use HR: /min validity 20 s"},
        {" and SpO2", " or SpO2"},
        {"for 5 s }", "for 5 s hold down 1 h }"},
        {"for 5 s }", "for 5 s unless other }"},
        {"for 5 s }", "for 5 s escalate to bedside after 2 min }"},
    };
    g_autofree char *own = meaning("rules", "rules");

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *same = meaning(words[i][0], words[i][1]);
        g_test_message("%s", words[i][1]);
        g_assert_cmpstr(same, ==, own);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
        g_autofree char *other = meaning(meanings[i][0], meanings[i][1]);
        g_test_message("%s", meanings[i][1]);
        g_assert_cmpstr(other, !=, own);
    }
}

static void
a_rule_that_means_something_else_needs_a_greater_version(void)
{
    static const struct {
        const char *find, *put;
        unsigned wrong;
    } cases[] = {
        {"> 120 /min", "> 121 /min", 1},
        {"version 3 {\n raise medium", "version 4 {\n raise low", 0},
        {"\"x\"", "\"other words\"", 0},
        {"rule r ", "rule new ", 0},
        {"use HR: /min", "use HR: /min validity 20 s", 2}, /* of both rules */
    };
    g_autoptr(RulesSet) before = vectors_compile(plain);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) pieces = g_strsplit(plain, cases[i].find, -1);
        g_autofree char *text = g_strjoinv(cases[i].put, pieces);
        g_autoptr(RulesSet) set = vectors_compile(text);
        g_autoptr(GPtrArray) wrong = rules_set_same_version(set, before);
        g_test_message("%s", cases[i].put);
        g_assert_cmpuint(wrong->len, ==, cases[i].wrong);
    }
}

/* One rule over MAP, read as @from says. */
static RulesSet *
set_of_sources(const char *from, RulesDiagnostics *diagnostics)
{
    g_autofree char *text =
        g_strdup_printf("rules \"t\" version 1\ndefault validity 45 s\n"
                        "default unknown longer than 60 s -> keep\nuse MAP: mm[Hg] %s\n"
                        "rule r version 1 { raise low \"x\" when MAP < 65 mm[Hg] }\n",
                        from);
    return rules_set_compile(text, strlen(text), diagnostics);
}

static void
a_source_has_its_own_validity_or_the_inputs(void)
{
    static const struct {
        const char *from, *as;
        bool same;
    } cases[] = {
        {"validity 30 s from ART_M or NIBP_M validity 60 min",
         "validity 60 min from ART_M validity 30 s or NIBP_M", true},
        {"from ART_M validity 30 s or NIBP_M validity 60 min",
         "validity 5 s from ART_M validity 30 s or NIBP_M validity 60 min", true},
        {"validity 30 s from ART_M or NIBP_M", "from ART_M validity 30 s or NIBP_M validity 30 s",
         true},
        {"from ART_M validity 30 s", "validity 30 s from ART_M", true},
        {"from ART_M or NIBP_M validity 30 s", "from ART_M validity 45 s or NIBP_M validity 30 s",
         true},
        {"validity 30 s from ART_M or NIBP_M validity 60 min", "validity 30 s from ART_M or NIBP_M",
         false},
        {"validity 30 s from ART_M or NIBP_M validity 60 min",
         "validity 30 s from NIBP_M validity 60 min or ART_M", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("t");
        g_autoptr(RulesSet) a = set_of_sources(cases[i].from, diagnostics);
        g_autoptr(RulesSet) b = set_of_sources(cases[i].as, diagnostics);
        g_test_message("%s | %s", cases[i].from, cases[i].as);
        g_assert_true(a != NULL && b != NULL);
        g_autoptr(GPtrArray) wrong = rules_set_same_version(a, b);
        g_assert_cmpuint(wrong->len, ==, cases[i].same ? 0 : 1);
    }
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("t");
    g_autoptr(RulesSet) capped =
        set_of_sources("validity 30 s from ART_M or NIBP_M validity 2 h", diagnostics);
    g_assert_nonnull(capped);
    g_assert_cmpuint(rules_diagnostics_length(diagnostics), ==, 1);
    g_assert_cmpuint(rules_diagnostics_get(diagnostics, 0)->code, ==, 123);
    g_assert_cmpuint(rules_diagnostics_get(diagnostics, 0)->column, ==, 45);
}

static void
a_high_priority_rule_that_inherits_its_silence_is_warned_of(void)
{
    g_autofree char *text =
        g_strconcat(header, "rule r version 1 { raise high \"x\" when HR < 40 /min }", NULL);
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("t");
    g_autoptr(RulesSet) set = rules_set_compile(text, strlen(text), diagnostics);
    g_assert_nonnull(set);
    g_assert_cmpuint(rules_diagnostics_count(diagnostics, RULES_WARNING), ==, 1);
    g_assert_cmpuint(rules_diagnostics_get(diagnostics, 0)->code, ==, 121);
}

/* As editors on other systems save it: a mark in front, CR LF. */
static void
a_text_may_begin_with_a_mark_and_end_its_lines_otherwise(void)
{
    g_autofree char *text =
        g_strconcat(header, "rule r version 1 { raise low \"x\" when HR < 40 /min }\n", NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *crlf = g_strjoinv("\r\n", lines);
    g_autofree char *other = g_strconcat("\xef\xbb\xbf", crlf, NULL);
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("t");
    g_autoptr(RulesSet) set = rules_set_compile(text, strlen(text), diagnostics);
    g_autoptr(RulesSet) same = rules_set_compile(other, strlen(other), diagnostics);
    g_assert_nonnull(same);
    g_assert_cmpstr(rules_set_hash(set), ==, rules_set_hash(same));
}

static void
what_can_never_be_true_is_warned_of(void)
{
    static const struct {
        const char *condition;
        const char *message; /* NULL: none */
    } cases[] = {
        {"SpO2 < 90 % and SpO2 > 95 %", "never true: SpO2 < 90 % and SpO2 > 95 %"},
        {"SpO2 < 90 % and HR > 3 /min and SpO2 >= 90 %",
         "never true: SpO2 < 90 % and SpO2 >= 90 %"},
        {"MAP < 8 kPa and MAP > 60.1 mm[Hg]", "never true: MAP < 8 kPa and MAP > 60.1 mm[Hg]"},
        {"HR between 50 /min and 40 /min", "never true: HR between 50 /min and 40 /min"},
        {"ACVPU = A and ACVPU = V", "never true: ACVPU = A and ACVPU = V"},
        {"HR > 3 /min or (HR < 40 /min and HR = 41 /min)",
         "never true: HR < 40 /min and HR = 41 /min"},
        {"SpO2 <= 90 % and SpO2 >= 90 %", NULL},
        {"SpO2 < 90 % or SpO2 > 95 %", NULL},
        {"MAP < 8 kPa and MAP > 59 mm[Hg]", NULL},
        {"SpO2 < 90 % and HR > 95 /min", NULL},
        {"happened(HR > 90 /min over 1 min) and HR < 80 /min", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("t");
        g_autoptr(RulesSet) set = compile_rule(cases[i].condition, diagnostics);
        g_test_message("%s", cases[i].condition);
        g_assert_nonnull(set);
        g_assert_cmpuint(rules_diagnostics_length(diagnostics), ==, cases[i].message != NULL);
        if (cases[i].message == NULL)
            continue;
        g_assert_cmpuint(rules_diagnostics_get(diagnostics, 0)->code, ==, 120);
        g_assert_cmpstr(rules_diagnostics_get(diagnostics, 0)->message, ==, cases[i].message);
    }
}

static void
the_ten_worked_rules_compile(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("VICU_TEST_DATA"), "rules", "worked.vrules", NULL);
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new("worked.vrules");
    g_autofree char *text = NULL;
    gsize length = 0;

    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_autoptr(RulesSet) set = rules_set_compile(text, length, diagnostics);
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++)
        g_test_message("%s", rules_diagnostics_get(diagnostics, i)->message);
    g_assert_nonnull(set);
    g_assert_cmpuint(rules_set_n_rules(set), ==, 10);
}

static void
limits_say_their_range_and_unit(void)
{
    g_autofree char *text = g_strconcat(header,
                                        "limit L = 8 kPa within 50 mm[Hg] .. 10 kPa per bed\nlimit "
                                        "M = 40 /min within 30 /min .. 50 /min\n",
                                        NULL);
    g_autoptr(RulesSet) set = vectors_compile(text);
    RulesLimitInfo l = rules_set_limit(set, (size_t)rules_set_limit_find(set, "L"));
    g_assert_cmpstr(l.unit, ==, "kPa");
    g_assert_cmpfloat_with_epsilon(l.min, 6.666118, 1e-6);
    g_assert_true(l.per_bed);
    g_assert_false(rules_set_limit(set, 1).per_bed);
    g_assert_cmpint(rules_set_limit_find(set, "N"), ==, -1);
}

/* The lexer's traps, as the language's text names them. */
static void
names_hold_hyphens_and_minus_needs_blanks(void)
{
    static const char text[] = "map-low-5min AIR->0 a - b 9..11 1.5 ..";
    static const RulesTokenKind kinds[] = {
        RULES_TOKEN_NAME, RULES_TOKEN_NAME,   RULES_TOKEN_ARROW,  RULES_TOKEN_NUMBER,
        RULES_TOKEN_NAME, RULES_TOKEN_MINUS,  RULES_TOKEN_NAME,   RULES_TOKEN_NUMBER,
        RULES_TOKEN_DOTS, RULES_TOKEN_NUMBER, RULES_TOKEN_NUMBER, RULES_TOKEN_DOTS,
        RULES_TOKEN_END,
    };
    RulesLexer lexer = {text, 0, sizeof text - 1};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_assert_cmpint((int)rules_lexer_next(&lexer).kind, ==, (int)kinds[i]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func(
        "/rules/language/broken_files_are_refused_with_line_column_and_what_was_expected",
        broken_files_are_refused_with_line_column_and_what_was_expected);
    g_test_add_func("/rules/language/at_most_twenty_errors_are_told",
                    at_most_twenty_errors_are_told);
    g_test_add_func("/rules/language/what_is_no_text_is_refused", what_is_no_text_is_refused);
    g_test_add_func("/rules/decimal/values_round_half_up_in_decimal",
                    values_round_half_up_in_decimal);
    g_test_add_func("/rules/decimal/every_half_of_a_tenth_rounds_up",
                    every_half_of_a_tenth_rounds_up);
    g_test_add_func("/rules/decimal/what_is_no_number_has_no_steps",
                    what_is_no_number_has_no_steps);
    g_test_add_func("/rules/unit/units_convert_exactly", units_convert_exactly);
    g_test_add_func("/rules/unit/units_that_are_none_are_refused", units_that_are_none_are_refused);
    g_test_add_func("/rules/unit/dimensions_do_not_mix", dimensions_do_not_mix);
    g_test_add_func("/rules/language/conditions_of_the_worked_rules_compile",
                    conditions_of_the_worked_rules_compile);
    g_test_add_func("/rules/language/blanks_and_comments_do_not_change_the_hash",
                    blanks_and_comments_do_not_change_the_hash);
    g_test_add_func("/rules/language/a_source_has_its_own_validity_or_the_inputs",
                    a_source_has_its_own_validity_or_the_inputs);
    g_test_add_func("/rules/language/a_high_priority_rule_that_inherits_its_silence_is_warned_of",
                    a_high_priority_rule_that_inherits_its_silence_is_warned_of);
    g_test_add_func("/rules/language/a_rules_hash_is_what_it_means", a_rules_hash_is_what_it_means);
    g_test_add_func("/rules/language/a_rule_that_means_something_else_needs_a_greater_version",
                    a_rule_that_means_something_else_needs_a_greater_version);
    g_test_add_func("/rules/language/a_text_may_begin_with_a_mark_and_end_its_lines_otherwise",
                    a_text_may_begin_with_a_mark_and_end_its_lines_otherwise);
    g_test_add_func("/rules/language/what_can_never_be_true_is_warned_of",
                    what_can_never_be_true_is_warned_of);
    g_test_add_func("/rules/language/the_ten_worked_rules_compile", the_ten_worked_rules_compile);
    g_test_add_func("/rules/language/limits_say_their_range_and_unit",
                    limits_say_their_range_and_unit);
    g_test_add_func("/rules/lexer/names_hold_hyphens_and_minus_needs_blanks",
                    names_hold_hyphens_and_minus_needs_blanks);
    return g_test_run();
}
