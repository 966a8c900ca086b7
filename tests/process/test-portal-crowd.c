/* A crowd of phones: what 500 pages cost the portal while alarms come, and how soon each is told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/process/visitor.h"

#define S         SITE_S
#define BEDS      16
#define PHONES    500
#define AT_A_TIME 16
#define FOR_US    (20 * S)
#define BEAT_US   (2 * S)
#define ALARM_US  (S * 5 / 4) /* from one call for help to the next */
#define RSS_MIB   150.0

typedef struct {
    SoupWebsocketConnection *socket;
    bool failed, welcome;
    unsigned beats, told;
    uint64_t proof; /* serial of the newest test alarm that it was told */
    int64_t sent_us, due_us;
    double longest_ms; /* from a beat to its answer */
    unsigned alarms;   /* of the calls for help */
    int64_t told_us;   /* when it was told of the last of them */
} Phone;

static const char *token;
static unsigned open_now, asking;

static void
beat(Phone *phone)
{
    g_autofree char *text = g_strdup_printf(
        "{\"t\": \"beat\", \"n\": 1, \"p\": %" G_GUINT64_FORMAT ", \"duty\": true}", phone->proof);

    soup_websocket_connection_send_text(phone->socket, text);
}

/* As the page does: what it was told it answers at once. */
static void
take_state(Phone *phone, const char *text, gsize size)
{
    if (g_strstr_len(text, (gssize)size, "call for help") != NULL) {
        phone->alarms++;
        phone->told_us = vicu_clock_boot_us();
    }
    beat(phone);
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user)
{
    Phone *phone = user;
    gsize size = 0;
    const char *text = g_bytes_get_data(message, &size);

    (void)socket, (void)type;
    phone->told++;
    if (g_strstr_len(text, (gssize)MIN(size, 32u), "\"welcome\"") != NULL) {
        phone->welcome = true;
    } else if (g_strstr_len(text, (gssize)MIN(size, 32u), "\"beat\"") != NULL && phone->sent_us) {
        double ms = (double)(vicu_clock_boot_us() - phone->sent_us) / 1e3;
        phone->longest_ms = MAX(phone->longest_ms, ms);
        const char *proof = g_strstr_len(text, (gssize)size, "\"p\": ");
        phone->proof = proof != NULL ? g_ascii_strtoull(proof + 5, NULL, 10) : 0;
        phone->sent_us = 0;
        phone->beats++;
    } else if (g_strstr_len(text, (gssize)MIN(size, 32u), "\"state\"") != NULL) {
        take_state(phone, text, size);
    }
}

static void
on_open(GObject *session, GAsyncResult *result, gpointer user)
{
    Phone *phone = user;
    g_autofree char *hello = g_strdup_printf(
        "{\"t\": \"hello\", \"token\": \"%s\", \"device\": \"d%p\", \"phone\": true}", token, user);

    asking--;
    phone->socket = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, NULL);
    phone->failed = phone->socket == NULL;
    if (phone->failed)
        return;
    open_now++;
    soup_websocket_connection_set_max_incoming_payload_size(phone->socket, 1 << 20);
    g_signal_connect(phone->socket, "message", G_CALLBACK(on_message), phone);
    soup_websocket_connection_send_text(phone->socket, hello);
}

static void
open_all(Site *site, Visitor *visitor, Phone *phones)
{
    g_autofree char *url = g_strdup_printf("wss://127.0.0.1:%u/live", visitor_port(visitor));

    for (unsigned i = 0; i < PHONES; i++) {
        g_autoptr(SoupMessage) message = soup_message_new("GET", url);
        asking++;
        soup_session_websocket_connect_async(visitor_session(visitor), message, NULL, NULL,
                                             G_PRIORITY_DEFAULT, NULL, on_open, &phones[i]);
        while (asking >= AT_A_TIME)
            g_main_context_iteration(NULL, TRUE);
    }
    for (int64_t end_us = vicu_clock_boot_us() + 20 * S;
         asking > 0 && vicu_clock_boot_us() < end_us;)
        site_wait(site, S / 10, NULL, NULL);
}

static void
beat_all(Phone *phones, int64_t now_us)
{
    for (unsigned i = 0; i < PHONES; i++) {
        Phone *phone = &phones[i];
        if (phone->socket == NULL || now_us < phone->due_us)
            continue;
        /* Spread over the two seconds, as phones are. */
        phone->due_us = phone->due_us == 0 ? now_us + BEAT_US * i / PHONES : now_us + BEAT_US;
        phone->sent_us = now_us;
        beat(phone);
    }
}

/* ---- alarms ---- */

