/* What a report looks like as text, JSON and CSV. See document.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/report/document.h"

char *
vicu_report_number(double number)
{
    double size = fabs(number);

    if (number == floor(number))
        return g_strdup_printf("%.0f", number);
    if (size < 1)
        return g_strdup_printf("%.3g", number);
    return g_strdup_printf(size < 100 ? "%.2f" : "%.1f", number);
}

char *
vicu_cell_format(const VicuCell *self, unsigned least)
{
    switch (self->kind) {
    case VICU_CELL_TEXT:
        return g_strdup(self->text);
    case VICU_CELL_COUNT:
        return g_strdup_printf("%.0f", self->number);
    case VICU_CELL_NUMBER:
        return vicu_report_number(self->number);
    case VICU_CELL_SMALL:
        return g_strdup_printf("< %u", least);
    case VICU_CELL_WITHHELD:
        return g_strdup("withheld");
    case VICU_CELL_NONE:
        break;
    }
    return g_strdup("-");
}

/* ---- words ---- */

static const char *
in_english(const char *msgid)
{
    return msgid;
}

/* What @say makes of a format has the same places in it: the catalogues' test looks. */
static char *
fill(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return text;
}

/* Neither a little that was missed nor a little that was seen is rounded away. */
static char *
share_words(double observed, VicuSayFunc say)
{
    double missed = (1 - observed) * 100;

    if (missed > 0 && missed < 0.05)
        return g_strdup(say("less than 0.1 % of the time was not observed"));
    if (observed > 0 && missed > 99.95)
        return g_strdup(say("more than 99.9 % of the time was not observed"));
    return fill(say("%.1f %% of the time was not observed"), missed);
}

char *
vicu_report_observed_words(const VicuReport *self, VicuSayFunc say)
{
    say = say != NULL ? say : in_english;
    if (self->observed < 0)
        return g_strdup(say("no bed had data: nothing was observed"));
    g_autofree char *share = share_words(self->observed, say);
    if (self->not_live == 0)
        return g_steal_pointer(&share);
    g_autofree char *whose =
        fill(say("of %u beds with data %u had some that is not known to be of a live patient: "
                 "recorded, simulated or imported"),
             self->beds, self->not_live);
    return g_strdup_printf("%s; %s", share, whose);
}

char *
vicu_report_note_words(const VicuReport *self, guint i, VicuSayFunc say)
{
    const VicuReportNote *note = &g_array_index(self->notes, VicuReportNote, i);
    return fill(say != NULL ? say(note->format) : note->format, note->of[0], note->of[1]);
}

char *
vicu_column_words(const VicuColumn *column, VicuSayFunc say)
{
    const char *title = say != NULL && *column->title != '\0' ? say(column->title) : column->title;
    return column->unit[0] != '\0' ? g_strdup_printf("%s [%s]", title, column->unit)
                                   : g_strdup(title);
}

/* ---- text ---- */

static void
pad(GString *out, const char *text, glong width, bool last)
{
    g_string_append(out, text);
    for (glong n = g_utf8_strlen(text, -1); !last && n < width + 2; n++)
        g_string_append_c(out, ' ');
}

static void
table_text(const VicuReport *self, const VicuTable *table, GString *out)
{
    g_autofree glong *width = g_new0(glong, table->n_columns);

    for (unsigned c = 0; c < table->n_columns; c++) {
        g_autofree char *head = vicu_column_words(&table->columns[c], NULL);
        width[c] = g_utf8_strlen(head, -1);
        for (guint r = 0; r < table->rows->len; r++) {
            g_autofree char *cell =
                vicu_cell_format(&((VicuCell *)table->rows->pdata[r])[c], self->least);
            width[c] = MAX(width[c], g_utf8_strlen(cell, -1));
        }
    }
    g_string_append_printf(out, "\n%s\n  how: %s\n", table->title, table->formula);
    for (unsigned c = 0; c < table->n_columns; c++) {
        g_autofree char *head = vicu_column_words(&table->columns[c], NULL);
        pad(out, head, width[c], c + 1 == table->n_columns);
    }
    g_string_append_c(out, '\n');
    for (guint r = 0; r < table->rows->len; r++) {
        for (unsigned c = 0; c < table->n_columns; c++) {
            g_autofree char *cell =
                vicu_cell_format(&((VicuCell *)table->rows->pdata[r])[c], self->least);
            pad(out, cell, width[c], c + 1 == table->n_columns);
        }
        g_string_append_c(out, '\n');
    }
    if (table->rows->len == 0)
        g_string_append(out, "(none)\n");
}

char *
vicu_report_text(const VicuReport *self)
{
    GString *out = g_string_new(NULL);
    g_autofree char *from = vicu_time_format(self->from_us);
    g_autofree char *to = vicu_time_format(self->to_us);
    g_autofree char *observed = vicu_report_observed_words(self, NULL);

    g_string_append_printf(out, "%s\n%s\n%s to %s; %s\n", self->title, VICU_REPORT_SUPPLEMENTAL,
                           from, to, observed);
    for (guint i = 0; i < self->tables->len; i++)
        table_text(self, self->tables->pdata[i], out);
    for (guint i = 0; i < self->notes->len; i++) {
        g_autofree char *note = vicu_report_note_words(self, i, NULL);
        g_string_append_printf(out, "%s- %s\n", i == 0 ? "\n" : "", note);
    }
    return g_string_free(out, FALSE);
}

