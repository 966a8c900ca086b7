/* A report as data: tables of cells, each table with the formula of its numbers in words.
 *
 * What computes fills one in, what shows or writes it knows nothing of alarms: text, JSON and CSV
 * are made here from the same cells, so that a cell that is too small to be shown is in none of
 * them. Pure; everything is copied and owned by the document. Times are UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/json.h"

G_BEGIN_DECLS

typedef enum {
    VICU_CELL_NONE,    /* nothing to say: never zero */
    VICU_CELL_TEXT,    /* words */
    VICU_CELL_COUNT,   /* of events or beds: what may be too small to be shown */
    VICU_CELL_NUMBER,  /* in the column's unit */
    VICU_CELL_SMALL,   /* withheld: 1 to least - 1 of them */
    VICU_CELL_WITHHELD /* withheld: else a small one could be computed from the totals */
} VicuCellKind;

typedef struct {
    VicuCellKind kind;
    char *text;
    double number;
} VicuCell;

typedef enum {
    VICU_COLUMN_PLAIN,
    VICU_COLUMN_COUNT, /* suppressed where small, and so that no total gives it away */
    VICU_COLUMN_PART,  /* the same; the parts of a row add up to its whole */
    VICU_COLUMN_WHOLE,
    VICU_COLUMN_BEDS, /* how many patients' beds a row is about: few, and all of it is withheld */
} VicuColumnUse;

typedef struct {
    const char *id;    /* static; a name for programs: [a-z0-9_] */
    const char *title; /* static; English, a msgid */
    const char *unit;  /* static; "" = none */
    VicuColumnUse use;
    int of; /* computed from this count column: withheld with it; -1 = none */
} VicuColumn;

typedef struct {
    const char *id;      /* static */
    const char *title;   /* static; English, a msgid */
    const char *formula; /* static; English, a msgid */
    bool identifies;     /* about single beds: not for who sees aggregates only */
    bool has_total;      /* the last row is the sum of the others */
    const VicuColumn *columns;
    unsigned n_columns;
    GPtrArray *rows; /* VicuCell *, n_columns each */
} VicuTable;

/* A sentence that is no table's. */
typedef struct {
    const char *format; /* static; English, a msgid, with at most two %u */
    unsigned of[2];
} VicuReportNote;

typedef struct {
    char *kind;        /* "burden", "response", ... */
    const char *title; /* static; English, a msgid */
    char *site;
    char *by;
    int64_t from_us, to_us, made_us;
    double observed;         /* 0..1 of the time of its beds; < 0: no bed had data */
    unsigned beds, not_live; /* beds with data; of these, with some not known to be of the living */
    unsigned least;          /* counts below this are withheld; 1 = none */
    GPtrArray *tables;
    GArray *notes; /* VicuReportNote */
} VicuReport;

#define VICU_REPORT_SUPPLEMENTAL "SUPPLEMENTAL: the bedside monitor stays the primary alarm"

/* @title is static. */
VicuReport *vicu_report_new(const char *kind, const char *title, int64_t from_us, int64_t to_us);
void vicu_report_free(VicuReport *self);
void vicu_report_note(VicuReport *self, const char *format, unsigned a, unsigned b);

/* @columns is static. The table belongs to the report. */
VicuTable *vicu_report_table(VicuReport *self,
                             const char *id,
                             const char *title,
                             const char *formula,
                             const VicuColumn *columns,
                             unsigned n_columns);
/* A row of VICU_CELL_NONE. Borrowed, and stays where it is. */
VicuCell *vicu_table_row(VicuTable *self);
void vicu_cell_text(VicuCell *self, const char *text);
void vicu_cell_count(VicuCell *self, uint64_t n);
void vicu_cell_number(VicuCell *self, double number);
/* part / whole x 100; nothing of nothing is no number. */
void vicu_cell_percent(VicuCell *self, double part, double whole);

/* Tables about single beds go; then in every table: a row about fewer than @least beds is
 * withheld, and each count of 1 to @least - 1 is too, with what is computed from it; so is a count
 * that leaves 1 to @least - 1 of the count that it is @of. A total, or
 * parts of a whole, must not give one away: along each of them the withheld ones are at least two
 * and at least @least together, else the next smallest is withheld with them, until nothing
 * changes. A note says so where anything was. @least 1: nothing is withheld, and tables about
 * single beds stay with @beds. */
void vicu_report_suppress(VicuReport *self, unsigned least, bool beds);

/* Whole ones as they are; else three digits, more where it is large. Caller frees. */
char *vicu_report_number(double number);
/* "-", "< 5", "withheld", words or the number; caller frees. */
char *vicu_cell_format(const VicuCell *self, unsigned least);

/* What @msgid is in another language; itself where it is not known. */
typedef const char *(*VicuSayFunc)(const char *msgid);

/* How much was not observed, and whose data it was; the note @i. NULL: in English. Caller frees. */
char *vicu_report_observed_words(const VicuReport *self, VicuSayFunc say);
char *vicu_report_note_words(const VicuReport *self, guint i, VicuSayFunc say);
/* "Not observed [%]". Caller frees. */
char *vicu_column_words(const VicuColumn *self, VicuSayFunc say);

char *vicu_report_text(const VicuReport *self); /* caller frees */
void vicu_report_json(const VicuReport *self, VicuJson *json);
/* RFC 4180: each table with a line of names and units, an empty line between them. Words that a
 * spreadsheet would take for a formula begin with an apostrophe. Caller frees. */
char *vicu_report_csv(const VicuReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuReport, vicu_report_free)

G_END_DECLS
