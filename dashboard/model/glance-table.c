/* Glance table. See glance-table.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/glance-table.h"

#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "dashboard/model/csv.h"

#define PIXELS_MAX 32768
#define ROW_MAX    2048
#define SHOWN_MAX  40 /* bytes of a cell in an error */

typedef enum {
    FORMAT,
    VERSION,
    PARTICIPANT,
    SEED,
    TRIALS,
    TRIAL,
    OF_CASE,
    FORM,
    DISPLAY,
    WIDTH,
    HEIGHT,
    DPI,
    SEEN,
    T,
    SHOWN,
    STATE,
    WORST,
    OUTSIDE,
    SAID_WORST,
    SAID,
    WORST_RIGHT,
    CORRECT,
    MISSED,
    WRONG,
    CONFIDENCE,
    TIME,
    COLUMNS,
} Column;

static const char *const names[COLUMNS] = {
    [FORMAT] = "format",
    [VERSION] = "vicu",
    [PARTICIPANT] = "participant",
    [SEED] = "seed",
    [TRIALS] = "trials",
    [TRIAL] = "trial",
    [OF_CASE] = "case",
    [FORM] = "form",
    [DISPLAY] = "display",
    [WIDTH] = "width_px",
    [HEIGHT] = "height_px",
    [DPI] = "dpi",
    [SEEN] = "to_be_seen_s",
    [T] = "t",
    [SHOWN] = "seen_s",
    [STATE] = "state",
    [WORST] = "worst",
    [OUTSIDE] = "outside",
    [SAID_WORST] = "said_worst",
    [SAID] = "said_outside",
    [WORST_RIGHT] = "worst_right",
    [CORRECT] = "correct",
    [MISSED] = "missed",
    [WRONG] = "false",
    [CONFIDENCE] = "confidence",
    [TIME] = "time_s",
};

static const char head[] =
    "format,vicu,participant,seed,trials,trial,case,form,display,width_px,height_px,dpi,"
    "to_be_seen_s,t,seen_s,state,worst,outside,said_worst,said_outside,worst_right,correct,missed,"
    "false,confidence,time_s\n";

void
dash_glance_row(DashGlanceRow *row,
                const DashGlanceSitting *sitting,
                const DashGlanceTrial *trial,
                const DashGlanceAnswer *answer,
                int64_t t_us,
                double shown_s)
{
    *row = (DashGlanceRow){.sitting = *sitting,
                           .trial = trial->number,
                           .of_case = trial->of_case,
                           .form = trial->form,
                           .t_us = t_us,
                           .shown_s = shown_s,
                           .aborted = answer == NULL,
                           .worst = trial->worst + 1};
    for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++)
        for (unsigned s = 0; s < DASH_GLANCE_SIGNS; s++)
            row->outside[b][s] = trial->bed[b].sign[s].band != 0;
    if (answer == NULL)
        return;
    row->answer = *answer;
    row->score = dash_glance_score(trial, answer);
}

/* ---- to be written ---- */

const char *
dash_glance_table_head(void)
{
    return head;
}

/* "3:oxygen 4:pulse" */
static void
put_cells(GString *out, const bool cells[DASH_GLANCE_BEDS][DASH_GLANCE_SIGNS])
{
    const char *between = "";

    g_string_append_c(out, ',');
    for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++)
        for (unsigned s = 0; s < DASH_GLANCE_SIGNS; s++)
            if (cells[b][s]) {
                g_string_append_printf(out, "%s%u:%s", between, b + 1,
                                       dash_glance_sign_name((DashGlanceSignKind)s));
                between = " ";
            }
}

void
dash_glance_table_put(GString *out, const DashGlanceRow *row)
{
    const DashGlanceSitting *s = &row->sitting;

    g_string_append_printf(out, "%d,", DASH_GLANCE_FORMAT);
    dash_csv_text(out, s->version);
    g_string_append_c(out, ',');
    dash_csv_text(out, s->participant);
    g_string_append_printf(out, ",%" G_GUINT64_FORMAT ",%u,%u,%u,%s,%s,%d,%d", s->seed, s->trials,
                           row->trial, row->of_case, dash_glance_form_name(row->form),
                           s->panel ? "panel" : "flat", s->w, s->h);
    dash_csv_number(out, "%.1f", s->dpi);
    dash_csv_number(out, "%.3f", s->seen_s);
    dash_csv_time(out, row->t_us);
    dash_csv_number(out, "%.3f", row->shown_s);
    g_string_append_printf(out, ",%s,%u", row->aborted ? "aborted" : "done", row->worst);
    put_cells(out, row->outside);
    if (row->aborted) {
        g_string_append(out, ",,,,,,,,\n");
        return;
    }
    g_string_append_printf(out, ",%u", row->answer.worst);
    put_cells(out, row->answer.outside);
    g_string_append_printf(out, ",%d,%u,%u,%u,%u", row->score.worst, row->score.correct,
                           row->score.missed, row->score.wrong, row->answer.confidence);
    dash_csv_number(out, "%.3f", row->answer.time_s);
    g_string_append_c(out, '\n');
}

