/* `vicu tail`: what comes in, as it comes: numerics, symbols, events and gaps.
 *
 * Follows the pictures' lane, which may drop under load; what was dropped is
 * counted. Nothing is to be concluded from what does not appear here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <glib-unix.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/live.h"
#include "common/numeric-times.h"
#include "proto/signals.h"
#include "tools/ask.h"
#include "tools/client.h"
#include "tools/verbs.h"
#include "tools/words.h"

typedef struct {
    const char *bed;    /* a tail of the id; NULL: all */
    const char *signal; /* NULL: all */
    gboolean json;
    gboolean times;
    gboolean stop;
    VicuLiveReceiver *pictures; /* counts what was dropped on the way */
} Tail;

/* Beside hub time; 0: not known. */
typedef struct {
    int64_t source_us, received_us;
} Times;

static gboolean
wants_bed(const Tail *tail, const char *bed)
{
    size_t n = strlen(bed), k = tail->bed != NULL ? strlen(tail->bed) : 0;

    if (tail->bed == NULL || strcmp(bed, tail->bed) == 0)
        return TRUE;
    return n > k && bed[n - k - 1] == '/' && strcmp(bed + n - k, tail->bed) == 0;
}

static const char *
name_of(uint32_t code)
{
    const VicuSignal *signal = vicu_signal_by_code(code);

    return signal != NULL ? signal->name : "unmapped";
}

static gboolean
wants(const Tail *tail, const char *bed, const char *signal)
{
    return wants_bed(tail, bed) && (tail->signal == NULL || strcmp(tail->signal, signal) == 0);
}

/* "-" where it is not known; caller frees. */
static char *
known(int64_t t_us)
{
    return t_us != 0 ? vicu_time_format(t_us) : g_strdup("-");
}

static void
write_known(VicuJson *json, const char *name, int64_t t_us)
{
    if (t_us != 0)
        vicu_json_time(json, name, t_us);
    else
        vicu_json_null(json, name);
}

static void
end_line(const Tail *tail, const Times *times)
{
    if (tail->times && times != NULL) {
        g_autofree char *source = known(times->source_us);
        g_autofree char *received = known(times->received_us);
        printf("  source time %s, received %s", source, received);
    }
    printf("\n");
}

