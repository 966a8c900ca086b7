/* The oracle of a run: every batch that was sent is in the store, unaltered, or
 * still in its sender's spool; and the store has all that it acknowledged.
 *
 * Witnesses that do not know each other: what passed on the live lane (sender,
 * epoch, sequence, a hash of the bytes), what the spools hold at the end, up to
 * where the store says it has each epoch (which is what it acknowledges), and
 * what it reads back. Pure; 18 bytes a batch.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define TOOL_ORACLE_SEQUENCE_MAX (16u << 20) /* of one epoch; more is not followed */

typedef struct ToolOracle ToolOracle;

ToolOracle *tool_oracle_new(void);
void tool_oracle_free(ToolOracle *self);

/* A batch passed by. Epoch 0 is not followed: a new spool feeds under it until it
 * has learnt its epochs, and stores the same batch under one of those. */
void tool_oracle_seen(ToolOracle *self,
                      const VicuFingerprint *sender,
                      uint64_t epoch,
                      uint64_t sequence,
                      const void *body,
                      size_t size);

/* @sender's spool was opened at the end: its batches are judged. */
void tool_oracle_sender(ToolOracle *self, const VicuFingerprint *sender);
/* It holds this batch. */
void tool_oracle_spooled(ToolOracle *self,
                         const VicuFingerprint *sender,
                         uint64_t epoch,
                         uint64_t sequence);

/* The store says that it has @epoch up to @sequence. */
void tool_oracle_watermark(ToolOracle *self,
                           const VicuFingerprint *sender,
                           uint64_t epoch,
                           uint64_t sequence);
/* The store gave this batch back. */
void tool_oracle_stored(ToolOracle *self,
                        const VicuFingerprint *sender,
                        uint64_t epoch,
                        uint64_t sequence,
                        const void *body,
                        size_t size);

/* Each (sender, epoch) that is known, with its highest sequence seen. */
typedef void (*ToolOracleFunc)(const VicuFingerprint *sender,
                               uint64_t epoch,
                               uint64_t last,
                               gpointer user);
void tool_oracle_foreach(const ToolOracle *self, ToolOracleFunc func, gpointer user);

typedef struct {
    uint64_t seen;    /* batches on the live lane */
    uint64_t spooled; /* still in a spool and not in the store */
    uint64_t acked;   /* up to the store's watermarks, or given back by it */
    uint64_t lost;    /* acked and not given back; or in neither place */
    uint64_t altered; /* given back with other bytes */
    uint64_t twice;   /* given back more than once */
} ToolOracleVerdict;

/* Only senders whose spool was opened are judged. */
ToolOracleVerdict tool_oracle_judge(const ToolOracle *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolOracle, tool_oracle_free)

G_END_DECLS
