/* The log of groups as it lies on the disk: any bytes, and nothing beyond them is touched.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/group-log.h"
#include "tests/fuzz/fuzz-target.h"

#define LIFE_AT 16

typedef struct {
    const uint8_t *data;
    size_t size;
    size_t end; /* of the group before */
    uint64_t life;
} Look;

static void
look(const StoreGroup *group, size_t at, gpointer user)
{
    Look *l = user;

    g_assert_true(at >= l->end && group->life == l->life);
    g_assert_true(group->data == l->data + at + STORE_GROUP_HEADER);
    l->end = at + STORE_GROUP_HEADER + group->size;
    g_assert_true(l->end <= l->size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Look l = {data, size, 0, 0};

    if (size >= LIFE_AT + sizeof l.life)
        memcpy(&l.life, data + LIFE_AT, sizeof l.life);
    l.life = GUINT64_FROM_LE(l.life);
    store_group_each(data, size, l.life, look, &l);
    return 0;
}
