/* PCD-06: an alarm to the device of a person by an alarm communicator, over WCTP 1.3; PCD-07, what
 * became of it, is asked for by polling the same address.
 *
 * A message's id is "ESCALATION.TARGET": its status is understood after a restart too. Polled is
 * every [pcd06] poll for OPEN_US after each message and each start, else every IDLE_US, so that a
 * communicator that is gone is known before it is needed. What was heard is acknowledged with the
 * poll after it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "escalation/channels/curl.h"
#include "escalation/channels/wctp.h"

#define NAME    "pcd06"
#define OPEN_US (600 * (int64_t)G_USEC_PER_SEC)
#define IDLE_US (30 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    EscChannel channel;
    EscCurl *curl;
    EscChannelTold told;
    gpointer user;
    char *url, *sender, *security, *dtd, *accept, *decline, *ca_file;
    int64_t retry_us, tries, poll_us;
    GHashTable *posts; /* under way, or between two tries */
    guint timer;       /* of the next poll; 0: one is under way, or none is wanted */
    EscWctpAnswer *last;
    int64_t open_until_us; /* BOOTTIME */
    bool down;             /* the last poll said nothing */
} Pcd06;

typedef struct {
    Pcd06 *pcd06;
    char *escalation, *target; /* NULL: a poll */
    char *body;
    GString *answer;
    struct curl_slist *headers;
    int64_t tried;
    guint timer;
    bool device; /* it is refused for its device alone */
} Post;

/* --- one request --- */

static void
free_post(gpointer data)
{
    Post *p = data;

    if (p->timer)
        g_source_remove(p->timer);
    curl_slist_free_all(p->headers);
    g_string_free(p->answer, TRUE);
    g_free(p->escalation);
    g_free(p->target);
    g_free(p->body);
    g_free(p);
}

static size_t
take(char *data, size_t size, size_t n, void *user)
{
    Post *p = user;

    if (p->answer->len + size * n > ESC_WCTP_SIZE_MAX)
        return 0; /* curl gives up */
    g_string_append_len(p->answer, data, (gssize)(size * n));
    return size * n;
}

static void
post(Post *p)
{
    Pcd06 *self = p->pcd06;
    CURL *handle = esc_curl_handle(self->url, "https,http", self->ca_file);

    g_string_truncate(p->answer, 0);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, p->headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, p->body);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, p);
    p->tried++;
    esc_curl_start(self->curl, handle, p, NULL);
}

/* Takes @body. */
static Post *
new_post(Pcd06 *self, char *body)
{
    Post *p = g_new0(Post, 1);

    p->pcd06 = self;
    p->body = body;
    p->answer = g_string_new(NULL);
    p->headers = curl_slist_append(NULL, "Content-Type: text/xml; charset=UTF-8");
    p->headers = curl_slist_append(p->headers, "Expect:");
    g_hash_table_add(self->posts, p);
    return p;
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
               && code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_WRITE_ERROR;
    return status == 408 || status == 429 || status >= 500;
}

/* NULL and why (caller frees *@why). */
static EscWctpAnswer *
read_answer(Post *p, CURLcode code, long status, bool poll, char **why)
{
    g_autoptr(GError) error = NULL;

    if (code != CURLE_OK || status < 200 || status >= 300) {
        *why = esc_curl_why(code, status);
        return NULL;
    }
    g_autoptr(EscWctpAnswer) answer = esc_wctp_read(p->answer->str, p->answer->len, &error);
    if (answer == NULL)
        *why = g_strdup_printf("its answer is %s", error->message);
    else if (answer->poll != poll)
        *why = g_strdup("it answers what was not asked");
    else if (!answer->ok)
        *why = g_strdup_printf("it answers %u: %s", answer->code, esc_wctp_word(answer->code));
    else
        return g_steal_pointer(&answer);
    p->device = answer != NULL && answer->poll == poll
                && (answer->code == ESC_WCTP_NO_DEVICE || answer->code == ESC_WCTP_NOT_LET_IN);
    return NULL;
}

/* --- PCD-07: what became of messages --- */

