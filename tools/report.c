/* `vicu report burden`, `response`, `indicators`, `npsg`: what the alarms of a period asked of
 * people, how soon they were answered, and what of it others ask for.
 *
 * The export is in the audit before anything is written: where it cannot be, nothing is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/report/report.h"

#include <stdio.h>
#include <string.h>

#include <gio/gio.h>

#include "common/clock.h"
#include "common/error.h"
#include "tools/ask.h"
#include "tools/dispatch.h"
#include "tools/verbs.h"

#define WHY     "for a quality report"
#define NPSG    "npsg"
#define DAY_US  (86400 * (int64_t)G_USEC_PER_SEC)
#define MOST_US (400 * DAY_US) /* a year, with its comparison day by day */
#define LEAST   1
#define HIGHEST 1000

typedef struct {
    char *from, *to, *unit, *file;
    gboolean csv, beds, utc;
    int least;
} Words;

static void
words_clear(Words *w)
{
    g_free(w->from);
    g_free(w->to);
    g_free(w->unit);
    g_free(w->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

static void
on_events(const Vicu__QueryRows *rows, gpointer user)
{
    for (size_t i = 0; i < rows->n_event; i++)
        vicu_history_event(user, rows->event[i]);
}

static void
on_streams(const Vicu__QueryRows *rows, gpointer user)
{
    for (size_t i = 0; i < rows->n_stream; i++)
        vicu_history_stream(user, rows->stream[i]);
}

static void
on_gaps(const Vicu__QueryRows *rows, gpointer user)
{
    for (size_t i = 0; i < rows->n_gap; i++)
        vicu_history_gap(user, rows->gap[i]);
}

static void
on_audit(const Vicu__QueryRows *rows, gpointer user)
{
    for (size_t i = 0; i < rows->n_audit; i++)
        vicu_history_audit(user, rows->audit[i]);
}

/* Limits and pauses, with their reasons: of the audit. */
static gboolean
gather_acts(ToolClient *client, VicuHistory *history, const VicuReportAsk *ask, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryAudit audit = VICU__QUERY_AUDIT__INIT;

    audit.from_us = ask->from_us;
    audit.to_us = ask->to_us;
    query.what_case = VICU__QUERY__WHAT_AUDIT;
    query.audit = &audit;
    return tool_ask(client, &query, WHY, on_audit, history, error);
}

/* An alarm that began before the period may be answered in it, one of the period after it: what the
 * record has from a day before to now is taken in. */
static gboolean
gather(ToolClient *client, VicuHistory *history, const VicuReportAsk *ask, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;
    Vicu__QueryEvents events = VICU__QUERY_EVENTS__INIT;

    query.what_case = VICU__QUERY__WHAT_STREAMS;
    query.streams = &streams;
    if (!tool_ask(client, &query, WHY, on_streams, history, error))
        return FALSE;
    query.what_case = VICU__QUERY__WHAT_EVENTS;
    query.events = &events;
    events.from_us = ask->from_us - DAY_US;
    events.to_us = MAX(vicu_clock_utc_us() + 60 * (int64_t)G_USEC_PER_SEC, ask->to_us);
    if (!tool_ask(client, &query, WHY, on_events, history, error))
        return FALSE;
    const GPtrArray *beds = vicu_history_beds(history);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < beds->len; i++)
        g_ptr_array_add(names, g_strdup(beds->pdata[i]));
    for (guint i = 0; i < names->len; i++) {
        Vicu__QueryGaps gaps = VICU__QUERY_GAPS__INIT;
        gaps.bed = names->pdata[i];
        gaps.from_us = ask->from_us;
        gaps.to_us = ask->to_us;
        query.what_case = VICU__QUERY__WHAT_GAPS;
        query.gaps = &gaps;
        if (!tool_ask(client, &query, WHY, on_gaps, history, error))
            return FALSE;
    }
    return TRUE;
}

/* The site where all beds are of one; else empty. Caller frees. */
static char *
site_of(VicuHistory *history)
{
    const GPtrArray *beds = vicu_history_beds(history);
    g_autofree char *site = NULL;

    for (guint i = 0; i < beds->len; i++) {
        const char *bed = beds->pdata[i];
        size_t length = strcspn(bed, "/");
        if (site != NULL && (strlen(site) != length || strncmp(site, bed, length) != 0))
            return g_strdup("");
        if (site == NULL)
            site = g_strndup(bed, length);
    }
    return site != NULL ? g_steal_pointer(&site) : g_strdup("");
}

/* A unit that never had data is a slip of the pen, not a quiet one. */
static gboolean
unit_is_known(VicuHistory *history, const char *unit, GError **error)
{
    const GPtrArray *beds = vicu_history_beds(history);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) known = g_string_new(NULL);

    for (guint i = 0; i < beds->len; i++) {
        char *of = vicu_unit_of(beds->pdata[i]);
        gboolean found = unit == NULL || strcmp(of, unit) == 0;
        if (!g_hash_table_contains(seen, of))
            g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", of);
        g_hash_table_add(seen, of);
        if (found)
            return TRUE;
    }
    if (unit == NULL)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "no bed of unit \"%s\" ever had data; units that did: %s", unit,
                known->len > 0 ? known->str : "none");
    return FALSE;
}

