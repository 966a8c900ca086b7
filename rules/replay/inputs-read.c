/* The input log from its text.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "proto/signals.h"
#include "rules/replay/inputs.h"

#define TIME_MAX_US ((int64_t)1 << 60)

enum { BED, TIME, KIND, NAME, VALUE, QUALITY, SOURCE, PERIOD, COLUMNS };

typedef struct {
    const char *file_name;
    size_t line;
    char *cells[COLUMNS];
    GError **error;
} Reader;

static bool
wrong(const Reader *r, int column, const char *expected)
{
    static const char *const names[] = {"bed",   "time",    "kind",   "name",
                                        "value", "quality", "source", "period_ms"};
    g_set_error(r->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%zu: %s is \"%.60s\": expected %s",
                r->file_name, r->line, names[column], r->cells[column], expected);
    return false;
}

static bool
read_time(const Reader *r, int column, int64_t *t_us)
{
    const char *text = r->cells[column];
    char *end = NULL;
    int64_t t = g_ascii_strtoll(text, &end, 10);
    bool ok = end != text && *end == '\0';
    if (!ok)
        ok = *text && vicu_time_parse(text, 0, &t, NULL);
    if (!ok || t <= 0 || t >= TIME_MAX_US)
        return wrong(r, column, "a time (2026-01-31T08:00:00Z, or microseconds of UTC)");
    *t_us = t;
    return true;
}

static bool
read_number(const Reader *r, int column, double *value)
{
    char *end = NULL;
    *value = g_ascii_strtod(r->cells[column], &end);
    if (end == r->cells[column] || *end || !isfinite(*value))
        return wrong(r, column, "a number");
    return true;
}

/* @words: "good questionable invalid"; an empty cell is the first. */
static bool
read_word(const Reader *r, int column, const char *const words[3], const char *expected, int *out)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(r->cells[column], words[i]) == 0 || (i == 0 && !*r->cells[column])) {
            *out = i;
            return true;
        }
    return wrong(r, column, expected);
}

static bool
read_signal(const Reader *r, VicuSignalKind kind, const char *expected, RulesInput *input)
{
    const VicuSignal *signal = vicu_signal_by_name(r->cells[NAME]);
    if (!signal || signal->kind != kind)
        return wrong(r, NAME, expected);
    input->code = vicu_signal_code(signal);
    return true;
}

static bool
read_sample(const Reader *r, RulesInput *input)
{
    if (!read_signal(r, VICU_SIGNAL_NUMERIC, "a numeric of the table of signals, such as HR",
                     input))
        return false;
    return input->quality == RULES_QUALITY_INVALID || read_number(r, VALUE, &input->value);
}

static bool
read_symbol(const Reader *r, RulesInput *input)
{
    size_t n = strlen(r->cells[VALUE]);
    input->text = r->cells[VALUE];
    if (!read_signal(r, VICU_SIGNAL_SYMBOL, "a symbol of the table of signals, such as O2", input))
        return false;
    return (n > 0 && n <= RULES_SYMBOL_MAX) || wrong(r, VALUE, "a symbol of 1 to 23 bytes");
}

static bool
read_observed(const Reader *r, RulesInput *input)
{
    if (!read_signal(r, VICU_SIGNAL_EVENT, "an event of the table of signals, such as QRS", input)
        || !read_time(r, VALUE, &input->to_us))
        return false;
    return input->to_us > input->t_us || wrong(r, VALUE, "a time after that of the entry");
}

static bool
read_reset(const Reader *r, RulesInput *input)
{
    input->text = r->cells[NAME];
    input->flag = strcmp(r->cells[VALUE], "forget") == 0;
    if (strlen(r->cells[NAME]) > 47)
        return wrong(r, NAME, "why, in at most 47 bytes");
    return input->flag || strcmp(r->cells[VALUE], "keep") == 0
           || wrong(r, VALUE, "keep (the same patient) or forget (another one)");
}

static bool
read_limit(const Reader *r, RulesInput *input)
{
    input->text = r->cells[NAME];
    return read_number(r, VALUE, &input->value);
}