/* ---- JSON ---- */

static void
cell_json(const VicuCell *cell, const char *key, unsigned least, VicuJson *json)
{
    if (cell->kind == VICU_CELL_COUNT)
        vicu_json_integer(json, key, (int64_t)cell->number);
    else if (cell->kind == VICU_CELL_NUMBER)
        vicu_json_number(json, key, cell->number);
    else if (cell->kind == VICU_CELL_NONE)
        vicu_json_null(json, key);
    else {
        g_autofree char *text = vicu_cell_format(cell, least);
        vicu_json_text(json, key, text);
    }
}

static void
table_json(const VicuReport *self, const VicuTable *table, VicuJson *json)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "id", table->id);
    vicu_json_text(json, "title", table->title);
    vicu_json_text(json, "formula", table->formula);
    vicu_json_begin_array(json, "columns");
    for (unsigned c = 0; c < table->n_columns; c++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "id", table->columns[c].id);
        vicu_json_text(json, "title", table->columns[c].title);
        vicu_json_text(json, "unit", table->columns[c].unit);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "rows");
    for (guint r = 0; r < table->rows->len; r++) {
        const VicuCell *row = table->rows->pdata[r];
        vicu_json_begin_object(json, NULL);
        for (unsigned c = 0; c < table->n_columns; c++)
            cell_json(&row[c], table->columns[c].id, self->least, json);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

void
vicu_report_json(const VicuReport *self, VicuJson *json)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "report", self->kind);
    vicu_json_text(json, "title", self->title);
    vicu_json_text(json, "supplemental", VICU_REPORT_SUPPLEMENTAL);
    vicu_json_text(json, "site", self->site);
    vicu_json_text(json, "by", self->by);
    vicu_json_time(json, "from", self->from_us);
    vicu_json_time(json, "to", self->to_us);
    vicu_json_time(json, "made", self->made_us);
    if (self->observed >= 0)
        vicu_json_number(json, "observed_share", self->observed);
    else
        vicu_json_null(json, "observed_share");
    g_autofree char *observed = vicu_report_observed_words(self, NULL);
    vicu_json_text(json, "observed", observed);
    vicu_json_integer(json, "least_cell", self->least);
    vicu_json_begin_array(json, "tables");
    for (guint i = 0; i < self->tables->len; i++)
        table_json(self, self->tables->pdata[i], json);
    vicu_json_end(json);
    vicu_json_begin_array(json, "notes");
    for (guint i = 0; i < self->notes->len; i++) {
        g_autofree char *note = vicu_report_note_words(self, i, NULL);
        vicu_json_text(json, NULL, note);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

/* ---- CSV ---- */

/* A field in quotes, with its quotes doubled; @words: of free text, which must be no formula. */
static void
field(GString *out, const char *text, bool words)
{
    g_string_append_c(out, '"');
    if (words && text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL && strcmp(text, "-") != 0)
        g_string_append_c(out, '\'');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

static void
line(GString *out, const char *name, const char *value)
{
    field(out, name, true);
    g_string_append_c(out, ',');
    field(out, value, true);
    g_string_append(out, "\r\n");
}

static void
table_csv(const VicuReport *self, const VicuTable *table, GString *out)
{
    g_string_append(out, "\r\n");
    line(out, "table", table->title);
    line(out, "formula", table->formula);
    for (unsigned c = 0; c < table->n_columns; c++) {
        g_autofree char *head = vicu_column_words(&table->columns[c], NULL);
        g_string_append(out, c > 0 ? "," : "");
        field(out, head, true);
    }
    g_string_append(out, "\r\n");
    for (guint r = 0; r < table->rows->len; r++) {
        const VicuCell *row = table->rows->pdata[r];
        for (unsigned c = 0; c < table->n_columns; c++) {
            g_autofree char *text = row[c].kind == VICU_CELL_NONE
                                        ? g_strdup("")
                                        : vicu_cell_format(&row[c], self->least);
            g_string_append(out, c > 0 ? "," : "");
            if (row[c].kind == VICU_CELL_COUNT || row[c].kind == VICU_CELL_NUMBER)
                g_string_append(out, text);
            else
                field(out, text, row[c].kind == VICU_CELL_TEXT);
        }
        g_string_append(out, "\r\n");
    }
}

char *
vicu_report_csv(const VicuReport *self)
{
    GString *out = g_string_new(NULL);
    g_autofree char *from = vicu_time_format(self->from_us);
    g_autofree char *to = vicu_time_format(self->to_us);
    g_autofree char *made = vicu_time_format(self->made_us);
    g_autofree char *observed = vicu_report_observed_words(self, NULL);

    line(out, "report", self->title);
    line(out, "supplemental", VICU_REPORT_SUPPLEMENTAL);
    line(out, "site", self->site);
    line(out, "from", from);
    line(out, "to", to);
    line(out, "made", made);
    line(out, "by", self->by);
    line(out, "observed", observed);
    for (guint i = 0; i < self->tables->len; i++)
        table_csv(self, self->tables->pdata[i], out);
    if (self->notes->len > 0)
        g_string_append(out, "\r\n");
    for (guint i = 0; i < self->notes->len; i++) {
        g_autofree char *note = vicu_report_note_words(self, i, NULL);
        line(out, "note", note);
    }
    return g_string_free(out, FALSE);
}
