/* Webhook: JSON to the person's URL, signed, repeated while the other side has trouble.
 *
 *   X-Vicu-Signature: t=SECONDS,v1=HEX    HMAC-SHA256 of "SECONDS.BODY" with the shared secret
 *   Idempotency-Key: ID                   of the intent; the same in every repetition
 *
 * 2xx is taken; 408, 429, 5xx and no answer are tried again; anything else is final.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "escalation/channels/curl.h"

typedef struct {
    EscChannel channel;
    EscCurl *curl;
    EscChannelTold told;
    gpointer user;
    char *secret, *ca_file;
    int64_t retry_us, tries;
    GHashTable *posts; /* under way, or between two tries */
} Webhook;

typedef struct {
    Webhook *webhook;
    char *escalation, *target, *url, *body;
    struct curl_slist *headers;
    int64_t tried;
    guint timer;
} Post;

static void
free_post(gpointer data)
{
    Post *p = data;

    if (p->timer)
        g_source_remove(p->timer);
    curl_slist_free_all(p->headers);
    g_free(p->escalation);
    g_free(p->target);
    g_free(p->url);
    g_free(p->body);
    g_free(p);
}

static size_t
drop(char *data, size_t size, size_t n, void *user)
{
    (void)data;
    (void)user;
    return size * n;
}

static void
add_header(Post *p, const char *name, const char *value)
{
    g_autofree char *line = g_strdup_printf("%s: %s", name, value);
    p->headers = curl_slist_append(p->headers, line);
}

static void
post(Post *p)
{
    Webhook *self = p->webhook;
    CURL *handle = esc_curl_handle(p->url, "https,http", self->ca_file);
    int64_t t_s = vicu_clock_utc_us() / G_USEC_PER_SEC;
    g_autofree char *signed_text = g_strdup_printf("%" G_GINT64_FORMAT ".%s", t_s, p->body);
    g_autofree char *mac = g_compute_hmac_for_string(
        G_CHECKSUM_SHA256, (const guchar *)self->secret, strlen(self->secret), signed_text, -1);
    g_autofree char *signature = g_strdup_printf("t=%" G_GINT64_FORMAT ",v1=%s", t_s, mac);

    g_clear_pointer(&p->headers, curl_slist_free_all);
    add_header(p, "Content-Type", "application/json");
    add_header(p, "Idempotency-Key", p->target);
    add_header(p, "X-Vicu-Signature", signature);
    add_header(p, "Expect", "");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, p->headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, p->body);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, drop);
    p->tried++;
    esc_curl_start(self->curl, handle, p, NULL);
}

static gboolean
on_again(gpointer user)
{
    Post *p = user;

    p->timer = 0;
    post(p);
    return G_SOURCE_REMOVE;
}

static bool
may_pass(CURLcode code, long status)
{
    if (code != CURLE_OK)
        return code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_URL_MALFORMAT
               && code != CURLE_PEER_FAILED_VERIFICATION;
    return status == 408 || status == 429 || status >= 500;
}

static void
on_done(CURL *handle, CURLcode code, long status, gpointer data)
{
    Post *p = data;
    Webhook *self = p->webhook;
    bool ok = code == CURLE_OK && status >= 200 && status < 300;
    (void)handle;

    if (!ok && may_pass(code, status) && p->tried < self->tries) {
        int64_t wait_us = self->retry_us << MIN(p->tried - 1, 10);
        p->timer = g_timeout_add((guint)(wait_us / 1000), on_again, p);
        return;
    }
    g_autofree char *why = ok ? g_strdup("") : esc_curl_why(code, status);
    g_autofree char *text =
        ok ? g_strdup("") : g_strdup_printf("%s, after %" G_GINT64_FORMAT " tries", why, p->tried);
    self->told(p->escalation, p->target, "webhook", ok ? ESC_FATE_SENT : ESC_FATE_FAILED, text,
               self->user);
    g_hash_table_remove(self->posts, p);
}

static char *
compose(const EscMessage *m)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "type", m->test ? "test" : "escalation");
    vicu_json_text(json, "id", m->target);
    vicu_json_text(json, "escalation", m->escalation);
    vicu_json_text(json, "bed", m->bed);
    vicu_json_text(json, "priority", m->priority);
    vicu_json_text(json, "title", m->title);
    vicu_json_text(json, "text", m->text);
    vicu_json_text(json, "to", m->name);
    vicu_json_integer(json, "step", m->step);
    vicu_json_text(json, "link", m->link);
    if (m->t_raised_us)
        vicu_json_time(json, "t_raised", m->t_raised_us);
    vicu_json_bool(json, "supplemental", true);
    vicu_json_end(json);
    return g_strdup(vicu_json_peek(json));
}

static void
send_post(EscChannel *channel, const EscMessage *message)
{
    Webhook *self = (Webhook *)channel;
    Post *p = g_new0(Post, 1);

    p->webhook = self;
    p->escalation = g_strdup(message->escalation);
    p->target = g_strdup(message->target);
    p->url = g_strdup(message->address);
    p->body = compose(message);
    g_hash_table_add(self->posts, p);
    post(p);
}

static void
free_webhook(EscChannel *channel)
{
    Webhook *self = (Webhook *)channel;

    esc_curl_free(self->curl);
    g_hash_table_unref(self->posts);
    g_free(self->secret);
    g_free(self->ca_file);
    g_free(self);
}

EscChannel *
esc_webhook_new(const EscWebhookSettings *settings,
                EscChannelTold told,
                gpointer user,
                GError **error)
{
    g_autofree char *secret = esc_secret_read(settings->secret_file, error);

    if (!secret)
        return NULL;
    Webhook *self = g_new0(Webhook, 1);
    self->channel = (EscChannel){"webhook", send_post, free_webhook};
    self->curl = esc_curl_new(on_done);
    self->told = told;
    self->user = user;
    self->secret = g_steal_pointer(&secret);
    self->ca_file = g_strdup(settings->ca_file);
    self->retry_us = settings->retry_us;
    self->tries = settings->tries;
    self->posts = g_hash_table_new_full(NULL, NULL, free_post, NULL);
    return &self->channel;
}
