/* The MLLP listener: bedside monitors and gateways connect, send HL7 v2, and are
 * answered once the caller says that a message is safe.
 *
 * Non-blocking sockets on a main context; one thread. Bounds: connections, bytes
 * held over all of them, unanswered messages and unsent answers of each (a sender
 * that passes them is not read until they are answered), idle time. Connecting and
 * leaving without a byte is normal.
 *
 * on_message() gets a message with a ticket; collector_hl7_source_answer() later
 * sends what the sender wants to hear. Every ticket is answered once; the sender may
 * have left by then, which is normal too: it will send again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <gio/gio.h>

#include "collector/sources/hl7-ack.h"
#include "collector/sources/hl7-message.h"

G_BEGIN_DECLS

typedef struct CollectorHl7Source CollectorHl7Source;

typedef struct {
    uint64_t ticket;
    const char *peer; /* "127.0.0.1:40512" */
    /* NULL when the frame held no readable message, or was too long: @problems says
     * why. Such a ticket too must be answered. */
    const CollectorHl7Message *message;
    GArray *problems; /* add to it; it goes into the answer */
    int64_t t_receive_us;
} CollectorHl7Incoming;

typedef enum {
    COLLECTOR_HL7_FAULT_FRAMING, /* bytes outside a frame, frame cut, FS without CR */
    COLLECTOR_HL7_FAULT_LIMIT,   /* closed: too many connections, bytes or idle */
    COLLECTOR_HL7_FAULT_SOCKET,
} CollectorHl7Fault;

typedef struct {
    const char *address; /* "127.0.0.1" */
    uint16_t port;       /* 0: any free one */
    guint max_connections;
    size_t max_bytes;      /* of one message; at most COLLECTOR_HL7_MAX_BYTES */
    size_t max_held_bytes; /* of unfinished messages, all connections together */
    guint max_unanswered;  /* of one connection */
    int64_t idle_us;       /* a connection without a byte is closed; 0: never */
    int64_t stall_us;      /* a frame that began and does not go on is cut */
    int64_t (*utc_us)(void);
    int64_t (*boot_us)(void);
    void (*on_message)(const CollectorHl7Incoming *incoming, gpointer user);
    /* May be NULL. @text names the peer and what happened; no patient data. */
    void (*on_fault)(CollectorHl7Fault fault, const char *peer, const char *text, gpointer user);
    gpointer user;
} CollectorHl7SourceSettings;

/* With the bounds of the design: 1 000 connections, 10 MB, 64 MB, 32, 1 h, 30 s. */
void collector_hl7_source_standard(CollectorHl7SourceSettings *settings);

typedef struct {
    uint64_t connections; /* now */
    uint64_t accepted, refused, messages, answered, bytes;
    uint64_t framing_faults, cut, too_long, closed_idle;
} CollectorHl7SourceCounts;

/* Binds and listens on @context (NULL: the default). @settings is copied. */
CollectorHl7Source *collector_hl7_source_new(const CollectorHl7SourceSettings *settings,
                                             GMainContext *context,
                                             GError **error);
/* Closes everything; unanswered tickets die with it. */
void collector_hl7_source_free(CollectorHl7Source *self);

/* "127.0.0.1:2575", with the real port. */
const char *collector_hl7_source_endpoint(const CollectorHl7Source *self);
const CollectorHl7SourceCounts *collector_hl7_source_counts(const CollectorHl7Source *self);

/* @problems and @reason as in hl7-ack.h; both may be NULL. May be called from within
 * on_message(). FALSE when the ticket is unknown: answered before, or its sender left. */
gboolean collector_hl7_source_answer(CollectorHl7Source *self,
                                     uint64_t ticket,
                                     CollectorHl7Answer answer,
                                     const GArray *problems,
                                     const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorHl7Source, collector_hl7_source_free)

G_END_DECLS
