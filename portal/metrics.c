/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/metrics.h"

#include <string.h>

#include "common/json.h"

/* Of UCUM, the base units that OpenMetrics names; other units stand in the help. */
static const struct {
    const char *ucum, *word;
} units[] = {{"By", "bytes"}, {"s", "seconds"}, {"V", "volts"}, {"%", NULL}, {"1", NULL}};

static const char *
unit_of(const char *ucum)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(units[i].ucum, ucum) == 0)
            return units[i].word;
    return NULL;
}

/* Letters, digits and "_" only. */
static void
append_name(GString *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        g_string_append_c(out, g_ascii_isalnum(*p) ? *p : '_');
}

/* Backslash, quote and line end are escaped, in help and labels alike. */
static void
append_text(GString *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\\' || *p == '"')
            g_string_append_c(out, '\\');
        if (*p == '\n')
            g_string_append(out, "\\n");
        else
            g_string_append_c(out, *p);
    }
}

static void
append_number(GString *out, double value)
{
    char number[32];

    vicu_number_format(value, number);
    g_string_append_c(out, ' ');
    g_string_append(out, number);
    g_string_append_c(out, '\n');
}

static void
family(GString *out, const char *name, const char *type, const char *unit, const char *help)
{
    g_string_append_printf(out, "# TYPE %s %s\n", name, type);
    if (unit != NULL)
        g_string_append_printf(out, "# UNIT %s %s\n", name, unit);
    g_string_append_printf(out, "# HELP %s ", name);
    append_text(out, help);
    g_string_append_c(out, '\n');
}

static void
of_process(GString *out, const char *name, const char *process)
{
    g_string_append_printf(out, "%s{process=\"", name);
    append_text(out, process);
    g_string_append_c(out, '"');
}

static void
put_common(GString *out, const PortalHealthRow *rows, size_t n)
{
    family(out, "vicu_up", "gauge", NULL, "1: the process answered within the last 6 s.");
    for (size_t i = 0; i < n; i++) {
        of_process(out, "vicu_up", rows[i].process);
        g_string_append_c(out, '}');
        append_number(out, !rows[i].silent);
    }
    family(out, "vicu_ready", "gauge", NULL, "1: it says that its sockets are bound.");
    for (size_t i = 0; i < n; i++) {
        of_process(out, "vicu_ready", rows[i].process);
        g_string_append_c(out, '}');
        append_number(out, !rows[i].silent && rows[i].status->ready);
    }
    family(out, "vicu_answer_age_seconds", "gauge", "seconds", "Age of what the process said.");
    for (size_t i = 0; i < n; i++)
        if (rows[i].status != NULL) {
            of_process(out, "vicu_answer_age_seconds", rows[i].process);
            g_string_append_c(out, '}');
            append_number(out, (double)rows[i].age_us / 1e6);
        }
    family(out, "vicu_start_time_seconds", "gauge", "seconds", "When it started, UTC.");
    for (size_t i = 0; i < n; i++)
        if (rows[i].status != NULL) {
            of_process(out, "vicu_start_time_seconds", rows[i].process);
            g_string_append_c(out, '}');
            append_number(out, (double)rows[i].status->started_us / 1e6);
        }
}

static void
put_missing(GString *out, const PortalHealthRow *rows, size_t n)
{
    family(out, "vicu_missing", "gauge", NULL, "1: the process itself misses this.");
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; rows[i].status != NULL && k < rows[i].status->n_condition; k++) {
            of_process(out, "vicu_missing", rows[i].process);
            g_string_append(out, ",cause=\"");
            append_text(out, rows[i].status->condition[k]->cause);
            g_string_append(out, "\"}");
            append_number(out, 1);
        }
}

static void
put_counter(GString *out, const char *process, const Vicu__Counter *counter)
{
    g_autoptr(GString) name = g_string_new("vicu_");
    const char *unit = unit_of(counter->unit);

    append_name(name, process);
    g_string_append_c(name, '_');
    append_name(name, counter->name);
    g_autofree char *suffix = unit != NULL ? g_strconcat("_", unit, NULL) : NULL;
    if (suffix != NULL && !g_str_has_suffix(name->str, suffix))
        g_string_append(name, suffix);
    family(out, name->str, "unknown", unit, counter->help);
    g_string_append(out, name->str);
    append_number(out, counter->value);
}

char *
portal_metrics(const PortalHealthRow *rows, size_t n)
{
    g_autoptr(GString) out = g_string_new(NULL);

    put_common(out, rows, n);
    put_missing(out, rows, n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; rows[i].status != NULL && k < rows[i].status->n_counter; k++)
            put_counter(out, rows[i].process, rows[i].status->counter[k]);
    g_string_append(out, "# EOF\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}
