/* The log of groups as it lies on the disk: any bytes, and nothing beyond them is touched.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/group-log.h"
#include "tests/fuzz/fuzz-target.h"

typedef struct {
    const uint8_t *data;
    size_t size;
    size_t end; /* of the group before */
} Look;

static void
look(const StoreGroup *group, size_t at, gpointer user)
{
    Look *l = user;

    g_assert_true(at >= l->end);
    l->end = at + group->record;
    g_assert_true(l->end <= l->size);
    g_assert_true(group->data >= l->data + at);
    g_assert_true(group->data + group->size == l->data + l->end);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Look l = {data, size, 0};

    store_group_each(data, size, look, &l);
    return 0;
}
