/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/tests.h"

#include <stdlib.h>
#include <string.h>

#include "proto/signals.h"
#include "rules/engine/engine.h"
#include "rules/language/lexer.h"
#include "rules/language/unit.h"

/* Bed-local zero: 2001-09-09, so that no time is 0, which means "never". */
#define T0_US ((int64_t)1000000000 * G_USEC_PER_SEC)

enum { MAX_REPEAT = 200000, MAX_SAMPLES = 2000000, KINDS = 5 };

static const struct {
    const char *word;
    RulesTransitionKind kind;
} kinds[KINDS] = {
    {"raise", RULES_RAISE},         {"clear", RULES_CLEAR},
    {"technical", RULES_TECHNICAL}, {"judged", RULES_TECHNICAL_CLEAR},
    {"suppress", RULES_SUPPRESS},
};

/* A transition that is expected, or that happened. */
typedef struct {
    int rule;
    RulesTransitionKind kind;
    int64_t t_us;
    unsigned line;
    bool met;
} Happening;

typedef struct {
    char *score;
    int min;
    int max;
    int64_t t_us;
    unsigned line;
} ScoreWish;

typedef struct {
    char *name;
    bool known;
    int min;
    int max;
    int64_t t_us;
} ScoreSeen;

typedef struct {
    RulesSet *set;
    int pack; /* whose rules count; -1: all */
    const char *file_name;
    RulesTestReport *report;
    RulesCover *cover;
    unsigned line;
    /* the test under way */
    char *title;
    unsigned title_line;
    bool broken;
    bool expects;
    RulesEngine *engine;
    RulesBed *bed;
    size_t samples;
    int64_t end_us;
    GArray *wishes;
    GArray *score_wishes;
    GArray *seen;
    GArray *scores_seen;
} Run;

static void complain(Run *run, unsigned line, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
complain(Run *run, unsigned line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(run->report->messages,
                    g_strdup_printf("%s:%u: %s", run->file_name, line, what));
}

static void
bad_line(Run *run, const char *what, const char *found)
{
    complain(run, run->line, "error: %s, found \"%.60s\"", what, found);
    run->report->n_errors++;
    run->broken = true;
}

/* --- reading ----------------------------------------------------------------- */

static const char *
skip(const char *p)
{
    while (g_ascii_isspace(*p))
        p++;
    return p;
}

static const char *
word_of(const char *p, char out[64])
{
    size_t n = 0;
    p = skip(p);
    while ((g_ascii_isalnum(*p) || *p == '_' || *p == '-') && n < 63)
        out[n++] = *p++;
    out[n] = '\0';
    return p;
}

static bool
accept_word(const char **p, const char *word)
{
    char found[64];
    const char *after = word_of(*p, found);
    if (strcmp(found, word) != 0)
        return false;
    *p = after;
    return true;
}

static bool
duration_of(const char **p, int64_t *us)
{
    static const struct {
        const char *unit;
        double us;
    } units[] = {{"ms", 1e3}, {"s", 1e6}, {"min", 60e6}, {"h", 3600e6}, {"d", 86400e6}};
    char *end = NULL;
    char unit[64];
    const char *start = skip(*p);
    double number = g_ascii_strtod(start, &end);
    if (end == start || !g_ascii_isdigit(*start))
        return false;
    const char *after = word_of(end, unit);
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(unit, units[i].unit) == 0 && number * units[i].us < 4e13) {
            *us = (int64_t)(number * units[i].us + 0.5);
            *p = after;
            return true;
        }
    return false;
}

/* --- running ----------------------------------------------------------------- */

static void
on_transition(const RulesTransition *t, void *user)
{
    Run *run = user;
    if (t->kind == RULES_SCORE) {
        ScoreSeen seen = {g_strdup(t->score->name), t->score->known, t->score->min, t->score->max,
                          t->t_us - T0_US};
        g_array_append_val(run->scores_seen, seen);
    }
    bool counts =
        t->rule >= 0
        && (run->pack < 0 || rules_set_rule_pack(run->set, (size_t)t->rule) == (size_t)run->pack);
    for (size_t k = 0; k < KINDS; k++)
        if (counts && t->kind == kinds[k].kind) {
            Happening h = {t->rule, t->kind, t->t_us - T0_US, 0, false};
            g_array_append_val(run->seen, h);
        }
}

static const char *
kind_word(RulesTransitionKind kind)
{
    for (size_t k = 0; k < KINDS; k++)
        if (kinds[k].kind == kind)
            return kinds[k].word;
    return "?";
}