static void
hear_reply(Pcd06 *self, const char *escalation, const char *target, const char *text)
{
    if (g_ascii_strcasecmp(text, self->accept) == 0) {
        self->told(escalation, target, NAME, ESC_FATE_ACCEPTED, "", self->user);
    } else if (g_ascii_strcasecmp(text, self->decline) == 0) {
        self->told(escalation, target, NAME, ESC_FATE_DECLINED, "declined on the device",
                   self->user);
    } else { /* who answers has read it, and has not said that it is theirs */
        self->told(escalation, target, NAME, ESC_FATE_READ, "", self->user);
        self->told(escalation, target, NAME, ESC_FATE_UNKNOWN,
                   "the answer is none of the choices; it counts as read", self->user);
    }
}

static void
hear(Pcd06 *self, const EscWctpNews *news)
{
    g_auto(GStrv) id = g_strsplit(news->message, ".", 3);
    bool ours = g_strv_length(id) == 2;
    g_autofree char *why = NULL;

    if (!ours || news->kind == ESC_WCTP_UNKNOWN) {
        self->told("", "", NAME, ESC_FATE_UNKNOWN,
                   ours ? "a status of a kind that is not known here"
                        : "a status of a message that vICU did not send",
                   self->user);
        return;
    }
    switch (news->kind) {
    case ESC_WCTP_UNKNOWN:
    case ESC_WCTP_QUEUED: /* what the answer to the message has said: sent */
        break;
    case ESC_WCTP_DELIVERED:
        self->told(id[0], id[1], NAME, ESC_FATE_DELIVERED, "", self->user);
        break;
    case ESC_WCTP_READ:
        self->told(id[0], id[1], NAME, ESC_FATE_READ, "", self->user);
        break;
    case ESC_WCTP_FAILURE:
        why = g_strdup_printf("it did not reach the device, %u: %s", news->code,
                              esc_wctp_word(news->code));
        self->told(id[0], id[1], NAME, ESC_FATE_UNREACHED, why, self->user);
        break;
    case ESC_WCTP_REPLY:
        hear_reply(self, id[0], id[1], news->text);
        break;
    }
}

static gboolean on_poll(gpointer user);

static void
plan_poll(Pcd06 *self)
{
    int64_t wait_us = vicu_clock_boot_us() < self->open_until_us ? self->poll_us : IDLE_US;
    int64_t asked_us = self->last != NULL ? self->last->wait_s * G_USEC_PER_SEC : 0;

    if (self->poll_us > 0)
        self->timer = g_timeout_add((guint)(MAX(wait_us, asked_us) / 1000), on_poll, self);
}

static gboolean
on_poll(gpointer user)
{
    Pcd06 *self = user;

    self->timer = 0;
    post(new_post(self, esc_wctp_poll(self->dtd, self->sender, self->security, self->last)));
    return G_SOURCE_REMOVE;
}

static void
on_polled(Pcd06 *self, EscWctpAnswer *answer, const char *why)
{
    if (answer == NULL) {
        g_autofree char *text = g_strdup_printf("what became of messages is not known: %s", why);
        self->down = true;
        self->told("", "", NAME, ESC_FATE_DOWN, text, self->user);
    } else {
        if (self->down)
            self->told("", "", NAME, ESC_FATE_UP, "", self->user);
        self->down = false;
        esc_wctp_answer_free(self->last);
        self->last = answer;
        for (guint i = 0; i < answer->news->len; i++)
            hear(self, answer->news->pdata[i]);
    }
    plan_poll(self);
}

/* --- PCD-06: messages --- */

/* From now on their status is asked for soon. */
static void
open_up(Pcd06 *self)
{
    self->open_until_us = vicu_clock_boot_us() + OPEN_US;
    if (self->timer) {
        g_source_remove(self->timer);
        plan_poll(self);
    }
}

static void
on_sent(Post *p, const EscWctpAnswer *answer, const char *why)
{
    Pcd06 *self = p->pcd06;
    g_autofree char *text =
        answer != NULL ? g_strdup("")
                       : g_strdup_printf("%s, after %" G_GINT64_FORMAT " tries", why, p->tried);

    EscFate fate = answer != NULL ? ESC_FATE_SENT
                   : p->device    ? ESC_FATE_UNREACHED
                                  : ESC_FATE_FAILED;
    self->told(p->escalation, p->target, NAME, fate, text, self->user);
    if (answer != NULL)
        open_up(self);
}

