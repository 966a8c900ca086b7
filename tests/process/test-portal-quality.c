/* Quality reports at the portal, through real processes: who may see which, the same cells as the
 * verb's in page and file, what the audit has of it, and phones that are answered meanwhile.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "common/clock.h"
#include "tests/dashboard/chromium.h"
#include "tests/process/visitor.h"

#define S         SITE_S
#define BEDS      8
#define BUSY_US   (8 * S)
#define ANSWER_MS 1000.0 /* of a beat, while reports are made; a page misses it after 6 s */
#define FORMULA   "<p class=\"formula\">how: alarms = alarms of low priority and above"
#define LANGUAGE  "zh-CN,zh;q=0.9"
#define BURDEN    "/admin/quality/burden"

static Site *site;
static Visitor *visitor;

/* ---- people ---- */

/* What "vicu LINE" said. Caller frees. */
static char *vicu(const char *format, ...) G_GNUC_PRINTF(1, 2);

static char *
vicu(const char *format, ...)
{
    g_autofree char *program = site_program("tools/vicu");
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) error = NULL;
    char *out = NULL;
    g_autofree char *err = NULL;
    int status = 0;
    va_list args;

    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *whole =
        g_strdup_printf("'%s' %s --root '%s'", program, line, site_folder(site));
    g_assert_true(g_shell_parse_argv(whole, NULL, &words, NULL));
    g_spawn_sync(NULL, words, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status, &error);
    g_assert_no_error(error);
    if (status != 0)
        g_error("vicu %s: %s%s", line, out, err);
    return out;
}

typedef struct {
    gboolean done;
    GBytes *body;
    SoupMessage *message;
} Asked;

static void
asked_clear(Asked *asked)
{
    g_clear_pointer(&asked->body, g_bytes_unref);
    g_clear_object(&asked->message);
    asked->done = FALSE;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asked, asked_clear)

static void
on_body(GObject *session, GAsyncResult *result, gpointer user)
{
    Asked *asked = user;

    asked->body = soup_session_send_and_read_finish(SOUP_SESSION(session), result, NULL);
    asked->done = TRUE;
}

static gboolean
is_done(Site *of, gpointer user)
{
    (void)of;
    return ((Asked *)user)->done;
}

/* @form NULL: GET. It is under way when this returns. */
static void
begin(Asked *asked, const char *cookie, const char *path, const char *form, const char *language)
{
    g_autofree char *url = g_strconcat(visitor_url(visitor), path, NULL);

    asked->message = soup_message_new(form != NULL ? "POST" : "GET", url);
    SoupMessageHeaders *headers = soup_message_get_request_headers(asked->message);
    soup_message_set_flags(asked->message, SOUP_MESSAGE_NO_REDIRECT);
    if (cookie != NULL)
        soup_message_headers_replace(headers, "Cookie", cookie);
    if (language != NULL)
        soup_message_headers_replace(headers, "Accept-Language", language);
    if (form != NULL) {
        g_autoptr(GBytes) body = g_bytes_new(form, strlen(form));
        soup_message_headers_replace(headers, "Origin", visitor_url(visitor));
        soup_message_set_request_body_from_bytes(asked->message,
                                                 "application/x-www-form-urlencoded", body);
    }
    soup_session_send_and_read_async(visitor_session(visitor), asked->message, G_PRIORITY_DEFAULT,
                                     NULL, on_body, asked);
}

static unsigned
status_of(const Asked *asked)
{
    return soup_message_get_status(asked->message);
}

/* Its status; *@text, which may be NULL: its body. */
static unsigned
look(const char *cookie, const char *path, const char *language, char **text)
{
    g_auto(Asked) asked = {0};

    begin(&asked, cookie, path, NULL, language);
    g_assert_true(site_wait(site, 60 * S, is_done, &asked));
    g_assert_nonnull(asked.body);
    if (text != NULL)
        *text = g_strndup(g_bytes_get_data(asked.body, NULL), g_bytes_get_size(asked.body));
    return status_of(&asked);
}

