/* The command line of `vicu import`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "collector/import/import.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/import/rate.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/options.h"

typedef struct {
    char *root, *bed, *at, *patient, *reason, *rate;
    char **units;
    gboolean dry_run, json, unchecked;
} Options;

static int
complain(const GError *error)
{
    g_printerr("vicu import: %s\n", error->message);
    return 1;
}

static int usage(const char *format, ...) G_GNUC_PRINTF(1, 2);

static int
usage(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_printerr("vicu import: %s\nUsage: vicu import FILE... --bed BED\n"
               "Example: vicu import record.hea --bed site/icu/7 --at 2026-01-31T08:00:00Z\n",
               text);
    return 2;
}

/* ---- what is told ---- */

static void
print_signals(VicuJson *json, const CollectorImportSource *source)
{
    vicu_json_begin_array(json, "signals");
    for (guint i = 0; i < source->signals->len; i++) {
        const CollectorImportSignal *signal = source->signals->pdata[i];
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "label", signal->label);
        vicu_json_text(json, "unit", signal->unit);
        vicu_json_integer(json, "code", signal->code);
        vicu_json_integer(json, "channel", signal->channel);
        vicu_json_text(json, "kind", signal->numeric != NULL ? "numeric" : "wave");
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "notes");
    for (guint i = 0; i < source->notes->len; i++)
        vicu_json_text(json, NULL, source->notes->pdata[i]);
    vicu_json_end(json);
}

static void
print_json(const CollectorImportSource *source, const CollectorImportResult *r, gboolean dry_run)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    int64_t from_us = r->bed != NULL ? r->from_us : source->start_us;

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "file", source->path);
    vicu_json_text(json, "format", source->format);
    vicu_json_text(json, "bed", r->bed);
    if (from_us != COLLECTOR_IMPORT_NO_TIME) {
        vicu_json_time(json, "from", from_us);
        vicu_json_time(json, "to", from_us + source->span_us);
    } else {
        vicu_json_null(json, "from");
        vicu_json_null(json, "to");
    }
    vicu_json_bool(json, "dry_run", dry_run);
    vicu_json_bool(json, "skipped", r->skipped);
    vicu_json_integer(json, "samples", (int64_t)(dry_run ? source->n_samples : r->samples));
    vicu_json_integer(json, "pieces", (int64_t)source->n_pieces);
    vicu_json_integer(json, "resumed_at", (int64_t)r->safe);
    if (!dry_run)
        vicu_json_number(json, "seconds", r->seconds);
    print_signals(json, source);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static void
print_text(const CollectorImportSource *source, const CollectorImportResult *r, gboolean dry_run)
{
    g_autofree char *from = vicu_time_format(r->bed != NULL ? r->from_us : source->start_us);
    gboolean known = r->bed != NULL || source->start_us != COLLECTOR_IMPORT_NO_TIME;

    for (guint i = 0; i < source->notes->len; i++)
        g_printerr("vicu import: %s: %s\n", source->path, (char *)source->notes->pdata[i]);
    if (r->skipped) {
        printf("%s: is at bed %s from %s on already: nothing to do\n", source->path, r->bed, from);
        return;
    }
    printf("%s: %s, %u signals, %.3f s from %s", source->path, source->format, source->signals->len,
           (double)source->span_us / 1e6, known ? from : "no known time");
    if (dry_run)
        printf(", about %" G_GUINT64_FORMAT " samples; nothing was imported\n", source->n_samples);
    else
        printf(" into bed %s: %" G_GUINT64_FORMAT " samples and values stored in %.1f s%s\n",
               r->bed, r->samples, r->seconds, r->safe > 0 ? ", the rest was there" : "");
    for (guint i = 0; dry_run && i < source->signals->len; i++) {
        const CollectorImportSignal *signal = source->signals->pdata[i];
        printf("  %s (%s), %s%s\n", signal->label, signal->unit,
               signal->numeric != NULL ? "numeric" : "wave",
               signal->code == 0 ? ", not in the table of signals" : "");
    }
}

/* ---- one file ---- */

static gboolean
one_file(const char *path,
         const Options *o,
         const CollectorImportChoices *choices,
         const CollectorImportOrder *order,
         const VicuRoot *root,
         GError **error)
{
    g_autoptr(CollectorImportSource) source = collector_import_source_open(path, choices, error);
    CollectorImportResult result = {0};

    if (source == NULL)
        return FALSE;
    if (order->at_us != COLLECTOR_IMPORT_NO_TIME)
        source->start_us = o->dry_run ? order->at_us : source->start_us;
    gboolean ok = o->dry_run || collector_import_run(source, root, order, &result, error);
    if (ok && o->json)
        print_json(source, &result, o->dry_run);
    else if (ok)
        print_text(source, &result, o->dry_run);
    collector_import_result_clear(&result);
    return ok;
}

