/* A table of values for the importer, read twice: to learn its rates and ranges,
 * and to send it.
 *
 * A value becomes the integer of its digits, with a gain of a power of ten, so
 * that it reads back as written; where the digits of a column do not fit 16 bits
 * the last ones are rounded, and the user is told. A table of our own has its
 * runs beside it (FILE.runs): rate, gain and zero of every stretch, exactly.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/import/rate.h"
#include "collector/import/source.h"
#include "collector/import/table.h"
#include "common/error.h"

#define RUNS_HEAD "column,kind,t0_us,first,samples,period_num,period_den,gain,baseline"
#define ROWS_MIN  16
#define LOOK_ROWS 64

typedef struct {
    CollectorRateRun rate;
    uint64_t first; /* number of its first sample within the wire's segment */
    double gain;
    int32_t baseline;
} Run;

typedef struct {
    CollectorRate *rate; /* while it is scanned */
    GArray *runs;        /* Run */
    guint at;            /* run at hand */
    uint64_t values;
    int decimals; /* most of any cell */
    gboolean exact;
    double min, max;
    gboolean numeric; /* our own table says so */
    /* samples of this piece that follow each other */
    GArray *samples; /* int16_t */
    uint64_t first;
} Column;

typedef struct {
    CollectorImportSource base;
    CollectorTable *table;
    Column *column;
    FILE *file;
    char *line;
    size_t number; /* of the line at hand */
    uint64_t rows;
    uint64_t piece_rows;
    uint64_t next_piece;
    uint64_t row;                /* number of the row at hand, from 0 */
    uint32_t rate_num, rate_den; /* of rows, as the user says; 0: their times tell */
    int64_t tolerance_us;
    int64_t zero_us;           /* of the first row */
    int64_t first_us, last_us; /* of the table's own times */
    gboolean has_runs;
    CollectorTableCell *cells;
} Csv;

/* ---- lines ---- */

/* The next line, its end left out. FALSE without error: the end of the file. */
static gboolean
next_line(Csv *self, GError **error)
{
    if (fgets(self->line, COLLECTOR_TABLE_MAX_LINE, self->file) == NULL) {
        if (ferror(self->file))
            g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s:%zu: %s", self->base.path,
                        self->number + 1, g_strerror(errno));
        return FALSE;
    }
    self->number++;
    size_t n = strlen(self->line);
    if (n == COLLECTOR_TABLE_MAX_LINE - 1 && self->line[n - 1] != '\n') {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s:%zu: the line is longer than %u bytes", self->base.path, self->number,
                    COLLECTOR_TABLE_MAX_LINE);
        return FALSE;
    }
    while (n > 0 && (self->line[n - 1] == '\n' || self->line[n - 1] == '\r'))
        self->line[--n] = '\0';
    return TRUE;
}

static gboolean
to_first_row(Csv *self, GError **error)
{
    rewind(self->file);
    self->number = 0;
    self->row = 0;
    while (self->number + 1 < self->table->first_line)
        if (!next_line(self, error))
            return FALSE;
    return TRUE;
}

/* The next row that is not empty; FALSE without error at the end. */
static gboolean
next_row(Csv *self, int64_t *t_us, GError **error)
{
    do {
        if (!next_line(self, error))
            return FALSE;
    } while (self->line[0] == '\0');
    if (!collector_table_row(self->table, self->base.path, self->number, self->line, t_us,
                             self->cells, error))
        return FALSE;
    if (self->row == 0)
        self->zero_us = *t_us;
    if (self->rate_num > 0) /* the user's word goes over times that were cut short */
        *t_us = self->zero_us + collector_sample_time_us(self->row, self->rate_den, self->rate_num);
    self->row++;
    return TRUE;
}

/* ---- the first reading ---- */

static void
learn_cell(Csv *self, size_t i, int64_t t_us)
{
    const CollectorTableCell *cell = &self->cells[i];
    Column *c = &self->column[i];

    if (!cell->present)
        return;
    if (c->rate != NULL)
        collector_rate_push(c->rate, t_us);
    c->min = c->values > 0 ? MIN(c->min, cell->value) : cell->value;
    c->max = c->values > 0 ? MAX(c->max, cell->value) : cell->value;
    c->exact = c->exact && cell->exact;
    c->decimals = MAX(c->decimals, cell->decimals);
    c->values++;
}

