/* What lies on disk: segment heads and records, all little endian.
 *
 * segment: "vicuspl1" | spool id 8 | number 8 | 0 4 | CRC32C of the 28 before 4
 * record:  "vrec" | CRC32C of the 40 after it, mixed with the spool id 4
 *          | length 4 | CRC32C of the body 4 | epoch 8 | sequence 8 | t_us 8
 *          | 0 8 | body
 * The head has a checksum of its own, so that a spool of gigabytes is opened by
 * walking the heads; a body is checked when it is read. The spool's id keeps a
 * body that happens to hold a record from being taken for one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/spool-inner.h"

static const char segment_magic[8] = {'v', 'i', 'c', 'u', 's', 'p', 'l', '1'};
static const char record_magic[4] = {'v', 'r', 'e', 'c'};

static void
put32(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(at, &value, sizeof value);
}

static void
put64(uint8_t *at, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    memcpy(at, &value, sizeof value);
}

static uint32_t
get32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return GUINT32_FROM_LE(value);
}

static uint64_t
get64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return GUINT64_FROM_LE(value);
}

SpoolRun *
spool_run_new(uint64_t epoch, uint64_t first)
{
    SpoolRun *run = g_new0(SpoolRun, 1);
    run->epoch = epoch;
    run->first = first;
    run->places = g_array_new(FALSE, FALSE, sizeof(SpoolPlace));
    return run;
}

void
spool_run_free(SpoolRun *run)
{
    g_array_unref(run->places);
    g_free(run);
}

uint64_t
spool_run_last(const SpoolRun *run)
{
    return run->first + run->places->len - 1;
}

SpoolSegment *
spool_segment_new(uint64_t number)
{
    SpoolSegment *segment = g_new0(SpoolSegment, 1);
    segment->number = number;
    segment->handle = -1;
    segment->runs = g_ptr_array_new_with_free_func((GDestroyNotify)spool_run_free);
    return segment;
}

void
spool_segment_free(SpoolSegment *segment)
{
    g_ptr_array_unref(segment->runs);
    g_free(segment);
}

char *
spool_segment_name(uint64_t number)
{
    return g_strdup_printf("%012" G_GINT64_MODIFIER "u.spool", number);
}

bool
spool_segment_number(const char *name, uint64_t *number)
{
    if (strlen(name) != 12 + strlen(".spool") || strcmp(name + 12, ".spool") != 0)
        return false;
    *number = 0;
    for (int i = 0; i < 12; i++) {
        if (!g_ascii_isdigit(name[i]))
            return false;
        *number = *number * 10 + (uint64_t)(name[i] - '0');
    }
    return true;
}

void
spool_segment_note(
    SpoolSegment *segment, uint64_t epoch, uint64_t sequence, int64_t t_us, SpoolPlace place)
{
    SpoolRun *run = NULL;
    if (segment->runs->len > 0)
        run = g_ptr_array_index(segment->runs, segment->runs->len - 1);
    if (!run || run->epoch != epoch || spool_run_last(run) + 1 != sequence) {
        run = spool_run_new(epoch, sequence);
        run->from_us = t_us;
        g_ptr_array_add(segment->runs, run);
    }
    run->to_us = t_us;
    g_array_append_val(run->places, place);
}

void
spool_head_pack(uint8_t head[SPOOL_HEAD_BYTES], uint64_t id, uint64_t number)
{
    memcpy(head, segment_magic, sizeof segment_magic);
    put64(head + 8, id);
    put64(head + 16, number);
    put32(head + 24, 0);
    put32(head + 28, vicu_crc32c(0, head, 28));
}

bool
spool_head_is_ours(const uint8_t *bytes, size_t len, uint64_t id, uint64_t number)
{
    uint8_t expected[SPOOL_HEAD_BYTES];
    spool_head_pack(expected, id, number);
    return len >= sizeof expected && memcmp(bytes, expected, sizeof expected) == 0;
}

static uint32_t
head_crc(const uint8_t *head, uint64_t id)
{
    uint8_t salt[8];
    put64(salt, id);
    return vicu_crc32c(vicu_crc32c(0, salt, sizeof salt), head + 8, SPOOL_RECORD_BYTES - 8);
}

uint32_t
spool_record_pack(uint8_t head[SPOOL_RECORD_BYTES],
                  uint64_t id,
                  uint64_t epoch,
                  uint64_t sequence,
                  int64_t t_us,
                  const void *body,
                  size_t len)
{
    uint32_t crc = vicu_crc32c(0, body, len);
    memset(head, 0, SPOOL_RECORD_BYTES);
    memcpy(head, record_magic, sizeof record_magic);
    put32(head + 8, (uint32_t)len);
    put32(head + 12, crc);
    put64(head + 16, epoch);
    put64(head + 24, sequence);
    put64(head + 32, (uint64_t)t_us);
    put32(head + 4, head_crc(head, id));
    return crc;
}

bool
spool_record_head(const uint8_t *bytes, size_t len, uint64_t id, SpoolRecordHead *head)
{
    if (len < SPOOL_RECORD_BYTES || memcmp(bytes, record_magic, sizeof record_magic) != 0
        || get32(bytes + 4) != head_crc(bytes, id))
        return false;
    head->len = get32(bytes + 8);
    head->crc = get32(bytes + 12);
    head->epoch = get64(bytes + 16);
    head->sequence = get64(bytes + 24);
    head->t_us = (int64_t)get64(bytes + 32);
    return head->len > 0 && head->len <= VICU_SPOOL_RECORD_MAX;
}

bool
spool_record_body_is_whole(const SpoolRecordHead *head, const uint8_t *body)
{
    return vicu_crc32c(0, body, head->len) == head->crc;
}

void
spool_segment_scan(
    SpoolSegment *segment, const uint8_t *bytes, size_t len, uint64_t id, uint64_t *torn)
{
    size_t at = SPOOL_HEAD_BYTES;
    while (at < len) {
        SpoolRecordHead head;
        if (spool_record_head(bytes + at, len - at, id, &head)
            && head.len <= len - at - SPOOL_RECORD_BYTES) {
            SpoolPlace place = {(uint32_t)at, head.len, head.crc};
            spool_segment_note(segment, head.epoch, head.sequence, head.t_us, place);
            at += SPOOL_RECORD_BYTES + head.len;
            continue;
        }
        /* Not a record: look for the next one. */
        const uint8_t *next =
            memmem(bytes + at + 1, len - at - 1, record_magic, sizeof record_magic);
        size_t to = next ? (size_t)(next - bytes) : len;
        *torn += to - at;
        at = to;
    }
}