static VicuReport *
compute(const char *kind, VicuHistory *history, const VicuReportAsk *ask)
{
    if (strcmp(kind, "response") == 0)
        return vicu_report_response(history, ask);
    if (strcmp(kind, "indicators") == 0)
        return vicu_report_indicators(history, ask);
    if (strcmp(kind, NPSG) == 0)
        return vicu_report_npsg(history, ask);
    return vicu_report_burden(history, ask);
}

/* Drawn by the portal's program, which alone draws on paper. */
static gboolean
put_pdf(const char *file, const char *json, GError **error)
{
    g_autofree char *program = tool_program_path("vicu-portal");
    g_autoptr(GBytes) in = g_bytes_new_static(json, strlen(json));
    g_autoptr(GBytes) out = NULL;
    g_autoptr(GSubprocess) child =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, error,
                         program, "print-report", NULL);

    if (child == NULL)
        return FALSE;
    if (!g_subprocess_communicate(child, in, NULL, &out, NULL, error)
        || !g_subprocess_wait_check(child, NULL, error))
        return FALSE;
    return g_file_set_contents_full(file, g_bytes_get_data(out, NULL),
                                    (gssize)g_bytes_get_size(out), G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error);
}

/* Where it goes, once the audit has it. */
static int
put_out(const ToolVerb *verb, const VicuReport *report, const Words *words, gboolean json)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gboolean csv = words->csv || (words->file != NULL && g_str_has_suffix(words->file, ".csv"));

    gboolean pdf = words->file != NULL && g_str_has_suffix(words->file, ".pdf");

    if (json || pdf) {
        g_autoptr(VicuJson) out = vicu_json_new();
        vicu_report_json(report, out);
        text = g_strdup_printf("%s\n", vicu_json_peek(out));
    } else {
        text = csv ? vicu_report_csv(report) : vicu_report_text(report);
    }
    if (pdf)
        return put_pdf(words->file, text, &error) ? TOOL_DONE
                                                  : tool_wanting(verb, g_steal_pointer(&error));
    if (words->file == NULL) {
        fputs(text, stdout);
        return TOOL_DONE;
    }
    if (!g_file_set_contents_full(words->file, text, -1, G_FILE_SET_CONTENTS_DURABLE, 0600, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return TOOL_DONE;
}

static int
judge(const ToolVerb *verb, const Words *words, VicuReportAsk *ask)
{
    g_autoptr(GError) error = NULL;
    int64_t now_us = vicu_clock_utc_us();

    if (words->least < LEAST || words->least > HIGHEST)
        return tool_usage(verb, "--least %d is outside %d..%d", words->least, LEAST, HIGHEST);
    if (!vicu_time_parse(words->from != NULL ? words->from : "-1d", now_us, &ask->from_us, &error)
        || !vicu_time_parse(words->to != NULL ? words->to : "now", now_us, &ask->to_us, &error))
        return tool_usage(verb, "%s", error->message);
    if (ask->to_us <= ask->from_us || ask->to_us - ask->from_us > MOST_US)
        return tool_usage(verb,
                          "from %s to %s: expected an end behind the beginning, at most 400 "
                          "days later",
                          words->from != NULL ? words->from : "-1d",
                          words->to != NULL ? words->to : "now");
    ask->unit = words->unit;
    return -1;
}

int
tool_report(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_auto(Words) words = {.least = (int)VICU_SMALL_CELL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GTimeZone) zone = NULL;
    VicuReportAsk ask = {0};
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &words.from, "Beginning (-1d)", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &words.to, "End (now)", "TIME"},
        {"unit", 0, 0, G_OPTION_ARG_STRING, &words.unit, "Only this unit", "SITE/UNIT"},
        {"csv", 0, 0, G_OPTION_ARG_NONE, &words.csv, "Print CSV", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &words.file, "Write FILE; .csv and .pdf: as that",
         "FILE"},
        {"beds", 0, 0, G_OPTION_ARG_NONE, &words.beds, "Single beds too", NULL},
        {"least", 0, 0, G_OPTION_ARG_INT, &words.least, "Withhold counts below N (5)", "N"},
        {"utc", 0, 0, G_OPTION_ARG_NONE, &words.utc, "Days of UTC, not of this machine", NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status < 0)
        status = judge(verb, &words, &ask);
    if (status >= 0)
        return status;
    zone = words.utc ? g_time_zone_new_utc() : g_time_zone_new_local();
    ask.zone = zone;
    g_autoptr(ToolClient) client = tool_client_open_reading(&common, verb->name, &error);
    g_autoptr(VicuHistory) history = vicu_history_new();
    const char *kind = strrchr(verb->name, ' ') + 1;
    if (client == NULL || !gather(client, history, &ask, &error)
        || !unit_is_known(history, ask.unit, &error)
        || (strcmp(kind, NPSG) == 0 && !gather_acts(client, history, &ask, &error)))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(VicuReport) report = compute(kind, history, &ask);
    report->made_us = vicu_clock_utc_us();
    g_free(report->site);
    report->site = site_of(history);
    g_free(report->by);
    report->by = g_strdup(tool_client_who(client));
    vicu_report_suppress(report, (unsigned)words.least, words.beds);
    if (!tool_ask_record(client, "export-report", verb->name, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return put_out(verb, report, &words, common.json);
}
