/* Blocks of which most is empty, as bytes without their empty lines.
 *
 * Runs: how many empty lines of 32 bytes, how many full ones, and those. Numbers are
 * little endian. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} RulesLinesReader;

void rules_lines_put_u32(GByteArray *out, size_t value);
void rules_lines_put(GByteArray *out, const uint8_t *data, size_t size);

/* FALSE: there are not so many bytes. */
bool rules_lines_take_bytes(RulesLinesReader *r, void *into, size_t size);
bool rules_lines_take_u32(RulesLinesReader *r, uint32_t *value);
/* At most 16 MiB. Caller frees; NULL when it does not add up. */
uint8_t *rules_lines_take(RulesLinesReader *r, size_t *size);

G_END_DECLS
