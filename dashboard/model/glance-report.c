/* Glance report. See glance-report.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/glance-report.h"

#include <math.h>
#include <string.h>

#include "common/json.h"
#include "dashboard/model/csv.h"

#define PART 0.95

static const struct {
    const char *name;
    const char *words;
} measures[DASH_GLANCE_MEASURES] = {
    [DASH_GLANCE_FOUND] = {"found", "signs outside that were found, part"},
    [DASH_GLANCE_WORST] = {"worst_right", "worst bed named rightly, part"},
    [DASH_GLANCE_FALSE] = {"false_per_trial", "signs named that were inside, a trial"},
    [DASH_GLANCE_CONFIDENT] = {"confidence", "confidence, 1 to 5"},
    [DASH_GLANCE_ANSWER_IN] = {"time_s", "time to answer, s"},
};

const char *
dash_glance_measure_name(DashGlanceMeasure measure)
{
    g_return_val_if_fail((unsigned)measure < DASH_GLANCE_MEASURES, "");
    return measures[measure].name;
}

/* ---- Student's t ---- */

/* The part of the distribution within -t..t, by the finite series for whole degrees of freedom
 * (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4). */
static double
within(double t, unsigned freedom)
{
    double angle = atan(t / sqrt(freedom)), c = cos(angle), s = sin(angle);
    double term = freedom % 2 ? c : 1, sum = freedom > 1 ? term : 0;

    for (unsigned k = freedom % 2 ? 3 : 2; k < freedom; k += 2) {
        term *= c * c * (k - 1) / k;
        sum += term;
    }
    return freedom % 2 ? 2 / G_PI * (angle + s * sum) : s * sum;
}

