/* Messages of the audit to a repository of others: syslog (RFC 5424) over TLS (RFC 5425), as IHE
 * ATNA sends DICOM audit messages.
 *
 * Blocks, at most TOOL_SYSLOG_PATIENCE_S for each step. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TOOL_SYSLOG_PORT       6514 /* RFC 5425, section 4.1 */
#define TOOL_SYSLOG_PATIENCE_S 20

typedef struct {
    const char *to;   /* HOST or HOST:PORT */
    const char *ca;   /* PEM: who may have signed the server's certificate; NULL: the system's */
    const char *cert; /* PEM of our own certificate and key; NULL: the server asks for none */
} ToolSyslogTarget;

/* Appends a frame: its length, a blank, header and @text (UTF-8 XML). @t_us: of the message. */
void tool_syslog_frame(GString *out, gint64 t_us, const char *host, const char *text);

/* All of @frames over one connection, that is closed in order when it returns TRUE: what was
 * sent has been taken by the other end's TLS. FALSE: send all of it again. */
gboolean tool_syslog_send(const ToolSyslogTarget *target, const GString *frames, GError **error);

G_END_DECLS
