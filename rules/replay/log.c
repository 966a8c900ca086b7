/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/log.h"

#include <string.h>

#include "proto/signals.h"

#define TIME_MAX_US ((int64_t)1 << 60)

static const char *const kind_words[RULES_LOG_KINDS] = {
    "raise",        "clear",      "technical", "judged",  "suppress",
    "suppress-end", "not-judged", "reset",     "watched", "merged",
};

static void
put_text(GString *out, const char *text)
{
    for (; *text; text++)
        g_string_append_c(out, g_ascii_iscntrl(*text) ? ' ' : *text);
}

void
rules_log_write(GString *out, const RulesLogLine *line)
{
    put_text(out, line->bed);
    g_string_append_c(out, '\t');
    put_text(out, line->rule);
    g_string_append_printf(out, "\t%d\t%s\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%d\t%d\t",
                           line->version, kind_words[line->kind], line->t0_us, line->t_us,
                           (int)line->priority, line->technical ? 1 : 0);
    put_text(out, line->signal);
    g_string_append_c(out, '\t');
    put_text(out, line->why);
    g_string_append_c(out, '\t');
    put_text(out, line->text);
    g_string_append_c(out, '\n');
}

static bool
read_int(const char *text, int64_t min, int64_t max, int64_t *out)
{
    char *end = NULL;
    *out = g_ascii_strtoll(text, &end, 10);
    return end != text && !*end && *out >= min && *out <= max;
}

bool
rules_log_parse(char *text, RulesLogLine *line)
{
    char *cell[11];
    int64_t version, priority, technical;
    size_t n = 0;
    for (char *p = text; p && n < G_N_ELEMENTS(cell); n++) {
        char *tab = strchr(p, '\t');
        cell[n] = p;
        if (tab)
            *tab++ = '\0';
        p = tab;
    }
    if (n != G_N_ELEMENTS(cell) || !*cell[0] || !*cell[1]
        || !read_int(cell[2], 0, INT32_MAX, &version)
        || !read_int(cell[4], 0, TIME_MAX_US, &line->t0_us)
        || !read_int(cell[5], 0, TIME_MAX_US, &line->t_us)
        || !read_int(cell[6], RULES_PRIORITY_NONE, RULES_PRIORITY_HIGH, &priority)
        || !read_int(cell[7], 0, 1, &technical))
        return false;
    int kind = 0;
    while (kind < RULES_LOG_KINDS && strcmp(cell[3], kind_words[kind]) != 0)
        kind++;
    line->bed = cell[0];
    line->rule = cell[1];
    line->version = (int)version;
    line->kind = (RulesLogKind)kind;
    line->priority = (RulesPriority)priority;
    line->technical = technical != 0;
    line->signal = cell[8];
    line->why = cell[9];
    line->text = cell[10];
    return kind < RULES_LOG_KINDS;
}

/* The stored signal behind the rule's first input: `use MAP from ART_M or NIBP_M` has none of its
 * own name. */
static const char *
signal_of(const RulesTransition *t)
{
    for (size_t i = 0; i < t->n_inputs; i++) {
        const VicuSignal *signal = vicu_signal_by_name(t->inputs[i].name);
        if (signal && signal->kind == VICU_SIGNAL_NUMERIC)
            return signal->name;
    }
    return "";
}

bool
rules_log_from(const RulesTransition *t, RulesLogLine *line)
{
    static const struct {
        RulesTransitionKind from;
        RulesLogKind to;
    } kinds[] = {
        {RULES_RAISE, RULES_LOG_RAISE},           {RULES_CLEAR, RULES_LOG_CLEAR},
        {RULES_TECHNICAL, RULES_LOG_TECHNICAL},   {RULES_TECHNICAL_CLEAR, RULES_LOG_JUDGED},
        {RULES_SUPPRESS, RULES_LOG_SUPPRESS},     {RULES_SUPPRESS_END, RULES_LOG_SUPPRESS_END},
        {RULES_NOT_JUDGED, RULES_LOG_NOT_JUDGED}, {RULES_RESET, RULES_LOG_RESET},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].from != t->kind)
            continue;
        *line = (RulesLogLine){
            .bed = t->bed,
            .rule = t->rule >= 0 ? t->rule_name : "-",
            .version = t->rule >= 0 ? t->rule_version : 0,
            .kind = kinds[i].to,
            .t0_us = CLAMP(t->t0_us, 0, TIME_MAX_US),
            .t_us = CLAMP(t->t_us, 0, TIME_MAX_US),
            .priority = t->priority,
            .technical = t->technical,
            .signal = signal_of(t),
            .why = t->why ? t->why : "",
            .text = t->text ? t->text : "",
        };
        return true;
    }
    return false;
}