/* One line; @value NULL: there is none; @times NULL: this kind has none. */
static void
print_line(const Tail *tail,
           const char *kind,
           const char *bed,
           const char *signal,
           int64_t t_us,
           const char *value,
           const char *unit,
           const char *marks,
           const Times *times)
{
    g_autofree char *time = vicu_time_format(t_us);

    if (!tail->json) {
        printf("%s %-18s %-8s %-10s %s %s  %s", time, bed, kind, signal,
               value != NULL ? value : "-", unit, marks);
        end_line(tail, times);
        return;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "time", time);
    vicu_json_text(json, "bed", bed);
    vicu_json_text(json, "kind", kind);
    vicu_json_text(json, "signal", signal);
    vicu_json_text(json, "value", value);
    vicu_json_text(json, "unit", unit);
    vicu_json_text(json, "marks", marks);
    if (tail->times && times != NULL) {
        write_known(json, "source_time", times->source_us);
        write_known(json, "received", times->received_us);
    }
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static void
print_numerics(const Tail *tail, const Vicu__Numerics *n)
{
    for (size_t i = 0; i < n->n_code && i < n->n_value && i < n->n_t_us; i++) {
        const VicuSignal *signal = vicu_signal_by_code(n->code[i]);
        gboolean good = i >= n->n_quality || n->quality[i] != VICU__QUALITY__QUALITY_INVALID;
        g_autofree char *marks =
            g_strdup_printf("%s, %s", tool_word_source(n->source), tool_word_origin(n->origin));
        Times times = {vicu_numeric_source_us(n, i), vicu_numeric_received_us(n, i)};
        char number[32];
        if (!wants(tail, n->bed, name_of(n->code[i])))
            continue;
        vicu_number_format(n->value[i], number);
        print_line(tail, "numeric", n->bed, name_of(n->code[i]), n->t_us[i], good ? number : NULL,
                   signal != NULL ? signal->unit : "", marks, &times);
    }
}

static void
print_batch(const Tail *tail, const Vicu__Batch *batch)
{
    for (size_t i = 0; i < batch->n_numerics; i++)
        print_numerics(tail, batch->numerics[i]);
    for (size_t i = 0; i < batch->n_symbol; i++) {
        const Vicu__Symbol *s = batch->symbol[i];
        const Times times = {s->source_t_us, s->received_us};
        if (wants(tail, s->bed, name_of(s->code)))
            print_line(tail, "symbol", s->bed, name_of(s->code), s->t_us, s->value, "",
                       tool_word_origin(s->origin), &times);
    }
    for (size_t i = 0; i < batch->n_event; i++) {
        const Vicu__Event *e = batch->event[i];
        if (wants(tail, e->bed, e->kind))
            print_line(tail, "event", e->bed, e->kind, e->t_us, e->text, "", "", NULL);
    }
    for (size_t i = 0; i < batch->n_gap; i++) {
        const Vicu__Gap *g = batch->gap[i];
        if (wants(tail, g->bed, g->code != 0 ? name_of(g->code) : "all"))
            print_line(tail, "gap", g->bed, g->code != 0 ? name_of(g->code) : "all", g->from_us,
                       g->reason, "", g->to_us != 0 ? "ended" : "open", NULL);
    }
    for (size_t i = 0; i < batch->n_unmapped; i++) {
        const Vicu__Unmapped *u = batch->unmapped[i];
        const Times times = {u->source_t_us, u->received_us};
        if (wants(tail, u->bed, u->label))
            print_line(tail, "unmapped", u->bed, u->label, u->t_us, u->value, u->unit,
                       tool_word_origin(u->origin), &times);
    }
}

static void
on_picture(const VicuEnvelope *envelope, GBytes *body, int64_t arrived_us, gpointer user)
{
    Tail *tail = user;
    gsize size = 0;
    const void *data = g_bytes_get_data(body, &size);
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(data, size, NULL);
    (void)envelope;
    (void)arrived_us;

    if (batch == NULL)
        return;
    print_batch(tail, batch);
    fflush(stdout);
}

static void
on_live(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Tail *tail = user;

    (void)socket;
    vicu_live_receiver_receive(tail->pictures, &message->envelope, message->body.data,
                               message->body.size, vicu_clock_utc_us(), vicu_clock_boot_us());
    /* A text misses nothing that came: nothing waits, so nothing is skipped. */
    vicu_live_receiver_hand_on(tail->pictures, 1, vicu_clock_utc_us());
}

/* Whether anything came at all. */
static gboolean
say_missed(const Tail *tail)
{
    VicuLiveFigures seen;

    vicu_live_receiver_figures(tail->pictures, vicu_clock_utc_us(), &seen);
    if (seen.lost > 0)
        fprintf(stderr, "vicu tail: %" G_GUINT64_FORMAT " messages were dropped on the way\n",
                seen.lost);
    if (seen.restarts > 0)
        fprintf(stderr,
                "vicu tail: the hub was started again %" G_GUINT64_FORMAT
                " times; what it dropped then is not counted\n",
                seen.restarts);
    return seen.handed > 0;
}

static gboolean
on_interrupt(gpointer user)
{
    *(gboolean *)user = TRUE;
    return G_SOURCE_CONTINUE;
}

int
tool_tail(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *duration = NULL;
    gboolean times = FALSE;
    int64_t for_us = 0;
    const GOptionEntry entries[] = {
        {"for", 0, 0, G_OPTION_ARG_STRING, &duration, "Stop after this time", "60s"},
        {"times", 0, 0, G_OPTION_ARG_NONE, &times, "The source's own time and the receipt too",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    static const VicuLiveReceiverOps live_ops = {.batch = on_picture};
    Tail tail = {0};
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 2);

    if (status >= 0)
        return status;
    if (duration != NULL && !vicu_duration_parse(duration, &for_us, &error))
        return tool_usage(verb, "--for: %s", error->message);
    tail.bed = argc > 1 ? argv[1] : NULL;
    tail.signal = argc > 2 ? argv[2] : NULL;
    tail.json = common.json;
    tail.times = times;
    g_autoptr(VicuLiveReceiver) pictures =
        vicu_live_receiver_new(&live_ops, &tail, vicu_clock_boot_us());
    tail.pictures = pictures;
    g_autoptr(ToolClient) client = tool_client_open(&common, &error);
    if (client == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(VicuSocket) live =
        tool_client_connect(client, VICU_SOCKET_SUB, "live", "hub-live", "hub", &error);
    if (live == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    vicu_socket_listen(live, on_live, NULL, &tail);
    tool_ask_view(client, verb->name, tail.bed != NULL ? tail.bed : "");
    guint signals[] = {g_unix_signal_add(SIGINT, on_interrupt, &tail.stop),
                       g_unix_signal_add(SIGTERM, on_interrupt, &tail.stop)};
    int64_t end_us = vicu_clock_boot_us() + for_us;
    while (!tail.stop && (duration == NULL || vicu_clock_boot_us() < end_us))
        tool_client_wait(client, &tail.stop, G_USEC_PER_SEC / 4);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    return say_missed(&tail) ? TOOL_DONE : TOOL_WANTING;
}
