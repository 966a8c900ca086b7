/* live: pictures from the hub to whoever looks. It may drop, and says so.
 *
 * VicuLiveSender is the hub's side: it numbers what it publishes (1, 2, 3 ... of
 * one incarnation of the hub) and beats each second with the newest number, so
 * that the loss of the last message shows too. It cannot conflate: one socket
 * serves every viewer, and a queue that is full drops without a word.
 * VicuLiveReceiver is the viewer's side. The viewer drains its socket into it and
 * asks for messages when it has time. Conflation happens here: of each sender,
 * what waits and is more than VICU_LIVE_KEEP_US older than the newest that came
 * is skipped. So what is handed on is never further behind what has reached this
 * process, however slow it is. A skipped message, like a lost one, is told as a
 * hole in the numbers: its samples are absent and are never drawn across. Its
 * segments and numerics come again within a second; its symbols, events and gaps
 * do not, and nothing may be concluded from what is not in a picture.
 *
 * On everything published the envelope's `fence` is the hub's incarnation and
 * `number` counts; sender, epoch, sequence and t_us stay the sender's. The hub's
 * own beat has epoch = fence, sequence 0 and the newest number before it.
 *
 * Pure, one thread. @mono_us is BOOTTIME; @utc_us is only compared with the same
 * sender's clock. Call nothing of the same machine from within ops.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/watch.h"
#include "common/wire.h"

G_BEGIN_DECLS

#define VICU_LIVE_BEAT_US     (G_USEC_PER_SEC)
#define VICU_LIVE_KEEP_US     (2 * G_USEC_PER_SEC) /* of each sender, behind its newest */
#define VICU_LIVE_WAIT_MAX    4096u                /* messages that wait; then the oldest go */
#define VICU_LIVE_WAIT_BYTES  (64u << 20)          /* bytes that wait; then the oldest go */
#define VICU_LIVE_SENDERS_MAX 512u                 /* further ones are not judged for lag */

/* ---- hub ---- */

/* A value: embed it. */
typedef struct {
    VicuFingerprint hub;
    uint64_t incarnation;
    uint64_t number; /* newest published */
    int64_t beat_us; /* mono: the last beat */
} VicuLiveSender;

/* @incarnation: not 0, another one at each start of the hub. */
void vicu_live_sender_init(VicuLiveSender *self,
                           const VicuFingerprint *hub,
                           uint64_t incarnation,
                           int64_t mono_us);
/* The envelope under which a sender's BATCH_FEED or HEARTBEAT is published. */
void
vicu_live_sender_stamp(VicuLiveSender *self, const VicuEnvelope *from, VicuEnvelope *published);
/* True each second: publish @beat, without a body. */
bool
vicu_live_sender_tick(VicuLiveSender *self, int64_t utc_us, int64_t mono_us, VicuEnvelope *beat);

/* ---- viewer ---- */

typedef struct VicuLiveReceiver VicuLiveReceiver;

/* Numbers first..last of @incarnation are not handed on. */
typedef struct {
    uint64_t incarnation;
    uint64_t first;
    uint64_t last;
    bool skipped; /* it came, and was skipped because this viewer was behind */
} VicuLiveHole;

/* All may be NULL. */
typedef struct {
    /* A LIVE message, in the order of the numbers. @body is borrowed; @arrived_us
     * is the UTC that receive() was given with it. */
    void (*batch)(const VicuEnvelope *envelope, GBytes *body, int64_t arrived_us, gpointer data);
    void (*hole)(const VicuLiveHole *hole, gpointer data);
    /* The hub was started again: another incarnation speaks. */
    void (*restarted)(uint64_t incarnation, gpointer data);
} VicuLiveReceiverOps;

typedef struct {
    uint64_t received; /* messages of any kind, late ones too */
    uint64_t handed;   /* LIVE messages handed on */
    uint64_t lost;     /* numbers that did not come */
    uint64_t skipped;  /* came, and were skipped: this viewer was behind */
    uint64_t late;     /* came twice, or after newer ones: not handed on */
    uint64_t restarts;
    size_t waiting;
    size_t waiting_bytes;
    uint64_t behind_messages; /* newest number known less the last one handed on or skipped */
    int64_t behind_us;        /* how much later than usual what was handed on last came here */
} VicuLiveFigures;

VicuLiveReceiver *
vicu_live_receiver_new(const VicuLiveReceiverOps *ops, gpointer data, int64_t mono_us);
void vicu_live_receiver_free(VicuLiveReceiver *self);

/* What the socket has; LIVE waits until hand_on(). @body is copied. */
void vicu_live_receiver_receive(VicuLiveReceiver *self,
                                const VicuEnvelope *envelope,
                                const void *body,
                                size_t size,
                                int64_t utc_us,
                                int64_t mono_us);
/* Hands on up to @most of what waits, after the socket was drained. True: more waits. */
bool vicu_live_receiver_hand_on(VicuLiveReceiver *self, size_t most, int64_t utc_us);
/* Level of the hub's silence; at least each second. */
VicuWatchLevel vicu_live_receiver_tick(VicuLiveReceiver *self, int64_t mono_us);
int64_t vicu_live_receiver_silence_us(const VicuLiveReceiver *self, int64_t mono_us);

/* behind_us: lag is measured per sender against the least delay seen of it in
 * the last minute, so that clocks that differ by a constant do not matter; a lag
 * that never was smaller for a minute counts as usual. While something waits the
 * lag of the oldest that waits counts. A message without t_us is not judged. */
void
vicu_live_receiver_figures(const VicuLiveReceiver *self, int64_t utc_us, VicuLiveFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuLiveReceiver, vicu_live_receiver_free)

G_END_DECLS
