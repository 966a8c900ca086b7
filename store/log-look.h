/* A look at the database's logs before it is opened: does one have a hole?
 *
 * At opening, what follows the first record that cannot be read is cut off. After a
 * crash that is a torn tail, which nobody was promised. Where records that are whole
 * come after it, the disk has changed what was synced: it has to be told. RocksDB says
 * nothing of either, so its logs are read here: blocks of 32 KiB with records of
 * checksum, length and type (RocksDB's "Write Ahead Log File Format").
 *
 * A store's own groups are in a log of their own (store/group-log.h); the library's is what
 * older folders have, and what a reader is given.
 *
 * A flipped bit in the very last record looks like a torn tail; the senders hear of it
 * by the watermark all the same. Reads only; memory for one file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    size_t bad_at; /* where the first record that cannot be read begins; SIZE_MAX: none */
    bool goes_on;  /* a whole record comes after it */
    bool any;      /* there is a whole record at all */
} StoreLogFound;

/* One file's bytes. Pure; any bytes are fine. */
StoreLogFound store_log_look(const uint8_t *data, size_t size);

/* One record more, as the library writes it. */
void store_log_record(GByteArray *log, const void *data, size_t size);

/* Names of all logs in the folder, in their order. */
GPtrArray *store_log_list(const char *dir);

/* Looks at all of them. A sentence that names the first hole, NULL
 * when there is none (or nothing that can be read). Caller frees. */
char *store_log_damage(const char *dir);

G_END_DECLS