/* ---- to be read ---- */

typedef struct {
    const char *name;
    unsigned line;
    char **cell;
    GError **error;
} Reader;

static bool
refuse(const Reader *r, Column column, const char *expected)
{
    if (r->error && *r->error == NULL) {
        g_autofree char *shown =
            g_utf8_make_valid(r->cell[column], (gssize)strnlen(r->cell[column], SHOWN_MAX));
        g_set_error(r->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%u: %s = \"%s\": expected %s",
                    r->name, r->line, names[column], shown, expected);
    }
    return false;
}

static bool
read_count(const Reader *r, Column column, uint64_t min, uint64_t max, uint64_t *out)
{
    g_autofree char *bounds =
        g_strdup_printf("a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, min, max);

    return g_ascii_string_to_unsigned(r->cell[column], 10, min, max, out, NULL)
           || refuse(r, column, bounds);
}

static bool
read_unsigned(const Reader *r, Column column, unsigned min, unsigned max, unsigned *out)
{
    uint64_t value = 0;

    if (!read_count(r, column, min, max, &value))
        return false;
    *out = (unsigned)value;
    return true;
}

static bool
read_number(const Reader *r, Column column, double min, double max, double *out)
{
    g_autofree char *bounds = g_strdup_printf("a number from %g to %g", min, max);
    const char *text = r->cell[column];
    char *end = NULL;

    *out = g_ascii_strtod(text, &end);
    return (end != text && *end == '\0' && isfinite(*out) && *out >= min && *out <= max)
           || refuse(r, column, bounds);
}

static bool
read_choice(const Reader *r, Column column, const char *no, const char *yes, bool *out)
{
    g_autofree char *either = g_strdup_printf("%s or %s", no, yes);

    *out = strcmp(r->cell[column], yes) == 0;
    return *out || strcmp(r->cell[column], no) == 0 || refuse(r, column, either);
}

static bool
read_cells(const Reader *r, Column column, bool cells[DASH_GLANCE_BEDS][DASH_GLANCE_SIGNS])
{
    g_auto(GStrv) words = g_strsplit(r->cell[column], " ", 0);

    for (char **word = words; *word; word++) {
        unsigned bed = (unsigned)(unsigned char)**word - '1', sign = 0;
        bool whole = bed < DASH_GLANCE_BEDS && (*word)[1] == ':';
        while (whole && sign < DASH_GLANCE_SIGNS
               && strcmp(*word + 2, dash_glance_sign_name((DashGlanceSignKind)sign)) != 0)
            sign++;
        if (!whole || sign == DASH_GLANCE_SIGNS || cells[bed][sign])
            return refuse(r, column, "words such as 3:oxygen, each once, a blank between them");
        cells[bed][sign] = true;
    }
    return true;
}

static bool
read_text(const Reader *r, Column column, char out[DASH_GLANCE_TEXT_MAX])
{
    const char *text = r->cell[column];
    bool plain = *text && strlen(text) < DASH_GLANCE_TEXT_MAX;

    for (const char *c = text; plain && *c; c++)
        plain = g_ascii_isgraph(*c) && *c != '"';
    if (!plain)
        return refuse(r, column, "1 to 31 plain letters");
    g_strlcpy(out, text, DASH_GLANCE_TEXT_MAX);
    return true;
}

static bool
read_sitting(const Reader *r, DashGlanceSitting *s)
{
    unsigned w = 0, h = 0;

    if (!read_text(r, VERSION, s->version) || !read_text(r, PARTICIPANT, s->participant)
        || !read_count(r, SEED, 0, UINT64_MAX, &s->seed)
        || !read_unsigned(r, TRIALS, 2, DASH_GLANCE_TRIALS_MAX, &s->trials)
        || !read_choice(r, DISPLAY, "flat", "panel", &s->panel)
        || !read_unsigned(r, WIDTH, 1, PIXELS_MAX, &w)
        || !read_unsigned(r, HEIGHT, 1, PIXELS_MAX, &h) || !read_number(r, DPI, 10, 2000, &s->dpi)
        || !read_number(r, SEEN, 0, 3600, &s->seen_s))
        return false;
    s->w = (int)w;
    s->h = (int)h;
    return dash_glance_code_fits(s->participant)
           || refuse(r, PARTICIPANT, "1 to 16 letters, digits, - and _");
}

/* What the row counts has to be what its own words say. */
static bool
agrees(const Reader *r, const DashGlanceRow *row)
{
    DashGlanceScore own = {.worst = row->worst == row->answer.worst};

    for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++)
        for (unsigned s = 0; s < DASH_GLANCE_SIGNS; s++) {
            own.correct += row->outside[b][s] && row->answer.outside[b][s];
            own.missed += row->outside[b][s] && !row->answer.outside[b][s];
            own.wrong += !row->outside[b][s] && row->answer.outside[b][s];
        }
    const char *words = "what outside and said_outside give";
    if (own.worst != row->score.worst)
        return refuse(r, WORST_RIGHT, "what worst and said_worst give");
    if (own.correct != row->score.correct)
        return refuse(r, CORRECT, words);
    if (own.missed != row->score.missed)
        return refuse(r, MISSED, words);
    return own.wrong == row->score.wrong || refuse(r, WRONG, words);
}