static void
check_happenings(Run *run)
{
    for (guint i = 0; i < run->seen->len; i++) {
        Happening *seen = &g_array_index(run->seen, Happening, i);
        for (guint j = 0; j < run->wishes->len && !seen->met; j++) {
            Happening *wish = &g_array_index(run->wishes, Happening, j);
            if (!wish->met && wish->rule == seen->rule && wish->kind == seen->kind
                && wish->t_us == seen->t_us)
                wish->met = seen->met = true;
        }
    }
    for (guint j = 0; j < run->wishes->len; j++) {
        const Happening *wish = &g_array_index(run->wishes, Happening, j);
        if (!wish->met) {
            complain(run, wish->line, "test \"%s\": %s does not %s at %g s", run->title,
                     rules_set_rule_name(run->set, (size_t)wish->rule), kind_word(wish->kind),
                     (double)wish->t_us / 1e6);
            run->broken = true;
        }
    }
    for (guint i = 0; i < run->seen->len; i++) {
        const Happening *seen = &g_array_index(run->seen, Happening, i);
        if (!seen->met) {
            complain(run, run->title_line, "test \"%s\": unexpected %s %s at %g s", run->title,
                     rules_set_rule_name(run->set, (size_t)seen->rule), kind_word(seen->kind),
                     (double)seen->t_us / 1e6);
            run->broken = true;
        }
    }
}

static void
check_scores(Run *run)
{
    for (guint j = 0; j < run->score_wishes->len; j++) {
        const ScoreWish *wish = &g_array_index(run->score_wishes, ScoreWish, j);
        const ScoreSeen *last = NULL;
        for (guint i = 0; i < run->scores_seen->len; i++) {
            const ScoreSeen *seen = &g_array_index(run->scores_seen, ScoreSeen, i);
            if (seen->t_us <= wish->t_us && strcmp(seen->name, wish->score) == 0)
                last = seen;
        }
        if (last != NULL && last->min == wish->min && last->max == wish->max)
            continue;
        run->broken = true;
        if (last == NULL)
            complain(run, wish->line, "test \"%s\": nothing is known of %s at %g s", run->title,
                     wish->score, (double)wish->t_us / 1e6);
        else
            complain(run, wish->line, "test \"%s\": %s is %d..%d at %g s", run->title, wish->score,
                     last->min, last->max, (double)wish->t_us / 1e6);
    }
}

static void
end_test(Run *run)
{
    if (run->title == NULL)
        return;
    if (!run->expects && !run->broken) {
        complain(run, run->title_line, "error: test \"%s\" expects nothing: say \"expect none\"",
                 run->title);
        run->report->n_errors++;
        run->broken = true;
    }
    if (!run->broken) {
        rules_engine_advance(run->engine, T0_US + run->end_us, on_transition, run);
        check_happenings(run);
        check_scores(run);
        run->report->n_failed += run->broken;
    }
    RulesTestResult result = {g_strdup(run->title), run->title_line, !run->broken};
    g_array_append_val(run->report->tests, result);
    g_clear_pointer(&run->engine, rules_engine_free);
    g_clear_pointer(&run->title, g_free);
    for (guint i = 0; i < run->score_wishes->len; i++)
        g_free(g_array_index(run->score_wishes, ScoreWish, i).score);
    for (guint i = 0; i < run->scores_seen->len; i++)
        g_free(g_array_index(run->scores_seen, ScoreSeen, i).name);
    g_array_set_size(run->wishes, 0);
    g_array_set_size(run->score_wishes, 0);
    g_array_set_size(run->seen, 0);
    g_array_set_size(run->scores_seen, 0);
}

/* --- lines ------------------------------------------------------------------- */

static void
set_limits(Run *run, const char *p)
{
    do {
        char name[64];
        p = word_of(p, name);
        int limit = rules_set_limit_find(run->set, name);
        p = skip(p);
        if (limit < 0 || *p != '=') {
            bad_line(run, "expected LIMIT = VALUE UNIT", p);
            return;
        }
        char *end = NULL;
        double value = g_ascii_strtod(p + 1, &end);
        const char *after = skip(end);
        RulesUnit unit = rules_unit_one;
        RulesUnit own;
        RulesConversion conversion;
        size_t n = rules_unit_match(after, strlen(after), &unit);
        if (!rules_unit_parse(rules_set_limit(run->set, (size_t)limit).unit, &own)
            || !rules_unit_conversion(&unit, &own, &conversion)
            || !rules_engine_limit(run->bed, name, rules_convert(&conversion, value), T0_US)) {
            bad_line(run, "expected a value inside the limit's range, in its unit", p + 1);
            return;
        }
        p = skip(after + n);
    } while (*p++ == ',');
}

