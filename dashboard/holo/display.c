/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/display.h"

#include <string.h>

#include <gio/gio.h>

#include "common/error.h"
#include "dashboard/holo/resources.h"

#define SIZE_MAX_BYTES (64 << 10)
#define ROWS_MAX       256
#define COLUMNS        12
#define PANEL_MAX      32768
#define DPI_MIN        20
#define DPI_MAX        2000
#define CONE_MIN       1
#define CONE_MAX       120

static const char header[] =
    "name,title,serial,panel_w,panel_h,dpi,quilt_w,quilt_h,columns,rows,aspect,cone";

struct DashDisplays {
    GArray *rows; /* DashDisplay */
};

/* Where a line stands, for errors. */
typedef struct {
    const char *name;
    unsigned line;
} Place;

static bool
refuse(GError **error, Place place, const char *what, const char *found, const char *expected)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%u: %s \"%s\": expected %s", place.name,
                place.line, what, found, expected);
    return false;
}

/* Cuts a line at its commas; a cell in quotes may hold commas, and "" for a quote. In place. */
static int
cut(char *line, char *cells[COLUMNS])
{
    int n = 0;

    for (char *at = line;; at++) {
        bool quoted = *at == '"';
        char *from = quoted ? ++at : at, *to = from;
        for (; *at != '\0' && (quoted || *at != ','); at++) {
            if (quoted && *at == '"' && *++at != '"')
                break;
            *to++ = *at;
        }
        bool more = *at == ',';
        bool torn = *at != '\0' && !more;
        *to = '\0';
        if (torn || n == COLUMNS)
            return -1;
        cells[n++] = from;
        if (!more)
            return n;
    }
}

static bool
take_text(char *out, size_t size, const char *cell)
{
    return g_utf8_validate(cell, -1, NULL) && g_strlcpy(out, cell, size) < size;
}

static bool
take_number(const char *cell, double low, double high, double *out)
{
    char *end = NULL;

    if (!g_ascii_isdigit(cell[0]))
        return false;
    *out = g_ascii_strtod(cell, &end);
    return *end == '\0' && *out >= low && *out <= high;
}

static bool
take_whole(const char *cell, int high, int *out)
{
    double value = 0;

    if (!take_number(cell, 1, high, &value) || value != (int)value)
        return false;
    *out = (int)value;
    return true;
}

static bool
is_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if (!g_ascii_islower(*at) && !g_ascii_isdigit(*at) && *at != '-' && *at != '.')
            return false;
    return name[0] != '\0';
}

