/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/process/visitor.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdarg.h>
#include <string.h>

#define ANSWER_S 20

struct Visitor {
    Site *site;
    SoupSession *session;
    char *url;
    unsigned port;
};

static char *
address_of(Site *site)
{
    const char *name = "portal";
    g_autofree Vicu__Status **status = tool_client_statuses(site_client(site), &name, 1, SITE_S);
    char *found = NULL;

    for (size_t i = 0; status[0] != NULL && i < status[0]->n_endpoint; i++)
        if (strcmp(status[0]->endpoint[i]->name, "portal") == 0)
            found = g_strdup(status[0]->endpoint[i]->address);
    vicu_wire_free(status[0]);
    return found;
}

Visitor *
visitor_new(Site *site)
{
    g_autofree char *authority =
        g_build_filename(site_folder(site), "keys", "portal", "authority.pem", NULL);
    g_autoptr(GError) error = NULL;
    Visitor *self = g_new0(Visitor, 1);

    self->site = site;
    for (int i = 0; i < 100 && self->url == NULL; i++) {
        self->url = address_of(site);
        if (self->url == NULL)
            site_wait(site, SITE_S / 10, NULL, NULL);
    }
    g_assert_nonnull(self->url);
    self->port = (unsigned)strtoul(strrchr(self->url, ':') + 1, NULL, 10);
    g_autoptr(GTlsDatabase) trust = g_tls_file_database_new(authority, &error);
    g_assert_no_error(error);
    self->session = soup_session_new_with_options("timeout", ANSWER_S, "tls-database", trust,
                                                  "max-conns-per-host", 1000, NULL);
    return self;
}

void
visitor_free(Visitor *self)
{
    if (self == NULL)
        return;
    soup_session_abort(self->session);
    g_object_unref(self->session);
    g_free(self->url);
    g_free(self);
}

unsigned
visitor_port(const Visitor *self)
{
    return self->port;
}

const char *
visitor_url(const Visitor *self)
{
    return self->url;
}

SoupSession *
visitor_session(const Visitor *self)
{
    return self->session;
}

typedef struct {
    gboolean done;
    GBytes *bytes;
    GError *error;
} Waiting;

static void
on_answer(GObject *session, GAsyncResult *result, gpointer user)
{
    Waiting *waiting = user;

    waiting->bytes =
        soup_session_send_and_read_finish(SOUP_SESSION(session), result, &waiting->error);
    waiting->done = TRUE;
}

static gboolean
is_done(Site *site, gpointer user)
{
    (void)site;
    return ((Waiting *)user)->done;
}

void
visitor_ask(
    Visitor *self, const char *method, const char *path, const char *token, VisitorAnswer *out)
{
    g_autofree char *url = g_strconcat(self->url, path, NULL);
    g_autoptr(SoupMessage) message = soup_message_new(method, url);
    Waiting waiting = {0};

    *out = (VisitorAnswer){0};
    g_assert_nonnull(message);
    if (token != NULL) {
        g_autofree char *bearer = g_strconcat("Bearer ", token, NULL);
        soup_message_headers_replace(soup_message_get_request_headers(message), "Authorization",
                                     bearer);
    }
    soup_session_send_and_read_async(self->session, message, G_PRIORITY_DEFAULT, NULL, on_answer,
                                     &waiting);
    g_assert_true(site_wait(self->site, (ANSWER_S + 5) * SITE_S, is_done, &waiting));
    if (waiting.bytes == NULL) {
        out->why = g_strdup(waiting.error->message);
        g_error_free(waiting.error);
        return;
    }
    out->status = soup_message_get_status(message);
    out->size = g_bytes_get_size(waiting.bytes);
    out->body = g_strndup(g_bytes_get_data(waiting.bytes, NULL), out->size);
    out->headers = soup_message_headers_ref(soup_message_get_response_headers(message));
    g_bytes_unref(waiting.bytes);
}

void
visitor_answer_clear(VisitorAnswer *self)
{
    g_clear_pointer(&self->body, g_free);
    g_clear_pointer(&self->why, g_free);
    g_clear_pointer(&self->headers, soup_message_headers_unref);
}

char *
visitor_token(Site *site, const char *role, ...)
{
    g_autofree char *program = site_program("portal/vicu-portal");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    char *out = NULL;
    int status = 0;
    va_list more;

    const char *const words[] = {program, "token", "--root", site_folder(site), "--role", role};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    va_start(more, role);
    for (const char *word = va_arg(more, const char *); word != NULL;
         word = va_arg(more, const char *))
        g_ptr_array_add(argv, (gpointer)word);
    va_end(more);
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out,
                 NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    return g_strchomp(out);
}

char *
visitor_key_hash(Site *site)
{
    g_autofree char *path =
        g_build_filename(site_folder(site), "keys", "portal", "server.pem", NULL);
    gnutls_datum_t pem = {0};
    gnutls_x509_crt_t crt;
    uint8_t hash[32];
    size_t size = sizeof hash;
    gsize length = 0;

    g_assert_true(g_file_get_contents(path, (char **)&pem.data, &length, NULL));
    pem.size = (unsigned)length;
    gnutls_x509_crt_init(&crt);
    g_assert_cmpint(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM), >=, 0);
    g_assert_cmpint(gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, hash, &size), >=, 0);
    gnutls_x509_crt_deinit(crt);
    g_free(pem.data);
    return g_base64_encode(hash, size);
}
