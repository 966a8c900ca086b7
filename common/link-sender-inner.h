/* Inside of the sending machine. For link-sender*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/link.h"

G_BEGIN_DECLS

#define LINK_SENDER_HELLO_MIN_US (G_USEC_PER_SEC / 10)

/* Under way: one BATCH_STORE, or a DROPPED that stands for several. */
typedef struct {
    uint64_t last;
    uint64_t bytes;
} SenderSent;

typedef struct {
    uint64_t epoch;
    uint64_t acked;
    uint64_t next;
    uint64_t bytes; /* under way */
    GArray *sent;   /* SenderSent */
    int64_t moved_us;
    int64_t rewound_us;
    int64_t end_us; /* END was last sent; 0: never */
} SenderLane;

struct VicuLinkSender {
    VicuSpool *spool;
    VicuSenderId id;
    char *name;
    uint64_t instance;
    VicuLinkSenderOps ops;
    gpointer data;
    GArray *lanes; /* SenderLane, by epoch; the last one is live */
    int64_t hello_us;
    int64_t epoch_us;       /* the live epoch began */
    unsigned renewed;       /* how often in a row a welcome came so late that it was begun anew */
    int64_t waiting_us;     /* the last ACK, or the first send after nothing was under way */
    int64_t t_us;           /* of the newest batch */
    bool may_refer;         /* the owner lets it */
    bool hub_refers;        /* said the welcome of the live epoch */
    uint64_t unfed;         /* newest of the live epoch that did not go by the feed lane */
    int64_t whole_until_us; /* after something was missed: no references until then */
    VicuLinkFigures figures;
};

/* ---- link-sender.c ---- */

/* Asks the disk of the spool nothing and knows no other clock than its caller's. */
int64_t link_sender_timer_now(const VicuLinkSender *self, int64_t mono_us);
void link_sender_set_state(VicuLinkSender *self, VicuLinkState state, const char *text);
/* True: all is well. Else the disk failed, now or before. */
bool link_sender_check_spool(VicuLinkSender *self);
VicuLinkMessage link_sender_message_of(const VicuLinkSender *self,
                                       Vicu__Kind kind,
                                       uint64_t epoch,
                                       uint64_t sequence);
void link_sender_say_hello(VicuLinkSender *self, int64_t mono_us);
/* A new epoch, unless nothing was written in the one we have. */
void link_sender_begin_epoch(VicuLinkSender *self, const char *why, int64_t mono_us);

/* ---- link-sender-lanes.c ---- */

void link_sender_clear_lane(gpointer lane);
SenderLane *link_sender_lane_at(const VicuLinkSender *self, guint index);
SenderLane *link_sender_find_lane(const VicuLinkSender *self, uint64_t epoch);
void link_sender_forget_under_way(VicuLinkSender *self, SenderLane *lane);
/* Everything that the spool holds, nothing of it under way. */
void link_sender_list_lanes(VicuLinkSender *self);
bool link_sender_is_live(const VicuLinkSender *self, const SenderLane *lane);
/* Newest sequence that was given in @epoch. */
uint64_t link_sender_newest(VicuLinkSender *self, uint64_t epoch);
bool link_sender_anything_under_way(const VicuLinkSender *self);
void link_sender_rewind_lane(VicuLinkSender *self, SenderLane *lane, int64_t mono_us);
/* What was sent did not get through: for a while everything goes whole. */
void link_sender_send_whole(VicuLinkSender *self, int64_t now);
void link_sender_pump(VicuLinkSender *self, int64_t mono_us);

G_END_DECLS
