/* A table of values over time, as text: names, units, then a line for each time.
 *
 * Pure: one line in, cells out; bounded. Errors name file, line and column. The
 * caller reads the lines.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define COLLECTOR_TABLE_MAX_LINE    (1u << 20)
#define COLLECTOR_TABLE_MAX_COLUMNS 1024

typedef enum {
    COLLECTOR_TABLE_ISO,     /* 2026-11-20T14:40:04.123456Z */
    COLLECTOR_TABLE_SECONDS, /* from the beginning */
} CollectorTableClock;

typedef struct {
    char **name; /* of each column, the time left out; NULL-terminated */
    char **unit; /* as written, "" where none is */
    size_t n;
    CollectorTableClock clock;
    size_t first_line; /* number of the first line with values, from 1 */
} CollectorTable;

/* The first two lines, and the third (NULL: there is none) to tell whether the second has
 * units: it has where its first cell is no time. A name like "II [mV]" has its unit too. */
CollectorTable *collector_table_parse(
    const char *what, const char *names, const char *second, const char *third, GError **error);
void collector_table_free(CollectorTable *self);

/* A cell of a row: digits as written, value = number / 10^decimals. */
typedef struct {
    gboolean present; /* FALSE: empty, or one of "-", "NaN", "nan", "NA" */
    int64_t number;
    int decimals;
    gboolean exact; /* FALSE: an exponent or too many digits; @value is all there is */
    double value;
} CollectorTableCell;

/* Line @line of the file, without its end. @cells: room for the table's columns. */
gboolean collector_table_row(const CollectorTable *self,
                             const char *what,
                             size_t line,
                             const char *text,
                             int64_t *t_us,
                             CollectorTableCell *cells,
                             GError **error);

/* "2026-11-20T14:40:04.123456Z": exact, UTC. */
gboolean collector_table_time(const char *text, size_t n, int64_t *t_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorTable, collector_table_free)

G_END_DECLS