static bool
read_entry(const Reader *r, RulesInput *input)
{
    static const char *const qualities[] = {"good", "questionable", "invalid"};
    static const char *const sources[] = {"device", "manual", "derived"};
    static const struct {
        const char *word;
        RulesInputKind kind;
        bool flag;
        bool (*read)(const Reader *r, RulesInput *input);
    } kinds[] = {
        {"sample", RULES_ENTRY_SAMPLE, false, read_sample},
        {"symbol", RULES_ENTRY_SYMBOL, false, read_symbol},
        {"event", RULES_ENTRY_EVENT, false, NULL},
        {"observed", RULES_ENTRY_OBSERVED, true, read_observed},
        {"unobserved", RULES_ENTRY_OBSERVED, false, read_observed},
        {"limit", RULES_ENTRY_LIMIT, false, read_limit},
        {"reset", RULES_ENTRY_RESET, false, read_reset},
    };
    int quality = 0, source = 0;
    double period_ms = 0;
    if (!read_time(r, TIME, &input->t_us)
        || !read_word(r, QUALITY, qualities, "good, questionable or invalid", &quality)
        || !read_word(r, SOURCE, sources, "device, manual or derived", &source)
        || (*r->cells[PERIOD] && !read_number(r, PERIOD, &period_ms)))
        return false;
    if (period_ms < 0 || period_ms > 1e9)
        return wrong(r, PERIOD, "milliseconds, 0 to 1000000000");
    input->quality = (RulesQuality)quality;
    input->source = (RulesSource)source;
    input->period_ms = (uint32_t)period_ms;
    input->origin = RULES_ORIGIN_RECORDING;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(r->cells[KIND], kinds[i].word) != 0)
            continue;
        input->kind = kinds[i].kind;
        input->flag = kinds[i].flag;
        return kinds[i].read ? kinds[i].read(r, input)
                             : read_signal(r, VICU_SIGNAL_EVENT,
                                           "an event of the table of signals, such as QRS", input);
    }
    return wrong(r, KIND, "sample, symbol, event, observed, unobserved, limit or reset");
}

static bool
split(Reader *r, char *line)
{
    static char none[] = "";
    size_t n = 0;
    for (int i = 0; i < COLUMNS; i++)
        r->cells[i] = none;
    for (char *p = line; p; n++) {
        char *comma = strchr(p, ',');
        if (n < COLUMNS)
            r->cells[n] = p;
        if (comma)
            *comma++ = '\0';
        p = comma;
    }
    if (n > VALUE && n <= COLUMNS)
        return true;
    g_set_error(r->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%zu: %zu cells: expected 5 to 8, %s",
                r->file_name, r->line, n, RULES_INPUTS_HEADER);
    return false;
}

static bool
read_row(Reader *r, char *line, GHashTable *beds)
{
    RulesInput input = {0};
    if (!split(r, line) || !read_entry(r, &input))
        return false;
    size_t n = strlen(r->cells[BED]);
    if (n == 0 || n > 200 || strpbrk(r->cells[BED], "\t\"")
        || !g_utf8_validate(r->cells[BED], -1, NULL))
        return wrong(r, BED, "a bed, site/unit/bed");
    RulesInputs *log = g_hash_table_lookup(beds, r->cells[BED]);
    if (!log) {
        log = rules_inputs_new();
        g_hash_table_insert(beds, g_strdup(r->cells[BED]), log);
    }
    rules_inputs_add(log, &input);
    return true;
}

static void
free_inputs(gpointer log)
{
    rules_inputs_free(log);
}

GHashTable *
rules_inputs_table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_inputs);
}

bool
rules_inputs_read(
    const char *text, size_t length, const char *file_name, GHashTable *beds, GError **error)
{
    Reader r = {.file_name = file_name, .error = error};
    const char *end = text + length;
    GHashTableIter iter;
    gpointer log;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        g_autofree char *line = g_strndup(text, (size_t)(stop - text));
        g_strchomp(line);
        r.line++;
        if (r.line > RULES_INPUTS_MAX_ROWS) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: more than %u lines: split it",
                        file_name, RULES_INPUTS_MAX_ROWS);
            return false;
        }
        if (r.line == 1 && !g_str_has_prefix(line, "bed,time,kind,name,value")) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s:1: found \"%.60s\", expected \"" RULES_INPUTS_HEADER "\"", file_name,
                        line);
            return false;
        }
        if (r.line > 1 && *line && *line != '#' && !read_row(&r, line, beds))
            return false;
        text = stop + 1;
    }
    if (r.line == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s is empty: expected a line \"" RULES_INPUTS_HEADER "\"", file_name);
        return false;
    }
    g_hash_table_iter_init(&iter, beds);
    while (g_hash_table_iter_next(&iter, NULL, &log))
        rules_inputs_sort(log);
    return true;
}
