/* link: from a sender's spool to the store, sent at least once, kept once.
 *
 * Two pure machines: message, time -> calls of `ops`. They open no socket, read
 * no clock and keep no batch in memory. docs/protocol.md draws them.
 *
 * A batch is (sender id, epoch, sequence). The sender appends to its spool,
 * sends BATCH_FEED at once and BATCH_STORE after the spool's sync, under the
 * receiver's credit; the live epoch goes first, older ones with what is left.
 * Where the hub takes it, a BATCH_REF goes in place of the second body.
 * Only an ACK trims the spool. A new epoch begins at every start, when no ACK
 * came for 2 s with data outstanding, and at reconnect; what was under way is
 * then backlog under its first number. The receiver takes watermark + 1 only,
 * acknowledges what its owner called synced, and refuses a lower fence, as well
 * as a higher one from a spool that did not begin the highest epoch it knows (a
 * copy, a restored backup): its numbers would name other batches.
 *
 * One thread. @mono_us is BOOTTIME, @t_us UTC; every timer runs on mono_us.
 * Call nothing of the same machine from within `ops`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/spool.h"
#include "proto/envelope.pb-c.h"
#include "proto/link.pb-c.h"

G_BEGIN_DECLS

#define VICU_SENDER_ID_BYTES 16

#define VICU_LINK_SILENCE_US   (2 * G_USEC_PER_SEC) /* no ACK, data outstanding: new epoch */
#define VICU_LINK_HELLO_US     (G_USEC_PER_SEC / 2) /* HELLO again, unanswered */
#define VICU_LINK_REPEAT_US    (G_USEC_PER_SEC)     /* ACK and END again */
#define VICU_LINK_CREDIT_BYTES (16u << 20)          /* what a store gives unless it is short */

/* Fingerprint of the sender's public key. */
typedef struct {
    uint8_t bytes[VICU_SENDER_ID_BYTES];
} VicuSenderId;

typedef struct {
    uint64_t epoch;
    uint64_t sequence;
    bool ended;
    bool gap;
} VicuWatermark;

/* One message, as the machines see it; which fields count depends on `kind`.
 * Every pointer is borrowed for the length of the call. common/link-wire.h
 * turns it into the two parts of the wire and back. */
typedef struct {
    Vicu__Kind kind;
    VicuSenderId sender;
    uint64_t
        epoch; /* of the batch; HELLO, WELCOME: the one to be written; REFUSE: the fence refused */
    uint64_t sequence; /* END: the last one */
    uint64_t fence;
    uint64_t number;     /* feed */
    const uint8_t *body; /* BATCH_FEED, BATCH_STORE, FEED, HEARTBEAT: as packed */
    size_t len;          /* of it; BATCH_REF: of the body that the hub holds */
    GBytes *bytes;       /* what `body` lies in, if it may be kept; else NULL */
    uint32_t crc;        /* BATCH_REF */
    const char *name;    /* HELLO */
    uint64_t instance;   /* HELLO; WELCOME: of the HELLO that it answers */
    const uint64_t *open;
    size_t n_open;
    const VicuSpoolBegun *begun; /* HELLO */
    size_t n_begun;
    uint64_t highest_epoch; /* WELCOME */
    uint64_t highest_instance;
    bool by_reference; /* WELCOME: the hub on the way takes BATCH_REF */
    const VicuWatermark *watermark;
    size_t n_watermark;
    uint32_t credit_bytes;
    VicuSpoolDropped dropped;  /* DROPPED: all but its epoch */
    Vicu__RefuseReason refuse; /* REFUSE */
    const char *text;
    uint64_t first; /* FEED_FETCH, FEED_LOST: run; FEED_OPEN: first = after, */
    uint64_t last;  /* last = the hub's incarnation */
} VicuLinkMessage;

/* ---- sender ---- */

typedef struct VicuLinkSender VicuLinkSender;

typedef enum {
    VICU_LINK_FRESH,    /* asks for its highest epoch; feeds, stores nothing */
    VICU_LINK_GREETING, /* HELLO sent; feeds, spools */
    VICU_LINK_OPEN,
    VICU_LINK_REFUSED, /* a newer sender has this key: sends nothing more, spools on */
    VICU_LINK_BROKEN,  /* the spool's disk failed: end the process */
} VicuLinkState;

typedef struct {
    /* False: the socket is full. Store lane: sent again later; feed lane: lost, and counted. */
    bool (*send)(const VicuLinkMessage *message, gpointer data);
    /* Batches from now on belong to @epoch: announce every segment again. */
    void (*epoch)(uint64_t epoch, gpointer data);
    /* The state changed; @text says why, for the log, the technical alarm. */
    void (*state)(VicuLinkState state, const char *text, gpointer data);
} VicuLinkSenderOps;

typedef struct {
    VicuLinkState state;
    uint64_t epoch;
    uint64_t fed;
    uint64_t feed_lost; /* the socket was full */
    uint64_t stored;    /* BATCH_STORE and BATCH_REF sent, repeats included */
    uint64_t referred;  /* of these, by reference */
    uint64_t unheld;    /* references that the hub could not follow */
    uint64_t acked;     /* batches that an ACK let go */
    uint64_t epochs;    /* begun by this process */
    uint64_t rewinds;   /* sent again within an epoch */
    uint64_t strange;   /* acknowledged beyond what was sent */
    uint64_t outstanding_bytes;
    uint32_t credit_bytes;
    int64_t last_ack_us; /* mono; 0 = none yet */
} VicuLinkFigures;

/* Begins an epoch (synced) and says HELLO. Borrows @spool, which only this
 * machine may append to, trim or give epochs. @instance: random, not 0. */