static gint
by_size(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* From the call at @called_us until each had been told, into @ms. */
static void
take_told(const Phone *phones, unsigned n, int64_t called_us, GArray *ms)
{
    for (unsigned i = 0; i < PHONES; i++) {
        double told_ms = (double)(phones[i].told_us - called_us) / 1e3;
        if (phones[i].alarms == n)
            g_array_append_val(ms, told_ms);
    }
}

/* Nobody escalates here: each call is an alarm of its own bed, and news for every page. */
static void
call_for_help(Phone *phone, unsigned bed)
{
    g_autofree char *help =
        g_strdup_printf("{\"t\": \"help\", \"ref\": %u, \"id\": \"demo/icu/%u\"}", bed, bed);

    soup_websocket_connection_send_text(phone->socket, help);
}

static GArray *
beat_and_call(Site *site, Phone *phones)
{
    GArray *ms = g_array_new(FALSE, FALSE, sizeof(double));
    int64_t begun_us = vicu_clock_boot_us(), called_us = 0;
    unsigned bed = 0;

    for (int64_t now_us = begun_us; now_us - begun_us < FOR_US; now_us = vicu_clock_boot_us()) {
        beat_all(phones, now_us);
        if (bed < BEDS && now_us - begun_us >= (bed + 1) * ALARM_US) {
            take_told(phones, bed, called_us, ms);
            called_us = now_us;
            call_for_help(&phones[bed], bed + 1);
            bed++;
        }
        site_wait(site, S / 50, NULL, NULL);
    }
    g_array_sort(ms, by_size);
    g_assert_cmpuint(ms->len, >, PHONES * BEDS / 2);
    return ms;
}

static long
pid_of_portal(Site *site)
{
    const char *name = "portal";
    g_autofree Vicu__Status **status = tool_client_statuses(site_client(site), &name, 1, S);

    g_assert_nonnull(status[0]);
    long pid = (long)status[0]->pid;
    vicu_wire_free(status[0]);
    return pid;
}

static double
cpu_s(long pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%ld/stat", pid);
    g_autofree char *text = NULL;
    unsigned long user = 0, kernel = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(sscanf(strrchr(text, ')'),
                           ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel),
                    ==, 2);
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static double
rss_mib(long pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%ld/status", pid);
    g_autofree char *text = NULL;
    long kib = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(sscanf(strstr(text, "VmHWM:"), "VmHWM: %ld", &kib), ==, 1);
    return (double)kib / 1024;
}

static void
five_hundred_pages_are_told_and_cost_little(void)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector", "portal"};
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
                        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    g_autoptr(Site) site = site_new();
    g_autofree Phone *phones = g_new0(Phone, PHONES);
    struct rlimit limit;
    double longest_ms = 0;
    unsigned told = 0, beats = 0;

    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    site_settings(site, "collector", settings);
    site_settings(site, "portal", "[listen]\nport = 0\n[limits]\nper_address = 600\n");
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(site, daemons[i]);
    site_follow(site);
    site_await_beds(site, BEDS);
    g_autoptr(Visitor) visitor = visitor_new(site);
    g_autofree char *made = visitor_token(site, "bedside", "--name", "kim", NULL);
    token = made;
    site_wait(site, 2 * S, NULL, NULL);
    open_all(site, visitor, phones);
    g_assert_cmpuint(open_now, ==, PHONES);

    long pid = pid_of_portal(site);
    double before_s = cpu_s(pid);
    int64_t begun_us = vicu_clock_boot_us();
    g_autoptr(GArray) ms = beat_and_call(site, phones);
    double share = (cpu_s(pid) - before_s) / ((double)(vicu_clock_boot_us() - begun_us) / 1e6);
    double mib = rss_mib(pid);
    for (unsigned i = 0; i < PHONES; i++) {
        g_assert_true(phones[i].welcome);
        g_assert_cmpuint(phones[i].beats, >=, 5);
        longest_ms = MAX(longest_ms, phones[i].longest_ms);
        told += phones[i].told;
        beats += phones[i].beats;
    }
    g_test_message("figure: %d pages: %.1f %% of one core, %.0f MiB, %u beats answered within "
                   "%.0f ms, %u messages",
                   PHONES, 100 * share, mib, beats, longest_ms, told);
    g_test_message("figure: a call for help is told to a page after: p50 %.0f ms, p99 %.0f ms of "
                   "%u",
                   g_array_index(ms, double, ms->len / 2),
                   g_array_index(ms, double, ms->len * 99 / 100), ms->len);
    g_assert_cmpfloat(mib, <, RSS_MIB);
    g_assert_cmpfloat(site_counter(site, "portal", "on_duty"), ==, PHONES);
    for (unsigned i = 0; i < PHONES; i++) {
        g_signal_handlers_disconnect_by_data(phones[i].socket, &phones[i]);
        g_object_unref(phones[i].socket);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/portal-crowd/phones", five_hundred_pages_are_told_and_cost_little);
    return g_test_run();
}