/* The cookie of who uses the enrolment link of @link. Caller frees. */
static char *
enrol(const char *link)
{
    g_auto(Asked) asked = {0};
    g_autoptr(GRegex) secret = g_regex_new("[0-9a-f]{64}", 0, 0, NULL);
    g_autoptr(GMatchInfo) found = NULL;

    if (!g_regex_match(secret, link, 0, &found))
        g_error("no link in \"%s\"", link);
    g_autofree char *digits = g_match_info_fetch(found, 0);
    g_autofree char *form =
        g_strdup_printf("link=%s&password=a+sentence+of+mine&again=a+sentence+of+mine", digits);
    begin(&asked, NULL, "/enrol", form, NULL);
    g_assert_true(site_wait(site, 30 * S, is_done, &asked));
    const char *set = soup_message_headers_get_list(
        soup_message_get_response_headers(asked.message), "Set-Cookie");
    const char *at = set != NULL ? strstr(set, "__Host-vicu=") : NULL;
    if (at == NULL)
        g_error("no session by \"%s\": %u", digits, status_of(&asked));
    return g_strndup(at, strcspn(at, ";"));
}

static char *
person(const char *account, const char *role)
{
    g_autofree char *out = vicu("people add %s --name %s --role '%s'", account, account, role);

    return enrol(g_strstrip(out));
}

/* ---- what is shown ---- */

/* The address of the file of @ending that the page @html links to. Caller frees. */
static char *
link_of(const char *html, const char *ending)
{
    g_autofree char *tail = g_strdup_printf("as=%s\"", ending);
    const char *end = strstr(html, tail);

    g_assert_nonnull(end);
    const char *at = end;
    while (!g_str_has_prefix(at, "href=\""))
        at--;
    at += strlen("href=\"");
    g_autofree char *escaped = g_strndup(at, (gsize)(end - at) + strlen(tail) - 1);
    g_auto(GStrv) parts = g_strsplit(escaped, "&amp;", -1);
    return g_strjoinv("&", parts);
}

static char *
value_of(const char *address, const char *name)
{
    g_autofree char *key = g_strdup_printf("%s=", name);
    const char *at = strstr(address, key);

    g_assert_nonnull(at);
    g_autofree char *value = g_strndup(at + strlen(key), strcspn(at + strlen(key), "&"));
    return g_uri_unescape_string(value, NULL);
}

/* Without who made it when. Caller frees. */
static char *
tables_of(const char *csv)
{
    const char *at = strstr(csv, "\"observed\",");

    g_assert_nonnull(at);
    return g_strdup(at);
}

static void
page_file_and_verb_say_the_same(const char *doctor)
{
    bool same = false;
    g_autofree char *html = NULL;

    g_assert_cmpuint(look(doctor, BURDEN "?days=1", NULL, &html), ==, 200);
    g_assert_nonnull(strstr(html, FORMULA));
    g_assert_nonnull(strstr(html, "<th scope=\"row\" class=\"words\">demo/icu</th>"));
    g_assert_nonnull(strstr(html, "SUPPLEMENTAL"));
    g_assert_nonnull(strstr(html, "not known to be of a live patient"));
    g_assert_null(strstr(html, "<script"));
    g_assert_null(strstr(html, "demo/icu/1"));
    g_autofree char *path = link_of(html, "csv");
    g_autofree char *from = value_of(path, "from");
    g_autofree char *to = value_of(path, "to");
    /* What stood goes on: an end between the two is another cell. */
    for (unsigned i = 0; i < 5 && !same; i++) {
        g_autofree char *csv = NULL;
        g_assert_cmpuint(look(doctor, path, NULL, &csv), ==, 200);
        g_autofree char *verb = vicu("report burden --from %s --to %s --csv", from, to);
        g_autofree char *a = tables_of(csv), *b = tables_of(verb);
        same = strcmp(a, b) == 0;
        g_assert_nonnull(strstr(csv, "\"by\",\"doc\"\r\n"));
    }
    g_assert_true(same);
    g_autofree char *pdf_path = link_of(html, "pdf");
    g_autofree char *pdf = NULL;
    g_assert_cmpuint(look(doctor, pdf_path, NULL, &pdf), ==, 200);
    g_assert_true(g_str_has_prefix(pdf, "%PDF-"));
    g_autofree char *chinese = NULL;
    g_assert_cmpuint(look(doctor, BURDEN "?days=1", LANGUAGE, &chinese), ==, 200);
    g_assert_nonnull(strstr(chinese, "<h1>报警负担</h1>"));
    g_assert_nonnull(strstr(chinese, "算法："));
}

