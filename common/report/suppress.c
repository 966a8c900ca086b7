/* Small cells of a report: withheld, and not to be had from the totals either. See document.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/report/document.h"

static bool
is_withheld(const VicuCell *cell)
{
    return cell->kind == VICU_CELL_SMALL || cell->kind == VICU_CELL_WITHHELD;
}

static bool
is_counted(const VicuColumn *column)
{
    return column->use == VICU_COLUMN_COUNT || column->use == VICU_COLUMN_PART
           || column->use == VICU_COLUMN_WHOLE;
}

/* The number stays inside until the end: whoever looks for another one to withhold needs it. */
static void
withhold(VicuCell *cell, VicuCellKind kind)
{
    if (cell->kind == VICU_CELL_COUNT || cell->kind == VICU_CELL_NUMBER)
        cell->kind = kind;
}

/* How many of the others there are tells as much: all but two were answered. */
static bool
leaves_few(const VicuTable *table, const VicuCell *row, unsigned column, unsigned least)
{
    int of = table->columns[column].of;

    if (of < 0 || !is_counted(&table->columns[of]) || row[of].kind == VICU_CELL_NONE)
        return false;
    double rest = row[of].number - row[column].number;
    return row[column].number > 0 && rest > 0 && rest < least;
}

static void
withhold_small(VicuTable *table, unsigned least)
{
    for (guint r = 0; r < table->rows->len; r++) {
        VicuCell *row = table->rows->pdata[r];
        bool few = false;
        for (unsigned c = 0; c < table->n_columns; c++)
            few |= table->columns[c].use == VICU_COLUMN_BEDS && row[c].kind == VICU_CELL_COUNT
                   && row[c].number < least;
        for (unsigned c = 0; c < table->n_columns; c++)
            if (is_counted(&table->columns[c])
                && (few || (row[c].number > 0 && row[c].number < least)))
                withhold(&row[c], few && !(row[c].number > 0 && row[c].number < least)
                                      ? VICU_CELL_WITHHELD
                                      : VICU_CELL_SMALL);
            else if (is_counted(&table->columns[c]) && leaves_few(table, row, c, least))
                withhold(&row[c], VICU_CELL_WITHHELD);
    }
}

/* Cells whose sum is shown: one that is withheld alone is the sum less the others. True: another
 * one had to be withheld. */
static bool
cover(VicuCell **cells, size_t n, unsigned least)
{
    VicuCell *next = NULL;
    double sum = 0;
    unsigned withheld = 0;

    for (size_t i = 0; i < n; i++) {
        if (is_withheld(cells[i])) {
            withheld++;
            sum += cells[i]->number;
        } else if (cells[i]->kind == VICU_CELL_COUNT
                   && (next == NULL
                       || (cells[i]->number > 0
                           && (next->number <= 0 || cells[i]->number < next->number)))) {
            next = cells[i];
        }
    }
    if (withheld == 0 || next == NULL || (withheld >= 2 && sum >= least))
        return false;
    withhold(next, VICU_CELL_WITHHELD);
    return true;
}

static bool
cover_column(VicuTable *table, unsigned column, unsigned least)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new();

    for (guint r = 0; r + 1 < table->rows->len; r++)
        g_ptr_array_add(cells, &((VicuCell *)table->rows->pdata[r])[column]);
    const VicuCell *total = &((VicuCell *)table->rows->pdata[table->rows->len - 1])[column];
    return !is_withheld(total) && cover((VicuCell **)cells->pdata, cells->len, least);
}

/* A whole that is withheld could be added up from its parts, and parts from a whole. */
static bool
cover_row(VicuTable *table, guint r, unsigned least)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    VicuCell *row = table->rows->pdata[r];
    VicuCell *whole = NULL;

    for (unsigned c = 0; c < table->n_columns; c++) {
        if (table->columns[c].use == VICU_COLUMN_PART)
            g_ptr_array_add(parts, &row[c]);
        else if (table->columns[c].use == VICU_COLUMN_WHOLE)
            whole = &row[c];
    }
    if (whole == NULL || parts->len == 0)
        return false;
    if (!is_withheld(whole))
        return cover((VicuCell **)parts->pdata, parts->len, least);
    g_ptr_array_add(parts, whole);
    return cover((VicuCell **)parts->pdata, parts->len, least);
}

/* A total that is withheld must not be added up from its rows. */
static bool
cover_total(VicuTable *table, unsigned column, unsigned least)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new();
    bool any = false;

    for (guint r = 0; r < table->rows->len; r++)
        g_ptr_array_add(cells, &((VicuCell *)table->rows->pdata[r])[column]);
    any = is_withheld(cells->pdata[cells->len - 1]);
    return any && cover((VicuCell **)cells->pdata, cells->len, least);
}

static void
complete(VicuTable *table, unsigned least)
{
    bool changed = true;

    while (changed) {
        changed = false;
        for (unsigned c = 0; table->has_total && c < table->n_columns; c++)
            if (is_counted(&table->columns[c]) && table->rows->len > 1)
                changed |= cover_column(table, c, least) || cover_total(table, c, least);
        for (guint r = 0; r < table->rows->len; r++)
            changed |= cover_row(table, r, least);
    }
}

/* True: something is. */
static bool
follow(VicuTable *table)
{
    bool any = false;

    for (guint r = 0; r < table->rows->len; r++) {
        VicuCell *row = table->rows->pdata[r];
        for (unsigned c = 0; c < table->n_columns; c++)
            if (table->columns[c].of >= 0 && is_withheld(&row[table->columns[c].of]))
                withhold(&row[c], VICU_CELL_WITHHELD);
    }
    for (guint r = 0; r < table->rows->len; r++) {
        VicuCell *row = table->rows->pdata[r];
        for (unsigned c = 0; c < table->n_columns; c++)
            if (is_withheld(&row[c])) {
                row[c].number = 0;
                any = true;
            }
    }
    return any;
}

void
vicu_report_suppress(VicuReport *self, unsigned least, bool beds)
{
    bool any = false;

    self->least = MAX(least, 1u);
    for (guint i = self->tables->len; i-- > 0;) {
        VicuTable *table = self->tables->pdata[i];
        if (table->identifies && !beds) {
            g_ptr_array_remove_index(self->tables, i);
            continue;
        }
        if (self->least == 1 || table->identifies)
            continue;
        withhold_small(table, self->least);
        complete(table, self->least);
        any |= follow(table);
    }
    if (any)
        vicu_report_note(self,
                         "Counts of 1 to %u are withheld (\"< %u\"), and so is what they could be "
                         "computed from (\"withheld\")",
                         self->least - 1, self->least);
}
