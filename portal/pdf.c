/* A report on paper. See pdf.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/pdf.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "common/error.h"
#include "common/report/document.h"

/* A4 across, in points of 1/72 inch. */
#define WIDTH       842.0
#define HEIGHT      595.0
#define MARGIN      40.0
#define TOP         78.0
#define BOTTOM      (HEIGHT - 46.0)
#define PAD         4.0
#define COLUMN_MAX  250.0
#define COLUMNS_MAX 64u

typedef struct {
    cairo_t *cr;
    JsonObject *report;
    unsigned page, pages; /* pages 0: they are being counted */
    double y;
    double size; /* of the table's words */
} Paper;

static const char *
text_of(JsonObject *object, const char *key)
{
    JsonNode *node = json_object_get_member(object, key);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_string(node) != NULL
               ? json_node_get_string(node)
               : "";
}

/* ---- words ---- */

static PangoLayout *
layout_of(const Paper *paper, const char *text, double size, bool bold, double width)
{
    PangoLayout *layout = pango_cairo_create_layout(paper->cr);
    PangoFontDescription *font = pango_font_description_from_string("Noto Sans, Sans");

    pango_font_description_set_size(font, (int)lround(size * PANGO_SCALE));
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    /* Chinese forms of characters that Japanese writes otherwise. */
    pango_context_set_language(pango_layout_get_context(layout),
                               pango_language_from_string("zh-cn"));
    pango_layout_context_changed(layout);
    pango_layout_set_text(layout, text, -1);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    if (width > 0)
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    return layout;
}

static double
height_of(PangoLayout *layout)
{
    int height = 0;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

/* Draws at @x, @y; the height. */
static double
put(const Paper *paper, const char *text, double size, bool bold, double x, double y, double width)
{
    g_autoptr(PangoLayout) layout = layout_of(paper, text, size, bold, width);

    cairo_move_to(paper->cr, x, y);
    pango_cairo_show_layout(paper->cr, layout);
    return height_of(layout);
}

/* ---- pages ---- */

static void
rule(const Paper *paper, double y)
{
    cairo_set_line_width(paper->cr, 0.4);
    cairo_move_to(paper->cr, MARGIN, y);
    cairo_line_to(paper->cr, WIDTH - MARGIN, y);
    cairo_stroke(paper->cr);
}

static void
begin_page(Paper *paper)
{
    JsonObject *r = paper->report;
    g_autofree char *about =
        g_strdup_printf("%s%s%s to %s", text_of(r, "site"), *text_of(r, "site") ? "; " : "",
                        text_of(r, "from"), text_of(r, "to"));
    g_autofree char *made = g_strdup_printf("vICU; made %s by %s", text_of(r, "made"),
                                            *text_of(r, "by") ? text_of(r, "by") : "nobody named");
    g_autofree char *count = NULL;

    paper->page++;
    count = g_strdup_printf("page %u of %u", paper->page, paper->pages);
    cairo_set_source_rgb(paper->cr, 0, 0, 0);
    put(paper, text_of(r, "title"), 14, true, MARGIN, 24, WIDTH - 2 * MARGIN);
    put(paper, text_of(r, "supplemental"), 8, true, MARGIN, 45, WIDTH - 2 * MARGIN);
    put(paper, about, 8, false, MARGIN, 57, WIDTH - 2 * MARGIN);
    rule(paper, TOP - 6);
    rule(paper, HEIGHT - 36);
    put(paper, made, 7, false, MARGIN, HEIGHT - 32, WIDTH - 2 * MARGIN - 100);
    put(paper, count, 7, false, WIDTH - MARGIN - 70, HEIGHT - 32, 70);
    paper->y = TOP;
}

static void
room_for(Paper *paper, double height)
{
    if (paper->y + height <= BOTTOM)
        return;
    cairo_show_page(paper->cr);
    begin_page(paper);
}

static void
paragraph(Paper *paper, const char *text, double size, bool bold, double space)
{
    g_autoptr(PangoLayout) layout = layout_of(paper, text, size, bold, WIDTH - 2 * MARGIN);
    double height = height_of(layout);

    room_for(paper, height + space);
    paper->y += space;
    cairo_move_to(paper->cr, MARGIN, paper->y);
    pango_cairo_show_layout(paper->cr, layout);
    paper->y += height;
}

/* ---- tables ---- */

static char *
cell_text(JsonObject *row, const char *key)
{
    JsonNode *node = json_object_get_member(row, key);

    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node))
        return g_strdup("-");
    if (json_node_get_value_type(node) == G_TYPE_STRING)
        return json_node_dup_string(node);
    double number = json_node_get_double(node);
    return vicu_report_number(number);
}

