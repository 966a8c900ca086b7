/* Inside of the receiving machine. For link-receiver*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/link.h"

G_BEGIN_DECLS

/* Between ACKs that only repeat or ask again. */
#define LINK_RECEIVER_SOON_US (G_USEC_PER_SEC / 20)

typedef struct {
    uint64_t epoch;
    uint64_t taken;  /* handed to the owner */
    uint64_t synced; /* on disk */
    uint64_t end;    /* END said: nothing comes after this one; 0: not said */
    bool ending;     /* WRITE_ENDED was handed out */
    bool gap;        /* to be told with the next ACK */
    bool owed;       /* an ACK of this epoch */
} ReceiverEpoch;

typedef struct {
    VicuSenderId id;
    char *name;
    uint64_t highest;
    uint64_t instance; /* of the process that writes `highest`; 0: not known */
    uint64_t epoch_ticket;
    GArray *epochs;         /* ReceiverEpoch, ascending; all not ended */
    GArray *ended;          /* uint64_t: to be told with the next ACK */
    GArray *greeted;        /* uint64_t: what the waiting HELLO called open */
    uint64_t greeted_epoch; /* of the HELLO that waits for its ticket; 0: none */
    int64_t heard_us;       /* < 0: restored, not heard yet */
    int64_t acked_us;
    int64_t repeated_us;
} ReceiverSender;

typedef struct {
    uint64_t ticket;
    ReceiverSender *sender;
    VicuLinkWriteKind kind;
    uint64_t epoch;
    uint64_t sequence;
} ReceiverPending;

struct VicuLinkReceiver {
    VicuLinkReceiverOps ops;
    gpointer data;
    GHashTable *senders; /* VicuSenderId -> ReceiverSender */
    GQueue pending;      /* ReceiverPending, by ticket */
    uint64_t ticket;
    uint64_t synced;
    uint32_t credit_bytes;
    VicuLinkReceiverFigures figures;
};

/* ---- link-receiver.c ---- */

ReceiverSender *link_receiver_find_sender(const VicuLinkReceiver *self, const VicuSenderId *id);
ReceiverSender *
link_receiver_need_sender(VicuLinkReceiver *self, const VicuSenderId *id, const char *name);
ReceiverEpoch *link_receiver_find_epoch(const ReceiverSender *sender, uint64_t epoch);
void link_receiver_add_epoch(ReceiverSender *sender, uint64_t epoch, uint64_t watermark);
bool link_receiver_lists(const uint64_t *epochs, size_t n, uint64_t epoch);

/* ---- link-receiver-out.c ---- */

void link_receiver_hand_out(VicuLinkReceiver *self, ReceiverSender *sender, VicuLinkWrite *write);
/* @all: every epoch not ended, else those that something is owed to. */
void
link_receiver_send_ack(VicuLinkReceiver *self, ReceiverSender *sender, bool all, int64_t mono_us);
/* An ACK that says nothing new: at once, but not for each message of a burst. */
void link_receiver_owe_ack(VicuLinkReceiver *self,
                           ReceiverSender *sender,
                           ReceiverEpoch *epoch,
                           int64_t mono_us);
void link_receiver_owe_ended(VicuLinkReceiver *self,
                             ReceiverSender *sender,
                             uint64_t epoch,
                             int64_t mono_us);
void link_receiver_send_welcome(VicuLinkReceiver *self, ReceiverSender *sender);
void link_receiver_refuse(VicuLinkReceiver *self,
                          const VicuLinkMessage *message,
                          uint64_t fence,
                          Vicu__RefuseReason reason,
                          const char *text);
void link_receiver_refuse_fence(VicuLinkReceiver *self,
                                const VicuLinkMessage *message,
                                const ReceiverSender *sender);
void link_receiver_refuse_malformed(VicuLinkReceiver *self,
                                    const VicuLinkMessage *message,
                                    const char *text);

G_END_DECLS
