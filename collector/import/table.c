/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/import/table.h"

#include <math.h>
#include <string.h>

#include "common/error.h"

#define DIGITS_MAX 17

static gboolean
refuse(const char *what, size_t line, size_t column, GError **error, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

static gboolean
refuse(const char *what, size_t line, size_t column, GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *said = g_strdup_vprintf(format, args);
    va_end(args);
    if (column > 0)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%zu: column %zu: %s", what, line,
                    column, said);
    else
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%zu: %s", what, line, said);
    return FALSE;
}

/* One cell, blanks around it left out; *at is then behind its comma, or NULL at
 * the end. Quoted cells are copied into @buffer. FALSE: a quote without end. */
static gboolean
next_cell(const char **at, GString *buffer, const char **begin, size_t *n)
{
    const char *c = *at + strspn(*at, " ");

    if (*c != '"') {
        size_t length = strcspn(c, ",");
        const char *next = c + length;
        while (length > 0 && (c[length - 1] == ' ' || c[length - 1] == '\r'))
            length--;
        *begin = c;
        *n = length;
        *at = *next == ',' ? next + 1 : NULL;
        return TRUE;
    }
    g_string_truncate(buffer, 0);
    for (c++; *c != '\0' && (*c != '"' || c[1] == '"'); c++) {
        c += *c == '"';
        g_string_append_c(buffer, *c);
    }
    if (*c != '"')
        return FALSE;
    c += 1 + strspn(c + 1, " \r");
    if (*c != ',' && *c != '\0')
        return FALSE;
    *begin = buffer->str;
    *n = buffer->len;
    *at = *c == ',' ? c + 1 : NULL;
    return TRUE;
}

static char **
split(const char *what, size_t line, const char *text, GError **error)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) buffer = g_string_new(NULL);
    const char *at = text, *begin = NULL;
    size_t n = 0;

    while (at != NULL) {
        if (!next_cell(&at, buffer, &begin, &n)) {
            refuse(what, line, cells->len + 1, error, "a quoted cell has no end");
            return NULL;
        }
        if (cells->len > COLLECTOR_TABLE_MAX_COLUMNS) {
            refuse(what, line, 0, error, "more than %u columns", COLLECTOR_TABLE_MAX_COLUMNS);
            return NULL;
        }
        g_autofree char *cell = g_strndup(begin, n);
        g_ptr_array_add(cells, g_utf8_make_valid(cell, -1));
    }
    g_ptr_array_add(cells, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&cells), FALSE);
}

/* ---- times and numbers ---- */

static gboolean
two_digits(const char *at, int *value)
{
    if (!g_ascii_isdigit(at[0]) || !g_ascii_isdigit(at[1]))
        return FALSE;
    *value = (at[0] - '0') * 10 + at[1] - '0';
    return TRUE;
}

/* Days since 1970-01-01 in the Gregorian calendar (H. Hinnant's days_from_civil). */
static int64_t
days_from_civil(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return (int64_t)era * 146097 + doe - 719468;
}

gboolean
collector_table_time(const char *text, size_t n, int64_t *t_us)
{
    int century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    int64_t fraction = 0, unit = G_USEC_PER_SEC;

    if (n < 19 || !two_digits(text, &century) || !two_digits(text + 2, &year) || text[4] != '-'
        || !two_digits(text + 5, &month) || text[7] != '-' || !two_digits(text + 8, &day)
        || (text[10] != 'T' && text[10] != ' ') || !two_digits(text + 11, &hour) || text[13] != ':'
        || !two_digits(text + 14, &minute) || text[16] != ':' || !two_digits(text + 17, &second))
        return FALSE;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return FALSE;
    size_t at = 19;
    if (at < n && text[at] == '.') {
        for (at++; at < n && g_ascii_isdigit(text[at]); at++) {
            unit /= 10;
            fraction += (text[at] - '0') * unit;
        }
    }
    if (at < n && text[at] == 'Z')
        at++;
    if (at != n)
        return FALSE;
    int64_t days = days_from_civil(century * 100 + year, month, day);
    *t_us = ((days * 24 + hour) * 60 + minute) * 60 * G_USEC_PER_SEC
            + (int64_t)second * G_USEC_PER_SEC + fraction;
    return TRUE;
}

