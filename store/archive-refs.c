/* Which leads may need which.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/signals.h"
#include "store/archive-internal.h"

static bool
is_lead(const StoreStream *stream)
{
    const VicuSignal *signal = stream->wave ? vicu_signal_by_code(stream->code) : NULL;

    return signal != NULL && vicu_signal_is_ecg(signal);
}

static bool
is_limb(uint32_t code, const char *name)
{
    return code == vicu_signal_code(vicu_signal_by_name(name));
}

static bool
is_beside(const StoreStream *a, const StoreStream *b)
{
    return is_lead(b) && a->channel == b->channel && a->source == b->source
           && strcmp(a->bed, b->bed) == 0;
}

static bool
has_rows(StoreReader *reader,
         const StorePart *day,
         uint32_t number,
         int64_t minute,
         bool *has,
         GError **error)
{
    int64_t found = 0;

    if (!store_reader_raw_next(reader, day, number, minute, &found, error))
        return false;
    *has = found < minute + STORE_ARCHIVE_MINUTES;
    return true;
}

/* Codes and what has them are few: I, II, and the least of all. */
typedef struct {
    uint32_t number[3];
    uint32_t code[3];
    bool is[3];
} Found;

static void
note(Found *found, int at, const StoreStream *stream)
{
    found->is[at] = true;
    found->number[at] = stream->number;
    found->code[at] = stream->code;
}

bool
store_archive_roots(StoreWaves *waves,
                    StoreReader *reader,
                    const StorePart *day,
                    uint32_t number,
                    int64_t minute,
                    GArray *roots,
                    GError **error)
{
    const StoreStream *own = store_streams_at(waves->streams, number);
    Found found = {0};

    if (!is_lead(own) || is_limb(own->code, "ECG_I") || is_limb(own->code, "ECG_II"))
        return true;
    for (uint32_t i = 0; i < store_streams_count(waves->streams); i++) {
        const StoreStream *other = store_streams_at(waves->streams, i);
        bool has = false;
        if (!is_beside(own, other))
            continue;
        if (!has_rows(reader, day, i, minute, &has, error))
            return false;
        if (!has)
            continue;
        if (is_limb(other->code, "ECG_I"))
            note(&found, 0, other);
        if (is_limb(other->code, "ECG_II"))
            note(&found, 1, other);
        if (!found.is[2] || other->code < found.code[2])
            note(&found, 2, other);
    }
    for (int at = 0; at < 2; at++)
        if (found.is[at])
            g_array_append_val(roots, found.number[at]);
    if (roots->len == 0 && found.is[2] && found.number[2] != number)
        g_array_append_val(roots, found.number[2]);
    return true;
}
