/* The portal's door, with real processes: TLS 1.3 alone, what every answer says to a browser, who
 * may ask for what, and a house full of silent connections that keeps nobody out and no alarm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/process/visitor.h"

#define S        SITE_S
#define BEDS     4
#define BED      "demo/icu/4" /* no arterial line: a cuff pressure entered by hand counts */
#define LORIS    2000
#define LORIS_AT 50 /* connections from one address */
#define ALARM_US (2 * S)

static Site *
ward(const char *portal)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector", "portal"};
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
                        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    Site *site = site_new();

    site_settings(site, "collector", settings);
    site_settings(site, "portal", portal);
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(site, daemons[i]);
    site_follow(site);
    site_await_beds(site, BEDS);
    return site;
}

static unsigned
status_of(Visitor *visitor, const char *method, const char *path, const char *token)
{
    g_auto(VisitorAnswer) answer = {0};

    visitor_ask(visitor, method, path, token, &answer);
    return answer.status;
}

/* ---- what a stranger finds ---- */

/* What openssl says of a handshake; NULL: there is no openssl here. */
static char *
handshake(unsigned port, const char *version)
{
    g_autofree char *program = g_find_program_in_path("openssl");
    g_autofree char *to = g_strdup_printf("127.0.0.1:%u", port);
    const char *argv[] = {program, "s_client", "-connect", to, version, NULL};
    g_autofree char *out = NULL, *err = NULL;

    if (program == NULL)
        return NULL;
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err,
                               NULL, NULL));
    return g_strconcat(out, err, NULL);
}

static void
judge_versions(unsigned port)
{
    static const char *const below[] = {"-tls1_2", "-tls1_1"};
    g_autofree char *good = handshake(port, "-tls1_3");

    if (good == NULL) {
        g_test_message("openssl is not on the path: versions of TLS are not tried");
        return;
    }
    g_assert_nonnull(strstr(good, "New, TLSv1.3, Cipher is TLS_"));
    for (size_t i = 0; i < G_N_ELEMENTS(below); i++) {
        g_autofree char *bad = handshake(port, below[i]);
        g_assert_nonnull(strstr(bad, "Cipher is (NONE)"));
    }
}

static void
judge_headers(const VisitorAnswer *answer)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy", "default-src 'none'"},
        {"Content-Security-Policy", "frame-ancestors 'none'"},
        {"Content-Security-Policy", "require-trusted-types-for 'script'"},
        {"Strict-Transport-Security", "max-age=31536000"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        const char *value = soup_message_headers_get_one(answer->headers, headers[i][0]);
        if (value == NULL || strstr(value, headers[i][1]) == NULL)
            g_error("%s: %s", headers[i][0], value != NULL ? value : "is not sent");
        g_assert_null(strstr(value, "unsafe"));
    }
    g_assert_null(soup_message_headers_get_one(answer->headers, "Access-Control-Allow-Origin"));
    g_assert_null(soup_message_headers_get_one(answer->headers, "Server"));
}

static void
judge_health(Site *site, Visitor *visitor)
{
    g_auto(VisitorAnswer) live = {0}, metrics = {0};

    visitor_ask(visitor, "GET", "/healthz", NULL, &live);
    g_assert_cmpuint(live.status, ==, 200);
    judge_headers(&live);
    for (int i = 0; i < 100 && status_of(visitor, "GET", "/readyz", NULL) != 200; i++)
        site_wait(site, S / 10, NULL, NULL);
    g_assert_cmpuint(status_of(visitor, "GET", "/readyz", NULL), ==, 200);
    visitor_ask(visitor, "GET", "/metrics", NULL, &metrics);
    g_assert_cmpuint(metrics.status, ==, 200);
    g_assert_nonnull(strstr(metrics.body, "\nvicu_up{process=\"rules\"} 1\n"));
    g_assert_nonnull(strstr(metrics.body, "\nvicu_collector_"));
    g_assert_true(g_str_has_suffix(metrics.body, "# EOF\n"));
}

static void
a_stranger_finds_tls_13_and_a_closed_door(void)
{
    g_autoptr(Site) site = ward("[listen]\nport = 0\n");
    g_autoptr(Visitor) visitor = visitor_new(site);
    g_autofree char *long_path = g_strnfill(5000, 'a');
    g_autofree char *longer = g_strconcat("/", long_path, NULL);

    judge_versions(visitor_port(visitor));
    judge_health(site, visitor);
    g_assert_cmpuint(status_of(visitor, "GET", "/", NULL), !=, 0);
    g_assert_cmpuint(status_of(visitor, "GET", "/../../keys/tokens", NULL), ==, 404);
    g_assert_cmpuint(status_of(visitor, "POST", "/healthz", NULL), ==, 405);
    g_assert_cmpuint(status_of(visitor, "GET", longer, NULL), ==, 431);
    /* Without the rules the portal says that it is not ready, and why. */
    site_signal(site, "rules", SIGKILL);
    g_auto(VisitorAnswer) ready = {0};
    for (int i = 0; i < 60; i++) {
        visitor_answer_clear(&ready);
        visitor_ask(visitor, "GET", "/readyz", NULL, &ready);
        if (ready.status == 503)
            break;
        site_wait(site, S / 10, NULL, NULL);
    }
    g_assert_cmpuint(ready.status, ==, 503);
    g_assert_nonnull(strstr(ready.body, "rules"));
    g_assert_cmpuint(status_of(visitor, "GET", "/healthz", NULL), ==, 200);
}

