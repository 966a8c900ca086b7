/* A table: a line of names, a line of units, then for each time the values that
 * stand there, with as many decimals as tell the stored integers apart.
 *
 * Beside it NAME.csv.runs has rate, gain and zero of each stretch, so that our own
 * importer makes the same samples of it again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "store/export/out.h"

#define BLOCK    4096
#define TEXT_MAX 24

/* One column, where it stands. */
typedef struct {
    const StoreExportStream *stream;
    guint run;
    uint64_t next; /* sample of the run, or value */
    int32_t block[BLOCK];
    uint64_t block_first;
    size_t block_n;
    int decimals;
    int64_t t_us; /* of what comes next; INT64_MAX: nothing */
    char text[TEXT_MAX];
    bool has;
} Column;

static void
append_cell(GString *line, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(line, text);
        return;
    }
    g_string_append_c(line, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            g_string_append_c(line, '"');
        g_string_append_c(line, *text);
    }
    g_string_append_c(line, '"');
}

/* "2026-01-31T08:00:00.123456Z" without the calendar for each line: the day is kept. */
typedef struct {
    int64_t day;
    char date[16];
} Clock;

static void
append_time(GString *line, Clock *clock, int64_t t_us)
{
    int64_t day_us = 86400 * (int64_t)G_USEC_PER_SEC;
    int64_t day = t_us / day_us - (t_us % day_us < 0), us = t_us - day * day_us;

    if (day != clock->day || clock->date[0] == '\0') {
        g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(day * 86400);
        g_autofree char *text =
            t != NULL ? g_date_time_format(t, "%Y-%m-%d") : g_strdup("0000-00-00");
        g_strlcpy(clock->date, text, sizeof clock->date);
        clock->day = day;
    }
    int64_t s = us / G_USEC_PER_SEC;
    g_string_append_printf(line, "%sT%02d:%02d:%02d.%06dZ", clock->date, (int)(s / 3600),
                           (int)(s / 60 % 60), (int)(s % 60), (int)(us % G_USEC_PER_SEC));
}

/* ---- one column ---- */

static const StoreExportRun *
run_at(const Column *c)
{
    return &g_array_index(c->stream->runs, StoreExportRun, c->run);
}

/* A tenth of a step: what is written reads back to the same integer. */
static int
decimals_for(double gain)
{
    int digits = (int)ceil(log10(fabs(gain))) + 1;

    return CLAMP(digits, 0, 15);
}

static void
find_number(Column *c)
{
    const GArray *values = c->stream->values;

    while (c->next < values->len && g_array_index(values, StoreExportValue, c->next).invalid)
        c->next++;
    c->t_us =
        c->next < values->len ? g_array_index(values, StoreExportValue, c->next).t_us : INT64_MAX;
}

/* The next sample that is one. */
static bool
find_sample(Column *c, GError **error)
{
    for (; c->run < c->stream->runs->len; c->run++, c->next = 0) {
        const StoreExportRun *run = run_at(c);
        if (c->next == 0)
            c->decimals = decimals_for(run->gain);
        for (; c->next < run->n; c->next++) {
            uint64_t at = run->at + c->next;
            if (at < c->block_first || at >= c->block_first + c->block_n) {
                c->block_first = at;
                c->block_n = (size_t)MIN(run->n - c->next, BLOCK);
                if (!store_export_read(c->stream, at, c->block_n, c->block, error))
                    return false;
            }
            if (c->block[at - c->block_first] == STORE_EXPORT_INVALID)
                continue;
            c->t_us = store_export_time_us(run, run->first + c->next);
            return true;
        }
    }
    c->t_us = INT64_MAX;
    return true;
}

static bool
find_next(Column *c, GError **error)
{
    if (c->stream->wave)
        return find_sample(c, error);
    find_number(c);
    return true;
}

