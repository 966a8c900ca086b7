/* A QueryRows message written in place, field by field.
 *
 * Most rows lie packed in the database already; here they are framed, not
 * unpacked and packed again. Field numbers are proto/query.proto's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

enum {
    STORE_ROWS_STREAM = 10,
    STORE_ROWS_RUN = 11,
    STORE_ROWS_NUMERICS = 12,
    STORE_ROWS_COLUMN = 13,
    STORE_ROWS_EVENT = 14,
    STORE_ROWS_AUDIT = 15,
    STORE_ROWS_SENDER = 16,
    STORE_ROWS_BATCH = 17,
    STORE_ROWS_SYMBOL = 18,
    STORE_ROWS_GAP = 19,
    STORE_ROWS_UNMAPPED = 20,
    STORE_ROWS_TREND = 21,
    STORE_ROWS_BLOCK = 22,
    STORE_ROWS_CHECKPOINT = 30,
    STORE_ROWS_LEDGER_HEAD = 40,
    STORE_ROWS_LEDGER_ENTRY = 41,
    STORE_ROWS_LEDGER_PROOF = 42,
    STORE_ROWS_AUDIT_NUMBER = 43,
    STORE_ROWS_PEOPLE = 50,
};

/* Begins a message for query @id; what @out held is forgotten. */
void store_rows_begin(GByteArray *out, uint64_t id);

void store_rows_add(GByteArray *out, uint32_t field, const void *packed, size_t size);
void store_rows_add_number(GByteArray *out, uint32_t field, uint64_t value);
void store_rows_add_message(GByteArray *out, uint32_t field, const ProtobufCMessage *message);
void store_rows_add_run(
    GByteArray *out, GBytes *segment, uint64_t first, const uint8_t *samples, size_t size);
void store_rows_add_block(GByteArray *out,
                          GBytes *segment,
                          uint64_t first,
                          uint32_t n,
                          const uint8_t *block,
                          size_t size);
void store_rows_add_batch(GByteArray *out,
                          const VicuFingerprint *sender,
                          uint64_t epoch,
                          uint64_t sequence,
                          const uint8_t *body,
                          size_t size);

/* The last message of a query; @error may be NULL. */
void store_rows_end(GByteArray *out, const char *error);

G_END_DECLS