static void
who_may_see_which(const char *doctor)
{
    g_autofree char *auditor = person("aud", "auditor *");
    g_autofree char *nurse = person("nurse", "bedside demo/icu");
    g_autofree char *other = person("other", "bedside annex/icu");
    g_autofree char *administrator = person("adm", "administrator *");
    g_autofree char *own_adm = person("adm-icu", "administrator demo/icu");
    g_autofree char *other_adm = person("adm-annex", "administrator annex/icu");
    g_autofree char *choose = NULL;
    g_autofree char *own = NULL;
    g_autofree char *refused = NULL;
    g_autofree char *counts = NULL;
    g_autofree char *own_counts = NULL;

    g_assert_cmpuint(look(NULL, "/admin/quality", NULL, NULL), ==, 303); /* to the sign-in */
    /* Who sees no patient reviews by counts: of the own units, by the portal alone. */
    g_assert_cmpuint(look(administrator, "/admin/quality", NULL, NULL), ==, 200);
    g_assert_cmpuint(look(administrator, BURDEN, NULL, &counts), ==, 200);
    g_assert_nonnull(strstr(counts, FORMULA));
    g_assert_cmpuint(look(administrator, "/admin/quality/npsg", NULL, NULL), ==, 200);
    g_assert_cmpuint(look(own_adm, BURDEN, NULL, NULL), ==, 400);
    g_assert_cmpuint(look(own_adm, BURDEN "?unit=demo%2Ficu", NULL, &own_counts), ==, 200);
    g_assert_nonnull(strstr(own_counts, "Of the 8 beds that the unit has now"));
    g_assert_cmpuint(look(own_adm, "/admin/quality/npsg?unit=demo%2Ficu", NULL, NULL), ==, 403);
    g_assert_cmpuint(look(other_adm, BURDEN "?unit=demo%2Ficu", NULL, NULL), ==, 403);
    g_assert_cmpuint(look(doctor, "/admin/quality", NULL, &choose), ==, 200);
    g_assert_nonnull(strstr(choose, "<option value=\"demo/icu\">demo/icu</option>"));
    g_assert_null(strstr(choose, "formaction=\"/admin/quality/npsg\""));
    g_assert_cmpuint(look(doctor, "/admin/quality/npsg", NULL, &refused), ==, 403);
    g_assert_nonnull(strstr(refused, "may not ask for the audit"));
    g_assert_cmpuint(look(auditor, "/admin/quality/npsg?unit=demo%2Ficu", NULL, NULL), ==, 200);
    g_assert_cmpuint(look(auditor, "/admin/quality/response", NULL, NULL), ==, 200);
    g_assert_cmpuint(look(nurse, BURDEN, NULL, NULL), ==, 400); /* a unit is to be chosen */
    g_assert_cmpuint(look(nurse, BURDEN "?unit=demo%2Ficu&days=1", NULL, &own), ==, 200);
    g_assert_nonnull(strstr(own, "Of the 8 beds that the unit has now"));
    g_assert_cmpuint(look(other, BURDEN "?unit=demo%2Ficu", NULL, NULL), ==, 403);
    g_assert_cmpuint(look(other, BURDEN "?unit=annex%2Ficu", NULL, NULL), ==, 404);
    g_assert_cmpuint(look(doctor, BURDEN "?unit=demo%2Ficv", NULL, NULL), ==, 404);
    g_assert_cmpuint(look(doctor, BURDEN "?days=9000", NULL, NULL), ==, 400);
    g_assert_cmpuint(look(doctor, "/admin/quality/elsewhere", NULL, NULL), ==, 404);
}

