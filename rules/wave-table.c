/* A table of samples through the detectors.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/wave-table.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "proto/signals.h"
#include "rules/language/unit.h"

#define LINE_MAX_LEN (1u << 20)
#define T0_US        1000000000000000
#define GAIN_ECG     2000 /* stored integers per mV: +-16 mV */
#define GAIN_PLETH   4000 /* per unit: +-8 */
#define GAIN_MMHG    50   /* +-655 mm[Hg] */

typedef struct {
    uint32_t code; /* 0: not read */
    uint32_t channel;
    uint32_t part; /* sample within the frame */
    uint32_t parts;
    size_t stream; /* index of it */
    double gain;
    RulesConversion unit; /* from the table's unit into the signal's */
} Column;

struct RulesWaveTable {
    RulesWaveTableOptions options;
    GIOChannel *in;
    GString *line;
    size_t number; /* of the line */
    bool ahead;    /* it was read, and is the next one too */
    Column columns[RULES_TABLE_COLUMNS];
    size_t n_columns, n_streams;
    RulesRhythmStream streams[RULES_TABLE_COLUMNS];

    RulesRhythm *detectors;
    RulesRhythmFunc func;
    gpointer user;
    double fs;
    uint32_t parts; /* of the fastest lead */
    uint64_t first_frame, frames;
    double first_s;
};

void
rules_wave_table_close(RulesWaveTable *self)
{
    if (!self)
        return;
    rules_rhythm_free(self->detectors);
    g_string_free(self->line, TRUE);
    g_io_channel_unref(self->in);
    g_free(self);
}

static bool
next_line(RulesWaveTable *self, GError **error)
{
    gsize end = 0;
    if (self->ahead) {
        self->ahead = false;
        return true;
    }
    GIOStatus status = g_io_channel_read_line_string(self->in, self->line, &end, error);
    if (status != G_IO_STATUS_NORMAL)
        return false;
    g_string_truncate(self->line, end);
    self->number++;
    if (self->line->len <= LINE_MAX_LEN)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "line %zu is longer than %u bytes",
                self->number, LINE_MAX_LEN);
    return false;
}

/* --- the lines of names and of units --- */

static double
gain_of(const VicuSignal *signal)
{
    if (vicu_signal_is_ecg(signal))
        return GAIN_ECG;
    return strcmp(signal->name, "PLETH") == 0 ? GAIN_PLETH : GAIN_MMHG;
}

/* Spellings of recordings that UCUM has not. */
static bool
read_unit(const char *text, RulesUnit *unit)
{
    static const char *const spellings[][2] = {{"mmHg", "mm[Hg]"}, {"cmH2O", "cm[H2O]"}};
    for (size_t i = 0; i < G_N_ELEMENTS(spellings); i++)
        if (strcmp(text, spellings[i][0]) == 0)
            text = spellings[i][1];
    return *text && rules_unit_parse(text, unit);
}

/* What is measured in volts and is not of the brain, an eye or a muscle is an ECG. */
static bool
is_heard_as_ecg(const char *name, const RulesUnit *unit)
{
    static const char *const others[] = {"EEG", "EOG", "EMG"};
    RulesUnit volts;
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_ascii_strncasecmp(name, others[i], strlen(others[i])) == 0)
            return false;
    return rules_unit_parse("mV", &volts) && rules_unit_same_dimension(unit, &volts);
}

