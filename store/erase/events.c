/* Events, symbols and unmapped values of a bed without a stretch of time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/events.h"

#include <string.h>

#include "store/erase/inner.h"

/* Rows from @first to before @end; @bed_at: where the bed stands in those of all beds. */
static void
drop(StoreErasing *self, const StoreKey *first, const StoreKey *end, size_t bed_at)
{
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_EVENTS, first, end);
    size_t bed = strlen(self->bed) + 1;

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        StoreKey key = {0};
        size_t size = 0;
        const uint8_t *data = store_iter_key(iter, &size);
        if (bed_at != 0 && (size < bed_at + bed || memcmp(data + bed_at, self->bed, bed) != 0))
            continue;
        store_key_bytes(&key, data, size);
        store_db_delete(self->db, STORE_EVENTS, &key);
        self->rows++;
    }
    self->unread += !store_iter_check(iter, NULL);
}

void
store_erasing_events(StoreErasing *self)
{
    static const StoreEventTag tags[] = {STORE_TAG_EVENT, STORE_TAG_SYMBOL, STORE_TAG_UNMAPPED};

    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        StoreKey first = store_events_key(tags[i], self->bed, self->from_us);
        StoreKey end = store_events_key(tags[i], self->bed, self->to_us);
        drop(self, &first, &end, tags[i] == STORE_TAG_EVENT ? 9 : 0);
    }
}
