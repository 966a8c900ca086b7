/* The oracle of a run: which batches were sent, which of them were acknowledged,
 * and whether the store gives each of those back, unaltered.
 *
 * Three witnesses that do not know each other: what passed on the live lane
 * (sender, epoch, sequence, a hash of the bytes), what the senders' spools have
 * let go, and what the store reads back. Pure; 9 bytes a batch.
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

/* A batch passed by. */
void tool_oracle_seen(ToolOracle *self,
                      const VicuFingerprint *sender,
                      uint64_t epoch,
                      uint64_t sequence,
                      const void *body,
                      size_t size);

/* @sender's spool was opened: an epoch that is not told of next has been let go whole. */
void tool_oracle_spool(ToolOracle *self, const VicuFingerprint *sender);
/* It still holds @epoch from sequence @first on; what is before was acknowledged. */
void
tool_oracle_held(ToolOracle *self, const VicuFingerprint *sender, uint64_t epoch, uint64_t first);

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
    uint64_t acked;   /* let go by a spool */
    uint64_t stored;  /* given back by the store */
    uint64_t lost;    /* acked, and not given back */
    uint64_t altered; /* given back with other bytes */
    uint64_t twice;   /* given back more than once */
} ToolOracleVerdict;

/* Only senders whose spool was opened are judged. */
ToolOracleVerdict tool_oracle_judge(const ToolOracle *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolOracle, tool_oracle_free)

G_END_DECLS
