/* `vicu decode` of HL7 v2: every observation and every fault of a file, a line each.
 *
 * Reads one message or many, bare or in MLLP frames. Numbers are printed with the
 * digits sent; nothing is converted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include <glib.h>

G_BEGIN_DECLS

/* TRUE when @bytes look like HL7 v2, a fault or two before it included. */
gboolean collector_decode_hl7_looks_so(const char *bytes, size_t n);

/* "-" is standard input. Prints to standard output. Returns the exit status: 0, or 1
 * when a fault was printed, or when the file cannot be read and @error says so. */
int collector_decode_hl7(const char *path_or_dash, gboolean json, GError **error);

/* The same for bytes, to @out. */
int collector_decode_hl7_bytes(const char *bytes, size_t n, gboolean json, FILE *out);

G_END_DECLS