static void
it_is_in_the_audit(void)
{
    g_autofree char *audit = vicu("audit ls");
    static const char *const records[] = {
        " doc +view +.*report burden, .* of all units, counts below 5 withheld; as html",
        " doc +export-report +.*report burden, .*; as csv",
        " doc +export-report +.*report burden, .*; as pdf",
        " doc +query-events +.*for a quality report",
        " aud +view +.*report npsg, .* of demo/icu, ",
        " other +refused-query-streams +demo/icu/1 ",
        " doc +refused-query-audit ",
        " adm +query-events +.*for a quality report",
        " adm +view +.*report burden, .* of all units, ",
        " adm-icu +view +.*report burden, .* of demo/icu, ",
        " adm-annex +refused-query-streams +demo/icu/1 ",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(records); i++)
        if (!g_regex_match_simple(records[i], audit, G_REGEX_MULTILINE, 0))
            g_error("the audit has no \"%s\":\n%s", records[i], audit);
}

/* ---- in a browser ---- */

/* Beside the build, for people to look at. */
static void
shot(Chromium *chromium, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/portal-%s.png", g_getenv("VICU_BUILD_ROOT"), name);

    chromium_shot(chromium, path);
}

static void
must(Chromium *chromium, const char *expression)
{
    if (chromium_wait(chromium, expression, 20))
        return;
    g_autofree char *text = chromium_eval(chromium, "document.body.innerText");
    g_error("not true: %s\n%s", expression, text);
}

/* The doctor signs in, chooses and reads, with her own hands' forms; on a phone's width, too. */
static void
a_browser_shows_it(void)
{
    const char *why = NULL;
    g_autofree char *hash = visitor_key_hash(site);
    g_autoptr(Chromium) chromium = chromium_new_trusting(1280, 900, hash, &why);
    g_autofree char *sign_in = g_strconcat(visitor_url(visitor), "/sign-in", NULL);
    g_autofree char *choose = g_strconcat(visitor_url(visitor), "/admin/quality", NULL);

    if (chromium == NULL) {
        g_test_message("no picture: %s", why);
        return;
    }
    chromium_open(chromium, sign_in, NULL);
    must(chromium, "document.querySelector('[name=account]') != null");
    g_free(chromium_eval(chromium,
                         "(() => { document.querySelector('[name=account]').value = 'doc';"
                         "document.querySelector('[name=password]').value = 'a sentence of mine';"
                         "document.querySelector('main form').requestSubmit() })()"));
    must(chromium, "document.querySelector('.who') != null && document.readyState == 'complete'");
    chromium_open(chromium, choose, NULL);
    must(chromium,
         "document.querySelector('[name=days]') != null && document.readyState == 'complete'");
    shot(chromium, "quality");
    g_free(chromium_eval(
        chromium, "(() => { document.querySelector('[name=days]').value = '1';"
                  "document.querySelector('[formaction=\"/admin/quality/burden\"]').click() })()"));
    must(chromium,
         "document.readyState == 'complete' && document.querySelector('.report') != null");
    must(chromium, "document.querySelectorAll('.report table').length == 4 && "
                   "document.querySelectorAll('.report .formula').length == 4");
    must(chromium, "[...document.querySelectorAll('.files a')].length == 2");
    must(chromium, "getComputedStyle(document.querySelector('td.number')).textAlign == 'right'");
    must(chromium, "document.documentElement.scrollWidth <= innerWidth");
    shot(chromium, "quality-burden");
    chromium_call(chromium, "Emulation.setDeviceMetricsOverride",
                  "{\"width\": 400, \"height\": 900, \"deviceScaleFactor\": 1, \"mobile\": true}");
    must(chromium, "innerWidth == 400 && document.documentElement.scrollWidth <= innerWidth");
    shot(chromium, "quality-narrow");
}

/* ---- phones meanwhile ---- */

typedef struct {
    SoupWebsocketConnection *socket;
    int64_t sent_us;
    unsigned beats;
    double longest_ms;
} Phone;

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user)
{
    Phone *phone = user;
    gsize size = 0;
    const char *text = g_bytes_get_data(message, &size);

    (void)socket, (void)type;
    if (g_strstr_len(text, (gssize)MIN(size, 32u), "\"beat\"") == NULL || phone->sent_us == 0)
        return;
    phone->longest_ms =
        MAX(phone->longest_ms, (double)(vicu_clock_boot_us() - phone->sent_us) / 1e3);
    phone->sent_us = 0;
    phone->beats++;
}

static void
on_open(GObject *session, GAsyncResult *result, gpointer user)
{
    Phone *phone = user;
    phone->socket = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, NULL);
}