/* A decimal number; FALSE when it is none. */
static gboolean
take_number(const char *text, size_t n, CollectorTableCell *cell)
{
    size_t at = 0, digits = 0;
    gboolean negative = FALSE, point = FALSE;
    char copy[64], *end = NULL;

    *cell = (CollectorTableCell){.present = TRUE, .exact = TRUE};
    if (at < n && (text[at] == '-' || text[at] == '+'))
        negative = text[at++] == '-';
    for (; at < n && (g_ascii_isdigit(text[at]) || (text[at] == '.' && !point)); at++) {
        if (text[at] == '.') {
            point = TRUE;
            continue;
        }
        if (digits >= DIGITS_MAX) {
            cell->exact = FALSE;
            break;
        }
        cell->number = cell->number * 10 + (text[at] - '0');
        digits += cell->number != 0;
        cell->decimals += point;
    }
    if (at == n && (n > (size_t)point + (text[0] == '-' || text[0] == '+')) && cell->exact
        && cell->decimals <= 17) {
        if (negative)
            cell->number = -cell->number;
        static const double power[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                       1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};
        cell->value = (double)cell->number / power[cell->decimals];
        return TRUE;
    }
    if (n == 0 || n >= sizeof copy)
        return FALSE;
    memcpy(copy, text, n);
    copy[n] = '\0';
    cell->value = g_ascii_strtod(copy, &end);
    cell->exact = FALSE;
    return end == copy + n && isfinite(cell->value) && strpbrk(copy, "xXiInN") == NULL;
}

static gboolean
is_nothing(const char *text, size_t n)
{
    return n == 0 || (n == 1 && text[0] == '-')
           || (n == 3 && g_ascii_strncasecmp(text, "nan", 3) == 0)
           || (n == 2 && memcmp(text, "NA", 2) == 0);
}

static gboolean
take_clock(const char *text, size_t n, CollectorTableClock clock, int64_t *t_us)
{
    CollectorTableCell cell;

    if (clock == COLLECTOR_TABLE_ISO)
        return collector_table_time(text, n, t_us);
    if (!take_number(text, n, &cell) || fabs(cell.value) > 1e11)
        return FALSE;
    *t_us = (int64_t)llround(cell.value * 1e6);
    return TRUE;
}

/* ---- the head ---- */

/* "II [mV]": the unit goes from the name. */
static char *
unit_in_name(char *name)
{
    char *open = strrchr(name, '[');
    size_t n = strlen(name);

    /* "mm[Hg]" within a name has no blank in front */
    if (open == NULL || open == name || open[-1] != ' ' || name[n - 1] != ']')
        return g_strdup("");
    char *unit = g_strndup(open + 1, (gsize)(name + n - 1 - (open + 1)));
    *open = '\0';
    g_strchomp(name);
    return unit;
}

static gboolean
is_time(const char *text)
{
    int64_t t_us = 0;
    CollectorTableCell cell;

    return collector_table_time(text, strlen(text), &t_us)
           || take_number(text, strlen(text), &cell);
}

static gboolean
set_clock(CollectorTable *self, const char *what, const char *row, GError **error)
{
    const char *at = row, *begin = NULL;
    g_autoptr(GString) buffer = g_string_new(NULL);
    size_t n = 0;
    int64_t t_us = 0;

    if (row == NULL)
        return refuse(what, self->first_line, 0, error, "no line with values");
    if (next_cell(&at, buffer, &begin, &n)) {
        if (collector_table_time(begin, n, &t_us)) {
            self->clock = COLLECTOR_TABLE_ISO;
            return TRUE;
        }
        if (take_clock(begin, n, COLLECTOR_TABLE_SECONDS, &t_us)) {
            self->clock = COLLECTOR_TABLE_SECONDS;
            return TRUE;
        }
    }
    return refuse(what, self->first_line, 1, error,
                  "\"%.*s\" is no time: expected ISO 8601 (2026-11-20T14:40:04.123Z) or seconds",
                  (int)MIN(n, 40), begin != NULL ? begin : "");
}

