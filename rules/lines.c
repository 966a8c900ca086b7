/* Blocks of which most is empty.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/lines.h"

#include <string.h>

#define LINE      32
#define BLOCK_MAX (16u << 20)

void
rules_lines_put_u32(GByteArray *out, size_t value)
{
    uint32_t le = GUINT32_TO_LE((uint32_t)value);
    g_byte_array_append(out, (const uint8_t *)&le, sizeof le);
}

bool
rules_lines_take_bytes(RulesLinesReader *r, void *into, size_t size)
{
    if ((size_t)(r->end - r->at) < size)
        return false;
    memcpy(into, r->at, size);
    r->at += size;
    return true;
}

bool
rules_lines_take_u32(RulesLinesReader *r, uint32_t *value)
{
    bool ok = rules_lines_take_bytes(r, value, sizeof *value);
    *value = GUINT32_FROM_LE(*value);
    return ok;
}

void
rules_lines_put(GByteArray *out, const uint8_t *data, size_t size)
{
    static const uint8_t empty[LINE];
    size_t lines = (size + LINE - 1) / LINE, at = 0;
    rules_lines_put_u32(out, size);
    while (at < lines) {
        size_t skip = at, keep;
        while (skip < lines && (skip + 1) * LINE <= size
               && memcmp(data + skip * LINE, empty, LINE) == 0)
            skip++;
        keep = skip;
        while (keep < lines
               && ((keep + 1) * LINE > size || memcmp(data + keep * LINE, empty, LINE) != 0))
            keep++;
        rules_lines_put_u32(out, skip - at);
        rules_lines_put_u32(out, keep - skip);
        size_t bytes = MIN(keep * LINE, size) - MIN(skip * LINE, size);
        g_byte_array_append(out, data + skip * LINE, (guint)bytes);
        at = keep;
    }
}

uint8_t *
rules_lines_take(RulesLinesReader *r, size_t *size)
{
    uint32_t whole;
    if (!rules_lines_take_u32(r, &whole) || whole > BLOCK_MAX)
        return NULL;
    g_autofree uint8_t *data = g_malloc0((size_t)whole + 1);
    size_t lines = ((size_t)whole + LINE - 1) / LINE, at = 0;
    while (at < lines) {
        uint32_t skip, keep;
        if (!rules_lines_take_u32(r, &skip) || !rules_lines_take_u32(r, &keep) || skip > lines - at
            || keep > lines - at - skip || (skip == 0 && keep == 0))
            return NULL;
        size_t from = (at + skip) * LINE;
        size_t bytes = MIN(from + (size_t)keep * LINE, whole) - MIN(from, whole);
        if (!rules_lines_take_bytes(r, data + from, bytes))
            return NULL;
        at += skip + keep;
    }
    *size = whole;
    return g_steal_pointer(&data);
}
