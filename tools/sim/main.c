/* vicu-sim: plays bedside monitors that speak HL7 v2 over MLLP.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/options.h"
#include "tools/sim/peer.h"

enum { DONE = 0, WANTING = 1, USAGE = 2 };

#define DRAIN_US (5 * G_USEC_PER_SEC)

typedef struct {
    char *to;
    char *ward;
    char *prefix;
    char *period;
    char *length;
    int beds;
    int first;
    int last;
    int seed;
    gboolean json;
    gboolean verbose;
    gboolean drop_connection, garbage, sentinels;
} Options;

typedef struct {
    GMainLoop *loop;
    GPtrArray *peers;
    gboolean ending;
} Ward;

static const char description[] =
    "Each bed is one connection that sends an IHE PCD-01 message (ORU^R01, MDC codes, UCUM\n"
    "units, MSH-11 = T) each period, waits for the answer, and sends again what was not taken.\n"
    "Values are a function of seed and time. With --ward the beds are those of the file whose\n"
    "group says script_over=hl7.\n"
    "\n"
    "Examples:\n"
    "  vicu sim --to 127.0.0.1:2575 --beds 4 --for 60s --json\n"
    "  vicu sim --ward data/recordings/ward.ini --to 127.0.0.1:2575\n"
    "  vicu sim --beds 2 --garbage --drop-connection --sentinels --for 30s\n"
    "\n"
    "Exit status: 0 every message was taken, 1 some were not, 2 bad usage.\n";

static int
usage(const char *text)
{
    g_printerr("vicu sim: %s\nTry 'vicu sim --help'.\n", text);
    return USAGE;
}

static gboolean
parse_address(const char *text, char **host, uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    guint64 number;

    if (colon == NULL || colon == text
        || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &number, NULL))
        return FALSE;
    *host = *text == '[' && colon[-1] == ']' ? g_strndup(text + 1, (gsize)(colon - text - 2))
                                             : g_strndup(text, (gsize)(colon - text));
    *port = (uint16_t)number;
    return TRUE;
}

static gboolean
is_drained(const Ward *ward)
{
    for (guint i = 0; i < ward->peers->len; i++)
        if (tool_sim_peer_waiting(ward->peers->pdata[i]) > 0)
            return FALSE;
    return TRUE;
}

static gboolean
on_drain(gpointer user)
{
    Ward *ward = user;

    if (is_drained(ward))
        g_main_loop_quit(ward->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_drained_too_long(gpointer user)
{
    Ward *ward = user;

    g_main_loop_quit(ward->loop);
    return G_SOURCE_CONTINUE;
}

/* No more messages; what waits has five seconds. A second signal ends it at once. */
static gboolean
on_end(gpointer user)
{
    Ward *ward = user;

    if (ward->ending) {
        g_main_loop_quit(ward->loop);
        return G_SOURCE_CONTINUE;
    }
    ward->ending = TRUE;
    for (guint i = 0; i < ward->peers->len; i++)
        tool_sim_peer_stop(ward->peers->pdata[i]);
    g_timeout_add(20, on_drain, ward);
    g_timeout_add(DRAIN_US / 1000, on_drained_too_long, ward);
    return G_SOURCE_CONTINUE;
}

static ToolSimCounts
sum_up(const Ward *ward, guint *waiting)
{
    ToolSimCounts sum = {0};

    *waiting = 0;
    for (guint i = 0; i < ward->peers->len; i++) {
        const ToolSimCounts *one = tool_sim_peer_counts(ward->peers->pdata[i]);

        sum.made += one->made;
        sum.sent += one->sent;
        sum.accepted += one->accepted;
        sum.errors += one->errors;
        sum.rejected += one->rejected;
        sum.resent += one->resent;
        sum.timeouts += one->timeouts;
        sum.reconnects += one->reconnects;
        sum.dropped += one->dropped;
        *waiting += tool_sim_peer_waiting(ward->peers->pdata[i]);
    }
    return sum;
}

static const char *
first_trouble(const Ward *ward)
{
    for (guint i = 0; i < ward->peers->len; i++)
        if (tool_sim_peer_trouble(ward->peers->pdata[i]) != NULL)
            return tool_sim_peer_trouble(ward->peers->pdata[i]);
    return NULL;
}

static void
print_json(const Ward *ward, const ToolSimCounts *sum, guint waiting)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "beds", ward->peers->len);
    vicu_json_integer(json, "messages", (int64_t)sum->made);
    vicu_json_integer(json, "sent", (int64_t)sum->sent);
    vicu_json_integer(json, "accepted", (int64_t)sum->accepted);
    vicu_json_integer(json, "errors", (int64_t)sum->errors);
    vicu_json_integer(json, "rejected", (int64_t)sum->rejected);
    vicu_json_integer(json, "resent", (int64_t)sum->resent);
    vicu_json_integer(json, "timeouts", (int64_t)sum->timeouts);
    vicu_json_integer(json, "reconnects", (int64_t)sum->reconnects);
    vicu_json_integer(json, "dropped", (int64_t)sum->dropped);
    vicu_json_integer(json, "waiting", waiting);
    vicu_json_text(json, "trouble", first_trouble(ward));
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static int
report(const Ward *ward, gboolean as_json)
{
    guint waiting;
    ToolSimCounts sum = sum_up(ward, &waiting);
    const char *trouble = first_trouble(ward);

    if (as_json)
        print_json(ward, &sum, waiting);
    else
        printf("%u beds, %" G_GUINT64_FORMAT " messages, %" G_GUINT64_FORMAT
               " accepted, %" G_GUINT64_FORMAT " rejected, %" G_GUINT64_FORMAT
               " sent again, %" G_GUINT64_FORMAT " dropped, %u waiting%s%s\n",
               ward->peers->len, sum.made, sum.accepted, sum.rejected, sum.resent, sum.dropped,
               waiting, trouble == NULL ? "" : "; ", trouble == NULL ? "" : trouble);
    return sum.made > 0 && sum.accepted == sum.made ? DONE : WANTING;
}