typedef struct {
    const char *id;
    char *head;
    double width;
} Column;

static double
natural(const Paper *paper, const char *text, bool bold)
{
    g_autoptr(PangoLayout) layout = layout_of(paper, text, paper->size, bold, 0);
    int width = 0;

    pango_layout_get_size(layout, &width, NULL);
    return MIN((double)width / PANGO_SCALE + PAD + 1, COLUMN_MAX);
}

static double
measure(const Paper *paper, Column *columns, guint n, JsonArray *rows)
{
    double sum = 0;

    for (guint c = 0; c < n; c++) {
        columns[c].width = 0;
        /* A head may stand in two or three lines; its longest word may not be broken. */
        g_auto(GStrv) words = g_strsplit(columns[c].head, " ", -1);
        for (guint w = 0; words[w] != NULL; w++)
            columns[c].width = MAX(columns[c].width, natural(paper, words[w], true));
        for (guint r = 0; r < json_array_get_length(rows); r++) {
            g_autofree char *text =
                cell_text(json_array_get_object_element(rows, r), columns[c].id);
            columns[c].width = MAX(columns[c].width, natural(paper, text, false));
        }
        sum += columns[c].width;
    }
    return sum;
}

static int
by_width(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The widest give way; a narrow one keeps its words whole. */
static void
narrow(Column *columns, guint n, double room)
{
    g_autofree double *widths = g_new(double, n + 1);
    double level = room / MAX(n, 1u);

    for (guint c = 0; c < n; c++)
        widths[c] = columns[c].width;
    qsort(widths, n, sizeof widths[0], by_width);
    for (guint c = 0; c < n; c++) {
        level = room / (n - c);
        if (widths[c] > level)
            break;
        room -= widths[c];
    }
    for (guint c = 0; c < n; c++)
        columns[c].width = MIN(columns[c].width, level);
}

/* The largest words with which the table is not wider than the page; else its columns are narrowed.
 */
static void
fit(Paper *paper, Column *columns, guint n, JsonArray *rows)
{
    static const double sizes[] = {7.5, 6.5, 5.5};
    double sum = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(sizes) && (i == 0 || sum > WIDTH - 2 * MARGIN); i++) {
        paper->size = sizes[i];
        sum = measure(paper, columns, n, rows);
        if (n <= 6) /* of few columns the words stand in lines */
            break;
    }
    if (sum > WIDTH - 2 * MARGIN)
        narrow(columns, n, WIDTH - 2 * MARGIN);
}

/* A row of @texts; it begins a new page where this one is full. */
static void
put_row(Paper *paper, const Column *columns, guint n, char *const *texts, bool bold)
{
    double height = 0, x = MARGIN;

    for (guint c = 0; c < n; c++) {
        g_autoptr(PangoLayout) layout =
            layout_of(paper, texts[c], paper->size, bold, columns[c].width - PAD);
        height = MAX(height, height_of(layout));
    }
    room_for(paper, height + 3);
    for (guint c = 0; c < n; c++) {
        put(paper, texts[c], paper->size, bold, x, paper->y, columns[c].width - PAD);
        x += columns[c].width;
    }
    paper->y += height + 3;
}

static void
put_rows(Paper *paper, const Column *columns, guint n, JsonArray *rows)
{
    g_autofree char **texts = g_new0(char *, n + 1);

    for (guint c = 0; c < n; c++)
        texts[c] = columns[c].head;
    put_row(paper, columns, n, texts, true);
    rule(paper, paper->y - 1.5);
    for (guint r = 0; r < json_array_get_length(rows); r++) {
        JsonObject *row = json_array_get_object_element(rows, r);
        for (guint c = 0; c < n; c++)
            texts[c] = cell_text(row, columns[c].id);
        put_row(paper, columns, n, texts, false);
        for (guint c = 0; c < n; c++)
            g_free(texts[c]);
    }
    if (json_array_get_length(rows) == 0)
        paragraph(paper, "(none)", 7.5, false, 0);
}