static bool
take_sizes(DashDisplay *row, char *const cells[COLUMNS], Place place, GError **error)
{
    const struct {
        const char *what;
        int high;
        int *out;
    } whole[] = {
        {"panel_w", PANEL_MAX, &row->panel_w},
        {"panel_h", PANEL_MAX, &row->panel_h},
        {NULL, 0, NULL},
        {"quilt_w", DASH_QUILT_SIDE_MAX, &row->quilt.w},
        {"quilt_h", DASH_QUILT_SIDE_MAX, &row->quilt.h},
        {"columns", DASH_QUILT_VIEWS_MAX, &row->quilt.columns},
        {"rows", DASH_QUILT_VIEWS_MAX, &row->quilt.rows},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
        if (whole[i].what != NULL && !take_whole(cells[3 + i], whole[i].high, whole[i].out)) {
            g_autofree char *range = g_strdup_printf("a whole number of 1..%d", whole[i].high);
            return refuse(error, place, whole[i].what, cells[3 + i], range);
        }
    if (!take_number(cells[5], DPI_MIN, DPI_MAX, &row->dpi))
        return refuse(error, place, "dpi", cells[5], "a number of 20..2000");
    if (!take_number(cells[10], 0.1, 10, &row->quilt.aspect))
        return refuse(error, place, "aspect", cells[10], "a number of 0.1..10");
    if (!take_number(cells[11], CONE_MIN, CONE_MAX, &row->cone_deg))
        return refuse(error, place, "cone", cells[11], "degrees of 1..120");
    g_autoptr(GError) why = NULL;
    if (!dash_quilt_check(&row->quilt, &why))
        return refuse(error, place, "quilt", cells[0], why->message);
    return true;
}

static bool
take_row(DashDisplays *self, char *line, Place place, GError **error)
{
    DashDisplay row = {0};
    char *cells[COLUMNS];
    int n = cut(line, cells);

    if (n != COLUMNS) {
        g_autofree char *found = g_strdup_printf("%d", MAX(n, 0));
        return refuse(error, place, "cells", found, n < 0 ? "closed quotes, 12 cells" : "12 cells");
    }
    if (!take_text(row.name, sizeof row.name, cells[0]) || !is_name(row.name))
        return refuse(error, place, "name", cells[0], "small letters, digits, - and ., 31 at most");
    if (!take_text(row.title, sizeof row.title, cells[1]) || row.title[0] == '\0')
        return refuse(error, place, "title", cells[1], "1..79 bytes");
    if (!take_text(row.serial, sizeof row.serial, cells[2]))
        return refuse(error, place, "serial", cells[2], "31 bytes at most");
    for (guint i = 0; i < self->rows->len; i++)
        if (strcmp(g_array_index(self->rows, DashDisplay, i).name, row.name) == 0)
            return refuse(error, place, "name", row.name, "each name once");
    if (!take_sizes(&row, cells, place, error))
        return false;
    if (self->rows->len == ROWS_MAX)
        return refuse(error, place, "row", row.name, "256 rows at most");
    g_array_append_val(self->rows, row);
    return true;
}

static bool
take_lines(DashDisplays *self, const char *name, char *text, GError **error)
{
    Place place = {name, 0};
    bool headed = false;

    for (char *line = text, *next = NULL; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        place.line++;
        g_strchomp(line);
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (!headed && strcmp(line, header) != 0)
            return refuse(error, place, "header", line, header);
        if (headed && !take_row(self, line, place, error))
            return false;
        headed = true;
    }
    return self->rows->len > 0 || refuse(error, place, "rows", "0", "at least one");
}

DashDisplays *
dash_displays_parse(const char *name, const char *text, gssize size, GError **error)
{
    size_t n = size < 0 ? strlen(text) : (size_t)size;
    Place place = {name, 1};

    if (n > SIZE_MAX_BYTES || memchr(text, '\0', n) != NULL) {
        refuse(error, place, "table", "", "at most 64 KiB of text");
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, n);
    g_autoptr(DashDisplays) self = g_new0(DashDisplays, 1);
    self->rows = g_array_new(FALSE, FALSE, sizeof(DashDisplay));
    return take_lines(self, name, copy, error) ? g_steal_pointer(&self) : NULL;
}

DashDisplays *
dash_displays_new(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) table = g_resource_lookup_data(
        dash_holo_get_resource(), "/vicu/holo/displays.csv", G_RESOURCE_LOOKUP_FLAGS_NONE, &error);

    g_assert_no_error(error);
    DashDisplays *self = dash_displays_parse("displays.csv", g_bytes_get_data(table, NULL),
                                             (gssize)g_bytes_get_size(table), &error);
    g_assert_no_error(error);
    return self;
}

void
dash_displays_free(DashDisplays *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->rows);
    g_free(self);
}

size_t
dash_displays_n(const DashDisplays *self)
{
    return self->rows->len;
}

const DashDisplay *
dash_displays_at(const DashDisplays *self, size_t i)
{
    g_assert(i < self->rows->len);
    return &g_array_index(self->rows, DashDisplay, i);
}

const DashDisplay *
dash_displays_find(const DashDisplays *self, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (size_t i = 0; i < self->rows->len; i++) {
        const DashDisplay *row = dash_displays_at(self, i);
        if (strcmp(row->name, name) == 0)
            return row;
        g_ptr_array_add(names, (gpointer)row->name);
    }
    g_ptr_array_add(names, NULL);
    const char *near = vicu_nearest_name(name, (const char *const *)names->pdata);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "display \"%s\" is not known%s%s: expected one of %s", name,
                near != NULL ? "; nearest is " : "", near != NULL ? near : "", all);
    return NULL;
}

const DashDisplay *
dash_displays_of_serial(const DashDisplays *self, const char *serial)
{
    for (size_t i = 0; i < self->rows->len; i++) {
        const DashDisplay *row = dash_displays_at(self, i);
        g_auto(GStrv) prefixes = g_strsplit(row->serial, " ", -1);
        for (char **at = prefixes; *at != NULL; at++)
            if ((*at)[0] != '\0' && g_str_has_prefix(serial, *at))
                return row;
    }
    return NULL;
}