static void
begin_test(Run *run, const char *p)
{
    end_test(run);
    p = skip(p);
    const char *close = *p == '"' ? strchr(p + 1, '"') : NULL;
    run->broken = run->expects = false;
    run->samples = 0;
    run->end_us = 0;
    run->title_line = run->line;
    run->report->n_tests++;
    run->engine = rules_engine_new(run->set);
    rules_engine_cover(run->engine, run->cover);
    run->bed = rules_engine_bed(run->engine, "test/test/1");
    run->title = close != NULL ? g_strndup(p + 1, (gsize)(close - p - 1)) : g_strdup("?");
    if (close == NULL) {
        bad_line(run, "expected a title in quotes", p);
        return;
    }
    p = close + 1;
    if (accept_word(&p, "with"))
        set_limits(run, p);
    else if (*skip(p) != '\0')
        bad_line(run, "expected with LIMIT = VALUE, or the end of the line", p);
}

static RulesFate
put_sample(Run *run, const VicuSignal *signal, const char *token, int64_t t_us, int64_t every_us)
{
    RulesSample sample = {
        .code = vicu_signal_code(signal),
        .t_us = T0_US + t_us,
        .origin = RULES_ORIGIN_SIMULATED,
        .period_ms = (uint32_t)MIN(every_us / 1000, 3600000),
    };
    if (signal->kind == VICU_SIGNAL_EVENT) {
        rules_engine_carrier(run->bed, sample.code, sample.t_us, sample.t_us + every_us, true);
        return *token == 'e' ? rules_engine_event(run->bed, &sample) : RULES_INPUT_TAKEN;
    }
    if (*token == '!')
        sample.quality = RULES_QUALITY_INVALID;
    if (signal->kind == VICU_SIGNAL_SYMBOL) {
        const char *word = *token == '!' ? token : vicu_signal_word(signal, token);
        if (g_strcmp0(word, token) != 0)
            return RULES_INPUT_REFUSED;
        return rules_engine_symbol(run->bed, &sample, token);
    }
    sample.value = g_ascii_strtod(token, NULL);
    return rules_engine_sample(run->bed, &sample);
}

/* The queue is bounded and a test may be long: what was put in is judged as it comes. */
static bool
put_series(Run *run, const VicuSignal *signal, char **tokens, int64_t from_us, int64_t every_us)
{
    int64_t t_us = from_us;
    for (size_t i = 0; tokens[i] != NULL; i++) {
        if (*tokens[i] == '\0')
            continue;
        char *times = strrchr(tokens[i], 'x');
        int repeat = 1;
        if (times != NULL && times > tokens[i] && g_ascii_isdigit(times[1])) {
            repeat = atoi(times + 1);
            *times = '\0';
        }
        bool number = signal->kind == VICU_SIGNAL_NUMERIC && *tokens[i] != '_' && *tokens[i] != '!';
        char *end = NULL;
        g_ascii_strtod(tokens[i], &end);
        run->samples += (size_t)MAX(repeat, 0);
        if (repeat < 1 || repeat > MAX_REPEAT || run->samples > MAX_SAMPLES
            || (number && *end != '\0')) {
            bad_line(run, "expected VALUExN", tokens[i]);
            return false;
        }
        for (int r = 0; r < repeat; r++, t_us += every_us) {
            RulesFate fate = *tokens[i] == '_' ? RULES_INPUT_TAKEN
                                               : put_sample(run, signal, tokens[i], t_us, every_us);
            if (fate != RULES_INPUT_TAKEN) {
                bad_line(run,
                         fate == RULES_INPUT_UNUSED ? "expected a signal that a rule reads"
                         : fate == RULES_INPUT_FULL ? "expected fewer samples in one test"
                                                    : "expected a believable value",
                         tokens[i]);
                return false;
            }
        }
    }
    run->end_us = MAX(run->end_us, t_us - every_us);
    return true;
}

static void
read_series(Run *run, const char *line)
{
    char name[64];
    int64_t every_us = 0;
    int64_t from_us = 0;
    const char *p = word_of(line, name);
    const VicuSignal *signal = vicu_signal_by_name(name);
    if (signal == NULL || !accept_word(&p, "every") || !duration_of(&p, &every_us) || every_us <= 0
        || (accept_word(&p, "from") && !duration_of(&p, &from_us)) || *skip(p) != ':') {
        bad_line(run, "expected SIGNAL every PERIOD: VALUES", line);
        return;
    }
    g_auto(GStrv) tokens = g_strsplit_set(skip(p) + 1, " \t", -1);
    put_series(run, signal, tokens, from_us, every_us);
}