static void
on_done(CURL *handle, CURLcode code, long status, gpointer data)
{
    Post *p = data;
    Pcd06 *self = p->pcd06;
    bool poll = p->target == NULL;
    bool passes = code == CURLE_OK && status >= 200 && status < 300;
    g_autofree char *why = NULL;
    (void)handle;

    if (!poll && !passes && may_pass(code, status) && p->tried < self->tries) {
        int64_t wait_us = self->retry_us << MIN(p->tried - 1, 10);
        p->timer = g_timeout_add((guint)(wait_us / 1000), on_again, p);
        return;
    }
    g_autoptr(EscWctpAnswer) answer = read_answer(p, code, status, poll, &why);
    if (poll)
        on_polled(self, g_steal_pointer(&answer), why);
    else
        on_sent(p, answer, why);
    g_hash_table_remove(self->posts, p);
}

static void
send_message(EscChannel *channel, const EscMessage *m)
{
    Pcd06 *self = (Pcd06 *)channel;
    g_autofree char *id = g_strdup_printf("%s.%s", m->escalation, m->target);
    g_autofree char *text =
        g_strdup_printf("%s%s %s: %s\n%s%s%s\nSupplemental: the bedside monitor is the primary "
                        "alarm.",
                        m->test ? "TEST " : "", m->priority, m->bed, m->title, m->text,
                        *m->link ? "\n" : "", m->link);
    const char *const choices[] = {self->accept, self->decline, NULL};
    const EscWctpSubmit submit = {
        .dtd = self->dtd,
        .sender = self->sender,
        .security = self->security,
        .message = id,
        .transaction = *m->escalation ? m->escalation : m->target,
        .recipient = m->address,
        .priority = m->priority,
        .choices = m->test ? NULL : choices,
        .text = text,
        .t_us = vicu_clock_utc_us(),
    };
    Post *p = new_post(self, esc_wctp_submit(&submit));

    p->escalation = g_strdup(m->escalation);
    p->target = g_strdup(m->target);
    post(p);
}

/* --- */

static void
free_pcd06(EscChannel *channel)
{
    Pcd06 *self = (Pcd06 *)channel;

    if (self->timer)
        g_source_remove(self->timer);
    esc_curl_free(self->curl);
    g_hash_table_unref(self->posts);
    esc_wctp_answer_free(self->last);
    char *const texts[] = {self->url,    self->sender,  self->security, self->dtd,
                           self->accept, self->decline, self->ca_file};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(self);
}

static bool
check(const EscPcd06Settings *settings, GError **error)
{
    if (*settings->sender && *settings->accept && *settings->decline
        && g_ascii_strcasecmp(settings->accept, settings->decline) != 0)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "[pcd06] url is set, so that sender, accept and decline have to be, and the last "
                "two have to differ");
    return false;
}

EscChannel *
esc_pcd06_new(const EscPcd06Settings *settings, EscChannelTold told, gpointer user, GError **error)
{
    g_autofree char *security =
        *settings->security_file ? esc_secret_read(settings->security_file, error) : g_strdup("");

    if (security == NULL || !check(settings, error))
        return NULL;
    Pcd06 *self = g_new0(Pcd06, 1);
    self->channel = (EscChannel){NAME, send_message, free_pcd06};
    self->curl = esc_curl_new(on_done);
    self->told = told;
    self->user = user;
    self->url = g_strdup(settings->url);
    self->sender = g_strdup(settings->sender);
    self->security = g_steal_pointer(&security);
    self->dtd = g_strdup(settings->dtd);
    self->accept = g_strdup(settings->accept);
    self->decline = g_strdup(settings->decline);
    self->ca_file = g_strdup(settings->ca_file);
    self->retry_us = settings->retry_us;
    self->tries = settings->tries;
    self->poll_us = settings->poll_us;
    self->posts = g_hash_table_new_full(NULL, NULL, free_post, NULL);
    self->open_until_us = vicu_clock_boot_us() + OPEN_US;
    plan_poll(self);
    return &self->channel;
}
