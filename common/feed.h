/* feed: what the hub forwards to rules, numbered, with 60 s of memory.
 *
 * VicuFeedMemory is the hub's side: numbers each message (1, 2, 3 ... of one
 * incarnation of the hub), keeps it for 60 s or until its bytes run out, and
 * serves subscribers from there; a subscriber that lags is told FEED_LOST. The
 * link, too, finds there the bodies that a sender has only referred to.
 * VicuFeedReader is the other end: notices holes in the hub's numbers, fetches
 * them, and follows each sender's own numbers, so that what was lost before or
 * in the hub becomes an explicit gap too: every batch or a gap, never silence.
 * No acks and no credit: nothing that a reader or the store does holds it up.
 *
 * On FEED, FEED_LOST and what is sent on, the envelope's `fence` is the hub's
 * incarnation; epoch and sequence stay the sender's. The hub's own beat has
 * epoch = fence, sequence 0, and the newest number sent to this reader.
 *
 * Pure, one thread, BOOTTIME. Call nothing of the same machine from within ops.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/link.h"

G_BEGIN_DECLS

#define VICU_FEED_MEMORY_US (60 * G_USEC_PER_SEC)
#define VICU_FEED_BEAT_US   (G_USEC_PER_SEC)
#define VICU_FEED_EXPIRE_US (10 * G_USEC_PER_SEC) /* a reader this silent is dropped */

/* ---- hub ---- */

typedef struct VicuFeedMemory VicuFeedMemory;

typedef struct {
    /* False: the socket takes no more now; it is sent later from the memory. */
    bool (*send)(GBytes *route, const VicuLinkMessage *message, gpointer data);
} VicuFeedMemoryOps;

typedef struct {
    uint64_t number; /* newest */
    uint64_t oldest; /* still held; 0: none */
    uint64_t bytes;
    size_t readers;
    uint64_t lost; /* messages that a reader was told are lost */
} VicuFeedFigures;

VicuFeedMemory *vicu_feed_memory_new(const VicuSenderId *hub,
                                     uint64_t incarnation,
                                     size_t max_bytes,
                                     const VicuFeedMemoryOps *ops,
                                     gpointer data);
void vicu_feed_memory_free(VicuFeedMemory *self);

/* BATCH_FEED, HEARTBEAT and END of a sender: numbered, kept, sent on as FEED,
 * HEARTBEAT and END. @body is referenced, not copied. Gives the number. */
uint64_t vicu_feed_memory_add(VicuFeedMemory *self,
                              const VicuLinkMessage *message,
                              GBytes *body,
                              int64_t mono_us);
/* What was just added came on the route of its sender's HELLO: a BATCH_REF may name it. */
void vicu_feed_memory_hold(VicuFeedMemory *self);
/* The body that BATCH_REF @reference names, if it is held and its length and CRC32C are
 * the reference's; else NULL. Borrowed until the next add or tick. */
GBytes *vicu_feed_memory_body(VicuFeedMemory *self, const VicuLinkMessage *reference);
/* FEED_OPEN and FEED_FETCH from @reader, whose own batches go back without body. */
void vicu_feed_memory_receive(VicuFeedMemory *self,
                              GBytes *route,
                              const VicuSenderId *reader,
                              const VicuLinkMessage *message,
                              int64_t mono_us);
/* Sends on, beats (a HEARTBEAT with the hub's id), forgets. At least each 100 ms. */
void vicu_feed_memory_tick(VicuFeedMemory *self, int64_t mono_us);
void vicu_feed_memory_figures(const VicuFeedMemory *self, VicuFeedFigures *figures);

/* ---- rules ---- */

typedef struct VicuFeedReader VicuFeedReader;

/* Sequences first..last of (sender, epoch) did not come by the feed. last 0:
 * how many is not known: everything from `first` to the first batch of epoch
 * `until`. Ask the store (QueryBatches), else record the gap. */
typedef struct {
    VicuSenderId sender;
    uint64_t epoch;
    uint64_t first;
    uint64_t last;
    uint64_t until;
} VicuFeedGap;

typedef struct {
    bool (*send)(const VicuLinkMessage *message, gpointer data);
    /* Once per batch. @late: newer ones of the same sender came before it. */
    void (*batch)(const VicuLinkMessage *message, bool late, gpointer data);
    void (*heartbeat)(const VicuLinkMessage *message, gpointer data); /* the hub's own too */
    void (*gap)(const VicuFeedGap *gap, gpointer data);
} VicuFeedReaderOps;

/* @own: this process's sender id, NULL if it sends nothing. @after,
 * @incarnation: the last number handled before a restart; 0: all that the hub holds. */
VicuFeedReader *vicu_feed_reader_new(const VicuSenderId *own,
                                     uint64_t incarnation,
                                     uint64_t after,
                                     const VicuFeedReaderOps *ops,
                                     gpointer data,
                                     int64_t mono_us);
void vicu_feed_reader_free(VicuFeedReader *self);

void
vicu_feed_reader_receive(VicuFeedReader *self, const VicuLinkMessage *message, int64_t mono_us);
/* At least each 100 ms. */
void vicu_feed_reader_tick(VicuFeedReader *self, int64_t mono_us);
/* To be kept with a state snapshot: every number up to it was handled. */
uint64_t vicu_feed_reader_number(const VicuFeedReader *self);
uint64_t vicu_feed_reader_incarnation(const VicuFeedReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuFeedMemory, vicu_feed_memory_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuFeedReader, vicu_feed_reader_free)

G_END_DECLS
