/* The audit sent on: frames as RFC 5425 has them, over TLS to a server that is who it says, and
 * sent again when it has not been taken.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include <gio/gio.h>

#include "common/folder.h"
#include "tools/syslog-tls.h"

typedef struct {
    char *dir, *pem, *to;
    GSocketListener *listener;
    GThread *thread;
    GString *got;      /* what the server has read */
    gboolean breaks;   /* it goes away in the middle */
    gboolean in_order; /* it saw our end */
} Server;

/* A certificate for "localhost" and its key; FALSE: openssl is not here. */
static gboolean
make_certificate(Server *self)
{
    g_autofree char *program = g_find_program_in_path("openssl");
    g_autofree char *cert = g_build_filename(self->dir, "cert.pem", NULL);
    g_autofree char *key = g_build_filename(self->dir, "key.pem", NULL);
    g_autofree char *line = NULL;
    g_autofree char *a = NULL;
    g_autofree char *b = NULL;
    int status = 0;

    if (program == NULL)
        return FALSE;
    line = g_strdup_printf("'%s' req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
                           "-addext subjectAltName=DNS:localhost -keyout '%s' -out '%s'",
                           program, key, cert);
    g_assert_true(g_spawn_command_line_sync(line, NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
    g_assert_true(g_file_get_contents(cert, &a, NULL, NULL));
    g_assert_true(g_file_get_contents(key, &b, NULL, NULL));
    g_autofree char *both = g_strconcat(a, b, NULL);
    self->pem = g_build_filename(self->dir, "both.pem", NULL);
    return g_file_set_contents(self->pem, both, -1, NULL);
}

static gpointer
serve(gpointer user)
{
    Server *self = user;
    g_autoptr(GTlsCertificate) own = g_tls_certificate_new_from_file(self->pem, NULL);
    g_autoptr(GSocketConnection) plain = g_socket_listener_accept(self->listener, NULL, NULL, NULL);
    g_autoptr(GIOStream) tls = g_tls_server_connection_new(G_IO_STREAM(plain), own, NULL);
    char bytes[4096];
    gssize n = 0;

    if (!g_tls_connection_handshake(G_TLS_CONNECTION(tls), NULL, NULL))
        return NULL;
    if (self->breaks) {
        g_socket_close(g_socket_connection_get_socket(plain), NULL);
        return NULL;
    }
    while ((n = g_input_stream_read(g_io_stream_get_input_stream(tls), bytes, sizeof bytes, NULL,
                                    NULL))
           > 0)
        g_string_append_len(self->got, bytes, n);
    self->in_order = n == 0;
    g_io_stream_close(tls, NULL, NULL);
    return NULL;
}

static gboolean
server_open(Server *self, gboolean breaks)
{
    *self = (Server){.dir = g_dir_make_tmp("vicu-syslog-XXXXXX", NULL), .breaks = breaks};
    if (!g_tls_backend_supports_tls(g_tls_backend_get_default()) || !make_certificate(self)) {
        g_test_skip("there is no openssl, or no TLS of GIO");
        vicu_folder_remove(self->dir);
        g_free(self->dir);
        return FALSE;
    }
    self->got = g_string_new(NULL);
    self->listener = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(self->listener, NULL, NULL);
    self->to = g_strdup_printf("localhost:%u", port);
    self->thread = g_thread_new("server", serve, self);
    return TRUE;
}

static void
server_wait(Server *self)
{
    g_thread_join(g_steal_pointer(&self->thread));
}

static void
server_close(Server *self)
{
    g_object_unref(self->listener);
    g_string_free(self->got, TRUE);
    vicu_folder_remove(self->dir);
    g_free(self->dir);
    g_free(self->pem);
    g_free(self->to);
}

/* ---- tests ---- */

#define T_US INT64_C(1790000000000000)

static void
a_frame_has_its_length_in_bytes_and_a_header(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    char *end = NULL;

    tool_syslog_frame(out, T_US, "ward a", "<A n=\"\xc3\x9c\"/>");
    guint64 length = g_ascii_strtoull(out->str, &end, 10);
    g_assert_cmpuint(strlen(end + 1), ==, length);
    g_assert_true(g_str_has_prefix(end, " <85>1 2026-09-21T"));
    g_assert_nonnull(strstr(end, "Z ward_a vicu - DICOM+RFC3881 - \xef\xbb\xbf<A n="));
}

static void
what_was_sent_has_been_read_to_its_end(void)
{
    Server server;
    g_autoptr(GString) frames = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (!server_open(&server, FALSE))
        return;
    for (int i = 0; i < 2000; i++)
        tool_syslog_frame(frames, T_US + i, "ward-a", "<AuditMessage/>");
    const ToolSyslogTarget target = {server.to, server.pem, NULL};
    g_assert_true(tool_syslog_send(&target, frames, &error));
    g_assert_no_error(error);
    server_wait(&server);
    g_assert_true(server.in_order);
    g_assert_cmpstr(server.got->str, ==, frames->str);
    server_close(&server);
}

static void
a_server_that_breaks_off_has_taken_nothing(void)
{
    Server server;
    g_autoptr(GString) frames = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (!server_open(&server, TRUE))
        return;
    for (int i = 0; i < 200000; i++) /* more than the kernel holds for it */
        tool_syslog_frame(frames, T_US + i, "ward-a", "<AuditMessage/>");
    const ToolSyslogTarget target = {server.to, server.pem, NULL};
    g_assert_false(tool_syslog_send(&target, frames, &error));
    g_assert_nonnull(strstr(error->message, server.to));
    server_wait(&server);
    server_close(&server);
}

static void
a_server_that_nobody_has_vouched_for_gets_nothing(void)
{
    Server server;
    g_autoptr(GString) frames = g_string_new("7 message");
    g_autoptr(GError) error = NULL;

    if (!server_open(&server, FALSE))
        return;
    const ToolSyslogTarget target = {server.to, NULL, NULL}; /* the system does not know it */
    g_assert_false(tool_syslog_send(&target, frames, &error));
    g_assert_nonnull(error);
    server_wait(&server);
    g_assert_cmpstr(server.got->str, ==, "");
    server_close(&server);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/tools/syslog/" #name, name)
    ADD(a_frame_has_its_length_in_bytes_and_a_header);
    ADD(what_was_sent_has_been_read_to_its_end);
    ADD(a_server_that_breaks_off_has_taken_nothing);
    ADD(a_server_that_nobody_has_vouched_for_gets_nothing);
    return g_test_run();
}