/* "II[3]" and "II#2": a part of a frame, a repeated name. TRUE: an ECG lead. */
static bool
read_name(
    RulesWaveTable *self, const char *text, const char *unit_text, bool by_unit, Column *column)
{
    g_autofree char *name = g_strdup(text);
    char *bracket = strrchr(name, '[');
    RulesUnit unit, own;
    bool has_unit = read_unit(unit_text, &unit);
    *column = (Column){.stream = self->n_streams, .unit.same = true};
    if (bracket && bracket[strlen(bracket) - 1] == ']') {
        column->part = (uint32_t)MIN(g_ascii_strtoull(bracket + 1, NULL, 10), RULES_TABLE_COLUMNS);
        *bracket = '\0';
    }
    char *hash = strrchr(name, '#');
    if (hash)
        *hash = '\0';
    const VicuSignal *signal = vicu_signal_by_label(name);
    if (!signal && by_unit && has_unit && is_heard_as_ecg(name, &unit))
        signal = vicu_signal_by_name("ECG");
    if (!signal || signal->kind != VICU_SIGNAL_WAVE)
        return false;
    bool ecg = vicu_signal_is_ecg(signal);
    if (!ecg && !self->options.pulses)
        return false;
    if (!has_unit || !rules_unit_parse(signal->unit, &own)
        || !rules_unit_conversion(&unit, &own, &column->unit))
        column->unit = (RulesConversion){.same = true}; /* taken as it is */
    column->gain = gain_of(signal);
    column->code = vicu_signal_code(signal);
    if (column->part == 0)
        self->n_streams++;
    else if (self->n_streams > 0)
        column->stream = self->n_streams - 1;
    return ecg;
}

/* Moves behind a byte-order mark. */
static const char *
without_mark(const char *text)
{
    return g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text;
}

/* The line of names, cut; NULL and @error. */
static char **
take_names(RulesWaveTable *self, GError **error)
{
    if (!next_line(self, error)) {
        if (!*error)
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "the table is empty: expected a line \"frame,time_s,NAME...\"");
        return NULL;
    }
    char **names = g_strsplit(without_mark(self->line->str), ",", RULES_TABLE_COLUMNS);
    if (g_strv_length(names) >= 3 && strcmp(names[0], "frame") == 0
        && strcmp(names[1], "time_s") == 0)
        return names;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "line 1: found \"%.60s\", expected \"frame,time_s,NAME...\"", self->line->str);
    g_strfreev(names);
    return NULL;
}

static bool
read_names(RulesWaveTable *self, GError **error)
{
    g_auto(GStrv) names = take_names(self, error);
    if (!names)
        return false;
    size_t n = g_strv_length(names), leads = 0;
    self->ahead = next_line(self, error);
    if (*error)
        return false;
    g_auto(GStrv) units = g_strsplit(self->ahead ? self->line->str : "", ",", RULES_TABLE_COLUMNS);
    size_t n_units = units[0] && !*units[0] ? g_strv_length(units) : 0;
    /* A lead may be called anything; its unit counts where no name says that it is one. */
    for (int by_unit = 0; by_unit <= 1 && leads == 0; by_unit++) {
        self->n_streams = 0;
        for (size_t i = 2; i < n; i++)
            leads +=
                read_name(self, names[i], i < n_units ? units[i] : "", by_unit, &self->columns[i]);
    }
    self->n_columns = n;
    for (size_t i = 2; i < n; i++) {
        Column *column = &self->columns[i];
        column->channel = (uint32_t)column->stream;
        for (size_t k = 2; k < n; k++)
            if (self->columns[k].code && self->columns[k].stream == column->stream)
                column->parts = MAX(column->parts, self->columns[k].part + 1);
    }
    if (leads > 0)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "no column of the table is an ECG lead");
    return false;
}

RulesWaveTable *
rules_wave_table_open(const char *path, const RulesWaveTableOptions *options, GError **error)
{
    GIOChannel *in = strcmp(path, "-") == 0 ? g_io_channel_unix_new(STDIN_FILENO)
                                            : g_io_channel_new_file(path, "r", error);
    if (!in) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    g_io_channel_set_encoding(in, NULL, NULL);
    RulesWaveTable *self = g_new0(RulesWaveTable, 1);
    self->options = *options;
    self->fs = options->fs;
    self->in = in;
    self->line = g_string_new(NULL);
    self->detectors = rules_rhythm_new();
    g_autoptr(GError) wrong = NULL;
    if (read_names(self, &wrong))
        return self;
    g_propagate_error(error, g_steal_pointer(&wrong));
    rules_wave_table_close(self);
    return NULL;
}

/* --- the frames --- */

static int64_t
end_us(const RulesWaveTable *self)
{
    return T0_US + (int64_t)((double)(self->frames * self->parts) * 1e6 / self->fs);
}

