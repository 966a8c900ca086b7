/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/edit.h"

#include <string.h>

#include "rules/language/lexer.h"

typedef enum { OTHER, WHEN, CLEAR, HOLD, UNLESS } ClauseKind;

typedef struct {
    ClauseKind kind;
    size_t start;     /* of its word */
    size_t end;       /* of its last token */
    size_t for_start; /* of the delay at its end; 0: none */
    bool holding;
    RulesToken hysteresis; /* NUMBER: what is added to or taken from a limit; else none */
} Clause;

typedef struct {
    const char *text;
    GArray *clauses; /* Clause, of the rule at hand */
    bool names;      /* the limit that is looked for */
} Rule;

typedef struct {
    RulesLexer lexer;
    RulesToken token, last, before_last;
} Walk;

/* What happens to a rule: pieces of text that go, and what stands there instead. */
typedef struct {
    GString *out;
    size_t copied;
    const char *text;
} Writer;

typedef void (*RuleFunc)(const Rule *rule, const char *name, size_t name_length, void *user);

static bool
step(Walk *w)
{
    w->before_last = w->last;
    w->last = w->token;
    w->token = rules_lexer_next(&w->lexer);
    return w->token.kind != RULES_TOKEN_END;
}

static bool
is_word(const Walk *w, const RulesToken *token, const char *word)
{
    size_t n = token->end - token->start;
    return token->kind == RULES_TOKEN_NAME && n == strlen(word)
           && memcmp(w->lexer.text + token->start, word, n) == 0;
}

static bool
is_here(const Walk *w, const char *word)
{
    return is_word(w, &w->token, word);
}

/* `applies when`, `clear when` and `-> clear` begin no clause, nor does `unless` of a ladder. */
static bool
begins_clause(const Walk *w, bool in_ladder, ClauseKind *kind)
{
    static const struct {
        const char *word;
        ClauseKind kind;
    } words[] = {
        {"when", WHEN},    {"clear", CLEAR},   {"hold", HOLD},    {"unless", UNLESS},
        {"source", OTHER}, {"owner", OTHER},   {"note", OTHER},   {"applies", OTHER},
        {"raise", OTHER},  {"unknown", OTHER}, {"repeat", OTHER}, {"escalate", OTHER},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (!is_here(w, words[i].word))
            continue;
        *kind = words[i].kind;
        return !(
            w->last.kind == RULES_TOKEN_ARROW
            || (*kind == WHEN && (is_word(w, &w->last, "applies") || is_word(w, &w->last, "clear")))
            || (*kind == UNLESS && in_ladder));
    }
    return false;
}

/* "SpO2_low + 2 %": the number behind a name and a sign. */
static bool
is_hysteresis(const Walk *w)
{
    bool sign = w->last.kind == RULES_TOKEN_PLUS || w->last.kind == RULES_TOKEN_MINUS;
    return w->token.kind == RULES_TOKEN_NUMBER && sign && w->before_last.kind == RULES_TOKEN_NAME;
}

/* From behind the name to the closing brace. */
static void
walk_rule(Walk *w, Rule *rule, const char *limit)
{
    bool in_ladder = false;
    ClauseKind kind;
    int depth = 0;
    while (w->token.kind != RULES_TOKEN_OPEN_BRACE)
        if (!step(w))
            return;
    while (step(w) && w->token.kind != RULES_TOKEN_CLOSE_BRACE) {
        Clause *now = rule->clauses->len > 0
                          ? &g_array_index(rule->clauses, Clause, rule->clauses->len - 1)
                          : NULL;
        depth += w->token.kind == RULES_TOKEN_OPEN;
        depth -= w->token.kind == RULES_TOKEN_CLOSE;
        if (depth == 0 && begins_clause(w, in_ladder, &kind)) {
            Clause fresh = {.kind = kind, .start = w->token.start, .end = w->token.end};
            in_ladder = is_here(w, "escalate");
            g_array_append_val(rule->clauses, fresh);
            continue;
        }
        rule->names |= limit != NULL && is_here(w, limit);
        if (!now)
            continue;
        now->end = w->token.end;
        if (now->kind == CLEAR && is_hysteresis(w))
            now->hysteresis = w->token;
        if (is_here(w, "for") && depth == 0 && !is_word(w, &w->before_last, "no"))
            now->for_start = w->token.start;
        now->holding |= is_here(w, "holding");
    }
}