static bool
read_answer(const Reader *r, DashGlanceRow *row)
{
    const unsigned most = DASH_GLANCE_BEDS * DASH_GLANCE_SIGNS;

    return read_unsigned(r, SAID_WORST, 0, DASH_GLANCE_BEDS, &row->answer.worst)
           && read_cells(r, SAID, row->answer.outside)
           && read_choice(r, WORST_RIGHT, "0", "1", &row->score.worst)
           && read_unsigned(r, CORRECT, 0, most, &row->score.correct)
           && read_unsigned(r, MISSED, 0, most, &row->score.missed)
           && read_unsigned(r, WRONG, 0, most, &row->score.wrong)
           && read_unsigned(r, CONFIDENCE, 1, DASH_GLANCE_CONFIDENCE, &row->answer.confidence)
           && read_number(r, TIME, 0, 86400, &row->answer.time_s) && agrees(r, row);
}

static bool
read_row(const Reader *r, DashGlanceRow *row)
{
    bool ward = false;

    if (!read_sitting(r, &row->sitting)
        || !read_unsigned(r, TRIAL, 1, row->sitting.trials, &row->trial)
        || !read_unsigned(r, OF_CASE, 1, DASH_GLANCE_TRIALS_MAX / 2, &row->of_case)
        || !read_choice(r, FORM, "wall", "ward", &ward)
        || !read_number(r, SHOWN, 0, 3600, &row->shown_s)
        || !read_choice(r, STATE, "done", "aborted", &row->aborted)
        || !read_unsigned(r, WORST, 1, DASH_GLANCE_BEDS, &row->worst)
        || !read_cells(r, OUTSIDE, row->outside))
        return false;
    row->form = ward ? DASH_GLANCE_WARD : DASH_GLANCE_WALL;
    if (!vicu_time_parse(r->cell[T], 0, &row->t_us, NULL) || row->t_us <= 0)
        return refuse(r, T, "a time such as 2026-11-20T14:40:04.123Z");
    return row->aborted || read_answer(r, row);
}

static bool
read_line(Reader *r, const char *line, GArray *rows)
{
    g_auto(GStrv) cells = g_strsplit(line, ",", COLUMNS + 1);
    DashGlanceRow row = {0};
    uint64_t format = 0;

    r->cell = cells;
    if (g_strv_length(cells) != COLUMNS) {
        g_set_error(r->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:%u: expected %d columns", r->name,
                    r->line, COLUMNS);
        return false;
    }
    if (!g_ascii_string_to_unsigned(cells[FORMAT], 10, 0, UINT32_MAX, &format, NULL)
        || format != DASH_GLANCE_FORMAT) {
        refuse(r, FORMAT, "1, the format that this version reads");
        return false;
    }
    if (!read_row(r, &row))
        return false;
    g_array_append_val(rows, row);
    return true;
}

gboolean
dash_glance_table_read(
    const char *name, const char *text, size_t size, GArray *rows, unsigned *cut, GError **error)
{
    Reader r = {.name = name, .error = error};
    const char *at = text, *end = text + size;
    guint before = rows->len;

    if (size < strlen(head) || memcmp(text, head, strlen(head)) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s:1: expected the columns of a study's table, format,vicu,participant,...",
                    name);
        return FALSE;
    }
    for (at += strlen(head), r.line = 2; at < end; r.line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) {
            ++*cut;
            break;
        }
        g_autofree char *line = g_strndup(at, MIN((size_t)(stop - at), ROW_MAX));
        if (!read_line(&r, line, rows)) {
            g_array_set_size(rows, before);
            return FALSE;
        }
        at = stop + 1;
    }
    return TRUE;
}