static void
put_table(Paper *paper, JsonObject *table)
{
    JsonArray *heads = json_object_get_array_member(table, "columns");
    JsonArray *rows = json_object_get_array_member(table, "rows");
    guint n = MIN(json_array_get_length(heads), COLUMNS_MAX);
    g_autofree Column *columns = g_new0(Column, n + 1);
    g_autofree char *how = g_strdup_printf("how: %s", text_of(table, "formula"));

    for (guint c = 0; c < n; c++) {
        JsonObject *head = json_array_get_object_element(heads, c);
        const char *unit = text_of(head, "unit");
        columns[c].id = text_of(head, "id");
        columns[c].head = *unit ? g_strdup_printf("%s [%s]", text_of(head, "title"), unit)
                                : g_strdup(text_of(head, "title"));
    }
    room_for(paper, 70); /* a title does not stand alone at the end of a page */
    paragraph(paper, text_of(table, "title"), 10.5, true, 8);
    paragraph(paper, how, 7, false, 1);
    paper->y += 4;
    fit(paper, columns, n, rows);
    put_rows(paper, columns, n, rows);
    for (guint c = 0; c < n; c++)
        g_free(columns[c].head);
}

static void
put_report(Paper *paper)
{
    JsonArray *tables = json_object_get_array_member(paper->report, "tables");
    JsonArray *notes = json_object_get_array_member(paper->report, "notes");

    begin_page(paper);
    paragraph(paper, text_of(paper->report, "observed"), 8, false, 0);
    for (guint i = 0; i < json_array_get_length(tables); i++)
        put_table(paper, json_array_get_object_element(tables, i));
    paper->y += 6;
    for (guint i = 0; i < json_array_get_length(notes); i++)
        paragraph(paper, json_array_get_string_element(notes, i), 8, false, 2);
    cairo_show_page(paper->cr);
}

/* ---- whole ---- */

static bool
is_table(JsonNode *node)
{
    JsonObject *table = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    static const char *const members[] = {"columns", "rows"};

    for (guint m = 0; table != NULL && m < G_N_ELEMENTS(members); m++) {
        JsonNode *list = json_object_get_member(table, members[m]);
        if (list == NULL || !JSON_NODE_HOLDS_ARRAY(list))
            return false;
        JsonArray *array = json_node_get_array(list);
        for (guint i = 0; i < json_array_get_length(array); i++)
            if (!JSON_NODE_HOLDS_OBJECT(json_array_get_element(array, i)))
                return false;
    }
    return table != NULL;
}

static bool
is_note(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
}

static bool
is_list(JsonObject *report, const char *name, bool (*fits)(JsonNode *node))
{
    JsonNode *list = json_object_get_member(report, name);

    if (list == NULL || !JSON_NODE_HOLDS_ARRAY(list))
        return false;
    JsonArray *array = json_node_get_array(list);
    for (guint i = 0; i < json_array_get_length(array); i++)
        if (!fits(json_array_get_element(array, i)))
            return false;
    return true;
}

static cairo_status_t
take(void *user, const unsigned char *data, unsigned n)
{
    g_byte_array_append(user, data, n);
    return CAIRO_STATUS_SUCCESS;
}

static GByteArray *
draw(JsonObject *report, unsigned *pages)
{
    GByteArray *out = g_byte_array_new();
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take, out, WIDTH, HEIGHT);
    Paper paper = {.cr = cairo_create(surface), .report = report, .pages = *pages};

    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, text_of(report, "title"));
    put_report(&paper);
    cairo_destroy(paper.cr);
    cairo_surface_finish(surface);
    g_assert_cmpint(cairo_surface_status(surface), ==, CAIRO_STATUS_SUCCESS);
    cairo_surface_destroy(surface);
    *pages = paper.page;
    return out;
}

GBytes *
portal_pdf_print(const char *json, size_t size, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    unsigned pages = 0;

    if (size > PORTAL_PDF_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "a report of %zu bytes is longer than %u: take a shorter time", size,
                    PORTAL_PDF_MAX);
        return NULL;
    }
    if (!g_utf8_validate_len(json, size, NULL)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "this is no report: it is no UTF-8 text");
        return NULL;
    }
    if (!json_parser_load_from_data(parser, json, (gssize)size, error))
        return NULL;
    JsonNode *root = json_parser_get_root(parser);
    JsonObject *report =
        root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    if (report == NULL || !is_list(report, "tables", is_table)
        || !is_list(report, "notes", is_note)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "this is no report: expected what vicu report --json prints");
        return NULL;
    }
    g_byte_array_unref(draw(report, &pages)); /* how many pages there are stands on each */
    return g_byte_array_free_to_bytes(draw(report, &pages));
}