static void
walk(const char *text, size_t length, const char *limit, RuleFunc func, void *user)
{
    Walk w = {.lexer = {.text = text, .end = length}};
    g_autoptr(GArray) clauses = g_array_new(FALSE, FALSE, sizeof(Clause));
    while (step(&w)) {
        if (!is_here(&w, "rule") || !step(&w) || w.token.kind != RULES_TOKEN_NAME)
            continue;
        RulesToken name = w.token;
        Rule rule = {.text = text, .clauses = clauses};
        g_array_set_size(clauses, 0);
        walk_rule(&w, &rule, limit);
        func(&rule, text + name.start, name.end - name.start, user);
    }
}

/* --- writing --- */

static void
replace(Writer *writer, size_t start, size_t end, const char *by)
{
    g_string_append_len(writer->out, writer->text + writer->copied,
                        (gssize)(start - writer->copied));
    g_string_append(writer->out, by);
    writer->copied = end;
}

static char *
finish(Writer *writer, size_t length)
{
    replace(writer, length, length, "");
    return g_string_free(writer->out, FALSE);
}

typedef struct {
    Writer writer;
    int64_t delay_us;
    GPtrArray *rules;
} Delaying;

static void
delay_rule(const Rule *rule, const char *name, size_t name_length, void *user)
{
    Delaying *self = user;
    if (!rule->names)
        return;
    g_ptr_array_add(self->rules, g_strndup(name, name_length));
    for (guint i = 0; self->delay_us >= 0 && i < rule->clauses->len; i++) {
        const Clause *c = &g_array_index(rule->clauses, Clause, i);
        if (c->kind != WHEN)
            continue;
        g_autofree char *by =
            g_strdup_printf("%sfor %" G_GINT64_FORMAT " ms%s", c->for_start ? "" : " ",
                            self->delay_us / 1000, c->holding ? " holding" : "");
        replace(&self->writer, c->for_start ? c->for_start : c->end, c->end, by);
    }
}

char *
rules_edit_delay(
    const char *text, size_t length, const char *limit, int64_t delay_us, GPtrArray *rules)
{
    Delaying self = {{g_string_new(NULL), 0, text}, delay_us, rules};
    walk(text, length, limit, delay_rule, &self);
    return finish(&self.writer, length);
}

static void
strip_rule(const Rule *rule, const char *name, size_t name_length, void *user)
{
    (void)name;
    (void)name_length;
    for (guint i = 0; i < rule->clauses->len; i++) {
        const Clause *c = &g_array_index(rule->clauses, Clause, i);
        if (c->kind == WHEN && c->for_start)
            replace(user, c->for_start, c->end, "");
        else if (c->kind == CLEAR || c->kind == HOLD || c->kind == UNLESS)
            replace(user, c->start, c->end, "");
    }
}

char *
rules_edit_raw(const char *text, size_t length)
{
    Writer writer = {g_string_new(NULL), 0, text};
    walk(text, length, NULL, strip_rule, &writer);
    return finish(&writer, length);
}

/* --- one clause of one rule --- */

typedef struct {
    Writer writer;
    const char *rule;
    RulesEditClause clause;
    double value;
    bool done;
} Setting;

static void
set_delay(Setting *self, const Clause *c)
{
    g_autofree char *by = g_strdup_printf("%sfor %.0f ms%s", c->for_start ? "" : " ",
                                          self->value * 1000, c->holding ? " holding" : "");
    replace(&self->writer, c->for_start ? c->for_start : c->end, c->end, by);
    self->done = true;
}

static void
set_hysteresis(Setting *self, const Clause *c)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    if (c->hysteresis.kind != RULES_TOKEN_NUMBER)
        return;
    g_ascii_formatd(number, sizeof number, "%.6f", self->value);
    replace(&self->writer, c->hysteresis.start, c->hysteresis.end, number);
    self->done = true;
}

static void
set_clause(const Rule *rule, const char *name, size_t name_length, void *user)
{
    Setting *self = user;
    ClauseKind kind = self->clause == RULES_EDIT_FOR ? WHEN : CLEAR;
    if (name_length != strlen(self->rule) || memcmp(name, self->rule, name_length) != 0)
        return;
    for (guint i = 0; i < rule->clauses->len; i++) {
        const Clause *c = &g_array_index(rule->clauses, Clause, i);
        if (c->kind == kind && self->clause == RULES_EDIT_HYSTERESIS)
            set_hysteresis(self, c);
        else if (c->kind == kind)
            set_delay(self, c);
    }
}

char *
rules_edit_rule(const char *text,
                size_t length,
                const char *rule,
                RulesEditClause clause,
                double value,
                bool *done)
{
    Setting self = {{g_string_new(NULL), 0, text}, rule, clause, value, false};
    walk(text, length, NULL, set_clause, &self);
    *done = *done || self.done;
    return finish(&self.writer, length);
}