/* One frame to the detectors; an empty cell is an invalid sample. */
static bool
push_frame(RulesWaveTable *self, char **cells, size_t n, GError **error)
{
    for (size_t i = 2; i < n && i < self->n_columns; i++) {
        const Column *column = &self->columns[i];
        int16_t raw = -32768;
        char *end = NULL;
        if (!column->code)
            continue;
        double value = g_ascii_strtod(cells[i], &end);
        if (*cells[i] && (end == cells[i] || *end || !isfinite(value))) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "line %zu: \"%.40s\" is no number",
                        self->number, cells[i]);
            return false;
        }
        if (*cells[i])
            raw = (int16_t)lround(
                CLAMP(rules_convert(&column->unit, value) * column->gain, -32767, 32767));
        rules_rhythm_wave(self->detectors, &self->streams[column->stream],
                          self->frames * column->parts + column->part, &raw, 1);
    }
    self->frames++;
    rules_rhythm_tick(self->detectors, end_us(self), self->func, self->user);
    return true;
}

/* The rate from the first two rows, where it was not given. */
static bool
set_rate(RulesWaveTable *self, double seconds_per_frame, GError **error)
{
    self->parts = 1;
    for (size_t i = 2; i < self->n_columns; i++)
        if (self->columns[i].code)
            self->parts = MAX(self->parts, self->columns[i].parts);
    if (self->fs <= 0)
        self->fs = self->parts / seconds_per_frame;
    if (!(self->fs >= 50 && self->fs <= 2000)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%g samples a second: the detectors take 50 to 2000; say --fs", self->fs);
        return false;
    }
    for (size_t i = 2; i < self->n_columns; i++) {
        const Column *column = &self->columns[i];
        if (column->code)
            self->streams[column->stream] = (RulesRhythmStream){
                .code = column->code,
                .channel = column->channel,
                .t0_us = T0_US,
                .period_num = 1000,
                .period_den = (uint32_t)lround(self->fs * 1000 * column->parts / self->parts),
                .gain = column->gain,
            };
    }
    return true;
}

static bool
read_frames(RulesWaveTable *self, GError **error)
{
    g_auto(GStrv) held = NULL; /* the first row, until the second tells the rate */
    while (next_line(self, error)) {
        g_auto(GStrv) cells = g_strsplit(self->line->str, ",", RULES_TABLE_COLUMNS);
        size_t n = g_strv_length(cells);
        if (n < 3 || !*cells[0])
            continue; /* the line of units */
        double t_s = g_ascii_strtod(cells[1], NULL);
        if (self->options.until_s > 0 && t_s >= self->options.until_s)
            break;
        if (!held && self->frames == 0) {
            self->first_frame = g_ascii_strtoull(cells[0], NULL, 10);
            self->first_s = t_s;
            held = g_steal_pointer(&cells);
            continue;
        }
        if (self->frames == 0
            && (!set_rate(self, t_s - self->first_s, error)
                || !push_frame(self, held, g_strv_length(held), error)))
            return false;
        if (!push_frame(self, cells, n, error))
            return false;
    }
    return !*error;
}

bool
rules_wave_table_run(RulesWaveTable *self, RulesRhythmFunc func, gpointer user, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    self->func = func;
    self->user = user;
    if (!read_frames(self, &wrong)) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return false;
    }
    /* The last beat of a table that ended is decided by what would follow it. */
    if (self->frames > 0 && self->options.until_s <= 0)
        rules_rhythm_tick(self->detectors, end_us(self) + RULES_RHYTHM_DELAY_US, func, user);
    return true;
}

double
rules_wave_table_time_s(const RulesWaveTable *self, int64_t t_us)
{
    return (double)(t_us - T0_US) / 1e6 + self->first_s;
}

int64_t
rules_wave_table_sample(const RulesWaveTable *self, int64_t t_us)
{
    return (int64_t)llround((double)(t_us - T0_US) * self->fs / 1e6)
           + (int64_t)(self->first_frame * self->parts);
}