/* ---- a house full ---- */

static gboolean
is_alarmed(Site *site, gpointer user)
{
    (void)user;
    return site_stands(site, BED, "map-critical");
}

static gboolean
is_calm(Site *site, gpointer user)
{
    (void)user;
    return !site_stands(site, BED, "map-critical");
}

/* From an entered pressure to the alarm on this screen. */
static double
alarm_ms(Site *site)
{
    site_observe(site, BED, "NIBP_M", 85);
    g_assert_true(site_wait(site, 30 * S, is_calm, NULL));
    int64_t begun_us = vicu_clock_boot_us();
    site_observe(site, BED, "NIBP_M", 40);
    g_assert_true(site_wait(site, 20 * S, is_alarmed, NULL));
    return (double)(vicu_clock_boot_us() - begun_us) / 1e3;
}

/* One of 127.0.2.0/24, so that the share of one address does not keep them out. -1: refused. */
static int
silent_connection(unsigned port, unsigned i)
{
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    from.sin_addr.s_addr = htonl(0x7f000201u + i / LORIS_AT);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((uint16_t)port);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&from, sizeof from), ==, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Nothing, half of a ClientHello's head, or the head of one that never comes. */
static void
say_little(int fd, unsigned i)
{
    static const uint8_t head[] = {22, 3, 1, 2, 0, 1, 0, 1, 252};

    if (fd >= 0 && i % 3 != 0)
        send(fd, head, i % 3 == 1 ? 3 : sizeof head, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
silent_connections_keep_nobody_out(void)
{
    g_autoptr(Site) site = ward("[listen]\nport = 0\n");
    g_autoptr(Visitor) visitor = visitor_new(site);
    struct rlimit limit;
    int fds[LORIS];
    double longest_ms = 0;

    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < LORIS + 200) {
        g_test_skip("fewer than 2 200 files may be open here");
        return;
    }
    double before_ms = alarm_ms(site);
    for (unsigned i = 0; i < LORIS; i++) {
        fds[i] = silent_connection(visitor_port(visitor), i);
        if (i % 100 == 99)
            site_wait(site, S / 50, NULL, NULL);
    }
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < LORIS; i++)
            say_little(fds[i], i + round);
        /* A new connection each time: an old one would be let in already. */
        g_autoptr(Visitor) next = visitor_new(site);
        int64_t begun_us = vicu_clock_boot_us();
        g_assert_cmpuint(status_of(next, "GET", "/healthz", NULL), ==, 200);
        longest_ms = MAX(longest_ms, (double)(vicu_clock_boot_us() - begun_us) / 1e3);
    }
    double among_ms = alarm_ms(site);
    g_test_message("figure: %d silent connections: a new visitor is answered within %.0f ms; "
                   "an alarm after %.0f ms, without them %.0f ms",
                   LORIS, longest_ms, among_ms, before_ms);
    g_assert_cmpfloat(among_ms, <, before_ms + (double)ALARM_US / 1e3);
    g_assert_cmpfloat(site_counter(site, "portal", "connections"), <=, 1200);
    g_assert_cmpfloat(site_counter(site, "portal", "gave_way"), >=, 1);
    g_assert_null(site_missing(site, "rules"));
    for (unsigned i = 0; i < LORIS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* ---- other systems ---- */

/* What is asked comes with @status and says @word (NULL: whatever); the answer, caller frees. */
static char *
fhir(Visitor *visitor, const char *path, const char *token, unsigned status, const char *word)
{
    g_auto(VisitorAnswer) answer = {0};

    visitor_ask(visitor, "GET", path, token, &answer);
    if (answer.status != status || (word != NULL && strstr(answer.body, word) == NULL))
        g_error("%s: %u %s", path, answer.status, answer.body != NULL ? answer.body : answer.why);
    return g_steal_pointer(&answer.body);
}

static void
must_fhir(Visitor *visitor, const char *path, const char *token, unsigned status, const char *word)
{
    g_free(fhir(visitor, path, token, status, word));
}

/* The id of the first entry; caller frees. */
static char *
first_id(const char *bundle)
{
    const char *id = strstr(strstr(bundle, "\"entry\""), "\"id\": \"") + strlen("\"id\": \"");

    return g_strndup(id, strcspn(id, "\""));
}

#define HR "/fhir/Observation?subject:identifier=urn:vicu:bed%7Cdemo/icu/1&code=8867-4"

static void
judge_rights(Visitor *visitor, Site *site)
{
    g_autofree char *auditor = visitor_token(site, "auditor", NULL);
    g_autofree char *metrics = visitor_token(site, "metrics", NULL);
    g_autofree char *admin = visitor_token(site, "administrator", NULL);

    site_wait(site, 2 * S, NULL, NULL); /* the table is read each half second */
    must_fhir(visitor, HR, auditor, 403, "forbidden");
    must_fhir(visitor, HR, metrics, 403, "forbidden");
    must_fhir(visitor, HR, admin, 403, "forbidden");
    must_fhir(visitor, "/fhir/Device", admin, 200, "urn:vicu:bed");
    must_fhir(visitor, "/fhir/AuditEvent?_count=5", admin, 403, "forbidden");
    must_fhir(visitor, "/fhir/metadata", auditor, 200, "CapabilityStatement");
    for (int i = 0; i < 30; i++) {
        g_autofree char *text = fhir(visitor, "/fhir/AuditEvent?_count=100", auditor, 200, NULL);
        if (strstr(text, "\"refused\"") != NULL && strstr(text, "token-make") != NULL)
            return;
        site_wait(site, S / 10, NULL, NULL);
    }
    g_error("the audit does not tell who was refused, and who made a token");
}

/* From now on for a second or two; who is asked may be ending. */
static void
ask_all_about_themselves(const Site *site)
{
    g_autofree char *vicu = site_program("tools/vicu");
    const char *argv[] = {
        "/bin/sh",
        "-c",
        "i=0; while [ $i -lt 40 ]; do \"$0\" status --root \"$1\" >/dev/null 2>&1; "
        "i=$((i + 1)); done",
        vicu,
        site_folder(site),
        NULL};

    g_assert_true(
        g_spawn_async(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL));
    g_usleep(G_USEC_PER_SEC / 3);
}

static void
other_systems_read_what_their_token_may(void)
{
    g_autoptr(Site) site = ward("[listen]\nport = 0\n");
    g_autoptr(Visitor) visitor = visitor_new(site);
    g_autofree char *system = visitor_token(site, "system", "--name", "the laboratory", NULL);
    g_autofree char *program = site_program("portal/vicu-portal");
    g_autofree char *bundle = NULL;

    must_fhir(visitor, HR, NULL, 401, "OperationOutcome");
    must_fhir(visitor, "/fhir/metadata", NULL, 401, "login");
    must_fhir(visitor, "/fhir/metadata", system, 200, "4.0.1"); /* at once */
    for (int i = 0; i < 100; i++) {
        g_clear_pointer(&bundle, g_free);
        bundle = fhir(visitor, HR "&_count=2", system, 200, "searchset");
        if (strstr(bundle, "valueQuantity") != NULL && strstr(bundle, "\"next\"") != NULL)
            break;
        site_wait(site, S / 10, NULL, NULL);
    }
    g_assert_nonnull(strstr(bundle, "\"next\""));
    g_assert_nonnull(strstr(bundle, "\"recording\"")); /* not taken for a live patient */
    g_autofree char *id = first_id(bundle);
    g_autofree char *one = g_strdup_printf("/fhir/Observation/%s", id);
    must_fhir(visitor, one, system, 200, id);
    must_fhir(visitor, "/fhir/Observation", system, 400, "whole ward");
    must_fhir(visitor, "/fhir/Observation?colour=red", system, 400, "colour");
    must_fhir(visitor, "/fhir/Observation/1-0-1-b0123456789abcdef", system, 404, "not-found");
    must_fhir(visitor, "/fhir/Patient", system, 404, "metadata");
    must_fhir(visitor, "/fhir/AuditEvent", system, 403, "forbidden");
    site_observe(site, BED, "NIBP_M", 40);
    g_assert_true(site_wait(site, 30 * S, is_alarmed, NULL));
    must_fhir(visitor, "/fhir/Communication?subject:identifier=" BED, system, 200, "\"stat\"");
    judge_rights(visitor, site);

    /* Ended, it is a stranger's, while the portal runs. */
    g_autofree char *table = g_build_filename(site_folder(site), "keys", "tokens", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(table, &text, NULL, NULL));
    char *line = strstr(text, " system ") - 8;
    g_autofree char *token_id = g_strndup(line, 8);
    const char *argv[] = {program,    "token",  "--root", site_folder(site),
                          "--revoke", token_id, NULL};
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, NULL, NULL));
    for (int i = 0; i < 30 && status_of(visitor, "GET", "/fhir/metadata", system) != 401; i++)
        site_wait(site, S / 10, NULL, NULL);
    must_fhir(visitor, "/fhir/metadata", system, 401, "login");
    ask_all_about_themselves(site); /* and it ends in order all the same */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/portal-door/stranger", a_stranger_finds_tls_13_and_a_closed_door);
    g_test_add_func("/process/portal-door/systems", other_systems_read_what_their_token_may);
    g_test_add_func("/process/portal-door/silent", silent_connections_keep_nobody_out);
    return g_test_run();
}