static gboolean
scan(Csv *self, GError **error)
{
    g_autoptr(GError) trouble = NULL;
    int64_t t_us = 0;

    if (!to_first_row(self, error))
        return FALSE;
    while (next_row(self, &t_us, &trouble)) {
        if (self->rows == 0)
            self->first_us = t_us;
        else if (t_us <= self->last_us) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s:%zu: the time is %s the one in front of it; times have to grow. If "
                        "they are cut short, say the rate of the rows with --rate",
                        self->base.path, self->number,
                        t_us == self->last_us ? "the same as" : "before");
            return FALSE;
        }
        self->last_us = t_us;
        self->rows++;
        for (size_t i = 0; i < self->table->n; i++)
            learn_cell(self, i, t_us);
    }
    if (trouble != NULL) {
        g_propagate_error(error, g_steal_pointer(&trouble));
        return FALSE;
    }
    if (self->rows == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: no line with values",
                    self->base.path);
        return FALSE;
    }
    return TRUE;
}

/* Gain and zero that keep the digits of a column in 16 bits, as many as fit. */
static void
set_scale(Csv *self, size_t i, double *gain, int32_t *baseline)
{
    Column *c = &self->column[i];
    int decimals = c->exact ? MIN(c->decimals, 9) : 9;
    double range = c->max - c->min, factor = pow(10, decimals), middle = 0;

    while (MAX(fabs(c->min), fabs(c->max)) * factor > INT16_MAX
           && range * factor > 2.0 * INT16_MAX - 1) {
        factor /= 10;
        decimals--;
    }
    if (MAX(fabs(c->min), fabs(c->max)) * factor > INT16_MAX)
        middle = round((c->max + c->min) / 2 * factor);
    *gain = decimals >= 0 ? round(factor) : factor;
    *baseline = (int32_t)CLAMP(-middle, -2e9, 2e9);
    if (!c->exact || decimals < c->decimals)
        collector_import_source_note(&self->base,
                                     "column %s: %s; kept in steps of %g, at most half of one off",
                                     self->table->name[i],
                                     c->exact ? "its digits do not fit 16 bits"
                                              : "its values have exponents or more than 17 digits",
                                     1 / *gain);
}

static gboolean
set_runs(Csv *self, size_t i, GError **error)
{
    Column *c = &self->column[i];
    const CollectorImportSignal *signal = self->base.signals->pdata[i];
    const GArray *found = collector_rate_finish(c->rate);
    double gain = 1;
    int32_t baseline = 0;

    if (signal->numeric != NULL)
        return TRUE;
    set_scale(self, i, &gain, &baseline);
    for (guint r = 0; r < found->len; r++) {
        const CollectorRateRun *rate = &g_array_index(found, CollectorRateRun, r);
        const Run run = {*rate, 0, gain, baseline};
        if (rate->period_num == 0 || (found->len > 16 && found->len > c->values / 8)) {
            g_autofree char *at =
                g_strdup_printf("%.6f", (double)(rate->t0_us - self->first_us) / 1e6);
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s: column %s: its times have no rate (from %s s on), so no wave can be "
                        "made of it; say --rate if it is known, or take the column out",
                        self->base.path, self->table->name[i], at);
            return FALSE;
        }
        g_array_append_val(c->runs, run);
    }
    return TRUE;
}

/* A number of the table at most once a second. */
static gboolean
is_slow(Csv *self, size_t i)
{
    double span_s = (double)(self->last_us - self->first_us) / 1e6;

    return self->column[i].values <= 1
           || (double)(self->column[i].values - 1) <= span_s * COLLECTOR_IMPORT_SLOW_HZ * 1.001;
}

/* ---- our own runs ---- */

static Column *
column_named(Csv *self, const char *name)
{
    for (size_t i = 0; i < self->table->n; i++)
        if (strcmp(self->table->name[i], name) == 0)
            return &self->column[i];
    return NULL;
}

