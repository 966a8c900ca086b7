/* A quality report as HTML. See render.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/quality/render.h"

#include "common/clock.h"

typedef struct {
    const VicuReport *report;
    VicuSayFunc say;
    GString *out;
} Page;

static const char *
in_english(const char *msgid)
{
    return msgid;
}

static void
put(const Page *page, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    g_string_append(page->out, escaped);
}

/* <@tag class="@class">@text</@tag> */
static void
put_in(const Page *page, const char *tag, const char *class, const char *text)
{
    g_string_append_printf(page->out, "<%s class=\"%s\">", tag, class);
    put(page, text);
    g_string_append_printf(page->out, "</%s>\n", tag);
}

/* ---- tables ---- */

static const char *
class_of(const VicuCell *cell)
{
    switch (cell->kind) {
    case VICU_CELL_COUNT:
    case VICU_CELL_NUMBER:
        return "number";
    case VICU_CELL_SMALL:
    case VICU_CELL_WITHHELD:
        return "withheld";
    case VICU_CELL_NONE:
        return "none";
    case VICU_CELL_TEXT:
        break;
    }
    return "words";
}

/* A column of counts or numbers, whatever is withheld of it. */
static bool
is_counted(const VicuTable *table, unsigned column)
{
    for (guint r = 0; r < table->rows->len; r++)
        switch (((const VicuCell *)table->rows->pdata[r])[column].kind) {
        case VICU_CELL_TEXT:
            return false;
        case VICU_CELL_NONE:
            break;
        case VICU_CELL_COUNT:
        case VICU_CELL_NUMBER:
        case VICU_CELL_SMALL:
        case VICU_CELL_WITHHELD:
            return true;
        }
    return false;
}

/* Where single beds are told what people wrote stands beside our own words. */
static void
put_cell(const Page *page, const VicuTable *table, const VicuCell *cell, bool first, bool counted)
{
    g_autofree char *text = vicu_cell_format(cell, page->report->least);
    bool ours = cell->kind == VICU_CELL_WITHHELD
                || (cell->kind == VICU_CELL_TEXT && !table->identifies && text[0] != '\0');

    g_string_append_printf(page->out,
                           first ? "<th scope=\"row\" class=\"%s%s\">" : "<td class=\"%s%s\">",
                           class_of(cell), counted ? " count" : "");
    put(page, ours ? page->say(text) : text);
    g_string_append(page->out, first ? "</th>" : "</td>");
}

static void
put_rows(const Page *page, const VicuTable *table, const bool *counted)
{
    for (guint r = 0; r < table->rows->len; r++) {
        const VicuCell *row = table->rows->pdata[r];
        bool total = table->has_total && r + 1 == table->rows->len;
        g_string_append(page->out, total ? "<tr class=\"total\">" : "<tr>");
        for (unsigned c = 0; c < table->n_columns; c++)
            put_cell(page, table, &row[c], c == 0, counted[c]);
        g_string_append(page->out, "</tr>\n");
    }
    if (table->rows->len == 0) {
        g_string_append_printf(page->out, "<tr><td class=\"none\" colspan=\"%u\">",
                               table->n_columns);
        put(page, page->say("(none)"));
        g_string_append(page->out, "</td></tr>\n");
    }
}

static void
put_table(const Page *page, const VicuTable *table)
{
    g_autofree bool *counted = g_new(bool, table->n_columns);

    g_string_append_printf(page->out, "<section id=\"table-%s\">\n<h2>", table->id);
    put(page, page->say(table->title));
    g_string_append(page->out, "</h2>\n<p class=\"formula\">");
    put(page, page->say("how: "));
    put(page, page->say(table->formula));
    g_string_append(page->out,
                    "</p>\n<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"");
    put(page, page->say(table->title));
    g_string_append(page->out, "\"><table>\n<thead><tr>");
    for (unsigned c = 0; c < table->n_columns; c++) {
        g_autofree char *head = vicu_column_words(&table->columns[c], page->say);
        counted[c] = is_counted(table, c);
        g_string_append(page->out,
                        counted[c] ? "<th scope=\"col\" class=\"count\">" : "<th scope=\"col\">");
        put(page, head);
        g_string_append(page->out, "</th>");
    }
    g_string_append(page->out, "</tr></thead>\n<tbody>\n");
    put_rows(page, table, counted);
    g_string_append(page->out, "</tbody></table></div>\n</section>\n");
}

/* ---- head and notes ---- */

static void
put_head(const Page *page)
{
    const VicuReport *report = page->report;
    g_autofree char *from = vicu_time_format(report->from_us);
    g_autofree char *to = vicu_time_format(report->to_us);
    g_autofree char *made = vicu_time_format(report->made_us);
    g_autofree char *observed = vicu_report_observed_words(report, page->say);

    put_in(page, "p", "first", page->say(VICU_REPORT_SUPPLEMENTAL));
    g_string_append(page->out, "<dl class=\"about\">");
    const char *const facts[][2] = {{"Site", report->site},
                                    {"From", from},
                                    {"To (not included)", to},
                                    {"Made", made},
                                    {"By", report->by}};
    for (guint i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (facts[i][1][0] == '\0')
            continue;
        put_in(page, "dt", "fact", page->say(facts[i][0]));
        put_in(page, "dd", "fact", facts[i][1]);
    }
    g_string_append(page->out, "</dl>\n");
    put_in(page, "p", "observed", observed);
}

static void
put_notes(const Page *page)
{
    if (page->report->notes->len == 0)
        return;
    g_string_append(page->out, "<ul class=\"notes\">\n");
    for (guint i = 0; i < page->report->notes->len; i++) {
        g_autofree char *note = vicu_report_note_words(page->report, i, page->say);
        put_in(page, "li", "note", note);
    }
    g_string_append(page->out, "</ul>\n");
}

void
portal_quality_render(const VicuReport *report, VicuSayFunc say, GString *out)
{
    const Page page = {report, say != NULL ? say : in_english, out};

    g_string_append_printf(out, "<article class=\"report\" id=\"report-%s\">\n", report->kind);
    put_head(&page);
    put_notes(&page);
    for (guint i = 0; i < report->tables->len; i++)
        put_table(&page, report->tables->pdata[i]);
    g_string_append(out, "</article>\n");
}
