/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/syslog-tls.h"

#include <string.h>

#include <gio/gio.h>

#include "common/clock.h"
#include "common/error.h"

#define PRIORITY 85 /* facility 10 (security), severity 5 (notice): IHE ITI TF-2, 3.20 */
#define BOM      "\xef\xbb\xbf"

/* RFC 5424 takes printable ASCII there, at most 255. */
static char *
header_word(const char *word)
{
    GString *out = g_string_new(NULL);

    for (const char *at = word; *at != '\0' && out->len < 255; at++)
        g_string_append_c(out, g_ascii_isgraph(*at) ? *at : '_');
    return g_string_free(out, FALSE);
}

void
tool_syslog_frame(GString *out, gint64 t_us, const char *host, const char *text)
{
    g_autofree char *time = vicu_time_format(t_us);
    g_autofree char *name = header_word(host);
    g_autofree char *message = g_strdup_printf("<%d>1 %s %s vicu - DICOM+RFC3881 - " BOM "%s",
                                               PRIORITY, time, name[0] != '\0' ? name : "-", text);

    g_string_append_printf(out, "%zu %s", strlen(message), message);
}

/* The server's name is checked against its certificate, and that against @ca. */
static GIOStream *
secure(const ToolSyslogTarget *target,
       GSocketConnection *plain,
       GSocketConnectable *server,
       GError **error)
{
    g_autoptr(GIOStream) tls = g_tls_client_connection_new(G_IO_STREAM(plain), server, error);

    if (tls == NULL)
        return NULL;
    if (target->ca != NULL) {
        g_autofree char *path = g_canonicalize_filename(target->ca, NULL); /* as it wants it */
        g_autoptr(GTlsDatabase) trusted = g_tls_file_database_new(path, error);
        if (trusted == NULL)
            return NULL;
        g_tls_connection_set_database(G_TLS_CONNECTION(tls), trusted);
    }
    if (target->cert != NULL) {
        g_autoptr(GTlsCertificate) own = g_tls_certificate_new_from_file(target->cert, error);
        if (own == NULL)
            return NULL;
        g_tls_connection_set_certificate(G_TLS_CONNECTION(tls), own);
    }
    return g_tls_connection_handshake(G_TLS_CONNECTION(tls), NULL, error) ? g_steal_pointer(&tls)
                                                                          : NULL;
}

gboolean
tool_syslog_send(const ToolSyslogTarget *target, const GString *frames, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnectable) server =
        g_network_address_parse(target->to, TOOL_SYSLOG_PORT, error);
    g_autoptr(GSocketConnection) plain = NULL;
    g_autoptr(GIOStream) tls = NULL;

    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, TOOL_SYSLOG_PATIENCE_S);
    if (server != NULL)
        plain = g_socket_client_connect(client, server, NULL, error);
    if (plain != NULL)
        tls = secure(target, plain, server, error);
    if (tls == NULL) {
        g_prefix_error(error, "%s: ", target->to);
        return FALSE;
    }
    /* An end that follows on ours comes only from who has read what was before it; some send it
     * as TLS wants it, some just close. */
    g_tls_connection_set_require_close_notify(G_TLS_CONNECTION(tls), FALSE);
    gboolean ok = g_output_stream_write_all(g_io_stream_get_output_stream(tls), frames->str,
                                            frames->len, NULL, NULL, error)
                  && g_output_stream_close(g_io_stream_get_output_stream(tls), NULL, error);
    char byte;
    gssize n =
        ok ? g_input_stream_read(g_io_stream_get_input_stream(tls), &byte, 1, NULL, error) : -1;
    ok = ok && n >= 0 && g_io_stream_close(tls, NULL, error);
    if (!ok)
        g_prefix_error(error, "%s: ", target->to);
    return ok;
}