static gboolean
take_run(Csv *self, const char *what, size_t number, const char *line, GError **error)
{
    /* the name is last in order of parsing: it may hold commas, so count from the end */
    g_auto(GStrv) field = g_strsplit(line, ",", -1);
    guint n = g_strv_length(field);

    if (n < 9) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%zu: expected %s", what, number,
                    RUNS_HEAD);
        return FALSE;
    }
    char **f = field + n - 8;
    g_autofree char *name = g_strndup(line, strlen(line));
    for (guint i = 0; i < 8; i++)
        *strrchr(name, ',') = '\0';
    Column *c = column_named(self, name);
    if (c == NULL)
        return TRUE;
    c->numeric = strcmp(f[0], "numeric") == 0;
    Run run = {
        .rate = {.t0_us = g_ascii_strtoll(f[1], NULL, 10),
                 .period_num = (uint32_t)g_ascii_strtoull(f[4], NULL, 10),
                 .period_den = (uint32_t)g_ascii_strtoull(f[5], NULL, 10)},
        .first = g_ascii_strtoull(f[2], NULL, 10),
        .gain = g_ascii_strtod(f[6], NULL),
        .baseline = (int32_t)CLAMP(g_ascii_strtoll(f[7], NULL, 10), INT32_MIN, INT32_MAX),
    };
    run.rate.n = run.first + g_ascii_strtoull(f[3], NULL, 10);
    if (!c->numeric
        && (run.rate.period_num == 0 || run.rate.period_den == 0 || !isfinite(run.gain)
            || run.gain == 0 || run.rate.n > (UINT64_C(1) << 46))) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s:%zu: a run of %s without rate or gain", what, number, name);
        return FALSE;
    }
    if (!c->numeric)
        g_array_append_val(c->runs, run);
    return TRUE;
}

static gboolean
load_runs(Csv *self, GError **error)
{
    g_autofree char *path = g_strconcat(self->base.path, ".runs", NULL);
    g_autofree char *text = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    if (!g_file_get_contents(path, &text, NULL, error))
        return FALSE;
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    if (line[0] == NULL || strcmp(line[0], RUNS_HEAD) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:1: expected %s", path, RUNS_HEAD);
        return FALSE;
    }
    for (size_t i = 1; line[i] != NULL; i++)
        if (line[i][0] != '\0' && !take_run(self, path, i + 1, line[i], error))
            return FALSE;
    g_ptr_array_add(self->base.files, g_strdup(path));
    self->has_runs = TRUE;
    return TRUE;
}

/* ---- the second reading ---- */

static void
flush(Csv *self, size_t i, CollectorImportOut *out)
{
    Column *c = &self->column[i];

    if (c->samples->len == 0)
        return;
    const Run *run = &g_array_index(c->runs, Run, c->at);
    const CollectorImportRun to = {run->rate.t0_us - self->first_us + self->base.at_us,
                                   run->rate.period_num, run->rate.period_den, run->gain,
                                   run->baseline};
    collector_import_out_wave(out, i, &to, c->first, (const int16_t *)(void *)c->samples->data,
                              c->samples->len);
    g_array_set_size(c->samples, 0);
}

static gboolean
is_in_run(const Csv *self, const Run *run, int64_t t_us, uint64_t *n)
{
    return collector_rate_index(&run->rate, t_us, 2 * self->tolerance_us, n) && *n >= run->first
           && *n < run->rate.n;
}

static gboolean
put_sample(Csv *self, size_t i, int64_t t_us, CollectorImportOut *out, GError **error)
{
    const CollectorTableCell *cell = &self->cells[i];
    Column *c = &self->column[i];
    uint64_t n = 0;

    while (c->at < c->runs->len
           && !is_in_run(self, &g_array_index(c->runs, Run, c->at), t_us, &n)) {
        flush(self, i, out);
        c->at++;
    }
    if (c->at >= c->runs->len) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s:%zu: column %s: the time fits no run of %s.runs", self->base.path,
                    self->number, self->table->name[i], self->base.path);
        return FALSE;
    }
    const Run *run = &g_array_index(c->runs, Run, c->at);
    double stored = round(cell->value * run->gain) + run->baseline;
    if (!(stored > INT16_MIN && stored <= INT16_MAX)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s:%zu: column %s: %g is outside the range of its gain, %g", self->base.path,
                    self->number, self->table->name[i], cell->value, run->gain);
        return FALSE;
    }
    int16_t sample = (int16_t)stored;
    if (c->samples->len > 0 && n != c->first + c->samples->len)
        flush(self, i, out);
    if (c->samples->len == 0)
        c->first = n;
    g_array_append_val(c->samples, sample);
    return TRUE;
}