double
dash_glance_t(unsigned freedom)
{
    double low = 0, high = 16; /* 12.7 with one degree */

    g_return_val_if_fail(freedom >= 1, 0);
    while (high - low > 1e-9) {
        double middle = (low + high) / 2;
        if (within(middle, freedom) < PART)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* ---- counting ---- */

typedef struct {
    unsigned n;
    double sum[DASH_GLANCE_MEASURES];
} Mean;

typedef struct {
    const char *code;
    Mean mean[DASH_GLANCE_FORMS];
    bool flat;
    bool panel;
} Person;

static Person *
person_of(GArray *people, const char *code)
{
    for (guint i = 0; i < people->len; i++)
        if (strcmp(g_array_index(people, Person, i).code, code) == 0)
            return &g_array_index(people, Person, i);
    Person person = {.code = code};
    g_array_append_val(people, person);
    return &g_array_index(people, Person, people->len - 1);
}

static void
add_row(Person *person, const DashGlanceRow *row)
{
    Mean *mean = &person->mean[row->form];
    unsigned outside = row->score.correct + row->score.missed;

    mean->n++;
    mean->sum[DASH_GLANCE_FOUND] += outside > 0 ? (double)row->score.correct / outside : 1;
    mean->sum[DASH_GLANCE_WORST] += row->score.worst;
    mean->sum[DASH_GLANCE_FALSE] += row->score.wrong;
    mean->sum[DASH_GLANCE_CONFIDENT] += row->answer.confidence;
    mean->sum[DASH_GLANCE_ANSWER_IN] += row->answer.time_s;
    person->flat |= !row->sitting.panel;
    person->panel |= row->sitting.panel;
}

/* A file that was copied beside itself must not count twice. */
static bool
is_new(GHashTable *seen, const DashGlanceRow *row)
{
    return g_hash_table_add(seen, g_strdup_printf("%s %" G_GUINT64_FORMAT " %u %" G_GINT64_FORMAT,
                                                  row->sitting.participant, row->sitting.seed,
                                                  row->trial, row->t_us));
}

static double
own_mean(const Person *person, DashGlanceForm form, DashGlanceMeasure measure)
{
    return person->mean[form].sum[measure] / person->mean[form].n;
}

static bool
has_both(const Person *person)
{
    return person->mean[DASH_GLANCE_WALL].n > 0 && person->mean[DASH_GLANCE_WARD].n > 0;
}

static double
difference_of(const Person *person, DashGlanceMeasure measure)
{
    return own_mean(person, DASH_GLANCE_WARD, measure)
           - own_mean(person, DASH_GLANCE_WALL, measure);
}

static void
judge(DashGlanceReport *report, const GArray *people, DashGlanceMeasure measure)
{
    DashGlanceFigure *figure = &report->figure[measure];
    unsigned n = report->participants;
    double squares = 0;

    for (guint i = 0; i < people->len; i++) {
        const Person *person = &g_array_index(people, Person, i);
        if (!has_both(person))
            continue;
        for (int form = 0; form < DASH_GLANCE_FORMS; form++)
            figure->mean[form] += own_mean(person, (DashGlanceForm)form, measure) / n;
        figure->difference += difference_of(person, measure) / n;
    }
    for (guint i = 0; i < people->len; i++) {
        const Person *person = &g_array_index(people, Person, i);
        if (has_both(person))
            squares += pow(difference_of(person, measure) - figure->difference, 2);
    }
    figure->sd = n > 1 ? sqrt(squares / (n - 1)) : 0;
    if (!report->interval)
        return;
    double half = report->t * figure->sd / sqrt(n);
    figure->low = figure->difference - half;
    figure->high = figure->difference + half;
}

void
dash_glance_report(DashGlanceReport *report, const GArray *rows)
{
    g_autoptr(GArray) people = g_array_new(FALSE, FALSE, sizeof(Person));
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    *report = (DashGlanceReport){0};
    for (guint i = 0; i < rows->len; i++) {
        const DashGlanceRow *row = &g_array_index(rows, DashGlanceRow, i);
        if (!is_new(seen, row))
            report->twice++;
        else if (row->aborted)
            report->aborted++;
        else
            add_row(person_of(people, row->sitting.participant), row);
    }
    for (guint i = 0; i < people->len; i++) {
        const Person *person = &g_array_index(people, Person, i);
        if (!has_both(person)) {
            report->one_sided++;
            continue;
        }
        report->participants++;
        report->flat |= person->flat;
        report->panel |= person->panel;
        for (int form = 0; form < DASH_GLANCE_FORMS; form++)
            report->trials[form] += person->mean[form].n;
    }
    report->interval = report->participants >= DASH_GLANCE_ENOUGH;
    report->t = report->interval ? dash_glance_t(report->participants - 1) : 0;
    for (int m = 0; m < DASH_GLANCE_MEASURES; m++)
        judge(report, people, (DashGlanceMeasure)m);
}

/* ---- to be read ---- */

static void
put_counts(const DashGlanceReport *r, GString *out)
{
    g_string_append_printf(out,
                           "%u participants with finished trials in both forms: %u trials of the "
                           "wall, %u of the ward\n",
                           r->participants, r->trials[DASH_GLANCE_WALL],
                           r->trials[DASH_GLANCE_WARD]);
    if (r->one_sided > 0)
        g_string_append_printf(out, "%u participants with one form only are not counted\n",
                               r->one_sided);
    if (r->aborted > 0)
        g_string_append_printf(out, "%u aborted trials are not counted\n", r->aborted);
    if (r->twice > 0)
        g_string_append_printf(out, "%u rows that stand twice are counted once\n", r->twice);
    if (r->flat)
        g_string_append(out, r->panel ? "flat displays and panels are mixed: report them apart\n"
                                      : "all on flat displays: nothing is said of depth\n");
}

void
dash_glance_report_words(const DashGlanceReport *r, GString *out)
{
    put_counts(r, out);
    if (r->participants == 0) {
        g_string_append(out, "\n0 participants: too few to say anything\n");
        return;
    }
    g_string_append_printf(out, "\n%-38s %8s %8s %10s %8s%s\n", "mean over participants", "wall",
                           "ward", "ward-wall", "sd", r->interval ? "   95 % interval" : "");
    for (int m = 0; m < DASH_GLANCE_MEASURES; m++) {
        const DashGlanceFigure *f = &r->figure[m];
        g_string_append_printf(out, "%-38s %8.3f %8.3f %+10.3f %8.3f", measures[m].words,
                               f->mean[DASH_GLANCE_WALL], f->mean[DASH_GLANCE_WARD], f->difference,
                               f->sd);
        if (r->interval)
            g_string_append_printf(out, "   %+.3f to %+.3f", f->low, f->high);
        g_string_append_c(out, '\n');
    }
    if (r->interval)
        g_string_append_printf(out,
                               "\ninterval of the mean difference d within participants: "
                               "d +- t(0.975, n - 1) sd(d) / sqrt(n), n = %u, t = %.4f\n",
                               r->participants, r->t);
    else
        g_string_append_printf(out, "\n%u participants: too few to say anything\n",
                               r->participants);
}

void
dash_glance_report_csv(const DashGlanceReport *r, GString *out)
{
    g_string_append(out, "measure,participants,trials_wall,trials_ward,aborted,wall,ward,"
                         "difference,sd,low_95,high_95,t\n");
    for (int m = 0; m < DASH_GLANCE_MEASURES; m++) {
        const DashGlanceFigure *f = &r->figure[m];
        g_string_append_printf(out, "%s,%u,%u,%u,%u", measures[m].name, r->participants,
                               r->trials[DASH_GLANCE_WALL], r->trials[DASH_GLANCE_WARD],
                               r->aborted);
        const double values[] = {f->mean[DASH_GLANCE_WALL], f->mean[DASH_GLANCE_WARD],
                                 f->difference, f->sd};
        for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
            if (r->participants > 0)
                dash_csv_number(out, "%.6f", values[i]);
            else
                g_string_append_c(out, ',');
        if (r->interval) {
            dash_csv_number(out, "%.6f", f->low);
            dash_csv_number(out, "%.6f", f->high);
            dash_csv_number(out, "%.6f", r->t);
        } else {
            g_string_append(out, ",,,");
        }
        g_string_append_c(out, '\n');
    }
}

/* null where nothing can be said. */
static void
put_number(VicuJson *json, const char *key, bool known, double value)
{
    if (known)
        vicu_json_number(json, key, value);
    else
        vicu_json_null(json, key);
}

char *
dash_glance_report_json(const DashGlanceReport *r)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "participants", r->participants);
    vicu_json_integer(json, "one_form_only", r->one_sided);
    vicu_json_integer(json, "trials_wall", r->trials[DASH_GLANCE_WALL]);
    vicu_json_integer(json, "trials_ward", r->trials[DASH_GLANCE_WARD]);
    vicu_json_integer(json, "aborted", r->aborted);
    vicu_json_integer(json, "twice", r->twice);
    vicu_json_bool(json, "flat", r->flat);
    vicu_json_bool(json, "panel", r->panel);
    vicu_json_bool(json, "enough", r->interval);
    vicu_json_text(json, "interval", "d +- t(0.975, n - 1) sd(d) / sqrt(n)");
    put_number(json, "t", r->interval, r->t);
    vicu_json_begin_object(json, "measures");
    for (int m = 0; m < DASH_GLANCE_MEASURES; m++) {
        const DashGlanceFigure *f = &r->figure[m];
        bool any = r->participants > 0;
        vicu_json_begin_object(json, measures[m].name);
        put_number(json, "wall", any, f->mean[DASH_GLANCE_WALL]);
        put_number(json, "ward", any, f->mean[DASH_GLANCE_WARD]);
        put_number(json, "difference", any, f->difference);
        put_number(json, "sd", r->participants > 1, f->sd);
        put_number(json, "low_95", r->interval, f->low);
        put_number(json, "high_95", r->interval, f->high);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
    return g_strdup(vicu_json_peek(json));
}
