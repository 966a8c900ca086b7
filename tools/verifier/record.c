/* A record as one line of text: proto/audit.proto, read by hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "tools/verifier/verify.h"

typedef struct {
    const uint8_t *data;
    size_t size;
} Field;

/* Numbers of proto/audit.proto. */
enum { WHO = 1, ROLE = 3, WHAT = 4, BED = 5, T_US = 7, WHY = 10, DETAIL = 11, N_FIELDS = 14 };

static bool
read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

/* The newest of each field; numbers beyond N_FIELDS are passed over. */
static bool
read_fields(const uint8_t *at, size_t size, Field fields[N_FIELDS])
{
    const uint8_t *end = at + size;
    uint64_t tag = 0, length = 0;

    while (at < end) {
        if (!read_varint(&at, end, &tag))
            return false;
        const uint8_t *value = at;
        if ((tag & 7) == 0) {
            if (!read_varint(&at, end, &length))
                return false;
            length = (uint64_t)(at - value);
        } else if ((tag & 7) == 1 || (tag & 7) == 5) {
            length = (tag & 7) == 1 ? 8 : 4;
        } else if ((tag & 7) != 2 || !read_varint(&at, end, &length)) {
            return false;
        } else {
            value = at;
        }
        if (length > (uint64_t)(end - value))
            return false;
        at = value + length;
        if (tag >> 3 < N_FIELDS)
            fields[tag >> 3] = (Field){value, (size_t)length};
    }
    return true;
}

static void
add(char *out, size_t size, size_t *n, const char *before, const Field *field)
{
    size_t length = strlen(before);

    if (field->size == 0 || *n + length + field->size + 1 > size)
        return;
    memcpy(out + *n, before, length);
    *n += length;
    for (size_t i = 0; i < field->size; i++)
        out[(*n)++] = field->data[i] < ' ' || field->data[i] == 0x7f ? '?' : (char)field->data[i];
}

bool
verifier_record_text(const uint8_t *record, size_t size, char *out, size_t out_size)
{
    Field fields[N_FIELDS] = {0};
    uint64_t t_us = 0;
    struct tm parts;
    char when[32];

    if (!read_fields(record, size, fields) || out_size < sizeof when)
        return false;
    for (size_t i = fields[T_US].size == 8 ? 8 : 0; i > 0; i--)
        t_us = t_us << 8 | fields[T_US].data[i - 1];
    time_t t_s = (time_t)(t_us / 1000000);
    if (gmtime_r(&t_s, &parts) == NULL
        || strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        return false;
    size_t n = strlen(when);
    memcpy(out, when, n);
    add(out, out_size, &n, "  ", &fields[WHO]);
    add(out, out_size, &n, "  ", &fields[WHAT]);
    add(out, out_size, &n, "  ", &fields[BED]);
    add(out, out_size, &n, "  ", &fields[DETAIL]);
    add(out, out_size, &n, " - ", &fields[WHY]);
    out[n] = '\0';
    return true;
}

static bool
is(const Field *field, const char *word)
{
    return field->size == strlen(word) && memcmp(field->data, word, field->size) == 0;
}

uint64_t
verifier_record_retention(const uint8_t *record, size_t size)
{
    Field fields[N_FIELDS] = {0};
    char detail[128];
    unsigned long long first = 0, last = 0;

    if (!read_fields(record, size, fields) || !is(&fields[ROLE], "store")
        || !is(&fields[WHAT], "audit-retention"))
        return 0;
    snprintf(detail, sizeof detail, "%.*s", (int)fields[DETAIL].size,
             (const char *)fields[DETAIL].data);
    return sscanf(detail, "records %llu to %llu,", &first, &last) == 2 ? last : 0;
}
