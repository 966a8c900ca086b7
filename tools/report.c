/* `vicu report burden`, `response`, `indicators`, `npsg`: what the alarms of a period asked of
 * people, how soon they were answered, and what of it others ask for.
 *
 * The export is in the audit before anything is written: where it cannot be, nothing is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <gio/gio.h>

#include "common/clock.h"
#include "common/report/gather.h"
#include "tools/ask.h"
#include "tools/dispatch.h"
#include "tools/verbs.h"

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

static gboolean
ask_store(const Vicu__Query *query,
          VicuReportRowsFunc take,
          gpointer history,
          gpointer user,
          GError **error)
{
    return tool_ask(user, query, VICU_REPORT_WHY, take, history, error);
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

    if (words->least < 1 || words->least > (int)VICU_REPORT_LEAST_MAX)
        return tool_usage(verb, "--least %d is outside 1..%u", words->least, VICU_REPORT_LEAST_MAX);
    if (!vicu_report_time(words->from != NULL ? words->from : "-1d", now_us, ask->zone,
                          &ask->from_us, &error)
        || !vicu_report_time(words->to != NULL ? words->to : "now", now_us, ask->zone, &ask->to_us,
                             &error))
        return tool_usage(verb, "%s", error->message);
    if (ask->to_us <= ask->from_us || ask->to_us - ask->from_us > VICU_REPORT_MOST_US)
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
        {"from", 0, 0, G_OPTION_ARG_STRING, &words.from, "Beginning, a time or a day (-1d)",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &words.to, "End, not included (now)", "TIME"},
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

    zone = words.utc ? g_time_zone_new_utc() : g_time_zone_new_local();
    ask.zone = zone;
    if (status < 0)
        status = judge(verb, &words, &ask);
    if (status >= 0)
        return status;
    g_autoptr(ToolClient) client = tool_client_open_reading(&common, verb->name, &error);
    g_autoptr(VicuHistory) history = vicu_history_new();
    VicuReportKind kind = vicu_report_kind_of(strrchr(verb->name, ' ') + 1);
    if (client == NULL
        || !vicu_report_gather(kind, &ask, NULL, vicu_clock_utc_us(), history, ask_store, client,
                               &error)
        || !vicu_report_unit_is_known(history, ask.unit, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(VicuReport) report = vicu_report_make(kind, history, &ask);
    report->made_us = vicu_clock_utc_us();
    g_free(report->by);
    report->by = g_strdup(tool_client_who(client));
    vicu_report_suppress(report, (unsigned)words.least, words.beds);
    g_autofree char *act = vicu_report_act(kind, &ask, (unsigned)words.least, words.beds);
    if (!tool_ask_record(client, VICU_REPORT_EXPORT, act, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return put_out(verb, report, &words, common.json);
}