/* ---- options ---- */

/* "360", "62.4725", "1000/3". */
static gboolean
parse_rate(const char *text, CollectorImportChoices *choices)
{
    char *end = NULL;
    double num = g_ascii_strtod(text, &end), den = 1;

    if (*end == '/')
        den = g_ascii_strtod(end + 1, &end);
    if (*end != '\0' || !(num > 0) || !(den > 0) || num / den > 1e6)
        return FALSE;
    choices->has_rate = TRUE;
    return collector_rate_simplest(num / den * (1 - 1e-12), num / den * (1 + 1e-12),
                                   &choices->rate_num, &choices->rate_den);
}

static gboolean
parse_units(char **units, CollectorImportChoices *choices)
{
    for (size_t i = 0; units != NULL && units[i] != NULL; i++) {
        const char *at = strchr(units[i], '=');
        if (at == NULL || at == units[i])
            return FALSE;
        g_hash_table_replace(choices->units, g_strndup(units[i], (gsize)(at - units[i])),
                             g_strdup(at + 1));
    }
    return TRUE;
}

static int
run(const Options *o, char **files, int n)
{
    g_autoptr(GHashTable) units = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    CollectorImportChoices choices = {.units = units, .unchecked = o->unchecked};
    CollectorImportOrder order = {o->bed, o->patient, o->reason, COLLECTOR_IMPORT_NO_TIME, o->json};
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuRoot) root = NULL;

    if (n < 1)
        return usage("needs FILE...");
    if (o->bed == NULL && !o->dry_run)
        return usage("needs --bed BED");
    if (o->rate != NULL && !parse_rate(o->rate, &choices))
        return usage("--rate %s is no rate in Hz up to 1000000", o->rate);
    if (!parse_units(o->units, &choices))
        return usage("--unit expects LABEL=UNIT, as in --unit II=mV");
    if (o->at != NULL && !vicu_time_parse(o->at, vicu_clock_utc_us(), &order.at_us, &error))
        return usage("--at: %s", error->message);
    if (o->at != NULL && n > 1)
        return usage("--at with %d files would put one over the other: import them one by one", n);
    if (!o->dry_run) {
        root =
            o->root != NULL ? vicu_root_new(o->root, &error) : vicu_root_find_running(NULL, &error);
        if (root == NULL)
            return complain(error);
    }
    for (int i = 0; i < n; i++)
        if (!one_file(files[i], o, &choices, &order, root, &error))
            return complain(error);
    return fflush(stdout) == 0 ? 0 : 1;
}

int
collector_import_main(int argc, char **argv)
{
    Options o = {0};
    g_autoptr(GError) error = NULL;
    const GOptionEntry entries[] = {
        {"bed", 0, 0, G_OPTION_ARG_STRING, &o.bed,
         "Whose data they become: site/unit/bed, or the "
         "tail of a known one",
         "BED"},
        {"at", 0, 0, G_OPTION_ARG_STRING, &o.at,
         "When the recording begins, instead of its own time", "TIME"},
        {"patient", 0, 0, G_OPTION_ARG_STRING, &o.patient, "Pseudonym, for the audit", "ID"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &o.reason, "Why, for the audit", "TEXT"},
        {"rate", 0, 0, G_OPTION_ARG_STRING, &o.rate,
         "CSV: samples a second, where its times do "
         "not tell",
         "HZ"},
        {"unit", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.units,
         "CSV: unit of a column, may be repeated", "LABEL=UNIT"},
        {"unchecked", 0, 0, G_OPTION_ARG_NONE, &o.unchecked,
         "WFDB: import although checksums do not agree", NULL},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &o.dry_run, "Only say what would be imported", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "Print one JSON object a file", NULL},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &o.root, "Folder of the installation", "DIR"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("FILE...");

    g_option_context_set_summary(
        context, "Recordings into the store, sample for sample: WFDB records, EDF and EDF+, CSV.\n"
                 "What is imported is marked archive: kept, never judged, never shown as live.");
    g_option_context_set_description(
        context, "Example:\n  vicu import record.hea --bed site/icu/7 --at 2026-01-31T08:00:00Z\n");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!vicu_options_parse(context, "vicu import", &argc, &argv, &error))
        return usage("%s", error->message);
    int status = run(&o, argv + 1, argc - 1);
    char *const texts[] = {o.root, o.bed, o.at, o.patient, o.reason, o.rate};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(o.units);
    return status;
}
