/* Mail and webhook against real servers on the loopback: what is taken, what is refused and said,
 * what is tried again, and how it is signed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>

#include "escalation/channels/channel.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

typedef struct {
    char *folder;
    char *secret;
    /* mail */
    GThreadedSocketService *mail; /* speaks SMTP, one thread for each client */
    GMutex lock;
    GString *letter;        /* what came as DATA, last */
    GString *said;          /* commands, a line each */
    const char *rcpt_reply; /* NULL: taken */
    bool closed;
    /* webhook */
    SoupServer *web;
    GPtrArray *bodies, *signatures, *keys;
    guint answers[8];
    unsigned asked;
    guint16 port;
    /* what the channel told */
    EscFate fate;
    char *why;
    unsigned told;
} Fixture;

/* --- a server of mail, RFC 5321 as far as a client goes --- */

static void
reply(GOutputStream *out, const char *line)
{
    g_autofree char *text = g_strconcat(line, "\r\n", NULL);
    g_output_stream_write_all(out, text, strlen(text), NULL, NULL, NULL);
}

static void
take_letter(Fixture *f, GDataInputStream *in)
{
    char *line;

    while ((line = g_data_input_stream_read_line(in, NULL, NULL, NULL))) {
        bool last = strcmp(line, ".") == 0;
        g_mutex_lock(&f->lock);
        if (!last)
            g_string_append_printf(f->letter, "%s\n", line);
        g_mutex_unlock(&f->lock);
        g_free(line);
        if (last)
            return;
    }
}

