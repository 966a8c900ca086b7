/* SPDX-License-Identifier: Apache-2.0 */
#include "store/events.h"

#include "store/segment.h"

static void
add_where(StoreKey *key, const StoreOrigin *from)
{
    store_key_bytes(key, from->sender.bytes, sizeof from->sender.bytes);
    store_key_u64(key, from->epoch);
    store_key_u64(key, from->sequence);
    store_key_u8(key, (uint8_t)(from->n >> 8));
    store_key_u8(key, (uint8_t)from->n);
}

StoreKey
store_events_key(StoreEventTag tag, const char *bed, int64_t t_us)
{
    StoreKey key = {0};

    store_key_u8(&key, (uint8_t)tag);
    if (tag != STORE_TAG_EVENT)
        store_key_bed(&key, bed);
    store_key_time(&key, t_us);
    return key;
}

bool
store_events_put_event(StoreDb *db, const StoreOrigin *from, const void *packed, size_t size)
{
    Vicu__Event *event = vicu_wire_unpack(&vicu__event__descriptor, packed, size, NULL);
    bool fits = event != NULL && (event->bed[0] == '\0' || store_bed_fits(event->bed));

    if (fits) {
        StoreKey key = store_events_key(STORE_TAG_EVENT, "", event->t_us);
        store_key_bed(&key, event->bed);
        add_where(&key, from);
        store_db_put(db, STORE_EVENTS, &key, packed, size);
    }
    vicu_wire_free(event);
    return fits;
}

bool
store_events_put_symbol(StoreDb *db, const StoreOrigin *from, const void *packed, size_t size)
{
    Vicu__Symbol *symbol = vicu_wire_unpack(&vicu__symbol__descriptor, packed, size, NULL);
    bool fits = symbol != NULL && store_bed_fits(symbol->bed);

    if (fits) {
        StoreKey key = store_events_key(STORE_TAG_SYMBOL, symbol->bed, symbol->t_us);
        add_where(&key, from);
        store_db_put(db, STORE_EVENTS, &key, packed, size);
    }
    vicu_wire_free(symbol);
    return fits;
}

bool
store_events_put_unmapped(StoreDb *db, const StoreOrigin *from, const void *packed, size_t size)
{
    Vicu__Unmapped *value = vicu_wire_unpack(&vicu__unmapped__descriptor, packed, size, NULL);
    bool fits = value != NULL && store_bed_fits(value->bed);

    if (fits) {
        StoreKey key = store_events_key(STORE_TAG_UNMAPPED, value->bed, value->t_us);
        add_where(&key, from);
        store_db_put(db, STORE_EVENTS, &key, packed, size);
    }
    vicu_wire_free(value);
    return fits;
}

static StoreKey
gap_key(const StoreOrigin *from, const Vicu__Gap *gap)
{
    StoreKey key = store_events_key(STORE_TAG_GAP, gap->bed, gap->from_us);

    store_key_u32(&key, gap->code);
    store_key_u32(&key, gap->channel);
    store_key_bytes(&key, from->sender.bytes, sizeof from->sender.bytes);
    return key;
}

bool
store_events_put_gap(StoreDb *db, const StoreOrigin *from, const void *packed, size_t size)
{
    Vicu__Gap *gap = vicu_wire_unpack(&vicu__gap__descriptor, packed, size, NULL);
    bool fits = gap != NULL && store_bed_fits(gap->bed);

    if (fits) {
        StoreKey key = gap_key(from, gap);
        store_db_put(db, STORE_EVENTS, &key, packed, size);
    }
    vicu_wire_free(gap);
    return fits;
}

void
store_events_say(
    StoreDb *db, const StoreOrigin *from, int64_t t_us, const char *kind, const char *text)
{
    store_events_say_of(db, from, "", t_us, kind, text);
}

void
store_events_say_of(StoreDb *db,
                    const StoreOrigin *from,
                    const char *bed,
                    int64_t t_us,
                    const char *kind,
                    const char *text)
{
    Vicu__Event event = VICU__EVENT__INIT;

    event.bed = (char *)bed;
    event.t_us = t_us;
    event.kind = (char *)kind;
    event.text = (char *)text;
    g_autoptr(GBytes) packed = vicu_wire_pack(&event.base);
    store_events_put_event(db, from, g_bytes_get_data(packed, NULL), g_bytes_get_size(packed));
}

void
store_events_gap(StoreDb *db,
                 const StoreOrigin *from,
                 const char *bed,
                 int64_t from_us,
                 int64_t to_us,
                 const char *reason)
{
    Vicu__Gap gap = VICU__GAP__INIT;

    gap.bed = (char *)bed;
    gap.from_us = from_us;
    gap.to_us = to_us;
    gap.reason = (char *)reason;
    g_autoptr(GBytes) packed = vicu_wire_pack(&gap.base);
    store_events_put_gap(db, from, g_bytes_get_data(packed, NULL), g_bytes_get_size(packed));
}

StoreKey
store_events_odd_key(const VicuFingerprint *sender, uint64_t epoch, uint64_t sequence)
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_TAG_ODD);
    store_key_bytes(&key, sender->bytes, sizeof sender->bytes);
    store_key_u64(&key, epoch);
    store_key_u64(&key, sequence);
    return key;
}

void
store_events_keep(StoreDb *db,
                  const StoreOrigin *from,
                  int64_t utc_us,
                  uint64_t number,
                  const void *body,
                  size_t size)
{
    StoreKey key = store_events_odd_key(&from->sender, from->epoch, from->sequence), time = {0};
    g_autoptr(GByteArray) value = g_byte_array_new();

    store_key_time(&time, utc_us);
    store_key_u64(&time, number);
    g_byte_array_append(value, time.data, (guint)time.size);
    g_byte_array_append(value, body, (guint)size);
    store_db_put(db, STORE_EVENTS, &key, value->data, value->len);
}
