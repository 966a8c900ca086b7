/* SPDX-License-Identifier: Apache-2.0 */
#include "common/figures.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"

typedef struct {
    char *name;
    const char *unit;
    GArray *values; /* double */
} Figure;

struct VicuFigures {
    char *bench;
    char *on; /* "", or behind the machine's name */
    GPtrArray *figures;
};

static void
figure_free(gpointer data)
{
    Figure *figure = data;

    g_free(figure->name);
    g_array_unref(figure->values);
    g_free(figure);
}

VicuFigures *
vicu_figures_new(const char *bench)
{
    VicuFigures *self = g_new0(VicuFigures, 1);

    self->bench = g_strdup(bench);
    self->on = g_strdup("");
    self->figures = g_ptr_array_new_with_free_func(figure_free);
    return self;
}

void
vicu_figures_free(VicuFigures *self)
{
    if (self == NULL)
        return;
    g_free(self->bench);
    g_free(self->on);
    g_ptr_array_unref(self->figures);
    g_free(self);
}

void
vicu_figures_on(VicuFigures *self, const char *what)
{
    g_free(self->on);
    self->on = g_strdup_printf(", %s", what);
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

void
vicu_figures_add(VicuFigures *self, const char *name, const char *unit, double value)
{
    Figure *figure = NULL;

    for (guint i = 0; i < self->figures->len; i++)
        if (strcmp(((Figure *)self->figures->pdata[i])->name, name) == 0)
            figure = self->figures->pdata[i];
    if (figure == NULL) {
        figure = g_new0(Figure, 1);
        figure->name = g_strdup(name);
        figure->unit = unit;
        figure->values = g_array_new(FALSE, FALSE, sizeof(double));
        g_ptr_array_add(self->figures, figure);
    }
    g_array_append_val(figure->values, value);
    qsort(figure->values->data, figure->values->len, sizeof(double), by_size);
}

static double
value_at(const Figure *figure, guint i)
{
    return g_array_index(figure->values, double, i);
}

static double
median(const Figure *figure)
{
    guint n = figure->values->len;

    return n % 2 == 1 ? value_at(figure, n / 2)
                      : (value_at(figure, n / 2 - 1) + value_at(figure, n / 2)) / 2;
}

/* "AMD EPYC 7B13, 2 cores, Linux 6.1" */
static char *
machine_name(const char *on)
{
    g_autofree char *info = NULL;
    g_autofree char *release = NULL;
    g_autofree char *model = NULL;
    const char *at = NULL;

    if (g_file_get_contents("/proc/cpuinfo", &info, NULL, NULL)
        && (at = strstr(info, "model name")) != NULL && (at = strchr(at, ':')) != NULL)
        model = g_strndup(at + 2, strcspn(at + 2, "\n"));
    g_file_get_contents("/proc/sys/kernel/osrelease", &release, NULL, NULL);
    return g_strdup_printf("%s, %u cores, Linux %s%s", model != NULL ? model : "unknown processor",
                           g_get_num_processors(), release != NULL ? g_strstrip(release) : "?", on);
}

static void
print_json(const VicuFigures *self, const char *machine, FILE *out)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bench", self->bench);
    vicu_json_text(json, "machine", machine);
    vicu_json_begin_array(json, "figures");
    for (guint i = 0; i < self->figures->len; i++) {
        const Figure *figure = self->figures->pdata[i];
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", figure->name);
        vicu_json_number(json, "value", median(figure));
        vicu_json_text(json, "unit", figure->unit);
        vicu_json_integer(json, "runs", figure->values->len);
        vicu_json_number(json, "min", value_at(figure, 0));
        vicu_json_number(json, "max", value_at(figure, figure->values->len - 1));
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_print(json, out);
}

void
vicu_figures_print(const VicuFigures *self, gboolean json, FILE *out)
{
    g_autofree char *machine = machine_name(self->on);

    if (json) {
        print_json(self, machine, out);
        return;
    }
    fprintf(out, "bench %s on %s\n", self->bench, machine);
    for (guint i = 0; i < self->figures->len; i++) {
        const Figure *figure = self->figures->pdata[i];
        fprintf(out, "  %-30s %10.4g %-14s %u runs, %.4g..%.4g\n", figure->name, median(figure),
                figure->unit, figure->values->len, value_at(figure, 0),
                value_at(figure, figure->values->len - 1));
    }
}
