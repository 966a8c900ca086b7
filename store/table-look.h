/* A look at the tables before the database is opened: does one carry the bit that ends us?
 *
 * RocksDB 7.8 takes a table's properties apart before it checks their sum. The highest bit
 * of the last number in that block says "there is an index by hash"; no writer sets it in
 * this block, and where it is set an assertion of the library ends the process, again at
 * each start. So it is put back here, and the library's checksum judges what remains.
 * Every other bit of a table is judged by the library itself.
 *
 * Read are the last 4 KiB of each file (RocksDB's "Block-based Table Format", versions 1
 * to 5). What cannot be found there is left to the library.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_TABLE_TAIL 4096

/* @tail: the last @size bytes of a file of @file_size. Where in the file the byte lies whose
 * highest bit is the flag; 0: not found. Pure; any bytes are fine. */
uint64_t store_table_flag_at(const uint8_t *tail, size_t size, uint64_t file_size);

/* All tables of the folder. @write: the bit is put back, synced, and @note (caller frees) is
 * a sentence that names the tables; else it is an error, and nothing is changed. FALSE and
 * VICU_ERROR_IO also when a bit cannot be written. */
bool store_tables_look(const char *dir, bool write, char **note, GError **error);

G_END_DECLS