static gboolean
speak(GThreadedSocketService *service,
      GSocketConnection *connection,
      GObject *source,
      gpointer user)
{
    Fixture *f = user;
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    g_autoptr(GDataInputStream) in =
        g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
    char *line;
    (void)service;
    (void)source;

    g_data_input_stream_set_newline_type(in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
    reply(out, "220 test ESMTP");
    while ((line = g_data_input_stream_read_line(in, NULL, NULL, NULL))) {
        g_mutex_lock(&f->lock);
        g_string_append_printf(f->said, "%s\n", line);
        g_mutex_unlock(&f->lock);
        if (g_str_has_prefix(line, "EHLO"))
            reply(out, "250 test");
        else if (g_str_has_prefix(line, "RCPT") && f->rcpt_reply)
            reply(out, f->rcpt_reply);
        else if (g_str_has_prefix(line, "DATA")) {
            reply(out, "354 go on");
            take_letter(f, in);
            reply(out, "250 taken");
        } else if (g_str_has_prefix(line, "QUIT")) {
            reply(out, "221 bye");
            g_free(line);
            break;
        } else {
            reply(out, "250 ok");
        }
        g_free(line);
    }
    return TRUE;
}

/* --- a server of HTTP --- */

static void
on_post(SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer user)
{
    Fixture *f = user;
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    SoupMessageBody *body = soup_server_message_get_request_body(message);
    (void)server;
    (void)path;
    (void)query;

    g_ptr_array_add(f->bodies, g_strndup(body->data, (gsize)body->length));
    g_ptr_array_add(f->signatures,
                    g_strdup(soup_message_headers_get_one(headers, "X-Vicu-Signature")));
    g_ptr_array_add(f->keys, g_strdup(soup_message_headers_get_one(headers, "Idempotency-Key")));
    soup_server_message_set_status(message, f->answers[MIN(f->asked, 7)], NULL);
    f->asked++;
}

/* --- */

static void
set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    (void)data;

    f->folder = g_dir_make_tmp("vicu-channels-XXXXXX", NULL);
    f->secret = g_build_filename(f->folder, "secret", NULL);
    g_assert_true(g_file_set_contents_full(f->secret, "s3cret\nno more\n", -1,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    f->letter = g_string_new(NULL);
    f->said = g_string_new(NULL);
    f->bodies = g_ptr_array_new_with_free_func(g_free);
    f->signatures = g_ptr_array_new_with_free_func(g_free);
    f->keys = g_ptr_array_new_with_free_func(g_free);
    g_mutex_init(&f->lock);
    f->mail = G_THREADED_SOCKET_SERVICE(g_threaded_socket_service_new(4));
    f->port = g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(f->mail), NULL, &error);
    g_assert_no_error(error);
    g_signal_connect(f->mail, "run", G_CALLBACK(speak), f);
    g_socket_service_start(G_SOCKET_SERVICE(f->mail));
    f->web = soup_server_new(NULL, NULL);
    soup_server_add_handler(f->web, NULL, on_post, f, NULL);
    g_assert_true(soup_server_listen_local(f->web, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
    g_assert_no_error(error);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    if (!f->closed) {
        g_socket_service_stop(G_SOCKET_SERVICE(f->mail));
        g_socket_listener_close(G_SOCKET_LISTENER(f->mail));
    }
    g_object_unref(f->mail);
    g_object_unref(f->web);
    g_string_free(f->letter, TRUE);
    g_string_free(f->said, TRUE);
    g_ptr_array_unref(f->bodies);
    g_ptr_array_unref(f->signatures);
    g_ptr_array_unref(f->keys);
    g_mutex_clear(&f->lock);
    g_unlink(f->secret);
    g_rmdir(f->folder);
    g_free(f->secret);
    g_free(f->folder);
    g_free(f->why);
}

static void
on_told(const char *escalation,
        const char *target,
        const char *channel,
        EscFate fate,
        const char *text,
        gpointer user)
{
    Fixture *f = user;
    (void)channel;

    g_assert_cmpstr(escalation, ==, "e1");
    g_assert_cmpstr(target, ==, "t1");
    f->fate = fate;
    g_free(f->why);
    f->why = g_strdup(text);
    f->told++;
}

static gboolean
wake(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

/* One message, until the channel says what became of it. */
static void
send_one(Fixture *f, EscChannel *channel, const char *address)
{
    EscMessage m = {
        .escalation = "e1",
        .target = "t1",
        .bed = "demo/icu/7",
        .title = "Sättigung",
        .text = "SpO2 82 %",
        .priority = "high",
        .name = "Dr C",
        .address = address,
        .link = "https://hub/e/e1",
        .step = 1,
    };
    int64_t end_us = g_get_monotonic_time() + PATIENCE_US;
    guint timer = g_timeout_add(10, wake, NULL);

    f->told = 0;
    channel->send(channel, &m);
    while (f->told == 0 && g_get_monotonic_time() < end_us)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    g_assert_cmpuint(f->told, ==, 1);
}

static EscChannel *
mail(Fixture *f, guint16 port, const char *tls)
{
    g_autofree char *url = g_strdup_printf("smtp://127.0.0.1:%u", port);
    EscSmtpSettings s = {
        .url = url, .from = "vicu@h", .user = "", .password_file = "", .tls = tls, .ca_file = ""};
    g_autoptr(GError) error = NULL;
    EscChannel *c = esc_smtp_new(&s, on_told, f, &error);

    g_assert_no_error(error);
    return c;
}

static void
a_mail_is_taken_by_a_server_and_says_what_it_is(Fixture *f, gconstpointer data)
{
    EscChannel *c = mail(f, f->port, "none");
    (void)data;

    send_one(f, c, "c@example.org");
    g_assert_cmpint(f->fate, ==, ESC_FATE_SENT); /* sent, not delivered */
    esc_channel_free(c);
    g_mutex_lock(&f->lock);
    g_assert_nonnull(strstr(f->said->str, "MAIL FROM:<vicu@h>"));
    g_assert_nonnull(strstr(f->said->str, "RCPT TO:<c@example.org>"));
    g_assert_nonnull(strstr(f->letter->str, "Message-ID: <t1@vicu>"));
    g_assert_nonnull(strstr(f->letter->str, "=?UTF-8?B?"));
    const char *body = strstr(f->letter->str, "\n\n");
    g_assert_nonnull(body);
    g_autofree char *coded = g_strdup(body + 2);
    gsize size = 0;
    g_autofree guchar *raw = g_base64_decode(coded, &size);
    g_autofree char *text = g_strndup((const char *)raw, size);
    g_assert_nonnull(strstr(text, "SpO2 82 %"));
    g_assert_nonnull(strstr(text, "https://hub/e/e1"));
    g_assert_nonnull(strstr(text, "demo/icu/7"));
    g_mutex_unlock(&f->lock);
}

static void
a_mail_that_is_refused_is_said_to_be(Fixture *f, gconstpointer data)
{
    EscChannel *c = mail(f, f->port, "none");
    (void)data;

    f->rcpt_reply = "550 nobody of that name";
    send_one(f, c, "x@example.org");
    g_assert_cmpint(f->fate, ==, ESC_FATE_FAILED);
    g_assert_nonnull(strstr(f->why, "550"));
    g_assert_null(strstr(f->why, "x@example.org"));
    g_assert_cmpuint(f->letter->len, ==, 0);
    esc_channel_free(c);
}

static void
without_tls_nothing_is_sent_where_it_is_required(Fixture *f, gconstpointer data)
{
    EscChannel *c = mail(f, f->port, "required");
    (void)data;

    send_one(f, c, "c@example.org");
    g_assert_cmpint(f->fate, ==, ESC_FATE_FAILED);
    g_assert_cmpuint(f->letter->len, ==, 0);
    g_assert_null(strstr(f->said->str, "RCPT"));
    esc_channel_free(c);
}

static void
a_server_that_is_not_there_is_said_at_once(Fixture *f, gconstpointer data)
{
    (void)data;
    g_socket_service_stop(G_SOCKET_SERVICE(f->mail));
    g_socket_listener_close(G_SOCKET_LISTENER(f->mail)); /* its port refuses now */
    f->closed = true;
    EscChannel *c = mail(f, f->port, "none");
    send_one(f, c, "c@example.org");
    g_assert_cmpint(f->fate, ==, ESC_FATE_FAILED);
    g_assert_cmpuint(strlen(f->why), >, 5);
    esc_channel_free(c);
}

/* --- webhook --- */

static EscChannel *
hook(Fixture *f)
{
    EscWebhookSettings s = {.secret_file = f->secret, .ca_file = "", .retry_us = 20000, .tries = 3};
    g_autoptr(GError) error = NULL;
    EscChannel *c = esc_webhook_new(&s, on_told, f, &error);

    g_assert_no_error(error);
    return c;
}

static char *
web_address(Fixture *f)
{
    g_autoslist(GUri) uris = soup_server_get_uris(f->web);
    return g_strdup_printf("http://127.0.0.1:%d/hook", g_uri_get_port(uris->data));
}

static void
a_webhook_is_signed_as_its_receiver_checks_it(Fixture *f, gconstpointer data)
{
    EscChannel *c = hook(f);
    g_autofree char *address = web_address(f);
    (void)data;

    f->answers[0] = 204;
    send_one(f, c, address);
    g_assert_cmpint(f->fate, ==, ESC_FATE_SENT);
    g_assert_cmpstr(f->keys->pdata[0], ==, "t1");
    const char *body = f->bodies->pdata[0];
    g_assert_nonnull(strstr(body, "\"escalation\": \"e1\""));
    g_assert_nonnull(strstr(body, "demo/icu/7"));
    g_auto(GStrv) part = g_strsplit(f->signatures->pdata[0], ",", 2);
    g_autofree char *text = g_strdup_printf("%s.%s", part[0] + 2, body);
    g_autofree char *mac =
        g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)"s3cret", 6, text, -1);
    g_autofree char *expected = g_strdup_printf("v1=%s", mac);
    g_assert_cmpstr(part[1], ==, expected);
    esc_channel_free(c);
}

static void
trouble_is_tried_again_under_the_same_key_and_a_refusal_is_not(Fixture *f, gconstpointer data)
{
    EscChannel *c = hook(f);
    g_autofree char *address = web_address(f);
    (void)data;

    f->answers[0] = 503;
    f->answers[1] = 429;
    f->answers[2] = 200;
    send_one(f, c, address);
    g_assert_cmpint(f->fate, ==, ESC_FATE_SENT);
    g_assert_cmpuint(f->asked, ==, 3);
    g_assert_cmpstr(f->keys->pdata[0], ==, f->keys->pdata[2]);

    f->asked = 0;
    f->answers[0] = 410;
    send_one(f, c, address);
    g_assert_cmpint(f->fate, ==, ESC_FATE_FAILED);
    g_assert_cmpuint(f->asked, ==, 1);
    g_assert_nonnull(strstr(f->why, "410"));

    f->asked = 0;
    f->answers[0] = f->answers[1] = f->answers[2] = 500;
    send_one(f, c, address);
    g_assert_cmpint(f->fate, ==, ESC_FATE_FAILED);
    g_assert_cmpuint(f->asked, ==, 3);
    g_assert_nonnull(strstr(f->why, "after 3 tries"));
    esc_channel_free(c);
}

static void
a_channel_can_be_closed_while_it_waits(Fixture *f, gconstpointer data)
{
    EscChannel *c = hook(f);
    EscMessage m = {.escalation = "e1",
                    .target = "t1",
                    .bed = "",
                    .title = "",
                    .text = "",
                    .priority = "high",
                    .name = "",
                    .address = "http://127.0.0.1:9/",
                    .link = ""};
    (void)data;

    c->send(c, &m);
    for (int i = 0; i < 20; i++)
        g_main_context_iteration(NULL, FALSE);
    esc_channel_free(c);
    g_assert_cmpuint(f->told, ==, 0);
}

static void
a_secret_that_others_can_read_is_refused(Fixture *f, gconstpointer data)
{
    EscWebhookSettings s = {.secret_file = f->secret, .ca_file = "", .retry_us = 1, .tries = 1};
    g_autoptr(GError) error = NULL;
    (void)data;

    g_chmod(f->secret, 0644);
    g_assert_null(esc_webhook_new(&s, on_told, f, &error));
    g_assert_nonnull(strstr(error->message, "chmod 600"));
}

#define ADD(name) g_test_add("/escalation/channels/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_mail_is_taken_by_a_server_and_says_what_it_is);
    ADD(a_mail_that_is_refused_is_said_to_be);
    ADD(without_tls_nothing_is_sent_where_it_is_required);
    ADD(a_server_that_is_not_there_is_said_at_once);
    ADD(a_webhook_is_signed_as_its_receiver_checks_it);
    ADD(trouble_is_tried_again_under_the_same_key_and_a_refusal_is_not);
    ADD(a_channel_can_be_closed_while_it_waits);
    ADD(a_secret_that_others_can_read_is_refused);
    return g_test_run();
}