static int
run(const ToolSimSettings *settings, GPtrArray *beds, int64_t length_us, gboolean as_json)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GPtrArray) peers = g_ptr_array_new();
    Ward ward = {.loop = loop, .peers = peers};
    int status;

    g_unix_signal_add(SIGINT, on_end, &ward);
    g_unix_signal_add(SIGTERM, on_end, &ward);
    if (length_us > 0)
        g_timeout_add((guint)(length_us / 1000), on_end, &ward);
    /* Spread over the period: a ward does not speak in chorus. */
    for (guint i = 0; i < beds->len; i++)
        g_ptr_array_add(peers, tool_sim_peer_new(settings, beds->pdata[i],
                                                 settings->period_us * i / beds->len));
    g_main_loop_run(loop);
    status = report(&ward, as_json);
    for (guint i = 0; i < peers->len; i++)
        tool_sim_peer_free(peers->pdata[i]);
    return status;
}

static int
start(const Options *o)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) beds = NULL;
    g_autofree char *host = NULL;
    ToolSimSettings settings = {
        .seed = (guint32)o->seed,
        .drop_connection = o->drop_connection,
        .garbage = o->garbage,
        .sentinels = o->sentinels,
        .verbose = o->verbose,
    };
    int64_t length_us = 0;

    if (!parse_address(o->to == NULL ? "127.0.0.1:2575" : o->to, &host, &settings.port))
        return usage("--to: expected HOST:PORT, such as 127.0.0.1:2575");
    settings.host = host;
    if (!vicu_duration_parse(o->period == NULL ? "2s" : o->period, &settings.period_us, &error))
        return usage(error->message);
    if (settings.period_us < 100000 || settings.period_us > 60 * G_USEC_PER_SEC)
        return usage("--period: expected 100ms to 60s");
    if (o->length != NULL
        && (!vicu_duration_parse(o->length, &length_us, &error) || length_us <= 0
            || length_us / 1000 > G_MAXINT))
        return usage(error != NULL ? error->message : "--for: expected a duration above 0");
    if (o->beds < 0 || o->beds > TOOL_SIM_BEDS_MAX || o->first < 1)
        return usage("--beds: expected 0 to 500, and --first 1 or more");
    if (o->last < 0)
        return usage("--last: expected 1 or more");
    beds = tool_sim_beds_load(o->ward, o->prefix == NULL ? "demo/icu" : o->prefix, (guint)o->first,
                              (guint)o->beds, &error);
    if (beds == NULL) {
        g_printerr("vicu sim: %s\n", error->message);
        return WANTING;
    }
    for (guint i = beds->len; o->last > 0 && i > 0; i--)
        if (((const ToolSimBed *)beds->pdata[i - 1])->number > (guint)o->last)
            g_ptr_array_remove_index(beds, i - 1);
    if (beds->len == 0)
        return usage("--last: no bed is left");
    return run(&settings, beds, length_us, o->json);
}

static void
clear(Options *o)
{
    g_free(o->to);
    g_free(o->ward);
    g_free(o->prefix);
    g_free(o->period);
    g_free(o->length);
}

int
main(int argc, char **argv)
{
    Options o = {.first = 1, .seed = 1};
    const GOptionEntry entries[] = {
        {"to", 0, 0, G_OPTION_ARG_STRING, &o.to, "The listener (127.0.0.1:2575)", "HOST:PORT"},
        {"beds", 0, 0, G_OPTION_ARG_INT, &o.beds, "How many beds (1, or all of the ward)", "N"},
        {"first", 0, 0, G_OPTION_ARG_INT, &o.first, "Number of the first bed (1)", "K"},
        {"last", 0, 0, G_OPTION_ARG_INT, &o.last, "Leave out beds with a higher number", "K"},
        {"prefix", 0, 0, G_OPTION_ARG_STRING, &o.prefix, "Of bed ids (demo/icu)", "SITE/UNIT"},
        {"ward", 0, 0, G_OPTION_ARG_FILENAME, &o.ward, "Beds and scripts of a ward", "FILE"},
        {"period", 0, 0, G_OPTION_ARG_STRING, &o.period, "Between messages (2s)", "TIME"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &o.seed, "Of the values (1)", "S"},
        {"for", 0, 0, G_OPTION_ARG_STRING, &o.length, "End after TIME; else on a signal", "TIME"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "Print the counts as JSON", NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &o.verbose, "Say what goes wrong as it does", NULL},
        {"drop-connection", 0, 0, G_OPTION_ARG_NONE, &o.drop_connection,
         "Leave in the middle of a frame, every 13th time", NULL},
        {"garbage", 0, 0, G_OPTION_ARG_NONE, &o.garbage,
         "Send bytes outside frames and frames that are cut, every 7th time", NULL},
        {"sentinels", 0, 0, G_OPTION_ARG_NONE, &o.sentinels,
         "Every 5th value is -999, -99.9, -100 or empty", NULL},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- play bedside monitors");
    g_autoptr(GError) error = NULL;
    int status;

    setlocale(LC_ALL, "");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    if (!vicu_options_parse(context, "vicu sim", &argc, &argv, &error))
        status = usage(error->message);
    else if (argc > 1)
        status = usage("no words are expected behind the options");
    else
        status = start(&o);
    clear(&o);
    return status;
}
