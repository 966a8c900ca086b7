/* What must hold, whatever happens: the simulator's judge.
 *
 * It is told of each batch that a sender appended, of each write and sync of the
 * store, of each batch and gap that rules saw, and looks into the spools after
 * every step. It shares no code with the machines it judges. A breach is kept
 * as a sentence; the first one counts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/feed.h"
#include "common/link.h"

G_BEGIN_DECLS

typedef struct SimOracle SimOracle;
typedef struct SimBook SimBook; /* of one spool's disk: what was appended to it */

SimOracle *sim_oracle_new(void);
void sim_oracle_free(SimOracle *self);
/* NULL: all is well so far. */
const char *sim_oracle_breach(const SimOracle *self);
void sim_oracle_complain(SimOracle *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
void sim_oracle_set_time(SimOracle *self, int64_t now_us);

/* ---- senders ---- */

SimBook *sim_book_new(SimOracle *oracle, const VicuSenderId *sender);
/* A process life with this random number works on @book. */
void sim_book_instance(SimBook *book, uint64_t instance);
/* A copy of the disk is a copy of its book; what either appends after that is its own. */
SimBook *sim_book_copy(const SimBook *book);
void sim_book_free(SimBook *book);
/* The disk was lost with all that was on it. */
void sim_book_lose(SimBook *book);

/* A body for the next batch: unique, and checkable. Caller frees. */
GByteArray *sim_book_body(SimBook *book, size_t size);
/* It was appended to @spool as its newest. */
void sim_book_appended(SimBook *book, VicuSpool *spool, uint64_t epoch, uint64_t sequence);
/* The spool said that it gave these up. */
void sim_book_dropped(SimBook *book, const VicuSpool *spool, const VicuSpoolDropped *dropped);
/* BATCH_STORE is about to leave for the store. */
void sim_book_sending(SimBook *book,
                      VicuSpool *spool,
                      const VicuLinkMessage *message,
                      const VicuLinkFigures *figures);
/* The process died, or was cut off from power; the spool was opened again. */
void sim_book_reopened(SimBook *book, VicuSpool *spool);
/* What has gone from the spool must be in the store, or be given up there. */
void sim_book_check(SimBook *book, VicuSpool *spool);
/* Everything appended and not lost in a power cut is in the store. */
void sim_book_check_all_stored(SimBook *book, VicuSpool *spool);
/* How long the oldest unacknowledged batch of the live epoch has waited. */
int64_t sim_book_live_wait_us(const SimBook *book, VicuSpool *spool, int64_t now_us);

/* ---- store ---- */

/* Handed to the owner by the receiver: checked against all that the store has,
 * synced or not, and against who may write. */
void sim_oracle_write(SimOracle *self, const VicuLinkWrite *write);
/* The first @n writes not yet durable are. */
void sim_oracle_synced(SimOracle *self, guint n);
/* The rest is lost. */
void sim_oracle_store_died(SimOracle *self);
guint sim_oracle_unsynced(const SimOracle *self);
void sim_oracle_restore(const SimOracle *self, VicuLinkReceiver *receiver);
uint64_t sim_oracle_stored(const SimOracle *self);
uint64_t sim_oracle_appended(const SimOracle *self);

/* ---- rules ---- */

void sim_oracle_reader_started(SimOracle *self);
void sim_oracle_delivered(SimOracle *self, const VicuLinkMessage *message);
void sim_oracle_gap(SimOracle *self, const VicuFeedGap *gap);
/* Every batch of the store that came after the first one seen of its sender was
 * delivered, or lies in a gap. */
void sim_oracle_check_feed(SimOracle *self);
uint64_t sim_oracle_gaps(const SimOracle *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimOracle, sim_oracle_free)

G_END_DECLS
