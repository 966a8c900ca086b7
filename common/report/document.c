/* A report as data. See document.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/report/document.h"

static void
free_table(gpointer data)
{
    VicuTable *table = data;

    for (guint i = 0; i < table->rows->len; i++) {
        VicuCell *row = table->rows->pdata[i];
        for (unsigned c = 0; c < table->n_columns; c++)
            g_free(row[c].text);
        g_free(row);
    }
    g_ptr_array_unref(table->rows);
    g_free(table);
}

VicuReport *
vicu_report_new(const char *kind, const char *title, int64_t from_us, int64_t to_us)
{
    VicuReport *self = g_new0(VicuReport, 1);

    self->kind = g_strdup(kind);
    self->title = title;
    self->site = g_strdup("");
    self->by = g_strdup("");
    self->from_us = from_us;
    self->to_us = to_us;
    self->observed = -1;
    self->least = 1;
    self->tables = g_ptr_array_new_with_free_func(free_table);
    self->notes = g_array_new(FALSE, FALSE, sizeof(VicuReportNote));
    return self;
}

void
vicu_report_free(VicuReport *self)
{
    if (self == NULL)
        return;
    g_free(self->kind);
    g_free(self->site);
    g_free(self->by);
    g_ptr_array_unref(self->tables);
    g_array_unref(self->notes);
    g_free(self);
}

void
vicu_report_note(VicuReport *self, const char *format, unsigned a, unsigned b)
{
    const VicuReportNote note = {format, {a, b}};

    g_array_append_val(self->notes, note);
}

VicuTable *
vicu_report_table(VicuReport *self,
                  const char *id,
                  const char *title,
                  const char *formula,
                  const VicuColumn *columns,
                  unsigned n_columns)
{
    VicuTable *table = g_new0(VicuTable, 1);

    table->id = id;
    table->title = title;
    table->formula = formula;
    table->columns = columns;
    table->n_columns = n_columns;
    table->rows = g_ptr_array_new();
    g_ptr_array_add(self->tables, table);
    return table;
}

VicuCell *
vicu_table_row(VicuTable *self)
{
    VicuCell *row = g_new0(VicuCell, self->n_columns);

    g_ptr_array_add(self->rows, row);
    return row;
}

void
vicu_cell_text(VicuCell *self, const char *text)
{
    g_free(self->text);
    *self = (VicuCell){.kind = VICU_CELL_TEXT, .text = g_strdup(text)};
}

void
vicu_cell_count(VicuCell *self, uint64_t n)
{
    *self = (VicuCell){.kind = VICU_CELL_COUNT, .number = (double)n};
}

void
vicu_cell_number(VicuCell *self, double number)
{
    *self = (VicuCell){.kind = VICU_CELL_NUMBER, .number = number};
}

void
vicu_cell_percent(VicuCell *self, double part, double whole)
{
    if (whole > 0)
        vicu_cell_number(self, part * 100 / whole);
}
