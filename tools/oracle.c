/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/oracle.h"

#include <string.h>

typedef struct {
    VicuFingerprint sender;
    uint64_t epoch;
    GArray *hash;    /* uint64_t; [sequence - 1], 0: not seen */
    GArray *stored;  /* uint8_t: how often the store gave it back, at most 2 */
    GArray *given;   /* uint64_t: hash of what the store gave back */
    GArray *spooled; /* uint8_t: the spool has it */
    uint64_t watermark;
} Lane;

struct ToolOracle {
    GPtrArray *lanes;
    GArray *opened; /* VicuFingerprint: senders whose spool was opened */
};

static void
lane_free(gpointer data)
{
    Lane *lane = data;

    g_array_unref(lane->hash);
    g_array_unref(lane->stored);
    g_array_unref(lane->given);
    g_array_unref(lane->spooled);
    g_free(lane);
}

ToolOracle *
tool_oracle_new(void)
{
    ToolOracle *self = g_new0(ToolOracle, 1);

    self->lanes = g_ptr_array_new_with_free_func(lane_free);
    self->opened = g_array_new(FALSE, TRUE, sizeof(VicuFingerprint));
    return self;
}

void
tool_oracle_free(ToolOracle *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->lanes);
    g_array_unref(self->opened);
    g_free(self);
}

/* FNV-1a; never 0, which means "not seen". */
static uint64_t
hash_of(const void *body, size_t size)
{
    const uint8_t *byte = body;
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * UINT64_C(1099511628211);
    return hash != 0 ? hash : 1;
}

static gboolean
same(const VicuFingerprint *a, const VicuFingerprint *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static Lane *
lane_of(ToolOracle *self, const VicuFingerprint *sender, uint64_t epoch)
{
    for (guint i = self->lanes->len; i > 0; i--) {
        Lane *lane = self->lanes->pdata[i - 1];
        if (lane->epoch == epoch && same(&lane->sender, sender))
            return lane;
    }
    Lane *lane = g_new0(Lane, 1);
    lane->sender = *sender;
    lane->epoch = epoch;
    lane->hash = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    lane->stored = g_array_new(FALSE, TRUE, sizeof(uint8_t));
    lane->given = g_array_new(FALSE, TRUE, sizeof(uint64_t));
    lane->spooled = g_array_new(FALSE, TRUE, sizeof(uint8_t));
    g_ptr_array_add(self->lanes, lane);
    return lane;
}

static void
put(GArray *array, uint64_t sequence, uint64_t value)
{
    if (array->len < sequence)
        g_array_set_size(array, (guint)sequence);
    g_array_index(array, uint64_t, sequence - 1) = value;
}

void
tool_oracle_seen(ToolOracle *self,
                 const VicuFingerprint *sender,
                 uint64_t epoch,
                 uint64_t sequence,
                 const void *body,
                 size_t size)
{
    if (epoch > 0 && sequence > 0 && sequence <= TOOL_ORACLE_SEQUENCE_MAX)
        put(lane_of(self, sender, epoch)->hash, sequence, hash_of(body, size));
}

void
tool_oracle_sender(ToolOracle *self, const VicuFingerprint *sender)
{
    g_array_append_vals(self->opened, sender, 1);
}

/* Grows @array, of one byte each, so that it has @sequence. */
static uint8_t *
byte_at(GArray *array, uint64_t sequence)
{
    if (array->len < sequence)
        g_array_set_size(array, (guint)sequence);
    return &g_array_index(array, uint8_t, sequence - 1);
}

void
tool_oracle_spooled(ToolOracle *self,
                    const VicuFingerprint *sender,
                    uint64_t epoch,
                    uint64_t sequence)
{
    if (sequence > 0 && sequence <= TOOL_ORACLE_SEQUENCE_MAX)
        *byte_at(lane_of(self, sender, epoch)->spooled, sequence) = 1;
}

void
tool_oracle_watermark(ToolOracle *self,
                      const VicuFingerprint *sender,
                      uint64_t epoch,
                      uint64_t sequence)
{
    if (sequence <= TOOL_ORACLE_SEQUENCE_MAX)
        lane_of(self, sender, epoch)->watermark = sequence;
}

void
tool_oracle_stored(ToolOracle *self,
                   const VicuFingerprint *sender,
                   uint64_t epoch,
                   uint64_t sequence,
                   const void *body,
                   size_t size)
{
    if (sequence == 0 || sequence > TOOL_ORACLE_SEQUENCE_MAX)
        return;
    Lane *lane = lane_of(self, sender, epoch);
    uint8_t *times = byte_at(lane->stored, sequence);
    *times = (uint8_t)MIN(*times + 1, 2);
    put(lane->given, sequence, hash_of(body, size));
}

static uint64_t
highest(const Lane *lane)
{
    uint64_t sent = MAX(lane->hash->len, lane->spooled->len);

    return MAX(sent, MAX(lane->stored->len, lane->watermark));
}

void
tool_oracle_foreach(const ToolOracle *self, ToolOracleFunc func, gpointer user)
{
    for (guint i = 0; i < self->lanes->len; i++) {
        const Lane *lane = self->lanes->pdata[i];
        func(&lane->sender, lane->epoch, highest(lane), user);
    }
}

static gboolean
is_judged(const ToolOracle *self, const Lane *lane)
{
    for (guint i = 0; i < self->opened->len; i++)
        if (same(&g_array_index(self->opened, VicuFingerprint, i), &lane->sender))
            return TRUE;
    return FALSE;
}

static void
judge_lane(const Lane *lane, ToolOracleVerdict *verdict)
{
    for (uint64_t i = 0; i < highest(lane); i++) {
        uint64_t seen = i < lane->hash->len ? g_array_index(lane->hash, uint64_t, i) : 0;
        uint8_t times = i < lane->stored->len ? g_array_index(lane->stored, uint8_t, i) : 0;
        gboolean spooled = i < lane->spooled->len && g_array_index(lane->spooled, uint8_t, i) != 0;
        gboolean acked = i < lane->watermark || times > 0;
        verdict->seen += seen != 0;
        verdict->spooled += spooled && !acked;
        verdict->acked += acked;
        verdict->twice += times > 1;
        verdict->lost += times == 0 && (acked || !spooled);
        verdict->altered +=
            times > 0 && seen != 0 && seen != g_array_index(lane->given, uint64_t, i);
    }
}

ToolOracleVerdict
tool_oracle_judge(const ToolOracle *self)
{
    ToolOracleVerdict verdict = {0};

    for (guint i = 0; i < self->lanes->len; i++) {
        const Lane *lane = self->lanes->pdata[i];
        if (is_judged(self, lane))
            judge_lane(lane, &verdict);
    }
    return verdict;
}