static gboolean
put_row(Csv *self, int64_t t_us, CollectorImportOut *out, GError **error)
{
    for (size_t i = 0; i < self->table->n; i++) {
        const CollectorImportSignal *signal = self->base.signals->pdata[i];
        if (!self->cells[i].present)
            continue;
        if (signal->numeric != NULL)
            collector_import_out_number(out, i, t_us - self->first_us + self->base.at_us,
                                        self->cells[i].value, FALSE, 0);
        else if (!put_sample(self, i, t_us, out, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
piece(CollectorImportSource *base, uint64_t k, CollectorImportOut *out, GError **error)
{
    Csv *self = (Csv *)base;
    g_autoptr(GError) trouble = NULL;
    int64_t t_us = 0;

    g_assert(k == self->next_piece);
    if (k == 0 && !to_first_row(self, error))
        return FALSE;
    self->next_piece++;
    for (uint64_t row = 0; row < self->piece_rows && next_row(self, &t_us, &trouble); row++)
        if (!put_row(self, t_us, out, error))
            return FALSE;
    if (trouble != NULL) {
        g_propagate_error(error, g_steal_pointer(&trouble));
        return FALSE;
    }
    for (size_t i = 0; i < self->table->n; i++)
        flush(self, i, out);
    return TRUE;
}

static void
csv_free(CollectorImportSource *base)
{
    Csv *self = (Csv *)base;

    for (size_t i = 0; self->column != NULL && i < self->table->n; i++) {
        collector_rate_free(self->column[i].rate);
        g_array_unref(self->column[i].runs);
        g_array_unref(self->column[i].samples);
    }
    g_free(self->column);
    g_free(self->cells);
    collector_table_free(self->table);
    if (self->file != NULL)
        fclose(self->file); /* read only: nothing to lose */
    g_free(self->line);
    collector_import_source_clear(base);
    g_free(self);
}

/* ---- opening ---- */

static gboolean
open_table(Csv *self, GError **error)
{
    g_autofree char *names = NULL;
    g_autofree char *second = NULL;

    self->file = fopen(self->base.path, "re");
    if (self->file == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", self->base.path, g_strerror(errno));
        return FALSE;
    }
    g_autoptr(GError) trouble = NULL;
    if (next_line(self, &trouble))
        names = g_strdup(self->line);
    if (names != NULL && next_line(self, &trouble))
        second = g_strdup(self->line);
    gboolean third = second != NULL && next_line(self, &trouble);
    if (trouble != NULL || names == NULL) {
        if (trouble == NULL)
            g_set_error(&trouble, VICU_ERROR, VICU_ERROR_FORMAT, "%s: the file is empty",
                        self->base.path);
        g_propagate_error(error, g_steal_pointer(&trouble));
        return FALSE;
    }
    self->table =
        collector_table_parse(self->base.path, names, second, third ? self->line : NULL, error);
    return self->table != NULL;
}

/* Decimals of the time that the line at hand begins with. */
static int
time_decimals(const Csv *self)
{
    size_t whole = strcspn(self->line, ".,");

    return self->line[whole] == '.' ? (int)strspn(self->line + whole + 1, "0123456789") : 0;
}

/* How far a time may be off: half of its last digit, but no more than tells samples apart. */
static gboolean
set_tolerance(Csv *self, GError **error)
{
    int64_t t_us = 0, before_us = 0, begun_us = 0, step_us = INT64_MAX;
    gboolean regular = TRUE;
    int decimals = 0;
    g_autoptr(GError) trouble = NULL;

    self->tolerance_us = 1;
    if (self->table->clock == COLLECTOR_TABLE_ISO || self->rate_num > 0)
        return TRUE;
    if (!to_first_row(self, error))
        return FALSE;
    for (int row = 0; row < LOOK_ROWS && next_row(self, &t_us, &trouble); row++) {
        decimals = MAX(decimals, time_decimals(self));
        if (row > 0 && t_us > before_us)
            step_us = MIN(step_us, t_us - before_us);
        if (row == 0)
            begun_us = t_us;
        regular = regular && (row == 0 || (t_us - begun_us) % step_us == 0);
        before_us = t_us;
    }
    double half = decimals < 6 ? 0.5 * pow(10, 6 - decimals) : 1;
    if (trouble == NULL && step_us != INT64_MAX && !regular)
        self->tolerance_us = MAX(MIN((int64_t)half, step_us / 8), 1);
    if (trouble != NULL)
        g_propagate_error(error, g_steal_pointer(&trouble));
    return error == NULL || *error == NULL;
}

static void
prepare_columns(Csv *self)
{
    self->column = g_new0(Column, self->table->n);
    for (size_t i = 0; i < self->table->n; i++) {
        Column *c = &self->column[i];
        c->exact = TRUE;
        c->runs = g_array_new(FALSE, FALSE, sizeof(Run));
        c->samples = g_array_new(FALSE, FALSE, sizeof(int16_t));
        c->rate = collector_rate_new(self->tolerance_us);
    }
}

/* The label of column @i: "II#2" is another "II" where there is one in front of it. */
static char *
label_of(const CollectorTable *table, size_t i)
{
    const char *name = table->name[i], *mark = strrchr(name, '#');
    size_t n = mark != NULL ? (size_t)(mark - name) : 0;

    for (size_t k = 0; n > 0 && strspn(mark + 1, "0123456789") == strlen(mark + 1) && k < i; k++)
        if (strlen(table->name[k]) == n && strncmp(table->name[k], name, n) == 0)
            return g_strndup(name, n);
    return g_strdup(name);
}

static void
add_signals(Csv *self, const CollectorImportChoices *choices)
{
    for (size_t i = 0; i < self->table->n; i++) {
        const char *name = self->table->name[i], *unit = self->table->unit[i];
        const char *chosen =
            choices->units != NULL ? g_hash_table_lookup(choices->units, name) : NULL;
        gboolean numeric = self->has_runs ? self->column[i].numeric : is_slow(self, i);
        const char *said = chosen != NULL ? chosen : unit;
        g_autofree char *label = label_of(self->table, i);
        const VicuSignal *known = vicu_signal_by_label(label);
        if (said[0] == '\0' && numeric && known != NULL && known->kind == VICU_SIGNAL_NUMERIC)
            said = known->unit;
        if (said[0] == '\0')
            collector_import_source_note(
                &self->base, "column %s has no unit: say --unit '%s=UNIT' if it has one", name,
                name);
        collector_import_source_add(&self->base, label, said, numeric);
        self->base.n_samples += self->column[i].values;
    }
}

static gboolean
learn(Csv *self, const CollectorImportChoices *choices, GError **error)
{
    if (!open_table(self, error))
        return FALSE;
    self->cells = g_new0(CollectorTableCell, self->table->n);
    if (choices->has_rate) {
        self->rate_num = choices->rate_num;
        self->rate_den = choices->rate_den;
    }
    if (!set_tolerance(self, error))
        return FALSE;
    prepare_columns(self);
    if (!load_runs(self, error) || !scan(self, error))
        return FALSE;
    add_signals(self, choices);
    for (size_t i = 0; !self->has_runs && i < self->table->n; i++)
        if (!set_runs(self, i, error))
            return FALSE;
    for (size_t i = 0; i < self->table->n; i++)
        g_clear_pointer(&self->column[i].rate, collector_rate_free);
    double span_s = (double)(self->last_us - self->first_us) / 1e6;
    double rows_per_s = span_s > 0 ? (double)self->rows / span_s : (double)self->rows;
    double by_time = rows_per_s * (COLLECTOR_IMPORT_PIECE_US / 1e6);
    double by_bytes = COLLECTOR_IMPORT_PIECE_BYTES / 2.0 / (double)self->table->n;
    self->piece_rows = (uint64_t)MAX(MIN(by_time, by_bytes), ROWS_MIN);
    self->base.n_pieces = (self->rows + self->piece_rows - 1) / self->piece_rows;
    self->base.span_us = self->last_us - self->first_us + 1;
    self->base.in_order = TRUE;
    if (self->table->clock == COLLECTOR_TABLE_ISO)
        self->base.start_us = self->first_us;
    return TRUE;
}

CollectorImportSource *
collector_import_csv_open(const char *path, const CollectorImportChoices *choices, GError **error)
{
    Csv *self = g_new0(Csv, 1);

    self->base.piece = piece;
    self->base.free = csv_free;
    collector_import_source_init(&self->base, "csv", path);
    g_ptr_array_add(self->base.files, g_strdup(path));
    self->line = g_malloc(COLLECTOR_TABLE_MAX_LINE);
    if (!learn(self, choices, error)) {
        csv_free(&self->base);
        return NULL;
    }
    return &self->base;
}