static bool
append_value(GString *line, Column *c, GError **error)
{
    char text[32];

    if (c->stream->wave) {
        const StoreExportRun *run = run_at(c);
        int32_t raw = c->block[run->at + c->next - c->block_first];
        double value = ((double)raw - run->baseline) / run->gain;
        g_snprintf(text, sizeof text, "%.*f", c->decimals, value);
        if (strchr(text, '.') != NULL) { /* no zeros that say nothing */
            size_t n = strlen(text);
            while (text[n - 1] == '0')
                n--;
            text[text[n - 1] == '.' ? n - 1 : n] = '\0';
        }
        g_string_append(line, strcmp(text, "-0") == 0 ? "0" : text);
    } else {
        vicu_number_format(g_array_index(c->stream->values, StoreExportValue, c->next).value, text);
        g_string_append(line, text);
    }
    c->next++;
    return find_next(c, error);
}

/* ---- the table ---- */

static void
append_head(GString *out, const GPtrArray *streams)
{
    g_string_append(out, "time");
    for (guint i = 0; i < streams->len; i++) {
        g_string_append_c(out, ',');
        append_cell(out, ((const StoreExportStream *)streams->pdata[i])->name);
    }
    g_string_append(out, "\nUTC");
    for (guint i = 0; i < streams->len; i++) {
        g_string_append_c(out, ',');
        append_cell(out, ((const StoreExportStream *)streams->pdata[i])->unit);
    }
    g_string_append_c(out, '\n');
}

static bool
flush(GString *out, FILE *file)
{
    bool ok = fwrite(out->str, 1, out->len, file) == out->len;

    g_string_truncate(out, 0);
    return ok;
}

static bool
write_rows(Column *columns, guint n, GString *out, FILE *file, GError **error)
{
    Clock clock = {0};

    for (;;) {
        int64_t t_us = INT64_MAX;
        for (guint i = 0; i < n; i++)
            t_us = MIN(t_us, columns[i].t_us);
        if (t_us == INT64_MAX)
            return true;
        append_time(out, &clock, t_us);
        for (guint i = 0; i < n; i++) {
            g_string_append_c(out, ',');
            if (columns[i].t_us == t_us && !append_value(out, &columns[i], error))
                return false;
        }
        g_string_append_c(out, '\n');
        if (out->len > 1u << 20 && !flush(out, file))
            return true; /* what went wrong is told at the close */
    }
}

static bool
write_table(StoreExportJob *job, const GPtrArray *streams, const char *name, GError **error)
{
    g_autofree Column *columns = g_new0(Column, streams->len);
    g_autoptr(GString) out = g_string_new(NULL);
    FILE *file = store_export_out_open(job->out, name, error);

    if (file == NULL)
        return false;
    append_head(out, streams);
    bool ok = true;
    for (guint i = 0; ok && i < streams->len; i++) {
        columns[i].stream = streams->pdata[i];
        ok = find_next(&columns[i], error);
    }
    ok = ok && write_rows(columns, streams->len, out, file, error);
    flush(out, file);
    return store_export_out_close(job->out, file, name, ok ? error : NULL) && ok;
}

static bool
write_runs(StoreExportJob *job, const GPtrArray *streams, const char *name, GError **error)
{
    FILE *file = store_export_out_open(job->out, name, error);

    if (file == NULL)
        return false;
    fputs("column,kind,t0_us,first,samples,period_num,period_den,gain,baseline\n", file);
    for (guint i = 0; i < streams->len; i++) {
        const StoreExportStream *s = streams->pdata[i];
        if (!s->wave)
            fprintf(file, "%s,numeric,0,0,0,0,0,0,0\n", s->name);
        for (guint r = 0; s->wave && r < s->runs->len; r++) {
            const StoreExportRun *run = &g_array_index(s->runs, StoreExportRun, r);
            char gain[32];
            vicu_number_format(run->gain, gain);
            fprintf(file,
                    "%s,wave,%" G_GINT64_FORMAT ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
                    ",%u,%u,%s,%d\n",
                    s->name, run->t0_us, run->first, run->n, run->period_num, run->period_den, gain,
                    run->baseline);
        }
    }
    return store_export_out_close(job->out, file, name, error);
}

bool
store_export_csv(StoreExportJob *job, const GPtrArray *streams, GError **error)
{
    g_autofree char *table = g_strconcat(job->name, ".csv", NULL);
    g_autofree char *runs = g_strconcat(job->name, ".csv.runs", NULL);

    return write_table(job, streams, table, error) && write_runs(job, streams, runs, error);
}
