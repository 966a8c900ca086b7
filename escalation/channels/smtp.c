/* Mail. Sent is what the server took; whether somebody reads it only a receipt tells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/error.h"
#include "escalation/channels/curl.h"

typedef struct {
    EscChannel channel;
    EscCurl *curl;
    EscChannelTold told;
    gpointer user;
    char *url, *from, *login, *password, *ca_file;
    long tls;
} Smtp;

typedef struct {
    Smtp *smtp;
    char *escalation;
    char *target;
    char *text;
    size_t at;
    struct curl_slist *to;
} Mail;

char *
esc_secret_read(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    struct stat st;

    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    if (stat(path, &st) != 0 || (st.st_mode & 077) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s is readable by others (mode %04o): chmod 600 it", path,
                    (unsigned)st.st_mode & 07777u);
        return NULL;
    }
    text[strcspn(text, "\r\n")] = '\0';
    if (*text == '\0') {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s is empty: its first line is the secret", path);
        return NULL;
    }
    return g_steal_pointer(&text);
}

static void
free_mail(gpointer data)
{
    Mail *m = data;

    curl_slist_free_all(m->to);
    g_free(m->escalation);
    g_free(m->target);
    g_free(m->text);
    g_free(m);
}

static size_t
read_mail(char *to, size_t size, size_t n, void *user)
{
    Mail *m = user;
    size_t left = strlen(m->text) - m->at, some = MIN(size * n, left);

    memcpy(to, m->text + m->at, some);
    m->at += some;
    return some;
}

/* RFC 2047, so that any script is read; caller frees. */
static char *
header_text(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *at = text;

    while (*at) {
        const char *end = at;
        while (*end && end - at < 36)
            end = g_utf8_next_char(end);
        g_autofree char *part = g_base64_encode((const guchar *)at, (gsize)(end - at));
        g_string_append_printf(out, "%s=?UTF-8?B?%s?=", out->len ? "\r\n " : "", part);
        at = end;
    }
    return g_string_free(out, FALSE);
}

/* Lines of at most 76 letters; caller frees. */
static char *
body_text(const char *text)
{
    g_autofree char *whole = g_base64_encode((const guchar *)text, strlen(text));
    GString *out = g_string_new(NULL);

    for (size_t i = 0, n = strlen(whole); i < n; i += 76)
        g_string_append_printf(out, "%.76s\r\n", whole + i);
    return g_string_free(out, FALSE);
}

static char *
date_text(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(vicu_clock_utc_us() / G_USEC_PER_SEC);
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

    return g_strdup_printf(
        "%s, %02d %s %d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week(now) - 1],
        g_date_time_get_day_of_month(now), months[g_date_time_get_month(now) - 1],
        g_date_time_get_year(now), g_date_time_get_hour(now), g_date_time_get_minute(now),
        g_date_time_get_second(now));
}

static char *
compose(const Smtp *self, const EscMessage *m)
{
    g_autofree char *date = date_text();
    g_autofree char *raised = m->t_raised_us ? vicu_time_format(m->t_raised_us) : g_strdup("-");
    g_autofree char *subject = g_strdup_printf("[vICU%s] %s %s: %s", m->test ? " test" : "",
                                               m->priority, m->bed, m->title);
    g_autofree char *text = g_strdup_printf(
        "%s\n\nBed: %s\nPriority: %s\nAlarm since: %s\nStep of the ladder: %u\nTo: %s\n%s%s\n\n"
        "A mail is no proof that you were told: accept or decline, or the next person is asked.\n"
        "Supplemental: the bedside monitor is the primary alarm.\n",
        m->text, *m->bed ? m->bed : "-", m->priority, raised, m->step, m->name,
        *m->link ? "Accept or decline: " : "", m->link);
    g_autofree char *head = header_text(subject);
    g_autofree char *body = body_text(text);

    return g_strdup_printf("Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n"
                           "Message-ID: <%s@vicu>\r\nX-Priority: 1\r\nMIME-Version: 1.0\r\n"
                           "Content-Type: text/plain; charset=UTF-8\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n%s",
                           date, self->from, m->address, head, m->target, body);
}

static void
on_done(CURL *handle, CURLcode code, long status, gpointer data)
{
    const Mail *m = data;
    (void)handle;

    g_autofree char *why = code == CURLE_OK ? g_strdup("") : esc_curl_why(code, status);
    m->smtp->told(m->escalation, m->target, "smtp",
                  code == CURLE_OK ? ESC_FATE_SENT : ESC_FATE_FAILED, why, m->smtp->user);
}

static void
send_mail(EscChannel *channel, const EscMessage *message)
{
    Smtp *self = (Smtp *)channel;
    Mail *m = g_new0(Mail, 1);
    CURL *handle = esc_curl_handle(self->url, "smtp,smtps", self->ca_file);
    g_autofree char *from = g_strdup_printf("<%s>", self->from);
    g_autofree char *to = g_strdup_printf("<%s>", message->address);

    m->smtp = self;
    m->escalation = g_strdup(message->escalation);
    m->target = g_strdup(message->target);
    m->text = compose(self, message);
    m->to = curl_slist_append(NULL, to);
    curl_easy_setopt(handle, CURLOPT_USE_SSL, self->tls);
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, m->to);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, read_mail);
    curl_easy_setopt(handle, CURLOPT_READDATA, m);
    if (*self->login) {
        curl_easy_setopt(handle, CURLOPT_USERNAME, self->login);
        curl_easy_setopt(handle, CURLOPT_PASSWORD, self->password);
    }
    esc_curl_start(self->curl, handle, m, free_mail);
}

static void
free_smtp(EscChannel *channel)
{
    Smtp *self = (Smtp *)channel;

    esc_curl_free(self->curl);
    g_free(self->url);
    g_free(self->from);
    g_free(self->login);
    g_free(self->password);
    g_free(self->ca_file);
    g_free(self);
}

static bool
read_tls(const char *word, long *tls, GError **error)
{
    static const struct {
        const char *word;
        long tls;
    } words[] = {
        {"required", CURLUSESSL_ALL}, {"tried", CURLUSESSL_TRY}, {"none", CURLUSESSL_NONE}};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].word, word) == 0) {
            *tls = words[i].tls;
            return true;
        }
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "[smtp] tls = \"%.20s\": expected required, tried or none", word);
    return false;
}

EscChannel *
esc_smtp_new(const EscSmtpSettings *settings, EscChannelTold told, gpointer user, GError **error)
{
    long tls = 0;
    g_autofree char *password = NULL;

    if (!g_str_has_prefix(settings->url, "smtp://")
        && !g_str_has_prefix(settings->url, "smtps://")) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "[smtp] url = \"%.80s\": expected smtp://HOST:PORT or smtps://HOST:PORT",
                    settings->url);
        return NULL;
    }
    if (!read_tls(settings->tls, &tls, error))
        return NULL;
    if (*settings->user && !(password = esc_secret_read(settings->password_file, error)))
        return NULL;
    Smtp *self = g_new0(Smtp, 1);
    self->channel = (EscChannel){"smtp", send_mail, free_smtp};
    self->curl = esc_curl_new(on_done);
    self->told = told;
    self->user = user;
    self->url = g_strdup(settings->url);
    self->from = g_strdup(settings->from);
    self->login = g_strdup(settings->user);
    self->password = g_steal_pointer(&password);
    self->ca_file = g_strdup(settings->ca_file);
    self->tls = tls;
    return &self->channel;
}

void
esc_channel_free(EscChannel *self)
{
    if (self)
        self->free(self);
}