VicuLinkSender *vicu_link_sender_new(VicuSpool *spool,
                                     const VicuSenderId *id,
                                     const char *name,
                                     uint64_t instance,
                                     const VicuLinkSenderOps *ops,
                                     gpointer data,
                                     int64_t mono_us,
                                     GError **error);
void vicu_link_sender_free(VicuLinkSender *self);
/* Whatever `send` takes of the feed lane goes to the hub: references to it may follow. */
void vicu_link_sender_let_refer(VicuLinkSender *self);

/* Spools and feeds one packed Batch. False: the disk failed. */
bool vicu_link_sender_append(
    VicuLinkSender *self, GBytes *batch, int64_t t_us, int64_t mono_us, GError **error);
/* A sync of the spool has finished. */
void vicu_link_sender_synced(VicuLinkSender *self, int64_t mono_us);
void
vicu_link_sender_receive(VicuLinkSender *self, const VicuLinkMessage *message, int64_t mono_us);
/* The socket lost its peer and has one again; or it can take messages again. */
void vicu_link_sender_reconnected(VicuLinkSender *self, int64_t mono_us);
void vicu_link_sender_writable(VicuLinkSender *self, int64_t mono_us);
/* At least each 100 ms. */
void vicu_link_sender_tick(VicuLinkSender *self, int64_t mono_us);

/* Puts sender, epoch, newest sequence and fence into a heartbeat whose body the
 * owner packed (common/heartbeat.h), and sends it. */
void vicu_link_sender_heartbeat(VicuLinkSender *self, const void *body, size_t len);

void vicu_link_sender_figures(const VicuLinkSender *self, VicuLinkFigures *figures);

/* ---- receiver ---- */

typedef struct VicuLinkReceiver VicuLinkReceiver;

typedef enum {
    VICU_LINK_WRITE_EPOCH, /* `epoch` is now the highest of `sender`; with open epochs at sequence 0
                            */
    VICU_LINK_WRITE_BATCH, /* `body` at (sender, epoch, sequence); the epoch's watermark is
                              `sequence` */
    VICU_LINK_WRITE_DROPPED, /* `dropped`; the epoch's watermark is `dropped.last` */
    VICU_LINK_WRITE_ENDED, /* forget the epoch's watermark: it is complete, or its sender gave it up
                            */
} VicuLinkWriteKind;

/* Must be durable, together with all writes of lower tickets, before the owner
 * says synced(ticket). Watermarks are rows of their own (a DROPPED moves one
 * without a batch). Pointers are borrowed for the length of the call. */
typedef struct {
    VicuLinkWriteKind kind;
    uint64_t ticket; /* 1, 2, 3 ... */
    VicuSenderId sender;
    const char *name; /* EPOCH */
    uint64_t epoch;
    uint64_t instance; /* EPOCH: who began it; to be given back to restore_instance() */
    uint64_t sequence; /* BATCH; DROPPED, ENDED: the last one; EPOCH: 0 */
    const uint8_t *body;
    size_t len;
    VicuSpoolDropped dropped;
} VicuLinkWrite;

typedef struct {
    /* To the hub, which finds the way by message->sender. What is lost is sent again. */
    void (*send)(const VicuLinkMessage *message, gpointer data);
    void (*write)(const VicuLinkWrite *write, gpointer data);
} VicuLinkReceiverOps;

typedef struct {
    uint64_t senders;
    uint64_t taken;
    uint64_t duplicates;
    uint64_t gaps;
    uint64_t fenced;
    uint64_t malformed;
    uint64_t unsynced; /* writes not yet called synced */
} VicuLinkReceiverFigures;

VicuLinkReceiver *vicu_link_receiver_new(const VicuLinkReceiverOps *ops, gpointer data);
void vicu_link_receiver_free(VicuLinkReceiver *self);

/* What the database holds, at start, before any message: a sender with its
 * highest epoch, then each epoch not ended with its watermark. */
void vicu_link_receiver_restore(VicuLinkReceiver *self,
                                const VicuSenderId *sender,
                                const char *name,
                                uint64_t highest_epoch);
/* Who began the highest epoch. Without it a copy of the sender's spool that
 * writes higher epochs is not told from the sender. */
void vicu_link_receiver_restore_instance(VicuLinkReceiver *self,
                                         const VicuSenderId *sender,
                                         uint64_t instance);
void vicu_link_receiver_restore_epoch(VicuLinkReceiver *self,
                                      const VicuSenderId *sender,
                                      uint64_t epoch,
                                      uint64_t watermark);

/* HELLO, BATCH_STORE, DROPPED and END; others are counted and left. */
void
vicu_link_receiver_receive(VicuLinkReceiver *self, const VicuLinkMessage *message, int64_t mono_us);
/* All writes up to @ticket are on disk. */
void vicu_link_receiver_synced(VicuLinkReceiver *self, uint64_t ticket, int64_t mono_us);
/* For each sender, from the next ACK on; 0 stops them. */
void vicu_link_receiver_set_credit(VicuLinkReceiver *self, uint32_t bytes);
/* At least each 200 ms. */
void vicu_link_receiver_tick(VicuLinkReceiver *self, int64_t mono_us);
void vicu_link_receiver_figures(const VicuLinkReceiver *self, VicuLinkReceiverFigures *figures);

bool vicu_sender_id_equal(const VicuSenderId *a, const VicuSenderId *b);
guint vicu_sender_id_hash(gconstpointer id); /* for GHashTable */
gboolean vicu_sender_id_same(gconstpointer a, gconstpointer b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuLinkSender, vicu_link_sender_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuLinkReceiver, vicu_link_receiver_free)

G_END_DECLS