static gboolean
is_open(Site *of, gpointer user)
{
    (void)of;
    return ((Phone *)user)->socket != NULL;
}

static void
open_phone(Phone *phone)
{
    g_autofree char *token = visitor_token(site, "bedside", "--name", "kim", NULL);
    g_autofree char *url = g_strdup_printf("wss://127.0.0.1:%u/live", visitor_port(visitor));
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);
    g_autofree char *hello = g_strdup_printf(
        "{\"t\": \"hello\", \"token\": \"%s\", \"device\": \"d\", \"phone\": true}", token);

    site_wait(site, 3 * S, NULL, NULL); /* the token is read */
    soup_session_websocket_connect_async(visitor_session(visitor), message, NULL, NULL,
                                         G_PRIORITY_DEFAULT, NULL, on_open, phone);
    g_assert_true(site_wait(site, 20 * S, is_open, phone));
    g_signal_connect(phone->socket, "message", G_CALLBACK(on_message), phone);
    soup_websocket_connection_send_text(phone->socket, hello);
}

static void
beat(Phone *phone)
{
    if (phone->sent_us != 0)
        return;
    phone->sent_us = vicu_clock_boot_us();
    soup_websocket_connection_send_text(phone->socket,
                                        "{\"t\": \"beat\", \"n\": 1, \"p\": 0, \"duty\": true}");
}

/* Three ask again and again for a year as a PDF: two are made, one is told to come again. */
static void
phones_are_answered_meanwhile(const char *doctor)
{
    Asked asked[3] = {0};
    Phone phone = {0};
    unsigned made = 0, told = 0;

    open_phone(&phone);
    int64_t end_us = vicu_clock_boot_us() + BUSY_US;
    while (vicu_clock_boot_us() < end_us) {
        for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
            if (asked[i].message != NULL && !asked[i].done)
                continue;
            if (asked[i].done) {
                unsigned status = status_of(&asked[i]);
                g_assert_true(status == 200 || status == 503);
                made += status == 200;
                told += status == 503;
            }
            asked_clear(&asked[i]);
            begin(&asked[i], doctor, BURDEN "?days=400&as=pdf", NULL, NULL);
        }
        beat(&phone);
        site_wait(site, S / 50, NULL, NULL);
    }
    g_test_message("figure: %u reports of 400 days made as PDF in %d s, %u told to come again, %u "
                   "beats of a phone answered within %.0f ms",
                   made, (int)(BUSY_US / S), told, phone.beats, phone.longest_ms);
    g_assert_cmpuint(made, >=, 2);
    g_assert_cmpuint(told, >, 0);
    g_assert_cmpuint(phone.beats, >, BUSY_US / S);
    g_assert_cmpfloat(phone.longest_ms, <, ANSWER_MS);
    g_signal_handlers_disconnect_by_data(phone.socket, &phone);
    g_object_unref(phone.socket);
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
        g_assert_true(site_wait(site, 60 * S, is_done, &asked[i]));
        asked_clear(&asked[i]);
    }
}

static void
reports_are_for_who_may_see_them_and_hold_nobody_up(void)
{
    static const char *const daemons[] = {"hub",       "store",      "rules",
                                          "collector", "escalation", "portal"};
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
                        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    g_autofree char *link = NULL;

    site = site_new();
    site_settings(site, "collector", settings);
    site_settings(site, "portal", "[listen]\nport = 0\n");
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(site, daemons[i]);
    site_follow(site);
    site_await_beds(site, BEDS);
    visitor = visitor_new(site);
    g_autofree char *path = g_build_filename(site_folder(site), "store", "enrol", NULL);
    g_assert_true(g_file_get_contents(path, &link, NULL, NULL));
    g_autofree char *first = enrol(g_strstrip(link));
    g_autofree char *doctor = person("doc", "intensivist *");
    page_file_and_verb_say_the_same(doctor);
    who_may_see_which(doctor);
    it_is_in_the_audit();
    a_browser_shows_it();
    phones_are_answered_meanwhile(doctor);
    visitor_free(visitor);
    site_free(site);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/portal-quality", reports_are_for_who_may_see_them_and_hold_nobody_up);
    return g_test_run();
}