static void
expect_score(Run *run, const char *name, const char *p)
{
    char *end = NULL;
    ScoreWish wish = {.min = (int)strtol(skip(p + 1), &end, 10), .line = run->line};
    wish.max = wish.min;
    if (end[0] == '.' && end[1] == '.')
        wish.max = (int)strtol(end + 2, &end, 10);
    p = end;
    if (!accept_word(&p, "at") || !duration_of(&p, &wish.t_us) || *skip(p) != '\0') {
        bad_line(run, "expected SCORE = N at TIME", end);
        return;
    }
    wish.score = g_strdup(name);
    run->end_us = MAX(run->end_us, wish.t_us);
    g_array_append_val(run->score_wishes, wish);
}

static void
expect_rule(Run *run, int rule, const char *p)
{
    for (;;) {
        char word[64];
        const char *after = word_of(p, word);
        Happening wish = {.rule = rule, .line = run->line};
        size_t k = 0;
        while (k < KINDS && strcmp(word, kinds[k].word) != 0)
            k++;
        if (k == KINDS || !accept_word(&after, "at") || !duration_of(&after, &wish.t_us)) {
            bad_line(run, "expected raise, clear, technical, judged or suppress at TIME", p);
            return;
        }
        wish.kind = kinds[k].kind;
        g_array_append_val(run->wishes, wish);
        p = skip(after);
        if (*p == '\0')
            return;
        if (*p++ != ',') {
            bad_line(run, "expected a comma or the end of the line", p - 1);
            return;
        }
    }
}

static void
read_expect(Run *run, const char *p)
{
    char name[64];
    const char *after = word_of(p, name);
    run->expects = true;
    if (strcmp(name, "none") == 0 && *skip(after) == '\0')
        return;
    int rule = rules_set_rule_find(run->set, name);
    if (rule >= 0) {
        expect_rule(run, rule, after);
        return;
    }
    for (size_t i = 0; i < rules_set_n_scores(run->set); i++)
        if (strcmp(rules_set_score_name(run->set, i), name) == 0 && *skip(after) == '=') {
            expect_score(run, name, skip(after));
            return;
        }
    bad_line(run, "expected none, a rule or a score of this set", p);
}

static void
read_line(Run *run, char *line)
{
    char *comment = strchr(line, '#');
    if (comment != NULL)
        *comment = '\0';
    const char *p = skip(line);
    if (*p == '\0')
        return;
    if (accept_word(&p, "test"))
        begin_test(run, p);
    else if (run->title == NULL)
        bad_line(run, "expected test \"TITLE\"", p);
    else if (run->broken)
        return;
    else if (accept_word(&p, "expect"))
        read_expect(run, p);
    else
        read_series(run, g_strchomp((char *)(uintptr_t)p));
}

static void
clear_result(void *data)
{
    g_free(((RulesTestResult *)data)->title);
}

static RulesTestReport *
run_tests(RulesSet *set, int pack, const char *text, size_t length, const char *file_name)
{
    RulesTestReport *report = g_new0(RulesTestReport, 1);
    report->messages = g_ptr_array_new_with_free_func(g_free);
    report->tests = g_array_new(FALSE, TRUE, sizeof(RulesTestResult));
    g_array_set_clear_func(report->tests, clear_result);
    g_autoptr(RulesCover) cover = rules_cover_new(set);
    Run run = {
        .set = set,
        .pack = pack,
        .file_name = file_name,
        .report = report,
        .cover = cover,
        .wishes = g_array_new(FALSE, TRUE, sizeof(Happening)),
        .score_wishes = g_array_new(FALSE, TRUE, sizeof(ScoreWish)),
        .seen = g_array_new(FALSE, TRUE, sizeof(Happening)),
        .scores_seen = g_array_new(FALSE, TRUE, sizeof(ScoreSeen)),
    };
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    bool marked = g_str_has_prefix(copy, RULES_BYTE_ORDER_MARK);
    for (size_t i = 0; lines[i] != NULL; i++) {
        run.line = (unsigned)i + 1;
        read_line(&run, lines[i] + (marked && i == 0 ? strlen(RULES_BYTE_ORDER_MARK) : 0));
    }
    end_test(&run);
    report->uncovered = rules_cover_missing(cover);
    g_array_unref(run.wishes);
    g_array_unref(run.score_wishes);
    g_array_unref(run.seen);
    g_array_unref(run.scores_seen);
    return report;
}

RulesTestReport *
rules_tests_run(RulesSet *set, const char *text, size_t length, const char *file_name)
{
    return run_tests(set, -1, text, length, file_name);
}

RulesTestReport *
rules_tests_run_pack(
    RulesSet *set, size_t pack, const char *text, size_t length, const char *file_name)
{
    return run_tests(set, (int)pack, text, length, file_name);
}

void
rules_test_report_free(RulesTestReport *self)
{
    g_array_unref(self->tests);
    g_ptr_array_unref(self->messages);
    g_ptr_array_unref(self->uncovered);
    g_free(self);
}