CollectorTable *
collector_table_parse(
    const char *what, const char *names, const char *second, const char *third, GError **error)
{
    g_autoptr(CollectorTable) self = g_new0(CollectorTable, 1);
    g_auto(GStrv) name =
        split(what, 1, g_str_has_prefix(names, "\xef\xbb\xbf") ? names + 3 : names, error);
    g_auto(GStrv) unit = NULL;

    if (name == NULL)
        return NULL;
    size_t n = g_strv_length(name);
    if (n < 2) {
        refuse(what, 1, 0, error, "%zu columns: expected a time and at least one signal", n);
        return NULL;
    }
    if (second != NULL && (unit = split(what, 2, second, error)) == NULL)
        return NULL;
    gboolean units = unit != NULL && !is_time(unit[0]);
    if (units && g_strv_length(unit) != n) {
        refuse(what, 2, 0, error, "%u units for %zu columns", g_strv_length(unit), n);
        return NULL;
    }
    self->n = n - 1;
    self->first_line = units ? 3 : 2;
    self->name = g_new0(char *, n);
    self->unit = g_new0(char *, n);
    for (size_t i = 0; i + 1 < n; i++) {
        self->name[i] = g_strdup(name[i + 1]);
        self->unit[i] = unit_in_name(self->name[i]);
        if (units && unit[i + 1][0] != '\0') {
            g_free(self->unit[i]);
            self->unit[i] = g_strdup(unit[i + 1]);
        }
        if (self->name[i][0] == '\0') {
            refuse(what, 1, i + 2, error, "the column has no name");
            return NULL;
        }
    }
    return set_clock(self, what, units ? third : second, error) ? g_steal_pointer(&self) : NULL;
}

void
collector_table_free(CollectorTable *self)
{
    if (self == NULL)
        return;
    g_strfreev(self->name);
    g_strfreev(self->unit);
    g_free(self);
}

gboolean
collector_table_row(const CollectorTable *self,
                    const char *what,
                    size_t line,
                    const char *text,
                    int64_t *t_us,
                    CollectorTableCell *cells,
                    GError **error)
{
    g_autoptr(GString) buffer = strchr(text, '"') != NULL ? g_string_new(NULL) : NULL;
    const char *at = text, *begin = NULL;
    size_t n = 0;

    if (buffer == NULL ? FALSE : strchr(text, '\n') != NULL)
        return refuse(what, line, 0, error, "a quoted cell goes over the end of its line");
    for (size_t i = 0; i <= self->n; i++) {
        if (at == NULL)
            return refuse(what, line, 0, error, "%zu cells, the table has %zu columns", i,
                          self->n + 1);
        if (!next_cell(&at, buffer, &begin, &n))
            return refuse(what, line, i + 1, error, "a quoted cell has no end");
        if (i == 0 && !take_clock(begin, n, self->clock, t_us))
            return refuse(what, line, 1, error, "\"%.*s\" is no time", (int)MIN(n, 40), begin);
        if (i == 0)
            continue;
        if (is_nothing(begin, n))
            cells[i - 1] = (CollectorTableCell){0};
        else if (!take_number(begin, n, &cells[i - 1]))
            return refuse(what, line, i + 1, error, "\"%.*s\" is no number", (int)MIN(n, 40),
                          begin);
    }
    if (at != NULL)
        return refuse(what, line, 0, error, "more cells than the %zu columns of the table",
                      self->n + 1);
    return TRUE;
}
